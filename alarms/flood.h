/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Alarm load as it happens: flood (ISA-18.2: begins above 10 annunciated alarms in 10 minutes,
 * ends below 5; all three are settings), the rate of the last hour, and chattering of a single
 * alarm (3 rises in a minute).
 *
 * Pure; times are given. Time never runs backwards here. What is exactly as old as a window is
 * long still belongs to it.
 */
#ifndef ALARMS_FLOOD_H
#define ALARMS_FLOOD_H

#include "src/core/alarm.h"

#define FLOOD_TIMES_MAX (1u << 20) /* a window counts no more than these: the oldest goes */

struct flood_settings {
    uint32_t begin_above, end_below; /* annunciations in a window; taken as 1 at least, and
                                        end_below as begin_above at most */
    int64_t window_us;
};

struct flood {
    struct flood_settings set;
    mono_us *times; /* ring of annunciations in the window, oldest first */
    uint32_t first, used, cap;
    bool on;
    wall_us since;
    uint32_t peak;  /* most in a window during this flood */
    uint32_t total; /* announced during this flood, those that began it included */
    uint16_t rate[ALARM_RATE_MINUTES];
    int64_t minute; /* that rate's last entry counts, of the boot clock */
};

enum flood_news { FLOOD_NOTHING, FLOOD_BEGAN, FLOOD_ENDED };

void flood_init(struct flood *f, struct flood_settings set);
void flood_fini(struct flood *f);
/* People were told of one alarm. FLOOD_ENDED: it had ended before, and this one is not of it.
 */
enum flood_news flood_add(struct flood *f, struct now now);
/* Time passed. peak, total and since stay readable when a flood has ended. */
enum flood_news flood_advance(struct flood *f, struct now now);
/* When flood_advance() may say something; INT64_MAX: not before the next one. */
mono_us flood_next(const struct flood *f);

/* Chattering: rises of one alarm. */
struct chatter {
    mono_us rises[7]; /* the last ones, a ring; 0: none */
    uint8_t at;
    bool on;
};

/* One rise; true: with it chattering begins (on tells whether it lasts). count from 2 to 7. */
bool chatter_rise(struct chatter *c, mono_us now, unsigned count, int64_t window_us);
/* True: it was chattering and ends now: no rise for a whole window. */
bool chatter_advance(struct chatter *c, mono_us now, int64_t window_us);
mono_us chatter_next(const struct chatter *c,
                     int64_t window_us); /* INT64_MAX: not chattering */

#endif
