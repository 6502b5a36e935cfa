/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * UUIDs as of RFC 4122: the names of alarm occurrences. Ours are of version 5 (a hash of what
 * they name), so that two instances which saw the same cause give the same name, and a message
 * log replayed gives the same ones again.
 *
 * Pure.
 */
#ifndef SRC_CORE_UUID_H
#define SRC_CORE_UUID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UUID_SIZE 37 /* text with its NUL */

struct uuid {
    uint8_t bytes[16];
};

/* Version 5 in leitstand's own name space. */
struct uuid uuid_of(const void *name, size_t len);

void uuid_format(char dst[UUID_SIZE], const struct uuid *id);
/* Exactly the 36 characters, upper or lower case; false otherwise. */
bool uuid_parse(struct uuid *ret, const char *text);

bool uuid_equal(const struct uuid *a, const struct uuid *b);
bool uuid_is_nil(const struct uuid *id); /* all zero: no name */

/* For GHashTable with struct uuid * as key. */
unsigned uuid_hash(const void *id);
int uuid_same(const void *a, const void *b);

#endif
