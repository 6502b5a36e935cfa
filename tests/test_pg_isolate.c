/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows that the store refuses: into the quarantine with its words, and the rest is stored. */
#include "tests/cache_support.h"
#include "tests/pg_line.h"
#include "tests/unit.h"

#define MANY 10000

/* Ten batches of a tenth of MANY each. */
static GPtrArray *
many(const struct line *l, const struct segment *s)
{
    return line_batches(l, s, 1, 10, MANY / 10);
}

static struct record *
row_of(GPtrArray *batches, unsigned row)
{
    struct outbox_batch *b = g_ptr_array_index(batches, row / (MANY / 10));
    return &g_array_index(b->records, struct record, row % (MANY / 10));
}

/* No text in UTF-8. */
static void
spoil(GPtrArray *batches, unsigned row)
{
    row_of(batches, row)->text = g_ref_string_new("\xff");
}

static void
isolate(struct line *l, GPtrArray *batches, const char *grant, enum pg_outcome want,
        size_t want_refused)
{
    enum pg_outcome outcome = PG_REFUSED;
    size_t refused = 0;
    struct err err = {""};
    enum rc rc = pg_readings_isolate(l->readings, l->outbox, batches, grant, T0, &refused,
                                     &outcome, &err);
    if ((rc == RC_OK) != (want == PG_STORED) || outcome != want) {
        fail_msg("%d: %s", (int)outcome, err.text);
    }
    assert_int_equal(refused, want_refused);
}

/* What is in quarantine: so many, all refused for this reason. */
static void
assert_quarantine(struct line *l, unsigned n, const char *reason)
{
    GArray *rows = g_array_new(FALSE, FALSE, sizeof(struct quarantined));
    g_array_set_clear_func(rows, quarantined_clear);
    assert_int_equal(outbox_quarantine(l->outbox, rows, NULL), RC_OK);
    assert_int_equal(rows->len, n);
    for (unsigned i = 0; i < n; i++) {
        const struct quarantined *q = &g_array_index(rows, struct quarantined, i);
        assert_string_equal(q->station, "PS-01");
        assert_non_null(strstr(q->reason, reason));
        assert_int_equal(q->at, T0);
    }
    g_array_unref(rows);
}

static void
test_one_bad_row_among_many(void **state)
{
    static const unsigned bad[] = {0, 4321, MANY - 1};
    for (unsigned i = 0; i < G_N_ELEMENTS(bad); i++) {
        struct line l = line_open(state);
        struct segment s = outbox_support_segment(i, 1, true); /* or they are the same again */
        GPtrArray *batches = many(&l, &s);
        spoil(batches, bad[i]);
        line_refused(&l, batches, "", PG_REFUSED);
        line_assert_rows(&l, i * (MANY - 1));
        isolate(&l, batches, "", PG_STORED, 1);
        line_assert_rows(&l, (i + 1) * (MANY - 1));
        isolate(&l, batches, "", PG_STORED, 0); /* the mark has moved */
        line_store(&l, batches, "");
        line_assert_rows(&l, (i + 1) * (MANY - 1));
        assert_quarantine(&l, i + 1, "invalid byte sequence");
        g_ptr_array_unref(batches);
        line_close(&l);
    }
}

static void
test_several_reasons(void **state)
{
    struct line l = line_open(state);
    struct segment s = outbox_support_segment(1, 1, false);
    GPtrArray *batches = many(&l, &s);
    spoil(batches, 17);
    spoil(batches, 18);
    row_of(batches, 5000)->ts += 100 * DAY;
    row_of(batches, 9000)->received = INT64_MIN; /* earlier than the store can say */
    isolate(&l, batches, "", PG_STORED, 4);
    line_assert_rows(&l, MANY - 4);
    assert_quarantine(&l, 4, "");
    g_ptr_array_unref(batches);
    line_close(&l);
}

/* A rule of the site's own, in plain PL/pgSQL, is a reason as good as any of the server's. */
static void
test_a_trigger_of_the_site(void **state)
{
    struct line l = line_open(state);
    struct segment s = outbox_support_segment(1, 1, false);
    store_do(l.store, "create function public.plausible() returns trigger language plpgsql as"
                      " $$begin if new.value < 0 then raise exception 'below the sea: %',"
                      " new.value; end if; return new; end$$;"
                      " create trigger plausible before insert on leitstand.reading"
                      " for each row execute function public.plausible()");
    GPtrArray *batches = many(&l, &s);
    row_of(batches, 77)->num = -1;
    row_of(batches, 7777)->num = -2;
    line_refused(&l, batches, "", PG_REFUSED);
    isolate(&l, batches, "", PG_STORED, 2);
    line_assert_rows(&l, MANY - 2);
    assert_quarantine(&l, 2, "below the sea: -");
    g_ptr_array_unref(batches);
    line_close(&l);
}

/* What a trigger says of no row is no row's fault: nothing goes into quarantine, and the rest
 * waits until it is over. */
static void
test_a_freeze_of_the_site(void **state)
{
    static const struct {
        const char *make, *drop;
        bool no_copy; /* it does not come to that */
    } freezes[] = {
        {"create event trigger frozen on ddl_command_start execute function public.no_ddl()",
         "drop event trigger frozen", true},
        {"create trigger aa before insert on leitstand.reading for each statement"
         " execute function public.no()",
         "drop trigger aa on leitstand.reading", false},
        {"create trigger zz after insert on leitstand.reading for each statement"
         " execute function public.no()",
         "drop trigger zz on leitstand.reading", false},
        {"create trigger zz after update on leitstand.segment for each row"
         " execute function public.no()",
         "drop trigger zz on leitstand.segment", false},
    };
    struct line l = line_open(state);
    store_do(l.store, "create function public.no() returns trigger language plpgsql as"
                      " $$begin raise exception 'closed for maintenance'; end$$;"
                      " create function public.no_ddl() returns event_trigger language plpgsql"
                      " as $$begin raise exception 'closed for maintenance'; end$$");
    for (unsigned i = 0; i < G_N_ELEMENTS(freezes); i++) {
        struct segment s = outbox_support_segment(i, 1, true);
        GPtrArray *batches = many(&l, &s);
        enum pg_outcome outcome = PG_STORED;
        store_do(l.store, freezes[i].make);
        assert_int_equal(pg_readings_store(l.readings, batches, "", &outcome, NULL),
                         RC_INVALID);
        assert_int_equal(outcome, freezes[i].no_copy ? PG_TROUBLE : PG_REFUSED);
        isolate(&l, batches, "", PG_TROUBLE, 0);
        assert_quarantine(&l, 0, "");
        store_do(l.store, freezes[i].drop);
        line_store(&l, batches, "");
        line_assert_rows(&l, (i + 1) * MANY);
        g_ptr_array_unref(batches);
    }
    line_close(&l);
}

/* A clock that is wrong spoils all that comes from it. */
static void
test_all_rows_are_bad(void **state)
{
    struct line l = line_open(state);
    struct segment s = outbox_support_segment(1, 1, false);
    GPtrArray *batches = many(&l, &s);
    for (unsigned i = 0; i < MANY; i++) {
        row_of(batches, i)->ts -= 5000 * DAY;
    }
    isolate(&l, batches, "", PG_STORED, MANY);
    line_assert_rows(&l, 0);
    assert_quarantine(&l, MANY, "too far from now");
    assert_int_equal(store_count(l.store, "select last_batch from leitstand.segment"), 10);
    g_ptr_array_unref(batches);
    line_close(&l);
}

/* Between quarantine and store something comes between: nothing is lost, nothing there twice.
 */
static void
test_fenced_in_between(void **state)
{
    struct line l = line_open(state);
    struct segment s = outbox_support_segment(1, 3, false);
    char old[UUID_SIZE], grant[UUID_SIZE];
    GPtrArray *batches = many(&l, &s);
    spoil(batches, 77);
    store_lease(l.store, 3, old);
    store_lease(l.store, 3, grant);
    isolate(&l, batches, old, PG_FENCED, 1);
    line_assert_rows(&l, 0);
    isolate(&l, batches, grant, PG_STORED, 1);
    line_assert_rows(&l, MANY - 1);
    assert_quarantine(&l, 1, "invalid byte sequence");
    g_ptr_array_unref(batches);
    line_close(&l);
}

/* A row that was put back goes its way as any other, and into the quarantine if it must. */
static void
test_retry(void **state)
{
    struct line l = line_open(state);
    struct segment s = outbox_support_segment(1, 3, false);
    GPtrArray *batches = many(&l, &s);
    row_of(batches, 1)->ts += 100 * DAY;
    isolate(&l, batches, "", PG_STORED, 1);
    g_ptr_array_unref(batches);
    int64_t first = 1;
    assert_int_equal(outbox_retry(l.outbox, &first, 1, "pc1", T0, NULL), RC_OK);
    assert_quarantine(&l, 0, "");
    batches = outbox_support_batches();
    assert_int_equal(outbox_first(l.outbox, SIZE_MAX, batches, NULL), RC_OK);
    assert_int_equal(batches->len, 1);
    line_refused(&l, batches, "", PG_REFUSED);
    isolate(&l, batches, "", PG_STORED, 1);
    assert_quarantine(&l, 1, "too far from now");
    g_ptr_array_unref(batches);
    line_close(&l);
}

#define STORE_TEST(f) cmocka_unit_test_setup_teardown(f, store_set_up, store_tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(test_one_bad_row_among_many),
        STORE_TEST(test_several_reasons),
        STORE_TEST(test_a_trigger_of_the_site),
        STORE_TEST(test_a_freeze_of_the_site),
        STORE_TEST(test_all_rows_are_bad),
        STORE_TEST(test_fenced_in_between),
        STORE_TEST(test_retry),
    };
    return cmocka_run_group_tests(tests, store_group_set_up, NULL);
}
