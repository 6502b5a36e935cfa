/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Pulse: the outgoing heartbeat leitstand/v1/heartbeat/NAME. It is made only where the
 * evaluator has done its work of the turn, so whoever watches it from outside notices a stalled
 * evaluator, not only a dead process. Not retained, QoS 0: an old one proves nothing.
 *
 * Pure; the engine's.
 */
#ifndef SRC_APP_PULSE_H
#define SRC_APP_PULSE_H

#include <stdint.h>

#include "src/core/clock.h"
#include "src/core/snapshot.h"

struct pulse {
    char *topic;
    char *instance;
    int64_t every_us; /* 0: none is sent */
    mono_us next;
    uint64_t turn; /* heartbeats made so far */
};

struct pulse_facts {
    uint64_t evaluated; /* readings so far */
    uint32_t active, unacked;
    enum role role;
    uint64_t epoch, term;
};

/* every_s 0 switches it off. */
void pulse_init(struct pulse *p, const char *instance, int every_s);
void pulse_fini(struct pulse *p);

/* It is time for one. */
bool pulse_due(const struct pulse *p, mono_us now);

/* The payload of one that is due, JSON, for free(); the next is due a period later, whether
 * this one could be sent or not. */
char *pulse_payload(struct pulse *p, const struct pulse_facts *facts, struct now now);

#endif
