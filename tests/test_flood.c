/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit.h"

#include "alarms/flood.h"

#define S  US_PER_S
#define T0 INT64_C(1767268800000000) /* 2026-01-01T12:00:00Z, boot clock 0 */

static const struct flood_settings isa = {
    .begin_above = 10, .end_below = 5, .window_us = 600 * S};

static struct now
at(mono_us mono)
{
    return (struct now){.wall = T0 + mono, .mono = mono};
}

static void
test_begin_and_end(void **state)
{
    (void)state;
    struct flood f;
    flood_init(&f, isa);
    assert_true(flood_next(&f) == INT64_MAX);
    for (int i = 1; i <= 10; i++) {
        assert_int_equal(flood_add(&f, at(i * S)), FLOOD_NOTHING);
    }
    assert_false(f.on);
    assert_int_equal(flood_add(&f, at(11 * S)), FLOOD_BEGAN); /* more than ten */
    assert_true(f.on);
    assert_true(f.since == T0 + 11 * S);
    assert_int_equal(f.total, 11);
    assert_int_equal(flood_add(&f, at(12 * S)), FLOOD_NOTHING);
    assert_int_equal(f.total, 12);
    assert_int_equal(f.peak, 12);
    /* Ends with the fifth from the end: 4 left, at 9 to 12 s. */
    mono_us end = 608 * S + 1;
    assert_true(flood_next(&f) == end);
    assert_int_equal(flood_advance(&f, at(end - 1)), FLOOD_NOTHING);
    assert_int_equal(f.used, 5);
    assert_int_equal(flood_advance(&f, at(end)), FLOOD_ENDED);
    assert_int_equal(flood_advance(&f, at(end)), FLOOD_NOTHING);
    assert_int_equal(f.used, 4);
    assert_true(flood_next(&f) == INT64_MAX);
    assert_int_equal(f.total, 12);
    assert_int_equal(f.peak, 12);
    assert_true(f.since == T0 + 11 * S);
    flood_fini(&f);
}

/* One at exactly the window's length still counts, one later does not. */
static void
test_border(void **state)
{
    (void)state;
    for (int late = 0; late <= 1; late++) {
        struct flood f;
        flood_init(&f, isa);
        for (int i = 0; i < 10; i++) {
            assert_int_equal(flood_add(&f, at(100 * S)), FLOOD_NOTHING);
        }
        assert_int_equal(flood_add(&f, at(700 * S + late)),
                         late == 0 ? FLOOD_BEGAN : FLOOD_NOTHING);
        flood_fini(&f);
    }
}

/* One that comes when the flood is long over ends it first and is not of it. */
static void
test_add_after_the_end(void **state)
{
    (void)state;
    struct flood f;
    flood_init(&f, isa);
    for (int i = 0; i < 20; i++) {
        (void)flood_add(&f, at(i * S));
    }
    assert_true(f.on);
    assert_int_equal(flood_add(&f, at(3600 * S)), FLOOD_ENDED);
    assert_false(f.on);
    assert_int_equal(f.total, 20);
    assert_int_equal(f.used, 1);
    flood_fini(&f);
}

/* A flood goes on between its two borders. */
static void
test_hysteresis(void **state)
{
    (void)state;
    struct flood f;
    flood_init(&f, isa);
    for (int i = 0; i < 11; i++) {
        (void)flood_add(&f, at(0));
    }
    for (int i = 1; i <= 50; i++) { /* one every 100 s: 7 in a window */
        assert_int_equal(flood_add(&f, at(i * 100 * S)), FLOOD_NOTHING);
        assert_true(f.on);
    }
    assert_int_equal(f.used, 7);
    assert_int_equal(f.total, 61);
    assert_int_equal(f.peak, 17);
    flood_fini(&f);
}

/* Settings that would end a flood as it begins, or never, are taken as the nearest that work.
 */
static void
test_settings(void **state)
{
    (void)state;
    struct flood f;
    flood_init(&f, (struct flood_settings){.begin_above = 3, .end_below = 9, .window_us = S});
    for (int i = 0; i < 3; i++) {
        assert_int_equal(flood_add(&f, at(0)), FLOOD_NOTHING);
    }
    assert_int_equal(flood_add(&f, at(0)), FLOOD_BEGAN);
    assert_int_equal(flood_advance(&f, at(S)), FLOOD_NOTHING);
    assert_int_equal(flood_advance(&f, at(S + 1)), FLOOD_ENDED);
    flood_fini(&f);
    flood_init(&f, (struct flood_settings){.window_us = S});
    assert_int_equal(flood_add(&f, at(0)), FLOOD_NOTHING);
    assert_int_equal(flood_add(&f, at(0)), FLOOD_BEGAN);
    assert_true(flood_next(&f) == S + 1);
    assert_int_equal(flood_advance(&f, at(S + 1)), FLOOD_ENDED);
    flood_fini(&f);
}

/* The ring grows while its oldest entry stands in the middle. */
static void
test_grow(void **state)
{
    (void)state;
    struct flood f;
    flood_init(&f, isa);
    for (int i = 0; i < 9; i++) {
        (void)flood_add(&f, at(0));
    }
    (void)flood_advance(&f, at(600 * S + 1));
    assert_int_equal(f.used, 0);
    for (int i = 0; i < 40; i++) {
        (void)flood_add(&f, at((1000 + i) * S));
    }
    for (int left = 40; left >= 5; left--) { /* the oldest go one by one, in order */
        (void)flood_advance(&f, at((1000 + 40 - left + 600) * S));
        assert_int_equal(f.used, left);
        assert_true(flood_next(&f) == (1000 + 35 + 600) * S + 1);
    }
    flood_fini(&f);
}

/* More than fit, and the ring turned round: the oldest goes early, nothing else changes. */
static void
test_many(void **state)
{
    (void)state;
    struct flood f;
    flood_init(&f, isa);
    for (uint32_t i = 0; i < FLOOD_TIMES_MAX + 100; i++) {
        (void)flood_add(&f, at(i));
    }
    assert_int_equal(f.used, FLOOD_TIMES_MAX);
    assert_int_equal(f.total, FLOOD_TIMES_MAX + 100);
    assert_int_equal(f.peak, FLOOD_TIMES_MAX);
    assert_int_equal(f.rate[ALARM_RATE_MINUTES - 1], UINT16_MAX);
    mono_us end = flood_next(&f);
    assert_true(end == FLOOD_TIMES_MAX + 100 - 5 + 600 * S + 1);
    assert_int_equal(flood_advance(&f, at(end - 1)), FLOOD_NOTHING);
    assert_int_equal(flood_advance(&f, at(end)), FLOOD_ENDED);
    flood_fini(&f);
}

static void
test_rate(void **state)
{
    (void)state;
    struct flood f;
    flood_init(&f, isa);
    mono_us start = 1000 * 60 * S;
    (void)flood_add(&f, at(start));
    (void)flood_add(&f, at(start + 59 * S));
    assert_int_equal(f.rate[59], 2);
    (void)flood_add(&f, at(start + 60 * S));
    assert_int_equal(f.rate[58], 2);
    assert_int_equal(f.rate[59], 1);
    (void)flood_advance(&f, at(start + 10 * 60 * S));
    assert_int_equal(f.rate[49], 2);
    assert_int_equal(f.rate[50], 1);
    assert_int_equal(f.rate[59], 0);
    (void)flood_advance(&f, at(start + 59 * 60 * S));
    assert_int_equal(f.rate[0], 2);
    assert_int_equal(f.rate[1], 1);
    (void)flood_advance(&f, at(start + 60 * 60 * S));
    assert_int_equal(f.rate[0], 1);
    (void)flood_add(&f, at(start + 5000 * 60 * S)); /* suspended for days */
    for (size_t i = 0; i < 59; i++) {
        assert_int_equal(f.rate[i], 0);
    }
    assert_int_equal(f.rate[59], 1);
    flood_fini(&f);
}

static void
test_chatter(void **state)
{
    (void)state;
    struct chatter c = {.on = false};
    assert_true(chatter_next(&c, 60 * S) == INT64_MAX);
    assert_false(chatter_rise(&c, 0, 3, 60 * S)); /* the boot clock may stand at 0 */
    assert_false(chatter_rise(&c, 30 * S, 3, 60 * S));
    assert_true(chatter_rise(&c, 60 * S, 3, 60 * S));
    assert_true(c.on);
    assert_false(chatter_rise(&c, 61 * S, 3, 60 * S)); /* goes on, does not begin again */
    assert_false(chatter_rise(&c, 120 * S, 3, 60 * S));
    assert_true(c.on);
    assert_true(chatter_next(&c, 60 * S) == 180 * S + 1);
    assert_false(chatter_advance(&c, 180 * S, 60 * S));
    assert_true(chatter_advance(&c, 180 * S + 1, 60 * S));
    assert_false(c.on);
    assert_false(chatter_advance(&c, 500 * S, 60 * S));
    assert_false(chatter_rise(&c, 500 * S, 3, 60 * S));
    assert_false(chatter_rise(&c, 530 * S, 3, 60 * S));
    assert_false(chatter_rise(&c, 560 * S + 1, 3, 60 * S)); /* a hair too slow */
    assert_true(chatter_rise(&c, 561 * S, 3, 60 * S));
    c = (struct chatter){.on = false};
    assert_false(chatter_rise(&c, S, 2, 60 * S));
    assert_true(chatter_rise(&c, 61 * S, 2, 60 * S)); /* just fast enough */
}

/* Every count that is allowed, and the ring turned round more than once. */
static void
test_chatter_counts(void **state)
{
    (void)state;
    for (unsigned count = 2; count <= 7; count++) {
        struct chatter c = {.on = false};
        for (int i = 1; i <= 20; i++) { /* too far apart for any count */
            assert_false(chatter_rise(&c, i * 100 * S, count, 60 * S));
        }
        for (unsigned n = 1; n < count; n++) {
            assert_false(chatter_rise(&c, 3000 * S + n, count, 60 * S));
        }
        assert_true(chatter_rise(&c, 3000 * S + count, count, 60 * S));
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_begin_and_end),
        cmocka_unit_test(test_border),
        cmocka_unit_test(test_add_after_the_end),
        cmocka_unit_test(test_hysteresis),
        cmocka_unit_test(test_settings),
        cmocka_unit_test(test_grow),
        cmocka_unit_test(test_many),
        cmocka_unit_test(test_rate),
        cmocka_unit_test(test_chatter),
        cmocka_unit_test(test_chatter_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
