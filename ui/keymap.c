/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/keymap.h"

#include "src/core/i18n.h"
#include "ui/keys.h"

int
action_count(void)
{
    int n = 0;
    for (int i = 0; i < n_action_groups; i++) {
        n += action_groups[i]->n;
    }
    return n;
}

const struct action *
action_at(int index)
{
    int group = 0;
    for (; index >= action_groups[group]->n; group++) {
        index -= action_groups[group]->n;
    }
    return &action_groups[group]->actions[index];
}

const struct action *
keymap_find(int key, enum place place)
{
    for (int i = 0; i < action_count(); i++) {
        const struct action *a = action_at(i);
        for (int k = 0; k < ACTION_KEYS && a->keys[k] != 0; k++) {
            if (a->keys[k] == key && (a->places & place) != 0) {
                return a;
            }
        }
    }
    return NULL;
}

const struct action *
keymap_by_name(const char *name)
{
    const struct action *found = NULL;
    int n = 0;
    for (int i = 0; i < action_count(); i++) {
        const struct action *a = action_at(i);
        if (strcmp(a->name, name) == 0) {
            return a;
        }
        if (g_str_has_prefix(a->name, name)) {
            found = a;
            n++;
        }
    }
    return n == 1 ? found : NULL;
}

static const struct {
    int key;
    const char *name;
} key_names[] = {
    {TAB, "Tab"},
    {ENTER, "Enter"},
    {ESCAPE, "Esc"},
    {' ', "Space"},
    {K(KEY_UP), "Up"},
    {K(KEY_DOWN), "Down"},
    {K(KEY_LEFT), "Left"},
    {K(KEY_RIGHT), "Right"},
    {K(KEY_PPAGE), "PgUp"},
    {K(KEY_NPAGE), "PgDn"},
    {K(KEY_HOME), "Home"},
    {K(KEY_END), "End"},
    {K(KEY_BTAB), "Shift-Tab"},
    {K(KEY_SLEFT), "Shift-Left"},
    {K(KEY_SRIGHT), "Shift-Right"},
    {K(KEY_SR), "Shift-Up"},
    {K(KEY_SF), "Shift-Down"},
    {K(KEY_DC), "Del"},
    {K(KEY_ENTER), "Enter"},
    {'\n', "Enter"},
};

void
keymap_key_name(char *dst, size_t cap, int key)
{
    for (size_t i = 0; i < G_N_ELEMENTS(key_names); i++) {
        if (key_names[i].key == key) {
            snprintf(dst, cap, "%s", key_names[i].name);
            return;
        }
    }
    if (key >= K(KEY_F(1)) && key <= K(KEY_F(12))) {
        snprintf(dst, cap, "F%d", key - K(KEY_F(0)));
    } else if (key > 0 && key < ' ') {
        snprintf(dst, cap, "Ctrl-%c", key + '@');
    } else {
        snprintf(dst, cap, "%c", key > ' ' && key < 0x7f ? key : '?');
    }
}

void
keymap_run(struct screen *s, const struct action *action, const char *argument)
{
    const char *why = action->why_not == NULL ? NULL : action->why_not(s);
    if (why != NULL) {
        screen_notice(s, "%s", _(why));
    } else {
        action->run(s, argument);
    }
}
