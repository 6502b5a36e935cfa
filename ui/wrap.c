/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/wrap.h"

#include "src/core/text.h"

/* Bytes of text for a row: up to a blank when there is one in its second half. */
static size_t
row_bytes(const char *text, int width)
{
    int columns;
    size_t fit = text_fit(text, MAX(width, 2), &columns);
    for (size_t at = fit; text[fit] != '\0' && at > fit / 2; at--) {
        if (text[at] == ' ') {
            return at;
        }
    }
    return fit > 0 ? fit : strlen(text);
}

void
wrap_text(GPtrArray *rows, const char *text, int width, int indent)
{
    for (int space = 0; *text != '\0'; space = indent) {
        size_t n = row_bytes(text, width - space);
        g_ptr_array_add(rows, g_strdup_printf("%*s%.*s", space, "", (int)n, text));
        text += n;
        text += *text == ' ';
    }
}
