/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The inside of the evaluator, shared by its files:
 *
 *   evaluator.c   begins and ends, time, the watchdog's signals
 *   replan.c      another plant
 *   names.c       which number is which alarm
 *   reading.c     a reading and the rules of its component
 *   evaluate.c    from a verdict through delays to the events of alarms/life.h
 *   transition.c  one event on one alarm: occurrence, annunciation, journal, records
 *   occurrence.c  occurrences: their names, and the older ones that stay open
 *   overlay.c     shelving, suppression, maintenance, and coming out from under them
 *   act.c, act_cover.c, act_test.c   what operators do
 *   restore.c     what was kept, and the start
 *   shadow.c      an evaluator that decides nothing
 *   takeover.c    from a shadow and what the owner kept to an evaluator that decides
 *   records.c     changed alarms as records
 *   board.c       all that a screen shows
 *   timers.c      who is due next
 *
 * Alarms are numbered: first one for each place of the ruleset, then the silence of each
 * station, then the system's own, then tests. A number is good for one ruleset.
 */
#ifndef ALARMS_EVALUATOR_PRIVATE_H
#define ALARMS_EVALUATOR_PRIVATE_H

#include "alarms/condition.h"
#include "alarms/evaluator.h"
#include "alarms/lateness.h"
#include "alarms/life.h"

#define ALARM_NONE UINT32_MAX

/* The system's own, in this order behind the silences. What is due at the same moment goes in
 * this order too: who explains comes before what it explains. */
enum service { SERVICE_LINK, SERVICE_BROKER, SERVICE_STORE, SERVICE_DISK, SERVICE_LOSS };
#define SERVICES (SERVICE_LOSS + 1)

enum timer_kind {
    TIMER_DELAY, /* on-delay, off-delay */
    TIMER_REALARM,
    TIMER_SHELF,
    TIMER_STALE,   /* no reading for window_us */
    TIMER_WINDOW,  /* a sliding window loses something */
    TIMER_CHATTER, /* a minute without a rise */
    TIMER_TEST,    /* a forgotten test ends */
    TIMER_HEARING, /* link, broker: back, but stations have yet to be heard */
};
#define TIMERS (TIMER_HEARING + 1)

/* An occurrence that was superseded before anybody acknowledged it. */
struct older {
    struct uuid occurrence;
    uint32_t step, acked_step, count;
    wall_us raised_at, returned_at;
    double value;
};

/* All of an alarm that a plain normal one does not need. */
struct more {
    mono_us due[TIMERS]; /* INT64_MAX: not running */

    /* The occurrence: the present one, or in A the last. */
    struct uuid occurrence;
    uint32_t step, acked_step, count;
    wall_us raised_at, returned_at, acked_at, released_at;
    mono_us raised_mono;
    double value;
    GRefString *acked_by, *comment;
    bool first_out, announced; /* announced: people were told of its last rise */
    GArray *older;             /* struct older, oldest first; NULL: none */

    /* The running delay. */
    wall_us onset_at; /* source time of the reading that began it */
    double onset_value;
    GRefString *onset_detail;
    wall_us pending_wall; /* when it began, on the wall clock */
    mono_us frozen_us;    /* what was left when bad quality stopped it; -1: it is not stopped */

    /* When the verdict changed last: the source's time, and the wall clock's. */
    wall_us changed_at, changed_wall;

    /* Shelf. */
    bool one_shot;
    wall_us shelved_until;
    GRefString *shelved_by, *shelve_reason;
    char *first_person; /* who asked to shelve, as long as a second person is waited for */
    mono_us second_until;
    uint32_t covered; /* occurrences that rose under the present cover */

    /* Suppression. */
    uint32_t parent; /* alarm that suppresses it, ALARM_NONE */

    struct chatter chatter;
    uint32_t abnormal_at; /* place in evaluator.abnormal, ALARM_NONE: not in it */

    uint32_t twin_of;      /* tests: the alarm tested, else ALARM_NONE */
    const char *twin_rule; /* "test:…" */
};

/* The hot part: four of these stand in two cache lines. */
struct alarm {
    uint8_t state;    /* enum alarm_state */
    uint8_t overlays; /* enum alarm_overlay, or-ed */
    uint8_t pending;  /* enum alarm_pending */
    bool condition;   /* the verdict that stands, before delays */
    bool suspect;
    bool late;  /* late readings were beyond the limit, and the journal knows */
    bool dirty; /* stands in evaluator.dirty */
    struct condition_memory *memory;
    struct more *more; /* NULL: plain normal since the start */
};

struct maintenance {
    char *station, *component; /* component "": all of the station */
    wall_us since, remind_at;
    mono_us remind_mono; /* INT64_MAX: never */
    GRefString *actor, *reason;
};

/* Where an occurrence is. */
struct occurrence_ref {
    struct uuid occurrence;
    uint32_t alarm;
    bool closed;
};

struct timer {
    mono_us due;
    uint32_t alarm;
    enum timer_kind kind;
};

/* What a shadow saw. */
struct shadow_event {
    mono_us at;
    uint32_t alarm;
    bool rises;
    wall_us source_at;
    double value;
    GRefString *detail;
    bool behind;        /* seen when the broker sent what it had kept for us; so: */
    wall_us away_since; /* … it was published after that */
    bool told;          /* the owner told of it: told_mark() */
};

struct evaluator {
    struct evaluator_settings set;
    struct ruleset *rules;
    struct alarm *alarms; /* n_alarms */
    uint32_t n_alarms, n_places, silence_base, service_base, test_base;
    struct alarm_rule builtin[ALARM_TYPES]; /* rules of silence and services */
    uint32_t *children;                     /* places that name a parent, by parent */
    uint32_t *first_child; /* n_places + 1: those of place i are children[first_child[i]] … */
    uint32_t *group_active; /* each first-out group: active alarms */
    struct lateness *late;  /* each component */

    GTree *timers;           /* struct timer */
    GArray *abnormal;        /* uint32_t: see abnormal_update() */
    GArray *dirty;           /* uint32_t: their record is to be written */
    GHashTable *occurrences; /* struct uuid → struct occurrence_ref */
    GQueue closed;           /* struct occurrence_ref: closed ones, oldest first, bounded */
    GArray *maintenance;     /* struct maintenance */
    GHashTable *parked;      /* struct uuid → struct parked_record */

    struct alarm_changes changes;
    struct flood flood;
    uint64_t annunciated[ALARM_PRIORITIES];
    GArray *ack_us; /* int64_t: the last times to acknowledge, a ring */
    guint ack_next;

    bool linked; /* the broker is there */
    mono_us unlinked_since;
    bool link_explains_broker, link_explains_store;
    uint64_t version;
    struct now last; /* of the last call: how the clocks stand to each other */

    bool shadow;
    mono_us began;  /* as a shadow, of these rules */
    GArray *events; /* struct shadow_event, oldest first; of a shadow */
    bool behind;    /* what comes was kept for us at the broker since away_since */
    wall_us away_since;

    /* Until evaluator_start(): what was kept. */
    struct alarm_changes kept;
    GArray *kept_values; /* struct evaluator_input */
    mono_us overdue;     /* what was due before is due then */
    bool succeeds;       /* a shadow knows who has yet to be heard */
    bool started;
};

/* Who or what did it. */
struct cause {
    struct now now;
    const char *actor;  /* NULL: the evaluator */
    const char *origin; /* "reading", "timer", "restart", … */
    const char *detail; /* NULL: nothing */
    wall_us source_at;  /* the source's time of it */
    double value;       /* NAN: none */
    struct uuid action; /* of an operator; nil: none */
};

/* ---- evaluator.c ---- */
struct more *more_of(struct evaluator *e, uint32_t alarm); /* made when it is not there */
const struct alarm_rule *rule_of(const struct evaluator *e, uint32_t alarm);
enum alarm_type service_type(enum service service);
enum alarm_type type_of(const struct evaluator *e, uint32_t alarm);
enum alarm_priority priority_of(const struct evaluator *e, uint32_t alarm);
bool is_test(const struct evaluator *e, uint32_t alarm);
/* The alarm itself, or the one that a test stands for. */
uint32_t real_of(const struct evaluator *e, uint32_t alarm);
/* Station and component indices; STATION_NONE, COMPONENT_NONE when it has none. */
uint32_t station_of(const struct evaluator *e, uint32_t alarm);
uint32_t component_of(const struct evaluator *e, uint32_t alarm);
struct alarm_name {
    const char *station, *component, *rule;
};
struct alarm_name name_of(const struct evaluator *e, uint32_t alarm);
/* ALARM_NONE when there is none. */
uint32_t find_alarm(const struct evaluator *e, const char *station, const char *component,
                    const char *rule);
void alarm_touch(struct evaluator *e, uint32_t alarm); /* it changed */
GRefString *text_new(const char *text);                /* NULL for NULL and "" */
void text_set(GRefString **text, const char *to);
void more_free(struct more *m);
/* The newest value, that is no new sample: is what it says what stands? */
void evaluate_kept(struct evaluator *e, const struct evaluator_input *in, struct now now,
                   const char *origin);
/* The same for one alarm of that component. */
void evaluate_kept_at(struct evaluator *e, uint32_t alarm, const struct evaluator_input *in,
                      struct now now, const char *origin);
/* Number the alarms of e->rules anew, all normal. */
void alarms_make(struct evaluator *e);
void alarms_free(struct alarm *alarms, uint32_t n);

/* Timers that are due by now.mono, in order, each told at now.wall. */
void evaluator_catch_up(struct evaluator *e, struct now now);

/* ---- timers.c ---- */
void timers_init(struct evaluator *e);
void timer_set(struct evaluator *e, uint32_t alarm, enum timer_kind kind, mono_us due);
void timer_clear(struct evaluator *e, uint32_t alarm, enum timer_kind kind);
const struct timer *timer_first(const struct evaluator *e); /* NULL: none */

/* ---- evaluate.c ---- */
/* The verdict changed, or stays the same after a time in which nothing was known. */
void set_condition(struct evaluator *e, uint32_t alarm, bool condition,
                   const struct cause *cause);
/* An event, and what it means for a lower limit of the same point. */
void alarm_rise(struct evaluator *e, uint32_t alarm, const struct cause *cause);
void delay_end(struct evaluator *e, uint32_t alarm);
void hold_suspect(struct evaluator *e, uint32_t alarm, struct now now);
void delay_due(struct evaluator *e, uint32_t alarm, struct now now);
void stale_due(struct evaluator *e, uint32_t alarm, struct now now);
void window_due(struct evaluator *e, uint32_t alarm, struct now now);
void window_arm(struct evaluator *e, uint32_t alarm, struct now now);
void stale_arm(struct evaluator *e, uint32_t alarm, mono_us heard);

/* ---- transition.c ---- */
/* An event of the table. Answers what the table said. */
struct life_step transit(struct evaluator *e, uint32_t alarm, enum life_event event,
                         const struct cause *cause);
struct life_class class_of(const struct evaluator *e, uint32_t alarm);
/* A line about the alarm; the caller may go on filling it until the next call. */
struct journal_record *journal_alarm(struct evaluator *e, uint32_t alarm,
                                     enum alarm_event event, const struct cause *cause);
struct journal_record *journal_line(struct evaluator *e, enum alarm_event event,
                                    const struct cause *cause);
/* People are told of the alarm by this line, unless something covers it. */
void annunciate(struct evaluator *e, uint32_t alarm, struct journal_record *line,
                struct now now);
void realarm_due(struct evaluator *e, uint32_t alarm, struct now now);
void chatter_due(struct evaluator *e, uint32_t alarm, struct now now);
void flood_due(struct evaluator *e, struct now now);
/* In e->abnormal stands what is not A, has an overlay or an older occurrence that is open. */
void abnormal_update(struct evaluator *e, uint32_t alarm);
bool has_older(const struct alarm *a);

/* ---- occurrence.c ---- */
/* A new one; keep: the one so far stays open beside it. */
void open_occurrence(struct evaluator *e, uint32_t alarm, bool keep, const struct cause *cause);
void occurrence_changed(struct evaluator *e, uint32_t alarm);
/* As one that is open. */
void older_fill(const struct evaluator *e, uint32_t alarm, const struct older *o,
                struct occurrence_record *r);
void older_changed(struct evaluator *e, uint32_t alarm, const struct older *o, bool closed,
                   const struct cause *cause);
void occurrence_known(struct evaluator *e, const struct uuid *id, uint32_t alarm);
void occurrence_close(struct evaluator *e, const struct uuid *id);

/* ---- overlay.c ---- */
/* When the way to the stations is back they get so long to be heard: they report every minute
 * at the latest as a rule, and a storm of silences that are over already helps nobody. */
#define HEARING_US (60 * US_PER_S)
void overlay_set(struct evaluator *e, uint32_t alarm, enum alarm_overlay overlay);
/* Take it away; the last one gone, the alarm comes out. */
void overlay_drop(struct evaluator *e, uint32_t alarm, enum alarm_overlay overlay,
                  const struct cause *cause);
/* An alarm became active: whoever it explains is suppressed; or it no longer is. */
void suppress_children(struct evaluator *e, uint32_t parent, const struct cause *cause);
void release_children(struct evaluator *e, uint32_t parent, const struct cause *cause);
/* Stations have to be heard first: until then none is silent. */
void await_hearing(struct evaluator *e, struct now now);
void hearing_due(struct evaluator *e, uint32_t alarm, struct now now);
/* After a start, or with another plant: whoever nothing explains any more comes out. */
void release_orphans(struct evaluator *e, const struct cause *cause);
/* The active alarm that explains this one, ALARM_NONE. */
uint32_t explained_by(const struct evaluator *e, uint32_t alarm);
/* False: it was suppressed already. The journal learns of it by suppression_tell(). */
bool suppress(struct evaluator *e, uint32_t alarm, uint32_t parent);
void suppression_tell(struct evaluator *e, uint32_t alarm, const struct cause *cause);
void shelf_end(struct evaluator *e, uint32_t alarm, const struct cause *cause);
void shelf_due(struct evaluator *e, uint32_t alarm, struct now now);
bool maintenance_covers(const struct maintenance *m, const struct evaluator *e, uint32_t alarm);
void maintenance_apply(struct evaluator *e, const struct maintenance *m);
void maintenance_end(struct evaluator *e, guint index, const struct cause *cause);
void maintenance_record(struct evaluator *e, const struct maintenance *m, bool gone);
void maintenance_clear(void *maintenance);
mono_us reminder_next(const struct evaluator *e);
void reminder_due(struct evaluator *e, struct now now);

/* ---- act.c ---- */
struct cause cause_of(const struct alarm_action *a, struct now now);
/* The journal keeps what was asked for and why not (err); answers rc. */
enum rc action_refuse(struct evaluator *e, uint32_t alarm, const struct alarm_action *a,
                      struct now now, enum rc rc, struct err *err);
/* The alarm that the action names, ALARM_NONE. */
uint32_t action_target(const struct evaluator *e, const struct alarm_action *a);
enum rc no_such_alarm(struct evaluator *e, const struct alarm_action *a, struct now now,
                      struct err *err);

/* ---- act_cover.c, act_test.c: one kind of action each ---- */
typedef enum rc action_handler(struct evaluator *e, const struct alarm_action *a,
                               struct now now, struct err *err);
action_handler act_shelve, act_unshelve, act_maintenance, act_return, act_test, act_test_end;
void test_due(struct evaluator *e, uint32_t alarm, struct now now);

/* ---- act.c again: parked acknowledgements ---- */
/* An acknowledgement that waits for this occurrence, or NULL. */
const struct parked_record *parked_for(const struct evaluator *e, const struct uuid *id);
void parked_done(struct evaluator *e, const struct uuid *id);
void parked_keep(struct evaluator *e, const struct parked_record *r);

/* ---- restore.c ---- */
void restore_suppression(struct evaluator *e);
/* All that was kept, before anything is derived from values. */
void restore_all(struct evaluator *e, struct now now);
void restore_forget(struct evaluator *e);

/* ---- shadow.c ---- */
void shadow_note(struct evaluator *e, uint32_t alarm, bool rises, const struct cause *cause);
void shadow_forget(struct evaluator *e, struct now now); /* numbers mean other alarms now */

/* ---- told.c ---- */
/* Whether it is held against the owner's words: of a latch only what was seen late. */
bool told_is_asked(const struct evaluator *e, const struct shadow_event *event);
/* Mark what the shadow saw and the owner, by what heir has got of it, told of. */
void told_mark(struct evaluator *shadow, const struct evaluator *heir);

/* ---- records.c ---- */
void records_gone(struct evaluator *e, struct alarm_name name);
void occurrence_fill(const struct evaluator *e, uint32_t alarm, struct occurrence_record *r);

#endif
