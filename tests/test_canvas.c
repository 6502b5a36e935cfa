/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include <glib.h>

#include "ui/canvas.h"

static int
make(void **state)
{
    *state = canvas_new();
    return 0;
}

static int
drop(void **state)
{
    canvas_free(*state);
    return 0;
}

static bool
dot_at(const struct canvas *c, int x, int y)
{
    unsigned bit = (unsigned)(y % CANVAS_DOTS_Y * CANVAS_DOTS_X + x % CANVAS_DOTS_X);
    return (canvas_cell(c, y / CANVAS_DOTS_Y, x / CANVAS_DOTS_X) & (1u << bit)) != 0;
}

static int
count(const struct canvas *c)
{
    int n = 0;
    for (int y = 0; y < canvas_height(c); y++) {
        for (int x = 0; x < canvas_width(c); x++) {
            n += dot_at(c, x, y) ? 1 : 0;
        }
    }
    return n;
}

static void
test_dots(void **state)
{
    struct canvas *c = *state;
    canvas_clear(c, 3, 5);
    assert_int_equal(canvas_width(c), 10);
    assert_int_equal(canvas_height(c), 12);
    canvas_dot(c, 0, 0);
    canvas_dot(c, 9.4, 11.4);
    canvas_dot(c, 2.5, 4); /* half way goes to the right */
    assert_int_equal(count(c), 3);
    assert_true(dot_at(c, 0, 0) && dot_at(c, 9, 11) && dot_at(c, 3, 4));
    canvas_dot(c, -0.6, 0);
    canvas_dot(c, 9.5, 0);
    canvas_dot(c, 0, 11.5);
    canvas_dot(c, NAN, 1);
    canvas_dot(c, 1, -INFINITY);
    canvas_dot(c, DBL_MAX, -DBL_MAX);
    assert_int_equal(count(c), 3);
    assert_int_equal(canvas_cell(c, 3, 0), 0);
    assert_int_equal(canvas_cell(c, 0, -1), 0);
}

static void
test_clear_makes_any_size(void **state)
{
    struct canvas *c = *state;
    canvas_clear(c, 2, 2);
    canvas_line(c, 0, 0, 3, 7);
    canvas_clear(c, 50, 100);
    assert_int_equal(count(c), 0);
    canvas_clear(c, 0, 0);
    canvas_line(c, 0, 0, 3, 7);
    canvas_dot(c, 0, 0);
    canvas_clear(c, -1, INT32_MAX);
    canvas_line(c, 0, 0, 3, 7);
    assert_int_equal(canvas_height(c), 0);
}

static void
test_lines(void **state)
{
    struct canvas *c = *state;
    static const struct {
        const char *why;
        double x0, y0, x1, y1;
        int dots;
    } cases[] = {
        {"a point", 3, 3, 3, 3, 1},
        {"level", 2, 5, 7, 5, 6},
        {"upright", 2, 1, 2, 8, 8},
        {"diagonal", 0, 0, 9, 9, 10},
        {"the same backwards", 9, 9, 0, 0, 10},
        {"a step for each column", 0, 0, 9, 3, 10},
        {"a step for each row", 0, 0, 3, 11, 12},
        {"through the whole canvas", -1e9, 4, 1e9, 4, 10},
        {"beside it", -5, -1, 20, -1, 0},
        {"past its corner", -4, 3, 3, -5, 0},
        {"not a number", 0, 0, NAN, 3, 0},
        {"endless", 0, 0, INFINITY, 3, 0},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        canvas_clear(c, 3, 5);
        canvas_line(c, cases[i].x0, cases[i].y0, cases[i].x1, cases[i].y1);
        if (count(c) != cases[i].dots) {
            fail_msg("%s: %d dots", cases[i].why, count(c));
        }
    }
    canvas_clear(c, 3, 5);
    canvas_line(c, -DBL_MAX, -DBL_MAX, DBL_MAX, DBL_MAX);
    canvas_line(c, DBL_MAX, 0, -DBL_MAX, 1);
    canvas_line(c, 5, -DBL_MAX, 5, DBL_MAX);
    assert_true(dot_at(c, 5, 0) && dot_at(c, 5, 11));
}

/* What is seen of a line through a window is what the whole line has there. */
static void
test_cutting_changes_no_dot(void **state)
{
    struct canvas *small = *state;
    struct canvas *large = canvas_new();
    GRand *random = g_rand_new_with_seed(7);
    for (int i = 0; i < 500; i++) {
        double p[4];
        for (int k = 0; k < 4; k++) {
            p[k] = g_rand_double_range(random, 0, k % 2 == 0 ? 200 : 160);
        }
        canvas_clear(large, 40, 100);
        canvas_line(large, p[0], p[1], p[2], p[3]);
        canvas_clear(small, 5, 10);
        canvas_line(small, p[0] - 90, p[1] - 60, p[2] - 90, p[3] - 60);
        for (int y = 0; y < canvas_height(small); y++) {
            for (int x = 0; x < canvas_width(small); x++) {
                assert_int_equal(dot_at(small, x, y), dot_at(large, x + 90, y + 60));
            }
        }
    }
    g_rand_free(random);
    canvas_free(large);
}

static void
test_dashes(void **state)
{
    struct canvas *c = *state;
    canvas_clear(c, 1, 5);
    canvas_dashed(c, 0, 0, 9, 0, 1, 2);
    for (int x = 0; x < 10; x++) {
        assert_int_equal(dot_at(c, x, 0), x % 3 == 0);
    }
    canvas_clear(c, 1, 5);
    canvas_dashed(c, -1e6 - 2, 0, 9, 0, 2, 2); /* the same line, moved by two dots and more */
    for (int x = 0; x < 10; x++) {
        assert_int_equal(dot_at(c, x, 0), (x + 2) % 4 < 2);
    }
    canvas_clear(c, 1, 5);
    canvas_dashed(c, 0, 0, 9, 0, 0, -3); /* makes no sense, does no harm */
    assert_int_equal(count(c), 10);
}

static void
test_path(void **state)
{
    struct canvas *c = *state;
    static const double square[] = {1, 1, 6, 1, 6, 6, 1, 6};
    canvas_clear(c, 3, 5);
    canvas_path(c, square, 4, true);
    assert_int_equal(count(c), 20);
    canvas_clear(c, 3, 5);
    canvas_path(c, square, 4, false);
    assert_int_equal(count(c), 16);
    canvas_clear(c, 3, 5);
    canvas_path(c, square, 1, true);
    assert_int_equal(count(c), 1);
    canvas_path(c, square, 0, true);
    assert_int_equal(count(c), 1);
}

static void
test_the_highest_layer_has_the_cell(void **state)
{
    struct canvas *c = *state;
    canvas_clear(c, 1, 2);
    canvas_pen(c, STYLE_STRONG, 5);
    canvas_dot(c, 0, 0);
    canvas_pen(c, STYLE_DIM, 3);
    canvas_dot(c, 1, 1);
    canvas_dot(c, 2, 1);
    assert_int_equal(canvas_style(c, 0, 0), STYLE_STRONG);
    assert_int_equal(canvas_style(c, 0, 1), STYLE_DIM);
    assert_int_equal(canvas_cell(c, 0, 0), 1u << 0 | 1u << 3);
    canvas_clear(c, 1, 2);
    canvas_dot(c, 0, 0);
    assert_int_equal(canvas_style(c, 0, 0), STYLE_NORMAL);
}

static void
test_u36_glyphs(void **state)
{
    (void)state;
    static const struct {
        uint8_t dots;
        const char *looks[GLYPH_SETS];
    } cases[] = {
        {0x00, {" ", " ", " ", " "}},  {0xff, {"⣿", "█", "█", "#"}},
        {0x55, {"⡇", "▌", "│", "|"}},  {0xaa, {"⢸", "▐", "│", "|"}},
        {0x03, {"⠉", "▀", "─", "\""}}, {0xc0, {"⣀", "▄", "─", "_"}},
        {0x0c, {"⠒", "▀", "─", "-"}},  {0x5a, {"⡜", "▞", "░", "/"}},
        {0xa5, {"⢣", "▚", "░", "\\"}}, {0x01, {"⠁", "▘", "·", "'"}},
        {0x80, {"⢀", "▗", "·", "."}},  {0x7f, {"⡿", "█", "█", "#"}},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        for (int set = 0; set < GLYPH_SETS; set++) {
            const char *look = canvas_glyph((enum glyph_set)set, cases[i].dots);
            if (strcmp(look, cases[i].looks[set]) != 0) {
                fail_msg("%02x in %s: %s", cases[i].dots, glyph_set_name((enum glyph_set)set),
                         look);
            }
        }
    }
    for (int set = 0; set < GLYPH_SETS; set++) {
        for (int dots = 0; dots < 256; dots++) {
            const char *look = canvas_glyph((enum glyph_set)set, (uint8_t)dots);
            assert_true(g_utf8_validate(look, -1, NULL));
            assert_int_equal(g_utf8_strlen(look, -1), 1);
            assert_int_equal(*look == ' ', dots == 0);
            assert_true(set != GLYPHS_ASCII || *look < 0x7f);
        }
    }
}

static void
test_names_of_sets(void **state)
{
    (void)state;
    for (int i = 0; i < GLYPH_SETS; i++) {
        enum glyph_set set = GLYPHS_UTF8;
        assert_true(glyph_set_by_name(&set, glyph_set_name((enum glyph_set)i)));
        assert_int_equal(set, i);
    }
    enum glyph_set set = GLYPHS_VT;
    assert_false(glyph_set_by_name(&set, "emoji"));
    assert_int_equal(set, GLYPHS_VT);
    assert_true(glyph_set_by_name(&set, "utf8"));
    assert_int_equal(set, GLYPHS_UTF8);
}

#define ON_A_CANVAS(test) cmocka_unit_test_setup_teardown(test, make, drop)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        ON_A_CANVAS(test_dots),
        ON_A_CANVAS(test_clear_makes_any_size),
        ON_A_CANVAS(test_lines),
        ON_A_CANVAS(test_cutting_changes_no_dot),
        ON_A_CANVAS(test_dashes),
        ON_A_CANVAS(test_path),
        ON_A_CANVAS(test_the_highest_layer_has_the_cell),
        cmocka_unit_test(test_u36_glyphs),
        cmocka_unit_test(test_names_of_sets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
