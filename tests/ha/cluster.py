# SPDX-License-Identifier: GPL-3.0-or-later
"""PostgreSQL servers of our own: one, or a primary with a standby that follows it. They listen on
unix sockets only; instances reach them through proxies."""
import glob
import os
import shutil
import signal
import subprocess

import psycopg2

from util import Trouble, dies_with_us, end, is_root, wait_for

DATABASE = "leitstand"


class Host:
    """One server. dir/socket is its socket's directory, self.socket the socket itself."""

    def __init__(self, dir, name, fsync, settings):
        self.dir, self.name, self.fsync = os.path.join(dir, name), name, fsync
        self.data, self.sockets = f"{self.dir}/data", self.dir
        self.socket = f"{self.dir}/.s.PGSQL.5432"
        self.settings = dict(settings or {})
        self.process = None
        found = sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda p: int(p.split("/")[4]))
        if not found:
            raise Trouble("PostgreSQL is not installed")
        self.bin = found[-1]
        os.mkdir(self.dir)
        if is_root():
            shutil.chown(self.dir, "nobody", "nogroup")
        os.chmod(self.dir, 0o755)

    def argv(self, name, *arguments):
        argv = [f"{self.bin}/{name}", *arguments]
        if is_root():  # the server does not run as root
            argv = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups",
                    "--pdeathsig=KILL", *argv]
        return argv

    def tool(self, name, *arguments):
        argv = self.argv(name, *arguments)
        with open(f"{self.dir}/tools", "ab") as log:
            done = subprocess.run(argv, cwd="/", stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                  timeout=60, check=False)
        if done.returncode != 0:
            raise Trouble(f"{name} of {self.name}: {self.words()}")

    def words(self):
        text = ""
        for path in (f"{self.dir}/tools", f"{self.dir}/log"):
            if os.path.exists(path):
                with open(path, encoding="utf-8", errors="replace") as f:
                    text += f.read()[-1500:]
        return text

    def create(self):
        self.tool("initdb", "-D", self.data, "-U", "postgres", "-A", "trust", "-E", "UTF8",
                  "--no-sync", "--locale=C")
        self.start()
        self.rows(f"create database {DATABASE}", database="postgres")

    def create_from(self, primary):
        """As a standby that streams from primary; its name there is self.name."""
        self.tool("pg_basebackup", "-D", self.data, "-h", primary.sockets, "-U", "postgres", "-R",
                  "-X", "stream", "-c", "fast", "--no-sync",
                  "-d", f"application_name={self.name}")
        self.start()

    def start(self):
        settings = {"listen_addresses": "", "unix_socket_directories": self.sockets,
                    "fsync": "on" if self.fsync else "off", "max_connections": "60",
                    "log_line_prefix": "%m [%p] %u ", "log_connections": "on",
                    "autovacuum_naptime": "1h", "shared_buffers": "32MB", "timezone": "UTC"}
        settings.update(self.settings)
        options = [f"-c{k}={v}" for k, v in settings.items()]
        with open(f"{self.dir}/log", "ab") as log:
            self.process = subprocess.Popen(
                self.argv("postgres", "-D", self.data, *options), cwd="/", stdout=log, stderr=log,
                stdin=subprocess.DEVNULL, preexec_fn=dies_with_us())
        wait_for(self.answers, 30, f"{self.name} answers")

    def answers(self):
        try:
            self.connect("postgres").close()
            return True
        except psycopg2.OperationalError:
            if self.process.poll() is not None:
                raise Trouble(f"{self.name} ended: {self.words()}") from None
            return False

    def stop(self, sig=signal.SIGINT):
        """SIGINT does not wait for clients; SIGQUIT is what a power cut is to it."""
        end(self.process, sig, seconds=30)

    def restart(self):
        self.stop()
        self.start()

    def promote(self):
        self.tool("pg_ctl", "-D", self.data, "-w", "promote")

    def running(self):
        return self.process is not None and self.process.poll() is None

    def connect(self, database=DATABASE):
        """As superuser, in autocommit mode."""
        c = psycopg2.connect(host=self.sockets, user="postgres", dbname=database,
                             connect_timeout=5)
        c.autocommit = True
        return c

    def rows(self, sql, *values, database=DATABASE):
        c = self.connect(database)
        try:
            cursor = c.cursor()
            cursor.execute(sql, values or None)
            return cursor.fetchall() if cursor.description else []
        finally:
            c.close()


class Cluster:
    """host is where writing is done at present."""

    def __init__(self, dir, fsync=True, standby=False, settings=None):
        self.hosts = [Host(dir, "pg1", fsync, settings)]
        self.host = self.hosts[0]
        if standby:
            self.hosts.append(Host(dir, "pg2", fsync, settings))
        try:
            self.host.create()
            if standby:
                self.add_standby()
        except BaseException:
            self.close()
            raise

    def add_standby(self):
        """What the primary has told to be committed is on both."""
        self.hosts[1].create_from(self.host)
        self.host.settings["synchronous_standby_names"] = "pg2"
        self.host.restart()

    def fail_over(self):
        """The primary dies, the standby takes its place."""
        self.host.stop(signal.SIGQUIT)
        self.hosts[1].promote()
        self.host = self.hosts[1]

    def close(self):
        for host in self.hosts:
            if host.running():
                host.stop(signal.SIGQUIT)
