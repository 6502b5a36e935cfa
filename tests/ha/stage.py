# SPDX-License-Identifier: GPL-3.0-or-later
"""A stage: a store, a broker, some instances, a proxy in front of each connection, the load, and
everybody who watches. Scenarios break things on it; at the end the books are checked."""
import os
import shutil
import tempfile

import checks
import store
from broker import Broker
from checks import Books
from cluster import Cluster
from facts import Ear, Facts, StoreWatch, Watch
from instance import Instance, write_plant
from load import Ackers, Load
from proxy import Proxies
from util import Trouble, hold, now, wait_for

SETTLE_S = 40
SPEAK_S = 4.0  # T_settle: echo_s + 1


class Stage:
    def __init__(self, programs, count=2, standby=False, seed=1, clocks=False, small_disk_mb=0,
                 rate=500, long=False, keep=None):
        self.programs, self.seed, self.long, self.keep = programs, seed, long, keep
        self.rate = rate
        self.results = []  # (name, problems) that scenarios add
        self.gaps, self.by_broker = [], []
        self.parts = []  # closed in the other order
        self.load = self.ackers = None
        self.dir = tempfile.mkdtemp(prefix="leitstand-ha-", dir="/tmp")
        os.chmod(self.dir, 0o755)  # the server runs as somebody else
        try:
            self.build(count, standby, clocks, small_disk_mb)
        except BaseException:
            self.close()
            raise

    def part(self, thing):
        self.parts.append(thing)
        return thing

    def build(self, count, standby, clocks, small_disk_mb):
        self.facts = self.part(Facts(f"{self.dir}/facts"))
        self.cluster = self.part(Cluster(self.dir, standby=standby, settings=store.SETTINGS))
        self.broker = self.part(Broker(self.dir))
        self.proxies = self.part(Proxies())
        names = [f"pc{i + 1}" for i in range(count)]
        admin = Instance(self.programs.leitstand, self.dir, "admin", 1,
                         f"host={self.cluster.host.sockets} user=postgres dbname=leitstand")
        store.prepare(self.cluster, admin, [f"ha_{name}" for name in names])
        write_plant(f"{self.dir}/plant")
        library = self.programs.wallclock if clocks else None
        self.instances = [self.part(self.instance(name, library)) for name in names]
        self.small_disk = bool(small_disk_mb) and self.instances[0].mount_small(small_disk_mb)
        for i in self.instances:
            i.import_plant(f"{self.dir}/plant")
        self.ear = self.part(Ear(self.facts, self.broker))
        self.watches = {i.name: self.part(Watch(self.facts, i)) for i in self.instances}
        self.part(StoreWatch(self.facts, self.cluster))

    def instance(self, name, library):
        ports = [str(self.proxies.open(f"{name}-{host.name}", host.socket))
                 for host in self.cluster.hosts]
        mqtt = self.proxies.open(f"{name}-mqtt", self.broker.socket)
        conninfo = (f"host={','.join(['127.0.0.1'] * len(ports))} port={','.join(ports)} "
                    f"user=ha_{name} dbname=leitstand target_session_attrs=read-write "
                    "connect_timeout=2 sslmode=disable gssencmode=disable")
        return Instance(self.programs.leitstand, self.dir, name, mqtt, conninfo,
                        wallclock=library)

    def close(self):
        for part in [self.load, self.ackers] + self.parts[::-1]:
            if part is not None:
                try:
                    part.close()
                except Exception as error:  # the others have to be closed all the same
                    print(f"# closing {type(part).__name__}: {error}")
        if self.keep:
            shutil.copytree(self.dir, os.path.join(self.keep, os.path.basename(self.dir)),
                            ignore=lambda d, names: [n for n in names if n in ("data", "mqtt")
                                                     or n.startswith(".s.") or "sock" in n],
                            dirs_exist_ok=True)
        shutil.rmtree(self.dir, ignore_errors=True)

    # ---- begin ----

    def start(self):
        """Instances run, one is owner, readings arrive; then the load begins."""
        for i in self.instances:
            i.start()
        self.await_owner()
        self.await_arrival()
        self.begin_load()

    def begin_load(self):
        self.load = Load(self.programs.load, self.broker, f"{self.dir}/load", rate=self.rate,
                         seed=self.seed)
        self.ackers = Ackers(self.ear, self.instances, self.facts, seed=self.seed)
        hold(2.0)
        self.await_acknowledgement()

    def await_acknowledgement(self):
        """What is broken comes amid all that there is; that it was there is checked at the end."""
        deadline = now() + 15.0
        while now() < deadline and not any(ack.status == 0 for ack in list(self.ackers.list)):
            hold(0.05)

    def await_arrival(self):
        """Subscribed everywhere: what the broker accepts before goes nowhere. Probes are sent
        until one of them is in the store and every instance has received some."""
        number = 0

        def arrived():
            nonlocal number
            number += 1
            self.broker.publish("w/PROBE/P", str(number))
            heard = all((s := i.status()) and s["mqtt"]["received"] > 0
                        for i in self.instances if i.alive())
            return heard and store.probes(self.cluster)
        wait_for(arrived, 30, "a first reading arrives in the store", step=0.1)

    # ---- who is owner ----

    def by_name(self, name):
        return next(i for i in self.instances if i.name == name)

    def roles(self):
        return {i.name: (i.status(1.0) or {}).get("role") if i.acts() else None
                for i in self.instances}

    def owner(self):
        """The one instance that says so; None: none, or several."""
        owners = [name for name, role in self.roles().items() if role == "owner"]
        return self.by_name(owners[0]) if len(owners) == 1 else None

    def await_owner(self, seconds=30):
        return wait_for(self.owner, seconds, "there is one owner")

    def others(self, instance):
        return [i for i in self.instances if i is not instance]

    def await_takeover(self, old, since, seconds=40, silent=False):
        """(when, who) another instance than old decided first, by its own word or by its beacon
        at the broker. silent: the broker does not know that old is gone, so the next owner lets
        T_settle (ownership, D3) pass before it speaks outside. Else that counts from when the
        broker said that old is gone, or from its own connect: it cannot know who was cut off
        before it came."""
        def taken():
            heard = []
            for at, name, _, said in self.facts.find("status", since=since):
                if name != old.name and said.get("role") == "owner":
                    heard.append((at, name))
            for at, _, _, said in self.facts.find("owner", since=since):
                name = (said.get("body") or {}).get("instance")
                if not said["retained"] and name not in (None, old.name):
                    heard.append((at, name))
            return min(heard, default=None)
        at, name = wait_for(taken, seconds, f"somebody takes over from {old.name}", step=0.02)
        self.facts.note(name, "takeover", of=old.name, after=round(at - since, 3))
        settles = at if silent else max(self.connected(name), self.gone(old.name, since))
        self.gaps.append((since, at, 2.0 + max(0.0, settles + SPEAK_S - at)))
        return at, self.by_name(name)

    def connected(self, name):
        """When that instance last connected to the broker, by its presence."""
        return max((f[0] for f in self.facts.find("instances")
                    if f[3]["topic"] == f"instances/{name}" and not f[3]["retained"]
                    and (f[3]["body"] or {}).get("n") == 0), default=0.0)

    def gone(self, name, since):
        """When that instance resigned before it had settled, or the broker told of its end; 0:
        neither, or it had settled."""
        for at, _, _, said in self.facts.find("resign", since=since):
            if said["topic"] == f"resign/{name}":
                return 0.0 if said["body"]["settled"] else at
        return next((at for at, _, _, said in self.facts.find("instances", since=since)
                     if said["topic"] == f"instances/{name}" and said["body"] is None), 0.0)

    def report(self, name, well, why=""):
        self.results.append((name, [] if well else [why or "it is not so"]))

    def report_takeover(self, name, since, at, limit_s):
        took = at - since
        self.results.append((f"{name} within {limit_s:g} s (# {took:.2f} s)",
                             [] if took <= limit_s else [f"it took {took:.2f} s"]))

    def report_loss(self, service, since, *instances):
        """Who lost it says so in its status: mqtt or postgres; none: all."""
        silent = [i.name for i in instances or self.instances if not any(
            f[3].get(service) is False for f in self.facts.find("status", i.name, since=since))]
        self.report(f"that {service} is away is told", not silent, silent)

    def catch_up(self, since, waiting):
        return store.catch_up(self.cluster, since, waiting)

    def bare_copy(self):
        port = self.proxies.get(f"{self.instances[0].name}-{self.cluster.host.name}")["port"]
        return store.bare_copy(self.cluster, port, f"{self.dir}/rows")

    # ---- faults ----

    def fault(self, what, **details):
        return self.facts.note("harness", "fault", what=what, **details)

    def pg(self, mode, *instances, **details):
        """The proxies in front of the store for these instances; none: all."""
        at = self.fault(f"pg {mode}", of=[i.name for i in instances] or "all", **details)
        for i in instances or self.instances:
            for host in self.cluster.hosts:
                self.proxies.set(f"{i.name}-{host.name}", mode, **details)
        return at

    def mqtt(self, mode, *instances, **details):
        at = self.fault(f"mqtt {mode}", of=[i.name for i in instances] or "all", **details)
        for i in instances or self.instances:
            self.proxies.set(f"{i.name}-mqtt", mode, **details)
        return at

    def kill(self, instance):
        at = self.fault("kill", of=instance.name)
        instance.kill()
        return at

    def hand_over(self, owner, to):
        """By command; how long it took."""
        since = self.fault("handover", of=owner.name, to=to.name)
        owner.ask("handover", f"--to={to.name}")
        at, _ = self.await_takeover(owner, since)
        return at - since

    # ---- end ----

    def heal(self):
        self.pg("forward")
        self.mqtt("forward")
        for i in self.instances:
            if i.stopped:
                i.resume()
            if not i.alive():
                i.start()

    def end(self):
        """Everything heals and comes to rest; (name, problems) of what scenarios and checks
        have to say."""
        self.heal()
        self.ackers.close()
        log = self.load.end()
        self.facts.note("harness", "quiet")
        deadline = now() + SETTLE_S
        while True:
            resting = self.resting()
            if resting or now() > deadline:
                books = self.books(log)
                found = checks.problems(books)
                if not found or now() > deadline:
                    break
            hold(0.5)
        for _ in range(3):  # an answer may be late, but what came twice does not go away
            hold(1.0)  # what comes twice may come late
            books = self.books(log)
            found = checks.problems(books)
            if not found:
                break
        self.facts.note("harness", "checked", problems=found)
        took = SETTLE_S - (deadline - now())
        results = self.results + [(name, found.get(name, [])) for name, _ in checks.ALL]
        results.append(("the instances end in order", self.stop_all()))
        return results, (f"{len(log.accepted)} numbers accepted, "
                         f"{len(log.sent) - len(log.accepted)} uncertain, "
                         f"{sum(v > 0 for _, v in log.done)} rises, "
                         f"{sum(a.status == 0 for a in books.acks)} acknowledgements, "
                         f"settled after {took:.1f} s, ranks "
                         f"{', '.join(f'{e}.{t} {i}' for e, t, i in sorted(books.tenures))}")

    def stop_all(self):
        problems = []
        for i in self.instances:
            try:
                i.stop()
            except Trouble as trouble:
                problems.append(str(trouble))
        return problems

    def resting(self):
        """Nothing is on its way any more, as far as the instances know."""
        statuses = [i.status() for i in self.instances]
        return all(s and s["postgres"]["pending"] == 0
                   and s["postgres"]["pending_changes"] == 0 and s["cache"]["queued"] == 0
                   for s in statuses) and self.owner() is not None

    def books(self, log):
        b = Books(load=log, acks=list(self.ackers.list), gaps=list(self.gaps), rate=self.rate,
                  by_broker=list(self.by_broker))
        store.read_into(b, self.cluster)
        for i in self.instances:
            b.statuses[i.name] = i.status()
            try:
                b.alarms[i.name] = i.alarms()
            except Trouble:
                b.alarms[i.name] = []  # then it differs from the others, and that is told
        b.topics = self.ear.retained()
        b.announced = self.ear.announced()
        b.owner_polls = {name: list(w.owner_polls) for name, w in self.watches.items()}
        return b
