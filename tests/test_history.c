/* SPDX-License-Identifier: GPL-3.0-or-later */
/* History on demand against a real server: every row once, and nobody waits. */
#include "tests/unit.h"

#include <poll.h>

#include "src/app/history.h"
#include "tests/sync_store.h"

#define DEADLINE_US (20 * US_PER_S)
#define PATIENCE_US (10 * US_PER_S)

static struct pg *admin; /* the superuser's */

/*
 * PS-01/L1: 2,500 readings, one every 37 s up to yesterday's noon, value n counts back from 1.
 * PS-01/S1: a state, 200 and 210 days ago. PS-02/L1: 1,500 readings of one moment.
 */
static const char rows[] =
    "alter table leitstand.reading disable trigger user;"
    "insert into leitstand.segment (begun, epoch, term, uuid, fresh, arbiter, instance)"
    " values (now(), 1, 0, gen_random_uuid(), true, 'postgres', 'pc1');"
    "select leitstand.series_ids(array['PS-01', 'PS-01', 'PS-02'], array['L1', 'S1', 'L1']);"
    "select leitstand.make_days(array_agg(leitstand.today() - d))"
    "  from unnest(array[1, 2, 3, 200, 210]) as d;"
    "insert into leitstand.reading (ts, received, value, series, segment, flags)"
    " select leitstand.day_start(leitstand.today() - 1) + interval '12 hours' - n * interval "
    "'37 s',"
    "  null, n, s.id, 1, 1 from generate_series(1, 2500) as n, leitstand.series as s"
    "  where s.station = 'PS-01' and s.component = 'L1';"
    "insert into leitstand.reading (ts, received, series, segment, flags, state)"
    " select leitstand.day_start(leitstand.today() - d), now(), s.id, 1, 2, 'open'"
    "  from unnest(array[200, 210]) as d, leitstand.series as s where s.component = 'S1';"
    "insert into leitstand.reading (ts, received, value, series, segment, flags)"
    " select leitstand.day_start(leitstand.today() - 2), null, n, s.id, 1, 0"
    "  from generate_series(1, 1500) as n, leitstand.series as s where s.station = 'PS-02';";

/* 2,100 lines of the journal, three of each second, value n counts up; three occurrences. */
static const char lines[] =
    "select leitstand.append_changes('3bb7de1c-6a4c-4f4e-9a40-000000000001', 1, 'pc1', 7, 1,"
    "  jsonb_build_object('journal', jsonb_agg(jsonb_build_object('at',"
    "   timestamptz '2026-01-09 12:00Z' + n / 3 * interval '1 s', 'epoch', 7, 'term', 1,"
    "   'event', case when n % 2 = 0 then 'raised' else 'acked' end, 'instance', 'pc1',"
    "   'station', 'PS-01', 'component', 'L1', 'rule', 'hi', 'actor', 'anna', 'step', 2,"
    "   'from', 'unacked', 'to', 'acked', 'overlays', jsonb_build_array('shelved'),"
    "   'annunciated', true, 'test', false, 'priority', 'high', 'value', n) order by n)))"
    "  from generate_series(1, 2100) as n;"
    "select leitstand.append_changes('3bb7de1c-6a4c-4f4e-9a40-000000000001', 2, 'pc1', 7, 1,"
    "  jsonb_build_object('occurrences', jsonb_agg(jsonb_build_object('occurrence',"
    "   '3bb7de1c-6a4c-4f4e-9a40-00000000000' || n, 'station', 'PS-0' || n, 'component', 'L1',"
    "   'rule', 'hi', 'state', case when n = 3 then 'normal' else 'unacked' end,"
    "   'overlays', jsonb_build_array('out_of_service'), 'raised_at',"
    "   timestamptz '2026-01-09 12:00Z' + n * interval '1 s', 'value', 4.5, 'count', 3,"
    "   'type', 'hi', 'priority', 'critical', 'comment', 'c', 'step', 2, 'test', false))))"
    "  from generate_series(1, 3) as n;";

/* 2,100 lines, three of each second, of which a third are of a kind that we do not know. */
static const char later_lines[] =
    "select leitstand.append_changes('3bb7de1c-6a4c-4f4e-9a40-000000000002', 1, 'pc2', 7, 2,"
    "  jsonb_build_object('journal', jsonb_agg(jsonb_build_object('at',"
    "   timestamptz '2026-01-09 12:00Z' + n / 3 * interval '1 s', 'event',"
    "   case when n % 3 = 0 then 'foreseen' else 'refused' end, 'station', 'PS-09',"
    "   'component', 'L1', 'rule', 'hi', 'value', n) order by n)))"
    "  from generate_series(1, 2100) as n;";

static int
prepare(void **state)
{
    store_make(state);
    admin = store_open("");
    store_run(admin, rows);
    store_run(admin, lines);
    store_run(admin, later_lines);
    return 0;
}

static int
finish(void **state)
{
    (void)state;
    pg_close(admin);
    return 0;
}

/* ---- what the tests share ---- */

static bool
readable(const struct history *h, mono_us until)
{
    mono_us left = until - clock_now().mono;
    struct pollfd fd = {.fd = history_fd(h), .events = POLLIN};
    return poll(&fd, 1, left <= 0 ? 0 : (int)(left / US_PER_MS) + 1) > 0;
}

static struct history_page *
await_page(struct history *h)
{
    mono_us until = clock_now().mono + DEADLINE_US;
    struct history_page *page = NULL;
    while (page == NULL) {
        if (!readable(h, until)) {
            fail_msg("no page came");
        }
        page = history_take(h);
    }
    return page;
}

/* Every page of what is asked for. */
static GPtrArray *
gather(struct history *h, const struct history_request *r)
{
    GPtrArray *pages = g_ptr_array_new_with_free_func((GDestroyNotify)history_page_free);
    uint64_t id = history_ask(h, r);
    assert_int_not_equal(id, 0);
    for (bool more = true; more;) {
        struct history_page *page = await_page(h);
        if (page->failed) {
            fail_msg("%s", page->problem);
        }
        assert_int_equal(page->id, id);
        g_ptr_array_add(pages, page);
        more = !page->last;
    }
    return pages;
}

static guint
count_rows(const GPtrArray *pages)
{
    guint n = 0;
    for (guint i = 0; i < pages->len; i++) {
        n += ((struct history_page *)g_ptr_array_index(pages, i))->rows->len;
    }
    return n;
}

static const struct central_reading *
reading_at(const GPtrArray *pages, guint i)
{
    for (guint p = 0; p < pages->len; p++) {
        const struct history_page *page = g_ptr_array_index(pages, p);
        if (i < page->rows->len) {
            return &g_array_index(page->rows, struct central_reading, i);
        }
        i -= page->rows->len;
    }
    return NULL;
}

static const struct component_name level = {"PS-01", "L1"}, state_of = {"PS-01", "S1"},
                                   other = {"PS-02", "L1"}, any_level = {NULL, "L1"};

static struct history_request
ask_for(const struct component_name *name)
{
    return (struct history_request){.kind = HISTORY_READINGS,
                                    .names = name,
                                    .n_names = name == NULL ? 0 : 1,
                                    .since = WALL_NONE,
                                    .until = WALL_NONE,
                                    .patience_us = PATIENCE_US};
}

/* ---- every row once ---- */

static void
test_pages_in_order(void **state)
{
    (void)state;
    struct history *h = history_start(STORE_INSTANCE);
    struct history_request r = ask_for(&level);
    GPtrArray *pages = gather(h, &r);
    assert_int_equal(pages->len, 3);
    assert_int_equal(count_rows(pages), 2500);
    for (guint i = 0; i < 2500; i++) {
        const struct central_reading *row = reading_at(pages, i);
        assert_true(row->record.num == i + 1);
        assert_true(row->record.ts == reading_at(pages, 0)->record.ts - 37 * US_PER_S * i);
        assert_string_equal(row->station, "PS-01");
        assert_int_equal(row->record.source, TS_DEVICE);
        assert_int_equal(row->record.received, row->record.ts);
    }
    g_ptr_array_unref(pages);
    history_stop(h);
}

static void
test_rows_of_one_moment(void **state)
{
    (void)state;
    struct history *h = history_start(STORE_INSTANCE);
    struct history_request r = ask_for(&other);
    GPtrArray *pages = gather(h, &r);
    bool seen[1501] = {false};
    assert_int_equal(count_rows(pages), 1500);
    for (guint i = 0; i < 1500; i++) {
        int n = (int)reading_at(pages, i)->record.num;
        assert_in_range(n, 1, 1500);
        assert_false(seen[n]);
        seen[n] = true;
    }
    g_ptr_array_unref(pages);
    history_stop(h);
}

static void
test_bounds(void **state)
{
    (void)state;
    struct history *h = history_start(STORE_INSTANCE);
    struct history_request r = ask_for(&level);
    r.limit = 1001;
    GPtrArray *pages = gather(h, &r);
    assert_int_equal(count_rows(pages), 1001);
    wall_us first = reading_at(pages, 9)->record.ts, last = reading_at(pages, 19)->record.ts;
    g_ptr_array_unref(pages);
    r = ask_for(&level);
    r.until = first;
    r.since = last;
    pages = gather(h, &r);
    assert_int_equal(count_rows(pages), 11); /* both included */
    assert_int_equal(reading_at(pages, 0)->record.ts, first);
    assert_int_equal(reading_at(pages, 10)->record.ts, last);
    g_ptr_array_unref(pages);
    r = ask_for(NULL);
    pages = gather(h, &r);
    assert_int_equal(count_rows(pages), 4002);
    g_ptr_array_unref(pages);
    r = ask_for(&any_level);
    pages = gather(h, &r);
    assert_int_equal(count_rows(pages), 4000);
    g_ptr_array_unref(pages);
    const struct component_name nothing = {"PS-01\\\"{},", "L1"};
    r = ask_for(&nothing);
    pages = gather(h, &r);
    assert_int_equal(count_rows(pages), 0);
    g_ptr_array_unref(pages);
    history_stop(h);
}

static void
test_long_ago(void **state)
{
    (void)state;
    struct history *h = history_start(STORE_INSTANCE);
    struct history_request r = ask_for(&state_of);
    GPtrArray *pages = gather(h, &r);
    assert_int_equal(count_rows(pages), 2);
    const struct record *newer = &reading_at(pages, 0)->record;
    const struct record *older = &reading_at(pages, 1)->record;
    assert_string_equal(newer->text, "open");
    assert_int_equal(newer->quality, QUALITY_INVALID);
    assert_int_equal(newer->source, TS_RECEIPT);
    assert_true(newer->received > newer->ts);
    assert_int_equal(newer->ts - older->ts, 10 * 86400 * US_PER_S);
    g_ptr_array_unref(pages);
    history_stop(h);
}

static void
test_journal_and_alarms(void **state)
{
    (void)state;
    struct history *h = history_start(STORE_INSTANCE);
    struct history_request r = ask_for(&level);
    r.kind = HISTORY_JOURNAL;
    GPtrArray *pages = gather(h, &r);
    assert_int_equal(count_rows(pages), 2100);
    for (guint i = 0, left = 2100; i < pages->len; i++) {
        const GArray *page = ((struct history_page *)g_ptr_array_index(pages, i))->rows;
        for (guint k = 0; k < page->len; k++, left--) {
            assert_true(g_array_index(page, struct journal_record, k).value == left);
        }
    }
    const struct journal_record line = g_array_index(
        ((struct history_page *)g_ptr_array_index(pages, 0))->rows, struct journal_record, 0);
    assert_int_equal(line.event, EVENT_RAISED);
    assert_int_equal(line.epoch, 7);
    assert_int_equal(line.from, ALARM_UNACKED);
    assert_int_equal(line.to, ALARM_ACKED);
    assert_int_equal(line.overlays, OVERLAY_SHELVED);
    assert_int_equal(line.priority, ALARM_HIGH);
    assert_true(line.annunciated);
    assert_string_equal(line.actor, "anna");
    g_ptr_array_unref(pages);
    r.event = "acked";
    pages = gather(h, &r);
    assert_int_equal(count_rows(pages), 1050);
    g_ptr_array_unref(pages);
    r = ask_for(NULL);
    r.kind = HISTORY_ALARMS;
    pages = gather(h, &r);
    assert_int_equal(count_rows(pages), 3);
    g_ptr_array_unref(pages);
    r.open_only = true;
    pages = gather(h, &r);
    assert_int_equal(count_rows(pages), 2);
    const struct occurrence_record o =
        g_array_index(((struct history_page *)g_ptr_array_index(pages, 0))->rows,
                      struct occurrence_record, 0);
    assert_string_equal(o.station, "PS-02");
    assert_int_equal(o.type, ALARM_HI);
    assert_int_equal(o.priority, ALARM_CRITICAL);
    assert_int_equal(o.overlays, OVERLAY_OUT_OF_SERVICE);
    assert_int_equal(o.count, 3);
    assert_true(o.returned_at == WALL_NONE);
    g_ptr_array_unref(pages);
    history_stop(h);
}

/* What is left out of a page does not end the pages, and no row comes twice for it. */
static void
test_lines_of_a_later_version(void **state)
{
    (void)state;
    static const struct component_name late = {"PS-09", "L1"};
    struct history *h = history_start(STORE_INSTANCE);
    struct history_request r = ask_for(&late);
    r.kind = HISTORY_JOURNAL;
    GPtrArray *pages = gather(h, &r);
    assert_int_equal(count_rows(pages), 1400);
    double last = 2101;
    for (guint i = 0; i < pages->len; i++) {
        const GArray *page = ((struct history_page *)g_ptr_array_index(pages, i))->rows;
        for (guint k = 0; k < page->len; k++) {
            double value = g_array_index(page, struct journal_record, k).value;
            assert_true(value < last);
            last = value;
        }
    }
    g_ptr_array_unref(pages);
    history_stop(h);
}

/* ---- nobody waits ---- */

/* The server is stalled: what asks for readings waits there for a lock. */
static void
stall(void)
{
    store_run(admin, "begin; lock table leitstand.reading in access exclusive mode;");
}

static void
wait_until_asked(void)
{
    mono_us until = clock_now().mono + DEADLINE_US;
    for (;;) {
        struct err err;
        assert_true(clock_now().mono < until);
        /* Fails unless somebody waits for the lock; the transaction that holds it goes on. */
        enum rc rc = pg_exec(admin,
                             "savepoint s; do $$ begin if not exists (select from pg_locks"
                             " where not granted) then raise 'nobody'; end if; end $$;",
                             &err);
        if (rc == RC_OK) {
            return;
        }
        store_run(admin, "rollback to s");
    }
}

static void
test_the_asker_is_free(void **state)
{
    (void)state;
    struct history *h = history_start(STORE_INSTANCE);
    struct history_request r = ask_for(&level);
    stall();
    mono_us before = clock_now().mono;
    uint64_t id = history_ask(h, &r);
    assert_true(clock_now().mono - before < US_PER_S);
    wait_until_asked();
    /* It is stuck there; here nothing is. */
    for (int i = 0; i < 1000; i++) {
        assert_null(history_take(h));
    }
    assert_false(readable(h, 0));
    history_cancel(h, id);
    /* Behind it something that the store can answer is answered. */
    r.kind = HISTORY_ALARMS;
    r.n_names = 0;
    GPtrArray *pages = gather(h, &r);
    assert_int_equal(count_rows(pages), 3);
    assert_true(clock_now().mono - before < PATIENCE_US);
    g_ptr_array_unref(pages);
    store_run(admin, "rollback");
    history_stop(h);
}

static void
test_patience_ends(void **state)
{
    (void)state;
    struct history *h = history_start(STORE_INSTANCE);
    struct history_request r = ask_for(&level);
    r.patience_us = US_PER_S / 2;
    stall();
    uint64_t id = history_ask(h, &r);
    struct history_page *page = await_page(h);
    assert_int_equal(page->id, id);
    assert_true(page->failed && page->last);
    assert_int_equal(page->rows->len, 0);
    assert_true(*page->problem != '\0');
    history_page_free(page);
    store_run(admin, "rollback");
    r.patience_us = PATIENCE_US; /* and it is good again */
    GPtrArray *pages = gather(h, &r);
    assert_int_equal(count_rows(pages), 2500);
    g_ptr_array_unref(pages);
    history_stop(h);
}

static void
test_stopped_while_stalled(void **state)
{
    (void)state;
    struct history *h = history_start(STORE_INSTANCE);
    struct history_request r = ask_for(&level);
    stall();
    history_ask(h, &r);
    wait_until_asked();
    mono_us before = clock_now().mono;
    history_stop(h);
    assert_true(clock_now().mono - before < US_PER_S);
    store_run(admin, "rollback");
}

/* Of many, those that are cancelled never come; too many are refused. */
static void
test_queue(void **state)
{
    (void)state;
    struct history *h = history_start(STORE_INSTANCE);
    struct history_request r = ask_for(&level);
    stall();
    uint64_t first = history_ask(h, &r), last = 0;
    wait_until_asked();
    for (unsigned i = 0; i < HISTORY_REQUESTS; i++) {
        r.kind = HISTORY_ALARMS;
        last = history_ask(h, &r);
        assert_int_not_equal(last, 0);
    }
    assert_int_equal(history_ask(h, &r), 0);
    for (uint64_t id = first; id < last; id++) {
        history_cancel(h, id);
    }
    struct history_page *page = await_page(h);
    assert_int_equal(page->id, last);
    history_page_free(page);
    store_run(admin, "rollback");
    history_stop(h);
}

/* The thread goes no further than what is taken, and the rest can be given up. */
static void
test_untaken_pages(void **state)
{
    (void)state;
    struct history *h = history_start(STORE_INSTANCE);
    struct history_request r = ask_for(NULL);
    uint64_t id = history_ask(h, &r);
    struct history_page *page = await_page(h);
    assert_false(page->last);
    history_page_free(page);
    history_cancel(h, id);
    r.kind = HISTORY_ALARMS;
    GPtrArray *pages = gather(h, &r);
    assert_int_equal(count_rows(pages), 3);
    g_ptr_array_unref(pages);
    history_stop(h);
}

static void
test_no_server(void **state)
{
    (void)state;
    struct history *h = history_start("host=/nonexistent");
    struct history_request r = ask_for(&level);
    history_ask(h, &r);
    struct history_page *page = await_page(h);
    assert_true(page->failed);
    assert_non_null(strstr(page->problem, "/nonexistent"));
    history_page_free(page);
    history_stop(h);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pages_in_order),
        cmocka_unit_test(test_rows_of_one_moment),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_long_ago),
        cmocka_unit_test(test_journal_and_alarms),
        cmocka_unit_test(test_lines_of_a_later_version),
        cmocka_unit_test(test_the_asker_is_free),
        cmocka_unit_test(test_patience_ends),
        cmocka_unit_test(test_stopped_while_stalled),
        cmocka_unit_test(test_queue),
        cmocka_unit_test(test_untaken_pages),
        cmocka_unit_test(test_no_server),
    };
    return cmocka_run_group_tests(tests, prepare, finish);
}
