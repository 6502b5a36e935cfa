/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The publisher: sends messages as fast as the broker takes them. For the simulator, the demo,
 * the tests; a clean session, MQTT 3.1.1, which every broker speaks.
 *
 * Threads: a handle belongs to one thread. Calls block for as long as their time-out says.
 * Bounds:  at most window QoS 1 messages are unacknowledged; publisher_publish() waits then.
 * Lost:    a lost connection is RC_IO from then on, and nothing is ever sent again: the caller
 *          closes and opens anew. What was not acknowledged may or may not have arrived.
 */
#ifndef SRC_MQTT_PUBLISHER_H
#define SRC_MQTT_PUBLISHER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/core/error.h"
#include "src/mqtt/endpoint.h"

struct publisher;

struct publisher_config {
    struct mqtt_endpoint endpoint;
    const char *client_id; /* NULL: one made up by the library */
    int window;            /* QoS 1 messages under way at once, 1 to 10,000; 0: 1,000 */
    void *user;
    void (*on_ack)(void *user, uint64_t tag); /* QoS 1: the broker has it; may be NULL */
};

/* Connect and wait for the broker's welcome, at most timeout_ms. Name look-up comes on top. */
MUST_USE enum rc publisher_open(struct publisher **ret, const struct publisher_config *config,
                                int timeout_ms, struct err *err);
/* Says good-bye in order without waiting for anything; NULL is fine. */
void publisher_close(struct publisher *p);

/*
 * Send, or queue what the socket does not take at once. Waits while the window is full or more
 * than a few hundred packets are queued, at most 30 s. tag comes back with on_ack.
 */
MUST_USE enum rc publisher_publish(struct publisher *p, const char *topic, const void *payload,
                                   size_t len, int qos, bool retain, uint64_t tag,
                                   struct err *err);

/* Read acknowledgements, write what waits, keep the connection alive; waits up to timeout_ms
 * for something to happen. Call it at least once a second while not publishing. */
MUST_USE enum rc publisher_turn(struct publisher *p, int timeout_ms, struct err *err);

/* Wait until all is sent and acknowledged; RC_IO when that takes longer than timeout_ms. */
MUST_USE enum rc publisher_drain(struct publisher *p, int timeout_ms, struct err *err);

#endif
