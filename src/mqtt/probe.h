/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a broker does for a client that is away, found out by being one: a session of our own
 * subscribes with QoS 1 and leaves, PROBE_MESSAGES small messages are sent to its topic, and
 * it comes back and counts. Blocks for some seconds. Nothing is left behind: the session is
 * removed, and should that fail the broker forgets it after a minute (MQTT 5).
 *
 * What cannot be found out so: whether sessions survive a restart of the broker, how often it
 * saves them, and what it keeps beyond PROBE_MESSAGES.
 */
#ifndef SRC_MQTT_PROBE_H
#define SRC_MQTT_PROBE_H

#include <stdbool.h>
#include <stdint.h>

#include "src/core/error.h"
#include "src/mqtt/endpoint.h"

#define PROBE_MESSAGES 1200 /* more than mosquitto keeps without being told to */

/* The subscription's longest life that is asked for, as by an instance. */
#define PROBE_EXPIRY_S (7 * 86400)

struct mqtt_probe {
    bool v5;           /* it speaks MQTT 5 */
    char broker[64];   /* what it calls itself in $SYS/broker/version; "": not told */
    bool refused;      /* it lets us not subscribe to the probe's topic; the rest is 0 */
    bool session_kept; /* the session was still there */
    uint32_t came;     /* of PROBE_MESSAGES */
    uint32_t window;   /* of them before the first was acknowledged; PROBE_MESSAGES: all */
    /* As the broker's CONNACK tells (MQTT 5); 0: it says nothing, what was asked for holds. */
    uint32_t expiry_s;
    uint16_t receive_maximum; /* of what it takes from us at once */
};

/* name becomes part of client id and topic, leitstand/v1/probe/NAME. */
MUST_USE enum rc mqtt_probe(const struct mqtt_endpoint *endpoint, const char *name,
                            struct mqtt_probe *ret, int timeout_ms, struct err *err);

#endif
