#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Queries with --central beside a cache that knows less. Speaks TAP.
#
# usage: with_pg.sh sh central.sh LEITSTAND SOURCE FILL_ALARMS
# shellcheck disable=SC2317 # called through report()
set -u
leitstand=$1
source=$2
fill_alarms=$3
# shellcheck source=tests/e2e/lib.sh
. "$source/tests/e2e/lib.sh"
cd "$dir" || exit 1
export LC_ALL=C.UTF-8

for file in "$source"/data/sql/pg/*.sql; do
    psql -v ON_ERROR_STOP=1 -1 -qf "$file" >/dev/null || exit 1
done
psql -v ON_ERROR_STOP=1 -1 -q >/dev/null <<'END' || exit 1
create role instance login in role leitstand_instance;
alter table leitstand.reading disable trigger user;
insert into leitstand.segment (begun, epoch, term, uuid, fresh, arbiter, instance)
values (now(), 1, 0, gen_random_uuid(), true, 'postgres', 'pc1');
select leitstand.series_ids(array['PS-01', 'OLD'], array['L1', 'X']);
select leitstand.make_days(array[leitstand.today() - 300, leitstand.today() - 299]);
insert into leitstand.reading (ts, value, series, segment, flags)
select leitstand.day_start(leitstand.today() - 300) + n * interval '1 min', n, 2, 1, 1
  from generate_series(1, 1200) as n;
insert into leitstand.reading (ts, series, segment, flags, state)
values (leitstand.day_start(leitstand.today() - 299), 1, 1, 2, 'offen');
select leitstand.append_changes(gen_random_uuid(), 1, 'pc2', 7, 1, jsonb_build_object(
    'journal', (select jsonb_agg(jsonb_build_object('at', now() - interval '250 d',
            'event', case n when 1 then 'raised' else 'acked' end, 'station', 'PS-01',
            'component', 'L1', 'rule', 'hi', 'actor', 'anna', 'instance', 'pc2') order by n)
        from generate_series(1, 2) as n),
    'occurrences', jsonb_build_array(jsonb_build_object('occurrence', gen_random_uuid(),
        'station', 'PS-01', 'component', 'L1', 'rule', 'hi', 'state', 'normal',
        'overlays', '[]'::jsonb, 'raised_at', now() - interval '250 d',
        'returned_at', now() - interval '249 d', 'count', 1, 'type', 'hi',
        'priority', 'high'))));
END

cat >x.ini <<END
[instance]
name = central
[mqtt]
socket = $dir/mqtt
[cache]
path = $dir/x.db
[postgres]
conninfo = user=instance dbname=leitstand
END
"$fill_alarms" "$dir/x.db" >/dev/null 2>&1 || exit 1

ask() { # arguments; the output goes to out, messages to err
    "$leitstand" --config=x.ini "$@" >out 2>err
    status=$?
    head -c 2000 out
    cat err
    return "$status"
}
judge() { # PYTHON, over rows, the JSON of out
    python3 -c "import json; rows = json.load(open('out')); $1"
}

readings() {
    ask readings --central --format=json && judge "
assert len(rows) == 1201, len(rows)
assert rows[0] == dict(rows[0], station='OLD', component='X', value='offen', ts_source='receipt',
    quality=['invalid']), rows[0]
assert [r['value'] for r in rows[1:]] == list(range(1200, 0, -1))
assert rows[1]['ts_source'] == 'device' and rows[1]['quality'] == []" &&
        grep -q 'this is what the central store has' err
}
filtered() {
    ask readings --central --station=PS-01 --component=L1 --limit=3 --format=jsonl &&
        [ "$(wc -l <out)" -eq 3 ] && ! ask readings --central --station=NONE &&
        grep -q 'nothing matched' err && ! ask readings --central --since=1h
}
journal() {
    ask journal --central --format=json && judge "
assert [(r['event'], r['instance'], r['epoch'], r['term'], r['actor']) for r in rows] == [
    ('acked', 'pc2', 7, 1, 'anna'), ('raised', 'pc2', 7, 1, 'anna')], rows" &&
        ask journal --central --event=raised --format=json && judge "assert len(rows) == 1"
}
alarms() {
    ask alarms --all --central --format=json &&
        judge "
assert [(r['station'], r['type'], r['priority'], r['state']) for r in rows] == [
    ('PS-01', 'hi', 'high', 'normal')], rows" &&
        ask alarms --central --format=json && judge "assert rows == []" &&
        ! ask alarms --all --central --priority=low
}
hint() { # COMMAND…
    ask "$@" --since=400d --format=json
    grep -q 'the central store has more: --central' err
}
no_hint() { # COMMAND…
    ask "$@" --format=json
    ! grep -q -e '--central' err
}
no_store() {
    sed '/postgres/d; /conninfo/d' x.ini >y.ini
    "$leitstand" --config=y.ini readings --central >out 2>err
    [ $? -eq 1 ] && grep -q 'there is no central store' err && {
        "$leitstand" --config=y.ini journal --since=400d >out 2>err
        ! grep -q -e '--central' err
    }
}
away() {
    sed "s|^conninfo.*|conninfo = host=$dir/nowhere|" x.ini >y.ini
    "$leitstand" --config=y.ini readings --central >out 2>err
    [ $? -eq 1 ] && grep -q 'central store: .*nowhere' err
}
denied() { # what may be asked for is all that may be done
    ! psql -U instance -c 'select from leitstand.readings' &&
        ! psql -U instance -c 'select from leitstand.journal_line'
}

report "readings of the central store: all, newest first" readings
report "... filtered and limited" filtered
report "journal of the central store" journal
report "alarms of the central store" alarms
report "readings from before the cache: the store has more" hint readings
report "the same of the journal" hint journal
report "the same of alarms that are over" hint alarms --all
report "nothing is said of it without a beginning" no_hint journal
report "... or for what the cache does hold" no_hint journal --since=1s
report "without a central store" no_store
report "with one that is away" away
report "an instance reads history through functions only" denied
plan
