/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A test of the whole chain: a twin of one alarm that lives as it would. */
#include "alarms/evaluator_private.h"

#include <math.h>
#include <string.h>

#include "src/core/i18n.h"

#define TEST_US (3600 * US_PER_S) /* a test that nobody ends */

/* The twin of an alarm, made when there is none; a twin that is normal is used again. */
static uint32_t
twin_of(struct evaluator *e, uint32_t alarm)
{
    for (uint32_t i = e->test_base; i < e->n_alarms; i++) {
        if (e->alarms[i].more->twin_of == alarm) {
            return i;
        }
    }
    char *rule = g_strconcat(ALARM_TEST_PREFIX, name_of(e, alarm).rule, NULL);
    uint32_t twin = e->n_alarms++;
    e->alarms = g_renew(struct alarm, e->alarms, e->n_alarms);
    e->alarms[twin] = (struct alarm){0};
    struct more *m = more_of(e, twin);
    m->twin_of = alarm;
    /* A board may outlive us, and there are only as many as there are rules. */
    m->twin_rule = g_intern_string(rule);
    g_free(rule);
    return twin;
}

enum rc
act_test(struct evaluator *e, const struct alarm_action *a, struct now now, struct err *err)
{
    uint32_t alarm = action_target(e, a);
    if (alarm == ALARM_NONE) {
        return no_such_alarm(e, a, now, err);
    }
    uint32_t twin = is_test(e, alarm) ? alarm : twin_of(e, alarm);
    if (alarm_state_active((enum alarm_state)e->alarms[twin].state)) {
        err_set(err, RC_INVALID, "%s", _("a test of it is running already"));
        return action_refuse(e, twin, a, now, RC_INVALID, err);
    }
    struct cause cause = cause_of(a, now);
    e->alarms[twin].condition = true;
    transit(e, twin, LIFE_ALM, &cause);
    timer_set(e, twin, TIMER_TEST, now.mono + TEST_US);
    return RC_OK;
}

static void
end_test(struct evaluator *e, uint32_t twin, const struct cause *cause)
{
    timer_clear(e, twin, TIMER_TEST);
    e->alarms[twin].condition = false;
    transit(e, twin, LIFE_RTN, cause);
}

void
test_due(struct evaluator *e, uint32_t alarm, struct now now)
{
    end_test(e, alarm,
             &(struct cause){.now = now,
                             .origin = "timer",
                             .detail = "a forgotten test",
                             .source_at = now.wall,
                             .value = NAN});
}

enum rc
act_test_end(struct evaluator *e, const struct alarm_action *a, struct now now, struct err *err)
{
    uint32_t alarm = action_target(e, a), twin = ALARM_NONE;
    for (uint32_t i = e->test_base; alarm != ALARM_NONE && i < e->n_alarms; i++) {
        if ((i == alarm || e->alarms[i].more->twin_of == alarm) &&
            alarm_state_active((enum alarm_state)e->alarms[i].state)) {
            twin = i;
        }
    }
    if (twin == ALARM_NONE) {
        err_set(err, RC_NOTFOUND, "%s", _("no test of it is running"));
        return action_refuse(e, alarm, a, now, RC_NOTFOUND, err);
    }
    struct cause cause = cause_of(a, now);
    end_test(e, twin, &cause);
    return RC_OK;
}
