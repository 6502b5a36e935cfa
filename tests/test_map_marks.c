/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit.h"

#include <math.h>
#include <string.h>

#include "ui/canvas.h"
#include "ui/map_marks.h"

#define MANY 3000

struct plan {
    struct map_point at[MANY];
    uint8_t severity[MANY];
    GArray *marks;
};

static int
make(void **state)
{
    struct plan *p = g_new0(struct plan, 1);
    GRand *random = g_rand_new_with_seed(3);
    for (int i = 0; i < MANY; i++) {
        p->at[i] = map_project(g_rand_double_range(random, 47, 55),
                               g_rand_double_range(random, 6, 15));
        p->severity[i] = MAP_SEVERITY_NORMAL;
    }
    g_rand_free(random);
    p->marks = g_array_new(FALSE, FALSE, sizeof(struct map_mark));
    *state = p;
    return 0;
}

static int
drop(void **state)
{
    struct plan *p = *state;
    g_array_free(p->marks, TRUE);
    g_free(p);
    return 0;
}

static void
arrange(struct plan *p, uint32_t n, int zoom)
{
    g_array_set_size(p->marks, 0);
    map_marks_make(p->marks, p->at, p->severity, n, zoom);
}

static const struct map_mark *
mark(const struct plan *p, guint i)
{
    return &g_array_index(p->marks, struct map_mark, i);
}

/* No two marks on a cell, at any zoom; and none is lost. */
static void
test_marks_never_overlap(void **state)
{
    struct plan *p = *state;
    for (int zoom = MAP_ZOOM_MIN; zoom <= MAP_ZOOM_MAX; zoom += 4) {
        arrange(p, MANY, zoom);
        GHashTable *cells = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        uint32_t stations = 0;
        for (guint i = 0; i < p->marks->len; i++) {
            const struct map_mark *m = mark(p, i);
            stations += m->n;
            for (int x = 0; x < m->width; x++) {
                char *cell = g_strdup_printf("%.0f %.0f", m->column + x, m->row);
                assert_true(g_hash_table_add(cells, cell));
            }
        }
        assert_int_equal(stations, MANY);
        g_hash_table_destroy(cells);
    }
}

static void
test_the_worst_speaks(void **state)
{
    struct plan *p = *state;
    char count[8];
    for (int i = 0; i < 5; i++) {
        p->at[i] = map_project(53.5, 10.0);
    }
    p->severity[3] = 2;
    p->severity[1] = MAP_SEVERITY_SILENT;
    p->severity[2] = MAP_SEVERITY_NEVER;
    arrange(p, 5, 40);
    assert_int_equal(p->marks->len, 1);
    assert_int_equal(mark(p, 0)->station, 3);
    assert_int_equal(mark(p, 0)->n, 5);
    assert_int_equal(mark(p, 0)->abnormal, 2);
    map_mark_count(mark(p, 0), count, sizeof(count));
    assert_string_equal(count, "2");
    assert_ptr_equal(map_mark_of(p->marks, p->at, 4, 40), mark(p, 0));

    p->severity[3] = p->severity[1] = MAP_SEVERITY_HIDDEN;
    p->at[4].x = NAN;
    arrange(p, 5, 40);
    assert_int_equal(mark(p, 0)->station, 2);
    assert_int_equal(mark(p, 0)->n, 2);
    map_mark_count(mark(p, 0), count, sizeof(count));
    assert_string_equal(count, "2");
}

static void
test_counts(void **state)
{
    (void)state;
    static const struct {
        uint32_t n, abnormal;
        const char *want;
    } cases[] = {{1, 0, ""},      {1, 1, ""},      {2, 0, "2"}, {40, 1, ""},
                 {999, 0, "999"}, {1000, 0, "1k"}, {9, 9, "9"}, {20000, 0, "20k"}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        char text[8];
        struct map_mark m = {.n = cases[i].n, .abnormal = cases[i].abnormal};
        map_mark_count(&m, text, sizeof(text));
        assert_string_equal(text, cases[i].want);
    }
}

/* Panning does not come into it: a mark belongs to the world. Worse ones come first. */
static void
test_worst_first(void **state)
{
    struct plan *p = *state;
    p->severity[2000] = 0;
    p->severity[100] = MAP_SEVERITY_FAULT;
    arrange(p, MANY, 44);
    assert_int_equal(mark(p, 0)->station, 2000);
    assert_int_equal(mark(p, 1)->station, 100);
    for (guint i = 1; i < p->marks->len; i++) {
        assert_true(mark(p, i - 1)->severity <= mark(p, i)->severity);
    }
}

/* In one place, and every one has its own mark, near by; a worse state moves none. */
static void
test_all_in_one_place(void **state)
{
    struct plan *p = *state;
    for (int i = 0; i < MANY; i++) {
        p->at[i] = map_project(53.55, 10.0);
    }
    arrange(p, MANY, MAP_ZOOM_MAX);
    assert_int_equal(p->marks->len, MANY);
    GArray *before = g_array_copy(p->marks);
    p->severity[77] = 1;
    arrange(p, MANY, MAP_ZOOM_MAX);
    assert_int_equal(mark(p, 0)->station, 77);
    assert_true(mark(p, 0)->column == g_array_index(before, struct map_mark, 77).column);
    assert_true(mark(p, 0)->row == g_array_index(before, struct map_mark, 77).row);
    g_array_free(before, TRUE);

    arrange(p, 60, MAP_ZOOM_MAX);
    for (guint i = 0; i < 60; i++) {
        assert_true(fabs(mark(p, i)->column - mark(p, 0)->column) <= 9 * MAP_SLOT_COLUMNS);
        assert_true(fabs(mark(p, i)->row - mark(p, 0)->row) <= 9);
        for (guint k = 0; k < i; k++) {
            assert_true(mark(p, i)->column != mark(p, k)->column ||
                        mark(p, i)->row != mark(p, k)->row);
        }
        assert_ptr_equal(map_mark_of(p->marks, p->at, i, MAP_ZOOM_MAX), mark(p, i));
    }
}

/* 60 stations of a town, 100 m and more apart, are apart before the closest zoom. */
static void
test_a_town_comes_apart(void **state)
{
    struct plan *p = *state;
    for (int i = 0; i < 60; i++) {
        p->at[i] = map_project(53.55 + 0.0015 * (i % 8), 10.0 + 0.0025 * (i / 8));
    }
    arrange(p, 60, 40);
    assert_true(p->marks->len <= 2);
    arrange(p, 60, MAP_ZOOM_MAX - 8);
    assert_int_equal(p->marks->len, 60);
}

#define ON_A_PLAN(test) cmocka_unit_test_setup_teardown(test, make, drop)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        ON_A_PLAN(test_marks_never_overlap), ON_A_PLAN(test_the_worst_speaks),
        cmocka_unit_test(test_counts),       ON_A_PLAN(test_worst_first),
        ON_A_PLAN(test_all_in_one_place),    ON_A_PLAN(test_a_town_comes_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
