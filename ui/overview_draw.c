/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the areas of the overview are drawn, and where its panes are. */
#include <assert.h>
#include <math.h>

#include "src/core/i18n.h"
#include "src/core/text.h"
#include "ui/alarm_words.h"
#include "ui/overview_draw.h"
#include "ui/views.h"

#define NAME_LEAST 8
#define NAME_MOST  24
#define STATIONS   6
#define COMM       7
#define COUNT      4 /* of alarms of one priority */
#define FAULTS     7
#define MEASURE    11 /* a sum, and the mark behind it */
#define PERCENT    6
#define BAR        16
#define TWO_BELOW  100 /* columns from which two panes stand side by side */

enum area_column {
    AC_NAME,
    AC_STATIONS,
    AC_COMM,
    AC_COUNTS,
    AC_FAULTS,
    AC_SUM,
    AC_MEAN,
    AC_BAR,
};
#define AREA_COLUMNS (AC_BAR + 1)

struct area_columns {
    int x[AREA_COLUMNS], width[AREA_COLUMNS];
};

static void
measure_title(const struct measure *m, char *dst, size_t cap)
{
    snprintf(dst, cap, "%s %s", m->name, m->unit);
}

static int
measure_width(const struct screen *s, int which)
{
    const struct measure *m = s->overview->shown[which];
    char title[FORMAT_SIZE * 4];
    if (m == NULL) {
        return 0;
    }
    measure_title(m, title, sizeof(title));
    return CLAMP(draw_columns(s->draw, title) + 1, MEASURE, 2 * MEASURE);
}

/* As many columns as fit, the most needed first; the name takes what they leave. */
static struct area_columns
lay_out(const struct screen *s, struct rect area)
{
    const struct overview *o = s->overview;
    static const enum area_column wanted[] = {AC_COUNTS, AC_COMM, AC_STATIONS, AC_FAULTS,
                                              AC_SUM,    AC_MEAN, AC_BAR};
    bool percent = o->shown[1] != NULL;
    const int full[AREA_COLUMNS] = {[AC_STATIONS] = STATIONS,
                                    [AC_COMM] = COMM,
                                    [AC_COUNTS] = COUNT * ALARM_PRIORITIES,
                                    [AC_FAULTS] = FAULTS,
                                    [AC_SUM] = measure_width(s, 0),
                                    [AC_MEAN] = percent ? measure_width(s, 1) : 0,
                                    [AC_BAR] = percent ? BAR : 0};
    int name = text_columns(_("AREA"));
    for (uint32_t i = 0; i < o->n_areas; i++) {
        name = MAX(name, draw_columns(s->draw, o->areas[i].name));
    }
    name = CLAMP(name, NAME_LEAST, NAME_MOST);
    struct area_columns c = {.width = {[AC_NAME] = name}};
    int room = area.width - 3;
    for (size_t i = 0; i < G_N_ELEMENTS(wanted); i++) {
        int width = full[wanted[i]];
        int least = i < 2 ? NAME_LEAST : name;
        if (width > 0 && room - width - 1 >= least) {
            c.width[wanted[i]] = width;
            room -= width + 1;
        }
    }
    c.width[AC_NAME] = CLAMP(room, 1, name);
    int x = area.x + 2;
    for (int i = 0; i < AREA_COLUMNS; i++) {
        c.x[i] = x;
        x += c.width[i] > 0 ? c.width[i] + 1 : 0;
    }
    return c;
}

static void
draw_titles(struct screen *s, int y, const struct area_columns *c)
{
    const struct overview *o = s->overview;
    char text[FORMAT_SIZE * 4];
    draw_text(s->draw, y, c->x[AC_NAME], c->width[AC_NAME], STYLE_DIM, _("AREA"));
    draw_right(s->draw, y, c->x[AC_STATIONS], c->width[AC_STATIONS], STYLE_DIM, _("STN"));
    draw_right(s->draw, y, c->x[AC_COMM], c->width[AC_COMM], STYLE_DIM, _("COMM"));
    for (int i = 0; i < ALARM_PRIORITIES && c->width[AC_COUNTS] > 0; i++) {
        draw_right(s->draw, y, c->x[AC_COUNTS] + i * COUNT, COUNT, STYLE_DIM,
                   alarm_shape(s, (enum alarm_priority)i));
    }
    draw_right(s->draw, y, c->x[AC_FAULTS], c->width[AC_FAULTS], STYLE_DIM, _("FAULTS"));
    for (int i = 0; i < OVERVIEW_UNITS; i++) {
        int column = i == 0 ? AC_SUM : AC_MEAN;
        if (o->shown[i] != NULL && c->width[column] > 0) {
            measure_title(o->shown[i], text, sizeof(text));
            draw_right(s->draw, y, c->x[column], c->width[column] - 1, STYLE_DIM, text);
        }
    }
}

/* 99.9 % is never rounded up to all. */
static void
comm_text(const struct area *area, char *dst, size_t cap)
{
    if (area->stations == 0) {
        g_strlcpy(dst, "–", cap);
        return;
    }
    uint32_t tenths = (uint32_t)((uint64_t)area->communicating * 1000 / area->stations);
    struct component percent = {.min = 0, .max = 100};
    char number[FORMAT_SIZE / 2];
    format_shown(number, sizeof(number), COMM - 1, &percent, tenths / 10.0);
    snprintf(dst, cap, "%s%%", number);
}

static void
draw_count(struct screen *s, int y, int x, const struct area *area, int priority)
{
    char text[FORMAT_SIZE];
    uint32_t n = area->active[priority];
    if (n == 0) {
        draw_right(s->draw, y, x, COUNT, STYLE_DIM,
                   glyph_text(draw_glyphs(s->draw), GLYPH_DOT));
        return;
    }
    int first = area->unacked[priority] > 0 ? STYLE_CRITICAL_NEW : STYLE_CRITICAL;
    snprintf(text, sizeof(text), "%u", n);
    int width = draw_columns(s->draw, text);
    draw_text(s->draw, y, x + MAX(COUNT - width, 1), MIN(width, COUNT - 1),
              (unsigned)(first + priority), text);
}

/* With a mark where some values are missing or not to be relied on. */
static void
draw_measure(struct screen *s, int y, const struct area_columns *c, const struct area *area,
             int which)
{
    const struct measure *m = s->overview->shown[which];
    int column = which == 0 ? AC_SUM : AC_MEAN;
    if (m == NULL || c->width[column] == 0 || area->of[which].all == 0) {
        return;
    }
    const struct component *like =
        &s->overview->plant->components[g_array_index(m->components, uint32_t, 0)];
    double shown = area->of[which].good == 0 ? NAN
                   : m->mean                 ? area->of[which].sum / area->of[which].good
                                             : area->of[which].sum;
    char text[FORMAT_SIZE];
    int width = c->width[column];
    format_shown(text, sizeof(text), width - 1, like, shown);
    bool all = area->of[which].good == area->of[which].all;
    draw_right(s->draw, y, c->x[column], width - 1, all ? STYLE_NORMAL : STYLE_DIM, text);
    draw_text(s->draw, y, c->x[column] + width - 1, 1, STYLE_DIM,
              all ? "" : glyph_text(draw_glyphs(s->draw), GLYPH_UNSURE));
    if (which == 1 && c->width[AC_BAR] > 0 && isfinite(shown)) {
        int full = (int)lround(CLAMP(shown, 0, 100) * BAR / 100);
        draw_fill(s->draw, y, c->x[AC_BAR], full, STYLE_NORMAL, GLYPH_BAR_FULL);
        draw_fill(s->draw, y, c->x[AC_BAR] + full, BAR - full, STYLE_DIM, GLYPH_BAR_EMPTY);
    }
}

static const char *
area_name(const struct overview *o, uint32_t index)
{
    return index == o->n_areas             ? _("ALL")
           : *o->areas[index].name == '\0' ? "–"
                                           : o->areas[index].name;
}

static void
draw_area(struct screen *s, int y, const struct area_columns *c, uint32_t index, bool selected)
{
    const struct overview *o = s->overview;
    const struct area *area = &o->areas[index];
    char text[FORMAT_SIZE];
    unsigned plain = index == o->n_areas ? STYLE_STRONG : STYLE_NORMAL;
    unsigned mark = overview_draw_cursor(s, y, c->x[AC_NAME] - 2, selected, PANE_AREAS);
    draw_text(s->draw, y, c->x[AC_NAME], c->width[AC_NAME], plain | mark, area_name(o, index));
    snprintf(text, sizeof(text), "%u", area->stations);
    draw_right(s->draw, y, c->x[AC_STATIONS], c->width[AC_STATIONS], STYLE_NORMAL, text);
    comm_text(area, text, sizeof(text));
    draw_right(s->draw, y, c->x[AC_COMM], c->width[AC_COMM],
               area->communicating < area->stations ? STYLE_STRONG : STYLE_NORMAL, text);
    for (int i = 0; i < ALARM_PRIORITIES && c->width[AC_COUNTS] > 0; i++) {
        draw_count(s, y, c->x[AC_COUNTS] + i * COUNT, area, i);
    }
    snprintf(text, sizeof(text), "%u", area->faults);
    draw_right(s->draw, y, c->x[AC_FAULTS], c->width[AC_FAULTS],
               area->faults > 0 ? STYLE_FAULT : STYLE_DIM,
               area->faults > 0 ? text : glyph_text(draw_glyphs(s->draw), GLYPH_DOT));
    for (int i = 0; i < OVERVIEW_UNITS; i++) {
        draw_measure(s, y, c, area, i);
    }
}

unsigned
overview_draw_cursor(struct screen *s, int y, int x, bool selected, enum overview_pane pane)
{
    bool here = selected && s->overview->pane == pane;
    if (here) {
        draw_glyph(s->draw, y, x, STYLE_NORMAL, GLYPH_CURSOR);
        s->cursor_y = y;
        s->cursor_x = x;
    }
    return here ? STYLE_SELECTED : 0;
}

static void
draw_areas(struct screen *s, struct rect area)
{
    struct overview *o = s->overview;
    struct area_columns c = lay_out(s, area);
    struct list *l = &o->area_list;
    draw_titles(s, area.y, &c);
    if (hold_on(&o->area_hold, s->now.mono) && o->area_hold.due) {
        draw_right(s->draw, area.y, area.x + area.width - 12, 11, STYLE_NORMAL,
                   _("order held"));
    }
    int rows = MAX(area.height - 2, 1), n = (int)o->n_areas; /* that of all is always there */
    list_fit(l, n + 1, rows);
    int top = MIN(l->top, MAX(n - rows, 0));
    for (int i = 0; i < rows && top + i < n; i++) {
        draw_area(s, area.y + 1 + i, &c, o->order[top + i], top + i == l->pos);
    }
    draw_area(s, area.y + 1 + MIN(rows, n), &c, (uint32_t)n, l->pos == n);
}

/* ---- where the panes are ---- */

static void
draw_wall(struct screen *s, struct rect below, int x)
{
    draw_glyph(s->draw, below.y - 1, x, STYLE_DIM, GLYPH_TEE_DOWN);
    for (int y = below.y; y < below.y + below.height; y++) {
        draw_glyph(s->draw, y, x, STYLE_DIM, GLYPH_WALL);
    }
}

/* Three panes where there is room, else two; what has no place takes no keys. */
void
overview_draw(struct screen *s, struct rect area)
{
    struct overview *o = s->overview;
    if (s->snap == NULL || o->plant == NULL) {
        return;
    }
    int top = CLAMP((int)o->n_areas + 2, 3, area.height / 2);
    struct rect areas = {area.y, area.x, top, area.width};
    struct rect below = {area.y + top + 1, area.x, area.height - top - 1, area.width};
    struct rect latest = {0};
    if (area.width >= TWO_BELOW) {
        int wall = area.width / 2;
        below.width = wall;
        latest = (struct rect){below.y, wall + 1, below.height, area.width - wall - 1};
    } else if (below.height >= 14) {
        latest = below;
        below.height = below.height * 3 / 5;
        latest.y = below.y + below.height + 1;
        latest.height -= below.height + 1;
    }
    o->panes = latest.height > 0 ? OVERVIEW_PANES : OVERVIEW_PANES - 1;
    o->pane = (int)o->pane < o->panes ? o->pane : PANE_AREAS;
    draw_areas(s, areas);
    draw_fill(s->draw, below.y - 1, area.x, area.width, STYLE_DIM, GLYPH_LINE);
    overview_draw_far(s, below);
    if (latest.height > 0 && latest.x > below.x) {
        draw_wall(s, below, below.width);
    } else if (latest.height > 0) {
        draw_fill(s->draw, latest.y - 1, area.x, area.width, STYLE_DIM, GLYPH_LINE);
    }
    if (latest.height > 0) {
        overview_draw_latest(s, latest);
    }
}

/* A small screen has room for one pane, and the worst below the areas. */
void
overview_draw_small(struct screen *s, struct rect area)
{
    struct overview *o = s->overview;
    o->panes = OVERVIEW_PANES;
    switch (o->pane) {
    case PANE_AREAS: {
        struct rect below = layout_digest(s, &area, (int)o->n_areas + 2);
        draw_areas(s, area);
        overview_draw_worst(s, below);
        return;
    }
    case PANE_FAR:
        overview_draw_far(s, area);
        return;
    case PANE_LATEST:
        overview_draw_latest(s, area);
        return;
    }
}
