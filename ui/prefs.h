/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the user chose on the screen and wants to find again: sort orders, columns, theme,
 * glyphs, language. Kept in a file of the user's own ($XDG_STATE_HOME/leitstand/console.ini),
 * written whole and atomically some seconds after the last change and at the end. A file that
 * cannot be read or written is no error: the console works with what it has, and says so once.
 * It is the writer that writes it.
 *
 * Groups are the names of views ("stations") or "console"; keys are lower-case words.
 *
 * Threads: ui only.
 */
#ifndef UI_PREFS_H
#define UI_PREFS_H

#include <stdbool.h>

#include "src/core/clock.h"
#include "ui/writer.h"

struct prefs;

/* file NULL: nothing is read or kept. writer outlives it. */
struct prefs *prefs_new(const char *file, struct writer *writer);
void prefs_free(struct prefs *p); /* writes what is not written yet; NULL is fine */

/* Valid until the next prefs_set(); fallback when it is not there. */
const char *prefs_get(struct prefs *p, const char *group, const char *key,
                      const char *fallback);
int prefs_get_int(struct prefs *p, const char *group, const char *key, int fallback);
/* value NULL: forget it. */
void prefs_set(struct prefs *p, const char *group, const char *key, const char *value,
               mono_us now);
void prefs_set_int(struct prefs *p, const char *group, const char *key, int value, mono_us now);

mono_us prefs_next(const struct prefs *p); /* when prefs_tick() has something to write; 0 */
void prefs_tick(struct prefs *p, mono_us now);
const char *prefs_problem(const struct prefs *p); /* why it was not read; "" it was */

#endif
