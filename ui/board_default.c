/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The board of who has none yet, made of the plant. */
#include "src/core/i18n.h"
#include "ui/boards.h"

#define LEVELS 4 /* as many gauges stand beside each other */

static void
put(struct board *b, struct tile *t, struct tile_place place)
{
    t->place = place;
    g_ptr_array_add(b->tiles, t);
}

static char *
path_of(const struct plant *plant, uint32_t index)
{
    const struct component *c = &plant->components[index];
    return g_strconcat(plant->stations[c->station].uid, "/", c->id, NULL);
}

/* The first components of that kind, of different stations. */
static uint32_t
find_first(const struct plant *plant, enum kind kind, uint32_t *ret, uint32_t most)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < plant->n_components && n < most; i++) {
        const struct component *c = &plant->components[i];
        bool new = n == 0 || plant->components[ret[n - 1]].station != c->station;
        if (c->kind == kind && new) {
            ret[n++] = i;
        }
    }
    return n;
}

static void
put_component(struct board *b, enum tile_kind kind, const struct plant *plant, uint32_t index,
              struct tile_place place)
{
    struct tile *t = tile_new(kind);
    g_ptr_array_add(t->components, path_of(plant, index));
    put(b, t, place);
}

struct board *
board_default(const struct plant *plant)
{
    struct board *b = board_new(_("The plant"));
    uint32_t levels[LEVELS] = {0}, sensors[1] = {0};
    uint32_t n = find_first(plant, KIND_LEVEL, levels, LEVELS);
    put(b, tile_new(TILE_ALARMS), (struct tile_place){0, 0, 2, 4});
    struct tile *ranking = tile_new(TILE_RANKING);
    ranking->order = TILE_BY_DISTANCE;
    put(b, ranking, (struct tile_place){0, 4, 2, 8});
    for (uint32_t i = 0; i < n; i++) {
        put_component(b, TILE_GAUGE, plant, levels[i],
                      (struct tile_place){2, (int)i * 3, 2, 3});
    }
    if (n > 0) {
        put_component(b, TILE_TREND, plant, levels[0], (struct tile_place){4, 0, 3, 8});
    }
    if (find_first(plant, KIND_SENSOR, sensors, 1) > 0) {
        put_component(b, TILE_NUMBER, plant, sensors[0], (struct tile_place){4, 8, 3, 4});
    }
    struct tile_place places[BOARD_TILES_MAX];
    int tiles = board_places(b, places);
    board_layout_settle(places, tiles, -1);
    board_set_places(b, places);
    return b;
}
