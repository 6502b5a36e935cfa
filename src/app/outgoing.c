/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/app/outgoing.h"

#include "src/app/changes_json.h"

/* A change on its way to disk. */
struct unsaid {
    struct change change;
    uint64_t batch; /* 0: not put yet */
};

struct outgoing {
    char writer[UUID_SIZE];
    char instance[64];
    struct rank rank;
    bool alone, whole;
    uint64_t last;
    json_t *handled; /* of actions, NULL: none */
    GQueue unsaid;   /* struct unsaid *, oldest first */
    outgoing_tell tell;
    void *user;
};

struct outgoing *
outgoing_new(const char *writer, const char *instance, uint64_t last, outgoing_tell tell,
             void *user)
{
    struct outgoing *o = g_new0(struct outgoing, 1);
    g_strlcpy(o->writer, writer, sizeof(o->writer));
    g_strlcpy(o->instance, instance, sizeof(o->instance));
    o->last = last;
    o->tell = tell;
    o->user = user;
    g_queue_init(&o->unsaid);
    return o;
}

static void
unsaid_free(void *unsaid)
{
    struct unsaid *u = unsaid;
    change_clear(&u->change);
    g_free(u);
}

void
outgoing_free(struct outgoing *o)
{
    if (o != NULL) {
        g_queue_clear_full(&o->unsaid, unsaid_free);
        json_decref(o->handled);
        g_free(o);
    }
}

void
outgoing_set_rank(struct outgoing *o, struct rank rank, bool alone)
{
    o->rank = rank;
    o->alone = alone;
    o->whole = false;
}

void
outgoing_tell_whole(struct outgoing *o)
{
    o->whole = true;
}

void
outgoing_handled(struct outgoing *o, const struct remote_answer *answer)
{
    if (o->handled == NULL) {
        o->handled = json_array();
    }
    json_array_append_new(o->handled, json_pack("{s:s,s:b,s:s}", "id", answer->id, "ok",
                                                answer->ok, "message", answer->text));
}

bool
outgoing_waiting(const struct outgoing *o)
{
    return o->handled != NULL || o->whole;
}

/* Behind what has changed, the state it led to. What is over and not in it is there, too. */
static void
add_whole(json_t *body, const struct kept *kept)
{
    struct alarm_changes state;
    const char *list;
    json_t *rows;
    alarm_changes_init(&state);
    kept_dump_some(kept, 0, &state);
    json_t *all = changes_to_json(&state);
    json_object_foreach(all, list, rows)
    {
        json_t *changed = json_object_get(body, list);
        if (changed != NULL) {
            json_array_extend(changed, rows);
        } else {
            json_object_set(body, list, rows);
        }
    }
    json_object_set_new(body, "whole", json_true());
    json_decref(all);
    alarm_changes_fini(&state);
}

/* Of what was decided alone, the lines; and what they tell of, which nobody follows: the store
 * finds the owner's names by it. A line's own time is when it was told. */
static json_t *
lines_of(const json_t *all)
{
    static const char *const members[][2] = {{"journal", "journal"}, {"occurrences", "alone"}};
    json_t *body = json_object();
    for (size_t i = 0; i < G_N_ELEMENTS(members); i++) {
        json_t *rows = json_object_get(all, members[i][0]);
        if (rows != NULL) {
            json_object_set(body, members[i][1], rows);
        }
    }
    return body;
}

static json_t *
body_of(struct outgoing *o, const struct batch *b, const struct kept *kept)
{
    json_t *body = changes_to_json(&b->alarms);
    if (o->alone) {
        json_t *all = body;
        body = lines_of(all);
        json_decref(all);
    } else if (o->whole) {
        add_whole(body, kept);
    }
    o->whole = false;
    return body;
}

void
outgoing_fill(struct outgoing *o, struct batch *b, const struct kept *kept)
{
    if (!outgoing_waiting(o) && alarm_changes_empty(&b->alarms)) {
        return;
    }
    json_t *body = body_of(o, b, kept);
    if (o->handled != NULL) {
        json_object_set_new(body, "actions", g_steal_pointer(&o->handled));
    }
    struct unsaid *u = g_new0(struct unsaid, 1);
    g_strlcpy(u->change.writer, o->writer, sizeof(u->change.writer));
    g_strlcpy(u->change.instance, o->instance, sizeof(u->change.instance));
    u->change.number = ++o->last;
    u->change.rank = o->rank;
    u->change.body = body;
    char *text = json_dumps(body, JSON_COMPACT);
    b->outbox_body = g_strdup(text != NULL ? text : "{}");
    b->outbox_number = o->last;
    b->rank = o->rank;
    free(text);
    g_queue_push_tail(&o->unsaid, u);
}

void
outgoing_put(struct outgoing *o, uint64_t batch)
{
    struct unsaid *u = g_queue_peek_tail(&o->unsaid);
    if (u != NULL && u->batch == 0) {
        u->batch = batch;
    }
}

void
outgoing_committed(struct outgoing *o, uint64_t batch)
{
    struct unsaid *u;
    while ((u = g_queue_peek_head(&o->unsaid)) != NULL && u->batch != 0 && u->batch <= batch) {
        g_queue_pop_head(&o->unsaid);
        o->tell(o->user, &u->change);
        unsaid_free(u);
    }
}

bool
outgoing_unsaid(const struct outgoing *o)
{
    return o->unsaid.length > 0;
}

uint64_t
outgoing_told(const struct outgoing *o)
{
    const GList *oldest = o->unsaid.head;
    const struct unsaid *u = oldest == NULL ? NULL : oldest->data;
    return u == NULL ? o->last : u->change.number - 1;
}

const char *
outgoing_writer(const struct outgoing *o)
{
    return o->writer;
}
