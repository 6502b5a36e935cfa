/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit.h"

#include <pthread.h>
#include <stdatomic.h>
#include <poll.h>

#include "src/app/store_watch.h"
#include "src/core/clock.h"

#define DEADLINE_US (10 * US_PER_S)

static _Atomic int asked, left;
static _Atomic bool reachable;
static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;

static enum rc
probe(const char *conninfo, struct err *err)
{
    if (strcmp(conninfo, "host=db") != 0) {
        return err_set(err, RC_IO, "asked for another");
    }
    asked++;
    return reachable ? RC_OK : err_set(err, RC_IO, "no\033 route");
}

/* Hangs for as long as the test holds the gate. */
static enum rc
hanging(const char *conninfo, struct err *err)
{
    (void)conninfo;
    (void)err;
    asked++;
    pthread_mutex_lock(&gate);
    pthread_mutex_unlock(&gate);
    left++;
    return RC_OK;
}

/* The state after at least so many answers. */
static struct store_state
answer(struct store_watch *w, uint64_t at_least)
{
    struct store_state state;
    mono_us deadline = clock_now().mono + DEADLINE_US;
    for (;;) {
        store_watch_get(w, &state);
        if (state.answers >= at_least) {
            return state;
        }
        assert_true(clock_now().mono < deadline);
        poll(NULL, 0, 1);
    }
}

static void
test_asks_again(void **state)
{
    (void)state;
    asked = 0;
    reachable = false;
    struct store_watch *w =
        store_watch_start_with("host=db", probe, 3600 * US_PER_S, 2 * US_PER_MS);
    struct store_state s = answer(w, 3); /* soon again after a failure */
    assert_true(s.known && !s.reachable);
    assert_string_equal(s.problem, "no? route");
    reachable = true;
    do {
        s = answer(w, s.answers + 1);
    } while (!s.reachable);
    assert_string_equal(s.problem, "");
    int before = asked;
    store_watch_stop(w);
    assert_int_equal(asked, before); /* well: not again for an hour */
}

static void
test_stops_at_once(void **state)
{
    (void)state;
    asked = left = 0;
    pthread_mutex_lock(&gate);
    struct store_watch *w = store_watch_start_with("host=db", hanging, US_PER_S, US_PER_S);
    mono_us deadline = clock_now().mono + DEADLINE_US;
    while (asked == 0) {
        assert_true(clock_now().mono < deadline);
        poll(NULL, 0, 1);
    }
    struct store_state s;
    store_watch_get(w, &s); /* does not wait for it */
    assert_true(!s.known && s.reachable);
    store_watch_stop(w);
    assert_int_equal(left, 0);
    pthread_mutex_unlock(&gate);
    while (left == 0) {
        assert_true(clock_now().mono < deadline);
        poll(NULL, 0, 1);
    }
}

static void
test_unconfigured(void **state)
{
    (void)state;
    assert_null(store_watch_start(NULL));
    assert_null(store_watch_start(""));
    store_watch_stop(NULL);
}

/* The real question, at a port where nobody listens. */
static void
test_refused(void **state)
{
    (void)state;
    struct store_watch *w = store_watch_start("host=127.0.0.1 port=1");
    struct store_state s = answer(w, 1);
    assert_false(s.reachable);
    assert_non_null(strstr(s.problem, "refused"));
    store_watch_stop(w);
}

static void
test_local(void **state)
{
    (void)state;
    static const struct {
        const char *conninfo;
        bool want;
    } cases[] = {
        {"host=localhost dbname=x", true},    {"host=/run/postgresql", true},
        {"host=127.0.0.1,::1", true},         {"host=localhost,db2", false},
        {"postgresql://192.0.2.7/x", false},  {"host=localhost hostaddr=192.0.2.7", false},
        {"host=db hostaddr=127.0.0.1", true}, {"dbname=x", true},
    };
    unsetenv("PGHOST");
    unsetenv("PGHOSTADDR");
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (store_is_local(cases[i].conninfo) != cases[i].want) {
            fail_msg("%s", cases[i].conninfo);
        }
    }
    setenv("PGHOST", "db.example", 1);
    assert_false(store_is_local("dbname=x"));
    assert_true(store_is_local("host=localhost"));
    unsetenv("PGHOST");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_asks_again),   cmocka_unit_test(test_stops_at_once),
        cmocka_unit_test(test_unconfigured), cmocka_unit_test(test_refused),
        cmocka_unit_test(test_local),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
