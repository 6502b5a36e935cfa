/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every cell of the alarm model's table, written down from the model's words and not from the
 * code. A cell is told for each of the eight classes of rules (latch, ack_on_return, renew),
 * most often by "whatever the class".
 */
#include "tests/unit.h"

#include "alarms/life.h"

#define A ALARM_NORMAL
#define B ALARM_UNACKED
#define C ALARM_ACKED
#define D ALARM_RETURNED_UNACKED
#define E ALARM_LATCHED_UNACKED
#define F ALARM_LATCHED_ACKED

/* Which classes a row is about: for each property whether it must be set, not set, or either.
 */
enum want { NOT, SET, ANY };
struct classes {
    enum want latch, ack_on_return, renew;
};
#define ALL                                                                                    \
    {                                                                                          \
        ANY, ANY, ANY                                                                          \
    }
#define RENEWS                                                                                 \
    {                                                                                          \
        ANY, ANY, SET                                                                          \
    }
#define RESTS                                                                                  \
    {                                                                                          \
        ANY, ANY, NOT                                                                          \
    }
#define LATCHES                                                                                \
    {                                                                                          \
        SET, ANY, ANY                                                                          \
    }
#define STAYS                                                                                  \
    {                                                                                          \
        NOT, SET, ANY                                                                          \
    } /* a return wants its acknowledgement */
#define GOES                                                                                   \
    {                                                                                          \
        NOT, NOT, ANY                                                                          \
    } /* a return closes it */
#define NO_LATCH                                                                               \
    {                                                                                          \
        NOT, ANY, ANY                                                                          \
    }

/* What is to be done, in the model's words. */
#define NEW_OCC LIFE_OPEN
#define ANN     LIFE_ANNUNCIATE
#define LOG     LIFE_LOG
#define REFUSE  (LIFE_REFUSE | LIFE_LOG) /* an operator's action is journalled in any case */
#define OLDER   (LIFE_CLOSE_OLDER | LIFE_LOG)

static const struct cell {
    enum alarm_state state;
    enum life_event event;
    struct classes classes;
    enum alarm_state next;
    unsigned todo;
    const char *model;
} cells[] = {
    {A, LIFE_ALM, ALL, B, NEW_OCC | ANN | LOG, "-> B, new occ, annunciate"},
    {A, LIFE_RTN, ALL, A, 0, "-"},
    {A, LIFE_ACK, ALL, A, REFUSE, "refuse: nothing to ack"},
    {A, LIFE_ACK_OLDER, ALL, A, OLDER, "close that occ only"},
    {A, LIFE_RST, ALL, A, REFUSE, "refuse"},
    {A, LIFE_SEV, ALL, B, NEW_OCC | ANN | LOG, "as ALM"},
    {A, LIFE_REAL, ALL, A, 0, "-"},
    {A, LIFE_BADQ, ALL, A, LIFE_SUSPECT, "hold, mark suspect"},

    {B, LIFE_ALM, ALL, B, 0, "stay (no new occ)"},
    {B, LIFE_RTN, LATCHES, E, LOG, "latching -> E"},
    {B, LIFE_RTN, STAYS, D, LOG, "ack-on-return required -> D"},
    {B, LIFE_RTN, GOES, A, LIFE_CLOSE | LOG, "else -> A (auto-closed)"},
    {B, LIFE_ACK, ALL, C, LIFE_SILENCE | LOG, "-> C, silence"},
    {B, LIFE_ACK_OLDER, ALL, B, OLDER, "close that occ only, stay B"},
    {B, LIFE_RST, ALL, B, REFUSE, "refuse"},
    {B, LIFE_SEV, ALL, B, LIFE_STEP | ANN | LOG, "stay B, step+1, re-annunciate"},
    {B, LIFE_REAL, ALL, B, LIFE_STEP | ANN | LOG, "step+1, re-annunciate"},
    {B, LIFE_BADQ, ALL, B, LIFE_SUSPECT, "hold, suspect; pending delays freeze"},

    {C, LIFE_ALM, ALL, C, 0, "stay"},
    {C, LIFE_RTN, LATCHES, F, LOG, "latching -> F"},
    {C, LIFE_RTN, NO_LATCH, A, LIFE_CLOSE | LOG, "else -> A"},
    {C, LIFE_ACK, ALL, C, REFUSE, "already acked by X at t"},
    {C, LIFE_ACK_OLDER, ALL, C, OLDER, "close that occ only"},
    {C, LIFE_RST, ALL, C, REFUSE, "refuse"},
    {C, LIFE_SEV, ALL, B, LIFE_STEP | ANN | LOG, "-> B, same occ, step+1"},
    {C, LIFE_REAL, RENEWS, B, LIFE_STEP | ANN | LOG, "-> B, step+1, if class says so"},
    {C, LIFE_REAL, RESTS, C, 0, "-> B, step+1, if class says so"},
    {C, LIFE_BADQ, ALL, C, LIFE_SUSPECT, "hold, suspect"},

    {D, LIFE_ALM, ALL, B, NEW_OCC | LIFE_KEEP_OLD | ANN | LOG,
     "-> B, new occ; old occ stays open and counted"},
    {D, LIFE_RTN, ALL, D, 0, "stay"},
    {D, LIFE_ACK, ALL, A, LIFE_SILENCE | LIFE_CLOSE | LOG, "-> A"},
    {D, LIFE_ACK_OLDER, ALL, D, OLDER, "close that occ only"},
    {D, LIFE_RST, ALL, D, REFUSE, "refuse"},
    {D, LIFE_SEV, ALL, B, NEW_OCC | LIFE_KEEP_OLD | ANN | LOG, "as ALM"},
    {D, LIFE_REAL, RENEWS, D, ANN | LOG, "re-annunciate if class says so"},
    {D, LIFE_REAL, RESTS, D, 0, "re-annunciate if class says so"},
    {D, LIFE_BADQ, ALL, D, LIFE_SUSPECT, "hold"},

    {E, LIFE_ALM, ALL, B, LIFE_COUNT | ANN | LOG, "-> B, same occ, count+1"},
    {E, LIFE_RTN, ALL, E, 0, "stay"},
    {E, LIFE_ACK, ALL, F, LIFE_SILENCE | LOG, "-> F"},
    {E, LIFE_ACK_OLDER, ALL, E, OLDER, "close that occ only"},
    {E, LIFE_RST, ALL, E, REFUSE, "refuse: ack first"},
    {E, LIFE_SEV, ALL, B, LIFE_COUNT | ANN | LOG, "as ALM"},
    {E, LIFE_REAL, ALL, E, ANN | LOG, "re-annunciate"},
    {E, LIFE_BADQ, ALL, E, LIFE_SUSPECT, "hold"},

    {F, LIFE_ALM, ALL, B, NEW_OCC | ANN | LOG, "-> B, new occ under the same latch"},
    {F, LIFE_RTN, ALL, F, 0, "stay"},
    {F, LIFE_ACK, ALL, F, REFUSE, "already acked"},
    {F, LIFE_ACK_OLDER, ALL, F, OLDER, "close that occ only"},
    {F, LIFE_RST, ALL, A, LIFE_CLOSE | LOG, "-> A"},
    {F, LIFE_SEV, ALL, B, NEW_OCC | ANN | LOG, "as ALM"},
    {F, LIFE_REAL, ALL, F, 0, "-"},
    {F, LIFE_BADQ, ALL, F, LIFE_SUSPECT, "hold"},
};

static bool
fits(enum want want, bool is)
{
    return want == ANY || (want == SET) == is;
}

static const struct cell *
find_cell(enum alarm_state at, enum life_event event, struct life_class of)
{
    const struct cell *found = NULL;
    for (size_t i = 0; i < G_N_ELEMENTS(cells); i++) {
        const struct cell *cell = &cells[i];
        if (cell->state == at && cell->event == event && fits(cell->classes.latch, of.latch) &&
            fits(cell->classes.ack_on_return, of.ack_on_return) &&
            fits(cell->classes.renew, of.renew)) {
            assert_null(found); /* a cell that is told twice */
            found = cell;
        }
    }
    return found;
}

static void
test_every_cell(void **state)
{
    (void)state;
    for (unsigned i = 0; i < ALARM_STATES * LIFE_EVENTS * 8; i++) {
        struct life_class of = {i & 1, (i & 2) != 0, (i & 4) != 0};
        enum alarm_state at = (enum alarm_state)(i / 8 / LIFE_EVENTS);
        enum life_event event = (enum life_event)(i / 8 % LIFE_EVENTS);
        const struct cell *cell = find_cell(at, event, of);
        assert_non_null(cell);
        struct life_step step = life_next(at, event, of);
        if (step.next != cell->next || step.todo != cell->todo) {
            fail_msg("%c, event %d, latch %d, ack_on_return %d, renew %d: goes to %c with %#x; "
                     "the model: \"%s\"",
                     "ABCDEF"[at], (int)event, of.latch, of.ack_on_return, of.renew,
                     "ABCDEF"[step.next], step.todo, cell->model);
        }
    }
}

/* What is refused has a reason, and nothing else has. */
static void
test_refusals(void **state)
{
    (void)state;
    for (unsigned i = 0; i < ALARM_STATES * LIFE_EVENTS; i++) {
        enum alarm_state at = (enum alarm_state)(i / LIFE_EVENTS);
        enum life_event event = (enum life_event)(i % LIFE_EVENTS);
        struct life_step step = life_next(at, event, (struct life_class){.latch = true});
        assert_int_equal(life_refusal(at, event) != NULL, (step.todo & LIFE_REFUSE) != 0);
    }
    assert_string_equal(life_refusal(A, LIFE_ACK), "there is nothing to acknowledge");
    assert_string_equal(life_refusal(C, LIFE_ACK), "it is acknowledged already");
    assert_string_equal(life_refusal(F, LIFE_ACK), "it is acknowledged already");
    assert_string_equal(life_refusal(A, LIFE_RST), "there is no latch to reset");
    assert_string_equal(life_refusal(E, LIFE_RST), "acknowledge it first");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_cell),
        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
