/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit.h"

#include "ui/bell.h"

#define S US_PER_S

static struct alarm_board
board_with(uint64_t announced, uint32_t unacked)
{
    return (struct alarm_board){.annunciated = {[ALARM_HIGH] = announced},
                                .unacked = {[ALARM_HIGH] = unacked}};
}

static struct bell
new_bell(int repeat_s)
{
    return (struct bell){.priorities = 1u << ALARM_CRITICAL | 1u << ALARM_HIGH,
                         .repeat_s = repeat_s};
}

static void
test_rings_for_what_is_announced(void **state)
{
    (void)state;
    struct bell b = new_bell(0);
    struct alarm_board quiet = board_with(7, 0), one = board_with(8, 1);
    assert_false(bell_update(&b, &quiet, 1 * S)); /* what was before this screen is over */
    assert_true(bell_update(&b, &one, 2 * S));
    assert_false(bell_update(&b, &one, 3 * S));
    assert_int_equal(bell_next(&b), 0); /* once is enough */
    assert_false(bell_update(&b, NULL, 100 * S));
}

static void
w16_only_chosen_priorities_ring(void **state)
{
    (void)state;
    struct bell b = new_bell(1);
    struct alarm_board low = {.annunciated = {[ALARM_LOW] = 1}, .unacked = {[ALARM_LOW] = 1}};
    b.heard_any = true;
    assert_false(bell_update(&b, &low, 1 * S));
    assert_int_equal(bell_next(&b), 0);
}

static void
test_one_in_five_seconds(void **state)
{
    (void)state;
    struct bell b = new_bell(0);
    int rings = 0;
    for (int i = 0; i < 1000; i++) { /* an alarm each 100 ms */
        struct alarm_board board = board_with((uint64_t)i, 1);
        rings += bell_update(&b, &board, 10 * S + i * 100 * US_PER_MS);
    }
    assert_int_equal(rings, 20);
}

/* What came in between rings when the gap is over, unless it was acknowledged. */
static void
test_waits_for_the_gap(void **state)
{
    (void)state;
    struct bell b = new_bell(0);
    struct alarm_board quiet = board_with(0, 0), one = board_with(1, 1), two = board_with(2, 2);
    bell_update(&b, &quiet, 1 * S);
    assert_true(bell_update(&b, &one, 10 * S));
    assert_false(bell_update(&b, &two, 11 * S));
    assert_int_equal(bell_next(&b), 15 * S);
    assert_true(bell_update(&b, NULL, 15 * S));
    struct alarm_board three = board_with(3, 1), acked = board_with(3, 0);
    assert_false(bell_update(&b, &three, 16 * S));
    assert_false(bell_update(&b, &acked, 17 * S));
    assert_int_equal(bell_next(&b), 0);
}

static void
w16_the_bell_repeats_until_acknowledged(void **state)
{
    (void)state;
    struct bell b = new_bell(30);
    struct alarm_board one = board_with(1, 1), acked = board_with(1, 0);
    assert_true(bell_update(&b, &one, 100 * S)); /* it stood when the screen came */
    assert_int_equal(bell_next(&b), 130 * S);
    assert_false(bell_update(&b, &one, 129 * S));
    assert_true(bell_update(&b, &one, 130 * S));
    assert_false(bell_update(&b, &acked, 160 * S));
    assert_int_equal(bell_next(&b), 0);
}

static void
test_repeat_is_never_too_quick(void **state)
{
    (void)state;
    struct bell b = new_bell(1);
    struct alarm_board one = board_with(1, 1);
    assert_true(bell_update(&b, &one, 10 * S));
    assert_int_equal(bell_next(&b), 15 * S);
}

static void
test_silence(void **state)
{
    (void)state;
    struct bell b = new_bell(10);
    struct alarm_board one = board_with(1, 1), two = board_with(2, 2);
    two.annunciated[ALARM_CRITICAL] = two.unacked[ALARM_CRITICAL] = 1;
    assert_true(bell_update(&b, &one, 10 * S));
    bell_silence(&b, 11 * S);
    assert_false(bell_update(&b, &one, 50 * S));
    assert_false(bell_update(&b, &two, 60 * S)); /* not even for a critical one */
    assert_int_equal(bell_next(&b), 11 * S + BELL_SILENCE_US);
    assert_true(bell_update(&b, NULL, 11 * S + BELL_SILENCE_US)); /* it still stands */
    assert_int_equal(b.silent_until, 0);
}

static void
test_off_and_on(void **state)
{
    (void)state;
    struct bell b = new_bell(10);
    struct alarm_board one = board_with(1, 1);
    bell_switch(&b, false);
    assert_false(bell_update(&b, &one, 10 * S));
    assert_false(bell_update(&b, NULL, 9000 * S));
    assert_int_equal(bell_next(&b), 0);
    bell_silence(&b, 9000 * S);
    bell_switch(&b, true); /* ends the silence, too */
    assert_true(bell_update(&b, NULL, 9001 * S));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rings_for_what_is_announced),
        cmocka_unit_test(w16_only_chosen_priorities_ring),
        cmocka_unit_test(test_one_in_five_seconds),
        cmocka_unit_test(test_waits_for_the_gap),
        cmocka_unit_test(w16_the_bell_repeats_until_acknowledged),
        cmocka_unit_test(test_repeat_is_never_too_quick),
        cmocka_unit_test(test_silence),
        cmocka_unit_test(test_off_and_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
