/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The list of stations: where its columns are, and its rows. */
#include "src/core/i18n.h"
#include "src/core/text.h"
#include "ui/alarm_words.h"
#include "ui/stations.h"
#include "ui/views.h"

#define NAME_LEAST 12
#define NAME_FAIR  22 /* columns that a name keeps before state and marks are shown */
#define NAME_MOST  36
#define MARKS      2 /* columns before the first one */

/* ---- columns ---- */

/* Once for a plant: how wide is what the columns show of it. */
static void
measure(const struct screen *s)
{
    struct stations *v = s->stations;
    const struct roster *r = &s->roster;
    if (v->measured == r->plant) {
        return;
    }
    v->measured = r->plant;
    v->type_columns = 0;
    memset(v->units, 0, sizeof(v->units));
    for (uint32_t i = 0; r->plant != NULL && i < r->plant->n_stations; i++) {
        v->type_columns = MAX(v->type_columns, text_columns(r->plant->stations[i].type));
        for (int k = 0; k < v->columns.n; k++) {
            if (column_is_value(&v->columns.at[k])) {
                uint32_t index =
                    column_component(&v->columns.at[k], r->plant, &r->briefs[i], i);
                int unit = index == COMPONENT_NONE
                               ? 0
                               : text_columns(r->plant->components[index].unit);
                v->units[k] = MAX(v->units[k], unit);
            }
        }
    }
}

void
stations_columns_changed(struct screen *s)
{
    char text[COLUMNS_TEXT];
    columns_text(&s->stations->columns, text, sizeof(text));
    bool usual = strcmp(text, columns_default()) == 0;
    prefs_set(s->prefs, "stations", "columns", usual ? NULL : text, s->now.mono);
    measure(s);
}

int
stations_width(const struct screen *s)
{
    int used = MARKS;
    measure(s);
    for (int i = 0; i < s->stations->columns.n; i++) {
        int width = stations_cell_width(s, i);
        used += width > 0 ? width + 1 : 0;
    }
    return used;
}

/* How much of the name must remain for a column to be shown, and before which others it is; of
 * those that the user chose himself the name keeps less. */
struct wish {
    int rank, name;
};

static struct wish
wish_of(const struct station_columns *c, int column, bool usual)
{
    bool first = true; /* of those that show a component */
    for (int i = 0; i < column; i++) {
        first = first && !column_is_value(&c->at[i]);
    }
    enum column_kind kind = c->at[column].kind;
    if (kind == COLUMN_ID) {
        return (struct wish){0, 1};
    }
    if (kind == COLUMN_AGE) {
        return (struct wish){1, NAME_LEAST};
    }
    if (column_is_value(&c->at[column]) && first) {
        return (struct wish){2, NAME_LEAST};
    }
    if (kind == COLUMN_STATE || kind == COLUMN_ON) {
        return (struct wish){kind == COLUMN_STATE ? 3 : 4, usual ? NAME_FAIR : NAME_LEAST};
    }
    return (struct wish){5 + column, usual ? NAME_MOST : NAME_LEAST};
}

/* The next to be given room, behind rank; -1: none is left. */
static int
next_wish(const struct station_columns *c, bool usual, int rank)
{
    int best = -1;
    for (int i = 0; i < c->n; i++) {
        int one = wish_of(c, i, usual).rank;
        if (c->at[i].kind != COLUMN_STATION && one > rank &&
            (best < 0 || one < wish_of(c, best, usual).rank)) {
            best = i;
        }
    }
    return best;
}

/* As many columns as fit, whole, the most needed first; the name takes what they leave. */
static void
lay_out(struct screen *s, struct rect area)
{
    struct stations *v = s->stations;
    int name = -1, room = area.width - MARKS - 1; /* for the name and its gap */
    measure(s);
    bool usual = !prefs_get(s->prefs, "stations", "columns", NULL);
    memset(v->width, 0, sizeof(v->width));
    for (int i = 0; i < v->columns.n; i++) {
        name = v->columns.at[i].kind == COLUMN_STATION ? i : name;
    }
    int least = name < 0 ? 0 : stations_cell_width(s, name);
    for (int i = next_wish(&v->columns, usual, -1); i >= 0;
         i = next_wish(&v->columns, usual, wish_of(&v->columns, i, usual).rank)) {
        int width = stations_cell_width(s, i);
        int keep = MIN(least, wish_of(&v->columns, i, usual).name);
        if (width > 0 && room - width - 1 >= keep) {
            v->width[i] = width;
            room -= width + 1;
        }
    }
    if (name >= 0) {
        v->width[name] = CLAMP(room, 1, least);
    }
    int x = area.x + MARKS;
    for (int i = 0; i < v->columns.n; i++) {
        v->x[i] = x;
        x += v->width[i] > 0 ? v->width[i] + 1 : 0;
    }
}

static void
draw_titles(struct screen *s, int y)
{
    const struct stations *v = s->stations;
    for (int i = 0; i < v->columns.n; i++) {
        char text[FORMAT_SIZE * 2];
        bool sorted = g_ascii_strcasecmp(s->roster.sort.name, v->columns.at[i].name) == 0;
        unsigned style = sorted ? STYLE_NORMAL : STYLE_DIM;
        if (v->width[i] == 0) {
            continue;
        }
        stations_cell_title(s, i, text, sizeof(text));
        if (*text == '\0') {
            continue;
        }
        if (column_is_value(&v->columns.at[i])) {
            draw_right(s->draw, y, v->x[i], STATIONS_NUMBER, style, text);
        } else if (stations_cell_right(s, i)) {
            draw_right(s->draw, y, v->x[i], v->width[i], style, text);
        } else {
            draw_text(s->draw, y, v->x[i], v->width[i], style, text);
        }
    }
}

/* ---- rows ---- */

enum glyph
condition_glyph(enum condition condition)
{
    return condition == CONDITION_FAULT ? GLYPH_FAULT : GLYPH_UNSURE;
}

/* Mark, id and name: where the cursor is. An id or name of no width is not shown. */
struct names {
    int id, id_width, name, name_width;
};

static void
draw_names(struct screen *s, int y, int x, const struct names *at, uint32_t station,
           bool selected)
{
    const struct station *st = &s->snap->plant->stations[station];
    enum condition condition = (enum condition)s->roster.conditions[station];
    /* Reversed only where the keys go: with the detail beside it, that is one place. */
    unsigned mark = selected && !s->detail_focus ? STYLE_SELECTED : 0;
    unsigned style = condition == CONDITION_NEVER  ? STYLE_DIM
                     : selected && s->detail_focus ? STYLE_STRONG
                                                   : STYLE_NORMAL;
    if (selected) {
        draw_glyph(s->draw, y, x, STYLE_NORMAL, GLYPH_CURSOR);
        s->cursor_y = y;
        s->cursor_x = x;
    }
    const struct alarm_view *alarm = roster_alarm(&s->roster, s->snap, station);
    if (alarm != NULL) {
        draw_glyph(s->draw, y, x + 1, alarm_style(alarm), alarm_glyph(alarm->priority));
    } else if (condition != CONDITION_NORMAL) {
        draw_glyph(s->draw, y, x + 1, condition_style(condition), condition_glyph(condition));
    }
    bool tagged = roster_is_tagged(&s->roster, station);
    int gap = at->id_width > 0 ? at->id + at->id_width : at->name + at->name_width;
    draw_text(s->draw, y, at->id, at->id_width + (at->id_width > 0), style | mark, st->uid);
    draw_text(s->draw, y, at->name, at->name_width, style | mark,
              *st->name != '\0' ? st->name : st->short_name);
    if (tagged) {
        draw_text(s->draw, y, gap, 1, STYLE_STRONG | mark, "*");
    }
}

static struct names
names_of(const struct screen *s)
{
    const struct stations *v = s->stations;
    struct names at = {0};
    for (int i = 0; i < v->columns.n; i++) {
        if (v->columns.at[i].kind == COLUMN_ID) {
            at.id = v->x[i];
            at.id_width = v->width[i];
        } else if (v->columns.at[i].kind == COLUMN_STATION) {
            at.name = v->x[i];
            at.name_width = v->width[i];
        }
    }
    return at;
}

static void
draw_row(struct screen *s, int y, int x, const struct names *at, uint32_t station,
         bool selected)
{
    draw_names(s, y, x, at, station, selected);
    for (int i = 0; i < s->stations->columns.n; i++) {
        if (s->stations->width[i] > 0) {
            stations_draw_cell(s, y, i, station);
        }
    }
}

/* What is done to the list, at the right end. */
static void
draw_modes(struct screen *s, int y, int x, int end)
{
    const struct roster *r = &s->roster;
    char text[FORMAT_SIZE * 3] = "";
    uint32_t tagged = roster_n_tagged(r);
    if (tagged > 0) {
        snprintf(text, sizeof(text), _("tagged %u"), tagged);
    }
    if (r->follow) {
        g_strlcat(text, *text == '\0' ? "" : "  ", sizeof(text));
        g_strlcat(text, _("follow"), sizeof(text));
    }
    if (roster_held(r, s->now.mono)) {
        g_strlcat(text, *text == '\0' ? "" : "  ", sizeof(text));
        g_strlcat(text, _("order held"), sizeof(text));
    }
    draw_right(s->draw, y, x, end - x - 1, STYLE_NORMAL, text);
}

/* Filter, how many of how many, order. */
static void
draw_summary(struct screen *s, struct rect area)
{
    const struct roster *r = &s->roster;
    char text[512], range[FORMAT_SIZE] = "";
    int x = area.x + 1, end = area.x + area.width;
    if (r->list.n > r->list.height) {
        snprintf(range, sizeof(range), "  %d–%d", r->list.top + 1,
                 MIN(r->list.top + r->list.height, r->list.n));
    }
    if (*r->filter_text != '\0') {
        snprintf(text, sizeof(text), "/%s  ", r->filter_text);
        x += draw_flow(s->draw, area.y, x, MAX(area.width - 30, 10), STYLE_STRONG, text);
        snprintf(text, sizeof(text), _("%d of %u%s"), r->n, s->snap->plant->n_stations, range);
    } else {
        snprintf(text, sizeof(text), ngettext("%u station%s", "%u stations%s", (unsigned)r->n),
                 (unsigned)r->n, range);
    }
    x += draw_flow(s->draw, area.y, x, end - x, STYLE_NORMAL, text) + 2;
    draw_modes(s, area.y, x, end);
}

static void
draw_empty(struct screen *s, struct rect area)
{
    const char *text = s->snap->plant->n_stations > 0 ? _("no station matches the filter")
                                                      : _("no stations yet: see \"u\" for "
                                                          "ids that were heard, or the "
                                                          "command plant import");
    draw_text(s->draw, area.y, area.x + 2, area.width - 2, STYLE_NORMAL, text);
}

static void
draw_rows(struct screen *s, struct rect rows)
{
    const struct roster *r = &s->roster;
    const struct names at = names_of(s);
    s->list_rows = rows;
    if (r->n == 0) {
        draw_empty(s, rows);
    }
    for (int i = 0; i < rows.height && r->list.top + i < r->n; i++) {
        int place = r->list.top + i;
        draw_row(s, rows.y + i, rows.x, &at, r->order[place], place == r->list.pos);
    }
}

void
stations_draw(struct screen *s, struct rect area)
{
    lay_out(s, area);
    struct rect rows = {area.y + 2, area.x, area.height - 2, area.width};
    roster_set_height(&s->roster, rows.height);
    s->stations->titles_y = area.y + 1;
    draw_summary(s, area);
    draw_titles(s, area.y + 1);
    draw_rows(s, rows);
}

/* A row for each station: mark, id, name, value. */
void
stations_draw_small(struct screen *s, struct rect area)
{
    int id = CLAMP(s->roster.uid_columns, 4, 8), number = 6;
    int unit = CLAMP(s->roster.unit_columns[0], 1, 4);
    int value = area.width >= 36 ? number + 1 + unit : 0;
    struct names at = {area.x + 2, id, area.x + 3 + id,
                       area.width - 3 - id - (value > 0 ? value + 1 : 0)};
    roster_set_height(&s->roster, area.height);
    s->list_rows = area;
    s->stations->titles_y = -1;
    if (s->roster.n == 0) {
        draw_empty(s, area);
    }
    for (int i = 0; i < area.height && s->roster.list.top + i < s->roster.n; i++) {
        int place = s->roster.list.top + i;
        uint32_t station = s->roster.order[place];
        draw_names(s, area.y + i, area.x, &at, station, place == s->roster.list.pos);
        if (value > 0 && s->roster.briefs[station].n_values > 0) {
            stations_draw_value(s, area.y + i, area.x + area.width - value,
                                s->roster.briefs[station].values[0], number, unit);
        }
    }
}
