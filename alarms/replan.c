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
    const struct alarm_rule *builtin;
    uint32_t n_alarms, n_places, silence_base, service_base, test_base;
    GArray *covered; /* uint32_t: those that were covered, by their new numbers */
};

static bool
is_same_rule(const struct alarm_rule *a, const struct alarm_rule *b)
{
    return a->type == b->type && strcmp(a->def->rule, b->def->rule) == 0;
}

/* Its insides move over, timers and all; the old one is left empty. */
static void
move_alarm(struct evaluator *e, struct former *old, uint32_t to, uint32_t from)
{
    struct alarm *a = &e->alarms[to];
    *a = old->alarms[from];
    old->alarms[from] = (struct alarm){0};
    a->dirty = false;
    if (a->more == NULL) {
        return;
    }
    struct more *m = a->more;
    m->abnormal_at = ALARM_NONE;
    m->parent = ALARM_NONE;
    if (a->overlays != 0) {
        g_array_append_val(old->covered, to);
    }
    a->overlays &= (uint8_t) ~(unsigned)(OVERLAY_SUPPRESSED | OVERLAY_OUT_OF_SERVICE);
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
                move_alarm(e, old, i, k);
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
            move_alarm(e, old, e->silence_base + i, old->silence_base + k);
        }
    }
    for (uint32_t i = 0; i < SERVICES; i++) {
        move_alarm(e, old, e->service_base + i, old->service_base + i);
    }
}

/* To ask an alarm's name and kind by its old number; names stay valid as long as the old rules
 * do. */
static struct evaluator
old_view(const struct former *old)
{
    struct evaluator view = {.rules = old->rules,
                             .alarms = old->alarms,
                             .n_alarms = old->n_alarms,
                             .n_places = old->n_places,
                             .silence_base = old->silence_base,
                             .service_base = old->service_base,
                             .test_base = old->test_base};
    memcpy(view.builtin, old->builtin, sizeof(view.builtin));
    return view;
}

/* The record of one that ends, with what both kinds of occurrence have of their alarm. */
static struct occurrence_record
ended_record(const struct former *old, uint32_t alarm, struct alarm_name name)
{
    const struct evaluator view = old_view(old);
    return (struct occurrence_record){.station = g_strdup(name.station),
                                      .component = g_strdup(name.component),
                                      .rule = g_strdup(name.rule),
                                      .type = type_of(&view, alarm),
                                      .priority = priority_of(&view, alarm),
                                      .test = is_test(&view, alarm)};
}

static void
close_current(struct evaluator *e, const struct former *old, uint32_t alarm,
              struct alarm_name name)
{
    const struct more *m = old->alarms[alarm].more;
    struct occurrence_record r = ended_record(old, alarm, name);
    r.occurrence = m->occurrence;
    r.step = m->step;
    r.acked_step = m->acked_step;
    r.count = m->count;
    r.raised_at = m->raised_at;
    r.returned_at = m->returned_at;
    r.acked_at = m->acked_at;
    r.value = m->value;
    r.acked_by = g_strdup(m->acked_by);
    r.comment = g_strdup(m->comment);
    g_array_append_val(e->changes.occurrences, r);
    occurrence_close(e, &m->occurrence);
}

static void
close_older(struct evaluator *e, const struct former *old, uint32_t alarm,
            struct alarm_name name, const struct older *o)
{
    struct occurrence_record r = ended_record(old, alarm, name);
    r.occurrence = o->occurrence;
    r.step = o->step;
    r.acked_step = o->acked_step;
    r.count = o->count;
    r.raised_at = o->raised_at;
    r.returned_at = o->returned_at;
    r.acked_at = WALL_NONE;
    r.value = o->value;
    g_array_append_val(e->changes.occurrences, r);
    occurrence_close(e, &o->occurrence);
}

/* What did not move: its rule is gone. */
static void
end_rest(struct evaluator *e, const struct former *old, struct now now)
{
    const struct evaluator view = old_view(old);
    for (uint32_t i = 0; i < old->n_alarms; i++) {
        const struct alarm *a = &old->alarms[i];
        if (a->more == NULL) {
            continue;
        }
        struct alarm_name name = name_of(&view, i);
        records_gone(e, name);
        if (a->state != ALARM_NORMAL) {
            struct journal_record *line =
                journal_line(e, EVENT_RULE_GONE,
                             &(struct cause){.now = now, .origin = "plant", .value = NAN});
            line->station = g_strdup(name.station);
            line->component = g_strdup(name.component);
            line->rule = g_strdup(name.rule);
            line->priority = priority_of(&view, i);
            line->occurrence = a->more->occurrence;
            line->from = (enum alarm_state)a->state;
            line->test = is_test(&view, i);
            close_current(e, old, i, name);
        }
        for (guint k = 0; a->more->older != NULL && k < a->more->older->len; k++) {
            close_older(e, old, i, name, &g_array_index(a->more->older, struct older, k));
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

/* Of closed ones, those that ended just now as well, all that is asked is whether they are
 * over; their numbers mean nothing now. */
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
    struct former old = {.alarms = e->alarms,
                         .rules = e->rules,
                         .late = e->late,
                         .builtin = e->builtin,
                         .n_alarms = e->n_alarms,
                         .n_places = e->n_places,
                         .silence_base = e->silence_base,
                         .service_base = e->service_base,
                         .test_base = e->test_base,
                         .covered = g_array_new(FALSE, FALSE, sizeof(uint32_t))};
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
    end_rest(e, &old, now);
    forget_closed(e);
    find_occurrences(e);
    for (guint i = 0; i < e->maintenance->len; i++) {
        maintenance_apply(e, &g_array_index(e->maintenance, struct maintenance, i));
    }
    restore_suppression(e);
    overlays_lost(e, old.covered, &(struct cause){.now = now, .origin = "plant", .value = NAN});
    g_array_unref(old.covered);
    alarms_free(old.alarms, old.n_alarms);
    g_free(old.late);
    ruleset_free(old.rules);
    e->version++;
}
