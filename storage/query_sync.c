/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the cache knows of what goes to other instances and comes from them. */
#include "storage/query_private.h"
#include "storage/row.h"
#include "storage/sql.h"

/* Called for each row of the answer. */
typedef void take_row(struct taker *t, void *out);

static enum rc
take_rows(struct query *q, sqlite3_stmt *stmt, take_row *take, void *out, struct err *err)
{
    int code;
    while ((code = sqlite3_step(stmt)) == SQLITE_ROW) {
        struct taker t = {.stmt = stmt};
        take(&t, out);
    }
    return code == SQLITE_DONE ? RC_OK : sql_fail(q->db, "could not read the cache", err);
}

/* n parameters, which are integers. */
static enum rc
ask(struct query *q, const char *text, const int64_t *parameters, int n, take_row *take,
    void *out, struct err *err)
{
    sqlite3_stmt *stmt;
    enum rc rc = sql_prepare(q->db, &stmt, text, err);
    if (rc != RC_OK) {
        return rc;
    }
    struct binder b = {.stmt = stmt, .next = 1};
    for (int i = 0; i < n; i++) {
        put_int(&b, parameters[i]);
    }
    rc = b.code == SQLITE_OK ? take_rows(q, stmt, take, out, err)
                             : sql_fail(q->db, "could not ask the cache", err);
    sqlite3_finalize(stmt);
    return rc;
}

/* ---- marks ---- */

static void
take_marks(struct taker *t, void *out)
{
    struct sync_marks *m = out;
    g_strlcpy(m->writer, see_text(t), sizeof(m->writer));
    m->cursor = take_int(t);
    m->plant_version = take_int(t);
    m->seen.epoch = (uint64_t)take_int(t);
    m->seen.term = (uint64_t)take_int(t);
    m->outbox_sent = (uint64_t)take_int(t);
    m->outbox_last = (uint64_t)take_int(t);
}

static void
take_followed(struct taker *t, void *out)
{
    struct followed_mark f = {.writer = ""};
    g_strlcpy(f.writer, see_text(t), sizeof(f.writer));
    f.number = (uint64_t)take_int(t);
    g_array_append_val(((struct sync_marks *)out)->followed, f);
}

#define META(name) "(SELECT value FROM meta WHERE name = '" name "')"

enum rc
query_sync(struct query *q, struct sync_marks *ret, struct err *err)
{
    struct sync_marks m = {.followed = g_array_new(FALSE, FALSE, sizeof(struct followed_mark))};
    enum rc rc = query_begin(q, err);
    if (rc == RC_OK) {
        rc =
            ask(q,
                "SELECT " META("writer") ", " META("change_cursor") ", " META("plant_version") ", " META(
                    "seen_epoch") ", " META("seen_term") ", " META("outbox_sent") ","
                                                                                  " max("
                                                                                  "coalesce(("
                                                                                  "SELECT "
                                                                                  "max(number) "
                                                                                  "FROM "
                                                                                  "alarm_"
                                                                                  "outbox), "
                                                                                  "0), " META(
                                                                                      "outbox_"
                                                                                      "sent") ")",
                NULL, 0, take_marks, &m, err);
        if (rc == RC_OK) {
            rc = ask(q, "SELECT writer, number FROM followed", NULL, 0, take_followed, &m, err);
        }
        query_end(q);
    }
    if (rc != RC_OK) {
        sync_marks_fini(&m);
        return rc;
    }
    *ret = m;
    return RC_OK;
}

void
sync_marks_fini(struct sync_marks *m)
{
    g_clear_pointer(&m->followed, g_array_unref);
}

/* ---- outbox ---- */

struct entry {
    uint64_t number;
    struct rank rank;
    char *body;
};

static void
clear_entry(void *entry)
{
    g_free(((struct entry *)entry)->body);
}

static void
take_entry(struct taker *t, void *out)
{
    struct entry e = {.number = (uint64_t)take_int(t)};
    e.rank.epoch = (uint64_t)take_int(t);
    e.rank.term = (uint64_t)take_int(t);
    e.body = g_strdup(see_text(t));
    g_array_append_val((GArray *)out, e);
}

/* Whoever takes the rows may be slow: nothing of the file is held meanwhile. */
enum rc
query_outbox(struct query *q, uint64_t after, int limit, query_outbox_row *row, void *user,
             struct err *err)
{
    GArray *entries = g_array_new(FALSE, FALSE, sizeof(struct entry));
    g_array_set_clear_func(entries, clear_entry);
    enum rc rc = query_begin(q, err);
    if (rc == RC_OK) {
        rc = ask(q,
                 "SELECT number, epoch, term, body FROM alarm_outbox WHERE number > ?"
                 " ORDER BY number LIMIT ?",
                 (const int64_t[]){(int64_t)after, limit}, 2, take_entry, entries, err);
        query_end(q);
    }
    bool more = rc == RC_OK;
    for (guint i = 0; more && i < entries->len; i++) {
        const struct entry *e = &g_array_index(entries, struct entry, i);
        more = row(e->number, e->rank, e->body, user);
    }
    g_array_unref(entries);
    return rc;
}

/* ---- actions ---- */

static void
take_action(struct taker *t, void *out)
{
    struct open_action a = {.id = ""};
    g_strlcpy(a.id, see_text(t), sizeof(a.id));
    a.at = take_int(t);
    a.body = g_strdup(see_text(t));
    g_array_append_val((GArray *)out, a);
}

static void
take_handled(struct taker *t, void *out)
{
    struct handled_action h = {.id = ""};
    g_strlcpy(h.id, see_text(t), sizeof(h.id));
    h.ok = take_int(t) != 0;
    g_strlcpy(h.text, see_text(t), sizeof(h.text));
    h.at = take_int(t);
    g_array_append_val((GArray *)out, h);
}

static enum rc
ask_alone(struct query *q, const char *text, take_row *take, GArray *out, struct err *err)
{
    enum rc rc = query_begin(q, err);
    if (rc == RC_OK) {
        rc = ask(q, text, NULL, 0, take, out, err);
        query_end(q);
    }
    return rc;
}

enum rc
query_actions(struct query *q, GArray *out, struct err *err)
{
    return ask_alone(q, "SELECT id, at, body FROM actions ORDER BY at, id", take_action, out,
                     err);
}

enum rc
query_handled(struct query *q, GArray *out, struct err *err)
{
    return ask_alone(q, "SELECT id, ok, text, at FROM handled ORDER BY n", take_handled, out,
                     err);
}
