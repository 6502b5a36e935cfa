/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/pg_support.h"

#include <unistd.h>

#include "src/core/text.h"
#include "tests/cache_support.h"
#include "tests/store_schema.h"
#include "tests/unit.h"

static void
must(PGconn *admin, const char *sql)
{
    PGresult *result = PQexec(admin, sql);
    ExecStatusType status = PQresultStatus(result);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
        fail_msg("%s: %s", sql, PQerrorMessage(admin));
    }
    PQclear(result);
}

static PGconn *
connect_admin(const char *database)
{
    char *conninfo =
        g_strdup_printf("dbname=%s options='-c client_min_messages=warning'", database);
    PGconn *admin = PQconnectdb(conninfo);
    g_free(conninfo);
    if (PQstatus(admin) != CONNECTION_OK) {
        fail_msg("%s", PQerrorMessage(admin));
    }
    return admin;
}

/* The schema once, as a template. */
static void
make_template(bool hypertable)
{
    PGconn *admin = connect_admin("leitstand");
    must(admin, "create database template_store");
    PQfinish(admin);
    struct pg *pg = store_open("dbname=template_store");
    if (hypertable) {
        char *path = g_build_filename(g_getenv("LEITSTAND_SOURCE"), "tests", "pg",
                                      "timescaledb.sql", NULL);
        char *text = NULL;
        assert_true(g_file_get_contents(path, &text, NULL, NULL));
        store_run(pg, text);
        g_free(text);
        g_free(path);
    }
    store_migrate(pg);
    store_run(pg, "create role pc login in role leitstand_instance");
    pg_close(pg);
}

int
store_group_set_up(void **state)
{
    (void)state;
    make_template(false);
    return 0;
}

int
store_group_set_up_hypertable(void **state)
{
    (void)state;
    make_template(true);
    return 0;
}

int
store_set_up(void **state)
{
    static int number;
    struct store *s = g_new0(struct store, 1);
    snprintf(s->database, sizeof(s->database), "store%d", ++number);
    PGconn *admin = connect_admin("leitstand");
    char *sql = g_strdup_printf("create database %s template template_store", s->database);
    must(admin, sql);
    g_free(sql);
    PQfinish(admin);
    s->admin = connect_admin(s->database);
    s->dir = support_dir(&s->path);
    *state = s;
    return 0;
}

int
store_tear_down(void **state)
{
    struct store *s = *state;
    PQfinish(s->admin);
    support_remove(s->dir, s->path);
    g_free(s);
    return 0;
}

struct pg *
store_connect(const struct store *s)
{
    char *conninfo = g_strdup_printf("dbname=%s user=pc", s->database);
    struct pg *pg = store_open(conninfo);
    g_free(conninfo);
    return pg;
}

void
store_do(const struct store *s, const char *sql)
{
    must(s->admin, sql);
}

char *
store_ask(const struct store *s, const char *sql)
{
    PGresult *result = PQexec(s->admin, sql);
    if (PQresultStatus(result) != PGRES_TUPLES_OK || PQntuples(result) != 1) {
        fail_msg("%s: %s", sql, PQerrorMessage(s->admin));
    }
    char *answer = g_strdup(PQgetvalue(result, 0, 0));
    PQclear(result);
    return answer;
}

int64_t
store_count(const struct store *s, const char *sql)
{
    char *answer = store_ask(s, sql);
    int64_t n = -1;
    assert_true(text_to_int(answer, INT64_MIN, INT64_MAX, &n));
    g_free(answer);
    return n;
}

void
store_await(const struct store *s, const char *sql)
{
    mono_us deadline = clock_now().mono + 20 * US_PER_S;
    for (;;) {
        char *answer = store_ask(s, sql);
        bool done = strcmp(answer, "t") == 0;
        g_free(answer);
        if (done) {
            return;
        }
        if (clock_now().mono > deadline) {
            fail_msg("not within 20 s: %s", sql);
        }
        usleep(2000);
    }
}

void
store_lease(const struct store *s, uint64_t epoch, char ret_grant[UUID_SIZE])
{
    char *sql = g_strdup_printf("update leitstand.lease set epoch = %" G_GUINT64_FORMAT
                                ", grant_id = gen_random_uuid() returning grant_id",
                                epoch);
    char *grant = store_ask(s, sql);
    g_strlcpy(ret_grant, grant, UUID_SIZE);
    g_free(grant);
    g_free(sql);
}
