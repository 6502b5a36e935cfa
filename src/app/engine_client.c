/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The engine's own session at the broker: what it hears, and who takes it. */
#include "src/app/engine_private.h"
#include "src/app/own_topic.h"
#include "src/app/sources.h"
#include "src/core/log.h"

void
engine_note_behind(struct engine *e)
{
    bool behind = client_behind(e->client);
    if (behind != e->behind) {
        e->behind = behind;
        alarming_behind(&e->alarming, behind);
        ownership_behind(e->ownership, behind, e->now);
        engine_follow_tenure(e);
        log_debug("what the broker kept for us %s", behind ? "comes" : "has come");
    }
}

static void
take_message(void *user, const struct client_message *m)
{
    struct engine *e = user;
    engine_note_behind(e);
    if (!g_str_has_prefix(m->topic, OWN_TOPICS) || !engine_take_own(e, m)) {
        ingest_message(&e->ingest, m, e->now);
    }
}

static void
take_connect(void *user, bool session_present)
{
    struct engine *e = user;
    ingest_connected(&e->ingest, session_present);
    engine_set_link(e, true);
    ownership_connected(e->ownership, e->now);
    engine_note_behind(e);
    engine_follow_tenure(e); /* before anything that the broker kept for us is judged */
    engine_peers_connected(e);
    e->news = true;
    log_info("connected to the broker %s, %s", e->health.mqtt.broker,
             session_present ? "which kept our session" : "which begins a new session");
}

static void
take_confirmation(void *user, uint64_t number)
{
    struct engine *e = user;
    ingest_confirmed(&e->ingest, number);
}

static void
take_disconnect(void *user, const char *why)
{
    struct engine *e = user;
    engine_set_link(e, false);
    ownership_disconnected(e->ownership, e->now);
    engine_note_behind(e);
    engine_follow_tenure(e);
    e->news = true;
    log_warning("lost the broker %s: %s", e->health.mqtt.broker, why);
}

enum rc
engine_open_client(struct engine *e, struct err *err)
{
    const struct config *config = e->config;
    const char *const own_filters[] = {OWN_ALARMS "#", OWN_CHANGES "+", ACTIONS_FILTER,
                                       actions_answer_topic(e->actions), NULL};
    GString *topic = g_string_new(OWN_INSTANCES);
    own_topic_append(topic, config->instance.name);
    char *payload = ownership_presence(e->ownership);
    GString *marker = g_string_new(OWN_MARKERS);
    own_topic_append(marker, config->mqtt.client_id);
    struct client_config settings = {
        .client_id = config->mqtt.client_id,
        .own_filters = own_filters,
        .echo_filters = ownership_filters,
        .presence_topic = topic->str,
        .presence_payload = payload,
        .marker_topic = marker->str,
        .user = e,
        .on_message = take_message,
        .on_connect = take_connect,
        .on_disconnect = take_disconnect,
        .on_confirmed = take_confirmation,
    };
    pulse_init(&e->pulse, config->instance.name, config->alarms.heartbeat_s);
    enum rc rc = sources_client(&e->client, config, &settings, 0, true, err);
    g_free(payload);
    g_string_free(topic, TRUE);
    g_string_free(marker, TRUE);
    return rc;
}
