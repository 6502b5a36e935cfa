/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the columns of the list of stations show. */
#include <math.h>

#include "src/core/i18n.h"
#include "src/core/text.h"
#include "ui/alarm_words.h"
#include "ui/stations.h"
#include "ui/views.h"

#define ID_MAX     14
#define NAME_LEAST 12
#define NAME_MOST  36
#define AREA_MOST  20
#define UNIT_MOST  5
#define STATE      10
#define CLOCK      9 /* "+12.3 min" */
#define COUNT      6

static int
text_width(int widest, const char *title, int most)
{
    return widest == 0 ? 0 : MIN(MAX(widest, text_columns(title) + 1), most);
}

int
stations_cell_width(const struct screen *s, int column)
{
    const struct roster *r = &s->roster;
    const struct station_column *c = &s->stations->columns.at[column];
    int letters = draw_glyphs(s->draw) == GLYPHS_ASCII ? 2 : 0; /* "degC" */
    switch (c->kind) {
    case COLUMN_ID:
        return CLAMP(r->uid_columns, text_columns(_("ID")) + 1, ID_MAX);
    case COLUMN_STATION:
        return CLAMP(r->name_columns, NAME_LEAST, NAME_MOST);
    case COLUMN_TYPE:
        return text_width(s->stations->type_columns, _("TYPE"), AREA_MOST);
    case COLUMN_AREA:
        return text_width(r->area_columns, _("AREA"), AREA_MOST);
    case COLUMN_ON:
        return r->most_actuators == 0 ? 0 : MAX(r->most_actuators, text_columns(_("ON")));
    case COLUMN_STATE:
        return MAX(STATE, text_columns(_("never seen")));
    case COLUMN_AGE:
        return format_age_columns();
    case COLUMN_CLOCK:
        return MAX(CLOCK, text_columns(_("CLOCK")) + 1);
    case COLUMN_FAULTS:
        return MAX(COUNT, text_columns(_("FAULTS"))) + 1;
    case COLUMN_ALARMS:
        return MAX(COUNT, text_columns(_("ALARMS"))) + 1;
    case COLUMN_VALUE:
    case COLUMN_VALUE2:
    case COLUMN_VALUE3:
        if ((int)c->kind - COLUMN_VALUE >= r->most_values) {
            return 0;
        }
        break;
    case COLUMN_KIND:
    case COLUMN_COMPONENT:
        break;
    }
    int unit = s->stations->units[column];
    return STATIONS_NUMBER + 1 + (unit > 0 ? MIN(unit + letters, UNIT_MOST) : 0);
}

/* The names of kinds, as titles. */
static const char *
kind_title(enum kind kind)
{
    static const char *const titles[KINDS] = {
        [KIND_ACTUATOR] = N_("ACTUATOR"), [KIND_SWITCH] = N_("SWITCH"),
        [KIND_COUNTER] = N_("COUNTER"),   [KIND_SENSOR] = N_("SENSOR"),
        [KIND_LEVEL] = N_("LEVEL"),       [KIND_FAULT] = N_("FAULT"),
        [KIND_DIVIDER] = N_("DIVIDER")};
    return _(titles[kind]);
}

void
stations_cell_title(const struct screen *s, int column, char *dst, size_t cap)
{
    static const char *const titles[COLUMN_FIXED] = {
        [COLUMN_ID] = N_("ID"),         [COLUMN_STATION] = N_("NAME"),
        [COLUMN_TYPE] = N_("TYPE"),     [COLUMN_AREA] = N_("AREA"),
        [COLUMN_VALUE] = N_("VALUE"),   [COLUMN_VALUE2] = N_("VALUE2"),
        [COLUMN_VALUE3] = N_("VALUE3"), [COLUMN_ON] = N_("ON"),
        [COLUMN_STATE] = N_("STATE"),   [COLUMN_AGE] = N_("AGE"),
        [COLUMN_CLOCK] = N_("CLOCK"),   [COLUMN_FAULTS] = N_("FAULTS"),
        [COLUMN_ALARMS] = N_("ALARMS")};
    const struct station_column *c = &s->stations->columns.at[column];
    const char *title = c->kind == COLUMN_COMPONENT ? c->name
                        : c->kind == COLUMN_KIND    ? kind_title(c->of)
                                                    : _(titles[c->kind]);
    bool sorted = g_ascii_strcasecmp(s->roster.sort.name, c->name) == 0;
    bool bare = !sorted && (c->kind == COLUMN_VALUE2 || c->kind == COLUMN_VALUE3);
    enum glyph arrow = s->roster.reverse ? GLYPH_UPWARD : GLYPH_DOWNWARD;
    snprintf(dst, cap, "%s%s", bare ? "" : title,
             sorted ? glyph_text(draw_glyphs(s->draw), arrow) : "");
}

bool
stations_cell_right(const struct screen *s, int column)
{
    const struct station_column *c = &s->stations->columns.at[column];
    return c->kind == COLUMN_AGE || c->kind == COLUMN_CLOCK || c->kind == COLUMN_FAULTS ||
           c->kind == COLUMN_ALARMS || column_is_value(c);
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

void
stations_draw_value(struct screen *s, int y, int x, uint32_t component, int number, int unit)
{
    const struct component *c = &s->snap->plant->components[component];
    char text[FORMAT_SIZE];
    format_value(text, sizeof(text), number, c, &s->snap->components[component]);
    unsigned style = panel_stale(s, component) ? STYLE_DIM : STYLE_NORMAL;
    draw_right(s->draw, y, x, number, style, text);
    if (style == STYLE_DIM && s->snap->components[component].ts != WALL_NONE) {
        draw_glyph(s->draw, y, x + number, STYLE_DIM,
                   GLYPH_UNSURE); /* dim is not seen by all */
    }
    draw_text(s->draw, y, x + number + 1, unit, STYLE_DIM, c->unit);
}

/* One mark for each of the first actuators: on, off, or not known; behind them, in the gap that
 * every column has, whether one of them is stale. */
static void
draw_actuators(struct screen *s, int y, int x, const struct brief *brief)
{
    char marks[BRIEF_ACTUATORS * 4 + 1];
    size_t used = 0;
    bool all = true, any = false; /* are stale */
    for (int i = 0; i < brief->n_actuators; i++) {
        const struct component_state *state = &s->snap->components[brief->actuators[i]];
        enum glyph glyph = state->ts == WALL_NONE ? GLYPH_UNSURE
                           : state->text == NULL && state->num >= 0 && state->num <= 0
                               ? GLYPH_OFF
                               : GLYPH_ON;
        const char *mark = glyph_text(draw_glyphs(s->draw), glyph);
        used += g_strlcpy(marks + used, mark, sizeof(marks) - used);
        bool stale = panel_stale(s, brief->actuators[i]);
        all = all && stale;
        any = any || (stale && glyph != GLYPH_UNSURE);
    }
    marks[used] = '\0';
    draw_text(s->draw, y, x, brief->n_actuators, all ? STYLE_DIM : STYLE_NORMAL, marks);
    if (any) {
        draw_glyph(s->draw, y, x + brief->n_actuators, STYLE_DIM, GLYPH_UNSURE);
    }
}

/* How far the station's clock is off; what is not worth a look is not told. */
static void
clock_text(const struct station_state *state, char *dst, size_t cap)
{
    double seconds = (double)state->clock_offset_us / (double)US_PER_S;
    if (!state->clock_known) {
        snprintf(dst, cap, "–");
    } else if (fabs(seconds) < 60) {
        char number[FORMAT_SIZE];
        format_tenths(number, sizeof(number), true, seconds);
        snprintf(dst, cap, _("%s s"), number);
    } else {
        snprintf(dst, cap, _("%+.0f min"), seconds / 60);
    }
}

static void
draw_state(struct screen *s, int y, int x, int width, uint32_t station)
{
    char text[FORMAT_SIZE];
    const struct alarm_view *alarm = roster_alarm(&s->roster, s->snap, station);
    enum condition condition = (enum condition)s->roster.conditions[station];
    state_text(s, station, text, sizeof(text));
    draw_text(s->draw, y, x, width,
              alarm != NULL ? alarm_style(alarm) : condition_style(condition), text);
}

static void
draw_age(struct screen *s, int y, int x, int width, uint32_t station)
{
    const struct station_state *state = &s->snap->stations[station];
    char text[FORMAT_SIZE];
    int64_t age = format_age_us(s->minute, state->received, state->heard);
    format_age(text, sizeof(text), state->silent ? MAX(age, US_PER_MIN) : age);
    draw_right(s->draw, y, x, width, state->silent ? STYLE_STRONG : STYLE_DIM, text);
}

static void
draw_number(struct screen *s, int y, int x, int width, unsigned n, unsigned style)
{
    char text[FORMAT_SIZE];
    snprintf(text, sizeof(text), "%u", n);
    draw_right(s->draw, y, x, width, n > 0 ? style : STYLE_DIM,
               n > 0 ? text : glyph_text(draw_glyphs(s->draw), GLYPH_DOT));
}

static void
draw_component(struct screen *s, int y, int x, int width, const struct station_column *c,
               uint32_t station)
{
    uint32_t index = column_component(c, s->snap->plant, &s->roster.briefs[station], station);
    if (index != COMPONENT_NONE) {
        stations_draw_value(s, y, x, index, MIN(STATIONS_NUMBER, width),
                            width - STATIONS_NUMBER - 1);
    }
}

void
stations_draw_cell(struct screen *s, int y, int column, uint32_t station)
{
    const struct station_column *c = &s->stations->columns.at[column];
    const struct station_state *state = &s->snap->stations[station];
    const struct station *st = &s->snap->plant->stations[station];
    const struct alarm_view *alarm = roster_alarm(&s->roster, s->snap, station);
    int x = s->stations->x[column], width = s->stations->width[column];
    char text[FORMAT_SIZE];
    switch (c->kind) {
    case COLUMN_ID:
    case COLUMN_STATION:
        return; /* with the mark before them */
    case COLUMN_TYPE:
        draw_text(s->draw, y, x, width, STYLE_NORMAL, st->type);
        return;
    case COLUMN_AREA:
        draw_text(s->draw, y, x, width, STYLE_NORMAL, st->area);
        return;
    case COLUMN_ON:
        draw_actuators(s, y, x, &s->roster.briefs[station]);
        return;
    case COLUMN_STATE:
        draw_state(s, y, x, width, station);
        return;
    case COLUMN_AGE:
        draw_age(s, y, x, width, station);
        return;
    case COLUMN_CLOCK:
        clock_text(state, text, sizeof(text));
        draw_right(s->draw, y, x, width, STYLE_NORMAL, text);
        return;
    case COLUMN_FAULTS:
        draw_number(s, y, x, width, state->faults, STYLE_FAULT);
        return;
    case COLUMN_ALARMS:
        draw_number(s, y, x, width, s->roster.n_alarms[station],
                    alarm != NULL ? alarm_style(alarm) : STYLE_NORMAL);
        return;
    case COLUMN_VALUE:
    case COLUMN_VALUE2:
    case COLUMN_VALUE3:
    case COLUMN_KIND:
    case COLUMN_COMPONENT:
        draw_component(s, y, x, width, c, station);
        return;
    }
}
