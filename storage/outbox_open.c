/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opening the outbox file, and finding out whether it can be trusted. */
#include <assert.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/guard.h"
#include "storage/outbox_private.h"
#include "storage/row.h"
#include "storage/schema.h"
#include "storage/sql.h"

/* Never change an entry that was in a release: add one. */
static const char *const migrations[] = {
    "CREATE TABLE meta(name TEXT PRIMARY KEY, value) WITHOUT ROWID;"
    "INSERT INTO meta VALUES('pending', 0), ('quarantined', 0), ('damaged', 0);"
    "CREATE TABLE series(id INTEGER PRIMARY KEY, station TEXT NOT NULL,"
    " component TEXT NOT NULL);"
    "CREATE TABLE segment(id INTEGER PRIMARY KEY AUTOINCREMENT, uuid BLOB NOT NULL UNIQUE,"
    " instance, epoch, term, arbiter, begun, fresh, last INTEGER NOT NULL);"
    "CREATE TABLE batch(id INTEGER PRIMARY KEY, rows INTEGER NOT NULL,"
    " messages INTEGER NOT NULL, body BLOB NOT NULL);"
    "CREATE TABLE quarantine(id INTEGER PRIMARY KEY AUTOINCREMENT, origin TEXT UNIQUE,"
    " series, ts, lag, value, flags, at, reason);"
    "CREATE TABLE damaged(id INTEGER PRIMARY KEY AUTOINCREMENT, batch, rows, body BLOB);"
    "CREATE TRIGGER batch_in AFTER INSERT ON batch BEGIN"
    " UPDATE meta SET value = value + new.rows WHERE name = 'pending'; END;"
    "CREATE TRIGGER batch_changed AFTER UPDATE ON batch BEGIN"
    " UPDATE meta SET value = value + new.rows - old.rows WHERE name = 'pending'; END;"
    "CREATE TRIGGER batch_out AFTER DELETE ON batch BEGIN"
    " UPDATE meta SET value = value - old.rows WHERE name = 'pending'; END;"
    "CREATE TRIGGER refused AFTER INSERT ON quarantine BEGIN"
    " UPDATE meta SET value = value + 1 WHERE name = 'quarantined'; END;"
    "CREATE TRIGGER released AFTER DELETE ON quarantine BEGIN"
    " UPDATE meta SET value = value - 1 WHERE name = 'quarantined'; END;"
    "CREATE TRIGGER set_aside AFTER INSERT ON damaged BEGIN"
    " UPDATE meta SET value = value + new.rows WHERE name = 'damaged'; END;",
    /* Thousands go at once: they are counted by SENT_ROWS. */
    "DROP TRIGGER batch_out;",
};
#define VERSION ((int64_t)G_N_ELEMENTS(migrations))

/* Of segment ?1, up to batch ?2. */
#define UP_TO                                                                                  \
    "id > (SELECT id FROM segment WHERE uuid = ?1) << 40"                                      \
    " AND id <= ((SELECT id FROM segment WHERE uuid = ?1) << 40 | ?2)"

static const char *const texts[] = {
    [DO_BEGIN] = "BEGIN IMMEDIATE",
    [DO_COMMIT] = "COMMIT",
    [ADD_SERIES] = "INSERT OR IGNORE INTO series VALUES(?,?,?)",
    [FIND_SEGMENT] = "SELECT id, last FROM segment WHERE uuid = ?",
    [ADD_SEGMENT] = "INSERT INTO segment(uuid, instance, epoch, term, arbiter, begun, fresh,"
                    " last) VALUES(?,?,?,?,?,?,?,0)",
    [SET_LAST] = "UPDATE segment SET last = ?2 WHERE id = ?1",
    [ADD_BATCH] = "INSERT INTO batch VALUES(?,?,?,?)",
    [SEE_BATCHES] = "SELECT id, rows, messages, body FROM batch WHERE id > ? ORDER BY id",
    [SEE_SEGMENT] = "SELECT uuid, instance, epoch, term, arbiter, begun, fresh FROM segment"
                    " WHERE id = ?",
    [SEE_MESSAGES] = "SELECT b.messages FROM segment AS s JOIN batch AS b"
                     " ON b.id > (s.id << 40 | ?2) AND b.id < (s.id + 1) << 40"
                     " WHERE s.uuid = ?1",
    [SENT_ROWS] = "UPDATE meta SET value = value - (SELECT coalesce(sum(rows), 0) FROM batch"
                  " WHERE " UP_TO ") WHERE name = 'pending'",
    [SENT] = "DELETE FROM batch WHERE " UP_TO,
    [SET_ASIDE] = "INSERT INTO damaged(batch, rows, body) SELECT id, rows, body FROM batch"
                  " WHERE id = ?",
    [EMPTY_BATCH] = "UPDATE batch SET rows = 0, messages = 0, body = ?2 WHERE id = ?1",
    [REFUSE] = "INSERT OR IGNORE INTO quarantine(series, ts, lag, value, flags, at, reason,"
               " origin) VALUES(?,?,?,?,?,?,?,?)",
    [SEE_REFUSED] = "SELECT q.series, q.ts, q.lag, q.value, q.flags, q.id, q.at, q.reason,"
                    " s.station, s.component FROM quarantine AS q"
                    " LEFT JOIN series AS s ON s.id = q.series ORDER BY q.id",
    [SEE_ONE] = "SELECT series, ts, lag, value, flags FROM quarantine WHERE id = ?",
    [DROP] = "DELETE FROM quarantine WHERE id = ?",
    [SEE_COUNTS] = "SELECT max(value) FILTER (WHERE name = 'pending'),"
                   " max(value) FILTER (WHERE name = 'quarantined'),"
                   " max(value) FILTER (WHERE name = 'damaged') FROM meta",
};
static_assert(G_N_ELEMENTS(texts) == OUTBOX_STATEMENTS, "a statement has no text");
static_assert(NUMBER_BITS == 40, "the texts above say otherwise");

/* Trouble whose cause is the content: to be cured by moving the file aside. */
#define RC_DAMAGED RC_NOTFOUND

static enum rc
judge(struct outbox *o, enum rc rc)
{
    int code = sqlite3_errcode(o->db);
    return rc == RC_IO && (sql_is_damage(code) || code == SQLITE_ERROR) ? RC_DAMAGED : rc;
}

static enum rc
open_file(struct outbox *o, int flags, struct err *err)
{
    if (sqlite3_open_v2(o->path, &o->db, flags | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK) {
        return err_set(err, RC_IO, "could not open it: %s",
                       o->db == NULL ? "out of memory" : sqlite3_errmsg(o->db));
    }
    sqlite3_extended_result_codes(o->db, 0);
    sqlite3_busy_timeout(o->db, 2000);
    return RC_OK;
}

/* RC_INVALID: not ours, or of a later program. */
static enum rc
look(struct outbox *o, struct err *err)
{
    int64_t version = 0, tables = 0, ours = 0;
    enum rc rc = sql_int(o->db, "PRAGMA user_version", 0, &version, err);
    if (rc == RC_OK) {
        rc = sql_int(o->db, "SELECT count(*) FROM sqlite_schema", 0, &tables, err);
    }
    if (rc == RC_OK) {
        rc = sql_int(o->db,
                     "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name IN"
                     " ('meta', 'batch', 'segment', 'quarantine')",
                     0, &ours, err);
    }
    if (rc != RC_OK) {
        return judge(o, rc);
    }
    if (tables > 0 && ours != 4) {
        return err_set(err, RC_INVALID, "it is a database, but no outbox of ours");
    }
    if (version > VERSION) {
        return err_set(err, RC_INVALID, "it was written by a later version");
    }
    return RC_OK;
}

static enum rc
bring_up(struct outbox *o, struct err *err)
{
    /* The first two only take effect in a file that is still empty. */
    enum rc rc = sql_exec(o->db,
                          "PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL;"
                          "PRAGMA synchronous = FULL; PRAGMA secure_delete = OFF;"
                          "PRAGMA cache_size = -4096; PRAGMA journal_size_limit = 16777216",
                          err);
    if (rc == RC_OK) {
        rc = schema_apply(o->db, migrations, (size_t)VERSION, err);
    }
    if (rc == RC_OK) { /* batches of a segment that is not the last come no more */
        rc = sql_exec(o->db,
                      "DELETE FROM segment WHERE NOT EXISTS (SELECT 1 FROM batch AS b WHERE"
                      " b.id > segment.id << 40 AND b.id < (segment.id + 1) << 40)"
                      " AND id < (SELECT max(id) FROM segment)",
                      err);
    }
    return rc == RC_OK ? RC_OK : judge(o, rc);
}

/* Run a check that answers "ok" or what is wrong. */
static enum rc
check(struct outbox *o, const char *text, struct err *err)
{
    sqlite3_stmt *stmt;
    enum rc rc = sql_prepare(o->db, &stmt, text, err);
    if (rc != RC_OK) {
        return judge(o, rc);
    }
    if (sqlite3_step(stmt) == SQLITE_ROW) {
        const char *answer = (const char *)sqlite3_column_text(stmt, 0);
        if (answer == NULL || strcmp(answer, "ok") != 0) {
            rc = err_set(err, RC_DAMAGED, "%s", answer == NULL ? "no answer" : answer);
        }
    } else {
        rc = judge(o, sql_fail(o->db, "could not check it", err));
    }
    sqlite3_finalize(stmt);
    return rc;
}

/* Batches are looked at one by one when they are read. */
static enum rc
check_content(struct outbox *o, struct err *err)
{
    static const char *const small[] = {
        "PRAGMA quick_check('meta')", "PRAGMA quick_check('series')",
        "PRAGMA quick_check('segment')", "PRAGMA quick_check('quarantine')"};
    struct stat st;
    if (stat(o->path, &st) == 0 && st.st_size <= SCHEMA_SMALL_BYTES) {
        return check(o, "PRAGMA quick_check(1)", err);
    }
    enum rc rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && i < G_N_ELEMENTS(small); i++) {
        rc = check(o, small[i], err);
    }
    return rc;
}

static enum rc
prepare_all(struct outbox *o, struct err *err)
{
    enum rc rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && i < OUTBOX_STATEMENTS; i++) {
        rc = sql_prepare(o->db, &o->stmt[i], texts[i], err);
    }
    return judge(o, rc);
}

static enum rc
read_series(struct outbox *o, struct err *err)
{
    sqlite3_stmt *stmt;
    enum rc rc =
        sql_prepare(o->db, &stmt, "SELECT id, station, component FROM series ORDER BY id", err);
    if (rc != RC_OK) {
        return judge(o, rc);
    }
    int code;
    while ((code = sqlite3_step(stmt)) == SQLITE_ROW) {
        struct taker t = {.stmt = stmt};
        int64_t number = take_int(&t);
        const char *station = see_text(&t), *component = see_text(&t);
        if (number < 1 || number > UINT32_MAX / 2) {
            rc = err_set(err, RC_DAMAGED, "a number of a series is out of range");
            break;
        }
        outbox_know(o, (uint32_t)number, station, component);
    }
    if (rc == RC_OK && code != SQLITE_DONE) {
        rc = judge(o, sql_fail(o->db, "could not read it", err));
    }
    o->saved = o->series->len;
    sqlite3_finalize(stmt);
    return rc;
}

static enum rc
try_file(struct outbox *o, struct err *err)
{
    if (guard_is_marked(o->path)) {
        return err_set(err, RC_DAMAGED, "it was found damaged while in use");
    }
    enum rc rc = open_file(o, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, err);
    if (rc == RC_OK) {
        rc = look(o, err);
    }
    if (rc == RC_OK) {
        rc = bring_up(o, err);
    }
    if (rc == RC_OK) {
        rc = check_content(o, err);
    }
    if (rc == RC_OK) {
        rc = prepare_all(o, err);
    }
    return rc == RC_OK ? read_series(o, err) : rc;
}

static void
drop_connection(struct outbox *o)
{
    for (size_t i = 0; i < OUTBOX_STATEMENTS; i++) {
        sqlite3_finalize(g_steal_pointer(&o->stmt[i]));
    }
    sqlite3_close(g_steal_pointer(&o->db));
    g_hash_table_remove_all(o->by_name);
    g_ptr_array_set_size(o->series, 1);
}

/* Let go of a damaged file as it is: closing must not touch it, or take its log away. */
static enum rc
start_anew(struct outbox *o, const char *why, struct err *err)
{
    char name[512];
    if (o->db != NULL) {
        sqlite3_db_config(o->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    }
    drop_connection(o);
    enum rc rc = guard_move_aside(o->path, clock_now().wall, name, sizeof(name), err);
    if (rc != RC_OK) {
        return rc;
    }
    guard_unmark(o->path);
    snprintf(o->notice, sizeof(o->notice),
             "the outbox was damaged: %.200s; what it held is in \"%s\"", why, name);
    return try_file(o, err);
}

static void
free_series(void *series)
{
    struct outbox_series *s = series;
    if (s != NULL) {
        g_free(s->station);
        g_free(s->component);
        g_free(s);
    }
}

static unsigned
name_hash(const void *series)
{
    const struct outbox_series *s = series;
    return g_str_hash(s->station) * 31 + g_str_hash(s->component);
}

static int
name_equal(const void *a, const void *b)
{
    const struct outbox_series *x = a, *y = b;
    return strcmp(x->station, y->station) == 0 && strcmp(x->component, y->component) == 0;
}

static struct outbox *
new_outbox(const char *path)
{
    sql_init();
    struct outbox *o = g_new0(struct outbox, 1);
    o->path = g_strdup(path);
    o->lock_fd = -1;
    o->series = g_ptr_array_new_with_free_func(free_series);
    g_ptr_array_add(o->series, NULL); /* numbers begin at 1 */
    o->by_name = g_hash_table_new(name_hash, name_equal);
    o->buffer = g_byte_array_new();
    return o;
}

enum rc
outbox_open(struct outbox **ret, const char *path, struct err *err)
{
    struct err why = {""};
    struct outbox *o = new_outbox(path);
    enum rc rc = guard_lock(path, &o->lock_fd, err);
    if (rc != RC_OK) {
        outbox_close(o);
        return rc;
    }
    rc = try_file(o, &why);
    if (rc == RC_DAMAGED) {
        struct err found = why;
        rc = start_anew(o, found.text, &why);
        rc = rc == RC_DAMAGED ? RC_IO : rc; /* a new file, and wrong again: it is the disk */
    }
    if (rc != RC_OK) {
        outbox_close(o);
        return err_set(err, rc, "outbox \"%s\": %s", path, why.text);
    }
    *ret = o;
    return RC_OK;
}

enum rc
outbox_open_beside(struct outbox **ret, const char *path, struct err *err)
{
    if (access(path, F_OK) != 0) {
        return err_set(err, RC_NOTFOUND, "there is no outbox \"%s\"", path);
    }
    struct err why = {""};
    struct outbox *o = new_outbox(path);
    int64_t version = 0;
    enum rc rc = open_file(o, SQLITE_OPEN_READWRITE, &why);
    if (rc == RC_OK) {
        rc = look(o, &why);
    }
    if (rc == RC_OK) {
        rc = sql_int(o->db, "PRAGMA user_version", 0, &version, &why);
    }
    if (rc == RC_OK && version != VERSION) {
        rc = err_set(&why, RC_INVALID, "an instance of this version has to open it first");
    }
    if (rc == RC_OK) {
        rc = sql_exec(o->db, "PRAGMA synchronous = FULL", &why);
    }
    if (rc == RC_OK) {
        rc = prepare_all(o, &why);
    }
    if (rc == RC_OK) {
        rc = read_series(o, &why);
    }
    if (rc != RC_OK) {
        outbox_close(o);
        return err_set(err, rc == RC_DAMAGED ? RC_IO : rc, "outbox \"%s\": %s", path, why.text);
    }
    *ret = o;
    return RC_OK;
}

void
outbox_close(struct outbox *o)
{
    if (o == NULL) {
        return;
    }
    drop_connection(o);
    if (o->lock_fd >= 0) {
        close(o->lock_fd);
    }
    g_hash_table_unref(o->by_name);
    g_ptr_array_unref(o->series);
    g_byte_array_unref(o->buffer);
    g_free(o->path);
    g_free(o);
}

const char *
outbox_notice(const struct outbox *o)
{
    return o->notice;
}
