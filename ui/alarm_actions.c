/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/alarm_actions.h"

#include <assert.h>

#include "src/core/i18n.h"
#include "src/core/text.h"
#include "src/core/timestamp.h"
#include "ui/alarm_words.h"
#include "ui/views.h"

/* ---- to the engine ---- */

static struct alarm_action
new_action(const struct screen *s, enum alarm_action_kind kind)
{
    struct alarm_action action = {.kind = kind, .seen_at = s->now.wall};
    char origin[ALARM_USER_MAX];
    const char *user = g_get_user_name();
    text_sanitize(action.user, sizeof(action.user), user, strlen(user));
    snprintf(origin, sizeof(origin), "console %s",
             s->config->title == NULL ? "" : s->config->title);
    text_sanitize(action.origin, sizeof(action.origin), origin, strlen(origin));
    return action;
}

static struct alarm_action
action_on(const struct screen *s, enum alarm_action_kind kind, const struct alarm_view *v)
{
    struct alarm_action action = new_action(s, kind);
    struct alarm_key key = alarm_key_of(v);
    action.occurrence = v->occurrence;
    action.step = v->step;
    g_strlcpy(action.station, key.station, sizeof(action.station));
    g_strlcpy(action.component, key.component, sizeof(action.component));
    g_strlcpy(action.rule, key.rule, sizeof(action.rule));
    return action;
}

static const char *const doing[] = {
    [ACTION_ACK] = N_("acknowledging …"),
    [ACTION_SHELVE] = N_("shelving …"),
    [ACTION_UNSHELVE] = N_("taking it from the shelf …"),
    [ACTION_RESET] = N_("resetting …"),
    [ACTION_MAINTENANCE] = N_("taking it out of service …"),
    [ACTION_RETURN] = N_("putting it back into service …"),
    [ACTION_TEST] = N_("testing …"),
    [ACTION_TEST_END] = N_("ending the test …"),
};
static_assert(G_N_ELEMENTS(doing) == ALARM_ACTIONS, "an action has no words");

static void
post(struct screen *s, const struct alarm_action *actions, guint n)
{
    for (guint i = 0; i < n; i++) {
        struct command command = {.type = COMMAND_ALARM, .action = actions[i]};
        if (!exchange_post(s->config->exchange, &command)) {
            screen_notice(s, _("the engine is busy: %u of %u sent, try again"), i, n);
            return;
        }
    }
    screen_notice(s, "%s", _(doing[actions[0].kind]));
}

void
alarm_tell_reply(struct screen *s)
{
    bool answered = s->snap->replies != s->replies;
    s->replies = s->snap->replies;
    if (answered && *s->snap->reply != '\0') {
        screen_notice(s, "%s", s->snap->reply);
    }
}

/* ---- asking for a comment ---- */

static bool
settled(struct screen *s)
{
    if (alarm_list_settled(&s->alarms, s->now.mono)) {
        return true;
    }
    screen_notice(s, "%s", _("this row has just changed: look, then press the key again"));
    return false;
}

static void
ask(struct screen *s, const char *label)
{
    g_strlcpy(s->ask.label, label, sizeof(s->ask.label));
    prompt_open(s, PROMPT_ASK);
}

static void
ask_about(struct screen *s, const struct alarm_action *action)
{
    g_array_set_size(s->ask.actions, 0);
    g_array_append_vals(s->ask.actions, action, 1);
}

/* Which alarm, as long as there is room for it and an answer. */
static void
short_name(const struct screen *s, const struct alarm_view *v, char *dst, size_t cap)
{
    char name[512];
    int columns;
    alarm_name_text(s, v, name, sizeof(name));
    size_t fit = text_fit(name, MAX(s->columns / 2 - 30, 0), &columns);
    snprintf(dst, cap, "%s%s%.*s", v->station, fit > 0 ? " " : "", (int)fit, name);
}

void
action_ack(struct screen *s, const char *argument)
{
    if (!settled(s)) {
        return;
    }
    const struct alarm_view *v = alarm_list_selected(&s->alarms);
    struct alarm_action action = action_on(s, ACTION_ACK, v);
    char name[FORMAT_SIZE * 2], label[200];
    ask_about(s, &action);
    if (*argument != '\0') {
        alarm_answer(s, argument);
        return;
    }
    short_name(s, v, name, sizeof(name));
    snprintf(label, sizeof(label), _("acknowledge %s, comment: "), name);
    ask(s, label);
}

/* Those on the screen that somebody can have read. */
static void
collect_seen(struct screen *s)
{
    struct alarm_list *l = &s->alarms;
    g_array_set_size(s->ask.actions, 0);
    for (int i = l->list.top; i < l->list.top + l->list.height; i++) {
        const struct alarm_view *v = alarm_list_view(l, i);
        if (v != NULL && !alarm_list_row(l, i)->gone && alarm_state_unacked(v->state) &&
            v->overlays == 0 && alarm_list_seen(l, i, s->now.mono)) {
            struct alarm_action action = action_on(s, ACTION_ACK, v);
            g_array_append_val(s->ask.actions, action);
        }
    }
}

void
action_ack_all(struct screen *s, const char *argument)
{
    char label[200];
    collect_seen(s);
    guint n = s->ask.actions->len;
    if (n == 0) {
        screen_notice(s, "%s", _("nothing new has been on the screen for a second"));
    } else if (*argument != '\0') {
        alarm_answer(s, argument);
    } else {
        snprintf(label, sizeof(label),
                 ngettext("acknowledge %u alarm, comment: ",
                          "acknowledge all %u alarms shown, comment: ", n),
                 n);
        ask(s, label);
    }
}

void
action_shelve(struct screen *s, const char *argument)
{
    const struct alarm_view *v = alarm_list_selected(&s->alarms);
    if ((v->overlays & OVERLAY_SHELVED) != 0) {
        action_unshelve(s, argument);
        return;
    }
    if (!settled(s)) {
        return;
    }
    struct alarm_action action = action_on(s, ACTION_SHELVE, v);
    char name[FORMAT_SIZE * 2], label[200];
    ask_about(s, &action);
    if (*argument != '\0') {
        const char *wrong = alarm_answer(s, argument);
        if (wrong != NULL) {
            screen_notice(s, "%s", wrong);
        }
        return;
    }
    short_name(s, v, name, sizeof(name));
    snprintf(label, sizeof(label), _("shelve %s, 1h REASON or once REASON: "), name);
    ask(s, label);
}

/* "2h pump swap", "once cleaning". */
static const char *
read_shelving(struct alarm_action *action, const char **text, wall_us now)
{
    char word[16];
    size_t len = strcspn(*text, " ");
    wall_us back;
    if (len == 0 || len >= sizeof(word)) {
        return _("begin with 30m, 1h, 8h or once");
    }
    memcpy(word, *text, len);
    word[len] = '\0';
    action->one_shot = strcmp(word, "once") == 0;
    if (!action->one_shot &&
        (strchr(word, '-') != NULL || !timestamp_parse_arg(word, now, &back) || back >= now)) {
        return _("begin with 30m, 1h, 8h or once");
    }
    action->duration_us = action->one_shot ? 0 : now - back;
    *text += len + strspn(*text + len, " ");
    return NULL;
}

const char *
alarm_answer(struct screen *s, const char *text)
{
    GArray *actions = s->ask.actions;
    struct alarm_action *first = &g_array_index(actions, struct alarm_action, 0);
    text += strspn(text, " ");
    if (first->kind == ACTION_SHELVE) {
        const char *wrong = read_shelving(first, &text, s->now.wall);
        if (wrong != NULL) {
            return wrong;
        }
    }
    if (*text == '\0') {
        return first->kind == ACTION_ACK ? _("a comment is needed") : _("a reason is needed");
    }
    for (guint i = 0; i < actions->len; i++) {
        struct alarm_action *action = &g_array_index(actions, struct alarm_action, i);
        text_sanitize(action->text, sizeof(action->text), text, strlen(text));
    }
    post(s, first, actions->len);
    return NULL;
}

/* ---- at once ---- */

void
action_unshelve(struct screen *s, const char *argument)
{
    (void)argument;
    if (settled(s)) {
        struct alarm_action action =
            action_on(s, ACTION_UNSHELVE, alarm_list_selected(&s->alarms));
        post(s, &action, 1);
    }
}

void
action_reset(struct screen *s, const char *argument)
{
    (void)argument;
    if (settled(s)) {
        struct alarm_action action =
            action_on(s, ACTION_RESET, alarm_list_selected(&s->alarms));
        post(s, &action, 1);
    }
}

/* STATION[/ID] on|off REASON */
void
action_maintenance(struct screen *s, const char *argument)
{
    char **words = g_strsplit(argument, " ", 3);
    bool complete = g_strv_length(words) == 3 && *g_strstrip(words[2]) != '\0';
    bool on = complete && strcmp(words[1], "on") == 0;
    if (!complete || (!on && strcmp(words[1], "off") != 0)) {
        screen_notice(s, "%s", _("maintenance STATION[/ID] on|off REASON"));
        g_strfreev(words);
        return;
    }
    struct alarm_action action = new_action(s, on ? ACTION_MAINTENANCE : ACTION_RETURN);
    char *slash = strchr(words[0], '/');
    if (slash != NULL) {
        *slash = '\0';
        g_strlcpy(action.component, slash + 1, sizeof(action.component));
    }
    g_strlcpy(action.station, words[0], sizeof(action.station));
    text_sanitize(action.text, sizeof(action.text), words[2], strlen(words[2]));
    const struct plant *plant = s->snap->plant;
    if (plant_find_station(plant, action.station) == STATION_NONE) {
        screen_notice(s, _("there is no station \"%s\""), action.station);
    } else if (slash != NULL && plant_find_component(plant, action.station, action.component) ==
                                    COMPONENT_NONE) {
        screen_notice(s, _("station %s has no component \"%s\""), action.station,
                      action.component);
    } else {
        post(s, &action, 1);
    }
    g_strfreev(words);
}

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
    if (!roster_select(&s->roster, v->station)) {
        roster_set_filter(&s->roster, "", s->snap);
        roster_select(&s->roster, v->station);
    }
    screen_set_view(s, VIEW_STATIONS);
    s->from_alarms = true;
    s->detail_focus = true;
    detail_follow(s);
    g_strlcpy(s->detail.id, v->component, sizeof(s->detail.id));
    detail_update(s);
    if (*s->detail.id == '\0') {
        detail_moved(s, 0);
    }
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
why_no_ack(const struct screen *s)
{
    const char *why = why_no_alarm(s);
    return why != NULL ? why
           : !alarm_state_unacked(alarm_list_selected(&s->alarms)->state)
               ? N_("nothing to acknowledge")
               : NULL;
}

const char *
why_no_ack_all(const struct screen *s)
{
    return s->view != VIEW_ALARMS     ? N_("open the view of alarms first")
           : s->alarms.n_unacked == 0 ? N_("nothing to acknowledge")
                                      : NULL;
}

const char *
why_no_shelve(const struct screen *s)
{
    return why_no_alarm(s);
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
