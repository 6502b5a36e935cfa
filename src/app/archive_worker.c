/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/app/archive_worker.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "src/app/history.h"
#include "src/core/i18n.h"
#include "storage/query.h"
#include "storage/thread.h"

#define JOURNAL_LIMIT 10000u /* rows, whoever asks for more or does not say */

/* A request that the cache has answered and that waits for the central store. */
struct job {
    uint64_t id;
    struct archive_request request;
    struct archive_answer *held; /* what the cache said */
    wall_us cut;                 /* the store's part is what lies before; WALL_NONE: all */
};

struct archive_worker {
    pthread_t thread;
    int stop_fd;             /* constant; eventfd */
    struct archive *archive; /* constant */
    char *cache, *store;     /* constant */
    int64_t patience_us;     /* constant */
    struct query *query;     /* the thread's, as what follows */
    struct history *history; /* NULL: not needed yet */
    GQueue jobs;             /* struct job *; the store works on the first one */
    uint64_t asked;          /* its request to the store, 0: not asked yet */
    uint64_t current;        /* the cache works on this */
};

static void
job_free(void *data)
{
    struct job *job = data;
    archive_answer_free(job->held);
    g_free(job);
}

static bool
is_stopping(const struct archive_worker *w)
{
    struct pollfd fd = {.fd = w->stop_fd, .events = POLLIN};
    return poll(&fd, 1, 0) > 0;
}

/* ---- the cache ---- */

static bool
is_unwanted(void *user)
{
    const struct archive_worker *w = user;
    return is_stopping(w) || archive_cancelled(w->archive, w->current);
}

static enum rc
open_cache(struct archive_worker *w, struct err *err)
{
    if (w->query != NULL) {
        return RC_OK;
    }
    enum rc rc = query_open(&w->query, w->cache, err);
    if (rc == RC_OK) {
        query_stop_when(w->query, is_unwanted, w);
    }
    return rc;
}

/* Whether the cache has all that was there since then. */
static bool
reaches(wall_us reach, wall_us since)
{
    return reach != WALL_NONE && reach <= since;
}

static enum rc
read_trend(struct archive_worker *w, const struct archive_request *r,
           struct archive_answer *out, struct err *err)
{
    enum rc rc = query_readings_reach(w->query, &out->reach, err);
    if (rc != RC_OK) {
        return rc;
    }
    bool shared = *w->store != '\0' && !reaches(out->reach, r->since);
    wall_us from = shared ? (out->reach == WALL_NONE ? r->until : out->reach) : r->since;
    return query_buckets(w->query, r, from, out, err);
}

static bool
take_line(const struct journal_record *r, void *user)
{
    struct archive_answer *out = user;
    struct journal_record copy = journal_record_copy(r);
    g_array_append_val(out->journal, copy);
    return true;
}

static const char *
or_any(const char *name)
{
    return *name == '\0' ? NULL : name;
}

/* One row more than is wanted tells whether there are more. */
static void
cut_journal(struct archive_answer *answer, uint32_t limit)
{
    answer->more = answer->journal->len > limit;
    if (answer->more) {
        g_array_set_size(answer->journal, limit);
    }
}

static enum rc
read_journal(struct archive_worker *w, const struct archive_request *r,
             struct archive_answer *out, struct err *err)
{
    enum rc rc = query_journal_reach(w->query, &out->reach, err);
    if (rc == RC_OK) {
        const struct query_journal_range range = {.station = or_any(r->station),
                                                  .component = or_any(r->component),
                                                  .since = r->since,
                                                  .until = r->until,
                                                  .limit = (int64_t)r->limit + 1};
        rc = query_journal(w->query, &range, take_line, out, err);
    }
    cut_journal(out, r->limit);
    return rc;
}

/* The store has what lies before *ret; false: it is not needed. */
static bool
needs_store(const struct archive_worker *w, const struct archive_request *r,
            const struct archive_answer *held, wall_us *ret)
{
    *ret = held->reach;
    if (*w->store == '\0' || (r->since != WALL_NONE && reaches(held->reach, r->since))) {
        return false;
    }
    if (r->kind == ARCHIVE_TREND || !held->more) {
        return true;
    }
    /* A full page of lines is enough when none of them may be missing. */
    const struct journal_record *oldest =
        &g_array_index(held->journal, struct journal_record, held->journal->len - 1);
    return !reaches(held->reach, oldest->at);
}

/* Put the cache's answer; what the store has to add becomes a job. */
static void
answer_first(struct archive_worker *w, const struct archive_request *r, uint64_t id,
             struct archive_answer *answer)
{
    wall_us cut;
    answer->last = !needs_store(w, r, answer, &cut);
    if (answer->last) {
        archive_put(w->archive, answer);
        return;
    }
    struct job *job = g_new(struct job, 1);
    *job =
        (struct job){.id = id, .request = *r, .held = archive_answer_copy(answer), .cut = cut};
    if (archive_put(w->archive, answer)) {
        g_queue_push_tail(&w->jobs, job);
    } else {
        job_free(job);
    }
}

static bool
makes_sense(const struct archive_request *r)
{
    return r->kind == ARCHIVE_JOURNAL ||
           (r->since != WALL_NONE && r->since < r->until && r->n_buckets > 0 &&
            r->n_buckets <= ARCHIVE_BUCKETS_MAX && r->n_series <= ARCHIVE_SERIES_MAX);
}

static void
serve(struct archive_worker *w, struct archive_request *r, uint64_t id)
{
    struct err err = {.text = ""};
    if (!makes_sense(r)) {
        r->n_series = r->n_buckets = 0;
        struct archive_answer *none = archive_answer_new(r, id);
        none->last = true;
        archive_put(w->archive, none);
        return;
    }
    r->limit = r->limit == 0 ? JOURNAL_LIMIT : MIN(r->limit, JOURNAL_LIMIT);
    struct archive_answer *answer = archive_answer_new(r, id);
    w->current = id;
    enum rc rc = open_cache(w, &err);
    if (rc == RC_OK) {
        rc = r->kind == ARCHIVE_TREND ? read_trend(w, r, answer, &err)
                                      : read_journal(w, r, answer, &err);
    }
    if (rc != RC_OK) {
        query_close(g_steal_pointer(&w->query)); /* who knows what became of the file */
        archive_answer_free(answer);
        answer = archive_answer_new(r, id); /* parts are worse than nothing */
        snprintf(answer->problem, sizeof(answer->problem), "%s", err.text);
    }
    answer_first(w, r, id, answer);
}

/* ---- the central store ---- */

static void
drop_first(struct archive_worker *w)
{
    job_free(g_queue_pop_head(&w->jobs));
    w->asked = 0;
}

/* The first job's last answer is what it has. */
static void
conclude(struct archive_worker *w, const char *problem)
{
    struct job *job = g_queue_peek_head(&w->jobs);
    struct archive_answer *answer = g_steal_pointer(&job->held);
    answer->last = true;
    if (*problem != '\0') {
        snprintf(answer->problem, sizeof(answer->problem), "%s", problem);
    }
    archive_put(w->archive, answer);
    drop_first(w);
}

static void
ask_store(struct archive_worker *w)
{
    const struct job *job = g_queue_peek_head(&w->jobs);
    if (job == NULL || w->asked != 0) {
        return;
    }
    const struct archive_request *r = &job->request;
    const struct component_name name = {or_any(r->station), or_any(r->component)};
    bool trend = r->kind == ARCHIVE_TREND;
    struct history_request ask = {.kind = trend ? HISTORY_TREND : HISTORY_JOURNAL,
                                  .names = &name,
                                  .n_names = trend ? 0 : 1,
                                  .trend = trend ? r : NULL,
                                  .since = r->since,
                                  .until = r->until,
                                  .limit = trend ? 0 : (int64_t)r->limit + 1,
                                  .patience_us = w->patience_us};
    if (job->cut != WALL_NONE) {
        /* A trend's end is not included, a journal's is. */
        wall_us end = job->cut - (trend ? 0 : 1);
        ask.until = r->until == WALL_NONE ? end : MIN(end, r->until);
    }
    w->history = w->history == NULL ? history_start(w->store) : w->history;
    w->asked = w->history == NULL ? 0 : history_ask(w->history, &ask);
    if (w->asked == 0) {
        conclude(w, _("no thread could be started"));
    }
}

/* The store's part and, behind it, the cache's. */
static void
merge_trend(struct job *job, struct history_page *page)
{
    struct archive_answer *held = job->held, *answer = g_steal_pointer(&page->trend);
    size_t n = (size_t)held->n_series * held->n_buckets;
    for (size_t i = 0; i < n; i++) {
        archive_bucket_merge(&answer->buckets[i], &held->buckets[i]);
    }
    answer->id = job->id;
    answer->reach = answer->since;
    job->held = answer;
    archive_answer_free(held);
}

/* Lines of the cache from before the cut are the store's, too. */
static void
drop_before(GArray *journal, wall_us cut)
{
    guint n = cut == WALL_NONE ? 0 : journal->len;
    while (n > 0 && g_array_index(journal, struct journal_record, n - 1).at < cut) {
        n--;
    }
    g_array_set_size(journal, n);
}

static void
merge_journal(struct job *job, struct history_page *page, bool first)
{
    struct archive_answer *held = job->held;
    if (first) {
        drop_before(held->journal, job->cut);
    }
    g_array_append_vals(held->journal, page->rows->data, page->rows->len);
    g_array_set_clear_func(page->rows, NULL); /* they are held's now */
    if (page->last) {
        cut_journal(held, job->request.limit);
        held->reach = held->since;
    }
}

/* Nobody who waits for it will get an answer. */
static void
conclude_all(struct archive_worker *w)
{
    while (!g_queue_is_empty(&w->jobs)) {
        conclude(w, _("the central store does not answer"));
    }
}

static void
take_page(struct archive_worker *w, struct history_page *page)
{
    struct job *job = g_queue_peek_head(&w->jobs);
    if (job == NULL || page->id != w->asked) {
        return; /* it was cancelled meanwhile */
    }
    if (page->failed && !page->refused) {
        conclude_all(w);
        return;
    }
    if (page->failed) {
        conclude(w, page->problem);
        return;
    }
    if (page->kind == HISTORY_TREND) {
        merge_trend(job, page);
    } else {
        merge_journal(job, page, job->held->from == ARCHIVE_CACHE);
    }
    job->held->from = ARCHIVE_CENTRAL;
    if (page->last) {
        conclude(w, "");
    }
}

static void
take_pages(struct archive_worker *w)
{
    struct history_page *page;
    while (w->history != NULL && (page = history_take(w->history)) != NULL) {
        take_page(w, page);
        history_page_free(page);
    }
}

static void
drop_cancelled(struct archive_worker *w)
{
    for (GList *l = w->jobs.head, *next; l != NULL; l = next) {
        struct job *job = l->data;
        bool first = l == w->jobs.head;
        next = l->next;
        if (archive_cancelled(w->archive, job->id)) {
            if (first && w->asked != 0) {
                history_cancel(w->history, w->asked);
                w->asked = 0;
            }
            g_queue_delete_link(&w->jobs, l);
            job_free(job);
        }
    }
}

/* ---- the thread ---- */

static void *
run(void *user)
{
    struct archive_worker *w = user;
    struct archive_request request;
    uint64_t id;
    while (!is_stopping(w)) {
        if (archive_next(w->archive, &request, &id)) {
            serve(w, &request, id);
        }
        drop_cancelled(w);
        take_pages(w);
        ask_store(w);
        struct pollfd fds[] = {
            {.fd = w->stop_fd, .events = POLLIN},
            {.fd = archive_request_fd(w->archive), .events = POLLIN},
            {.fd = w->history == NULL ? -1 : history_fd(w->history), .events = POLLIN},
        };
        poll(fds, G_N_ELEMENTS(fds), -1);
    }
    history_stop(w->history);
    query_close(w->query);
    g_queue_clear_full(&w->jobs, job_free);
    return NULL;
}

static void
release(struct archive_worker *w)
{
    close(w->stop_fd);
    g_free(w->cache);
    g_free(w->store);
    g_free(w);
}

struct archive_worker *
archive_worker_start(const struct archive_worker_config *config)
{
    struct archive_worker *w = g_new0(struct archive_worker, 1);
    w->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    w->archive = config->archive;
    w->cache = g_strdup(config->cache);
    w->store = g_strdup(config->store);
    w->patience_us = config->patience_us;
    g_queue_init(&w->jobs);
    if (w->stop_fd < 0 || thread_start(&w->thread, run, w) != 0) {
        release(w);
        return NULL;
    }
    pthread_setname_np(w->thread, "archive");
    return w;
}

void
archive_worker_stop(struct archive_worker *w)
{
    if (w != NULL) {
        eventfd_write(w->stop_fd, 1);
        pthread_join(w->thread, NULL);
        release(w);
    }
}
