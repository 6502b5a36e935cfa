/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The records of alarms: what alarms/ makes, storage keeps, app carries and the screen shows.
 * Plain data and its names; what it means and how it changes is told in alarms/evaluator.h.
 *
 * Words as in ISA-18.2 and IEC 62682: an alarm belongs to a rule on a component (or to a
 * station, or to the system itself); each rise opens an occurrence with a UUID; a step counts
 * severity rises and re-alarms inside it; an acknowledgement covers all steps up to the one it
 * names.
 *
 * An alarm is named by (station, component, rule). Silence of a station has component "" and
 * rule "silence"; what concerns leitstand itself has station ALARM_SYSTEM and component
 * "broker", "link", "store", "disk" or "messages". An alarm that only tests the chain has
 * ALARM_TEST_PREFIX in front of its rule and "test" set wherever it appears.
 */
#ifndef SRC_CORE_ALARM_H
#define SRC_CORE_ALARM_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "src/core/clock.h"
#include "src/core/error.h"
#include "src/core/plant.h"
#include "src/core/uuid.h"

#define ALARM_SYSTEM      "leitstand"
#define ALARM_TEST_PREFIX "test:"

#define ALARM_USER_MAX 64  /* bytes, with NUL, of a user or an origin */
#define ALARM_TEXT_MAX 256 /* bytes, with NUL, of a comment or a reason */
#define ALARM_RULE_MAX (PLANT_ID_MAX + 8)

enum alarm_type {
    /* rules.csv */
    ALARM_HIHI,
    ALARM_HI,
    ALARM_LO,
    ALARM_LOLO,
    ALARM_DIGITAL,
    ALARM_RATE,      /* change a minute */
    ALARM_STALE,     /* no reading for window_s */
    ALARM_STUCK,     /* readings, but no change beyond deadband for window_s */
    ALARM_TOTALIZER, /* sum over a sliding window */
    ALARM_COUNT,     /* rises of a digital value in a sliding window */
    /* the watchdog's own */
    ALARM_SILENCE, /* a station */
    ALARM_BROKER,
    ALARM_LINK,  /* this instance's own network */
    ALARM_STORE, /* the central store */
    ALARM_DISK,  /* this instance's own disk or cache */
    ALARM_LOSS,  /* messages lost inside leitstand */
};
#define ALARM_TYPES (ALARM_LOSS + 1)

enum alarm_priority { ALARM_CRITICAL, ALARM_HIGH, ALARM_MEDIUM, ALARM_LOW };
#define ALARM_PRIORITIES (ALARM_LOW + 1)

/* A to F of the alarm model, 3.2. */
enum alarm_state {
    ALARM_NORMAL,           /* A */
    ALARM_UNACKED,          /* B active */
    ALARM_ACKED,            /* C active */
    ALARM_RETURNED_UNACKED, /* D */
    ALARM_LATCHED_UNACKED,  /* E condition gone, latched */
    ALARM_LATCHED_ACKED,    /* F condition gone, latched */
};
#define ALARM_STATES (ALARM_LATCHED_ACKED + 1)

/* G, H, I of 3.3; or-ed. */
enum alarm_overlay {
    OVERLAY_SHELVED = 1u << 0,
    OVERLAY_SUPPRESSED = 1u << 1,
    OVERLAY_OUT_OF_SERVICE = 1u << 2,
};
#define OVERLAY_COUNT 3

/* What a line of the journal tells. Names are fixed: JSON, SQL. */
enum alarm_event {
    EVENT_RAISED,   /* a new occurrence, or one that rose again under its latch */
    EVENT_RETURNED, /* condition gone */
    EVENT_ACKED,    /* of any occurrence */
    EVENT_RESET,    /* of a latch */
    EVENT_SEVERITY, /* a higher limit of the same point: step + 1 */
    EVENT_REALARM,  /* the re-alarm timer: step + 1, or announced again */
    EVENT_LATE,     /* a late or back-filled reading would have raised it */
    EVENT_SHELVED,
    EVENT_UNSHELVED,  /* by hand, by time, or the one-shot's end: detail tells */
    EVENT_SUPPRESSED, /* by its parent: detail names it */
    EVENT_RELEASED,   /* from suppression */
    EVENT_OUT_OF_SERVICE,
    EVENT_IN_SERVICE,
    EVENT_REENTERED,     /* announced when its last overlay went, with its true onset */
    EVENT_COVERED,       /* "n occurrences while shelved": came and went under cover */
    EVENT_REMINDER,      /* maintenance still lasts */
    EVENT_PARKED,        /* an acknowledgement came before its occurrence */
    EVENT_REFUSED,       /* an operator action that was refused: detail says why */
    EVENT_CHATTER_BEGIN, /* from here on it is announced no more, but goes on in the journal */
    EVENT_CHATTER_END,
    EVENT_FLOOD_BEGIN,
    EVENT_FLOOD_END,
    EVENT_RULE_GONE, /* its rule or component left the plant while it was not normal */
    EVENT_START,     /* an instance took the evaluator up; detail tells from what */
    EVENT_STOP,
};
#define ALARM_EVENTS (EVENT_STOP + 1)

/* Fixed names; *_from_name answer false for a word that is none. */
const char *alarm_type_name(enum alarm_type type);
bool alarm_type_from_name(const char *name, enum alarm_type *ret);
const char *alarm_priority_name(enum alarm_priority priority);
bool alarm_priority_from_name(const char *name, enum alarm_priority *ret);
const char *alarm_state_name(enum alarm_state state); /* "normal", "unacked", … */
bool alarm_state_from_name(const char *name, enum alarm_state *ret);
const char *alarm_overlay_name(unsigned overlay); /* one bit; NULL for a bit that is none */
const char *alarm_event_name(enum alarm_event event);
bool alarm_event_from_name(const char *name, enum alarm_event *ret);

/* The condition holds: B, C. */
bool alarm_state_active(enum alarm_state state);
/* Somebody has to acknowledge: B, D, E. */
bool alarm_state_unacked(enum alarm_state state);

/* ---- the journal ---- */

/* One line of the journal. Strings are its own, NULL when there is nothing to say. */
struct journal_record {
    wall_us at;
    uint64_t epoch, term;
    enum alarm_event event;
    struct uuid occurrence; /* nil: it concerns none */
    uint32_t step;
    char *instance;
    char *station, *component, *rule; /* NULL: it concerns no alarm */
    enum alarm_priority priority;     /* of the alarm; ALARM_LOW when it concerns none */
    enum alarm_state from, to;
    unsigned overlays; /* after it */
    bool annunciated;  /* people were told: what the load figures count */
    bool test;
    double value; /* NAN: none */
    char *actor;  /* who; NULL: the evaluator */
    char *origin; /* "cli", "console NAME", "timer", "reading", "restart" … */
    char *detail; /* comment, reason, cause */
    /* The operator action that did it, nil: none, or not known. Wherever the same action is
     * done, it has the same name. The cache does not keep it. */
    struct uuid action;
};
void journal_record_clear(void *record); /* for g_array_set_clear_func() */
struct journal_record journal_record_copy(const struct journal_record *r);

/* ---- what is kept ---- */

/* An occurrence as it stands: rows of `alarms`. Strings are its own. */
struct occurrence_record {
    struct uuid occurrence;
    char *station, *component, *rule;
    enum alarm_type type;
    enum alarm_priority priority;
    enum alarm_state state; /* ALARM_NORMAL: closed */
    unsigned overlays;
    bool test;
    bool current; /* the newest of its alarm */
    uint32_t step, acked_step;
    uint32_t count;      /* rises: of itself under a latch, and of older ones still open */
    wall_us raised_at;   /* true onset */
    wall_us returned_at; /* WALL_NONE: the condition holds */
    wall_us acked_at;    /* WALL_NONE: nobody has */
    double value;        /* that raised it */
    char *acked_by, *comment;
};
void occurrence_record_clear(void *record);
/* A copy with strings of its own; so do the others named so. */
struct occurrence_record occurrence_record_copy(const struct occurrence_record *r);

/* Which delay runs. */
enum alarm_pending { PENDING_NONE, PENDING_ON, PENDING_OFF };

/*
 * The inside of an alarm that is not plain normal, so that a restart goes on where it was.
 * Times of timers are kept on both clocks: the boot clock's counts as long as the machine was
 * not started anew (boot_id), else the wall clock's.
 */
struct alarm_record {
    char *station, *component, *rule;
    bool gone; /* nothing worth keeping any more: the row goes */
    enum alarm_state state;
    unsigned overlays;
    struct uuid occurrence; /* the newest */
    bool condition;         /* as last evaluated, before delays */
    bool suspect, chattering;
    enum alarm_pending pending;
    /* A delay of what is suspect stands still: pending_since_mono is how long it had run. */
    wall_us pending_since, realarm_at, shelved_until; /* WALL_NONE: not running */
    mono_us pending_since_mono, realarm_mono, shelved_until_mono;
    bool one_shot;
    bool first_out;   /* it tripped first in its group */
    uint32_t covered; /* occurrences under the present cover */
    char *shelved_by, *shelve_reason;
    char boot_id[UUID_SIZE]; /* of the machine's start that the boot clock counts from */
};
void alarm_record_clear(void *record);
struct alarm_record alarm_record_copy(const struct alarm_record *r);

/* A station (component "") or one component out of service. */
struct maintenance_record {
    char *station, *component;
    bool gone;
    wall_us since, remind_at;
    mono_us remind_mono;
    char boot_id[UUID_SIZE];
    char *actor, *reason;
};
void maintenance_record_clear(void *record);
struct maintenance_record maintenance_record_copy(const struct maintenance_record *r);

/* An acknowledgement whose occurrence is not known yet. */
struct parked_record {
    struct uuid occurrence;
    bool gone;
    uint32_t step;
    wall_us at, seen_at;
    char *user, *origin, *comment;
    struct uuid action; /* as in the journal; the cache does not keep it */
};
void parked_record_clear(void *record);
struct parked_record parked_record_copy(const struct parked_record *r);

/* All that changed since last asked: one transaction with the readings. Arrays of the above. */
struct alarm_changes {
    GArray *journal;     /* struct journal_record */
    GArray *occurrences; /* struct occurrence_record */
    GArray *alarms;      /* struct alarm_record */
    GArray *maintenance; /* struct maintenance_record */
    GArray *parked;      /* struct parked_record */
};
void alarm_changes_init(struct alarm_changes *c); /* makes the arrays, with clear functions */
void alarm_changes_fini(struct alarm_changes *c);
bool alarm_changes_empty(const struct alarm_changes *c);
/* Move everything in from to the end of to; from is empty afterwards. */
void alarm_changes_move(struct alarm_changes *to, struct alarm_changes *from);

/* ---- operator actions ---- */

enum alarm_action_kind {
    ACTION_ACK,    /* occurrence up to step (0: its newest) */
    ACTION_SHELVE, /* duration_us, or one_shot */
    ACTION_UNSHELVE,
    ACTION_RESET,
    ACTION_MAINTENANCE, /* station, component ("": the whole station) out of service */
    ACTION_RETURN,      /* back into service */
    ACTION_TEST,        /* raise a test twin of the alarm */
    ACTION_TEST_END,
};
#define ALARM_ACTIONS (ACTION_TEST_END + 1)
const char *alarm_action_name(enum alarm_action_kind kind); /* "ack", "shelve", … */

/* Names an alarm by its occurrence, or, when that is nil, by station, component and rule. */
struct alarm_action {
    enum alarm_action_kind kind;
    struct uuid id; /* nil: none; whoever does it twice says it under one name */
    struct uuid occurrence;
    char station[PLANT_ID_MAX + 1], component[PLANT_ID_MAX + 8], rule[ALARM_RULE_MAX];
    uint32_t step;
    bool with_older; /* ACTION_ACK: and older ones of that alarm that are still open */
    bool one_shot;
    int64_t duration_us;
    wall_us seen_at; /* when the operator saw it; WALL_NONE: not told */
    char user[ALARM_USER_MAX], origin[ALARM_USER_MAX];
    char text[ALARM_TEXT_MAX]; /* comment or reason, sanitised */
};

/* ---- what a screen shows ---- */

/*
 * One alarm that is not normal, or has an overlay. Names point into the plant (or are constant)
 * and live as long as the board; texts are counted references.
 */
struct alarm_view {
    struct uuid occurrence;
    const char *station, *component, *rule;
    const char *name, *guidance;             /* of the rule; may be "" */
    uint32_t station_index, component_index; /* STATION_NONE, COMPONENT_NONE: none such */
    enum alarm_type type;
    enum alarm_priority priority;
    enum alarm_state state;
    unsigned overlays;
    bool test, suspect, chattering, first_out;
    uint32_t step, count; /* count: rises, this one included */
    uint32_t older;       /* older occurrences of it that still want an acknowledgement */
    uint32_t suppresses;  /* alarms that this one explains and hides */
    double value, limit;  /* NAN: none */
    wall_us raised_at, returned_at, acked_at, released_at, shelved_until; /* WALL_NONE: not */
    mono_us shelved_until_mono;
    bool one_shot;
    const char *group;              /* first-out group, "" none */
    GRefString *acked_by, *comment; /* NULL: none */
    GRefString *shelved_by, *shelve_reason;
    struct uuid parent; /* occurrence that suppresses it; nil: none */
};

struct maintenance_view {
    const char *station, *component; /* component "": the whole station */
    wall_us since;
    GRefString *actor, *reason;
};

#define ALARM_RATE_MINUTES 60

/* All alarms at one moment; immutable, shared by reference count. */
struct alarm_board {
    int refs;
    uint64_t version;
    struct plant *plant;       /* what the names point into */
    struct alarm_view *alarms; /* by station, component, rule; in no order of importance */
    uint32_t n_alarms;
    struct maintenance_view *maintenance;
    uint32_t n_maintenance;
    /* Shown ones only: no overlay. */
    uint32_t active[ALARM_PRIORITIES], unacked[ALARM_PRIORITIES];
    uint32_t shelved, suppressed, out_of_service;
    uint64_t annunciated[ALARM_PRIORITIES]; /* since start; a rise is a reason to ring */
    struct {
        bool on;
        wall_us since;
        uint32_t in_window, peak; /* announced in the last window; most in a window */
        int window_s, limit;
    } flood;
    uint16_t rate[ALARM_RATE_MINUTES]; /* announced a minute, the newest last */
    int64_t median_ack_us;             /* over the last hours; -1: no acknowledgement yet */
};
struct alarm_board *alarm_board_new(struct plant *plant, uint32_t n_alarms,
                                    uint32_t n_maintenance); /* zeroed; one reference */
struct alarm_board *alarm_board_ref(struct alarm_board *b);
void alarm_board_unref(struct alarm_board *b); /* NULL is fine */

#endif
