/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "alarms/election_private.h"

#define SLEPT_US (2 * US_PER_S) /* without a turn: the inbox may be full of old news */

static void
check_deadlines(struct election *e, struct now now)
{
    mono_us echo_end = MAX(e->echo_at, e->office_at) + e->echo_us;
    if (e->office == OFFICE_STORE && now.mono >= e->hold_until) {
        e->give_back = true;
        if (e->claiming) { /* then the claim decides */
            e->office = OFFICE_NONE;
        } else {
            election_leave_office(e, NULL, now);
        }
    }
    if (election_is_owner(e) && e->link == LINK_LISTENS && now.mono > echo_end) {
        if (e->office == OFFICE_BROKER) {
            election_leave_office(e, NULL, now);
            e->decided = true;
        }
        election_begin_join(e, now);
    }
    if (e->claiming && now.mono - e->claim_at > e->echo_us) {
        e->claiming = false;
        e->quiet_since = now.mono;
    }
    if (e->link == LINK_LISTENS && now.mono - e->last_turn > SLEPT_US) {
        election_begin_join(e, now);
    }
}

/* Whether nobody else is there who could be owner. */
static bool
is_alone(const struct election *e, struct now now)
{
    bool heard = e->top.name[0] != '\0' && now.mono - e->quiet_since <= e->dead_us;
    return !election_has_rivals(e) && (!heard || e->gone);
}

/* Nobody is owner: it said so or vanished; or nothing was heard for long, and nothing waits
 * unread in our inbox. */
static bool
is_vacant(struct election *e, struct now now)
{
    if (e->gone || (!e->store && is_alone(e, now))) {
        return true;
    }
    mono_us dead_at = e->quiet_since + e->dead_us;
    if (now.mono < dead_at) {
        return false;
    }
    if (e->proved_at == NEVER || e->proved_at < dead_at) {
        if (e->marker_at == NEVER || now.mono - e->marker_at > e->echo_us) {
            election_send_marker(e, now);
        }
        return false;
    }
    return true;
}

static void
claim(struct election *e, struct now now)
{
    struct rank base = rank_compare(e->claimed, e->seen) > 0 ? e->claimed : e->seen;
    e->claim = e->claimed = (struct rank){base.epoch, base.term + 1};
    e->claiming = true;
    e->claim_at = now.mono;
    e->gone = false;
    election_say_claim(e, e->claim, now);
}

/* The owner by the store's word, when that falls silent, has its claim heard before its
 * deadline; the others when nobody is owner. */
static void
claim_when_due(struct election *e, struct now now)
{
    if (!e->candidate || e->stopping || e->claiming || e->link != LINK_LISTENS) {
        return;
    }
    if (e->office == OFFICE_STORE) {
        bool late = e->failures > 0 && now.mono >= e->hold_until - e->renewal_us / 2;
        if (e->failures >= 2 || late) {
            claim(e, now);
        }
    } else if (e->office != OFFICE_BROKER && election_store_away(e) &&
               now.mono >= e->hold_back && is_vacant(e, now)) {
        claim(e, now);
    }
}

/* To decide for one's own screen, when nobody can be asked: at once without a store by who
 * decided before, else after a while. */
static void
decide_alone(struct election *e, struct now now)
{
    /* Beside a store somebody else may be owner: what the broker kept for us meanwhile was
     * that one's to judge. */
    bool asks = e->store ? e->link != LINK_BLIND : e->link == LINK_LISTENS;
    if (!e->candidate || e->stopping || e->office != OFFICE_NONE || asks ||
        !election_store_away(e)) {
        return;
    }
    mono_us since = e->store ? MAX(e->link_since, e->store_since) : e->link_since;
    if ((!e->store && e->decided) || now.mono >= since + e->dead_us) {
        e->office = OFFICE_SELF;
        e->since = now.wall;
    }
}

static void
say_what_is_due(struct election *e, struct now now)
{
    if (election_is_owner(e) && e->link == LINK_LISTENS && now.mono >= e->next_beacon) {
        election_say_beacon(e, now);
    }
    if (e->link == LINK_JOIN && e->joined) {
        election_end_join(e, now);
    } else if (e->link == LINK_JOIN && now.mono >= e->marker_at + e->times.beacon_us) {
        election_send_marker(e, now);
    }
}

mono_us
election_turn(struct election *e, struct now now)
{
    check_deadlines(e, now);
    e->last_turn = now.mono;
    say_what_is_due(e, now);
    claim_when_due(e, now);
    decide_alone(e, now);
    mono_us next = MIN(election_lease_turn(e, now), now.mono + e->times.beacon_us);
    if (e->office == OFFICE_STORE) {
        next = MIN(next, e->hold_until);
    }
    if (election_is_owner(e) && e->link == LINK_LISTENS) {
        next = MIN(next, e->next_beacon);
    }
    mono_us echo_end = MAX(e->echo_at, e->office_at) + e->echo_us + 1;
    const mono_us others[] = {e->settled_at, e->hold_back, e->quiet_since + e->dead_us,
                              election_is_owner(e) ? echo_end : 0};
    for (size_t i = 0; i < G_N_ELEMENTS(others); i++) {
        next = others[i] > now.mono ? MIN(next, others[i]) : next;
    }
    return next;
}
