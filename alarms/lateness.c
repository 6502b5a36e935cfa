/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "alarms/lateness.h"

#include <stdlib.h>

#include <glib.h>

void
lateness_init(struct lateness *l)
{
    *l = (struct lateness){.newest = WALL_NONE, .usual_us = INT64_MAX};
}

void
lateness_restore(struct lateness *l, wall_us newest)
{
    l->newest = newest;
}

/* The delay of a late or early one: does it stay the same for long enough to be the usual one?
 */
static bool
has_settled(struct lateness *l, int64_t delay_us, struct now now)
{
    if (l->late_since == 0 || llabs(delay_us - l->late_us) > LATENESS_SAME_US) {
        l->late_since = now.mono;
        l->late_us = delay_us;
    }
    return now.mono - l->late_since >= LATENESS_SETTLE_US;
}

static bool
on_time(struct lateness *l, wall_us source, int64_t usual_us)
{
    l->newest = source;
    l->usual_us = usual_us;
    l->late_since = 0;
    return false;
}

bool
lateness_check(struct lateness *l, wall_us source, struct now now, int64_t limit_us)
{
    int64_t delay_us = now.mono - source;
    if (l->usual_us == INT64_MAX) { /* the first one: only the wall clock can tell */
        l->usual_us = now.mono - now.wall;
    }
    bool older = l->newest != WALL_NONE && source < l->newest;
    int64_t ahead_us = l->usual_us - delay_us;
    if (!older && ahead_us > LATENESS_SAME_US && !has_settled(l, delay_us, now)) {
        l->newest = MAX(l->newest, source - ahead_us);
        return false;
    }
    if (!older && delay_us - l->usual_us <= limit_us) {
        /* Down at once, up slowly: a delay that creeps must not become the usual one unseen. */
        int64_t more_us = delay_us - l->usual_us;
        return on_time(l, source, l->usual_us + (more_us <= 0 ? more_us : more_us / 16));
    }
    if (has_settled(l, delay_us, now)) {
        return on_time(l, source, delay_us);
    }
    return true;
}
