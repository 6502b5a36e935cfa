/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/app/own_topic.h"

#include <stdbool.h>

static bool
is_plain(gunichar c)
{
    bool control = c < 0x20 || (c >= 0x7f && c < 0xa0);
    bool character = (c & 0xfffe) != 0xfffe && (c < 0xfdd0 || c > 0xfdef);
    bool ours = c == '/' || c == '+' || c == '#' || c == '%';
    return !control && character && !ours;
}

void
own_topic_append(GString *topic, const char *text)
{
    for (const char *p = text; *p != '\0';) {
        gunichar c = g_utf8_get_char_validated(p, -1);
        bool whole = c != (gunichar)-1 && c != (gunichar)-2;
        int len = whole ? g_unichar_to_utf8(c, NULL) : 1;
        if (whole && is_plain(c)) {
            g_string_append_len(topic, p, len);
        } else {
            for (int i = 0; i < len; i++) {
                g_string_append_printf(topic, "%%%02X", (unsigned char)p[i]);
            }
        }
        p += len;
    }
}
