/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Limits of a station's components as the rules of the plant give them: to mark on bars and in
 * trends. Pure.
 */
#ifndef UI_LIMIT_MARKS_H
#define UI_LIMIT_MARKS_H

#include "src/core/plant.h"

/* A limit of a level or sensor. */
struct limit_mark {
    uint32_t component;
    double value;     /* as shown */
    char sign[3];     /* "LL", "L", "H", "HH" */
    const char *rule; /* its name, of the plant */
    bool own;         /* of a row for this component alone, which no template replaces */
};

/* Those of the components of a station (an index) are appended to marks (struct limit_mark). */
void limit_marks_of(GArray *marks, const struct plant *plant, uint32_t station);

#endif
