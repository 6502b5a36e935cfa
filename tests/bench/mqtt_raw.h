/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A publisher that costs next to nothing: MQTT 3.1.1 packets made once, patched in place and
 * written in large pieces, so that the broker is the bottleneck and not its source.
 *
 * Each message is 88 bytes of JSON with a component id C00000 … and a counted value.
 */
#ifndef TESTS_BENCH_MQTT_RAW_H
#define TESTS_BENCH_MQTT_RAW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/core/error.h"

#define RAW_PAYLOAD 88

struct raw_config {
    const char *host; /* address in numbers */
    int port;
    int topics; /* messages go round over "bench/S0000/C00000" … */
    int qos;    /* 0 or 1 */
    int window; /* QoS 1: unacknowledged at most */
};

struct raw;

/* Connect and wait for CONNACK. *ret is ended by raw_close(). */
MUST_USE enum rc raw_open(struct raw **ret, const struct raw_config *config, struct err *err);
void raw_close(struct raw *r);

/* Write up to n further messages as far as buffer and window allow; blocks on the socket when
 * the buffer is full. A value is 10,000 plus how often its topic had been sent before. */
MUST_USE enum rc raw_send(struct raw *r, uint64_t n, struct err *err);
/* Write what is buffered and take the acknowledgements; wait_ms: up to so long. */
MUST_USE enum rc raw_flush(struct raw *r, int wait_ms, struct err *err);

/* Send count messages, each when it is due: n / rate seconds after begin_us. */
MUST_USE enum rc raw_pace(struct raw *r, int64_t begin_us, uint64_t count, int64_t rate,
                          struct err *err);

uint64_t raw_sent(const struct raw *r);
uint64_t raw_acked(const struct raw *r); /* QoS 0: those written to the socket */

/* CLOCK_MONOTONIC in microseconds: the same for all processes of a benchmark. */
int64_t bench_clock_us(void);

#endif
