/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Another plant while alarms stand: rules that go, come, or have other limits, and parents that
 * are no longer there.
 */
#include "tests/alarm_fixture.h"

#include "tests/unit.h"

#define FAULT "PS-01/F1/fault"
#define LEVEL "PS-01/L1/hi"
#define CHILD "PS-01/P1/pump"
#define MAINS "PS-01/X1/mains"

static const struct fx_component components[] = {
    {"PS-01", "F1", KIND_FAULT},
    {"PS-01", "L1", KIND_LEVEL},
    {"PS-01", "P1", KIND_FAULT},
    {"PS-01", "X1", KIND_FAULT},
    {0},
};

static const struct fx_rule rules[] = {
    {.component = "PS-01/F1", .rule = "fault", .type = "digital", .priority = "low"},
    {.component = "PS-01/L1", .rule = "hi", .type = "hi", .limit = 80, .on_s = 10},
    {.component = "PS-01/P1", .rule = "pump", .type = "digital", .parent = MAINS},
    {.component = "PS-01/X1", .rule = "mains", .type = "digital"},
    {0},
};

static const struct fx_rule without_mains[] = {
    {.component = "PS-01/F1", .rule = "fault", .type = "digital", .priority = "low"},
    {.component = "PS-01/L1", .rule = "hi", .type = "hi", .limit = 80, .on_s = 10},
    {.component = "PS-01/P1", .rule = "pump", .type = "digital"},
    {0},
};

static const struct fx_rule without_fault[] = {
    {.component = "PS-01/X1", .rule = "mains", .type = "digital"},
    {0},
};

static int
setup(void **state)
{
    struct fx *f = g_new0(struct fx, 1);
    fx_init(f);
    fx_open(f, components, rules);
    *state = f;
    return 0;
}

static int
teardown(void **state)
{
    fx_close(*state);
    g_free(*state);
    return 0;
}

/* ---- parents ---- */

static void
hide_child(struct fx *f)
{
    fx_put(f, "PS-01/X1", 1);
    fx_put(f, "PS-01/P1", 1);
    assert_int_equal(fx_overlays(f, CHILD), OVERLAY_SUPPRESSED);
    assert_int_equal(fx_annunciated(f, CHILD), 0);
}

static void
child_came_out(struct fx *f)
{
    assert_int_equal(fx_state(f, CHILD), ALARM_UNACKED);
    assert_int_equal(fx_overlays(f, CHILD), 0);
    assert_int_equal(fx_count(f, EVENT_RELEASED, CHILD), 1);
    assert_int_equal(fx_annunciated(f, CHILD), 1);
}

static void
a_child_whose_parent_is_gone_is_told(void **state)
{
    struct fx *f = *state;
    hide_child(f);
    fx_change(f, without_mains);
    child_came_out(f);
}

static void
the_same_when_it_goes_while_nothing_runs(void **state)
{
    struct fx *f = *state;
    hide_child(f);
    plant_unref(f->plant);
    f->plant = fx_plant(components, without_mains);
    fx_restart(f, 60, false);
    child_came_out(f);
}

static void
a_child_stays_hidden_as_long_as_its_parent_stands(void **state)
{
    struct fx *f = *state;
    hide_child(f);
    fx_change(f, rules);
    fx_restart(f, 60, true);
    assert_int_equal(fx_overlays(f, CHILD), OVERLAY_SUPPRESSED);
    assert_int_equal(fx_count(f, EVENT_RELEASED, CHILD), 0);
    fx_put(f, "PS-01/X1", 0);
    child_came_out(f);
}

/* The broker was back, and stations had not been heard yet, when we restarted. */
static void
hearing_goes_on_after_a_restart(void **state)
{
    struct fx *f = *state;
    fx_services(f, (struct watchdog_verdict){.broker = true});
    fx_pass(f, 60);
    fx_silence(f, "PS-01", true);
    assert_int_equal(fx_overlays(f, "PS-01//silence"), OVERLAY_SUPPRESSED);
    fx_services(f, (struct watchdog_verdict){.broker = false});
    fx_restart(f, 5, false);
    assert_int_equal(fx_annunciated(f, "PS-01//silence"), 0);
    fx_pass(f, 3600); /* it is not heard */
    assert_int_equal(fx_annunciated(f, "PS-01//silence"), 1);
}

/* ---- what stands is derived anew ---- */

static void
another_limit_counts_at_once(void **state)
{
    static const struct fx_rule lower[] = {
        {.component = "PS-01/L1", .rule = "hi", .type = "hi", .limit = 50},
        {0},
    };
    struct fx *f = *state;
    fx_put(f, "PS-01/L1", 60);
    assert_int_equal(fx_state(f, LEVEL), ALARM_NORMAL);
    fx_change(f, lower);
    assert_int_equal(fx_state(f, LEVEL), ALARM_UNACKED);
    fx_change(f, rules);
    assert_int_equal(fx_state(f, LEVEL), ALARM_RETURNED_UNACKED);
    assert_int_equal(fx_annunciated(f, LEVEL), 1);
}

static void
a_new_rule_sees_what_stands(void **state)
{
    struct fx *f = *state;
    fx_change(f, without_fault);
    fx_put(f, "PS-01/F1", 1);
    fx_change(f, rules);
    assert_int_equal(fx_state(f, FAULT), ALARM_UNACKED);
}

static void
what_is_told_is_not_told_again(void **state)
{
    struct fx *f = *state;
    fx_put(f, "PS-01/F1", 1);
    fx_put(f, "PS-01/L1", 90);
    fx_pass(f, 5);
    fx_change(f, rules);
    assert_int_equal(fx_annunciated(f, NULL), 1);
    fx_pass(f, 4);
    assert_int_equal(fx_state(f, LEVEL), ALARM_NORMAL);
    fx_pass(f, 2); /* its delay ran on */
    assert_int_equal(fx_state(f, LEVEL), ALARM_UNACKED);
}

/* ---- rules that go ---- */

static const struct occurrence_record *
closed(const struct alarm_changes *changes, const struct uuid *id)
{
    for (guint i = 0; i < changes->occurrences->len; i++) {
        const struct occurrence_record *r =
            &g_array_index(changes->occurrences, struct occurrence_record, i);
        if (uuid_equal(&r->occurrence, id)) {
            return r;
        }
    }
    fail_msg("it is not closed");
    return NULL;
}

static void
what_ends_keeps_what_it_was(void **state)
{
    struct fx *f = *state;
    fx_put(f, "PS-01/F1", 1);
    struct uuid first = fx_occurrence(f, FAULT);
    wall_us raised_at = f->now.wall;
    fx_pass(f, 100);
    fx_put(f, "PS-01/F1", 0);
    fx_pass(f, 100);
    fx_put(f, "PS-01/F1", 1);
    struct uuid second = fx_occurrence(f, FAULT);
    struct alarm_changes changes;
    struct plant *plant = fx_plant(components, without_fault);
    evaluator_set_rules(f->e, fx_ruleset(plant), f->now);
    alarm_changes_init(&changes);
    evaluator_take(f->e, &changes);
    const struct occurrence_record *older = closed(&changes, &first);
    const struct occurrence_record *newer = closed(&changes, &second);
    assert_true(older->raised_at == raised_at);
    assert_true(older->returned_at == raised_at + 100 * FX_S);
    assert_true(newer->raised_at == raised_at + 200 * FX_S);
    assert_int_equal(older->state, ALARM_NORMAL);
    assert_int_equal(newer->state, ALARM_NORMAL);
    assert_int_equal(older->type, ALARM_DIGITAL);
    assert_int_equal(newer->priority, ALARM_LOW);
    assert_int_equal(older->count, 1);
    alarm_changes_fini(&changes);
    plant_unref(plant);
}

/* Its number is another alarm's now, or none. */
static void
an_action_on_what_ended_with_its_rule_is_refused(void **state)
{
    struct fx *f = *state;
    fx_put(f, "PS-01/X1", 1);
    struct uuid gone = fx_occurrence(f, MAINS);
    fx_change(f, without_mains);
    struct alarm_action a = fx_action(f, ACTION_SHELVE, FAULT, "why");
    a.occurrence = gone;
    a.station[0] = a.component[0] = a.rule[0] = '\0';
    a.one_shot = true;
    assert_int_equal(fx_do(f, &a), RC_NOTFOUND);
    assert_int_equal(fx_ack(f, gone, 0), RC_INVALID);
    const struct journal_record *line = fx_last(f, EVENT_REFUSED, NULL);
    assert_null(line->station);
}

int
main(void)
{
#define SCENARIO(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {
        SCENARIO(a_child_whose_parent_is_gone_is_told),
        SCENARIO(the_same_when_it_goes_while_nothing_runs),
        SCENARIO(a_child_stays_hidden_as_long_as_its_parent_stands),
        SCENARIO(hearing_goes_on_after_a_restart),
        SCENARIO(another_limit_counts_at_once),
        SCENARIO(a_new_rule_sees_what_stands),
        SCENARIO(what_is_told_is_not_told_again),
        SCENARIO(what_ends_keeps_what_it_was),
        SCENARIO(an_action_on_what_ended_with_its_rule_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
