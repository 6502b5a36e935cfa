/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Clocks. Only this module reads one; everybody else is handed "now".
 *
 * wall_us: microseconds UTC since 1970, for people and storage; may jump either way.
 * mono_us: microseconds of CLOCK_BOOTTIME, for ages, timeouts and watchdogs; never stored,
 *          never sent. It runs on through suspend, so a console that wakes up knows that its
 *          values are old.
 */
#ifndef SRC_CORE_CLOCK_H
#define SRC_CORE_CLOCK_H

#include <stdint.h>

typedef int64_t wall_us;
typedef int64_t mono_us;

#define US_PER_MS INT64_C(1000)
#define US_PER_S  INT64_C(1000000)
#define WALL_NONE INT64_MIN /* no such time */

/* One reading of both clocks; one turn of a loop takes one and passes it down. */
struct now {
    wall_us wall;
    mono_us mono;
};

struct now clock_now(void);

#endif
