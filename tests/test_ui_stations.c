/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The list of stations: its columns, their order, its filter, tags; and that all of it is found
 * again. */
#include <unistd.h>

#include "tests/ui_fixture.h"

static struct play *
open_size(int columns, int rows)
{
    const struct play_options o = {.columns = columns, .rows = rows};
    return play_open(&o);
}

/* The first row of the list, whatever is selected. */
static void
wait_first(struct play *p, const char *uid)
{
    mono_us deadline = clock_now().mono + TERM_LIMIT_MS * US_PER_MS;
    while (strcmp(play_first_station(p, 5), uid) != 0) {
        if (clock_now().mono > deadline) {
            char *screen = term_dump(p->t);
            fputs(screen, stderr);
            g_free(screen);
            fail_msg("%s is not the first, %s is", uid, play_first_station(p, 5));
        }
        term_wait_quiet(p->t, 5);
    }
}

/* Every column sorts, both ways; what has nothing there comes last both ways; equals stay in
 * the plant's order. */
static void
test_u11_sorts_by_any_column(void **state)
{
    (void)state;
    static const struct {
        const char *column, *up, *down;
    } cases[] = {
        {"id", "PW-0001", "PW-0040"},     {"name", "PW-0033", "PW-0031"},
        {"area", "PW-0001", "PW-0002"},   {"value", "PW-0014", "PW-0015"},
        {"value2", "PW-0016", "PW-0017"}, {"level", "PW-0014", "PW-0015"},
        {"FLOW", "PW-0016", "PW-0017"},   {"flow", "PW-0016", "PW-0017"},
        {"on", "PW-0018", "PW-0001"},     {"age", "PW-0001", "PW-0022"},
        {"clock", "PW-0025", "PW-0024"},  {"faults", "PW-0001", "PW-0026"},
        {"state", "PW-0026", "PW-0001"},  {"alarms", "PW-0001", "PW-0028"},
        {"type", "PW-0001", "PW-0001"},
    };
    struct play *p = open_size(80, 24);
    play_tell(p, "rename PW-0033 Aachen\nrename PW-0031 Zwickau\nheard PW-0022 86400");
    play_tell(p, "value PW-0014 LEVEL 0.2\nvalue PW-0015 LEVEL 3.9\nvalue PW-0016 FLOW 1");
    play_tell(p, "value PW-0017 FLOW 499\nvalue PW-0018 P1 0\nclock PW-0024 30");
    play_tell(p, "clock PW-0025 -4\nvalue PW-0026 FLT1 1\nvalue PW-0026 FLT2 1");
    play_publish(p);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        if (strcmp(cases[i].column, "alarms") == 0) {
            play_tell(p, "alarm PW-0028 LEVEL hi low unacked\nalarm PW-0028 P1 x low acked");
            play_publish(p);
        }
        char command[64];
        snprintf(command, sizeof(command), ":sort %s\r", cases[i].column);
        term_send(p->t, command);
        term_send(p->t, "g");
        wait_first(p, cases[i].up);
        term_send(p->t, "S");
        term_send(p->t, "g");
        wait_first(p, cases[i].down);
    }
    term_send(p->t, ":sort nothing\r");
    play_see(p, "there is no column or component \"nothing\"");
    play_close(p);
}

static void
test_keys_choose_the_column(void **state)
{
    (void)state;
    struct play *p = open_size(80, 24);
    play_see(p, "STATE▼");
    play_press(p, ">");
    play_see(p, "AGE▼");
    play_press(p, ">");
    play_see(p, "ID▼");
    play_press(p, "S");
    play_see(p, "ID▲");
    play_press(p, "<");
    play_see(p, "AGE▼");
    /* A click on a title, and once more. */
    int x = play_column(p, 4, "NAME");
    char click[64];
    snprintf(click, sizeof(click), "\033[<0;%d;5M\033[<0;%d;5m", x + 2, x + 2);
    term_send(p->t, click);
    play_see(p, "NAME▼");
    term_send(p->t, click);
    play_see(p, "NAME▲");
    play_close(p);
}

static void
test_columns_are_chosen(void **state)
{
    (void)state;
    struct play *p = open_size(80, 24);
    term_send(p->t, ":columns id name FLOW level H1 clock faults alarms type\r");
    play_see(p, "FLOW");
    play_see(p, "H1");
    play_see(p, "TYPE");
    play_see_no(p, "AGE");
    char *row = term_row(p->t, term_find(p->t, "PW-0001"));
    assert_non_null(strstr(row, "188 m³/h"));
    assert_non_null(strstr(row, "1.70 m"));
    assert_non_null(strstr(row, "12411"));
    g_free(row);
    term_send(p->t, ":columns id nothing\r");
    play_see(p, "there is no column or component \"nothing\"");
    term_send(p->t, ":columns FLT1 FLT2 LEVEL FLOW P1 P2 V1\r");
    play_see(p, "at most 16 columns, 6 of them values");
    assert_true(play_shows(p, "TYPE")); /* and all is as it was */
    unsigned frames = term_frames(p->t);
    term_resize(p->t, 60, 24);
    assert_true(term_wait_frame(p->t, frames));
    play_see_no(p, "TYPE"); /* what is needed least goes when it is narrow */
    assert_true(play_shows(p, "FLOW"));
    term_resize(p->t, 80, 24);
    play_see(p, "TYPE");
    term_send(p->t, ":columns default\r");
    play_see(p, "AGE");
    play_equals_full_paint(p);
    play_close(p);
}

/* A wrong word leaves the names of all columns as they are, when none is free, too. */
static void
test_sixteen_columns(void **state)
{
    (void)state;
    struct play *p = open_size(300, 24);
    term_send(p->t, ":columns id name type area on state age clock faults alarms "
                    "LEVEL FLOW P1 P2 V1 H1\r");
    play_see(p, "H1");
    term_send(p->t, ":columns id nothing\r");
    play_see(p, "there is no column or component \"nothing\"");
    play_tell(p, "rename PW-0001 Neu"); /* the columns are looked for anew */
    play_publish(p);
    play_see(p, "Neu");
    assert_true(play_shows(p, "H1"));
    assert_false(play_shows(p, "NOTHING"));
    term_send(p->t, ":sort H1\r");
    play_see_no(p, "there is no");
    play_equals_full_paint(p);
    play_close(p);
}

static void
test_picker(void **state)
{
    (void)state;
    struct play *p = open_size(160, 30);
    play_press(p, "C");
    play_see(p, "[x] id");
    play_see(p, "[ ] clock");
    play_see(p, "AREA");
    term_send(p->t, "jj ");
    play_see(p, "[ ] area");
    play_see_no(p, "AREA");
    term_send(p->t, " <");
    play_see(p, "AREA");
    int y = term_find(p->t, "ID ");
    assert_true(play_column(p, y, "AREA") < play_column(p, y, "NAME"));
    term_send(p->t, "\033");
    play_see_no(p, "[x] id");
    play_see(p, "Füllstand Vorlage"); /* the detail is back */
    play_equals_full_paint(p);
    play_close(p);
}

/* What was chosen is found again by the next console of this user. */
static void
test_u11_is_remembered(void **state)
{
    (void)state;
    char dir[] = "/tmp/leitstand-stations-XXXXXX";
    assert_non_null(mkdtemp(dir));
    char *variable = g_strconcat("STAGE_STATE=", dir, NULL);
    const char *const env[] = {variable, NULL};
    const struct play_options o = {.env = env};
    struct play *p = play_open(&o);
    term_send(p->t, ":columns id FLOW name age\r:sort FLOW\rSF");
    play_see(p, "FLOW▲");
    play_close(p);

    p = play_open(&o);
    play_see(p, "FLOW▲");
    play_see(p, "follow");
    int y = term_find(p->t, "FLOW▲");
    assert_true(play_column(p, y, "FLOW▲") < play_column(p, y, "NAME"));
    assert_false(play_shows(p, "STATE"));
    play_close(p);

    char *file = g_build_filename(dir, "console.ini", NULL);
    assert_int_equal(unlink(file), 0);
    assert_int_equal(rmdir(dir), 0);
    g_free(file);
    g_free(variable);
}

static void
test_filter_by_column(void **state)
{
    (void)state;
    struct play *p = open_size(80, 24);
    play_tell(p, "value PW-0003 LEVEL 3.5\nvalue PW-0004 LEVEL 3.6\nvalue PW-0005 LEVEL 0.1");
    play_tell(p, "silent PW-0007 1\nclock PW-0009 120\nvalue PW-0011 FLT1 1");
    play_publish(p);
    static const struct {
        const char *filter, *sign, *station;
    } cases[] = {
        {"level>3", "2 of 40", "PW-0003"},
        {"area=Nord type=PU level>3", "1 of 40", "PW-0003"},
        {"area==nor", "0 of 40", ""},
        {"LEVEL<0,2", "1 of 40", "PW-0005"},
        {"level>=3.6", "1 of 40", "PW-0004"},
        {"flow=188 !level=1.7", "3 of 40", "PW-0003"},
        {"state=silent", "1 of 40", "PW-0007"},
        {"!stale", "39 of 40", "PW-0011"},
        {"clock>1min", "1 of 40", "PW-0009"},
        {"faults>0", "1 of 40", "PW-0011"},
        {"name=\"Hamburg-Veddel\"", "2 of 40", "PW-0001"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        term_send(p->t, "/");
        term_send(p->t, cases[i].filter);
        term_send(p->t, "\r");
        play_see(p, cases[i].sign);
        term_send(p->t, "g");
        if (*cases[i].station != '\0') {
            wait_first(p, cases[i].station);
        }
        term_send(p->t, "\033");
        play_see(p, "40 stations");
    }
    term_send(p->t, "/level>");
    play_see(p, "a number must follow \"level\"");
    term_send(p->t, "x");
    play_see(p, "a number must follow \"level\"");
    term_send(p->t, "\033");
    term_wait_quiet(p->t, 60);
    term_send(p->t, "/colour>3");
    play_see(p, "there is no column or component \"colour\"");
    play_close(p);
}

/* A filter by a value follows the value, though not ten times a second. */
static void
test_filter_follows_values(void **state)
{
    (void)state;
    struct play *p = open_size(80, 24);
    term_send(p->t, "/level>3\r");
    play_see(p, "0 of 40");
    play_tell(p, "value PW-0008 LEVEL 3.5\npublish");
    play_see(p, "1 of 40");
    play_see(p, "PW-0008");
    play_close(p);
}

static void
test_tags(void **state)
{
    (void)state;
    struct play *p = open_size(100, 24);
    term_send(p->t, "j ");
    play_see(p, "tagged 1");
    play_see(p, "PW-0002*");
    play_wait_selected(p, "PW-0003"); /* on to the next */
    term_send(p->t, "j ");
    play_see(p, "tagged 2");
    term_send(p->t, ":tagged\r");
    play_see(p, "2 of 40");
    assert_true(play_shows(p, "PW-0002*") && play_shows(p, "PW-0004*"));
    assert_false(play_shows(p, "PW-0001"));
    term_send(p->t, "T");
    play_see(p, "0 of 40"); /* all shown were tagged: none is any more */
    term_send(p->t, "\033");
    play_see(p, "40 stations");
    term_send(p->t, "/veddel\rT");
    play_see(p, "tagged 2");
    term_send(p->t, "\033");
    play_see(p, "40 stations");
    play_see(p, "PW-0001*");
    play_tell(p, "remove PW-0021");
    play_publish(p);
    play_see(p, "tagged 1"); /* who is gone is not counted */
    play_close(p);
}

/* However late the list is opened, and where its cursor is then. */
static void
test_worst_are_in_sight(void **state)
{
    (void)state;
    const struct play_options o = {.stations = 60, .overview = true};
    struct play *p = play_open(&o);
    play_tell(p, "value PW-0030 FLT1 1\nvalue PW-0040 FLT1 1");
    play_publish(p);
    play_press(p, "2");
    play_see(p, "60 stations  1–");
    play_see(p, "PW-0030");
    play_see(p, "PW-0040");
    play_close(p);
}

/* As in a telephone book, not as in a table of characters. */
static void
test_names_with_umlauts(void **state)
{
    (void)state;
    struct play *p = open_size(100, 24);
    play_tell(p, "add PW-9999 Ähre");
    play_publish(p);
    term_send(p->t, ":sort name\r");
    play_see(p, "NAME▼");
    term_send(p->t, "g");
    play_wait_selected(p, "PW-9999");
    play_close(p);
}

/* U10: 10,000 stations; each typed character repaints in less than 30 ms, and Esc brings
 * scroll and selection back. */
static void
test_u10_filter_of_ten_thousand(void **state)
{
    (void)state;
    const struct play_options o = {.columns = 100, .rows = 30, .stations = 10000};
    struct play *p = play_open(&o);
    term_send(p->t, ":station PW-5000\r");
    play_wait_selected(p, "PW-5000");
    int y, x, after;
    term_cursor(p->t, &y, &x);
    static const char text[] = "area=nord level>1.5 bergedorf";
    int64_t most = 0;
    play_press(p, "/");
    for (const char *c = text; *c != '\0'; c++) {
        char key[] = {*c, '\0'};
        int64_t before = play_cpu_us(p);
        play_press(p, key);
        most = MAX(most, play_cpu_us(p) - before);
    }
    print_message("# the slowest character took %d us\n", (int)most);
    assert_in_range(most, 0, 30 * US_PER_MS);
    play_see(p, "0 of 10000"); /* Bergedorf stands in the south */
    term_send(p->t, "\025bergedorf");
    play_see(p, "500 of 10000");
    term_send(p->t, "\033");
    play_wait_selected(p, "PW-5000");
    term_cursor(p->t, &after, &x);
    assert_int_equal(after, y);
    play_close(p);
}

/* A key in a list that is sorted by live values. */
static void
test_ten_thousand_sorted(void **state)
{
    (void)state;
    const struct play_options o = {.columns = 100, .rows = 30, .stations = 10000};
    struct play *p = play_open(&o);
    int64_t most = 0;
    static const char *const columns[] = {"LEVEL", "name", "age", "alarms", "state"};
    for (size_t i = 0; i < G_N_ELEMENTS(columns); i++) {
        char command[64];
        snprintf(command, sizeof(command), ":sort %s", columns[i]);
        term_send(p->t, command);
        play_see(p, command);
        int64_t before = play_cpu_us(p);
        play_press(p, "\r");
        most = MAX(most, play_cpu_us(p) - before);
    }
    print_message("# the slowest order took %d us\n", (int)most);
    assert_in_range(most, 0, 50 * US_PER_MS);
    play_close(p);
}

/* What cannot be relied on is told by more than a dim colour. */
static void
test_u31_stale_values(void **state)
{
    (void)state;
    static const struct {
        const char *env, *level, *flow, *on;
    } sets[] = {
        {"STAGE_GLYPHS=braille", "1.70?m", "188?m³/h", "●○?"},
        {"STAGE_GLYPHS=block", "1.70?m", "188?m³/h", "●○?"},
        {"STAGE_GLYPHS=vt", "1.70?m", "188?m³/h", "●·?"},
        {"STAGE_GLYPHS=ascii", "1.70?m", "188?m3/h", "*o?"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(sets); i++) {
        const char *const env[] = {sets[i].env, "NO_COLOR=1", NULL};
        const struct play_options o = {.columns = 140, .rows = 24, .env = env};
        struct play *p = play_open(&o);
        play_see(p, "PW-0002");
        assert_false(play_shows(p, "?m"));
        assert_false(play_shows(p, sets[i].on));
        play_tell(p, "stale PW-0002 LEVEL\nquality PW-0003 FLOW 1\nstale PW-0004 P2");
        play_publish(p);
        play_see(p, sets[i].level);
        play_see(p, sets[i].flow);
        play_see(p, sets[i].on);
        play_close(p);
    }
    const struct play_options small = {.columns = 40, .rows = 12};
    struct play *p = play_open(&small);
    play_tell(p, "stale PW-0002 LEVEL");
    play_publish(p);
    play_see(p, "1.70?m");
    play_close(p);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_u11_sorts_by_any_column),
    cmocka_unit_test(test_keys_choose_the_column),
    cmocka_unit_test(test_columns_are_chosen),
    cmocka_unit_test(test_sixteen_columns),
    cmocka_unit_test(test_picker),
    cmocka_unit_test(test_u11_is_remembered),
    cmocka_unit_test(test_filter_by_column),
    cmocka_unit_test(test_filter_follows_values),
    cmocka_unit_test(test_tags),
    cmocka_unit_test(test_worst_are_in_sight),
    cmocka_unit_test(test_names_with_umlauts),
    cmocka_unit_test(test_u10_filter_of_ten_thousand),
    cmocka_unit_test(test_ten_thousand_sorted),
    cmocka_unit_test(test_u31_stale_values),
};

PLAY_MAIN("ui_stations", tests)
