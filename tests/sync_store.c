/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/sync_store.h"

#include "tests/unit.h"

int
store_make(void **state)
{
    (void)state;
    struct pg *pg = store_open("");
    store_run(pg, "drop schema if exists leitstand cascade");
    store_migrate(pg);
    store_run(pg, "do $$ begin"
                  " if not exists (select from pg_roles where rolname = 'instance_1') then"
                  " create role instance_1 login in role leitstand_instance;"
                  " create role reader_1 login in role leitstand_reader; end if; end $$");
    pg_close(pg);
    return 0;
}

const char *
store_ask(const char *fmt, ...)
{
    static char *answers[4];
    static unsigned next;
    va_list args;
    va_start(args, fmt);
    char *text = g_strdup_vprintf(fmt, args);
    va_end(args);
    PGconn *c = PQconnectdb("");
    PGresult *rows = PQexec(c, text);
    ExecStatusType status = PQresultStatus(rows);
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
        fail_msg("%s: %s", text, PQerrorMessage(c));
    }
    char **answer = &answers[next++ % G_N_ELEMENTS(answers)];
    g_free(*answer);
    *answer = g_strdup(PQntuples(rows) > 0 ? PQgetvalue(rows, 0, 0) : "");
    PQclear(rows);
    PQfinish(c);
    g_free(text);
    return *answer;
}

struct store_grant
store_acquire(const char *instance)
{
    struct store_grant g = {.epoch = 0};
    store_ask("update leitstand.lease set expires_at = '-infinity'");
    const char *both = store_ask("select epoch || ' ' || grant_id"
                                 "  from leitstand.lease_acquire('%s', 'full', 60000, 0)",
                                 instance);
    char *end = NULL;
    g.epoch = g_ascii_strtoull(both, &end, 10);
    assert_int_equal(*end, ' ');
    g_strlcpy(g.id, end + 1, sizeof(g.id));
    return g;
}

void
store_tell(struct pg *pg, const struct pg_change *c, const char *grant)
{
    struct err err = {.text = ""};
    enum pg_outcome outcome;
    if (pg_change_write(pg, c, grant, &outcome, &err) != RC_OK) {
        fail_msg("%s: %s", c->body, err.text);
    }
    assert_int_equal(outcome, PG_STORED);
}

const char *
store_journal(void)
{
    return store_ask("select coalesce(string_agg(instance || ':' || event || ':' ||"
                     "                           right(occurrence::text, 1), ' '"
                     "                           order by log_id, line), '')"
                     "  from leitstand.journal");
}

const char *
store_alarms(void)
{
    return store_ask("select coalesce(string_agg(right(occurrence::text, 1) || ':' || state,"
                     "                           ' ' order by occurrence), '')"
                     "  from leitstand.alarms");
}
