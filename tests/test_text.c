/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>

#include "src/core/text.h"

#define BYTES(text) text, sizeof(text) - 1

static void
test_sanitize(void **state)
{
    (void)state;
    static const struct {
        const char *why, *in;
        size_t len;
        const char *want;
    } cases[] = {
        {"plain text", BYTES("Pegel 3,2 m"), "Pegel 3,2 m"},
        {"nothing", BYTES(""), ""},
        {"umlauts, sharp s, euro", BYTES("Störung Übergröße €"), "Störung Übergröße €"},
        {"ESC of a CSI sequence", BYTES("a\033[2Jb"), "a?[2Jb"},
        {"ESC of an OSC, BEL", BYTES("\033]0;title\007"), "?]0;title?"},
        {"all of C0", BYTES("\001\b\t\n\r\016\037"), "???????"},
        {"NUL inside", BYTES("a\0b"), "a?b"},
        {"DEL", BYTES("\177"), "?"},
        {"C1 CSI as a raw byte",
         BYTES("\x9b"
               "31m"),
         "?31m"},
        {"C1 CSI as UTF-8",
         BYTES("\xc2\x9b"
               "31m"),
         "?31m"},
        {"C1 NEL as UTF-8", BYTES("\xc2\x85"), "?"},
        {"Latin-1", BYTES("St\xf6rung"), "St?rung"},
        {"overlong slash", BYTES("\xc0\xaf"), "??"},
        {"overlong ESC in three bytes", BYTES("\xe0\x80\x9b"), "???"},
        {"overlong NUL", BYTES("\xc0\x80"), "??"},
        {"lone high surrogate", BYTES("\xed\xa0\x80"), "???"},
        {"surrogate pair (CESU-8)", BYTES("\xed\xa0\xbd\xed\xb8\x80"), "??????"},
        {"beyond U+10FFFF", BYTES("\xf4\x90\x80\x80"), "????"},
        {"five-byte form", BYTES("\xf8\x88\x80\x80\x80"), "?????"},
        {"lone continuation", BYTES("a\x80z"), "a?z"},
        {"sequence cut by the end", BYTES("a\xe2\x82"), "a??"},
        {"sequence cut by a letter", BYTES("\xe2\x82z"), "??z"},
        {"FE and FF", BYTES("\xfe\xff"), "??"},
        {"right-to-left override",
         BYTES("a\xe2\x80\xae"
               "b"),
         "a?b"},
        {"isolates", BYTES("\xe2\x81\xa6\xe2\x81\xa9"), "??"},
        {"left-to-right and Arabic marks", BYTES("\xe2\x80\x8e\xd8\x9c"), "??"},
        {"zero width space, joiner, BOM", BYTES("\xe2\x80\x8b\xe2\x80\x8d\xef\xbb\xbf"), "???"},
        {"line and paragraph separator", BYTES("\xe2\x80\xa8\xe2\x80\xa9"), "??"},
        {"soft hyphen", BYTES("\xc2\xad"), "?"},
        {"tag characters", BYTES("\xf3\xa0\x81\x81"), "?"},
        {"private use", BYTES("\xee\x80\x80"), "?"},
        {"noncharacter", BYTES("\xef\xbf\xbf"), "?"},
        {"Hangul filler", BYTES("\xe3\x85\xa4"), "?"},
        {"replacement character stays", BYTES("\xef\xbf\xbd"), "\xef\xbf\xbd"},
        {"four marks stay", BYTES("e\xcc\x81\xcc\x81\xcc\x81\xcc\x81"),
         "e\xcc\x81\xcc\x81\xcc\x81\xcc\x81"},
        {"the fifth mark and more go",
         BYTES("e\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81x"),
         "e\xcc\x81\xcc\x81\xcc\x81\xcc\x81x"},
        {"a mark without a base has nothing to sit on", BYTES("\xcc\x81x"), "?x"},
        {"on something replaced it is harmless", BYTES("\033\xcc\x81"), "?\xcc\x81"},
        {"wide characters", BYTES("水位"), "水位"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        char out[64];
        size_t n = text_sanitize(out, sizeof(out), cases[i].in, cases[i].len);
        if (strcmp(out, cases[i].want) != 0 || n != strlen(cases[i].want)) {
            fail_msg("%s: got \"%s\"", cases[i].why, out);
        }
        char *copy = text_sanitize_dup(cases[i].in, cases[i].len);
        assert_string_equal(copy, cases[i].want);
        g_free(copy);
        /* In place, and a second time: clean text stays as it is. */
        memcpy(out, cases[i].in, cases[i].len);
        n = text_sanitize(out, sizeof(out), out, cases[i].len);
        assert_string_equal(out, cases[i].want);
        text_sanitize(out, sizeof(out), out, n);
        assert_string_equal(out, cases[i].want);
    }
}

static void
test_sanitize_cuts_whole_characters(void **state)
{
    (void)state;
    static const struct {
        const char *why, *in;
        size_t cap;
        const char *want;
    } cases[] = {
        {"room for the NUL only", "abc", 1, ""},
        {"exact fit", "abc", 4, "abc"},
        {"ASCII cut", "abcd", 4, "abc"},
        {"two bytes, one left", "aö", 3, "a"},
        {"two bytes, two left", "aö", 4, "aö"},
        {"three bytes, two left", "€", 3, ""},
        {"three bytes fit", "€", 4, "€"},
        {"wide character cut in half", "a水", 4, "a"},
        {"four bytes, three left", "\xf0\x9f\x92\xa7", 4, ""},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        char out[16];
        memset(out, 'X', sizeof(out));
        size_t n = text_sanitize(out, cases[i].cap, cases[i].in, strlen(cases[i].in));
        if (strcmp(out, cases[i].want) != 0 || n != strlen(cases[i].want)) {
            fail_msg("%s: got \"%s\"", cases[i].why, out);
        }
        assert_int_equal(out[cases[i].cap], 'X');
    }
}

/* Whatever goes in: valid UTF-8 without a control comes out, never longer than what went in. */
static void
test_sanitize_any_bytes(void **state)
{
    (void)state;
    uint32_t seed = 12345;
    for (int round = 0; round < 20000; round++) {
        unsigned char in[24];
        char out[25];
        for (size_t i = 0; i < sizeof(in); i++) {
            seed = seed * 1664525u + 1013904223u;
            static const unsigned char often[] = {0x1b, 0x9b, 0xc2, 0xe2,
                                                  0x80, 0xae, 0xcc, 0x81};
            in[i] = (seed >> 31) != 0 ? often[seed >> 8 & 7] : (unsigned char)(seed >> 16);
        }
        size_t n = text_sanitize(out, sizeof(out), in, sizeof(in));
        assert_true(n <= sizeof(in));
        assert_true(g_utf8_validate(out, (gssize)n, NULL));
        for (const char *p = out; *p != '\0'; p += g_utf8_skip[(unsigned char)*p]) {
            GUnicodeType type = g_unichar_type(g_utf8_get_char(p));
            assert_true(type != G_UNICODE_CONTROL && type != G_UNICODE_FORMAT);
        }
    }
}

static void
test_columns(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int columns, max, fit_columns;
        size_t fit_bytes;
    } cases[] = {
        {"", 0, 5, 0, 0},
        {"Pumpe", 5, 5, 5, 5},
        {"Pumpe", 5, 4, 4, 4},
        {"Pumpe", 5, 0, 0, 0},
        {"höhe", 4, 2, 2, 3},
        {"水位", 4, 4, 4, 6},
        {"水位", 4, 3, 2, 3},           /* the second half of a wide character is not shown */
        {"ab\xe6\xb0\0no", 3, 9, 3, 4}, /* cut in the middle: what follows is not ours */
        {"水位", 4, 1, 0, 0},
        {"e\xcc\x81x", 2, 1, 1, 3}, /* the accent belongs to its letter
                                     */
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        int columns = -1;
        assert_int_equal(text_columns(cases[i].text), cases[i].columns);
        assert_int_equal(text_fit(cases[i].text, cases[i].max, &columns), cases[i].fit_bytes);
        assert_int_equal(columns, cases[i].fit_columns);
    }
}

static void
test_to_double(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool comma, ok;
        double want;
    } cases[] = {
        {"0", false, true, 0},
        {"-0", false, true, 0},
        {"1.5", false, true, 1.5},
        {"+1.5", false, true, 1.5},
        {".5", false, true, 0.5},
        {"5.", false, true, 5},
        {"007", false, true, 7},
        {"1e3", false, true, 1000},
        {"1E-3", false, true, 0.001},
        {"1e400", false, false, 0},
        {"-1e400", false, false, 0},
        {"1e-400", false, true, 0},
        {"1.7976931348623157e308", false, true, DBL_MAX},
        {"1,5", true, true, 1.5},
        {"1,5", false, false, 0},
        {"1,234,5", true, false, 0},
        {"1.234,5", true, false, 0},
        {"1,234.5", true, false, 0},
        {"", false, false, 0},
        {".", false, false, 0},
        {"-", false, false, 0},
        {"--1", false, false, 0},
        {"1e", false, false, 0},
        {"1e+", false, false, 0},
        {" 1", false, false, 0},
        {"1 ", false, false, 0},
        {"1\n", false, false, 0},
        {"0x10", false, false, 0},
        {"nan", false, false, 0},
        {"inf", false, false, 0},
        {"infinity", false, false, 0},
        {"12abc", false, false, 0},
        {"1_000", false, false, 0},
        {"٣", false, false, 0}, /* ARABIC-INDIC DIGIT THREE */
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        double got = -42;
        bool ok = text_to_double(cases[i].text, strlen(cases[i].text), cases[i].comma, &got);
        if (ok != cases[i].ok || (ok && fabs(got - cases[i].want) > 0) || (!ok && got > -42)) {
            fail_msg("\"%s\": %d, %g", cases[i].text, ok, got);
        }
    }
    double got;
    assert_true(text_to_double("12345", 2, false, &got)); /* no more than len is read */
    assert_true(got >= 12 && got <= 12);
    assert_false(text_to_double(BYTES("1\0002"), false, &got));
    char long_number[80];
    memset(long_number, '1', sizeof(long_number));
    assert_false(text_to_double(long_number, sizeof(long_number), false, &got));
}

static void
test_to_int(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t min, max;
        bool ok;
        int64_t want;
    } cases[] = {
        {"1", 1, 65535, true, 1},
        {"65535", 1, 65535, true, 65535},
        {"0", 1, 65535, false, 0},
        {"65536", 1, 65535, false, 0},
        {"-5", -5, 5, true, -5},
        {"9223372036854775807", INT64_MIN, INT64_MAX, true, INT64_MAX},
        {"9223372036854775808", INT64_MIN, INT64_MAX, false, 0},
        {"-9223372036854775808", INT64_MIN, INT64_MAX, true, INT64_MIN},
        {"-9223372036854775809", INT64_MIN, INT64_MAX, false, 0},
        {"", 0, 9, false, 0},
        {"-", -9, 9, false, 0},
        {"+1", 0, 9, false, 0},
        {" 1", 0, 9, false, 0},
        {"- 1", -9, 9, false, 0},
        {"1 ", 0, 9, false, 0},
        {"1.0", 0, 9, false, 0},
        {"0x1", 0, 9, false, 0},
        {"12abc", 0, 99, false, 0},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        int64_t got = 77;
        bool ok = text_to_int(cases[i].text, cases[i].min, cases[i].max, &got);
        if (ok != cases[i].ok || got != (ok ? cases[i].want : 77)) {
            fail_msg("\"%s\": %d, %" PRId64, cases[i].text, ok, got);
        }
    }
}

static void
test_from_double(void **state)
{
    (void)state;
    static const struct {
        double value;
        const char *want;
    } cases[] = {
        {0, "0"},
        {1, "1"},
        {-1.5, "-1.5"},
        {0.1, "0.1"},
        {0.1 + 0.2, "0.30000000000000004"},
        {1.0 / 3, "0.3333333333333333"},
        {100000, "100000"},
        {1e21, "1e+21"},
        {123456789012345678.0, "1.2345678901234568e+17"},
    };
    char text[32];
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        text_from_double(text, sizeof(text), cases[i].value);
        assert_string_equal(text, cases[i].want);
    }
    static const double exact[] = {DBL_MAX, -DBL_MAX, DBL_MIN, DBL_EPSILON,
                                   5e-324,  1e22,     2.5e-7};
    for (size_t i = 0; i < G_N_ELEMENTS(exact); i++) {
        double back = 0;
        text_from_double(text, sizeof(text), exact[i]);
        assert_true(text_to_double(text, strlen(text), false, &back));
        assert_memory_equal(&back, &exact[i], sizeof(back));
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sanitize),
        cmocka_unit_test(test_sanitize_cuts_whole_characters),
        cmocka_unit_test(test_sanitize_any_bytes),
        cmocka_unit_test(test_columns),
        cmocka_unit_test(test_to_double),
        cmocka_unit_test(test_to_int),
        cmocka_unit_test(test_from_double),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
