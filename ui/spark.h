/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A trend in one line of small bars: means of buckets, "▂▃▅▇". A blank is a gap, "?" bad
 * quality; a value beyond the scale has the lowest or the highest bar.
 */
#ifndef UI_SPARK_H
#define UI_SPARK_H

#include "ui/draw.h"
#include "ui/trend_scale.h"

#define SPARK_GAP (-1)
#define SPARK_BAD (-2)
#define SPARK_MAX 512 /* columns; what is wider is drawn so wide */

/* width heights, 0 to GLYPH_BARS, or one of the above, of the buckets of w. scale: of values as
 * shown; TREND_SCALE_NONE: of the values themselves, without what lies far off. Pure. */
void spark_heights(int *ret, int width, const struct archive_bucket *buckets,
                   const struct trend_window *w, const struct component *c, int silence_s,
                   struct trend_scale scale);

/* The same on the screen. */
void spark_draw(struct draw *d, int y, int x, int width, unsigned style,
                const struct archive_bucket *buckets, const struct trend_window *w,
                const struct component *c, int silence_s, struct trend_scale scale);

#endif
