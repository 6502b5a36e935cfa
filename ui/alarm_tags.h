/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Alarms that the user has tagged: what is done next is done to all of them. A tag is bound to
 * station, component and rule, and keeps as what the alarm was seen: one that has become
 * another since is not acted on.
 *
 * Threads: ui only.
 */
#ifndef UI_ALARM_TAGS_H
#define UI_ALARM_TAGS_H

#include "ui/alarms.h"

struct alarm_tags;

struct alarm_tags *alarm_tags_new(void);
void alarm_tags_free(struct alarm_tags *t); /* NULL is fine */

/* Tag it, or no longer. seen: it has been on the screen long enough to be acknowledged. */
void alarm_tags_turn(struct alarm_tags *t, const struct alarm_view *v, bool seen);
void alarm_tags_clear(struct alarm_tags *t);
unsigned alarm_tags_count(const struct alarm_tags *t);
bool alarm_tags_has(const struct alarm_tags *t, const struct alarm_view *v);
/* It is tagged, and is still what was seen then. */
bool alarm_tags_unchanged(const struct alarm_tags *t, const struct alarm_view *v);
/* That, and it had been looked at. */
bool alarm_tags_seen(const struct alarm_tags *t, const struct alarm_view *v);

#endif
