/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Arrays as values of a statement, in the server's text form: an empty GString to begin with,
 * then values, then the end.
 *
 * Pure.
 */
#ifndef STORAGE_PG_ARRAY_H
#define STORAGE_PG_ARRAY_H

#include <glib.h>

void pg_array_text(GString *array, const char *text); /* NULL: null */
void pg_array_int(GString *array, int64_t value);
void pg_array_end(GString *array);

#endif
