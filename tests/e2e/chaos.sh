#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# What the broker acknowledged is stored exactly once, whatever dies. Speaks TAP.
#
# usage: chaos.sh LEITSTAND CHAOS kill|broker TIMES
# shellcheck disable=SC2317 # called through report()
set -u
leitstand=$1 chaos=$2 mode=$3 times=$4
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
mosquitto=$(PATH=$PATH:/usr/sbin command -v mosquitto)

storm() {
    "$chaos" "$mode" "$times" "$dir" "$leitstand" "$mosquitto"
}
case $mode in
kill) what="kill -9 of leitstand" ;;
*) what="stop and start of the broker" ;;
esac
report "$what, $times times: nothing missing, nothing twice" storm
cat "$dir/report"
plan
