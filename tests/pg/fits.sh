#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Running instances say plainly when a store does not fit: two stores behind one broker, and a
# schema of another version. Speaks TAP.
#
# usage: with_pg.sh sh fits.sh LEITSTAND SOURCE
# shellcheck disable=SC2317 # called through report()
set -u
leitstand=$1
source=$2
# shellcheck source=tests/e2e/lib.sh
. "$source/tests/e2e/lib.sh"
cd "$dir" || exit 1
export LC_ALL=C.UTF-8

configure() { # NAME DATABASE
    plain_instance "$1" "host=$PGHOST user=$PGUSER dbname=$2"
}
psql -q -d leitstand -c 'create database other' || exit 1
for database in leitstand other; do
    configure "$database" "$database"
    "$leitstand" --config="$database.ini" db init >/dev/null || exit 1
done
configure pc1 leitstand
configure pc2 leitstand
configure pc3 other

status() { # NAME; that it warns is its exit status
    "$leitstand" --config="$1.ini" status --format=json >"$1.json"
    cat "$1.json"
}
says() { # NAME TEXT
    status "$1" && grep -Eq "\"problem\": ?\"[^\"]*.*$2" "$1.json"
}
well() { # NAME: broker and store are there
    status "$1" && ! grep -Eq '"problem": ?"[^"]' "$1.json" &&
        [ "$(grep -Eo '"connected": ?true' "$1.json" | wc -l)" -eq 2 ]
}
pids=
start() { # NAME
    "$leitstand" --config="$1.ini" run 2>"$1.log" &
    program_pid="$program_pid $!"
    pids="$pids $!"
}

start_broker
start pc1
start pc2
report 'two instances of one store are well' until_true 20 well pc1
report 'both of them' until_true 20 well pc2
start pc3
for name in pc1 pc3; do
    report "with another store behind the same broker, $name says so" until_true 20 \
        says "$name" 'has another central store'
done
report 'in the log, too' grep -q 'pc3.* has another central store' pc1.log
# shellcheck disable=SC2086 # a list
kill ${pids##* } && wait ${pids##* }
report 'when that is gone all is well again' until_true 20 well pc1

psql -q -d leitstand -c "insert into leitstand.migration (number, name)
    select max(number) + 1, 'later' from leitstand.migration" || exit 1
psql -q -d leitstand -c "select pg_terminate_backend(pid) from pg_stat_activity
    where application_name = 'leitstand sync'" >/dev/null || exit 1
for name in pc1 pc2; do
    report "a schema of a later program: $name says what it needs" until_true 20 \
        says "$name" 'it needs a newer leitstand'
done
psql -q -d leitstand -c "delete from leitstand.migration where name = 'later'" || exit 1
report 'and goes on when it fits again' until_true 20 well pc1
plan
