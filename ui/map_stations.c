/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the map knows of the stations: where they are, how they are, which of them are in view.
 */
#include <math.h>
#include <string.h>

#include "ui/map.h"

static void
take_plant(struct map_view *m, struct plant *plant)
{
    plant_unref(m->plant);
    m->plant = plant_ref(plant);
    m->at = g_renew(struct map_point, m->at, plant->n_stations);
    m->severity = g_renew(uint8_t, m->severity, plant->n_stations);
    m->shown = g_renew(uint8_t, m->shown, plant->n_stations);
    m->n_placed = 0;
    for (uint32_t i = 0; i < plant->n_stations; i++) {
        const struct station *station = &plant->stations[i];
        bool has = map_has_place(station->latitude, station->longitude);
        m->at[i] = has ? map_project(station->latitude, station->longitude)
                       : (struct map_point){NAN, NAN};
        m->n_placed += has ? 1 : 0;
        m->shown[i] = MAP_SEVERITY_HIDDEN;
    }
    /* What these hold are places in the old one, or its names. */
    g_array_set_size(m->marks, 0);
    g_array_set_size(m->order, 0);
    g_array_set_size(m->layers, 0);
    m->marks_stale = m->order_stale = m->fit_due = true;
}

static uint8_t
severity_of(const struct screen *s, uint32_t station)
{
    static const uint8_t severities[CONDITIONS] = {
        [CONDITION_FAULT] = MAP_SEVERITY_FAULT,
        [CONDITION_SILENT] = MAP_SEVERITY_SILENT,
        [CONDITION_NEVER] = MAP_SEVERITY_NEVER,
        [CONDITION_NORMAL] = MAP_SEVERITY_NORMAL,
    };
    uint8_t urgency = s->roster.urgency[station];
    return urgency != URGENCY_NONE ? urgency : severities[s->roster.conditions[station]];
}

enum map_state
map_state_of(uint8_t severity)
{
    return severity < MAP_SEVERITY_FAULT    ? MAP_ALARMS
           : severity == MAP_SEVERITY_FAULT ? MAP_FAULTS
           : severity < MAP_SEVERITY_NORMAL ? MAP_SILENT
                                            : MAP_NORMAL;
}

static bool
hidden(const struct map_view *m, uint32_t i)
{
    const struct station *station = &m->plant->stations[i];
    return (m->states & (1u << map_state_of(m->severity[i]))) == 0 ||
           (g_hash_table_size(m->hidden_types) > 0 &&
            g_hash_table_contains(m->hidden_types, station->type)) ||
           (g_hash_table_size(m->hidden_areas) > 0 &&
            g_hash_table_contains(m->hidden_areas, station->area));
}

void
map_refresh(struct screen *s)
{
    struct map_view *m = s->map;
    if (!m->stale || s->snap == NULL) {
        return;
    }
    m->stale = false;
    bool new_plant = m->plant != s->snap->plant;
    if (new_plant) {
        take_plant(m, s->snap->plant);
    }
    bool changed = false;
    m->n_hidden = m->n_hidden_abnormal = 0;
    for (uint32_t i = 0; i < m->plant->n_stations; i++) {
        m->severity[i] = severity_of(s, i);
        uint8_t shown = m->severity[i];
        if (!isnan(m->at[i].x) && hidden(m, i)) {
            m->n_hidden++;
            m->n_hidden_abnormal += shown < MAP_SEVERITY_NEVER ? 1 : 0;
            shown = MAP_SEVERITY_HIDDEN;
        }
        changed = changed || shown != m->shown[i];
        m->shown[i] = shown;
    }
    m->marks_stale = m->marks_stale || changed;
    m->hold.due = m->hold.due || changed;
    if (m->hold.due && !hold_on(&m->hold, s->now.mono)) {
        m->order_stale = true;
    }
    if (new_plant && m->layers_open) {
        map_layers_fill(s);
    }
}

/* ---- the selected one ---- */

uint32_t
map_selected(const struct map_view *m)
{
    return m->plant == NULL || *m->selected == '\0' ? STATION_NONE
                                                    : plant_find_station(m->plant, m->selected);
}

void
map_select(struct map_view *m, uint32_t station)
{
    g_strlcpy(m->selected, station == STATION_NONE ? "" : m->plant->stations[station].uid,
              sizeof(m->selected));
}

bool
map_shows(const struct map_view *m, uint32_t station)
{
    return station != STATION_NONE && !isnan(m->at[station].x) &&
           m->shown[station] != MAP_SEVERITY_HIDDEN;
}

/* ---- in view ---- */

/* Worst first, in the plant's order among equals: a count for each severity, then its place. */
static void
list_in_view(struct map_view *m)
{
    guint first[UINT8_MAX + 1] = {0}, n = 0;
    GArray *inside = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    for (uint32_t i = 0; i < m->plant->n_stations; i++) {
        if (map_shows(m, i) && map_frame_holds(&m->frame, m->at[i])) {
            g_array_append_val(inside, i);
            first[m->severity[i]]++;
        }
    }
    m->n_abnormal = 0;
    for (int i = 0; i <= UINT8_MAX; i++) {
        guint count = first[i];
        first[i] = n;
        n += count;
        m->n_abnormal += i < MAP_SEVERITY_NEVER ? count : 0;
    }
    g_array_set_size(m->order, n);
    for (guint i = 0; i < n; i++) {
        uint32_t station = g_array_index(inside, uint32_t, i);
        g_array_index(m->order, uint32_t, first[m->severity[station]]++) = station;
    }
    g_array_free(inside, TRUE);
}

static int
place_of(const struct map_view *m, uint32_t station)
{
    for (guint i = 0; station != STATION_NONE && i < m->order->len; i++) {
        if (g_array_index(m->order, uint32_t, i) == station) {
            return (int)i;
        }
    }
    return -1;
}

void
map_arrange(struct screen *s)
{
    struct map_view *m = s->map;
    if (m->marks_stale || m->marks_zoom != m->frame.zoom) {
        g_array_set_size(m->marks, 0);
        map_marks_make(m->marks, m->at, m->shown, m->plant->n_stations, m->frame.zoom);
        m->marks_zoom = m->frame.zoom;
        m->marks_stale = false;
    }
    if (m->order_stale) {
        list_in_view(m);
        m->order_stale = m->hold.due = false;
        int place = place_of(m, map_selected(m));
        m->list.n = (int)m->order->len;
        if (place >= 0) {
            list_follow(&m->list, place);
        } else {
            list_fit(&m->list, m->list.n, m->list.height);
        }
    }
}

struct map_box
map_stations_box(const struct map_view *m)
{
    struct map_box box = map_box_empty();
    for (uint32_t i = 0; m->plant != NULL && i < m->plant->n_stations; i++) {
        if (map_shows(m, i)) {
            map_box_add(&box, m->at[i]);
        }
    }
    return box;
}

/* ---- looking for one ---- */

/* Of all that are worse than another, the least bad one, and so on: next in the order worst
 * first, then by the plant's; round the end. */
static bool
before(const struct map_view *m, uint32_t a, uint32_t b)
{
    return m->severity[a] != m->severity[b] ? m->severity[a] < m->severity[b] : a < b;
}

uint32_t
map_next_abnormal(const struct map_view *m, int direction)
{
    uint32_t from = map_selected(m), next = STATION_NONE, end = STATION_NONE;
    for (uint32_t i = 0; m->plant != NULL && i < m->plant->n_stations; i++) {
        if (!map_shows(m, i) || m->severity[i] >= MAP_SEVERITY_NEVER) {
            continue;
        }
        bool ahead =
            from == STATION_NONE || (direction > 0 ? before(m, from, i) : before(m, i, from));
        uint32_t *best = ahead ? &next : &end;
        if (*best == STATION_NONE || before(m, i, *best) == (direction > 0)) {
            *best = i;
        }
    }
    return next != STATION_NONE ? next : end;
}

uint32_t
map_find(const struct screen *s, const char *text, uint32_t *ret_n)
{
    const struct map_view *m = s->map;
    struct filter *filter = filter_new(text);
    uint32_t from = map_selected(m), first = STATION_NONE, next = STATION_NONE;
    *ret_n = 0;
    for (uint32_t i = 0; i < m->plant->n_stations; i++) {
        enum condition condition = (enum condition)s->roster.conditions[i];
        if (isnan(m->at[i].x) || !filter_match(filter, &s->roster.texts[i], condition)) {
            continue;
        }
        ++*ret_n;
        first = first == STATION_NONE ? i : first;
        if (next == STATION_NONE && from != STATION_NONE && i > from) {
            next = i;
        }
    }
    filter_free(filter);
    return next != STATION_NONE ? next : first;
}
