/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The two axes of a trend.
 *
 * Values: by default the component's own range; where it has none, its limits and what lies
 * beyond them; where there are none, or on request, the values themselves. A few values far
 * from all others (one in a hundred buckets, but at least one on either side) do not stretch
 * the axis: they are clipped, and told.
 * Time:   ticks at round local times, also in the nights in which clocks change.
 *
 * Pure.
 */
#ifndef UI_TREND_SCALE_H
#define UI_TREND_SCALE_H

#include <math.h>

#include "ui/format.h"
#include "ui/limit_set.h"
#include "ui/trend_data.h"

enum trend_y { TREND_Y_RANGE, TREND_Y_LIMITS, TREND_Y_AUTO };
#define TREND_YS (TREND_Y_AUTO + 1)
const char *trend_y_name(enum trend_y y); /* "range", "limits", "auto": commands */

struct trend_scale {
    double low, high; /* low < high; both NAN: nothing to scale by */
};
#define TREND_SCALE_NONE ((struct trend_scale){NAN, NAN})

/* What the dots themselves need: all but the few far from the others, no margin. */
struct trend_scale trend_scale_values(const struct trend_dot *dots, uint32_t n);
/* Both; TREND_SCALE_NONE is neutral. */
struct trend_scale trend_scale_join(struct trend_scale a, struct trend_scale b);
/* For one component, index of the plant; marks of others are passed over. Without margin. */
struct trend_scale trend_scale_choose(enum trend_y y, const struct component *c,
                                      const struct limit_mark *marks, guint n_marks,
                                      uint32_t index, const struct trend_dot *dots, uint32_t n);
/* Some room at both ends, never an empty range. */
struct trend_scale trend_scale_margin(struct trend_scale s);

/* 0 at the top to 1 at the bottom; beyond that outside. */
double trend_scale_place(struct trend_scale s, double value);

/* The distance of round numbers (1, 2, 5 …) of which at most so many lie in the scale. */
double trend_scale_step(struct trend_scale s, int most);

/* ---- time ---- */

struct trend_tick {
    wall_us at;
    char label[FORMAT_SIZE];
};

/* Ticks of a window that is columns wide, with labels that do not touch, appended to ret
 * (struct trend_tick). */
void trend_ticks(GArray *ret, const struct zone *z, wall_us since, wall_us until, int columns);

/* How much earlier it was the same local time so many days before at. */
int64_t trend_days_us(const struct zone *z, wall_us at, int days);

#endif
