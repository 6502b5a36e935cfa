/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/actions.h"

#include "src/core/i18n.h"
#include "ui/language.h"
#include "ui/view.h"
#include "ui/views.h"

/* ---- moving ---- */

static void
move_to(struct screen *s, int pos)
{
    struct list *list = screen_list(s);
    int before = list->pos;
    list_to(list, pos);
    screen_moved(s, list->pos - before);
}

void
action_up(struct screen *s, const char *argument)
{
    (void)argument;
    move_to(s, screen_list(s)->pos - 1);
}

void
action_down(struct screen *s, const char *argument)
{
    (void)argument;
    move_to(s, screen_list(s)->pos + 1);
}

static void
scroll(struct screen *s, int by)
{
    struct list *list = screen_list(s);
    int before = list->pos;
    list_scroll(list, by);
    screen_moved(s, list->pos - before);
}

void
action_page_up(struct screen *s, const char *argument)
{
    (void)argument;
    scroll(s, -MAX(screen_list(s)->height - 1, 1));
}

void
action_page_down(struct screen *s, const char *argument)
{
    (void)argument;
    scroll(s, MAX(screen_list(s)->height - 1, 1));
}

void
action_top(struct screen *s, const char *argument)
{
    (void)argument;
    move_to(s, 0);
}

void
action_bottom(struct screen *s, const char *argument)
{
    (void)argument;
    move_to(s, screen_list(s)->n - 1);
}

static void
jump_abnormal(struct screen *s, int direction)
{
    int place = roster_next_abnormal(&s->roster, direction);
    if (place >= 0) {
        list_to(&s->roster.list, place);
        roster_move_to(&s->roster, place, s->now.mono);
        detail_follow(s);
    }
}

void
action_next(struct screen *s, const char *argument)
{
    (void)argument;
    if (!alarm_jump(s, 1)) {
        jump_abnormal(s, 1);
    }
}

void
action_previous(struct screen *s, const char *argument)
{
    (void)argument;
    if (!alarm_jump(s, -1)) {
        jump_abnormal(s, -1);
    }
}

/* ---- where ---- */

void
action_open(struct screen *s, const char *argument)
{
    (void)argument;
    if (s->view == VIEW_ALARMS) {
        alarm_open(s);
        return;
    }
    detail_follow(s);
    s->detail_focus = true;
    detail_moved(s, 0);
}

void
action_list(struct screen *s, const char *argument)
{
    (void)argument;
    s->detail_focus = false;
}

void
action_pane(struct screen *s, const char *argument)
{
    if (s->detail_focus) {
        action_list(s, argument);
    } else {
        action_open(s, argument);
    }
}

void
action_back(struct screen *s, const char *argument)
{
    (void)argument;
    screen_back(s);
}

void
action_leave(struct screen *s, const char *argument)
{
    (void)argument;
    if (screen_at_top(s)) {
        screen_leave(s);
    } else {
        screen_back(s);
    }
}

void
action_quit(struct screen *s, const char *argument)
{
    (void)argument;
    screen_leave(s);
}

void
action_stations(struct screen *s, const char *argument)
{
    (void)argument;
    screen_set_view(s, VIEW_STATIONS);
}

void
action_alarms(struct screen *s, const char *argument)
{
    (void)argument;
    screen_set_view(s, VIEW_ALARMS);
}

void
action_unknown(struct screen *s, const char *argument)
{
    (void)argument;
    screen_set_view(s, VIEW_UNKNOWN);
}

void
action_log(struct screen *s, const char *argument)
{
    (void)argument;
    screen_set_view(s, VIEW_LOG);
}

void
action_help(struct screen *s, const char *argument)
{
    (void)argument;
    help_open(s);
}

void
action_station(struct screen *s, const char *argument)
{
    screen_set_view(s, VIEW_STATIONS);
    if (!roster_select(&s->roster, argument)) {
        screen_notice(s, _("station \"%s\" is not in the list"), argument);
    }
    detail_follow(s);
}

/* ---- what is shown ---- */

void
action_filter(struct screen *s, const char *argument)
{
    const struct view_filter *filter = view_of(s)->filter;
    if (filter == NULL && s->view != VIEW_ALARMS) {
        screen_set_view(s, VIEW_STATIONS);
    }
    s->detail_focus = false;
    if (*argument == '\0') {
        prompt_open(s, PROMPT_FILTER);
    } else if (filter != NULL) {
        filter->set(s, argument);
    } else if (s->view == VIEW_ALARMS) {
        alarm_list_set_filter(&s->alarms, argument);
    } else {
        roster_set_filter(&s->roster, argument, s->snap);
        detail_follow(s);
    }
}

void
action_command(struct screen *s, const char *argument)
{
    (void)argument;
    prompt_open(s, PROMPT_COMMAND);
}

void
action_adopt(struct screen *s, const char *argument)
{
    (void)argument;
    const struct unknown_id *id = unknown_selected(s);
    struct command command = {.type = COMMAND_ADOPT};
    g_strlcpy(command.station, id->station, sizeof(command.station));
    g_strlcpy(command.id, id->id, sizeof(command.id));
    if (exchange_post(s->config->exchange, &command)) {
        unknown_adopting(s, id);
    } else {
        screen_notice(s, "%s", _("the engine is busy, try again"));
    }
}

void
action_reload(struct screen *s, const char *argument)
{
    (void)argument;
    struct command command = {.type = COMMAND_RELOAD};
    screen_notice(s, "%s",
                  exchange_post(s->config->exchange, &command)
                      ? _("reading the plant again …")
                      : _("the engine is busy, try again"));
}

/* The next one when none is named. */
void
action_language(struct screen *s, const char *argument)
{
    int next = 0;
    while (strcmp(languages[next], language_now()) != 0 && languages[next + 1] != NULL) {
        next++;
    }
    next = languages[next + 1] == NULL ? 0 : next + 1;
    const char *code = *argument == '\0' ? languages[next] : argument;
    if (!language_set(code)) {
        screen_notice(s, _("there is no language \"%s\": en, de"), code);
        return;
    }
    prefs_set(s->prefs, "console", "language", code, s->now.mono);
    s->repaint = true;
    screen_notice(s, "%s", _("language: English"));
}

void
action_mouse(struct screen *s, const char *argument)
{
    bool on = *argument == '\0' ? !terminal_mouse(s->terminal) : strcmp(argument, "on") == 0;
    terminal_set_mouse(s->terminal, on);
    screen_notice(s, "%s",
                  on ? _("mouse on: a click selects; text is marked with Shift held down")
                     : _("mouse off"));
}

void
action_hints(struct screen *s, const char *argument)
{
    s->hints = *argument == '\0' ? !s->hints : strcmp(argument, "on") == 0;
    prefs_set_int(s->prefs, "console", "hints", s->hints, s->now.mono);
}

void
action_redraw(struct screen *s, const char *argument)
{
    (void)argument;
    s->repaint = true;
}

void
action_suspend(struct screen *s, const char *argument)
{
    (void)argument;
    s->suspend = true;
}

/* ---- why not ---- */

const char *
why_no_snapshot(const struct screen *s)
{
    return s->snap == NULL ? N_("the engine has not answered yet") : NULL;
}

const char *
why_nothing_selected(const struct screen *s)
{
    return roster_selected(&s->roster) == STATION_NONE ? N_("no station is selected") : NULL;
}

const char *
why_nothing_to_open(const struct screen *s)
{
    return s->view == VIEW_ALARMS ? why_alarm_has_no_station(s) : why_nothing_selected(s);
}

const char *
why_nothing_abnormal(const struct screen *s)
{
    if (s->alarms.n_unacked > 0) {
        return NULL;
    }
    if (s->view != VIEW_STATIONS) {
        return N_("no alarm wants an acknowledgement");
    }
    return roster_next_abnormal(&s->roster, 1) < 0
               ? N_("no alarm, no fault in the list, no station silent")
               : NULL;
}

const char *
why_nothing_unknown(const struct screen *s)
{
    return s->view != VIEW_UNKNOWN       ? N_("open the view of unknown ids first")
           : unknown_selected(s) == NULL ? N_("no unknown id is selected")
                                         : NULL;
}

const char *
why_nothing_back(const struct screen *s)
{
    return screen_at_top(s) ? N_("this is the top") : NULL;
}
