/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sync: everything besides readings and the lease that goes between this instance and the
 * central store, in a thread of its own with its own connection:
 *
 *   out   the alarm outbox of the cache (journal and alarm state this instance decided), fenced
 *         while it is owner, append-only when it no longer is; operator actions; a plant that
 *         was imported or adopted here
 *   in    the change log, from the last entry this instance has; a newer plant; actions that
 *         wait for the owner; answers to our own
 *
 * The store notifies (LISTEN leitstand); whatever was missed is found by asking every few
 * seconds. The engine applies what came; the thread fetches no more until it has been taken.
 *
 * Threads: the functions belong to the engine; none of them blocks for longer than a lock.
 */
#ifndef SRC_APP_SYNC_H
#define SRC_APP_SYNC_H

#include <jansson.h>

#include "src/config/config.h"
#include "src/core/rank.h"
#include "src/core/uuid.h"
#include "storage/query.h"

struct sync;

/* One entry of the change log: what one instance decided at once. Its (writer, number) is what
 * makes it the same by whichever way it comes. */
struct change {
    int64_t id;             /* in the store's log; 0: not from there */
    char writer[UUID_SIZE]; /* the cache it was decided in */
    uint64_t number;        /* that writer's, counting from 1 without a gap */
    char instance[64];
    struct rank rank;
    json_t *body; /* changes_json.h */
};
void change_clear(void *change); /* for g_array_set_clear_func() */

/* An operator action on its way to the owner. */
struct remote_action {
    char id[UUID_SIZE];
    char instance[64]; /* where it was made */
    char user[64], origin[64];
    wall_us at;
    json_t *body; /* act_json.h; or {"command":"handover","to":…} */
};
void remote_action_clear(void *action);

struct remote_answer {
    char id[UUID_SIZE];
    bool ok;
    char text[256];
};

struct sync_news {
    GArray *changes; /* struct change, in the log's order; none that were decided here */
    /* changes begin with a whole state (writer "", number and id 0): whatever was kept is
     * replaced by it, and so are the marks how far each writer is known, by its
     * "marks":[{"writer":…, "number":…}]. */
    bool snapshot;
    /* changes are what led to the state, in pages after it: journal lines only, each with its
     * id, writer and number, perhaps known already. */
    bool history;
    /* The log up to this entry is known when changes have been applied, also what was decided
     * here and is left out: to be kept on disk in one transaction with them, or later. 0: as
     * it was. */
    int64_t cursor;
    uint64_t sent;   /* of the outbox: in the store up to here, or kept aside; 0: as it was */
    GArray *actions; /* struct remote_action: for the owner to do, perhaps not the first time */
    GArray *answers; /* struct remote_answer: to actions of this instance */
    int64_t plant_version; /* 0: no other plant than the one told to sync_start() */
    char *stations, *components, *rules; /* its files */
    int64_t plant_stored; /* by sync_store_plant(): the store has it, as this version; 0: no */
    char plant_refused[256]; /* or why not; "": nothing to say */
};
void sync_news_init(struct sync_news *n);
void sync_news_fini(struct sync_news *n);

/* The outbox, for the thread only. Tests have others than the cache's. */
struct sync_row {
    uint64_t number;
    struct rank rank;
    const char *body;
};
struct sync_source {
    void *user;
    /* The next rows after number after, in order; *ret_last: number of the last of all. */
    enum rc (*read)(void *user, uint64_t after, size_t limit,
                    void (*row)(void *to, const struct sync_row *row), void *to,
                    uint64_t *ret_last, struct err *err);
    void (*close)(void *user);
};

struct sync_setup {
    const struct config *config; /* read by sync_start_with() only */
    const char *writer;          /* UUID of the cache */
    int64_t cursor, plant_version;
    uint64_t sent;             /* of the outbox, that far at least */
    struct sync_source source; /* closed in the end, or at once when there is no store */
    int64_t look_us;
};
struct sync *sync_start_with(const struct sync_setup *setup);

/* NULL when there is no central store. marks: those of the cache, whose outbox is read over a
 * connection of its own. */
struct sync *sync_start(const struct config *config, const struct sync_marks *marks);
/* NULL is fine. What is under way is given up. */
void sync_stop(struct sync *s);

/* decides: what the outbox gets from now on is the owner's; grant "": not by the store. */
void sync_set_term(struct sync *s, bool decides, struct rank rank, const char *grant);

/* The cache has committed something new: look into the outbox. */
void sync_poke(struct sync *s);

/* Much else is on its way to the store: while that is so, and for some seconds after connecting
 * at most, a long outbox waits; once, until some of it has been sent. What is short goes at
 * once. */
void sync_hold(struct sync *s, bool hold);

/* Readable: sync_take() has something. The thread goes on when it has been taken. */
int sync_fd(const struct sync *s);
void sync_take(struct sync *s, struct sync_news *ret); /* appended to an initialised *ret */

/* An action of this instance, until it is answered; kept in memory, the cache has it on disk.
 */
void sync_submit(struct sync *s, const struct remote_action *a);
/* It was answered, whichever way. */
void sync_forget(struct sync *s, const char *id);
/* What the owner said to one. */
void sync_answer(struct sync *s, const struct remote_answer *a);
/* A plant for everybody; the answer comes as news, soon, also when the store is away. base: the
 * version it was made from. Who stored it gets it as news like everybody else. */
void sync_store_plant(struct sync *s, int64_t base, const char *stations,
                      const char *components, const char *rules, const char *actor);

struct sync_state {
    bool known, connected;
    mono_us waiting; /* since when the store owes an answer; 0: it owes none */
    char problem[160];
    char store[UUID_SIZE]; /* which store it is, once that is known: the same for all of one */
    bool fenced;           /* not the owner any more, says the store; waits for
                              sync_set_term() */
    /* Since sync_set_term() all of the log is here, and was taken: with a grant, all that any
     * owner before decided and stored. There is news when it becomes so. */
    bool current;
    uint64_t sent;    /* of the outbox: as in struct sync_news */
    uint64_t pending; /* entries of the outbox not there yet */
    /* Entries that the store refused, in this run or before: lines of PATH.refused, until that
     * file is moved away. */
    uint64_t refused;
    uint64_t behind, behind_at_first; /* entries of the log not here yet; see struct health */
};
void sync_get(struct sync *s, struct sync_state *ret);

#endif
