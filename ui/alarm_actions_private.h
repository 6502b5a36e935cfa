/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the operator's actions share. */
#ifndef UI_ALARM_ACTIONS_PRIVATE_H
#define UI_ALARM_ACTIONS_PRIVATE_H

#include "ui/alarm_actions.h"

/* alarm_actions.c */
struct alarm_action alarm_action_on(const struct screen *s, enum alarm_action_kind kind,
                                    const struct alarm_view *v);
void alarm_post(struct screen *s, const struct alarm_action *actions, guint n);
/* For what s->ask.actions need besides. */
void alarm_ask(struct screen *s, const char *label);

/* alarm_tagged.c */
/* Asks, with their number in the question; or does it at once with argument. False: none is
 * tagged. */
bool alarm_act_on_tagged(struct screen *s, enum alarm_action_kind kind, const char *argument);
/* s->ask.actions were posted. */
void alarm_push_undo(struct screen *s);

#endif
