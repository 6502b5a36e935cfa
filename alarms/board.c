/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All that a screen shows of the alarms, copied out. */
#include "alarms/evaluator_private.h"

#include <math.h>
#include <string.h>

/* Plain normal ones that are only covered (a whole station out of service) are not listed. */
static bool
is_listed(const struct alarm *a)
{
    return a->state != ALARM_NORMAL || (a->overlays & OVERLAY_SHELVED) != 0 || has_older(a);
}

static GRefString *
shared(GRefString *text)
{
    return text == NULL ? NULL : g_ref_string_acquire(text);
}

static void
fill_occurrence(const struct alarm *a, struct alarm_view *v)
{
    const struct more *m = a->more;
    v->occurrence = m->occurrence;
    v->step = m->step;
    v->count = m->count;
    v->older = m->older == NULL ? 0 : m->older->len;
    v->value = m->value;
    v->raised_at = m->raised_at;
    v->returned_at = m->returned_at;
    v->acked_at = m->acked_at;
    v->released_at = m->released_at;
    v->acked_by = shared(m->acked_by);
    v->comment = shared(m->comment);
    v->first_out = m->first_out && alarm_state_active((enum alarm_state)a->state);
    v->chattering = m->chatter.on;
    v->shelved_until = m->shelved_until;
    v->shelved_until_mono = m->due[TIMER_SHELF];
    v->one_shot = m->one_shot;
    v->shelved_by = shared(m->shelved_by);
    v->shelve_reason = shared(m->shelve_reason);
}

/* Its newest occurrence is over, an older one still wants to be seen: that one is shown. */
static void
fill_older(const struct alarm *a, struct alarm_view *v)
{
    const GArray *older = a->more->older;
    const struct older *o = &g_array_index(older, struct older, older->len - 1);
    v->state = ALARM_RETURNED_UNACKED;
    v->occurrence = o->occurrence;
    v->step = o->step;
    v->count = o->count;
    v->older = older->len - 1;
    v->value = o->value;
    v->raised_at = o->raised_at;
    v->returned_at = o->returned_at;
    v->acked_at = v->released_at = WALL_NONE;
    g_clear_pointer(&v->acked_by, g_ref_string_release);
    g_clear_pointer(&v->comment, g_ref_string_release);
}

static const char *
group_name(const struct evaluator *e, uint32_t alarm)
{
    return alarm < e->n_places ? e->rules->groups[e->rules->places[alarm].group] : "";
}

static void
fill_view(const struct evaluator *e, uint32_t alarm, struct alarm_view *v)
{
    const struct alarm *a = &e->alarms[alarm];
    const struct alarm_rule *rule = rule_of(e, alarm);
    const struct rule_def *def = real_of(e, alarm) < e->n_places ? rule->def : NULL;
    struct alarm_name name = name_of(e, alarm);
    v->station = name.station;
    v->component = name.component;
    v->rule = name.rule;
    v->name = def == NULL ? "" : def->name;
    v->guidance = def == NULL ? "" : def->guidance;
    v->station_index = station_of(e, alarm);
    v->component_index = component_of(e, alarm);
    v->type = rule->type;
    v->priority = rule->priority;
    v->state = (enum alarm_state)a->state;
    v->overlays = a->overlays;
    v->test = is_test(e, alarm);
    v->suspect = a->suspect;
    v->limit = rule->limit;
    v->group = group_name(e, alarm);
    if (v->component_index != COMPONENT_NONE && *v->guidance == '\0') {
        v->guidance = e->rules->plant->components[v->component_index].guidance;
    } else if (v->station_index != STATION_NONE && def == NULL) {
        v->guidance = e->rules->plant->stations[v->station_index].guidance;
    }
    fill_occurrence(a, v);
    if (a->state == ALARM_NORMAL && has_older(a)) {
        fill_older(a, v);
    }
    if ((a->overlays & OVERLAY_SUPPRESSED) != 0 && a->more->parent != ALARM_NONE) {
        v->parent = e->alarms[a->more->parent].more->occurrence;
    }
}

static void
count(struct alarm_board *b, const struct alarm_view *v)
{
    b->shelved += (v->overlays & OVERLAY_SHELVED) != 0;
    b->suppressed += (v->overlays & OVERLAY_SUPPRESSED) != 0;
    b->out_of_service += (v->overlays & OVERLAY_OUT_OF_SERVICE) != 0;
    if (v->overlays == 0) {
        b->active[v->priority] += alarm_state_active(v->state);
        b->unacked[v->priority] += alarm_state_unacked(v->state);
    }
}

/* How many alarms each one explains: by the number of its row, then into the row. */
static void
count_suppressed(const struct evaluator *e, struct alarm_board *b, const GArray *listed)
{
    GHashTable *rows = g_hash_table_new(NULL, NULL);
    for (guint i = 0; i < listed->len; i++) {
        uint32_t alarm = g_array_index(listed, uint32_t, i);
        g_hash_table_insert(rows, GUINT_TO_POINTER(alarm), &b->alarms[i]);
    }
    for (guint i = 0; i < listed->len; i++) {
        const struct alarm *a = &e->alarms[g_array_index(listed, uint32_t, i)];
        struct alarm_view *parent =
            (a->overlays & OVERLAY_SUPPRESSED) == 0
                ? NULL
                : g_hash_table_lookup(rows, GUINT_TO_POINTER(a->more->parent));
        if (parent != NULL) {
            parent->suppresses++;
        }
    }
    g_hash_table_unref(rows);
}

static int
by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

static int64_t
median(const GArray *samples)
{
    if (samples->len == 0) {
        return -1;
    }
    int64_t *copy = g_memdup2(samples->data, samples->len * sizeof(*copy));
    qsort(copy, samples->len, sizeof(*copy), by_size);
    int64_t middle = copy[samples->len / 2];
    g_free(copy);
    return middle;
}

static void
fill_load(const struct evaluator *e, struct alarm_board *b)
{
    memcpy(b->annunciated, e->annunciated, sizeof(b->annunciated));
    memcpy(b->rate, e->flood.rate, sizeof(b->rate));
    b->flood.on = e->flood.on;
    b->flood.since = e->flood.since;
    b->flood.in_window = e->flood.used;
    b->flood.peak = e->flood.peak;
    b->flood.window_s = (int)(e->flood.set.window_us / US_PER_S);
    b->flood.limit = (int)e->flood.set.begin_above;
    b->median_ack_us = median(e->ack_us);
}

static GArray *
listed_alarms(const struct evaluator *e)
{
    GArray *list = g_array_sized_new(FALSE, FALSE, sizeof(uint32_t), e->abnormal->len);
    for (guint i = 0; i < e->abnormal->len; i++) {
        uint32_t alarm = g_array_index(e->abnormal, uint32_t, i);
        if (is_listed(&e->alarms[alarm])) {
            g_array_append_val(list, alarm);
        }
    }
    return list;
}

struct alarm_board *
evaluator_board(const struct evaluator *e)
{
    GArray *listed = listed_alarms(e);
    struct alarm_board *b = alarm_board_new(e->rules->plant, listed->len, e->maintenance->len);
    b->version = e->version;
    for (guint i = 0; i < listed->len; i++) {
        fill_view(e, g_array_index(listed, uint32_t, i), &b->alarms[i]);
        count(b, &b->alarms[i]);
    }
    count_suppressed(e, b, listed);
    for (guint i = 0; i < e->maintenance->len; i++) {
        const struct maintenance *m = &g_array_index(e->maintenance, struct maintenance, i);
        uint32_t s = plant_find_station(e->rules->plant, m->station);
        uint32_t c = *m->component == '\0'
                         ? COMPONENT_NONE
                         : plant_find_component(e->rules->plant, m->station, m->component);
        b->maintenance[i] = (struct maintenance_view){
            .station = s == STATION_NONE ? "" : e->rules->plant->stations[s].uid,
            .component = c == COMPONENT_NONE ? "" : e->rules->plant->components[c].id,
            .since = m->since,
            .actor = shared(m->actor),
            .reason = shared(m->reason),
        };
    }
    fill_load(e, b);
    g_array_unref(listed);
    return b;
}
