/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "src/core/text.h"
#include "ui/format.h"

static void
test_number(void **state)
{
    (void)state;
    static const struct {
        const char *why;
        enum kind kind;
        double min, max, raw;
        int width;
        const char *want;
    } cases[] = {
        {"a small range has two decimals", KIND_SENSOR, 0, 10, 4.6, 9, "4.60"},
        {"a wide one has none", KIND_SENSOR, 0, 500, 188.2, 9, "188"},
        {"groups from five digits on", KIND_COUNTER, NAN, NAN, 5563120, 9, "5 563 120"},
        {"no room for groups", KIND_COUNTER, NAN, NAN, 5563120, 8, "5563120"},
        {"no room for decimals", KIND_SENSOR, 0, 10, 1234567.5, 8, "1234568"},
        {"no room for all digits", KIND_COUNTER, NAN, NAN, 556312099, 8, "5.56e+08"},
        {"the same, negative, in the least", KIND_COUNTER, NAN, NAN, -556312099, 6, "-6e+08"},
        {"no number", KIND_SENSOR, 0, 10, INFINITY, 6, "–"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct component c = {.kind = cases[i].kind, .min = cases[i].min, .max = cases[i].max};
        char text[FORMAT_SIZE];
        format_number(text, sizeof(text), cases[i].width, &c, cases[i].raw);
        if (strcmp(text, cases[i].want) != 0) {
            fail_msg("%s: \"%s\", not \"%s\"", cases[i].why, text, cases[i].want);
        }
    }
}

/* Whatever the number: it fits, and reads back as about the same one. */
static void
test_number_fits(void **state)
{
    (void)state;
    struct component c = {.kind = KIND_SENSOR, .min = NAN, .max = NAN};
    for (int width = 6; width <= 12; width++) {
        for (double raw = 1.2345678e-3; raw < 1e15; raw *= 3) {
            for (int sign = -1; sign <= 1; sign += 2) {
                char text[FORMAT_SIZE], digits[FORMAT_SIZE];
                format_number(text, sizeof(text), width, &c, sign * raw);
                assert_true(text_columns(text) <= width);
                size_t n = 0;
                for (const char *p = text; *p != '\0'; p++) {
                    if (*p != ' ') {
                        digits[n++] = *p;
                    }
                }
                double back;
                assert_true(text_to_double(digits, n, false, &back));
                assert_true(fabs(back - sign * raw) <= fmax(0.5 * raw, 0.001));
            }
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_number),
        cmocka_unit_test(test_number_fits),
    };
    return cmocka_run_group_tests_name("format", tests, NULL, NULL);
}
