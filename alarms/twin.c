/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One rise under two names. Where no source tells times each instance names a rise by when it
 * got the reading, and an owner that was cut off, or slow, may have named one that the next
 * owner had to name anew. What it told is told; who acknowledged it has acknowledged ours.
 */
#include "alarms/evaluator_private.h"

#include <math.h>

static bool
is_twin(const struct journal_record *line, wall_us raised_at, double value)
{
    bool same = line->value == value || isnan(line->value) || isnan(value);
    return same && ABS(raised_at - line->at) <= TWIN_US;
}

/* Our name of that rise; NULL: it is none of ours. */
static const struct uuid *
find_twin(const struct alarm *a, const struct journal_record *line)
{
    const struct more *m = a->more;
    if (m == NULL) {
        return NULL;
    }
    if (!uuid_is_nil(&m->occurrence) && is_twin(line, m->raised_at, m->value)) {
        return &m->occurrence;
    }
    for (guint i = m->older == NULL ? 0 : m->older->len; i > 0; i--) {
        const struct older *o = &g_array_index(m->older, struct older, i - 1);
        if (is_twin(line, o->raised_at, o->value)) {
            return &o->occurrence;
        }
    }
    return NULL;
}

static void
take_ack(struct evaluator *e, const struct parked_record *p, const struct uuid *ours,
         struct now now)
{
    struct alarm_action a = {.kind = ACTION_ACK,
                             .id = p->action,
                             .occurrence = *ours,
                             .step = p->step,
                             .seen_at = p->seen_at};
    g_strlcpy(a.user, p->user != NULL ? p->user : "", sizeof(a.user));
    g_strlcpy(a.origin, p->origin != NULL ? p->origin : "", sizeof(a.origin));
    g_strlcpy(a.text, p->comment != NULL ? p->comment : "", sizeof(a.text));
    struct uuid theirs = p->occurrence;
    parked_done(e, &theirs);
    (void)evaluator_act(e, &a, now,
                        NULL); /* refused when it is acknowledged: the journal says */
}

void
evaluator_twin(struct evaluator *e, const struct journal_record *line, struct now now)
{
    if (line->event != EVENT_RAISED ||
        g_hash_table_contains(e->occurrences, &line->occurrence)) {
        return;
    }
    uint32_t alarm = find_alarm(e, line->station, line->component, line->rule);
    const struct uuid *ours = alarm == ALARM_NONE ? NULL : find_twin(&e->alarms[alarm], line);
    if (ours == NULL) {
        return;
    }
    struct uuid id = *ours;
    const struct parked_record *p = parked_for(e, &line->occurrence);
    if (p != NULL) {
        take_ack(e, p, &id, now);
    }
    occurrence_known(e, &line->occurrence, ALARM_NONE); /* nobody waits for it any more */
    occurrence_close(e, &line->occurrence);
}
