/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the outbox's files share; nobody else includes it. */
#ifndef STORAGE_OUTBOX_PRIVATE_H
#define STORAGE_OUTBOX_PRIVATE_H

#include <sqlite3.h>

#include "storage/outbox.h"

/*
 * Tables, see outbox_open.c:
 *   series      names of numbers
 *   segment     last: number of the last batch that was added
 *   batch       id = segment << 40 | number: oldest segment first, its batches in order
 *   quarantine  columns of a record as storage/sql.h has them; origin: which row of which batch
 *   damaged     batches that could not be read back
 *   meta        pending, quarantined, damaged: readings, kept by triggers and SENT_ROWS
 */
#define NUMBER_BITS 40
#define NUMBER_MAX  ((INT64_C(1) << NUMBER_BITS) - 1)

enum outbox_statement {
    DO_BEGIN,
    DO_COMMIT,
    ADD_SERIES,
    FIND_SEGMENT,
    ADD_SEGMENT,
    SET_LAST,
    ADD_BATCH,
    SEE_BATCHES,
    SEE_SEGMENT,
    SEE_MESSAGES,
    SENT_ROWS,
    SENT,
    SET_ASIDE,
    EMPTY_BATCH,
    REFUSE,
    SEE_REFUSED,
    SEE_ONE,
    DROP,
    SEE_COUNTS,
};
#define OUTBOX_STATEMENTS (SEE_COUNTS + 1)

struct outbox {
    char *path;
    int lock_fd; /* -1: another process may have it */
    sqlite3 *db;
    sqlite3_stmt *stmt[OUTBOX_STATEMENTS];
    GPtrArray *series;   /* struct outbox_series *, by number; the first is NULL */
    GHashTable *by_name; /* struct outbox_series * in both places; series owns it */
    uint32_t saved;      /* numbers below this are on disk */
    GByteArray *buffer;  /* a batch on its way to disk */
    bool relaxed;        /* commits are not waited for */
    char notice[768];
};

/* What went wrong with the file; a damaged one is marked, so that it is moved aside at the next
 * start. */
enum rc outbox_fail(struct outbox *o, const char *what, struct err *err);

/* What is kept from now on survives a power cut. */
MUST_USE enum rc outbox_be_strict(struct outbox *o, struct err *err);

/* Begin; then end with rc: commit when it is RC_OK, else roll back. */
MUST_USE enum rc outbox_begin(struct outbox *o, struct err *err);
MUST_USE enum rc outbox_end(struct outbox *o, enum rc rc, struct err *err);

/* Run a statement without rows whose parameters are bound; bound: the or-ed answers of binding.
 */
MUST_USE enum rc outbox_run(struct outbox *o, enum outbox_statement which, int bound,
                            struct err *err);

/* A step that may yield a row; *ret_row false: there is none (any more). */
MUST_USE enum rc outbox_step(struct outbox *o, enum outbox_statement which, bool *ret_row,
                             struct err *err);

/* Inside a transaction: numbers that are not on disk yet; a batch with its segment. */
MUST_USE enum rc outbox_save_series(struct outbox *o, struct err *err);
MUST_USE enum rc outbox_put_batch(struct outbox *o, const struct outbox_batch *b,
                                  struct err *err);

/* One into the quarantine; origin NULL: a row of no batch. */
MUST_USE enum rc outbox_put_refused(struct outbox *o, const struct record *r, wall_us at,
                                    const char *reason, const char *origin, struct err *err);

/* Make room in memory for a number that is known by file. */
void outbox_know(struct outbox *o, uint32_t number, const char *station, const char *component);

static inline int
outbox_bind_uuid(sqlite3_stmt *stmt, int column, const struct uuid *id)
{
    return sqlite3_bind_blob(stmt, column, id->bytes, sizeof(id->bytes), SQLITE_STATIC);
}

#endif
