/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/app/strays.h"

#include "src/core/text.h"

void
strays_init(struct strays *s)
{
    *s = (struct strays){
        .unknown = g_new(struct unknown_id, UNKNOWN_IDS_MAX),
        .by_name = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
        .rejected = g_new(struct rejected_payload, REJECTED_MAX),
    };
}

void
strays_fini(struct strays *s)
{
    g_free(s->unknown);
    g_free(s->rejected);
    g_hash_table_unref(s->by_name);
}

static void
name_of(char *dst, size_t cap, const char *station, const char *id)
{
    snprintf(dst, cap, "%s\037%s", station, id);
}

static struct unknown_id *
find(const struct strays *s, const char *station, const char *id)
{
    char name[2 * sizeof(struct unknown_id)];
    name_of(name, sizeof(name), station, id);
    guint found = GPOINTER_TO_UINT(g_hash_table_lookup(s->by_name, name));
    return found == 0 ? NULL : &s->unknown[found - 1];
}

const struct unknown_id *
strays_find(const struct strays *s, const char *station, const char *id)
{
    return find(s, station, id);
}

void
strays_add_unknown(struct strays *s, const char *station, const char *id, const char *value,
                   const char *topic, wall_us at)
{
    struct unknown_id *u = find(s, station, id);
    if (u == NULL) {
        if (s->n_unknown >= UNKNOWN_IDS_MAX) {
            return;
        }
        u = &s->unknown[s->n_unknown];
        *u = (struct unknown_id){.count = 0};
        if (g_strlcpy(u->station, station, sizeof(u->station)) >= sizeof(u->station) ||
            g_strlcpy(u->id, id, sizeof(u->id)) >= sizeof(u->id)) {
            return; /* longer than any plant may have it */
        }
        char name[2 * sizeof(*u)];
        name_of(name, sizeof(name), u->station, u->id);
        g_hash_table_insert(s->by_name, g_strdup(name), GUINT_TO_POINTER(++s->n_unknown));
    }
    text_sanitize(u->value, sizeof(u->value), value, strlen(value));
    text_sanitize(u->topic, sizeof(u->topic), topic, strlen(topic));
    u->count++;
    u->last = at;
    s->version++;
}

/* The entry of this topic, else a free one, else the one longest untouched. */
static struct rejected_payload *
rejected_slot(struct strays *s, const char *topic)
{
    struct rejected_payload *oldest = NULL;
    for (uint32_t i = 0; i < s->n_rejected; i++) {
        struct rejected_payload *r = &s->rejected[i];
        if (strcmp(r->topic, topic) == 0) {
            return r;
        }
        if (oldest == NULL || r->last < oldest->last) {
            oldest = r;
        }
    }
    if (s->n_rejected < REJECTED_MAX) {
        oldest = &s->rejected[s->n_rejected++];
    }
    *oldest = (struct rejected_payload){.count = 0};
    g_strlcpy(oldest->topic, topic, sizeof(oldest->topic));
    return oldest;
}

void
strays_add_rejected(struct strays *s, const char *topic, const char *reason,
                    const void *payload, size_t len, wall_us at)
{
    char clean[sizeof(s->rejected->topic)];
    text_sanitize(clean, sizeof(clean), topic, strlen(topic));
    struct rejected_payload *r = rejected_slot(s, clean);
    g_strlcpy(r->reason, reason, sizeof(r->reason));
    text_sanitize(r->payload, sizeof(r->payload), payload, MIN(len, sizeof(r->payload)));
    r->count++;
    r->last = at;
    s->version++;
}

void
strays_settle(struct strays *s, const struct plant *plant)
{
    uint32_t kept = 0;
    g_hash_table_remove_all(s->by_name);
    for (uint32_t i = 0; i < s->n_unknown; i++) {
        const struct unknown_id *u = &s->unknown[i];
        if (plant_find_component(plant, u->station, u->id) != COMPONENT_NONE) {
            continue;
        }
        s->unknown[kept++] = *u;
        char name[2 * sizeof(*u)];
        name_of(name, sizeof(name), s->unknown[kept - 1].station, s->unknown[kept - 1].id);
        g_hash_table_insert(s->by_name, g_strdup(name), GUINT_TO_POINTER(kept));
    }
    s->n_unknown = kept;
    s->version++;
}
