#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Count results: "passed failed skipped" on stdout, what failed or was skipped on stderr.

usage: tally.py LABEL FILE
FILE is a testlog.json of Meson (a JSON object a line) or the TAP output of a script. Of a test
that speaks TAP every case counts; one that crashed or timed out is one failure more. What a
failed case says stands in comments before or behind it, and is told as well.
"""
import json
import re
import sys

TAP = re.compile(r"^(not )?ok\b(?:\s+\d+)?\s*(?:-\s*)?([^#]*)(?:#\s*(SKIP|TODO)\S*\s*(.*))?",
                 re.IGNORECASE)


COMMENTS = 12  # of a failed case, before it and behind it


class Tally:
    def __init__(self, label):
        self.label = label
        self.passed = self.failed = self.skipped = 0

    def fail(self, name, why=""):
        self.failed += 1
        print(f"FAILED  {self.label}: {name}{': ' if why else ''}{why}", file=sys.stderr)

    def skip(self, name, why):
        self.skipped += 1
        print(f"SKIPPED {self.label}: {name}: {why or 'no reason given'}", file=sys.stderr)

    def tap(self, name, text):
        """Count the cases; returns how many there were and how many failed."""
        cases = bad = behind = 0
        before = []
        for line in text.splitlines():
            if line.startswith("#"):
                before = [*before, line][-COMMENTS:]
                if behind > 0:
                    behind -= 1
                    print(f"        {line}", file=sys.stderr)
                continue
            plan = re.match(r"^1\.\.0\s*(?:#\s*SKIP\S*\s*(.*))?$", line, re.IGNORECASE)
            if plan:
                cases += 1
                self.skip(name, plan.group(1))
                continue
            case = TAP.match(line)
            if case is None:
                continue
            cases += 1
            said, before, behind = before, [], 0
            what = f"{name}: {case.group(2).strip()}"
            if case.group(3) and case.group(3).upper() == "SKIP":
                self.skip(what, case.group(4))
            elif case.group(1):
                bad += 1
                self.fail(what)
                for comment in said:
                    print(f"        {comment}", file=sys.stderr)
                behind = COMMENTS
            else:
                self.passed += 1
        return cases, bad

    def meson(self, path):
        with open(path, encoding="utf-8") as log:
            for line in log:
                test = json.loads(line)
                name, result = test["name"], test["result"]
                out = test.get("stdout") or ""
                cases, bad = self.tap(name, out)
                if result in ("OK", "EXPECTEDFAIL"):
                    if cases == 0:
                        self.passed += 1
                elif result == "SKIP":
                    if cases == 0:
                        words = (out + (test.get("stderr") or "")).strip().splitlines()
                        self.skip(name, words[-1] if words else "")
                elif bad == 0:
                    self.fail(name, result.lower())


def main():
    tally = Tally(sys.argv[1])
    if sys.argv[2].endswith(".json"):
        tally.meson(sys.argv[2])
    else:
        with open(sys.argv[2], encoding="utf-8", errors="replace") as text:
            if tally.tap(sys.argv[1], text.read())[0] == 0:
                tally.fail("no results")
    print(tally.passed, tally.failed, tally.skipped)


if __name__ == "__main__":
    main()
