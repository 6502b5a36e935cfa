/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/trend_plot.h"

#include <string.h>

#include "src/core/text.h"
#include "ui/trend_pane.h"

#define PANE_LEAST 6 /* rows */
#define AXIS_ROWS  2

/* What the labels take of a rectangle that is so wide. */
int
trend_plot_left(int width, bool bare)
{
    return bare ? 0 : width >= 60 ? 9 : 8;
}

static int
right_columns(int width, bool bare)
{
    return bare || width < 60 ? 0 : width >= 100 ? 17 : 13;
}

int
trend_plot_columns(int width, bool bare)
{
    return MAX(width - trend_plot_left(width, bare) - right_columns(width, bare), 1);
}

/* ---- lines ---- */

static int32_t
last_dot(const struct trend_dot *dots, uint32_t n)
{
    int32_t i = (int32_t)n - 1;
    while (i >= 0 && !dots[i].any) {
        i--;
    }
    return i;
}

/* Up to which bucket the newest value counts. */
static int64_t
holds_until(const struct trend_plot *p, const struct trend_line *line, int64_t gap_us)
{
    const struct trend_curve *curve = line->curve;
    const struct archive_bucket *b =
        line->last >= 0 ? &curve->series->buckets[line->last] : &curve->series->before;
    if (curve->holds == WALL_NONE || b->n == 0 || curve->holds - b->last_at > gap_us) {
        return -1;
    }
    int64_t until =
        MIN(trend_window_bucket(&p->window, curve->holds), (int64_t)p->window.n - 1);
    for (int64_t i = line->last + 1; i <= until; i++) {
        if (line->dots[i].bad) {
            return -1;
        }
    }
    return MAX(until, line->last);
}

static void
make_line(struct trend_line *line, const struct trend_plot *p, const struct trend_curve *curve)
{
    const struct trend_window *w = &p->window;
    const struct component *c = curve->component;
    int64_t gap_us = trend_gap_us(curve->series->buckets, w, c, curve->silence_s);
    enum trend_stat stat = trend_is_strip(c) ? TREND_LAST : p->stat;
    *line = (struct trend_line){.curve = curve, .dots = g_new(struct trend_dot, MAX(w->n, 1))};
    trend_dots(line->dots, curve->series->buckets, &curve->series->before, w, c, stat, gap_us);
    if (curve->earlier != NULL) {
        line->earlier = g_new(struct trend_dot, MAX(w->n, 1));
        trend_dots(line->earlier, curve->earlier->buckets, &curve->earlier->before, w, c, stat,
                   gap_us);
    }
    line->last = last_dot(line->dots, w->n);
    line->holds = holds_until(p, line, gap_us);
    enum trend_y y = p->stat == TREND_DIFFERENCE ? TREND_Y_AUTO : p->y;
    line->scale =
        trend_scale_choose(y, c, p->marks, p->n_marks, curve->index, line->dots, w->n);
}

static bool
same_unit(const struct trend_line *a, const struct trend_line *b)
{
    return strcmp(a->curve->component->unit, b->curve->component->unit) == 0;
}

static bool
is_curve(const struct trend_line *line)
{
    return !line->curve->hidden && !trend_is_strip(line->curve->component);
}

/* Curves of one unit have one scale. */
static void
join_scales(struct trend_frame *f)
{
    for (int i = 0; i < f->p->n_curves; i++) {
        struct trend_scale scale = TREND_SCALE_NONE;
        bool fixed = true;
        for (int k = 0; is_curve(&f->lines[i]) && k < f->p->n_curves; k++) {
            if (is_curve(&f->lines[k]) && same_unit(&f->lines[i], &f->lines[k])) {
                const struct component *c = f->lines[k].curve->component;
                scale = trend_scale_join(scale, f->lines[k].scale);
                fixed = fixed && isfinite(c->min) && isfinite(c->max) && c->max > c->min;
            }
        }
        bool range = f->p->y == TREND_Y_RANGE && f->p->stat != TREND_DIFFERENCE && fixed;
        f->lines[i].scale = range ? scale : trend_scale_margin(scale);
    }
}

/* ---- panes ---- */

static int
count_units(const struct trend_frame *f)
{
    int n = 0;
    for (int i = 0; i < f->p->n_curves; i++) {
        bool first = is_curve(&f->lines[i]);
        for (int k = 0; first && k < i; k++) {
            first = !is_curve(&f->lines[k]) || !same_unit(&f->lines[k], &f->lines[i]);
        }
        n += first;
    }
    return n;
}

static void
put_in_pane(const struct trend_frame *f, struct trend_pane *pane, int line)
{
    bool focus = f->lines[line].curve->focus;
    pane->axis = pane->n == 0 || focus ? line : pane->axis;
    pane->lines[pane->n++] = line;
}

/* Each curve into the pane of its unit, or all into one; returns how many there are. */
static int
make_panes(const struct trend_frame *f, struct trend_pane panes[TREND_CURVES_MAX], int height)
{
    int units = count_units(f), n = 0;
    bool apart = units > 1 && (height - units + 1) / units >= PANE_LEAST;
    for (int i = 0; i < f->p->n_curves; i++) {
        if (!is_curve(&f->lines[i])) {
            continue;
        }
        int k = 0;
        while (k < n && apart && !same_unit(&f->lines[panes[k].axis], &f->lines[i])) {
            k++;
        }
        if (k == n) {
            panes[n++] = (struct trend_pane){0};
        }
        put_in_pane(f, &panes[k], i);
    }
    return n;
}

static void
draw_panes(struct trend_frame *f, struct rect area)
{
    struct trend_pane panes[TREND_CURVES_MAX];
    int n = make_panes(f, panes, area.height), y = area.y;
    for (int i = 0; i < n; i++) {
        int rest = area.y + area.height - y;
        panes[i].y = y;
        panes[i].height = (rest - (n - 1 - i)) / (n - i);
        if (panes[i].height <= 0) {
            continue;
        }
        trend_pane_draw(f, &panes[i]);
        trend_labels_draw(f, &panes[i]);
        y += panes[i].height;
        if (i + 1 < n) {
            draw_fill(f->d, y++, f->x, f->columns, STYLE_DIM, GLYPH_LINE);
        }
    }
}

/* ---- the time axis ---- */

static void
draw_bad(const struct trend_frame *f, int y)
{
    for (int column = 0; column < f->columns; column++) {
        bool bad = false;
        for (int i = 0; i < f->p->n_curves && !bad; i++) {
            const struct trend_dot *dots = f->lines[i].dots;
            bad = is_curve(&f->lines[i]) && (dots[2 * column].bad || dots[2 * column + 1].bad);
        }
        if (bad) {
            draw_glyph(f->d, y, f->x + column, STYLE_DIM, GLYPH_UNSURE);
        }
    }
}

static void
draw_ticks(const struct trend_frame *f, int y)
{
    const struct trend_window *w = &f->p->window;
    GArray *ticks = g_array_new(FALSE, FALSE, sizeof(struct trend_tick));
    trend_ticks(ticks, f->p->zone, w->since, trend_window_until(w), f->columns);
    for (guint i = 0; i < ticks->len; i++) {
        const struct trend_tick *tick = &g_array_index(ticks, struct trend_tick, i);
        int column = (int)(trend_window_bucket(w, tick->at) / 2);
        int width = text_columns(tick->label);
        draw_glyph(f->d, y, f->x + column, STYLE_DIM, GLYPH_TEE_DOWN);
        if (column + width <= f->columns + f->right) {
            draw_text(f->d, y + 1, f->x + column, width, STYLE_DIM, tick->label);
        }
    }
    g_array_free(ticks, TRUE);
}

static void
draw_time_axis(const struct trend_frame *f, int y)
{
    draw_fill(f->d, y, f->x, f->columns, STYLE_DIM, GLYPH_LINE);
    draw_ticks(f, y);
    draw_bad(f, y);
    if (f->p->cursor >= 0) {
        draw_glyph(f->d, y, f->x + (int)f->p->cursor / 2, STYLE_STRONG, GLYPH_UPWARD);
    }
}

int
trend_plot_draw(struct draw *d, struct canvas *canvas, struct rect area,
                const struct trend_plot *p, int *ret_y)
{
    struct trend_frame f = {.d = d,
                            .canvas = canvas,
                            .p = p,
                            .left = trend_plot_left(area.width, p->bare),
                            .right = right_columns(area.width, p->bare)};
    f.x = area.x + f.left;
    f.columns = MIN(trend_plot_columns(area.width, p->bare), (int)p->window.n / 2);
    int strips = 0, axis = p->bare ? 0 : AXIS_ROWS;
    for (int i = 0; i < p->n_curves; i++) {
        make_line(&f.lines[i], p, &p->curves[i]);
        strips += !p->curves[i].hidden && trend_is_strip(p->curves[i].component);
    }
    join_scales(&f);
    strips = MIN(strips, MAX(area.height - axis, 0));
    int y = area.y + area.height - axis - strips;
    draw_panes(&f, (struct rect){area.y, area.x, y - area.y, area.width});
    for (int i = 0; i < p->n_curves && strips > 0; i++) {
        if (!p->curves[i].hidden && trend_is_strip(p->curves[i].component)) {
            trend_strip_draw(&f, &f.lines[i], y++);
            strips--;
        }
    }
    if (!p->bare) {
        draw_time_axis(&f, y);
    }
    for (int i = 0; i < p->n_curves; i++) {
        g_free(f.lines[i].dots);
        g_free(f.lines[i].earlier);
    }
    if (ret_y != NULL) {
        *ret_y = y;
    }
    return p->cursor < 0 ? -1 : f.x + (int)p->cursor / 2;
}
