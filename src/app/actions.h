/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Operator actions from any instance: on their way to the owner, over the broker and through
 * the central store, whichever lives, until the owner has answered; and on the owner, where
 * each is done once however often it comes.
 *
 *     leitstand/v1/actions/NAME   what was done at instance NAME (actions_json.h)
 *     leitstand/v1/answers/NAME   what the owner says to that
 *
 * Pure, but for the ids it makes; the engine's only. Functions of struct actions_config are
 * called from within those below.
 */
#ifndef SRC_APP_ACTIONS_H
#define SRC_APP_ACTIONS_H

#include "src/app/actions_json.h"
#include "src/app/own_topic.h"

#define OWN_ACTIONS    OWN_TOPICS "actions/"
#define OWN_ANSWERS    OWN_TOPICS "answers/"
#define ACTIONS_FILTER OWN_ACTIONS "+" /* all subscribe to it, and to their own answers */

#define ACTIONS_AGAIN_US (2 * US_PER_S) /* not answered: sent again */
#define ACTIONS_TELL_US  (5 * US_PER_S) /* not answered: whoever waits is told so */
#define ACTIONS_MAX      1000           /* waiting for an answer */
#define ACTIONS_HANDLED  10000          /* the newest that are known to have been done */

struct actions;

enum actions_told {
    ACTIONS_SENT,   /* not answered for ACTIONS_TELL_US; it goes on, and is told once more */
    ACTIONS_DONE,   /* text may be "" */
    ACTIONS_REFUSED /* text: why */
};

struct actions_config {
    const char *instance; /* copied */
    void *user;
    /* QoS 1, not retained. What does not get there is sent again. */
    enum rc (*publish)(void *user, const char *topic, const char *payload, size_t len);
    /* To the store: sync_submit(), sync_forget(), sync_answer(). NULL, all three: there is
     * none. */
    void (*submit)(void *user, const struct remote_action *a);
    void (*forget)(void *user, const char *id);
    void (*answer)(void *user, const struct remote_answer *a);
    /* What became of an action of this instance; after DONE and REFUSED it is forgotten. */
    void (*told)(void *user, const char *id, enum actions_told how, const char *text);
    /* Owner: do it now, and say actions_done(), at once or when it is on disk. */
    void (*perform)(void *user, const struct remote_action *a);
};

struct actions *actions_new(const struct actions_config *config);
void actions_free(struct actions *a); /* NULL is fine */

/* The topic of this instance's answers, to subscribe to. */
const char *actions_answer_topic(const struct actions *a);

/*
 * Somebody did something here. body: act_to_json(), or a hand-over. It is sent at once, or
 * performed, when this is the owner. RC_FULL: too many wait. *ret_id (may be NULL) names it in
 * told(), which may be called before this returns.
 */
MUST_USE enum rc actions_ask(struct actions *a, json_t *body, const char *user,
                             const char *origin, struct now now, char ret_id[UUID_SIZE],
                             struct err *err);
/* One that waited when this instance was ended: it goes on with it. */
void actions_keep(struct actions *a, const struct remote_action *action, mono_us now);

/* One that waits for its answer, until it is told; NULL: none such. */
const struct remote_action *actions_find(const struct actions *a, const char *id);

/* Who is owner, "" nobody; mine: it is this one, and decides. */
void actions_set_owner(struct actions *a, const char *owner, bool mine, mono_us now);

/* A message came. True: it was on one of its topics. */
bool actions_message(struct actions *a, const char *topic, const char *payload, size_t len,
                     bool retained);
/* From the store. */
void actions_offer(struct actions *a, const struct remote_action *action);
void actions_answer(struct actions *a, const struct remote_answer *answer);

/* What this owner says to one that was performed. */
void actions_done(struct actions *a, const struct remote_answer *answer);
/* What another owner said, or this one before it was started anew: from its changes. */
void actions_handled(struct actions *a, const struct remote_answer *answer);

/* Send again what is due; when to call it next, INT64_MAX: nothing waits. */
mono_us actions_turn(struct actions *a, mono_us now);

size_t actions_waiting(const struct actions *a);

#endif
