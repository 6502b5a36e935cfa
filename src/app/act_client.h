/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Operator actions of the command line on their way to the running instance: what the words
 * mean, and what the instance said to each. Whatever is wrong is said here.
 */
#ifndef SRC_APP_ACT_CLIENT_H
#define SRC_APP_ACT_CLIENT_H

#include <stdbool.h>

#include "src/app/cli.h"
#include "src/core/alarm.h"

#define ACT_ANSWER_MS 10000

/* One action, and what stands in front of what is said about it. */
struct act_target {
    char *word;
    struct alarm_action action;
};

/* Names as options give them, for those that have a "/" in them; NULL: not given. */
struct act_names {
    char *station, *component, *rule;
};

/* An empty list of struct act_target; g_array_unref() frees all of it. */
GArray *act_targets_new(void);

/*
 * Add like with what word names: an OCCURRENCE for an acknowledgement, STATION or
 * STATION/COMPONENT for maintenance, OCCURRENCE or STATION/COMPONENT/RULE for the rest. False:
 * it names nothing, which was said.
 */
bool act_add_word(GArray *targets, const struct alarm_action *like, const char *word);
/* The same for names. */
bool act_add_names(GArray *targets, const struct alarm_action *like,
                   const struct act_names *names);

/* Take the value of --option as the action's text, sanitised. False: missing (unless it may
 * be), blank or too long, which was said. */
bool act_set_text(struct alarm_action *a, const char *option, const char *value, bool optional);

/* Ask the instance at socket for each. CLI_DONE: it refused none; *ret_done (may be NULL) were
 * done with nothing to be added, such as that the owner has not answered yet. */
int act_send(const char *socket, const GArray *targets, guint *ret_done);
/* The same with the instance of the configuration that applies. */
int act_send_configured(const struct cli *cli, const GArray *targets);

#endif
