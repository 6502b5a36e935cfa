/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/app/worker.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <glib.h>

#include "storage/thread.h"

#define POLL_MAX_MS 60000

void
worker_lock(struct worker *w)
{
    pthread_mutex_lock(&w->lock);
}

void
worker_unlock(struct worker *w)
{
    pthread_mutex_unlock(&w->lock);
}

void
worker_wake(struct worker *w)
{
    eventfd_write(w->wake_fd, 1);
}

static void
drop(struct worker *w)
{
    worker_lock(w);
    int left = --w->refs;
    worker_unlock(w);
    if (left == 0) {
        close(w->wake_fd);
        close(w->ended_fd);
        pthread_mutex_destroy(&w->lock);
        w->release(w);
    }
}

static void *
run(void *user)
{
    struct worker *w = user;
    w->work(w);
    eventfd_write(w->ended_fd, 1);
    drop(w);
    return NULL;
}

bool
worker_start(struct worker *w, const char *name, void (*work)(void *worker),
             void (*release)(void *worker))
{
    pthread_mutex_init(&w->lock, NULL);
    w->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    w->ended_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    w->refs = 2;
    w->work = work;
    w->release = release;
    pthread_t thread;
    worker_lock(w); /* it must not be gone before it has its name */
    int code = thread_start(&thread, run, w);
    if (code == 0) {
        pthread_setname_np(thread, name);
        pthread_detach(thread);
    }
    worker_unlock(w);
    if (code != 0) {
        w->refs = 1;
        drop(w);
    }
    return code == 0;
}

/* How long poll() may wait; longer than POLL_MAX_MS takes it several times. */
static int
wait_ms(mono_us until)
{
    if (until == INT64_MAX) {
        return -1;
    }
    mono_us left = until - clock_now().mono;
    return left <= 0 ? 0 : (int)MIN(left / US_PER_MS + 1, POLL_MAX_MS);
}

bool
worker_wait(struct worker *w, mono_us until)
{
    eventfd_t count;
    if (w->stopping) {
        return false;
    }
    worker_unlock(w);
    struct pollfd fd = {.fd = w->wake_fd, .events = POLLIN};
    poll(&fd, 1, wait_ms(until));
    eventfd_read(w->wake_fd, &count);
    worker_lock(w);
    return !w->stopping;
}

void
worker_leave(struct worker *w, int64_t patience_us)
{
    if (w == NULL) {
        return;
    }
    mono_us until = clock_now().mono + patience_us;
    worker_lock(w);
    w->stopping = true;
    worker_unlock(w);
    worker_wake(w);
    struct pollfd fd = {.fd = w->ended_fd, .events = POLLIN};
    while (poll(&fd, 1, wait_ms(until)) <= 0 && clock_now().mono < until) {
    }
    drop(w);
}
