/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What went wrong elsewhere and what operators ask for, as scenarios: the defects of the
 * predecessors (alarm model, chapter 6) and the wishes (chapter 4) as far as they are the
 * evaluator's. A test's name has the number.
 */
#include "tests/alarm_fixture.h"

#include "tests/unit.h"

#include <stdio.h>
#include <string.h>

#define BROKER ALARM_SYSTEM "/broker"
#define STORE  ALARM_SYSTEM "/store"

static const struct fx_component components[] = {
    {"PS-01", "F1", KIND_FAULT},
    {"PS-01", "F2", KIND_FAULT},
    {"PS-01", "L1", KIND_LEVEL},
    {"PS-01", "P1", KIND_SENSOR},
    {"PS-02", "F1", KIND_FAULT},
    {"PS-02", "L1", KIND_LEVEL},
    {0},
};

static const struct fx_rule rules[] = {
    {.component = "PS-01/F1", .rule = "fault", .type = "digital"},
    {.component = "PS-01/F2", .rule = "fault", .type = "digital"},
    {.component = "PS-01/L1",
     .rule = "hi",
     .type = "hi",
     .limit = 80,
     .deadband = 5,
     .on_s = 10},
    {.component = "PS-01/P1", .rule = "pulse", .type = "digital", .ack_unneeded = true},
    {.component = "PS-02/F1", .rule = "fault", .type = "digital", .priority = "critical"},
    {.component = "PS-02/L1", .rule = "hi", .type = "hi", .limit = 80, .deadband = 5},
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

static const struct watchdog_verdict all_well = {0};
static const struct watchdog_verdict broker_gone = {.broker = true, .broker_detail = "refused"};
static const struct watchdog_verdict store_gone = {.store = true};

/* ---- defects of the predecessors ---- */

static void
defect_1_a_fault_that_returns_leaves_the_other_alone(void **state)
{
    struct fx *f = *state;
    fx_put(f, "PS-01/F1", 1);
    fx_put(f, "PS-01/F2", 1);
    struct uuid standing = fx_occurrence(f, "PS-01/F2/fault");
    assert_int_equal(fx_ack(f, standing, 0), RC_OK);
    for (int i = 0; i < 5; i++) { /* all bits in one message, again and again */
        fx_pass(f, 15);
        fx_put(f, "PS-01/F1", 0);
        fx_put(f, "PS-01/F2", 1);
    }
    assert_int_equal(fx_state(f, "PS-01/F1/fault"), ALARM_RETURNED_UNACKED);
    const struct alarm_view *v = fx_view(f, "PS-01/F2/fault");
    assert_non_null(v);
    assert_int_equal(v->state, ALARM_ACKED);
    assert_true(uuid_equal(&v->occurrence, &standing));
    assert_int_equal(fx_annunciated(f, "PS-01/F2/fault"), 1);
}

static void
defect_2_watchdog_does_not_clear_genuine_alarms(void **state)
{
    struct fx *f = *state;
    fx_put(f, "PS-01/F1", 1);
    fx_put(f, "PS-02/F1", 1);
    assert_int_equal(fx_ack(f, fx_occurrence(f, "PS-02/F1/fault"), 0), RC_OK);
    for (int i = 0; i < 10; i++) {
        fx_pass(f, 60);
        fx_silence(f, "PS-01", false);
        fx_silence(f, "PS-02", false);
    }
    assert_int_equal(fx_state(f, "PS-01/F1/fault"), ALARM_UNACKED);
    assert_int_equal(fx_state(f, "PS-02/F1/fault"), ALARM_ACKED);
    assert_int_equal(fx_count(f, EVENT_RETURNED, NULL), 0);
    assert_int_equal(fx_annunciated(f, NULL), 2);
}

static void
defect_3_a_lost_broker_does_not_make_all_stations_dead(void **state)
{
    struct fx *f = *state;
    fx_link(f, false);
    fx_services(f, broker_gone);
    fx_pass(f, 300);
    fx_silence(f, "PS-01", true);
    fx_silence(f, "PS-02", true);
    fx_pass(f, 10);
    assert_int_equal(fx_state(f, BROKER), ALARM_UNACKED);
    assert_int_equal(fx_annunciated(f, NULL), 1);
    assert_true(fx_overlays(f, "PS-01//silence") & OVERLAY_SUPPRESSED);
    assert_int_equal(fx_state(f, "PS-01//silence"), ALARM_UNACKED);
    const struct alarm_view *v = fx_view(f, BROKER);
    assert_int_equal(v->suppresses, 2);
}

static void
defect_3_a_lost_store_kills_no_station(void **state)
{
    struct fx *f = *state;
    fx_services(f, store_gone);
    fx_pass(f, 3600);
    assert_int_equal(fx_state(f, STORE), ALARM_UNACKED);
    assert_int_equal(fx_annunciated(f, NULL), 1);
    fx_services(f, all_well);
    fx_pass(f, 3600);
    assert_false(alarm_state_active(fx_state(f, STORE)));
    assert_int_equal(fx_annunciated(f, NULL), 1);
}

static void
defect_3_a_station_never_seen_is_watched(void **state)
{
    struct fx *f = *state;
    evaluator_silence(f->e, plant_find_station(f->plant, "PS-02"), true, WALL_NONE, "", f->now);
    fx_collect(f);
    assert_int_equal(fx_state(f, "PS-02//silence"), ALARM_UNACKED);
    assert_int_equal(fx_annunciated(f, "PS-02//silence"), 1);
    assert_null(fx_view(f, "PS-01//silence"));
}

static void
defect_4_an_ack_means_what_the_operator_saw(void **state)
{
    struct fx *f = *state;
    fx_put(f, "PS-01/F1", 1);
    struct uuid seen = fx_occurrence(f, "PS-01/F1/fault");
    fx_pass(f, 5);
    fx_put(f, "PS-01/F1", 0);
    fx_pass(f, 5);
    fx_put(f, "PS-01/F1", 1);
    struct uuid unseen = fx_occurrence(f, "PS-01/F1/fault");
    assert_false(uuid_equal(&seen, &unseen));
    assert_int_equal(fx_view(f, "PS-01/F1/fault")->older, 1);
    assert_int_equal(fx_ack(f, seen, 0), RC_OK);
    const struct alarm_view *v = fx_view(f, "PS-01/F1/fault");
    assert_int_equal(v->state, ALARM_UNACKED);
    assert_int_equal(v->older, 0);
    assert_true(uuid_equal(&v->occurrence, &unseen));
}

static void
defect_5_the_onset_is_the_stations_own_time_in_utc(void **state)
{
    struct fx *f = *state;
    wall_us measured = f->now.wall - 7 * FX_S;
    fx_put_measured(f, "PS-01/F1", 1, measured);
    assert_true(fx_view(f, "PS-01/F1/fault")->raised_at == measured);
}

static void
defect_7_an_input_active_at_first_read_alarms(void **state)
{
    struct fx *f = *state;
    fx_put(f, "PS-01/F1", 1);
    fx_put(f, "PS-02/L1", 99);
    assert_int_equal(fx_state(f, "PS-01/F1/fault"), ALARM_UNACKED);
    assert_int_equal(fx_state(f, "PS-02/L1/hi"), ALARM_UNACKED);
    assert_int_equal(fx_annunciated(f, NULL), 2);
}

static void
defect_7_a_retained_value_is_no_edge(void **state)
{
    struct fx *f = *state;
    fx_put_retained(f, "PS-01/F1", 1);
    fx_pass(f, 60);
    assert_int_equal(fx_state(f, "PS-01/F1/fault"), ALARM_NORMAL);
    assert_int_equal(fx_annunciated(f, NULL), 0);
    fx_put(f, "PS-01/F1", 1);
    assert_int_equal(fx_annunciated(f, NULL), 1);
}

static void
defect_8_who_acknowledged_and_when_is_kept(void **state)
{
    struct fx *f = *state;
    fx_put(f, "PS-01/F1", 1);
    fx_pass(f, 30);
    f->user = "berta";
    assert_int_equal(fx_ack(f, fx_occurrence(f, "PS-01/F1/fault"), 0), RC_OK);
    wall_us at = f->now.wall;
    fx_pass(f, 30);
    fx_restart(f, 5, true);
    const struct alarm_view *v = fx_view(f, "PS-01/F1/fault");
    assert_non_null(v);
    assert_string_equal(v->acked_by, "berta");
    assert_string_equal(v->comment, "in hand");
    assert_true(v->acked_at == at);
}

static void
defect_9_a_short_pulse_is_seen(void **state)
{
    struct fx *f = *state;
    fx_put(f, "PS-01/F1", 1);
    fx_put(f, "PS-01/F1", 0); /* at the same microsecond */
    assert_int_equal(fx_state(f, "PS-01/F1/fault"), ALARM_RETURNED_UNACKED);
    fx_put(f, "PS-01/F1", 1);
    fx_put(f, "PS-01/F1", 0);
    const struct alarm_view *v = fx_view(f, "PS-01/F1/fault");
    assert_int_equal(v->state, ALARM_RETURNED_UNACKED);
    assert_int_equal(v->older, 1); /* two pulses, two occurrences, though onset is the same */
    assert_int_equal(fx_count(f, EVENT_RAISED, "PS-01/F1/fault"), 2);
    assert_int_equal(f->kept.occurrences->len, 2);
}

static void
defect_9_ack_then_clear_does_not_pass_through_on(void **state)
{
    struct fx *f = *state;
    fx_put(f, "PS-01/F1", 1);
    assert_int_equal(fx_ack(f, fx_occurrence(f, "PS-01/F1/fault"), 0), RC_OK);
    guint from = f->journal->len;
    fx_put(f, "PS-01/F1", 0);
    fx_pass(f, 60);
    assert_int_equal(fx_state(f, "PS-01/F1/fault"), ALARM_NORMAL);
    for (guint i = from; i < f->journal->len; i++) {
        assert_int_not_equal(g_array_index(f->journal, struct journal_record, i).to,
                             ALARM_UNACKED);
    }
    assert_int_equal(fx_annunciated(f, NULL), 1);
}

/* ---- wishes ---- */

static void
w01_an_ack_has_a_name_and_a_comment(void **state)
{
    struct fx *f = *state;
    fx_put(f, "PS-01/F1", 1);
    assert_int_equal(fx_ack(f, fx_occurrence(f, "PS-01/F1/fault"), 0), RC_OK);
    const struct alarm_view *v = fx_view(f, "PS-01/F1/fault");
    assert_string_equal(v->acked_by, "anna");
    assert_string_equal(v->comment, "in hand");
    const struct journal_record *r = fx_last(f, EVENT_ACKED, "PS-01/F1/fault");
    assert_non_null(r);
    assert_string_equal(r->actor, "anna");
    assert_string_equal(r->origin, "console pc1");
    assert_non_null(strstr(r->detail, "in hand"));
    assert_int_equal(r->from, ALARM_UNACKED);
    assert_int_equal(r->to, ALARM_ACKED);
    f->user = "berta"; /* and a second one is told who was first */
    assert_int_equal(fx_ack(f, v->occurrence, 0), RC_INVALID);
    assert_non_null(strstr(f->err.text, "anna"));
}

static void
w02_an_acked_alarm_stays_until_it_clears(void **state)
{
    struct fx *f = *state;
    fx_put(f, "PS-01/F1", 1);
    assert_int_equal(fx_act(f, ACTION_ACK, "PS-01/F1/fault", "in hand"), RC_OK);
    fx_pass(f, 86400);
    fx_put(f, "PS-01/F1", 1);
    assert_int_equal(fx_state(f, "PS-01/F1/fault"), ALARM_ACKED);
    fx_put(f, "PS-01/F1", 0);
    assert_null(fx_view(f, "PS-01/F1/fault"));
    assert_int_equal(f->kept.occurrences->len, 0);
}

static void
w03_came_and_went_is_shown(void **state)
{
    struct fx *f = *state;
    fx_put(f, "PS-01/F1", 1);
    fx_pass(f, 2);
    fx_put(f, "PS-01/F1", 0);
    fx_pass(f, 8 * 3600);
    const struct alarm_view *v = fx_view(f, "PS-01/F1/fault");
    assert_non_null(v);
    assert_int_equal(v->state, ALARM_RETURNED_UNACKED);
    assert_true(v->raised_at == FX_T0);
    assert_true(v->returned_at == FX_T0 + 2 * FX_S);
    fx_restart(f, 60, true);
    assert_int_equal(fx_state(f, "PS-01/F1/fault"), ALARM_RETURNED_UNACKED);
    assert_int_equal(fx_act(f, ACTION_ACK, "PS-01/F1/fault", "seen"), RC_OK);
    assert_null(fx_view(f, "PS-01/F1/fault"));
}

static void
w03_an_older_one_is_shown_when_the_newest_is_over(void **state)
{
    struct fx *f = *state;
    fx_put(f, "PS-01/F1", 1);
    struct uuid first = fx_occurrence(f, "PS-01/F1/fault");
    fx_pass(f, 60);
    fx_put(f, "PS-01/F1", 0);
    fx_pass(f, 60);
    fx_put(f, "PS-01/F1", 1);
    assert_int_equal(fx_ack(f, fx_occurrence(f, "PS-01/F1/fault"), 0), RC_OK);
    fx_put(f, "PS-01/F1", 0);
    for (int i = 0; i < 2; i++) {
        const struct alarm_view *v = fx_view(f, "PS-01/F1/fault");
        assert_non_null(v);
        assert_int_equal(v->state, ALARM_RETURNED_UNACKED);
        assert_true(uuid_equal(&v->occurrence, &first));
        assert_true(v->raised_at == FX_T0);
        assert_int_equal(v->older, 0);
        assert_true(evaluator_is_abnormal(f->e, "PS-01", "F1", "fault"));
        fx_restart(f, 60, true);
    }
    assert_int_equal(fx_ack(f, first, 0), RC_OK);
    assert_null(fx_view(f, "PS-01/F1/fault"));
    assert_false(evaluator_is_abnormal(f->e, "PS-01", "F1", "fault"));
}

static void
w04_no_storm_after_a_restart(void **state)
{
    struct fx *f = *state;
    fx_put(f, "PS-01/F1", 1);
    fx_put(f, "PS-01/F2", 1);
    fx_put(f, "PS-02/F1", 0);
    fx_put(f, "PS-02/L1", 99);
    assert_int_equal(fx_act(f, ACTION_ACK, "PS-01/F2/fault", "in hand"), RC_OK);
    uint32_t annunciated = fx_annunciated(f, NULL), raised = fx_count(f, EVENT_RAISED, NULL);
    for (int i = 0; i < 3; i++) {
        fx_restart(f, 30, i == 1);
        fx_put(f, "PS-01/F1", 1); /* what stands comes again */
        fx_put(f, "PS-01/F2", 1);
        fx_put(f, "PS-02/F1", 0);
        fx_put(f, "PS-02/L1", 99);
        fx_pass(f, 5);
    }
    assert_int_equal(fx_annunciated(f, NULL), annunciated);
    assert_int_equal(fx_count(f, EVENT_RAISED, NULL), raised);
    assert_int_equal(fx_count(f, EVENT_RETURNED, NULL), 0);
    assert_int_equal(fx_state(f, "PS-01/F2/fault"), ALARM_ACKED);
}

static void
w05_in_a_flood_the_important_one_is_told(void **state)
{
    struct fx *f = *state;
    for (int i = 0; i < 11; i++) {
        assert_int_equal(fx_count(f, EVENT_FLOOD_BEGIN, NULL), 0);
        fx_put(f, "PS-01/P1", 1);
        fx_put(f, "PS-01/P1", 0);
        fx_pass(f, 40); /* slower than chattering */
    }
    assert_int_equal(fx_count(f, EVENT_FLOOD_BEGIN, NULL), 1);
    fx_view(f, "PS-01/P1/pulse");
    assert_true(f->board->flood.on);
    fx_put(f, "PS-02/F1", 1); /* critical */
    assert_int_equal(fx_annunciated(f, "PS-02/F1/fault"), 1);
    fx_pass(f, 1200);
    assert_int_equal(fx_count(f, EVENT_FLOOD_END, NULL), 1);
    assert_int_equal(fx_count(f, EVENT_FLOOD_BEGIN, NULL), 1);
    fx_view(f, "PS-02/F1/fault");
    assert_false(f->board->flood.on);
}

static void
w06_a_lost_link_is_one_alarm(void **state)
{
    struct fx *f = *state;
    fx_put(f, "PS-01/F1", 1);
    struct watchdog_verdict v = {.link = true,
                                 .broker = true,
                                 .store = true,
                                 .link_explains_broker = true,
                                 .link_explains_store = true};
    fx_link(f, false);
    fx_services(f, v);
    fx_pass(f, 300);
    fx_silence(f, "PS-01", true);
    fx_silence(f, "PS-02", true);
    fx_pass(f, 60);
    assert_int_equal(fx_annunciated(f, ALARM_SYSTEM "/link"), 1);
    assert_int_equal(fx_annunciated(f, NULL), 2); /* the genuine fault and the link */
    fx_services(f, all_well);
    fx_link(f, true);
    fx_pass(f, 15); /* and one station after the other is heard */
    fx_silence(f, "PS-01", false);
    fx_pass(f, 44);
    fx_silence(f, "PS-02", false);
    fx_pass(f, 60);
    assert_int_equal(fx_annunciated(f, NULL), 2);
    assert_int_equal(fx_state(f, "PS-01/F1/fault"), ALARM_UNACKED);
}

static void
w06_bad_quality_raises_and_clears_nothing(void **state)
{
    static const unsigned bad[] = {QUALITY_INVALID, QUALITY_NOT_TOPICAL, QUALITY_BLOCKED,
                                   QUALITY_OVERFLOW};
    struct fx *f = *state;
    fx_put(f, "PS-01/F1", 1);
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        fx_pass(f, 10);
        fx_put_quality(f, "PS-01/F1", 0, bad[i]);
        fx_put_quality(f, "PS-02/F1", 1, bad[i]);
        assert_int_equal(fx_state(f, "PS-01/F1/fault"), ALARM_UNACKED);
        assert_true(fx_view(f, "PS-01/F1/fault")->suspect);
        assert_int_equal(fx_state(f, "PS-02/F1/fault"), ALARM_NORMAL);
    }
    assert_int_equal(fx_annunciated(f, NULL), 1);
}

static void
w06_bad_quality_stops_a_running_delay(void **state)
{
    struct fx *f = *state;
    fx_put(f, "PS-01/L1", 85);
    fx_pass(f, 6);
    fx_put_quality(f, "PS-01/L1", 85, QUALITY_INVALID);
    fx_pass(f, 3600);
    assert_int_equal(fx_state(f, "PS-01/L1/hi"), ALARM_NORMAL);
    fx_put(f, "PS-01/L1", 85);
    fx_pass(f, 3.9);
    assert_int_equal(fx_state(f, "PS-01/L1/hi"), ALARM_NORMAL);
    fx_pass(f, 0.2);
    assert_int_equal(fx_state(f, "PS-01/L1/hi"), ALARM_UNACKED);
}

static void
w07_mute_until_it_clears_then_it_is_armed_again(void **state)
{
    struct fx *f = *state;
    fx_put(f, "PS-01/F1", 1);
    assert_int_equal(fx_shelve(f, "PS-01/F1/fault", 0), RC_OK);
    fx_pass(f, 3 * 86400);
    assert_int_equal(fx_overlays(f, "PS-01/F1/fault"), OVERLAY_SHELVED);
    fx_put(f, "PS-01/F1", 0);
    assert_int_equal(fx_overlays(f, "PS-01/F1/fault"), 0);
    assert_int_equal(fx_count(f, EVENT_UNSHELVED, "PS-01/F1/fault"), 1); /* "then tell me" */
    assert_int_equal(fx_annunciated(f, NULL), 1);
    fx_pass(f, 60);
    fx_put(f, "PS-01/F1", 1);
    assert_int_equal(fx_annunciated(f, NULL), 2);
}

static void
w08_an_older_reading_is_journalled_and_told_nobody(void **state)
{
    struct fx *f = *state;
    fx_put(f, "PS-01/F1", 0);
    fx_pass(f, 60);
    fx_put_measured(f, "PS-01/F1", 1, FX_T0 - 10 * FX_S);
    assert_int_equal(fx_state(f, "PS-01/F1/fault"), ALARM_NORMAL);
    assert_int_equal(fx_count(f, EVENT_LATE, "PS-01/F1/fault"), 1);
    assert_int_equal(fx_annunciated(f, NULL), 0);
    fx_put(f, "PS-01/F1", 1);
    fx_pass(f, 60);
    fx_put_measured(f, "PS-01/F1", 0, FX_T0 - 10 * FX_S); /* and clears nothing */
    assert_int_equal(fx_state(f, "PS-01/F1/fault"), ALARM_UNACKED);
}

static void
w08_a_back_filled_reading_is_journalled_and_told_nobody(void **state)
{
    struct fx *f = *state;
    fx_put_measured(f, "PS-01/F1", 1, f->now.wall - f->set.late_us - FX_S);
    assert_int_equal(fx_state(f, "PS-01/F1/fault"), ALARM_NORMAL);
    assert_int_equal(fx_annunciated(f, NULL), 0);
    assert_int_equal(fx_count(f, EVENT_LATE, "PS-01/F1/fault"), 1);
    fx_put(f, "PS-01/F1", 1); /* it still stands: now it is news */
    assert_int_equal(fx_state(f, "PS-01/F1/fault"), ALARM_UNACKED);
}

static void
w08_a_whole_day_back_filled_pages_nobody(void **state)
{
    struct fx *f = *state;
    wall_us from = f->now.wall - 86400 * FX_S;
    for (int i = 0; i < 24; i++) {
        fx_put_measured(f, "PS-01/F1", i % 2, from + i * 3600 * FX_S);
        fx_put_measured(f, "PS-02/L1", i % 3 == 0 ? 99 : 1, from + i * 3600 * FX_S);
        fx_pass(f, 0.01);
    }
    assert_int_equal(fx_annunciated(f, NULL), 0);
    assert_int_equal(fx_count(f, EVENT_RAISED, NULL), 0);
    assert_true(fx_count(f, EVENT_LATE, NULL) > 0);
}

static void
w08_a_time_in_the_future_does_not_blind_the_alarm(void **state)
{
    struct fx *f = *state;
    struct evaluator_input in = {.component = plant_find_component(f->plant, "PS-01", "F1"),
                                 .quality = 0,
                                 .device_time = true,
                                 .ts = f->now.wall + 30 * 86400 * FX_S,
                                 .received = f->now.wall};
    evaluator_reading(f->e, &in, f->now);
    fx_pass(f, 15);
    fx_put(f, "PS-01/F1", 1);
    assert_int_equal(fx_state(f, "PS-01/F1/fault"), ALARM_UNACKED);
}

static void
w09_flapping_does_not_hide_the_last_state(void **state)
{
    struct fx *f = *state;
    for (int i = 0; i < 20; i++) {
        fx_put(f, "PS-01/F1", 1);
        assert_int_equal(fx_state(f, "PS-01/F1/fault"), ALARM_UNACKED);
        fx_pass(f, 2);
        fx_put(f, "PS-01/F1", 0);
        assert_int_equal(fx_state(f, "PS-01/F1/fault"), ALARM_RETURNED_UNACKED);
        fx_pass(f, 2);
    }
    assert_int_equal(fx_count(f, EVENT_CHATTER_BEGIN, "PS-01/F1/fault"), 1);
    assert_int_equal(fx_count(f, EVENT_RAISED, "PS-01/F1/fault"), 20);
    assert_in_range(fx_annunciated(f, NULL), 2, 3);
    assert_true(fx_view(f, "PS-01/F1/fault")->chattering);
    fx_put(f, "PS-01/F1", 1); /* stays */
    fx_pass(f, 300);
    const struct alarm_view *v = fx_view(f, "PS-01/F1/fault");
    assert_int_equal(v->state, ALARM_UNACKED);
    assert_false(v->chattering);
    assert_int_equal(fx_count(f, EVENT_CHATTER_END, "PS-01/F1/fault"), 1);
}

static void
w09_unknown_is_no_flap(void **state)
{
    struct fx *f = *state;
    fx_put(f, "PS-01/F1", 1);
    for (int i = 0; i < 20; i++) {
        fx_pass(f, 1);
        fx_put_quality(f, "PS-01/F1", i % 2, QUALITY_INVALID);
        fx_pass(f, 1);
        fx_put(f, "PS-01/F1", 1);
    }
    assert_int_equal(fx_count(f, EVENT_CHATTER_BEGIN, NULL), 0);
    assert_int_equal(fx_count(f, EVENT_RAISED, NULL), 1);
}

static void
w10_a_silent_station_is_not_a_broken_broker(void **state)
{
    struct fx *f = *state;
    fx_silence(f, "PS-01", true);
    fx_services(f, all_well);
    fx_pass(f, 60);
    assert_int_equal(fx_annunciated(f, "PS-01//silence"), 1);
    assert_null(fx_view(f, BROKER));
    assert_null(fx_view(f, "PS-02//silence"));
    fx_silence(f, "PS-01", true); /* repeating is harmless */
    assert_int_equal(fx_annunciated(f, NULL), 1);
    fx_silence(f, "PS-01", false);
    assert_false(alarm_state_active(fx_state(f, "PS-01//silence")));
}

static void
w10_what_the_broker_hid_is_told_when_it_is_back(void **state)
{
    struct fx *f = *state;
    fx_link(f, false);
    fx_services(f, broker_gone);
    fx_pass(f, 300);
    fx_silence(f, "PS-01", true);
    wall_us onset = fx_view(f, "PS-01//silence")->raised_at;
    fx_pass(f, 600);
    fx_services(f, all_well);
    fx_link(f, true);
    fx_pass(f, 61);
    const struct alarm_view *v = fx_view(f, "PS-01//silence");
    assert_non_null(v);
    assert_int_equal(v->overlays, 0);
    assert_true(v->raised_at == onset); /* the true one */
    assert_true(v->released_at > onset);
    assert_int_equal(fx_annunciated(f, "PS-01//silence"), 1);
    assert_int_equal(fx_count(f, EVENT_REENTERED, "PS-01//silence"), 1);
}

#define scenario(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        scenario(defect_1_a_fault_that_returns_leaves_the_other_alone),
        scenario(defect_2_watchdog_does_not_clear_genuine_alarms),
        scenario(defect_3_a_lost_broker_does_not_make_all_stations_dead),
        scenario(defect_3_a_lost_store_kills_no_station),
        scenario(defect_3_a_station_never_seen_is_watched),
        scenario(defect_4_an_ack_means_what_the_operator_saw),
        scenario(defect_5_the_onset_is_the_stations_own_time_in_utc),
        scenario(defect_7_an_input_active_at_first_read_alarms),
        scenario(defect_7_a_retained_value_is_no_edge),
        scenario(defect_8_who_acknowledged_and_when_is_kept),
        scenario(defect_9_a_short_pulse_is_seen),
        scenario(defect_9_ack_then_clear_does_not_pass_through_on),
        scenario(w01_an_ack_has_a_name_and_a_comment),
        scenario(w02_an_acked_alarm_stays_until_it_clears),
        scenario(w03_came_and_went_is_shown),
        scenario(w03_an_older_one_is_shown_when_the_newest_is_over),
        scenario(w04_no_storm_after_a_restart),
        scenario(w05_in_a_flood_the_important_one_is_told),
        scenario(w06_a_lost_link_is_one_alarm),
        scenario(w06_bad_quality_raises_and_clears_nothing),
        scenario(w06_bad_quality_stops_a_running_delay),
        scenario(w07_mute_until_it_clears_then_it_is_armed_again),
        scenario(w08_an_older_reading_is_journalled_and_told_nobody),
        scenario(w08_a_back_filled_reading_is_journalled_and_told_nobody),
        scenario(w08_a_whole_day_back_filled_pages_nobody),
        scenario(w08_a_time_in_the_future_does_not_blind_the_alarm),
        scenario(w09_flapping_does_not_hide_the_last_state),
        scenario(w09_unknown_is_no_flap),
        scenario(w10_a_silent_station_is_not_a_broken_broker),
        scenario(w10_what_the_broker_hid_is_told_when_it_is_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
