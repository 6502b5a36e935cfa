/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "alarms/election_private.h"

#define TRY_AGAIN_US (10 * US_PER_MS)

bool
election_store_away(const struct election *e)
{
    return !e->store || (e->store_known && !e->store_well);
}

/* ---- asking ---- */

static void
ask(struct election *e, enum lease_ask what, struct now now)
{
    struct lease_request *r = &election_add(e, ACT_LEASE)->lease;
    r->ask = what;
    r->epoch = what == LEASE_ACQUIRE ? e->seen.epoch : e->epoch;
    r->infra = e->infra;
    g_strlcpy(r->grant, e->grant, sizeof(r->grant));
    g_strlcpy(r->to, e->offered, sizeof(r->to));
    e->asked = what;
    e->next_look = e->next_renewal = now.mono + e->renewal_us;
}

/* Deaf for longer than an owner may be: the lease is good for "the broker is away" alone. */
static bool
is_deaf(const struct election *e, struct now now)
{
    mono_us since = e->office == OFFICE_STORE ? MAX(e->echo_at, e->office_at) : e->link_since;
    return e->link != LINK_LISTENS && !(e->link == LINK_JOIN && e->joined) &&
           now.mono - since > e->echo_us;
}

/* When the store comes back, whoever is owner by the broker's word goes first. */
static mono_us
grace_until(const struct election *e, struct now now)
{
    bool heard = e->fallback_at != NEVER && now.mono - e->fallback_at < e->dead_us;
    return heard && e->office != OFFICE_BROKER ? e->store_since + e->times.grace_us : NEVER;
}

/* From when on it may acquire, as things stand. */
static mono_us
acquire_at(const struct election *e, struct now now)
{
    bool ready = e->candidate && !e->stopping && e->store_well && !e->claiming &&
                 e->office != OFFICE_STORE && e->grant[0] == '\0' &&
                 (e->link == LINK_LISTENS || is_deaf(e, now));
    return ready ? MAX(e->free_at, MAX(e->hold_back, grace_until(e, now))) : AT_NO_TIME;
}

static enum lease_ask
wanted(const struct election *e, struct now now)
{
    if (e->give_back && e->grant[0] != '\0') {
        return LEASE_RELEASE;
    }
    if (e->office == OFFICE_STORE) {
        bool other_mode = e->infra ? e->link == LINK_LISTENS : is_deaf(e, now);
        return other_mode || now.mono >= e->next_renewal ? LEASE_RENEW : LEASE_NONE;
    }
    if (e->stopping || !e->store) {
        return LEASE_NONE;
    }
    if (now.mono >= acquire_at(e, now)) {
        return LEASE_ACQUIRE;
    }
    return now.mono >= e->next_look ? LEASE_LOOK : LEASE_NONE;
}

mono_us
election_lease_turn(struct election *e, struct now now)
{
    enum lease_ask what = e->asked == LEASE_NONE ? wanted(e, now) : LEASE_NONE;
    if (what == LEASE_ACQUIRE || what == LEASE_RENEW) {
        e->infra = is_deaf(e, now);
    }
    if (what != LEASE_NONE) {
        ask(e, what, now);
    }
    if (e->asked != LEASE_NONE || !e->store) {
        return AT_NO_TIME;
    }
    return e->office == OFFICE_STORE ? e->next_renewal : MIN(e->next_look, acquire_at(e, now));
}

/* ---- answers ---- */

static void
forget_grant(struct election *e)
{
    e->grant[0] = '\0';
    e->offered[0] = '\0';
    e->give_back = false;
}

static void
note_lease(struct election *e, const struct lease_answer *a, struct now now)
{
    e->free_at = now.mono + a->left_us;
    bool other = a->holder[0] != '\0' && strcmp(a->holder, e->name) != 0;
    bool newer = rank_compare((struct rank){a->epoch, 0}, e->other_rank) > 0;
    bool gone =
        (e->gone && strcmp(a->holder, e->top.name) == 0) || strcmp(a->holder, e->left) == 0;
    if (other && !gone && (a->left_us > 0 || a->infra)) {
        e->other_at = now.mono;
    }
    if (other && a->left_us > 0 && newer) {
        g_strlcpy(e->other, a->holder, sizeof(e->other));
        e->other_rank = (struct rank){a->epoch, 0};
        e->other_arbiter = ARBITER_POSTGRES;
        e->other_since = a->since;
        e->other_heard = NEVER;
    }
}

static void
take_grant(struct election *e, const struct lease_answer *a, struct now now)
{
    struct rank rank = {a->epoch, 0};
    e->epoch = a->epoch;
    g_strlcpy(e->grant, a->grant, sizeof(e->grant));
    e->hold_until = a->sent + e->times.hold_us;
    e->failures = 0;
    if (e->stopping || now.mono >= e->hold_until || rank_compare(e->seen, rank) >= 0) {
        e->give_back = true; /* too late, or no higher than what was heard meanwhile */
        return;
    }
    election_take_office(e, OFFICE_STORE, rank, now);
    e->since = a->since;
    election_say_claim(e, rank, now);
    election_say_beacon(e, now);
}

static void
take_renewal(struct election *e, const struct lease_answer *a)
{
    e->failures = 0;
    e->hold_until = a->sent + e->times.hold_us;
    e->give_back = e->office != OFFICE_STORE; /* it was lost while it was renewed */
}

/* The lease is somebody else's, or nobody's, whatever we thought. */
static void
lose_lease(struct election *e, struct now now)
{
    forget_grant(e);
    if (e->office == OFFICE_STORE) {
        e->claiming = false;
        election_leave_office(e, NULL, now);
    }
}

/* An owner by the broker's word looks at the lease: is there a newer one by the store's? And
 * what we hold ourselves without being owner by it goes back. */
static void
judge_look(struct election *e, const struct lease_answer *a, struct now now)
{
    if (e->grant[0] != '\0' && e->office != OFFICE_STORE) {
        e->give_back = a->epoch == e->epoch && a->left_us > 0;
        if (!e->give_back) {
            forget_grant(e);
        }
    }
    bool other = strcmp(a->holder, e->name) != 0;
    if (e->office == OFFICE_BROKER && other && a->left_us > 0 && a->epoch > e->rank.epoch) {
        election_leave_office(e, NULL, now);
    }
}

static void
take_failure(struct election *e, enum lease_ask asked)
{
    e->failures += asked == LEASE_RENEW;
    e->free_at = AT_NO_TIME;
    if (asked == LEASE_RELEASE) {
        e->give_back = false; /* tried again when the store is back; or it runs out */
        if (e->stopping) {
            forget_grant(e);
        }
    }
}

void
election_lease(struct election *e, const struct lease_answer *a, struct now now)
{
    enum lease_ask asked = e->asked;
    e->asked = LEASE_NONE;
    if (!e->store_known || e->store_well != a->known) {
        e->store_since = now.mono;
    }
    e->store_known = true;
    e->store_well = a->known;
    if (!a->known) {
        take_failure(e, asked);
        return;
    }
    note_lease(e, a, now);
    switch (asked) {
    case LEASE_ACQUIRE:
        if (a->mine) {
            take_grant(e, a, now);
        } else {
            e->free_at = MAX(e->free_at, now.mono + TRY_AGAIN_US);
            judge_look(e, a, now);
        }
        break;
    case LEASE_RENEW:
        if (a->mine) {
            take_renewal(e, a);
        } else {
            lose_lease(e, now);
        }
        break;
    case LEASE_RELEASE:
        forget_grant(e);
        break;
    case LEASE_LOOK:
        judge_look(e, a, now);
        break;
    case LEASE_NONE:
        break;
    }
    if (e->office == OFFICE_SELF) {
        e->office = OFFICE_NONE; /* somebody can be asked */
    }
}

void
election_notified(struct election *e, struct now now)
{
    if (e->office != OFFICE_STORE) {
        e->next_look = now.mono;
    } else {
        e->next_renewal = MIN(e->next_renewal, now.mono + TRY_AGAIN_US);
    }
}
