/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/alarm_tags.h"

struct tag {
    struct uuid occurrence;
    uint32_t step;
    bool seen;
};

struct alarm_tags {
    GHashTable *table; /* "station\037component\037rule" → struct tag * */
};

static char *
key_of(const struct alarm_view *v)
{
    struct alarm_key key = alarm_key_of(v);
    return g_strjoin("\037", key.station, key.component, key.rule, NULL);
}

static const struct tag *
find(const struct alarm_tags *t, const struct alarm_view *v)
{
    if (g_hash_table_size(t->table) == 0) {
        return NULL;
    }
    char *key = key_of(v);
    const struct tag *tag = g_hash_table_lookup(t->table, key);
    g_free(key);
    return tag;
}

struct alarm_tags *
alarm_tags_new(void)
{
    struct alarm_tags *t = g_new0(struct alarm_tags, 1);
    t->table = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    return t;
}

void
alarm_tags_free(struct alarm_tags *t)
{
    if (t != NULL) {
        g_hash_table_destroy(t->table);
        g_free(t);
    }
}

void
alarm_tags_turn(struct alarm_tags *t, const struct alarm_view *v, bool seen)
{
    char *key = key_of(v);
    if (g_hash_table_remove(t->table, key)) {
        g_free(key);
        return;
    }
    struct tag *tag = g_new0(struct tag, 1);
    *tag = (struct tag){.occurrence = v->occurrence, .step = v->step, .seen = seen};
    g_hash_table_insert(t->table, key, tag);
}

void
alarm_tags_clear(struct alarm_tags *t)
{
    g_hash_table_remove_all(t->table);
}

unsigned
alarm_tags_count(const struct alarm_tags *t)
{
    return g_hash_table_size(t->table);
}

bool
alarm_tags_has(const struct alarm_tags *t, const struct alarm_view *v)
{
    return find(t, v) != NULL;
}

bool
alarm_tags_unchanged(const struct alarm_tags *t, const struct alarm_view *v)
{
    const struct tag *tag = find(t, v);
    return tag != NULL && tag->step == v->step &&
           memcmp(&tag->occurrence, &v->occurrence, sizeof(tag->occurrence)) == 0;
}

bool
alarm_tags_seen(const struct alarm_tags *t, const struct alarm_view *v)
{
    return alarm_tags_unchanged(t, v) && find(t, v)->seen;
}
