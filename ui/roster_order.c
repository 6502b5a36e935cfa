/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which stations are shown, and in which order: filter and sort of the roster. */
#include <math.h>

#include "ui/collate.h"
#include "ui/roster.h"

/* What a station is sorted by, looked up once and not for each comparison. */
struct sort_key {
    uint32_t station;
    bool none; /* it has nothing there: last, whichever way round */
    double number;
    const char *text; /* NULL: number counts */
};

static double
count_on(const struct snapshot *s, const struct brief *b)
{
    double n = 0;
    for (int i = 0; i < b->n_actuators; i++) {
        const struct component_state *state = &s->components[b->actuators[i]];
        n += state->ts != WALL_NONE && state->text == NULL && fabs(state->num) > 0;
    }
    return b->n_actuators == 0 ? NAN : n;
}

static double
component_number(const struct roster *r, const struct snapshot *s,
                 const struct station_column *c, uint32_t station)
{
    uint32_t index = column_component(c, r->plant, &r->briefs[station], station);
    const struct component_state *state =
        index == COMPONENT_NONE ? NULL : &s->components[index];
    return state == NULL || state->ts == WALL_NONE || state->text != NULL
               ? NAN
               : adjust_apply(r->plant->components[index].adjust, state->num);
}

double
roster_number(const struct roster *r, const struct snapshot *s, const struct station_column *c,
              uint32_t station)
{
    const struct station_state *state = &s->stations[station];
    switch (c->kind) {
    case COLUMN_ID:
    case COLUMN_STATION:
    case COLUMN_TYPE:
    case COLUMN_AREA:
        return NAN;
    case COLUMN_ON:
        return count_on(s, &r->briefs[station]);
    case COLUMN_STATE:
        return r->urgency[station] * CONDITIONS + r->conditions[station];
    case COLUMN_AGE:
        return state->received == WALL_NONE
                   ? NAN
                   : (double)(s->taken.wall - state->received) / (double)US_PER_S;
    case COLUMN_CLOCK:
        return state->clock_known ? (double)state->clock_offset_us / (double)US_PER_S : NAN;
    case COLUMN_FAULTS:
        return state->faults;
    case COLUMN_ALARMS:
        return r->n_alarms[station];
    case COLUMN_VALUE:
    case COLUMN_VALUE2:
    case COLUMN_VALUE3:
    case COLUMN_KIND:
    case COLUMN_COMPONENT:
        return component_number(r, s, c, station);
    }
    return NAN;
}

/* Which of the texts the list is sorted by; -1: by a number. */
static int
sorted_text(const struct roster *r)
{
    static const int kinds[ROSTER_TEXTS] = {COLUMN_ID, COLUMN_STATION, COLUMN_TYPE,
                                            COLUMN_AREA};
    for (int i = 0; i < ROSTER_TEXTS; i++) {
        if ((int)r->sort.kind == kinds[i]) {
            return i;
        }
    }
    return -1;
}

/* Some 25 ms for 10,000 stations, therefore once for a plant and when it is needed. */
static void
collate(struct roster *r, int which)
{
    if (which < 0 || r->collated[which] != NULL) {
        return;
    }
    r->collated[which] = g_ptr_array_new_full(r->plant->n_stations, g_free);
    for (uint32_t i = 0; i < r->plant->n_stations; i++) {
        const struct station *station = &r->plant->stations[i];
        const char *const texts[ROSTER_TEXTS] = {station->uid, station->name, station->type,
                                                 station->area};
        g_ptr_array_add(r->collated[which], collate_key(texts[which]));
    }
}

static struct sort_key
key_of(const struct roster *r, const struct snapshot *s, uint32_t station)
{
    struct sort_key key = {.station = station};
    int text = sorted_text(r);
    if (text >= 0) {
        key.text = g_ptr_array_index(r->collated[text], station);
    } else {
        key.number = roster_number(r, s, &r->sort, station);
    }
    key.none = key.text != NULL ? *key.text == '\0' : isnan(key.number);
    return key;
}

/* The plant's own order breaks ties, both ways round, so it is the same every time. */
static gint
compare(gconstpointer a, gconstpointer b, gpointer data)
{
    const struct sort_key *x = a, *y = b;
    const bool *reverse = data;
    if (x->none != y->none) {
        return x->none ? 1 : -1;
    }
    int result = 0;
    if (!x->none) {
        result = x->text != NULL         ? strcmp(x->text, y->text)
                 : x->number < y->number ? -1
                                         : x->number > y->number;
    }
    result = *reverse ? -result : result;
    return result != 0 ? result : x->station < y->station ? -1 : 1;
}

/* ---- filter ---- */

struct filtering {
    const struct roster *r;
    const struct snapshot *s;
};

static double
number_of(const struct filter_subject *of, const char *name)
{
    const struct filtering *data = of->data;
    for (int i = 0; i < data->r->n_numbers; i++) {
        const struct station_column *c = &data->r->numbers[i];
        if (strcmp(c->name, name) == 0) {
            return roster_number(data->r, data->s, c, of->index);
        }
    }
    return NAN;
}

/* How it is, in the words of the filter. */
static void
state_words(const struct roster *r, const struct snapshot *s, uint32_t station, char *dst,
            size_t cap)
{
    const struct station_state *state = &s->stations[station];
    bool alarm = r->urgency[station] != URGENCY_NONE;
    snprintf(
        dst, cap, "%s%s%s%s%s", filter_condition_name((enum condition)r->conditions[station]),
        state->silent || state->received == WALL_NONE ? " stale" : "", alarm ? " alarm" : "",
        alarm && r->urgency[station] < ALARM_PRIORITIES ? " new" : "",
        roster_is_tagged(r, station) ? " tagged" : "");
}

static bool
matches(const struct filtering *data, uint32_t station, bool words)
{
    const struct roster *r = data->r;
    char state[64] = "";
    if (words) {
        state_words(r, data->s, station, state, sizeof(state));
    }
    const struct filter_subject of = {.text = &r->texts[station],
                                      .state = state,
                                      .number = number_of,
                                      .data = data,
                                      .index = station};
    return filter_match_subject(r->filter, &of);
}

void
roster_make_order(struct roster *r, const struct snapshot *s)
{
    const struct filtering data = {r, s};
    bool words = filter_wants_condition(r->filter);
    struct sort_key *keys = g_new(struct sort_key, MAX(r->plant->n_stations, 1));
    collate(r, sorted_text(r));
    r->n = 0;
    for (uint32_t i = 0; i < r->plant->n_stations; i++) {
        if (matches(&data, i, words)) {
            keys[r->n++] = key_of(r, s, i);
        }
    }
    g_qsort_with_data(keys, r->n, sizeof(*keys), compare, &r->reverse);
    for (int i = 0; i < r->n; i++) {
        r->order[i] = keys[i].station;
    }
    g_free(keys);
}
