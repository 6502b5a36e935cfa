/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Questions to the cache, over a connection of their own that only reads. Works while an
 * instance runs and while none does.
 *
 * Threads: a query handle belongs to one thread.
 */
#ifndef STORAGE_QUERY_H
#define STORAGE_QUERY_H

#include "src/core/plant.h"
#include "src/core/reading.h"

struct query;

/* RC_NOTFOUND: there is no cache file. */
MUST_USE enum rc query_open(struct query **ret, const char *path, struct err *err);
void query_close(struct query *q);

/* The plant with series numbers set; *ret_digest (may be NULL) is that of its files. */
MUST_USE enum rc query_plant(struct query *q, struct plant **ret, char **ret_digest,
                             struct err *err);

/* Called for each row; false stops. text belongs to the row. */
typedef bool query_row(const struct record *r, void *user);

/* The newest record of every series, in no order. */
MUST_USE enum rc query_latest(struct query *q, query_row *row, void *user, struct err *err);

struct query_range {
    const uint32_t *series; /* NULL: all */
    size_t n_series;
    wall_us since, until; /* ts, both included; WALL_NONE: open */
    int64_t limit;        /* 0: none */
    bool oldest_first;    /* default: newest first, by ts, then by arrival */
};
MUST_USE enum rc query_readings(struct query *q, const struct query_range *range,
                                query_row *row, void *user, struct err *err);

/* Total records ever stored, and bytes, as in struct cache_stats. */
MUST_USE enum rc query_stored(struct query *q, uint64_t *ret_stored, struct err *err);

#endif
