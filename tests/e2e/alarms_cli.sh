#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Alarms on the command line: queries of a filled cache without an instance, and what operator
# actions send to one. Speaks TAP.
#
# usage: alarms_cli.sh LEITSTAND FILL_ALARMS
# shellcheck disable=SC2317 # called through report()
set -u
leitstand=$1
fill=$2
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/e2e/lib.sh
. "$here/lib.sh"
cd "$dir" || exit 1
export LC_ALL=C.UTF-8

cat >x.ini <<END
[instance]
name = alarms
socket = $dir/control.sock
timezone = Europe/Berlin
[cache]
path = $dir/x.db
[plant]
dir = plant
[alarms]
shifts = 06:00,18:00
END
sed "s#$dir/x.db#$dir/none.db#" x.ini >none.ini
mkdir plant
printf 'uid,name\nPS-01,Pumpwerk\nPS-02,Becken\n' >plant/stations.csv
printf 'id,station,kind\nL1,PS-01,level\nF1,PS-01,fault\n' >plant/components.csv
printf 'component,rule,type,limit,priority,name\nPS-01/L1,high,hi,4,high,Becken voll\nkind:fault,fault,digital,1,low,\n' \
    >plant/rules.csv

ask() { # arguments; the output goes to out, messages to err
    "$leitstand" --config=x.ini "$@" >out 2>err && return
    status=$?
    cat out err
    return "$status"
}
fails() { # status arguments
    wanted=$1
    shift
    ask "$@"
    status=$?
    [ "$status" -eq "$wanted" ] || {
        echo "exit status $status, not $wanted"
        return 1
    }
}
# judge PYTHON: over rows, the JSON of out
judge() {
    python3 -c "import json; rows = json.load(open('out')); $1" || {
        cat out err
        return 1
    }
}
says() { # regular expression, of err
    grep -Eq "$1" err || {
        cat err
        return 1
    }
}

no_cache() {
    "$leitstand" --config=none.ini alarms --format=json >out 2>err
    [ $? -eq 1 ] && judge "assert rows == []" && says 'there is no cache'
}
report "no cache is not \"no alarm\"" no_cache

"$fill" x.db || exit 1

columns="['occurrence', 'station', 'component', 'rule', 'type', 'priority', 'state', 'overlays',
    'raised_at', 'returned_at', 'value', 'acked_at', 'acked_by', 'comment', 'count', 'test',
    'step', 'name']"

alarms_rows() {
    ask alarms --format=json && judge "
import uuid
assert [list(r) for r in rows] == [$columns] * 4, rows
assert [r['raised_at'][5:13] for r in rows] == ['01-09T11', '01-09T10', '01-09T09', '01-07T12']
assert all(str(uuid.UUID(r['occurrence'])) == r['occurrence'] for r in rows)
twin, level, silence, fault = rows
assert twin['rule'] == 'test:high' and twin['test'] is True and twin['name'] == 'Becken voll'
assert level['state'] == 'unacked' and level['value'] == 4.5 and level['overlays'] == []
assert level['type'] == 'hi' and level['priority'] == 'high' and level['returned_at'] is None
assert level['test'] is False and level['step'] == 1 and level['name'] == 'Becken voll'
assert silence['component'] == '' and silence['value'] is None and silence['name'] is None
assert silence['acked_at'] == '2026-01-09T09:05:00.500Z' and silence['acked_by'] == 'anna'
assert silence['comment'] == 'on my way ?[1m'
assert fault['overlays'] == ['shelved', 'out_of_service'] and fault['count'] == 1
assert fault['state'] == 'returned_unacked' and fault['returned_at'] == '2026-01-07T12:00:03Z'"
}
alarms_filtered() {
    ask alarms --all --format=json && judge "assert len(rows) == 5" &&
        ask alarms --all --station=PS-01 --component=L1 --limit=2 --format=json &&
        judge "assert [r['test'] for r in rows] == [True, False], rows" &&
        ask alarms --priority=critical --format=json &&
        judge "assert [r['rule'] for r in rows] == ['silence'], rows" &&
        ask alarms --state=normal --format=json &&
        judge "assert [r['comment'] for r in rows] == ['=1+1'], rows" &&
        ask alarms --state=unacked --priority=high --limit=1 --format=json &&
        judge "assert [r['rule'] for r in rows] == ['test:high'], rows" &&
        ask alarms --since=2026-01-09T09:30:00Z --until=2026-01-09T10:30:00Z --format=jsonl &&
        [ "$(wc -l <out)" -eq 1 ]
}
alarms_nothing() {
    fails 1 alarms --priority=medium --format=json && judge "assert rows == []" &&
        says 'nothing matched' && fails 1 alarms --station=PS-09 && says 'no station "PS-09"' &&
        fails 2 alarms --state=strange && fails 2 alarms --priority=urgent
}
alarms_csv() {
    ask alarms --all --format=csv && python3 -c "
import csv
rows = list(csv.DictReader(open('out', newline=''), strict=True))
assert len(rows) == 5
by = {(r['rule'], r['state']): r for r in rows}
assert by['fault', 'returned_unacked']['overlays'] == 'shelved;out_of_service', rows
assert by['high', 'normal']['comment'] == \"'=1+1\", rows
assert by['test:high', 'unacked']['test'] == 'true' and by['high', 'normal']['test'] == 'false'
assert by['silence', 'acked']['value'] == '', rows"
}
alarms_table() {
    ask alarms --format=table && head -1 out | grep -q '^occurrence  *station  component  rule' &&
        grep -q ' PS-02  *silence ' out && [ "$(wc -l <out)" -eq 5 ] &&
        ! LC_ALL=C grep -q "$(printf '\033')" out
}
journal_rows() {
    ask journal --format=json && judge "
assert [list(r) for r in rows] == [['at', 'epoch', 'term', 'instance', 'event', 'occurrence',
    'station', 'component', 'rule', 'actor', 'origin', 'detail', 'step', 'old_state', 'new_state',
    'overlays', 'annunciated', 'test', 'value']] * 10, rows
assert [r['at'] for r in rows] == sorted((r['at'] for r in rows), reverse=True)
assert rows[0]['test'] is True and rows[0]['actor'] == 'root'
assert rows[0]['detail'] == 'monthly test' and rows[0]['annunciated'] is True
start = rows[-1]
assert start['event'] == 'start' and start['station'] is None and start['old_state'] is None
assert start['occurrence'] is None and start['step'] is None and start['epoch'] == 7
acked = rows[2]
assert acked['event'] == 'acked' and acked['actor'] == 'anna' and acked['origin'] == 'console'
assert (acked['old_state'], acked['new_state']) == ('unacked', 'acked')
assert acked['instance'] == 'pc1' and acked['term'] == 0 and acked['step'] == 1"
}
journal_filtered() {
    ask journal --event=acked --format=json &&
        judge "assert [r['actor'] for r in rows] == ['anna', 'berta'], rows" &&
        ask journal --event=raised --limit=2 --format=jsonl && [ "$(wc -l <out)" -eq 2 ] &&
        ask journal --station=PS-02 --format=csv && [ "$(wc -l <out)" -eq 3 ] &&
        ask journal --until=2026-01-07T23:00:00Z --format=table && [ "$(wc -l <out)" -eq 4 ] &&
        fails 2 journal --event=strange && says 'no event of the journal' &&
        fails 1 journal --since=2026-01-10T00:00:00Z && says 'nothing matched'
}
maintenance_list() {
    ask maintenance --format=json && judge "
assert rows == [{'station': 'PS-01', 'component': 'F1', 'since': '2026-01-07T13:00:00Z',
    'actor': 'anna', 'reason': 'pump swap', 'remind_at': '2026-01-08T01:00:00Z'}], rows" &&
        ask maintenance PS-01/F1 --format=csv && [ "$(wc -l <out)" -eq 2 ] &&
        fails 1 maintenance PS-02 && says 'nothing matched' && fails 2 maintenance a/b/c
}
range="--since=2026-01-06T23:00:00Z --until=2026-01-09T23:00:00Z"
kpi_json() {
    # shellcheck disable=SC2086 # two options
    ask kpi $range --format=json && judge "
assert [r['label'] for r in rows] == ['2026-01-07', '2026-01-08', '2026-01-09', 'total'], rows
assert [list(r) for r in rows] == [['from', 'to', 'label', 'figures', 'targets', 'worst']] * 4
assert rows[0]['from'] == '2026-01-06T23:00:00Z' and rows[0]['to'] == rows[1]['from']
assert [r['figures']['annunciated'] for r in rows] == [1, 1, 2, 4], rows
assert [r['figures']['tests'] for r in rows] == [0, 0, 1, 1], rows
assert [r['figures']['fleeting'] for r in rows] == [1, 0, 0, 1], rows
total = rows[3]
assert total['figures']['critical'] == 1 and total['figures']['high'] == 2
assert total['figures']['median_ack_s'] >= 300 and rows[0]['figures']['median_ack_s'] is None
assert total['worst'][0]['rule'] == 'high' and total['worst'][0]['annunciated'] == 2
assert total['worst'][0]['share'] == 0.5 and len(total['worst']) == 3
assert total['figures']['worst_10min_at'] == '2026-01-07T12:00:00Z', total
assert total['targets']['per_day']['target'] == 150
assert total['targets']['per_day']['grade'] == 'good'
assert total['targets']['fleeting']['grade'] == 'bad'" &&
        ask kpi $range --format=jsonl && [ "$(wc -l <out)" -eq 4 ]
}
kpi_shifts() {
    # shellcheck disable=SC2086 # two options
    ask kpi $range --by=shift --format=json && judge "
assert [r['label'] for r in rows[:3]] == ['2026-01-06 18:00', '2026-01-07 06:00',
    '2026-01-07 18:00'], rows
assert rows[1]['figures']['annunciated'] == 1 and rows[2]['figures']['annunciated'] == 0"
}
kpi_flat() {
    # shellcheck disable=SC2086 # two options
    ask kpi $range --station=PS-01 --format=csv && python3 -c "
import csv
rows = list(csv.DictReader(open('out', newline=''), strict=True))
assert list(rows[0]) == ['label', 'figure', 'value', 'unit', 'target', 'limit', 'grade', 'alarm',
    'from', 'to']
total = {r['figure']: r for r in rows if r['label'] == 'total'}
assert total['annunciated']['value'] == '3' and total['critical']['value'] == '0'
assert total['per_day']['value'] == '1' and total['per_day']['target'] == '150'
assert total['worst_share']['value'] == '100' and total['worst_share']['unit'] == '%'
assert total['per_10min']['value'] == '0.00694444', total
assert total['per_day']['grade'] == 'good' and total['median_ack_s']['unit'] == 's'
assert total['worst_1']['alarm'] == 'PS-01/L1/high' and total['worst_1']['value'] == '2'
assert len([r for r in rows if r['label'] == 'total' and r['figure'] == 'per_day']) == 1" &&
        ask kpi $range --format=table && grep -q '^2026-01-08  *per_day  *1 ' out &&
        fails 1 kpi --station=PS-09 && says 'no station' &&
        fails 2 kpi --since=1h --until=2h && says 'not before'
}
report "alarms: columns, order, types" alarms_rows
report "alarms: filters" alarms_filtered
report "alarms: nothing matched, wrong words" alarms_nothing
report "alarms: csv" alarms_csv
report "alarms: table" alarms_table
report "journal: columns, order, types" journal_rows
report "journal: filters and formats" journal_filtered
report "maintenance: the list" maintenance_list
report "kpi: json" kpi_json
report "kpi: by shift" kpi_shifts
report "kpi: one row a figure" kpi_flat

# ---- actions ----

no_instance() {
    fails 1 shelve PS-01/L1/high --for=1h --reason=x && says '^leitstand: PS-01/L1/high: no instance'
}
report "without an instance actions fail" no_instance

ask alarms --format=json
cp out alarms.json
id() { # rule
    python3 -c "import json; print(*(r['occurrence'] for r in json.load(open('alarms.json'))
        if r['rule'] == '$1'))"
}
level=$(id high)
twin=$(id test:high)
python3 "$here/act_server.py" "$dir/control.sock" alarms.json sent &
program_pid=$!
until_true 10 test -S control.sock

# sent_is PYTHON: over sent, the requests since the last time
sent_is() {
    python3 -c "
import json
sent = [json.loads(line) for line in open('sent')]
assert all(s.pop('command') == 'act' for s in sent)
assert ($1), sent" || return 1
    rm sent
}
nothing_sent() {
    [ ! -e sent ]
}

ack_one() {
    ask ack "$level" --comment=' on my way ' --step=3 && [ ! -s out ] && [ ! -s err ] && sent_is "
[s for s in sent if s.pop('seen_at').endswith('Z')] == [{'action': 'ack', 'occurrence': '$level',
    'step': 3, 'text': 'on my way'}]"
}
ack_all() {
    ask ack --all --comment=seen && says '^acknowledged 2$' && sent_is "
[(s['occurrence'], s['step']) for s in sent] == [('$twin', 1), ('$level', 1)]" &&
        ask ack --all --station=PS-01 --component=L1 --priority=high --comment=seen &&
        sent_is "len(sent) == 2" &&
        fails 1 ack --all --station=PS-02 --comment=seen && says 'nothing to acknowledge' &&
        nothing_sent
}
each_its_result() {
    fails 1 ack "$level" "$twin" --comment=refuse &&
        says "^leitstand: $level: already acknowledged by anna\\?" && says "^leitstand: $twin: " &&
        sent_is "len(sent) == 2" && ask ack "$level" --comment=park && says "^$level: kept" &&
        sent_is "len(sent) == 1"
}
ack_usage() {
    fails 2 ack "$level" && says 'comment=TEXT is needed' && fails 2 ack "$level" --comment=' ' &&
        fails 2 ack --comment=x && fails 2 ack --all "$level" --comment=x &&
        fails 2 ack PS-01/L1/high --comment=x && says 'not an occurrence' &&
        fails 2 ack "$level" nonsense --comment=x && fails 2 ack "$level" --station=x --comment=x &&
        fails 2 ack "$level" --comment="$(printf '%0256d' 0)" && says 'longer than 255' &&
        nothing_sent
}
shelve_forms() {
    ask shelve PS-01/L1/high PS-02//silence "$level" --for=90m --reason='pump swap' && sent_is "
sent == [{'action': 'shelve', 'station': 'PS-01', 'component': 'L1', 'rule': 'high',
        'seconds': 5400, 'text': 'pump swap'},
    {'action': 'shelve', 'station': 'PS-02', 'rule': 'silence', 'seconds': 5400,
        'text': 'pump swap'},
    {'action': 'shelve', 'occurrence': '$level', 'seconds': 5400, 'text': 'pump swap'}]" &&
        ask shelve --station=A/B --component=C/D --rule=hi --once --reason=x && sent_is "
sent == [{'action': 'shelve', 'station': 'A/B', 'component': 'C/D', 'rule': 'hi', 'once': True,
    'text': 'x'}]"
}
shelve_usage() {
    fails 2 shelve PS-01/L1/high --for=1h && says 'reason=TEXT is needed' &&
        fails 2 shelve PS-01/L1/high --reason=x && says 'either' &&
        fails 2 shelve PS-01/L1/high --for=1h --once --reason=x &&
        fails 2 shelve PS-01/L1/high --for=0s --reason=x &&
        fails 2 shelve PS-01/L1/high --for=2026-01-09T10:00:00Z --reason=x &&
        fails 2 shelve PS-01/L1/high/x --once --reason=x && says 'use --station' &&
        fails 2 shelve PS-01/L1 --once --reason=x && fails 2 shelve --once --reason=x &&
        fails 2 shelve PS-01/L1/high --station=x --once --reason=x &&
        fails 2 shelve --station=PS-01 --once --reason=x && says 'rule' &&
        fails 2 shelve "$(printf '%037d' 0)//silence" --once --reason=x && says 'too long' &&
        nothing_sent
}
others() {
    ask unshelve PS-01/L1/high && ask reset "$level" --reason=done &&
        ask maintenance PS-01/F1 on --reason=swap && ask maintenance PS-01 off --reason=back &&
        ask maintenance on --station=A/B --reason=x &&
        ask alarm-test PS-01/L1/high --reason=monthly &&
        ask alarm-test PS-01/L1/high --end --reason=monthly && sent_is "
sent == [{'action': 'unshelve', 'station': 'PS-01', 'component': 'L1', 'rule': 'high'},
    {'action': 'reset', 'occurrence': '$level', 'text': 'done'},
    {'action': 'maintenance', 'station': 'PS-01', 'component': 'F1', 'text': 'swap'},
    {'action': 'return', 'station': 'PS-01', 'text': 'back'},
    {'action': 'maintenance', 'station': 'A/B', 'text': 'x'},
    {'action': 'test', 'station': 'PS-01', 'component': 'L1', 'rule': 'high', 'text': 'monthly'},
    {'action': 'test_end', 'station': 'PS-01', 'component': 'L1', 'rule': 'high',
        'text': 'monthly'}]"
}
others_usage() {
    fails 2 maintenance PS-01 on && fails 2 maintenance PS-01 maybe --reason=x &&
        fails 2 maintenance PS-01 --reason=x && fails 2 maintenance on --reason=x &&
        fails 2 alarm-test "$level" --reason=x && fails 2 alarm-test PS-01/L1/high &&
        fails 2 unshelve && fails 2 reset && nothing_sent
}
report "ack: one occurrence" ack_one
report "ack: all that is shown, and no more" ack_all
report "ack: each has its own result" each_its_result
report "ack: wrong usage" ack_usage
report "shelve: by names, by occurrence" shelve_forms
report "shelve: wrong usage" shelve_usage
report "unshelve, reset, maintenance, alarm-test" others
report "... and their wrong usage" others_usage
plan
