#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Breaks things around running instances and checks what came of it. Speaks TAP.

usage: run.py LEITSTAND LOAD [--rounds=N] [--long] [--seed=N] [--rate=N] [--keep=DIR] [SCENARIO…]

LOAD is the load program; libwallclock.so lies beside it. --long: faults last as long as the
issue says. --keep: facts and logs of each round stay there. Without SCENARIO: all but the long
ones.
"""
import sys
sys.dont_write_bytecode = True  # pylint: disable=wrong-import-position

import argparse
import os
import random
import signal
import traceback
from dataclasses import dataclass

from scenarios import SCENARIOS
from stage import Stage
from util import Skip, own_mounts


@dataclass
class Programs:
    leitstand: str
    load: str
    wallclock: str


class Tap:
    def __init__(self):
        self.number = self.failed = 0

    def report(self, name, problems):
        self.number += 1
        self.failed += bool(problems)
        for line in problems:
            print("# " + str(line).replace("\n", "\n# "))
        print(f"{'not ok' if problems else 'ok'} {self.number} - {name}", flush=True)

    def skip(self, name, why):
        self.number += 1
        print(f"ok {self.number} - {name} # SKIP {why}", flush=True)


def tail(path, lines=60):
    if os.path.exists(path):
        with open(path, encoding="utf-8", errors="replace") as f:
            for line in f.read().split("\n")[-lines:]:
                print(f"#   {line}")


def play(tap, scenario, programs, options, seed):
    stage = None
    label = scenario.name
    try:
        stage = Stage(programs, seed=seed, rate=options.rate, long=options.long,
                      keep=options.keep, **scenario.stage)
        stage.start()
        scenario.run(stage)
        results, summary = stage.end()
        print(f"# {label}, seed {seed}: {summary}")
        for name, problems in results:
            tap.report(f"{label}: {name}", problems)
        if any(problems for _, problems in results):
            show(stage)
    except Skip as reason:
        tap.skip(label, reason)
    except Exception:
        tap.report(f"{label}: it is played to its end", [traceback.format_exc()])
        if stage is not None:
            show(stage)
    finally:
        if stage is not None:
            stage.close()


def show(stage):
    """What explains a failure."""
    print("# facts:")
    tail(f"{stage.dir}/facts", 120)
    for i in stage.instances:
        print(f"# log of {i.name}:")
        tail(i.log, 25)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--long", action="store_true")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--rate", type=int, default=500)
    parser.add_argument("--keep")
    parser.add_argument("arguments", nargs="*")
    options = parser.parse_intermixed_args()
    leitstand, load, *names = options.arguments
    programs = Programs(os.path.abspath(leitstand), os.path.abspath(load),
                        os.path.join(os.path.dirname(os.path.abspath(load)), "libwallclock.so"))
    unknown = set(names) - {s.name for s in SCENARIOS}
    if unknown:
        parser.error(f"no such scenario: {', '.join(sorted(unknown))}")
    # A time-out of the test runner: processes and mounts are cleaned up.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    own_mounts()
    tap = Tap()
    for number in range(options.rounds):
        for scenario in SCENARIOS:
            if scenario.name in names or (not names and not scenario.long):
                seed = options.seed or random.randrange(1, 1_000_000)
                play(tap, scenario, programs, options, seed + number if options.seed else seed)
    print(f"1..{tap.number}")
    return 1 if tap.failed else 0


if __name__ == "__main__":
    sys.exit(main())
