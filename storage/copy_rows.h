/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Readings as PostgreSQL's binary COPY wants them, in the order of PG_COPY_READINGS, gathered
 * in a buffer that is sent when it is full.
 *
 * Threads: the connection's. Errors: as storage/pg.h.
 */
#ifndef STORAGE_COPY_ROWS_H
#define STORAGE_COPY_ROWS_H

#include "src/core/reading.h"
#include "storage/pg.h"

struct copy_rows {
    struct pg *pg;
    uint8_t *buffer;
    size_t used, cap;
};

void copy_rows_init(struct copy_rows *c, struct pg *pg);
void copy_rows_fini(struct copy_rows *c);

/* After pg_copy_begin(): what stands before the first row. */
void copy_rows_begin(struct copy_rows *c);
/* series and segment: as the store counts them. */
MUST_USE enum rc copy_rows_add(struct copy_rows *c, const struct record *r, int32_t series,
                               int32_t segment, struct err *err);
/* What stands after the last row, and all that is left; then comes pg_copy_end(). */
MUST_USE enum rc copy_rows_end(struct copy_rows *c, struct err *err);

#endif
