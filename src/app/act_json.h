/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Operator actions as JSON, for the control socket and for whoever else carries them: one place
 * for those who write and those who read.
 *
 *     {"command":"act","action":"ack","occurrence":"0fe1…","step":2,
 *      "seen_at":"2026-01-09T15:39:14Z","text":"on my way"}
 *
 *     action      ack, shelve, unshelve, reset, maintenance, return, test, test_end
 *     occurrence  UUID; or, except for ack, the alarm's names:
 *     station, component, rule
 *                 maintenance and return take no rule; component "" or missing means the
 *                 station itself
 *     step        ack: up to this one; 0 or missing: the newest
 *     older       ack: true: older occurrences of that alarm as well
 *     seconds     shelve: for so long, a whole number from 1 on; or
 *     once        shelve: true: until it clears
 *     seen_at     RFC 3339 with zone: when the operator saw it
 *     text        comment or reason, at most 255 bytes
 *
 * A member that is "", 0 or false counts as missing. Anything else than this is refused, so is
 * a member that the action has no use for. Who acts and from where is never in the JSON:
 * whoever receives it knows that better than the sender says. Whether the action makes sense (a
 * reason is given, the alarm exists) is for the evaluator to say.
 *
 * Threads: none of its own; anywhere.
 */
#ifndef SRC_APP_ACT_JSON_H
#define SRC_APP_ACT_JSON_H

#include <stdbool.h>

#include <jansson.h>

#include "src/core/alarm.h"

/* The longest shelf that can be asked for; the evaluator has lower limits of its own. */
#define ACT_SECONDS_MAX INT64_C(315360000)

/*
 * Read request as an action of user (sanitised and cut here). False: err tells what is wrong
 * with it and *ret is untouched. ret->origin is "": the caller knows where it came from.
 */
bool act_from_json(struct alarm_action *ret, const json_t *request, const char *user,
                   struct err *err);

/*
 * The request that act_from_json() makes the same action of, but for user and origin; names are
 * left out when there is an occurrence. For json_decref(); NULL: a text is not UTF-8.
 */
json_t *act_to_json(const struct alarm_action *a);

/*
 * What evaluator_act() said: {"ok":true,"message":"…"}, or {"ok":false,"error":"…"}. The text
 * may be empty, as err may be NULL.
 */
json_t *act_answer(enum rc rc, const struct err *err);

#endif
