/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An evaluator that decides nothing, but would know what to do. */
#include "alarms/evaluator_private.h"

#define EVENTS_MAX 65536 /* remembered; then the older half goes */

void
shadow_note(struct evaluator *e, uint32_t alarm, bool rises, const struct cause *cause)
{
    if (is_test(e, alarm)) {
        return;
    }
    const struct shadow_event *all = (const struct shadow_event *)(const void *)e->events->data;
    guint half = e->events->len / 2;
    if (half > 16 &&
        (e->events->len >= EVENTS_MAX || all[half].at < cause->now.mono - SHADOW_US)) {
        g_array_remove_range(e->events, 0, half);
    }
    struct shadow_event event = {
        .at = cause->now.mono,
        .alarm = alarm,
        .rises = rises,
        .source_at = cause->source_at != WALL_NONE ? cause->source_at : cause->now.wall,
        .value = cause->value,
        .detail = text_new(cause->detail),
        .behind = e->behind,
        .away_since = e->away_since,
    };
    g_array_append_val(e->events, event);
}

void
shadow_forget(struct evaluator *e, struct now now)
{
    g_array_set_size(e->events, 0);
    e->began = now.mono;
}

void
evaluator_behind(struct evaluator *e, bool behind, wall_us away_since)
{
    e->behind = behind;
    e->away_since = away_since;
}

void
evaluator_discard(struct evaluator *e)
{
    GArray *changes[] = {e->changes.journal, e->changes.occurrences, e->changes.alarms,
                         e->changes.maintenance, e->changes.parked};
    for (size_t i = 0; i < G_N_ELEMENTS(changes); i++) {
        if (changes[i]->len > 0) {
            g_array_set_size(changes[i], 0);
        }
    }
    for (guint i = 0; i < e->dirty->len; i++) {
        e->alarms[g_array_index(e->dirty, uint32_t, i)].dirty = false;
    }
    g_array_set_size(e->dirty, 0);
}

/* Of what people did to it nothing is left. */
static void
make_plain(struct evaluator *e, uint32_t alarm)
{
    struct alarm *a = &e->alarms[alarm];
    struct more *m = a->more;
    bool stands = alarm_state_active((enum alarm_state)a->state) && !is_test(e, alarm);
    if (!stands && a->state != ALARM_NORMAL) {
        occurrence_close(e, &m->occurrence);
    }
    for (guint i = 0; m->older != NULL && i < m->older->len; i++) {
        occurrence_close(e, &g_array_index(m->older, struct older, i).occurrence);
    }
    g_clear_pointer(&m->older, g_array_unref);
    a->state = stands ? ALARM_UNACKED : ALARM_NORMAL;
    a->condition = a->condition && !is_test(e, alarm);
    a->overlays = 0;
    m->parent = ALARM_NONE;
    m->one_shot = false;
    m->covered = 0;
    m->shelved_until = WALL_NONE;
    timer_clear(e, alarm, TIMER_SHELF);
    timer_clear(e, alarm, TIMER_REALARM);
    timer_clear(e, alarm, TIMER_TEST);
    text_set(&m->shelved_by, NULL);
    text_set(&m->shelve_reason, NULL);
    g_clear_pointer(&m->first_person, g_free);
    abnormal_update(e, alarm);
}

void
evaluator_shadow(struct evaluator *e)
{
    e->shadow = true;
    shadow_forget(e, e->last);
    g_array_set_size(e->maintenance, 0);
    g_hash_table_remove_all(e->parked);
    for (uint32_t i = 0; i < e->n_alarms; i++) {
        if (e->alarms[i].more != NULL) {
            make_plain(e, i);
        }
    }
    evaluator_discard(e);
    e->version++;
}
