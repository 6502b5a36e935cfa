/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The menu of what the map shows: what lies behind, and stations by state, type and area. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "src/core/i18n.h"
#include "ui/map.h"
#include "ui/map_actions.h"
#include "ui/views.h"

enum group { GROUP_BACKGROUND, GROUP_STATE, GROUP_TYPE, GROUP_AREA };
#define GROUPS (GROUP_AREA + 1)

static const char *const backgrounds[] = {"coast",  "borders", "states",
                                          "rivers", "own",     "towns"};
static_assert(G_N_ELEMENTS(backgrounds) == MAP_BACKGROUNDS, "a layer has no name");
static const char *const background_words[] = {
    N_("coast"), N_("borders"), N_("state borders"), N_("rivers"), N_("overlays"), N_("towns")};
static_assert(G_N_ELEMENTS(background_words) == MAP_BACKGROUNDS, "a layer has no word");

static const char *const states[] = {"alarms", "faults", "silent", "normal"};
static_assert(G_N_ELEMENTS(states) == MAP_STATES, "a state has no name");
static const char *const state_words[] = {N_("with an alarm"), N_("with a fault"),
                                          N_("silent, or never seen"), N_("normal")};
static_assert(G_N_ELEMENTS(state_words) == MAP_STATES, "a state has no word");

static const char *const group_words[] = {N_("map"), N_("station"), N_("type"), N_("area")};
static_assert(G_N_ELEMENTS(group_words) == GROUPS, "a group has no word");

static void
add_row(struct map_view *m, enum group group, unsigned bit, const char *name, uint32_t n)
{
    struct map_layer_row row = {(uint8_t)group, bit, name, n};
    g_array_append_val(m->layers, row);
}

static gint
by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(((const struct map_layer_row *)a)->name,
                  ((const struct map_layer_row *)b)->name);
}

/* A row for each type, or area, that stations have. */
static void
add_texts(struct map_view *m, enum group group)
{
    GHashTable *counts = g_hash_table_new(g_str_hash, g_str_equal);
    for (uint32_t i = 0; i < m->plant->n_stations; i++) {
        const struct station *st = &m->plant->stations[i];
        char *name = group == GROUP_TYPE ? st->type : st->area;
        guint n = GPOINTER_TO_UINT(g_hash_table_lookup(counts, name));
        g_hash_table_insert(counts, name, GUINT_TO_POINTER(n + 1));
    }
    GArray *rows = g_array_new(FALSE, FALSE, sizeof(struct map_layer_row));
    GHashTableIter iter;
    gpointer name, n;
    g_hash_table_iter_init(&iter, counts);
    while (g_hash_table_iter_next(&iter, &name, &n)) {
        struct map_layer_row row = {(uint8_t)group, 0, name, GPOINTER_TO_UINT(n)};
        g_array_append_val(rows, row);
    }
    g_array_sort(rows, by_name);
    g_array_append_vals(m->layers, rows->data, rows->len);
    g_array_free(rows, TRUE);
    g_hash_table_destroy(counts);
}

void
map_layers_fill(struct screen *s)
{
    struct map_view *m = s->map;
    uint32_t counts[MAP_STATES] = {0};
    map_refresh(s);
    g_array_set_size(m->layers, 0);
    for (uint32_t i = 0; i < m->plant->n_stations; i++) {
        counts[map_state_of(m->severity[i])]++;
    }
    for (unsigned i = 0; i < MAP_BACKGROUNDS; i++) {
        add_row(m, GROUP_BACKGROUND, 1u << i, backgrounds[i], 0);
    }
    for (unsigned i = 0; i < MAP_STATES; i++) {
        add_row(m, GROUP_STATE, 1u << i, states[i], counts[i]);
    }
    add_texts(m, GROUP_TYPE);
    add_texts(m, GROUP_AREA);
    list_fit(&m->layers_list, (int)m->layers->len, m->layers_list.height);
}

static GHashTable *
hidden_of(const struct map_view *m, enum group group)
{
    return group == GROUP_TYPE ? m->hidden_types : m->hidden_areas;
}

static bool
is_on(const struct map_view *m, const struct map_layer_row *row)
{
    return row->group == GROUP_BACKGROUND ? (m->background & row->bit) != 0
           : row->group == GROUP_STATE
               ? (m->states & row->bit) != 0
               : !g_hash_table_contains(hidden_of(m, row->group), row->name);
}

static const char *
word_of(const struct map_layer_row *row)
{
    int bit = g_bit_nth_lsf(row->bit, -1);
    return row->group == GROUP_BACKGROUND ? _(background_words[bit])
           : row->group == GROUP_STATE    ? _(state_words[bit])
           : *row->name == '\0'           ? _("(none)")
                                          : row->name;
}

void
map_layers_toggle(struct screen *s, int place)
{
    struct map_view *m = s->map;
    const struct map_layer_row *row = &g_array_index(m->layers, struct map_layer_row, place);
    if (row->group == GROUP_BACKGROUND) {
        m->background ^= row->bit;
        prefs_set_int(s->prefs, "map", "layers", (int)m->background, s->now.mono);
    } else if (row->group == GROUP_STATE) {
        m->states ^= row->bit;
    } else if (!g_hash_table_remove(hidden_of(m, row->group), row->name)) {
        g_hash_table_add(hidden_of(m, row->group), g_strdup(row->name));
    }
    m->stale = true;
}

bool
map_layers_toggle_named(struct screen *s, const char *name)
{
    const struct map_view *m = s->map;
    map_layers_fill(s);
    for (guint i = 0; i < m->layers->len; i++) {
        const struct map_layer_row *row = &g_array_index(m->layers, struct map_layer_row, i);
        if (strcmp(row->name, name) == 0) {
            map_layers_toggle(s, (int)i);
            screen_notice(s, is_on(m, row) ? _("shown: %s") : _("hidden: %s"), word_of(row));
            return true;
        }
    }
    return false;
}

/* ---- on the screen ---- */

static void
draw_row(struct screen *s, struct rect at, const struct map_layer_row *row, bool selected)
{
    char count[FORMAT_SIZE] = "";
    unsigned mark = selected ? STYLE_SELECTED : 0;
    if (row->group != GROUP_BACKGROUND) {
        snprintf(count, sizeof(count), "%u", row->n);
    }
    draw_text(s->draw, at.y, at.x, at.width, STYLE_NORMAL, "");
    if (selected) {
        draw_glyph(s->draw, at.y, at.x, STYLE_NORMAL, GLYPH_CURSOR);
        s->cursor_y = at.y;
        s->cursor_x = at.x;
    }
    draw_text(s->draw, at.y, at.x + 1, 3, STYLE_NORMAL, is_on(s->map, row) ? "[x]" : "[ ]");
    draw_text(s->draw, at.y, at.x + 5, 7, STYLE_DIM, _(group_words[row->group]));
    draw_text(s->draw, at.y, at.x + 13, at.width - 20, STYLE_NORMAL | mark, word_of(row));
    draw_right(s->draw, at.y, at.x + at.width - 6, 6, STYLE_DIM, count);
}

/* Whose map it is must be told where it is shown: the licence of the towns wants it. */
static void
draw_credits(struct screen *s, int y, struct rect area)
{
    draw_text(s->draw, y, area.x + 1, area.width - 1, STYLE_DIM,
              "Natural Earth, GSHHG, GeoNames (CC BY)");
}

void
map_layers_draw(struct screen *s, struct rect area)
{
    struct map_view *m = s->map;
    struct rect row = {area.y + 1, area.x, 1, area.width};
    draw_text(s->draw, area.y, area.x, area.width, STYLE_STRONG, _(" Shown on the map"));
    list_fit(&m->layers_list, (int)m->layers->len, MAX(area.height - 2, 1));
    s->list_rows = (struct rect){row.y, row.x, area.height - 2, row.width};
    for (int i = 0; i < area.height - 2; i++, row.y++) {
        int place = m->layers_list.top + i;
        if (place < m->layers_list.n) {
            draw_row(s, row, &g_array_index(m->layers, struct map_layer_row, place),
                     place == m->layers_list.pos);
        } else {
            draw_text(s->draw, row.y, row.x, row.width, STYLE_NORMAL, "");
        }
    }
    draw_credits(s, row.y, area);
}

void
action_map_switch(struct screen *s, const char *argument)
{
    (void)argument;
    map_layers_toggle(s, s->map->layers_list.pos);
}

void
action_map_layers(struct screen *s, const char *argument)
{
    if (s->view != VIEW_MAP) {
        screen_set_view(s, VIEW_MAP);
    }
    if (*argument != '\0') {
        if (!map_layers_toggle_named(s, argument)) {
            screen_notice(s, _("the map has no layer, state, type or area \"%s\""), argument);
        }
        return;
    }
    map_layers_fill(s);
    s->map->layers_open = !s->map->layers_open;
}
