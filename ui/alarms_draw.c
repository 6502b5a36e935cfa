/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/alarm_tags.h"
#include "ui/alarm_words.h"
#include "ui/views.h"

#include "src/core/i18n.h"
#include "src/core/text.h"

#define STATE       10
#define TIME        5 /* 23:54; with seconds 8 */
#define TAG_MOST    12
#define STATION     22
#define NAME_LEAST  20
#define NAME_FAIR   28
#define NAME_MOST   56
#define NUMBER      3
#define BY          10
#define DETAIL_MOST 12

enum column {
    COL_STATE,
    COL_SINCE,
    COL_TAG,
    COL_STATION,
    COL_NAME,
    COL_VALUE,
    COL_LIMIT,
    COL_N,
    COL_BY
};
#define COLUMNS (COL_BY + 1)

/* Where each column is; width 0: no room for it. */
struct columns {
    int shape, x[COLUMNS], width[COLUMNS];
    bool seconds;
};

static const char *
title_of(const struct screen *s, enum column column)
{
    static const char *const titles[] = {
        [COL_STATE] = N_("STATE"),  [COL_SINCE] = N_("SINCE"), [COL_TAG] = N_("STATION"),
        [COL_STATION] = N_("NAME"), [COL_NAME] = N_("CAUSE"),  [COL_VALUE] = N_("VALUE"),
        [COL_LIMIT] = N_("LIMIT"),  [COL_N] = N_("N"),         [COL_BY] = N_("BY")};
    bool until = column == COL_LIMIT && s->alarms.mode == ALARMS_COVERED;
    return until ? _("UNTIL") : _(titles[column]);
}

/* A column that is shown when there is room for it. */
struct wanted {
    enum column column;
    int width, name; /* how much of the cause must remain */
};

static const struct wanted wanted[] = {
    {COL_SINCE, TIME, 8},       {COL_VALUE, 12, NAME_LEAST},
    {COL_LIMIT, 8, NAME_LEAST}, {COL_N, NUMBER, NAME_LEAST},
    {COL_BY, BY, NAME_FAIR},    {COL_STATION, STATION, NAME_FAIR}};

/* Of what is covered it counts why, by whom and how long. */
static const struct wanted wanted_covered[] = {{COL_SINCE, TIME, 8},
                                               {COL_LIMIT, TIME, NAME_LEAST},
                                               {COL_BY, BY, NAME_LEAST},
                                               {COL_STATION, STATION, NAME_FAIR + 20}};

static int
width_of(const struct wanted *w, bool seconds)
{
    bool longer = seconds && (w->column == COL_SINCE || w->column == COL_LIMIT);
    return longer ? w->width + 3 : w->width;
}

static struct columns
lay_out(const struct screen *s, struct rect area)
{
    bool covered = s->alarms.mode == ALARMS_COVERED;
    const struct wanted *want = covered ? wanted_covered : wanted;
    size_t n = covered ? G_N_ELEMENTS(wanted_covered) : G_N_ELEMENTS(wanted);
    struct columns c = {.shape = area.x + 1, .seconds = area.width >= 120};
    int tag = MAX(s->roster.uid_columns, text_columns(ALARM_SYSTEM));
    c.width[COL_STATE] = STATE;
    c.width[COL_TAG] = MIN(tag, TAG_MOST);
    int room = area.width - 1 - ALARM_SHAPE - 1 - (STATE + 1) - (c.width[COL_TAG] + 1) - 1;
    for (size_t i = 0; i < n; i++) {
        int width = width_of(&want[i], c.seconds);
        if (room - width - 1 >= want[i].name) {
            c.width[want[i].column] = width;
            room -= width + 1;
        }
    }
    c.width[COL_NAME] = CLAMP(room, 1, covered ? room : NAME_MOST);
    int x = c.shape + ALARM_SHAPE + 1;
    for (int i = 0; i < COLUMNS; i++) {
        c.x[i] = x;
        x += c.width[i] > 0 ? c.width[i] + 1 : 0;
    }
    return c;
}

static bool
is_number(enum column column)
{
    return column == COL_VALUE || column == COL_LIMIT || column == COL_N;
}

static void
draw_titles(struct screen *s, int y, const struct columns *c)
{
    draw_text(s->draw, y, c->shape, 1, STYLE_DIM, _("P"));
    for (int i = 0; i < COLUMNS; i++) {
        if (is_number((enum column)i)) {
            draw_right(s->draw, y, c->x[i], c->width[i], STYLE_DIM,
                       title_of(s, (enum column)i));
        } else {
            draw_text(s->draw, y, c->x[i], c->width[i], STYLE_DIM, title_of(s, (enum column)i));
        }
    }
}

/* Name and, in a group, its place in it. What is covered also says why. */
static void
cause_text(const struct screen *s, const struct alarm_row *row, const struct alarm_view *v,
           char *dst, size_t cap)
{
    enum glyph_set set = draw_glyphs(s->draw);
    const char *branch = row->branch == BRANCH_MIDDLE ? glyph_text(set, GLYPH_BRANCH)
                         : row->branch == BRANCH_LAST ? glyph_text(set, GLYPH_BRANCH_LAST)
                                                      : "";
    char name[512], more[600] = "";
    alarm_marked_name(s, v, name, sizeof(name));
    const struct alarm_view *parent = alarm_list_occurrence(&s->alarms, &v->parent);
    if (v->suppresses > 0) {
        snprintf(more, sizeof(more), _(" (explains %u)"), v->suppresses);
    } else if ((v->overlays & OVERLAY_SUPPRESSED) != 0 && parent != NULL) {
        char cause[512];
        alarm_name_text(s, parent, cause, sizeof(cause));
        snprintf(more, sizeof(more), " – %s", cause);
    } else if (v->overlays != 0 && v->shelve_reason != NULL) {
        snprintf(more, sizeof(more), " – %s", v->shelve_reason);
    }
    snprintf(dst, cap, "%s%s%s%s", branch, *branch == '\0' ? "" : " ", name, more);
}

static void
limit_text(const struct screen *s, const struct alarm_view *v, char *dst, size_t cap)
{
    if (s->alarms.mode != ALARMS_COVERED) {
        alarm_limit_text(s, v, dst, cap);
    } else if (v->one_shot) {
        snprintf(dst, cap, "%s", _("once"));
    } else {
        alarm_since_text(s, v->shelved_until, false, dst, cap);
    }
}

static void
field_text(const struct screen *s, enum column column, const struct columns *c,
           const struct alarm_row *row, const struct alarm_view *v, char *dst, size_t cap)
{
    const GRefString *by = v->overlays != 0 ? v->shelved_by : v->acked_by;
    switch (column) {
    case COL_STATE:
        snprintf(dst, cap, "%s", row->gone ? _("OVER") : alarm_state_word(v));
        return;
    case COL_SINCE:
        alarm_since_text(s, v->raised_at, c->seconds, dst, cap);
        return;
    case COL_TAG:
        snprintf(dst, cap, "%s", v->station);
        return;
    case COL_STATION:
        snprintf(dst, cap, "%s", alarm_station_name(s, v));
        return;
    case COL_NAME:
        cause_text(s, row, v, dst, cap);
        return;
    case COL_VALUE:
        alarm_value_text(s, v, c->width[COL_VALUE], dst, cap);
        return;
    case COL_LIMIT:
        limit_text(s, v, dst, cap);
        return;
    case COL_N:
        *dst = '\0'; /* maintenance has none */
        if (v->count > 0) {
            snprintf(dst, cap, "%u", MIN(v->count, 999U));
        }
        return;
    case COL_BY:
        snprintf(dst, cap, "%s", by == NULL ? "" : by);
        return;
    }
}

struct looks {
    unsigned mark, state, names, rest; /* styles */
};

/* A new critical one is reversed from its shape to its name. */
static struct looks
looks_of(const struct alarm_row *row, const struct alarm_view *v)
{
    unsigned state = row->gone ? STYLE_DIM : alarm_style(v);
    struct looks looks = {state, state, STYLE_NORMAL, STYLE_NORMAL};
    if (state == STYLE_DIM) {
        looks.names = looks.rest = STYLE_DIM;
    } else if (state == STYLE_CRITICAL_NEW) {
        looks.mark = STYLE_CRITICAL_NEW | STYLE_FLASHING;
        looks.names = STYLE_CRITICAL_NEW;
        looks.rest = STYLE_STRONG;
    } else if (alarm_state_unacked(v->state)) {
        looks.names = STYLE_STRONG;
    }
    if (v->suspect && !row->gone) {
        looks.rest = STYLE_DIM;
    }
    return looks;
}

/* The cursor, or the mark of a tag, which is on top: the name tells the cursor, too. Returns
 * what the name of the row is to be or-ed with. */
static unsigned
draw_edge(struct screen *s, int y, int x, int place)
{
    bool selected = place == s->alarms.list.pos;
    if (selected) {
        s->cursor_y = y;
        s->cursor_x = x;
    }
    if (alarm_tags_has(s->alarm_tags, alarm_list_view(&s->alarms, place))) {
        draw_text(s->draw, y, x, 1, STYLE_STRONG, "+");
    } else if (selected) {
        draw_glyph(s->draw, y, x, STYLE_NORMAL, GLYPH_CURSOR);
    }
    return selected ? STYLE_SELECTED : 0;
}

static void
draw_row(struct screen *s, int y, int x, const struct columns *c, int place)
{
    const struct alarm_row *row = alarm_list_row(&s->alarms, place);
    const struct alarm_view *v = alarm_list_view(&s->alarms, place);
    struct looks looks = looks_of(row, v);
    unsigned mark = draw_edge(s, y, x, place);
    draw_text(s->draw, y, c->shape, ALARM_SHAPE + 1, looks.mark,
              alarm_is_maintenance(v) ? "" : alarm_shape(s, v->priority));
    for (int i = 0; i < COLUMNS; i++) {
        char text[1200];
        field_text(s, (enum column)i, c, row, v, text, sizeof(text));
        if (is_number((enum column)i)) {
            draw_right(s->draw, y, c->x[i], c->width[i], looks.rest, text);
        } else if (i == COL_BY) {
            draw_text(s->draw, y, c->x[i], c->width[i], looks.rest, text);
        } else if (c->width[i] > 0) {
            unsigned style = i == COL_STATE ? looks.state : looks.names | mark;
            int gap = i == COL_NAME ? 0 : 1;
            draw_text(s->draw, y, c->x[i], c->width[i] + gap, style, text);
        }
    }
}

/* ---- above and instead of the rows ---- */

static void
draw_summary(struct screen *s, struct rect area)
{
    static const char *const modes[] = {[ALARMS_GROUPED] = N_("grouped"),
                                        [ALARMS_FLAT] = N_("flat"),
                                        [ALARMS_COVERED] = N_("shelved, suppressed, out of "
                                                              "service")};
    const struct alarm_list *l = &s->alarms;
    char text[512];
    int x = area.x + 1, end = area.x + area.width - 1;
    if (*l->filter_text != '\0') {
        snprintf(text, sizeof(text), "/%s  ", l->filter_text);
        x += draw_flow(s->draw, area.y, x, MAX(area.width - 40, 10), STYLE_STRONG, text);
        snprintf(text, sizeof(text), _("%d of %u"), l->list.n, alarm_list_of_mode(l));
    } else {
        unsigned n = (unsigned)l->list.n;
        snprintf(text, sizeof(text), ngettext("%u alarm", "%u alarms", n), n);
    }
    x += draw_flow(s->draw, area.y, x, end - x, STYLE_NORMAL, text) + 1;
    if (l->n_unacked > 0 && l->mode != ALARMS_COVERED) {
        snprintf(text, sizeof(text), _("%u new"), l->n_unacked);
        x += draw_flow(s->draw, area.y, x + 1, end - x - 1, STYLE_STRONG, text) + 2;
    }
    unsigned tagged = alarm_tags_count(s->alarm_tags);
    if (tagged > 0) {
        snprintf(text, sizeof(text), _("%u tagged"), tagged);
        x += draw_flow(s->draw, area.y, x + 1, end - x - 1, STYLE_STRONG, text) + 2;
    }
    if (l->list.n > l->list.height) {
        snprintf(text, sizeof(text), "%d–%d", l->list.top + 1,
                 MIN(l->list.top + l->list.height, l->list.n));
        x += draw_flow(s->draw, area.y, x, end - x, STYLE_NORMAL, text) + 1;
    }
    x += draw_flow(s->draw, area.y, x + 1, end - x - 1, STYLE_DIM, _(modes[l->mode])) + 3;
    if (hold_on(&l->hold, s->now.mono) && l->list.n > 0) {
        if (l->waiting > 0) {
            snprintf(text, sizeof(text), _("order held, %u wait"), l->waiting);
        } else {
            snprintf(text, sizeof(text), "%s", _("order held"));
        }
        draw_right(s->draw, area.y, x, end - x, STYLE_NORMAL, text);
    }
}

static void
draw_empty(struct screen *s, struct rect area)
{
    const struct alarm_list *l = &s->alarms;
    const char *text = l->board == NULL            ? _("no alarms are evaluated here")
                       : *l->filter_text != '\0'   ? _("no alarm matches the filter")
                       : l->mode == ALARMS_COVERED ? _("nothing is shelved, suppressed or "
                                                       "out of service")
                                                   : _("no alarms");
    draw_text(s->draw, area.y, area.x + 2, area.width - 2, STYLE_NORMAL, text);
}

static void
begin_rows(struct screen *s, struct rect rows)
{
    s->list_rows = rows;
    s->alarms_drawn = true;
    alarm_list_set_height(&s->alarms, rows.height);
    if (s->alarms.list.n == 0) {
        draw_empty(s, rows);
    }
}

/* Lines under the list, with the one above them; the list keeps most of a small screen. */
static int
detail_height(struct rect area)
{
    return area.height < 12 ? 0 : MIN(area.height / 3, DETAIL_MOST);
}

void
alarms_draw(struct screen *s, struct rect area)
{
    struct columns c = lay_out(s, area);
    int detail = detail_height(area);
    struct rect rows = {area.y + 2, area.x, area.height - 2 - detail, area.width};
    begin_rows(s, rows);
    draw_summary(s, area);
    draw_titles(s, area.y + 1, &c);
    for (int i = 0; i < rows.height && s->alarms.list.top + i < s->alarms.list.n; i++) {
        draw_row(s, rows.y + i, rows.x, &c, s->alarms.list.top + i);
    }
    if (detail > 0) {
        int y = rows.y + rows.height;
        draw_fill(s->draw, y, area.x + 1, area.width - 2, STYLE_DIM, GLYPH_LINE);
        alarms_draw_detail(s, (struct rect){y + 1, area.x + 1, detail - 1, area.width - 2});
    }
}

/* Shape, letter of the state, time, station, what, value and sign of the limit. */
static void
draw_row_small(struct screen *s, int y, struct rect area, int place)
{
    const struct alarm_row *row = alarm_list_row(&s->alarms, place);
    const struct alarm_view *v = alarm_list_view(&s->alarms, place);
    struct looks looks = looks_of(row, v);
    unsigned mark = draw_edge(s, y, area.x, place);
    char text[512], value[FORMAT_SIZE * 2] = "", time[FORMAT_SIZE];
    snprintf(text, sizeof(text), "%s%c",
             alarm_is_maintenance(v)
                 ? " "
                 : glyph_text(draw_glyphs(s->draw), alarm_glyph(v->priority)),
             row->gone ? '-' : alarm_state_letter(v));
    draw_text(s->draw, y, area.x + 1, 3, looks.mark, text);
    alarm_since_text(s, v->raised_at, false, time, sizeof(time));
    snprintf(text, sizeof(text), "%s%*s", v->station, 1, "");
    if (v->suppresses > 0) {
        snprintf(value, sizeof(value), "×%u", v->suppresses);
    } else if (area.width >= 36) {
        alarm_value_text(s, v, 6, value, sizeof(value));
        g_strlcat(value, *value == '\0' ? "" : " ", sizeof(value));
        g_strlcat(value, alarm_sign(v->type), sizeof(value));
    }
    int right = MIN(draw_columns(s->draw, value), area.width / 3);
    int x = area.x + 4, end = area.x + area.width - (right > 0 ? right + 1 : 0);
    draw_text(s->draw, y, x, TIME + 1, looks.names | mark, time);
    x += TIME + 1;
    x += draw_flow(s->draw, y, x, MIN(TAG_MOST, end - x), looks.names | mark, text);
    alarm_marked_name(s, v, text, sizeof(text));
    draw_text(s->draw, y, x, end - x, looks.names | mark, text);
    draw_right(s->draw, y, area.x + area.width - right, right, looks.rest, value);
}

void
alarms_draw_small(struct screen *s, struct rect area)
{
    begin_rows(s, area);
    for (int i = 0; i < area.height && s->alarms.list.top + i < s->alarms.list.n; i++) {
        draw_row_small(s, area.y + i, area, s->alarms.list.top + i);
    }
}
