/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A batch as it stands in the outbox file, which may be damaged. */
#include <assert.h>
#include <string.h>

#include "storage/outbox_blob.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_spans(const struct outbox_batch *b)
{
    uint64_t at = 0;
    assert(b->spans->len == b->messages->len);
    for (unsigned i = 0; i < b->spans->len; i++) {
        const struct outbox_span *s = &g_array_index(b->spans, struct outbox_span, i);
        assert(s->first >= at);
        at = (uint64_t)s->first + s->count;
        assert(at <= b->records->len);
    }
}

/* What was read is written, and read again, as the same. */
static void
check_again(const struct outbox_batch *b)
{
    struct outbox_batch again;
    GByteArray *bytes = g_byte_array_new(), *more = g_byte_array_new();
    outbox_batch_init(&again);
    outbox_pack(bytes, b);
    bool good = outbox_unpack(&again, bytes->data, bytes->len);
    assert(good);
    assert(again.records->len == b->records->len && again.messages->len == b->messages->len);
    outbox_pack(more, &again);
    assert(more->len == bytes->len && memcmp(more->data, bytes->data, bytes->len) == 0);
    g_byte_array_unref(bytes);
    g_byte_array_unref(more);
    outbox_batch_fini(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0; /* GLib gives NULL for a copy of nothing */
    }
    uint8_t *bytes = g_memdup2(data, size); /* exactly as long: ASan sees the end */
    struct outbox_batch b;
    outbox_batch_init(&b);
    if (outbox_unpack(&b, bytes, size)) {
        check_spans(&b);
        check_again(&b);
    } else {
        assert(b.records->len == 0 && b.messages->len == 0 && b.spans->len == 0);
    }
    outbox_batch_fini(&b);
    g_free(bytes);
    return 0;
}
