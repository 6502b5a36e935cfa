/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * When to try to connect again, and with which version of the protocol. Pure.
 * Private to src/mqtt.
 */
#ifndef SRC_MQTT_RETRY_H
#define SRC_MQTT_RETRY_H

#include <stdbool.h>
#include <stdint.h>

#include "src/core/clock.h"

struct retry {
    unsigned failures;      /* in a row */
    unsigned short_lives;   /* connections that were lost soon after they began, in a row */
    unsigned silent_closes; /* the broker hung up on MQTT 5 without an answer, in a row */
    bool v311;              /* the next attempt speaks MQTT 3.1.1 */
    bool v311_for_sure;     /* the broker refused MQTT 5 in so many words */
};

/*
 * Time to wait before the next attempt, which is counted: 0.5 s doubled up to 30 s, half of it
 * fixed and half by chance (random, all 32 bits of it), so that many clients do not come back
 * at the same moment.
 */
mono_us retry_delay(struct retry *r, uint32_t random);

void retry_connected(struct retry *r);
/*
 * The connection that was good for lived_us has gone; MQTT 5 gets another chance unless it was
 * refused. One lost within a second, five times in a row, means that another client uses our
 * id: each throws the other out, and mosquitto 2.0.11 does not say so. Standing back for longer
 * and longer leaves the session to the other, until a connection has lasted a minute.
 */
void retry_lost(struct retry *r, int64_t lived_us);
bool retry_is_fighting(const struct retry *r);
/* The broker did say so. */
void retry_taken_over(struct retry *r);
/* "Unsupported protocol version": the next attempt speaks 3.1.1, soon. */
void retry_v5_refused(struct retry *r);
/* Closed before any answer: some brokers of old do that when they hear MQTT 5. */
void retry_closed_silently(struct retry *r);

#endif
