#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Queries, check and plant import beside a running instance and a real broker. Speaks TAP.
#
# usage: queries.sh LEITSTAND
# shellcheck disable=SC2317,SC2016 # called through report(); $logotime is meant
set -u
leitstand=$1
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
cd "$dir" || exit 1
export LC_ALL=C.UTF-8

cat >x.ini <<END
[instance]
name = queries
socket = $dir/control.sock
[mqtt]
socket = $dir/mqtt
[source:plain]
filter = plant/#
profile = scalar
qos = 2
[source:logo]
filter = logo/#
profile = logo
[cache]
path = $dir/x.db
[plant]
dir = plant
END
mkdir plant
cat >plant/stations.csv <<END
uid,name,silence_s
PS-01,Pumpwerk,3600
PS-02,Becken,1
PS-03,Schacht,0
END
cat >plant/components.csv <<END
id,station,kind,unit,adjust,states
L1,PS-01,level,m,*0.01,
V1,PS-01,switch,,,0=zu;1=auf
F1,PS-01,fault,,,
L1,PS-02,level,m,,
M1,PS-02,sensor,,,
X1,PS-03,sensor,,,
END

ask() { # arguments; the output goes to out, messages to err
    "$leitstand" --config=x.ini "$@" >out 2>err && return
    status=$?
    cat out err
    return "$status"
}
# judge PYTHON: over rows, the JSON of out
judge() {
    python3 -c "import json; rows = json.load(open('out')); $1" || {
        cat out err
        return 1
    }
}

health() { # a silent station is a warning, status 1
    ask status --format=json
    [ $? -le 1 ]
}
stored() { # number of readings
    health && judge "assert rows['cache']['stored'] >= $1 and rows['cache']['queued'] == 0, rows"
}
send() { # topic payload
    mosquitto_pub --unix "$dir/mqtt" -q 2 -t "$1" -m "$2"
}
granted() { # FILTER QOS
    grep "^[0-9]*: leitstand-queries [0-9] $1\$" mosquitto.log >out
    cat out
    [ "$(cut -d' ' -f3 out)" = "$2" ]
}

start_broker
start_run x.ini
report "QoS 2 is asked for as 1" until_true 10 granted 'plant/#' 1
send plant/PS-01/L1 433
send plant/PS-01/L1 435
send plant/PS-01/V1 1
send plant/PS-01/F1 1
send plant/PS-02/L1 -2.5
send plant/PS-02/M1 offen
send plant/PS-03/nope 1
send logo/x '{"state":{"reported":{"X1":{"desc":"AM-word-1-1","value":[7]},"$logotime":1767973154}}}'
report "all is stored, though it was sent at QoS 2" until_true 10 stored 7

{
    readings_rows() {
        ask readings --format=json && judge "
assert [list(r) for r in rows] == [['station', 'component', 'ts', 'received', 'value',
    'ts_source', 'quality']] * 7, rows
at = [(r['ts'][:19], float('0' + r['ts'][19:-1])) for r in rows]
assert at == sorted(at, reverse=True), rows
by = {(r['station'], r['component']): r for r in reversed(rows)}
assert by['PS-01', 'L1']['value'] == 435 and type(by['PS-01', 'L1']['value']) is int
assert by['PS-02', 'L1']['value'] == -2.5
assert by['PS-02', 'M1']['value'] == 'offen'
assert by['PS-01', 'L1']['ts_source'] == 'receipt' and by['PS-01', 'L1']['quality'] == []
assert by['PS-03', 'X1']['value'] == 7
assert all(r['received'].endswith('Z') for r in rows)"
    }
    readings_filtered() {
        ask readings --station=PS-01 --component=L1 --format=json &&
            judge "assert [r['value'] for r in rows] == [435, 433], rows" &&
            ask readings --component=L1 --limit=2 --since=1h --format=json &&
            judge "assert len(rows) == 2" &&
            ! ask readings --until=2020-01-01T00:00:00Z --format=json &&
            judge "assert rows == []" &&
            ask readings --since=1h --format=jsonl && [ "$(wc -l <out)" -ge 6 ]
    }
    readings_csv() {
        ask readings --station=PS-02 --format=csv && python3 -c "
import csv
rows = list(csv.DictReader(open('out', newline=''), strict=True))
assert {r['value'] for r in rows} == {'-2.5', 'offen'}, rows"
    }
    readings_table() {
        ask readings --station=PS-02 --format=table && head -1 out | grep -q '^station  component  ts' &&
            grep -q '^PS-02    M1 ' out && ! LC_ALL=C grep -q "$(printf '\033')" out
    }
    components_rows() {
        ask components --format=json && judge "
by = {(r['station'], r['id']): r for r in rows}
assert len(rows) == 6
assert by['PS-01', 'L1']['value'] == 435 and by['PS-01', 'L1']['shown'] == 4.35
assert by['PS-01', 'V1']['value'] == 1 and by['PS-01', 'V1']['shown'] == 'auf'
assert by['PS-02', 'M1']['shown'] == 'offen'"
    }
    stations_rows() {
        ask stations --format=json && judge "
by = {r['uid']: r for r in rows}
assert by['PS-01']['state'] == 'ok' and by['PS-01']['faults'] == 1, rows
assert by['PS-02']['state'] == 'silent' and by['PS-02']['faults'] == 0, rows
assert by['PS-03']['state'] == 'ok' and by['PS-03']['last'].endswith('Z')"
    }
    check_all() {
        ask check && grep -q '^ok: broker' out && grep -q '^ok: cache' out &&
            ! grep -q '^failed' out
    }
    import_live() {
        cp -r plant next && echo 'PS-04,Neu,0' >>next/stations.csv &&
            sed -i 's/Pumpwerk/Pumpwerk Nord/' next/stations.csv &&
            sed -i '/^V1,/d' next/components.csv && ask plant import next &&
            printf '~ station PS-01: name "Pumpwerk" -> "Pumpwerk Nord"\n+ station PS-04\n- component PS-01/V1\n' |
            diff - out && health &&
            judge "assert rows['stations']['total'] == 4, rows"
    }
    import_kept() {
        ask components --format=json &&
            judge "assert {r['id']: r['value'] for r in rows if r['station'] == 'PS-01'} == {'L1': 435, 'F1': 1}"
    }
    import_refused() {
        printf 'uid\nA\nA\n' >next/stations.csv
        ask plant import next
        [ $? -eq 2 ] && ask stations --format=json && judge "assert len(rows) == 4"
    }
    after_end() {
        kill "$program_pid" && wait "$program_pid"
        program_pid=
        ask readings --station=PS-01 --component=L1 --format=json &&
            judge "assert [r['value'] for r in rows] == [435, 433], rows" &&
            ask stations --format=json && judge "assert len(rows) == 4" && ! health
    }
    survives_start() {
        start_run x.ini && health &&
            judge "assert rows['stations']['total'] == 4, rows"
    }
    second_instance() {
        sed "s#control.sock#other.sock#; s#^name = .*#name = other#" x.ini >y.ini
        "$leitstand" -c y.ini run >out 2>err
        [ $? -eq 1 ] && grep -q 'x.db' err
    }
    export_identity() {
        ask plant export out1 && ask plant import out1 --dry-run && [ ! -s out ]
    }
}
report "readings: each once; columns, order, types" readings_rows
report "readings: filters" readings_filtered
report "readings: csv" readings_csv
report "readings: table" readings_table
report "components: corrected value, name of a state" components_rows
# PS-02 falls silent a second after its last message.

silent() {
    ask stations --station=PS-02 --format=json && judge "assert rows[0]['state'] == 'silent'"
}
report "a station falls silent" until_true 10 silent
report "stations: state and faults" stations_rows
report "check finds everything well" check_all
report "plant import reaches the running instance" import_live
report "... and values stay" import_kept
report "a wrong plant is refused, the old one stays" import_refused
report "export, import: no difference" export_identity
report "a second instance does not share the cache" second_instance
report "queries answer when no instance runs" after_end
report "the imported plant stands at the next start" survives_start
plan
