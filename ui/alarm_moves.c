/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the user does about alarms without changing one, and why an action is not to be had. */
#include "ui/alarm_actions.h"

#include <assert.h>

#include "src/core/i18n.h"
#include "ui/alarm_tags.h"
#include "ui/views.h"

/* ---- bell ---- */

void
action_silence(struct screen *s, const char *argument)
{
    (void)argument;
    char until[FORMAT_SIZE];
    bell_silence(&s->bell, s->now.mono);
    format_time(until, sizeof(until), s->zone, s->now.wall + BELL_SILENCE_US);
    screen_notice(s, _("bell silenced until %s; new alarms are only shown"), until);
}

void
action_bell(struct screen *s, const char *argument)
{
    bool on = *argument == '\0' ? s->bell.off : strcmp(argument, "on") == 0;
    bell_switch(&s->bell, on);
    screen_notice(s, "%s", on ? _("bell on") : _("bell off"));
}

/* ---- where ---- */

void
action_view(struct screen *s, const char *argument)
{
    static const char *const names[] = {
        [ALARMS_GROUPED] = "grouped", [ALARMS_FLAT] = "flat", [ALARMS_COVERED] = "covered"};
    static_assert(G_N_ELEMENTS(names) == ALARM_MODES, "a mode has no name");
    int mode = ((int)s->alarms.mode + 1) % ALARM_MODES;
    for (int i = 0; *argument != '\0' && i < ALARM_MODES; i++) {
        if (strcmp(argument, names[i]) == 0) {
            mode = i;
        }
    }
    alarm_list_set_mode(&s->alarms, (enum alarm_mode)mode);
}

/* What hides the one that is looked for goes. */
static int
find_unacked(struct alarm_list *l, int from, int direction)
{
    int place = alarm_list_next(l, from, direction);
    if (place < 0) {
        l->mode = l->mode == ALARMS_COVERED ? ALARMS_GROUPED : l->mode;
        alarm_list_set_filter(l, "");
        place = alarm_list_next(l, 0, 1);
    }
    return place;
}

bool
alarm_jump(struct screen *s, int direction)
{
    struct alarm_list *l = &s->alarms;
    if (l->n_unacked == 0) {
        return false;
    }
    int from = s->view == VIEW_ALARMS ? l->list.pos + direction : 0;
    int place = find_unacked(l, from, direction);
    if (place < 0) {
        return false;
    }
    screen_set_view(s, VIEW_ALARMS);
    list_to(&l->list, place);
    alarm_list_moved(l, s->now.mono);
    return true;
}

void
alarm_open(struct screen *s)
{
    const struct alarm_view *v = alarm_list_selected(&s->alarms);
    screen_drill_station(s, v->station, v->component);
}

/* ---- why not ---- */

const char *
why_no_evaluator(const struct screen *s)
{
    return s->alarms.board == NULL ? N_("no alarms are evaluated here") : NULL;
}

const char *
why_nothing_rings(const struct screen *s)
{
    return s->alarms.board == NULL                  ? N_("no alarms are evaluated here")
           : s->bell.off || s->bell.priorities == 0 ? N_("the bell is off")
                                                    : NULL;
}

static const char *
why_no_alarm(const struct screen *s)
{
    const struct alarm_row *row = alarm_list_row(&s->alarms, s->alarms.list.pos);
    return s->view != VIEW_ALARMS ? N_("open the view of alarms first")
           : row == NULL          ? N_("no alarm is selected")
           : row->gone            ? N_("this alarm is over")
           : alarm_is_maintenance(alarm_list_selected(&s->alarms))
               ? N_("this is maintenance: see the command maintenance")
               : NULL;
}

const char *
why_no_tag(const struct screen *s)
{
    return why_no_alarm(s);
}

static bool
any_tagged(const struct screen *s)
{
    return s->view == VIEW_ALARMS && alarm_tags_count(s->alarm_tags) > 0;
}

const char *
why_nothing_tagged(const struct screen *s)
{
    return any_tagged(s) ? NULL : N_("no alarm is tagged");
}

const char *
why_no_ack(const struct screen *s)
{
    const char *why = any_tagged(s) ? NULL : why_no_alarm(s);
    return why != NULL ? why
           : !any_tagged(s) && !alarm_state_unacked(alarm_list_selected(&s->alarms)->state)
               ? N_("nothing to acknowledge")
               : NULL;
}

const char *
why_no_ack_all(const struct screen *s)
{
    bool none = s->alarms.n_unacked == 0 || s->alarms.mode == ALARMS_COVERED;
    return s->view != VIEW_ALARMS ? N_("open the view of alarms first")
           : none                 ? N_("nothing to acknowledge")
                                  : NULL;
}

const char *
why_no_shelve(const struct screen *s)
{
    return any_tagged(s) ? NULL : why_no_alarm(s);
}

const char *
why_no_unshelve(const struct screen *s)
{
    const char *why = why_no_alarm(s);
    return why != NULL ? why
           : (alarm_list_selected(&s->alarms)->overlays & OVERLAY_SHELVED) == 0
               ? N_("this alarm is not shelved")
               : NULL;
}

const char *
why_no_reset(const struct screen *s)
{
    const char *why = why_no_alarm(s);
    if (why != NULL) {
        return why;
    }
    enum alarm_state state = alarm_list_selected(&s->alarms)->state;
    return state == ALARM_LATCHED_ACKED     ? NULL
           : state == ALARM_LATCHED_UNACKED ? N_("acknowledge it first")
                                            : N_("no latch is to be reset");
}

const char *
why_alarm_has_no_station(const struct screen *s)
{
    const struct alarm_view *v = alarm_list_selected(&s->alarms);
    return v == NULL ? N_("no alarm is selected")
           : s->snap == NULL || plant_find_station(s->snap->plant, v->station) == STATION_NONE
               ? N_("this alarm belongs to no station")
               : NULL;
}
