/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What goes to other instances and comes from them, over the broker and through the central
 * store: changes of the alarm state, operator actions and their answers, the plant.
 */
#include "src/app/changes_json.h"
#include "src/app/engine_private.h"
#include "src/app/own_topic.h"
#include "src/core/log.h"
#include "storage/query.h"

#define SPEECH_MAX 2000 /* messages to others that wait for the broker */

struct speech {
    char *topic, *text;
};

static void
speech_free(void *speech)
{
    struct speech *s = speech;
    g_free(s->topic);
    g_free(s->text);
    g_free(s);
}

/* ---- to others ---- */

enum rc
engine_publish_alarm(void *engine, const char *topic, const char *payload, size_t len)
{
    struct engine *e = engine;
    return client_publish(e->client, topic, payload, len, 1, true);
}

static enum rc
publish_action(void *engine, const char *topic, const char *payload, size_t len)
{
    struct engine *e = engine;
    return client_publish(e->client, topic, payload, len, 1, false);
}

static enum rc
publish_ownership(void *engine, const char *topic, const char *payload, size_t len, int qos,
                  bool retain)
{
    struct engine *e = engine;
    return client_publish(e->client, topic, payload, len, qos, retain);
}

static enum rc
remember_rank(void *engine, struct rank seen)
{
    struct engine *e = engine;
    struct err err = {.text = ""};
    enum rc rc = cache_store_rank(e->cache, seen, &err);
    if (rc != RC_OK) {
        log_error("cannot stand as owner: %s", err.text);
    }
    return rc;
}

/* text is taken over. */
static void
say(struct engine *e, char *text)
{
    if (text == NULL || !e->linked || e->speech.length >= SPEECH_MAX) {
        g_free(text);
        e->state_due = e->state_due || e->linked; /* they have a gap now */
        return;
    }
    struct speech *s = g_new0(struct speech, 1);
    GString *topic = g_string_new(OWN_CHANGES);
    own_topic_append(topic, e->config->instance.name);
    s->topic = g_string_free(topic, FALSE);
    s->text = text;
    g_queue_push_tail(&e->speech, s);
}

static void
tell_change(void *engine, const struct change *change)
{
    say(engine, replica_format(change));
}

void
engine_tell_state(struct engine *e)
{
    e->state_due = false;
    GPtrArray *parts = alarming_state(&e->alarming, outgoing_writer(e->outgoing),
                                      outgoing_last(e->outgoing), e->config->instance.name);
    for (guint i = 0; i < parts->len; i++) {
        say(e, g_strdup(g_ptr_array_index(parts, i)));
    }
    g_ptr_array_unref(parts);
}

static void
pump(struct engine *e)
{
    struct speech *s;
    while ((s = g_queue_peek_head(&e->speech)) != NULL) {
        enum rc rc = client_publish(e->client, s->topic, s->text, strlen(s->text), 0, false);
        if (rc == RC_BUSY || rc == RC_FULL) {
            return;
        }
        speech_free(g_queue_pop_head(&e->speech));
    }
}

void
engine_peers_connected(struct engine *e)
{
    g_queue_clear_full(&e->speech, speech_free);
    if (e->announce != NULL) {
        announce_connected(e->announce);
        e->state_due = true;
    }
}

/* ---- from others ---- */

/* Actions that an owner has done: nobody does them again. */
static void
take_handled(struct engine *e, const json_t *body)
{
    size_t i;
    const json_t *each;
    json_array_foreach(json_object_get(body, "actions"), i, each)
    {
        struct handled_action h = {.at = e->now.wall};
        struct remote_answer answer = {.ok = json_is_true(json_object_get(each, "ok"))};
        const char *id = json_string_value(json_object_get(each, "id"));
        const char *text = json_string_value(json_object_get(each, "message"));
        struct uuid valid;
        if (id == NULL || text == NULL || !uuid_parse(&valid, id)) {
            continue;
        }
        g_strlcpy(answer.id, id, sizeof(answer.id));
        text_sanitize(answer.text, sizeof(answer.text), text, strlen(text));
        actions_handled(e->actions, &answer);
        memcpy(h.id, answer.id, sizeof(h.id));
        memcpy(h.text, answer.text, sizeof(h.text));
        h.ok = answer.ok;
        g_array_append_val(ingest_batch(&e->ingest, e->now)->handled, h);
    }
}
