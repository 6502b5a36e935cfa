/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What comes from the store. */
#include <string.h>

#include "src/app/sync_private.h"
#include "src/core/log.h"
#include "src/core/text.h"

static void
set_text(char *to, size_t size, const char *from)
{
    text_sanitize(to, size, from != NULL ? from : "", from != NULL ? strlen(from) : 0);
}

/* A page of changes on its way to the engine. */
struct page {
    struct sync *s;
    GArray *changes;
    int64_t last; /* id of the last row; 0: there was none */
    uint64_t n;   /* rows */
};

static void
add_change(void *user, const struct pg_change *row)
{
    struct page *page = user;
    struct change c = {.id = row->id, .number = row->number, .rank = row->rank};
    page->last = row->id;
    page->n++;
    if (row->body == NULL || strcmp(row->writer, page->s->writer) == 0) {
        return; /* our own */
    }
    c.body = json_loads(row->body, 0, NULL);
    if (!json_is_object(c.body)) {
        json_decref(c.body); /* whoever wrote it wrote nothing */
        return;
    }
    set_text(c.writer, sizeof(c.writer), row->writer);
    set_text(c.instance, sizeof(c.instance), row->instance);
    g_array_append_val(page->changes, c);
}

enum page_kind { PAGE_LOG, PAGE_SNAPSHOT, PAGE_HISTORY };

/* Give them to the engine; cursor 0: as it was. */
static void
hand_over(struct page *page, enum page_kind kind, int64_t cursor)
{
    struct sync *s = page->s;
    worker_lock(&s->worker);
    /* Nothing of the log waits there: see sync_is_taken(). */
    GArray *empty = s->news.changes;
    s->news.changes = page->changes;
    s->news.snapshot = kind == PAGE_SNAPSHOT;
    s->news.history = kind == PAGE_HISTORY && s->news.changes->len > 0;
    s->news.cursor = cursor != 0 ? cursor : s->news.cursor;
    sync_tell(s);
    worker_unlock(&s->worker);
    page->changes = empty;
}

static struct page
page_new(struct sync *s)
{
    struct sync_news n;
    sync_news_init(&n);
    GArray *changes = g_array_ref(n.changes);
    sync_news_fini(&n);
    return (struct page){.s = s, .changes = changes};
}

static void
show_behind(struct sync *s, uint64_t behind)
{
    worker_lock(&s->worker);
    s->state.behind = behind;
    s->state.behind_at_first = behind == 0 ? 0 : MAX(s->state.behind_at_first, behind);
    worker_unlock(&s->worker);
}

/* There is nothing that is not here; the look was begun under this term. */
static void
at_the_end(struct sync *s)
{
    show_behind(s, 0);
    worker_lock(&s->worker);
    if (!s->state.current && s->own.term.serial == s->term.serial) {
        s->state.current = true;
        sync_tell(s);
    }
    worker_unlock(&s->worker);
}

/* ---- the log ---- */

static enum rc
read_log(struct sync *s, struct page *page, const struct pg_look *look, struct err *err)
{
    struct sync_thread *t = &s->own;
    enum rc rc = pg_changes_after(t->pg, t->cursor, s->writer, add_change, page, err);
    if (rc != RC_OK || page->last == 0) {
        return rc;
    }
    t->cursor = page->last;
    hand_over(page, PAGE_LOG, t->cursor);
    show_behind(s, look->behind - MIN(look->behind, page->n));
    t->look_due = true; /* until there is nothing more */
    return RC_OK;
}

/* ---- the snapshot ---- */

static void
filled(struct sync *s)
{
    struct sync_thread *t = &s->own;
    t->filling.on = false;
    t->cursor = t->filling.extent.last;
}

/* As far back as the cache keeps readings; for ever, 0, is as long as it keeps the journal. */
static wall_us
journal_since(const struct sync *s)
{
    int days = s->retention_days > 0 ? s->retention_days : JOURNAL_KEEP_DAYS;
    return clock_now().wall - MIN(days, JOURNAL_KEEP_DAYS) * (86400 * US_PER_S);
}

/* What holds now; then the journal that led to it, page by page. */
static enum rc
read_state(struct sync *s, struct page *page, struct err *err)
{
    struct sync_thread *t = &s->own;
    struct pg_extent extent = {.since = journal_since(s)};
    enum rc rc = pg_snapshot(t->pg, add_change, page, err);
    if (rc == RC_OK && page->changes->len != 1) {
        rc = err_set(err, RC_IO, "the store's snapshot cannot be read");
    }
    extent.last = page->last;
    if (rc == RC_OK) {
        /* No place in the log yet: that comes with the last of the journal. */
        g_array_index(page->changes, struct change, 0).id = 0;
        rc = pg_journal_extent(t->pg, &extent, err);
    }
    if (rc != RC_OK) {
        return rc;
    }
    t->filling = (struct sync_filling){
        .on = true,
        .extent = extent,
        .after = extent.first - 1,
        .left = extent.changes,
    };
    if (extent.changes == 0) {
        filled(s);
    }
    hand_over(page, PAGE_SNAPSHOT, t->filling.on ? 0 : t->cursor);
    show_behind(s, extent.changes);
    t->look_due = true;
    return RC_OK;
}

static enum rc
read_journal(struct sync *s, struct page *page, struct err *err)
{
    struct sync_thread *t = &s->own;
    struct sync_filling *f = &t->filling;
    enum rc rc = pg_journal_after(t->pg, &f->extent, f->after, add_change, page, err);
    if (rc != RC_OK) {
        return rc;
    }
    f->after = MAX(page->last, f->after);
    f->left -= MIN(f->left, page->n);
    if (page->n == 0 || f->left == 0) {
        filled(s);
    }
    hand_over(page, PAGE_HISTORY, f->on ? 0 : t->cursor);
    show_behind(s, f->left);
    t->look_due = true;
    return RC_OK;
}

static enum rc
read_changes(struct sync *s, const struct pg_look *look, struct err *err)
{
    struct sync_thread *t = &s->own;
    struct page page = page_new(s);
    enum rc rc = RC_OK;
    int64_t from = t->filling.on ? t->filling.extent.last : t->cursor;
    /* The log has lost what comes next; or another store has taken the place of ours. */
    if (from < look->log_first - 1 || from > look->log_last) {
        rc = read_state(s, &page, err);
    } else if (t->filling.on) {
        rc = read_journal(s, &page, err);
    } else if (t->cursor < look->log_last) {
        rc = read_log(s, &page, look, err);
    } else {
        at_the_end(s);
    }
    g_array_unref(page.changes);
    return rc;
}

/* ---- the rest ---- */

static void
add_action(void *user, const struct pg_action *row)
{
    struct sync *s = user;
    struct remote_action a = {.at = row->at};
    if (g_hash_table_contains(s->own.given, row->id)) {
        return;
    }
    g_hash_table_add(s->own.given, g_strdup(row->id));
    set_text(a.id, sizeof(a.id), row->id);
    set_text(a.instance, sizeof(a.instance), row->instance);
    set_text(a.user, sizeof(a.user), row->user);
    set_text(a.origin, sizeof(a.origin), row->origin);
    a.body = json_loads(row->body != NULL ? row->body : "null", 0, NULL);
    worker_lock(&s->worker);
    g_array_append_val(s->news.actions, a);
    sync_tell(s);
    worker_unlock(&s->worker);
}

static void
add_answer(void *user, const struct pg_answer *row)
{
    struct sync *s = user;
    struct remote_answer a = {.ok = row->ok};
    set_text(a.id, sizeof(a.id), row->id);
    set_text(a.text, sizeof(a.text), row->message);
    g_hash_table_remove(s->own.asked, row->id);
    worker_lock(&s->worker);
    g_array_append_val(s->news.answers, a);
    sync_tell(s);
    worker_unlock(&s->worker);
}

static void
add_plant(void *user, const struct pg_plant *row)
{
    struct sync *s = user;
    struct sync_news *n = &s->news;
    s->own.plant_version = row->version;
    worker_lock(&s->worker);
    n->plant_version = row->version;
    g_free(n->stations);
    g_free(n->components);
    g_free(n->rules);
    n->stations = g_strdup(row->stations);
    n->components = g_strdup(row->components);
    n->rules = g_strdup(row->rules);
    sync_tell(s);
    worker_unlock(&s->worker);
}

/* The actions of this instance that the store has and nobody has answered. */
static char *
asked_ids(struct sync *s)
{
    GString *ids = g_string_new("{");
    GHashTableIter i;
    void *value;
    g_hash_table_iter_init(&i, s->own.asked);
    while (g_hash_table_iter_next(&i, NULL, &value)) {
        const struct asked *asked = value;
        if (asked->submitted) {
            g_string_append_printf(ids, "%s%s", ids->len > 1 ? "," : "", asked->action.id);
        }
    }
    g_string_append_c(ids, '}');
    return g_string_free(ids, FALSE);
}

bool
sync_is_taken(struct sync *s)
{
    worker_lock(&s->worker);
    bool taken = s->news.changes->len == 0;
    worker_unlock(&s->worker);
    return taken;
}

static enum rc
read_others(struct sync *s, const struct pg_look *look, const char *ids, struct err *err)
{
    struct sync_thread *t = &s->own;
    enum rc rc = RC_OK;
    if (look->answered) {
        rc = pg_action_answers(t->pg, ids, add_answer, s, err);
    }
    if (rc == RC_OK && look->pending && sync_owns(s)) {
        rc = pg_actions_pending(t->pg, add_action, s, err);
    }
    if (rc == RC_OK && look->plant != 0 && look->plant != t->plant_version) {
        rc = pg_plant_other(t->pg, t->plant_version, add_plant, s, err);
    }
    return rc;
}

/* A store that was restored, or taken over by a standby, may have lost what it had taken. The
 * cache keeps the newest of it for this. */
static void
check_stored(struct sync *s, const struct pg_look *look)
{
    struct sync_thread *t = &s->own;
    if (look->own_number < t->stored) {
        log_warning("central store: it has lost what was stored there; sending again");
        t->sent = t->stored = look->own_number;
        t->outbox_due = true;
    }
}

enum rc
sync_in(struct sync *s, mono_us now, struct err *err)
{
    struct sync_thread *t = &s->own;
    struct pg_look look;
    char *ids = asked_ids(s);
    enum rc rc = pg_look(t->pg, s->writer, t->cursor, ids, &look, err);
    t->look = now + s->look_us;
    t->look_due = false;
    if (rc == RC_OK) {
        check_stored(s, &look);
        rc = read_others(s, &look, ids, err);
    }
    if (rc == RC_OK && sync_is_taken(s)) {
        rc = read_changes(s, &look, err);
    } else {
        t->look_due = true;
    }
    g_free(ids);
    return rc;
}
