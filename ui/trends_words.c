/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/trends_words.h"

#include <string.h>

#include "src/core/i18n.h"

#define NUMBER 9 /* columns of one */

const char *
trends_span_words(int span)
{
    static const char *const words[TREND_SPANS] = {
        N_("5 min"), N_("15 min"), N_("1 h"), N_("4 h"),  N_("8 h"),
        N_("24 h"),  N_("3 d"),    N_("7 d"), N_("30 d"), N_("1 year")};
    return _(words[CLAMP(span, 0, TREND_SPANS - 1)]);
}

const char *
trends_stat_words(enum trend_stat stat)
{
    static const char *const words[TREND_STATS] = {N_("mean"), N_("min"), N_("max"), N_("last"),
                                                   N_("difference")};
    return _(words[stat]);
}

/* "16:10", with the day when the span is longer than one. */
static void
border_text(const struct screen *s, char *dst, size_t cap, wall_us at)
{
    char day[FORMAT_SIZE], time[FORMAT_SIZE];
    format_day(day, sizeof(day), s->zone, at);
    format_time(time, sizeof(time), s->zone, at);
    wall_us shown = trend_window_until(&s->trends->window) - s->trends->window.since;
    bool today = s->trends->end == WALL_NONE && shown < trend_span_us(5);
    snprintf(dst, cap, "%s%s%s", today ? "" : day, today ? "" : " ", time);
}

void
trends_title(const struct screen *s, bool borders, char *dst, size_t cap)
{
    const struct trends *t = s->trends;
    char since[FORMAT_SIZE * 2], until[FORMAT_SIZE * 2], both[FORMAT_SIZE * 4 + 8];
    border_text(s, since, sizeof(since), t->window.since);
    border_text(s, until, sizeof(until), trend_window_until(&t->window));
    snprintf(both, sizeof(both), "  %s – %s", since, until);
    snprintf(dst, cap, "%s  %s  %s%s%s%s%s", trends_span_words(t->span),
             trends_stat_words(t->stat), t->end == WALL_NONE ? _("live") : _("back"),
             borders ? both : "", t->days_before > 0 ? "  " : "",
             t->days_before == 1   ? _("= day before")
             : t->days_before == 7 ? _("= week before")
                                   : "",
             t->y == TREND_Y_AUTO ? _("  autoscale") : "");
}

/* ---- values ---- */

/* With the unit, when one is given. */
static void
number_text(char *dst, size_t cap, const struct component *c, double shown, bool unit)
{
    char number[FORMAT_SIZE];
    format_shown(number, sizeof(number), NUMBER, c, shown);
    bool nothing = strpbrk(number, "123456789") == NULL;
    if (nothing && *number == '-') { /* what rounding has left of a little less than 0 */
        memmove(number, number + 1, strlen(number));
    }
    snprintf(dst, cap, "%s%s%s", number, unit && *c->unit != '\0' ? " " : "",
             unit ? c->unit : "");
}

/* The last bucket before i that has readings; NULL: none. */
static const struct archive_bucket *
previous(const struct trend_series *series, int64_t i)
{
    while (i-- > 0) {
        if (series->buckets[i].n > 0) {
            return &series->buckets[i];
        }
    }
    return series->before.n > 0 ? &series->before : NULL;
}

static const struct component *
component_of(const struct screen *s, int entry)
{
    const struct trends *t = s->trends;
    uint32_t index = t->entries[entry].component;
    return index == COMPONENT_NONE || t->window.n == 0 ? NULL : &t->plant->components[index];
}

/* In bucket i nothing was read, and none of bad quality: the reading before it that still
 * counts there, as the line says that is drawn; NULL: none does. */
static const struct archive_bucket *
counting(const struct screen *s, int entry, int64_t i)
{
    const struct trends *t = s->trends;
    const struct trend_series *series = &t->entries[entry].now;
    const struct component *c = component_of(s, entry);
    const struct archive_bucket *last = previous(series, i);
    wall_us next = trends_holds(s, &t->entries[entry]);
    for (int64_t k = (int64_t)t->window.n - 1; k >= i; k--) {
        next = series->buckets[k].n > 0 ? series->buckets[k].first_at : next;
    }
    int silence_s = t->plant->stations[c->station].silence_s;
    int64_t gap_us = trend_gap_us(series->buckets, &t->window, c, silence_s);
    bool counts = last != NULL && next != WALL_NONE &&
                  next >= trend_window_start(&t->window, i) && next - last->last_at <= gap_us;
    return counts ? last : NULL;
}

/* One bucket by the present statistic. */
static struct trend_dot
dot_at(const struct screen *s, const struct component *c, const struct trend_series *series,
       int64_t i)
{
    struct trend_window w = s->trends->window;
    struct trend_dot dot;
    w.n = 1;
    trend_dots(&dot, &series->buckets[i], previous(series, i), &w, c,
               trend_is_strip(c) ? TREND_LAST : s->trends->stat, 0);
    return dot;
}

void
trends_moment(const struct screen *s, char *dst, size_t cap)
{
    const struct trends *t = s->trends;
    int64_t i = trends_cursor(t);
    if (i < 0) {
        snprintf(dst, cap, "%s", _("newest; min, mean, max and number of all that is shown"));
        return;
    }
    const struct archive_bucket *last =
        t->entries[t->focus].now.buckets[i].n == 0 && component_of(s, t->focus) != NULL
            ? counting(s, t->focus, i)
            : NULL;
    char read[FORMAT_SIZE * 2] = "", second[FORMAT_SIZE];
    if (last != NULL) {
        format_moment(second, sizeof(second), s->zone, last->last_at, s->now.wall);
        snprintf(read, sizeof(read), _("  read %s"), second);
    }
    char date[FORMAT_SIZE], from[FORMAT_SIZE], to[FORMAT_SIZE];
    wall_us at = trend_window_start(&t->window, i);
    const struct archive_bucket *b = &t->entries[t->focus].now.buckets[i];
    bool one = b->n == 1; /* then its own time is known */
    format_date(date, sizeof(date), s->zone, one ? b->last_at : at);
    format_second(from, sizeof(from), s->zone, one ? b->last_at : at);
    format_second(to, sizeof(to), s->zone, trend_window_start(&t->window, i + 1));
    snprintf(dst, cap, "%s %s%s%s%s", date, from, one ? "" : " – ", one ? "" : to, read);
}

static void
newest_text(const struct screen *s, int entry, const struct component *c, char *dst, size_t cap)
{
    char value[FORMAT_SIZE * 2];
    const struct component_state *state =
        &s->snap->components[s->trends->entries[entry].component];
    format_value(value, sizeof(value), NUMBER, c, state);
    bool stale = trends_holds(s, &s->trends->entries[entry]) == WALL_NONE;
    snprintf(dst, cap, "%s%s%s%s", value, *c->unit != '\0' ? " " : "", c->unit,
             stale ? " ?" : "");
}

void
trends_value(const struct screen *s, int entry, char *dst, size_t cap)
{
    const struct component *c = component_of(s, entry);
    int64_t i = trends_cursor(s->trends);
    if (c == NULL) {
        snprintf(dst, cap, "%s", _("not in plant"));
        return;
    }
    if (i < 0) {
        newest_text(s, entry, c, dst, cap);
        return;
    }
    struct trend_dot dot = dot_at(s, c, &s->trends->entries[entry].now, i);
    const struct archive_bucket *last = dot.any || dot.bad ? NULL : counting(s, entry, i);
    if (last != NULL && s->trends->stat != TREND_DIFFERENCE) {
        dot.any = true;
        dot.value = adjust_apply(c->adjust, last->last);
    }
    if (!dot.any) {
        snprintf(dst, cap, "%s", dot.bad ? _("bad quality") : _("no reading"));
    } else if (trend_is_strip(c)) {
        struct component_state state = {.num = dot.value};
        format_value(dst, cap, NUMBER, c, &state);
    } else {
        number_text(dst, cap, c, dot.value, true);
    }
}

/* All buckets from..to in one. */
static struct archive_bucket
sum_up(const struct trend_series *series, int64_t from, int64_t to)
{
    struct archive_bucket all = {0};
    for (int64_t i = from; i < to; i++) {
        const struct archive_bucket *b = &series->buckets[i];
        all.bad += b->bad;
        if (b->n == 0) {
            continue;
        }
        all.min = all.n == 0 ? b->min : MIN(all.min, b->min);
        all.max = all.n == 0 ? b->max : MAX(all.max, b->max);
        all.sum += b->sum;
        all.n += b->n;
    }
    return all;
}

/* By how much it changed from the first to the last reading of all that is shown. */
static void
change_text(const struct trend_series *series, const struct component *c, int64_t n, char *dst,
            size_t cap)
{
    const struct archive_bucket *last = previous(series, n);
    double first = series->before.n > 0 ? series->before.last : NAN;
    for (int64_t i = n - 1; i >= 0 && series->before.n == 0; i--) {
        first = series->buckets[i].n > 0 ? series->buckets[i].first : first;
    }
    char number[FORMAT_SIZE];
    double by = last == NULL
                    ? NAN
                    : adjust_apply(c->adjust, last->last) - adjust_apply(c->adjust, first);
    number_text(number, sizeof(number), c, by, true);
    snprintf(dst, cap, _("in all %s%s"), by > 0 ? "+" : "", number);
}

/* How far the value under the cursor is from the day before, or from the mean of all. */
static void
deviation_text(const struct screen *s, int entry, const struct component *c, int64_t i,
               char *dst, size_t cap)
{
    const struct trends *t = s->trends;
    const struct trend_entry *e = &t->entries[entry];
    struct trend_dot dot = dot_at(s, c, &e->now, i);
    struct archive_bucket all = sum_up(&e->now, 0, t->window.n);
    double other = adjust_apply(c->adjust, all.sum / MAX(all.n, 1));
    if (t->days_before > 0) {
        struct trend_dot earlier = dot_at(s, c, &e->earlier, i);
        other = earlier.any ? earlier.value : NAN;
    }
    double by = dot.value - other;
    *dst = '\0';
    if (dot.any && isfinite(by) && t->stat != TREND_DIFFERENCE) {
        char number[FORMAT_SIZE];
        number_text(number, sizeof(number), c, by, false);
        snprintf(dst, cap, "  %s %s%s",
                 t->days_before == 1   ? _("to day before")
                 : t->days_before == 7 ? _("to week before")
                                       : _("to mean"),
                 by > 0 ? "+" : "", number);
    }
}

void
trends_stats(const struct screen *s, int entry, char *dst, size_t cap)
{
    const struct trends *t = s->trends;
    const struct component *c = component_of(s, entry);
    int64_t i = trends_cursor(t);
    *dst = '\0';
    if (c == NULL) {
        snprintf(dst, cap, "%s", entry == t->focus ? _("x takes it away") : "");
        return;
    }
    struct archive_bucket all =
        sum_up(&t->entries[entry].now, MAX(i, 0), i < 0 ? (int64_t)t->window.n : i + 1);
    struct trend_window one = t->window;
    one.n = 1;
    struct trend_dot dot;
    trend_dots(&dot, &all, NULL, &one, c, TREND_MEAN, 0);
    char min[FORMAT_SIZE], mean[FORMAT_SIZE], max[FORMAT_SIZE], by[FORMAT_SIZE * 2] = "";
    char bad[FORMAT_SIZE] = "";
    if (all.bad > 0) {
        snprintf(bad, sizeof(bad), _(", %u bad"), all.bad);
    }
    if (!dot.any || trend_is_strip(c)) { /* of states their number says enough */
        snprintf(dst, cap, _("n %u%s"), all.n, bad);
        return;
    }
    if (i < 0 && t->stat == TREND_DIFFERENCE) {
        change_text(&t->entries[entry].now, c, t->window.n, dst, cap);
        return;
    }
    number_text(min, sizeof(min), c, dot.low, false);
    number_text(mean, sizeof(mean), c, dot.value, false);
    number_text(max, sizeof(max), c, dot.high, false);
    if (i >= 0) {
        deviation_text(s, entry, c, i, by, sizeof(by));
    }
    /* Translators: minimum, mean, maximum, number of readings. */
    snprintf(dst, cap, _("%s / %s / %s  n %u%s%s"), min, mean, max, all.n, bad, by);
}
