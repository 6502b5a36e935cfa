#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The packaged example of a config file is one that leitstand takes. Speaks TAP.
#
# usage: example.sh LEITSTAND SOURCE_ROOT
set -eu
leitstand=$1
root=$2
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT INT TERM

mkdir "$dir/plant"
echo "uid,name" >"$dir/plant/stations.csv"
echo "id,station,name,kind" >"$dir/plant/components.csv"
# Only its paths are made to fit.
sed -e "s#/etc/leitstand/plant#$dir/plant#" -e "s#/var/lib/leitstand#$dir#" \
    "$root/packaging/leitstand.ini.example" >"$dir/leitstand.ini"

echo "1..2"
if "$leitstand" --config="$dir/leitstand.ini" check --offline >"$dir/out" 2>&1; then
    echo "ok 1 - the example is valid"
else
    sed 's/^/# /' "$dir/out"
    echo "not ok 1 - the example is valid"
    exit 1
fi
sed 's/^retention_days = .*/retention_days = for ever/' "$dir/leitstand.ini" >"$dir/wrong.ini"
status=0
"$leitstand" --config="$dir/wrong.ini" check --offline >"$dir/out" 2>&1 || status=$?
if [ "$status" -eq 2 ] && grep -q 'wrong.ini:.*retention_days: "for ever" is not' "$dir/out"; then
    echo "ok 2 - a wrong value in it is told with its place"
else
    echo "# exit status $status"
    sed 's/^/# /' "$dir/out"
    echo "not ok 2 - a wrong value in it is told with its place"
    exit 1
fi
