/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cells of CSV files that we write (RFC 4180). Pure. */
#ifndef SRC_CORE_CSV_H
#define SRC_CORE_CSV_H

#include <stdbool.h>

#include <glib.h>

/* Append a cell as it is, in quotes when it needs them; a comma in front unless it is the
 * first. What it says is kept: for files that are read back. */
void csv_cell_append(GString *to, const char *text, bool first);

/* Append a text that somebody else wrote: made harmless, and never a formula for a spreadsheet,
 * which reads one that begins with = + - @, if it is no number. NULL: an empty cell. */
void csv_text_append(GString *to, const char *text, bool first);

#endif
