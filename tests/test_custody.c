/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Custody between a real broker and a real store: run by tests/pg/with_pg.sh. What happens when
 * something dies is tried in tests/e2e/custody.c.
 */
#include "tests/custody_fixture.h"

#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/timerfd.h>

#include "src/mqtt/client.h"
#include "tests/cache_support.h"
#include "tests/unit.h"

/* ---- the clock that hurries ---- */

static atomic_bool hurry_is_late;
static atomic_uint hurries_ended;
static _Atomic mono_us hurry_began;

int __real_timerfd_settime(int fd, int flags, const struct itimerspec *value,
                           struct itimerspec *before);
int __wrap_timerfd_settime(int fd, int flags, const struct itimerspec *value,
                           struct itimerspec *before);

/* One that is late begins when the other thread has ended it, if it does so within its turn of
 * a second. */
int
__wrap_timerfd_settime(int fd, int flags, const struct itimerspec *value,
                       struct itimerspec *before)
{
    bool begins = value->it_value.tv_sec != 0 || value->it_value.tv_nsec != 0;
    unsigned ended = hurries_ended;
    mono_us deadline = clock_now().mono + 2 * US_PER_S;
    while (begins && hurry_is_late && hurries_ended == ended && clock_now().mono < deadline) {
        poll(NULL, 0, 10);
    }
    if (begins) {
        hurry_began = clock_now().mono;
    }
    int answer = __real_timerfd_settime(fd, flags, value, before);
    hurries_ended += !begins;
    return answer;
}

/* ---- another client ---- */

static void
ignore_message(void *user, const struct client_message *m)
{
    (void)user;
    (void)m;
}

static void
ignore_connect(void *user, bool session_present)
{
    (void)user;
    (void)session_present;
}

static void
ignore_disconnect(void *user, const char *why)
{
    (void)user;
    (void)why;
}

static void
turn_client(struct client *c)
{
    client_turn(c, clock_now());
    struct pollfd fd = {.fd = client_fd(c), .events = POLLIN};
    fd.events |= client_want_write(c) ? POLLOUT : 0;
    poll(&fd, 1, 10);
    client_read(c, 100);
    client_write(c);
}

/* ---- tests ---- */

#define VALUES                                                                                 \
    "select coalesce(string_agg(component || value, ' ' order by component, received), '')"    \
    " from leitstand.readings"

static bool
is_fenced(const struct custody_state *s)
{
    return s->fenced && !s->holds;
}

static void
test_readings_arrive_in_the_owners_name(void **state)
{
    struct fixture *f = *state;
    fixture_start(f, "");
    struct custody_term term = fixture_acquire();
    fixture_take(f, &term);
    fixture_publish(f, "w/S/A", "1", false);
    fixture_publish(f, "w/S/B", "2", false);
    fixture_publish(f, "w/S/A", "1", false);
    fixture_await_sql(VALUES, "A1 A1 B2");
    fixture_await_sql("select string_agg(distinct instance || epoch || term, ' ')"
                      " from leitstand.readings",
                      "custodian10");
    fixture_await_sql(
        "select count(*) from leitstand.segment where fresh and arbiter = 'postgres'", "1");
    struct custody_state s;
    custody_get(f->custody, &s);
    assert_int_equal(s.received, 3);
    assert_int_equal(s.synced, 3);
    assert_string_equal(s.problem, "");
}

static void
test_an_owner_by_the_broker_uses_the_outbox(void **state)
{
    struct fixture *f = *state;
    fixture_start(f, "");
    fixture_take(f, &(struct custody_term){.rank = {4, 2}, .arbiter = ARBITER_BROKER});
    fixture_publish(f, "w/S/A", "7", false);
    fixture_await_sql(VALUES, "A7");
    fixture_await_sql("select epoch || '/' || term || '/' || arbiter from leitstand.segment",
                      "4/2/broker");
}

static void
test_who_is_not_owner_takes_nothing(void **state)
{
    struct fixture *f = *state;
    fixture_start(f, "");
    struct custody_term old = fixture_acquire(), present = fixture_acquire();
    fixture_take(f, &old);
    fixture_publish(f, "w/S/A", "1", false);
    fixture_await(f, is_fenced);
    fixture_publish(f, "w/S/A", "2", false);
    fixture_await_sql(VALUES, "");
    fixture_leave(f);
    fixture_take(f, &present);
    fixture_await_sql(VALUES, "A1 A2");
}

static void
test_what_comes_while_nobody_has_it_waits(void **state)
{
    struct fixture *f = *state;
    fixture_start(f, "");
    struct custody_term one = fixture_acquire();
    fixture_take(f, &one);
    fixture_await_sql("select count(*) from leitstand.segment where fresh",
                      "1"); /* empty as it is */
    fixture_leave(f);
    fixture_publish(f, "w/S/A", "1", false);
    fixture_publish(f, "w/S/A", "2", false);
    struct custody_term two = fixture_acquire();
    fixture_take(f, &two);
    fixture_await_sql(VALUES, "A1 A2");
    fixture_await_sql("select string_agg(distinct epoch::text, ' ') from leitstand.readings",
                      "2");
    fixture_await_sql("select fresh from leitstand.segment where epoch = 2", "f");
}

/* Whatever the threads do first: who left in a hurry is in none when it takes custody again. */
static void
test_a_hurry_ends_with_leaving(void **state)
{
    struct fixture *f = *state;
    fixture_start(f, "");
    struct custody_term one = fixture_acquire();
    fixture_take(f, &one);
    hurry_is_late = true;
    fixture_leave(f);
    hurry_is_late = false;
    while (clock_now().mono < hurry_began + US_PER_S / 2) {
        poll(NULL, 0, 10);
    }
    struct custody_term two = fixture_acquire();
    fixture_take(f, &two);
    fixture_publish(f, "w/S/A", "1", false);
    fixture_await_sql(VALUES, "A1");
}

/* Another client with our id, for at least so long after ours was thrown out. */
static void
test_no_fight_for_the_session(void **state)
{
    struct fixture *f = *state;
    fixture_start(f, "");
    struct custody_term term = fixture_acquire();
    fixture_take(f, &term);
    struct client *thief = NULL;
    struct client_config config = {.endpoint = {.socket = f->broker_socket, .keepalive_s = 60},
                                   .client_id = f->config->mqtt.ingest_id,
                                   .on_message = ignore_message,
                                   .on_connect = ignore_connect,
                                   .on_disconnect = ignore_disconnect};
    assert_int_equal(client_new(&thief, &config, NULL), RC_OK);
    mono_us deadline = clock_now().mono + DEADLINE_US, gone = 0;
    while (gone == 0 || clock_now().mono < gone + US_PER_S) {
        struct custody_state s;
        turn_client(thief);
        custody_get(f->custody, &s);
        bool taken = client_connected(thief) && !s.holds;
        gone = gone == 0 && taken ? clock_now().mono : gone;
        assert_true(gone == 0 || (!s.holds && client_connected(thief)));
        assert_true(clock_now().mono < deadline);
    }
    client_free(thief);
    fixture_publish(f, "w/S/A", "1", false);
    fixture_await(f, fixture_holds);
    fixture_await_sql(VALUES, "A1");
}

static bool
is_well(const struct custody_state *s)
{
    return s->problem[0] == '\0' && s->pending == 0;
}

static bool
has_problem(const struct custody_state *s)
{
    return s->problem[0] != '\0';
}

/* No file may grow: neither store nor disk take what comes, so the broker keeps it. */
static void
test_what_cannot_be_kept_is_not_acknowledged(void **state)
{
    struct fixture *f = *state;
    fixture_start(f, "");
    struct custody_term term = {.rank = {4, 2}, .arbiter = ARBITER_BROKER};
    fixture_take(f, &term);
    fixture_publish(f, "w/S/A", "1", false);
    fixture_await_sql(VALUES, "A1");
    struct rlimit before, none;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    none = before;
    none.rlim_cur = 0;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
    fixture_publish(f, "w/S/A", "2", false);
    fixture_await(f, has_problem);
    fixture_publish(f, "w/S/A", "3", false);
    fixture_leave(f);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    fixture_await_sql(VALUES, "A1");
    term.rank.term++;
    fixture_take(f, &term);
    fixture_await_sql(VALUES, "A1 A2 A3");
}

/* The same, but the disk takes it again in time. */
static void
test_what_could_not_be_kept_is_kept_later(void **state)
{
    struct fixture *f = *state;
    fixture_start(f, "");
    fixture_take(f, &(struct custody_term){.rank = {4, 2}, .arbiter = ARBITER_BROKER});
    fixture_await_sql("select count(*) from leitstand.segment", "1");
    struct rlimit before, none;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    none = before;
    none.rlim_cur = 0;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
    fixture_publish(f, "w/S/A", "2", false);
    fixture_await(f, has_problem);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    fixture_await_sql(VALUES, "A2");
    fixture_await(f, is_well);
}

static void
test_retained_only_where_nothing_is_known(void **state)
{
    struct fixture *f = *state;
    fixture_publish(f, "w/S/A", "1", true);
    fixture_publish(f, "w/S/B", "2", true);
    fixture_start(f, "");
    struct batch *b = cache_new_batch(f->cache);
    wall_us now = clock_now().wall;
    support_add(b, fixture_series(f, "A"), now, now, 5);
    support_put(f->cache, b);
    struct custody_term term = fixture_acquire();
    fixture_take(f, &term);
    fixture_publish(f, "w/S/A", "3", false);
    fixture_await_sql(VALUES, "A3 B2");
    fixture_await_sql("select quality from leitstand.readings where component = 'B'",
                      "{not_topical}");
}

static void
test_report_by_exception(void **state)
{
    struct fixture *f = *state;
    fixture_start(f, "report = exception\n");
    struct custody_term term = fixture_acquire();
    fixture_take(f, &term);
    static const char *const payloads[] = {"1", "1", "2", "2", "2", "1"};
    for (size_t i = 0; i < G_N_ELEMENTS(payloads); i++) {
        fixture_publish(f, "w/S/A", payloads[i], false);
    }
    fixture_publish(f, "w/S/B", "9", false);
    fixture_await_sql(VALUES, "A1 A2 A1 B9");
}

/* The store has 1 … 25 of A and the times 1 … 5 of B. */
static void
fill_store(wall_us begin)
{
    store_ask(
        "set session_replication_role = replica;"
        "select leitstand.make_days(array[leitstand.today() - 1, leitstand.today()]);"
        "select leitstand.series_ids('{S,S}', '{A,B}');"
        "insert into leitstand.segment (begun, last_at, epoch, term, last_batch, uuid, fresh,"
        " arbiter, instance) values (now(), now(), 0, 0, 1, gen_random_uuid(), true,"
        " 'postgres', 'other');"
        "insert into leitstand.reading (ts, value, series, segment, flags)"
        " select timestamptz 'epoch' + (%lld + i * 500000) * interval '1 us', i,"
        "        (select id from leitstand.series where component = 'A'),"
        "        (select id from leitstand.segment), 0 from generate_series(1, 25) as i;"
        "insert into leitstand.reading (ts, received, value, series, segment, flags)"
        " select timestamptz 'epoch' + (%lld + i * 1000000) * interval '1 us', now(), i,"
        "        (select id from leitstand.series where component = 'B'),"
        "        (select id from leitstand.segment), 1 from generate_series(1, 5) as i;"
        "set session_replication_role = origin",
        (long long)begin, (long long)begin);
}

static void
test_the_gap_of_qos_0_is_filled(void **state)
{
    struct fixture *f = *state;
    fixture_start(f, "");
    wall_us now = clock_now().wall, begin = now - 40 * US_PER_S;
    fill_store(begin);
    struct batch *b = cache_new_batch(f->cache);
    for (int i = 5; i <= 40; i++) { /* this host's clock is a bit ahead */
        wall_us at = begin + i * 500 * US_PER_MS + 700 * US_PER_MS;
        b = b != NULL ? b : cache_new_batch(f->cache);
        struct record r = {.series = fixture_series(f, "A"),
                           .ts = at,
                           .received = at,
                           .num = i,
                           .source = TS_RECEIPT};
        g_array_append_val(b->records, r);
    }
    for (int i = 3; i <= 8; i++) {
        wall_us at = begin + i * US_PER_S;
        struct record r = {.series = fixture_series(f, "B"),
                           .ts = at,
                           .received = at + US_PER_S,
                           .num = i,
                           .source = TS_DEVICE};
        g_array_append_val(b->records, r);
    }
    support_put(f->cache, b);
    custody_heard(f->custody, fixture_series(f, "A"));
    custody_heard(f->custody, fixture_series(f, "B"));
    struct custody_term term = fixture_acquire();
    fixture_take(f, &term);
    fixture_await_sql(
        "select count(*) || ' ' || count(distinct value) || ' ' || min(value) || ' '"
        " || max(value) from leitstand.readings where component = 'A'",
        "40 40 1 40");
    fixture_await_sql("select string_agg(value::text, ' ' order by ts) from leitstand.readings"
                      " where component = 'B'",
                      "1 2 3 4 5 6 7 8");
    fixture_await_sql("select count(*) from leitstand.readings where instance = 'custodian'",
                      "18");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
#define CASE(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)
        CASE(test_readings_arrive_in_the_owners_name),
        CASE(test_an_owner_by_the_broker_uses_the_outbox),
        CASE(test_who_is_not_owner_takes_nothing),
        CASE(test_what_comes_while_nobody_has_it_waits),
        CASE(test_a_hurry_ends_with_leaving),
        CASE(test_no_fight_for_the_session),
        CASE(test_what_cannot_be_kept_is_not_acknowledged),
        CASE(test_what_could_not_be_kept_is_kept_later),
        CASE(test_retained_only_where_nothing_is_known),
        CASE(test_report_by_exception),
        CASE(test_the_gap_of_qos_0_is_filled),
    };
    signal(SIGXFSZ, SIG_IGN); /* a write that a limit forbids fails, and no more */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
