/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "alarms/life.h"

#include <assert.h>

#include "src/core/i18n.h"

/* Short names for what is to be done, so that the table below can be read. */
#define RAISE  (LIFE_OPEN | LIFE_ANNUNCIATE | LIFE_LOG)
#define AGAIN  (RAISE | LIFE_KEEP_OLD) /* the old occurrence stays open */
#define ROSE   (LIFE_COUNT | LIFE_ANNUNCIATE | LIFE_LOG)
#define BACK   LIFE_LOG
#define OVER   (LIFE_CLOSE | LIFE_LOG)
#define SEEN   (LIFE_SILENCE | LIFE_LOG)
#define SEEN_X (SEEN | LIFE_CLOSE)
#define OLD    (LIFE_CLOSE_OLDER | LIFE_LOG)
#define WORSE  (LIFE_STEP | LIFE_ANNUNCIATE | LIFE_LOG)
#define REPEAT (LIFE_ANNUNCIATE | LIFE_LOG)
#define HOLD   LIFE_SUSPECT
#define NO     (LIFE_REFUSE | LIFE_LOG)

#define A ALARM_NORMAL
#define B ALARM_UNACKED
#define C ALARM_ACKED
#define D ALARM_RETURNED_UNACKED
#define E ALARM_LATCHED_UNACKED
#define F ALARM_LATCHED_ACKED

/*
 * The table for an alarm without a latch that returns to D, and whose timer does not wake what
 * is acknowledged; choose() below has the cells that depend on the rule. SEV where the
 * condition does not hold is a rise like any other.
 */
static const struct life_step steps[][LIFE_EVENTS] = {
    /* clang-format off */
    /*       ALM         RTN       ACK           ACK_OLDER RST       SEV         REAL         BADQ */
    [A] = {{B, RAISE}, {A, 0},    {A, NO},     {A, OLD}, {A, NO}, {B, RAISE}, {A, 0},      {A, HOLD}},
    [B] = {{B, 0},     {D, BACK}, {C, SEEN},   {B, OLD}, {B, NO}, {B, WORSE}, {B, WORSE},  {B, HOLD}},
    [C] = {{C, 0},     {A, OVER}, {C, NO},     {C, OLD}, {C, NO}, {B, WORSE}, {C, 0},      {C, HOLD}},
    [D] = {{B, AGAIN}, {D, 0},    {A, SEEN_X}, {D, OLD}, {D, NO}, {B, AGAIN}, {D, 0},      {D, HOLD}},
    [E] = {{B, ROSE},  {E, 0},    {F, SEEN},   {E, OLD}, {E, NO}, {B, ROSE},  {E, REPEAT}, {E, HOLD}},
    [F] = {{B, RAISE}, {F, 0},    {F, NO},     {F, OLD}, {A, OVER}, {B, RAISE}, {F, 0},    {F, HOLD}},
    /* clang-format on */
};
static_assert(sizeof(steps) / sizeof(steps[0]) == ALARM_STATES, "a state has no row");

/* The cells that a rule or its class decides. */
static struct life_step
choose(enum alarm_state state, enum life_event event, struct life_class of)
{
    if (event == LIFE_RTN && state == B) {
        if (of.latch) {
            return (struct life_step){E, BACK};
        }
        if (!of.ack_on_return) {
            return (struct life_step){A, OVER};
        }
    }
    if (event == LIFE_RTN && state == C && of.latch) {
        return (struct life_step){F, BACK};
    }
    if (event == LIFE_REAL && of.renew) {
        if (state == C) {
            return (struct life_step){B, WORSE};
        }
        if (state == D) {
            return (struct life_step){D, REPEAT};
        }
    }
    return steps[state][event];
}

struct life_step
life_next(enum alarm_state state, enum life_event event, struct life_class of)
{
    return choose(state, event, of);
}

const char *
life_refusal(enum alarm_state state, enum life_event event)
{
    if (event == LIFE_RST) {
        return state == E                  ? N_("acknowledge it first")
               : state == F                ? NULL
               : alarm_state_active(state) ? N_("its condition still holds")
                                           : N_("there is no latch to reset");
    }
    if (event == LIFE_ACK) {
        return state == A                 ? N_("there is nothing to acknowledge")
               : state == C || state == F ? N_("it is acknowledged already")
                                          : NULL;
    }
    return NULL;
}
