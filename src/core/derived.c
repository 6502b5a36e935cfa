/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/core/derived.h"

#include <float.h>
#include <math.h>

#define US_PER_HOUR 3.6e9

static bool
is_window(const struct derived *d)
{
    return d->how == DERIVE_SUM || d->how == DERIVE_MEAN;
}

static bool
is_on(double value)
{
    return value >= 1 && value <= 1;
}

void
derived_init(struct derived *d, uint32_t component, const struct plant *plant)
{
    const struct component *c = &plant->components[component];
    enum decode_as as = plant->components[c->source].decode;
    *d = (struct derived){
        .component = component,
        .source = c->source,
        .next = COMPONENT_NONE,
        .how = c->derive,
        .range = as == DECODE_INT16 || as == DECODE_UINT16 ? 65536.0 : 4294967296.0,
        .window_us = c->derive_window_s * US_PER_S,
    };
}

void
derived_fini(struct derived *d)
{
    window_fini(&d->window);
}

void
derived_restore(struct derived *d, double value)
{
    d->valued = true;
    if (is_window(d)) {
        d->stale = true;
        return;
    }
    d->total = value;
    if (d->how == DERIVE_HOURS && fabs(value) < 1e9) {
        d->run_us = d->stored_us = llround(value * US_PER_HOUR);
    }
}

void
derived_resume(struct derived *d, double prev, mono_us prev_at)
{
    d->known = true;
    d->prev = prev;
    d->prev_at = prev_at;
}

static enum derived_news
feed_hours(struct derived *d, double value, mono_us now)
{
    bool was_gap = d->gap;
    bool edge = !d->known || is_on(d->prev) != is_on(value);
    int64_t elapsed = d->known && is_on(d->prev) ? MAX(now - d->prev_at, 0) : 0;
    d->gap = elapsed > DERIVED_GAP_US;
    d->ahead_us = 0;
    if (!d->gap) {
        d->run_us += elapsed;
    }
    /* A fast source would otherwise double what is stored, for fractions of a second. */
    if (edge || was_gap != d->gap || d->run_us - d->stored_us >= US_PER_S) {
        d->stored_us = d->run_us;
        return DERIVED_STORE;
    }
    return elapsed > 0 ? DERIVED_SHOW : DERIVED_NOTHING;
}

static void
add_total(struct derived *d, double increment)
{
    d->total = fmax(fmin(d->total + increment, DBL_MAX), -DBL_MAX);
}

/*
 * A smaller value is the same counter past its end when that makes a step of at most half its
 * range; otherwise somebody has set it back, and it has counted from zero since. A step forward
 * of more than half its range is no counting, either: it was set to another value.
 */
static double
counter_step(const struct derived *d, double value)
{
    double step = value - d->prev;
    if (step >= 0) {
        return step <= d->range / 2 ? step : 0;
    }
    double wrapped = step + d->range;
    if (wrapped >= 0 && wrapped <= d->range / 2) {
        return wrapped;
    }
    return fmax(value, 0);
}

static enum derived_news
feed_total(struct derived *d, double value)
{
    bool first = !d->valued;
    double before = d->total;
    if (d->known) {
        add_total(d, counter_step(d, value));
    }
    return first || d->total > before ? DERIVED_STORE : DERIVED_NOTHING;
}

static enum derived_news
feed_pulses(struct derived *d, double value)
{
    add_total(d, value);
    return !d->valued || value < 0 || value > 0 ? DERIVED_STORE : DERIVED_NOTHING;
}

static enum derived_news
feed_window(struct derived *d, double value, mono_us at, mono_us now)
{
    /* A sample too late to count may still be the occasion on which others go. */
    bool gone = window_expire(&d->window, d->window_us, now);
    bool added = window_add(&d->window, at, value, d->window_us, now);
    return gone || added || !d->valued ? DERIVED_STORE : DERIVED_NOTHING;
}

enum derived_news
derived_feed(struct derived *d, double value, mono_us at, bool newest, mono_us now)
{
    enum derived_news news = DERIVED_NOTHING;
    switch (d->how) {
    case DERIVE_NONE:
        return DERIVED_NOTHING;
    case DERIVE_PULSES: /* an increment counts whenever it comes */
        news = feed_pulses(d, value);
        break;
    case DERIVE_SUM:
    case DERIVE_MEAN:
        news = feed_window(d, value, at, now);
        break;
    case DERIVE_HOURS:
        news = newest ? feed_hours(d, value, now) : DERIVED_NOTHING;
        break;
    case DERIVE_TOTAL:
        news = newest ? feed_total(d, value) : DERIVED_NOTHING;
        break;
    }
    if (newest) {
        derived_resume(d, value, now);
    }
    d->valued = d->valued || news != DERIVED_NOTHING;
    return news;
}

static enum derived_news
tick_hours(struct derived *d, mono_us now)
{
    if (!d->known || !is_on(d->prev) || !d->valued || d->gap) {
        return DERIVED_NOTHING;
    }
    int64_t elapsed = MAX(now - d->prev_at, 0);
    d->gap = elapsed > DERIVED_GAP_US;
    d->ahead_us = d->gap ? 0 : elapsed;
    if (d->gap) {
        d->stored_us = d->run_us;
        return DERIVED_STORE;
    }
    return DERIVED_SHOW;
}

enum derived_news
derived_tick(struct derived *d, mono_us now)
{
    if (d->how == DERIVE_HOURS) {
        return tick_hours(d, now);
    }
    if (!is_window(d) || !d->valued) {
        return DERIVED_NOTHING;
    }
    bool was_short = d->window.short_until != 0;
    if (was_short && !window_overflow(&d->window, now)) {
        d->window.short_until = 0;
    }
    bool gone = window_expire(&d->window, d->window_us, now);
    bool whole = was_short && d->window.short_until == 0;
    bool stale = d->stale;
    d->stale = false;
    return gone || whole || stale ? DERIVED_STORE : DERIVED_NOTHING;
}

/*
 * Without what adding up fractions has left in the last digits: 0.1 + 0.2 is 0.3 here. Large
 * whole numbers stay exact.
 */
static double
tidy(double value)
{
    double unit = fabs(value) < 1e6 ? 1e9 : fabs(value) < 1e12 ? 1e3 : 0;
    return unit > 0 ? round(value * unit) / unit : value;
}

double
derived_value(const struct derived *d, mono_us now, unsigned *ret_quality)
{
    double value = d->total;
    *ret_quality = 0;
    if (d->how == DERIVE_HOURS) {
        /* Six digits are 3.6 ms; more would only make long numbers. */
        value = round((double)(d->run_us + d->ahead_us) / US_PER_HOUR * 1e6) / 1e6;
        *ret_quality = d->gap ? QUALITY_NOT_TOPICAL : 0;
    } else if (is_window(d)) {
        value = tidy(d->how == DERIVE_SUM ? window_sum(&d->window) : window_mean(&d->window));
        *ret_quality = window_overflow(&d->window, now) ? QUALITY_OVERFLOW : 0;
    }
    if (!isfinite(value) || fabs(value) >= DBL_MAX) {
        *ret_quality |= QUALITY_OVERFLOW;
        value = value < 0 ? -DBL_MAX : DBL_MAX;
    }
    return value;
}
