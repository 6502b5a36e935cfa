/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Election of the one owner (ownership D3, D4). Two arbiters: the lease in the central store,
 * and, while that is away, claims at the broker, of which the first of a rank wins.
 *
 * Pure: events in, orders out. Whoever runs it tells what was heard, what the lease answered
 * and what time it is, and after each call carries out all orders in their order. It says what
 * it wants from the lease and from the broker; it never knows whether it gets through.
 *
 *   BLIND      no connection to the broker
 *   JOIN       connected; what the broker retains, or sent while we slept, is still coming.
 *              Over when our own presence with a fresh number has come back behind it, and,
 *              for a while at most, readings that had waited (election_behind()) are over
 *   STANDBY    listens
 *   CLAIM      has claimed a rank at the broker and waits for its echo
 *   OWNER_PG   has the lease, until a deadline counted from before the request was sent
 *   OWNER_FB   its claim came back first; bound to the connection and to its own echo
 *   SELF       decides for its own screen: nobody else can be asked
 *
 * What holds:
 *   an epoch of the store belongs to one instance; a rank of the broker to one living owner;
 *   of two instances that know of each other never both are settled.
 */
#ifndef ALARMS_ELECTION_H
#define ALARMS_ELECTION_H

#include <stdbool.h>
#include <stddef.h>

#include "src/core/clock.h"
#include "src/core/lease.h"
#include "src/core/rank.h"

#define ELECTION_NAME_SIZE LEASE_NAME_SIZE

struct election;

enum election_state {
    ELECTION_BLIND,
    ELECTION_JOIN,
    ELECTION_STANDBY,
    ELECTION_CLAIM,
    ELECTION_OWNER_PG,
    ELECTION_OWNER_FB,
    ELECTION_SELF,
};
#define ELECTION_STATES (ELECTION_SELF + 1)
const char *election_state_name(enum election_state state);

struct election_config {
    const char *name; /* of this instance */
    bool candidate;   /* no: it listens, and never owns */
    bool store;       /* a central store is configured */
    struct rank seen; /* the highest that was ever heard */
    int64_t validity_us, renewal_us, echo_us, dead_us;
};

/* The times that follow from these. */
struct election_times {
    int64_t hold_us;   /* the lease counts for so long, from before it was asked for */
    int64_t beacon_us; /* an owner says so each */
    int64_t settle_us; /* after another owner was heard, before things outside are done */
    int64_t grace_us;  /* for the owner by the broker's word to acquire first */
};
void election_times(const struct election_config *config, struct election_times *ret);

/* The configuration is copied. */
struct election *election_new(const struct election_config *config, struct now now);
void election_free(struct election *e); /* NULL is fine */

/* ---- events ---- */

void election_connected(struct election *e, struct now now);
void election_disconnected(struct election *e, struct now now);

/* Readings that come had waited at the broker: whoever has not seen them yet leaves it to
 * others to be owner, for echo_us at most. False: they are new again. */
void election_behind(struct election *e, bool behind, struct now now);

enum election_said { SAID_CLAIM, SAID_BEACON, SAID_RESIGN, SAID_PRESENCE, SAID_GONE };
struct election_message {
    enum election_said said; /* GONE: its presence was emptied */
    const char *from;
    bool mine;     /* this very process said it */
    bool retained; /* an old one, told to a newcomer */
    struct rank rank;
    uint64_t n;           /* BEACON, PRESENCE: the number it was ordered with */
    mono_us said_at;      /* BEACON: by its sender's boot clock; 0: it does not tell */
    enum arbiter arbiter; /* BEACON */
    wall_us since;        /* BEACON */
    const char *to;       /* RESIGN: who shall be next; "" anybody */
    bool settled;         /* RESIGN: nobody else may be left who acts */
    int64_t settles_us;   /* RESIGN, if not: in so long; 0: not known */
    bool candidate;       /* PRESENCE */
};
void election_hear(struct election *e, const struct election_message *m, struct now now);

/* To the one request under way. */
void election_lease(struct election *e, const struct lease_answer *a, struct now now);
/* The store says that something happened to the lease. */
void election_notified(struct election *e, struct now now);

/* What the presence tells has changed: say it again, if anybody listens. */
void election_announce(struct election *e, struct now now);

/* First thing after every wake-up. When it wants the next. */
mono_us election_turn(struct election *e, struct now now);

/* What the broker tells of another instance. */
enum election_peer { PEER_ABSENT, PEER_VIEWER, PEER_CANDIDATE };
enum election_peer election_peer(const struct election *e, const char *name);
bool election_has_rivals(const struct election *e); /* another candidate is there */

/* Give ownership away. RC_INVALID, RC_NOTFOUND are not ours to tell: false when it is no owner,
 * or to is no candidate that is there. */
bool election_handover(struct election *e, const char *to, struct now now);
/* The same for good, owner or not. */
void election_stop(struct election *e, struct now now);
bool election_stopped(const struct election *e); /* once all orders are carried out */

/* ---- orders ---- */

enum election_act {
    ACT_CLAIM,    /* publish claims/NAME: rank. Remember it on disk before */
    ACT_BEACON,   /* publish owner: rank, n, at */
    ACT_UNBEACON, /* empty it: nobody is owner any more */
    ACT_RESIGN,   /* publish resign/NAME: rank, to, settled, settles_us */
    ACT_PRESENCE, /* publish instances/NAME: n, rank (the highest heard) */
    ACT_LEASE,    /* ask the store: lease. At most one request is under way */
};
struct election_order {
    enum election_act act;
    struct rank rank;
    uint64_t n;
    mono_us at; /* n was given then */
    bool settled;
    int64_t settles_us;
    struct lease_request lease;
    char to[ELECTION_NAME_SIZE];
};
/* The next one; false: none. */
bool election_order(struct election *e, struct election_order *ret);

/* ---- what is so ---- */

struct election_view {
    enum election_state state;
    bool owner;     /* OWNER_PG or OWNER_FB */
    bool connected; /* owner who hears itself at the broker */
    bool decides;   /* connected; or owner, or SELF, to whom nothing comes at all */
    bool settled;
    struct rank rank; /* of this owner; SELF: the highest heard */
    struct rank seen;
    enum arbiter arbiter;
    wall_us since;
    char grant[UUID_SIZE];
    /* The other one that was heard last as owner; "" nobody. */
    char other[ELECTION_NAME_SIZE];
    struct rank other_rank;
    enum arbiter other_arbiter;
    wall_us other_since;
    mono_us other_heard;          /* INT64_MIN: only told of */
    mono_us other_sure;           /* … and what came then was said then; 0: never heard */
    bool store_known, store_well; /* of the lease's last answer */
};
void election_look(const struct election *e, struct election_view *ret);

#endif
