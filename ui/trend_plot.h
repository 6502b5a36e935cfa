/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A trend drawn into a rectangle: curves over one time axis, limits, gaps, bad quality, the
 * last values at the ends of the lines. For the view of trends and for tiles of boards.
 *
 * Panes: curves of the same unit share an axis. Other units get a pane of their own below while
 * there is height; where there is none, each curve is drawn over its own scale and the axis
 * shows that of the one in focus. States are strips below the panes.
 * Look:  no hue. The curve in focus is bold, the others plain, min to max of a bucket a light
 * band. "?" on the time axis: readings of bad quality. An arrow at the border, with the number:
 * a value beyond it.
 *
 * How a tile is made: trend_plot_columns() for the width of the rectangle, ask the archive for
 * 2 * that many buckets over trend_window_at(), keep them in a struct trend_series for each
 * component, fill in trend_curve, draw.
 *
 * Threads: ui only.
 */
#ifndef UI_TREND_PLOT_H
#define UI_TREND_PLOT_H

#include "ui/canvas.h"
#include "ui/screen.h"
#include "ui/trend_data.h"
#include "ui/trend_scale.h"

#define TREND_CURVES_MAX 8

struct trend_curve {
    const struct component *component;
    uint32_t index; /* of it in the plant: for its marks */
    int silence_s;  /* of its station */
    const struct trend_series *series;
    const struct trend_series *earlier; /* the same, a day or week before; NULL: not shown */
    const char *label;                  /* before the value at the line's end: "A", a name */
    wall_us holds;                      /* the newest value counts until then; WALL_NONE: no */
    bool focus, hidden;
};

struct trend_plot {
    struct trend_window window;
    struct trend_curve curves[TREND_CURVES_MAX];
    int n_curves;
    const struct limit_mark
        *marks; /* of the components; limits of hidden curves are not drawn */
    guint n_marks;
    enum trend_stat stat;
    enum trend_y y;
    int64_t cursor; /* bucket, -1: none */
    const struct zone *zone;
    bool bare; /* a small tile: curves and limits only, no axes, no labels */
};

/* Columns that the plot itself has in a rectangle of that width. */
int trend_plot_columns(int width, bool bare);
/* The columns left of it, with labels. */
int trend_plot_left(int width, bool bare);

/* canvas is drawn on and need not be clear. Returns the screen's column of the cursor, -1 when
 * there is none; its row is that of the time axis in *ret_y (may be NULL). */
int trend_plot_draw(struct draw *d, struct canvas *canvas, struct rect area,
                    const struct trend_plot *p, int *ret_y);

#endif
