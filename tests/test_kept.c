/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is kept of an evaluator's changes shows the board that the evaluator shows: random
 * readings, silences, services and operators, compared field by field after each event.
 */
#include "src/app/kept.h"

#include "tests/alarm_fixture.h"
#include "tests/unit.h"

#include <math.h>
#include <string.h>

static const struct fx_component components[] = {
    {"PS-01", "L1", KIND_LEVEL}, {"PS-01", "V1", KIND_FAULT}, {"PS-01", "P1", KIND_FAULT},
    {"PS-02", "X1", KIND_FAULT}, {"PS-02", "L1", KIND_LEVEL}, {0},
};
#define COMPONENTS 5

static const struct fx_rule rules[] = {
    {.component = "PS-01/L1",
     .rule = "hi",
     .type = "hi",
     .limit = 80,
     .on_s = 3,
     .off_s = 2,
     .re_alarm_s = 40,
     .priority = "medium"},
    {.component = "PS-01/L1", .rule = "hihi", .type = "hihi", .limit = 90},
    {.component = "PS-01/L1", .rule = "quiet", .type = "stale", .window_s = 45},
    {.component = "PS-01/V1",
     .rule = "stuck",
     .type = "digital",
     .latch = true,
     .priority = "critical",
     .group = "g"},
    {.component = "PS-01/P1",
     .rule = "fault",
     .type = "digital",
     .ack_unneeded = true,
     .priority = "low",
     .parent = "PS-01/V1/stuck",
     .group = "g"},
    {.component = "PS-02/X1", .rule = "mains", .type = "digital", .off_s = 1},
    {.component = "PS-02/L1",
     .rule = "lo",
     .type = "lo",
     .limit = 60,
     .parent = "PS-02/X1/mains"},
    {0},
};
#define ALARMS 7

static uint64_t random_state;

static uint64_t
below(uint64_t n)
{
    random_state ^= random_state >> 12;
    random_state ^= random_state << 25;
    random_state ^= random_state >> 27;
    return ((random_state * UINT64_C(0x2545f4914f6cdd1d)) >> 16) % n;
}

static void
keep(void *kept, const struct alarm_changes *c)
{
    kept_apply(kept, c);
}

/* ---- what happens ---- */

static const char *
name_of(uint64_t alarm)
{
    static char name[64];
    snprintf(name, sizeof(name), "%s/%s", rules[alarm].component, rules[alarm].rule);
    return name;
}

static void
do_action(struct fx *f)
{
    static const enum alarm_action_kind kinds[] = {
        ACTION_ACK,         ACTION_ACK,    ACTION_RESET, ACTION_SHELVE,  ACTION_UNSHELVE,
        ACTION_MAINTENANCE, ACTION_RETURN, ACTION_TEST,  ACTION_TEST_END};
    enum alarm_action_kind kind = kinds[below(G_N_ELEMENTS(kinds))];
    uint64_t alarm = below(ALARMS);
    bool wide = kind == ACTION_MAINTENANCE || kind == ACTION_RETURN;
    const char *station = below(2) == 0 ? "PS-01" : "PS-02";
    struct alarm_action a = fx_action(f, kind,
                                      !wide           ? name_of(alarm)
                                      : below(2) == 0 ? station
                                                      : rules[alarm].component,
                                      "why");
    a.one_shot = kind == ACTION_SHELVE && below(2) == 0;
    a.duration_us = kind == ACTION_SHELVE && !a.one_shot ? (int64_t)(1 + below(90)) * FX_S : 0;
    a.with_older = kind == ACTION_ACK && below(2) == 0;
    (void)!fx_do(f, &a);
}

static void
do_reading(struct fx *f)
{
    static const char *const names[] = {"PS-01/L1", "PS-01/V1", "PS-01/P1", "PS-02/X1",
                                        "PS-02/L1"};
    uint64_t c = below(COMPONENTS);
    double value = c == 0 || c == 4 ? 55 + (double)below(45) : (double)below(2);
    fx_put_quality(f, names[c], value, below(20) == 0 ? QUALITY_INVALID : 0);
}

static void
happen(struct fx *f)
{
    fx_pass(f, (double)(1 + below(8)));
    switch (below(12)) {
    case 0:
        fx_silence(f, below(2) == 0 ? "PS-01" : "PS-02", below(2) == 0);
        break;
    case 1:
        fx_services(f, (struct watchdog_verdict){.broker = below(3) == 0,
                                                 .link = below(4) == 0,
                                                 .store = below(4) == 0,
                                                 .link_explains_store = true});
        break;
    case 2:
    case 3:
    case 4:
        do_action(f);
        break;
    default:
        do_reading(f);
    }
}

/* ---- comparing ---- */

static const struct alarm_view *
find(const struct alarm_board *b, const struct alarm_view *like)
{
    for (uint32_t i = 0; i < b->n_alarms; i++) {
        const struct alarm_view *v = &b->alarms[i];
        if (strcmp(v->station, like->station) == 0 &&
            strcmp(v->component, like->component) == 0 && strcmp(v->rule, like->rule) == 0) {
            return v;
        }
    }
    return NULL;
}

static bool
same_number(double a, double b)
{
    return (isnan(a) && isnan(b)) || (a >= b && a <= b);
}

#define CHECK(field)                                                                           \
    if (v->field != w->field) {                                                                \
        fail_msg("%s/%s/%s, %s: %lld and %lld", v->station, v->component, v->rule, #field,     \
                 (long long)v->field, (long long)w->field);                                    \
    }
#define CHECK_TEXT(field)                                                                      \
    if (g_strcmp0(v->field, w->field) != 0) {                                                  \
        fail_msg("%s/%s/%s, %s: %s and %s", v->station, v->component, v->rule, #field,         \
                 v->field == NULL ? "-" : v->field, w->field == NULL ? "-" : w->field);        \
    }

/* Of one that is over and only on a shelf the time is the shelf's. */
static void
compare_state(const struct alarm_view *v, const struct alarm_view *w)
{
    CHECK(type);
    CHECK(priority);
    CHECK(state);
    CHECK(overlays);
    CHECK(test);
    CHECK(suspect);
    CHECK(chattering);
    CHECK(first_out);
    CHECK(step);
    CHECK(count);
    CHECK(older);
    CHECK(one_shot);
    CHECK(raised_at);
    CHECK(returned_at);
    CHECK(acked_at);
    CHECK(released_at);
    CHECK(shelved_until);
    CHECK(shelved_until_mono);
}

static void
compare_views(const struct alarm_view *v, const struct alarm_view *w)
{
    CHECK(station_index);
    CHECK(component_index);
    compare_state(v, w);
    CHECK_TEXT(name);
    CHECK_TEXT(guidance);
    CHECK_TEXT(group);
    CHECK_TEXT(acked_by);
    CHECK_TEXT(comment);
    CHECK_TEXT(shelved_by);
    CHECK_TEXT(shelve_reason);
    assert_true(uuid_equal(&v->occurrence, &w->occurrence));
    assert_int_equal(uuid_is_nil(&v->parent), uuid_is_nil(&w->parent));
    if (v->station_index != STATION_NONE && v->type < ALARM_SILENCE && v->type != ALARM_STALE) {
        assert_true(uuid_equal(&v->parent, &w->parent));
        CHECK(suppresses);
    }
    assert_true(same_number(v->value, w->value));
    assert_true(same_number(v->limit, w->limit));
}

static void
compare_boards(const struct alarm_board *x, const struct alarm_board *y)
{
    for (uint32_t i = 0; i < x->n_alarms; i++) {
        const struct alarm_view *w = find(y, &x->alarms[i]);
        if (w == NULL) {
            fail_msg("%s is not shown", x->alarms[i].rule);
        }
        compare_views(&x->alarms[i], w);
    }
    assert_int_equal(x->n_alarms, y->n_alarms);
    assert_memory_equal(x->active, y->active, sizeof(x->active));
    assert_memory_equal(x->unacked, y->unacked, sizeof(x->unacked));
    assert_memory_equal(x->annunciated, y->annunciated, sizeof(x->annunciated));
    assert_int_equal(x->shelved, y->shelved);
    assert_int_equal(x->suppressed, y->suppressed);
    assert_int_equal(x->out_of_service, y->out_of_service);
    assert_int_equal(x->n_maintenance, y->n_maintenance);
    for (uint32_t i = 0; i < x->n_maintenance; i++) {
        assert_string_equal(x->maintenance[i].station, y->maintenance[i].station);
        assert_string_equal(x->maintenance[i].component, y->maintenance[i].component);
        assert_int_equal(x->maintenance[i].since, y->maintenance[i].since);
        assert_string_equal(x->maintenance[i].reason, y->maintenance[i].reason);
    }
    assert_int_equal(x->flood.on, y->flood.on);
    assert_int_equal(x->flood.in_window, y->flood.in_window);
    assert_int_equal(x->flood.limit, y->flood.limit);
}

static void
compare(struct fx *f, struct kept *k)
{
    const struct ruleset *rs = evaluator_rules(f->e);
    struct alarm_board *x = evaluator_board(f->e);
    struct alarm_board *y = kept_board(k, rs->plant, rs, f->now);
    compare_boards(x, y);
    for (uint32_t i = 1; i < y->n_alarms; i++) {
        assert_true(y->alarms[i - 1].station_index <= y->alarms[i].station_index);
    }
    alarm_board_unref(x);
    alarm_board_unref(y);
}

/* As another instance has it that got the whole state. */
static void
compare_copy(struct fx *f, struct kept *k)
{
    struct alarm_changes all, diff;
    struct kept *copy = kept_new();
    alarm_changes_init(&all);
    alarm_changes_init(&diff);
    kept_dump(k, &all);
    kept_replace(copy, &all, &diff);
    kept_replace(copy, &all, &diff); /* again: what goes first comes back */
    const struct ruleset *rs = evaluator_rules(f->e);
    struct alarm_board *x = kept_board(k, rs->plant, rs, f->now);
    struct alarm_board *y = kept_board(copy, rs->plant, rs, f->now);
    assert_int_equal(x->n_alarms, y->n_alarms);
    for (uint32_t i = 0; i < x->n_alarms; i++) {
        const struct alarm_view *v = &x->alarms[i], *w = &y->alarms[i];
        CHECK_TEXT(rule);
        CHECK(state);
        CHECK(overlays);
        CHECK(older);
        CHECK(step);
        CHECK_TEXT(acked_by);
        assert_true(uuid_equal(&v->occurrence, &w->occurrence));
    }
    struct kept *cache = kept_new(); /* what the diff writes is the same */
    kept_apply(cache, &diff);
    struct alarm_board *z = kept_board(cache, rs->plant, rs, f->now);
    assert_int_equal(x->n_alarms, z->n_alarms);
    assert_memory_equal(x->unacked, z->unacked, sizeof(x->unacked));
    alarm_board_unref(x);
    alarm_board_unref(y);
    alarm_board_unref(z);
    alarm_changes_fini(&all);
    alarm_changes_fini(&diff);
    kept_free(copy);
    kept_free(cache);
}

static void
test_the_board_is_the_owners(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 150; seed++) {
        struct fx f;
        struct kept *k = kept_new();
        random_state = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
        fx_init(&f);
        f.tap = keep;
        f.tap_user = k;
        kept_set_flood(k, f.set.flood);
        fx_open(&f, components, rules);
        for (int i = 0; i < 300; i++) {
            happen(&f);
            compare(&f, k);
            if (i % 50 == 49) {
                compare_copy(&f, k);
            }
        }
        fx_close(&f);
        kept_free(k);
    }
}

static void
test_what_is_over_is_forgotten_in_the_end(void **state)
{
    (void)state;
    struct kept *k = kept_new();
    struct alarm_changes c;
    const guint n = EVALUATOR_CLOSED + 100;
    alarm_changes_init(&c);
    for (guint i = 0; i < n; i++) {
        struct occurrence_record r = {.station = g_strdup("S"),
                                      .component = g_strdup("C"),
                                      .rule = g_strdup("r"),
                                      .state = ALARM_NORMAL,
                                      .raised_at = i + 1};
        memcpy(r.occurrence.bytes, &i, sizeof(i));
        r.occurrence.bytes[15] = 1;
        g_array_append_val(c.occurrences, r);
    }
    struct alarm_record a = {.station = g_strdup("S"),
                             .component = g_strdup("C"),
                             .rule = g_strdup("r"),
                             .overlays = OVERLAY_SHELVED,
                             .pending_since = WALL_NONE};
    a.occurrence = g_array_index(c.occurrences, struct occurrence_record, 50).occurrence;
    g_array_append_val(c.alarms, a);
    struct alarm_changes out;
    alarm_changes_init(&out);
    kept_apply(k, &c); /* the alarm comes after them: it is over, and goes */
    kept_dump(k, &out);
    assert_int_equal(out.occurrences->len, EVALUATOR_CLOSED);
    kept_apply(k, &c); /* now it is the alarm's newest, and stays */
    alarm_changes_fini(&out);
    alarm_changes_init(&out);
    kept_dump(k, &out);
    assert_int_equal(out.occurrences->len, EVALUATOR_CLOSED);
    bool found = false;
    for (guint i = 0; i < out.occurrences->len; i++) {
        found =
            found ||
            uuid_equal(&g_array_index(out.occurrences, struct occurrence_record, i).occurrence,
                       &a.occurrence);
    }
    assert_true(found);
    alarm_changes_fini(&out);
    alarm_changes_init(&out);
    kept_dump_some(k, 10, &out);
    assert_int_equal(out.occurrences->len, 11);
    alarm_changes_fini(&out);
    alarm_changes_fini(&c);
    kept_free(k);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_board_is_the_owners),
        cmocka_unit_test(test_what_is_over_is_forgotten_in_the_end),
    };
    return cmocka_run_group_tests_name("kept", tests, NULL, NULL);
}
