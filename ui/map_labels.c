/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Marks and texts of the map. Each takes cells of the frame, in the order of its importance,
 * and no text covers what was there before: marks, names of what is abnormal, places the admin
 * drew, towns, names of other stations, names of rivers.
 */
#include <stdio.h>
#include <string.h>

#include "src/core/i18n.h"
#include "ui/alarm_words.h"
#include "ui/map.h"
#include "ui/views.h"

#define NAME_LEAST 6 /* columns of a name; less of it says nothing */
#define NAME_MOST  18
#define NAME_SCALE 60 /* dots a degree from which on every station has its name */

static uint8_t *
cell(const struct map_view *m, int row, int column)
{
    bool inside = row >= 0 && row < m->frame.rows && column >= 0 && column < m->frame.columns;
    return inside ? &m->taken->data[row * m->frame.columns + column] : NULL;
}

static void
take(const struct map_view *m, int row, int column, int width)
{
    for (int i = 0; i < width; i++) {
        uint8_t *one = cell(m, row, column + i);
        if (one != NULL) {
            *one = 1;
        }
    }
}

/* Free cells from column on, in steps of by, at most most. */
static int
room(const struct map_view *m, int row, int column, int by, int most)
{
    int n = 0;
    for (; n < most; n++) {
        const uint8_t *one = cell(m, row, column + n * by);
        if (one == NULL || *one != 0) {
            break;
        }
    }
    return n;
}

static void
put(struct screen *s, int row, int column, int width, unsigned style, const char *text)
{
    struct map_view *m = s->map;
    draw_text(s->draw, m->area.y + row, m->area.x + column, width, style, text);
    take(m, row, column, width);
}

/* ---- marks ---- */

static int
mark_column(const struct map_view *m, const struct map_mark *mark)
{
    return (int)(mark->column - m->frame.left / CANVAS_DOTS_X);
}

static int
mark_row(const struct map_view *m, const struct map_mark *mark)
{
    return (int)(mark->row - m->frame.top / CANVAS_DOTS_Y);
}

/* Of a mark of which something is in the frame. */
static bool
mark_inside(const struct map_view *m, const struct map_mark *mark)
{
    double column = mark->column - m->frame.left / CANVAS_DOTS_X;
    double row = mark->row - m->frame.top / CANVAS_DOTS_Y;
    return column >= 0 && column < m->frame.columns && row >= 0 && row < m->frame.rows;
}

const char *
map_mark_text(const struct screen *s, uint32_t station, unsigned *ret_style)
{
    enum condition condition = (enum condition)s->roster.conditions[station];
    const struct alarm_view *v = roster_alarm(&s->roster, s->snap, station);
    if (v != NULL) {
        *ret_style = alarm_style(v);
        return alarm_shape(s, v->priority);
    }
    *ret_style = condition_style(condition);
    return glyph_text(draw_glyphs(s->draw), condition == CONDITION_NORMAL
                                                ? GLYPH_STATION
                                                : condition_glyph(condition));
}

/* "■2"; where the shape ends in a digit, "!1x2". */
static void
draw_mark(struct screen *s, const struct map_mark *mark, bool selected)
{
    struct map_view *m = s->map;
    char count[8], text[32];
    unsigned style;
    const char *shape = map_mark_text(s, mark->station, &style);
    map_mark_count(mark, count, sizeof(count));
    bool apart = g_ascii_isdigit(shape[strlen(shape) - 1]) && *count != '\0';
    snprintf(text, sizeof(text), "%s%s%s", shape, apart ? "x" : "", count);
    int column = mark_column(m, mark), row = mark_row(m, mark);
    int width = MIN(draw_columns(s->draw, text), m->frame.columns - column);
    put(s, row, column, width, style | (selected ? STYLE_SELECTED : 0), text);
    if (selected) {
        s->cursor_y = m->area.y + row;
        s->cursor_x = m->area.x + column;
    }
}

static const char *
name_of(const struct screen *s, uint32_t station)
{
    const struct station *st = &s->snap->plant->stations[station];
    return *st->short_name != '\0' ? st->short_name : *st->name != '\0' ? st->name : st->uid;
}

/* Right of its mark, else left of it, a blank between. */
static void
draw_name(struct screen *s, const struct map_mark *mark, unsigned style)
{
    struct map_view *m = s->map;
    const char *name = name_of(s, mark->station);
    int row = mark_row(m, mark), column = mark_column(m, mark);
    int right = column, end = column + mark->width;
    for (const uint8_t *one = cell(m, row, right); right < end && one != NULL && *one != 0;) {
        one = cell(m, row, ++right); /* past the mark itself, not past what stands beside it */
    }
    int want = MIN(draw_columns(s->draw, name), NAME_MOST), least = MIN(want, NAME_LEAST);
    int free = room(m, row, right, 1, want + 2) - 2;
    if (free >= least) {
        put(s, row, right, 1, STYLE_NORMAL, "");
        put(s, row, right + 1, MIN(want, free), style, name);
        return;
    }
    free = room(m, row, column - 1, -1, want + 2) - 2;
    if (free >= want) {
        put(s, row, column - 1 - want, want, style, name);
        put(s, row, column - 1, 1, STYLE_NORMAL, "");
    }
}

static void
draw_marks(struct screen *s, const struct map_mark *selected)
{
    const struct map_view *m = s->map;
    for (guint i = 0; i < m->marks->len; i++) {
        const struct map_mark *mark = &g_array_index(m->marks, struct map_mark, i);
        if (mark_inside(m, mark)) {
            draw_mark(s, mark, mark == selected);
        }
    }
}

/* Of what is abnormal, or of the rest. */
static void
draw_names(struct screen *s, const struct map_mark *selected, bool abnormal)
{
    const struct map_view *m = s->map;
    for (guint i = 0; i < m->marks->len; i++) {
        const struct map_mark *mark = &g_array_index(m->marks, struct map_mark, i);
        bool such = (mark->severity < MAP_SEVERITY_NEVER) == abnormal;
        if (such && mark != selected && (abnormal || mark->n == 1) && mark_inside(m, mark)) {
            draw_name(s, mark, STYLE_NORMAL);
        }
    }
}

uint32_t
map_station_at(const struct map_view *m, int y, int x)
{
    for (guint i = 0; i < m->marks->len; i++) {
        const struct map_mark *mark = &g_array_index(m->marks, struct map_mark, i);
        int column = x - m->area.x - mark_column(m, mark);
        if (mark_inside(m, mark) && y - m->area.y == mark_row(m, mark) && column >= 0 &&
            column < mark->width) {
            return mark->station;
        }
    }
    return STATION_NONE;
}

/* ---- places ---- */

static void
draw_place(struct screen *s, const struct map_place *place)
{
    struct map_view *m = s->map;
    char text[160];
    bool town = place->kind == MAP_TOWN;
    snprintf(text, sizeof(text), "%s%s",
             town ? glyph_text(draw_glyphs(s->draw), GLYPH_TOWN) : "", place->name);
    int width = draw_columns(s->draw, text);
    int column = (int)map_frame_x(&m->frame, place->at.x) / CANVAS_DOTS_X;
    int row = (int)map_frame_y(&m->frame, place->at.y) / CANVAS_DOTS_Y;
    column -= town ? 0 : width / 2;
    if (room(m, row, column - 1, 1, width + 2) == width + 2) {
        put(s, row, column, width, place->kind == MAP_SITE ? STYLE_NORMAL : STYLE_DIM, text);
    }
}

static void
draw_places(struct screen *s, const struct map_data *d, enum map_place_kind kind,
            unsigned layer)
{
    const struct map_view *m = s->map;
    unsigned bit = kind == MAP_TOWN ? MAP_TOWNS_BIT : 1u << layer;
    for (guint i = 0; d != NULL && (m->background & bit) != 0 && i < d->places->len; i++) {
        const struct map_place *place = &g_array_index(d->places, struct map_place, i);
        if (place->kind == kind && map_rank_shown(&m->frame, layer, place->rank) &&
            map_frame_holds(&m->frame, place->at)) {
            draw_place(s, place);
        }
    }
}

void
map_draw_labels(struct screen *s)
{
    struct map_view *m = s->map;
    const struct map_frame *f = &m->frame;
    g_byte_array_set_size(m->taken, (guint)(f->rows * f->columns) + 1);
    memset(m->taken->data, 0, m->taken->len);
    uint32_t station = map_selected(m);
    const struct map_mark *selected =
        map_shows(m, station) ? map_mark_of(m->marks, m->at, station, f->zoom) : NULL;
    selected = selected != NULL && mark_inside(m, selected) ? selected : NULL;
    draw_marks(s, selected);
    if (selected != NULL) {
        draw_name(s, selected, STYLE_STRONG);
    }
    draw_names(s, selected, true);
    draw_places(s, m->overlay == NULL ? NULL : m->overlay->data, MAP_SITE, MAP_OWN);
    draw_places(s, m->data, MAP_TOWN, MAP_LAYERS);
    if (f->scale / 360 >= NAME_SCALE) {
        draw_names(s, selected, false);
    }
    draw_places(s, m->data, MAP_WATER, MAP_RIVER);
}
