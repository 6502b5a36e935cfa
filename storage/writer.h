/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The writing connection to the cache file, without a thread: open, commit, tidy up.
 *
 * Threads: one at a time; in a running program the cache's own after opening.
 * Errors:  a failed call has changed nothing on disk, and may be made again. When the file's
 *          content turns out to be wrong, writer_damaged() is true from then on.
 * Tidying: readings come in at the end of the newest slice (schema.h); everything else that
 *          must happen to them is done by writer_tidy() in short transactions of its own.
 */
#ifndef STORAGE_WRITER_H
#define STORAGE_WRITER_H

#include "storage/cache.h"

#define RING_MESSAGES 4000 /* kept, or as many as the newest batch wants */

struct writer;

/* Lock, check, move a damaged file aside, migrate: as cache_open(). */
MUST_USE enum rc writer_open(struct writer **ret, const struct cache_config *config,
                             wall_us now, struct cache_report *report, struct err *err);
void writer_close(struct writer *w); /* NULL is fine */

/* All of these batches (struct batch *), in this order, as one transaction. After a failure the
 * next call is for the same ones: they are stored once. */
MUST_USE enum rc writer_commit(struct writer *w, struct batch *const *batches, size_t n,
                               struct err *err);

/* Replace the plant; series as in plant_table_write(). */
MUST_USE enum rc writer_store_plant(struct writer *w, const struct plant *plant,
                                    const char *digest, uint32_t *series, struct err *err);

/* As cache_store_rank(). */
MUST_USE enum rc writer_store_rank(struct writer *w, struct rank rank, struct err *err);
/* As cache_outbox_sent(), but at once. */
MUST_USE enum rc writer_outbox_sent(struct writer *w, uint64_t number, struct err *err);

/* The last message identities, oldest first, appended to out (struct message_id). */
MUST_USE enum rc writer_read_ring(struct writer *w, GArray *out, struct err *err);

/*
 * One step of what is due, some ten milliseconds at most; *ret_more: there is another. idle:
 * nobody waits, so that what can wait is done, too.
 */
MUST_USE enum rc writer_tidy(struct writer *w, wall_us now, bool idle, bool *ret_more,
                             struct err *err);

/* A write failed because there is no room: drop the oldest slice of readings or, when there is
 * none, the oldest lines of the journal. RC_NOTFOUND: nothing is left that may go. */
MUST_USE enum rc writer_make_room(struct writer *w, struct err *err);
bool writer_lacks_room(const struct writer *w); /* the last failure was for want of room */
bool writer_is_capped(const struct writer *w);  /* it was made, and the disk is still full */

uint64_t writer_stored(const struct writer *w); /* records ever committed */
bool writer_damaged(const struct writer *w);

#endif
