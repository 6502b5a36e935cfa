/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/follow_table.h"

#include <assert.h>

#include "storage/row.h"
#include "storage/sql.h"

#define SLACK     500  /* beyond what is kept, so that not every commit has something to drop */
#define DROP_ROWS 1000 /* in one step */

enum statement {
    ADD_OUTBOX,
    SET_FOLLOWED,
    SET_ACTION,
    DROP_ACTION,
    ADD_HANDLED,
    SET_META,
    SEE_EXTENT,
    DROP_OUTBOX,
    DROP_HANDLED,
};
#define STATEMENTS (DROP_HANDLED + 1)

static const char *const texts[] = {
    [ADD_OUTBOX] = "INSERT OR REPLACE INTO alarm_outbox VALUES(?,?,?,?)",
    [SET_FOLLOWED] = "INSERT INTO followed VALUES(?1,?2) ON CONFLICT(writer) DO UPDATE SET"
                     " number = max(number, excluded.number)",
    [SET_ACTION] = "INSERT OR REPLACE INTO actions VALUES(?,?,?)",
    [DROP_ACTION] = "DELETE FROM actions WHERE id = ?",
    /* The first answer counts. */
    [ADD_HANDLED] = "INSERT OR IGNORE INTO handled(id, ok, text, at) VALUES(?,?,?,?)",
    [SET_META] = "UPDATE meta SET value = max(value, ?2) WHERE name = ?1",
    [SEE_EXTENT] = "SELECT coalesce((SELECT min(number) FROM alarm_outbox), 0),"
                   " coalesce((SELECT max(number) FROM alarm_outbox), 0),"
                   " (SELECT value FROM meta WHERE name = 'outbox_sent'),"
                   " (SELECT coalesce(max(n) - min(n) + 1, 0) FROM handled)",
    [DROP_OUTBOX] = "DELETE FROM alarm_outbox WHERE number <= ?",
    [DROP_HANDLED] = "DELETE FROM handled WHERE n <= (SELECT max(n) FROM handled) - ?",
};
static_assert(G_N_ELEMENTS(texts) == STATEMENTS, "a statement has no text");

struct follow_table {
    sqlite3 *db;
    sqlite3_stmt *stmt[STATEMENTS];
};

enum rc
follow_table_open(struct follow_table **ret, sqlite3 *db, struct err *err)
{
    struct follow_table *t = g_new0(struct follow_table, 1);
    t->db = db;
    enum rc rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && i < STATEMENTS; i++) {
        rc = sql_prepare(db, &t->stmt[i], texts[i], err);
    }
    if (rc != RC_OK) {
        follow_table_close(t);
        return rc;
    }
    *ret = t;
    return RC_OK;
}

void
follow_table_close(struct follow_table *t)
{
    if (t == NULL) {
        return;
    }
    for (size_t i = 0; i < STATEMENTS; i++) {
        sqlite3_finalize(t->stmt[i]);
    }
    g_free(t);
}

static struct binder
bind(struct follow_table *t, enum statement which)
{
    return (struct binder){.stmt = t->stmt[which], .next = 1};
}

static enum rc
run(struct follow_table *t, const struct binder *b, struct err *err)
{
    if (b->code != SQLITE_OK || sql_run(b->stmt) != SQLITE_DONE) {
        return sql_fail(t->db, "could not write the cache", err);
    }
    return RC_OK;
}

static enum rc
set_meta(struct follow_table *t, const char *name, int64_t value, struct err *err)
{
    struct binder b = bind(t, SET_META);
    put_text(&b, name);
    put_int(&b, value);
    return run(t, &b, err);
}

static enum rc
write_outbox(struct follow_table *t, const struct batch *batch, struct err *err)
{
    struct binder b = bind(t, ADD_OUTBOX);
    put_int(&b, (int64_t)batch->outbox_number);
    put_int(&b, (int64_t)batch->rank.epoch);
    put_int(&b, (int64_t)batch->rank.term);
    put_text(&b, batch->outbox_body);
    return run(t, &b, err);
}

static enum rc
write_followed(struct follow_table *t, const GArray *marks, struct err *err)
{
    enum rc rc = RC_OK;
    for (guint i = 0; rc == RC_OK && i < marks->len; i++) {
        const struct followed_mark *m = &g_array_index(marks, struct followed_mark, i);
        struct binder b = bind(t, SET_FOLLOWED);
        put_text(&b, m->writer);
        put_int(&b, (int64_t)m->number);
        rc = run(t, &b, err);
    }
    return rc;
}

static enum rc
write_actions(struct follow_table *t, const GArray *actions, struct err *err)
{
    enum rc rc = RC_OK;
    for (guint i = 0; rc == RC_OK && i < actions->len; i++) {
        const struct open_action *a = &g_array_index(actions, struct open_action, i);
        struct binder b = bind(t, a->body == NULL ? DROP_ACTION : SET_ACTION);
        put_text(&b, a->id);
        if (a->body != NULL) {
            put_int(&b, a->at);
            put_text(&b, a->body);
        }
        rc = run(t, &b, err);
    }
    return rc;
}

static enum rc
write_handled(struct follow_table *t, const GArray *handled, struct err *err)
{
    enum rc rc = RC_OK;
    for (guint i = 0; rc == RC_OK && i < handled->len; i++) {
        const struct handled_action *h = &g_array_index(handled, struct handled_action, i);
        struct binder b = bind(t, ADD_HANDLED);
        put_text(&b, h->id);
        put_int(&b, h->ok);
        put_text(&b, h->text);
        put_int(&b, h->at);
        rc = run(t, &b, err);
    }
    return rc;
}

enum rc
follow_table_write(struct follow_table *t, const struct batch *b, struct err *err)
{
    enum rc rc = b->outbox_body == NULL ? RC_OK : write_outbox(t, b, err);
    if (rc == RC_OK) {
        rc = write_followed(t, b->followed, err);
    }
    if (rc == RC_OK) {
        rc = write_actions(t, b->actions, err);
    }
    if (rc == RC_OK) {
        rc = write_handled(t, b->handled, err);
    }
    if (rc == RC_OK && b->change_cursor > 0) {
        rc = set_meta(t, "change_cursor", b->change_cursor, err);
    }
    if (rc == RC_OK && b->plant_version > 0) {
        rc = set_meta(t, "plant_version", b->plant_version, err);
    }
    return rc;
}

/* Never backwards: of an older rank nobody has to be reminded. */
enum rc
follow_table_set_rank(struct follow_table *t, struct rank rank, struct err *err)
{
    char *text = sqlite3_mprintf("UPDATE meta SET value = CASE name WHEN 'seen_epoch' THEN %lld"
                                 " ELSE %lld END WHERE name IN ('seen_epoch', 'seen_term') AND"
                                 " ((SELECT value FROM meta WHERE name = 'seen_epoch'),"
                                 " (SELECT value FROM meta WHERE name = 'seen_term'))"
                                 " < (%lld, %lld)",
                                 (long long)rank.epoch, (long long)rank.term,
                                 (long long)rank.epoch, (long long)rank.term);
    if (text == NULL) {
        return err_set(err, RC_IO, "could not write the cache: out of memory");
    }
    enum rc rc = sql_exec(t->db, text, err);
    sqlite3_free(text);
    return rc;
}

enum rc
follow_table_set_sent(struct follow_table *t, uint64_t number, struct err *err)
{
    return set_meta(t, "outbox_sent", (int64_t)number, err);
}

enum rc
follow_table_look(struct follow_table *t, struct follow_extent *ret, struct err *err)
{
    sqlite3_stmt *stmt = t->stmt[SEE_EXTENT];
    int code = sqlite3_step(stmt);
    enum rc rc = RC_OK;
    if (code == SQLITE_ROW) {
        *ret = (struct follow_extent){
            .first = sqlite3_column_int64(stmt, 0),
            .last = sqlite3_column_int64(stmt, 1),
            .sent = sqlite3_column_int64(stmt, 2),
            .handled = sqlite3_column_int64(stmt, 3),
        };
    } else {
        rc = sql_fail(t->db, "could not read the cache", err);
    }
    sqlite3_reset(stmt);
    return rc;
}

/* Up to here it may go. */
static int64_t
outbox_end(const struct follow_extent *x, bool store)
{
    int64_t old = x->last - OUTBOX_KEEP;
    return store ? MIN(old, x->sent) : old;
}

bool
follow_table_is_long(const struct follow_extent *x, bool store)
{
    bool outbox = x->first > 0 && outbox_end(x, store) - x->first >= SLACK;
    return outbox || x->handled > HANDLED_KEEP + SLACK;
}

enum rc
follow_table_drop(struct follow_table *t, const struct follow_extent *x, bool store,
                  struct err *err)
{
    enum rc rc = RC_OK;
    if (x->first > 0 && outbox_end(x, store) >= x->first) {
        struct binder b = bind(t, DROP_OUTBOX);
        put_int(&b, MIN(outbox_end(x, store), x->first + DROP_ROWS - 1));
        rc = run(t, &b, err);
    }
    if (rc == RC_OK && x->handled > HANDLED_KEEP) {
        struct binder b = bind(t, DROP_HANDLED);
        put_int(&b, HANDLED_KEEP);
        rc = run(t, &b, err);
    }
    return rc;
}
