/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ranks and arbiters, rule by rule (ownership D4); test_election_random has all at once. */
#include "tests/election_stage.h"

/* ---- rules 1 to 3: the store ---- */

static void
test_store_first(void **state)
{
    (void)state;
    struct stage s;
    struct election_order o;
    stage_open(&s, true);
    stage_answer(&s, LEASE_LOOK, (struct lease_answer){.known = true, .epoch = 6});
    assert_state(&s, ELECTION_BLIND);
    election_connected(s.e, stage_now_of(&s));
    stage_pass(&s, 100 * MS);
    assert_state(&s, ELECTION_JOIN);
    assert_false(stage_ordered(&s, ACT_LEASE, NULL)); /* not before the inbox is drained */
    stage_echo_all(&s);
    stage_answer(&s, LEASE_ACQUIRE, stage_granted(7));
    assert_state(&s, ELECTION_OWNER_PG);
    assert_true(stage_ordered(&s, ACT_CLAIM, &o));
    assert_int_equal(o.rank.epoch, 7);
    assert_int_equal(o.rank.term, 0);
    assert_true(stage_ordered(&s, ACT_BEACON, NULL));
    assert_string_equal(stage_view(&s).grant, "grant");
    stage_close(&s);
}

/* Readings that had waited at the broker are not judged as an owner; not for ever, though. */
static void
test_waits_for_old_readings(void **state)
{
    (void)state;
    for (int still = 0; still < 2; still++) {
        struct stage s;
        stage_open(&s, true);
        stage_answer(&s, LEASE_LOOK, (struct lease_answer){.known = true, .epoch = 6});
        election_connected(s.e, stage_now_of(&s));
        election_behind(s.e, true, stage_now_of(&s));
        stage_pass(&s, 100 * MS);
        stage_echo_all(&s);
        stage_pass(&s, 500 * MS);
        assert_state(&s, ELECTION_JOIN);
        assert_false(stage_ordered(&s, ACT_LEASE, NULL));
        if (still == 0) {
            election_behind(s.e, false, stage_now_of(&s));
            stage_pass(&s, 100 * MS);
        } else {
            stage_pass(&s, 3 * S);
            assert_state(&s, ELECTION_JOIN);
            stage_pass(&s, 2 * S); /* echo_us after the connect */
            stage_answer(&s, LEASE_LOOK, stage_held(6, 0));
        }
        assert_state(&s, ELECTION_STANDBY);
        stage_answer(&s, LEASE_ACQUIRE, stage_granted(7));
        assert_state(&s, ELECTION_OWNER_PG);
        stage_close(&s);
    }
}

/* An owner goes on, whatever waits for it. */
static void
test_an_owner_does_not_wait_for_old_readings(void **state)
{
    (void)state;
    struct stage s;
    stage_own_by_store(&s);
    election_disconnected(s.e, stage_now_of(&s));
    stage_pass(&s, 100 * MS);
    election_connected(s.e, stage_now_of(&s));
    election_behind(s.e, true, stage_now_of(&s));
    stage_pass(&s, 100 * MS);
    stage_echo_all(&s);
    assert_true(stage_view(&s).decides);
    stage_close(&s);
}

static void
test_waits_for_the_lease(void **state)
{
    (void)state;
    struct stage s;
    stage_open(&s, true);
    stage_answer(&s, LEASE_LOOK, stage_held(6, 1500 * MS));
    stage_join(&s);
    stage_pass(&s, 1300 * MS);
    assert_false(stage_ordered(&s, ACT_LEASE, NULL));
    stage_pass(&s, 300 * MS);
    stage_answer(&s, LEASE_ACQUIRE, stage_held(6, 4 * S)); /* it was renewed meanwhile */
    stage_pass(&s, 2100 * MS);
    stage_answer(&s, LEASE_LOOK, stage_held(6, 8 * S));
    election_notified(s.e, stage_now_of(&s)); /* given back */
    stage_pass(&s, 100 * MS);
    stage_answer(&s, LEASE_LOOK, stage_held(6, 0));
    stage_answer(&s, LEASE_ACQUIRE, stage_granted(7));
    assert_state(&s, ELECTION_OWNER_PG);
    stage_close(&s);
}

static void
test_deadline_from_before_the_request(void **state)
{
    (void)state;
    struct stage s;
    stage_own_by_store(&s);
    stage_pass_heard(&s, 2 * S);
    struct lease_answer late = stage_granted(7);
    late.sent = s.at;
    stage_pass_heard(&s, 5 * S); /* the answer takes that long */
    stage_answer(&s, LEASE_RENEW, late);
    stage_pass_heard(&s, 3900 * MS);
    assert_state(&s, ELECTION_OWNER_PG);
    stage_pass(&s, 300 * MS); /* 9 s after it was sent */
    assert_state(&s, ELECTION_STANDBY);
    assert_true(stage_ordered(&s, ACT_RESIGN, NULL));
    stage_close(&s);
}

static void
test_answer_too_late(void **state)
{
    (void)state;
    struct stage s;
    struct election_order o;
    stage_open(&s, true);
    stage_answer(&s, LEASE_LOOK, (struct lease_answer){.known = true});
    stage_join(&s);
    struct lease_answer late = stage_granted(7);
    late.sent = s.at;
    stage_pass_heard(&s, 9 * S);
    stage_answer(&s, LEASE_ACQUIRE, late);
    assert_state(&s, ELECTION_STANDBY);
    assert_true(stage_ordered(&s, ACT_LEASE, &o));
    assert_int_equal(o.lease.ask, LEASE_RELEASE); /* nobody has to wait for it */
    assert_string_equal(o.lease.grant, "grant");
    stage_close(&s);
}

static void
test_another_epoch_ends_it_at_once(void **state)
{
    (void)state;
    struct stage s;
    stage_own_by_store(&s);
    stage_pass_heard(&s, 2 * S);
    stage_answer(&s, LEASE_RENEW, stage_held(8, 9 * S));
    assert_state(&s, ELECTION_STANDBY);
    assert_string_equal(stage_view(&s).other, "b");
    stage_close(&s);
}

static void
test_claims_when_the_store_falls_silent(void **state)
{
    (void)state;
    struct stage s;
    struct election_order o;
    stage_own_by_store(&s);
    stage_pass_heard(&s, 2 * S);
    stage_answer(&s, LEASE_RENEW, stage_unreachable);
    assert_false(stage_ordered(&s, ACT_CLAIM, NULL));
    stage_pass_heard(&s, 2 * S);
    stage_answer(&s, LEASE_RENEW, stage_unreachable);
    assert_state(&s, ELECTION_OWNER_PG); /* it may act until its deadline */
    g_array_set_size(s.orders, s.orders->len);
    bool claimed = stage_ordered(&s, ACT_CLAIM, &o);
    assert_true(claimed);
    assert_int_equal(o.rank.epoch, 7);
    assert_int_equal(o.rank.term, 1);
    stage_hear(&s,
               &(struct election_message){
                   .said = SAID_CLAIM, .from = "a", .mine = true, .rank = o.rank, .to = ""});
    assert_state(&s, ELECTION_OWNER_FB);
    assert_true(stage_view(&s).settled); /* it was, and still is */
    assert_string_equal(stage_view(&s).grant, "");
    stage_close(&s);
}

static void
test_deaf_owner_keeps_the_lease_for_who_hears(void **state)
{
    (void)state;
    struct stage s;
    struct election_order o;
    stage_own_by_store(&s);
    election_disconnected(s.e, stage_now_of(&s));
    for (int i = 0; i < 2; i++) {
        stage_pass(&s, 2 * S);
        assert_true(stage_ordered(&s, ACT_LEASE, &o));
        assert_false(o.lease.infra);
        assert_state(&s, ELECTION_OWNER_PG);
        assert_false(stage_view(&s).connected);
        election_lease(
            s.e, &(struct lease_answer){.known = true, .mine = true, .sent = s.at, .epoch = 7},
            stage_now_of(&s));
    }
    stage_pass(&s, 1500 * MS);
    assert_true(stage_ordered(&s, ACT_LEASE, &o));
    assert_int_equal(o.lease.ask, LEASE_RENEW);
    assert_true(o.lease.infra);
    stage_close(&s);
}

static void
test_takes_what_a_deaf_owner_keeps(void **state)
{
    (void)state;
    struct stage s;
    stage_open(&s, true);
    struct lease_answer kept = stage_held(7, 0);
    kept.infra = true;
    stage_answer(&s, LEASE_LOOK, kept);
    stage_join(&s);
    stage_answer(&s, LEASE_ACQUIRE, stage_granted(8));
    stage_echo_all(&s);
    assert_state(&s, ELECTION_OWNER_PG);
    assert_false(stage_view(&s).settled); /* that owner may not know yet */
    stage_pass_heard(&s, 3 * S);
    assert_false(stage_view(&s).settled);
    stage_pass_heard(&s, 4 * S);
    assert_true(stage_view(&s).settled);
    stage_close(&s);
}

/* ---- rules 4 to 6: the broker ---- */

static void
test_dead_before_a_claim(void **state)
{
    (void)state;
    struct stage s;
    struct election_order o;
    stage_open(&s, true);
    stage_answer(&s, LEASE_LOOK, stage_unreachable);
    stage_join(&s);
    for (int i = 0; i < 5; i++) { /* every sign of an owner, and every claim, puts it off */
        stage_pass_heard(&s, 6 * S);
        stage_hear_other(&s, i % 2 == 0 ? SAID_BEACON : SAID_CLAIM, 5, 2);
        if (stage_ordered(&s, ACT_LEASE, NULL)) {
            election_lease(s.e, &stage_unreachable, stage_now_of(&s));
        }
    }
    assert_state(&s, ELECTION_STANDBY);
    stage_pass(&s, 9 * S);
    assert_false(stage_ordered(&s, ACT_CLAIM, NULL));
    stage_ordered(&s, ACT_PRESENCE, NULL);
    stage_pass(&s, 1100 * MS);
    assert_false(stage_ordered(&s, ACT_CLAIM, NULL)); /* something could wait unread */
    stage_echo_all(&s);
    assert_true(stage_ordered(&s, ACT_CLAIM, &o));
    assert_int_equal(o.rank.epoch, 5);
    assert_int_equal(o.rank.term, 3);
    assert_state(&s, ELECTION_CLAIM);
    stage_close(&s);
}

static void
test_first_claim_wins(void **state)
{
    (void)state;
    for (int first = 0; first < 2; first++) {
        struct stage s;
        struct election_order o;
        stage_open(&s, false);
        stage_join(&s);
        assert_true(stage_ordered(&s, ACT_CLAIM, &o));
        if (!first) {
            stage_hear_other(&s, SAID_CLAIM, o.rank.epoch, o.rank.term);
        }
        stage_hear(
            &s, &(struct election_message){
                    .said = SAID_CLAIM, .from = "a", .mine = true, .rank = o.rank, .to = ""});
        assert_true(stage_view(&s).owner == (first != 0));
        stage_close(&s);
    }
}

static void
test_bound_to_the_connection(void **state)
{
    (void)state;
    struct stage s;
    stage_own_by_broker(&s);
    election_disconnected(s.e, stage_now_of(&s));
    assert_false(stage_view(&s).owner);
    stage_pass(&s, 100 * MS);
    assert_state(&s, ELECTION_SELF); /* for its own screen it goes on */
    stage_join(&s);
    stage_hear_other(&s, SAID_BEACON, 1, 2);
    assert_state(&s, ELECTION_STANDBY);
    stage_close(&s);
}

static void
test_deaf_to_itself(void **state)
{
    (void)state;
    struct stage s;
    stage_own_by_broker(&s);
    stage_pass(&s, 4900 * MS);
    assert_state(&s, ELECTION_OWNER_FB);
    stage_pass(&s, 300 * MS);
    assert_false(stage_view(&s).owner);
    assert_state(&s, ELECTION_SELF);
    stage_close(&s);
}

static void
test_back_to_the_store(void **state)
{
    (void)state;
    struct stage s;
    struct election_order o;
    stage_own_by_store(&s);
    for (int i = 0; i < 2; i++) {
        stage_pass_heard(&s, 2 * S);
        stage_answer(&s, LEASE_RENEW, stage_unreachable);
    }
    stage_echo_all(&s);
    assert_state(&s, ELECTION_OWNER_FB);
    stage_pass_heard(&s, 2 * S);
    struct lease_answer own = stage_held(7, 4 * S);
    g_strlcpy(own.holder, "a", sizeof(own.holder));
    stage_answer(&s, LEASE_LOOK, own);
    stage_answer(&s, LEASE_RELEASE, (struct lease_answer){.known = true, .epoch = 7});
    assert_state(&s, ELECTION_OWNER_FB); /* no gap */
    assert_true(stage_view(&s).settled);
    assert_true(stage_ordered(&s, ACT_LEASE, &o));
    assert_int_equal(o.lease.ask, LEASE_ACQUIRE);
    assert_int_equal(o.lease.epoch, 7);
    struct lease_answer fresh = stage_granted(8);
    fresh.sent = s.at;
    election_lease(s.e, &fresh, stage_now_of(&s));
    assert_state(&s, ELECTION_OWNER_PG);
    assert_int_equal(stage_view(&s).rank.epoch, 8);
    stage_close(&s);
}

static void
test_yields_to_the_store(void **state)
{
    (void)state;
    struct stage s;
    struct election_config config = stage_config_of(true);
    config.seen = (struct rank){7, 0};
    stage_open_with(&s, &config);
    stage_answer(&s, LEASE_LOOK, stage_unreachable);
    stage_join(&s);
    for (int i = 0; i < 6; i++) {
        stage_pass_heard(&s, 2 * S);
        if (stage_ordered(&s, ACT_LEASE, NULL)) {
            election_lease(s.e, &stage_unreachable, stage_now_of(&s));
        }
    }
    assert_state(&s, ELECTION_OWNER_FB);
    stage_pass_heard(&s, 2 * S);
    stage_answer(&s, LEASE_LOOK, stage_held(7, 5 * S)); /* it is dead, or will hear our claim */
    assert_state(&s, ELECTION_OWNER_FB);
    stage_pass_heard(&s, 2 * S);
    stage_answer(&s, LEASE_LOOK, stage_held(8, 5 * S));
    assert_state(&s, ELECTION_STANDBY);
    stage_close(&s);
}

static void
test_grace_for_the_brokers_owner(void **state)
{
    (void)state;
    struct stage s;
    stage_open(&s, true);
    stage_answer(&s, LEASE_LOOK, stage_unreachable);
    stage_join(&s);
    stage_hear_other(&s, SAID_BEACON, 7, 1);
    stage_pass_heard(&s, 2 * S);
    stage_answer(&s, LEASE_LOOK, stage_held(7, 0));
    stage_hear_other(&s, SAID_BEACON, 7, 1);
    for (int i = 0; i < 2; i++) {
        stage_pass_heard(&s, 2 * S);
        stage_answer(&s, LEASE_LOOK, stage_held(7, 0));
        stage_hear_other(&s, SAID_BEACON, 7, 1);
    }
    stage_pass_heard(&s, 1100 * MS);
    stage_answer(&s, LEASE_ACQUIRE, stage_granted(8)); /* 5 s after the store came back */
    stage_close(&s);
}

/* ---- rule 7: ranks ---- */

static void
test_higher_rank_dismisses(void **state)
{
    (void)state;
    static const enum election_said ways[] = {SAID_CLAIM, SAID_BEACON, SAID_PRESENCE};
    for (size_t i = 0; i < G_N_ELEMENTS(ways); i++) {
        struct stage s;
        struct election_order o;
        stage_own_by_store(&s);
        stage_hear_other(&s, ways[i], 7, 1); /* made while it slept */
        assert_state(&s, ELECTION_STANDBY);
        assert_true(stage_ordered(&s, ACT_RESIGN, &o));
        assert_true(stage_ordered(&s, ACT_LEASE, &o));
        assert_int_equal(o.lease.ask, LEASE_RELEASE); /* the next epoch shall be a fresh one */
        stage_close(&s);
    }
}

static void
test_lower_rank_is_told(void **state)
{
    (void)state;
    struct stage s;
    struct election_order o;
    stage_own_by_store(&s);
    stage_hear_other(&s, SAID_CLAIM, 6, 3);
    assert_state(&s, ELECTION_OWNER_PG);
    assert_true(stage_ordered(&s, ACT_CLAIM, &o));
    assert_int_equal(o.rank.epoch, 7);
    stage_hear_other(&s, SAID_CLAIM, 6, 4);
    assert_false(stage_ordered(&s, ACT_CLAIM, &o)); /* not with every word */
    stage_close(&s);
}

static void
test_says_its_rank_after_a_reconnect(void **state)
{
    (void)state;
    struct stage s;
    struct election_order o;
    stage_own_by_store(&s);
    election_disconnected(s.e, stage_now_of(&s));
    stage_pass(&s, 500 * MS);
    election_connected(s.e, stage_now_of(&s));
    stage_pass(&s, 100 * MS);
    assert_false(stage_ordered(&s, ACT_CLAIM, NULL));
    stage_echo_all(&s); /* what is retained has come */
    assert_state(&s, ELECTION_OWNER_PG);
    stage_collect(&s);
    assert_true(stage_ordered(&s, ACT_BEACON, &o) && o.rank.epoch == 7);
    stage_close(&s);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_store_first),
        cmocka_unit_test(test_waits_for_old_readings),
        cmocka_unit_test(test_an_owner_does_not_wait_for_old_readings),
        cmocka_unit_test(test_waits_for_the_lease),
        cmocka_unit_test(test_deadline_from_before_the_request),
        cmocka_unit_test(test_answer_too_late),
        cmocka_unit_test(test_another_epoch_ends_it_at_once),
        cmocka_unit_test(test_claims_when_the_store_falls_silent),
        cmocka_unit_test(test_deaf_owner_keeps_the_lease_for_who_hears),
        cmocka_unit_test(test_takes_what_a_deaf_owner_keeps),
        cmocka_unit_test(test_dead_before_a_claim),
        cmocka_unit_test(test_first_claim_wins),
        cmocka_unit_test(test_bound_to_the_connection),
        cmocka_unit_test(test_deaf_to_itself),
        cmocka_unit_test(test_back_to_the_store),
        cmocka_unit_test(test_yields_to_the_store),
        cmocka_unit_test(test_grace_for_the_brokers_owner),
        cmocka_unit_test(test_higher_rank_dismisses),
        cmocka_unit_test(test_lower_rank_is_told),
        cmocka_unit_test(test_says_its_rank_after_a_reconnect),
    };
    return cmocka_run_group_tests_name("election", tests, NULL, NULL);
}
