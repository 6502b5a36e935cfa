/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/query_slices.h"

#include "storage/schema.h"
#include "storage/sql.h"

#define SEEK_SERIES 512 /* with more series than these, reading a slice whole is quicker */
#define SEEK_ROWS   (SLICE_ROWS / 8) /* and so it is with more rows */

static void
take_wanted(struct slices *s, sqlite3_stmt *stmt)
{
    void *series = GUINT_TO_POINTER((guint)sqlite3_column_int64(stmt, 0));
    if (s->wanted == NULL || g_hash_table_contains(s->wanted, series)) {
        s->take(stmt, s->user);
    }
}

/* Ids above after, up to last. */
static enum rc
read_ids(struct slices *s, int64_t after, int64_t last, struct err *err)
{
    int code = sqlite3_bind_int64(s->all, 1, after) | sqlite3_bind_int64(s->all, 2, last);
    while (code == SQLITE_OK || code == SQLITE_ROW) {
        code = sqlite3_step(s->all);
        if (code == SQLITE_ROW) {
            take_wanted(s, s->all);
        }
    }
    enum rc rc =
        code == SQLITE_DONE ? RC_OK : sql_fail(s->q->db, "could not read the cache", err);
    sqlite3_reset(s->all);
    return rc;
}

static enum rc
read_id(struct slices *s, int64_t id, struct err *err)
{
    int code = sqlite3_bind_int64(s->one, 1, id);
    if (code == SQLITE_OK && (code = sqlite3_step(s->one)) == SQLITE_ROW) {
        take_wanted(s, s->one);
        code = SQLITE_DONE;
    }
    enum rc rc =
        code == SQLITE_DONE ? RC_OK : sql_fail(s->q->db, "could not read the cache", err);
    sqlite3_reset(s->one);
    return rc;
}

/* How many rows the wanted series have in a slice. */
static enum rc
count_rows(struct slices *s, int64_t slice, int64_t *ret, struct err *err)
{
    enum rc rc = RC_OK;
    GHashTableIter each;
    void *series;
    *ret = 0;
    g_hash_table_iter_init(&each, s->wanted);
    while (rc == RC_OK && g_hash_table_iter_next(&each, &series, NULL)) {
        int code = sqlite3_bind_int64(s->places, 1, slice << 32 | GPOINTER_TO_UINT(series));
        if (code == SQLITE_OK && (code = sqlite3_step(s->places)) == SQLITE_ROW) {
            *ret += sqlite3_column_bytes(s->places, 0) / (int)sizeof(guint16);
        } else if (code != SQLITE_DONE) {
            rc = sql_fail(s->q->db, "could not read the cache", err);
        }
        sqlite3_reset(s->places);
    }
    return rc;
}

/* The rows of one series in a slice, by its places. */
static enum rc
read_series(struct slices *s, int64_t slice, uint32_t series, struct err *err)
{
    int code = sqlite3_bind_int64(s->places, 1, slice << 32 | series);
    enum rc rc = RC_OK;
    if (code == SQLITE_OK && (code = sqlite3_step(s->places)) == SQLITE_ROW) {
        const uint8_t *bytes = sqlite3_column_blob(s->places, 0);
        int n = sqlite3_column_bytes(s->places, 0) / (int)sizeof(guint16);
        for (int i = 0; rc == RC_OK && i < n; i++) {
            int64_t place = bytes[2 * i] | bytes[2 * i + 1] << 8;
            rc = read_id(s, (slice << SLICE_SHIFT) + place + 1, err);
        }
    } else if (code != SQLITE_DONE) {
        rc = sql_fail(s->q->db, "could not read the cache", err);
    }
    sqlite3_reset(s->places);
    return rc;
}

/* The rows of every wanted series, by their places. */
static enum rc
seek(struct slices *s, int64_t slice, struct err *err)
{
    enum rc rc = RC_OK;
    GHashTableIter each;
    void *series;
    g_hash_table_iter_init(&each, s->wanted);
    while (rc == RC_OK && g_hash_table_iter_next(&each, &series, NULL)) {
        rc = read_series(s, slice, GPOINTER_TO_UINT(series), err);
    }
    return rc;
}

enum rc
slices_read(struct slices *s, int64_t slice, struct err *err)
{
    int64_t rows = INT64_MAX;
    enum rc rc = RC_OK;
    if (s->wanted != NULL && slice < s->indexed &&
        g_hash_table_size(s->wanted) <= SEEK_SERIES) {
        rc = count_rows(s, slice, &rows, err);
    }
    if (rc != RC_OK || rows == 0) {
        return rc;
    }
    return rows <= SEEK_ROWS
               ? seek(s, slice, err)
               : read_ids(s, slice << SLICE_SHIFT, (slice + 1) << SLICE_SHIFT, err);
}

static enum rc
load_list(struct slices *s, wall_us since, wall_us until, struct err *err)
{
    sqlite3_stmt *stmt;
    enum rc rc = sql_prepare(s->q->db, &stmt,
                             "SELECT slice, min_ts, max_ts FROM slice"
                             " WHERE max_ts >= ? AND min_ts <= ? ORDER BY slice",
                             err);
    if (rc != RC_OK) {
        return rc;
    }
    int code = sqlite3_bind_int64(stmt, 1, since) | sqlite3_bind_int64(stmt, 2, until);
    while (code == SQLITE_OK || code == SQLITE_ROW) {
        code = sqlite3_step(stmt);
        if (code == SQLITE_ROW) {
            struct slice slice = {sqlite3_column_int64(stmt, 0), sqlite3_column_int64(stmt, 1),
                                  sqlite3_column_int64(stmt, 2)};
            g_array_append_val(s->list, slice);
        }
    }
    if (code != SQLITE_DONE) {
        rc = sql_fail(s->q->db, "could not read the cache", err);
    }
    sqlite3_finalize(stmt);
    return rc;
}

enum rc
slices_load(struct slices *s, wall_us since, wall_us until, struct err *err)
{
    enum rc rc = query_meta(s->q, "slices", &s->closed, err);
    if (rc == RC_OK) {
        rc = query_meta(s->q, "indexed", &s->indexed, err);
    }
    if (rc == RC_OK) {
        rc = load_list(s, since, until, err);
    }
    if (rc == RC_OK) {
        rc = read_ids(s, s->closed << SLICE_SHIFT, INT64_MAX, err);
    }
    return rc;
}

static GHashTable *
set_of(const uint32_t *series, size_t n)
{
    if (series == NULL) {
        return NULL;
    }
    GHashTable *set = g_hash_table_new(NULL, NULL);
    for (size_t i = 0; i < n; i++) {
        g_hash_table_add(set, GUINT_TO_POINTER(series[i]));
    }
    return set;
}

enum rc
slices_init(struct slices *s, struct query *q, const uint32_t *series, size_t n_series,
            take_reading *take, void *user, struct err *err)
{
    *s = (struct slices){.q = q,
                         .wanted = set_of(series, n_series),
                         .take = take,
                         .user = user,
                         .list = g_array_new(FALSE, FALSE, sizeof(struct slice))};
    enum rc rc = sql_prepare(q->db, &s->all,
                             "SELECT series, ts, lag, value, flags, id FROM readings"
                             " WHERE id > ? AND id <= ? ORDER BY id",
                             err);
    if (rc == RC_OK) {
        rc = sql_prepare(q->db, &s->one,
                         "SELECT series, ts, lag, value, flags, id FROM readings WHERE id = ?",
                         err);
    }
    if (rc == RC_OK) {
        rc = sql_prepare(q->db, &s->places, "SELECT rows FROM slice_series WHERE key = ?", err);
    }
    return rc;
}

void
slices_fini(struct slices *s)
{
    sqlite3_finalize(s->all);
    sqlite3_finalize(s->one);
    sqlite3_finalize(s->places);
    if (s->wanted != NULL) {
        g_hash_table_unref(s->wanted);
    }
    g_array_unref(s->list);
}
