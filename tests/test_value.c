/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit.h"

#include <math.h>

#include "src/decode/decode.h"
#include "src/decode/value.h"

static void
check(const char *what, struct value v, double num, const char *text, const char *reason)
{
    if (reason != NULL || v.reason != NULL) {
        if (g_strcmp0(reason, v.reason) != 0) {
            fail_msg("%s: reason %s, not %s", what, v.reason, reason);
        }
    } else if (text != NULL || v.text != NULL) {
        if (text == NULL || v.text == NULL || strlen(text) != v.len ||
            memcmp(text, v.text, v.len) != 0) {
            fail_msg("%s: text %.*s, not %s", what, (int)v.len, v.text, text);
        }
    } else if (v.num < num || v.num > num) {
        fail_msg("%s: %.17g, not %.17g", what, v.num, num);
    }
}

static void
test_read(void **state)
{
    (void)state;
    static const struct {
        const char *json;
        double num;
        const char *text, *reason;
    } cases[] = {
        {"1", 1, NULL, NULL},
        {"-0", 0, NULL, NULL},
        {"true", 1, NULL, NULL},
        {"false", 0, NULL, NULL},
        {"\"63.5\"", 63.5, NULL, NULL},
        {"\"63,5\"", 63.5, NULL, NULL},
        {"\"-1e3\"", -1000, NULL, NULL},
        {"\" 7 \"", 7, NULL, NULL},
        {"\"On\"", 1, NULL, NULL},
        {"\"OFF\"", 0, NULL, NULL},
        {"\"True\"", 1, NULL, NULL},
        {"\"false\"", 0, NULL, NULL},
        {"\"open\"", 0, "open", NULL},
        {"\"E5\"", 0, "E5", NULL},
        {"\"1.2.3\"", 0, "1.2.3", NULL},
        {"\"0x10\"", 0, "0x10", NULL},
        {"\"Secado lento\"", 0, "Secado lento", NULL},
        {"null", 0, NULL, "value null"},
        {"\"\"", 0, NULL, "value empty"},
        {"\"  \"", 0, NULL, "value empty"},
        {"{}", 0, NULL, "value is an object"},
        {"[1]", 0, NULL, "value is an array"},
        {"1e999", 0, NULL, "value not finite"},
        {"-1e999", 0, NULL, "value not finite"},
        {"\"NaN\"", 0, NULL, "value not finite"},
        {"\"-Infinity\"", 0, NULL, "value not finite"},
        {"\"1e999\"", 0, NULL, "value not finite"},
        {"\"1,234,567\"", 0, NULL, "value not a number"},
        {"\"1.234,5\"", 0, NULL, "value not a number"},
        {"\"1111111111111111111111111111111111111111111111111111111111111111111\"", 0, NULL,
         "value not a number"},
    };
    struct jdoc *doc = jdoc_new();
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        assert_true(jdoc_parse(doc, cases[i].json, strlen(cases[i].json)));
        check(cases[i].json, value_read(&doc->nodes[0]), cases[i].num, cases[i].text,
              cases[i].reason);
    }
    jdoc_free(doc);
    check("nothing", value_read(NULL), 0, NULL, "value missing");
}

static void
test_text_bound(void **state)
{
    (void)state;
    char text[DECODE_TEXT_MAX + 1];
    memset(text, 'a', sizeof(text));
    struct jnode node = {.type = J_TEXT, .text = text, .len = DECODE_TEXT_MAX};
    assert_null(value_read(&node).reason);
    node.len++;
    assert_string_equal(value_read(&node).reason, "text too long");
}

static void
test_decode(void **state)
{
    (void)state;
    static const struct {
        double raw;
        enum decode_as as;
        double want;
        const char *reason;
    } cases[] = {
        {1.5, DECODE_PLAIN, 1.5, NULL},
        {65521, DECODE_INT16, -15, NULL},
        {-15, DECODE_INT16, -15, NULL},
        {32767, DECODE_INT16, 32767, NULL},
        {32768, DECODE_INT16, -32768, NULL},
        {65536, DECODE_INT16, 0, "not int16"},
        {-32769, DECODE_INT16, 0, "not int16"},
        {1.5, DECODE_INT16, 0, "not int16"},
        {-15, DECODE_UINT16, 65521, NULL},
        {65535, DECODE_UINT16, 65535, NULL},
        {65536, DECODE_UINT16, 0, "not uint16"},
        {4294967290.0, DECODE_INT32, -6, NULL},
        {-6, DECODE_UINT32, 4294967290.0, NULL},
        {4294967296.0, DECODE_UINT32, 0, "not uint32"},
        {-2147483649.0, DECODE_INT32, 0, "not int32"},
        {1115160576, DECODE_FLOAT32, 62, NULL},
        {-1082130432, DECODE_FLOAT32, -1, NULL},
        {2139095040, DECODE_FLOAT32, 0, "value not finite"},
        {2143289344, DECODE_FLOAT32, 0, "value not finite"},
        {4096, DECODE_BCD, 1000, NULL},
        {2069, DECODE_BCD, 815, NULL},
        {10, DECODE_BCD, 0, "not BCD"},
        {-28672, DECODE_BCD, 9000, NULL},
        {2576980377.0, DECODE_BCD, 99999999, NULL},
        {0.5, DECODE_BCD, 0, "not BCD"},
        {1e300, DECODE_BCD, 0, "not BCD"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        char what[64];
        snprintf(what, sizeof(what), "%g as %s", cases[i].raw, decode_as_name(cases[i].as));
        check(what, value_decode(value_number(cases[i].raw), cases[i].as), cases[i].want, NULL,
              cases[i].reason);
    }
    struct value word = {.text = "open", .len = 4};
    check("a word", value_decode(word, DECODE_INT16), 0, NULL, "value not a number");
    check("a word", value_decode(word, DECODE_PLAIN), 0, "open", NULL);
    struct value none = {.reason = "value null"};
    check("nothing", value_decode(none, DECODE_INT16), 0, NULL, "value null");
}

static void
test_int16(void **state)
{
    (void)state;
    check("unsigned", value_int16(value_number(65521)), -15, NULL, NULL);
    check("signed", value_int16(value_number(-15)), -15, NULL, NULL);
    check("too large stays", value_int16(value_number(70000)), 70000, NULL, NULL);
    check("a fraction stays", value_int16(value_number(0.5)), 0.5, NULL, NULL);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read),
        cmocka_unit_test(test_text_bound),
        cmocka_unit_test(test_decode),
        cmocka_unit_test(test_int16),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
