/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Replica: changes of other instances, put in order. They come over the broker, at once, and
 * from the store's log, in any order, repeated, late; what comes out is each change once, in
 * the order of its writer's numbers.
 *
 * State and journal are two things. State is the alarm state a change leaves behind; the
 * journal's lines are history. A step says which of both it brings:
 *
 *   - The journal is kept of every change, without a gap, by whatever rank it was decided.
 *   - State is taken from the highest rank only: what was decided under a lower rank than some
 *     change that was applied comes from one that had been dismissed. Whoever decides now
 *     started from what it knew, and a late word of the old owner must not undo that.
 *   - A gap waits for the log, whose order is the truth: what is missing there never comes.
 *     Without a store it waits for a whole state.
 *   - A whole state (a snapshot) replaces what is kept. The changes it contains bring no state
 *     any more, and with a store they still bring their lines, by the log. Until then what
 *     follows the snapshot brings its state at once and its lines later, in their order.
 *
 * A writer nobody has heard of may have begun long ago: its changes wait until the log or a
 * snapshot tells where it stands, unless there is no store and its first one comes.
 *
 * An owner publishes a snapshot when it becomes one, and when a new instance appears. It goes
 * over the broker in parts.
 *
 * Pure; the engine's.
 * Limits: REPLICA_WAITING changes wait, of REPLICA_BYTES as messages; more are dropped, and
 * come by the log, or as a snapshot. So are those of a writer that only the broker tells of
 * when REPLICA_WRITERS are known.
 */
#ifndef SRC_APP_REPLICA_H
#define SRC_APP_REPLICA_H

#include "src/app/sync.h"
#include "storage/cache.h"

#define REPLICA_WAITING 10000
#define REPLICA_BYTES   (32u << 20)
#define REPLICA_WRITERS 1000

struct replica;

/* own: the writer of this cache, whose changes are passed over. */
struct replica *replica_new(const char *own, bool store);
void replica_free(struct replica *r); /* NULL is fine */

/* As the cache has it: this writer's changes are applied up to number. */
void replica_mark(struct replica *r, const char *writer, uint64_t number);
/* This instance decides under this rank: lower ones bring no state. */
void replica_decided(struct replica *r, struct rank rank);

/* A change, by whichever way: id tells. c is emptied. */
void replica_offer(struct replica *r, struct change *c);
/* The first one of sync_news.snapshot: a whole state of the log, with its marks. c is emptied.
 */
void replica_offer_state(struct replica *r, struct change *c);

/* Where each writer stands here (struct followed_mark), for a snapshot; caller unrefs. */
GArray *replica_marks(const struct replica *r);

/* What is to be done next. */
struct replica_step {
    bool snapshot; /* bodies are a whole state: what is kept is replaced by it; of a change
                      with "whole":true as well */
    bool state;    /* it changes what is kept; also true with snapshot */
    bool journal;  /* its lines go into the cache's journal */
    char instance[64];
    struct rank rank;
    GPtrArray *bodies; /* json_t *; none: the step only moves cursor or marks */
    GArray *marks;     /* struct followed_mark: into the batch of the same rows */
    int64_t cursor;    /* the same; 0: none */
};
/* False: nothing. Otherwise *ret is to be cleared. */
bool replica_next(struct replica *r, struct replica_step *ret);
void replica_step_clear(struct replica_step *s);

/* Something waits for what is missing: a snapshot would help, unless the log brings it. */
bool replica_lacks(const struct replica *r);

/* ---- over the broker (replica_message.c) ---- */

/* What is published for a change: for free(). */
char *replica_change_text(const struct change *c);

/* Where each writer stands in a state that is published. */
struct replica_head {
    char writer[UUID_SIZE];
    uint64_t number; /* the writer's own changes in it go up to here */
    char instance[64];
    struct rank rank;
    int64_t taken;       /* tells two snapshots of one writer apart */
    const GArray *marks; /* struct followed_mark: other writers' that are in it; NULL: none */
};
#define REPLICA_PART_BYTES 60000
/* A whole state as messages of no more than REPLICA_PART_BYTES: char *, each for free(). */
GPtrArray *replica_snapshot_texts(const struct replica_head *head,
                                  const struct alarm_changes *state);

/* A message of leitstand/v1/changes/NAME. False: it is not of this form, and err says why. */
bool replica_message(struct replica *r, const char *payload, size_t len, struct err *err);

#endif
