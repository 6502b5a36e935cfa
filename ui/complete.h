/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What an action's argument could be: the complete functions of the action table. Each adds to
 * out (char *) whole arguments that fit what was typed of one.
 */
#ifndef UI_COMPLETE_H
#define UI_COMPLETE_H

#include "ui/screen.h"

#define COMPLETE_MAX 100 /* more are not offered */

/* Add before and word if that begins with typed, in any case. */
void complete_add(GPtrArray *out, const char *typed, const char *before, const char *word);

/* What the argument of this action could be: by its complete function, or, where it has none,
 * out of the words it names ("on|off"). */
struct action;
void complete_argument(const struct screen *s, const struct action *action, const char *typed,
                       GPtrArray *out);
/* It has a choice that complete_argument() would offer. */
bool complete_can(const struct action *action);

void complete_stations(const struct screen *s, const char *typed, GPtrArray *out);
void complete_maintenance(const struct screen *s, const char *typed, GPtrArray *out);
void complete_columns(const struct screen *s, const char *typed, GPtrArray *out);
void complete_themes(const struct screen *s, const char *typed, GPtrArray *out);
void complete_glyphs(const struct screen *s, const char *typed, GPtrArray *out);
void complete_actions(const struct screen *s, const char *typed, GPtrArray *out);

#endif
