/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The parts of a trend plot, for its own files: panes with curves, strips of states.
 *
 * Threads: ui only.
 */
#ifndef UI_TREND_PANE_H
#define UI_TREND_PANE_H

#include "ui/trend_plot.h"

/* A curve as it is to be drawn. */
struct trend_line {
    const struct trend_curve *curve;
    struct trend_dot *dots, *earlier; /* of the window; earlier NULL: none */
    struct trend_scale scale;
    int64_t holds; /* the bucket up to which its last value counts, -1: it does not */
    int32_t last;  /* the newest dot with a value; -1: none in the window */
};

struct trend_frame {
    struct draw *d;
    struct canvas *canvas;
    const struct trend_plot *p;
    struct trend_line lines[TREND_CURVES_MAX]; /* of the curves, in their order */
    int left, right;                           /* columns of the labels */
    int x, columns;                            /* of the plot itself */
};

struct trend_pane {
    int y, height; /* rows of the screen */
    int n;
    int lines[TREND_CURVES_MAX];
    int axis; /* the line whose scale and limits are shown; one of lines */
};

/* trend_pane.c */
void trend_pane_draw(struct trend_frame *f, const struct trend_pane *pane);
/* trend_labels.c: beside and over the curves */
void trend_labels_draw(struct trend_frame *f, const struct trend_pane *pane);
/* Label, newest value and unit at the end of a line in this row. */
void trend_labels_end(struct trend_frame *f, const struct trend_line *line, int y);
/* trend_strip.c */
void trend_strip_draw(struct trend_frame *f, const struct trend_line *line, int y);

#endif
