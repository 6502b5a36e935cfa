/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whose topic is it: a sign of life without a value names no station, but the topic may tell.
 * Either one of its levels is a station's uid, or all values that ever came by it belonged to
 * one station.
 *
 * Bounded: about LIFE_TOPICS topics are remembered, by a hash; who comes later tells nothing.
 */
#ifndef SRC_DECODE_LIFE_H
#define SRC_DECODE_LIFE_H

#include "src/core/plant.h"
#include "src/decode/topic.h"

#define LIFE_TOPICS 4096

struct life_topic {
    uint64_t hash; /* 0: free */
    uint32_t station;
    bool several; /* values of more than one station came by it */
};

struct life {
    struct life_topic *topics;
};

void life_init(struct life *l);
void life_fini(struct life *l);

/* The same stations under their indices in another plant; what is gone is forgotten. */
void life_set_plant(struct life *l, const struct plant *from, const struct plant *to);

/* A value of this station came by the topic. */
void life_learn(struct life *l, const char *topic, uint32_t station);

/* STATION_NONE when it cannot be told. plant may be NULL. */
uint32_t life_find(const struct life *l, const struct plant *plant, const char *topic,
                   const struct topic_levels *levels);

/* The station that exactly one level of the topic, or several alike, names; or STATION_NONE. */
uint32_t life_station_in_topic(const struct plant *plant, const struct topic_levels *levels);

#endif
