/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/app/store_watch.h"

#include "src/app/link_watch.h"
#include "src/app/worker.h"
#include "src/core/text.h"
#include "storage/pg_probe.h"

#define WELL_US   (15 * US_PER_S)
#define FAILED_US (5 * US_PER_S)

struct store_watch {
    struct worker worker;
    char *conninfo; /* constant, like what stands between */
    store_probe probe;
    int64_t well_us, failed_us;
    struct store_state state; /* under lock */
};

static void
release(void *worker)
{
    struct store_watch *w = worker;
    g_free(w->conninfo);
    g_free(w);
}

static void
watch(void *worker)
{
    struct store_watch *w = worker;
    mono_us next = 0;
    do {
        if (clock_now().mono < next) {
            continue; /* woken early */
        }
        struct err err = {.text = ""};
        worker_unlock(&w->worker);
        enum rc rc = w->probe(w->conninfo, &err);
        worker_lock(&w->worker);
        w->state.known = true;
        w->state.reachable = rc == RC_OK;
        text_sanitize(w->state.problem, sizeof(w->state.problem), err.text, strlen(err.text));
        w->state.answers++;
        next = clock_now().mono + (rc == RC_OK ? w->well_us : w->failed_us);
    } while (worker_wait(&w->worker, next));
}

static void
work(void *worker)
{
    struct store_watch *w = worker;
    worker_lock(&w->worker);
    watch(w);
    worker_unlock(&w->worker);
}

struct store_watch *
store_watch_start_with(const char *conninfo, store_probe probe, int64_t well_us,
                       int64_t failed_us)
{
    if (conninfo == NULL || *conninfo == '\0') {
        return NULL;
    }
    struct store_watch *w = g_new0(struct store_watch, 1);
    w->conninfo = g_strdup(conninfo);
    w->probe = probe;
    w->well_us = well_us;
    w->failed_us = failed_us;
    w->state.reachable = true;
    return worker_start(&w->worker, "store watch", work, release) ? w : NULL;
}

struct store_watch *
store_watch_start(const char *conninfo)
{
    return store_watch_start_with(conninfo, pg_probe, WELL_US, FAILED_US);
}

void
store_watch_get(struct store_watch *w, struct store_state *ret)
{
    worker_lock(&w->worker);
    *ret = w->state;
    worker_unlock(&w->worker);
}

void
store_watch_stop(struct store_watch *w)
{
    if (w != NULL) {
        worker_leave(&w->worker, 0);
    }
}

bool
store_is_local(const char *conninfo)
{
    char **hosts = pg_probe_hosts(conninfo);
    bool local = true;
    for (guint i = 0; hosts[i] != NULL; i++) {
        local = local && (*hosts[i] == '/' || *hosts[i] == '@' || link_is_local(hosts[i]));
    }
    g_strfreev(hosts);
    return local;
}
