/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Long texts in rows. Pure. */
#ifndef UI_WRAP_H
#define UI_WRAP_H

#include <glib.h>

/* Append text to rows (char *, of GLib) in pieces of at most width columns, cut at blanks where
 * there are; all but the first are indented. */
void wrap_text(GPtrArray *rows, const char *text, int width, int indent);

#endif
