# SPDX-License-Identifier: GPL-3.0-or-later
"""The benchmarks that need a terminal, or a second look at the cache."""
import json
import os
import subprocess
import threading
import time

import harness as h


def latency(b):
    """P5: at 10,000 messages a second, to the committed row and to the screen."""
    rounds = []

    def committed(d, port):
        with h.Leitstand(b.build, d, port) as program:
            before = program.status()
            rounds.append(h.tool([f"{b.build}/tests/bench/commit_latency", f"--port={port}",
                                f"--cache={d}/cache.db", "--rate=10000", "--count=50000"]))
            program.settle()
            if program.status()["cache"]["stored"] != before["cache"]["stored"] + 50000:
                raise h.Trouble("a message was lost")
    for _ in range(b.rounds):
        b.with_broker(committed)
        b.say(f"    committed: p50 {rounds[-1]['p50_ms']:.1f} ms, p99 {rounds[-1]['p99_ms']:.1f}")
    b.row("P5", "message to committed row, p99, ms", h.Spread([r["p99_ms"] for r in rounds]), 60,
          digits=1)

    def shown(d, port):
        program = h.Leitstand(b.build, d, port)
        h.write_plant(f"{d}/plant", deal=True)
        return h.tool([f"{b.build}/tests/bench/screen_probe", "latency", program.program,
                     program.ini, port])
    result = b.with_broker(shown)
    b.say(f"    screen: {result}")
    b.row("P5", f"message to screen, p99 of {result['n']}, ms", result["p99_ms"], 150, digits=1)


def start(b):
    """P7: from the start of the program to the first frame, 10,000 components in the cache."""
    def measure(d, port):
        with h.Leitstand(b.build, d, port) as program:
            program.measure(20000)  # every component has a value
        argv = [f"{b.build}/tests/bench/screen_probe", "start", program.program, program.ini]
        return [h.tool(argv)["ms"] for _ in range(max(b.rounds, 3))]
    b.row("P7", "start to first frame, 10,000 components, ms", h.Spread(b.with_broker(measure)),
          100, digits=1)


def soak(b):
    """1,000 stations, 10,000 components, as fast as the broker delivers, with the screen."""
    seconds = max(int(20 * b.scale), 5)

    def measure(d, port):
        program = h.Leitstand(b.build, d, port)
        probe = subprocess.Popen([f"{b.build}/tests/bench/screen_probe", "keys", program.program,
                                  program.ini, str(seconds)], stdin=subprocess.PIPE,
                                 stdout=subprocess.PIPE, text=True)
        pid = json.loads(probe.stdout.readline())["pid"]
        program.process = probe  # whose end means that nobody will answer
        program.await_subscription()
        before, flooding, sent = program.status(), threading.Event(), []

        def flood():
            while not flooding.is_set():
                sent.append(h.Flood(b.build, port, 200000).join()["sent"])
                while program.status()["mqtt"]["received"] < sum(sent) - 200000:
                    time.sleep(0.02)  # the rest waits at the broker, which need not hold more
        publisher = threading.Thread(target=flood)
        publisher.start()
        try:
            publisher.join(seconds / 2)
            half = h.rss_mb(pid)
            keys = json.loads(probe.stdout.readline() or "{}")
        finally:
            flooding.set()
            publisher.join()
        target = before["cache"]["stored"] + sum(sent)
        try:
            h.wait_for(lambda: program.status()["cache"]["stored"] >= target, 30, "the rest")
        except h.Trouble:
            pass  # told below, with numbers
        program.settle()
        after, full = program.status(), h.rss_mb(pid)
        probe.communicate("\n", timeout=30)
        if probe.returncode != 0 or "p99_ms" not in keys:
            raise h.Trouble("the console did not answer")
        stored = after["cache"]["stored"] - before["cache"]["stored"]
        if stored != sum(sent) or after["mqtt"]["dropped"] != 0:
            raise h.Trouble(f"{stored} of {sum(sent)} stored, {after['mqtt']}")
        b.say(f"    {stored:,} messages stored in {seconds} s of flood, none lost; keys {keys}")
        b.row("soak", f"key to answer, longest of {keys['n']}, ms", keys["max_ms"], 100, digits=1)
        b.row("soak", "RSS at the end, MB", full, 60, digits=1)
        b.row("soak", "RSS at the end / at half time", full / half, 1.2)
    b.with_broker(measure)


def drawing(b):
    """P8: what a frame of 200x60 costs."""
    argv = [f"{b.build}/tests/bench/screen_probe", "draw", f"{b.build}/tests/ui_stage"]
    results = [h.tool(argv) for _ in range(b.rounds)]
    b.row("P8", "20 changed values, CPU, ms", h.Spread([r["cpu_ms"] for r in results]), 0.2, digits=3)
    b.row("P8", "20 changed values, bytes", h.Spread([r["bytes"] for r in results]), 700, digits=0)
    # The clock in the header is painted once a minute, so the quiet of the median counts.
    b.row("P8", "idle, bytes", h.Spread([r["idle_bytes"] for r in results]), 0, digits=0)


def keys(b):
    """Issue 5: the dearest key of any view, and memory, with 10,000 stations; beside 40."""
    def walk(stations):
        argv = [f"{b.build}/tests/bench/screen_walk", f"{b.build}/tests/ui_stage", str(stations),
                "200", "60"]
        return h.tool(argv)
    few, many = walk(40), walk(10000)
    b.say(f"    {many['keys']} keys; dearest with 10,000 stations: {many['action']} in view "
          f"{many['view']}; with 40: {few['action']} in view {few['view']}")
    b.row("keys", "CPU of the dearest key, 10,000 stations, ms", many["ms"], 50, digits=1)
    b.tell("keys", "the same / with 40 stations", h.Spread([many["ms"] / few["ms"]]))
    b.row("keys", "peak of memory, 10,000 stations of 12 components, MB", many["mb"], 150,
          digits=0)


def memory(b):
    """The real console: 10,000 stations, 50,000 components, every view, a day of trends."""
    # u22
    def measure(d, port):
        program = h.Leitstand(b.build, d, port, components=50000, per_station=5)
        probe = subprocess.Popen([f"{b.build}/tests/bench/screen_probe", "memory",
                                  program.program, program.ini], stdin=subprocess.PIPE,
                                 stdout=subprocess.PIPE, text=True)
        json.loads(probe.stdout.readline())
        program.process = probe  # whose end means that nobody will answer
        program.await_subscription()
        for _ in range(3):
            h.Flood(b.build, port, 50000, rate=5000, topics=50000).join()
        program.settle()
        out, _ = probe.communicate("\n", timeout=120)
        if probe.returncode != 0:
            raise h.Trouble("the console did not answer")
        return json.loads(out)
    told = b.with_broker(measure)
    b.say(f"    {told}")
    b.row("U22", "peak of memory, 10,000 stations, 50,000 components, a day of trends, MB",
          told["peak_mb"], 64, digits=1)
