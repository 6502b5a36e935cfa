/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The simulated world: what flows, fills, runs and breaks in one station.
 *
 * Pure, and the same for the same seed and the same steps. Water is neither made nor lost: what
 * is stored is what came in less what was pumped out and what spilled.
 *
 * Two times: the watcher's ("story", seconds since the beginning), in which faults come and go
 * and the storm passes, so that a person sees it all within minutes; and that of the process,
 * which may run faster.
 */
#ifndef SRC_APP_SIM_WORLD_H
#define SRC_APP_SIM_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "src/app/sim_template.h"

#define SIM_STORY_S 600 /* the story begins again after so long */

struct sim_moment {
    double story_s; /* seconds since the beginning */
    double day_h;   /* time of the day in the process, 0 to 24 */
};

enum sim_fault { SIM_WELL, SIM_TRIP1, SIM_TRIP2, SIM_OTHER, SIM_BLACKOUT };

struct sim_site {
    enum sim_type type;
    uint32_t index;
    uint64_t random; /* state of its own generator */
    uint64_t lot;    /* decides which faults it meets */
    double longitude;
    double size;  /* m³/h on average */
    double drift; /* how far today is from the average, -0.3 to 0.3 */

    double volume, area;            /* m³ in the tank, m² of its floor */
    double in_m3, out_m3, spill_m3; /* since the beginning */
    double counter_from;            /* what the meter showed then; the caller's to set */
    bool pump[2], boost[2], lead;   /* lead: which pump starts first */
    double tips;                    /* rain gauge: 0.1 mm not yet told */
    double gate_s;                  /* the gate has moved for so long */
    bool gate_open;
    double turbidity, temperature, ph, chlorine, resistance, visitors;
    bool heater, refill, dosing;
    double backwash_s; /* left to go */
    double buffer;     /* % */

    enum sim_fault fault;
    bool visited; /* somebody has come to repair it: the door is open */
    double value[SIM_PARTS_MAX];
};

void sim_site_init(struct sim_site *s, enum sim_type type, uint64_t seed, uint32_t index,
                   double longitude);

/* Go on by dt_s seconds of the process (at most 3,600 count) to m; value[] is then as of m. */
void sim_site_step(struct sim_site *s, const struct sim_moment *m, double dt_s);

/* Rain at this longitude, mm/h: a storm comes from the west once in every story. */
double sim_rain(double story_s, double longitude);

/* The same story for every station of the same place in forty. */
bool sim_silent(uint32_t index, double story_s); /* sends nothing */
bool sim_stuck(uint32_t index, double story_s);  /* its sensors repeat their last value */

/* Uniform from -1 to 1. */
double sim_random(uint64_t *state);

#endif
