/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/app/announce.h"

#include "src/app/alarm_json.h"
#include "src/app/own_topic.h"
#include "src/core/log.h"
#include "src/core/text.h"
#include "src/core/timestamp.h"

/*
 * One topic. want: digest of what it should say, 0: nothing, it should be empty. said: of what
 * was published last over this connection, 0: nothing. queued while it is in the queue, and
 * only then it may be useless; an entry goes when its turn comes.
 */
struct entry {
    char *topic;
    uint64_t want, said;
    uint64_t text;       /* digest of the text published last, 0: none over this connection */
    uint32_t view;       /* in the board, when it wants to say something */
    uint64_t generation; /* of the board that had it last */
    bool at_broker;      /* something may be retained there */
    bool leftover;       /* of another run */
    bool queued;
};

struct announce {
    announce_publish publish;
    void *user;
    struct alarm_board *board;
    uint64_t generation;
    GHashTable *entries; /* topic → struct entry *, which owns the topic */
    GQueue queue;        /* struct entry * */
    size_t leftovers;
    GString *topic; /* scratch */
};

static void
entry_free(void *p)
{
    struct entry *e = p;
    g_free(e->topic);
    g_free(e);
}

struct announce *
announce_new(announce_publish publish, void *user)
{
    struct announce *a = g_new0(struct announce, 1);
    a->publish = publish;
    a->user = user;
    a->entries = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, entry_free);
    a->topic = g_string_new(NULL);
    g_queue_init(&a->queue);
    return a;
}

void
announce_free(struct announce *a)
{
    if (a == NULL) {
        return;
    }
    g_queue_clear(&a->queue);
    g_hash_table_unref(a->entries);
    g_string_free(a->topic, TRUE);
    alarm_board_unref(a->board);
    g_free(a);
}

/* It differs from what the broker has. */
static bool
is_due(const struct entry *e)
{
    return e->want != 0 ? e->want != e->said : e->at_broker;
}

/* What has become useless goes through the queue, too, and ends there. */
static void
enqueue_if_due(struct announce *a, struct entry *e)
{
    if (!e->queued && (is_due(e) || e->want == 0)) {
        e->queued = true;
        g_queue_push_tail(&a->queue, e);
    }
}

static struct entry *
find_or_add(struct announce *a, const char *topic)
{
    struct entry *e = g_hash_table_lookup(a->entries, topic);
    if (e == NULL) {
        e = g_new0(struct entry, 1);
        e->topic = g_strdup(topic);
        g_hash_table_insert(a->entries, e->topic, e);
    }
    return e;
}

static void
drop(struct announce *a, struct entry *e)
{
    a->leftovers -= e->leftover;
    g_hash_table_remove(a->entries, e->topic);
}

static void
update_one(struct announce *a, uint32_t i)
{
    const struct alarm_view *v = &a->board->alarms[i];
    if (v->state == ALARM_NORMAL) {
        return; /* but shelved, say */
    }
    const char *levels[] = {v->station, v->component, v->rule};
    g_string_assign(a->topic, OWN_ALARMS);
    for (size_t k = 0; k < G_N_ELEMENTS(levels); k++) {
        g_string_append(a->topic, k > 0 ? "/" : "");
        own_topic_append(a->topic, levels[k]);
    }
    struct entry *e = find_or_add(a, a->topic->str);
    a->leftovers -= e->leftover;
    e->leftover = false;
    e->view = i;
    e->generation = a->generation;
    e->want = alarm_view_digest(v);
    enqueue_if_due(a, e);
}

void
announce_update(struct announce *a, struct alarm_board *board)
{
    struct alarm_board *before = a->board;
    a->board = alarm_board_ref(board);
    alarm_board_unref(before);
    a->generation++;
    for (uint32_t i = 0; i < board->n_alarms; i++) {
        update_one(a, i);
    }
    GHashTableIter iter;
    void *value;
    g_hash_table_iter_init(&iter, a->entries);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        struct entry *e = value;
        if (e->generation != a->generation) {
            e->want = 0;
            enqueue_if_due(a, e);
        }
    }
}

static uint64_t
digest_of(const char *text, size_t len)
{
    const struct uuid id = uuid_of(text, len);
    uint64_t digest;
    memcpy(&digest, id.bytes, sizeof(digest));
    return digest;
}

/* False: the client takes no more. */
static bool
publish_one(struct announce *a, struct entry *e)
{
    char *payload = e->want != 0 ? alarm_view_text(&a->board->alarms[e->view]) : NULL;
    const char *text = payload != NULL ? payload : "";
    enum rc rc = a->publish(a->user, e->topic, text, strlen(text));
    e->text = rc == RC_OK ? digest_of(text, strlen(text)) : e->text;
    free(payload);
    if (rc == RC_BUSY || rc == RC_FULL) {
        return false;
    }
    if (rc != RC_OK) {
        char *topic = text_sanitize_dup(e->topic, strlen(e->topic));
        log_warning("the alarm topic \"%s\" cannot be published", topic);
        g_free(topic);
    }
    e->said = e->want;
    e->at_broker = rc == RC_OK && e->want != 0;
    return true;
}

bool
announce_pump(struct announce *a)
{
    for (int sent = 0; a->board != NULL && sent < ANNOUNCE_PER_TURN;) {
        struct entry *e = g_queue_peek_head(&a->queue);
        if (e == NULL) {
            return true;
        }
        if (is_due(e)) {
            if (!publish_one(a, e)) {
                return false;
            }
            sent++;
        }
        g_queue_pop_head(&a->queue);
        e->queued = false;
        if (e->want == 0) {
            drop(a, e);
        }
    }
    return g_queue_is_empty(&a->queue);
}

size_t
announce_waiting(const struct announce *a)
{
    return a->queue.length;
}

void
announce_connected(struct announce *a)
{
    GHashTableIter iter;
    void *value;
    g_hash_table_iter_init(&iter, a->entries);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        struct entry *e = value;
        e->said = e->text = 0;
        enqueue_if_due(a, e);
    }
}

void
announce_seen(struct announce *a, const char *topic, const char *payload, size_t len,
              bool retained)
{
    if (!g_str_has_prefix(topic, OWN_ALARMS) || strlen(topic) > ANNOUNCE_TOPIC_MAX) {
        return;
    }
    struct entry *e = g_hash_table_lookup(a->entries, topic);
    bool ours = e != NULL && e->text != 0 && e->text == digest_of(payload, len);
    if (ours || (len == 0 && (retained || e == NULL || e->want == 0))) {
        return;
    }
    if (e != NULL && !retained) {
        e->said = 0; /* whoever that was, it is not what stands here */
    }
    if (e == NULL) {
        if (a->leftovers == ANNOUNCE_LEFTOVERS) {
            return;
        }
        e = find_or_add(a, topic);
        e->leftover = true;
        a->leftovers++;
    }
    e->at_broker = true;
    enqueue_if_due(a, e);
}
