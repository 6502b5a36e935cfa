/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the actions of boards do; see actions.h for the argument and for why_*().
 */
#ifndef UI_BOARDS_COMMANDS_H
#define UI_BOARDS_COMMANDS_H

#include "ui/screen.h"

void action_board(struct screen *s, const char *argument);
void action_board_next(struct screen *s, const char *argument);
void action_board_previous(struct screen *s, const char *argument);
void action_board_new(struct screen *s, const char *argument);
void action_board_rename(struct screen *s, const char *argument);
void action_board_title(struct screen *s, const char *argument);
void action_board_delete(struct screen *s, const char *argument);
void action_board_reset(struct screen *s, const char *argument);
void action_board_export(struct screen *s, const char *argument);
void action_board_import(struct screen *s, const char *argument);
void action_board_undo(struct screen *s, const char *argument);

/* Why not, as in actions.h. */
const char *why_no_board(const struct screen *s);
const char *why_no_tile(const struct screen *s);
const char *why_not_own(const struct screen *s);
const char *why_no_default(const struct screen *s);
const char *why_nothing_to_undo(const struct screen *s);

#endif
