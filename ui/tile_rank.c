/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The first n of many components, by value or by how far they are from normal. */
#include <math.h>

#include "src/core/quality.h"
#include "src/core/rule.h"
#include "ui/boards.h"

#define SLICE 4000 /* components that are looked at in one piece of work */

static bool
fits(const struct rule_template *t, const struct plant *plant, uint32_t index)
{
    const struct component *c = &plant->components[index];
    bool number = c->kind == KIND_LEVEL || c->kind == KIND_SENSOR || c->kind == KIND_COUNTER;
    return number && rule_template_fits_component(t, c) &&
           rule_template_fits_station(t, &plant->stations[c->station]);
}

bool
tile_rank_look(struct screen *s, int i)
{
    struct boards *b = s->boards;
    struct tile_live *l = &b->live[i];
    const struct tile *t = board_tile(boards_board(b), i);
    struct rule_template template = {0};
    if (*t->select != '\0' && !rule_template_parse(&template, t->select, NULL)) {
        return true;
    }
    uint32_t end = MIN(l->looked + SLICE, b->plant->n_components);
    for (; l->looked < end; l->looked++) {
        if (fits(&template, b->plant, l->looked)) {
            g_array_append_val(l->points, l->looked);
        }
    }
    rule_template_fini(&template);
    return l->looked == b->plant->n_components;
}

/* From the middle of its range, 1 at its borders. NAN: it has none. */
static double
distance_of(const struct component *c, double shown)
{
    double half = (c->max - c->min) / 2;
    return half > 0 ? fabs(shown - c->min - half) / half : NAN;
}

/* NAN: it has none. */
static double
key_of(const struct screen *s, const struct tile *t, uint32_t component)
{
    const struct component *c = &s->snap->plant->components[component];
    const struct component_state *state = &s->snap->components[component];
    if (state->ts == WALL_NONE || state->text != NULL ||
        (state->quality & QUALITY_INVALID) != 0) {
        return NAN;
    }
    double shown = adjust_apply(c->adjust, state->num);
    return t->order == TILE_BY_VALUE ? shown : distance_of(c, shown);
}

/* Where it belongs among those found, which are at most most. */
static void
put(GArray *ranked, struct ranked one, guint most)
{
    guint at = ranked->len;
    while (at > 0 && g_array_index(ranked, struct ranked, at - 1).key < one.key) {
        at--;
    }
    if (at < most) {
        g_array_insert_val(ranked, at, one);
        g_array_set_size(ranked, MIN(ranked->len, most));
    }
}

void
tile_rank(struct screen *s, int i)
{
    struct tile_live *l = &s->boards->live[i];
    const struct tile *t = board_tile(boards_board(s->boards), i);
    g_array_set_size(l->ranked, 0);
    l->unknown = 0;
    for (guint k = 0; k < l->points->len; k++) {
        uint32_t component = g_array_index(l->points, uint32_t, k);
        double key = key_of(s, t, component);
        if (isnan(key)) {
            l->unknown++;
        } else {
            put(l->ranked, (struct ranked){component, key}, (guint)t->count);
        }
    }
}
