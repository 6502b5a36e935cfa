/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "alarms/kpi.h"

#include <assert.h>
#include <math.h>

#include "src/core/i18n.h"

/* In the order of the model's table; value_of() knows what each is. */
enum figure {
    PER_DAY,
    PER_HOUR,
    PER_10MIN,
    HOURS_ABOVE_30,
    SLOTS_ABOVE_10,
    WORST_10MIN,
    FLOOD_SHARE,
    WORST_SHARE,
    CHATTERING,
    FLEETING,
    STANDING,
    SHARE_CRITICAL,
    SHARE_HIGH,
    SHARE_MEDIUM,
};
#define FIGURES (SHARE_MEDIUM + 1)

static const struct {
    const char *key, *title, *unit;
    double target, limit;
} figures[] = {
    [PER_DAY] = {"per_day", N_("Alarms per day"), "", 150, 300},
    [PER_HOUR] = {"per_hour", N_("Alarms per hour"), "", 6, 12},
    [PER_10MIN] = {"per_10min", N_("Alarms per 10 minutes"), "", 1, 2},
    [HOURS_ABOVE_30] = {"hours_above_30", N_("Hours with more than 30 alarms"), "%", 1, NAN},
    [SLOTS_ABOVE_10] = {"slots_above_10", N_("10 minutes with more than 10 alarms"), "%", 1,
                        NAN},
    [WORST_10MIN] = {"worst_10min", N_("Alarms in the worst 10 minutes"), "", 10, NAN},
    [FLOOD_SHARE] = {"flood_share", N_("Time in flood"), "%", 1, NAN},
    [WORST_SHARE] = {"worst_share", N_("Share of the ten most frequent alarms"), "%", 1, 5},
    [CHATTERING] = {"chattering", N_("Chattering alarms"), "", 0, NAN},
    [FLEETING] = {"fleeting", N_("Fleeting alarms"), "", 0, NAN},
    [STANDING] = {"standing", N_("Standing alarms"), "", 4, NAN},
    [SHARE_CRITICAL] = {"share_critical", N_("Share of critical alarms"), "%", 1, 2},
    [SHARE_HIGH] = {"share_high", N_("Share of high alarms"), "%", 5, 10},
    [SHARE_MEDIUM] = {"share_medium", N_("Share of medium alarms"), "%", 15, 30},
};
static_assert(G_N_ELEMENTS(figures) == FIGURES, "a figure has no row");

static double
percent(double part, double whole)
{
    return whole > 0 ? 100 * part / whole : 0;
}

static double
value_of(const struct kpi_result *r, enum figure figure)
{
    switch (figure) {
    case PER_DAY:
        return r->per_day;
    case PER_HOUR:
        return r->per_hour;
    case PER_10MIN:
        return r->per_10min;
    case HOURS_ABOVE_30:
        return percent(r->hours_above_30, r->hours);
    case SLOTS_ABOVE_10:
        return percent(r->slots_above_10, r->slots);
    case WORST_10MIN:
        return r->worst_10min;
    case FLOOD_SHARE:
        return percent(r->flood_share, 1);
    case WORST_SHARE:
        return percent(r->worst_share, 1);
    case CHATTERING:
        return r->chattering;
    case FLEETING:
        return r->fleeting;
    case STANDING:
        return r->standing;
    case SHARE_CRITICAL:
        return percent(r->by_priority[ALARM_CRITICAL], r->annunciated);
    case SHARE_HIGH:
        return percent(r->by_priority[ALARM_HIGH], r->annunciated);
    case SHARE_MEDIUM:
        return percent(r->by_priority[ALARM_MEDIUM], r->annunciated);
    }
    return NAN;
}

static enum kpi_grade
grade(double value, double target, double limit)
{
    if (value <= target) {
        return KPI_GOOD;
    }
    return value <= limit ? KPI_WATCH : KPI_BAD; /* false when there is no limit */
}

struct kpi_line *
kpi_lines(const struct kpi_result *r, uint32_t *ret_n)
{
    struct kpi_line *lines = g_new(struct kpi_line, FIGURES);
    for (int i = 0; i < FIGURES; i++) {
        double value = value_of(r, (enum figure)i);
        lines[i] = (struct kpi_line){
            .key = figures[i].key,
            .title = figures[i].title,
            .unit = figures[i].unit,
            .value = value,
            .target = figures[i].target,
            .limit = figures[i].limit,
            .grade = grade(value, figures[i].target, figures[i].limit),
        };
    }
    *ret_n = FIGURES;
    return lines;
}
