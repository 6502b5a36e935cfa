#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The demo without a screen: it lives, ends in order, and leaves nothing behind but what it was
# asked to keep. Speaks TAP.
#
# usage: demo.sh LEITSTAND
set -u
leitstand=$1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' INT TERM
TMPDIR=$dir/tmp
export TMPDIR
mkdir "$TMPDIR"
number=0

verdict() { # STATUS NAME
    number=$((number + 1))
    if [ "$1" -eq 0 ]; then
        echo "ok $number - $2"
    else
        [ ! -s "$dir/out" ] || sed 's/^/# /' "$dir/out"
        echo "not ok $number - $2"
    fi
}

# Run the command until it succeeds, at most ten seconds.
within() {
    tries=0
    until "$@"; do
        tries=$((tries + 1))
        [ "$tries" -lt 200 ] || return 1
        sleep 0.05
    done
}

# The value of "name": N in a status object.
field() { # NAME
    sed -n 's/.*"'"$1"'": *\([0-9]*\).*/\1/p' "$dir/status" | head -n 1
}

has_readings() {
    "$leitstand" --config="$dir/kept/leitstand.ini" status --format=json >"$dir/status" 2>&1
    [ "$(field stored)" -gt 500 ] 2>/dev/null
}

# Processes that were started with our directory in their arguments.
helpers() {
    for p in /proc/[0-9]*; do
        [ "${p#/proc/}" != "$$" ] || continue
        if tr '\0' ' ' <"$p/cmdline" 2>/dev/null | grep -q -e "$dir/[kt]"; then
            echo "${p#/proc/}"
        fi
    done
}

no_helpers() {
    [ -z "$(helpers)" ]
}

echo "1..11"

"$leitstand" demo --headless --seconds=4 >"$dir/data" 2>"$dir/out"
verdict $? "a demo of four seconds ends well"
test ! -s "$dir/data" && test "$(wc -l <"$dir/out")" -eq 1
verdict $? "and says one line, to people"
grep -q '40' "$dir/out" && ! grep -q ' 0 readings' "$dir/out"
verdict $? "which tells of forty stations and of readings"
test -z "$(ls -A "$TMPDIR")"
verdict $? "its temporary directory is gone"
no_helpers
verdict $? "and so are its processes"

"$leitstand" demo --headless --dir="$dir/kept" 2>"$dir/out" &
demo=$!
within has_readings
verdict $? "a demo in a given directory can be asked by its leitstand.ini"
test "$(field total)" -eq 40 && test "$(field dropped)" -eq 0
verdict $? "forty stations, nothing dropped"
"$leitstand" demo --headless --seconds=1 --dir="$dir/kept" >"$dir/second" 2>&1
test $? -eq 1 && grep -q 'another demo' "$dir/second"
verdict $? "a second one in the same directory is refused"
kill -9 "$demo"
wait "$demo" 2>/dev/null
within no_helpers
verdict $? "killed, it takes its processes along"
"$leitstand" --config="$dir/kept/leitstand.ini" readings --limit=3 --format=jsonl >"$dir/data" \
    2>"$dir/out"
test $? -eq 0 && test "$(wc -l <"$dir/data")" -eq 3
verdict $? "its directory stays usable"
"$leitstand" demo --headless --seconds=1 --dir="$dir/kept" >"$dir/out" 2>&1
verdict $? "and can be used for another demo"
