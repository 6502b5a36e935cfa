/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Instances with the lease of a real PostgreSQL (tests/pg/with_pg.sh) and a broker that is a
 * list: how long it takes until another is owner.
 */
#include "tests/unit.h"

#include <poll.h>

#include "src/app/ownership.h"
#include "tests/sync_store.h"

#define DEADLINE_US (30 * US_PER_S)
#define VALIDITY_S  4
#define RENEWAL_S   1
#define GUESTS      3

struct said {
    char *topic, *payload;
};

struct guest {
    struct ownership *o; /* NULL: not there */
    struct config config;
    mono_us next;
};

struct hall {
    struct guest guests[GUESTS];
    GQueue said; /* struct said * */
};

static enum rc
publish(void *user, const char *topic, const char *payload, size_t len, int qos, bool retain)
{
    (void)qos;
    (void)retain;
    struct hall *h = user;
    struct said *s = g_new0(struct said, 1);
    s->topic = g_strdup(topic);
    s->payload = g_strndup(payload, len);
    g_queue_push_tail(&h->said, s);
    return RC_OK;
}

static enum rc
remember(void *user, struct rank seen)
{
    (void)user;
    (void)seen;
    return RC_OK;
}

static void
enter(struct hall *h, int which)
{
    static char *const names[] = {"pc1", "pc2", "pc3"};
    struct guest *g = &h->guests[which];
    struct err err;
    g->config = (struct config){
        .instance = {.name = names[which], .candidate = true},
        .postgres = {.conninfo = "dbname=leitstand"},
        .ownership = {
            .validity_s = VALIDITY_S, .renewal_s = RENEWAL_S, .echo_s = 3, .dead_s = 5}};
    struct ownership_config config = {
        .config = &g->config, .user = h, .publish = publish, .remember = remember};
    assert_int_equal(ownership_new(&g->o, &config, clock_now(), &err), RC_OK);
    ownership_connected(g->o, clock_now());
    g->next = 0;
}

static void
deliver(struct hall *h)
{
    struct said *s;
    while ((s = g_queue_pop_head(&h->said)) != NULL) {
        for (int i = 0; i < GUESTS; i++) {
            if (h->guests[i].o != NULL) {
                ownership_message(h->guests[i].o, s->topic, s->payload, strlen(s->payload),
                                  false, clock_now());
                h->guests[i].next = 0; /* as an engine: whatever woke it, it turns */
            }
        }
        g_free(s->topic);
        g_free(s->payload);
        g_free(s);
    }
}

static void
turn(struct hall *h)
{
    struct pollfd fds[GUESTS];
    mono_us next = INT64_MAX;
    for (int i = 0; i < GUESTS; i++) {
        struct guest *g = &h->guests[i];
        fds[i] = (struct pollfd){.fd = -1};
        if (g->o != NULL) {
            g->next = ownership_turn(g->o, clock_now());
            fds[i] = (struct pollfd){.fd = ownership_fd(g->o), .events = POLLIN};
        }
    }
    deliver(h);
    for (int i = 0; i < GUESTS; i++) {
        next = h->guests[i].o != NULL ? MIN(next, h->guests[i].next) : next;
    }
    mono_us left = next - clock_now().mono;
    poll(fds, GUESTS, left <= 0 ? 0 : (int)(left / US_PER_MS) + 1);
}

/* Who is owner by the store, other than not; as soon as there is one. */
static int
await_owner(struct hall *h, int other_than)
{
    mono_us deadline = clock_now().mono + DEADLINE_US;
    for (;;) {
        for (int i = 0; i < GUESTS; i++) {
            const struct guest *g = &h->guests[i];
            if (g->o != NULL && i != other_than && ownership_tenure(g->o)->role == ROLE_OWNER &&
                ownership_tenure(g->o)->arbiter == ARBITER_POSTGRES) {
                return i;
            }
        }
        assert_true(clock_now().mono < deadline);
        turn(h);
    }
}

static void
pass(struct hall *h, int64_t us)
{
    mono_us end = clock_now().mono + us;
    while (clock_now().mono < end) {
        turn(h);
    }
}

/* ---- tests ---- */

static void
open_hall(struct hall *h)
{
    *h = (struct hall){.said = G_QUEUE_INIT};
    for (int i = 0; i < GUESTS; i++) {
        enter(h, i);
    }
}

static void
close_hall(struct hall *h)
{
    for (int i = 0; i < GUESTS; i++) {
        if (h->guests[i].o != NULL) {
            ownership_stop(h->guests[i].o, clock_now());
            mono_us deadline = clock_now().mono + DEADLINE_US;
            while (!ownership_stopped(h->guests[i].o)) {
                assert_true(clock_now().mono < deadline);
                turn(h);
            }
        }
        ownership_free(h->guests[i].o);
        h->guests[i].o = NULL;
    }
    deliver(h);
}

static void
test_crash(void **state)
{
    (void)state;
    struct hall h;
    open_hall(&h);
    int first = await_owner(&h, -1);
    struct rank rank = ownership_tenure(h.guests[first].o)->rank;
    pass(&h, 1500 * US_PER_MS); /* renewed meanwhile */
    mono_us begun = clock_now().mono;
    ownership_free(h.guests[first].o); /* no word of good-bye */
    h.guests[first].o = NULL;
    int second = await_owner(&h, first);
    int64_t took = clock_now().mono - begun;
    print_message("# crash: owner again after %d ms\n", (int)(took / US_PER_MS));
    assert_true(took <= (VALIDITY_S + RENEWAL_S) * US_PER_S);
    assert_true(rank_compare(ownership_tenure(h.guests[second].o)->rank, rank) > 0);
    close_hall(&h);
}

static void
test_handover(void **state)
{
    (void)state;
    struct hall h;
    struct err err;
    open_hall(&h);
    int owner = await_owner(&h, -1);
    for (int i = 0; i < 4; i++) {
        int to = (owner + 1 + i % 2) % GUESTS;
        mono_us begun = clock_now().mono;
        assert_int_equal(ownership_handover(h.guests[owner].o,
                                            h.guests[to].config.instance.name, clock_now(),
                                            &err),
                         RC_OK);
        assert_int_equal(await_owner(&h, owner), to);
        int64_t took = clock_now().mono - begun;
        print_message("# hand-over after %d ms\n", (int)(took / US_PER_MS));
        assert_true(took <= US_PER_S);
        owner = to;
        pass(&h, 200 * US_PER_MS);
    }
    close_hall(&h);
}

static void
test_stop(void **state)
{
    (void)state;
    struct hall h;
    open_hall(&h);
    int first = await_owner(&h, -1);
    mono_us begun = clock_now().mono;
    ownership_stop(h.guests[first].o, clock_now());
    int second = await_owner(&h, first);
    assert_int_not_equal(second, first);
    assert_true(clock_now().mono - begun <= US_PER_S);
    close_hall(&h);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_crash),
        cmocka_unit_test(test_handover),
        cmocka_unit_test(test_stop),
    };
    return cmocka_run_group_tests_name("takeover", tests, store_make, NULL);
}
