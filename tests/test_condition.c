/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit.h"

#include "alarms/condition.h"

#include <math.h>

#define S US_PER_S
#define F VERDICT_FALSE
#define T VERDICT_TRUE
#define H VERDICT_HOLD

static struct state_name words[] = {{0, (char[]){"closed"}}, {1, (char[]){"open"}}};
static const struct component valve = {.states = words, .n_states = 2, .kind = KIND_SENSOR};
static const struct component counter = {.kind = KIND_COUNTER};

/* A rule as the compiler leaves it when a row has nothing but a type. */
static struct alarm_rule
rule_of(enum alarm_type type, double limit)
{
    return (struct alarm_rule){.type = type, .limit = limit};
}

/* One reading after another, and what each must say. */
struct turn {
    double at_s, value;
    enum verdict want;
};

static void
play(const char *why, const struct alarm_rule *rule, const struct component *c, bool before,
     const struct turn *turns, size_t n)
{
    struct condition_memory *memory = NULL;
    for (size_t i = 0; i < n; i++) {
        struct condition_input in = {
            .value = turns[i].value, .c = c, .at = (mono_us)(turns[i].at_s * (double)S)};
        enum verdict is = condition_judge(rule, &memory, before, &in);
        if (is != turns[i].want) {
            fail_msg("%s: turn %zu says %d, not %d", why, i, is, turns[i].want);
        }
        before = is == H ? before : is == T;
    }
    condition_free(memory);
}
#define PLAY(why, rule, c, before, ...)                                                        \
    play(why, rule, c, before, (const struct turn[]){__VA_ARGS__},                             \
         sizeof((const struct turn[]){__VA_ARGS__}) / sizeof(struct turn))

static void
test_limits(void **state)
{
    (void)state;
    static const struct {
        const char *why;
        enum alarm_type type;
        double limit, deadband;
        bool before;
        double value;
        enum verdict want;
    } cases[] = {
        {"just below hi", ALARM_HI, 10, 2, false, 9.999, F},
        {"at hi", ALARM_HI, 10, 2, false, 10, T},
        {"in the deadband, from below", ALARM_HI, 10, 2, false, 9, F},
        {"in the deadband, from above", ALARM_HI, 10, 2, true, 8.001, T},
        {"at the deadband's end", ALARM_HI, 10, 2, true, 8, F},
        {"no deadband: still at the limit", ALARM_HI, 10, 0, true, 10, T},
        {"no deadband: below it", ALARM_HI, 10, 0, true, 9.999, F},
        {"a deadband not given", ALARM_HI, 10, NAN, true, 9.999, F},
        {"a deadband not given, still beyond", ALARM_HI, 10, NAN, true, 10, T},
        {"hihi is like hi", ALARM_HIHI, 10, 2, false, 10, T},
        {"hihi in its deadband", ALARM_HIHI, 10, 2, true, 9, T},
        {"hihi ends", ALARM_HIHI, 10, 2, true, 7, F},
        {"just above lo", ALARM_LO, -3, 1, false, -2.999, F},
        {"at lo", ALARM_LO, -3, 1, false, -3, T},
        {"in the deadband of lo, from above", ALARM_LO, -3, 1, false, -2.5, F},
        {"in the deadband of lo, from below", ALARM_LO, -3, 1, true, -2.001, T},
        {"at the end of lo's deadband", ALARM_LO, -3, 1, true, -2, F},
        {"lolo is like lo", ALARM_LOLO, -3, 1, false, -4, T},
        {"lolo in its deadband", ALARM_LOLO, -3, 1, true, -2.5, T},
        {"lolo ends", ALARM_LOLO, -3, 1, true, 0, F},
        {"infinity is beyond", ALARM_HI, 10, 2, false, INFINITY, T},
        {"and on the other side", ALARM_LO, 10, 2, false, -INFINITY, T},
        {"a bit that is set", ALARM_DIGITAL, NAN, 0, false, 1, T},
        {"any number but 0", ALARM_DIGITAL, NAN, 0, false, -2, T},
        {"a bit that is not", ALARM_DIGITAL, NAN, 0, true, 0, F},
        {"the state watched for", ALARM_DIGITAL, 0, 0, false, 0, T},
        {"another state", ALARM_DIGITAL, 2, 0, true, 1, F},
        {"not a number, nothing there", ALARM_HI, 10, 2, false, NAN, H},
        {"not a number, alarm there", ALARM_LO, 10, 2, true, NAN, H},
        {"not a number, a bit", ALARM_DIGITAL, NAN, 0, true, NAN, H},
        {"every reading ends what is stale", ALARM_STALE, NAN, 0, true, 5, F},
        {"whatever it is", ALARM_STALE, NAN, 0, true, NAN, F},
        {"readings are nothing to the watchdog", ALARM_SILENCE, NAN, 0, true, 1, H},
        {"nor to its other alarms", ALARM_LOSS, NAN, 0, false, 1, H},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct alarm_rule rule = rule_of(cases[i].type, cases[i].limit);
        rule.deadband = cases[i].deadband;
        struct condition_memory *memory = NULL;
        struct condition_input in = {.value = cases[i].value, .c = &valve, .at = S};
        if (condition_judge(&rule, &memory, cases[i].before, &in) != cases[i].want) {
            fail_msg("%s", cases[i].why);
        }
        assert_null(memory); /* none of these may cost any */
    }
}

static void
test_words(void **state)
{
    (void)state;
    struct alarm_rule rule = rule_of(ALARM_DIGITAL, NAN);
    struct condition_memory *memory = NULL;
    struct condition_input in = {.value = NAN, .text = "open", .c = &valve, .at = S};
    assert_int_equal(condition_judge(&rule, &memory, false, &in), T);
    assert_true(condition_value(&rule, memory, &in) == 1);
    in.text = "closed";
    assert_int_equal(condition_judge(&rule, &memory, true, &in), F);
    assert_true(condition_value(&rule, memory, &in) == 0);
    in.text = "ajar";
    in.value = 1; /* the word counts, not what stands beside it */
    assert_int_equal(condition_judge(&rule, &memory, true, &in), H);
    assert_true(isnan(condition_value(&rule, memory, &in)));
    in.text = "";
    assert_int_equal(condition_judge(&rule, &memory, true, &in), H);
    in.text = "open";
    in.c = &counter; /* has no words */
    assert_int_equal(condition_judge(&rule, &memory, false, &in), H);
    in.c = NULL;
    assert_int_equal(condition_judge(&rule, &memory, false, &in), H);
    rule = rule_of(ALARM_STALE, NAN);
    in.text = "ajar";
    assert_int_equal(condition_judge(&rule, &memory, true, &in), F);
    assert_null(memory);
}

static void
test_in_a_row(void **state)
{
    (void)state;
    struct alarm_rule rule = rule_of(ALARM_HI, 10);
    rule.deadband = 2;
    rule.count = 3;
    PLAY("three in a row", &rule, &valve, false, {1, 10, F}, {2, 11, F}, {3, 12, T}, {4, 9, T},
         {5, 8, F}, {6, 11, F}, {7, 11, F}, {8, 11, T});
    PLAY("one short of it starts anew", &rule, &valve, false, {1, 10, F}, {2, 10, F}, {3, 9, F},
         {4, 10, F}, {5, 10, F}, {6, 10, T});
    PLAY("nothing neither breaks nor prolongs", &rule, &valve, false, {1, 10, F}, {2, NAN, H},
         {3, 10, F}, {4, NAN, H}, {5, 10, T});
    PLAY("true before a restart", &rule, &valve, true, {1, 10, T}, {2, 8, F}, {3, 10, F});
    rule.count = 1;
    PLAY("one is enough", &rule, &valve, false, {1, 10, T});
    rule = rule_of(ALARM_RATE, 6);
    rule.count = 2;
    PLAY("other types count as well", &rule, &valve, false, {0, 0, H}, {10, 1, F}, {20, 2, T});
}

static void
test_rate(void **state)
{
    (void)state;
    struct alarm_rule rule = rule_of(ALARM_RATE, 60);
    rule.deadband = 30;
    PLAY("rising from one to the next", &rule, &valve, false, {0, 0, H}, {1, 0.875, F},
         {2, 2, T}, {3, 2.625, T}, {4, 3.125, F}, {5, 4, F}, {6, -50, F});
    PLAY("a first one after a restart", &rule, &valve, true, {0, 0, H}, {1, 0, F});
    PLAY("two at one time give no rate", &rule, &valve, false, {1, 0, H}, {1, 500, H},
         {61, 61, T}, {61, 0, H}, {121, 61, F});
    rule.limit = -60;
    PLAY("falling", &rule, &valve, false, {0, 0, H}, {1, 5, F}, {2, 4, T}, {3, 3.375, T},
         {4, 2.875, F}, {5, NAN, H}, {6, 0.875, T});
    rule = rule_of(ALARM_RATE, 10);
    rule.window_us = 90 * S;
    PLAY("a steady ramp between readings further apart than the window", &rule, &valve, false,
         {0, 0, H}, {60, 12, H}, {120, 24, T}, {180, 36, T}, {240, 36, F}, {300, 36, F});
    PLAY("a pulse is not a trend", &rule, &valve, false, {0, 0, H}, {30, 0, H}, {60, 0, H},
         {90, 5, F}, {91, 14, F}, {92, 15, F}, {120, 16, T});
    PLAY("infinity less itself is nothing", &rule, &valve, false, {0, INFINITY, H},
         {100, INFINITY, H}, {200, 0, F});
}

static void
test_rate_value(void **state)
{
    (void)state;
    struct alarm_rule rule = rule_of(ALARM_RATE, 60);
    struct condition_memory *memory = NULL;
    assert_true(isnan(condition_value(&rule, memory, NULL)));
    struct condition_input in = {.value = 5, .c = &valve, .at = S};
    (void)condition_judge(&rule, &memory, false, &in);
    assert_true(isnan(condition_value(&rule, memory, &in)));
    in = (struct condition_input){.value = 7, .c = &valve, .at = 31 * S};
    (void)condition_judge(&rule, &memory, false, &in);
    assert_true(fabs(condition_value(&rule, memory, &in) - 4) < 1e-9);
    mono_us next = 0;
    assert_int_equal(condition_expire(&rule, memory, true, 1000 * S, &next), H);
    assert_true(next == INT64_MAX);
    condition_free(memory);
}

static void
test_stuck(void **state)
{
    (void)state;
    struct alarm_rule rule = rule_of(ALARM_STUCK, NAN);
    rule.deadband = 0.5;
    rule.window_us = 60 * S;
    PLAY("no change for so long", &rule, &valve, false, {0, 5, H}, {30, 5.5, F}, {59.9, 4.5, F},
         {60, 5, T}, {61, 5, T}, {62, 5.6, F}, {121, 5.6, F}, {122, 5.6, T});
    PLAY("slow drift is a change", &rule, &valve, false, {0, 5, H}, {30, 5.3, F}, {60, 5.6, F},
         {90, 5.9, F}, {119, 5.9, F}, {120, 5.9, T});
    PLAY("goes on after a restart until it moves", &rule, &valve, true, {0, 5, H}, {1, 5, T},
         {2, 6, F});
    rule.deadband = NAN;
    PLAY("a deadband not given", &rule, &valve, false, {0, 5, H}, {60, 5, T}, {61, 5.001, F});
    PLAY("full scale all the time", &rule, &valve, false, {0, INFINITY, H}, {60, INFINITY, T});
}

static void
test_totalizer(void **state)
{
    (void)state;
    struct alarm_rule rule = rule_of(ALARM_TOTALIZER, 10);
    rule.window_us = 60 * S;
    rule.deadband = 4;
    PLAY("sum over the window, its border included", &rule, &valve, false, {0, 4, F},
         {10, 4, F}, {60, 2, T}, {60.5, 0, F}, {61, 4, T}, {71, 1, T}, {120, 0, T},
         {120.5, 0, F});
    PLAY("a counter: its increments", &rule, &counter, false, {0, 1000, F}, {1, 1009, F},
         {2, 1010, T}, {3, 1010, T}, {70, 1010, F});
    PLAY("a counter that starts anew counts from 0", &rule, &counter, false, {0, 1000, F},
         {1, 1004, F}, {2, 3, F}, {3, 6, T});
    PLAY("cleared by nothing but a whole window after a restart", &rule, &counter, true,
         {100, 1000, H}, {130, 1001, H}, {160, 1001, H}, {160.1, 1001, F});
    PLAY("and by none if the sum is there again", &rule, &counter, true, {100, 1000, H},
         {130, 1010, T}, {161, 1010, T}, {191, 1010, F});
    PLAY("infinities of both signs", &rule, &valve, false, {0, INFINITY, T}, {1, -INFINITY, H},
         {100, 1, F});
}

static void
test_count(void **state)
{
    (void)state;
    struct alarm_rule rule = rule_of(ALARM_COUNT, NAN);
    rule.window_us = 60 * S;
    rule.count = 3;
    PLAY("three rises in a minute", &rule, &valve, false, {0, 1, F}, {1, 0, F}, {2, 1, F},
         {3, 1, F}, {4, 0, F}, {5, 1, F}, {6, 0, F}, {7, 7, T}, {8, 0, T}, {62, 0, T},
         {62.1, 0, F});
    PLAY("too slow", &rule, &valve, false, {0, 0, F}, {1, 1, F}, {2, 0, F}, {30, 1, F},
         {31, 0, F}, {61.1, 1, F});
    PLAY("a gap is no edge", &rule, &valve, false, {0, 0, F}, {1, NAN, H}, {2, 0, F}, {3, 1, F},
         {4, NAN, H}, {5, 1, F}, {6, NAN, H}, {7, 1, F});
    rule.count = 0;
    PLAY("0 is 1", &rule, &valve, false, {0, 0, F}, {1, 1, T}, {61, 1, T}, {61.1, 1, F});
}

/* Time alone ends it at the very moment that it is asked for, and begins nothing. */
static void
test_expire(void **state)
{
    (void)state;
    struct alarm_rule rule = rule_of(ALARM_COUNT, NAN);
    rule.window_us = 60 * S;
    rule.count = 2;
    struct condition_memory *memory = NULL;
    mono_us next = 0;
    assert_int_equal(condition_expire(&rule, NULL, true, 0, &next), H);
    assert_true(next == INT64_MAX);
    bool on = false;
    for (int i = 0; i < 5; i++) { /* rises at 1 s and 3 s */
        struct condition_input in = {.value = i % 2, .c = &valve, .at = i * S};
        on = condition_judge(&rule, &memory, on, &in) == T;
    }
    assert_true(on);
    assert_true(condition_value(&rule, memory, NULL) == 2);
    assert_int_equal(condition_expire(&rule, memory, true, 10 * S, &next), T);
    assert_true(next == 61 * S + 1);
    assert_int_equal(condition_expire(&rule, memory, true, next - 1, &next), T);
    assert_int_equal(condition_expire(&rule, memory, true, next, &next), F);
    assert_true(condition_value(&rule, memory, NULL) == 1);
    assert_true(next == 63 * S + 1);
    assert_int_equal(condition_expire(&rule, memory, false, next, &next), F);
    assert_true(next == INT64_MAX);
    condition_free(memory);

    memory = NULL;
    rule = rule_of(ALARM_TOTALIZER, 10);
    rule.window_us = 60 * S;
    struct condition_input in = {.value = -5, .c = &valve, .at = 0};
    assert_int_equal(condition_judge(&rule, &memory, false, &in), F);
    in = (struct condition_input){.value = 12, .c = &valve, .at = 30 * S};
    assert_int_equal(condition_judge(&rule, &memory, false, &in), F);
    assert_int_equal(condition_expire(&rule, memory, false, 61 * S, &next), H);
    assert_int_equal(condition_expire(&rule, memory, true, 61 * S, &next), T);
    condition_free(memory);
}

/* A restart while it was true: asked again when the window is whole, and not false before. */
static void
test_expire_restarted(void **state)
{
    (void)state;
    struct alarm_rule rule = rule_of(ALARM_TOTALIZER, 10);
    rule.window_us = 60 * S;
    struct condition_memory *memory = NULL;
    struct condition_input in = {.value = 3, .c = &counter, .at = 100 * S};
    assert_int_equal(condition_judge(&rule, &memory, true, &in), H);
    mono_us next = 0;
    assert_int_equal(condition_expire(&rule, memory, true, 120 * S, &next), H);
    assert_true(next == 160 * S + 1);
    assert_int_equal(condition_expire(&rule, memory, false, 120 * S, &next), F);
    assert_int_equal(condition_expire(&rule, memory, true, next, &next), F);
    assert_true(next == INT64_MAX);
    condition_free(memory);
    condition_free(NULL);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_limits),     cmocka_unit_test(test_words),
        cmocka_unit_test(test_in_a_row),   cmocka_unit_test(test_rate),
        cmocka_unit_test(test_rate_value), cmocka_unit_test(test_stuck),
        cmocka_unit_test(test_totalizer),  cmocka_unit_test(test_count),
        cmocka_unit_test(test_expire),     cmocka_unit_test(test_expire_restarted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
