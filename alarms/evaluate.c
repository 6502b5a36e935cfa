/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From what a condition says, through on-delay and off-delay, to the events of a life. */
#include "alarms/evaluator_private.h"

#include <math.h>

/* A higher limit of the same point rose: the lower one, active since earlier, is worse now. */
static void
raise_severity(struct evaluator *e, uint32_t alarm, const struct cause *cause)
{
    enum alarm_type type = type_of(e, alarm);
    if ((type != ALARM_HIHI && type != ALARM_LOLO) || is_test(e, alarm)) {
        return;
    }
    enum alarm_type lower = type == ALARM_HIHI ? ALARM_HI : ALARM_LO;
    uint32_t component = component_of(e, alarm);
    for (uint32_t i = e->rules->first[component]; i < e->rules->first[component + 1]; i++) {
        const struct alarm *a = &e->alarms[i];
        if (type_of(e, i) == lower && alarm_state_active((enum alarm_state)a->state) &&
            (a->more->raised_mono == 0 || a->more->raised_mono < cause->now.mono)) {
            transit(e, i, LIFE_SEV, cause);
        }
    }
}

void
alarm_rise(struct evaluator *e, uint32_t alarm, const struct cause *cause)
{
    transit(e, alarm, LIFE_ALM, cause);
    raise_severity(e, alarm, cause);
}

static void
begin_delay(struct evaluator *e, uint32_t alarm, enum alarm_pending pending, int64_t delay_us,
            const struct cause *cause)
{
    struct more *m = more_of(e, alarm);
    e->alarms[alarm].pending = (uint8_t)pending;
    m->onset_at = cause->source_at;
    m->onset_value = cause->value;
    text_set(&m->onset_detail, cause->detail);
    m->pending_wall = cause->now.wall;
    m->frozen_us = -1;
    timer_set(e, alarm, TIMER_DELAY, cause->now.mono + delay_us);
    alarm_touch(e, alarm);
}

void
delay_end(struct evaluator *e, uint32_t alarm)
{
    if (e->alarms[alarm].pending != PENDING_NONE) {
        e->alarms[alarm].pending = PENDING_NONE;
        e->alarms[alarm].more->frozen_us = -1;
        timer_clear(e, alarm, TIMER_DELAY);
        alarm_touch(e, alarm);
    }
}

/* Trust is back: what stood still runs on. */
static void
thaw(struct evaluator *e, uint32_t alarm, struct now now)
{
    struct alarm *a = &e->alarms[alarm];
    if (a->suspect) {
        a->suspect = false;
        alarm_touch(e, alarm);
    }
    if (a->pending != PENDING_NONE && a->more->frozen_us >= 0) {
        timer_set(e, alarm, TIMER_DELAY, now.mono + a->more->frozen_us);
        a->more->frozen_us = -1;
        alarm_touch(e, alarm);
    }
}

static void
came_true(struct evaluator *e, uint32_t alarm, const struct cause *cause)
{
    struct alarm *a = &e->alarms[alarm];
    if (a->pending == PENDING_OFF) {
        delay_end(e, alarm);
    } else if (!alarm_state_active((enum alarm_state)a->state)) {
        int64_t delay_us = rule_of(e, alarm)->on_delay_us;
        if (delay_us > 0) {
            begin_delay(e, alarm, PENDING_ON, delay_us, cause);
        } else {
            alarm_rise(e, alarm, cause);
        }
    }
}

static void
came_false(struct evaluator *e, uint32_t alarm, const struct cause *cause)
{
    struct alarm *a = &e->alarms[alarm];
    if (a->pending == PENDING_ON) {
        delay_end(e, alarm);
    } else if (alarm_state_active((enum alarm_state)a->state)) {
        int64_t delay_us = rule_of(e, alarm)->off_delay_us;
        if (delay_us > 0) {
            begin_delay(e, alarm, PENDING_OFF, delay_us, cause);
        } else {
            transit(e, alarm, LIFE_RTN, cause);
        }
    }
}

void
set_condition(struct evaluator *e, uint32_t alarm, bool condition, const struct cause *cause)
{
    struct alarm *a = &e->alarms[alarm];
    thaw(e, alarm, cause->now);
    if (condition == a->condition) {
        return;
    }
    a->condition = condition;
    if (condition) {
        came_true(e, alarm, cause);
    } else {
        came_false(e, alarm, cause);
    }
    if (a->more != NULL) {
        a->more->changed_at = cause->source_at;
        a->more->changed_wall = cause->now.wall;
    }
}

void
hold_suspect(struct evaluator *e, uint32_t alarm, struct now now)
{
    struct alarm *a = &e->alarms[alarm];
    if (a->suspect || type_of(e, alarm) == ALARM_STALE) {
        return; /* what is stale knows nothing of values */
    }
    struct life_step step =
        life_next((enum alarm_state)a->state, LIFE_BADQ, class_of(e, alarm));
    if ((step.todo & LIFE_SUSPECT) == 0) {
        return;
    }
    a->suspect = true;
    if (a->pending != PENDING_NONE) {
        struct more *m = a->more;
        m->frozen_us = MAX(m->due[TIMER_DELAY] - now.mono, 0);
        timer_clear(e, alarm, TIMER_DELAY);
    }
    if (a->more != NULL) {
        alarm_touch(e, alarm);
    }
}

void
delay_due(struct evaluator *e, uint32_t alarm, struct now now)
{
    struct alarm *a = &e->alarms[alarm];
    struct more *m = a->more;
    enum alarm_pending pending = (enum alarm_pending)a->pending;
    /* The source's time of the rise is that of the reading that began it, and the delay. */
    wall_us waited = now.wall - m->pending_wall;
    GRefString *detail = m->onset_detail;
    m->onset_detail = NULL;
    struct cause cause = {.now = now,
                          .origin = "timer",
                          .detail = detail,
                          .source_at =
                              m->onset_at == WALL_NONE ? WALL_NONE : m->onset_at + waited,
                          .value = m->onset_value};
    a->pending = PENDING_NONE;
    if (pending == PENDING_ON) {
        alarm_rise(e, alarm, &cause);
    } else {
        transit(e, alarm, LIFE_RTN, &cause);
    }
    text_set(&detail, NULL);
    alarm_touch(e, alarm);
}

/* ---- what time alone makes true or false ---- */

void
stale_arm(struct evaluator *e, uint32_t alarm, mono_us heard)
{
    struct alarm *a = &e->alarms[alarm];
    const struct alarm_rule *rule = rule_of(e, alarm);
    if (rule->type != ALARM_STALE) {
        return;
    }
    if (a->memory == NULL) {
        a->memory = g_new0(struct condition_memory, 1);
    }
    a->memory->at = heard;
    /* The timer that runs is early at worst: it looks again. */
    if (a->more == NULL || a->more->due[TIMER_STALE] == INT64_MAX) {
        timer_set(e, alarm, TIMER_STALE, heard + rule->window_us);
    }
}

void
stale_due(struct evaluator *e, uint32_t alarm, struct now now)
{
    struct alarm *a = &e->alarms[alarm];
    mono_us due = a->memory->at + rule_of(e, alarm)->window_us;
    if (!e->linked) {
        return; /* evaluator_link() arms it when the broker is back */
    }
    if (due > now.mono) {
        timer_set(e, alarm, TIMER_STALE, due);
        return;
    }
    set_condition(
        e, alarm, true,
        &(struct cause){.now = now, .origin = "timer", .source_at = now.wall, .value = NAN});
}

void
window_arm(struct evaluator *e, uint32_t alarm, struct now now)
{
    struct alarm *a = &e->alarms[alarm];
    mono_us next = INT64_MAX;
    if (a->memory != NULL) {
        condition_expire(rule_of(e, alarm), a->memory, a->condition, now.mono, &next);
    }
    mono_us running = a->more == NULL ? INT64_MAX : a->more->due[TIMER_WINDOW];
    if (running == INT64_MAX || next < running) {
        timer_set(e, alarm, TIMER_WINDOW, next);
    }
}

void
window_due(struct evaluator *e, uint32_t alarm, struct now now)
{
    struct alarm *a = &e->alarms[alarm];
    const struct alarm_rule *rule = rule_of(e, alarm);
    mono_us next = INT64_MAX;
    enum verdict verdict = condition_expire(rule, a->memory, a->condition, now.mono, &next);
    if (verdict != VERDICT_HOLD && !a->suspect && (verdict == VERDICT_TRUE) != a->condition) {
        set_condition(e, alarm, verdict == VERDICT_TRUE,
                      &(struct cause){
                          .now = now, .origin = "timer", .source_at = now.wall, .value = NAN});
    }
    timer_set(e, alarm, TIMER_WINDOW, next);
}
