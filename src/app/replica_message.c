/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Changes and whole states as messages of the broker. */
#include "src/app/replica_private.h"

#include <string.h>

#include "src/app/changes_json.h"
#include "src/core/text.h"

#define PARTS_MAX  2000
#define PART_FRAME 1000 /* bytes of a part around its rows, marks excepted */

/* ---- out ---- */

static json_t *
head_json(const struct replica_head *head)
{
    char clean[64];
    text_sanitize(clean, sizeof(clean), head->instance, strlen(head->instance));
    return json_pack("{s:s,s:I,s:I,s:I,s:s}", "writer", head->writer, "number",
                     (json_int_t)head->number, "epoch", (json_int_t)head->rank.epoch, "term",
                     (json_int_t)head->rank.term, "instance", clean);
}

char *
replica_change_text(const struct change *c)
{
    struct replica_head head = {.number = c->number, .rank = c->rank};
    g_strlcpy(head.writer, c->writer, sizeof(head.writer));
    g_strlcpy(head.instance, c->instance, sizeof(head.instance));
    json_t *message = head_json(&head);
    json_object_set(message, "body", c->body);
    char *text = json_dumps(message, JSON_COMPACT);
    json_decref(message);
    return text;
}

/* Rows, until a part is full. */
struct packing {
    GPtrArray *bodies; /* json_t * */
    size_t bytes;      /* of the last one */
};

static void
pack_row(struct packing *p, const char *list, json_t *row)
{
    size_t size = json_dumpb(row, NULL, 0, JSON_COMPACT) + 1;
    if (p->bodies->len == 0 || p->bytes + size > REPLICA_PART_BYTES - PART_FRAME) {
        g_ptr_array_add(p->bodies, json_object());
        p->bytes = 0;
    }
    json_t *body = g_ptr_array_index(p->bodies, p->bodies->len - 1);
    if (json_object_get(body, list) == NULL) {
        json_object_set_new(body, list, json_array());
        p->bytes += strlen(list) + 8;
    }
    json_array_append(json_object_get(body, list), row);
    p->bytes += size;
}

static GPtrArray *
pack_state(const struct replica_head *head, const struct alarm_changes *state)
{
    struct packing p = {g_ptr_array_new_with_free_func((GDestroyNotify)json_decref), 0};
    json_t *all = changes_to_json(state);
    const char *list;
    json_t *rows, *row;
    size_t i;
    for (guint k = 0; head->marks != NULL && k < head->marks->len; k++) {
        const struct followed_mark *m = &g_array_index(head->marks, struct followed_mark, k);
        json_t *mark =
            json_pack("{s:s,s:I}", "writer", m->writer, "number", (json_int_t)m->number);
        pack_row(&p, "marks", mark);
        json_decref(mark);
    }
    json_object_foreach(all, list, rows)
    {
        json_array_foreach(rows, i, row)
        {
            pack_row(&p, list, row);
        }
    }
    json_decref(all);
    if (p.bodies->len == 0) {
        g_ptr_array_add(p.bodies, json_object());
    }
    return p.bodies;
}

GPtrArray *
replica_snapshot_texts(const struct replica_head *head, const struct alarm_changes *state)
{
    GPtrArray *texts = g_ptr_array_new_with_free_func(free);
    GPtrArray *bodies = pack_state(head, state);
    for (guint i = 0; i < bodies->len; i++) {
        json_t *message = head_json(head);
        json_object_set_new(message, "taken", json_integer(head->taken));
        json_object_set_new(message, "part", json_integer(i + 1));
        json_object_set_new(message, "parts", json_integer(bodies->len));
        json_object_set(message, "body", g_ptr_array_index(bodies, i));
        g_ptr_array_add(texts, json_dumps(message, JSON_COMPACT));
        json_decref(message);
    }
    g_ptr_array_unref(bodies);
    return texts;
}

/* ---- in ---- */

static bool
take_count(uint64_t *to, const json_t *object, const char *name, json_int_t min, json_int_t max,
           struct err *err)
{
    const json_t *value = json_object_get(object, name);
    json_int_t n = json_integer_value(value);
    if (!json_is_integer(value) || n < min || n > max) {
        err_set(err, RC_INVALID, "\"%s\" is not a whole number in its range", name);
        return false;
    }
    *to = (uint64_t)n;
    return true;
}

static bool
take_writer(char to[UUID_SIZE], const json_t *object, struct err *err)
{
    struct uuid id;
    const char *text = json_string_value(json_object_get(object, "writer"));
    if (text == NULL || !uuid_parse(&id, text)) {
        err_set(err, RC_INVALID, "\"writer\" is not a UUID");
        return false;
    }
    uuid_format(to, &id);
    return true;
}

static bool
take_head(struct replica_head *head, const json_t *message, struct err *err)
{
    if (!json_is_object(message)) {
        err_set(err, RC_INVALID, "it is not an object");
        return false;
    }
    bool whole = json_object_get(message, "part") != NULL;
    bool good = take_writer(head->writer, message, err) &&
                take_count(&head->number, message, "number", whole ? 0 : 1, INT64_MAX, err) &&
                take_count(&head->rank.epoch, message, "epoch", 0, INT64_MAX, err) &&
                take_count(&head->rank.term, message, "term", 0, INT64_MAX, err);
    const char *instance = json_string_value(json_object_get(message, "instance"));
    if (good && (instance == NULL || strlen(instance) >= sizeof(head->instance))) {
        err_set(err, RC_INVALID, "\"instance\" is not a name");
        good = false;
    }
    if (good && !json_is_object(json_object_get(message, "body"))) {
        err_set(err, RC_INVALID, "\"body\" is not an object");
        good = false;
    }
    if (good) {
        text_sanitize(head->instance, sizeof(head->instance), instance, strlen(instance));
    }
    return good;
}

bool
replica_read_marks(GArray *to, const json_t *body, struct err *err)
{
    const json_t *marks = json_object_get(body, "marks");
    bool good = marks == NULL || json_is_array(marks);
    if (!good) {
        err_set(err, RC_INVALID, "\"marks\" is not a list");
    }
    for (size_t i = 0; good && i < json_array_size(marks); i++) {
        struct followed_mark m = {.number = 0};
        const json_t *mark = json_array_get(marks, i);
        good = take_writer(m.writer, mark, err) &&
               take_count(&m.number, mark, "number", 0, INT64_MAX, err);
        if (good) {
            g_array_append_val(to, m);
        }
    }
    return good;
}

void
replica_gathering_clear(struct gathering *g)
{
    if (g->parts != NULL) {
        for (guint i = 0; i < g->parts->len; i++) {
            json_decref(g_ptr_array_index(g->parts, i));
        }
        g_ptr_array_unref(g->parts);
        g_array_unref(g->marks);
    }
    *g = (struct gathering){.parts = NULL};
}

static bool
is_same_snapshot(const struct gathering *g, const struct replica_head *head, uint64_t parts)
{
    return g->parts != NULL && strcmp(g->head.writer, head->writer) == 0 &&
           g->head.taken == head->taken && g->head.number == head->number &&
           rank_compare(g->head.rank, head->rank) == 0 && g->parts->len == parts;
}

/* Another snapshot than the one that is coming: it is begun anew. Of two the owner's wins: the
 * one of the higher rank. */
static bool
begin_gathering(struct gathering *g, const struct replica_head *head, uint64_t parts)
{
    if (is_same_snapshot(g, head, parts)) {
        return true;
    }
    if (g->parts != NULL && rank_compare(head->rank, g->head.rank) < 0) {
        return false;
    }
    replica_gathering_clear(g);
    g->head = *head;
    g->marks = g_array_new(FALSE, FALSE, sizeof(struct followed_mark));
    g->parts = g_ptr_array_new();
    g_ptr_array_set_size(g->parts, (gint)parts);
    return true;
}

static bool
take_part(struct replica *r, struct replica_head *head, const json_t *message, struct err *err)
{
    struct gathering *g = &r->now;
    uint64_t part, parts, taken;
    struct alarm_changes rows;
    json_t *body = json_object_get(message, "body");
    if (!take_count(&parts, message, "parts", 1, PARTS_MAX, err) ||
        !take_count(&part, message, "part", 1, (json_int_t)parts, err) ||
        !take_count(&taken, message, "taken", 0, INT64_MAX, err)) {
        return false;
    }
    head->taken = (int64_t)taken;
    alarm_changes_init(&rows); /* a part that is none of ours must not spoil the rest */
    GArray *marks = g_array_new(FALSE, FALSE, sizeof(struct followed_mark));
    bool good = changes_from_json(&rows, body, err) && replica_read_marks(marks, body, err);
    alarm_changes_fini(&rows);
    if (good && begin_gathering(g, head, parts) &&
        g_ptr_array_index(g->parts, part - 1) == NULL) {
        g_ptr_array_index(g->parts, part - 1) = json_incref(body);
        g_array_append_vals(g->marks, marks->data, marks->len);
        g->got++;
    }
    g_array_unref(marks);
    if (good && g->parts != NULL && g->got == g->parts->len) {
        GPtrArray *bodies = g_steal_pointer(&g->parts);
        g_ptr_array_set_free_func(bodies, (GDestroyNotify)json_decref);
        replica_apply_snapshot(r, &g->head, bodies, g_steal_pointer(&g->marks));
        replica_gathering_clear(g);
    }
    return good;
}

bool
replica_message(struct replica *r, const char *payload, size_t len, struct err *err)
{
    struct replica_head head = {.number = 0};
    json_error_t why;
    json_t *message = json_loadb(payload, len, JSON_REJECT_DUPLICATES, &why);
    if (message == NULL) {
        err_set(err, RC_INVALID, "it is not JSON");
        return false;
    }
    bool good = take_head(&head, message, err);
    if (good && json_object_get(message, "part") != NULL) {
        good = take_part(r, &head, message, err);
    } else if (good) {
        struct change c = {.number = head.number, .rank = head.rank};
        struct alarm_changes rows;
        alarm_changes_init(&rows);
        c.body = json_object_get(message, "body");
        good = changes_from_json(&rows, c.body, err);
        alarm_changes_fini(&rows);
        json_incref(c.body);
        g_strlcpy(c.writer, head.writer, sizeof(c.writer));
        g_strlcpy(c.instance, head.instance, sizeof(c.instance));
        if (good) {
            replica_offer_message(r, &c, len);
        } else {
            json_decref(c.body);
        }
    }
    json_decref(message);
    return good;
}
