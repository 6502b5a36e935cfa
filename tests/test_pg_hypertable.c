/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Readings where TimescaleDB keeps them, in chunks: the same way in, out and away. */
#include "tests/pg_line.h"
#include "tests/unit.h"

#define DAY_US (86400 * US_PER_S)

static void
assert_answer(const struct line *l, const char *sql, const char *want)
{
    char *answer = store_ask(l->store, sql);
    assert_string_equal(answer, want);
    g_free(answer);
}

static void
test_it_is_made(void **state)
{
    struct line l = line_open(state);
    assert_answer(
        &l, "select string_agg(what || ' ' || relation || ' ' || detail, ';') from ts.call",
        "create_hypertable leitstand.reading ts 1 day false");
    assert_answer(&l, "select leitstand.is_hypertable()", "t");
    line_close(&l);
}

/* Exactly once, into days that nobody had to make. */
static void
test_readings_come_once(void **state)
{
    struct line l = line_open(state);
    struct segment s = outbox_support_segment(1, 1, false);
    GPtrArray *batches = line_batches(&l, &s, 1, 3, 100);
    line_store(&l, batches, "");
    line_store_away(&l, batches);
    l.now -= 300 * DAY_US;
    line_store_away(&l, line_batches(&l, &s, 4, 4, 10));
    line_assert_rows(&l, 310);
    assert_int_equal(store_count(l.store, "select count(*) from leitstand.days()"), 0);
    l.now += 310 * DAY_US; /* a clock that is wrong gets no chunk either */
    batches = line_batches(&l, &s, 5, 5, 1);
    line_refused(&l, batches, "", PG_REFUSED);
    g_ptr_array_unref(batches);
    line_close(&l);
}

static void
test_they_go_by_chunks(void **state)
{
    struct line l = line_open(state);
    struct segment s = outbox_support_segment(1, 1, false);
    enum pg_outcome outcome;
    char grant[UUID_SIZE];
    bool more = true;
    store_lease(l.store, 3, grant);
    l.now -= 40 * DAY_US;
    line_store_away(&l, line_batches(&l, &s, 1, 1, 10));
    l.now += 30 * DAY_US;
    line_store_away(&l, line_batches(&l, &s, 2, 2, 10));
    assert_int_equal(pg_readings_maintain(l.readings, 3, grant, 0, &outcome, NULL), RC_OK);
    line_assert_rows(&l, 20);
    assert_int_equal(pg_readings_maintain(l.readings, 3, grant, 35, &outcome, NULL), RC_OK);
    line_assert_rows(&l, 10);
    assert_answer(&l,
                  "select count(*) from ts.call where what = 'drop_chunks' and relation ="
                  " 'leitstand.reading'::regclass and detail::timestamptz ="
                  " leitstand.day_start(leitstand.today() - 35)",
                  "1");
    /* An index by component is there from the beginning. */
    assert_int_equal(pg_readings_index(l.pg, &more, NULL), RC_OK);
    assert_false(more);
    assert_int_equal(pg_readings_maintain(l.readings, 2, grant, 35, &outcome, NULL),
                     RC_INVALID);
    assert_int_equal(outcome, PG_FENCED);
    line_close(&l);
}

#define STORE_TEST(f) cmocka_unit_test_setup_teardown(f, store_set_up, store_tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(test_it_is_made),
        STORE_TEST(test_readings_come_once),
        STORE_TEST(test_they_go_by_chunks),
    };
    return cmocka_run_group_tests(tests, store_group_set_up_hypertable, NULL);
}
