#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The command line as a script sees it: exit status, what goes where, formats, plant files.
# No service runs. Speaks TAP.
#
# usage: cli.sh LEITSTAND
# shellcheck disable=SC2317 # called through check()
set -u
leitstand=$1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT INT TERM
cd "$dir" || exit 1
unset LEITSTAND_CONFIG
export XDG_CONFIG_HOME="$dir/none" XDG_STATE_HOME="$dir/state" LC_ALL=C.UTF-8

number=0
failed=0
check() { # description, then a command that must succeed
    number=$((number + 1))
    what=$1
    shift
    if "$@"; then
        echo "ok $number - $what"
    else
        failed=1
        sed 's/^/# out: /' out
        sed 's/^/# err: /' err
        echo "not ok $number - $what"
    fi
}
run() { # status expected, arguments; true when it is that
    want=$1
    shift
    status=0
    "$leitstand" "$@" >out 2>err || status=$?
    [ "$status" -eq "$want" ] || echo "# status $status instead of $want" >>err
    [ "$status" -eq "$want" ]
}
says() { # status, text in err, nothing in out, arguments
    want_err=$2
    want_status=$1
    shift 2
    run "$want_status" "$@" && grep -qF -e "$want_err" err && [ ! -s out ]
}
prints() { # status, text in out, arguments
    want_out=$2
    want_status=$1
    shift 2
    run "$want_status" "$@" && grep -qF -e "$want_out" out
}
same() { # status, file with the whole output, arguments
    file=$2
    want_status=$1
    shift 2
    run "$want_status" "$@" && cmp -s "$file" out
}

# Usage
check "help goes to stdout" prints 0 "Usage: leitstand" --help
check "help fits a screen of 24 lines" sh -c "[ \$('$leitstand' --help | wc -l) -le 24 ]"
check "help after a command" prints 0 "Usage: leitstand readings" readings --help
check "help before a command" prints 0 "Usage: leitstand readings" -h readings
check "help lists the options of the file" prints 0 "keepalive = 5..65535 s" check --help
check "version" prints 0 "leitstand 0." --version
check "version, short, after a command" prints 0 "leitstand 0." stations -V
check "unknown command" says 2 '"frobnicate" is not a command' frobnicate
check "half a command" says 2 '"plant" is one of "plant import", "plant export"' plant
check "help on half a command" prints 0 "plant export DIR" plant --help
check "unknown option" says 2 "--frob" stations --frob
check "unknown global option" says 2 "--frob" --frob stations
check "no value" says 2 "--config" --config
check "bad number" says 2 '--limit: "1x" is not a whole number' readings --limit=1x
check "bad time" says 2 '--since: "yesterday" is not a time' readings --since=yesterday
check "bad choice" says 2 '--format: "xml" is not one of' readings --format=xml
check "bad log level" says 2 '--log-level: "loud" is not one of' --log-level=loud stations
check "all of them at once" sh -c "'$leitstand' readings --limit=0 --since=x 2>err; \
    [ \$(grep -c 'is not' err) -eq 2 ]"
check "too many arguments" says 2 'stations does not take "x"' stations x
check "too few arguments" says 2 'plant import needs DIR' plant import
check "escapes in an argument stay harmless" says 2 '"?[2J" is not a command' "$(printf '\033[2J')"

# Configuration
check "a named file must be there" says 2 "No such file" stations --config=missing.ini
printf '[mqtt]\nport = 12abc\nkeepalive = 1\n[nope]\nfilter\n' >bad.ini
check "every problem of the file" sh -c "'$leitstand' -c bad.ini stations 2>err; \
    [ \$? -eq 2 ] && [ \$(wc -l <err) -eq 4 ] && \
    grep -q '^bad.ini:2: \[mqtt\] port: \"12abc\" is not a number from 1 to 65535\$' err"
check "LEITSTAND_CONFIG" sh -c "LEITSTAND_CONFIG=bad.ini '$leitstand' stations 2>err; [ \$? -eq 2 ]"
check "--config wins" sh -c ": >empty.ini; LEITSTAND_CONFIG=bad.ini '$leitstand' stations \
    -c empty.ini >out 2>err; [ \$? -eq 1 ]"
check "check tells the problems, status 2" prints 2 "bad.ini:4: [nope] is not a known section" \
    -c bad.ini check --offline
printf '[mqtt]\nport = x\n[source:a]\nfilter = a/#\nprofile = nope\n[source:b]\nprofile = logo\n' >worse.ini
printf '[plant]\ndir = /nowhere\nfoo\n' >>worse.ini
cat >want <<END
worse.ini:2: [mqtt] port: "x" is not a number from 1 to 65535
worse.ini:6: [source:b] filter: is missing
worse.ini:10: "foo" is not of the form key = value
ok: payload profiles
worse.ini:5: [source:a] profile: "nope" is not the name of a profile
could not open "/nowhere/stations.csv": No such file or directory
END
check "check goes on behind a bad option, from top to end" same 2 want -c worse.ini check

# Paths and keys
mkdir -p conf/leitstand
check "paths" sh -c "XDG_CONFIG_HOME='$PWD/conf' '$leitstand' --paths -c empty.ini >out && \
    grep -q '^user-keys  *$PWD/conf/leitstand/keys.ini\$' out && \
    grep -q '^config  *empty.ini\$' out && grep -q '^socket ' out"
printf '[keys]\nundo = n, Ctrl-S\n' >conf/leitstand/keys.ini
check "check tells of keys" sh -c "XDG_CONFIG_HOME='$PWD/conf' '$leitstand' -c empty.ini check \
    --offline >out; [ \$? -eq 2 ] && grep -q 'keys.ini:2: \[keys\] undo: .*terminal' out && \
    grep -q 'keys.ini:2: \[keys\] undo: .*takes n from .*\"next\"' out"

# What is no terminal
cat >want <<END
leitstand: the console needs a terminal
standard input is not a terminal
END
check "no terminal: error, reason and remedy, a line each" sh -c "'$leitstand' -c empty.ini console \
    </dev/null >out 2>err; [ \$? -eq 1 ] && [ ! -s out ] && [ \$(wc -l <err) -eq 3 ] && \
    head -n 2 err | cmp -s - want"

# Plant
cat >x.ini <<END
[instance]
name = e2e
socket = $dir/x.sock
[mqtt]
socket = $dir/no-broker.sock
[source:all]
filter = plant/#
profile = scalar
[cache]
path = cache/x.db
END
check "no plant: status 1" says 1 "there is no plant yet" -c x.ini stations --format=table
printf '[]\n' >want
check "no plant: an empty array all the same" same 1 want -c x.ini stations --format=json
check "nothing to export" says 1 "there is no plant yet" -c x.ini plant export out1
mkdir plant
printf 'uid,name,latitude,silence_s\nWW-1,"Wasserwerk ""Süd"", alt",53.5,60\nPS-2,=1+1,,0\n' \
    >plant/stations.csv
printf 'id,station,kind,unit,adjust,states\nL1,WW-1,level,m,*0.1,\nV1,PS-2,switch,,,0=zu;1=auf\n' \
    >plant/components.csv
check "dry run prints the difference" prints 0 "+ component WW-1/L1" \
    -c x.ini plant import plant --dry-run
check "... and changes nothing" test ! -e cache
check "import" prints 0 "+ station PS-2" -c x.ini plant import plant
check "import again: no difference" sh -c "'$leitstand' -c x.ini plant import plant >out 2>err; \
    [ \$? -eq 0 ] && [ ! -s out ] && grep -q 'no difference' err"
check "export" run 0 -c x.ini plant export out1
check "... imports without a difference" sh -c "'$leitstand' -c x.ini plant import out1 --dry-run \
    >out 2>err; [ \$? -eq 0 ] && [ ! -s out ]"
check "... and exports as the same bytes" sh -c "'$leitstand' -c x.ini plant import out1 2>err && \
    '$leitstand' -c x.ini plant export out2 2>err && diff -r out1 out2 >out"
check "the columns of the contract, no more" sh -c "head -1 out1/components.csv | tr -d '\r' | grep -qx \
    'id,station,name,short_name,kind,unit,min,max,order,adjust,decode,states,guidance'"
check "no directory" says 2 "No such file" -c x.ini plant import nowhere

# Wrong plant files change nothing
mkdir bad
cp plant/components.csv bad/
printf 'uid,name,silence_s,clock\nWW-1,a,-5,UTC\nWW-1,b,,\n,c,,\n"x"y,d,,\n' >bad/stations.csv
check "every problem of the plant, status 2" sh -c "'$leitstand' -c x.ini plant import bad >out 2>err; \
    [ \$? -eq 2 ] && grep -q '^bad/stations.csv:2: silence_s: \"-5\" is not' err && \
    grep -q '^bad/stations.csv:2: clock: \"UTC\" is not' err && \
    grep -q '^bad/stations.csv:3: uid: \"WW-1\" stands twice' err && \
    grep -q '^bad/stations.csv:4: uid: \"\" is not' err && \
    grep -q '^bad/stations.csv:5: a quote stands' err && \
    grep -q '^bad/components.csv:3: station: \"PS-2\" is not' err"
mkdir circle
cp plant/stations.csv plant/components.csv circle/
printf 'component,rule,type,limit,parent\nkind:level,h,hi,3,l\nWW-1/L1,l,lo,1,h\n' >circle/rules.csv
check "rules that cannot be followed, with their lines" sh -c "'$leitstand' -c x.ini plant import \
    circle >out 2>err; [ \$? -eq 2 ] && grep -q '^circle/rules.csv:2: h on kind:level: .* circle' err && \
    grep -q '^circle/rules.csv:3: l on WW-1/L1: .* circle' err"
printf 'uid,name\nA,\033]0;title\007\nB,\302\23331m\nC,\342\200\256x\nD,a\0b\nE,\377\n' >bad/stations.csv
check "hostile text is refused, and told harmlessly" sh -c "'$leitstand' -c x.ini plant import bad \
    >out 2>err; [ \$? -eq 2 ] && [ \$(grep -c '^bad/stations.csv' err) -eq 5 ] && \
    ! LC_ALL=C grep -q '[[:cntrl:]]' err"
check "the plant is still the old one" prints 0 "Wasserwerk" -c x.ini stations --format=csv

# Queries
check "table" prints 0 "uid   name" -c x.ini stations --format=table
check "not on a terminal: json" sh -c "'$leitstand' -c x.ini stations | \
    python3 -c 'import json, sys; assert len(json.load(sys.stdin)) == 2'"
check "jsonl" sh -c "'$leitstand' -c x.ini components --format=jsonl | \
    python3 -c 'import json, sys; assert [json.loads(l)[\"id\"] for l in sys.stdin] == [\"V1\", \"L1\"]'"
check "csv, with quotes, CRLF and no formula" sh -c "'$leitstand' -c x.ini stations --format=csv | \
    python3 -c 'import csv, sys
rows = list(csv.DictReader(open(0, newline=\"\"), strict=True))
assert rows[0][\"name\"] == \"\\x27=1+1\", rows
assert rows[1][\"name\"] == \"Wasserwerk \\\"Süd\\\", alt\", rows
assert rows[1][\"latitude\"] == \"53.5\" and rows[1][\"state\"] == \"never_seen\", rows'"
check "one station" sh -c "[ \$('$leitstand' -c x.ini stations --station=PS-2 --format=jsonl | wc -l) -eq 1 ]"
check "--limit" sh -c "[ \$('$leitstand' -c x.ini components --limit=1 --format=jsonl | wc -l) -eq 1 ]"
check "unknown station: status 1" sh -c "'$leitstand' -c x.ini components --station=X --format=json \
    >out 2>err; [ \$? -eq 1 ] && grep -q 'there is no station \"X\"' err && [ \"\$(cat out)\" = '[]' ]"
printf 'station,component,ts,received,value,ts_source,quality\r\n' >want
check "no readings: header, status 1" same 1 want -c x.ini readings --format=csv
check "[plant] dir before there is a cache" sh -c "sed 's#^path = .*#path = other/y.db#' x.ini >y.ini; \
    printf '[plant]\ndir = plant\n' >>y.ini; '$leitstand' -c y.ini stations --format=jsonl >out 2>err; \
    [ \$? -eq 0 ] && [ \$(wc -l <out) -eq 2 ] && [ ! -e other ]"

# Services
check "check: what cannot be reached is status 1" prints 1 "failed: broker" -c x.ini check
check "check --offline: nothing wrong" prints 0 "ok: configuration x.ini" -c x.ini check --offline
sed 's/^profile = .*/profile = nope/' x.ini >z.ini
check "check: unknown profile" prints 2 'z.ini:8: [source:all] profile: "nope" is not' \
    -c z.ini check --offline
check "check: no passwords in the output" sh -c "printf '[postgres]\nconninfo = host=db password=geheim x\n' \
    >p.ini; '$leitstand' -c p.ini check --offline >out 2>err; [ \$? -eq 2 ] && ! grep -q geheim out err"

# Output that nobody takes
check "a full disk is status 1" sh -c "'$leitstand' -c x.ini stations >/dev/full 2>err; \
    [ \$? -eq 1 ] && grep -q 'No space left' err"
check "a closed stdout is status 1" sh -c "'$leitstand' -c x.ini stations >&- 2>err; [ \$? -eq 1 ]"
check "a reader that leaves is none" sh -c "{ '$leitstand' -c x.ini stations --format=csv 2>err; \
    echo \$? >status; } | true; [ \$(cat status) -eq 0 ] && [ ! -s err ]"
echo "1..$number"
exit "$failed"
