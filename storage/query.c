/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/query.h"

#include <errno.h>
#include <sys/stat.h>

#include "storage/plant_table.h"
#include "storage/query_private.h"
#include "storage/schema.h"
#include "storage/sql.h"

static enum rc
judge_schema(struct query *q, enum schema_state state, struct err *err)
{
    switch (state) {
    case SCHEMA_EMPTY:
        return err_set(err, RC_NOTFOUND, "cache \"%s\" is still empty", q->path);
    case SCHEMA_OLDER:
        return err_set(err, RC_INVALID,
                       "cache \"%s\" is of an earlier version; it is brought up to date when"
                       " an instance starts",
                       q->path);
    case SCHEMA_CURRENT:
        return RC_OK;
    case SCHEMA_NEWER:
        return err_set(err, RC_INVALID, "cache \"%s\" was written by a later version", q->path);
    case SCHEMA_FOREIGN:
        return err_set(err, RC_INVALID, "\"%s\" is a database, but no cache of ours", q->path);
    case SCHEMA_DAMAGED:
        return err_set(err, RC_IO, "cache \"%s\" is damaged", q->path);
    }
    return RC_OK;
}

static enum rc
open_as(struct query *q, const char *name, struct err *err)
{
    int code = sqlite3_open_v2(
        name, &q->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI, NULL);
    if (code != SQLITE_OK) {
        return err_set(err, RC_IO, "could not open cache \"%s\": %s", q->path,
                       q->db == NULL ? "out of memory" : sqlite3_errmsg(q->db));
    }
    sqlite3_busy_timeout(q->db, 2000);
    enum schema_state state;
    enum rc rc = schema_look(q->db, &state, err);
    if (rc != RC_OK) {
        return err_wrap(err, rc, "cache \"%s\"", q->path);
    }
    q->older = state == SCHEMA_OLDER;
    return q->older ? RC_OK : judge_schema(q, state, err);
}

static char *
uri_of(const char *path, const char *options)
{
    char *escaped = g_uri_escape_string(path, "/", FALSE);
    char *uri = g_strconcat("file:", escaped, options, NULL);
    g_free(escaped);
    return uri;
}

static bool
has_log(const char *path)
{
    struct stat st;
    char *wal = g_strconcat(path, "-wal", NULL);
    bool has = stat(wal, &st) == 0 && st.st_size > 0;
    g_free(wal);
    return has;
}

/*
 * SQLite shares the log's index through PATH-shm, which a reader may have to make. Where it
 * may not, a file without a log is complete in itself and can be read as it stands.
 */
static enum rc
open_still(struct query *q, enum rc rc, struct err *err)
{
    int code = q->db == NULL ? SQLITE_OK : sqlite3_errcode(q->db) & 0xff;
    if (rc != RC_IO || (code != SQLITE_CANTOPEN && code != SQLITE_READONLY)) {
        return rc;
    }
    if (has_log(q->path)) {
        return err_set(err, RC_IO,
                       "could not read cache \"%s\": no right to write in its directory, which"
                       " takes reading its log",
                       q->path);
    }
    sqlite3_close(g_steal_pointer(&q->db));
    char *uri = uri_of(q->path, "?immutable=1");
    rc = open_as(q, uri, err);
    g_free(uri);
    return rc;
}

enum rc
query_open(struct query **ret, const char *path, struct err *err)
{
    struct stat st;
    if (stat(path, &st) != 0) {
        return err_set(err, errno == ENOENT || errno == ENOTDIR ? RC_NOTFOUND : RC_IO,
                       "could not open cache \"%s\": %s", path, g_strerror(errno));
    }
    sql_init();
    struct query *q = g_new0(struct query, 1);
    q->path = g_strdup(path);
    char *uri = uri_of(path, "");
    enum rc rc = open_still(q, open_as(q, uri, err), err);
    g_free(uri);
    if (rc != RC_OK) {
        query_close(q);
        return rc;
    }
    *ret = q;
    return RC_OK;
}

void
query_close(struct query *q)
{
    if (q == NULL) {
        return;
    }
    sqlite3_close(q->db);
    g_free(q->path);
    g_free(q);
}

void
query_end(struct query *q)
{
    /* Nothing was changed: there is nothing that could fail to be kept. */
    if (!sqlite3_get_autocommit(q->db)) {
        sqlite3_exec(q->db, "ROLLBACK", NULL, NULL, NULL);
    }
}

enum rc
query_begin_any(struct query *q, struct err *err)
{
    query_end(q); /* when the last one could not be ended */
    return sql_exec(q->db, "BEGIN", err);
}

/* Meanwhile an instance may have brought the file up to date. */
static enum rc
look_again(struct query *q, struct err *err)
{
    enum schema_state state;
    enum rc rc = schema_look(q->db, &state, err);
    rc = rc == RC_OK ? judge_schema(q, state, err) : rc;
    q->older = rc != RC_OK;
    return rc;
}

enum rc
query_begin(struct query *q, struct err *err)
{
    enum rc rc = query_begin_any(q, err);
    if (rc == RC_OK && q->older) {
        rc = look_again(q, err);
        if (rc != RC_OK) {
            query_end(q);
        }
    }
    return rc;
}

enum rc
query_meta(struct query *q, const char *name, int64_t *ret, struct err *err)
{
    char *text = sqlite3_mprintf("SELECT value FROM meta WHERE name = %Q", name);
    if (text == NULL) {
        return err_set(err, RC_IO, "could not ask the cache: out of memory");
    }
    enum rc rc = sql_int(q->db, text, 0, ret, err);
    sqlite3_free(text);
    return rc;
}

enum rc
query_plant(struct query *q, struct plant **ret, char **ret_digest, struct err *err)
{
    enum rc rc = query_begin(q, err);
    if (rc == RC_OK) {
        rc = plant_table_read(q->db, ret, ret_digest, err);
        query_end(q);
    }
    return rc;
}

/* The newest records by series, while they are collected. */
struct newest {
    GArray *records;   /* struct record */
    GHashTable *place; /* series → place in records + 1 */
};

static void
take_newest(struct newest *n, struct record *r)
{
    void *key = GUINT_TO_POINTER(r->series);
    guint place = GPOINTER_TO_UINT(g_hash_table_lookup(n->place, key));
    if (place == 0) {
        g_array_append_val(n->records, *r);
        g_hash_table_insert(n->place, key, GUINT_TO_POINTER(n->records->len));
        return;
    }
    struct record *old = &g_array_index(n->records, struct record, place - 1);
    if (r->ts >= old->ts) {
        sql_clear_record(old);
        *old = *r;
    } else {
        sql_clear_record(r);
    }
}

static enum rc
collect(struct query *q, const char *text, int64_t after, struct newest *n, struct err *err)
{
    sqlite3_stmt *stmt;
    enum rc rc = sql_prepare(q->db, &stmt, text, err);
    if (rc != RC_OK) {
        return rc;
    }
    int code = sqlite3_bind_int64(stmt, 1, after);
    while (code == SQLITE_OK || code == SQLITE_ROW) {
        code = sqlite3_step(stmt);
        if (code == SQLITE_ROW) {
            struct record r;
            sql_read_record(stmt, 0, &r);
            take_newest(n, &r);
        }
    }
    if (code != SQLITE_DONE) {
        rc = sql_fail(q->db, "could not read the cache", err);
    }
    sqlite3_finalize(stmt);
    return rc;
}

static enum rc
collect_all(struct query *q, struct newest *n, struct err *err)
{
    int64_t slices;
    enum rc rc = query_begin(q, err);
    if (rc != RC_OK) {
        return rc;
    }
    rc = query_meta(q, "slices", &slices, err);
    if (rc == RC_OK) {
        rc = collect(q, "SELECT series, ts, lag, value, flags FROM latest WHERE series > ?", -1,
                     n, err);
    }
    if (rc == RC_OK) {
        rc = collect(q,
                     "SELECT series, ts, lag, value, flags FROM readings WHERE id > ?"
                     " ORDER BY id",
                     slices << SLICE_SHIFT, n, err);
    }
    query_end(q);
    return rc;
}

enum rc
query_latest(struct query *q, query_row *row, void *user, struct err *err)
{
    struct newest n = {
        .records = g_array_new(FALSE, FALSE, sizeof(struct record)),
        .place = g_hash_table_new(NULL, NULL),
    };
    g_array_set_clear_func(n.records, sql_clear_record);
    enum rc rc = collect_all(q, &n, err);
    bool more = rc == RC_OK;
    for (guint i = 0; more && i < n.records->len; i++) {
        more = row(&g_array_index(n.records, struct record, i), user);
    }
    g_hash_table_unref(n.place);
    g_array_unref(n.records);
    return rc;
}

enum rc
query_stored(struct query *q, uint64_t *ret_stored, struct err *err)
{
    int64_t last = 0, slices = 0;
    enum rc rc = query_begin(q, err);
    if (rc != RC_OK) {
        return rc;
    }
    rc = sql_int(q->db, "SELECT max(id) FROM readings", 0, &last, err);
    if (rc == RC_OK) {
        rc = query_meta(q, "slices", &slices, err);
    }
    query_end(q);
    if (rc == RC_OK) {
        *ret_stored = (uint64_t)MAX(last, slices << SLICE_SHIFT);
    }
    return rc;
}
