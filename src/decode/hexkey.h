/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Keys that name a run of a controller's memory, and their values as hex text: the web-server
 * format of the LOGO! 8.
 *
 *   RANGE "." SUB "." [TYPE ":"] START "-" COUNT      "Q..1:1-2", "V..4:2-2", "V..1-1"
 *
 * TYPE is 1 bit, 2 byte, 4 word, 6 double word; SUB is reserved. COUNT counts units of the
 * type. The bytes are big-endian and left-aligned, bits are packed from the low end. What is
 * missing at the end is 0, what is too much is dropped.
 *
 * Which ranges exist is said by the profile:
 *   NAME:TYPE[:zero][:signed][:memory][:rows]
 *     TYPE    when the key gives none: bit, byte, word, dword
 *     zero    the first address is 0, not 1
 *     signed  words are two's complement
 *     memory  addresses count bytes, ids carry B, W or D for the type (VB0, VW2, VD3), and a
 *             bit is BYTE.BIT with bits 0 to 7
 *     rows    a bit is ROW.BIT with bits 1 to 8
 */
#ifndef SRC_DECODE_HEXKEY_H
#define SRC_DECODE_HEXKEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HEX_RANGE_NAME 8
#define HEX_ID_SIZE    40

enum hex_type { HEX_BIT, HEX_BYTE, HEX_WORD, HEX_DWORD };

struct hex_range {
    char name[HEX_RANGE_NAME]; /* upper case */
    enum hex_type type;
    bool zero, is_signed, memory, rows;
};

struct hex_key {
    const struct hex_range *range;
    enum hex_type type;
    uint32_t start, bit; /* bit: of BYTE.BIT and ROW.BIT */
    uint32_t count;
};

/* One word of the profile's list. */
bool hex_range_parse(struct hex_range *ret, const char *text);

/* False when key is none of that form, or of no known range. */
bool hex_key_parse(struct hex_key *ret, const char *key, size_t len,
                   const struct hex_range *ranges, size_t n_ranges);

/* Whether the run is within the 160 bytes that a controller transfers. */
bool hex_key_fits(const struct hex_key *key);

/* Hex digits to bytes, an odd one first with a leading 0. False when other characters are in
 * it. What is beyond cap is dropped. *ret_len is what was written. */
bool hex_bytes(uint8_t *dst, size_t cap, const char *text, size_t len, size_t *ret_len);

/* The i-th value of the run; bytes beyond len are 0. */
double hex_value(const struct hex_key *key, uint32_t i, const uint8_t *bytes, size_t len);

/* Its id: Q1, AI2, VB0, VW2, VD3, V0.0, SR1.1. */
void hex_id(const struct hex_key *key, uint32_t i, char dst[HEX_ID_SIZE]);

#endif
