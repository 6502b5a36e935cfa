/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finding the rows that the store does not take, by halving: probes, of which nothing stays. */
#include "storage/outbox_private.h"
#include "storage/pg_readings_private.h"

struct search {
    struct pg_readings *r;
    struct load *load;
    GPtrArray *reasons; /* char *, by row; NULL: nothing is wrong with it */
    size_t found;
};

static void
refuse(struct search *s, size_t row, const struct err *why)
{
    load_skip(s->load, row, 1, SKIP_REFUSED);
    g_ptr_array_index(s->reasons, row) = g_strdup(why->text);
    s->found++;
}

/* RC_OK: the store would take these rows; RC_INVALID and *ret: why not. */
static enum rc
probe(struct search *s, size_t first, size_t end, enum pg_outcome *ret, struct err *err)
{
    size_t refused;
    bool copied = false;
    enum rc rc = load_ask(s->r, s->load, first, end, &refused, err);
    if (rc == RC_OK) {
        rc = load_describe(s->r, "{\"probe\":true}", "", err);
    }
    if (rc == RC_OK) {
        copied = true;
        rc = load_copy(s->r, s->load, first, end, err);
    }
    if (rc == RC_INVALID && strcmp(pg_state(s->r->pg), "LS005") == 0) {
        return RC_OK;
    }
    *ret = load_outcome(s->r, copied);
    return rc;
}

static enum rc
search(struct search *s, size_t first, size_t end, enum pg_outcome *ret, struct err *err)
{
    enum rc rc = probe(s, first, end, ret, err);
    if (rc != RC_INVALID || *ret != PG_REFUSED) {
        return rc;
    }
    if (end - first == 1) {
        refuse(s, first, err);
        return RC_OK;
    }
    size_t middle = first + (end - first) / 2;
    rc = search(s, first, middle, ret, err);
    return rc == RC_OK ? search(s, middle, end, ret, err) : rc;
}

/* Times too far from now often come by the thousand, and need no search. */
static enum rc
sort_out_days(struct search *s, size_t first, enum pg_outcome *ret, struct err *err)
{
    size_t refused, row;
    const struct record *record;
    enum rc rc = load_ask(s->r, s->load, first, s->load->rows, &refused, err);
    if (rc == RC_INVALID) {
        *ret = load_outcome(s->r, false);
        return *ret == PG_REFUSED ? RC_OK : rc; /* the name of a series; the search finds it */
    }
    if (rc != RC_OK || refused == 0) {
        return rc;
    }
    struct load_cursor c = load_rows(s->load, first, s->load->rows);
    while ((record = load_next(&c, &row)) != NULL) {
        struct err why;
        if (!load_has_day(s->r, record->ts)) {
            (void)load_no_day(record->ts, &why);
            refuse(s, row, &why);
        }
    }
    return RC_OK;
}

/* Those of one batch; row: its first. */
static enum rc
quarantine_batch(const struct search *s, struct outbox *outbox, const struct outbox_batch *b,
                 size_t row, wall_us now, struct err *err)
{
    char id[UUID_SIZE], origin[UUID_SIZE + 48];
    enum rc rc = RC_OK;
    uuid_format(id, &b->segment.id);
    for (unsigned i = 0; rc == RC_OK && i < b->records->len; i++) {
        const struct record *r = &g_array_index(b->records, struct record, i);
        const char *reason = g_ptr_array_index(s->reasons, row + i);
        if (reason != NULL) {
            snprintf(origin, sizeof(origin), "%s/%" G_GUINT64_FORMAT "/%u", id, b->number, i);
            rc = outbox_put_refused(outbox, r, now, reason, origin, err);
        }
    }
    return rc;
}

static enum rc
quarantine(const struct search *s, struct outbox *outbox, wall_us now, struct err *err)
{
    size_t row = 0;
    enum rc rc = s->found > 0 ? outbox_begin(outbox, err) : RC_OK;
    if (rc != RC_OK || s->found == 0) {
        return rc;
    }
    for (unsigned i = 0; rc == RC_OK && i < s->load->batches->len; i++) {
        const struct outbox_batch *b = g_ptr_array_index(s->load->batches, i);
        rc = quarantine_batch(s, outbox, b, row, now, err);
        row += b->records->len;
    }
    return outbox_end(outbox, rc, err);
}

static enum rc
isolate(struct search *s, struct outbox *outbox, wall_us now, enum pg_outcome *ret,
        struct err *err)
{
    enum rc rc = load_place(s->r, s->load, ret, err);
    if (rc != RC_OK) {
        return rc;
    }
    size_t first = load_first(s->load);
    rc = sort_out_days(s, first, ret, err);
    if (rc == RC_OK) {
        rc = probe(s, first, first, ret, err); /* no row at all: then none is to blame */
    }
    if (rc == RC_OK && first < s->load->rows) {
        rc = search(s, first, s->load->rows, ret, err);
    }
    /* Only then the rest: what is neither here nor there would be lost by a crash in between.
     */
    if (rc == RC_OK) {
        rc = quarantine(s, outbox, now, err);
    }
    return rc == RC_OK ? load_store(s->r, s->load, ret, err) : rc;
}

enum rc
pg_readings_isolate(struct pg_readings *r, struct outbox *outbox, GPtrArray *batches,
                    const char *grant, wall_us now, size_t *ret_refused, enum pg_outcome *ret,
                    struct err *err)
{
    struct err own;
    struct load l;
    if (batches->len == 0) {
        *ret_refused = 0;
        *ret = PG_STORED;
        return RC_OK;
    }
    load_init(&l, batches, grant);
    struct search s = {.r = r, .load = &l, .reasons = g_ptr_array_new_with_free_func(g_free)};
    g_ptr_array_set_size(s.reasons, (int)l.rows);
    enum rc rc = isolate(&s, outbox, now, ret, err != NULL ? err : &own);
    if (rc == RC_INVALID && *ret == PG_REFUSED) {
        *ret = PG_TROUBLE; /* it is in no row */
    }
    *ret_refused = s.found;
    g_ptr_array_unref(s.reasons);
    load_fini(&l);
    return rc;
}
