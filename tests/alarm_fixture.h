/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the tests of the evaluator share: a plant from rows in code, readings at simulated
 * times, operator actions, and everything that came of it. It also keeps what a cache would
 * keep, so that an evaluator can be started anew from it.
 *
 * Names of alarms are written "STATION/COMPONENT/RULE"; without "/RULE" any rule of it.
 * Whatever cannot be (an unknown name, a rule that is refused) fails the test.
 */
#ifndef TESTS_ALARM_FIXTURE_H
#define TESTS_ALARM_FIXTURE_H

#include "alarms/evaluator.h"

#define FX_S  US_PER_S
#define FX_H  (3600 * US_PER_S)
#define FX_T0 INT64_C(1767268800000000) /* 2026-01-01T12:00:00Z */
#define FX_UP INT64_C(5000000000)       /* the boot clock at FX_T0 */

/* A list ends with a row whose first name is NULL. */
struct fx_component {
    const char *station, *id;
    enum kind kind;
};

/* Zero means "not given" throughout; priority then is "high". */
struct fx_rule {
    const char *component, *rule, *type;
    double limit, deadband, on_s, off_s, window_s;
    int count;
    const char *priority;
    bool latch, ack_unneeded;
    double re_alarm_s;
    const char *group, *parent;
};

/* What a cache keeps of it: the newest record of each name. */
struct fx_kept {
    GArray *alarms;      /* struct alarm_record */
    GArray *occurrences; /* struct occurrence_record; closed ones go */
    GArray *maintenance; /* struct maintenance_record */
    GArray *parked;      /* struct parked_record */
};

struct fx {
    struct evaluator_settings set; /* to change between fx_init() and fx_open() */
    const struct fx_component *components;
    const struct fx_rule *rules;
    struct plant *plant;
    struct evaluator *e;
    struct now now;
    unsigned boots;  /* starts of the machine after the first */
    GArray *journal; /* struct journal_record: all of them */
    struct fx_kept kept;
    struct evaluator_input *newest; /* trusted, by component; ts WALL_NONE: none */
    void (*tap)(void *user, const struct alarm_changes *c); /* sees all changes; NULL: nobody */
    void *tap_user;
    struct alarm_board *board;
    const char *user, *origin;
    struct err err; /* of the last action */
};

void fx_init(struct fx *f);
void fx_open(struct fx *f, const struct fx_component *components, const struct fx_rule *rules);
void fx_close(struct fx *f);
struct plant *fx_plant(const struct fx_component *components, const struct fx_rule *rules);
struct ruleset *fx_ruleset(struct plant *plant);

/* Time: both clocks to so many seconds after the start, or on by so many; the wall alone. */
void fx_at(struct fx *f, double s);
void fx_pass(struct fx *f, double s);
void fx_step_wall(struct fx *f, double s);

/* Readings. A plain one is good and measured now. */
void fx_put(struct fx *f, const char *component, double value);
void fx_put_quality(struct fx *f, const char *component, double value, unsigned quality);
void fx_put_measured(struct fx *f, const char *component, double value, wall_us ts);
void fx_put_retained(struct fx *f, const char *component, double value);
void fx_input(struct fx *f, const struct evaluator_input *in);

/* Actions. text is the comment or the reason. */
struct alarm_action fx_action(const struct fx *f, enum alarm_action_kind kind,
                              const char *alarm, const char *text);
enum rc fx_do(struct fx *f, const struct alarm_action *a);
enum rc fx_act(struct fx *f, enum alarm_action_kind kind, const char *alarm, const char *text);
enum rc fx_shelve(struct fx *f, const char *alarm, double s); /* 0: one-shot */
enum rc fx_ack(struct fx *f, struct uuid occurrence, uint32_t step);
void fx_silence(struct fx *f, const char *station, bool silent);
void fx_services(struct fx *f, struct watchdog_verdict v);
void fx_link(struct fx *f, bool connected);

/* Another plant while it runs: the same components with other rules. */
void fx_change(struct fx *f, const struct fx_rule *rules);
/* Stop, and go on after so many seconds from what was kept; reboot: with another boot clock. */
void fx_restart(struct fx *f, double s, bool reboot);

/* Another plant while it runs. */
void fx_replan(struct fx *f, const struct fx_component *components,
               const struct fx_rule *rules);

/* What came of it. */
void fx_collect(struct fx *f); /* done by all of the above */
const struct alarm_view *fx_view(struct fx *f, const char *alarm); /* NULL: plain normal */
enum alarm_state fx_state(struct fx *f, const char *alarm);
unsigned fx_overlays(struct fx *f, const char *alarm);
struct uuid fx_occurrence(struct fx *f, const char *alarm);
uint32_t fx_annunciated(const struct fx *f, const char *alarm); /* NULL: of all */
uint32_t fx_count(const struct fx *f, enum alarm_event event, const char *alarm);
const struct journal_record *fx_last(const struct fx *f, enum alarm_event event,
                                     const char *alarm); /* NULL: none */

/* A line of the journal with every field, to compare or to print; g_free() it. */
char *fx_journal_line(const struct journal_record *r);

#endif
