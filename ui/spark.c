/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/spark.h"

#include <math.h>

/* The mean of the dots of one column, NAN: it has none. */
static double
mean_of(const struct trend_dot *dots, uint32_t from, uint32_t to, bool *ret_bad)
{
    double sum = 0;
    int n = 0;
    for (uint32_t i = from; i < to; i++) {
        *ret_bad = *ret_bad || dots[i].bad;
        if (dots[i].any && isfinite(dots[i].value)) {
            sum += dots[i].value;
            n++;
        }
    }
    return n == 0 ? NAN : sum / n;
}

/* A column between two that are joined has the height of the one before. */
static bool
bridged(const struct trend_dot *dots, uint32_t n, uint32_t from)
{
    uint32_t next = from;
    while (next < n && !dots[next].any) {
        next++;
    }
    return next < n && dots[next].joined;
}

static int
height_of(double value, struct trend_scale scale)
{
    double share = 1 - trend_scale_place(scale, value);
    return (int)CLAMP(floor(share * GLYPH_BARS) + 1, 1, GLYPH_BARS);
}

void
spark_heights(int *ret, int width, const struct archive_bucket *buckets,
              const struct trend_window *w, const struct component *c, int silence_s,
              struct trend_scale scale)
{
    struct trend_dot *dots = g_new(struct trend_dot, MAX(w->n, 1));
    int64_t gap_us = trend_gap_us(buckets, w, c, silence_s);
    trend_dots(dots, buckets, NULL, w, c, TREND_MEAN, gap_us);
    if (!isfinite(scale.low) || !isfinite(scale.high) || !(scale.high > scale.low)) {
        scale = trend_scale_margin(trend_scale_values(dots, w->n));
    }
    int last = SPARK_GAP;
    for (int i = 0; i < width; i++) {
        uint32_t from = (uint32_t)((uint64_t)i * w->n / (uint32_t)width);
        uint32_t to = (uint32_t)((uint64_t)(i + 1) * w->n / (uint32_t)width);
        bool bad = false;
        double value = mean_of(dots, from, MAX(to, from + 1), &bad);
        ret[i] = isfinite(value)             ? height_of(value, scale)
                 : bad                       ? SPARK_BAD
                 : bridged(dots, w->n, from) ? last
                                             : SPARK_GAP;
        last = ret[i] == SPARK_BAD ? SPARK_GAP : ret[i];
    }
    g_free(dots);
}

void
spark_draw(struct draw *d, int y, int x, int width, unsigned style,
           const struct archive_bucket *buckets, const struct trend_window *w,
           const struct component *c, int silence_s, struct trend_scale scale)
{
    int heights[SPARK_MAX];
    width = MIN(width, SPARK_MAX);
    if (width <= 0 || w->n == 0) {
        return;
    }
    spark_heights(heights, width, buckets, w, c, silence_s, scale);
    GString *line = g_string_new(NULL);
    for (int i = 0; i < width; i++) {
        g_string_append(line, heights[i] == SPARK_BAD ? "?"
                              : heights[i] == SPARK_GAP
                                  ? " "
                                  : glyph_bar(draw_glyphs(d), heights[i]));
    }
    draw_text(d, y, x, width, style, line->str);
    g_string_free(line, TRUE);
}
