/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Taking over by an instance that was there: what it saw is held against the words of the owner
 * before, which may lack, come late, or be of before all stood still.
 */
#include "tests/takeover_scene.h"
#include "tests/unit.h"

/* Everything stood still, and then came at once: the owner's signs of life are of before. */
static void
test_what_came_before_all_stood_still(void **state)
{
    (void)state;
    static const char *const kinds[] = {LEVEL, DIGITAL, LATCH};
    static const double rise[] = {90, -1}, end_of_it[] = {0, -1};
    for (size_t i = 0; i < 2 * G_N_ELEMENTS(kinds); i++) {
        bool told = i % 2 == 1;
        struct scene s;
        scene_begin(&s, kinds[i / 2]);
        scene_start_shadow(&s);
        fx_pass(&s.owner, 20.0);
        mono_us sure = s.owner.now.mono;
        if (told) {
            scene_owner_gets(&s, rise, false);
        }
        scene_shadow_gets(&s, rise);
        fx_pass(&s.owner, 9.0);
        scene_shadow_gets(&s, end_of_it);
        mono_us last = s.owner.now.mono;
        fx_pass(&s.owner, 0.5);
        scene_take_over_heard(&s, (struct owner_heard){last, sure});
        unsigned rises = fx_count(&s.owner, EVENT_RAISED, s.component);
        unsigned returns = fx_count(&s.owner, EVENT_RETURNED, s.component);
        if (rises != 1 || returns != 1) {
            fail_msg("%s, %s: %u rises, %u returns", s.component, told ? "told" : "not told",
                     rises, returns);
        }
        scene_end(&s);
    }
}

/* Pulses that only the shadow saw are counted once, when they happen again: three of them are
 * no chatter, and no flood. */
static void
test_what_happens_again_is_counted_once(void **state)
{
    (void)state;
    static const double rise[] = {1, -1}, over[] = {0, -1};
    struct scene s;
    scene_init(&s, DIGITAL);
    s.owner.set.chatter_us = 60 * FX_S;
    s.owner.set.chatter_count = 5;
    s.owner.set.flood =
        (struct flood_settings){.begin_above = 4, .end_below = 1, .window_us = 600 * FX_S};
    scene_open(&s);
    scene_start_shadow(&s);
    fx_pass(&s.owner, 20.0);
    mono_us sure = s.owner.now.mono;
    for (int i = 0; i < 3; i++) {
        fx_pass(&s.owner, 1.0);
        scene_shadow_gets(&s, rise);
        fx_pass(&s.owner, 1.0);
        scene_shadow_gets(&s, over);
    }
    fx_pass(&s.owner, 9.0);
    mono_us last = s.owner.now.mono;
    fx_pass(&s.owner, 0.5);
    scene_take_over_heard(&s, (struct owner_heard){last, sure});
    assert_int_equal(fx_count(&s.owner, EVENT_RAISED, DIGITAL), 3);
    assert_int_equal(fx_count(&s.owner, EVENT_CHATTER_BEGIN, DIGITAL), 0);
    assert_int_equal(fx_count(&s.owner, EVENT_FLOOD_BEGIN, NULL), 0);
    scene_end(&s);
}

/* A pulse that the owner never got, or that nobody told when it took over itself, is no reason
 * to tell all pulses since a second time. */
static void
test_a_word_that_lacks_long_ago_shifts_nothing(void **state)
{
    (void)state;
    static const double pulse[] = {1, 0, -1};
    struct scene s;
    scene_begin_with_shadow(&s, DIGITAL);
    scene_shadow_gets(&s, pulse); /* lost on the way to the owner */
    fx_pass(&s.owner, 300);
    scene_both_get(&s, 1);
    scene_both_get(&s, 0);
    scene_owner_dies(&s);
    scene_end_with(&s, 1, 1);
}

/* A rise by the clock of one owner, the return by that of the next, which is a little behind.
 */
static void
test_words_of_two_clocks_keep_their_order(void **state)
{
    (void)state;
    struct scene s;
    scene_begin_with_shadow(&s, DIGITAL);
    scene_both_get(&s, 1);
    fx_pass(&s.owner, 0.1);
    struct evaluator_input in = scene_reading(&s, 0);
    evaluator_reading(s.shadow, &in, s.owner.now);
    evaluator_discard(s.shadow);
    in.ts -= 300 * US_PER_MS;
    fx_input(&s.owner, &in);
    fx_pass(&s.owner, 60);
    scene_both_get(&s, 1);
    scene_both_get(&s, 0);
    scene_owner_dies(&s);
    scene_end_with(&s, 2, 2);
}

/* The shadow had to see one reading more before it could tell a rate. */
static void
test_a_young_shadow_that_rose_later_than_the_owner(void **state)
{
    (void)state;
    struct scene s;
    static const double first[] = {10, -1};
    scene_begin(&s, "PS-01/F1");
    scene_owner_gets(&s, first, false);
    scene_start_shadow(&s);
    scene_both_get(&s, 50);
    fx_pass(&s.owner, 1.0);
    scene_both_get(&s, 90); /* 2.5 s later */
    scene_both_get(&s, 91);
    scene_owner_dies(&s);
    assert_int_equal(fx_count(&s.owner, EVENT_RAISED, "PS-01/F1"), 1);
    assert_int_equal(fx_count(&s.owner, EVENT_RETURNED, "PS-01/F1"), 1);
    assert_false(alarm_state_active(fx_state(&s.owner, "PS-01/F1")));
    scene_end(&s);
}

/* What was told before the shadow began does not stand for what it saw. A sensor at the end of
 * its range gives the same value again. */
static void
test_what_was_told_before_a_shadow_began(void **state)
{
    (void)state;
    struct scene s;
    static const double pulse[] = {90, 70, -1};
    scene_begin(&s, LEVEL);
    scene_owner_gets(&s, pulse, false);
    fx_pass(&s.owner, 1.0);
    scene_start_shadow(&s);
    fx_pass(&s.owner, 2.0);
    mono_us died = s.owner.now.mono;
    scene_shadow_gets(&s, pulse); /* the owner, slow, told nothing of it */
    s.owner.now.wall += FX_S;
    s.owner.now.mono += FX_S;
    scene_take_over(&s, (double)(s.owner.now.mono - died) / (double)FX_S);
    scene_end_with(&s, 2, 2);
}

/* An end and the next rise come within one message. Of two words of one moment the end of what
 * stood comes first, although the current occurrence is kept as the first of all. */
static void
test_words_of_one_moment_keep_their_order(void **state)
{
    (void)state;
    struct scene s;
    scene_begin_with_shadow(&s, DIGITAL);
    scene_both_get(&s, 1);
    fx_pass(&s.owner, SCENE_STEP_S);
    for (int value = 0; value <= 1; value++) {
        struct evaluator_input in = scene_reading(&s, value);
        fx_input(&s.owner, &in);
        evaluator_reading(s.shadow, &in, s.owner.now);
        evaluator_discard(s.shadow);
    }
    scene_both_get(&s, 0);
    scene_owner_dies(&s);
    assert_int_equal(fx_count(&s.owner, EVENT_RAISED, DIGITAL), 2);
    assert_int_equal(fx_count(&s.owner, EVENT_RETURNED, DIGITAL), 2);
    assert_false(alarm_state_active(fx_state(&s.owner, DIGITAL)));
    scene_end(&s);
}

/* The same where the word that lacks is of what the shadow saw late. */
static void
test_a_word_that_lacks_of_a_backlog_shifts_nothing(void **state)
{
    (void)state;
    static const double pulse[] = {1, 0, -1};
    struct scene s;
    scene_begin_with_shadow(&s, DIGITAL);
    evaluator_behind(s.shadow, true, s.owner.now.wall);
    scene_shadow_gets(&s, pulse);
    evaluator_behind(s.shadow, false, WALL_NONE);
    fx_pass(&s.owner, 300);
    scene_both_get(&s, 1);
    scene_both_get(&s, 0);
    scene_owner_dies(&s);
    scene_end_with(&s, 1, 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_came_before_all_stood_still),
        cmocka_unit_test(test_what_happens_again_is_counted_once),
        cmocka_unit_test(test_a_word_that_lacks_long_ago_shifts_nothing),
        cmocka_unit_test(test_words_of_two_clocks_keep_their_order),
        cmocka_unit_test(test_a_young_shadow_that_rose_later_than_the_owner),
        cmocka_unit_test(test_what_was_told_before_a_shadow_began),
        cmocka_unit_test(test_words_of_one_moment_keep_their_order),
        cmocka_unit_test(test_a_word_that_lacks_of_a_backlog_shifts_nothing),
    };
    return cmocka_run_group_tests_name("takeover_words", tests, NULL, NULL);
}
