/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/flow.h"

#include <glib.h>

#define LOST_MOST 2   /* then it is taken for a terminal that does not answer */
#define BACK_OFF  3   /* doublings of the patience with one that did */
#define SLOW_MS   150 /* from here on it is worth telling */
#define FAST_MS   100 /* and down to here it stays told */

/* Whether it is worth it. */
static bool
asks(const struct flow *f)
{
    return f->answers || f->lost < LOST_MOST;
}

bool
flow_ask(struct flow *f, mono_us now)
{
    if (f->asked > 0 && now - f->asked_at[f->asked - 1] >= FLOW_PATIENCE_US) {
        f->lost += f->asked;
        f->asked = 0; /* should one come yet, it counts for this question: too short, once */
    }
    if (!asks(f)) {
        return false;
    }
    if (f->asked == FLOW_UNDER_WAY) {
        f->asked_at[0] = f->asked_at[1];
        f->asked--;
    }
    f->asked_at[f->asked++] = now;
    return true;
}

static void
update_shown(struct flow *f)
{
    int64_t best = f->took_us[0];
    for (unsigned i = 1; i < MIN(f->taken, FLOW_KEPT); i++) {
        best = MIN(best, f->took_us[i]);
    }
    int ms = (int)(best / US_PER_MS);
    if (ms < (f->shown_ms > 0 ? FAST_MS : SLOW_MS)) {
        f->shown_ms = 0;
    } else if (f->shown_ms == 0 || ABS(ms - f->shown_ms) > f->shown_ms / 5) {
        f->shown_ms = ms;
    }
}

void
flow_answer(struct flow *f, mono_us now)
{
    if (f->asked == 0) {
        return;
    }
    f->took_us[f->taken++ % FLOW_KEPT] = now - f->asked_at[0];
    f->asked_at[0] = f->asked_at[1];
    f->asked--;
    f->lost = 0;
    f->answers = true;
    if (f->taken > 1) { /* the first frame is a whole paint */
        update_shown(f);
    }
}

mono_us
flow_free_at(const struct flow *f, bool key)
{
    if (!asks(f) || f->asked < (key ? FLOW_UNDER_WAY : 1)) {
        return 0;
    }
    int64_t patience = FLOW_PATIENCE_US << MIN(f->lost, BACK_OFF);
    if (key) {
        patience = f->lost < LOST_MOST ? FLOW_PATIENCE_US : FLOW_FIXED_US;
    }
    return f->asked_at[f->asked - 1] + patience;
}

int64_t
flow_spacing_us(const struct flow *f)
{
    return asks(f) ? 0 : FLOW_FIXED_US;
}

int
flow_ms(const struct flow *f)
{
    return f->shown_ms;
}
