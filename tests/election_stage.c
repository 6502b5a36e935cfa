/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/election_stage.h"

struct now
stage_now_of(const struct stage *s)
{
    return (struct now){s->at + 1000 * S, s->at};
}

void
stage_collect(struct stage *s)
{
    struct election_order o;
    while (election_order(s->e, &o)) {
        g_array_append_val(s->orders, o);
    }
}

/* Time passes in small steps, as in an engine that turns. */
void
stage_pass(struct stage *s, int64_t us)
{
    mono_us end = s->at + us;
    while (s->at < end) {
        s->at = MIN(end, s->at + 100 * MS);
        election_turn(s->e, stage_now_of(s));
        stage_collect(s);
    }
}

struct election_config
stage_config_of(bool store)
{
    return (struct election_config){.name = "a",
                                    .candidate = true,
                                    .store = store,
                                    .validity_us = 10 * S,
                                    .renewal_us = 2 * S,
                                    .echo_us = 5 * S,
                                    .dead_us = 10 * S};
}

void
stage_open_with(struct stage *s, const struct election_config *config)
{
    s->at = 100 * S;
    s->orders = g_array_new(FALSE, TRUE, sizeof(struct election_order));
    s->e = election_new(config, stage_now_of(s));
    stage_collect(s);
}

void
stage_open(struct stage *s, bool store)
{
    struct election_config config = stage_config_of(store);
    stage_open_with(s, &config);
}

void
stage_close(struct stage *s)
{
    election_free(s->e);
    g_array_unref(s->orders);
}

/* The last order of this kind since the last time it was asked for; NULL: none. */
bool
stage_ordered(struct stage *s, enum election_act act, struct election_order *ret)
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

struct election_view
stage_view(const struct stage *s)
{
    struct election_view v;
    election_look(s->e, &v);
    return v;
}

void
stage_hear(struct stage *s, const struct election_message *m)
{
    election_hear(s->e, m, stage_now_of(s));
    stage_collect(s);
    s->at += MS;
    election_turn(s->e, stage_now_of(s));
    stage_collect(s);
}

void
stage_hear_other(struct stage *s, enum election_said said, uint64_t epoch, uint64_t term)
{
    stage_hear(
        s, &(struct election_message){.said = said,
                                      .from = "b",
                                      .rank = {epoch, term},
                                      .arbiter = term == 0 ? ARBITER_POSTGRES : ARBITER_BROKER,
                                      .to = "",
                                      .settled = true,
                                      .candidate = true});
}

/* Everything that was said comes back, as from a broker that is well. */
void
stage_echo_all(struct stage *s)
{
    static const struct {
        enum election_act act;
        enum election_said said;
    } echoes[] = {
        {ACT_CLAIM, SAID_CLAIM}, {ACT_BEACON, SAID_BEACON}, {ACT_PRESENCE, SAID_PRESENCE}};
    struct election_order o;
    for (size_t i = 0; i < G_N_ELEMENTS(echoes); i++) {
        if (stage_ordered(s, echoes[i].act, &o)) {
            stage_hear(s, &(struct election_message){.said = echoes[i].said,
                                                     .from = "a",
                                                     .mine = true,
                                                     .rank = o.rank,
                                                     .n = o.n,
                                                     .to = "",
                                                     .candidate = true});
        }
    }
}

void
stage_pass_heard(struct stage *s, int64_t us)
{
    for (mono_us end = s->at + us; s->at < end;) {
        stage_pass(s, MIN(end - s->at, 500 * MS));
        stage_echo_all(s);
    }
}

void
stage_join(struct stage *s)
{
    election_connected(s->e, stage_now_of(s));
    stage_collect(s);
    stage_echo_all(s);
}

/* The store answers what it was asked. */
void
stage_answer(struct stage *s, enum lease_ask want, struct lease_answer a)
{
    struct election_order o;
    assert_true(stage_ordered(s, ACT_LEASE, &o));
    assert_int_equal(o.lease.ask, want);
    a.sent = a.sent != 0 ? a.sent : s->at;
    election_lease(s->e, &a, stage_now_of(s));
    s->at += MS;
    election_turn(s->e, stage_now_of(s));
    stage_collect(s);
}

const struct lease_answer stage_unreachable = {.known = false};

struct lease_answer
stage_granted(uint64_t epoch)
{
    struct lease_answer a = {.known = true, .mine = true, .epoch = epoch, .left_us = 10 * S};
    g_strlcpy(a.grant, "grant", sizeof(a.grant));
    g_strlcpy(a.holder, "a", sizeof(a.holder));
    return a;
}

struct lease_answer
stage_held(uint64_t epoch, int64_t left_us)
{
    struct lease_answer a = {.known = true, .epoch = epoch, .left_us = left_us};
    g_strlcpy(a.holder, "b", sizeof(a.holder));
    return a;
}

void
stage_own_by_store(struct stage *s)
{
    stage_open(s, true);
    stage_answer(s, LEASE_LOOK, (struct lease_answer){.known = true});
    stage_join(s);
    stage_answer(s, LEASE_ACQUIRE, stage_granted(7));
    stage_echo_all(s);
    assert_state(s, ELECTION_OWNER_PG);
}

void
stage_own_by_broker(struct stage *s)
{
    stage_open(s, false);
    stage_join(s);
    stage_echo_all(s);
    assert_state(s, ELECTION_OWNER_FB);
}
