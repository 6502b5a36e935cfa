/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/app/align.h"

#include "src/app/redelivery.h"

#define SPREAD_STEP_US (100 * US_PER_MS) /* spreads that differ by less are equal */

/* How good it is to lay a[i] beside b[i + shift]. */
struct fit {
    ptrdiff_t shift;
    size_t run;     /* the longest in which they agree */
    int64_t spread; /* of the differences of time in it, in SPREAD_STEP_US */
    int64_t skew;   /* their mean, without its sign */
};

uint64_t
align_value(double num, const char *text)
{
    if (text != NULL) {
        return redelivery_hash(text, NULL, 0);
    }
    double plain = num + 0.0; /* minus zero is zero */
    return redelivery_hash("", &plain, sizeof(plain));
}

static bool
is_better(const struct fit *x, const struct fit *y)
{
    if (x->run != y->run) {
        return x->run > y->run;
    }
    return x->spread != y->spread ? x->spread < y->spread : x->skew < y->skew;
}

/* The run of len that begins at a and b. */
static struct fit
measure(const struct align_sample *a, const struct align_sample *b, size_t len, ptrdiff_t shift)
{
    int64_t least = INT64_MAX, most = INT64_MIN, sum = 0;
    for (size_t i = 0; i < len; i++) {
        int64_t difference = b[i].at - a[i].at;
        least = MIN(least, difference);
        most = MAX(most, difference);
        sum += difference / (int64_t)len;
    }
    return (struct fit){.shift = shift,
                        .run = len,
                        .spread = (most - least) / SPREAD_STEP_US,
                        .skew = sum < 0 ? -sum : sum};
}

/* The best run with this shift goes into best if it is better. */
static void
try_shift(const struct align_sample *a, size_t n, const struct align_sample *b, size_t m,
          ptrdiff_t shift, struct fit *best)
{
    size_t run = 0;
    for (size_t i = shift < 0 ? (size_t)-shift : 0; i < n; i++) {
        size_t k = (size_t)((ptrdiff_t)i + shift);
        if (k >= m) {
            break;
        }
        run = a[i].value == b[k].value ? run + 1 : 0;
        if (run >= ALIGN_RUN_MIN && run >= best->run) {
            struct fit f = measure(a + i + 1 - run, b + k + 1 - run, run, shift);
            if (f.skew <= ALIGN_SKEW_US && is_better(&f, best)) {
                *best = f;
            }
        }
    }
}

/* False: they have no run in common. */
static bool
best_shift(const struct align_sample *a, size_t n, const struct align_sample *b, size_t m,
           ptrdiff_t *ret)
{
    struct fit best = {.spread = INT64_MAX};
    for (ptrdiff_t shift = -(ptrdiff_t)n + 1; shift < (ptrdiff_t)m; shift++) {
        try_shift(a, n, b, m, shift, &best);
    }
    *ret = best.shift;
    return best.run >= ALIGN_RUN_MIN;
}

/* The first one at this time or later. */
static size_t
first_from(const struct align_sample *own, size_t n, wall_us at)
{
    size_t i = 0;
    while (i < n && own[i].at < at) {
        i++;
    }
    return i;
}

static size_t
clamp_index(ptrdiff_t index, size_t low, size_t high)
{
    return index < (ptrdiff_t)low ? low : MIN((size_t)index, high);
}

struct align_gap
align_find(const struct align_sample *tail, size_t n_tail, const struct align_sample *own,
           size_t n_own, const struct align_sample *live, size_t n_live, wall_us live_at)
{
    struct align_gap gap = {0};
    ptrdiff_t shift;
    if (n_tail > 0 && best_shift(tail, n_tail, own, n_own, &shift)) {
        gap.first = clamp_index((ptrdiff_t)n_tail + shift, 0, n_own);
    } else if (n_tail > 0) {
        gap.first = first_from(own, n_own, tail[n_tail - 1].at + ALIGN_SEAM_US + 1);
        gap.seam = true;
    }
    if (n_live > 0 && best_shift(live, n_live, own, n_own, &shift)) {
        gap.end = clamp_index(shift, gap.first, n_own);
    } else {
        gap.end = MAX(gap.first, first_from(own, n_own, live_at));
    }
    return gap;
}
