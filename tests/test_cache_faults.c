/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every call into SQLite is made to fail once: the first, the second, and so on until a run
 * passes without. Nothing may be lost or stored twice, and no good file be taken for damaged.
 */
#include "storage/writer.h"
#include "tests/cache_support.h"
#include "tests/sqlite_faults.h"
#include "tests/unit.h"

#define BASE  16300 /* records that a run starts from, not quite a slice */
#define FIRST 17000 /* records after its first batch */
#define TRIES 4

static struct batch *
fill_batch(uint32_t first, uint32_t n, bool forget)
{
    struct batch *b = cache_new_batch(NULL);
    b->forget_ring = forget;
    for (uint32_t i = first; i < first + n; i++) {
        support_add(b, i % 3 + 1, T0 + i, T0 + i, i);
    }
    support_add_text(b, 4, T0 + first, "ein");
    struct message_id m = {.mid = (uint16_t)n, .hash = first};
    g_array_append_val(b->messages, m);
    return b;
}

static struct writer *
open_writer(const char *path)
{
    struct cache_config config = {.path = path};
    struct writer *w = NULL;
    for (int i = 0; i < TRIES; i++) {
        struct cache_report report;
        struct err err = {""};
        enum rc rc = writer_open(&w, &config, T0, &report, &err);
        assert_string_equal(report.moved_aside, "");
        if (rc == RC_OK) {
            return w;
        }
        assert_int_equal(rc, RC_IO);
        assert_true(fault_fired() && strlen(err.text) > 0);
    }
    fail_msg("could not be opened");
    return NULL;
}

static void
commit(struct writer *w, struct batch *b)
{
    struct batch *batches[] = {b};
    int i = 0;
    while (writer_commit(w, batches, 1, NULL) != RC_OK) {
        assert_true(fault_fired() && ++i < TRIES);
    }
    cache_free_batch(b);
}

static void
tidy(struct writer *w)
{
    bool more = true;
    int failures = 0;
    while (more) {
        if (writer_tidy(w, T0, true, &more, NULL) != RC_OK) {
            assert_true(fault_fired() && ++failures < TRIES);
            more = true;
        }
    }
}

static void
store_plant(struct writer *w)
{
    struct plant *plant = support_plant(2, 6);
    uint32_t series[12];
    int i = 0;
    while (writer_store_plant(w, plant, "d", series, NULL) != RC_OK) {
        assert_true(fault_fired() && ++i < TRIES);
    }
    for (uint32_t k = 0; k < 12; k++) {
        assert_true(series[k] > 0 && series[k] <= 12);
    }
    plant_unref(plant);
}

/* A file that is copied for each run, which filling it would take longer than the rest. */
struct fixture {
    char *base;
    gsize size;
};

static int
make_base(void **state)
{
    struct fixture *f = g_new0(struct fixture, 1);
    char *path, *dir = support_dir(&path);
    fault_disarm();
    struct writer *w = open_writer(path);
    commit(w, fill_batch(0, BASE, false));
    writer_close(w);
    assert_true(g_file_get_contents(path, &f->base, &f->size, NULL));
    support_remove(dir, path);
    *state = f;
    return 0;
}

static int
free_base(void **state)
{
    struct fixture *f = *state;
    g_free(f->base);
    g_free(f);
    return 0;
}

static void
use_cache(const struct fixture *f, const char *path)
{
    assert_true(g_file_set_contents_full(path, f->base, (gssize)f->size,
                                         G_FILE_SET_CONTENTS_NONE, 0600, NULL));
    struct writer *w = open_writer(path);
    store_plant(w);
    commit(w, fill_batch(BASE, FIRST - BASE, false));
    tidy(w);
    commit(w, fill_batch(FIRST, 10, true));
    commit(w, fill_batch(FIRST + 10, 20, false));
    writer_close(w);
}

static void
verify_ring(const char *path)
{
    struct writer *w = open_writer(path);
    GArray *ring = g_array_new(FALSE, FALSE, sizeof(struct message_id));
    assert_int_equal(writer_read_ring(w, ring, NULL), RC_OK);
    assert_int_equal(ring->len, 2);
    assert_int_equal(g_array_index(ring, struct message_id, 0).mid, 10);
    assert_int_equal(g_array_index(ring, struct message_id, 1).hash, FIRST + 10);
    g_array_unref(ring);
    writer_close(w);
}

static void
verify(const char *path)
{
    struct query_range range = {.since = WALL_NONE, .until = WALL_NONE, .oldest_first = true};
    GArray *rows = support_readings(path, &range);
    assert_int_equal(rows->len, FIRST + 30 + 4);
    uint32_t next = 0;
    for (guint i = 0; i < rows->len; i++) {
        const struct record *r = &g_array_index(rows, struct record, i);
        if (r->text == NULL) {
            assert_true(r->ts == T0 + next);
            next++;
        }
    }
    assert_int_equal(next, FIRST + 30);
    g_array_unref(rows);
    assert_int_equal(support_stored(path), FIRST + 30 + 4);
    rows = support_latest(path);
    assert_int_equal(rows->len, 4);
    for (uint32_t i = 0; i < 3; i++) {
        uint32_t last = FIRST + 29 - i;
        assert_true(support_of(rows, last % 3 + 1)->ts == T0 + last);
    }
    g_array_unref(rows);
    verify_ring(path);
}

static void
test_each_failing_call_of_a_new_file(void **state)
{
    (void)state;
    for (int mode = FAIL_BEFORE; mode <= FAIL_AFTER; mode++) {
        unsigned n = 0;
        do {
            char *path, *dir = support_dir(&path);
            fault_arm((enum fault_mode)mode, ++n);
            writer_close(open_writer(path));
            fault_disarm();
            assert_int_equal(support_stored(path), 0);
            support_remove(dir, path);
        } while (fault_fired());
        assert_true(n > 30);
    }
}

static void
test_each_failing_call_of_the_writer(void **state)
{
    struct fixture *f = *state;
    for (int mode = FAIL_BEFORE; mode <= FAIL_AFTER; mode++) {
        unsigned n = 0;
        do {
            char *path, *dir = support_dir(&path);
            fault_arm((enum fault_mode)mode, ++n);
            use_cache(f, path);
            fault_disarm();
            verify(path);
            support_remove(dir, path);
        } while (fault_fired());
        assert_true(n > 100); /* the wrapping works at all */
    }
}

/* One question; true when it was answered in full. */
static bool
ask(const char *path)
{
    static const uint32_t series[] = {2};
    struct query_range range = {
        .series = series, .n_series = 1, .since = WALL_NONE, .until = WALL_NONE};
    struct query *q = NULL;
    struct plant *plant = NULL;
    GArray *rows = support_rows();
    uint64_t stored = 0;
    char *digest = NULL;
    bool good = query_open(&q, path, NULL) == RC_OK;
    if (good) {
        good = query_plant(q, &plant, &digest, NULL) == RC_OK && good;
        good = query_latest(q, support_collect, rows, NULL) == RC_OK && good;
        good = query_readings(q, &range, support_collect, rows, NULL) == RC_OK && good;
        good = query_stored(q, &stored, NULL) == RC_OK && good;
    }
    if (good) {
        assert_int_equal(plant->n_components, 12);
        assert_string_equal(digest, "d");
        assert_int_equal(rows->len, 4 + (FIRST + 31) / 3);
        assert_int_equal(stored, FIRST + 30 + 4);
    }
    query_close(q);
    plant_unref(plant);
    g_free(digest);
    g_array_unref(rows);
    return good;
}

static void
test_each_failing_call_of_a_query(void **state)
{
    struct fixture *f = *state;
    char *path, *dir = support_dir(&path);
    fault_disarm();
    use_cache(f, path);
    for (int mode = FAIL_BEFORE; mode <= FAIL_AFTER; mode++) {
        unsigned n = 0;
        do {
            fault_arm((enum fault_mode)mode, ++n);
            bool good = ask(path);
            /* Only the end of a transaction that changed nothing may fail unseen. */
            assert_true(good || fault_fired());
        } while (fault_fired());
        assert_true(n > 40);
    }
    fault_disarm();
    support_remove(dir, path);
}

/* The thread tries again by itself, and says meanwhile what is wrong. */
static void
test_the_thread_tries_again(void **state)
{
    (void)state;
    char *path, *dir = support_dir(&path);
    fault_disarm();
    struct cache *c = support_open(path, NULL);
    for (unsigned n = 1; n <= 30; n++) {
        struct batch *b = cache_new_batch(c);
        support_add(b, 1, T0 + n, T0, n);
        fault_arm(n % 2 == 0 ? FAIL_BEFORE : FAIL_AFTER, 1 + n % 5);
        support_put(c, b);
        fault_disarm();
    }
    struct cache_stats stats;
    cache_stats(c, &stats);
    assert_int_equal(stats.stored, 30);
    assert_int_equal(stats.queued, 0);
    assert_string_equal(stats.problem, "");
    cache_close(c);
    assert_int_equal(support_stored(path), 30);
    support_remove(dir, path);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_failing_call_of_a_new_file),
        cmocka_unit_test(test_each_failing_call_of_the_writer),
        cmocka_unit_test(test_each_failing_call_of_a_query),
        cmocka_unit_test(test_the_thread_tries_again),
    };
    return cmocka_run_group_tests_name("cache_faults", tests, make_base, free_base);
}
