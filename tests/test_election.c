/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rules of the election one by one (ownership D4); test_election_random has them all. */
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

static struct now
now_of(const struct stage *s)
{
    return (struct now){s->at + 1000 * S, s->at};
}

static void
collect(struct stage *s)
{
    struct election_order o;
    while (election_order(s->e, &o)) {
        g_array_append_val(s->orders, o);
    }
}

/* Time passes in small steps, as in an engine that turns. */
static void
pass(struct stage *s, int64_t us)
{
    mono_us end = s->at + us;
    while (s->at < end) {
        s->at = MIN(end, s->at + 100 * MS);
        election_turn(s->e, now_of(s));
        collect(s);
    }
}

static struct election_config
config_of(bool store)
{
    return (struct election_config){.name = "a",
                                    .candidate = true,
                                    .store = store,
                                    .validity_us = 10 * S,
                                    .renewal_us = 2 * S,
                                    .echo_us = 5 * S,
                                    .dead_us = 10 * S};
}

static void
open_with(struct stage *s, const struct election_config *config)
{
    s->at = 100 * S;
    s->orders = g_array_new(FALSE, TRUE, sizeof(struct election_order));
    s->e = election_new(config, now_of(s));
    collect(s);
}

static void
open_stage(struct stage *s, bool store)
{
    struct election_config config = config_of(store);
    open_with(s, &config);
}

static void
close_stage(struct stage *s)
{
    election_free(s->e);
    g_array_unref(s->orders);
}

/* The last order of this kind since the last time it was asked for; NULL: none. */
static bool
ordered(struct stage *s, enum election_act act, struct election_order *ret)
{
    bool found = false;
    for (guint i = s->orders->len; i > 0; i--) {
        const struct election_order *o =
            &g_array_index(s->orders, struct election_order, i - 1);
        if (o->act == act) {
            if (!found && ret != NULL) {
                *ret = *o;
            }
            found = true;
            g_array_remove_index(s->orders, i - 1);
        }
    }
    return found;
}

static struct election_view
view(const struct stage *s)
{
    struct election_view v;
    election_look(s->e, &v);
    return v;
}

#define assert_state(s, want)                                                                  \
    assert_string_equal(election_state_name(view(s).state), election_state_name(want))

static void
hear(struct stage *s, const struct election_message *m)
{
    election_hear(s->e, m, now_of(s));
    collect(s);
    s->at += MS;
    election_turn(s->e, now_of(s));
    collect(s);
}

static void
hear_other(struct stage *s, enum election_said said, uint64_t epoch, uint64_t term)
{
    hear(s, &(struct election_message){.said = said,
                                       .from = "b",
                                       .rank = {epoch, term},
                                       .arbiter = term == 0 ? ARBITER_POSTGRES : ARBITER_BROKER,
                                       .to = "",
                                       .settled = true,
                                       .candidate = true});
}

/* Everything that was said comes back, as from a broker that is well. */
static void
echo_all(struct stage *s)
{
    static const struct {
        enum election_act act;
        enum election_said said;
    } echoes[] = {
        {ACT_CLAIM, SAID_CLAIM}, {ACT_BEACON, SAID_BEACON}, {ACT_PRESENCE, SAID_PRESENCE}};
    struct election_order o;
    for (size_t i = 0; i < G_N_ELEMENTS(echoes); i++) {
        if (ordered(s, echoes[i].act, &o)) {
            hear(s, &(struct election_message){.said = echoes[i].said,
                                               .from = "a",
                                               .mine = true,
                                               .rank = o.rank,
                                               .n = o.n,
                                               .to = "",
                                               .candidate = true});
        }
    }
}

static void
pass_heard(struct stage *s, int64_t us)
{
    for (mono_us end = s->at + us; s->at < end;) {
        pass(s, MIN(end - s->at, 500 * MS));
        echo_all(s);
    }
}

static void
join(struct stage *s)
{
    election_connected(s->e, now_of(s));
    collect(s);
    echo_all(s);
}

/* The store answers what it was asked. */
static void
answer(struct stage *s, enum lease_ask want, struct lease_answer a)
{
    struct election_order o;
    assert_true(ordered(s, ACT_LEASE, &o));
    assert_int_equal(o.lease.ask, want);
    a.sent = a.sent != 0 ? a.sent : s->at;
    election_lease(s->e, &a, now_of(s));
    s->at += MS;
    election_turn(s->e, now_of(s));
    collect(s);
}

static const struct lease_answer unreachable = {.known = false};

static struct lease_answer
granted(uint64_t epoch)
{
    struct lease_answer a = {.known = true, .mine = true, .epoch = epoch, .left_us = 10 * S};
    g_strlcpy(a.grant, "grant", sizeof(a.grant));
    g_strlcpy(a.holder, "a", sizeof(a.holder));
    return a;
}

static struct lease_answer
held(uint64_t epoch, int64_t left_us)
{
    struct lease_answer a = {.known = true, .epoch = epoch, .left_us = left_us};
    g_strlcpy(a.holder, "b", sizeof(a.holder));
    return a;
}

static void
own_by_store(struct stage *s)
{
    open_stage(s, true);
    answer(s, LEASE_LOOK, (struct lease_answer){.known = true});
    join(s);
    answer(s, LEASE_ACQUIRE, granted(7));
    echo_all(s);
    assert_state(s, ELECTION_OWNER_PG);
}

static void
own_by_broker(struct stage *s)
{
    open_stage(s, false);
    join(s);
    echo_all(s);
    assert_state(s, ELECTION_OWNER_FB);
}

/* ---- rules 1 to 3: the store ---- */

static void
test_store_first(void **state)
{
    (void)state;
    struct stage s;
    struct election_order o;
    open_stage(&s, true);
    answer(&s, LEASE_LOOK, (struct lease_answer){.known = true, .epoch = 6});
    assert_state(&s, ELECTION_BLIND);
    election_connected(s.e, now_of(&s));
    pass(&s, 100 * MS);
    assert_state(&s, ELECTION_JOIN);
    assert_false(ordered(&s, ACT_LEASE, NULL)); /* not before the inbox is drained */
    echo_all(&s);
    answer(&s, LEASE_ACQUIRE, granted(7));
    assert_state(&s, ELECTION_OWNER_PG);
    assert_true(ordered(&s, ACT_CLAIM, &o));
    assert_int_equal(o.rank.epoch, 7);
    assert_int_equal(o.rank.term, 0);
    assert_true(ordered(&s, ACT_BEACON, NULL));
    assert_string_equal(view(&s).grant, "grant");
    close_stage(&s);
}

static void
test_waits_for_the_lease(void **state)
{
    (void)state;
    struct stage s;
    open_stage(&s, true);
    answer(&s, LEASE_LOOK, held(6, 1500 * MS));
    join(&s);
    pass(&s, 1300 * MS);
    assert_false(ordered(&s, ACT_LEASE, NULL));
    pass(&s, 300 * MS);
    answer(&s, LEASE_ACQUIRE, held(6, 4 * S)); /* it was renewed meanwhile */
    pass(&s, 2100 * MS);
    answer(&s, LEASE_LOOK, held(6, 8 * S));
    election_notified(s.e, now_of(&s)); /* given back */
    pass(&s, 100 * MS);
    answer(&s, LEASE_LOOK, held(6, 0));
    answer(&s, LEASE_ACQUIRE, granted(7));
    assert_state(&s, ELECTION_OWNER_PG);
    close_stage(&s);
}

static void
test_deadline_from_before_the_request(void **state)
{
    (void)state;
    struct stage s;
    own_by_store(&s);
    pass_heard(&s, 2 * S);
    struct lease_answer late = granted(7);
    late.sent = s.at;
    pass_heard(&s, 5 * S); /* the answer takes that long */
    answer(&s, LEASE_RENEW, late);
    pass_heard(&s, 3900 * MS);
    assert_state(&s, ELECTION_OWNER_PG);
    pass(&s, 300 * MS); /* 9 s after it was sent */
    assert_state(&s, ELECTION_STANDBY);
    assert_true(ordered(&s, ACT_RESIGN, NULL));
    close_stage(&s);
}

static void
test_answer_too_late(void **state)
{
    (void)state;
    struct stage s;
    struct election_order o;
    open_stage(&s, true);
    answer(&s, LEASE_LOOK, (struct lease_answer){.known = true});
    join(&s);
    struct lease_answer late = granted(7);
    late.sent = s.at;
    pass_heard(&s, 9 * S);
    answer(&s, LEASE_ACQUIRE, late);
    assert_state(&s, ELECTION_STANDBY);
    assert_true(ordered(&s, ACT_LEASE, &o));
    assert_int_equal(o.lease.ask, LEASE_RELEASE); /* nobody has to wait for it */
    assert_string_equal(o.lease.grant, "grant");
    close_stage(&s);
}

static void
test_another_epoch_ends_it_at_once(void **state)
{
    (void)state;
    struct stage s;
    own_by_store(&s);
    pass_heard(&s, 2 * S);
    answer(&s, LEASE_RENEW, held(8, 9 * S));
    assert_state(&s, ELECTION_STANDBY);
    assert_string_equal(view(&s).other, "b");
    close_stage(&s);
}

static void
test_claims_when_the_store_falls_silent(void **state)
{
    (void)state;
    struct stage s;
    struct election_order o;
    own_by_store(&s);
    pass_heard(&s, 2 * S);
    answer(&s, LEASE_RENEW, unreachable);
    assert_false(ordered(&s, ACT_CLAIM, NULL));
    pass_heard(&s, 2 * S);
    answer(&s, LEASE_RENEW, unreachable);
    assert_state(&s, ELECTION_OWNER_PG); /* it may act until its deadline */
    g_array_set_size(s.orders, s.orders->len);
    bool claimed = ordered(&s, ACT_CLAIM, &o);
    assert_true(claimed);
    assert_int_equal(o.rank.epoch, 7);
    assert_int_equal(o.rank.term, 1);
    hear(&s, &(struct election_message){
                 .said = SAID_CLAIM, .from = "a", .mine = true, .rank = o.rank, .to = ""});
    assert_state(&s, ELECTION_OWNER_FB);
    assert_true(view(&s).settled); /* it was, and still is */
    assert_string_equal(view(&s).grant, "");
    close_stage(&s);
}

static void
test_deaf_owner_keeps_the_lease_for_who_hears(void **state)
{
    (void)state;
    struct stage s;
    struct election_order o;
    own_by_store(&s);
    election_disconnected(s.e, now_of(&s));
    for (int i = 0; i < 2; i++) {
        pass(&s, 2 * S);
        assert_true(ordered(&s, ACT_LEASE, &o));
        assert_false(o.lease.infra);
        assert_state(&s, ELECTION_OWNER_PG);
        assert_false(view(&s).connected);
        election_lease(
            s.e, &(struct lease_answer){.known = true, .mine = true, .sent = s.at, .epoch = 7},
            now_of(&s));
    }
    pass(&s, 1500 * MS);
    assert_true(ordered(&s, ACT_LEASE, &o));
    assert_int_equal(o.lease.ask, LEASE_RENEW);
    assert_true(o.lease.infra);
    close_stage(&s);
}

static void
test_takes_what_a_deaf_owner_keeps(void **state)
{
    (void)state;
    struct stage s;
    open_stage(&s, true);
    struct lease_answer kept = held(7, 0);
    kept.infra = true;
    answer(&s, LEASE_LOOK, kept);
    join(&s);
    answer(&s, LEASE_ACQUIRE, granted(8));
    echo_all(&s);
    assert_state(&s, ELECTION_OWNER_PG);
    assert_false(view(&s).settled); /* that owner may not know yet */
    pass_heard(&s, 3 * S);
    assert_false(view(&s).settled);
    pass_heard(&s, 4 * S);
    assert_true(view(&s).settled);
    close_stage(&s);
}

/* ---- rules 4 to 6: the broker ---- */

static void
test_dead_before_a_claim(void **state)
{
    (void)state;
    struct stage s;
    struct election_order o;
    open_stage(&s, true);
    answer(&s, LEASE_LOOK, unreachable);
    join(&s);
    for (int i = 0; i < 5; i++) { /* every sign of an owner, and every claim, puts it off */
        pass_heard(&s, 6 * S);
        hear_other(&s, i % 2 == 0 ? SAID_BEACON : SAID_CLAIM, 5, 2);
        if (ordered(&s, ACT_LEASE, NULL)) {
            election_lease(s.e, &unreachable, now_of(&s));
        }
    }
    assert_state(&s, ELECTION_STANDBY);
    pass(&s, 9 * S);
    assert_false(ordered(&s, ACT_CLAIM, NULL));
    ordered(&s, ACT_PRESENCE, NULL);
    pass(&s, 1100 * MS);
    assert_false(ordered(&s, ACT_CLAIM, NULL)); /* something could wait unread */
    echo_all(&s);
    assert_true(ordered(&s, ACT_CLAIM, &o));
    assert_int_equal(o.rank.epoch, 5);
    assert_int_equal(o.rank.term, 3);
    assert_state(&s, ELECTION_CLAIM);
    close_stage(&s);
}

static void
test_first_claim_wins(void **state)
{
    (void)state;
    for (int first = 0; first < 2; first++) {
        struct stage s;
        struct election_order o;
        open_stage(&s, false);
        join(&s);
        assert_true(ordered(&s, ACT_CLAIM, &o));
        if (!first) {
            hear_other(&s, SAID_CLAIM, o.rank.epoch, o.rank.term);
        }
        hear(&s, &(struct election_message){
                     .said = SAID_CLAIM, .from = "a", .mine = true, .rank = o.rank, .to = ""});
        assert_true(view(&s).owner == (first != 0));
        close_stage(&s);
    }
}

static void
test_bound_to_the_connection(void **state)
{
    (void)state;
    struct stage s;
    own_by_broker(&s);
    election_disconnected(s.e, now_of(&s));
    assert_false(view(&s).owner);
    pass(&s, 100 * MS);
    assert_state(&s, ELECTION_SELF); /* for its own screen it goes on */
    join(&s);
    hear_other(&s, SAID_BEACON, 1, 2);
    assert_state(&s, ELECTION_STANDBY);
    close_stage(&s);
}

static void
test_deaf_to_itself(void **state)
{
    (void)state;
    struct stage s;
    own_by_broker(&s);
    pass(&s, 4900 * MS);
    assert_state(&s, ELECTION_OWNER_FB);
    pass(&s, 300 * MS);
    assert_false(view(&s).owner);
    assert_state(&s, ELECTION_SELF);
    close_stage(&s);
}

static void
test_back_to_the_store(void **state)
{
    (void)state;
    struct stage s;
    struct election_order o;
    own_by_store(&s);
    for (int i = 0; i < 2; i++) {
        pass_heard(&s, 2 * S);
        answer(&s, LEASE_RENEW, unreachable);
    }
    echo_all(&s);
    assert_state(&s, ELECTION_OWNER_FB);
    pass_heard(&s, 2 * S);
    struct lease_answer own = held(7, 4 * S);
    g_strlcpy(own.holder, "a", sizeof(own.holder));
    answer(&s, LEASE_LOOK, own);
    answer(&s, LEASE_RELEASE, (struct lease_answer){.known = true, .epoch = 7});
    assert_state(&s, ELECTION_OWNER_FB); /* no gap */
    assert_true(view(&s).settled);
    assert_true(ordered(&s, ACT_LEASE, &o));
    assert_int_equal(o.lease.ask, LEASE_ACQUIRE);
    assert_int_equal(o.lease.epoch, 7);
    struct lease_answer fresh = granted(8);
    fresh.sent = s.at;
    election_lease(s.e, &fresh, now_of(&s));
    assert_state(&s, ELECTION_OWNER_PG);
    assert_int_equal(view(&s).rank.epoch, 8);
    close_stage(&s);
}

static void
test_yields_to_the_store(void **state)
{
    (void)state;
    struct stage s;
    struct election_config config = config_of(true);
    config.seen = (struct rank){7, 0};
    open_with(&s, &config);
    answer(&s, LEASE_LOOK, unreachable);
    join(&s);
    for (int i = 0; i < 6; i++) {
        pass_heard(&s, 2 * S);
        if (ordered(&s, ACT_LEASE, NULL)) {
            election_lease(s.e, &unreachable, now_of(&s));
        }
    }
    assert_state(&s, ELECTION_OWNER_FB);
    pass_heard(&s, 2 * S);
    answer(&s, LEASE_LOOK, held(7, 5 * S)); /* it is dead, or will hear our claim */
    assert_state(&s, ELECTION_OWNER_FB);
    pass_heard(&s, 2 * S);
    answer(&s, LEASE_LOOK, held(8, 5 * S));
    assert_state(&s, ELECTION_STANDBY);
    close_stage(&s);
}

static void
test_grace_for_the_brokers_owner(void **state)
{
    (void)state;
    struct stage s;
    open_stage(&s, true);
    answer(&s, LEASE_LOOK, unreachable);
    join(&s);
    hear_other(&s, SAID_BEACON, 7, 1);
    pass_heard(&s, 2 * S);
    answer(&s, LEASE_LOOK, held(7, 0));
    hear_other(&s, SAID_BEACON, 7, 1);
    for (int i = 0; i < 2; i++) {
        pass_heard(&s, 2 * S);
        answer(&s, LEASE_LOOK, held(7, 0));
        hear_other(&s, SAID_BEACON, 7, 1);
    }
    pass_heard(&s, 1100 * MS);
    answer(&s, LEASE_ACQUIRE, granted(8)); /* 5 s after the store came back */
    close_stage(&s);
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
        own_by_store(&s);
        hear_other(&s, ways[i], 7, 1); /* made while it slept */
        assert_state(&s, ELECTION_STANDBY);
        assert_true(ordered(&s, ACT_RESIGN, &o));
        assert_true(ordered(&s, ACT_LEASE, &o));
        assert_int_equal(o.lease.ask, LEASE_RELEASE); /* the next epoch shall be a fresh one */
        close_stage(&s);
    }
}

static void
test_lower_rank_is_told(void **state)
{
    (void)state;
    struct stage s;
    struct election_order o;
    own_by_store(&s);
    hear_other(&s, SAID_CLAIM, 6, 3);
    assert_state(&s, ELECTION_OWNER_PG);
    assert_true(ordered(&s, ACT_CLAIM, &o));
    assert_int_equal(o.rank.epoch, 7);
    hear_other(&s, SAID_CLAIM, 6, 4);
    assert_false(ordered(&s, ACT_CLAIM, &o)); /* not with every word */
    close_stage(&s);
}

static void
test_says_its_rank_after_a_reconnect(void **state)
{
    (void)state;
    struct stage s;
    struct election_order o;
    own_by_store(&s);
    election_disconnected(s.e, now_of(&s));
    pass(&s, 500 * MS);
    election_connected(s.e, now_of(&s));
    pass(&s, 100 * MS);
    assert_false(ordered(&s, ACT_CLAIM, NULL));
    echo_all(&s); /* what is retained has come */
    assert_state(&s, ELECTION_OWNER_PG);
    collect(&s);
    assert_true(ordered(&s, ACT_BEACON, &o) && o.rank.epoch == 7);
    close_stage(&s);
}

/* ---- settling, sleeping, going ---- */

static void
test_settles(void **state)
{
    (void)state;
    struct stage s;
    own_by_broker(&s);
    assert_true(view(&s).settled); /* nobody was there: as fast as alone */
    close_stage(&s);

    open_stage(&s, false);
    join(&s);
    ordered(&s, ACT_CLAIM, NULL);
    hear_other(&s, SAID_BEACON, 1, 5);
    hear_other(&s, SAID_GONE, 0, 0); /* its last will: it may act until it notices */
    echo_all(&s);
    assert_state(&s, ELECTION_OWNER_FB);
    pass_heard(&s, 5500 * MS);
    assert_false(view(&s).settled);
    pass_heard(&s, 1 * S);
    assert_true(view(&s).settled);
    close_stage(&s);
}

static void
test_resignation_settles(void **state)
{
    (void)state;
    struct stage s;
    open_stage(&s, false);
    join(&s);
    hear_other(&s, SAID_CLAIM, 1, 4);
    hear_other(&s, SAID_PRESENCE, 0, 0);
    pass_heard(&s, 11 * S);
    ordered(&s, ACT_CLAIM, NULL);
    close_stage(&s);

    open_stage(&s, false);
    election_connected(s.e, now_of(&s));
    collect(&s);
    hear_other(&s, SAID_PRESENCE, 0, 0);
    echo_all(&s);
    for (int i = 0; i < 12; i++) {
        pass_heard(&s, 1 * S);
        hear_other(&s, SAID_BEACON, 1, 4);
    }
    assert_state(&s, ELECTION_STANDBY);
    hear(&s, &(struct election_message){
                 .said = SAID_RESIGN, .from = "b", .rank = {1, 4}, .to = "a", .settled = true});
    echo_all(&s); /* at once */
    assert_state(&s, ELECTION_OWNER_FB);
    assert_true(view(&s).settled);
    close_stage(&s);
}

static void
test_sleep_reads_first(void **state)
{
    (void)state;
    struct stage s;
    open_stage(&s, false);
    election_connected(s.e, now_of(&s));
    collect(&s);
    hear_other(&s, SAID_PRESENCE, 0, 0);
    echo_all(&s);
    hear_other(&s, SAID_BEACON, 1, 4);
    s.at += 60 * S; /* stopped, and continued */
    election_turn(s.e, now_of(&s));
    collect(&s);
    assert_state(&s, ELECTION_JOIN);
    assert_false(ordered(&s, ACT_CLAIM, NULL));
    close_stage(&s);
}

static void
test_slept_owner_steps_down(void **state)
{
    (void)state;
    struct stage s;
    own_by_store(&s);
    pass_heard(&s, 1 * S);
    s.at += 60 * S;
    election_turn(s.e, now_of(&s));
    assert_false(view(&s).owner);
    close_stage(&s);
}

static void
test_candidate_no(void **state)
{
    (void)state;
    struct election_config config = config_of(true);
    struct stage s;
    config.candidate = false;
    open_with(&s, &config);
    assert_state(&s, ELECTION_BLIND);
    answer(&s, LEASE_LOOK, (struct lease_answer){.known = true});
    join(&s);
    pass_heard(&s, 30 * S);
    assert_state(&s, ELECTION_STANDBY);
    assert_false(ordered(&s, ACT_CLAIM, NULL));
    close_stage(&s);
    config.store = false;
    open_with(&s, &config);
    pass(&s, 30 * S);
    assert_state(&s, ELECTION_BLIND);
    close_stage(&s);
}

static void
test_self(void **state)
{
    (void)state;
    struct stage s;
    open_stage(&s, false);
    assert_state(&s, ELECTION_SELF); /* without a store at once */
    join(&s);
    echo_all(&s);
    assert_state(&s, ELECTION_OWNER_FB); /* and nobody there: owner with the echo */
    close_stage(&s);

    open_stage(&s, true);
    answer(&s, LEASE_LOOK, unreachable);
    pass(&s, 9 * S);
    assert_state(&s, ELECTION_BLIND);
    while (ordered(&s, ACT_LEASE, NULL)) {
        election_lease(s.e, &unreachable, now_of(&s));
    }
    pass(&s, 1500 * MS);
    assert_state(&s, ELECTION_SELF);
    close_stage(&s);
}

static void
test_waits_for_rivals(void **state)
{
    (void)state;
    struct stage s;
    open_stage(&s, false);
    election_connected(s.e, now_of(&s));
    collect(&s);
    hear(&s, &(struct election_message){
                 .said = SAID_PRESENCE, .from = "b", .retained = true, .candidate = true});
    echo_all(&s);
    pass_heard(&s, 9 * S);
    assert_state(&s, ELECTION_SELF);
    assert_false(ordered(&s, ACT_CLAIM, NULL));
    pass_heard(&s, 2 * S);
    assert_state(&s, ELECTION_OWNER_FB);
    close_stage(&s);
}

static void
test_handover(void **state)
{
    (void)state;
    struct stage s;
    struct election_order o;
    own_by_store(&s);
    assert_false(election_handover(s.e, "b", now_of(&s))); /* unknown */
    hear_other(&s, SAID_PRESENCE, 0, 0);
    assert_true(election_handover(s.e, "b", now_of(&s)));
    election_turn(s.e, now_of(&s));
    collect(&s);
    assert_state(&s, ELECTION_STANDBY);
    assert_true(ordered(&s, ACT_UNBEACON, NULL));
    assert_true(ordered(&s, ACT_RESIGN, &o));
    assert_string_equal(o.to, "b");
    assert_true(o.settled);
    assert_true(ordered(&s, ACT_LEASE, &o));
    assert_int_equal(o.lease.ask, LEASE_RELEASE);
    assert_string_equal(o.lease.to, "b");
    assert_false(election_handover(s.e, "b", now_of(&s))); /* no owner any more */
    close_stage(&s);
}

static void
test_others_hold_back(void **state)
{
    (void)state;
    struct stage s;
    open_stage(&s, true);
    answer(&s, LEASE_LOOK, held(6, 9 * S));
    join(&s);
    hear(&s, &(struct election_message){
                 .said = SAID_RESIGN, .from = "b", .rank = {6, 0}, .to = "c", .settled = true});
    answer(&s, LEASE_LOOK, held(6, 0));
    pass(&s, 800 * MS);
    assert_false(ordered(&s, ACT_LEASE, NULL));
    pass(&s, 300 * MS);
    answer(&s, LEASE_ACQUIRE, granted(7));
    close_stage(&s);
}

static void
test_stop(void **state)
{
    (void)state;
    struct stage s;
    own_by_store(&s);
    election_stop(s.e, now_of(&s));
    election_turn(s.e, now_of(&s));
    collect(&s);
    assert_false(view(&s).owner);
    assert_false(election_stopped(s.e));
    answer(&s, LEASE_RELEASE, (struct lease_answer){.known = true, .epoch = 7});
    assert_true(election_stopped(s.e));
    pass_heard(&s, 30 * S);
    assert_false(ordered(&s, ACT_LEASE, NULL)); /* never again */
    assert_false(ordered(&s, ACT_CLAIM, NULL));
    close_stage(&s);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_store_first),
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
        cmocka_unit_test(test_settles),
        cmocka_unit_test(test_resignation_settles),
        cmocka_unit_test(test_sleep_reads_first),
        cmocka_unit_test(test_slept_owner_steps_down),
        cmocka_unit_test(test_candidate_no),
        cmocka_unit_test(test_self),
        cmocka_unit_test(test_waits_for_rivals),
        cmocka_unit_test(test_handover),
        cmocka_unit_test(test_others_hold_back),
        cmocka_unit_test(test_stop),
    };
    return cmocka_run_group_tests_name("election", tests, NULL, NULL);
}
