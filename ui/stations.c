/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/alarm_words.h"
#include "ui/views.h"

#include <assert.h>

#include "src/core/i18n.h"
#include "src/core/text.h"

#define ID_MAX     14
#define NAME_LEAST 12
#define NAME_FAIR  22 /* columns that a name keeps before state and marks are shown */
#define NAME_MOST  36
#define AREA_MOST  20
#define NUMBER     7
#define UNIT_MOST  5
#define STATE      10

enum column {
    COL_ID,
    COL_NAME,
    COL_AREA,
    COL_VALUE,
    COL_VALUE2,
    COL_VALUE3,
    COL_ON,
    COL_STATE,
    COL_AGE,
};
#define COLUMNS (COL_AGE + 1)
static_assert(COL_VALUE3 - COL_VALUE + 1 == BRIEF_VALUES, "a value has no column");

/* Where each column is; width 0: no room for it. */
struct columns {
    int x[COLUMNS], width[COLUMNS];
};

/* All that could be shown. */
static struct columns
full_layout(const struct screen *s)
{
    const struct roster *r = &s->roster;
    int area = MIN(MAX(r->area_columns, text_columns(_("AREA")) + 1), AREA_MOST);
    struct columns c = {
        .width = {[COL_ID] = CLAMP(r->uid_columns, text_columns(_("ID")) + 1, ID_MAX),
                  [COL_NAME] = CLAMP(r->name_columns, NAME_LEAST, NAME_MOST),
                  [COL_AREA] = r->area_columns == 0 ? 0 : area,
                  [COL_ON] = r->most_actuators == 0
                                 ? 0
                                 : MAX(r->most_actuators, text_columns(_("ON"))),
                  [COL_STATE] = MAX(STATE, text_columns(_("never seen"))),
                  [COL_AGE] = format_age_columns()}};
    for (int i = 0; i < r->most_values; i++) {
        int letters = draw_glyphs(s->draw) == GLYPHS_ASCII ? 2 : 0; /* "degC" */
        c.width[COL_VALUE + i] = NUMBER + 1 + MIN(r->unit_columns[i] + letters, UNIT_MOST);
    }
    return c;
}

static int
used_by(const struct columns *c)
{
    int used = 2;
    for (int i = 0; i < COLUMNS; i++) {
        used += c->width[i] > 0 ? c->width[i] + 1 : 0;
    }
    return used;
}

int
stations_width(const struct screen *s)
{
    struct columns c = full_layout(s);
    return used_by(&c);
}

/* As many columns as fit, whole, the most needed first; the name takes what they leave. */
static struct columns
lay_out(const struct screen *s, struct rect area)
{
    static const struct {
        enum column column;
        int name; /* how much of the name must remain */
    } wanted[] = {{COL_AGE, NAME_LEAST},  {COL_VALUE, NAME_LEAST}, {COL_STATE, NAME_FAIR},
                  {COL_ON, NAME_FAIR},    {COL_AREA, NAME_MOST},   {COL_VALUE2, NAME_MOST},
                  {COL_VALUE3, NAME_MOST}};
    struct columns all = full_layout(s);
    struct columns c = {.width = {[COL_ID] = all.width[COL_ID]}};
    int room = area.width - used_by(&c) - 1; /* for the name and its gap */
    for (size_t i = 0; i < G_N_ELEMENTS(wanted); i++) {
        int width = all.width[wanted[i].column];
        if (width > 0 && room - width - 1 >= MIN(all.width[COL_NAME], wanted[i].name)) {
            c.width[wanted[i].column] = width;
            room -= width + 1;
        }
    }
    c.width[COL_NAME] = CLAMP(room, 1, all.width[COL_NAME]);
    int x = area.x + 2;
    for (int i = 0; i < COLUMNS; i++) {
        c.x[i] = x;
        x += c.width[i] > 0 ? c.width[i] + 1 : 0;
    }
    return c;
}

static const struct {
    const char *title; /* N_() */
    int sort;          /* enum roster_sort, or -1 */
} titles[] = {
    [COL_ID] = {N_("ID"), SORT_ID},
    [COL_NAME] = {N_("NAME"), SORT_NAME},
    [COL_AREA] = {N_("AREA"), SORT_AREA},
    [COL_VALUE] = {N_("VALUE"), -1},
    [COL_VALUE2] = {"", -1},
    [COL_VALUE3] = {"", -1},
    [COL_ON] = {N_("ON"), -1},
    [COL_STATE] = {N_("STATE"), SORT_STATE},
    [COL_AGE] = {N_("AGE"), SORT_AGE},
};
static_assert(G_N_ELEMENTS(titles) == COLUMNS, "a column has no title");

static void
draw_titles(struct screen *s, int y, const struct columns *c)
{
    enum glyph arrow = s->roster.reverse ? GLYPH_UPWARD : GLYPH_DOWNWARD;
    for (int i = 0; i < COLUMNS; i++) {
        if (c->width[i] == 0 || *titles[i].title == '\0') {
            continue; /* the empty text would be translated to the header of the .po file */
        }
        bool sorted = titles[i].sort == (int)s->roster.sort;
        char text[FORMAT_SIZE];
        snprintf(text, sizeof(text), "%s%s", _(titles[i].title),
                 sorted ? glyph_text(draw_glyphs(s->draw), arrow) : "");
        unsigned style = sorted ? STYLE_NORMAL : STYLE_DIM;
        if (i == COL_AGE) {
            draw_right(s->draw, y, c->x[i], c->width[i], style, text);
        } else if (i == COL_VALUE) {
            draw_right(s->draw, y, c->x[i], NUMBER, style, text);
        } else {
            draw_text(s->draw, y, c->x[i], c->width[i], style, text);
        }
    }
}

enum glyph
condition_glyph(enum condition condition)
{
    return condition == CONDITION_FAULT ? GLYPH_FAULT : GLYPH_UNSURE;
}

unsigned
condition_style(enum condition condition)
{
    switch (condition) {
    case CONDITION_FAULT:
        return STYLE_FAULT;
    case CONDITION_SILENT:
        return STYLE_STRONG;
    case CONDITION_NEVER:
        return STYLE_DIM;
    case CONDITION_NORMAL:
        return STYLE_NORMAL;
    }
    return STYLE_NORMAL;
}

static void
state_text(const struct screen *s, uint32_t station, char *dst, size_t cap)
{
    const struct alarm_view *alarm = roster_alarm(&s->roster, s->snap, station);
    if (alarm != NULL) {
        const char *sign = alarm_sign(alarm->type); /* a longer one has no room */
        snprintf(dst, cap, "%s %s %s", alarm_shape(s, alarm->priority),
                 alarm_state_brief(alarm), strlen(sign) <= 2 ? sign : "");
        return;
    }
    unsigned n = s->snap->stations[station].faults;
    switch ((enum condition)s->roster.conditions[station]) {
    case CONDITION_FAULT:
        snprintf(dst, cap, ngettext("%u fault", "%u faults", n), n);
        return;
    case CONDITION_SILENT:
        snprintf(dst, cap, "%s", _("silent"));
        return;
    case CONDITION_NEVER:
        snprintf(dst, cap, "%s", _("never seen"));
        return;
    case CONDITION_NORMAL:
        *dst = '\0';
        return;
    }
}

static void
draw_value(struct screen *s, int y, int x, uint32_t component, int number, int unit)
{
    const struct component *c = &s->snap->plant->components[component];
    char text[FORMAT_SIZE];
    format_value(text, sizeof(text), number, c, &s->snap->components[component]);
    unsigned style = panel_stale(s, component) ? STYLE_DIM : STYLE_NORMAL;
    draw_right(s->draw, y, x, number, style, text);
    draw_text(s->draw, y, x + number + 1, unit, STYLE_DIM, c->unit);
}

/* One mark for each of the first actuators: on, off, or not known. */
static void
draw_actuators(struct screen *s, int y, int x, const struct brief *brief)
{
    char marks[BRIEF_ACTUATORS * 4 + 1];
    size_t used = 0;
    bool stale = brief->n_actuators > 0;
    for (int i = 0; i < brief->n_actuators; i++) {
        const struct component_state *state = &s->snap->components[brief->actuators[i]];
        enum glyph glyph = state->ts == WALL_NONE ? GLYPH_UNSURE
                           : state->text == NULL && state->num >= 0 && state->num <= 0
                               ? GLYPH_OFF
                               : GLYPH_ON;
        const char *mark = glyph_text(draw_glyphs(s->draw), glyph);
        used += g_strlcpy(marks + used, mark, sizeof(marks) - used);
        stale = stale && panel_stale(s, brief->actuators[i]);
    }
    marks[used] = '\0';
    draw_text(s->draw, y, x, brief->n_actuators, stale ? STYLE_DIM : STYLE_NORMAL, marks);
}

static void
draw_names(struct screen *s, int y, int x, const struct columns *c, uint32_t station,
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
    draw_text(s->draw, y, c->x[COL_ID], c->width[COL_ID] + 1, style | mark, st->uid);
    draw_text(s->draw, y, c->x[COL_NAME], c->width[COL_NAME], style | mark,
              *st->name != '\0' ? st->name : st->short_name);
}

static void
draw_row(struct screen *s, int y, int x, const struct columns *c, uint32_t station,
         bool selected)
{
    const struct station_state *state = &s->snap->stations[station];
    const struct brief *brief = &s->roster.briefs[station];
    enum condition condition = (enum condition)s->roster.conditions[station];
    char text[FORMAT_SIZE];
    draw_names(s, y, x, c, station, selected);
    if (c->width[COL_AREA] > 0) {
        draw_text(s->draw, y, c->x[COL_AREA], c->width[COL_AREA], STYLE_NORMAL,
                  s->snap->plant->stations[station].area);
    }
    for (int i = 0; i < brief->n_values; i++) {
        if (c->width[COL_VALUE + i] > 0) {
            draw_value(s, y, c->x[COL_VALUE + i], brief->values[i], NUMBER,
                       c->width[COL_VALUE + i] - NUMBER - 1);
        }
    }
    if (c->width[COL_ON] > 0) {
        draw_actuators(s, y, c->x[COL_ON], brief);
    }
    if (c->width[COL_STATE] > 0) {
        state_text(s, station, text, sizeof(text));
        const struct alarm_view *alarm = roster_alarm(&s->roster, s->snap, station);
        draw_text(s->draw, y, c->x[COL_STATE], c->width[COL_STATE],
                  alarm != NULL ? alarm_style(alarm) : condition_style(condition), text);
    }
    if (c->width[COL_AGE] > 0) {
        int64_t age = format_age_us(s->minute, state->received, state->heard);
        format_age(text, sizeof(text), state->silent ? MAX(age, US_PER_MIN) : age);
        draw_right(s->draw, y, c->x[COL_AGE], c->width[COL_AGE],
                   state->silent ? STYLE_STRONG : STYLE_DIM, text);
    }
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
    if (roster_held(r, s->now.mono)) {
        snprintf(text, sizeof(text), "%s", _("order held"));
        draw_right(s->draw, area.y, x, end - x - 1, STYLE_NORMAL, text);
    }
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
draw_rows(struct screen *s, struct rect rows, const struct columns *c)
{
    const struct roster *r = &s->roster;
    s->list_rows = rows;
    if (r->n == 0) {
        draw_empty(s, rows);
    }
    for (int i = 0; i < rows.height && r->list.top + i < r->n; i++) {
        int place = r->list.top + i;
        draw_row(s, rows.y + i, rows.x, c, r->order[place], place == r->list.pos);
    }
}

void
stations_draw(struct screen *s, struct rect area)
{
    struct columns c = lay_out(s, area);
    struct rect rows = {area.y + 2, area.x, area.height - 2, area.width};
    roster_set_height(&s->roster, rows.height);
    draw_summary(s, area);
    draw_titles(s, area.y + 1, &c);
    draw_rows(s, rows, &c);
}

/* A row for each station: mark, id, name, value. */
void
stations_draw_small(struct screen *s, struct rect area)
{
    int id = CLAMP(s->roster.uid_columns, 4, 8), number = 6;
    int unit = CLAMP(s->roster.unit_columns[0], 1, 4);
    int value = area.width >= 36 ? number + 1 + unit : 0;
    struct columns c = {.x = {area.x + 2, area.x + 3 + id},
                        .width = {id, area.width - 3 - id - (value > 0 ? value + 1 : 0)}};
    c.x[COL_VALUE] = area.x + area.width - value;
    roster_set_height(&s->roster, area.height);
    s->list_rows = area;
    if (s->roster.n == 0) {
        draw_empty(s, area);
    }
    for (int i = 0; i < area.height && s->roster.list.top + i < s->roster.n; i++) {
        int place = s->roster.list.top + i;
        uint32_t station = s->roster.order[place];
        draw_names(s, area.y + i, area.x, &c, station, place == s->roster.list.pos);
        if (value > 0 && s->roster.briefs[station].n_values > 0) {
            draw_value(s, area.y + i, c.x[COL_VALUE], s->roster.briefs[station].values[0],
                       number, unit);
        }
    }
}

void
stations_sort_by(struct screen *s, int step)
{
    int sort = ((int)s->roster.sort + step + ROSTER_SORTS) % ROSTER_SORTS;
    roster_set_sort(&s->roster, (enum roster_sort)sort, false, s->snap);
}
