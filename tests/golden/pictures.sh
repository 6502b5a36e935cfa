#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The golden screens as pictures, to look at before they are kept.
#
# usage: pictures.sh OUTPUT_DIR [PATTERN]      (PATTERN: of the names, e.g. 'map-*-utf8')
set -eu

golden=$(dirname "$0")
out=$1
mkdir -p "$out"
for file in "$golden"/${2:-*}.txt; do
    name=$(basename "$file" .txt)
    width=${name%x*}
    /usr/bin/python3 "$golden/to_ansi.py" "$file" |
        /usr/bin/python3 "$golden/../term/picture.py" "$out/$name.png" "${width##*-}"
    echo "$out/$name.png"
done
