/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Restart in every state, and clocks that misbehave: wall clock steps, both nights in which
 * summer time changes, an hour of suspend.
 */
#include "tests/alarm_fixture.h"

#include "tests/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FAULT "PS-01/F1/fault"
#define LEVEL "PS-01/L1/hi"
#define LATCH "PS-01/V1/stuck"

static const struct fx_component components[] = {
    {"PS-01", "F1", KIND_FAULT}, {"PS-01", "L1", KIND_LEVEL}, {"PS-01", "P1", KIND_FAULT},
    {"PS-01", "V1", KIND_FAULT}, {"PS-01", "X1", KIND_FAULT}, {0},
};

static const struct fx_rule rules[] = {
    {.component = "PS-01/F1", .rule = "fault", .type = "digital", .re_alarm_s = 600},
    {.component = "PS-01/L1",
     .rule = "hi",
     .type = "hi",
     .limit = 80,
     .deadband = 5,
     .on_s = 10,
     .off_s = 20},
    {.component = "PS-01/L1", .rule = "hihi", .type = "hihi", .limit = 95, .on_s = 5},
    {.component = "PS-01/P1", .rule = "pump", .type = "digital", .parent = "PS-01/X1/mains"},
    {.component = "PS-01/V1", .rule = "stuck", .type = "digital", .latch = true},
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

/* Everything about an alarm that a restart must not change. */
static char *
portrait(struct fx *f, const char *alarm)
{
    const struct alarm_view *v = fx_view(f, alarm);
    if (v == NULL) {
        return g_strdup("normal");
    }
    char id[UUID_SIZE];
    uuid_format(id, &v->occurrence);
    return g_strdup_printf(
        "%s %s overlays=%u step=%u count=%u older=%u value=%g raised=%" G_GINT64_FORMAT
        " returned=%" G_GINT64_FORMAT " acked=%" G_GINT64_FORMAT
        " by=%s comment=%s until=%" G_GINT64_FORMAT
        " once=%d shelved_by=%s reason=%s suspect=%d",
        id, alarm_state_name(v->state), v->overlays, v->step, v->count, v->older, v->value,
        v->raised_at, v->returned_at, v->acked_at, v->acked_by, v->comment, v->shelved_until,
        v->one_shot, v->shelved_by, v->shelve_reason, v->suspect);
}

static void
restart_changes_nothing(struct fx *f, const char *alarm, bool reboot)
{
    uint32_t told = fx_annunciated(f, NULL);
    char *before = portrait(f, alarm);
    fx_restart(f, 3, reboot);
    char *after = portrait(f, alarm);
    assert_string_equal(after, before);
    assert_int_equal(fx_annunciated(f, NULL), told);
    g_free(before);
    g_free(after);
}

static const char *
bring_to(struct fx *f, enum alarm_state want)
{
    bool latched = want == ALARM_LATCHED_UNACKED || want == ALARM_LATCHED_ACKED;
    const char *alarm = latched ? LATCH : FAULT, *component = latched ? "PS-01/V1" : "PS-01/F1";
    if (want != ALARM_NORMAL) {
        fx_put(f, component, 1);
        fx_pass(f, 1);
    }
    if (want == ALARM_ACKED || want == ALARM_LATCHED_ACKED) {
        assert_int_equal(fx_act(f, ACTION_ACK, alarm, "seen"), RC_OK);
        fx_pass(f, 1);
    }
    if (want == ALARM_RETURNED_UNACKED || latched) {
        fx_put(f, component, 0);
        fx_pass(f, 1);
    }
    assert_int_equal(fx_state(f, alarm), want);
    return alarm;
}

static void
restart_in_every_state(void **state)
{
    (void)state;
    for (int s = 0; s < ALARM_STATES * 2; s++) {
        struct fx *f;
        setup((void **)&f);
        const char *alarm = bring_to(f, (enum alarm_state)(s / 2));
        restart_changes_nothing(f, alarm, s % 2 == 1);
        teardown((void **)&f);
    }
}

static void
restart_with_every_overlay(void **state)
{
    struct fx *f = *state;
    fx_put(f, "PS-01/F1", 1);
    assert_int_equal(fx_shelve(f, FAULT, 1800), RC_OK);
    assert_int_equal(fx_shelve(f, LATCH, 0), RC_OK);
    fx_put(f, "PS-01/X1", 1);
    fx_put(f, "PS-01/P1", 1);
    fx_put(f, "PS-01/L1", 85);
    fx_pass(f, 11);
    assert_int_equal(fx_act(f, ACTION_MAINTENANCE, "PS-01/L1", "cleaning"), RC_OK);
    restart_changes_nothing(f, FAULT, false);
    restart_changes_nothing(f, LATCH, true);
    restart_changes_nothing(f, "PS-01/P1/pump", true);
    assert_int_equal(fx_overlays(f, "PS-01/P1/pump"), OVERLAY_SUPPRESSED);
    restart_changes_nothing(f, LEVEL, true);
    assert_int_equal(fx_overlays(f, LEVEL), OVERLAY_OUT_OF_SERVICE);
    assert_int_equal(fx_act(f, ACTION_RETURN, "PS-01/L1", "done"), RC_OK);
    assert_int_equal(fx_overlays(f, LEVEL), 0);
}

static void
restart_with_older_occurrences(void **state)
{
    struct fx *f = *state;
    for (int i = 0; i < 3; i++) {
        fx_put(f, "PS-01/F1", 1);
        fx_pass(f, 30);
        fx_put(f, "PS-01/F1", 0);
        fx_pass(f, 30);
    }
    assert_int_equal(fx_view(f, FAULT)->older, 2);
    struct uuid oldest =
        g_array_index(f->kept.occurrences, struct occurrence_record, 0).occurrence;
    restart_changes_nothing(f, FAULT, true);
    assert_int_equal(fx_ack(f, oldest, 0), RC_OK);
    assert_int_equal(f->kept.occurrences->len, 2);
}

/* What two owners named apart is one rise, whose second name nobody waits for after a restart.
 * A rise that has returned is another one, however near. */
static void
restart_with_a_second_name(void **state)
{
    (void)state;
    static const struct {
        const char *why;
        double raised, returned; /* seconds after the current one; 0: not returned */
        unsigned older;
    } cases[] = {
        {"named late", 2, 0, 0},
        {"named early", -2, 0, 0},
        {"another one before", -2, -1, 1},
        {"another one whose return came late", -2, 1, 1},
        {"too early to be the same", -7, 0, 1},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct fx *f;
        setup((void **)&f);
        fx_put(f, "PS-01/F1", 1);
        fx_pass(f, 30);
        assert_int_equal(f->kept.occurrences->len, 1);
        struct occurrence_record second = occurrence_record_copy(
            &g_array_index(f->kept.occurrences, struct occurrence_record, 0));
        second.occurrence.bytes[0] ^= 0xff;
        second.current = false;
        wall_us at = second.raised_at;
        second.raised_at = at + (wall_us)(cases[i].raised * (double)FX_S);
        if (cases[i].returned != 0) {
            second.returned_at = at + (wall_us)(cases[i].returned * (double)FX_S);
            second.state = ALARM_RETURNED_UNACKED;
        }
        g_array_append_val(f->kept.occurrences, second);
        fx_restart(f, 3, true);
        if (fx_view(f, FAULT)->older != cases[i].older ||
            f->kept.occurrences->len != 1 + cases[i].older) {
            fail_msg("%s: %u older, %u kept", cases[i].why, fx_view(f, FAULT)->older,
                     f->kept.occurrences->len);
        }
        teardown((void **)&f);
    }
}

/* w13: acknowledgement, shelf and delay survive. */
static void
w13_a_running_on_delay_goes_on(void **state)
{
    (void)state;
    for (int reboot = 0; reboot < 2; reboot++) {
        struct fx *f;
        setup((void **)&f);
        fx_put(f, "PS-01/L1", 85);
        fx_pass(f, 4);
        fx_restart(f, 3, reboot == 1); /* 7 of 10 s are over */
        assert_int_equal(fx_state(f, LEVEL), ALARM_NORMAL);
        fx_pass(f, 2.9);
        assert_int_equal(fx_state(f, LEVEL), ALARM_NORMAL);
        fx_pass(f, 0.2);
        assert_int_equal(fx_state(f, LEVEL), ALARM_UNACKED);
        teardown((void **)&f);
    }
}

/* What another instance told may be any moment, or none. */
static void
a_delay_from_nowhere_raises_one_alarm(void **state)
{
    (void)state;
    static const struct {
        mono_us mono;
        wall_us wall;
    } cases[] = {{INT64_MIN, FX_T0},
                 {INT64_MAX, FX_T0},
                 {0, WALL_NONE},
                 {0, INT64_MAX},
                 {0, INT64_MIN + FX_S}};
    for (size_t i = 0; i < 2 * G_N_ELEMENTS(cases); i++) {
        struct fx *f;
        setup((void **)&f);
        fx_put(f, "PS-01/L1", 85);
        fx_pass(f, 4);
        for (guint k = 0; k < f->kept.alarms->len; k++) {
            struct alarm_record *r = &g_array_index(f->kept.alarms, struct alarm_record, k);
            r->pending_since_mono = cases[i / 2].mono;
            r->pending_since = cases[i / 2].wall;
        }
        fx_restart(f, 3, i % 2 == 1);
        fx_pass(f, 11);
        assert_int_equal(fx_state(f, LEVEL), ALARM_UNACKED);
        int64_t ago = f->now.wall - fx_view(f, LEVEL)->raised_at;
        assert_in_range(ago, 0, INT64_C(36700) * 86400 * FX_S);
        teardown((void **)&f);
    }
}

static void
w13_a_running_off_delay_goes_on(void **state)
{
    struct fx *f = *state;
    fx_put(f, "PS-01/L1", 85);
    fx_pass(f, 11);
    fx_put(f, "PS-01/L1", 70);
    fx_pass(f, 12);
    fx_restart(f, 3, false); /* 15 of 20 s */
    assert_int_equal(fx_state(f, LEVEL), ALARM_UNACKED);
    fx_pass(f, 4.9);
    assert_int_equal(fx_state(f, LEVEL), ALARM_UNACKED);
    fx_pass(f, 0.2);
    assert_int_equal(fx_state(f, LEVEL), ALARM_RETURNED_UNACKED);
}

static void
w13_a_delay_that_ended_while_it_was_down_counts(void **state)
{
    struct fx *f = *state;
    fx_put(f, "PS-01/L1", 85);
    fx_pass(f, 4);
    fx_restart(f, 60, false);
    fx_pass(f, 0.1);
    assert_int_equal(fx_state(f, LEVEL), ALARM_UNACKED);
    assert_int_equal(fx_annunciated(f, LEVEL), 1);
}

static void
a_higher_limit_that_was_due_while_it_was_down_is_worse(void **state)
{
    struct fx *f = *state;
    fx_put(f, "PS-01/L1", 85);
    fx_pass(f, 60);
    fx_put(f, "PS-01/L1", 99);
    fx_restart(f, 60, true);
    assert_int_equal(fx_state(f, "PS-01/L1/hihi"), ALARM_UNACKED);
    assert_int_equal(fx_view(f, LEVEL)->step, 2);
}

static void
w13_a_shelf_goes_on_to_its_end(void **state)
{
    (void)state;
    for (int reboot = 0; reboot < 2; reboot++) {
        struct fx *f;
        setup((void **)&f);
        fx_put(f, "PS-01/F1", 1);
        assert_int_equal(fx_shelve(f, FAULT, 1800), RC_OK);
        fx_pass(f, 600);
        fx_restart(f, 60, reboot == 1);
        fx_pass(f, 1139);
        assert_int_equal(fx_overlays(f, FAULT), OVERLAY_SHELVED);
        fx_pass(f, 2);
        assert_int_equal(fx_overlays(f, FAULT), 0);
        assert_int_equal(fx_annunciated(f, FAULT), 2);
        teardown((void **)&f);
    }
}

static void
w13_a_delay_that_stands_still_stands_on(void **state)
{
    (void)state;
    for (int reboot = 0; reboot < 2; reboot++) {
        struct fx *f;
        setup((void **)&f);
        fx_put(f, "PS-01/L1", 85);
        fx_pass(f, 6);
        fx_put_quality(f, "PS-01/L1", 85, QUALITY_INVALID);
        fx_restart(f, 600, reboot == 1);
        fx_pass(f, 600);
        assert_int_equal(fx_state(f, LEVEL), ALARM_NORMAL);
        fx_put(f, "PS-01/L1", 85);
        fx_pass(f, 3.9);
        assert_int_equal(fx_state(f, LEVEL), ALARM_NORMAL);
        fx_pass(f, 0.2);
        assert_int_equal(fx_state(f, LEVEL), ALARM_UNACKED);
        teardown((void **)&f);
    }
}

static void
suspect_it_was_suspect_it_is(void **state)
{
    struct fx *f = *state;
    fx_put(f, "PS-01/F1", 1);
    fx_put_quality(f, "PS-01/F1", 0, QUALITY_INVALID);
    assert_true(fx_view(f, FAULT)->suspect);
    restart_changes_nothing(f, FAULT, true);
    fx_put(f, "PS-01/F1", 1);
    assert_false(fx_view(f, FAULT)->suspect);
}

static void
w13_the_next_re_alarm_goes_on(void **state)
{
    struct fx *f = *state;
    fx_put(f, "PS-01/F1", 1);
    fx_pass(f, 500);
    fx_restart(f, 50, false);
    fx_pass(f, 49);
    assert_int_equal(fx_view(f, FAULT)->step, 1);
    fx_pass(f, 2);
    assert_int_equal(fx_view(f, FAULT)->step, 2);
    assert_int_equal(fx_annunciated(f, FAULT), 2);
}

/* Nobody was told anything while nothing ran, and nobody wants to be told it all at once. */
static void
what_was_due_while_it_was_down_is_due_once_and_now(void **state)
{
    struct fx *f = *state;
    fx_put(f, "PS-01/F1", 1);
    fx_put(f, "PS-01/V1", 1);
    assert_int_equal(fx_shelve(f, LATCH, 60), RC_OK);
    fx_put(f, "PS-01/L1", 85);
    uint32_t told = fx_annunciated(f, FAULT);
    fx_restart(f, 10 * 3600, false);
    assert_int_equal(fx_annunciated(f, FAULT), told + 1);
    assert_int_equal(fx_view(f, FAULT)->step, 2);
    assert_true(fx_last(f, EVENT_REALARM, FAULT)->at == f->now.wall);
    assert_true(fx_last(f, EVENT_UNSHELVED, LATCH)->at == f->now.wall);
    assert_true(fx_last(f, EVENT_RAISED, LEVEL)->at == f->now.wall);
}

static void
reminders_follow_the_configuration(void **state)
{
    struct fx *f = *state;
    int64_t each_us = f->set.reminder_us;
    assert_int_equal(fx_act(f, ACTION_MAINTENANCE, "PS-01", "cleaning"), RC_OK);
    f->set.reminder_us = 0;
    fx_restart(f, (double)each_us / (double)FX_S + 1, false);
    fx_pass(f, 3600);
    assert_int_equal(fx_count(f, EVENT_REMINDER, NULL), 0);
    f->set.reminder_us = each_us;
    fx_restart(f, 1, true);
    assert_int_equal(fx_count(f, EVENT_REMINDER, NULL), 1);
    fx_pass(f, (double)each_us / (double)FX_S + 1);
    assert_int_equal(fx_count(f, EVENT_REMINDER, NULL), 2);
}

/* The broker was not there for a moment, then we were not: that is no outage. */
static void
a_service_that_was_away_for_a_moment_is_judged_anew(void **state)
{
    struct fx *f = *state;
    fx_services(f, (struct watchdog_verdict){.broker = true});
    fx_restart(f, 3600, false);
    fx_services(f, (struct watchdog_verdict){.broker = true});
    assert_int_equal(fx_annunciated(f, NULL), 0);
    fx_services(f, (struct watchdog_verdict){.broker = false});
    fx_pass(f, 3600);
    assert_int_equal(fx_count(f, EVENT_RAISED, NULL), 0);
}

static void
what_changed_while_it_was_down_is_derived_anew(void **state)
{
    struct fx *f = *state;
    fx_put(f, "PS-01/F1", 1);
    assert_int_equal(fx_act(f, ACTION_ACK, FAULT, "seen"), RC_OK);
    fx_put(f, "PS-01/V1", 0);
    /* Another instance stored newer values than the one whose alarms we have. */
    wall_us later = f->now.wall + FX_S;
    f->newest[plant_find_component(f->plant, "PS-01", "F1")].raw = 0;
    f->newest[plant_find_component(f->plant, "PS-01", "F1")].ts = later;
    f->newest[plant_find_component(f->plant, "PS-01", "V1")].raw = 1;
    f->newest[plant_find_component(f->plant, "PS-01", "V1")].ts = later;
    fx_restart(f, 3, false);
    assert_int_equal(fx_state(f, FAULT), ALARM_NORMAL);
    assert_int_equal(fx_state(f, LATCH), ALARM_UNACKED);
}

/* ---- wall clock ---- */

static void
wall_clock_steps_raise_nothing(void **state)
{
    static const double steps[] = {3600, -3600, -3600, 3600, 120, -120};
    struct fx *f = *state;
    fx_put(f, "PS-01/F1", 0);
    fx_put(f, "PS-01/L1", 85); /* its on-delay runs */
    fx_pass(f, 5);
    for (size_t i = 0; i < G_N_ELEMENTS(steps); i++) {
        fx_step_wall(f, steps[i]);
    }
    assert_int_equal(fx_state(f, LEVEL), ALARM_NORMAL);
    fx_pass(f, 4.9);
    assert_int_equal(fx_state(f, LEVEL), ALARM_NORMAL);
    assert_int_equal(fx_annunciated(f, NULL), 0);
    fx_pass(f, 0.2);
    assert_int_equal(fx_annunciated(f, NULL), 1);
}

/* Receipt times go back with the host's clock. Nobody may become blind for an hour. */
static void
wall_clock_back_does_not_blind(void **state)
{
    static const double steps[] = {-3600, -60, -2};
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(steps); i++) {
        struct fx *f;
        setup((void **)&f);
        struct evaluator_input in = {.component = plant_find_component(f->plant, "PS-01", "F1"),
                                     .ts = f->now.wall,
                                     .received = f->now.wall};
        fx_input(f, &in);
        fx_step_wall(f, steps[i]);
        in.ts = in.received = f->now.wall;
        in.raw = 1;
        fx_input(f, &in);
        if (fx_state(f, FAULT) != ALARM_UNACKED) {
            fail_msg("blind after %g s", steps[i]);
        }
        teardown((void **)&f);
    }
}

/* The same second comes twice, and something between: three occurrences, three names. */
static void
wall_clock_back_does_not_mix_up_occurrences(void **state)
{
    struct fx *f = *state;
    fx_put(f, "PS-01/F1", 1);
    struct uuid first = fx_occurrence(f, FAULT);
    fx_pass(f, 900);
    fx_put(f, "PS-01/F1", 0);
    fx_pass(f, 900);
    fx_put(f, "PS-01/F1", 1);
    fx_pass(f, 900);
    fx_put(f, "PS-01/F1", 0);
    fx_pass(f, 900);
    fx_step_wall(f, -3600);
    struct evaluator_input in = {.component = plant_find_component(f->plant, "PS-01", "F1"),
                                 .raw = 1,
                                 .ts = f->now.wall,
                                 .received = f->now.wall};
    fx_input(f, &in);
    struct uuid second = fx_occurrence(f, FAULT);
    assert_int_equal(fx_state(f, FAULT), ALARM_UNACKED);
    assert_false(uuid_equal(&first, &second));
    assert_int_equal(fx_view(f, FAULT)->older, 2);
    assert_int_equal(f->kept.occurrences->len, 3);
}

static void
shelf_ends_by_the_boot_clock(void **state)
{
    static const double steps[] = {3600, -3600};
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(steps); i++) {
        struct fx *f;
        setup((void **)&f);
        fx_put(f, "PS-01/F1", 1);
        assert_int_equal(fx_shelve(f, FAULT, 1800), RC_OK);
        fx_pass(f, 60);
        fx_step_wall(f, steps[i]);
        fx_pass(f, 60);
        fx_restart(f, 0, false); /* the boot clock counts on in the same start of the machine */
        fx_pass(f, 1679);
        assert_int_equal(fx_overlays(f, FAULT), OVERLAY_SHELVED);
        fx_pass(f, 2);
        assert_int_equal(fx_overlays(f, FAULT), 0);
        teardown((void **)&f);
    }
}

/* w22: nights in which a German clock changes, 01:00 UTC. Summer begins, summer ends. */
static void
w22_summer_time_changes_nothing(void **state)
{
    static const wall_us changes[] = {INT64_C(1774746000) * FX_S, INT64_C(1792890000) * FX_S};
    (void)state;
    setenv("TZ", "Europe/Berlin", 1);
    for (size_t i = 0; i < G_N_ELEMENTS(changes); i++) {
        struct fx f;
        fx_init(&f);
        f.now.wall = changes[i] - 1800 * FX_S;
        fx_open(&f, components, rules);
        fx_put(&f, "PS-01/F1", 1);
        fx_put(&f, "PS-01/V1", 0);
        assert_int_equal(fx_shelve(&f, FAULT, 7200), RC_OK);
        for (int s = 0; s < 7199; s++) {
            fx_pass(&f, 1);
        }
        assert_int_equal(fx_overlays(&f, FAULT), OVERLAY_SHELVED);
        fx_pass(&f, 2);
        assert_int_equal(fx_overlays(&f, FAULT), 0);
        assert_int_equal(fx_annunciated(&f, NULL), 2);
        const struct journal_record *r = fx_last(&f, EVENT_UNSHELVED, FAULT);
        assert_non_null(r);
        assert_true(r->at == changes[i] + 5400 * FX_S);
        fx_close(&f);
    }
    unsetenv("TZ");
}

/* The boot clock runs on through it, and so do shelves and reminders. */
static void
suspend_for_an_hour_ends_no_shelf_wrong(void **state)
{
    struct fx *f = *state;
    fx_put(f, "PS-01/F1", 1);
    fx_put(f, "PS-01/P1", 1);
    assert_int_equal(fx_shelve(f, FAULT, 7200), RC_OK);
    assert_int_equal(fx_shelve(f, "PS-01/P1/pump", 1800), RC_OK);
    wall_us begin = f->now.wall;
    fx_pass(f, 60);
    fx_pass(f, 3600); /* asleep */
    assert_int_equal(fx_overlays(f, FAULT), OVERLAY_SHELVED);
    assert_int_equal(fx_overlays(f, "PS-01/P1/pump"), 0);
    const struct journal_record *r = fx_last(f, EVENT_UNSHELVED, "PS-01/P1/pump");
    assert_true(r->at == begin + 1800 * FX_S); /* at the moment it was due */
    fx_pass(f, 3539);
    assert_int_equal(fx_overlays(f, FAULT), OVERLAY_SHELVED);
    fx_pass(f, 2);
    assert_int_equal(fx_overlays(f, FAULT), 0);
}

static void
suspend_for_an_hour_raises_nothing(void **state)
{
    struct fx *f = *state;
    for (int i = 0; i < 5; i++) {
        static const char *const all[] = {"PS-01/F1", "PS-01/L1", "PS-01/P1", "PS-01/V1",
                                          "PS-01/X1"};
        fx_put(f, all[i], 0);
    }
    fx_pass(f, 3600);
    fx_put(f, "PS-01/F1", 0);
    fx_pass(f, 60);
    assert_int_equal(fx_annunciated(f, NULL), 0);
    fx_view(f, FAULT);
    assert_int_equal(f->board->n_alarms, 0);
}

/* Whoever wakes up says that nothing could be heard meanwhile; then nothing is stale. */
static void
suspend_for_an_hour_makes_nothing_stale(void **state)
{
    static const struct fx_component counter[] = {{"PS-01", "N1", KIND_COUNTER}, {0}};
    static const struct fx_rule stale[] = {
        {.component = "PS-01/N1", .rule = "stale", .type = "stale", .window_s = 300}, {0}};
    (void)state;
    struct fx f;
    fx_init(&f);
    fx_open(&f, counter, stale);
    fx_put(&f, "PS-01/N1", 1);
    fx_pass(&f, 200);
    struct now asleep = f.now;
    f.now.mono += FX_H;
    f.now.wall += FX_H;
    evaluator_link(f.e, false, asleep);
    evaluator_link(f.e, true, f.now);
    fx_pass(&f, 99);
    assert_int_equal(fx_annunciated(&f, NULL), 0);
    fx_pass(&f, 3); /* 302 s of which it was awake */
    assert_int_equal(fx_annunciated(&f, "PS-01/N1/stale"), 1);
    fx_put(&f, "PS-01/N1", 2);
    assert_false(alarm_state_active(fx_state(&f, "PS-01/N1/stale")));
    fx_close(&f);
}

#define scenario(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(restart_in_every_state),
        scenario(restart_with_every_overlay),
        scenario(restart_with_older_occurrences),
        cmocka_unit_test(restart_with_a_second_name),
        cmocka_unit_test(w13_a_running_on_delay_goes_on),
        cmocka_unit_test(a_delay_from_nowhere_raises_one_alarm),
        scenario(w13_a_running_off_delay_goes_on),
        scenario(w13_a_delay_that_ended_while_it_was_down_counts),
        scenario(a_higher_limit_that_was_due_while_it_was_down_is_worse),
        cmocka_unit_test(w13_a_shelf_goes_on_to_its_end),
        cmocka_unit_test(w13_a_delay_that_stands_still_stands_on),
        scenario(suspect_it_was_suspect_it_is),
        scenario(w13_the_next_re_alarm_goes_on),
        scenario(what_was_due_while_it_was_down_is_due_once_and_now),
        scenario(reminders_follow_the_configuration),
        scenario(a_service_that_was_away_for_a_moment_is_judged_anew),
        scenario(what_changed_while_it_was_down_is_derived_anew),
        scenario(wall_clock_steps_raise_nothing),
        cmocka_unit_test(wall_clock_back_does_not_blind),
        scenario(wall_clock_back_does_not_mix_up_occurrences),
        cmocka_unit_test(shelf_ends_by_the_boot_clock),
        cmocka_unit_test(w22_summer_time_changes_nothing),
        scenario(suspend_for_an_hour_ends_no_shelf_wrong),
        scenario(suspend_for_an_hour_raises_nothing),
        cmocka_unit_test(suspend_for_an_hour_makes_nothing_stale),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
