/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The command palette: what the line behind ":" could become. As long as its first word is
 * typed these are actions, by name, by the words of their text, or by letters of their name in
 * order; then the arguments of the action. Shown above the line from the first letter on, or,
 * when there is none, from Tab on.
 */
#ifndef UI_PALETTE_H
#define UI_PALETTE_H

#include "ui/screen.h"

/* How well text fits an action, 0: not at all. */
int palette_score(const char *name, const char *translated_text, const char *text);

/* The lines that could come of text, best first (char *); free with g_ptr_array_free(). */
GPtrArray *palette_lines(const struct screen *s, const char *text);

/* Over the lower part of area, which is above the line. */
void palette_draw(struct screen *s, struct rect area);

#endif
