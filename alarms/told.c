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

/* Something that the owner said of an alarm. */
struct word {
    uint32_t alarm;
    wall_us at; /* as the owner's clock had it */
    bool rises;
    double value; /* NAN: not known */
    guint number; /* tells apart what was said at the same time */
};

static void
add_word(GArray *words, uint32_t alarm, wall_us at, bool rises, double value)
{
    struct word w = {alarm, at, rises, value, words->len};
    g_array_append_val(words, w);
}

/* Of a latch that rose again only the number of rises is kept. It comes from another instance
 * and may be any; more than most of them are never looked at. */
static void
add_words(GArray *words, uint32_t alarm, const struct alarm_rule *rule,
          const struct occurrence_record *r, guint most)
{
    uint32_t rises = rule->latch ? MIN(r->count, most + 1) : 1;
    add_word(words, alarm, r->raised_at, true, r->value);
    for (uint32_t i = 1; i < rises; i++) {
        wall_us at = r->returned_at != WALL_NONE ? r->returned_at : INT64_MAX;
        add_word(words, alarm, at, false, NAN);
        add_word(words, alarm, at, true, NAN);
    }
    if (r->returned_at != WALL_NONE) {
        add_word(words, alarm, r->returned_at, false, NAN);
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
    return x->number < y->number ? -1 : x->number > y->number;
}

/* Enough of them for so many events: of one latch an event takes two at most. */
static GArray *
owners_words(const struct evaluator *heir, guint events)
{
    GArray *words = g_array_new(FALSE, FALSE, sizeof(struct word));
    for (guint i = 0; i < heir->kept.occurrences->len; i++) {
        const struct occurrence_record *r =
            &g_array_index(heir->kept.occurrences, struct occurrence_record, i);
        uint32_t alarm = find_alarm(heir, r->station, r->component, r->rule);
        if (alarm != ALARM_NONE && alarm < heir->n_places) {
            add_words(words, alarm, rule_of(heir, alarm), r, events);
        }
    }
    g_array_sort(words, compare_words);
    return words;
}

/* Else it has a memory: what it makes of its readings hangs on how many of them it saw. */
static bool
is_plain(const struct alarm_rule *rule)
{
    return rule->type <= ALARM_DIGITAL && rule->count <= 1;
}

static bool
is_same(const struct word *w, const struct shadow_event *event, const struct alarm_rule *rule)
{
    bool either = !is_plain(rule) || !event->rises || isnan(w->value) || isnan(event->value);
    double most = fmax(fabs(w->value), fabs(event->value));
    return w->rises == event->rises && (either || fabs(w->value - event->value) <= most * 1e-9);
}

/* The first of an alarm's words; words->len: it has none. */
static guint
first_word(const GArray *words, uint32_t alarm)
{
    guint low = 0, high = words->len;
    while (low < high) {
        guint middle = low + (high - low) / 2;
        if (g_array_index(words, struct word, middle).alarm < alarm) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/*
 * The owner may have had the reading earlier by what our link is slower. Where the value tells
 * that it was the same, that may be a lot; else a pulse that was told is not to stand for one
 * that follows it, least of all for one of after we had gone.
 */
static wall_us
not_before(const struct shadow_event *event, const struct alarm_rule *rule)
{
    int64_t closest = event->behind ? 0 : TAKE_OVER_US;
    int64_t slack = is_plain(rule) && rule->type != ALARM_DIGITAL ? TWIN_US : closest;
    wall_us at = event->behind ? event->away_since : event->source_at;
    return at < INT64_MIN + slack ? INT64_MIN : at - slack;
}

/* next: where to go on with an alarm's words, by alarm + 1. */
static void
look_for(struct shadow_event *event, const struct alarm_rule *rule, const GArray *words,
         GHashTable *next)
{
    void *key = GUINT_TO_POINTER(event->alarm + 1), *found;
    bool begun = g_hash_table_lookup_extended(next, key, NULL, &found);
    guint at = begun ? GPOINTER_TO_UINT(found) : first_word(words, event->alarm);
    wall_us after = not_before(event, rule);
    for (guint i = at; i < words->len; i++) {
        const struct word *w = &g_array_index(words, struct word, i);
        if (w->alarm != event->alarm) {
            break;
        }
        if (w->at > after && is_same(w, event, rule)) {
            event->told = true;
            g_hash_table_replace(next, key, GUINT_TO_POINTER(i + 1));
            return;
        }
    }
}

bool
told_is_asked(const struct evaluator *e, const struct shadow_event *event)
{
    return event->alarm < e->n_places && (event->behind || !rule_of(e, event->alarm)->latch);
}

void
told_mark(struct evaluator *shadow, const struct evaluator *heir)
{
    GArray *words = NULL;
    GHashTable *next = NULL;
    for (guint i = 0; i < shadow->events->len; i++) {
        struct shadow_event *event = &g_array_index(shadow->events, struct shadow_event, i);
        if (!told_is_asked(shadow, event)) {
            continue;
        }
        if (words == NULL) {
            words = owners_words(heir, shadow->events->len);
            next = g_hash_table_new(NULL, NULL);
        }
        look_for(event, rule_of(shadow, event->alarm), words, next);
    }
    if (words != NULL) {
        g_array_unref(words);
        g_hash_table_unref(next);
    }
}
