/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The plant of the benchmarks about alarms: levels, and no rules yet. */
#ifndef TESTS_BENCH_LEVEL_PLANT_H
#define TESTS_BENCH_LEVEL_PLANT_H

#include "src/core/plant.h"

/* Stations PS-0000 and on, each with components C00 and on. */
void level_plant_fill(struct plant_builder *b, int stations, int components);

#endif
