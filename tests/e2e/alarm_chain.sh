#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Alarms through the whole chain: a real broker, a running instance, the commands, the retained
# topics. The instance is killed, the broker restarted without its memory, stations fall silent.
# Speaks TAP.
#
# usage: alarm_chain.sh LEITSTAND
# shellcheck disable=SC2317 # called through report()
set -u
leitstand=$1
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
cd "$dir" || exit 1
export LC_ALL=C.UTF-8

cat >x.ini <<END
[instance]
name = chain
socket = $dir/control.sock
[mqtt]
socket = $dir/mqtt
keepalive = 60
[source:plain]
filter = plant/#
profile = scalar
[cache]
path = $dir/x.db
[plant]
dir = plant
[alarms]
heartbeat_s = 1
service_delay_s = 1
END
mkdir plant
cat >plant/stations.csv <<END
uid,name,silence_s
PS-01,Pumpwerk,3600
PS-02,Becken,2
PS-03,Schacht,2
PS-04,Brunnen,3
PS-05,Rückhaltebecken,10
END
cat >plant/components.csv <<END
id,station,name,kind,unit
L1,PS-01,Füllstand,level,m
F1,PS-01,Störung 1,fault,
F2,PS-01,Störung 2,fault,
M1,PS-02,,sensor,
M1,PS-03,,sensor,
M1,PS-04,,sensor,
M1,PS-05,,level,
END
cat >plant/rules.csv <<END
component,rule,type,limit,deadband,on_delay_s,window_s,priority,latch,name
PS-01/L1,hh,hihi,3.2,0.1,,,critical,,Überlauf droht
PS-01/L1,h,hi,2.9,0.1,300,,high,,Hoch
kind:fault,fault,digital,,,,,medium,yes,Störung
kind:sensor,stale,stale,,,,3,low,,Veraltet
END

ask() { # arguments; the output goes to out, messages to err
    "$leitstand" --config=x.ini "$@" >out 2>err && return
    status=$?
    cat out err
    return "$status"
}
ack_the_rest() { # of the part before; perhaps there is none
    ask ack --all --comment=gesehen | sed 's/^/# /'
}
alarms() { # PYTHON over a, the alarms by "STATION/COMPONENT/RULE"
    ask alarms --format=json || return 1
    python3 -c "
import json
a = {'/'.join((r['station'], r['component'], r['rule'])): r for r in json.load(open('out'))}
$1" || {
        cat out
        return 1
    }
}
journal() { # PYTHON over j, the journal, oldest first
    ask journal --format=json || return 1
    python3 -c "
import json
j = json.load(open('out'))[::-1]
$1" || {
        cat out
        return 1
    }
}
send() { # topic payload
    mosquitto_pub --unix "$dir/mqtt" -q 1 -t "plant/$1" -m "$2"
}
soon() { # SECONDS COMMAND…: what it said last explains a failure
    deadline=$(($(date +%s) + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        [ "$(date +%s)" -lt "$deadline" ] || {
            "$@"
            return
        }
        sleep 0.1
    done
}
# What a newcomer hears of the broker: retained messages, a line each.
retained() {
    timeout 5 mosquitto_sub --unix "$dir/mqtt" -t 'leitstand/v1/alarms/#' --retained-only \
        -F '%t %p' -W 1 >topics 2>/dev/null
    true
}
topics_are() { # TOPIC…: those of PS-01; other stations fall silent as time goes by
    retained
    printf 'leitstand/v1/alarms/%s\n' "$@" | sort >want
    cut -d' ' -f1 topics | grep /PS-01/ | sort | diff want -
}

start_broker
start_run x.ini

# ---- rise, acknowledge, return ----
send PS-01/L1 3.3
send PS-01/F1 1
report 'a limit and a fault are alarms' soon 5 alarms "
assert set(a) >= {'PS-01/L1/hh', 'PS-01/F1/fault'}, a
assert a['PS-01/L1/hh']['state'] == 'unacked' and a['PS-01/L1/hh']['value'] == 3.3
assert a['PS-01/L1/hh']['priority'] == 'critical'"
report 'the one with a delay is not there yet' alarms "assert 'PS-01/L1/h' not in a"
report 'both are retained at the broker' soon 5 topics_are PS-01/L1/hh PS-01/F1/fault
report 'the topic says what the command says' sh -c "ask() { \"$leitstand\" --config=x.ini \"\$@\"; }
ask alarms --station=PS-01 --component=L1 --format=json >one; python3 - <<END
import json
row, = json.load(open('one'))
said = [json.loads(l.split(' ', 1)[1]) for l in open('topics') if 'L1/hh' in l][0]
assert {k: row[k] for k in said} == said, (row, said)
END"
occurrence() { # STATION/COMPONENT/RULE
    alarms "open('id', 'w').write(a['$1']['occurrence'])" && cat id
}
id=$(occurrence PS-01/L1/hh)
report 'an acknowledgement names who and why' ask ack "$id" --comment='fahre hin'
report 'and stands in the alarm' soon 5 alarms "
r = a['PS-01/L1/hh']
assert r['state'] == 'acked' and r['comment'] == 'fahre hin', r
import pwd, os
assert r['acked_by'] == pwd.getpwuid(os.getuid()).pw_name, r"
refused() { ! ask ack "$id" --comment=x && grep -q 'acknowledged already' err; }
report 'a second one is refused, and told by whom it was' refused
unknown() {
    ask ack 01234567-89ab-5def-8123-456789abcdef --comment=x
    cat err && grep -q 'waits for it' err
}
report 'one of an occurrence nobody knows is kept' unknown
send PS-01/F1 0
report 'a latch holds what has returned' soon 5 alarms "
assert a['PS-01/F1/fault']['state'] == 'latched_unacked', a"
report 'a latch wants the acknowledgement first' sh -c "! \"$leitstand\" -c x.ini reset PS-01/F1/fault"
report 'acknowledge the rest' ask ack --all --comment=gesehen
report 'then it is reset' ask reset PS-01/F1/fault
report 'and gone, at the broker as well' soon 5 topics_are PS-01/L1/hh

# ---- two faults of one station (SentraQ's flapping) ----
send PS-01/F1 1
send PS-01/F2 1
send PS-01/F2 0
report 'defect 1: one fault back to 0 leaves the other standing' soon 5 alarms "
assert a['PS-01/F1/fault']['state'] == 'unacked'
assert a['PS-01/F2/fault']['state'] == 'latched_unacked'"

# ---- kill ----
report 'shelve at the last moment' ask shelve PS-01/F2/fault --for=1h --reason=Umbau
kill -9 "$program_pid"
wait "$program_pid" 2>/dev/null
send PS-01/F1 0
start_run x.ini
report 'after kill -9 everything is as it was, the acknowledgement, too' soon 5 alarms "
assert a['PS-01/L1/hh']['state'] == 'acked' and a['PS-01/L1/hh']['comment'] == 'fahre hin'
assert a['PS-01/L1/hh']['occurrence'] == '$id'
assert a['PS-01/F2/fault']['state'] == 'latched_unacked', a"
report 'what was said to be done is' alarms "
assert a['PS-01/F2/fault']['overlays'] == ['shelved'], a"
report 'defect 6: what came while nobody ran is taken up: the session is kept' soon 5 alarms "
assert a['PS-01/F1/fault']['state'] == 'latched_unacked', a"
report 'nobody was told anything twice' soon 5 journal "
told = [r['occurrence'] for r in j if r['annunciated']]
assert len(told) == len(set(told)), told"
report 'take it back' ask unshelve PS-01/F2/fault

send PS-99/NEW 1
unknown_listed() {
    ask status --format=json
    grep -Eq '"unknown_ids": ?1' out
}
report 'defect 6: an id that nobody knows is listed, not dropped' soon 5 unknown_listed

# ---- shelve, maintenance, test ----
report 'shelving wants a reason' sh -c "! \"$leitstand\" -c x.ini shelve PS-01/F1/fault --for=1h"
report 'shelve' ask shelve PS-01/F1/fault --for=1h --reason=Umbau
report 'the shelf is an overlay' soon 5 alarms "
assert a['PS-01/F1/fault']['overlays'] == ['shelved']"
report 'unshelve' ask unshelve PS-01/F1/fault
report 'out of service' ask maintenance PS-01 on --reason=Wartung
report 'covers all of the station' soon 5 alarms "
assert all(r['overlays'] == ['out_of_service'] for k, r in a.items() if k.startswith('PS-01/')), a"
report 'back into service' ask maintenance PS-01 off --reason=fertig
report 'a test alarm' ask alarm-test PS-01/L1/h --reason=Probe
report 'and leaves the real one alone' soon 5 alarms "
assert a['PS-01/L1/test:h']['test'] and a['PS-01/L1/test:h']['state'] == 'unacked', a
assert 'PS-01/L1/h' not in a
assert not a['PS-01/L1/hh']['test'] and a['PS-01/L1/hh']['state'] == 'acked'"
tested() {
    retained
    grep 'PS-01/L1/test:h' topics | grep -q '"test": *true'
}
report 'the topic of the test says so' soon 5 tested
report 'the test ends' ask alarm-test PS-01/L1/h --end --reason=Probe

# ---- silence: one alarm for a station, what is stale in it is explained ----
report 'a station that was never heard is watched as well' soon 15 alarms "
assert a['PS-03//silence']['state'] == 'unacked' and a['PS-03//silence']['priority'] == 'high', a"
report 'what is stale in it is hidden behind it' soon 15 alarms "
assert a['PS-03/M1/stale']['overlays'] == ['suppressed'], a"
heard_again() { # it falls silent again after two seconds
    send PS-03/M1 1
    alarms "assert a['PS-03//silence']['state'] == 'returned_unacked', a"
}
report 'heard again it is back, seen or not' soon 5 heard_again
ack_the_rest

# ---- heartbeat ----
beats() {
    timeout 10 mosquitto_sub --unix "$dir/mqtt" -t leitstand/v1/heartbeat/chain -C 2 >beats
    [ "$(wc -l <beats)" -eq 2 ]
}
report 'the heartbeat beats' beats
mosquitto_pub --unix "$dir/mqtt" -q 1 -t plant/PS-04/M1 -m 1 --repeat 200 --repeat-delay 0.5 &
source_pid=$!
report 'a station that sends is not silent' soon 15 alarms "
assert a.get('PS-04//silence', {'state': 'returned_unacked'})['state'] == 'returned_unacked', a
assert a.get('PS-04/M1/stale', {'state': 'returned_unacked'})['state'] == 'returned_unacked', a"
rises() { # of the alarms of PS-04 so far
    journal "print(sum(r['event'] == 'raised' and r['station'] == 'PS-04' for r in j))"
}
before=$(rises)
kill -STOP "$program_pid"
report 'and not when the program stands still' sh -c "! timeout 12 mosquitto_sub \
    --unix '$dir/mqtt' -t leitstand/v1/heartbeat/chain -C 3 >/dev/null"
kill -CONT "$program_pid"
report 'it goes on afterwards' beats
report 'and calls nobody silent whom it did not listen to' test "$before" = "$(rises)"
kill "$source_pid"
wait "$source_pid" 2>/dev/null
report 'without its source it is' soon 15 alarms "
assert a['PS-04//silence']['state'] == 'unacked', a"

# ---- the broker stands still, and the connection with it ----
ack_the_rest
mosquitto_pub --unix "$dir/mqtt" -q 1 -t plant/PS-05/M1 -m 1 --repeat 200 --repeat-delay 0.5 &
source_pid=$!
report 'a station that sends is heard' soon 15 alarms "
assert a.get('PS-05//silence', {'state': 'returned_unacked'})['state'] == 'returned_unacked', a"
ack_the_rest
kill -STOP "$broker_pid"
report 'a broker that no longer answers is one alarm, before the keepalive ends' soon 14 alarms "
assert a['leitstand/broker/broker']['state'] == 'unacked', a"
report 'and no station behind it has fallen silent' alarms "
assert a.get('PS-05//silence', {'state': 'returned_unacked'})['state'] == 'returned_unacked', a"
kill -CONT "$broker_pid"
report 'it is back' soon 20 alarms "
assert a['leitstand/broker/broker']['state'] == 'returned_unacked', a"
ack_the_rest
kill "$source_pid"
wait "$source_pid" 2>/dev/null

# ---- the broker restarts and has forgotten everything but a leftover ----
before=$(alarms "print(sum(r['station'] != 'leitstand' for r in a.values()))")
kill "$broker_pid"
wait "$broker_pid" 2>/dev/null
report 'a lost broker is one alarm' soon 20 alarms "
assert a['leitstand/broker/broker']['state'] == 'unacked', a
assert a['leitstand/broker/broker']['priority'] == 'critical'"
report 'and no storm of silent stations' alarms "
assert sum(r['station'] != 'leitstand' for r in a.values()) <= int('$before' or 0), (a, '$before')"
start_broker
mosquitto_pub --unix "$dir/mqtt" -q 1 -r -t leitstand/v1/alarms/PS-99/OLD/hh -m '{}'
report 'it is back' soon 20 alarms "
assert a['leitstand/broker/broker']['state'] == 'returned_unacked', a"
ack_the_rest
matches() {
    alarms "open('have', 'w').write(''.join('leitstand/v1/alarms/%s/%s/%s\n' % (r['station'],
r['component'], r['rule']) for r in a.values()))" || return 1
    retained
    sort have >want
    cut -d' ' -f1 topics | sort | diff want -
}
report 'the topics are consistent again, and the leftover is gone' soon 15 matches

# ---- the journal ----
report 'every transition stands in the journal, with who, old and new' soon 5 journal "
ev = [r['event'] for r in j]
for name in ('start', 'raised', 'acked', 'returned', 'reset', 'refused', 'parked', 'shelved',
             'unshelved', 'out_of_service', 'in_service', 'suppressed', 'reentered'):
    assert name in ev, name
acked = [r for r in j if r['event'] == 'acked' and r['occurrence'] == '$id']
assert len(acked) == 1 and acked[0]['detail'] == 'fahre hin' and acked[0]['actor'], acked
assert acked[0]['old_state'] == 'unacked' and acked[0]['new_state'] == 'acked', acked
assert acked[0]['origin'].startswith('cli'), acked"
report 'an orderly end is its last line' sh -c "kill $program_pid"
wait "$program_pid"
program_pid=
report 'and is read without an instance' journal "assert j[-1]['event'] == 'stop', j[-1]"
plan
