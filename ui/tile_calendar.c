/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The calendar: the means of one component as shades, days down and hours across, or days of
 * the week down and weeks across. */
#include <math.h>

#include "src/core/i18n.h"
#include "ui/boards.h"

#define DAY_US    (24 * 3600 * US_PER_S)
#define LABEL     10 /* columns of "Thu 20 Nov" */
#define ROWS_MAX  400
#define CELLS_MAX 400
#define NO_DATA   (-1.0)
#define BAD_DATA  (-2.0)

struct cell {
    double sum;
    uint32_t n, bad;
};

struct calendar {
    struct cell *cells; /* rows * columns */
    int rows, columns;
    int64_t first_day; /* of row 0, or of column 0: local days since 1970 */
    double low, high;  /* of all means; low > high: there are none */
};

/* Before 1970, too: that is where a clock is that nobody has set yet. */
int64_t
tile_local_day(const struct screen *s, wall_us at, int *ret_hour)
{
    wall_us local = at + format_offset_us(s->zone, at);
    int64_t in_day = (local % DAY_US + DAY_US) % DAY_US;
    *ret_hour = (int)(in_day / (DAY_US / 24));
    return (local - in_day) / DAY_US;
}

static double
mean_of(const struct cell *cell)
{
    return cell->sum / cell->n;
}

static void
add_bucket(struct cell *cell, const struct archive_bucket *b, const struct component *c)
{
    cell->n += b->n;
    cell->bad += b->bad;
    if (b->n > 0) {
        cell->sum += adjust_apply(c->adjust, b->sum / b->n) * b->n;
    }
}

static void
find_range(struct calendar *k)
{
    k->low = INFINITY;
    k->high = -INFINITY;
    for (int i = 0; i < k->rows * k->columns; i++) {
        if (k->cells[i].n > 0) {
            k->low = MIN(k->low, mean_of(&k->cells[i]));
            k->high = MAX(k->high, mean_of(&k->cells[i]));
        }
    }
}

/* The middle of a bucket tells its day and hour, so that the nights in which clocks change
 * spoil no more than one cell. */
static struct calendar
fill(const struct tile_view *v, const struct component *c)
{
    const struct tile_history *h = &v->live->history;
    const struct trend_window *w = &h->window;
    bool weeks = v->tile->unit == TILE_BY_WEEKS;
    int hour;
    struct calendar k = {.first_day = tile_local_day(v->s, w->since + w->bucket_us / 2, &hour)};
    int64_t last = tile_local_day(v->s, trend_window_until(w) - w->bucket_us / 2, &hour);
    int days = (int)(last - k.first_day) + 1;
    k.rows = weeks ? 7 : MIN(days, ROWS_MAX);
    k.columns = weeks ? MIN((days + 6) / 7, CELLS_MAX) : 24;
    k.cells = g_new0(struct cell, (gsize)(k.rows * k.columns));
    for (uint32_t i = 0; i < w->n; i++) {
        wall_us at = trend_window_start(w, i) + w->bucket_us / 2;
        int day = (int)(tile_local_day(v->s, at, &hour) - k.first_day);
        int row = weeks ? day % 7 : day, column = weeks ? day / 7 : hour;
        if (day >= 0 && row < k.rows && column < k.columns) {
            add_bucket(&k.cells[row * k.columns + column], &h->series[0].buckets[i], c);
        }
    }
    find_range(&k);
    return k;
}

/* ---- drawing ---- */

/* How dark: digits say it where there are no shades. */
static const char *
shade(enum glyph_set set, double share)
{
    static const char *const shades[] = {"░", "▒", "▓", "█"};
    static const char *const console[] = {"░", "░", "▒", "█"}; /* its fonts have no more */
    static const char *const digits[] = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"};
    if (set == GLYPHS_ASCII) {
        return digits[(int)(CLAMP(share, 0.0, 1.0) * 9.999)];
    }
    int i = (int)(CLAMP(share, 0.0, 1.0) * 3.999);
    return set == GLYPHS_VT ? console[i] : shades[i];
}

static void
append_cell(GString *to, const struct screen *s, const struct calendar *k,
            const struct cell *cell)
{
    enum glyph_set set = draw_glyphs(s->draw);
    if (cell->n == 0) {
        g_string_append(to, cell->bad > 0 ? "?" : glyph_text(set, GLYPH_DOT));
        return;
    }
    double range = k->high - k->low;
    g_string_append(to, shade(set, range > 0 ? (mean_of(cell) - k->low) / range : 0.5));
}

static void
row_label(const struct tile_view *v, const struct calendar *k, int row, char *dst, size_t cap)
{
    /* Any moment of that day: at noon no clock changes. */
    wall_us noon = (k->first_day + row) * DAY_US + DAY_US / 2;
    format_date(dst, cap, v->s->zone, noon - format_offset_us(v->s->zone, noon));
    char *space = strchr(dst, ' ');
    if (v->tile->unit == TILE_BY_WEEKS && space != NULL) {
        *space = '\0'; /* the day of the week alone */
    }
}

struct grid {
    int y, x;          /* of its first cell */
    int rows, columns; /* that are shown */
    int first_row, first_column;
    int wide; /* screen columns of a cell */
};

static struct grid
lay_out(const struct tile_view *v, const struct calendar *k)
{
    int label = v->tile->unit == TILE_BY_WEEKS ? 4 : LABEL + 1;
    int room = v->in.width - label;
    if (room < k->columns && v->tile->unit == TILE_BY_HOURS) {
        label = MAX(v->in.width - k->columns, 0);
        room = v->in.width - label;
    }
    struct grid g = {.y = v->in.y + 1, .x = v->in.x + label, .rows = v->in.height - 2};
    g.wide = room >= 2 * k->columns ? 2 : 1;
    g.columns = MIN(k->columns, MAX(room / g.wide, 0));
    g.rows = CLAMP(g.rows, 0, k->rows);
    g.first_row = k->rows - g.rows;
    g.first_column = k->columns - g.columns; /* the newest ones stay */
    return g;
}

static void
draw_hours(const struct tile_view *v, const struct grid *g)
{
    for (int hour = 0; hour < g->columns; hour += 6) {
        draw_format(v->s->draw, v->in.y, g->x + hour * g->wide,
                    MIN(6 * g->wide, v->in.x + v->in.width - (g->x + hour * g->wide)),
                    STYLE_DIM, "%02d", hour + g->first_column);
    }
}

/* The date of the first week that is shown. */
static void
draw_weeks(const struct tile_view *v, const struct calendar *k, const struct grid *g)
{
    char text[FORMAT_SIZE];
    row_label(v, k, 0, text, sizeof(text));
    wall_us noon = (k->first_day + 7 * g->first_column) * DAY_US + DAY_US / 2;
    format_day(text, sizeof(text), v->s->zone, noon - format_offset_us(v->s->zone, noon));
    draw_text(v->s->draw, v->in.y, g->x, v->in.x + v->in.width - g->x, STYLE_DIM, text);
}

static void
draw_rows(const struct tile_view *v, const struct calendar *k, const struct grid *g)
{
    for (int i = 0; i < g->rows; i++) {
        char label[FORMAT_SIZE];
        GString *cells = g_string_new(NULL);
        int row = g->first_row + i;
        row_label(v, k, row, label, sizeof(label));
        for (int column = g->first_column; column < k->columns; column++) {
            for (int w = 0; w < g->wide; w++) {
                append_cell(cells, v->s, k, &k->cells[row * k->columns + column]);
            }
        }
        draw_text(v->s->draw, g->y + i, v->in.x, g->x - v->in.x - 1, STYLE_DIM, label);
        draw_text(v->s->draw, g->y + i, g->x, g->columns * g->wide, STYLE_NORMAL, cells->str);
        g_string_free(cells, TRUE);
    }
}

/* What the shades mean, in numbers. */
static void
draw_legend(const struct tile_view *v, const struct calendar *k, const struct component *c)
{
    enum glyph_set set = draw_glyphs(v->s->draw);
    int y = v->in.y + v->in.height - 1;
    char low[FORMAT_SIZE], high[FORMAT_SIZE];
    if (k->low > k->high) {
        if (!tile_draw_no_history(v, y)) {
            draw_text(v->s->draw, y, v->in.x, v->in.width, STYLE_DIM, _("no data"));
        }
        return;
    }
    format_shown(low, sizeof(low), 10, c, k->low);
    format_shown(high, sizeof(high), 10, c, k->high);
    draw_format(v->s->draw, y, v->in.x, v->in.width, STYLE_DIM, "%s %s … %s %s %s",
                shade(set, 0), low, shade(set, 1), high, c->unit);
}

void
tile_draw_calendar(const struct tile_view *v)
{
    uint32_t component = tile_component(v, 0);
    struct tile_history *h = &v->live->history;
    if (component == COMPONENT_NONE) {
        return;
    }
    h->wanted = 1; /* its parts are hours or days, whatever room there is */
    if (!h->any) {
        tile_draw_no_history(v, v->in.y);
        return;
    }
    const struct component *c = &v->s->snap->plant->components[component];
    struct calendar k = fill(v, c);
    struct grid g = lay_out(v, &k);
    if (v->tile->unit == TILE_BY_HOURS) {
        draw_hours(v, &g);
    } else {
        draw_weeks(v, &k, &g);
    }
    draw_rows(v, &k, &g);
    draw_legend(v, &k, c);
    g_free(k.cells);
}
