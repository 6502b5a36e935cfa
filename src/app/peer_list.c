/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/app/peer_list.h"

#include <string.h>

#include "src/core/text.h"
#include "src/core/timestamp.h"
#include "src/core/uuid.h"

struct peer {
    struct peer_view view;
    char boot[UUID_SIZE]; /* of its process; "": there is none */
};

struct peer_list {
    GHashTable *peers; /* topic → struct peer * */
};

struct peer_list *
peer_list_new(void)
{
    struct peer_list *l = g_new0(struct peer_list, 1);
    l->peers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    return l;
}

void
peer_list_free(struct peer_list *l)
{
    if (l != NULL) {
        g_hash_table_unref(l->peers);
        g_free(l);
    }
}

static void
take_text(char *dst, size_t cap, const json_t *presence, const char *key)
{
    const char *text = json_string_value(json_object_get(presence, key));
    text = text == NULL ? "" : text;
    text_sanitize(dst, cap, text, strlen(text));
}

static uint64_t
take_count(const json_t *presence, const char *key)
{
    json_int_t n = json_integer_value(json_object_get(presence, key));
    return n < 0 ? 0 : (uint64_t)n;
}

static wall_us
take_time(const json_t *presence, const char *key)
{
    const char *text = json_string_value(json_object_get(presence, key));
    enum timestamp_zone zone;
    wall_us at;
    return text != NULL && timestamp_parse(text, strlen(text), &at, &zone) ? at : WALL_NONE;
}

/* NULL: there is no room. */
static struct peer *
find_or_add(struct peer_list *l, const char *topic)
{
    struct peer *p = g_hash_table_lookup(l->peers, topic);
    if (p == NULL && g_hash_table_size(l->peers) < PEERS_MAX) {
        p = g_new0(struct peer, 1);
        g_hash_table_insert(l->peers, g_strdup(topic), p);
    }
    return p;
}

static void
take_presence(struct peer_view *v, const json_t *presence, const char *problem, struct now now)
{
    *v = (struct peer_view){
        .present = true,
        .heard = now.mono,
        .since = take_time(presence, "since"),
        .rank = {take_count(presence, "epoch"), take_count(presence, "term")},
        .candidate = json_is_true(json_object_get(presence, "candidate"))};
    take_text(v->instance, sizeof(v->instance), presence, "instance");
    take_text(v->version, sizeof(v->version), presence, "version");
    take_text(v->role, sizeof(v->role), presence, "role");
    g_strlcpy(v->problem, problem, sizeof(v->problem));
}

bool
peer_list_hear(struct peer_list *l, const char *topic, const json_t *presence,
               const char *problem, struct now now)
{
    struct peer *p = NULL;
    char boot[UUID_SIZE];
    if (presence == NULL) {
        p = g_hash_table_lookup(l->peers, topic);
        if (p != NULL) {
            p->view.present = false;
            p->view.heard = now.mono;
            p->boot[0] = '\0';
        }
        return false;
    }
    p = find_or_add(l, topic);
    if (p == NULL) {
        return false;
    }
    take_presence(&p->view, presence, problem, now);
    take_text(boot, sizeof(boot), presence, "boot");
    bool other = strcmp(boot, p->boot) != 0;
    memcpy(p->boot, boot, sizeof(boot));
    return other;
}

/* NULL: nobody has gone. */
static const char *
longest_gone(const struct peer_list *l, mono_us *ret_since)
{
    const char *topic = NULL;
    GHashTableIter all;
    void *key, *view;
    g_hash_table_iter_init(&all, l->peers);
    while (g_hash_table_iter_next(&all, &key, &view)) {
        const struct peer_view *p = view;
        if (!p->present && (topic == NULL || p->heard < *ret_since)) {
            topic = key;
            *ret_since = p->heard;
        }
    }
    return topic;
}

void
peer_list_forget(struct peer_list *l, mono_us now)
{
    mono_us since = 0;
    const char *topic;
    while ((topic = longest_gone(l, &since)) != NULL &&
           (now - since >= PEER_GONE_US || g_hash_table_size(l->peers) >= PEERS_MAX)) {
        g_hash_table_remove(l->peers, topic);
    }
}

void
peer_list_clear(struct peer_list *l)
{
    g_hash_table_remove_all(l->peers);
}

static gint
by_name(gconstpointer a, gconstpointer b)
{
    const struct peer_view *x = a, *y = b;
    return strcmp(x->instance, y->instance);
}

struct peer_view *
peer_list_views(const struct peer_list *l, uint32_t *ret_n)
{
    GArray *views = g_array_new(FALSE, FALSE, sizeof(struct peer_view));
    GHashTableIter all;
    void *peer;
    g_hash_table_iter_init(&all, l->peers);
    while (g_hash_table_iter_next(&all, NULL, &peer)) {
        g_array_append_vals(views, &((const struct peer *)peer)->view, 1);
    }
    g_array_sort(views, by_name);
    *ret_n = views->len;
    return (struct peer_view *)(void *)g_array_free(views, FALSE);
}
