/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/decode/jdoc.h"

#define NUMBER_FAST_DIGITS   19
#define NUMBER_FAST_MANTISSA (UINT64_C(1) << 53)
#define NUMBER_FAST_POWER    22

struct scan {
    const char *p, *end, *begin;
    struct jdoc *doc;
};

struct jdoc *
jdoc_new(void)
{
    struct jdoc *doc = g_new0(struct jdoc, 1);
    /* Large and mostly never touched: the kernel gives memory page by page as it is used. */
    doc->nodes = g_new(struct jnode, JDOC_NODES_MAX);
    doc->text = g_malloc(JDOC_BYTES_MAX + 1);
    return doc;
}

void
jdoc_free(struct jdoc *doc)
{
    if (doc == NULL) {
        return;
    }
    g_free(doc->nodes);
    g_free(doc->text);
    g_free(doc);
}

static bool
fail(struct scan *s, const char *why)
{
    s->doc->why = why;
    s->doc->where = (size_t)(s->p - s->begin);
    return false;
}

static void
skip_blanks(struct scan *s)
{
    while (s->p < s->end && (*s->p == ' ' || *s->p == '\n' || *s->p == '\t' || *s->p == '\r')) {
        s->p++;
    }
}

static bool
is_continuation(const char *p)
{
    return ((unsigned char)*p & 0xc0) == 0x80;
}

/* Bytes of the well-formed UTF-8 character at p (Unicode, table 3-7), 0 when there is none. */
static size_t
utf8_size(const char *p, const char *end)
{
    unsigned char a = (unsigned char)p[0];
    size_t left = (size_t)(end - p);
    if (a < 0xc2 || a > 0xf4 || left < 2) {
        return 0;
    }
    unsigned char b = (unsigned char)p[1];
    if (a < 0xe0) {
        return is_continuation(p + 1) ? 2 : 0;
    }
    if (a < 0xf0) {
        bool second = b >= (a == 0xe0 ? 0xa0 : 0x80) && b <= (a == 0xed ? 0x9f : 0xbf);
        return second && left >= 3 && is_continuation(p + 2) ? 3 : 0;
    }
    bool second = b >= (a == 0xf0 ? 0x90 : 0x80) && b <= (a == 0xf4 ? 0x8f : 0xbf);
    return second && left >= 4 && is_continuation(p + 2) && is_continuation(p + 3) ? 4 : 0;
}

static bool
hex4(struct scan *s, uint32_t *ret)
{
    uint32_t value = 0;
    if (s->end - s->p < 4) {
        return fail(s, "escape cut off");
    }
    for (int i = 0; i < 4; i++) {
        int digit = g_ascii_xdigit_value(s->p[i]);
        if (digit < 0) {
            return fail(s, "bad escape");
        }
        value = value * 16 + (uint32_t)digit;
    }
    s->p += 4;
    *ret = value;
    return true;
}

/* After "\u"; a pair of surrogates is one character, half a pair is none. */
static bool
scan_unicode(struct scan *s, char **out)
{
    uint32_t c, low;
    if (!hex4(s, &c)) {
        return false;
    }
    if (c >= 0xdc00 && c <= 0xdfff) {
        return fail(s, "lone surrogate");
    }
    if (c >= 0xd800 && c <= 0xdbff) {
        if (s->end - s->p < 2 || s->p[0] != '\\' || s->p[1] != 'u') {
            return fail(s, "lone surrogate");
        }
        s->p += 2;
        if (!hex4(s, &low)) {
            return false;
        }
        if (low < 0xdc00 || low > 0xdfff) {
            return fail(s, "lone surrogate");
        }
        c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
    }
    *out += g_unichar_to_utf8(c, *out);
    return true;
}

static bool
scan_escape(struct scan *s, char **out)
{
    static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
    if (s->p == s->end) {
        return fail(s, "text not ended");
    }
    char c = *s->p;
    if (c == 'u') {
        s->p++;
        return scan_unicode(s, out);
    }
    const char *found = c == '\0' ? NULL : strchr(names, c);
    if (found == NULL) {
        return fail(s, "bad escape");
    }
    s->p++;
    *(*out)++ = values[found - names];
    return true;
}

/* Skip what stands for itself; stops at quote, backslash, end. */
static bool
scan_plain(struct scan *s)
{
    const char *p = s->p;
    while (p < s->end) {
        unsigned char c = (unsigned char)*p;
        if (c == '"' || c == '\\') {
            break;
        }
        if (c >= 0x20 && c < 0x80) {
            p++;
            continue;
        }
        size_t size = c < 0x20 ? 0 : utf8_size(p, s->end);
        if (size == 0) {
            s->p = p;
            return fail(s, c < 0x20 ? "control character in text" : "bad UTF-8");
        }
        p += size;
    }
    s->p = p;
    return p < s->end ? true : fail(s, "text not ended");
}

/* s->p stands behind the opening quote and ends behind the closing one. */
static bool
scan_text(struct scan *s, const char **ret, uint32_t *ret_len)
{
    const char *start = s->p;
    if (!scan_plain(s)) {
        return false;
    }
    if (*s->p == '"') {
        *ret = start;
        *ret_len = (uint32_t)(s->p - start);
        s->p++;
        return true;
    }
    /* An escape never gets longer by unescaping, so the buffer of the payload's size holds. */
    char *text = s->doc->text + s->doc->text_used, *out = text;
    while (*s->p != '"') {
        memcpy(out, start, (size_t)(s->p - start));
        out += s->p - start;
        s->p++;
        if (!scan_escape(s, &out)) {
            return false;
        }
        start = s->p;
        if (!scan_plain(s)) {
            return false;
        }
    }
    memcpy(out, start, (size_t)(s->p - start));
    out += s->p - start;
    s->p++;
    s->doc->text_used += (size_t)(out - text);
    *ret = text;
    *ret_len = (uint32_t)(out - text);
    return true;
}

static size_t
scan_digits(struct scan *s, uint64_t *mantissa)
{
    const char *start = s->p;
    while (s->p < s->end && *s->p >= '0' && *s->p <= '9') {
        *mantissa = *mantissa * 10 + (uint64_t)(*s->p - '0');
        s->p++;
    }
    return (size_t)(s->p - start);
}

/* Exact when mantissa and power of ten are both exact doubles: one rounding (Clinger). */
static bool
number_fast(uint64_t mantissa, size_t digits, int power, double *ret)
{
    static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                    1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    if (digits > NUMBER_FAST_DIGITS || mantissa > NUMBER_FAST_MANTISSA ||
        power < -NUMBER_FAST_POWER || power > NUMBER_FAST_POWER) {
        return false;
    }
    double value = (double)mantissa;
    *ret = power < 0 ? value / powers[-power] : value * powers[power];
    return true;
}

/* strtod() wants a NUL behind; the text buffer has room, as the number is payload, too. */
static double
number_slow(struct scan *s, const char *start)
{
    size_t len = (size_t)(s->p - start);
    char *copy = s->doc->text + s->doc->text_used;
    memcpy(copy, start, len);
    copy[len] = '\0';
    return g_ascii_strtod(copy, NULL);
}

static bool
scan_exponent(struct scan *s, int *power)
{
    if (s->p == s->end || (*s->p != 'e' && *s->p != 'E')) {
        return true;
    }
    s->p++;
    bool negative = s->p < s->end && *s->p == '-';
    if (s->p < s->end && (*s->p == '+' || *s->p == '-')) {
        s->p++;
    }
    uint64_t exponent = 0;
    size_t digits = scan_digits(s, &exponent);
    if (digits == 0) {
        return fail(s, "bad number");
    }
    int by = digits > 4 ? 10000 : (int)exponent; /* far: left to strtod() */
    *power += negative ? -by : by;
    return true;
}

static bool
scan_number(struct scan *s, struct jnode *node)
{
    const char *start = s->p;
    bool negative = *s->p == '-';
    uint64_t mantissa = 0;
    s->p += negative;
    const char *first = s->p;
    size_t whole = scan_digits(s, &mantissa), fraction = 0;
    if (whole == 0 || (whole > 1 && *first == '0')) {
        return fail(s, "bad number");
    }
    if (s->p < s->end && *s->p == '.') {
        s->p++;
        fraction = scan_digits(s, &mantissa);
        if (fraction == 0) {
            return fail(s, "bad number");
        }
    }
    int power = -(int)fraction;
    if (!scan_exponent(s, &power)) {
        return false;
    }
    node->type = J_NUMBER;
    if (number_fast(mantissa, whole + fraction, power, &node->num)) {
        node->num = negative ? -node->num : node->num;
    } else {
        node->num = number_slow(s, start);
    }
    return true;
}

static bool
scan_word(struct scan *s, struct jnode *node, const char *word, enum jtype type)
{
    size_t len = strlen(word);
    if ((size_t)(s->end - s->p) < len || memcmp(s->p, word, len) != 0) {
        return fail(s, "no value");
    }
    s->p += len;
    node->type = type;
    return true;
}

static bool scan_value(struct scan *s, int depth, const char *key, uint32_t key_len);

static bool
scan_key(struct scan *s, const char **ret, uint32_t *ret_len)
{
    if (s->p == s->end || *s->p != '"') {
        return fail(s, "member name missing");
    }
    s->p++;
    if (!scan_text(s, ret, ret_len)) {
        return false;
    }
    if (memchr(*ret, '\0', *ret_len) != NULL) {
        return fail(s, "U+0000 in a member name");
    }
    skip_blanks(s);
    if (s->p == s->end || *s->p != ':') {
        return fail(s, "colon missing");
    }
    s->p++;
    return true;
}

/* s->p stands behind the opening bracket. */
static bool
scan_container(struct scan *s, int depth, struct jnode *node, enum jtype type)
{
    char close = type == J_ARRAY ? ']' : '}';
    node->type = type;
    node->len = 0;
    if (depth == JDOC_DEPTH_MAX) {
        return fail(s, "nested too deep");
    }
    skip_blanks(s);
    if (s->p < s->end && *s->p == close) {
        s->p++;
        return true;
    }
    for (;;) {
        const char *key = NULL;
        uint32_t key_len = 0;
        if (type == J_OBJECT && !scan_key(s, &key, &key_len)) {
            return false;
        }
        if (!scan_value(s, depth + 1, key, key_len)) {
            return false;
        }
        node->len++;
        skip_blanks(s);
        if (s->p < s->end && *s->p == close) {
            s->p++;
            return true;
        }
        if (s->p == s->end || *s->p != ',') {
            return fail(s, s->p == s->end ? "cut off" : "comma or end missing");
        }
        s->p++;
        skip_blanks(s);
    }
}

static bool
scan_value(struct scan *s, int depth, const char *key, uint32_t key_len)
{
    struct jdoc *doc = s->doc;
    skip_blanks(s);
    if (s->p == s->end) {
        return fail(s, "cut off");
    }
    if (doc->n == JDOC_NODES_MAX) {
        return fail(s, "too many values");
    }
    struct jnode *node = &doc->nodes[doc->n++];
    node->key = key;
    node->key_len = key_len;
    bool done;
    switch (*s->p) {
    case '{':
        s->p++;
        done = scan_container(s, depth, node, J_OBJECT);
        break;
    case '[':
        s->p++;
        done = scan_container(s, depth, node, J_ARRAY);
        break;
    case '"':
        s->p++;
        node->type = J_TEXT;
        done = scan_text(s, &node->text, &node->len);
        break;
    case 't':
        done = scan_word(s, node, "true", J_TRUE);
        break;
    case 'f':
        done = scan_word(s, node, "false", J_FALSE);
        break;
    case 'n':
        done = scan_word(s, node, "null", J_NULL);
        break;
    default:
        done =
            *s->p == '-' || g_ascii_isdigit(*s->p) ? scan_number(s, node) : fail(s, "no value");
    }
    node->next = doc->n;
    return done;
}

bool
jdoc_parse(struct jdoc *doc, const void *bytes, size_t len)
{
    struct scan s = {.p = bytes, .begin = bytes, .end = (const char *)bytes + len, .doc = doc};
    doc->n = 0;
    doc->text_used = 0;
    doc->why = NULL;
    doc->where = 0;
    if (len > JDOC_BYTES_MAX) {
        return fail(&s, "too large");
    }
    if (!scan_value(&s, 0, NULL, 0)) {
        return false;
    }
    skip_blanks(&s);
    return s.p == s.end ? true : fail(&s, "something follows the value");
}

const struct jnode *
jdoc_member(const struct jdoc *doc, const struct jnode *object, const char *key, size_t key_len,
            bool fold)
{
    const struct jnode *found = NULL;
    if (object->type != J_OBJECT) {
        return NULL;
    }
    uint32_t at = (uint32_t)(object - doc->nodes) + 1;
    for (uint32_t i = 0; i < object->len; i++) {
        const struct jnode *node = &doc->nodes[at];
        if (node->key_len == key_len &&
            (fold ? g_ascii_strncasecmp(node->key, key, key_len) == 0
                  : memcmp(node->key, key, key_len) == 0)) {
            found = node;
        }
        at = node->next;
    }
    return found;
}

const struct jnode *
jdoc_child(const struct jdoc *doc, const struct jnode *container, uint32_t i)
{
    if ((container->type != J_ARRAY && container->type != J_OBJECT) || i >= container->len) {
        return NULL;
    }
    uint32_t at = (uint32_t)(container - doc->nodes) + 1;
    while (i-- > 0) {
        at = doc->nodes[at].next;
    }
    return &doc->nodes[at];
}
