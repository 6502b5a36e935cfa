/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/trend_scale.h"

#include <assert.h>
#include <float.h>

#include "src/core/i18n.h"
#include "src/core/text.h"

#define FEW    8   /* values of which none is far from the others */
#define FAR_IN 100 /* one in so many may be */
#define MARGIN 0.05

#define HOUR_US (60 * US_PER_MIN)
#define DAY_US  (24 * HOUR_US)

static const char *const y_names[] = {
    [TREND_Y_RANGE] = "range", [TREND_Y_LIMITS] = "limits", [TREND_Y_AUTO] = "auto"};
static_assert(G_N_ELEMENTS(y_names) == TREND_YS, "a scale has no name");

const char *
trend_y_name(enum trend_y y)
{
    return y_names[y];
}

static int
by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The end of sorted values (step 1: the lowest, -1: the highest) that is to be seen: without
 * the few at the end, unless these are not far from the rest. */
static double
seen_end(const double *sorted, guint n, double spread, bool highest)
{
    guint few = n < FEW ? 0 : MAX(n / FAR_IN, 1);
    double end = sorted[highest ? n - 1 : 0];
    double most = sorted[highest ? n - 1 - few : few];
    return fabs(end - most) > spread ? most : end;
}

struct trend_scale
trend_scale_values(const struct trend_dot *dots, uint32_t n)
{
    GArray *lows = g_array_new(FALSE, FALSE, sizeof(double));
    GArray *highs = g_array_new(FALSE, FALSE, sizeof(double));
    for (uint32_t i = 0; i < n; i++) {
        if (dots[i].any && isfinite(dots[i].low) && isfinite(dots[i].high)) {
            g_array_append_val(lows, dots[i].low);
            g_array_append_val(highs, dots[i].high);
        }
    }
    struct trend_scale scale = TREND_SCALE_NONE;
    guint len = lows->len;
    if (len > 0) {
        g_array_sort(lows, by_size);
        g_array_sort(highs, by_size);
        guint few = len < FEW ? 0 : MAX(len / FAR_IN, 1);
        double *low = &g_array_index(lows, double, 0), *high = &g_array_index(highs, double, 0);
        double spread = high[len - 1 - few] - low[few];
        scale.low = seen_end(low, len, spread, false);
        scale.high = seen_end(high, len, spread, true);
    }
    g_array_free(lows, TRUE);
    g_array_free(highs, TRUE);
    return scale;
}

struct trend_scale
trend_scale_join(struct trend_scale a, struct trend_scale b)
{
    return (struct trend_scale){fmin(a.low, b.low), fmax(a.high, b.high)};
}

struct trend_scale
trend_scale_choose(enum trend_y y, const struct component *c, const struct limit_mark *marks,
                   guint n_marks, uint32_t index, const struct trend_dot *dots, uint32_t n)
{
    if (y == TREND_Y_RANGE && isfinite(c->min) && isfinite(c->max) && c->max > c->min) {
        return (struct trend_scale){c->min, c->max};
    }
    struct trend_scale scale = trend_scale_values(dots, n);
    for (guint i = 0; y != TREND_Y_AUTO && i < n_marks; i++) {
        if (marks[i].component == index) {
            struct trend_scale limit = {marks[i].value, marks[i].value};
            scale = trend_scale_join(scale, limit);
        }
    }
    return scale;
}

struct trend_scale
trend_scale_margin(struct trend_scale s)
{
    if (!isfinite(s.low) || !isfinite(s.high)) {
        return (struct trend_scale){0, 1};
    }
    double range = s.high - s.low; /* of the largest numbers it may be infinite */
    double room =
        range > 1e-300 ? fmin(range, DBL_MAX) * MARGIN : fmax(fabs(s.high) * MARGIN, 0.5);
    return (struct trend_scale){fmax(s.low - room, -DBL_MAX), fmin(s.high + room, DBL_MAX)};
}

/* Of the largest numbers only the parts are finite. */
static double
part_of(struct trend_scale s, double n)
{
    double range = s.high - s.low;
    return isfinite(range) ? range / n : s.high / n - s.low / n;
}

double
trend_scale_place(struct trend_scale s, double value)
{
    double range = s.high - s.low;
    return isfinite(range) ? (s.high - value) / range
                           : (s.high / 2 - value / 2) / part_of(s, 2);
}

double
trend_scale_step(struct trend_scale s, int most)
{
    double least = part_of(s, MAX(most, 1));
    double step = pow(10, floor(log10(least)));
    static const double factors[] = {1, 2, 5, 10};
    for (size_t i = 0; i < G_N_ELEMENTS(factors); i++) {
        if (step * factors[i] >= least) {
            return step * factors[i];
        }
    }
    return step * 10;
}

/* ---- time ---- */

enum unit { UNIT_SECOND, UNIT_HOUR, UNIT_DAY, UNIT_MONTH };

static const struct step {
    enum unit unit;
    int n; /* of seconds, hours, days, months */
    int64_t us;
    int label; /* columns of one, and the blank behind it */
} steps[] = {
    {UNIT_SECOND, 10, 10 * US_PER_S, 9},
    {UNIT_SECOND, 30, 30 * US_PER_S, 9},
    {UNIT_SECOND, 60, US_PER_MIN, 6},
    {UNIT_SECOND, 120, 2 * US_PER_MIN, 6},
    {UNIT_SECOND, 300, 5 * US_PER_MIN, 6},
    {UNIT_SECOND, 600, 10 * US_PER_MIN, 6},
    {UNIT_SECOND, 900, 15 * US_PER_MIN, 6},
    {UNIT_SECOND, 1800, 30 * US_PER_MIN, 6},
    {UNIT_HOUR, 1, HOUR_US, 6},
    {UNIT_HOUR, 2, 2 * HOUR_US, 6},
    {UNIT_HOUR, 3, 3 * HOUR_US, 6},
    {UNIT_HOUR, 6, 6 * HOUR_US, 6},
    {UNIT_HOUR, 12, 12 * HOUR_US, 7},
    {UNIT_DAY, 1, DAY_US, 8},
    {UNIT_DAY, 2, 2 * DAY_US, 8},
    {UNIT_DAY, 7, 7 * DAY_US, 8},
    {UNIT_MONTH, 1, 30 * DAY_US, 8},
    {UNIT_MONTH, 3, 91 * DAY_US, 8},
    {UNIT_MONTH, 12, 365 * DAY_US, 8},
};

static bool
is_round(const struct tm *tm, const struct step *step)
{
    switch (step->unit) {
    case UNIT_SECOND:
        return (tm->tm_min * 60 + tm->tm_sec) % step->n == 0;
    case UNIT_HOUR:
        return tm->tm_min == 0 && tm->tm_hour % step->n == 0;
    case UNIT_DAY:
        return tm->tm_hour == 0 && (step->n != 7 || tm->tm_wday == 1) &&
               (step->n != 2 || tm->tm_yday % 2 == 0);
    case UNIT_MONTH:
        return tm->tm_hour == 0 && tm->tm_mday == 1 && tm->tm_mon % step->n == 0;
    }
    return false;
}

/* The start of the local unit (an hour for what is longer) that at lies in. */
static wall_us
unit_start(const struct zone *z, wall_us at, const struct step *step)
{
    struct tm tm = format_local(z, at);
    wall_us second = at - (at % US_PER_S + US_PER_S) % US_PER_S;
    int past = step->unit == UNIT_SECOND ? (tm.tm_min * 60 + tm.tm_sec) % step->n
                                         : tm.tm_min * 60 + tm.tm_sec;
    return second - past * US_PER_S;
}

static int64_t
stride_us(const struct step *step)
{
    return step->unit == UNIT_SECOND ? step->us : HOUR_US;
}

/* The first round time after at, the start of a unit. Hours are gone through one by one: in a
 * night in which clocks change a day has 23 or 25 of them. */
static wall_us
next_round(const struct zone *z, wall_us at, const struct step *step)
{
    for (at += stride_us(step);; at += stride_us(step)) {
        struct tm tm = format_local(z, at);
        if (is_round(&tm, step)) {
            return at;
        }
        if (step->unit >= UNIT_DAY && tm.tm_hour > 0 && tm.tm_hour < 20) {
            at += (20 - tm.tm_hour) * HOUR_US;
        }
        at = unit_start(z, at, step); /* somewhere clocks change by half an hour */
    }
}

static void
label_tick(struct trend_tick *tick, const struct zone *z, const struct step *step)
{
    struct tm tm = format_local(z, tick->at);
    bool midnight = tm.tm_hour == 0 && tm.tm_min == 0 && tm.tm_sec == 0;
    if (midnight && (step->unit != UNIT_SECOND || step->n >= 600)) {
        format_day(tick->label, sizeof(tick->label), z, tick->at);
    } else if (step->label > 7) {
        format_second(tick->label, sizeof(tick->label), z, tick->at);
    } else {
        format_time(tick->label, sizeof(tick->label), z, tick->at);
    }
}

void
trend_ticks(GArray *ret, const struct zone *z, wall_us since, wall_us until, int columns)
{
    size_t k = 0;
    double column_us = (double)(until - since) / MAX(columns, 1);
    while (k + 1 < G_N_ELEMENTS(steps) &&
           (double)steps[k].us < column_us * (steps[k].label + 3)) {
        k++;
    }
    struct trend_tick tick = {0};
    double free_from = 0;
    wall_us before = unit_start(z, since, &steps[k]) - stride_us(&steps[k]);
    for (wall_us at = next_round(z, before, &steps[k]); at < until;
         at = next_round(z, at, &steps[k])) {
        double column = (double)(at - since) / column_us;
        if (at < since || column < free_from) {
            continue;
        }
        tick.at = at;
        label_tick(&tick, z, &steps[k]);
        free_from = column + text_columns(tick.label) + 1;
        g_array_append_val(ret, tick);
    }
}

int64_t
trend_days_us(const struct zone *z, wall_us at, int days)
{
    int64_t us = days * DAY_US;
    return us + format_offset_us(z, at - us) - format_offset_us(z, at);
}
