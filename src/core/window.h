/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A sliding window: the samples of the last so many seconds, their sum and their mean.
 *
 * Pure. Samples may come in any order of time. A sample exactly as old as the window is long
 * still belongs to it.
 * Limits: at most WINDOW_SAMPLES_MAX samples; the oldest then goes early, and window_overflow()
 * says so until that sample would have gone anyhow.
 */
#ifndef SRC_CORE_WINDOW_H
#define SRC_CORE_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

#include "src/core/clock.h"

#define WINDOW_SAMPLES_MAX 65536u

struct window_sample {
    mono_us at;
    double value;
};

struct window {
    struct window_sample *heap; /* the oldest first: heap[i] is no younger than its children */
    uint32_t used, cap;
    uint32_t gone;       /* samples taken out since the sum was last added up afresh */
    double sum;          /* of what is in it */
    mono_us short_until; /* until then a sample is missing that belongs here */
};

/* All zero is an empty window. */
void window_fini(struct window *w);

/* Take the sample in, unless it is older than length_us. Returns whether it did. */
bool window_add(struct window *w, mono_us at, double value, int64_t length_us, mono_us now);

/* Forget what is older than length_us. Returns whether anything went. */
bool window_expire(struct window *w, int64_t length_us, mono_us now);

double window_sum(const struct window *w);
double window_mean(const struct window *w); /* 0 when empty */
bool window_overflow(const struct window *w, mono_us now);

#endif
