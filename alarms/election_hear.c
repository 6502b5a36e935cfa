/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "alarms/election_private.h"

#define SAY_AGAIN_US (200 * US_PER_MS)
#define DELAYS       60 /* beacons that the fastest is looked for in, and as many before */
#define MOST_LATE_US (60 * US_PER_S) /* longer than a connection lasts that stands still */

/* ---- what a rank that was heard does to us ---- */

/* Heard live from another: nobody is dead, and no claim of ours is due. */
static void
note_sign(struct election *e, const struct election_message *m, struct now now)
{
    if (m->retained) {
        return;
    }
    e->quiet_since = now.mono;
    e->other_at = now.mono;
    if (strcmp(m->from, e->resigned.name) != 0) {
        e->resigned.name[0] = '\0'; /* somebody else spoke after it */
    }
    if (rank_compare(m->rank, e->top.rank) >= 0) {
        g_strlcpy(e->top.name, m->from, sizeof(e->top.name));
        e->top.rank = m->rank;
        e->gone = false;
    }
}

/* An owner says its rank again to who seems not to know it. */
static void
say_again(struct election *e, struct now now)
{
    if (e->said_again == NEVER || now.mono - e->said_again >= SAY_AGAIN_US) {
        e->said_again = now.mono;
        election_say_claim(e, e->rank, now);
        election_say_beacon(e, now);
    }
}

/* A higher rank dismisses; then a lease that is still ours goes back, so that the next owner
 * gets an epoch of its own. */
static void
judge_rank(struct election *e, struct rank rank, bool live, struct now now)
{
    election_see(e, rank);
    if (e->claiming && rank_compare(rank, e->claim) >= 0) {
        e->claiming = false; /* came first, or is higher */
    }
    if (!election_is_owner(e)) {
        return;
    }
    int order = rank_compare(rank, e->rank);
    if (order > 0) {
        e->give_back = e->grant[0] != '\0';
        e->other_at = now.mono;
        e->decided = false;
        election_leave_office(e, NULL, now);
    } else if (order < 0 && live && e->link == LINK_LISTENS) {
        say_again(e, now);
    }
}

/* ---- each of the messages ---- */

static void
hear_own_claim(struct election *e, const struct election_message *m, struct now now)
{
    bool first = rank_compare(m->rank, e->seen) > 0;
    election_see(e, m->rank);
    if (!e->claiming || rank_compare(m->rank, e->claim) != 0) {
        return;
    }
    e->claiming = false;
    if (first && e->link == LINK_LISTENS) {
        e->echo_at = MAX(e->echo_at, e->claim_at);
        election_take_office(e, OFFICE_BROKER, m->rank, now);
        election_say_beacon(e, now);
    } else {
        e->quiet_since = now.mono;
    }
}

static void
hear_claim(struct election *e, const struct election_message *m, struct now now)
{
    if (m->mine) {
        hear_own_claim(e, m, now);
        return;
    }
    note_sign(e, m, now);
    judge_rank(e, m->rank, !m->retained, now);
}

/*
 * When the owner said what comes now, by our clock. What was under way while nothing passed
 * comes at once, and is of before. How two clocks stand to each other nobody tells, so the
 * beacon that came fastest of the last minute or two, for they drift apart, is taken to have
 * taken no time.
 */
static mono_us
when_said(struct election *e, const struct election_message *m, struct now now)
{
    struct delay *d = &e->delay;
    int64_t late = now.mono - m->said_at;
    if (m->said_at == 0) {
        return now.mono; /* of a version that does not tell */
    }
    bool booted = m->said_at < d->said_at;
    bool stopped = late > d->least[0] + MOST_LATE_US;
    bool anew = strcmp(d->from, m->from) != 0 || booted || stopped;
    if (anew || d->n == DELAYS) {
        d->least[1] = anew ? late : d->least[0];
        d->least[0] = late;
        d->n = 0;
    }
    g_strlcpy(d->from, m->from, sizeof(d->from));
    d->said_at = m->said_at;
    d->least[0] = MIN(d->least[0], late);
    d->n++;
    return now.mono - (late - MIN(d->least[0], d->least[1]));
}

static void
note_other(struct election *e, const struct election_message *m, struct now now)
{
    bool stale = e->other_heard == NEVER || now.mono - e->other_heard > e->dead_us;
    if (rank_compare(m->rank, e->other_rank) < 0 && !stale) {
        return;
    }
    g_strlcpy(e->other, m->from, sizeof(e->other));
    e->other_rank = m->rank;
    e->other_arbiter = m->arbiter;
    e->other_since = m->since;
    if (!m->retained) {
        e->other_sure = when_said(e, m, now);
    }
    e->other_heard = m->retained ? NEVER : now.mono;
}

static void
hear_echo(struct election *e, uint64_t n, struct now now)
{
    if (e->beacons[n % BEACONS].n == n) {
        e->echo_at = MAX(e->echo_at, e->beacons[n % BEACONS].at);
    }
    if (election_is_owner(e) && e->settled_at == AT_NO_TIME && e->echo_at >= e->settle_from) {
        e->settled_at = election_settle_at(e, now);
    }
}

static void
hear_beacon(struct election *e, const struct election_message *m, struct now now)
{
    if (m->mine) {
        hear_echo(e, m->n, now);
        return;
    }
    if (m->retained && strcmp(m->from, e->name) == 0) {
        election_see(e, m->rank); /* an earlier life of ours */
        return;
    }
    note_sign(e, m, now);
    note_other(e, m, now);
    if (m->retained) {
        e->other_at = now.mono; /* it may be alive, and cut off */
    } else {
        if (m->arbiter == ARBITER_BROKER) {
            e->fallback_at = now.mono;
        }
        if (e->office == OFFICE_SELF) {
            e->office = OFFICE_NONE;
            e->decided = false;
        }
    }
    bool lower = rank_compare(m->rank, e->seen) < 0;
    judge_rank(e, m->rank, !m->retained, now);
    if (lower && !m->retained && !election_is_owner(e) && e->link == LINK_LISTENS &&
        (e->said_again == NEVER || now.mono - e->said_again >= e->times.beacon_us)) {
        e->said_again = now.mono; /* an owner that missed a higher rank learns it from us */
        election_say_presence(e, now);
    }
}

static void
hear_resign(struct election *e, const struct election_message *m, struct now now)
{
    if (m->mine || m->retained) {
        return;
    }
    bool for_us = strcmp(m->to, e->name) == 0;
    if (for_us) {
        e->hold_back = NEVER; /* whatever was agreed before */
    } else if (*m->to != '\0') {
        e->hold_back = now.mono + HOLD_BACK_US;
    }
    if (rank_compare(m->rank, e->seen) >= 0) {
        e->gone = true;
        e->other_at = m->settled ? NEVER : now.mono;
        e->fallback_at = NEVER;
    }
    /* Whom it waited for itself is silent by then, whether it goes on waiting or not. */
    if (m->settled || m->settles_us > 0) {
        g_strlcpy(e->resigned.name, m->from, sizeof(e->resigned.name));
        e->resigned.rank = m->rank;
        e->resigned.settles_at = m->settled ? now.mono : now.mono + m->settles_us;
        if (election_is_owner(e) && strcmp(m->from, e->waits_for) == 0) {
            e->settled_at = MIN(e->settled_at, e->resigned.settles_at);
        }
    }
    if (e->office != OFFICE_STORE) {
        e->next_look = now.mono;
        e->free_at = for_us ? now.mono : e->free_at;
    }
}

/* JOIN is over: what the broker had for us has come. Nobody else is to take over from an
 * owner. */
void
election_end_join(struct election *e, struct now now)
{
    e->joined = true;
    if (e->behind && !election_is_owner(e) && now.mono < e->join_until) {
        return;
    }
    e->link = LINK_LISTENS;
    e->link_since = now.mono;
    e->quiet_since = now.mono;
    if (election_is_owner(e)) {
        election_settle_later(e, now);
        election_say_claim(e, e->rank, now);
        election_say_beacon(e, now);
    }
}

void
election_behind(struct election *e, bool behind, struct now now)
{
    e->behind = behind;
    if (e->link == LINK_JOIN && e->joined) {
        election_end_join(e, now);
    }
}

static void
note_presence(struct election *e, const struct election_message *m)
{
    if (g_hash_table_size(e->others) >= OTHERS_MAX &&
        !g_hash_table_contains(e->others, m->from)) {
        e->crowded = e->crowded || m->candidate;
        return;
    }
    g_hash_table_replace(e->others, g_strdup(m->from), GINT_TO_POINTER(m->candidate));
}

static void
hear_presence(struct election *e, const struct election_message *m, struct now now)
{
    if (m->mine) {
        hear_echo(e, m->n, now);
        if (e->marker_at != NEVER && m->n >= e->marker) {
            e->proved_at = MAX(e->proved_at, e->echo_at);
            e->marker_at = NEVER;
            if (e->link == LINK_JOIN) {
                election_end_join(e, now);
            }
        }
        return;
    }
    if (strcmp(m->from, e->name) != 0) {
        note_presence(e, m);
        if (strcmp(m->from, e->left) == 0) {
            e->left[0] = '\0';
        }
    }
    judge_rank(e, m->rank, false, now);
}

/* Who was owner last, if anybody: heard live, or only told of by a beacon that the broker
 * keeps, or by the lease. */
static const char *
last_owner(const struct election *e)
{
    bool told = rank_compare(e->other_rank, e->top.rank) > 0;
    return told ? e->other : e->top.name;
}

static void
hear_gone(struct election *e, const struct election_message *m, struct now now)
{
    if (strcmp(m->from, e->name) == 0) {
        if (e->link == LINK_LISTENS && !e->stopping) {
            election_say_presence(e, now); /* the will of an earlier connection */
        }
        return;
    }
    g_hash_table_remove(e->others, m->from);
    if (strcmp(m->from, last_owner(e)) == 0 && !m->retained) {
        e->gone_at = now.mono;
        g_strlcpy(e->left, m->from, sizeof(e->left));
        e->next_look = MIN(e->next_look, now.mono);
        /* Anybody may claim, but only in the place of one that was heard. */
        e->gone = e->gone || strcmp(m->from, e->top.name) == 0;
    }
}

void
election_hear(struct election *e, const struct election_message *m, struct now now)
{
    static void (*const hear[])(struct election *, const struct election_message *,
                                struct now) = {
        [SAID_CLAIM] = hear_claim,   [SAID_BEACON] = hear_beacon,
        [SAID_RESIGN] = hear_resign, [SAID_PRESENCE] = hear_presence,
        [SAID_GONE] = hear_gone,
    };
    if (e->link != LINK_BLIND) {
        hear[m->said](e, m, now);
    }
}
