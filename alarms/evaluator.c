/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "alarms/evaluator_private.h"

#include <math.h>
#include <string.h>

#define LINK_GRACE_US (30 * US_PER_S) /* what comes back gets this long to be heard */

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
        m->shelved_until = m->onset_at = m->pending_wall = WALL_NONE;
        m->changed_at = m->changed_wall = WALL_NONE;
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
        enum alarm_type type = service_type((enum service)i);
        e->builtin[type] = (struct alarm_rule){.type = type,
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
    for (uint32_t i = 2; n > 0 && i < e->n_places + 2; i++) {
        e->first_child[i] += e->first_child[i - 1];
    }
    e->children = g_new(uint32_t, n + 1); /* never NULL: it is reckoned with */
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

static void
clear_event(void *event)
{
    text_set(&((struct shadow_event *)event)->detail, NULL);
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
    e->events = g_array_new(FALSE, FALSE, sizeof(struct shadow_event));
    g_array_set_clear_func(e->events, clear_event);
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
    g_array_unref(e->events);
    g_array_unref(e->ack_us);
    flood_fini(&e->flood);
    ruleset_free(e->rules);
    g_free(e);
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
    case TIMER_HEARING:
        hearing_due(e, t->alarm, now);
        break;
    }
}

/* step_us: how far the moment told is behind now.wall for each microsecond that the one it was
 * due is behind now.mono: 1, or 0. */
static void
run_timers(struct evaluator *e, struct now now, int step_us)
{
    mono_us next;
    e->last = now;
    while ((next = evaluator_next(e)) <= now.mono) {
        struct now then = {now.wall - step_us * (now.mono - next), next};
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
}

void
evaluator_catch_up(struct evaluator *e, struct now now)
{
    run_timers(e, now, 0);
}

void
evaluator_advance(struct evaluator *e, struct now now)
{
    run_timers(e, now, 1);
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

static void
set_service(struct evaluator *e, uint32_t service, bool holds, const char *detail,
            struct now now)
{
    uint32_t alarm = e->service_base + service;
    if (holds != e->alarms[alarm].condition) {
        set_condition(e, alarm, holds,
                      &(struct cause){.now = now,
                                      .origin = "watchdog",
                                      .detail = detail,
                                      .source_at = now.wall,
                                      .value = NAN});
    }
}

void
evaluator_services(struct evaluator *e, const struct watchdog_verdict *v, struct now now)
{
    evaluator_advance(e, now);
    e->link_explains_broker = v->link_explains_broker;
    e->link_explains_store = v->link_explains_store;
    const bool holds[] = {
        [SERVICE_LINK] = v->link, [SERVICE_BROKER] = v->broker, [SERVICE_STORE] = v->store,
        [SERVICE_DISK] = v->disk, [SERVICE_LOSS] = v->loss,
    };
    const char *details[SERVICES] = {
        [SERVICE_LINK] = v->link_detail,
        [SERVICE_BROKER] = v->broker_detail,
    };
    /* Who explains rises first and returns last, so that nobody is told of the explained. */
    for (uint32_t i = 0; i < SERVICES; i++) {
        if (holds[i]) {
            set_service(e, i, true, details[i], now);
        }
    }
    for (uint32_t i = SERVICES; i > 0; i--) {
        if (!holds[i - 1]) {
            set_service(e, i - 1, false, details[i - 1], now);
        }
    }
}

void
evaluator_stop(struct evaluator *e, struct now now)
{
    evaluator_advance(e, now);
    journal_line(e, EVENT_STOP, &(struct cause){.now = now, .origin = "stop", .value = NAN});
}

void
evaluator_set_rank(struct evaluator *e, uint64_t epoch, uint64_t term)
{
    e->set.epoch = epoch;
    e->set.term = term;
}

const struct ruleset *
evaluator_rules(const struct evaluator *e)
{
    return e->rules;
}

struct now
evaluator_now(const struct evaluator *e)
{
    return e->last;
}

uint64_t
evaluator_version(const struct evaluator *e)
{
    return e->version;
}

uint64_t
evaluator_annunciated(const struct evaluator *e)
{
    uint64_t sum = 0;
    for (int i = 0; i < ALARM_PRIORITIES; i++) {
        sum += e->annunciated[i];
    }
    return sum;
}

bool
evaluator_is_abnormal(const struct evaluator *e, const char *station, const char *component,
                      const char *rule)
{
    uint32_t alarm = find_alarm(e, station, component, rule);
    return alarm != ALARM_NONE &&
           (e->alarms[alarm].state != ALARM_NORMAL || has_older(&e->alarms[alarm]));
}
