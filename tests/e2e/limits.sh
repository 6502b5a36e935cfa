#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# What `check` finds out about a broker's limits: a mosquitto as it comes, one as the example in
# packaging/ sets it, one with tight limits, one that denies. Speaks TAP.
#
# usage: limits.sh LEITSTAND SOURCE
# shellcheck disable=SC2317 # called through report()
set -u
leitstand=$1
source=$2
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/e2e/lib.sh
. "$here/lib.sh"
cd "$dir" || exit 1
export LC_ALL=C.UTF-8

cat >x.ini <<END
[instance]
name = limits
[mqtt]
socket = $dir/mqtt
[source:plain]
filter = plant/#
profile = scalar
[cache]
path = $dir/x.db
END

stop_broker() {
    kill "$broker_pid" && wait "$broker_pid"
    broker_pid=
    rm -f "$dir/mqtt"
}
# start_with LINES…: a broker with these settings besides
start_with() {
    {
        echo "listener 0 $dir/mqtt"
        echo "log_type all"
        [ "$(id -u)" -ne 0 ] || echo "user root"
        printf '%s\n' "$@"
    } >"$dir/mosquitto.conf"
    PATH=$PATH:/usr/sbin mosquitto -c "$dir/mosquitto.conf" >"$dir/mosquitto.log" 2>&1 &
    broker_pid=$!
    until_true 10 test -S "$dir/mqtt"
}

check() {
    "$leitstand" --config=x.ini check >out 2>err
    status=$?
    cat out err
    return "$status"
}
# says MARK TEXT
says() {
    grep -q "^$1: .*$2" out || {
        cat out err
        return 1
    }
}
# Were there a session yet, it would get what is sent before it comes back.
come_back() {
    mosquitto_sub --unix "$dir/mqtt" -i leitstand-probe-limits -V mqttv5 -d -c -x 1 -q 1 \
        -t nothing -W 1 >>sub 2>&1
    grep -q 'received CONNACK (0)' sub
}
no_session_left() {
    mosquitto_pub --unix "$dir/mqtt" -q 1 -t leitstand/v1/probe/limits -m late
    : >sub
    until_true 10 come_back || return 1
    cat sub
    ! grep -q 'received PUBLISH' sub
}

start_with "allow_anonymous true"
report "a broker as it comes: check succeeds" check
report "... and tells of the short queue" says note 'kept only 10[0-9][0-9] of 1200 .*max_queued_messages 100000'
report "... and of the narrow window" says note 'takes only 20 messages .*max_inflight_messages 500'
report "... and what cannot be seen" says note 'mosquitto version .*cannot be seen from here.*persistence true'
report "the probe's session is gone" no_session_left

# With MQTT 3.1.1 it is the broker's setting alone that counts, not what the client bears.
old_broker() { # MODE
    python3 "$here/old_broker.py" "$dir/old" "$dir/mqtt" "$1" >old.log &
    old=$!
    until_true 10 test -S "$dir/old"
    sed "s|^socket = .*|socket = $dir/old|" x.ini >y.ini
    "$leitstand" --config=y.ini check >out 2>err
    result=$?
    kill "$old"
    wait "$old" 2>/dev/null
    rm -f "$dir/old"
    cat out err old.log
    [ "$result" -eq 0 ] && grep -q '^5 ' old.log
}
report "a broker that refuses MQTT 5" old_broker refuse
report "... is probed all the same" says note 'only 20 messages under way .*max_inflight_messages 500'
report "... and the queue, too" says note 'kept only 10[0-9][0-9] of 1200'
report "that session is gone, too" no_session_left
report "a broker that hangs up on MQTT 5" old_broker silent
report "... is probed all the same" says note 'only 20 messages under way'
stop_broker

# As packaged, but for who may connect and where.
grep -Ev '^(listener|password_file|allow_anonymous|persistence )' \
    "$source/packaging/mosquitto/leitstand.conf" >packaged
start_with "allow_anonymous true" "persistence true" "persistence_location $dir/" "$(cat packaged)"
report "a broker as packaged" check
report "... keeps all" says ok 'kept all of 1200'
report "... with a wide window" says ok 'has 1000 messages under way'
no_complaint() {
    ! grep '^note: .*max_' out
}
report "... and nothing is complained of" no_complaint
report "its session is gone as well" no_session_left
stop_broker

start_with "allow_anonymous true" "max_queued_messages 50" "max_inflight_messages 5" \
    "persistent_client_expiration 1h"
report "a broker with tight limits" check
report "... keeps little" says note 'kept only [4-6][0-9] of 1200'
report "... in a narrow window" says note 'takes only 5 messages'
stop_broker

printf 'topic read plant/#\n' >acl
start_with "allow_anonymous true" "acl_file $dir/acl"
report "a broker that denies what is probed" check
report "... is told of" says note 'kept only 0 of 1200\|could not be looked at'
stop_broker

same_id() {
    sed 's/^socket = .*mqtt$/&\
client_id = both\
ingest_id = both/; s/^name = .*/&\
candidate = no/; s/^profile = .*/&\
qos = 0/' x.ini >y.ini
    printf '[postgres]\nconninfo = dbname=none\n' >>y.ini
    "$leitstand" --config=y.ini check --offline >out 2>err
}
report "options that are not good together" same_id
report "... the same id twice" says note 'client_id and ingest_id are both "both"'
report "... no candidate" says note 'candidate = no'
report "... and QoS 0" says note 'source:plain] qos = 0'
quiet() {
    "$leitstand" --config=x.ini check --offline >out 2>err && ! grep -q 'ingest_id\|candidate\|qos' out
}
report "... of which a good file has none" quiet
plan
