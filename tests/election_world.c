/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/election_world.h"

#include <inttypes.h>
#include <stdio.h>

#include <glib.h>

#include "alarms/election.h"

#define MAX_INSTANCES 3
#define SECOND        US_PER_S
#define VALIDITY_US   (5 * SECOND)
#define RENEWAL_US    (1 * SECOND)
#define ECHO_US       (3 * SECOND)
#define DEAD_US       (5 * SECOND)
#define FAULT_TIME_US (60 * SECOND)
#define CALM_US       (45 * SECOND) /* until there must be one owner */
#define STEADY_US     (15 * SECOND) /* and it must be the same for so long */
#define ANSWER_US     (750 * US_PER_MS)
#define EPOCHS        4096

struct message {
    mono_us at; /* arrives */
    enum election_said said;
    int from, to; /* to -1: anybody */
    uint64_t boot;
    bool retained;
    struct rank rank;
    uint64_t n;
    enum arbiter arbiter;
    bool settled;
};

struct instance {
    struct election *election;
    uint64_t boot;
    bool alive, awake, link, store_link;
    struct rank remembered, elected;
    mono_us next_turn;
    bool online;                   /* as the client sees it */
    mono_us reconnect_at;          /* when it is not */
    mono_us notices_at;            /* that its connection is dead */
    int connections, elected_over; /* how many so far; by which of them it is owner */

    bool conn;        /* as the broker sees it */
    mono_us drops_at; /* when it gives it up */
    GQueue in, out;   /* struct message * */
    mono_us in_at, out_at;

    bool asked;
    struct lease_request request;
    mono_us arrives_at, answers_at;
    mono_us sent;
    struct lease_answer answer;
    mono_us notified_at;

    struct {
        mono_us at; /* INT64_MAX: none */
        uint64_t epoch;
        char grant[UUID_SIZE];
    } write;
};

struct lease_row {
    uint64_t epoch, grant; /* grant 0: none */
    int holder, offered;
    bool infra;
    mono_us expires, offered_until; /* of the store's clock */
};

struct world {
    struct world_config config;
    GRand *random;
    mono_us now;
    int n;
    struct instance list[MAX_INSTANCES];
    bool broker, store;
    struct message claims[MAX_INSTANCES], presences[MAX_INSTANCES], owner;
    bool has_claim[MAX_INSTANCES], has_presence[MAX_INSTANCES], has_owner;
    mono_us forgot_at; /* the broker its retained messages */
    struct lease_row row, row_before;
    uint64_t grants, boots, timeline;
    int64_t store_offset;
    mono_us next_fault;
    int faults;
    bool calm;
    int committer[EPOCHS];
    uint64_t last_epoch, last_epoch_before; /* the last grant */
    char *failure;
};

static const char *const names[] = {"a", "b", "c"};

static int64_t
between(struct world *w, int64_t low, int64_t high)
{
    return low + (int64_t)(g_rand_double(w->random) * (double)(high - low));
}

static bool
chance(struct world *w, double p)
{
    return g_rand_double(w->random) < p;
}

static struct now
now_of(const struct world *w)
{
    return (struct now){w->now + 1000 * SECOND, w->now};
}

static void trace(const struct world *w, const char *fmt, ...) G_GNUC_PRINTF(2, 3);
static void
trace(const struct world *w, const char *fmt, ...)
{
    if (w->config.trace) {
        va_list args;
        va_start(args, fmt);
        char *text = g_strdup_vprintf(fmt, args);
        va_end(args);
        fprintf(stderr, "# %9.3f %s\n", (double)w->now / SECOND, text);
        g_free(text);
    }
}

static void fail(struct world *w, const char *fmt, ...) G_GNUC_PRINTF(2, 3);
static void
fail(struct world *w, const char *fmt, ...)
{
    if (w->failure == NULL) {
        va_list args;
        va_start(args, fmt);
        char *what = g_strdup_vprintf(fmt, args);
        va_end(args);
        w->failure = g_strdup_printf("seed %" PRIu64 ", %d instances, at %.3f s: %s",
                                     w->config.seed, w->n, (double)w->now / SECOND, what);
        g_free(what);
    }
}

static void
look(const struct instance *i, struct election_view *v)
{
    election_look(i->election, v);
}

/* ---- the broker ---- */

static void
queue_in(struct world *w, int to, const struct message *m)
{
    struct instance *i = &w->list[to];
    struct message *copy = g_memdup2(m, sizeof(*m));
    i->in_at = MAX(i->in_at, w->now + between(w, 1, 20) * US_PER_MS);
    copy->at = i->in_at;
    g_queue_push_tail(&i->in, copy);
}

static void
distribute(struct world *w, const struct message *m)
{
    for (int i = 0; i < w->n; i++) {
        if (w->list[i].conn) {
            queue_in(w, i, m);
        }
    }
}

static void
retain(struct world *w, const struct message *m)
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

static void
clear(GQueue *queue)
{
    g_queue_clear_full(queue, g_free);
    g_queue_init(queue);
}

/* The connection is no more for the broker, and the last will is told. */
static void
drop_conn(struct world *w, int which)
{
    struct instance *i = &w->list[which];
    if (!i->conn) {
        return;
    }
    i->conn = false;
    i->drops_at = INT64_MAX;
    clear(&i->out);
    clear(&i->in);
    if (i->alive && i->online) {
        i->notices_at = MIN(i->notices_at, w->now + 10 * US_PER_MS);
    }
    struct message will = {.said = SAID_GONE, .from = which};
    retain(w, &will);
    distribute(w, &will);
}

static void
connect_instance(struct world *w, int which)
{
    struct instance *i = &w->list[which];
    drop_conn(w, which); /* a session taken over */
    i->conn = i->online = true;
    i->notices_at = i->drops_at = i->reconnect_at = INT64_MAX;
    i->in_at = i->out_at = w->now;
    clear(&i->in);
    clear(&i->out);
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
    trace(w, "%s connects", names[which]);
    i->connections++;
    if (w->config.flaw != FLAW_KEEPS_OFFICE || i->connections == 1) {
        election_connected(i->election, now_of(w));
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
            w->list[i].notified_at = w->now + between(w, 1, 10) * US_PER_MS;
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
static void
serve_lease(struct world *w, int who)
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
        g_strlcpy(i->answer.holder, names[w->row.holder], sizeof(i->answer.holder));
    }
}

/* S1: one writer an epoch. S2: none of an older epoch after one of a newer. */
static void
commit(struct world *w, int who)
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
        fail(w, "S1: %s writes in epoch %" PRIu64 " of another", names[who], epoch);
    }
    if (epoch < w->last_epoch) {
        fail(w, "S2: %s writes in epoch %" PRIu64 " after %" PRIu64, names[who], epoch,
             w->last_epoch);
    }
    w->committer[epoch % EPOCHS] = who;
    w->last_epoch = MAX(w->last_epoch, epoch);
}

/* ---- the instances ---- */

static void
say(struct world *w, int who, enum election_said said, const struct election_order *o)
{
    struct instance *i = &w->list[who];
    struct election_view v;
    look(i, &v);
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
    };
    i->out_at = MAX(i->out_at, w->now + between(w, 1, 20) * US_PER_MS);
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
            trace(w, "%s claims (%" PRIu64 ", %" PRIu64 ")", names[who], o.rank.epoch,
                  o.rank.term);
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
            trace(w, "%s resigns (%" PRIu64 ", %" PRIu64 ") %s", names[who], o.rank.epoch,
                  o.rank.term, o.to);
            say(w, who, SAID_RESIGN, &o);
            break;
        case ACT_PRESENCE:
            say(w, who, SAID_PRESENCE, &o);
            break;
        case ACT_LEASE:
            if (i->asked) {
                fail(w, "%s asks twice at once", names[who]);
            }
            i->asked = true;
            i->request = o.lease;
            i->sent = w->now;
            i->answer = (struct lease_answer){.known = false, .sent = w->now};
            i->arrives_at = w->now + between(w, 1, 30) * US_PER_MS;
            i->answers_at = w->now + ANSWER_US;
            break;
        }
    }
}

static void
turn(struct world *w, int who)
{
    struct instance *i = &w->list[who];
    struct election_view v, before;
    look(i, &before);
    i->next_turn = election_turn(i->election, now_of(w));
    carry_out(w, who);
    look(i, &v);
    if (v.state != before.state) {
        trace(w, "%s: %s (%" PRIu64 ", %" PRIu64 ")", names[who], election_state_name(v.state),
              v.rank.epoch, v.rank.term);
    }
    if (i->next_turn <= w->now) {
        fail(w, "%s wants its next turn at once", names[who]);
    }
    if (v.state == ELECTION_OWNER_FB && rank_compare(v.rank, i->elected) != 0) {
        i->elected = v.rank;
        i->elected_over = i->connections;
    }
    if (v.state == ELECTION_OWNER_PG && i->write.at == INT64_MAX) {
        i->write.at = w->now + between(w, 1, 3000) * US_PER_MS;
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
    look(i, &v);
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

static void
hear(struct world *w, int who, const struct message *m)
{
    struct instance *i = &w->list[who];
    bool mine = m->from == who && m->boot == i->boot;
    if ((m->said == SAID_BEACON && m->n == 0) || is_overheard(w, i, m, mine)) {
        return;
    }
    struct election_message heard = {
        .said = m->said,
        .from = names[m->from],
        .mine = mine,
        .retained = m->retained,
        .rank = m->rank,
        .n = m->n,
        .arbiter = m->arbiter,
        .to = m->to >= 0 ? names[m->to] : "",
        .candidate = true,
        .settled = m->settled,
    };
    election_hear(i->election, &heard, now_of(w));
    turn(w, who);
}

static void
start(struct world *w, int who)
{
    struct instance *i = &w->list[who];
    struct election_config config = {
        .name = names[who],
        .candidate = true,
        .store = w->config.store,
        .seen = i->remembered,
        .validity_us = VALIDITY_US,
        .renewal_us = RENEWAL_US,
        .echo_us = w->config.flaw == FLAW_TIMERS ? 4 * DEAD_US : ECHO_US,
        .dead_us = DEAD_US,
    };
    i->election = election_new(&config, now_of(w));
    i->boot = ++w->boots;
    i->connections = 0;
    i->alive = i->awake = true;
    i->online = false;
    i->asked = false;
    i->reconnect_at = w->now + between(w, 5, 500) * US_PER_MS;
    i->notices_at = i->notified_at = i->write.at = INT64_MAX;
    trace(w, "%s starts", names[who]);
    turn(w, who);
}

static void
kill_instance(struct world *w, int who)
{
    struct instance *i = &w->list[who];
    trace(w, "%s is killed", names[who]);
    election_free(i->election);
    i->election = NULL;
    i->alive = i->online = i->asked = false;
    i->drops_at = w->now + between(w, 1, 500) * US_PER_MS;
}

/* ---- faults ---- */

static void
cut_link(struct world *w, int who)
{
    struct instance *i = &w->list[who];
    i->link = false;
    bool reset = chance(w, 0.4);
    trace(w, "%s is cut from the broker%s", names[who], reset ? " (reset)" : "");
    if (i->conn) {
        i->drops_at = w->now + (reset ? 1 : between(w, 100, 8000)) * US_PER_MS;
    }
    if (i->alive && i->online) {
        i->notices_at = w->now + (reset ? 1 : between(w, 100, 8000)) * US_PER_MS;
    }
}

static void
stop_broker(struct world *w)
{
    bool forgets = chance(w, 0.3);
    trace(w, "the broker stops%s", forgets ? " and forgets" : "");
    w->broker = false;
    for (int i = 0; i < w->n; i++) {
        struct instance *one = &w->list[i];
        one->conn = false;
        one->drops_at = INT64_MAX;
        clear(&one->in);
        clear(&one->out);
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
        trace(w, "the store goes");
    }
    w->store = !w->store;
    if (w->store && chance(w, 0.6)) { /* another one took over, and may have missed the last */
        trace(w, "the store failed over");
        w->timeline++;
        if (chance(w, 0.5)) {
            w->row = w->row_before; /* and what was written under it */
            w->last_epoch = w->last_epoch_before;
        }
    }
}

static void
fault(struct world *w)
{
    int who = (int)between(w, 0, w->n);
    struct instance *i = &w->list[who];
    switch (between(w, 0, 9)) {
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
        trace(w, "%s store link %d", names[who], !i->store_link);
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
            trace(w, "%s %s", names[who], i->awake ? "sleeps" : "wakes");
            i->awake = !i->awake;
            i->drops_at = i->awake || !i->conn
                              ? i->drops_at
                              : MIN(i->drops_at, w->now + between(w, 5, 10) * SECOND);
        }
        break;
    case 6:
        if (i->alive) {
            kill_instance(w, who);
        } else {
            start(w, who);
        }
        break;
    case 7:
        w->store_offset += between(w, -20, 20) * SECOND;
        trace(w, "the store's clock jumps");
        break;
    case 8:
        if (i->alive && i->awake &&
            election_handover(i->election, w->n > 1 ? names[(who + 1) % w->n] : "",
                              now_of(w))) {
            trace(w, "%s hands over", names[who]);
            turn(w, who);
        }
        break;
    }
    w->next_fault = w->now + between(w, 10, chance(w, 0.3) ? 200 : 8000) * US_PER_MS;
}

static void
heal(struct world *w)
{
    trace(w, "everything heals");
    w->calm = true;
    w->broker = true;
    w->store = w->config.store && !w->config.end_without_store;
    for (int i = 0; i < w->n; i++) {
        struct instance *one = &w->list[i];
        one->link = one->store_link = true;
        if (!one->alive) {
            start(w, i);
        }
        one->awake = true;
    }
}

/* ---- what must hold ---- */

static bool
acts(const struct world *w, int who, struct election_view *v)
{
    const struct instance *i = &w->list[who];
    if (!i->alive || !i->awake) {
        return false;
    }
    look(i, v);
    return w->config.flaw == FLAW_NO_SETTLE ? v->connected : v->settled;
}

/* Rule 5: what the broker made an owner ends with the connection. */
static void
check_connection(struct world *w, int who)
{
    struct election_view v;
    const struct instance *i = &w->list[who];
    if (!i->alive || !i->awake || !i->online) {
        return;
    }
    look(i, &v);
    if (v.state == ELECTION_OWNER_FB && i->elected_over != i->connections) {
        fail(w, "R5: %s was elected over another connection", names[who]);
    }
}

static void
check(struct world *w)
{
    /* What the broker forgot cannot be known: an owner that is cut off gives up soon. */
    bool forgot = w->now < w->forgot_at + 4 * ECHO_US;
    for (int i = 0; i < w->n; i++) {
        check_connection(w, i);
        for (int j = 0; j < i; j++) {
            struct election_view a, b;
            bool two = acts(w, i, &a) && acts(w, j, &b);
            if (two && !forgot) {
                fail(w, "T1: %s and %s act at once", names[j], names[i]);
            }
            const struct instance *x = &w->list[i], *y = &w->list[j];
            if (!x->alive || !y->alive || !x->conn || !y->conn || !x->online || !y->online) {
                continue;
            }
            look(x, &a);
            look(y, &b);
            if (a.state == ELECTION_OWNER_FB && b.state == ELECTION_OWNER_FB &&
                rank_compare(a.rank, b.rank) == 0) {
                fail(w, "S3: %s and %s have the same rank", names[j], names[i]);
            }
        }
    }
}

static int
the_owner(const struct world *w)
{
    int found = -1, n = 0;
    for (int i = 0; i < w->n; i++) {
        struct election_view v;
        look(&w->list[i], &v);
        if (v.owner) {
            found = i;
            n++;
        }
        if (v.state == ELECTION_SELF) {
            return -1;
        }
    }
    struct election_view v;
    if (n == 1) {
        look(&w->list[found], &v);
    }
    return n == 1 && v.settled ? found : -1;
}

/* ---- time ---- */

static mono_us
head_at(const GQueue *queue)
{
    const struct message *m = g_queue_peek_head((GQueue *)(uintptr_t)queue);
    return m != NULL ? m->at : INT64_MAX;
}

/* The next thing that happens to an instance by itself. */
static mono_us
next_of(const struct world *w, const struct instance *i)
{
    mono_us next = i->conn ? i->drops_at : INT64_MAX;
    bool runs = i->alive && i->awake;
    if (i->link && w->broker && i->conn) {
        next = MIN(next, head_at(&i->out));
        next = runs && i->online ? MIN(next, head_at(&i->in)) : next;
    }
    if (i->asked && i->arrives_at != INT64_MAX) {
        next = MIN(next, i->arrives_at);
    }
    next = MIN(next, i->write.at);
    if (runs) {
        next = MIN(next, i->next_turn);
        next = i->asked ? MIN(next, i->answers_at) : next;
        next = MIN(next, i->notified_at);
        next = MIN(next, i->online ? i->notices_at : i->reconnect_at);
    }
    return next;
}

static void
step_broker_side(struct world *w, int who)
{
    struct instance *i = &w->list[who];
    if (i->conn && w->now >= i->drops_at && (!i->link || !i->awake || !i->alive)) {
        drop_conn(w, who);
    } else if (w->now >= i->drops_at) {
        i->drops_at = INT64_MAX;
    }
    while (i->link && w->broker && i->conn && head_at(&i->out) <= w->now) {
        struct message *m = g_queue_pop_head(&i->out);
        retain(w, m);
        distribute(w, m);
        g_free(m);
    }
    if (i->asked && i->arrives_at <= w->now) {
        i->arrives_at = INT64_MAX;
        if (w->store && i->store_link) {
            serve_lease(w, who);
            i->answers_at = w->now + between(w, 1, chance(w, 0.1) ? 700 : 30) * US_PER_MS;
        }
    }
    if (i->write.at <= w->now) {
        commit(w, who);
    }
}

static void
notice_loss(struct world *w, int who)
{
    struct instance *i = &w->list[who];
    trace(w, "%s notices", names[who]);
    i->online = false;
    i->notices_at = INT64_MAX;
    i->reconnect_at = w->now + between(w, 10, 1000) * US_PER_MS;
    if (w->config.flaw != FLAW_KEEPS_OFFICE) {
        election_disconnected(i->election, now_of(w));
        turn(w, who);
    }
}

static void
step_instance(struct world *w, int who)
{
    struct instance *i = &w->list[who];
    if (w->now >= i->next_turn) {
        turn(w, who);
    }
    if (i->online && w->now >= i->notices_at) {
        if (i->conn && i->link) {
            i->notices_at = INT64_MAX; /* healed before anybody noticed */
        } else {
            notice_loss(w, who);
        }
    }
    if (!i->online && w->now >= i->reconnect_at) {
        if (w->broker && i->link) {
            connect_instance(w, who);
            turn(w, who);
        } else {
            i->reconnect_at = w->now + between(w, 100, 1000) * US_PER_MS;
        }
    }
    while (i->link && w->broker && i->conn && i->online && head_at(&i->in) <= w->now) {
        struct message *m = g_queue_pop_head(&i->in);
        hear(w, who, m);
        g_free(m);
    }
    if (i->asked && w->now >= i->answers_at) {
        i->asked = false;
        if (!w->store || !i->store_link) {
            i->answer.known = false; /* lost on its way, whatever was done */
        }
        election_lease(i->election, &i->answer, now_of(w));
        turn(w, who);
    }
    if (w->now >= i->notified_at) {
        i->notified_at = INT64_MAX;
        election_notified(i->election, now_of(w));
        turn(w, who);
    }
}

static void
step(struct world *w, mono_us end)
{
    mono_us next = MIN(end, w->faults > 0 ? w->next_fault : INT64_MAX);
    for (int i = 0; i < w->n; i++) {
        next = MIN(next, next_of(w, &w->list[i]));
    }
    w->now = MAX(w->now, next);
    if (w->faults > 0 && w->now >= w->next_fault && !w->calm) {
        w->faults--;
        fault(w);
    }
    for (int i = 0; i < w->n; i++) {
        step_broker_side(w, i);
    }
    for (int i = 0; i < w->n; i++) {
        /* A process that wakes up looks at its deadlines first. */
        if (w->list[i].alive && w->list[i].awake) {
            step_instance(w, i);
        }
    }
    check(w);
}

static void
run_until(struct world *w, mono_us end)
{
    while (w->now < end && w->failure == NULL) {
        step(w, end);
    }
}

static void
run(struct world *w)
{
    run_until(w, FAULT_TIME_US);
    w->faults = 0;
    heal(w);
    run_until(w, w->now + CALM_US);
    int owner = w->failure == NULL ? the_owner(w) : -1;
    if (owner < 0) {
        fail(w, "L2: there is not one owner");
    }
    mono_us end = w->now + STEADY_US;
    while (w->now < end && w->failure == NULL) {
        step(w, end);
        if (the_owner(w) != owner) {
            fail(w, "L2: the owner did not stay");
        }
    }
}

char *
world_run(const struct world_config *config)
{
    struct world *w = g_new0(struct world, 1);
    w->config = *config;
    w->random = g_rand_new_with_seed((guint32)config->seed);
    w->n = config->instances;
    w->broker = true;
    w->store = config->store;
    w->faults = config->faults;
    w->forgot_at = -1000 * SECOND;
    w->row.holder = w->row.offered = -1;
    w->row.expires = INT64_MIN;
    w->now = SECOND;
    w->next_fault = w->now + between(w, 0, 10000) * US_PER_MS;
    memset(w->committer, -1, sizeof(w->committer));
    for (int i = 0; i < w->n; i++) {
        struct instance *one = &w->list[i];
        g_queue_init(&one->in);
        g_queue_init(&one->out);
        one->link = one->store_link = true;
        one->drops_at = INT64_MAX;
        start(w, i);
    }
    run(w);
    char *failure = w->failure;
    for (int i = 0; i < w->n; i++) {
        election_free(w->list[i].election);
        clear(&w->list[i].in);
        clear(&w->list[i].out);
    }
    g_rand_free(w->random);
    g_free(w);
    return failure;
}
