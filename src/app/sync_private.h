/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of sync share. */
#ifndef SRC_APP_SYNC_PRIVATE_H
#define SRC_APP_SYNC_PRIVATE_H

#include "src/app/aside.h"
#include "src/app/sync.h"
#include "src/app/worker.h"
#include "storage/pg_changes.h"
#include "storage/pg_schema.h"

struct sync_term {
    bool decides;
    struct rank rank;
    char grant[UUID_SIZE];
    uint64_t serial; /* rises with each sync_set_term() */
};

struct sync_plant {
    int64_t base;
    char *stations, *components, *rules, *actor;
};
void sync_plant_free(struct sync_plant *p); /* NULL is fine */

/* A snapshot on its way here: the journal lines that belong to it come page by page. */
struct sync_filling {
    bool on;
    struct pg_extent extent;
    int64_t after;
    uint64_t left; /* changes */
};

/* The thread's own. */
struct sync_thread {
    struct pg *pg;            /* NULL: not connected */
    struct pg_schema *schema; /* that this program knows; NULL: its files cannot be read */
    mono_us retry, look, prune;
    mono_us hold_end; /* a long outbox waits until then at most */
    uint64_t held_at; /* how far it had been sent when that was decided */
    mono_us check;    /* whether the store still has that schema */
    int64_t backoff_us;
    bool outbox_due, look_due; /* not only when it is time */
    uint64_t sent, last;       /* of the outbox */
    guint page;                /* so many of it at once; what is too much is tried as less */
    struct aside aside;        /* what the store refused of it */
    bool aside_unread;         /* that cannot be read, which has been told */
    uint64_t stored;           /* the last one of it that the store took */
    uint64_t fenced;           /* serial of the term that is over; 0: none */
    int64_t cursor, plant_version;
    struct sync_filling filling;
    GHashTable *asked;  /* id → struct asked: actions of this instance */
    GHashTable *given;  /* ids of actions that the engine has got under this term */
    GPtrArray *answers; /* struct remote_answer *, to be stored */
    struct sync_plant *plant;
    struct sync_term term; /* as last seen */
};

struct sync {
    struct worker worker;
    /* constant */
    char *conninfo, *instance, writer[UUID_SIZE];
    int retention_days;
    int64_t look_us;
    struct sync_source source;
    int stop_fd; /* ends what waits for the server; wake_fd does not */
    int news_fd;
    /* under lock: orders to the thread */
    struct sync_term term;
    GPtrArray *submits, *answers; /* struct remote_action *, struct remote_answer * */
    GPtrArray *forgets;           /* char * */
    struct sync_plant *plant;
    bool poked, hold;
    /* under lock: from the thread */
    struct sync_news news;
    struct sync_state state;

    _Atomic mono_us waiting; /* as in struct sync_state */

    struct sync_thread own; /* the thread's, without lock */
};

void sync_work(void *worker);

/* A long outbox lets readings go first. */
bool sync_holds(struct sync *s, mono_us now);
/* How much waits, when there is no connection to send it. */
void sync_count(struct sync *s);
/* How much the store has refused. */
void sync_look_aside(struct sync *s);
/* In the thread, without lock. RC_IO: the connection is of no use any more. */
enum rc sync_out(struct sync *s, mono_us now, struct err *err); /* the outbox */
enum rc sync_push(struct sync *s, struct err *err);             /* actions, answers, a plant */
enum rc sync_in(struct sync *s, mono_us now, struct err *err);
void sync_refuse_plant(struct sync *s, const char *why);

/* The engine has all changes that were given to it. */
bool sync_is_taken(struct sync *s);
/* The present term; a new one makes an end of what belonged to the last. */
void sync_see_term(struct sync *s);
/* May write as owner. */
bool sync_owns(const struct sync *s);
/* There is news now. Under lock. */
void sync_tell(struct sync *s);

struct asked {
    struct remote_action action;
    bool submitted;
};

#endif
