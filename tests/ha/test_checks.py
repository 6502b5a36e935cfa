#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The checks find what they are for: into books that are in order one error after another is
planted, and the check it concerns has to tell of it. Speaks TAP."""
import copy
import sys

import checks
from checks import Batch, Books, JournalRow, OccurrenceRow, ReadingRow
from load import Ack, LoadLog


def occurrence(component, value):
    return f"occ-{component}-{value}"


def good_books():
    b = Books(rate=10)
    log = LoadLog(links=[[0.0, 6.0], [6.5, float("inf")]])  # 0.5 s were made up for
    for n in range(1, 101):
        log.sent[n] = n / 10
        if n != 50:  # uncertain
            log.accepted[n] = n / 10 + 0.01
        owner, epoch = ("pc1", 1) if n <= 40 else ("pc2", 2)
        b.readings.append(ReadingRow("LOAD", f"L{n % 4:02}", float(n), owner, epoch, 0))
    for component, values in (("A00", (1, -1, 2)), ("A01", (1, -1))):
        for i, value in enumerate(values):
            at = 1.0 + 3 * i
            log.tries[component, value] = 1
            log.first_try[component, value] = at
            log.done[component, value] = at + 0.01
            b.readings.append(ReadingRow("ALARMS", component, float(value), "pc1", 1, 0))
            b.journal.append(JournalRow(at, 1, 0, "pc1", "raised" if value > 0 else "returned",
                                        occurrence(component, abs(value)), "ALARMS", component,
                                        "up", None, None))
    b.load = log
    for component, value, state in (("A00", 1, "normal"), ("A00", 2, "acked"),
                                    ("A01", 1, "returned_unacked")):
        b.occurrences.append(OccurrenceRow(occurrence(component, value), "ALARMS", component, "up",
                                           state, float(value), 1.0, None, None, None, None, 1))
    rows = [{"occurrence": o.occurrence, "station": "ALARMS", "component": o.component,
             "rule": "up", "state": o.state, "value": o.value, "overlays": [], "count": 1}
            for o in b.occurrences if o.state != "normal"]
    b.alarms = {"pc1": copy.deepcopy(rows), "pc2": copy.deepcopy(rows)}
    b.topics = copy.deepcopy(rows)
    b.acks = [Ack(occurrence("A00", 2), "seen 1", "pc2", 8.0, 0),
              Ack(occurrence("A01", 1), "seen 2", "pc2", 8.0, 2, "wrong usage"),
              Ack(occurrence("A00", 1), "seen 3", "pc2", 8.0, None)]
    b.journal.append(JournalRow(8.0, 2, 0, "pc2", "acked", occurrence("A00", 2), "ALARMS", "A00",
                                "up", "root", "seen 1"))
    b.tenures = [(1, 0, "pc1"), (2, 0, "pc2")]
    b.batches = [Batch("lease", "pc1", 1, 0, False), Batch("batch", "pc1", 1, 0, True),
                 Batch("change", "pc1", 1, 0, True), Batch("lease", "pc2", 2, 0, False),
                 Batch("batch", "pc1", 1, 0, False),  # backlog
                 Batch("change", "pc2", 2, 0, True), Batch("batch", "pc2", 2, 0, True)]
    b.statuses = {name: {"role": role, "owner": {"instance": "pc2"},
                         "postgres": {"quarantined": 0, "refused_changes": 0},
                         "mqtt": {"dropped": 0}}
                  for name, role in (("pc1", "standby"), ("pc2", "owner"))}
    b.by_broker = [(6.95, 7.05)]  # number 70, and A00 rises to 2
    change(b.readings, number(70), term=1)
    change(b.journal, told_of("raised", "A00", 2), term=1)
    b.announced = {occurrence("A00", 2): (8.0, {})}
    b.gaps = [(6.0, 7.5, 2.0)]  # A00 rose to 2 at 7.01
    b.owner_polls = {"pc1": [(t / 10, t / 10 + 0.01) for t in range(0, 40)],
                     "pc2": [(t / 10, t / 10 + 0.01) for t in range(70, 100)]}
    return b


def drop(rows, condition):
    """The first one that fits."""
    rows.remove(next(r for r in rows if condition(r)))


def double(rows, condition):
    rows.append(next(r for r in rows if condition(r)))


def change(rows, condition, **new):
    i = next(i for i, r in enumerate(rows) if condition(r))
    rows[i] = rows[i]._replace(**new)


def number(n):
    return lambda r: r.station == "LOAD" and r.value == n


def line(event):
    return lambda r: r.event == event


def told_of(event, component, value):
    return lambda r: r.event == event and r.occurrence == occurrence(component, value)


def unseen(kind):
    """What the witness saw, without what came through the fence of this kind."""
    return lambda b: b.batches.__setitem__(slice(None), [
        row for row in b.batches if row.kind != kind or not (row.fenced or kind == "lease")])


PLANTED = (
    ("no load", "load_was_there", lambda b: b.load.accepted.clear()),
    ("a load that was less", "load_was_there", lambda b: setattr(b, "rate", 20)),
    ("no rise", "load_was_there",
     lambda b: [b.load.done.pop(key) for key in list(b.load.done) if key[1] > 0]),
    ("no acknowledgement", "load_was_there",
     lambda b: [setattr(ack, "status", None) for ack in b.acks]),
    ("a witness that sees no lease", "load_was_there", unseen("lease")),
    ("a witness that sees no batch of an owner", "load_was_there", unseen("batch")),
    ("a witness that sees no change of an owner", "load_was_there", unseen("change")),
    ("a reading lost", "readings_exactly_once", lambda b: drop(b.readings, number(7))),
    ("a reading doubled", "readings_exactly_once", lambda b: double(b.readings, number(7))),
    ("an uncertain one doubled", "readings_exactly_once",
     lambda b: double(b.readings, number(50))),
    ("a reading that was never sent", "readings_exactly_once",
     lambda b: change(b.readings, number(7), value=777.0)),
    ("a rise whose reading is missing", "alarm_readings_there",
     lambda b: drop(b.readings, lambda r: r.station == "ALARMS" and r.value == 2)),
    ("a rise whose reading is there twice", "alarm_readings_there",
     lambda b: double(b.readings, lambda r: r.station == "ALARMS" and r.value == 2)),
    ("a quarantined reading", "nothing_refused",
     lambda b: b.statuses["pc1"]["postgres"].update(quarantined=1)),
    ("a refused change", "nothing_refused",
     lambda b: b.statuses["pc2"]["postgres"].update(refused_changes=1)),
    ("a dropped message", "nothing_refused",
     lambda b: b.statuses["pc2"]["mqtt"].update(dropped=1)),
    ("an epoch given twice", "terms_rise",
     lambda b: change(b.batches, lambda r: r.kind == "lease" and r.epoch == 2, epoch=1)),
    ("two writers of readings", "one_writer_per_term",
     lambda b: change(b.readings, number(7), instance="pc2")),
    ("two writers of the journal", "one_writer_per_term",
     lambda b: change(b.journal, line("acked"), instance="pc1")),
    ("one of readings, another of the journal", "one_writer_per_term",
     lambda b: change(b.journal, line("acked"), epoch=3, term=1) or b.readings.append(
         ReadingRow("LOAD", "L00", 100.0, "pc1", 3, 1))),
    ("two owners of a rank", "one_writer_per_term",
     lambda b: b.tenures.append((2, 0, "pc3"))),
    ("a batch of an old term", "no_stale_rows",
     lambda b: change(b.batches, lambda r: r.kind == "batch" and not r.fenced, fenced=True)),
    ("a change of an old term", "no_stale_rows",
     lambda b: b.batches.append(Batch("change", "pc1", 1, 0, True))),
    ("the right term, another instance", "no_stale_rows",
     lambda b: b.batches.append(Batch("change", "pc1", 2, 0, True))),
    ("a reading of the broker's owner like any other", "broker_terms_marked",
     lambda b: change(b.readings, number(70), term=0)),
    ("a line of the broker's owner like any other", "broker_terms_marked",
     lambda b: change(b.journal, told_of("raised", "A00", 2), term=0)),
    ("a broker's owner that nothing reached", "broker_terms_marked",
     lambda b: b.by_broker.append((50.0, 51.0))),
    ("two owners at once", "one_owner_at_a_time",
     lambda b: b.owner_polls["pc1"].extend((t / 10, t / 10) for t in range(72, 90))),
    ("no owner at the end", "one_owner_at_the_end",
     lambda b: b.statuses["pc2"].update(role="standby")),
    ("two at the end", "one_owner_at_the_end",
     lambda b: b.statuses["pc1"].update(role="owner")),
    ("one that takes another for the owner", "one_owner_at_the_end",
     lambda b: b.statuses["pc1"].update(owner={"instance": "pc1"})),
    ("one that does not answer", "one_owner_at_the_end",
     lambda b: b.statuses.update(pc1=None)),
    ("an occurrence lost", "occurrences_exactly_once",
     lambda b: drop(b.occurrences, lambda o: o.component == "A01")),
    ("an occurrence doubled", "occurrences_exactly_once",
     lambda b: b.occurrences.append(b.occurrences[0]._replace(occurrence="other"))),
    ("a rise that was not told", "occurrences_exactly_once",
     lambda b: drop(b.journal, line("raised"))),
    ("a rise told twice", "occurrences_exactly_once",
     lambda b: double(b.journal, line("raised"))),
    ("a return that was not told", "occurrences_exactly_once",
     lambda b: drop(b.journal, line("returned"))),
    ("a return told twice", "occurrences_exactly_once",
     lambda b: double(b.journal, line("returned"))),
    ("an occurrence of nothing", "occurrences_exactly_once",
     lambda b: b.occurrences.append(b.occurrences[0]._replace(occurrence="x", value=9.0))),
    ("a line of no occurrence", "occurrences_exactly_once",
     lambda b: b.journal.append(next(filter(line("raised"), b.journal))._replace(
         occurrence="x"))),
    ("an alarm that stands in the store and is over", "states_as_published",
     lambda b: change(b.occurrences, lambda o: o.component == "A01", state="unacked")),
    ("an alarm that an instance does not show", "states_as_published",
     lambda b: b.alarms["pc1"].pop(0)),
    ("an alarm whose topic is missing", "states_as_published", lambda b: b.topics.pop(0)),
    ("a topic that should be gone", "states_as_published",
     lambda b: b.topics[1].update(state="unacked")),
    ("an alarm one instance has not", "same_alarms_everywhere",
     lambda b: b.alarms["pc2"].pop(1)),
    ("an alarm with another state", "same_alarms_everywhere",
     lambda b: b.alarms["pc2"][0].update(state="unacked")),
    ("an acknowledgement one does not know of", "same_alarms_everywhere",
     lambda b: b.alarms["pc1"][0].update(acked_by="root")),
    ("an accepted acknowledgement lost", "acks_exactly_once",
     lambda b: drop(b.journal, line("acked"))),
    ("an acknowledgement done twice", "acks_exactly_once",
     lambda b: double(b.journal, line("acked"))),
    ("a refused one done all the same", "acks_exactly_once",
     lambda b: change(b.journal, line("acked"), detail="seen 2")),
    ("an uncertain one done twice", "acks_exactly_once",
     lambda b: b.journal.extend([next(filter(line("acked"), b.journal))._replace(
         detail="seen 3")] * 2)),
    ("a rise that the new owner did not announce", "gap_is_announced",
     lambda b: b.announced.clear()),
    ("one announced much later", "gap_is_announced",
     lambda b: b.announced.update({occurrence("A00", 2): (20.0, {})})),
    ("one that an owner of more than a second left to the next", "gap_is_announced",
     lambda b: (b.announced.update({occurrence("A00", 2): (12.5, {})}),
                b.gaps.append((8.6, 12.0, 2.0)))),
)


def short_lived_owners():
    """Whoever dies too soon leaves it to the next one, and that one, too."""
    gaps = [(6.0, 7.5, 2.0), (8.4, 12.0, 2.0), (12.9, 17.0, 2.5), (18.6, 22.0, 2.0)]
    return [checks.told_by(gaps, i) for i in range(4)] == [19.5, 19.5, 19.5, 24.0]


def main():
    print(f"1..{len(PLANTED) + 3}")
    failed = 0

    def report(number, name, well, why=""):
        nonlocal failed
        failed += not well
        print(f"{'ok' if well else 'not ok'} {number} - {name}")
        if not well:
            print(f"# {why}")

    found = checks.problems(good_books())
    report(1, "books in order are in order", not found, found)
    for i, (name, check, plant) in enumerate(PLANTED, 2):
        books = good_books()
        plant(books)
        found = [c.__name__ for _, c in checks.ALL if c(books)]
        report(i, f"{check} finds {name}", check in found, f"found by: {found}")
    planted = {check for _, check, _ in PLANTED}
    bare = [c.__name__ for _, c in checks.ALL if c.__name__ not in planted]
    report(len(PLANTED) + 2, "every check has an error to find", not bare, bare)
    report(len(PLANTED) + 3, "an owner that dies at once tells nothing", short_lived_owners())
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
