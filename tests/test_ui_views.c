/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the views tell: faults first, a panel for each kind, ids to adopt, a broker that is
 * gone; and no colour as long as all is well. */
#include "tests/ui_fixture.h"

static struct play *
open_size(int columns, int rows)
{
    const struct play_options o = {.columns = columns, .rows = rows};
    return play_open(&o);
}

static void
test_faults_come_first(void **state)
{
    (void)state;
    struct play *p = play_open(NULL);
    play_tell(p, "value PW-0031 FLT1 1");
    play_tell(p, "value PW-0031 FLT2 1");
    play_tell(p, "silent PW-0012 1");
    play_publish(p);
    play_see(p, "2 faults");
    play_see(p, "1 silent");
    assert_string_equal(play_first_station(p, 3), "PW-0031");
    int y = term_find(p->t, "PW-0012");
    char *row = term_row(p->t, y);
    assert_non_null(strstr(row, "?PW-0012"));
    assert_non_null(strstr(row, "silent"));
    g_free(row);
    play_see(p, "■PW-0031");
    play_tell(p, "value PW-0031 FLT1 0");
    play_tell(p, "value PW-0031 FLT2 0");
    play_tell(p, "silent PW-0012 0");
    play_publish(p);
    play_see(p, "no faults, no station silent");
    play_see_no(p, "■");
    play_close(p);
}

/* A panel for every kind of component. */
static void
test_detail(void **state)
{
    (void)state;
    struct play *p = open_size(80, 30);
    play_tell(p, "value PW-0001 FLT1 1");
    play_tell(p, "value PW-0001 LEVEL 3.61");
    play_tell(p, "text PW-0001 V1 fahrend");
    play_tell(p, "quality PW-0001 FLOW 1");
    play_publish(p);
    term_send(p->t, "\r");
    play_see(p, "Füllstand Vorlage");
    assert_int_equal(term_find(p->t, "■Motorschutz Pumpe 1"), term_find(p->t, "Faults ─") + 1);
    static const char *const texts[] = {"3.61 m",     "● on", "○ off",
                                        "12 411.4 h", "9902", "?IV",
                                        "fahrend",    "188",  "Betriebsstunden ─"};
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        play_see(p, texts[i]);
    }
    int bar = term_find(p->t, "├█");
    assert_int_equal(bar, term_find(p->t, "Füllstand Vorlage") + 1);
    char *row = term_row(p->t, bar);
    assert_non_null(strstr(row, " 0 ├"));
    assert_non_null(strstr(row, "┤ 4"));
    assert_non_null(strstr(row, "█H█")); /* the limits are marked, and 3.61 is beyond them */
    assert_non_null(strstr(row, "HH█"));
    /* Those that count: the component's own in the upper half, and no lolo. */
    assert_true(strstr(row, "H") - strstr(row, "├") > strstr(row, "┤") - strstr(row, "H"));
    assert_ptr_equal(strstr(strstr(row, "H") + 1, "H"), strstr(row, "HH"));
    assert_null(strstr(row, "LL"));
    g_free(row);
    play_close(p);
}

static struct term_cell
cell_of(struct play *p, const char *row_text, const char *text)
{
    int y = term_find(p->t, row_text);
    assert_true(y >= 0);
    return term_cell(p->t, y, play_column(p, y, text));
}

/* A value beyond its range is told by colour and weight, and by the full bar. */
static void
test_out_of_range(void **state)
{
    (void)state;
    struct play *p = open_size(80, 30);
    play_tell(p, "value PW-0001 LEVEL 3.99");
    play_publish(p);
    term_send(p->t, "\r");
    play_see(p, "3.99 m");
    assert_false(cell_of(p, "3.99 m", "3.99").coloured);
    play_tell(p, "value PW-0001 LEVEL 4.01");
    play_publish(p);
    play_see(p, "4.01 m");
    assert_true(cell_of(p, "4.01 m", "4.01").coloured);
    assert_true(cell_of(p, "4.01 m", "4.01").bold);
    play_see_no(p, "░");
    play_tell(p, "value PW-0001 LEVEL -1");
    play_publish(p);
    play_see(p, "-1.00 m");
    play_see_no(p, "├█");
    play_close(p);
}

static void
test_broker_down(void **state)
{
    (void)state;
    struct play *p = play_open(NULL);
    play_tell(p, "broker down");
    play_publish(p);
    play_see(p, "broker DOWN since");
    play_see(p, "connection refused");
    assert_false(play_shows(p, "no faults")); /* nothing is called normal */
    play_tell(p, "broker up");
    play_publish(p);
    play_see(p, "broker UP");
    play_see(p, "no faults");
    play_close(p);
}

/* Ownership and the central store, plain when normal, in word and colour when not. */
static void
test_u43_ownership(void **state)
{
    (void)state;
    /* What must not grow old while the test runs is 20 s in the future. */
    static const struct {
        const char *owner, *pg, *text;
        bool bad;
    } cases[] = {
        {"owner owner desk 7.0 postgres 0", "pg up 60 0 0 0 0", "owner desk e7.0 pg", false},
        {"owner standby pc2 7.0 postgres -20", "pg up 60 0 0 0 0", "standby, owner pc2 e7.0 pg",
         false},
        {"owner viewer pc2 7.0 postgres -20", "pg up 60 0 0 0 0", "viewer, owner pc2 e7.0 pg",
         false},
        {"owner standby pc2 7.0 postgres 4", "pg up 60 0 0 0 0", "heard 0:0", true},
        {"owner viewer pc2 7.0 postgres 44", "pg up 60 0 0 0 0", "NO OWNER 0:4", true},
        {"owner standby - 7.0 postgres 14", "pg up 60 0 0 0 0", "NO OWNER 0:1", true},
        {"owner standby - 7.0 postgres -20", "pg up 60 0 0 0 0", "looking for the owner",
         false},
        {"owner unarbitrated desk 7.0 self 0", "pg up 60 0 0 0 0", "not arbitrated: alone",
         true},
        {"owner owner desk 7.1 broker 0", "pg up 60 0 0 0 0", "owner desk e7.1, broker decides",
         true},
        {"owner owner desk 0.3 broker 0", "pg none 0 0 0 0 0",
         "owner desk e0.3, broker decides", false},
        {"owner owner desk 7.0 postgres 0", "pg down 192 48210 0 0 0", "pg DOWN 3:1", true},
        {"owner owner desk 7.0 postgres 0", "pg down 1920 48210 0 0 0",
         "pg DOWN 32 min, 48 210 waiting", true},
        {"owner owner desk 7.0 postgres 0", "pg stalled 8 0 0 0 0", "pg STALLED 0:0", true},
        {"owner owner desk 7.0 postgres 0", "pg stalled -20 0 0 0 0", "pg UP ", false},
        {"owner owner desk 7.0 postgres 0", "pg up 60 48210 0 0 0", "pg UP, 48 k waiting",
         false},
        {"owner owner desk 7.0 postgres 0", "pg up 60 0 3 0 0", "3 in quarantine", true},
        {"owner owner desk 7.0 postgres 0", "pg up 60 0 3 0 0 2", "5 in quarantine", true},
        {"owner owner desk 7.0 postgres 0", "pg up 60 0 0 690 1000", "catching up 31 %", true},
        {"owner owner desk 7.0 postgres 0", "pg up 60 0 0 2 2", "pg UP ", false},
    };
    struct play *p = play_open(NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        play_tell(p, "%s", cases[i].owner);
        play_tell(p, "%s", cases[i].pg);
        play_publish(p);
        play_see(p, cases[i].text);
        int column = play_column(p, 22, cases[i].text);
        assert_true(column >= 0);
        assert_int_equal(term_cell(p->t, 22, column).coloured, cases[i].bad);
        assert_false(play_shows(p, "catching") && strstr(cases[i].text, "catching") == NULL);
    }
    play_close(p);
}

/* What is wrong is never left out for what is well, however narrow the screen. */
static void
test_status_narrow(void **state)
{
    (void)state;
    static const struct {
        int columns;
        const char *texts[5];
    } cases[] = {
        {160, {"broker UP", "cache ok", "48 210 waiting: server closed", "NO OWNER 0:1"}},
        {110, {"broker UP", "cache ok", "48 210 waiting: server", "3 in quar", "NO OWNER 0:1"}},
        {80, {"brk UP", "48 210 waiting", "3 in quarantine", "NO OWNER 0:1"}},
        {60, {"pg DOWN 3:1", "3 in quarantine", "NO OWNER 0:1"}},
        {45, {"pg DOWN 3:1", "3 in quarantine", "NO OWNER 0:1"}},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct play *p = open_size(cases[i].columns, 24);
        play_tell(p, "owner standby - 7.0 postgres 14");
        play_tell(p, "pg down 192 48210 3 0 0");
        play_publish(p);
        char *row = term_row(p->t, 22);
        for (int k = 0; k < 5 && cases[i].texts[k] != NULL; k++) {
            if (strstr(row, cases[i].texts[k]) == NULL) {
                fail_msg("%d columns: no \"%s\" in \"%s\"", cases[i].columns, cases[i].texts[k],
                         row);
            }
        }
        g_free(row);
        row = term_row(p->t, 0);
        if (cases[i].columns != 60 && strstr(row, "NO OWNER 0:1") == NULL) {
            fail_msg("%d columns: \"%s\"", cases[i].columns, row); /* 60: tabs leave no room */
        }
        g_free(row);
        play_close(p);
    }
}

/* Where there is room, journal, health and messages need not be guessed. */
static void
test_all_tabs(void **state)
{
    (void)state;
    struct play *p = open_size(160, 24);
    play_see(p, "7 Journal");
    play_see(p, "8 Health");
    play_close(p);
    p = open_size(100, 24);
    play_see(p, "6 Boards");
    play_see_no(p, "7 Journal");
    play_close(p);
}

/* That the broker is away is said in full words as long as there is room for them. */
static void
test_broker_down_narrow(void **state)
{
    (void)state;
    static const struct {
        int columns;
        const char *text;
    } cases[] = {{80, "broker DOWN since "}, {66, "broker DOWN since "}, {50, "brk DOWN "}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct play *p = open_size(cases[i].columns, 24);
        play_tell(p, "broker down");
        play_tell(p, "owner unarbitrated desk 7.0 self 0");
        play_publish(p);
        play_see(p, "not arbitrated: alone");
        char *row = term_row(p->t, 22);
        if (strstr(row, cases[i].text) == NULL ||
            (strstr(row, "connection refused") == NULL) != (cases[i].columns < 80)) {
            fail_msg("%d columns: \"%s\"", cases[i].columns, row);
        }
        g_free(row);
        play_close(p);
    }
}

/* The seconds go on although nothing comes from the engine. */
static void
test_age_goes_on(void **state)
{
    (void)state;
    struct play *p = play_open(NULL);
    play_tell(p, "pg down 195 0 0 0 0");
    play_publish(p);
    play_see(p, "pg DOWN 3:1");
    play_see(p, "pg DOWN 3:2");
    play_tell(p, "pg up 60 0 0 0 0");
    play_tell(p, "owner standby pc2 7.0 postgres 1");
    play_publish(p);
    play_see(p, "standby, owner pc2 e7.0 pg");
    play_see(p, ", heard 0:0");
    play_close(p);
}

static void
assert_no_hue(struct play *p, int columns, int rows)
{
    for (int i = 0; i < rows * columns; i++) {
        struct term_cell cell = term_cell(p->t, i / columns, i % columns);
        if (cell.coloured) {
            fail_msg("row %d column %d: \"%s\" in colour %d on %d", i / columns, i % columns,
                     cell.text, cell.foreground, cell.background);
        }
    }
}

static void
test_u30_no_hue_when_normal(void **state)
{
    (void)state;
    static const struct {
        const char *keys, *text;
    } steps[] = {
        {"\t", "Pumpe 1"},  {"?", "type to search"},     {"\033", "40 stations"},
        {"/st", "of 40"},   {"\033", "40 stations"},     {"u", "every id that was heard"},
        {"4", "no alarms"}, {"9", "nothing was logged"}, {"2", "40 stations"},
    };
    struct play *p = open_size(120, 40);
    for (size_t i = 0; i < G_N_ELEMENTS(steps); i++) {
        play_press(p, steps[i].keys);
        play_see(p, steps[i].text);
        assert_no_hue(p, 120, 40);
    }
    play_tell(p, "value PW-0031 FLT1 1"); /* and the eye of this test is open */
    play_publish(p);
    play_see(p, "1 fault");
    assert_int_equal(term_find(p->t, "■"), 1);
    int x = play_column(p, 1, "■");
    assert_true(term_cell(p->t, 1, x).coloured);
    assert_true(term_cell(p->t, 1, x).reverse);
    play_close(p);
}

static void
test_unknown_ids_are_adopted(void **state)
{
    (void)state;
    struct play *p = open_size(100, 24);
    play_tell(p, "unknown tor-7 tempC 21.5");
    play_tell(p, "unknown tor-8 doorState open");
    play_publish(p);
    play_see(p, "2 unknown ids");
    play_press(p, "u");
    play_see(p, "sensors/tor-8/telemetry");
    play_see(p, "► tor-7");
    play_press(p, "j");
    play_see(p, "► tor-8");
    play_tell(p,
              "unknown a-first id 1"); /* comes in above, and moves nothing under the cursor */
    play_publish(p);
    play_see(p, "a-first");
    play_see(p, "► tor-8");
    play_press(p, "A");
    play_see(p, "adopting \"doorState\"");
    play_see_no(p, "sensors/tor-8");
    play_see(p, "sensors/tor-7");
    play_see(p, "2 unknown ids");
    play_press(p, "q");
    play_see(p, "[1 Overview]");
    play_close(p);
}

/* An id of that name in another station is not the one that is waited for. */
static void
test_adopted_in_another_station(void **state)
{
    (void)state;
    const struct play_options o = {.columns = 100, .stations = 1};
    struct play *p = play_open(&o);
    play_tell(p, "unknown tor-7 FLOW 21.5");
    play_publish(p);
    play_press(p, "u");
    play_see(p, "sensors/tor-7");
    play_press(p, "A");
    play_see_no(p, "sensors/tor-7");
    play_publish(p);
    assert_false(play_shows(p, "is now a component"));
    play_close(p);
}

static void
test_empty_plant(void **state)
{
    (void)state;
    const struct play_options o = {.columns = 100, .stations = 1};
    struct play *p = play_open(&o);
    play_tell(p, "remove PW-0001");
    play_publish(p);
    play_see(p, "no stations yet");
    play_press(p, "jkGg\rnNS><\t ");
    play_see(p, "no station selected");
    play_press(p, "?");
    play_see(p, "type to search");
    play_press(p, "\033");
    play_see(p, "no stations yet");
    play_tell(p, "add PW-0001 Erste");
    play_publish(p);
    play_see(p, "PW-0001 Erste");
    play_equals_full_paint(p);
    play_close(p);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_faults_come_first),
    cmocka_unit_test(test_detail),
    cmocka_unit_test(test_out_of_range),
    cmocka_unit_test(test_broker_down),
    cmocka_unit_test(test_u43_ownership),
    cmocka_unit_test(test_status_narrow),
    cmocka_unit_test(test_all_tabs),
    cmocka_unit_test(test_broker_down_narrow),
    cmocka_unit_test(test_age_goes_on),
    cmocka_unit_test(test_u30_no_hue_when_normal),
    cmocka_unit_test(test_unknown_ids_are_adopted),
    cmocka_unit_test(test_adopted_in_another_station),
    cmocka_unit_test(test_empty_plant),
};

PLAY_MAIN("ui_views", tests)
