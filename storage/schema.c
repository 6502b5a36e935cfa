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
