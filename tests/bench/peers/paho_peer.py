#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The peer in Python: paho → sqlite3, one transaction for whatever has gathered.

usage: paho_peer.py PORT COUNT DATABASE
"""
import json
import resource
import sqlite3
import sys
import time

import paho.mqtt.client as mqtt


def cpu_s():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


class Peer:
    def __init__(self, count, path):
        self.count, self.stored, self.rows = count, 0, []
        self.begin, self.last = 0.0, time.monotonic()
        self.db = sqlite3.connect(path, isolation_level=None)
        self.db.execute("PRAGMA journal_mode = WAL")
        self.db.execute("PRAGMA synchronous = FULL")
        self.db.execute("CREATE TABLE readings(id TEXT, ts INTEGER, value REAL)")

    def on_connect(self, client, _user, _flags, _code):
        client.subscribe("bench/#", 0)

    def on_subscribe(self, _client, _user, _mid, _granted):
        self.begin = cpu_s()
        print("ready", flush=True)

    def on_message(self, _client, _user, message):
        value = json.loads(message.payload)
        self.rows.append((value["Hid"], time.time_ns() // 1000, value["Value"]))
        if len(self.rows) >= 1000:
            self.flush()

    def flush(self):
        self.db.execute("BEGIN")
        self.db.executemany("INSERT INTO readings VALUES(?, ?, ?)", self.rows)
        self.db.execute("COMMIT")
        self.stored += len(self.rows)
        self.rows = []
        self.last = time.monotonic()

    def run(self, port):
        client = mqtt.Client("paho")
        client.on_connect, client.on_subscribe = self.on_connect, self.on_subscribe
        client.on_message = self.on_message
        client.connect("127.0.0.1", port)
        while self.stored < self.count and time.monotonic() - self.last < 10:
            client.loop(0.01)
            if self.rows and time.monotonic() - self.last > 0.05:
                self.flush()
        rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        print(json.dumps({"received": self.stored, "last_us": time.monotonic_ns() // 1000,
                          "cpu_s": cpu_s() - self.begin, "rss_kb": rss}))


Peer(int(sys.argv[2]), sys.argv[3]).run(int(sys.argv[1]))
