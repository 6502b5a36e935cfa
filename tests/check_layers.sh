#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Which way the includes point: core knows nobody, its neighbours know core, the screen knows
# core, alarms and storage, app knows everything. A library's header stays in the one folder
# that owns the library, and what is pure includes nothing that reaches the outside.
#
# Speaks TAP. The check must be able to fail, so it also plants a violation of every kind into
# a copy and wants to see it found.
#
# usage: check_layers.sh SOURCE_ROOT
set -eu

# Prints one line for each violation below the directory $1.
violations() (
    cd "$1"
    # shellcheck disable=SC2016
    find src alarms storage ui -name '*.[ch]' | LC_ALL=C sort | xargs awk '
    function folder_of(path,   parts) {
        split(path, parts, "/")
        return parts[1] == "src" ? parts[1] "/" parts[2] : parts[1]
    }
    function complain(why) {
        print FILENAME ":" FNR ": " why
    }
    BEGIN {
        core = "src/core"
        may["src/core"] = core
        may["src/decode"] = core " src/decode"
        may["src/config"] = core " src/config version.h"
        may["src/mqtt"] = core " src/mqtt"
        may["alarms"] = core " alarms"
        may["storage"] = core " storage"
        may["ui"] = core " alarms storage ui version.h"
        may["src/app"] = core " src/decode src/config src/mqtt alarms storage ui src/app" \
            " version.h"
        # A library and the only folder that may know it.
        owner["^(n?curses|ncursesw?/|term|panel|menu|form)(w?/.*)?(\\.h)?$"] = "ui"
        owner["^ncurses.*\\.h$"] = "ui"
        owner["^sqlite3.*\\.h$"] = "storage"
        owner["^(libpq|postgresql/|libpq-fe\\.h)"] = "storage"
        owner["^mosquitto.*\\.h$"] = "src/mqtt"
        owner["^(iniparser|dictionary)"] = "src/config"
        owner["^csv\\.h$"] = "src/config"
        owner["^libnotify/"] = "src/app"
        # What a pure folder must not reach: clocks, files, sockets, threads, signals, chance.
        outside = "^(time|sys/time|sys/timerfd|sys/eventfd|sys/epoll|sys/stat|sys/socket" \
            "|sys/un|sys/file|sys/mman|sys/wait|sys/random|netinet/.*|arpa/.*|netdb|fcntl" \
            "|poll|unistd|dirent|pthread|threads|stdatomic|semaphore|signal|spawn" \
            "|gio/.*|glib/gstdio|syslog)\\.h$"
        doors = "(clock_now|fopen|open|read|write|socket|time|rand|random|getenv|g_getenv" \
            "|g_file_get_contents|g_get_real_time|g_get_monotonic_time|g_random_int" \
            "|g_date_time_new_now|g_date_time_new_now_utc|g_date_time_new_now_local)"
    }
    FNR == 1 {
        folder = folder_of(FILENAME)
        pure = (folder == "src/decode" || folder == "alarms" || folder == "src/core") &&
            FILENAME !~ /^src\/core\/(archive|banned|clock|file|log|snapshot)\.[ch]$/
    }
    /^[ \t]*#[ \t]*include[ \t]*"/ {
        split($0, piece, "\"")
        target = piece[2] == "version.h" ? piece[2] : folder_of(piece[2])
        if (index(" " may[folder] " ", " " target " ") == 0) {
            complain(folder " must not include \"" piece[2] "\"")
        }
        if (pure && piece[2] == "src/core/log.h") {
            complain("what is pure does not log")
        }
    }
    /^[ \t]*#[ \t]*include[ \t]*</ {
        header = $0
        sub(/^[^<]*</, "", header)
        sub(/>.*/, "", header)
        for (pattern in owner) {
            if (header ~ pattern && folder != owner[pattern]) {
                complain("<" header "> belongs to " owner[pattern])
            }
        }
        if (pure && header ~ outside) {
            complain("<" header "> reaches out of a pure module")
        }
    }
    folder != "storage" && (/"(SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|DROP|PRAGMA) / ||
            /"(select .* from|insert into|update .* set|delete from) /) {
        complain("a statement belongs to storage")
    }
    FILENAME != "storage/pg_sql.c" && !/leitstand\.ini\(/ && (/".*leitstand\.[a-z_]+\(/ ||
            /(FROM|INTO|JOIN|UPDATE|from|into|join|update) leitstand\./) {
        complain("what the central store is sent belongs to storage/pg_sql.c")
    }
    FILENAME !~ /^storage\/pg(_schema)?\.[ch]$/ && /pg_exec\([a-z]/ {
        complain("only a migration is sent without being prepared")
    }
    pure && /^[ \t]/ && !/^[ \t]*(\/\*|\*)/ {
        if ($0 ~ ("(^|[^A-Za-z0-9_>.])" doors "\\(")) {
            complain("a call reaches out of a pure module:" $0)
        }
    }'
)

number=0
failed=0
report() { # ok|"not ok" description
    number=$((number + 1))
    echo "$1 $number - $2"
    [ "$1" = ok ] || failed=1
}

root=$1
found=$(violations "$root")
if [ -z "$found" ]; then
    report ok "includes point the right way"
else
    echo "$found" | sed 's/^/# /'
    report "not ok" "includes point the right way"
fi

copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT INT TERM
# file | line to plant
while IFS='|' read -r file line; do
    rm -rf "${copy:?}/tree"
    mkdir "$copy/tree"
    mkdir -p "$copy/tree/src/core" "$copy/tree/src/decode" "$copy/tree/src/config" \
        "$copy/tree/src/mqtt" "$copy/tree/src/app" "$copy/tree/alarms" \
        "$copy/tree/storage" "$copy/tree/ui"
    printf '#include <glib.h>\n#include "src/core/text.h"\n' >"$copy/tree/$file"
    if [ -n "$(violations "$copy/tree")" ]; then
        report "not ok" "a harmless $file is let through"
        continue
    fi
    printf '%s\n' "$line" >>"$copy/tree/$file"
    if [ -n "$(violations "$copy/tree")" ]; then
        report ok "seen: $line in $file"
    else
        report "not ok" "not seen: $line in $file"
    fi
done <<'PLANTED'
src/core/x.c|#include "src/decode/decode.h"
src/core/x.h|#include "storage/cache.h"
src/decode/x.c|#include "src/config/config.h"
src/config/x.c|#include "src/app/engine.h"
src/mqtt/x.c|#include "src/decode/decode.h"
alarms/x.c|#include "storage/cache.h"
storage/x.c|#include "alarms/life.h"
storage/x.c|#include "ui/console.h"
ui/x.c|#include "src/app/engine.h"
ui/x.c|#include "src/mqtt/client.h"
ui/x.c|#include "console.h"
src/app/x.c|#include <curses.h>
src/app/x.c|#include <ncurses.h>
src/app/x.c|# include <ncursesw/curses.h>
src/app/x.c|#include <sqlite3.h>
ui/x.c|#include <sqlite3.h>
ui/x.c|#include <libpq-fe.h>
ui/x.c|#include <postgresql/libpq-fe.h>
src/app/x.c|#include <mosquitto.h>
src/app/x.c|#include <iniparser/iniparser.h>
src/app/x.c|#include <csv.h>
ui/x.c|#include <libnotify/notify.h>
src/decode/x.c|#include <time.h>
src/decode/x.c|#include <pthread.h>
src/decode/x.c|#include "src/core/log.h"
alarms/x.c|#include <sys/socket.h>
alarms/x.c|    struct now now = clock_now();
src/core/x.c|#include <fcntl.h>
src/core/x.c|    FILE *f = fopen(path, "r");
src/app/x.c|    const char *text = "SELECT value FROM meta";
ui/x.c|        "delete from readings";
storage/x.c|    const char *text = "SELECT leitstand.look($1)";
storage/x.c|    " JOIN leitstand.series AS s ON s.id = r.series";
storage/x.c|    rc = pg_exec(pg, text, err);
PLANTED

echo "1..$number"
exit "$failed"
