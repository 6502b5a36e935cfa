/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/views.h"

#include "src/core/i18n.h"
#include "ui/boards.h"
#include "ui/keymap.h"

/* It could be done were the screen not read-only: then it is shown, in grey. */
static bool
refused_only(const struct screen *s, const struct action *a)
{
    return s->config->read_only && a->acts && (a->why_not == NULL || a->why_not(s) == NULL);
}

/* The key to hint at, ":" for what has none. False: all that it has do something else here. */
static bool
key_text(const struct screen *s, const struct action *a, char *dst, size_t cap)
{
    int keys[ACTION_KEYS];
    enum place place = screen_place(s);
    size_t n = keymap_keys(s->keymap, a, (unsigned)place, keys, G_N_ELEMENTS(keys));
    g_strlcpy(dst, ":", cap);
    for (size_t i = 0; i < n; i++) {
        if (keymap_find(s->keymap, keys[i], place) == a) {
            keymap_key_name(dst, cap, keys[i]);
            return true;
        }
    }
    return n == 0;
}

/* False: there is no room for it. */
static bool
draw_hint(struct screen *s, int y, int *x, const struct action *a, bool possible)
{
    char key[KEY_NAME], word[FORMAT_SIZE];
    if (!key_text(s, a, key, sizeof(key))) {
        return true;
    }
    snprintf(word, sizeof(word), " %s", _(a->hint));
    if (*x + draw_columns(s->draw, key) + draw_columns(s->draw, word) > s->columns) {
        return false;
    }
    int begin = *x;
    *x += draw_flow(s->draw, y, *x, s->columns - *x, possible ? STYLE_STRONG : STYLE_DIM, key);
    *x += draw_flow(s->draw, y, *x, s->columns - *x, possible ? STYLE_NORMAL : STYLE_DIM, word);
    screen_add_spot(s, (struct spot){.y = y, .x = begin, .width = *x - begin, .action = a});
    *x += 2;
    return true;
}

void
hints_draw(struct screen *s, int y)
{
    int x = s->columns >= 60 ? 1 : 0;
    if (*s->notice != '\0') {
        draw_text(s->draw, y, x, s->columns - x, STYLE_STRONG, s->notice);
        return;
    }
    if (s->help.open) {
        help_draw_hint(s, y, x);
        return;
    }
    if (boards_picking(s)) { /* the keys of the board do not work now */
        draw_text(s->draw, y, x, s->columns - x, STYLE_NORMAL, _("Enter chooses, Esc closes"));
        return;
    }
    if (!s->hints) {
        return;
    }
    unsigned place = screen_place(s);
    const struct action *help = keymap_by_name("help");
    draw_hint(s, y, &x, help, true);
    for (int i = 0; i < action_count(); i++) {
        const struct action *a = action_at(i);
        bool possible = keymap_why_not(s, a) == NULL;
        bool shown = a->hint != NULL && (a->places & place) != 0 && a != help &&
                     (possible || refused_only(s, a));
        if (shown && !draw_hint(s, y, &x, a, possible)) {
            return;
        }
    }
}
