/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/election_world_private.h"

#include <stdio.h>

const char *const world_names[] = {"a", "b", "c"};

int64_t
world_between(struct world *w, int64_t low, int64_t high)
{
    return low + (int64_t)(g_rand_double(w->random) * (double)(high - low));
}

bool
world_chance(struct world *w, double p)
{
    return g_rand_double(w->random) < p;
}

struct now
world_now_of(const struct world *w)
{
    return (struct now){w->now + 1000 * SECOND, w->now};
}

void
world_trace(const struct world *w, const char *fmt, ...)
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

void
world_fail(struct world *w, const char *fmt, ...)
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

void
world_look(const struct instance *i, struct election_view *v)
{
    election_look(i->election, v);
}

/* ---- what must hold ---- */

static bool
acts(const struct world *w, int who, struct election_view *v)
{
    const struct instance *i = &w->list[who];
    if (!i->alive || !i->awake) {
        return false;
    }
    world_look(i, v);
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
    world_look(i, &v);
    if (v.state == ELECTION_OWNER_FB && i->elected_over != i->connections) {
        world_fail(w, "R5: %s was elected over another connection", world_names[who]);
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
                world_fail(w, "T1: %s and %s act at once", world_names[j], world_names[i]);
            }
            const struct instance *x = &w->list[i], *y = &w->list[j];
            if (!x->alive || !y->alive || !x->conn || !y->conn || !x->online || !y->online) {
                continue;
            }
            world_look(x, &a);
            world_look(y, &b);
            if (a.state == ELECTION_OWNER_FB && b.state == ELECTION_OWNER_FB &&
                rank_compare(a.rank, b.rank) == 0) {
                world_fail(w, "S3: %s and %s have the same rank", world_names[j],
                           world_names[i]);
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
        world_look(&w->list[i], &v);
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
        world_look(&w->list[found], &v);
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
        world_drop_conn(w, who);
    } else if (w->now >= i->drops_at) {
        i->drops_at = INT64_MAX;
    }
    while (i->link && w->broker && i->conn && head_at(&i->out) <= w->now) {
        struct message *m = g_queue_pop_head(&i->out);
        world_retain(w, m);
        world_distribute(w, m);
        g_free(m);
    }
    if (i->asked && i->arrives_at <= w->now) {
        i->arrives_at = INT64_MAX;
        if (w->store && i->store_link) {
            world_serve_lease(w, who);
            i->answers_at =
                w->now + world_between(w, 1, world_chance(w, 0.1) ? 700 : 30) * US_PER_MS;
        }
    }
    if (i->write.at <= w->now) {
        world_commit(w, who);
    }
}

static void
notice_loss(struct world *w, int who)
{
    struct instance *i = &w->list[who];
    world_trace(w, "%s notices", world_names[who]);
    i->online = false;
    i->notices_at = INT64_MAX;
    i->reconnect_at = w->now + world_between(w, 10, 1000) * US_PER_MS;
    if (w->config.flaw != FLAW_KEEPS_OFFICE) {
        election_disconnected(i->election, world_now_of(w));
        world_turn(w, who);
    }
}

static void
step_instance(struct world *w, int who)
{
    struct instance *i = &w->list[who];
    if (w->now >= i->next_turn) {
        world_turn(w, who);
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
            world_connect_instance(w, who);
            world_turn(w, who);
        } else {
            i->reconnect_at = w->now + world_between(w, 100, 1000) * US_PER_MS;
        }
    }
    while (i->link && w->broker && i->conn && i->online && head_at(&i->in) <= w->now) {
        struct message *m = g_queue_pop_head(&i->in);
        world_hear(w, who, m);
        g_free(m);
    }
    if (i->asked && w->now >= i->answers_at) {
        i->asked = false;
        if (!w->store || !i->store_link) {
            i->answer.known = false; /* lost on its way, whatever was done */
        }
        election_lease(i->election, &i->answer, world_now_of(w));
        world_turn(w, who);
    }
    if (w->now >= i->notified_at) {
        i->notified_at = INT64_MAX;
        election_notified(i->election, world_now_of(w));
        world_turn(w, who);
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
        world_fault(w);
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
    world_heal(w);
    run_until(w, w->now + CALM_US);
    int owner = w->failure == NULL ? the_owner(w) : -1;
    if (owner < 0) {
        world_fail(w, "L2: there is not one owner");
    }
    mono_us end = w->now + STEADY_US;
    while (w->now < end && w->failure == NULL) {
        step(w, end);
        if (the_owner(w) != owner) {
            world_fail(w, "L2: the owner did not stay");
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
    w->next_fault = w->now + world_between(w, 0, 10000) * US_PER_MS;
    memset(w->committer, -1, sizeof(w->committer));
    for (int i = 0; i < w->n; i++) {
        struct instance *one = &w->list[i];
        g_queue_init(&one->in);
        g_queue_init(&one->out);
        one->link = one->store_link = true;
        one->drops_at = INT64_MAX;
        world_start(w, i);
    }
    run(w);
    char *failure = w->failure;
    for (int i = 0; i < w->n; i++) {
        election_free(w->list[i].election);
        world_clear(&w->list[i].in);
        world_clear(&w->list[i].out);
    }
    g_rand_free(w->random);
    g_free(w);
    return failure;
}
