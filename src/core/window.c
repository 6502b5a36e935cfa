/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/core/window.h"

#include <math.h>

#include <glib.h>

void
window_fini(struct window *w)
{
    g_free(w->heap);
    *w = (struct window){0};
}

/*
 * Adding and taking away leaves a rounding error behind that would grow for ever, so the sum is
 * made afresh after as many departures as there are samples: constant cost on average.
 */
static void
refresh_sum(struct window *w)
{
    if (w->used != 0 && w->gone < w->used && isfinite(w->sum)) {
        return;
    }
    w->gone = 0;
    w->sum = 0;
    for (uint32_t i = 0; i < w->used; i++) {
        w->sum += w->heap[i].value;
    }
}

static void
pop_oldest(struct window *w)
{
    struct window_sample last = w->heap[w->used - 1];
    w->sum -= w->heap[0].value;
    w->gone++;
    w->used--;
    uint32_t hole = 0;
    for (uint32_t child = 1; child < w->used; child = 2 * hole + 1) {
        if (child + 1 < w->used && w->heap[child + 1].at < w->heap[child].at) {
            child++;
        }
        if (last.at <= w->heap[child].at) {
            break;
        }
        w->heap[hole] = w->heap[child];
        hole = child;
    }
    w->heap[hole] = last;
}

static void
push(struct window *w, mono_us at, double value)
{
    if (w->used == w->cap) {
        w->cap = w->cap == 0 ? 8 : 2 * w->cap;
        w->heap = g_renew(struct window_sample, w->heap, w->cap);
    }
    uint32_t hole = w->used++;
    while (hole > 0 && w->heap[(hole - 1) / 2].at > at) {
        w->heap[hole] = w->heap[(hole - 1) / 2];
        hole = (hole - 1) / 2;
    }
    w->heap[hole] = (struct window_sample){.at = at, .value = value};
    w->sum += value;
}

bool
window_expire(struct window *w, int64_t length_us, mono_us now)
{
    uint32_t before = w->used;
    while (w->used > 0 && w->heap[0].at < now - length_us) {
        pop_oldest(w);
    }
    if (w->used == before) {
        return false;
    }
    refresh_sum(w);
    if (w->used == 0 && w->cap > 64) {
        g_clear_pointer(&w->heap, g_free);
        w->cap = 0;
    }
    return true;
}

bool
window_add(struct window *w, mono_us at, double value, int64_t length_us, mono_us now)
{
    window_expire(w, length_us, now);
    if (at < now - length_us) {
        return false;
    }
    if (w->used == WINDOW_SAMPLES_MAX) {
        w->short_until = w->heap[0].at + length_us;
        pop_oldest(w);
        refresh_sum(w);
    }
    push(w, at, value);
    return true;
}

double
window_sum(const struct window *w)
{
    return w->sum;
}

double
window_mean(const struct window *w)
{
    return w->used == 0 ? 0 : w->sum / w->used;
}

bool
window_overflow(const struct window *w, mono_us now)
{
    return w->short_until != 0 && now <= w->short_until;
}
