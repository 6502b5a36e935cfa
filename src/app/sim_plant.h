/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The plant that belongs to simulated stations. Internal to src/app/sim*.c. */
#ifndef SRC_APP_SIM_PLANT_H
#define SRC_APP_SIM_PLANT_H

#include "src/app/sim_wire.h"

/* Station i: one of places, or one made after it and numbered on. Strings are the caller's. */
struct station sim_plant_station(const struct plant *places, uint32_t i);

/* The components of p, a station of this index in b. */
void sim_plant_components(struct plant_builder *b, uint32_t station, const struct sim_place *p);

#endif
