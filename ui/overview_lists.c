/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the lists of the overview are drawn: furthest from normal, and the latest events. */
#include <math.h>

#include "src/core/i18n.h"
#include "ui/alarm_words.h"
#include "ui/overview_draw.h"
#include "ui/views.h"

#define VALUE 14 /* with its unit */
#define LIMIT 10
#define SINCE 7
#define WORD  7

/* ---- furthest from normal ---- */

static const struct alarm_view *
alarm_of(const struct screen *s, const struct far_row *row)
{
    const struct alarm_board *board = s->snap->alarms;
    for (uint32_t i = 0; row->alarm && board != NULL && i < board->n_alarms; i++) {
        const struct alarm_view *v = &board->alarms[i];
        if (strcmp(v->station, row->station) == 0 &&
            strcmp(v->component, row->component) == 0 && strcmp(v->rule, row->rule) == 0) {
            return v;
        }
    }
    return NULL;
}

static void
value_text(const struct screen *s, const struct far_row *row, char *dst, size_t cap)
{
    const struct plant *plant = s->snap->plant;
    *dst = '\0';
    if (row->index >= plant->n_components || s->overview->plant != plant) {
        return;
    }
    const struct component *c = &plant->components[row->index];
    char number[FORMAT_SIZE];
    format_value(number, sizeof(number), VALUE / 2, c, &s->snap->components[row->index]);
    snprintf(dst, cap, "%s%s%s", number, *c->unit == '\0' ? "" : " ", c->unit);
}

/* What is wrong, or near a limit: the station and its component. */
static void
name_text(const struct screen *s, const struct far_row *row, const struct alarm_view *v,
          bool roomy, char *dst, size_t cap)
{
    const struct plant *plant = s->snap->plant;
    char name[512] = "";
    uint32_t station = plant_find_station(plant, row->station);
    const struct station *st = station == STATION_NONE ? NULL : &plant->stations[station];
    if (v != NULL) {
        alarm_name_text(s, v, name, sizeof(name));
    } else if (row->index < plant->n_components && s->overview->plant == plant) {
        const struct component *c = &plant->components[row->index];
        g_strlcpy(name, *c->name != '\0' ? c->name : c->id, sizeof(name));
    }
    const char *of = st == NULL ? "" : *st->short_name != '\0' ? st->short_name : st->name;
    bool both = roomy && *of != '\0';
    snprintf(dst, cap, "%s %s%s%s", row->station, both ? of : "", both ? " " : "", name);
}

static void
limit_text(const struct screen *s, const struct far_row *row, const struct alarm_view *v,
           char *dst, size_t cap)
{
    char border[FORMAT_SIZE];
    if (v != NULL) {
        alarm_limit_text(s, v, dst, cap);
        return;
    }
    format_border(border, sizeof(border), row->limit);
    snprintf(dst, cap, "%s %s", row->sign, border);
}

static void
draw_mark(struct screen *s, int y, int x, const struct far_row *row, const struct alarm_view *v)
{
    if (v != NULL) {
        draw_glyph(s->draw, y, x, alarm_style(v), alarm_glyph(v->priority));
    } else if (row->index < s->snap->plant->n_components && panel_stale(s, row->index)) {
        draw_glyph(s->draw, y, x, STYLE_DIM, GLYPH_UNSURE);
    } else if (row->distance <= 0) {
        draw_glyph(s->draw, y, x, STYLE_STRONG, GLYPH_DOT);
    }
}

static void
draw_far_row(struct screen *s, int y, struct rect area, const struct far_row *row,
             bool selected)
{
    char text[1024];
    const struct alarm_view *v = alarm_of(s, row);
    bool roomy = area.width >= 60;
    int end = area.x + area.width - 1, since = roomy ? SINCE : 0;
    int limit = area.width >= 36 ? LIMIT : 0;
    int value = end - since - limit - VALUE, x = area.x + 2;
    unsigned mark = overview_draw_cursor(s, y, area.x, selected, PANE_FAR);
    draw_mark(s, y, area.x + 1, row, v);
    name_text(s, row, v, roomy, text, sizeof(text));
    bool stale = row->index < s->snap->plant->n_components && panel_stale(s, row->index);
    draw_text(s->draw, y, x, value - x, mark | STYLE_NORMAL, text);
    value_text(s, row, text, sizeof(text));
    bool beyond = !row->alarm && row->distance <= 0;
    draw_right(s->draw, y, value, VALUE,
               stale    ? STYLE_DIM
               : beyond ? STYLE_STRONG
                        : STYLE_NORMAL,
               text);
    limit_text(s, row, v, text, sizeof(text));
    draw_right(s->draw, y, value + VALUE, limit, STYLE_DIM, text);
    alarm_since_text(s, row->since, false, text, sizeof(text));
    draw_right(s->draw, y, end - since, since, STYLE_DIM, text);
}

static void
draw_title(struct screen *s, struct rect area, const char *title, enum overview_pane pane,
           const struct list *l)
{
    unsigned style = s->overview->pane == pane ? STYLE_STRONG : STYLE_DIM;
    int x = area.x + 1;
    x += draw_flow(s->draw, area.y, x, area.width - 2, style, title) + 1;
    if (l->n > l->height) {
        char range[FORMAT_SIZE];
        snprintf(range, sizeof(range), _("%d–%d of %d"), l->top + 1,
                 MIN(l->top + l->height, l->n), l->n);
        draw_flow(s->draw, area.y, x + 1, area.x + area.width - x - 2, STYLE_DIM, range);
    }
}

static void
draw_far_titles(struct screen *s, struct rect area)
{
    int end = area.x + area.width - 1;
    if (area.width < 60) {
        return;
    }
    draw_right(s->draw, area.y, end - SINCE, SINCE, STYLE_DIM, _("since"));
    draw_right(s->draw, area.y, end - SINCE - LIMIT, LIMIT, STYLE_DIM, _("limit"));
    draw_right(s->draw, area.y, end - SINCE - LIMIT - WORD, WORD, STYLE_DIM, _("value"));
}

void
overview_draw_far(struct screen *s, struct rect area)
{
    struct overview *o = s->overview;
    struct list *l = &o->far_list;
    list_fit(l, (int)o->far->len, area.height - 1);
    draw_title(s, area, _("FURTHEST FROM NORMAL"), PANE_FAR, l);
    draw_far_titles(s, area);
    if (o->far->len == 0) {
        draw_text(s->draw, area.y + 1, area.x + 2, area.width - 2, STYLE_DIM,
                  o->looking ? _("looking at all values")
                             : _("no alarm, and no value that has a limit"));
    }
    for (int i = 0; i < l->height && l->top + i < l->n; i++) {
        draw_far_row(s, area.y + 1 + i, area,
                     &g_array_index(o->far, struct far_row, l->top + i), l->top + i == l->pos);
    }
}

void
overview_draw_worst(struct screen *s, struct rect area)
{
    const GArray *far = s->overview->far;
    for (int i = 0; i < area.height && i < (int)far->len; i++) {
        draw_far_row(s, area.y + i, area, &g_array_index(far, struct far_row, i), false);
    }
}

/* ---- the latest events ---- */

/* With the blank behind it, so that it is another text than the word of the key. */
static const char *
kind_word(enum latest_kind kind)
{
    switch (kind) {
    case LATEST_RAISED:
        return "";
    case LATEST_RETURNED:
        return _("return ");
    case LATEST_ACKED:
        return _("ack ");
    }
    return "";
}

static void
draw_event(struct screen *s, int y, struct rect area, const struct latest *event, bool selected)
{
    char time[FORMAT_SIZE];
    bool seconds = area.width >= 46;
    int x = area.x + 2, end = area.x + area.width - 1;
    unsigned mark = overview_draw_cursor(s, y, area.x, selected, PANE_LATEST);
    alarm_since_text(s, event->at, seconds, time, sizeof(time));
    draw_right(s->draw, y, x, seconds ? 8 : 5, STYLE_DIM, time);
    x += seconds ? 9 : 6;
    x += draw_flow(s->draw, y, x, end - x, STYLE_NORMAL, kind_word(event->kind));
    draw_glyph(s->draw, y, x, STYLE_NORMAL, alarm_glyph(event->priority));
    x += 2;
    int by = *event->by == '\0' ? 0 : MIN(draw_columns(s->draw, event->by), 12);
    draw_text(s->draw, y, x, end - x - (by > 0 ? by + 1 : 0), STYLE_NORMAL | mark, event->text);
    draw_right(s->draw, y, end - by, by, STYLE_DIM, event->by);
}

void
overview_draw_latest(struct screen *s, struct rect area)
{
    struct overview *o = s->overview;
    struct list *l = &o->latest_list;
    list_fit(l, (int)o->latest->len, area.height - 1);
    draw_title(s, area, _("LATEST"), PANE_LATEST, l);
    if (o->latest->len == 0) {
        draw_text(s->draw, area.y + 1, area.x + 2, area.width - 2, STYLE_DIM,
                  s->snap->alarms == NULL ? _("no alarms are evaluated here")
                                          : _("nothing has happened yet"));
    }
    for (int i = 0; i < l->height && l->top + i < l->n; i++) {
        draw_event(s, area.y + 1 + i, area,
                   &g_array_index(o->latest, struct latest, l->top + i), l->top + i == l->pos);
    }
}
