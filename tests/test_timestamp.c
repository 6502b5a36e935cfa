/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit.h"

#include <inttypes.h>

#include "src/core/timestamp.h"

#define S(seconds) (INT64_C(seconds) * US_PER_S)

static void
test_format(void **state)
{
    (void)state;
    static const struct {
        wall_us at;
        const char *want;
    } cases[] = {
        {0, "1970-01-01T00:00:00Z"},
        {S(1767973154), "2026-01-09T15:39:14Z"},
        {S(1767973154) + 250000, "2026-01-09T15:39:14.250Z"},
        {S(1767973154) + 250001, "2026-01-09T15:39:14.250001Z"},
        {S(1767973154) + 1, "2026-01-09T15:39:14.000001Z"},
        {-1, "1969-12-31T23:59:59.999999Z"},
        {S(951782400), "2000-02-29T00:00:00Z"},
        {S(4107542400), "2100-03-01T00:00:00Z"}, /* 2100 is no leap year */
        {S(253402300799), "9999-12-31T23:59:59Z"},
    };
    char text[TIMESTAMP_SIZE];
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        timestamp_format(text, cases[i].at);
        assert_string_equal(text, cases[i].want);
    }
    /* The ends of the range are no real times, but they must fit. */
    timestamp_format(text, INT64_MAX);
    assert_int_equal(text[strlen(text) - 1], 'Z');
    timestamp_format(text, INT64_MIN);
    assert_int_equal(text[strlen(text) - 1], 'Z');
}

static void
test_parse(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool ok;
        wall_us want;
        enum timestamp_zone zone;
    } cases[] = {
        {"2026-01-09T15:39:14Z", true, S(1767973154), TIMESTAMP_UTC},
        {"2026-01-09t15:39:14z", true, S(1767973154), TIMESTAMP_UTC},
        {"2026-01-09 15:39:14", true, S(1767973154), TIMESTAMP_NAIVE},
        {"2026-01-09T15:39:14", true, S(1767973154), TIMESTAMP_NAIVE},
        {"2026-01-09T15:39Z", true, S(1767973140), TIMESTAMP_UTC},
        {"2026-01-09T15:39:14+01:00", true, S(1767969554), TIMESTAMP_UTC},
        {"2026-01-09T15:39:14+0100", true, S(1767969554), TIMESTAMP_UTC},
        {"2026-01-09T15:39:14+01", true, S(1767969554), TIMESTAMP_UTC},
        {"2026-01-09T15:39:14-03:30", true, S(1767985754), TIMESTAMP_UTC},
        {"2026-01-09T15:39:14.5Z", true, S(1767973154) + 500000, TIMESTAMP_UTC},
        {"2026-01-09T15:39:14,25", true, S(1767973154) + 250000, TIMESTAMP_NAIVE},
        {"2026-01-09T15:39:14.123456789Z", true, S(1767973154) + 123456, TIMESTAMP_UTC},
        {"2024-02-29T00:00:00Z", true, S(1709164800), TIMESTAMP_UTC},
        {"2000-02-29T00:00:00Z", true, S(951782400), TIMESTAMP_UTC},
        {"1969-12-31T23:59:59Z", true, S(-1), TIMESTAMP_UTC},
        {"2016-12-31T23:59:60Z", true, S(1483228800), TIMESTAMP_UTC}, /* leap second */
        {"2023-02-29T00:00:00Z", false, 0, 0},
        {"1900-02-29T00:00:00Z", false, 0, 0},
        {"2026-04-31T00:00:00Z", false, 0, 0},
        {"2026-00-01T00:00:00Z", false, 0, 0},
        {"2026-13-01T00:00:00Z", false, 0, 0},
        {"2026-01-00T00:00:00Z", false, 0, 0},
        {"2026-01-09T24:00:00Z", false, 0, 0},
        {"2026-01-09T15:60:00Z", false, 0, 0},
        {"2026-01-09T15:39:61Z", false, 0, 0},
        {"2026-01-09T15:39:14+15:00", false, 0, 0},
        {"2026-01-09T15:39:14+01:60", false, 0, 0},
        {"2026-01-09T15:39:14+1:00", false, 0, 0},
        {"2026-01-09T15:39:14+01:", false, 0, 0},
        {"2026-01-09T15:39:14+01:0", false, 0, 0},
        {"2026-01-09T15:39:14.Z", false, 0, 0},
        {"2026-01-09T15:39:14ZZ", false, 0, 0},
        {"2026-01-09T15:39:14 Z", false, 0, 0},
        {" 2026-01-09T15:39:14Z", false, 0, 0},
        {"2026-01-09T15:39:14\n", false, 0, 0},
        {"2026-1-9T15:39:14Z", false, 0, 0},
        {"26-01-09T15:39:14Z", false, 0, 0},
        {"2026-01-09", false, 0, 0},
        {"2026-01-09T", false, 0, 0},
        {"2026-01-09T15", false, 0, 0},
        {"-026-01-09T15:39:14Z", false, 0, 0},
        {"", false, 0, 0},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        wall_us got = 42;
        enum timestamp_zone zone = TIMESTAMP_UTC;
        bool ok = timestamp_parse(cases[i].text, strlen(cases[i].text), &got, &zone);
        if (ok != cases[i].ok || got != (ok ? cases[i].want : 42) ||
            (ok && zone != cases[i].zone)) {
            fail_msg("\"%s\": %d, %" PRId64 ", zone %d", cases[i].text, ok, got, (int)zone);
        }
    }
    wall_us got;
    enum timestamp_zone zone;
    assert_true(timestamp_parse("2026-01-09T15:39:14Zrest", 20, &got, &zone));
    assert_false(timestamp_parse("2026-01-09T15:39:14\0Z", 21, &got, &zone));
}

/* Every day of four centuries: what is formatted reads back, and days follow each other. */
static void
test_round_trip(void **state)
{
    (void)state;
    for (int64_t day = -146097; day <= 146097; day++) {
        char text[TIMESTAMP_SIZE];
        wall_us back, at = day * S(86400) + 12345;
        enum timestamp_zone zone;
        timestamp_format(text, at);
        assert_true(timestamp_parse(text, strlen(text), &back, &zone));
        assert_true(back == at);
    }
}

static void
test_parse_arg(void **state)
{
    (void)state;
    const wall_us now = S(1767973154);
    static const struct {
        const char *text;
        bool ok;
        wall_us want;
    } cases[] = {
        {"90s", true, S(1767973154) - S(90)},
        {"15m", true, S(1767973154) - S(900)},
        {"2h", true, S(1767973154) - S(7200)},
        {"7d", true, S(1767973154) - S(604800)},
        {"0s", true, S(1767973154)},
        {"1000000d", true, S(1767973154) - S(86400) * 1000000},
        {"1000001d", false, 0},
        {"2026-01-09T15:39:14Z", true, S(1767973154)},
        {"2026-01-09T16:39:14+01:00", true, S(1767973154)},
        {"2026-01-09 15:39:14", false, 0}, /* whose time? */
        {"-2h", false, 0},
        {"+2h", false, 0},
        {"h", false, 0},
        {"2", false, 0},
        {"2w", false, 0},
        {"2 h", false, 0},
        {"1.5h", false, 0},
        {"0x2h", false, 0},
        {"99999999999999999999h", false, 0},
        {"yesterday", false, 0},
        {"", false, 0},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        wall_us got = 0;
        bool ok = timestamp_parse_arg(cases[i].text, now, &got);
        if (ok != cases[i].ok || (ok && got != cases[i].want)) {
            fail_msg("\"%s\": %d, %" PRId64, cases[i].text, ok, got);
        }
    }
}

static void
test_parse_span(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t want; /* -1: refused */
    } cases[] = {
        {"90s", S(90)},
        {"15m", S(900)},
        {"2h", S(7200)},
        {"7d", S(604800)},
        {"0s", 0},
        {"-2h", -1},
        {"2026-01-09T15:39:14Z", -1},
        {"", -1},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        int64_t got = -1;
        bool ok = timestamp_parse_span(cases[i].text, &got);
        if (ok != (cases[i].want >= 0) || got != cases[i].want) {
            fail_msg("\"%s\": %d, %" PRId64, cases[i].text, ok, got);
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_format),     cmocka_unit_test(test_parse),
        cmocka_unit_test(test_round_trip), cmocka_unit_test(test_parse_arg),
        cmocka_unit_test(test_parse_span),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
