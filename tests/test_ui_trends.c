/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The view of trends on the screen. */
#include "tests/ui_fixture.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define PLOT_TOP 4 /* rows above the plot of a screen that is not small */

static struct play *
open_trends(const struct play_options *o, const char *history, const char *components)
{
    struct play *p = play_open(o);
    if (*history != '\0') {
        play_tell(p, "%s", history);
    }
    play_publish(p);
    term_send(p->t, ":trend ");
    term_send(p->t, components);
    play_press(p, "\r");
    play_see(p, "mean  live");
    play_see_no(p, "asking the archive");
    return p;
}

/* Two numbers between which no double has room for a step. */
static void
test_axis_of_huge_numbers(void **state)
{
    (void)state;
    struct play *p = open_trends(NULL,
                                 "gap PW-0001 N1 999999999 0\n"
                                 "spike PW-0001 N1 100000000000000000 0\n"
                                 "spike PW-0001 N1 100000000000000016 0",
                                 "PW-0001/N1");
    play_equals_full_paint(p);
    play_tell(p, "spike PW-0001 N1 -1e308 0\nspike PW-0001 N1 1e308 0\npublish");
    play_done(p);
    play_press(p, "1");
    play_see(p, "PW-0002");
    play_press(p, ":trend PW-0001/N1\r");
    play_see(p, "n 4"); /* the answer with both */
    play_equals_full_paint(p);
    play_close(p);
}

static void
left(struct play *p)
{
    play_press(p, "h");
    term_wait_quiet(p->t, 20);
}

static void
live_value(struct play *p)
{
    static int n;
    play_tell(p, "value PW-0001 LEVEL %.2f", 1.71 + 0.01 * (n++ % 5));
    play_publish(p);
}

/* ---- looking at the plot ---- */

static bool
is_braille(const struct play *p, int y, int x)
{
    struct term_cell cell = term_cell(p->t, y, x);
    gunichar c = g_utf8_get_char(cell.text);
    return c > 0x2800 && c <= 0x28ff;
}

static int
row_of(const struct play *p, const char *text)
{
    int y = term_find(p->t, text);
    assert_true(y >= 0);
    return y;
}

/* The columns of the plot in which no row has a dot, between the first and last that have. */
static int
empty_columns(const struct play *p, int bottom)
{
    int first = -1, last = -1, n = 0;
    bool *any = g_new0(bool, 300);
    for (int x = 9; x < 70; x++) {
        for (int y = PLOT_TOP; y < bottom; y++) {
            any[x] = any[x] || is_braille(p, y, x);
        }
        first = any[x] && first < 0 ? x : first;
        last = any[x] ? x : last;
    }
    for (int x = first; x >= 0 && x <= last; x++) {
        n += !any[x];
    }
    g_free(any);
    assert_true(first >= 0);
    return n;
}

/* The first column in which the plot has a dot. */
static int
first_column(const struct play *p)
{
    for (int x = 9; x < 70; x++) {
        for (int y = PLOT_TOP; y < 18; y++) {
            if (is_braille(p, y, x)) {
                return x;
            }
        }
    }
    return -1;
}

/* ---- U41 ---- */

static void
test_u41_range_limits_and_autoscale(void **state)
{
    (void)state;
    struct play *p = open_trends(NULL, "", "PW-0001/LEVEL");
    play_see(p, "HH 3.4 ");
    assert_true(play_shows(p, " H 2.9 ") && play_shows(p, " L 0.4 "));
    char *row = term_row(p->t, PLOT_TOP);
    assert_non_null(strstr(row, "4 │")); /* the range's upper end */
    g_free(row);
    int y = row_of(p, " H 2.9 ");
    int dots = 0;
    for (int x = 9; x < 67; x++) {
        dots += is_braille(p, y, x);
    }
    assert_in_range(dots, 25, 33); /* dashed */
    play_press(p, "i");
    play_see_no(p, "HH 3.4");
    assert_int_equal(is_braille(p, y, 9) + is_braille(p, y, 10), 0);
    play_press(p, "i");
    play_press(p, "v"); /* by the limits: 0.4 to 3.4 and no 4 */
    play_see(p, "is that of its limits");
    assert_true(play_shows(p, "HH 3.4"));
    play_press(p, "v"); /* by the values, 1.7 to 2.2 */
    play_see(p, "autoscale");
    assert_false(play_shows(p, "HH 3.4"));
    assert_true(play_shows(p, "1.8 │") && play_shows(p, "2.2 │"));
    play_press(p, "v");
    play_see(p, "HH 3.4");
    play_close(p);
}

static void
test_u41_a_gap_is_a_gap(void **state)
{
    (void)state;
    struct play *p = open_trends(NULL, "", "PW-0001/LEVEL");
    play_press(p, "i"); /* no limits: only the curve has dots */
    play_see_no(p, "HH 3.4");
    int bottom = row_of(p, "┬");
    assert_int_equal(empty_columns(p, bottom), 0);
    play_close(p);

    p = open_trends(NULL, "gap PW-0001 LEVEL 14400 10800", "PW-0001/LEVEL");
    play_press(p, "i");
    play_see_no(p, "HH 3.4");
    assert_in_range(empty_columns(p, bottom), 5, 8); /* an hour of eight, of 58 columns */
    play_close(p);

    p = open_trends(NULL, "bad PW-0001 LEVEL 14400 10800", "PW-0001/LEVEL");
    play_press(p, "i");
    play_see_no(p, "HH 3.4");
    assert_in_range(empty_columns(p, bottom), 5, 8);
    play_see(p, "?????"); /* on the time axis */
    play_see(p, ", 60 bad");
    play_close(p);
}

static void
test_u41_last_value_at_the_line_s_end(void **state)
{
    (void)state;
    struct play *p = open_trends(NULL, "", "PW-0001/LEVEL PW-0001/FLOW PW-0001/P1");
    play_see(p, "A 1.70 m");
    assert_true(play_shows(p, "B 188 m³/h") && play_shows(p, "C on"));
    play_tell(p, "value PW-0001 LEVEL 2.43");
    play_tell(p, "value PW-0001 P1 0");
    play_publish(p);
    play_see(p, "A 2.43 m");
    play_see(p, "C off");
    play_tell(p, "quality PW-0001 LEVEL 1"); /* what is not to be relied on says so */
    play_publish(p);
    play_see(p, "A 2.43?");
    play_close(p);
}

static char *
second_text(time_t at)
{
    char text[32];
    struct tm tm;
    localtime_r(&at, &tm);
    strftime(text, sizeof(text), "%H:%M:%S", &tm);
    return g_strdup(text);
}

static void
test_u41_cursor_tells_value_and_time(void **state)
{
    (void)state;
    setenv("TZ", "Europe/Berlin", 1);
    tzset();
    struct play *p = play_open(NULL);
    time_t now = time(NULL); /* between two readings, which come with the minute */
    time_t spiked = (now - 400) / 60 * 60 + 30;
    play_tell(p, "spike PW-0001 LEVEL 3.217 %d", (int)(now - spiked));
    play_publish(p);
    term_send(p->t, ":trend PW-0001/LEVEL\r:span 15min\r");
    play_see(p, "15 min  mean  live");
    for (int i = 0; i < 120 && !play_shows(p, "3.22 m  3.22 /"); i++) {
        left(p);
    }
    play_see(p, "3.22 m  3.22 /");
    char *before = second_text(spiked - 1), *exact = second_text(spiked),
         *after = second_text(spiked + 1);
    assert_true(play_shows(p, before) || play_shows(p, exact) || play_shows(p, after));
    play_see(p, "to mean +");
    g_free(before);
    g_free(exact);
    g_free(after);
    int y, x;
    term_cursor(p->t, &y, &x);
    assert_string_equal(term_cell(p->t, y, x).text, "▲");
    play_press(p, "\033OF"); /* End: the newest */
    play_see(p, "1.70 m  1.70");
    play_press(p, "\033"); /* and no cursor */
    play_see(p, "of all that is shown");
    play_close(p);
}

static void
test_u41_spike_is_clipped_and_told(void **state)
{
    (void)state;
    struct play *p = open_trends(NULL, "spike PW-0001 LEVEL 777 9000", "PW-0001/LEVEL");
    play_see(p, "▲777");
    assert_true(play_shows(p, "HH 3.4")); /* the scale is that of before */
    term_send(p->t, "vv");
    play_see(p, "autoscale");
    play_see(p, "▲777");
    assert_true(play_shows(p, "1.8 │") && play_shows(p, "2.2 │"));
    play_close(p);
}

/* ---- history ---- */

static void
test_partial_first_then_the_central_store(void **state)
{
    (void)state;
    struct play *p = play_open(NULL);
    play_tell(p, "history slow\ncached 7200");
    play_publish(p);
    term_send(p->t, ":trend PW-0001/LEVEL\ri");
    play_see(p, "asking the central store …");
    assert_true(play_shows(p, "only since"));
    assert_in_range(first_column(p), 45, 55); /* two hours of eight */
    play_tell(p, "history central");
    play_see_no(p, "asking the central store");
    assert_false(play_shows(p, "only since"));
    assert_int_equal(first_column(p), 9);
    play_close(p);
}

static void
test_what_is_missing_is_told(void **state)
{
    (void)state;
    struct play *p = play_open(NULL);
    play_tell(p, "history problem central store unreachable\ncached 3600");
    play_publish(p);
    term_send(p->t, ":trend PW-0001/LEVEL\r");
    play_see(p, "central store unreachable; only sinc");
    play_close(p);
}

/* A store that is back is asked at once, also about a window of the past. */
static void
test_what_was_missing_comes(void **state)
{
    (void)state;
    struct play *p = play_open(NULL);
    play_tell(p, "history problem central store unreachable\ncached 3600");
    play_tell(p, "pg down 9 0 0 0 0");
    play_publish(p);
    term_send(p->t, ":trend PW-0001/LEVEL\r");
    play_see(p, "central store unreachable; only since");
    term_send(p->t, "[");
    play_see(p, "8 h  mean  back"); /* now the note needs the room of the times */
    play_see(p, "central store unreachable; only since");
    play_tell(p, "history whole\npg up 0 0 0 0 0");
    play_publish(p);
    play_see_no(p, "central store unreachable");
    assert_false(play_shows(p, "only since"));
    assert_int_equal(first_column(p), 9);
    play_close(p);
}

/* Nothing answers: every key does what it does. */
static void
test_never_waits(void **state)
{
    (void)state;
    struct play *p = play_open(NULL);
    play_tell(p, "history none");
    play_publish(p);
    term_send(p->t, ":trend PW-0001/LEVEL\r");
    play_see(p, "asking the archive …");
    term_send(p->t, "-");
    play_see(p, "24 h  mean  live");
    term_send(p->t, "[");
    play_see(p, "24 h  mean  back");
    term_send(p->t, "2");
    play_see(p, "[2 Stations]");
    term_send(p->t, "5");
    play_see(p, "asking the archive …");
    play_tell(p, "value PW-0001 LEVEL 2.51"); /* what is heard is shown all the same */
    play_publish(p);
    term_send(p->t, "e");
    play_see(p, "A 2.51 m");
    play_tell(p, "history whole");
    play_see_no(p, "asking the archive");
    play_close(p);
}

/* Back in time and on again; what was asked is withdrawn, and each span is asked once. */
static void
test_back_and_forth(void **state)
{
    (void)state;
    struct play *p = open_trends(NULL, "", "PW-0001/LEVEL");
    play_press(p, "[");
    play_see(p, "back");
    char *there = term_row(p->t, 3);
    play_press(p, "[");
    term_wait_quiet(p->t, 20);
    char *further = term_row(p->t, 3);
    assert_string_not_equal(there, further);
    play_press(p, "]");
    play_see(p, there);
    play_press(p, "]");
    play_see(p, "live");
    g_free(there);
    g_free(further);
    term_send(p->t, "------");
    play_see(p, "1 year  mean  live");
    play_see(p, "this is the longest span");
    play_see(p, "/ 1.70 /"); /* of so many days the mean is what they turn about */
    term_send(p->t, "++++++++++");
    play_see(p, "5 min  mean  live");
    play_see(p, "this is the shortest span");
    play_close(p);
}

static int
count_asked(struct play *p)
{
    g_string_truncate(p->said, 0);
    play_tell(p, "asked");
    play_done(p);
    int n = 0;
    for (const char *at = p->said->str; (at = strstr(at, "trend ")) != NULL; at++) {
        n++;
    }
    return n;
}

/* Once for each change of what is shown, and never for new values alone. */
static void
test_asks_once(void **state)
{
    (void)state;
    struct play *p = open_trends(NULL, "", "PW-0001/LEVEL PW-0001/P1");
    assert_int_equal(count_asked(p), 1);
    assert_non_null(strstr(p->said->str, "trend PW-0001/LEVEL PW-0001/P1 28799 116"));
    for (int i = 0; i < 5; i++) {
        live_value(p);
    }
    assert_int_equal(count_asked(p), 0);
    term_send(p->t, "=");
    play_see(p, "= day before");
    term_wait_quiet(p->t, 50);
    assert_int_equal(count_asked(p), 1);
    term_send(p->t, "-");
    play_see(p, "24 h");
    term_wait_quiet(p->t, 50);
    assert_int_equal(count_asked(p), 2);
    play_close(p);
}

static void
test_statistics_and_comparison(void **state)
{
    (void)state;
    struct play *p = open_trends(NULL, "spike PW-0001 LEVEL 3.1 87000", "PW-0001/LEVEL");
    static const char *const stats[] = {"min", "max", "last", "difference", "mean"};
    for (size_t i = 0; i < G_N_ELEMENTS(stats); i++) {
        char text[64];
        snprintf(text, sizeof(text), "8 h  %s  live", stats[i]);
        term_send(p->t, "s");
        play_see(p, text);
    }
    term_send(p->t, ":trend PW-0001/H1\r:statistic difference\r"); /* hours run in eight */
    play_see(p, "in all +");
    assert_true(play_shows(p, "in all +7.") || play_shows(p, "in all +8.0"));
    term_send(p->t, ":trend PW-0001/LEVEL\r:statistic max\r");
    play_see(p, "8 h  max  live");
    term_send(p->t, "=");
    play_see(p, "= day before");
    term_send(p->t, "hH");
    play_see(p, "to day before");
    term_send(p->t, "=");
    play_see(p, "= week before");
    play_see(p, "to week before");
    term_send(p->t, "=");
    play_see_no(p, "week before");
    play_close(p);
}

/* ---- sets ---- */

static void
test_from_a_station_and_back(void **state)
{
    (void)state;
    struct play *p = play_open(NULL);
    play_publish(p);
    term_send(p->t, "jjj\r"); /* the detail of the fourth */
    play_see(p, "Altona Elbufer");
    term_send(p->t, "j"); /* from the level to the flow */
    term_wait_quiet(p->t, 50);
    play_press(p, "t");
    play_see(p, "A PW-0004 Durchfluss");
    term_send(p->t, "q");
    play_see(p, "[2 Stations]");
    play_see(p, "Altona Elbufer");
    int y, x;
    term_cursor(p->t, &y, &x);
    char *row = term_row(p->t, y);
    assert_non_null(strstr(row, "Durchfluss"));
    g_free(row);
    play_close(p);
}

static void
test_u40_from_an_alarm_and_back(void **state)
{
    (void)state;
    struct play *p = play_open(NULL);
    for (int i = 1; i <= 5; i++) {
        play_tell(p, "alarm PW-%04d LEVEL hihi critical unacked age=%d", i, i * 60);
    }
    play_publish(p);
    term_send(p->t, "4jj");
    play_see(p, "[4 Alarms]");
    play_wait_selected(p, "PW-0003");
    play_press(p, "t");
    play_see(p, "A PW-0003");
    play_press(p, "\033");
    play_see(p, "[4 Alarms]");
    play_wait_selected(p, "PW-0003");
    play_close(p);
}

static void
test_own_set_outlives_a_look(void **state)
{
    (void)state;
    struct play *p = open_trends(NULL, "", "PW-0001/LEVEL PW-0002/FLOW");
    term_send(p->t, "2t");
    play_see(p, "A PW-0001");
    play_see_no(p, "B PW-0002");
    term_send(p->t, "5");
    play_see(p, "B PW-0002");
    term_send(p->t, "2jjP"); /* one more, without leaving */
    play_see(p, "is among the trends (5), 3 of 8");
    term_send(p->t, "5");
    play_see(p, "C PW-0003");
    term_send(p->t, "x");
    play_see_no(p, "C PW-0003");
    term_send(p->t, ":trend-add PW-0009/LE\t\r"); /* completed */
    play_see(p, "C PW-0009 F");
    term_send(p->t, ":trend-save night\r");
    play_see(p, "kept as");
    term_send(p->t, "xxx");
    play_see(p, "no curve is shown");
    term_send(p->t, ":trend-load night\r");
    play_see(p, "C PW-0009 F");
    term_send(p->t, ":trend-add PW-0009/NONE\r");
    play_see(p, "there is no component");
    play_close(p);
}

/* Set, span and scale are there again the next time; what was only looked at is not. */
static void
test_the_set_is_kept(void **state)
{
    (void)state;
    char dir[] = "/tmp/leitstand-trend-XXXXXX";
    assert_non_null(mkdtemp(dir));
    char *setting = g_strconcat("STAGE_STATE=", dir, NULL);
    const char *const env[] = {setting, NULL};
    struct play_options o = {.env = env};
    struct play *p = open_trends(&o, "", "PW-0001/LEVEL PW-0002/FLOW");
    term_send(p->t, ":span 24h\r:scale auto\r2t");
    play_see(p, "A PW-0001");
    play_see_no(p, "B PW-0002");
    play_close(p);
    p = play_open(&o);
    play_publish(p);
    term_send(p->t, "5");
    play_see(p, "B PW-0002");
    play_see(p, "24 h  mean  live");
    assert_true(play_shows(p, "autoscale"));
    play_close(p);
    char *file = g_build_filename(dir, "console.ini", NULL);
    assert_int_equal(unlink(file), 0);
    assert_int_equal(rmdir(dir), 0);
    g_free(file);
    g_free(setting);
}

static void
test_frozen_trends_stand_still(void **state)
{
    (void)state;
    struct play *p = open_trends(NULL, "", "PW-0001/LEVEL");
    play_press(p, "Z");
    play_see(p, "FROZEN");
    play_tell(p, "value PW-0001 LEVEL 2.43");
    play_publish(p);
    assert_true(play_shows(p, "A 1.70 m"));
    play_press(p, "Z");
    play_see(p, "A 2.43 m");
    play_close(p);
}

static void
test_a_component_that_leaves_the_plant(void **state)
{
    (void)state;
    struct play *p = open_trends(NULL, "", "PW-0001/LEVEL PW-0002/LEVEL");
    play_tell(p, "remove PW-0001");
    play_publish(p);
    play_see(p, "not in plant");
    play_see(p, "B 1.70 m");
    play_see(p, "x takes it away"); /* the one in focus */
    term_send(p->t, "hjk=sv\r");
    term_wait_quiet(p->t, 50);
    term_send(p->t, "j");
    play_see_no(p, "x takes it away");
    assert_true(play_shows(p, "not in plant"));
    term_send(p->t, "k");
    play_see(p, "x takes it away");
    play_press(p, "x");
    play_see_no(p, "not in plant");
    play_see(p, "A 1.70 m");
    play_close(p);
}

/* ---- files ---- */

static void
test_csv(void **state)
{
    (void)state;
    char dir[] = "/tmp/leitstand-trend-XXXXXX";
    assert_non_null(mkdtemp(dir));
    char *file = g_build_filename(dir, "a.csv", NULL), *text = NULL;
    struct play *p =
        open_trends(NULL, "gap PW-0001 LEVEL 14400 10800", "PW-0001/LEVEL PW-0001/FLOW");
    term_send(p->t, ":csv ");
    term_send(p->t, file);
    term_send(p->t, "\r");
    play_see(p, "written: ");
    assert_true(g_file_get_contents(file, &text, NULL, NULL));
    char **lines = g_strsplit(text, "\r\n", -1);
    assert_string_equal(lines[0], "since,until,station,component,unit,readings,bad,mean,min,"
                                  "max,last,difference");
    assert_int_equal(g_strv_length(lines), 1 + 2 * 116 + 1);
    assert_non_null(strstr(text, "PW-0001,LEVEL,m,4,0,"));
    assert_non_null(strstr(text, "PW-0001,LEVEL,m,0,0,,,,,\r\n")); /* the gap */
    assert_non_null(strstr(text, "PW-0001,FLOW,m³/h,"));
    g_strfreev(lines);
    term_send(p->t, ":csv ");
    term_send(p->t, file);
    term_send(p->t, "\r");
    play_see(p, "is there already; nothing was written");
    term_send(p->t, "w"); /* a name is proposed */
    play_see(p, ":csv trend-");
    play_close(p);
    char *after = NULL;
    assert_true(g_file_get_contents(file, &after, NULL, NULL));
    assert_string_equal(text, after);
    unlink(file);
    rmdir(dir);
    g_free(text);
    g_free(after);
    g_free(file);
}

/* ---- what it costs, and how it looks everywhere ---- */

static void
nothing(struct play *p)
{
    for (int i = 0; i < 5; i++) {
        unsigned frames = term_frames(p->t);
        play_tell(p, "publish");
        assert_true(term_wait_frame(p->t, frames));
    }
}

static void
test_bytes(void **state)
{
    (void)state;
    static const struct play_options sizes[] = {{.columns = 80, .rows = 24},
                                                {.columns = 200, .rows = 60}};
    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        struct play *p = open_trends(&sizes[i], "", "PW-0001/LEVEL");
        live_value(p);
        play_publish(p);
        assert_int_equal(play_cost(p, nothing), 0);
        size_t live = play_cost(p, live_value);
        left(p);
        size_t moved = play_cost(p, left);
        print_message("# %dx%d: a live value %zu bytes, the cursor %zu\n", sizes[i].columns,
                      sizes[i].rows, live, moved);
        assert_in_range(live, 3, 120);
        assert_in_range(moved, 3, 199);
        play_close(p);
    }
}

static void
assert_no_hue(const struct play *p, const struct play_options *o)
{
    for (int i = 0; i < o->rows * o->columns; i++) {
        struct term_cell cell = term_cell(p->t, i / o->columns, i % o->columns);
        if (cell.coloured) {
            fail_msg("\"%s\" in row %d, column %d has a colour", cell.text, i / o->columns,
                     i % o->columns);
        }
    }
}

static void
test_every_size_and_glyphs(void **state)
{
    (void)state;
    static const char *const env[] = {"STAGE_CLOCK=1763679187", NULL}; /* no next column */
    static const struct play_options sizes[] = {{.columns = 40, .rows = 12, .env = env},
                                                {.columns = 80, .rows = 24, .env = env},
                                                {.columns = 100, .rows = 30, .env = env},
                                                {.columns = 200, .rows = 60, .env = env}};
    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        struct play *p = play_open(&sizes[i]);
        term_send(p->t, "5");
        play_see(p, "these"); /* the last word of what to do where there is nothing yet */
        play_tell(p, "gap PW-0001 LEVEL 14400 10800\nbad PW-0001 FLOW 9000 8000");
        play_tell(p, "spike PW-0001 FLOW 4000 5000");
        play_publish(p);
        term_send(p->t, ":trend PW-0001/LEVEL PW-0001/FLOW PW-0001/P1 PW-0002/LEVEL\r");
        play_see(p, "A PW-0001 F");
        play_see_no(p, "asking the archive");
        term_wait_quiet(p->t, 60);
        for (int glyphs = 0; glyphs < 4; glyphs++) {
            assert_no_hue(p, &sizes[i]);
            play_see(p, "1.70 m"); /* numbers in text, whatever the dots look like */
            play_equals_full_paint(p);
            left(p);
            play_equals_full_paint(p);
            term_send(p->t, "\033");
            term_wait_quiet(p->t, 60);
            term_send(p->t, "b");
            term_wait_quiet(p->t, 60);
        }
        play_close(p);
    }
}

static void
test_resize(void **state)
{
    (void)state;
    struct play *p = open_trends(NULL, "", "PW-0001/LEVEL PW-0001/FLOW PW-0001/P1");
    static const int sizes[][2] = {{200, 60}, {40, 12}, {20, 5}, {1, 1}, {61, 14}, {80, 24}};
    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        unsigned frames = term_frames(p->t);
        term_resize(p->t, sizes[i][0], sizes[i][1]);
        assert_true(term_wait_frame(p->t, frames));
    }
    play_see(p, "A 1.70 m");
    play_equals_full_paint(p);
    play_close(p);
}

/* ---- memory and time ---- */

#define EIGHT                                                                                  \
    ":trend PW-0001/LEVEL PW-0001/FLOW PW-0002/LEVEL PW-0002/FLOW PW-0003/LEVEL "              \
    "PW-0003/FLOW PW-0004/LEVEL PW-0004/FLOW\r:span 24h\r="

/* Eight curves of a day over the widest screen, compared, moved about in time. */
static void
test_u22_trends_are_bounded(void **state)
{
    (void)state;
    static const struct play_options o = {.columns = 200, .rows = 60};
    struct play *p = play_open(&o);
    play_publish(p);
    long before = play_memory(p);
    term_send(p->t, EIGHT);
    play_see(p, "24 h  mean  live");
    for (int i = 0; i < 40; i++) {
        play_press(p, "[");
        play_tell(p, "value PW-0001 LEVEL %d", i);
        play_publish(p);
    }
    term_send(p->t, "e");
    play_see(p, "live");
    play_see_no(p, "asking");
    print_message("# %ld kB before, %ld kB after\n", before, play_memory(p));
    assert_true(play_memory(p) - before < 8000);
    play_close(p);
}

/* The stage's thread, which makes the answers, is counted with it. */
static void
test_a_key_costs_little_with_many_stations(void **state)
{
    (void)state;
    static const struct play_options o = {.columns = 200, .rows = 60, .stations = 10000};
    static const char *const keys[] = {"h", "H", "[", "]", "-", "+", "s", "v", "j", "x"};
    struct play *p = play_open(&o);
    play_publish(p);
    term_send(p->t, EIGHT);
    play_see(p, "= day before");
    term_wait_quiet(p->t, 100);
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
        int64_t before = play_cpu_us(p);
        play_press(p, keys[i]);
        term_wait_quiet(p->t, 50);
        int64_t us = play_cpu_us(p) - before;
        print_message("# \"%s\": %.1f ms\n", keys[i], (double)us / 1000);
        assert_true(us < 50 * US_PER_MS);
    }
    play_close(p);
}

/* A key is told where it means what it says: s is the statistic here, not the bell's. */
static void
test_hints(void **state)
{
    (void)state;
    const struct play_options o = {.columns = 160, .rows = 30};
    struct play *p = play_open(&o);
    play_tell(p, "alarm PW-0001 LEVEL hihi critical unacked");
    play_publish(p);
    play_see(p, "s silence");
    term_send(p->t, ":trend PW-0001/LEVEL\r");
    play_see(p, "s statistic");
    play_see(p, "Left cursor");
    play_see_no(p, "s silence");
    play_close(p);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_hints),
    cmocka_unit_test(test_axis_of_huge_numbers),
    cmocka_unit_test(test_u41_range_limits_and_autoscale),
    cmocka_unit_test(test_u41_a_gap_is_a_gap),
    cmocka_unit_test(test_u41_last_value_at_the_line_s_end),
    cmocka_unit_test(test_u41_cursor_tells_value_and_time),
    cmocka_unit_test(test_u41_spike_is_clipped_and_told),
    cmocka_unit_test(test_partial_first_then_the_central_store),
    cmocka_unit_test(test_what_is_missing_is_told),
    cmocka_unit_test(test_what_was_missing_comes),
    cmocka_unit_test(test_never_waits),
    cmocka_unit_test(test_back_and_forth),
    cmocka_unit_test(test_asks_once),
    cmocka_unit_test(test_statistics_and_comparison),
    cmocka_unit_test(test_from_a_station_and_back),
    cmocka_unit_test(test_u40_from_an_alarm_and_back),
    cmocka_unit_test(test_own_set_outlives_a_look),
    cmocka_unit_test(test_the_set_is_kept),
    cmocka_unit_test(test_frozen_trends_stand_still),
    cmocka_unit_test(test_a_component_that_leaves_the_plant),
    cmocka_unit_test(test_csv),
    cmocka_unit_test(test_bytes),
    cmocka_unit_test(test_every_size_and_glyphs),
    cmocka_unit_test(test_resize),
    cmocka_unit_test(test_u22_trends_are_bounded),
    cmocka_unit_test(test_a_key_costs_little_with_many_stations),
};

PLAY_MAIN("ui_trends", tests)
