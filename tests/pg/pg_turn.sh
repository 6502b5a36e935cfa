#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Stops and starts the server of with_pg.sh, which is at PGHOST.
#
# usage: pg_turn.sh stop|start
set -eu
bin=$(find /usr/lib/postgresql -maxdepth 2 -name bin | sort -V | tail -n 1)
as=
[ "$(id -u)" -ne 0 ] || as="setpriv --reuid=nobody --regid=nogroup --clear-groups"
cd /
case $1 in
stop)
    # shellcheck disable=SC2086
    $as "$bin/pg_ctl" -D "$PGHOST/data" -m fast -w stop
    ;;
start)
    # shellcheck disable=SC2086
    $as "$bin/pg_ctl" -D "$PGHOST/data" -l "$PGHOST/log" -w start \
        -o "-c listen_addresses='' -c unix_socket_directories='$PGHOST' -c fsync=off -c max_connections=40"
    ;;
esac
