/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Another plant, and a start with other settings, while alarms stand. */
#include "tests/alarm_fixture.h"

#include "tests/unit.h"

#include <string.h>

#define FAULT "PS-01/F1/fault"
#define PUMP  "PS-01/P1/pump"

static const struct fx_component components[] = {
    {"PS-01", "F1", KIND_FAULT},
    {"PS-01", "P1", KIND_FAULT},
    {"PS-01", "X1", KIND_FAULT},
    {0},
};

static const struct fx_rule rules[] = {
    {.component = "PS-01/F1", .rule = "fault", .type = "digital", .priority = "low"},
    {.component = "PS-01/P1", .rule = "pump", .type = "digital", .parent = "PS-01/X1/mains"},
    {.component = "PS-01/X1", .rule = "mains", .type = "digital"},
    {0},
};

/* F1 and X1 are gone. */
static const struct fx_component smaller[] = {{"PS-01", "P1", KIND_FAULT}, {0}};
static const struct fx_rule smaller_rules[] = {
    {.component = "PS-01/P1", .rule = "pump", .type = "digital"},
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

static void
what_stays_goes_on(void **state)
{
    struct fx *f = *state;
    fx_put(f, "PS-01/P1", 1);
    struct uuid id = fx_occurrence(f, PUMP);
    fx_replan(f, smaller, smaller_rules);
    assert_int_equal(fx_state(f, PUMP), ALARM_UNACKED);
    assert_int_equal(fx_annunciated(f, PUMP), 1);
    assert_int_equal(fx_ack(f, id, 0), RC_OK);
    assert_int_equal(fx_state(f, PUMP), ALARM_ACKED);
}

/* What concerns an occurrence whose rule has gone must not reach another alarm. */
static void
what_is_gone_is_nobody(void **state)
{
    struct fx *f = *state;
    fx_put(f, "PS-01/F1", 1);
    fx_put(f, "PS-01/P1", 1);
    struct alarm_action shelve = fx_action(f, ACTION_SHELVE, FAULT, "noise");
    struct alarm_action test = fx_action(f, ACTION_TEST, FAULT, "try");
    assert_int_equal(fx_do(f, &test), RC_OK);
    struct uuid fault = fx_occurrence(f, FAULT);
    struct uuid tried = fx_occurrence(f, "PS-01/F1/test:fault");
    fx_replan(f, smaller, smaller_rules);

    shelve.occurrence = fault;
    *shelve.station = *shelve.component = *shelve.rule = '\0';
    shelve.duration_us = 600 * FX_S;
    assert_int_equal(fx_do(f, &shelve), RC_NOTFOUND);
    assert_int_equal(fx_overlays(f, PUMP), 0);
    assert_int_equal(fx_ack(f, fault, 0), RC_INVALID);
    assert_int_equal(fx_ack(f, tried, 0), RC_INVALID);
    const struct journal_record *refused = fx_last(f, EVENT_REFUSED, NULL);
    assert_non_null(refused);
    assert_null(refused->station);
    assert_int_equal(fx_state(f, PUMP), ALARM_UNACKED);
}

/* The last record of each is its own: kind, priority, and of an older one its own onset. */
static void
what_is_gone_is_closed_as_what_it_was(void **state)
{
    struct fx *f = *state;
    fx_put(f, "PS-01/F1", 1);
    struct uuid first = fx_occurrence(f, FAULT);
    wall_us onset = fx_view(f, FAULT)->raised_at;
    fx_pass(f, 100);
    fx_put(f, "PS-01/F1", 0);
    fx_put(f, "PS-01/F1", 1);
    struct alarm_changes c;
    alarm_changes_init(&c);
    struct plant *plant = fx_plant(smaller, smaller_rules);
    alarm_board_unref(f->board);
    f->board = NULL;
    evaluator_set_rules(f->e, fx_ruleset(plant), f->now);
    evaluator_take(f->e, &c);
    int seen = 0;
    for (guint i = 0; i < c.occurrences->len; i++) {
        const struct occurrence_record *r =
            &g_array_index(c.occurrences, struct occurrence_record, i);
        assert_int_equal(r->state, ALARM_NORMAL);
        assert_int_equal(r->type, ALARM_DIGITAL);
        assert_int_equal(r->priority, ALARM_LOW);
        assert_true(uuid_equal(&r->occurrence, &first) == (r->raised_at == onset));
        seen++;
    }
    assert_int_equal(seen, 2);
    alarm_changes_fini(&c);
    plant_unref(plant);
}

/* Its parent has left the plant: it stands, and nobody was told. */
static void
what_loses_its_cover_is_told(void **state)
{
    struct fx *f = *state;
    fx_put(f, "PS-01/X1", 1);
    fx_put(f, "PS-01/P1", 1);
    assert_int_equal(fx_overlays(f, PUMP), OVERLAY_SUPPRESSED);
    assert_int_equal(fx_annunciated(f, PUMP), 0);
    fx_replan(f, smaller, smaller_rules);
    assert_int_equal(fx_overlays(f, PUMP), 0);
    assert_int_equal(fx_annunciated(f, PUMP), 1);
    assert_int_equal(fx_count(f, EVENT_REENTERED, PUMP), 1);
}

static void
what_keeps_its_cover_is_not_told(void **state)
{
    struct fx *f = *state;
    assert_int_equal(fx_act(f, ACTION_MAINTENANCE, "PS-01/P1", "works"), RC_OK);
    fx_put(f, "PS-01/P1", 1);
    fx_put(f, "PS-01/P1", 0);
    fx_replan(f, smaller, smaller_rules);
    fx_restart(f, 10, false);
    assert_int_equal(fx_annunciated(f, PUMP), 0);
    assert_int_equal(fx_act(f, ACTION_RETURN, "PS-01/P1", "done"), RC_OK);
    const struct journal_record *line = fx_last(f, EVENT_COVERED, PUMP);
    assert_non_null(line);
    assert_string_equal(line->detail, "1 occurrences under cover");
}

/* With reminders switched off meanwhile, and with many that were missed. */
static void
reminders_after_a_start(void **state)
{
    struct fx *f = *state;
    assert_int_equal(fx_act(f, ACTION_MAINTENANCE, "PS-01/P1", "works"), RC_OK);
    fx_restart(f, 30 * 86400, false);
    assert_int_equal(fx_count(f, EVENT_REMINDER, NULL), 1);
    f->set.reminder_us = 0;
    fx_restart(f, 10, false);
    fx_pass(f, 86400);
    assert_int_equal(fx_count(f, EVENT_REMINDER, NULL), 1);
}

/* Who asks first is known, too. */
static void
the_first_of_two_people_is_in_the_journal(void **state)
{
    (void)state;
    static const struct fx_rule critical[] = {
        {.component = "PS-01/F1", .rule = "fault", .type = "digital", .priority = "critical"},
        {0},
    };
    struct fx f;
    fx_init(&f);
    f.set.second_person = true;
    fx_open(&f, components, critical);
    f.user = "anna";
    assert_int_equal(fx_shelve(&f, FAULT, 600), RC_OK);
    const struct journal_record *line = fx_last(&f, EVENT_REFUSED, FAULT);
    assert_non_null(line);
    assert_string_equal(line->actor, "anna");
    fx_close(&f);
}

#define scenario(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        scenario(what_stays_goes_on),
        scenario(what_is_gone_is_nobody),
        scenario(what_is_gone_is_closed_as_what_it_was),
        scenario(what_loses_its_cover_is_told),
        scenario(what_keeps_its_cover_is_not_told),
        scenario(reminders_after_a_start),
        cmocka_unit_test(the_first_of_two_people_is_in_the_journal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
