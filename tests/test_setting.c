/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit.h"

#include "src/core/setting.h"

static void
test_settings_are_copied_in_order(void **state)
{
    (void)state;
    struct settings s;
    settings_init(&s);
    char name[16];
    for (int i = 0; i < 100; i++) { /* beyond the first allocation */
        snprintf(name, sizeof(name), "key%d", i);
        settings_add(&s, "a.ini", i + 1, "mqtt", name, "value");
    }
    assert_int_equal(s.n, 100);
    assert_string_equal(s.list[0].key, "key0");
    assert_string_equal(s.list[99].key, "key99");
    assert_string_equal(s.list[99].section, "mqtt");
    assert_string_equal(s.list[99].file, "a.ini");
    assert_int_equal(s.list[99].line, 100);
    settings_fini(&s);
    assert_int_equal(s.n, 0);
    settings_fini(&s); /* twice does no harm */
}

static void
test_problems_name_the_place(void **state)
{
    (void)state;
    struct settings s;
    struct problems p;
    settings_init(&s);
    problems_init(&p);
    settings_add(&s, "leitstand.conf", 14, "mqtt", "port", "12abc");
    problems_add_setting(&p, &s.list[0], "is not a number from %d to %d", 1, 65535);
    assert_int_equal(p.n, 1);
    assert_string_equal(
        p.list[0], "leitstand.conf:14: [mqtt] port: \"12abc\" is not a number from 1 to 65535");
    settings_fini(&s);
    problems_fini(&p);
}

static void
test_problems_are_sanitised(void **state)
{
    (void)state;
    struct settings s;
    struct problems p;
    settings_init(&s);
    problems_init(&p);
    settings_add(&s, "a\033[2J.ini", 1, "m\nqtt", "p\xc2\x9bort", "\xe2\x80\xae%s%n");
    problems_add_setting(&p, &s.list[0], "is not \"%s\"", "\007");
    assert_string_equal(p.list[0], "a?[2J.ini:1: [m?qtt] p?ort: \"?%s%n\" is not \"?\"");
    problems_add(&p, "%s", "plain \xff");
    assert_string_equal(p.list[1], "plain ?");
    settings_fini(&s);
    problems_fini(&p);
}

static void
test_problems_are_bounded(void **state)
{
    (void)state;
    struct problems p;
    problems_init(&p);
    for (int i = 0; i < 1500; i++) {
        problems_add(&p, "problem %d", i);
    }
    assert_int_equal(p.n, 1500); /* all are counted, the first 1,000 kept */
    assert_string_equal(p.list[999], "problem 999");
    problems_fini(&p);
    assert_int_equal(p.n, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_settings_are_copied_in_order),
        cmocka_unit_test(test_problems_name_the_place),
        cmocka_unit_test(test_problems_are_sanitised),
        cmocka_unit_test(test_problems_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
