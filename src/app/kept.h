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
void kept_free(struct kept *k);

/* Rows are set or dropped by their names; the journal is passed over, but for counting the
 * lines that told people. */
void kept_apply(struct kept *k, const struct alarm_changes *c);

/* All of it, the journal excepted: appended to out. What is over is left out, but for the
 * newest EVALUATOR_CLOSED occurrences. */
void kept_dump(const struct kept *k, struct alarm_changes *out);

uint64_t kept_version(const struct kept *k); /* rises with every change */

/* What a screen shows of it: as evaluator_board(). rules are those of plant. One reference. */
struct alarm_board *kept_board(const struct kept *k, struct plant *plant,
                               const struct ruleset *rules, struct now now);

#endif
