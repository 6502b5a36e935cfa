/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The connection to the central store, against a real server: run by pg/with_pg.sh. */
#include "tests/unit.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "src/core/clock.h"
#include "storage/pg.h"

#define ANSWER_US (2 * US_PER_S)
#define SHORT_US  (1 * US_PER_S)
#define AMPLE_US  (20 * US_PER_S) /* no run takes so long unless something hangs */

/* What the tests send in place of the program's statements. */
static const char *spoken[PG_STATEMENTS];
const char *__real_pg_sql(enum pg_statement which);
const char *__wrap_pg_sql(enum pg_statement which);

const char *
__wrap_pg_sql(enum pg_statement which)
{
    return spoken[which] != NULL ? spoken[which] : __real_pg_sql(which);
}

/* The place that a statement of a test takes. */
#define ASK  PG_SCHEMA_LOOK
#define COPY PG_SCHEMA_APPLIED

static struct pg *
connect_to(const char *conninfo, int64_t answer_us, int wake_fd)
{
    struct err err = {.text = ""};
    struct pg *pg = NULL;
    const struct pg_config config = {.conninfo = conninfo,
                                     .purpose = "test",
                                     .wake_fd = wake_fd,
                                     .connect_us = 4 * US_PER_S,
                                     .answer_us = answer_us};
    if (pg_open(&pg, &config, &err) != RC_OK) {
        fail_msg("%s", err.text);
    }
    return pg;
}

/* The first value of the first row. */
static char *
ask(struct pg *pg, const char *text)
{
    struct err err = {.text = ""};
    PGresult *result = NULL;
    spoken[ASK] = text;
    if (pg_query(pg, ASK, 0, NULL, &result, &err) != RC_OK) {
        fail_msg("%s: %s", text, err.text);
    }
    char *value = g_strdup(PQntuples(result) > 0 ? PQgetvalue(result, 0, 0) : "");
    PQclear(result);
    return value;
}

/* In a session of its own: one has one text for a statement. */
static char *
look(const char *text)
{
    struct pg *pg = connect_to("", AMPLE_US, -1);
    char *value = ask(pg, text);
    pg_close(pg);
    return value;
}

static void
assert_answer(const char *text, const char *want)
{
    char *value = look(text);
    assert_string_equal(value, want);
    g_free(value);
}

static void
do_sql(const char *text)
{
    struct err err = {.text = ""};
    struct pg *pg = connect_to("", AMPLE_US, -1);
    if (pg_exec(pg, text, &err) != RC_OK) {
        fail_msg("%s", err.text);
    }
    pg_close(pg);
}

/* A wake descriptor that becomes readable by itself. */
static int
wake_after(int64_t us)
{
    int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    const struct itimerspec spec = {
        .it_value = {.tv_sec = us / US_PER_S, .tv_nsec = us % US_PER_S * 1000}};
    assert_int_equal(timerfd_settime(fd, 0, &spec, NULL), 0);
    return fd;
}

/* ---- connecting ---- */

static void
test_connect(void **state)
{
    (void)state;
    struct pg *pg = connect_to("", ANSWER_US, -1);
    assert_true(pg_is_open(pg));
    assert_true(pg_fd(pg) >= 0);
    assert_string_equal(pg_state(pg), "");
    char *settings =
        ask(pg, "select concat_ws(' ', current_setting('application_name'),"
                " current_setting('statement_timeout'), current_setting('lock_timeout'),"
                " current_setting('search_path'), current_setting('TimeZone'),"
                " current_setting('synchronous_commit'))");
    assert_string_equal(settings, "leitstand test 1500ms 1s pg_catalog, pg_temp UTC on");
    g_free(settings);
    pg_close(pg);
    pg_close(NULL);
}

static void
test_settings_win(void **state)
{
    (void)state;
    struct pg *pg = connect_to("options='-c statement_timeout=7 -c synchronous_commit=off'"
                               " application_name=mine client_encoding=LATIN1",
                               ANSWER_US, -1);
    char *settings =
        ask(pg, "select concat_ws(' ', current_setting('application_name'),"
                " current_setting('statement_timeout'), current_setting('client_encoding'),"
                " current_setting('synchronous_commit'))");
    assert_string_equal(settings, "mine 1500ms UTF8 on");
    g_free(settings);
    pg_close(pg);
}

static enum rc
try_to_connect(const char *conninfo, int64_t connect_us, int wake_fd, struct err *err,
               int64_t *ret_took_us)
{
    struct pg *pg = NULL;
    mono_us before = clock_now().mono;
    const struct pg_config config = {.conninfo = conninfo,
                                     .purpose = "test",
                                     .wake_fd = wake_fd,
                                     .connect_us = connect_us,
                                     .answer_us = ANSWER_US};
    enum rc rc = pg_open(&pg, &config, err);
    *ret_took_us = clock_now().mono - before;
    assert_true(rc == RC_OK || pg == NULL);
    pg_close(pg);
    return rc;
}

static void
test_not_connected(void **state)
{
    (void)state;
    static const struct {
        const char *conninfo, *text;
    } cases[] = {
        {"dbname=nobodys", "does not exist"},
        {"host=/nowhere", "No such file"},
        {"host=/nowhere,/nowhere2", "\"/nowhere2/"},
        {"hostaddr=127.0.0.1 port=1", "refused"},
        {"host=a,b hostaddr=127.0.0.1 port=1", "could not match"},
        {"nonsense=1", "invalid connection option"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct err err = {.text = ""};
        int64_t took;
        assert_int_equal(try_to_connect(cases[i].conninfo, AMPLE_US, -1, &err, &took), RC_IO);
        if (strstr(err.text, cases[i].text) == NULL || strchr(err.text, '\n') != NULL) {
            fail_msg("%s: %s", cases[i].conninfo, err.text);
        }
        assert_int_equal(try_to_connect(cases[i].conninfo, AMPLE_US, -1, NULL, &took), RC_IO);
    }
}

/* A server's socket; who connects hears what answer holds, or nothing. */
struct fake {
    char *dir, *path;
    int fd;
};

static struct fake
start_fake(void)
{
    struct fake f = {.dir = g_dir_make_tmp("leitstand-XXXXXX", NULL)};
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    f.path = g_build_filename(f.dir, ".s.PGSQL.5432", NULL);
    assert_true(strlen(f.path) < sizeof(address.sun_path));
    g_strlcpy(address.sun_path, f.path, sizeof(address.sun_path));
    f.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(f.fd, (const struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(listen(f.fd, 5), 0);
    return f;
}

static void
stop_fake(struct fake *f)
{
    close(f->fd);
    g_unlink(f->path);
    g_rmdir(f->dir);
    g_free(f->path);
    g_free(f->dir);
}

static void
test_silent_server(void **state)
{
    (void)state;
    struct fake f = start_fake();
    struct err err = {.text = ""};
    char *conninfo = g_strdup_printf("host=%s", f.dir);
    int64_t took;
    assert_int_equal(try_to_connect(conninfo, SHORT_US, -1, &err, &took), RC_IO);
    assert_string_equal(err.text, "could not connect: the server does not answer");
    assert_true(took >= SHORT_US && took < AMPLE_US / 2);
    int wake = wake_after(50 * US_PER_MS);
    assert_int_equal(try_to_connect(conninfo, AMPLE_US, wake, &err, &took), RC_IO);
    assert_string_equal(err.text, "could not connect: interrupted");
    assert_true(took < AMPLE_US / 2);
    close(wake);
    g_free(conninfo);
    stop_fake(&f);
}

/* A host that is silent takes its share of the time, and no more. */
static void
test_next_host(void **state)
{
    (void)state;
    struct fake f = start_fake();
    struct err err = {.text = ""};
    int64_t took;
    char *conninfo = g_strdup_printf("host=%s,/nowhere,%s", f.dir, g_getenv("PGHOST"));
    if (try_to_connect(conninfo, 3 * SHORT_US, -1, &err, &took) != RC_OK) {
        fail_msg("%s", err.text);
    }
    assert_true(took >= SHORT_US);
    g_free(conninfo);

    /* Hosts of a service file are known to libpq only. */
    char *services = g_build_filename(f.dir, "services", NULL);
    char *text = g_strdup_printf("[ours]\nhost=%s,%s\n", f.dir, g_getenv("PGHOST"));
    assert_true(g_file_set_contents(services, text, -1, NULL));
    g_setenv("PGSERVICEFILE", services, TRUE);
    if (try_to_connect("service=ours", 3 * SHORT_US, -1, &err, &took) != RC_OK) {
        fail_msg("%s", err.text);
    }
    g_unsetenv("PGSERVICEFILE");
    g_unlink(services);
    g_free(services);
    g_free(text);

    conninfo = g_strdup_printf("host=%s,%s", f.dir, f.dir);
    int wake = wake_after(50 * US_PER_MS);
    assert_int_equal(try_to_connect(conninfo, AMPLE_US, wake, &err, &took), RC_IO);
    assert_true(took < AMPLE_US / 2); /* the second one was not waited for */
    close(wake);
    g_free(conninfo);
    stop_fake(&f);
}

static void
append_message(GByteArray *to, char type, const char *body, size_t len)
{
    const uint8_t head[] = {(uint8_t)type, 0, 0, 0, (uint8_t)(len + 4)};
    g_byte_array_append(to, head, sizeof(head));
    g_byte_array_append(to, (const uint8_t *)body, (guint)len);
}

static void
test_old_server(void **state)
{
    (void)state;
    struct fake f = start_fake();
    GByteArray *greeting = g_byte_array_new();
    append_message(greeting, 'R', "\0\0\0\0", 4);
    append_message(greeting, 'S', "server_version\00014.9", 20);
    append_message(greeting, 'S', "in_hot_standby\0off", 19);
    append_message(greeting, 'S', "default_transaction_read_only\0off", 34);
    append_message(greeting, 'Z', "I", 1);
    pid_t child = fork();
    if (child == 0) {
        char request[1000];
        alarm(30); /* should the test fail and forget it */
        int peer = accept(f.fd, NULL, NULL);
        ssize_t n = read(peer, request, sizeof(request));
        n = n > 0 ? write(peer, greeting->data, greeting->len) : n;
        while (n > 0) { /* until the other side closes */
            n = read(peer, request, sizeof(request));
        }
        _exit(0);
    }
    assert_true(child > 0);
    struct err err = {.text = ""};
    char *conninfo = g_strdup_printf("host=%s", f.dir);
    int64_t took;
    assert_int_equal(try_to_connect(conninfo, AMPLE_US, -1, &err, &took), RC_INVALID);
    assert_string_equal(err.text, "the server is PostgreSQL 14.9, but 15 or later is needed");
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, NULL, 0), child);
    g_free(conninfo);
    g_byte_array_unref(greeting);
    stop_fake(&f);
}

/* ---- statements ---- */

static void
test_refused(void **state)
{
    (void)state;
    do_sql("create table public.one (n int primary key)");
    static const struct {
        const char *text, *sqlstate, *words;
        bool data;
    } cases[] = {
        {"select 1 / $1::int", "22012", "division by zero", true},
        {"insert into public.one values ($1::int), ($1::int)", "23505",
         "duplicate key value violates unique constraint \"one_pkey\" (Key (n)=(0) already "
         "exists.)",
         true},
        {"select $1::int from public.none", "42P01", "relation \"public.none\" does not exist",
         false},
        {"select $1::int from", "42601", "", false},
    };
    static const char *const values[] = {"0"};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct err err = {.text = ""};
        PGresult *result = NULL;
        struct pg *pg = connect_to("", ANSWER_US, -1);
        spoken[ASK] = cases[i].text;
        assert_int_equal(pg_query(pg, ASK, 1, values, &result, &err), RC_INVALID);
        assert_null(result);
        assert_string_equal(pg_state(pg), cases[i].sqlstate);
        assert_int_equal(pg_blames_data(pg), cases[i].data);
        if (*cases[i].words != '\0') {
            assert_string_equal(err.text, cases[i].words);
        }
        /* As if nothing had been. */
        assert_true(pg_is_open(pg));
        assert_int_equal(pg_query(pg, ASK, 1, values, NULL, NULL), RC_INVALID);
        assert_int_equal(pg_query(pg, PG_LISTEN, 0, NULL, NULL, &err), RC_OK);
        assert_string_equal(pg_state(pg), "");
        pg_close(pg);
    }
    do_sql("drop table public.one");
}

static void
test_line_of_refusal(void **state)
{
    (void)state;
    struct err err = {.text = ""};
    struct pg *pg = connect_to("", ANSWER_US, -1);
    assert_int_equal(
        pg_exec(pg, "-- Grüße, ein Öl\nselect 1;\nselect nothing;\nselect 2", &err),
        RC_INVALID);
    assert_string_equal(err.text, "line 3: column \"nothing\" does not exist");
    assert_int_equal(pg_exec(pg, "select 1; do $$ begin raise 'a\nb'; end $$; select 2", &err),
                     RC_INVALID);
    assert_string_equal(err.text, "a b");
    assert_string_equal(pg_state(pg), "P0001");
    assert_int_equal(pg_exec(pg, "", &err), RC_OK);
    pg_close(pg);
}

static void
test_lost(void **state)
{
    (void)state;
    struct err err = {.text = ""};
    struct pg *pg = connect_to("", ANSWER_US, -1);
    char *pid = ask(pg, "select pg_backend_pid()");
    char *kill_it = g_strdup_printf("select pg_terminate_backend(%s, 10000)", pid);
    assert_answer(kill_it, "t");
    assert_int_equal(pg_query(pg, ASK, 0, NULL, NULL, &err), RC_IO);
    assert_non_null(strstr(err.text, "terminating connection"));
    assert_false(pg_is_open(pg));
    assert_int_equal(pg_fd(pg), -1);
    /* From now on nothing works, and nothing crashes. */
    bool notified;
    assert_int_equal(pg_query(pg, ASK, 0, NULL, NULL, &err), RC_IO);
    assert_string_equal(err.text, "there is no connection");
    assert_int_equal(pg_exec(pg, "select 1", NULL), RC_IO);
    assert_int_equal(pg_copy_begin(pg, COPY, NULL), RC_IO);
    assert_int_equal(pg_copy_data(pg, "1\n", 2, NULL), RC_IO);
    assert_int_equal(pg_copy_end(pg, NULL), RC_IO);
    assert_int_equal(pg_notified(pg, &notified, NULL), RC_IO);
    pg_close(pg);
    /* What was prepared on the old connection is prepared on a new one. */
    pg = connect_to("", ANSWER_US, -1);
    char *other = ask(pg, "select pg_backend_pid()");
    assert_string_not_equal(other, pid);
    pg_close(pg);
    g_free(kill_it);
    g_free(other);
    g_free(pid);
}

static void
test_killed_in_the_middle(void **state)
{
    (void)state;
    struct err err = {.text = ""};
    struct pg *pg = connect_to("", AMPLE_US, -1);
    assert_int_equal(
        pg_exec(pg, "select pg_terminate_backend(pg_backend_pid()); select pg_sleep(60)", &err),
        RC_IO);
    assert_non_null(strstr(err.text, "terminating connection"));
    assert_false(pg_is_open(pg));
    pg_close(pg);
}

static void
test_too_slow(void **state)
{
    (void)state;
    struct err err = {.text = ""};
    struct pg *pg = connect_to("", ANSWER_US, -1);
    spoken[ASK] = "select pg_sleep(60)";
    mono_us before = clock_now().mono;
    assert_int_equal(pg_query(pg, ASK, 0, NULL, NULL, &err), RC_INVALID);
    assert_true(clock_now().mono - before >= ANSWER_US / 2);
    assert_string_equal(pg_state(pg), "57014");
    assert_false(pg_blames_data(pg));
    assert_int_equal(pg_query(pg, PG_LISTEN, 0, NULL, NULL, &err), RC_OK);
    pg_close(pg);
}

/* The server's process of this connection, stopped: it can neither answer nor give up. */
static pid_t
stop_server(struct pg *pg)
{
    char *pid = ask(pg, "select pg_backend_pid()");
    pid_t process = (pid_t)g_ascii_strtoll(pid, NULL, 10);
    assert_true(process > 1);
    assert_int_equal(kill(process, SIGSTOP), 0);
    g_free(pid);
    return process;
}

static void
test_stopped(void **state)
{
    (void)state;
    struct err err = {.text = ""};
    struct pg *pg = connect_to("", SHORT_US, -1);
    pid_t process = stop_server(pg);
    mono_us before = clock_now().mono;
    assert_int_equal(pg_query(pg, ASK, 0, NULL, NULL, &err), RC_IO);
    int64_t took = clock_now().mono - before;
    kill(process, SIGCONT);
    assert_string_equal(err.text, "the server does not answer");
    assert_true(took >= SHORT_US && took < AMPLE_US / 2);
    assert_false(pg_is_open(pg));
    pg_close(pg);
}

static void
test_woken(void **state)
{
    (void)state;
    struct err err = {.text = ""};
    int wake = wake_after(100 * US_PER_MS);
    struct pg *pg = connect_to("", AMPLE_US, wake);
    spoken[ASK] = "select pg_sleep(60)";
    mono_us before = clock_now().mono;
    assert_int_equal(pg_query(pg, ASK, 0, NULL, NULL, &err), RC_IO);
    assert_true(clock_now().mono - before < AMPLE_US / 2);
    assert_string_equal(err.text, "interrupted");
    pg_close(pg);
    close(wake);
}

static void
test_tables_changed(void **state)
{
    (void)state;
    struct err err = {.text = ""};
    do_sql("create table public.wide (n int)");
    struct pg *pg = connect_to("", ANSWER_US, -1);
    g_free(ask(pg, "select * from public.wide"));
    do_sql("alter table public.wide add m int");
    assert_int_equal(pg_query(pg, ASK, 0, NULL, NULL, &err), RC_IO); /* connect again */
    assert_non_null(strstr(err.text, "cached plan"));
    assert_false(pg_is_open(pg));
    pg_close(pg);
    do_sql("drop table public.wide");
}

/* ---- COPY ---- */

static int
make_table(void **state)
{
    (void)state;
    do_sql("create table public.copied (n int check (n < 1000000), t text);"
           "create function public.refuse() returns trigger language plpgsql as $$ begin"
           " if exists (select from added where n = 13) then"
           " raise exception 'fenced' using errcode = 'LS001'; end if; return null; end $$;"
           "create trigger refuse after insert on public.copied referencing new table as added"
           " for each statement execute function public.refuse()");
    spoken[COPY] = "copy public.copied from stdin";
    return 0;
}

static int
drop_table(void **state)
{
    (void)state;
    do_sql("drop table public.copied; drop function public.refuse()");
    return 0;
}

static void
copy_text(struct pg *pg, const char *text, enum rc want, const char *sqlstate)
{
    struct err err = {.text = ""};
    assert_int_equal(pg_copy_begin(pg, COPY, &err), RC_OK);
    assert_int_equal(pg_copy_data(pg, text, strlen(text), &err), RC_OK);
    enum rc rc = pg_copy_end(pg, &err);
    if (rc != want || strcmp(pg_state(pg), sqlstate) != 0) {
        fail_msg("%s: %d %s %s", text, (int)rc, pg_state(pg), err.text);
    }
    assert_true(pg_is_open(pg));
}

static void
test_copy(void **state)
{
    (void)state;
    struct pg *pg = connect_to("", ANSWER_US, -1);
    copy_text(pg, "1\ta\n2\tb\n", RC_OK, "");
    copy_text(pg, "3\tc\nx\td\n", RC_INVALID, "22P02");
    assert_true(pg_blames_data(pg));
    copy_text(pg, "3\tc\n1000000\td\n", RC_INVALID, "23514");
    copy_text(pg, "3\tc\n13\td\n", RC_INVALID, "LS001");
    assert_false(pg_blames_data(pg));
    copy_text(pg, "", RC_OK, "");
    copy_text(pg, "4\tz\n", RC_OK, "");
    pg_close(pg);
    assert_answer("select string_agg(n::text, ',' order by n) from public.copied", "1,2,4");
}

/* Refused before any data: the connection goes on. */
static void
test_copy_not_begun(void **state)
{
    (void)state;
    static const struct {
        const char *text, *sqlstate;
    } cases[] = {
        {"copy public.none from stdin", "42P01"},
        {"copy", "42601"},
        {"select 1", ""},
        {"", ""},
    };
    struct err err = {.text = ""};
    struct pg *pg = connect_to("", ANSWER_US, -1);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        spoken[COPY] = cases[i].text;
        assert_int_equal(pg_copy_begin(pg, COPY, &err), RC_INVALID);
        assert_string_equal(pg_state(pg), cases[i].sqlstate);
        assert_true(*err.text != '\0');
        assert_int_equal(pg_copy_begin(pg, COPY, NULL), RC_INVALID);
        assert_int_equal(pg_exec(pg, "select 1", &err), RC_OK);
    }
    spoken[COPY] = "copy public.copied from stdin";
    copy_text(pg, "1\ta\n", RC_OK, "");
    /* As a common statement it would be offered for ever. */
    assert_int_equal(pg_query(pg, COPY, 0, NULL, NULL, &err), RC_IO);
    assert_string_equal(err.text, "the statement is a COPY");
    pg_close(pg);
}

static void
test_copy_abandoned(void **state)
{
    (void)state;
    struct err err = {.text = ""};
    struct pg *pg = connect_to("", ANSWER_US, -1);
    assert_int_equal(pg_copy_begin(pg, COPY, &err), RC_OK);
    assert_int_equal(pg_copy_data(pg, "1\ta\n", 4, &err), RC_OK);
    pg_close(pg);
    assert_answer("select count(*) from public.copied", "0");

    pg = connect_to("", ANSWER_US, -1);
    char *pid = ask(pg, "select pg_backend_pid()");
    char *kill_it = g_strdup_printf("select pg_terminate_backend(%s, 10000)", pid);
    assert_int_equal(pg_copy_begin(pg, COPY, &err), RC_OK);
    assert_int_equal(pg_copy_data(pg, "1\ta\n", 4, &err), RC_OK);
    assert_answer(kill_it, "t");
    enum rc rc = pg_copy_data(pg, "2\tb\n", 4, &err);
    assert_int_equal(rc == RC_OK ? pg_copy_end(pg, &err) : rc, RC_IO);
    assert_true(*err.text != '\0');
    assert_false(pg_is_open(pg));
    pg_close(pg);
    assert_answer("select count(*) from public.copied", "0");
    g_free(kill_it);
    g_free(pid);
}

/* The time limit of a statement is no limit of a COPY whose data comes slowly. */
static void
test_copy_of_long_duration(void **state)
{
    (void)state;
    struct err err = {.text = ""};
    struct pg *pg = connect_to("", ANSWER_US, -1);
    assert_int_equal(pg_copy_begin(pg, COPY, &err), RC_OK);
    mono_us until = clock_now().mono + 3 * ANSWER_US;
    while (clock_now().mono < until) {
        assert_int_equal(pg_copy_data(pg, "1\ta\n", 4, &err), RC_OK);
        poll(NULL, 0, 10);
    }
    if (pg_copy_end(pg, &err) != RC_OK) {
        fail_msg("%s", err.text);
    }
    assert_int_equal(pg_query(pg, PG_LISTEN, 0, NULL, NULL, &err), RC_OK);
    /* And the limit is there again. */
    spoken[ASK] = "select pg_sleep(60)";
    assert_int_equal(pg_query(pg, ASK, 0, NULL, NULL, &err), RC_INVALID);
    assert_string_equal(pg_state(pg), "57014");
    pg_close(pg);
}

/* What the server does not take must not pile up here. */
static void
test_copy_stalled(void **state)
{
    (void)state;
    struct err err = {.text = ""};
    struct pg *pg = connect_to("", SHORT_US, -1);
    pid_t process = stop_server(pg);
    kill(process, SIGCONT);
    assert_int_equal(pg_copy_begin(pg, COPY, &err), RC_OK);
    assert_int_equal(kill(process, SIGSTOP), 0);
    char *row = g_strnfill(100000, 'x');
    memcpy(row, "1\t", 2);
    row[99999] = '\n';
    size_t given = 0;
    enum rc rc = RC_OK;
    while (rc == RC_OK && given < 400) {
        rc = pg_copy_data(pg, row, 100000, &err);
        given++;
    }
    kill(process, SIGCONT);
    assert_int_equal(rc, RC_IO);
    assert_string_equal(err.text, "the server does not answer");
    assert_true(given < 200);
    pg_close(pg);
    g_free(row);
    assert_answer("select count(*) from public.copied", "0");
}

static void
test_copy_of_much(void **state)
{
    (void)state;
    struct err err = {.text = ""};
    struct pg *pg = connect_to("", ANSWER_US, -1);
    GString *rows = g_string_new(NULL);
    for (int i = 0; i < 100000; i++) {
        g_string_append(rows, "7\tsome text that makes it long\n");
    }
    assert_int_equal(pg_copy_begin(pg, COPY, &err), RC_OK);
    assert_int_equal(pg_copy_data(pg, rows->str, rows->len, &err), RC_OK);
    if (pg_copy_end(pg, &err) != RC_OK) {
        fail_msg("%s", err.text);
    }
    pg_close(pg);
    g_string_free(rows, TRUE);
    assert_answer("select count(*) from public.copied", "100000");
}

/* ---- notifications ---- */

static bool
is_notified(struct pg *pg)
{
    struct err err = {.text = ""};
    bool notified = false;
    if (pg_notified(pg, &notified, &err) != RC_OK) {
        fail_msg("%s", err.text);
    }
    return notified;
}

static void
test_notify(void **state)
{
    (void)state;
    struct err err = {.text = ""};
    struct pg *pg = connect_to("", ANSWER_US, -1);
    assert_int_equal(pg_query(pg, PG_LISTEN, 0, NULL, NULL, &err), RC_OK);
    assert_false(is_notified(pg));
    do_sql("notify leitstand; notify leitstand, 'twice'");
    struct pollfd fd = {.fd = pg_fd(pg), .events = POLLIN};
    assert_int_equal(poll(&fd, 1, (int)(AMPLE_US / US_PER_MS)), 1);
    assert_true(is_notified(pg));
    do {
        fd.revents = 0;
    } while (poll(&fd, 1, 0) > 0 && is_notified(pg)); /* the second may come by itself */
    assert_false(is_notified(pg));
    /* One that comes with an answer is kept. */
    do_sql("notify leitstand");
    g_free(ask(pg, "select 1"));
    assert_true(is_notified(pg));
    char *pid = look("select pid from pg_stat_activity where query = 'select 1'"
                     " and application_name = 'leitstand test'");
    char *kill_it = g_strdup_printf("select pg_terminate_backend(%s, 10000)", pid);
    assert_answer(kill_it, "t");
    assert_int_equal(poll(&fd, 1, (int)(AMPLE_US / US_PER_MS)), 1);
    bool notified = true;
    while (pg_notified(pg, &notified, &err) == RC_OK) { /* the reason comes before the end */
        assert_int_equal(poll(&fd, 1, (int)(AMPLE_US / US_PER_MS)), 1);
    }
    assert_false(notified);
    assert_false(pg_is_open(pg));
    pg_close(pg);
    g_free(kill_it);
    g_free(pid);
}

#define COPIES(test) cmocka_unit_test_setup_teardown(test, make_table, drop_table)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_connect),
        cmocka_unit_test(test_settings_win),
        cmocka_unit_test(test_not_connected),
        cmocka_unit_test(test_silent_server),
        cmocka_unit_test(test_next_host),
        cmocka_unit_test(test_old_server),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_line_of_refusal),
        cmocka_unit_test(test_lost),
        cmocka_unit_test(test_killed_in_the_middle),
        cmocka_unit_test(test_too_slow),
        cmocka_unit_test(test_stopped),
        cmocka_unit_test(test_woken),
        cmocka_unit_test(test_tables_changed),
        COPIES(test_copy),
        COPIES(test_copy_not_begun),
        COPIES(test_copy_abandoned),
        COPIES(test_copy_of_long_duration),
        COPIES(test_copy_stalled),
        COPIES(test_copy_of_much),
        cmocka_unit_test(test_notify),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
