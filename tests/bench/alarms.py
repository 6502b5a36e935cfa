# SPDX-License-Identifier: GPL-3.0-or-later
"""From a message to the people: the retained topic of an alarm, and its line in the journal."""
import harness as h

ALARMS, SECONDS, RATE = 1000, 10, 2000


def annunciation(b):
    """1,000 alarms rise within 10 s of 2,000 other messages a second."""
    rounds = []

    def measure(d, port):
        with h.Leitstand(b.build, d, port) as program:
            before, others = program.status(), RATE * (SECONDS + 2)
            quiet = h.COMPONENTS - ALARMS  # topics whose values stay normal
            flood = h.Flood(b.build, port, others, rate=RATE, topics=quiet)
            rounds.append(h.tool([f"{b.build}/tests/bench/alarm_latency", f"--port={port}",
                                  f"--cache={d}/cache.db", f"--first={quiet}",
                                  f"--count={ALARMS}", f"--seconds={SECONDS}"]))
            flood.join()
            program.settle()
            after = program.status()
            stored = after["cache"]["stored"] - before["cache"]["stored"]
            if stored != others + ALARMS or after["mqtt"]["dropped"] != 0:
                raise h.Trouble(f"{stored} of {others + ALARMS} stored, {after['mqtt']}")
            if after["alarms"]["unacked"] != ALARMS:
                raise h.Trouble(f"{after['alarms']} instead of {ALARMS} unacked")

    for number in range(b.rounds):
        b.with_broker(measure)
        b.say(f"    round {number + 1}  {rounds[-1]}")
    b.row("-", "1,000 alarms rise in 10 s: message to retained topic, p99, ms",
          h.Spread([r["topic_p99_ms"] for r in rounds]), 50, digits=1)
    b.tell("-", "the same, longest, ms", h.Spread([r["topic_max_ms"] for r in rounds]), digits=1)
    b.tell("-", "message to committed line of the journal, p99, ms",
           h.Spread([r["row_p99_ms"] for r in rounds]), digits=1)
