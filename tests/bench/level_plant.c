/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/bench/level_plant.h"

#include <math.h>

void
level_plant_fill(struct plant_builder *b, int stations, int components)
{
    for (int i = 0; i < stations * components; i++) {
        if (i % components == 0) {
            struct station s = {.uid = g_strdup_printf("PS-%04d", i / components)};
            plant_builder_station(b, &s);
        }
        struct component c = {.station = (uint32_t)(i / components),
                              .id = g_strdup_printf("C%02d", i % components),
                              .kind = KIND_LEVEL,
                              .order = i % components,
                              .min = NAN,
                              .max = NAN};
        plant_builder_component(b, &c);
    }
}
