/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Conditions: is what a rule watches for there, seen from one reading after another? Deadband
 * is applied here; delays, bad quality and everything after are the evaluator's.
 *
 * Pure. Memory that a type needs (the last value, a window) is allocated on first use only.
 */
#ifndef ALARMS_CONDITION_H
#define ALARMS_CONDITION_H

#include "alarms/rules.h"
#include "src/core/window.h"

/* Beyond the few bytes in the alarm itself. */
struct condition_memory {
    bool known;
    double value; /* the last one, or the one that "stuck" and "rate" compare with */
    mono_us at;   /* when that was */
    struct window window;
    uint32_t in_a_row; /* readings beyond the limit, for rule->count */
};

void condition_free(struct condition_memory *m); /* NULL is fine */

/* A trusted reading, in units as shown. */
struct condition_input {
    double value;
    const char *text;          /* a state in words; NULL: a number */
    const struct component *c; /* its states give words a number */
    mono_us at;                /* receipt, or source time on the boot clock, whichever orders */
};

/* What the reading says. HOLD: nothing (a word without a number; a first value of "rate"). */
enum verdict { VERDICT_FALSE, VERDICT_TRUE, VERDICT_HOLD };

/*
 * before: the verdict that stands, which deadband needs. *memory is made when it is needed.
 *   hihi, hi: true from limit on, false again below limit and at or below limit - deadband;
 *   lo, lolo: the mirror of it. digital: not 0; with a limit: equal to it.
 *   rate: change a minute, over window_us or from one reading to the next; a positive limit
 *   watches for rising, a negative one for falling faster than it. stuck: no change beyond
 *   deadband for window_us. totalizer: sum over the window, of a counter the increments (a fall
 *   is a restart and counts from 0). count: rises from 0 in the window.
 *   stale: every reading makes it false; the evaluator's timer makes it true.
 */
enum verdict condition_judge(const struct alarm_rule *rule, struct condition_memory **memory,
                             bool before, const struct condition_input *in);

/* Time passes: windows of totalizer and count lose what is old. VERDICT_HOLD: no change is
 * possible by time alone. *ret_next: when to ask again, INT64_MAX: never. */
enum verdict condition_expire(const struct alarm_rule *rule, struct condition_memory *memory,
                              bool before, mono_us now, mono_us *ret_next);

/* The value that the alarm shows: the reading's, a sum or a rate. */
double condition_value(const struct alarm_rule *rule, const struct condition_memory *memory,
                       const struct condition_input *in);

#endif
