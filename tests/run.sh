#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Every test there is: installs what is missing, builds with gcc, with clang, with the address
# and undefined-behaviour sanitizers and with the thread sanitizer, runs the tests of each, and
# lets every fuzz target run for a while. The last line says how many passed and failed.
#
# usage: run.sh [--yes] [--quick]
#        --yes    installs packages without asking
#        --quick  gcc only
# FUZZ_SECONDS sets the time of each fuzz target (20). Builds are kept in build-test/.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
setup_options=
quick=no
for arg in "$@"; do
    case $arg in
    --yes | -y) setup_options=--yes ;;
    --quick) quick=yes ;;
    *)
        echo "usage: run.sh [--yes] [--quick]" >&2
        exit 2
        ;;
    esac
done

# shellcheck disable=SC2086
sh "$root/packaging/setup.sh" $setup_options build run test

work=$root/build-test
mkdir -p "$work"
cd "$root"
passed=0
failed=0
skipped=0
prefix= # what tests run under
nicely= # what those run under that others may work beside
jobs=3
ahead= # the builds behind the tests
started=$(date +%s)

say() {
    echo "[$(($(date +%s) - started)) s] $*"
}

fail() {
    echo "FAILED  $*"
    failed=$((failed + 1))
}

count() { # label file
    counts=$(/usr/bin/python3 "$root/tests/tally.py" "$1" "$2" 2>"$work/notes") || {
        fail "$1: results could not be read"
        return
    }
    cat "$work/notes"
    # shellcheck disable=SC2086
    set -- $counts
    passed=$((passed + $1))
    failed=$((failed + $2))
    skipped=$((skipped + $3))
}

# What each build is made of: CC, the target ("": all) and the options of meson. A
# report needs to know lines and functions only (-g1), which the compiler makes in less time.
describe() { # name
    cc=gcc target='' options=''
    case $1 in
    clang) cc=clang ;;
    asan) options='-Db_sanitize=address,undefined' ;;
    tsan) target=threads options='-Db_sanitize=thread' ;;
    fuzz)
        cc=clang target=fuzzers
        options='-Dfuzz=true -Db_sanitize=address,undefined -Db_lundef=false'
        ;;
    esac
}

# A build that is there already is only brought up to date.
make_build() { # name [what ninja runs under]
    describe "$1"
    made=$work/$1
    shift
    {
        # shellcheck disable=SC2086
        { [ -f "$made/build.ninja" ] || CC=$cc meson setup -Dc_args=-g1 $options "$made" "$root"; } &&
            "$@" ninja -C "$made" $target
    } >"$made.log" 2>&1
}

build() { # name
    say "$1: building"
    make_build "$1" && return
    grep -E -A 8 'FAILED|error:|ERROR' "$work/$1.log" | head -n 60
    fail "$1: build (all of it in $work/$1.log)"
    return 1
}

# Tests mostly wait: what comes later is built behind them. Should that fail, build() says so.
build_ahead() { # names
    say "$*: building behind"
    for name in "$@"; do
        make_build "$name" nice -n 19 || true
    done &
    ahead=$!
}

run() { # name [options of meson test]
    name=$1
    shift
    say "$name: testing"
    json=$work/$name/meson-logs/testlog.json
    rm -f "$json"
    # shellcheck disable=SC2086
    $prefix meson test -C "$work/$name" --no-rebuild --print-errorlogs --num-processes "$jobs" "$@" \
        >"$work/$name.tests" 2>&1 ||
        grep -v '^ *[0-9]*/[0-9]* .* OK ' "$work/$name.tests" | tail -n 150
    if [ -s "$json" ]; then
        count "$name" "$json"
    else
        cat "$work/$name.tests"
        fail "$name: no test ran"
    fi
}

# Tests that others may work beside: start them, go on, and finish them.
start() { # build logbase [options of meson test]
    say "$2: testing"
    rm -f "$work/$1/meson-logs/$2.json"
    beside=$1 logbase=$2
    shift 2
    # shellcheck disable=SC2086
    $nicely meson test -C "$work/$beside" --no-rebuild --print-errorlogs --logbase "$logbase" "$@" \
        >"$work/$logbase.tests" 2>&1 &
    beside_pid=$!
}

finish() { # pid build logbase
    wait "$1" || grep -v '^ *[0-9]*/[0-9]* .* OK ' "$work/$3.tests" | tail -n 150
    if [ -s "$work/$2/meson-logs/$3.json" ]; then
        count "$3" "$work/$2/meson-logs/$3.json"
    else
        cat "$work/$3.tests"
        fail "$3: no test ran"
    fi
}

# Those that type at a screen do not get on with a machine that is busy, but they wait most of
# the time: what they leave is for the parts, which need nobody else, and for builds. So do the
# others, which wait for services.
run_all() { # name [options of meson test]
    all=$1
    shift
    start_parts "$all" "$@"
    parts=$beside_pid
    jobs=4
    run "$all" --suite screen "$@"
    jobs=3
    run "$all" --no-suite screen --no-suite ha --no-suite unit --no-suite source \
        --no-suite model "$@"
    finish "$parts" "$all" "$all-parts"
}

start_parts() { # build [options of meson test]
    parts_of=$1
    shift
    nicely="nice -n 19"
    start "$parts_of" "$parts_of-parts" --suite unit --suite source --suite model \
        --num-processes 1 --timeout-multiplier 4 "$@"
    nicely=
}

# Several instances at once, which mostly wait for each other.
start_ha() {
    start gcc ha --suite ha --num-processes 3
    ha=$beside_pid
}

finish_ha() {
    finish "$ha" gcc ha
}

ha=
if build gcc; then
    [ "$quick" = yes ] || build_ahead clang asan tsan fuzz
    run_all gcc
    if [ "$quick" = yes ]; then
        start_ha
        finish_ha
    fi
fi

if [ "$quick" = no ]; then
    [ -z "$ahead" ] || wait "$ahead"
    # The ten million random events were gcc's, and all seeds; a second compiler takes a tenth of
    # them, and what the parts do by themselves and with the store.
    if build clang; then
        export ALARM_STEPS=1000000 TEST_SEEDS=20
        run clang --suite unit --suite store
        unset ALARM_STEPS TEST_SEEDS
    fi

    if build asan; then
        # What leaks or reads astray ends the program with a report, in the children of a test as
        # well.
        export ASAN_OPTIONS=allow_user_segv_handler=0:detect_leaks=1:abort_on_error=0
        export LSAN_OPTIONS="suppressions=$root/tests/lsan.supp:print_suppressions=0"
        export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
        export ALARM_STEPS=300000 TEST_SEEDS=20
        run_all asan --no-suite source --no-suite model --no-suite custody --no-suite measured \
            --no-suite e2e --timeout-multiplier 4
        unset ASAN_OPTIONS LSAN_OPTIONS UBSAN_OPTIONS ALARM_STEPS TEST_SEEDS
    fi

    if build tsan; then
        export TSAN_OPTIONS="halt_on_error=1:suppressions=$root/tests/tsan.supp"
        # Without -R newer kernels lay memory out in a way this sanitizer does not know.
        prefix='setarch -R'
        run tsan --suite threads --timeout-multiplier 6
        prefix=
        unset TSAN_OPTIONS
    fi

    if build fuzz; then
        [ ! -f "$work/gcc/build.ninja" ] || start_ha
        say "fuzz: ${FUZZ_SECONDS:-20} s for each target, two at a time"
        nice -n 19 sh "$root/tests/fuzz/run.sh" "$work/fuzz" >"$work/fuzz.tap" 2>&1 ||
            grep -v '^ok' "$work/fuzz.tap" || true
        count fuzz "$work/fuzz.tap"
        [ -z "$ha" ] || finish_ha
    fi
fi

say "done"
if [ "$skipped" -gt 0 ]; then
    echo "$passed passed, $failed failed, $skipped skipped"
else
    echo "$passed passed, $failed failed"
fi
[ "$failed" -eq 0 ]
