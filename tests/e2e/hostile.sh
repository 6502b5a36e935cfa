#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Payloads and topics full of escape sequences, bidi controls and invalid UTF-8 go through a real
# broker. Neither the log, nor any output, nor the screen may carry one of them on. Speaks TAP.
#
# usage: hostile.sh LEITSTAND SOURCE_ROOT
# report() calls some functions by name.
# shellcheck disable=SC2317
set -eu
leitstand=$1
root=$2
# shellcheck source=tests/e2e/lib.sh
. "$root/tests/e2e/lib.sh"
export LC_ALL=C.UTF-8
neutral() {
    /usr/bin/python3 "$root/tests/e2e/neutral.py" "$@"
}

esc=$(printf '\033')
override=$(printf '\342\200\256') # U+202E, right-to-left override
csi=$(printf '\233')              # C1 CSI as one byte: invalid UTF-8 besides

mkdir "$dir/plant"
printf 'uid,name\nevil,Station\n' >"$dir/plant/stations.csv"
cat >"$dir/plant/components.csv" <<'PLANT'
id,station,name,kind
door,evil,Door,sensor
level,evil,Level,level
PLANT
cat >"$dir/leitstand.ini" <<INI
[instance]
name = hostile
socket = $dir/control
[mqtt]
socket = $dir/mqtt
[source:sensors]
filter = sensors/#
profile = telemetry
qos = 1
[source:rest]
filter = rest/#
profile = scalar
qos = 1
[cache]
path = $dir/cache.db
[plant]
dir = $dir/plant
[ownership]
validity_s = 5
renewal_s = 1
echo_s = 3
dead_s = 5
INI

# One file a payload; what a terminal would obey has parameters that nobody else uses.
cd "$dir"
# A JSON string that becomes dangerous when it is unescaped.
printf '{"metrics":{"door":"%s","level":1}}' \
    '\u001b]0;PWN\u0007\u009b5;6;7;8m\u202eSTATE\u200b\u2028' >payload1
# The same as raw bytes.
printf '{"metrics":{"door":"%s]0;PWN\007%sSTATE%s","level":2}}' "$esc" "$csi" "$override" >payload2
# An id nobody knows, to be listed for adoption.
printf '{"metrics":{"\\u001b[5;6;7;8mNEW\\u202e":3,"n\\u0000w":4,"x":"\\ud800"}}' >payload3
# Nothing that could be decoded: kept and shown as a rejected payload.
printf '%s[5;6;7;8m%s]0;PWN\007%s[?7777h%sPq%sX%s_X \377\376\300\257\355\240\200 %s no JSON' \
    "$esc" "$esc" "$esc" "$esc" "$esc" "$esc" "$override" >payload4
printf '%s[5;6;7;8mvalue%s\r\nforged line' "$esc" "$override" >payload5
# What an operator at another instance says.
cat >action <<'ACTION'
{"id": "0b0e2d3c-1111-4111-8111-111111111111", "at": "2026-01-09T15:39:14Z", "instance": "pc9",
 "user": "anna", "origin": "cli pc9", "action": {"command": "act", "action": "maintenance",
 "station": "evil", "text": "\u001b]0;PWN\u0007\u009b5;6;7;8m\u202eREASON\u2028"}}
ACTION

send() {
    publish sensors/evil/telemetry payload1
    publish sensors/evil/telemetry payload2
    publish sensors/evil/telemetry payload3
    publish sensors/evil/telemetry payload4
    publish "sensors/e${override}vil/telemetry" payload1
    publish "rest/evil/door" payload5
    publish "rest/ev${override}il/do${override}or" payload5
    printf '{"metrics":{"level":77}}' >last
    publish sensors/evil/telemetry last
}

# The topics by which instances speak to each other.
send_own() {
    for topic in changes/pc9 actions/pc9 answers/hostile instances/pc9 claims/pc9 resign/pc9 owner \
        alarms/evil/door/x "changes/e${override}vil" "actions/e${override}vil"; do
        publish "leitstand/v1/$topic" payload1
        publish "leitstand/v1/$topic" payload4
    done
    publish leitstand/v1/actions/pc9 action
}
is_owner() {
    "$leitstand" --config="$dir/leitstand.ini" status --format=json | grep -Eq '"role": ?"owner"'
}
told() { # TEXT, of the log
    grep -F "$1" "$dir/log"
}
acted() {
    "$leitstand" --config="$dir/leitstand.ini" journal --event=out_of_service --format=csv |
        grep -q 'REASON'
}

last_arrived() {
    "$leitstand" --config="$dir/leitstand.ini" readings --component=level --limit=1 \
        --format=jsonl | grep -Eq '"value": ?77\b'
}

report "a broker runs" start_broker
start_run "$dir/leitstand.ini" --log-level=debug
send
report "what came last is stored" until_true 20 last_arrived

report "it is owner" until_true 20 is_owner
send_own
report "what an operator said elsewhere was done" until_true 20 acted
report "a change that is none is told with its topic" told 'topic "leitstand/v1/changes/pc9"'
report "so is an action" told 'topic "leitstand/v1/actions/pc9"'
report "and an answer" told 'topic "leitstand/v1/answers/hostile"'
report "and what claims to be an owner" told 'topic "leitstand/v1/owner"'

outputs=
for command in readings stations components status journal maintenance; do
    for format in table json jsonl csv; do
        case $command-$format in status-jsonl | status-csv) continue ;; esac
        "$leitstand" --config="$dir/leitstand.ini" "$command" --format="$format" \
            >"$dir/$command.$format" 2>"$dir/$command.$format.messages" || true
        outputs="$outputs $dir/$command.$format"
    done
done
# shellcheck disable=SC2086
report "tables, JSON and CSV are clean" neutral text $outputs
report "the state is there, made harmless" grep -q 'PWN?.*STATE' "$dir/readings.csv"
report "the reason, too" grep -q 'PWN?.*REASON' "$dir/maintenance.csv"

for n in 1 2 3 4 5; do # decode's own input form, raw bytes as base64
    printf '{"topic":"sensors/e%svil/telemetry","payload_b64":"%s"}\n' "$override" \
        "$(base64 -w0 <"$dir/payload$n")"
done >"$dir/decode.in"
decode() {
    "$leitstand" decode --adopt <"$dir/decode.in" >"$dir/decode.out"
}
report "decode takes them" decode
report "decode's output is clean" neutral text "$dir/decode.out"

printf '[mqtt]\nhost%s[5;6;7;8m = %s%s\n[x%s]\n' "$esc" "$override" "$csi" "$esc" >"$dir/evil.ini"
"$leitstand" --config="$dir/evil.ini" check --offline >"$dir/evil.out" 2>&1 || true
report "what check says of a hostile file is clean" neutral text "$dir/evil.out"
printf 'uid,name\nx%s[5;6;7;8m,%s%s\n' "$esc" "$override" "$csi" >"$dir/plant/stations.csv"
"$leitstand" --config="$dir/leitstand.ini" plant import --dry-run "$dir/plant" \
    >"$dir/plant.out" 2>&1 || true
report "what plant import says of a hostile file is clean" neutral text "$dir/plant.out"
printf 'uid,name\nevil,Station\n' >"$dir/plant/stations.csv"

report "run ends in order" stop_run
report "the log is clean" neutral text "$dir/log"

# The same on the screen: the list, the station with its state in words, the ids nobody knows
# with their topics, the messages of the program itself.
start_tmux "$leitstand --config=$dir/leitstand.ini console" "$dir/screen.raw"
report "the console opens" shows 'broker UP'
send
send_own
press 2
press Enter
report "the state is on the screen" shows '\?\[5;6;7;8mvalue'
report "the last value, too" shows 'Level.*77'
press u
report "unknown ids are listed with their topics" shows 'ev\?il +do\?or'
press 7
report "the journal is shown" shows 'REASON'
press 9
report "the log is shown" shows 'Log'
press q
press F10
press y
report "the console ends" shows 'exit status 0'
end_tmux # and has written all that it got
report "what the terminal got is clean" neutral terminal "$dir/screen.raw"

plan
