/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/bench/percentiles.h"

#include <stdio.h>
#include <stdlib.h>

static int
compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

void
bench_print_percentiles(const char *prefix, int64_t *us, size_t n)
{
    qsort(us, n, sizeof(*us), compare);
    printf("\"%sp50_ms\":%.3f,\"%sp99_ms\":%.3f,\"%smax_ms\":%.3f", prefix,
           (double)us[n / 2] / 1e3, prefix, (double)us[n * 99 / 100] / 1e3, prefix,
           (double)us[n - 1] / 1e3);
}
