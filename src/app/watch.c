/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/app/watch.h"

#include <signal.h>
#include <unistd.h>

#include "src/app/archive_worker.h"
#include "src/app/engine.h"
#include "src/app/key_files.h"
#include "src/app/paths.h"
#include "src/core/log.h"
#include "ui/plain.h"

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

/* The priorities that --bell names, or those of the configuration. */
static unsigned
bell_of(const struct config *config, const char *told)
{
    static const struct {
        const char *name;
        unsigned priorities;
    } bells[] = {{"off", 0},
                 {"p1", 1u << ALARM_CRITICAL},
                 {"p1p2", 1u << ALARM_CRITICAL | 1u << ALARM_HIGH}};
    for (size_t i = 0; told != NULL && i < G_N_ELEMENTS(bells); i++) {
        if (strcmp(bells[i].name, told) == 0) {
            return bells[i].priorities;
        }
    }
    return config->alarms.bell;
}

static enum rc
show(const struct config *config, const struct watch_options *o, bool demo,
     struct exchange *exchange, struct archive *archive, struct err *err)
{
    /* A demo leaves nothing behind in what the user keeps for the real plant. */
    char *config_dir = demo ? g_path_get_dirname(config->file) : paths_user_config();
    char *state_dir = demo ? g_strdup(config_dir) : paths_user_state();
    char *data_dir = paths_data(NULL);
    struct key_files keys;
    struct problems problems;
    problems_init(&problems);
    key_files_read(&keys, &problems);
    for (size_t i = 0; i < MIN(problems.n, PROBLEMS_MAX); i++) {
        log_warning("%s", problems.list[i]);
    }
    const struct console_config console = {
        .exchange = exchange,
        .archive = archive,
        .config_dir = config_dir,
        .state_dir = state_dir,
        .system_dir = PATHS_SYSTEM,
        .data_dir = data_dir,
        .read_only = o->read_only,
        .keys = {&keys.settings[0], &keys.settings[1]},
        .n_key_problems = problems.n,
        .timezone = config->instance.timezone,
        .title = config->instance.name,
        .demo = demo,
        .bell_priorities = bell_of(config, o->bell),
        .bell_repeat_s = config->alarms.bell_repeat_s,
        .theme = o->theme,
        .color = o->color,
        .glyphs = o->glyphs,
        .language = o->language,
        .max_fps = (int)o->max_fps,
        .slow = o->slow,
        .no_flash = o->no_flash,
    };
    enum rc rc = o->plain ? plain_run(&console, STDIN_FILENO, STDOUT_FILENO, err)
                          : console_run(&console, err);
    g_free(config_dir);
    g_free(state_dir);
    g_free(data_dir);
    key_files_fini(&keys);
    problems_fini(&problems);
    return rc;
}

enum rc
watch_plant(const struct config *config, const struct watch_options *options, bool demo,
            struct problems *problems, struct err *err)
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
        rc = show(config, options, demo, exchange, worker == NULL ? NULL : archive, err);
        archive_worker_stop(worker);
        archive_free(archive);
    }
    engine_stop(engine);
    log_hold(false);
    exchange_free(exchange);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return rc;
}
