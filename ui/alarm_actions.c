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

/* What is told when it was posted, and when it was done. */
static const struct {
    const char *doing, *done;
} notices[] = {
    [ACTION_ACK] = {N_("acknowledging …"), N_("acknowledged")},
    [ACTION_SHELVE] = {N_("shelving …"), N_("shelved; v goes on to those covered")},
    [ACTION_UNSHELVE] = {N_("taking it from the shelf …"), N_("taken from the shelf")},
    [ACTION_RESET] = {N_("resetting …"), N_("latch reset")},
    [ACTION_MAINTENANCE] = {N_("taking it out of service …"), N_("taken out of service")},
    [ACTION_RETURN] = {N_("putting it back into service …"), N_("put back into service")},
    [ACTION_TEST] = {N_("testing …"), N_("the test runs")},
    [ACTION_TEST_END] = {N_("ending the test …"), N_("the test has ended")},
};
static_assert(G_N_ELEMENTS(notices) == ALARM_ACTIONS, "an action has no words");

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
    s->ask.posted = actions[0].kind;
    screen_notice(s, "%s", _(notices[actions[0].kind].doing));
}

/* Where nothing else was said meanwhile, of this action or another. */
static void
tell_done(struct screen *s)
{
    if (s->unanswered == 0 && strcmp(s->notice, _(notices[s->ask.posted].doing)) == 0) {
        screen_notice(s, "%s", _(notices[s->ask.posted].done));
    }
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
    } else if (answered) {
        tell_done(s);
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
    s->ask.shown_at = 0;
}

/* Which alarm, with question around it: of its name what leaves room for an answer. */
static void
short_name(const struct screen *s, const struct alarm_view *v, const char *question, char *dst,
           size_t cap)
{
    char name[512];
    int columns, around = text_columns(question) - 2; /* without its %s */
    int room = s->columns * 3 / 5 - around - text_columns(v->station) - 1;
    alarm_name_text(s, v, name, sizeof(name));
    bool whole = text_columns(name) <= room;
    size_t fit = text_fit(name, MAX(whole ? room : room - 1, 0), &columns);
    snprintf(dst, cap, "%s%s%.*s%s", v->station, fit > 0 ? " " : "", (int)fit, name,
             whole || fit == 0 ? "" : "…");
}

void
action_ack(struct screen *s, const char *argument)
{
    if (alarm_act_on_tagged(s, ACTION_ACK, argument) || !settled(s)) {
        return;
    }
    const struct alarm_view *v = alarm_list_selected(&s->alarms);
    struct alarm_action action = alarm_action_on(s, ACTION_ACK, v);
    char name[FORMAT_SIZE * 4], label[200];
    ask_about(s, &action);
    mono_us since = alarm_list_since(&s->alarms, v);
    s->ask.shown_at = s->terminal == NULL ? 0 : since == 0 ? s->now.mono : since;
    if (*argument != '\0') {
        const char *wrong = alarm_answer(s, argument);
        if (wrong != NULL) {
            screen_notice(s, "%s", wrong);
        }
        return;
    }
    short_name(s, v, _("acknowledge %s, comment: "), name, sizeof(name));
    snprintf(label, sizeof(label), _("acknowledge %s, comment: "), name);
    alarm_ask(s, label);
}

/* Those on the screen that somebody can have read. */
static void
collect_seen(struct screen *s)
{
    struct alarm_list *l = &s->alarms;
    g_array_set_size(s->ask.actions, 0);
    s->ask.shown_at = 0; /* only those that have been are taken */
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
    char name[FORMAT_SIZE * 4], label[200];
    ask_about(s, &action);
    if (*argument != '\0') {
        const char *wrong = alarm_answer(s, argument);
        if (wrong != NULL) {
            screen_notice(s, "%s", wrong);
        }
        return;
    }
    short_name(s, v, _("shelve %s, 1h REASON or once REASON: "), name, sizeof(name));
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
    if (g_str_has_suffix(word, "min")) { /* as the screen writes it elsewhere */
        word[len - 2] = '\0';
    }
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
    if (s->ask.shown_at != 0 && s->now.mono - s->ask.shown_at < ALARM_SEEN_US) {
        return _("shown for less than a second: look, then press Enter again");
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
