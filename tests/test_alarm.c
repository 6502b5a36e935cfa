/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit.h"

#include "src/core/alarm.h"

/* The names are a contract with JSON, SQL and CSV: they may not follow a renaming in the code.
 */
static void
test_types(void **state)
{
    (void)state;
    static const char *const names[] = {
        "hihi",      "hi",    "lo",      "lolo",   "digital", "rate",  "stale", "stuck",
        "totalizer", "count", "silence", "broker", "link",    "store", "disk",  "loss",
    };
    assert_int_equal(G_N_ELEMENTS(names), ALARM_TYPES);
    for (int i = 0; i < ALARM_TYPES; i++) {
        assert_string_equal(alarm_type_name((enum alarm_type)i), names[i]);
        enum alarm_type back = i == 0 ? ALARM_LOSS : ALARM_HIHI;
        assert_true(alarm_type_from_name(names[i], &back));
        assert_int_equal(back, i);
    }
    enum alarm_type type = ALARM_RATE;
    assert_false(alarm_type_from_name("off", &type));
    assert_false(alarm_type_from_name("", &type));
    assert_false(alarm_type_from_name("Hi", &type));
    assert_false(alarm_type_from_name("hihihi", &type));
    assert_int_equal(type, ALARM_RATE);
}

static void
test_priorities(void **state)
{
    (void)state;
    static const char *const names[] = {"critical", "high", "medium", "low"};
    assert_int_equal(G_N_ELEMENTS(names), ALARM_PRIORITIES);
    for (int i = 0; i < ALARM_PRIORITIES; i++) {
        assert_string_equal(alarm_priority_name((enum alarm_priority)i), names[i]);
        enum alarm_priority back = i == 0 ? ALARM_LOW : ALARM_CRITICAL;
        assert_true(alarm_priority_from_name(names[i], &back));
        assert_int_equal(back, i);
    }
    enum alarm_priority priority = ALARM_HIGH;
    assert_false(alarm_priority_from_name("urgent", &priority));
    assert_int_equal(priority, ALARM_HIGH);
}

static void
test_states(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        bool active, unacked;
    } want[] = {
        {"normal", false, false},         {"unacked", true, true},
        {"acked", true, false},           {"returned_unacked", false, true},
        {"latched_unacked", false, true}, {"latched_acked", false, false},
    };
    assert_int_equal(G_N_ELEMENTS(want), ALARM_STATES);
    for (int i = 0; i < ALARM_STATES; i++) {
        enum alarm_state s = (enum alarm_state)i;
        assert_string_equal(alarm_state_name(s), want[i].name);
        assert_int_equal(alarm_state_active(s), want[i].active);
        assert_int_equal(alarm_state_unacked(s), want[i].unacked);
        enum alarm_state back = i == 0 ? ALARM_ACKED : ALARM_NORMAL;
        assert_true(alarm_state_from_name(want[i].name, &back));
        assert_int_equal(back, s);
    }
    enum alarm_state other = ALARM_ACKED;
    assert_false(alarm_state_from_name("active", &other));
    assert_int_equal(other, ALARM_ACKED);
}

static void
test_overlays(void **state)
{
    (void)state;
    assert_string_equal(alarm_overlay_name(OVERLAY_SHELVED), "shelved");
    assert_string_equal(alarm_overlay_name(OVERLAY_SUPPRESSED), "suppressed");
    assert_string_equal(alarm_overlay_name(OVERLAY_OUT_OF_SERVICE), "out_of_service");
    assert_null(alarm_overlay_name(0));
    assert_null(alarm_overlay_name(OVERLAY_SHELVED | OVERLAY_SUPPRESSED));
    assert_null(alarm_overlay_name(1u << OVERLAY_COUNT));
}

static void
test_events(void **state)
{
    (void)state;
    static const char *const names[] = {
        "raised",      "returned",       "acked",      "reset",         "severity",
        "realarm",     "late",           "shelved",    "unshelved",     "suppressed",
        "released",    "out_of_service", "in_service", "reentered",     "covered",
        "reminder",    "parked",         "refused",    "chatter_begin", "chatter_end",
        "flood_begin", "flood_end",      "rule_gone",  "start",         "stop",
    };
    assert_int_equal(G_N_ELEMENTS(names), ALARM_EVENTS);
    for (int i = 0; i < ALARM_EVENTS; i++) {
        assert_string_equal(alarm_event_name((enum alarm_event)i), names[i]);
        enum alarm_event back = i == 0 ? EVENT_STOP : EVENT_RAISED;
        assert_true(alarm_event_from_name(names[i], &back));
        assert_int_equal(back, i);
    }
    enum alarm_event event = EVENT_LATE;
    assert_false(alarm_event_from_name("normal", &event));
    assert_int_equal(event, EVENT_LATE);
}

static void
test_actions(void **state)
{
    (void)state;
    static const char *const names[] = {"ack",         "shelve", "unshelve", "reset",
                                        "maintenance", "return", "test",     "test_end"};
    assert_int_equal(G_N_ELEMENTS(names), ALARM_ACTIONS);
    for (int i = 0; i < ALARM_ACTIONS; i++) {
        assert_string_equal(alarm_action_name((enum alarm_action_kind)i), names[i]);
    }
}

/* ---- changes ---- */

/* One record of each kind, with every string of its own, so that a leak or a double free shows.
 */
static void
fill(struct alarm_changes *c, const char *station)
{
    struct journal_record line = {.instance = g_strdup("pc1"),
                                  .station = g_strdup(station),
                                  .component = g_strdup("Q3"),
                                  .rule = g_strdup("hi"),
                                  .actor = g_strdup("amy"),
                                  .origin = g_strdup("cli"),
                                  .detail = g_strdup("why")};
    g_array_append_val(c->journal, line);
    struct occurrence_record occurrence = {.station = g_strdup(station),
                                           .component = g_strdup("Q3"),
                                           .rule = g_strdup("hi"),
                                           .acked_by = g_strdup("amy"),
                                           .comment = g_strdup("seen")};
    g_array_append_val(c->occurrences, occurrence);
    struct alarm_record alarm = {.station = g_strdup(station),
                                 .component = g_strdup("Q3"),
                                 .rule = g_strdup("hi"),
                                 .shelved_by = g_strdup("amy"),
                                 .shelve_reason = g_strdup("repair")};
    g_array_append_val(c->alarms, alarm);
    struct maintenance_record maintenance = {.station = g_strdup(station),
                                             .component = g_strdup(""),
                                             .actor = g_strdup("amy"),
                                             .reason = g_strdup("repair")};
    g_array_append_val(c->maintenance, maintenance);
    struct parked_record parked = {
        .user = g_strdup(station), .origin = g_strdup("cli"), .comment = g_strdup("early")};
    g_array_append_val(c->parked, parked);
}

static void
assert_records(const struct alarm_changes *c, const char *const *stations, unsigned n)
{
    assert_int_equal(c->journal->len, n);
    assert_int_equal(c->occurrences->len, n);
    assert_int_equal(c->alarms->len, n);
    assert_int_equal(c->maintenance->len, n);
    assert_int_equal(c->parked->len, n);
    for (unsigned i = 0; i < n; i++) {
        assert_string_equal(g_array_index(c->journal, struct journal_record, i).station,
                            stations[i]);
        assert_string_equal(g_array_index(c->occurrences, struct occurrence_record, i).station,
                            stations[i]);
        assert_string_equal(g_array_index(c->alarms, struct alarm_record, i).station,
                            stations[i]);
        assert_string_equal(g_array_index(c->maintenance, struct maintenance_record, i).station,
                            stations[i]);
        assert_string_equal(g_array_index(c->parked, struct parked_record, i).user,
                            stations[i]);
    }
}

static void
test_changes(void **state)
{
    (void)state;
    static const char *const stations[] = {"PS-01", "PS-02", "PS-03", "PS-04"};
    struct alarm_changes to, from;
    alarm_changes_init(&to);
    alarm_changes_init(&from);
    assert_true(alarm_changes_empty(&to));

    alarm_changes_move(&to, &from); /* nothing to nothing */
    assert_true(alarm_changes_empty(&to));
    fill(&from, stations[0]);
    fill(&from, stations[1]);
    assert_false(alarm_changes_empty(&from));
    alarm_changes_move(&to, &from); /* something to nothing */
    assert_true(alarm_changes_empty(&from));
    assert_records(&to, stations, 2);
    fill(&from, stations[2]);
    alarm_changes_move(&to, &from); /* something behind something, in order */
    assert_true(alarm_changes_empty(&from));
    assert_records(&to, stations, 3);
    alarm_changes_move(&to, &from); /* nothing behind something */
    assert_records(&to, stations, 3);
    fill(&from, stations[3]); /* what was emptied can be used again */
    alarm_changes_move(&to, &from);
    assert_records(&to, stations, 4);

    fill(&from, stations[0]);
    alarm_changes_fini(&from);
    alarm_changes_fini(&to);
}

/* A change of any single kind is one. */
static void
test_changes_empty(void **state)
{
    (void)state;
    for (int kind = 0; kind < 5; kind++) {
        struct alarm_changes c;
        alarm_changes_init(&c);
        GArray *const arrays[] = {c.journal, c.occurrences, c.alarms, c.maintenance, c.parked};
        g_array_set_size(arrays[kind], 1);
        assert_false(alarm_changes_empty(&c));
        alarm_changes_fini(&c);
    }
}

/* ---- board ---- */

static void
test_board(void **state)
{
    (void)state;
    struct plant_builder builder;
    plant_builder_init(&builder);
    struct plant *plant;
    assert_int_equal(plant_builder_finish(&builder, &plant, NULL), RC_OK);
    plant_builder_fini(&builder);

    struct alarm_board *b = alarm_board_new(plant, 2, 1);
    assert_int_equal(plant->refs, 2);
    assert_ptr_equal(b->plant, plant);
    assert_int_equal(b->n_alarms, 2);
    assert_int_equal(b->n_maintenance, 1);
    assert_true(b->median_ack_us == -1);
    assert_int_equal(b->alarms[1].step, 0);
    assert_null(b->alarms[1].acked_by);

    /* Its texts are counted references: each alarm holds one of its own. */
    GRefString *amy = g_ref_string_new("amy");
    b->alarms[0].acked_by = g_ref_string_acquire(amy);
    b->alarms[0].comment = g_ref_string_new("seen");
    b->alarms[1].shelved_by = g_ref_string_acquire(amy);
    b->alarms[1].shelve_reason = g_ref_string_new("repair");
    b->maintenance[0].actor = g_ref_string_acquire(amy);
    b->maintenance[0].reason = g_ref_string_new("repair");

    assert_ptr_equal(alarm_board_ref(b), b);
    alarm_board_unref(b);
    assert_int_equal(plant->refs, 2); /* one is left */
    assert_string_equal(b->alarms[0].comment, "seen");
    alarm_board_unref(b);
    assert_int_equal(plant->refs, 1);
    assert_string_equal(amy, "amy");
    g_ref_string_release(amy);
    alarm_board_unref(NULL);

    b = alarm_board_new(plant, 0, 0);
    alarm_board_unref(b);
    plant_unref(plant);
}

/* Every text of a copy is there, and its own: both are freed, which the sanitizer watches. */
static void
test_copies(void **state)
{
    (void)state;
    struct occurrence_record o = {.station = g_strdup("S"),
                                  .component = g_strdup("C"),
                                  .rule = g_strdup("R"),
                                  .acked_by = g_strdup("anna"),
                                  .comment = NULL,
                                  .step = 3};
    struct alarm_record a = {.station = g_strdup("S"),
                             .component = g_strdup("C"),
                             .rule = g_strdup("R"),
                             .shelved_by = g_strdup("anna"),
                             .shelve_reason = g_strdup("why")};
    struct maintenance_record m = {.station = g_strdup("S"),
                                   .component = g_strdup(""),
                                   .actor = g_strdup("anna"),
                                   .reason = g_strdup("why")};
    struct parked_record p = {.user = g_strdup("anna"),
                              .origin = g_strdup("cli"),
                              .comment = g_strdup("seen"),
                              .step = 2};
    struct occurrence_record o2 = occurrence_record_copy(&o);
    struct alarm_record a2 = alarm_record_copy(&a);
    struct maintenance_record m2 = maintenance_record_copy(&m);
    struct parked_record p2 = parked_record_copy(&p);
    occurrence_record_clear(&o);
    alarm_record_clear(&a);
    maintenance_record_clear(&m);
    parked_record_clear(&p);
    assert_string_equal(o2.station, "S");
    assert_string_equal(o2.component, "C");
    assert_string_equal(o2.rule, "R");
    assert_string_equal(o2.acked_by, "anna");
    assert_null(o2.comment);
    assert_int_equal(o2.step, 3);
    assert_string_equal(a2.station, "S");
    assert_string_equal(a2.component, "C");
    assert_string_equal(a2.rule, "R");
    assert_string_equal(a2.shelved_by, "anna");
    assert_string_equal(a2.shelve_reason, "why");
    assert_string_equal(m2.station, "S");
    assert_string_equal(m2.component, "");
    assert_string_equal(m2.actor, "anna");
    assert_string_equal(m2.reason, "why");
    assert_string_equal(p2.user, "anna");
    assert_string_equal(p2.origin, "cli");
    assert_string_equal(p2.comment, "seen");
    assert_int_equal(p2.step, 2);
    occurrence_record_clear(&o2);
    alarm_record_clear(&a2);
    maintenance_record_clear(&m2);
    parked_record_clear(&p2);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_types),   cmocka_unit_test(test_priorities),
        cmocka_unit_test(test_states),  cmocka_unit_test(test_overlays),
        cmocka_unit_test(test_events),  cmocka_unit_test(test_actions),
        cmocka_unit_test(test_changes), cmocka_unit_test(test_changes_empty),
        cmocka_unit_test(test_board),   cmocka_unit_test(test_copies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
