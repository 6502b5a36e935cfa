/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every theme: can be read, and its priorities are told apart by every kind of colour vision.
 *
 * Colours are those of the xterm cube. Contrast: WCAG 2.1, relative luminance. Colour vision
 * deficiencies: Machado, Oliveira, Fernandes, "A Physiologically-based Model for Simulation of
 * Color Vision Deficiency", IEEE TVCG 15(6), 2009, severity 1.0, on linear RGB. Distance:
 * CIE76 in CIE L*a*b*, D65.
 */
#include "tests/unit.h"

#include <math.h>

#include "ui/theme.h"

#define DISTANCE 25.0

struct colour {
    double v[3];
};

enum vision { VISION_NORMAL, VISION_PROTAN, VISION_DEUTAN, VISION_TRITAN };
#define VISIONS (VISION_TRITAN + 1)

static const struct {
    const char *name;
    double m[3][3];
} visions[VISIONS] = {
    {"normal", {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}},
    {"protan",
     {{0.152286, 1.052583, -0.204868},
      {0.114503, 0.786281, 0.099216},
      {-0.003882, -0.048116, 1.051998}}},
    {"deutan",
     {{0.367322, 0.860646, -0.227968},
      {0.280085, 0.672501, 0.047413},
      {-0.011820, 0.042940, 0.968881}}},
    {"tritan",
     {{1.255528, -0.076749, -0.178779},
      {-0.078411, 0.930809, 0.147602},
      {0.004733, 0.691367, 0.303900}}},
};

static double
linear(int eight_bits)
{
    double c = eight_bits / 255.0;
    return c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
}

/* Of the colours from 16 on: those before are as the user has set them. */
static struct colour
colour_of(int index)
{
    struct colour c;
    assert_in_range(index, 16, 255);
    if (index >= 232) {
        c.v[0] = c.v[1] = c.v[2] = linear(8 + 10 * (index - 232));
        return c;
    }
    const int steps[] = {0, 95, 135, 175, 215, 255};
    const int parts[] = {(index - 16) / 36, (index - 16) / 6 % 6, (index - 16) % 6};
    for (int i = 0; i < 3; i++) {
        c.v[i] = linear(steps[parts[i]]);
    }
    return c;
}

static struct colour
apply(const double m[3][3], struct colour from)
{
    struct colour to;
    for (int i = 0; i < 3; i++) {
        to.v[i] = m[i][0] * from.v[0] + m[i][1] * from.v[1] + m[i][2] * from.v[2];
    }
    return to;
}

static double
contrast(int a, int b)
{
    double light[2];
    const int indices[] = {a, b};
    for (int i = 0; i < 2; i++) {
        struct colour c = colour_of(indices[i]);
        light[i] = 0.2126 * c.v[0] + 0.7152 * c.v[1] + 0.0722 * c.v[2] + 0.05;
    }
    return MAX(light[0], light[1]) / MIN(light[0], light[1]);
}

static double
lab_root(double t)
{
    const double least = 216.0 / 24389, slope = 24389.0 / 27;
    return t > least ? cbrt(t) : (slope * t + 16) / 116;
}

static struct colour
lab_of(int index, enum vision vision)
{
    static const double xyz[3][3] = {{0.4124564, 0.3575761, 0.1804375},
                                     {0.2126729, 0.7151522, 0.0721750},
                                     {0.0193339, 0.1191920, 0.9503041}};
    struct colour seen = apply(visions[vision].m, colour_of(index));
    for (int i = 0; i < 3; i++) {
        seen.v[i] = CLAMP(seen.v[i], 0.0, 1.0);
    }
    struct colour c = apply(xyz, seen);
    double x = lab_root(c.v[0] / 0.95047), y = lab_root(c.v[1]), z = lab_root(c.v[2] / 1.08883);
    return (struct colour){{116 * y - 16, 500 * (x - y), 200 * (y - z)}};
}

static double
distance(int a, int b, enum vision vision)
{
    struct colour x = lab_of(a, vision), y = lab_of(b, vision);
    return sqrt(pow(x.v[0] - y.v[0], 2) + pow(x.v[1] - y.v[1], 2) + pow(x.v[2] - y.v[2], 2));
}

/* The one that is nearest to another one of n colours, over all visions. */
static double
least_distance(const short *colours, int n, const char **ret_vision)
{
    double least = INFINITY;
    for (int v = 0; v < VISIONS; v++) {
        for (int i = 0; i < n; i++) {
            for (int k = i + 1; k < n; k++) {
                double d = distance(colours[i], colours[k], (enum vision)v);
                *ret_vision = d < least ? visions[v].name : *ret_vision;
                least = MIN(least, d);
            }
        }
    }
    return least;
}

/* The eye of this test is open: what everybody would take fails. */
static void
test_u32_obvious_colours_fail(void **state)
{
    (void)state;
    const short obvious[] = {196, 208, 227, 39};
    const char *vision = "";
    double least = least_distance(obvious, 4, &vision);
    assert_true(least > 16 && least < 17);
    assert_string_equal(vision, "deutan");
}

static void
test_u32_priorities_keep_apart(void **state)
{
    (void)state;
    for (int i = 0; i < n_themes; i++) {
        const struct theme *t = &themes[i];
        if (t->colourless) {
            continue;
        }
        const short colours[] = {t->hues[HUE_TEXT], t->hues[HUE_CRITICAL], t->hues[HUE_HIGH],
                                 t->hues[HUE_MEDIUM], t->hues[HUE_LOW]};
        const char *vision = "";
        double least = least_distance(colours, 5, &vision);
        print_message("# %s: %.1f (%s)\n", t->name, least, vision);
        if (least < DISTANCE) {
            fail_msg("%s: only %.1f apart for %s vision", t->name, least, vision);
        }
    }
}

static void
test_u32_can_be_read(void **state)
{
    (void)state;
    for (int i = 0; i < n_themes; i++) {
        const struct theme *t = &themes[i];
        for (int hue = 0; hue < HUES && !t->colourless; hue++) {
            double least = hue == HUE_DIM && t->dim == 0 ? MIN(t->contrast, 5) : t->contrast;
            double c = contrast(t->hues[hue], t->ground);
            if (c < least) {
                fail_msg("%s: hue %d has a contrast of %.2f only", t->name, hue, c);
            }
        }
        assert_true(t->colourless || t->contrast >= 5);
    }
    assert_non_null(theme_by_name("high-contrast"));
    assert_true(theme_by_name("high-contrast")->contrast >= 7);
}

/* What is uncertain is told by "?" and by being dim, in no theme by a hue. */
static void
test_u32_no_hue_for_what_is_normal(void **state)
{
    (void)state;
    static const unsigned plain[] = {STYLE_NORMAL, STYLE_DIM,   STYLE_STRONG,
                                     STYLE_LAND,   STYLE_WATER, STYLE_TAGGED};
    for (int i = 0; i < n_themes; i++) {
        for (size_t k = 0; k < G_N_ELEMENTS(plain); k++) {
            enum hue hue = theme_look(&themes[i], plain[k]).hue;
            assert_true(hue == HUE_TEXT || hue == HUE_DIM);
        }
        for (int hue = HUE_TEXT; hue <= HUE_DIM; hue++) {
            struct colour c = colour_of(themes[i].hues[hue]);
            assert_true(fabs(c.v[0] - c.v[1]) < 1e-9 && fabs(c.v[1] - c.v[2]) < 1e-9);
        }
    }
}

/* Without any colour the priorities and the selection are still told apart. */
static void
test_u31_attributes_tell(void **state)
{
    (void)state;
    const struct theme *mono = theme_by_name("mono");
    assert_non_null(mono);
    for (int i = 0; i < n_themes; i++) {
        const struct theme *t = &themes[i];
        unsigned first = theme_look(t, STYLE_CRITICAL_NEW).attrs;
        assert_int_equal(first, LOOK_BOLD | LOOK_REVERSE);
        assert_int_equal(theme_look(t, STYLE_HIGH_NEW).attrs, LOOK_BOLD);
        for (unsigned style = 0; style < STYLES; style++) {
            struct role_look plain = theme_look(t, style);
            struct role_look selected = theme_look(t, style | STYLE_SELECTED);
            assert_int_not_equal(plain.attrs, selected.attrs);
            assert_int_equal(selected.attrs & LOOK_DIM, 0);
            assert_true((selected.attrs & LOOK_REVERSE) != 0);
            assert_int_equal(theme_look(mono, style).hue, HUE_TEXT);
        }
        unsigned off =
            theme_look(t, STYLE_CRITICAL_NEW | STYLE_FLASHING | STYLE_FLASH_OFF).attrs;
        assert_int_equal(off, LOOK_BOLD);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_u32_obvious_colours_fail),
    cmocka_unit_test(test_u32_priorities_keep_apart),
    cmocka_unit_test(test_u32_can_be_read),
    cmocka_unit_test(test_u32_no_hue_for_what_is_normal),
    cmocka_unit_test(test_u31_attributes_tell),
};

int
main(void)
{
    return cmocka_run_group_tests_name("theme", tests, NULL, NULL);
}
