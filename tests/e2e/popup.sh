#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Popups through libnotify, on a session bus of their own with a notification service that writes
# down what it gets. Speaks TAP.
#
# usage: popup.sh POPUP_SIDE
# shellcheck disable=SC2317 # called through report()
set -u
leitstand=none popup_side=$1
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/e2e/lib.sh
. "$here/lib.sh"
: "$leitstand"

no_bus() {
    env -u DBUS_SESSION_BUS_ADDRESS XDG_RUNTIME_DIR="$dir" "$popup_side" </dev/null >"$dir/out"
    [ "$(cat "$dir/out")" = "no session bus" ]
}
report "no session bus: there are none" no_bus

mkfifo "$dir/lines"
dbus-daemon --session --nofork --address="unix:path=$dir/bus" >"$dir/bus.log" 2>&1 &
broker_pid=$!
until_true 10 test -S "$dir/bus"
DBUS_SESSION_BUS_ADDRESS=unix:path=$dir/bus
export DBUS_SESSION_BUS_ADDRESS
# Debian's own python3: it is the one with the modules of python3-dbus and python3-gi.
/usr/bin/python3 "$here/notifications.py" "$dir/shown" 2>"$dir/service.log" &
service_pid=$!
program_pid=$service_pid
until_true 20 grep -q ready "$dir/shown"

has() {
    until_true 20 grep -qxF "$1" "$dir/shown" && return
    cat "$dir/shown" "$dir/service.log"
    return 1
}
"$popup_side" <"$dir/lines" >"$dir/side.log" 2>&1 &
side_pid=$!
program_pid="$side_pid $service_pid"
exec 3>"$dir/lines"
echo 'critical Pump & valve|level <high> & rising' >&3
report "one is shown, its markup escaped" \
    has 'leitstand|2|Pump & valve|level &lt;high&gt; &amp; rising'
echo 'low second|b' >&3
echo 'high third|c' >&3
echo 'low fourth|d' >&3
report "those that follow are collected in one" has 'leitstand|1|third|c/second/fourth'

exec 3>&-
report "it ends in order" wait "$side_pid"

kill -STOP "$service_pid"
"$popup_side" <"$dir/lines" >"$dir/side.log" 2>&1 &
side_pid=$!
program_pid="$side_pid $service_pid"
exec 3>"$dir/lines"
echo 'low into the void|x' >&3
talks() { # D-Bus has a thread of its own once it is talked to
    grep -q gdbus /proc/"$side_pid"/task/*/comm
}
report "the desktop hangs" until_true 10 talks
exec 3>&-
report "stopping takes no second even then" wait "$side_pid"
kill -CONT "$service_pid"
program_pid=$service_pid

by_path() {
    echo 'low by path|x' | env -u DBUS_SESSION_BUS_ADDRESS XDG_RUNTIME_DIR="$dir" \
        "$popup_side"
}
report "a bus in the runtime directory will do" by_path
plan
