/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Decode: one MQTT message in, readings out, by profiles that are data.
 *
 * Pure:    no clock, file, log or lock. A decoder belongs to one thread; two may run at once.
 * Memory:  everything is allocated when the decoder is made; decode_message() allocates
 * nothing. Source:  rules of ingest, told in leitstand-profile(5).
 */
#ifndef SRC_DECODE_DECODE_H
#define SRC_DECODE_DECODE_H

#include <stdbool.h>
#include <stddef.h>

#include "src/core/plant.h"
#include "src/core/reading.h"
#include "src/core/setting.h"

#define DECODE_PAYLOAD_MAX (256 * 1024)
#define DECODE_DEPTH_MAX   32
#define DECODE_ENTRIES_MAX 4096
#define DECODE_TEXT_MAX    1000
#define DECODE_HEX_MAX     160

struct profiles; /* compiled, immutable, shared by decoders */

/* Compile the settings of all profile files. Everything wrong goes to problems (added to). */
struct profiles *profiles_new(const struct settings *settings, struct problems *problems);
void profiles_free(struct profiles *p);
bool profiles_has(const struct profiles *p, const char *name);

/* A source of the configuration: which messages are decoded by which profile. */
struct decode_route {
    const char *filter;  /* MQTT topic filter */
    const char *profile; /* must be one of profiles */
};

struct decode_reading {
    struct reading r; /* r.component is COMPONENT_NONE when adopt let an unknown id through */
    const char *station; /* uid, "" when the profile carries none and the plant has none */
    const char *id;      /* with "[n]" for further elements of an array */
};

struct decode_reject {
    const char *at;     /* JSON Pointer into the payload, "" for all of it */
    const char *reason; /* fixed English words; never translated here */
};

struct decode_unknown {
    const char *station, *id; /* sanitised */
    const char *value;        /* as text, sanitised and cut */
};

/* What became of one message. Everything in it is valid until the next decode_message(). */
struct decode_result {
    const char *profile;   /* NULL: no route matched */
    bool heartbeat;        /* a life sign without a value */
    const uint32_t *heard; /* stations that this message proves alive */
    size_t n_heard;
    const struct decode_reading *readings;
    size_t n_readings;
    const struct decode_reject *rejected; /* unknown ids are among them */
    size_t n_rejected;
    const struct decode_unknown *unknown;
    size_t n_unknown;
    const char *health;         /* ScadaPRO2 system/…: which part tells; else NULL */
    const char *alarm_severity; /* ScadaPRO2 alarms/…: else NULL */
    const char *alarm_state;    /* "raised", "acknowledged", "resolved" */
    const char *will;        /* a station whose last will, or its opposite, this is; or NULL */
    uint32_t will_station;   /* STATION_NONE: not of the plant, or there is no will */
    bool will_offline;       /* it is gone */
    bool write_request;      /* a downlink or its echo, no measurement */
    bool clock_measured;     /* a source time came with it, to be told to the model: */
    int64_t clock_offset_us; /* source time (as UTC or corrected) minus receipt */
    uint32_t clock_station;  /* STATION_NONE: not known */
};

struct decode_config {
    const struct profiles *profiles;
    const struct decode_route *routes; /* longest matching filter wins, then the topics that */
    size_t n_routes;                   /* the profiles themselves name */
    const char *force_profile;         /* NULL, or one that takes every message */
    const char *timezone;              /* IANA name of the installation; NULL: the system's */
    bool adopt;                        /* every id counts as known */
};

struct decoder;

/* plant may be NULL (nothing is known); the decoder takes a reference. */
MUST_USE enum rc decoder_new(struct decoder **ret, const struct decode_config *config,
                             struct plant *plant, struct err *err);
void decoder_free(struct decoder *d);
/* What was learnt of the stations' clocks stays with stations of the same uid. */
void decoder_set_plant(struct decoder *d, struct plant *plant);

struct decode_message {
    const char *topic;
    const void *payload;
    size_t len;
    bool retain;
    wall_us received;
};

const struct decode_result *decode_message(struct decoder *d, const struct decode_message *m);

#endif
