/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What goes to other instances and comes from them, over the broker and through the central
 * store: changes of the alarm state, operator actions and their answers, the plant.
 */
#include <malloc.h>

#include "src/app/changes_json.h"
#include "src/app/engine_private.h"
#include "src/app/own_topic.h"
#include "src/core/log.h"
#include "src/core/text.h"
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

void
engine_tell_state(struct engine *e)
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
    g_queue_clear_full(&e->speech, speech_free);
    g_hash_table_remove_all(e->peers); /* whoever connects after us missed what we say now */
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

/* One that spoils what it is in is left out: the state it belongs to is told anew some day. */
static bool
read_bodies(struct engine *e, const struct replica_step *step, struct alarm_changes *ret)
{
    struct err err = {.text = ""};
    bool good = true;
    for (guint i = 0; i < step->bodies->len; i++) {
        const json_t *body = g_ptr_array_index(step->bodies, i);
        if (changes_from_json(ret, body, &err)) {
            take_handled(e, body);
        } else {
            log_error("what %s decided cannot be read: %s", step->instance, err.text);
            good = false;
        }
    }
    return good;
}

/* Only the journal's lines, or everything but these. */
static void
keep_only(struct alarm_changes *c, bool journal)
{
    GArray *const others[] = {c->occurrences, c->alarms, c->maintenance, c->parked};
    for (size_t i = 0; i < G_N_ELEMENTS(others) && journal; i++) {
        g_array_set_size(others[i], 0);
    }
    if (!journal) {
        g_array_set_size(c->journal, 0);
    }
}

static const struct alarm_view *
find_unacked(const struct alarm_board *board, const struct uuid *occurrence)
{
    for (uint32_t i = 0; i < board->n_alarms; i++) {
        const struct alarm_view *v = &board->alarms[i];
        if (uuid_equal(&v->occurrence, occurrence) && alarm_state_unacked(v->state)) {
            return v;
        }
    }
    return NULL;
}

/* Who acknowledged at an instance that was owner no longer, and did not know it yet, has
 * acknowledged. The comment stands in that instance's line of the journal, unless it waited
 * there for an occurrence in vain. */
static void
take_ack(struct engine *e, const struct journal_record *line, const char *instance)
{
    bool parked = line->event == EVENT_PARKED;
    struct alarm_action a = {.kind = ACTION_ACK,
                             .occurrence = line->occurrence,
                             .step = line->step,
                             .seen_at = line->at};
    struct err err = {.text = ""};
    g_strlcpy(a.user, line->actor != NULL ? line->actor : "", sizeof(a.user));
    snprintf(a.origin, sizeof(a.origin), "merged %.48s", instance);
    if (parked && line->detail != NULL) {
        g_strlcpy(a.text, line->detail, sizeof(a.text));
    }
    if (evaluator_act(e->alarming.evaluator, &a, e->now, &err) != RC_OK) {
        log_warning("an acknowledgement at %s could not be taken over: %s", instance, err.text);
    }
}

static void
take_acks(struct engine *e, const GArray *journal, const char *instance)
{
    for (guint i = 0; i < journal->len; i++) {
        const struct journal_record *line = &g_array_index(journal, struct journal_record, i);
        const struct alarm_board *board = alarming_board(&e->alarming);
        if (line->event == EVENT_PARKED ||
            (line->event == EVENT_ACKED && find_unacked(board, &line->occurrence) != NULL)) {
            take_ack(e, line, instance);
        }
    }
}

static void
apply(struct engine *e, const struct replica_step *step)
{
    struct alarm_changes changes, diff;
    alarm_changes_init(&changes);
    alarm_changes_init(&diff);
    bool good = read_bodies(e, step, &changes);
    if (!step->journal) {
        keep_only(&changes, false);
    }
    if (!step->state || !e->alarming.following) {
        keep_only(&changes, true); /* whoever decides knows better */
    }
    if (step->snapshot && step->state && good && e->alarming.following) {
        alarming_replace(&e->alarming, &changes, &diff);
        alarm_changes_move(&diff, &changes);
        ingest_follow(&e->ingest, &diff, step->marks, step->cursor, e->now);
    } else {
        if (e->alarming.following) {
            alarming_follow(&e->alarming, &changes, e->now);
        } else {
            take_acks(e, changes.journal, step->instance);
        }
        ingest_follow(&e->ingest, &changes, step->marks, step->cursor, e->now);
    }
    e->news = true;
    alarm_changes_fini(&changes);
    alarm_changes_fini(&diff);
}

static void
apply_all(struct engine *e)
{
    struct replica_step step;
    while (replica_next(e->replica, &step)) {
        apply(e, &step);
        replica_step_clear(&step);
    }
}

/*
 * Somebody new may know nothing yet; whoever was away has missed something, or has decided
 * alone meanwhile. A connection begins with presence number 0.
 */
static void
take_presence(struct engine *e, const struct client_message *m)
{
    json_t *o = json_loadb(m->payload, m->len, JSON_REJECT_DUPLICATES, NULL);
    const char *name = json_string_value(json_object_get(o, "instance"));
    const char *boot = json_string_value(json_object_get(o, "boot"));
    const json_t *n = json_object_get(o, "n");
    bool others = name != NULL && boot != NULL && strcmp(name, e->config->instance.name) != 0;
    bool begins = json_is_integer(n) && json_integer_value(n) == 0 && !m->retain;
    if (others && (begins || g_strcmp0(g_hash_table_lookup(e->peers, m->topic), boot) != 0)) {
        g_hash_table_replace(e->peers, g_strdup(m->topic), g_strdup(boot));
        e->state_due = true;
    }
    json_decref(o);
}

bool
engine_take_own(struct engine *e, const struct client_message *m)
{
    if (g_str_has_prefix(m->topic, OWN_ALARMS)) {
        if (e->announce != NULL) {
            announce_seen(e->announce, m->topic, m->payload, m->len, m->retain);
        }
        return true;
    }
    if (g_str_has_prefix(m->topic, OWN_CHANGES)) {
        struct err err = {.text = ""};
        if (replica_message(e->replica, m->payload, m->len, &err)) {
            apply_all(e);
        } else {
            log_warning("a message on a topic of changes cannot be used: %s", err.text);
        }
        return true;
    }
    if (g_str_has_prefix(m->topic, OWN_INSTANCES)) {
        if (m->len > 0) {
            take_presence(e, m);
        } else {
            g_hash_table_remove(e->peers, m->topic);
        }
    }
    if (ownership_message(e->ownership, m->topic, m->payload, m->len, m->retain, e->now)) {
        engine_follow_tenure(e);
        return true;
    }
    return actions_message(e->actions, m->topic, m->payload, m->len, m->retain);
}

static void
take_changes(struct engine *e, struct sync_news *news)
{
    for (guint i = 0; i < news->changes->len; i++) {
        struct change *c = &g_array_index(news->changes, struct change, i);
        if (news->snapshot && i == 0) {
            replica_offer_state(e->replica, c);
        } else {
            replica_offer(e->replica, c);
        }
    }
    apply_all(e);
    if (news->cursor != 0) {
        ingest_batch(&e->ingest, e->now)->change_cursor = news->cursor;
    }
}

void
engine_take_news(struct engine *e)
{
    struct sync_news news;
    sync_news_init(&news);
    sync_take(e->sync, &news);
    take_changes(e, &news);
    for (guint i = 0; i < news.actions->len; i++) {
        actions_offer(e->actions, &g_array_index(news.actions, struct remote_action, i));
    }
    for (guint i = 0; i < news.answers->len; i++) {
        actions_answer(e->actions, &g_array_index(news.answers, struct remote_answer, i));
    }
    if (news.sent != 0) {
        cache_outbox_sent(e->cache, news.sent);
    }
    engine_take_plant(e, &news);
    ingest_put(&e->ingest);
    e->news = true;
    bool large = news.snapshot;
    sync_news_fini(&news);
    if (large) {
        malloc_trim(0); /* a state read from JSON takes many times what is kept of it */
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
        engine_tell_state(e);
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

static enum rc
open_ownership(struct engine *e, struct rank seen, struct err *err)
{
    const struct ownership_config config = {
        .config = e->config,
        .seen = seen,
        .user = e,
        .publish = publish_ownership,
        .remember = remember_rank,
    };
    return ownership_new(&e->ownership, &config, e->now, err);
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
    e->peers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
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
    ownership_free(e->ownership);
    sync_stop(e->sync);
    actions_free(e->actions);
    replica_free(e->replica);
    outgoing_free(e->outgoing);
    announce_free(e->announce);
    g_queue_clear_full(&e->speech, speech_free);
    g_queue_clear_full(&e->done, g_free);
    g_clear_pointer(&e->waiting, g_hash_table_unref);
    g_clear_pointer(&e->peers, g_hash_table_unref);
}
