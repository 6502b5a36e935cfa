/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What writer.c, writer_open.c and writer_tidy.c share; nobody else includes it. */
#ifndef STORAGE_WRITER_PRIVATE_H
#define STORAGE_WRITER_PRIVATE_H

#include <sqlite3.h>

#include "storage/alarm_table.h"
#include "storage/follow_table.h"
#include "storage/schema.h"
#include "storage/writer.h"

enum statement {
    DO_BEGIN,
    DO_COMMIT,
    ADD_READING,
    ADD_MESSAGES,
    FORGET_RING,
    TRIM_RING,
    SEE_SLICE,
    SET_LATEST,
    ADD_SLICE,
    ADD_ROWS,
    DROP_READINGS,
    DROP_ROWS,
    DROP_SLICE,
    SET_META,
    SET_HEARD,
    TRIM_HEARD,
};
#define STATEMENTS (TRIM_HEARD + 1)

struct writer {
    char *path;
    int lock_fd;
    sqlite3 *db;
    sqlite3_stmt *stmt[STATEMENTS];
    struct alarm_table *alarms;
    struct follow_table *follow;
    bool store; /* there is a central one */
    int retention_days;
    int64_t max_bytes;
    int64_t cap_bytes; /* 0, or how large the disk lets it be: it was full at that size */

    /* What the file says, read again after every failure (unsure). */
    bool unsure;
    int64_t last_id;
    int64_t slices, indexed, pruned; /* meta, see schema.h */
    wall_us oldest;                  /* newest receipt in the oldest slice; WALL_NONE: none */
    int64_t ring_last, ring_held;    /* last row, and messages in all rows */
    int64_t journal_last;            /* id */
    wall_us journal_oldest; /* of the lines that may go, when last read; INT64_MAX: none */
    struct follow_extent extent;

    int64_t pages, free_pages, page_bytes;

    /* Where a commit that failed would have taken last_id and journal_last. */
    bool in_doubt;
    int64_t doubt_id, doubt_journal;

    int wal_pages;     /* in the log, counted from its start */
    int checkpoint_at; /* so many are to be copied into the file */
    bool lacks_room, damaged;
};

/* Keep what kind of failure the last one of the connection is. */
void writer_note_failure(struct writer *w);
/* And fill err. */
enum rc writer_fail(struct writer *w, const char *what, struct err *err);

/* Begin; then end with rc: commit when it is RC_OK, else roll back. */
MUST_USE enum rc writer_begin(struct writer *w, struct err *err);
MUST_USE enum rc writer_end(struct writer *w, enum rc rc, struct err *err);

/* Run a statement whose parameters are bound; bound: the or-ed answers of binding. */
MUST_USE enum rc writer_run(struct writer *w, enum statement which, int bound, struct err *err);

/* Read the counters from the file; clears unsure. */
MUST_USE enum rc writer_reload(struct writer *w, struct err *err);

#endif
