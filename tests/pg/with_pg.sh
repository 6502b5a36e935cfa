#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Runs a command beside a PostgreSQL of its own, which listens on a unix socket in a temporary
# directory only and is gone afterwards. The command finds it by PGHOST, PGUSER (superuser
# "postgres") and PGDATABASE ("leitstand": exists, and is empty).
#
# usage: with_pg.sh COMMAND [ARGUMENT…]
set -eu

bin=$(find /usr/lib/postgresql -maxdepth 2 -name bin | sort -V | tail -n 1)
dir=$(mktemp -d)
as= # the server does not run as root
if [ "$(id -u)" -eq 0 ]; then
    as="setpriv --reuid=nobody --regid=nogroup --clear-groups"
    chown nobody:nogroup "$dir"
    chmod 0755 "$dir"
fi
started=
cleanup() {
    status=$?
    # shellcheck disable=SC2086
    [ -z "$started" ] || (cd / && $as "$bin/pg_ctl" -D "$dir/data" -m immediate -w stop) >/dev/null 2>&1
    rm -rf "$dir"
    exit "$status"
}
trap cleanup EXIT
trap 'exit 1' INT TERM

(
    cd /
    # shellcheck disable=SC2086
    $as "$bin/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 --no-sync --locale=C
    # shellcheck disable=SC2086
    $as "$bin/pg_ctl" -D "$dir/data" -l "$dir/log" -w start \
        -o "-c listen_addresses='' -c unix_socket_directories='$dir' -c fsync=off -c max_connections=40"
) >"$dir/setup" 2>&1 || {
    cat "$dir/setup" "$dir/log" >&2
    exit 1
}
started=yes
export PGHOST="$dir" PGUSER=postgres PGDATABASE=postgres
createdb leitstand
export PGDATABASE=leitstand
"$@"
