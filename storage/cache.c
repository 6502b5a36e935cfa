/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/cache.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/core/i18n.h"
#include "storage/checker.h"
#include "storage/guard.h"
#include "storage/sql.h"
#include "storage/thread.h"
#include "storage/writer.h"

#define GROUP_ROWS   10000 /* in one transaction, unless a single batch has more */
#define ROOM_RECORDS 50000 /* queued; a few megabytes */
#define ROOM_BATCHES 20000 /* queued; a batch may have messages only */
#define RETRY_FIRST  (50 * US_PER_MS)
#define RETRY_LAST   (5 * US_PER_S)
#define TIDY_EVERY   (600 * US_PER_S) /* history grows old also when nothing comes in */

/* Somebody waits in cache_store_plant() or cache_store_rank(); lives on that stack. */
struct request {
    struct plant *plant; /* NULL: it is about the rank */
    struct rank rank;
    const char *digest;
    uint32_t *series;
    struct err *err;
    enum rc rc;
    bool done;
};

/* What stands in stats.problem; of several, the first. */
enum problem_of { PROBLEM_COMMIT, PROBLEM_CHECK, PROBLEM_TIDY };
#define PROBLEMS (PROBLEM_TIDY + 1)

struct problem {
    char text[256]; /* "" when well */
};

struct cache {
    pthread_mutex_t lock; /* leaf: nothing is called while it is held */
    pthread_cond_t wake;  /* for the thread: queue, request or stop changed */
    pthread_cond_t done;  /* for who waits for a request */
    pthread_t thread;
    bool running; /* the thread was started */
    char *path;
    int fd; /* constant; eventfd */

    /* under lock */
    GQueue queue; /* struct batch *, in order */
    struct request *request;
    uint64_t queued_records, queued_batches; /* put, and not committed */
    uint64_t numbered, committed;
    uint64_t sent; /* of the alarm outbox */
    uint64_t stored;
    wall_us last_commit;
    struct problem problem[PROBLEMS];
    bool stop;

    struct writer *writer; /* the thread's, after opening */
    struct checker *checker;
    GArray *ring; /* as it stood when the cache was opened */
};

bool
cache_has_room(struct cache *c)
{
    pthread_mutex_lock(&c->lock);
    bool room = c->queued_records < ROOM_RECORDS && c->queued_batches < ROOM_BATCHES;
    pthread_mutex_unlock(&c->lock);
    return room;
}

uint64_t
cache_put(struct cache *c, struct batch *b)
{
    pthread_mutex_lock(&c->lock);
    uint64_t number = ++c->numbered;
    b->number = number;
    c->queued_records += b->records->len;
    c->queued_batches++;
    g_queue_push_tail(&c->queue, b);
    pthread_cond_signal(&c->wake);
    pthread_mutex_unlock(&c->lock);
    return number;
}

int
cache_fd(const struct cache *c)
{
    return c->fd;
}

uint64_t
cache_committed(struct cache *c)
{
    uint64_t count;
    /* Rearm first: what is committed from here on makes it readable again. */
    (void)!read(c->fd, &count, sizeof(count));
    pthread_mutex_lock(&c->lock);
    uint64_t number = c->committed;
    pthread_mutex_unlock(&c->lock);
    return number;
}

GArray *
cache_ring(struct cache *c)
{
    return g_array_ref(c->ring);
}

void
cache_stats(struct cache *c, struct cache_stats *ret)
{
    pthread_mutex_lock(&c->lock);
    ret->stored = c->stored;
    ret->queued = c->queued_records;
    ret->last_commit = c->last_commit;
    size_t first = 0;
    while (first < PROBLEM_TIDY && c->problem[first].text[0] == '\0') {
        first++;
    }
    g_strlcpy(ret->problem, c->problem[first].text, sizeof(ret->problem));
    pthread_mutex_unlock(&c->lock);

    struct stat st;
    char *wal = g_strconcat(c->path, "-wal", NULL);
    ret->bytes = stat(c->path, &st) == 0 ? (uint64_t)st.st_size : 0;
    ret->bytes += stat(wal, &st) == 0 ? (uint64_t)st.st_size : 0;
    g_free(wal);
}

static void
wait_for(struct cache *c, struct request *request)
{
    pthread_mutex_lock(&c->lock);
    assert(c->request == NULL);
    c->request = request;
    pthread_cond_signal(&c->wake);
    while (!request->done) {
        pthread_cond_wait(&c->done, &c->lock);
    }
    pthread_mutex_unlock(&c->lock);
}

enum rc
cache_store_rank(struct cache *c, struct rank rank, struct err *err)
{
    struct request request = {.rank = rank, .err = err, .rc = RC_OK};
    wait_for(c, &request);
    return request.rc;
}

void
cache_outbox_sent(struct cache *c, uint64_t number)
{
    pthread_mutex_lock(&c->lock);
    c->sent = MAX(c->sent, number);
    pthread_mutex_unlock(&c->lock);
}

enum rc
cache_store_plant(struct cache *c, struct plant *plant, const char *digest, struct err *err)
{
    uint32_t *series = g_new0(uint32_t, plant->n_components + 1);
    struct request request = {
        .plant = plant, .digest = digest, .series = series, .err = err, .rc = RC_OK};
    wait_for(c, &request);
    for (uint32_t i = 0; request.rc == RC_OK && i < plant->n_components; i++) {
        plant->components[i].series = series[i];
    }
    g_free(series);
    return request.rc;
}

/* What the thread took, and has to bring to disk before it takes more. */
struct group {
    GPtrArray *batches;
    uint64_t records, rows; /* rows: records, and what the batches change about alarms */
};

static uint64_t
count_rows(const struct batch *b)
{
    const struct alarm_changes *a = &b->alarms;
    return (uint64_t)b->records->len + a->journal->len + a->occurrences->len + a->alarms->len +
           a->maintenance->len + a->parked->len;
}

/* Under lock. */
static void
take_group(struct cache *c, struct group *g)
{
    struct batch *b;
    while ((b = g_queue_peek_head(&c->queue)) != NULL &&
           (g->batches->len == 0 || g->rows + count_rows(b) <= GROUP_ROWS)) {
        g->records += b->records->len;
        g->rows += count_rows(b);
        g_ptr_array_add(g->batches, g_queue_pop_head(&c->queue));
    }
}

static void
set_problem(struct cache *c, enum problem_of of, const char *text)
{
    pthread_mutex_lock(&c->lock);
    g_strlcpy(c->problem[of].text, text, sizeof(c->problem[of].text));
    pthread_mutex_unlock(&c->lock);
}

/* Damage is remembered for the next start. */
static void
set_damaged(struct cache *c, enum problem_of of, const char *why)
{
    char text[256];
    snprintf(text, sizeof(text),
             _("the cache is damaged, and set aside at the next start: %.180s"), why);
    guard_mark(c->path, why);
    set_problem(c, of, text);
}

static void
set_failed(struct cache *c, enum problem_of of, const char *why)
{
    if (writer_damaged(c->writer)) {
        set_damaged(c, of, why);
    } else {
        set_problem(c, of, why);
    }
}

static void
announce(struct cache *c, struct group *g)
{
    const struct batch *last = g_ptr_array_index(g->batches, g->batches->len - 1);
    wall_us now = clock_now().wall;
    pthread_mutex_lock(&c->lock);
    c->committed = last->number;
    c->queued_records -= g->records;
    c->queued_batches -= g->batches->len;
    c->stored = writer_stored(c->writer);
    c->last_commit = now;
    c->problem[PROBLEM_COMMIT].text[0] = '\0';
    pthread_mutex_unlock(&c->lock);

    uint64_t one = 1;
    (void)!write(c->fd, &one, sizeof(one)); /* fails only when it is readable already */
    g_ptr_array_set_size(g->batches, 0);
    g->records = g->rows = 0;
}

/* Sleep, but wake for a request, and for the end: true when that has come. */
static bool
pause_or_stop(struct cache *c, int64_t pause_us)
{
    struct timespec until = thread_deadline(pause_us);
    int code = 0;
    pthread_mutex_lock(&c->lock);
    while (!c->stop && c->request == NULL && code == 0) {
        code = pthread_cond_timedwait(&c->wake, &c->lock, &until);
    }
    bool stop = c->stop;
    pthread_mutex_unlock(&c->lock);
    return stop;
}

static void
serve_request(struct cache *c)
{
    pthread_mutex_lock(&c->lock);
    struct request *request = c->request;
    pthread_mutex_unlock(&c->lock);
    if (request == NULL) {
        return;
    }
    enum rc rc = request->plant == NULL
                     ? writer_store_rank(c->writer, request->rank, request->err)
                     : writer_store_plant(c->writer, request->plant, request->digest,
                                          request->series, request->err);
    pthread_mutex_lock(&c->lock);
    c->request = NULL;
    request->rc = rc;
    request->done = true;
    pthread_cond_signal(&c->done);
    pthread_mutex_unlock(&c->lock);
}

/*
 * Commit the group, trying again until it is on disk. False: the end came first, and these
 * records stay unacknowledged.
 */
static bool
commit_group(struct cache *c, struct group *g)
{
    int64_t pause = RETRY_FIRST;
    for (;;) {
        struct err err;
        struct batch *const *batches = (struct batch *const *)g->batches->pdata;
        if (writer_commit(c->writer, batches, g->batches->len, &err) == RC_OK) {
            announce(c, g);
            return true;
        }
        set_failed(c, PROBLEM_COMMIT, err.text);
        if (writer_lacks_room(c->writer) && writer_make_room(c->writer, NULL) == RC_OK) {
            continue;
        }
        if (pause_or_stop(c, pause)) {
            return writer_commit(c->writer, batches, g->batches->len, NULL) == RC_OK;
        }
        serve_request(c);
        pause = MIN(pause * 2, RETRY_LAST);
    }
}

/* Wait for work, if wait; false: the end, and nothing is queued any more. */
static bool
next_work(struct cache *c, struct group *g, bool wait)
{
    struct timespec until = thread_deadline(TIDY_EVERY);
    int code = 0;
    pthread_mutex_lock(&c->lock);
    while (wait && g_queue_is_empty(&c->queue) && c->request == NULL && !c->stop && code == 0) {
        code = pthread_cond_timedwait(&c->wake, &c->lock, &until);
    }
    take_group(c, g);
    bool more = g->batches->len > 0 || c->request != NULL || !c->stop;
    pthread_mutex_unlock(&c->lock);
    return more;
}

/* One step of tidying; true when another one is due. */
static bool
tidy(struct cache *c)
{
    pthread_mutex_lock(&c->lock);
    bool idle = g_queue_is_empty(&c->queue) && c->request == NULL;
    uint64_t sent = idle ? c->sent : 0; /* it is a commit of its own */
    pthread_mutex_unlock(&c->lock);

    struct err err = {""};
    bool more = false;
    if (writer_outbox_sent(c->writer, sent, &err) != RC_OK ||
        writer_tidy(c->writer, clock_now().wall, idle, &more, &err) != RC_OK) {
        set_failed(c, PROBLEM_TIDY, err.text);
    } else if (writer_is_capped(c->writer)) {
        set_problem(c, PROBLEM_TIDY, _("the disk is full: the oldest history is dropped"));
    } else if (!writer_damaged(c->writer)) {
        set_problem(c, PROBLEM_TIDY, "");
    }
    return more;
}

static void *
run(void *user)
{
    struct cache *c = user;
    struct group g = {.batches = g_ptr_array_new_with_free_func(cache_free_batch)};
    bool more = true;
    while (next_work(c, &g, !more)) {
        if (g.batches->len > 0 && !commit_group(c, &g)) {
            break;
        }
        serve_request(c);
        more = tidy(c);
    }
    g_ptr_array_unref(g.batches);
    return NULL;
}

static enum rc
start_thread(struct cache *c, struct err *err)
{
    int code = thread_start(&c->thread, run, c);
    c->running = code == 0;
    return code == 0 ? RC_OK
                     : err_set(err, RC_IO, "could not start the cache: %s", g_strerror(code));
}

static struct cache *
new_cache(const char *path)
{
    struct cache *c = g_new0(struct cache, 1);
    pthread_mutex_init(&c->lock, NULL);
    thread_init_cond(&c->wake);
    thread_init_cond(&c->done);
    c->path = g_strdup(path);
    c->last_commit = WALL_NONE;
    c->ring = g_array_new(FALSE, FALSE, sizeof(struct message_id));
    c->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return c;
}

static void
found_damage(void *user, const char *text)
{
    set_damaged(user, PROBLEM_CHECK, text);
}

enum rc
cache_open(struct cache **ret, const struct cache_config *config, struct cache_report *report,
           struct err *err)
{
    struct cache *c = new_cache(config->path);
    enum rc rc = RC_OK;
    if (c->fd < 0) {
        rc = err_set(err, RC_IO, "could not start the cache: %s", g_strerror(errno));
    }
    if (rc == RC_OK) {
        rc = writer_open(&c->writer, config, clock_now().wall, report, err);
    }
    if (rc == RC_OK) {
        c->stored = writer_stored(c->writer);
        rc = writer_read_ring(c->writer, c->ring, err);
    }
    if (rc == RC_OK) {
        rc = start_thread(c, err);
    }
    if (rc == RC_OK) {
        rc = checker_start(&c->checker, c->path, found_damage, c, err);
    }
    if (rc != RC_OK) {
        cache_close(c);
        return rc;
    }
    *ret = c;
    return RC_OK;
}

void
cache_close(struct cache *c)
{
    if (c == NULL) {
        return;
    }
    checker_stop(c->checker);
    if (c->running) {
        pthread_mutex_lock(&c->lock);
        c->stop = true;
        pthread_cond_signal(&c->wake);
        pthread_mutex_unlock(&c->lock);
        pthread_join(c->thread, NULL);
    }
    g_queue_clear_full(&c->queue, cache_free_batch);
    writer_close(c->writer);
    g_array_unref(c->ring);
    if (c->fd >= 0) {
        close(c->fd);
    }
    pthread_cond_destroy(&c->done);
    pthread_cond_destroy(&c->wake);
    pthread_mutex_destroy(&c->lock);
    g_free(c->path);
    g_free(c);
}
