/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Curves on the canvas. */
#include "ui/trend_pane.h"

enum layer { LAYER_LIMIT, LAYER_EARLIER, LAYER_BAND, LAYER_CURVE, LAYER_FOCUS };

struct brush {
    const struct trend_frame *f;
    const struct trend_line *line;
    double rows; /* dots from the top to the bottom */
};

static double
dot_y(const struct brush *b, double value)
{
    return trend_scale_place(b->line->scale, value) * b->rows;
}

/* Whether a dashed line of dots still looks like one. */
static bool
fine(const struct trend_frame *f)
{
    enum glyph_set set = draw_glyphs(f->d);
    return set == GLYPHS_UTF8 || set == GLYPHS_BLOCK;
}

static void
draw_limits(const struct trend_frame *f, const struct brush *b)
{
    canvas_pen(f->canvas, STYLE_DIM, LAYER_LIMIT);
    for (guint i = 0; fine(f) && i < f->p->n_marks; i++) {
        const struct limit_mark *mark = &f->p->marks[i];
        if (mark->component == b->line->curve->index) {
            double y = dot_y(b, mark->value);
            canvas_dashed(f->canvas, 0, y, canvas_width(f->canvas) - 1, y, 2, 2);
        }
    }
}

/* Where dots are whole cells: dashes between the curves. */
static void
dash_limits(const struct trend_frame *f, const struct trend_pane *pane, const struct brush *b)
{
    for (guint i = 0; !fine(f) && i < f->p->n_marks; i++) {
        const struct limit_mark *mark = &f->p->marks[i];
        double place = trend_scale_place(b->line->scale, mark->value);
        if (mark->component != b->line->curve->index || !(place >= 0 && place <= 1)) {
            continue;
        }
        int row = (int)(place * b->rows + 0.5) / CANVAS_DOTS_Y;
        for (int column = 0; column < f->columns; column += 2) {
            if (canvas_cell(f->canvas, row, column) == 0) {
                draw_glyph(f->d, pane->y + row, f->x + column, STYLE_DIM, GLYPH_LINE);
            }
        }
    }
}

/* From lowest to highest of each bucket, every second dot: lighter than a curve. */
static void
draw_band(const struct brush *b)
{
    struct canvas *canvas = b->f->canvas;
    canvas_pen(canvas, STYLE_DIM, LAYER_BAND);
    for (uint32_t i = 0; i < b->f->p->window.n; i++) {
        const struct trend_dot *dot = &b->line->dots[i];
        if (!dot->any || !(dot->high > dot->low)) {
            continue;
        }
        int top = (int)CLAMP(dot_y(b, dot->high), 0, b->rows);
        int bottom = (int)CLAMP(dot_y(b, dot->low), 0, b->rows);
        for (int y = top + (top + (int)i) % 2; y <= bottom; y += 2) {
            canvas_dot(canvas, i, y);
        }
    }
}

/* Where the line to a dot comes from. */
static bool
origin(const struct brush *b, const struct trend_dot *dots, const struct trend_dot *dot,
       double *ret_x, double *ret_value)
{
    if (dot->from >= 0) {
        *ret_x = dot->from;
        *ret_value = dots[dot->from].value;
    } else {
        const struct archive_bucket *before = &b->line->curve->series->before;
        const struct trend_window *w = &b->f->p->window;
        *ret_x = (double)(before->last_at - w->since) / (double)w->bucket_us;
        *ret_value = adjust_apply(b->line->curve->component->adjust, before->last);
    }
    return isfinite(*ret_value);
}

static void
draw_dots(const struct brush *b, const struct trend_dot *dots)
{
    struct canvas *canvas = b->f->canvas;
    bool steps = b->f->p->stat == TREND_DIFFERENCE; /* these come from nowhere before */
    for (uint32_t i = 0; i < b->f->p->window.n; i++) {
        const struct trend_dot *dot = &dots[i];
        double x, value, y = dot_y(b, dot->value);
        if (!dot->any || !isfinite(dot->value)) {
            continue;
        }
        if (dot->joined && (dot->from >= 0 || (!steps && dots == b->line->dots)) &&
            origin(b, dots, dot, &x, &value)) {
            canvas_line(canvas, x, dot_y(b, value), i, y);
        } else {
            canvas_dot(canvas, i, y);
        }
    }
}

/* The newest value goes on for as long as it counts. */
static void
draw_hold(const struct brush *b)
{
    const struct trend_line *line = b->line;
    if (line->holds < 0 || b->f->p->stat == TREND_DIFFERENCE) {
        return;
    }
    const struct archive_bucket *before = &line->curve->series->before;
    double value = line->last >= 0 ? line->dots[line->last].value
                                   : adjust_apply(line->curve->component->adjust, before->last);
    double y = dot_y(b, value);
    canvas_line(b->f->canvas, MAX(line->last, 0), y, (double)line->holds, y);
}

static void
draw_curve(const struct brush *b)
{
    bool focus = b->line->curve->focus;
    if (b->line->earlier != NULL) {
        canvas_pen(b->f->canvas, STYLE_DIM, LAYER_EARLIER);
        draw_dots(b, b->line->earlier);
    }
    if (b->f->p->stat == TREND_MEAN) {
        draw_band(b);
    }
    canvas_pen(b->f->canvas, focus ? STYLE_STRONG : STYLE_NORMAL,
               focus ? LAYER_FOCUS : LAYER_CURVE);
    draw_dots(b, b->line->dots);
    draw_hold(b);
}

/* Where the cursor crosses a curve. */
static void
draw_crossing(const struct trend_frame *f, const struct trend_pane *pane, const struct brush *b)
{
    const struct trend_dot *dot = &b->line->dots[f->p->cursor];
    double place = dot->any ? trend_scale_place(b->line->scale, dot->value) : NAN;
    if (!(place >= 0 && place <= 1)) {
        return;
    }
    int row = MIN((int)(place * b->rows + 0.5) / CANVAS_DOTS_Y, pane->height - 1);
    int column = (int)f->p->cursor / CANVAS_DOTS_X;
    draw_text(f->d, pane->y + row, f->x + column, 1,
              canvas_style(f->canvas, row, column) | STYLE_SELECTED,
              canvas_glyph(draw_glyphs(f->d), canvas_cell(f->canvas, row, column)));
}

void
trend_pane_draw(struct trend_frame *f, const struct trend_pane *pane)
{
    struct brush b = {.f = f, .rows = pane->height * CANVAS_DOTS_Y - 1};
    canvas_clear(f->canvas, pane->height, f->columns);
    if (pane->n > 0) {
        b.line = &f->lines[pane->axis];
        draw_limits(f, &b);
    }
    for (int i = 0; i < pane->n; i++) {
        b.line = &f->lines[pane->lines[i]];
        draw_curve(&b);
    }
    canvas_draw(f->canvas, f->d, pane->y, f->x);
    if (pane->n > 0) {
        b.line = &f->lines[pane->axis];
        dash_limits(f, pane, &b);
    }
    for (int i = 0; f->p->cursor >= 0 && i < pane->n; i++) {
        b.line = &f->lines[pane->lines[i]];
        draw_crossing(f, pane, &b);
    }
}
