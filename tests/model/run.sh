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
        timeout 300 ./pan $3 >>log 2>&1
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
# A mutation is looked for in a configuration that holds without it.
safe() { # configuration mutation…
    small=$1
    shift
    expect "$holds" "safety: S1, S2, S3 ($small)" "-DSAFETY $small" "$safety" "-m400000 -w22"
    for bug; do
        expect "$fails" "safety without: $bug" "-DSAFETY $small -DBUG_$bug" "$safety" "-m400000 -w22"
    done
}
alive() { # configuration, what always comes again, mutation…
    small=$1 claim=$2
    shift 2
    expect "$holds" "$claim ($small)" "$small" "$live" "-a -f -N $claim -m1000000"
    for bug; do
        expect "$fails" "$claim without: $bug" "$small -DBUG_$bug" "$live" "-a -f -N $claim -m1000000"
    done
}
safe "-DFAULTS=1 -DEB=2 -DTB=2" NOFENCE LASTWINS ONETOPIC
safe "-DFAULTS=2 -DEB=2 -DTB=1" ROLLBACK
safe "-DFAULTS=3 -DEB=1 -DTB=2" KEEPCONN
alive "-DFAULTS=2" some_owner BLINDKEEPS       # L1
alive "-DFAULTS=3" one_owner SAMEEPOCH SILENT # L2
expect "$holds" "T1: never two act" "-DTIMED" "-DSAFETY" "-m400000"
for bug in NORESET TIMERS NOSETTLE; do
    expect "$fails" "T1 without: $bug" "-DTIMED -DBUG_$bug" "-DSAFETY" "-m200000"
done
echo "1..$n"
exit $failed
