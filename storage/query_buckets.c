/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A trend from the cache: every reading of the span is looked at once, where it stands. */
#include <math.h>

#include "storage/query_slices.h"
#include "storage/schema.h"
#include "storage/sql.h"

#define LOOK_BACK_SLICES 1024 /* for the last reading before the span */

struct trend {
    struct query *q;
    const struct archive_request *request;
    const struct query_gap *gap;
    struct archive_answer *out, *apart;
    uint32_t series[ARCHIVE_SERIES_MAX]; /* 0: the cache never had it */
    GHashTable *place;                   /* series → first index of it plus one */
    bool settled[ARCHIVE_SERIES_MAX];    /* nothing newer will be found before the span */
};

/* A look at a row without a copy. */
struct glance {
    wall_us ts;
    double value;
    bool is_text, is_good;
};

static struct glance
look_at(sqlite3_stmt *stmt, int first)
{
    int type = sqlite3_column_type(stmt, first + 3);
    struct glance g = {.ts = sqlite3_column_int64(stmt, first + 1),
                       .value = sqlite3_column_double(stmt, first + 3),
                       .is_text = type == SQLITE_TEXT};
    unsigned quality = (unsigned)sqlite3_column_int(stmt, first + 4) >> 1;
    g.is_good =
        !g.is_text && type != SQLITE_NULL && isfinite(g.value) && (quality & QUALITY_BAD) == 0;
    return g;
}

static void
take_before(struct archive_bucket *before, const struct glance *g)
{
    if (g->is_good && (before->n == 0 || g->ts >= before->last_at)) {
        *before = (struct archive_bucket){.n = 0};
        archive_bucket_add(before, g->value, g->ts);
    }
}

static void
take_row(sqlite3_stmt *stmt, void *user)
{
    struct trend *t = user;
    const struct archive_request *r = t->request;
    void *series = GUINT_TO_POINTER((guint)sqlite3_column_int64(stmt, 0));
    guint i = GPOINTER_TO_UINT(g_hash_table_lookup(t->place, series)) - 1;
    struct glance g = look_at(stmt, 0);
    if (g.ts < r->since) {
        take_before(&t->out->before[i], &g);
    } else if (g.ts < r->until && !g.is_text) {
        bool apart = t->apart != NULL && g.ts >= t->gap->since && g.ts < t->gap->until;
        uint32_t part = archive_bucket_of(r->since, r->until, r->n_buckets, g.ts);
        struct archive_bucket *b =
            &(apart ? t->apart : t->out)->buckets[(size_t)i * r->n_buckets + part];
        if (g.is_good) {
            archive_bucket_add(b, g.value, g.ts);
        } else {
            b->bad++;
        }
    }
}

/* ---- which series ---- */

static enum rc
find_series(struct trend *t, uint32_t i, sqlite3_stmt *stmt, struct err *err)
{
    const struct archive_series *s = &t->request->series[i];
    int code = sqlite3_bind_text(stmt, 1, s->station, -1, SQLITE_STATIC) |
               sqlite3_bind_text(stmt, 2, s->component, -1, SQLITE_STATIC);
    if (code == SQLITE_OK && (code = sqlite3_step(stmt)) == SQLITE_ROW) {
        t->series[i] = (uint32_t)sqlite3_column_int64(stmt, 0);
        void *key = GUINT_TO_POINTER(t->series[i]);
        if (!g_hash_table_contains(t->place, key)) {
            g_hash_table_insert(t->place, key, GUINT_TO_POINTER(i + 1));
        }
        code = SQLITE_DONE;
    }
    enum rc rc =
        code == SQLITE_DONE ? RC_OK : sql_fail(t->q->db, "could not read the cache", err);
    sqlite3_reset(stmt);
    return rc;
}

static enum rc
find_all_series(struct trend *t, struct err *err)
{
    sqlite3_stmt *stmt;
    enum rc rc = sql_prepare(t->q->db, &stmt,
                             "SELECT id FROM series WHERE station = ? AND component = ?", err);
    for (uint32_t i = 0; rc == RC_OK && i < t->request->n_series; i++) {
        rc = find_series(t, i, stmt, err);
    }
    sqlite3_finalize(stmt);
    return rc;
}

/* ---- before the span ---- */

/* The newest reading of a series that has nothing newer but in the tail, which is known. */
static enum rc
ask_latest(struct trend *t, uint32_t i, sqlite3_stmt *stmt, struct err *err)
{
    int code = sqlite3_bind_int64(stmt, 1, t->series[i]);
    if (code == SQLITE_OK && (code = sqlite3_step(stmt)) == SQLITE_ROW) {
        struct glance g = look_at(stmt, 0);
        if (g.ts < t->request->since) {
            take_before(&t->out->before[i], &g);
            t->settled[i] = g.is_good;
        }
        code = SQLITE_DONE;
    }
    enum rc rc =
        code == SQLITE_DONE ? RC_OK : sql_fail(t->q->db, "could not read the cache", err);
    sqlite3_reset(stmt);
    return rc;
}

static enum rc
ask_all_latest(struct trend *t, struct err *err)
{
    sqlite3_stmt *stmt;
    enum rc rc =
        sql_prepare(t->q->db, &stmt,
                    "SELECT series, ts, lag, value, flags FROM latest WHERE series = ?", err);
    GHashTableIter each;
    void *place;
    g_hash_table_iter_init(&each, t->place);
    while (rc == RC_OK && g_hash_table_iter_next(&each, NULL, &place)) {
        rc = ask_latest(t, GPOINTER_TO_UINT(place) - 1, stmt, err);
    }
    sqlite3_finalize(stmt);
    return rc;
}

static int
newest_slice_first(const void *a, const void *b)
{
    const struct slice *x = a, *y = b;
    return x->max_ts > y->max_ts ? -1 : x->max_ts < y->max_ts;
}

/* Want only those that a slice with times up to max_ts may still have something for. */
static void
narrow(struct trend *t, struct slices *s, wall_us max_ts)
{
    GHashTableIter each;
    void *series, *place;
    g_hash_table_iter_init(&each, t->place);
    while (g_hash_table_iter_next(&each, &series, &place)) {
        guint i = GPOINTER_TO_UINT(place) - 1;
        const struct archive_bucket *before = &t->out->before[i];
        if (t->settled[i] || (before->n > 0 && before->last_at > max_ts)) {
            g_hash_table_remove(s->wanted, series);
        }
    }
}

/* Through the slices that end before the span, the newest first. */
static enum rc
look_back(struct trend *t, struct slices *s, struct err *err)
{
    enum rc rc = ask_all_latest(t, err);
    g_array_sort(s->list, newest_slice_first);
    for (guint i = 0, read = 0; rc == RC_OK && i < s->list->len; i++) {
        const struct slice *slice = &g_array_index(s->list, struct slice, i);
        if (slice->max_ts >= t->request->since) {
            continue; /* it is done */
        }
        narrow(t, s, slice->max_ts);
        if (g_hash_table_size(s->wanted) == 0 || read++ >= LOOK_BACK_SLICES) {
            break;
        }
        rc = slices_read(s, slice->number, err);
    }
    return rc;
}

/* ---- all of it ---- */

static enum rc
load(struct trend *t, struct slices *s, struct err *err)
{
    enum rc rc = query_begin(t->q, err);
    if (rc == RC_OK) {
        rc = slices_load(s, WALL_NONE, t->request->until - 1, err);
        query_end(t->q);
    }
    return rc;
}

static enum rc
fill(struct trend *t, struct slices *s, struct err *err)
{
    enum rc rc = load(t, s, err);
    for (guint i = 0; rc == RC_OK && i < s->list->len; i++) {
        const struct slice *slice = &g_array_index(s->list, struct slice, i);
        if (slice->max_ts >= t->request->since) {
            rc = slices_read(s, slice->number, err);
        }
    }
    return rc == RC_OK ? look_back(t, s, err) : rc;
}

/* A component may have been asked for twice. */
static void
copy_doubles(const struct trend *t, struct archive_answer *out)
{
    uint32_t n = t->request->n_buckets;
    for (uint32_t i = 0; i < t->request->n_series; i++) {
        void *key = GUINT_TO_POINTER(t->series[i]);
        guint first = GPOINTER_TO_UINT(g_hash_table_lookup(t->place, key));
        if (first != 0 && first != i + 1) {
            memcpy(&out->buckets[(size_t)i * n], &out->buckets[(size_t)(first - 1) * n],
                   n * sizeof(*out->buckets));
            out->before[i] = out->before[first - 1];
        }
    }
}

enum rc
query_buckets(struct query *q, const struct archive_request *r, const struct query_gap *gap,
              struct archive_answer *out, struct archive_answer *apart, struct err *err)
{
    struct trend t = {.q = q, .request = r, .gap = gap, .out = out, .apart = apart};
    t.place = g_hash_table_new(NULL, NULL);
    enum rc rc = find_all_series(&t, err);
    uint32_t n;
    gpointer *keys = g_hash_table_get_keys_as_array(t.place, &n);
    uint32_t *series = g_new(uint32_t, MAX(n, 1));
    for (uint32_t i = 0; i < n; i++) {
        series[i] = GPOINTER_TO_UINT(keys[i]);
    }
    if (rc == RC_OK && n > 0) {
        struct slices s;
        rc = slices_init(&s, q, series, n, take_row, &t, err);
        rc = rc == RC_OK ? fill(&t, &s, err) : rc;
        slices_fini(&s);
    }
    copy_doubles(&t, out);
    if (apart != NULL) {
        copy_doubles(&t, apart);
    }
    g_free(series);
    g_free(keys);
    g_hash_table_unref(t.place);
    return rc;
}
