/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the console writes, in bytes: on a slow line they are what counts. */
#include "tests/ui_fixture.h"

static void
publish_often(struct play *p)
{
    for (int i = 0; i < 15; i++) {
        unsigned frames = term_frames(p->t);
        play_tell(p, "publish");
        assert_true(term_wait_frame(p->t, frames));
    }
}

static void
test_u14_idle(void **state)
{
    (void)state;
    static const struct play_options sizes[] = {{.columns = 80, .rows = 24},
                                                {.columns = 200, .rows = 60}};
    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        struct play *p = play_open(&sizes[i]);
        play_publish(p);
        assert_int_equal(play_cost(p, publish_often), 0);
        play_close(p);
    }
}

/* Other values each time, so that each of them is a change. */
static int round_number;

static void
change_levels(struct play *p, int n)
{
    round_number++;
    for (int i = 1; i <= n; i++) {
        play_tell(p, "value PW-%04d LEVEL %.2f", i, 1.0 + 0.01 * i + 0.3 * (round_number % 6));
    }
    char last[FILENAME_MAX];
    snprintf(last, sizeof(last), "%.2f", 1.0 + 0.01 * n + 0.3 * (round_number % 6));
    play_tell(p, "publish");
    play_see(p, last);
}

static void
change_15(struct play *p)
{
    change_levels(p, 15);
    for (int i = 1; i <= 5; i++) {
        play_tell(p, "value PW-%04d FLOW %d", i, 100 + 17 * i + 9 * (round_number % 6));
    }
    play_publish(p);
}

static void
change_20(struct play *p)
{
    change_levels(p, 20);
}

static void
change_1(struct play *p)
{
    change_levels(p, 1);
}

static void
test_u15_changed_values(void **state)
{
    (void)state;
    struct play *p = play_open(NULL);
    play_publish(p);
    assert_in_range(play_cost(p, change_15), 15 * 3, 1000);
    assert_in_range(play_cost(p, change_1), 3, 39);
    play_close(p);

    struct play_options large = {.columns = 200, .rows = 60};
    p = play_open(&large);
    term_send(p->t, "jjjjjjjjjjjjjjjjjjjjjjjjj"); /* so that the detail shows none of these */
    play_wait_selected(p, "PW-0026");
    play_see_no(p, "order held");
    assert_in_range(play_cost(p, change_20), 20 * 3, 700);
    assert_in_range(play_cost(p, change_1), 3, 39);
    play_close(p);
}

static void
change_hidden(struct play *p)
{
    for (int i = 0; i < 5; i++) {
        play_tell(p, "value PW-0040 LEVEL %.2f", 2.0 + 0.1 * i + 0.01 * (round_number++ % 9));
        play_publish(p);
    }
}

static void
test_u17_hidden_values(void **state)
{
    (void)state;
    struct play *p = play_open(NULL);
    play_publish(p);
    assert_int_equal(play_cost(p, change_hidden), 0);
    play_close(p);
}

static void
move_down(struct play *p)
{
    play_press(p, "j");
}

static void
test_u15_cursor(void **state)
{
    (void)state;
    struct play *p = play_open(NULL);
    play_publish(p);
    for (int i = 0; i < 3; i++) { /* the first one also tells that the order is held */
        assert_in_range(play_cost(p, move_down), 4, 199);
    }
    assert_string_equal(play_selected(p), "PW-0004");
    play_close(p);
}

static void
paint(struct play *p)
{
    play_press(p, "\f");
}

static void
test_u16_full_paint(void **state)
{
    (void)state;
    static const struct {
        int columns, rows;
        size_t most;
    } sizes[] = {{80, 24, 3200}, {100, 30, 4600}, {200, 60, 11000}};
    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        struct play_options o = {.columns = sizes[i].columns,
                                 .rows = sizes[i].rows,
                                 .stations = 60,
                                 .overview = true};
        struct play *p = play_open(&o);
        print_message("# first frame %dx%d: %zu bytes\n", o.columns, o.rows, term_bytes(p->t));
        assert_in_range(term_bytes(p->t), 500, sizes[i].most + 200); /* with the modes */
        size_t bytes = play_cost(p, paint);
        print_message("# full paint: %zu bytes\n", bytes);
        assert_in_range(bytes, 500, sizes[i].most);
        play_close(p);
    }
}

static void
test_u17_frame_rate(void **state)
{
    (void)state;
    struct play *p = play_open(NULL);
    play_publish(p);
    mono_us begin = clock_now().mono;
    unsigned frames = term_frames(p->t);
    for (int i = 0; i < 1000; i++) {
        play_tell(p, "value PW-0001 LEVEL %.2f\npublish",
                  i == 999 ? 3.33 : 1.0 + (i % 99) / 1e2);
        if (i % 20 == 0) {
            play_done(p);
            term_wait_quiet(p->t, 1);
        }
    }
    play_see(p, "3.33");
    frames = term_frames(p->t) - frames;
    mono_us took = clock_now().mono - begin;
    print_message("# %u frames in %d ms\n", frames, (int)(took / US_PER_MS));
    assert_in_range(frames, 1, took / (100 * US_PER_MS) + 2);
    play_close(p);
}

static void
paint_unread(struct play *p, int times)
{
    for (int i = 0; i < times; i++) {
        play_tell(p, "value PW-0001 LEVEL %.2f\npublish", 1.0 + (i % 99) / 1e2);
        term_send(p->t, "\f");
        term_wait_quiet(p->t, 16); /* a frame's time: nobody can see when it is made */
        play_done(p);
    }
}

static void
test_u19_stopped_terminal(void **state)
{
    (void)state;
    struct play_options o = {.columns = 200, .rows = 60};
    struct play *p = play_open(&o);
    term_stop_reading(p->t, true);
    paint_unread(p, 20); /* what the line holds is full now */
    long before = play_memory(p);
    paint_unread(p, 80);
    long after = play_memory(p);
    play_tell(p, "value PW-0001 LEVEL 3.33\npublish");
    play_done(p);
    assert_in_range(after, 0, before + 1024);

    size_t bytes = term_bytes(p->t);
    term_stop_reading(p->t, false);
    play_see(p, "3.33");
    bytes = term_bytes(p->t) - bytes;
    print_message("# %zu bytes until the present state is shown\n", bytes);
    assert_in_range(bytes, 1, 90000);
    play_close(p);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_u14_idle),
    cmocka_unit_test(test_u15_changed_values),
    cmocka_unit_test(test_u17_hidden_values),
    cmocka_unit_test(test_u15_cursor),
    cmocka_unit_test(test_u16_full_paint),
    cmocka_unit_test(test_u17_frame_rate),
    cmocka_unit_test(test_u19_stopped_terminal),
};

PLAY_MAIN("ui_bytes", tests)
