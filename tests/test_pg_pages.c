/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Many changes at once, as after an hour without the store. */
#include "tests/unit.h"

#include <inttypes.h>
#include <string.h>

#include <glib.h>

#include "tests/sync_store.h"

#define WRITER "44444444-4444-4444-8444-000000000001"
#define LINE   "{\"journal\":[{\"at\":\"2026-07-18T09:30:00Z\",\"event\":\"raised\"}]}"

static struct pg_change
change_of(uint64_t number, uint64_t epoch, const char *body)
{
    return (struct pg_change){.writer = WRITER,
                              .instance = "pc1",
                              .number = number,
                              .rank = {epoch, 0},
                              .body = body};
}

static enum rc
write_page(struct pg *pg, const struct pg_change *list, size_t n, const char *grant,
           enum pg_outcome *ret)
{
    struct err err = {.text = ""};
    return pg_changes_write(pg, list, n, grant, ret, &err);
}

/* 1, 2 and 3. */
static void
make_page(struct pg_change page[3], uint64_t epoch)
{
    for (uint64_t i = 0; i < 3; i++) {
        page[i] = change_of(i + 1, epoch, LINE);
    }
}

static const char *
numbers(void)
{
    return store_ask("select coalesce(string_agg(number::text, ',' order by id), '')"
                     "  from leitstand.change");
}

static void
test_all_or_none(void **state)
{
    (void)state;
    struct store_grant g = store_acquire("pc1");
    struct pg *pg = store_open(STORE_INSTANCE);
    enum pg_outcome outcome;
    struct pg_change page[3];
    make_page(page, g.epoch);
    page[1].body = "{\"journal\":[{\"at\":\"never\"}]}";
    const char *grants[] = {g.id, ""};
    for (size_t i = 0; i < G_N_ELEMENTS(grants); i++) {
        assert_int_equal(write_page(pg, page, 3, grants[i], &outcome), RC_INVALID);
        assert_int_equal(outcome, PG_REFUSED);
        assert_string_equal(numbers(), "");
    }
    page[1].body = "no JSON \"\\{}";
    assert_int_equal(write_page(pg, page, 3, g.id, &outcome), RC_INVALID);
    assert_int_equal(outcome, PG_REFUSED);
    page[1].body = LINE;
    assert_int_equal(write_page(pg, page, 3, g.id, &outcome), RC_OK);
    assert_string_equal(numbers(), "1,2,3");
    assert_string_equal(store_ask("select count(distinct xmin::text) || ' ' ||"
                                  "       bool_and(fenced) from leitstand.change"),
                        "1 true");
    pg_close(pg);
}

/* What has arrived before, in whole or in part, is there once, also when the term is over. */
static void
test_again(void **state)
{
    (void)state;
    struct store_grant g = store_acquire("pc1");
    struct pg *pg = store_open(STORE_INSTANCE);
    enum pg_outcome outcome;
    struct pg_change page[3];
    make_page(page, g.epoch);
    assert_int_equal(write_page(pg, page, 2, g.id, &outcome), RC_OK);
    assert_int_equal(write_page(pg, page, 3, g.id, &outcome), RC_OK);
    assert_string_equal(numbers(), "1,2,3");
    struct store_grant next = store_acquire("pc2");
    assert_true(next.epoch > g.epoch);
    assert_int_equal(write_page(pg, page, 3, g.id, &outcome), RC_OK);
    page[0] = change_of(4, g.epoch, LINE);
    struct pg_change late[] = {page[2], page[0]};
    assert_int_equal(write_page(pg, late, 2, g.id, &outcome), RC_INVALID);
    assert_int_equal(outcome, PG_FENCED);
    assert_string_equal(numbers(), "1,2,3");
    /* Now it is one of those that decided it once, under several ranks. */
    struct pg_change old[] = {page[0], change_of(5, g.epoch - 1, LINE)};
    assert_int_equal(write_page(pg, old, 2, "", &outcome), RC_OK);
    assert_string_equal(store_ask("select string_agg(number || ':' || fenced::text, ' '"
                                  "                  order by id)"
                                  "  from leitstand.change where number > 3"),
                        "4:false 5:false");
    pg_close(pg);
}

#define MANY    300
#define SCANNED "seq_tup_read"
#define READ    "seq_tup_read + idx_tup_fetch"

/* A rise, and its acknowledgement; of one minute each. */
static char *
body_of(unsigned n)
{
    char at[40], name[40];
    snprintf(at, sizeof(at), "2026-07-18T%02u:%02u:00Z", n / 2 / 60, n / 2 % 60);
    snprintf(name, sizeof(name), "55555555-5555-5555-8555-%012u", n / 2);
    bool acked = n % 2 != 0;
    return g_strdup_printf(
        "{\"journal\":[{\"at\":\"%s\",\"event\":\"%s\",\"occurrence\":\"%s\",\"step\":1,"
        "\"station\":\"S\",\"component\":\"C\",\"rule\":\"hi\",\"from\":\"normal\","
        "\"to\":\"unacked\",\"actor\":%s,\"action\":null}],"
        "\"occurrences\":[{\"occurrence\":\"%s\",\"station\":\"S\",\"component\":\"C\","
        "\"rule\":\"hi\",\"state\":\"normal\",\"overlays\":[],\"raised_at\":\"%s\","
        "\"value\":%u}],"
        "\"alarms\":[{\"station\":\"S\",\"component\":\"C\",\"rule\":\"hi\","
        "\"state\":\"normal\"}]}",
        at, acked ? "acked" : "raised", name, acked ? "\"anna\"" : "null", name, at, n / 2);
}

/* Rows that were read by going through a table from end to end; or all. */
static int64_t
rows_read(const char *which)
{
    return g_ascii_strtoll(store_ask("select coalesce(sum(%s), 0)"
                                     "  from pg_stat_user_tables"
                                     " where schemaname = 'leitstand' and relname in"
                                     "       ('journal_line', 'occurrence', 'twin', 'change',"
                                     "        'alarm_state', 'rise_alone', 'action')",
                                     which),
                           NULL, 10);
}

/* Statistics come when a session ends, or some time after. */
static void
await_statistics(const char *table, int64_t inserted)
{
    mono_us deadline = clock_now().mono + 20 * US_PER_S;
    while (strcmp(store_ask("select (n_tup_ins >= %" PRId64 ")::text from pg_stat_user_tables"
                            " where relname = '%s'",
                            inserted, table),
                  "true") != 0) {
        assert_true(clock_now().mono < deadline);
    }
}

/* The store is new, so that plans are made for empty tables, and kept. A change must not cost
 * the more, the more there are. */
static void
test_plans_hold(void **state)
{
    (void)state;
    struct store_grant g = store_acquire("pc1");
    const char *grants[] = {g.id, ""};
    for (unsigned k = 0; k < G_N_ELEMENTS(grants); k++) {
        struct pg *pg = store_open(STORE_INSTANCE);
        int64_t before = rows_read(SCANNED);
        for (unsigned i = 0; i < MANY; i++) {
            char *body = body_of(k * MANY + i);
            const struct pg_change c =
                change_of(k * MANY + i + 1, k == 0 ? g.epoch : g.epoch - 1, body);
            store_tell(pg, &c, grants[k]);
            g_free(body);
        }
        pg_close(pg);
        await_statistics("journal_line", (k + 1) * MANY);
        assert_in_range(rows_read(SCANNED) - before, 0, 3 * MANY);
    }
}

#define THOUSAND 1000

/* As many components rise within a second. */
static char *
flood_of(unsigned owner)
{
    GString *lines = g_string_new(""), *rows = g_string_new("");
    for (unsigned i = 0; i < THOUSAND; i++) {
        char name[40], at[40];
        snprintf(name, sizeof(name), "55555555-5555-5555-8555-%06u%06u", owner, i);
        snprintf(at, sizeof(at), "2026-07-18T09:30:00.%03uZ", i);
        g_string_append_printf(lines,
                               "%s{\"at\":\"%s\",\"event\":\"raised\",\"occurrence\":\"%s\","
                               "\"step\":1,\"from\":\"normal\",\"to\":\"unacked\","
                               "\"actor\":null}",
                               i > 0 ? "," : "", at, name);
        g_string_append_printf(rows,
                               "%s{\"occurrence\":\"%s\",\"station\":\"S\","
                               "\"component\":\"C%u\",\"rule\":\"hi\",\"state\":\"unacked\","
                               "\"overlays\":[],\"raised_at\":\"%s\",\"value\":1}",
                               i > 0 ? "," : "", name, i, at);
    }
    char *body =
        g_strdup_printf("{\"journal\":[%s],\"occurrences\":[%s]}", lines->str, rows->str);
    g_string_free(lines, TRUE);
    g_string_free(rows, TRUE);
    return body;
}

/* What two owners named apart finds its other name among a thousand of the same second. */
static void
test_a_thousand_names(void **state)
{
    (void)state;
    struct store_grant g = store_acquire("pc1");
    struct pg *pg = store_open(STORE_INSTANCE);
    const char *grants[] = {"", g.id};
    int64_t before = rows_read(READ);
    for (unsigned k = 0; k < G_N_ELEMENTS(grants); k++) {
        char *body = flood_of(k);
        const struct pg_change c = change_of(k + 1, g.epoch - 1 + k, body);
        store_tell(pg, &c, grants[k]);
        g_free(body);
    }
    pg_close(pg);
    await_statistics("twin", THOUSAND);
    assert_string_equal(store_ask("select count(*) from leitstand.twin"), "1000");
    assert_in_range(rows_read(READ) - before, THOUSAND, 40 * THOUSAND);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_all_or_none, store_make),
        cmocka_unit_test_setup(test_again, store_make),
        cmocka_unit_test_setup(test_plans_hold, store_make),
        cmocka_unit_test_setup(test_a_thousand_names, store_make),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
