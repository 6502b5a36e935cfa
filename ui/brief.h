/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The few components of a station that stand for it in a list. Pure.
 */
#ifndef UI_BRIEF_H
#define UI_BRIEF_H

#include "src/core/plant.h"

#define BRIEF_ACTUATORS 6
#define BRIEF_VALUES    3

/* Indices into the plant's components. */
struct brief {
    uint32_t values[BRIEF_VALUES];       /* n_values: levels, sensors with a unit, others */
    uint32_t actuators[BRIEF_ACTUATORS]; /* n_actuators; switches where there are none */
    int n_values, n_actuators;
};

struct brief brief_make(const struct plant *plant, const struct station *station);

#endif
