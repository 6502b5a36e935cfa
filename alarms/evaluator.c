/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "alarms/evaluator_private.h"

#include <math.h>
#include <string.h>

#define UNTRUSTED     (QUALITY_INVALID | QUALITY_NOT_TOPICAL | QUALITY_BLOCKED | QUALITY_OVERFLOW)
#define LINK_GRACE_US (30 * US_PER_S) /* what comes back gets this long to be heard */

static const struct {
    const char *component, *rule;
    enum alarm_type type;
} services[] = {
    [SERVICE_BROKER] = {"broker", "broker", ALARM_BROKER},
    [SERVICE_LINK] = {"link", "link", ALARM_LINK},
    [SERVICE_STORE] = {"store", "store", ALARM_STORE},
    [SERVICE_DISK] = {"disk", "disk", ALARM_DISK},
    [SERVICE_LOSS] = {"messages", "loss", ALARM_LOSS},
};

struct evaluator_settings
evaluator_defaults(void)
{
    const int64_t hour = 3600 * US_PER_S;
    return (struct evaluator_settings){
        .epoch = 1,
        .late_us = 300 * US_PER_S,
        .flood = {.begin_above = 10, .end_below = 5, .window_us = 600 * US_PER_S},
        .chatter_count = 3,
        .chatter_us = 60 * US_PER_S,
        .shelve_max_us = {2 * hour, 12 * hour, 12 * hour, 12 * hour},
        .reminder_us = 12 * hour,
        .silence_priority = ALARM_HIGH,
        .service_delay_us = 10 * US_PER_S,
    };
}

/* ---- who is who ---- */

bool
is_test(const struct evaluator *e, uint32_t alarm)
{
    return alarm >= e->test_base;
}

uint32_t
real_of(const struct evaluator *e, uint32_t alarm)
{
    return is_test(e, alarm) ? e->alarms[alarm].more->twin_of : alarm;
}

enum alarm_type
type_of(const struct evaluator *e, uint32_t alarm)
{
    uint32_t real = real_of(e, alarm);
    if (real < e->n_places) {
        return e->rules->rules[e->rules->places[real].rule].type;
    }
    return real < e->service_base ? ALARM_SILENCE : services[real - e->service_base].type;
}

const struct alarm_rule *
rule_of(const struct evaluator *e, uint32_t alarm)
{
    uint32_t real = real_of(e, alarm);
    return real < e->n_places ? &e->rules->rules[e->rules->places[real].rule]
                              : &e->builtin[type_of(e, real)];
}

enum alarm_priority
priority_of(const struct evaluator *e, uint32_t alarm)
{
    return rule_of(e, alarm)->priority;
}

uint32_t
component_of(const struct evaluator *e, uint32_t alarm)
{
    uint32_t real = real_of(e, alarm);
    return real < e->n_places ? e->rules->places[real].component : COMPONENT_NONE;
}

uint32_t
station_of(const struct evaluator *e, uint32_t alarm)
{
    uint32_t real = real_of(e, alarm);
    if (real < e->n_places) {
        return e->rules->plant->components[e->rules->places[real].component].station;
    }
    return real < e->service_base ? real - e->silence_base : STATION_NONE;
}

struct alarm_name
name_of(const struct evaluator *e, uint32_t alarm)
{
    const struct plant *plant = e->rules->plant;
    uint32_t real = real_of(e, alarm);
    struct alarm_name name;
    if (real < e->n_places) {
        const struct component *c = &plant->components[e->rules->places[real].component];
        name = (struct alarm_name){plant->stations[c->station].uid, c->id,
                                   rule_of(e, real)->def->rule};
    } else if (real < e->service_base) {
        name = (struct alarm_name){plant->stations[real - e->silence_base].uid, "", "silence"};
    } else {
        name = (struct alarm_name){ALARM_SYSTEM, services[real - e->service_base].component,
                                   services[real - e->service_base].rule};
    }
    if (is_test(e, alarm)) {
        name.rule = e->alarms[alarm].more->twin_rule;
    }
    return name;
}

static uint32_t
find_service(const struct evaluator *e, const char *component, const char *rule)
{
    for (uint32_t i = 0; i < SERVICES; i++) {
        if (strcmp(services[i].component, component) == 0 &&
            strcmp(services[i].rule, rule) == 0) {
            return e->service_base + i;
        }
    }
    return ALARM_NONE;
}

static uint32_t
find_test(const struct evaluator *e, const char *station, const char *component,
          const char *rule)
{
    for (uint32_t i = e->test_base; i < e->n_alarms; i++) {
        struct alarm_name name = name_of(e, i);
        if (strcmp(name.station, station) == 0 && strcmp(name.component, component) == 0 &&
            strcmp(name.rule, rule) == 0) {
            return i;
        }
    }
    return ALARM_NONE;
}

uint32_t
find_alarm(const struct evaluator *e, const char *station, const char *component,
           const char *rule)
{
    const struct plant *plant = e->rules->plant;
    if (g_str_has_prefix(rule, ALARM_TEST_PREFIX)) {
        return find_test(e, station, component, rule);
    }
    if (strcmp(station, ALARM_SYSTEM) == 0) {
        return find_service(e, component, rule);
    }
    if (*component == '\0') {
        uint32_t s = plant_find_station(plant, station);
        bool found = s != STATION_NONE && strcmp(rule, "silence") == 0;
        return found ? e->silence_base + s : ALARM_NONE;
    }
    uint32_t c =
        *station == '\0' ? COMPONENT_NONE : plant_find_component(plant, station, component);
    for (uint32_t i = c == COMPONENT_NONE ? 0 : e->rules->first[c];
         c != COMPONENT_NONE && i < e->rules->first[c + 1]; i++) {
        if (strcmp(rule_of(e, i)->def->rule, rule) == 0) {
            return i;
        }
    }
    return ALARM_NONE;
}

/* ---- what an alarm owns ---- */

GRefString *
text_new(const char *text)
{
    return text == NULL || *text == '\0' ? NULL : g_ref_string_new(text);
}

void
text_set(GRefString **text, const char *to)
{
    if (*text != NULL) {
        g_ref_string_release(*text);
    }
    *text = text_new(to);
}

struct more *
more_of(struct evaluator *e, uint32_t alarm)
{
    struct alarm *a = &e->alarms[alarm];
    if (a->more == NULL) {
        struct more *m = g_new0(struct more, 1);
        for (int i = 0; i < TIMERS; i++) {
            m->due[i] = INT64_MAX;
        }
        m->raised_at = m->returned_at = m->acked_at = m->released_at = WALL_NONE;
        m->shelved_until = m->last_onset = m->onset_at = m->pending_wall = WALL_NONE;
        m->value = m->onset_value = NAN;
        m->frozen_us = -1;
        m->parent = m->abnormal_at = m->twin_of = ALARM_NONE;
        a->more = m;
    }
    return a->more;
}

void
more_free(struct more *m)
{
    if (m == NULL) {
        return;
    }
    text_set(&m->acked_by, NULL);
    text_set(&m->comment, NULL);
    text_set(&m->shelved_by, NULL);
    text_set(&m->shelve_reason, NULL);
    text_set(&m->onset_detail, NULL);
    g_free(m->first_person);
    if (m->older != NULL) {
        g_array_unref(m->older);
    }
    g_free(m);
}

void
alarms_free(struct alarm *alarms, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        condition_free(alarms[i].memory);
        more_free(alarms[i].more);
    }
    g_free(alarms);
}

void
alarm_touch(struct evaluator *e, uint32_t alarm)
{
    e->version++;
    if (!e->alarms[alarm].dirty) {
        e->alarms[alarm].dirty = true;
        g_array_append_val(e->dirty, alarm);
    }
}

/* ---- begin, end, another plant ---- */

static void
make_builtin(struct evaluator *e)
{
    static const enum alarm_priority priorities[] = {
        [SERVICE_BROKER] = ALARM_CRITICAL, [SERVICE_LINK] = ALARM_CRITICAL,
        [SERVICE_STORE] = ALARM_HIGH,      [SERVICE_DISK] = ALARM_CRITICAL,
        [SERVICE_LOSS] = ALARM_CRITICAL,
    };
    e->builtin[ALARM_SILENCE] = (struct alarm_rule){.type = ALARM_SILENCE,
                                                    .priority = e->set.silence_priority,
                                                    .ack_on_return = true,
                                                    .limit = NAN};
    for (int i = 0; i < SERVICES; i++) {
        e->builtin[services[i].type] =
            (struct alarm_rule){.type = services[i].type,
                                .priority = priorities[i],
                                .ack_on_return = true,
                                .limit = NAN,
                                .on_delay_us = e->set.service_delay_us};
    }
}

/* The places that name each place as parent: counted, then filed. */
static void
link_children(struct evaluator *e)
{
    const struct rule_place *places = e->rules->places;
    e->first_child = g_new0(uint32_t, e->n_places + 2);
    uint32_t n = 0;
    for (uint32_t i = 0; i < e->n_places; i++) {
        if (places[i].parent != RULE_NONE) {
            e->first_child[places[i].parent + 2]++;
            n++;
        }
    }
    for (uint32_t i = 2; i < e->n_places + 2; i++) {
        e->first_child[i] += e->first_child[i - 1];
    }
    e->children = g_new(uint32_t, n);
    for (uint32_t i = 0; i < e->n_places; i++) {
        if (places[i].parent != RULE_NONE) {
            e->children[e->first_child[places[i].parent + 1]++] = i;
        }
    }
}

void
alarms_make(struct evaluator *e)
{
    const struct plant *plant = e->rules->plant;
    e->n_places = e->rules->n_places;
    e->silence_base = e->n_places;
    e->service_base = e->silence_base + plant->n_stations;
    e->test_base = e->n_alarms = e->service_base + SERVICES;
    e->alarms = g_new0(struct alarm, e->n_alarms);
    e->group_active = g_new0(uint32_t, e->rules->n_groups + 1);
    link_children(e);
    e->late = g_new(struct lateness, plant->n_components);
    for (uint32_t i = 0; i < plant->n_components; i++) {
        lateness_init(&e->late[i]);
    }
    timers_init(e);
}

static void
parked_free(void *parked)
{
    parked_record_clear(parked);
    g_free(parked);
}

static void
clear_input(void *input)
{
    g_free((void *)(uintptr_t)((struct evaluator_input *)input)->text);
}

struct evaluator *
evaluator_new(const struct evaluator_settings *settings, struct ruleset *rules, struct now now)
{
    struct evaluator *e = g_new0(struct evaluator, 1);
    e->set = *settings;
    e->rules = rules;
    e->abnormal = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    e->dirty = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    e->occurrences = g_hash_table_new_full(uuid_hash, uuid_same, NULL, g_free);
    g_queue_init(&e->closed);
    e->maintenance = g_array_new(FALSE, TRUE, sizeof(struct maintenance));
    g_array_set_clear_func(e->maintenance, maintenance_clear);
    e->parked = g_hash_table_new_full(uuid_hash, uuid_same, NULL, parked_free);
    alarm_changes_init(&e->changes);
    alarm_changes_init(&e->kept);
    e->kept_values = g_array_new(FALSE, FALSE, sizeof(struct evaluator_input));
    g_array_set_clear_func(e->kept_values, clear_input);
    e->ack_us = g_array_new(FALSE, FALSE, sizeof(int64_t));
    flood_init(&e->flood, settings->flood);
    make_builtin(e);
    alarms_make(e);
    for (uint32_t i = 0; i < e->n_places; i++) {
        stale_arm(e, i, now.mono);
    }
    e->linked = true;
    e->version = 1;
    e->last = now;
    return e;
}

void
evaluator_free(struct evaluator *e)
{
    if (e == NULL) {
        return;
    }
    alarms_free(e->alarms, e->n_alarms);
    g_free(e->children);
    g_free(e->first_child);
    g_free(e->group_active);
    g_free(e->late);
    g_tree_destroy(e->timers);
    g_array_unref(e->abnormal);
    g_array_unref(e->dirty);
    g_queue_clear(&e->closed);
    g_hash_table_unref(e->occurrences);
    g_array_unref(e->maintenance);
    g_hash_table_unref(e->parked);
    alarm_changes_fini(&e->changes);
    alarm_changes_fini(&e->kept);
    g_array_unref(e->kept_values);
    g_array_unref(e->ack_us);
    flood_fini(&e->flood);
    ruleset_free(e->rules);
    g_free(e);
}

/* ---- readings ---- */

/* Beyond the limit, had it come in time; told once, not for every reading of a back-fill. */
static void
note_late(struct evaluator *e, uint32_t alarm, const struct condition_input *in,
          const struct evaluator_input *reading, struct now now)
{
    const struct alarm_rule *rule = rule_of(e, alarm);
    struct condition_memory *none = NULL;
    bool beyond = false;
    if (rule->type <= ALARM_DIGITAL && rule->count <= 1) {
        beyond = condition_judge(rule, &none, false, in) == VERDICT_TRUE;
    }
    condition_free(none);
    if (beyond && !e->alarms[alarm].late && !alarm_state_active(e->alarms[alarm].state)) {
        char text[64];
        snprintf(text, sizeof(text), "late by %.0f s",
                 (double)(reading->received - reading->ts) / (double)US_PER_S);
        journal_alarm(e, alarm, EVENT_LATE,
                      &(struct cause){.now = now,
                                      .origin = "reading",
                                      .detail = text,
                                      .source_at = reading->ts,
                                      .value = in->value});
    }
    e->alarms[alarm].late = beyond;
}

static void
judge(struct evaluator *e, uint32_t alarm, const struct condition_input *in,
      const struct evaluator_input *reading, struct now now, const char *origin)
{
    struct alarm *a = &e->alarms[alarm];
    const struct alarm_rule *rule = &e->rules->rules[e->rules->places[alarm].rule];
    enum verdict verdict = VERDICT_FALSE;
    if (rule->type == ALARM_STALE) {
        stale_arm(e, alarm, now.mono);
    } else {
        verdict = condition_judge(rule, &a->memory, a->condition, in);
    }
    a->late = false;
    if (verdict == VERDICT_HOLD) {
        return;
    }
    if ((verdict == VERDICT_TRUE) != a->condition || a->suspect) {
        set_condition(e, alarm, verdict == VERDICT_TRUE,
                      &(struct cause){.now = now,
                                      .origin = origin,
                                      .source_at = reading->ts,
                                      .value = condition_value(rule, a->memory, in)});
    }
    if (rule->type == ALARM_TOTALIZER || rule->type == ALARM_COUNT) {
        window_arm(e, alarm, now);
    }
}

/* Every rule of its component. */
static void
evaluate(struct evaluator *e, const struct evaluator_input *in, struct now now, bool late)
{
    const struct component *c = &e->rules->plant->components[in->component];
    bool trusted = (in->quality & UNTRUSTED) == 0 && !in->retained;
    struct condition_input input = {
        .value = in->text == NULL ? adjust_apply(c->adjust, in->raw) : NAN,
        .text = in->text,
        .c = c,
        .at = now.mono,
    };
    for (uint32_t i = e->rules->first[in->component]; i < e->rules->first[in->component + 1];
         i++) {
        if (!trusted) {
            hold_suspect(e, i, now);
        } else if (late) {
            note_late(e, i, &input, in, now);
        } else {
            judge(e, i, &input, in, now, "reading");
        }
    }
}

/* Windows, rates and counts begin anew: the value is no new sample. */
void
evaluate_kept(struct evaluator *e, const struct evaluator_input *in, struct now now)
{
    const struct component *c = &e->rules->plant->components[in->component];
    if ((in->quality & UNTRUSTED) != 0 || in->retained) {
        return;
    }
    struct condition_input input = {
        .value = in->text == NULL ? adjust_apply(c->adjust, in->raw) : NAN,
        .text = in->text,
        .c = c,
        .at = now.mono,
    };
    for (uint32_t i = e->rules->first[in->component]; i < e->rules->first[in->component + 1];
         i++) {
        if (rule_of(e, i)->type <= ALARM_DIGITAL) {
            judge(e, i, &input, in, now, "restart");
        }
    }
}

void
evaluator_reading(struct evaluator *e, const struct evaluator_input *in, struct now now)
{
    if (evaluator_next(e) <= now.mono) {
        evaluator_advance(e, now);
    }
    e->last = now;
    if (e->rules->first[in->component] == e->rules->first[in->component + 1]) {
        return;
    }
    bool late =
        in->device_time && lateness_check(&e->late[in->component], in->ts, now, e->set.late_us);
    evaluate(e, in, now, late);
}

void
evaluator_restore_value(struct evaluator *e, const struct evaluator_input *in)
{
    struct evaluator_input copy = *in;
    copy.text = g_strdup(in->text);
    g_array_append_val(e->kept_values, copy);
    if (in->device_time) {
        lateness_restore(&e->late[in->component], in->ts);
    }
}

/* ---- time ---- */

mono_us
evaluator_next(const struct evaluator *e)
{
    const struct timer *first = timer_first(e);
    mono_us next = MIN(flood_next(&e->flood), reminder_next(e));
    return first == NULL ? next : MIN(next, first->due);
}

static void
timer_run(struct evaluator *e, const struct timer *t, struct now now)
{
    switch (t->kind) {
    case TIMER_DELAY:
        delay_due(e, t->alarm, now);
        break;
    case TIMER_REALARM:
        realarm_due(e, t->alarm, now);
        break;
    case TIMER_SHELF:
        shelf_due(e, t->alarm, now);
        break;
    case TIMER_STALE:
        stale_due(e, t->alarm, now);
        break;
    case TIMER_WINDOW:
        window_due(e, t->alarm, now);
        break;
    case TIMER_CHATTER:
        chatter_due(e, t->alarm, now);
        break;
    case TIMER_TEST:
        test_due(e, t->alarm, now);
        break;
    }
}

void
evaluator_advance(struct evaluator *e, struct now now)
{
    mono_us next;
    e->last = now;
    while ((next = evaluator_next(e)) <= now.mono) {
        struct now then = {now.wall - (now.mono - next), next};
        const struct timer *first = timer_first(e);
        if (first != NULL && first->due == next) {
            struct timer t = *first;
            timer_clear(e, t.alarm, t.kind);
            timer_run(e, &t, then);
        } else if (flood_next(&e->flood) <= next) {
            flood_due(e, then);
        } else {
            reminder_due(e, then);
        }
    }
    flood_due(e, now); /* the minutes of its rate go by */
}

/* ---- the watchdog's signals ---- */

void
evaluator_silence(struct evaluator *e, uint32_t station, bool silent, wall_us since,
                  const char *detail, struct now now)
{
    evaluator_advance(e, now);
    uint32_t alarm = e->silence_base + station;
    if (silent != e->alarms[alarm].condition) {
        set_condition(e, alarm, silent,
                      &(struct cause){.now = now,
                                      .origin = "watchdog",
                                      .detail = detail,
                                      .source_at = silent ? since : now.wall,
                                      .value = NAN});
    }
}

void
evaluator_link(struct evaluator *e, bool connected, struct now now)
{
    if (connected == e->linked) {
        return;
    }
    evaluator_advance(e, now);
    e->linked = connected;
    if (!connected) {
        e->unlinked_since = now.mono;
        return;
    }
    for (uint32_t i = 0; i < e->n_places; i++) {
        const struct alarm_rule *rule = rule_of(e, i);
        if (rule->type == ALARM_STALE && !e->alarms[i].condition) {
            mono_us heard = e->alarms[i].memory->at + (now.mono - e->unlinked_since);
            mono_us grace = now.mono - rule->window_us + MIN(rule->window_us, LINK_GRACE_US);
            stale_arm(e, i, MAX(heard, grace));
        }
    }
}

void
evaluator_services(struct evaluator *e, const struct watchdog_verdict *v, struct now now)
{
    evaluator_advance(e, now);
    const bool holds[] = {v->broker, v->link, v->store, v->disk, v->loss};
    const char *details[] = {v->broker_detail, v->link_detail, NULL, NULL, NULL};
    for (uint32_t i = 0; i < SERVICES; i++) {
        if (holds[i] != e->alarms[e->service_base + i].condition) {
            set_condition(e, e->service_base + i, holds[i],
                          &(struct cause){.now = now,
                                          .origin = "watchdog",
                                          .detail = details[i],
                                          .source_at = now.wall,
                                          .value = NAN});
        }
    }
}

uint64_t
evaluator_version(const struct evaluator *e)
{
    return e->version;
}

bool
evaluator_is_abnormal(const struct evaluator *e, const char *station, const char *component,
                      const char *rule)
{
    uint32_t alarm = find_alarm(e, station, component, rule);
    return alarm != ALARM_NONE && e->alarms[alarm].state != ALARM_NORMAL;
}
