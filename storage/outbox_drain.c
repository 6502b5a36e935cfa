/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/outbox_drain.h"

/* At a time, half a millisecond together: the server has work for little more at hand. */
#define STEP_ROWS    6000 /* to read */
#define STEP_BATCHES 250u /* to remove */
#define STEP_FREE    500u

#define FIRST_ROWS 100000u
#define LEAST_ROWS 25000u /* what a COPY costs in itself must not be most of it */
#define SLOW_US    (1 * US_PER_S)

#define KEPT_ROWS 2000000u /* some 60 MB: an hour of 500 a second */

/* So many batches of what was sent leave the disk, of one stretch. */
static enum rc
forget_some(struct outbox_drain *d, uint64_t batches, struct err *err)
{
    if (d->kept->len == 0) {
        return RC_OK;
    }
    struct drain_stretch *s = &g_array_index(d->kept, struct drain_stretch, 0);
    uint64_t until = s->gone + MIN(s->number - s->gone, batches), rows;
    enum rc rc = outbox_sent(d->outbox, &s->segment, until, &rows, err);
    if (rc == RC_OK) {
        d->kept_rows -= MIN(d->kept_rows, rows);
        s->gone = until;
        if (until == s->number) {
            g_array_remove_index(d->kept, 0);
        }
        if (d->kept->len == 0) { /* what went though it seemed to fail was not counted */
            d->kept_rows = 0;
        }
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
    while (d->kept->len > 0 && forget_some(d, UINT64_MAX, NULL) == RC_OK) {
    }
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

static bool
is_full(const struct outbox_drain *d)
{
    return d->rows >= most_ahead(d) || d->ahead->len >= OUTBOX_BATCHES;
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
    d->complete = rc == RC_OK && (d->ahead->len == before || is_full(d));
    return rc;
}

/* A slice of what was read ahead, without a gap: some in between may have been stored live. */
static void
move_ahead(struct outbox_drain *d, GPtrArray *out)
{
    unsigned n = 0;
    size_t rows = 0;
    uint64_t next = 0;
    for (; n < d->ahead->len; n++) {
        const struct outbox_batch *b = g_ptr_array_index(d->ahead, n);
        if (n > 0 && (rows + b->records->len > d->wanted || b->number != next)) {
            break;
        }
        next = b->number + 1;
        rows += b->records->len;
    }
    move_batches(out, d->ahead, n);
    d->rows -= rows;
    d->taken = n;
    d->complete = is_full(d);
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
    if (d->rows < d->wanted && d->ahead->len < OUTBOX_BATCHES) {
        rc = read_on(d, d->wanted - d->rows, err);
    }
    if (rc == RC_OK) {
        move_ahead(d, out);
    }
    return rc;
}

/* NULL: none. */
static struct drain_stretch *
last_kept(const struct outbox_drain *d)
{
    guint n = d->kept->len;
    return n > 0 ? &g_array_index(d->kept, struct drain_stretch, n - 1) : NULL;
}

static void
keep_sent(struct outbox_drain *d, const GPtrArray *slice)
{
    const struct outbox_batch *first = g_ptr_array_index(slice, 0);
    const struct outbox_batch *end = g_ptr_array_index(slice, slice->len - 1);
    struct drain_stretch *last = last_kept(d);
    if (last != NULL && uuid_equal(&first->segment.id, &last->segment) &&
        first->number == last->number + 1) {
        last->number = end->number;
        last->place = end->place;
    } else {
        struct drain_stretch s = {first->segment.id, first->number - 1, end->number,
                                  end->place};
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
    const struct drain_stretch *last = last_kept(d);
    drop_ahead(d);
    free_spent(d);
    d->place = last != NULL ? last->place : 0;
}

size_t
drain_fit(size_t max_rows, uint64_t rows, int64_t took_us)
{
    if (max_rows == 0) {
        return FIRST_ROWS;
    }
    if (rows <= max_rows / 2) { /* says little of full ones */
        return max_rows;
    }
    if (took_us > SLOW_US) {
        return MAX(max_rows / 2, LEAST_ROWS);
    }
    return took_us < SLOW_US / 2 ? MIN(2 * max_rows, DRAIN_ROWS) : max_rows;
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
