/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit.h"

#include "src/decode/topic.h"

static void
test_filter_matches(void **state)
{
    (void)state;
    static const struct {
        const char *filter, *topic;
        bool want;
    } cases[] = {
        {"a/b", "a/b", true},
        {"a/b", "a/c", false},
        {"a/b", "a", false},
        {"a", "a/b", false},
        {"a/+", "a/b", true},
        {"a/+", "a/", true},
        {"a/+", "a", false},
        {"a/+", "a/b/c", false},
        {"+", "a", true},
        {"+", "/a", false},
        {"+/+", "/a", true},
        {"/+", "/a", true},
        {"#", "a/b/c", true},
        {"#", "/", true},
        {"a/#", "a/b/c", true},
        {"a/#", "a", true},
        {"a/#", "ab", false},
        {"a/+/#", "a/b", true},
        {"a/+/#", "a", false},
        {"a/+/c", "a/b/c", true},
        {"a/+/c", "a//c", true},
        {"A/b", "a/b", false},
        {"#", "$SYS/x", false},
        {"+/x", "$SYS/x", false},
        {"$SYS/#", "$SYS/x", true},
        {"$aws/things/+/shadow/update", "$aws/things/L/shadow/update", true},
        {"$share/g/a/+", "a/b", true},
        {"$share/g/#", "$SYS/x", false},
        {"/client/send/+", "/client/send/0f6c", true},
        {"/client/send/+", "client/send/0f6c", false},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        if (topic_filter_matches(cases[i].filter, cases[i].topic) != cases[i].want) {
            fail_msg("%s and %s", cases[i].filter, cases[i].topic);
        }
    }
}

static void
test_filter_valid(void **state)
{
    (void)state;
    static const char *const good[] = {"a",     "a/b", "+",  "#",      "a/#",
                                       "+/+/#", "/",   "//", "/a/+/b", "$a/#"};
    static const char *const bad[] = {"", "a#", "a/#/b", "a+", "+a/b", "#/a", "a/b#", "\xff"};
    for (size_t i = 0; i < G_N_ELEMENTS(good); i++) {
        assert_true(topic_filter_valid(good[i]));
    }
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        assert_false(topic_filter_valid(bad[i]));
    }
}

static void
test_filter_compare(void **state)
{
    (void)state;
    static const struct {
        const char *better, *worse;
    } cases[] = {
        {"a", "+"},     {"a", "#"},           {"+", "#"},         {"a/b", "a/+"},
        {"a/+", "a/#"}, {"a/b/#", "a/+/c"},   {"a/b/c", "a/b/#"}, {"a", "a/#"},
        {"+/b", "+/+"}, {"a/#", "+/b/c/d/e"}, {"a/b/+", "a/b/#"}, {"$share/g/a/b", "a/+"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        if (topic_filter_compare(cases[i].better, cases[i].worse) >= 0 ||
            topic_filter_compare(cases[i].worse, cases[i].better) <= 0) {
            fail_msg("%s before %s", cases[i].better, cases[i].worse);
        }
    }
    assert_int_equal(topic_filter_compare("a/+", "b/+"), 0);
}

/* "NAME=LEVEL" of a match, NULL when it does not match. */
static void
test_pattern(void **state)
{
    (void)state;
    static const struct {
        const char *pattern, *topic, *name, *want;
    } cases[] = {
        {"sensors/{station}/telemetry", "sensors/tor-1/telemetry", "station", "tor-1"},
        {"sensors/{station}/telemetry", "sensors/tor-1/state", "station", NULL},
        {"sensors/{station}/telemetry", "sensors/tor-1", "station", NULL},
        {"sensors/{station}/telemetry", "sensors/tor-1/telemetry/x", "station", NULL},
        {"#/{station}/{id}", "x/y/z", "station", "y"},
        {"#/{station}/{id}", "y/z", "station", "y"},
        {"#/{station}/{id}", "z", "station", NULL},
        {"{site}/+/#", "a/b", "site", "a"},
        {"{site}/+/#", "a/b/c/d", "site", "a"},
        {"{site}/+/#", "a", "site", NULL},
        {"/{x}/y", "/a/y", "x", "a"},
        {"/{x}/y", "//y", "x", ""},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct topic_pattern *p = topic_pattern_new(cases[i].pattern);
        struct topic_levels levels;
        size_t at;
        assert_non_null(p);
        assert_true(topic_split(&levels, cases[i].topic));
        bool matches = topic_pattern_matches(p, &levels);
        if (matches != (cases[i].want != NULL)) {
            fail_msg("%s and %s", cases[i].pattern, cases[i].topic);
        }
        assert_true(topic_pattern_find(p, cases[i].name, &at));
        assert_false(topic_pattern_find(p, "other", &at));
        if (matches) {
            at = topic_pattern_level(p, &levels, at);
            assert_int_equal(levels.len[at], strlen(cases[i].want));
            assert_memory_equal(levels.text[at], cases[i].want, levels.len[at]);
        }
        topic_pattern_free(p);
    }
}

static void
test_pattern_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"",   "#",  "#/#",  "#/a/#",  "a/#/b", "a+",
                                      "{a", "a}", "a{b}", "{a}{b}", "{{a}}", "x#"};
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        struct topic_pattern *p = topic_pattern_new(bad[i]);
        if (p != NULL && *bad[i] != '\0') {
            fail_msg("%s", bad[i]);
        }
        topic_pattern_free(p);
    }
}

static void
test_split_is_bounded(void **state)
{
    (void)state;
    struct topic_levels levels;
    char topic[TOPIC_LEVELS_MAX + 1];
    memset(topic, '/', sizeof(topic));
    topic[TOPIC_LEVELS_MAX - 1] = '\0';
    assert_true(topic_split(&levels, topic));
    assert_int_equal(levels.n, TOPIC_LEVELS_MAX);
    topic[TOPIC_LEVELS_MAX - 1] = '/';
    topic[TOPIC_LEVELS_MAX] = '\0';
    assert_false(topic_split(&levels, topic));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_filter_matches),  cmocka_unit_test(test_filter_valid),
        cmocka_unit_test(test_filter_compare),  cmocka_unit_test(test_pattern),
        cmocka_unit_test(test_pattern_refused), cmocka_unit_test(test_split_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
