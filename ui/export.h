/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is shown, as a file. Never over one that is there, unless the user says so.
 * Threads: ui only.
 */
#ifndef UI_EXPORT_H
#define UI_EXPORT_H

#include "ui/screen.h"

/*
 * Write text to the file that argument names, "!" in front of it (with or without a blank):
 * instead of one that is there. "": "leitstand-WHAT-20260109-155801.csv" in the working
 * directory. The writer tells the user what came of it. rows: how many it has.
 */
void export_write(struct screen *s, const char *what, const char *argument, const GString *text,
                  guint rows);
/* The same of any order; until it is carried out the user is told that it is under way. */
void export_order(struct screen *s, const struct writer_order *order);
/* writer_fd() was readable: tell what came of all that is written. */
void export_answers(struct screen *s);

/* Cells: RFC 3339 in UTC, "" for WALL_NONE; a number, "" for what is none. */
void export_time(GString *to, wall_us at, bool first);
void export_number(GString *to, double value, bool first);

#endif
