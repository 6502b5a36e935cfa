/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The inside of the election: election.c has orders and offices, election_time.c what is
 * due, election_hear.c what the broker brings, election_lease.c the lease.
 *
 * Three things move apart from each other: the link to the broker, the office that is held, and
 * the claim that may be on its way. The states of the header follow from them.
 */
#ifndef ALARMS_ELECTION_PRIVATE_H
#define ALARMS_ELECTION_PRIVATE_H

#include <glib.h>

#include "alarms/election.h"

#define NEVER      INT64_MIN
#define AT_NO_TIME INT64_MAX
#define BEACONS    64   /* so many of our own are recognised when they come back */
#define OTHERS_MAX 1000 /* whoever may publish can make up names for ever */

#define HOLD_BACK_US US_PER_S /* after a resignation in favour of somebody else */

enum link { LINK_BLIND, LINK_JOIN, LINK_LISTENS };
enum office { OFFICE_NONE, OFFICE_SELF, OFFICE_BROKER, OFFICE_STORE };

/* How sure a claim must be that nobody is owner. */
struct sign {
    char name[ELECTION_NAME_SIZE];
    struct rank rank;
};

struct election {
    char name[ELECTION_NAME_SIZE];
    bool candidate, store;
    int64_t validity_us, renewal_us, echo_us, dead_us;
    struct election_times times;

    enum office office;
    struct rank rank; /* of the office */
    wall_us since;
    mono_us settled_at;  /* AT_NO_TIME: no office, or what follows has not come back yet */
    mono_us settle_from; /* something that was said then or later */
    char waits_for[ELECTION_NAME_SIZE]; /* whose resignation would settle it sooner */
    struct {
        char name[ELECTION_NAME_SIZE]; /* who resigned last; "" nobody, since we listen */
        struct rank rank;
        mono_us settles_at; /* nobody whom it waited for itself acts any more, either */
    } resigned;

    struct rank seen;    /* the highest heard */
    struct rank claimed; /* the highest we ever claimed */

    enum link link;
    mono_us link_since; /* LISTENS: since then nothing was missed; BLIND: since then */
    uint64_t n;         /* the last number given to a beacon or a presence */
    struct {
        uint64_t n;
        mono_us at;
    } beacons[BEACONS]; /* those sent last */
    uint64_t marker;    /* presence that ends JOIN, or proves that nothing waits unread */
    mono_us marker_at;  /* when it was sent; NEVER: none is out */
    mono_us proved_at;  /* … and had come back: what was said before it was heard */
    bool behind;        /* readings had waited */
    bool joined;        /* JOIN: all but these has come, */
    mono_us join_until; /* … and they are waited for until then */
    mono_us echo_at;    /* the last of ours heard back was sent then */
    mono_us office_at;  /* the office was taken */
    mono_us next_beacon;
    mono_us said_again;
    mono_us last_turn;

    bool claiming;
    struct rank claim;
    mono_us claim_at;

    GHashTable *others;  /* name → GINT_TO_POINTER(candidate): whose presence is there */
    bool crowded;        /* … and there were candidates for whom there was no room */
    struct sign top;     /* who said the highest rank */
    bool gone;           /* it has gone since */
    mono_us quiet_since; /* no sign of an owner, no claim, since; a connect counts as one */
    mono_us gone_at;     /* when the last owner was last said to be gone; NEVER: never */
    char left[ELECTION_NAME_SIZE]; /* which one, as long as it is not back */
    mono_us other_at;    /* last sign of another owner that has not resigned; NEVER: none */
    mono_us fallback_at; /* last sign of an owner by the broker's word */
    mono_us hold_back;   /* somebody else shall come first, until then */
    char other[ELECTION_NAME_SIZE];
    struct rank other_rank;
    enum arbiter other_arbiter;
    wall_us other_since;
    mono_us other_heard, other_sure;
    struct delay {
        char from[ELECTION_NAME_SIZE];
        mono_us said_at;  /* the last of its beacons, by its clock */
        int64_t least[2]; /* by which ours is ahead, and a beacon late, at least: of the last
                             DELAYS at most, and of as many before */
        unsigned n;       /* so many of the last */
    } delay;

    enum lease_ask asked; /* under way */
    bool store_known, store_well;
    mono_us store_since; /* … since then */
    mono_us free_at;     /* the lease may be acquired; AT_NO_TIME: not known */
    mono_us next_look, next_renewal;
    uint64_t epoch;        /* what we hold of the lease, office or not */
    char grant[UUID_SIZE]; /* "": nothing */
    bool infra;            /* as we hold it */
    mono_us hold_until;
    int failures;   /* renewals, since one worked */
    bool give_back; /* what we hold shall be released */
    char offered[ELECTION_NAME_SIZE];

    bool decided; /* owner, or alone, when it last had a say */
    bool stopping;
    GQueue orders; /* struct election_order * */
};

/* election.c */
bool election_is_owner(const struct election *e);
struct election_order *election_add(struct election *e, enum election_act act);
void election_say_claim(struct election *e, struct rank rank, struct now now);
void election_say_beacon(struct election *e, struct now now);
void election_say_presence(struct election *e, struct now now);
void election_take_office(struct election *e, enum office office, struct rank rank,
                          struct now now);
/* Owner no longer: whoever listens is told. to: who shall be next, NULL: nobody is asked. */
void election_leave_office(struct election *e, const char *to, struct now now);
/* When whoever was owner before must have heard of us, or have fallen silent by itself. */
mono_us election_settle_at(struct election *e, struct now now);
void election_settle_later(struct election *e, struct now now);
void election_see(struct election *e, struct rank rank);
void election_begin_join(struct election *e, struct now now);
void election_send_marker(struct election *e, struct now now);
/* election_hear.c: JOIN is over, unless readings are still waited for. */
void election_end_join(struct election *e, struct now now);

/* election_lease.c: ask what is to be asked. When it wants the next turn. */
mono_us election_lease_turn(struct election *e, struct now now);
/* The store can be asked: then the broker has no say. */
bool election_store_away(const struct election *e);

#endif
