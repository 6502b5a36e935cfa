/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_SEEDS_H
#define TESTS_SEEDS_H

#include <stdint.h>

#include <glib.h>

/* How many random runs a test makes. Where each takes longer, or another build made them all,
 * fewer do: TEST_SEEDS in the environment at most. */
static inline uint64_t
seeds(uint64_t usual)
{
    const char *text = g_getenv("TEST_SEEDS");
    return text != NULL ? MIN(usual, g_ascii_strtoull(text, NULL, 10)) : usual;
}

#endif
