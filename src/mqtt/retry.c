/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/mqtt/retry.h"

#define FIRST_US      (500 * US_PER_MS)
#define LAST_US       (30 * US_PER_S)
#define STEPS         6 /* 0.5 s doubled this often is over 30 s */
#define SHORT_LIVES   5 /* as many as look like a fight */
#define SHORT_US      (1 * US_PER_S)
#define PEACE_US      (60 * US_PER_S)
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
retry_lost(struct retry *r, int64_t lived_us)
{
    bool is_short = lived_us < (retry_is_fighting(r) ? PEACE_US : SHORT_US);
    r->short_lives = is_short ? r->short_lives + 1 : 0;
    if (retry_is_fighting(r)) {
        r->failures = MIN(r->short_lives - SHORT_LIVES + 2, STEPS);
    }
    r->v311 = r->v311_for_sure;
}

bool
retry_is_fighting(const struct retry *r)
{
    return r->short_lives >= SHORT_LIVES;
}

void
retry_taken_over(struct retry *r)
{
    r->short_lives = MAX(r->short_lives, SHORT_LIVES);
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
