/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/alarm_reference.h"

#include <assert.h>

#define NEVER INT64_MAX

void
reference_init(struct reference *r, const struct reference_rule *rules, int n, mono_us now)
{
    *r = (struct reference){.n = n, .now = now};
    for (int i = 0; i < n; i++) {
        r->alarms[i] = (struct reference_alarm){
            .rule = rules[i], .realarm_due = NEVER, .shelved_until = NEVER};
    }
}

unsigned
reference_overlays(const struct reference_alarm *a)
{
    unsigned overlays = 0;
    if (a->shelved) {
        overlays |= OVERLAY_SHELVED;
    }
    if (a->suppressed) {
        overlays |= OVERLAY_SUPPRESSED;
    }
    if (a->out_itself || a->out_station) {
        overlays |= OVERLAY_OUT_OF_SERVICE;
    }
    return overlays;
}

static bool
is_active(const struct reference_alarm *a)
{
    return a->state == ALARM_UNACKED || a->state == ALARM_ACKED;
}

/* "Any core event while an overlay is set: no annunciation." */
static void
annunciate(struct reference *r, struct reference_alarm *a)
{
    if (reference_overlays(a) == 0 || r->flaw == FLAW_SOUNDS_COVERED) {
        a->annunciated++;
    }
}

/* The re-alarm timer counts from the last change of state or step, and only where REAL does
 * something. Overlays are nothing to it: the core goes on under them. */
static void
start_realarm(struct reference *r, struct reference_alarm *a)
{
    bool useful = false;
    switch (a->state) {
    case ALARM_UNACKED:
        useful = true;
        break;
    case ALARM_ACKED:
    case ALARM_RETURNED_UNACKED:
    case ALARM_LATCHED_UNACKED:
        useful = a->rule.renew;
        break;
    case ALARM_NORMAL:
    case ALARM_LATCHED_ACKED:
        break;
    }
    a->realarm_due = useful && a->rule.realarm_us > 0 ? r->now + a->rule.realarm_us : NEVER;
}

/* ---- overlays: 3.3 ---- */

/* The last overlay went. */
static void
reenter(struct reference *r, struct reference_alarm *a, unsigned before)
{
    if (before == 0 || reference_overlays(a) != 0) {
        return;
    }
    if (a->state == ALARM_UNACKED || a->state == ALARM_LATCHED_UNACKED) {
        if (r->flaw != FLAW_SILENT_RELEASE) {
            a->annunciated++;
        }
    }
}

static void
drop_shelf(struct reference *r, struct reference_alarm *a)
{
    unsigned before = reference_overlays(a);
    a->shelved = false;
    a->one_shot = false;
    a->shelved_until = NEVER;
    reenter(r, a, before);
}

/* Design condition: the parent is active. */
static void
tell_children(struct reference *r, int parent)
{
    for (int i = 0; i < r->n; i++) {
        struct reference_alarm *child = &r->alarms[i];
        if (child->rule.parent == parent) {
            unsigned before = reference_overlays(child);
            child->suppressed = is_active(&r->alarms[parent]);
            reenter(r, child, before);
        }
    }
}

/* ---- core: 3.2 ---- */

static void
open_occurrence(struct reference *r, struct reference_alarm *a)
{
    r->occurrences++;
    a->current = (struct reference_occurrence){.number = r->occurrences, .step = 1};
}

static void
keep_older(struct reference *r, struct reference_alarm *a)
{
    if (r->flaw == FLAW_FORGETS_OLDER) {
        return;
    }
    assert(a->n_older < REFERENCE_OLDER);
    a->older[a->n_older] = a->current;
    a->n_older++;
}

static void worsen(struct reference *r, int lower);

/* ALM */
static void
rise(struct reference *r, int alarm)
{
    struct reference_alarm *a = &r->alarms[alarm];
    switch (a->state) {
    case ALARM_UNACKED:
    case ALARM_ACKED:
        return;
    case ALARM_NORMAL:
    case ALARM_LATCHED_ACKED: /* the old one was acknowledged: over */
        open_occurrence(r, a);
        break;
    case ALARM_RETURNED_UNACKED:
        keep_older(r, a);
        open_occurrence(r, a);
        break;
    case ALARM_LATCHED_UNACKED: /* the same occurrence */
        break;
    }
    a->state = ALARM_UNACKED;
    annunciate(r, a);
    start_realarm(r, a);
    tell_children(r, alarm);
    if (a->rule.worsens >= 0 && r->flaw != FLAW_NO_SEVERITY) {
        worsen(r, a->rule.worsens);
    }
}

/* SEV+ while active; where it is not, the lower limit's own delay decides. */
static void
worsen(struct reference *r, int lower)
{
    struct reference_alarm *a = &r->alarms[lower];
    if (!is_active(a)) {
        return;
    }
    a->state = ALARM_UNACKED;
    a->current.step++;
    annunciate(r, a);
    start_realarm(r, a);
}

/* RTN */
static void
fall(struct reference *r, int alarm)
{
    struct reference_alarm *a = &r->alarms[alarm];
    if (a->state == ALARM_UNACKED) {
        if (a->rule.latch) {
            a->state = ALARM_LATCHED_UNACKED;
        } else if (a->rule.ack_on_return) {
            a->state = ALARM_RETURNED_UNACKED;
        } else {
            a->state = ALARM_NORMAL;
        }
    } else if (a->state == ALARM_ACKED) {
        a->state = a->rule.latch ? ALARM_LATCHED_ACKED : ALARM_NORMAL;
    } else {
        return;
    }
    start_realarm(r, a);
    tell_children(r, alarm);
    if (a->one_shot) { /* "until the present (or next) occurrence clears" */
        drop_shelf(r, a);
    }
}

/* REAL */
static void
realarm(struct reference *r, struct reference_alarm *a)
{
    if (a->state == ALARM_UNACKED || a->state == ALARM_ACKED) {
        a->state = ALARM_UNACKED;
        a->current.step++;
    }
    annunciate(r, a);
    start_realarm(r, a);
}

/* ---- time ---- */

static void
fire_pending(struct reference *r, int alarm)
{
    struct reference_alarm *a = &r->alarms[alarm];
    enum alarm_pending which = a->pending;
    a->pending = PENDING_NONE;
    if (which == PENDING_ON) {
        rise(r, alarm);
    } else {
        fall(r, alarm);
    }
}

static mono_us
pending_due(const struct reference *r, const struct reference_alarm *a)
{
    bool frozen = a->suspect && r->flaw != FLAW_NO_FREEZE;
    return a->pending != PENDING_NONE && !frozen ? a->pending_due : NEVER;
}

void
reference_advance(struct reference *r, mono_us now)
{
    for (;;) {
        int first = -1;
        mono_us due = NEVER;
        for (int i = 0; i < r->n; i++) {
            const struct reference_alarm *a = &r->alarms[i];
            mono_us own = pending_due(r, a);
            own = a->realarm_due < own ? a->realarm_due : own;
            own = a->shelved_until < own ? a->shelved_until : own;
            if (own < due) {
                due = own;
                first = i;
            }
        }
        if (first < 0 || due > now) {
            break;
        }
        struct reference_alarm *a = &r->alarms[first];
        r->now = due;
        if (pending_due(r, a) == due) {
            fire_pending(r, first);
        } else if (a->shelved_until == due) {
            drop_shelf(r, a);
        } else {
            realarm(r, a);
        }
    }
    r->now = now;
}

static mono_us
moved(mono_us at, int64_t by)
{
    return at == NEVER ? NEVER : at + by;
}

void
reference_reboot(struct reference *r, mono_us now)
{
    for (int i = 0; i < r->n; i++) {
        struct reference_alarm *a = &r->alarms[i];
        a->pending_due = moved(a->pending_due, now - r->now);
        a->realarm_due = moved(a->realarm_due, now - r->now);
        a->shelved_until = moved(a->shelved_until, now - r->now);
    }
    r->now = now;
}

/* ---- readings ---- */

static bool
judge(const struct reference *r, const struct reference_alarm *a, double value)
{
    if (a->rule.digital) {
        return value != 0;
    }
    if (a->condition && r->flaw != FLAW_NO_DEADBAND) {
        return value > a->rule.limit - a->rule.deadband;
    }
    return value >= a->rule.limit;
}

static void
want(struct reference *r, int alarm, enum alarm_pending which, int64_t delay_us)
{
    struct reference_alarm *a = &r->alarms[alarm];
    if (a->pending == which) {
        return; /* it runs already */
    }
    a->pending = which;
    a->pending_due = r->now + delay_us;
    if (which != PENDING_NONE && delay_us == 0) {
        fire_pending(r, alarm);
    }
}

void
reference_reading(struct reference *r, int component, double value)
{
    for (int i = 0; i < r->n; i++) {
        struct reference_alarm *a = &r->alarms[i];
        if (a->rule.component != component) {
            continue;
        }
        if (a->suspect && r->flaw != FLAW_NO_FREEZE) {
            a->pending_due = r->now + a->frozen_left;
        }
        a->suspect = false;
        a->condition = judge(r, a, value);
        if (a->condition == is_active(a)) {
            want(r, i, PENDING_NONE, 0);
        } else if (a->condition) {
            want(r, i, PENDING_ON, a->rule.on_us);
        } else {
            want(r, i, PENDING_OFF, a->rule.off_us);
        }
    }
}

/* BADQ: hold, suspect; pending delays freeze. */
void
reference_bad_reading(struct reference *r, int component)
{
    for (int i = 0; i < r->n; i++) {
        struct reference_alarm *a = &r->alarms[i];
        if (a->rule.component == component && !a->suspect) {
            a->suspect = true;
            a->frozen_left = a->pending_due - r->now;
        }
    }
}

/* ---- operator ---- */

/* Up to that step, 0 meaning all there are; the highest that was ever named counts. True: the
 * occurrence is acknowledged. */
static bool
ack_up_to(struct reference_occurrence *o, uint32_t step)
{
    if (step == 0) {
        step = o->step;
    }
    if (step > o->acked_step) {
        o->acked_step = step;
    }
    return o->acked_step >= o->step;
}

/* "Close that occ only." */
static void
ack_older(struct reference_alarm *a, uint32_t i, uint32_t step)
{
    if (!ack_up_to(&a->older[i], step)) {
        return;
    }
    a->n_older--;
    for (; i < a->n_older; i++) {
        a->older[i] = a->older[i + 1];
    }
}

bool
reference_ack(struct reference *r, int alarm, uint32_t occurrence, uint32_t step)
{
    struct reference_alarm *a = &r->alarms[alarm];
    for (uint32_t i = 0; i < a->n_older; i++) {
        if (a->older[i].number == occurrence) {
            ack_older(a, i, step);
            return true;
        }
    }
    if (occurrence != a->current.number || a->state == ALARM_NORMAL ||
        a->state == ALARM_ACKED || a->state == ALARM_LATCHED_ACKED) {
        return false;
    }
    if (!ack_up_to(&a->current, step)) {
        return true;
    }
    if (a->state == ALARM_UNACKED) {
        a->state = ALARM_ACKED;
    } else if (a->state == ALARM_RETURNED_UNACKED) {
        a->state = ALARM_NORMAL;
    } else {
        a->state = ALARM_LATCHED_ACKED;
    }
    start_realarm(r, a);
    return true;
}

bool
reference_reset(struct reference *r, int alarm)
{
    struct reference_alarm *a = &r->alarms[alarm];
    if (a->state == ALARM_LATCHED_ACKED ||
        (r->flaw == FLAW_FREE_RESET && a->state == ALARM_LATCHED_UNACKED)) {
        a->state = ALARM_NORMAL;
        start_realarm(r, a);
        return true;
    }
    return false;
}

bool
reference_shelve(struct reference *r, int alarm, int64_t duration_us, bool one_shot)
{
    struct reference_alarm *a = &r->alarms[alarm];
    a->shelved = true;
    a->one_shot = one_shot;
    a->shelved_until = one_shot ? NEVER : r->now + duration_us;
    return true;
}

bool
reference_unshelve(struct reference *r, int alarm)
{
    struct reference_alarm *a = &r->alarms[alarm];
    if (!a->shelved) {
        return false;
    }
    drop_shelf(r, a);
    return true;
}

/* Sets out_itself of the component's alarms, or out_station of all (component -1). False when
 * it was so before. */
static bool
set_service(struct reference *r, int component, bool out)
{
    bool changed = false;
    for (int i = 0; i < r->n; i++) {
        struct reference_alarm *a = &r->alarms[i];
        bool *flag = component < 0 ? &a->out_station : &a->out_itself;
        if ((component < 0 || a->rule.component == component) && *flag != out) {
            unsigned before = reference_overlays(a);
            *flag = out;
            reenter(r, a, before);
            changed = true;
        }
    }
    return changed;
}

bool
reference_out(struct reference *r, int component)
{
    return set_service(r, component, true);
}

bool
reference_return(struct reference *r, int component)
{
    return set_service(r, component, false);
}

bool
reference_station_out(struct reference *r, bool out)
{
    return set_service(r, -1, out);
}
