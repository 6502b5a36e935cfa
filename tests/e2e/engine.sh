#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The engine as a screen sees it, with a real broker. Speaks TAP.
#
# usage: engine.sh LEITSTAND SCREEN_SIDE
set -u
leitstand=$1 screen_side=$2
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

cat >"$dir/x.ini" <<END
[instance]
name = screen
socket = $dir/control.sock
[mqtt]
socket = $dir/mqtt
[source:plain]
filter = w/#
profile = scalar
[source:json]
filter = j/#
profile = sentraq
[cache]
path = $dir/x.db
[plant]
dir = $dir
END
printf 'uid,name,silence_s\nPS-01,Pump station,0\n' >"$dir/stations.csv"
printf 'id,station,name,kind\nL1,PS-01,Level,level\nP1,PS-01,Pump,actuator\n' \
    >"$dir/components.csv"
start_broker
"$screen_side" "$dir/x.ini" "$dir/mqtt"
