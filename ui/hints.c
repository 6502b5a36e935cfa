/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/views.h"

#include "src/core/i18n.h"
#include "ui/actions.h"
#include "ui/keymap.h"

/* It could be done were the screen not read-only: then it is shown, in grey. */
static bool
refused_only(const struct screen *s, const struct action *a)
{
    return s->config->read_only && a->acts && (a->why_not == NULL || a->why_not(s) == NULL);
}

/* Its key here; 0: it has none, and is a command. */
static int
first_key(const struct screen *s, const struct action *a)
{
    int first;
    return keymap_keys(s->keymap, a, (unsigned)screen_place(s), &first, 1) > 0 ? first : 0;
}

/* It has a hint, can be done here, and the key would do that and nothing of this view's own. */
static bool
has_hint(const struct screen *s, const struct action *a)
{
    enum place place = screen_place(s);
    if (a->hint == NULL || (a->places & (unsigned)place) == 0 ||
        !(keymap_why_not(s, a) == NULL || refused_only(s, a))) {
        return false;
    }
    int key = first_key(s, a);
    return key == 0 || keymap_find(s->keymap, key, place) == a;
}

/* False: there is no room for it. */
static bool
draw_hint(struct screen *s, int y, int *x, const struct action *a, bool possible)
{
    char key[KEY_NAME] = ":", word[FORMAT_SIZE];
    int first = first_key(s, a);
    if (first != 0) {
        keymap_key_name(key, sizeof(key), first);
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

/* Those that act on the plant's alarms, or the others. False: there was no room for all. */
static bool
draw_hints(struct screen *s, int y, int *x, bool acts)
{
    for (int i = 0; i < action_count(); i++) {
        const struct action *a = action_at(i);
        if (a->acts == acts && a->run != action_help && has_hint(s, a) &&
            !draw_hint(s, y, x, a, keymap_why_not(s, a) == NULL)) {
            return false;
        }
    }
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
    draw_hint(s, y, &x, keymap_by_name("help"), true);
    if (draw_hints(s, y, &x, true)) {
        draw_hints(s, y, &x, false);
    }
}
