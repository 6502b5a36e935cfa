/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The outbox: readings whose PUBACK has been given, or is about to be, and which the central
 * store has not got yet. A SQLite file of its own beside the cache (PATH.outbox), WAL,
 * synchronous=FULL: what outbox_add() answered RC_OK for survives a power cut.
 *
 * A segment is one stretch of custody: one owner, one rank, one unbroken session at the broker.
 * It has a UUID, and its batches count from 1 without a gap, whether they go to the store at
 * once or stay here first. The store keeps the number of each segment's last batch in the
 * transaction of its rows, so nothing arrives twice, whatever is sent again.
 *
 * Threads: one at a time. Errors: RC_IO, RC_FULL (the disk is full); nothing was changed.
 */
#ifndef STORAGE_OUTBOX_H
#define STORAGE_OUTBOX_H

#include "src/core/rank.h"
#include "src/core/reading.h"
#include "src/core/uuid.h"
#include "storage/cache.h"

struct outbox;

struct segment {
    struct uuid id;
    char instance[64];
    struct rank rank;
    enum arbiter arbiter;
    wall_us begun;
    bool fresh; /* the broker had no session for us: nothing in it is a repetition */
};

/* One component's names, by the number that rows carry. Numbers are the outbox's own. */
struct outbox_series {
    uint32_t number;
    char *station, *component;
};

/* Which of a batch's records came of a message. */
struct outbox_span {
    uint32_t first, count;
};

/* What goes in one transaction: rows of several messages. */
struct outbox_batch {
    struct segment segment;
    uint64_t number; /* 1 is the segment's first */
    int64_t place; /* in the outbox, rising in the order of outbox_next(); 0: not from there */
    GArray *messages; /* struct message_id, of all its messages of QoS 1 */
    GArray *spans;    /* struct outbox_span, one for each of messages, rising */
    GArray *records;  /* struct record; series: as outbox_number() gave it */
};
void outbox_batch_init(struct outbox_batch *b);
void outbox_batch_fini(struct outbox_batch *b);
void outbox_batch_free(void *b); /* what outbox_first() gave; for g_ptr_array_set_free_func() */
/* After the records of a message of QoS 1, which may be none: those from first on are its. */
void outbox_batch_message(struct outbox_batch *b, struct message_id id, uint32_t first);

/*
 * Open or create it; RC_BUSY: another process has it. A damaged file is moved aside, and
 * outbox_notice() tells.
 */
MUST_USE enum rc outbox_open(struct outbox **ret, const char *path, struct err *err);
/* Beside the process that has it, which may be none: only quarantine and statistics are for
 * use. RC_NOTFOUND: there is no such file. */
MUST_USE enum rc outbox_open_beside(struct outbox **ret, const char *path, struct err *err);
void outbox_close(struct outbox *o); /* NULL is fine */
/* What opening found out, for people; "" when there is nothing. */
const char *outbox_notice(const struct outbox *o);

/* The number of a component, made when it is new. */
MUST_USE enum rc outbox_number(struct outbox *o, const char *station, const char *component,
                               uint32_t *ret, struct err *err);
/* The names of a number; NULL: there is no such. Good until closed. */
const struct outbox_series *outbox_series(const struct outbox *o, uint32_t number);

/* Keep it. The same (segment, number) twice is kept once. */
MUST_USE enum rc outbox_add(struct outbox *o, const struct outbox_batch *b, struct err *err);

/* What is read at once has no more batches: each takes some 400 bytes beside its rows. */
#define OUTBOX_BATCHES 100000u

/* The oldest batches, of one segment, at most about max_rows rows together (at least one
 * batch): appended to out, struct outbox_batch *. Empty: there is nothing. */
MUST_USE enum rc outbox_first(struct outbox *o, size_t max_rows, GPtrArray *out,
                              struct err *err);
/* The same of those behind the place after. When out has some already, only of their segment.
 */
MUST_USE enum rc outbox_next(struct outbox *o, int64_t after, size_t max_rows, GPtrArray *out,
                             struct err *err);
/* How many messages of the segment wait here in batches after this one; counted up to limit. */
uint64_t outbox_messages_after(const struct outbox *o, const struct uuid *segment,
                               uint64_t number, uint64_t limit);
/* The store has all of the segment up to this batch: they may go. *ret_rows: so many readings
 * did; NULL: never mind. */
MUST_USE enum rc outbox_sent(struct outbox *o, const struct uuid *segment, uint64_t number,
                             uint64_t *ret_rows, struct err *err);

/* ---- quarantine: what the store refused ---- */

struct quarantined {
    int64_t id;
    char *station, *component;
    struct record record;
    wall_us at;   /* when it was refused */
    char *reason; /* the server's words */
};
void quarantined_clear(void *row); /* for g_array_set_clear_func() */
MUST_USE enum rc outbox_refuse(struct outbox *o, const struct record *r, wall_us at,
                               const char *reason, struct err *err);
/* All, oldest first, appended to out (struct quarantined). */
MUST_USE enum rc outbox_quarantine(struct outbox *o, GArray *out, struct err *err);
/* Away with these; RC_NOTFOUND: one of them is not there, and nothing was done. */
MUST_USE enum rc outbox_drop(struct outbox *o, const int64_t *ids, size_t n, struct err *err);

/* Put these back among what waits, in a segment of their own; RC_NOTFOUND: one of them is not
 * there, and nothing was done. */
MUST_USE enum rc outbox_retry(struct outbox *o, const int64_t *ids, size_t n,
                              const char *instance, wall_us now, struct err *err);

struct outbox_stats {
    uint64_t pending, quarantined; /* readings */
    uint64_t damaged; /* readings of batches that could not be read back; kept in the file */
    uint64_t bytes;
};
void outbox_stats(const struct outbox *o, struct outbox_stats *ret);

#endif
