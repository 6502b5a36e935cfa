/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What stands in a station of each type: the simulator's templates. The indices name the places
 * of a template, and with them those of the values that src/app/sim_world.c reckons out.
 */
#ifndef SRC_APP_SIM_TEMPLATE_H
#define SRC_APP_SIM_TEMPLATE_H

#include "src/core/plant.h"

#define SIM_PARTS_MAX 25

enum sim_type { SIM_WATERWORKS, SIM_SEWAGE, SIM_STORM, SIM_COMBINED, SIM_POOL, SIM_SCRAP };
#define SIM_TYPES (SIM_SCRAP + 1)

/* How a value travels; SIM_NONE does not: a heading, or derived in leitstand. */
enum sim_form { SIM_NONE, SIM_BIT, SIM_WORD, SIM_DWORD, SIM_TEXT };

struct sim_part {
    const char *key; /* at most 8 bytes: a controller's names have 15, the station goes first */
    const char *name, *unit, *states; /* NULL: none */
    enum kind kind;
    enum sim_form form;
    int decimals;
    double min, max; /* both 0: none */
    enum derive derive;
    const char *source; /* key; derived parts */
    int window_s;
    const char *adjust; /* of a derived part: "*0.1"; NULL: none */
    const char *guidance;
};

struct sim_template {
    const char *type; /* as in stations.csv */
    const struct sim_part *parts;
    size_t n;
};

/* Waterworks: wells fill a tank, network pumps empty it. */
enum {
    WW_HEAD_PUMPS,
    WW_WELL1,
    WW_WELL2,
    WW_NET1,
    WW_NET2,
    WW_MODE,
    WW_DOOR,
    WW_HEAD_FLOW,
    WW_TANK,
    WW_RAW,
    WW_OUT,
    WW_PRESSURE,
    WW_VOLUME,
    WW_TOTAL,
    WW_HEAD_QUALITY,
    WW_TURBIDITY,
    WW_TEMPERATURE,
    WW_HEAD_HOURS,
    WW_HOURS1,
    WW_HOURS2,
    WW_TRIP1,
    WW_TRIP2,
    WW_TURBID,
    WW_POWER,
    WW_PARTS
};

/* The three kinds of pump stations share their places; what one has not stays SIM_NONE. */
enum {
    PS_HEAD_PUMPS,
    PS_PUMP1,
    PS_PUMP2,
    PS_CURRENT1,
    PS_CURRENT2,
    PS_MODE,
    PS_DOOR,
    PS_HEAD_FLOW,
    PS_LEVEL,
    PS_IN,
    PS_VOLUME,
    PS_HEAD_RAIN,
    PS_RAIN,
    PS_TIPS,
    PS_RAIN_SUM,
    PS_RAIN_MINUTE,
    PS_GATE,
    PS_HEAD_HOURS,
    PS_HOURS1,
    PS_HOURS2,
    PS_TRIP1,
    PS_TRIP2,
    PS_HIGH,
    PS_POWER,
    PS_SPILL,
    PS_PARTS
};

enum {
    SB_HEAD_PLANT,
    SB_FILTER,
    SB_HEATER,
    SB_REFILL,
    SB_DOSING,
    SB_RUN,
    SB_DOOR,
    SB_HEAD_WATER,
    SB_TEMPERATURE,
    SB_PH,
    SB_PH_MEAN,
    SB_CHLORINE,
    SB_PRESSURE,
    SB_BUFFER,
    SB_VISITORS,
    SB_HEAD_HOURS,
    SB_HOURS,
    SB_DOSING_FAULT,
    SB_BUFFER_EMPTY,
    SB_POWER,
    SB_PARTS
};

const struct sim_template *sim_template(enum sim_type type);

/* SIM_SEWAGE for a word that is no type. */
enum sim_type sim_type_from_name(const char *type);

#endif
