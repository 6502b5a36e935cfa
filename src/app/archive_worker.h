/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Archive worker: answers what screens ask the archive desk (src/core/archive.h). First what
 * the local cache has, read through a connection of its own, at once; then, when the cache does
 * not reach back as far as was asked and there is a central store, both together: of a trend
 * what lies before the cache's reach is the store's, the rest the cache's, so that nothing is
 * counted twice; of the journal the same.
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
