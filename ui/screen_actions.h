/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the actions of action_screen.c do; see actions.h. */
#ifndef UI_SCREEN_ACTIONS_H
#define UI_SCREEN_ACTIONS_H

#include "ui/screen.h"

void action_undo(struct screen *s, const char *argument);
void action_freeze(struct screen *s, const char *argument);
void action_copy(struct screen *s, const char *argument);
void action_print(struct screen *s, const char *argument);
void action_one_pane(struct screen *s, const char *argument);
void action_two_panes(struct screen *s, const char *argument);
void action_keys(struct screen *s, const char *argument);
void action_set(struct screen *s, const char *argument);
void action_bind(struct screen *s, const char *argument);

void complete_settings(const struct screen *s, const char *typed, GPtrArray *out);

const char *why_nothing_to_undo(const struct screen *s);

#endif
