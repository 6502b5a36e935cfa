/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit.h"

#include <math.h>

#include "src/decode/jdoc.h"

static void
test_verdict(void **state)
{
    (void)state;
    static const struct {
        const char *text, *why; /* why NULL: good */
    } cases[] = {
        {"null", NULL},
        {" \t\r\n true \n", NULL},
        {"{}", NULL},
        {"[]", NULL},
        {"[1,\"a\",{\"b\":[]}]", NULL},
        {"-0", NULL},
        {"1.5e+10", NULL},
        {"1E-2", NULL},
        {"\"\\u00e4\\ud83d\\ude00\\n\\/\"", NULL},
        {"\"\xc3\xa4\xf0\x9f\x98\x80\"", NULL},
        {"\"\\u0000\"", NULL},
        {"{\"a\":1,\"a\":2}", NULL},
        {"1e999", NULL},
        {"", "cut off"},
        {"  ", "cut off"},
        {"{", "member name missing"},
        {"[", "cut off"},
        {"[1", "cut off"},
        {"[1,", "cut off"},
        {"[1,]", "no value"},
        {"[,1]", "no value"},
        {"{\"a\":1,}", "member name missing"},
        {"{a:1}", "member name missing"},
        {"{'a':1}", "member name missing"},
        {"{\"a\" 1}", "colon missing"},
        {"{\"a\":}", "no value"},
        {"{\"a\":1 \"b\":2}", "comma or end missing"},
        {"[1 2]", "comma or end missing"},
        {"[1}", "comma or end missing"},
        {"1 2", "something follows the value"},
        {"{}x", "something follows the value"},
        {"01", "bad number"},
        {"-01", "bad number"},
        {"-", "bad number"},
        {"1.", "bad number"},
        {".5", "no value"},
        {"+1", "no value"},
        {"1e", "bad number"},
        {"1e+", "bad number"},
        {"0x10", "something follows the value"},
        {"NaN", "no value"},
        {"Infinity", "no value"},
        {"-Infinity", "bad number"},
        {"True", "no value"},
        {"nul", "no value"},
        {"nullx", "something follows the value"},
        {"\"a", "text not ended"},
        {"\"a\\", "text not ended"},
        {"\"\\x\"", "bad escape"},
        {"\"\\u12g4\"", "bad escape"},
        {"\"\\u12", "escape cut off"},
        {"\"\\ud800\"", "lone surrogate"},
        {"\"\\ud800\\n\"", "lone surrogate"},
        {"\"\\ud800\\u0041\"", "lone surrogate"},
        {"\"\\udc00\"", "lone surrogate"},
        {"\"a\nb\"", "control character in text"},
        {"\"\x80\"", "bad UTF-8"},
        {"\"\xc0\xaf\"", "bad UTF-8"},
        {"\"\xe0\x80\xaf\"", "bad UTF-8"},
        {"\"\xed\xa0\x80\"", "bad UTF-8"},
        {"\"\xf4\x90\x80\x80\"", "bad UTF-8"},
        {"\"\xc3\"", "bad UTF-8"},
        {"\xef\xbb\xbf{}", "no value"},
        {"{\"a\\u0000b\":1}", "U+0000 in a member name"},
        {"/* c */ 1", "no value"},
    };
    struct jdoc *doc = jdoc_new();
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        /* A copy of the exact size, so that a sanitizer sees a byte read beyond. */
        size_t len = strlen(cases[i].text);
        char *text = g_memdup2(cases[i].text, len);
        bool good = jdoc_parse(doc, text, len);
        if (good != (cases[i].why == NULL) || (!good && strcmp(doc->why, cases[i].why) != 0)) {
            fail_msg("%s: %s, not %s", cases[i].text, good ? "good" : doc->why,
                     cases[i].why == NULL ? "good" : cases[i].why);
        }
        g_free(text);
    }
    jdoc_free(doc);
}

static void
test_nul_is_no_blank(void **state)
{
    (void)state;
    struct jdoc *doc = jdoc_new();
    assert_false(jdoc_parse(doc, "1\0", 2));
    assert_string_equal(doc->why, "something follows the value");
    assert_int_equal(doc->where, 1);
    jdoc_free(doc);
}

static void
test_numbers(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "0",
        "-0",
        "1",
        "22.4",
        "-15",
        "0.1",
        "4294967290",
        "1e22",
        "1e23",
        "123456789012345678",
        "5e-324",
        "1e-400",
        "1e999",
        "-1e999",
        "9007199254740993",
        "0.30000000000000004",
        "1.7976931348623157e308",
        "100000000000000000000000000000000000000000",
        "0.00000000000000000000000000000000000000001234567890123456789",
        "3.14159265358979323846264338327950288419716939937510582097494459230781640628620899",
    };
    struct jdoc *doc = jdoc_new();
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        assert_true(jdoc_parse(doc, texts[i], strlen(texts[i])));
        double want = g_ascii_strtod(texts[i], NULL);
        assert_int_equal(doc->nodes[0].type, J_NUMBER);
        assert_memory_equal(&doc->nodes[0].num, &want, sizeof(want));
    }
    jdoc_free(doc);
}

static void
assert_text(const struct jnode *node, const char *want, size_t len)
{
    assert_non_null(node);
    assert_int_equal(node->type, J_TEXT);
    assert_int_equal(node->len, len);
    assert_memory_equal(node->text, want, len);
}

static void
test_tree(void **state)
{
    (void)state;
    static const char text[] =
        "{\"a\":{\"b\":[1,\"x\\ty\",true]},\"C\":\"\\u0000\\ud83d\\ude00\","
        "\"d\":1,\"d\":\"last\",\"k\\u0065y\":null}";
    struct jdoc *doc = jdoc_new();
    assert_true(jdoc_parse(doc, text, strlen(text)));
    const struct jnode *root = &doc->nodes[0];
    assert_int_equal(root->type, J_OBJECT);
    assert_int_equal(root->len, 5);
    assert_int_equal(root->next, doc->n);
    const struct jnode *b =
        jdoc_member(doc, jdoc_member(doc, root, "a", 1, false), "b", 1, false);
    assert_int_equal(b->len, 3);
    assert_text(jdoc_child(doc, b, 1), "x\ty", 3);
    assert_int_equal(jdoc_child(doc, b, 2)->type, J_TRUE);
    assert_null(jdoc_child(doc, b, 3));
    assert_null(jdoc_child(doc, jdoc_child(doc, b, 0), 0));
    assert_text(jdoc_member(doc, root, "c", 1, true), "\0\xf0\x9f\x98\x80", 5);
    assert_null(jdoc_member(doc, root, "c", 1, false));
    assert_text(jdoc_member(doc, root, "d", 1, false), "last", 4);
    assert_int_equal(jdoc_member(doc, root, "key", 3, false)->type, J_NULL);
    assert_null(jdoc_member(doc, b, "b", 1, false));
    jdoc_free(doc);
}

/* n times before, then middle, then n times after. */
static GString *
nest(size_t n, const char *before, const char *middle, const char *after)
{
    GString *text = g_string_new(NULL);
    for (size_t i = 0; i < n; i++) {
        g_string_append(text, before);
    }
    g_string_append(text, middle);
    for (size_t i = 0; i < n; i++) {
        g_string_append(text, after);
    }
    return text;
}

static void
test_bounds(void **state)
{
    (void)state;
    struct jdoc *doc = jdoc_new();
    GString *deep = nest(JDOC_DEPTH_MAX, "[", "1", "]");
    assert_true(jdoc_parse(doc, deep->str, deep->len));
    g_string_free(deep, TRUE);
    deep = nest(JDOC_DEPTH_MAX + 1, "[", "", "]");
    assert_false(jdoc_parse(doc, deep->str, deep->len));
    assert_string_equal(doc->why, "nested too deep");
    g_string_free(deep, TRUE);
    GString *many = nest(JDOC_NODES_MAX, "", "[1", ",1");
    g_string_append_c(many, ']');
    assert_false(jdoc_parse(doc, many->str, many->len));
    assert_string_equal(doc->why, "too many values");
    g_string_free(many, TRUE);
    GString *large = nest(JDOC_BYTES_MAX / 2, " ", "1", " ");
    assert_false(jdoc_parse(doc, large->str, large->len));
    assert_string_equal(doc->why, "too large");
    assert_true(jdoc_parse(doc, large->str + 1, large->len - 1));
    g_string_free(large, TRUE);
    jdoc_free(doc);
    jdoc_free(NULL);
}

/* Every character escaped: the buffer of the largest payload must hold it. */
static void
test_all_escaped(void **state)
{
    (void)state;
    struct jdoc *doc = jdoc_new();
    GString *text = nest((JDOC_BYTES_MAX - 2) / 2, "\\n", "", "");
    g_string_prepend_c(text, '"');
    g_string_append_c(text, '"');
    assert_true(jdoc_parse(doc, text->str, text->len));
    assert_int_equal(doc->nodes[0].len, (JDOC_BYTES_MAX - 2) / 2);
    g_string_free(text, TRUE);
    jdoc_free(doc);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_verdict), cmocka_unit_test(test_nul_is_no_blank),
        cmocka_unit_test(test_numbers), cmocka_unit_test(test_tree),
        cmocka_unit_test(test_bounds),  cmocka_unit_test(test_all_escaped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
