/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Kept: the alarm state of the owner as records, in memory, in every instance: its own while it
 * decides, the owner's as it arrives while it follows. An instance that becomes owner goes on
 * from here.
 *
 * Pure; the engine's.
 */
#ifndef SRC_APP_KEPT_H
#define SRC_APP_KEPT_H

#include "alarms/evaluator.h"
#include "src/core/alarm.h"

struct kept;

struct kept *kept_new(void);
void kept_free(struct kept *k); /* NULL is fine */

/* What counts as a flood; none does before. Times of lines are taken for it, as the owner's
 * clock had them. */
void kept_set_flood(struct kept *k, struct flood_settings set);

/* Rows are set or dropped by their names; the journal is passed over, but for counting the
 * lines that told people, and for what it says of floods. */
void kept_apply(struct kept *k, const struct alarm_changes *c);

/* A whole state in place of the one so far. What the cache needs for the same is appended to
 * diff: all of the state, and an end for each row that is not in it. Occurrences that are over
 * stay known. */
void kept_replace(struct kept *k, const struct alarm_changes *state,
                  struct alarm_changes *diff);

/* All of it, the journal excepted: appended to out, always in the same order. What is over is
 * left out, but for the newest EVALUATOR_CLOSED occurrences. */
void kept_dump(const struct kept *k, struct alarm_changes *out);
/* The same with at most so many occurrences that are over and are no alarm's newest. */
void kept_dump_some(const struct kept *k, guint closed, struct alarm_changes *out);

uint64_t kept_version(const struct kept *k); /* rises with every change */
/* How often people were told, since the start. */
uint64_t kept_annunciated(const struct kept *k, enum alarm_priority priority);

/*
 * What a screen shows of it: as evaluator_board(), but by station, component and rule. rules
 * are those of plant; of an alarm that they do not know only the records tell. One reference.
 *
 * What the records do not say: how long people took to acknowledge (median_ack_us is -1), and
 * which of several that could explain a silence or what is stale did so first (parent,
 * suppresses: here it is the one that would now). Floods and rates are counted from the lines
 * that were applied here.
 */
struct alarm_board *kept_board(struct kept *k, struct plant *plant, const struct ruleset *rules,
                               struct now now);

#endif
