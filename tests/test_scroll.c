/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit.h"

#include "ui/list.h"

static void
test_moves_as_little_as_it_must(void **state)
{
    (void)state;
    struct list l = {0};
    list_fit(&l, 100, 10);
    list_to(&l, 9);
    assert_int_equal(l.top, 0);
    list_to(&l, 10);
    assert_int_equal(l.top, 1);
    list_to(&l, 500);
    assert_int_equal(l.pos, 99);
    assert_int_equal(l.top, 90);
    list_to(&l, -3);
    assert_int_equal(l.pos, 0);
    assert_int_equal(l.top, 0);
}

static void
test_scrolls_by_pages(void **state)
{
    (void)state;
    struct list l = {0};
    list_fit(&l, 100, 10);
    list_to(&l, 3);
    list_scroll(&l, 9);
    assert_int_equal(l.pos, 12);
    assert_int_equal(l.top, 9);
    list_scroll(&l, -9);
    assert_int_equal(l.pos, 3);
    assert_int_equal(l.top, 0);
}

static void
test_empty_and_shrinking(void **state)
{
    (void)state;
    struct list l = {0};
    list_fit(&l, 0, 10);
    list_to(&l, 5);
    assert_int_equal(l.pos, 0);
    assert_int_equal(l.top, 0);
    list_fit(&l, 30, 10);
    list_to(&l, 29);
    list_fit(&l, 5, 10);
    assert_int_equal(l.pos, 4);
    assert_int_equal(l.top, 0);
    list_fit(&l, 5, 0); /* no room at all */
    assert_int_equal(l.top, 4);
}

/* A phone turned round and back: the same rows are shown as before. */
static void
test_small_screen_gives_the_window_back(void **state)
{
    (void)state;
    struct list l = {0};
    list_fit(&l, 100, 50);
    list_to(&l, 60);
    list_to(&l, 40);
    int top = l.top;
    list_fit(&l, 100, 5);
    assert_in_range(l.pos - l.top, 0, 4);
    list_fit(&l, 100, 50);
    assert_int_equal(l.top, top);
}

static void
test_follow_keeps_the_row_of_the_screen(void **state)
{
    (void)state;
    struct list l = {0};
    list_fit(&l, 100, 10);
    list_to(&l, 50);
    int row = l.pos - l.top;
    list_follow(&l, 23);
    assert_int_equal(l.pos, 23);
    assert_int_equal(l.pos - l.top, row);
    list_follow(&l, 2); /* there are not enough rows above it */
    assert_int_equal(l.top, 0);
}

static void
test_follow_stays_at_the_start(void **state)
{
    (void)state;
    struct list l = {0};
    list_fit(&l, 100, 10);
    list_to(&l, 2);
    list_follow(&l, 7); /* the worst stations came in above: show them */
    assert_int_equal(l.top, 0);
    list_follow(&l, 30);
    assert_int_equal(l.pos - l.top, 7);
}

static void
test_unseen_begins_at_the_start(void **state)
{
    (void)state;
    struct list l = {.height = LIST_UNSEEN};
    list_fit(&l, 100, LIST_UNSEEN);
    list_follow(&l, 7); /* before it is drawn first */
    list_fit(&l, 100, 10);
    assert_int_equal(l.top, 0);
    list_follow(&l, 60);
    assert_int_equal(l.pos - l.top, 7);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_moves_as_little_as_it_must),
        cmocka_unit_test(test_scrolls_by_pages),
        cmocka_unit_test(test_empty_and_shrinking),
        cmocka_unit_test(test_small_screen_gives_the_window_back),
        cmocka_unit_test(test_follow_keeps_the_row_of_the_screen),
        cmocka_unit_test(test_follow_stays_at_the_start),
        cmocka_unit_test(test_unseen_begins_at_the_start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
