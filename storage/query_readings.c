/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * History in order of time. A slice is in order of arrival, which is nearly that of time but
 * for what came late. Slices are taken by their newest (or oldest) time; what has been read
 * waits until no slice to come can hold anything that goes before it. So memory holds about a
 * slice, and with a limit reading stops as soon as enough is known.
 */
#include "storage/query_slices.h"
#include "storage/sql.h"

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
    struct slices slices; /* in the order they are read */
    GArray *waiting;      /* struct waiting */
    int64_t left;         /* rows still to hand out; INT64_MAX: no limit */
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

/* Take the row that stmt stands on, if it is of the time asked for. */
static void
take_row(sqlite3_stmt *stmt, void *user)
{
    struct scan *s = user;
    wall_us ts = sqlite3_column_int64(stmt, 1);
    if (ts < s->since || ts > s->until) {
        return;
    }
    struct waiting w = {.id = sqlite3_column_int64(stmt, SQL_ROW_COLUMNS)};
    sql_read_record(stmt, 0, &w.record);
    g_array_append_val(s->waiting, w);
}

static const struct slice *
slice_at(const struct scan *s, guint i)
{
    return &g_array_index(s->slices.list, struct slice, i);
}

/* Nothing of the slices from next on can go before this row. */
static bool
is_settled(const struct scan *s, const struct waiting *w, guint next)
{
    if (next >= s->slices.list->len) {
        return true;
    }
    const struct slice *slice = slice_at(s, next);
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
load(struct scan *s, struct err *err)
{
    enum rc rc = query_begin(s->q, err);
    if (rc != RC_OK) {
        return rc;
    }
    rc = slices_load(&s->slices, s->since, s->until, err);
    query_end(s->q);
    g_array_sort(s->slices.list,
                 s->range->oldest_first ? slices_oldest_first : slices_newest_first);
    return rc;
}

static enum rc
run(struct scan *s, struct err *err)
{
    enum rc rc = load(s, err);
    bool more = rc == RC_OK && hand_out(s, 0);
    for (guint i = 0; more && i < s->slices.list->len; i++) {
        rc = slices_read(&s->slices, slice_at(s, i)->number, err);
        more = rc == RC_OK && hand_out(s, i + 1);
    }
    return rc;
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
        .waiting = g_array_new(FALSE, FALSE, sizeof(struct waiting)),
        .left = range->limit > 0 ? range->limit : INT64_MAX,
    };
    g_array_set_clear_func(s.waiting, clear_waiting);
    enum rc rc = slices_init(&s.slices, q, range->series, range->n_series, take_row, &s, err);
    if (rc == RC_OK) {
        rc = run(&s, err);
    }
    slices_fini(&s.slices);
    g_array_unref(s.waiting);
    return rc;
}
