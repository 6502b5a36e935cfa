/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "alarms/flood.h"

#include <assert.h>
#include <string.h>

#define US_PER_MINUTE (60 * US_PER_S)

void
flood_init(struct flood *f, struct flood_settings set)
{
    *f = (struct flood){.set = set};
    f->set.begin_above = MAX(set.begin_above, 1);
    f->set.end_below = CLAMP(set.end_below, 1, f->set.begin_above);
}

void
flood_fini(struct flood *f)
{
    g_free(f->times);
    *f = (struct flood){.set = f->set};
}

/* The i-th oldest. */
static mono_us
time_at(const struct flood *f, uint32_t i)
{
    return f->times[(f->first + i) % f->cap];
}

static void
push(struct flood *f, mono_us at)
{
    if (f->used == f->cap && f->cap < FLOOD_TIMES_MAX) {
        uint32_t cap = f->cap == 0 ? 16 : 2 * f->cap;
        mono_us *times = g_new(mono_us, cap);
        for (uint32_t i = 0; i < f->used; i++) {
            times[i] = time_at(f, i);
        }
        g_free(f->times);
        f->times = times;
        f->first = 0;
        f->cap = cap;
    } else if (f->used == f->cap) {
        f->first = (f->first + 1) % f->cap;
        f->used--;
    }
    f->times[(f->first + f->used) % f->cap] = at;
    f->used++;
}

/* The minute of now is the last entry of rate. */
static void
turn_minutes(struct flood *f, mono_us now)
{
    int64_t passed = now / US_PER_MINUTE - f->minute;
    if (passed <= 0) {
        return;
    }
    size_t gone = (size_t)MIN(passed, ALARM_RATE_MINUTES);
    memmove(f->rate, f->rate + gone, (ALARM_RATE_MINUTES - gone) * sizeof(f->rate[0]));
    memset(f->rate + ALARM_RATE_MINUTES - gone, 0, gone * sizeof(f->rate[0]));
    f->minute += passed;
}

enum flood_news
flood_advance(struct flood *f, struct now now)
{
    turn_minutes(f, now.mono);
    while (f->used > 0 && time_at(f, 0) < now.mono - f->set.window_us) {
        f->first = (f->first + 1) % f->cap;
        f->used--;
    }
    if (f->on && f->used < f->set.end_below) {
        f->on = false;
        return FLOOD_ENDED;
    }
    return FLOOD_NOTHING;
}

enum flood_news
flood_add(struct flood *f, struct now now)
{
    enum flood_news news = flood_advance(f, now);
    push(f, f->used > 0 ? MAX(now.mono, time_at(f, f->used - 1)) : now.mono);
    if (f->rate[ALARM_RATE_MINUTES - 1] < UINT16_MAX) {
        f->rate[ALARM_RATE_MINUTES - 1]++;
    }
    if (!f->on && f->used > f->set.begin_above) {
        f->on = true;
        f->since = now.wall;
        f->peak = f->used;
        f->total = f->used;
        return FLOOD_BEGAN;
    }
    if (f->on) {
        f->total++;
        f->peak = MAX(f->peak, f->used);
    }
    return news;
}

mono_us
flood_next(const struct flood *f)
{
    return f->on ? time_at(f, f->used - f->set.end_below) + f->set.window_us + 1 : INT64_MAX;
}

/* ---- chattering ---- */

/* The rise n before the newest; 0 is the newest itself. */
static mono_us
rise_before(const struct chatter *c, unsigned n)
{
    return c->rises[(c->at + 2 * G_N_ELEMENTS(c->rises) - 1 - n) % G_N_ELEMENTS(c->rises)];
}

bool
chatter_rise(struct chatter *c, mono_us now, unsigned count, int64_t window_us)
{
    assert(count >= 2 && count <= G_N_ELEMENTS(c->rises));
    c->rises[c->at] = MAX(now, 1);
    c->at = (uint8_t)((c->at + 1u) % G_N_ELEMENTS(c->rises));
    mono_us first = rise_before(c, count - 1);
    bool begins = !c->on && first != 0 && now - first <= window_us;
    c->on = c->on || begins;
    return begins;
}

bool
chatter_advance(struct chatter *c, mono_us now, int64_t window_us)
{
    if (now < chatter_next(c, window_us)) {
        return false;
    }
    c->on = false;
    return true;
}

mono_us
chatter_next(const struct chatter *c, int64_t window_us)
{
    return c->on ? rise_before(c, 0) + window_us + 1 : INT64_MAX;
}
