#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# `leitstand decode` as a script uses it: one line out for each line in, in order. Speaks TAP.
#
# usage: decode.sh LEITSTAND
# shellcheck disable=SC2317 # called through check()
set -u
leitstand=$1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT INT TERM
cd "$dir" || exit 1
unset LEITSTAND_CONFIG
export XDG_CONFIG_HOME="$dir/none" XDG_STATE_HOME="$dir/state" LC_ALL=C.UTF-8 TZ=UTC

number=0
failed=0
check() { # description, then a command that must succeed
    number=$((number + 1))
    what=$1
    shift
    if "$@"; then
        echo "ok $number - $what"
    else
        failed=1
        sed 's/^/# out: /' out
        sed 's/^/# err: /' err
        echo "not ok $number - $what"
    fi
}
decode() { # status expected, then options; the messages are in the file "in"
    want=$1
    shift
    status=0
    "$leitstand" decode "$@" <in >out 2>err || status=$?
    [ "$status" -eq "$want" ] || echo "# status $status instead of $want" >>err
    [ "$status" -eq "$want" ]
}
gives() { # status, file with the whole output, options
    want_status=$1 file=$2
    shift 2
    decode "$want_status" "$@" && cmp out "$file" >>err
}
complains() { # text in err
    grep -qF -e "$1" err
}

mkdir plant
cat >plant/stations.csv <<'END'
uid,name,clock
PS-01,Pump station,auto
END
cat >plant/components.csv <<'END'
id,station,name,kind,decode
Q3DCMDNFEH,PS-01,Pump 1,actuator,
HoraOn1,PS-01,On at,sensor,bcd
END

# The example of the contract, and what else a message may be.
cat >in <<'END'
{"topic":"/client/send/0f6c","payload":"{\"state\":{\"reported\":{\"Q3DCMDNFEH\":{\"desc\":\"M-bit-1-1\",\"value\":[1]},\"X\":{\"value\":[null]},\"$logotime\":1767973154}}}","received":"2026-01-09T15:39:15Z"}
{"topic":"/client/send/0f6c","payload":"{\"state\":{\"reported\":{\"HoraOn1\":{\"value\":[4096]},\"Y\":{\"value\":[2]}}}}","received":"2026-01-09T15:39:15.5Z","retain":true}
{"topic":"/client/send/0f6c","payload_b64":"eyJzdGF0ZSI6eyJyZXBvcnRlZCI6eyIkbG9nb3RpbWUiOjE3Njc5NzMxNTR9fX0=","payload":null}
{"topic":"/client/receive/g/PS-01","payload":"{\"state\":{\"Q3DCMDNFEH\":{\"value\":[1]}}}"}
{"topic":"system/collector","payload":"{}"}
{"topic":"alarms/m","payload":"{\"severity\":\"high\"}"}
{"topic":"x","payload":"\u0000\u001b[2J"}
END
cat >want <<'END'
{"line":1,"profile":"logo","heartbeat":false,"readings":[{"station":"PS-01","component":"Q3DCMDNFEH","value":1,"ts":"2026-01-09T15:39:14Z","ts_source":"device","quality":[]}],"rejected":[{"at":"/state/reported/X","reason":"value null"}]}
{"line":2,"profile":"logo","heartbeat":false,"readings":[{"station":"PS-01","component":"HoraOn1","value":1000,"ts":"2026-01-09T15:39:15.500Z","ts_source":"receipt","quality":["not_topical"]}],"rejected":[{"at":"/state/reported/Y","reason":"unknown id"}]}
{"line":3,"profile":"logo","heartbeat":true,"readings":[],"rejected":[]}
{"line":4,"profile":"logo","heartbeat":false,"write":true,"readings":[],"rejected":[{"at":"/state","reason":"write request, not a measurement"}]}
{"line":5,"profile":"scadapro","heartbeat":false,"health":"collector","readings":[],"rejected":[]}
{"line":6,"profile":"scadapro","heartbeat":false,"alarm":"high","state":"raised","readings":[],"rejected":[]}
{"line":7,"profile":"auto","heartbeat":false,"readings":[],"rejected":[{"at":"","reason":"not JSON: no value"}]}
END
check "messages of a known plant" gives 0 want --plant=plant

cat >in <<'END'
{"topic":"/client/send/0f6c","payload":"{\"Hid\":\"a\\\"b\\\\c\",\"Value\":\"run \u00e4\",\"TS\":\"2026-03-24 15:42:01\"}","received":"2026-03-24T16:00:00Z"}
{"topic":"sensors/tor-1/telemetry","payload":"{\"metrics\":{\"tempC\":22.4}}","received":"2026-03-24T16:00:00Z"}
END
printf '%s' '{"topic":"x/y/z","payload":"1e300","received":"2026-03-24T16:00:00Z"}' >>in
cat >want <<'END'
{"line":1,"profile":"sentraq","heartbeat":false,"readings":[{"station":"","component":"a\"b\\c","value":"run ä","ts":"2026-03-24T15:42:01Z","ts_source":"device","quality":[]}],"rejected":[]}
{"line":2,"profile":"telemetry","heartbeat":false,"readings":[{"station":"tor-1","component":"tempC","value":22.4,"ts":"2026-03-24T16:00:00Z","ts_source":"receipt","quality":[]}],"rejected":[]}
{"line":3,"profile":"scalar","heartbeat":false,"readings":[{"station":"y","component":"z","value":1e+300,"ts":"2026-03-24T16:00:00Z","ts_source":"receipt","quality":[]}],"rejected":[]}
END
check "every id is known, and the last line needs no end" gives 0 want --adopt

# Lines that are not of the form: told, answered, and the others decoded.
{
    echo 'hello'
    echo '{"topic":"a/b","payload":"1"}'
    echo '{"payload":"1"}'
    echo '{"topic":"a/b"}'
    echo '{"topic":"a/b","payload":1}'
    echo '{"topic":"a/b","payload":"1","payload_b64":"MQ=="}'
    echo '{"topic":"a/b","payload_b64":"M*=="}'
    echo '{"topic":"a/b","payload":"1","retain":1}'
    echo '{"topic":"a/b","payload":"1","received":"2026-01-09 15:39:14"}'
    echo ''
    echo '[1]'
    echo '{"topic":"","payload":"1"}'
    printf '{"topic":"a/b","payload":"%05000000d"}\n' 0
    echo '{"topic":"a/b","payload":"2"}'
} >in
check "bad lines give status 2" decode 2 --adopt
check "a line out for each line in" [ "$(wc -l <out)" -eq 14 ]
check "good lines are decoded all the same" [ "$(grep -c '"value":' out)" -eq 2 ]
check "bad lines are told with their number" [ "$(grep -c '^stdin:[0-9]*: ' err)" -eq 12 ]
check "and why" complains 'stdin:9: "received" is not a time'
check "and that one is too long" complains 'stdin:13: is longer than 4 MiB'
printf '%05000000d' 0 >in
check "a long line without an end" decode 2
check "is answered, too" [ "$(wc -l <out)" -eq 1 ]
: >in
check "nothing in, nothing out" gives 0 /dev/null

# Options and configuration.
echo '{"topic":"a/b","payload":"{\"metrics\":1}"}' >in
check "a profile that is none" decode 2 --profile=nothing
check "is told" complains 'there is no payload profile "nothing"'
check "a plant that is none" decode 2 --plant=nowhere
check "a profile for everything" decode 0 --profile=operaid
check "is the one that decodes" grep -q '"profile":"operaid"' out
cat >routes.ini <<'END'
[source:mine]
filter = a/+
profile = mine
[plant]
profiles = profiles
END
mkdir profiles
cat >profiles/mine.ini <<'END'
[profile:mine]
title = of this installation
[rule:mine:all]
topic = a/{component}
id = {component}
value = /metrics
END
check "a source and a profile of the administrator" decode 0 --adopt --config=routes.ini
check "come first" grep -q '"profile":"mine".*"component":"b","value":1' out
echo '[rule:mine:all]' >profiles/mine.ini
check "a profile with an error" decode 2 --config=routes.ini
check "is told with its place" complains 'mine.ini:1: [rule:mine:all] needs id and value'

# Rows come as soon as there is nothing more to read.
mkfifo pipe
"$leitstand" decode --adopt <pipe >out 2>err &
decoder=$!
exec 3>pipe
echo '{"topic":"a/b","payload":"1"}' >&3
tries=0
while [ ! -s out ] && [ "$tries" -lt 200 ]; do
    tries=$((tries + 1))
    sleep 0.05
done
check "an answer before the end of input" [ -s out ]
exec 3>&-
check "the end of input ends it" wait "$decoder"

i=0
while [ $i -lt 3000 ]; do
    echo '{"topic":"a/b","payload":"1"}'
    i=$((i + 1))
done >many
leaves() {
    "$leitstand" decode --adopt <many 2>err | head -n 1 >out
    [ "$(wc -l <out)" -eq 1 ] && ! [ -s err ]
}
check "a reader that has seen enough is no failure" leaves

echo "1..$number"
exit "$failed"
