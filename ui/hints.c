/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/views.h"

#include "src/core/i18n.h"
#include "ui/keymap.h"

/* False: there is no room for it. */
static bool
draw_hint(struct screen *s, int y, int *x, const struct action *a)
{
    char key[16], word[FORMAT_SIZE];
    keymap_key_name(key, sizeof(key), a->keys[0]);
    snprintf(word, sizeof(word), " %s", _(a->hint));
    if (*x + draw_columns(s->draw, key) + draw_columns(s->draw, word) > s->columns) {
        return false;
    }
    *x += draw_flow(s->draw, y, *x, s->columns - *x, STYLE_STRONG, key);
    *x += draw_flow(s->draw, y, *x, s->columns - *x, STYLE_NORMAL, word) + 2;
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
    if (!s->hints) {
        return;
    }
    enum place place = screen_place(s);
    const struct action *help = keymap_by_name("help");
    draw_hint(s, y, &x, help);
    for (int i = 0; i < action_count(); i++) {
        const struct action *a = action_at(i);
        bool possible = a->hint != NULL && keymap_find(a->keys[0], place) == a && a != help &&
                        (a->why_not == NULL || a->why_not(s) == NULL);
        if (possible && !draw_hint(s, y, &x, a)) {
            return;
        }
    }
}
