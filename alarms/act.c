/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What operators do. Everything is journalled, what is refused as well. An acknowledgement is a
 * fact about one occurrence up to one step: given twice, late or early it never does harm.
 */
#include "alarms/evaluator_private.h"

#include <math.h>
#include <string.h>

#include "src/core/i18n.h"

#define PARKED_MAX       1000
#define SECOND_PERSON_US (600 * US_PER_S)  /* the second one has to come within */
#define TEST_US          (3600 * US_PER_S) /* a test that nobody ends */

/* ---- parked acknowledgements ---- */

const struct parked_record *
parked_for(const struct evaluator *e, const struct uuid *id)
{
    return g_hash_table_lookup(e->parked, id);
}

struct parked_record *
parked_copy(const struct parked_record *r, bool gone)
{
    struct parked_record *copy = g_memdup2(r, sizeof(*r));
    copy->gone = gone;
    copy->user = g_strdup(r->user);
    copy->origin = g_strdup(r->origin);
    copy->comment = g_strdup(r->comment);
    return copy;
}

void
parked_keep(struct evaluator *e, const struct parked_record *r)
{
    struct parked_record *copy = parked_copy(r, false);
    g_hash_table_replace(e->parked, &copy->occurrence, copy);
}

static void
parked_changed(struct evaluator *e, const struct parked_record *r, bool gone)
{
    struct parked_record *copy = parked_copy(r, gone);
    g_array_append_vals(e->changes.parked, copy, 1);
    g_free(copy);
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

static struct cause
cause_of(const struct alarm_action *a, struct now now)
{
    return (struct cause){.now = now,
                          .actor = a->user,
                          .origin = a->origin,
                          .detail = *a->text == '\0' ? NULL : a->text,
                          .source_at = now.wall,
                          .value = NAN};
}

/* The journal keeps what was asked for and why not; err is for the one who asked. */
static enum rc
refuse(struct evaluator *e, uint32_t alarm, const struct alarm_action *a, struct now now,
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

static uint32_t
target(const struct evaluator *e, const struct alarm_action *a)
{
    if (uuid_is_nil(&a->occurrence)) {
        return find_alarm(e, a->station, a->component, a->rule);
    }
    const struct occurrence_ref *ref = g_hash_table_lookup(e->occurrences, &a->occurrence);
    return ref == NULL ? ALARM_NONE : ref->alarm;
}

static enum rc
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
    return refuse(e, ALARM_NONE, a, now, RC_NOTFOUND, err);
}

/* ---- acknowledge ---- */

static enum rc
park(struct evaluator *e, const struct alarm_action *a, struct now now, struct err *err)
{
    const struct parked_record *before = parked_for(e, &a->occurrence);
    if (before == NULL && g_hash_table_size(e->parked) >= PARKED_MAX) {
        err_set(err, RC_FULL, _("too many acknowledgements wait for their occurrence"));
        return refuse(e, ALARM_NONE, a, now, RC_FULL, err);
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
                                  .comment = copy.text};
        parked_keep(e, &r);
        parked_changed(e, &r, false);
    }
    struct cause cause = cause_of(a, now);
    journal_line(e, EVENT_PARKED, &cause)->occurrence = a->occurrence;
    err_set(err, RC_OK, "%s", _("not known yet; the acknowledgement waits for it"));
    return RC_OK;
}

static enum rc
ack_older(struct evaluator *e, uint32_t alarm, guint at, const struct alarm_action *a,
          struct now now)
{
    struct alarm *al = &e->alarms[alarm];
    struct older o = g_array_index(al->more->older, struct older, at);
    struct cause cause = cause_of(a, now);
    g_array_remove_index(al->more->older, at);
    older_changed(e, alarm, &o, true, &cause);
    occurrence_close(e, &o.occurrence);
    struct journal_record *line = journal_alarm(e, alarm, EVENT_ACKED, &cause);
    line->occurrence = o.occurrence;
    line->step = o.step;
    line->value = o.value;
    return RC_OK;
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
        err_set(err, RC_OK, _("it has become worse since: step %u still wants one"), m->step);
        return RC_OK;
    }
    struct life_step step = transit(e, alarm, LIFE_ACK, &cause);
    if ((step.todo & LIFE_REFUSE) != 0) {
        set_ack_refusal(e, alarm, err);
        return refuse(e, alarm, a, now, RC_INVALID, err);
    }
    return RC_OK;
}

static enum rc
act_ack(struct evaluator *e, const struct alarm_action *a, struct now now, struct err *err)
{
    const struct occurrence_ref *ref = g_hash_table_lookup(e->occurrences, &a->occurrence);
    uint32_t alarm = target(e, a);
    if (ref != NULL && ref->closed) {
        err_set(err, RC_INVALID, "%s", _("it is over: there is nothing to acknowledge"));
        return refuse(e, alarm, a, now, RC_INVALID, err);
    }
    if (alarm == ALARM_NONE) {
        return uuid_is_nil(&a->occurrence) ? no_such_alarm(e, a, now, err)
                                           : park(e, a, now, err);
    }
    struct more *m = more_of(e, alarm);
    if (uuid_is_nil(&a->occurrence) || uuid_equal(&a->occurrence, &m->occurrence)) {
        return ack_current(e, alarm, a, now, err);
    }
    return ack_older(e, alarm, find_older(m, &a->occurrence), a, now);
}

/* ---- shelve ---- */

/* True: another person has to ask for the same, and was told so. */
static bool
wants_second_person(struct evaluator *e, uint32_t alarm, const struct alarm_action *a,
                    struct now now, struct err *err)
{
    struct more *m = more_of(e, alarm);
    if (!e->set.second_person || priority_of(e, alarm) != ALARM_CRITICAL) {
        return false;
    }
    if (m->first_person != NULL && now.mono <= m->second_until &&
        strcmp(m->first_person, a->user) != 0) {
        g_clear_pointer(&m->first_person, g_free);
        return false;
    }
    g_free(m->first_person);
    m->first_person = g_strdup(a->user);
    m->second_until = now.mono + SECOND_PERSON_US;
    err_set(err, RC_OK, "%s", _("a second person has to ask for the same within 10 minutes"));
    return true;
}

static void
put_on_shelf(struct evaluator *e, uint32_t alarm, const struct alarm_action *a, struct now now)
{
    struct more *m = more_of(e, alarm);
    struct cause cause = cause_of(a, now);
    m->one_shot = a->one_shot;
    m->shelved_until = a->one_shot ? WALL_NONE : now.wall + a->duration_us;
    text_set(&m->shelved_by, a->user);
    text_set(&m->shelve_reason, a->text);
    timer_set(e, alarm, TIMER_SHELF, a->one_shot ? INT64_MAX : now.mono + a->duration_us);
    overlay_set(e, alarm, OVERLAY_SHELVED);
    char *text = a->one_shot
                     ? g_strdup_printf("until it clears: %s", a->text)
                     : g_strdup_printf("for %d min: %s",
                                       (int)(a->duration_us / (60 * US_PER_S)), a->text);
    cause.detail = text;
    journal_alarm(e, alarm, EVENT_SHELVED, &cause);
    g_free(text);
}

static enum rc
act_shelve(struct evaluator *e, const struct alarm_action *a, struct now now, struct err *err)
{
    uint32_t alarm = target(e, a);
    if (alarm == ALARM_NONE) {
        return no_such_alarm(e, a, now, err);
    }
    int64_t most_us = e->set.shelve_max_us[priority_of(e, alarm)];
    enum rc rc = RC_OK;
    if (*a->text == '\0') {
        rc = err_set(err, RC_INVALID, "%s", _("shelving wants a reason"));
    } else if (!a->one_shot && (a->duration_us <= 0 || a->duration_us > most_us)) {
        rc = err_set(err, RC_INVALID,
                     _("an alarm of this priority is shelved for %d min at most"),
                     (int)(most_us / (60 * US_PER_S)));
    }
    if (rc != RC_OK) {
        return refuse(e, alarm, a, now, rc, err);
    }
    if (!wants_second_person(e, alarm, a, now, err)) {
        put_on_shelf(e, alarm, a, now);
    }
    return RC_OK;
}

static enum rc
act_unshelve(struct evaluator *e, const struct alarm_action *a, struct now now, struct err *err)
{
    uint32_t alarm = target(e, a);
    if (alarm == ALARM_NONE) {
        return no_such_alarm(e, a, now, err);
    }
    if ((e->alarms[alarm].overlays & OVERLAY_SHELVED) == 0) {
        err_set(err, RC_INVALID, "%s", _("it is not shelved"));
        return refuse(e, alarm, a, now, RC_INVALID, err);
    }
    struct cause cause = cause_of(a, now);
    shelf_end(e, alarm, &cause);
    return RC_OK;
}

/* ---- reset ---- */

static enum rc
act_reset(struct evaluator *e, const struct alarm_action *a, struct now now, struct err *err)
{
    uint32_t alarm = target(e, a);
    if (alarm == ALARM_NONE) {
        return no_such_alarm(e, a, now, err);
    }
    enum alarm_state before = (enum alarm_state)e->alarms[alarm].state;
    struct cause cause = cause_of(a, now);
    struct life_step step = transit(e, alarm, LIFE_RST, &cause);
    if ((step.todo & LIFE_REFUSE) != 0) {
        err_set(err, RC_INVALID, "%s", _(life_refusal(before, LIFE_RST)));
        return refuse(e, alarm, a, now, RC_INVALID, err);
    }
    return RC_OK;
}

/* ---- maintenance ---- */

static int
find_maintenance(const struct evaluator *e, const struct alarm_action *a)
{
    for (guint i = 0; i < e->maintenance->len; i++) {
        const struct maintenance *m = &g_array_index(e->maintenance, struct maintenance, i);
        if (strcmp(m->station, a->station) == 0 && strcmp(m->component, a->component) == 0) {
            return (int)i;
        }
    }
    return -1;
}

static bool
in_plant(const struct evaluator *e, const struct alarm_action *a)
{
    const struct plant *plant = e->rules->plant;
    return plant_find_station(plant, a->station) != STATION_NONE &&
           (*a->component == '\0' ||
            plant_find_component(plant, a->station, a->component) != COMPONENT_NONE);
}

static void
tell_maintenance(struct evaluator *e, const struct alarm_action *a, enum alarm_event event,
                 struct now now)
{
    struct cause cause = cause_of(a, now);
    struct journal_record *line = journal_line(e, event, &cause);
    line->station = g_strdup(a->station);
    line->component = g_strdup(a->component);
}

static enum rc
act_maintenance(struct evaluator *e, const struct alarm_action *a, struct now now,
                struct err *err)
{
    enum rc rc = RC_OK;
    if (!in_plant(e, a)) {
        rc = err_set(err, RC_NOTFOUND, _("there is no \"%s%s%s\""), a->station,
                     *a->component != '\0' ? "/" : "", a->component);
    } else if (*a->text == '\0') {
        rc = err_set(err, RC_INVALID, "%s", _("taking out of service wants a reason"));
    } else if (find_maintenance(e, a) >= 0) {
        rc = err_set(err, RC_INVALID, "%s", _("it is out of service already"));
    }
    if (rc != RC_OK) {
        return refuse(e, ALARM_NONE, a, now, rc, err);
    }
    bool reminds = e->set.reminder_us > 0;
    struct maintenance m = {
        .station = g_strdup(a->station),
        .component = g_strdup(a->component),
        .since = now.wall,
        .remind_at = reminds ? now.wall + e->set.reminder_us : WALL_NONE,
        .remind_mono = reminds ? now.mono + e->set.reminder_us : INT64_MAX,
        .actor = g_ref_string_new(a->user),
        .reason = g_ref_string_new(a->text),
    };
    g_array_append_val(e->maintenance, m);
    maintenance_record(e, &m, false);
    tell_maintenance(e, a, EVENT_OUT_OF_SERVICE, now);
    maintenance_apply(e, &m);
    return RC_OK;
}

static enum rc
act_return(struct evaluator *e, const struct alarm_action *a, struct now now, struct err *err)
{
    int at = find_maintenance(e, a);
    if (at < 0) {
        err_set(err, RC_INVALID, "%s", _("it is not out of service"));
        return refuse(e, ALARM_NONE, a, now, RC_INVALID, err);
    }
    tell_maintenance(e, a, EVENT_IN_SERVICE, now);
    struct cause cause = cause_of(a, now);
    maintenance_end(e, (guint)at, &cause);
    return RC_OK;
}

/* ---- a test of the whole chain ---- */

/* The twin of an alarm, made when there is none; a twin that is normal is used again. */
static uint32_t
twin_of(struct evaluator *e, uint32_t alarm)
{
    for (uint32_t i = e->test_base; i < e->n_alarms; i++) {
        if (e->alarms[i].more->twin_of == alarm) {
            return i;
        }
    }
    char *rule = g_strconcat(ALARM_TEST_PREFIX, name_of(e, alarm).rule, NULL);
    uint32_t twin = e->n_alarms++;
    e->alarms = g_renew(struct alarm, e->alarms, e->n_alarms);
    e->alarms[twin] = (struct alarm){0};
    struct more *m = more_of(e, twin);
    m->twin_of = alarm;
    /* A board may outlive us, and there are only as many as there are rules. */
    m->twin_rule = g_intern_string(rule);
    g_free(rule);
    return twin;
}

static enum rc
act_test(struct evaluator *e, const struct alarm_action *a, struct now now, struct err *err)
{
    uint32_t alarm = target(e, a);
    if (alarm == ALARM_NONE) {
        return no_such_alarm(e, a, now, err);
    }
    uint32_t twin = is_test(e, alarm) ? alarm : twin_of(e, alarm);
    if (alarm_state_active((enum alarm_state)e->alarms[twin].state)) {
        err_set(err, RC_INVALID, "%s", _("a test of it is running already"));
        return refuse(e, twin, a, now, RC_INVALID, err);
    }
    struct cause cause = cause_of(a, now);
    e->alarms[twin].condition = true;
    transit(e, twin, LIFE_ALM, &cause);
    timer_set(e, twin, TIMER_TEST, now.mono + TEST_US);
    return RC_OK;
}

static void
end_test(struct evaluator *e, uint32_t twin, const struct cause *cause)
{
    timer_clear(e, twin, TIMER_TEST);
    e->alarms[twin].condition = false;
    transit(e, twin, LIFE_RTN, cause);
}

void
test_due(struct evaluator *e, uint32_t alarm, struct now now)
{
    end_test(e, alarm,
             &(struct cause){.now = now,
                             .origin = "timer",
                             .detail = "a forgotten test",
                             .source_at = now.wall,
                             .value = NAN});
}

static enum rc
act_test_end(struct evaluator *e, const struct alarm_action *a, struct now now, struct err *err)
{
    uint32_t alarm = target(e, a), twin = ALARM_NONE;
    for (uint32_t i = e->test_base; alarm != ALARM_NONE && i < e->n_alarms; i++) {
        if ((i == alarm || e->alarms[i].more->twin_of == alarm) &&
            alarm_state_active((enum alarm_state)e->alarms[i].state)) {
            twin = i;
        }
    }
    if (twin == ALARM_NONE) {
        err_set(err, RC_NOTFOUND, "%s", _("no test of it is running"));
        return refuse(e, alarm, a, now, RC_NOTFOUND, err);
    }
    struct cause cause = cause_of(a, now);
    end_test(e, twin, &cause);
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
