/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tiles never overlap, on the board or on a screen, whatever is done to them. */
#include "tests/unit.h"

#include <string.h>

#include <glib.h>

#include "ui/board_layout.h"

#define ROUNDS 500

static void
random_board(GRand *random, struct tile_place *places, int *ret_n)
{
    *ret_n = g_rand_int_range(random, 1, 25);
    for (int i = 0; i < *ret_n; i++) {
        int columns = g_rand_int_range(random, TILE_COLUMNS_MIN, GRID_COLUMNS + 1);
        places[i] = (struct tile_place){g_rand_int_range(random, 0, 20),
                                        g_rand_int_range(random, 0, GRID_COLUMNS - columns + 1),
                                        g_rand_int_range(random, 1, 6), columns};
        assert_true(tile_place_valid(&places[i]));
    }
}

/* No two meet, all are within the grid, and none could be higher up. */
static void
check_places(const struct tile_place *places, int n)
{
    for (int i = 0; i < n; i++) {
        assert_true(tile_place_valid(&places[i]));
        struct tile_place higher = places[i];
        higher.row--;
        bool blocked = higher.row < 0;
        for (int j = 0; j < n; j++) {
            assert_false(i != j && tile_place_meet(&places[i], &places[j]));
            blocked = blocked || (i != j && tile_place_meet(&higher, &places[j]));
        }
        assert_true(blocked);
    }
}

static bool
rects_meet(const struct tile_rect *a, const struct tile_rect *b)
{
    return a->y < b->y + b->height && b->y < a->y + a->height && a->x < b->x + b->width &&
           b->x < a->x + a->width;
}

static void
check_rects(const struct tile_rect *rects, int n, int height, int width, int lines)
{
    for (int i = 0; i < n; i++) {
        const struct tile_rect *r = &rects[i];
        assert_true(r->x >= 0 && r->width > 0 && r->x + r->width <= width);
        assert_true(r->y >= 0 && r->height > 0 && r->y + r->height <= lines);
        assert_true(r->height <= height);
        assert_true(r->height >= MIN(GRID_LINES, height));
        assert_true(r->width >= MIN(TILE_WIDTH_MIN, width));
        for (int j = 0; j < i; j++) {
            assert_false(rects_meet(r, &rects[j]));
        }
    }
}

static void
check_screen(const struct tile_place *places, int n, int height, int width)
{
    struct tile_rect rects[BOARD_TILES_MAX];
    int lines = board_layout_fit(places, n, height, width, rects);
    check_rects(rects, n, height, width, lines);
}

static void
test_random_changes(void **state)
{
    (void)state;
    GRand *random = g_rand_new_with_seed(5);
    for (int round = 0; round < ROUNDS; round++) {
        struct tile_place places[BOARD_TILES_MAX];
        int n;
        random_board(random, places, &n);
        board_layout_settle(places, n, -1);
        check_places(places, n);
        for (int step = 0; step < 40; step++) {
            int which = g_rand_int_range(random, 0, n), sign = g_rand_boolean(random) ? 1 : -1;
            bool down = g_rand_boolean(random);
            if (g_rand_boolean(random)) {
                board_layout_move(places, n, which, down ? sign : 0, down ? 0 : sign);
            } else {
                board_layout_resize(places, n, which, down ? sign : 0, down ? 0 : sign);
            }
            check_places(places, n);
        }
        check_screen(places, n, g_rand_int_range(random, 3, 80),
                     g_rand_int_range(random, 20, 250));
    }
    g_rand_free(random);
}

/* Every size from the smallest that has a view, and back to where it was, 500 times. */
static void
test_sizes(void **state)
{
    (void)state;
    static const struct {
        int height, width;
    } sizes[] = {{9, 40}, {17, 80}, {23, 100}, {53, 200},
                 {5, 30}, {1, 20},  {10, 60},  {90, 300}};
    GRand *random = g_rand_new_with_seed(7);
    struct tile_place places[BOARD_TILES_MAX];
    struct tile_rect before[BOARD_TILES_MAX], after[BOARD_TILES_MAX];
    int n;
    random_board(random, places, &n);
    board_layout_settle(places, n, -1);
    int lines = board_layout_fit(places, n, 53, 200, before);
    int top = board_layout_scroll(&before[n / 2], 7, 53, lines);
    for (int i = 0; i < 500; i++) {
        size_t k = (size_t)g_rand_int_range(random, 0, G_N_ELEMENTS(sizes));
        check_screen(places, n, sizes[k].height, sizes[k].width);
        assert_int_equal(board_layout_fit(places, n, 53, 200, after), lines);
        assert_memory_equal(before, after, sizeof(*before) * (size_t)n);
        assert_int_equal(board_layout_scroll(&after[n / 2], 7, 53, lines), top);
    }
    g_rand_free(random);
}

static void
test_new_tile_finds_room(void **state)
{
    (void)state;
    GRand *random = g_rand_new_with_seed(9);
    struct tile_place places[BOARD_TILES_MAX];
    for (int n = 0; n < BOARD_TILES_MAX; n++) {
        places[n] = board_layout_room(places, n, g_rand_int_range(random, 1, 5),
                                      g_rand_int_range(random, 2, GRID_COLUMNS + 1));
        struct tile_place there = places[n];
        board_layout_settle(places, n + 1, -1);
        assert_memory_equal(&places[n], &there, sizeof(there));
        check_places(places, n + 1);
    }
    g_rand_free(random);
}

static void
test_moves(void **state)
{
    (void)state;
    /* A A B B B / C C C C C with the others of their row */
    struct tile_place p[] = {{0, 0, 2, 3}, {0, 3, 2, 3}, {2, 0, 3, 6}};
    assert_true(board_layout_move(p, 3, 0, 0, 1)); /* changes places with its neighbour */
    assert_int_equal(p[0].column, 3);
    assert_int_equal(p[1].column, 0);
    assert_int_equal(p[0].row, 0);
    assert_true(board_layout_move(p, 3, 0, 0, 1)); /* room enough: one step */
    assert_int_equal(p[0].column, 4);
    assert_true(board_layout_move(p, 3, 0, 0, -1));
    assert_true(board_layout_move(p, 3, 0, 1, 0)); /* the wide one goes to the top */
    assert_int_equal(p[2].row, 0);
    assert_int_equal(p[0].row, 3);
    assert_int_equal(p[1].row, 3);
    assert_true(board_layout_move(p, 3, 0, -1, 0)); /* alone above the wide one */
    assert_int_equal(p[0].row, 0);
    assert_int_equal(p[2].row, 2);
    assert_int_equal(p[1].row, 5);
    assert_false(board_layout_move(p, 3, 1, 0, -1)); /* at the edges */
    assert_false(board_layout_move(p, 3, 0, -1, 0));
    assert_false(board_layout_move(p, 3, 1, 1, 0));
    assert_true(board_layout_resize(p, 3, 0, 1, 0));
    assert_int_equal(p[2].row, 3);
    struct tile_place small = {0, 0, 1, 2};
    assert_false(board_layout_resize(&small, 1, 0, -1, 0));
    assert_false(board_layout_resize(&small, 1, 0, 0, -1));
    struct tile_place right = {0, 9, 1, 3};
    assert_true(board_layout_resize(&right, 1, 0, 0, 1));
    assert_int_equal(right.column, 8);
}

/* As in the picture: four beside each other and a wide one below, and on a phone in a row. */
static void
test_screens(void **state)
{
    (void)state;
    static const struct tile_place p[] = {
        {0, 0, 2, 3}, {0, 3, 2, 3}, {0, 6, 2, 3}, {0, 9, 2, 3}, {2, 0, 5, 12}};
    struct tile_rect r[5];
    assert_int_equal(board_layout_fit(p, 5, 23, 100, r), 23);
    assert_int_equal(r[0].width, 24);
    assert_int_equal(r[3].x + r[3].width, 100);
    assert_int_equal(r[0].height, 6);
    assert_int_equal(r[4].y + r[4].height, 23);
    assert_int_equal(board_layout_fit(p, 5, 9, 40, r), 4 * 4 + 9);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(r[i].width, 40);
        assert_int_equal(r[i].y, 4 * i);
    }
    assert_int_equal(r[4].height, 9); /* never more than can be seen */
    assert_int_equal(board_layout_step(r, 5, 0, 1, 0), 1);
    assert_int_equal(board_layout_step(r, 5, 0, 0, 1), 0);
    assert_int_equal(board_layout_scroll(&r[4], 0, 9, 25), 16);
    assert_int_equal(board_layout_scroll(&r[1], 2, 9, 25), 2);
    board_layout_fit(p, 5, 23, 100, r);
    assert_int_equal(board_layout_step(r, 5, 1, 0, 1), 2);
    assert_int_equal(board_layout_step(r, 5, 1, 1, 0), 4);
    assert_int_equal(board_layout_step(r, 5, 3, 0, 1), 3);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_changes),
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_new_tile_finds_room),
        cmocka_unit_test(test_moves),
        cmocka_unit_test(test_screens),
    };
    return cmocka_run_group_tests_name("board_layout", tests, NULL, NULL);
}
