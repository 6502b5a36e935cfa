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

/*
 * While the store takes the rows of a COPY, there is time for something else: it is called
 * dozens of times in a full one, while the server has enough to do for about a millisecond,
 * and once at its end (ending), when the server has tens of milliseconds to go. It does not use
 * r or its connection, but for pg_readings_foresee().
 */
typedef void pg_meanwhile(void *user, bool ending);
void pg_readings_meanwhile(struct pg_readings *r, pg_meanwhile *call, void *user);

/* These batches (as pg_readings_store() takes them) come next, or the first of them: what the
 * store has to be asked for is looked for now. What was looked through before is not again. */
void pg_readings_foresee(struct pg_readings *r, GPtrArray *batches);

/* How one write ended besides enum rc. */
enum pg_outcome {
    PG_STORED,  /* these batches are there, now or already before */
    PG_FENCED,  /* RC_INVALID: not the owner any more; nothing was stored */
    PG_REFUSED, /* RC_INVALID: a row is at fault; nothing was stored: pg_readings_isolate() */
    PG_GAP,     /* RC_INVALID: the store has lost batches before these: pg_readings_skip() */
    PG_TROUBLE, /* RC_INVALID: the server cannot, for a reason that is not in the rows; later */
};

/*
 * Store batches (struct outbox_batch *, one segment, numbers without a gap). grant "": backlog,
 * which may come from anybody and at any time; else fenced with epoch of the segment's rank.
 * Messages that a neighbouring segment has stored as well are left out: the broker delivered
 * them again at a hand-over.
 */
MUST_USE enum rc pg_readings_store(struct pg_readings *r, GPtrArray *batches, const char *grant,
                                   enum pg_outcome *ret, struct err *err);

/*
 * After PG_REFUSED: find the rows that the store does not take, put them into the quarantine
 * with the server's words, and store the rest. *ret_refused: how many. *ret is PG_STORED,
 * PG_FENCED, PG_GAP or PG_TROUBLE; the quarantine gets a row once, however often this is tried.
 */
MUST_USE enum rc pg_readings_isolate(struct pg_readings *r, struct outbox *outbox,
                                     GPtrArray *batches, const char *grant, wall_us now,
                                     size_t *ret_refused, enum pg_outcome *ret,
                                     struct err *err);

/*
 * After PG_GAP: the segment goes on with batch next. Batches before it were confirmed by a
 * store that has lost them since: restored from a backup, or a standby that was behind when it
 * was promoted. The store notes how many.
 */
MUST_USE enum rc pg_readings_skip(struct pg_readings *r, const struct segment *segment,
                                  uint64_t next, struct err *err);

/* The identities of the messages that were stored last over the shared session, oldest first,
 * at least 4,000 if there were so many: appended to out (struct message_id). */
MUST_USE enum rc pg_readings_ring(struct pg_readings *r, GArray *out, struct err *err);

/* What the owner does now and then: make partitions ahead, drop what is older than
 * retention_days (0: nothing). Fenced; takes no longer than some hundred milliseconds. */
MUST_USE enum rc pg_readings_maintain(struct pg_readings *r, uint64_t epoch, const char *grant,
                                      int retention_days, enum pg_outcome *ret,
                                      struct err *err);

/*
 * Index one day that is over, so that the history of one component is found quickly; *ret_more:
 * there was one. A day of 40 million rows takes a minute: for a connection of its own, with as
 * long an answer_us. It needs no fence.
 */
MUST_USE enum rc pg_readings_index(struct pg *pg, bool *ret_more, struct err *err);

#endif
