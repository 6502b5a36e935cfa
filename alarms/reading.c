/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A reading on its way through the rules of its component: the hot path. */
#include "alarms/evaluator_private.h"

#include <math.h>

/* What stays as it is is not written: the memory of alarms that are normal from the start on is
 * never touched, and costs nothing. */
static void
set_late(struct alarm *a, bool late)
{
    if (a->late != late) {
        a->late = late;
    }
}

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
    set_late(&e->alarms[alarm], beyond);
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
    set_late(a, false);
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
    bool trusted = (in->quality & QUALITY_BAD) == 0 && !in->retained;
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
evaluate_kept_at(struct evaluator *e, uint32_t alarm, const struct evaluator_input *in,
                 struct now now, const char *origin)
{
    const struct component *c = &e->rules->plant->components[in->component];
    if ((in->quality & QUALITY_BAD) != 0 || in->retained) {
        return;
    }
    struct condition_input input = {
        .value = in->text == NULL ? adjust_apply(c->adjust, in->raw) : NAN,
        .text = in->text,
        .c = c,
        .at = now.mono,
    };
    /* What is suspect is so since a later value than this one; what counts readings in a row
     * has counted this one. */
    bool counted = rule_of(e, alarm)->count > 1 && e->alarms[alarm].memory != NULL;
    if (rule_of(e, alarm)->type <= ALARM_DIGITAL && !e->alarms[alarm].suspect && !counted) {
        judge(e, alarm, &input, in, now, origin);
    }
}

void
evaluate_kept(struct evaluator *e, const struct evaluator_input *in, struct now now,
              const char *origin)
{
    for (uint32_t i = e->rules->first[in->component]; i < e->rules->first[in->component + 1];
         i++) {
        evaluate_kept_at(e, i, in, now, origin);
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
evaluator_look_again(struct evaluator *e, const struct evaluator_input *in, struct now now)
{
    evaluate_kept(e, in, now, "plant");
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
