/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/collate.h"

#include <glib.h>

#include "src/core/text.h"

/* Of a run of digits: how many they are without zeros in front, then they. */
static const char *
add_number(GString *key, const char *p)
{
    while (*p == '0' && g_ascii_isdigit(p[1])) {
        p++;
    }
    const char *end = p;
    while (g_ascii_isdigit(*end)) {
        end++;
    }
    g_string_append_c(key, '0');
    g_string_append_c(key, (char)('0' + MIN(end - p, 70)));
    g_string_append_len(key, p, end - p);
    return end;
}

char *
collate_key(const char *text)
{
    char *folded = g_utf8_casefold(text, -1); /* "ß" becomes "ss" */
    char *apart = g_utf8_normalize(folded, -1, G_NORMALIZE_ALL);
    GString *key = g_string_new(NULL);
    for (const char *p = apart == NULL ? folded : apart; *p != '\0';) {
        if (g_ascii_isdigit(*p)) {
            p = add_number(key, p);
            continue;
        }
        gunichar c = g_utf8_get_char(p);
        if (g_unichar_type(c) != G_UNICODE_NON_SPACING_MARK) {
            g_string_append_unichar(key, c);
        }
        p = text_next(p);
    }
    g_free(folded);
    g_free(apart);
    return g_string_free(key, FALSE);
}

int
collate_compare(const char *a, const char *b)
{
    char *x = collate_key(a), *y = collate_key(b);
    int result = strcmp(x, y);
    g_free(x);
    g_free(y);
    return result;
}
