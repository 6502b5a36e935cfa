/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/app/ownership.h"

#include <inttypes.h>

#include <glib.h>

#include "alarms/election.h"
#include "src/app/lease_worker.h"
#include "src/app/own_topic.h"
#include "src/app/ownership_json.h"
#include "src/core/i18n.h"
#include "src/core/log.h"

/*
 * QoS 0 for all of it: what was said belongs to the connection over which it was said, and must
 * not be sent again over the next one, when it is not true any more. What counts is what we
 * hear back.
 */
#define QOS 0

struct ownership {
    struct ownership_config config;
    char *more, *boot;
    struct ownership_self self;
    struct election *election;
    struct lease_worker *lease; /* NULL: no central store */
    struct rank remembered;
    struct tenure tenure;
    mono_us next;        /* turn */
    enum role said_role; /* in the presence: */
    bool said_well;
    bool store_told; /* the log knows how the store is: */
    bool store_well;
};

const char *const ownership_filters[] = {OWN_TOPICS "claims/+", OWN_TOPICS "owner",
                                         OWN_TOPICS "resign/+", OWN_TOPICS "instances/+", NULL};

/* ---- orders ---- */

static void
say(struct ownership *o, const char *topic, const char *name, char *payload, bool retain)
{
    char *full = g_strconcat(OWN_TOPICS, topic, name, NULL);
    enum rc rc = o->config.publish(o->config.user, full, payload, strlen(payload), QOS, retain);
    if (rc != RC_OK) {
        log_debug("\"%s\" could not be published", full);
    }
    g_free(full);
    g_free(payload);
}

static void
say_claim(struct ownership *o, struct rank rank)
{
    if (rank_compare(rank, o->remembered) > 0) {
        if (o->config.remember(o->config.user, rank) != RC_OK) {
            log_error("rank (%" PRIu64 ", %" PRIu64 ") could not be remembered, and so is not "
                      "claimed",
                      rank.epoch, rank.term);
            return;
        }
        o->remembered = rank;
    }
    say(o, "claims/", o->self.name, ownership_claim_text(&o->self, rank), true);
}

static enum role
role_of(const struct ownership *o, const struct election_view *v)
{
    if (!o->self.candidate) {
        return ROLE_VIEWER;
    }
    if (v->state == ELECTION_SELF) {
        return ROLE_UNARBITRATED;
    }
    return v->owner ? ROLE_OWNER : ROLE_STANDBY;
}

static void
carry_out(struct ownership *o, const struct election_order *order)
{
    struct election_view v;
    election_look(o->election, &v);
    switch (order->act) {
    case ACT_CLAIM:
        say_claim(o, order->rank);
        break;
    case ACT_BEACON:
        say(o, "owner", NULL, ownership_beacon_text(&o->self, &v, order), true);
        break;
    case ACT_UNBEACON:
        say(o, "owner", NULL, g_strdup(""), true);
        break;
    case ACT_RESIGN:
        say(o, "resign/", o->self.name,
            ownership_resign_text(&o->self, order->rank, order->to, order->settled,
                                  order->settles_us),
            false);
        break;
    case ACT_PRESENCE:
        say(o, "instances/", o->self.name,
            ownership_presence_text(&o->self, &v, role_of(o, &v), order->n), true);
        break;
    case ACT_LEASE:
        lease_worker_ask(o->lease, &order->lease);
        break;
    }
}

static bool
same_owner(const struct tenure *a, const struct tenure *b)
{
    return rank_compare(a->owner.rank, b->owner.rank) == 0 &&
           strcmp(a->owner.instance, b->owner.instance) == 0;
}

static bool
is_other(const struct ownership *o, const char *instance)
{
    return *instance != '\0' && strcmp(instance, o->self.name) != 0;
}

static void
tell_change(const struct ownership *o, const struct tenure *was)
{
    const struct tenure *t = &o->tenure;
    bool owner = t->role == ROLE_OWNER, before = was->role == ROLE_OWNER;
    if (owner && (!before || rank_compare(t->rank, was->rank) != 0)) {
        log_info("owner: epoch %" PRIu64 ", term %" PRIu64 ", by the %s", t->rank.epoch,
                 t->rank.term, t->arbiter == ARBITER_POSTGRES ? "central store" : "broker");
    } else if (before && !owner) {
        log_info("owner no longer: epoch %" PRIu64 ", term %" PRIu64, was->rank.epoch,
                 was->rank.term);
    } else if (t->role == ROLE_UNARBITRATED && was->role != t->role) {
        log_info("nobody can be asked who is owner: deciding for this screen alone");
    }
    if (!t->decides && is_other(o, t->owner.instance) && !same_owner(t, was)) {
        log_info("owner is \"%s\": epoch %" PRIu64 ", term %" PRIu64, t->owner.instance,
                 t->owner.rank.epoch, t->owner.rank.term);
    }
}

/* The store shall know who was owner while it was away. */
static void
note_tenure(struct ownership *o, const struct tenure *was)
{
    const struct tenure *t = &o->tenure;
    bool new = was->role != ROLE_OWNER || rank_compare(t->rank, was->rank) != 0;
    if (o->lease != NULL && t->role == ROLE_OWNER && t->arbiter == ARBITER_BROKER && new) {
        struct lease_tenure tenure = {t->rank.epoch, t->rank.term, t->owner.since};
        lease_worker_tell(o->lease, &tenure);
    }
}

static void
set_tenure(struct ownership *o, struct now now)
{
    struct tenure was = o->tenure;
    struct tenure *t = &o->tenure;
    struct election_view v;
    election_look(o->election, &v);
    t->role = role_of(o, &v);
    if (t->role == ROLE_OWNER && !v.decides) {
        t->role = ROLE_STANDBY; /* it has the lease, and waits to hear itself */
    }
    t->decides = v.decides;
    t->custody = v.connected;
    t->settled = v.settled;
    if (t->role == ROLE_OWNER || t->role == ROLE_UNARBITRATED) {
        t->rank = v.rank;
        t->arbiter = v.arbiter;
        t->owner.rank = v.rank;
        t->owner.arbiter = v.arbiter;
        t->owner.since = v.since;
        t->owner.heard = t->owner.sure = now.mono;
        g_strlcpy(t->owner.instance, o->self.name, sizeof(t->owner.instance));
    } else {
        t->owner.rank = v.other_rank;
        t->owner.arbiter = v.other_arbiter;
        t->owner.since = v.other_since;
        t->owner.heard = MAX(v.other_heard, 0);
        t->owner.sure = v.other_sure;
        /* Who was owner before this instance is so no longer. */
        bool past = rank_compare(v.other_rank, t->rank) < 0;
        g_strlcpy(t->owner.instance, past ? "" : v.other, sizeof(t->owner.instance));
    }
    g_strlcpy(t->grant, v.grant, sizeof(t->grant));
    tell_change(o, &was);
    note_tenure(o, &was);
}

static void
carry_out_all(struct ownership *o, struct now now)
{
    struct election_order order;
    struct election_view v;
    election_look(o->election, &v);
    if (o->said_role != role_of(o, &v) || o->said_well != v.store_well) {
        election_announce(o->election, now);
        o->said_role = role_of(o, &v);
        o->said_well = v.store_well;
    }
    while (election_order(o->election, &order)) {
        carry_out(o, &order);
    }
    set_tenure(o, now);
}

/* ---- life ---- */

static void
start_lease(struct ownership *o)
{
    const struct config *c = o->config.config;
    struct lease_config lease = {
        .conninfo = c->postgres.conninfo,
        .instance = c->instance.name,
        .validity_us = c->ownership.validity_s * US_PER_S,
        .renewal_us = c->ownership.renewal_s * US_PER_S,
    };
    o->lease = lease_worker_start(&lease);
}

enum rc
ownership_new(struct ownership **ret, const struct ownership_config *config, struct now now,
              struct err *err)
{
    const struct config *c = config->config;
    struct ownership *o = g_new0(struct ownership, 1);
    o->config = *config;
    o->more = g_strdup(config->presence);
    o->boot = g_uuid_string_random();
    o->remembered = config->seen;
    o->tenure.role = o->said_role = ROLE_STANDBY;
    o->self = (struct ownership_self){c->instance.name, o->boot, now.wall,
                                      c->instance.candidate, o->more};
    struct election_config election = {
        .name = c->instance.name,
        .candidate = c->instance.candidate,
        .store = *c->postgres.conninfo != '\0',
        .seen = config->seen,
        .validity_us = c->ownership.validity_s * US_PER_S,
        .renewal_us = c->ownership.renewal_s * US_PER_S,
        .echo_us = c->ownership.echo_s * US_PER_S,
        .dead_us = c->ownership.dead_s * US_PER_S,
    };
    if (election.store) {
        start_lease(o);
        if (o->lease == NULL) {
            ownership_free(o);
            return err_set(err, RC_IO, "could not start a thread for the lease");
        }
    }
    o->election = election_new(&election, now);
    carry_out_all(o, now);
    *ret = o;
    return RC_OK;
}

void
ownership_free(struct ownership *o)
{
    if (o != NULL) {
        lease_worker_stop(o->lease);
        election_free(o->election);
        g_free(o->more);
        g_free(o->boot);
        g_free(o);
    }
}

/* ---- events ---- */

/* Nothing can be said yet inside the client's callback; the next turn does. */
void
ownership_connected(struct ownership *o, struct now now)
{
    election_connected(o->election, now);
    o->next = now.mono;
}

void
ownership_disconnected(struct ownership *o, struct now now)
{
    election_disconnected(o->election, now);
    set_tenure(o, now);
    o->next = now.mono;
}

void
ownership_behind(struct ownership *o, bool behind, struct now now)
{
    election_behind(o->election, behind, now);
    set_tenure(o, now);
    o->next = now.mono;
}

bool
ownership_message(struct ownership *o, const char *topic, const char *payload, size_t len,
                  bool retained, struct now now)
{
    struct ownership_heard heard;
    struct err err = {.text = ""};
    switch (ownership_read(&heard, &o->self, topic, payload, len, retained, &err)) {
    case OWNERSHIP_NONE:
        return false;
    case OWNERSHIP_EMPTY:
        break;
    case OWNERSHIP_BAD:
        log_debug("MQTT topic \"%s\": %s", topic, err.text);
        break;
    case OWNERSHIP_HEARD:
        election_hear(o->election, &heard.message, now);
        carry_out_all(o, now);
        o->next = now.mono;
        break;
    }
    return true;
}

int
ownership_fd(const struct ownership *o)
{
    return o->lease != NULL ? lease_worker_fd(o->lease) : -1;
}

static void
tell_store(struct ownership *o, const struct lease_news *news)
{
    bool well = news->answer.known;
    if (!o->store_told || o->store_well != well) {
        o->store_told = true;
        o->store_well = well;
        if (well) {
            log_info("the lease in the central store can be asked");
        } else {
            log_warning("the lease in the central store cannot be asked: %s", news->err.text);
        }
    }
}

static void
take_news(struct ownership *o, struct now now)
{
    struct lease_news news;
    lease_worker_take(o->lease, &news);
    if (news.answered) {
        tell_store(o, &news);
        election_lease(o->election, &news.answer, now);
    }
    if (news.notified) {
        election_notified(o->election, now);
    }
}

bool
ownership_due(const struct ownership *o, struct now now)
{
    return now.mono >= o->next || (o->lease != NULL && lease_worker_has_news(o->lease));
}

mono_us
ownership_turn(struct ownership *o, struct now now)
{
    o->next = election_turn(o->election, now);
    carry_out_all(o, now); /* a deadline that has passed comes before any good news */
    if (o->lease != NULL) {
        take_news(o, now);
        o->next = election_turn(o->election, now);
        carry_out_all(o, now);
    }
    return o->next;
}

const struct tenure *
ownership_tenure(const struct ownership *o)
{
    return &o->tenure;
}

const char *
ownership_boot(const struct ownership *o)
{
    return o->boot;
}

void
ownership_announce(struct ownership *o, struct now now)
{
    election_announce(o->election, now);
    carry_out_all(o, now);
}

void
ownership_set_presence(struct ownership *o, const char *presence, struct now now)
{
    g_free(o->more);
    o->self.more = o->more = g_strdup(presence);
    ownership_announce(o, now);
}

char *
ownership_presence(const struct ownership *o)
{
    struct election_view v;
    election_look(o->election, &v);
    return ownership_presence_text(&o->self, &v, role_of(o, &v), 0);
}

/* ---- by request ---- */

enum rc
ownership_may_hand_over(const struct ownership *o, const char *to, struct err *err)
{
    enum election_peer peer = election_peer(o->election, to);
    const char *name = o->self.name;
    if (o->tenure.role != ROLE_OWNER) {
        return err_set(err, RC_INVALID, _("instance \"%s\" is not the owner"), name);
    }
    if (strcmp(to, name) == 0) {
        return err_set(err, RC_INVALID, _("instance \"%s\" is the owner already"), name);
    }
    if (*to == '\0' && !election_has_rivals(o->election)) {
        return err_set(err, RC_INVALID, "%s", _("there is no other instance to hand over to"));
    }
    if (*to != '\0' && peer == PEER_ABSENT) {
        return err_set(err, RC_INVALID, _("there is no instance \"%s\" at the broker"), to);
    }
    if (*to != '\0' && peer == PEER_VIEWER) {
        return err_set(err, RC_INVALID,
                       _("instance \"%s\" is a viewer and cannot be the owner"), to);
    }
    return RC_OK;
}

enum rc
ownership_handover(struct ownership *o, const char *to, struct now now, struct err *err)
{
    enum rc rc = ownership_may_hand_over(o, to, err);
    if (rc != RC_OK) {
        return rc;
    }
    if (!election_handover(o->election, to, now)) {
        return err_set(err, RC_INVALID, "instance \"%s\" has given ownership away",
                       o->self.name);
    }
    election_turn(o->election, now);
    carry_out_all(o, now);
    o->next = now.mono;
    return RC_OK;
}

void
ownership_stop(struct ownership *o, struct now now)
{
    election_stop(o->election, now);
    election_turn(o->election, now);
    carry_out_all(o, now);
    o->next = now.mono;
}

bool
ownership_stopped(const struct ownership *o)
{
    return election_stopped(o->election);
}
