/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/brief.h"

static void
add_values(struct brief *b, const struct plant *plant, const struct station *station,
           enum kind kind, bool unit)
{
    for (uint32_t i = station->first; i < station->first + station->count; i++) {
        const struct component *c = &plant->components[i];
        if (c->kind == kind && (*c->unit != '\0') == unit && b->n_values < BRIEF_VALUES) {
            b->values[b->n_values++] = i;
        }
    }
}

static void
add_actuators(struct brief *b, const struct plant *plant, const struct station *station,
              enum kind kind)
{
    for (uint32_t i = station->first; i < station->first + station->count; i++) {
        if (plant->components[i].kind == kind && b->n_actuators < BRIEF_ACTUATORS) {
            b->actuators[b->n_actuators++] = i;
        }
    }
}

struct brief
brief_make(const struct plant *plant, const struct station *station)
{
    struct brief b = {.n_values = 0};
    for (int unit = 1; unit >= 0; unit--) {
        add_values(&b, plant, station, KIND_LEVEL, unit);
    }
    for (int unit = 1; unit >= 0; unit--) {
        add_values(&b, plant, station, KIND_SENSOR, unit);
    }
    add_actuators(&b, plant, station, KIND_ACTUATOR);
    if (b.n_actuators == 0) {
        add_actuators(&b, plant, station, KIND_SWITCH);
    }
    return b;
}
