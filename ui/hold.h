/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An order that stands still while somebody moves in it: for HOLD_US after a cursor key no row
 * of a list changes its place, and what would have re-sorted it waits. Pure.
 */
#ifndef UI_HOLD_H
#define UI_HOLD_H

#include <stdbool.h>

#include "src/core/clock.h"

#define HOLD_US (4 * US_PER_S)

struct hold {
    mono_us until; /* 0: not held */
    bool due;      /* a new order waits */
};

void hold_begin(struct hold *h, mono_us now);
bool hold_on(const struct hold *h, mono_us now);
/* Time has passed. True: the hold is over, and a new order is due. */
bool hold_end(struct hold *h, mono_us now);

#endif
