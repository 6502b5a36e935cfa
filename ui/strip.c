/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/alarm_words.h"
#include "ui/views.h"

#include "src/core/i18n.h"

#define WORST_MOST 64 /* rows of a screen that has room for nothing else */

static void
fault_text(const struct screen *s, const struct fault *fault, char *dst, size_t cap)
{
    const struct plant *plant = s->snap->plant;
    const struct component *c = &plant->components[fault->component];
    const struct station *station = &plant->stations[c->station];
    char time[FORMAT_SIZE];
    format_time(time, sizeof(time), s->zone, fault->since);
    snprintf(dst, cap, "%s %s %s: %s", time, station->uid,
             *station->short_name != '\0' ? station->short_name : station->name,
             *c->name != '\0' ? c->name : c->id);
}

static int
draw_count(struct screen *s, int y, int x, int end, unsigned style, enum glyph glyph,
           const char *text)
{
    char mark[FORMAT_SIZE + 16];
    snprintf(mark, sizeof(mark), " %s %s ", glyph_text(draw_glyphs(s->draw), glyph), text);
    return x + draw_flow(s->draw, y, x, end - x, style, mark);
}

static const struct alarm_board *
board_of(const struct screen *s)
{
    return s->snap == NULL ? NULL : s->snap->alarms;
}

static unsigned
count_style(const struct alarm_board *board, int priority)
{
    bool unacked = board->unacked[priority] > 0;
    int first = unacked ? STYLE_CRITICAL_NEW : STYLE_CRITICAL;
    unsigned flash = unacked && priority == ALARM_CRITICAL ? STYLE_FLASHING : 0;
    return (unsigned)(first + priority) | flash;
}

static void
count_text(const struct screen *s, const struct alarm_board *board, int priority,
           const char *between, char *dst, size_t cap)
{
    snprintf(dst, cap, "%s%s%u/%u", alarm_shape(s, (enum alarm_priority)priority), between,
             board->unacked[priority], board->active[priority]);
}

static bool
counts(const struct alarm_board *board, int priority)
{
    return board != NULL && board->unacked[priority] + board->active[priority] > 0;
}

/* New and active ones of each priority that has any; returns the column behind. */
static int
draw_priorities(struct screen *s, int y, int x)
{
    const struct alarm_board *board = board_of(s);
    char count[FORMAT_SIZE], text[FORMAT_SIZE + 2];
    for (int i = 0; i < ALARM_PRIORITIES; i++) {
        if (counts(board, i)) {
            count_text(s, board, i, " ", count, sizeof(count));
            snprintf(text, sizeof(text), " %s ", count);
            x += draw_flow(s->draw, y, x, s->columns - x, count_style(board, i), text);
        }
    }
    return x;
}

/* Without a broker nothing is called normal, and silence is told with its cause. */
static int
draw_words(struct screen *s, int y, int x, int end)
{
    const char *text = NULL;
    if (!s->snap->health.mqtt.connected) {
        text = _("no connection to the broker: what is shown may be old");
    } else if (x == 0) {
        text = s->snap->alarms == NULL ? _("no faults, no station silent")
                                       : _("no alarms, no station silent");
    }
    return text == NULL ? 0 : 2 + draw_flow(s->draw, y, x + 1, end - x - 2, STYLE_NORMAL, text);
}

/* Behind a wall; returns the column where it goes on. */
static int
draw_wall(struct screen *s, int y, int x)
{
    draw_glyph(s->draw, y, x, STYLE_DIM, GLYPH_WALL);
    return x + 2;
}

/* The newest faults, as many as there is room for. */
static void
draw_newest_faults(struct screen *s, int y, int x, int end)
{
    const GArray *faults = s->roster.faults;
    for (guint i = 0; i < faults->len && x + 24 < end; i++) {
        char text[512];
        fault_text(s, &g_array_index(faults, struct fault, i), text, sizeof(text));
        x = draw_wall(s, y, x);
        draw_glyph(s->draw, y, x, STYLE_FAULT, GLYPH_FAULT);
        x += 2;
        x += draw_flow(s->draw, y, x, end - 1 - x, STYLE_NORMAL, text) + 1;
    }
}

/* A flood comes before everything but the counts; returns the column behind. */
static int
draw_flood(struct screen *s, int y, int x, int end)
{
    const struct alarm_board *board = board_of(s);
    if (board == NULL || !board->flood.on) {
        return x;
    }
    char text[FORMAT_SIZE * 2], time[FORMAT_SIZE];
    format_time(time, sizeof(time), s->zone, board->flood.since);
    snprintf(text, sizeof(text), _("FLOOD %u in %d min (limit %d) since %s"),
             board->flood.in_window, board->flood.window_s / 60, board->flood.limit, time);
    x = draw_wall(s, y, x + 1);
    return x + draw_flow(s->draw, y, x, end - 1 - x, STYLE_STRONG, text) + 1;
}

/* The newest alarm that nobody has acknowledged; returns the column behind. */
static int
draw_newest_alarm(struct screen *s, int y, int x, int end)
{
    const struct alarm_view *v = s->alarms.newest;
    if (v == NULL || x + 20 >= end) {
        return x;
    }
    char text[1024], line[768], time[FORMAT_SIZE];
    alarm_since_text(s, v->raised_at, false, time, sizeof(time));
    alarm_line(s, v, s->columns < 100, line, sizeof(line));
    snprintf(text, sizeof(text), "%s %s %s", time, alarm_shape(s, v->priority), line);
    x = draw_wall(s, y, x);
    return x + draw_flow(s->draw, y, x, end - 1 - x, STYLE_NORMAL, text) + 1;
}

/* Where the bell does not ring, it is said at the right end; returns where that begins. */
static int
draw_bell(struct screen *s, int y)
{
    char text[FORMAT_SIZE * 2], time[FORMAT_SIZE];
    if (s->bell.off) {
        snprintf(text, sizeof(text), "%s", _("bell off"));
    } else if (s->bell.silent_until != 0) {
        format_time(time, sizeof(time), s->zone,
                    s->now.wall + s->bell.silent_until - s->now.mono);
        snprintf(text, sizeof(text), _("bell off to %s"), time);
    } else {
        return s->columns;
    }
    int width = draw_columns(s->draw, text);
    draw_text(s->draw, y, s->columns - 1 - width, width, STYLE_DIM, text);
    return s->columns - 2 - width;
}

static int
draw_quiet(struct screen *s, int y, int x, int end)
{
    const struct alarm_board *board = board_of(s);
    char text[FORMAT_SIZE];
    if (board != NULL && board->shelved > 0) {
        snprintf(text, sizeof(text), _("%u shelved"), board->shelved);
        x += draw_flow(s->draw, y, x + 1, end - x - 1, STYLE_NORMAL, text) + 2;
    }
    if (s->roster.n_in[CONDITION_NEVER] > 0) {
        snprintf(text, sizeof(text), _("%u never seen"), s->roster.n_in[CONDITION_NEVER]);
        x += draw_flow(s->draw, y, x + 1, end - x - 1, STYLE_DIM, text) + 2;
    }
    return x;
}

/* What the two numbers of a priority are, where there is room. */
static int
draw_legend(struct screen *s, int y)
{
    bool any = false;
    for (int i = 0; i < ALARM_PRIORITIES; i++) {
        any = any || counts(board_of(s), i);
    }
    return any && s->columns >= 100
               ? 1 + draw_flow(s->draw, y, 1, s->columns, STYLE_DIM, _("new/active"))
               : 0;
}

void
strip_draw(struct screen *s, int y)
{
    const struct roster *r = &s->roster;
    char text[FORMAT_SIZE];
    unsigned faults = r->faults->len;
    if (s->snap == NULL) {
        return;
    }
    int end = draw_bell(s, y);
    int x = draw_priorities(s, y, draw_legend(s, y));
    x = draw_flood(s, y, x, end);
    if (faults > 0) {
        snprintf(text, sizeof(text), ngettext("%u fault", "%u faults", faults), faults);
        x = draw_count(s, y, x, end, STYLE_BADGE, GLYPH_FAULT, text);
    }
    if (r->n_silent > 0) {
        snprintf(text, sizeof(text), _("%u silent"), r->n_silent);
        x = draw_count(s, y, x, end, STYLE_STRONG, GLYPH_UNSURE, text);
    }
    x += draw_words(s, y, x, end);
    x = draw_quiet(s, y, x, end);
    x = draw_newest_alarm(s, y, x + 1, end);
    draw_newest_faults(s, y, x, end);
}

int
strip_draw_counts(struct screen *s, int y, int x, int width)
{
    const struct roster *r = &s->roster;
    const struct alarm_board *board = board_of(s);
    char text[FORMAT_SIZE];
    bool ascii = draw_glyphs(s->draw) == GLYPHS_ASCII;
    int start = x;
    for (int i = 0; i < ALARM_PRIORITIES; i++) {
        if (counts(board, i)) {
            count_text(s, board, i, ascii ? ":" : "", text, sizeof(text)); /* "!3:2/4" */
            x += draw_flow(s->draw, y, x, start + width - x, count_style(board, i), text) + 1;
        }
    }
    if (board != NULL && board->flood.on) {
        x += draw_flow(s->draw, y, x, start + width - x, STYLE_STRONG, _("FLOOD")) + 1;
    }
    if (r->faults->len > 0) {
        snprintf(text, sizeof(text), "%s%u", glyph_text(draw_glyphs(s->draw), GLYPH_FAULT),
                 r->faults->len);
        x += draw_flow(s->draw, y, x, start + width - x, STYLE_BADGE, text) + 1;
    }
    if (r->n_silent > 0) {
        snprintf(text, sizeof(text), "%s%u", glyph_text(draw_glyphs(s->draw), GLYPH_UNSURE),
                 r->n_silent);
        x += draw_flow(s->draw, y, x, start + width - x, STYLE_STRONG, text) + 1;
    }
    if (board != NULL && board->shelved > 0) {
        snprintf(text, sizeof(text), "z%u", board->shelved);
        x += draw_flow(s->draw, y, x, start + width - x, STYLE_NORMAL, text) + 1;
    }
    if (x == start && s->snap != NULL) {
        x += draw_flow(s->draw, y, x, width, STYLE_NORMAL,
                       s->snap->health.mqtt.connected ? _("all well") : _("broker DOWN"));
    }
    return x - start;
}

/* The most important n alarms, in their order; returns how many there are. */
static int
worst_alarms(const struct alarm_board *board, const struct alarm_view *ret[], int n)
{
    int found = 0;
    for (uint32_t i = 0; board != NULL && i < board->n_alarms; i++) {
        const struct alarm_view *v = &board->alarms[i];
        if (v->overlays != 0 || v->state == ALARM_NORMAL) {
            continue;
        }
        int place = found;
        while (place > 0 && alarm_compare(v, ret[place - 1]) < 0) {
            place--;
        }
        if (place < n) {
            found = MIN(found + 1, n);
            memmove(&ret[place + 1], &ret[place], (size_t)(found - place - 1) * sizeof(*ret));
            ret[place] = v;
        }
    }
    return found;
}

void
strip_draw_lines(struct screen *s, struct rect area)
{
    const struct roster *r = &s->roster;
    const struct alarm_view *worst[WORST_MOST];
    int y = area.y, end = area.y + area.height;
    int n = worst_alarms(board_of(s), worst, CLAMP(area.height, 0, WORST_MOST));
    for (int i = 0; i < n; i++, y++) {
        char text[768], line[FORMAT_SIZE];
        snprintf(line, sizeof(line), "%s%c", alarm_shape(s, worst[i]->priority),
                 alarm_state_letter(worst[i]));
        int x = area.x + draw_flow(s->draw, y, area.x, area.width, alarm_style(worst[i]), line);
        alarm_line(s, worst[i], true, text, sizeof(text));
        draw_text(s->draw, y, x + 1, area.x + area.width - x - 1, STYLE_NORMAL, text);
    }
    for (guint i = 0; i < r->faults->len && y < end; i++, y++) {
        char text[512];
        fault_text(s, &g_array_index(r->faults, struct fault, i), text, sizeof(text));
        draw_glyph(s->draw, y, area.x, STYLE_FAULT, GLYPH_FAULT);
        draw_text(s->draw, y, area.x + 1, area.width - 1, STYLE_NORMAL, text);
    }
    for (uint32_t i = 0; s->snap != NULL && i < s->snap->plant->n_stations && y < end; i++) {
        if (s->snap->stations[i].silent) {
            const struct station *station = &s->snap->plant->stations[i];
            draw_glyph(s->draw, y, area.x, STYLE_STRONG, GLYPH_UNSURE);
            draw_format(s->draw, y, area.x + 1, area.width - 1, STYLE_NORMAL, "%s %s",
                        station->uid, _("silent"));
            y++;
        }
    }
}
