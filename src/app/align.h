/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Align: what a new owner's cache has of a series and the store has not (ownership, E4). At
 * QoS 0 the broker's session buffers nothing, so between the last reading of the old owner and
 * the first one of the new there is a gap, which the new owner heard over its own session. Two
 * instances do not stamp a reading with the same time, so the values tell: the longest run in
 * which store and cache agree shows how one lies against the other.
 *
 * Clocks of two hosts are taken to agree within ALIGN_SKEW_US. Equal neighbours leave it open
 * which of them is which; then the clocks decide, and one sample more or less may remain.
 *
 * Pure. At most some thousand samples: it takes about the product of both lengths.
 */
#ifndef SRC_APP_ALIGN_H
#define SRC_APP_ALIGN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/core/reading.h"

#define ALIGN_TAIL    32             /* samples of the store that are worth asking for */
#define ALIGN_RUN_MIN 3              /* fewer that agree prove nothing */
#define ALIGN_SKEW_US (5 * US_PER_S) /* so far apart the same sample may be stamped */
#define ALIGN_SEAM_US US_PER_S       /* without a run: only what is later by more than this */

struct align_sample {
    uint64_t value; /* align_value() */
    wall_us at;     /* when it was received */
};

/* A value as one number; equal values give the same. */
uint64_t align_value(double num, const char *text);

/* own[first … end-1] is missing. */
struct align_gap {
    size_t first, end;
    bool seam; /* tail and own have no run in common: the border is a guess */
};

/*
 * tail: the last of the store, oldest first. own: the cache's, oldest first, from
 * ALIGN_SKEW_US before the first of tail on. live: the first ones that the new session brought,
 * which are not missing any more; without a run of them everything before live_at is.
 */
struct align_gap align_find(const struct align_sample *tail, size_t n_tail,
                            const struct align_sample *own, size_t n_own,
                            const struct align_sample *live, size_t n_live, wall_us live_at);

#endif
