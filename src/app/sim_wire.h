/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the simulator's stations put their values on the wire. Internal to src/app/sim*.c. */
#ifndef SRC_APP_SIM_WIRE_H
#define SRC_APP_SIM_WIRE_H

#include "src/app/sim.h"
#include "src/app/sim_world.h"
#include "src/core/timestamp.h"

#define SIM_PAYLOAD_MAX 4096
#define SIM_TOPIC       "/client/send/6c1f1e0a-52b7-4f0e-9d41-8f3a7be6c2d4"

enum sim_wire {
    WIRE_LOGO,      /* array format, everything in one message */
    WIRE_HEX,       /* web-server format; its ids name no station, so there is only one */
    WIRE_BATCH,     /* SentraQ generic, an array, local time */
    WIRE_SINGLE,    /* SentraQ generic, an object for each value, Unix time */
    WIRE_SCADAPRO,  /* a topic and an object for each value */
    WIRE_TELEMETRY, /* a map of metrics */
    WIRE_SCALAR,    /* a topic for each value, nothing else in the payload */
    WIRE_SCRAP,     /* OperAID */
};

/* A value that is sent: everything that never changes is made once. */
struct sim_entry {
    uint8_t part;
    uint8_t decimals;
    bool scaled;             /* as a whole number, 10^decimals of it */
    char *id;                /* in the plant */
    char *head;              /* what stands before the value */
    char *topic;             /* NULL: the station's */
    uint16_t head_len, unit; /* unit: of hex keys, see sim_wire.c */
};

struct sim_place {
    struct sim_site site;
    enum sim_wire wire;
    char *uid, *topic;
    struct sim_entry *entries;
    size_t n_entries;
    bool local_clock, time_first;
    wall_us last; /* when its world was last moved on */
    uint32_t rounds;
};

/* The present moment in every form that goes on a wire. */
struct sim_stamp {
    wall_us at;
    int64_t second, zone_until; /* for which second the texts stand; offset good until */
    int64_t offset_s;
    char utc[TIMESTAMP_SIZE], local[TIMESTAMP_SIZE], unix_utc[24], unix_local[24];
    char millis[8];
};

void sim_stamp_set(struct sim_stamp *s, wall_us at, GTimeZone *zone);

/* site, uid, wire and clock are set; makes the entries. */
void sim_place_init(struct sim_place *p);
void sim_place_fini(struct sim_place *p);

/* All values in one message, or each in its own. */
bool sim_wire_is_single(enum sim_wire wire);

/* Write the message of entry k (of all, when not single) to dst; returns its length. */
size_t sim_wire_payload(const struct sim_place *p, size_t k, const struct sim_stamp *stamp,
                        char dst[SIM_PAYLOAD_MAX]);
/* A LOGO! with nothing to tell but that it lives. */
size_t sim_wire_heartbeat(const struct sim_place *p, const struct sim_stamp *stamp,
                          char dst[SIM_PAYLOAD_MAX]);

#endif
