/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "alarms/election_private.h"

#include <assert.h>

#define MARGIN_US     US_PER_S /* the lease counts for less long here than in the store */
#define BEACON_US     US_PER_S
#define STEP_ASIDE_US (2 * US_PER_S) /* after ownership was given away */

static const char *const state_names[] = {
    [ELECTION_BLIND] = "blind",       [ELECTION_JOIN] = "join",
    [ELECTION_STANDBY] = "standby",   [ELECTION_CLAIM] = "claim",
    [ELECTION_OWNER_PG] = "owner_pg", [ELECTION_OWNER_FB] = "owner_fb",
    [ELECTION_SELF] = "self",
};
static_assert(G_N_ELEMENTS(state_names) == ELECTION_STATES, "a state has no name");

const char *
election_state_name(enum election_state state)
{
    return state_names[state];
}

void
election_times(const struct election_config *config, struct election_times *ret)
{
    ret->hold_us = config->validity_us - MARGIN_US;
    ret->beacon_us = MIN(BEACON_US, config->echo_us / 3);
    ret->settle_us = config->echo_us + MARGIN_US;
    ret->grace_us = 2 * config->renewal_us + MARGIN_US;
}

struct election *
election_new(const struct election_config *config, struct now now)
{
    struct election *e = g_new0(struct election, 1);
    g_strlcpy(e->name, config->name, sizeof(e->name));
    e->candidate = config->candidate;
    e->store = config->store;
    e->validity_us = config->validity_us;
    e->renewal_us = config->renewal_us;
    e->echo_us = config->echo_us;
    e->dead_us = config->dead_us;
    election_times(config, &e->times);
    e->seen = config->seen;
    if (!e->store && e->seen.epoch == 0) {
        e->seen.epoch = 1; /* the one epoch of a site without a store */
    }
    e->settled_at = AT_NO_TIME;
    e->link_since = e->quiet_since = e->store_since = e->last_turn = now.mono;
    e->marker_at = e->echo_at = e->proved_at = e->said_again = e->office_at = NEVER;
    e->other_at = e->fallback_at = e->hold_back = e->gone_at = NEVER;
    e->other_heard = NEVER;
    e->other_since = WALL_NONE;
    e->free_at = AT_NO_TIME;
    e->next_look = now.mono;
    e->others = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_queue_init(&e->orders);
    e->decided = !e->store; /* alone until somebody is heard */
    election_turn(e, now);
    return e;
}

void
election_free(struct election *e)
{
    if (e != NULL) {
        g_queue_clear_full(&e->orders, g_free);
        g_hash_table_unref(e->others);
        g_free(e);
    }
}

bool
election_is_owner(const struct election *e)
{
    return e->office == OFFICE_BROKER || e->office == OFFICE_STORE;
}

/* ---- orders ---- */

struct election_order *
election_add(struct election *e, enum election_act act)
{
    struct election_order *o = g_new0(struct election_order, 1);
    o->act = act;
    g_queue_push_tail(&e->orders, o);
    return o;
}

bool
election_order(struct election *e, struct election_order *ret)
{
    struct election_order *o = g_queue_pop_head(&e->orders);
    if (o != NULL) {
        *ret = *o;
        g_free(o);
    }
    return o != NULL;
}

static void
number(struct election *e, struct election_order *o, struct now now)
{
    o->n = ++e->n;
    o->at = now.mono;
    e->beacons[o->n % BEACONS].n = o->n;
    e->beacons[o->n % BEACONS].at = now.mono;
}

void
election_say_claim(struct election *e, struct rank rank, struct now now)
{
    (void)now;
    if (e->link == LINK_LISTENS) {
        election_add(e, ACT_CLAIM)->rank = rank;
    }
}

void
election_say_beacon(struct election *e, struct now now)
{
    if (e->link == LINK_LISTENS) {
        struct election_order *o = election_add(e, ACT_BEACON);
        o->rank = e->rank;
        number(e, o, now);
        e->next_beacon = now.mono + e->times.beacon_us;
    }
}

void
election_say_presence(struct election *e, struct now now)
{
    struct election_order *o = election_add(e, ACT_PRESENCE);
    o->rank = e->seen;
    number(e, o, now);
}

void
election_announce(struct election *e, struct now now)
{
    if (e->link == LINK_LISTENS && !e->stopping) {
        election_say_presence(e, now);
    }
}

/* ---- office ---- */

bool
election_has_rivals(const struct election *e)
{
    GHashTableIter at;
    gpointer candidate;
    g_hash_table_iter_init(&at, e->others);
    while (g_hash_table_iter_next(&at, NULL, &candidate)) {
        if (GPOINTER_TO_INT(candidate)) {
            return true;
        }
    }
    return e->crowded;
}

enum election_peer
election_peer(const struct election *e, const char *name)
{
    gpointer candidate;
    if (!g_hash_table_lookup_extended(e->others, name, NULL, &candidate)) {
        return PEER_ABSENT;
    }
    return GPOINTER_TO_INT(candidate) ? PEER_CANDIDATE : PEER_VIEWER;
}

void
election_see(struct election *e, struct rank rank)
{
    if (rank_compare(rank, e->seen) > 0) {
        e->seen = rank;
    }
}

mono_us
election_settle_at(struct election *e, struct now now)
{
    mono_us lately = now.mono - e->dead_us;
    bool listened = e->link == LINK_LISTENS && e->link_since <= lately;
    bool other = e->other_at != NEVER || election_has_rivals(e);
    if (listened ? e->other_at <= lately : !other) {
        return now.mono;
    }
    /* Its connection is over, the broker says: nothing of it came back to it since, nor to
     * anybody who was cut off before we came. */
    if (e->link == LINK_LISTENS && e->gone_at != NEVER && e->other_at <= e->gone_at) {
        return MAX(now.mono, MAX(e->gone_at, e->link_since) + e->times.settle_us);
    }
    bool told = e->top.name[0] != '\0';
    struct rank rank = told ? e->top.rank : e->other_rank;
    g_strlcpy(e->waits_for, told ? e->top.name : e->other, sizeof(e->waits_for));
    mono_us settled_at = now.mono + e->times.settle_us;
    bool resigned = e->resigned.name[0] != '\0' &&
                    strcmp(e->resigned.name, e->waits_for) == 0 &&
                    rank_compare(e->resigned.rank, rank) >= 0;
    return resigned ? CLAMP(e->resigned.settles_at, now.mono, settled_at) : settled_at;
}

/* Only with its echo is everything heard that another claimed before. */
void
election_settle_later(struct election *e, struct now now)
{
    e->settled_at = AT_NO_TIME;
    e->settle_from = now.mono;
}

void
election_take_office(struct election *e, enum office office, struct rank rank, struct now now)
{
    if (office == OFFICE_BROKER && !election_is_owner(e)) {
        e->settled_at = election_settle_at(e, now);
    } else if (!election_is_owner(e)) {
        election_settle_later(e, now);
    }
    e->office = office;
    e->office_at = now.mono;
    e->rank = rank;
    e->since = now.wall;
    e->gone = false;
    election_see(e, rank);
    if (rank_compare(rank, e->claimed) > 0) {
        e->claimed = rank;
    }
}

void
election_leave_office(struct election *e, const char *to, struct now now)
{
    if (election_is_owner(e) && e->link == LINK_LISTENS) {
        if (to != NULL) {
            election_add(e, ACT_UNBEACON);
        }
        struct election_order *o = election_add(e, ACT_RESIGN);
        o->rank = e->rank;
        o->settled = now.mono >= e->settled_at;
        bool waits = !o->settled && e->settled_at != AT_NO_TIME;
        o->settles_us = waits ? e->settled_at - now.mono : 0;
        g_strlcpy(o->to, to != NULL ? to : "", sizeof(o->to));
    }
    e->office = OFFICE_NONE;
    e->gone = false;
    e->settled_at = AT_NO_TIME;
    e->quiet_since = now.mono;
}

/* ---- the connection ---- */

void
election_send_marker(struct election *e, struct now now)
{
    election_say_presence(e, now);
    if (e->marker_at == NEVER) {
        e->marker = e->n;
    }
    e->marker_at = now.mono;
}

void
election_begin_join(struct election *e, struct now now)
{
    if (e->link == LINK_LISTENS) {
        e->link_since = now.mono;
    }
    e->link = LINK_JOIN;
    e->resigned.name[0] = '\0';
    e->joined = false;
    e->join_until = now.mono + e->echo_us;
    e->marker_at = NEVER;
    election_send_marker(e, now);
}

void
election_connected(struct election *e, struct now now)
{
    g_hash_table_remove_all(e->others); /* those that are there are retained */
    e->crowded = false;
    e->gone = false;
    if (e->store && e->office == OFFICE_SELF) {
        e->office = OFFICE_NONE;
    }
    election_begin_join(e, now);
}

/* What the broker made us ends with the connection. */
void
election_disconnected(struct election *e, struct now now)
{
    if (e->link == LINK_LISTENS) {
        e->link_since = now.mono;
    }
    e->decided = e->office != OFFICE_NONE;
    e->link = LINK_BLIND;
    e->claiming = false;
    e->marker_at = NEVER;
    if (e->office == OFFICE_BROKER) {
        election_leave_office(e, NULL, now);
    }
}

/* ---- by request ---- */

static void
give_away(struct election *e, const char *to, struct now now)
{
    e->give_back = e->grant[0] != '\0';
    g_strlcpy(e->offered, to, sizeof(e->offered));
    e->claiming = false;
    election_leave_office(e, to, now);
    e->hold_back = now.mono + STEP_ASIDE_US;
}

bool
election_handover(struct election *e, const char *to, struct now now)
{
    if (!election_is_owner(e) || (*to != '\0' && election_peer(e, to) != PEER_CANDIDATE)) {
        return false;
    }
    give_away(e, to, now);
    return true;
}

void
election_stop(struct election *e, struct now now)
{
    e->stopping = true;
    give_away(e, "", now);
}

bool
election_stopped(const struct election *e)
{
    bool may_get = e->asked == LEASE_ACQUIRE || e->asked == LEASE_RENEW;
    return e->stopping && !may_get && e->grant[0] == '\0';
}

/* ---- what is so ---- */

static enum election_state
state_of(const struct election *e)
{
    switch (e->office) {
    case OFFICE_BROKER:
        return ELECTION_OWNER_FB;
    case OFFICE_STORE:
        return ELECTION_OWNER_PG;
    case OFFICE_SELF:
        return ELECTION_SELF;
    case OFFICE_NONE:
        break;
    }
    if (e->link != LINK_LISTENS) {
        return e->link == LINK_BLIND ? ELECTION_BLIND : ELECTION_JOIN;
    }
    return e->claiming ? ELECTION_CLAIM : ELECTION_STANDBY;
}

void
election_look(const struct election *e, struct election_view *ret)
{
    static const enum arbiter arbiters[] = {
        [OFFICE_NONE] = ARBITER_SELF,
        [OFFICE_SELF] = ARBITER_SELF,
        [OFFICE_BROKER] = ARBITER_BROKER,
        [OFFICE_STORE] = ARBITER_POSTGRES,
    };
    bool fresh = e->echo_at != NEVER && e->last_turn - e->echo_at <= e->echo_us;
    bool store = e->office == OFFICE_STORE;
    *ret = (struct election_view){
        .state = state_of(e),
        .owner = election_is_owner(e),
        .rank = election_is_owner(e) ? e->rank : e->seen,
        .seen = e->seen,
        .arbiter = arbiters[e->office],
        .since = e->since,
        .other_rank = e->other_rank,
        .other_arbiter = e->other_arbiter,
        .other_since = e->other_since,
        .other_heard = e->other_heard,
        .other_sure = e->other_sure,
        .store_known = e->store_known,
        .store_well = e->store_well,
    };
    /* Nothing can be heard, then nothing is judged but that; late news are not for us. */
    ret->decides =
        e->office == OFFICE_SELF ||
        (ret->owner && (e->link == LINK_BLIND || (e->link == LINK_LISTENS && fresh)));
    ret->connected = ret->owner && fresh && e->link != LINK_BLIND && !(store && e->infra);
    ret->settled = ret->connected && e->link == LINK_LISTENS && e->last_turn >= e->settled_at;
    g_strlcpy(ret->grant, store ? e->grant : "", sizeof(ret->grant));
    g_strlcpy(ret->other, e->other, sizeof(ret->other));
}
