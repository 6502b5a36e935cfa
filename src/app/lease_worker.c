/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/app/lease_worker.h"

#include <poll.h>
#include <stdatomic.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <glib.h>

#include "src/app/worker.h"

struct lease_worker {
    struct worker worker;
    struct lease_config config; /* constant; its texts are ours */
    struct lease *lease;        /* the thread's */
    int news_fd;                /* constant; eventfd */
    atomic_bool has_news;
    /* under lock */
    struct lease_request request; /* ask NONE: there is none */
    struct lease_news news;
    struct lease_tenure tenures[LEASE_TENURES]; /* the store does not know them yet */
    unsigned n_tenures;
};

static void
release(void *worker)
{
    struct lease_worker *w = worker;
    lease_free(w->lease);
    g_free((void *)(uintptr_t)w->config.conninfo);
    g_free((void *)(uintptr_t)w->config.instance);
    close(w->news_fd);
    g_free(w);
}

static void
forget_oldest(struct lease_worker *w)
{
    w->n_tenures--;
    memmove(w->tenures, w->tenures + 1, w->n_tenures * sizeof(w->tenures[0]));
}

static void
tell_news(struct lease_worker *w)
{
    w->has_news = true;
    eventfd_write(w->news_fd, 1);
}

/* One of them, locked but while it tells; nobody asks meanwhile. */
static void
tell(struct lease_worker *w)
{
    struct lease_tenure tenure = w->tenures[0];
    worker_unlock(&w->worker);
    bool told = lease_tell(w->lease, &tenure);
    worker_lock(&w->worker);
    if (told && memcmp(&tenure, &w->tenures[0], sizeof(tenure)) == 0) {
        forget_oldest(w);
    }
}

/* Locked but for the time it asks. What wakes it while it asks makes it give up, so the wake
 * that told of the request is taken back before. */
static void
answer(struct lease_worker *w)
{
    eventfd_t count;
    struct lease_request request = w->request;
    struct lease_answer got;
    struct err err = {.text = ""};
    w->request.ask = LEASE_NONE;
    eventfd_read(w->worker.wake_fd, &count);
    worker_unlock(&w->worker);
    lease_ask(w->lease, &request, &got, &err);
    worker_lock(&w->worker);
    if (got.known && w->n_tenures > 0) {
        tell(w);
    }
    w->news.answered = true;
    w->news.answer = got;
    w->news.err = err;
    tell_news(w);
}

/* Locked but while it waits. A notification may have come in along with an answer, and then the
 * socket does not tell of it any more. */
static void
wait_for_something(struct lease_worker *w)
{
    struct pollfd fds[] = {{.fd = w->worker.wake_fd, .events = POLLIN},
                           {.fd = lease_fd(w->lease), .events = POLLIN}};
    worker_unlock(&w->worker);
    bool told = lease_notified(w->lease);
    if (!told) {
        poll(fds, G_N_ELEMENTS(fds), -1);
        told = fds[1].revents != 0 && lease_notified(w->lease);
    }
    worker_lock(&w->worker);
    if (told) {
        w->news.notified = true;
        tell_news(w);
    }
}

static void
work(void *worker)
{
    struct lease_worker *w = worker;
    worker_lock(&w->worker);
    w->config.wake_fd = w->worker.wake_fd;
    w->lease = lease_new(&w->config);
    while (!w->worker.stopping) {
        if (w->request.ask != LEASE_NONE) {
            answer(w);
        } else {
            wait_for_something(w);
        }
    }
    worker_unlock(&w->worker);
}

struct lease_worker *
lease_worker_start(const struct lease_config *config)
{
    struct lease_worker *w = g_new0(struct lease_worker, 1);
    w->news_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    w->config = *config;
    w->config.conninfo = g_strdup(config->conninfo);
    w->config.instance = g_strdup(config->instance);
    return worker_start(&w->worker, "lease", work, release) ? w : NULL;
}

void
lease_worker_stop(struct lease_worker *w)
{
    if (w != NULL) {
        worker_leave(&w->worker, 0);
    }
}

void
lease_worker_ask(struct lease_worker *w, const struct lease_request *request)
{
    worker_lock(&w->worker);
    w->request = *request;
    worker_wake(&w->worker);
    worker_unlock(&w->worker);
}

void
lease_worker_tell(struct lease_worker *w, const struct lease_tenure *tenure)
{
    worker_lock(&w->worker);
    if (w->n_tenures == LEASE_TENURES) {
        forget_oldest(w);
    }
    w->tenures[w->n_tenures++] = *tenure;
    worker_unlock(&w->worker);
}

int
lease_worker_fd(const struct lease_worker *w)
{
    return w->news_fd;
}

bool
lease_worker_has_news(const struct lease_worker *w)
{
    return w->has_news;
}

void
lease_worker_take(struct lease_worker *w, struct lease_news *ret)
{
    eventfd_t count;
    worker_lock(&w->worker);
    eventfd_read(w->news_fd, &count);
    *ret = w->news;
    w->news.answered = w->news.notified = false;
    w->has_news = false;
    worker_unlock(&w->worker);
}
