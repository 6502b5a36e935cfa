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
 *          A cancelled request leaves nothing behind: neither it nor its untaken answers count.
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
 * is applied by who shows them. Readings of bad quality (QUALITY_BAD) and such that are no
 * number are counted in bad and are in no value. Texts are not there at all. */
struct archive_bucket {
    uint32_t n;   /* good readings in it; 0: the values below mean nothing */
    uint32_t bad; /* readings that are not to be relied on */
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
    /* From here on it is complete, as far as who answers was there: what came while the
     * instance was down is not in its cache. At or before since: all of it. WALL_NONE: nothing
     * is complete. */
    wall_us reach;
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

/* Readable: a request waits, one was cancelled, or an answer was taken. archive_next() ends
 * that. */
int archive_request_fd(const struct archive *a);
/* The next request, its id in *ret_id; false: none waits, or ARCHIVE_ANSWERS are not taken. */
bool archive_next(struct archive *a, struct archive_request *ret, uint64_t *ret_id);
bool archive_cancelled(struct archive *a, uint64_t id);
/* Takes the answer over. False: it is wanted no more (then it is freed), go on with the next
 * request. Never blocks, and always has room for what comes after a first answer. */
bool archive_put(struct archive *a, struct archive_answer *answer);
/* Fewer than ARCHIVE_ANSWERS wait to be taken. */
bool archive_has_room(struct archive *a);
/* A zeroed answer to r with its arrays. */
struct archive_answer *archive_answer_new(const struct archive_request *r, uint64_t id);
struct archive_answer *archive_answer_copy(const struct archive_answer *answer);

/* The bucket that at falls into; since <= at < until, n_buckets > 0. Part i of the span begins
 * at the first time that falls into it: since + i * (until - since) / n_buckets, rounded up. */
uint32_t archive_bucket_of(wall_us since, wall_us until, uint32_t n_buckets, wall_us at);
/* Add one good reading to a bucket; in any order of time. Of equal times the first added is the
 * first, and the last added the last. */
void archive_bucket_add(struct archive_bucket *b, double value, wall_us at);
/* Add all of another bucket, whose readings are not in this one. */
void archive_bucket_merge(struct archive_bucket *b, const struct archive_bucket *other);

#endif
