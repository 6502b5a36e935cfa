/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/copy_rows.h"

#include <endian.h>
#include <math.h>

#define ROW_SIZE 64u /* all columns, without the text */
#define COLUMNS  7
#define NO_VALUE UINT32_MAX

/* PostgreSQL counts from 2000. */
#define EPOCH_US INT64_C(946684800000000)

static uint8_t *
put16(uint8_t *p, uint16_t value)
{
    value = htobe16(value);
    memcpy(p, &value, sizeof(value));
    return p + sizeof(value);
}

static uint8_t *
put32(uint8_t *p, uint32_t value)
{
    value = htobe32(value);
    memcpy(p, &value, sizeof(value));
    return p + sizeof(value);
}

static uint8_t *
put64(uint8_t *p, uint64_t value)
{
    value = htobe64(value);
    memcpy(p, &value, sizeof(value));
    return p + sizeof(value);
}

/* One below what can be said: the server refuses it. The least number would mean -infinity. */
#define TOO_EARLY (INT64_MIN + 1)

static uint8_t *
put_time(uint8_t *p, wall_us at)
{
    int64_t since = at < TOO_EARLY + EPOCH_US ? TOO_EARLY : at - EPOCH_US;
    return put64(put32(p, 8), (uint64_t)since);
}

static uint8_t *
put_number(uint8_t *p, double num)
{
    uint64_t bits;
    memcpy(&bits, &num, sizeof(bits));
    return put64(put32(p, 8), bits);
}

static uint8_t *
put_row(uint8_t *p, const struct record *r, int32_t series, int32_t segment)
{
    p = put16(p, COLUMNS);
    p = put_time(p, r->ts);
    p = r->received == r->ts ? put32(p, NO_VALUE) : put_time(p, r->received);
    p = r->text != NULL || isnan(r->num) ? put32(p, NO_VALUE) : put_number(p, r->num);
    p = put32(put32(p, 4), (uint32_t)series);
    p = put32(put32(p, 4), (uint32_t)segment);
    p = put16(put32(p, 2), (uint16_t)(r->quality << 1 | (r->source & 1)));
    if (r->text == NULL) {
        return put32(p, NO_VALUE);
    }
    size_t len = g_ref_string_length(r->text);
    p = put32(p, (uint32_t)len);
    memcpy(p, r->text, len);
    return p + len;
}

void
copy_rows_header(GByteArray *out)
{
    static const uint8_t header[19] = "PGCOPY\n\377\r\n"; /* then flags, length of nothing */
    g_byte_array_append(out, header, sizeof(header));
}

void
copy_rows_trailer(GByteArray *out)
{
    static const uint8_t trailer[] = {0xff, 0xff};
    g_byte_array_append(out, trailer, sizeof(trailer));
}

void
copy_rows_append(GByteArray *out, const struct record *r, int32_t series, int32_t segment)
{
    unsigned at = out->len;
    unsigned text = r->text == NULL ? 0 : (unsigned)g_ref_string_length(r->text);
    g_byte_array_set_size(out, at + ROW_SIZE + text);
    const uint8_t *end = put_row(out->data + at, r, series, segment);
    g_byte_array_set_size(out, (unsigned)(end - out->data));
}
