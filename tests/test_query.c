/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/query.h"

#include <math.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/cache_support.h"
#include "tests/unit.h"

#define ROWS   60000 /* three slices and a tail */
#define SERIES 40

/* A history that is mostly in order, with rows that came late and early, and equal times. */
struct history {
    char *dir, *path;
    GArray *all; /* struct record, in order of arrival */
};

static wall_us
odd_time(int i)
{
    wall_us ts = T0 + i / 2 * INT64_C(1000);
    if (i % 97 == 0) {
        return ts - (i % 11) * INT64_C(4000000);
    }
    return i % 1013 == 0 ? ts + INT64_C(3000000) : ts;
}

static int
make_history(void **state)
{
    struct history *h = g_new0(struct history, 1);
    h->dir = support_dir(&h->path);
    h->all = support_rows();
    struct cache *c = support_open(h->path, NULL);
    for (int i = 0; i < ROWS;) {
        struct batch *b = cache_new_batch(c);
        for (int k = 0; k < 1000; k++, i++) {
            uint32_t series = 1 + (uint32_t)(i * 7919 % SERIES);
            support_add(b, series, odd_time(i), T0 + i, i);
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
    g_free(h);
    return 0;
}

/* num is the place of arrival here. */
static int
newest_first(const void *a, const void *b)
{
    const struct record *x = a, *y = b;
    if (x->ts != y->ts) {
        return x->ts > y->ts ? -1 : 1;
    }
    return x->num > y->num ? -1 : x->num < y->num;
}

static int
oldest_first(const void *a, const void *b)
{
    return newest_first(b, a);
}

static bool
is_wanted(const struct query_range *range, const struct record *r)
{
    bool wanted = range->series == NULL;
    for (size_t i = 0; i < range->n_series; i++) {
        wanted = wanted || range->series[i] == r->series;
    }
    return wanted && (range->since == WALL_NONE || r->ts >= range->since) &&
           (range->until == WALL_NONE || r->ts <= range->until);
}

/* The same answer, found the simple way. */
static GArray *
expect(const struct history *h, const struct query_range *range)
{
    GArray *rows = support_rows();
    for (guint i = 0; i < h->all->len; i++) {
        const struct record *r = &g_array_index(h->all, struct record, i);
        if (is_wanted(range, r)) {
            support_collect(r, rows);
        }
    }
    g_array_sort(rows, range->oldest_first ? oldest_first : newest_first);
    if (range->limit > 0 && rows->len > range->limit) {
        g_array_set_size(rows, (guint)range->limit);
    }
    return rows;
}

static void
test_every_question_gets_what_a_plain_search_finds(void **state)
{
    struct history *h = *state;
    static const uint32_t one[] = {7}, some[] = {1, 2, 39, 1000};
    static const struct {
        const char *why;
        struct query_range range;
    } cases[] = {
        {"all", {.since = WALL_NONE, .until = WALL_NONE}},
        {"all, turned round", {.since = WALL_NONE, .until = WALL_NONE, .oldest_first = true}},
        {"the newest", {.since = WALL_NONE, .until = WALL_NONE, .limit = 100}},
        {"the oldest",
         {.since = WALL_NONE, .until = WALL_NONE, .limit = 100, .oldest_first = true}},
        {"one series", {.series = one, .n_series = 1, .since = WALL_NONE, .until = WALL_NONE}},
        {"the newest of some",
         {.series = some,
          .n_series = 4,
          .since = WALL_NONE,
          .until = WALL_NONE,
          .limit = 2500}},
        {"no series at all",
         {.series = one, .n_series = 0, .since = WALL_NONE, .until = WALL_NONE}},
        {"borders are included", {.since = T0 + 5000, .until = T0 + 5000}},
        {"from the middle on", {.since = T0 + 20000000, .until = WALL_NONE}},
        {"up to the middle, of one",
         {.series = one, .n_series = 1, .since = WALL_NONE, .until = T0 + 9000000}},
        {"the last before a time", {.since = WALL_NONE, .until = T0 + 9000000, .limit = 3}},
        {"the first from a time",
         {.since = T0 + 9000000, .until = WALL_NONE, .limit = 3, .oldest_first = true}},
        {"nothing is that old", {.since = WALL_NONE, .until = T0 - DAY}},
        {"limit one", {.since = WALL_NONE, .until = WALL_NONE, .limit = 1}},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        GArray *want = expect(h, &cases[i].range);
        GArray *got = support_readings(h->path, &cases[i].range);
        if (got->len != want->len ||
            (got->len > 0 &&
             memcmp(got->data, want->data, got->len * sizeof(struct record)) != 0)) {
            fail_msg("%s: %u rows, not the %u expected", cases[i].why, got->len, want->len);
        }
        g_array_unref(want);
        g_array_unref(got);
    }
}

static bool
stop_at_third(const struct record *r, void *user)
{
    (void)r;
    int *rows = user;
    return ++*rows < 3;
}

static void
test_the_caller_may_stop(void **state)
{
    struct history *h = *state;
    struct query *q;
    struct query_range range = {.since = WALL_NONE, .until = WALL_NONE};
    int rows = 0;
    assert_int_equal(query_open(&q, h->path, NULL), RC_OK);
    assert_int_equal(query_readings(q, &range, stop_at_third, &rows, NULL), RC_OK);
    assert_int_equal(rows, 3);
    rows = 0;
    assert_int_equal(query_latest(q, stop_at_third, &rows, NULL), RC_OK);
    assert_int_equal(rows, 3);
    query_close(q);
}

static void
test_latest_over_slices_and_tail(void **state)
{
    struct history *h = *state;
    GArray *rows = support_latest(h->path);
    assert_int_equal(rows->len, SERIES);
    for (uint32_t series = 1; series <= SERIES; series++) {
        struct query_range range = {.series = &series,
                                    .n_series = 1,
                                    .since = WALL_NONE,
                                    .until = WALL_NONE,
                                    .limit = 1};
        GArray *want = expect(h, &range);
        assert_memory_equal(support_of(rows, series), want->data, sizeof(struct record));
        g_array_unref(want);
    }
    g_array_unref(rows);
    assert_int_equal(support_stored(h->path), ROWS);
}

static void
assert_same_number(double a, double b)
{
    assert_true((isnan(a) && isnan(b)) || (a >= b && a <= b));
}

static void
assert_same_component(const struct component *a, const struct component *b)
{
    assert_string_equal(a->id, b->id);
    assert_string_equal(a->name, b->name);
    assert_string_equal(a->short_name, b->short_name);
    assert_string_equal(a->unit, b->unit);
    assert_string_equal(a->guidance, b->guidance);
    assert_true(a->series != 0 && a->series == b->series && a->station == b->station);
    assert_true(a->kind == b->kind && a->decode == b->decode && a->order == b->order);
    assert_true(a->derive == b->derive && a->source == b->source);
    assert_true(a->derive_window_s == b->derive_window_s && a->adjust.op == b->adjust.op);
    assert_same_number(a->adjust.operand, b->adjust.operand);
    assert_same_number(a->min, b->min);
    assert_same_number(a->max, b->max);
    assert_int_equal(a->n_states, b->n_states);
    for (size_t i = 0; i < a->n_states; i++) {
        assert_string_equal(a->states[i].name, b->states[i].name);
        assert_same_number(a->states[i].value, b->states[i].value);
    }
}

static void
assert_same_plant(const struct plant *a, const struct plant *b)
{
    assert_int_equal(a->n_stations, b->n_stations);
    assert_int_equal(a->n_components, b->n_components);
    assert_int_equal(a->n_rules, b->n_rules);
    for (uint32_t i = 0; i < a->n_stations; i++) {
        const struct station *x = &a->stations[i], *y = &b->stations[i];
        assert_string_equal(x->uid, y->uid);
        assert_string_equal(x->name, y->name);
        assert_same_number(x->latitude, y->latitude);
        assert_same_number(x->longitude, y->longitude);
        assert_true(x->order == y->order && x->silence_s == y->silence_s);
        assert_true(x->clock == y->clock);
    }
    for (uint32_t i = 0; i < a->n_components; i++) {
        assert_same_component(&a->components[i], &b->components[i]);
    }
    for (uint32_t i = 0; i < a->n_rules; i++) {
        const struct rule_def *x = &a->rules[i], *y = &b->rules[i];
        assert_string_equal(x->component, y->component);
        assert_string_equal(x->priority, y->priority);
        assert_same_number(x->limit, y->limit);
        assert_same_number(x->deadband, y->deadband);
        assert_same_number(x->on_delay_s, y->on_delay_s);
        assert_true(x->count == y->count && x->latch == y->latch);
        assert_same_number(x->re_alarm_s, y->re_alarm_s);
        assert_true(x->ack_unneeded == y->ack_unneeded);
        assert_string_equal(x->group, y->group);
        assert_string_equal(x->parent, y->parent);
    }
}

static struct plant *
read_plant(const char *path, char **digest)
{
    struct query *q;
    struct plant *plant = NULL;
    struct err err;
    if (query_open(&q, path, &err) != RC_OK || query_plant(q, &plant, digest, &err) != RC_OK) {
        fail_msg("%s", err.text);
    }
    query_close(q);
    return plant;
}

static void
test_the_plant_comes_back_whole(void **state)
{
    struct history *h = *state;
    struct cache *c = support_open(h->path, NULL);
    struct plant *plant = support_store_plant(c, 3, 9);
    char *digest;
    struct plant *got = read_plant(h->path, &digest);
    assert_same_plant(plant, got);
    assert_string_equal(digest, "digest");
    g_free(digest);
    plant_unref(got);
    cache_close(c);
    plant_unref(plant);
}

static void
test_a_name_keeps_its_series(void **state)
{
    struct history *h = *state;
    struct cache *c = support_open(h->path, NULL);
    struct plant *large = support_store_plant(c, 3, 9);
    struct plant *small = support_store_plant(c, 2, 5);
    uint32_t was = plant_find_component(large, "S1", "C3");
    uint32_t is = plant_find_component(small, "S1", "C3");
    assert_int_equal(small->components[is].series, large->components[was].series);
    struct plant *again = support_store_plant(c, 4, 9); /* what was gone comes back */
    for (uint32_t i = 0; i < large->n_components; i++) {
        assert_int_equal(again->components[i].series, large->components[i].series);
    }
    cache_close(c);
    struct plant *got = read_plant(h->path, NULL);
    assert_same_plant(again, got);
    plant_unref(got);
    plant_unref(again);
    plant_unref(small);
    plant_unref(large);
}

static void
test_no_cache_is_no_cache(void **state)
{
    struct history *h = *state;
    struct query *q = NULL;
    struct err err;
    char *none = g_strconcat(h->dir, "/none/cache.db", NULL);
    assert_int_equal(query_open(&q, none, &err), RC_NOTFOUND);
    assert_null(q);
    g_free(none);
    none = g_strconcat(h->dir, "/other", NULL);
    assert_true(g_file_set_contents(none, "", 0, NULL));
    assert_int_equal(query_open(&q, none, &err), RC_NOTFOUND);
    assert_true(
        g_file_set_contents(none, "no database, but a text that is long enough", -1, NULL));
    assert_int_equal(query_open(&q, none, &err), RC_IO);
    assert_non_null(strstr(err.text, "damaged"));
    g_free(none);
    assert_int_equal(query_open(&q, h->dir, &err), RC_IO);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_question_gets_what_a_plain_search_finds),
        cmocka_unit_test(test_the_caller_may_stop),
        cmocka_unit_test(test_latest_over_slices_and_tail),
        cmocka_unit_test(test_the_plant_comes_back_whole),
        cmocka_unit_test(test_a_name_keeps_its_series),
        cmocka_unit_test(test_no_cache_is_no_cache),
    };
    return cmocka_run_group_tests_name("query", tests, make_history, drop_history);
}
