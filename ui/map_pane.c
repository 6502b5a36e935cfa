/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What stands beside the map, or below it: numbers, what is in view, and the selected station.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "src/core/i18n.h"
#include "ui/alarm_words.h"
#include "ui/map.h"
#include "ui/views.h"

#define VALUE       10 /* columns of a value with its unit */
#define BAR_MOST    10 /* columns of the bar that tells the scale */
#define DETAIL_MOST 9  /* lines about the selected station */

/* ---- lines ---- */

/* "├────┤ 50 km" */
static void
draw_scale(struct screen *s, int y, int x, int width)
{
    static const double nice[] = {1, 2, 5};
    double one = map_frame_km(&s->map->frame, 1), km = 0.001;
    for (int i = 0; i < 21; i++) { /* 1 m to 5,000 km */
        double next = nice[i % 3] * pow(10, i / 3 - 3);
        km = next <= one * BAR_MOST ? next : km;
    }
    int columns = CLAMP((int)lround(km / one), 2, BAR_MOST + 1);
    char text[FORMAT_SIZE];
    snprintf(text, sizeof(text), km >= 1 ? _("%.0f km") : _("%.0f m"),
             km >= 1 ? km : km * 1000);
    if (columns + 1 + draw_columns(s->draw, text) > width) {
        return;
    }
    draw_glyph(s->draw, y, x, STYLE_DIM, GLYPH_END_LEFT);
    draw_fill(s->draw, y, x + 1, columns - 2, STYLE_DIM, GLYPH_LINE);
    draw_glyph(s->draw, y, x + columns - 1, STYLE_DIM, GLYPH_END_RIGHT);
    draw_text(s->draw, y, x + columns + 1, width - columns - 1, STYLE_NORMAL, text);
}

/* ", 12 without a place", what the filter hides, and whether alarms are followed. */
static void
rest_text(const struct map_view *m, char *dst, size_t cap)
{
    uint32_t homeless = m->plant->n_stations - m->n_placed;
    size_t used = 0;
    *dst = '\0';
    if (m->n_hidden_abnormal > 0) {
        used = (size_t)snprintf(dst, cap, _(", hidden %u (%u not normal)"), m->n_hidden,
                                m->n_hidden_abnormal);
    } else if (m->n_hidden > 0) {
        used = (size_t)snprintf(dst, cap, _(", hidden %u"), m->n_hidden);
    }
    if (homeless > 0 && used < cap) {
        used += (size_t)snprintf(dst + used, cap - used, _(", %u without a place"), homeless);
    }
    if (m->follow && used < cap) {
        snprintf(dst + used, cap - used, "%s", _(", FOLLOW"));
    }
}

void
map_draw_summary(struct screen *s, int y, int x, int width, int lines)
{
    const struct map_view *m = s->map;
    char text[256], rest[160];
    rest_text(m, rest, sizeof(rest));
    snprintf(text, sizeof(text), _("in view %u of %u, %u not normal"), m->order->len,
             m->plant->n_stations, m->n_abnormal);
    int used = draw_flow(s->draw, y, x, width, STYLE_NORMAL, text);
    unsigned style = m->n_hidden_abnormal > 0 ? STYLE_STRONG : STYLE_NORMAL;
    if (lines < 2) {
        draw_text(s->draw, y, x + used, width - used, style, rest);
    } else if (*rest != '\0') {
        draw_text(s->draw, y + 1, x, width, style, rest + strspn(rest, ", "));
    }
}

static void
value_text(const struct screen *s, uint32_t station, char *dst, size_t cap)
{
    const struct alarm_view *v = roster_alarm(&s->roster, s->snap, station);
    const struct brief *brief = &s->roster.briefs[station];
    *dst = '\0';
    if (v != NULL) {
        alarm_value_text(s, v, VALUE, dst, cap);
    } else if (s->snap->stations[station].received == WALL_NONE) {
        snprintf(dst, cap, "%s", _("never seen"));
    } else if (s->snap->stations[station].silent) {
        snprintf(dst, cap, "%s", _("silent"));
    }
    if (*dst == '\0' && brief->n_values > 0) {
        const struct component *c = &s->snap->plant->components[brief->values[0]];
        char number[FORMAT_SIZE];
        format_value(number, sizeof(number), 6, c, &s->snap->components[brief->values[0]]);
        snprintf(dst, cap, "%s%s%s", number, *c->unit == '\0' ? "" : " ", c->unit);
    }
}

void
map_draw_station(struct screen *s, int y, int x, int width, uint32_t station, bool cursor)
{
    const struct station *st = &s->snap->plant->stations[station];
    char value[FORMAT_SIZE * 2];
    unsigned style, row = STYLE_NORMAL | (cursor ? STYLE_SELECTED : 0);
    const char *mark = map_mark_text(s, station, &style);
    int id = CLAMP(s->roster.uid_columns, 4, 8),
        value_x = x + width - VALUE - (s->columns >= 60);
    if (cursor) {
        draw_glyph(s->draw, y, x, STYLE_NORMAL, GLYPH_CURSOR);
    }
    draw_text(s->draw, y, x + 1, 2, style, mark);
    draw_text(s->draw, y, x + 4, id + 1, row, st->uid);
    draw_text(s->draw, y, x + 5 + id, value_x - x - 6 - id, row,
              *st->name != '\0' ? st->name : st->short_name);
    value_text(s, station, value, sizeof(value));
    draw_right(s->draw, y, value_x, VALUE, STYLE_NORMAL, value);
}

static void
draw_list(struct screen *s, struct rect rows)
{
    struct map_view *m = s->map;
    uint32_t selected = map_selected(m);
    list_fit(&m->list, (int)m->order->len, rows.height);
    m->rows = rows;
    for (int i = 0; i < rows.height && m->list.top + i < m->list.n; i++) {
        uint32_t station = g_array_index(m->order, uint32_t, m->list.top + i);
        map_draw_station(s, rows.y + i, rows.x, rows.width, station, station == selected);
        if (station == selected) {
            s->cursor_y = rows.y + i;
            s->cursor_x = rows.x;
        }
    }
}

/* ---- the selected one ---- */

static int
draw_alarm(struct screen *s, struct rect area, uint32_t station)
{
    const struct alarm_view *v = roster_alarm(&s->roster, s->snap, station);
    char line[512];
    if (v == NULL || area.height < 1) {
        return 0;
    }
    int x = area.x + 1, end = area.x + area.width;
    snprintf(line, sizeof(line), "%s %s", alarm_shape(s, v->priority), alarm_state_word(v));
    x += draw_flow(s->draw, area.y, x, end - x, alarm_style(v), line) + 1;
    alarm_marked_name(s, v, line, sizeof(line));
    draw_text(s->draw, area.y, x, end - x, STYLE_NORMAL, line);
    return 1;
}

static void
draw_detail(struct screen *s, struct rect area, uint32_t station)
{
    const struct station *st = &s->snap->plant->stations[station];
    const struct brief *brief = &s->roster.briefs[station];
    draw_format(s->draw, area.y, area.x + 1, area.width - 1, STYLE_STRONG, "%s %s", st->uid,
                st->name);
    if (area.height > 1) {
        draw_format(s->draw, area.y + 1, area.x + 1, area.width - 1, STYLE_DIM,
                    "%s%s%s  %.4f %.4f", st->type, *st->type == '\0' ? "" : "  ", st->area,
                    st->latitude, st->longitude);
    }
    area.y += 2;
    area.height -= 2;
    int used = draw_alarm(s, area, station);
    for (int i = 0; i < brief->n_values + brief->n_actuators && used < area.height; i++) {
        struct panel p = {.component = i < brief->n_values
                                           ? brief->values[i]
                                           : brief->actuators[i - brief->n_values],
                          .y = area.y + used++,
                          .x = area.x,
                          .width = area.width};
        panel_draw(s, &p);
    }
}

/* ---- both ---- */

/* What the marks mean. */
static void
draw_legend(struct screen *s, int y, int x, int width)
{
    enum glyph_set set = draw_glyphs(s->draw);
    char text[256];
    snprintf(text, sizeof(text), _("%sn stations  %s%s%s alarm  ? silent"),
             glyph_text(set, GLYPH_STATION), alarm_shape(s, ALARM_CRITICAL),
             alarm_shape(s, ALARM_HIGH), alarm_shape(s, ALARM_MEDIUM));
    draw_text(s->draw, y, x, width, STYLE_DIM, text);
}

void
map_draw_pane(struct screen *s, struct rect area)
{
    struct map_view *m = s->map;
    uint32_t selected = map_selected(m);
    int x = area.x + 1, width = area.width - 1, y = area.y;
    int detail = selected == STATION_NONE ? 0 : MIN(DETAIL_MOST, (area.height - 4) / 2);
    draw_scale(s, y++, x, width);
    draw_legend(s, y++, x, width);
    draw_fill(s->draw, y++, area.x, area.width, STYLE_DIM, GLYPH_LINE);
    map_draw_summary(s, y, x, width, 2);
    y += 2;
    struct rect rows = {y, area.x, area.y + area.height - y, area.width};
    if (detail > 0) {
        rows.height -= detail + 1;
        int line = rows.y + rows.height;
        draw_fill(s->draw, line, area.x, area.width, STYLE_DIM, GLYPH_LINE);
        draw_detail(s, (struct rect){line + 1, area.x, detail, area.width}, selected);
    }
    draw_list(s, rows);
}

void
map_draw_below(struct screen *s, struct rect area)
{
    int scale = BAR_MOST + 10;
    if (area.height < 1) {
        return;
    }
    map_draw_summary(s, area.y, area.x + 1, area.width - scale - 2, 1);
    draw_scale(s, area.y, area.x + area.width - scale, scale);
    if (area.height > 1) {
        draw_list(s, (struct rect){area.y + 1, area.x, area.height - 1, area.width});
    }
}
