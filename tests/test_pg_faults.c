/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every call of libpq that can fail is made to fail, one after the other: run by pg/with_pg.sh.
 */
#include "tests/unit.h"

#include "src/core/clock.h"
#include "storage/pg.h"

#define ROWS 3000 /* of some 50 bytes: more than one flush */

/* The call with this number fails, counted over all of them; 0: none does. */
static int fail_at, calls;

static bool
is_due(void)
{
    calls++;
    return calls == fail_at;
}

/* FAULT(result, name, parameters, arguments, what a failure answers) */
#define FAULT(type, name, parameters, arguments, failed)                                       \
    type __real_##name parameters;                                                             \
    type __wrap_##name parameters;                                                             \
    type __wrap_##name parameters                                                              \
    {                                                                                          \
        return is_due() ? (failed) : __real_##name arguments;                                  \
    }

FAULT(PGconn *, PQconnectStartParams,
      (const char *const *keys, const char *const *values, int expand), (keys, values, expand),
      NULL)
FAULT(PostgresPollingStatusType, PQconnectPoll, (PGconn * c), (c), PGRES_POLLING_FAILED)
FAULT(int, PQsetnonblocking, (PGconn * c, int on), (c, on), -1)
FAULT(int, PQsendQuery, (PGconn * c, const char *text), (c, text), 0)
FAULT(int, PQsendPrepare,
      (PGconn * c, const char *name, const char *text, int n, const Oid *types),
      (c, name, text, n, types), 0)
FAULT(int, PQsendQueryPrepared,
      (PGconn * c, const char *name, int n, const char *const *values, const int *lengths,
       const int *formats, int format),
      (c, name, n, values, lengths, formats, format), 0)
FAULT(int, PQflush, (PGconn * c), (c), -1)
FAULT(int, PQconsumeInput, (PGconn * c), (c), 0)
FAULT(int, PQputCopyData, (PGconn * c, const char *bytes, int len), (c, bytes, len), -1)
FAULT(int, PQputCopyEnd, (PGconn * c, const char *why), (c, why), -1)

/* The statements of the test; all others are the program's. */
#define COUNT  PG_SCHEMA_LOOK
#define COPY   PG_SCHEMA_APPLIED
#define OTHERS PG_SCHEMA_NOTE

const char *__real_pg_sql(enum pg_statement which);
const char *__wrap_pg_sql(enum pg_statement which);

const char *
__wrap_pg_sql(enum pg_statement which)
{
    return which == COUNT    ? "select count(*) from public.faulty"
           : which == OTHERS ? "select count(*) from pg_stat_activity where pid <> "
                               "pg_backend_pid() and application_name = 'leitstand faults'"
           : which == COPY   ? "copy public.faulty from stdin"
                             : __real_pg_sql(which);
}

static enum rc
connect_to(struct pg **ret, struct err *err)
{
    const struct pg_config config = {.conninfo = "",
                                     .purpose = "faults",
                                     .wake_fd = -1,
                                     .connect_us = 20 * US_PER_S,
                                     .answer_us = 20 * US_PER_S};
    return pg_open(ret, &config, err);
}

static enum rc
copy(struct pg *pg, struct err *err)
{
    GString *rows = g_string_new(NULL);
    for (int i = 0; i < ROWS; i++) {
        g_string_append(rows, "1\tsome text that makes the row about fifty bytes\n");
    }
    enum rc rc = pg_copy_begin(pg, COPY, err);
    if (rc == RC_OK) {
        rc = pg_copy_data(pg, rows->str, rows->len, err);
    }
    g_string_free(rows, TRUE);
    return rc == RC_OK ? pg_copy_end(pg, err) : rc;
}

/* All that a connection does; ends at the first failure. */
static enum rc
live(struct err *err)
{
    struct pg *pg = NULL;
    bool notified;
    enum rc rc = connect_to(&pg, err);
    if (rc == RC_OK) {
        rc = pg_query(pg, PG_LISTEN, 0, NULL, NULL, err);
    }
    if (rc == RC_OK) {
        rc = pg_exec(pg, "notify leitstand", err);
    }
    if (rc == RC_OK) {
        rc = pg_notified(pg, &notified, err);
    }
    if (rc == RC_OK) {
        rc = copy(pg, err);
    }
    assert_true(pg == NULL || pg_is_open(pg) == (rc == RC_OK));
    pg_close(pg);
    return rc;
}

static int64_t
ask(struct pg *pg, enum pg_statement which)
{
    struct err err = {.text = ""};
    PGresult *result = NULL;
    if (pg_query(pg, which, 0, NULL, &result, &err) != RC_OK) {
        fail_msg("%s", err.text);
    }
    int64_t n = g_ascii_strtoll(PQgetvalue(result, 0, 0), NULL, 10);
    PQclear(result);
    return n;
}

/* Once the session that failed has ended: it may yet commit what it was sent. */
static int64_t
count_rows(void)
{
    struct err err = {.text = ""};
    struct pg *pg = NULL;
    mono_us deadline = clock_now().mono + 20 * US_PER_S;
    if (connect_to(&pg, &err) != RC_OK) {
        fail_msg("%s", err.text);
    }
    while (ask(pg, OTHERS) > 0) {
        assert_true(clock_now().mono < deadline);
    }
    int64_t n = ask(pg, COUNT);
    pg_close(pg);
    return n;
}

static void
prepare(void)
{
    struct err err = {.text = ""};
    struct pg *pg = NULL;
    assert_int_equal(connect_to(&pg, &err), RC_OK);
    if (pg_exec(pg, "create table public.faulty (n int, t text)", &err) != RC_OK) {
        fail_msg("%s", err.text);
    }
    pg_close(pg);
}

static void
test_every_call(void **state)
{
    (void)state;
    int64_t before = 0;
    enum rc rc = RC_IO;
    prepare();
    for (int n = 1; rc != RC_OK; n++) {
        struct err err = {.text = ""};
        fail_at = n;
        calls = 0;
        rc = live(&err);
        fail_at = 0;
        int64_t after = count_rows();
        if (rc != RC_OK && (rc != RC_IO || *err.text == '\0')) {
            fail_msg("call %d: %d \"%s\"", n, (int)rc, err.text);
        }
        /* All of it or nothing; a failure after it was sent may hide that it was done. */
        if (after != before + ROWS && (after != before || rc == RC_OK)) {
            fail_msg("call %d: %d rows", n, (int)(after - before));
        }
        before = after;
        assert_true(n < 1000);
        assert_true(rc != RC_OK || n > 20); /* the count of calls did work */
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_every_call)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
