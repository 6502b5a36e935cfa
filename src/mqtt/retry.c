/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/mqtt/retry.h"

#define FIRST_US      (500 * US_PER_MS)
#define LAST_US       (30 * US_PER_S)
#define STEPS         6 /* 0.5 s doubled this often is over 30 s */
#define SILENT_CLOSES 3 /* fewer may be a broker that is just going down */

mono_us
retry_delay(struct retry *r, uint32_t random)
{
    unsigned step = MIN(r->failures, STEPS);
    mono_us full = MIN(FIRST_US << step, LAST_US);
    r->failures++;
    return full / 2 + (mono_us)((uint64_t)(full / 2) * random / UINT32_MAX);
}

void
retry_connected(struct retry *r)
{
    r->failures = 0;
    r->silent_closes = 0;
}

void
retry_lost(struct retry *r)
{
    r->v311 = r->v311_for_sure;
}

void
retry_taken_over(struct retry *r)
{
    r->failures = STEPS;
}

void
retry_v5_refused(struct retry *r)
{
    r->v311 = true;
    r->v311_for_sure = true;
    r->failures = 0;
}

void
retry_closed_silently(struct retry *r)
{
    if (r->v311_for_sure) {
        return;
    }
    if (r->v311) {
        r->v311 = false; /* it was only a guess */
        r->silent_closes = 0;
    } else {
        r->v311 = ++r->silent_closes >= SILENT_CLOSES;
    }
}
