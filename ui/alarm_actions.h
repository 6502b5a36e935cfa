/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What an operator does about alarms. Nothing is decided here: an action is posted to the
 * engine, which may refuse it; its answer becomes a notice.
 *
 * An action is about the alarm that was shown when its key was read: occurrence and step are
 * taken then, and kept while its comment is typed. A row that has become another one less than
 * ALARM_SETTLED_US before is not acted on.
 */
#ifndef UI_ALARM_ACTIONS_H
#define UI_ALARM_ACTIONS_H

#include "ui/screen.h"

void action_tag(struct screen *s, const char *argument);
void action_untag(struct screen *s, const char *argument);
void action_ack(struct screen *s, const char *argument);
void action_ack_all(struct screen *s, const char *argument);
void action_shelve(struct screen *s, const char *argument);
void action_unshelve(struct screen *s, const char *argument);
void action_reset(struct screen *s, const char *argument);
void action_maintenance(struct screen *s, const char *argument);
void action_silence(struct screen *s, const char *argument);
void action_bell(struct screen *s, const char *argument);
void action_view(struct screen *s, const char *argument);

const char *why_no_tag(const struct screen *s);
const char *why_nothing_tagged(const struct screen *s);
const char *why_no_ack(const struct screen *s);
const char *why_no_ack_all(const struct screen *s);
const char *why_no_shelve(const struct screen *s);
const char *why_no_unshelve(const struct screen *s);
const char *why_no_reset(const struct screen *s);
const char *why_nothing_rings(const struct screen *s);
const char *why_no_evaluator(const struct screen *s);
const char *why_alarm_has_no_station(const struct screen *s);

/* To the next (or, direction -1, previous) unacknowledged alarm, in the view of alarms. False:
 * there is none. */
bool alarm_jump(struct screen *s, int direction);
/* The station of the selected alarm, with the cursor on its component. */
void alarm_open(struct screen *s);

/* What was asked for has been typed. Returns what is wrong with it, translated; NULL: it was
 * posted. */
const char *alarm_answer(struct screen *s, const char *text);
/* A snapshot came: tell what the engine said about an action. */
void alarm_tell_reply(struct screen *s);

#endif
