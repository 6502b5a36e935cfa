/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What operators cover with an overlay: shelving, and taking out of service. */
#include "alarms/evaluator_private.h"

#include <math.h>
#include <string.h>

#include "src/core/i18n.h"

#define SECOND_PERSON_US (600 * US_PER_S) /* the second one has to come within */

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

enum rc
act_shelve(struct evaluator *e, const struct alarm_action *a, struct now now, struct err *err)
{
    uint32_t alarm = action_target(e, a);
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
        return action_refuse(e, alarm, a, now, rc, err);
    }
    if (wants_second_person(e, alarm, a, now, err)) {
        return action_refuse(e, alarm, a, now, RC_OK, err); /* not yet: who asked is kept */
    }
    put_on_shelf(e, alarm, a, now);
    return RC_OK;
}

enum rc
act_unshelve(struct evaluator *e, const struct alarm_action *a, struct now now, struct err *err)
{
    uint32_t alarm = action_target(e, a);
    if (alarm == ALARM_NONE) {
        return no_such_alarm(e, a, now, err);
    }
    if ((e->alarms[alarm].overlays & OVERLAY_SHELVED) == 0) {
        err_set(err, RC_INVALID, "%s", _("it is not shelved"));
        return action_refuse(e, alarm, a, now, RC_INVALID, err);
    }
    struct cause cause = cause_of(a, now);
    shelf_end(e, alarm, &cause);
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

enum rc
act_maintenance(struct evaluator *e, const struct alarm_action *a, struct now now,
                struct err *err)
{
    enum rc rc = RC_OK;
    if (!in_plant(e, a)) {
        rc = err_set(err, RC_NOTFOUND, _("there is no \"%s%s%s\""), a->station,
                     *a->component != '\0' ? "/" : "", a->component);
    } else if (*a->text == '\0' || *a->user == '\0') {
        rc = err_set(err, RC_INVALID, "%s",
                     _("taking out of service wants a reason and a name"));
    } else if (find_maintenance(e, a) >= 0) {
        rc = err_set(err, RC_INVALID, "%s", _("it is out of service already"));
    }
    if (rc != RC_OK) {
        return action_refuse(e, ALARM_NONE, a, now, rc, err);
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

enum rc
act_return(struct evaluator *e, const struct alarm_action *a, struct now now, struct err *err)
{
    int at = find_maintenance(e, a);
    enum rc rc = RC_OK;
    if (at < 0) {
        rc = err_set(err, RC_INVALID, "%s", _("it is not out of service"));
    } else if (*a->text == '\0' || *a->user == '\0') {
        rc = err_set(err, RC_INVALID, "%s",
                     _("putting back into service wants a reason and a name"));
    }
    if (rc != RC_OK) {
        return action_refuse(e, ALARM_NONE, a, now, rc, err);
    }
    tell_maintenance(e, a, EVENT_IN_SERVICE, now);
    struct cause cause = cause_of(a, now);
    maintenance_end(e, (guint)at, &cause);
    return RC_OK;
}
