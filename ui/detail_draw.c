/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/alarm_words.h"
#include "ui/views.h"

#include "src/core/i18n.h"

#define INFO_LINES 3 /* about the component under the cursor, with the line above */
#define HEAD_LINES 3
#define WIDEST     84 /* more would only pull names and values apart */

static void
draw_heading(struct screen *s, int y, struct rect area, const char *text)
{
    int x = area.x + 1;
    x += draw_flow(s->draw, y, x, area.width - 2, STYLE_STRONG, text);
    draw_fill(s->draw, y, x + 1, area.x + area.width - x - 2, STYLE_DIM, GLYPH_LINE);
}

static void
draw_line(struct screen *s, int y, struct rect area, const struct detail_line *line,
          bool selected)
{
    struct panel p = {line->component, y, area.x, area.width, selected};
    switch (line->row) {
    case ROW_BLANK:
        return;
    case ROW_HEADING:
        draw_heading(s, y, area,
                     line->component == COMPONENT_NONE
                         ? _("Faults")
                         : s->snap->plant->components[line->component].name);
        return;
    case ROW_CALM:
        draw_text(s->draw, y, area.x + 2, area.width - 2, STYLE_NORMAL, _("no faults"));
        return;
    case ROW_FAULT:
        panel_draw_fault(s, &p);
        return;
    case ROW_COMPONENT:
        panel_draw(s, &p);
        return;
    case ROW_BAR:
        panel_draw_bar(s, &p);
        return;
    }
}

static void
life_text(const struct screen *s, uint32_t index, char *dst, size_t cap)
{
    const struct station_state *state = &s->snap->stations[index];
    char ago[FORMAT_SIZE], moment[FORMAT_SIZE];
    if (state->received == WALL_NONE) {
        snprintf(dst, cap, "%s", _("never seen"));
        return;
    }
    format_ago(ago, sizeof(ago), format_age_us(s->minute, state->received, state->heard));
    if (state->silent) {
        format_moment(moment, sizeof(moment), s->zone, state->received, s->now.wall);
        snprintf(dst, cap, _("silent since %s"), moment);
    } else {
        snprintf(dst, cap, _("heard: %s"), ago);
    }
}

/* Minutes by which the station's clock is off; below that nobody needs to know. */
static void
clock_text(const struct station_state *state, char *dst, size_t cap)
{
    *dst = '\0';
    if (state->clock_known && llabs(state->clock_offset_us) >= 60 * US_PER_S) {
        double minutes = (double)state->clock_offset_us / (60.0 * (double)US_PER_S);
        snprintf(dst, cap, _("  clock %+.0f min"), minutes);
    }
}

/* The station's worst alarm, at the right end of its name; returns the columns it takes. */
static int
draw_alarm(struct screen *s, struct rect area, uint32_t index)
{
    const struct alarm_view *v = roster_alarm(&s->roster, s->snap, index);
    if (v == NULL) {
        return 0;
    }
    char text[FORMAT_SIZE * 2];
    const char *sign = alarm_sign(v->type);
    snprintf(text, sizeof(text), " %s %s%s%s ", alarm_shape(s, v->priority),
             alarm_state_word(v), *sign == '\0' ? "" : " ", sign);
    int width = draw_columns(s->draw, text);
    draw_text(s->draw, area.y, area.x + area.width - 1 - width, width, alarm_style(v), text);
    return width;
}

static void
draw_head(struct screen *s, struct rect area, uint32_t index)
{
    const struct station *station = &s->snap->plant->stations[index];
    const struct station_state *state = &s->snap->stations[index];
    char text[512], life[FORMAT_SIZE * 2], offset[FORMAT_SIZE];
    int end = area.x + area.width - 1, x = area.x + 1;
    snprintf(text, sizeof(text), "%s %s", station->uid, station->name);
    int alarm = draw_alarm(s, area, index);
    draw_text(s->draw, area.y, x, end - x - alarm, STYLE_STRONG, text);

    life_text(s, index, life, sizeof(life));
    clock_text(state, offset, sizeof(offset));
    snprintf(text, sizeof(text), "%s%s%s%s", station->type, *station->type == '\0' ? "" : "  ",
             life, offset);
    bool quiet = state->silent || state->received == WALL_NONE;
    x += draw_flow(s->draw, area.y + 1, x, end - x, quiet ? STYLE_STRONG : STYLE_NORMAL, text);
    x += 2;
    if (draw_columns(s->draw, station->area) <= end - x) {
        draw_right(s->draw, area.y + 1, x, end - x, STYLE_DIM, station->area);
    }
    draw_fill(s->draw, area.y + 2, area.x + 1, area.width - 2, STYLE_DIM, GLYPH_LINE);
}

/* That there is more than is shown, and where: on the line under the head. */
static void
draw_range(struct screen *s, struct rect area)
{
    const struct list *list = &s->detail.list;
    char text[FORMAT_SIZE];
    if (list->n > list->height) {
        snprintf(text, sizeof(text), _("%d–%d of %d"), list->top + 1,
                 MIN(list->top + list->height, list->n), list->n);
        int width = draw_columns(s->draw, text) + 2;
        draw_format(s->draw, area.y + 2, area.x + area.width - 3 - width, width, STYLE_DIM,
                    " %s ", text);
    }
}

/* Quality in words; the row has room for two letters only. */
static void
quality_text(unsigned quality, char *dst, size_t cap)
{
    static const char *const words[QUALITY_COUNT] = {
        N_("invalid"),     N_("not topical"), N_("blocked"),
        N_("substituted"), N_("overflow"),    N_("source clock not trusted")};
    size_t used = 0;
    *dst = '\0';
    for (unsigned bit = 0; bit < QUALITY_COUNT && used < cap; bit++) {
        if ((quality & (1u << bit)) != 0) {
            int n = snprintf(dst + used, cap - used, ", %s", _(words[bit]));
            used += (size_t)MAX(n, 0);
        }
    }
}

static void
draw_info(struct screen *s, struct rect area)
{
    const struct detail_line *line = detail_line(&s->detail, s->detail.list.pos);
    draw_fill(s->draw, area.y, area.x + 1, area.width - 2, STYLE_DIM, GLYPH_LINE);
    if (line == NULL || line->component == COMPONENT_NONE) {
        return;
    }
    const struct component *c = &s->snap->plant->components[line->component];
    const struct component_state *state = &s->snap->components[line->component];
    draw_format(s->draw, area.y + 1, area.x + 1, area.width - 2, STYLE_NORMAL, "%s  %s", c->id,
                c->name);
    if (state->ts == WALL_NONE) {
        draw_text(s->draw, area.y + 2, area.x + 1, area.width - 2, STYLE_DIM,
                  _("no value yet"));
        return;
    }
    char moment[FORMAT_SIZE * 2], quality[256];
    format_moment(moment, sizeof(moment), s->zone, state->ts, s->now.wall);
    quality_text(state->quality, quality, sizeof(quality));
    draw_format(s->draw, area.y + 2, area.x + 1, area.width - 2, STYLE_NORMAL, "%s (%s)%s%s",
                moment, state->source == TS_DEVICE ? _("source time") : _("receipt"), quality,
                state->live ? "" : _(", not renewed since the start"));
}

void
detail_draw(struct screen *s, struct rect area)
{
    struct detail *d = &s->detail;
    uint32_t station = detail_station(s);
    if (station == STATION_NONE) {
        draw_text(s->draw, area.y, area.x + 1, area.width - 1, STYLE_DIM,
                  _("no station selected"));
        return;
    }
    area.width = MIN(area.width, WIDEST);
    draw_head(s, area, station);
    bool info = s->detail_focus && area.height >= HEAD_LINES + INFO_LINES + 4;
    struct rect rows = {area.y + HEAD_LINES, area.x,
                        area.height - HEAD_LINES - (info ? INFO_LINES : 0), area.width};
    if (d->list.height != rows.height) { /* there may be room for blank lines now */
        d->list.height = rows.height;
        detail_update(s);
    }
    draw_range(s, area);
    for (int i = 0; i < rows.height; i++) {
        const struct detail_line *line = detail_line(d, d->list.top + i);
        bool selected = s->detail_focus && d->list.top + i == d->list.pos;
        if (selected) {
            s->cursor_y = rows.y + i;
            s->cursor_x = rows.x;
        }
        if (line != NULL) {
            draw_line(s, rows.y + i, rows, line, selected);
        }
    }
    if (info) {
        area.y += area.height - INFO_LINES;
        draw_info(s, area);
    }
}

void
detail_draw_digest(struct screen *s, struct rect area)
{
    struct detail *d = &s->detail;
    int y = area.y;
    for (guint i = 0; i < d->lines->len && y < area.y + area.height; i++) {
        const struct detail_line *line = &g_array_index(d->lines, struct detail_line, i);
        if (line->row == ROW_FAULT || line->row == ROW_COMPONENT) {
            draw_line(s, y++, area, line, false);
        }
    }
}
