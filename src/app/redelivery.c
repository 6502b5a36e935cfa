/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/app/redelivery.h"

struct entry {
    struct message_id id;
    uint64_t number; /* of its message, within its connection */
    bool matched;    /* it came again, and is remembered by a newer entry */
};

struct known {
    struct message_id id;
    uint64_t position; /* of its entry */
    bool used;
};

void
redelivery_init(struct redelivery *r)
{
    *r = (struct redelivery){
        .entries = g_array_new(FALSE, FALSE, sizeof(struct entry)),
        .known = g_array_new(FALSE, FALSE, sizeof(struct known)),
    };
}

void
redelivery_fini(struct redelivery *r)
{
    g_array_unref(r->entries);
    g_array_unref(r->known);
}

static struct entry *
entry_at(const struct redelivery *r, uint64_t position)
{
    return &g_array_index(r->entries, struct entry, position - r->first);
}

static void
drop_oldest(struct redelivery *r, guint n)
{
    g_array_remove_range(r->entries, 0, n);
    r->first += n;
}

void
redelivery_load(struct redelivery *r, struct message_id id)
{
    if (r->entries->len >= 2 * REDELIVERY_MAX) {
        drop_oldest(r, REDELIVERY_MAX);
    }
    struct entry e = {.id = id, .number = r->delivered};
    g_array_append_val(r->entries, e);
}

static bool
is_settled(const struct redelivery *r)
{
    return r->fresh >= REDELIVERY_SETTLED || r->unknown >= REDELIVERY_ROUND;
}

static void
settle(struct redelivery *r)
{
    if (is_settled(r)) {
        g_array_set_size(r->known, 0);
    }
}

void
redelivery_add(struct redelivery *r, struct message_id id, bool again)
{
    redelivery_load(r, id);
    if (!is_settled(r)) {
        r->fresh = again ? 0 : r->fresh + 1;
    }
    settle(r);
}

static int
compare(const void *a, const void *b)
{
    const struct known *x = a, *y = b;
    if (x->id.hash != y->id.hash) {
        return x->id.hash < y->id.hash ? -1 : 1;
    }
    return (int)x->id.mid - (int)y->id.mid;
}

void
redelivery_connected(struct redelivery *r)
{
    uint64_t end = r->first + r->entries->len;
    g_array_set_size(r->known, 0);
    for (uint64_t at = MAX(r->first, end - MIN(end, REDELIVERY_MAX)); at < end; at++) {
        const struct entry *e = entry_at(r, at);
        if (!e->matched) {
            struct known k = {.id = e->id, .position = at};
            g_array_append_val(r->known, k);
        }
    }
    g_array_sort(r->known, compare);
    r->connection = end;
    r->delivered = 0;
    r->fresh = r->unknown = 0;
}

void
redelivery_forget(struct redelivery *r)
{
    drop_oldest(r, r->entries->len);
    g_array_set_size(r->known, 0);
    r->connection = r->first;
    r->delivered = 0;
}

/* The first of the known that is not less. */
static guint
lower_bound(const struct redelivery *r, const struct known *what)
{
    guint low = 0, high = r->known->len;
    while (low < high) {
        guint middle = low + (high - low) / 2;
        if (compare(&g_array_index(r->known, struct known, middle), what) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

bool
redelivery_match(struct redelivery *r, struct message_id id, uint64_t number)
{
    struct known what = {.id = id};
    r->delivered = number;
    for (guint i = lower_bound(r, &what); i < r->known->len; i++) {
        struct known *k = &g_array_index(r->known, struct known, i);
        if (compare(k, &what) != 0) {
            break;
        }
        if (!k->used) {
            k->used = true;
            if (k->position >= r->first) {
                entry_at(r, k->position)->matched = true;
            }
            r->unknown = 0;
            return true;
        }
    }
    r->unknown++;
    settle(r);
    return false;
}

void
redelivery_confirm(struct redelivery *r, uint64_t number)
{
    bool settled = is_settled(r);
    guint gone = 0;
    while (gone < r->entries->len) {
        const struct entry *e = &g_array_index(r->entries, struct entry, gone);
        bool earlier = r->first + gone < r->connection;
        if (earlier ? !settled && !e->matched : e->number > number) {
            break;
        }
        gone++;
    }
    if (gone > 0) {
        drop_oldest(r, gone);
    }
}

size_t
redelivery_count(const struct redelivery *r)
{
    return r->entries->len;
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
