/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The dialog that adds a tile: its kind, then the component or station by its name. It owns
 * all keys. */
#include <assert.h>

#include <curses.h>

#include "src/core/i18n.h"
#include "ui/boards.h"
#include "ui/keys.h"

#define FOUND_MOST 200
#define WORDS_MOST 8

static const char *const texts[] = {
    [TILE_GAUGE] = N_("a value on a bar, with its limits"),
    [TILE_NUMBER] = N_("a value, and how it went in small bars"),
    [TILE_STATE] = N_("a state: on, off, a word"),
    [TILE_TREND] = N_("a curve over time"),
    [TILE_ALARMS] = N_("how many alarms, how old, how fast"),
    [TILE_FLOW] = N_("a station in a row: inflow, storage, pumps, outflow"),
    [TILE_RANKING] = N_("the highest of many, or the furthest from normal"),
    [TILE_CALENDAR] = N_("days and hours of a component as shades"),
    [TILE_TEXT] = N_("words: what to do, whom to call"),
};
static_assert(G_N_ELEMENTS(texts) == TILE_KINDS, "a kind of tile has no text");

/* ---- what is found ---- */

/* In any case of ASCII letters. */
static bool
has(const char *text, const char *word)
{
    size_t len = strlen(word);
    for (; *text != '\0'; text++) {
        if (g_ascii_strncasecmp(text, word, len) == 0) {
            return true;
        }
    }
    return len == 0;
}

static bool
station_has(const struct station *st, const char *word)
{
    return has(st->uid, word) || has(st->name, word) || has(st->area, word);
}

/* Words that the station does not have, the component must have. Returns how many. */
static int
words_left(const struct station *st, char **words, const char *left[WORDS_MOST])
{
    int n = 0;
    for (char **word = words; *word != NULL && n < WORDS_MOST; word++) {
        if (!station_has(st, *word)) {
            left[n++] = *word;
        }
    }
    return n;
}

static bool
component_has(const struct component *c, const char *const *words, int n)
{
    for (int i = 0; i < n; i++) {
        if (!has(c->id, words[i]) && !has(c->name, words[i]) &&
            !has(kind_name(c->kind), words[i])) {
            return false;
        }
    }
    return true;
}

static void
find_in_station(struct board_picker *p, const struct plant *plant, uint32_t index, char **words)
{
    const struct station *st = &plant->stations[index];
    const char *left[WORDS_MOST];
    int n = words_left(st, words, left);
    if (p->pick == PICK_STATION) {
        if (n == 0) {
            g_array_append_val(p->found, index);
        }
        return;
    }
    for (uint32_t i = st->first; i < st->first + st->count && p->found->len < FOUND_MOST; i++) {
        const struct component *c = &plant->components[i];
        if (c->kind != KIND_DIVIDER && component_has(c, left, n)) {
            g_array_append_val(p->found, i);
        }
    }
}

static void
find(struct screen *s)
{
    struct boards *b = s->boards;
    struct board_picker *p = &b->picker;
    g_array_set_size(p->found, 0);
    char **words = g_strsplit(p->text, " ", -1);
    for (uint32_t i = 0; p->pick == PICK_KIND && i < TILE_KINDS; i++) {
        if (has(tile_kind_name((enum tile_kind)i), p->text)) {
            g_array_append_val(p->found, i);
        }
    }
    for (uint32_t i = 0; p->pick != PICK_KIND && b->plant != NULL && i < b->plant->n_stations &&
                         p->found->len < FOUND_MOST;
         i++) {
        find_in_station(p, b->plant, i, words);
    }
    g_strfreev(words);
    p->list = (struct list){.height = p->list.height};
    list_fit(&p->list, (int)p->found->len, p->list.height);
}

void
boards_pick(struct screen *s, enum board_pick pick)
{
    struct board_picker *p = &s->boards->picker;
    p->pick = pick;
    *p->text = '\0';
    p->list.height = MAX(p->list.height, 1);
    find(s);
}

/* ---- choosing ---- */

static void
add(struct screen *s, const char *path, const char *station)
{
    struct board_picker *p = &s->boards->picker;
    struct tile *t = tile_new(p->kind);
    if (path != NULL) {
        g_ptr_array_add(t->components, g_strdup(path));
    }
    if (station != NULL) {
        tile_set(&t->station, station);
    }
    p->pick = PICK_NONE;
    boards_add_tile(s, t);
}

static void
choose_kind(struct screen *s, enum tile_kind kind)
{
    s->boards->picker.kind = kind;
    if (tile_components_max(kind) > 0) {
        boards_pick(s, PICK_COMPONENT);
    } else if (kind == TILE_FLOW) {
        boards_pick(s, PICK_STATION);
    } else {
        add(s, NULL, NULL);
        screen_notice(s, "%s",
                      kind == TILE_TEXT ? _("= text WORDS | MORE WORDS writes into it")
                                        : _("= select area:NAME chooses a part of the plant"));
    }
}

static void
choose(struct screen *s)
{
    const struct plant *plant = s->boards->plant;
    struct board_picker *p = &s->boards->picker;
    if (p->list.n == 0) {
        return;
    }
    uint32_t index = g_array_index(p->found, uint32_t, p->list.pos);
    if (p->pick == PICK_KIND) {
        choose_kind(s, (enum tile_kind)index);
    } else if (p->pick == PICK_STATION) {
        add(s, NULL, plant->stations[index].uid);
    } else {
        const struct component *c = &plant->components[index];
        char *path = g_strconcat(plant->stations[c->station].uid, "/", c->id, NULL);
        add(s, path, NULL);
        g_free(path);
    }
}

/* ---- keys ---- */

static void
type(struct screen *s, int key)
{
    struct board_picker *p = &s->boards->picker;
    size_t len = strlen(p->text);
    if (key == K(KEY_BACKSPACE) || key == 0x7f || key == 8) {
        const char *last = g_utf8_find_prev_char(p->text, p->text + len);
        p->text[last == NULL ? 0 : last - p->text] = '\0';
    } else if (key >= ' ' && key < TERMINAL_KEY) {
        char bytes[8];
        int n = g_unichar_to_utf8((gunichar)key, bytes);
        if (len + (size_t)n < sizeof(p->text)) {
            memcpy(p->text + len, bytes, (size_t)n);
            p->text[len + (size_t)n] = '\0';
        }
    } else {
        return;
    }
    find(s);
}

bool
boards_picking(const struct screen *s)
{
    return s->view == VIEW_BOARDS && s->boards->picker.pick != PICK_NONE;
}

bool
boards_pick_key(struct screen *s, int key)
{
    struct board_picker *p = &s->boards->picker;
    if (p->pick == PICK_NONE) {
        return false;
    }
    switch (key) {
    case ESCAPE:
        p->pick = PICK_NONE;
        break;
    case ENTER:
    case '\n':
    case K(KEY_ENTER):
        choose(s);
        break;
    case K(KEY_UP):
    case K(KEY_BTAB):
        list_to(&p->list, p->list.pos - 1);
        break;
    case K(KEY_DOWN):
    case TAB:
        list_to(&p->list, p->list.pos + 1);
        break;
    case K(KEY_PPAGE):
        list_scroll(&p->list, -p->list.height);
        break;
    case K(KEY_NPAGE):
        list_scroll(&p->list, p->list.height);
        break;
    default:
        type(s, key);
    }
    return true;
}

/* ---- drawing ---- */

static void
row_text(const struct screen *s, uint32_t index, char *name, size_t name_cap, char *text,
         size_t cap)
{
    const struct plant *plant = s->boards->plant;
    const struct board_picker *p = &s->boards->picker;
    if (p->pick == PICK_KIND) {
        snprintf(name, name_cap, "%s", tile_kind_name((enum tile_kind)index));
        snprintf(text, cap, "%s", _(texts[index]));
    } else if (p->pick == PICK_STATION) {
        snprintf(name, name_cap, "%s", plant->stations[index].uid);
        snprintf(text, cap, "%s", plant->stations[index].name);
    } else {
        const struct component *c = &plant->components[index];
        snprintf(name, name_cap, "%s/%s", plant->stations[c->station].uid, c->id);
        snprintf(text, cap, "%s  %s", plant->stations[c->station].name, c->name);
    }
}

void
boards_pick_draw(struct screen *s, struct rect area)
{
    static const char *const asks[] = {[PICK_NONE] = "",
                                       [PICK_KIND] = N_("New tile: of which kind?"),
                                       [PICK_COMPONENT] = N_("Which component?"),
                                       [PICK_STATION] = N_("Which station?")};
    struct board_picker *p = &s->boards->picker;
    int x = area.x + 1, end = area.x + area.width, names = MIN(area.width / 3, 30);
    x += draw_flow(s->draw, area.y, x, end - x, STYLE_STRONG, _(asks[p->pick])) + 2;
    x += draw_flow(s->draw, area.y, x, end - x, STYLE_DIM, _("type to search:")) + 1;
    x += draw_flow(s->draw, area.y, x, end - x - 1, STYLE_NORMAL, p->text);
    s->cursor_y = area.y;
    s->cursor_x = x;
    list_fit(&p->list, (int)p->found->len, area.height - 1);
    if (p->list.n == 0) {
        draw_text(s->draw, area.y + 1, area.x + 2, area.width - 2, STYLE_NORMAL,
                  _("nothing has this name"));
    }
    for (int i = 0; i < p->list.height && p->list.top + i < p->list.n; i++) {
        char name[FORMAT_SIZE * 2], text[600];
        int y = area.y + 1 + i;
        bool selected = p->list.top + i == p->list.pos;
        row_text(s, g_array_index(p->found, uint32_t, p->list.top + i), name, sizeof(name),
                 text, sizeof(text));
        if (selected) {
            draw_glyph(s->draw, y, area.x, STYLE_NORMAL, GLYPH_CURSOR);
        }
        draw_text(s->draw, y, area.x + 2, names, STYLE_NORMAL | (selected ? STYLE_SELECTED : 0),
                  name);
        draw_text(s->draw, y, area.x + 3 + names, end - (area.x + 3 + names), STYLE_NORMAL,
                  text);
    }
}
