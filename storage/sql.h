/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The few steps that everybody takes with SQLite, with our kind of errors; and how a record
 * stands in a row.
 *
 * A row of readings or latest ends in the same columns, in this order: series, ts, lag
 * (received minus ts, so that it is mostly 0 and takes no room), value (integer, real or text;
 * NULL for NaN), flags (quality and source).
 */
#ifndef STORAGE_SQL_H
#define STORAGE_SQL_H

#include <stdbool.h>
#include <stdint.h>

#include <sqlite3.h>

#include "src/core/error.h"
#include "src/core/reading.h"

/* Before the first connection of the process; any thread, any number of times. */
void sql_init(void);

/* RC_IO with "what: what SQLite says". */
enum rc sql_fail(sqlite3 *db, const char *what, struct err *err);

MUST_USE enum rc sql_exec(sqlite3 *db, const char *text, struct err *err);
MUST_USE enum rc sql_prepare(sqlite3 *db, sqlite3_stmt **ret, const char *text,
                             struct err *err);

/* The single integer that text asks for; fallback when there is no row or it is NULL. */
MUST_USE enum rc sql_int(sqlite3 *db, const char *text, int64_t fallback, int64_t *ret,
                         struct err *err);

/* Step a statement that yields no row, and reset it. Answers SQLITE_DONE or an error. */
int sql_run(sqlite3_stmt *stmt);

/* The error code says that the file's content is wrong, not that the disk is unwell. */
bool sql_is_damage(int code);

#define SQL_ROW_COLUMNS 5

/* Bind the record's columns from parameter first on. text must live until the step. */
int sql_bind_record(sqlite3_stmt *stmt, int first, const struct record *r);

/* Release a record's text; for g_array_set_clear_func(). */
void sql_clear_record(void *record);

/* Read the columns from column first on; the caller releases ret->text. */
void sql_read_record(sqlite3_stmt *stmt, int first, struct record *ret);

#endif
