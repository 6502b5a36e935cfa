/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/outbox_support.h"

#include "tests/unit.h"

#define YEAR_2026 INT64_C(1767225600000000)

struct outbox *
outbox_support_open(const char *path)
{
    struct outbox *o = NULL;
    struct err err;
    if (outbox_open(&o, path, &err) != RC_OK) {
        fail_msg("%s", err.text);
    }
    return o;
}

struct segment
outbox_support_segment(unsigned number, uint64_t epoch, bool fresh)
{
    struct segment s = {.rank = {.epoch = epoch},
                        .arbiter = ARBITER_POSTGRES,
                        .begun = YEAR_2026 + (int64_t)epoch * US_PER_S,
                        .fresh = fresh};
    char name[32];
    snprintf(name, sizeof(name), "segment %u", number);
    s.id = uuid_of(name, strlen(name));
    snprintf(s.instance, sizeof(s.instance), "pc%u", number);
    return s;
}

struct outbox_batch *
outbox_support_batch(const struct segment *s, uint64_t number)
{
    struct outbox_batch *b = g_new(struct outbox_batch, 1);
    outbox_batch_init(b);
    b->segment = *s;
    b->number = number;
    return b;
}

void
outbox_support_record(struct outbox_batch *b, struct record r)
{
    g_array_append_val(b->records, r);
}

void
outbox_support_fill(struct outbox_batch *b, uint32_t series, wall_us ts, unsigned first,
                    unsigned last)
{
    for (unsigned i = first; i <= last; i++) {
        uint32_t at = b->records->len;
        outbox_support_record(
            b, (struct record){
                   .series = series, .ts = ts + i, .received = ts + i, .num = (double)i});
        struct message_id id = {.mid = (uint16_t)i, .hash = i * UINT64_C(0x9e3779b97f4a7c15)};
        outbox_batch_message(b, id, at);
    }
}

GPtrArray *
outbox_support_batches(void)
{
    return g_ptr_array_new_with_free_func(outbox_batch_free);
}
