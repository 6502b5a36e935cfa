/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/decode/hexkey.h"

#include <assert.h>

#include "src/decode/decode.h"

static const struct {
    const char *name;
    char digit;  /* in the key */
    char suffix; /* in the id, 0: none */
    uint32_t bytes;
} types[] = {
    [HEX_BIT] = {"bit", '1', 0, 0},
    [HEX_BYTE] = {"byte", '2', 'B', 1},
    [HEX_WORD] = {"word", '4', 'W', 2},
    [HEX_DWORD] = {"dword", '6', 'D', 4},
};
#define TYPES (HEX_DWORD + 1)
static_assert(G_N_ELEMENTS(types) == TYPES, "a type has no row");

static bool
parse_type_name(const char *text, enum hex_type *ret)
{
    for (size_t i = 0; i < TYPES; i++) {
        if (strcmp(text, types[i].name) == 0) {
            *ret = (enum hex_type)i;
            return true;
        }
    }
    return false;
}

static bool
parse_flag(const char *text, struct hex_range *ret)
{
    const struct {
        const char *name;
        bool *flag;
    } flags[] = {{"zero", &ret->zero},
                 {"signed", &ret->is_signed},
                 {"memory", &ret->memory},
                 {"rows", &ret->rows}};
    for (size_t i = 0; i < G_N_ELEMENTS(flags); i++) {
        if (strcmp(text, flags[i].name) == 0) {
            *flags[i].flag = true;
            return true;
        }
    }
    return false;
}

bool
hex_range_parse(struct hex_range *ret, const char *text)
{
    char **parts = g_strsplit(text, ":", -1);
    struct hex_range range = {0};
    bool good = g_strv_length(parts) >= 2 && *parts[0] != '\0' &&
                g_strlcpy(range.name, parts[0], sizeof(range.name)) < sizeof(range.name) &&
                parse_type_name(parts[1], &range.type);
    for (size_t i = 2; good && parts[i] != NULL; i++) {
        good = parse_flag(parts[i], &range);
    }
    g_strfreev(parts);
    if (good) {
        *ret = range;
    }
    return good;
}

static bool
take_number(const char **p, const char *end, uint32_t *ret)
{
    const char *start = *p;
    uint32_t value = 0;
    while (*p < end && g_ascii_isdigit(**p) && *p - start < 6) {
        value = value * 10 + (uint32_t)(**p - '0');
        (*p)++;
    }
    *ret = value;
    return *p > start;
}

static bool
take(const char **p, const char *end, char c)
{
    if (*p == end || **p != c) {
        return false;
    }
    (*p)++;
    return true;
}

static const struct hex_range *
take_range(const char **p, const char *end, const struct hex_range *ranges, size_t n)
{
    const char *dot = memchr(*p, '.', (size_t)(end - *p));
    if (dot == NULL) {
        return NULL;
    }
    size_t len = (size_t)(dot - *p);
    for (size_t i = 0; i < n; i++) {
        if (strlen(ranges[i].name) == len && memcmp(ranges[i].name, *p, len) == 0) {
            *p = dot + 1;
            return &ranges[i];
        }
    }
    return NULL;
}

/* "1:" before the start; without it the range's own type holds. */
static bool
take_type(const char **p, const char *end, struct hex_key *key)
{
    key->type = key->range->type;
    if (end - *p < 2 || (*p)[1] != ':') {
        return true;
    }
    for (size_t i = 0; i < TYPES; i++) {
        if (types[i].digit == **p) {
            key->type = (enum hex_type)i;
            *p += 2;
            return true;
        }
    }
    return false;
}

static size_t
run_bytes(const struct hex_key *key)
{
    return key->type == HEX_BIT ? (key->count + 7) / 8
                                : (size_t)key->count * types[key->type].bytes;
}

/* ".BIT" belongs to bits of memory and of rows, and to nothing else. */
static bool
take_bit(const char **p, const char *end, struct hex_key *key)
{
    const struct hex_range *range = key->range;
    bool dotted = key->type == HEX_BIT && (range->memory || range->rows);
    if (!dotted) {
        return true;
    }
    uint32_t first = range->rows ? 1 : 0;
    return take(p, end, '.') && take_number(p, end, &key->bit) && key->bit >= first &&
           key->bit < first + 8;
}

bool
hex_key_parse(struct hex_key *ret, const char *text, size_t len, const struct hex_range *ranges,
              size_t n_ranges)
{
    const char *p = text, *end = text + len;
    struct hex_key key = {.range = take_range(&p, end, ranges, n_ranges)};
    if (key.range == NULL) {
        return false;
    }
    while (p < end && g_ascii_isalnum(*p)) { /* reserved */
        p++;
    }
    if (!take(&p, end, '.') || !take_type(&p, end, &key) || !take_number(&p, end, &key.start) ||
        !take_bit(&p, end, &key) || !take(&p, end, '-') || !take_number(&p, end, &key.count)) {
        return false;
    }
    if (p != end || key.count == 0 || (key.start == 0 && !key.range->zero)) {
        return false;
    }
    *ret = key;
    return true;
}

bool
hex_key_fits(const struct hex_key *key)
{
    return run_bytes(key) <= DECODE_HEX_MAX;
}

bool
hex_bytes(uint8_t *dst, size_t cap, const char *text, size_t len, size_t *ret_len)
{
    size_t used = 0, shift = len % 2;
    for (size_t i = 0; i < len; i++) {
        int digit = g_ascii_xdigit_value(text[i]);
        if (digit < 0) {
            return false;
        }
        size_t at = (i + shift) / 2;
        if (at >= cap) {
            continue;
        }
        bool high = (i + shift) % 2 == 0;
        dst[at] = (uint8_t)(high ? digit << 4 : (i == 0 ? 0 : dst[at]) | digit);
        used = at + 1;
    }
    *ret_len = used;
    return true;
}

static uint32_t
byte_at(const uint8_t *bytes, size_t len, size_t at)
{
    return at < len ? bytes[at] : 0;
}

double
hex_value(const struct hex_key *key, uint32_t i, const uint8_t *bytes, size_t len)
{
    if (key->type == HEX_BIT) {
        return (byte_at(bytes, len, i / 8) >> (i % 8)) & 1;
    }
    uint32_t size = types[key->type].bytes, value = 0;
    for (uint32_t at = i * size; at < (i + 1) * size; at++) {
        value = value << 8 | byte_at(bytes, len, at);
    }
    if (key->type == HEX_WORD && key->range->is_signed) {
        return (int16_t)value;
    }
    return value;
}

void
hex_id(const struct hex_key *key, uint32_t i, char dst[HEX_ID_SIZE])
{
    const struct hex_range *range = key->range;
    if (key->type == HEX_BIT && (range->memory || range->rows)) {
        uint32_t first = range->rows ? 1 : 0, bit = key->bit - first + i;
        snprintf(dst, HEX_ID_SIZE, "%s%u.%u", range->name, key->start + bit / 8,
                 first + bit % 8);
        return;
    }
    char last = range->name[strlen(range->name) - 1], suffix = types[key->type].suffix;
    bool lettered = range->memory ? last != suffix : key->type != range->type;
    char letter[2] = {lettered ? suffix : '\0', '\0'};
    uint32_t step = range->memory ? types[key->type].bytes : 1;
    snprintf(dst, HEX_ID_SIZE, "%s%s%u", range->name, letter, key->start + i * step);
}
