/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What goes to the store. */
#include <inttypes.h>
#include <string.h>

#include "src/app/sync_private.h"
#include "src/core/file.h"
#include "src/core/log.h"
#include "src/core/text.h"

#define PAGE       100
#define PAGE_BYTES 500000

/* ---- the outbox ---- */

struct row {
    uint64_t number;
    struct rank rank;
    char *body;
};

static void
clear_row(void *row)
{
    g_free(((struct row *)row)->body);
}

static void
keep_row(void *to, const struct sync_row *from)
{
    struct row row = {from->number, from->rank, g_strdup(from->body)};
    g_array_append_val((GArray *)to, row);
}

static void
say_progress(struct sync *s)
{
    const struct sync_thread *t = &s->own;
    worker_lock(&s->worker);
    if (s->news.sent < t->sent) {
        s->news.sent = t->sent;
        sync_tell(s);
    }
    s->state.sent = t->sent;
    s->state.pending = t->last > t->sent ? t->last - t->sent : 0;
    bool fenced = t->fenced != 0 && t->fenced == s->term.serial;
    if (fenced && !s->state.fenced) {
        sync_tell(s);
    }
    s->state.fenced = fenced;
    worker_unlock(&s->worker);
}

/* A line each: {"writer":"…","number":…,"epoch":…,"term":…,"reason":"…","body":"…"}. */
static enum rc
keep_aside(struct sync *s, const struct row *row, const char *reason, struct err *err)
{
    char clean[256];
    text_sanitize(clean, sizeof(clean), reason, strlen(reason));
    json_t *object =
        json_pack("{s:s,s:I,s:I,s:I,s:s,s:s}", "writer", s->writer, "number",
                  (json_int_t)row->number, "epoch", (json_int_t)row->rank.epoch, "term",
                  (json_int_t)row->rank.term, "reason", clean, "body", row->body);
    char *text = json_dumps(object, JSON_COMPACT);
    char *line = g_strconcat(text != NULL ? text : "null", "\n", NULL);
    enum rc rc = file_append(s->own.aside.path, line, strlen(line), err);
    json_decref(object);
    g_free(line);
    free(text);
    return rc;
}

/* Somebody may have moved the file away, also while there is no connection. */
void
sync_look_aside(struct sync *s)
{
    struct err err;
    uint64_t refused = 0;
    bool unread = aside_count(&s->own.aside, &refused, &err) != RC_OK;
    if (unread && !s->own.aside_unread) {
        log_error("what the central store refused cannot be counted: %s", err.text);
    }
    s->own.aside_unread = unread;
    worker_lock(&s->worker);
    s->state.refused = refused;
    worker_unlock(&s->worker);
}

/* Refused for what it says: it never will be taken, and must not hold up the rest. */
static enum rc
refuse(struct sync *s, const struct row *row, struct err *err)
{
    struct err why = *err;
    enum rc rc = keep_aside(s, row, why.text, err);
    if (rc == RC_OK) {
        log_error("central store: change %" PRIu64 " was refused and is kept in \"%s\": %s",
                  row->number, s->own.aside.path, why.text);
        s->own.sent = row->number;
        sync_look_aside(s);
        say_progress(s);
    }
    return rc;
}

/* RC_BUSY: it has to wait for another term. RC_INVALID: as pg_changes_write(). */
static enum rc
send_rows(struct sync *s, const struct row *rows, guint n, struct err *err)
{
    struct sync_thread *t = &s->own;
    sync_see_term(s);
    bool as_owner = t->term.decides && *t->term.grant != '\0' &&
                    rank_compare(rows->rank, t->term.rank) == 0;
    if (as_owner && t->fenced != 0) {
        return RC_BUSY;
    }
    struct pg_change list[PAGE];
    for (guint i = 0; i < n; i++) {
        list[i] = (struct pg_change){
            .writer = s->writer,
            .number = rows[i].number,
            .instance = s->instance,
            .rank = rows[i].rank,
            .body = rows[i].body,
        };
    }
    enum pg_outcome outcome = PG_STORED;
    enum rc rc = pg_changes_write(t->pg, list, n, as_owner ? t->term.grant : "", &outcome, err);
    if (rc == RC_OK) {
        t->sent = t->stored = rows[n - 1].number;
        t->page = MIN(2 * t->page, PAGE);
    } else if (rc == RC_INVALID && outcome == PG_FENCED && n == 1) {
        t->fenced = t->term.serial;
        log_warning("central store: epoch %" PRIu64 " is over", rows->rank.epoch);
        return RC_BUSY;
    }
    return rc;
}

/* How many of these may go in one transaction: as the same owner, or none. */
static guint
count_alike(const struct row *rows, guint n)
{
    size_t bytes = 0;
    for (guint i = 0; i < n; i++) {
        bytes += strlen(rows[i].body);
        if (i > 0 && (bytes > PAGE_BYTES || rank_compare(rows[i].rank, rows->rank) != 0)) {
            return i;
        }
    }
    return n;
}

/* All of them together. When that cannot be, one by one, up to what has to wait; so it is found
 * out which one is at fault. */
static enum rc
send_alike(struct sync *s, const struct row *rows, guint n, struct err *err)
{
    enum rc rc = n > 1 ? send_rows(s, rows, n, err) : RC_INVALID;
    if (rc != RC_INVALID) {
        return rc;
    }
    rc = RC_OK;
    for (guint i = 0; i < n && rc == RC_OK; i++) {
        rc = send_rows(s, &rows[i], 1, err);
        rc = rc == RC_INVALID ? refuse(s, &rows[i], err) : rc;
    }
    return rc;
}

void
sync_count(struct sync *s)
{
    struct err err;
    uint64_t last = s->own.last;
    if (s->source.read(s->source.user, s->own.sent, 0, keep_row, NULL, &last, &err) == RC_OK) {
        s->own.last = last;
        say_progress(s);
    }
}

bool
sync_holds(struct sync *s, mono_us now)
{
    const struct sync_thread *t = &s->own;
    worker_lock(&s->worker);
    bool hold = s->hold;
    worker_unlock(&s->worker);
    return hold && now < t->hold_end && t->last > t->sent + PAGE;
}

/* One page; outbox_due: there is more. */
enum rc
sync_out(struct sync *s, mono_us now, struct err *err)
{
    struct sync_thread *t = &s->own;
    if ((!t->outbox_due && !t->look_due) || sync_holds(s, now)) {
        return RC_OK;
    }
    GArray *rows = g_array_new(FALSE, FALSE, sizeof(struct row));
    g_array_set_clear_func(rows, clear_row);
    uint64_t last = t->last;
    enum rc rc = s->source.read(s->source.user, t->sent, PAGE, keep_row, rows, &last, err);
    t->last = rc == RC_OK ? last : t->last;
    if (rc != RC_OK) {
        /* The cache's trouble, which its writer tells; the store has nothing to do with it. */
        log_error("could not read what is to be sent: %s", err->text);
        g_array_unref(rows);
        t->outbox_due = false;
        return RC_OK;
    }
    for (guint i = 0, n; i < rows->len && rc == RC_OK; i += n) {
        const struct row *next = &g_array_index(rows, struct row, i);
        n = count_alike(next, MIN(rows->len - i, t->page));
        rc = send_alike(s, next, n, err);
    }
    if (rc == RC_OK || rc == RC_BUSY) {
        t->outbox_due = rc == RC_OK && rows->len == PAGE;
    }
    say_progress(s);
    g_array_unref(rows);
    return rc == RC_BUSY ? RC_OK : rc;
}

/* ---- actions ---- */

static void
answer_here(struct sync *s, const char *id, bool ok, const char *text)
{
    struct remote_answer a = {.ok = ok};
    g_strlcpy(a.id, id, sizeof(a.id));
    text_sanitize(a.text, sizeof(a.text), text, strlen(text));
    worker_lock(&s->worker);
    g_array_append_val(s->news.answers, a);
    sync_tell(s);
    worker_unlock(&s->worker);
}

static enum rc
submit(struct sync *s, struct asked *asked, enum pg_outcome *outcome, struct err *err)
{
    const struct remote_action *a = &asked->action;
    char *body = json_dumps(a->body, JSON_COMPACT);
    const struct pg_action row = {
        .id = a->id,
        .instance = a->instance,
        .user = a->user,
        .origin = a->origin,
        .at = a->at,
        .body = body,
    };
    enum rc rc = pg_action_submit(s->own.pg, &row, outcome, err);
    free(body);
    asked->submitted = rc == RC_OK;
    return rc;
}

static enum rc
submit_all(struct sync *s, struct err *err)
{
    GHashTableIter i;
    void *value;
    enum rc rc = RC_OK;
    g_hash_table_iter_init(&i, s->own.asked);
    while (rc == RC_OK && g_hash_table_iter_next(&i, NULL, &value)) {
        struct asked *asked = value;
        enum pg_outcome outcome;
        if (asked->submitted) {
            continue;
        }
        rc = submit(s, asked, &outcome, err);
        if (rc == RC_INVALID) {
            answer_here(s, asked->action.id, false, err->text);
            g_hash_table_iter_remove(&i);
            rc = RC_OK;
        }
    }
    return rc;
}

/* Answers of a term that is over are another owner's to give. */
static enum rc
finish_all(struct sync *s, struct err *err)
{
    struct sync_thread *t = &s->own;
    enum rc rc = RC_OK;
    while (t->answers->len > 0 && rc == RC_OK) {
        const struct remote_answer *a = g_ptr_array_index(t->answers, 0);
        const struct pg_answer answer = {a->id, a->text, a->ok};
        enum pg_outcome outcome = PG_STORED;
        sync_see_term(s);
        if (sync_owns(s)) {
            rc = pg_action_finish(t->pg, t->term.rank.epoch, t->term.grant, &answer, &outcome,
                                  err);
        }
        if (rc == RC_INVALID) {
            log_warning("central store: the answer to action %s was refused: %s", a->id,
                        err->text);
            t->fenced = outcome == PG_FENCED ? t->term.serial : t->fenced;
            rc = RC_OK;
        }
        if (rc == RC_OK) {
            g_ptr_array_remove_index(t->answers, 0);
        }
    }
    return rc;
}

/* ---- the plant ---- */

void
sync_refuse_plant(struct sync *s, const char *why)
{
    if (s->own.plant != NULL) {
        sync_plant_free(g_steal_pointer(&s->own.plant));
        worker_lock(&s->worker);
        text_sanitize(s->news.plant_refused, sizeof(s->news.plant_refused), why, strlen(why));
        sync_tell(s);
        worker_unlock(&s->worker);
    }
}

static enum rc
store_plant(struct sync *s, struct err *err)
{
    struct sync_thread *t = &s->own;
    const struct sync_plant *p = t->plant;
    if (p == NULL) {
        return RC_OK;
    }
    const struct pg_plant row = {
        .version = p->base,
        .stations = p->stations,
        .components = p->components,
        .rules = p->rules,
        .actor = p->actor,
    };
    enum pg_outcome outcome;
    int64_t version = 0;
    enum rc rc = pg_plant_store(t->pg, &row, &version, &outcome, err);
    if (rc == RC_INVALID) {
        sync_refuse_plant(s, err->text);
        return RC_OK;
    }
    if (rc == RC_OK) {
        t->look_due = true; /* it comes back as news */
        sync_plant_free(g_steal_pointer(&t->plant));
        worker_lock(&s->worker);
        s->news.plant_stored = version;
        sync_tell(s);
        worker_unlock(&s->worker);
    }
    return rc;
}

enum rc
sync_push(struct sync *s, struct err *err)
{
    enum rc rc = submit_all(s, err);
    if (rc == RC_OK) {
        rc = finish_all(s, err);
    }
    return rc == RC_OK ? store_plant(s, err) : rc;
}
