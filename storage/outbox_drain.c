/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/outbox_drain.h"

/* At a time, half a millisecond together: the server has work for little more at hand. */
#define STEP_ROWS    6000 /* to read */
#define STEP_BATCHES 250u /* to remove */
#define STEP_FREE    500u

#define FIRST_ROWS 100000u
#define QUICK_US   (250 * US_PER_MS)
#define SLOW_US    (1 * US_PER_S)

#define KEPT_ROWS 2000000u /* some 60 MB: an hour of 500 a second */

static uint64_t
pending(const struct outbox_drain *d)
{
    struct outbox_stats stats;
    outbox_stats(d->outbox, &stats);
    return stats.pending;
}

/* So many batches of what was sent leave the disk, of one stretch. */
static enum rc
forget_some(struct outbox_drain *d, uint64_t batches, struct err *err)
{
    if (d->kept->len == 0) {
        return RC_OK;
    }
    struct drain_stretch *s = &g_array_index(d->kept, struct drain_stretch, 0);
    uint64_t until = s->gone + MIN(s->number - s->gone, batches), before = pending(d);
    enum rc rc = outbox_sent(d->outbox, &s->segment, until, err);
    if (rc == RC_OK) {
        d->kept_rows -= MIN(d->kept_rows, before - pending(d));
        s->gone = until;
        if (until == s->number) {
            g_array_remove_index(d->kept, 0);
        }
        if (d->kept->len == 0) { /* what came twice was counted twice */
            d->kept_rows = 0;
        }
    }
    return rc;
}

/* All of it. */
static enum rc
forget_sent(struct outbox_drain *d, struct err *err)
{
    enum rc rc = RC_OK;
    while (rc == RC_OK && d->kept->len > 0) {
        rc = forget_some(d, UINT64_MAX, err);
    }
    return rc;
}

static void
free_some(struct outbox_drain *d, unsigned batches)
{
    g_ptr_array_set_size(d->spent, (int)(d->spent->len - MIN(d->spent->len, batches)));
}

static void
free_spent(struct outbox_drain *d)
{
    free_some(d, d->spent->len);
}

/* The first n of from are to's now. */
static void
move_batches(GPtrArray *to, GPtrArray *from, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        g_ptr_array_add(to, g_ptr_array_index(from, i));
    }
    g_ptr_array_set_free_func(from, NULL);
    g_ptr_array_remove_range(from, 0, n);
    g_ptr_array_set_free_func(from, outbox_batch_free);
}

void
drain_init(struct outbox_drain *d, struct outbox *outbox)
{
    *d = (struct outbox_drain){.outbox = outbox, .most_kept = KEPT_ROWS};
    d->ahead = g_ptr_array_new_with_free_func(outbox_batch_free);
    d->spent = g_ptr_array_new_with_free_func(outbox_batch_free);
    d->kept = g_array_new(FALSE, FALSE, sizeof(struct drain_stretch));
}

void
drain_fini(struct outbox_drain *d)
{
    if (d->outbox == NULL) { /* it was never opened */
        return;
    }
    /* If it cannot be: the store knows them when they come again. */
    (void)!forget_sent(d, NULL);
    g_clear_pointer(&d->ahead, g_ptr_array_unref);
    g_clear_pointer(&d->spent, g_ptr_array_unref);
    g_clear_pointer(&d->kept, g_array_unref);
}

/* Twice the slice, which may grow. */
static size_t
most_ahead(const struct outbox_drain *d)
{
    return MAX(d->wanted, MIN(2 * d->wanted, DRAIN_ROWS));
}

/* At most about max_rows of what follows, into ahead. */
static enum rc
read_on(struct outbox_drain *d, size_t max_rows, struct err *err)
{
    unsigned before = d->ahead->len;
    enum rc rc = outbox_next(d->outbox, d->place, max_rows, d->ahead, err);
    for (unsigned i = before; i < d->ahead->len; i++) {
        const struct outbox_batch *batch = g_ptr_array_index(d->ahead, i);
        d->rows += batch->records->len;
        d->place = batch->place;
    }
    d->complete = rc == RC_OK && (d->ahead->len == before || d->rows >= most_ahead(d));
    return rc;
}

/* A slice of what was read ahead. */
static void
move_ahead(struct outbox_drain *d, GPtrArray *out)
{
    unsigned n = 0;
    size_t rows = 0;
    for (; n < d->ahead->len; n++) {
        const struct outbox_batch *b = g_ptr_array_index(d->ahead, n);
        if (n > 0 && rows + b->records->len > d->wanted) {
            break;
        }
        rows += b->records->len;
    }
    move_batches(out, d->ahead, n);
    d->rows -= rows;
    d->taken = n;
    d->complete = d->rows >= most_ahead(d);
}

static void
drop_ahead(struct outbox_drain *d)
{
    g_ptr_array_set_size(d->ahead, 0);
    d->rows = 0;
    d->complete = false;
}

enum rc
drain_take(struct outbox_drain *d, size_t max_rows, GPtrArray *out, struct err *err)
{
    enum rc rc = RC_OK;
    if (d->ahead->len == 0 && d->kept->len == 0) {
        d->place = 0; /* the oldest: nothing of what was sent would come again */
    }
    d->wanted = CLAMP(max_rows, 1, SIZE_MAX / 2);
    if (d->rows < d->wanted) {
        rc = read_on(d, d->wanted - d->rows, err);
    }
    if (rc == RC_OK) {
        move_ahead(d, out);
    }
    return rc;
}

static void
keep_sent(struct outbox_drain *d, const GPtrArray *slice)
{
    const struct outbox_batch *first = g_ptr_array_index(slice, 0);
    const struct outbox_batch *end = g_ptr_array_index(slice, slice->len - 1);
    struct drain_stretch *last =
        d->kept->len > 0 ? &g_array_index(d->kept, struct drain_stretch, d->kept->len - 1)
                         : NULL;
    if (last != NULL && uuid_equal(&first->segment.id, &last->segment) &&
        first->number == last->number + 1) {
        last->number = end->number;
    } else {
        struct drain_stretch s = {first->segment.id, first->number - 1, end->number};
        g_array_append_val(d->kept, s);
    }
    for (unsigned i = 0; i < slice->len; i++) {
        const struct outbox_batch *b = g_ptr_array_index(slice, i);
        d->kept_rows += b->records->len;
    }
}

void
drain_sent(struct outbox_drain *d, GPtrArray *slice)
{
    keep_sent(d, slice);
    free_spent(d);
    move_batches(d->spent, slice, slice->len);
    free_some(d, d->ahead->len == 0 ? d->spent->len : 0);
}

enum rc
drain_tidy(struct outbox_drain *d, bool *ret_more, struct err *err)
{
    *ret_more = d->kept->len > 0;
    return forget_some(d, STEP_BATCHES, err);
}

uint64_t
drain_kept(const struct outbox_drain *d)
{
    return d->kept_rows;
}

void
drain_again(struct outbox_drain *d)
{
    drop_ahead(d);
    free_spent(d);
    d->place = 0;
    (void)!forget_sent(d, NULL); /* or with the next slice */
}

size_t
drain_fit(size_t max_rows, uint64_t rows, int64_t took_us)
{
    if (max_rows == 0) {
        return FIRST_ROWS;
    }
    if (took_us > SLOW_US) {
        return MAX(MIN(max_rows, rows) / 2, DRAIN_ROWS_LEAST);
    }
    bool quick = took_us < QUICK_US && rows > max_rows / 2;
    return quick ? MIN(2 * max_rows, DRAIN_ROWS) : max_rows;
}

void
drain_meanwhile(void *drain, bool ending)
{
    struct outbox_drain *d = drain;
    /* Whatever fails here fails again when the next slice is taken, and is told then. */
    if (!d->complete) {
        (void)!read_on(d, MIN(STEP_ROWS, most_ahead(d) - d->rows), NULL);
    }
    if (d->kept_rows > d->most_kept) {
        (void)!forget_some(d, ending ? MAX(d->taken, STEP_BATCHES) : STEP_BATCHES, NULL);
    }
    free_some(d, STEP_FREE);
}
