/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/cache.h"

#include <math.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/cache_support.h"
#include "tests/unit.h"

struct fixture {
    char *dir, *path;
};

static int
set_up(void **state)
{
    struct fixture *f = g_new0(struct fixture, 1);
    f->dir = support_dir(&f->path);
    *state = f;
    return 0;
}

static int
tear_down(void **state)
{
    struct fixture *f = *state;
    support_remove(f->dir, f->path);
    g_free(f);
    return 0;
}

static void
test_what_is_committed_is_there_again(void **state)
{
    struct fixture *f = *state;
    struct cache *c = support_open(f->path, NULL);
    struct batch *b = cache_new_batch(c);
    support_add(b, 1, T0, T0 + 5, 1);
    support_add(b, 2, T0 + 1, T0, -0.5);
    support_add_text(b, 3, T0 + 2, "läuft");
    support_add(b, 4, T0 + 3, T0, 1e300);
    assert_int_equal(cache_put(c, b), 1);
    support_wait(c, 1);
    struct cache_stats stats;
    cache_stats(c, &stats);
    assert_int_equal(stats.stored, 4);
    assert_int_equal(stats.queued, 0);
    assert_true(stats.bytes > 0);
    assert_true(stats.last_commit != WALL_NONE);
    assert_string_equal(stats.problem, "");
    cache_close(c);

    GArray *rows = support_readings(
        f->path, &(struct query_range){.since = WALL_NONE, .until = WALL_NONE});
    assert_int_equal(rows->len, 4);
    const struct record *r = support_of(rows, 1);
    assert_true(r->ts == T0 && r->received == T0 + 5 && r->text == NULL);
    assert_true(r->num >= 1 && r->num <= 1 && r->source == TS_DEVICE && r->quality == 0);
    assert_true(support_of(rows, 2)->num <= -0.5 && support_of(rows, 2)->num >= -0.5);
    assert_true(support_of(rows, 2)->received == T0);
    assert_string_equal(support_of(rows, 3)->text, "läuft");
    assert_true(support_of(rows, 3)->quality == QUALITY_CLOCK);
    assert_true(support_of(rows, 3)->source == TS_RECEIPT);
    assert_true(support_of(rows, 4)->num >= 1e300);
    g_array_unref(rows);
    assert_int_equal(support_stored(f->path), 4);
}

static void
test_odd_numbers_survive(void **state)
{
    struct fixture *f = *state;
    static const double odd[] = {0.0,      -0.0,   9007199254740993.0,  -1e18,
                                 INFINITY, 5e-324, -9007199254740992.0, 0.1};
    struct cache *c = support_open(f->path, NULL);
    struct batch *b = cache_new_batch(c);
    for (uint32_t i = 0; i < G_N_ELEMENTS(odd); i++) {
        support_add(b, i, T0, T0, odd[i]);
    }
    support_add(b, 100, INT64_MIN + 1, INT64_MAX, NAN);
    support_put(c, b);
    cache_close(c);
    GArray *rows = support_latest(f->path);
    for (uint32_t i = 0; i < G_N_ELEMENTS(odd); i++) {
        double got = support_of(rows, i)->num;
        assert_memory_equal(&got, &odd[i], sizeof(got));
    }
    assert_true(isnan(support_of(rows, 100)->num));
    assert_true(support_of(rows, 100)->ts == INT64_MIN + 1);
    assert_true(support_of(rows, 100)->received == INT64_MAX);
    g_array_unref(rows);
}

static void
test_closing_commits_what_is_queued(void **state)
{
    struct fixture *f = *state;
    struct cache *c = support_open(f->path, NULL);
    for (int i = 0; i < 300; i++) {
        struct batch *b = cache_new_batch(c);
        for (int k = 0; k < 100; k++) {
            support_add(b, 1, T0 + i * 100 + k, T0, k);
        }
        cache_put(c, b);
    }
    cache_close(c);
    assert_int_equal(support_stored(f->path), 30000);
}

static void
test_the_queue_has_a_bound(void **state)
{
    struct fixture *f = *state;
    struct cache *c = support_open(f->path, NULL);
    assert_true(cache_has_room(c));
    struct batch *b = cache_new_batch(c);
    for (int i = 0; i < 200000; i++) {
        support_add(b, 1, T0 + i, T0, i);
    }
    uint64_t number = cache_put(c, b);
    /* One batch of this size takes much longer to write than this line. */
    assert_false(cache_has_room(c));
    support_wait(c, number);
    assert_true(cache_has_room(c));
    cache_close(c);
}

static void
add_messages(struct batch *b, unsigned from, unsigned n)
{
    for (unsigned i = from; i < from + n; i++) {
        struct message_id m = {.mid = (uint16_t)i, .hash = UINT64_C(0xfedcba9800000000) + i};
        g_array_append_val(b->messages, m);
    }
}

static void
assert_ring(const char *path, unsigned from, unsigned n)
{
    struct cache *c = support_open(path, NULL);
    GArray *ring = cache_ring(c);
    assert_in_range(ring->len, n, 2 * n + 16000);
    for (unsigned i = 0; i < n; i++) {
        const struct message_id *m = &g_array_index(ring, struct message_id, ring->len - n + i);
        assert_int_equal(m->mid, (uint16_t)(from + i));
        assert_true(m->hash == UINT64_C(0xfedcba9800000000) + from + i);
    }
    g_array_unref(ring);
    cache_close(c);
}

static void
test_the_ring_keeps_the_last_4000_in_order(void **state)
{
    struct fixture *f = *state;
    assert_ring(f->path, 0, 0);
    unsigned next = 0;
    static const unsigned sizes[] = {1, 20, 3978, 1, 500, 7000, 33, 3, 9000};
    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        struct cache *c = support_open(f->path, NULL);
        struct batch *b = cache_new_batch(c);
        add_messages(b, next, sizes[i]);
        next += sizes[i];
        support_put(c, b);
        cache_close(c);
        unsigned held = MIN(next, 4000);
        assert_ring(f->path, next - held, held);
    }
}

static void
test_the_ring_keeps_what_the_batch_wants(void **state)
{
    struct fixture *f = *state;
    struct cache *c = support_open(f->path, NULL);
    for (unsigned i = 0; i < 8; i++) {
        struct batch *b = cache_new_batch(c);
        add_messages(b, i * 5000, 5000);
        b->ring_keep = 30000;
        support_put(c, b);
    }
    cache_close(c);
    assert_ring(f->path, 10000, 30000);
    c = support_open(f->path, NULL);
    struct batch *b = cache_new_batch(c);
    add_messages(b, 40000, 1); /* wants no more than is always kept */
    support_put(c, b);
    cache_close(c);
    c = support_open(f->path, NULL);
    GArray *ring = cache_ring(c);
    assert_in_range(ring->len, 4000, 9001);
    g_array_unref(ring);
    cache_close(c);
}

static void
test_a_lost_session_empties_the_ring(void **state)
{
    struct fixture *f = *state;
    struct cache *c = support_open(f->path, NULL);
    struct batch *b = cache_new_batch(c);
    add_messages(b, 0, 100);
    support_put(c, b);
    b = cache_new_batch(c);
    b->forget_ring = true;
    add_messages(b, 500, 10);
    cache_put(c, b);
    b = cache_new_batch(c);
    add_messages(b, 510, 5);
    support_put(c, b);
    cache_close(c);
    c = support_open(f->path, NULL);
    GArray *ring = cache_ring(c);
    assert_int_equal(ring->len, 15);
    g_array_unref(ring);
    cache_close(c);
    assert_ring(f->path, 500, 15);
}

static void
test_latest_is_the_newest_by_time_then_by_arrival(void **state)
{
    struct fixture *f = *state;
    struct cache *c = support_open(f->path, NULL);
    struct batch *b = cache_new_batch(c);
    support_add(b, 1, T0 + 10, T0, 1);
    support_add(b, 1, T0 + 5, T0, 2);
    support_add(b, 2, T0 + 10, T0, 1);
    support_add(b, 2, T0 + 10, T0, 2);
    support_put(c, b);
    /* Enough of another series that the first rows go into a closed slice. */
    b = cache_new_batch(c);
    for (int i = 0; i < 40000; i++) {
        support_add(b, 9, T0 + i, T0, i);
    }
    support_put(c, b);
    b = cache_new_batch(c);
    support_add(b, 1, T0 + 9, T0, 3);
    support_add(b, 2, T0 + 10, T0, 3);
    support_put(c, b);
    for (int again = 0; again < 2; again++) {
        GArray *rows = support_latest(f->path); /* while it runs, then after the end */
        assert_int_equal(rows->len, 3);
        assert_int_equal((int)support_of(rows, 1)->num, 1);
        assert_int_equal((int)support_of(rows, 2)->num, 3);
        assert_int_equal((int)support_of(rows, 9)->num, 39999);
        g_array_unref(rows);
        cache_close(again == 0 ? c : NULL);
    }
}

static int64_t
size_of(const char *path, const char *suffix)
{
    struct stat st;
    char *name = g_strconcat(path, suffix, NULL);
    int64_t size = stat(name, &st) == 0 ? st.st_size : 0;
    g_free(name);
    return size;
}

static void
test_the_log_stays_small(void **state)
{
    struct fixture *f = *state;
    struct cache *c = support_open(f->path, NULL);
    for (int i = 0; i < 600; i++) {
        struct batch *b = cache_new_batch(c);
        for (int k = 0; k < 1000; k++) {
            support_add(b, (uint32_t)k, T0 + i * 1000 + k, T0, k * 0.1);
        }
        uint64_t number = cache_put(c, b);
        if (i % 20 == 0) {
            support_wait(c, number);
        }
    }
    struct cache_stats stats;
    cache_stats(c, &stats);
    assert_true(size_of(f->path, "-wal") < 9 << 20);
    assert_true(size_of(f->path, "") > 9 << 20);
    assert_int_equal(stats.bytes, size_of(f->path, "") + size_of(f->path, "-wal"));
    cache_close(c);
    assert_int_equal(size_of(f->path, "-wal"), 0);
}

static void
test_a_second_instance_is_refused(void **state)
{
    struct fixture *f = *state;
    struct cache *c = support_open(f->path, NULL), *second = NULL;
    struct cache_report report;
    struct err err;
    assert_int_equal(
        cache_open(&second, &(struct cache_config){.path = f->path}, &report, &err), RC_BUSY);
    assert_null(second);
    char pid[32];
    snprintf(pid, sizeof(pid), "(process %ld)", (long)getpid());
    assert_non_null(strstr(err.text, pid));
    cache_close(c);
    cache_close(support_open(f->path, &report)); /* the lock ended with its holder */
}

static void
test_places_that_cannot_be_written(void **state)
{
    struct fixture *f = *state;
    char *below = g_strconcat(f->path, ".lock/cache.db", NULL);
    struct cache *c = support_open(f->path, NULL), *none = NULL;
    const char *places[] = {below, "/proc/none/cache.db", f->dir};
    for (size_t i = 0; i < G_N_ELEMENTS(places); i++) {
        struct cache_report report;
        struct err err;
        assert_int_equal(
            cache_open(&none, &(struct cache_config){.path = places[i]}, &report, &err), RC_IO);
        assert_true(strlen(err.text) > 10);
    }
    cache_close(c);
    g_free(below);
    char *lock = g_strconcat(f->dir, ".lock", NULL);
    unlink(lock);
    g_free(lock);
}

static void
test_missing_directories_are_made(void **state)
{
    struct fixture *f = *state;
    char *dir = g_strconcat(f->dir, "/a", NULL);
    char *path = g_strconcat(dir, "/cache.db", NULL);
    cache_close(support_open(path, NULL));
    assert_int_equal(access(path, F_OK), 0);
    support_remove(dir, path);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_what_is_committed_is_there_again, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_odd_numbers_survive, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_closing_commits_what_is_queued, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_the_queue_has_a_bound, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_the_ring_keeps_the_last_4000_in_order, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_the_ring_keeps_what_the_batch_wants, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_a_lost_session_empties_the_ring, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_latest_is_the_newest_by_time_then_by_arrival,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_the_log_stays_small, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_second_instance_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_places_that_cannot_be_written, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_missing_directories_are_made, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("cache", tests, NULL, NULL);
}
