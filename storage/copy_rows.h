/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Readings as PostgreSQL's binary COPY wants them, in the order of PG_COPY_READINGS; appended
 * to an array of bytes.
 *
 * Pure.
 */
#ifndef STORAGE_COPY_ROWS_H
#define STORAGE_COPY_ROWS_H

#include <glib.h>

#include "src/core/reading.h"

/* What stands before the first row, and after the last. */
void copy_rows_header(GByteArray *out);
void copy_rows_trailer(GByteArray *out);

/* series and segment: as the store counts them. */
void copy_rows_append(GByteArray *out, const struct record *r, int32_t series, int32_t segment);

#endif
