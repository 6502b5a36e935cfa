/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * History in order of time. A slice is in order of arrival, which is nearly that of time but
 * for what came late. Slices are taken by their newest (or oldest) time; what has been read
 * waits until no slice to come can hold anything that goes before it. So memory holds about a
 * slice, and with a limit reading stops as soon as enough is known.
 *
 * Each slice is read for itself: between them nothing holds the writer's log back, however slow
 * the one who takes the rows. Closed slices never change; one dropped meanwhile is empty.
 */
#include "storage/query_private.h"
#include "storage/schema.h"
#include "storage/sql.h"

#define SEEK_SERIES 512 /* with more series than these, reading a slice whole is quicker */

struct slice {
    int64_t number;
    wall_us min_ts, max_ts;
};

/* A row that waits for its turn. */
struct waiting {
    struct record record;
    int64_t id;
};

struct scan {
    struct query *q;
    const struct query_range *range;
    query_row *row;
    void *user;
    wall_us since, until;
    GHashTable *wanted; /* series, NULL: all */
    GArray *slices;     /* struct slice, in the order they are read */
    int64_t closed, indexed;
    GArray *waiting; /* struct waiting */
    int64_t left;    /* rows still to hand out; INT64_MAX: no limit */
    sqlite3_stmt *all, *places, *one;
};

static void
clear_waiting(void *p)
{
    struct waiting *w = p;
    g_clear_pointer(&w->record.text, g_ref_string_release);
}

static int
newest_first(const void *a, const void *b)
{
    const struct waiting *x = a, *y = b;
    if (x->record.ts != y->record.ts) {
        return x->record.ts > y->record.ts ? -1 : 1;
    }
    return x->id > y->id ? -1 : x->id < y->id;
}

static int
oldest_first(const void *a, const void *b)
{
    return newest_first(b, a);
}

static int
slices_newest_first(const void *a, const void *b)
{
    const struct slice *x = a, *y = b;
    return x->max_ts > y->max_ts ? -1 : x->max_ts < y->max_ts;
}

static int
slices_oldest_first(const void *a, const void *b)
{
    const struct slice *x = a, *y = b;
    return x->min_ts < y->min_ts ? -1 : x->min_ts > y->min_ts;
}

/* Take the row that stmt stands on, if it is asked for. Columns: a record's, then id. */
static void
take_row(struct scan *s, sqlite3_stmt *stmt)
{
    wall_us ts = sqlite3_column_int64(stmt, 1);
    void *series = GUINT_TO_POINTER((guint)sqlite3_column_int64(stmt, 0));
    if (ts < s->since || ts > s->until ||
        (s->wanted != NULL && !g_hash_table_contains(s->wanted, series))) {
        return;
    }
    struct waiting w = {.id = sqlite3_column_int64(stmt, SQL_ROW_COLUMNS)};
    sql_read_record(stmt, 0, &w.record);
    g_array_append_val(s->waiting, w);
}

/* Ids above after, up to last. */
static enum rc
read_ids(struct scan *s, int64_t after, int64_t last, struct err *err)
{
    int code = sqlite3_bind_int64(s->all, 1, after) | sqlite3_bind_int64(s->all, 2, last);
    while (code == SQLITE_OK || code == SQLITE_ROW) {
        code = sqlite3_step(s->all);
        if (code == SQLITE_ROW) {
            take_row(s, s->all);
        }
    }
    enum rc rc =
        code == SQLITE_DONE ? RC_OK : sql_fail(s->q->db, "could not read the cache", err);
    sqlite3_reset(s->all);
    return rc;
}

static enum rc
read_id(struct scan *s, int64_t id, struct err *err)
{
    int code = sqlite3_bind_int64(s->one, 1, id);
    if (code == SQLITE_OK && (code = sqlite3_step(s->one)) == SQLITE_ROW) {
        take_row(s, s->one);
        code = SQLITE_DONE;
    }
    enum rc rc =
        code == SQLITE_DONE ? RC_OK : sql_fail(s->q->db, "could not read the cache", err);
    sqlite3_reset(s->one);
    return rc;
}

/* The rows of one series in a slice, by its places. */
static enum rc
read_series(struct scan *s, int64_t slice, uint32_t series, struct err *err)
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

static enum rc
read_slice(struct scan *s, int64_t slice, struct err *err)
{
    if (s->wanted == NULL || slice >= s->indexed ||
        g_hash_table_size(s->wanted) > SEEK_SERIES) {
        return read_ids(s, slice << SLICE_SHIFT, (slice + 1) << SLICE_SHIFT, err);
    }
    enum rc rc = RC_OK;
    GHashTableIter each;
    void *series;
    g_hash_table_iter_init(&each, s->wanted);
    while (rc == RC_OK && g_hash_table_iter_next(&each, &series, NULL)) {
        rc = read_series(s, slice, GPOINTER_TO_UINT(series), err);
    }
    return rc;
}

/* Nothing of the slices from next on can go before this row. */
static bool
is_settled(const struct scan *s, const struct waiting *w, guint next)
{
    if (next >= s->slices->len) {
        return true;
    }
    const struct slice *slice = &g_array_index(s->slices, struct slice, next);
    return s->range->oldest_first ? w->record.ts < slice->min_ts : w->record.ts > slice->max_ts;
}

/* Hand out what is settled; false when that was all that is wanted. */
static bool
hand_out(struct scan *s, guint next)
{
    g_array_sort(s->waiting, s->range->oldest_first ? oldest_first : newest_first);
    if (s->waiting->len > s->left) {
        g_array_set_size(s->waiting, (guint)s->left);
    }
    guint done = 0;
    bool more = true;
    while (more && done < s->waiting->len) {
        const struct waiting *w = &g_array_index(s->waiting, struct waiting, done);
        if (!is_settled(s, w, next)) {
            break;
        }
        more = s->row(&w->record, s->user);
        done++;
    }
    if (s->left != INT64_MAX) {
        s->left -= done;
    }
    g_array_remove_range(s->waiting, 0, done);
    return more && s->left > 0;
}

static enum rc
load_slices(struct scan *s, struct err *err)
{
    sqlite3_stmt *stmt;
    enum rc rc = sql_prepare(s->q->db, &stmt,
                             "SELECT slice, min_ts, max_ts FROM slice"
                             " WHERE max_ts >= ? AND min_ts <= ?",
                             err);
    if (rc != RC_OK) {
        return rc;
    }
    int code = sqlite3_bind_int64(stmt, 1, s->since) | sqlite3_bind_int64(stmt, 2, s->until);
    while (code == SQLITE_OK || code == SQLITE_ROW) {
        code = sqlite3_step(stmt);
        if (code == SQLITE_ROW) {
            struct slice slice = {sqlite3_column_int64(stmt, 0), sqlite3_column_int64(stmt, 1),
                                  sqlite3_column_int64(stmt, 2)};
            g_array_append_val(s->slices, slice);
        }
    }
    if (code != SQLITE_DONE) {
        rc = sql_fail(s->q->db, "could not read the cache", err);
    }
    sqlite3_finalize(stmt);
    g_array_sort(s->slices, s->range->oldest_first ? slices_oldest_first : slices_newest_first);
    return rc;
}

/* The state of the file on which the answer rests: which slices there are, and the tail. */
static enum rc
load_state(struct scan *s, struct err *err)
{
    enum rc rc = query_begin(s->q, err);
    if (rc != RC_OK) {
        return rc;
    }
    rc = query_meta(s->q, "slices", &s->closed, err);
    if (rc == RC_OK) {
        rc = query_meta(s->q, "indexed", &s->indexed, err);
    }
    if (rc == RC_OK) {
        rc = load_slices(s, err);
    }
    if (rc == RC_OK) {
        rc = read_ids(s, s->closed << SLICE_SHIFT, INT64_MAX, err);
    }
    query_end(s->q);
    return rc;
}

static enum rc
prepare(struct scan *s, struct err *err)
{
    enum rc rc = sql_prepare(s->q->db, &s->all,
                             "SELECT series, ts, lag, value, flags, id FROM readings"
                             " WHERE id > ? AND id <= ? ORDER BY id",
                             err);
    if (rc == RC_OK) {
        rc = sql_prepare(s->q->db, &s->one,
                         "SELECT series, ts, lag, value, flags, id FROM readings WHERE id = ?",
                         err);
    }
    if (rc == RC_OK) {
        rc = sql_prepare(s->q->db, &s->places, "SELECT rows FROM slice_series WHERE key = ?",
                         err);
    }
    return rc;
}

static enum rc
run(struct scan *s, struct err *err)
{
    enum rc rc = prepare(s, err);
    if (rc == RC_OK) {
        rc = load_state(s, err);
    }
    bool more = rc == RC_OK && hand_out(s, 0);
    for (guint i = 0; more && i < s->slices->len; i++) {
        rc = read_slice(s, g_array_index(s->slices, struct slice, i).number, err);
        more = rc == RC_OK && hand_out(s, i + 1);
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
query_readings(struct query *q, const struct query_range *range, query_row *row, void *user,
               struct err *err)
{
    struct scan s = {
        .q = q,
        .range = range,
        .row = row,
        .user = user,
        .since = range->since, /* WALL_NONE is the least of all times */
        .until = range->until == WALL_NONE ? INT64_MAX : range->until,
        .wanted = set_of(range->series, range->n_series),
        .slices = g_array_new(FALSE, FALSE, sizeof(struct slice)),
        .waiting = g_array_new(FALSE, FALSE, sizeof(struct waiting)),
        .left = range->limit > 0 ? range->limit : INT64_MAX,
    };
    g_array_set_clear_func(s.waiting, clear_waiting);
    enum rc rc = run(&s, err);
    sqlite3_finalize(s.all);
    sqlite3_finalize(s.one);
    sqlite3_finalize(s.places);
    if (s.wanted != NULL) {
        g_hash_table_unref(s.wanted);
    }
    g_array_unref(s.slices);
    g_array_unref(s.waiting);
    return rc;
}
