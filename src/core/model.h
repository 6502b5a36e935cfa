/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The model: the newest value of every component, the life of every station, and the components
 * that are computed here (operating hours, counters, sliding windows).
 *
 * Threads: the engine's only; others get a struct snapshot.
 * Pure:    no clock, no file; "now" is a parameter. Text of states is shared by GRefString.
 */
#ifndef SRC_CORE_MODEL_H
#define SRC_CORE_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "src/core/plant.h"
#include "src/core/reading.h"

struct component_state {
    double num;       /* the value when text is NULL */
    GRefString *text; /* a state in words, or NULL */
    wall_us ts;       /* WALL_NONE: never had a value */
    wall_us received;
    mono_us heard;   /* when this process heard it; from the cache: 0 */
    uint8_t quality; /* enum quality, or-ed */
    uint8_t source;  /* enum ts_source */
    bool live;       /* heard from the broker in this run, and not retained */
};

struct station_state {
    wall_us received;        /* newest life sign; WALL_NONE: never seen */
    mono_us heard;           /* the same on the boot clock; from the cache: 0 */
    int64_t clock_offset_us; /* source clock minus receipt time, last measured */
    bool clock_known;
    bool silent;     /* watched, and no life sign for longer than silence_s; or gone */
    bool gone;       /* its last will says so, and no life sign has come since */
    uint32_t faults; /* fault components that are not 0, of good quality */
};

struct model;

/* Takes a reference of plant. Values are unknown until restored or heard. */
struct model *model_new(struct plant *plant, struct now now);
void model_free(struct model *m);

/*
 * Go over to another plant. Values, hours and windows of components that have the same name in
 * both are kept.
 */
void model_set_plant(struct model *m, struct plant *plant, struct now now);
struct plant *model_plant(const struct model *m);

/*
 * Put back what the cache knew of the component with this series number, before the first
 * reading: value, and for a derived component the total it goes on from. Not a life sign,
 * though it tells when the station was last received. In any order; windows are not restored by
 * this.
 */
void model_restore(struct model *m, const struct record *r);

/*
 * Fill the sliding windows whose source is this series from history, in any order. What is too
 * old is passed over, so the longest window (model_longest_window_s) back is enough.
 */
int model_longest_window_s(const struct model *m);
void model_restore_window(struct model *m, const struct record *r);

/*
 * A reading has come. The record to store, and those of the components derived from it, are
 * appended to out (struct record, each with its own reference of text).
 *
 * An older reading than the newest (by ts) is stored but does not replace what is shown; of
 * equal ts the later arrival does. What is shown from further in the future than any reading is
 * believed to be (the host's clock went back) gives way to any reading.
 * A retained one is marked not_topical and is no life sign; when it only repeats what this run
 * has already heard (a broker sends it with every subscription), nothing is appended. Derived
 * components take neither retained readings nor invalid ones nor text.
 * A reading of a derived component is ignored: it is computed here and nowhere else.
 */
void model_apply(struct model *m, const struct reading *r, struct now now, GArray *out);

/* A life sign of a station, with or without readings; offset only when a time came with it. */
void model_heard(struct model *m, uint32_t station, struct now now);
/*
 * A station's last will, or what took its place. offline: it is silent at once and until its
 * next life sign, watched or not. Otherwise the will is withdrawn, which is no life sign.
 */
void model_will(struct model *m, uint32_t station, bool offline, struct now now);
/*
 * The connection to the broker has come or gone; repeating is harmless. While there is none
 * nobody falls silent (who was silent stays so): the clocks of silence stand still, and when it
 * is back each has at least 30 s left, or silence_s if that is less. Stations are first awaited
 * from the first connect on. A model that was never told was connected from the start.
 */
void model_link(struct model *m, bool connected, struct now now);
void model_clock_offset(struct model *m, uint32_t station, int64_t offset_us);

/*
 * Time passes: windows lose what is too old and fall to zero, running hours are counted on,
 * stations fall silent. Call about once a second. Appends records as model_apply does.
 */
void model_tick(struct model *m, struct now now, GArray *out);

/* plant->n_components and plant->n_stations of them. */
const struct component_state *model_components(const struct model *m);
const struct station_state *model_stations(const struct model *m);

/* The component that has this series number, COMPONENT_NONE when none has. */
uint32_t model_component(const struct model *m, uint32_t series);

/* Rises with every change that a screen could show. */
uint64_t model_version(const struct model *m);

#endif
