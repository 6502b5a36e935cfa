/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Other sizes, and the differential check: what is shown equals a full paint. */
#include "tests/ui_fixture.h"

static void
wait_size(struct play *p, int columns, int rows)
{
    unsigned frames = term_frames(p->t);
    term_resize(p->t, columns, rows);
    assert_true(term_wait_frame(p->t, frames));
}

/* Both the list's and the detail's station, once the detail has followed. */
static void
settle(struct play *p)
{
    term_wait_quiet(p->t, 170);
}

/* There and back, some of it faster than anybody can draw. */
static void
shake(struct play *p, GRand *random)
{
    for (int i = 0; i < 4; i++) {
        if (i % 2 == 0) {
            term_resize(p->t, g_rand_int_range(random, 1, 250),
                        g_rand_int_range(random, 1, 80));
            term_resize(p->t, 120, 20);
        }
        wait_size(p, 40, 12);
        wait_size(p, 200, 60);
    }
}

static const struct {
    const char *why, *open, *sign; /* what is to be seen afterwards, as before */
} states[] = {
    {"the list", "", "PW-0026"},
    {"a detail", "\r", "Stunden Pumpe 1"},
    {"the help", "?", "type to search"},
    {"the help, searched", "?gly", ":glyphs"},
    {"a half-typed filter", "/bergedorf", "/bergedorf"},
    {"a half-typed command", ":station PW-0", ":station PW-0"},
    {"a filter", "/bergedorf\r", "2 of 40"},
    {"alarms", "4", "no alarms"},
    {"unknown ids", "u", "XYZ"},
    {"the log", "9", "9 Log"},
};

static void
test_u23_there_and_back(void **state)
{
    (void)state;
    GRand *random = g_rand_new_with_seed(1);
    for (size_t i = 0; i < G_N_ELEMENTS(states); i++) {
        struct play_options o = {.columns = 200, .rows = 60};
        struct play *p = play_open(&o);
        play_tell(p, "unknown PW-0001 XYZ 1\nvalue PW-0002 FLT1 1");
        play_publish(p);
        term_send(p->t, ":station PW-0026\r");
        play_wait_selected(p, "PW-0026");
        settle(p);
        term_send(p->t, states[i].open);
        play_see(p, states[i].sign);
        settle(p);
        char *before = term_dump(p->t);
        shake(p, random);
        settle(p);
        char *after = term_dump(p->t);
        if (strcmp(before, after) != 0 && !play_shows(p, states[i].sign)) {
            fprintf(stderr, "%s%s", before, after);
            fail_msg("%s: changed by new sizes", states[i].why);
        }
        g_free(before);
        g_free(after);
        play_equals_full_paint(p);
        if (*states[i].open == '\0') {
            assert_string_equal(play_selected(p), "PW-0026");
        }
        term_send(p->t, "\033"); /* not in one packet with what follows */
        term_wait_quiet(p->t, 60);
        term_send(p->t, "\0331");
        play_close(p);
    }
    g_rand_free(random);
}

static void
test_scroll_is_kept(void **state)
{
    (void)state;
    struct play_options o = {.columns = 100, .rows = 50, .stations = 200};
    struct play *p = play_open(&o);
    term_send(p->t, "G");
    play_wait_selected(p, "PW-0200");
    for (int i = 0; i < 20; i++) {
        term_send(p->t, "k");
    }
    play_wait_selected(p, "PW-0180");
    int before, after, x;
    term_cursor(p->t, &before, &x);
    wait_size(p, 40, 12);
    wait_size(p, 100, 50);
    term_cursor(p->t, &after, &x);
    assert_int_equal(after, before);
    assert_string_equal(play_selected(p), "PW-0180");
    play_close(p);
}

static void
test_small(void **state)
{
    (void)state;
    struct play *p = play_open(NULL);
    play_tell(p, "value PW-0003 FLT1 1\nsilent PW-0004 1");
    play_publish(p);
    wait_size(p, 40, 12);
    play_see(p, "PW-0003");
    play_see(p, "1");
    wait_size(p, 20, 5);
    play_see(p, "PW-0003"); /* the worst that there is */
    play_see(p, "■1 ?1");
    play_equals_full_paint(p);
    wait_size(p, 19, 4);
    play_see(p, "too small");
    static const int sizes[][2] = {{10, 1}, {1, 10}, {1, 1}, {2, 2}, {500, 150}, {3, 60}};
    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        wait_size(p, sizes[i][0], sizes[i][1]);
        play_press(p, "j");
        play_press(p, "/");
        play_press(p, "a");
        play_press(p, "\033");
        play_press(p, "?");
        play_press(p, "\033");
    }
    wait_size(p, 80, 24);
    play_see(p, "PW-0001");
    play_see(p, "PW-0003");
    play_equals_full_paint(p);
    play_close(p);
}

static void
test_starts_small(void **state)
{
    (void)state;
    static const struct play_options sizes[] = {{.columns = 1, .rows = 1},
                                                {.columns = 20, .rows = 5},
                                                {.columns = 40, .rows = 12},
                                                {.columns = 300, .rows = 100}};
    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        struct play *p = play_open(&sizes[i]);
        play_publish(p);
        wait_size(p, 80, 24);
        play_see(p, "PW-0001");
        play_close(p);
    }
}

/* The worst and the connection are to be seen in every view. */
static void
test_strip_stays(void **state)
{
    (void)state;
    static const char *const views[] = {"2",  "\r",     "q4",     "u",   "9",
                                        "2?", "\033/x", "\033:y", "\033"};
    struct play_options o = {.columns = 40, .rows = 12};
    struct play *p = play_open(&o);
    play_tell(p, "value PW-0003 FLT1 1\nbroker down");
    play_publish(p);
    for (size_t i = 0; i < G_N_ELEMENTS(views); i++) {
        for (const char *key = views[i]; *key != '\0'; key++) {
            char one[2] = {*key, '\0'};
            play_press(p, one);
        }
        term_wait_quiet(p->t, 50);
        char *row = term_row(p->t, 0);
        if (strstr(row, "■1") == NULL || !play_shows(p, "DOWN")) {
            char *all = term_dump(p->t);
            fputs(all, stderr);
            g_free(all);
            fail_msg("after key %zu nothing tells of the fault or the broker", i);
        }
        g_free(row);
    }
    play_close(p);
}

/* ---- any keys ---- */

static void
press_any(struct play *p, GRand *random)
{
    static const char *const keys[] = {
        "j",    "j",      "k",      "G",    "g",    " ",    "\004",  "\025",    "\t",
        "\r",   "2",      "4",      "u",    "n",    "N",    ">",     "<",       "S",
        "b",    "H",      "h",      "l",    "?",    "/",    ":",     "elm",     "ü",
        "u",    "\033[B", "\033OA", "\033", "\033", "\033", "\033q", "\033[6~", "\033[5~",
        "\x7f", "M",      "A",      "M",    "9",    "a",    "z",     "v",       "s",
        "r",    "U",      "y",      "+",    "_",
    };
    GString *all = g_string_new(NULL);
    int n = g_rand_int_range(random, 1, 6);
    for (int i = 0; i < n; i++) {
        g_string_append(all, keys[g_rand_int_range(random, 0, G_N_ELEMENTS(keys))]);
    }
    /* q would quit at the top, Enter might run something that does. */
    for (char *c = all->str; *c != '\0'; c++) {
        *c = *c == 'q' ? 'j' : *c;
    }
    play_press(p, all->str);
    g_string_free(all, TRUE);
}

static void
change_any(struct play *p, GRand *random)
{
    static const char *const what[] = {"value PW-%04d FLT1 1",
                                       "value PW-%04d FLT1 0",
                                       "silent PW-%04d 1",
                                       "silent PW-%04d 0",
                                       "value PW-%04d LEVEL 3",
                                       "quality PW-%04d LEVEL 1",
                                       "rename PW-%04d Wanne-Eickel水ü",
                                       "stale PW-%04d FLOW",
                                       "never PW-%04d"};
    char line[128];
    const char *fmt = what[g_rand_int_range(random, 0, G_N_ELEMENTS(what))];
    char **parts = g_strsplit(fmt, "%04d", 2);
    snprintf(line, sizeof(line), "%s%04d%s", parts[0], g_rand_int_range(random, 1, 41),
             parts[1]);
    g_strfreev(parts);
    play_tell(p, "%s\npublish", line);
    play_done(p);
}

static void
differential(int columns, int rows, int steps, unsigned seed)
{
    struct play_options o = {.columns = columns, .rows = rows};
    struct play *p = play_open(&o);
    GRand *random = g_rand_new_with_seed(seed);
    play_tell(p, "unknown PW-0001 ABC 1\nunknown PW-0002 DEF 2");
    play_publish(p);
    for (int i = 0; i < steps; i++) {
        change_any(p, random);
        press_any(p, random);
        press_any(p, random);
        settle(p);
        wall_us minute = clock_now().wall / (60 * US_PER_S);
        bool held = play_shows(p, "order held");
        char difference[128], *before = term_dump(p->t);
        bool equal = term_equals_full_paint(p->t, difference, sizeof(difference));
        /* What time alone changes may have changed just then. */
        bool passed =
            clock_now().wall / (60 * US_PER_S) != minute || play_shows(p, "order held") != held;
        if (!equal && !passed) {
            char *after = term_dump(p->t);
            fprintf(stderr, "%s%s", before, after);
            g_free(after);
            fail_msg("%dx%d, step %d: %s", columns, rows, i, difference);
        }
        g_free(before);
    }
    g_rand_free(random);
    term_send(p->t, "\033");
    term_wait_quiet(p->t, 60);
    play_close(p);
}

static void
test_u26_any_keys(void **state)
{
    (void)state;
    differential(80, 24, 20, 11);
    differential(200, 60, 10, 12);
    differential(40, 12, 10, 13);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_u23_there_and_back),
    cmocka_unit_test(test_scroll_is_kept),
    cmocka_unit_test(test_small),
    cmocka_unit_test(test_starts_small),
    cmocka_unit_test(test_strip_stays),
    cmocka_unit_test(test_u26_any_keys),
};

PLAY_MAIN("ui_resize", tests)
