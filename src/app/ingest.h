/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Ingest: what the broker delivers becomes readings, the readings change the model and fill a
 * batch for the cache. Owns decoder, model, strays and the identities of messages.
 *
 * Threads: the engine's only (made by main before the engine's thread starts).
 */
#ifndef SRC_APP_INGEST_H
#define SRC_APP_INGEST_H

#include "src/app/alarming.h"
#include "src/app/custody.h"
#include "src/app/outgoing.h"
#include "src/app/redelivery.h"
#include "src/app/strays.h"
#include "src/core/model.h"
#include "src/decode/decode.h"
#include "src/mqtt/client.h"
#include "storage/cache.h"

struct ingest {
    struct cache *cache;       /* not ours */
    struct alarming *alarming; /* not ours */
    struct outgoing *outgoing; /* not ours */
    struct custody *custody;   /* not ours; NULL: there is no central store */
    struct decoder *decoder;
    struct model *model;
    struct batch *batch; /* being filled; NULL: none yet */
    mono_us batch_since;
    struct redelivery redelivery;
    struct strays strays;
    bool forget_ring; /* to be told with the next batch */
    uint64_t put;     /* number of the last batch queued, 0: none */
    uint64_t received, readings, rejected, redelivered;
};

/* decoder and model are taken over. The identities the cache kept are read. */
void ingest_init(struct ingest *in, struct cache *cache, struct decoder *decoder,
                 struct model *model, struct alarming *alarming, struct outgoing *outgoing);
/* Call ingest_flush() before. */
void ingest_fini(struct ingest *in);

void ingest_connected(struct ingest *in, bool session_present);
/* The broker has the PUBACKs of the messages of this connection up to that number. */
void ingest_confirmed(struct ingest *in, uint64_t number);
void ingest_message(struct ingest *in, const struct client_message *m, struct now now);

/* Time passes: once a second. */
void ingest_tick(struct ingest *in, struct now now);

/* The batch that is being filled, for what others put in; made when there is none. */
struct batch *ingest_batch(struct ingest *in, struct now now);
/* What other instances decided, moved out of changes, with how far that is: struct
 * followed_mark, and the entry of the store's log (0: as it was). */
void ingest_follow(struct ingest *in, struct alarm_changes *changes, const GArray *marks,
                   int64_t cursor, struct now now);

/* Queue what has gathered, if anything, for commit. */
void ingest_put(struct ingest *in);
/* The same, and nothing can be taken in afterwards. */
void ingest_flush(struct ingest *in);
/* Records and identities waiting to be put, and one for whatever alarms have changed. */
size_t ingest_waiting(const struct ingest *in);
/* All that was ever taken in is on disk. */
bool ingest_committed(const struct ingest *in);

void ingest_set_plant(struct ingest *in, struct plant *plant, struct now now);

#endif
