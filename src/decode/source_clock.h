/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Source time: what a device says of its own time, read tolerantly and believed within bounds.
 *
 * A device's clock may run in UTC, in local time, or wrong. With CLOCK_MODE_AUTO and a profile
 * that does not know the zone, the offset from receipt is measured: when it stays the same over
 * three messages and is within 14 hours, its nearest quarter of an hour is taken for the zone.
 * A backlog that a broker delivers late looks like a clock that is behind, so samples behind
 * receipt count only when they were received a second apart.
 *
 * Pure: received is a parameter.
 */
#ifndef SRC_DECODE_SOURCE_CLOCK_H
#define SRC_DECODE_SOURCE_CLOCK_H

#include "src/core/plant.h"
#include "src/decode/jdoc.h"
#include "src/decode/zone.h"

/* What was learnt of one station's clock. */
struct station_clock {
    int64_t offset_us; /* taken for the zone */
    bool known;
    int64_t candidate_us; /* raw offset of the first of a row of samples that agree */
    wall_us last;         /* receipt of the newest of them */
    int samples;
};

struct source_time_rule {
    enum clock_mode mode;
    bool device_clock;           /* the profile does not know the zone */
    int64_t future_us;           /* how far in the future a time may be */
    bool learn;                  /* a live message, so clock may learn */
    struct station_clock *clock; /* NULL: no station to measure */
};

struct source_time {
    wall_us ts; /* source time if believed, else receipt */
    bool believed;
    bool refused;  /* there was a time, but it was out of bounds or none at all */
    bool measured; /* offset_us holds */
    int64_t offset_us;
};

/* node may be NULL or null: no time came, which is no fault. */
struct source_time source_time_read(const struct jnode *node,
                                    const struct source_time_rule *rule, struct zone *zone,
                                    wall_us received);

#endif
