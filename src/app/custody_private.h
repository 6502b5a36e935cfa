/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The inside of custody, shared by its files: custody.c is called by the engine, custody_loop.c
 * turns the thread, custody_take.c makes batches of messages, custody_store.c has them stored,
 * custody_seam.c fills the gap that topics of QoS 0 have at a hand-over.
 */
#ifndef SRC_APP_CUSTODY_PRIVATE_H
#define SRC_APP_CUSTODY_PRIVATE_H

#include <pthread.h>

#include "src/app/custody.h"
#include "src/app/dialer.h"
#include "src/app/keeper.h"
#include "src/app/redelivery.h"
#include "src/app/report.h"
#include "src/core/model.h"
#include "src/decode/decode.h"
#include "src/mqtt/client.h"
#include "storage/outbox_drain.h"
#include "storage/pg_readings.h"

/*
 * IDLE:   not owner; there is no client.
 * ASKING: owner by the store, which is being asked what was stored last. Not longer than
 *         ask_until: without the answer repetitions are found when they come to the store.
 * OPEN:   there is a client, or one is about to be made.
 * OVER:   the store says that somebody else is owner. There is no client, and there will be
 *         none until the engine has said what it makes of that.
 */
enum custody_stage { CUSTODY_IDLE, CUSTODY_ASKING, CUSTODY_OPEN, CUSTODY_OVER };

/* Who has a problem. */
enum custody_problem { CUSTODY_OUTBOX, CUSTODY_SESSION, CUSTODY_STORE };
#define CUSTODY_PROBLEMS (CUSTODY_STORE + 1)

struct seam;

struct custody {
    const struct config *config; /* constant, as are: */
    const struct profiles *profiles;
    struct dialer *dialer;
    struct keeper *keeper;
    pthread_t thread;
    bool runs; /* the thread was started */
    int wake_fd;

    pthread_mutex_t lock; /* leaf */
    struct {
        bool stop, owner;
        bool left;       /* there was a custody_leave() since the thread last looked */
        uint64_t leaves; /* how many there were */
        struct custody_term term;
        struct plant *plant;    /* a new one; NULL: none */
        GHashTable *heard;      /* series whose readings come at QoS 0 */
    } asked;                    /* under lock: by the engine */
    uint64_t left;              /* under lock: so many leaves have been done */
    struct custody_state state; /* under lock */

    /* What follows belongs to the thread. */
    struct now now; /* of this turn */
    mono_us next_tick, next_count;
    struct custody_state told;             /* what state is to become, but for the problem: */
    struct err problems[CUSTODY_PROBLEMS]; /* the first that is not "" */

    enum custody_stage stage;
    struct custody_term term;
    mono_us ask_until;
    struct client *client;
    mono_us open_at; /* no client is made before */
    bool fell;       /* the connection has gone */

    struct outbox *outbox;
    struct plant *plant;
    GHashTable *names; /* series → struct series_name *; of every plant there was */
    struct decoder *decoder;
    struct model *model;   /* while owner */
    struct report *report; /* the same, with [postgres] report = exception */
    struct redelivery redelivery;
    GArray *scratch; /* struct record, of one message */

    struct segment segment; /* the present one; nil id: none yet */
    uint64_t number;        /* of its last batch that was closed */
    uint64_t queued;        /* of its last batch in the outbox that the store has not got; 0 */
    struct outbox_batch *open; /* being filled, NULL: none */
    mono_us open_since;
    unsigned open_messages; /* how many it has, of either QoS */
    GQueue ready;           /* struct outbox_batch *, closed, in order, not kept yet */
    bool numbered;          /* the first of them has the outbox's numbers already */
    mono_us retry_keep;     /* they could not be kept: not again before */
    bool more;              /* the socket was not drained */

    struct pg *pg;                /* NULL: none */
    struct pg_readings *readings; /* the same */
    mono_us dial_at;
    int64_t dial_delay;        /* the next one */
    bool backlog;              /* there may be something in the outbox */
    struct outbox_drain drain; /* of it, on their way to the store */
    size_t slice;              /* rows of it at once, by how quick the store is */
    uint64_t drained;          /* rows of it that were sent, since there was none */
    mono_us backlog_at;        /* not before */
    mono_us upkeep_at;
    bool seam_wanted;  /* with the next connect */
    struct seam *seam; /* the gap at this take-over; NULL: none, or filled */
};

struct series_name {
    char *station, *component;
    uint32_t number; /* the outbox's; 0: not asked for yet */
};

/* ---- custody_loop.c ---- */

void *custody_run(void *custody);
/* Tell people, once for as long as it stays the same; NULL: there is none any more. */
void custody_tell(struct custody *c, enum custody_problem who, const struct err *err);

/* ---- custody_take.c ---- */

/* For another plant, also the first one. */
void custody_use_plant(struct custody *c, struct plant *plant);
/* Owner: a model with what the cache knows. */
MUST_USE enum rc custody_begin(struct custody *c, struct err *err);
/* Not owner any more; what was not kept is dropped. */
void custody_end(struct custody *c);
MUST_USE enum rc custody_open_client(struct custody *c, struct err *err);
/* A second has gone by. */
void custody_tick(struct custody *c);
/* From now on another segment. */
void custody_new_segment(struct custody *c, bool fresh);
/* The batch that is being filled, begun if there is none. */
struct outbox_batch *custody_batch(struct custody *c);
/* Into it goes a reading (series: of the plant) of no message of QoS 1. */
void custody_add(struct custody *c, const struct record *r);
/* No more goes into the open batch, if there is one. */
void custody_close_batch(struct custody *c);
/* When what has gathered is to be kept at the latest; INT64_MAX: there is nothing. */
mono_us custody_keep_at(const struct custody *c);

/* ---- custody_store.c ---- */

/* Take what the dialer reached; dial when it is time. */
void custody_turn_store(struct custody *c);
/* It says something without having been asked: mostly good-bye. */
void custody_hear_store(struct custody *c);
/* The connection is of no use any more. */
void custody_drop_store(struct custody *c);
/* False: the ring could not be read. */
bool custody_read_ring(struct custody *c);
/* Bring everything that is ready to where it is safe; then let its PUBACKs go. */
void custody_keep(struct custody *c);
/* Send some of the outbox; when there is nothing to send, remove some of what was sent. */
void custody_send_backlog(struct custody *c);
/* Remove some of what was sent, while nothing can be sent. */
void custody_tidy(struct custody *c);

/* ---- custody_seam.c ---- */

/* The session has been opened after a take-over by the store. */
void custody_seam_begin(struct custody *c);
/* A reading has come over it. */
void custody_seam_live(struct custody *c, const struct record *r);
/* Fill the gap when it is time. */
void custody_seam_turn(struct custody *c);
void custody_seam_end(struct custody *c);

#endif
