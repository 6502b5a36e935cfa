/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What ownership means for the rest of the engine: who decides, who speaks, who has custody. */
#include "src/app/engine_private.h"
#include "src/app/health.h"
#include "src/core/i18n.h"
#include "src/core/log.h"

#define KNOW_US  (1 * US_PER_S)    /* the store may keep a new owner waiting so long */
#define LEAVE_US (400 * US_PER_MS) /* and what is on its way there from custody, so long */
/* What was decided may take so long to reach the store. */
#define HANDOVER_US (300 * US_PER_MS)

/* ---- deciding ---- */

/* Whoever decides for itself, because nobody can be asked, has no rank: what any owner decides
 * meanwhile, or later, comes before that. */
static struct rank
deciding_rank(const struct tenure *t)
{
    return t->arbiter == ARBITER_SELF ? (struct rank){0, 0} : t->rank;
}

/* All that was stored by owners before is here. */
static bool
is_current(struct engine *e)
{
    struct sync_state state = {.current = true};
    if (e->sync != NULL) {
        sync_get(e->sync, &state);
    }
    return state.current;
}

static void
tell_sync(struct engine *e, const struct tenure *t)
{
    if (e->sync != NULL) {
        sync_set_term(e->sync, t->decides && t->arbiter != ARBITER_SELF, t->rank, t->grant);
    }
}

/* What is in the batch so far was decided under the rank of before. */
static void
decide(struct engine *e, const struct tenure *t)
{
    struct rank rank = deciding_rank(t);
    ingest_put(&e->ingest);
    outgoing_set_rank(e->outgoing, rank, t->arbiter == ARBITER_SELF);
    if (*t->grant != '\0' && is_current(e)) {
        outgoing_tell_whole(e->outgoing); /* what is not here is not there either */
    }
    replica_decided(e->replica, rank);
    alarming_promote(&e->alarming, e->ingest.model, rank, e->tenure_heard, e->now);
    ingest_put(&e->ingest); /* what rose meanwhile is told at once */
    e->rank = rank;
    e->alone = t->arbiter == ARBITER_SELF;
    tell_sync(e, t); /* operator actions that came too early come again */
    log_info("this instance decides now: epoch %llu, term %llu, by %s",
             (unsigned long long)t->rank.epoch, (unsigned long long)t->rank.term,
             arbiter_name(t->arbiter));
}

static void
follow(struct engine *e)
{
    ingest_put(&e->ingest);
    alarming_demote(&e->alarming);
    log_info("this instance decides no longer");
}

static void
tell_custody(struct engine *e, const struct tenure *t)
{
    if (e->custody == NULL) {
        return;
    }
    if (t->custody) {
        struct custody_term term = {.rank = t->rank, .arbiter = t->arbiter};
        g_strlcpy(term.grant, t->grant, sizeof(term.grant));
        custody_take(e->custody, &term);
    } else if (e->custody_taken) {
        custody_leave(e->custody);
    }
    e->custody_taken = t->custody;
}

/* An owner's word at the retained topics. Whoever is owner no longer has nothing to say there,
 * not even what it could not say before. */
static void
tell_topics(struct engine *e, bool speaks)
{
    if (speaks && e->announce == NULL) {
        e->announce = announce_new(engine_publish_alarm, e);
        e->announced = 0;
        client_hear_retained(e->client); /* what the last one left there */
        e->state_due = true;
    } else if (!speaks && e->announce != NULL) {
        announce_free(g_steal_pointer(&e->announce));
    }
}

static bool
same_term(const struct tenure *a, const struct tenure *b)
{
    return a->decides == b->decides && a->custody == b->custody &&
           rank_compare(a->rank, b->rank) == 0 && a->arbiter == b->arbiter &&
           strcmp(a->grant, b->grant) == 0;
}

/* Whoever becomes owner by the store first hears what the owners before stored there. */
static bool
knows_enough(struct engine *e, const struct tenure *t)
{
    return *t->grant == '\0' || is_current(e) || e->now.mono >= e->decide_by;
}

static void
change_term(struct engine *e, const struct tenure *t)
{
    tell_sync(e, t);
    tell_custody(e, t);
    e->decide_by = e->now.mono + KNOW_US;
    e->news = true;
}

/* It became owner, and the evaluator has not begun to decide under that rank. */
static bool
has_to_decide(const struct engine *e, const struct tenure *t)
{
    return t->decides &&
           (e->alarming.following || rank_compare(e->rank, deciding_rank(t)) != 0);
}

void
engine_follow_tenure(struct engine *e)
{
    const struct tenure *t = ownership_tenure(e->ownership);
    const struct tenure before = e->tenure;
    e->tenure = *t;
    /* Of the one before us: since then nobody told what happened. */
    bool other = before.role != ROLE_OWNER && before.role != ROLE_UNARBITRATED;
    if (other && before.owner.heard != 0) {
        e->tenure_heard = (struct owner_heard){before.owner.heard, before.owner.sure};
    }
    if (!same_term(t, &before)) {
        change_term(e, t);
    }
    if (!t->decides && !e->alarming.following) {
        follow(e);
    } else if (has_to_decide(e, t) && knows_enough(e, t)) {
        decide(e, t);
    }
    if (t->role != e->health.role || strcmp(t->owner.instance, e->health.owner.instance) != 0) {
        e->news = true;
    }
    health_follow(&e->health, t, e->now);
    bool decides = t->decides && !e->alarming.following;
    bool owns = decides && (!e->alone || e->sync == NULL);
    actions_set_owner(e->actions, t->owner.instance, owns, e->now.mono);
    tell_topics(e, decides && t->settled && t->arbiter != ARBITER_SELF && e->linked);
}

void
engine_turn_role(struct engine *e)
{
    bool due = ownership_due(e->ownership, e->now);
    if (due) {
        e->tenure_next = ownership_turn(e->ownership, e->now);
    }
    if (due || has_to_decide(e, &e->tenure)) {
        engine_follow_tenure(e);
    }
    e->peers_next = e->tenure_next;
}

/* ---- handing over ---- */

/* Everything that was decided here is where others find it. */
bool
engine_is_put_away(struct engine *e)
{
    struct sync_state state = {.connected = false};
    if (e->sync != NULL) {
        sync_get(e->sync, &state);
    }
    /* Not by what is pending: that the thread does not know before it has looked. */
    return ingest_committed(&e->ingest) && !outgoing_unsaid(e->outgoing) &&
           (!state.connected || state.sent >= outgoing_told(e->outgoing));
}

static void
end_handover(struct engine *e, enum rc rc, const struct err *err)
{
    e->handover.wanted = false;
    engine_answer_ticket(e, e->handover.ticket, rc, err);
}

/* The store gets no more rows of ours: false while that is still under way. */
static bool
has_left_custody(struct engine *e)
{
    if (e->custody == NULL) {
        return true;
    }
    if (e->custody_taken) {
        custody_leave(e->custody);
        e->custody_taken = false;
        e->handover.until = e->now.mono + LEAVE_US;
    }
    return custody_left(e->custody) || e->now.mono >= e->handover.until;
}

void
engine_turn_handover(struct engine *e)
{
    bool waits = e->handover.wanted && !engine_is_put_away(e) &&
                 e->now.mono < e->handover.until && !e->handover.leaves;
    if (!e->handover.wanted || waits) {
        return;
    }
    e->handover.leaves = true;
    if (!has_left_custody(e)) {
        return;
    }
    struct err err = {.text = ""};
    enum rc rc = ownership_handover(e->ownership, e->handover.to, e->now, &err);
    if (rc != RC_OK) {
        tell_custody(e, ownership_tenure(e->ownership));
    }
    end_handover(e, rc, &err);
}

enum rc
engine_hand_over(struct engine *e, const char *to, uint64_t ticket, struct err *err)
{
    if (e->handover.wanted) {
        return err_set(err, RC_BUSY, "%s", _("a hand-over is under way already"));
    }
    enum rc rc = ownership_may_hand_over(e->ownership, to, err);
    if (rc != RC_OK) {
        return rc;
    }
    e->handover.wanted = true;
    e->handover.leaves = false;
    e->handover.ticket = ticket;
    e->handover.until = e->now.mono + HANDOVER_US;
    g_strlcpy(e->handover.to, to, sizeof(e->handover.to));
    ingest_put(&e->ingest);
    if (e->sync != NULL) {
        sync_poke(e->sync);
    }
    return RC_OK;
}
