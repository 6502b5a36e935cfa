#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The packaged set-up of the central store does what it says: the admin's role makes the schema
# without being a superuser, and an instance's may do no more than it needs. Speaks TAP.
#
# usage: with_pg.sh sh packaging.sh SOURCE
# shellcheck disable=SC2317 # called through report()
set -u
source=$1
leitstand=none
# shellcheck source=tests/e2e/lib.sh
. "$source/tests/e2e/lib.sh"

as() { # ROLE STATEMENT
    psql -v ON_ERROR_STOP=1 -qAt -U "$1" -d leitstand -c "$2"
}
migrate() {
    for file in "$source"/data/sql/pg/*.sql; do
        psql -v ON_ERROR_STOP=1 -1 -q -U leitstand_admin -d leitstand -f "$file" || return 1
    done
}
settings() {
    [ "$(as pc1 'show idle_in_transaction_session_timeout')" = 5s ] &&
        [ "$(as pc2 'show synchronous_commit')" = on ] &&
        [ "$(as reports 'show default_transaction_read_only')" = on ]
}
instance() {
    as pc1 "select leitstand.series_ids(array['a'], array['b'])" &&
        ! as pc1 'select * from leitstand.series' && ! as pc1 'create table public.x (n int)' &&
        ! as pc1 'create schema x' && ! as pc1 'delete from leitstand.migration'
}
reader() {
    as reports 'select count(*) from leitstand.readings' &&
        ! as reports "select leitstand.series_ids(array['a'], array['b'])"
}
stranger() {
    psql -qd postgres -c 'create role stranger login' && ! as stranger 'select 1'
}
# Every line of the file is one that the server can read.
hba() {
    file=$(psql -qAtc 'show hba_file') && cp "$file" "$dir/hba" &&
        cat "$source/packaging/postgresql/pg_hba.conf" >>"$file" &&
        psql -qAtc "select line_number, error from pg_hba_file_rules where error is not null
                     and error not like '%ssl%'" >"$dir/errors"
    cat "$dir/hba" >"$file"
    cat "$dir/errors"
    [ ! -s "$dir/errors" ]
}
# So is every setting, those that are commented out, too.
conf() {
    sed -n 's/^#*\([a-z_]* = .*\)/\1/p' "$source/packaging/postgresql/leitstand.conf" >"$dir/conf"
    [ "$(wc -l <"$dir/conf")" -ge 10 ] && cut -d' ' -f1 "$dir/conf" | while read -r name; do
        psql -qAtc "show $name" >/dev/null || return 1
    done
}
service() {
    {
        sed '/^host/d; /^port/d; /^ssl/d' "$source/packaging/postgresql/pg_service.conf"
        echo "host=$PGHOST"
    } >"$dir/service"
    [ "$(PGSERVICEFILE=$dir/service PGUSER='' PGDATABASE='' psql -qAt service=leitstand \
        -c 'select current_user')" = pc1 ]
}

dropdb leitstand
report "database and roles" psql -d postgres -f "$source/packaging/postgresql/setup.sql"
report "the admin's role makes the schema" migrate
report "settings of the roles" settings
report "an instance may what it needs, and no more" instance
report "a report may read the views" reader
report "nobody else may connect" stranger
report "lines for pg_hba.conf" hba
report "server settings" conf
report "a service file" service
plan
