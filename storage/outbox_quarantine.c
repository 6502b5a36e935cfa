/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the store refused, kept in the outbox file until a person decides. */
#include "storage/outbox_private.h"
#include "storage/row.h"
#include "storage/sql.h"

void
quarantined_clear(void *row)
{
    struct quarantined *q = row;
    g_clear_pointer(&q->station, g_free);
    g_clear_pointer(&q->component, g_free);
    g_clear_pointer(&q->reason, g_free);
    sql_clear_record(&q->record);
}

enum rc
outbox_put_refused(struct outbox *o, const struct record *r, wall_us at, const char *reason,
                   const char *origin, struct err *err)
{
    enum rc rc = outbox_save_series(o, err);
    if (rc != RC_OK) {
        return rc;
    }
    struct binder b = {.stmt = o->stmt[REFUSE], .next = 1 + SQL_ROW_COLUMNS};
    b.code = sql_bind_record(b.stmt, 1, r);
    put_int(&b, at);
    put_text(&b, reason);
    if (origin != NULL) {
        put_text(&b, origin);
    }
    return outbox_run(o, REFUSE, b.code, err);
}

enum rc
outbox_refuse(struct outbox *o, const struct record *r, wall_us at, const char *reason,
              struct err *err)
{
    enum rc rc = outbox_begin(o, err);
    if (rc == RC_OK) {
        rc = outbox_end(o, outbox_put_refused(o, r, at, reason, NULL, err), err);
    }
    if (rc == RC_OK) {
        o->saved = o->series->len;
    }
    return rc;
}

enum rc
outbox_quarantine(struct outbox *o, GArray *out, struct err *err)
{
    sqlite3_stmt *stmt = o->stmt[SEE_REFUSED];
    unsigned before = out->len;
    bool row = false;
    enum rc rc;
    while ((rc = outbox_step(o, SEE_REFUSED, &row, err)) == RC_OK && row) {
        struct quarantined q = {.id = 0};
        struct taker t = {.stmt = stmt, .next = SQL_ROW_COLUMNS};
        sql_read_record(stmt, 0, &q.record);
        q.id = take_int(&t);
        q.at = take_int(&t);
        q.reason = g_strdup(see_text(&t));
        q.station = g_strdup(see_text(&t));
        q.component = g_strdup(see_text(&t));
        g_array_append_val(out, q);
    }
    sqlite3_reset(stmt);
    if (rc != RC_OK) {
        g_array_set_size(out, before);
    }
    return rc;
}

static enum rc
take_away(struct outbox *o, int64_t id, struct err *err)
{
    enum rc rc = outbox_run(o, DROP, sqlite3_bind_int64(o->stmt[DROP], 1, id), err);
    if (rc == RC_OK && sqlite3_changes(o->db) == 0) {
        rc = err_set(err, RC_NOTFOUND, "there is no reading %" G_GINT64_FORMAT " in quarantine",
                     id);
    }
    return rc;
}

enum rc
outbox_drop(struct outbox *o, const int64_t *ids, size_t n, struct err *err)
{
    enum rc rc = outbox_begin(o, err);
    if (rc != RC_OK) {
        return rc;
    }
    for (size_t i = 0; rc == RC_OK && i < n; i++) {
        rc = take_away(o, ids[i], err);
    }
    return outbox_end(o, rc, err);
}

static enum rc
read_one(struct outbox *o, int64_t id, struct outbox_batch *b, struct err *err)
{
    sqlite3_stmt *stmt = o->stmt[SEE_ONE];
    bool row = false;
    sqlite3_bind_int64(stmt, 1, id);
    enum rc rc = outbox_step(o, SEE_ONE, &row, err);
    if (rc == RC_OK && row) {
        struct record r;
        sql_read_record(stmt, 0, &r);
        g_array_append_val(b->records, r);
    }
    sqlite3_reset(stmt);
    return rc;
}

/* Epoch 0: it is nobody's custody any more, and no neighbour of any other segment. */
static void
name_segment(struct segment *s, const char *instance, wall_us now)
{
    char *name = g_uuid_string_random();
    *s = (struct segment){.arbiter = ARBITER_SELF, .begun = now};
    g_strlcpy(s->instance, instance, sizeof(s->instance));
    if (!uuid_parse(&s->id, name)) {
        s->id = uuid_of(name, strlen(name));
    }
    g_free(name);
}

/* Out of the quarantine, into b. */
static enum rc
move(struct outbox *o, const int64_t *ids, size_t n, struct outbox_batch *b, struct err *err)
{
    enum rc rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && i < n; i++) {
        rc = read_one(o, ids[i], b, err);
        if (rc == RC_OK) {
            rc = take_away(o, ids[i], err);
        }
    }
    return rc;
}

enum rc
outbox_retry(struct outbox *o, const int64_t *ids, size_t n, const char *instance, wall_us now,
             struct err *err)
{
    struct outbox_batch b;
    outbox_batch_init(&b);
    b.number = 1;
    name_segment(&b.segment, instance, now);
    enum rc rc = outbox_begin(o, err);
    if (rc == RC_OK) {
        rc = move(o, ids, n, &b, err);
        if (rc == RC_OK) {
            rc = outbox_put_batch(o, &b, err);
        }
        rc = outbox_end(o, rc, err);
    }
    outbox_batch_fini(&b);
    return rc;
}
