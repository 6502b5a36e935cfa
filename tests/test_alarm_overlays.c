/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Overlays row by row (alarm model, 3.3), acknowledging in any order (3.4), first-out, and the
 * alarm test that does not touch the real one.
 */
#include "tests/alarm_fixture.h"

#include "tests/unit.h"

#include <stdio.h>
#include <string.h>

#define FAULT "PS-01/F1/fault"
#define LATCH "PS-01/V1/stuck"
#define CHILD "PS-01/P1/pump"
#define MAINS "PS-01/X1/mains"

static const struct fx_component components[] = {
    {"PS-01", "F1", KIND_FAULT},
    {"PS-01", "P1", KIND_FAULT},
    {"PS-01", "V1", KIND_FAULT},
    {"PS-01", "X1", KIND_FAULT},
    {0},
};

static const struct fx_rule rules[] = {
    {.component = "PS-01/F1",
     .rule = "fault",
     .type = "digital",
     .re_alarm_s = 600,
     .group = "pump"},
    {.component = "PS-01/P1",
     .rule = "pump",
     .type = "digital",
     .group = "pump",
     .parent = "PS-01/X1/mains"},
    {.component = "PS-01/V1",
     .rule = "stuck",
     .type = "digital",
     .latch = true,
     .priority = "critical"},
    {.component = "PS-01/X1", .rule = "mains", .type = "digital"},
    {0},
};

static int
setup(void **state)
{
    struct fx *f = g_new0(struct fx, 1);
    fx_init(f);
    f->set.second_person = false;
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

/* From plain normal to the state named: FAULT for B to D, LATCH for E and F. */
static const char *
bring_to(struct fx *f, enum alarm_state want)
{
    bool latched = want == ALARM_LATCHED_UNACKED || want == ALARM_LATCHED_ACKED;
    const char *alarm = latched ? LATCH : FAULT, *component = latched ? "PS-01/V1" : "PS-01/F1";
    if (want != ALARM_NORMAL) {
        fx_put(f, component, 1);
    }
    if (want == ALARM_ACKED || want == ALARM_LATCHED_ACKED) {
        assert_int_equal(fx_act(f, ACTION_ACK, alarm, "seen"), RC_OK);
    }
    if (want == ALARM_RETURNED_UNACKED || latched) {
        fx_put(f, component, 0);
    }
    assert_int_equal(fx_state(f, alarm), want);
    return alarm;
}

static void
shelve_from_every_state(void **state)
{
    (void)state;
    for (int s = 0; s < ALARM_STATES; s++) {
        struct fx *f;
        setup((void **)&f);
        const char *alarm = bring_to(f, (enum alarm_state)s);
        uint32_t told = fx_annunciated(f, NULL);
        assert_int_equal(fx_shelve(f, alarm, 1800), RC_OK);
        const struct alarm_view *v = fx_view(f, alarm);
        assert_non_null(v);
        assert_int_equal(v->overlays, OVERLAY_SHELVED);
        assert_int_equal(v->state, s);
        assert_string_equal(v->shelved_by, "anna");
        assert_string_equal(v->shelve_reason, "known");
        assert_int_equal(f->board->shelved, 1);
        assert_int_equal(f->board->active[ALARM_HIGH] + f->board->active[ALARM_CRITICAL], 0);
        assert_int_equal(f->board->unacked[ALARM_HIGH] + f->board->unacked[ALARM_CRITICAL], 0);
        fx_pass(f, 1799);
        assert_int_equal(fx_overlays(f, alarm), OVERLAY_SHELVED);
        fx_pass(f, 2);
        assert_int_equal(fx_overlays(f, alarm), 0);
        assert_int_equal(fx_state(f, alarm), s);
        /* B and E are told once more, the others are not. */
        bool again = s == ALARM_UNACKED || s == ALARM_LATCHED_UNACKED;
        assert_int_equal(fx_annunciated(f, NULL) - told, again);
        teardown((void **)&f);
    }
}

static void
shelve_without_a_reason_is_refused(void **state)
{
    struct fx *f = *state;
    struct alarm_action a = fx_action(f, ACTION_SHELVE, FAULT, "");
    a.duration_us = 600 * FX_S;
    assert_int_equal(fx_do(f, &a), RC_INVALID);
    assert_int_equal(fx_overlays(f, FAULT), 0);
    assert_int_equal(fx_count(f, EVENT_REFUSED, FAULT), 1);
}

/* Refused or cut, but never longer. */
static void
shelve_is_capped(void **state)
{
    struct fx *f = *state;
    double cap_s = (double)f->set.shelve_max_us[ALARM_HIGH] / (double)FX_S;
    (void)!fx_shelve(f, FAULT, cap_s + 3600);
    fx_pass(f, cap_s + 1);
    assert_int_equal(fx_overlays(f, FAULT), 0);
    struct alarm_action a = fx_action(f, ACTION_SHELVE, FAULT, "for ever");
    assert_int_equal(fx_do(f, &a), RC_INVALID); /* neither a time nor once */
    a.duration_us = -1;
    assert_int_equal(fx_do(f, &a), RC_INVALID);
    assert_int_equal(fx_overlays(f, FAULT), 0);
}

static void
shelve_of_a_critical_alarm_takes_two_people(void **state)
{
    (void)state;
    struct fx f;
    fx_init(&f);
    f.set.second_person = true;
    fx_open(&f, components, rules);
    (void)!fx_shelve(&f, LATCH, 600);
    assert_int_equal(fx_overlays(&f, LATCH), 0);
    (void)!fx_shelve(&f, LATCH, 600); /* the same one again does not count */
    assert_int_equal(fx_overlays(&f, LATCH), 0);
    f.user = "berta";
    assert_int_equal(fx_shelve(&f, LATCH, 600), RC_OK);
    assert_int_equal(fx_overlays(&f, LATCH), OVERLAY_SHELVED);
    const struct journal_record *r = fx_last(&f, EVENT_SHELVED, LATCH);
    assert_non_null(r);
    f.user = "anna";
    assert_int_equal(fx_shelve(&f, FAULT, 600), RC_OK); /* not critical: one is enough */
    assert_int_equal(fx_overlays(&f, FAULT), OVERLAY_SHELVED);
    fx_close(&f);
}

static void
one_shot_of_the_present_occurrence(void **state)
{
    struct fx *f = *state;
    bring_to(f, ALARM_ACKED);
    assert_int_equal(fx_shelve(f, FAULT, 0), RC_OK);
    assert_true(fx_view(f, FAULT)->one_shot);
    fx_pass(f, 3600);
    assert_int_equal(fx_overlays(f, FAULT), OVERLAY_SHELVED);
    fx_put(f, "PS-01/F1", 0);
    assert_null(fx_view(f, FAULT));
}

static void
one_shot_of_the_next_occurrence(void **state)
{
    struct fx *f = *state;
    assert_int_equal(fx_shelve(f, FAULT, 0), RC_OK);
    fx_put(f, "PS-01/F1", 0);
    fx_pass(f, 86400);
    assert_int_equal(fx_overlays(f, FAULT), OVERLAY_SHELVED);
    fx_put(f, "PS-01/F1", 1);
    assert_int_equal(fx_annunciated(f, NULL), 0);
    fx_pass(f, 5);
    fx_put(f, "PS-01/F1", 0);
    assert_int_equal(fx_overlays(f, FAULT), 0);
    assert_int_equal(fx_state(f, FAULT), ALARM_RETURNED_UNACKED); /* not lost */
    assert_int_equal(fx_annunciated(f, NULL), 0);
    fx_pass(f, 60);
    fx_put(f, "PS-01/F1", 1);
    assert_int_equal(fx_annunciated(f, NULL), 1);
}

static void
one_shot_of_a_latch_tells_what_stays(void **state)
{
    struct fx *f = *state;
    fx_put(f, "PS-01/V1", 1);
    assert_int_equal(fx_shelve(f, LATCH, 0), RC_OK);
    fx_put(f, "PS-01/V1", 0);
    assert_int_equal(fx_overlays(f, LATCH), 0);
    assert_int_equal(fx_state(f, LATCH), ALARM_LATCHED_UNACKED);
    assert_int_equal(fx_annunciated(f, LATCH), 2);
}

static void
unshelve_by_hand(void **state)
{
    struct fx *f = *state;
    assert_int_equal(fx_act(f, ACTION_UNSHELVE, FAULT, ""), RC_INVALID); /* it is not */
    bring_to(f, ALARM_UNACKED);
    wall_us onset = f->now.wall;
    assert_int_equal(fx_shelve(f, FAULT, 1800), RC_OK);
    fx_pass(f, 60);
    assert_int_equal(fx_act(f, ACTION_UNSHELVE, FAULT, ""), RC_OK);
    const struct alarm_view *v = fx_view(f, FAULT);
    assert_int_equal(v->overlays, 0);
    assert_true(v->raised_at == onset);
    assert_true(v->released_at == f->now.wall);
    const struct journal_record *r = fx_last(f, EVENT_REENTERED, FAULT);
    assert_non_null(r);
    assert_true(r->annunciated);
    assert_int_equal(fx_annunciated(f, FAULT), 2);
    fx_pass(f, 1790); /* the shelf's old end is nobody's end any more */
    assert_int_equal(fx_count(f, EVENT_UNSHELVED, FAULT), 1);
}

static void
suppression_by_the_parent(void **state)
{
    struct fx *f = *state;
    fx_put(f, "PS-01/X1", 1);
    fx_put(f, "PS-01/P1", 1);
    wall_us onset = f->now.wall;
    const struct alarm_view *v = fx_view(f, CHILD);
    assert_int_equal(v->overlays, OVERLAY_SUPPRESSED);
    assert_int_equal(v->state, ALARM_UNACKED);
    struct uuid parent = v->parent, mains = fx_occurrence(f, MAINS);
    assert_true(uuid_equal(&parent, &mains));
    assert_int_equal(fx_view(f, MAINS)->suppresses, 1);
    assert_int_equal(fx_annunciated(f, CHILD), 0);
    assert_int_equal(fx_count(f, EVENT_SUPPRESSED, CHILD), 1);
    fx_pass(f, 60);
    fx_put(f, "PS-01/X1", 0);
    v = fx_view(f, CHILD);
    assert_int_equal(v->overlays, 0);
    assert_int_equal(v->state, ALARM_UNACKED);
    assert_true(v->raised_at == onset);
    assert_int_equal(fx_view(f, MAINS)->suppresses, 0);
    assert_int_equal(fx_annunciated(f, CHILD), 1);
    assert_int_equal(fx_count(f, EVENT_RELEASED, CHILD), 1);
}

static void
suppression_of_what_stood_before(void **state)
{
    struct fx *f = *state;
    fx_put(f, "PS-01/P1", 1);
    assert_int_equal(fx_act(f, ACTION_ACK, CHILD, "seen"), RC_OK);
    fx_put(f, "PS-01/X1", 1);
    assert_int_equal(fx_overlays(f, CHILD), OVERLAY_SUPPRESSED);
    fx_put(f, "PS-01/X1", 0);
    assert_int_equal(fx_state(f, CHILD), ALARM_ACKED); /* its ack is still valid */
    assert_int_equal(fx_annunciated(f, CHILD), 1);
}

static void
out_of_service_of_a_component_and_its_station(void **state)
{
    struct fx *f = *state;
    fx_put(f, "PS-01/F1", 1);
    assert_int_equal(fx_act(f, ACTION_MAINTENANCE, "PS-01/F1", "cleaning"), RC_OK);
    assert_int_equal(fx_overlays(f, FAULT), OVERLAY_OUT_OF_SERVICE);
    assert_int_equal(fx_act(f, ACTION_MAINTENANCE, "PS-01", "all of it"), RC_OK);
    assert_int_equal(fx_act(f, ACTION_RETURN, "PS-01/F1", "done"), RC_OK);
    assert_int_equal(fx_overlays(f, FAULT), OVERLAY_OUT_OF_SERVICE); /* the station is */
    fx_put(f, "PS-01/V1", 1);
    assert_int_equal(fx_annunciated(f, NULL), 1);
    assert_int_equal(fx_act(f, ACTION_RETURN, "PS-01", "done"), RC_OK);
    assert_int_equal(fx_overlays(f, FAULT), 0);
    assert_int_equal(fx_annunciated(f, NULL), 3); /* both as B, once */
    const struct journal_record *r = fx_last(f, EVENT_IN_SERVICE, NULL);
    assert_non_null(r);
    assert_string_equal(r->actor, "anna");
}

static void
out_of_service_needs_reason_and_name(void **state)
{
    struct fx *f = *state;
    fx_put(f, "PS-01/F1", 1);
    assert_int_equal(fx_act(f, ACTION_MAINTENANCE, "PS-01/F1", ""), RC_INVALID);
    assert_int_equal(fx_overlays(f, FAULT), 0);
    f->user = "";
    assert_int_equal(fx_act(f, ACTION_MAINTENANCE, "PS-01/F1", "cleaning"), RC_INVALID);
    f->user = "anna";
    assert_int_equal(fx_act(f, ACTION_MAINTENANCE, "PS-01/F1", "cleaning"), RC_OK);
    assert_int_equal(fx_act(f, ACTION_RETURN, "PS-01/F1", ""), RC_INVALID);
    assert_int_equal(fx_overlays(f, FAULT), OVERLAY_OUT_OF_SERVICE);
    assert_int_equal(fx_act(f, ACTION_MAINTENANCE, "PS-09", "there is none"), RC_NOTFOUND);
}

static void
maintenance_that_lasts_is_remembered(void **state)
{
    struct fx *f = *state;
    double each_s = (double)f->set.reminder_us / (double)FX_S;
    assert_true(each_s > 0);
    assert_int_equal(fx_act(f, ACTION_MAINTENANCE, "PS-01", "cleaning"), RC_OK);
    fx_pass(f, each_s - 1);
    assert_int_equal(fx_count(f, EVENT_REMINDER, NULL), 0);
    fx_pass(f, 2);
    assert_int_equal(fx_count(f, EVENT_REMINDER, NULL), 1);
    fx_pass(f, each_s);
    assert_int_equal(fx_count(f, EVENT_REMINDER, NULL), 2);
}

static void
core_goes_on_under_cover_and_is_journalled(void **state)
{
    struct fx *f = *state;
    assert_int_equal(fx_shelve(f, FAULT, 3600), RC_OK);
    for (int i = 0; i < 3; i++) {
        fx_put(f, "PS-01/F1", 1);
        fx_pass(f, 100);
        fx_put(f, "PS-01/F1", 0);
        fx_pass(f, 100);
    }
    assert_int_equal(fx_count(f, EVENT_RAISED, FAULT), 3);
    assert_int_equal(fx_count(f, EVENT_RETURNED, FAULT), 3);
    assert_int_equal(fx_annunciated(f, NULL), 0);
    fx_pass(f, 3600);
    assert_int_equal(fx_state(f, FAULT), ALARM_RETURNED_UNACKED);
    assert_int_equal(fx_annunciated(f, NULL), 0);
    const struct journal_record *r = fx_last(f, EVENT_COVERED, FAULT);
    assert_non_null(r);
    assert_non_null(strchr(r->detail, '3'));
    assert_int_equal(fx_count(f, EVENT_COVERED, FAULT), 1);
}

static void
nothing_under_cover_makes_no_line(void **state)
{
    struct fx *f = *state;
    assert_int_equal(fx_shelve(f, FAULT, 60), RC_OK);
    fx_pass(f, 61);
    assert_int_equal(fx_count(f, EVENT_COVERED, FAULT), 0);
    assert_null(fx_view(f, FAULT));
}

static void
re_alarm_under_cover_is_silent(void **state)
{
    struct fx *f = *state;
    bring_to(f, ALARM_UNACKED);
    assert_int_equal(fx_shelve(f, FAULT, 3600), RC_OK);
    fx_pass(f, 601);
    assert_int_equal(fx_count(f, EVENT_REALARM, FAULT), 1);
    assert_int_equal(fx_view(f, FAULT)->step, 2);
    assert_int_equal(fx_annunciated(f, FAULT), 1);
}

static void
an_ack_under_cover_is_valid_afterwards(void **state)
{
    struct fx *f = *state;
    bring_to(f, ALARM_UNACKED);
    assert_int_equal(fx_shelve(f, FAULT, 60), RC_OK);
    assert_int_equal(fx_act(f, ACTION_ACK, FAULT, "seen"), RC_OK);
    fx_pass(f, 61);
    assert_int_equal(fx_state(f, FAULT), ALARM_ACKED);
    assert_int_equal(fx_annunciated(f, FAULT), 1);
}

static void
only_the_last_overlay_lets_it_in(void **state)
{
    struct fx *f = *state;
    bring_to(f, ALARM_UNACKED);
    assert_int_equal(fx_shelve(f, FAULT, 60), RC_OK);
    assert_int_equal(fx_act(f, ACTION_MAINTENANCE, "PS-01/F1", "cleaning"), RC_OK);
    assert_int_equal(fx_overlays(f, FAULT), OVERLAY_SHELVED | OVERLAY_OUT_OF_SERVICE);
    fx_pass(f, 61);
    assert_int_equal(fx_annunciated(f, FAULT), 1);
    assert_int_equal(fx_act(f, ACTION_RETURN, "PS-01/F1", "done"), RC_OK);
    assert_int_equal(fx_annunciated(f, FAULT), 2);
    assert_int_equal(fx_count(f, EVENT_REENTERED, FAULT), 1);
}

/* ---- acknowledging in any order ---- */

/* Tells the name that the occurrence will have, from another evaluator that saw the same. */
static struct uuid
foretell(void)
{
    struct fx *f;
    setup((void **)&f);
    fx_pass(f, 10);
    fx_put(f, "PS-01/F1", 1);
    struct uuid id = fx_occurrence(f, FAULT);
    teardown((void **)&f);
    return id;
}

static void
an_ack_before_its_occurrence_is_parked(void **state)
{
    struct fx *f = *state;
    struct uuid id = foretell();
    assert_int_equal(fx_ack(f, id, 0), RC_OK);
    assert_string_not_equal(f->err.text, "");
    assert_int_equal(f->kept.parked->len, 1);
    assert_int_equal(fx_count(f, EVENT_PARKED, NULL), 1);
    fx_restart(f, 0, false); /* parked, not dropped */
    fx_at(f, 10);
    fx_put(f, "PS-01/F1", 1);
    assert_int_equal(fx_state(f, FAULT), ALARM_ACKED);
    assert_string_equal(fx_view(f, FAULT)->acked_by, "anna");
    assert_int_equal(f->kept.parked->len, 0);
}

/* By it the store knows what two owners did. */
static void
what_an_action_did_has_its_name(void **state)
{
    struct fx *f = *state;
    struct alarm_action a = fx_action(f, ACTION_SHELVE, FAULT, ""); /* wants a reason */
    a.id = uuid_of("one", 3);
    assert_int_equal(fx_do(f, &a), RC_INVALID);
    a = fx_action(f, ACTION_ACK, "", "in hand");
    a.id = uuid_of("one", 3);
    a.occurrence = foretell();
    assert_int_equal(fx_do(f, &a), RC_OK);
    fx_at(f, 10);
    fx_put(f, "PS-01/F1", 1);
    assert_int_equal(fx_state(f, FAULT), ALARM_ACKED);
    unsigned acts = 0;
    for (guint i = 0; i < f->journal->len; i++) {
        const struct journal_record *r = &g_array_index(f->journal, struct journal_record, i);
        bool act =
            r->event == EVENT_REFUSED || r->event == EVENT_PARKED || r->event == EVENT_ACKED;
        acts += act;
        assert_true(uuid_equal(&r->action, act ? &a.id : &(struct uuid){{0}}));
    }
    assert_int_equal(acts, 3);
}

static void
an_ack_that_races_a_clear_opens_nothing(void **state)
{
    struct fx *f = *state;
    bring_to(f, ALARM_ACKED);
    struct uuid id = fx_occurrence(f, FAULT);
    fx_put(f, "PS-01/F1", 0);
    (void)!fx_ack(f, id, 0);
    (void)!fx_ack(f, id, 0);
    assert_null(fx_view(f, FAULT));
    fx_pass(f, 60);
    fx_put(f, "PS-01/F1", 1);
    assert_int_equal(fx_state(f, FAULT), ALARM_UNACKED);
}

static void
an_ack_covers_up_to_its_step(void **state)
{
    struct fx *f = *state;
    bring_to(f, ALARM_UNACKED);
    struct uuid id = fx_occurrence(f, FAULT);
    fx_pass(f, 601);
    assert_int_equal(fx_view(f, FAULT)->step, 2);
    assert_int_equal(fx_ack(f, id, 1), RC_OK); /* what the operator saw was step 1 */
    assert_int_equal(fx_state(f, FAULT), ALARM_UNACKED);
    assert_int_equal(fx_ack(f, id, 2), RC_OK);
    assert_int_equal(fx_state(f, FAULT), ALARM_ACKED);
    (void)!fx_ack(f, id, 1); /* merges by max */
    assert_int_equal(fx_state(f, FAULT), ALARM_ACKED);
}

static void
an_ack_of_an_older_one_covers_up_to_its_step(void **state)
{
    struct fx *f = *state;
    bring_to(f, ALARM_UNACKED);
    struct uuid id = fx_occurrence(f, FAULT);
    fx_pass(f, 601); /* step 2 */
    fx_put(f, "PS-01/F1", 0);
    fx_pass(f, 60);
    fx_put(f, "PS-01/F1", 1);
    assert_int_equal(fx_view(f, FAULT)->older, 1);
    assert_int_equal(fx_ack(f, id, 1), RC_OK); /* nobody has seen step 2 */
    assert_int_equal(fx_view(f, FAULT)->older, 1);
    fx_restart(f, 1, false);
    assert_int_equal(fx_ack(f, id, 2), RC_OK);
    assert_int_equal(fx_view(f, FAULT)->older, 0);
}

static void
a_latch_is_acked_first_and_reset_then(void **state)
{
    struct fx *f = *state;
    assert_int_equal(fx_act(f, ACTION_RESET, LATCH, ""), RC_INVALID);
    bring_to(f, ALARM_LATCHED_UNACKED);
    assert_int_equal(fx_act(f, ACTION_RESET, LATCH, ""), RC_INVALID);
    assert_int_equal(fx_state(f, LATCH), ALARM_LATCHED_UNACKED);
    assert_int_equal(fx_act(f, ACTION_ACK, LATCH, "seen"), RC_OK);
    assert_int_equal(fx_state(f, LATCH), ALARM_LATCHED_ACKED);
    assert_int_equal(fx_act(f, ACTION_RESET, LATCH, ""), RC_OK);
    assert_null(fx_view(f, LATCH));
}

/* ---- first-out, test ---- */

static void
the_first_of_a_group_is_marked(void **state)
{
    struct fx *f = *state;
    fx_put(f, "PS-01/P1", 1);
    fx_pass(f, 0.1);
    fx_put(f, "PS-01/F1", 1);
    assert_true(fx_view(f, CHILD)->first_out);
    assert_string_equal(fx_view(f, CHILD)->group, "pump");
    assert_false(fx_view(f, FAULT)->first_out);
    fx_put(f, "PS-01/P1", 0); /* the trace stays as long as the group is not through */
    assert_true(fx_view(f, CHILD)->first_out);
    assert_false(fx_view(f, FAULT)->first_out);
    fx_put(f, "PS-01/F1", 0);
    assert_int_equal(fx_act(f, ACTION_ACK, CHILD, "seen"), RC_OK);
    assert_int_equal(fx_act(f, ACTION_ACK, FAULT, "seen"), RC_OK);
    fx_put(f, "PS-01/F1", 1); /* and the next time another may be the first */
    fx_put(f, "PS-01/P1", 1);
    assert_true(fx_view(f, FAULT)->first_out);
    assert_false(fx_view(f, CHILD)->first_out);
}

#define TWIN "PS-01/F1/" ALARM_TEST_PREFIX "fault"

static void
a_test_does_not_touch_the_real_alarm(void **state)
{
    struct fx *f = *state;
    assert_int_equal(fx_act(f, ACTION_TEST, FAULT, "weekly test"), RC_OK);
    const struct alarm_view *v = fx_view(f, TWIN);
    assert_non_null(v);
    assert_true(v->test);
    assert_int_equal(v->state, ALARM_UNACKED);
    struct uuid twin = v->occurrence;
    assert_null(fx_view(f, FAULT));
    assert_int_equal(fx_annunciated(f, TWIN), 1);
    fx_put(f, "PS-01/F1", 1); /* the real one comes meanwhile */
    fx_put(f, "PS-01/F1", 0);
    assert_int_equal(fx_state(f, FAULT), ALARM_RETURNED_UNACKED);
    assert_int_equal(fx_state(f, TWIN), ALARM_UNACKED);
    assert_int_equal(fx_ack(f, twin, 0), RC_OK);
    assert_int_equal(fx_state(f, FAULT), ALARM_RETURNED_UNACKED);
    assert_int_equal(fx_act(f, ACTION_TEST_END, FAULT, ""), RC_OK);
    assert_null(fx_view(f, TWIN));
    assert_int_equal(fx_state(f, FAULT), ALARM_RETURNED_UNACKED);
}

static void
a_test_is_marked_in_every_line(void **state)
{
    struct fx *f = *state;
    assert_int_equal(fx_act(f, ACTION_TEST, FAULT, "weekly test"), RC_OK);
    assert_int_equal(fx_ack(f, fx_occurrence(f, TWIN), 0), RC_OK);
    assert_int_equal(fx_act(f, ACTION_TEST_END, FAULT, ""), RC_OK);
    int lines = 0;
    for (guint i = 0; i < f->journal->len; i++) {
        const struct journal_record *r = &g_array_index(f->journal, struct journal_record, i);
        if (r->rule != NULL) {
            assert_true(r->test);
            assert_string_equal(r->rule, ALARM_TEST_PREFIX "fault");
            lines++;
        }
    }
    assert_true(lines >= 3);
}

#define scenario(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shelve_from_every_state),
        scenario(shelve_without_a_reason_is_refused),
        scenario(shelve_is_capped),
        cmocka_unit_test(shelve_of_a_critical_alarm_takes_two_people),
        scenario(one_shot_of_the_present_occurrence),
        scenario(one_shot_of_the_next_occurrence),
        scenario(one_shot_of_a_latch_tells_what_stays),
        scenario(unshelve_by_hand),
        scenario(suppression_by_the_parent),
        scenario(suppression_of_what_stood_before),
        scenario(out_of_service_of_a_component_and_its_station),
        scenario(out_of_service_needs_reason_and_name),
        scenario(maintenance_that_lasts_is_remembered),
        scenario(core_goes_on_under_cover_and_is_journalled),
        scenario(nothing_under_cover_makes_no_line),
        scenario(re_alarm_under_cover_is_silent),
        scenario(an_ack_under_cover_is_valid_afterwards),
        scenario(only_the_last_overlay_lets_it_in),
        scenario(an_ack_before_its_occurrence_is_parked),
        scenario(what_an_action_did_has_its_name),
        scenario(an_ack_that_races_a_clear_opens_nothing),
        scenario(an_ack_covers_up_to_its_step),
        scenario(an_ack_of_an_older_one_covers_up_to_its_step),
        scenario(a_latch_is_acked_first_and_reset_then),
        scenario(the_first_of_a_group_is_marked),
        scenario(a_test_does_not_touch_the_real_alarm),
        scenario(a_test_is_marked_in_every_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
