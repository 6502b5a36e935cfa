#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Readings that the central store has refused, on the command line: beside a process that has the
# outbox open, and without one. Speaks TAP.
#
# usage: quarantine.sh LEITSTAND FILL_QUARANTINE
# shellcheck disable=SC2317 # called through report()
set -u
leitstand=$1
fill=$2
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/e2e/lib.sh
. "$here/lib.sh"
cd "$dir" || exit 1
export LC_ALL=C.UTF-8
printf '[instance]\nname = pc1\n[cache]\npath = %s/x.db\n' "$dir" >x.ini

ask() { # status arguments; the output goes to out, messages to err
    wanted=$1
    shift
    "$leitstand" --config=x.ini quarantine "$@" >out 2>err
    status=$?
    [ "$status" -eq "$wanted" ] || {
        echo "exit status $status, not $wanted"
        cat out err
        return 1
    }
}
judge() { # PYTHON, over rows, the JSON of out
    python3 -c "import json; rows = json.load(open('out')); $1" || {
        cat out err
        return 1
    }
}

no_outbox() {
    ask 1 list && grep -q 'there is no outbox' err && ask 1 retry --all && ask 1 drop 1
}
report "no outbox is told" no_outbox

"$fill" fill x.db.outbox >filled || exit 1

all_rows() {
    ask 0 list --format=json && judge "
assert [r['id'] for r in rows] == [3, 2, 1]
assert rows[0] == {'id': 3, 'station': 'PS-01', 'component': 'L1',
    'ts': '2026-01-09T12:00:00Z', 'received': '2026-01-09T12:00:00Z', 'value': 5,
    'ts_source': 'receipt', 'quality': ['clock'], 'refused_at': '2026-01-09T12:00:02Z',
    'reason': 'no such day'}, rows[0]
assert rows[1]['value'] == 'l?[1m' and rows[2]['ts_source'] == 'device'"
}
some_rows() {
    ask 0 list --station=PS-01 --format=json && judge "assert [r['id'] for r in rows] == [3, 1]" &&
        ask 0 list --component=P1 --format=json && judge "assert [r['id'] for r in rows] == [2]" &&
        ask 0 list --limit=2 --format=json && judge "assert [r['id'] for r in rows] == [3, 2]"
}
usage() {
    ask 2 retry && ask 2 drop && ask 2 drop x && ask 2 drop --all 1 && ask 2 retry 0 &&
        ask 0 list --format=json && judge "assert len(rows) == 3"
}
absent() { # all or nothing
    ask 1 retry 1 99 && grep -q 'no reading 99' err &&
        ask 0 list --format=json && judge "assert len(rows) == 3"
}
none_dropped() {
    ask 1 drop 1 99 && grep -q 'no reading 99' err && ask 1 drop 2 2 &&
        ask 0 list --format=json && judge "assert len(rows) == 3"
}
changes() { # they are told whatever is asked for, and until the file is away
    [ ! -s err ] && printf '{}\n' >x.db.refused && ask 0 list --limit=1 --format=json &&
        judge "assert len(rows) == 1" &&
        grep -q '^1 change of alarms refused by the central store is in ".*/x.db.refused"$' err &&
        printf '{}\n{' >>x.db.refused && ask 0 list && grep -q '^3 changes of alarms' err &&
        rm x.db.refused && mkdir x.db.refused && ask 0 list && grep -q 'x.db.refused' err &&
        rmdir x.db.refused && ask 0 list && [ ! -s err ]
}
report "all, newest first" all_rows
report "some of them" some_rows
report "wrong usage changes nothing" usage
report "one that is not there: none is sent" absent
report "... and none is dropped" none_dropped
report "changes of alarms that were refused are told" changes

mkfifo input
"$fill" hold x.db.outbox <input >held &
program_pid=$!
exec 3>input
until_open() {
    tries=0
    until grep -q open held; do
        tries=$((tries + 1))
        [ "$tries" -lt 500 ] || return 1
        sleep 0.02
    done
}
beside() {
    until_open && ask 0 retry 3 1 && ask 0 drop 2 && ask 0 list --format=json &&
        judge "assert rows == []" && ask 0 retry --all
}
seen() {
    exec 3>&-
    wait "$program_pid"
    program_pid=
    [ "$(tail -n 1 held)" -eq 2 ]
}
report "beside a process that has it" beside
report "... which finds what was put back" seen

# Neither broker nor store are there, which is told as well.
plain_instance pc2 'host=127.0.0.1 port=1'
printf '{}\n{}\n' >pc2.db.refused
"$leitstand" --config=pc2.ini run 2>log &
program_pid=$!
tells() { # how many
    "$leitstand" --config=pc2.ini status --format=json >out
    grep -q "\"refused_changes\": $1," out
}
told() {
    until_true 20 tells 2 || return 1
    "$leitstand" --config=pc2.ini status | grep '^CRITICAL: ' |
        grep -q '2 changes of alarms refused by the central store' || return 1
    mv pc2.db.refused elsewhere && until_true 20 tells 0
}
report "an instance tells what was refused before it began, until it is moved away" told
stop_run
plan
