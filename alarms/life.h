/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The life of one alarm: the core of six states as one table (../shared/alarm-model.md, 3.2),
 * cell by cell. It says what follows and what is to be done; the evaluator does it.
 *
 * Pure, without memory.
 *
 * Invariants of the states:
 *   A normal                nothing to show. Nobody has to acknowledge anything.
 *   B active, unacked       the condition holds and somebody has to look.
 *   C active, acked         the condition holds, somebody has it in hand.
 *   D returned, unacked     the condition is gone, and nobody has seen it yet.
 *   E latched, unacked      gone as well, held by the latch: first acknowledge, then reset.
 *   F latched, acked        waits for the reset only.
 */
#ifndef ALARMS_LIFE_H
#define ALARMS_LIFE_H

#include <stdbool.h>

#include "src/core/alarm.h"

enum life_event {
    LIFE_ALM,       /* condition true for the on-delay */
    LIFE_RTN,       /* condition false for the off-delay */
    LIFE_ACK,       /* of the current occurrence, up to its newest step */
    LIFE_ACK_OLDER, /* of an older occurrence that is still open */
    LIFE_RST,       /* reset of the latch */
    LIFE_SEV,       /* a higher limit of the same point */
    LIFE_REAL,      /* the re-alarm timer */
    LIFE_BADQ,      /* the input is not trustworthy */
};
#define LIFE_EVENTS (LIFE_BADQ + 1)

enum life_do {
    LIFE_OPEN = 1u << 0,        /* a new occurrence */
    LIFE_ANNUNCIATE = 1u << 1,  /* tell people (unless an overlay covers it) */
    LIFE_SILENCE = 1u << 2,     /* nobody has to look any more */
    LIFE_STEP = 1u << 3,        /* step + 1 */
    LIFE_COUNT = 1u << 4,       /* the same occurrence rose again: count + 1 */
    LIFE_KEEP_OLD = 1u << 5,    /* the occurrence so far stays open beside the new one */
    LIFE_CLOSE = 1u << 6,       /* the occurrence is over */
    LIFE_CLOSE_OLDER = 1u << 7, /* that older occurrence is over, and nothing else happens */
    LIFE_SUSPECT = 1u << 8,     /* hold, mark it suspect, freeze running delays */
    LIFE_LOG = 1u << 9,         /* a line of the journal */
    LIFE_REFUSE = 1u << 10,     /* an operator's action that is refused: life_refusal() */
};

struct life_step {
    enum alarm_state next;
    unsigned todo; /* enum life_do, or-ed */
};

/* What of a rule the table depends on. */
struct life_class {
    bool latch;
    bool ack_on_return; /* a return without acknowledgement goes to D, not A */
    bool renew;         /* the re-alarm timer also wakes C and D; B and E always */
};

struct life_step life_next(enum alarm_state state, enum life_event event, struct life_class of);

/* Why ACK or RST is refused in this state, N_(): "nothing to acknowledge" … */
const char *life_refusal(enum alarm_state state, enum life_event event);

#endif
