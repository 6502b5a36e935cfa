/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Custody: how readings reach the central store, each exactly once. A thread of its own, in
 * every instance with [postgres] conninfo, which
 *
 *   as owner   holds the site's shared MQTT session (config [mqtt] ingest_id): takes messages,
 *              decodes them, and has their readings in the store, or, when that is away, in the
 *              outbox on disk (storage/outbox.h), before it lets the PUBACKs go;
 *   always     sends what is left in the outbox.
 *
 * Of the store nothing is expected but that it comes back: connecting is another thread's
 * business, an answer is awaited for three seconds, and meanwhile messages go to the outbox.
 * The broker's session is the buffer at a hand-over (ownership, E3). Topics of QoS 0 are not in
 * it: what a new owner's own cache has and the store has not is aligned and added (E4).
 *
 * Threads: the functions belong to the engine; none of them blocks for longer than a lock.
 */
#ifndef SRC_APP_CUSTODY_H
#define SRC_APP_CUSTODY_H

#include "src/config/config.h"
#include "src/core/plant.h"
#include "src/core/rank.h"
#include "src/core/uuid.h"
#include "src/decode/profile.h"

struct custody;

/* config and profiles outlive it. A reference of plant is taken. */
MUST_USE enum rc custody_start(struct custody **ret, const struct config *config,
                               const struct profiles *profiles, struct plant *plant,
                               struct err *err);
/* Lets the session go, waits for what is under way, some seconds at most. NULL is fine. */
void custody_stop(struct custody *c);

void custody_set_plant(struct custody *c, struct plant *plant);

/* A reading of this series has come at QoS 0 over the instance's own session, not retained. At
 * a take-over such series are compared with the store. */
void custody_heard(struct custody *c, uint32_t series);

struct custody_term {
    struct rank rank;
    enum arbiter arbiter;
    char grant[UUID_SIZE]; /* "": not by the store; then everything goes to the outbox */
};
/* Owner from now on; or still owner, by another arbiter or rank. */
void custody_take(struct custody *c, const struct custody_term *term);
/* Owner no longer: the session is closed at once, and nothing more is written as owner. */
void custody_leave(struct custody *c);
bool custody_left(struct custody *c); /* that has been done */

struct custody_state {
    bool holds;     /* the session is open and messages are taken */
    bool connected; /* the store answers this thread */
    bool fenced;    /* the store has another owner: nothing is taken until it is told again */
    char problem[160];
    uint64_t pending, synced, quarantined; /* readings: in the outbox, arrived, refused */
    uint64_t received;                     /* messages taken over the session */
};
void custody_get(struct custody *c, struct custody_state *ret);

#endif
