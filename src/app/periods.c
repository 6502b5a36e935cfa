/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/app/periods.h"

/* The local day of at. */
static void
date_of(GDate *ret, GTimeZone *zone, wall_us at)
{
    int year, month, day;
    /* Rounded down: before 1970 the division would round up. */
    GDateTime *utc =
        g_date_time_new_from_unix_utc((at - (at < 0 ? US_PER_S - 1 : 0)) / US_PER_S);
    GDateTime *local = g_date_time_to_timezone(utc, zone);
    g_date_time_get_ymd(local, &year, &month, &day);
    g_date_clear(ret, 1);
    g_date_set_dmy(ret, (GDateDay)day, (GDateMonth)month, (GDateYear)year);
    g_date_time_unref(local);
    g_date_time_unref(utc);
}

/* A local time that the clock leaves out is that of the moment it goes on. */
static wall_us
instant(GTimeZone *zone, const GDate *day, int minute)
{
    GDateTime *local = g_date_time_new(zone, g_date_get_year(day), (int)g_date_get_month(day),
                                       g_date_get_day(day), minute / 60, minute % 60, 0);
    wall_us at = g_date_time_to_unix(local) * US_PER_S;
    g_date_time_unref(local);
    return at;
}

wall_us
periods_midnight(GTimeZone *zone, wall_us at, int days_before)
{
    GDate day;
    date_of(&day, zone, at);
    g_date_subtract_days(&day, (guint)days_before);
    return instant(zone, &day, 0);
}

static void
set_label(struct period *p, const GDate *day, int minute, bool shift)
{
    char time[16] = "";
    if (shift) {
        snprintf(time, sizeof(time), " %02d:%02d", minute / 60, minute % 60);
    }
    snprintf(p->label, sizeof(p->label), "%04d-%02d-%02d%s", g_date_get_year(day),
             (int)g_date_get_month(day), g_date_get_day(day), time);
}

/* The beginnings from the day before since to the day after until: each ends the one before. */
static GArray *
beginnings(GTimeZone *zone, const struct config_times *starts, wall_us since, wall_us until)
{
    static const struct config_times midnight = {.n = 1, .minute = {0}};
    const struct config_times *times = starts != NULL ? starts : &midnight;
    GArray *list = g_array_new(FALSE, FALSE, sizeof(struct period));
    GDate day, last;
    date_of(&day, zone, since);
    date_of(&last, zone, until);
    g_date_subtract_days(&day, 1);
    g_date_add_days(&last, 1);
    for (; g_date_compare(&day, &last) <= 0; g_date_add_days(&day, 1)) {
        for (size_t i = 0; i < times->n; i++) {
            struct period p = {.from = instant(zone, &day, times->minute[i])};
            set_label(&p, &day, times->minute[i], starts != NULL);
            g_array_append_val(list, p);
        }
    }
    return list;
}

GArray *
periods_new(GTimeZone *zone, const struct config_times *starts, wall_us since, wall_us until)
{
    if ((until - since) / (86400 * US_PER_S) > PERIODS_MAX) {
        return NULL;
    }
    GArray *list = beginnings(zone, starts, since, until);
    GArray *periods = g_array_new(FALSE, FALSE, sizeof(struct period));
    for (guint i = 0; i + 1 < list->len; i++) {
        struct period p = g_array_index(list, struct period, i);
        p.to = MIN(g_array_index(list, struct period, i + 1).from, until);
        p.from = MAX(p.from, since);
        if (p.from < p.to) {
            g_array_append_val(periods, p);
        }
    }
    g_array_unref(list);
    if (periods->len > PERIODS_MAX) {
        g_array_unref(periods);
        return NULL;
    }
    return periods;
}
