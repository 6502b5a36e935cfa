/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/decode/zone.h"

#define US_PER_DAY (INT64_C(86400) * US_PER_S)

bool
zone_open(struct zone *z, const char *name)
{
    *z = (struct zone){0};
    z->tz = name == NULL ? g_time_zone_new_local() : g_time_zone_new_identifier(name);
    return z->tz != NULL;
}

void
zone_close(struct zone *z)
{
    if (z->tz != NULL) {
        g_time_zone_unref(z->tz);
    }
    *z = (struct zone){0};
}

static int64_t
floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

static int64_t
offset_at(const struct zone *z, wall_us utc)
{
    int interval =
        g_time_zone_find_interval(z->tz, G_TIME_TYPE_UNIVERSAL, floor_div(utc, US_PER_S));
    return interval < 0 ? 0 : g_time_zone_get_offset(z->tz, interval) * US_PER_S;
}

/*
 * Around a change of offset there are two candidates, one with the offset of the day before
 * and one with that of the day after. Both true: the hour comes twice. Neither: it never was.
 */
static wall_us
convert(const struct zone *z, wall_us local, wall_us received)
{
    int64_t before = offset_at(z, local - US_PER_DAY), after = offset_at(z, local + US_PER_DAY);
    wall_us a = local - before, b = local - after;
    bool a_true = offset_at(z, a) == before, b_true = offset_at(z, b) == after;
    if (a_true && b_true) {
        wall_us early = MIN(a, b), late = MAX(a, b);
        return late <= received ? late : early;
    }
    return b_true ? b : a;
}

wall_us
zone_to_utc(struct zone *z, wall_us local, wall_us received)
{
    int64_t day = floor_div(local, US_PER_DAY);
    if (!z->day_known || day != z->day) {
        wall_us start = day * US_PER_DAY;
        z->offset_us = offset_at(z, start - US_PER_DAY);
        z->day_uniform = z->offset_us == offset_at(z, start + US_PER_DAY) &&
                         z->offset_us == offset_at(z, start + 2 * US_PER_DAY);
        z->day = day;
        z->day_known = true;
    }
    return z->day_uniform ? local - z->offset_us : convert(z, local, received);
}
