/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The tables about what goes to other instances and comes from them (schema.h), as they are
 * written.
 *
 * Threads: the connection's.
 * Errors:  RC_IO, and SQLite's code of what failed still stands in the connection. The caller
 *          has begun a transaction and rolls it back.
 */
#ifndef STORAGE_FOLLOW_TABLE_H
#define STORAGE_FOLLOW_TABLE_H

#include <sqlite3.h>

#include "storage/cache.h"

#define OUTBOX_KEEP  1000  /* entries of the alarm outbox that stay for peers, sent or not */
#define HANDLED_KEEP 10000 /* actions of others that are known to be done */

struct follow_table;

MUST_USE enum rc follow_table_open(struct follow_table **ret, sqlite3 *db, struct err *err);
void follow_table_close(struct follow_table *t); /* NULL is fine; before the connection's end */

/* What the batch has for these tables. Written again it is the same. */
MUST_USE enum rc follow_table_write(struct follow_table *t, const struct batch *b,
                                    struct err *err);
MUST_USE enum rc follow_table_set_rank(struct follow_table *t, struct rank rank,
                                       struct err *err);
MUST_USE enum rc follow_table_set_sent(struct follow_table *t, uint64_t number,
                                       struct err *err);

/* How much is in them. */
struct follow_extent {
    int64_t first, last; /* of the alarm outbox; 0: it is empty */
    int64_t sent;        /* the store has it up to here */
    int64_t handled;     /* rows */
};
MUST_USE enum rc follow_table_look(struct follow_table *t, struct follow_extent *ret,
                                   struct err *err);
/* The outbox has entries to drop; store: only those that were sent. */
bool follow_table_is_long(const struct follow_extent *x, bool store);
/* Drop them, some thousand at most, and the oldest of handled. */
MUST_USE enum rc follow_table_drop(struct follow_table *t, const struct follow_extent *x,
                                   bool store, struct err *err);

#endif
