/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The limits of components, as the rules of the plant give them: which of several rows of one
 * name counts (a row of its own beats a template, a later row an earlier one), for marks on
 * bars and for how far a value is from normal.
 *
 * Cost: making it is one pass over the rules; asking for one component is one pass over the
 * templates among them. Most components have their limits from templates, so thousands have the
 * same; who asks for all of them has each list once (limit_set_run).
 *
 * Pure.
 */
#ifndef UI_LIMIT_SET_H
#define UI_LIMIT_SET_H

#include <stdbool.h>
#include <stdint.h>

#include "src/core/plant.h"

struct limit_mark {
    double value;     /* of the value as shown */
    const char *rule; /* its name, of the plant */
    uint32_t component;
    char sign[3]; /* "LL", "L", "H", "HH" */
    bool own;     /* of a row for this component alone, which no template replaces */
};

/* The limits of a component, kept in its limit_set. */
struct limit_run {
    guint first, n;
};

struct limit_set;

struct limit_set *limit_set_new(struct plant *plant); /* takes a reference of its own */
void limit_set_free(struct limit_set *l);             /* NULL is fine */
const struct plant *limit_set_plant(const struct limit_set *l);

GArray *limit_set_array(void); /* of struct limit_mark, empty */
/* The limits of a component are appended to marks. */
void limit_set_of(const struct limit_set *l, uint32_t component, GArray *marks);

/* The same, kept as long as the set is: components with the same limits share one list, whose
 * marks name the first of them. */
struct limit_run limit_set_run(struct limit_set *l, uint32_t component);
/* run->n of them, good until the next limit_set_run(). */
const struct limit_mark *limit_set_marks(const struct limit_set *l,
                                         const struct limit_run *run);

/* The limit that matters of those of one component: the worst that is passed, else the nearest.
 * NULL: there is none. *ret_distance: how far from it, as a part of the component's range, and
 * negative beyond it. */
const struct limit_mark *limit_set_nearest(const struct component *c,
                                           const struct limit_mark *marks, guint n,
                                           double shown, double *ret_distance);

#endif
