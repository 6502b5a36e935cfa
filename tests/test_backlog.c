/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Taking over by an instance that was away: what the broker had kept for it, it gets late and
 * at once. The owner before told most of that, and died; what it did not tell has to be told.
 */
#include "tests/takeover_scene.h"

#include "tests/unit.h"

#include <string.h>
#include <sys/resource.h>

#define VALUES_MAX 8

struct story {
    const char *why, *component;
    double before[VALUES_MAX]; /* seen in time by both */
    double told[VALUES_MAX];   /* while the other one was away, seen by the owner */
    double after[VALUES_MAX];  /* and by nobody */
    unsigned rises, returns;
    enum { OVER, STANDS, LACKING } end; /* LACKING: over; the backlog lacks what was told */
};

static const struct story stories[] = {
    {"rise and return are told, and again in the backlog",
     LEVEL,
     {-1},
     {90, 70, -1},
     {-1},
     1,
     1,
     OVER},
    {"the same of a state", DIGITAL, {-1}, {1, 0, -1}, {-1}, 1, 1, OVER},
    {"a rise is told, and its return nobody saw", LEVEL, {-1}, {90, -1}, {70, -1}, 1, 1, OVER},
    {"the same of a state", DIGITAL, {-1}, {1, -1}, {0, -1}, 1, 1, OVER},
    {"a rise is told, and stands", LEVEL, {-1}, {90, -1}, {-1}, 1, 0, STANDS},
    {"a second pulse after the owner's death",
     LEVEL,
     {-1},
     {90, 70, -1},
     {95, 60, -1},
     2,
     2,
     OVER},
    {"a second pulse of the same value", LEVEL, {-1}, {90, 70, -1}, {90, 70, -1}, 2, 2, OVER},
    {"pulses of a state, some of them told",
     DIGITAL,
     {-1},
     {1, 0, 1, 0, -1},
     {1, 0, 1, 0, -1},
     4,
     4,
     OVER},
    {"pulses, and the owner left it raised",
     DIGITAL,
     {-1},
     {1, 0, 1, -1},
     {0, 1, 0, -1},
     3,
     3,
     OVER},
    {"pulses, and the last one stands", DIGITAL, {-1}, {1, 0, 1, 0, -1}, {1, -1}, 3, 2, STANDS},
    {"it was raised before, and the owner told its return",
     DIGITAL,
     {1, -1},
     {0, -1},
     {-1},
     1,
     1,
     OVER},
    {"it was raised before, and pulses since",
     DIGITAL,
     {1, -1},
     {0, 1, 0, -1},
     {1, 0, -1},
     3,
     3,
     OVER},
    {"pulses before do not count for those since",
     DIGITAL,
     {1, 0, 1, 0, -1},
     {-1},
     {1, 0, -1},
     3,
     3,
     OVER},
    {"nothing was told", LEVEL, {-1}, {-1}, {90, 70, -1}, 1, 1, OVER},
    {"nothing was told, and it stands", DIGITAL, {-1}, {-1}, {1, -1}, 1, 0, STANDS},
    {"a rise told of another value is another",
     LEVEL,
     {-1},
     {85, 70, -1},
     {90, -1},
     2,
     1,
     STANDS},
    {"what the backlog lacks tells nothing of what is in it",
     LEVEL,
     {-1},
     {85, 70, -1},
     {90, 70, -1},
     2,
     2,
     LACKING},
    {"a latch's pulse is told", LATCH, {-1}, {1, 0, -1}, {-1}, 1, 1, OVER},
    {"a latch's pulses are told", LATCH, {-1}, {1, 0, 1, 0, -1}, {-1}, 2, 2, OVER},
    {"a latch rose once more", LATCH, {-1}, {1, 0, -1}, {1, 0, -1}, 2, 2, OVER},
};

static void
tell(const struct story *t, bool acks)
{
    struct scene s;
    scene_begin(&s, t->component);
    scene_owner_gets(&s, t->before, acks);
    scene_start_shadow(&s);
    wall_us away_since = s.owner.now.wall;
    scene_owner_gets(&s, t->told, acks);
    fx_pass(&s.owner, 1.0); /* here it dies: its own fixture gets no more readings */
    mono_us died = s.owner.now.mono;
    s.owner.now.wall += FX_S / 2;
    s.owner.now.mono += FX_S / 2;
    evaluator_behind(s.shadow, true, away_since);
    if (t->end != LACKING) {
        scene_shadow_gets(&s, t->told);
    }
    scene_shadow_gets(&s, t->after);
    evaluator_behind(s.shadow, false, WALL_NONE);
    s.owner.now.wall += 2 * FX_S;
    s.owner.now.mono += 2 * FX_S;
    scene_take_over(&s, (double)(s.owner.now.mono - died) / (double)FX_S);
    unsigned rises = fx_count(&s.owner, EVENT_RAISED, t->component);
    unsigned returns = fx_count(&s.owner, EVENT_RETURNED, t->component);
    bool stands = alarm_state_active(fx_state(&s.owner, t->component));
    if (rises != t->rises || returns != t->returns || stands != (t->end == STANDS)) {
        fail_msg("%s, %sacknowledged: %u rises, %u returns, %s", t->why, acks ? "" : "not ",
                 rises, returns, stands ? "stands" : "does not stand");
    }
    scene_end(&s);
}

static void
test_what_the_owner_told_is_not_told_again(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(stories); i++) {
        tell(&stories[i], false);
        tell(&stories[i], true);
    }
}

/* Our link was slower than the owner's when we went: it had a reading before the last one that
 * we had, and we get it late. */
static void
test_what_a_slow_link_had_not_brought(void **state)
{
    (void)state;
    static const double rise[] = {90, -1}, end_of_it[] = {70, -1};
    struct scene s;
    scene_begin(&s, LEVEL);
    scene_start_shadow(&s);
    scene_owner_gets(&s, rise, false);
    fx_pass(&s.owner, 1.0);
    wall_us away_since = s.owner.now.wall;
    scene_owner_gets(&s, end_of_it, false);
    mono_us died = s.owner.now.mono;
    evaluator_behind(s.shadow, true, away_since);
    scene_shadow_gets(&s, rise);
    scene_shadow_gets(&s, end_of_it);
    evaluator_behind(s.shadow, false, WALL_NONE);
    s.owner.now.wall += FX_S;
    s.owner.now.mono += FX_S;
    scene_take_over(&s, (double)(s.owner.now.mono - died) / (double)FX_S);
    assert_int_equal(fx_count(&s.owner, EVENT_RAISED, LEVEL), 1);
    assert_int_equal(fx_count(&s.owner, EVENT_RETURNED, LEVEL), 1);
    scene_end(&s);
}

/* One that was there all the time: what it saw after the owner's death is news, whatever the
 * owner told before. */
static void
test_who_was_there_tells_all_that_it_saw_since(void **state)
{
    (void)state;
    static const double told[] = {1, 0, -1}, after[] = {1, 0, -1};
    struct scene s;
    scene_begin(&s, DIGITAL);
    scene_start_shadow(&s);
    for (size_t i = 0; i < 2; i++) {
        const double one[] = {told[i], -1};
        scene_owner_gets(&s, one, false);
        scene_shadow_gets(&s, one);
    }
    mono_us died = s.owner.now.mono;
    s.owner.now.wall += FX_S;
    s.owner.now.mono += FX_S;
    scene_shadow_gets(&s, after);
    scene_take_over(&s, (double)(s.owner.now.mono - died) / (double)FX_S);
    assert_int_equal(fx_count(&s.owner, EVENT_RAISED, DIGITAL), 2);
    assert_int_equal(fx_count(&s.owner, EVENT_RETURNED, DIGITAL), 2);
    scene_end(&s);
}

/* The number of a latch's rises comes from another instance: as many as it likes. */
static void
test_a_latch_that_claims_billions_of_rises(void **state)
{
    (void)state;
    static const double told[] = {1, 0, -1}, none[] = {-1};
    struct scene s;
    scene_begin(&s, LATCH);
    scene_owner_gets(&s, none, false);
    scene_start_shadow(&s);
    wall_us away_since = s.owner.now.wall;
    scene_owner_gets(&s, told, false);
    mono_us died = s.owner.now.mono;
    evaluator_behind(s.shadow, true, away_since);
    scene_shadow_gets(&s, told);
    evaluator_behind(s.shadow, false, WALL_NONE);
    s.owner.now.wall += FX_S;
    s.owner.now.mono += FX_S;
    s.count = UINT32_MAX;
    struct rlimit before, some;
    assert_int_equal(getrlimit(RLIMIT_CPU, &before), 0);
    some = before;
    some.rlim_cur = 20; /* seconds: else the machine would run out of memory */
    assert_int_equal(setrlimit(RLIMIT_CPU, &some), 0);
    scene_take_over(&s, (double)(s.owner.now.mono - died) / (double)FX_S);
    assert_int_equal(setrlimit(RLIMIT_CPU, &before), 0);
    assert_int_equal(fx_count(&s.owner, EVENT_RAISED, LATCH), 1);
    scene_end(&s);
}

/* The owner before, slow, named a rise otherwise; somebody acknowledged it under that name. */
static void
test_an_acknowledgement_under_another_name_is_ours(void **state)
{
    (void)state;
    static const struct {
        double later_s, value;
        bool same;
    } cases[] = {{2.5, 90, true}, {-2.5, 90, true}, {2.5, 91, false}, {7, 90, false}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        static char station[] = "PS-01", component[] = "L1", rule[] = "hi";
        struct scene s;
        static const double level[] = {90, -1};
        struct uuid theirs = uuid_of("theirs", 6);
        scene_begin(&s, LEVEL);
        scene_owner_gets(&s, level, false);
        assert_int_equal(fx_ack(&s.owner, theirs, 1), RC_OK); /* it waits */
        struct journal_record line = {.event = EVENT_RAISED,
                                      .occurrence = theirs,
                                      .station = station,
                                      .component = component,
                                      .rule = rule,
                                      .value = cases[i].value};
        line.at = s.newest.ts + (int64_t)(cases[i].later_s * (double)FX_S);
        evaluator_twin(s.owner.e, &line, s.owner.now);
        fx_collect(&s.owner);
        assert_int_equal(fx_state(&s.owner, LEVEL),
                         cases[i].same ? ALARM_ACKED : ALARM_UNACKED);
        assert_int_equal(fx_count(&s.owner, EVENT_ACKED, LEVEL), cases[i].same);
        /* It is known now that this will never come; or it is waited for. */
        assert_int_equal(fx_ack(&s.owner, theirs, 1), cases[i].same ? RC_INVALID : RC_OK);
        scene_end(&s);
    }
}

/* It comes from another instance, and may lack a name. */
static void
test_a_rise_of_nothing_is_nobodys_twin(void **state)
{
    (void)state;
    static char station[] = "PS-01", component[] = "L1", rule[] = "hi";
    char *names[][3] = {
        {NULL, component, rule}, {station, NULL, rule}, {station, component, NULL}};
    struct scene s;
    static const double level[] = {90, -1};
    scene_begin(&s, LEVEL);
    scene_owner_gets(&s, level, false);
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        struct uuid theirs = uuid_of("theirs", 6 - i);
        struct journal_record line = {.event = EVENT_RAISED,
                                      .occurrence = theirs,
                                      .at = s.newest.ts,
                                      .station = names[i][0],
                                      .component = names[i][1],
                                      .rule = names[i][2],
                                      .value = 90};
        evaluator_twin(s.owner.e, &line, s.owner.now);
        assert_int_equal(fx_ack(&s.owner, theirs, 1), RC_OK); /* it is waited for */
    }
    scene_end(&s);
}

static void
services(struct scene *s, bool broker, bool owner)
{
    struct watchdog_verdict v = {.broker = broker, .broker_detail = "", .link_detail = ""};
    s->owner.now.wall += FX_S / 4;
    s->owner.now.mono += FX_S / 4;
    if (owner) {
        fx_services(&s->owner, v);
    }
    evaluator_services(s->shadow, &v, s->owner.now);
    evaluator_advance(s->shadow, s->owner.now);
    evaluator_discard(s->shadow);
}

static uint32_t
count_broker(const struct scene *s, enum alarm_event event)
{
    uint32_t n = 0;
    for (guint i = 0; i < s->owner.journal->len; i++) {
        const struct journal_record *r =
            &g_array_index(s->owner.journal, struct journal_record, i);
        n += r->event == event && r->rule != NULL && strcmp(r->rule, "broker") == 0;
    }
    return n;
}

/* Services are the instance's own: the broker keeps nothing of them. */
static void
test_a_service_is_never_behind(void **state)
{
    (void)state;
    struct scene s;
    scene_init(&s, DIGITAL);
    s.owner.set.service_delay_us = 0;
    scene_open(&s);
    scene_start_shadow(&s);
    services(&s, true, true);
    services(&s, false, true);
    mono_us died = s.owner.now.mono;
    evaluator_behind(s.shadow, true, s.owner.now.wall);
    services(&s, true, false);
    services(&s, false, false);
    evaluator_behind(s.shadow, false, WALL_NONE);
    s.owner.now.wall += FX_S;
    s.owner.now.mono += FX_S;
    scene_take_over(&s, (double)(s.owner.now.mono - died) / (double)FX_S);
    assert_int_equal(count_broker(&s, EVENT_RAISED), 2);
    assert_int_equal(count_broker(&s, EVENT_RETURNED), 2);
    scene_end(&s);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_the_owner_told_is_not_told_again),
        cmocka_unit_test(test_a_latch_that_claims_billions_of_rises),
        cmocka_unit_test(test_an_acknowledgement_under_another_name_is_ours),
        cmocka_unit_test(test_a_rise_of_nothing_is_nobodys_twin),
        cmocka_unit_test(test_who_was_there_tells_all_that_it_saw_since),
        cmocka_unit_test(test_what_a_slow_link_had_not_brought),
        cmocka_unit_test(test_a_service_is_never_behind),
    };
    return cmocka_run_group_tests_name("backlog", tests, NULL, NULL);
}
