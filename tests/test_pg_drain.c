/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An outbox into a real store, slice by slice, with the time of each COPY used for the next. */
#include "storage/outbox_drain.h"
#include "tests/pg_line.h"
#include "tests/unit.h"

#define EACH  500u
#define SLICE (20 * EACH)

struct watch {
    struct line line;
    struct outbox_drain drain;
    unsigned pieces, endings; /* of the COPY under way */
    size_t ahead;             /* rows that were read when it ended */
    unsigned again;           /* a slice is copied so many times more */
    const char *cut;          /* run before its end, once */
};

static void
look(void *user, bool ending)
{
    struct watch *w = user;
    assert_in_range(w->endings, 0, w->again); /* the end is the last call */
    drain_meanwhile(&w->drain, ending);
    if (ending && w->again == 0) {
        pg_readings_foresee(w->line.readings, w->drain.ahead);
    }
    w->pieces += !ending;
    w->endings += ending;
    w->ahead = w->drain.rows;
    if (!ending && w->cut != NULL) {
        char *pid = store_ask(w->line.store, w->cut);
        assert_string_equal(pid, "t");
        g_free(pid);
        w->cut = NULL;
    }
}

static void
watch_open(struct watch *w, void **state)
{
    *w = (struct watch){.line = line_open(state)};
    drain_init(&w->drain, w->line.outbox);
    pg_readings_meanwhile(w->line.readings, look, w);
}

static void
watch_close(struct watch *w)
{
    drain_fini(&w->drain);
    line_close(&w->line);
}

static void
fill(struct watch *w, const struct segment *s, uint64_t from, uint64_t to)
{
    GPtrArray *batches = line_batches(&w->line, s, from, to, EACH);
    for (unsigned i = 0; i < batches->len; i++) {
        assert_int_equal(outbox_add(w->line.outbox, g_ptr_array_index(batches, i), NULL),
                         RC_OK);
    }
    g_ptr_array_unref(batches);
}

/* One slice; how many rows it had. *ret: of its storing. */
static size_t
send_slice(struct watch *w, enum rc *ret)
{
    enum pg_outcome outcome;
    size_t rows = 0;
    GPtrArray *slice = outbox_support_batches();
    assert_int_equal(drain_take(&w->drain, SLICE, slice, NULL), RC_OK);
    for (unsigned i = 0; i < slice->len; i++) {
        rows += ((const struct outbox_batch *)g_ptr_array_index(slice, i))->records->len;
    }
    w->pieces = w->endings = 0;
    *ret = pg_readings_store(w->line.readings, slice, "", &outcome, NULL);
    if (*ret != RC_OK) {
        drain_again(&w->drain);
    } else if (rows > 0) {
        drain_sent(&w->drain, slice);
    }
    g_ptr_array_unref(slice);
    return rows;
}

/* What the store has not got, though it may be on the disk. */
static void
assert_pending(const struct watch *w, uint64_t rows)
{
    struct outbox_stats stats;
    outbox_stats(w->line.outbox, &stats);
    assert_int_equal(stats.pending - drain_kept(&w->drain), rows);
}

static void
assert_all_gone(struct watch *w)
{
    enum rc rc;
    bool more = true;
    while (more) {
        assert_int_equal(send_slice(w, &rc), 0);
        assert_int_equal(drain_tidy(&w->drain, &more, NULL), RC_OK);
    }
    assert_pending(w, 0);
    assert_int_equal(drain_kept(&w->drain), 0);
}

/* So many rows, in full slices, are all that waits. */
static void
send_rest(struct watch *w, size_t rows)
{
    for (enum rc rc; rows > 0; rows -= SLICE) {
        assert_int_equal(send_slice(w, &rc), SLICE);
        assert_int_equal(rc, RC_OK);
    }
    assert_all_gone(w);
}

static void
test_the_next_is_read_while_one_is_copied(void **state)
{
    struct watch w;
    enum rc rc;
    struct segment s = outbox_support_segment(1, 1, false);
    watch_open(&w, state);
    fill(&w, &s, 1, 50);
    assert_int_equal(send_slice(&w, &rc), SLICE);
    assert_int_equal(rc, RC_OK);
    assert_true(w.pieces > 1);
    assert_int_equal(w.endings, 1);
    assert_int_equal(w.ahead, 30 * EACH);
    assert_pending(&w, 30 * EACH);
    assert_int_equal(send_slice(&w, &rc), SLICE);
    assert_int_equal(w.ahead, 10 * EACH);
    assert_pending(&w, 10 * EACH);
    fill(&w, &s, 51, 52);
    assert_int_equal(send_slice(&w, &rc), 12 * EACH);
    assert_int_equal(w.ahead, 0);
    assert_pending(&w, 0);
    assert_all_gone(&w);
    line_assert_rows(&w.line, 52 * EACH);
    watch_close(&w);
}

/* What was read ahead is of no use when the slice before it did not arrive. */
static void
test_a_cut_in_the_middle_of_a_slice(void **state)
{
    struct watch w;
    enum rc rc;
    struct segment s = outbox_support_segment(1, 1, false);
    watch_open(&w, state);
    fill(&w, &s, 1, 60);
    assert_int_equal(send_slice(&w, &rc), SLICE);
    w.cut = "select bool_and(pg_terminate_backend(pid)) from pg_stat_activity"
            " where usename = 'pc' and datname = current_database()";
    assert_int_equal(send_slice(&w, &rc), SLICE);
    assert_int_equal(rc, RC_IO);
    line_assert_rows(&w.line, SLICE);
    assert_pending(&w, 40 * EACH);
    line_cut(&w.line);
    line_connect(&w.line);
    pg_readings_meanwhile(w.line.readings, look, &w);
    send_rest(&w, 40 * EACH);
    line_assert_rows(&w.line, 60 * EACH);
    assert_int_equal(
        store_count(w.line.store, "select count(distinct value) from leitstand.readings"),
        60 * EACH);
    watch_close(&w);
}

/* Nothing had to be asked for the next slice, and then its day was dropped. */
static void
test_what_was_foreseen_may_be_lost(void **state)
{
    struct watch w;
    enum rc rc;
    struct segment s = outbox_support_segment(1, 1, false);
    watch_open(&w, state);
    fill(&w, &s, 1, 60);
    assert_int_equal(send_slice(&w, &rc), SLICE);
    store_do(w.line.store, "select leitstand.drop_days(leitstand.today() + 10)");
    line_assert_rows(&w.line, 0);
    w.again = 1;
    send_rest(&w, 40 * EACH);
    line_assert_rows(&w.line, 40 * EACH);
    watch_close(&w);
}

/* The slice that was read ahead has components of which the store has not heard. */
static void
test_what_was_not_foreseen_is_asked_for(void **state)
{
    struct watch w;
    enum rc rc;
    struct segment s = outbox_support_segment(1, 1, false);
    watch_open(&w, state);
    fill(&w, &s, 1, 30);
    assert_int_equal(outbox_number(w.line.outbox, "PS-02", "flow", &w.line.series, NULL),
                     RC_OK);
    fill(&w, &s, 31, 40);
    assert_int_equal(send_slice(&w, &rc), SLICE);
    assert_int_equal(send_slice(&w, &rc), SLICE);
    assert_all_gone(&w);
    assert_int_equal(store_count(w.line.store, "select count(*) from leitstand.readings"
                                               " where station = 'PS-02'"),
                     10 * EACH);
    watch_close(&w);
}

#define STORE_TEST(f) cmocka_unit_test_setup_teardown(f, store_set_up, store_tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(test_the_next_is_read_while_one_is_copied),
        STORE_TEST(test_what_was_foreseen_may_be_lost),
        STORE_TEST(test_what_was_not_foreseen_is_asked_for),
        STORE_TEST(test_a_cut_in_the_middle_of_a_slice),
    };
    return cmocka_run_group_tests(tests, store_group_set_up, NULL);
}
