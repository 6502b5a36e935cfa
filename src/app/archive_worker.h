/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Archive worker: answers what screens ask the archive desk (src/core/archive.h). First what
 * the local cache has, read through a connection of its own, at once; then, when that may lack
 * something and there is a central store, both together, so that nothing is counted twice:
 *
 *   trend    the least span that holds all times before the cache's reach, and those at which
 *            nobody listened here (query_readings_gap()), is asked from the store. Of each part
 *            of it whoever has more readings is believed: what was long under way may be in the
 *            cache, and is in the store only some time after.
 *   journal  what lies before the cache's reach is the store's. Within that there are no gaps:
 * a cache catches up with the store's log before it follows (src/app/sync.h).
 *
 * Threads: one of its own for the cache, and that of src/app/history.h for the store, so a
 * store that is frozen delays nothing but its own part. The engine's writer waits for neither:
 *          the cache is read a slice at a time, without a transaction between.
 * Time:    a store that does not answer in patience_us is the end of all requests that wait for
 *          it; their last answer says so.
 */
#ifndef SRC_APP_ARCHIVE_WORKER_H
#define SRC_APP_ARCHIVE_WORKER_H

#include "src/core/archive.h"

struct archive_worker;

/* A year of many readings takes the store its time. */
#define ARCHIVE_PATIENCE_US (30 * US_PER_S)

struct archive_worker_config {
    struct archive *archive;   /* outlives the worker */
    const char *cache, *store; /* path; conninfo, "": there is none */
    int64_t patience_us;
};

/* NULL: no thread could be started. */
struct archive_worker *archive_worker_start(const struct archive_worker_config *config);
/* What is under way is given up. NULL is fine. */
void archive_worker_stop(struct archive_worker *w);

#endif
