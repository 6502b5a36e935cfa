/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "src/app/engine_private.h"
#include "src/app/load.h"
#include "src/app/own_topic.h"
#include "src/app/profile_files.h"
#include "src/app/sources.h"
#include "src/core/log.h"
#include "src/core/timestamp.h"
#include "version.h"

static enum rc
open_cache(struct engine *e, struct err *err)
{
    const struct config *config = e->config;
    struct cache_config settings = {
        .path = config->cache.path,
        .retention_days = config->cache.retention_days,
        .max_bytes = config->cache.max_mb * 1000 * 1000,
        .full_sync = config->cache.full_sync,
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
    rc = sources_decoder(&decoder, e->config, e->profiles, plant, err);
    if (rc == RC_OK) {
        struct model *model = model_new(plant, e->now);
        rc = load_values(model, e->config->cache.path, e->now, err);
        ingest_init(&e->ingest, e->cache, decoder, model, &e->alarming);
        e->ingest_ready = true;
        if (rc == RC_OK) {
            rc = alarming_open(&e->alarming, e->config, model, e->config->cache.path, e->now,
                               err);
        }
        if (rc == RC_OK) {
            alarming_link(&e->alarming, model, false,
                          e->now); /* it will say when it is there */
        }
    }
    plant_unref(plant);
    return rc;
}

/* Published at every connect; the broker empties the topic when we vanish. */
static char *
presence(const struct engine *e)
{
    char since[TIMESTAMP_SIZE];
    timestamp_format(since, e->now.wall);
    json_t *object =
        json_pack("{s:s,s:s,s:s,s:s}", "instance", e->config->instance.name, "version",
                  LEITSTAND_VERSION, "role", role_name(e->health.role), "since", since);
    char *text = json_dumps(object, JSON_COMPACT);
    char *copy = g_strdup(text != NULL ? text : "{}");
    free(text);
    json_decref(object);
    return copy;
}

static void
take_message(void *user, const struct client_message *m)
{
    struct engine *e = user;
    if (g_str_has_prefix(m->topic, OWN_ALARMS)) {
        announce_seen(e->announce, m->topic, m->payload, m->len, m->retain);
    } else {
        ingest_message(&e->ingest, m, e->now);
    }
}

static void
take_connect(void *user, bool session_present)
{
    struct engine *e = user;
    ingest_connected(&e->ingest, session_present);
    announce_connected(e->announce);
    engine_set_link(e, true);
    e->news = true;
    log_info("connected to the broker %s, %s", e->health.mqtt.broker,
             session_present ? "which kept our session" : "which begins a new session");
}

static void
take_confirmation(void *user, uint64_t messages)
{
    struct engine *e = user;
    ingest_confirmed(&e->ingest, messages);
}

static void
take_disconnect(void *user, const char *why)
{
    struct engine *e = user;
    engine_set_link(e, false);
    e->news = true;
    log_warning("lost the broker %s: %s", e->health.mqtt.broker, why);
}

/* Until the broker has it, it stays with the announcer. */
static enum rc
publish_alarm(void *user, const char *topic, const char *payload, size_t len)
{
    struct engine *e = user;
    return client_publish(e->client, topic, payload, len, 1, true);
}

static enum rc
open_client(struct engine *e, struct err *err)
{
    static const char *const own_filters[] = {OWN_ALARMS "#", NULL};
    const struct config *config = e->config;
    char *topic = g_strconcat("leitstand/v1/instances/", config->instance.name, NULL);
    char *payload = presence(e);
    struct client_config settings = {
        .client_id = config->mqtt.client_id,
        .own_filters = own_filters,
        .presence_topic = topic,
        .presence_payload = payload,
        .user = e,
        .on_message = take_message,
        .on_connect = take_connect,
        .on_disconnect = take_disconnect,
        .on_confirmed = take_confirmation,
    };
    e->announce = announce_new(publish_alarm, e);
    pulse_init(&e->pulse, config->instance.name, config->alarms.heartbeat_s);
    enum rc rc = sources_client(&e->client, config, &settings, 0, true, err);
    g_free(payload);
    g_free(topic);
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
    /* Without a central store the single instance decides everything itself. */
    h->role = ROLE_OWNER;
    g_strlcpy(h->owner.instance, config->instance.name, sizeof(h->owner.instance));
    h->owner.rank.epoch = 1;
    h->owner.since = e->now.wall;
    h->mqtt.since = e->now.mono;
    if (*config->mqtt.socket != '\0') {
        g_strlcpy(h->mqtt.broker, config->mqtt.socket, sizeof(h->mqtt.broker));
    } else {
        snprintf(h->mqtt.broker, sizeof(h->mqtt.broker), "%s:%d", config->mqtt.host,
                 config->mqtt.port);
    }
    g_strlcpy(h->cache.path, config->cache.path, sizeof(h->cache.path));
    h->cache.last_commit = WALL_NONE;
    h->postgres.configured = *config->postgres.conninfo != '\0';
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
        rc = open_ingest(e, problems, err);
    }
    if (rc == RC_OK) {
        rc = open_client(e, err);
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
        e->store = store_watch_start(config->postgres.conninfo);
        e->local_store = store_is_local(config->postgres.conninfo);
        e->local_broker = *config->mqtt.socket != '\0' || link_is_local(config->mqtt.host);
        if (desktop && config->alarms.popup != 0) {
            e->alarming.popup = popup_start();
            e->alarming.popup_priorities = config->alarms.popup;
        }
        if (config->n_sources == 0) {
            log_warning("no [source:NAME] in the configuration: nothing is subscribed to");
        }
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
    announce_free(e->announce);
    pulse_fini(&e->pulse);
    control_close(e->control);
    if (e->ingest_ready) {
        if (e->alarming.evaluator != NULL) {
            ingest_flush(&e->ingest);
        }
        ingest_fini(&e->ingest);
        alarming_close(&e->alarming);
    }
    store_watch_stop(e->store);
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
