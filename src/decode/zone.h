/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The installation's time zone: from wall-clock time without a zone to UTC.
 *
 * Threads: belongs to one decoder. Reads the zone's file when opened, nothing afterwards.
 */
#ifndef SRC_DECODE_ZONE_H
#define SRC_DECODE_ZONE_H

#include <stdbool.h>

#include "src/core/clock.h"

struct zone {
    GTimeZone *tz;
    int64_t day;       /* local day that the next two speak of */
    int64_t offset_us; /* local minus UTC, all day long */
    bool day_known, day_uniform;
};

/* An IANA name, or NULL for the system's zone. False when there is no such zone. */
bool zone_open(struct zone *z, const char *name);
void zone_close(struct zone *z);

/*
 * local is wall-clock time written as if it were UTC. An hour that comes twice is the instant
 * nearest to received that is not in the future; one that never was is moved forward.
 */
wall_us zone_to_utc(struct zone *z, wall_us local, wall_us received);

#endif
