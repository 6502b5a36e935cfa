/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/outbox.h"

#include <assert.h>
#include <sys/stat.h>

#include "storage/guard.h"
#include "storage/outbox_blob.h"
#include "storage/outbox_private.h"
#include "storage/row.h"
#include "storage/sql.h"

/* ---- batches in memory ---- */

void
outbox_batch_init(struct outbox_batch *b)
{
    *b = (struct outbox_batch){.number = 0};
    b->messages = g_array_new(FALSE, FALSE, sizeof(struct message_id));
    b->spans = g_array_new(FALSE, FALSE, sizeof(struct outbox_span));
    b->records = g_array_new(FALSE, FALSE, sizeof(struct record));
    g_array_set_clear_func(b->records, sql_clear_record);
}

void
outbox_batch_fini(struct outbox_batch *b)
{
    g_clear_pointer(&b->messages, g_array_unref);
    g_clear_pointer(&b->spans, g_array_unref);
    g_clear_pointer(&b->records, g_array_unref);
}

void
outbox_batch_free(void *b)
{
    outbox_batch_fini(b);
    g_free(b);
}

void
outbox_batch_message(struct outbox_batch *b, struct message_id id, uint32_t first)
{
    assert(first <= b->records->len);
    struct outbox_span span = {first, b->records->len - first};
    g_array_append_val(b->messages, id);
    g_array_append_val(b->spans, span);
}

/* ---- steps ---- */

enum rc
outbox_fail(struct outbox *o, const char *what, struct err *err)
{
    int code = sqlite3_errcode(o->db);
    if (sql_is_damage(code)) {
        guard_mark(o->path, sqlite3_errmsg(o->db));
    }
    return err_set(err, code == SQLITE_FULL ? RC_FULL : RC_IO, "outbox \"%s\": %s: %s", o->path,
                   what, sqlite3_errmsg(o->db));
}

enum rc
outbox_run(struct outbox *o, enum outbox_statement which, int bound, struct err *err)
{
    int code = bound == SQLITE_OK ? sql_run(o->stmt[which]) : bound;
    sqlite3_clear_bindings(o->stmt[which]);
    return code == SQLITE_DONE ? RC_OK : outbox_fail(o, "could not change it", err);
}

enum rc
outbox_step(struct outbox *o, enum outbox_statement which, bool *ret_row, struct err *err)
{
    int code = sqlite3_step(o->stmt[which]);
    *ret_row = code == SQLITE_ROW;
    return code == SQLITE_ROW || code == SQLITE_DONE ? RC_OK
                                                     : outbox_fail(o, "could not read it", err);
}

enum rc
outbox_end(struct outbox *o, enum rc rc, struct err *err)
{
    if (rc == RC_OK) {
        rc = outbox_run(o, DO_COMMIT, SQLITE_OK, err);
    }
    if (rc != RC_OK && !sqlite3_get_autocommit(o->db)) {
        sqlite3_exec(o->db, "ROLLBACK", NULL, NULL, NULL);
    }
    return rc;
}

/* What is kept from now on survives a power cut. */
static enum rc
be_strict(struct outbox *o, struct err *err)
{
    if (o->relaxed) {
        if (sqlite3_exec(o->db, "PRAGMA synchronous = FULL", NULL, NULL, NULL) != SQLITE_OK) {
            return outbox_fail(o, "could not change it", err);
        }
        o->relaxed = false;
    }
    return RC_OK;
}

enum rc
outbox_begin(struct outbox *o, struct err *err)
{
    enum rc rc = be_strict(o, err);
    if (rc != RC_OK) {
        return rc;
    }
    rc = outbox_run(o, DO_BEGIN, SQLITE_OK, err);
    return rc == RC_OK ? RC_OK : outbox_end(o, rc, err);
}

/* ---- series ---- */

void
outbox_know(struct outbox *o, uint32_t number, const char *station, const char *component)
{
    struct outbox_series *s = g_new0(struct outbox_series, 1);
    s->number = number;
    s->station = g_strdup(station);
    s->component = g_strdup(component);
    if (o->series->len <= number) {
        g_ptr_array_set_size(o->series, (int)number + 1);
    }
    g_ptr_array_index(o->series, number) = s;
    g_hash_table_replace(o->by_name, s, s);
}

enum rc
outbox_number(struct outbox *o, const char *station, const char *component, uint32_t *ret,
              struct err *err)
{
    char *names[] = {g_strdup(station), g_strdup(component)};
    struct outbox_series key = {.station = names[0], .component = names[1]};
    const struct outbox_series *s = g_hash_table_lookup(o->by_name, &key);
    g_free(names[0]);
    g_free(names[1]);
    if (s == NULL && o->series->len > UINT32_MAX / 2) {
        return err_set(err, RC_FULL, "outbox \"%s\": too many components", o->path);
    }
    *ret = s != NULL ? s->number : o->series->len;
    if (s == NULL) { /* goes to disk with the first batch that does */
        outbox_know(o, *ret, station, component);
    }
    return RC_OK;
}

const struct outbox_series *
outbox_series(const struct outbox *o, uint32_t number)
{
    return number < o->series->len ? g_ptr_array_index(o->series, number) : NULL;
}

enum rc
outbox_save_series(struct outbox *o, struct err *err)
{
    for (uint32_t i = o->saved; i < o->series->len; i++) {
        const struct outbox_series *s = g_ptr_array_index(o->series, i);
        struct binder b = {.stmt = o->stmt[ADD_SERIES], .next = 1};
        if (s == NULL) {
            continue;
        }
        put_int(&b, s->number);
        put_text(&b, s->station);
        put_text(&b, s->component);
        enum rc rc = outbox_run(o, ADD_SERIES, b.code, err);
        if (rc != RC_OK) {
            return rc;
        }
    }
    return RC_OK;
}

/* ---- adding ---- */

static int
bind_uuid(sqlite3_stmt *stmt, int column, const struct uuid *id)
{
    return sqlite3_bind_blob(stmt, column, id->bytes, sizeof(id->bytes), SQLITE_STATIC);
}

/* Number and last batch of a segment; *ret_id 0: it has no row. */
static enum rc
find_segment(struct outbox *o, const struct uuid *id, int64_t *ret_id, uint64_t *ret_last,
             struct err *err)
{
    sqlite3_stmt *stmt = o->stmt[FIND_SEGMENT];
    if (bind_uuid(stmt, 1, id) != SQLITE_OK) {
        return outbox_fail(o, "could not read it", err);
    }
    bool row;
    enum rc rc = outbox_step(o, FIND_SEGMENT, &row, err);
    if (rc == RC_OK) {
        *ret_id = row ? sqlite3_column_int64(stmt, 0) : 0;
        *ret_last = row ? (uint64_t)sqlite3_column_int64(stmt, 1) : 0;
    }
    sqlite3_reset(stmt);
    return rc;
}

static enum rc
add_segment(struct outbox *o, const struct segment *s, int64_t *ret_id, struct err *err)
{
    sqlite3_stmt *stmt = o->stmt[ADD_SEGMENT];
    struct binder b = {.stmt = stmt, .next = 2, .code = bind_uuid(stmt, 1, &s->id)};
    put_text(&b, s->instance);
    put_int(&b, (int64_t)s->rank.epoch);
    put_int(&b, (int64_t)s->rank.term);
    put_text(&b, arbiter_name(s->arbiter));
    put_int(&b, s->begun);
    put_int(&b, s->fresh);
    enum rc rc = outbox_run(o, ADD_SEGMENT, b.code, err);
    *ret_id = sqlite3_last_insert_rowid(o->db);
    return rc;
}

static enum rc
add_row(struct outbox *o, int64_t segment, const struct outbox_batch *batch, struct err *err)
{
    g_byte_array_set_size(o->buffer, 0);
    outbox_pack(o->buffer, batch);
    sqlite3_stmt *stmt = o->stmt[ADD_BATCH];
    struct binder b = {.stmt = stmt, .next = 1};
    put_int(&b, segment << NUMBER_BITS | (int64_t)batch->number);
    put_int(&b, batch->records->len);
    put_int(&b, batch->messages->len);
    b.code |=
        sqlite3_bind_blob(stmt, b.next++, o->buffer->data, (int)o->buffer->len, SQLITE_STATIC);
    enum rc rc = outbox_run(o, ADD_BATCH, b.code, err);
    if (rc == RC_OK) {
        b = (struct binder){.stmt = o->stmt[SET_LAST], .next = 1};
        put_int(&b, segment);
        put_int(&b, (int64_t)batch->number);
        rc = outbox_run(o, SET_LAST, b.code, err);
    }
    return rc;
}

enum rc
outbox_put_batch(struct outbox *o, const struct outbox_batch *b, struct err *err)
{
    assert(b->spans->len == b->messages->len);
    assert(b->number > 0 && b->number <= (uint64_t)NUMBER_MAX);
    int64_t segment = 0;
    uint64_t last = 0;
    enum rc rc = outbox_save_series(o, err);
    if (rc == RC_OK) {
        rc = find_segment(o, &b->segment.id, &segment, &last, err);
    }
    if (rc == RC_OK && segment == 0) {
        rc = add_segment(o, &b->segment, &segment, err);
    }
    if (rc == RC_OK && b->number > last) {
        rc = add_row(o, segment, b, err);
    }
    return rc;
}

enum rc
outbox_add(struct outbox *o, const struct outbox_batch *b, struct err *err)
{
    enum rc rc = outbox_begin(o, err);
    if (rc == RC_OK) {
        rc = outbox_end(o, outbox_put_batch(o, b, err), err);
    }
    if (rc == RC_OK) {
        o->saved = o->series->len;
    }
    return rc;
}

/* ---- taking ---- */

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
    b->number = (uint64_t)(sqlite3_column_int64(stmt, 0) & NUMBER_MAX);
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

/* *ret_bad: a batch that cannot be read and has to be set aside first; 0: none. */
static enum rc
read_batches(struct outbox *o, size_t max_rows, GPtrArray *out, int64_t *ret_bad,
             struct err *err)
{
    sqlite3_stmt *stmt = o->stmt[SEE_BATCHES];
    struct segment segment = {.instance = ""};
    int64_t number = 0;
    size_t rows = 0;
    bool row = false;
    enum rc rc;
    while ((rc = outbox_step(o, SEE_BATCHES, &row, err)) == RC_OK && row) {
        int64_t id = sqlite3_column_int64(stmt, 0);
        struct outbox_batch *b;
        rows += (size_t)sqlite3_column_int64(stmt, 1);
        if (number != 0 && (id >> NUMBER_BITS != number || rows > max_rows)) {
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
    GPtrArray *found = g_ptr_array_new_with_free_func(outbox_batch_free);
    enum rc rc;
    int64_t bad;
    do {
        bad = 0;
        rc = read_batches(o, max_rows, found, &bad, err);
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
    bind_uuid(stmt, 1, segment);
    sqlite3_bind_int64(stmt, 2, (int64_t)number);
    while (n < limit && sqlite3_step(stmt) == SQLITE_ROW) {
        n += (uint64_t)sqlite3_column_int64(stmt, 0);
    }
    sqlite3_reset(stmt);
    sqlite3_clear_bindings(stmt);
    return n;
}

enum rc
outbox_sent(struct outbox *o, const struct uuid *segment, uint64_t number, struct err *err)
{
    sqlite3_stmt *stmt = o->stmt[SENT];
    int code = bind_uuid(stmt, 1, segment);
    code |= sqlite3_bind_int64(stmt, 2, (int64_t)number);
    /* Not waited for until it is on the disk: what is sent once more does no harm. */
    o->relaxed = true;
    sqlite3_exec(o->db, "PRAGMA synchronous = NORMAL", NULL, NULL, NULL);
    enum rc rc = outbox_run(o, SENT, code, err);
    if (rc == RC_OK) {
        rc = be_strict(o, err);
    }
    struct outbox_stats stats;
    outbox_stats(o, &stats);
    if (rc == RC_OK && stats.pending == 0) {
        /* The disk gets the room back, in steps that take no long. */
        sqlite3_exec(o->db, "PRAGMA incremental_vacuum(4000)", NULL, NULL, NULL);
    }
    return rc;
}

static uint64_t
size_of(const char *path, const char *suffix)
{
    char *name = g_strconcat(path, suffix, NULL);
    struct stat st;
    uint64_t bytes = stat(name, &st) == 0 ? (uint64_t)st.st_size : 0;
    g_free(name);
    return bytes;
}

void
outbox_stats(const struct outbox *o, struct outbox_stats *ret)
{
    sqlite3_stmt *stmt = o->stmt[SEE_COUNTS];
    *ret = (struct outbox_stats){.bytes = size_of(o->path, "") + size_of(o->path, "-wal")};
    if (sqlite3_step(stmt) == SQLITE_ROW) {
        ret->pending = (uint64_t)sqlite3_column_int64(stmt, 0);
        ret->quarantined = (uint64_t)sqlite3_column_int64(stmt, 1);
        ret->damaged = (uint64_t)sqlite3_column_int64(stmt, 2);
    }
    sqlite3_reset(stmt);
}
