/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which stretch of time is shown, and what the archive is asked about it. */
#include "ui/trends.h"

#include <string.h>

#include "src/core/i18n.h"
#include "ui/freeze.h"
#include "ui/views.h"

#define JUMPS      20                /* a live window moves on by this part of its width */
#define REFRESH_US (60 * US_PER_S)   /* a live window is asked for again at the soonest */
#define RETRY_US   (500 * US_PER_MS) /* too many questions wait */

/* ---- windows ---- */

static int64_t
column_us(const struct trend_window *w)
{
    return 2 * w->bucket_us;
}

/* The moment that is shown as the present. */
static wall_us
present(const struct screen *s)
{
    return freeze_on(s) ? s->snap->taken.wall : s->now.wall;
}

static struct trend_window
window_now(const struct screen *s, int columns)
{
    const struct trends *t = s->trends;
    int64_t span_us = trend_span_us(t->span);
    if (t->end != WALL_NONE) {
        return trend_window_at(t->end, span_us, columns);
    }
    struct trend_window w = trend_window_at(present(s), span_us, columns);
    int64_t jump_us = MAX(columns / JUMPS, 1) * column_us(&w);
    wall_us end = present(s) / jump_us * jump_us + jump_us;
    return trend_window_at(end - 1, span_us, columns);
}

static struct trend_window
window_before(const struct screen *s)
{
    const struct trends *t = s->trends;
    struct trend_window w = t->window;
    if (w.n > 0) {
        w.since -= trend_days_us(s->zone, trend_window_until(&w), t->days_before);
    }
    return w;
}

static void
want(struct trend_question *q)
{
    q->wanted = true;
    q->phase = TREND_IDLE;
    *q->problem = '\0';
    q->reach = WALL_NONE;
}

void
trends_restart(struct trends *t)
{
    t->window.n = 0;
    want(&t->asked);
    want(&t->asked_before);
}

/* Go over to another window. A live one that only moved on has nothing to ask. */
static void
set_window(struct screen *s, const struct trend_window *to)
{
    struct trends *t = s->trends;
    struct trend_window from = t->window, from_before = window_before(s);
    t->window = *to;
    struct trend_window to_before = window_before(s);
    for (int i = 0; i < t->n; i++) {
        trend_series_window(&t->entries[i].now, &from, to);
        trend_series_window(&t->entries[i].earlier, &from_before, &to_before);
    }
    bool moved_on = t->end == WALL_NONE && from.n == to->n && from.bucket_us == to->bucket_us &&
                    to->since > from.since &&
                    to->since - from.since < from.bucket_us * (int64_t)from.n / 2;
    if (!moved_on) {
        want(&t->asked);
    }
    t->asked_before.wanted = true;
}

/* ---- questions ---- */

static void
ask(struct screen *s, struct trend_question *q, const struct trend_window *w)
{
    struct trends *t = s->trends;
    screen_cancel(s, q->id);
    q->id = 0;
    if (s->config->archive == NULL || t->n == 0) {
        q->wanted = false;
        q->phase = TREND_IDLE;
        return;
    }
    struct archive_request r = {.kind = ARCHIVE_TREND,
                                .since = w->since,
                                .until = trend_window_until(w),
                                .n_buckets = w->n,
                                .n_series = (uint32_t)t->n};
    for (int i = 0; i < t->n; i++) {
        r.series[i] = t->entries[i].now.name;
    }
    q->id = screen_ask(s, &r);
    if (q->id == 0) {
        q->not_before = s->now.mono + RETRY_US;
        return;
    }
    q->wanted = false;
    q->asked_at = s->now.mono;
    q->phase = q->phase == TREND_IDLE ? TREND_ASKED : q->phase; /* else it is asked again */
}

static mono_us
refresh_at(const struct trends *t)
{
    return t->asked.asked_at + MAX(REFRESH_US, trend_span_us(t->span) / JUMPS);
}

static bool
is_troubled(const struct trend_question *q)
{
    return q->id == 0 && *q->problem != '\0';
}

/* What the central store could not tell is asked for again once it is back, and now and then:
 * also of a window of the past, and long before a wide one would be. */
static bool
may_mend(const struct screen *s, const struct trend_question *q)
{
    bool back = s->snap != NULL && s->snap->health.postgres.connected &&
                s->snap->health.postgres.since > q->asked_at;
    return is_troubled(q) && (back || s->now.mono >= q->asked_at + REFRESH_US);
}

void
trends_prepare(struct screen *s, int columns)
{
    struct trends *t = s->trends;
    struct trend_window w = window_now(s, columns);
    if (!trend_window_equal(&w, &t->window)) {
        set_window(s, &w);
    }
    bool live = t->end == WALL_NONE && !freeze_on(s);
    bool missed = live && t->frozen; /* what was heard meanwhile */
    if (missed || (live && t->asked.id == 0 && s->now.mono >= refresh_at(t))) {
        t->asked.wanted = true;
    }
    t->asked.wanted = t->asked.wanted || may_mend(s, &t->asked);
    t->asked_before.wanted = t->asked_before.wanted || may_mend(s, &t->asked_before);
    t->frozen = freeze_on(s);
    if (t->asked.wanted && s->now.mono >= t->asked.not_before) {
        ask(s, &t->asked, &t->window);
    }
    if (t->days_before > 0 && t->asked_before.wanted &&
        s->now.mono >= t->asked_before.not_before) {
        struct trend_window before = window_before(s);
        ask(s, &t->asked_before, &before);
    }
}

/* When it was asked again, nothing of what is known is lost, and little need be told. */
static void
note(struct trend_question *q, const struct archive_answer *a)
{
    bool again = q->phase == TREND_KNOWN;
    q->phase = a->last || again ? TREND_KNOWN : TREND_PARTIAL;
    q->id = a->last ? 0 : q->id;
    q->reach = again ? MIN(q->reach, a->reach) : a->reach;
    if (a->last) {
        g_strlcpy(q->problem, a->problem, sizeof(q->problem));
    }
}

bool
trends_answer(struct screen *s, const struct archive_answer *a)
{
    struct trends *t = s->trends;
    bool earlier = a->id == t->asked_before.id;
    if (a->kind != ARCHIVE_TREND || (a->id != t->asked.id && !earlier)) {
        return false;
    }
    struct trend_window w = earlier ? window_before(s) : t->window;
    note(earlier ? &t->asked_before : &t->asked, a);
    for (uint32_t i = 0; i < a->n_series && (int)i < t->n; i++) {
        struct trend_entry *e = &t->entries[i];
        trend_series_answer(earlier ? &e->earlier : &e->now, &w, a, i);
    }
    return true;
}

/* ---- what is live ---- */

void
trends_take(struct screen *s)
{
    struct trends *t = s->trends;
    if (t->plant != s->snap->plant) {
        trends_resolve(s);
    }
    struct trend_window none = {.n = 0};
    bool shown = s->view == VIEW_TRENDS;
    for (int i = 0; i < t->n; i++) {
        struct trend_entry *e = &t->entries[i];
        if (e->component != COMPONENT_NONE) {
            (void)trend_series_live(&e->now, shown ? &t->window : &none,
                                    &s->snap->components[e->component]);
        }
    }
}

wall_us
trends_holds(const struct screen *s, const struct trend_entry *e)
{
    const struct trends *t = s->trends;
    if (e->component == COMPONENT_NONE || panel_stale(s, e->component)) {
        return WALL_NONE;
    }
    return present(s) / column_us(&t->window) * column_us(&t->window);
}

mono_us
trends_next_tick(const struct screen *s)
{
    const struct trends *t = s->trends;
    if (s->view != VIEW_TRENDS || t->n == 0 || t->window.n == 0) {
        return 0;
    }
    mono_us next = 0;
    if (t->asked.wanted || (t->asked_before.wanted && t->days_before > 0)) {
        next = MAX(MAX(t->asked.not_before, t->asked_before.not_before), s->now.mono + 1);
    }
    if (t->end == WALL_NONE && !freeze_on(s)) {
        int64_t us = column_us(&t->window);
        mono_us column = s->now.mono + us - s->now.wall % us;
        next = next == 0 ? column : MIN(next, column);
    }
    if (is_troubled(&t->asked)) {
        mono_us mend = MAX(t->asked.asked_at + REFRESH_US, s->now.mono + 1);
        next = next == 0 ? mend : MIN(next, mend);
    }
    return next;
}

/* ---- by the user's hand ---- */

int64_t
trends_cursor(const struct trends *t)
{
    if (t->cursor == WALL_NONE || t->window.n == 0) {
        return -1;
    }
    int64_t bucket = trend_window_bucket(&t->window, t->cursor);
    return bucket >= 0 && bucket < (int64_t)t->window.n ? bucket : -1;
}

/* The cursor keeps its place on the screen, and its time. */
void
trends_set_span(struct screen *s, int span)
{
    struct trends *t = s->trends;
    int64_t at = trends_cursor(t);
    t->span = CLAMP(span, 0, TREND_SPANS - 1);
    if (at >= 0) {
        double share = (double)at / t->window.n;
        wall_us end = t->cursor + (int64_t)((1 - share) * (double)trend_span_us(t->span));
        t->end = end >= s->now.wall ? WALL_NONE : end;
    }
    trends_restart(t);
    trends_keep(s);
}

void
trends_pan(struct screen *s, int64_t by)
{
    struct trends *t = s->trends;
    wall_us end = trend_window_until(&t->window) - 1 + by * t->window.bucket_us;
    t->end = end >= s->now.wall ? WALL_NONE : end;
}

void
trends_live(struct screen *s)
{
    s->trends->end = s->trends->cursor = WALL_NONE;
}

void
trends_compare(struct screen *s, int days)
{
    struct trends *t = s->trends;
    screen_cancel(s, t->asked_before.id);
    t->asked_before.id = 0;
    t->days_before = days;
    struct trend_window none = {.n = 0}, before = window_before(s);
    for (int i = 0; i < t->n; i++) {
        trend_series_window(&t->entries[i].earlier, &none, &before);
    }
    want(&t->asked_before);
}

/* ---- what is missing ---- */

/* From when on something is known, when that is not all. */
static bool
reach_text(const struct screen *s, char *dst, size_t cap)
{
    const struct trends *t = s->trends;
    wall_us reach = t->asked.reach;
    if (reach == WALL_NONE || reach <= t->window.since + column_us(&t->window)) {
        return false;
    }
    char day[FORMAT_SIZE], time[FORMAT_SIZE], today[FORMAT_SIZE];
    format_day(day, sizeof(day), s->zone, reach);
    format_day(today, sizeof(today), s->zone, s->now.wall);
    format_time(time, sizeof(time), s->zone, reach);
    bool other = strcmp(day, today) != 0;
    snprintf(dst, cap, _("only since %s%s%s"), other ? day : "", other ? " " : "", time);
    return true;
}

void
trends_tell(const struct screen *s, char *dst, size_t cap)
{
    const struct trends *t = s->trends;
    const struct trend_question *q = &t->asked;
    char reach[FORMAT_SIZE * 4] = "";
    bool cut = reach_text(s, reach, sizeof(reach));
    if (s->config->archive == NULL) {
        snprintf(dst, cap, "%s", _("no history here: only what is heard from now on"));
    } else if (q->phase == TREND_ASKED || q->wanted) {
        snprintf(dst, cap, "%s", _("asking the archive …"));
    } else if (q->phase == TREND_PARTIAL) {
        snprintf(dst, cap, "%s%s%s", _("asking the central store …"), cut ? " " : "", reach);
    } else if (*q->problem != '\0') {
        snprintf(dst, cap, "%s%s%s", q->problem, cut ? "; " : "", reach);
    } else if (t->days_before > 0 && t->asked_before.phase < TREND_KNOWN) {
        snprintf(dst, cap, "%s", _("asking for the days before …"));
    } else {
        snprintf(dst, cap, "%s%s", reach, cut ? _(": the cache begins there") : "");
    }
}
