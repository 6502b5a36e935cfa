/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Trends without a screen: windows, statistics, gaps, scales, ticks. */
#include "tests/unit.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "src/core/text.h"
#include "ui/glyph.h"
#include "ui/spark.h"

#define MIN_US  (60 * US_PER_S)
#define HOUR_US (60 * MIN_US)
#define DAY_US  (24 * HOUR_US)
#define T0      (INT64_C(1795000000) * US_PER_S)

static const struct component level = {
    .kind = KIND_LEVEL, .unit = (char[]){"m"}, .min = 0, .max = 4};
static const struct component pump = {
    .kind = KIND_ACTUATOR, .unit = (char[]){""}, .min = NAN, .max = NAN};

/* ---- a series to fill ---- */

struct made {
    struct trend_window w;
    struct archive_bucket *buckets;
    struct trend_dot *dots;
};

static struct made
make(int64_t span_us, int columns)
{
    struct made m = {.w = trend_window_at(T0, span_us, columns)};
    m.buckets = g_new0(struct archive_bucket, m.w.n);
    m.dots = g_new0(struct trend_dot, m.w.n);
    return m;
}

static void
drop(struct made *m)
{
    g_free(m->buckets);
    g_free(m->dots);
}

static void
put(struct made *m, wall_us at, double value)
{
    int64_t i = trend_window_bucket(&m->w, at);
    assert_true(i >= 0 && i < (int64_t)m->w.n);
    archive_bucket_add(&m->buckets[i], value, at);
}

static void
put_each(struct made *m, int64_t every_us, double value)
{
    for (wall_us at = m->w.since; at < trend_window_until(&m->w); at += every_us) {
        put(m, at, value);
    }
}

static void
make_dots(struct made *m, const struct component *c, enum trend_stat stat)
{
    int64_t gap_us = trend_gap_us(m->buckets, &m->w, c, 300);
    trend_dots(m->dots, m->buckets, NULL, &m->w, c, stat, gap_us);
}

static int
count_breaks(const struct made *m)
{
    int n = 0;
    for (uint32_t i = 0; i < m->w.n; i++) {
        n += m->dots[i].any && !m->dots[i].joined && m->dots[i].from >= 0;
    }
    return n;
}

/* ---- windows ---- */

static void
test_windows_share_borders(void **state)
{
    (void)state;
    for (int span = 0; span < TREND_SPANS; span++) {
        for (int columns = 1; columns < 400; columns += 13) {
            struct trend_window w = trend_window_at(T0, trend_span_us(span), columns);
            assert_int_equal(w.n, 2 * columns);
            assert_int_equal(w.since % (2 * w.bucket_us), 0);
            int64_t at = trend_window_bucket(&w, T0);
            assert_in_range(at, w.n - 2, w.n - 1); /* in the last column */
            assert_true(trend_window_start(&w, at) <= T0);
            assert_true(trend_window_start(&w, at + 1) > T0);
        }
    }
    struct trend_window w = trend_window_at(T0, HOUR_US, 60);
    assert_int_equal(trend_window_bucket(&w, w.since - 1), -1);
    assert_int_equal(trend_window_bucket(&w, trend_window_until(&w)), w.n);
}

/* ---- statistics ---- */

struct naive {
    uint32_t n;
    double sum, min, max, last;
    wall_us last_at;
};

static double
naive_stat(const struct naive *b, const struct naive *before, enum trend_stat stat)
{
    switch (stat) {
    case TREND_MEAN:
        return b->sum / b->n;
    case TREND_MIN:
        return b->min;
    case TREND_MAX:
        return b->max;
    case TREND_LAST:
        return b->last;
    case TREND_DIFFERENCE:
        return before == NULL ? NAN : b->last - before->last;
    }
    return NAN;
}

/* The same by the plainest way: of shown values, bucket after bucket. */
static void
compare_with_naive(struct adjust adjust, GRand *random)
{
    struct made m = make(HOUR_US, 20);
    struct naive *naive = g_new0(struct naive, m.w.n);
    struct component c = level;
    c.adjust = adjust;
    for (int k = 0; k < 300; k++) {
        wall_us at =
            m.w.since + (wall_us)(g_rand_double(random) * (double)(m.w.bucket_us * m.w.n));
        double raw = g_rand_double_range(random, -50, 50);
        double shown = adjust_apply(adjust, raw);
        struct naive *b = &naive[(at - m.w.since) / m.w.bucket_us];
        put(&m, at, raw);
        b->min = b->n == 0 ? shown : fmin(b->min, shown);
        b->max = b->n == 0 ? shown : fmax(b->max, shown);
        b->last = b->n == 0 || at >= b->last_at ? shown : b->last;
        b->last_at = MAX(at, b->last_at);
        b->sum += shown;
        b->n++;
    }
    for (int stat = 0; stat < TREND_STATS; stat++) {
        const struct naive *before = NULL;
        make_dots(&m, &c, (enum trend_stat)stat);
        for (uint32_t i = 0; i < m.w.n; i++) {
            assert_int_equal(m.dots[i].any, naive[i].n > 0);
            if (naive[i].n == 0) {
                continue;
            }
            double want = naive_stat(&naive[i], before, (enum trend_stat)stat);
            assert_true(isnan(want) ? isnan(m.dots[i].value)
                                    : fabs(m.dots[i].value - want) < 1e-6);
            assert_true(stat == TREND_DIFFERENCE ||
                        (fabs(m.dots[i].low - naive[i].min) < 1e-6 &&
                         fabs(m.dots[i].high - naive[i].max) < 1e-6));
            before = &naive[i];
        }
    }
    g_free(naive);
    drop(&m);
}

static void
test_statistics_are_the_naive_ones(void **state)
{
    (void)state;
    static const struct adjust adjusts[] = {{ADJUST_NONE, 0},
                                            {ADJUST_MULTIPLY, 0.1},
                                            {ADJUST_MULTIPLY, -2},
                                            {ADJUST_ADD, 5},
                                            {ADJUST_DIVIDE, 3600}};
    GRand *random = g_rand_new_with_seed(41);
    for (size_t i = 0; i < G_N_ELEMENTS(adjusts); i++) {
        compare_with_naive(adjusts[i], random);
    }
    g_rand_free(random);
}

/* ---- gaps ---- */

static void
test_a_gap_is_no_line(void **state)
{
    (void)state;
    struct made m = make(4 * HOUR_US, 120); /* a bucket is a minute */
    put_each(&m, 2 * MIN_US, 1);            /* every second bucket is empty: no gap */
    make_dots(&m, &level, TREND_MEAN);
    assert_int_equal(count_breaks(&m), 0);
    for (uint32_t i = 100; i < 120; i++) { /* 20 minutes without */
        m.buckets[i] = (struct archive_bucket){0};
    }
    make_dots(&m, &level, TREND_MEAN);
    assert_int_equal(count_breaks(&m), 1);
    assert_false(m.dots[120].joined);
    assert_true(m.dots[122].joined);
    make_dots(&m, &pump, TREND_LAST); /* a state that is told regularly does not hold either */
    assert_int_equal(count_breaks(&m), 1);
    drop(&m);
}

static void
test_bad_quality_breaks_the_line(void **state)
{
    (void)state;
    struct made m = make(4 * HOUR_US, 120);
    put_each(&m, 2 * MIN_US, 1);
    m.buckets[101].bad = 1;
    make_dots(&m, &level, TREND_MEAN);
    assert_true(m.dots[101].bad && !m.dots[101].any);
    assert_int_equal(count_breaks(&m), 1);
    assert_false(m.dots[102].joined);
    drop(&m);
}

/* Told when it changes: it holds, however long. A level of that kind does not. */
static void
test_states_hold(void **state)
{
    (void)state;
    struct made m = make(DAY_US, 120);
    static const int minutes[] = {0, 7, 9, 300, 301, 660, 700, 701, 705, 1290, 1300};
    for (size_t i = 0; i < G_N_ELEMENTS(minutes); i++) {
        put(&m, m.w.since + minutes[i] * MIN_US, (double)(i % 2));
    }
    assert_true(trend_gap_us(m.buckets, &m.w, &pump, 300) == INT64_MAX);
    make_dots(&m, &pump, TREND_LAST);
    assert_int_equal(count_breaks(&m), 0);
    assert_true(trend_gap_us(m.buckets, &m.w, &level, 300) < INT64_MAX);
    drop(&m);
}

static void
test_line_comes_from_before_the_window(void **state)
{
    (void)state;
    struct made m = make(HOUR_US, 60);
    put_each(&m, MIN_US, 2);
    struct archive_bucket before = {0};
    archive_bucket_add(&before, 1, m.w.since - MIN_US);
    int64_t gap_us = trend_gap_us(m.buckets, &m.w, &level, 300);
    trend_dots(m.dots, m.buckets, &before, &m.w, &level, TREND_DIFFERENCE, gap_us);
    assert_true(m.dots[0].joined && m.dots[0].from == -1);
    assert_true(fabs(m.dots[0].value - 1) < 1e-9);
    before.first_at = before.last_at = m.w.since - HOUR_US;
    trend_dots(m.dots, m.buckets, &before, &m.w, &level, TREND_MEAN, gap_us);
    assert_false(m.dots[0].joined);
    drop(&m);
}

/* ---- scales ---- */

static struct trend_scale
scale_of(struct made *m)
{
    make_dots(m, &level, TREND_MEAN);
    return trend_scale_values(m->dots, m->w.n);
}

static void
test_u41_spike_flattens_nothing(void **state)
{
    (void)state;
    struct made m = make(DAY_US, 100);
    for (uint32_t i = 0; i < m.w.n; i++) {
        put(&m, trend_window_start(&m.w, i), 2 + sin(2 * G_PI * i / m.w.n));
    }
    struct trend_scale calm = scale_of(&m);
    assert_true(fabs(calm.low - 1) < 0.01 && fabs(calm.high - 3) < 0.01);
    put(&m, trend_window_start(&m.w, 77) + 1, 4000);
    put(&m, trend_window_start(&m.w, 130) + 1, -900);
    struct trend_scale spiked = scale_of(&m);
    assert_true(fabs(spiked.low - calm.low) < 0.01 && fabs(spiked.high - calm.high) < 0.01);
    for (uint32_t i = 77; i < 97; i++) { /* a tenth of the time is no spike */
        put(&m, trend_window_start(&m.w, i) + 2, 40);
    }
    assert_true(fabs(scale_of(&m).high - 40) < 0.01);
    drop(&m);
}

static void
test_scale_of_few_and_equal_values(void **state)
{
    (void)state;
    struct made m = make(DAY_US, 100);
    assert_true(isnan(scale_of(&m).low));
    struct trend_scale none = trend_scale_margin(TREND_SCALE_NONE);
    assert_true(none.low < none.high);
    put(&m, m.w.since, 7);
    struct trend_scale one = trend_scale_margin(scale_of(&m));
    assert_true(one.low < 7 && one.high > 7);
    put(&m, m.w.since + HOUR_US, 700); /* of two values none is the rule */
    assert_true(fabs(scale_of(&m).high - 700) < 1e-9);
    drop(&m);
}

static void
test_scale_by_range_and_limits(void **state)
{
    (void)state;
    struct made m = make(DAY_US, 100);
    const struct limit_mark marks[] = {{.component = 5, .value = 3.4},
                                       {.component = 6, .value = 99}};
    put_each(&m, MIN_US, 1.7);
    make_dots(&m, &level, TREND_MEAN);
    struct trend_scale s =
        trend_scale_choose(TREND_Y_RANGE, &level, marks, 2, 5, m.dots, m.w.n);
    assert_true(fabs(s.low) < 1e-9 && fabs(s.high - 4) < 1e-9);
    s = trend_scale_choose(TREND_Y_LIMITS, &level, marks, 2, 5, m.dots, m.w.n);
    assert_true(fabs(s.low - 1.7) < 1e-9 && fabs(s.high - 3.4) < 1e-9);
    s = trend_scale_choose(TREND_Y_AUTO, &level, marks, 2, 5, m.dots, m.w.n);
    assert_true(fabs(s.low - 1.7) < 1e-9 && fabs(s.high - 1.7) < 1e-9);
    struct component open = level;
    open.max = NAN; /* without a range its limits count */
    s = trend_scale_choose(TREND_Y_RANGE, &open, marks, 2, 5, m.dots, m.w.n);
    assert_true(fabs(s.high - 3.4) < 1e-9);
    drop(&m);
}

static void
test_round_steps(void **state)
{
    (void)state;
    for (double range = 1e-6; range < 1e9; range *= 3.7) {
        for (int most = 1; most < 30; most++) {
            double step =
                trend_scale_step((struct trend_scale){-range / 3, range * 2 / 3}, most);
            double digit = step / pow(10, floor(log10(step) + 1e-9));
            assert_true(range / step <= most + 1e-6 && range / step > most / 2.6);
            assert_true(fabs(digit - 1) < 1e-6 || fabs(digit - 2) < 1e-6 ||
                        fabs(digit - 5) < 1e-6);
        }
    }
}

static void
test_scales_of_the_largest_numbers(void **state)
{
    (void)state;
    const struct trend_scale each[] = {
        {-1e308, 1e308}, {-DBL_MAX, DBL_MAX}, {DBL_MAX, DBL_MAX}, {0, 5e-324}};
    for (size_t i = 0; i < G_N_ELEMENTS(each); i++) {
        struct trend_scale s = trend_scale_margin(each[i]);
        assert_true(isfinite(s.low) && isfinite(s.high) && s.low < s.high);
        double place = trend_scale_place(s, each[i].low);
        assert_true(place >= 0 && place <= 1);
        assert_true(fabs(trend_scale_place(s, s.high)) < 1e-9);
        assert_true(trend_scale_step(s, 4) > 0);
    }
    struct trend_scale wide = {-1e308, 1e308};
    assert_true(fabs(trend_scale_place(wide, 0) - 0.5) < 1e-9);
    assert_true(isfinite(trend_scale_step(wide, 4)));
}

/* ---- time ---- */

static wall_us
utc(int year, int month, int day, int hour)
{
    GDateTime *at = g_date_time_new_utc(year, month, day, hour, 0, 0);
    wall_us us = g_date_time_to_unix(at) * US_PER_S;
    g_date_time_unref(at);
    return us;
}

/* They rise, lie inside, are round in local time, and their labels do not touch. */
static void
check_ticks(const struct zone *z, wall_us since, wall_us until, int columns)
{
    GArray *ticks = g_array_new(FALSE, FALSE, sizeof(struct trend_tick));
    trend_ticks(ticks, z, since, until, columns);
    double free_from = 0;
    wall_us last = WALL_NONE;
    for (guint i = 0; i < ticks->len; i++) {
        const struct trend_tick *tick = &g_array_index(ticks, struct trend_tick, i);
        double column = (double)(tick->at - since) * columns / (double)(until - since);
        struct tm tm = format_local(z, tick->at);
        char text[FORMAT_SIZE];
        assert_true(tick->at > last && tick->at >= since && tick->at < until);
        assert_true(column >= free_from);
        assert_int_equal(tm.tm_sec % 10, 0);
        format_time(text, sizeof(text), z, tick->at);
        if (strchr(tick->label, ':') != NULL) {
            assert_true(g_str_has_prefix(tick->label, text));
        } else { /* a day: its beginning */
            assert_string_equal(text, "00:00");
        }
        last = tick->at;
        free_from = column + text_columns(tick->label);
    }
    assert_true(columns < 60 || ticks->len >= 2);
    g_array_free(ticks, TRUE);
}

static void
test_ticks_in_any_night(void **state)
{
    (void)state;
    static const char *const zones[] = {"Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe",
                                        "America/Sao_Paulo", "UTC"};
    const wall_us ends[] = {utc(2026, 3, 29, 9), utc(2026, 10, 25, 9), utc(2026, 10, 4, 2),
                            utc(2026, 7, 1, 12), utc(2027, 1, 1, 6)};
    for (size_t k = 0; k < G_N_ELEMENTS(zones); k++) {
        struct zone *z = zone_new(zones[k]);
        for (size_t e = 0; e < G_N_ELEMENTS(ends); e++) {
            for (int span = 0; span < TREND_SPANS; span++) {
                for (int columns = 31; columns < 190; columns += 39) {
                    check_ticks(z, ends[e] - trend_span_us(span), ends[e], columns);
                }
            }
        }
        zone_free(z);
    }
}

static void
labels_of(char *dst, size_t cap, const struct zone *z, wall_us since, wall_us until,
          int columns)
{
    GArray *ticks = g_array_new(FALSE, FALSE, sizeof(struct trend_tick));
    trend_ticks(ticks, z, since, until, columns);
    *dst = '\0';
    for (guint i = 0; i < ticks->len; i++) {
        g_strlcat(dst, g_array_index(ticks, struct trend_tick, i).label, cap);
        g_strlcat(dst, " ", cap);
    }
    g_array_free(ticks, TRUE);
}

static void
test_ticks_of_nights_with_23_and_25_hours(void **state)
{
    (void)state;
    struct zone *z = zone_new("Europe/Berlin");
    char text[256];
    labels_of(text, sizeof(text), z, utc(2026, 3, 28, 23), utc(2026, 3, 29, 3), 60);
    assert_string_equal(text, "29 Mar 01:00 03:00 04:00 ");
    labels_of(text, sizeof(text), z, utc(2026, 10, 24, 22), utc(2026, 10, 25, 3), 60);
    assert_string_equal(text, "25 Oct 01:00 02:00 02:00 03:00 ");
    labels_of(text, sizeof(text), z, utc(2026, 3, 27, 12), utc(2026, 3, 31, 12), 60);
    assert_string_equal(text, "28 Mar 29 Mar 30 Mar 31 Mar ");
    /* the same hour of the day before */
    assert_int_equal(trend_days_us(z, utc(2026, 3, 29, 12), 1), 23 * HOUR_US);
    assert_int_equal(trend_days_us(z, utc(2026, 10, 25, 12), 1), 25 * HOUR_US);
    assert_int_equal(trend_days_us(z, utc(2026, 10, 28, 12), 7), 7 * DAY_US + HOUR_US);
    assert_int_equal(trend_days_us(z, utc(2026, 7, 1, 12), 7), 7 * DAY_US);
    zone_free(z);
}

/* ---- live values ---- */

static bool
hear(struct trend_series *s, const struct trend_window *w, wall_us at, double value,
     uint8_t quality)
{
    struct component_state heard = {.num = value, .ts = at, .quality = quality};
    return trend_series_live(s, w, &heard);
}

static void
test_live_values_join_answers(void **state)
{
    (void)state;
    struct trend_series s;
    struct trend_window none = {.n = 0}, w = trend_window_at(T0, HOUR_US, 30);
    trend_series_init(&s, "A", "L");
    trend_series_window(&s, &none, &w);
    assert_true(hear(&s, &w, T0, 1, 0));
    assert_false(hear(&s, &w, T0, 1, 0)); /* the next snapshot tells the same */
    assert_true(hear(&s, &w, T0 + US_PER_S, 2, QUALITY_INVALID));
    int64_t last = trend_window_bucket(&w, T0);
    assert_int_equal(s.buckets[last].n, 1);
    assert_int_equal(s.buckets[last].bad, 1);

    struct archive_request r = {
        .since = w.since, .until = trend_window_until(&w), .n_buckets = w.n, .n_series = 1};
    struct archive_answer *a = archive_answer_new(&r, 1);
    archive_bucket_add(&a->buckets[3], 7, trend_window_start(&w, 3));
    archive_bucket_add(&a->buckets[last], 1, T0); /* it knows the first one */
    trend_series_answer(&s, &w, a, 0);
    assert_int_equal(s.buckets[3].n, 1);
    assert_int_equal(s.buckets[last].n, 1);
    assert_int_equal(s.buckets[last].bad, 1);
    assert_false(hear(&s, &w, T0, 1, 0));

    /* The window moves on by a column; an older answer still finds its place. */
    struct trend_window next = trend_window_at(T0 + 2 * w.bucket_us, HOUR_US, 30);
    trend_series_window(&s, &w, &next);
    assert_int_equal(s.buckets[1].n, 1);
    assert_int_equal(s.buckets[last - 2].n, 1);
    assert_int_equal(s.buckets[last - 2].bad, 1);

    /* Back in time and forth again: what was heard is there, once. */
    struct trend_window past = trend_window_at(T0 - HOUR_US / 2, HOUR_US, 30);
    trend_series_window(&s, &next, &past);
    trend_series_window(&s, &past, &next);
    assert_int_equal(s.buckets[last - 2].n, 1);
    assert_int_equal(s.buckets[last - 2].bad, 1);
    trend_series_answer(&s, &next, a, 0);
    assert_int_equal(s.buckets[1].n, 1);
    assert_int_equal(s.buckets[last - 2].bad, 1);
    next = trend_window_at(T0 + 8 * w.bucket_us, HOUR_US, 30);
    trend_series_answer(&s, &next, a, 0);
    assert_int_equal(s.before.n, 1); /* 3 has left on the left */
    assert_true(fabs(s.before.last - 7) < 1e-9);
    archive_answer_free(a);
    trend_series_fini(&s);
}

/* What an answer does not reach stays as it was. */
static void
test_partial_answers_lose_nothing(void **state)
{
    (void)state;
    struct trend_series s;
    struct trend_window none = {.n = 0}, w = trend_window_at(T0, HOUR_US, 30);
    trend_series_init(&s, "A", "L");
    trend_series_window(&s, &none, &w);
    struct archive_request r = {
        .since = w.since, .until = trend_window_until(&w), .n_buckets = w.n, .n_series = 1};
    struct archive_answer *whole = archive_answer_new(&r, 1);
    struct archive_answer *part = archive_answer_new(&r, 2);
    archive_bucket_add(&whole->buckets[3], 7, trend_window_start(&w, 3));
    archive_bucket_add(&whole->buckets[40], 8, trend_window_start(&w, 40));
    part->reach = trend_window_start(&w, 20);
    trend_series_answer(&s, &w, whole, 0);
    trend_series_answer(&s, &w, part, 0);
    assert_int_equal(s.buckets[3].n, 1);
    assert_int_equal(s.buckets[40].n, 0); /* the newer answer knows better there */
    archive_answer_free(whole);
    archive_answer_free(part);
    trend_series_fini(&s);
}

static void
test_live_values_are_bounded(void **state)
{
    (void)state;
    struct trend_series s;
    struct trend_window none = {.n = 0};
    trend_series_init(&s, "A", "L");
    for (int i = 0; i < 5000; i++) {
        assert_true(hear(&s, &none, T0 + i * US_PER_S, i, 0)); /* not shown: only remembered */
    }
    assert_int_equal(s.live->len, TREND_LIVE_MAX);
    struct trend_window w = trend_window_at(T0 + 5000 * US_PER_S, HOUR_US, 30);
    trend_series_window(&s, &none, &w);
    uint32_t n = 0;
    for (uint32_t i = 0; i < w.n; i++) {
        n += s.buckets[i].n;
    }
    assert_int_equal(n, TREND_LIVE_MAX);
    trend_series_fini(&s);
}

/* ---- sparks ---- */

static void
test_spark(void **state)
{
    (void)state;
    struct made m = make(4 * HOUR_US, 40);
    int heights[20];
    for (uint32_t i = 0; i < m.w.n; i++) {
        if (i < 40 || i >= 48) { /* two columns of 20 without */
            put(&m, trend_window_start(&m.w, i), i < 20 ? 0 : 4);
        }
    }
    m.buckets[70] = m.buckets[71] = m.buckets[72] = m.buckets[73] = m.buckets[74] =
        m.buckets[75] = (struct archive_bucket){.bad = 1};
    spark_heights(heights, 20, m.buckets, &m.w, &level, 300, (struct trend_scale){0, 4});
    assert_int_equal(heights[0], 1);
    assert_int_equal(heights[4], 1);
    assert_int_equal(heights[5], GLYPH_BARS);
    assert_int_equal(heights[10], SPARK_GAP);
    assert_int_equal(heights[11], SPARK_GAP);
    assert_int_equal(heights[12], GLYPH_BARS);
    assert_int_equal(heights[18], SPARK_BAD);
    spark_heights(heights, 20, m.buckets, &m.w, &level, 300, (struct trend_scale){1, 2});
    assert_int_equal(heights[0], 1); /* beyond the scale */
    assert_int_equal(heights[5], GLYPH_BARS);
    drop(&m);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_windows_share_borders),
        cmocka_unit_test(test_statistics_are_the_naive_ones),
        cmocka_unit_test(test_a_gap_is_no_line),
        cmocka_unit_test(test_bad_quality_breaks_the_line),
        cmocka_unit_test(test_states_hold),
        cmocka_unit_test(test_line_comes_from_before_the_window),
        cmocka_unit_test(test_u41_spike_flattens_nothing),
        cmocka_unit_test(test_scale_of_few_and_equal_values),
        cmocka_unit_test(test_scale_by_range_and_limits),
        cmocka_unit_test(test_round_steps),
        cmocka_unit_test(test_scales_of_the_largest_numbers),
        cmocka_unit_test(test_ticks_in_any_night),
        cmocka_unit_test(test_ticks_of_nights_with_23_and_25_hours),
        cmocka_unit_test(test_live_values_join_answers),
        cmocka_unit_test(test_partial_answers_lose_nothing),
        cmocka_unit_test(test_live_values_are_bounded),
        cmocka_unit_test(test_spark),
    };
    return cmocka_run_group_tests_name("trend", tests, NULL, NULL);
}
