#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The set-up takes for missing what is not installed, and for nothing else, whatever the package
# manager says of it. Nothing is installed here: a made-up dpkg-query answers. Speaks TAP.
#
# usage: check_setup.sh SOURCE_ROOT
set -u
root=$1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
failed=0
number=0

# try DESCRIPTION STATUS WANTED: every package has this status; WANTED is the exit status.
try() {
    number=$((number + 1))
    printf '#!/bin/sh\nprintf "%%s" "%s"\n' "$2" >"$dir/dpkg-query"
    chmod +x "$dir/dpkg-query"
    PATH=$dir:$PATH sh "$root/packaging/setup.sh" build </dev/null >"$dir/out" 2>&1
    if [ $? -eq "$3" ]; then
        echo "ok $number - $1"
    else
        sed 's/^/# /' "$dir/out"
        echo "not ok $number - $1"
        failed=1
    fi
}

try 'what is installed is not asked for' 'installed ' 0
try 'nor what stands in for it beside a removed one' 'not-installed installed ' 0
try 'what was removed is missing' 'not-installed ' 1
try 'what left its configuration is missing' 'config-files ' 1
try 'what nobody knows is missing' '' 1
echo "1..$number"
exit "$failed"
