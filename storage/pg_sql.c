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

    [PG_STORE_ID] = ("SELECT system_identifier || '/' || current_database()"
                     " FROM pg_control_system()"),

    [PG_HISTORY_READINGS] = "SELECT * FROM leitstand.history_readings($1, $2, $3, $4, $5, $6)",
    [PG_HISTORY_JOURNAL] =
        "SELECT * FROM leitstand.history_journal($1, $2, $3, $4, $5, $6, $7)",
    [PG_TREND] = "SELECT * FROM leitstand.trend($1, $2, $3, $4, $5, $6, $7)",

    [PG_LEASE_LISTEN] = "LISTEN leitstand_lease",
    [PG_LEASE_LOOK] = "SELECT * FROM leitstand.lease_look($1, $2, $3)",
    [PG_LEASE_ACQUIRE] = "SELECT * FROM leitstand.lease_acquire($1, $2, $3, $4)",
    [PG_LEASE_RENEW] = "SELECT * FROM leitstand.lease_renew($1, $2, $3, $4, $5)",
    [PG_LEASE_RELEASE] = "SELECT * FROM leitstand.lease_release($1, $2, $3, $4)",
    [PG_TENURE_ADD] = "SELECT leitstand.tenure_add($1, $2, $3, $4)",
    [PG_CHANGES_WRITE] = "SELECT leitstand.write_page($7, $1, $2, $3, $4, $5, $6)",
    [PG_CHANGES_APPEND] = "SELECT leitstand.append_page($1, $2, $3, $4, $5, $6)",
    [PG_LOOK] = "SELECT log_first, log_last, behind, own_number, plant, pending, answered"
                " FROM leitstand.look($1, $2, $3)",
    [PG_CHANGES_AFTER] = "SELECT id, writer, number, instance, epoch, term, body"
                         " FROM leitstand.changes_after($1, $2, $3, $4)",
    [PG_SNAPSHOT] = "SELECT log_id, '', 0, '', epoch, term, body FROM leitstand.snapshot($1)",
    [PG_JOURNAL_EXTENT] = "SELECT first, changes FROM leitstand.journal_extent($1, $2)",
    [PG_JOURNAL_AFTER] = "SELECT id, writer, number, instance, epoch, term, body"
                         " FROM leitstand.journal_after($1, $2, $3, $4)",
    [PG_LOG_PRUNE] = "SELECT leitstand.prune_log($1, $2, $3)",
    [PG_ACTION_SUBMIT] = "SELECT leitstand.submit_action($1, $2, $3, $4, $5, $6)",
    [PG_ACTIONS_PENDING] = "SELECT id, at_us, instance, username, origin, body"
                           " FROM leitstand.actions_pending($1)",
    [PG_ACTION_FINISH] = "SELECT leitstand.finish_action($1, $2, $3, $4, $5)",
    [PG_ACTION_ANSWERS] = "SELECT id, ok, message FROM leitstand.action_answers($1)",
    [PG_PLANT_STORE] = "SELECT leitstand.store_plant($1, $2, $3, $4, $5)",
    [PG_PLANT_OTHER] = "SELECT version, stations, components, rules, actor"
                       " FROM leitstand.plant_other($1)",

    [PG_SERIES_IDS] = "SELECT leitstand.series_ids($1::text[], $2::text[])",
    [PG_MAKE_DAYS] = "SELECT leitstand.make_days($1::integer[])",
    [PG_SEGMENT_OPEN] = "SELECT id, last_batch, messages FROM leitstand.segment_open($1::uuid,"
                        " $2, $3::bigint, $4::bigint, $5, $6::boolean, $7::bigint)",
    [PG_SEGMENT_SKIP] = "SELECT leitstand.segment_skip($1::integer, $2::bigint)",
    [PG_NEIGHBOURS] = "SELECT earlier, later, earlier_ids, later_ids"
                      " FROM leitstand.neighbours($1::integer)",
    [PG_MESSAGE_RING] = "SELECT leitstand.message_ring()",
    [PG_SET_BATCH] = "SELECT set_config('leitstand.batch', $1, false),"
                     " set_config('leitstand.ids', $2, false)",
    [PG_COPY_READINGS] = "COPY leitstand.reading (ts, received, value, series, segment, flags,"
                         " state) FROM STDIN (FORMAT binary)",
    [PG_MAINTAIN_READINGS] = "SELECT leitstand.maintain_readings($1::bigint, $2::uuid,"
                             " $3::integer)",
    [PG_INDEX_DAY] = "SELECT leitstand.index_day()",

    [PG_TAIL] = "SELECT place, (extract(epoch from ts) * 1000000)::bigint,"
                " (extract(epoch from received) * 1000000)::bigint, value, state, device"
                " FROM leitstand.tail($1, $2, $3)",
    [PG_HISTORY_ALARMS] = "SELECT * FROM leitstand.history_alarms($1, $2, $3, $4, $5, $6, $7)",
};
static_assert(G_N_ELEMENTS(texts) == PG_STATEMENTS, "a statement has no text");

const char *
pg_sql(enum pg_statement which)
{
    return texts[which];
}
