#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The parts of the harness do what they are for: proxies, servers, broker, load, wall clock. A
harness that breaks nothing finds nothing. Speaks TAP.

usage: test_parts.py LOAD
"""
import sys
sys.dont_write_bytecode = True  # pylint: disable=wrong-import-position

import os
import shutil
import socket
import struct
import subprocess
import tempfile
import threading
import time
import traceback

from broker import Broker
from cluster import Cluster
from load import Load
from proxy import Proxies
from util import Trouble, now, wait_for


class Echo:
    """Answers on a unix socket with what it got."""

    def __init__(self, path):
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(path)
        self.listener.listen(10)
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            peer, _ = self.listener.accept()
            threading.Thread(target=self.serve, args=(peer,), daemon=True).start()

    @staticmethod
    def serve(peer):
        try:
            while data := peer.recv(65536):
                peer.sendall(data)
        except OSError:
            pass


def ask(s, text, seconds=1.0):
    """What comes back; None: nothing within the time; b"": an end."""
    s.settimeout(seconds)
    s.sendall(text)
    answer = b""
    try:
        while len(answer) < len(text):
            piece = s.recv(65536)
            if not piece:
                return b""
            answer += piece
    except socket.timeout:
        return answer or None
    return answer


def test_proxy(dir):
    echo, proxies = Echo(f"{dir}/echo"), Proxies()
    assert echo
    try:
        port = proxies.open("a", f"{dir}/echo")
        other = proxies.open("b", f"{dir}/echo")

        def connect(to=port):
            return socket.create_connection(("127.0.0.1", to), 2)
        s, beside = connect(), connect(other)
        assert ask(s, b"one") == b"one", "forward"

        proxies.set("a", "stall")
        assert ask(s, b"two", 0.3) is None, "stall passes something"
        late = connect()
        assert ask(late, b"three", 0.3) is None, "stall serves a new one"
        assert ask(beside, b"beside") == b"beside", "another proxy stalls as well"
        proxies.set("a", "forward")
        s.settimeout(2)
        assert s.recv(100) == b"two", "what was under way is lost"
        late.settimeout(2)
        assert late.recv(100) == b"three", "the new one is not served afterwards"

        proxies.set("a", "slow", rate=10000, latency=0.1)
        begun = now()
        assert ask(s, b"x" * 4000, 5) == b"x" * 4000
        took = now() - begun
        assert 0.9 < took < 2.5, f"slow took {took:.2f} s"

        proxies.set("a", "cut")
        try:
            end = s.recv(100)
            assert False, f"cut ends with {end}, not with a reset"
        except ConnectionResetError:
            pass
        try:
            connect()
            assert False, "cut accepts"
        except ConnectionRefusedError:
            pass
        with socket.socket() as other:
            try:
                other.bind(("127.0.0.1", port))
                assert False, "somebody else has the port of a proxy that is cut"
            except OSError:
                pass
        proxies.set("a", "forward")
        assert ask(connect(), b"again") == b"again", "forward after cut"
        assert proxies.get("a")["served"] == 3
        proxies.set("a", "stall")
        s = connect()
        proxies.set("a", "cut")
        s.settimeout(2)
        try:
            assert s.recv(100) == b"", "cut out of a stall"
        except ConnectionResetError:
            pass
    finally:
        proxies.close()


def test_cluster(dir):
    c = Cluster(dir, standby=True, settings={"track_commit_timestamp": "on"})
    try:
        first = c.host
        first.rows("create table t (n int)")
        first.rows("insert into t select generate_series(1, 1000)")
        state = first.rows("select application_name, sync_state from pg_stat_replication")
        assert state == [("pg2", "sync")], state
        assert first.rows("show fsync") == [("on",)]
        assert c.hosts[1].rows("select pg_is_in_recovery()") == [(True,)]
        first.restart()
        assert first.rows("select count(*) from t") == [(1000,)]
        first.rows("insert into t values (1001)")
        c.fail_over()
        assert c.host is c.hosts[1] and not first.running()
        assert c.host.rows("select count(*) from t") == [(1001,)]
        c.host.rows("insert into t values (1002)")
        assert c.host.rows("select count(*) from t where pg_xact_commit_timestamp(xmin) is null"
                           ) == [(0,)]
    finally:
        c.close()


def test_load(dir):
    """What it says the broker accepted is what a persistent session gets, across restarts."""
    broker = Broker(dir)
    subscribe = ["mosquitto_sub", "--unix", broker.socket, "-q", "1", "-c", "-i", "books", "-t",
                 "w/#", "-t", "sensors/#", "-F", "%t %p"]
    load = None
    try:
        subprocess.run(subscribe + ["-E"], check=True, timeout=10)
        load = Load(LOAD, broker, f"{dir}/load", seed=3)
        wait_for(lambda: len(load.log().accepted) > 600, 10, "numbers are accepted")
        sent = load.log().sent
        rate = len(sent) / (max(sent.values()) - min(sent.values()))
        assert 250 < rate < 550, rate
        broker.stop()
        wait_for(lambda: not os.path.exists(f"/proc/{broker.process.pid}"), 5, "the broker ends")
        broker.start()
        before = len(load.log().accepted)
        wait_for(lambda: len(load.log().accepted) > before + 300, 10, "it goes on")
        wait_for(lambda: len(load.log().done) > 3, 10, "alarms rise")
        log = load.end()
        got = subprocess.run(subscribe + ["-W", "5"], stdout=subprocess.PIPE, text=True,
                             stderr=subprocess.DEVNULL, check=False, timeout=30).stdout
        numbers, alarms, timed = [], [], 0
        for line in got.splitlines():
            topic, _, text = line.partition(" ")
            if topic == "sensors/LOAD/telemetry":
                timed += 1
                numbers.append(int(text.rsplit(":", 1)[1].rstrip("}")))
            elif topic.startswith("w/LOAD/"):
                numbers.append(int(text))
            else:
                alarms.append((topic.split("/")[2], int(text)))
        assert len(set(numbers)) == len(numbers), "the load repeats numbers"
        assert set(log.accepted) <= set(numbers), "accepted, and not there"
        assert set(numbers) <= set(log.sent), "there, and not sent"
        assert 0.4 < timed / len(numbers) < 0.6, timed
        assert set(log.done) <= set(alarms) and set(alarms) <= set(log.tries)
        last = dict(alarms)
        assert last == log.last(), (last, log.last())
        assert len(last) == 12 and sum(v > 0 for v in last.values()) == 6, last
    finally:
        if load is not None:
            load.close()
        broker.close()


def test_broker(dir):
    """A session outlives a restart with the database, and not one without."""
    broker = Broker(dir)
    subscribe = ["mosquitto_sub", "--unix", broker.socket, "-q", "1", "-c", "-i", "me", "-t", "x",
                 "-F", "%p"]

    def wait():
        return subprocess.run(subscribe + ["-W", "2"], stdout=subprocess.PIPE, text=True,
                              stderr=subprocess.DEVNULL, check=False, timeout=10).stdout.split()
    try:
        subprocess.run(subscribe + ["-E"], check=True, timeout=10)
        broker.publish("x", "kept")
        broker.stop()
        broker.start()
        assert wait() == ["kept"]
        broker.publish("x", "forgotten")
        broker.kill()
        broker.forget()
        broker.start()
        assert not wait()
    finally:
        broker.close()


def test_wallclock(dir):
    library = os.path.join(os.path.dirname(LOAD), "libwallclock.so")
    with open(f"{dir}/offset", "wb") as f:
        f.write(struct.pack("=q", -7_250_000))
    told = subprocess.run(
        ["/usr/bin/python3", "-c", "import time; print(time.time(), time.monotonic())"],
        env=dict(os.environ, LD_PRELOAD=library, WALLCLOCK=f"{dir}/offset"), text=True,
        stdout=subprocess.PIPE, check=True).stdout.split()
    assert -8.5 < float(told[0]) - time.time() < -7.2, told
    assert abs(float(told[1]) - time.monotonic()) < 1, told


TESTS = (test_proxy, test_cluster, test_broker, test_load, test_wallclock)


def main():
    failed = 0
    print(f"1..{len(TESTS)}")
    for i, test in enumerate(TESTS, 1):
        dir = tempfile.mkdtemp(prefix="leitstand-ha-", dir="/tmp")
        os.chmod(dir, 0o755)
        try:
            test(dir)
            print(f"ok {i} - {test.__name__}", flush=True)
        except (AssertionError, Trouble, OSError, subprocess.SubprocessError):
            failed += 1
            print("# " + traceback.format_exc().replace("\n", "\n# "))
            print(f"not ok {i} - {test.__name__}", flush=True)
        finally:
            shutil.rmtree(dir, ignore_errors=True)
    return 1 if failed else 0


if __name__ == "__main__":
    LOAD = os.path.abspath(sys.argv[1])
    sys.exit(main())
