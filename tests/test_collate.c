/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit.h"

#include <glib.h>

#include "ui/collate.h"

static void
test_order_of_a_telephone_book(void **state)
{
    (void)state;
    static const char *const order[] = {
        "Adler",        "Ähre",         "Ahrensburg", "Öjendorf",     "Pumpwerk 9",
        "Pumpwerk 010", "Pumpwerk 100", "Straßburg",  "Strassendorf", "Zollenspieker"};
    for (size_t i = 0; i + 1 < G_N_ELEMENTS(order); i++) {
        if (collate_compare(order[i], order[i + 1]) >= 0) {
            fail_msg("\"%s\" does not come before \"%s\"", order[i], order[i + 1]);
        }
    }
}

static void
test_alike(void **state)
{
    (void)state;
    assert_int_equal(collate_compare("HAMBURG", "Hamburg"), 0);
    assert_int_equal(collate_compare("Lu\xcc\x88neburg", "Lüneburg"), 0); /* decomposed */
    assert_int_equal(collate_compare("Gieß", "GIESS"), 0);
    assert_true(collate_compare("", "a") < 0);
}

/* A run of digits longer than anybody writes keeps an order, too. */
static void
test_long_numbers(void **state)
{
    (void)state;
    char *nines = g_strnfill(200, '9');
    assert_true(collate_compare("9", nines) < 0);
    assert_int_equal(collate_compare(nines, nines), 0);
    g_free(nines);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_order_of_a_telephone_book),
    cmocka_unit_test(test_alike),
    cmocka_unit_test(test_long_numbers),
};

int
main(void)
{
    return cmocka_run_group_tests_name("collate", tests, NULL, NULL);
}
