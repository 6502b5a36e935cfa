/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <malloc.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "src/app/engine_private.h"
#include "src/app/load.h"
#include "src/app/profile_files.h"
#include "src/app/sources.h"
#include "src/core/log.h"
#include "storage/pg_probe.h"

static enum rc
open_cache(struct engine *e, struct err *err)
{
    const struct config *config = e->config;
    struct cache_config settings = {
        .path = config->cache.path,
        .retention_days = config->cache.retention_days,
        .max_bytes = config->cache.max_mb * 1000 * 1000,
        .full_sync = config->cache.full_sync,
        .store = *config->postgres.conninfo != '\0',
    };
    struct cache_report report = {.notice = ""};
    enum rc rc = cache_open(&e->cache, &settings, &report, err);
    if (rc == RC_OK && report.moved_aside[0] != '\0') {
        log_error("the cache \"%s\" was damaged and has been moved to \"%s\"; a new one begins",
                  config->cache.path, report.moved_aside);
    }
    if (rc == RC_OK && report.notice[0] != '\0') {
        log_warning("cache \"%s\": %s", config->cache.path, report.notice);
    }
    return rc;
}

static enum rc
open_ingest(struct engine *e, struct problems *problems, struct err *err)
{
    struct plant *plant = NULL;
    struct decoder *decoder = NULL;
    enum rc rc = load_plant(&plant, e->config, e->cache, problems, err);
    if (rc != RC_OK) {
        return rc;
    }
    malloc_trim(0); /* reading a plant takes many times what is kept of it */
    rc = sources_decoder(&decoder, e->config, e->profiles, plant, err);
    if (rc == RC_OK) {
        struct model *model = model_new(plant, e->now);
        rc = load_values(model, e->config->cache.path, e->now, err);
        ingest_init(&e->ingest, e->cache, decoder, model, &e->alarming, e->outgoing);
        e->ingest_ready = true;
        if (rc == RC_OK) {
            rc = alarming_open(&e->alarming, e->config, model, e->config->cache.path, e->now,
                               err);
        }
        if (rc == RC_OK) {
            alarming_demote(&e->alarming); /* until ownership says otherwise */
            alarming_link(&e->alarming, model, false,
                          e->now); /* it will say when it is there */
        }
    }
    plant_unref(plant);
    return rc;
}

static void
init_health(struct engine *e)
{
    struct health *h = &e->health;
    const struct config *config = e->config;
    g_strlcpy(h->instance, config->instance.name, sizeof(h->instance));
    h->started = e->now.mono;
    control_user_name(e->user, sizeof(e->user), geteuid());
    h->role = ROLE_STANDBY; /* until ownership says more */
    h->mqtt.since = e->now.mono;
    if (*config->mqtt.socket != '\0') {
        g_strlcpy(h->mqtt.broker, config->mqtt.socket, sizeof(h->mqtt.broker));
    } else {
        snprintf(h->mqtt.broker, sizeof(h->mqtt.broker), "%s:%d", config->mqtt.host,
                 config->mqtt.port);
    }
    g_strlcpy(h->cache.path, config->cache.path, sizeof(h->cache.path));
    h->cache.retention_days = config->cache.retention_days;
    h->cache.max_mb = config->cache.max_mb;
    h->cache.last_commit = WALL_NONE;
    h->postgres.configured = *config->postgres.conninfo != '\0';
}

/* Every server that conninfo (or the environment) names is on this host. */
static bool
is_local_store(const char *conninfo)
{
    char **hosts = pg_probe_hosts(conninfo);
    bool local = true;
    for (guint i = 0; hosts[i] != NULL; i++) {
        local = local && (*hosts[i] == '/' || *hosts[i] == '@' || link_is_local(hosts[i]));
    }
    g_strfreev(hosts);
    return local;
}

static enum rc
start_thread(struct engine *e, struct err *err)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int code = pthread_create(&e->thread, NULL, engine_run, e);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (code != 0) {
        return err_set(err, RC_IO, "could not start a thread: %s", g_strerror(code));
    }
    e->thread_runs = true;
    return RC_OK;
}

static enum rc
open_all(struct engine *e, struct problems *problems, struct err *err)
{
    enum rc rc = RC_OK;
    e->profiles = profile_files_load(e->config->plant.profiles, problems);
    if (problems->n > 0) {
        rc = err_set(err, RC_INVALID, "the payload profiles cannot be used");
    } else if (!load_check_sources(e->config, e->profiles, problems)) {
        rc = err_set(err, RC_INVALID, "a source has no profile");
    }
    if (rc == RC_OK) {
        rc = open_cache(e, err);
    }
    if (rc == RC_OK) {
        rc = control_open(&e->control, e->config->instance.socket,
                          e->config->instance.socket_group, engine_answer, e, err);
    }
    if (rc == RC_OK) {
        rc = engine_open_peers(e, err);
    }
    if (rc == RC_OK) {
        rc = open_ingest(e, problems, err);
    }
    if (rc == RC_OK && e->sync != NULL) {
        rc = custody_start(&e->custody, e->config, e->profiles, model_plant(e->ingest.model),
                           err);
        e->ingest.custody = e->custody;
    }
    if (rc == RC_OK) {
        rc = engine_open_client(e, err);
    }
    return rc;
}

enum rc
engine_start(struct engine **ret, const struct config *config, struct exchange *exchange,
             bool desktop, struct problems *problems, struct err *err)
{
    struct engine *e = g_new0(struct engine, 1);
    e->config = config;
    e->exchange = exchange;
    e->now = clock_now();
    e->last_turn = e->now.mono;
    e->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    init_health(e);
    enum rc rc = e->stop_fd < 0 ? err_set(err, RC_IO, "could not make an eventfd")
                                : open_all(e, problems, err);
    if (rc == RC_OK) {
        e->local_store = is_local_store(config->postgres.conninfo);
        e->local_broker = *config->mqtt.socket != '\0' || link_is_local(config->mqtt.host);
        if (desktop && config->alarms.popup != 0) {
            e->alarming.popup = popup_start();
            e->alarming.popup_priorities = config->alarms.popup;
        }
        if (config->n_sources == 0) {
            log_warning("no [source:NAME] in the configuration: nothing is subscribed to");
        }
        engine_follow_tenure(e);
        malloc_trim(0); /* the alarms that it began with, as a follower, are gone */
        engine_update_health(e);
        engine_publish(e);
        rc = start_thread(e, err);
    }
    if (rc != RC_OK) {
        engine_stop(e);
        return rc;
    }
    *ret = e;
    return RC_OK;
}

void
engine_stop(struct engine *e)
{
    if (e == NULL) {
        return;
    }
    if (e->thread_runs) {
        eventfd_write(e->stop_fd, 1);
        pthread_join(e->thread, NULL);
    }
    client_free(e->client);
    pulse_fini(&e->pulse);
    control_close(e->control);
    if (e->ingest_ready) {
        if (e->alarming.evaluator != NULL) {
            ingest_flush(&e->ingest);
        }
        ingest_fini(&e->ingest);
        alarming_close(&e->alarming);
    }
    engine_close_peers(e);
    cache_close(e->cache);
    profiles_free(e->profiles);
    if (e->stop_fd >= 0) {
        close(e->stop_fd);
    }
    g_free(e);
}

mono_us
engine_last_turn(const struct engine *e)
{
    return e->last_turn;
}
