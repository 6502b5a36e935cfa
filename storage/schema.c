/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/schema.h"

#include <stdint.h>

#include "storage/sql.h"

/* Never change an entry that was in a release: add one. */
static const char *const migrations[] = {
    "CREATE TABLE meta(name TEXT PRIMARY KEY, value) WITHOUT ROWID;"
    "INSERT INTO meta VALUES('slices', 0), ('indexed', 0), ('pruned', 0), ('digest', '');"
    "CREATE TABLE series(id INTEGER PRIMARY KEY, station TEXT NOT NULL,"
    " component TEXT NOT NULL, UNIQUE(station, component));"
    "CREATE TABLE readings(id INTEGER PRIMARY KEY, series, ts, lag, value, flags);"
    "CREATE TABLE slice(slice INTEGER PRIMARY KEY, min_ts, max_ts, max_received);"
    "CREATE TABLE slice_series(key INTEGER PRIMARY KEY, rows BLOB);"
    "CREATE TABLE latest(series INTEGER PRIMARY KEY, ts, lag, value, flags);"
    "CREATE TABLE ring(id INTEGER PRIMARY KEY, n, messages BLOB);"
    "CREATE TABLE stations(id INTEGER PRIMARY KEY, uid, name, short_name, type, area,"
    " latitude, longitude, place, silence_s, clock, guidance);"
    "CREATE TABLE components(series INTEGER PRIMARY KEY, station, id, name, short_name, kind,"
    " unit, min, max, place, adjust, operand, decode, states, guidance, derive, source,"
    " window_s);"
    "CREATE TABLE rules(id INTEGER PRIMARY KEY, component, rule, type, \"limit\", deadband,"
    " on_delay_s, off_delay_s, count, window_s, priority, latch, name, guidance);",
    "ALTER TABLE rules ADD COLUMN re_alarm_s;"
    "ALTER TABLE rules ADD COLUMN ack_unneeded;"
    "ALTER TABLE rules ADD COLUMN \"group\";"
    "ALTER TABLE rules ADD COLUMN parent;",
    /* Alarms. The journal's lines are added at its end and never changed; those up to
     * journal_pruned may go, but for those of occurrences that are not over. */
    "CREATE TABLE journal(id INTEGER PRIMARY KEY, at, epoch, term, event, occurrence, step,"
    " instance, station, component, rule, priority, \"from\", \"to\", overlays, annunciated,"
    " test, value, actor, origin, detail);"
    "CREATE INDEX journal_at ON journal(at);"
    "CREATE INDEX journal_occurrence ON journal(occurrence) WHERE occurrence IS NOT NULL;"
    "CREATE TABLE occurrences(id INTEGER PRIMARY KEY, raised_at, occurrence UNIQUE, station,"
    " component, rule, type, priority, state, overlays, test, current, step, acked_step, count,"
    " returned_at, acked_at, value, acked_by, comment);"
    "CREATE INDEX occurrence_raised ON occurrences(raised_at);"
    "CREATE INDEX occurrence_open ON occurrences(raised_at) WHERE state <> 'normal';"
    "CREATE TABLE alarms(station, component, rule, state, overlays, occurrence, condition,"
    " suspect, chattering, pending, pending_since, realarm_at, shelved_until,"
    " pending_since_mono, realarm_mono, shelved_until_mono, one_shot, covered, shelved_by,"
    " shelve_reason, boot_id, PRIMARY KEY(station, component, rule)) WITHOUT ROWID;"
    "CREATE TABLE maintenance(station, component, since, remind_at, remind_mono, boot_id,"
    " actor, reason, PRIMARY KEY(station, component)) WITHOUT ROWID;"
    "CREATE TABLE parked(occurrence PRIMARY KEY, step, at, seen_at, user, origin, comment)"
    " WITHOUT ROWID;"
    "INSERT INTO meta VALUES('journal_pruned', 0);"
    "CREATE TRIGGER journal_insert BEFORE INSERT ON journal"
    " WHEN EXISTS (SELECT 1 FROM journal WHERE id >= NEW.id)"
    " BEGIN SELECT RAISE(ABORT, 'the journal only grows at its end'); END;"
    "CREATE TRIGGER journal_update BEFORE UPDATE ON journal"
    " BEGIN SELECT RAISE(ABORT, 'the journal is never changed'); END;"
    "CREATE TRIGGER journal_delete BEFORE DELETE ON journal"
    " WHEN OLD.id > coalesce((SELECT value FROM meta WHERE name = 'journal_pruned'), 0)"
    " OR EXISTS (SELECT 1 FROM occurrences WHERE occurrence = OLD.occurrence"
    " AND state <> 'normal')"
    " BEGIN SELECT RAISE(ABORT, 'the journal is kept'); END;",
    /* Several instances. A UUID of version 4 names this file. */
    "CREATE TABLE alarm_outbox(number INTEGER PRIMARY KEY, epoch, term, body TEXT);"
    "CREATE TABLE followed(writer TEXT PRIMARY KEY, number) WITHOUT ROWID;"
    "CREATE TABLE actions(id TEXT PRIMARY KEY, at, body) WITHOUT ROWID;"
    "CREATE TABLE handled(n INTEGER PRIMARY KEY, id TEXT UNIQUE, ok, text, at);"
    "ALTER TABLE alarms ADD COLUMN first_out;"
    "INSERT INTO meta VALUES('change_cursor', 0), ('plant_version', 0), ('seen_epoch', 0),"
    " ('seen_term', 0), ('outbox_sent', 0), ('writer', lower(hex(randomblob(4)) || '-' ||"
    " hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-' ||"
    " substr('89AB', 1 + (random() & 3), 1) || substr(hex(randomblob(2)), 2) || '-' ||"
    " hex(randomblob(6))));",
    /* When readings were heard: what others heard meanwhile is in the central store. */
    "CREATE TABLE heard(since INTEGER PRIMARY KEY, until);",
};
#define VERSION     ((int64_t)(sizeof(migrations) / sizeof(migrations[0])))
#define VERSION_MAX (VERSION + 100) /* a number beyond is damage, not a later program */

static enum rc
look(sqlite3 *db, enum schema_state *ret, struct err *err)
{
    int64_t application, version, tables, ours;
    enum rc rc = sql_int(db, "PRAGMA application_id", 0, &application, err);
    if (rc == RC_OK) {
        rc = sql_int(db, "PRAGMA user_version", 0, &version, err);
    }
    if (rc == RC_OK) {
        rc = sql_int(db, "SELECT count(*) FROM sqlite_schema", 0, &tables, err);
    }
    if (rc == RC_OK) {
        rc = sql_int(db,
                     "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name IN"
                     " ('meta', 'series', 'readings', 'latest')",
                     0, &ours, err);
    }
    if (rc != RC_OK) {
        return rc;
    }
    if (tables == 0) {
        *ret = SCHEMA_EMPTY;
    } else if (application != SCHEMA_APPLICATION) {
        *ret = ours == 4 ? SCHEMA_DAMAGED : SCHEMA_FOREIGN;
    } else if (version <= 0 || version > VERSION_MAX || ours != 4) {
        *ret = SCHEMA_DAMAGED;
    } else {
        *ret = version < VERSION    ? SCHEMA_OLDER
               : version == VERSION ? SCHEMA_CURRENT
                                    : SCHEMA_NEWER;
    }
    return RC_OK;
}

enum rc
schema_look(sqlite3 *db, enum schema_state *ret, struct err *err)
{
    enum rc rc = look(db, ret, err);
    if (rc != RC_OK && sql_is_damage(sqlite3_errcode(db))) {
        *ret = SCHEMA_DAMAGED;
        return RC_OK;
    }
    return rc;
}

static enum rc
apply_one(sqlite3 *db, const char *migration, int64_t version, struct err *err)
{
    char *mark =
        g_strdup_printf("PRAGMA application_id = %d; PRAGMA user_version = %" G_GINT64_FORMAT,
                        SCHEMA_APPLICATION, version);
    enum rc rc = sql_exec(db, "BEGIN IMMEDIATE", err);
    if (rc == RC_OK) {
        rc = sql_exec(db, migration, err);
    }
    if (rc == RC_OK) {
        rc = sql_exec(db, mark, err);
    }
    if (rc == RC_OK) {
        rc = sql_exec(db, "COMMIT", err);
    }
    g_free(mark);
    if (rc != RC_OK && !sqlite3_get_autocommit(db)) {
        sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
    }
    return rc == RC_OK ? RC_OK : err_wrap(err, rc, "migration %d of the cache", (int)version);
}

enum rc
schema_apply(sqlite3 *db, const char *const *steps, size_t n, struct err *err)
{
    int64_t version;
    enum rc rc = sql_int(db, "PRAGMA user_version", 0, &version, err);
    while (rc == RC_OK && version < (int64_t)n) {
        rc = apply_one(db, steps[version], version + 1, err);
        version++;
    }
    return rc;
}

enum rc
schema_migrate(sqlite3 *db, struct err *err)
{
    return schema_apply(db, migrations, (size_t)VERSION, err);
}
