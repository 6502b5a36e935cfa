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

enum rc
outbox_be_strict(struct outbox *o, struct err *err)
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
    enum rc rc = outbox_be_strict(o, err);
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

/* Number and last batch of a segment; *ret_id 0: it has no row. */
static enum rc
find_segment(struct outbox *o, const struct uuid *id, int64_t *ret_id, uint64_t *ret_last,
             struct err *err)
{
    sqlite3_stmt *stmt = o->stmt[FIND_SEGMENT];
    if (outbox_bind_uuid(stmt, 1, id) != SQLITE_OK) {
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
    struct binder b = {.stmt = stmt, .next = 2, .code = outbox_bind_uuid(stmt, 1, &s->id)};
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

/* ---- what there is ---- */

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
