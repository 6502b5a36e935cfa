/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/app/history.h"

#include <assert.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "src/app/worker.h"

#define CONNECT_US (5 * US_PER_S)
#define IDLE_US    (60 * US_PER_S) /* a connection that is not needed is closed */
#define LEAVE_US   (2 * US_PER_S)

/* A request with copies of everything. */
struct wanted {
    uint64_t id;
    struct history_request ask;
    struct component_name *names;
    char *event;
    struct archive_request *trend;
    int64_t left; /* rows still wanted; INT64_MAX: no limit */
    struct pg_history_range range;
};

struct history {
    struct worker worker; /* first */
    int cut_fd, page_fd;  /* constant; cut: the statement under way is over */
    char *conninfo;       /* constant */
    struct pg *pg;        /* the thread's, as what follows */
    int64_t answer_us;    /* its patience */

    /* Under the lock from here on. */
    bool ending;
    uint64_t last_id, current; /* current: 0, or the request that the thread is at */
    bool cancelled;            /* that one */
    GQueue wanted;             /* struct wanted * */
    GQueue pages;              /* struct history_page * */
};

/* ---- memory ---- */

static void
wanted_free(gpointer data)
{
    struct wanted *w = data;
    for (size_t i = 0; i < w->ask.n_names; i++) {
        g_free((char *)(uintptr_t)w->names[i].station);
        g_free((char *)(uintptr_t)w->names[i].component);
    }
    g_free(w->names);
    g_free(w->event);
    g_free(w->trend);
    g_free(w);
}

static struct wanted *
wanted_new(const struct history_request *r, uint64_t id)
{
    struct wanted *w = g_new0(struct wanted, 1);
    w->id = id;
    w->ask = *r;
    w->names = g_new0(struct component_name, r->n_names);
    for (size_t i = 0; i < r->n_names; i++) {
        w->names[i].station = g_strdup(r->names[i].station);
        w->names[i].component = g_strdup(r->names[i].component);
    }
    w->event = g_strdup(r->event);
    w->trend = r->trend == NULL ? NULL : g_memdup2(r->trend, sizeof(*r->trend));
    w->left = r->limit > 0 ? r->limit : INT64_MAX;
    w->range = (struct pg_history_range){.since = r->since, .until = r->until};
    return w;
}

static GArray *
rows_for(enum history_kind kind)
{
    static const struct {
        guint size;
        GDestroyNotify clear;
    } rows[] = {
        [HISTORY_READINGS] = {sizeof(struct central_reading), central_reading_clear},
        [HISTORY_JOURNAL] = {sizeof(struct journal_record), journal_record_clear},
        [HISTORY_ALARMS] = {sizeof(struct occurrence_record), occurrence_record_clear},
        [HISTORY_TREND] = {1, NULL},
    };
    static_assert(G_N_ELEMENTS(rows) == HISTORY_KINDS, "a kind has no rows");
    GArray *array = g_array_new(FALSE, FALSE, rows[kind].size);
    g_array_set_clear_func(array, rows[kind].clear);
    return array;
}

void
history_page_free(struct history_page *page)
{
    if (page != NULL) {
        g_array_unref(page->rows);
        archive_answer_free(page->trend);
        g_free(page);
    }
}

static void
free_page(gpointer page)
{
    history_page_free(page);
}

static void
release(void *worker)
{
    struct history *h = worker;
    g_queue_clear_full(&h->wanted, wanted_free);
    g_queue_clear_full(&h->pages, free_page);
    close(h->cut_fd);
    close(h->page_fd);
    g_free(h->conninfo);
    g_free(h);
}

/* ---- the thread ---- */

static enum rc
fetch(struct pg *pg, struct wanted *w, struct history_page *page, struct err *err)
{
    GArray *out = page->rows;
    static const struct component_name any = {NULL, NULL};
    const struct component_name *name = w->ask.n_names > 0 ? w->names : &any;
    switch (w->ask.kind) {
    case HISTORY_READINGS:
        return pg_history_readings(pg, w->names, w->ask.n_names, &w->range, out, err);
    case HISTORY_JOURNAL:
        return pg_history_journal(pg, name, w->event, &w->range, out, err);
    case HISTORY_ALARMS:
        return pg_history_alarms(pg, name, w->ask.open_only, &w->range, out, err);
    case HISTORY_TREND:
        archive_answer_free(page->trend); /* of a try before */
        page->trend = archive_answer_new(w->trend, 0);
        return pg_history_trend(pg, w->trend, &w->range, page->trend, err);
    }
    return RC_INVALID;
}

static enum rc
connect_to(struct history *h, const struct wanted *w, struct err *err)
{
    const struct pg_config config = {
        .conninfo = h->conninfo,
        .purpose = "history",
        .wake_fd = h->cut_fd,
        .connect_us = MIN(CONNECT_US, w->ask.patience_us),
        .answer_us = w->ask.patience_us,
    };
    pg_close(g_steal_pointer(&h->pg));
    h->answer_us = w->ask.patience_us;
    return pg_open(&h->pg, &config, err);
}

/* Unlocked. A connection kept from before may have died unseen: then it is tried once more. */
static enum rc
fetch_page(struct history *h, struct wanted *w, struct history_page *page, struct err *err)
{
    bool kept = h->pg != NULL && pg_is_open(h->pg) && h->answer_us == w->ask.patience_us;
    mono_us deadline = clock_now().mono + w->ask.patience_us;
    enum rc rc = kept ? RC_OK : connect_to(h, w, err);
    if (rc != RC_OK) {
        return rc;
    }
    rc = fetch(h->pg, w, page, err);
    if (rc == RC_IO && kept && clock_now().mono < deadline) {
        rc = connect_to(h, w, err);
        rc = rc == RC_OK ? fetch(h->pg, w, page, err) : rc;
    }
    return rc;
}

static void
deliver(struct history *h, struct history_page *page)
{
    if (h->cancelled || h->ending) {
        history_page_free(page);
        return;
    }
    g_queue_push_tail(&h->pages, page);
    eventfd_write(h->page_fd, 1);
}

/* Locked; unlocked while the store is asked. False: that was the last page. */
static bool
serve_page(struct history *h, struct wanted *w)
{
    struct err err = {.text = ""};
    struct history_page *page = g_new0(struct history_page, 1);
    page->id = w->id;
    page->kind = w->ask.kind;
    page->rows = rows_for(w->ask.kind);
    w->range.at_most = (uint32_t)MIN(w->left, (int64_t)HISTORY_PAGE_ROWS);
    worker_unlock(&h->worker);
    enum rc rc = fetch_page(h, w, page, &err);
    page->failed = rc != RC_OK;
    page->refused = rc == RC_INVALID;
    worker_lock(&h->worker);
    w->left -= page->rows->len;
    page->last = page->failed || !w->range.more || w->left <= 0;
    bool more = !page->last;
    g_strlcpy(page->problem, err.text, sizeof(page->problem));
    deliver(h, page);
    return more;
}

/* Locked. */
static void
serve(struct history *h, struct wanted *w)
{
    eventfd_t count;
    bool more = true;
    h->current = w->id;
    h->cancelled = false;
    if (!h->ending) {
        eventfd_read(h->cut_fd, &count); /* of one that was cancelled before */
    }
    while (more && !h->cancelled && !h->ending) {
        if (h->pages.length >= HISTORY_PAGES) {
            h->ending = !worker_wait(&h->worker, INT64_MAX);
        } else {
            more = serve_page(h, w);
        }
    }
    h->current = 0;
}

static void
work(void *worker)
{
    struct history *h = worker;
    mono_us idle_at = INT64_MAX;
    worker_lock(&h->worker);
    while (!h->ending) {
        struct wanted *w = g_queue_pop_head(&h->wanted);
        if (w != NULL) {
            serve(h, w);
            wanted_free(w);
            idle_at = clock_now().mono + IDLE_US;
            continue;
        }
        if (clock_now().mono >= idle_at) {
            idle_at = INT64_MAX;
            pg_close(g_steal_pointer(&h->pg));
        }
        h->ending = !worker_wait(&h->worker, idle_at) || h->ending;
    }
    worker_unlock(&h->worker);
    pg_close(g_steal_pointer(&h->pg));
}

/* ---- who asks ---- */

struct history *
history_start(const char *conninfo)
{
    struct history *h = g_new0(struct history, 1);
    h->conninfo = g_strdup(conninfo);
    h->cut_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    h->page_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    g_queue_init(&h->wanted);
    g_queue_init(&h->pages);
    return worker_start(&h->worker, "history", work, release) ? h : NULL;
}

void
history_stop(struct history *h)
{
    if (h != NULL) {
        worker_lock(&h->worker);
        h->ending = true;
        worker_unlock(&h->worker);
        eventfd_write(h->cut_fd, 1);
        worker_leave(&h->worker, LEAVE_US);
    }
}

uint64_t
history_ask(struct history *h, const struct history_request *r)
{
    uint64_t id = 0;
    worker_lock(&h->worker);
    if (h->wanted.length < HISTORY_REQUESTS) {
        id = ++h->last_id;
        g_queue_push_tail(&h->wanted, wanted_new(r, id));
    }
    worker_unlock(&h->worker);
    worker_wake(&h->worker);
    return id;
}

void
history_cancel(struct history *h, uint64_t id)
{
    worker_lock(&h->worker);
    for (GList *l = h->wanted.head, *next; l != NULL; l = next) {
        next = l->next;
        if (((struct wanted *)l->data)->id == id) {
            wanted_free(l->data);
            g_queue_delete_link(&h->wanted, l);
        }
    }
    for (GList *l = h->pages.head, *next; l != NULL; l = next) {
        next = l->next;
        if (((struct history_page *)l->data)->id == id) {
            history_page_free(l->data);
            g_queue_delete_link(&h->pages, l);
        }
    }
    if (h->current == id && id != 0) {
        h->cancelled = true;
        eventfd_write(h->cut_fd, 1);
    }
    worker_unlock(&h->worker);
    worker_wake(&h->worker);
}

int
history_fd(const struct history *h)
{
    return h->page_fd;
}

struct history_page *
history_take(struct history *h)
{
    eventfd_t count;
    worker_lock(&h->worker);
    struct history_page *page = g_queue_pop_head(&h->pages);
    if (h->pages.length == 0) {
        eventfd_read(h->page_fd, &count);
    }
    worker_unlock(&h->worker);
    worker_wake(&h->worker);
    return page;
}
