/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/decode/life.h"

#define PROBES 16

void
life_init(struct life *l)
{
    l->topics = g_new0(struct life_topic, LIFE_TOPICS);
}

void
life_fini(struct life *l)
{
    g_free(l->topics);
    l->topics = NULL;
}

void
life_set_plant(struct life *l, const struct plant *from, const struct plant *to)
{
    for (size_t i = 0; i < LIFE_TOPICS; i++) {
        struct life_topic *topic = &l->topics[i];
        if (topic->hash == 0 || topic->several) {
            continue;
        }
        uint32_t station = from == NULL || to == NULL
                               ? STATION_NONE
                               : plant_find_station(to, from->stations[topic->station].uid);
        topic->station = station; /* the slot stays taken: others may stand behind it */
    }
}

/* FNV-1a. Who can publish can also name a station, so no collision is worth an attack. */
static uint64_t
hash_of(const char *topic)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    for (const char *p = topic; *p != '\0'; p++) {
        hash = (hash ^ (unsigned char)*p) * UINT64_C(1099511628211);
    }
    return hash == 0 ? 1 : hash;
}

/* The topic's slot, or the free one it would take; NULL when there is none near. */
static struct life_topic *
slot_of(const struct life *l, const char *topic, uint64_t *ret_hash)
{
    uint64_t hash = hash_of(topic);
    *ret_hash = hash;
    for (size_t i = 0; i < PROBES; i++) {
        struct life_topic *slot = &l->topics[(hash + i) % LIFE_TOPICS];
        if (slot->hash == hash || slot->hash == 0) {
            return slot;
        }
    }
    return NULL;
}

void
life_learn(struct life *l, const char *topic, uint32_t station)
{
    uint64_t hash;
    struct life_topic *slot = slot_of(l, topic, &hash);
    if (slot == NULL) {
        return;
    }
    if (slot->hash == 0 || slot->station == STATION_NONE) {
        *slot = (struct life_topic){hash, station, slot->several};
    }
    slot->several = slot->several || slot->station != station;
}

uint32_t
life_station_in_topic(const struct plant *plant, const struct topic_levels *levels)
{
    uint32_t found = STATION_NONE;
    char uid[PLANT_ID_MAX + 1];
    for (size_t i = 0; plant != NULL && i < levels->n; i++) {
        if (levels->len[i] == 0 || levels->len[i] > PLANT_ID_MAX) {
            continue;
        }
        memcpy(uid, levels->text[i], levels->len[i]);
        uid[levels->len[i]] = '\0';
        uint32_t station = plant_find_station(plant, uid);
        if (station != STATION_NONE && found != STATION_NONE && station != found) {
            return STATION_NONE;
        }
        found = station == STATION_NONE ? found : station;
    }
    return found;
}

uint32_t
life_find(const struct life *l, const struct plant *plant, const char *topic,
          const struct topic_levels *levels)
{
    uint32_t station = life_station_in_topic(plant, levels);
    if (station != STATION_NONE) {
        return station;
    }
    uint64_t hash;
    const struct life_topic *slot = slot_of(l, topic, &hash);
    return slot != NULL && slot->hash == hash && !slot->several ? slot->station : STATION_NONE;
}
