/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Conditions: is what a rule watches for there, seen from one reading after another? Deadband
 * is applied here; delays, bad quality and everything after are the evaluator's.
 *
 * Pure. Memory that a type needs (the last value, a window) is allocated on first use only;
 * hihi, hi, lo, lolo and digital need none unless they count readings in a row.
 * Readings of a component come in the order of condition_input.at; equal ones are fine.
 */
#ifndef ALARMS_CONDITION_H
#define ALARMS_CONDITION_H

#include "alarms/rules.h"
#include "src/core/window.h"

/* Beyond the few bytes in the alarm itself. */
struct condition_memory {
    bool known;   /* value and at are */
    double value; /* the last one, or the one that "stuck" and "rate" compare with */
    mono_us at;   /* when that was */
    double shown; /* the sum or rate that was judged last; NAN: none yet */
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

/* What the reading says. HOLD: nothing (NAN, a word without a number, a first value of "rate"
 * or "stuck"). */
enum verdict { VERDICT_FALSE, VERDICT_TRUE, VERDICT_HOLD };

/*
 * before: the verdict that stands, which deadband needs. *memory is made when it is needed.
 *   hihi, hi: true from limit on, false again below limit and at or below limit - deadband;
 *   lo, lolo: the mirror of it. digital: not 0; with a limit: equal to it.
 *   rate: change a minute, from one reading to the next, or from the newest that is at least
 *   window_us old (so nothing is said before a whole window was seen); a positive limit watches
 *   for rising, a negative one for falling faster than it. Deadband is a change a minute too.
 *   stuck: no change beyond deadband for window_us, told by a reading; from then on only a
 *   change ends it. totalizer: sum over the window, of a counter the increments (a fall is a
 *   restart and counts from 0). count: rises from 0 in the window; the first value is none.
 *   stale: every reading makes it false; the evaluator's timer makes it true.
 * A rule->count above 1 wants as many readings in a row beyond the limit before it is true, but
 * for "count", where it is the number of rises. A HOLD neither breaks nor prolongs the row.
 * A window that misses samples (its memory was made while "before" is true, as after a restart,
 * or it overflowed) makes nothing false before they would have left it: HOLD.
 */
enum verdict condition_judge(const struct alarm_rule *rule, struct condition_memory **memory,
                             bool before, const struct condition_input *in);

/* Time passes: windows of totalizer and count lose what is old, which may end a condition but
 * begins none. VERDICT_HOLD: no change. *ret_next: when to ask again, INT64_MAX: never. */
enum verdict condition_expire(const struct alarm_rule *rule, struct condition_memory *memory,
                              bool before, mono_us now, mono_us *ret_next);

/* The value that the alarm shows: the reading's (a word's number), a sum, rises or a rate; NAN:
 * none. in may be NULL for the latter three. */
double condition_value(const struct alarm_rule *rule, const struct condition_memory *memory,
                       const struct condition_input *in);

#endif
