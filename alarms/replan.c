/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Another plant: alarms whose rule is still there go on as if nothing had happened. */
#include "alarms/evaluator_private.h"

#include <math.h>
#include <string.h>

/* What stood under the rules before. */
struct former {
    struct alarm *alarms;
    struct ruleset *rules;
    struct lateness *late;
    uint32_t n_alarms, n_places, silence_base, service_base, test_base;
};

static bool
is_same_rule(const struct alarm_rule *a, const struct alarm_rule *b)
{
    return a->type == b->type && strcmp(a->def->rule, b->def->rule) == 0;
}

/* Its insides move over, timers and all; the old one is left empty. */
static void
move_alarm(struct evaluator *e, uint32_t to, struct alarm *from)
{
    struct alarm *a = &e->alarms[to];
    *a = *from;
    *from = (struct alarm){0};
    a->dirty = false;
    if (a->more == NULL) {
        return;
    }
    struct more *m = a->more;
    m->abnormal_at = ALARM_NONE;
    m->parent = ALARM_NONE;
    a->overlays &= (uint8_t) ~(unsigned)OVERLAY_OUT_OF_SERVICE;
    for (int k = 0; k < TIMERS; k++) {
        mono_us due = m->due[k];
        m->due[k] = INT64_MAX;
        timer_set(e, to, (enum timer_kind)k, due);
    }
    abnormal_update(e, to);
    alarm_touch(e, to);
}

static void
move_component(struct evaluator *e, struct former *old, uint32_t to, uint32_t from)
{
    e->late[to] = old->late[from];
    for (uint32_t i = e->rules->first[to]; i < e->rules->first[to + 1]; i++) {
        for (uint32_t k = old->rules->first[from]; k < old->rules->first[from + 1]; k++) {
            const struct alarm_rule *was = &old->rules->rules[old->rules->places[k].rule];
            if (is_same_rule(rule_of(e, i), was)) {
                move_alarm(e, i, &old->alarms[k]);
                break;
            }
        }
    }
}

static void
move_all(struct evaluator *e, struct former *old)
{
    const struct plant *plant = e->rules->plant, *before = old->rules->plant;
    for (uint32_t i = 0; i < plant->n_components; i++) {
        const char *uid = plant->stations[plant->components[i].station].uid;
        uint32_t k = plant_find_component(before, uid, plant->components[i].id);
        if (k != COMPONENT_NONE) {
            move_component(e, old, i, k);
        }
    }
    for (uint32_t i = 0; i < plant->n_stations; i++) {
        uint32_t k = plant_find_station(before, plant->stations[i].uid);
        if (k != STATION_NONE) {
            move_alarm(e, e->silence_base + i, &old->alarms[old->silence_base + k]);
        }
    }
    for (uint32_t i = 0; i < SERVICES; i++) {
        move_alarm(e, e->service_base + i, &old->alarms[old->service_base + i]);
    }
}

/* As the old rules have it; names stay valid as long as they do. */
static struct evaluator
view_of(const struct evaluator *e, const struct former *old)
{
    struct evaluator view = *e;
    view.rules = old->rules;
    view.alarms = old->alarms;
    view.n_alarms = old->n_alarms;
    view.n_places = old->n_places;
    view.silence_base = old->silence_base;
    view.service_base = old->service_base;
    view.test_base = old->test_base;
    return view;
}

/* It is over, with all that was known of it. */
static void
close_one(struct evaluator *e, struct occurrence_record *r)
{
    r->state = ALARM_NORMAL;
    r->current = false;
    g_array_append_vals(e->changes.occurrences, r, 1);
    occurrence_close(e, &r->occurrence);
}

static void
close_current(struct evaluator *e, const struct evaluator *view, uint32_t alarm, struct now now)
{
    struct alarm_name name = name_of(view, alarm);
    const struct alarm *a = &view->alarms[alarm];
    struct journal_record *line = journal_line(
        e, EVENT_RULE_GONE, &(struct cause){.now = now, .origin = "plant", .value = NAN});
    line->station = g_strdup(name.station);
    line->component = g_strdup(name.component);
    line->rule = g_strdup(name.rule);
    line->occurrence = a->more->occurrence;
    line->step = a->more->step;
    line->priority = priority_of(view, alarm);
    line->overlays = a->overlays;
    line->test = is_test(view, alarm);
    line->from = (enum alarm_state)a->state;
    struct occurrence_record r = {0};
    occurrence_fill(view, alarm, &r);
    close_one(e, &r);
}

/* What did not move: its rule is gone. */
static void
end_rest(struct evaluator *e, struct former *old, struct now now)
{
    struct evaluator view = view_of(e, old);
    for (uint32_t i = 0; i < old->n_alarms; i++) {
        const struct alarm *a = &old->alarms[i];
        if (a->more == NULL) {
            continue;
        }
        records_gone(e, name_of(&view, i));
        if (a->state != ALARM_NORMAL) {
            close_current(e, &view, i, now);
        }
        for (guint k = 0; a->more->older != NULL && k < a->more->older->len; k++) {
            struct occurrence_record r;
            older_fill(&view, i, &g_array_index(a->more->older, struct older, k), &r);
            close_one(e, &r);
        }
    }
}

/* Open occurrences have new numbers. */
static void
find_occurrences(struct evaluator *e)
{
    for (uint32_t i = 0; i < e->n_alarms; i++) {
        const struct more *m = e->alarms[i].more;
        if (m == NULL || uuid_is_nil(&m->occurrence)) {
            continue;
        }
        struct occurrence_ref *ref = g_hash_table_lookup(e->occurrences, &m->occurrence);
        if (ref != NULL) {
            ref->alarm = i;
        }
        for (guint k = 0; m->older != NULL && k < m->older->len; k++) {
            ref = g_hash_table_lookup(e->occurrences,
                                      &g_array_index(m->older, struct older, k).occurrence);
            if (ref != NULL) {
                ref->alarm = i;
            }
        }
        uint32_t group = i < e->n_places ? e->rules->places[i].group : 0;
        if (group != 0 && alarm_state_active((enum alarm_state)e->alarms[i].state)) {
            e->group_active[group]++;
        }
    }
}

/* Of closed ones all that is asked is whether they are over; their numbers mean nothing now. */
static void
forget_closed(struct evaluator *e)
{
    for (GList *l = e->closed.head; l != NULL; l = l->next) {
        ((struct occurrence_ref *)l->data)->alarm = ALARM_NONE;
    }
}

void
evaluator_set_rules(struct evaluator *e, struct ruleset *rules, struct now now)
{
    evaluator_advance(e, now);
    struct former old = {e->alarms,   e->rules,        e->late,         e->n_alarms,
                         e->n_places, e->silence_base, e->service_base, e->test_base};
    /* Records that are waiting name alarms by their old numbers. */
    struct alarm_changes taken;
    alarm_changes_init(&taken);
    evaluator_take(e, &taken);
    alarm_changes_move(&e->changes, &taken);
    alarm_changes_fini(&taken);
    g_free(e->children);
    g_free(e->first_child);
    g_free(e->group_active);
    g_array_set_size(e->abnormal, 0);
    e->rules = rules;
    alarms_make(e);
    move_all(e, &old);
    for (uint32_t i = 0; i < e->n_places; i++) {
        if (e->alarms[i].memory == NULL) {
            stale_arm(e, i, now.mono);
        }
    }
    find_occurrences(e);
    end_rest(e, &old, now);
    forget_closed(e);
    for (guint i = 0; i < e->maintenance->len; i++) {
        maintenance_apply(e, &g_array_index(e->maintenance, struct maintenance, i));
    }
    restore_suppression(e);
    release_orphans(e, &(struct cause){.now = now, .origin = "plant", .value = NAN});
    alarms_free(old.alarms, old.n_alarms);
    g_free(old.late);
    ruleset_free(old.rules);
    shadow_forget(e, now);
    e->version++;
}
