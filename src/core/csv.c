/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/core/csv.h"

#include <string.h>

#include "src/core/text.h"

void
csv_cell_append(GString *to, const char *text, bool first)
{
    if (!first) {
        g_string_append_c(to, ',');
    }
    if (strpbrk(text, "\",\r\n") == NULL) {
        g_string_append(to, text);
        return;
    }
    g_string_append_c(to, '"');
    for (const char *p = text; *p != '\0'; p++) {
        if (*p == '"') {
            g_string_append_c(to, '"');
        }
        g_string_append_c(to, *p);
    }
    g_string_append_c(to, '"');
}

/* Whether a spreadsheet would compute it. */
static bool
is_formula(const char *text)
{
    double number;
    return strchr("=+-@", *text) != NULL && *text != '\0' &&
           !text_to_double(text, strlen(text), false, &number);
}

void
csv_text_append(GString *to, const char *text, bool first)
{
    char *clean = text == NULL ? g_strdup("") : text_sanitize_dup(text, strlen(text));
    char *quoted = is_formula(clean) ? g_strconcat("'", clean, NULL) : NULL;
    csv_cell_append(to, quoted == NULL ? clean : quoted, first);
    g_free(quoted);
    g_free(clean);
}
