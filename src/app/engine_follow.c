/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What comes from other instances, over the broker and through the central store: changes of
 * the alarm state, who is there, operator actions and their answers, the plant.
 */
#include <malloc.h>

#include "src/app/changes_json.h"
#include "src/app/engine_private.h"
#include "src/app/own_topic.h"
#include "src/core/log.h"
#include "src/core/text.h"

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

/* Who acknowledged at an instance that was owner no longer, and did not know it yet, has
 * acknowledged. It is the same act here as there, and the store keeps one line of it. */
static void
take_ack(struct engine *e, const struct journal_record *line, const char *instance)
{
    struct alarm_action a = {.kind = ACTION_ACK,
                             .id = line->action,
                             .occurrence = line->occurrence,
                             .step = line->step,
                             .seen_at = line->at};
    struct err err = {.text = ""};
    g_strlcpy(a.user, line->actor != NULL ? line->actor : "", sizeof(a.user));
    snprintf(a.origin, sizeof(a.origin), "merged %.48s", instance);
    if (line->detail != NULL) {
        text_sanitize(a.text, sizeof(a.text), line->detail, strlen(line->detail));
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
        evaluator_twin(e->alarming.evaluator, line, e->now);
        if (line->event == EVENT_PARKED ||
            (line->event == EVENT_ACKED &&
             evaluator_is_unacked(e->alarming.evaluator, &line->occurrence))) {
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
        keep_only(&changes, true);
        alarming_follow(&e->alarming, &changes, e->now);
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

/* What an instance says, NULL: it has gone, may not fit to what is configured here. True: it is
 * another process than the one that was heard there before. */
static bool
hear_presence(struct engine *e, const struct client_message *m, const json_t *presence)
{
    GString *own = g_string_new(OWN_INSTANCES);
    own_topic_append(own, e->config->instance.name);
    bool ours = strcmp(m->topic, own->str) == 0;
    g_string_free(own, TRUE);
    if (misfits_hear(e->misfits, m->topic, ours, presence, m->retain)) {
        ownership_announce(e->ownership, e->now);
    }
    if (ours) {
        return false;
    }
    e->news = true;
    return peer_list_hear(e->others, m->topic, presence, misfits_about(e->misfits, m->topic),
                          e->now);
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
    bool another = hear_presence(e, m, o);
    if (others && (begins || another)) {
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
            log_warning("MQTT topic \"%s\": a change cannot be used: %s", m->topic, err.text);
        }
        return true;
    }
    if (g_str_has_prefix(m->topic, OWN_INSTANCES)) {
        if (m->len > 0) {
            take_presence(e, m);
        } else {
            (void)hear_presence(e, m, NULL);
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
