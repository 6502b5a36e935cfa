#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The schema of the central store, made and changed by the program: from nothing, from every
# earlier version, by two at once, by who may not; and what it lets its roles do. However many
# migrations there are. Speaks TAP.
#
# usage: with_pg.sh schema.sh LEITSTAND SOURCE_ROOT
# shellcheck disable=SC2317 # called through report
set -u
leitstand=$1
root=$2
# shellcheck source=tests/e2e/lib.sh
. "$root/tests/e2e/lib.sh"
export LC_ALL=C.UTF-8
unset LEITSTAND_CONFIG
newest=0
for file in "$root"/data/sql/pg/[0-9]*.sql; do
    newest=$((newest + 1))
done

# ---- helpers ----

# A directory of data with the first so many migrations.
data_of() { # count
    mkdir -p "$dir/data$1/sql/pg"
    for file in "$root"/data/sql/pg/[0-9]*.sql; do
        name=${file##*/}
        # "08" is no number for a shell
        [ "$(printf '%s' "${name%%-*}" | sed 's/^0*//')" -gt "$1" ] || cp "$file" "$dir/data$1/sql/pg/"
    done
    echo "$dir/data$1"
}

# All migrations and a next one.
data_and() { # name text
    rm -rf "$dir/and"
    mkdir -p "$dir/and/sql/pg"
    cp "$root"/data/sql/pg/[0-9]*.sql "$dir/and/sql/pg/"
    printf '%s\n' "$2" >"$dir/and/sql/pg/$(printf '%03d' $((newest + 1)))-$1.sql"
    echo "$dir/and"
}

new_database() { # name
    createdb "$1" && printf '[postgres]\nconninfo = "dbname=%s"\n' "$1" >"$dir/$1.ini"
}

# The program, with a database and the migrations of a directory of data.
db() { # database data init|migrate|status [options]
    config=$dir/$1.ini
    data=$2
    shift 2
    LEITSTAND_DATADIR=$data "$leitstand" --config="$config" db "$@" 2>&1
}

# fails STATUS REGEX COMMAND…: it ends with this status and says so.
fails() {
    want=$1 regex=$2
    shift 2
    said=$("$@" 2>&1)
    got=$?
    echo "exit $got: $said"
    [ "$got" -eq "$want" ] && echo "$said" | grep -Eq "$regex"
}

says() {
    fails 0 "$@"
}

sql() { # database statement
    psql -qAtX -v ON_ERROR_STOP=1 -d "$1" -c "$2"
}

# The answer to a query is this.
answers() { # want database query
    got=$(sql "$2" "$3") || return 1
    echo "got: $got"
    [ "$got" = "$1" ]
}

# The catalogue, but for days: which of those there are depends on when they were made.
dump() { # database
    days=$(sql "$1" "select '--exclude-table=leitstand.' || quote_ident(c.relname) from pg_inherits i
        join pg_class c on c.oid = i.inhrelid where c.relnamespace = 'leitstand'::regnamespace and c.relispartition")
    # shellcheck disable=SC2086
    pg_dump --schema-only --schema=leitstand $days "$1" | grep -Ev '^(--|\\(un)?restrict|$)'
}

is_catalogue() { # database, file: a dump of another one
    dump "$1" >"$dir/one.dump" && grep -q 'CREATE TABLE leitstand.migration' "$dir/one.dump" &&
        diff "$dir/one.dump" "$2"
}

same_catalogue() { # database database
    dump "$2" >"$dir/other.dump" && is_catalogue "$1" "$dir/other.dump"
}

untouched() { # database
    answers 0 "$1" "select count(*) from pg_namespace where nspname = 'leitstand'"
}

count_rows() { # database
    sql "$1" "select c.relname || ' ' || (xpath('/row/n/text()', query_to_xml('select count(*) as n from '
        || c.oid::regclass, false, true, '')))[1] from pg_class c where c.relkind in ('r', 'p')
        and c.relnamespace = 'leitstand'::regnamespace and c.relname <> 'migration' order by 1"
}

# What a store of that version may hold, and of every one before.
fill() { # database version [first version]
    for version in $(seq "${3:-1}" "$2"); do
        file=$root/tests/pg/rows/$(printf '%03d' "$version").sql
        [ ! -e "$file" ] || cat "$file"
    done | psql -qAtX -v ON_ERROR_STOP=1 -d "$1" -f -
}

# Every row that was there is there afterwards.
rows_kept() { # file: counts before; database
    count_rows "$2" >"$dir/rows_after"
    while read -r table count; do
        grep -Eq "^$table " "$dir/rows_after" || continue # a table may go
        after=$(sed -n "s/^$table //p" "$dir/rows_after")
        [ "$after" -ge "$count" ] || {
            echo "$table had $count rows and has $after"
            return 1
        }
    done <"$1"
}

# What the views show, of those there are.
show_views() { # database
    for view in readings alarms journal; do
        [ "$(sql "$1" "select to_regclass('leitstand.$view') is not null")" = f ] ||
            sql "$1" "select to_jsonb(v) from leitstand.$view v order by v::text" | sed "s/^/$view /"
    done
}

# ---- roles are not there yet ----

all=$(data_of "$newest")
for name in fresh other third maker owner; do
    new_database "$name"
done

status_of_nothing() {
    fails 1 '^schema +missing' db fresh "$all" status &&
        fails 1 'run "leitstand db init"' db fresh "$all" status --format=json &&
        fails 1 'run "leitstand db init"' db fresh "$all" migrate && untouched fresh
}
report "there is no schema: status says so, migrate makes none" status_of_nothing

no_createrole() {
    sql maker 'create role maker login; grant create on database maker to maker' &&
        PGUSER=maker fails 1 'needs CREATEROLE' db maker "$all" init && untouched maker
}
report "who may not make the roles is told so" no_createrole

no_create() {
    sql other 'create role nobody login' &&
        PGUSER=nobody fails 1 'right to create in database "other"' db other "$all" init &&
        untouched other
}
report "who may not create is told so" no_create

four_at_once() {
    pids=
    for name in fresh fresh other other; do
        db "$name" "$all" init >"$dir/init.$(echo "$pids" | wc -w)" &
        pids="$pids $!"
    done
    for pid in $pids; do
        wait "$pid" || wrong=yes
    done
    cat "$dir"/init.*
    [ "${wrong:-no}" = no ] && [ "$(grep -c '^applied' "$dir"/init.? | awk -F: '{ n += $2 } END { print n }')" -eq $((2 * newest)) ]
}
report "four inits at once, in two databases: each step once" four_at_once
report "both are the same" same_catalogue fresh other
report "every step is noted" answers "$newest|$newest|1" fresh \
    'select count(*), max(number), min(number) from leitstand.migration'

init_again() {
    before=$(sql fresh 'select * from leitstand.migration')
    says "has version $newest" db fresh "$all" init && says "has version $newest" db fresh "$all" migrate &&
        answers "$before" fresh 'select * from leitstand.migration'
}
report "init again changes nothing" init_again

status_is_current() {
    says '^schema +current' db fresh "$all" status &&
        db fresh "$all" status --format=json | python3 -c '
import json, sys
s = json.load(sys.stdin)
n = int(sys.argv[1])
assert s["schema"] == "current" and s["version"] == n == s["program_version"], s
assert s["server"].split(".")[0].isdigit() and s["bytes"] > 0 and s["partitions"] >= 0, s
assert "timescaledb" in s and s["database"] == "fresh" and s["role"] == "postgres", s
assert [m["number"] for m in s["migrations"]] == list(range(1, n + 1)), s
assert all(m["name"] and m["applied_at"].endswith("Z") for m in s["migrations"]), s
' "$newest"
}
report "status tells versions, steps, server" status_is_current

init_by_owner() {
    sql owner 'create role owner login; create schema leitstand authorization owner' &&
        PGUSER=owner says "has version $newest" db owner "$all" init &&
        sql owner 'alter schema leitstand owner to postgres; reassign owned by owner to postgres' &&
        same_catalogue fresh owner
}
report "an empty schema of one's own is enough, once the roles are there" init_by_owner

# ---- from every earlier version ----

grown=$(data_and grown 'create table leitstand.grown (n integer);')
cp -r "$grown" "$dir/grown"
grown=$dir/grown
new_database grown
report "a next step" says 'applied .*-grown' db grown "$grown" init
dump grown >"$dir/grown.dump"
from_version() { # version
    new_database "from$1" && says "has version $1" db "from$1" "$(data_of "$1")" init || return 1
    fill "from$1" "$1" || return 1
    count_rows "from$1" >"$dir/rows_before" && show_views "from$1" >"$dir/shown_before" &&
        fails 1 'run "leitstand db migrate"' db "from$1" "$grown" status &&
        says "has version $((newest + 1))" db "from$1" "$grown" migrate &&
        is_catalogue "from$1" "$dir/grown.dump" && rows_kept "$dir/rows_before" "from$1" || return 1
    show_views "from$1" >"$dir/shown_after" && grep -vxF -f "$dir/shown_after" "$dir/shown_before" && return 1
    [ "$1" -lt 3 ] || grep -c '^readings .*"P1"' "$dir/shown_before" | grep -qx 2 || return 1
    [ "$1" -lt 4 ] || {
        grep -q '^journal ' "$dir/shown_before" && grep -q '^alarms ' "$dir/shown_before" &&
            # whoever told anything before that was noted has told it
            answers t "from$1" 'select told_epoch > 0 and (told_epoch, told_term) = (epoch, term) from leitstand.log_head'
    }
}
for version in $(seq 1 "$newest"); do
    report "from version $version, with rows in it, to the newest" from_version "$version"
done

step_by_step() {
    new_database steps || return 1
    for version in $(seq 1 "$newest"); do
        db steps "$(data_of "$version")" init && fill steps "$version" "$version" || return 1
    done
    count_rows steps >"$dir/rows_before" && grep -Eq ' [1-9]' "$dir/rows_before" &&
        db steps "$grown" migrate && is_catalogue steps "$dir/grown.dump" && rows_kept "$dir/rows_before" steps
}
report "step by step, with rows after each" step_by_step

# ---- what is refused ----

broken_step() {
    data=$(data_and broken 'create table leitstand.half (n integer);
select nothing;')
    fails 1 '[0-9]-broken.sql": line 2: column "nothing" does not exist' db third "$data" init &&
        answers "$newest|f" third \
            "select max(number), to_regclass('leitstand.half') is not null from leitstand.migration" &&
        same_catalogue third fresh && data=$(data_and broken 'create table leitstand.half (n integer);') &&
        says "has version $((newest + 1))" db third "$data" init
}
report "a step that fails leaves nothing behind, and can be done once it is right" broken_step

# A change that waits for a table makes everybody wait behind it.
held_table() {
    PGAPPNAME=holder psql -qX -d other -c 'begin; lock table leitstand.series in share mode; select pg_sleep(100)' \
        >"$dir/holder" 2>&1 &
    holder=$!
    until_true 10 answers t other "select count(*) > 0 from pg_locks
        where relation = 'leitstand.series'::regclass and mode = 'ShareLock'" &&
        data=$(data_and wide 'alter table leitstand.series add note text;') &&
        fails 1 '[0-9]-wide.sql": canceling statement due to lock timeout' db other "$data" migrate &&
        answers 1 other "select count(pg_terminate_backend(pid)) from pg_stat_activity where application_name = 'holder'" &&
        ! wait "$holder" && same_catalogue other fresh
}
report "a step does not wait for long for a table that is in use" held_table

one_transaction() {
    ! grep -niE '^[[:space:]]*(begin|start transaction|commit|rollback)( (work|transaction))?[[:space:]]*;' \
        "$root"/data/sql/pg/*.sql
}
report "no step ends its transaction by itself" one_transaction

timescaledb() {
    sql third "set allow_system_table_mods = on; insert into pg_extension (oid, extname, extowner, extnamespace,
        extrelocatable, extversion) values (16000, 'timescaledb', 10, 2200, false, '2.99.0')" &&
        fails 1 '^timescaledb +2[.]99[.]0$' db third "$all" status
}
report "status tells of TimescaleDB" timescaledb

newer() {
    fails 1 "knows only $newest: it needs a newer leitstand" db grown "$all" init &&
        fails 1 'needs a newer' db grown "$all" migrate && fails 1 '^schema +newer' db grown "$all" status &&
        is_catalogue grown "$dir/grown.dump"
}
report "a store newer than the program is refused" newer

foreign() { # database what makes the schema
    new_database "$1" && sql "$1" "$2" && before=$(dump_any "$1") &&
        fails 1 'is not one that this program has made' db "$1" "$all" init &&
        fails 1 'is not one that' db "$1" "$all" migrate && fails 1 '^schema +foreign' db "$1" "$all" status &&
        [ "$before" = "$(dump_any "$1")" ]
}
dump_any() {
    pg_dump "$1" | grep -Ev '^\\(un)?restrict'
}
report "a schema with a table of somebody else" foreign foreign1 \
    'create schema leitstand; create table leitstand.mine ()'
report "a schema with a function of somebody else" foreign foreign2 \
    "create schema leitstand; create function leitstand.f() returns int language sql as 'select 1'"
report "a table of the same name with other columns" foreign foreign3 \
    'create schema leitstand; create table leitstand.migration (id int)'
report "other steps than ours" foreign foreign4 \
    "create schema leitstand; create table leitstand.migration (number int, name text, applied_at timestamptz);
    insert into leitstand.migration values (1, 'basis', now())"
report "a gap in the steps" foreign foreign5 \
    "create schema leitstand; create table leitstand.migration (number int, name text, applied_at timestamptz);
    insert into leitstand.migration values (2, 'ownership', now())"

wrong_files() {
    mkdir -p "$dir/wrong/sql/pg" || return 1
    w=$dir/wrong/sql/pg
    fails 1 'there are no migrations' db third "$dir/wrong" init || return 1
    cp "$root"/data/sql/pg/001-*.sql "$w/"
    touch "$w/003-later.sql"
    fails 1 '003-later.sql" stands where migration 002' db third "$dir/wrong" init || return 1
    mv "$w/003-later.sql" "$w/001-twice.sql"
    fails 1 'stands where migration 002' db third "$dir/wrong" init || return 1
    mv "$w/001-twice.sql" "$w/2-short.sql"
    fails 1 '2-short.sql" is not named like' db third "$dir/wrong" init || return 1
    rm "$w/2-short.sql"
    printf 'select 1;\000' >"$w/002-binary.sql"
    fails 1 '002-binary.sql" is no text' db third "$dir/wrong" init || return 1
    fails 1 'could not open the directory' db third "$dir/none" init
}
report "wrong files are told" wrong_files

no_store() {
    printf '[instance]\nname = a\n' >"$dir/no_store.ini"
    fails 2 'there is no central store' "$leitstand" --config="$dir/no_store.ini" db status &&
        PGHOST=/nowhere fails 1 'No such file' db fresh "$all" status
}
report "no store in the configuration, no server at its place" no_store

shipped() {
    ls "${leitstand%/*}/data/sql/pg" >"$dir/shipped" && (cd "$root/data/sql/pg" && ls -- *.sql) >"$dir/there" &&
        grep '\.sql$' "$dir/shipped" | diff - "$dir/there"
}
report "data/sql/pg/meson.build lists every migration" shipped

# ---- who may what ----

setup_roles() {
    sql fresh 'create role pc1 login; grant leitstand_instance to pc1;
        create role clerk login; grant leitstand_reader to clerk;
        create role noinherit login noinherit; grant leitstand_instance to noinherit' && fill fresh 1 &&
        sql other 'create role half login; grant usage on schema leitstand to half;
            grant select on leitstand.migration to half'
}
report "roles that may log in" setup_roles

only_owner_migrates() {
    PGUSER=pc1 fails 1 'may not change the schema "leitstand": only its owner may' db fresh "$grown" migrate &&
        PGUSER=nobody fails 1 'must be granted the role leitstand_instance' db fresh "$grown" migrate &&
        same_catalogue fresh owner
}
report "only the owner migrates" only_owner_migrates

check() { # user want: regular expression
    PGUSER=$1 LEITSTAND_DATADIR=$data "$leitstand" --config="$dir/check.ini" check >"$dir/check" 2>&1
    cat "$dir/check"
    grep -Eq "$2" "$dir/check"
}
check_tells() {
    cp -r "$root/data/profiles" "$dir/data$newest/" && cp -r "$root/data/profiles" "$dir/grown/" || return 1
    data=$all
    printf '[postgres]\nconninfo = "dbname=other"\n[cache]\npath = "%s"\n' "$dir/cache.db" >"$dir/check.ini"
    check pc1 '^ok: central store pc1' && check pc1 '^ok: central store schema' &&
        ! grep -q 'owns the schema' "$dir/check" && check postgres '^note: the role "postgres" owns the schema' &&
        check half '^failed: .*"half" may not do what an instance does: it must be granted' &&
        check noinherit '^failed: .*"noinherit" may not look' && check clerk '^failed: .*"clerk" may not look' &&
        check nobody '^failed: .*must be granted the role leitstand_instance' || return 1
    data=$grown
    check pc1 '^failed: .*run "leitstand db migrate"' || return 1
    sed -i s/dbname=other/dbname=postgres/ "$dir/check.ini"
    check pc1 '^failed: .*run "leitstand db init"'
}
report "check tells of the schema and of the role's rights" check_tells

may_read_version() {
    PGUSER=pc1 says '^schema +current' db fresh "$all" status
}
report "an instance may ask for the status" may_read_version

granted() {
    sql fresh "select case a.grantee when 0 then 'PUBLIC' else a.grantee::regrole::text end || ' ' || c.relname
        || ' ' || a.privilege_type from pg_class c, aclexplode(c.relacl) a
        where c.relnamespace = 'leitstand'::regnamespace and a.grantee <> c.relowner
        and not (c.relkind = 'v' and a.privilege_type = 'SELECT'
        and a.grantee in ('leitstand_instance'::regrole, 'leitstand_reader'::regrole)) order by 1" >"$dir/has"
    sql fresh "select a.grantee || ' ' || c.relname || '.' || t.attname from pg_attribute t
        join pg_class c on c.oid = t.attrelid, aclexplode(t.attacl) a
        where c.relnamespace = 'leitstand'::regnamespace" >>"$dir/has"
    grep -vxF -f "$root/tests/pg/granted" "$dir/has" && return 1
    grep -q 'leitstand_instance migration SELECT' "$dir/has"
}
report "no right on a table but those of the list" granted

# What a definer's function can be made to do with a search path of the caller's.
functions() {
    answers '' fresh "select p.oid::regprocedure from pg_proc p where p.pronamespace = 'leitstand'::regnamespace
        and (exists (select from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a where a.grantee = 0)
        or has_function_privilege('leitstand_reader', p.oid, 'execute')
        or has_function_privilege('leitstand_instance', p.oid, 'execute') and not p.prosecdef
        or p.prosecdef and not coalesce(p.proconfig, '{}') @> array['search_path=pg_catalog, pg_temp'])" &&
        answers t fresh "select count(*) > 0 from pg_proc p where p.pronamespace = 'leitstand'::regnamespace
            and has_function_privilege('leitstand_instance', p.oid, 'execute')"
}
report "functions: for instances only, as definer, with a search path" functions

# operators() is for people: names of who has acted.
functions_needed() {
    {
        echo operators
        grep -o 'leitstand\.[a-z_]*(' "$root/storage/pg_sql.c" | tr -d '(' | cut -d. -f2
    } | sort -u >"$dir/called"
    sql fresh "select distinct p.proname from pg_proc p where p.pronamespace = 'leitstand'::regnamespace
        and has_function_privilege('leitstand_instance', p.oid, 'execute') order by 1" >"$dir/may"
    grep -qx lease_acquire "$dir/called" && diff "$dir/called" "$dir/may"
}
report "an instance may call what the program calls, and nothing else" functions_needed

schema_rights() {
    answers 'f|f|f|t|t' fresh "select has_schema_privilege('leitstand_instance', n.oid, 'create'),
        has_schema_privilege('leitstand_reader', n.oid, 'create'),
        exists (select from aclexplode(n.nspacl) a where a.grantee = 0),
        has_schema_privilege('leitstand_instance', n.oid, 'usage'),
        has_schema_privilege('leitstand_reader', n.oid, 'usage')
        from pg_namespace n where n.nspname = 'leitstand'"
}
report "nobody but its owner makes anything in the schema" schema_rights

# The same by trying, for each table and both roles.
history_stays() {
    sql fresh "select case verb when 'update' then format('update leitstand.%I set %I = default', relname,
            (select attname from pg_attribute where attrelid = c.oid and attnum > 0 and not attisdropped limit 1))
        else format('%s leitstand.%I', verb, relname) end || ';'
        from pg_class c, unnest('{delete from, truncate, update, select from}'::text[]) verb
        where relkind in ('r', 'p') and relnamespace = 'leitstand'::regnamespace" |
        sort >"$dir/tries"
    sed -n 's/^leitstand_instance \(.*\) SELECT$/select from leitstand.\1;/p' "$root/tests/pg/granted" >"$dir/may_read"
    grep -vxF -f "$dir/may_read" "$dir/tries" >"$dir/refused" && [ "$(wc -l <"$dir/refused")" -gt 50 ] || return 1
    for user in pc1 clerk; do
        PGUSER=$user psql -qAtX -d fresh -f "$dir/refused" >"$dir/answers" 2>&1
        grep -v 'ERROR:  permission denied' "$dir/answers" && return 1
        [ "$(wc -l <"$dir/answers")" -eq "$(wc -l <"$dir/refused")" ] || return 1
    done
}
report "neither role changes or reads a table" history_stays

views() {
    sql fresh "select c.relname || ' ' || a.attname || ' ' || format_type(a.atttypid, null) from pg_attribute a
        join pg_class c on c.oid = a.attrelid where c.relnamespace = 'leitstand'::regnamespace and c.relkind = 'v'
        and a.attnum > 0 and not a.attisdropped" >"$dir/columns"
    grep -v '^#' "$root/tests/pg/promised" | grep -vxF -f "$dir/columns" && return 1
    for view in readings alarms journal ownership; do
        PGUSER=clerk sql fresh "select from leitstand.$view limit 1" || return 1
        PGUSER=clerk fails 1 'permission denied|cannot' sql fresh "delete from leitstand.$view" || return 1
    done
    sql fresh "select leitstand.lease_acquire('pc1', 'full', 5000, 0)" &&
        answers 'pc1|1|0|t|t' fresh "select instance, epoch, term, since between now() - interval '1 min' and now(),
            valid_until - since between interval '4.9 s' and interval '5.1 s' from leitstand.ownership" &&
        PGUSER=clerk fails 1 'permission denied' sql fresh "select leitstand.series_ids('{a}', '{b}')" &&
        PGUSER=pc1 says '^\{[0-9]+,[0-9]+\}$' sql fresh "select leitstand.series_ids('{PS-01,new}', '{P1,x}')"
}
report "a reader sees the views, an instance calls the functions" views

plan
