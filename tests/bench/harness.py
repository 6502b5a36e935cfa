# SPDX-License-Identifier: GPL-3.0-or-later
"""What the benchmarks share: a private broker, the processes that are compared, statistics."""
import glob
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
COMPONENTS, PER_STATION = 10000, 10


class Trouble(Exception):
    """A crash or a lost message: the benchmark fails."""


class Skip(Exception):
    """Something is not installed; the reason is the text."""


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_for(condition, seconds, what):
    """The first true answer of condition; Trouble when there is none in time."""
    end = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > end:
            raise Trouble(f"{what}: not within {seconds} s")
        time.sleep(0.005)


def cpu_of(pid):
    """CPU seconds of all threads, to the nanosecond."""
    total = 0
    for path in glob.glob(f"/proc/{pid}/task/*/schedstat"):
        try:
            with open(path, encoding="ascii") as f:
                total += int(f.read().split()[0])
        except OSError:
            pass  # a thread that has just ended
    return total / 1e9


def rss_mb(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as f:
        for line in f:
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
    raise Trouble("no VmRSS")


class Spread:
    """Median and range of some rounds, written as 1.23 (1.10 … 1.31)."""

    def __init__(self, values):
        self.median = statistics.median(values)
        self.low, self.high = min(values), max(values)

    def text(self, digits=2):
        return f"{self.median:.{digits}f} ({self.low:.{digits}f} … {self.high:.{digits}f})"


class Broker:
    """A mosquitto of our own on a free port of loopback; ends with the block."""

    DEFAULT = "max_queued_messages 0\n"  # nothing is lost at the broker; window as it comes

    def __init__(self, dir, settings=DEFAULT):
        self.port = free_port()
        path = os.path.join(dir, f"mosquitto-{self.port}.conf")
        with open(path, "w", encoding="utf-8") as f:
            f.write(f"listener {self.port} 127.0.0.1\nallow_anonymous true\nlog_type error\n")
            if os.geteuid() == 0:
                f.write("user root\n")
            f.write(settings.replace("PERSISTENCE_DIR", dir + "/"))
        program = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
        self.process = subprocess.Popen([program, "-c", path], stderr=subprocess.DEVNULL)

    def __enter__(self):
        def answers():
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return True
            except OSError:
                return False
        wait_for(answers, 10, "mosquitto")
        return self

    def __exit__(self, *_):
        end(self.process)


def packaged_settings(root):
    """What concerns throughput in the packaged example, without its listeners and paths."""
    wanted = ("max_inflight_messages", "max_queued_messages", "persistence", "autosave_interval")
    lines = ["persistence_location PERSISTENCE_DIR\n"]
    path = os.path.join(root, "packaging", "mosquitto", "leitstand.conf")
    with open(path, encoding="utf-8") as f:
        lines += [line for line in f if line.split(" ")[0].strip() in wanted]
    return "".join(lines)


def end(process):
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        return process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise Trouble("a process did not end on SIGTERM") from None


class Flood:
    """The publisher; join() tells when it began."""

    def __init__(self, build, port, count, qos=0, rate=0, topics=COMPONENTS):
        self.process = subprocess.Popen(
            [f"{build}/tests/bench/flood_pub", f"--port={port}", f"--count={count}",
             f"--qos={qos}", f"--rate={rate}", f"--topics={topics}"],
            stdout=subprocess.PIPE, text=True)

    def join(self):
        out, _ = self.process.communicate(timeout=600)
        if self.process.returncode != 0:
            raise Trouble("flood_pub failed")
        return json.loads(out)


class Result:
    def __init__(self, count, seconds, cpu_s, mb=0.0):
        self.rate = count / seconds
        self.cpu_us = cpu_s / count * 1e6  # a message
        self.rss_mb = mb


def tool(argv, **options):
    """Run a program that tells its result as JSON in its last line."""
    done = subprocess.run([str(a) for a in argv], stdout=subprocess.PIPE, text=True, check=False,
                          timeout=300, **options)
    if done.returncode != 0:
        raise Trouble(f"{os.path.basename(argv[0])} {argv[1]}: exit status {done.returncode}")
    return json.loads(done.stdout.splitlines()[-1])


def run_peer(argv, build, port, count, qos=0, rate=0, topics=COMPONENTS, cwd=None):
    """A subscriber that says "ready", takes count messages and tells the result as JSON."""
    peer = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True, cwd=cwd)
    try:
        if peer.stdout.readline().strip() != "ready":
            raise Trouble(f"{argv[0]} did not subscribe")
        flood = Flood(build, port, count, qos, rate, topics)
        told = json.loads(peer.stdout.readline() or "{}")
        begun = flood.join()
    finally:
        end(peer)
    if told.get("received") != count:
        raise Trouble(f"{os.path.basename(argv[0])}: {told.get('received')} of {count}")
    seconds = (told["last_us"] - begun["begin_us"]) / 1e6
    return Result(count, seconds, told["cpu_s"], told.get("rss_kb", 0) / 1024)


def counting(build, port, count, qos=0, rate=0, nap=False, topics=COMPONENTS):
    argv = [f"{build}/tests/bench/counting_sub", f"--port={port}", f"--count={count}",
            f"--qos={qos}"] + (["--nap"] if nap else [])
    return run_peer(argv, build, port, count, qos, rate, topics)


# The flood's values, 10,000 to 99,999, stay within; HI_VALUE of alarm_latency.c is beyond "hi".
RULES = """component,rule,type,limit,deadband,priority
kind:sensor,hihi,hihi,200000,500,critical
kind:sensor,hi,hi,150000,500,high
kind:sensor,lo,lo,5000,500,medium
kind:sensor,lolo,lolo,1000,500,high
"""


def write_plant(path, deal=False, components=COMPONENTS, per_station=PER_STATION):
    """So many components a station: neighbours, or dealt out in turn. Four rules on each."""
    os.makedirs(path, exist_ok=True)
    stations = components // per_station
    with open(f"{path}/stations.csv", "w", encoding="utf-8") as f:
        f.write("uid,name,type\n")
        for i in range(stations):
            f.write(f"S{i:04},Station {i:04},bench\n")
    with open(f"{path}/components.csv", "w", encoding="utf-8") as f:
        f.write("id,station,name,kind,unit\n")
        for i in range(components):
            station = i % stations if deal else i // per_station
            f.write(f"C{i:05},S{station:04},Flow {i:05},sensor,l/s\n")
    with open(f"{path}/rules.csv", "w", encoding="utf-8") as f:
        f.write(RULES)


class Leitstand:
    """The program under test with a plant of so many components, `run` unless told otherwise."""

    def __init__(self, build, dir, port, qos=0, components=COMPONENTS, per_station=PER_STATION):
        self.program, self.dir = f"{build}/leitstand", dir
        self.socket_path = os.path.join(dir, "control.sock")
        self.ini = os.path.join(dir, "leitstand.ini")
        write_plant(f"{dir}/plant", components=components, per_station=per_station)
        with open(self.ini, "w", encoding="utf-8") as f:
            f.write(f"[instance]\nname = bench\nsocket = {self.socket_path}\n"
                    f"[mqtt]\nhost = 127.0.0.1\nport = {port}\n"
                    f"[source:bench]\nfilter = bench/#\nprofile = sentraq\nqos = {qos}\n"
                    f"[cache]\npath = {dir}/cache.db\n[plant]\ndir = {dir}/plant\n")
        self.build, self.port, self.qos, self.components = build, port, qos, components
        self.process = None

    def __enter__(self):
        self.log = open(os.path.join(self.dir, "leitstand.log"), "ab")
        self.process = subprocess.Popen([self.program, f"--config={self.ini}", "run"],
                                        stderr=self.log)
        self.await_subscription()
        return self

    def __exit__(self, *_):
        code = end(self.process)
        self.log.close()
        if code != 0:
            with open(os.path.join(self.dir, "leitstand.log"), encoding="utf-8") as f:
                raise Trouble(f"leitstand ended with {code}: {f.read()[-500:]}")

    def status(self):
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(10)
            s.connect(self.socket_path)
            s.sendall(b'{"command":"status"}\n')
            answer = b""
            while not answer.endswith(b"\n"):
                piece = s.recv(65536)
                if not piece:
                    break
                answer += piece
        return json.loads(answer)

    def await_subscription(self):
        """Connected is not yet subscribed: messages go out until one has arrived."""
        def connected():
            try:
                return self.status()["mqtt"]["connected"]
            except OSError:
                if self.process.poll() is not None:
                    raise Trouble(f"leitstand ended, see {self.dir}/leitstand.log") from None
                return False

        def arrived():
            Flood(self.build, self.port, 1, self.qos).join()
            time.sleep(0.05)
            return self.status()["mqtt"]["received"] > 0
        wait_for(connected, 30, "leitstand connects")
        wait_for(arrived, 30, "leitstand subscribes")
        self.settle()

    def settle(self):
        """Everything that was received is on disk, and nothing comes any more."""
        last = None

        def quiet():
            nonlocal last
            s = self.status()
            now = (s["mqtt"]["received"], s["cache"]["stored"], s["cache"]["queued"])
            same, last = now == last and now[2] == 0, now
            if not same:
                time.sleep(0.1)
            return same
        wait_for(quiet, 60, "leitstand stores what it has")

    def measure(self, count, rate=0):
        """Send count messages; the clock stops when all of them are committed."""
        before, cpu = self.status(), cpu_of(self.process.pid)
        target = before["cache"]["stored"] + count
        flood = Flood(self.build, self.port, count, self.qos, rate, self.components)
        deadline = time.monotonic() + 60 + (count / rate if rate else count / 2000)
        if rate:
            time.sleep(count / rate)  # asking costs CPU that is not the messages'
        while True:
            now = self.status()
            if now["cache"]["stored"] >= target:
                break
            if time.monotonic() > deadline:
                raise Trouble(f"stored {now['cache']['stored'] - target + count} of {count}")
            time.sleep(0.02)
        ended, cpu = time.monotonic_ns() / 1000, cpu_of(self.process.pid) - cpu
        begun = flood.join()
        self.settle()
        after = self.status()
        if after["cache"]["stored"] != target or after["mqtt"]["dropped"] != 0:
            raise Trouble(f"stored {after['cache']['stored'] - target} too many, "
                          f"dropped {after['mqtt']['dropped']}")
        return Result(count, (ended - begun["begin_us"]) / 1e6, cpu, rss_mb(self.process.pid))


def node_peer(build):
    """The directory where npm has put the peer's modules; fetched and built once."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise Skip("Node.js or npm is not installed (packaging/setup.sh bench)")
    place = f"{build}/tests/bench/node"
    if not os.path.exists(f"{place}/ready"):
        os.makedirs(place, exist_ok=True)
        shutil.copy(f"{HERE}/peers/package.json", place)
        environment = dict(os.environ)
        if os.path.exists("/usr/include/node/node.h"):  # build against these, fetch none
            environment["npm_config_nodedir"] = "/usr"
        with open(f"{place}/npm.log", "w", encoding="utf-8") as log:
            done = subprocess.run([npm, "install", "--no-audit", "--no-fund"], cwd=place,
                                  env=environment, stdout=log, stderr=log, check=False)
        works = subprocess.run([node, "-e", "require('mqtt');new(require('better-sqlite3'))"
                                "(':memory:')"], cwd=place, check=False, capture_output=True)
        if done.returncode != 0 or works.returncode != 0:
            raise Skip(f"mqtt and better-sqlite3 could not be had from npm, see {place}/npm.log")
        with open(f"{place}/ready", "w", encoding="utf-8"):
            pass
    return place


def run_node(build, dir, port, count):
    place = node_peer(build)
    with tempfile.TemporaryDirectory(dir=dir) as d:
        return run_peer(["node", f"{HERE}/peers/node_peer.js", str(port), str(count),
                         f"{d}/peer.db"], build, port, count, cwd=place)


def run_paho(build, dir, port, count):
    python = "/usr/bin/python3"
    if subprocess.run([python, "-c", "import paho.mqtt.client"], check=False,
                      capture_output=True).returncode != 0:
        raise Skip("python3-paho-mqtt is not installed (packaging/setup.sh bench)")
    with tempfile.TemporaryDirectory(dir=dir) as d:
        return run_peer([python, f"{HERE}/peers/paho_peer.py", str(port), str(count),
                         f"{d}/peer.db"], build, port, count)
