#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Messages of both QoS, whole and in order: over a unix socket, TCP, a line that hands on single
# bytes, MQTT 3.1.1. Speaks TAP.
#
# usage: mixed.sh LEITSTAND MIXED
# shellcheck disable=SC2317 # called through report()
set -u
leitstand=$1 mixed=$2
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/e2e/lib.sh
. "$here/lib.sh"

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
{
    printf 'listener 0 %s/mqtt\nlistener %s 127.0.0.1\n' "$dir" "$port"
    printf 'allow_anonymous true\nlog_type error\nmax_queued_messages 0\n'
    [ "$(id -u)" -ne 0 ] || echo "user root"
} >"$dir/mosquitto.conf"
PATH=$PATH:/usr/sbin mosquitto -c "$dir/mosquitto.conf" >"$dir/mosquitto.log" 2>&1 &
broker_pid=$!
until_true 10 test -S "$dir/mqtt"

through() { # SCRIPT [ARGUMENT]
    script=$1
    shift
    python3 "$here/$script" "$dir/line" "$dir/mqtt" "$@" >"$dir/line.log" 2>&1 &
    program_pid=$!
    until_true 10 test -S "$dir/line" && "$mixed" "$dir/line" "$dir/mqtt" 8000
    result=$?
    kill "$program_pid"
    wait "$program_pid" 2>/dev/null
    program_pid=
    rm -f "$dir/line"
    return "$result"
}
report "over a unix socket" "$mixed" "$dir/mqtt" "$dir/mqtt" 30000
report "over TCP" "$mixed" "127.0.0.1:$port" "$dir/mqtt" 30000
report "over TCP, by name" "$mixed" "localhost:$port" "$dir/mqtt" 3000
report "in pieces of any size" through choppy.py
report "with MQTT 3.1.1" through old_broker.py refuse
plan
