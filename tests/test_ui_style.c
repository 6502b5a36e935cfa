/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Colours, marks and the mouse. */
#include "tests/ui_fixture.h"

static const char *const everywhere[] = {"2",  "\r",     "q4",     "u",     "9",
                                         "2?", "\033/x", "\033:y", "\033b", "b"};

static void
press_each(struct play *p, const char *keys)
{
    for (; *keys != '\0'; keys++) {
        char one[2] = {*keys, '\0'};
        play_press(p, one);
    }
    term_wait_quiet(p->t, 50);
}

static void
assert_no_hue(const struct play *p, const struct play_options *o, const char *where)
{
    for (int i = 0; i < o->rows * o->columns; i++) {
        struct term_cell cell = term_cell(p->t, i / o->columns, i % o->columns);
        if (cell.coloured) {
            fail_msg("after \"%s\": \"%s\" in row %d, column %d has a colour", where, cell.text,
                     i / o->columns, i % o->columns);
        }
    }
}

/* Grey is the normal state: where all is well nothing is coloured. */
static void
test_u30_calm_is_grey(void **state)
{
    (void)state;
    static const struct play_options sizes[] = {
        {.columns = 80, .rows = 24}, {.columns = 200, .rows = 60}, {.columns = 40, .rows = 12}};
    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        struct play *p = play_open(&sizes[i]);
        play_tell(p, "unknown PW-0001 XYZ 1");
        play_publish(p);
        for (size_t k = 0; k < G_N_ELEMENTS(everywhere); k++) {
            press_each(p, everywhere[k]);
            assert_no_hue(p, &sizes[i], everywhere[k]);
        }
        play_close(p);
    }
}

static bool
any_colour(const struct play *p, int y)
{
    bool found = false;
    for (int x = 0; x < 80; x++) {
        found = found || term_cell(p->t, y, x).coloured;
    }
    return found;
}

static void
test_fault_is_coloured(void **state)
{
    (void)state;
    struct play *p = play_open(NULL);
    play_tell(p, "value PW-0003 FLT1 1");
    play_publish(p);
    assert_true(any_colour(p, term_find(p->t, "1 fault")));
    play_tell(p, "value PW-0003 FLT1 0\nbroker down");
    play_publish(p);
    assert_true(any_colour(p, term_find(p->t, "DOWN")));
    play_close(p);
}

/* ---- without colour ---- */

/* SGR parameters that colour something. */
static bool
colours(const char *parameters, size_t len)
{
    bool found = false;
    char *text = g_strndup(parameters, len), **list = g_strsplit(text, ";", -1);
    for (char **one = list; *one != NULL; one++) {
        int64_t n = g_ascii_strtoll(*one, NULL, 10);
        found = found || (n >= 30 && n <= 48 && n != 39) || (n >= 90 && n <= 107);
    }
    g_strfreev(list);
    g_free(text);
    return found;
}

static void
assert_no_colour_written(const struct play *p)
{
    size_t len;
    const char *raw = (const char *)term_raw(p->t, &len), *end = raw + len;
    for (const char *at = raw; (at = memmem(at, (size_t)(end - at), "\033[", 2)) != NULL;) {
        const char *final = at += 2;
        while (final < end && (g_ascii_isdigit(*final) || *final == ';')) {
            final++;
        }
        if (final < end && *final == 'm' && colours(at, (size_t)(final - at))) {
            fail_msg("ESC [ %.*s m was written", (int)(final - at), at);
        }
    }
}

/* The text in row y, and whether it stands out from plain text. */
static bool
stands_out(const struct play *p, int y, const char *text)
{
    int x = play_column(p, y, text);
    struct term_cell cell = term_cell(p->t, y, MAX(x, 0));
    return x >= 0 && (cell.bold || cell.reverse);
}

static void
make_faults(struct play *p)
{
    play_tell(p,
              "value PW-0003 FLT1 1\nsilent PW-0005 1\nquality PW-0007 LEVEL 1\nbroker down");
    play_publish(p);
    play_see(p, "1 fault");
}

static void
test_u33_no_color(void **state)
{
    (void)state;
    static const char *const env[] = {"NO_COLOR=1", NULL};
    struct play_options o = {.env = env};
    struct play *p = play_open(&o);
    make_faults(p);
    /* All of it can be read and stands out. */
    assert_true(stands_out(p, term_find(p->t, "1 fault"), "1 fault"));
    assert_true(stands_out(p, term_find(p->t, "DOWN"), "DOWN"));
    int row = term_find(p->t, "PW-0003 L");
    assert_true(row >= 0 && stands_out(p, row, "■"));
    row = term_find(p->t, "PW-0005 B");
    assert_true(row >= 0 && stands_out(p, row, "?"));
    for (size_t i = 0; i < G_N_ELEMENTS(everywhere); i++) {
        press_each(p, everywhere[i]);
    }
    assert_no_colour_written(p);
    play_close(p);
}

/* An empty NO_COLOR is none, says the convention. */
static void
test_u33_empty_no_color(void **state)
{
    (void)state;
    static const char *const env[] = {"NO_COLOR=", NULL};
    struct play_options o = {.env = env};
    struct play *p = play_open(&o);
    make_faults(p);
    assert_true(any_colour(p, term_find(p->t, "1 fault")));
    play_close(p);
}

static bool
looks_selected(const struct play *p, int y)
{
    bool found = false;
    for (int x = 0; x < 80; x++) {
        struct term_cell cell = term_cell(p->t, y, x);
        found = found || cell.reverse;
    }
    return found;
}

static void
test_u33_selection_is_seen(void **state)
{
    (void)state;
    static const char *const envs[][3] = {{"TERM=xterm-256color", "NO_COLOR=1", NULL},
                                          {"TERM=xterm-256color", NULL},
                                          {"TERM=xterm", NULL},
                                          {"TERM=xterm-mono", NULL},
                                          {"TERM=linux", NULL},
                                          {"TERM=vt100", "LC_ALL=C", NULL},
                                          {"TERM=screen", NULL}};
    for (size_t i = 0; i < G_N_ELEMENTS(envs); i++) {
        struct play_options o = {.env = envs[i]};
        struct play *p = play_open(&o);
        make_faults(p);
        term_send(p->t, "gj");
        term_wait_quiet(p->t, 60);
        int y, x;
        term_cursor(p->t, &y, &x);
        assert_true(looks_selected(p, y));
        assert_false(looks_selected(p, y + 1));
        assert_true(*play_selected(p) != '\0'); /* and the terminal's cursor is on it */
        play_close(p);
    }
}

/* ---- marks ---- */

static void
test_u36_glyph_sets(void **state)
{
    (void)state;
    struct play *p = play_open(NULL);
    make_faults(p);
    assert_true(play_shows(p, "■"));
    play_press(p, "b");
    play_see(p, "glyphs: block");
    play_press(p, "b");
    play_see(p, "glyphs: vt");
    assert_false(play_shows(p, "►"));
    play_press(p, "b");
    play_see(p, "glyphs: ascii");
    char *all = term_dump(p->t);
    for (const char *c = all; *c != '\0'; c++) {
        assert_true((unsigned char)*c < 0x80);
    }
    g_free(all);
    assert_true(play_shows(p, "Lueneburg Sued"));
    assert_true(play_shows(p, "1 fault"));
    play_press(p, ":glyphs utf8\r");
    play_see(p, "■");
    play_see(p, "Lüneburg Süd");
    term_wait_quiet(p->t, 50);
    play_equals_full_paint(p);
    play_close(p);
}

/* ---- mouse ---- */

static void
click(struct play *p, int button, int y, int x)
{
    char report[64];
    snprintf(report, sizeof(report), "\033[<%d;%d;%dM", button, x + 1, y + 1);
    term_send(p->t, report);
    snprintf(report, sizeof(report), "\033[<%d;%d;%dm", button, x + 1, y + 1);
    term_send(p->t, report);
}

static void
test_click_selects_only(void **state)
{
    (void)state;
    struct play_options o = {.columns = 80, .rows = 24};
    struct play *p = play_open(&o);
    play_publish(p);
    click(p, 0, term_find(p->t, "PW-0007"), 12);
    play_wait_selected(p, "PW-0007");
    click(p, 0, term_find(p->t, "PW-0007"), 12); /* a second click opens nothing either */
    click(p, 0, term_find(p->t, "PW-0007"), 12);
    click(p, 1, term_find(p->t, "PW-0008"), 12);
    click(p, 2, term_find(p->t, "PW-0009"), 12);
    click(p, 0, 23, 79); /* behind the hints */
    click(p, 0, 1, 30);
    term_wait_quiet(p->t, 100);
    assert_string_equal(play_selected(p), "PW-0007");
    assert_true(play_shows(p, "PW-0001"));
    click(p, 65, 10, 10);             /* the wheel */
    play_wait_selected(p, "PW-0010"); /* three rows */
    click(p, 64, 10, 10);
    play_wait_selected(p, "PW-0007");
    play_close(p);
}

/* A tab opens its view, a hint does what it tells, but for what acts on alarms. */
static void
test_click_on_tabs_and_hints(void **state)
{
    (void)state;
    struct play_options o = {.columns = 100, .rows = 24};
    struct play *p = play_open(&o);
    play_tell(p, "alarm PW-0007 LEVEL hi high unacked age=60");
    play_publish(p);
    click(p, 0, 0, play_column(p, 0, "4 Alarms"));
    play_see(p, "[4 Alarms]");
    term_read_for(p->t, 1100);
    click(p, 0, 23, play_column(p, 23, "a ack"));
    play_see(p, "a click acts on nothing: press the key");
    term_send(p->t, "\033");
    play_see(p, "? help");
    click(p, 0, 23, play_column(p, 23, "? help"));
    play_see(p, "type to search");
    play_done(p);
    assert_null(strstr(p->said->str, "ack"));
    play_close(p);
}

/* A release comes when the finger is lifted, and reports that nobody asked for come, too: none
 * of them may keep the screen from going on. */
static void
test_unwanted_reports(void **state)
{
    (void)state;
    static const char *const reports[] = {"\033[<0;1;5m",  "\033[<1;9;5M", "\033[<1;9;5m",
                                          "\033[<66;9;5M", "\033[<2;9;5M", "\033[<35;9;5M"};
    struct play *p = play_open(NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(reports); i++) {
        char seen[16];
        snprintf(seen, sizeof(seen), "1.%d", 21 + (int)i);
        term_wait_quiet(p->t, 50);
        term_send(p->t, reports[i]);
        term_wait_quiet(p->t, 50);
        play_tell(p, "value PW-0001 LEVEL %s", seen);
        play_tell(p, "publish");
        play_see(p, seen);
    }
    play_close(p);
}

/* Columns beyond 223, which the old form of reports cannot tell. */
static void
test_click_far_right(void **state)
{
    (void)state;
    struct play_options o = {.columns = 300, .rows = 60};
    struct play *p = play_open(&o);
    play_publish(p);
    click(p, 0, 30, 290); /* in the detail: selects nothing in the list */
    click(p, 0, term_find(p->t, "PW-0007"), 5);
    play_wait_selected(p, "PW-0007");
    play_close(p);
}

static void
test_mouse_switch(void **state)
{
    (void)state;
    static const char *const ssh[] = {"SSH_CONNECTION=10.0.0.1 5000 10.0.0.2 22", NULL};
    struct play_options o = {.env = ssh};
    struct play *p = play_open(&o);
    assert_false(term_mouse(p->t));
    play_press(p, "M");
    play_see(p, "mouse on");
    assert_true(term_mouse(p->t));
    assert_int_equal(term_mode(p->t, "1006"), 'h');
    play_press(p, "M");
    play_see(p, "mouse off");
    assert_false(term_mouse(p->t));
    play_press(p, ":mouse on\r");
    play_see(p, "mouse on");
    assert_true(term_mouse(p->t));
    assert_int_equal(term_mode(p->t, "1003"), 0); /* motion is nothing to us */
    play_close(p);

    p = play_open(NULL);
    assert_true(term_mouse(p->t));
    play_close(p);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_u30_calm_is_grey),
    cmocka_unit_test(test_fault_is_coloured),
    cmocka_unit_test(test_u33_no_color),
    cmocka_unit_test(test_u33_empty_no_color),
    cmocka_unit_test(test_u33_selection_is_seen),
    cmocka_unit_test(test_u36_glyph_sets),
    cmocka_unit_test(test_click_selects_only),
    cmocka_unit_test(test_click_far_right),
    cmocka_unit_test(test_click_on_tabs_and_hints),
    cmocka_unit_test(test_unwanted_reports),
    cmocka_unit_test(test_mouse_switch),
};

PLAY_MAIN("ui_style", tests)
