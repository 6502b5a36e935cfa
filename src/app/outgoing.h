/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Outgoing: what this instance decides about alarms, made into changes. Each gets its number
 * and goes into the batch of the rows it tells of, so cache, store and other instances have all
 * of it or nothing; once it is on disk it is told to the others over the broker as well.
 *
 * Pure but for its callback; the engine's.
 * Limits: what waits for its commit is bounded by the cache's queue. What cannot be published,
 *         because the broker is away or slow, is dropped here: the others find the gap in the
 *         numbers and get it from the store, or with the next whole state.
 */
#ifndef SRC_APP_OUTGOING_H
#define SRC_APP_OUTGOING_H

#include <jansson.h>

#include "src/app/kept.h"
#include "src/app/sync.h"
#include "storage/cache.h"

struct outgoing;

/* Tell the others. */
typedef void (*outgoing_tell)(void *user, const struct change *change);

/* last: number of the writer's last change in the cache. */
struct outgoing *outgoing_new(const char *writer, const char *instance, uint64_t last,
                              outgoing_tell tell, void *user);
void outgoing_free(struct outgoing *o); /* NULL is fine */

/* What was decided is decided under this rank from now on. alone: without an arbiter; then the
 * others hear the journal's lines only, since whoever is owner decides the state. Which rises
 * they are of, "alone" tells the store. */
void outgoing_set_rank(struct outgoing *o, struct rank rank, bool alone);
/* The next change tells the whole state with what it changes: so nothing stays of an owner who
 * was dismissed. */
void outgoing_tell_whole(struct outgoing *o);

/* An operator action of another instance has been done or refused: goes with the next batch. */
void outgoing_handled(struct outgoing *o, const struct remote_answer *answer);
bool outgoing_waiting(const struct outgoing *o); /* such a one, or the state, wants a batch */

/* The batch is complete, and about to be put: give what is in it about alarms a number. kept:
 * the state, with the batch's changes. */
void outgoing_fill(struct outgoing *o, struct batch *b, const struct kept *kept);
/* It has been put, as this batch. */
void outgoing_put(struct outgoing *o, uint64_t batch);

/* All batches up to this one are on disk: tell the others of what was in them. */
void outgoing_committed(struct outgoing *o, uint64_t batch);
/* Some change waits for its commit. */
bool outgoing_unsaid(const struct outgoing *o);
uint64_t outgoing_told(const struct outgoing *o); /* number of the last one on disk */
const char *outgoing_writer(const struct outgoing *o);

#endif
