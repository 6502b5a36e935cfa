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
    const char *cut;          /* run before its end, once */
};

static void
look(void *user, bool ending)
{
    struct watch *w = user;
    assert_int_equal(w->endings, 0); /* the end is the last call */
    drain_meanwhile(&w->drain, ending);
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
        assert_int_equal(drain_sent(&w->drain, slice, NULL), RC_OK);
    }
    g_ptr_array_unref(slice);
    return rows;
}

static void
assert_pending(const struct watch *w, uint64_t rows)
{
    struct outbox_stats stats;
    outbox_stats(w->line.outbox, &stats);
    assert_int_equal(stats.pending, rows);
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
    assert_int_equal(w.ahead, SLICE);
    assert_pending(&w, 50 * EACH); /* that one leaves the disk with the next */
    assert_int_equal(send_slice(&w, &rc), SLICE);
    assert_int_equal(w.ahead, 10 * EACH);
    assert_pending(&w, 30 * EACH);
    fill(&w, &s, 51, 52);
    assert_int_equal(send_slice(&w, &rc), 12 * EACH);
    assert_int_equal(w.ahead, 0);
    assert_pending(&w, 0);
    assert_int_equal(send_slice(&w, &rc), 0);
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
    for (size_t left = 40 * EACH; left > 0; left -= SLICE) {
        assert_int_equal(send_slice(&w, &rc), SLICE);
        assert_int_equal(rc, RC_OK);
    }
    assert_pending(&w, 0);
    line_assert_rows(&w.line, 60 * EACH);
    assert_int_equal(
        store_count(w.line.store, "select count(distinct value) from leitstand.readings"),
        60 * EACH);
    watch_close(&w);
}

#define STORE_TEST(f) cmocka_unit_test_setup_teardown(f, store_set_up, store_tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(test_the_next_is_read_while_one_is_copied),
        STORE_TEST(test_a_cut_in_the_middle_of_a_slice),
    };
    return cmocka_run_group_tests(tests, store_group_set_up, NULL);
}
