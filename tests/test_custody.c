/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Custody between a real broker and a real store: run by tests/pg/with_pg.sh. What happens when
 * something dies is tried in tests/e2e/custody.c.
 */
#include "src/app/custody.h"

#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <libpq-fe.h>

#include "src/app/load.h"
#include "src/app/profile_files.h"
#include "src/mqtt/client.h"
#include "src/mqtt/publisher.h"
#include "tests/cache_support.h"
#include "tests/unit.h"

#define DEADLINE_US (30 * US_PER_S)

struct fixture {
    char *dir, *path;
    char *broker_socket;
    pid_t broker;
    PGconn *pg;
    struct config *config;
    struct profiles *profiles;
    struct cache *cache;
    struct plant *plant;
    struct custody *custody;
    struct publisher *publisher;
};

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

/* ---- the store ---- */

static void
run_sql(struct fixture *f, const char *sql)
{
    PGresult *r = PQexec(f->pg, sql);
    ExecStatusType status = PQresultStatus(r);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
        fail_msg("%s", PQerrorMessage(f->pg));
    }
    PQclear(r);
}

static char *
ask_sql(struct fixture *f, const char *sql)
{
    PGresult *r = PQexec(f->pg, sql);
    if (PQresultStatus(r) != PGRES_TUPLES_OK || PQntuples(r) != 1) {
        fail_msg("%s", PQerrorMessage(f->pg));
    }
    char *answer = g_strdup(PQgetvalue(r, 0, 0));
    PQclear(r);
    return answer;
}

static void
wait_sql(struct fixture *f, const char *sql, const char *want)
{
    mono_us deadline = clock_now().mono + DEADLINE_US;
    for (;;) {
        char *answer = ask_sql(f, sql);
        bool same = strcmp(answer, want) == 0;
        if (!same && clock_now().mono > deadline) {
            fail_msg("%s: \"%s\", not \"%s\"", sql, answer, want);
        }
        g_free(answer);
        if (same) {
            return;
        }
        poll(NULL, 0, 20);
    }
}

static void
make_schema(struct fixture *f)
{
    static const char *const files[] = {
        "001-base.sql",      "002-ownership.sql", "003-readings.sql", "005-align.sql",
        "010-kept-days.sql", "012-window.sql",    "013-rights.sql"};
    f->pg = PQconnectdb("");
    run_sql(f, "set client_min_messages = error; drop schema if exists leitstand cascade");
    for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
        char *path =
            g_build_filename(g_getenv("LEITSTAND_DATADIR"), "sql", "pg", files[i], NULL);
        char *text = NULL;
        assert_true(g_file_get_contents(path, &text, NULL, NULL));
        run_sql(f, text);
        g_free(text);
        g_free(path);
    }
    run_sql(f, "do $$ begin create role custodian login in role leitstand_instance;"
               " exception when duplicate_object then null; end $$");
}

/* Owner by the store, with a new epoch. */
static struct custody_term
acquire(struct fixture *f)
{
    run_sql(f, "update leitstand.lease set expires_at = '-infinity'");
    PGresult *r = PQexec(f->pg, "select epoch, grant_id from"
                                " leitstand.lease_acquire('custodian', 'full', 60000, 0)");
    struct custody_term term = {.arbiter = ARBITER_POSTGRES};
    term.rank.epoch = g_ascii_strtoull(PQgetvalue(r, 0, 0), NULL, 10);
    g_strlcpy(term.grant, PQgetvalue(r, 0, 1), sizeof(term.grant));
    PQclear(r);
    return term;
}

/* ---- the broker ---- */

static void
start_broker(struct fixture *f)
{
    char *conf = g_build_filename(f->dir, "mosquitto.conf", NULL);
    char *text = g_strdup_printf("%slistener 0 %s\nallow_anonymous true\nlog_type none\n",
                                 geteuid() == 0 ? "user root\n" : "", f->broker_socket);
    assert_true(g_file_set_contents(conf, text, -1, NULL));
    f->broker = fork();
    if (f->broker == 0) {
        g_setenv("PATH", "/usr/bin:/bin:/usr/sbin:/usr/local/sbin", TRUE);
        execlp("mosquitto", "mosquitto", "-c", conf, (char *)NULL);
        _exit(127);
    }
    g_free(text);
    g_free(conf);
    struct publisher_config config = {
        .endpoint = {.socket = f->broker_socket, .keepalive_s = 60}};
    mono_us deadline = clock_now().mono + DEADLINE_US;
    while (publisher_open(&f->publisher, &config, 2000, NULL) != RC_OK) {
        assert_true(clock_now().mono < deadline);
        poll(NULL, 0, 10);
    }
}

static void
publish(struct fixture *f, const char *topic, const char *payload, bool retain)
{
    assert_int_equal(
        publisher_publish(f->publisher, topic, payload, strlen(payload), 1, retain, 0, NULL),
        RC_OK);
    assert_int_equal(publisher_drain(f->publisher, 10000, NULL), RC_OK);
}

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

/* ---- custody ---- */

static void
write_file(const char *dir, const char *name, const char *text)
{
    char *path = g_build_filename(dir, name, NULL);
    assert_true(g_file_set_contents(path, text, -1, NULL));
    g_free(path);
}

static void
read_config(struct fixture *f, const char *more)
{
    struct problems problems;
    struct err err = {.text = ""};
    char *text =
        g_strdup_printf("[instance]\nname = custodian\n[mqtt]\nsocket = %s\n"
                        "[source:all]\nfilter = w/#\nprofile = scalar\nqos = 1\n"
                        "[cache]\npath = %s\n[postgres]\nconninfo = user=custodian\n%s",
                        f->broker_socket, f->path, more);
    write_file(f->dir, "leitstand.ini", text);
    write_file(f->dir, "stations.csv", "uid,name,silence_s\nS,Station,0\n");
    write_file(f->dir, "rules.csv", "component,rule,type\n");
    write_file(f->dir, "components.csv", "id,station,name,kind\nA,S,A,sensor\nB,S,B,sensor\n");
    char *path = g_build_filename(f->dir, "leitstand.ini", NULL);
    problems_init(&problems);
    if (config_read(&f->config, path, &problems, &err) != RC_OK) {
        fail_msg("%s %s", err.text, problems.n > 0 ? problems.list[0] : "");
    }
    f->profiles = profile_files_load("", &problems);
    f->cache = support_open(f->path, NULL);
    assert_int_equal(load_plant_from(&f->plant, f->config, f->dir, f->cache, &problems, &err),
                     RC_OK);
    problems_fini(&problems);
    g_free(path);
    g_free(text);
}

static uint32_t
series_of(const struct fixture *f, const char *id)
{
    return f->plant->components[plant_find_component(f->plant, "S", id)].series;
}

static void
start(struct fixture *f, const char *more)
{
    struct err err = {.text = ""};
    read_config(f, more);
    if (custody_start(&f->custody, f->config, f->profiles, f->plant, &err) != RC_OK) {
        fail_msg("%s", err.text);
    }
}

static void
wait_state(struct fixture *f, bool (*good)(const struct custody_state *s))
{
    struct custody_state s = {0};
    mono_us deadline = clock_now().mono + DEADLINE_US;
    for (custody_get(f->custody, &s); !good(&s); custody_get(f->custody, &s)) {
        if (clock_now().mono > deadline) {
            fail_msg("holds %d connected %d fenced %d pending %d: %s", s.holds, s.connected,
                     s.fenced, (int)s.pending, s.problem);
        }
        poll(NULL, 0, 10);
    }
}

static bool
holds(const struct custody_state *s)
{
    return s->holds;
}

static bool
is_fenced(const struct custody_state *s)
{
    return s->fenced && !s->holds;
}

static void
take(struct fixture *f, const struct custody_term *term)
{
    custody_take(f->custody, term);
    wait_state(f, holds);
}

static void
leave(struct fixture *f)
{
    mono_us deadline = clock_now().mono + DEADLINE_US;
    custody_leave(f->custody);
    while (!custody_left(f->custody)) {
        assert_true(clock_now().mono < deadline);
        poll(NULL, 0, 5);
    }
}

static int
set_up(void **state)
{
    struct fixture *f = g_new0(struct fixture, 1);
    *state = f;
    f->dir = support_dir(&f->path);
    f->broker_socket = g_build_filename(f->dir, "mqtt", NULL);
    make_schema(f);
    start_broker(f);
    return 0;
}

static int
tear_down(void **state)
{
    static const char *const files[] = {"mosquitto.conf", "leitstand.ini",  "stations.csv",
                                        "rules.csv",      "components.csv", "mqtt"};
    struct fixture *f = *state;
    custody_stop(f->custody);
    publisher_close(f->publisher);
    kill(f->broker, SIGTERM);
    waitpid(f->broker, NULL, 0);
    cache_close(f->cache);
    plant_unref(f->plant);
    profiles_free(f->profiles);
    config_free(f->config);
    PQfinish(f->pg);
    for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
        char *path = g_build_filename(f->dir, files[i], NULL);
        unlink(path);
        g_free(path);
    }
    for (int i = 0; i < 3; i++) {
        char *path = g_strconcat(f->path, ".outbox",
                                 i == 0   ? ""
                                 : i == 1 ? "-wal"
                                          : "-shm",
                                 NULL);
        unlink(path);
        g_free(path);
    }
    support_remove(f->dir, f->path);
    g_free(f->broker_socket);
    g_free(f);
    return 0;
}

/* ---- tests ---- */

#define VALUES                                                                                 \
    "select coalesce(string_agg(component || value, ' ' order by component, received), '')"    \
    " from leitstand.readings"

static void
test_readings_arrive_in_the_owners_name(void **state)
{
    struct fixture *f = *state;
    start(f, "");
    struct custody_term term = acquire(f);
    take(f, &term);
    publish(f, "w/S/A", "1", false);
    publish(f, "w/S/B", "2", false);
    publish(f, "w/S/A", "1", false);
    wait_sql(f, VALUES, "A1 A1 B2");
    wait_sql(f,
             "select string_agg(distinct instance || epoch || term, ' ')"
             " from leitstand.readings",
             "custodian10");
    wait_sql(f, "select count(*) from leitstand.segment where fresh and arbiter = 'postgres'",
             "1");
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
    start(f, "");
    take(f, &(struct custody_term){.rank = {4, 2}, .arbiter = ARBITER_BROKER});
    publish(f, "w/S/A", "7", false);
    wait_sql(f, VALUES, "A7");
    wait_sql(f, "select epoch || '/' || term || '/' || arbiter from leitstand.segment",
             "4/2/broker");
}

static void
test_who_is_not_owner_takes_nothing(void **state)
{
    struct fixture *f = *state;
    start(f, "");
    struct custody_term old = acquire(f), present = acquire(f);
    take(f, &old);
    publish(f, "w/S/A", "1", false);
    wait_state(f, is_fenced);
    publish(f, "w/S/A", "2", false);
    wait_sql(f, VALUES, "");
    leave(f);
    take(f, &present);
    wait_sql(f, VALUES, "A1 A2");
}

static void
test_what_comes_while_nobody_has_it_waits(void **state)
{
    struct fixture *f = *state;
    start(f, "");
    struct custody_term one = acquire(f);
    take(f, &one);
    wait_sql(f, "select count(*) from leitstand.segment where fresh", "1"); /* empty as it is */
    leave(f);
    publish(f, "w/S/A", "1", false);
    publish(f, "w/S/A", "2", false);
    struct custody_term two = acquire(f);
    take(f, &two);
    wait_sql(f, VALUES, "A1 A2");
    wait_sql(f, "select string_agg(distinct epoch::text, ' ') from leitstand.readings", "2");
    wait_sql(f, "select fresh from leitstand.segment where epoch = 2", "f");
}

/* Another client with our id, for at least so long after ours was thrown out. */
/* Whatever the threads do first: who left in a hurry is in none when it takes custody again. */
static void
test_a_hurry_ends_with_leaving(void **state)
{
    struct fixture *f = *state;
    start(f, "");
    struct custody_term one = acquire(f);
    take(f, &one);
    hurry_is_late = true;
    leave(f);
    hurry_is_late = false;
    while (clock_now().mono < hurry_began + US_PER_S / 2) {
        poll(NULL, 0, 10);
    }
    struct custody_term two = acquire(f);
    take(f, &two);
    publish(f, "w/S/A", "1", false);
    wait_sql(f, VALUES, "A1");
}

static void
test_no_fight_for_the_session(void **state)
{
    struct fixture *f = *state;
    start(f, "");
    struct custody_term term = acquire(f);
    take(f, &term);
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
    publish(f, "w/S/A", "1", false);
    wait_state(f, holds);
    wait_sql(f, VALUES, "A1");
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
    start(f, "");
    struct custody_term term = {.rank = {4, 2}, .arbiter = ARBITER_BROKER};
    take(f, &term);
    publish(f, "w/S/A", "1", false);
    wait_sql(f, VALUES, "A1");
    struct rlimit before, none;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    none = before;
    none.rlim_cur = 0;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
    publish(f, "w/S/A", "2", false);
    wait_state(f, has_problem);
    publish(f, "w/S/A", "3", false);
    leave(f);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    wait_sql(f, VALUES, "A1");
    term.rank.term++;
    take(f, &term);
    wait_sql(f, VALUES, "A1 A2 A3");
}

/* The same, but the disk takes it again in time. */
static void
test_what_could_not_be_kept_is_kept_later(void **state)
{
    struct fixture *f = *state;
    start(f, "");
    take(f, &(struct custody_term){.rank = {4, 2}, .arbiter = ARBITER_BROKER});
    wait_sql(f, "select count(*) from leitstand.segment", "1");
    struct rlimit before, none;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    none = before;
    none.rlim_cur = 0;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
    publish(f, "w/S/A", "2", false);
    wait_state(f, has_problem);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    wait_sql(f, VALUES, "A2");
    wait_state(f, is_well);
}

static void
test_retained_only_where_nothing_is_known(void **state)
{
    struct fixture *f = *state;
    publish(f, "w/S/A", "1", true);
    publish(f, "w/S/B", "2", true);
    start(f, "");
    struct batch *b = cache_new_batch(f->cache);
    wall_us now = clock_now().wall;
    support_add(b, series_of(f, "A"), now, now, 5);
    support_put(f->cache, b);
    struct custody_term term = acquire(f);
    take(f, &term);
    publish(f, "w/S/A", "3", false);
    wait_sql(f, VALUES, "A3 B2");
    wait_sql(f, "select quality from leitstand.readings where component = 'B'",
             "{not_topical}");
}

static void
test_report_by_exception(void **state)
{
    struct fixture *f = *state;
    start(f, "report = exception\n");
    struct custody_term term = acquire(f);
    take(f, &term);
    static const char *const payloads[] = {"1", "1", "2", "2", "2", "1"};
    for (size_t i = 0; i < G_N_ELEMENTS(payloads); i++) {
        publish(f, "w/S/A", payloads[i], false);
    }
    publish(f, "w/S/B", "9", false);
    wait_sql(f, VALUES, "A1 A2 A1 B9");
}

/* The store has 1 … 25 of A and the times 1 … 5 of B. */
static void
fill_store(struct fixture *f, wall_us begin)
{
    char *sql = g_strdup_printf(
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
    run_sql(f, sql);
    g_free(sql);
}

static void
test_the_gap_of_qos_0_is_filled(void **state)
{
    struct fixture *f = *state;
    start(f, "");
    wall_us now = clock_now().wall, begin = now - 40 * US_PER_S;
    fill_store(f, begin);
    struct batch *b = cache_new_batch(f->cache);
    for (int i = 5; i <= 40; i++) { /* this host's clock is a bit ahead */
        wall_us at = begin + i * 500 * US_PER_MS + 700 * US_PER_MS;
        b = b != NULL ? b : cache_new_batch(f->cache);
        struct record r = {.series = series_of(f, "A"),
                           .ts = at,
                           .received = at,
                           .num = i,
                           .source = TS_RECEIPT};
        g_array_append_val(b->records, r);
    }
    for (int i = 3; i <= 8; i++) {
        wall_us at = begin + i * US_PER_S;
        struct record r = {.series = series_of(f, "B"),
                           .ts = at,
                           .received = at + US_PER_S,
                           .num = i,
                           .source = TS_DEVICE};
        g_array_append_val(b->records, r);
    }
    support_put(f->cache, b);
    custody_heard(f->custody, series_of(f, "A"));
    custody_heard(f->custody, series_of(f, "B"));
    struct custody_term term = acquire(f);
    take(f, &term);
    wait_sql(f,
             "select count(*) || ' ' || count(distinct value) || ' ' || min(value) || ' '"
             " || max(value) from leitstand.readings where component = 'A'",
             "40 40 1 40");
    wait_sql(f,
             "select string_agg(value::text, ' ' order by ts) from leitstand.readings"
             " where component = 'B'",
             "1 2 3 4 5 6 7 8");
    wait_sql(f, "select count(*) from leitstand.readings where instance = 'custodian'", "18");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
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
