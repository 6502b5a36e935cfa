/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/views.h"

#include <curses.h>

#include "src/core/i18n.h"
#include "ui/keymap.h"

#define NAME_WIDTH 17
#define KEYS_WIDTH 14
#define NARROW     60 /* less has no room for names beside keys and words */

void
help_init(struct help *h)
{
    *h = (struct help){.found = g_array_new(FALSE, FALSE, sizeof(int))};
    h->list.height = 1;
}

void
help_fini(struct help *h)
{
    g_array_free(h->found, TRUE);
}

/* By a piece of the name or of the description, in any case, or by the key itself. */
static bool
matches(const struct screen *s, const struct action *a, const char *text)
{
    char keys[64];
    keymap_keys_text(s->keymap, a, PLACE_ANY, keys, sizeof(keys));
    char **list = g_strsplit(keys, " ", -1);
    bool found = false;
    for (char **p = list; *p != NULL; p++) {
        found = found || strcmp(*p, text) == 0 ||
                (strlen(text) > 1 && g_ascii_strncasecmp(*p, text, strlen(text)) == 0);
    }
    g_strfreev(list);
    char *folded = g_utf8_casefold(_(a->text), -1), *wanted = g_utf8_casefold(text, -1);
    found = found || strstr(folded, wanted) != NULL || strstr(a->name, wanted) != NULL;
    g_free(folded);
    g_free(wanted);
    return found;
}

enum { RANK_ELSEWHERE, RANK_ANYWHERE, RANK_HERE, RANK_OWN };

/* What is of this pane comes first, then what works here, too; before all that, when they are
 * asked for, the user's own keys. */
static int
rank(const struct screen *s, const struct action *a)
{
    bool here = (a->places & (unsigned)screen_place(s)) != 0;
    return s->help.own_first && keymap_has_own(s->keymap, a) ? RANK_OWN
           : !here                                           ? RANK_ELSEWHERE
           : __builtin_popcount(a->places) <= 2              ? RANK_HERE
                                                             : RANK_ANYWHERE;
}

void
help_search(struct screen *s)
{
    struct help *h = &s->help;
    g_array_set_size(h->found, 0);
    for (int wanted = RANK_OWN; wanted >= RANK_ELSEWHERE; wanted--) {
        for (int i = 0; i < action_count(); i++) {
            const struct action *a = action_at(i);
            if (rank(s, a) == wanted && matches(s, a, h->text)) {
                g_array_append_val(h->found, i);
            }
        }
    }
    h->list = (struct list){.height = h->list.height};
    list_fit(&h->list, (int)h->found->len, h->list.height);
}

void
help_open(struct screen *s)
{
    s->help.open = true;
    s->help.own_first = false;
    *s->help.text = '\0';
    help_search(s);
}

static void
run_selected(struct screen *s)
{
    struct help *h = &s->help;
    if (h->list.n == 0) {
        return;
    }
    const struct action *a = action_at(g_array_index(h->found, int, h->list.pos));
    h->open = false;
    if ((a->places & screen_place(s)) == 0) {
        screen_notice(s, "%s", _("this does not apply here"));
    } else {
        keymap_run(s, a, "");
    }
}

static void
type(struct screen *s, int key)
{
    struct help *h = &s->help;
    size_t len = strlen(h->text);
    char bytes[8];
    if (key == TERMINAL_KEY + KEY_BACKSPACE || key == 0x7f || key == 8) {
        const char *last = g_utf8_find_prev_char(h->text, h->text + len);
        if (last != NULL) {
            h->text[last - h->text] = '\0';
        }
    } else if (key >= ' ' && key < TERMINAL_KEY) {
        int n = g_unichar_to_utf8((gunichar)key, bytes);
        if (len + (size_t)n < sizeof(h->text)) {
            memcpy(h->text + len, bytes, (size_t)n);
            h->text[len + (size_t)n] = '\0';
        }
    } else {
        return;
    }
    help_search(s);
}

void
help_key(struct screen *s, int key)
{
    struct list *list = &s->help.list;
    switch (key) {
    case 27:
    case TERMINAL_KEY | KEY_F(1):
        s->help.open = false;
        return;
    case '\r':
    case '\n':
    case TERMINAL_KEY | KEY_ENTER:
        run_selected(s);
        return;
    case TERMINAL_KEY | KEY_UP:
        list_to(list, list->pos - 1);
        return;
    case TERMINAL_KEY | KEY_DOWN:
        list_to(list, list->pos + 1);
        return;
    case TERMINAL_KEY | KEY_PPAGE:
        list_scroll(list, -list->height);
        return;
    case TERMINAL_KEY | KEY_NPAGE:
        list_scroll(list, list->height);
        return;
    default:
        type(s, key);
    }
}

static const char *
reason(const struct screen *s, const struct action *a)
{
    if ((a->places & screen_place(s)) == 0) {
        return _("not here");
    }
    const char *why = keymap_why_not(s, a);
    return why == NULL ? NULL : _(why);
}

static void
draw_action(struct screen *s, struct rect row, const struct action *a, bool selected)
{
    char keys[64], text[512];
    const char *why = reason(s, a);
    unsigned style = why == NULL ? STYLE_NORMAL : STYLE_DIM;
    keymap_keys_text(s->keymap, a, PLACE_ANY, keys, sizeof(keys));
    if (selected) {
        draw_glyph(s->draw, row.y, row.x, STYLE_NORMAL, GLYPH_CURSOR);
    }
    bool narrow = row.width < NARROW;
    if (narrow && *keys == '\0') {
        snprintf(keys, sizeof(keys), ":%s", a->name);
    }
    unsigned mark = selected ? STYLE_SELECTED : 0;
    draw_text(s->draw, row.y, row.x + 2, KEYS_WIDTH,
              (why == NULL ? STYLE_STRONG : STYLE_DIM) | (narrow ? mark : 0), keys);
    int x = row.x + 2 + KEYS_WIDTH + 1;
    if (!narrow) {
        draw_format(s->draw, row.y, x, NAME_WIDTH, style | mark, ":%s", a->name);
        x += NAME_WIDTH + 1;
    }
    /* Why not comes first: what is cut at the end can be guessed from the name. */
    snprintf(text, sizeof(text), "%s%s%s%s%s%s", why == NULL ? "" : "(", why == NULL ? "" : why,
             why == NULL ? "" : ") ", a->argument == NULL ? "" : _(a->argument),
             a->argument == NULL ? "" : ": ", _(a->text));
    draw_text(s->draw, row.y, x, row.x + row.width - x, style, text);
}

void
help_draw(struct screen *s, struct rect area)
{
    struct help *h = &s->help;
    int x = area.x + 1;
    x += draw_flow(s->draw, area.y, x, area.width - 1, STYLE_STRONG, _("Help")) + 2;
    x += draw_flow(s->draw, area.y, x, area.x + area.width - x, STYLE_DIM,
                   _("type to search:")) +
         1;
    x += draw_flow(s->draw, area.y, x, area.x + area.width - x - 1, STYLE_NORMAL, h->text);
    s->cursor_y = area.y;
    s->cursor_x = x;
    struct rect row = {area.y + 1, area.x, 1, area.width};
    list_fit(&h->list, (int)h->found->len, area.height - 1);
    if (h->list.n == 0) {
        draw_text(s->draw, row.y, row.x + 2, row.width - 2, STYLE_NORMAL,
                  _("nothing has this name or key"));
    }
    if (h->list.n > h->list.height) {
        char range[FORMAT_SIZE];
        snprintf(range, sizeof(range), _("%d–%d of %d"), h->list.top + 1,
                 h->list.top + h->list.height, h->list.n);
        draw_right(s->draw, area.y, x + 1, area.x + area.width - x - 2, STYLE_DIM, range);
    }
    for (int i = 0; i < h->list.height && h->list.top + i < h->list.n; i++) {
        row.y = area.y + 1 + i;
        int place = h->list.top + i;
        draw_action(s, row, action_at(g_array_index(h->found, int, place)),
                    place == h->list.pos);
    }
}

void
help_draw_hint(struct screen *s, int y, int x)
{
    const struct help *h = &s->help;
    const struct action *a =
        h->list.n == 0 ? NULL : action_at(g_array_index(h->found, int, h->list.pos));
    const char *why = a == NULL ? NULL : reason(s, a);
    if (why != NULL) {
        draw_format(s->draw, y, x, s->columns - x, STYLE_NORMAL, ":%s – %s", a->name, why);
        return;
    }
    static const struct {
        const char *key, *word;
    } hints[] = {{"Enter", N_("run")}, {"Esc", N_("close")}};
    for (size_t i = a == NULL ? 1 : 0; i < G_N_ELEMENTS(hints); i++) {
        x += draw_flow(s->draw, y, x, s->columns - x, STYLE_STRONG, hints[i].key) + 1;
        x += draw_flow(s->draw, y, x, s->columns - x, STYLE_NORMAL, _(hints[i].word)) + 2;
    }
}
