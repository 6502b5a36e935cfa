# SPDX-License-Identifier: GPL-3.0-or-later
"""The books of one scenario, and the checks of them. Each check answers with a list of problems,
a line each; none: all is well. test_checks.py plants errors that each must find.
"""
from collections import Counter, defaultdict, namedtuple
from dataclasses import dataclass, field

from load import LoadLog

ReadingRow = namedtuple("ReadingRow", "station component value instance epoch term")
JournalRow = namedtuple("JournalRow", "at epoch term instance event occurrence station component"
                        " rule actor detail")
OccurrenceRow = namedtuple("OccurrenceRow", "occurrence station component rule state value"
                           " raised_at returned_at acked_at acked_by comment count")
# In the order of commits: kind is lease (a new epoch), batch (readings), change (alarms).
Batch = namedtuple("Batch", "kind instance epoch term fenced")

ACTIVE = ("unacked", "acked")
COMPARED = ("occurrence", "state", "overlays", "raised_at", "returned_at", "acked_at", "acked_by",
            "comment", "value", "count", "priority")


@dataclass
class Books:
    load: LoadLog = field(default_factory=LoadLog)
    acks: list = field(default_factory=list)          # load.Ack
    readings: list = field(default_factory=list)
    journal: list = field(default_factory=list)
    occurrences: list = field(default_factory=list)
    tenures: list = field(default_factory=list)       # (epoch, term, instance)
    batches: list = field(default_factory=list)
    alarms: dict = field(default_factory=dict)        # instance → rows of `alarms`
    topics: list = field(default_factory=list)        # rows retained at the broker
    statuses: dict = field(default_factory=dict)      # instance → status
    announced: dict = field(default_factory=dict)     # occurrence → (when, row)
    gaps: list = field(default_factory=list)          # (fault at, decided at, seconds to tell)
    by_broker: list = field(default_factory=list)     # (from, to): the broker's owner decides
    rate: int = 500                                   # numbers a second that were wanted
    owner_polls: dict = field(default_factory=dict)   # instance → [(asked, answered)]


def some(problems, limit=8):
    """Not thousands of lines."""
    more = len(problems) - limit
    return problems[:limit] + ([f"… and {more} more"] if more > 0 else [])


# ---- whether there is anything to check ----

def load_was_there(b):
    """Without load, and without the witness in the store, every other check would hold."""
    problems = []
    if not b.load.accepted:
        problems.append("no number was accepted")
    if b.load.rate() < 0.9 * b.rate:
        problems.append(f"{b.load.rate():.0f} numbers a second in place of {b.rate}")
    if not any(value > 0 for _, value in b.load.done):
        problems.append("no alarm rose")
    if not any(ack.status == 0 for ack in b.acks):
        problems.append("no acknowledgement was accepted")
    for kind in ("lease", "batch", "change"):
        if not any(row.kind == kind and (row.fenced or kind == "lease") for row in b.batches):
            problems.append(f"the witness saw no {kind} of an owner")
    return problems


# ---- ownership ----

def terms_rise(b):
    problems, last = [], 0
    for batch in b.batches:
        if batch.kind == "lease":
            if batch.epoch <= last:
                problems.append(f"epoch {batch.epoch} was given after {last}")
            last = max(last, batch.epoch)
    return problems


def one_writer_per_term(b):
    writers = defaultdict(lambda: defaultdict(set))
    for row in b.readings:
        writers["readings"][row.epoch, row.term].add(row.instance)
    for row in b.journal:
        writers["journal"][row.epoch, row.term].add(row.instance)
    for row in b.batches:
        writers[row.kind][row.epoch, row.term].add(row.instance)
    for epoch, term, instance in b.tenures:
        writers["tenure"][epoch, term].add(instance)
    every = defaultdict(set)
    for ranks in writers.values():
        for rank, instances in ranks.items():
            every[rank] |= instances
    return [f"rank {rank[0]}.{rank[1]}: {', '.join(sorted(instances))} (" + "; ".join(
        f"{where}: {', '.join(sorted(ranks[rank]))}"
        for where, ranks in sorted(writers.items()) if rank in ranks) + ")"
            # 0.0: what an instance decided for itself while nobody could be asked
            for rank, instances in sorted(every.items())
            if len(instances) > 1 and rank != (0, 0)]


def no_stale_rows(b):
    """What claims to come through the fence is the present epoch's."""
    problems, epoch, holder = [], 0, None
    for row in b.batches:
        if row.kind == "lease":
            epoch, holder = row.epoch, row.instance
        elif row.fenced and (row.epoch != epoch or row.instance != holder):
            problems.append(f"a {row.kind} of {row.instance}, epoch {row.epoch}, in epoch {epoch}"
                            f" of {holder}")
    return some(problems)


def broker_terms_marked(b):
    """While the broker's owner decides, what it stores says so: by a term above 0."""
    problems = []
    rises = by_rise(b)
    terms = {r.occurrence: r.term for r in b.journal if r.event == "raised"}
    numbers = {int(r.value): r.term for r in b.readings if r.station == "LOAD"}
    for begin, end in b.by_broker:
        seen = [(f"number {n}", numbers[n]) for n, at in b.load.accepted.items()
                if begin <= at <= end and n in numbers]
        if not seen:
            problems.append(f"no number from {begin} to {end}")
        seen += [(f"rise {value} of {component}", terms[o.occurrence])
                 for (component, value), at in b.load.done.items() if begin <= at <= end
                 for o in rises.get((component, value), []) if o.occurrence in terms]
        problems += [f"{what} has the term of an owner by the store"
                     for what, term in seen if term == 0]
    return some(problems)


def one_owner_at_a_time(b, tolerance_s=0.3):
    """Two that answered "owner" within the same tenth of a second, and the next ones, too."""
    problems = []
    slots = {name: {round(asked * 10) for asked, _ in polls}
             for name, polls in b.owner_polls.items()}
    names = sorted(slots)
    for i, one in enumerate(names):
        for other in names[i + 1:]:
            run = []
            for slot in sorted(slots[one] & slots[other]) + [float("inf")]:
                if run and slot - run[-1] > 3:
                    if (run[-1] - run[0]) / 10 > tolerance_s:
                        problems.append(f"{one} and {other} both say owner from {run[0] / 10} to "
                                        f"{run[-1] / 10}")
                    run = []
                run.append(slot)
    return problems


def one_owner_at_the_end(b):
    problems = []
    owners = [name for name, s in b.statuses.items() if s and s["role"] == "owner"]
    if len(owners) != 1:
        problems.append(f"owners: {', '.join(owners) or 'none'}")
    for name, s in b.statuses.items():
        if s is None:
            problems.append(f"{name} does not answer")
        elif owners and s["owner"].get("instance") != owners[0]:
            problems.append(f"{name} takes {s['owner'].get('instance')} for the owner")
    return problems


# ---- readings ----

def readings_exactly_once(b):
    found = Counter(int(r.value) for r in b.readings if r.station == "LOAD")
    missing = [n for n in b.load.accepted if found[n] == 0]
    doubled = [n for n, times in found.items() if times > 1]
    strange = [n for n in found if n not in b.load.sent]
    problems = []
    for what, numbers in (("missing", missing), ("doubled", doubled), ("never sent", strange)):
        if numbers:
            numbers.sort()
            problems.append(f"{len(numbers)} {what}: {', '.join(map(str, numbers[:10]))}"
                            f"{' …' if len(numbers) > 10 else ''} {numbers[-1]}")
    return problems


def alarm_readings_there(b):
    """Published until accepted: at least once, at most as often as that was tried."""
    found = Counter((r.component, int(r.value)) for r in b.readings if r.station == "ALARMS")
    problems = [f"{c} {v} was accepted and is missing" for c, v in b.load.done
                if found[c, v] == 0]
    problems += [f"{c} {v}: {times} rows of {b.load.tries.get((c, v), 0)} messages"
                 for (c, v), times in found.items() if times > b.load.tries.get((c, v), 0)]
    return some(problems)


def nothing_refused(b):
    return [f"{name}: {s['postgres']['quarantined']} quarantined, "
            f"{s['postgres']['refused_changes']} changes refused, {s['mqtt']['dropped']} dropped"
            for name, s in b.statuses.items()
            if s and (s["postgres"]["quarantined"] or s["postgres"]["refused_changes"]
                      or s["mqtt"]["dropped"])]


# ---- alarms ----

def by_rise(b):
    """(component, value that raised it) → occurrences."""
    rises = defaultdict(list)
    for o in b.occurrences:
        if o.station == "ALARMS":
            rises[o.component, int(o.value)].append(o)
    return rises


def occurrences_exactly_once(b):
    problems = []
    lines = defaultdict(Counter)
    for row in b.journal:
        if row.station == "ALARMS":
            lines[row.event][row.occurrence] += 1
    rises = by_rise(b)
    for (component, value), at in b.load.done.items():
        if value < 0:
            continue
        found = rises.get((component, value), [])
        if len(found) != 1:
            problems.append(f"rise {value} of {component}: {len(found)} occurrences")
            continue
        raised = lines["raised"][found[0].occurrence]
        returned = lines["returned"][found[0].occurrence]
        if raised != 1:
            problems.append(f"rise {value} of {component}: {raised} lines \"raised\"")
        if (component, -value) in b.load.done and returned != 1:
            problems.append(f"rise {value} of {component}: {returned} lines \"returned\"")
    for component, value in rises:
        if (component, value) not in b.load.tries:
            problems.append(f"{component} has an occurrence of {value}, which was never sent")
    known = {o.occurrence for o in b.occurrences}
    problems += [f"a line \"raised\" of {o}, which is no occurrence"
                 for o in lines["raised"] if o not in known]
    return some(problems)


def states_as_published(b):
    """The store, the topics and each instance have the state that the load published last."""
    problems = []
    rises = by_rise(b)
    tables = {"topics": b.topics, **b.alarms}
    for component, value in sorted(b.load.last().items()):
        want = value > 0
        for o in rises.get((component, abs(value)), []):
            if (o.state in ACTIVE) != want:
                problems.append(f"store: {component} is {o.state} after {value}")
        for name, rows in tables.items():
            rows = [r for r in rows
                    if r["station"] == "ALARMS" and r["component"] == component
                    and r["state"] in ACTIVE]
            if [int(r["value"]) for r in rows] != ([value] if want else []):
                problems.append(f"{name}: {component} after {value}: "
                                f"{[(r['state'], r['value']) for r in rows]}")
    return some(problems)


def same_alarms_everywhere(b):
    problems, tables = [], {}
    for name, rows in b.alarms.items():
        tables[name] = {r["occurrence"]: {k: r.get(k) for k in COMPARED} for r in rows
                        if r["station"] != "leitstand"}
    names = sorted(tables)
    for name in names[1:]:
        one, other = tables[names[0]], tables[name]
        for occurrence in sorted(set(one) | set(other)):
            a, z = one.get(occurrence), other.get(occurrence)
            if a is None or z is None:
                problems.append(f"only {names[0] if z is None else name} has {a or z}")
            elif a != z:
                problems.append(f"{occurrence}: " + ", ".join(
                    f"{k} {a[k]!r} at {names[0]}, {z[k]!r} at {name}"
                    for k in COMPARED if a[k] != z[k]))
    return some(problems)


def acks_exactly_once(b):
    lines = Counter(r.detail for r in b.journal if r.event == "acked")
    problems = []
    for ack in b.acks:
        times = lines[ack.comment]
        if ack.status == 0 and times != 1:
            problems.append(f"\"{ack.comment}\" at {ack.instance} of {ack.occurrence}: accepted, "
                            f"{times} lines ({ack.said})")
        elif ack.status is None and times > 1:
            problems.append(f"\"{ack.comment}\": {times} lines")
        elif ack.status not in (0, None) and times > 0:
            problems.append(f"\"{ack.comment}\" was refused ({ack.said}) and is in the journal")
    return some(problems)


def told_by(gaps, number):
    """When what rose in that gap has to be told. A new owner that dies with more than a second
    left for that need not have told anything: the store may keep it waiting for so long
    (KNOW_US). Then the next one has to."""
    _, end, within_s = gaps[number]
    limit = end + within_s
    for begin, end, within_s in gaps[number + 1:]:
        if begin > limit - 1.0:
            break
        limit = end + within_s
    return limit


def gap_is_announced(b):
    """What rose while nobody decided, and still stood when somebody did again, was told."""
    problems = []
    rises = by_rise(b)
    for number, (begin, end, _) in enumerate(b.gaps):
        limit = told_by(b.gaps, number)
        for (component, value), at in b.load.done.items():
            cleared = b.load.first_try.get((component, -value), float("inf"))
            if value < 0 or not begin <= at <= end or cleared < limit:
                continue
            for o in rises.get((component, value), []):
                told = b.announced.get(o.occurrence, (float("inf"),))[0]
                if told > limit:
                    problems.append(f"rise {value} of {component}, {at - begin:.1f} s after the "
                                    f"fault, was announced {told - end:.1f} s after take-over")
    return some(problems)


ALL = (
    ("numbers arrived, alarms rose and were acknowledged, and it was witnessed", load_was_there),
    ("terms rise", terms_rise),
    ("one writer for each term", one_writer_per_term),
    ("no row of an old term after a newer one", no_stale_rows),
    ("what the broker's owner decided is marked", broker_terms_marked),
    ("one owner at a time", one_owner_at_a_time),
    ("one owner at the end, and all agree", one_owner_at_the_end),
    ("every reading that the broker accepted is in the store exactly once",
     readings_exactly_once),
    ("so are those that move alarms", alarm_readings_there),
    ("nothing was refused or dropped", nothing_refused),
    ("every rise is one occurrence, told once", occurrences_exactly_once),
    ("alarms are as was published last", states_as_published),
    ("alarms are the same everywhere", same_alarms_everywhere),
    ("every acknowledgement that was accepted is in the journal once", acks_exactly_once),
    ("what rose meanwhile was announced by the new owner", gap_is_announced),
)


def problems(books):
    """name → problems, of those that have any."""
    return {name: found for name, check in ALL if (found := check(books))}
