/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/outbox_drain.h"

/* At a time, half a millisecond together: the server has work for little more at hand. */
#define STEP_ROWS    6000 /* to read */
#define STEP_BATCHES 250u /* to remove */
#define STEP_FREE    500u

/* So many batches of what was sent leave the disk. */
static enum rc
forget_some(struct outbox_drain *d, uint64_t batches, struct err *err)
{
    uint64_t left = d->number - d->gone;
    uint64_t until = d->gone + MIN(left, batches);
    enum rc rc = left == 0 ? RC_OK : outbox_sent(d->outbox, &d->segment, until, err);
    d->gone = rc == RC_OK ? until : d->gone;
    return rc;
}

/* All of it. */
static enum rc
forget_sent(struct outbox_drain *d, struct err *err)
{
    return forget_some(d, UINT64_MAX, err);
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
    *d = (struct outbox_drain){.outbox = outbox};
    d->ahead = g_ptr_array_new_with_free_func(outbox_batch_free);
    d->spent = g_ptr_array_new_with_free_func(outbox_batch_free);
}

void
drain_fini(struct outbox_drain *d)
{
    /* If it cannot be: the store knows them when they come again. */
    (void)!forget_sent(d, NULL);
    g_clear_pointer(&d->ahead, g_ptr_array_unref);
    g_clear_pointer(&d->spent, g_ptr_array_unref);
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
    d->complete = rc == RC_OK && (d->ahead->len == before || d->rows >= d->wanted);
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
    d->complete = d->rows >= d->wanted;
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
    if (d->ahead->len == 0) { /* the oldest, then: and that must not be what was sent */
        d->place = 0;
        rc = forget_sent(d, err);
    }
    d->wanted = MAX(max_rows, 1);
    if (rc == RC_OK && d->rows < d->wanted) {
        rc = read_on(d, d->wanted - d->rows, err);
    }
    if (rc == RC_OK) {
        move_ahead(d, out);
    }
    return rc;
}

enum rc
drain_sent(struct outbox_drain *d, GPtrArray *slice, struct err *err)
{
    enum rc rc = forget_sent(d, err); /* what is left of the one before */
    if (rc == RC_OK) {
        const struct outbox_batch *first = g_ptr_array_index(slice, 0);
        const struct outbox_batch *last = g_ptr_array_index(slice, slice->len - 1);
        d->segment = first->segment.id;
        d->gone = first->number - 1;
        d->number = last->number;
        rc = d->ahead->len == 0 ? forget_sent(d, err) : RC_OK;
    }
    if (rc == RC_OK) {
        free_spent(d);
        move_batches(d->spent, slice, slice->len);
        free_some(d, d->ahead->len == 0 ? d->spent->len : 0);
    }
    return rc;
}

void
drain_again(struct outbox_drain *d)
{
    drop_ahead(d);
    free_spent(d);
    d->place = 0;
    (void)!forget_sent(d, NULL); /* or with the next slice */
}

void
drain_meanwhile(void *drain, bool ending)
{
    struct outbox_drain *d = drain;
    /* Whatever fails here fails again when the next slice is taken, and is told then. */
    if (ending) { /* the server has as much to do as it was sent */
        (void)!forget_some(d, MAX(d->taken, STEP_BATCHES), NULL);
        return;
    }
    if (!d->complete) {
        (void)!read_on(d, MIN(STEP_ROWS, d->wanted - d->rows), NULL);
    }
    (void)!forget_some(d, STEP_BATCHES, NULL);
    free_some(d, STEP_FREE);
}
