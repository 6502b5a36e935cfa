/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Alarms as records: what is to be written since last asked. */
#include "alarms/evaluator_private.h"

#include <string.h>

void
occurrence_fill(const struct evaluator *e, uint32_t alarm, struct occurrence_record *r)
{
    const struct alarm *a = &e->alarms[alarm];
    const struct more *m = a->more;
    struct alarm_name name = name_of(e, alarm);
    *r = (struct occurrence_record){
        .occurrence = m->occurrence,
        .station = g_strdup(name.station),
        .component = g_strdup(name.component),
        .rule = g_strdup(name.rule),
        .type = type_of(e, alarm),
        .priority = priority_of(e, alarm),
        .state = (enum alarm_state)a->state,
        .overlays = a->overlays,
        .test = is_test(e, alarm),
        .current = true,
        .step = m->step,
        .acked_step = m->acked_step,
        .count = m->count,
        .raised_at = m->raised_at,
        .returned_at = m->returned_at,
        .acked_at = m->acked_at,
        .value = m->value,
        .acked_by = g_strdup(m->acked_by),
        .comment = g_strdup(m->comment),
    };
}

/* Nothing that a restart has to know. */
static bool
is_plain(const struct alarm *a)
{
    return a->state == ALARM_NORMAL && a->overlays == 0 && a->pending == PENDING_NONE &&
           !a->condition && !has_older(a);
}

/* A moment of the boot clock as the wall clock stood to it at the last call. */
static wall_us
wall_of(const struct evaluator *e, mono_us at)
{
    return at == INT64_MAX ? WALL_NONE : e->last.wall + (at - e->last.mono);
}

/* When the running delay began; of one that stands still, how long it had run. */
static void
fill_delay(const struct evaluator *e, uint32_t alarm, struct alarm_record *r)
{
    const struct alarm *a = &e->alarms[alarm];
    const struct alarm_rule *rule = rule_of(e, alarm);
    int64_t delay_us = a->pending == PENDING_ON ? rule->on_delay_us : rule->off_delay_us;
    if (a->more->frozen_us >= 0) {
        r->pending_since_mono = delay_us - a->more->frozen_us;
        r->pending_since = e->last.wall - r->pending_since_mono;
    } else {
        r->pending_since_mono = a->more->due[TIMER_DELAY] - delay_us;
        r->pending_since = wall_of(e, r->pending_since_mono);
    }
}

static void
fill_timers(const struct evaluator *e, uint32_t alarm, struct alarm_record *r)
{
    const struct alarm *a = &e->alarms[alarm];
    const struct more *m = a->more;
    if (a->pending != PENDING_NONE) {
        fill_delay(e, alarm, r);
    }
    if (m->due[TIMER_REALARM] != INT64_MAX) {
        r->realarm_mono = m->due[TIMER_REALARM];
        r->realarm_at = wall_of(e, r->realarm_mono);
    }
    if (m->due[TIMER_SHELF] != INT64_MAX) {
        r->shelved_until_mono = m->due[TIMER_SHELF];
        r->shelved_until = wall_of(e, r->shelved_until_mono);
    }
}

static void
fill(const struct evaluator *e, uint32_t alarm, struct alarm_record *r)
{
    const struct alarm *a = &e->alarms[alarm];
    const struct more *m = a->more;
    struct alarm_name name = name_of(e, alarm);
    *r = (struct alarm_record){
        .station = g_strdup(name.station),
        .component = g_strdup(name.component),
        .rule = g_strdup(name.rule),
        .gone = is_plain(a),
        .state = (enum alarm_state)a->state,
        .overlays = a->overlays,
        .condition = a->condition,
        .suspect = a->suspect,
        .pending = (enum alarm_pending)a->pending,
        .pending_since = WALL_NONE,
        .realarm_at = WALL_NONE,
        .shelved_until = WALL_NONE,
    };
    g_strlcpy(r->boot_id, e->set.boot_id, sizeof(r->boot_id));
    if (m == NULL) {
        return;
    }
    r->occurrence = m->occurrence;
    r->chattering = m->chatter.on;
    r->one_shot = m->one_shot;
    r->covered = m->covered;
    r->first_out = m->first_out;
    r->shelved_by = g_strdup(m->shelved_by);
    r->shelve_reason = g_strdup(m->shelve_reason);
    fill_timers(e, alarm, r);
}

void
records_gone(struct evaluator *e, struct alarm_name name)
{
    struct alarm_record r = {
        .station = g_strdup(name.station),
        .component = g_strdup(name.component),
        .rule = g_strdup(name.rule),
        .gone = true,
        .pending_since = WALL_NONE,
        .realarm_at = WALL_NONE,
        .shelved_until = WALL_NONE,
    };
    g_array_append_val(e->changes.alarms, r);
}

bool
evaluator_changed(const struct evaluator *e)
{
    return e->dirty->len > 0 || !alarm_changes_empty(&e->changes);
}

void
evaluator_take(struct evaluator *e, struct alarm_changes *to)
{
    for (guint i = 0; i < e->dirty->len; i++) {
        uint32_t alarm = g_array_index(e->dirty, uint32_t, i);
        struct alarm_record r;
        fill(e, alarm, &r);
        g_array_append_val(e->changes.alarms, r);
        e->alarms[alarm].dirty = false;
    }
    g_array_set_size(e->dirty, 0);
    alarm_changes_move(to, &e->changes);
}
