/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Flow control: how far the terminal is behind, and when it may be given the next frame.
 *
 * A frame that wrote something ends with a question, which the terminal answers when it has
 * come that far. New values wait for the answer: so a slow line never holds more than the frame
 * under way, and what follows it is the current state. A key's frame may be the second one
 * under way, because it would only wait for a round trip.
 *
 * A terminal that never answers is asked no more and gets frames at a fixed rate. One that did
 * answer and stops (the line hangs, an answer got lost) gets new values ever more seldom, so
 * that no replay piles up, until it answers again.
 *
 * Pure. Times are of the boot clock.
 */
#ifndef UI_FLOW_H
#define UI_FLOW_H

#include <stdbool.h>

#include "src/core/clock.h"

#define FLOW_ASK         "\033[5n"
#define FLOW_PATIENCE_US (2 * US_PER_S)    /* no answer by then: go on without it */
#define FLOW_FIXED_US    (250 * US_PER_MS) /* between frames where nothing is known */

#define FLOW_UNDER_WAY 2 /* frames at most */
#define FLOW_KEPT      4 /* measurements; the best of them counts: a machine may be busy */

struct flow {
    mono_us asked_at[FLOW_UNDER_WAY]; /* questions without an answer, oldest first */
    int asked;
    int lost;     /* questions in a row that were given up */
    bool answers; /* it has answered once */
    int64_t took_us[FLOW_KEPT];
    unsigned taken;
    int shown_ms; /* as flow_ms() */
};

/* A frame is about to be written: whether it shall ask. */
bool flow_ask(struct flow *f, mono_us now);
void flow_answer(struct flow *f, mono_us now);

/* From when on a frame may be made, for a key or only for new values; 0: at any time. */
mono_us flow_free_at(const struct flow *f, bool key);
/* The least time between frames that this terminal bears; 0: any. */
int64_t flow_spacing_us(const struct flow *f);

/* How long the terminal takes to show a frame and say so. 0: unknown, or too short to matter.
 * Changes only by what can be felt, because to tell it costs bytes, too. */
int flow_ms(const struct flow *f);

#endif
