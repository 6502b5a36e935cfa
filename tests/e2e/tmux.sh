#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The demo as a visitor meets it, in a real tmux of 80x24: it comes alive, is looked around in,
# changes its size, and leaves neither a process nor a spoilt terminal behind. Speaks TAP.
#
# usage: tmux.sh LEITSTAND SOURCE_ROOT
# report() calls some functions by name.
# shellcheck disable=SC2317
set -eu
leitstand=$1
root=$2
# shellcheck source=tests/e2e/lib.sh
. "$root/tests/e2e/lib.sh"
export LC_ALL=C.UTF-8
unset LANGUAGE NO_COLOR || true

resize() { # columns rows
    tmux -S "$tmux_socket" resize-window -x "$1" -y "$2"
}
nothing_left() { # no broker and no leitstand has this directory on its command line
    for comm in /proc/[0-9]*/comm; do
        case $(cat "$comm" 2>/dev/null) in
        mosquitto | leitstand)
            ! grep -qa "$dir/demo" "${comm%comm}cmdline" 2>/dev/null || return 1
            ;;
        esac
    done
}

keeps_to_itself() {
    grep -q '^hints=0' "$dir/demo/console.ini" && [ ! -e "$XDG_STATE_HOME" ]
}

start_tmux "$leitstand demo --seed=7 --dir=$dir/demo" "$dir/raw"
report "it opens with the areas" shows 'ALL +40 '
press 2
report "forty stations are listed" shows '40 stations'
report "the broker is connected and delivers" shows 'broker UP [1-9][0-9]* msg/s'
report "it says that it is a demo" shows ' demo '
press Enter
report "Enter opens the first station with its values" shows 'Netzpumpe 1 .*(on|off|ein|aus)'
press Escape
report "Esc goes back" shows '40 stations'
press / B u x t e h u d e
report "the filter finds Buxtehude" shows '1 of 40'
press Escape
report "and lets go again" shows '40 stations'
press '?'
report "? is help" shows 'type to search'
press Escape
resize 200 60
report "it uses a larger window" shows '^  (PW-16|SB-02) '
resize 40 12
report "and lives in a small one" shows '[A-Z][A-Z]-0[1-9]'
resize 80 24
report "and is itself again" shows 'broker UP'
"$leitstand" --config="$dir/demo/leitstand.ini" status --format=json >"$dir/status.json" || true
report "status answers beside it" grep -Eq '"total": ?40' "$dir/status.json"
report "nothing was dropped" grep -Eq '"dropped": ?0' "$dir/status.json"
press H # a choice that is kept
press q
report "q goes up to the overview" shows 'ALL +40 '
press q
report "q ends it" shows 'exit status 0'
report "broker and simulator are gone" until_true 10 nothing_left
report "what was chosen in the demo stays in its directory" keeps_to_itself
press 'still echoed' Enter
report "the terminal is as before" shows '^still echoed'

plan
