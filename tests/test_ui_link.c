/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Slow lines: what is under way stays little, so keys are answered and what is shown is new. */
#include <sys/wait.h>

#include "tests/ui_fixture.h"

#define NARROW 4000 /* bytes a second */

static int round_number;

/* Everything on the screen changes: values, faults, alarms that come, are new and go. */
static void
storm(struct play *p)
{
    round_number++;
    GString *all = g_string_new(NULL);
    for (int i = 1; i <= 40; i++) {
        g_string_append_printf(all, "value PW-%04d LEVEL %.2f\nvalue PW-%04d FLOW %d\n", i,
                               1 + (i * 7 + round_number * 13) % 190 / 1e2, i,
                               100 + (i * 11 + round_number * 17) % 300);
    }
    for (int i = 0; i < 5; i++) {
        int at = (round_number * 5 + i) % 40 + 1;
        g_string_append_printf(all, "alarm PW-%04d FLT2 off %s %s\n", at,
                               i % 2 == 0 ? "high" : "medium",
                               round_number % 16 < 8 ? "unacked" : "acked");
        g_string_append_printf(all, "value PW-%04d FLT1 %d\n", at, round_number % 16 < 8);
    }
    g_string_append(all, "flood 214\npublish");
    play_tell(p, "%s", all->str);
    play_done(p);
    g_string_free(all, TRUE);
}

static void
storm_for(struct play *p, int ms)
{
    for (mono_us end = clock_now().mono + ms * US_PER_MS; clock_now().mono < end;) {
        storm(p);
        term_wait_quiet(p->t, 5);
    }
}

/* How long something took: what is on a line is there no sooner by the clock on the wall, and
 * no later by that of the two processes, which a busy machine lets wait. */
struct watch {
    mono_us wall, own;
};

static struct watch
watch_start(const struct play *p)
{
    return (struct watch){clock_now().mono, play_clock(p)};
}

static struct watch
watch_stop(const struct play *p, struct watch begin)
{
    struct watch now = watch_start(p);
    return (struct watch){now.wall - begin.wall, now.own - begin.own};
}

static void
assert_took(struct watch took, int least_ms, int most_ms)
{
    int wall_ms = (int)(took.wall / US_PER_MS), own_ms = (int)(took.own / US_PER_MS);
    print_message("# %d ms (%d ms of its own)\n", wall_ms, own_ms);
    assert_in_range(wall_ms, least_ms, INT_MAX);
    assert_in_range(MAX(own_ms, 0), 0, most_ms);
}

/* Until the text is there, or is not any more, in a storm. */
static struct watch
storm_until(struct play *p, const char *text, bool present)
{
    struct watch begin = watch_start(p);
    mono_us end = begin.wall + TERM_LIMIT_MS * US_PER_MS;
    while (play_shows(p, text) != present) {
        if (clock_now().mono > end) {
            char *screen = term_dump(p->t);
            fail_msg("\"%s\" %s\n%s", text, present ? "never seen" : "still there", screen);
        }
        storm(p);
        mono_us soon = clock_now().mono + 20 * US_PER_MS;
        while (play_shows(p, text) != present && clock_now().mono < soon) {
            term_wait_quiet(p->t, 1);
        }
    }
    return watch_stop(p, begin);
}

static struct play *
open_sized(int rows, int bytes_per_s, int round_trip_ms)
{
    struct play_options o = {.columns = 80, .rows = rows};
    struct play *p = play_open(&o);
    play_press(p, "2");
    term_wait_quiet(p->t, 50);
    term_throttle(p->t, bytes_per_s, round_trip_ms);
    return p;
}

static struct play *
open_slow(int bytes_per_s, int round_trip_ms)
{
    return open_sized(24, bytes_per_s, round_trip_ms);
}

static unsigned
asked(const struct play *p)
{
    size_t len;
    const char *raw = (const char *)term_raw(p->t, &len), *end = raw + len;
    unsigned n = 0;
    while ((raw = memmem(raw, (size_t)(end - raw), "\033[5n", 4)) != NULL) {
        raw += 4;
        n++;
    }
    return n;
}

/* Not more than one frame of new values a round trip. */
static void
test_u21_new_values_wait_for_the_answer(void **state)
{
    (void)state;
    struct play *p = open_slow(1000000, 600);
    storm_for(p, 1500);
    unsigned frames = term_frames(p->t);
    storm_for(p, 3000);
    frames = term_frames(p->t) - frames;
    print_message("# %u frames in 3 s\n", frames);
    assert_in_range(frames, 3, 6);
    storm_until(p, "link 6", true); /* 600 ms, and what the machine took */
    play_drop(p);
}

static void
test_u21_quiet_where_the_line_is_fast(void **state)
{
    (void)state;
    struct play *p = play_open(NULL);
    bool slow = true; /* it is, while the machine gives the terminal no time to answer */
    for (int i = 0; i < 5 && slow; i++) {
        storm_for(p, 1000);
        slow = play_shows(p, "link");
    }
    assert_false(slow);
    play_publish(p);
    unsigned before = asked(p);
    play_publish(p); /* nothing changed: nothing is asked either */
    assert_int_equal(asked(p), before);
    play_close(p);
}

/* A terminal that does not answer is asked twice, and gets four frames a second. */
static void
test_u21_no_answer(void **state)
{
    (void)state;
    static const struct play_options o = {.no_reply = true};
    struct play *p = play_open(&o);
    storm_for(p, 5000);
    assert_int_equal(asked(p), 2);
    unsigned frames = term_frames(p->t);
    storm_for(p, 2000);
    frames = term_frames(p->t) - frames;
    assert_in_range(frames, 4, 9);
    assert_int_equal(asked(p), 2);
    assert_false(play_shows(p, "link"));
    play_close(p);
}

/* What is answered after the end must not be read, or shown, by the shell. */
static void
test_u21_no_answer_lands_in_the_shell(void **state)
{
    (void)state;
    static const char script[] = "\"$0\" -1 20; echo ended; read line; echo \"<$line>\"";
    const char *const argv[] = {"/bin/sh", "-c", script, play_stage, NULL};
    struct term_options o = {.argv = argv, .columns = 80, .rows = 24};
    struct term *t = term_start(&o);
    assert_true(term_wait_frame(t, 0));
    term_throttle(t, NARROW, 600);
    term_send(t, "?"); /* a large frame, its answer is far away */
    term_wait_quiet(t, 100);
    term_send(t, "\003\003");
    assert_true(term_wait_text(t, "ended"));
    assert_true(term_sane(t));
    term_wait_quiet(t, 700);
    assert_int_equal(term_find(t, "0n"), -1);
    term_send(t, "word\r");
    assert_true(term_wait_text(t, "<word>"));
    int status = -1;
    assert_true(term_wait_exit(t, &status));
    term_free(t);
}

/* Latencies of 300 ms and 4 kB/s: a key is answered within a second, whatever goes on. */
static void
test_u20_a_key_is_answered(void **state)
{
    (void)state;
    struct play *p = open_slow(NARROW, 300);
    storm_for(p, 3000);
    static const struct {
        const char *keys, *text;
        bool present;
    } steps[] = {
        {"/xy", "/xy", true},          {"\033", "40 stations", true},
        {"4", "[4 Alarms]", true},     {"2", "[2 Stations]", true},
        {"?", "type to search", true}, {"\033", "type to search", false},
        {"4", "[4 Alarms]", true},     {"j", "order held", true},
        {"2", "[2 Stations]", true},   {"j", "order held", true},
    };
    struct watch worst = {0};
    for (size_t i = 0; i < G_N_ELEMENTS(steps); i++) {
        storm_for(p, 300 + 130 * (int)i); /* at any moment of a frame */
        term_send(p->t, steps[i].keys);
        struct watch took = storm_until(p, steps[i].text, steps[i].present);
        print_message("# key %zu: %d ms\n", i, (int)(took.wall / US_PER_MS));
        worst.wall = MAX(worst.wall, took.wall);
        worst.own = MAX(worst.own, took.own);
    }
    assert_took(worst, 300, 1000);
    play_drop(p);
}

static void
test_u20_leaves_a_flood(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        struct play *p = open_slow(NARROW, 400);
        storm_for(p, 2000 + 170 * i);
        struct watch begin = watch_start(p);
        term_send(p->t, "1qy"); /* from the top, and yes: it looks after the alarms */
        while (term_alternate(p->t)) {
            assert_true(clock_now().mono - begin.wall < TERM_LIMIT_MS * US_PER_MS);
            term_wait_quiet(p->t, 1);
        }
        assert_took(watch_stop(p, begin), 400, 1499);
        int status = -1;
        assert_true(term_wait_exit(p->t, &status));
        assert_int_equal(status, 0);
        assert_true(term_sane(p->t));
        play_drop(p);
    }
}

static void
test_u20_newest_critical(void **state)
{
    (void)state;
    struct play *p = open_slow(NARROW, 400);
    for (int i = 1; i <= 4; i++) {
        storm_for(p, 2000 + 170 * i);
        play_tell(p, "alarm PW-00%d0 LEVEL hihi critical unacked\npublish", i);
        char count[16];
        snprintf(count, sizeof(count), "■ %d/%d ", i, i);
        assert_took(storm_until(p, count, true), 200, 1999);
    }
    play_drop(p);
}

/* Of every station, over and over; the stage keeps no history of it, and would not end if it
 * were not taken. */
static void
doubt_for(struct play *p, int ms)
{
    for (mono_us end = clock_now().mono + ms * US_PER_MS; clock_now().mono < end;) {
        round_number++;
        for (int i = 1; i <= 40; i++) {
            play_tell(p, "quality PW-%04d LEVEL %d", i, round_number % 2);
        }
        play_tell(p, "publish");
        play_done(p);
        term_wait_quiet(p->t, 5);
    }
}

/* As the line stands still for STILL_MS, then goes on: no answer, and no replay. */
#define STILL_MS 10000

static void
test_u19_hanging_line(void **state)
{
    (void)state;
    struct play *p = open_slow(NARROW, 400);
    storm_for(p, 2000);
    term_stop_reading(p->t, true);
    doubt_for(p, 2000);
    long before = play_memory(p);
    doubt_for(p, STILL_MS);
    long after = play_memory(p);
    assert_in_range(after, 0, before + 1024);
    play_tell(p, "value PW-0001 FLT1 1\nbroker down\npublish");
    play_done(p);
    size_t bytes = term_bytes(p->t);
    mono_us begin = clock_now().mono;
    term_stop_reading(p->t, false);
    play_see(p, "DOWN");
    int ms = (int)((clock_now().mono - begin) / US_PER_MS);
    print_message("# the present state after %d ms and %zu bytes\n", ms,
                  term_bytes(p->t) - bytes);
    assert_in_range(ms, 1, 5000);
    play_drop(p);
}

static bool
comes(struct play *p, const char *text)
{
    for (mono_us end = clock_now().mono + 3 * US_PER_S; clock_now().mono < end;) {
        if (play_shows(p, text)) {
            return true;
        }
        term_wait_quiet(p->t, 10);
    }
    return false;
}

/* Where the line stands still, rows that were left for a later frame have not been seen. */
static void
test_u03_rows_left_are_not_seen(void **state)
{
    (void)state;
    struct play *p = open_sized(50, NARROW, 400);
    for (int i = 1; i <= 17; i++) {
        play_tell(p, "alarm PW-%04d LEVEL hi medium unacked", i);
    }
    play_tell(p, "publish");
    storm_for(p, 3000);
    /* Once the storm is over; by more answers, if one was late and counted for the next one. */
    for (int i = 0; i < 4 && !comes(p, "link "); i++) {
        storm_for(p, 500);
    }
    play_see(p, "link ");
    term_wait_quiet(p->t, 1500);
    term_stop_reading(p->t, true);
    term_send(p->t, "4");
    term_wait_quiet(p->t, 1300); /* a second on the screen is enough, two are for an answer */
    term_send(p->t, "A");
    term_wait_quiet(p->t, 200);
    term_stop_reading(p->t, false);
    play_see(p, "alarms shown, comment");
    term_read_for(p->t, 1500); /* the rest of the rows */
    char *screen = term_dump(p->t);
    const char *asks = strstr(screen, "acknowledge all ");
    assert_non_null(asks);
    int seen = (int)g_ascii_strtoll(asks + strlen("acknowledge all "), NULL, 10), rows = 0;
    for (const char *row = screen; (row = strstr(row, "  NEW ")) != NULL; row++) {
        rows++;
    }
    print_message("# %d of %d rows were seen\n", seen, rows);
    assert_in_range(seen, 1, rows - 1);
    g_free(screen);
    play_drop(p);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_u03_rows_left_are_not_seen),
    cmocka_unit_test(test_u21_new_values_wait_for_the_answer),
    cmocka_unit_test(test_u21_quiet_where_the_line_is_fast),
    cmocka_unit_test(test_u21_no_answer),
    cmocka_unit_test(test_u21_no_answer_lands_in_the_shell),
    cmocka_unit_test(test_u19_hanging_line),
    cmocka_unit_test(test_u20_a_key_is_answered),
    cmocka_unit_test(test_u20_leaves_a_flood),
    cmocka_unit_test(test_u20_newest_critical),
};

PLAY_MAIN("ui_link", tests)
