/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What goes to other instances, over the broker and through the central store: changes of the
 * alarm state, operator actions and their answers. What comes from them: engine_follow.c.
 */
#include "src/app/engine_private.h"
#include "src/app/own_topic.h"
#include "src/core/log.h"
#include "storage/query.h"

#define SPEECH_MAX    2000 /* messages to others that wait for the broker */
#define STATE_CLOSED  200  /* occurrences that are over, in a whole state over the broker */
#define LEAVE_LOOK_US (10 * US_PER_MS)

struct speech {
    char *topic, *text;
};

static void
speech_free(void *speech)
{
    struct speech *s = speech;
    g_free(s->topic);
    free(s->text);
    g_free(s);
}

/* ---- to others ---- */

/* What is kept from the last run may be said before there is a client. */
static enum rc
publish(struct engine *e, const char *topic, const char *payload, size_t len, int qos,
        bool retain)
{
    return e->client == NULL ? RC_BUSY
                             : client_publish(e->client, topic, payload, len, qos, retain);
}

enum rc
engine_publish_alarm(void *engine, const char *topic, const char *payload, size_t len)
{
    return publish(engine, topic, payload, len, 1, true);
}

static enum rc
publish_action(void *engine, const char *topic, const char *payload, size_t len)
{
    return publish(engine, topic, payload, len, 1, false);
}

static enum rc
publish_ownership(void *engine, const char *topic, const char *payload, size_t len, int qos,
                  bool retain)
{
    return publish(engine, topic, payload, len, qos, retain);
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
        free(text);
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
    say(engine, replica_change_text(change));
}

/* The whole alarm state, for whoever is new or may have missed something. */
static void
tell_state(struct engine *e)
{
    struct alarm_changes state;
    GArray *marks = replica_marks(e->replica);
    struct replica_head mine = {
        .number = outgoing_told(e->outgoing),
        .rank = e->rank, /* not one under which nothing has been decided yet */
        .taken = e->now.wall,
        .marks = marks,
    };
    e->state_due = false; /* again, when some of it finds no room */
    g_strlcpy(mine.writer, outgoing_writer(e->outgoing), sizeof(mine.writer));
    g_strlcpy(mine.instance, e->config->instance.name, sizeof(mine.instance));
    alarm_changes_init(&state);
    kept_dump_some(e->alarming.kept, STATE_CLOSED, &state);
    GPtrArray *parts = replica_snapshot_texts(&mine, &state);
    for (guint i = 0; i < parts->len; i++) {
        say(e, strdup(g_ptr_array_index(parts, i)));
    }
    g_ptr_array_unref(parts);
    g_array_unref(marks);
    alarm_changes_fini(&state);
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
        if (rc != RC_OK) {
            log_error("a change of %zu bytes cannot be told to the other instances",
                      strlen(s->text));
            e->state_due = true;
        }
        speech_free(g_queue_pop_head(&e->speech));
    }
}

void
engine_peers_connected(struct engine *e)
{
    misfits_connected(e->misfits);
    peer_list_clear(e->others); /* whoever connects after us missed what we say now */
    g_queue_clear_full(&e->speech, speech_free);
    if (e->announce != NULL) {
        announce_connected(e->announce);
        e->state_due = true;
    }
}

/* ---- turn ---- */

static void
tell_committed(struct engine *e)
{
    uint64_t before = outgoing_told(e->outgoing);
    outgoing_committed(e->outgoing, cache_committed(e->cache));
    if (e->sync != NULL && outgoing_told(e->outgoing) != before) {
        sync_poke(e->sync);
    }
}

void
engine_turn_peers(struct engine *e)
{
    if (outgoing_unsaid(e->outgoing)) {
        tell_committed(e);
    }
    engine_answer_done(e);
    engine_turn_handover(e);
    if (e->announce != NULL && e->state_due && !outgoing_unsaid(e->outgoing) &&
        e->speech.length == 0) {
        tell_state(e);
    }
    pump(e);
    e->peers_next = MIN(e->peers_next, actions_turn(e->actions, e->now.mono));
    if (e->tenure.decides && e->alarming.following) {
        e->peers_next = MIN(e->peers_next, e->decide_by);
    }
    if (e->handover.wanted) {
        /* Custody does not say when it has left. */
        mono_us look = e->handover.leaves ? e->now.mono + LEAVE_LOOK_US : INT64_MAX;
        e->peers_next = MIN(e->peers_next, MIN(e->handover.until, look));
    }
}

/* ---- begin and end ---- */

static void
submit(void *engine, const struct remote_action *a)
{
    sync_submit(((struct engine *)engine)->sync, a);
}

static void
forget(void *engine, const char *id)
{
    sync_forget(((struct engine *)engine)->sync, id);
}

static void
answer(void *engine, const struct remote_answer *a)
{
    sync_answer(((struct engine *)engine)->sync, a);
}

/* "": it never takes custody. */
static const char *
ingest_id(const struct config *c)
{
    return c->instance.candidate && *c->postgres.conninfo != '\0' ? c->mqtt.ingest_id : "";
}

/* Others have to know which store is ours, so that they find out when theirs is another. */
void
engine_tell_identity(struct engine *e, const char *store)
{
    char *presence = misfits_presence(ingest_id(e->config), store);
    g_strlcpy(e->store, store, sizeof(e->store));
    misfits_set_store(e->misfits, store);
    ownership_set_presence(e->ownership, presence, e->now);
    g_free(presence);
}

static enum rc
open_ownership(struct engine *e, struct rank seen, struct err *err)
{
    const struct config *c = e->config;
    const char *ingest = ingest_id(c);
    char *presence = misfits_presence(ingest, "");
    const struct ownership_config config = {
        .config = c,
        .presence = presence,
        .seen = seen,
        .user = e,
        .publish = publish_ownership,
        .remember = remember_rank,
    };
    enum rc rc = ownership_new(&e->ownership, &config, e->now, err);
    if (rc == RC_OK) {
        e->misfits = misfits_new(c->instance.name, ownership_boot(e->ownership), ingest);
    }
    g_free(presence);
    return rc;
}

static void
open_actions(struct engine *e)
{
    bool store = e->sync != NULL;
    const struct actions_config config = {
        .instance = e->config->instance.name,
        .user = e,
        .publish = publish_action,
        .submit = store ? submit : NULL,
        .forget = store ? forget : NULL,
        .answer = store ? answer : NULL,
        .told = engine_told,
        .perform = engine_perform,
    };
    e->actions = actions_new(&config);
    e->waiting = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    e->others = peer_list_new();
}

/* What waited for an answer when this instance ended, and what is known to be done. */
static enum rc
restore_actions(struct engine *e, struct query *q, struct err *err)
{
    GArray *open = g_array_new(FALSE, FALSE, sizeof(struct open_action));
    GArray *handled = g_array_new(FALSE, FALSE, sizeof(struct handled_action));
    g_array_set_clear_func(open, open_action_clear);
    enum rc rc = query_actions(q, open, err);
    if (rc == RC_OK) {
        rc = query_handled(q, handled, err);
    }
    for (guint i = 0; rc == RC_OK && i < handled->len; i++) {
        const struct handled_action *h = &g_array_index(handled, struct handled_action, i);
        struct remote_answer known = {.ok = h->ok};
        memcpy(known.id, h->id, sizeof(known.id));
        memcpy(known.text, h->text, sizeof(known.text));
        actions_handled(e->actions, &known);
    }
    for (guint i = 0; rc == RC_OK && i < open->len; i++) {
        const char *body = g_array_index(open, struct open_action, i).body;
        struct remote_action action;
        if (remote_action_parse(&action, body, strlen(body), NULL)) {
            actions_keep(e->actions, &action, e->now.mono);
            remote_action_clear(&action);
        }
    }
    g_array_unref(open);
    g_array_unref(handled);
    return rc;
}

enum rc
engine_open_peers(struct engine *e, struct err *err)
{
    struct query *q = NULL;
    struct sync_marks marks = {.writer = ""};
    enum rc rc = query_open(&q, e->config->cache.path, err);
    if (rc == RC_OK) {
        rc = query_sync(q, &marks, err);
    }
    if (rc == RC_OK) {
        const char *name = e->config->instance.name;
        e->plant_version = marks.plant_version;
        e->outgoing = outgoing_new(marks.writer, name, marks.outbox_last, tell_change, e);
        e->sync = sync_start(e->config, &marks);
        e->replica = replica_new(marks.writer, e->sync != NULL);
        for (guint i = 0; i < marks.followed->len; i++) {
            const struct followed_mark *m =
                &g_array_index(marks.followed, struct followed_mark, i);
            replica_mark(e->replica, m->writer, m->number);
        }
        open_actions(e);
        rc = restore_actions(e, q, err);
    }
    if (rc == RC_OK) {
        rc = open_ownership(e, marks.seen, err);
    }
    sync_marks_fini(&marks);
    query_close(q);
    return rc;
}

void
engine_close_peers(struct engine *e)
{
    custody_stop(e->custody);
    misfits_free(e->misfits);
    peer_list_free(e->others);
    ownership_free(e->ownership);
    sync_stop(e->sync);
    actions_free(e->actions);
    replica_free(e->replica);
    outgoing_free(e->outgoing);
    announce_free(e->announce);
    g_queue_clear_full(&e->speech, speech_free);
    g_queue_clear_full(&e->done, g_free);
    g_clear_pointer(&e->waiting, g_hash_table_unref);
}
