/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * History on demand: readings, journal lines, occurrences and trends out of the central store,
 * for who cannot wait: what the local cache does not hold any more. A thread of its own asks,
 * page by page; who asked polls history_fd() and takes what came.
 *
 * Order:   requests are answered one after the other, as they were asked, newest rows first.
 * Bounds:  at most HISTORY_REQUESTS wait; of what was answered HISTORY_PAGES wait to be taken,
 *          then the thread stands still: who does not want the rest cancels.
 * Time:    a page that does not come in patience_us, connecting included, is the request's end.
 * Threads: the functions belong to one thread, and none blocks for longer than a lock.
 */
#ifndef SRC_APP_HISTORY_H
#define SRC_APP_HISTORY_H

#include "storage/pg_history.h"

struct history;

#define HISTORY_REQUESTS  16u
#define HISTORY_PAGES     2u
#define HISTORY_PAGE_ROWS 1000u

/* What a page holds. */
enum history_kind {
    HISTORY_READINGS, /* struct central_reading */
    HISTORY_JOURNAL,  /* struct journal_record */
    HISTORY_ALARMS,   /* struct occurrence_record */
    HISTORY_TREND,    /* no rows: trend */
};
#define HISTORY_KINDS (HISTORY_TREND + 1)

struct history_request {
    enum history_kind kind;
    const struct component_name *names; /* n_names; 0: all. But for readings only the first */
    size_t n_names;
    const char *event;                   /* HISTORY_JOURNAL: only such lines; NULL: all */
    bool open_only;                      /* HISTORY_ALARMS: not those that are over */
    wall_us since, until;                /* both included; WALL_NONE: open */
    int64_t limit;                       /* rows in all; 0: none */
    const struct archive_request *trend; /* HISTORY_TREND: since and until are what is
                                            wanted of it, until not included */
    int64_t patience_us;
};

struct history_page {
    uint64_t id; /* of the request */
    enum history_kind kind;
    GArray *rows;
    struct archive_answer *trend; /* HISTORY_TREND: pg_history_trend(); id 0 */
    bool last;                    /* nothing comes after it */
    bool failed;                  /* then it is the last one, too, and has no rows */
    bool refused;                 /* failed, but the store did answer */
    char problem[160];
};
void history_page_free(struct history_page *page); /* NULL is fine */

/* Does not connect yet. NULL: no thread could be started. */
struct history *history_start(const char *conninfo);
/* Whatever is under way is dropped at once. NULL is fine. */
void history_stop(struct history *h);

/* Everything is copied. The request's id; 0: too many wait. */
uint64_t history_ask(struct history *h, const struct history_request *r);
/* No page of it will be taken any more; what the store is doing for it is cut off. */
void history_cancel(struct history *h, uint64_t id);

int history_fd(const struct history *h); /* readable: a page waits */
/* The next page, NULL: none waits. */
struct history_page *history_take(struct history *h);

#endif
