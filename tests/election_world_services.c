/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/election_world_private.h"

#include <stdio.h>

/* ---- the broker ---- */

static void
queue_in(struct world *w, int to, const struct message *m)
{
    struct instance *i = &w->list[to];
    struct message *copy = g_memdup2(m, sizeof(*m));
    i->in_at = MAX(i->in_at, w->now + world_between(w, 1, 20) * US_PER_MS);
    copy->at = i->in_at;
    g_queue_push_tail(&i->in, copy);
}

void
world_distribute(struct world *w, const struct message *m)
{
    for (int i = 0; i < w->n; i++) {
        if (w->list[i].conn) {
            queue_in(w, i, m);
        }
    }
}

void
world_retain(struct world *w, const struct message *m)
{
    switch (m->said) {
    case SAID_CLAIM:
        w->claims[m->from] = *m;
        w->has_claim[m->from] = true;
        break;
    case SAID_PRESENCE:
        w->presences[m->from] = *m;
        w->has_presence[m->from] = true;
        break;
    case SAID_GONE:
        w->has_presence[m->from] = false;
        break;
    case SAID_BEACON:
        w->has_owner = m->n != 0; /* 0: emptied */
        w->owner = *m;
        break;
    case SAID_RESIGN:
        break;
    }
}

void
world_clear(GQueue *queue)
{
    g_queue_clear_full(queue, g_free);
    g_queue_init(queue);
}

/* The connection is no more for the broker, and the last will is told. */
void
world_drop_conn(struct world *w, int which)
{
    struct instance *i = &w->list[which];
    if (!i->conn) {
        return;
    }
    i->conn = false;
    i->drops_at = INT64_MAX;
    world_clear(&i->out);
    world_clear(&i->in);
    if (i->alive && i->online) {
        i->notices_at = MIN(i->notices_at, w->now + 10 * US_PER_MS);
    }
    struct message will = {.said = SAID_GONE, .from = which};
    world_retain(w, &will);
    world_distribute(w, &will);
}

void
world_connect_instance(struct world *w, int which)
{
    struct instance *i = &w->list[which];
    world_drop_conn(w, which); /* a session taken over */
    i->conn = i->online = true;
    i->notices_at = i->drops_at = i->reconnect_at = INT64_MAX;
    i->in_at = i->out_at = w->now;
    world_clear(&i->in);
    world_clear(&i->out);
    for (int j = 0; j < w->n; j++) {
        struct message m = w->claims[j];
        m.retained = true;
        if (w->has_claim[j]) {
            queue_in(w, which, &m);
        }
        m = w->presences[j];
        m.retained = true;
        if (w->has_presence[j]) {
            queue_in(w, which, &m);
        }
    }
    if (w->has_owner) {
        struct message m = w->owner;
        m.retained = true;
        queue_in(w, which, &m);
    }
    world_trace(w, "%s connects", world_names[which]);
    i->connections++;
    if (w->config.flaw != FLAW_KEEPS_OFFICE || i->connections == 1) {
        election_connected(i->election, world_now_of(w));
    }
}

/* ---- the store ---- */

static mono_us
store_clock(const struct world *w)
{
    return w->now + w->store_offset;
}

static int64_t
lease_left(const struct world *w, int who, bool infra)
{
    const struct lease_row *r = &w->row;
    mono_us now = store_clock(w);
    if (r->expires > now && r->expires <= now + 3 * VALIDITY_US && !(r->infra && !infra)) {
        return r->expires - now;
    }
    if (r->offered >= 0 && r->offered != who && r->offered_until > now &&
        r->offered_until <= now + 2 * SECOND) {
        return r->offered_until - now;
    }
    return 0;
}

static void
notify(struct world *w)
{
    for (int i = 0; i < w->n; i++) {
        if (w->list[i].alive && w->list[i].store_link) {
            w->list[i].notified_at = w->now + world_between(w, 1, 10) * US_PER_MS;
        }
    }
}

static void
format_grant(char *dst, uint64_t grant)
{
    snprintf(dst, UUID_SIZE, "%" PRIu64, grant);
}

static bool
holds(const struct world *w, uint64_t epoch, const char *grant)
{
    char present[UUID_SIZE];
    format_grant(present, w->row.grant);
    return w->row.grant != 0 && w->row.epoch == epoch && strcmp(present, grant) == 0;
}

static void
grant_lease(struct world *w, int who, const struct lease_request *q)
{
    uint64_t floor = w->config.flaw == FLAW_ROLLBACK ? 0 : w->timeline * 100;
    w->row_before = w->row;
    w->last_epoch_before = w->last_epoch;
    w->row = (struct lease_row){
        .epoch = MAX(MAX(w->row.epoch, q->epoch) + 1, floor),
        .grant = ++w->grants,
        .holder = who,
        .offered = -1,
        .infra = q->infra,
        .expires = store_clock(w) + VALIDITY_US,
    };
    if (w->config.flaw == FLAW_ROLLBACK) {
        w->row.epoch = w->row_before.epoch + 1;
    }
    notify(w);
}

/* As data/sql/pg/002-ownership.sql. */
void
world_serve_lease(struct world *w, int who)
{
    struct instance *i = &w->list[who];
    const struct lease_request *q = &i->request;
    bool ours = holds(w, q->epoch, q->grant);
    bool mine = false;
    switch (q->ask) {
    case LEASE_ACQUIRE:
        mine = lease_left(w, who, q->infra) <= 0;
        if (mine) {
            grant_lease(w, who, q);
        }
        break;
    case LEASE_RENEW:
        mine = ours;
        if (mine) {
            w->row.expires = store_clock(w) + VALIDITY_US;
            bool told = q->infra && !w->row.infra;
            w->row.infra = q->infra;
            if (told) {
                notify(w);
            }
        }
        break;
    case LEASE_RELEASE:
        if (ours) {
            w->row.grant = 0;
            w->row.expires = store_clock(w);
            w->row.offered = q->to[0] != '\0' ? q->to[0] - 'a' : -1;
            w->row.offered_until = store_clock(w) + SECOND;
            notify(w);
        }
        break;
    case LEASE_NONE:
    case LEASE_LOOK:
        break;
    }
    i->answer = (struct lease_answer){
        .known = true,
        .mine = mine,
        .sent = i->sent,
        .epoch = w->row.epoch,
        .infra = w->row.infra,
        .left_us = mine ? VALIDITY_US : lease_left(w, who, q->infra),
    };
    if (mine) {
        format_grant(i->answer.grant, w->row.grant);
    }
    if (w->row.holder >= 0) {
        g_strlcpy(i->answer.holder, world_names[w->row.holder], sizeof(i->answer.holder));
    }
}

/* S1: one writer an epoch. S2: none of an older epoch after one of a newer. */
void
world_commit(struct world *w, int who)
{
    struct instance *i = &w->list[who];
    i->write.at = INT64_MAX;
    if (!w->store || !i->store_link) {
        return;
    }
    uint64_t epoch = i->write.epoch;
    if (w->config.flaw != FLAW_NO_FENCE && !holds(w, epoch, i->write.grant)) {
        return;
    }
    if (w->committer[epoch % EPOCHS] >= 0 && w->committer[epoch % EPOCHS] != who) {
        world_fail(w, "S1: %s writes in epoch %" PRIu64 " of another", world_names[who], epoch);
    }
    if (epoch < w->last_epoch) {
        world_fail(w, "S2: %s writes in epoch %" PRIu64 " after %" PRIu64, world_names[who],
                   epoch, w->last_epoch);
    }
    w->committer[epoch % EPOCHS] = who;
    w->last_epoch = MAX(w->last_epoch, epoch);
}
