/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/mqtt/packet.h"

#define TYPE_MASK    0xf0
#define TYPE_PUBLISH 0x30
#define QOS_MASK     0x06
#define RETAIN       0x01

enum number { NUMBER_PARTIAL, NUMBER_WHOLE, NUMBER_BROKEN };

/* A variable byte integer; *ret_used are its own bytes. */
static enum number
read_number(const uint8_t *bytes, size_t n, size_t *ret, size_t *ret_used)
{
    size_t value = 0;
    for (size_t i = 0; i < 4; i++) {
        if (i == n) {
            return NUMBER_PARTIAL;
        }
        value |= (size_t)(bytes[i] & 0x7f) << (7 * i);
        if ((bytes[i] & 0x80) == 0) {
            *ret = value;
            *ret_used = i + 1;
            return NUMBER_WHOLE;
        }
    }
    return NUMBER_BROKEN;
}

/* The part behind the fixed header. */
static enum packet_kind
read_message(struct packet *ret, uint8_t *body, size_t n, bool v5)
{
    if (n < 2) {
        return PACKET_OTHER;
    }
    size_t topic_len = (size_t)body[0] << 8 | body[1];
    if (topic_len == 0 || topic_len > n - 2 || memchr(body + 2, 0, topic_len) != NULL) {
        return PACKET_OTHER;
    }
    size_t at = 2 + topic_len;
    if (v5) {
        size_t properties = 0, used = 0;
        if (read_number(body + at, n - at, &properties, &used) != NUMBER_WHOLE ||
            properties > n - at - used) {
            return PACKET_OTHER;
        }
        at += used + properties;
    }
    ret->topic = body + 2;
    ret->topic_len = topic_len;
    ret->payload = body + at;
    ret->payload_len = n - at;
    return PACKET_MESSAGE_0;
}

enum packet_kind
packet_look(struct packet *ret, uint8_t *bytes, size_t n, bool v5)
{
    size_t length = 0, used = 0;
    if (n < 2) {
        return PACKET_PARTIAL;
    }
    switch (read_number(bytes + 1, n - 1, &length, &used)) {
    case NUMBER_PARTIAL:
        return PACKET_PARTIAL;
    case NUMBER_BROKEN:
        return PACKET_BROKEN;
    case NUMBER_WHOLE:
        break;
    }
    if (length > n - 1 - used) {
        return PACKET_PARTIAL;
    }
    ret->size = 1 + used + length;
    ret->retain = (bytes[0] & RETAIN) != 0;
    if ((bytes[0] & (TYPE_MASK | QOS_MASK)) != TYPE_PUBLISH) {
        return PACKET_OTHER;
    }
    return read_message(ret, bytes + 1 + used, length, v5);
}
