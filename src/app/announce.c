/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/app/announce.h"

#include <math.h>

#include <jansson.h>

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

enum field_kind {
    FIELD_TEXT,
    FIELD_TIME,
    FIELD_NUMBER,
    FIELD_COUNT,
    FIELD_BOOL,
    FIELD_UUID,
    FIELD_TYPE,
    FIELD_PRIORITY,
    FIELD_STATE,
    FIELD_OVERLAYS,
};

/* What a message says: the columns of `alarms`, then more. */
#define AT(member) offsetof(struct alarm_view, member)
static const struct field {
    const char *name;
    enum field_kind kind;
    size_t offset;
} fields[] = {
    {"occurrence", FIELD_UUID, AT(occurrence)},
    {"station", FIELD_TEXT, AT(station)},
    {"component", FIELD_TEXT, AT(component)},
    {"rule", FIELD_TEXT, AT(rule)},
    {"type", FIELD_TYPE, AT(type)},
    {"priority", FIELD_PRIORITY, AT(priority)},
    {"state", FIELD_STATE, AT(state)},
    {"overlays", FIELD_OVERLAYS, AT(overlays)},
    {"raised_at", FIELD_TIME, AT(raised_at)},
    {"returned_at", FIELD_TIME, AT(returned_at)},
    {"value", FIELD_NUMBER, AT(value)},
    {"acked_at", FIELD_TIME, AT(acked_at)},
    {"acked_by", FIELD_TEXT, AT(acked_by)},
    {"comment", FIELD_TEXT, AT(comment)},
    {"count", FIELD_COUNT, AT(count)},
    {"name", FIELD_TEXT, AT(name)},
    {"test", FIELD_BOOL, AT(test)},
    {"step", FIELD_COUNT, AT(step)},
};

/* Bytes of the fields that are no text. */
static const size_t field_sizes[] = {
    [FIELD_TEXT] = 0,
    [FIELD_TIME] = sizeof(wall_us),
    [FIELD_NUMBER] = sizeof(double),
    [FIELD_COUNT] = sizeof(uint32_t),
    [FIELD_BOOL] = sizeof(bool),
    [FIELD_UUID] = sizeof(struct uuid),
    [FIELD_TYPE] = sizeof(enum alarm_type),
    [FIELD_PRIORITY] = sizeof(enum alarm_priority),
    [FIELD_STATE] = sizeof(enum alarm_state),
    [FIELD_OVERLAYS] = sizeof(unsigned),
};

static const char *
text_at(const void *at)
{
    return *(const char *const *)at;
}

static uint64_t
mix(uint64_t hash, const void *bytes, size_t n)
{
    const uint8_t *p = bytes;
    for (size_t i = 0; i < n; i++) {
        hash = (hash ^ p[i]) * UINT64_C(1099511628211);
    }
    return hash;
}

/* Of everything that the message would say, and of nothing else; never 0. */
static uint64_t
digest(const struct alarm_view *v)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < G_N_ELEMENTS(fields); i++) {
        const uint8_t *at = (const uint8_t *)v + fields[i].offset;
        if (fields[i].kind != FIELD_TEXT) {
            hash = mix(hash, at, field_sizes[fields[i].kind]);
        } else if (text_at(at) != NULL) {
            hash = mix(hash, text_at(at), strlen(text_at(at)) + 1);
        } else {
            hash = mix(hash, "\xff", 1);
        }
    }
    return hash == 0 ? 1 : hash;
}

static json_t *
text_json(const char *text)
{
    if (text == NULL) {
        return json_null();
    }
    json_t *string = json_string(text);
    if (string == NULL) { /* no UTF-8 */
        char *clean = text_sanitize_dup(text, strlen(text));
        string = json_string(clean);
        g_free(clean);
    }
    return string;
}

static json_t *
time_json(wall_us at)
{
    char text[TIMESTAMP_SIZE];
    if (at == WALL_NONE) {
        return json_null();
    }
    timestamp_format(text, at);
    return json_string(text);
}

static json_t *
overlays_json(unsigned overlays)
{
    json_t *list = json_array();
    for (unsigned i = 0; i < OVERLAY_COUNT; i++) {
        if ((overlays & 1u << i) != 0) {
            json_array_append_new(list, json_string(alarm_overlay_name(1u << i)));
        }
    }
    return list;
}

static json_t *
field_json(const struct alarm_view *v, const struct field *field)
{
    const void *at = (const uint8_t *)v + field->offset;
    char id[UUID_SIZE];
    switch (field->kind) {
    case FIELD_TEXT:
        return text_json(text_at(at));
    case FIELD_TIME:
        return time_json(*(const wall_us *)at);
    case FIELD_NUMBER: {
        double value = *(const double *)at;
        return isfinite(value) ? json_real(value) : json_null();
    }
    case FIELD_COUNT:
        return json_integer(*(const uint32_t *)at);
    case FIELD_BOOL:
        return json_boolean(*(const bool *)at);
    case FIELD_UUID:
        uuid_format(id, at);
        return json_string(id);
    case FIELD_TYPE:
        return json_string(alarm_type_name(v->type));
    case FIELD_PRIORITY:
        return json_string(alarm_priority_name(v->priority));
    case FIELD_STATE:
        return json_string(alarm_state_name(v->state));
    case FIELD_OVERLAYS:
        return overlays_json(v->overlays);
    }
    return NULL;
}

/* Digits that tell value from its neighbours: 15 do for what people write, 17 for all. */
static size_t
digits_of(double value)
{
    char text[32];
    snprintf(text, sizeof(text), "%.15g", value);
    double again = g_ascii_strtod(text, NULL);
    return again < value || again > value ? 17 : 15;
}

/* For free(). */
static char *
payload_of(const struct alarm_view *v)
{
    json_t *object = json_object();
    for (size_t i = 0; i < G_N_ELEMENTS(fields); i++) {
        json_object_set_new(object, fields[i].name, field_json(v, &fields[i]));
    }
    char *text = json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(digits_of(v->value)));
    json_decref(object);
    return text;
}

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
    e->want = digest(v);
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

/* False: the client takes no more. */
static bool
publish_one(struct announce *a, struct entry *e)
{
    char *payload = e->want != 0 ? payload_of(&a->board->alarms[e->view]) : NULL;
    const char *text = payload != NULL ? payload : "";
    enum rc rc = a->publish(a->user, e->topic, text, strlen(text));
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
        e->said = 0;
        enqueue_if_due(a, e);
    }
}

void
announce_seen(struct announce *a, const char *topic, size_t payload_len, bool retained)
{
    if (!retained || payload_len == 0 || !g_str_has_prefix(topic, OWN_ALARMS) ||
        strlen(topic) > ANNOUNCE_TOPIC_MAX) {
        return;
    }
    struct entry *e = g_hash_table_lookup(a->entries, topic);
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
