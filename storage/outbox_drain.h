/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The outbox on its way to the store, one slice after the other. While the store takes one, the
 * next is read. What was sent leaves the disk when nothing is left to send, so that the server
 * waits for neither; until then a crash has it sent again, which the store finds out.
 *
 * Threads: the outbox's. Errors: as storage/outbox.h.
 */
#ifndef STORAGE_OUTBOX_DRAIN_H
#define STORAGE_OUTBOX_DRAIN_H

#include "storage/outbox.h"

/* The largest slice, and what is read ahead at most: so many rows make what a COPY costs small
 * beside them (P6), and take some tenths of a second, and some 40 MB in batches of a dozen. */
#define DRAIN_ROWS 400000u

/* Batches of a segment: those behind gone, up to number. */
struct drain_stretch {
    struct uuid segment;
    uint64_t gone, number;
    int64_t place; /* of number */
};

struct outbox_drain {
    struct outbox *outbox; /* not ours */
    int64_t place;         /* of the last batch that was taken, or read ahead */
    size_t wanted, rows;   /* of a slice, at most about; read ahead, by now */
    GPtrArray *ahead;      /* struct outbox_batch *, of one segment */
    bool complete;         /* no more goes into ahead */
    GArray *kept;          /* struct drain_stretch: sent, but still on the disk; oldest first */
    uint64_t kept_rows;    /* of these */
    uint64_t most_kept;    /* when there are more, some go while a slice is on its way */
    uint64_t taken;        /* batches of the last slice */
    GPtrArray *spent;      /* the batches of the slice before, less and less of them */
};

void drain_init(struct outbox_drain *d, struct outbox *outbox);
void drain_fini(struct outbox_drain *d); /* of zeros is fine */

/* The next slice: the oldest batches of one segment, at most about max_rows rows of them;
 * appended to out, which is empty. Empty: there is nothing, see drain_tidy(). */
MUST_USE enum rc drain_take(struct outbox_drain *d, size_t max_rows, GPtrArray *out,
                            struct err *err);

/* The store has the slice, which is not empty. Its batches are the drain's now; they leave the
 * memory while the next one is on its way, or at once, if there is none. */
void drain_sent(struct outbox_drain *d, GPtrArray *slice);

/* After an empty slice, or when room is wanted: some of what was sent leaves the disk, in a
 * millisecond or a few. *ret_more: call drain_take() and, if that has nothing, this again. */
MUST_USE enum rc drain_tidy(struct outbox_drain *d, bool *ret_more, struct err *err);

/* Readings that the outbox still counts as pending, though the store has them. */
uint64_t drain_kept(const struct outbox_drain *d);

/* What was taken and not sent could not be stored: it is taken again. */
void drain_again(struct outbox_drain *d);

/* How many rows to take next, when a slice that was to have no more than max_rows had so many
 * and was stored in such a time (INT64_MAX: the connection broke); all 0: the first. The longer
 * a slice, the less do its beginning and its end weigh; but while it is on its way, nothing
 * else is done. */
size_t drain_fit(size_t max_rows, uint64_t rows, int64_t took_us);

/* For pg_readings_meanwhile(), with the drain as user. */
void drain_meanwhile(void *drain, bool ending);

#endif
