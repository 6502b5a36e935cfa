/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/decode/value.h"

#include <math.h>

#include "src/core/text.h"
#include "src/decode/decode.h"

#define NUMBER_TEXT_MAX 64 /* longer text is no number for text_to_double() */

static struct value
no_value(const char *reason)
{
    return (struct value){.reason = reason};
}

struct value
value_number(double num)
{
    if (!isfinite(num)) {
        return no_value("value not finite");
    }
    return (struct value){.num = num + 0.0}; /* -0 becomes 0 */
}

static bool
is_word(const char *text, size_t len, const char *word)
{
    return strlen(word) == len && g_ascii_strncasecmp(text, word, len) == 0;
}

static bool
is_one_of(const char *text, size_t len, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (is_word(text, len, words[i])) {
            return true;
        }
    }
    return false;
}

/* Digits, signs and separators with a comma among them: meant as a number, never a state. */
static bool
is_numeric(const char *text, size_t len)
{
    bool digit = false, comma = false;
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '\0' || strchr("0123456789+-.,", text[i]) == NULL) {
            return false;
        }
        digit = digit || g_ascii_isdigit(text[i]);
        comma = comma || text[i] == ',';
    }
    return digit && (comma || len >= NUMBER_TEXT_MAX);
}

/* "1e999": a number by its form, but beyond what a double holds. */
static bool
is_overflow(const char *text, size_t len)
{
    char buf[NUMBER_TEXT_MAX], *end;
    if (len >= sizeof(buf) || !(g_ascii_isdigit(*text) || strchr("+-.", *text) != NULL)) {
        return false;
    }
    memcpy(buf, text, len);
    buf[len] = '\0';
    double num = g_ascii_strtod(buf, &end);
    return end == buf + len && !isfinite(num);
}

static struct value
read_text(const char *text, size_t len)
{
    static const char *const on[] = {"true", "on"}, *const off[] = {"false", "off"};
    static const char *const none[] = {"nan",  "+nan",     "-nan",      "inf",      "+inf",
                                       "-inf", "infinity", "+infinity", "-infinity"};
    double num;
    if (len > DECODE_TEXT_MAX) {
        return no_value("text too long");
    }
    while (len > 0 && g_ascii_isspace(*text)) {
        text++;
        len--;
    }
    while (len > 0 && g_ascii_isspace(text[len - 1])) {
        len--;
    }
    if (len == 0) {
        return no_value("value empty");
    }
    if (text_to_double(text, len, true, &num)) {
        return value_number(num);
    }
    if (is_one_of(text, len, on, G_N_ELEMENTS(on))) {
        return value_number(1);
    }
    if (is_one_of(text, len, off, G_N_ELEMENTS(off))) {
        return value_number(0);
    }
    if (is_one_of(text, len, none, G_N_ELEMENTS(none)) || is_overflow(text, len)) {
        return no_value("value not finite");
    }
    if (is_numeric(text, len)) {
        return no_value("value not a number");
    }
    return (struct value){.text = text, .len = len};
}

struct value
value_read(const struct jnode *node)
{
    if (node == NULL) {
        return no_value("value missing");
    }
    switch (node->type) {
    case J_NULL:
        return no_value("value null");
    case J_FALSE:
        return value_number(0);
    case J_TRUE:
        return value_number(1);
    case J_NUMBER:
        return value_number(node->num);
    case J_TEXT:
        return read_text(node->text, node->len);
    case J_ARRAY:
        return no_value("value is an array");
    case J_OBJECT:
        return no_value("value is an object");
    }
    return no_value("value missing");
}

/* A whole number of at most bits, signed or not, as those bits. */
static bool
to_bits(double num, int bits, uint32_t *ret)
{
    double span = ldexp(1, bits);
    if (num < -span / 2 || num >= span || num > trunc(num) || num < trunc(num)) {
        return false;
    }
    *ret = num < 0 ? (uint32_t)(int32_t)num : (uint32_t)num;
    return true;
}

static struct value
decode_bcd(double num)
{
    uint32_t bits, value = 0;
    bool word =
        num < 0 && to_bits(num, 16, &bits); /* a negative one has the top digit 8 or 9 */
    if (!word && !to_bits(num, 32, &bits)) {
        return no_value("not BCD");
    }
    for (int shift = word ? 12 : 28; shift >= 0; shift -= 4) {
        uint32_t digit = bits >> shift & 0xf;
        if (digit > 9) {
            return no_value("not BCD");
        }
        value = value * 10 + digit;
    }
    return value_number(value);
}

struct value
value_decode(struct value v, enum decode_as as)
{
    uint32_t bits = 0;
    float real;
    if (v.reason != NULL || as == DECODE_PLAIN) {
        return v;
    }
    if (v.text != NULL) {
        return no_value("value not a number");
    }
    switch (as) {
    case DECODE_PLAIN:
        return v;
    case DECODE_INT16:
        return to_bits(v.num, 16, &bits) ? value_number((int16_t)bits) : no_value("not int16");
    case DECODE_UINT16:
        return to_bits(v.num, 16, &bits) ? value_number((uint16_t)bits)
                                         : no_value("not uint16");
    case DECODE_INT32:
        return to_bits(v.num, 32, &bits) ? value_number((int32_t)bits) : no_value("not int32");
    case DECODE_UINT32:
        return to_bits(v.num, 32, &bits) ? value_number(bits) : no_value("not uint32");
    case DECODE_FLOAT32:
        if (!to_bits(v.num, 32, &bits)) {
            return no_value("not float32");
        }
        memcpy(&real, &bits, sizeof(real));
        return value_number((double)real);
    case DECODE_BCD:
        return decode_bcd(v.num);
    }
    return v;
}

struct value
value_int16(struct value v)
{
    uint32_t bits;
    if (v.reason == NULL && v.text == NULL && to_bits(v.num, 16, &bits)) {
        return value_number((int16_t)bits);
    }
    return v;
}
