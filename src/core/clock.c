/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/core/clock.h"

#include <time.h>

static int64_t
read_us(clockid_t id)
{
    struct timespec t;
    clock_gettime(id, &t);
    return (int64_t)t.tv_sec * US_PER_S + t.tv_nsec / 1000;
}

struct now
clock_now(void)
{
    return (struct now){.wall = read_us(CLOCK_REALTIME), .mono = read_us(CLOCK_BOOTTIME)};
}
