/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/term/line.h"

#include <glib.h>

struct piece {
    mono_us due;
    GBytes *bytes;
};

struct line {
    int64_t delay_us;
    GQueue *pieces; /* struct piece *, oldest first */
};

struct line *
line_new(int64_t delay_us)
{
    struct line *l = g_new0(struct line, 1);
    l->delay_us = delay_us;
    l->pieces = g_queue_new();
    return l;
}

static void
free_piece(gpointer data)
{
    struct piece *piece = data;
    g_bytes_unref(piece->bytes);
    g_free(piece);
}

void
line_free(struct line *l)
{
    if (l != NULL) {
        g_queue_free_full(l->pieces, free_piece);
        g_free(l);
    }
}

void
line_put(struct line *l, const char *bytes, size_t len, mono_us now)
{
    struct piece *piece = g_new0(struct piece, 1);
    piece->due = now + l->delay_us;
    piece->bytes = g_bytes_new(bytes, len);
    g_queue_push_tail(l->pieces, piece);
}

size_t
line_take(struct line *l, char *bytes, size_t cap, mono_us now)
{
    struct piece *piece = g_queue_peek_head(l->pieces);
    if (piece == NULL || piece->due > now) {
        return 0;
    }
    gsize len;
    const char *from = g_bytes_get_data(piece->bytes, &len);
    gsize n = MIN(len, cap);
    memcpy(bytes, from, n);
    if (n < len) {
        GBytes *rest = g_bytes_new_from_bytes(piece->bytes, n, len - n);
        g_bytes_unref(piece->bytes);
        piece->bytes = rest;
    } else {
        free_piece(g_queue_pop_head(l->pieces));
    }
    return n;
}

mono_us
line_due(const struct line *l)
{
    const struct piece *piece = g_queue_peek_head(l->pieces);
    return piece == NULL ? 0 : piece->due;
}
