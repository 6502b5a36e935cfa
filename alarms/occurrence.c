/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Occurrences: their names, the older ones that stay open, and their records. */
#include "alarms/evaluator_private.h"

#include <string.h>

void
occurrence_known(struct evaluator *e, const struct uuid *id, uint32_t alarm)
{
    struct occurrence_ref *ref = g_hash_table_lookup(e->occurrences, id);
    if (ref != NULL) { /* over, but still the newest of an alarm that is kept */
        if (ref->closed) {
            g_queue_remove(&e->closed, ref);
        }
        ref->closed = false;
        ref->alarm = alarm;
        return;
    }
    ref = g_new0(struct occurrence_ref, 1);
    ref->occurrence = *id;
    ref->alarm = alarm;
    g_hash_table_replace(e->occurrences, &ref->occurrence, ref);
}

void
occurrence_close(struct evaluator *e, const struct uuid *id)
{
    struct occurrence_ref *ref = g_hash_table_lookup(e->occurrences, id);
    if (ref == NULL || ref->closed) {
        return;
    }
    ref->closed = true;
    g_queue_push_tail(&e->closed, ref);
    if (e->closed.length > EVALUATOR_CLOSED) {
        struct occurrence_ref *oldest = g_queue_pop_head(&e->closed);
        g_hash_table_remove(e->occurrences, &oldest->occurrence);
    }
}

void
occurrence_changed(struct evaluator *e, uint32_t alarm)
{
    struct occurrence_record r = {0};
    occurrence_fill(e, alarm, &r);
    g_array_append_val(e->changes.occurrences, r);
    alarm_touch(e, alarm);
}

bool
evaluator_is_unacked(const struct evaluator *e, const struct uuid *occurrence)
{
    const struct occurrence_ref *ref = g_hash_table_lookup(e->occurrences, occurrence);
    if (ref == NULL || ref->closed || ref->alarm == ALARM_NONE) {
        return false;
    }
    const struct alarm *a = &e->alarms[ref->alarm];
    bool newest = a->more != NULL && uuid_equal(&a->more->occurrence, occurrence);
    return !newest || alarm_state_unacked((enum alarm_state)a->state); /* else open: unacked */
}

bool
has_older(const struct alarm *a)
{
    return a->more != NULL && a->more->older != NULL && a->more->older->len > 0;
}

void
older_fill(const struct evaluator *e, uint32_t alarm, const struct older *o,
           struct occurrence_record *r)
{
    struct alarm_name name = name_of(e, alarm);
    *r = (struct occurrence_record){
        .occurrence = o->occurrence,
        .station = g_strdup(name.station),
        .component = g_strdup(name.component),
        .rule = g_strdup(name.rule),
        .type = type_of(e, alarm),
        .priority = priority_of(e, alarm),
        .state = ALARM_RETURNED_UNACKED,
        .test = is_test(e, alarm),
        .step = o->step,
        .acked_step = o->acked_step,
        .count = o->count,
        .raised_at = o->raised_at,
        .returned_at = o->returned_at,
        .acked_at = WALL_NONE,
        .value = o->value,
    };
}

void
older_changed(struct evaluator *e, uint32_t alarm, const struct older *o, bool closed,
              const struct cause *cause)
{
    struct occurrence_record r;
    older_fill(e, alarm, o, &r);
    if (closed) {
        r.state = ALARM_NORMAL;
        r.acked_at = cause->now.wall;
        r.acked_by = g_strdup(cause->actor);
        r.comment = g_strdup(cause->detail);
    }
    g_array_append_val(e->changes.occurrences, r);
    alarm_touch(e, alarm);
}

/* The name is made of the alarm and its onset, so that everybody who saw that gives it. Several
 * of one onset, as pulses within a message or a wall clock that went back make them, are told
 * apart by a number. */
static struct uuid
name_occurrence(struct evaluator *e, uint32_t alarm, wall_us onset)
{
    struct alarm_name name = name_of(e, alarm);
    struct uuid id;
    uint32_t number = 0;
    do {
        char *text = g_strdup_printf("%s\037%s\037%s\037%" G_GINT64_FORMAT "\037%u",
                                     name.station, name.component, name.rule, onset, number++);
        id = uuid_of(text, strlen(text));
        g_free(text);
    } while (g_hash_table_contains(e->occurrences, &id));
    return id;
}

/* The occurrence so far is superseded by a new rise; keep: it still wants to be seen. */
static void
supersede(struct evaluator *e, uint32_t alarm, bool keep, const struct cause *cause)
{
    struct more *m = more_of(e, alarm);
    if (uuid_is_nil(&m->occurrence)) {
        return;
    }
    if (keep) {
        struct older o = {m->occurrence, m->step,        m->acked_step, m->count,
                          m->raised_at,  m->returned_at, m->value};
        if (m->older == NULL) {
            m->older = g_array_new(FALSE, FALSE, sizeof(struct older));
        }
        g_array_append_val(m->older, o);
        older_changed(e, alarm, &o, false, cause);
    } else {
        struct occurrence_record r = {0};
        occurrence_fill(e, alarm, &r);
        r.state = ALARM_NORMAL;
        r.current = false;
        g_array_append_val(e->changes.occurrences, r);
        occurrence_close(e, &m->occurrence);
    }
}

void
open_occurrence(struct evaluator *e, uint32_t alarm, bool keep, const struct cause *cause)
{
    struct more *m = more_of(e, alarm);
    supersede(e, alarm, keep, cause);
    m->count = keep ? m->count + 1 : 1;
    wall_us onset = cause->source_at != WALL_NONE ? cause->source_at : cause->now.wall;
    m->occurrence = name_occurrence(e, alarm, cause->source_at);
    m->step = 1;
    m->acked_step = 0;
    m->raised_at = onset;
    m->raised_mono = cause->now.mono;
    m->returned_at = m->acked_at = m->released_at = WALL_NONE;
    m->value = cause->value;
    m->first_out = false;
    text_set(&m->acked_by, NULL);
    text_set(&m->comment, NULL);
    occurrence_known(e, &m->occurrence, alarm);
    if (e->alarms[alarm].overlays != 0) {
        m->covered++;
    }
}
