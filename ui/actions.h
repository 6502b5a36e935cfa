/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the actions of the table in keymap.c do. argument: what stood behind the name on the
 * command line, "" otherwise.
 */
#ifndef UI_ACTIONS_H
#define UI_ACTIONS_H

#include "ui/alarm_actions.h"
#include "ui/screen.h"

void action_up(struct screen *s, const char *argument);
void action_down(struct screen *s, const char *argument);
void action_page_up(struct screen *s, const char *argument);
void action_page_down(struct screen *s, const char *argument);
void action_top(struct screen *s, const char *argument);
void action_bottom(struct screen *s, const char *argument);
void action_next(struct screen *s, const char *argument);
void action_previous(struct screen *s, const char *argument);
void action_open(struct screen *s, const char *argument);
void action_list(struct screen *s, const char *argument);
void action_pane(struct screen *s, const char *argument);
void action_back(struct screen *s, const char *argument);
void action_leave(struct screen *s, const char *argument);
void action_quit(struct screen *s, const char *argument);
void action_stations(struct screen *s, const char *argument);
void action_alarms(struct screen *s, const char *argument);
void action_unknown(struct screen *s, const char *argument);
void action_log(struct screen *s, const char *argument);
void action_help(struct screen *s, const char *argument);
void action_station(struct screen *s, const char *argument);
void action_filter(struct screen *s, const char *argument);
void action_command(struct screen *s, const char *argument);
void action_adopt(struct screen *s, const char *argument);
void action_reload(struct screen *s, const char *argument);
void action_language(struct screen *s, const char *argument);
void action_mouse(struct screen *s, const char *argument);
void action_hints(struct screen *s, const char *argument);
void action_redraw(struct screen *s, const char *argument);
void action_suspend(struct screen *s, const char *argument);

/* Why an action cannot be done now, untranslated; NULL: it can. */
const char *why_no_snapshot(const struct screen *s);
const char *why_nothing_selected(const struct screen *s);
const char *why_nothing_to_open(const struct screen *s);
const char *why_nothing_abnormal(const struct screen *s);
const char *why_nothing_unknown(const struct screen *s);
const char *why_nothing_back(const struct screen *s);

#endif
