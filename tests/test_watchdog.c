/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit.h"

#include "alarms/watchdog.h"

/* Where the broker is and what came of it, in short. */
enum broker { GOOD, NOT_TRIED, REFUSED, UNREACHABLE, LOOKUP, TIMEOUT, DENIED };
/* The central store: none, on this host, elsewhere; reachable (UP) or not. */
enum store { NO_STORE, LOCAL_UP, LOCAL_DOWN, FAR_UP, FAR_DOWN };

/* What must be blamed, or-ed; EXPLAINED: hidden behind the link. */
enum {
    NOTHING = 0,
    BROKER = 1u << 0,
    LINK = 1u << 1,
    STORE = 1u << 2,
    BROKER_EXPLAINED = 1u << 3,
    STORE_EXPLAINED = 1u << 4,
};
#define HIDDEN_BROKER (BROKER | BROKER_EXPLAINED)
#define HIDDEN_STORE  (STORE | STORE_EXPLAINED)

static struct watchdog_evidence
evidence_of(enum broker broker, bool local, bool link_up, enum store store)
{
    static const enum watchdog_failure failures[] = {
        [GOOD] = FAILURE_NONE,       [NOT_TRIED] = FAILURE_NONE,
        [REFUSED] = FAILURE_REFUSED, [UNREACHABLE] = FAILURE_UNREACHABLE,
        [LOOKUP] = FAILURE_LOOKUP,   [TIMEOUT] = FAILURE_TIMEOUT,
        [DENIED] = FAILURE_DENIED,
    };
    return (struct watchdog_evidence){
        .connected = broker == GOOD,
        .failure = failures[broker],
        .local_broker = local,
        .link_up = link_up,
        .store_configured = store != NO_STORE,
        .store_reachable = store == LOCAL_UP || store == FAR_UP,
        .store_local = store == LOCAL_UP || store == LOCAL_DOWN,
        .disk_well = true,
    };
}

static unsigned
blamed(const struct watchdog_verdict *v)
{
    return (v->broker ? BROKER : 0u) | (v->link ? LINK : 0u) | (v->store ? STORE : 0u) |
           (v->link_explains_broker ? BROKER_EXPLAINED : 0u) |
           (v->link_explains_store ? STORE_EXPLAINED : 0u);
}

/* The truth table, a row for each thing that may have become of the broker. */
static const struct row {
    const char *why;
    enum broker broker;
    bool local, link_up;
    unsigned want[FAR_DOWN + 1]; /* by enum store */
} rows[] = {
    /* A remote broker, and an interface that is up. */
    {"all is well; a store that is away is the store's affair",
     GOOD,
     false,
     true,
     {NOTHING, NOTHING, STORE, NOTHING, STORE}},
    {"not tried yet: no connection, and nothing known of the link",
     NOT_TRIED,
     false,
     true,
     {BROKER, BROKER, BROKER | STORE, BROKER, BROKER | STORE}},
    {"its host answered, so the link works, whatever the store does",
     REFUSED,
     false,
     true,
     {BROKER, BROKER, BROKER | STORE, BROKER, BROKER | STORE}},
    {"it answered itself, so the link works",
     DENIED,
     false,
     true,
     {BROKER, BROKER, BROKER | STORE, BROKER, BROKER | STORE}},
    {"our packets left and nothing came: it may share its host with the store",
     TIMEOUT,
     false,
     true,
     {BROKER, BROKER, BROKER | STORE, BROKER, BROKER | STORE}},
    {"no route: only a remote store that is reachable clears the link",
     UNREACHABLE,
     false,
     true,
     {HIDDEN_BROKER | LINK, HIDDEN_BROKER | LINK, HIDDEN_BROKER | LINK | STORE, BROKER,
      HIDDEN_BROKER | LINK | HIDDEN_STORE}},
    {"no name: the same",
     LOOKUP,
     false,
     true,
     {HIDDEN_BROKER | LINK, HIDDEN_BROKER | LINK, HIDDEN_BROKER | LINK | STORE, BROKER,
      HIDDEN_BROKER | LINK | HIDDEN_STORE}},

    /* A remote broker, and no interface up: the link, always. A local store that is away is so
     * in its own right; a remote one that counts as reachable has not noticed yet. */
    {"a connection that stands has not noticed yet",
     GOOD,
     false,
     false,
     {LINK, LINK, LINK | STORE, LINK, LINK | HIDDEN_STORE}},
    {"not tried, and it could not work",
     NOT_TRIED,
     false,
     false,
     {HIDDEN_BROKER | LINK, HIDDEN_BROKER | LINK, HIDDEN_BROKER | LINK | STORE,
      HIDDEN_BROKER | LINK, HIDDEN_BROKER | LINK | HIDDEN_STORE}},
    {"no route: no wonder",
     UNREACHABLE,
     false,
     false,
     {HIDDEN_BROKER | LINK, HIDDEN_BROKER | LINK, HIDDEN_BROKER | LINK | STORE,
      HIDDEN_BROKER | LINK, HIDDEN_BROKER | LINK | HIDDEN_STORE}},
    {"no name: no wonder",
     LOOKUP,
     false,
     false,
     {HIDDEN_BROKER | LINK, HIDDEN_BROKER | LINK, HIDDEN_BROKER | LINK | STORE,
      HIDDEN_BROKER | LINK, HIDDEN_BROKER | LINK | HIDDEN_STORE}},
    {"no answer: no wonder",
     TIMEOUT,
     false,
     false,
     {HIDDEN_BROKER | LINK, HIDDEN_BROKER | LINK, HIDDEN_BROKER | LINK | STORE,
      HIDDEN_BROKER | LINK, HIDDEN_BROKER | LINK | HIDDEN_STORE}},
    {"it had refused before the link went: bad in its own right",
     REFUSED,
     false,
     false,
     {BROKER | LINK, BROKER | LINK, BROKER | LINK | STORE, BROKER | LINK,
      BROKER | LINK | HIDDEN_STORE}},
    {"it had denied before the link went",
     DENIED,
     false,
     false,
     {BROKER | LINK, BROKER | LINK, BROKER | LINK | STORE, BROKER | LINK,
      BROKER | LINK | HIDDEN_STORE}},

    /* A broker on this host: the link has no part in it, up or not. */
    {"local: all is well", GOOD, true, true, {NOTHING, NOTHING, STORE, NOTHING, STORE}},
    {"local: refused",
     REFUSED,
     true,
     true,
     {BROKER, BROKER, BROKER | STORE, BROKER, BROKER | STORE}},
    {"local: denied",
     DENIED,
     true,
     true,
     {BROKER, BROKER, BROKER | STORE, BROKER, BROKER | STORE}},
    {"local: hangs",
     TIMEOUT,
     true,
     true,
     {BROKER, BROKER, BROKER | STORE, BROKER, BROKER | STORE}},
    {"local: its socket is not there",
     UNREACHABLE,
     true,
     true,
     {BROKER, BROKER, BROKER | STORE, BROKER, BROKER | STORE}},
    {"local: localhost has no address",
     LOOKUP,
     true,
     true,
     {BROKER, BROKER, BROKER | STORE, BROKER, BROKER | STORE}},
    {"local: not tried",
     NOT_TRIED,
     true,
     true,
     {BROKER, BROKER, BROKER | STORE, BROKER, BROKER | STORE}},
    /* Without an interface only a remote store misses it, as in a demonstration on a laptop. */
    {"local, no network: nobody needs one but a remote store",
     GOOD,
     true,
     false,
     {NOTHING, NOTHING, STORE, LINK, LINK | HIDDEN_STORE}},
    {"local, no network: refused in its own right",
     REFUSED,
     true,
     false,
     {BROKER, BROKER, BROKER | STORE, BROKER | LINK, BROKER | LINK | HIDDEN_STORE}},
    {"local, no network: denied",
     DENIED,
     true,
     false,
     {BROKER, BROKER, BROKER | STORE, BROKER | LINK, BROKER | LINK | HIDDEN_STORE}},
    {"local, no network: hangs in its own right",
     TIMEOUT,
     true,
     false,
     {BROKER, BROKER, BROKER | STORE, BROKER | LINK, BROKER | LINK | HIDDEN_STORE}},
    {"local, no network: its socket is not there",
     UNREACHABLE,
     true,
     false,
     {BROKER, BROKER, BROKER | STORE, BROKER | LINK, BROKER | LINK | HIDDEN_STORE}},
    {"local, no network: no address",
     LOOKUP,
     true,
     false,
     {BROKER, BROKER, BROKER | STORE, BROKER | LINK, BROKER | LINK | HIDDEN_STORE}},
    {"local, no network: not tried",
     NOT_TRIED,
     true,
     false,
     {BROKER, BROKER, BROKER | STORE, BROKER | LINK, BROKER | LINK | HIDDEN_STORE}},
};

static void
test_truth_table(void **state)
{
    (void)state;
    bool seen[DENIED + 1][2][2] = {{{false}}};
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        const struct row *row = &rows[i];
        seen[row->broker][row->local][row->link_up] = true;
        for (int store = NO_STORE; store <= FAR_DOWN; store++) {
            struct watchdog_evidence e =
                evidence_of(row->broker, row->local, row->link_up, (enum store)store);
            struct watchdog_verdict v = watchdog_judge(&e);
            if (blamed(&v) != row->want[store]) {
                fail_msg("%s (store %d): %#x, not %#x", row->why, store, blamed(&v),
                         row->want[store]);
            }
            /* A cause in words stands exactly where there is blame. */
            assert_int_equal(v.broker_detail[0] != '\0', v.broker);
            assert_int_equal(v.link_detail[0] != '\0', v.link);
            assert_false(v.disk);
            assert_false(v.loss);
        }
    }
    assert_int_equal(G_N_ELEMENTS(rows), sizeof(seen)); /* no row is missing, */
    for (size_t i = 0; i < sizeof(seen); i++) {         /* none stands twice */
        assert_true((&seen[0][0][0])[i]);
    }
}

static void
test_details(void **state)
{
    (void)state;
    static const struct {
        enum broker broker;
        bool link_up;
        enum store store;
        const char *broker_detail, *link_detail;
    } cases[] = {
        {GOOD, true, FAR_UP, "", ""},
        {NOT_TRIED, true, FAR_UP, "no connection was made yet", ""},
        {REFUSED, true, FAR_UP, "its host answers, the broker does not", ""},
        {DENIED, true, NO_STORE, "it answers and does not let us in", ""},
        {TIMEOUT, true, NO_STORE, "nothing comes back from it", ""},
        {TIMEOUT, false, NO_STORE, "nothing comes back from it", "no network interface is up"},
        {UNREACHABLE, true, NO_STORE, "there is no route to it",
         "there is no route to the broker"},
        {UNREACHABLE, true, LOCAL_UP, "there is no route to it",
         "there is no route to the broker"},
        {LOOKUP, true, NO_STORE, "its name could not be resolved", "names cannot be resolved"},
        {LOOKUP, true, FAR_DOWN, "its name could not be resolved",
         "neither broker nor central store can be reached"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct watchdog_evidence e =
            evidence_of(cases[i].broker, false, cases[i].link_up, cases[i].store);
        struct watchdog_verdict v = watchdog_judge(&e);
        assert_string_equal(v.broker_detail, cases[i].broker_detail);
        assert_string_equal(v.link_detail, cases[i].link_detail);
    }
}

/* What concerns this host alone depends on nothing else. */
static void
test_own(void **state)
{
    (void)state;
    for (int broker = GOOD; broker <= DENIED; broker++) {
        struct watchdog_evidence e = evidence_of((enum broker)broker, false, true, NO_STORE);
        e.disk_well = false;
        struct watchdog_verdict v = watchdog_judge(&e);
        assert_true(v.disk);
        assert_false(v.loss);
        e.disk_well = true;
        e.lost = 1;
        v = watchdog_judge(&e);
        assert_false(v.disk);
        assert_true(v.loss);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_truth_table),
        cmocka_unit_test(test_details),
        cmocka_unit_test(test_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
