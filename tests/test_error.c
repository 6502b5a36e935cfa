/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit.h"

#include "src/core/error.h"

static void
test_set_and_wrap(void **state)
{
    (void)state;
    struct err err = {""};
    assert_int_equal(err_set(&err, RC_IO, "could not open \"%s\": %d", "a.db", 5), RC_IO);
    assert_string_equal(err.text, "could not open \"a.db\": 5");
    assert_int_equal(err_wrap(&err, RC_FULL, "site \"%s\"", "north"), RC_FULL);
    assert_string_equal(err.text, "site \"north\": could not open \"a.db\": 5");
}

static void
test_nobody_listens(void **state)
{
    (void)state;
    assert_int_equal(err_set(NULL, RC_BUSY, "held by %s", "another"), RC_BUSY);
    assert_int_equal(err_wrap(NULL, RC_NOTFOUND, "context"), RC_NOTFOUND);
}

/* A sentence without end is cut, and the context in front stays whole. */
static void
test_bounds(void **state)
{
    (void)state;
    struct err err;
    char *words = g_strnfill(2000, 'x');
    err_set(&err, RC_IO, "%s", words);
    assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
    err_wrap(&err, RC_IO, "file \"%s\"", "plant.csv");
    assert_true(g_str_has_prefix(err.text, "file \"plant.csv\": xxx"));
    assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
    err_wrap(&err, RC_IO, "%s", words);
    assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
    g_free(words);

    /* One byte short of full: not even the colon fits. */
    char *nearly = g_strnfill(sizeof(err.text) - 2, 'y');
    err_set(&err, RC_IO, "cause");
    err_wrap(&err, RC_IO, "%s", nearly);
    assert_true(strlen(err.text) < sizeof(err.text));
    assert_true(g_str_has_prefix(err.text, nearly));
    g_free(nearly);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_set_and_wrap),
        cmocka_unit_test(test_nobody_listens),
        cmocka_unit_test(test_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
