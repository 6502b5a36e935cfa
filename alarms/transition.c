/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One event on one alarm: what alarms/life.h says is to be done is done here. */
#include "alarms/evaluator_private.h"

#include <math.h>
#include <string.h>

#define ACK_SAMPLES 101 /* of the last times to acknowledge, for their median */

/* ---- journal ---- */

struct journal_record *
journal_line(struct evaluator *e, enum alarm_event event, const struct cause *cause)
{
    struct journal_record line = {
        .at = cause->now.wall,
        .epoch = e->set.epoch,
        .term = e->set.term,
        .event = event,
        .instance = g_strdup(e->set.instance),
        .priority = ALARM_LOW,
        .value = cause->value,
        .actor = g_strdup(cause->actor),
        .origin = g_strdup(cause->origin),
        .detail = g_strdup(cause->detail),
        .action = cause->action,
    };
    g_array_append_val(e->changes.journal, line);
    return &g_array_index(e->changes.journal, struct journal_record,
                          e->changes.journal->len - 1);
}

struct journal_record *
journal_alarm(struct evaluator *e, uint32_t alarm, enum alarm_event event,
              const struct cause *cause)
{
    struct journal_record *line = journal_line(e, event, cause);
    struct alarm_name name = name_of(e, alarm);
    const struct alarm *a = &e->alarms[alarm];
    line->station = g_strdup(name.station);
    line->component = g_strdup(name.component);
    line->rule = g_strdup(name.rule);
    line->priority = priority_of(e, alarm);
    line->from = line->to = (enum alarm_state)a->state;
    line->overlays = a->overlays;
    line->test = is_test(e, alarm);
    if (a->more != NULL) {
        line->occurrence = a->more->occurrence;
        line->step = a->more->step;
    }
    return line;
}

static void
tell_flood(struct evaluator *e, enum flood_news news, struct now now)
{
    if (news == FLOOD_NOTHING) {
        return;
    }
    char text[96];
    if (news == FLOOD_BEGAN) {
        snprintf(text, sizeof(text), "more than %u in %d s", e->flood.set.begin_above,
                 (int)(e->flood.set.window_us / US_PER_S));
    } else {
        snprintf(text, sizeof(text), "%u in %d s, at most %u in %d s", e->flood.total,
                 (int)((now.wall - e->flood.since) / US_PER_S), e->flood.peak,
                 (int)(e->flood.set.window_us / US_PER_S));
    }
    journal_line(e, news == FLOOD_BEGAN ? EVENT_FLOOD_BEGIN : EVENT_FLOOD_END,
                 &(struct cause){.now = now, .origin = "load", .detail = text, .value = NAN});
    e->version++;
}

void
flood_due(struct evaluator *e, struct now now)
{
    tell_flood(e, flood_advance(&e->flood, now), now);
}

void
annunciate(struct evaluator *e, uint32_t alarm, struct journal_record *line, struct now now)
{
    struct alarm *a = &e->alarms[alarm];
    if (a->overlays != 0 || a->more->chatter.on) {
        a->more->announced = false;
        return;
    }
    a->more->announced = true;
    line->annunciated = true;
    e->annunciated[priority_of(e, alarm)]++;
    e->version++;
    if (!is_test(e, alarm)) {
        tell_flood(e, flood_add(&e->flood, now), now); /* line may have moved by this */
    }
}

/* ---- what a change of state brings with it ---- */

void
abnormal_update(struct evaluator *e, uint32_t alarm)
{
    struct alarm *a = &e->alarms[alarm];
    bool want = a->state != ALARM_NORMAL || a->overlays != 0 || has_older(a);
    bool is = a->more != NULL && a->more->abnormal_at != ALARM_NONE;
    if (want == is) {
        return;
    }
    struct more *m = more_of(e, alarm);
    if (want) {
        m->abnormal_at = e->abnormal->len;
        g_array_append_val(e->abnormal, alarm);
        return;
    }
    uint32_t at = m->abnormal_at;
    m->abnormal_at = ALARM_NONE;
    g_array_remove_index_fast(e->abnormal, at);
    if (at < e->abnormal->len) {
        e->alarms[g_array_index(e->abnormal, uint32_t, at)].more->abnormal_at = at;
    }
}

static uint32_t
group_of(const struct evaluator *e, uint32_t alarm)
{
    return alarm < e->n_places ? e->rules->places[alarm].group : 0;
}

static void
arm_realarm(struct evaluator *e, uint32_t alarm, struct now now)
{
    const struct alarm_rule *rule = rule_of(e, alarm);
    enum alarm_state state = (enum alarm_state)e->alarms[alarm].state;
    bool renew =
        e->set.renew[rule->priority] && state != ALARM_NORMAL && state != ALARM_LATCHED_ACKED;
    bool unseen = state == ALARM_UNACKED || state == ALARM_LATCHED_UNACKED;
    if (rule->realarm_us > 0 && !e->shadow && (unseen || renew)) {
        timer_set(e, alarm, TIMER_REALARM, now.mono + rule->realarm_us);
    } else {
        timer_clear(e, alarm, TIMER_REALARM);
    }
}

/* The mark stays on the first one, even when it has returned, until the group trips anew: a
 * cause is often gone sooner than what it brought about. */
static void
forget_first_out(struct evaluator *e, uint32_t group)
{
    for (guint i = 0; i < e->abnormal->len; i++) {
        uint32_t alarm = g_array_index(e->abnormal, uint32_t, i);
        if (group_of(e, alarm) == group && e->alarms[alarm].more->first_out) {
            e->alarms[alarm].more->first_out = false;
            alarm_touch(e, alarm);
        }
    }
}

static void
became_active(struct evaluator *e, uint32_t alarm, const struct cause *cause)
{
    uint32_t group = group_of(e, alarm);
    if (group != 0 && e->group_active[group]++ == 0) {
        forget_first_out(e, group);
        e->alarms[alarm].more->first_out = true;
    }
    suppress_children(e, alarm, cause);
}

static void
became_inactive(struct evaluator *e, uint32_t alarm, const struct cause *cause)
{
    uint32_t group = group_of(e, alarm);
    if (group != 0) {
        e->group_active[group]--;
    }
    e->alarms[alarm].more->returned_at =
        cause->source_at != WALL_NONE ? cause->source_at : cause->now.wall;
    release_children(e, alarm, cause);
}

/* Rises that come too often are told of no more, until it is quiet. */
static void
note_rise(struct evaluator *e, uint32_t alarm, const struct cause *cause)
{
    struct more *m = more_of(e, alarm);
    if (chatter_rise(&m->chatter, cause->now.mono, e->set.chatter_count, e->set.chatter_us)) {
        journal_alarm(e, alarm, EVENT_CHATTER_BEGIN, cause);
    }
    if (m->chatter.on) {
        timer_set(e, alarm, TIMER_CHATTER, chatter_next(&m->chatter, e->set.chatter_us));
    }
}

void
chatter_due(struct evaluator *e, uint32_t alarm, struct now now)
{
    struct alarm *a = &e->alarms[alarm];
    struct more *m = a->more;
    if (!chatter_advance(&m->chatter, now.mono, e->set.chatter_us)) {
        timer_set(e, alarm, TIMER_CHATTER, chatter_next(&m->chatter, e->set.chatter_us));
        return;
    }
    struct journal_record *line =
        journal_alarm(e, alarm, EVENT_CHATTER_END,
                      &(struct cause){.now = now, .origin = "timer", .value = NAN});
    /* The last state is never hidden: what stands now and was not told of is told. */
    bool stands = a->state == ALARM_UNACKED || a->state == ALARM_LATCHED_UNACKED;
    if (stands && !m->announced) {
        annunciate(e, alarm, line, now);
    }
    alarm_touch(e, alarm);
}

/* ---- the event ---- */

struct life_class
class_of(const struct evaluator *e, uint32_t alarm)
{
    const struct alarm_rule *rule = rule_of(e, alarm);
    if (e->shadow) { /* it is over when it returns */
        return (struct life_class){.latch = false};
    }
    return (struct life_class){.latch = rule->latch,
                               .ack_on_return = rule->ack_on_return,
                               .renew = e->set.renew[rule->priority]};
}

static enum alarm_event
event_name(enum life_event event)
{
    switch (event) {
    case LIFE_ALM:
        return EVENT_RAISED;
    case LIFE_RTN:
        return EVENT_RETURNED;
    case LIFE_ACK:
    case LIFE_ACK_OLDER:
        return EVENT_ACKED;
    case LIFE_RST:
        return EVENT_RESET;
    case LIFE_SEV:
        return EVENT_SEVERITY;
    case LIFE_REAL:
    case LIFE_BADQ:
        return EVENT_REALARM;
    }
    return EVENT_RAISED;
}

/* Whether somebody had acknowledged this occurrence before it was there. */
static bool
acked_beforehand(const struct evaluator *e, uint32_t alarm)
{
    const struct more *m = e->alarms[alarm].more;
    const struct parked_record *p = parked_for(e, &m->occurrence);
    return p != NULL && (p->step == 0 || p->step >= m->step);
}

static void
take_parked(struct evaluator *e, uint32_t alarm, const struct cause *cause)
{
    struct uuid id = e->alarms[alarm].more->occurrence;
    struct parked_record p = *parked_for(e, &id);
    struct cause by = {.now = cause->now,
                       .actor = p.user,
                       .origin = p.origin,
                       .detail = p.comment,
                       .source_at = p.at,
                       .value = NAN,
                       .action = p.action};
    transit(e, alarm, LIFE_ACK, &by);
    parked_done(e, &id);
}

static void
note_ack(struct evaluator *e, uint32_t alarm, const struct cause *cause)
{
    struct more *m = e->alarms[alarm].more;
    m->acked_step = m->step;
    m->acked_at = cause->now.wall;
    text_set(&m->acked_by, cause->actor);
    text_set(&m->comment, cause->detail);
    int64_t took_us = cause->now.mono - m->raised_mono;
    if (is_test(e, alarm) || m->raised_mono == 0) {
        return;
    }
    if (e->ack_us->len < ACK_SAMPLES) {
        g_array_append_val(e->ack_us, took_us);
    } else {
        g_array_index(e->ack_us, int64_t, e->ack_next) = took_us;
    }
    e->ack_next = (e->ack_next + 1) % ACK_SAMPLES;
}

/* The new state, and everything that hangs on it. */
static void
settle(struct evaluator *e, uint32_t alarm, enum alarm_state from, const struct cause *cause)
{
    struct alarm *a = &e->alarms[alarm];
    enum alarm_state to = (enum alarm_state)a->state;
    bool was = alarm_state_active(from), is = alarm_state_active(to);
    if (was && !is) {
        became_inactive(e, alarm, cause);
    } else if (is && !was) {
        became_active(e, alarm, cause);
    }
    if (e->shadow && was != is) {
        shadow_note(e, alarm, is, cause);
    }
    if (!is && a->pending == PENDING_OFF) {
        a->pending = PENDING_NONE;
        timer_clear(e, alarm, TIMER_DELAY);
    }
    if (to == ALARM_NORMAL && from != ALARM_NORMAL) {
        occurrence_close(e, &a->more->occurrence);
    }
    if (to != from) {
        arm_realarm(e, alarm, cause->now);
    }
    abnormal_update(e, alarm);
    occurrence_changed(e, alarm);
    if (was && !is) {
        if (a->more->one_shot && (a->overlays & OVERLAY_SHELVED) != 0) {
            struct cause over = {.now = cause->now,
                                 .origin = "one_shot",
                                 .detail = "the occurrence cleared",
                                 .value = NAN};
            shelf_end(e, alarm, &over);
        }
    }
}

struct life_step
transit(struct evaluator *e, uint32_t alarm, enum life_event event, const struct cause *cause)
{
    struct alarm *a = &e->alarms[alarm];
    enum alarm_state from = (enum alarm_state)a->state;
    struct life_step step = life_next(from, event, class_of(e, alarm));
    if ((step.todo & LIFE_REFUSE) != 0 || (step.next == from && step.todo == 0)) {
        return step;
    }
    struct more *m = more_of(e, alarm);
    bool rises = event == LIFE_ALM && (step.todo & (LIFE_OPEN | LIFE_COUNT)) != 0;
    uint32_t parent = rises ? explained_by(e, alarm) : ALARM_NONE;
    bool hidden = parent != ALARM_NONE && suppress(e, alarm, parent);
    if (rises) {
        note_rise(e, alarm, cause);
    }
    if ((step.todo & LIFE_OPEN) != 0) {
        open_occurrence(e, alarm, (step.todo & LIFE_KEEP_OLD) != 0, cause);
    }
    m->step += (step.todo & LIFE_STEP) != 0;
    if ((step.todo & LIFE_COUNT) != 0) {
        m->count++;
        m->returned_at = WALL_NONE;
        m->raised_mono = cause->now.mono;
        m->covered += a->overlays != 0;
    }
    if ((step.todo & LIFE_SILENCE) != 0) {
        note_ack(e, alarm, cause);
    }
    a->state = (uint8_t)step.next;
    bool known = rises && (step.todo & LIFE_OPEN) != 0 && acked_beforehand(e, alarm);
    struct journal_record *line = journal_alarm(e, alarm, event_name(event), cause);
    line->from = from;
    if ((step.todo & LIFE_ANNUNCIATE) != 0 && !known) {
        annunciate(e, alarm, line, cause->now);
    }
    if (hidden) {
        suppression_tell(e, alarm, cause);
    }
    if (event == LIFE_REAL || event == LIFE_SEV) {
        arm_realarm(e, alarm, cause->now);
    }
    settle(e, alarm, from, cause);
    if (known) {
        take_parked(e, alarm, cause);
    }
    return step;
}

void
realarm_due(struct evaluator *e, uint32_t alarm, struct now now)
{
    struct cause cause = {.now = now, .origin = "timer", .source_at = now.wall, .value = NAN};
    transit(e, alarm, LIFE_REAL, &cause);
    arm_realarm(e, alarm, now);
}
