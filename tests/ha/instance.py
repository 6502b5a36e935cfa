# SPDX-License-Identifier: GPL-3.0-or-later
"""One instance of leitstand: its configuration, its process, its commands."""
import json
import mmap
import os
import resource
import signal
import socket
import struct
import subprocess

from util import Trouble, dies_with_us, end, is_root

DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "data")
COMPONENTS = 40
ALARMS = 12

STATIONS = "uid,name,silence_s\nLOAD,Load,0\nALARMS,Alarms,0\nPROBE,Probe,0\n"
RULES = ("component,rule,type,limit,priority\n"
         + "".join(f"ALARMS/A{i:02},up,hi,0.5,{('critical', 'high', 'medium', 'low')[i % 4]}\n"
                   for i in range(ALARMS)))


def write_plant(path):
    os.makedirs(path, exist_ok=True)
    components = "id,station,name,kind\n"
    for i in range(COMPONENTS):
        components += f"L{i:02},LOAD,Number {i},sensor\n"
    for i in range(ALARMS):
        components += f"A{i:02},ALARMS,Alarm {i},sensor\n"
    components += "P,PROBE,Probe,sensor\n"
    for name, text in (("stations", STATIONS), ("components", components), ("rules", RULES)):
        with open(f"{path}/{name}.csv", "w", encoding="utf-8") as f:
            f.write(text)


class Instance:
    """Paths of its own under dir/NAME; conninfo and the broker's port are its proxies'."""

    VALIDITY_S, RENEWAL_S, ECHO_S, DEAD_S = 5, 1, 3, 5
    LOG_LEVEL = os.environ.get("HA_LOG_LEVEL", "info")

    def __init__(self, program, dir, name, mqtt_port, conninfo, candidate=True, wallclock=None):
        self.program, self.name = program, name
        self.dir = os.path.join(dir, name)
        os.mkdir(self.dir)
        self.cache_dir = f"{self.dir}/cache"
        os.mkdir(self.cache_dir)
        self.socket, self.ini = f"{self.dir}/control.sock", f"{self.dir}/leitstand.ini"
        self.log = f"{self.dir}/log"
        self.wallclock = wallclock  # the library; None: the host's clock
        self.process, self.stopped, self.mounted = None, False, False
        self.file_limit = None
        with open(self.ini, "w", encoding="utf-8") as f:
            f.write(f"[instance]\nname = {name}\nsocket = {self.socket}\n"
                    f"candidate = {'yes' if candidate else 'no'}\n"
                    f"[mqtt]\nhost = 127.0.0.1\nport = {mqtt_port}\nkeepalive = 5\n"
                    "[source:plain]\nfilter = w/#\nprofile = scalar\nqos = 1\n"
                    "[source:timed]\nfilter = sensors/#\nprofile = telemetry\nqos = 1\n"
                    f"[cache]\npath = {self.cache_dir}/cache.db\n"
                    + (f"[postgres]\nconninfo = {conninfo}\n" if conninfo else "")
                    + f"[ownership]\nvalidity_s = {self.VALIDITY_S}\n"
                    f"renewal_s = {self.RENEWAL_S}\necho_s = {self.ECHO_S}\n"
                    f"dead_s = {self.DEAD_S}\n"
                    # Nothing is summed up: each rise is told.
                    "[alarms]\nflood_begin = 10000\nflood_end = 10000\nchatter_count = 7\n"
                    "chatter_s = 1\nheartbeat_s = 1\nbell = none\npopup = none\n")

    # ---- process ----

    def environment(self):
        env = dict(os.environ, LC_ALL="C.UTF-8", LEITSTAND_CONFIG=self.ini)
        env.setdefault("LEITSTAND_DATADIR", DATA)
        if self.wallclock:
            if not os.path.exists(f"{self.dir}/offset"):
                self.set_clock(0)
            env.update(LD_PRELOAD=self.wallclock, WALLCLOCK=f"{self.dir}/offset")
            if "ASAN_OPTIONS" in env:  # it wants to be the first library
                env["ASAN_OPTIONS"] += ":verify_asan_link_order=0"
        return env

    def limits(self):
        """In the child. A write beyond the limit fails, and no signal ends the process."""
        if self.file_limit is not None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    def start(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [self.program, "-c", self.ini, f"--log-level={self.LOG_LEVEL}", "run"], stdin=subprocess.DEVNULL, stdout=log,
                stderr=log, env=self.environment(), cwd=self.dir, preexec_fn=dies_with_us(self.limits))
        self.stopped = False

    def alive(self):
        return self.process is not None and self.process.poll() is None

    def acts(self):
        return self.alive() and not self.stopped

    def kill(self):
        end(self.process, signal.SIGKILL)

    def pause(self):
        self.stopped = True
        self.process.send_signal(signal.SIGSTOP)

    def resume(self):
        self.process.send_signal(signal.SIGCONT)
        self.stopped = False

    def stop(self):
        """In order; it has half a minute. Trouble when it does not end well."""
        code = end(self.process, seconds=30)
        if code != 0:
            raise Trouble(f"{self.name} ended with status {code}: {self.words()}")

    def restart(self):
        self.stop()
        self.start()

    def close(self):
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            try:
                end(self.process, seconds=15)
            except Trouble:
                pass  # it was killed then
        if self.mounted:
            subprocess.run(["umount", self.cache_dir], check=False)
            self.mounted = False

    def words(self):
        with open(self.log, encoding="utf-8", errors="replace") as f:
            return f.read()[-3000:]

    # ---- commands ----

    def ask(self, *arguments, timeout=15, check=True):
        """The output of a command; check: Trouble when its status is not 0."""
        done = subprocess.run([self.program, "-c", self.ini, *arguments], capture_output=True,
                              text=True, timeout=timeout, check=False, env=self.environment(),
                              stdin=subprocess.DEVNULL)
        if check and done.returncode != 0:
            raise Trouble(f"{self.name}: {' '.join(arguments)}: {done.stderr.strip()}")
        return done.stdout

    def run(self, *arguments, timeout=20):
        """(exit status, what it said); status None: it took too long."""
        try:
            done = subprocess.run([self.program, "-c", self.ini, *arguments], text=True,
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, timeout=timeout, check=False,
                                  env=self.environment())
        except subprocess.TimeoutExpired:
            return None, "timed out"
        return done.returncode, done.stdout.strip()

    def import_plant(self, path):
        self.ask("plant", "import", path)

    def alarms(self):
        return json.loads(self.ask("alarms", "--format=json"))

    def status(self, timeout=5.0):
        """None: it does not answer. Asked without a process of its own: it is asked often."""
        s = socket.socket(socket.AF_UNIX)
        s.settimeout(timeout)
        try:
            s.connect(self.socket)
            s.sendall(b'{"command":"status"}\n')
            answer = b""
            while not answer.endswith(b"\n"):
                piece = s.recv(65536)
                if not piece:
                    return None
                answer += piece
            return json.loads(answer)
        except (OSError, ValueError):
            return None
        finally:
            s.close()

    # ---- its surroundings ----

    def mount_small(self, megabytes):
        """A file system of its own for the cache, before start(). False: not possible here."""
        if not is_root():
            return False
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs",
                               self.cache_dir], capture_output=True, check=False)
        self.mounted = done.returncode == 0
        return self.mounted

    def fill_disk(self):
        """Nothing more can be written, by it at least."""
        if self.mounted:
            with open(f"{self.cache_dir}/ballast", "ab", buffering=0) as f:
                try:
                    while True:
                        f.write(b"\0" * 65536)
                except OSError:
                    pass
        else:
            sizes = [os.stat(f"{self.cache_dir}/{name}").st_size
                     for name in os.listdir(self.cache_dir)]
            self.limit_files(min(sizes + [4096]))

    def free_disk(self):
        if self.mounted:
            os.unlink(f"{self.cache_dir}/ballast")
        else:
            self.limit_files(resource.RLIM_INFINITY)

    def limit_files(self, size):
        _, hard = resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE, (size, hard))

    def set_clock(self, offset_s):
        """Its wall clock is so far from the host's, from now on."""
        path = f"{self.dir}/offset"
        if not os.path.exists(path):
            with open(path, "wb") as f:
                f.write(struct.pack("=q", 0))
        with open(path, "r+b") as f, mmap.mmap(f.fileno(), 8) as m:
            m[:] = struct.pack("=q", int(offset_s * 1_000_000))
