/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/outbox_drain.h"

/* At a time, half a millisecond together: the server has work for little more at hand. */
#define STEP_ROWS    6000 /* to read */
#define STEP_BATCHES 250  /* to remove */

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

void
drain_init(struct outbox_drain *d, struct outbox *outbox)
{
    *d = (struct outbox_drain){.outbox = outbox};
    d->ahead = g_ptr_array_new_with_free_func(outbox_batch_free);
}

void
drain_fini(struct outbox_drain *d)
{
    /* If it cannot be: the store knows them when they come again. */
    (void)!forget_sent(d, NULL);
    g_clear_pointer(&d->ahead, g_ptr_array_unref);
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
        g_ptr_array_add(out, g_ptr_array_index(d->ahead, n));
    }
    g_ptr_array_set_free_func(d->ahead, NULL); /* they are out's now */
    g_ptr_array_remove_range(d->ahead, 0, n);
    g_ptr_array_set_free_func(d->ahead, outbox_batch_free);
    d->rows -= rows;
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
drain_sent(struct outbox_drain *d, const GPtrArray *slice, struct err *err)
{
    enum rc rc = forget_sent(d, err); /* an earlier one, if that failed until now */
    if (rc == RC_OK) {
        const struct outbox_batch *first = g_ptr_array_index(slice, 0);
        const struct outbox_batch *last = g_ptr_array_index(slice, slice->len - 1);
        d->segment = first->segment.id;
        d->gone = first->number - 1;
        d->number = last->number;
        rc = d->ahead->len == 0 ? forget_sent(d, err) : RC_OK;
    }
    return rc;
}

void
drain_again(struct outbox_drain *d)
{
    drop_ahead(d);
    d->place = 0;
    (void)!forget_sent(d, NULL); /* or with the next slice */
}

void
drain_meanwhile(void *drain, bool ending)
{
    struct outbox_drain *d = drain;
    /* Whatever fails here fails again when the next slice is taken, and is told then. */
    if (ending) {
        (void)!forget_sent(d, NULL);
        return;
    }
    if (!d->complete) {
        (void)!read_on(d, MIN(STEP_ROWS, d->wanted - d->rows), NULL);
    }
    (void)!forget_some(d, STEP_BATCHES, NULL);
}
