# SPDX-License-Identifier: GPL-3.0-or-later
"""What is broken, and what must be seen while it is. Each scenario is a function of a stage that
runs already, with its load; whatever it leaves broken is healed afterwards, and the books are
checked. SCENARIOS tells what stage each wants."""
import random
from datetime import datetime

from util import hold, now, wait_for, wall

LIMIT_S = 6.0  # crash take-over: validity + renewal


def kill_owner(s):
    """kill -9 of the owner."""
    owner = s.await_owner()
    since = s.kill(owner)
    at, _ = s.await_takeover(owner, since)
    s.report_takeover("crash take-over", since, at, LIMIT_S)
    hold(2.0)
    owner.start()
    hold(3.0)


def kill_many(s):
    """The owner is killed at random moments, a hundred times: the take-over times' p99."""
    rng = random.Random(s.seed)
    times = []
    for _ in range(100):
        hold(rng.uniform(0.5, 2.5))
        owner = s.await_owner()
        since = s.kill(owner)
        at, _ = s.await_takeover(owner, since)
        times.append(at - since)
        owner.start()
    times.sort()
    p99 = times[int(len(times) * 0.99) - 1]
    s.report(f"p99 of 100 take-overs is {p99:.2f} s (median {times[50]:.2f}, "
             f"worst {times[-1]:.2f})", p99 <= LIMIT_S, f"more than {LIMIT_S} s")


def pause_owner(s):
    """SIGSTOP of the owner, SIGCONT much later."""
    owner = s.await_owner()
    since = s.fault("pause", of=owner.name)
    owner.pause()
    at, _ = s.await_takeover(owner, since, silent=True)
    s.report_takeover("take-over", since, at, LIMIT_S)
    hold(max(0.0, since + 60 - now()))
    resumed = s.fault("resume", of=owner.name)
    owner.resume()
    hold(4.0)
    said = [f for f in s.facts.find("status", owner.name, since=resumed)
            if f[3].get("role") == "owner"]
    s.report("who was asleep does not think it is owner", not said, said)


def pg_cut_owner(s):
    """The owner cannot reach the store, others can."""
    owner = s.await_owner()
    since = s.pg("cut", owner)
    at, _ = s.await_takeover(owner, since)
    s.report_takeover("take-over", since, at, LIMIT_S + 3)
    hold(5.0)
    s.pg("forward", owner)
    hold(3.0)


def unmoved(s, cut, service, mode="cut"):
    """What concerns a standby only leaves the owner owner."""
    owner = s.await_owner()
    other = s.others(owner)[0]
    since = cut(mode, other)
    # The store may take 10 s for an answer, and is asked each 5 s.
    hold(18.0 if (service, mode) == ("postgres", "stall") else 9.0)
    s.report_loss(service, since, other)
    s.report("the owner stays", s.await_owner(5) is owner, s.roles())
    cut("forward", other)
    hold(3.0)
    s.report("also afterwards", s.await_owner(5) is owner, s.roles())


def pg_cut_standby(s):
    unmoved(s, s.pg, "postgres")


def mqtt_cut_standby(s):
    unmoved(s, s.mqtt, "mqtt")


def pg_stall_standby(s):
    unmoved(s, s.pg, "postgres", "stall")


def mqtt_stall_standby(s):
    unmoved(s, s.mqtt, "mqtt", "stall")


def pg_cut_all(s, mode="cut"):
    """Nobody reaches the store: alarms go on, by the broker's word."""
    since = s.pg(mode)
    hold(2.0)

    def arbiter():
        owner = s.owner()
        status = owner.status() if owner else None
        return status["owner"]["arbiter"] if status else None
    wait_for(lambda: arbiter() == "broker", 20, "the broker makes an owner")
    begun = s.fault("owner by the broker")
    hold(6.0)

    def told():
        return any(f[3].get("state") == "unacked" for f in s.facts.find("alarm", since=begun))
    while not told() and now() < begun + 20.0:  # all of them may have risen just before
        hold(0.1)
    s.report("alarms go on meanwhile", told(), "none was announced")
    if mode == "cut":  # a stall is not told as soon as the owner changes
        s.report_loss("postgres", since)
    s.by_broker.append((begun + 0.5, now() - 0.5))  # what is under way then may be either's
    s.pg("forward")
    wait_for(lambda: arbiter() == "postgres", 20, "the store makes an owner again")
    hold(3.0)


def pg_stall_all(s):
    pg_cut_all(s, "stall")


def mqtt_cut_owner(s, mode="cut"):
    """The owner cannot reach the broker, others can."""
    owner = s.await_owner()
    since = s.mqtt(mode, owner)
    at, _ = s.await_takeover(owner, since, silent=mode == "stall")
    s.report_takeover("take-over", since, at, 2 * LIMIT_S)
    hold(5.0)
    s.mqtt("forward", owner)
    hold(4.0)


def mqtt_stall_owner(s):
    """Its connection stays open, and nothing passes."""
    mqtt_cut_owner(s, "stall")


def pg_stall_owner(s):
    """The owner's connections to the store stay open, and nothing passes."""
    owner = s.await_owner()
    since = s.pg("stall", owner)
    at, _ = s.await_takeover(owner, since)
    s.report_takeover("take-over", since, at, 2 * LIMIT_S)
    hold(5.0)
    s.pg("forward", owner)  # what was under way arrives now
    hold(4.0)


def mqtt_cut_all(s, mode="cut"):
    """Nobody reaches the broker."""
    since = s.mqtt(mode)
    hold(9.0)
    s.report_loss("mqtt", since)
    s.mqtt("forward")
    s.await_owner()
    hold(3.0)


def mqtt_stall_all(s):
    """The broker's connections stay open, and nothing passes."""
    mqtt_cut_all(s, "stall")


def both_cut_owner(s):
    """The owner reaches neither the store nor the broker."""
    owner = s.await_owner()
    since = s.pg("cut", owner)
    s.mqtt("cut", owner)
    at, _ = s.await_takeover(owner, since)
    s.report_takeover("take-over", since, at, LIMIT_S + 3)
    hold(4.0)
    s.pg("forward", owner)
    s.mqtt("forward", owner)
    hold(4.0)


def both_cut_all(s):
    """Nobody reaches anything."""
    since = s.pg("cut")
    s.mqtt("cut")
    hold(9.0)
    s.report_loss("postgres", since)
    s.report_loss("mqtt", since)
    s.mqtt("forward")
    hold(2.0)
    s.pg("forward")
    s.await_owner()
    hold(3.0)


def both_stall_all(s):
    """All connections stay open, and nothing passes; then the owner of before is the last one
    whose way to the store is free again, so it has decided for itself and is not the next."""
    rng = random.Random(s.seed)
    owner = s.await_owner()
    s.pg("stall")
    s.mqtt("stall")
    hold(9.0)
    s.mqtt("forward")
    hold(rng.choice((0.0, 0.5, 2.0)))
    s.pg("forward", *s.others(owner))
    hold(rng.uniform(0.3, 1.0))
    s.pg("forward", owner)
    s.await_owner()
    hold(3.0)


def slow_owner(s):
    """The owner's links are slow."""
    owner = s.await_owner()
    s.pg("slow", owner, rate=40000, latency=0.15)
    s.mqtt("slow", owner, rate=40000, latency=0.15)
    hold(10.0)
    s.pg("forward", owner)
    s.mqtt("forward", owner)
    s.await_owner()
    hold(3.0)


def kill_slow_owner(s):
    """The owner's link to the broker is slow and its store stalls; it dies, and comes back while
    the others' way to the store is slow."""
    rng = random.Random(s.seed)
    for _ in range(10 if s.long else 2):
        hold(rng.uniform(1.5, 2.5))
        owner = s.await_owner()
        s.pg("slow", *s.others(owner), rate=400000, latency=0.5)
        s.pg("stall", owner)
        s.mqtt("slow", owner, rate=400000, latency=0.9)
        hold(2.4)
        since = s.kill(owner)
        s.await_takeover(owner, since)
        s.pg("forward", owner)
        s.mqtt("forward", owner)
        owner.start()
        hold(3.0)
        s.pg("forward")
    hold(6.0)


def start_together(s):
    """All start in the same moment, while the load goes on."""
    for i in s.instances:
        s.fault("stop", of=i.name)
        i.stop()
    since = s.fault("start all")
    for i in s.instances:
        i.start()
    s.await_owner()
    hold(4.0)
    owners = {f[1] for f in s.facts.find("status", since=since) if f[3].get("role") == "owner"}
    s.report("one becomes owner, and stays it", len(owners) == 1, owners)


def pg_restart(s):
    """The store is restarted."""
    s.fault("pg restart")
    s.cluster.host.restart()
    hold(6.0)
    s.await_owner()


def pg_fail_over(s):
    """The store's host dies; another one, which has all of it, takes its place."""
    s.fault("pg fail-over")
    s.cluster.fail_over()
    hold(8.0)
    s.await_owner()
    wait_for(lambda: s.cluster.host.rows("select expires_at > clock_timestamp() "
                                         "from leitstand.lease")[0][0],
             20, "the lease is kept by the new host")


def broker_restart(s):
    """The broker is restarted in order."""
    s.fault("broker restart")
    s.broker.stop()
    hold(1.0)
    s.broker.start()
    hold(4.0)
    s.await_owner()


def disk_full(s, owner=True):
    """The disk of one instance is full; first it is the owner."""
    victim = s.instances[0]
    hold(5.0)  # as in handover(): whoever is made owner then may speak at once
    first = s.await_owner()
    if (first is victim) != owner:
        s.hand_over(first, s.others(first)[0])
    s.fault("disk full", of=victim.name, how="tmpfs" if s.small_disk else "file size limit")
    victim.fill_disk()
    wait_for(lambda: (victim.status() or {}).get("cache", {}).get("problem"), 8,
             "the instance says that its disk is full")
    hold(6.0)
    s.fault("disk free", of=victim.name)
    victim.free_disk()
    hold(4.0)


def disk_full_standby(s):
    """The disk of an instance that is not owner is full."""
    disk_full(s, owner=False)


def raised_ahead(s, since):
    """By how many seconds, at most, alarms announced since rose after the present time."""
    return max((datetime.fromisoformat(row["raised_at"]).timestamp() - wall().timestamp()
                for at, row in s.ear.announced().values() if at >= since), default=0.0)


def clock_steps(s):
    """The owner's wall clock is set, forward and back."""
    owner = s.await_owner()
    for step in (3600, -3600, 7, 0):
        since = s.fault("clock", of=owner.name, offset_s=step)
        owner.set_clock(step)
        hold(3.0)
        if step == 3600:
            wait_for(lambda: raised_ahead(s, since) > 3000, 15, "an alarm has that clock's time")
    s.report("the owner stays", s.await_owner(5) is owner, s.roles())


def handover(s):
    """By command, and at an orderly stop."""
    hold(5.0)  # the first owner has settled, and may say so when it resigns
    owner = s.await_owner()
    other = s.others(owner)[0]
    took = s.hand_over(owner, other)
    s.report(f"hand-over within 1 s (# {took:.2f} s)", took <= 1.0)
    hold(3.0)
    owner = s.await_owner()
    since = s.fault("stop", of=owner.name)
    owner.stop()
    at, _ = s.await_takeover(owner, since)
    s.report_takeover("hand-over at an orderly stop", since, at, 1.0)
    hold(2.0)
    owner.start()
    hold(3.0)


def pg_down_kill_owner(s):
    """The store is away, then the owner dies, too."""
    s.pg("cut")
    hold(7.0)
    owner = s.await_owner()
    since = s.kill(owner)
    at, _ = s.await_takeover(owner, since)
    s.report_takeover("take-over by the broker", since, at, 2 * LIMIT_S)
    hold(3.0)
    owner.start()
    hold(2.0)
    s.pg("forward")
    hold(4.0)


def pg_away(s):
    """The store is away for an hour: alarms go on; then it catches up at nearly the speed of
    COPY alone."""
    begun = s.pg("cut")
    hold(3600 if s.long else 30)
    told = [f[0] for f in s.facts.find("alarm", since=begun) if f[3].get("state") == "unacked"]
    gap = max(b - a for a, b in zip([begun] + told, told + [now()]))
    s.report(f"alarms go on meanwhile (# the longest pause is {gap:.1f} s)", gap < 15)
    owner = s.await_owner()
    since = s.cluster.host.rows("select clock_timestamp()")[0][0]

    def pending():
        return owner.status()["postgres"]["pending"]
    most = pending()
    s.by_broker.append((begun + 15.0, now() - 0.5))
    back = s.pg("forward")
    while (left := pending()) > 500:  # a second's worth is always on its way
        most = max(most, left)
        if now() > begun + 2 * 3600 + 120:
            break
        hold(0.25)
    caught_up = now()
    wait_for(lambda: all(i.status()["postgres"]["pending_changes"] == 0 for i in s.instances),
             600, "what was decided meanwhile is in the store")
    if not s.long:  # so few rows are there before the second look at them
        s.report(f"it catches up within 10 s (# {caught_up - back:.1f} s, {most} rows)",
                 caught_up - back < 10)
        return
    rate, bare = s.catch_up(since, most), s.bare_copy()
    s.report(f"catch-up reaches 80 % of COPY alone (# {rate:.0f} rows/s of {bare:.0f}, "
             f"{most} rows)", rate >= 0.8 * bare, f"{rate / bare:.0%}")


class Scenario:
    def __init__(self, run, long=False, **stage):
        self.run, self.long, self.stage = run, long, stage
        self.name = run.__name__.replace("_", "-")


SCENARIOS = [
    Scenario(kill_owner, count=3),
    Scenario(pause_owner),
    Scenario(pg_cut_owner),
    Scenario(pg_cut_standby),
    Scenario(pg_stall_standby),
    Scenario(pg_cut_all),
    Scenario(mqtt_cut_owner),
    Scenario(mqtt_cut_standby),
    Scenario(mqtt_stall_standby),
    Scenario(mqtt_cut_all),
    Scenario(mqtt_stall_all),
    Scenario(both_cut_owner, count=3),
    Scenario(both_cut_all),
    Scenario(both_stall_all, count=3),
    Scenario(pg_stall_owner),
    Scenario(pg_stall_all),
    Scenario(mqtt_stall_owner),
    Scenario(slow_owner),
    Scenario(kill_slow_owner, count=3),
    Scenario(start_together, count=3),
    Scenario(pg_restart),
    Scenario(pg_fail_over, standby=True),
    Scenario(broker_restart),
    Scenario(disk_full, small_disk_mb=24),
    Scenario(disk_full_standby, small_disk_mb=24),
    Scenario(clock_steps, clocks=True),
    Scenario(handover),
    Scenario(pg_down_kill_owner, count=3),
    Scenario(kill_many, long=True, count=3),
    Scenario(pg_away),
]

if __name__ == "__main__":
    print("\n".join(s.name for s in SCENARIOS if not s.long))
