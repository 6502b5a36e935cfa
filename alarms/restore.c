/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The start: what was kept comes back, timers go on on the boot clock where the machine is
 * still up and on the wall clock where it is not, and every alarm is derived anew from the
 * newest trusted value. An overlay of which nothing is known is dropped.
 */
#include "alarms/evaluator_private.h"

#include <math.h>
#include <string.h>

#define PARKED_KEEP_US (30 * 86400 * US_PER_S)
#define FAR_US         (INT64_C(36600) * 86400 * US_PER_S) /* a century */

/* ---- kept until the start, when "now" is known ---- */

void
evaluator_restore_alarm(struct evaluator *e, const struct alarm_record *r)
{
    struct alarm_record copy = alarm_record_copy(r);
    g_array_append_val(e->kept.alarms, copy);
}

void
evaluator_restore_occurrence(struct evaluator *e, const struct occurrence_record *r)
{
    struct occurrence_record copy = occurrence_record_copy(r);
    g_array_append_val(e->kept.occurrences, copy);
}

void
evaluator_restore_maintenance(struct evaluator *e, const struct maintenance_record *r)
{
    struct maintenance_record copy = maintenance_record_copy(r);
    g_array_append_val(e->kept.maintenance, copy);
}

void
evaluator_restore_closed(struct evaluator *e, const struct uuid *id)
{
    occurrence_known(e, id, ALARM_NONE);
    occurrence_close(e, id);
}

void
evaluator_restore_parked(struct evaluator *e, const struct parked_record *r)
{
    parked_keep(e, r);
}

/* ---- moments ---- */

/* A kept moment on today's boot clock; none: now. It may come from another instance and be any:
 * within a century, so that it can be reckoned with. */
static mono_us
today(const struct evaluator *e, const char *boot_id, mono_us mono, wall_us wall,
      struct now now)
{
    bool same = *boot_id != '\0' && strcmp(boot_id, e->set.boot_id) == 0;
    if (same || wall == WALL_NONE) {
        return same ? CLAMP(mono, now.mono - FAR_US, now.mono + FAR_US) : now.mono;
    }
    return now.mono + (CLAMP(wall, now.wall - FAR_US, now.wall + FAR_US) - now.wall);
}

/* What went by while nothing ran is due now: nobody was told anything then, and what was due
 * several times since is due once. */
static mono_us
still_due(const struct evaluator *e, const char *boot_id, mono_us mono, wall_us wall,
          struct now now)
{
    return MAX(today(e, boot_id, mono, wall, now), e->overdue);
}

/* ---- alarms ---- */

static void
restore_delay(struct evaluator *e, uint32_t alarm, const struct alarm_record *r, struct now now)
{
    struct more *m = more_of(e, alarm);
    const struct alarm_rule *rule = rule_of(e, alarm);
    int64_t delay_us = r->pending == PENDING_ON ? rule->on_delay_us : rule->off_delay_us;
    mono_us since = r->suspect
                        ? now.mono - CLAMP(r->pending_since_mono, 0, delay_us)
                        : today(e, r->boot_id, r->pending_since_mono, r->pending_since, now);
    since = MIN(since, now.mono);
    e->alarms[alarm].pending = (uint8_t)r->pending;
    m->pending_wall = now.wall - (now.mono - since);
    m->onset_at = m->pending_wall;
    if (r->suspect) {
        m->frozen_us = since + delay_us - now.mono;
    } else {
        timer_set(e, alarm, TIMER_DELAY, MAX(since + delay_us, e->overdue));
    }
}

/* Services are judged anew; what was so for a moment before we ended is no beginning. */
static bool
goes_on(const struct evaluator *e, uint32_t alarm, const struct alarm_record *r)
{
    return alarm < e->service_base || r->pending != PENDING_ON;
}

static void
restore_timers(struct evaluator *e, uint32_t alarm, const struct alarm_record *r,
               struct now now)
{
    struct alarm *a = &e->alarms[alarm];
    struct more *m = more_of(e, alarm);
    const struct alarm_rule *rule = rule_of(e, alarm);
    if (r->pending != PENDING_NONE && goes_on(e, alarm, r)) {
        restore_delay(e, alarm, r, now);
    }
    if (r->realarm_at != WALL_NONE && rule->realarm_us > 0) {
        timer_set(e, alarm, TIMER_REALARM,
                  MIN(still_due(e, r->boot_id, r->realarm_mono, r->realarm_at, now),
                      now.mono + rule->realarm_us));
    }
    bool timed = r->shelved_until != WALL_NONE;
    if ((r->overlays & OVERLAY_SHELVED) != 0 && (timed || r->one_shot)) {
        mono_us until =
            timed ? still_due(e, r->boot_id, r->shelved_until_mono, r->shelved_until, now)
                  : INT64_MAX;
        timer_set(e, alarm, TIMER_SHELF, until);
        m->shelved_until = timed ? now.wall + (until - now.mono) : WALL_NONE;
        m->one_shot = r->one_shot;
        text_set(&m->shelved_by, r->shelved_by);
        text_set(&m->shelve_reason, r->shelve_reason);
        a->overlays |= OVERLAY_SHELVED;
    }
}

static void
restore_alarm(struct evaluator *e, uint32_t alarm, const struct alarm_record *r, struct now now)
{
    struct alarm *a = &e->alarms[alarm];
    struct more *m = more_of(e, alarm);
    a->state = (uint8_t)r->state;
    a->condition = r->condition && goes_on(e, alarm, r);
    a->suspect = r->suspect;
    a->overlays = r->overlays & OVERLAY_SUPPRESSED; /* until release_orphans() */
    m->occurrence = r->occurrence;
    m->covered = r->covered;
    m->first_out = r->first_out;
    m->announced = true;
    restore_timers(e, alarm, r, now);
    if (r->chattering) {
        m->chatter.on = true;
        m->chatter.rises[0] = now.mono;
        timer_set(e, alarm, TIMER_CHATTER, now.mono + e->set.chatter_us);
    }
    if (!uuid_is_nil(&m->occurrence)) {
        occurrence_known(e, &m->occurrence, alarm);
    }
    enum alarm_type type = type_of(e, alarm);
    if (!e->succeeds && (a->overlays & OVERLAY_SUPPRESSED) != 0 &&
        (type == ALARM_SILENCE || type == ALARM_STALE)) {
        await_hearing(e, now); /* its time to be heard may have been under way */
    }
    uint32_t group = alarm < e->n_places ? e->rules->places[alarm].group : 0;
    if (group != 0 && alarm_state_active(r->state)) {
        e->group_active[group]++;
    }
    abnormal_update(e, alarm);
}

/* Its rule is gone: whoever saw it learns why it goes. */
static void
restore_gone(struct evaluator *e, const struct alarm_record *r, struct now now)
{
    struct alarm_name name = {r->station, r->component, r->rule};
    records_gone(e, name);
    if (r->state == ALARM_NORMAL) {
        return;
    }
    struct journal_record *line = journal_line(
        e, EVENT_RULE_GONE, &(struct cause){.now = now, .origin = "restart", .value = NAN});
    line->station = g_strdup(r->station);
    line->component = g_strdup(r->component);
    line->rule = g_strdup(r->rule);
    line->occurrence = r->occurrence;
    line->from = r->state;
    line->test = g_str_has_prefix(r->rule, ALARM_TEST_PREFIX);
}

static void
restore_alarms(struct evaluator *e, struct now now)
{
    for (guint i = 0; i < e->kept.alarms->len; i++) {
        const struct alarm_record *r = &g_array_index(e->kept.alarms, struct alarm_record, i);
        uint32_t alarm = find_alarm(e, r->station, r->component, r->rule);
        if (alarm == ALARM_NONE) {
            restore_gone(e, r, now);
        } else {
            restore_alarm(e, alarm, r, now);
        }
    }
}

/* ---- occurrences ---- */

static int
oldest_first(const void *a, const void *b)
{
    const struct older *x = a, *y = b;
    return x->raised_at < y->raised_at ? -1 : x->raised_at > y->raised_at;
}

static void
restore_older(struct evaluator *e, uint32_t alarm, const struct occurrence_record *r)
{
    struct more *m = more_of(e, alarm);
    struct older o = {r->occurrence, r->step,        r->acked_step, r->count,
                      r->raised_at,  r->returned_at, r->value};
    if (m->older == NULL) {
        m->older = g_array_new(FALSE, FALSE, sizeof(struct older));
    }
    g_array_append_val(m->older, o);
    g_array_sort(m->older, oldest_first);
    occurrence_known(e, &r->occurrence, alarm);
    abnormal_update(e, alarm);
}

static void
restore_current(struct evaluator *e, uint32_t alarm, const struct occurrence_record *r)
{
    struct more *m = more_of(e, alarm);
    m->step = r->step;
    m->acked_step = r->acked_step;
    m->count = r->count;
    m->raised_at = r->raised_at;
    m->returned_at = r->returned_at;
    m->acked_at = r->acked_at;
    m->value = r->value;
    text_set(&m->acked_by, r->acked_by);
    text_set(&m->comment, r->comment);
}

/* Closed, so that nobody waits for it for ever: of a rule that is gone, or a rise that goes on
 * under another name. */
static void
close_orphan(struct evaluator *e, const struct occurrence_record *r)
{
    struct occurrence_record copy = occurrence_record_copy(r);
    copy.state = ALARM_NORMAL;
    copy.current = false;
    g_array_append_val(e->changes.occurrences, copy);
}

static bool
is_current(const struct alarm *a, const struct occurrence_record *r)
{
    return a->more != NULL && uuid_equal(&a->more->occurrence, &r->occurrence);
}

/* The current occurrence under the name that another owner gave to it (see twin.c): an alarm
 * that has not returned does not rise. */
static bool
is_second_name(const struct alarm *a, const struct occurrence_record *r)
{
    const struct more *m = a->more;
    return m != NULL && !uuid_is_nil(&m->occurrence) && r->returned_at == WALL_NONE &&
           ABS(r->raised_at - m->raised_at) <= TWIN_US;
}

static void
restore_open(struct evaluator *e, const struct occurrence_record *r)
{
    uint32_t alarm = find_alarm(e, r->station, r->component, r->rule);
    if (alarm == ALARM_NONE || is_second_name(&e->alarms[alarm], r)) {
        close_orphan(e, r);
    } else {
        restore_older(e, alarm, r);
    }
}

static void
restore_occurrences(struct evaluator *e)
{
    GPtrArray *others = g_ptr_array_new();
    for (guint i = 0; i < e->kept.occurrences->len; i++) {
        struct occurrence_record *r =
            &g_array_index(e->kept.occurrences, struct occurrence_record, i);
        uint32_t alarm = find_alarm(e, r->station, r->component, r->rule);
        if (alarm != ALARM_NONE && is_current(&e->alarms[alarm], r)) {
            restore_current(e, alarm, r);
        } else if (alarm == ALARM_NONE || r->state != ALARM_NORMAL) {
            g_ptr_array_add(others, r);
        }
    }
    for (guint i = 0; i < others->len; i++) {
        restore_open(e, g_ptr_array_index(others, i));
    }
    g_ptr_array_unref(others);
}

/* ---- maintenance, suppression ---- */

/* As the configuration has it now: the one it was kept under may have had no reminders. */
static void
restore_reminder(const struct evaluator *e, struct maintenance *m,
                 const struct maintenance_record *r, struct now now)
{
    m->remind_mono = INT64_MAX;
    m->remind_at = WALL_NONE;
    if (e->set.reminder_us > 0) {
        mono_us most = now.mono + e->set.reminder_us;
        mono_us kept = r->remind_at == WALL_NONE
                           ? most
                           : still_due(e, r->boot_id, r->remind_mono, r->remind_at, now);
        m->remind_mono = MIN(kept, most);
        m->remind_at = now.wall + (m->remind_mono - now.mono);
    }
}

static void
restore_maintenance(struct evaluator *e, struct now now)
{
    for (guint i = 0; i < e->kept.maintenance->len; i++) {
        const struct maintenance_record *r =
            &g_array_index(e->kept.maintenance, struct maintenance_record, i);
        struct maintenance m = {
            .station = g_strdup(r->station),
            .component = g_strdup(r->component),
            .since = r->since,
            .actor = g_ref_string_new(r->actor == NULL ? "" : r->actor),
            .reason = g_ref_string_new(r->reason == NULL ? "" : r->reason),
        };
        restore_reminder(e, &m, r, now);
        g_array_append_val(e->maintenance, m);
        /* Silently: it was told when it began. */
        const struct plant *plant = e->rules->plant;
        uint32_t s = plant_find_station(plant, m.station);
        if (s != STATION_NONE) {
            maintenance_apply(e, &m);
        }
    }
}

/* Who is active explains again what it explained. */
void
restore_suppression(struct evaluator *e)
{
    GArray *list = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    g_array_append_vals(list, e->abnormal->data, e->abnormal->len);
    for (guint i = 0; i < list->len; i++) {
        uint32_t alarm = g_array_index(list, uint32_t, i);
        uint32_t parent = explained_by(e, alarm);
        if (parent != ALARM_NONE &&
            alarm_state_active((enum alarm_state)e->alarms[alarm].state)) {
            suppress(e, alarm, parent);
        }
        for (uint32_t k = alarm < e->n_places ? e->first_child[alarm] : 0;
             alarm < e->n_places && k < e->first_child[alarm + 1]; k++) {
            if (alarm_state_active((enum alarm_state)e->alarms[alarm].state)) {
                suppress(e, e->children[k], alarm);
            }
        }
    }
    g_array_unref(list);
}

/* ---- values ---- */

static void
restore_values(struct evaluator *e, struct now now)
{
    for (guint i = 0; i < e->kept_values->len; i++) {
        evaluate_kept(e, &g_array_index(e->kept_values, struct evaluator_input, i), now,
                      "restart");
    }
}

/* Whoever acknowledged what never came is not kept for ever. */
static void
expire_parked(struct evaluator *e, struct now now)
{
    GHashTableIter all;
    void *parked;
    GArray *old = g_array_new(FALSE, FALSE, sizeof(struct uuid));
    g_hash_table_iter_init(&all, e->parked);
    while (g_hash_table_iter_next(&all, NULL, &parked)) {
        const struct parked_record *p = parked;
        if (now.wall - p->at > PARKED_KEEP_US) {
            g_array_append_val(old, p->occurrence);
        }
    }
    for (guint i = 0; i < old->len; i++) {
        parked_done(e, &g_array_index(old, struct uuid, i));
    }
    g_array_unref(old);
}

void
restore_all(struct evaluator *e, struct now now)
{
    restore_alarms(e, now);
    restore_occurrences(e);
    restore_maintenance(e, now);
    expire_parked(e, now);
    restore_suppression(e);
}

void
restore_forget(struct evaluator *e)
{
    g_array_set_size(e->kept_values, 0);
    alarm_changes_fini(&e->kept);
    alarm_changes_init(&e->kept);
}

/* An alarm that was shelved and whose time is over comes out now, not at its old moment. */
void
evaluator_start(struct evaluator *e, struct now now)
{
    e->last = now;
    e->overdue = now.mono;
    guint kept = e->kept.alarms->len;
    restore_all(e, now);
    for (uint32_t i = 0; i < e->n_places; i++) {
        stale_arm(e, i, now.mono);
    }
    char text[64];
    snprintf(text, sizeof(text), "%u alarms kept", kept);
    const struct cause cause = {.now = now, .origin = "restart", .detail = text, .value = NAN};
    journal_line(e, EVENT_START, &cause);
    release_orphans(e, &cause);
    restore_values(e, now);
    restore_forget(e);
    e->version++;
    evaluator_advance(e, now);
}
