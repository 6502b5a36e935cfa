# SPDX-License-Identifier: GPL-3.0-or-later
"""One line for each observed fact, with its time: who says to be owner, what is heard at the
broker, which faults are made.

    SECONDS WALL SUBJECT KIND JSON

SECONDS are on the boot clock. What stays the same is written once."""
import json
import subprocess
import threading
import time

from util import now, wall


class Facts:
    def __init__(self, path):
        self.lock = threading.Lock()
        self.list = []  # (seconds, subject, kind, dict)
        self.file = open(path, "a", encoding="utf-8")

    def note(self, subject, kind, **details):
        at = now()
        with self.lock:
            self.list.append((at, subject, kind, details))
            if not self.file.closed:
                self.file.write(f"{at:.3f} {wall().strftime('%H:%M:%S.%f')[:-3]} {subject} {kind} "
                                f"{json.dumps(details, separators=(',', ':'))}\n")
                self.file.flush()
        return at

    def find(self, kind, subject=None, since=0.0):
        with self.lock:
            return [f for f in self.list
                    if f[2] == kind and f[0] >= since and subject in (None, f[1])]

    def close(self):
        with self.lock:
            self.file.close()


class Ear:
    """What anybody hears at the broker under leitstand/v1/."""

    PREFIX = "leitstand/v1/"

    def __init__(self, facts, broker):
        self.facts, self.broker = facts, broker
        self.occurrences = {}  # announced: id → (first heard, row)
        self.rows = {}         # topic → row, as of now
        self.wanted = True
        self.process = None
        self.lock = threading.Lock()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        while self.wanted:  # it ends when the broker is not there at its start
            self.process = subprocess.Popen(
                ["mosquitto_sub", "--unix", self.broker.socket, "-q", "1", "-k", "5",
                 "-t", f"{self.PREFIX}#", "-F", "%r %t %p"],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            for line in self.process.stdout:
                self.hear(line.decode("utf-8", "replace").rstrip("\n"))
            self.process.wait()
            time.sleep(0.1)

    def hear(self, line):
        retained, _, line = line.partition(" ")
        topic, _, payload = line.partition(" ")
        topic = topic[len(self.PREFIX):]
        try:
            body = json.loads(payload) if payload else None
        except ValueError:
            body = {"text": payload}
        kind = topic.split("/", 1)[0]
        if kind == "alarms":
            self.hear_alarm(topic, body, retained == "1")
        elif kind in ("owner", "claims", "resign", "instances"):
            self.facts.note("broker", kind, topic=topic, retained=retained == "1", body=body)

    def hear_alarm(self, topic, body, retained):
        with self.lock:
            if body is None:
                self.rows.pop(topic, None)
            else:
                self.rows[topic] = body
                self.occurrences.setdefault(body.get("occurrence"), (now(), body))
        if not retained:
            row = body or {}
            self.facts.note("broker", "alarm", topic=topic, occurrence=row.get("occurrence"),
                            state=row.get("state"), value=row.get("value"))

    def announced(self):
        with self.lock:
            return dict(self.occurrences)

    def current(self):
        with self.lock:
            return dict(self.rows)

    def retained(self):
        """The rows of alarms that the broker has now: whoever lost it for a moment did not hear
        what was emptied then."""
        done = subprocess.run(
            ["mosquitto_sub", "--unix", self.broker.socket, "-q", "1", "-W", "1",
             "--retained-only", "-t", f"{self.PREFIX}alarms/#", "-F", "%p"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            check=False, timeout=20)
        return [json.loads(line) for line in done.stdout.splitlines() if line]

    def close(self):
        self.wanted = False
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
        self.thread.join(10)


class Watch:
    """Asks one instance for its status ten times a second."""

    STEP_S = 0.1

    def __init__(self, facts, instance):
        self.facts, self.instance = facts, instance
        self.wanted = True
        self.last = None
        self.owner_polls = []  # (asked, answered) of each answer that said "I am owner"
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        while self.wanted:
            asked = now()
            status = self.instance.status(timeout=2.0)
            answered = now()
            said = {"answers": False}
            if status is not None:
                owner = status.get("owner") or {}
                said = {"answers": True, "role": status.get("role"),
                        "owner": owner.get("instance"), "epoch": owner.get("epoch"),
                        "term": owner.get("term"), "arbiter": owner.get("arbiter"),
                        "mqtt": status["mqtt"]["connected"],
                        "postgres": status["postgres"]["connected"]}
                if said["role"] == "owner":
                    self.owner_polls.append((asked, answered))
            if said != self.last:
                self.facts.note(self.instance.name, "status", **said)
                self.last = said
            time.sleep(max(0.0, asked + self.STEP_S - now()))

    def close(self):
        self.wanted = False
        self.thread.join(10)


class StoreWatch:
    """Looks at leitstand.ownership ten times a second."""

    def __init__(self, facts, cluster):
        self.facts, self.cluster = facts, cluster
        self.wanted = True
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        last, connection, host = None, None, None
        while self.wanted:
            try:
                if connection is None or host is not self.cluster.host:
                    host = self.cluster.host
                    connection = host.connect()
                cursor = connection.cursor()
                cursor.execute("select instance, epoch, term from leitstand.ownership")
                said = {"owners": [list(row) for row in cursor.fetchall()]}
            except Exception as error:  # whatever psycopg2 makes of a server that goes away
                said = {"gone": str(error).strip().split("\n", maxsplit=1)[0]}
                connection = None
            if said != last:
                self.facts.note("store", "ownership", **said)
                last = said
            time.sleep(0.1)
        if connection is not None:
            connection.close()

    def close(self):
        self.wanted = False
        self.thread.join(10)
