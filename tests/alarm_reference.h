/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A reference model of a few alarms: what chapter 3 of the alarm model says, written down row
 * by row, slowly and without a trick. It shares nothing with alarms/ but the names of states.
 *
 * Occurrences are numbered from 1 over all alarms in the order in which they open; 0 is none.
 * Times are of the boot clock; the wall clock decides nothing here.
 */
#ifndef TESTS_ALARM_REFERENCE_H
#define TESTS_ALARM_REFERENCE_H

#include "src/core/alarm.h"

#define REFERENCE_ALARMS 8
#define REFERENCE_OLDER  256

struct reference_rule {
    int component;
    bool digital;           /* else: high limit */
    double limit, deadband; /* not digital */
    int64_t on_us, off_us, realarm_us;
    bool latch, ack_on_return, renew;
    int worsens; /* alarm of the same point whose limit is lower; -1 none */
    int parent;  /* alarm that explains this one; -1 none */
};

struct reference_occurrence {
    uint32_t number; /* 0: none */
    uint32_t step, acked_step;
};

struct reference_alarm {
    struct reference_rule rule;
    enum alarm_state state;
    bool condition, suspect;
    enum alarm_pending pending;
    mono_us pending_due; /* when it runs */
    int64_t frozen_left; /* when it stands still: suspect */
    mono_us realarm_due; /* INT64_MAX: not running */
    bool shelved, one_shot;
    mono_us shelved_until;
    bool suppressed, out_itself, out_station;
    struct reference_occurrence current;
    struct reference_occurrence older[REFERENCE_OLDER];
    uint32_t n_older;
    uint64_t annunciated;
};

/* What can be broken on purpose, to see that a comparison notices. */
enum reference_flaw {
    FLAW_NONE,
    FLAW_NO_DEADBAND,
    FLAW_NO_FREEZE,      /* delays run on while the quality is bad */
    FLAW_FORGETS_OLDER,  /* D, rise: the old occurrence is dropped */
    FLAW_SOUNDS_COVERED, /* annunciates under an overlay */
    FLAW_SILENT_RELEASE, /* no annunciation when the last overlay goes */
    FLAW_FREE_RESET,     /* a latch can be reset unacknowledged */
    FLAW_NO_SEVERITY,    /* the lower limit's alarm does not notice the higher one */
};
#define FLAWS (FLAW_NO_SEVERITY + 1)

struct reference {
    struct reference_alarm alarms[REFERENCE_ALARMS];
    int n;
    uint32_t occurrences; /* opened so far */
    mono_us now;
    enum reference_flaw flaw;
};

void reference_init(struct reference *r, const struct reference_rule *rules, int n,
                    mono_us now);

/* Timers that are due until then, each at its moment. Everything below is at that moment. */
void reference_advance(struct reference *r, mono_us now);

/* The machine was started anew: the same moment is now called that. */
void reference_reboot(struct reference *r, mono_us now);

void reference_reading(struct reference *r, int component, double value);
void reference_bad_reading(struct reference *r, int component);

/* Operator actions: false when refused. */
bool reference_ack(struct reference *r, int alarm, uint32_t occurrence, uint32_t step);
bool reference_reset(struct reference *r, int alarm);
bool reference_shelve(struct reference *r, int alarm, int64_t duration_us, bool one_shot);
bool reference_unshelve(struct reference *r, int alarm);
bool reference_out(struct reference *r, int component);    /* of service */
bool reference_return(struct reference *r, int component); /* into it */
bool reference_station_out(struct reference *r, bool out); /* all components */

unsigned reference_overlays(const struct reference_alarm *a);

#endif
