/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/custody_fixture.h"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "src/app/load.h"
#include "src/app/profile_files.h"
#include "tests/cache_support.h"
#include "tests/unit.h"

/* ---- the store ---- */

void
fixture_await_sql(const char *sql, const char *want)
{
    mono_us deadline = clock_now().mono + DEADLINE_US;
    for (;;) {
        const char *answer = store_ask("%s", sql);
        bool same = strcmp(answer, want) == 0;
        if (!same && clock_now().mono > deadline) {
            fail_msg("%s: \"%s\", not \"%s\"", sql, answer, want);
        }
        if (same) {
            return;
        }
        poll(NULL, 0, 20);
    }
}

struct custody_term
fixture_acquire(void)
{
    struct store_grant g = store_acquire("custodian");
    struct custody_term term = {.rank.epoch = g.epoch, .arbiter = ARBITER_POSTGRES};
    g_strlcpy(term.grant, g.id, sizeof(term.grant));
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

void
fixture_publish(struct fixture *f, const char *topic, const char *payload, bool retain)
{
    assert_int_equal(
        publisher_publish(f->publisher, topic, payload, strlen(payload), 1, retain, 0, NULL),
        RC_OK);
    assert_int_equal(publisher_drain(f->publisher, 10000, NULL), RC_OK);
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
                        "[cache]\npath = %s\n[postgres]\nconninfo = " STORE_INSTANCE "\n%s",
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

uint32_t
fixture_series(const struct fixture *f, const char *component)
{
    return f->plant->components[plant_find_component(f->plant, "S", component)].series;
}

void
fixture_start(struct fixture *f, const char *more)
{
    struct err err = {.text = ""};
    read_config(f, more);
    if (custody_start(&f->custody, f->config, f->profiles, f->plant, &err) != RC_OK) {
        fail_msg("%s", err.text);
    }
}

void
fixture_await(struct fixture *f, bool (*good)(const struct custody_state *s))
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

bool
fixture_holds(const struct custody_state *s)
{
    return s->holds;
}

void
fixture_take(struct fixture *f, const struct custody_term *term)
{
    custody_take(f->custody, term);
    fixture_await(f, fixture_holds);
}

void
fixture_leave(struct fixture *f)
{
    mono_us deadline = clock_now().mono + DEADLINE_US;
    custody_leave(f->custody);
    while (!custody_left(f->custody)) {
        assert_true(clock_now().mono < deadline);
        poll(NULL, 0, 5);
    }
}

int
fixture_set_up(void **state)
{
    struct fixture *f = g_new0(struct fixture, 1);
    f->dir = support_dir(&f->path);
    f->broker_socket = g_build_filename(f->dir, "mqtt", NULL);
    store_make(state);
    *state = f;
    start_broker(f);
    return 0;
}

int
fixture_tear_down(void **state)
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
