/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A reading: one value of one component at one time. What decode makes, what the model takes,
 * and, as a record, what the cache stores.
 */
#ifndef SRC_CORE_READING_H
#define SRC_CORE_READING_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "src/core/clock.h"
#include "src/core/quality.h"
#include "src/core/refstring.h"

#define COMPONENT_NONE UINT32_MAX /* no index into plant->components */
#define STATION_NONE   UINT32_MAX

struct reading {
    uint32_t component; /* index into the plant, never COMPONENT_NONE here */
    unsigned quality;   /* enum quality, or-ed */
    enum ts_source source;
    bool retained;   /* stood at the broker when we subscribed: state, never an edge */
    bool event_time; /* the profile orders windows by ts, not by receipt */
    wall_us ts;
    wall_us received;
    double num;       /* the value when text is NULL */
    const char *text; /* a state in words, sanitised; valid only during the call */
};

/* A reading on its way to disk. It owns one reference of text. */
struct record {
    uint32_t series; /* component.series: lasts longer than an index into a plant */
    uint16_t quality;
    uint16_t source; /* enum ts_source */
    wall_us ts;
    wall_us received;
    double num;
    GRefString *text; /* NULL for a number */
};

#endif
