/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Strays: what came and found no home. Ids that no plant knows, for adoption, and the last
 * unusable payload of each topic. Both tables are bounded: of unknown ids the first
 * UNKNOWN_IDS_MAX stay, of payloads the REJECTED_MAX latest topics.
 *
 * Pure; belongs to the engine.
 */
#ifndef SRC_APP_STRAYS_H
#define SRC_APP_STRAYS_H

#include "src/core/snapshot.h"

struct strays {
    struct unknown_id *unknown;
    uint32_t n_unknown;
    GHashTable *by_name; /* "station\037id" → index + 1 */
    struct rejected_payload *rejected;
    uint32_t n_rejected;
    uint64_t version; /* rises with every change */
};

void strays_init(struct strays *s);
void strays_fini(struct strays *s);

/* All texts are sanitised already. */
void strays_add_unknown(struct strays *s, const char *station, const char *id,
                        const char *value, const char *topic, wall_us at);

/* topic and payload as they came. */
void strays_add_rejected(struct strays *s, const char *topic, const char *reason,
                         const void *payload, size_t len, wall_us at);

/* NULL: not listed. */
const struct unknown_id *strays_find(const struct strays *s, const char *station,
                                     const char *id);

/* Drop the unknown ids that plant has by now. */
void strays_settle(struct strays *s, const struct plant *plant);

#endif
