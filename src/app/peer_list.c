/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/app/peer_list.h"

#include <string.h>

#include "src/core/text.h"
#include "src/core/timestamp.h"

struct peer_list {
    GHashTable *peers; /* topic → struct peer_view * */
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

void
peer_list_hear(struct peer_list *l, const char *topic, const json_t *presence,
               const char *problem, struct now now)
{
    struct peer_view *p = g_hash_table_lookup(l->peers, topic);
    if (presence == NULL) {
        if (p != NULL) {
            p->present = false;
            p->heard = now.mono;
        }
        return;
    }
    if (p == NULL) {
        if (g_hash_table_size(l->peers) >= PEERS_MAX) {
            return;
        }
        p = g_new0(struct peer_view, 1);
        g_hash_table_insert(l->peers, g_strdup(topic), p);
    }
    *p = (struct peer_view){
        .present = true,
        .heard = now.mono,
        .since = take_time(presence, "since"),
        .rank = {take_count(presence, "epoch"), take_count(presence, "term")},
        .candidate = json_is_true(json_object_get(presence, "candidate"))};
    take_text(p->instance, sizeof(p->instance), presence, "instance");
    take_text(p->version, sizeof(p->version), presence, "version");
    take_text(p->role, sizeof(p->role), presence, "role");
    g_strlcpy(p->problem, problem, sizeof(p->problem));
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
    void *view;
    g_hash_table_iter_init(&all, l->peers);
    while (g_hash_table_iter_next(&all, NULL, &view)) {
        g_array_append_vals(views, view, 1);
    }
    g_array_sort(views, by_name);
    *ret_n = views->len;
    return (struct peer_view *)(void *)g_array_free(views, FALSE);
}
