/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opening the cache file, and finding out whether it can be trusted. */
#include <assert.h>
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/guard.h"
#include "storage/reserve.h"
#include "storage/sql.h"
#include "storage/writer_private.h"

static const char *const texts[] = {
    [DO_BEGIN] = "BEGIN IMMEDIATE",
    [DO_COMMIT] = "COMMIT",
    [ADD_READING] = "INSERT INTO readings VALUES(?,?,?,?,?,?)",
    [ADD_MESSAGES] = "INSERT INTO ring VALUES(?,?,?)",
    [FORGET_RING] = "DELETE FROM ring",
    /* A row stays while fewer messages than are to be kept are newer than all of its own. */
    [TRIM_RING] = "DELETE FROM ring WHERE id < (SELECT min(id) FROM (SELECT id, sum(n) OVER"
                  " (ORDER BY id DESC) - n AS newer FROM ring) WHERE newer < ?)",
    [SEE_SLICE] = "SELECT series, ts, lag, value, flags FROM readings"
                  " WHERE id > ?1 AND id <= ?1 + 16384 ORDER BY id",
    [SET_LATEST] = "INSERT INTO latest VALUES(?,?,?,?,?) ON CONFLICT(series) DO UPDATE SET"
                   " ts = excluded.ts, lag = excluded.lag, value = excluded.value,"
                   " flags = excluded.flags WHERE excluded.ts >= latest.ts",
    [ADD_SLICE] = "INSERT INTO slice VALUES(?,?,?,?)",
    [ADD_ROWS] = "INSERT OR REPLACE INTO slice_series VALUES(?,?)",
    [DROP_READINGS] = "DELETE FROM readings WHERE id <= ?",
    [DROP_ROWS] = "DELETE FROM slice_series WHERE key < ?",
    [DROP_SLICE] = "DELETE FROM slice WHERE slice < ?",
    [SET_META] = "UPDATE meta SET value = ?2 WHERE name = ?1",
    [SET_HEARD] = "INSERT INTO heard VALUES(?,?) ON CONFLICT(since) DO UPDATE SET"
                  " until = excluded.until",
    [TRIM_HEARD] = "DELETE FROM heard WHERE since <="
                   " (SELECT since FROM heard ORDER BY since DESC LIMIT 1 OFFSET 1000)",
};
static_assert(G_N_ELEMENTS(texts) == STATEMENTS, "a statement has no text");
static_assert(SLICE_ROWS == 16384, "the text above says otherwise");

static int
note_wal_pages(void *user, sqlite3 *db, const char *name, int pages)
{
    (void)db, (void)name;
    struct writer *w = user;
    if (pages < w->wal_pages) {
        w->checkpoint_at = 0; /* the log has begun anew */
    }
    w->wal_pages = pages;
    return SQLITE_OK;
}

/* Trouble whose cause is the content: to be cured by moving the file aside. */
#define RC_DAMAGED RC_NOTFOUND

/* At the right schema, SQL that fails as such (SQLITE_ERROR) means a schema that is broken. */
static enum rc
judge(struct writer *w, enum rc rc)
{
    int code = sqlite3_errcode(w->db);
    return rc == RC_IO && (sql_is_damage(code) || code == SQLITE_ERROR) ? RC_DAMAGED : rc;
}

static enum rc
open_file(struct writer *w, struct err *err)
{
    int code =
        sqlite3_open_v2(w->path, &w->db,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
    if (code != SQLITE_OK) {
        return err_set(err, RC_IO, "could not open cache \"%s\": %s", w->path,
                       w->db == NULL ? "out of memory" : sqlite3_errmsg(w->db));
    }
    sqlite3_extended_result_codes(w->db, 0);
    sqlite3_busy_timeout(w->db, 2000);
    sqlite3_wal_hook(w->db, note_wal_pages, w); /* in place of automatic checkpoints */
    if (sqlite3_db_readonly(w->db, "main") == 1 && access(w->path, W_OK) != 0) {
        return err_set(err, RC_IO, "could not open cache \"%s\": %s", w->path,
                       g_strerror(errno));
    }
    return RC_OK;
}

static enum rc
bring_up(struct writer *w, bool full_sync, struct err *err)
{
    enum schema_state state;
    enum rc rc = schema_look(w->db, &state, err);
    if (rc != RC_OK) {
        return judge(w, rc);
    }
    if (state == SCHEMA_DAMAGED || sqlite3_db_readonly(w->db, "main") == 1) {
        return err_set(err, RC_DAMAGED, "the header is wrong");
    }
    if (state == SCHEMA_NEWER) {
        return err_set(err, RC_INVALID, "cache \"%s\" was written by a later version", w->path);
    }
    if (state == SCHEMA_FOREIGN) {
        return err_set(err, RC_INVALID, "\"%s\" is a database, but no cache of ours", w->path);
    }
    /* The first two only take effect in a file that is still empty. */
    rc = sql_exec(w->db,
                  "PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL;"
                  "PRAGMA secure_delete = OFF;"
                  "PRAGMA cache_size = -4096; PRAGMA journal_size_limit = 16777216",
                  err);
    if (rc == RC_OK) {
        rc = sql_exec(w->db,
                      full_sync ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL",
                      err);
    }
    if (rc == RC_OK) {
        rc = schema_migrate(w->db, err);
    }
    return rc == RC_OK ? RC_OK : judge(w, rc);
}

/* Run a check that answers "ok" or what is wrong. */
static enum rc
check(struct writer *w, const char *text, struct err *err)
{
    sqlite3_stmt *stmt;
    enum rc rc = sql_prepare(w->db, &stmt, text, err);
    if (rc != RC_OK) {
        return judge(w, rc);
    }
    int code = sqlite3_step(stmt);
    if (code == SQLITE_ROW) {
        const char *answer = (const char *)sqlite3_column_text(stmt, 0);
        if (answer == NULL || strcmp(answer, "ok") != 0) {
            rc = err_set(err, RC_DAMAGED, "%s", answer == NULL ? "no answer" : answer);
        }
    } else {
        rc = sql_fail(w->db, "could not check the cache", err);
    }
    sqlite3_finalize(stmt);
    return judge(w, rc);
}

static enum rc
check_content(struct writer *w, struct err *err)
{
    static const char *const small[] = {
        "PRAGMA quick_check('meta')",    "PRAGMA quick_check('series')",
        "PRAGMA quick_check('slice')",   "PRAGMA quick_check('latest')",
        "PRAGMA quick_check('ring')",    "PRAGMA quick_check('stations')",
        "PRAGMA quick_check('rules')",   "PRAGMA quick_check('components')",
        "PRAGMA quick_check('alarms')",  "PRAGMA quick_check('maintenance')",
        "PRAGMA quick_check('parked')",  "PRAGMA quick_check('followed')",
        "PRAGMA quick_check('actions')", "PRAGMA quick_check('handled')",
        "PRAGMA quick_check('heard')",
    };
    struct stat st;
    if (stat(w->path, &st) == 0 && st.st_size <= SCHEMA_SMALL_BYTES) {
        return check(w, "PRAGMA quick_check(1)", err);
    }
    enum rc rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && i < G_N_ELEMENTS(small); i++) {
        rc = check(w, small[i], err);
    }
    return rc;
}

static enum rc
prepare_all(struct writer *w, struct err *err)
{
    enum rc rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && i < STATEMENTS; i++) {
        rc = sql_prepare(w->db, &w->stmt[i], texts[i], err);
    }
    if (rc == RC_OK) {
        rc = alarm_table_open(&w->alarms, w->db, err);
    }
    if (rc == RC_OK) {
        rc = follow_table_open(&w->follow, w->db, err);
    }
    return judge(w, rc);
}

/* Everything from the file to ready counters; RC_DAMAGED: err says what is wrong with it. */
static enum rc
try_file(struct writer *w, bool full_sync, struct err *err)
{
    if (guard_is_marked(w->path)) {
        return err_set(err, RC_DAMAGED, "it was found damaged while in use");
    }
    enum rc rc = open_file(w, err);
    if (rc == RC_OK) {
        rc = bring_up(w, full_sync, err);
    }
    if (rc == RC_OK) {
        rc = check_content(w, err);
    }
    if (rc == RC_OK) {
        rc = prepare_all(w, err);
    }
    if (rc == RC_OK) {
        rc = judge(w, writer_reload(w, err));
    }
    return rc;
}

/* Let go of a damaged file as it is: closing must not touch it, or take its log away. */
static void
drop_connection(struct writer *w)
{
    if (w->db != NULL) {
        sqlite3_db_config(w->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    }
    for (size_t i = 0; i < STATEMENTS; i++) {
        sqlite3_finalize(g_steal_pointer(&w->stmt[i]));
    }
    alarm_table_close(g_steal_pointer(&w->alarms));
    follow_table_close(g_steal_pointer(&w->follow));
    sqlite3_close(g_steal_pointer(&w->db));
    w->damaged = false;
}

static enum rc
open_checked(struct writer *w, bool full_sync, wall_us now, struct cache_report *report,
             struct err *err)
{
    struct err why = {""};
    enum rc rc = try_file(w, full_sync, &why);
    if (rc == RC_DAMAGED) {
        drop_connection(w);
        rc = guard_move_aside(w->path, now, report->moved_aside, sizeof(report->moved_aside),
                              &why);
        if (rc == RC_OK) {
            guard_unmark(w->path);
            snprintf(report->notice, sizeof(report->notice), "the cache was damaged: %.200s",
                     why.text);
            rc = try_file(w, full_sync, &why);
        }
    }
    if (rc == RC_DAMAGED) {
        rc = RC_IO; /* a new file, and wrong again: it is the disk */
    }
    return rc == RC_OK ? RC_OK : err_set(err, rc, "%s", why.text);
}

enum rc
writer_open(struct writer **ret, const struct cache_config *config, wall_us now,
            struct cache_report *report, struct err *err)
{
    sql_init();
    *report = (struct cache_report){.moved_aside = ""};
    struct writer *w = g_new0(struct writer, 1);
    w->path = g_strdup(config->path);
    w->lock_fd = -1;
    w->retention_days = config->retention_days;
    w->max_bytes = config->max_bytes;
    w->store = config->store;
    enum rc rc = guard_lock(config->path, &w->lock_fd, err);
    if (rc == RC_OK) {
        rc = open_checked(w, config->full_sync, now, report, err);
    }
    if (rc != RC_OK) {
        writer_close(w);
        return rc;
    }
    reserve_make(w->path);
    *ret = w;
    return RC_OK;
}
