/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What of all that a shadow saw the owner had told. Where no source tells times the two do not
 * have the same moment for it, and what a shadow saw late, because its instance was away and
 * got at once what the broker had kept for it, has no moment at all. But both saw the same
 * readings in the same order. So what the shadow saw is held against what the owner said of
 * that alarm, in order: what is found there is told, and everything else is news.
 */
#include "alarms/evaluator_private.h"

#include <math.h>

/* What is said of one moment, in order: an end of what began before, what began and ended at
 * once, a beginning. */
enum turn { ENDS, BLINKS, BEGINS };

/* Something that the owner said of an alarm. */
struct word {
    uint32_t alarm;
    wall_us at; /* as the owner's clock had it */
    bool rises;
    double value; /* NAN: not known */
    enum turn turn;
    guint number; /* tells apart what was said at the same time */
};

/* Else it has a memory: what it makes of its readings hangs on how many of them it saw. */
static bool
is_plain(const struct alarm_rule *rule)
{
    return rule->type <= ALARM_DIGITAL && rule->count <= 1;
}

/* ---- the owner's words ---- */

static void
add_word(GArray *words, uint32_t alarm, wall_us at, bool rises, double value, enum turn turn)
{
    struct word w = {alarm, at, rises, value, turn, words->len};
    g_array_append_val(words, w);
}

/* Of a latch that rose again only the number of rises is kept. It comes from another instance
 * and may be any; more than most of them are never looked at. What began by one owner's clock
 * may have ended earlier by another's. */
static void
add_words(GArray *words, uint32_t alarm, const struct alarm_rule *rule,
          const struct occurrence_record *r, guint most)
{
    uint32_t rises = rule->latch ? MIN(r->count, most + 1) : 1;
    bool over = r->returned_at != WALL_NONE;
    bool lasts = !over || r->returned_at > r->raised_at;
    wall_us end = over ? MAX(r->returned_at, r->raised_at) : INT64_MAX;
    add_word(words, alarm, r->raised_at, true, r->value, lasts ? BEGINS : BLINKS);
    for (uint32_t i = 1; i < rises; i++) {
        add_word(words, alarm, end, false, NAN, BLINKS);
        add_word(words, alarm, end, true, NAN, BLINKS);
    }
    if (over) {
        add_word(words, alarm, end, false, NAN, lasts && rises <= 1 ? ENDS : BLINKS);
    }
}

static int
compare_words(const void *a, const void *b)
{
    const struct word *x = a, *y = b;
    if (x->alarm != y->alarm) {
        return x->alarm < y->alarm ? -1 : 1;
    }
    if (x->at != y->at) {
        return x->at < y->at ? -1 : 1;
    }
    if (x->turn != y->turn) {
        return x->turn < y->turn ? -1 : 1;
    }
    return x->number < y->number ? -1 : x->number > y->number;
}

/* Of the alarms in asked, enough for so many events: of one latch an event takes two at most.
 */
static GArray *
owners_words(const struct evaluator *heir, GHashTable *asked, guint events)
{
    GArray *words = g_array_new(FALSE, FALSE, sizeof(struct word));
    for (guint i = 0; i < heir->kept.occurrences->len; i++) {
        const struct occurrence_record *r =
            &g_array_index(heir->kept.occurrences, struct occurrence_record, i);
        uint32_t alarm = find_alarm(heir, r->station, r->component, r->rule);
        if (alarm != ALARM_NONE && g_hash_table_contains(asked, GUINT_TO_POINTER(alarm + 1))) {
            add_words(words, alarm, rule_of(heir, alarm), r, events);
        }
    }
    g_array_sort(words, compare_words);
    return words;
}

/* The first of an alarm's words after that time; words->len: there is none of any alarm. */
static guint
first_word(const GArray *words, uint32_t alarm, wall_us after)
{
    guint low = 0, high = words->len;
    while (low < high) {
        guint middle = low + (high - low) / 2;
        const struct word *w = &g_array_index(words, struct word, middle);
        if (w->alarm < alarm || (w->alarm == alarm && w->at <= after)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* ---- which of them it is ---- */

static bool
is_same(const struct word *w, const struct shadow_event *event, const struct alarm_rule *rule)
{
    bool either = !is_plain(rule) || !event->rises || isnan(w->value) || isnan(event->value);
    double most = fmax(fabs(w->value), fabs(event->value));
    return w->rises == event->rises && (either || fabs(w->value - event->value) <= most * 1e-9);
}

/*
 * The owner may have had the reading earlier by what our link is slower. Where the value tells
 * that it was the same, that may be a lot; else a pulse that was told is not to stand for one
 * that follows it, least of all for one of after we had gone. What it saw before this shadow
 * began the shadow has not seen.
 */
static wall_us
not_before(const struct shadow_event *event, const struct alarm_rule *rule, wall_us began)
{
    int64_t closest = event->behind ? 0 : TAKE_OVER_US;
    int64_t slack = is_plain(rule) && rule->type != ALARM_DIGITAL ? TWIN_US : closest;
    wall_us at = event->behind ? event->away_since : event->source_at;
    wall_us after = at < INT64_MIN + slack ? INT64_MIN : at - slack;
    return event->behind ? after : MAX(after, began - TAKE_OVER_US);
}

/* Nor much later: a word that is missing must not take one from each that follows. */
static wall_us
not_after(const struct shadow_event *event)
{
    return event->source_at > INT64_MAX - TWIN_US ? INT64_MAX : event->source_at + TWIN_US;
}

/* next: where to go on with an alarm's words, by alarm + 1. */
static void
look_for(struct shadow_event *event, const struct alarm_rule *rule, const GArray *words,
         GHashTable *next, wall_us began)
{
    void *key = GUINT_TO_POINTER(event->alarm + 1);
    guint at = GPOINTER_TO_UINT(g_hash_table_lookup(next, key));
    wall_us until = not_after(event);
    at = MAX(at, first_word(words, event->alarm, not_before(event, rule, began)));
    for (guint i = at; i < words->len; i++) {
        const struct word *w = &g_array_index(words, struct word, i);
        if (w->alarm != event->alarm || w->at > until) {
            break;
        }
        if (is_same(w, event, rule)) {
            event->told = true;
            g_hash_table_replace(next, key, GUINT_TO_POINTER(i + 1));
            return;
        }
    }
}

static struct shadow_event *
event_at(const struct evaluator *shadow, guint i)
{
    return &g_array_index(shadow->events, struct shadow_event, i);
}

/* A rule with a memory may have come to the same end by another way: what led there is over. */
static void
settle(struct evaluator *shadow)
{
    GHashTable *settled = g_hash_table_new(NULL, NULL);
    for (guint i = shadow->events->len; i > 0; i--) {
        struct shadow_event *event = event_at(shadow, i - 1);
        void *key = GUINT_TO_POINTER(event->alarm + 1);
        if (!told_is_asked(shadow, event) || is_plain(rule_of(shadow, event->alarm))) {
            continue;
        }
        if (event->told) {
            g_hash_table_add(settled, key);
        } else {
            event->told = g_hash_table_contains(settled, key);
        }
    }
    g_hash_table_unref(settled);
}

bool
told_is_asked(const struct evaluator *e, const struct shadow_event *event)
{
    return event->alarm < e->n_places && (event->behind || !rule_of(e, event->alarm)->latch);
}

void
told_mark(struct evaluator *shadow, const struct evaluator *heir)
{
    GHashTable *next = g_hash_table_new(NULL, NULL);
    guint n = shadow->events->len;
    wall_us began = shadow->last.wall - (shadow->last.mono - shadow->began);
    for (guint i = 0; i < n; i++) {
        const struct shadow_event *event = event_at(shadow, i);
        if (told_is_asked(shadow, event)) {
            g_hash_table_replace(next, GUINT_TO_POINTER(event->alarm + 1), NULL);
        }
    }
    GArray *words = owners_words(heir, next, n);
    for (guint i = 0; i < n; i++) {
        struct shadow_event *event = event_at(shadow, i);
        if (told_is_asked(shadow, event)) {
            look_for(event, rule_of(shadow, event->alarm), words, next, began);
        }
    }
    settle(shadow);
    g_array_unref(words);
    g_hash_table_unref(next);
}
