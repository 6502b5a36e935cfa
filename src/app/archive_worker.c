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
    struct query_gap gap;         /* the store's part; of a journal until WALL_NONE: all */
    struct archive_answer *held;  /* what the cache said; of a trend without the gap */
    struct archive_answer *apart; /* what it has there; of a journal NULL */
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
    archive_answer_free(job->apart);
    g_free(job);
}

static struct job *
job_new(const struct archive_request *r, uint64_t id)
{
    struct job *job = g_new0(struct job, 1);
    job->id = id;
    job->request = *r;
    job->gap = (struct query_gap){r->since, r->kind == ARCHIVE_TREND ? r->until : WALL_NONE};
    job->held = archive_answer_new(r, id);
    job->apart = r->kind == ARCHIVE_TREND ? archive_answer_new(r, id) : NULL;
    return job;
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
read_trend(struct archive_worker *w, struct job *job, struct err *err)
{
    wall_us *reach = &job->held->reach;
    enum rc rc = query_readings_reach(w->query, reach, err);
    if (rc == RC_OK) {
        rc = query_readings_gap(w->query, *reach, clock_now().wall, &job->gap, err);
    }
    return rc != RC_OK
               ? rc
               : query_buckets(w->query, &job->request, &job->gap, job->held, job->apart, err);
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
read_journal(struct archive_worker *w, struct job *job, struct err *err)
{
    const struct archive_request *r = &job->request;
    struct archive_answer *out = job->held;
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
    job->gap.until = out->reach;
    return rc;
}

static bool
needs_store(const struct archive_worker *w, const struct job *job)
{
    const struct archive_answer *held = job->held;
    if (*w->store == '\0') {
        return false;
    }
    if (held->kind == ARCHIVE_TREND) {
        return job->gap.since < job->gap.until;
    }
    if (job->request.since != WALL_NONE && reaches(held->reach, job->request.since)) {
        return false;
    }
    if (!held->more) {
        return true;
    }
    /* A full page of lines is enough when none of them may be missing. */
    const struct journal_record *oldest =
        &g_array_index(held->journal, struct journal_record, held->journal->len - 1);
    return !reaches(held->reach, oldest->at);
}

static uint32_t
count(const struct archive_bucket *b)
{
    return b->n + b->bad;
}

/* Fill the gap of a trend with what the cache has there or, where that is more, with what the
 * store has (NULL: nothing): what came later than it says is here before it is there. */
static void
fill_gap(struct archive_answer *answer, const struct archive_answer *cache,
         const struct archive_answer *store)
{
    size_t n = (size_t)answer->n_series * answer->n_buckets;
    for (size_t i = 0; i < n; i++) {
        const struct archive_bucket *b = &cache->buckets[i];
        b = store != NULL && count(&store->buckets[i]) >= count(b) ? &store->buckets[i] : b;
        archive_bucket_merge(&answer->buckets[i], b);
    }
    for (uint32_t i = 0; store != NULL && i < answer->n_series; i++) {
        const struct archive_bucket *b = &store->before[i];
        if (b->n > 0 && (answer->before[i].n == 0 || b->last_at > answer->before[i].last_at)) {
            answer->before[i] = *b;
        }
    }
}

/* Put the cache's answer; what the store has to add is still to be done. */
static void
answer_first(struct archive_worker *w, struct job *job)
{
    struct archive_answer *answer = archive_answer_copy(job->held);
    if (job->apart != NULL) {
        fill_gap(answer, job->apart, NULL);
    }
    answer->last = !needs_store(w, job);
    bool more = !answer->last;
    if (archive_put(w->archive, answer) && more) {
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
    struct job *job = job_new(r, id);
    w->current = id;
    enum rc rc = open_cache(w, &err);
    if (rc == RC_OK) {
        rc = r->kind == ARCHIVE_TREND ? read_trend(w, job, &err) : read_journal(w, job, &err);
    }
    if (rc != RC_OK) {
        query_close(g_steal_pointer(&w->query)); /* who knows what became of the file */
        job_free(job);
        job = job_new(r, id); /* parts are worse than nothing */
        snprintf(job->held->problem, sizeof(job->held->problem), "%s", err.text);
    }
    answer_first(w, job);
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
    if (job->apart != NULL) {
        fill_gap(answer, job->apart, NULL); /* the store's part did not come */
    }
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
                                  .since = job->gap.since,
                                  .until = trend ? job->gap.until : r->until,
                                  .limit = trend ? 0 : (int64_t)r->limit + 1,
                                  .patience_us = w->patience_us};
    if (!trend && job->gap.until != WALL_NONE) { /* a journal's end is included */
        wall_us end = job->gap.until - 1;
        ask.until = r->until == WALL_NONE ? end : MIN(end, r->until);
    }
    w->history = w->history == NULL ? history_start(w->store) : w->history;
    w->asked = w->history == NULL ? 0 : history_ask(w->history, &ask);
    if (w->asked == 0) {
        conclude(w, _("no thread could be started"));
    }
}

static void
merge_trend(struct job *job, const struct history_page *page)
{
    fill_gap(job->held, job->apart, page->trend);
    archive_answer_free(g_steal_pointer(&job->apart));
    job->held->reach = job->held->since;
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
        drop_before(held->journal, job->gap.until);
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
    job->held->problem[0] = '\0'; /* a cache that failed left all to the store */
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
