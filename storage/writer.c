/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/writer.h"

#include <errno.h>
#include <unistd.h>

#include "storage/plant_table.h"
#include "storage/sql.h"
#include "storage/writer_private.h"

#define MESSAGE_BYTES 10 /* of one identity in ring.messages: mid and hash, little endian */

static bool
is_want_of_room(sqlite3 *db)
{
    int code = sqlite3_errcode(db) & 0xff;
    int system = sqlite3_system_errno(db);
    return code == SQLITE_FULL ||
           (code == SQLITE_IOERR && (system == ENOSPC || system == EDQUOT || system == EFBIG));
}

void
writer_note_failure(struct writer *w)
{
    w->unsure = true;
    w->lacks_room = is_want_of_room(w->db);
    w->damaged = w->damaged || sql_is_damage(sqlite3_errcode(w->db));
}

enum rc
writer_fail(struct writer *w, const char *what, struct err *err)
{
    writer_note_failure(w);
    return sql_fail(w->db, what, err);
}

enum rc
writer_run(struct writer *w, enum statement which, int bound, struct err *err)
{
    if (bound != SQLITE_OK || sql_run(w->stmt[which]) != SQLITE_DONE) {
        return writer_fail(w, "could not write the cache", err);
    }
    return RC_OK;
}

static void
roll_back(struct writer *w)
{
    if (!sqlite3_get_autocommit(w->db)) {
        sqlite3_exec(w->db, "ROLLBACK", NULL, NULL, NULL);
    }
}

enum rc
writer_begin(struct writer *w, struct err *err)
{
    roll_back(w); /* when the last one could not even be rolled back */
    return writer_run(w, DO_BEGIN, SQLITE_OK, err);
}

enum rc
writer_end(struct writer *w, enum rc rc, struct err *err)
{
    if (rc == RC_OK) {
        rc = writer_run(w, DO_COMMIT, SQLITE_OK, err);
    }
    if (rc != RC_OK) {
        w->unsure = true;
        roll_back(w);
    }
    return rc;
}

static enum rc
load_counter(struct writer *w, const char *text, int64_t fallback, int64_t *ret,
             struct err *err)
{
    enum rc rc = sql_int(w->db, text, fallback, ret, err);
    if (rc != RC_OK) {
        w->damaged = w->damaged || sql_is_damage(sqlite3_errcode(w->db));
    }
    return rc;
}

enum rc
writer_reload(struct writer *w, struct err *err)
{
    static const struct {
        const char *text;
        int64_t fallback;
        size_t offset;
    } counters[] = {
        {"SELECT max(id) FROM readings", 0, offsetof(struct writer, last_id)},
        {"SELECT value FROM meta WHERE name = 'slices'", 0, offsetof(struct writer, slices)},
        {"SELECT value FROM meta WHERE name = 'indexed'", 0, offsetof(struct writer, indexed)},
        {"SELECT value FROM meta WHERE name = 'pruned'", 0, offsetof(struct writer, pruned)},
        {"SELECT max_received FROM slice ORDER BY slice LIMIT 1", WALL_NONE,
         offsetof(struct writer, oldest)},
        {"SELECT max(id) FROM ring", 0, offsetof(struct writer, ring_last)},
        {"SELECT sum(n) FROM ring", 0, offsetof(struct writer, ring_held)},
        {"PRAGMA page_count", 0, offsetof(struct writer, pages)},
        {"PRAGMA freelist_count", 0, offsetof(struct writer, free_pages)},
        {"PRAGMA page_size", 0, offsetof(struct writer, page_bytes)},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(counters); i++) {
        int64_t *counter = (int64_t *)(void *)((char *)w + counters[i].offset);
        enum rc rc = load_counter(w, counters[i].text, counters[i].fallback, counter, err);
        if (rc != RC_OK) {
            w->unsure = true;
            return rc;
        }
    }
    enum rc rc = alarm_table_look(w->alarms, &w->journal_last, &w->journal_oldest, err);
    if (rc == RC_OK) {
        rc = follow_table_look(w->follow, &w->extent, err);
    }
    if (rc != RC_OK) {
        writer_note_failure(w);
        return rc;
    }
    /* When all readings are dropped, the slices still tell how many there were. */
    w->last_id = MAX(w->last_id, w->slices << SLICE_SHIFT);
    w->unsure = false;
    return RC_OK;
}

static enum rc
add_records(struct writer *w, const GArray *records, int64_t *id, struct err *err)
{
    sqlite3_stmt *stmt = w->stmt[ADD_READING];
    enum rc rc = RC_OK;
    for (guint i = 0; rc == RC_OK && i < records->len; i++) {
        const struct record *r = &g_array_index(records, struct record, i);
        int bound = sqlite3_bind_int64(stmt, 1, ++*id);
        bound |= sql_bind_record(stmt, 2, r);
        rc = writer_run(w, ADD_READING, bound, err);
    }
    return rc;
}

static void
pack_messages(GByteArray *out, const GArray *messages)
{
    for (guint i = 0; i < messages->len; i++) {
        const struct message_id *m = &g_array_index(messages, struct message_id, i);
        guint16 mid = GUINT16_TO_LE(m->mid);
        guint64 hash = GUINT64_TO_LE(m->hash);
        g_byte_array_append(out, (const guint8 *)&mid, sizeof(mid));
        g_byte_array_append(out, (const guint8 *)&hash, sizeof(hash));
    }
}

static enum rc
add_messages(struct writer *w, const GByteArray *messages, int64_t *row, struct err *err)
{
    sqlite3_stmt *stmt = w->stmt[ADD_MESSAGES];
    if (messages->len == 0) {
        return RC_OK;
    }
    int bound = sqlite3_bind_int64(stmt, 1, ++*row);
    bound |= sqlite3_bind_int64(stmt, 2, messages->len / MESSAGE_BYTES);
    bound |= sqlite3_bind_blob(stmt, 3, messages->data, (int)messages->len, SQLITE_STATIC);
    return writer_run(w, ADD_MESSAGES, bound, err);
}

/* The rows of one commit, and where the counters stand after it. */
struct commit {
    int64_t last_id, ring_last, ring_held, journal_last;
    struct follow_extent extent;
};

static enum rc
write_followed(struct writer *w, const struct batch *b, struct follow_extent *extent,
               struct err *err)
{
    enum rc rc = follow_table_write(w->follow, b, err);
    if (rc != RC_OK) {
        writer_note_failure(w);
    }
    if (b->outbox_body != NULL) {
        extent->last = MAX(extent->last, (int64_t)b->outbox_number);
        extent->first = extent->first == 0 ? extent->last : extent->first;
    }
    extent->handled += b->handled->len;
    return rc;
}

static enum rc
write_alarms(struct writer *w, const struct alarm_changes *c, int64_t *last, struct err *err)
{
    enum rc rc = alarm_changes_empty(c) ? RC_OK : alarm_table_write(w->alarms, c, last, err);
    if (rc != RC_OK) {
        writer_note_failure(w);
    }
    return rc;
}

static enum rc
write_heard(struct writer *w, const struct batch *b, struct err *err)
{
    if (b->heard_since == 0) {
        return RC_OK;
    }
    int bound = sqlite3_bind_int64(w->stmt[SET_HEARD], 1, b->heard_since);
    bound |= sqlite3_bind_int64(w->stmt[SET_HEARD], 2, b->heard_until);
    enum rc rc = writer_run(w, SET_HEARD, bound, err);
    return rc == RC_OK ? writer_run(w, TRIM_HEARD, SQLITE_OK, err) : rc;
}

static enum rc
write_batches(struct writer *w, struct batch *const *batches, size_t n, struct commit *after,
              struct err *err)
{
    GByteArray *messages = g_byte_array_new();
    enum rc rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && i < n; i++) {
        if (batches[i]->forget_ring) {
            rc = writer_run(w, FORGET_RING, SQLITE_OK, err);
            g_byte_array_set_size(messages, 0);
            after->ring_held = 0;
        }
        pack_messages(messages, batches[i]->messages);
        if (rc == RC_OK) {
            rc = add_records(w, batches[i]->records, &after->last_id, err);
        }
        if (rc == RC_OK) {
            rc = write_alarms(w, &batches[i]->alarms, &after->journal_last, err);
        }
        if (rc == RC_OK) {
            rc = write_followed(w, batches[i], &after->extent, err);
        }
        if (rc == RC_OK) {
            rc = write_heard(w, batches[i], err);
        }
    }
    if (rc == RC_OK) {
        rc = add_messages(w, messages, &after->ring_last, err);
    }
    after->ring_held += messages->len / MESSAGE_BYTES;
    /* Trimming at every commit would touch a page more each time. */
    int64_t keep = MAX(n > 0 ? batches[n - 1]->ring_keep : 0, RING_MESSAGES);
    if (rc == RC_OK && after->ring_held > 2 * keep) {
        int bound = sqlite3_bind_int64(w->stmt[TRIM_RING], 1, keep);
        rc = writer_run(w, TRIM_RING, bound, err);
        if (rc == RC_OK) {
            rc = load_counter(w, "SELECT sum(n) FROM ring", 0, &after->ring_held, err);
        }
    }
    g_byte_array_unref(messages);
    return rc;
}

/*
 * A commit that reported a failure may have succeeded all the same: then the counters are where
 * it would have taken them, and nobody but us moves them. One that moved neither may be made
 * again: rows that are set or dropped by their names stay the same.
 */
static bool
has_succeeded(struct writer *w)
{
    bool in_doubt = w->in_doubt;
    w->in_doubt = false;
    return in_doubt && w->last_id == w->doubt_id && w->journal_last == w->doubt_journal;
}

static void
doubt(struct writer *w, struct batch *const *batches, size_t n)
{
    w->doubt_id = w->last_id;
    w->doubt_journal = w->journal_last;
    for (size_t i = 0; i < n; i++) {
        w->doubt_id += batches[i]->records->len;
        w->doubt_journal += batches[i]->alarms.journal->len;
    }
    w->in_doubt = w->doubt_id > w->last_id || w->doubt_journal > w->journal_last;
}

enum rc
writer_commit(struct writer *w, struct batch *const *batches, size_t n, struct err *err)
{
    if (w->unsure) {
        enum rc rc = writer_reload(w, err);
        if (rc != RC_OK) {
            return rc;
        }
    }
    if (has_succeeded(w)) {
        return RC_OK;
    }
    struct commit after = {w->last_id, w->ring_last, w->ring_held, w->journal_last, w->extent};
    enum rc rc = writer_begin(w, err);
    if (rc == RC_OK) {
        rc = writer_end(w, write_batches(w, batches, n, &after, err), err);
    }
    if (rc != RC_OK) {
        doubt(w, batches, n);
        return rc;
    }
    w->last_id = after.last_id;
    w->ring_last = after.ring_last;
    w->ring_held = after.ring_held;
    w->journal_last = after.journal_last;
    w->extent = after.extent;
    w->lacks_room = false;
    return RC_OK;
}

enum rc
writer_store_rank(struct writer *w, struct rank rank, struct err *err)
{
    enum rc rc = writer_begin(w, err);
    if (rc != RC_OK) {
        return rc;
    }
    rc = follow_table_set_rank(w->follow, rank, err);
    if (rc != RC_OK) {
        writer_note_failure(w);
    }
    return writer_end(w, rc, err);
}

enum rc
writer_outbox_sent(struct writer *w, uint64_t number, struct err *err)
{
    if ((int64_t)number <= w->extent.sent) {
        return RC_OK;
    }
    enum rc rc = follow_table_set_sent(w->follow, number, err);
    if (rc != RC_OK) {
        writer_note_failure(w);
        return rc;
    }
    w->extent.sent = (int64_t)number;
    return RC_OK;
}

enum rc
writer_store_plant(struct writer *w, const struct plant *plant, const char *digest,
                   uint32_t *series, struct err *err)
{
    enum rc rc = writer_begin(w, err);
    if (rc != RC_OK) {
        return rc;
    }
    rc = plant_table_write(w->db, plant, digest, series, err);
    if (rc != RC_OK) {
        w->damaged = w->damaged || sql_is_damage(sqlite3_errcode(w->db));
    }
    return writer_end(w, rc, err);
}

static void
unpack_messages(GArray *out, const uint8_t *bytes, size_t len)
{
    for (size_t at = 0; at + MESSAGE_BYTES <= len; at += MESSAGE_BYTES) {
        guint16 mid;
        guint64 hash;
        memcpy(&mid, bytes + at, sizeof(mid));
        memcpy(&hash, bytes + at + sizeof(mid), sizeof(hash));
        struct message_id m = {.mid = GUINT16_FROM_LE(mid), .hash = GUINT64_FROM_LE(hash)};
        g_array_append_val(out, m);
    }
}

enum rc
writer_read_ring(struct writer *w, GArray *out, struct err *err)
{
    sqlite3_stmt *stmt;
    enum rc rc = sql_prepare(w->db, &stmt, "SELECT messages FROM ring ORDER BY id", err);
    if (rc != RC_OK) {
        return rc;
    }
    int code;
    while ((code = sqlite3_step(stmt)) == SQLITE_ROW) {
        const uint8_t *bytes = sqlite3_column_blob(stmt, 0);
        unpack_messages(out, bytes, (size_t)sqlite3_column_bytes(stmt, 0));
    }
    if (code != SQLITE_DONE) {
        rc = writer_fail(w, "could not read the cache", err);
    }
    sqlite3_finalize(stmt);
    if (out->len > RING_MAX) {
        g_array_remove_range(out, 0, out->len - RING_MAX);
    }
    return rc;
}

uint64_t
writer_stored(const struct writer *w)
{
    return (uint64_t)w->last_id;
}

bool
writer_damaged(const struct writer *w)
{
    return w->damaged;
}

bool
writer_lacks_room(const struct writer *w)
{
    return w->lacks_room;
}

bool
writer_is_capped(const struct writer *w)
{
    return w->cap_bytes > 0;
}

void
writer_close(struct writer *w)
{
    if (w == NULL) {
        return;
    }
    for (size_t i = 0; i < STATEMENTS; i++) {
        sqlite3_finalize(w->stmt[i]);
    }
    alarm_table_close(w->alarms);
    follow_table_close(w->follow);
    sqlite3_close(w->db);
    if (w->lock_fd >= 0) {
        close(w->lock_fd);
    }
    g_free(w->path);
    g_free(w);
}
