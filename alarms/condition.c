/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "alarms/condition.h"

#include <math.h>
#include <string.h>

#define US_PER_MINUTE (60 * US_PER_S)

void
condition_free(struct condition_memory *m)
{
    if (m != NULL) {
        window_fini(&m->window);
        g_free(m);
    }
}

static double
number_of(const struct condition_input *in)
{
    if (in->text == NULL) {
        return in->value;
    }
    for (size_t i = 0; in->c != NULL && i < in->c->n_states; i++) {
        if (strcmp(in->c->states[i].name, in->text) == 0) {
            return in->c->states[i].value;
        }
    }
    return NAN;
}

/* Comparisons with NAN are false, so a deadband that is NAN is none. */
static bool
above(double value, double limit, double deadband, bool before)
{
    return value >= limit || (before && value > limit - deadband);
}

static bool
below(double value, double limit, double deadband, bool before)
{
    return value <= limit || (before && value < limit + deadband);
}

static bool
is_windowed_sum(const struct alarm_rule *rule)
{
    return rule->type == ALARM_TOTALIZER || rule->type == ALARM_COUNT;
}

static void
remember(struct condition_memory *m, double value, mono_us at)
{
    m->known = true;
    m->value = value;
    m->at = at;
}

static struct condition_memory *
need_memory(const struct alarm_rule *rule, struct condition_memory **memory, bool before,
            mono_us at)
{
    if (*memory == NULL) {
        *memory = g_new0(struct condition_memory, 1);
        (*memory)->shown = NAN;
        if (before && is_windowed_sum(rule)) {
            (*memory)->window.short_until = at + rule->window_us; /* what raised it is lost */
        }
    }
    return *memory;
}

/* The newest sample that is at least a window old becomes the one to compare with. */
static void
slide_reference(struct condition_memory *m, int64_t window_us, double value, mono_us at)
{
    while (m->window.used > 0 && m->window.heap[0].at <= at - window_us) {
        remember(m, m->window.heap[0].value, m->window.heap[0].at);
        window_expire(&m->window, 0, m->at + 1);
    }
    window_add(&m->window, at, value, window_us, at);
}

static enum verdict
judge_rate(const struct alarm_rule *rule, struct condition_memory *m, bool before, double value,
           mono_us at)
{
    bool windowed = rule->window_us > 0;
    if (windowed) {
        slide_reference(m, rule->window_us, value, at);
    }
    if (!m->known || at <= m->at) {
        if (!m->known && !windowed) {
            remember(m, value, at);
        }
        return VERDICT_HOLD;
    }
    m->shown = (value - m->value) * (double)US_PER_MINUTE / (double)(at - m->at);
    if (!windowed) {
        remember(m, value, at);
    }
    if (isnan(m->shown)) { /* from one infinity to the same */
        return VERDICT_HOLD;
    }
    bool beyond = rule->limit < 0 ? below(m->shown, rule->limit, rule->deadband, before)
                                  : above(m->shown, rule->limit, rule->deadband, before);
    return beyond ? VERDICT_TRUE : VERDICT_FALSE;
}

static enum verdict
judge_stuck(const struct alarm_rule *rule, struct condition_memory *m, bool before,
            double value, mono_us at)
{
    bool known = m->known;
    if (known && (value == m->value || fabs(value - m->value) <= rule->deadband)) {
        return before || at - m->at >= rule->window_us ? VERDICT_TRUE : VERDICT_FALSE;
    }
    remember(m, value, at);
    return known ? VERDICT_FALSE : VERDICT_HOLD;
}

/* What the reading adds to the sum. */
static double
contribution(const struct alarm_rule *rule, const struct condition_memory *m, double value,
             const struct component *c)
{
    if (rule->type == ALARM_COUNT) {
        return m->known && m->value == 0 && value != 0 ? 1 : 0;
    }
    if (c == NULL || c->kind != KIND_COUNTER) {
        return value;
    }
    if (!m->known) {
        return 0;
    }
    return value >= m->value ? value - m->value : value;
}

static enum verdict
judge_sum(const struct alarm_rule *rule, struct condition_memory *m, bool before, mono_us now)
{
    double limit = rule->type == ALARM_COUNT ? MAX(rule->count, 1) : rule->limit;
    m->shown = window_sum(&m->window);
    if (isnan(m->shown)) { /* infinities of both signs */
        return VERDICT_HOLD;
    }
    if (above(m->shown, limit, rule->deadband, before)) {
        return VERDICT_TRUE;
    }
    return before && window_overflow(&m->window, now) ? VERDICT_HOLD : VERDICT_FALSE;
}

static enum verdict
judge_window(const struct alarm_rule *rule, struct condition_memory *m, bool before,
             double value, const struct condition_input *in)
{
    double more = contribution(rule, m, value, in->c);
    remember(m, value, in->at);
    if (more != 0) {
        window_add(&m->window, in->at, more, rule->window_us, in->at);
    } else {
        window_expire(&m->window, rule->window_us, in->at);
    }
    return judge_sum(rule, m, before, in->at);
}

static enum verdict
judge_value(const struct alarm_rule *rule, struct condition_memory **memory, bool before,
            double value, const struct condition_input *in)
{
    bool beyond = false;
    switch (rule->type) {
    case ALARM_HIHI:
    case ALARM_HI:
        beyond = above(value, rule->limit, rule->deadband, before);
        break;
    case ALARM_LO:
    case ALARM_LOLO:
        beyond = below(value, rule->limit, rule->deadband, before);
        break;
    case ALARM_DIGITAL:
        beyond = isnan(rule->limit) ? value != 0 : value == rule->limit;
        break;
    case ALARM_RATE:
        return judge_rate(rule, need_memory(rule, memory, before, in->at), before, value,
                          in->at);
    case ALARM_STUCK:
        return judge_stuck(rule, need_memory(rule, memory, before, in->at), before, value,
                           in->at);
    case ALARM_TOTALIZER:
    case ALARM_COUNT:
        return judge_window(rule, need_memory(rule, memory, before, in->at), before, value, in);
    case ALARM_STALE:
        return VERDICT_FALSE;
    case ALARM_SILENCE: /* the watchdog's: no reading says anything about them */
    case ALARM_BROKER:
    case ALARM_LINK:
    case ALARM_STORE:
    case ALARM_DISK:
    case ALARM_LOSS:
        return VERDICT_HOLD;
    }
    return beyond ? VERDICT_TRUE : VERDICT_FALSE;
}

/* So many readings in a row before it is true. */
static enum verdict
judge_row(const struct alarm_rule *rule, struct condition_memory **memory, bool before,
          enum verdict verdict, mono_us at)
{
    if (verdict == VERDICT_HOLD || (verdict == VERDICT_TRUE && before)) {
        return verdict;
    }
    struct condition_memory *m = need_memory(rule, memory, before, at);
    m->in_a_row = verdict == VERDICT_TRUE ? m->in_a_row + 1 : 0;
    return m->in_a_row >= rule->count ? VERDICT_TRUE : VERDICT_FALSE;
}

enum verdict
condition_judge(const struct alarm_rule *rule, struct condition_memory **memory, bool before,
                const struct condition_input *in)
{
    double value = number_of(in);
    if (isnan(value) && rule->type != ALARM_STALE) {
        return VERDICT_HOLD;
    }
    enum verdict verdict = judge_value(rule, memory, before, value, in);
    if (rule->count > 1 && rule->type != ALARM_COUNT) {
        return judge_row(rule, memory, before, verdict, in->at);
    }
    return verdict;
}

enum verdict
condition_expire(const struct alarm_rule *rule, struct condition_memory *memory, bool before,
                 mono_us now, mono_us *ret_next)
{
    *ret_next = INT64_MAX;
    if (memory == NULL || !is_windowed_sum(rule)) {
        return VERDICT_HOLD;
    }
    window_expire(&memory->window, rule->window_us, now);
    if (memory->window.used > 0) {
        *ret_next = memory->window.heap[0].at + rule->window_us + 1;
    }
    if (window_overflow(&memory->window, now)) {
        *ret_next = MIN(*ret_next, memory->window.short_until + 1);
    }
    enum verdict verdict = judge_sum(rule, memory, before, now);
    return verdict == VERDICT_TRUE && !before ? VERDICT_HOLD : verdict;
}

double
condition_value(const struct alarm_rule *rule, const struct condition_memory *memory,
                const struct condition_input *in)
{
    if (rule->type == ALARM_RATE || is_windowed_sum(rule)) {
        return memory == NULL ? NAN : memory->shown;
    }
    return number_of(in);
}
