/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The plant: stations, their components, the alarm rules. Built once, then immutable and shared
 * between threads by reference count; a changed plant is a new one.
 *
 * Order: stations by (order, uid); components by station, then (order, id), so a station's
 * components are one run of the array. An index is good for one plant only; what lasts is the
 * pair of names, and the series number that the cache gave.
 */
#ifndef SRC_CORE_PLANT_H
#define SRC_CORE_PLANT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/core/error.h"
#include "src/core/reading.h"

#define PLANT_ID_MAX            36  /* bytes of uid and id (contract, section 4) */
#define PLANT_NAME_MAX          250 /* bytes of a name */
#define PLANT_STATIONS_MAX      20000
#define PLANT_COMPONENTS_MAX    200000
#define PLANT_SILENCE_DEFAULT_S 300

enum kind {
    KIND_ACTUATOR,
    KIND_SWITCH,
    KIND_COUNTER,
    KIND_SENSOR,
    KIND_LEVEL,
    KIND_FAULT,
    KIND_DIVIDER,
};
#define KINDS (KIND_DIVIDER + 1)

/* How far a station's own clock is believed (domain, 2.6). */
enum clock_mode { CLOCK_MODE_AUTO, CLOCK_MODE_UTC, CLOCK_MODE_LOCAL, CLOCK_MODE_IGNORE };
#define CLOCK_MODES (CLOCK_MODE_IGNORE + 1)

/* How the bits of a number from the wire are read. */
enum decode_as {
    DECODE_PLAIN,
    DECODE_INT16,
    DECODE_UINT16,
    DECODE_INT32,
    DECODE_UINT32,
    DECODE_FLOAT32,
    DECODE_BCD,
};
#define DECODES (DECODE_BCD + 1)

/* Correction of what is shown; what is stored stays raw. */
enum adjust_op { ADJUST_NONE, ADJUST_ADD, ADJUST_SUBTRACT, ADJUST_MULTIPLY, ADJUST_DIVIDE };

struct adjust {
    enum adjust_op op;
    double operand;
};

/* A component computed here from another of the same station. */
enum derive {
    DERIVE_NONE,
    DERIVE_HOURS,  /* hours in which the source was 1 */
    DERIVE_PULSES, /* sum of all values of the source */
    DERIVE_TOTAL,  /* sum of the increments of a counter that may wrap */
    DERIVE_SUM,    /* sum over a sliding window, its border included */
    DERIVE_MEAN,   /* mean over the same */
};
#define DERIVES (DERIVE_MEAN + 1)

struct state_name {
    double value;
    char *name;
};

struct station {
    char *uid, *name, *short_name, *type, *area, *guidance; /* never NULL, may be "" */
    double latitude, longitude;                             /* degrees; NAN when not given */
    int order;
    int silence_s; /* 0: not watched */
    enum clock_mode clock;
    uint32_t first, count; /* its run in plant->components */
};

struct component {
    uint32_t station; /* index */
    uint32_t series;  /* the cache's number for (station, id); 0 until the cache gave one */
    char *id, *name, *short_name, *unit, *guidance; /* never NULL */
    enum kind kind;
    enum decode_as decode;
    double min, max; /* NAN when not given */
    int order;
    struct adjust adjust;
    struct state_name *states; /* n_states, in the order of the file */
    size_t n_states;
    enum derive derive;
    char *source_id;     /* derived: id of the source component; NULL otherwise */
    uint32_t source;     /* derived: its index, else COMPONENT_NONE */
    int derive_window_s; /* DERIVE_SUM, DERIVE_MEAN */
};

/* A row of rules.csv, checked but not yet compiled; alarms/ gives it meaning. */
struct rule_def {
    char *component, *rule, *type, *priority, *name, *guidance;
    double limit, deadband; /* NAN when not given */
    double on_delay_s, off_delay_s, window_s;
    int count;
    bool latch;
    /* optional columns at the end of the file: */
    double re_alarm_s;    /* announce anew after so long without an acknowledgement; 0: never */
    bool ack_unneeded;    /* "ack_on_return" is no: a return without one closes it */
    char *group, *parent; /* first-out group; rule that explains this one; "" none */
    int line;             /* in the file it was read from; 0: in none */
};

struct plant {
    struct station *stations;
    struct component *components;
    struct rule_def *rules;
    uint32_t n_stations, n_components, n_rules;
    /* private: */
    GHashTable *by_uid;  /* uid → index + 1 */
    GHashTable *by_id;   /* id → index + 1, or PLANT_AMBIGUOUS */
    GHashTable *by_pair; /* "uid\037id" → index + 1 */
    GStringChunk *texts; /* all of them */
    int refs;
};

/*
 * Collects rows, in any order. The strings of a row are taken over (allocated by GLib, NULL
 * counts as ""), whatever the result; the row then has the builder's instead, one for all that
 * are equal. plant_builder_finish() empties the builder, for which only plant_builder_fini() is
 * left then.
 */
struct plant_builder {
    GArray *stations;   /* struct station */
    GArray *components; /* struct component; station holds the index in stations */
    GArray *rules;      /* struct rule_def */
    /* private: */
    GStringChunk *texts;
    GHashTable *known; /* of texts, a set */
};

void plant_builder_init(struct plant_builder *b);
void plant_builder_fini(struct plant_builder *b);
/* Returns the station's index in the builder. */
uint32_t plant_builder_station(struct plant_builder *b, struct station *s);
void plant_builder_component(struct plant_builder *b, struct component *c);
void plant_builder_rule(struct plant_builder *b, struct rule_def *r);

/*
 * Sort, link sources, index. RC_INVALID: a uid, or an id within a station, stands twice, or a
 * derived component's source is missing; err names it. The caller gets one reference.
 */
MUST_USE enum rc plant_builder_finish(struct plant_builder *b, struct plant **ret,
                                      struct err *err);

/* A copy of everything in plant (NULL: nothing), to change and finish anew. */
void plant_builder_copy(struct plant_builder *b, const struct plant *plant);
/* The same of its rules only; plant is not NULL. */
void plant_builder_copy_rules(struct plant_builder *b, const struct plant *plant);

struct plant *plant_ref(struct plant *plant);
void plant_unref(struct plant *plant); /* NULL is fine */

/* STATION_NONE when there is none. */
uint32_t plant_find_station(const struct plant *plant, const char *uid);

/*
 * The component id of station uid; uid NULL or "" means whichever station has the only
 * component of that id. COMPONENT_NONE when there is none, or more than one.
 */
uint32_t plant_find_component(const struct plant *plant, const char *uid, const char *id);

/* Fixed names as in the CSV files; *_from_name answer false for a word that is none. */
const char *kind_name(enum kind kind);
bool kind_from_name(const char *name, enum kind *ret);
const char *clock_mode_name(enum clock_mode mode);
bool clock_mode_from_name(const char *name, enum clock_mode *ret);
const char *decode_as_name(enum decode_as as); /* "" for DECODE_PLAIN */
bool decode_as_from_name(const char *name, enum decode_as *ret);
const char *derive_name(enum derive derive); /* "" for DERIVE_NONE */
bool derive_from_name(const char *name, enum derive *ret);

/* The value as shown: raw, corrected by adjust. */
double adjust_apply(struct adjust adjust, double raw);

/* The name of a numeric state, NULL when it has none. */
const char *component_state_name(const struct component *c, double value);

#endif
