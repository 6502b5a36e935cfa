#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# What the broker acknowledged is in the central store exactly once, whatever dies. Speaks TAP.
#
# usage: with_pg.sh custody.sh CUSTODY kill|store|broker|pause|stall|mix TIMES SOURCE_ROOT
# shellcheck disable=SC2317 # called through report()
set -u
custody=$1 mode=$2 times=$3 root=$4
# shellcheck disable=SC2034 # lib.sh wants it
leitstand=$custody
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
mosquitto=$(PATH=$PATH:/usr/sbin command -v mosquitto)

schema() {
    for file in "$root"/data/sql/pg/*.sql; do
        psql -v ON_ERROR_STOP=1 -1 -qf "$file" || return 1
    done
    psql -v ON_ERROR_STOP=1 -qc "create role instance login in role leitstand_instance"
}

storm() {
    "$custody" "$mode" "$times" "$dir" "$mosquitto" "$root/tests/pg/pg_turn.sh" ||
        { tail -n 15 "$dir"/*.log; return 1; }
}
case $mode in
kill) title="kill -9 of the owner" ;;
store) title="stop and start of PostgreSQL, kill -9 meanwhile" ;;
mix) title="all kinds of blows" ;;
stall) title="PostgreSQL stands still" ;;
pause) title="freezing the owner" ;;
*) title="kill -9 of the owner, stop and start of the broker" ;;
esac
report "the schema is made" schema
report "$title, $times times: nothing missing, nothing twice" storm
cat "$dir/report"
plan
