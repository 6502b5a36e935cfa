#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# What an operator does at a standby: it is done by the owner, seen at both, and stands in the
# central store's journal once, with who it was and where. Over the store and the broker first,
# then while the store is away; twice, and late. What the owner does to the store's days, handing
# over, and an instance that is never owner. Speaks TAP.
#
# usage: with_pg.sh sh operators.sh LEITSTAND SOURCE
# shellcheck disable=SC2317 # called through report()
set -u
leitstand=$1
source=$2
# shellcheck source=tests/e2e/lib.sh
. "$source/tests/e2e/lib.sh"
cd "$dir" || exit 1
export LC_ALL=C.UTF-8

mkdir plant
printf 'uid,name,silence_s\nPS-01,Pumpwerk,3600\n' >plant/stations.csv
printf 'id,station,name,kind\nF1,PS-01,Störung,fault\nL1,PS-01,Füllstand,level\n' \
    >plant/components.csv
printf 'component,rule,type,limit,priority,latch\n%s\n%s\n' 'PS-01/F1,fault,digital,,high,yes' \
    'PS-01/L1,high,hi,3,medium,' >plant/rules.csv
configure() { # NAME ROLE: of the store
    plain_instance "$1" "host=$PGHOST user=$2 dbname=leitstand"
    cat >>"$1.ini" <<END
retention_days = 30
[ownership]
validity_s = 5
renewal_s = 1
echo_s = 3
dead_s = 5
[alarms]
bell = none
popup = none
END
}
configure admin postgres
"$leitstand" --config=admin.ini db init >/dev/null || exit 1
psql -qc 'create role pc1 login in role leitstand_instance;
    create role pc2 login in role leitstand_instance;
    create role pc3 login in role leitstand_instance' || exit 1
for name in pc1 pc2 pc3; do
    configure "$name" "$name"
done
sed -i '/^name = /a candidate = no' pc3.ini
# Two days that are over, one of them for longer than retention_days.
today=$(psql -qAtc 'select leitstand.today()') || exit 1
psql -qAtc "select leitstand.make_days(array[$today - 40, $today - 3])" >/dev/null || exit 1

at() { # NAME arguments: the output goes to out
    name=$1
    shift
    "$leitstand" --config="$name.ini" "$@" >out 2>err && return
    result=$?
    cat out err
    return "$result"
}
start() { # NAME
    "$leitstand" --config="$1.ini" run 2>"$1.log" &
    program_pid="$program_pid $!"
}
is() { # NAME ROLE ARBITER [OWNER]
    "$leitstand" --config="$1.ini" status --format=json >out 2>err
    python3 -c "
import json
s = json.load(open('out'))
assert (s['role'], s['owner']['instance'], s['owner']['arbiter']) == ('$2', '${4:-pc1}', '$3'), s"
}
# In the store: these days, as they were counted when this began; midnight may have come.
days_are() { # DAYS [DAYS]
    got=$(psql -qAtc "select string_agg((d - $today)::text, ' ' order by d)
        from leitstand.days() as d")
    echo "got: $got"
    [ "$got" = "$1" ] || [ "$got" = "${2:-$1}" ]
}
old_day_indexed() {
    [ "$(psql -qAtc "select to_regclass('leitstand.' || leitstand.day_name($today - 3) || '_series')
        is not null")" = t ]
}
lease() {
    psql -qAtc "select epoch, coalesce(holder, ''), coalesce(grant_id::text, '') from leitstand.lease"
}
# A hand-over that is asked for at NAME changes nothing.
refused() { # NAME WHY [OPTION]
    name=$1 why=$2
    shift 2
    before=$(lease)
    "$leitstand" --config="$name.ini" handover "$@" >out 2>err
    result=$?
    cat out err
    [ "$result" -eq 1 ] && grep -qF "$why" err && [ "$(lease)" = "$before" ]
}
# The viewer: no sign of an owner for longer than a lease is valid, and one counts as alive.
alone() {
    "$leitstand" --config=pc3.ini status --format=json >out 2>err
    python3 -c "
import json
s = json.load(open('out'))
assert s['mqtt']['connected'] and s['postgres']['connected'], s
assert s['role'] == 'viewer' and s['owner']['instance'] != 'pc3' and s['owner']['heard_s'] >= 7, s"
}
never_owned() { # NAME
    [ "$(psql -qAtc "select count(*) from leitstand.tenure where instance = '$1'")" -eq 0 ]
}
send() { # COMPONENT VALUE
    mosquitto_pub --unix "$dir/mqtt" -q 1 -t "plant/PS-01/$1" -m "$2"
}
# Both have this alarm in this state, with these overlays.
both() { # COMPONENT/RULE STATE OVERLAY…
    names=$1 state=$2
    shift 2
    for name in pc1 pc2; do
        at "$name" alarms --format=json || return 1
        python3 -c "
import json, sys
a = [(r['state'], *r['overlays']) for r in json.load(open('out'))
     if r['component'] + '/' + r['rule'] == '$names']
sys.exit(a != [('$state', *sys.argv[1:])] and f'$name: {a}')" "$@" || return 1
    done
}
gone() { # COMPONENT/RULE
    for name in pc1 pc2; do
        at "$name" alarms --format=json || return 1
        python3 -c "
import json, sys
sys.exit(any(r['component'] + '/' + r['rule'] == '$1' for r in json.load(open('out'))))" || return 1
    done
}
out_of_service() { # COUNT
    for name in pc1 pc2; do
        at "$name" maintenance --format=json
        python3 -c "
import json, sys
sys.exit(len(json.load(open('out'))) != $1)" || return 1
    done
}
# In the store: lines of this event by us at pc2, for each component that has any.
lines() { # EVENT WANT
    got=$(psql -qAtc "select string_agg(component || ' ' || n, ', ' order by component)
        from (select coalesce(component, '') as component, count(*) as n from leitstand.journal
               where event = '$1' and actor = '$(id -un)' and origin = 'cli pc2' and instance = 'pc1'
               group by 1) as x")
    echo "got: $got"
    [ "$got" = "$2" ]
}
occurrence() { # COMPONENT
    at pc2 alarms --component="$1" --format=jsonl && sed 's/.*"occurrence": *"\([^"]*\)".*/\1/' out >id
}

start_broker
report "nobody has made days yet" days_are '-40 -3'
start pc1
pc1=$!
report "the first one is owner" until_true 20 is pc1 owner postgres
report "it makes days ahead, and drops what is too old" \
    until_true 10 days_are '-3 0 1 2' '-3 1 2 3'
report "it indexes the day that is over" until_true 10 old_day_indexed

# ---- handing over ----

report "nobody is there to hand over to" refused pc1 'there is no other instance to hand over to'
report "a hand-over is asked for where nothing runs" \
    refused pc2 "no instance runs at \"$dir/pc2.sock\""
start pc3
pc3=$!
report "one that is no candidate views" until_true 20 is pc3 viewer postgres
report "it is nobody to hand over to" \
    until_true 10 refused pc1 'instance "pc3" is a viewer and cannot be the owner' --to=pc3
report "... as it hears itself" refused pc3 'there is no other instance to hand over to'
start pc2
pc2=$!
report "the second one stands by" until_true 20 is pc2 standby postgres
report "a hand-over to nobody is asked for there" \
    refused pc2 'there is no instance "pc4" at the broker' --to=pc4
report "... and one to whoever takes it" at pc2 handover
report "it is owner" until_true 10 is pc2 owner postgres pc2
report "the first one stands by" until_true 10 is pc1 standby postgres pc2
report "it asks to have ownership back" at pc1 handover --to=pc1
report "it is owner again" until_true 10 is pc1 owner postgres
report "the second one knows" until_true 10 is pc2 standby postgres
report "the plant is imported at the owner" at pc1 plant import plant
send L1 1
send F1 0
standing() {
    send L1 4 && send F1 1 && both L1/high unacked && both F1/fault unacked
}
report "two alarms stand, at both" until_true 20 standing

# ---- over the store and the broker ----

report "shelve at the standby" at pc2 shelve PS-01/L1/high --for=1h --reason=pumps
report "both show it" until_true 10 both L1/high unacked shelved
report "unshelve" at pc2 unshelve PS-01/L1/high --reason=done
report "both show it" until_true 10 both L1/high unacked
report "out of service" at pc2 maintenance PS-01 on --reason=swap
report "both show it" until_true 10 out_of_service 1
report "back in service" at pc2 maintenance PS-01 off --reason=swapped
report "both show it" until_true 10 out_of_service 0
acknowledge_twice() {
    occurrence F1 && at pc2 ack "$(cat id)" --comment=seen && at pc2 ack "$(cat id)" --comment=seen
    until_true 10 both F1/fault acked
}
report "acknowledge, twice" acknowledge_twice
clear_fault() {
    send F1 0 && both F1/fault latched_acked
}
report "its cause goes, the latch holds" until_true 10 clear_fault
report "reset" at pc2 reset PS-01/F1/fault --reason=checked
report "it is over at both" until_true 10 gone F1/fault
for event in shelved unshelved; do
    report "the store has $event once" until_true 10 lines "$event" 'L1 1'
done
for event in out_of_service in_service; do
    report "the store has $event once" until_true 10 lines "$event" ' 1'
done
for event in acked reset; do
    report "the store has $event once" until_true 10 lines "$event" 'F1 1'
done

# ---- the store is away ----

report "the store is stopped" sh "$source/tests/pg/pg_turn.sh" stop
report "the broker decides" until_true 30 is pc2 standby broker
acknowledge_away() {
    occurrence L1 && at pc2 ack "$(cat id)" --comment=away && until_true 10 both L1/high acked
}
report "acknowledge over the broker" acknowledge_away
report "shelve over the broker" at pc2 shelve PS-01/L1/high --once --reason=away
report "both show it" until_true 10 both L1/high acked shelved
report "the store is started" sh "$source/tests/pg/pg_turn.sh" start
report "it decides again" until_true 30 is pc2 standby postgres
report "the acknowledgement has come there, once" until_true 20 lines acked 'F1 1, L1 1'
report "so has the shelving" until_true 20 lines shelved 'L1 2'

# ---- nobody but the viewer ----

end_both() { # the standby first: so nobody takes over
    kill "$pc2" && wait "$pc2" && kill "$pc1" && wait "$pc1" && program_pid=$pc3
}
report "both end in order" end_both
report "the viewer is alone with store and broker for long" until_true 20 alone
report "... and takes nothing" never_owned pc3
start pc2
report "one that may takes it" until_true 20 is pc2 owner postgres pc2

# Whoever started the first server knows nothing of this one.
report "the store is stopped in the end" sh "$source/tests/pg/pg_turn.sh" stop
plan
