/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Ownership: which instance decides alarms and has the readings in its custody. This module
 * joins the pure election (alarms/election.h) with the broker's topics claims/, owner, resign/
 * and instances/, and with the lease in the central store, which a thread of its own keeps
 * (storage/lease.h).
 *
 * Threads: the engine's, but for the lease's own.
 * Order:   after every wake-up first ownership_turn(), if it is due, which looks at deadlines
 * on the boot clock before anything else, then everything that came from the broker, and only
 * then whatever an owner does. Rules:   ../shared/ownership.md D3, D4; tests/model/election.pml
 * is checked by spin.
 */
#ifndef SRC_APP_OWNERSHIP_H
#define SRC_APP_OWNERSHIP_H

#include "src/config/config.h"
#include "src/core/snapshot.h"
#include "src/core/uuid.h"

struct ownership;

/* What this instance knows, and may do. */
struct tenure {
    enum role role; /* OWNER: it decides */
    /* It decides: as owner; or UNARBITRATED, when neither broker nor store can be asked and
     * nobody else can know (arbiter SELF): then only for its own screen and journal. */
    bool decides;
    /* It may take custody of readings: owner with a broker. */
    bool custody;
    /* It has told the world, and the last owner had time to hear of it: retained topics and
     * other things outside may be done. */
    bool settled;
    struct rank rank; /* under which it decides, or decided last */
    enum arbiter arbiter;
    char grant[UUID_SIZE]; /* of the lease; "" when the store did not make it owner */
    /* The owner: this one, or who was heard last. "": nobody. */
    struct {
        char instance[64];
        struct rank rank;
        enum arbiter arbiter;
        wall_us since;
        mono_us heard, sure; /* as other_… of struct election_view; 0: never */
    } owner;
};

struct ownership_config {
    const struct config *config;
    const char *presence; /* further members for instances/NAME, a JSON object; NULL: none */
    struct rank seen;     /* the highest that was ever heard: from the cache */
    void *user;
    /* As client_publish(). */
    enum rc (*publish)(void *user, const char *topic, const char *payload, size_t len, int qos,
                       bool retain);
    /* Must be on disk when it returns RC_OK: nothing is claimed before. */
    enum rc (*remember)(void *user, struct rank seen);
};

MUST_USE enum rc ownership_new(struct ownership **ret, const struct ownership_config *config,
                               struct now now, struct err *err);
void ownership_free(struct ownership *o); /* ends the lease's thread; NULL is fine */

/* Topic filters it has to hear (OWN_TOPICS below), also what it publishes itself. */
extern const char *const ownership_filters[]; /* NULL-terminated */

void ownership_connected(struct ownership *o, struct now now);
void ownership_disconnected(struct ownership *o, struct now now);
/* What comes from the broker had waited there, or is new again. */
void ownership_behind(struct ownership *o, bool behind, struct now now);
/* True: it was one of its topics. */
bool ownership_message(struct ownership *o, const char *topic, const char *payload, size_t len,
                       bool retained, struct now now);

/* Readable when the lease's thread has something to tell; ownership_turn() takes it. */
int ownership_fd(const struct ownership *o);
/* Whether ownership_turn() has anything to do: at least once a second. */
bool ownership_due(const struct ownership *o, struct now now);
/* Deadlines, what the lease told, timers. When it wants the next turn. */
mono_us ownership_turn(struct ownership *o, struct now now);

const struct tenure *ownership_tenure(const struct ownership *o);

/* Of this process, as its presence tells. */
const char *ownership_boot(const struct ownership *o);
/* Say the presence once more. */
void ownership_announce(struct ownership *o, struct now now);

/* Further members for instances/NAME from now on, as in the configuration; they are said. */
void ownership_set_presence(struct ownership *o, const char *presence, struct now now);

/* What instances/NAME shall say when the client connects; allocated by GLib. From then on
 * ownership says it itself whenever it has something new. */
char *ownership_presence(const struct ownership *o);

/* RC_INVALID: there would be nobody to hand over to, or this is not the owner; err says which,
 * for whoever asked. */
MUST_USE enum rc ownership_may_hand_over(const struct ownership *o, const char *to,
                                         struct err *err);
/*
 * Give ownership to instance to, or to whoever takes it ("" any). RC_INVALID as above. The
 * caller has put away before all that it decided.
 */
enum rc ownership_handover(struct ownership *o, const char *to, struct now now,
                           struct err *err);
/* The same at an orderly stop, for good. */
void ownership_stop(struct ownership *o, struct now now);
/* Nothing of it is under way any more: lease given back, resignation sent. */
bool ownership_stopped(const struct ownership *o);

#endif
