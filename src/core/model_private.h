/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The inside of the model, shared by its files: model.c has the values, model_life.c the life
 * of the stations. */
#ifndef SRC_CORE_MODEL_PRIVATE_H
#define SRC_CORE_MODEL_PRIVATE_H

#include "src/core/derived.h"
#include "src/core/model.h"

/* The connection to the broker. UNTOLD: nobody said anything of it, so it counts as there.
 * NEVER: there was none yet. */
enum link { LINK_UNTOLD, LINK_NEVER, LINK_UP, LINK_DOWN };

struct model {
    struct plant *plant;
    enum link link;
    mono_us unlinked; /* since when, while it is down */
    struct now started;
    uint64_t version;
    struct component_state *components;
    struct station_state *stations;
    mono_us *alive;            /* each station: silence is measured from here */
    uint32_t *first_derived;   /* each component: index into derived, or COMPONENT_NONE */
    struct derived *derived;   /* those of a source are linked by next */
    uint32_t *derived_numbers; /* each component: its own place in derived */
    uint32_t n_derived;
    GHashTable *by_series; /* series → component index + 1 */
    int longest_window_s;
};

/* Time passes for one station. */
void model_tick_station(struct model *m, uint32_t station, struct now now);

#endif
