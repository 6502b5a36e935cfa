# SPDX-License-Identifier: GPL-3.0-or-later
"""The central store as the harness sees it: made with `db init` where the program has that
command, watched by a witness of the harness's own, read for the checks.

The witness is a schema "ha" with triggers on the store's tables. It writes down in which
transaction which owner's batch or change came, and whether it came through the fence, so that
the checks need not believe what the program says of itself. Order is that of commit times: a
fenced writer that was let in before an acquisition commits before it does, though its
transaction number may be higher.
"""
import glob
import os
import statistics
import subprocess

import psycopg2

from checks import Batch, JournalRow, OccurrenceRow, ReadingRow
from util import Trouble, now

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))

SETTINGS = {"track_commit_timestamp": "on"}

WITNESS = """
create schema ha;
create table ha.seen (
    xid xid8 not null default pg_current_xact_id(),
    at timestamptz not null default clock_timestamp(),
    kind text not null,
    instance text,
    epoch bigint,
    term bigint,
    fenced boolean
);
create function ha.see_lease() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if new.epoch <> old.epoch then
        insert into ha.seen (kind, instance, epoch, term, fenced)
        values ('lease', new.holder, new.epoch, 0, false);
    end if;
    return null;
end
$$;
create trigger ha_witness after update on leitstand.lease
    for each row execute function ha.see_lease();
create function ha.see_batch() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    b jsonb := nullif(current_setting('leitstand.batch', true), '')::jsonb;
begin
    insert into ha.seen (kind, instance, epoch, term, fenced)
    select 'batch', s.instance, s.epoch, s.term, coalesce(b->>'grant', '') <> ''
      from leitstand.segment as s where s.id = (b->'segment')::integer;
    return null;
end
$$;
create trigger ha_witness after insert on leitstand.reading
    for each statement execute function ha.see_batch();
create function ha.see_change() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    insert into ha.seen (kind, instance, epoch, term, fenced)
    values ('change', new.instance, new.epoch, new.term,
            current_query() ~* 'leitstand[.]write_page');
    return null;
end
$$;
create trigger ha_witness after insert on leitstand.change
    for each row execute function ha.see_change();
"""


def prepare(cluster, admin, users):
    """Make the store's schema, roles that may log in, and the witness. admin: an instance whose
    conninfo is a superuser's, for `db init`."""
    status, said = admin.run("db", "init", timeout=60)
    if status != 0:
        raise RuntimeError(f"db init: {said}")
    for user in users:
        cluster.host.rows(f"create role {user} login in role leitstand_instance")
    witness(cluster)


def witness(cluster):
    cluster.host.rows(WITNESS)


def apply_files(cluster, directory=f"{ROOT}/data/sql/pg"):
    """The migrations by hand, where there is no program to do it."""
    for path in sorted(glob.glob(f"{directory}/*.sql")):
        subprocess.run(["psql", "-h", cluster.host.sockets, "-U", "postgres", "-d", "leitstand",
                        "-v", "ON_ERROR_STOP=1", "-1", "-q", "-f", path], check=True,
                       stdout=subprocess.DEVNULL)


def probes(cluster):
    """Values of the probe that have arrived."""
    return {int(v) for v, in cluster.host.rows(
        "select value from leitstand.readings where station = 'PROBE'")}


def read_into(books, cluster):
    host = cluster.host
    books.readings = [ReadingRow(*row) for row in host.rows(
        "select station, component, value, instance, epoch, term from leitstand.readings"
        " where station in ('LOAD', 'ALARMS')")]
    books.journal = [JournalRow(*row) for row in host.rows(
        "select at, epoch, term, instance, event, occurrence::text, station, component, rule,"
        " actor, detail from leitstand.journal")]
    books.occurrences = [OccurrenceRow(*row) for row in host.rows(
        "select occurrence::text, station, component, rule, state, value, raised_at, returned_at,"
        " acked_at, acked_by, comment, count from leitstand.alarms")]
    books.tenures = host.rows("select epoch, term, instance from leitstand.tenure")
    books.batches = [Batch(*row) for row in host.rows(
        "select kind, instance, epoch, term, fenced from ha.seen"
        " order by pg_xact_commit_timestamp(xid::xid), at")]


def catch_up(cluster, since, waiting):
    """Rows a second, by the store's own times of commit: from the first commit after since, of
    the host's clock, to the one with which as many rows had come as were waiting."""
    commits = cluster.host.rows(
        "select extract(epoch from at)::float8, rows from ("
        " select pg_xact_commit_timestamp(xid) as at, rows from ("
        "  select xmin as xid, count(*) as rows from leitstand.reading group by 1) as x) as y"
        " where at > %s order by at", since)
    begun, came = commits[0]
    first = came
    for at, rows in commits[1:]:
        came += rows
        if came >= waiting:
            return (came - first) / (at - begun)
    raise Trouble(f"{came} rows have come of {waiting} that waited")


COLUMNS = "ts, received, value, series, segment, flags, state"


def bare_copy(cluster, port, path):
    """Rows a second that COPY alone reaches, in binary, with the rows that are in the store into
    a table like theirs, over the proxy at port: the middle one of three, which differ."""
    host = cluster.host
    connection = host.connect()
    cursor = connection.cursor()
    with open(path, "wb") as f:
        cursor.copy_expert(f"copy (select {COLUMNS} from leitstand.reading)"
                           " to stdout (format binary)", f)
    cursor.execute("create table ha.bare (like leitstand.reading) partition by range (ts);"
                   " create table ha.bare_all partition of ha.bare default;"
                   " create index on ha.bare using brin (ts)"
                   " with (pages_per_range = 32, autosummarize = on)")
    connection.close()
    over = psycopg2.connect(host="127.0.0.1", port=port, user="postgres", dbname="leitstand")
    took = []
    for _ in range(3):
        over.cursor().execute("truncate ha.bare")
        over.commit()
        begun = now()
        with open(path, "rb") as f:
            over.cursor().copy_expert(f"copy ha.bare ({COLUMNS}) from stdin (format binary)", f)
        over.commit()
        took.append(now() - begun)
    over.close()
    os.unlink(path)
    return host.rows("select count(*) from ha.bare")[0][0] / statistics.median(took)
