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
            struct rank_point point = {.component = l->looked};
            if (t->order == TILE_BY_DISTANCE) {
                point.run = limit_set_run(b->limits, l->looked);
            }
            g_array_append_val(l->points, point);
        }
    }
    rule_template_fini(&template);
    return l->looked == b->plant->n_components;
}

/* How far beyond its nearest limit, as a part of its range, negative on this side of it; where
 * there is no limit, of the borders of its range: a flow or count of 0 is as normal as any, a
 * level is not. NAN: nothing is known of it. */
static double
distance_of(const struct limit_set *limits, const struct rank_point *p,
            const struct component *c, double shown)
{
    double distance = NAN;
    if (p->run.n > 0) {
        limit_set_nearest(c, limit_set_marks(limits, &p->run), p->run.n, shown, &distance);
    } else if (c->max > c->min) {
        double below = c->max - shown, above = shown - c->min;
        distance = (c->kind == KIND_LEVEL ? MIN(below, above) : below) / (c->max - c->min);
    }
    return -distance;
}

/* NAN: it has none. */
static double
key_of(const struct screen *s, const struct tile *t, const struct rank_point *p)
{
    const struct component *c = &s->snap->plant->components[p->component];
    const struct component_state *state = &s->snap->components[p->component];
    if (state->ts == WALL_NONE || state->text != NULL ||
        (state->quality & QUALITY_INVALID) != 0) {
        return NAN;
    }
    double shown = adjust_apply(c->adjust, state->num);
    return t->order == TILE_BY_VALUE ? shown : distance_of(s->boards->limits, p, c, shown);
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
        const struct rank_point *p = &g_array_index(l->points, struct rank_point, k);
        double key = key_of(s, t, p);
        if (isnan(key)) {
            l->unknown++;
        } else {
            put(l->ranked, (struct ranked){p->component, key}, (guint)t->count);
        }
    }
}
