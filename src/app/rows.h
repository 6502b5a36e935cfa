/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rows of a query on stdout, as a table, JSON or CSV. A row is given cell by cell, in the order
 * of the columns, and ended; nothing is kept but the first rows of a table, which tell how wide
 * its columns are.
 *
 * Text is sanitised here, in every format. In CSV a text that a spreadsheet would take for a
 * formula (it begins with = + - @ and is no number) gets an apostrophe in front.
 */
#ifndef SRC_APP_ROWS_H
#define SRC_APP_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/core/clock.h"

enum rows_format { ROWS_TABLE, ROWS_JSON, ROWS_JSONL, ROWS_CSV };

#define ROWS_FORMATS "table|json|jsonl|csv" /* choices of --format */

struct rows;

/* name NULL: a table on a terminal, else JSON. columns: NULL-terminated, kept by the caller. */
struct rows *rows_new(const char *const *columns, const char *format);

void rows_null(struct rows *r);
void rows_text(struct rows *r, const char *text); /* NULL: null */
void rows_number(struct rows *r, double value);   /* NAN: null */
void rows_int(struct rows *r, int64_t value);
void rows_bool(struct rows *r, bool value);
void rows_time(struct rows *r, wall_us at); /* WALL_NONE: null */
/* A list of the names of those bits that have one; name answers NULL for the others. */
void rows_flags(struct rows *r, unsigned flags, const char *(*name)(unsigned flag));
/* A value of any form: valid JSON of one line, and what stands for it in a table or CSV. */
void rows_json(struct rows *r, const char *plain, const char *json);

/* Whether that format can hold deeper values: neither a table nor CSV can. */
bool rows_nest(const char *format);

/* False when stdout takes no more: stop. */
bool rows_end(struct rows *r);

/* Write what is left and free. Returns the number of rows. */
size_t rows_finish(struct rows *r);

#endif
