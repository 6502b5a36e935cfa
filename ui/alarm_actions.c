/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/alarm_actions.h"

#include <assert.h>

#include "src/core/i18n.h"
#include "src/core/text.h"
#include "src/core/timestamp.h"
#include "ui/alarm_actions_private.h"
#include "ui/alarm_tags.h"
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

struct alarm_action
alarm_action_on(const struct screen *s, enum alarm_action_kind kind, const struct alarm_view *v)
{
    struct alarm_action action = new_action(s, kind);
    struct alarm_key key = alarm_key_of(v);
    action.occurrence = v->occurrence;
    action.step = v->step;
    action.with_older = kind == ACTION_ACK; /* the row counts them */
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

void
alarm_post(struct screen *s, const struct alarm_action *actions, guint n)
{
    for (guint i = 0; i < n; i++) {
        struct command command = {.type = COMMAND_ALARM, .action = actions[i]};
        if (!exchange_post(s->config->exchange, &command)) {
            screen_notice(s, _("the engine is busy: %u of %u sent, try again"), i, n);
            return;
        }
        s->unanswered++;
    }
    screen_notice(s, "%s", _(doing[actions[0].kind]));
}

void
alarm_tell_reply(struct screen *s)
{
    uint64_t answers = s->snap->replies - s->replies;
    bool answered = answers != 0;
    s->unanswered -= (unsigned)MIN(answers, s->unanswered);
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

void
alarm_ask(struct screen *s, const char *label)
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
    int columns, room = MAX(s->columns / 2 - 30, 0);
    alarm_name_text(s, v, name, sizeof(name));
    bool cut = text_columns(name) > room;
    size_t fit = text_fit(name, MAX(room - cut, 0), &columns);
    fit -= fit > 0 && name[fit - 1] == ' ';
    snprintf(dst, cap, "%s%s%.*s%s", v->station, fit > 0 ? " " : "", (int)fit, name,
             cut && fit > 0 ? "…" : "");
}

void
action_ack(struct screen *s, const char *argument)
{
    if (alarm_act_on_tagged(s, ACTION_ACK, argument) || !settled(s)) {
        return;
    }
    const struct alarm_view *v = alarm_list_selected(&s->alarms);
    struct alarm_action action = alarm_action_on(s, ACTION_ACK, v);
    char name[FORMAT_SIZE * 2], label[200];
    ask_about(s, &action);
    if (*argument != '\0') {
        alarm_answer(s, argument);
        return;
    }
    short_name(s, v, name, sizeof(name));
    snprintf(label, sizeof(label), _("acknowledge %s, comment: "), name);
    alarm_ask(s, label);
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
            struct alarm_action action = alarm_action_on(s, ACTION_ACK, v);
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
        alarm_ask(s, label);
    }
}

void
action_shelve(struct screen *s, const char *argument)
{
    if (alarm_act_on_tagged(s, ACTION_SHELVE, argument)) {
        return;
    }
    const struct alarm_view *v = alarm_list_selected(&s->alarms);
    if ((v->overlays & OVERLAY_SHELVED) != 0) {
        action_unshelve(s, argument);
        return;
    }
    if (!settled(s)) {
        return;
    }
    struct alarm_action action = alarm_action_on(s, ACTION_SHELVE, v);
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
    alarm_ask(s, label);
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
        action->one_shot = first->one_shot;
        action->duration_us = first->duration_us;
        text_sanitize(action->text, sizeof(action->text), text, strlen(text));
    }
    alarm_post(s, first, actions->len);
    alarm_push_undo(s);
    alarm_tags_clear(s->alarm_tags);
    return NULL;
}

/* ---- at once ---- */

void
action_unshelve(struct screen *s, const char *argument)
{
    (void)argument;
    if (settled(s)) {
        struct alarm_action action =
            alarm_action_on(s, ACTION_UNSHELVE, alarm_list_selected(&s->alarms));
        alarm_post(s, &action, 1);
    }
}

void
action_reset(struct screen *s, const char *argument)
{
    (void)argument;
    if (settled(s)) {
        struct alarm_action action =
            alarm_action_on(s, ACTION_RESET, alarm_list_selected(&s->alarms));
        alarm_post(s, &action, 1);
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
        alarm_post(s, &action, 1);
    }
    g_strfreev(words);
}
