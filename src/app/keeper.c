/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/app/keeper.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include "src/app/worker.h"
#include "storage/pg_readings.h"

#define CONNECT_US (5 * US_PER_S)
#define ANSWER_US  (900 * US_PER_S) /* an index over a day of readings */

struct keeper {
    struct worker worker;
    char *conninfo; /* constant, as are: */
    int retention_days;
    int ended_fd; /* eventfd */

    /* under lock */
    bool wanted, working, ended;
    uint64_t epoch;
    char grant[UUID_SIZE];
    struct keeper_result result;
};

static void
release(void *worker)
{
    struct keeper *k = worker;
    if (k->ended_fd >= 0) {
        close(k->ended_fd);
    }
    g_free(k->conninfo);
    g_free(k);
}

/* Ends early when it is time to stop: nobody else makes wake_fd readable while this runs. */
static enum rc
maintain(const struct keeper *k, uint64_t epoch, const char *grant, struct err *err)
{
    struct pg_config config = {.conninfo = k->conninfo,
                               .purpose = "upkeep",
                               .wake_fd = k->worker.wake_fd,
                               .connect_us = CONNECT_US,
                               .answer_us = ANSWER_US};
    struct pg *pg = NULL;
    struct pg_readings *readings = NULL;
    enum pg_outcome outcome;
    enum rc rc = pg_open(&pg, &config, err);
    if (rc == RC_OK) {
        rc = pg_readings_new(&readings, pg, NULL, err);
    }
    if (rc == RC_OK) {
        rc = pg_readings_maintain(readings, epoch, grant, k->retention_days, &outcome, err);
    }
    for (bool more = true; rc == RC_OK && more;) {
        rc = pg_readings_index(pg, &more, err);
    }
    pg_readings_free(readings);
    pg_close(pg);
    return rc;
}

static void
work_once(struct keeper *k)
{
    struct keeper_result result = {.epoch = k->epoch};
    char grant[UUID_SIZE];
    g_strlcpy(grant, k->grant, sizeof(grant));
    eventfd_t count;
    eventfd_read(k->worker.wake_fd, &count); /* it has been heard, and must not end the work */
    k->wanted = false;
    k->working = true;
    worker_unlock(&k->worker);
    result.rc = maintain(k, result.epoch, grant, &result.err);
    worker_lock(&k->worker);
    k->working = false;
    k->result = result;
    k->ended = true;
    eventfd_write(k->ended_fd, 1);
}

static void
work(void *worker)
{
    struct keeper *k = worker;
    worker_lock(&k->worker);
    do {
        while (k->wanted && !k->worker.stopping) {
            work_once(k);
        }
    } while (worker_wait(&k->worker, INT64_MAX));
    worker_unlock(&k->worker);
}

struct keeper *
keeper_start(const char *conninfo, int retention_days)
{
    struct keeper *k = g_new0(struct keeper, 1);
    k->conninfo = g_strdup(conninfo);
    k->retention_days = retention_days;
    k->ended_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (k->ended_fd < 0) {
        release(k);
        return NULL;
    }
    return worker_start(&k->worker, "store upkeep", work, release) ? k : NULL;
}

void
keeper_stop(struct keeper *k)
{
    if (k != NULL) {
        worker_leave(&k->worker, 0);
    }
}

void
keeper_work(struct keeper *k, uint64_t epoch, const char *grant)
{
    worker_lock(&k->worker);
    k->wanted = true;
    k->epoch = epoch;
    g_strlcpy(k->grant, grant, sizeof(k->grant));
    if (!k->working) { /* else it looks before it waits */
        worker_wake(&k->worker);
    }
    worker_unlock(&k->worker);
}

int
keeper_fd(const struct keeper *k)
{
    return k->ended_fd;
}

bool
keeper_take(struct keeper *k, struct keeper_result *ret)
{
    eventfd_t count;
    worker_lock(&k->worker);
    bool ended = k->ended;
    *ret = k->result;
    k->ended = false;
    eventfd_read(k->ended_fd, &count);
    worker_unlock(&k->worker);
    return ended;
}
