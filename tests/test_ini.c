/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit.h"

#include "src/config/config.h"

#define BYTES(text) text, sizeof(text) - 1

/* "line:[section]key=value|…" of what was read, then "!" and the problems. */
static char *
parse(const char *bytes, size_t len)
{
    struct settings settings;
    struct problems problems;
    settings_init(&settings);
    problems_init(&problems);
    ini_parse(&settings, "f", bytes, len, &problems);
    GString *out = g_string_new(NULL);
    for (size_t i = 0; i < settings.n; i++) {
        const struct setting *s = &settings.list[i];
        if (*s->key != '\0') {
            g_string_append_printf(out, "%d:[%s]%s=%s|", s->line, s->section, s->key, s->value);
        }
    }
    for (size_t i = 0; i < problems.n; i++) {
        g_string_append_printf(out, "!%s", problems.list[i]);
    }
    settings_fini(&settings);
    problems_fini(&problems);
    return g_string_free(out, FALSE);
}

static void
test_parse(void **state)
{
    (void)state;
    static const struct {
        const char *why, *in;
        size_t len;
        const char *want;
    } cases[] = {
        {"nothing", BYTES(""), ""},
        {"blanks, comments, no last newline", BYTES("# a\n; b\n\n \t\n[m]\nk = v"),
         "6:[m]k=v|"},
        {"no blanks around =", BYTES("[m]\nk=v\n"), "2:[m]k=v|"},
        {"CRLF and byte order mark", BYTES("\xef\xbb\xbf[m]\r\nk = v\r\n"), "2:[m]k=v|"},
        {"the filter that iniparser cuts", BYTES("[s]\nfilter = plant/#\n"),
         "2:[s]filter=plant/#|"},
        {"a filter that is only #", BYTES("[s]\nfilter = #\n"), "2:[s]filter=#|"},
        {"; inside", BYTES("[s]\nk = a;b\n"), "2:[s]k=a;b|"},
        {"comment after a blank", BYTES("[s]\nk = plant/#  # all of it\n"), "2:[s]k=plant/#|"},
        {"; comment after a tab", BYTES("[s]\nk = v\t; why\n"), "2:[s]k=v|"},
        {"quotes keep everything", BYTES("[s]\nk = \" a # b ; \"  # c\n"), "2:[s]k= a # b ; |"},
        {"single quotes keep double ones", BYTES("[s]\nk = 'say \"x\"'\n"),
         "2:[s]k=say \"x\"|"},
        {"empty value", BYTES("[s]\nk =\nl = \"\"\n"), "2:[s]k=|3:[s]l=|"},
        {"= in the value", BYTES("[s]\nconninfo = host=db user=x\n"),
         "2:[s]conninfo=host=db user=x|"},
        {"a comment behind the section", BYTES("[ s ] ; here\nk = v\n"), "2:[s]k=v|"},
        {"umlauts", BYTES("[s]\nname = Wasserwerk Süd\n"), "2:[s]name=Wasserwerk Süd|"},
        {"the same key in two sections", BYTES("[a]\nk = 1\n[b]\nk = 2\n"),
         "2:[a]k=1|4:[b]k=2|"},

        {"value or comment?", BYTES("[s]\nk = # none\n"),
         "!f:2: [s] k: \"# none\" is not clear: a value or a comment? Quote it or leave it "
         "out"},
        {"a key twice: the first stands", BYTES("[s]\nk = 1\nk = 2\n"),
         "2:[s]k=1|!f:3: [s] k: \"2\" stands twice, first in line 2"},
        {"no ]", BYTES("[s\nk = v\n"),
         "!f:1: \"[s\" has no ]!f:2: \"k\" stands before the first [section]"},
        {"text after ]", BYTES("[s] x\n"), "!f:1: \"[s] x\" has text after the ]"},
        {"no name", BYTES("[ ]\n"), "!f:1: \"\" is not the name of a section"},
        {"no section", BYTES("k = v\n"), "!f:1: \"k\" stands before the first [section]"},
        {"no =", BYTES("[s]\nk v\n"), "!f:2: \"k v\" is not of the form key = value"},
        {"no key", BYTES("[s]\n= v\n"), "!f:2: \"v\" has no key in front of the ="},
        {"open quote", BYTES("[s]\nk = \"v\n"), "!f:2: [s] k: \"\"v\" has no closing quote"},
        {"text after the quote", BYTES("[s]\nk = \"v\" w\n"),
         "!f:2: [s] k: \"\"v\" w\" has text after the closing quote"},
        {"continuation", BYTES("[s]\nk = v \\\n"),
         "!f:2: [s] k: \"v \\\" goes on in the next line, which is not possible here"},
        {"NUL", BYTES("[s]\nk = a\0b\n"), "!f:2: \"k = a\" contains a NUL byte"},
        {"Latin-1",
         BYTES("[s]\nk = S\xfc"
               "d\n"),
         "!f:2: \"k = S?d\" is not valid UTF-8"},
        {"escape sequence", BYTES("[s]\nk = \033[2J\n"),
         "!f:2: \"k = ?[2J\" contains a control character"},
        {"all are told", BYTES("[s]\na\nb\nc = 1\n"),
         "4:[s]c=1|!f:2: \"a\" is not of the form key = value!f:3: \"b\" is not of the form "
         "key = value"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        char *got = parse(cases[i].in, cases[i].len);
        if (strcmp(got, cases[i].want) != 0) {
            fail_msg("%s: got \"%s\", want \"%s\"", cases[i].why, got, cases[i].want);
        }
        g_free(got);
    }
}

static void
test_long_line(void **state)
{
    (void)state;
    for (size_t len = 999; len <= 1002; len++) {
        GString *text = g_string_new("[s]\nk = ");
        while (text->len < 4 + len) {
            g_string_append_c(text, 'x');
        }
        char *got = parse(text->str, text->len);
        assert_int_equal(strstr(got, "is longer than 1,000 bytes") != NULL, len > 1000);
        g_free(got);
        g_string_free(text, TRUE);
    }
}

static void
test_read_fails(void **state)
{
    (void)state;
    struct settings settings;
    struct problems problems;
    struct err err = {0};
    settings_init(&settings);
    problems_init(&problems);
    assert_int_equal(ini_read(&settings, "/nowhere/x.ini", &problems, &err), RC_NOTFOUND);
    assert_string_equal(err.text,
                        "could not open \"/nowhere/x.ini\": No such file or directory");
    assert_int_equal(ini_read(&settings, "/", &problems, &err), RC_INVALID);
    assert_int_equal(ini_read(&settings, "/dev/zero", &problems, &err), RC_INVALID);
    assert_string_equal(err.text, "\"/dev/zero\" is not a file");
    assert_int_equal(settings.n, 0);
    settings_fini(&settings);
    problems_fini(&problems);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_long_line),
        cmocka_unit_test(test_read_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
