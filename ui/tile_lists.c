/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tiles of several lines: alarms, ranking, a station's flow, text. */
#include <math.h>

#include "src/core/i18n.h"
#include "src/core/text.h"
#include "ui/alarm_words.h"
#include "ui/boards.h"
#include "ui/views.h"
#include "ui/wrap.h"

#define RATE_MIN 10 /* minutes that a rate is told for */

/* ---- alarms ---- */

/* "■ 1/2"; brief "■1/2", "!1:1/2". Nothing where there are none. */
static void
count_text(const struct tile_view *v, int priority, bool brief, char *dst, size_t cap)
{
    const struct alarm_tally *tally = &v->live->tally;
    const char *shape = alarm_shape(v->s, (enum alarm_priority)priority);
    bool digit = g_ascii_isdigit(shape[strlen(shape) - 1]);
    *dst = '\0';
    if (tally->active[priority] + tally->unacked[priority] > 0) {
        snprintf(dst, cap, "%s%s%u/%u", shape,
                 !brief  ? " "
                 : digit ? ":"
                         : "",
                 tally->unacked[priority], tally->active[priority]);
    }
}

/* "■ 1/2  ▲ 0/5": those that want an acknowledgement, and the active ones. A count that has no
 * room is left out whole: a part of a number is another number. */
static void
draw_counts(const struct tile_view *v, int y)
{
    struct screen *s = v->s;
    const struct alarm_tally *tally = &v->live->tally;
    char text[FORMAT_SIZE];
    int x = v->in.x, end = v->in.x + v->in.width, all = 0;
    for (int i = 0; i < ALARM_PRIORITIES; i++) {
        count_text(v, i, false, text, sizeof(text));
        all += *text == '\0' ? 0 : draw_columns(s->draw, text) + 2;
    }
    bool brief = all - 2 > v->in.width;
    for (int i = 0; i < ALARM_PRIORITIES; i++) {
        unsigned style =
            (unsigned)i + (tally->unacked[i] > 0 ? STYLE_CRITICAL_NEW : STYLE_CRITICAL);
        count_text(v, i, brief, text, sizeof(text));
        if (*text != '\0' && x + draw_columns(s->draw, text) <= end) {
            x += draw_flow(s->draw, y, x, end - x, style, text) + (brief ? 1 : 2);
        }
    }
    if (all == 0) {
        draw_text(s->draw, y, v->in.x, v->in.width, STYLE_NORMAL, _("no alarms"));
    }
}

static void
news_text(const struct tile_view *v, char *dst, size_t cap)
{
    const struct alarm_tally *tally = &v->live->tally;
    uint32_t new = 0;
    for (int i = 0; i < ALARM_PRIORITIES; i++) {
        new += tally->unacked[i];
    }
    char age[FORMAT_SIZE] = "";
    if (tally->oldest != WALL_NONE) {
        format_age(age, sizeof(age), v->s->minute.wall - tally->oldest);
    }
    if (new == 0) {
        snprintf(dst, cap, "%s", _("none new"));
    } else {
        snprintf(dst, cap, _("%u new, oldest %s"), new, age);
    }
}

static void
rate_text(const struct tile_view *v, char *dst, size_t cap)
{
    const struct alarm_board *board = v->s->snap->alarms;
    unsigned sum = 0;
    for (int i = ALARM_RATE_MINUTES - RATE_MIN; i < ALARM_RATE_MINUTES; i++) {
        sum += board->rate[i];
    }
    snprintf(dst, cap, _("rate %u in %d min"), sum, RATE_MIN);
}

void
tile_draw_alarms(const struct tile_view *v)
{
    struct screen *s = v->s;
    char lines[3][2 * FORMAT_SIZE];
    int n = 0;
    if (s->snap->alarms == NULL) {
        tile_say(v, v->in.y, STYLE_DIM, _("nobody evaluates alarms here"));
        return;
    }
    if (v->live->tally_version == 0) {
        return; /* comes with the next frame */
    }
    draw_counts(v, v->in.y);
    news_text(v, lines[n], sizeof(lines[n]));
    n++;
    if (*v->tile->select == '\0') { /* it is counted for the whole plant only */
        rate_text(v, lines[n], sizeof(lines[n]));
        n++;
    }
    if (v->live->tally.covered > 0) {
        snprintf(lines[n], sizeof(lines[n]), _("%u shelved or covered"),
                 v->live->tally.covered);
        n++;
    }
    for (int i = 0; i < n && i + 1 < v->in.height; i++) {
        draw_text(s->draw, v->in.y + 1 + i, v->in.x, v->in.width, STYLE_NORMAL, lines[i]);
    }
}

/* ---- ranking ---- */

/* "12 % over", "30 % free": where the nearest limit is. */
static void
distance_text(double key, char *dst, size_t cap)
{
    int percent = (int)(CLAMP(fabs(key), 0.0, 99.99) * 100 + 0.5);
    snprintf(dst, cap, key > 0 ? _("%d %% over  ") : _("%d %% free  "), percent);
}

static void
draw_ranked(const struct tile_view *v, int y, const struct ranked *one, bool selected)
{
    struct screen *s = v->s;
    const struct component *c = &s->snap->plant->components[one->component];
    char name[512], value[FORMAT_SIZE], right[2 * FORMAT_SIZE], share[FORMAT_SIZE] = "";
    tile_component_name(s, one->component, name, sizeof(name));
    format_value(value, sizeof(value), 10, c, &s->snap->components[one->component]);
    if (v->tile->order == TILE_BY_DISTANCE) {
        distance_text(one->key, share, sizeof(share));
    }
    snprintf(right, sizeof(right), "%s %s", value, c->unit);
    int shown = draw_columns(s->draw, share);
    int width = MIN(MAX(draw_columns(s->draw, right), 10), v->in.width / 2);
    int left = v->in.width - width - shown - 1;
    bool stale = panel_stale(s, one->component), over = *share != '\0' && one->key > 0;
    draw_text(s->draw, y, v->in.x, left, STYLE_NORMAL | (selected ? STYLE_SELECTED : 0), name);
    draw_text(s->draw, y, v->in.x + left + 1, shown, over ? STYLE_WARN : STYLE_DIM, share);
    draw_right(s->draw, y, v->in.x + v->in.width - width, width,
               stale  ? STYLE_DIM
               : over ? STYLE_WARN
                      : STYLE_NORMAL,
               right);
}

void
tile_draw_ranking(const struct tile_view *v)
{
    struct screen *s = v->s;
    const GArray *ranked = v->live->ranked;
    struct list *list = &s->boards->rows;
    int n = (int)ranked->len, top = 0;
    if (!v->live->ready || (n == 0 && v->live->stale)) {
        draw_text(s->draw, v->in.y, v->in.x, v->in.width, STYLE_DIM, _("looking …"));
        return;
    }
    if (n == 0) {
        tile_say(v, v->in.y, STYLE_NORMAL,
                 v->live->points->len == 0 ? _("nothing in the plant is selected by this")
                                           : _("no component has a value to compare"));
        return;
    }
    if (v->alone) {
        list_fit(list, n, v->in.height);
        top = list->top;
    }
    for (int i = 0; i < v->in.height && top + i < n; i++) {
        bool selected = v->alone && top + i == list->pos;
        draw_ranked(v, v->in.y + i, &g_array_index(ranked, struct ranked, top + i), selected);
        if (selected) {
            s->cursor_y = v->in.y + i;
            s->cursor_x = v->in.x;
        }
    }
    if (v->live->unknown > 0 && n < v->in.height) {
        draw_format(s->draw, v->in.y + n, v->in.x, v->in.width, STYLE_DIM,
                    _("%u more cannot be compared"), v->live->unknown);
    }
}

/* ---- flow ---- */

/* Pieces one after the other, the next line when one does not fit; false: no room is left. */
struct flow {
    const struct tile_view *v;
    int y, x;
    bool any;
};

static const char *
arrow_of(const struct screen *s)
{
    enum glyph_set set = draw_glyphs(s->draw);
    return set == GLYPHS_ASCII || set == GLYPHS_VT ? " > " : " → ";
}

static bool
begin_piece(struct flow *f, int width)
{
    const struct tile_view *v = f->v;
    const char *arrow = arrow_of(v->s);
    int between = f->any ? draw_columns(v->s->draw, arrow) : 0;
    int end = v->in.x + v->in.width;
    if (f->any && f->x + between + width > end) {
        if (f->x + 2 <= end) {
            draw_flow(v->s->draw, f->y, f->x, end - f->x, STYLE_DIM, arrow);
        }
        f->y++;
        f->x = v->in.x;
        between = 0;
    }
    if (f->y >= v->in.y + v->in.height) {
        return false;
    }
    if (between > 0) {
        f->x += draw_flow(v->s->draw, f->y, f->x, end - f->x, STYLE_DIM, arrow);
    }
    f->any = true;
    return true;
}

static const char *
short_name(const struct component *c)
{
    return *c->short_name != '\0' ? c->short_name : *c->name != '\0' ? c->name : c->id;
}

static void
draw_flow_value(struct flow *f, uint32_t index)
{
    struct screen *s = f->v->s;
    const struct component *c = &s->snap->plant->components[index];
    char value[512];
    format_value(value, sizeof(value), 10, c, &s->snap->components[index]);
    int name = MIN(draw_columns(s->draw, short_name(c)), 16);
    int width = name + 1 + draw_columns(s->draw, value) + 1 + draw_columns(s->draw, c->unit);
    if (!begin_piece(f, width)) {
        return;
    }
    int end = f->v->in.x + f->v->in.width;
    draw_text(s->draw, f->y, f->x, MIN(name, end - f->x), STYLE_DIM, short_name(c));
    f->x += name + 1;
    f->x += tile_draw_value(s, (struct rect){f->y, f->x, 1, end - f->x}, index, NULL);
}

/* Neighbours that switch are one piece: "Pumps ●○". Returns the index of the last of them. */
static uint32_t
draw_switches(struct flow *f, uint32_t first, uint32_t end)
{
    struct screen *s = f->v->s;
    const struct component *components = s->snap->plant->components;
    uint32_t last = first;
    while (last + 1 < end && components[last + 1].kind == components[first].kind) {
        last++;
    }
    const char *name = short_name(&components[first]);
    int width = MIN(draw_columns(s->draw, name), 16);
    if (!begin_piece(f, width + 1 + (int)(last - first) + 1)) {
        return last;
    }
    int right = f->v->in.x + f->v->in.width;
    draw_text(s->draw, f->y, f->x, MIN(width, right - f->x), STYLE_DIM, name);
    f->x += width + 1;
    for (uint32_t i = first; i <= last && f->x < right; i++) {
        const struct component_state *state = &s->snap->components[i];
        bool off = state->num >= 0 && state->num <= 0;
        bool unknown = state->ts == WALL_NONE || state->text != NULL;
        draw_glyph(s->draw, f->y, f->x++, panel_stale(s, i) ? STYLE_DIM : STYLE_NORMAL,
                   unknown ? GLYPH_UNSURE
                   : off   ? GLYPH_OFF
                           : GLYPH_ON);
    }
    return last;
}

void
tile_draw_flow(const struct tile_view *v)
{
    struct screen *s = v->s;
    if (*v->tile->station == '\0') {
        draw_text(s->draw, v->in.y, v->in.x, v->in.width, STYLE_DIM,
                  _("no station was chosen"));
        return;
    }
    if (!v->live->ready) {
        return;
    }
    if (v->live->station == STATION_NONE) {
        char text[PLANT_ID_MAX + FORMAT_SIZE];
        snprintf(text, sizeof(text), _("%s is not in the plant"), v->tile->station);
        tile_say(v, v->in.y, STYLE_NORMAL, text);
        return;
    }
    const struct station *station = &s->snap->plant->stations[v->live->station];
    struct flow f = {v, v->in.y, v->in.x, false};
    uint32_t end = station->first + station->count;
    for (uint32_t i = station->first; i < end && f.y < v->in.y + v->in.height; i++) {
        const struct component *c = &s->snap->plant->components[i];
        if (c->kind == KIND_ACTUATOR || c->kind == KIND_SWITCH) {
            i = draw_switches(&f, i, end);
        } else if (c->kind == KIND_SENSOR || c->kind == KIND_LEVEL) {
            draw_flow_value(&f, i);
        } else if (c->kind == KIND_FAULT && roster_fault_active(&s->snap->components[i])) {
            draw_flow_value(&f, i);
        }
    }
}

/* ---- text ---- */

static void
draw_rows(const struct tile_view *v, int y, unsigned style, const GPtrArray *rows)
{
    int room = v->in.y + v->in.height - y;
    for (guint i = 0; i < rows->len && (int)i < room; i++) {
        draw_text(v->s->draw, y + (int)i, v->in.x, v->in.width, style,
                  g_ptr_array_index(rows, i));
    }
    if ((int)rows->len > room && room > 0) {
        draw_glyph(v->s->draw, y + room - 1, v->in.x + v->in.width - 1, STYLE_DIM, GLYPH_MORE);
    }
}

void
tile_draw_text(const struct tile_view *v)
{
    GPtrArray *rows = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < v->tile->text->len; i++) {
        const char *line = g_ptr_array_index(v->tile->text, i);
        if (*line == '\0') {
            g_ptr_array_add(rows, g_strdup(""));
        }
        wrap_text(rows, line, v->in.width, 0);
    }
    draw_rows(v, v->in.y, STYLE_NORMAL, rows);
    g_ptr_array_free(rows, TRUE);
}

void
tile_say(const struct tile_view *v, int y, unsigned style, const char *text)
{
    GPtrArray *rows = g_ptr_array_new_with_free_func(g_free);
    wrap_text(rows, text, v->in.width, 0);
    draw_rows(v, y, style, rows);
    g_ptr_array_free(rows, TRUE);
}
