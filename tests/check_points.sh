#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Every one of the points U01 to U45 that the screen is held to is shown by something that runs:
# a function "test_uNN_..." in a table of tests, or a script or benchmark with "# uNN" on a line
# of its own, before what it shows. Speaks TAP: one test a point.
#
# usage: check_points.sh SOURCE_ROOT
set -eu
cd "$1"

POINTS=45

# Prints the places that show the point $1 below the directory $2.
shown() {
    grep -rlE --include='*.c' "unit_test[a-z_]*\(test_u$1_" "$2" || true
    grep -rlE --include='*.sh' --include='*.py' "^ *# u$1( |:|\$)" "$2" || true
}

# The check must be able to fail.
if [ -n "$(shown 46 tests)" ]; then
    echo "Bail out! there is no point 46"
    exit 1
fi

failed=0
number=0
while [ "$number" -lt "$POINTS" ]; do
    number=$((number + 1))
    point=$(printf '%02d' "$number")
    places=$(shown "$point" tests | LC_ALL=C sort -u | tr '\n' ' ')
    if [ -n "$places" ]; then
        echo "ok $number - U$point: $places"
    else
        echo "not ok $number - U$point: nothing shows it"
        failed=1
    fi
done
echo "1..$POINTS"
exit "$failed"
