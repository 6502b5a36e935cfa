#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# From a clone to a living plant: installs what is missing, builds, opens the demo.
#
# usage: demo.sh [--yes] [options of `leitstand demo`]
#        --yes installs packages without asking
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
setup_options=
n=$#
while [ "$n" -gt 0 ]; do # takes --yes out, leaves the rest as it stands
    arg=$1
    shift
    n=$((n - 1))
    case $arg in
    --yes | -y) setup_options=--yes ;;
    *) set -- "$@" "$arg" ;;
    esac
done

# shellcheck disable=SC2086
sh "$root/packaging/setup.sh" $setup_options build run

build=$root/build
if [ ! -f "$build/build.ninja" ]; then
    mkdir -p "$build"
    meson setup -Dtests=false "$build" "$root" >"$build/setup.log" 2>&1 || {
        cat "$build/setup.log" >&2
        exit 1
    }
fi
ninja -C "$build" >"$build/compile.log" 2>&1 || {
    cat "$build/compile.log" >&2
    exit 1
}
exec "$build/leitstand" demo "$@"
