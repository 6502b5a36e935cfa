/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The outbox on its way to the store, one slice after the other. While the store takes one, the
 * next is read, and the last one is taken off the disk; so the server waits for neither.
 *
 * Threads: the outbox's. Errors: as storage/outbox.h.
 */
#ifndef STORAGE_OUTBOX_DRAIN_H
#define STORAGE_OUTBOX_DRAIN_H

#include "storage/outbox.h"

struct outbox_drain {
    struct outbox *outbox; /* not ours */
    int64_t place;         /* of the last batch that was taken, or read ahead */
    size_t wanted, rows;   /* of a slice, at most about; read ahead, by now */
    GPtrArray *ahead;      /* struct outbox_batch *, of one segment */
    bool complete;         /* no more goes into ahead */
    struct uuid segment;   /* batches of it have been sent, … */
    uint64_t gone, number; /* … up to number, and those up to gone have left the disk */
    uint64_t taken;        /* batches of the last slice */
    GPtrArray *spent;      /* those of the slice before, less and less of them */
};

void drain_init(struct outbox_drain *d, struct outbox *outbox);
void drain_fini(struct outbox_drain *d);

/* The next slice: the oldest batches of one segment, at most about max_rows rows of them;
 * appended to out, which is empty. Empty: there is nothing. */
MUST_USE enum rc drain_take(struct outbox_drain *d, size_t max_rows, GPtrArray *out,
                            struct err *err);

/* The store has the slice. RC_OK: its batches are the drain's now, and leave the disk and the
 * memory while the next one is on its way, or at once, if there is none. */
MUST_USE enum rc drain_sent(struct outbox_drain *d, GPtrArray *slice, struct err *err);

/* What was taken could not be stored: begin again with the oldest. */
void drain_again(struct outbox_drain *d);

/* For pg_readings_meanwhile(), with the drain as user. */
void drain_meanwhile(void *drain, bool ending);

#endif
