/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/app/dialer.h"

#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "src/app/worker.h"

struct dialer {
    struct worker worker;
    char *conninfo, *purpose; /* constant, as are: */
    int64_t connect_us, answer_us;
    int ended_fd; /* eventfd */
    int hurry_fd; /* timerfd */

    /* under lock */
    bool wanted, ended;
    struct pg *pg; /* of the attempt that has ended */
    struct err err;
};

static void
release(void *worker)
{
    struct dialer *d = worker;
    pg_close(d->pg);
    if (d->ended_fd >= 0) {
        close(d->ended_fd);
    }
    if (d->hurry_fd >= 0) {
        close(d->hurry_fd);
    }
    g_free(d->conninfo);
    g_free(d->purpose);
    g_free(d);
}

static void
attempt(struct dialer *d)
{
    struct pg_config config = {.conninfo = d->conninfo,
                               .purpose = d->purpose,
                               .wake_fd = d->hurry_fd,
                               .connect_us = d->connect_us,
                               .answer_us = d->answer_us};
    struct pg *pg = NULL;
    struct err err = {.text = ""};
    worker_unlock(&d->worker);
    enum rc rc = pg_open(&pg, &config, &err);
    worker_lock(&d->worker);
    d->wanted = false;
    d->ended = true;
    d->pg = rc == RC_OK ? pg : NULL;
    d->err = err;
    eventfd_write(d->ended_fd, 1);
}

static void
work(void *worker)
{
    struct dialer *d = worker;
    worker_lock(&d->worker);
    do {
        if (d->wanted) {
            attempt(d);
        }
    } while (worker_wait(&d->worker, INT64_MAX));
    worker_unlock(&d->worker);
}

struct dialer *
dialer_start(const char *conninfo, const char *purpose, int64_t connect_us, int64_t answer_us)
{
    struct dialer *d = g_new0(struct dialer, 1);
    d->conninfo = g_strdup(conninfo);
    d->purpose = g_strdup(purpose);
    d->connect_us = connect_us;
    d->answer_us = answer_us;
    d->ended_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    d->hurry_fd = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);
    if (d->ended_fd < 0 || d->hurry_fd < 0) {
        release(d);
        return NULL;
    }
    return worker_start(&d->worker, "store dialer", work, release) ? d : NULL;
}

void
dialer_stop(struct dialer *d)
{
    if (d != NULL) {
        worker_leave(&d->worker, 0);
    }
}

void
dialer_dial(struct dialer *d)
{
    worker_lock(&d->worker);
    bool begin = !d->wanted && !d->ended;
    d->wanted = d->wanted || begin;
    worker_unlock(&d->worker);
    if (begin) {
        worker_wake(&d->worker);
    }
}

bool
dialer_busy(struct dialer *d)
{
    worker_lock(&d->worker);
    bool busy = d->wanted || d->ended;
    worker_unlock(&d->worker);
    return busy;
}

int
dialer_fd(const struct dialer *d)
{
    return d->ended_fd;
}

enum rc
dialer_take(struct dialer *d, struct pg **ret, struct err *err)
{
    eventfd_t count;
    worker_lock(&d->worker);
    bool ended = d->ended;
    struct pg *pg = g_steal_pointer(&d->pg);
    if (ended && err != NULL) {
        *err = d->err;
    }
    d->ended = false;
    eventfd_read(d->ended_fd, &count);
    worker_unlock(&d->worker);
    if (!ended) {
        return RC_BUSY;
    }
    if (pg == NULL) {
        return RC_IO;
    }
    *ret = pg;
    return RC_OK;
}

void
dialer_hurry(struct dialer *d, int64_t after_us)
{
    struct itimerspec when = {
        .it_value = {.tv_sec = after_us / US_PER_S, .tv_nsec = after_us % US_PER_S * 1000}};
    timerfd_settime(d->hurry_fd, 0, &when, NULL);
}
