/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/election_world_private.h"

/* ---- the instances ---- */

static void
say(struct world *w, int who, enum election_said said, const struct election_order *o)
{
    struct instance *i = &w->list[who];
    struct election_view v;
    world_look(i, &v);
    if (!i->conn || !i->online) {
        return; /* the client has no connection: the caller is told, and it is lost */
    }
    struct message m = {
        .said = said,
        .from = who,
        .to = o->to[0] != '\0' ? o->to[0] - 'a' : -1,
        .boot = i->boot,
        .rank = o->rank,
        .n = o->n,
        .arbiter = v.arbiter,
        .settled = o->settled,
        .settles_us = o->settles_us,
    };
    i->out_at = MAX(i->out_at, w->now + world_between(w, 1, 20) * US_PER_MS);
    m.at = i->out_at;
    g_queue_push_tail(&i->out, g_memdup2(&m, sizeof(m)));
}

static void
carry_out(struct world *w, int who)
{
    struct instance *i = &w->list[who];
    struct election_order o;
    while (election_order(i->election, &o)) {
        switch (o.act) {
        case ACT_CLAIM:
            world_trace(w, "%s claims (%" PRIu64 ", %" PRIu64 ")", world_names[who],
                        o.rank.epoch, o.rank.term);
            if (rank_compare(o.rank, i->remembered) > 0) {
                i->remembered = o.rank;
            }
            say(w, who, SAID_CLAIM, &o);
            break;
        case ACT_UNBEACON:
        case ACT_BEACON:
            say(w, who, SAID_BEACON, &o);
            break;
        case ACT_RESIGN:
            world_trace(w, "%s resigns (%" PRIu64 ", %" PRIu64 ") %s", world_names[who],
                        o.rank.epoch, o.rank.term, o.to);
            say(w, who, SAID_RESIGN, &o);
            break;
        case ACT_PRESENCE:
            say(w, who, SAID_PRESENCE, &o);
            break;
        case ACT_LEASE:
            if (i->asked) {
                world_fail(w, "%s asks twice at once", world_names[who]);
            }
            i->asked = true;
            i->request = o.lease;
            i->sent = w->now;
            i->answer = (struct lease_answer){.known = false, .sent = w->now};
            i->arrives_at = w->now + world_between(w, 1, 30) * US_PER_MS;
            i->answers_at = w->now + ANSWER_US;
            break;
        }
    }
}

void
world_turn(struct world *w, int who)
{
    struct instance *i = &w->list[who];
    struct election_view v, before;
    world_look(i, &before);
    i->next_turn = election_turn(i->election, world_now_of(w));
    carry_out(w, who);
    world_look(i, &v);
    if (v.state != before.state) {
        world_trace(w, "%s: %s (%" PRIu64 ", %" PRIu64 ")", world_names[who],
                    election_state_name(v.state), v.rank.epoch, v.rank.term);
    }
    if (i->next_turn <= w->now) {
        world_fail(w, "%s wants its next turn at once", world_names[who]);
    }
    if (v.state == ELECTION_OWNER_FB && rank_compare(v.rank, i->elected) != 0) {
        i->elected = v.rank;
        i->elected_over = i->connections;
    }
    if (v.state == ELECTION_OWNER_PG && i->write.at == INT64_MAX) {
        i->write.at = w->now + world_between(w, 1, 3000) * US_PER_MS;
        i->write.epoch = v.rank.epoch;
        g_strlcpy(i->write.grant, v.grant, sizeof(i->write.grant));
    }
}

/* What a flawed instance does not hear. */
static bool
is_overheard(const struct world *w, const struct instance *i, const struct message *m,
             bool mine)
{
    struct election_view v;
    world_look(i, &v);
    bool higher = rank_compare(m->rank, v.rank) > 0;
    switch (w->config.flaw) {
    case FLAW_DEAF_TO_HIGHER:
        return v.owner && !mine && higher && m->said != SAID_RESIGN;
    case FLAW_SAME_EPOCH:
        return v.state == ELECTION_OWNER_PG && !mine && higher && m->rank.epoch == v.rank.epoch;
    case FLAW_LAST_WINS:
        return v.state == ELECTION_CLAIM && !mine && m->said == SAID_CLAIM;
    case FLAW_NONE:
    case FLAW_KEEPS_OFFICE:
    case FLAW_NO_FENCE:
    case FLAW_ROLLBACK:
    case FLAW_NO_SETTLE:
    case FLAW_TIMERS:
        break;
    }
    return false;
}

void
world_hear(struct world *w, int who, const struct message *m)
{
    struct instance *i = &w->list[who];
    bool mine = m->from == who && m->boot == i->boot;
    if ((m->said == SAID_BEACON && m->n == 0) || is_overheard(w, i, m, mine)) {
        return;
    }
    struct election_message heard = {
        .said = m->said,
        .from = world_names[m->from],
        .mine = mine,
        .retained = m->retained,
        .rank = m->rank,
        .n = m->n,
        .arbiter = m->arbiter,
        .to = m->to >= 0 ? world_names[m->to] : "",
        .candidate = true,
        .settled = m->settled,
        .settles_us = m->settles_us,
    };
    election_hear(i->election, &heard, world_now_of(w));
    world_turn(w, who);
}

void
world_start(struct world *w, int who)
{
    struct instance *i = &w->list[who];
    struct election_config config = {
        .name = world_names[who],
        .candidate = true,
        .store = w->config.store,
        .seen = i->remembered,
        .validity_us = VALIDITY_US,
        .renewal_us = RENEWAL_US,
        .echo_us = w->config.flaw == FLAW_TIMERS ? 4 * DEAD_US : ECHO_US,
        .dead_us = DEAD_US,
    };
    i->election = election_new(&config, world_now_of(w));
    i->boot = ++w->boots;
    i->connections = 0;
    i->alive = i->awake = true;
    i->online = false;
    i->asked = false;
    i->reconnect_at = w->now + world_between(w, 5, 500) * US_PER_MS;
    i->notices_at = i->notified_at = i->write.at = INT64_MAX;
    world_trace(w, "%s starts", world_names[who]);
    world_turn(w, who);
}

static void
kill_instance(struct world *w, int who)
{
    struct instance *i = &w->list[who];
    world_trace(w, "%s is killed", world_names[who]);
    election_free(i->election);
    i->election = NULL;
    i->alive = i->online = i->asked = false;
    i->drops_at = w->now + world_between(w, 1, 500) * US_PER_MS;
}

/* ---- faults ---- */

static void
cut_link(struct world *w, int who)
{
    struct instance *i = &w->list[who];
    i->link = false;
    bool reset = world_chance(w, 0.4);
    world_trace(w, "%s is cut from the broker%s", world_names[who], reset ? " (reset)" : "");
    if (i->conn) {
        i->drops_at = w->now + (reset ? 1 : world_between(w, 100, 8000)) * US_PER_MS;
    }
    if (i->alive && i->online) {
        i->notices_at = w->now + (reset ? 1 : world_between(w, 100, 8000)) * US_PER_MS;
    }
}

static void
stop_broker(struct world *w)
{
    bool forgets = world_chance(w, 0.3);
    world_trace(w, "the broker stops%s", forgets ? " and forgets" : "");
    w->broker = false;
    for (int i = 0; i < w->n; i++) {
        struct instance *one = &w->list[i];
        one->conn = false;
        one->drops_at = INT64_MAX;
        world_clear(&one->in);
        world_clear(&one->out);
        if (one->alive && one->online) {
            one->notices_at =
                MIN(one->notices_at, w->now + (one->link ? 5 * US_PER_MS : 8 * SECOND));
        }
        if (forgets) {
            w->has_claim[i] = w->has_presence[i] = false;
        }
    }
    if (forgets) {
        w->has_owner = false;
        w->forgot_at = w->now;
    }
}

static void
fault_store(struct world *w)
{
    if (w->store) {
        world_trace(w, "the store goes");
    }
    w->store = !w->store;
    if (w->store &&
        world_chance(w, 0.6)) { /* another one took over, and may have missed the last */
        world_trace(w, "the store failed over");
        w->timeline++;
        if (world_chance(w, 0.5)) {
            w->row = w->row_before; /* and what was written under it */
            w->last_epoch = w->last_epoch_before;
        }
    }
}

void
world_fault(struct world *w)
{
    int who = (int)world_between(w, 0, w->n);
    struct instance *i = &w->list[who];
    switch (world_between(w, 0, 9)) {
    case 0:
        fault_store(w);
        break;
    case 1:
        if (w->broker) {
            stop_broker(w);
        } else {
            w->broker = true;
        }
        break;
    case 2:
        world_trace(w, "%s store link %d", world_names[who], !i->store_link);
        i->store_link = !i->store_link;
        break;
    case 3:
    case 4:
        if (i->link) {
            cut_link(w, who);
        } else {
            i->link = true;
        }
        break;
    case 5:
        if (i->alive) {
            world_trace(w, "%s %s", world_names[who], i->awake ? "sleeps" : "wakes");
            i->awake = !i->awake;
            i->drops_at = i->awake || !i->conn
                              ? i->drops_at
                              : MIN(i->drops_at, w->now + world_between(w, 5, 10) * SECOND);
        }
        break;
    case 6:
        if (i->alive) {
            kill_instance(w, who);
        } else {
            world_start(w, who);
        }
        break;
    case 7:
        w->store_offset += world_between(w, -20, 20) * SECOND;
        world_trace(w, "the store's clock jumps");
        break;
    case 8:
        if (i->alive && i->awake &&
            election_handover(i->election, w->n > 1 ? world_names[(who + 1) % w->n] : "",
                              world_now_of(w))) {
            world_trace(w, "%s hands over", world_names[who]);
            world_turn(w, who);
        }
        break;
    }
    w->next_fault =
        w->now + world_between(w, 10, world_chance(w, 0.3) ? 200 : 8000) * US_PER_MS;
}

void
world_heal(struct world *w)
{
    world_trace(w, "everything heals");
    w->calm = true;
    w->broker = true;
    w->store = w->config.store && !w->config.end_without_store;
    for (int i = 0; i < w->n; i++) {
        struct instance *one = &w->list[i];
        one->link = one->store_link = true;
        if (!one->alive) {
            world_start(w, i);
        }
        one->awake = true;
    }
}
