/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/core/text.h"

#include <errno.h>
#include <math.h>

#define MARKS_MAX 4

static bool
is_mark(gunichar c)
{
    GUnicodeType type = g_unichar_type(c);
    return type == G_UNICODE_NON_SPACING_MARK || type == G_UNICODE_ENCLOSING_MARK ||
           type == G_UNICODE_SPACING_MARK;
}

/* Control (Cc), format (Cf: bidi, zero width), separators, surrogates, private, unassigned. */
static bool
is_harmless(gunichar c)
{
    switch ((int)g_unichar_type(c)) {
    case G_UNICODE_CONTROL:
    case G_UNICODE_FORMAT:
    case G_UNICODE_LINE_SEPARATOR:
    case G_UNICODE_PARAGRAPH_SEPARATOR:
    case G_UNICODE_SURROGATE:
    case G_UNICODE_PRIVATE_USE:
    case G_UNICODE_UNASSIGNED:
        return false;
    default:
        /* Hangul and other fillers are letters by type, but draw nothing. */
        return c != 0x115f && c != 0x1160 && c != 0x3164 && c != 0xffa0;
    }
}

size_t
text_sanitize(char *dst, size_t cap, const void *src, size_t len)
{
    const char *in = src, *end = in + len;
    size_t used = 0;
    int marks = 0;
    while (in < end && used + 1 < cap) {
        unsigned char byte = (unsigned char)*in;
        if (byte < 0x80) { /* nearly all of it */
            dst[used++] = byte >= 0x20 && byte != 0x7f ? (char)byte : '?';
            marks = 0;
            in++;
            continue;
        }
        gunichar c = g_utf8_get_char_validated(in, end - in);
        if (c == (gunichar)-1 || c == (gunichar)-2) {
            dst[used++] = '?';
            in++;
            continue;
        }
        size_t size = (size_t)g_utf8_skip[byte];
        marks = is_mark(c) ? marks + 1 : 0;
        if (!is_harmless(c) || (marks > 0 && used == 0)) { /* no base: not on its neighbour */
            dst[used++] = '?';
        } else if (marks <= MARKS_MAX) {
            if (used + size >= cap) {
                break;
            }
            memmove(dst + used, in, size);
            used += size;
        }
        in += size;
    }
    dst[used] = '\0';
    return used;
}

char *
text_sanitize_dup(const void *src, size_t len)
{
    char *dst = g_malloc(len + 1);
    text_sanitize(dst, len + 1, src, len);
    return dst;
}

/* g_utf8_next_char() casts const away, and steps over the end. */
const char *
text_next(const char *p)
{
    return p + strnlen(p, (size_t)g_utf8_skip[(unsigned char)*p]);
}

static int
columns_of(gunichar c)
{
    if (g_unichar_iszerowidth(c)) {
        return 0;
    }
    return g_unichar_iswide(c) ? 2 : 1;
}

size_t
text_fit(const char *text, int max_columns, int *ret_columns)
{
    const char *p = text;
    int columns = 0;
    while (*p != '\0') {
        int width = columns_of(g_utf8_get_char(p));
        if (columns + width > max_columns) {
            break;
        }
        columns += width;
        p = text_next(p);
    }
    *ret_columns = columns;
    return (size_t)(p - text);
}

int
text_columns(const char *text)
{
    int columns;
    text_fit(text, INT32_MAX, &columns);
    return columns;
}

/* Whether the text has the form of a number; strtod alone takes "0x10", "nan" and " 1". */
static bool
is_number(const char *text)
{
    const char *p = text;
    p += *p == '+' || *p == '-';
    size_t whole = strspn(p, "0123456789");
    p += whole;
    size_t fraction = 0;
    if (*p == '.') {
        fraction = strspn(p + 1, "0123456789");
        p += 1 + fraction;
    }
    if (whole + fraction == 0) {
        return false;
    }
    if (*p == 'e' || *p == 'E') {
        p++;
        p += *p == '+' || *p == '-';
        size_t exponent = strspn(p, "0123456789");
        p += exponent;
        if (exponent == 0) {
            return false;
        }
    }
    return *p == '\0';
}

bool
text_to_double(const char *text, size_t len, bool comma, double *ret)
{
    char buf[64];
    if (len == 0 || len >= sizeof(buf) || memchr(text, '\0', len) != NULL) {
        return false;
    }
    memcpy(buf, text, len);
    buf[len] = '\0';
    char *mark = comma && strchr(buf, '.') == NULL ? strchr(buf, ',') : NULL;
    if (mark != NULL) {
        *mark = '.';
    }
    if (!is_number(buf)) {
        return false;
    }
    double value = g_ascii_strtod(buf, NULL);
    if (!isfinite(value)) {
        return false;
    }
    *ret = value;
    return true;
}

bool
text_to_int(const char *text, int64_t min, int64_t max, int64_t *ret)
{
    char *end;
    if (*text != '-' && !g_ascii_isdigit(*text)) {
        return false;
    }
    errno = 0;
    int64_t value = g_ascii_strtoll(text, &end, 10);
    if (errno != 0 || *end != '\0' || end == text || value < min || value > max) {
        return false;
    }
    *ret = value;
    return true;
}

void
text_from_double(char *dst, size_t cap, double value)
{
    static const char *const formats[] = {"%.15g", "%.16g", "%.17g"};
    for (size_t i = 0; i < G_N_ELEMENTS(formats); i++) {
        g_ascii_formatd(dst, (int)cap, formats[i], value);
        double back = g_ascii_strtod(dst, NULL);
        if (back >= value && back <= value) {
            return;
        }
    }
}
