/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of the election's rules share: one instance, and a test that plays the rest.
 */
#ifndef TESTS_ELECTION_STAGE_H
#define TESTS_ELECTION_STAGE_H

#include "tests/unit.h"

#include <glib.h>

#include "alarms/election.h"

#define S  US_PER_S
#define MS US_PER_MS

/* An instance "a", whose orders are kept until somebody asks for them. */
struct stage {
    struct election *e;
    mono_us at;
    GArray *orders; /* struct election_order */
};

#define assert_state(s, want)                                                                  \
    assert_string_equal(election_state_name(stage_view(s).state), election_state_name(want))

struct now stage_now_of(const struct stage *s);
void stage_collect(struct stage *s);
void stage_pass(struct stage *s, int64_t us);
struct election_config stage_config_of(bool store);
void stage_open_with(struct stage *s, const struct election_config *config);
void stage_open(struct stage *s, bool store);
void stage_close(struct stage *s);
bool stage_ordered(struct stage *s, enum election_act act, struct election_order *ret);
struct election_view stage_view(const struct stage *s);
void stage_hear(struct stage *s, const struct election_message *m);
void stage_hear_other(struct stage *s, enum election_said said, uint64_t epoch, uint64_t term);
void stage_echo_all(struct stage *s);
void stage_pass_heard(struct stage *s, int64_t us);
void stage_join(struct stage *s);
void stage_answer(struct stage *s, enum lease_ask want, struct lease_answer a);
struct lease_answer stage_granted(uint64_t epoch);
struct lease_answer stage_held(uint64_t epoch, int64_t left_us);
void stage_own_by_store(struct stage *s);
void stage_own_by_broker(struct stage *s);
extern const struct lease_answer stage_unreachable;

#endif
