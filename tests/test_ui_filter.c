/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit.h"

#include "ui/filter.h"
#include "ui/glyph.h"

static char empty[] = "", uid[] = "PW-0417", name[] = "Überlauf München", brief[] = "Mü 1",
            type[] = "PU", area[] = "Nord";
static const struct station station = {.uid = uid,
                                       .name = name,
                                       .short_name = brief,
                                       .type = type,
                                       .area = area,
                                       .guidance = empty};

static void
test_words(void **state)
{
    (void)state;
    static const struct {
        const char *filter;
        enum condition condition;
        bool want;
    } cases[] = {
        {"", CONDITION_NORMAL, true},
        {"   ", CONDITION_NORMAL, true},
        {"pw-04", CONDITION_NORMAL, true},
        {"0417 nord", CONDITION_NORMAL, true}, /* all words, in any place and case */
        {"0417 south", CONDITION_NORMAL, false},
        {"münchen", CONDITION_NORMAL, true},
        {"MÜNCHEN", CONDITION_NORMAL, true},
        {"muenchen", CONDITION_NORMAL, true},
        {"MuenchenX", CONDITION_NORMAL, false},
        {"mu\xcc\x88nchen", CONDITION_NORMAL, true}, /* u and a combining diaeresis */
        {"type=pu", CONDITION_NORMAL, true},
        {"area=pu", CONDITION_NORMAL, false},
        {"id=0417", CONDITION_NORMAL, true},
        {"name=1", CONDITION_NORMAL, true}, /* the short name is a name */
        {"colour=red", CONDITION_NORMAL, false},
        {"!nord", CONDITION_NORMAL, false},
        {"!south", CONDITION_NORMAL, true},
        {"!type=pu", CONDITION_NORMAL, false},
        {"!", CONDITION_NORMAL, true}, /* still being typed */
        {"fault", CONDITION_FAULT, true},
        {"fault", CONDITION_NORMAL, false},
        {"!silent", CONDITION_SILENT, false},
        {"!silent", CONDITION_FAULT, true},
        {"state=silent", CONDITION_SILENT, true},
        {"state=sil", CONDITION_SILENT, true},
        {"state=silent", CONDITION_FAULT, false},
        {"STATE=normal", CONDITION_NORMAL, true},
        {"\xff\xfe", CONDITION_NORMAL, false}, /* no UTF-8 at all */
        {"area==nord", CONDITION_NORMAL, true},
        {"area==nor", CONDITION_NORMAL, false},
        {"area==\"\"", CONDITION_NORMAL, false},
        {"name=\"überlauf m\"", CONDITION_NORMAL, true}, /* with its blank */
        {"name=überlauf x", CONDITION_NORMAL, false},
        {"\"überlauf münchen\"", CONDITION_NORMAL, true},
        {"\"0417 nord", CONDITION_NORMAL, false}, /* the quote is still open */
        {"level>", CONDITION_NORMAL, true},       /* still being typed */
        {"level>x", CONDITION_NORMAL, false},
        {"level>3", CONDITION_NORMAL, false}, /* there are no numbers here */
        {">3", CONDITION_NORMAL, false},
    };
    struct filter_text text;
    filter_text_init(&text, &station);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct filter *f = filter_new(cases[i].filter);
        if (filter_match(f, &text, cases[i].condition) != cases[i].want) {
            fail_msg("\"%s\"", cases[i].filter);
        }
        filter_free(f);
    }
    filter_text_fini(&text);
}

static void
test_wants_condition(void **state)
{
    (void)state;
    static const struct {
        const char *filter;
        bool want;
    } cases[] = {{"nord", false}, {"nord fault", true}, {"state=f", true}, {"id=fault", false}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct filter *f = filter_new(cases[i].filter);
        assert_int_equal(filter_wants_condition(f), cases[i].want);
        filter_free(f);
    }
}

static void
test_many_words(void **state)
{
    (void)state;
    GString *long_one = g_string_new(NULL);
    for (int i = 0; i < 1000; i++) {
        g_string_append(long_one, "nord ");
    }
    struct filter_text text;
    filter_text_init(&text, &station);
    struct filter *f = filter_new(long_one->str);
    assert_true(filter_match(f, &text, CONDITION_NORMAL));
    filter_free(f);
    filter_text_fini(&text);
    g_string_free(long_one, TRUE);
}

static void
test_ascii(void **state)
{
    (void)state;
    static const struct {
        gunichar c;
        const char *want;
    } cases[] = {
        {'a', "a"},      {'~', "~"},     {0x00fc, "ue"}, {0x00dc, "Ue"},  {0x00df, "ss"},
        {0x00e9, "e"},   {0x00b3, "3"},  {0x2083, "3"},  {0x00b0, "deg"}, {0x2013, "-"},
        {0x20ac, "EUR"}, {0x1e9e, "SS"}, {0xfb01, "f"},  {0x4e2d, "?"},   {0x1b, "?"},
        {0x7f, "?"},     {0x202e, "?"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        char one[2];
        if (strcmp(glyph_ascii(cases[i].c, one), cases[i].want) != 0) {
            fail_msg("U+%04X gives %s", cases[i].c, glyph_ascii(cases[i].c, one));
        }
    }
}

/* Every glyph is one column in every set, plain ASCII in the one, no emoji in any. */
static void
test_glyphs(void **state)
{
    (void)state;
    static const gunichar console_font[] = {0x2588, 0x2591, 0x2592, 0x25a0,
                                            0x25b2, 0x25bc, 0x25cf, 0x00b7};
    for (int i = 0; i < GLYPHS; i++) {
        for (int set = 0; set < GLYPH_SETS; set++) {
            const char *text = glyph_text((enum glyph_set)set, (enum glyph)i);
            gunichar c = g_utf8_get_char(text);
            assert_int_equal(g_utf8_strlen(text, -1), 1);
            assert_false(g_unichar_iswide(c));
            if (set == GLYPHS_ASCII) {
                assert_in_range(c, 0x20, 0x7e);
            }
            bool known = c < 0x7f || (c >= 0x2500 && c <= 0x257f);
            for (size_t k = 0; k < G_N_ELEMENTS(console_font); k++) {
                known = known || c == console_font[k];
            }
            if (set == GLYPHS_VT && !known) {
                fail_msg("%s is not in the console fonts", text);
            }
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),      cmocka_unit_test(test_wants_condition),
        cmocka_unit_test(test_many_words), cmocka_unit_test(test_ascii),
        cmocka_unit_test(test_glyphs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
