/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How an instance settles, sleeps, decides alone, hands over and stops. */
#include "tests/election_stage.h"

/* ---- settling, sleeping, going ---- */

static void
test_settles(void **state)
{
    (void)state;
    struct stage s;
    stage_own_by_broker(&s);
    assert_true(stage_view(&s).settled); /* nobody was there: as fast as alone */
    stage_close(&s);

    stage_open(&s, false);
    stage_join(&s);
    stage_ordered(&s, ACT_CLAIM, NULL);
    stage_hear_other(&s, SAID_BEACON, 1, 5);
    stage_hear_other(&s, SAID_GONE, 0, 0); /* its last will: it may act until it notices */
    stage_echo_all(&s);
    assert_state(&s, ELECTION_OWNER_FB);
    stage_pass_heard(&s, 5500 * MS);
    assert_false(stage_view(&s).settled);
    stage_pass_heard(&s, 1 * S);
    assert_true(stage_view(&s).settled);
    stage_close(&s);
}

/* The lease runs out by itself; then it is ours. */
static void
acquire_after(struct stage *s, int64_t left_us)
{
    mono_us end = s->at + left_us;
    struct election_order o = {.lease.ask = LEASE_NONE};
    while (o.lease.ask != LEASE_ACQUIRE) {
        assert_true(s->at < end + 5 * S);
        stage_pass_heard(s, 100 * MS);
        if (stage_ordered(s, ACT_LEASE, &o)) {
            bool ours = o.lease.ask == LEASE_ACQUIRE;
            struct lease_answer a =
                ours ? stage_granted(7) : stage_held(6, MAX(end - s->at, 0));
            a.sent = s->at;
            election_lease(s->e, &a, stage_now_of(s));
            stage_collect(s);
        }
    }
}

/* The owner dies before it was heard once over this connection: what the broker keeps of it, or
 * the lease, told who it was. Its lease that has yet to run out is no sign of life. */
static void
test_an_owner_that_was_only_told_of_settles_when_gone(void **state)
{
    (void)state;
    for (int by_lease = 0; by_lease < 2; by_lease++) {
        struct stage s;
        stage_open(&s, true);
        stage_answer(&s, LEASE_LOOK, by_lease ? stage_held(6, 9 * S) : stage_unreachable);
        election_connected(s.e, stage_now_of(&s));
        stage_collect(&s);
        stage_hear_other(&s, SAID_PRESENCE, 0, 0);
        if (!by_lease) {
            stage_hear(&s, &(struct election_message){.said = SAID_BEACON,
                                                      .from = "b",
                                                      .rank = {6, 0},
                                                      .arbiter = ARBITER_POSTGRES,
                                                      .retained = true,
                                                      .to = ""});
        }
        stage_echo_all(&s);
        stage_pass(&s, 300 * MS);
        stage_hear_other(&s, SAID_GONE, 0, 0);
        acquire_after(&s, 9 * S);
        stage_echo_all(&s);
        assert_state(&s, ELECTION_OWNER_PG);
        assert_true(stage_view(&s).settled);
        stage_close(&s);
    }
}

static void
test_resignation_settles(void **state)
{
    (void)state;
    struct stage s;
    stage_open(&s, false);
    stage_join(&s);
    stage_hear_other(&s, SAID_CLAIM, 1, 4);
    stage_hear_other(&s, SAID_PRESENCE, 0, 0);
    stage_pass_heard(&s, 11 * S);
    stage_ordered(&s, ACT_CLAIM, NULL);
    stage_close(&s);

    stage_open(&s, false);
    election_connected(s.e, stage_now_of(&s));
    stage_collect(&s);
    stage_hear_other(&s, SAID_PRESENCE, 0, 0);
    stage_echo_all(&s);
    for (int i = 0; i < 12; i++) {
        stage_pass_heard(&s, 1 * S);
        stage_hear_other(&s, SAID_BEACON, 1, 4);
    }
    assert_state(&s, ELECTION_STANDBY);
    stage_hear(
        &s, &(struct election_message){
                .said = SAID_RESIGN, .from = "b", .rank = {1, 4}, .to = "a", .settled = true});
    stage_echo_all(&s); /* at once */
    assert_state(&s, ELECTION_OWNER_FB);
    assert_true(stage_view(&s).settled);
    stage_close(&s);
}

/* Owner by the store, of which nobody knows yet whether the owner by the broker goes. */
static void
own_beside_another(struct stage *s)
{
    stage_open(s, true);
    stage_answer(s, LEASE_LOOK, stage_held(6, 9 * S));
    stage_join(s);
    stage_hear_other(s, SAID_BEACON, 6, 2);
    acquire_after(s, 9 * S);
    stage_hear_other(s, SAID_BEACON, 6, 2);
    stage_echo_all(s);
    assert_state(s, ELECTION_OWNER_PG);
    assert_false(stage_view(s).settled);
}

/* Who resigns before it has settled tells when it would have: until then the next one waits,
 * and no longer. */
static void
test_resignation_tells_how_long(void **state)
{
    (void)state;
    struct stage s;
    struct election_message unsettled = {
        .said = SAID_RESIGN, .from = "b", .rank = {6, 2}, .to = "", .settles_us = 2 * S};
    own_beside_another(&s);
    stage_hear(&s, &unsettled);
    stage_pass_heard(&s, 1900 * MS);
    assert_false(stage_view(&s).settled);
    stage_pass_heard(&s, 200 * MS);
    assert_true(stage_view(&s).settled);
    stage_close(&s);

    own_beside_another(&s);
    struct election_order o;
    stage_pass_heard(&s, 1 * S);
    stage_hear(&s, &(struct election_message){
                       .said = SAID_CLAIM, .from = "c", .rank = {8, 0}, .to = ""});
    assert_state(&s, ELECTION_STANDBY);
    assert_true(stage_ordered(&s, ACT_RESIGN, &o));
    assert_false(o.settled);
    assert_in_range(o.settles_us, 4900 * MS, 5000 * MS); /* of echo_us and a second */
    stage_close(&s);
}

/* It resigns as soon as the store says that the lease is taken, which may be before anybody has
 * heard of it at the broker. */
static void
test_resignation_before_the_echo(void **state)
{
    (void)state;
    static const struct {
        bool settled;
        const char *then; /* claims */
        uint64_t term;
        int64_t settles_us, want_us;
    } cases[] = {{true, NULL, 0, 0, 0},
                 {false, NULL, 0, 2 * S, 2 * S},
                 {true, "b", 3, 0, 6 * S}, /* it is there again */
                 {true, "c", 1, 0, 6 * S}, /* somebody else is there as well */
                 {false, NULL, 0, 0, 6 * S}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct stage s;
        stage_open(&s, true);
        stage_answer(&s, LEASE_LOOK, stage_held(6, 9 * S));
        stage_join(&s);
        stage_hear_other(&s, SAID_BEACON, 6, 2);
        acquire_after(&s, 9 * S);
        stage_hear_other(&s, SAID_BEACON, 6, 2);
        stage_hear(&s, &(struct election_message){.said = SAID_RESIGN,
                                                  .from = "b",
                                                  .rank = {6, 2},
                                                  .to = "",
                                                  .settled = cases[i].settled,
                                                  .settles_us = cases[i].settles_us});
        if (cases[i].then != NULL) {
            stage_hear(&s, &(struct election_message){.said = SAID_CLAIM,
                                                      .from = cases[i].then,
                                                      .rank = {6, cases[i].term},
                                                      .to = ""});
        }
        mono_us heard = s.at;
        stage_echo_all(&s);
        while (!stage_view(&s).settled) {
            assert_true(s.at < heard + 8 * S);
            stage_pass_heard(&s, 100 * MS);
        }
        assert_in_range(s.at - heard, cases[i].want_us, cases[i].want_us + 200 * MS);
        stage_close(&s);
    }
}

/* It does not know, or it is not the one that is waited for. */
static void
test_resignation_of_no_help(void **state)
{
    (void)state;
    static const struct {
        const char *from;
        int64_t settles_us;
    } cases[] = {{"b", 0}, {"c", 2 * S}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct stage s;
        own_beside_another(&s);
        stage_hear(&s, &(struct election_message){.said = SAID_RESIGN,
                                                  .from = cases[i].from,
                                                  .rank = {6, 2},
                                                  .to = "",
                                                  .settles_us = cases[i].settles_us});
        stage_pass_heard(&s, 5800 * MS);
        assert_false(stage_view(&s).settled);
        stage_pass_heard(&s, 400 * MS);
        assert_true(stage_view(&s).settled);
        stage_close(&s);
    }
}

static void
test_sleep_reads_first(void **state)
{
    (void)state;
    struct stage s;
    stage_open(&s, false);
    election_connected(s.e, stage_now_of(&s));
    stage_collect(&s);
    stage_hear_other(&s, SAID_PRESENCE, 0, 0);
    stage_echo_all(&s);
    stage_hear_other(&s, SAID_BEACON, 1, 4);
    s.at += 60 * S; /* stopped, and continued */
    election_turn(s.e, stage_now_of(&s));
    stage_collect(&s);
    assert_state(&s, ELECTION_JOIN);
    assert_false(stage_ordered(&s, ACT_CLAIM, NULL));
    stage_close(&s);
}

/* A beacon of "b", whose clock is so far behind ours, said so long ago. */
static void
hear_said(struct stage *s, int64_t behind_us, int64_t ago_us)
{
    stage_hear(s, &(struct election_message){.said = SAID_BEACON,
                                             .from = "b",
                                             .rank = {1, 5},
                                             .arbiter = ARBITER_BROKER,
                                             .to = "",
                                             .said_at = s->at - ago_us - behind_us});
}

/* How long the last of them seems to have been under way. */
static int64_t
seems_late(struct stage *s)
{
    struct election_view v = stage_view(s);
    return v.other_heard - v.other_sure;
}

#define BEHIND (40 * S)

static void
join_and_hear(struct stage *s)
{
    stage_open(s, false);
    s->at += 100 * S;
    stage_join(s);
    for (int i = 0; i < 10; i++) {
        stage_pass_heard(s, 1 * S);
        hear_said(s, BEHIND, 20 * MS);
    }
    assert_in_range(seems_late(s), 0, 10 * MS);
}

/* Nothing comes for four seconds, and then all that was said meanwhile, and three beacons that
 * an owner says besides. */
static void
test_beacons_that_come_at_once_are_old(void **state)
{
    (void)state;
    struct stage s;
    join_and_hear(&s);
    s.at += 4 * S; /* less than what makes it leave */
    election_turn(s.e, stage_now_of(&s));
    stage_collect(&s);
    for (int i = 0; i < 6; i++) {
        hear_said(&s, BEHIND, 3 * S - i * 200 * MS);
        assert_in_range(seems_late(&s), (3 * S - i * 200 * MS) - 30 * MS, 3 * S - i * 200 * MS);
    }
    stage_pass_heard(&s, 1 * S);
    hear_said(&s, BEHIND, 20 * MS);
    assert_in_range(seems_late(&s), 0, 10 * MS);
    stage_close(&s);
}

/* Lost beacons, slow turns and clocks that drift apart make nothing old. */
static void
test_beacons_that_come_in_time_are_of_now(void **state)
{
    (void)state;
    struct stage s;
    join_and_hear(&s);
    for (int i = 0; i < 3600; i++) {
        stage_pass_heard(&s, 2100 * MS);
        if (i % 5 != 0) {
            hear_said(&s, BEHIND + i * 200, 20 * MS); /* 95 us a second */
            assert_in_range(seems_late(&s), 0, 60 * MS);
        }
    }
    stage_close(&s);
}

/* Its clock begins again, or stood still, or another one is owner; or it does not tell. */
static void
test_beacons_of_another_clock(void **state)
{
    (void)state;
    static const int64_t behind[] = {200 * S, BEHIND + 3600 * S, 20 * S};
    struct stage s;
    join_and_hear(&s);
    s.at += 4000 * S;
    for (size_t i = 0; i < G_N_ELEMENTS(behind); i++) {
        hear_said(&s, behind[i], 20 * MS);
        assert_int_equal(seems_late(&s), 0);
    }
    stage_hear_other(&s, SAID_BEACON, 1, 5);
    assert_int_equal(seems_late(&s), 0);
    stage_close(&s);
}

static void
test_slept_owner_steps_down(void **state)
{
    (void)state;
    struct stage s;
    stage_own_by_store(&s);
    stage_pass_heard(&s, 1 * S);
    s.at += 60 * S;
    election_turn(s.e, stage_now_of(&s));
    assert_false(stage_view(&s).owner);
    stage_close(&s);
}

static void
test_candidate_no(void **state)
{
    (void)state;
    struct election_config config = stage_config_of(true);
    struct stage s;
    config.candidate = false;
    stage_open_with(&s, &config);
    assert_state(&s, ELECTION_BLIND);
    stage_answer(&s, LEASE_LOOK, (struct lease_answer){.known = true});
    stage_join(&s);
    for (int i = 0; i < 10; i++) { /* the lease is free, and it goes on looking */
        stage_pass_heard(&s, 3 * S);
        stage_answer(&s, LEASE_LOOK, (struct lease_answer){.known = true});
    }
    assert_state(&s, ELECTION_STANDBY);
    assert_false(stage_ordered(&s, ACT_CLAIM, NULL));
    stage_close(&s);
    config.store = false;
    stage_open_with(&s, &config);
    stage_pass(&s, 30 * S);
    assert_state(&s, ELECTION_BLIND);
    stage_join(&s);
    stage_pass_heard(&s, 30 * S);
    assert_state(&s, ELECTION_STANDBY);
    assert_false(stage_ordered(&s, ACT_CLAIM, NULL));
    stage_close(&s);
}

static void
test_self(void **state)
{
    (void)state;
    struct stage s;
    stage_open(&s, false);
    assert_state(&s, ELECTION_SELF); /* without a store at once */
    stage_join(&s);
    stage_echo_all(&s);
    assert_state(&s, ELECTION_OWNER_FB); /* and nobody there: owner with the echo */
    stage_close(&s);

    stage_open(&s, true);
    stage_answer(&s, LEASE_LOOK, stage_unreachable);
    stage_pass(&s, 9 * S);
    assert_state(&s, ELECTION_BLIND);
    while (stage_ordered(&s, ACT_LEASE, NULL)) {
        election_lease(s.e, &stage_unreachable, stage_now_of(&s));
    }
    stage_pass(&s, 1500 * MS);
    assert_state(&s, ELECTION_SELF);
    stage_close(&s);
}

static void
test_waits_for_rivals(void **state)
{
    (void)state;
    struct stage s;
    stage_open(&s, false);
    election_connected(s.e, stage_now_of(&s));
    stage_collect(&s);
    stage_hear(&s,
               &(struct election_message){
                   .said = SAID_PRESENCE, .from = "b", .retained = true, .candidate = true});
    stage_echo_all(&s);
    stage_pass_heard(&s, 9 * S);
    assert_state(&s, ELECTION_SELF);
    assert_false(stage_ordered(&s, ACT_CLAIM, NULL));
    stage_pass_heard(&s, 2 * S);
    assert_state(&s, ELECTION_OWNER_FB);
    stage_close(&s);
}

/* Of made-up names only so many are kept; but a rival that found no room is one. */
static void
test_made_up_names(void **state)
{
    (void)state;
    struct stage s;
    char name[32];
    stage_open(&s, false);
    election_connected(s.e, stage_now_of(&s));
    struct election_message m = {.said = SAID_PRESENCE, .from = name, .retained = true};
    for (int i = 0; i < 5000; i++) {
        snprintf(name, sizeof(name), "x%d", i);
        stage_hear(&s, &m);
    }
    assert_int_equal(election_peer(s.e, "x0"), PEER_VIEWER);
    assert_int_equal(election_peer(s.e, "x4999"), PEER_ABSENT);
    assert_false(election_has_rivals(s.e));
    m.candidate = true;
    stage_hear(&s, &m);
    assert_true(election_has_rivals(s.e));
    g_strlcpy(name, "x0", sizeof(name)); /* who is known goes on being heard */
    stage_hear(&s, &m);
    assert_int_equal(election_peer(s.e, "x0"), PEER_CANDIDATE);
    election_disconnected(s.e, stage_now_of(&s));
    election_connected(s.e, stage_now_of(&s));
    assert_false(election_has_rivals(s.e));
    stage_close(&s);
}

static void
test_handover(void **state)
{
    (void)state;
    struct stage s;
    struct election_order o;
    stage_own_by_store(&s);
    assert_false(election_handover(s.e, "b", stage_now_of(&s))); /* unknown */
    stage_hear_other(&s, SAID_PRESENCE, 0, 0);
    assert_true(election_handover(s.e, "b", stage_now_of(&s)));
    election_turn(s.e, stage_now_of(&s));
    stage_collect(&s);
    assert_state(&s, ELECTION_STANDBY);
    assert_true(stage_ordered(&s, ACT_UNBEACON, NULL));
    assert_true(stage_ordered(&s, ACT_RESIGN, &o));
    assert_string_equal(o.to, "b");
    assert_true(o.settled);
    assert_true(stage_ordered(&s, ACT_LEASE, &o));
    assert_int_equal(o.lease.ask, LEASE_RELEASE);
    assert_string_equal(o.lease.to, "b");
    assert_false(election_handover(s.e, "b", stage_now_of(&s))); /* no owner any more */
    stage_close(&s);
}

static void
test_others_hold_back(void **state)
{
    (void)state;
    struct stage s;
    stage_open(&s, true);
    stage_answer(&s, LEASE_LOOK, stage_held(6, 9 * S));
    stage_join(&s);
    stage_hear(
        &s, &(struct election_message){
                .said = SAID_RESIGN, .from = "b", .rank = {6, 0}, .to = "c", .settled = true});
    stage_answer(&s, LEASE_LOOK, stage_held(6, 0));
    stage_pass(&s, 800 * MS);
    assert_false(stage_ordered(&s, ACT_LEASE, NULL));
    stage_pass(&s, 300 * MS);
    stage_answer(&s, LEASE_ACQUIRE, stage_granted(7));
    stage_close(&s);
}

static void
test_stop(void **state)
{
    (void)state;
    struct stage s;
    stage_own_by_store(&s);
    election_stop(s.e, stage_now_of(&s));
    election_turn(s.e, stage_now_of(&s));
    stage_collect(&s);
    assert_false(stage_view(&s).owner);
    assert_false(election_stopped(s.e));
    stage_answer(&s, LEASE_RELEASE, (struct lease_answer){.known = true, .epoch = 7});
    assert_true(election_stopped(s.e));
    stage_pass_heard(&s, 30 * S);
    assert_false(stage_ordered(&s, ACT_LEASE, NULL)); /* never again */
    assert_false(stage_ordered(&s, ACT_CLAIM, NULL));
    stage_close(&s);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_settles),
        cmocka_unit_test(test_an_owner_that_was_only_told_of_settles_when_gone),
        cmocka_unit_test(test_resignation_settles),
        cmocka_unit_test(test_resignation_tells_how_long),
        cmocka_unit_test(test_resignation_before_the_echo),
        cmocka_unit_test(test_resignation_of_no_help),
        cmocka_unit_test(test_sleep_reads_first),
        cmocka_unit_test(test_beacons_that_come_at_once_are_old),
        cmocka_unit_test(test_beacons_that_come_in_time_are_of_now),
        cmocka_unit_test(test_beacons_of_another_clock),
        cmocka_unit_test(test_slept_owner_steps_down),
        cmocka_unit_test(test_candidate_no),
        cmocka_unit_test(test_self),
        cmocka_unit_test(test_waits_for_rivals),
        cmocka_unit_test(test_made_up_names),
        cmocka_unit_test(test_handover),
        cmocka_unit_test(test_others_hold_back),
        cmocka_unit_test(test_stop),
    };
    return cmocka_run_group_tests_name("election_ways", tests, NULL, NULL);
}
