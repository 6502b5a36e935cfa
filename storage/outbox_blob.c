/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/outbox_blob.h"

#include <endian.h>
#include <math.h>

#include "storage/sql.h"

#define VERSION      1
#define MESSAGE_SIZE 10
#define RECORD_MIN   3  /* kind, series, time */
#define RECORD_MAX   60 /* without its text */

enum blob_kind {
    KIND_VALUE = 3, /* mask of one of the next four */
    KIND_NAN = 0,
    KIND_WHOLE = 1,
    KIND_DOUBLE = 2,
    KIND_TEXT = 3,
    KIND_LAG = 1 << 2,
    KIND_QUALITY = 1 << 3,
    KIND_DEVICE = 1 << 4,
    KIND_ALL = 31,
};

#define EXACT_INTEGERS 9007199254740992.0 /* 2^53: up to here a double counts without gaps */

static uint64_t
zigzag(int64_t value)
{
    return (uint64_t)value << 1 ^ (value < 0 ? UINT64_MAX : 0);
}

static int64_t
unzigzag(uint64_t value)
{
    return (int64_t)(value >> 1 ^ (0 - (value & 1)));
}

/* Differences of times may be larger than any time: they wrap around, and back again. */
static int64_t
difference(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a - (uint64_t)b);
}

/* ---- writing ---- */

static uint8_t *
put_varint(uint8_t *p, uint64_t value)
{
    while (value >= 0x80) {
        *p++ = (uint8_t)(value | 0x80);
        value >>= 7;
    }
    *p++ = (uint8_t)value;
    return p;
}

static uint8_t *
put_fixed(uint8_t *p, uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; i++) {
        *p++ = (uint8_t)(value >> 8 * i);
    }
    return p;
}

static uint64_t
bits_of(double num)
{
    uint64_t bits;
    memcpy(&bits, &num, sizeof(bits));
    return bits;
}

static enum blob_kind
value_kind(const struct record *r)
{
    if (r->text != NULL) {
        return KIND_TEXT;
    }
    if (isnan(r->num)) {
        return KIND_NAN;
    }
    /* A zero with a sign is no whole number. */
    return fabs(r->num) <= EXACT_INTEGERS && bits_of(r->num) == bits_of((double)(int64_t)r->num)
               ? KIND_WHOLE
               : KIND_DOUBLE;
}

static uint8_t *
put_record(uint8_t *p, const struct record *r, const struct record *last)
{
    enum blob_kind kind = value_kind(r);
    int64_t lag = difference(r->received, r->ts);
    *p++ = (uint8_t)((unsigned)kind | (lag != 0 ? KIND_LAG : 0u) |
                     (r->quality != 0 ? KIND_QUALITY : 0u) |
                     (r->source == TS_DEVICE ? KIND_DEVICE : 0u));
    p = put_varint(p, zigzag((int64_t)r->series - last->series));
    p = put_varint(p, zigzag(difference(r->ts, last->ts)));
    if (lag != 0) {
        p = put_varint(p, zigzag(lag));
    }
    if (r->quality != 0) {
        p = put_varint(p, r->quality);
    }
    if (kind == KIND_WHOLE) {
        p = put_varint(p, zigzag((int64_t)r->num));
    } else if (kind == KIND_DOUBLE) {
        p = put_fixed(p, bits_of(r->num), 8);
    } else if (kind == KIND_TEXT) {
        p = put_varint(p, g_ref_string_length(r->text));
    }
    return p;
}

static void
append(GByteArray *out, const uint8_t *from, const uint8_t *to)
{
    g_byte_array_append(out, from, (unsigned)(to - from));
}

static void
pack_messages(GByteArray *out, const struct outbox_batch *b)
{
    uint8_t bytes[48];
    uint32_t at = 0;
    append(out, bytes, put_varint(bytes, b->messages->len));
    for (unsigned i = 0; i < b->messages->len; i++) {
        const struct message_id *m = &g_array_index(b->messages, struct message_id, i);
        const struct outbox_span *s = &g_array_index(b->spans, struct outbox_span, i);
        uint8_t *p = put_fixed(put_fixed(bytes, m->mid, 2), m->hash, 8);
        p = put_varint(put_varint(p, s->first - at), s->count);
        append(out, bytes, p);
        at = s->first + s->count;
    }
}

void
outbox_pack(GByteArray *out, const struct outbox_batch *b)
{
    static const struct record none;
    uint8_t bytes[RECORD_MAX];
    bytes[0] = VERSION;
    append(out, bytes, bytes + 1);
    pack_messages(out, b);
    append(out, bytes, put_varint(bytes, b->records->len));
    const struct record *last = &none;
    for (unsigned i = 0; i < b->records->len; i++) {
        const struct record *r = &g_array_index(b->records, struct record, i);
        append(out, bytes, put_record(bytes, r, last));
        if (r->text != NULL) {
            g_byte_array_append(out, (const uint8_t *)r->text,
                                (unsigned)g_ref_string_length(r->text));
        }
        last = r;
    }
}

/* ---- reading ---- */

struct cursor {
    const uint8_t *at, *end;
    bool bad;
};

static uint64_t
take_long_varint(struct cursor *c)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && c->at < c->end; shift += 7) {
        uint8_t byte = *c->at++;
        if (shift == 63 && byte > 1) {
            break;
        }
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            return value;
        }
    }
    c->bad = true;
    return 0;
}

/* Most are of one byte or two; this is where reading a backlog spends its time. */
static inline uint64_t
take_varint(struct cursor *c)
{
    const uint8_t *p = c->at;
    if (c->end - p >= 2) {
        if (p[0] < 0x80) {
            c->at = p + 1;
            return p[0];
        }
        if (p[1] < 0x80) {
            c->at = p + 2;
            return (uint64_t)p[1] << 7 | (p[0] & 0x7f);
        }
    }
    return take_long_varint(c);
}

static const uint8_t *
take_bytes(struct cursor *c, size_t n)
{
    const uint8_t *p = c->at;
    if ((size_t)(c->end - p) < n) {
        c->bad = true;
        return NULL;
    }
    c->at += n;
    return p;
}

static uint64_t
take64(struct cursor *c)
{
    uint64_t value = 0;
    const uint8_t *p = take_bytes(c, sizeof(value));
    if (p != NULL) {
        memcpy(&value, p, sizeof(value));
    }
    return le64toh(value);
}

static uint16_t
take16(struct cursor *c)
{
    uint16_t value = 0;
    const uint8_t *p = take_bytes(c, sizeof(value));
    if (p != NULL) {
        memcpy(&value, p, sizeof(value));
    }
    return le16toh(value);
}

static uint8_t
take8(struct cursor *c)
{
    const uint8_t *p = take_bytes(c, 1);
    return p != NULL ? *p : 0;
}

static double
take_bits(struct cursor *c)
{
    uint64_t bits = take64(c);
    double num;
    memcpy(&num, &bits, sizeof(num));
    return num;
}

/* How many entries follow: no more than there are bytes for. */
static uint32_t
take_count(struct cursor *c, size_t entry_min)
{
    uint64_t n = take_varint(c);
    if (n > (size_t)(c->end - c->at) / entry_min) {
        c->bad = true;
        return 0;
    }
    return (uint32_t)n;
}

static GRefString *
take_text(struct cursor *c)
{
    uint64_t len = take_varint(c);
    if (len > (size_t)(c->end - c->at)) {
        c->bad = true;
        return NULL;
    }
    GRefString *text = g_ref_string_new_len((const char *)c->at, (gssize)len);
    c->at += len;
    return text;
}

static void
take_record(struct cursor *c, struct record *r, const struct record *last)
{
    unsigned kind = take8(c);
    int64_t series = unzigzag(take_varint(c));
    r->ts = (wall_us)((uint64_t)last->ts + (uint64_t)unzigzag(take_varint(c)));
    int64_t lag = (kind & KIND_LAG) != 0 ? unzigzag(take_varint(c)) : 0;
    uint64_t quality = (kind & KIND_QUALITY) != 0 ? take_varint(c) : 0;
    /* Within these bounds the sum cannot overflow. */
    bool far = series < -(int64_t)UINT32_MAX || series > (int64_t)UINT32_MAX;
    series += far ? 0 : (int64_t)last->series;
    if (kind > KIND_ALL || quality > UINT16_MAX || far || series < 0 || series > UINT32_MAX) {
        c->bad = true;
        return;
    }
    r->series = (uint32_t)series;
    r->received = (wall_us)((uint64_t)r->ts + (uint64_t)lag);
    r->quality = (uint16_t)quality;
    r->source = (kind & KIND_DEVICE) != 0 ? TS_DEVICE : TS_RECEIPT;
    r->num = NAN;
    if ((kind & KIND_VALUE) == KIND_WHOLE) {
        r->num = (double)unzigzag(take_varint(c));
    } else if ((kind & KIND_VALUE) == KIND_DOUBLE) {
        r->num = take_bits(c);
    } else if ((kind & KIND_VALUE) == KIND_TEXT) {
        r->text = take_text(c);
    }
}

/* Answers where the last span ends. */
static uint64_t
take_messages(struct cursor *c, struct outbox_batch *b)
{
    unsigned start = b->messages->len;
    uint32_t n = take_count(c, MESSAGE_SIZE + 2);
    uint64_t at = 0;
    if (n == 0) {
        return 0;
    }
    g_array_set_size(b->messages, start + n);
    g_array_set_size(b->spans, start + n);
    struct message_id *ids = &g_array_index(b->messages, struct message_id, start);
    struct outbox_span *spans = &g_array_index(b->spans, struct outbox_span, start);
    for (uint32_t i = 0; i < n && !c->bad; i++) {
        ids[i].mid = take16(c);
        ids[i].hash = take64(c);
        uint64_t gap = take_varint(c), count = take_varint(c);
        if (gap > UINT32_MAX || count > UINT32_MAX || at + gap + count > UINT32_MAX) {
            c->bad = true;
            break;
        }
        spans[i] = (struct outbox_span){(uint32_t)(at + gap), (uint32_t)count};
        at += gap + count;
    }
    return at;
}

static void
take_records(struct cursor *c, struct outbox_batch *b)
{
    static const struct record none;
    unsigned start = b->records->len;
    uint32_t n = take_count(c, RECORD_MIN);
    if (n == 0) {
        return;
    }
    g_array_set_size(b->records, start + n);
    struct record *r = &g_array_index(b->records, struct record, start);
    memset(r, 0, n * sizeof(*r));
    for (uint32_t i = 0; i < n && !c->bad; i++) {
        take_record(c, &r[i], i == 0 ? &none : &r[i - 1]);
    }
}

bool
outbox_unpack(struct outbox_batch *b, const uint8_t *bytes, size_t len)
{
    struct cursor c = {.at = bytes, .end = bytes + len};
    unsigned messages = b->messages->len, records = b->records->len;
    if (len == 0 || len > INT32_MAX || *c.at++ != VERSION) {
        return false;
    }
    uint64_t covered = take_messages(&c, b);
    if (!c.bad) {
        take_records(&c, b);
    }
    if (c.bad || c.at != c.end || covered > b->records->len - records) {
        g_array_set_size(b->messages, messages);
        g_array_set_size(b->spans, messages);
        g_array_set_size(b->records, records); /* releases texts */
        return false;
    }
    return true;
}
