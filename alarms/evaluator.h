/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The evaluator: readings, time and operator actions in; journal lines, changed records and a
 * board out. The alarm model of ISA-18.2 as ../shared/alarm-model.md, chapter 3, has it.
 *
 * Pure:    no clock, file, thread or chance. Everything that happens gets "now"; a timer that
 *          was due earlier happens first, at the moment it was due. So a recorded log gives the
 *          same journal whatever the size of its batches.
 * Threads: the engine's.
 * Quality: invalid, not topical, blocked and overflowing readings neither raise nor clear a
 *          process alarm: it is held, marked suspect, and its running delays stand still.
 * Late:    a reading older than the newest of its component, or measured more than late_us
 *          before it came, is journalled when it would have raised an alarm; nobody is told.
 * Names:   an occurrence's UUID is made of alarm and onset (uuid.h).
 * Delays:  on the boot clock; wall clocks may step as they like.
 */
#ifndef ALARMS_EVALUATOR_H
#define ALARMS_EVALUATOR_H

#include "alarms/flood.h"
#include "alarms/rules.h"
#include "alarms/watchdog.h"
#include "src/core/alarm.h"

struct evaluator_settings {
    char instance[64];
    char boot_id[UUID_SIZE]; /* of this start of the machine; "" not known */
    uint64_t epoch, term;    /* as owner */
    int64_t late_us;
    struct flood_settings flood;
    unsigned chatter_count;
    int64_t chatter_us;
    int64_t shelve_max_us[ALARM_PRIORITIES]; /* the longest one may shelve */
    bool second_person;                      /* shelving a critical alarm takes two people */
    bool renew[ALARM_PRIORITIES];            /* re-alarm wakes acknowledged ones as well */
    int64_t reminder_us;                     /* of maintenance; 0: none */
    enum alarm_priority silence_priority;
    int64_t service_delay_us; /* broker, link, store and disk are told after so long */
};
/* The defaults of leitstand.ini(5); instance and boot_id are "". */
struct evaluator_settings evaluator_defaults(void);

struct evaluator;

/* rules are taken over. */
struct evaluator *evaluator_new(const struct evaluator_settings *settings,
                                struct ruleset *rules, struct now now);
void evaluator_free(struct evaluator *e);

/*
 * Another plant: alarms whose rule is still there (by name) go on, with running delays; those
 * whose rule is gone end with a line in the journal.
 */
void evaluator_set_rules(struct evaluator *e, struct ruleset *rules, struct now now);

/* Restart: first all that was kept (any order), then the newest trusted value of every
 * component (true: it was evaluated), then evaluator_start(), and only then anything else. */
void evaluator_restore_alarm(struct evaluator *e, const struct alarm_record *r);
void evaluator_restore_occurrence(struct evaluator *e, const struct occurrence_record *r);
void evaluator_restore_maintenance(struct evaluator *e, const struct maintenance_record *r);
/* One that is over: known by its name, so that nobody waits for it and none is named so again.
 * The newest EVALUATOR_CLOSED are enough. */
#define EVALUATOR_CLOSED 20000
void evaluator_restore_closed(struct evaluator *e, const struct uuid *id);
void evaluator_restore_parked(struct evaluator *e, const struct parked_record *r);

struct evaluator_input {
    uint32_t component;
    double raw;       /* before "adjust" */
    const char *text; /* a state in words, NULL: a number */
    unsigned quality;
    bool retained;
    bool device_time; /* ts is the source's own */
    wall_us ts, received;
};
/* After evaluator_set_rules(), with the newest trusted value of every component: rules that are
 * new, or whose limits have changed, need not wait for the next reading. */
void evaluator_look_again(struct evaluator *e, const struct evaluator_input *in,
                          struct now now);
/* The newest value that the cache has: alarms are derived anew from it. */
void evaluator_restore_value(struct evaluator *e, const struct evaluator_input *in);
void evaluator_start(struct evaluator *e, struct now now);

/* What it decides from now on is decided under this rank. */
void evaluator_set_rank(struct evaluator *e, uint64_t epoch, uint64_t term);

/*
 * A shadow sees what the owner sees and decides nothing: it keeps what only time can give
 * (windows, delays, lateness, how long nothing was heard), and remembers what rose and returned
 * in the last SHADOW_US. Nobody acknowledges there: an alarm is over when it returns. What
 * comes out of it is to be thrown away by evaluator_discard(). An owner that is dismissed goes
 * on as one; a shadow never decides again, but hands over to a new evaluator.
 */
#define SHADOW_US (600 * US_PER_S)
void evaluator_shadow(struct evaluator *e);
void evaluator_discard(struct evaluator *e);

/*
 * What comes from now on was published earlier, after away_since by the own clock, and kept for
 * us: this instance was away, and the owner saw it in time. behind false: that is over.
 */
void evaluator_behind(struct evaluator *e, bool behind, wall_us away_since);

/*
 * In place of evaluator_start(): e, which has got what the owner kept and the newest values as
 * before a restart, goes on from there and from its shadow, which is of no more use but to be
 * freed. Both have rules of the same plant.
 *
 * Its word may lack what happened in the OWNER_LAG_US before heard.sure: over a slow link a
 * reading is under way for as long as its word afterwards, and in between that goes to the
 * disk.
 *
 * What the owner decided stands. What rose or returned since, as its shadow saw it, rises and
 * returns now, in the same order and with its true onset; delays that run were running since
 * whoever saw them begin first. Told apart are both by the source's time, and where receipt
 * gives it, which two instances do not have alike, or none at all what was seen late
 * (evaluator_behind()), by the order in which it happened and the value that raised it. Latches
 * and services tell neither: what follows the owner's last word on one of these by TAKE_OVER_US
 * or less, and came before it was heard last, is taken for the same, unless it is how things
 * stand now. What the shadow has not seen for long enough to know stays as the owner left it.
 */
#define TAKE_OVER_US (2 * US_PER_S)
#define OWNER_LAG_US (6 * US_PER_S)
struct owner_heard {
    mono_us last; /* the owner's last sign of life, or change, came then */
    mono_us sure; /* it was said then: after a stall a lot comes at once that is of before */
};
void evaluator_take_over(struct evaluator *e, struct evaluator *shadow,
                         struct owner_heard heard, struct now now);

/* The rules it follows, as long as no others are set; and the time of the last call. */
const struct ruleset *evaluator_rules(const struct evaluator *e);
struct now evaluator_now(const struct evaluator *e);

/* The last line of this run. */
void evaluator_stop(struct evaluator *e, struct now now);

/* A reading came. */
void evaluator_reading(struct evaluator *e, const struct evaluator_input *in, struct now now);
/* Time passes; about once a second, and whenever evaluator_next() says so. */
void evaluator_advance(struct evaluator *e, struct now now);
mono_us evaluator_next(const struct evaluator *e); /* INT64_MAX: nothing runs */

/* A station fell silent (since: its last life sign, WALL_NONE: never) or is heard again. will:
 * its last will told. Call with every change; repeating is harmless. */
void evaluator_silence(struct evaluator *e, uint32_t station, bool silent, wall_us since,
                       const char *detail, struct now now);
/* The broker's connection came or went: while it is away nothing counts as stale. */
void evaluator_link(struct evaluator *e, bool connected, struct now now);
void evaluator_services(struct evaluator *e, const struct watchdog_verdict *v, struct now now);

/* RC_OK, or RC_INVALID, RC_NOTFOUND with err for people. An acknowledgement of an unknown
 * occurrence is kept until it appears: RC_OK, and err->text says so ("" otherwise). */
enum rc evaluator_act(struct evaluator *e, const struct alarm_action *a, struct now now,
                      struct err *err);

/*
 * A line of the journal of an owner before, which this one has not known of. When it tells of a
 * rise that was named here otherwise, by a time of receipt within TWIN_US (as in data/sql) and
 * by the same value, whoever acknowledged it there, and waits for it here, has acknowledged
 * ours.
 */
#define TWIN_US (6 * US_PER_S)
void evaluator_twin(struct evaluator *e, const struct journal_record *line, struct now now);

/* It is known, open, and nobody has acknowledged it, be it its alarm's newest or an older one.
 */
bool evaluator_is_unacked(const struct evaluator *e, const struct uuid *occurrence);

/* Everything that changed since last asked is moved to the end of to. */
void evaluator_take(struct evaluator *e, struct alarm_changes *to);
bool evaluator_changed(const struct evaluator *e); /* there is something to take */

/* How often people were told of an alarm, since the start. */
uint64_t evaluator_annunciated(const struct evaluator *e);

/* Rises whenever a board would look different. */
uint64_t evaluator_version(const struct evaluator *e);
/* All that is not normal or is shelved. Where the newest occurrence is over and an older one
 * still wants an acknowledgement, that one is shown, as returned. */
struct alarm_board *evaluator_board(const struct evaluator *e);

/* Whether the alarm (names as in the plant) is other than normal: retained topics that it is
 * not are left over. */
bool evaluator_is_abnormal(const struct evaluator *e, const char *station,
                           const char *component, const char *rule);

#endif
