#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The console beside a PostgreSQL that is frozen: it goes on, says what is missing, and is whole
# again afterwards; then without broker and store. Speaks TAP.
#
# usage: with_pg.sh sh console_stall.sh LEITSTAND SOURCE
# report() calls some functions by name.
# shellcheck disable=SC2317
set -eu
leitstand=$1
source=$2
# shellcheck source=tests/e2e/lib.sh
. "$source/tests/e2e/lib.sh"
export LC_ALL=C.UTF-8 HOME="$dir"
unset LANGUAGE NO_COLOR XDG_STATE_HOME XDG_CONFIG_HOME || true

ini=$dir/x.ini
cat >"$ini" <<END
[instance]
name = pc1
socket = $dir/pc1.sock
[mqtt]
socket = $dir/mqtt
[source:scalar]
filter = messwerte/+/+
profile = scalar
[cache]
path = $dir/x.db
[postgres]
conninfo = host=$PGHOST user=$PGUSER dbname=$PGDATABASE
END
mkdir "$dir/plant"
cat >"$dir/plant/stations.csv" <<END
uid,name,area
PW-01,Pumpwerk Nord,Nord
PW-02,Pumpwerk West,West
END
cat >"$dir/plant/components.csv" <<END
id,station,name,kind,unit,min,max
LEVEL,PW-01,Pegel,level,m,0,5
LEVEL,PW-02,Pegel,level,m,0,5
END
cat >"$dir/plant/rules.csv" <<END
component,rule,type,limit,priority
PW-01/LEVEL,hi,hi,3,critical
END

# The server's processes by their numbers: a signal to each of them. The first starts the others,
# any of which may end by itself meanwhile.
server=$(head -n 1 "$PGHOST/data/postmaster.pid")
signal_server() { # signal
    kill -s "$1" "$server"
    for child in $(pgrep -P "$server"); do
        kill -s "$1" "$child" 2>/dev/null || is_gone "$child" || return 1
    done
}
# A frozen server cannot be ended by with_pg.sh.
first_cleanup='signal_server CONT'

send_value() { # station value
    printf '%s' "$2" >"$dir/value"
    publish "messwerte/$1/LEVEL" "$dir/value"
}
history() { # what only the central store has: the level of the days before
    psql -v ON_ERROR_STOP=1 -q <<'END'
alter table leitstand.reading disable trigger user;
select leitstand.make_days(array[leitstand.today() - 1, leitstand.today() - 2]);
insert into leitstand.reading (ts, value, series, segment, flags)
select day + n * interval '10 min', 1 + n % 7 / 10.0, r.series, r.segment, r.flags
  from (select series, segment, flags from leitstand.reading
         where value = 1.5 limit 1) as r,
       generate_series(1, 140) as n,
       unnest(array[leitstand.day_start(leitstand.today() - 1),
                    leitstand.day_start(leitstand.today() - 2)]) as day;
END
}
stored() { # the readings are in the store
    [ "$(psql -qAtc 'select count(*) from leitstand.reading')" -ge 2 ]
}
shows_not() { # regular expression
    until_true 20 pane_lacks "$1" && return
    pane
    return 1
}
pane_lacks() {
    ! pane_has "$1"
}
is_gone() { # process
    ! kill -0 "$1" 2>/dev/null
}
milliseconds() {
    date +%s%3N
}

# Each view appears well before a frozen store could have answered or been given up.
every_view() { # regular expression that each of them shows as well
    for view in '2:.2 Stations.' '3:.3 Map.' '4:.4 Alarms.' '5:.5 Trends.' '6:.6 Boards.' \
        '7:.7 Journal.' '8:.8 Health.' '9:.9 Log.' 'u:.u Unknown ids.' '1:.1 Overview.'; do
        begun=$(milliseconds)
        press "${view%%:*}"
        shows "^ leitstand.*\[${view#*:.}" || return 1
        took=$(($(milliseconds) - begun))
        [ "$took" -lt 2000 ] || {
            echo "view ${view%%:*} took $took ms"
            return 1
        }
        shows "$1" || return 1
    done
}

start_broker
report "the store has its schema" "$leitstand" --config="$ini" db init
report "... and the plant" "$leitstand" --config="$ini" plant import "$dir/plant"
start_tmux "$leitstand --config=$ini console" "$dir/raw"
report "the store is there" shows 'pg UP'
report "the broker is there" shows 'broker UP'
send_value PW-02 2.5
send_value PW-01 1.5
report "a reading arrives in the store" until_true 20 stored
report "the store knows more than the cache" history
press 2
report "the value is shown" shows 'Pumpwerk Nord +Nord +1.5'

signal_server STOP
press t
report "a trend shows what the cache has" shows 'A 1.5'
press - -
report "... and that the store is asked for the rest" shows '^ 3 d .*asking the central store'
# u18
report "u18: the status line says that the store is frozen" shows 'pg STALLED 0:0'
report "u18: every view appears at once" every_view 'pg (STALLED|DOWN)'
send_value PW-01 3.5
report "an alarm is shown at once" shows '■ .*PW-01'
press 4
report "u18: the list has it" shows '■  NEW .*PW-01'
press 7
report "the journal has it" shows 'raised +PW-01'
press 5
report "the store is given up" shows 'pg DOWN'
report "the trend says what is missing" until_true 60 pane_has '^ 3 d .*store does not answer'

signal_server CONT
report "the store is there again" until_true 60 pane_has 'pg UP'
report "the trend has all without a key" until_true 90 pane_lacks 'does not answer'
report "... also of the time before the cache" shows 'A PW-01 Pegel .* n 2[0-9][0-9]'
press 7
report "the journal is whole" shows 'there is nothing older'
report "all is well in the list of services" every_view 'pg UP'

press q
report "it does not leave the alarms alone unasked" shows 'looks after the alarms. Quit'
press y
report "it ends" shows 'exit status 0'

kill "$broker_pid"
wait "$broker_pid" || true
broker_pid=
signal_server STOP
end_tmux
start_tmux "$leitstand --config=$ini console" "$dir/raw"
# u13
report "u13: without broker and store it opens with what the cache has" shows 'ALL +2 '
report "... and says that the broker is away" shows 'broker DOWN'
report "... and that the store is" shows 'pg DOWN'
report "... and what was alarmed" shows '■ ?PW-01 .* 3.50 m'
press 2
report "u13: it has the values of before" shows 'Pumpwerk Nord +Nord +3.5'
press Enter
report "u13: what was not heard in this run is marked" shows 'Pegel +3.50 m +[?]'
press Escape
shows '2 stations'
press q
shows 'ALL +2 '
press q
shows 'exit status|Quit[?]'
press y
report "it ends without them" shows 'exit status 0'
plan
