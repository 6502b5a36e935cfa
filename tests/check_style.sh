#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# What a machine can see of style: layout, lint of scripts, licence lines, sizes, tabs.
# Speaks TAP.
#
# usage: check_style.sh SOURCE_ROOT
set -eu
cd "$1"
wrong=$(mktemp)
trap 'rm -f "$wrong"' EXIT INT TERM
number=0
failed=0
report() { # description; $wrong has what is wrong, nothing when all is well
    number=$((number + 1))
    if [ -s "$wrong" ]; then
        head -n 40 "$wrong" | sed 's/^/# /'
        echo "not ok $number - $1"
        failed=1
    else
        echo "ok $number - $1"
    fi
}
skip() { # description reason
    number=$((number + 1))
    echo "ok $number - $1 # SKIP $2"
}

code=$(find src alarms storage ui -name '*.[ch]')
tests=$(find tests -name '*.[ch]')
scripts=$(find packaging tests .ci -name '*.sh' -o -path .ci/run)

# The lists are split into words on purpose.
# shellcheck disable=SC2086
{
    if command -v clang-format >/dev/null 2>&1; then
        clang-format --dry-run --Werror $code $tests 2>"$wrong" || true
        report "clang-format has nothing to change"
    else
        skip "clang-format has nothing to change" "clang-format is not installed"
    fi
    if command -v shellcheck >/dev/null 2>&1; then
        shellcheck $scripts >"$wrong" 2>&1 || true
        report "shellcheck has nothing to say"
    else
        skip "shellcheck has nothing to say" "shellcheck is not installed"
    fi
    for file in $code $tests $scripts; do
        head -n 2 "$file" | grep -q 'SPDX-License-Identifier: GPL-3.0-or-later' || echo "$file"
    done >"$wrong"
    report "the licence stands first"
    grep -nE '	| +$' $code $tests >"$wrong" || true
    report "no tabs, no blanks at the end of a line"
    awk 'FNR == 501 { print FILENAME ": more than 500 lines" }' $code >"$wrong"
    report "no file of more than 500 lines"
    awk '/^\{/ { begin = FNR }
        /^\}/ && begin > 0 {
            if (FNR - begin - 1 > 60) print FILENAME ":" begin ": " FNR - begin - 1 " lines"
            begin = 0
        }' $code >"$wrong"
    report "no function of more than 60 lines"
}
echo "1..$number"
exit "$failed"
