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

/* Candidates for their arguments, see complete.h. */
void complete_boards(const struct screen *s, const char *typed, GPtrArray *out);
void complete_tile_add(const struct screen *s, const char *typed, GPtrArray *out);
void complete_tile_set(const struct screen *s, const char *typed, GPtrArray *out);

/* boards_keys.c */
void action_tile_up(struct screen *s, const char *argument);
void action_tile_down(struct screen *s, const char *argument);
void action_tile_left(struct screen *s, const char *argument);
void action_tile_right(struct screen *s, const char *argument);
void action_tile_next(struct screen *s, const char *argument);
void action_tile_previous(struct screen *s, const char *argument);
void action_tile_first(struct screen *s, const char *argument);
void action_tile_last(struct screen *s, const char *argument);
void action_tile_trend(struct screen *s, const char *argument);
void action_tile_open(struct screen *s, const char *argument);
void action_board_edit(struct screen *s, const char *argument);
void action_tile_move_up(struct screen *s, const char *argument);
void action_tile_move_down(struct screen *s, const char *argument);
void action_tile_move_left(struct screen *s, const char *argument);
void action_tile_move_right(struct screen *s, const char *argument);
void action_tile_higher(struct screen *s, const char *argument);
void action_tile_lower(struct screen *s, const char *argument);
void action_tile_wider(struct screen *s, const char *argument);
void action_tile_narrower(struct screen *s, const char *argument);
void action_tile_add(struct screen *s, const char *argument);
void action_tile_remove(struct screen *s, const char *argument);
void action_tile_copy(struct screen *s, const char *argument);
void action_tile_title(struct screen *s, const char *argument);
void action_tile_set(struct screen *s, const char *argument);

/* Why not, as in actions.h. */
const char *why_no_board(const struct screen *s);
const char *why_no_tile(const struct screen *s);
const char *why_tile_has_no_trend(const struct screen *s);
const char *why_not_own(const struct screen *s);
const char *why_no_default(const struct screen *s);

#endif
