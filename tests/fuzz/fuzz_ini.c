/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as an INI file: what is taken is clean, and what is written anew reads the same. */
#include <assert.h>

#include "src/config/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool
is_clean(const char *text)
{
    for (const char *p = text; *p != '\0'; p++) {
        if (((unsigned char)*p < 0x20 && *p != '\t') || *p == 0x7f) {
            return false;
        }
    }
    return g_utf8_validate(text, -1, NULL);
}

static void
check_setting(GString *again, const struct setting *s)
{
    assert(is_clean(s->section) && is_clean(s->key) && is_clean(s->value));
    assert(*s->section != '\0' && s->line > 0);
    if (*s->key == '\0') {
        g_string_append_printf(again, "[%s]\n", s->section);
    } else if (strchr(s->value, '"') == NULL) {
        g_string_append_printf(again, "%s = \"%s\"\n", s->key, s->value);
    } else {
        g_string_append_printf(again, "%s = '%s'\n", s->key, s->value);
    }
}

/* A value with both kinds of quotes was bare, and cannot be quoted. */
static bool
can_write(const struct settings *s)
{
    for (size_t i = 0; i < s->n; i++) {
        if ((strchr(s->list[i].value, '"') != NULL && strchr(s->list[i].value, '\'') != NULL) ||
            strlen(s->list[i].key) + strlen(s->list[i].value) > 900) {
            return false;
        }
    }
    return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct settings settings, back;
    struct problems problems;
    settings_init(&settings);
    settings_init(&back);
    problems_init(&problems);
    ini_parse(&settings, "f", (const char *)data, size, &problems);

    GString *again = g_string_new(NULL);
    for (size_t i = 0; i < settings.n; i++) {
        check_setting(again, &settings.list[i]);
    }
    if (can_write(&settings)) {
        size_t before = problems.n;
        ini_parse(&back, "f", again->str, again->len, &problems);
        assert(problems.n == before && back.n == settings.n);
        for (size_t i = 0; i < back.n; i++) {
            assert(strcmp(back.list[i].key, settings.list[i].key) == 0);
            assert(strcmp(back.list[i].value, settings.list[i].value) == 0);
        }
    }
    g_string_free(again, TRUE);
    settings_fini(&settings);
    settings_fini(&back);
    problems_fini(&problems);
    return 0;
}
