/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/stage_clock.h"

#include <stdatomic.h>

#include <glib.h>

#define BOOTED_S                                                                               \
    1000000 /* when the machine started, before the moment of stage_clock_stop()               \
             */

/* What the console takes for a clock is a function without an argument, so this is global. */
static _Atomic int64_t stands_at; /* us; 0: it runs */
static _Atomic int64_t stopped_at;

struct now
stage_now(void)
{
    int64_t at = atomic_load(&stands_at);
    if (at == 0) {
        return clock_now();
    }
    return (struct now){.wall = at,
                        .mono = at - atomic_load(&stopped_at) + BOOTED_S * US_PER_S};
}

void
stage_clock_stop(int64_t seconds)
{
    atomic_store(&stopped_at, seconds * US_PER_S);
    atomic_store(&stands_at, seconds * US_PER_S);
}

bool
stage_clock_stands(void)
{
    return atomic_load(&stands_at) != 0;
}

bool
stage_clock_obey(const char *line)
{
    static const char command[] = "clock +";
    if (!stage_clock_stands() || !g_str_has_prefix(line, command)) {
        return false;
    }
    atomic_fetch_add(&stands_at, g_ascii_strtoll(line + strlen(command), NULL, 10) * US_PER_S);
    return true;
}
