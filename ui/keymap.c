/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/keymap.h"

#include "src/core/i18n.h"
#include "ui/keys.h"

const struct action *
keymap_find(int key, enum place place)
{
    for (int i = 0; i < n_actions; i++) {
        for (int k = 0; k < ACTION_KEYS && actions[i].keys[k] != 0; k++) {
            if (actions[i].keys[k] == key && (actions[i].places & place) != 0) {
                return &actions[i];
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
    for (int i = 0; i < n_actions; i++) {
        if (strcmp(actions[i].name, name) == 0) {
            return &actions[i];
        }
        if (g_str_has_prefix(actions[i].name, name)) {
            found = &actions[i];
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
