/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is done to the screen itself, not in one of its views. */
#include "ui/screen_actions.h"

#include "src/core/i18n.h"
#include "ui/complete.h"
#include "ui/copy.h"
#include "ui/freeze.h"
#include "ui/keymap.h"
#include "ui/undo.h"
#include "ui/views.h"

void
action_undo(struct screen *s, const char *argument)
{
    (void)argument;
    undo_step(s);
}

void
action_freeze(struct screen *s, const char *argument)
{
    (void)argument;
    if (freeze_on(s)) {
        freeze_end(s);
    } else {
        freeze_begin(s);
    }
}

void
action_copy(struct screen *s, const char *argument)
{
    (void)argument;
    copy_ask(s);
}

void
action_print(struct screen *s, const char *argument)
{
    (void)argument;
    copy_print(s);
}

static void
set_panes(struct screen *s, bool one)
{
    s->one_pane = one;
    prefs_set_int(s->prefs, "stations", "one-pane", one, s->now.mono);
}

void
action_one_pane(struct screen *s, const char *argument)
{
    (void)argument;
    set_panes(s, true);
}

void
action_two_panes(struct screen *s, const char *argument)
{
    (void)argument;
    set_panes(s, false);
}

void
action_keys(struct screen *s, const char *argument)
{
    (void)argument;
    help_open(s);
    s->help.own_first = true;
    help_search(s);
}

/* ---- set, bind ---- */

/* Something to set: it takes a value, and touches nothing but the screen. */
static bool
is_setting(const struct action *a)
{
    return complete_can(a) && !a->acts && a->run != action_set && a->run != action_bind;
}

/* The first word into name, the rest is returned. */
static const char *
split(const char *text, char *name, size_t cap)
{
    size_t len = MIN(strcspn(text, " "), cap - 1);
    memcpy(name, text, len);
    name[len] = '\0';
    text += strcspn(text, " ");
    return text + strspn(text, " ");
}

void
action_set(struct screen *s, const char *argument)
{
    char name[64];
    const char *value = split(argument, name, sizeof(name));
    const struct action *a = *name == '\0' ? NULL : keymap_by_name(name);
    if (a == NULL || !is_setting(a) || (a->places & (unsigned)screen_place(s)) == 0) {
        screen_notice(s, _("there is no \"%s\" to set here; Tab behind \":set \" lists all"),
                      name);
    } else if (*value == '\0') {
        screen_notice(s, "%s: %s – %s", a->name, _(a->argument), _(a->text));
    } else {
        keymap_run(s, a, value);
    }
}

void
complete_settings(const struct screen *s, const char *typed, GPtrArray *out)
{
    char name[64];
    const char *value = split(typed, name, sizeof(name));
    for (int i = 0; i < action_count(); i++) {
        const struct action *a = action_at(i);
        if (!is_setting(a)) {
            continue;
        }
        if (value == typed + strlen(name)) { /* no blank behind it yet */
            complete_add(out, typed, "", a->name);
        } else if (strcmp(a->name, name) == 0) {
            char *before = g_strconcat(a->name, " ", NULL);
            GPtrArray *values = g_ptr_array_new_with_free_func(g_free);
            complete_argument(s, a, value, values);
            for (guint k = 0; k < values->len; k++) {
                complete_add(out, typed, before, values->pdata[k]);
            }
            g_ptr_array_free(values, TRUE);
            g_free(before);
        }
    }
}

void
action_bind(struct screen *s, const char *argument)
{
    char name[64], key_name[KEY_NAME];
    const char *word = split(argument, name, sizeof(name));
    const struct action *a = *name == '\0' ? NULL : keymap_by_name(name), *lost = NULL;
    int key = keymap_key_parse(word);
    if (a == NULL) {
        screen_notice(s, _("there is no command \"%s\"; ? lists them"), name);
        return;
    }
    if (key == 0) {
        screen_notice(s, _("\"%s\" is not the name of a key"), word);
        return;
    }
    keymap_key_name(key_name, sizeof(key_name), key);
    const char *wrong = keymap_bind(s->keymap, a, key, &lost);
    if (wrong != NULL) {
        screen_notice(s, "%s %s", key_name, wrong);
    } else if (lost != NULL) {
        screen_notice(s, _("%s is now \"%s\", no longer \"%s\", until this program ends"),
                      key_name, a->name, lost->name);
    } else {
        screen_notice(s, _("%s is now \"%s\", until this program ends"), key_name, a->name);
    }
}

/* ---- why not ---- */

const char *
why_nothing_to_undo(const struct screen *s)
{
    return undo_empty(s->undo) ? N_("there is nothing to take back") : NULL;
}
