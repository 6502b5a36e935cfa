/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The overview: what an area tells, what is furthest from normal, and the way there and back.
 */
#include "tests/ui_fixture.h"

static struct play *
open_size(int columns, int rows)
{
    const struct play_options o = {.columns = columns, .rows = rows, .overview = true};
    return play_open(&o);
}

/* The row in which text is, the first from row y on; fails the test when there is none. */
static char *
row_with(struct play *p, const char *text)
{
    play_see(p, text);
    return term_row(p->t, term_find(p->t, text));
}

static void
expect_in(const char *row, const char *text)
{
    if (row == NULL || strstr(row, text) == NULL) {
        fail_msg("\"%s\" is not in \"%s\"", text, row == NULL ? "" : row);
    }
}

static void
test_areas(void **state)
{
    (void)state;
    struct play *p = open_size(100, 30);
    char *nord = row_with(p, "► Nord");
    expect_in(nord, "20  100.0%");
    expect_in(nord, "3760"); /* 20 times 188 m³/h */
    g_free(nord);
    play_tell(p, "alarm PW-0002 LEVEL hihi critical unacked limit=3.4 value=3.5");
    play_tell(p, "alarm PW-0004 LEVEL hi high acked limit=2.9 value=3.0");
    play_tell(p, "alarm PW-0006 LEVEL hi high unacked shelved=pump_test");
    play_tell(p, "silent PW-0008 1\nvalue PW-0001 FLT1 1");
    play_publish(p);
    play_see(p, "95.0%");
    char *sued = row_with(p, "Süd  ");
    expect_in(sued, "20   95.0%    1   1   ·   ·       ·"); /* what is shelved does not count */
    g_free(sued);
    nord = row_with(p, "► Nord"); /* still selected, though now the second */
    expect_in(nord, "20  100.0%    ·   ·   ·   ·       1");
    assert_true(term_find(p->t, "Süd  ") < term_find(p->t, "► Nord"));
    g_free(nord);
    char *all = row_with(p, "ALL  ");
    expect_in(all, "40   97.5%    1   1   ·   ·       1");
    g_free(all);
    play_equals_full_paint(p);
    play_close(p);
}

/* A value that is not to be relied on is in no sum, and the sum says so. */
static void
test_sums_are_honest(void **state)
{
    (void)state;
    struct play *p = open_size(100, 30);
    play_tell(p, "value PW-0001 FLOW 100\nsilent PW-0003 1");
    play_publish(p);
    char *nord = row_with(p, "3484?"); /* 18 times 188 and 100 */
    expect_in(nord, "Nord  ");
    g_free(nord);
    play_tell(p, "silent PW-0003 0");
    play_publish(p);
    play_see_no(p, "3484");
    nord = row_with(p, "3672");
    expect_in(nord, "Nord  ");
    g_free(nord);
    play_press(p, "v");
    play_see(p, "mean of Füllstand Vorlage, m");
    nord = row_with(p, "Nord  ");
    expect_in(nord, "1.70");
    g_free(nord);
    play_close(p);
}

static void
test_furthest(void **state)
{
    (void)state;
    struct play *p = open_size(100, 30);
    /* Of the plant PW-0001 and PW-0002 have limits: L 0.4, H 2.9, HH 3.4, of a range of 4. */
    int first = term_find(p->t, "PW-0001");
    assert_int_equal(first, term_find(p->t, "FURTHEST FROM NORMAL") + 1);
    play_tell(p, "value PW-0002 LEVEL 0.5");
    play_publish(p);
    char *row = row_with(p, "L 0.4");
    expect_in(row, "PW-0002");
    assert_int_equal(term_find(p->t, "L 0.4"), first); /* nearer than the other */
    g_free(row);
    play_tell(p, "value PW-0001 LEVEL 3.6");
    play_publish(p);
    row = row_with(p, "HH 3.4"); /* of two limits the one that says more */
    expect_in(row, "PW-0001");
    assert_int_equal(term_find(p->t, "HH 3.4"), first);
    g_free(row);
    play_tell(p, "alarm PW-0031 LEVEL hi low unacked limit=2.9 value=3.0");
    play_publish(p);
    play_see(p, "PW-0031");
    play_see(p, "H 2.9");
    assert_int_equal(term_find(p->t, "·PW-0031"), term_find(p->t, "HH 3.4") - 1);
    play_close(p);
}

static void
test_latest(void **state)
{
    (void)state;
    struct play *p = open_size(100, 30);
    play_tell(p, "alarm PW-0007 LEVEL hi high unacked age=60");
    play_publish(p);
    char *row = row_with(p, "▲ PW-0007");
    g_free(row);
    play_tell(p, "alarm PW-0007 LEVEL hi high acked by=nadja");
    play_publish(p);
    row = row_with(p, "ack ▲ PW-0007");
    expect_in(row, "nadja");
    g_free(row);
    play_tell(p, "unalarm PW-0007 LEVEL hi");
    play_publish(p);
    play_see(p, "ack ▲ PW-0007"); /* the board has forgotten it, the list has not */
    play_close(p);
}

/* Enter goes in, back returns to the same row. */
static void
test_there_and_back(void **state)
{
    (void)state;
    struct play *p = open_size(80, 24);
    play_tell(p, "alarm PW-0031 LEVEL hi low unacked\nalarm PW-0033 LEVEL hi low unacked");
    play_publish(p);
    term_send(p->t, "j");
    play_see(p, "► Süd");
    term_send(p->t, "\r");
    play_see(p, "[2 Stations]");
    play_see(p, "20 of 40");
    play_see(p, "/area==\"Süd\"");
    assert_false(play_shows(p, "PW-0001"));
    term_send(p->t, "\r");
    play_see(p, "Stunden Pumpe 1");
    term_send(p->t, "q");
    play_see(p, "20 of 40");
    term_send(p->t, "q");
    play_see(p, "► Süd");
    term_send(p->t, "2");
    play_see(p, "40 stations"); /* the filter went with the area */
    term_send(p->t, "1\t");
    play_wait_selected(p, "PW-0033"); /* the newest of two alike */
    term_send(p->t, "j");
    play_wait_selected(p, "PW-0031");
    term_send(p->t, "\r");
    play_see(p, "Stunden Pumpe 1");
    play_see(p, "PW-0031 Elmshorn");
    term_send(p->t, "\033");
    play_see(p, "FURTHEST");
    play_wait_selected(p, "PW-0031");
    term_send(p->t, "q"); /* to the areas */
    play_see(p, "► Süd");
    term_send(p->t, "q");
    play_see(p, "Quit?"); /* it is the owner */
    term_send(p->t, "y");
    int status = -1;
    assert_true(term_wait_exit(p->t, &status));
    assert_int_equal(status, 0);
    play_drop(p);
}

/* Who quits while the engine has not answered is asked once. */
static void
test_asks_while_unanswered(void **state)
{
    (void)state;
    struct play *p = open_size(80, 24);
    play_tell(p, "alarm PW-0031 LEVEL hi low unacked");
    play_publish(p);
    term_send(p->t, "4");
    play_see(p, "►·");
    term_read_for(p->t, 1100);
    term_send(p->t, "aseen\r");
    play_acted(p, "ack PW-0031");
    term_send(p->t, "1q");
    play_see(p, "1 action has not been answered yet");
    play_tell(p, "reply");
    play_tell(p, "owner standby pc2 7.0 postgres -20");
    play_publish(p);
    term_send(p->t, "nq"); /* no; and once more, now that nothing is left to be told */
    int status = -1;
    assert_true(term_wait_exit(p->t, &status));
    assert_int_equal(status, 0);
    play_drop(p);
}

static void
test_order(void **state)
{
    (void)state;
    struct play *p = open_size(80, 24);
    play_tell(p, "value PW-0002 FLT1 1");
    play_publish(p);
    play_see(p, "Süd");
    assert_true(term_find(p->t, "Süd  ") < term_find(p->t, "Nord  "));
    term_send(p->t, ":order plant\r");
    play_see(p, "areas by: plant");
    assert_true(term_find(p->t, "Süd  ") > term_find(p->t, "Nord  "));
    term_send(p->t, ":order nothing\r");
    play_see(p, "there is no order \"nothing\"");
    play_close(p);
}

/* U24: worst alarm and counts down to 20x5, one line below, and nothing falls over at 1x1. */
static void
test_u24_small_screens(void **state)
{
    (void)state;
    struct play *p = open_size(40, 12);
    play_tell(p, "alarm PW-0002 LEVEL hihi critical unacked limit=3.4 value=3.5");
    play_publish(p);
    play_see(p, "■1");
    play_see(p, "1 Overview");
    play_see(p, "► Nord");
    play_see(p, "■PW-0002"); /* the worst, below the areas */
    play_equals_full_paint(p);
    term_resize(p->t, 20, 5);
    play_see_no(p, "Nord");
    play_see(p, "PW-0002");
    play_see(p, "■1");
    term_resize(p->t, 19, 5);
    play_see(p, "too small");
    unsigned frames = term_frames(p->t);
    term_resize(p->t, 1, 1);
    assert_true(term_wait_frame(p->t, frames));
    term_resize(p->t, 200, 60);
    play_see(p, "FURTHEST FROM NORMAL");
    play_see(p, "► Nord");
    play_equals_full_paint(p);
    play_close(p);
}

/* U25: the strip and the state of the services are there in every view. */
static void
test_u25_strip_and_status(void **state)
{
    (void)state;
    static const int sizes[][2] = {{40, 12}, {80, 24}, {100, 30}};
    static const char views[] = "123456789u?";
    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        struct play *p = open_size(sizes[i][0], sizes[i][1]);
        play_tell(p, "alarm PW-0002 LEVEL hihi critical unacked limit=3.4 value=3.5");
        play_tell(p, "broker down");
        play_publish(p);
        for (const char *view = views; *view != '\0'; view++) {
            char keys[] = {*view, '\0'};
            term_send(p->t, keys);
            term_wait_quiet(p->t, 30);
            play_see(p, sizes[i][0] == 40 ? "■1" : "■ 1/1");
            play_see(p, sizes[i][0] == 40 ? "brk DOWN" : "broker DOWN since");
        }
        play_close(p);
    }
}

/* In 10,000 stations of 120,000 components a key costs what it costs in 40. */
static void
test_ten_thousand(void **state)
{
    (void)state;
    const struct play_options o = {
        .columns = 100, .rows = 30, .stations = 10000, .overview = true};
    struct play *p = play_open(&o);
    play_see(p, "ALL       10000");
    play_see(p, "1 880 000"); /* all components have been looked at */
    play_tell(p, "value PW-0002 LEVEL 0.5\npublish");
    play_see(p, "L 0.4");
    int64_t before = play_cpu_us(p);
    for (int i = 0; i < 20; i++) {
        play_press(p, i % 2 == 0 ? "j" : "k");
    }
    int64_t took = (play_cpu_us(p) - before) / 20;
    print_message("# a key takes %d us of the processor\n", (int)took);
    assert_in_range(took, 0, 50 * US_PER_MS);
    play_close(p);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_areas),
    cmocka_unit_test(test_sums_are_honest),
    cmocka_unit_test(test_furthest),
    cmocka_unit_test(test_latest),
    cmocka_unit_test(test_there_and_back),
    cmocka_unit_test(test_asks_while_unanswered),
    cmocka_unit_test(test_order),
    cmocka_unit_test(test_u24_small_screens),
    cmocka_unit_test(test_u25_strip_and_status),
    cmocka_unit_test(test_ten_thousand),
};

PLAY_MAIN("ui_overview", tests)
