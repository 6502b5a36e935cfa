/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Batches out of the outbox file: oldest first, and gone once they are sent. */
#include "storage/guard.h"
#include "storage/outbox_blob.h"
#include "storage/outbox_private.h"
#include "storage/row.h"
#include "storage/sql.h"

static enum rc
read_segment(struct outbox *o, int64_t number, struct segment *ret, struct err *err)
{
    sqlite3_stmt *stmt = o->stmt[SEE_SEGMENT];
    bool row = false;
    sqlite3_bind_int64(stmt, 1, number);
    enum rc rc = outbox_step(o, SEE_SEGMENT, &row, err);
    if (rc == RC_OK && (!row || sqlite3_column_bytes(stmt, 0) != sizeof(ret->id.bytes))) {
        guard_mark(o->path, "a segment has no row");
        rc = err_set(err, RC_IO, "outbox \"%s\" is damaged: a segment has no row", o->path);
    }
    if (rc == RC_OK) {
        struct taker t = {.stmt = stmt, .next = 1};
        *ret = (struct segment){.instance = ""};
        memcpy(ret->id.bytes, sqlite3_column_blob(stmt, 0), sizeof(ret->id.bytes));
        g_strlcpy(ret->instance, see_text(&t), sizeof(ret->instance));
        ret->rank.epoch = (uint64_t)take_int(&t);
        ret->rank.term = (uint64_t)take_int(&t);
        if (!arbiter_from_name(see_text(&t), &ret->arbiter)) {
            ret->arbiter = ARBITER_SELF;
        }
        ret->begun = take_int(&t);
        ret->fresh = take_int(&t) != 0;
    }
    sqlite3_reset(stmt);
    return rc;
}

/* A batch that cannot be read: what stands there is kept apart, and an empty one goes on in its
 * place, since the numbers have no gap. */
static enum rc
set_aside(struct outbox *o, int64_t id, struct err *err)
{
    static const uint8_t empty[] = {1, 0, 0};
    sqlite3_stmt *put = o->stmt[SET_ASIDE], *clear = o->stmt[EMPTY_BATCH];
    enum rc rc = outbox_begin(o, err);
    if (rc != RC_OK) {
        return rc;
    }
    rc = outbox_run(o, SET_ASIDE, sqlite3_bind_int64(put, 1, id), err);
    if (rc == RC_OK) {
        int code = sqlite3_bind_int64(clear, 1, id);
        code |= sqlite3_bind_blob(clear, 2, empty, sizeof(empty), SQLITE_STATIC);
        rc = outbox_run(o, EMPTY_BATCH, code, err);
    }
    return outbox_end(o, rc, err);
}

/* The batch of the present row; false: it cannot be read. */
static bool
read_batch(sqlite3_stmt *stmt, const struct segment *segment, struct outbox_batch **ret)
{
    struct outbox_batch *b = g_new(struct outbox_batch, 1);
    outbox_batch_init(b);
    b->segment = *segment;
    b->place = sqlite3_column_int64(stmt, 0);
    b->number = (uint64_t)(b->place & NUMBER_MAX);
    const void *body = sqlite3_column_blob(stmt, 3);
    size_t len = (size_t)sqlite3_column_bytes(stmt, 3);
    if (body == NULL || !outbox_unpack(b, body, len) ||
        (int64_t)b->records->len != sqlite3_column_int64(stmt, 1)) {
        outbox_batch_free(b);
        return false;
    }
    *ret = b;
    return true;
}

/* only: of this batch's segment, NULL: of the first one's. *ret_bad: a batch that cannot be
 * read and has to be set aside first; 0: none. */
static enum rc
read_batches(struct outbox *o, int64_t after, const struct outbox_batch *only, size_t max_rows,
             GPtrArray *out, int64_t *ret_bad, struct err *err)
{
    sqlite3_stmt *stmt = o->stmt[SEE_BATCHES];
    struct segment segment = only != NULL ? only->segment : (struct segment){.instance = ""};
    int64_t number = only != NULL ? only->place >> NUMBER_BITS : 0;
    size_t rows = 0;
    bool row = false;
    enum rc rc;
    if (sqlite3_bind_int64(stmt, 1, after) != SQLITE_OK) {
        return outbox_fail(o, "could not read it", err);
    }
    while ((rc = outbox_step(o, SEE_BATCHES, &row, err)) == RC_OK && row) {
        int64_t id = sqlite3_column_int64(stmt, 0);
        struct outbox_batch *b;
        rows += (size_t)sqlite3_column_int64(stmt, 1);
        bool full = (out->len > 0 && rows > max_rows) || out->len >= OUTBOX_BATCHES;
        if ((number != 0 && id >> NUMBER_BITS != number) || full) {
            break;
        }
        if (number == 0) {
            number = id >> NUMBER_BITS;
            rc = read_segment(o, number, &segment, err);
        }
        if (rc != RC_OK) {
            break;
        }
        if (!read_batch(stmt, &segment, &b)) {
            *ret_bad = id;
            break;
        }
        g_ptr_array_add(out, b);
    }
    sqlite3_reset(stmt);
    return rc;
}

enum rc
outbox_first(struct outbox *o, size_t max_rows, GPtrArray *out, struct err *err)
{
    return outbox_next(o, 0, max_rows, out, err);
}

enum rc
outbox_next(struct outbox *o, int64_t after, size_t max_rows, GPtrArray *out, struct err *err)
{
    GPtrArray *found = g_ptr_array_new_with_free_func(outbox_batch_free);
    const struct outbox_batch *only = out->len > 0 ? g_ptr_array_index(out, 0) : NULL;
    enum rc rc;
    int64_t bad;
    do {
        bad = 0;
        rc = read_batches(o, after, only, max_rows, found, &bad, err);
        if (rc == RC_OK && bad != 0) {
            rc = set_aside(o, bad, err);
        }
    } while (rc == RC_OK && bad != 0 && found->len == 0);
    if (rc == RC_OK) {
        g_ptr_array_set_free_func(found, NULL);
        g_ptr_array_extend(out, found, NULL, NULL);
    }
    g_ptr_array_unref(found);
    return rc;
}

uint64_t
outbox_messages_after(const struct outbox *o, const struct uuid *segment, uint64_t number,
                      uint64_t limit)
{
    sqlite3_stmt *stmt = o->stmt[SEE_MESSAGES];
    uint64_t n = 0;
    outbox_bind_uuid(stmt, 1, segment);
    sqlite3_bind_int64(stmt, 2, (int64_t)number);
    while (n < limit && sqlite3_step(stmt) == SQLITE_ROW) {
        n += (uint64_t)sqlite3_column_int64(stmt, 0);
    }
    sqlite3_reset(stmt);
    sqlite3_clear_bindings(stmt);
    return n;
}

/* One of the two statements of what was sent. */
static enum rc
run_sent(struct outbox *o, enum outbox_statement which, const struct uuid *segment,
         uint64_t number, struct err *err)
{
    int code = outbox_bind_uuid(o->stmt[which], 1, segment);
    code |= sqlite3_bind_int64(o->stmt[which], 2, (int64_t)number);
    return outbox_run(o, which, code, err);
}

enum rc
outbox_sent(struct outbox *o, const struct uuid *segment, uint64_t number, uint64_t *ret_rows,
            struct err *err)
{
    struct outbox_stats stats;
    uint64_t before = 0;
    /* Not waited for until it is on the disk: what is sent once more does no harm. */
    o->relaxed = true;
    sqlite3_exec(o->db, "PRAGMA synchronous = NORMAL", NULL, NULL, NULL);
    enum rc rc = outbox_run(o, DO_BEGIN, SQLITE_OK, err);
    if (rc == RC_OK) { /* from here on nobody else changes it */
        outbox_stats(o, &stats);
        before = stats.pending;
        rc = run_sent(o, SENT_ROWS, segment, number, err);
    }
    rc = rc == RC_OK ? run_sent(o, SENT, segment, number, err) : rc;
    outbox_stats(o, &stats);
    rc = outbox_end(o, rc, err);
    if (rc == RC_OK) {
        rc = outbox_be_strict(o, err);
    }
    if (rc == RC_OK && ret_rows != NULL) {
        *ret_rows = before - stats.pending;
    }
    if (rc == RC_OK && stats.pending == 0) {
        /* The disk gets the room back, in steps that take no long. */
        sqlite3_exec(o->db, "PRAGMA incremental_vacuum(4000)", NULL, NULL, NULL);
    }
    return rc;
}
