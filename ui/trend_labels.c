/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers beside and over the curves. */
#include "ui/trend_pane.h"

#include <stdlib.h>

#include "src/core/text.h"

#define ROWS_PER_TICK 3
#define APART         2 /* buckets without one between two that are beyond the scale */

static int
row_of(const struct trend_pane *pane, struct trend_scale scale, double value)
{
    double place = CLAMP(trend_scale_place(scale, value), 0.0, 1.0);
    double dots = pane->height * CANVAS_DOTS_Y - 1;
    return (int)(place * dots + 0.5) / CANVAS_DOTS_Y;
}

/* ---- the axis ---- */

static void
axis_label(const struct trend_frame *f, const struct trend_pane *pane, uint64_t *taken,
           double value, const char *sign)
{
    const struct trend_scale scale = f->lines[pane->axis].scale;
    double place = trend_scale_place(scale, value);
    int row = row_of(pane, scale, value);
    if (!(place >= 0 && place <= 1) || row >= 64 || (*taken & (1ull << row)) != 0) {
        return;
    }
    char border[FORMAT_SIZE], text[FORMAT_SIZE * 2];
    format_border(border, sizeof(border), value);
    snprintf(text, sizeof(text), "%s%s%s", sign, *sign != '\0' ? " " : "", border);
    *taken |= 1ull << row;
    draw_right(f->d, pane->y + row, f->x - f->left, f->left - 2, STYLE_DIM, text);
}

/* 0.30000000000000004 is 0.3. */
static double
rounded(double value, double step)
{
    if (step >= 1) {
        return value + 0.0; /* and -0 is 0 */
    }
    char text[FORMAT_SIZE];
    int decimals = (int)ceil(-log10(step) - 1e-9);
    snprintf(text, sizeof(text), "%.*f", MIN(decimals, 12), value);
    return g_ascii_strtod(text, NULL) + 0.0;
}

static void
draw_axis(const struct trend_frame *f, const struct trend_pane *pane)
{
    const struct trend_line *line = &f->lines[pane->axis];
    uint64_t taken = 0;
    for (guint i = 0; i < f->p->n_marks; i++) {
        if (f->p->marks[i].component == line->curve->index) {
            axis_label(f, pane, &taken, f->p->marks[i].value, f->p->marks[i].sign);
        }
    }
    double step = trend_scale_step(line->scale, MAX(pane->height / ROWS_PER_TICK, 2));
    double first = ceil(line->scale.low / step - 1e-9);
    for (int i = 0; i < 64; i++) { /* where first + 1 is first, too, this ends */
        double value = (first + i) * step;
        if (value <= line->scale.high + step / 1e6) {
            axis_label(f, pane, &taken, rounded(value, step), "");
        }
    }
    for (int y = 0; y < pane->height; y++) {
        draw_glyph(f->d, pane->y + y, f->x - 1, STYLE_DIM, GLYPH_WALL);
    }
}

/* ---- at the ends of the lines ---- */

/* The newest value, as a number or a state, or the newest difference; "–" for none. */
static void
last_text(char *dst, size_t cap, const struct trend_frame *f, const struct trend_line *line,
          int width)
{
    const struct component *c = line->curve->component;
    if (f->p->stat == TREND_DIFFERENCE && !trend_is_strip(c)) {
        format_shown(dst, cap, width, c, line->last >= 0 ? line->dots[line->last].value : NAN);
        return;
    }
    const struct archive_bucket *b = line->last >= 0 ? &line->curve->series->buckets[line->last]
                                                     : &line->curve->series->before;
    struct component_state state = {.num = b->last, .ts = b->n > 0 ? b->last_at : WALL_NONE};
    format_value(dst, cap, width, c, &state);
}

void
trend_labels_end(struct trend_frame *f, const struct trend_line *line, int y)
{
    char value[FORMAT_SIZE], text[FORMAT_SIZE * 3];
    if (f->right < 4) {
        return;
    }
    const char *unit = line->curve->component->unit;
    last_text(value, sizeof(value), f, line, MAX(f->right - 3, 6));
    snprintf(text, sizeof(text), "%s %s%s%s%s", line->curve->label, value,
             line->holds < 0 ? "?" : "", *unit != '\0' ? " " : "", unit);
    draw_text(f->d, y, f->x + f->columns + 1, f->right - 1,
              line->holds < 0      ? STYLE_DIM
              : line->curve->focus ? STYLE_STRONG
                                   : STYLE_NORMAL,
              text);
}

/* The nearest free row to the one it belongs to. */
static int
free_row(const struct trend_pane *pane, const bool *taken, int row)
{
    for (int by = 0; by < pane->height; by++) {
        if (row - by >= 0 && !taken[row - by]) {
            return row - by;
        }
        if (row + by < pane->height && !taken[row + by]) {
            return row + by;
        }
    }
    return -1;
}

static void
draw_ends(struct trend_frame *f, const struct trend_pane *pane)
{
    bool *taken = g_new0(bool, (gsize)pane->height);
    for (int pass = 0; pass < 2; pass++) { /* the one in focus has the first choice */
        for (int i = 0; i < pane->n; i++) {
            const struct trend_line *line = &f->lines[pane->lines[i]];
            if (line->curve->focus != (pass == 0)) {
                continue;
            }
            double value = line->last >= 0 ? line->dots[line->last].value : NAN;
            int row = isfinite(value) ? row_of(pane, line->scale, value) : pane->height - 1;
            row = free_row(pane, taken, row);
            if (row >= 0) {
                taken[row] = true;
                trend_labels_end(f, line, pane->y + row);
            }
        }
    }
    g_free(taken);
}

/* ---- what is beyond the scale ---- */

/* The number of the one furthest out, and where it is told. */
static int
draw_beyond(struct trend_frame *f, const struct trend_pane *pane, const struct trend_line *line,
            uint32_t at, bool above)
{
    char number[FORMAT_SIZE];
    int y = above ? pane->y : pane->y + pane->height - 1;
    int column = (int)at / CANVAS_DOTS_X;
    const struct trend_dot *dot = &line->dots[at];
    format_shown(number, sizeof(number), 8, line->curve->component,
                 above ? dot->high : dot->low);
    int width = text_columns(number);
    int x = column + 1 + width <= f->columns ? column + 1 : column - width;
    draw_glyph(f->d, y, f->x + column, STYLE_STRONG, above ? GLYPH_UPWARD : GLYPH_DOWNWARD);
    draw_text(f->d, y, f->x + x, width, STYLE_STRONG, number);
    return MAX(column, x + width - 1);
}

static bool
is_beyond(const struct trend_line *line, uint32_t i, bool above)
{
    const struct trend_dot *dot = &line->dots[i];
    return dot->any && (above ? dot->high > line->scale.high : dot->low < line->scale.low);
}

static bool
further(const struct trend_dot *a, const struct trend_dot *b, bool above)
{
    return above ? a->high > b->high : a->low < b->low;
}

/* One arrow for a run of them. */
static void
draw_clipped(struct trend_frame *f, const struct trend_pane *pane,
             const struct trend_line *line, bool above)
{
    uint32_t n = f->p->window.n;
    int used = -1; /* the last column that is written to */
    for (uint32_t i = 0; i < n;) {
        if (!is_beyond(line, i, above)) {
            i++;
            continue;
        }
        uint32_t most = i, end = i;
        for (; i < n && i <= end + APART; i++) {
            if (is_beyond(line, i, above)) {
                end = i;
                most = further(&line->dots[i], &line->dots[most], above) ? i : most;
            }
        }
        if ((int)most / CANVAS_DOTS_X > used) {
            used = draw_beyond(f, pane, line, most, above);
        }
    }
}

void
trend_labels_draw(struct trend_frame *f, const struct trend_pane *pane)
{
    for (int i = 0; i < pane->n; i++) {
        draw_clipped(f, pane, &f->lines[pane->lines[i]], true);
        draw_clipped(f, pane, &f->lines[pane->lines[i]], false);
    }
    if (!f->p->bare && pane->n > 0) {
        draw_axis(f, pane);
        draw_ends(f, pane);
    }
}
