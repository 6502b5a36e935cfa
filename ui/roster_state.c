/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is wrong in the plant: alarms, faults, silence. */
#include "ui/roster.h"

bool
roster_fault_active(const struct component_state *state)
{
    bool zero = state->num >= 0 && state->num <= 0;
    return state->ts != WALL_NONE && state->text == NULL && !zero &&
           (state->quality & QUALITY_INVALID) == 0;
}

static uint8_t
urgency_of(const struct alarm_view *v)
{
    return (uint8_t)((alarm_state_unacked(v->state) ? 0 : ALARM_PRIORITIES) + (int)v->priority);
}

static void
take_alarm(struct roster *r, const struct alarm_board *board, uint32_t index)
{
    const struct alarm_view *v = &board->alarms[index];
    bool same = board->plant == r->plant;
    uint32_t station = same ? v->station_index : plant_find_station(r->plant, v->station);
    uint32_t component =
        same ? v->component_index : plant_find_component(r->plant, v->station, v->component);
    if (component != COMPONENT_NONE) {
        r->alarmed[component] = 1;
    }
    if (station == STATION_NONE || v->overlays != 0 || v->state == ALARM_NORMAL) {
        return;
    }
    uint8_t urgency = urgency_of(v);
    r->n_alarms[station]++;
    const struct alarm_view *best =
        r->worst[station] == ALARM_NONE ? NULL : &board->alarms[r->worst[station]];
    if (best == NULL || urgency < r->urgency[station] ||
        (urgency == r->urgency[station] && v->raised_at > best->raised_at)) {
        r->worst[station] = index;
        r->urgency[station] = urgency;
    }
}

bool
roster_take_alarms(struct roster *r, const struct snapshot *s, bool new_plant)
{
    uint64_t version = s->alarms == NULL ? 0 : s->alarms->version + 1;
    if (version == r->board_version && !new_plant) {
        return false;
    }
    r->board_version = version;
    uint8_t *before = g_memdup2(r->urgency, r->plant->n_stations);
    for (uint32_t i = 0; i < r->plant->n_components; i++) { /* there may be none */
        r->alarmed[i] = 0;
    }
    for (uint32_t i = 0; i < r->plant->n_stations; i++) {
        r->worst[i] = ALARM_NONE;
        r->n_alarms[i] = 0;
        r->urgency[i] = URGENCY_NONE;
    }
    for (uint32_t i = 0; s->alarms != NULL && i < s->alarms->n_alarms; i++) {
        take_alarm(r, s->alarms, i);
    }
    bool changed =
        r->plant->n_stations > 0 && memcmp(before, r->urgency, r->plant->n_stations) != 0;
    g_free(before);
    return changed;
}

const struct alarm_view *
roster_alarm(const struct roster *r, const struct snapshot *s, uint32_t station)
{
    return s->alarms == NULL || r->worst[station] == ALARM_NONE
               ? NULL
               : &s->alarms->alarms[r->worst[station]];
}

static gint
newest_first(gconstpointer a, gconstpointer b)
{
    const struct fault *x = a, *y = b;
    if (x->since != y->since) {
        return x->since > y->since ? -1 : 1;
    }
    return x->component < y->component ? -1 : 1;
}

void
roster_take_faults(struct roster *r, const struct snapshot *s, bool changed)
{
    for (uint32_t i = 0; i < r->n_fault_components; i++) {
        const struct component_state *state = &s->components[r->fault_components[i]];
        bool active = roster_fault_active(state) && !r->alarmed[r->fault_components[i]];
        if (active != (r->fault_since[i] != WALL_NONE)) {
            r->fault_since[i] = active ? state->ts : WALL_NONE;
            changed = true;
        }
    }
    if (!changed) {
        return;
    }
    g_array_set_size(r->faults, 0);
    for (uint32_t i = 0; i < r->n_fault_components; i++) {
        if (r->fault_since[i] != WALL_NONE) {
            struct fault fault = {r->fault_components[i], r->fault_since[i]};
            g_array_append_val(r->faults, fault);
        }
    }
    g_array_sort(r->faults, newest_first);
}

static enum condition
condition_of(const struct station_state *state)
{
    if (state->faults > 0) {
        return CONDITION_FAULT;
    }
    if (state->received == WALL_NONE) {
        return CONDITION_NEVER;
    }
    return state->silent ? CONDITION_SILENT : CONDITION_NORMAL;
}

bool
roster_take_conditions(struct roster *r, const struct snapshot *s)
{
    bool changed = false;
    memset(r->n_in, 0, sizeof(r->n_in));
    r->n_silent = 0;
    for (uint32_t i = 0; i < r->plant->n_stations; i++) {
        enum condition condition = condition_of(&s->stations[i]);
        changed = changed || r->conditions[i] != condition;
        r->conditions[i] = (uint8_t)condition;
        r->n_in[condition]++;
        r->n_silent += s->stations[i].silent;
    }
    return changed;
}
