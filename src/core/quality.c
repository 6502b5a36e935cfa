/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/core/quality.h"

#include <assert.h>

static const char *const names[] = {"invalid",     "not_topical", "blocked",
                                    "substituted", "overflow",    "clock"};
static_assert(G_N_ELEMENTS(names) == QUALITY_COUNT, "a flag has no name");

static const char *const source_names[] = {[TS_RECEIPT] = "receipt", [TS_DEVICE] = "device"};
static_assert(G_N_ELEMENTS(source_names) == TS_SOURCES, "a time source has no name");

const char *
quality_name(unsigned flag)
{
    for (unsigned bit = 0; bit < QUALITY_COUNT; bit++) {
        if (flag == 1u << bit) {
            return names[bit];
        }
    }
    return NULL;
}

unsigned
quality_from_name(const char *name)
{
    for (unsigned bit = 0; bit < QUALITY_COUNT; bit++) {
        if (strcmp(name, names[bit]) == 0) {
            return 1u << bit;
        }
    }
    return 0;
}

const char *
ts_source_name(enum ts_source source)
{
    return source_names[source];
}
