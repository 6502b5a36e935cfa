/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/app/watch.h"

#include <signal.h>

#include "src/app/archive_worker.h"
#include "src/app/engine.h"
#include "src/core/log.h"
#include "ui/console.h"

/* In every thread that will be: the console reads them from a descriptor. */
static void
block_signals(sigset_t *ret_before)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGWINCH);
    pthread_sigmask(SIG_BLOCK, &set, ret_before);
}

enum rc
watch_plant(const struct config *config, bool demo, struct problems *problems, struct err *err)
{
    sigset_t before;
    block_signals(&before);
    struct exchange *exchange = exchange_new();
    struct engine *engine = NULL;
    log_hold(true);
    enum rc rc = engine_start(&engine, config, exchange, true, problems, err);
    if (rc == RC_OK) {
        /* The engine has brought the cache up to date before anybody else looks into it. */
        struct archive *archive = archive_new();
        struct archive_worker *worker = archive_worker_start(
            &(struct archive_worker_config){.archive = archive,
                                            .cache = config->cache.path,
                                            .store = config->postgres.conninfo,
                                            .patience_us = ARCHIVE_PATIENCE_US});
        const struct console_config console = {.exchange = exchange,
                                               .archive = worker == NULL ? NULL : archive,
                                               .timezone = config->instance.timezone,
                                               .title = config->instance.name,
                                               .demo = demo,
                                               .bell_priorities = config->alarms.bell,
                                               .bell_repeat_s = config->alarms.bell_repeat_s};
        rc = console_run(&console, err);
        archive_worker_stop(worker);
        archive_free(archive);
    }
    engine_stop(engine);
    log_hold(false);
    exchange_free(exchange);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return rc;
}
