/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The simulator: a water utility that sends MQTT messages. Messages come station by station,
 * round after round, each as of the time the caller gives: how fast time goes is his affair.
 *
 * Pure: no clock, no network, and the same messages for the same configuration and times. Only
 * the rules of the time zone are looked up.
 * Threads: a simulator belongs to one thread.
 *
 * Stations beyond those given are made by the same templates and numbered on. In every story of
 * ten minutes a pump fails early and later others by lot, a storm passes from west to east, a
 * sensor sticks, one station in forty is silent for two minutes, and an id that is in no plant
 * turns up now and then.
 */
#ifndef SRC_APP_SIM_H
#define SRC_APP_SIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/core/clock.h"
#include "src/core/plant.h"

struct sim;

/* "mixed" is a bit of everything. */
#define SIM_PROFILES "mixed|sentraq|logo|scadapro|telemetry|scalar|operaid"

/* With about twenty components each they stay within the limits of a plant. */
#define SIM_STATIONS_MAX 9000

struct sim_config {
    const struct plant *places; /* its stations and rules are used, its components are not */
    uint32_t stations;
    uint64_t seed;
    const char *profile;  /* one of SIM_PROFILES */
    double speed;         /* seconds of the process in a second */
    const char *timezone; /* of the installation; NULL or "": the system's */
    wall_us start;
    int silence_s; /* for the plant; 0: as the places have it */
};

struct sim_message {
    const char *topic; /* both valid until the next sim_next() */
    const char *payload;
    size_t len;
};

/* What the engine must subscribe to for a profile. */
struct sim_source {
    const char *name, *filter, *profile;
};

/* RC_INVALID: no such profile or time zone, no places, or too many stations. */
MUST_USE enum rc sim_new(struct sim **ret, const struct sim_config *config, struct err *err);
void sim_free(struct sim *s); /* NULL is fine */

/* The next message, as of at, which must not go back. There is always one. */
void sim_next(struct sim *s, wall_us at, struct sim_message *ret);

/* Messages in a round in which every station sends once. */
uint32_t sim_round(const struct sim *s);

/* The matching plant: the caller gets a reference. */
struct plant *sim_plant(const struct sim *s);

/* The sources, n of them. */
const struct sim_source *sim_sources(const struct sim *s, size_t *ret_n);

/* An id that it sends though it is in no plant. */
#define SIM_UNKNOWN_ID "K7WNEUE42Z"

#endif
