/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/keymap.h"

#include "src/core/i18n.h"
#include "src/core/text.h"
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

int
keymap_index(const struct action *action)
{
    int i = 0;
    while (action_at(i) != action) {
        i++;
    }
    return i;
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
    } else if (key > ' ' && key != 0x7f && key < TERMINAL_KEY) {
        char bytes[8];
        int n = g_unichar_to_utf8((gunichar)key, bytes);
        snprintf(dst, cap, "%.*s", n, bytes);
    } else {
        snprintf(dst, cap, "?");
    }
}

int
keymap_key_parse(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(key_names); i++) {
        if (g_ascii_strcasecmp(key_names[i].name, name) == 0) {
            return key_names[i].key;
        }
    }
    gunichar c = g_utf8_get_char_validated(name, -1);
    if (*name != '\0' && c < (gunichar)-2 &&
        strlen(name) == (size_t)g_unichar_to_utf8(c, NULL)) {
        return g_unichar_isprint(c) ? (int)c : 0;
    }
    int64_t number;
    if ((*name == 'F' || *name == 'f') && text_to_int(name + 1, 1, 12, &number)) {
        return K(KEY_F((int)number));
    }
    if (g_ascii_strncasecmp(name, "Ctrl-", 5) == 0 && g_ascii_isalpha(name[5]) &&
        name[6] == '\0') {
        return CTRL(name[5]);
    }
    return 0;
}

const char *
keymap_why_not(const struct screen *s, const struct action *action)
{
    if (action->acts && s->config->read_only) {
        return N_("this console is read-only");
    }
    return action->why_not == NULL ? NULL : action->why_not(s);
}

void
keymap_run(struct screen *s, const struct action *action, const char *argument)
{
    const char *why = keymap_why_not(s, action);
    if (why != NULL) {
        screen_notice(s, "%s", _(why));
    } else {
        action->run(s, argument);
    }
}

/* ---- the keys in force ---- */

struct keymap *
keymap_new(void)
{
    struct keymap *m = g_new0(struct keymap, 1);
    m->own = g_array_new(FALSE, FALSE, sizeof(struct binding));
    m->defaults = g_array_new(FALSE, FALSE, sizeof(struct binding));
    m->assigned = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    m->aliases = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    for (int i = 0; i < action_count(); i++) {
        const struct action *a = action_at(i);
        for (int k = 0; k < ACTION_KEYS && a->keys[k] != 0; k++) {
            const struct binding b = {.key = a->keys[k], .places = a->places, .action = a};
            g_array_append_val(m->defaults, b);
        }
    }
    return m;
}

void
keymap_free(struct keymap *m)
{
    if (m == NULL) {
        return;
    }
    g_array_free(m->own, TRUE);
    g_array_free(m->defaults, TRUE);
    g_hash_table_destroy(m->assigned);
    g_hash_table_destroy(m->aliases);
    g_free(m);
}

static const struct action *
find_in(const GArray *bindings, int key, unsigned places)
{
    for (guint i = 0; i < bindings->len; i++) {
        const struct binding *b = &g_array_index(bindings, struct binding, i);
        if (b->key == key && (b->places & places) != 0) {
            return b->action;
        }
    }
    return NULL;
}

const struct action *
keymap_find(const struct keymap *m, int key, enum place place)
{
    const struct action *own = find_in(m->own, key, place);
    return own != NULL ? own : find_in(m->defaults, key, place);
}

static size_t
collect_keys(const GArray *bindings, const struct action *action, unsigned places, int *ret,
             size_t n, size_t cap)
{
    for (guint i = 0; i < bindings->len && n < cap; i++) {
        const struct binding *b = &g_array_index(bindings, struct binding, i);
        if (b->action == action && (b->places & places) != 0) {
            ret[n++] = b->key;
        }
    }
    return n;
}

/* Of the action's own keys only those that nothing of the user's took away. */
size_t
keymap_keys(const struct keymap *m, const struct action *action, unsigned places, int *ret,
            size_t cap)
{
    size_t own = collect_keys(m->own, action, places, ret, 0, cap);
    size_t all = collect_keys(m->defaults, action, places, ret, own, cap), n = own;
    for (size_t i = own; i < all; i++) {
        if (keymap_owner(m->own, ret[i], places & action->places, action) == NULL) {
            ret[n++] = ret[i];
        }
    }
    return n;
}

void
keymap_keys_text(const struct keymap *m, const struct action *action, unsigned places,
                 char *dst, size_t cap)
{
    int keys[2 * ACTION_KEYS];
    size_t n = keymap_keys(m, action, places, keys, G_N_ELEMENTS(keys)), used = 0;
    *dst = '\0';
    for (size_t i = 0; i < n && used < cap; i++) {
        char name[KEY_NAME];
        keymap_key_name(name, sizeof(name), keys[i]);
        if (strstr(dst, name) == NULL) { /* two codes of the Enter key */
            int written = snprintf(dst + used, cap - used, "%s%s", used > 0 ? " " : "", name);
            used += (size_t)MAX(written, 0);
        }
    }
}

bool
keymap_has_own(const struct keymap *m, const struct action *action)
{
    int key;
    return collect_keys(m->own, action, PLACE_ANY, &key, 0, 1) > 0;
}

const char *
keymap_alias(const struct keymap *m, const char *name)
{
    return g_hash_table_lookup(m->aliases, name);
}

const struct action *
keymap_owner(const GArray *bindings, int key, unsigned places, const struct action *action)
{
    for (guint i = 0; i < bindings->len; i++) {
        const struct binding *b = &g_array_index(bindings, struct binding, i);
        if (b->key == key && (b->places & places) != 0 && b->action != action) {
            return b->action;
        }
    }
    return NULL;
}
