/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit.h"

#include "src/mqtt/client.h"
#include "src/mqtt/filter.h"

static void
test_covers(void **state)
{
    (void)state;
    static const struct {
        const char *outer, *inner;
        bool want;
    } cases[] = {
        {"a/b", "a/b", true},     {"a/b", "a/c", false},      {"a/+", "a/b", true},
        {"a/+", "a/b/c", false},  {"a/+", "a", false},        {"a/#", "a/b/c", true},
        {"a/#", "a", true}, /* the parent level, too */
        {"a/#", "a/+/c", true},   {"a/#", "a/#", true},       {"a/+", "a/+", true},
        {"a/b", "a/+", false},    {"a/+/c", "a/#", false},    {"+/b", "a/b", true},
        {"#", "a/b", true},       {"#", "$SYS/x", false}, /* wildcards in front do not see it */
        {"+/x", "$SYS/x", false}, {"$SYS/#", "$SYS/x", true}, {"a/", "a/", true},
        {"a/+", "a/", true}, /* an empty level is one */
        {"a", "a/", false},       {"ab/c", "a/c", false},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        if (filter_covers(cases[i].outer, cases[i].inner) != cases[i].want) {
            fail_msg("%s covers %s", cases[i].outer, cases[i].inner);
        }
    }
}

static void
test_disjoint(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        bool want;
    } cases[] = {
        {"a/b", "a/c", true},   {"a/b", "a/b", false},   {"a/+/c", "a/b/#", false},
        {"a/+", "a/b/c", true}, {"a/#", "a", false},     {"a/#", "b/#", true},
        {"#", "$SYS/#", true},  {"+", "a", false},       {"+/+", "a", true},
        {"a/+/c", "+/b", true}, {"+/b/#", "a/b", false}, {"$x/+", "$x/y", false},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        if (filter_disjoint(cases[i].a, cases[i].b) != cases[i].want ||
            filter_disjoint(cases[i].b, cases[i].a) != cases[i].want) {
            fail_msg("%s and %s", cases[i].a, cases[i].b);
        }
    }
}

/* Whatever the order, each topic is left with one filter, at the highest QoS asked for. */
static void
test_reduce(void **state)
{
    (void)state;
    struct client_filter list[] = {
        {"a/b/c", 1}, {"x", 0}, {"a/#", 0}, {"a/+/c", 0}, {"a/b/c", 0}, {"y/+", 1}, {"y/+", 0},
    };
    size_t n = filter_reduce(list, G_N_ELEMENTS(list));
    assert_int_equal(n, 3);
    for (size_t i = 0; i < n; i++) {
        const char *f = list[i].filter;
        if (strcmp(f, "a/#") == 0 || strcmp(f, "y/+") == 0) {
            assert_int_equal(list[i].qos, 1);
        } else {
            assert_string_equal(f, "x");
            assert_int_equal(list[i].qos, 0);
        }
    }
    assert_int_equal(filter_reduce(list, 0), 0);
    struct client_filter chain[] = {{"#", 0}, {"a/#", 1}, {"a/b/#", 0}};
    assert_int_equal(filter_reduce(chain, 3), 1);
    assert_string_equal(chain[0].filter, "#");
    assert_int_equal(chain[0].qos, 1);
    struct client_filter up[] = {{"a/b/#", 1}, {"a/#", 0}, {"#", 0}};
    assert_int_equal(filter_reduce(up, 3), 1);
    assert_string_equal(up[0].filter, "#");
    assert_int_equal(up[0].qos, 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_covers),
        cmocka_unit_test(test_disjoint),
        cmocka_unit_test(test_reduce),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
