/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/core/archive.h"

#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct asked {
    uint64_t id;
    struct archive_request request;
};

struct archive {
    pthread_mutex_t lock; /* leaf lock: nothing is called while it is held */
    uint64_t last_id;
    GQueue requests;           /* struct asked * */
    GQueue answers;            /* struct archive_answer * */
    GHashTable *open;          /* ids that an answer is still wanted for */
    int request_fd, answer_fd; /* constant; eventfds, they carry no data */
};

static int
event_new(void)
{
    int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (fd < 0) {
        g_error("could not make an eventfd"); /* like memory: without it nothing works */
    }
    return fd;
}

static void
event_set(int fd)
{
    (void)!eventfd_write(fd, 1);
}

static void
event_clear(int fd)
{
    eventfd_t count;
    (void)!eventfd_read(fd, &count);
}

static void
free_answer(gpointer answer)
{
    archive_answer_free(answer);
}

struct archive *
archive_new(void)
{
    struct archive *a = g_new0(struct archive, 1);
    pthread_mutex_init(&a->lock, NULL);
    g_queue_init(&a->requests);
    g_queue_init(&a->answers);
    a->open = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    a->request_fd = event_new();
    a->answer_fd = event_new();
    return a;
}

void
archive_free(struct archive *a)
{
    if (a == NULL) {
        return;
    }
    g_queue_clear_full(&a->requests, g_free);
    g_queue_clear_full(&a->answers, free_answer);
    g_hash_table_destroy(a->open);
    close(a->request_fd);
    close(a->answer_fd);
    pthread_mutex_destroy(&a->lock);
    g_free(a);
}

/* ---- the screen's side ---- */

uint64_t
archive_ask(struct archive *a, const struct archive_request *r)
{
    struct asked *asked = g_new(struct asked, 1);
    asked->request = *r;
    pthread_mutex_lock(&a->lock);
    bool room = a->requests.length < ARCHIVE_REQUESTS;
    asked->id = room ? ++a->last_id : 0;
    uint64_t id = asked->id;
    if (room) {
        g_queue_push_tail(&a->requests, asked);
        g_hash_table_add(a->open, g_memdup2(&id, sizeof(id)));
    }
    pthread_mutex_unlock(&a->lock);
    if (room) {
        event_set(a->request_fd);
    } else {
        g_free(asked);
    }
    return id;
}

/* Locked. */
static void
drop_answers(struct archive *a, uint64_t id)
{
    for (GList *l = a->answers.head, *next; l != NULL; l = next) {
        struct archive_answer *answer = l->data;
        next = l->next;
        if (answer->id == id) {
            archive_answer_free(answer);
            g_queue_delete_link(&a->answers, l);
        }
    }
}

void
archive_cancel(struct archive *a, uint64_t id)
{
    pthread_mutex_lock(&a->lock);
    g_hash_table_remove(a->open, &id);
    for (GList *l = a->requests.head; l != NULL; l = l->next) {
        struct asked *asked = l->data;
        if (asked->id == id) {
            g_queue_delete_link(&a->requests, l);
            g_free(asked);
            break;
        }
    }
    drop_answers(a, id);
    pthread_mutex_unlock(&a->lock);
    event_set(a->request_fd); /* who works on it hears of it, and there may be room again */
}

int
archive_fd(const struct archive *a)
{
    return a->answer_fd;
}

struct archive_answer *
archive_take(struct archive *a)
{
    pthread_mutex_lock(&a->lock);
    event_clear(a->answer_fd);
    struct archive_answer *taken = g_queue_pop_head(&a->answers);
    if (taken != NULL && taken->last) {
        g_hash_table_remove(a->open, &taken->id);
    }
    if (a->answers.length > 0) {
        event_set(a->answer_fd);
    }
    pthread_mutex_unlock(&a->lock);
    if (taken != NULL) {
        event_set(a->request_fd); /* there is room again */
    }
    return taken;
}

/* ---- the worker's side ---- */

int
archive_request_fd(const struct archive *a)
{
    return a->request_fd;
}

bool
archive_next(struct archive *a, struct archive_request *ret, uint64_t *ret_id)
{
    pthread_mutex_lock(&a->lock);
    event_clear(a->request_fd);
    bool room = a->answers.length < ARCHIVE_ANSWERS;
    struct asked *asked = room ? g_queue_pop_head(&a->requests) : NULL;
    if (room && a->requests.length > 0) {
        event_set(a->request_fd);
    }
    pthread_mutex_unlock(&a->lock);
    if (asked == NULL) {
        return false;
    }
    *ret = asked->request;
    *ret_id = asked->id;
    g_free(asked);
    return true;
}

bool
archive_cancelled(struct archive *a, uint64_t id)
{
    pthread_mutex_lock(&a->lock);
    bool open = g_hash_table_contains(a->open, &id);
    pthread_mutex_unlock(&a->lock);
    return !open;
}

bool
archive_put(struct archive *a, struct archive_answer *answer)
{
    pthread_mutex_lock(&a->lock);
    bool wanted = g_hash_table_contains(a->open, &answer->id);
    if (wanted) {
        g_queue_push_tail(&a->answers, answer);
    }
    pthread_mutex_unlock(&a->lock);
    if (wanted) {
        event_set(a->answer_fd);
    } else {
        archive_answer_free(answer);
    }
    return wanted;
}

bool
archive_has_room(struct archive *a)
{
    pthread_mutex_lock(&a->lock);
    bool room = a->answers.length < ARCHIVE_ANSWERS;
    pthread_mutex_unlock(&a->lock);
    return room;
}

static GArray *
journal_new(void)
{
    GArray *journal = g_array_new(FALSE, FALSE, sizeof(struct journal_record));
    g_array_set_clear_func(journal, journal_record_clear);
    return journal;
}

struct archive_answer *
archive_answer_new(const struct archive_request *r, uint64_t id)
{
    struct archive_answer *answer = g_new0(struct archive_answer, 1);
    answer->id = id;
    answer->kind = r->kind;
    answer->since = r->since;
    answer->until = r->until;
    answer->reach = WALL_NONE;
    if (r->kind == ARCHIVE_TREND) {
        answer->n_series = r->n_series;
        answer->n_buckets = r->n_buckets;
        answer->buckets =
            g_new0(struct archive_bucket, MAX((gsize)r->n_series * r->n_buckets, 1));
        answer->before = g_new0(struct archive_bucket, MAX(r->n_series, 1));
    } else {
        answer->journal = journal_new();
    }
    return answer;
}

struct archive_answer *
archive_answer_copy(const struct archive_answer *answer)
{
    struct archive_answer *copy = g_memdup2(answer, sizeof(*answer));
    size_t buckets = (size_t)answer->n_series * answer->n_buckets;
    copy->buckets = g_memdup2(answer->buckets, buckets * sizeof(*answer->buckets));
    copy->before = g_memdup2(answer->before, answer->n_series * sizeof(*answer->before));
    if (answer->journal != NULL) {
        copy->journal = journal_new();
        for (guint i = 0; i < answer->journal->len; i++) {
            struct journal_record line =
                journal_record_copy(&g_array_index(answer->journal, struct journal_record, i));
            g_array_append_val(copy->journal, line);
        }
    }
    return copy;
}

void
archive_answer_free(struct archive_answer *answer)
{
    if (answer == NULL) {
        return;
    }
    g_free(answer->buckets);
    g_free(answer->before);
    if (answer->journal != NULL) {
        g_array_unref(answer->journal);
    }
    g_free(answer);
}

/* ---- buckets ---- */

uint32_t
archive_bucket_of(wall_us since, wall_us until, uint32_t n_buckets, wall_us at)
{
    /* Both factors fit 64 bits, and so does the product for spans of a century. */
    uint64_t span = (uint64_t)(until - since), offset = (uint64_t)(at - since);
    return (uint32_t)(offset * n_buckets / span);
}

void
archive_bucket_merge(struct archive_bucket *b, const struct archive_bucket *other)
{
    b->bad += other->bad;
    if (other->n == 0) {
        return;
    }
    bool first = b->n == 0;
    if (first || other->min < b->min) {
        b->min = other->min;
    }
    if (first || other->max > b->max) {
        b->max = other->max;
    }
    if (first || other->first_at < b->first_at) {
        b->first = other->first;
        b->first_at = other->first_at;
    }
    if (first || other->last_at >= b->last_at) {
        b->last = other->last;
        b->last_at = other->last_at;
    }
    b->sum += other->sum;
    b->n += other->n;
}

void
archive_bucket_add(struct archive_bucket *b, double value, wall_us at)
{
    const struct archive_bucket one = {.n = 1,
                                       .first = value,
                                       .last = value,
                                       .min = value,
                                       .max = value,
                                       .sum = value,
                                       .first_at = at,
                                       .last_at = at};
    archive_bucket_merge(b, &one);
}
