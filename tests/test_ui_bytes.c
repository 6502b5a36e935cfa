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

static const struct play_options sizes[] = {{.columns = 80, .rows = 24, .stations = 60},
                                            {.columns = 100, .rows = 30, .stations = 60},
                                            {.columns = 200, .rows = 60, .stations = 60}};

/* what() must cost from least to most bytes. */
static void
assert_cost(struct play *p, const struct play_options *o, const char *name,
            void (*what)(struct play *p), size_t least, size_t most)
{
    size_t bytes = play_cost(p, what);
    print_message("# %dx%d: %s: %zu bytes\n", o->columns, o->rows, name, bytes);
    assert_in_range(bytes, least, most);
}

static void
test_u14_idle(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        struct play *p = play_open(&sizes[i]);
        play_publish(p);
        assert_cost(p, &sizes[i], "nothing new", publish_often, 0, 0);
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

/* Not of the station that a detail beside the list shows. */
static void
change_1(struct play *p)
{
    round_number++;
    char text[32];
    snprintf(text, sizeof(text), "%.2f", 1.07 + 0.3 * (round_number % 6));
    play_tell(p, "value PW-0002 LEVEL %s\npublish", text);
    play_see(p, text);
}

static void
test_u15_changed_values(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        struct play *p = play_open(&sizes[i]);
        play_publish(p);
        bool fit = sizes[i].rows > 24; /* 20 stations */
        assert_cost(p, &sizes[i], "20 values", fit ? change_20 : change_15, 15 * 3, 999);
        assert_cost(p, &sizes[i], "the same", fit ? change_20 : change_15, 15 * 3, 999);
        play_close(p);
    }
}

static void
test_u15_one_value(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        struct play *p = play_open(&sizes[i]);
        play_publish(p);
        assert_cost(p, &sizes[i], "one value", change_1, 3, 39);
        play_close(p);
    }
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

static int moved; /* more often than asked for, should a minute turn meanwhile */

static void
move_down(struct play *p)
{
    play_press(p, "j");
    moved++;
}

static void
test_u15_cursor(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        struct play *p = play_open(&sizes[i]);
        play_publish(p);
        moved = 0;
        for (int k = 0; k < 3; k++) { /* the first one also tells that the order is held */
            assert_cost(p, &sizes[i], "cursor", move_down, 4, 199);
        }
        char *uid = g_strdup_printf("PW-%04d", 1 + moved);
        assert_string_equal(play_selected(p), uid);
        g_free(uid);
        play_close(p);
    }
}

static void
flash_once(struct play *p)
{
    unsigned frames = term_frames(p->t);
    assert_true(term_wait_frame(p->t, frames));
}

static void
test_u15_flash(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        struct play *p = play_open(&sizes[i]);
        for (int k = 1; k <= 12; k++) {
            play_tell(p, "alarm PW-%04d LEVEL hihi critical unacked age=%d", k, 7210 + k);
        }
        play_publish(p);
        play_press(p, "4");
        play_see(p, sizes[i].rows > 24 ? "PW-0012" : "PW-0010");
        for (int k = 0; k < 2; k++) { /* off and on */
            assert_cost(p, &sizes[i], "flash of 12 rows", flash_once, 12, 199);
        }
        play_close(p);
    }
}

static void
paint(struct play *p)
{
    play_press(p, "\f");
}

/* The overview: as it opens, and with something to tell in all of its parts. */
static void
test_u16_full_paint(void **state)
{
    (void)state;
    static const size_t most[] = {3200, 4600, 11000};
    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        struct play_options o = sizes[i];
        o.overview = true;
        struct play *p = play_open(&o);
        print_message("# first frame %dx%d: %zu bytes\n", o.columns, o.rows, term_bytes(p->t));
        assert_in_range(term_bytes(p->t), 500, most[i] + 200); /* with the modes */
        play_see(p, "[1 Overview]");
        assert_cost(p, &o, "full paint, calm", paint, 500, most[i]);
        for (int k = 1; k <= 40; k++) {
            static const char *const priorities[] = {"critical", "high", "medium", "low"};
            play_tell(p, "alarm PW-%04d LEVEL hihi %s unacked age=%d value=3.61 limit=3.4", k,
                      priorities[k % 4], 7210 + 61 * k);
        }
        play_tell(p, "value PW-0003 FLT1 1\nsilent PW-0005 1\nunknown tor-7 tempC 21.5");
        play_publish(p);
        play_see(p, "PW-0004");
        assert_cost(p, &o, "full paint, 40 alarms", paint, 500, most[i]);
        play_see(p, "[1 Overview]");
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
    cmocka_unit_test(test_u15_one_value),
    cmocka_unit_test(test_u17_hidden_values),
    cmocka_unit_test(test_u15_cursor),
    cmocka_unit_test(test_u15_flash),
    cmocka_unit_test(test_u16_full_paint),
    cmocka_unit_test(test_u17_frame_rate),
    cmocka_unit_test(test_u19_stopped_terminal),
};

PLAY_MAIN("ui_bytes", tests)
