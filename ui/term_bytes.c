/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/term_bytes.h"

#include <stdbool.h>
#include <string.h>

#define REPEATS_MAX    4096
#define ATTRIBUTES_MAX 128

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

/* The length of a change of attributes at from, "ESC [ … m"; 0: something else is there. */
static gsize
attributes_at(const guint8 *from, gsize len)
{
    if (!starts_with(from, len, "\033[")) {
        return 0;
    }
    gsize i = 2;
    while (i < len && (g_ascii_isdigit((char)from[i]) || from[i] == ';')) {
        i++;
    }
    return i < len && from[i] == 'm' ? i + 1 : 0;
}

/* What is known of the attributes at the end of what was written. */
struct attributes {
    bool bare;     /* there are none; then none need be taken back first */
    bool dim;      /* dim, and nothing else */
    bool from_dim; /* bare, after dim */
    guint bare_at; /* where they were taken back */
};

/* Blanks look the same dim or not: between two dim texts nothing changes. True: it is so here,
 * and to has them dim now. */
static bool
stay_dim(GByteArray *to, const struct attributes *a)
{
    guint from = a->bare_at + (guint)strlen("\033[m");
    if (!a->bare || !a->from_dim) {
        return false;
    }
    for (guint i = from; i < to->len; i++) {
        if (to->data[i] != ' ') {
            return false;
        }
    }
    g_byte_array_remove_range(to, a->bare_at, from - a->bare_at);
    return true;
}

static void
write_attributes(GByteArray *to, const char *numbers, gsize n, struct attributes *a)
{
    n = n == 1 && numbers[0] == '0' ? 0 : n;
    gsize vain = a->bare && n > 2 && numbers[0] == '0' && numbers[1] == ';' ? 2 : 0;
    bool dim = n == 3 && memcmp(numbers, "0;2", 3) == 0;
    guint at = to->len;
    if (!dim || !stay_dim(to, a)) {
        g_byte_array_append(to, (const guint8 *)"\033[", 2);
        g_byte_array_append(to, (const guint8 *)numbers + vain, (guint)(n - vain));
        g_byte_array_append(to, (const guint8 *)"m", 1);
    }
    *a = (struct attributes){
        .bare = n == 0, .dim = dim, .from_dim = n == 0 && a->dim, .bare_at = at};
}

/* All changes of attributes that follow each other at from, as one; returns their length. */
static gsize
merge_attributes(GByteArray *to, const guint8 *from, gsize len, struct attributes *a)
{
    char merged[ATTRIBUTES_MAX];
    gsize done = 0, used = 0, one;
    while ((one = attributes_at(from + done, len - done)) > 0 && used + one < sizeof(merged)) {
        const char *numbers = (const char *)from + done + 2;
        gsize n = one - 3; /* without "ESC [" and "m" */
        bool anew = n == 0 || (numbers[0] == '0' && (n == 1 || numbers[1] == ';'));
        used = anew ? 0 : used;
        if (used > 0) {
            merged[used++] = ';';
        }
        memcpy(merged + used, n == 0 ? "0" : numbers, MAX(n, 1));
        used += MAX(n, 1);
        done += one;
        if (starts_with(from + done, len - done, TERM_BYTES_ASCII)) {
            done += strlen(TERM_BYTES_ASCII);
        }
    }
    if (done > 0) {
        write_attributes(to, merged, used, a);
    }
    return done;
}

void
term_bytes_tidy(GByteArray *to, const guint8 *from, gsize len)
{
    struct attributes a = {.bare = false}; /* what was before is not known */
    for (gsize i = 0; i < len;) {
        const guint8 *escape = memchr(from + i, '\033', len - i);
        gsize plain = escape == NULL ? len - i : (gsize)(escape - from) - i;
        g_byte_array_append(to, from + i, (guint)plain);
        i += plain;
        guint times = 0;
        gsize repeat =
            starts_with(from + i, len - i, "\033[") ? repeat_at(from + i, len - i, &times) : 0;
        gsize attributes = merge_attributes(to, from + i, len - i, &a);
        if (attributes > 0) {
            i += attributes;
        } else if (repeat > 0 && i > 0) {
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
