/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Store watch: whether the central store can be reached, asked every 15 s (5 s after a failure)
 * in a thread of its own, for connecting and looking a name up may block.
 *
 * Threads: start, get and stop belong to one thread; none of them waits for the store.
 */
#ifndef SRC_APP_STORE_WATCH_H
#define SRC_APP_STORE_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "src/core/error.h"

struct store_watch;

struct store_state {
    bool known;        /* it has been asked at least once */
    bool reachable;    /* the last time; true until known: nobody is to be told too early */
    char problem[256]; /* why not, sanitised; "" when it is */
    uint64_t answers;  /* how often it was asked so far */
};

/* NULL when conninfo is NULL or "", or no thread could be started. Asks at once. */
struct store_watch *store_watch_start(const char *conninfo);
void store_watch_get(struct store_watch *w, struct store_state *ret);
/* At once, even while it asks; NULL is fine. */
void store_watch_stop(struct store_watch *w);

/* Every server that conninfo (or the environment) names is on this host. */
bool store_is_local(const char *conninfo);

/* For tests: another question than pg_probe(), and other pauses. */
typedef enum rc (*store_probe)(const char *conninfo, struct err *err);
struct store_watch *store_watch_start_with(const char *conninfo, store_probe probe,
                                           int64_t well_us, int64_t failed_us);

#endif
