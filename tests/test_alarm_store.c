/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the cache keeps of alarms comes back as it was, and the last change counts. */
#include <math.h>
#include <string.h>

#include "tests/cache_support.h"
#include "tests/unit.h"

static struct alarm_changes
state_of(const struct place *f)
{
    struct alarm_changes c;
    struct err err;
    alarm_changes_init(&c);
    struct query *q = support_query(f->path);
    if (query_alarm_state(q, &c, &err) != RC_OK) {
        fail_msg("%s", err.text);
    }
    query_close(q);
    return c;
}

static void
same_text(const char *a, const char *b)
{
    if (g_strcmp0(a, b) != 0) {
        fail_msg("\"%s\" is not \"%s\"", a == NULL ? "(none)" : a, b == NULL ? "(none)" : b);
    }
}

static bool
same_number(double a, double b)
{
    return memcmp(&a, &b, sizeof(a)) == 0 || (isnan(a) && isnan(b));
}

static struct alarm_changes
all_lines(const struct place *f)
{
    return support_lines(f->path, &(struct query_journal_range){.since = WALL_NONE,
                                                                .until = WALL_NONE,
                                                                .oldest_first = true});
}

static struct alarm_changes
all_occurrences(const struct place *f)
{
    return support_occurrences(
        f->path,
        &(struct query_occurrence_range){.since = WALL_NONE, .until = WALL_NONE, .all = true});
}

/* ---- every field ---- */

static const struct journal_record lines[] = {
    {.at = T0,
     .epoch = UINT64_MAX,
     .term = 3,
     .event = EVENT_CHATTER_BEGIN,
     .occurrence.bytes = {1, 0, 2, 255},
     .step = UINT32_MAX,
     .instance = (char[]){"Warte 'Süd'; DROP TABLE journal"},
     .station = (char[]){"S0"},
     .component = (char[]){""},
     .rule = (char[]){"test:high"},
     .priority = ALARM_CRITICAL,
     .from = ALARM_LATCHED_ACKED,
     .to = ALARM_RETURNED_UNACKED,
     .overlays = OVERLAY_SHELVED | OVERLAY_OUT_OF_SERVICE,
     .annunciated = true,
     .test = true,
     .value = -0.0,
     .actor = (char[]){"anna"},
     .origin = (char[]){"cli"},
     .detail = (char[]){""}},
    {.at = WALL_NONE, .event = EVENT_STOP, .priority = ALARM_LOW, .value = NAN},
    {.at = INT64_MAX, .event = EVENT_RAISED, .value = INFINITY, .detail = (char[]){"x"}},
};

static void
test_every_field_of_a_line(void **state)
{
    struct place *f = *state;
    struct batch *b = cache_new_batch(NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
        struct journal_record r = lines[i];
        r.instance = g_strdup(r.instance);
        r.station = g_strdup(r.station);
        r.component = g_strdup(r.component);
        r.rule = g_strdup(r.rule);
        r.actor = g_strdup(r.actor);
        r.origin = g_strdup(r.origin);
        r.detail = g_strdup(r.detail);
        g_array_append_val(b->alarms.journal, r);
    }
    support_store(f, b);
    struct alarm_changes got = all_lines(f);
    static const size_t order[] = {1, 0, 2}; /* by time */
    assert_int_equal(got.journal->len, 3);
    for (guint i = 0; i < 3; i++) {
        const struct journal_record *r = &g_array_index(got.journal, struct journal_record, i);
        const struct journal_record *want = &lines[order[i]];
        assert_true(r->at == want->at && r->epoch == want->epoch && r->term == want->term);
        assert_true(r->event == want->event && uuid_equal(&r->occurrence, &want->occurrence));
        assert_true(r->step == want->step && r->priority == want->priority);
        assert_true(r->from == want->from && r->to == want->to);
        assert_true(r->overlays == want->overlays && r->annunciated == want->annunciated);
        assert_true(r->test == want->test && same_number(r->value, want->value));
        same_text(r->instance, want->instance);
        same_text(r->station, want->station);
        same_text(r->component, want->component);
        same_text(r->rule, want->rule);
        same_text(r->actor, want->actor);
        same_text(r->origin, want->origin);
        same_text(r->detail, want->detail);
    }
    alarm_changes_fini(&got);
}

static const struct occurrence_record occurrences[] = {
    {.occurrence.bytes = {9},
     .station = (char[]){"S0"},
     .component = (char[]){"C0"},
     .rule = (char[]){"high"},
     .type = ALARM_LOSS,
     .priority = ALARM_MEDIUM,
     .state = ALARM_LATCHED_UNACKED,
     .overlays = OVERLAY_SUPPRESSED,
     .test = true,
     .current = true,
     .step = 7,
     .acked_step = 6,
     .count = UINT32_MAX,
     .raised_at = T0 + 1,
     .returned_at = T0 + 2,
     .acked_at = T0 + 3,
     .value = 1.5,
     .acked_by = (char[]){"anna"},
     .comment = (char[]){"läuft"}},
    {.station = (char[]){""}, /* even without a name of its own */
     .type = ALARM_HIHI,
     .state = ALARM_UNACKED,
     .raised_at = T0,
     .returned_at = WALL_NONE,
     .acked_at = WALL_NONE,
     .value = NAN,
     .comment = (char[]){""}},
};

static void
test_every_field_of_an_occurrence(void **state)
{
    struct place *f = *state;
    struct batch *b = cache_new_batch(NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(occurrences); i++) {
        struct occurrence_record r = occurrences[i];
        r.station = g_strdup(r.station);
        r.component = g_strdup(r.component);
        r.rule = g_strdup(r.rule);
        r.acked_by = g_strdup(r.acked_by);
        r.comment = g_strdup(r.comment);
        g_array_append_val(b->alarms.occurrences, r);
    }
    support_store(f, b);
    struct alarm_changes got = all_occurrences(f);
    assert_int_equal(got.occurrences->len, G_N_ELEMENTS(occurrences));
    for (guint i = 0; i < got.occurrences->len; i++) {
        const struct occurrence_record *r =
            &g_array_index(got.occurrences, struct occurrence_record, i);
        const struct occurrence_record *want = &occurrences[i];
        assert_true(uuid_equal(&r->occurrence, &want->occurrence) && r->type == want->type);
        assert_true(r->priority == want->priority && r->state == want->state);
        assert_true(r->overlays == want->overlays && r->test == want->test);
        assert_true(r->current == want->current && r->step == want->step);
        assert_true(r->acked_step == want->acked_step && r->count == want->count);
        assert_true(r->raised_at == want->raised_at && r->returned_at == want->returned_at);
        assert_true(r->acked_at == want->acked_at && same_number(r->value, want->value));
        same_text(r->station, want->station);
        same_text(r->component, want->component);
        same_text(r->rule, want->rule);
        same_text(r->acked_by, want->acked_by);
        same_text(r->comment, want->comment);
    }
    alarm_changes_fini(&got);
}

static void
add_alarm(struct batch *b, const char *rule, bool gone)
{
    struct alarm_record r = {.station = g_strdup("S0"),
                             .component = g_strdup("C0"),
                             .rule = g_strdup(rule),
                             .gone = gone,
                             .state = ALARM_ACKED,
                             .overlays = OVERLAY_SHELVED,
                             .occurrence.bytes = {5},
                             .condition = true,
                             .suspect = true,
                             .chattering = true,
                             .pending = PENDING_OFF,
                             .pending_since = T0,
                             .realarm_at = T0 + 1,
                             .shelved_until = WALL_NONE,
                             .pending_since_mono = -1,
                             .realarm_mono = 2,
                             .shelved_until_mono = INT64_MAX,
                             .one_shot = true,
                             .covered = 4,
                             .shelved_by = g_strdup("bert"),
                             .shelve_reason = NULL,
                             .boot_id = "7e0f"};
    g_array_append_val(b->alarms.alarms, r);
}

static void
test_every_field_of_an_alarm(void **state)
{
    struct place *f = *state;
    struct batch *b = cache_new_batch(NULL);
    struct alarm_record plain = {.station = g_strdup("A"),
                                 .pending_since = WALL_NONE,
                                 .realarm_at = WALL_NONE,
                                 .shelved_until = T0};
    g_array_append_val(b->alarms.alarms, plain);
    add_alarm(b, "high", false);
    support_store(f, b);
    struct alarm_changes got = state_of(f);
    assert_int_equal(got.alarms->len, 2);
    const struct alarm_record *r = &g_array_index(got.alarms, struct alarm_record, 0);
    same_text(r->station, "A");
    same_text(r->component, ""); /* parts of its name */
    same_text(r->rule, "");
    assert_true(r->state == ALARM_NORMAL && uuid_is_nil(&r->occurrence) && !r->condition);
    assert_true(r->pending_since == WALL_NONE && r->shelved_until == T0 && !r->gone);
    same_text(r->shelved_by, NULL);
    same_text(r->boot_id, "");
    r = &g_array_index(got.alarms, struct alarm_record, 1);
    same_text(r->rule, "high");
    assert_true(r->state == ALARM_ACKED && r->overlays == OVERLAY_SHELVED);
    assert_true(r->occurrence.bytes[0] == 5 && r->condition && r->suspect && r->chattering);
    assert_true(r->pending == PENDING_OFF && r->pending_since == T0 && r->realarm_at == T0 + 1);
    assert_true(r->shelved_until == WALL_NONE && r->pending_since_mono == -1);
    assert_true(r->realarm_mono == 2 && r->shelved_until_mono == INT64_MAX && r->one_shot);
    assert_int_equal(r->covered, 4);
    same_text(r->shelved_by, "bert");
    same_text(r->shelve_reason, NULL);
    same_text(r->boot_id, "7e0f");
    alarm_changes_fini(&got);
}

static void
add_maintenance(struct batch *b, const char *component, bool gone, const char *reason)
{
    struct maintenance_record r = {.station = g_strdup("S0"),
                                   .component = g_strdup(component),
                                   .gone = gone,
                                   .since = T0,
                                   .remind_at = WALL_NONE,
                                   .remind_mono = 9,
                                   .boot_id = "7e0f",
                                   .actor = g_strdup("anna"),
                                   .reason = g_strdup(reason)};
    g_array_append_val(b->alarms.maintenance, r);
}

static void
add_parked(struct batch *b, uint8_t occurrence, bool gone, uint32_t step)
{
    struct parked_record r = {.occurrence.bytes = {occurrence},
                              .gone = gone,
                              .step = step,
                              .at = T0,
                              .seen_at = WALL_NONE,
                              .user = g_strdup("anna"),
                              .origin = NULL,
                              .comment = g_strdup("")};
    g_array_append_val(b->alarms.parked, r);
}

static void
test_every_field_of_maintenance_and_parked(void **state)
{
    struct place *f = *state;
    struct batch *b = cache_new_batch(NULL);
    add_maintenance(b, NULL, false, NULL);
    add_parked(b, 3, false, UINT32_MAX);
    support_store(f, b);
    struct alarm_changes got = state_of(f);
    assert_int_equal(got.maintenance->len, 1);
    const struct maintenance_record *m =
        &g_array_index(got.maintenance, struct maintenance_record, 0);
    same_text(m->station, "S0");
    same_text(m->component, "");
    assert_true(m->since == T0 && m->remind_at == WALL_NONE && m->remind_mono == 9);
    same_text(m->boot_id, "7e0f");
    same_text(m->actor, "anna");
    same_text(m->reason, NULL);
    assert_int_equal(got.parked->len, 1);
    const struct parked_record *p = &g_array_index(got.parked, struct parked_record, 0);
    assert_true(p->occurrence.bytes[0] == 3 && p->step == UINT32_MAX);
    assert_true(p->at == T0 && p->seen_at == WALL_NONE && !p->gone);
    same_text(p->user, "anna");
    same_text(p->origin, NULL);
    same_text(p->comment, "");
    alarm_changes_fini(&got);
}

static void
add_line(struct batch *b, enum alarm_event event, uint8_t occurrence)
{
    struct journal_record r = journal_record_copy(&lines[0]);
    r.event = event;
    r.occurrence = (struct uuid){{occurrence}};
    g_array_append_val(b->alarms.journal, r);
}

static void
test_the_rises_that_are_waited_for(void **state)
{
    struct place *f = *state;
    struct batch *b = cache_new_batch(NULL);
    GArray *got = g_array_new(FALSE, FALSE, sizeof(struct journal_record));
    g_array_set_clear_func(got, journal_record_clear);
    add_line(b, EVENT_RAISED, 3);
    add_line(b, EVENT_RETURNED, 3);
    add_line(b, EVENT_RAISED, 4);
    add_parked(b, 3, false, 1);
    add_parked(b, 5, false, 1);
    support_store(f, b);
    struct query *q = support_query(f->path);
    assert_int_equal(query_waited_for(q, got, NULL), RC_OK);
    query_close(q);
    assert_int_equal(got->len, 1);
    const struct journal_record *line = &g_array_index(got, struct journal_record, 0);
    assert_int_equal(line->event, EVENT_RAISED);
    assert_int_equal(line->occurrence.bytes[0], 3);
    assert_true(line->at == T0);
    g_array_unref(got);
}

/* ---- changes ---- */

static void
test_the_last_change_counts(void **state)
{
    struct place *f = *state;
    struct cache *c = support_open(f->path, NULL);
    struct batch *b = cache_new_batch(c);
    add_alarm(b, "high", false);
    add_alarm(b, "high", false);
    add_alarm(b, "low", false);
    add_maintenance(b, "", false, "old");
    add_maintenance(b, "C0", false, "old");
    add_parked(b, 1, false, 1);
    add_parked(b, 2, false, 1);
    support_set_occurrence(b, T0, 1, ALARM_UNACKED);
    cache_put(c, b);
    b = cache_new_batch(c); /* most likely of the same commit */
    add_alarm(b, "high", true);
    add_alarm(b, "never", true); /* that it is gone is no news */
    add_maintenance(b, "C0", true, NULL);
    add_maintenance(b, "", false, "new");
    add_parked(b, 1, true, 0);
    add_parked(b, 2, false, 2);
    support_set_occurrence(b, T0, 1, ALARM_ACKED);
    support_put(c, b);
    cache_close(c);
    struct alarm_changes got = state_of(f);
    assert_int_equal(got.alarms->len, 1);
    same_text(g_array_index(got.alarms, struct alarm_record, 0).rule, "low");
    assert_int_equal(got.maintenance->len, 1);
    same_text(g_array_index(got.maintenance, struct maintenance_record, 0).reason, "new");
    assert_int_equal(got.parked->len, 1);
    assert_int_equal(g_array_index(got.parked, struct parked_record, 0).step, 2);
    assert_int_equal(got.occurrences->len, 1);
    assert_int_equal(g_array_index(got.occurrences, struct occurrence_record, 0).state,
                     ALARM_ACKED);
    assert_int_equal(got.journal->len, 0);
    alarm_changes_fini(&got);
}

/* A restart needs what is not over, and what an alarm refers to; not what is history. */
static void
test_a_restart_gets_the_occurrences_it_needs(void **state)
{
    struct place *f = *state;
    struct batch *b = cache_new_batch(NULL);
    support_set_occurrence(b, T0, 5, ALARM_NORMAL); /* that of add_alarm() */
    support_set_occurrence(b, T0, 6, ALARM_NORMAL);
    support_set_occurrence(b, T0, 7, ALARM_RETURNED_UNACKED);
    add_alarm(b, "high", false);
    support_store(f, b);
    struct alarm_changes got = state_of(f);
    assert_int_equal(got.occurrences->len, 2);
    for (guint i = 0; i < 2; i++) {
        const struct occurrence_record *r =
            &g_array_index(got.occurrences, struct occurrence_record, i);
        assert_int_equal(r->occurrence.bytes[0], i == 0 ? 5 : 7);
    }
    alarm_changes_fini(&got);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, support_set_up, support_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_every_field_of_a_line),
        TEST(test_every_field_of_an_occurrence),
        TEST(test_every_field_of_an_alarm),
        TEST(test_every_field_of_maintenance_and_parked),
        TEST(test_the_rises_that_are_waited_for),
        TEST(test_the_last_change_counts),
        TEST(test_a_restart_gets_the_occurrences_it_needs),
    };
    return cmocka_run_group_tests_name("alarm_store", tests, NULL, NULL);
}
