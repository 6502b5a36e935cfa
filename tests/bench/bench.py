#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The goals of leitstand's performance as ratios, each against a reference of the same run.

usage: bench.py BUILD ROOT CASE…     (called by `meson test --benchmark`)

Exit status 0 also when a goal is missed: the table then says MISSED. A crash or a lost message
is a failure (1); what cannot be compared here is skipped with its reason.
BENCH_ROUNDS (5) and BENCH_SCALE (1.0, of the number of messages) make a run shorter.
"""
import json
import os
import sys
import tempfile
import traceback

import alarms
import harness as h
import screen
import store

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
SCALE = float(os.environ.get("BENCH_SCALE", "1"))


def scaled(count):
    return max(int(count * SCALE), 1000)


class Bench:
    def __init__(self, build, root):
        self.build, self.root = build, root
        self.rounds, self.scale = ROUNDS, SCALE
        self.rows = []
        self.dir = tempfile.mkdtemp(prefix="leitstand-bench-")

    def say(self, text):
        print(text, flush=True)

    def row(self, goal, what, value, limit, better="<=", digits=2):
        """value: Spread or number; limit: the goal."""
        spread = value if isinstance(value, h.Spread) else h.Spread([value])
        met = spread.median <= limit if better == "<=" else spread.median >= limit
        sign = "≤" if better == "<=" else "≥"
        self.rows.append({"goal": goal, "what": what, "value": spread.text(digits),
                          "limit": f"{sign} {limit:g}", "met": met})
        self.say(f"{goal}  {what}: {spread.text(digits)}, goal {sign} {limit:g}"
                 f"{'' if met else '  MISSED'}")

    def tell(self, goal, what, value, digits=2):
        """A figure without a goal."""
        self.rows.append({"goal": goal, "what": what, "value": value.text(digits), "limit": "",
                          "met": None})
        self.say(f"{goal}  {what}: {value.text(digits)}")

    def skip(self, goal, what, why):
        self.rows.append({"goal": goal, "what": what, "value": f"skipped: {why}", "limit": "",
                          "met": None})
        self.say(f"{goal}  {what}: skipped: {why}")

    def in_turn(self, cases):
        """cases: name → function; every round runs each once. name → list of results."""
        results = {name: [] for name in cases}
        for number in range(ROUNDS):
            for name, run in list(cases.items()):
                try:
                    result = run()
                except h.Skip as why:
                    self.say(f"    {name}: skipped: {why}")
                    del cases[name], results[name]
                    results.setdefault("skipped", {})[name] = str(why)
                    continue
                results[name].append(result)
                self.say(f"    round {number + 1}  {name:30} {result.rate:10,.0f} messages/s "
                         f"{result.cpu_us:7.2f} us CPU a message")
        return results

    def with_broker(self, run, settings=h.Broker.DEFAULT):
        with tempfile.TemporaryDirectory(dir=self.dir) as d, h.Broker(d, settings) as broker:
            return run(d, broker.port)

    def leitstand(self, count, qos=0, rate=0, settings=h.Broker.DEFAULT,
                  components=h.COMPONENTS):
        def run(d, port):
            with h.Leitstand(self.build, d, port, qos, components) as program:
                return program.measure(count, rate)
        return self.with_broker(run, settings)

    def counting(self, count, qos=0, rate=0, nap=False, settings=h.Broker.DEFAULT,
                 components=h.COMPONENTS):
        return self.with_broker(
            lambda _, port: h.counting(self.build, port, count, qos, rate, nap, components),
            settings)

    def table(self):
        width = max([len(r["what"]) for r in self.rows] + [10])
        self.say("")
        for r in self.rows:
            verdict = "" if r["met"] is None else "met" if r["met"] else "MISSED"
            self.say(f"{r['goal']:4} {r['what']:{width}}  {r['value']:28} {r['limit']:9} {verdict}")


def ratios(above, below, field):
    """Round by round, since both of a round had the same load beside them."""
    return h.Spread([getattr(a, field) / getattr(b, field) for a, b in zip(above, below)])


def saturated(b):
    """P1 and P2: all that the broker delivers at QoS 0."""
    many, few = scaled(500000), scaled(60000)
    results = b.in_turn({
        "counting": lambda: b.counting(many),
        "counting, naps": lambda: b.counting(many, nap=True),
        "leitstand": lambda: b.leitstand(many),
        "Node.js": lambda: b.with_broker(lambda d, port: h.run_node(b.build, d, port, many)),
        "paho": lambda: b.with_broker(lambda d, port: h.run_paho(b.build, d, port, few)),
    })
    ours, plain = results["leitstand"], results["counting"]
    b.row("P1", "rate / counting subscriber, 4 rules a component",
          ratios(ours, plain, "rate"), 1.0, ">=")
    b.row("P2", "CPU / counting subscriber", ratios(ours, plain, "cpu_us"), 1.25)
    for name, label, limit in (("Node.js", "CPU / Node.js mqtt, better-sqlite3", 0.6),
                               ("paho", "CPU / Python paho, sqlite3", 0.15)):
        if name in results:
            b.row("P2", label, ratios(ours, results[name], "cpu_us"), limit)
        else:
            b.skip("P2", label, results["skipped"][name])


def paced(b):
    """P3: 2,000 messages a second."""
    count = scaled(20000)
    results = b.in_turn({
        "counting": lambda: b.counting(count, rate=2000),
        "leitstand": lambda: b.leitstand(count, rate=2000),
    })
    b.row("P3", "CPU at 2,000/s / counting subscriber",
          ratios(results["leitstand"], results["counting"], "cpu_us"), 1.2)
    b.row("P3", "RSS with 10,000 components, MB",
          h.Spread([r.rss_mb for r in results["leitstand"]]), 30, digits=1)


def acknowledged(b):
    """P4: QoS 1 with PUBACK after commit; measure() insists on each message exactly once."""
    count = scaled(100000)
    packaged = h.packaged_settings(b.root)
    results = b.in_turn({
        "counting, window 20": lambda: b.counting(count, 1),
        "leitstand, window 20": lambda: b.leitstand(count, 1),
        "counting, packaged broker": lambda: b.counting(count, 1, settings=packaged),
        "leitstand, packaged broker": lambda: b.leitstand(count, 1, settings=packaged),
    })
    for name, limit in (("window 20", 0.8), ("packaged broker", 0.9)):
        b.row("P4", f"QoS 1 rate / counting subscriber, {name}",
              ratios(results["leitstand, " + name], results["counting, " + name], "rate"),
              limit, ">=")


def scale(b):
    """P7: 50,000 components with 4 rules each, all that the broker delivers at QoS 0."""
    count, components = scaled(500000), 50000
    results = b.in_turn({
        "counting": lambda: b.counting(count, components=components),
        "leitstand": lambda: b.leitstand(count, components=components),
    })
    b.row("P7", "50,000 components x 4 rules: rate / counting subscriber",
          ratios(results["leitstand"], results["counting"], "rate"), 1.0, ">=")
    b.tell("P7", "RSS with 50,000 components x 4 rules, MB",
           h.Spread([r.rss_mb for r in results["leitstand"]]), digits=1)


CASES = {"saturated": saturated, "paced": paced, "acknowledged": acknowledged, "scale": scale,
         "annunciation": alarms.annunciation, "latency": screen.latency, "start": screen.start,
         "drawing": screen.drawing, "keys": screen.keys, "memory": screen.memory,
         "soak": screen.soak, "sync": store.sync}


def run(b, names):
    failed = False
    for name in names:
        b.say(f"{name}: {CASES[name].__doc__.strip()}")
        try:
            CASES[name](b)
        except h.Skip as why:
            b.skip("-", name, str(why))
        except Exception as why:  # pylint: disable=broad-except
            failed = True
            if not isinstance(why, h.Trouble):
                traceback.print_exc(file=sys.stdout)
            b.rows.append({"goal": "-", "what": name, "value": f"FAILED: {why}", "limit": "",
                           "met": None})
            b.say(f"FAILED: {why}")
    b.table()
    return failed


def main():
    build, root = (os.path.abspath(p) for p in sys.argv[1:3])
    b = Bench(build, root)
    failed = run(b, sys.argv[3:] or list(CASES))
    with open(f"{build}/benchmark.json", "w", encoding="utf-8") as f:
        json.dump(b.rows, f, indent=1)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
