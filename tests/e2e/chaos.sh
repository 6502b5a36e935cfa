#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# chaos.sh CHAOS LEITSTAND kill|broker TIMES: see chaos.c. Nothing acknowledged may be missing
# from the cache or be there twice.
set -eu
. "$(dirname "$0")/lib.sh"
chaos=$1 leitstand=$2 mode=$3 times=$4
plan 1
check "$mode, $times times: everything acknowledged is stored exactly once" \
    "$chaos" "$mode" "$times" "$work" "$leitstand" "$(command -v mosquitto || echo /usr/sbin/mosquitto)"
