/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Trends from the cache are what a plain look at every reading gives. */
#include <math.h>

#include "tests/cache_support.h"
#include "tests/unit.h"

#define ROWS     60000 /* three slices and a tail */
#define STATIONS 4
#define EACH     8
#define SPARSE   (STATIONS * EACH) /* the last series: hardly ever anything */
#define STEP     INT64_C(100000)   /* from one reading to the next */

struct history {
    char *dir, *path;
    GArray *all; /* struct record, in order of arrival */
};

static GRand *dice;

/* Mostly in order; some late, some with equal times. */
static wall_us
odd_time(int i)
{
    wall_us ts = T0 + i / 2 * 2 * STEP;
    return g_rand_int_range(dice, 0, 50) == 0 ? ts - g_rand_int_range(dice, 0, 400) * STEP : ts;
}

static uint32_t
odd_series(int i)
{
    if (i == 100 || i == 20000) {
        return SPARSE;
    }
    /* Series 1 has so much that slices are read whole for it. */
    return g_rand_int_range(dice, 0, 3) == 0
               ? 1
               : 1 + (uint32_t)g_rand_int_range(dice, 0, SPARSE - 1);
}

static void
add_odd(struct batch *b, int i)
{
    static const unsigned qualities[] = {QUALITY_INVALID, QUALITY_NOT_TOPICAL, QUALITY_CLOCK,
                                         QUALITY_SUBSTITUTED, QUALITY_OVERFLOW};
    uint32_t series = odd_series(i);
    wall_us ts = odd_time(i);
    if (series != SPARSE && g_rand_int_range(dice, 0, 20) == 0) {
        support_add_text(b, series, ts, "open");
        return;
    }
    double value = g_rand_int_range(dice, 0, 60) == 0 ? NAN : g_rand_double(dice) * 100 - 50;
    support_add(b, series, ts, T0 + i * STEP, series == SPARSE ? i : value);
    if (series != SPARSE && g_rand_int_range(dice, 0, 5) == 0) {
        g_array_index(b->records, struct record, b->records->len - 1).quality =
            (uint16_t)qualities[g_rand_int_range(dice, 0, G_N_ELEMENTS(qualities))];
    }
}

static int
make_history(void **state)
{
    struct history *h = g_new0(struct history, 1);
    dice = g_rand_new_with_seed(20260109);
    h->dir = support_dir(&h->path);
    h->all = support_rows();
    struct cache *c = support_open(h->path, NULL);
    plant_unref(support_store_plant(c, STATIONS, EACH));
    for (int i = 0; i < ROWS;) {
        struct batch *b = cache_new_batch(c);
        for (int k = 0; k < 1000; k++, i++) {
            add_odd(b, i);
            support_collect(&g_array_index(b->records, struct record, (guint)k), h->all);
        }
        support_put(c, b);
    }
    cache_close(c);
    *state = h;
    return 0;
}

static int
drop_history(void **state)
{
    struct history *h = *state;
    g_array_unref(h->all);
    support_remove(h->dir, h->path);
    g_rand_free(dice);
    g_free(h);
    return 0;
}

/* Series count up from 1 in the order of the plant. */
static void
add_series(struct archive_request *r, uint32_t series)
{
    struct archive_series *s = &r->series[r->n_series++];
    snprintf(s->station, sizeof(s->station), "S%u", (series - 1) / EACH);
    snprintf(s->component, sizeof(s->component), "C%u", (series - 1) % EACH);
}

static bool
is_good(const struct record *r)
{
    return r->text == NULL && isfinite(r->num) && (r->quality & QUALITY_BAD) == 0;
}

static void
expect_series(const struct history *h, const struct archive_request *r, uint32_t i,
              uint32_t series, const struct query_gap *gap, struct archive_answer *out,
              struct archive_answer *apart)
{
    for (guint k = 0; k < h->all->len; k++) {
        const struct record *x = &g_array_index(h->all, struct record, k);
        if (x->series != series || x->text != NULL || x->ts >= r->until) {
            continue;
        }
        struct archive_bucket *before = &out->before[i];
        if (x->ts < r->since && is_good(x) && (before->n == 0 || x->ts >= before->last_at)) {
            *before = (struct archive_bucket){.n = 0};
            archive_bucket_add(before, x->num, x->ts);
        }
        if (x->ts < r->since) {
            continue;
        }
        struct archive_answer *to = x->ts >= gap->since && x->ts < gap->until ? apart : out;
        struct archive_bucket *b =
            &to->buckets[i * r->n_buckets +
                         archive_bucket_of(r->since, r->until, r->n_buckets, x->ts)];
        if (is_good(x)) {
            archive_bucket_add(b, x->num, x->ts);
        } else {
            b->bad++;
        }
    }
}

static void
assert_same(const struct archive_bucket *got, const struct archive_bucket *want,
            const char *what, uint32_t i)
{
    if (got->n != want->n || got->bad != want->bad || got->first_at != want->first_at ||
        got->last_at != want->last_at || fabs(got->sum - want->sum) > 1e-6 ||
        fabs(got->first - want->first) > 0 || fabs(got->last - want->last) > 0 ||
        fabs(got->min - want->min) > 0 || fabs(got->max - want->max) > 0) {
        fail_msg("%s %u: %u good and %u bad (%g … %g), not %u and %u (%g … %g)", what, i,
                 got->n, got->bad, got->first, got->last, want->n, want->bad, want->first,
                 want->last);
    }
}

static const struct query_gap no_gap = {WALL_NONE, WALL_NONE};

static void
compare(const struct history *h, const struct archive_request *r, const uint32_t *series,
        const struct query_gap *gap)
{
    struct err err = {.text = ""};
    struct archive_answer *got[2], *want[2]; /* all but the gap, and the gap */
    for (int i = 0; i < 2; i++) {
        got[i] = archive_answer_new(r, 1);
        want[i] = archive_answer_new(r, 1);
    }
    struct query *q = support_query(h->path);
    if (query_buckets(q, r, gap, got[0], gap == &no_gap ? NULL : got[1], &err) != RC_OK) {
        fail_msg("%s", err.text);
    }
    query_close(q);
    for (uint32_t i = 0; i < r->n_series; i++) {
        expect_series(h, r, i, series[i], gap, want[0], want[1]);
        assert_same(&got[0]->before[i], &want[0]->before[i], "before", i);
    }
    for (uint32_t i = 0; i < r->n_series * r->n_buckets; i++) {
        assert_same(&got[0]->buckets[i], &want[0]->buckets[i], "bucket", i);
        assert_same(&got[1]->buckets[i], &want[1]->buckets[i], "bucket of the gap", i);
    }
    for (int i = 0; i < 2; i++) {
        archive_answer_free(got[i]);
        archive_answer_free(want[i]);
    }
}

static void
test_any_span_of_any_series(void **state)
{
    const struct history *h = *state;
    const wall_us begin = T0 - 100 * STEP, length = (ROWS + 200) * STEP;
    for (int round = 0; round < 150; round++) {
        struct archive_request r = {.kind = ARCHIVE_TREND};
        uint32_t series[4];
        r.since = begin + (wall_us)(g_rand_double(dice) * (double)length);
        r.until = r.since + 1 +
                  (wall_us)(pow(g_rand_double(dice), 4) * (double)(begin + length - r.since));
        r.n_buckets = (uint32_t)g_rand_int_range(dice, 1, 300);
        int n = g_rand_int_range(dice, 1, 5);
        for (int i = 0; i < n; i++) { /* the same twice now and then */
            series[i] = (uint32_t)g_rand_int_range(dice, 1, SPARSE + 1);
            add_series(&r, series[i]);
        }
        const wall_us third = (r.until - r.since) / 3;
        const struct query_gap gap = {r.since + third, r.until - third};
        compare(h, &r, series, round % 4 == 0 ? &gap : &no_gap);
    }
}

static void
test_all_of_it_in_one(void **state)
{
    const struct history *h = *state;
    struct archive_request r = {.kind = ARCHIVE_TREND,
                                .since = T0 - DAY,
                                .until = T0 + DAY,
                                .n_buckets = ARCHIVE_BUCKETS_MAX};
    static const uint32_t series[] = {1, 2, SPARSE};
    for (size_t i = 0; i < G_N_ELEMENTS(series); i++) {
        add_series(&r, series[i]);
    }
    compare(h, &r, series, &no_gap);
}

static void
test_the_last_before_the_span_is_found_far_back(void **state)
{
    const struct history *h = *state;
    static const uint32_t series[] = {SPARSE};
    static const int at[] = {50, 101, 30000, ROWS + 1000};
    for (size_t i = 0; i < G_N_ELEMENTS(at); i++) {
        struct archive_request r = {.kind = ARCHIVE_TREND,
                                    .since = T0 + at[i] * STEP,
                                    .until = T0 + (at[i] + 10) * STEP,
                                    .n_buckets = 5};
        add_series(&r, SPARSE);
        compare(h, &r, series, &no_gap);
    }
}

static void
test_what_the_cache_never_had_is_empty(void **state)
{
    const struct history *h = *state;
    struct err err;
    struct archive_request r = {
        .kind = ARCHIVE_TREND, .since = T0, .until = T0 + DAY, .n_buckets = 3, .n_series = 1};
    g_strlcpy(r.series[0].station, "S0", sizeof(r.series[0].station));
    g_strlcpy(r.series[0].component, "none", sizeof(r.series[0].component));
    struct archive_answer *got = archive_answer_new(&r, 1);
    struct query *q = support_query(h->path);
    assert_int_equal(query_buckets(q, &r, &no_gap, got, NULL, &err), RC_OK);
    assert_int_equal(got->buckets[0].n + got->buckets[0].bad + got->before[0].n, 0);
    query_close(q);
    archive_answer_free(got);
}

static void
test_reach_is_when_the_first_was_heard(void **state)
{
    const struct history *h = *state;
    struct err err;
    wall_us reach = 0;
    struct query *q = support_query(h->path);
    assert_int_equal(query_readings_reach(q, &reach, &err), RC_OK);
    assert_int_equal(reach, g_array_index(h->all, struct record, 0).received);
    assert_int_equal(query_journal_reach(q, &reach, &err), RC_OK);
    assert_int_equal(reach, WALL_NONE);
    query_close(q);
}

/* ---- what the cache may lack ---- */

#define H (INT64_C(3600) * US_PER_S)

static void
put_heard(struct cache *c, wall_us since, wall_us until)
{
    struct batch *b = cache_new_batch(c);
    b->heard_since = since;
    b->heard_until = until;
    support_put(c, b);
}

/* In hours from T0: listened to from 10 to 20, from 22 to 30 and from 33 to 40. */
static void
test_the_gap_is_where_nobody_listened(void **state)
{
    (void)state;
    static const struct {
        const char *why;
        int64_t since, until, reach, now, want_since, want_until;
    } cases[] = {
        {"all within one", 11, 19, 0, 100, 0, 0},
        {"from its begin to its end", 10, 20, 0, 100, 0, 0},
        {"one gap", 15, 25, 0, 100, 20, 22},
        {"two gaps and what is between them", 15, 36, 0, 100, 20, 33},
        {"before all", 5, 12, 0, 100, 5, 10},
        {"after all", 35, 50, 0, 100, 40, 50},
        {"within a gap", 31, 32, 0, 100, 31, 32},
        {"the end of one", 19, 21, 0, 100, 20, 21},
        {"dropped since", 11, 19, 15, 100, 11, 15},
        {"dropped up to a later one", 11, 25, 23, 100, 11, 23},
        {"all is dropped", 11, 25, 60, 100, 11, 25},
        {"it goes on", 35, 50, 0, 40, 0, 0},
        {"it goes on, and there was a gap", 25, 50, 0, 40, 30, 33},
        {"it goes on, but is asked for before", 5, 8, 0, 40, 5, 8},
    };
    struct place place;
    place.dir = support_dir(&place.path);
    struct cache *c = support_open(place.path, NULL);
    put_heard(c, T0 + 33 * H, T0 + 34 * H);
    put_heard(c, T0 + 10 * H, T0 + 20 * H);
    put_heard(c, T0 + 22 * H, T0 + 30 * H);
    put_heard(c, T0 + 33 * H, T0 + 40 * H); /* longer than before */
    cache_close(c);
    struct query *q = support_query(place.path);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct query_gap gap = {T0 + cases[i].since * H, T0 + cases[i].until * H};
        assert_int_equal(
            query_readings_gap(q, T0 + cases[i].reach * H, T0 + cases[i].now * H, &gap, NULL),
            RC_OK);
        bool none = cases[i].want_since == cases[i].want_until;
        if (none ? gap.since < gap.until
                 : gap.since != T0 + cases[i].want_since * H ||
                       gap.until != T0 + cases[i].want_until * H) {
            fail_msg("%s: %g to %g", cases[i].why, (double)(gap.since - T0) / H,
                     (double)(gap.until - T0) / H);
        }
    }
    struct query_gap gap = {T0 + 11 * H, T0 + 12 * H};
    assert_int_equal(query_readings_gap(q, WALL_NONE, T0 + 40 * H, &gap, NULL), RC_OK);
    assert_true(gap.since == T0 + 11 * H && gap.until == T0 + 12 * H); /* it has nothing */
    query_close(q);
    support_remove(place.dir, place.path);
}

static void
test_spans_are_not_kept_for_ever(void **state)
{
    (void)state;
    struct place place;
    place.dir = support_dir(&place.path);
    struct cache *c = support_open(place.path, NULL);
    for (int i = 0; i < 1010; i++) {
        put_heard(c, T0 + i * H, T0 + (i + 1) * H);
    }
    cache_close(c);
    struct query *q = support_query(place.path);
    struct query_gap gap = {T0, T0 + 1010 * H};
    assert_int_equal(query_readings_gap(q, T0, T0 + 2000 * H, &gap, NULL), RC_OK);
    assert_true(gap.since == T0 && gap.until == T0 + 10 * H);
    query_close(q);
    support_remove(place.dir, place.path);
}

static bool
stop_at_once(void *user)
{
    ++*(int *)user;
    return true;
}

static void
test_a_question_can_be_stopped(void **state)
{
    const struct history *h = *state;
    struct err err;
    int asked = 0;
    struct archive_request r = {
        .kind = ARCHIVE_TREND, .since = T0, .until = T0 + DAY, .n_buckets = 3};
    add_series(&r, 1);
    struct archive_answer *got = archive_answer_new(&r, 1);
    struct query *q = support_query(h->path);
    query_stop_when(q, stop_at_once, &asked);
    assert_int_equal(query_buckets(q, &r, &no_gap, got, NULL, &err), RC_IO);
    assert_int_equal(asked, 1);
    query_stop_when(q, NULL, NULL);
    assert_int_equal(query_buckets(q, &r, &no_gap, got, NULL, &err), RC_OK);
    query_close(q);
    archive_answer_free(got);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_any_span_of_any_series),
        cmocka_unit_test(test_all_of_it_in_one),
        cmocka_unit_test(test_the_last_before_the_span_is_found_far_back),
        cmocka_unit_test(test_what_the_cache_never_had_is_empty),
        cmocka_unit_test(test_reach_is_when_the_first_was_heard),
        cmocka_unit_test(test_the_gap_is_where_nobody_listened),
        cmocka_unit_test(test_spans_are_not_kept_for_ever),
        cmocka_unit_test(test_a_question_can_be_stopped),
    };
    return cmocka_run_group_tests_name("query_buckets", tests, make_history, drop_history);
}
