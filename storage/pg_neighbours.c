/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/pg_neighbours.h"

#include <stdlib.h>

#define HEX_SIZE 20 /* packet id and hash */

void
pg_neighbours_init(struct pg_neighbours *n)
{
    *n = (struct pg_neighbours){.loaded = false};
    n->earlier = g_array_new(FALSE, FALSE, sizeof(struct message_id));
    n->later = g_array_new(FALSE, FALSE, sizeof(struct message_id));
}

void
pg_neighbours_fini(struct pg_neighbours *n)
{
    pg_neighbours_forget(n);
    g_array_unref(n->earlier);
    g_array_unref(n->later);
}

void
pg_neighbours_forget(struct pg_neighbours *n)
{
    n->loaded = false;
    n->fresh = 0;
    g_clear_pointer(&n->seen_earlier, g_free);
    g_clear_pointer(&n->seen_later, g_free);
    g_array_set_size(n->earlier, 0);
    g_array_set_size(n->later, 0);
}

static int
compare(const void *a, const void *b)
{
    const struct message_id *x = a, *y = b;
    if (x->hash != y->hash) {
        return x->hash < y->hash ? -1 : 1;
    }
    return x->mid - y->mid;
}

enum rc
pg_neighbours_load(struct pg_neighbours *n, struct pg *pg, int32_t segment, struct err *err)
{
    char number[16];
    const char *values[] = {number};
    PGresult *result = NULL;
    snprintf(number, sizeof(number), "%d", (int)segment);
    pg_neighbours_forget(n);
    enum rc rc = pg_query(pg, PG_NEIGHBOURS, G_N_ELEMENTS(values), values, &result, err);
    if (rc != RC_OK) {
        return rc;
    }
    if (PQntuples(result) != 1 || PQnfields(result) != 4) {
        PQclear(result);
        return err_set(err, RC_INVALID, "the store does not answer as it should");
    }
    n->seen_earlier = g_strdup(PQgetvalue(result, 0, 0));
    n->seen_later = g_strdup(PQgetvalue(result, 0, 1));
    pg_messages_from_hex(n->earlier, PQgetvalue(result, 0, 2));
    pg_messages_from_hex(n->later, PQgetvalue(result, 0, 3));
    PQclear(result);
    g_array_sort(n->earlier, compare);
    g_array_sort(n->later, compare);
    n->loaded = true;
    return RC_OK;
}

static bool
take(GArray *ids, struct message_id id)
{
    unsigned at;
    if (!g_array_binary_search(ids, &id, compare, &at)) {
        return false;
    }
    g_array_remove_index(ids, at);
    return true;
}

bool
pg_neighbours_take_earlier(struct pg_neighbours *n, struct message_id id)
{
    bool again = take(n->earlier, id);
    n->fresh = again ? 0 : n->fresh + 1;
    if (n->fresh >= PG_MESSAGE_SETTLED) {
        g_array_set_size(n->earlier, 0);
    }
    return again;
}

bool
pg_neighbours_take_later(struct pg_neighbours *n, struct message_id id)
{
    return take(n->later, id);
}

void
pg_messages_from_hex(GArray *out, const char *hex)
{
    hex += g_str_has_prefix(hex, "\\x") ? 2 : 0;
    for (size_t left = strlen(hex); left >= HEX_SIZE; left -= HEX_SIZE, hex += HEX_SIZE) {
        /* Not with g_strlcpy(), which measures what follows as well: all the others. */
        char mid[5] = "", hash[17] = "";
        memcpy(mid, hex, sizeof(mid) - 1);
        memcpy(hash, hex + sizeof(mid) - 1, sizeof(hash) - 1);
        struct message_id id = {.mid = (uint16_t)g_ascii_strtoull(mid, NULL, 16),
                                .hash = g_ascii_strtoull(hash, NULL, 16)};
        g_array_append_val(out, id);
    }
}

void
pg_messages_to_hex(GString *out, const struct message_id *ids, size_t n)
{
    static const char digits[] = "0123456789abcdef";
    size_t at = out->len;
    g_string_set_size(out, at + n * HEX_SIZE);
    for (size_t i = 0; i < n; i++) {
        char *p = out->str + at + i * HEX_SIZE;
        for (int k = 0; k < 4; k++) {
            p[k] = digits[ids[i].mid >> (12 - 4 * k) & 15];
        }
        for (int k = 0; k < 16; k++) {
            p[4 + k] = digits[ids[i].hash >> (60 - 4 * k) & 15];
        }
    }
}
