/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/alarm_words.h"
#include "ui/views.h"

#include <math.h>

#include "src/core/i18n.h"
#include "src/core/text.h"
#include "ui/wrap.h"

struct line {
    char text[512];
    unsigned style;
};

static void add(GArray *lines, unsigned style, const char *fmt, ...) PRINTF_LIKE(3, 4);

static void
add(GArray *lines, unsigned style, const char *fmt, ...)
{
    struct line line = {.style = style};
    va_list args;
    va_start(args, fmt);
    vsnprintf(line.text, sizeof(line.text), fmt, args);
    va_end(args);
    g_array_append_val(lines, line);
}

/* How long ago it was goes where there is no room for it. */
static void
add_value(const struct screen *s, GArray *lines, const struct alarm_view *v, int width)
{
    char value[FORMAT_SIZE * 2], limit[FORMAT_SIZE * 2], since[FORMAT_SIZE * 2],
        ago[FORMAT_SIZE], returned[FORMAT_SIZE * 2 + 16] = "", moment[FORMAT_SIZE * 2],
                                                     text[512];
    alarm_value_text(s, v, 16, value, sizeof(value));
    alarm_limit_text(s, v, limit, sizeof(limit));
    if (v->raised_at == WALL_NONE) { /* shelved before it ever was */
        add(lines, STYLE_NORMAL, "%s%s%s", limit, *limit == '\0' ? "" : "  ",
            _("never raised"));
        return;
    }
    format_moment(since, sizeof(since), s->zone, v->raised_at, s->now.wall);
    format_ago(ago, sizeof(ago), MAX(s->minute.wall - v->raised_at, 0));
    if (v->returned_at != WALL_NONE) {
        format_moment(moment, sizeof(moment), s->zone, v->returned_at, s->now.wall);
        snprintf(returned, sizeof(returned), _(", returned %s"), moment);
    }
    for (int brief = 0; brief < 2; brief++) {
        char when[FORMAT_SIZE * 4];
        snprintf(when, sizeof(when), "%s%s%s%s", since, brief ? "" : " (", brief ? "" : ago,
                 brief ? "" : ")");
        snprintf(text, sizeof(text), _("%s%s%s%ssince %s%s%s"), value,
                 *value == '\0' ? "" : "  ", limit, *limit == '\0' ? "" : "  ", when, returned,
                 v->suspect ? _(", value not to be trusted") : "");
        if (text_columns(text) <= width) {
            break;
        }
    }
    add(lines, STYLE_NORMAL, "%s", text);
}

static void
add_acknowledgement(const struct screen *s, GArray *lines, const struct alarm_view *v)
{
    char moment[FORMAT_SIZE * 2];
    if (v->acked_by != NULL && !alarm_state_unacked(v->state)) {
        format_moment(moment, sizeof(moment), s->zone, v->acked_at, s->now.wall);
        add(lines, STYLE_NORMAL, _("acknowledged %s by %s: %s"), moment, v->acked_by,
            v->comment == NULL ? "" : v->comment);
    } else if (alarm_state_unacked(v->state) && v->older > 0) {
        add(lines, STYLE_STRONG,
            ngettext("not acknowledged, nor is %u older occurrence",
                     "not acknowledged, nor are %u older occurrences", v->older),
            v->older);
    } else if (alarm_state_unacked(v->state)) {
        add(lines, STYLE_STRONG, "%s", _("not acknowledged"));
    }
    if (v->state == ALARM_LATCHED_ACKED) {
        add(lines, STYLE_NORMAL, "%s", _("latched: r resets it"));
    }
}

static void
add_cover(const struct screen *s, GArray *lines, const struct alarm_view *v)
{
    char until[FORMAT_SIZE * 2];
    const char *by = v->shelved_by == NULL ? "" : v->shelved_by;
    const char *reason = v->shelve_reason == NULL ? "" : v->shelve_reason;
    if ((v->overlays & OVERLAY_SHELVED) != 0 && v->one_shot) {
        add(lines, STYLE_NORMAL, _("shelved by %s until it clears (z ends it): %s"), by,
            reason);
    } else if ((v->overlays & OVERLAY_SHELVED) != 0 && v->shelved_until != WALL_NONE) {
        format_moment(until, sizeof(until), s->zone, v->shelved_until, s->now.wall);
        add(lines, STYLE_NORMAL, _("shelved by %s until %s (z ends it): %s"), by, until,
            reason);
    }
    if ((v->overlays & OVERLAY_OUT_OF_SERVICE) != 0) {
        add(lines, STYLE_NORMAL, _("out of service%s%s%s%s"), *by == '\0' ? "" : ": ", by,
            *reason == '\0' ? "" : ", ", reason);
    }
}

static void
add_cause(const struct screen *s, GArray *lines, const struct alarm_view *v)
{
    const struct alarm_view *parent = alarm_list_occurrence(&s->alarms, &v->parent);
    if (parent != NULL) {
        char text[512];
        alarm_line(s, parent, false, text, sizeof(text));
        add(lines, STYLE_NORMAL, _("cause: %s"), text);
    }
    if (v->suppresses > 0) {
        add(lines, STYLE_NORMAL,
            ngettext("explains %u alarm that is suppressed for it",
                     "explains %u alarms that are suppressed for it", v->suppresses),
            v->suppresses);
    }
    if (*v->group != '\0') {
        add(lines, STYLE_NORMAL, v->first_out ? _("first of group %s") : _("group %s"),
            v->group);
    }
}

/* What to do about it. */
static void
add_guidance(GArray *lines, const struct alarm_view *v, int width)
{
    if (*v->guidance == '\0') {
        return;
    }
    char *text = g_strdup_printf(_("to do: %s"), v->guidance);
    GPtrArray *rows = g_ptr_array_new_with_free_func(g_free);
    wrap_text(rows, text, width, 2);
    for (guint i = 0; i < rows->len; i++) {
        add(lines, STYLE_NORMAL, "%s", (const char *)g_ptr_array_index(rows, i));
    }
    g_ptr_array_free(rows, TRUE);
    g_free(text);
}

static void
draw_lines(struct screen *s, struct rect area, const GArray *lines)
{
    for (guint i = 0; i < lines->len && (int)i < area.height; i++) {
        const struct line *line = &g_array_index(lines, struct line, i);
        draw_text(s->draw, area.y + (int)i, area.x, area.width, line->style, line->text);
    }
}

/* ---- the load ---- */

/* The peak is as high as a bar can be; below it the square root keeps single alarms in sight.
 */
static void
rate_chart(const struct screen *s, char *dst, size_t cap, uint16_t *ret_peak)
{
    const struct alarm_board *board = s->alarms.board;
    uint16_t peak = 0;
    for (int i = 0; i < ALARM_RATE_MINUTES; i++) {
        peak = MAX(peak, board->rate[i]);
    }
    *dst = '\0';
    for (int i = 0; i < ALARM_RATE_MINUTES; i++) {
        double share = peak == 0 ? 0 : sqrt((double)board->rate[i] / peak);
        g_strlcat(dst, glyph_bar(draw_glyphs(s->draw), (int)ceil(share * GLYPH_BARS)), cap);
    }
    *ret_peak = peak;
}

static void
ack_time_text(const struct alarm_board *board, char *dst, size_t cap)
{
    *dst = '\0';
    if (board->median_ack_us >= 0) {
        int64_t seconds = board->median_ack_us / US_PER_S;
        snprintf(dst, cap, _("acknowledged after %d:%02d (median)"), (int)(seconds / 60),
                 (int)(seconds % 60));
    }
}

/* Alarms a minute in the last hour; and how quickly people are, where there is room. */
static void
draw_load(struct screen *s, struct rect area)
{
    char chart[ALARM_RATE_MINUTES * 4 + 1], text[FORMAT_SIZE * 2], ack[FORMAT_SIZE * 2];
    uint16_t peak;
    int x = area.x, end = area.x + area.width, y = area.y;
    rate_chart(s, chart, sizeof(chart), &peak);
    ack_time_text(s->alarms.board, ack, sizeof(ack));
    x += draw_flow(s->draw, y, x, end - x, STYLE_DIM, _("1 h")) + 1;
    if (x + ALARM_RATE_MINUTES <= end) {
        draw_text(s->draw, y, x, ALARM_RATE_MINUTES, STYLE_NORMAL, chart);
        x += ALARM_RATE_MINUTES + 1;
    }
    snprintf(text, sizeof(text), _("peak %u/min"), peak);
    x += draw_flow(s->draw, y, x, end - x, STYLE_NORMAL, text) + 2;
    if (area.height > 1) {
        draw_text(s->draw, y + 1, area.x, area.width, STYLE_NORMAL, ack);
    } else if (x + draw_columns(s->draw, ack) <= end) {
        draw_flow(s->draw, y, x, end - x, STYLE_NORMAL, ack);
    }
}

static void
add_flood(const struct screen *s, GArray *lines)
{
    const struct alarm_board *board = s->alarms.board;
    if (board->flood.on) {
        char since[FORMAT_SIZE];
        format_time(since, sizeof(since), s->zone, board->flood.since);
        add(lines, STYLE_STRONG, _("flood since %s: %u in %d min (limit %d), at most %u"),
            since, board->flood.in_window, board->flood.window_s / 60, board->flood.limit,
            board->flood.peak);
    }
}

static void
add_name(const struct screen *s, GArray *lines, const struct alarm_view *v)
{
    char name[1024];
    alarm_marked_name(s, v, name, sizeof(name));
    const char *station = alarm_station_name(s, v);
    add(lines, STYLE_STRONG, "%s%s%s  %s (%s)", v->station, *station == '\0' ? "" : " ",
        station, name, alarm_priority_word(v->priority));
}

/* The most needed first, for there may be room for a few only: what to do before why. brief:
 * without what the row tells, too. */
static GArray *
lines_about(const struct screen *s, const struct alarm_view *v, bool brief, int width)
{
    GArray *lines = g_array_new(FALSE, FALSE, sizeof(struct line));
    if (v == NULL) {
        return lines;
    }
    if (!brief) {
        add_name(s, lines, v);
    }
    add_value(s, lines, v, width);
    if (!brief || !alarm_state_unacked(v->state)) {
        add_acknowledgement(s, lines, v);
    }
    add_cover(s, lines, v);
    add_guidance(lines, v, width);
    add_cause(s, lines, v);
    return lines;
}

void
alarms_draw_detail(struct screen *s, struct rect area)
{
    if (s->alarms.board == NULL) {
        return;
    }
    struct rect text = area, load = area;
    load.height = area.height >= 7 ? 2 : area.height >= 4 ? 1 : 0;
    text.height -= load.height;
    load.y += text.height;
    GArray *lines = lines_about(s, alarm_list_selected(&s->alarms), false, area.width);
    add_flood(s, lines);
    draw_lines(s, text, lines);
    g_array_free(lines, TRUE);
    if (load.height > 0) {
        draw_load(s, load);
    }
}

void
alarms_draw_digest(struct screen *s, struct rect area)
{
    const struct alarm_view *v = alarm_list_selected(&s->alarms);
    GArray *lines = lines_about(s, v, true, area.width);
    draw_lines(s, area, lines);
    g_array_free(lines, TRUE);
}
