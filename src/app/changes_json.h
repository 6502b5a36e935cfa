/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the owner's evaluator changed, as JSON: how journal and alarm state travel to the store
 * and to the other instances. One place for those who write and those who read; the store's
 * functions read the same members (data/sql).
 *
 *     {"journal":[{"at":"…Z","epoch":7,"term":0,"event":"raised",…}],
 *      "occurrences":[{"occurrence":"…","station":…,"state":"unacked",…}],
 *      "alarms":[…], "maintenance":[…], "parked":[…],
 *      "actions":[{"id":"…","ok":true,"message":""}],
 *      "whole":true}
 *
 * Names of members are those of the structs in src/core/alarm.h; a list that would be empty is
 * left out; times are RFC 3339 UTC with microseconds; NaN, infinity, no text, no time and no
 * UUID are null; overlays are a list of names, pending is none, on or off. "gone":true says
 * that an alarm's, maintenance's or parked row goes; it has its key only. "whole":true: what is
 * kept and not in it goes; a new owner begins so. A row may come twice, the last one counts.
 *
 * Strict: a member that is missing or of another kind, a word that is none, spoil all of it.
 * Members that are not known are passed over: a later version may have more. Texts are made
 * harmless and no longer than 1,023 bytes.
 */
#ifndef SRC_APP_CHANGES_JSON_H
#define SRC_APP_CHANGES_JSON_H

#include <jansson.h>

#include "src/core/alarm.h"

/* For json_decref(). actions are added by the caller. */
json_t *changes_to_json(const struct alarm_changes *c);

/* Appended to *ret. False: it is not of this form, err tells where; *ret is untouched. */
bool changes_from_json(struct alarm_changes *ret, const json_t *body, struct err *err);

#endif
