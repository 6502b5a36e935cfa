/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/trend_data.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#define MINUTE_US (60 * US_PER_S)
#define HOUR_US   (60 * MINUTE_US)
#define DAY_US    (24 * HOUR_US)

#define FEW       8 /* distances between readings that tell nothing about what is usual */
#define TIMES     3 /* the usual distance: a gap */
#define IRREGULAR 2 /* so many times the median, and the distances have no rule */

static const char *const stat_names[] = {[TREND_MEAN] = "mean",
                                         [TREND_MIN] = "min",
                                         [TREND_MAX] = "max",
                                         [TREND_LAST] = "last",
                                         [TREND_DIFFERENCE] = "difference"};
static_assert(G_N_ELEMENTS(stat_names) == TREND_STATS, "a statistic has no name");

static const struct {
    const char *name;
    int64_t us;
} spans[] = {
    {"5min", 5 * MINUTE_US}, {"15min", 15 * MINUTE_US}, {"1h", HOUR_US},    {"4h", 4 * HOUR_US},
    {"8h", 8 * HOUR_US},     {"24h", DAY_US},           {"3d", 3 * DAY_US}, {"7d", 7 * DAY_US},
    {"30d", 30 * DAY_US},    {"1y", 365 * DAY_US},
};
static_assert(G_N_ELEMENTS(spans) == TREND_SPANS, "a span is missing");

const char *
trend_stat_name(enum trend_stat stat)
{
    return stat_names[stat];
}

int64_t
trend_span_us(int span)
{
    return spans[CLAMP(span, 0, TREND_SPANS - 1)].us;
}

const char *
trend_span_name(int span)
{
    return spans[CLAMP(span, 0, TREND_SPANS - 1)].name;
}

/* ---- windows ---- */

static int64_t
floor_to(int64_t value, int64_t step)
{
    int64_t rest = value % step;
    return value - (rest < 0 ? rest + step : rest);
}

struct trend_window
trend_window_at(wall_us end, int64_t span_us, int columns)
{
    columns = CLAMP(columns, 1, (int)ARCHIVE_BUCKETS_MAX / 2);
    struct trend_window w = {.n = 2 * (uint32_t)columns};
    w.bucket_us = MAX(span_us / w.n, 1);
    int64_t column_us = 2 * w.bucket_us;
    w.since = floor_to(end, column_us) + column_us - w.bucket_us * w.n;
    return w;
}

wall_us
trend_window_until(const struct trend_window *w)
{
    return w->since + w->bucket_us * w->n;
}

wall_us
trend_window_start(const struct trend_window *w, int64_t bucket)
{
    return w->since + w->bucket_us * bucket;
}

int64_t
trend_window_bucket(const struct trend_window *w, wall_us at)
{
    return floor_to(at - w->since, w->bucket_us) / w->bucket_us;
}

bool
trend_window_equal(const struct trend_window *a, const struct trend_window *b)
{
    return a->since == b->since && a->bucket_us == b->bucket_us && a->n == b->n;
}

/* ---- one component ---- */

void
trend_series_init(struct trend_series *s, const char *station, const char *component)
{
    *s = (struct trend_series){.live = g_array_new(FALSE, FALSE, sizeof(struct trend_live)),
                               .newest = WALL_NONE};
    g_strlcpy(s->name.station, station, sizeof(s->name.station));
    g_strlcpy(s->name.component, component, sizeof(s->name.component));
}

void
trend_series_fini(struct trend_series *s)
{
    g_free(s->buckets);
    if (s->live != NULL) {
        g_array_free(s->live, TRUE);
    }
    *s = (struct trend_series){0};
}

/* The last good reading of those that leave the window at its beginning. */
static void
remember_before(struct trend_series *s, uint32_t gone)
{
    for (uint32_t i = gone; i-- > 0;) {
        const struct archive_bucket *b = &s->buckets[i];
        if (b->n > 0) {
            s->before = (struct archive_bucket){0};
            archive_bucket_add(&s->before, b->last, b->last_at);
            return;
        }
    }
}

static void
place(struct trend_series *s, const struct trend_window *w, const struct trend_live *live)
{
    int64_t i = trend_window_bucket(w, live->at);
    if (i < 0) {
        if (!live->bad && (s->before.n == 0 || live->at >= s->before.last_at)) {
            s->before = (struct archive_bucket){0};
            archive_bucket_add(&s->before, live->value, live->at);
        }
        return;
    }
    if (i >= (int64_t)w->n) { /* a window of the past, or a clock that is ahead */
        return;
    }
    struct archive_bucket *b = &s->buckets[i];
    if (live->bad) {
        b->bad++;
    } else {
        archive_bucket_add(b, live->value, live->at);
    }
}

/* The live values newer than known; those that were in the window from (may be NULL) are in
 * place. */
static void
replay(struct trend_series *s, const struct trend_window *from, const struct trend_window *w,
       wall_us known)
{
    for (guint i = 0; i < s->live->len; i++) {
        const struct trend_live *live = &g_array_index(s->live, struct trend_live, i);
        int64_t bucket = from == NULL ? -1 : trend_window_bucket(from, live->at);
        bool placed = bucket >= 0 && bucket < (int64_t)from->n;
        if (live->at > known && !placed) {
            place(s, w, live);
        }
        s->newest = MAX(s->newest, live->at);
    }
}

void
trend_series_window(struct trend_series *s, const struct trend_window *from,
                    const struct trend_window *to)
{
    struct archive_bucket *buckets = g_new0(struct archive_bucket, MAX(to->n, 1));
    int64_t step = from->n == 0 ? 0 : (to->since - from->since) / to->bucket_us;
    bool shared = from->n > 0 && from->bucket_us == to->bucket_us && ABS(step) < from->n;
    if (shared && step > 0) {
        remember_before(s, (uint32_t)step);
    } else if (!shared || step < 0) {
        s->before = (struct archive_bucket){0};
    }
    for (int64_t i = 0; shared && i < to->n; i++) {
        if (i + step >= 0 && i + step < from->n) {
            buckets[i] = s->buckets[i + step];
        }
    }
    g_free(s->buckets);
    s->buckets = buckets;
    replay(s, shared ? from : NULL, to, WALL_NONE);
}

static void
copy_before(struct trend_series *s, const struct archive_answer *answer, uint32_t row,
            int64_t step)
{
    const struct archive_bucket *from = &answer->buckets[(gsize)row * answer->n_buckets];
    if (answer->before[row].n > 0 || answer->reach <= answer->since) {
        s->before = answer->before[row];
    }
    for (int64_t i = 0; i < MIN(step, (int64_t)answer->n_buckets); i++) {
        if (from[i].n > 0) {
            s->before = (struct archive_bucket){0};
            archive_bucket_add(&s->before, from[i].last, from[i].last_at);
        }
    }
}

/* The window may have moved on since it was asked for. What the answer does not reach stays as
 * it is: an earlier one may have told it. */
static void
copy_answer(struct trend_series *s, const struct trend_window *w,
            const struct archive_answer *answer, uint32_t row)
{
    const struct archive_bucket *from = &answer->buckets[(gsize)row * answer->n_buckets];
    int64_t step = (w->since - answer->since) / w->bucket_us;
    copy_before(s, answer, row, step);
    for (int64_t i = 0; i < w->n; i++) {
        bool inside = i + step >= 0 && i + step < answer->n_buckets;
        struct archive_bucket b = inside ? from[i + step] : (struct archive_bucket){0};
        bool reached = answer->reach == WALL_NONE ||
                       trend_window_start(w, i + 1) > answer->reach || b.n > 0 || b.bad > 0;
        if (reached) {
            s->buckets[i] = b;
        }
    }
}

void
trend_series_answer(struct trend_series *s, const struct trend_window *w,
                    const struct archive_answer *answer, uint32_t row)
{
    if (w->n == 0 || answer->until - answer->since != w->bucket_us * answer->n_buckets) {
        return;
    }
    copy_answer(s, w, answer, row);
    s->newest = s->before.n > 0 ? s->before.last_at : WALL_NONE;
    for (uint32_t i = 0; i < w->n; i++) {
        if (s->buckets[i].n > 0) {
            s->newest = MAX(s->newest, s->buckets[i].last_at);
        }
    }
    replay(s, NULL, w, s->newest);
}

bool
trend_is_bad(unsigned quality)
{
    return (quality &
            (QUALITY_INVALID | QUALITY_NOT_TOPICAL | QUALITY_BLOCKED | QUALITY_OVERFLOW)) != 0;
}

bool
trend_series_live(struct trend_series *s, const struct trend_window *w,
                  const struct component_state *state)
{
    if (state->ts == WALL_NONE || state->text != NULL || state->ts <= s->newest) {
        return false;
    }
    struct trend_live live = {state->ts, state->num, trend_is_bad(state->quality)};
    if (s->live->len >= TREND_LIVE_MAX) {
        g_array_remove_index(s->live, 0);
    }
    g_array_append_val(s->live, live);
    s->newest = state->ts;
    if (w->n > 0) {
        place(s, w, &live);
    }
    return true;
}

/* ---- what is drawn ---- */

bool
trend_is_strip(const struct component *c)
{
    bool state = c->kind == KIND_ACTUATOR || c->kind == KIND_SWITCH || c->kind == KIND_FAULT;
    return c->n_states > 0 || (state && *c->unit == '\0' && !(c->max > 1));
}

struct distance {
    int64_t us;
    uint32_t times;
};

static gint
by_length(gconstpointer a, gconstpointer b)
{
    const struct distance *x = a, *y = b;
    return (x->us > y->us) - (x->us < y->us);
}

/* That below which so large a share of all distances lie. */
static int64_t
quantile(const GArray *distances, uint64_t all, double share)
{
    uint64_t below = 0;
    int64_t us = 0;
    for (guint i = 0; i < distances->len && (double)below <= share * (double)all; i++) {
        const struct distance *d = &g_array_index(distances, struct distance, i);
        below += d->times;
        us = d->us;
    }
    return us;
}

static uint64_t
measure(GArray *distances, const struct archive_bucket *buckets, uint32_t n)
{
    const struct archive_bucket *last = NULL;
    uint64_t all = 0;
    for (uint32_t i = 0; i < n; i++) {
        const struct archive_bucket *b = &buckets[i];
        if (b->n == 0) {
            continue;
        }
        struct distance between = {last == NULL ? 0 : b->first_at - last->last_at, 1};
        struct distance within = {b->n < 2 ? 0 : (b->last_at - b->first_at) / (b->n - 1),
                                  b->n - 1};
        if (last != NULL) {
            g_array_append_val(distances, between);
            all++;
        }
        if (within.times > 0) {
            g_array_append_val(distances, within);
            all += within.times;
        }
        last = b;
    }
    return all;
}

int64_t
trend_gap_us(const struct archive_bucket *buckets, const struct trend_window *w,
             const struct component *c, int silence_s)
{
    GArray *distances = g_array_new(FALSE, FALSE, sizeof(struct distance));
    uint64_t all = measure(distances, buckets, w->n);
    g_array_sort(distances, by_length);
    int64_t median = quantile(distances, all, 0.5), most = quantile(distances, all, 0.9);
    g_array_free(distances, TRUE);
    bool regular = all >= FEW && most <= IRREGULAR * median;
    if (!regular && trend_is_strip(c)) {
        return INT64_MAX;
    }
    int64_t least = all < FEW ? MAX(silence_s, PLANT_SILENCE_DEFAULT_S) * US_PER_S : 0;
    return MAX(MAX(TIMES * most, 2 * w->bucket_us), least);
}

static double
of_bucket(const struct archive_bucket *b, const struct archive_bucket *last,
          enum trend_stat stat)
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
        return last == NULL ? NAN : b->last - last->last;
    }
    return NAN;
}

static void
fill_values(struct trend_dot *dot, const struct archive_bucket *b,
            const struct archive_bucket *last, struct adjust adjust, enum trend_stat stat)
{
    double low = adjust_apply(adjust, b->min), high = adjust_apply(adjust, b->max);
    bool turned = low > high; /* a negative factor */
    enum trend_stat raw = turned && stat == TREND_MIN   ? TREND_MAX
                          : turned && stat == TREND_MAX ? TREND_MIN
                                                        : stat;
    double value = of_bucket(b, last, raw);
    dot->low = turned ? high : low;
    dot->high = turned ? low : high;
    if (stat == TREND_DIFFERENCE) {
        dot->value = adjust_apply(adjust, value) - adjust_apply(adjust, 0);
        dot->low = dot->high = dot->value;
    } else {
        dot->value = adjust_apply(adjust, value);
    }
}

void
trend_dots(struct trend_dot *ret, const struct archive_bucket *buckets,
           const struct archive_bucket *before, const struct trend_window *w,
           const struct component *c, enum trend_stat stat, int64_t gap_us)
{
    const struct archive_bucket *last = before != NULL && before->n > 0 ? before : NULL;
    int32_t from = -1;
    bool broken = false;
    for (uint32_t i = 0; i < w->n; i++) {
        const struct archive_bucket *b = &buckets[i];
        struct trend_dot *dot = &ret[i];
        *dot = (struct trend_dot){.bad = b->bad > 0, .from = from};
        if (b->n == 0) {
            broken = broken || b->bad > 0;
            continue;
        }
        dot->any = true;
        fill_values(dot, b, last, c->adjust, stat);
        dot->joined = last != NULL && !broken && b->first_at - last->last_at <= gap_us;
        last = b;
        from = (int32_t)i;
        broken = false;
    }
}
