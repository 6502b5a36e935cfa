/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Moving in time: cursor, span, comparison; and how values are shown. */
#include <string.h>

#include "src/core/i18n.h"
#include "ui/trend_actions.h"
#include "ui/trends.h"
#include "ui/trends_words.h"
#include "ui/views.h"

#define FAR  10 /* parts of the window: a long step of the cursor */
#define PAGE 2  /* part of the window: a step back or forth */

const char *
why_no_window(const struct screen *s)
{
    const char *why = why_no_curve(s);
    return why != NULL                ? why
           : s->trends->window.n == 0 ? N_("open the view of trends first")
                                      : NULL;
}

/* ---- the cursor ---- */

static void
cursor_to(struct screen *s, int64_t bucket)
{
    struct trends *t = s->trends;
    int64_t last = (int64_t)t->window.n - 1;
    if (bucket < 0 || (bucket > last && t->end != WALL_NONE)) { /* time follows the cursor */
        trends_pan(s, bucket < 0 ? bucket : bucket - last);
        trends_prepare(s, (int)t->window.n / 2);
    }
    t->cursor = trend_window_start(&t->window, CLAMP(bucket, 0, last));
}

/* Without one it begins at the newest reading of the curve. */
static int64_t
cursor_now(const struct screen *s)
{
    const struct trends *t = s->trends;
    int64_t at = trends_cursor(t);
    if (at >= 0) {
        return at;
    }
    for (int64_t i = (int64_t)t->window.n - 1; i >= 0; i--) {
        if (t->entries[t->focus].now.buckets[i].n > 0) {
            return i;
        }
    }
    return (int64_t)t->window.n - 1;
}

static void
move_cursor(struct screen *s, int64_t by)
{
    cursor_to(s, cursor_now(s) + by);
}

static int64_t
far_step(const struct screen *s)
{
    return MAX((int64_t)s->trends->window.n / FAR, 1);
}

void
action_cursor_left(struct screen *s, const char *argument)
{
    (void)argument;
    move_cursor(s, trends_cursor(s->trends) < 0 ? 0 : -1);
}

void
action_cursor_right(struct screen *s, const char *argument)
{
    (void)argument;
    move_cursor(s, trends_cursor(s->trends) < 0 ? 0 : 1);
}

void
action_cursor_far_left(struct screen *s, const char *argument)
{
    (void)argument;
    move_cursor(s, -far_step(s));
}

void
action_cursor_far_right(struct screen *s, const char *argument)
{
    (void)argument;
    move_cursor(s, far_step(s));
}

void
action_cursor_first(struct screen *s, const char *argument)
{
    (void)argument;
    cursor_to(s, 0);
}

void
action_cursor_last(struct screen *s, const char *argument)
{
    (void)argument;
    s->trends->cursor = WALL_NONE;
    cursor_to(s, cursor_now(s));
}

/* ---- time ---- */

void
action_span_longer(struct screen *s, const char *argument)
{
    (void)argument;
    trends_set_span(s, s->trends->span + 1);
}

void
action_span_shorter(struct screen *s, const char *argument)
{
    (void)argument;
    trends_set_span(s, s->trends->span - 1);
}

void
action_span(struct screen *s, const char *argument)
{
    for (int i = 0; i < TREND_SPANS; i++) {
        if (strcmp(argument, trend_span_name(i)) == 0) {
            trends_set_span(s, i);
            return;
        }
    }
    screen_notice(s, "%s", _("spans are 5min 15min 1h 4h 8h 24h 3d 7d 30d 1y"));
}

static void
pan(struct screen *s, int direction)
{
    int64_t by = direction * (int64_t)s->trends->window.n / PAGE;
    trends_pan(s, by);
    if (s->trends->cursor != WALL_NONE) {
        s->trends->cursor += by * s->trends->window.bucket_us;
    }
}

void
action_earlier(struct screen *s, const char *argument)
{
    (void)argument;
    pan(s, -1);
}

void
action_later(struct screen *s, const char *argument)
{
    (void)argument;
    if (s->trends->end == WALL_NONE) {
        screen_notice(s, "%s", _("this is the newest"));
        return;
    }
    pan(s, 1);
}

void
action_live(struct screen *s, const char *argument)
{
    (void)argument;
    trends_live(s);
}

void
action_compare(struct screen *s, const char *argument)
{
    static const struct {
        const char *name;
        int days;
    } words[] = {{"off", 0}, {"day", 1}, {"week", 7}};
    int now = s->trends->days_before;
    int days = now == 0 ? 1 : now == 1 ? 7 : 0;
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
        days = strcmp(argument, words[i].name) == 0 ? words[i].days : days;
    }
    trends_compare(s, days);
}

/* ---- values ---- */

void
action_statistic(struct screen *s, const char *argument)
{
    struct trends *t = s->trends;
    enum trend_stat stat = (enum trend_stat)((t->stat + 1) % TREND_STATS);
    for (int i = 0; *argument != '\0' && i < TREND_STATS; i++) {
        if (strcmp(argument, trend_stat_name((enum trend_stat)i)) == 0) {
            stat = (enum trend_stat)i;
        }
    }
    t->stat = stat;
    trends_keep(s);
    screen_notice(s, _("of each part of the time: %s"), trends_stat_words(stat));
}

void
action_scale(struct screen *s, const char *argument)
{
    static const char *const words[TREND_YS] = {N_("the range of the component"),
                                                N_("its limits"), N_("its values")};
    struct trends *t = s->trends;
    enum trend_y y = (enum trend_y)((t->y + 1) % TREND_YS);
    for (int i = 0; *argument != '\0' && i < TREND_YS; i++) {
        if (strcmp(argument, trend_y_name((enum trend_y)i)) == 0) {
            y = (enum trend_y)i;
        }
    }
    t->y = y;
    trends_keep(s);
    screen_notice(s, _("the scale is that of %s"), _(words[y]));
}

void
action_limits(struct screen *s, const char *argument)
{
    (void)argument;
    s->trends->no_limits = !s->trends->no_limits;
    trends_keep(s);
}

void
action_csv(struct screen *s, const char *argument)
{
    if (*argument == '\0') {
        char text[FORMAT_SIZE];
        struct tm tm = format_local(s->zone, s->now.wall);
        snprintf(text, sizeof(text), "csv trend-%04d%02d%02d-%02d%02d%02d.csv",
                 tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min,
                 tm.tm_sec);
        prompt_open_with(s, PROMPT_COMMAND, text);
        return;
    }
    trends_write_csv(s, argument);
}
