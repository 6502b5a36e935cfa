/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Operator actions between instances as JSON, and the owner's answers:
 *
 *     {"id":"0fe1…","at":"…Z","instance":"pc2","user":"anna","origin":"cli pc2",
 *      "action":{"command":"act","action":"ack",…}}
 *     {"id":"0fe1…","ok":false,"message":"there is no such alarm"}
 *
 * action is as in act_json.h, or {"command":"handover","to":"pc1"} ("to" may be missing). All
 * members must be there, and no others; texts are clean and not too long, or all of it is
 * refused. The instance that sends an action has seen to it that user may do it.
 *
 * Threads: anywhere.
 */
#ifndef SRC_APP_ACTIONS_JSON_H
#define SRC_APP_ACTIONS_JSON_H

#include "src/app/sync.h"
#include "src/core/alarm.h"

#define ACTIONS_BYTES_MAX 8192u

/* What an action asks for. */
struct action_order {
    bool handover;
    char to[64];             /* of a hand-over; "": whoever takes it */
    struct alarm_action act; /* of any other, with id, user and origin */
};

/* False: err tells what is wrong with its body, which may be NULL. */
bool action_order_read(struct action_order *ret, const struct remote_action *a,
                       struct err *err);

/* The text, for g_free(); NULL: something in it is not UTF-8. */
char *remote_action_format(const struct remote_action *a);
/* *ret is the caller's, for remote_action_clear(). */
bool remote_action_parse(struct remote_action *ret, const char *text, size_t len,
                         struct err *err);

char *remote_answer_format(const struct remote_answer *a);
bool remote_answer_parse(struct remote_answer *ret, const char *text, size_t len,
                         struct err *err);

#endif
