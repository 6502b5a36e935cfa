/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Taking over: what the owner kept, and what its shadow saw since.
 *
 * First what was kept is restored, as of the moment when the owner was heard last; then what
 * the owner did not decide any more happens, and timers in between; then every alarm is brought
 * to where its shadow stands, unless the owner had the later word on it.
 */
#include "alarms/takeover_private.h"

#include <math.h>

/* ---- what the owner had decided ---- */

static void
note_decided(struct succession *s, uint32_t alarm, wall_us at)
{
    s->decided[alarm] = MAX(s->decided[alarm], at);
}

static void
find_decided(struct succession *s)
{
    const struct evaluator *e = s->e;
    s->decided = g_new(wall_us, e->n_alarms);
    s->seen = g_new(wall_us, e->n_alarms);
    for (uint32_t i = 0; i < e->n_alarms; i++) {
        s->decided[i] = s->seen[i] = WALL_NONE;
    }
    for (guint i = 0; i < e->kept.occurrences->len; i++) {
        const struct occurrence_record *r =
            &g_array_index(e->kept.occurrences, struct occurrence_record, i);
        uint32_t alarm = find_alarm(e, r->station, r->component, r->rule);
        if (alarm != ALARM_NONE) {
            note_decided(s, alarm, r->raised_at);
            note_decided(s, alarm, r->returned_at);
            s->seen[alarm] = MAX(s->seen[alarm], r->acked_at);
        }
    }
    for (guint i = 0; i < e->kept.alarms->len; i++) {
        const struct alarm_record *r = &g_array_index(e->kept.alarms, struct alarm_record, i);
        uint32_t alarm = find_alarm(e, r->station, r->component, r->rule);
        if (alarm != ALARM_NONE && r->realarm_at != WALL_NONE) { /* armed by what rose last */
            wall_us armed = r->realarm_at - rule_of(e, alarm)->realarm_us;
            s->seen[alarm] = MAX(s->seen[alarm], armed);
        }
    }
}

static bool
is_timed_by_receipt(const struct succession *s, uint32_t alarm)
{
    enum alarm_type type = type_of(s->shadow, alarm);
    uint32_t component = component_of(s->shadow, alarm);
    return component == COMPONENT_NONE || type == ALARM_STALE || type == ALARM_TOTALIZER ||
           type == ALARM_COUNT || s->shadow->late[component].newest == WALL_NONE;
}

static mono_us
complete_until(const struct succession *s, int64_t lag)
{
    return s->sure < INT64_MIN + lag ? INT64_MIN : s->sure - lag;
}

/* Of a latch no record tells when it rose again: there the owner is taken to have seen all
 * until it was surely heard. */
bool
is_news(const struct succession *s, const struct shadow_event *event)
{
    wall_us decided = s->decided[event->alarm];
    bool by_receipt = is_timed_by_receipt(s, event->alarm);
    if (by_receipt && event->at > s->heard &&
        (!event->behind || event->alarm >= s->e->n_places)) {
        return true;
    }
    if (by_receipt && told_is_asked(s->shadow, event)) {
        return event->at >= complete_until(s, OWNER_LAG_US) && !event->told;
    }
    mono_us since = complete_until(s, rule_of(s->e, event->alarm)->latch ? 0 : OWNER_LAG_US);
    wall_us at = s->now.wall - (s->now.mono - event->at);
    if (event->at < since || at <= s->seen[event->alarm]) {
        return false;
    }
    bool silence = type_of(s->shadow, event->alarm) == ALARM_SILENCE;
    wall_us happened = silence ? at : event->source_at; /* its onset is the last life sign */
    return decided == WALL_NONE || happened > decided + (by_receipt ? TAKE_OVER_US : 0);
}

/* What happens again is counted then, and not as the shadow counted it. */
static void
find_again(struct succession *s)
{
    s->again = g_new(mono_us, s->e->n_alarms);
    for (uint32_t i = 0; i < s->e->n_alarms; i++) {
        s->again[i] = INT64_MAX;
    }
    for (guint i = 0; i < s->shadow->events->len; i++) {
        const struct shadow_event *event =
            &g_array_index(s->shadow->events, struct shadow_event, i);
        if (event->rises && event->at < s->again[event->alarm] && is_news(s, event)) {
            s->again[event->alarm] = event->at;
        }
    }
}

/* The source's time of the reading that brought about the owner's last word. */
static wall_us
owner_read(const struct succession *s, uint32_t alarm)
{
    const struct alarm_rule *rule = rule_of(s->e, alarm);
    bool active = alarm_state_active((enum alarm_state)s->e->alarms[alarm].state);
    wall_us decided = s->decided[alarm];
    return decided == WALL_NONE ? WALL_NONE
                                : decided - (active ? rule->on_delay_us : rule->off_delay_us);
}

/* ---- delays that the owner saw begin ---- */

/* The shadow's verdict is later than the beginning of it. */
static bool
is_outdated(const struct succession *s, uint32_t alarm)
{
    const struct more *from = s->shadow->alarms[alarm].more;
    return from != NULL && from->changed_wall > s->e->alarms[alarm].more->pending_wall;
}

/* The delay that runs in the shadow, or stands still, with the owner's beginning of it when
 * that was earlier. */
static void
inherit_delay(struct succession *s, uint32_t alarm)
{
    struct alarm *a = &s->e->alarms[alarm];
    const struct alarm *b = &s->shadow->alarms[alarm];
    struct more *m = more_of(s->e, alarm);
    bool same =
        b->more->pending_wall <= m->pending_wall + TAKE_OVER_US; /* else it began anew */
    bool runs = a->pending == b->pending && m->frozen_us < 0 && same;
    mono_us mine = runs ? m->due[TIMER_DELAY] : INT64_MAX;
    a->pending = b->pending;
    a->suspect = b->suspect;
    m->onset_at = b->more->onset_at;
    m->onset_value = b->more->onset_value;
    text_set(&m->onset_detail, b->more->onset_detail);
    m->pending_wall = b->more->pending_wall;
    m->frozen_us = b->more->frozen_us;
    timer_set(s->e, alarm, TIMER_DELAY,
              m->frozen_us >= 0 ? INT64_MAX : MIN(b->more->due[TIMER_DELAY], mine));
    alarm_touch(s->e, alarm);
}

static void
sort_out_delays(struct succession *s)
{
    for (uint32_t i = 0; i < s->shadow->test_base; i++) {
        struct alarm *a = &s->e->alarms[i];
        const struct alarm *b = &s->shadow->alarms[i];
        bool rising = a->pending == PENDING_ON;
        if (a->pending == PENDING_NONE) {
            continue;
        }
        if (b->pending == a->pending) {
            inherit_delay(s, i);
        } else if (b->condition != rising && is_outdated(s, i)) {
            a->condition = !rising;
            delay_end(s->e, i);
        }
    }
    for (guint i = 0; i < s->shadow->events->len; i++) {
        const struct shadow_event *event =
            &g_array_index(s->shadow->events, struct shadow_event, i);
        struct alarm *a = &s->e->alarms[event->alarm];
        bool same = a->pending == (event->rises ? PENDING_ON : PENDING_OFF);
        if (same && is_news(s, event)) {
            delay_end(s->e, event->alarm); /* it ended while nobody decided */
        }
    }
}

/* ---- what happened since ---- */

static struct cause
cause_of_event(const struct succession *s, const struct shadow_event *event)
{
    return (struct cause){.now = {s->now.wall, event->at},
                          .origin = "takeover",
                          .detail = event->detail,
                          .source_at = event->source_at,
                          .value = event->value};
}

static void
repeat(struct succession *s, const struct shadow_event *event)
{
    struct alarm *a = &s->e->alarms[event->alarm];
    struct cause cause = cause_of_event(s, event);
    bool active = alarm_state_active((enum alarm_state)a->state);
    evaluator_catch_up(s->e, cause.now);
    if (event->rises && !active) {
        delay_end(s->e, event->alarm);
        a->condition = true;
        alarm_rise(s->e, event->alarm, &cause);
    } else if (!event->rises && active) {
        a->condition = false;
        transit(s->e, event->alarm, LIFE_RTN, &cause);
    }
}

static void
repeat_all(struct succession *s)
{
    for (guint i = 0; i < s->shadow->events->len; i++) {
        const struct shadow_event *event =
            &g_array_index(s->shadow->events, struct shadow_event, i);
        if (is_news(s, event)) {
            repeat(s, event);
        }
    }
    evaluator_catch_up(s->e, s->now);
}

/* ---- how things stand ---- */

/* It has looked for long enough to say that the condition is not there. */
static bool
is_informed(const struct succession *s, uint32_t alarm)
{
    const struct alarm_rule *rule = rule_of(s->e, alarm);
    const struct condition_memory *memory = s->e->alarms[alarm].memory;
    bool whole_window = s->now.mono - s->shadow->began >= rule->window_us;
    if (rule->type == ALARM_STALE) {
        return whole_window || (memory != NULL && memory->at > s->shadow->began);
    }
    bool remembers = rule->type == ALARM_RATE || rule->type == ALARM_STUCK ||
                     rule->type == ALARM_TOTALIZER || rule->type == ALARM_COUNT;
    return !remembers || whole_window;
}

/* The shadow changed its mind after the reading that the owner last decided by. */
static bool
is_later(const struct succession *s, uint32_t alarm)
{
    const struct more *from = s->shadow->alarms[alarm].more;
    wall_us read = owner_read(s, alarm);
    bool silence = type_of(s->shadow, alarm) == ALARM_SILENCE;
    return from != NULL &&
           (read == WALL_NONE || (silence ? from->changed_wall : from->changed_at) > read);
}

/* Bad quality stops a delay, and a good reading lets it run on: as the shadow saw last. */
static void
inherit_trust(struct succession *s, uint32_t alarm)
{
    struct alarm *a = &s->e->alarms[alarm];
    struct more *m = a->more;
    bool suspect = s->shadow->alarms[alarm].suspect;
    bool stands = m != NULL && a->pending != PENDING_NONE;
    if (stands && suspect && m->frozen_us < 0) {
        m->frozen_us = MAX(m->due[TIMER_DELAY] - s->now.mono, 0);
        timer_clear(s->e, alarm, TIMER_DELAY);
    } else if (stands && !suspect && m->frozen_us >= 0) {
        timer_set(s->e, alarm, TIMER_DELAY, s->now.mono + m->frozen_us);
        m->frozen_us = -1;
    }
    if (a->suspect != suspect) {
        a->suspect = suspect;
        if (m != NULL) {
            alarm_touch(s->e, alarm);
        }
    }
}

static void
stand_up(struct succession *s, uint32_t alarm)
{
    struct alarm *a = &s->e->alarms[alarm];
    const struct alarm *b = &s->shadow->alarms[alarm];
    bool later = is_later(s, alarm);
    if (b->pending == PENDING_ON && (later || a->pending == PENDING_ON)) {
        a->condition = true;
        inherit_delay(s, alarm);
    } else if (a->pending == PENDING_NONE && later &&
               alarm_state_active((enum alarm_state)b->state)) {
        struct cause cause = {.now = s->now,
                              .origin = "takeover",
                              .source_at = b->more->raised_at,
                              .value = b->more->value};
        a->condition = true;
        alarm_rise(s->e, alarm, &cause);
    }
}

static void
lie_down(struct succession *s, uint32_t alarm)
{
    struct alarm *a = &s->e->alarms[alarm];
    const struct alarm *b = &s->shadow->alarms[alarm];
    bool later = is_later(s, alarm) && is_informed(s, alarm);
    if (b->pending == PENDING_OFF && (later || a->pending == PENDING_OFF)) {
        a->condition = false;
        inherit_delay(s, alarm);
    } else if (a->pending == PENDING_NONE && later &&
               !alarm_state_active((enum alarm_state)b->state)) {
        struct cause cause = {.now = s->now,
                              .origin = "takeover",
                              .source_at = b->more->returned_at,
                              .value = NAN};
        a->condition = false;
        transit(s->e, alarm, LIFE_RTN, &cause);
    } else if (a->pending == PENDING_NONE) {
        a->condition = true;
        if (a->memory != NULL && !is_informed(s, alarm)) { /* what raised it is not in it */
            a->memory->window.short_until = s->now.mono + rule_of(s->e, alarm)->window_us;
        }
    }
}

static void
settle_one(struct succession *s, uint32_t alarm)
{
    struct alarm *a = &s->e->alarms[alarm];
    bool active = alarm_state_active((enum alarm_state)a->state);
    bool condition = s->shadow->alarms[alarm].condition;
    if (condition && !active) {
        stand_up(s, alarm);
    } else if (!condition && active) {
        lie_down(s, alarm);
    } else if (a->pending == PENDING_NONE) {
        a->condition = condition;
    }
    inherit_trust(s, alarm);
}

/* Nothing that either side has to say about it. */
static bool
is_plain(const struct alarm *a)
{
    return a->more == NULL && !a->condition && !a->suspect;
}

static void
settle_all(struct succession *s)
{
    for (uint32_t i = 0; i < s->shadow->test_base; i++) {
        if (!is_plain(&s->e->alarms[i]) || !is_plain(&s->shadow->alarms[i])) {
            settle_one(s, i);
        }
    }
}

static void
arm_senses(struct succession *s)
{
    struct evaluator *e = s->e;
    for (uint32_t i = 0; i < e->n_places; i++) {
        const struct alarm_rule *rule = rule_of(e, i);
        if (rule->type == ALARM_STALE && e->alarms[i].memory != NULL) {
            timer_set(e, i, TIMER_STALE, e->alarms[i].memory->at + rule->window_us);
        } else if (rule->type == ALARM_TOTALIZER || rule->type == ALARM_COUNT) {
            window_arm(e, i, s->now);
        }
    }
}

/* A value that is newer than the owner's last word, and that no shadow judged. */
static void
look_at_values(struct succession *s)
{
    struct evaluator *e = s->e;
    for (guint i = 0; i < e->kept_values->len; i++) {
        const struct evaluator_input *in =
            &g_array_index(e->kept_values, struct evaluator_input, i);
        for (uint32_t k = e->rules->first[in->component];
             k < e->rules->first[in->component + 1]; k++) {
            wall_us read = owner_read(s, k);
            if (read == WALL_NONE || in->ts > read) {
                evaluate_kept_at(e, k, in, s->now, "takeover");
            }
        }
    }
}

void
evaluator_take_over(struct evaluator *e, struct evaluator *shadow, struct owner_heard heard,
                    struct now now)
{
    struct succession s = {.e = e,
                           .shadow = shadow,
                           .now = now,
                           .heard = MIN(heard.last, now.mono),
                           .sure = MIN(heard.sure, MIN(heard.last, now.mono))};
    char text[96];
    evaluator_advance(shadow, now);
    find_decided(&s);
    told_mark(shadow, e);
    find_again(&s);
    inherit_senses(&s);
    inherit_load(&s);
    snprintf(text, sizeof(text), "%u alarms kept", e->kept.alarms->len);
    e->last = now;
    e->overdue = s.heard;
    restore_all(e, now);
    inherit_moments(&s);
    inherit_hearing(&s);
    struct cause cause = {.now = now, .origin = "takeover", .detail = text, .value = NAN};
    journal_line(e, EVENT_START, &cause);
    cause.detail = NULL;
    release_orphans(e, &cause);
    sort_out_delays(&s);
    repeat_all(&s);
    e->last = now;
    settle_all(&s);
    release_orphans(e, &cause);
    arm_senses(&s);
    look_at_values(&s);
    restore_forget(e);
    g_free(s.decided);
    g_free(s.seen);
    g_free(s.again);
    e->version++;
    evaluator_advance(e, now);
}
