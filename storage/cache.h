/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The cache: the local SQLite store of readings, newest values, the plant, the ring of message
 * identities, and of alarms and their journal; and the thread that writes it.
 *
 * Threads: cache_open() starts the writing thread; the engine fills batches, puts them and is
 *          told by cache_fd() what is on disk. cache_put(), cache_committed(),
 *          cache_store_plant() and cache_store_rank() from the engine only; cache_stats() and
 *          cache_outbox_sent() from any thread.
 * Commit:  the thread takes whatever is queued, at most 10,000 rows, as one transaction. A
 *          batch is committed as a whole or not yet: the alarms it changes with the readings
 *          that caused it.
 * Full:    cache_has_room() false means stop reading the broker; nothing is dropped.
 * Disk:    a failed transaction is kept and tried again; cache_stats().problem says why. When
 *          the disk is full, or the file reaches max_bytes, the oldest history goes,
 *          readings first. Journal and occurrences stay JOURNAL_KEEP_DAYS; only a disk that is
 *          full, with no history of readings left, takes the oldest of them, and never those of
 *          an occurrence that is not over.
 * Damage:  a file that turns out damaged is set aside by the next start, or at once by this
 * one.
 */
#ifndef STORAGE_CACHE_H
#define STORAGE_CACHE_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "src/core/alarm.h"
#include "src/core/error.h"
#include "src/core/plant.h"
#include "src/core/rank.h"
#include "src/core/reading.h"

/*
 * ISA-18.2 has alarm records kept as long as the owner's rules for such records say; ten years
 * are long for those, and a journal of that age still has no more than some million lines.
 */
#define JOURNAL_KEEP_DAYS 3653

/* While the broker is listened to, batch.heard_until is moved on so often; it stays so far
 * behind because a broker that stands still is not noticed at once. */
#define LISTENED_US     (60 * US_PER_S)
#define LISTENED_LAG_US (10 * US_PER_S)

struct cache;

struct cache_config {
    const char *path;
    int retention_days; /* history older than this goes; 0: it may stay */
    int64_t max_bytes;  /* of the file; 0: no limit. The newest 16,384 records always stay, and
                           so does all about alarms */
    bool full_sync;     /* a commit survives a power cut, not only a crash of the program */
    bool store;         /* there is a central store: the alarm outbox waits for it */
};

/* What opening found out; plain text for the log and the screen, "" when there is nothing. */
struct cache_report {
    char moved_aside[512]; /* the damaged file's new name */
    char notice[256];
};

/* Identity of a QoS 1 message, kept in the transaction of its readings (ownership, E3). */
struct message_id {
    uint16_t mid;
    uint64_t hash; /* of topic and payload */
};

/* Up to here the changes of another instance are applied in this cache. */
struct followed_mark {
    char writer[UUID_SIZE];
    uint64_t number;
};

/* An operator action of this instance that nobody has answered yet. */
struct open_action {
    char id[UUID_SIZE];
    wall_us at;
    char *body; /* NULL: it was answered, and goes */
};
void open_action_clear(void *action); /* for g_array_set_clear_func() */

/* What the owner said to an action: kept so that it is done once, whoever is owner then. */
struct handled_action {
    char id[UUID_SIZE];
    bool ok;
    char text[256];
    wall_us at;
};

/* More identities are never read: what came again several times stands among them as often. */
#define RING_MAX 262144

struct batch {
    GArray *records;  /* struct record; the cache frees them */
    GArray *messages; /* struct message_id */
    struct alarm_changes alarms;
    bool forget_ring;   /* the broker has lost our session: older identities mean nothing */
    uint32_t ring_keep; /* so many of the newest, messages included, may come again; at least
                           4,000 are kept */
    uint64_t number;    /* given by cache_put(), rising by one */

    /* What this instance decided, for the other ones: the alarms above as JSON
     * (src/app/changes_json.h), NULL: nothing; g_free()d by the cache. Its number is given by
     * the engine, counting on from query_sync()'s outbox_last without a gap, in the order of
     * cache_put(). */
    char *outbox_body;
    uint64_t outbox_number;
    struct rank rank; /* under which it was decided */

    GArray *followed;      /* struct followed_mark: the alarms above are what others decided */
    int64_t change_cursor; /* id of the store's log up to which they are applied; 0: as is */
    int64_t plant_version; /* the store's, that this cache has now; 0: as is */
    GArray *actions;       /* struct open_action */
    GArray *handled;       /* struct handled_action; the newest 10,000 are kept */

    /* From then until then the broker was listened to without a break; a later until of the
     * same since takes the place of an earlier one. since 0: as is. */
    wall_us heard_since, heard_until;
};

/*
 * Open or create; take the lock (RC_BUSY: another instance has this cache, err says so); check,
 * moving a damaged file aside; migrate; start the thread.
 */
MUST_USE enum rc cache_open(struct cache **ret, const struct cache_config *config,
                            struct cache_report *report, struct err *err);
/* Commits what is queued, then ends the thread. NULL is fine. */
void cache_close(struct cache *c);

/* An empty batch to fill. */
struct batch *cache_new_batch(struct cache *c);
void cache_free_batch(void *batch); /* one that was not put */
bool cache_has_room(struct cache *c);
/* Queue it for commit; it belongs to the cache from now on. Never fails, never blocks long. */
uint64_t cache_put(struct cache *c, struct batch *b);

/* Readable when more is committed than last asked; cache_committed() rearms it. */
int cache_fd(const struct cache *c);
uint64_t cache_committed(struct cache *c); /* highest batch number on disk */

/* The last message identities, oldest first, at least 4,000 if there were so many; struct
 * message_id; caller unrefs. */
GArray *cache_ring(struct cache *c);

/*
 * Replace the plant (all or nothing) and give every component its series number, also in
 * *plant. digest is that of the CSV files it came from ("" for none; NULL: the one known
 * stays). Before the first batch, or between batches; blocks until on disk.
 */
MUST_USE enum rc cache_store_plant(struct cache *c, struct plant *plant, const char *digest,
                                   struct err *err);

/* The highest rank that was ever heard of. On disk when it answers RC_OK; a lower one than
 * what stands there changes nothing. */
MUST_USE enum rc cache_store_rank(struct cache *c, struct rank rank, struct err *err);

/* The central store has the alarm outbox up to this number: it may go, but for the newest
 * thousand. On disk some time later. */
void cache_outbox_sent(struct cache *c, uint64_t number);

struct cache_stats {
    uint64_t stored; /* records committed since the file was made */
    uint64_t queued; /* records not yet */
    uint64_t bytes;  /* size of file and log */
    wall_us last_commit;
    char problem[256];
};
void cache_stats(struct cache *c, struct cache_stats *ret);

#endif
