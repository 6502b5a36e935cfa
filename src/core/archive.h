/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The archive desk: where a screen asks for history (trends, journal) and takes the answers,
 * without ever waiting. Who answers is the other side's business: the application reads the
 * local cache first and the central store after it.
 *
 * Answers: one request may be answered several times, each answer whole and better than the one
 *          before (first what the cache has, then with what the central store knows); the last
 *          one says so. After a cancel none is taken any more.
 * Bounds:  at most ARCHIVE_REQUESTS wait; ARCHIVE_ANSWERS untaken answers stop the other side.
 * Threads: the screen's functions belong to one thread, the worker's to one other.
 */
#ifndef SRC_CORE_ARCHIVE_H
#define SRC_CORE_ARCHIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "src/core/alarm.h"

#define ARCHIVE_REQUESTS    64u
#define ARCHIVE_ANSWERS     8u
#define ARCHIVE_SERIES_MAX  64u
#define ARCHIVE_BUCKETS_MAX 4096u

enum archive_kind { ARCHIVE_TREND, ARCHIVE_JOURNAL };

struct archive_series {
    char station[PLANT_ID_MAX + 1], component[PLANT_ID_MAX + 1];
};

struct archive_request {
    enum archive_kind kind;
    wall_us since, until; /* TREND: since included, until not. JOURNAL: both included,
                             WALL_NONE: open */
    /* ARCHIVE_TREND */
    struct archive_series series[ARCHIVE_SERIES_MAX];
    uint32_t n_series;
    uint32_t n_buckets; /* the span in so many equal parts */
    /* ARCHIVE_JOURNAL: the newest rows first */
    char station[PLANT_ID_MAX + 1], component[PLANT_ID_MAX + 8]; /* "": any */
    uint32_t limit;                                              /* rows */
};

/* One part of the span of one component. Values are raw, as stored: the component's adjustment
 * is applied by who shows them. Readings of bad quality are counted in bad and are in no value;
 * so are texts. */
struct archive_bucket {
    uint32_t n;   /* good readings in it; 0: the values below mean nothing */
    uint32_t bad; /* readings of bad quality */
    double first, last, min, max, sum;
    wall_us first_at, last_at;
};

enum archive_from { ARCHIVE_CACHE, ARCHIVE_CENTRAL };

struct archive_answer {
    uint64_t id;
    enum archive_kind kind;
    enum archive_from from;
    bool last;         /* no better one comes */
    char problem[160]; /* what is missing and why, for people; "" nothing is */
    wall_us since, until;
    wall_us reach; /* from here on it is complete; WALL_NONE: nothing is known of that */
    /* ARCHIVE_TREND: n_series runs of n_buckets */
    uint32_t n_series, n_buckets;
    struct archive_bucket *buckets;
    struct archive_bucket *before; /* n_series: the last good reading before since (n 0 or 1) */
    /* ARCHIVE_JOURNAL */
    GArray *journal; /* struct journal_record, newest first */
    bool more;       /* older ones were left out because of limit */
};

struct archive *archive_new(void);
void archive_free(struct archive *a);

/* ---- the screen's side ---- */

/* Copied. The request's id, never 0; 0: too many wait. */
uint64_t archive_ask(struct archive *a, const struct archive_request *r);
void archive_cancel(struct archive *a, uint64_t id); /* 0 is fine */
int archive_fd(const struct archive *a);             /* readable: an answer waits */
/* The next answer, NULL: none waits. */
struct archive_answer *archive_take(struct archive *a);
void archive_answer_free(struct archive_answer *answer); /* NULL is fine */

/* ---- the worker's side ---- */

int archive_request_fd(const struct archive *a); /* readable: a request waits */
/* The next request, its id in *ret_id; false: none waits. */
bool archive_next(struct archive *a, struct archive_request *ret, uint64_t *ret_id);
bool archive_cancelled(struct archive *a, uint64_t id);
/* Takes the answer over. False: it is wanted no more (then it is freed), go on with the next
 * request. Never blocks: while ARCHIVE_ANSWERS wait, archive_has_room() says false. */
bool archive_put(struct archive *a, struct archive_answer *answer);
bool archive_has_room(struct archive *a);
/* A zeroed answer to r with its arrays. */
struct archive_answer *archive_answer_new(const struct archive_request *r, uint64_t id);

/* Add one good reading to a bucket; in any order of time. */
void archive_bucket_add(struct archive_bucket *b, double value, wall_us at);

#endif
