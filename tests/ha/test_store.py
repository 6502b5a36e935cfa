#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The witness in the store sees which writers came through the fence: an owner and a deposed one
play by the rules first; then the store's own fences are taken away, and stale writers have to be
found. Speaks TAP.

usage: test_store.py [DIRECTORY_OF_SQL]
"""
import sys
sys.dont_write_bytecode = True  # pylint: disable=wrong-import-position

import json
import os
import shutil
import tempfile
import uuid

import psycopg2

import checks
import store
from checks import Books
from cluster import Cluster
from util import Trouble


class Writer:
    """An instance as the store sees it."""

    def __init__(self, cluster, name):
        self.name, self.cluster = name, cluster
        self.writer, self.changes, self.batches = str(uuid.uuid4()), 0, 0
        self.epoch = self.grant = self.segment = None
        self.connection = psycopg2.connect(host=cluster.host.sockets, user=f"ha_{name}",
                                           dbname="leitstand")
        self.connection.autocommit = True

    def call(self, sql, *values):
        cursor = self.connection.cursor()
        cursor.execute(sql, values or None)
        return cursor.fetchone() if cursor.description else None

    def acquire(self):
        mine, self.epoch, self.grant = self.call(
            "select mine, epoch, grant_id from leitstand.lease_acquire(%s, 'full', 5000, 0)",
            self.name)
        assert mine
        self.segment, = self.call(
            "select id from leitstand.segment_open(%s, %s, %s, 0, 'postgres', true, 0)",
            str(uuid.uuid4()), self.name, self.epoch)
        self.batches = 0

    def release(self):
        self.call("select leitstand.lease_release(%s, %s, %s, null)", self.name, self.epoch,
                  self.grant)

    def read(self, value, fenced=True):
        self.batches += 1
        self.call("select set_config('leitstand.batch', %s, false)", json.dumps(
            {"segment": self.segment, "first": self.batches, "last": self.batches,
             "grant": self.grant if fenced else "", "messages": 0, "head": 0}))
        series, = self.call("select leitstand.series_ids(array['LOAD'], array['L00'])")
        self.call("insert into leitstand.reading (ts, value, series, segment, flags)"
                  " values (now(), %s, %s, %s, 0)", value, series[0], self.segment)

    def change(self, fenced=True):
        self.changes += 1
        body = json.dumps({"journal": [{"at": "2026-01-09T15:39:14Z", "event": "start"}]})
        if fenced:
            self.call("select leitstand.write_page(%s, %s, %s, array[%s::bigint],"
                      " array[%s::bigint], array[0::bigint], array[%s])", self.grant,
                      self.writer, self.name, self.changes, self.epoch, body)
        else:
            self.call("select leitstand.append_page(%s, %s, array[%s::bigint],"
                      " array[%s::bigint], array[0::bigint], array[%s])", self.writer,
                      self.name, self.changes, self.epoch, body)


def refused(act):
    try:
        act()
    except psycopg2.Error as error:
        return error.pgcode == "LS001"
    return False


def lacks(act):
    try:
        act()
    except Trouble:
        return True
    return False


def look(cluster):
    books = Books()
    store.read_into(books, cluster)
    return books


def run(cluster, report):
    one, two = Writer(cluster, "pc1"), Writer(cluster, "pc2")
    cluster.host.rows("select leitstand.make_days(array[leitstand.today()])")
    one.acquire()
    one.read(1)
    one.change()
    one.release()
    two.acquire()
    two.read(2)
    two.change()
    report("a deposed one is refused", refused(lambda: one.read(9)) and refused(one.change))
    one.batches -= 1
    one.changes -= 1
    one.read(3, fenced=False)
    one.change(fenced=False)
    books = look(cluster)
    report("the witness has seen all that was committed",
           [(b.kind, b.instance, b.epoch, b.fenced) for b in books.batches] == [
               ("lease", "pc1", 1, False), ("batch", "pc1", 1, True), ("change", "pc1", 1, True),
               ("lease", "pc2", 2, False), ("batch", "pc2", 2, True), ("change", "pc2", 2, True),
               ("batch", "pc1", 1, False), ("change", "pc1", 1, False)], books.batches)
    report("backlog is no stale writer", not checks.no_stale_rows(books),
           checks.no_stale_rows(books))
    report("rows and lines tell their writers", not checks.one_writer_per_term(books)
           and [(r.value, r.instance, r.epoch) for r in sorted(books.readings, key=lambda r: r[2])]
           == [(1, "pc1", 1), (2, "pc2", 2), (3, "pc1", 1)]
           and sorted((r.instance, r.epoch) for r in books.journal)
           == [("pc1", 1), ("pc1", 1), ("pc2", 2)], books)

    since = cluster.host.rows("select clock_timestamp()")[0][0]
    for value in 5, 6, 7, 8:
        two.read(value)
    at = [t for t, in cluster.host.rows(
        "select extract(epoch from pg_xact_commit_timestamp(xid::xid))::float8 from ha.seen"
        " where kind = 'batch' order by 1 desc limit 4")][::-1]
    rate, want = store.catch_up(cluster, since, 3), 2 / (at[2] - at[0])
    report("the rate of a catch-up is by times of commit", abs(rate - want) < want / 1000,
           f"{rate}, {want}")
    report("what has not come has no rate", lacks(lambda: store.catch_up(cluster, since, 5)))

    cluster.host.rows("create or replace function leitstand.fence(epoch bigint, grant_id uuid)"
                      " returns void language sql as ''")
    one.read(4)
    report("a stale batch is found", len(checks.no_stale_rows(look(cluster))) == 1)
    one.change()
    report("a stale change is found", len(checks.no_stale_rows(look(cluster))) == 2)
    cluster.host.rows("update leitstand.segment set instance = 'pc1'")
    report("a second writer is found", checks.one_writer_per_term(look(cluster)))


def main():
    number = failed = 0

    def report(name, well, why=""):
        nonlocal number, failed
        number += 1
        failed += not well
        if not well:
            print(f"# {why}")
        print(f"{'ok' if well else 'not ok'} {number} - {name}", flush=True)

    dir = tempfile.mkdtemp(prefix="leitstand-ha-", dir="/tmp")
    os.chmod(dir, 0o755)
    try:
        cluster = Cluster(dir, fsync=False, settings=store.SETTINGS)
        try:
            store.apply_files(cluster, *sys.argv[1:])
            for name in ("ha_pc1", "ha_pc2"):
                cluster.host.rows(f"create role {name} login in role leitstand_instance")
            store.witness(cluster)
            run(cluster, report)
        finally:
            cluster.close()
    finally:
        shutil.rmtree(dir, ignore_errors=True)
    print(f"1..{number}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
