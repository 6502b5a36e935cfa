/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What operators do. Everything is journalled, what is refused as well. An acknowledgement is a
 * fact about one occurrence up to one step: given twice, late or early it never does harm.
 */
#include "alarms/evaluator_private.h"

#include <math.h>
#include <string.h>

#include "src/core/i18n.h"

#define PARKED_MAX 1000

/* ---- parked acknowledgements ---- */

const struct parked_record *
parked_for(const struct evaluator *e, const struct uuid *id)
{
    return g_hash_table_lookup(e->parked, id);
}

void
parked_keep(struct evaluator *e, const struct parked_record *r)
{
    struct parked_record *copy = g_new(struct parked_record, 1);
    *copy = parked_record_copy(r);
    copy->gone = false;
    g_hash_table_replace(e->parked, &copy->occurrence, copy);
}

static void
parked_changed(struct evaluator *e, const struct parked_record *r, bool gone)
{
    struct parked_record copy = parked_record_copy(r);
    copy.gone = gone;
    g_array_append_val(e->changes.parked, copy);
}

void
parked_done(struct evaluator *e, const struct uuid *id)
{
    const struct parked_record *p = parked_for(e, id);
    if (p != NULL) {
        parked_changed(e, p, true);
        g_hash_table_remove(e->parked, id);
    }
}

/* ---- saying no ---- */

struct cause
cause_of(const struct alarm_action *a, struct now now)
{
    return (struct cause){.now = now,
                          .actor = a->user,
                          .origin = a->origin,
                          .detail = *a->text == '\0' ? NULL : a->text,
                          .source_at = now.wall,
                          .value = NAN,
                          .action = a->id};
}

/* The journal keeps what was asked for and why not; err is for the one who asked. */
enum rc
action_refuse(struct evaluator *e, uint32_t alarm, const struct alarm_action *a, struct now now,
              enum rc rc, struct err *err)
{
    char *text = g_strdup_printf("%s: %s", alarm_action_name(a->kind), err->text);
    struct cause cause = cause_of(a, now);
    cause.detail = text;
    struct journal_record *line = alarm != ALARM_NONE
                                      ? journal_alarm(e, alarm, EVENT_REFUSED, &cause)
                                      : journal_line(e, EVENT_REFUSED, &cause);
    if (alarm == ALARM_NONE) {
        line->occurrence = a->occurrence;
        line->station = *a->station != '\0' ? g_strdup(a->station) : NULL;
        line->component = *a->component != '\0' ? g_strdup(a->component) : NULL;
        line->rule = *a->rule != '\0' ? g_strdup(a->rule) : NULL;
    }
    g_free(text);
    return rc;
}

/* ---- which alarm ---- */

uint32_t
action_target(const struct evaluator *e, const struct alarm_action *a)
{
    const struct occurrence_ref *ref = g_hash_table_lookup(e->occurrences, &a->occurrence);
    if (ref != NULL && ref->alarm != ALARM_NONE) {
        return ref->alarm;
    }
    /* An acknowledgement is of one occurrence and no other; the rest is of the alarm. */
    bool by_name = uuid_is_nil(&a->occurrence) || (a->kind != ACTION_ACK && *a->rule != '\0');
    return by_name ? find_alarm(e, a->station, a->component, a->rule) : ALARM_NONE;
}

enum rc
no_such_alarm(struct evaluator *e, const struct alarm_action *a, struct now now,
              struct err *err)
{
    if (uuid_is_nil(&a->occurrence)) {
        err_set(err, RC_NOTFOUND, _("there is no alarm \"%s/%s/%s\""), a->station, a->component,
                a->rule);
    } else {
        char id[UUID_SIZE];
        uuid_format(id, &a->occurrence);
        err_set(err, RC_NOTFOUND, _("occurrence %s is not known"), id);
    }
    return action_refuse(e, ALARM_NONE, a, now, RC_NOTFOUND, err);
}

/* ---- acknowledge ---- */

static enum rc
park(struct evaluator *e, const struct alarm_action *a, struct now now, struct err *err)
{
    const struct parked_record *before = parked_for(e, &a->occurrence);
    if (before == NULL && g_hash_table_size(e->parked) >= PARKED_MAX) {
        err_set(err, RC_FULL, _("too many acknowledgements wait for their occurrence"));
        return action_refuse(e, ALARM_NONE, a, now, RC_FULL, err);
    }
    /* Of several the one that covers most counts; 0 covers all. */
    bool more =
        before == NULL || (before->step != 0 && (a->step == 0 || a->step > before->step));
    if (more) {
        struct alarm_action copy = *a;
        struct parked_record r = {.occurrence = a->occurrence,
                                  .step = a->step,
                                  .at = now.wall,
                                  .seen_at = a->seen_at,
                                  .user = copy.user,
                                  .origin = copy.origin,
                                  .comment = copy.text,
                                  .action = a->id};
        parked_keep(e, &r);
        parked_changed(e, &r, false);
    }
    struct cause cause = cause_of(a, now);
    journal_line(e, EVENT_PARKED, &cause)->occurrence = a->occurrence;
    err_set(err, RC_OK, "%s", _("not known yet; the acknowledgement waits for it"));
    return RC_OK;
}

/* Rose meanwhile to a step that the operator had not seen: that one still wants to be seen. */
static void
set_worse_since(uint32_t step, struct err *err)
{
    err_set(err, RC_OK, _("it has become worse since: step %u still wants one"), step);
}

/* True: all of it is acknowledged now, and it is over; the caller removes it. */
static bool
close_older(struct evaluator *e, uint32_t alarm, struct older *slot, uint32_t step,
            const struct cause *cause)
{
    bool news = step > slot->acked_step, closed = step == slot->step;
    slot->acked_step = MAX(slot->acked_step, step);
    struct older o = *slot;
    if (closed) {
        occurrence_close(e, &o.occurrence);
    }
    if (news) {
        older_changed(e, alarm, &o, closed, cause);
        struct journal_record *line = journal_alarm(e, alarm, EVENT_ACKED, cause);
        line->occurrence = o.occurrence;
        line->step = step;
        line->value = o.value;
    }
    return closed;
}

/* The one that stands at this place, up to a step; 0: all of it. */
static void
ack_older(struct evaluator *e, uint32_t alarm, guint at, uint32_t step,
          const struct cause *cause, struct err *err)
{
    GArray *list = e->alarms[alarm].more->older;
    struct older *slot = &g_array_index(list, struct older, at);
    uint32_t all = slot->step;
    if (close_older(e, alarm, slot, step == 0 ? all : MIN(step, all), cause)) {
        g_array_remove_index(list, at);
        abnormal_update(e, alarm);
    } else {
        set_worse_since(all, err);
    }
}

/* The first n, the oldest. There may be very many: they are removed at once. */
static void
ack_oldest(struct evaluator *e, uint32_t alarm, guint n, const struct cause *cause)
{
    GArray *list = e->alarms[alarm].more->older;
    for (guint i = 0; i < n; i++) {
        struct older *slot = &g_array_index(list, struct older, i);
        (void)close_older(e, alarm, slot, slot->step, cause);
    }
    if (n > 0) {
        g_array_remove_range(list, 0, n);
        abnormal_update(e, alarm);
    }
}

/* Its place among the older ones: what is open and not the current one stands there. */
static guint
find_older(const struct more *m, const struct uuid *id)
{
    guint i = 0;
    while (!uuid_equal(&g_array_index(m->older, struct older, i).occurrence, id)) {
        i++;
    }
    return i;
}

static void
set_ack_refusal(const struct evaluator *e, uint32_t alarm, struct err *err)
{
    const struct alarm *a = &e->alarms[alarm];
    enum alarm_state state = (enum alarm_state)a->state;
    if (state == ALARM_NORMAL || a->more == NULL || a->more->acked_by == NULL) {
        err_set(err, RC_INVALID, "%s", _(life_refusal(state, LIFE_ACK)));
        return;
    }
    GDateTime *at = g_date_time_new_from_unix_utc(a->more->acked_at / US_PER_S);
    char *text = at == NULL ? NULL : g_date_time_format(at, "%Y-%m-%dT%H:%M:%SZ");
    err_set(err, RC_INVALID, _("it is acknowledged already, by %s at %s"), a->more->acked_by,
            text == NULL ? "?" : text);
    g_free(text);
    if (at != NULL) {
        g_date_time_unref(at);
    }
}

static enum rc
ack_current(struct evaluator *e, uint32_t alarm, const struct alarm_action *a, struct now now,
            struct err *err)
{
    struct more *m = more_of(e, alarm);
    struct cause cause = cause_of(a, now);
    cause.value = m->value;
    if (a->step != 0 && a->step < m->step && alarm_state_unacked(e->alarms[alarm].state)) {
        if (a->step > m->acked_step) {
            m->acked_step = a->step;
            journal_alarm(e, alarm, EVENT_ACKED, &cause)->step = a->step;
            occurrence_changed(e, alarm);
        }
        set_worse_since(m->step, err);
        return RC_OK;
    }
    struct life_step step = transit(e, alarm, LIFE_ACK, &cause);
    if ((step.todo & LIFE_REFUSE) != 0) {
        set_ack_refusal(e, alarm, err);
        return action_refuse(e, alarm, a, now, RC_INVALID, err);
    }
    return RC_OK;
}

static enum rc
act_ack(struct evaluator *e, const struct alarm_action *a, struct now now, struct err *err)
{
    const struct occurrence_ref *ref = g_hash_table_lookup(e->occurrences, &a->occurrence);
    uint32_t alarm = action_target(e, a);
    if (ref != NULL && ref->closed) {
        err_set(err, RC_INVALID, "%s", _("it is over: there is nothing to acknowledge"));
        return action_refuse(e, alarm, a, now, RC_INVALID, err);
    }
    if (alarm == ALARM_NONE) {
        return uuid_is_nil(&a->occurrence) ? no_such_alarm(e, a, now, err)
                                           : park(e, a, now, err);
    }
    struct more *m = more_of(e, alarm);
    struct cause cause = cause_of(a, now);
    if (uuid_is_nil(&a->occurrence) || uuid_equal(&a->occurrence, &m->occurrence)) {
        guint n = a->with_older && m->older != NULL ? m->older->len : 0;
        ack_oldest(e, alarm, n, &cause);
        return ack_current(e, alarm, a, now, err);
    }
    guint at = find_older(m, &a->occurrence);
    ack_oldest(e, alarm, a->with_older ? at : 0, &cause);
    ack_older(e, alarm, a->with_older ? 0 : at, a->step, &cause, err);
    return RC_OK;
}

/* ---- reset ---- */

static enum rc
act_reset(struct evaluator *e, const struct alarm_action *a, struct now now, struct err *err)
{
    uint32_t alarm = action_target(e, a);
    if (alarm == ALARM_NONE) {
        return no_such_alarm(e, a, now, err);
    }
    enum alarm_state before = (enum alarm_state)e->alarms[alarm].state;
    struct cause cause = cause_of(a, now);
    struct life_step step = transit(e, alarm, LIFE_RST, &cause);
    if ((step.todo & LIFE_REFUSE) != 0) {
        err_set(err, RC_INVALID, "%s", _(life_refusal(before, LIFE_RST)));
        return action_refuse(e, alarm, a, now, RC_INVALID, err);
    }
    return RC_OK;
}

enum rc
evaluator_act(struct evaluator *e, const struct alarm_action *a, struct now now,
              struct err *err)
{
    struct err none;
    err = err == NULL ? &none : err;
    err->text[0] = '\0';
    evaluator_advance(e, now);
    switch (a->kind) {
    case ACTION_ACK:
        return act_ack(e, a, now, err);
    case ACTION_SHELVE:
        return act_shelve(e, a, now, err);
    case ACTION_UNSHELVE:
        return act_unshelve(e, a, now, err);
    case ACTION_RESET:
        return act_reset(e, a, now, err);
    case ACTION_MAINTENANCE:
        return act_maintenance(e, a, now, err);
    case ACTION_RETURN:
        return act_return(e, a, now, err);
    case ACTION_TEST:
        return act_test(e, a, now, err);
    case ACTION_TEST_END:
        return act_test_end(e, a, now, err);
    }
    return RC_INVALID;
}
