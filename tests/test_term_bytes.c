/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit.h"

#include "ui/term_bytes.h"

static void
test_tidy(void **state)
{
    (void)state;
    static const struct {
        const char *why, *from, *want;
    } cases[] = {
        {"text stays", "a\033[2;3Hb", "a\033[2;3Hb"},
        {"the character set goes", "a\033(B\033[mb", "a\033[mb"},
        {"in one sequence", "\033[39m\033[0;1m\033[31m", "\033[0;1;31m"},
        {"all off", "\033[0m", "\033[m"},
        {"nothing is on", "\033[m \033[0;1ma", "\033[m \033[1ma"},
        {"also at another place", "\033[0m\033[5;6H\033[0;7ma", "\033[m\033[5;6H\033[7ma"},
        {"once only", "\033[m\033[5;6H\033[0;7ma\033[0;1mb",
         "\033[m\033[5;6H\033[7ma\033[0;1mb"},
        {"something may be on before", "\033[0;1ma", "\033[0;1ma"},
        {"dim blanks", "\033[0;2ma\033[m  \033[0;2mb\033[m c", "\033[0;2ma  b\033[m c"},
        {"dim, then text", "\033[0;2ma\033[mx\033[0;2mb", "\033[0;2ma\033[mx\033[2mb"},
        {"dim, elsewhere", "\033[0;2ma\033[m\033[4d\033[0;2mb",
         "\033[0;2ma\033[m\033[4d\033[2mb"},
        {"reversed blanks are seen", "\033[0;7ma\033[m \033[0;7mb",
         "\033[0;7ma\033[m \033[7mb"},
        {"dim and red", "\033[0;2;31ma\033[m \033[0;2mb", "\033[0;2;31ma\033[m \033[2mb"},
        {"repeated", "-\033[3b.", "----."},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        GByteArray *to = g_byte_array_new();
        term_bytes_tidy(to, (const guint8 *)cases[i].from, strlen(cases[i].from));
        g_byte_array_append(to, (const guint8 *)"", 1);
        if (strcmp((const char *)to->data, cases[i].want) != 0) {
            fail_msg("%s: \"%s\"", cases[i].why, (const char *)to->data);
        }
        g_byte_array_free(to, TRUE);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_tidy),
};

int
main(void)
{
    return cmocka_run_group_tests_name("term_bytes", tests, NULL, NULL);
}
