/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit.h"

#include "src/core/quality.h"

/* The names are a contract with JSON and SQL: they may not follow a renaming in the code. */
static void
test_names(void **state)
{
    (void)state;
    static const struct {
        unsigned flag;
        const char *name;
    } cases[] = {
        {QUALITY_INVALID, "invalid"},   {QUALITY_NOT_TOPICAL, "not_topical"},
        {QUALITY_BLOCKED, "blocked"},   {QUALITY_SUBSTITUTED, "substituted"},
        {QUALITY_OVERFLOW, "overflow"}, {QUALITY_CLOCK, "clock"},
    };
    assert_int_equal(G_N_ELEMENTS(cases), QUALITY_COUNT);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        assert_string_equal(quality_name(cases[i].flag), cases[i].name);
        assert_int_equal(quality_from_name(cases[i].name), cases[i].flag);
    }
    assert_null(quality_name(0));
    assert_null(quality_name(QUALITY_INVALID | QUALITY_CLOCK));
    assert_null(quality_name(1u << QUALITY_COUNT));
    assert_int_equal(quality_from_name("good"), 0);
    assert_int_equal(quality_from_name(""), 0);
}

static void
test_sources(void **state)
{
    (void)state;
    assert_string_equal(ts_source_name(TS_RECEIPT), "receipt");
    assert_string_equal(ts_source_name(TS_DEVICE), "device");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_sources),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
