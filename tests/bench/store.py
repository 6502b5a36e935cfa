# SPDX-License-Identifier: GPL-3.0-or-later
"""From the outbox to the central store, beside a bare COPY of the same rows."""
import glob
import os
import pwd
import shutil
import subprocess
import tempfile

import harness as h

ROWS = 1800000  # an hour at 500 a second


class Cluster:
    """A PostgreSQL of our own with its defaults, on a unix socket; ends with the block."""

    def __init__(self, root):
        found = sorted(glob.glob("/usr/lib/postgresql/*/bin"),
                       key=lambda p: float(p.split("/")[-2]))
        if not found:
            raise h.Skip("PostgreSQL is not installed")
        self.bin, self.root = found[-1], root
        self.dir = tempfile.mkdtemp(prefix="leitstand-pg-")
        self.user = {}
        if os.geteuid() == 0:  # the server does not run as root
            nobody = pwd.getpwnam("nobody")
            os.chown(self.dir, nobody.pw_uid, nobody.pw_gid)
            self.user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}

    def run(self, program, *args):
        done = subprocess.run([f"{self.bin}/{program}", *args], cwd="/", check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              **self.user)
        if done.returncode != 0:
            raise h.Trouble(f"{program}: {done.stdout[-500:]}")

    def __enter__(self):
        data = f"{self.dir}/data"
        self.run("initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C")
        self.run("pg_ctl", "-D", data, "-l", f"{self.dir}/log", "-w", "start", "-o",
                 f"-c listen_addresses='' -c unix_socket_directories='{self.dir}'")
        return self

    def __exit__(self, *_):
        try:
            self.run("pg_ctl", "-D", f"{self.dir}/data", "-m", "immediate", "-w", "stop")
        finally:
            shutil.rmtree(self.dir)

    def conninfo(self, database):
        return f"host={self.dir} user=postgres dbname={database}"

    def sql(self, database, *commands):
        options = [o for c in commands for o in ("-c", c)]
        done = subprocess.run([f"{self.bin}/psql", "-qAtX", "-v", "ON_ERROR_STOP=1", *options,
                               self.conninfo(database)], check=False, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True)
        if done.returncode != 0:
            raise h.Trouble(f"psql: {done.stderr[-500:]}")
        return done.stdout.strip()

    def fresh(self, database):
        """An empty database with our schema, and everything before it on disk."""
        self.sql("postgres", f"drop database if exists {database}", f"create database {database}")
        for path in sorted(glob.glob(f"{self.root}/data/sql/pg/*.sql")):
            with open(path, encoding="utf-8") as f:
                self.sql(database, "begin;" + f.read() + ";commit")
        self.sql(database, "checkpoint")


def sync(b):
    """P6: an hour's backlog at 500 messages a second goes to the central store."""
    rows = max(int(ROWS * b.scale), 1000)
    program = f"{b.build}/tests/bench/store_rate"

    def result(told):
        return h.Result(told["rows"], told["seconds"], told["cpu_s"])

    with Cluster(b.root) as cluster, tempfile.TemporaryDirectory(dir=b.dir) as d:
        filled = f"{d}/filled"
        b.say(f"    filled: {result(h.tool([program, 'fill', filled, rows])).rate:,.0f} rows/s")

        def case(kind, prepare):
            cluster.fresh(kind)
            prepare()
            cluster.sql(kind, "checkpoint")
            shutil.copy(filled, f"{d}/outbox")
            told = h.tool([program, kind, f"{d}/outbox", cluster.conninfo(kind)])
            stored = cluster.sql(kind, "select count(*) from leitstand.reading")
            if told["rows"] != rows or stored != str(rows):
                raise h.Trouble(f"{kind}: {stored} of {rows} rows")
            cluster.sql("postgres", f"drop database {kind}")
            return result(told)

        def plain():
            cluster.sql("bare", "alter table leitstand.reading disable trigger all",
                        "select leitstand.make_days(array[leitstand.today() - 1,"
                        " leitstand.today(), leitstand.today() + 1])")

        def known():  # the components were there before the hour began
            cluster.sql("send", "insert into leitstand.series (station, component)"
                        " select 'S' || lpad((i / 10)::text, 4, '0'), 'C' || i % 10"
                        " from generate_series(0, 9999) as i")
        results = b.in_turn({"bare": lambda: case("bare", plain),
                             "send": lambda: case("send", known)})
    pairs = zip(results["send"], results["bare"])
    b.row("P6", "outbox to PostgreSQL / bare binary COPY of the same rows",
          h.Spread([ours.rate / bare.rate for ours, bare in pairs]), 0.8, ">=")
