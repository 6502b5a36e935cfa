/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/pg_sql.h"

#include <assert.h>

#include <glib.h>

static const char *const texts[] = {
    [PG_LISTEN] = "LISTEN leitstand",
    [PG_SESSION] =
        ("SELECT set_config('statement_timeout', $1, false),"
         " set_config('lock_timeout', $2, false),"
         /* A client that stopped in the middle, or whose host is gone, holds nobody up. */
         " set_config('idle_in_transaction_session_timeout', '5s', false),"
         " set_config('idle_session_timeout', '0', false),"
         " set_config('tcp_keepalives_idle', '5', false),"
         " set_config('tcp_keepalives_interval', '2', false),"
         " set_config('tcp_keepalives_count', '3', false),"
         " set_config('tcp_user_timeout', '10s', false),"
         /* A message is acknowledged to the broker once it is on the server's disk. */
         " set_config('synchronous_commit', CASE current_setting('synchronous_commit')"
         " WHEN 'off' THEN 'on' ELSE current_setting('synchronous_commit') END, false),"
         " set_config('default_transaction_isolation', 'read committed', false),"
         " set_config('search_path', 'pg_catalog, pg_temp', false),"
         " set_config('TimeZone', 'UTC', false), set_config('DateStyle', 'ISO', false)"),
    [PG_COPY_SETUP] = "SET LOCAL statement_timeout = 0",
    [PG_BEGIN] = "BEGIN",
    [PG_COMMIT] = "COMMIT",
    [PG_ROLLBACK] = "ROLLBACK",
    /* By the catalogue only: to_regclass() needs the right to look into the schema. */
    [PG_SCHEMA_LOOK] =
        ("SELECT current_setting('server_version'), current_database(), current_user,"
         " n.oid IS NOT NULL,"
         " EXISTS (SELECT FROM pg_class c WHERE c.relnamespace = n.oid)"
         " OR EXISTS (SELECT FROM pg_proc p WHERE p.pronamespace = n.oid)"
         " OR EXISTS (SELECT FROM pg_type t WHERE t.typnamespace = n.oid),"
         " EXISTS (SELECT FROM pg_class c WHERE c.relnamespace = n.oid"
         " AND c.relname = 'migration' AND c.relkind = 'r'),"
         " coalesce((SELECT extversion FROM pg_extension WHERE extname = 'timescaledb'), ''),"
         " (SELECT count(*) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhparent"
         " WHERE c.relnamespace = n.oid AND c.relname = 'reading'),"
         " (SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint FROM pg_class c"
         " WHERE c.relkind IN ('r', 'm') AND (c.relnamespace = n.oid"
         /* Chunks of TimescaleDB are elsewhere. */
         " OR EXISTS (SELECT FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhparent"
         " WHERE i.inhrelid = c.oid AND p.relnamespace = n.oid))),"
         " coalesce(pg_has_role(n.nspowner, 'usage'),"
         " has_database_privilege(current_database(), 'create')),"
         " (SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user)"
         " OR 2 = (SELECT count(*) FROM pg_roles"
         " WHERE rolname IN ('leitstand_instance', 'leitstand_reader')),"
         " coalesce((SELECT pg_has_role(oid, 'usage') FROM pg_roles"
         " WHERE rolname = 'leitstand_instance'), false),"
         " coalesce(has_schema_privilege(n.oid, 'usage'), false)"
         " FROM (VALUES (1)) AS one LEFT JOIN pg_namespace n ON n.nspname = 'leitstand'"),
    [PG_SCHEMA_APPLIED] =
        ("SELECT number, name, (extract(epoch FROM applied_at) * 1000000)::bigint"
         " FROM leitstand.migration ORDER BY number"),
    /* The number is "leitstan" in ASCII. */
    [PG_SCHEMA_LOCK] = "SELECT pg_advisory_xact_lock(7810765077618123118)",
    [PG_SCHEMA_HURRY] = "SET LOCAL lock_timeout = '3s'",
    [PG_SCHEMA_NOTE] = "INSERT INTO leitstand.migration (number, name) VALUES ($1, $2)",
};
static_assert(G_N_ELEMENTS(texts) == PG_STATEMENTS, "a statement has no text");

const char *
pg_sql(enum pg_statement which)
{
    return texts[which];
}
