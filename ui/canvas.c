/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/canvas.h"

#include <math.h>
#include <string.h>

#include <glib.h>

#define CELLS_MAX  4096 /* in either direction */
#define GLYPH_SIZE 4    /* bytes of a glyph, with its end */

struct canvas_cell {
    uint16_t style;
    uint8_t dots;
    uint8_t layer;
};

struct canvas {
    struct canvas_cell *cells;
    size_t allocated;
    int rows, columns;
    uint16_t style;
    uint8_t layer;
};

struct canvas *
canvas_new(void)
{
    return g_new0(struct canvas, 1);
}

void
canvas_free(struct canvas *c)
{
    if (c != NULL) {
        g_free(c->cells);
        g_free(c);
    }
}

void
canvas_clear(struct canvas *c, int rows, int columns)
{
    c->rows = CLAMP(rows, 0, CELLS_MAX);
    c->columns = CLAMP(columns, 0, CELLS_MAX);
    size_t n = (size_t)c->rows * (size_t)c->columns;
    if (n > c->allocated) {
        g_free(c->cells);
        c->cells = g_new(struct canvas_cell, n);
        c->allocated = n;
    }
    if (n > 0) {
        memset(c->cells, 0, n * sizeof(c->cells[0]));
    }
    c->style = STYLE_NORMAL;
    c->layer = 0;
}

int
canvas_width(const struct canvas *c)
{
    return c->columns * CANVAS_DOTS_X;
}

int
canvas_height(const struct canvas *c)
{
    return c->rows * CANVAS_DOTS_Y;
}

void
canvas_pen(struct canvas *c, unsigned style, int layer)
{
    c->style = (uint16_t)style;
    c->layer = (uint8_t)CLAMP(layer, 0, UINT8_MAX);
}

/* ---- dots ---- */

static void
set_dot(struct canvas *c, int x, int y)
{
    struct canvas_cell *cell = &c->cells[(size_t)(y / CANVAS_DOTS_Y) * (size_t)c->columns +
                                         (size_t)(x / CANVAS_DOTS_X)];
    cell->dots |= (uint8_t)(1u << (y % CANVAS_DOTS_Y * CANVAS_DOTS_X + x % CANVAS_DOTS_X));
    if (c->layer >= cell->layer) {
        cell->layer = c->layer;
        cell->style = c->style;
    }
}

/* To the dot whose middle is nearest; what is no number is outside. */
void
canvas_dot(struct canvas *c, double x, double y)
{
    x = floor(x + 0.5);
    y = floor(y + 0.5);
    if (x >= 0 && x < canvas_width(c) && y >= 0 && y < canvas_height(c)) {
        set_dot(c, (int)x, (int)y);
    }
}

/* ---- lines ---- */

/* A line as it is walked: one dot for each step along the axis in which it is longer. Which dot
 * that is depends on the whole line and not on where it was cut, so cutting changes none. */
struct walk {
    double from, to;     /* along that axis; from <= to */
    double start, slope; /* across: start at from */
    int length, breadth; /* of the canvas, along and across */
    bool steep;          /* that axis is y */
};

/* Which sides of the canvas a point is beyond, one bit each. */
static unsigned
beyond(const struct canvas *c, double x, double y)
{
    return (x < -0.5 ? 1u : 0) | (x >= canvas_width(c) - 0.5 ? 2u : 0) | (y < -0.5 ? 4u : 0) |
           (y >= canvas_height(c) - 0.5 ? 8u : 0);
}

static bool
walk_of(struct walk *w, const struct canvas *c, const double p[4])
{
    if (!isfinite(p[0]) || !isfinite(p[1]) || !isfinite(p[2]) || !isfinite(p[3]) ||
        (beyond(c, p[0], p[1]) & beyond(c, p[2], p[3])) != 0) {
        return false;
    }
    /* Halved, the difference of the largest numbers is still one. */
    double dx = p[2] / 2 - p[0] / 2, dy = p[3] / 2 - p[1] / 2;
    w->steep = fabs(dy) > fabs(dx);
    int a = w->steep ? 1 : 0; /* index of the axis along */
    bool back = p[a] > p[2 + a];
    w->from = p[back ? 2 + a : a];
    w->to = p[back ? a : 2 + a];
    w->start = p[back ? 3 - a : 1 - a];
    double along = w->steep ? dy : dx, across = w->steep ? dx : dy;
    w->slope = along == 0 ? 0 : across / along;
    w->length = w->steep ? canvas_height(c) : canvas_width(c);
    w->breadth = w->steep ? canvas_width(c) : canvas_height(c);
    return true;
}

/* Which steps of the walk are on the canvas: from *first to before *end. */
static void
walk_cut(const struct walk *w, int *first, int *end)
{
    double low = MAX(floor(w->from + 0.5), 0), high = MIN(floor(w->to + 0.5), w->length - 1);
    if (w->slope != 0) {
        double a = w->from + (-1 - w->start) / w->slope;
        double b = w->from + (w->breadth - w->start) / w->slope;
        low = MAX(low, floor(MIN(a, b)) - 1); /* one too many is harmless */
        high = MIN(high, ceil(MAX(a, b)) + 1);
    }
    *first = low > w->length ? w->length : (int)low;
    *end = high < 0 ? 0 : (int)high + 1;
}

static void
walk_dot(struct canvas *c, const struct walk *w, int step)
{
    double at = CLAMP((double)step, w->from, w->to);
    double across = floor(w->start + (at - w->from) * w->slope + 0.5);
    if (across >= 0 && across < w->breadth) {
        set_dot(c, w->steep ? (int)across : step, w->steep ? step : (int)across);
    }
}

void
canvas_line(struct canvas *c, double x0, double y0, double x1, double y1)
{
    struct walk w;
    if (!walk_of(&w, c, (const double[]){x0, y0, x1, y1})) {
        return;
    }
    int first, end;
    walk_cut(&w, &first, &end);
    for (int step = first; step < end; step++) {
        walk_dot(c, &w, step);
    }
}

void
canvas_dashed(struct canvas *c, double x0, double y0, double x1, double y1, int on, int off)
{
    struct walk w;
    if (!walk_of(&w, c, (const double[]){x0, y0, x1, y1})) {
        return;
    }
    double origin = floor((w.steep ? y0 : x0) + 0.5);
    int period = MAX(on, 1) + MAX(off, 0);
    int first, end;
    walk_cut(&w, &first, &end);
    for (int step = first; step < end; step++) {
        if (fmod(fabs(step - origin), period) < MAX(on, 1)) {
            walk_dot(c, &w, step);
        }
    }
}

void
canvas_path(struct canvas *c, const double *points, uint32_t n, bool closed)
{
    for (uint32_t i = 1; i < n; i++) {
        const double *p = points + 2 * (size_t)(i - 1);
        canvas_line(c, p[0], p[1], p[2], p[3]);
    }
    if (n == 1) {
        canvas_dot(c, points[0], points[1]);
    } else if (closed && n > 2) {
        const double *last = points + 2 * (size_t)(n - 1);
        canvas_line(c, last[0], last[1], points[0], points[1]);
    }
}

/* ---- looking at it ---- */

static const struct canvas_cell *
cell_at(const struct canvas *c, int row, int column)
{
    static const struct canvas_cell none = {.style = STYLE_NORMAL};
    if (row < 0 || row >= c->rows || column < 0 || column >= c->columns) {
        return &none;
    }
    return &c->cells[(size_t)row * (size_t)c->columns + (size_t)column];
}

uint8_t
canvas_cell(const struct canvas *c, int row, int column)
{
    return cell_at(c, row, column)->dots;
}

unsigned
canvas_style(const struct canvas *c, int row, int column)
{
    return cell_at(c, row, column)->style;
}

static void
draw_row(const struct canvas *c, struct draw *d, GString *text, int row, int y, int x)
{
    enum glyph_set set = draw_glyphs(d);
    int start = 0;
    unsigned style = STYLE_NORMAL;
    bool any = false; /* a dot since start */
    g_string_truncate(text, 0);
    for (int column = 0; column < c->columns; column++) {
        const struct canvas_cell *cell = cell_at(c, row, column);
        if (cell->dots != 0 && any && cell->style != style) {
            draw_text(d, y, x + start, column - start, style, text->str);
            g_string_truncate(text, 0);
            start = column;
        }
        if (cell->dots != 0) {
            style = cell->style;
            any = true;
        }
        g_string_append(text, canvas_glyph(set, cell->dots));
    }
    draw_text(d, y, x + start, c->columns - start, style, text->str);
}

void
canvas_draw(const struct canvas *c, struct draw *d, int y, int x)
{
    GString *text = g_string_sized_new((size_t)c->columns * GLYPH_SIZE + 1);
    for (int row = 0; row < c->rows; row++) {
        draw_row(c, d, text, row, y + row, x);
    }
    g_string_free(text, TRUE);
}
