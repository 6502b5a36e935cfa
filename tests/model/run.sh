#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Checks the model of the election with spin: small configurations of what must hold, and the
# mutations that must fail. Speaks TAP.
#
# usage: run.sh MODEL
set -eu

model=$(realpath "$1")
command -v spin >/dev/null || {
    echo "1..0 # SKIP spin is not installed"
    exit 0
}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' INT TERM
cd "$dir"
n=0
failed=0

# verdict "flags of spin" "flags of the compiler" "flags of the run": "errors: N", or nothing
verdict() (
    rm -f pan*
    # shellcheck disable=SC2086
    spin $1 -a "$model" >log 2>&1 && gcc -w -O1 $2 -o pan pan.c >>log 2>&1 &&
        timeout 60 ./pan $3 >>log 2>&1
    sed -n 's/.*\(errors: [0-9]*\).*/\1/p' log
    if ! grep -q 'errors: [1-9]' log &&
        grep -q -e 'max search depth too small' -e 'Search not completed' log; then
        echo "incomplete"
    fi
)

# expect "errors: 0" NAME FLAGS…
expect() {
    n=$((n + 1))
    got=$(verdict "$3" "$4" "$5")
    if [ "$got" = "$1" ]; then
        echo "ok $n - $2"
    else
        echo "not ok $n - $2"
        echo "# wanted $1, got ${got:-nothing}"
        sed -n '1,20s/^/# /p' log
        failed=1
    fi
}

safety="-DSAFETY -DCOLLAPSE"
live="-DCOLLAPSE -DNFAIR=3"
holds="errors: 0"
fails="errors: 1"
expect "$holds" "safety: S1, S2, S3" "-DSAFETY -DFAULTS=1 -DEB=2 -DTB=2" "$safety" \
    "-m400000 -w22"
expect "$fails" "safety without: ROLLBACK" "-DSAFETY -DFAULTS=2 -DEB=2 -DTB=1 -DBUG_ROLLBACK" \
    "$safety" "-m300 -w22"
for bug in NOFENCE LASTWINS ONETOPIC KEEPCONN; do
    expect "$fails" "safety without: $bug" "-DSAFETY -DBUG_$bug" "$safety" "-m300 -w22"
done
expect "$holds" "L1: always an owner again" "-DFAULTS=2" "$live" "-a -f -N some_owner -m1000000"
expect "$holds" "L2: one owner in the end" "-DFAULTS=2" "$live" "-a -f -N one_owner -m1000000"
expect "$fails" "liveness without: BLINDKEEPS" "-DBUG_BLINDKEEPS" "$live" \
    "-a -f -N some_owner -m1000000"
for bug in SAMEEPOCH SILENT; do
    expect "$fails" "liveness without: $bug" "-DFAULTS=3 -DBUG_$bug" "$live" \
        "-a -f -N one_owner -m1000000"
done
expect "$holds" "T1: never two act" "-DTIMED" "-DSAFETY" "-m400000"
for bug in NORESET TIMERS NOSETTLE; do
    expect "$fails" "T1 without: $bug" "-DTIMED -DBUG_$bug" "-DSAFETY" "-m200000"
done
echo "1..$n"
exit $failed
