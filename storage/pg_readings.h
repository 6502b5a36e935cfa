/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Batches of readings into the central store: COPY in binary, where the statement itself is the
 * transaction. A trigger of the store takes the fence, checks that the batch is the segment's
 * next one and moves the mark on, so that neither a deposed owner nor a repetition gets rows in
 * (data/sql). No lock is held while rows are on their way.
 *
 * Threads: the connection's. Errors: as storage/pg.h.
 */
#ifndef STORAGE_PG_READINGS_H
#define STORAGE_PG_READINGS_H

#include "storage/outbox.h"
#include "storage/pg.h"

struct pg_readings;

/* outbox gives the names of numbers; both outlive it. After the connection was lost: a new one.
 */
MUST_USE enum rc pg_readings_new(struct pg_readings **ret, struct pg *pg,
                                 const struct outbox *outbox, struct err *err);
void pg_readings_free(struct pg_readings *r); /* NULL is fine */

/* How one write ended besides enum rc. */
enum pg_outcome {
    PG_STORED,  /* these batches are there, now or already before */
    PG_FENCED,  /* RC_INVALID: not the owner any more; nothing was stored */
    PG_REFUSED, /* RC_INVALID: a row is at fault; nothing was stored */
};

/*
 * Store batches (struct outbox_batch *, one segment, numbers without a gap). grant "": backlog,
 * which may come from anybody and at any time; else fenced with epoch of the segment's rank.
 * Messages that a neighbouring segment has stored as well are left out: the broker delivered
 * them again at a hand-over.
 */
MUST_USE enum rc pg_readings_store(struct pg_readings *r, GPtrArray *batches, const char *grant,
                                   enum pg_outcome *ret, struct err *err);

/* The identities of the messages that were stored last over the shared session, oldest first,
 * at least 4,000 if there were so many: appended to out (struct message_id). */
MUST_USE enum rc pg_readings_ring(struct pg_readings *r, GArray *out, struct err *err);

/* What the owner does now and then: make partitions ahead, drop what is older than
 * retention_days (0: nothing), index days that are over. Fenced. */
MUST_USE enum rc pg_readings_maintain(struct pg_readings *r, uint64_t epoch, const char *grant,
                                      int retention_days, enum pg_outcome *ret,
                                      struct err *err);

#endif
