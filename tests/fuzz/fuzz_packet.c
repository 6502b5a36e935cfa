/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a broker may send: the first byte chooses the version, the rest is the stream. */
#include <assert.h>
#include <string.h>

#include "src/mqtt/packet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_message(const struct packet *p, const uint8_t *start)
{
    assert(p->topic >= start + 4 && p->topic_len > 0);
    assert(p->payload >= p->topic + p->topic_len);
    assert(p->payload + p->payload_len == start + p->size);
    assert(memchr(p->topic, 0, p->topic_len) == NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2) {
        return 0; /* GLib gives NULL for a copy of nothing */
    }
    uint8_t *bytes = g_memdup2(data + 1, size - 1); /* exactly as long: ASan sees the end */
    size_t n = size - 1, at = 0;
    for (;;) {
        struct packet p = {.size = 0};
        enum packet_kind kind = packet_look(&p, bytes + at, n - at, (data[0] & 1) != 0);
        if (kind == PACKET_PARTIAL || kind == PACKET_BROKEN) {
            break;
        }
        assert(p.size >= 2 && p.size <= n - at);
        struct packet shorter;
        assert(packet_look(&shorter, bytes + at, p.size - 1, (data[0] & 1) != 0) ==
               PACKET_PARTIAL);
        if (kind == PACKET_MESSAGE_0) {
            check_message(&p, bytes + at);
        }
        at += p.size;
    }
    g_free(bytes);
    return 0;
}
