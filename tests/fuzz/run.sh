#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Lets every fuzz target run for a while, two at a time, from its seed corpus. Speaks TAP.
# FUZZ_SECONDS (20) is the time for each; what made one fail stays in BUILD/findings.
#
# usage: run.sh BUILD
set -eu

here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "$1" && pwd)
seconds=${FUZZ_SECONDS:-20}
work=$build/fuzz-work
findings=$build/findings
mkdir -p "$work" "$findings"

fuzz() { # target; the first directory grows, the seeds stay as they are
    name=${1##*/fuzz_}
    mkdir -p "$work/$name"
    UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 ASAN_OPTIONS=detect_leaks=1 "$1" -max_total_time="$seconds" -timeout=10 \
        -rss_limit_mb=1024 -max_len=8192 -print_final_stats=1 \
        -artifact_prefix="$findings/$name-" "$work/$name" "$here/corpus/$name" \
        >"$work/$name.log" 2>&1
}

number=0
failed=0
report() { # status target
    name=${2##*/fuzz_}
    number=$((number + 1))
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$work/$name.log")
    if [ "$1" -eq 0 ] && [ "${runs:-0}" -gt 0 ]; then
        echo "ok $number - fuzz $name: $runs runs in $seconds s"
    else
        failed=1
        tail -n 60 "$work/$name.log" | sed 's/^/# /'
        echo "not ok $number - fuzz $name"
    fi
}

set -- "$build"/tests/fuzz/fuzz_*[!.]
[ -x "$1" ] || {
    echo "not ok 1 - no fuzz target in $build"
    echo "1..1"
    exit 1
}
pid_1='' target_1=''
for target in "$@"; do
    if [ ! -f "$target" ] || [ ! -x "$target" ]; then
        continue
    fi
    fuzz "$target" &
    if [ -z "$pid_1" ]; then
        pid_1=$! target_1=$target
        continue
    fi
    pid_2=$!
    wait "$pid_1" && status=0 || status=$?
    report "$status" "$target_1"
    wait "$pid_2" && status=0 || status=$?
    report "$status" "$target"
    pid_1=''
done
if [ -n "$pid_1" ]; then
    wait "$pid_1" && status=0 || status=$?
    report "$status" "$target_1"
fi
echo "1..$number"
exit "$failed"
