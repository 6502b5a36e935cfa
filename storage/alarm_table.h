/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The tables about alarms (schema.h), as they are written.
 *
 * Threads: the connection's.
 * Errors:  RC_IO, and SQLite's code of what failed still stands in the connection. The caller
 *          has begun a transaction and rolls it back.
 */
#ifndef STORAGE_ALARM_TABLE_H
#define STORAGE_ALARM_TABLE_H

#include <sqlite3.h>

#include "src/core/alarm.h"
#include "src/core/error.h"

struct alarm_table;

MUST_USE enum rc alarm_table_open(struct alarm_table **ret, sqlite3 *db, struct err *err);
void alarm_table_close(struct alarm_table *t); /* NULL is fine; before the connection's end */

/* The journal's lines get the ids after *last, which moves on. Everything but these may be
 * written again and is the same. */
MUST_USE enum rc alarm_table_write(struct alarm_table *t, const struct alarm_changes *c,
                                   int64_t *last, struct err *err);

/* *ret_last: id of the journal's newest line, 0: none; *ret_oldest: time of the oldest that may
 * go, INT64_MAX: none. */
MUST_USE enum rc alarm_table_look(struct alarm_table *t, int64_t *ret_last, wall_us *ret_oldest,
                                  struct err *err);

/*
 * Drop the journal's oldest lines, some thousand at most, that are older than before, but for
 * the newest line and those of occurrences that are not over; with them occurrences that are
 * left without a line.
 */
MUST_USE enum rc alarm_table_drop(struct alarm_table *t, wall_us before, struct err *err);

#endif
