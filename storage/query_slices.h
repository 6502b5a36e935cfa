/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Readings of the cache a slice at a time (schema.h): each slice is read for itself, so that
 * between them nothing holds the writer's log back, however slow the one who takes the rows.
 * Closed slices never change; one dropped meanwhile is empty.
 */
#ifndef STORAGE_QUERY_SLICES_H
#define STORAGE_QUERY_SLICES_H

#include "storage/query_private.h"

struct slice {
    int64_t number;
    wall_us min_ts, max_ts;
};

/* Columns: a record's, then id. Only of wanted series; times are the taker's business. */
typedef void take_reading(sqlite3_stmt *stmt, void *user);

struct slices {
    struct query *q;
    GHashTable *wanted; /* series, NULL: all */
    take_reading *take;
    void *user;
    GArray *list; /* struct slice, by number */
    int64_t closed, indexed;
    sqlite3_stmt *all, *places, *one;
};

/* series NULL: all. */
MUST_USE enum rc slices_init(struct slices *s, struct query *q, const uint32_t *series,
                             size_t n_series, take_reading *take, void *user, struct err *err);
void slices_fini(struct slices *s);

/* The state of the file on which the answer rests: the list of slices that hold times from
 * since to until, both included; and the tail, whose rows are taken at once. In a transaction
 * of the caller's: query_begin(). */
MUST_USE enum rc slices_load(struct slices *s, wall_us since, wall_us until, struct err *err);

/* Take the rows of a slice. */
MUST_USE enum rc slices_read(struct slices *s, int64_t slice, struct err *err);

#endif
