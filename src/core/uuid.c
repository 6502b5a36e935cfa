/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/core/uuid.h"

#include <string.h>

#include <glib.h>

/* Of our own making (version 4), never to be changed: names of old occurrences depend on it. */
static const uint8_t name_space[16] = {0x5d, 0x3e, 0x0c, 0x52, 0x7a, 0x1f, 0x4b, 0x86,
                                       0x9c, 0x21, 0xe4, 0x57, 0x30, 0xb8, 0x6a, 0xd9};

struct uuid
uuid_of(const void *name, size_t len)
{
    GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA1);
    uint8_t digest[20];
    gsize size = sizeof(digest);
    g_checksum_update(sum, name_space, sizeof(name_space));
    g_checksum_update(sum, name, (gssize)len);
    g_checksum_get_digest(sum, digest, &size);
    g_checksum_free(sum);
    struct uuid id;
    memcpy(id.bytes, digest, sizeof(id.bytes));
    id.bytes[6] = (uint8_t)((id.bytes[6] & 0x0fu) | 0x50u); /* version 5 */
    id.bytes[8] = (uint8_t)((id.bytes[8] & 0x3fu) | 0x80u); /* variant of RFC 4122 */
    return id;
}

static bool
is_dash(size_t at)
{
    return at == 8 || at == 13 || at == 18 || at == 23;
}

void
uuid_format(char dst[UUID_SIZE], const struct uuid *id)
{
    static const char digits[] = "0123456789abcdef";
    size_t nibble = 0;
    for (size_t i = 0; i < UUID_SIZE - 1; i++) {
        if (is_dash(i)) {
            dst[i] = '-';
            continue;
        }
        unsigned byte = id->bytes[nibble / 2];
        dst[i] = digits[nibble % 2 == 0 ? byte >> 4 : byte & 0x0fu];
        nibble++;
    }
    dst[UUID_SIZE - 1] = '\0';
}

bool
uuid_parse(struct uuid *ret, const char *text)
{
    struct uuid id = {{0}};
    size_t nibble = 0;
    for (size_t i = 0; i < UUID_SIZE - 1; i++) {
        if (is_dash(i)) {
            if (text[i] != '-') {
                return false;
            }
            continue;
        }
        int digit = g_ascii_xdigit_value(text[i]); /* -1 also at the end of the text */
        if (digit < 0) {
            return false;
        }
        id.bytes[nibble / 2] = (uint8_t)(id.bytes[nibble / 2] << 4 | digit);
        nibble++;
    }
    if (text[UUID_SIZE - 1] != '\0') {
        return false;
    }
    *ret = id;
    return true;
}

bool
uuid_equal(const struct uuid *a, const struct uuid *b)
{
    return memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

bool
uuid_is_nil(const struct uuid *id)
{
    static const struct uuid nil;
    return uuid_equal(id, &nil);
}

unsigned
uuid_hash(const void *id)
{
    unsigned hash; /* they are hashes already */
    memcpy(&hash, ((const struct uuid *)id)->bytes, sizeof(hash));
    return hash;
}

int
uuid_same(const void *a, const void *b)
{
    return uuid_equal(a, b);
}
