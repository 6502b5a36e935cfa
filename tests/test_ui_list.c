/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The list under the hand of its user: nothing moves under the cursor. */
#include "tests/ui_fixture.h"

/* One change of the plant, which never takes PW-0026 away. */
static void
change_plant(struct play *p, GRand *random, GPtrArray *added)
{
    static int number = 5000;
    int any = g_rand_int_range(random, 1, 41);
    switch (g_rand_int_range(random, 0, 6)) {
    case 0:
        g_ptr_array_add(added, g_strdup_printf("PW-%04d", ++number));
        play_tell(p, "add PW-%04d Neu", number);
        break;
    case 1:
        if (added->len > 0) {
            guint which = (guint)g_rand_int_range(random, 0, (gint32)added->len);
            play_tell(p, "remove %s", (const char *)g_ptr_array_index(added, which));
            g_ptr_array_remove_index(added, which);
        }
        break;
    case 2:
        play_tell(p, "shuffle %d", g_rand_int_range(random, 1, 1000));
        break;
    case 3:
        play_tell(p, "rename PW-%04d Umbenannt", any);
        break;
    case 4:
        play_tell(p, "silent PW-%04d %d", any, g_rand_int_range(random, 0, 2));
        break;
    default:
        play_tell(p, "value PW-%04d FLT1 %d", any, g_rand_int_range(random, 0, 2));
    }
    play_tell(p, "publish");
}

static void
test_u01_selection_is_an_id(void **state)
{
    (void)state;
    struct play *p = play_open(NULL);
    GRand *random = g_rand_new_with_seed(20260726);
    GPtrArray *added = g_ptr_array_new_with_free_func(g_free);
    term_send(p->t, "jjjjjjjjjjjjjjjjjjjjjjjjj");
    play_wait_selected(p, "PW-0026");
    for (int i = 1; i <= 1000; i++) {
        change_plant(p, random, added);
        if (i % 50 == 0) {
            play_publish(p);
            if (strcmp(play_selected(p), "PW-0026") != 0) {
                fail_msg("after %d changes \"%s\" is selected", i, play_selected(p));
            }
        }
    }
    g_ptr_array_free(added, TRUE);
    g_rand_free(random);
    play_close(p);
}

static void
test_selected_station_vanishes(void **state)
{
    (void)state;
    struct play *p = play_open(NULL);
    term_send(p->t, "jjj");
    play_wait_selected(p, "PW-0004");
    play_tell(p, "remove PW-0004");
    play_publish(p);
    assert_string_equal(play_selected(p), "PW-0005"); /* which took its row */
    play_close(p);
}

static void
test_u02_order_hold(void **state)
{
    (void)state;
    struct play *p = play_open(NULL);
    term_send(p->t, "jjjj");
    play_wait_selected(p, "PW-0005");
    play_see(p, "order held");
    play_tell(p, "value PW-0030 FLT1 1\nvalue PW-0003 LEVEL 2.22\npublish");
    play_see(p, "1 fault");
    play_see(p, "2.22"); /* values go on meanwhile */
    assert_true(play_shows(p, "order held"));
    int y = term_find(p->t, "2.22");
    assert_string_equal(play_first_station(p, y - 2), "PW-0001");
    assert_string_equal(play_selected(p), "PW-0005");
    play_see_no(p, "order held");
    y = term_find(p->t, "2.22");
    assert_string_equal(play_first_station(p, y - 3), "PW-0030"); /* the worst is on top */
    assert_string_equal(play_selected(p), "PW-0005");
    play_close(p);
}

static void
test_u05_input_is_drained(void **state)
{
    (void)state;
    struct play_options o = {.stations = 1000};
    struct play *p = play_open(&o);
    char keys[601];
    memset(keys, 'j', sizeof(keys) - 1);
    keys[sizeof(keys) - 1] = '\0';
    unsigned frames = term_frames(p->t);
    term_send(p->t, keys);
    play_wait_selected(p, "PW-0601");
    assert_in_range(term_frames(p->t) - frames, 1, 60); /* not a frame for each key */
    term_wait_quiet(p->t, 100);
    assert_string_equal(play_selected(p), "PW-0601");
    play_close(p);
}

static void
test_filter(void **state)
{
    (void)state;
    struct play_options o = {.stations = 400};
    struct play *p = play_open(&o);
    term_send(p->t, "jjjjjjjjjjjjjjjjjjjjjjjjj");
    play_wait_selected(p, "PW-0026");
    int y, x, after;
    term_cursor(p->t, &y, &x);
    term_send(p->t, "/veddel");
    play_see(p, "20 of 400");
    assert_false(play_shows(p, "PW-0026"));
    term_send(p->t, "\033");
    play_wait_selected(p, "PW-0026");
    term_cursor(p->t, &after, &x);
    assert_int_equal(after, y); /* scrolled as before */
    assert_false(play_shows(p, "of 400"));

    term_send(p->t, "/!veddel\r");
    play_see(p, "380 of 400");
    play_wait_selected(p, "PW-0026");
    term_send(p->t, "\033");
    play_see_no(p, "380 of 400");
    play_wait_selected(p, "PW-0026");

    term_send(p->t, "/gibtesnicht");
    play_see(p, "0 of 400");
    term_send(p->t, "\r");
    play_see(p, "no station matches");
    term_send(p->t, "jkGgnN\r\t"); /* in an empty list nothing can happen */
    term_send(p->t, "\033");
    play_see(p, "PW-00");
    play_close(p);
}

static void
test_filter_by_state(void **state)
{
    (void)state;
    struct play *p = play_open(NULL);
    play_tell(p, "value PW-0007 FLT2 1\nsilent PW-0009 1\nvalue PW-0011 FLT1 1");
    play_publish(p);
    term_send(p->t, "/fault\r");
    play_see(p, "2 of 40");
    assert_true(play_shows(p, "PW-0007") && play_shows(p, "PW-0011"));
    play_tell(p, "value PW-0007 FLT2 0\npublish");
    play_see(p, "1 of 40");           /* a filter by state follows the state */
    term_send(p->t, "\033/lueneb\r"); /* ue finds ü */
    play_see(p, "2 of 40");
    play_close(p);
}

/* The first station in the list, whichever row that is. */
static void
wait_top(struct play *p, const char *uid)
{
    mono_us deadline = clock_now().mono + TERM_LIMIT_MS * US_PER_MS;
    term_send(p->t, "g");
    while (strcmp(play_selected(p), uid) != 0 && clock_now().mono < deadline) {
        term_wait_quiet(p->t, 5);
    }
    assert_string_equal(play_selected(p), uid);
}

static void
test_sort(void **state)
{
    (void)state;
    struct play *p = play_open(NULL);
    play_tell(p, "rename PW-0033 Aachen\nrename PW-0031 Zwickau\nheard PW-0022 86400");
    play_publish(p);
    term_send(p->t, "jjjj");
    play_wait_selected(p, "PW-0005");
    term_send(p->t, ":sort name\r");
    play_wait_selected(p, "PW-0005"); /* a new order takes the selection along */
    wait_top(p, "PW-0033");
    term_send(p->t, "S");
    wait_top(p, "PW-0031");
    term_send(p->t, ":sort id\rS");
    wait_top(p, "PW-0040");
    term_send(p->t, ":sort age\rS");
    wait_top(p, "PW-0022");
    term_send(p->t, ":sort nothing\r");
    play_see(p, "nothing");
    play_close(p);
}

/* Equal keys keep the plant's order, both ways round. */
static void
test_sort_is_stable(void **state)
{
    (void)state;
    struct play *p = play_open(NULL);
    term_send(p->t, ":sort area\r");
    wait_top(p, "PW-0001");
    term_send(p->t, "j");
    play_wait_selected(p, "PW-0003");
    term_send(p->t, "S");
    wait_top(p, "PW-0002");
    term_send(p->t, "j");
    play_wait_selected(p, "PW-0004");
    play_close(p);
}

static void
test_next_fault(void **state)
{
    (void)state;
    struct play *p = play_open(NULL);
    term_send(p->t, ":sort id\r");
    play_tell(p, "value PW-0007 FLT1 1\nsilent PW-0038 1");
    play_publish(p);
    term_send(p->t, "n");
    play_wait_selected(p, "PW-0007");
    term_send(p->t, "n");
    play_wait_selected(p, "PW-0038");
    term_send(p->t, "n");
    play_wait_selected(p, "PW-0007");
    term_send(p->t, "N");
    play_wait_selected(p, "PW-0038");
    play_close(p);
}

/* The first snapshot is there when the console opens: so the first frame shows it. */
static void
test_first_frame(void **state)
{
    (void)state;
    struct play_options o = {.stations = 834, .overview = true}; /* of 12 components each */
    struct play *p = play_open(&o);
    assert_int_equal(term_frames(p->t), 1);
    assert_true(play_shows(p, "ALL         834"));
    term_send(p->t, "2");
    play_see(p, "PW-0001");
    assert_true(play_shows(p, "Hamburg-Veddel"));
    assert_true(play_shows(p, "1.70"));
    term_send(p->t, "G");
    play_wait_selected(p, "PW-0834");
    play_close(p);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_u01_selection_is_an_id),
    cmocka_unit_test(test_selected_station_vanishes),
    cmocka_unit_test(test_u02_order_hold),
    cmocka_unit_test(test_u05_input_is_drained),
    cmocka_unit_test(test_filter),
    cmocka_unit_test(test_filter_by_state),
    cmocka_unit_test(test_sort),
    cmocka_unit_test(test_sort_is_stable),
    cmocka_unit_test(test_next_fault),
    cmocka_unit_test(test_first_frame),
};

PLAY_MAIN("ui_list", tests)
