#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# A German user reads German, straight from the build directory; scripts see no difference.
# Speaks TAP.
#
# usage: german.sh LEITSTAND SOURCE_ROOT
# report() calls some functions by name.
# shellcheck disable=SC2317
set -eu
leitstand=$1
root=$2
# shellcheck source=tests/e2e/lib.sh
. "$root/tests/e2e/lib.sh"
# C.UTF-8 is always there; LANGUAGE picks the translation.
export LC_ALL=C.UTF-8 LANGUAGE=de

says() { # regular expression, arguments of leitstand; its exit status does not matter
    pattern=$1
    shift
    "$leitstand" "$@" >"$dir/out" 2>&1 || true
    cat "$dir/out"
    grep -Eq "$pattern" "$dir/out"
}
without_translation() {
    LC_ALL=C "$leitstand" --help >"$dir/english"
    grep -q '^Options:' "$dir/english"
}
same_in_both() {
    "$leitstand" --config="$dir/leitstand.ini" stations --format=json >"$dir/german.json"
    LC_ALL=C "$leitstand" --config="$dir/leitstand.ini" stations --format=json >"$dir/english.json"
    cmp "$dir/german.json" "$dir/english.json"
}

mkdir "$dir/plant"
printf 'uid,name\nPS-01,Pumpwerk\n' >"$dir/plant/stations.csv"
printf 'id,station,name,kind\nP1,PS-01,Pumpe,actuator\n' >"$dir/plant/components.csv"
printf '[instance]\nsocket = %s/control\n[mqtt]\nsocket = %s/none\n' "$dir" "$dir" >"$dir/leitstand.ini"
printf '[cache]\npath = %s/cache.db\n[plant]\ndir = %s/plant\n' "$dir" "$dir" >>"$dir/leitstand.ini"

report "help is German" says '^Befehle' --help
report "help of a command is German" says 'Zeilen' readings --help
report "a wrong option is told in German" says '^Siehe ' --nonsense
report "check is German" says 'Anlage.* 1 Station' --config="$dir/leitstand.ini" check --offline
report "without a locale it is English" without_translation
report "JSON is the same in both" same_in_both
start_tmux "$leitstand --config=$dir/leitstand.ini console" "$dir/raw"
press 2
report "the screen is German" shows '2 Stationen'
report "a broker that is away is told in German" shows 'Broker getrennt'
press '?'
report "help on the screen is German" shows 'tippen zum Suchen'
press Escape
press q
press q
report "it ends" shows 'exit status 0'
plan
