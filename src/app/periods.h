/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Days and shifts of the installation's zone: a day of a clock change has 23 or 25 hours, and
 * so has the shift across it.
 *
 * Pure but for GTimeZone, which has read its file when it was made.
 */
#ifndef SRC_APP_PERIODS_H
#define SRC_APP_PERIODS_H

#include <glib.h>

#include "src/config/config.h"
#include "src/core/clock.h"

#define PERIOD_LABEL_SIZE 32
#define PERIODS_MAX       2000

/* [from, to) */
struct period {
    wall_us from, to;
    char label[PERIOD_LABEL_SIZE]; /* local: "2026-01-09", of a shift "2026-01-09 22:00" */
};

/* The local midnight at which the day begins that is so many days before the one of at. */
wall_us periods_midnight(GTimeZone *zone, wall_us at, int days_before);

/*
 * What [since, until) is made of, in the order of time, cut to it at both ends; struct period.
 * starts: when shifts begin; NULL: days. NULL: these would be more than PERIODS_MAX.
 */
GArray *periods_new(GTimeZone *zone, const struct config_times *starts, wall_us since,
                    wall_us until);

#endif
