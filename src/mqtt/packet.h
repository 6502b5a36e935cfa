/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The outside of MQTT packets: how long the next one is, and what a PUBLISH of QoS 0 carries.
 * Pure; private to src/mqtt.
 */
#ifndef SRC_MQTT_PACKET_H
#define SRC_MQTT_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum packet_kind {
    PACKET_PARTIAL,   /* not all of it is here */
    PACKET_MESSAGE_0, /* a PUBLISH of QoS 0 */
    PACKET_OTHER,     /* any other, or a PUBLISH that is odd */
    PACKET_BROKEN,    /* no packet begins like this */
};

struct packet {
    size_t size;      /* of all of it; not set when it is partial or broken */
    uint8_t *topic;   /* of a message: inside bytes, not ended */
    size_t topic_len; /* at least 1, no NUL among them; UTF-8 is not checked */
    uint8_t *payload; /* inside bytes */
    size_t payload_len;
    bool retain;
};

/* What stands at the start of bytes. v5: MQTT 5, where a PUBLISH has properties. */
enum packet_kind packet_look(struct packet *ret, uint8_t *bytes, size_t n, bool v5);

#endif
