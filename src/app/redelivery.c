/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/app/redelivery.h"

void
redelivery_init(struct redelivery *r)
{
    r->stored = g_array_new(FALSE, FALSE, sizeof(struct message_id));
    r->known = g_array_new(FALSE, FALSE, sizeof(struct message_id));
    r->used = g_array_new(FALSE, TRUE, sizeof(bool));
}

void
redelivery_fini(struct redelivery *r)
{
    g_array_unref(r->stored);
    g_array_unref(r->known);
    g_array_unref(r->used);
}

void
redelivery_add(struct redelivery *r, struct message_id id)
{
    if (r->stored->len >= 2 * REDELIVERY_MAX) {
        g_array_remove_range(r->stored, 0, r->stored->len - REDELIVERY_MAX);
    }
    g_array_append_val(r->stored, id);
}

static int
compare(const void *a, const void *b)
{
    const struct message_id *x = a, *y = b;
    if (x->hash != y->hash) {
        return x->hash < y->hash ? -1 : 1;
    }
    return (int)x->mid - (int)y->mid;
}

void
redelivery_connected(struct redelivery *r)
{
    guint n = MIN(r->stored->len, REDELIVERY_MAX);
    g_array_set_size(r->known, 0);
    if (n > 0) {
        g_array_append_vals(
            r->known, &g_array_index(r->stored, struct message_id, r->stored->len - n), n);
    }
    g_array_sort(r->known, compare);
    g_array_set_size(r->used, 0);
    g_array_set_size(r->used, n);
}

void
redelivery_forget(struct redelivery *r)
{
    g_array_set_size(r->stored, 0);
    g_array_set_size(r->known, 0);
    g_array_set_size(r->used, 0);
}

/* The first entry that is not less than id. */
static guint
lower_bound(const struct redelivery *r, const struct message_id *id)
{
    guint low = 0, high = r->known->len;
    while (low < high) {
        guint middle = low + (high - low) / 2;
        if (compare(&g_array_index(r->known, struct message_id, middle), id) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

bool
redelivery_match(struct redelivery *r, struct message_id id)
{
    for (guint i = lower_bound(r, &id); i < r->known->len; i++) {
        if (compare(&g_array_index(r->known, struct message_id, i), &id) != 0) {
            return false;
        }
        bool *used = &g_array_index(r->used, bool, i);
        if (!*used) {
            *used = true;
            return true;
        }
    }
    return false;
}

/* FNV-1a: it stays the same on disk, and nobody gains by a collision. */
uint64_t
redelivery_hash(const char *topic, const void *payload, size_t len)
{
    const uint64_t prime = UINT64_C(0x100000001b3);
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (const char *t = topic; *t != '\0'; t++) {
        hash = (hash ^ (unsigned char)*t) * prime;
    }
    hash *= prime; /* the end of the topic: as if a zero byte followed */
    const unsigned char *bytes = payload;
    for (size_t i = 0; i < len; i++) {
        hash = (hash ^ bytes[i]) * prime;
    }
    return hash;
}
