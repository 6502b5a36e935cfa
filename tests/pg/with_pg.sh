#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Runs a command beside a PostgreSQL of its own, which listens on a unix socket in a temporary
# directory only and is gone afterwards. The command finds it by PGHOST, PGUSER (superuser
# "postgres") and PGDATABASE ("leitstand": exists, and is empty), and its programs in PATH.
# No cluster of the machine is touched, and nothing of its configuration matters.
#
# usage: with_pg.sh COMMAND [ARGUMENT…]
set -eu

initdb=$(find /usr/lib/postgresql -path '*/bin/initdb' 2>/dev/null | sort -V | tail -n 1)
if [ -z "$initdb" ]; then
    echo "with_pg.sh: there is no PostgreSQL below /usr/lib/postgresql" >&2
    exit 1
fi
PATH=${initdb%/initdb}:$PATH
# Whatever the caller's shell says of a server is not for this one.
unset PGHOSTADDR PGPORT PGPASSWORD PGPASSFILE PGSERVICE PGSERVICEFILE PGOPTIONS PGSSLMODE

# Not in TMPDIR: that may be closed to others, or its name too long for a socket.
dir=$(mktemp -d /tmp/leitstand-pg.XXXXXX)
as= # the server does not run as root
if [ "$(id -u)" -eq 0 ]; then
    as="setpriv --reuid=nobody --regid=nogroup --clear-groups"
    chown nobody:nogroup "$dir"
    chmod 0755 "$dir"
fi
server= # a child of ours and in our process group: who kills that ends the server as well
cleanup() {
    status=$?
    set +e
    trap - EXIT INT TERM
    # A test may have ended it and started another one.
    running=$(head -n 1 "$dir/data/postmaster.pid" 2>/dev/null)
    for pid in $server $running; do
        kill -QUIT "$pid" 2>/dev/null && wait "$pid" 2>/dev/null
    done
    tries=100
    while [ -n "$running" ] && kill -0 "$running" 2>/dev/null && [ "$tries" -gt 0 ]; do
        sleep 0.05
        tries=$((tries - 1))
    done
    rm -rf "$dir"
    exit "$status"
}
trap cleanup EXIT
trap 'exit 1' INT TERM

give_up() {
    echo "with_pg.sh: the server does not start" >&2
    cat "$dir/setup" >&2
    exit 1
}

export PGHOST="$dir" PGUSER=postgres PGDATABASE=postgres
(
    cd /
    # shellcheck disable=SC2086
    exec $as initdb -D "$dir/data" -U postgres -A trust -E UTF8 --no-sync --locale=C
) >"$dir/setup" 2>&1 || give_up
(
    cd /
    # shellcheck disable=SC2086
    exec $as postgres -D "$dir/data" -c listen_addresses= -c unix_socket_directories="$dir" \
        -c fsync=off -c max_connections=40
) </dev/null >>"$dir/setup" 2>&1 &
server=$!
tries=300
until psql -qAtc 'select 1' >/dev/null 2>&1; do
    tries=$((tries - 1))
    if [ "$tries" -le 0 ] || ! kill -0 "$server" 2>/dev/null; then
        give_up
    fi
    sleep 0.1
done
createdb leitstand
export PGDATABASE=leitstand
"$@"
