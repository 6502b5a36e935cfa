# SPDX-License-Identifier: GPL-3.0-or-later
"""The load (load.c) and what it wrote down; operators who acknowledge its alarms."""
import os
import random
import subprocess
import threading
import time
from dataclasses import dataclass, field

from util import Trouble, now


@dataclass
class LoadLog:
    sent: dict = field(default_factory=dict)      # number → when
    accepted: dict = field(default_factory=dict)  # number → when
    tries: dict = field(default_factory=dict)     # (component, value) → how often published
    first_try: dict = field(default_factory=dict)  # (component, value) → when
    done: dict = field(default_factory=dict)      # (component, value) → when accepted
    links: list = field(default_factory=list)     # [connected, lost]: when, or inf

    def rate(self):
        """Numbers a second for as long as it was connected and numbers were wanted."""
        times = list(self.sent.values())
        first, last = min(times, default=0.0), max(times, default=0.0)
        seconds = sum(max(0.0, min(lost, last) - max(connected, first))
                      for connected, lost in self.links)
        return len(times) / seconds if seconds > 0 else 0.0

    def last(self):
        """component → the value that was accepted last."""
        newest = {}
        for (component, value), at in self.done.items():
            if at >= newest.get(component, (0.0, 0))[0]:
                newest[component] = (at, value)
        return {component: value for component, (_, value) in newest.items()}

    @staticmethod
    def read(path):
        log = LoadLog()
        with open(path, encoding="ascii") as f:
            lines = f.read().split("\n")
        for line in lines[:-1]:  # the last one may be half there
            kind, *words = line.split(" ")
            at = int(words[-1]) / 1e6
            if kind == "sent":
                log.sent[int(words[0])] = at
            elif kind == "acked":
                log.accepted[int(words[0])] = at
            elif kind == "try":
                key = (words[0], int(words[1]))
                log.tries[key] = log.tries.get(key, 0) + 1
                log.first_try.setdefault(key, at)
            elif kind == "done":
                log.done[(words[0], int(words[1]))] = at
            elif kind == "connected":
                log.links.append([at, float("inf")])
            elif kind == "lost" and log.links:
                log.links[-1][1] = at
        return log


class Load:
    def __init__(self, program, broker, path, rate=500, time_mode="mixed", seed=1):
        self.path = path
        self.process = subprocess.Popen(
            [program, f"--socket={broker.socket}", f"--log={path}", f"--rate={rate}",
             f"--time={time_mode}", f"--seed={seed}"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def log(self):
        return LoadLog.read(self.path) if os.path.exists(self.path) else LoadLog()

    def end(self):
        """Everything settled and accepted; what was written down."""
        out, _ = self.process.communicate("end\n", timeout=60)
        if out.strip() != "ended":
            raise Trouble(f"load ended with status {self.process.returncode}")
        return self.log()

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.communicate()


@dataclass
class Ack:
    occurrence: str
    comment: str
    instance: str
    asked: float
    status: int = None  # 0: accepted; 2: never done; None: refused, or nobody knows
    said: str = ""


class Ackers:
    """Operators: each takes an occurrence that was announced and that nobody has tried, and
    acknowledges it at some instance that lives, with a comment nobody else uses."""

    PAUSE_S = 0.5

    def __init__(self, ear, instances, facts, people=3, seed=1):
        self.ear, self.instances, self.facts = ear, instances, facts
        self.tried, self.list = set(), []
        self.lock = threading.Lock()
        self.wanted = True
        self.random = random.Random(seed)
        self.threads = [threading.Thread(target=self.run, args=(i,), daemon=True)
                        for i in range(people)]
        for thread in self.threads:
            thread.start()

    def choose(self):
        with self.lock:
            rows = [r for r in self.ear.current().values()
                    if r.get("state") in ("unacked", "returned_unacked")
                    and r.get("occurrence") not in self.tried and r.get("station") == "ALARMS"]
            alive = [i for i in self.instances if i.acts()]
            if not rows or not alive:
                return None
            row, instance = self.random.choice(rows), self.random.choice(alive)
            self.tried.add(row["occurrence"])
            if self.random.random() < 0.3:  # left alone, so that all states occur
                return None
            ack = Ack(row["occurrence"], f"seen {len(self.list) + 1}", instance.name, now())
            self.list.append(ack)
            return ack, instance

    def run(self, number):
        while self.wanted:
            chosen = self.choose()
            if chosen:
                ack, instance = chosen
                status, said = instance.run("ack", ack.occurrence, f"--comment={ack.comment}")
                # 1 is a refusal, or an instance that was killed while it answered.
                ack.status = status if status != 1 else None
                ack.said = said
                self.facts.note(f"operator{number}", "ack", occurrence=ack.occurrence,
                                instance=ack.instance, status=status, said=said,
                                comment=ack.comment)
            time.sleep(self.PAUSE_S)

    def close(self):
        self.wanted = False
        for thread in self.threads:
            thread.join(30)
