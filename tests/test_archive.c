/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The archive desk: what is asked is answered once, and nothing after a cancel. */
#include "src/core/archive.h"

#include <math.h>
#include <poll.h>
#include <pthread.h>

#include "tests/unit.h"

static const struct archive_request trend = {
    .kind = ARCHIVE_TREND, .since = 1000, .until = 2000, .n_series = 2, .n_buckets = 10};

static bool
readable(int fd, int ms)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    return poll(&p, 1, ms) > 0;
}

static struct archive_answer *
answer_to(uint64_t id, bool last)
{
    struct archive_answer *answer = archive_answer_new(&trend, id);
    answer->last = last;
    return answer;
}

/* The other side takes the next request, which must be this one. */
static void
expect_request(struct archive *a, uint64_t id)
{
    struct archive_request r;
    uint64_t got = 0;
    assert_true(archive_next(a, &r, &got));
    assert_int_equal(got, id);
}

static void
test_requests_come_in_order_and_are_copied(void **state)
{
    (void)state;
    struct archive *a = archive_new();
    struct archive_request r = trend, got;
    uint64_t first_id, id;
    first_id = archive_ask(a, &r);
    r.n_buckets = 77;
    uint64_t second_id = archive_ask(a, &r);
    assert_int_not_equal(first_id, 0);
    assert_int_not_equal(first_id, second_id);
    assert_true(readable(archive_request_fd(a), 0));
    assert_true(archive_next(a, &got, &id));
    assert_int_equal(id, first_id);
    assert_int_equal(got.n_buckets, 10);
    assert_true(readable(archive_request_fd(a), 0)); /* one is left */
    expect_request(a, second_id);
    assert_false(archive_next(a, &got, &id));
    assert_false(readable(archive_request_fd(a), 0));
    archive_free(a);
}

static void
test_so_many_wait_and_no_more(void **state)
{
    (void)state;
    struct archive *a = archive_new();
    for (unsigned i = 0; i < ARCHIVE_REQUESTS; i++) {
        assert_int_not_equal(archive_ask(a, &trend), 0);
    }
    assert_int_equal(archive_ask(a, &trend), 0);
    expect_request(a, 1);
    assert_int_not_equal(archive_ask(a, &trend), 0);
    archive_free(a);
}

static void
test_several_answers_until_the_last(void **state)
{
    (void)state;
    struct archive *a = archive_new();
    uint64_t id = archive_ask(a, &trend);
    expect_request(a, id);
    assert_null(archive_take(a));
    assert_true(archive_put(a, answer_to(id, false)));
    assert_true(archive_put(a, answer_to(id, true)));
    for (int i = 0; i < 2; i++) {
        assert_true(readable(archive_fd(a), 0));
        struct archive_answer *answer = archive_take(a);
        assert_non_null(answer);
        assert_int_equal(answer->last, i == 1);
        assert_int_equal(answer->n_series, 2);
        archive_answer_free(answer);
    }
    assert_false(readable(archive_fd(a), 0));
    assert_null(archive_take(a));
    assert_true(archive_cancelled(a, id)); /* it is over */
    assert_false(archive_put(a, answer_to(id, true)));
    archive_free(a);
}

static void
test_nothing_comes_after_a_cancel(void **state)
{
    (void)state;
    struct archive *a = archive_new();
    struct archive_request r;
    uint64_t waiting = archive_ask(a, &trend), worked_on = archive_ask(a, &trend), id;
    archive_cancel(a, waiting);
    expect_request(a, worked_on);
    assert_false(archive_next(a, &r, &id));
    assert_true(archive_put(a, answer_to(worked_on, false)));
    archive_cancel(a, worked_on);
    assert_true(readable(archive_request_fd(a), 0)); /* who works on it hears of it */
    assert_true(archive_cancelled(a, worked_on));
    assert_false(archive_put(a, answer_to(worked_on, true)));
    assert_null(archive_take(a));
    archive_cancel(a, 0);
    archive_cancel(a, 4711);
    archive_free(a);
}

static void
test_untaken_answers_stop_the_other_side(void **state)
{
    (void)state;
    struct archive *a = archive_new();
    struct archive_request r;
    uint64_t id;
    for (unsigned i = 0; i <= ARCHIVE_ANSWERS; i++) {
        archive_ask(a, &trend);
    }
    for (unsigned i = 0; i < ARCHIVE_ANSWERS; i++) {
        assert_true(archive_has_room(a));
        assert_true(archive_next(a, &r, &id));
        assert_true(archive_put(a, answer_to(id, true)));
    }
    assert_false(archive_has_room(a));
    assert_false(archive_next(a, &r, &id));
    assert_false(readable(archive_request_fd(a), 0)); /* nobody spins meanwhile */
    archive_answer_free(archive_take(a));
    assert_true(readable(archive_request_fd(a), 0));
    assert_true(archive_next(a, &r, &id));
    archive_free(a);
}

static void
test_a_cancel_makes_room(void **state)
{
    (void)state;
    struct archive *a = archive_new();
    struct archive_request r;
    uint64_t id = archive_ask(a, &trend), next = archive_ask(a, &trend);
    expect_request(a, id);
    for (unsigned i = 0; i < ARCHIVE_ANSWERS; i++) {
        assert_true(archive_put(a, answer_to(id, false)));
    }
    assert_false(archive_next(a, &r, &id));
    archive_cancel(a, 1);
    expect_request(a, next);
    archive_free(a);
}

/* ---- buckets ---- */

static void
test_times_fall_into_equal_parts(void **state)
{
    (void)state;
    const wall_us year = INT64_C(366) * 86400 * US_PER_S;
    static const struct {
        wall_us since, until;
        uint32_t n;
        wall_us at;
        uint32_t want;
    } cases[] = {
        {0, 10, 10, 0, 0},  {0, 10, 10, 9, 9},   {0, 10, 3, 3, 0},
        {0, 10, 3, 4, 1},   {0, 10, 3, 6, 1},    {0, 10, 3, 7, 2},
        {0, 1, 4096, 0, 0}, {-50, 50, 2, -1, 0}, {-50, 50, 2, 0, 1},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        uint32_t got =
            archive_bucket_of(cases[i].since, cases[i].until, cases[i].n, cases[i].at);
        if (got != cases[i].want) {
            fail_msg("case %zu: part %u", i, got);
        }
    }
    assert_int_equal(archive_bucket_of(0, 100 * year, ARCHIVE_BUCKETS_MAX, 100 * year - 1),
                     ARCHIVE_BUCKETS_MAX - 1);
}

static void
test_a_bucket_knows_first_and_last_by_time(void **state)
{
    (void)state;
    struct archive_bucket b = {.bad = 1}, late = {.n = 0};
    archive_bucket_add(&b, 5, 200);
    archive_bucket_add(&b, -2, 300);
    archive_bucket_add(&b, 3, 300); /* of equal times the one that came later */
    archive_bucket_add(&late, 9, 100);
    archive_bucket_merge(&b, &late);
    archive_bucket_merge(&b, &(struct archive_bucket){.bad = 4});
    assert_int_equal(b.n, 4);
    assert_int_equal(b.bad, 5);
    assert_float_equal(b.first, 9, 0);
    assert_float_equal(b.last, 3, 0);
    assert_float_equal(b.min, -2, 0);
    assert_float_equal(b.max, 9, 0);
    assert_float_equal(b.sum, 15, 0);
    assert_int_equal(b.first_at, 100);
    assert_int_equal(b.last_at, 300);
}

static void
test_a_copy_is_a_copy(void **state)
{
    (void)state;
    const struct archive_request r = {.kind = ARCHIVE_JOURNAL, .limit = 5};
    struct archive_answer *answer = archive_answer_new(&r, 3);
    struct journal_record line = {.at = 7, .station = g_strdup("S0"), .value = NAN};
    g_array_append_val(answer->journal, line);
    struct archive_answer *copy = archive_answer_copy(answer);
    archive_answer_free(answer);
    assert_int_equal(copy->journal->len, 1);
    assert_string_equal(g_array_index(copy->journal, struct journal_record, 0).station, "S0");
    archive_answer_free(copy);
}

/* ---- two threads ---- */

#define ROUNDS 3000

static void *
answer_all(void *archive)
{
    struct archive *a = archive;
    for (unsigned done = 0; done < ROUNDS;) {
        struct archive_request r;
        uint64_t id;
        if (!archive_next(a, &r, &id)) {
            readable(archive_request_fd(a), 1000);
            continue;
        }
        done = r.n_buckets;
        archive_put(a, answer_to(id, false));
        archive_put(a, answer_to(id, true));
    }
    return NULL;
}

/* Ask, cancel every third, take; each that was not cancelled has its last answer in the end. */
static void
test_two_threads(void **state)
{
    (void)state;
    struct archive *a = archive_new();
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, answer_all, a), 0);
    GHashTable *open = g_hash_table_new(NULL, NULL);
    struct archive_request r = trend;
    unsigned asked = 0, answered = 0, wanted = 0;
    while (asked < ROUNDS || g_hash_table_size(open) > 0) {
        r.n_buckets = asked + 1;
        uint64_t id = asked < ROUNDS ? archive_ask(a, &r) : 0;
        asked += id != 0;
        if (id != 0 && id % 3 == 0 && asked < ROUNDS) {
            archive_cancel(a, id);
        } else if (id != 0) {
            wanted++;
            g_hash_table_add(open, GSIZE_TO_POINTER(id));
        }
        struct archive_answer *answer = archive_take(a);
        if (answer != NULL && answer->last) {
            assert_true(g_hash_table_remove(open, GSIZE_TO_POINTER(answer->id)));
            answered++;
        } else if (answer == NULL && id == 0 && !readable(archive_fd(a), 20000)) {
            fail_msg("%u of %u requests were answered", answered, wanted);
        }
        archive_answer_free(answer);
    }
    assert_int_equal(answered, wanted);
    pthread_join(thread, NULL);
    g_hash_table_unref(open);
    archive_free(a);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_requests_come_in_order_and_are_copied),
        cmocka_unit_test(test_so_many_wait_and_no_more),
        cmocka_unit_test(test_several_answers_until_the_last),
        cmocka_unit_test(test_nothing_comes_after_a_cancel),
        cmocka_unit_test(test_untaken_answers_stop_the_other_side),
        cmocka_unit_test(test_a_cancel_makes_room),
        cmocka_unit_test(test_times_fall_into_equal_parts),
        cmocka_unit_test(test_a_bucket_knows_first_and_last_by_time),
        cmocka_unit_test(test_a_copy_is_a_copy),
        cmocka_unit_test(test_two_threads),
    };
    return cmocka_run_group_tests_name("archive", tests, NULL, NULL);
}
