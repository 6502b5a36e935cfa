/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/term_bytes.h"

#include <stdbool.h>
#include <string.h>

#define REPEATS_MAX 4096

static bool
starts_with(const guint8 *from, gsize len, const char *text)
{
    return len >= strlen(text) && memcmp(from, text, strlen(text)) == 0;
}

/* The length of "ESC [ number b" at from, and its number; 0: something else is there. */
static gsize
repeat_at(const guint8 *from, gsize len, guint *ret_times)
{
    gsize i = 2;
    guint times = 0;
    while (i < len && g_ascii_isdigit((char)from[i]) && times < REPEATS_MAX) {
        times = times * 10 + (guint)(from[i++] - '0');
    }
    *ret_times = MIN(times, REPEATS_MAX);
    return i > 2 && i < len && from[i] == 'b' ? i + 1 : 0;
}

void
term_bytes_tidy(GByteArray *to, const guint8 *from, gsize len)
{
    for (gsize i = 0; i < len;) {
        const guint8 *escape = memchr(from + i, '\033', len - i);
        gsize plain = escape == NULL ? len - i : (gsize)(escape - from) - i;
        g_byte_array_append(to, from + i, (guint)plain);
        i += plain;
        guint times;
        gsize repeat =
            starts_with(from + i, len - i, "\033[") ? repeat_at(from + i, len - i, &times) : 0;
        if (repeat > 0 && i > 0) {
            for (guint n = 0; n < times; n++) {
                g_byte_array_append(to, from + i - 1, 1); /* curses repeats ASCII only */
            }
            i += repeat;
        } else if (starts_with(from + i, len - i, TERM_BYTES_ASCII)) {
            i += strlen(TERM_BYTES_ASCII);
        } else if (i < len) {
            g_byte_array_append(to, from + i++, 1);
        }
    }
}
