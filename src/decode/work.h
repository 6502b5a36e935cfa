/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Work on one message: what decode.c knows of it when it has found the rule, and what entry.c
 * then does with it. Private to src/decode.
 */
#ifndef SRC_DECODE_WORK_H
#define SRC_DECODE_WORK_H

#include "src/decode/life.h"
#include "src/decode/profile.h"
#include "src/decode/sink.h"
#include "src/decode/source_clock.h"

struct decoder {
    const struct profiles *profiles;
    struct route *routes; /* most specific first */
    size_t n_routes;
    const struct profile *forced;
    struct plant *plant; /* may be NULL */
    struct zone zone;
    struct station_clock *clocks; /* one a station */
    struct life life;
    struct jdoc *doc;
    struct sink sink;
    bool adopt;
};

/* What was found for a list of sources; kept for the message when it depends on no entry. */
struct found {
    bool done;
    const struct jnode *node; /* NULL: nothing */
    struct jnode made;        /* of a level of the topic, a name, a literal */
};

struct work {
    struct decoder *d;
    const struct decode_message *message;
    const struct topic_levels *topic;
    const struct rule *rule;
    const struct jnode *root; /* in d->doc, or a text payload */
    struct found station, time;
    /* of the station last looked up: */
    const char *station_uid; /* sanitised; "" when the profile carries none; NULL: not yet */
    bool station_bad;
    /* of the time last read: */
    const struct jnode *time_node;
    uint32_t time_station;
    bool time_done;
    struct source_time source_time;
    uint32_t topic_station; /* named by a level of the topic, once looked up */
    bool topic_station_done;
};

/* The first alternative that is there and neither null nor empty, else one that is, else NULL.
 */
const struct jnode *work_find(struct work *w, const struct sources *sources,
                              const struct jnode *entry, struct found *found);

/* What can be wrong with a name. */
struct name_reasons {
    const char *missing, *wrong, *too_long;
};
extern const struct name_reasons work_station_reasons;

/* Text, or a number in its shortest form; sanitised. NULL, and the reason, when it is none. */
const char *work_name(struct work *w, const struct jnode *node,
                      const struct name_reasons *reasons, const char **ret_reason);

/* Whether a station is there, as a last will tells, or what took its place. */
void work_will(struct work *w);

/* Readings of all entries, or what is wrong with them. */
void work_entries(struct work *w);

/* The time of the message for this station (STATION_NONE: nobody's), each read once. */
const struct source_time *work_time(struct work *w, const struct jnode *entry,
                                    uint32_t station);

#endif
