/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Latencies of a benchmark, told as the fields of a JSON object. */
#ifndef TESTS_BENCH_PERCENTILES_H
#define TESTS_BENCH_PERCENTILES_H

#include <stddef.h>
#include <stdint.h>

/* Sorts us (n > 0, microseconds); prints "<prefix>p50_ms":…, "<prefix>p99_ms" and "max_ms". */
void bench_print_percentiles(const char *prefix, int64_t *us, size_t n);

#endif
