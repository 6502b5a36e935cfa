/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ownership over a broker that is a list: what is published comes back to all. */
#include "tests/unit.h"

#include <jansson.h>

#include "src/app/ownership.h"
#include "src/app/ownership_json.h"

#define S  US_PER_S
#define MS US_PER_MS

struct said {
    char *topic, *payload;
    bool retain;
};

struct hall; /* everybody who is connected */

struct guest {
    struct ownership *o;
    struct config config;
    struct hall *hall;
    bool connected;
    struct rank remembered;
    bool forgetful; /* it cannot write to its disk */
};

#define GUESTS 2
struct hall {
    mono_us at;
    struct guest guests[GUESTS];
    int n;
    GHashTable *retained; /* topic → payload */
    GQueue said;          /* struct said * */
    int claims;
};

static struct now
now_of(const struct hall *h)
{
    return (struct now){h->at + 1000 * S, h->at};
}

static enum rc
publish(void *user, const char *topic, const char *payload, size_t len, int qos, bool retain)
{
    struct guest *g = user;
    assert_int_equal(qos, 0);
    if (!g->connected) {
        return RC_BUSY;
    }
    struct said *s = g_new0(struct said, 1);
    s->topic = g_strdup(topic);
    s->payload = g_strndup(payload, len);
    s->retain = retain;
    g_queue_push_tail(&g->hall->said, s);
    return RC_OK;
}

static enum rc
remember(void *user, struct rank seen)
{
    struct guest *g = user;
    if (g->forgetful) {
        return RC_IO;
    }
    g->remembered = seen;
    return RC_OK;
}

static void
set_config(struct config *c, const char *name)
{
    *c = (struct config){
        .instance = {.name = (char *)(uintptr_t)name, .candidate = true},
        .postgres = {.conninfo = (char *)(uintptr_t) ""},
        .ownership = {.validity_s = 5, .renewal_s = 1, .echo_s = 3, .dead_s = 5},
    };
}

static void
enter(struct hall *h, const char *name)
{
    struct guest *g = &h->guests[h->n++];
    struct err err = {.text = ""};
    g->hall = h;
    set_config(&g->config, name);
    struct ownership_config config = {
        .config = &g->config, .user = g, .publish = publish, .remember = remember};
    assert_int_equal(ownership_new(&g->o, &config, now_of(h), &err), RC_OK);
}

static void
open_hall(struct hall *h)
{
    *h = (struct hall){.at = 100 * S};
    h->retained = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    g_queue_init(&h->said);
    enter(h, "pc1");
}

static void
free_said(void *said)
{
    struct said *s = said;
    g_free(s->topic);
    g_free(s->payload);
    g_free(s);
}

static void
close_hall(struct hall *h)
{
    for (int i = 0; i < h->n; i++) {
        ownership_free(h->guests[i].o);
    }
    g_queue_clear_full(&h->said, free_said);
    g_hash_table_unref(h->retained);
}

static void
deliver(struct hall *h)
{
    struct said *s;
    while ((s = g_queue_pop_head(&h->said)) != NULL) {
        h->claims += g_str_has_prefix(s->topic, "leitstand/v1/claims/");
        for (int i = 0; i < h->n; i++) {
            if (h->guests[i].connected) {
                assert_true(ownership_message(h->guests[i].o, s->topic, s->payload,
                                              strlen(s->payload), false, now_of(h)));
            }
        }
        if (s->retain && *s->payload != '\0') {
            g_hash_table_replace(h->retained, g_strdup(s->topic), g_strdup(s->payload));
        } else if (s->retain) {
            g_hash_table_remove(h->retained, s->topic);
        }
        free_said(s);
    }
}

static void
pass(struct hall *h, int64_t us)
{
    for (mono_us end = h->at + us; h->at < end; h->at += 50 * MS) {
        for (int i = 0; i < h->n; i++) {
            ownership_turn(h->guests[i].o, now_of(h));
        }
        deliver(h);
    }
}

static void
plug_in(struct hall *h, int which)
{
    struct guest *g = &h->guests[which];
    GHashTableIter at;
    gpointer topic, payload;
    g->connected = true;
    ownership_connected(g->o, now_of(h));
    g_hash_table_iter_init(&at, h->retained);
    while (g_hash_table_iter_next(&at, &topic, &payload)) {
        ownership_message(g->o, topic, payload, strlen(payload), true, now_of(h));
    }
}

static const struct tenure *
tenure(const struct hall *h, int which)
{
    return ownership_tenure(h->guests[which].o);
}

static const char *
retained(const struct hall *h, const char *topic)
{
    return g_hash_table_lookup(h->retained, topic);
}

/* The text of a member of a retained topic; for json_decref(). */
static json_t *
body(const struct hall *h, const char *topic)
{
    const char *text = retained(h, topic);
    assert_non_null(text);
    json_t *object = json_loads(text, 0, NULL);
    assert_non_null(object);
    return object;
}

#define assert_member(object, name, want)                                                      \
    assert_string_equal(json_string_value(json_object_get(object, name)), want)

/* ---- tests ---- */

static void
test_alone(void **state)
{
    (void)state;
    struct hall h;
    open_hall(&h);
    const struct tenure *t = tenure(&h, 0);
    assert_int_equal(t->role, ROLE_UNARBITRATED); /* at once, for its own screen */
    assert_true(t->decides);
    assert_false(t->custody);
    plug_in(&h, 0);
    pass(&h, 200 * MS);
    assert_int_equal(t->role, ROLE_OWNER);
    assert_true(t->decides && t->custody && t->settled);
    assert_int_equal(t->arbiter, ARBITER_BROKER);
    assert_string_equal(t->owner.instance, "pc1");
    assert_string_equal(t->grant, "");
    assert_int_equal(rank_compare(h.guests[0].remembered, t->rank), 0);

    json_t *owner = body(&h, "leitstand/v1/owner");
    assert_member(owner, "instance", "pc1");
    assert_member(owner, "arbiter", "broker");
    assert_int_equal(json_integer_value(json_object_get(owner, "term")), t->rank.term);
    json_decref(owner);
    json_t *presence = body(&h, "leitstand/v1/instances/pc1");
    assert_member(presence, "role", "owner"); /* said again when it changed */
    assert_true(json_is_true(json_object_get(presence, "candidate")));
    assert_true(json_is_false(json_object_get(presence, "postgres_ok")));
    json_decref(presence);
    json_decref(body(&h, "leitstand/v1/claims/pc1"));
    close_hall(&h);
}

static void
test_remembers_before_it_claims(void **state)
{
    (void)state;
    struct hall h;
    open_hall(&h);
    h.guests[0].forgetful = true;
    plug_in(&h, 0);
    pass(&h, 2 * S);
    assert_int_equal(h.claims, 0);
    assert_int_equal(tenure(&h, 0)->role, ROLE_UNARBITRATED);
    h.guests[0].forgetful = false;
    pass(&h, 10 * S);
    assert_int_equal(tenure(&h, 0)->role, ROLE_OWNER);
    close_hall(&h);
}

static void
test_second_stands_by(void **state)
{
    (void)state;
    struct hall h;
    open_hall(&h);
    plug_in(&h, 0);
    pass(&h, 500 * MS);
    enter(&h, "pc2");
    plug_in(&h, 1);
    pass(&h, 2 * S);
    const struct tenure *t = tenure(&h, 1);
    assert_int_equal(t->role, ROLE_STANDBY);
    assert_false(t->decides);
    assert_string_equal(t->owner.instance, "pc1");
    assert_true(h.at - t->owner.heard < 2 * S);
    assert_int_equal(rank_compare(t->owner.rank, tenure(&h, 0)->rank), 0);
    close_hall(&h);
}

static void
test_last_will(void **state)
{
    (void)state;
    struct hall h;
    open_hall(&h);
    plug_in(&h, 0);
    pass(&h, 500 * MS);
    enter(&h, "pc2");
    plug_in(&h, 1);
    pass(&h, 6 * S);
    h.guests[0].connected = false; /* and does not know yet */
    ownership_message(h.guests[1].o, "leitstand/v1/instances/pc1", "", 0, false, now_of(&h));
    pass(&h, 200 * MS);
    assert_int_equal(tenure(&h, 1)->role, ROLE_OWNER);
    assert_false(tenure(&h, 1)->settled);
    pass(&h, 4 * S);
    assert_true(tenure(&h, 1)->settled);
    assert_int_not_equal(tenure(&h, 0)->role, ROLE_OWNER); /* it did not hear itself */
    close_hall(&h);
}

static void
test_handover(void **state)
{
    (void)state;
    struct hall h;
    struct err err;
    open_hall(&h);
    plug_in(&h, 0);
    pass(&h, 500 * MS);
    assert_int_equal(ownership_handover(h.guests[0].o, "pc2", now_of(&h), &err), RC_INVALID);
    assert_string_equal(err.text, "there is no instance \"pc2\" at the broker");
    assert_int_equal(ownership_handover(h.guests[0].o, "", now_of(&h), &err), RC_INVALID);
    assert_string_equal(err.text, "there is no other instance to hand over to");
    assert_int_equal(ownership_handover(h.guests[0].o, "pc1", now_of(&h), &err), RC_INVALID);
    assert_string_equal(err.text, "instance \"pc1\" is the owner already");
    enter(&h, "pc2");
    plug_in(&h, 1);
    pass(&h, 6 * S);
    assert_int_equal(ownership_handover(h.guests[1].o, "", now_of(&h), &err), RC_INVALID);
    assert_string_equal(err.text, "instance \"pc2\" is not the owner");
    struct rank before = tenure(&h, 0)->rank;
    assert_int_equal(ownership_handover(h.guests[0].o, "pc2", now_of(&h), &err), RC_OK);
    pass(&h, 900 * MS);
    assert_int_equal(tenure(&h, 1)->role, ROLE_OWNER);
    assert_true(tenure(&h, 1)->settled); /* the other one has said that it stopped */
    assert_int_equal(tenure(&h, 0)->role, ROLE_STANDBY);
    assert_true(rank_compare(tenure(&h, 1)->rank, before) > 0);
    pass(&h, 20 * S);
    assert_int_equal(tenure(&h, 1)->role, ROLE_OWNER); /* and it stays so */
    close_hall(&h);
}

static void
test_stop(void **state)
{
    (void)state;
    struct hall h;
    open_hall(&h);
    plug_in(&h, 0);
    pass(&h, 500 * MS);
    ownership_stop(h.guests[0].o, now_of(&h));
    assert_true(ownership_stopped(h.guests[0].o));
    pass(&h, 20 * S);
    assert_false(tenure(&h, 0)->decides);
    assert_null(retained(&h, "leitstand/v1/owner"));
    close_hall(&h);
}

static void
test_what_is_not_for_it(void **state)
{
    (void)state;
    struct hall h;
    open_hall(&h);
    static const char *const others[] = {"leitstand/v1/alarms/a/b/c", "leitstand/v1/owners",
                                         "leitstand/v1/changes/pc1", "plant/owner"};
    for (size_t i = 0; i < G_N_ELEMENTS(others); i++) {
        assert_false(ownership_message(h.guests[0].o, others[i], "{}", 2, false, now_of(&h)));
    }
    close_hall(&h);
}

static void
test_texts(void **state)
{
    (void)state;
    static const struct {
        const char *topic, *payload;
        enum ownership_topic want;
        const char *why;
    } cases[] = {
        {"leitstand/v1/claims/pc2", "", OWNERSHIP_EMPTY, ""},
        {"leitstand/v1/owner", "", OWNERSHIP_EMPTY, ""},
        {"leitstand/v1/instances/pc2", "", OWNERSHIP_HEARD, ""},
        {"leitstand/v1/claims/pc2", "{\"instance\":\"pc2\",\"epoch\":1,\"term\":2}",
         OWNERSHIP_HEARD, ""},
        {"leitstand/v1/claims/pc2", "[]", OWNERSHIP_BAD, "is no JSON object"},
        {"leitstand/v1/claims/pc2", "{\"instance\":\"pc2\"", OWNERSHIP_BAD,
         "is no JSON object"},
        {"leitstand/v1/claims/pc2", "{\"instance\":\"pc3\",\"epoch\":1,\"term\":2}",
         OWNERSHIP_BAD, "instance \"pc3\" speaks for another"},
        {"leitstand/v1/claims/pc2", "{\"instance\":\"pc2\",\"epoch\":-1,\"term\":2}",
         OWNERSHIP_BAD, "member \"epoch\" is not as it should be"},
        {"leitstand/v1/claims/pc2", "{\"instance\":\"pc2\",\"epoch\":1,\"term\":2.5}",
         OWNERSHIP_BAD, "member \"term\" is not as it should be"},
        {"leitstand/v1/claims/pc2", "{\"instance\":\"pc2\",\"epoch\":1,\"term\":3000000000}",
         OWNERSHIP_BAD, "member \"term\" is not as it should be"},
        {"leitstand/v1/claims/pc2", "{\"instance\":\"p\\u001bc2\",\"epoch\":1,\"term\":2}",
         OWNERSHIP_BAD, "member \"instance\" is not as it should be"},
        {"leitstand/v1/owner",
         "{\"instance\":\"pc2\",\"epoch\":1,\"term\":0,\"arbiter\":\"postgres\",\"n\":5,"
         "\"since\":\"2026-01-09T15:39:14Z\"}",
         OWNERSHIP_HEARD, ""},
        {"leitstand/v1/owner",
         "{\"instance\":\"pc2\",\"epoch\":1,\"term\":0,\"arbiter\":\"me\",\"n\":5,"
         "\"since\":\"2026-01-09T15:39:14Z\"}",
         OWNERSHIP_BAD, "member \"arbiter\" is not as it should be"},
        {"leitstand/v1/owner",
         "{\"instance\":\"pc2\",\"epoch\":1,\"term\":0,\"arbiter\":\"broker\",\"n\":5,"
         "\"clock_ms\":-1,\"since\":\"2026-01-09T15:39:14Z\"}",
         OWNERSHIP_BAD, "member \"clock_ms\" is not as it should be"},
        {"leitstand/v1/owner",
         "{\"instance\":\"pc2\",\"epoch\":1,\"term\":0,\"arbiter\":\"broker\",\"n\":5,"
         "\"since\":\"2026-01-09T15:39:14Z\"}",
         OWNERSHIP_HEARD, ""}, /* of before */
        {"leitstand/v1/resign/pc2", "{\"instance\":\"pc2\",\"epoch\":1,\"term\":0,\"to\":7}",
         OWNERSHIP_BAD, "member \"to\" is not as it should be"},
        {"leitstand/v1/resign/pc2",
         "{\"instance\":\"pc2\",\"epoch\":1,\"term\":0,\"to\":\"pc1\"}", OWNERSHIP_HEARD, ""},
        {"leitstand/v1/resign/pc2",
         "{\"instance\":\"pc2\",\"epoch\":1,\"term\":0,\"settles_ms\":-1}", OWNERSHIP_BAD,
         "member \"settles_ms\" is not as it should be"},
    };
    const struct ownership_self self = {.name = "pc1", .boot = "b"};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct ownership_heard heard;
        struct err err = {.text = ""};
        enum ownership_topic got =
            ownership_read(&heard, &self, cases[i].topic, cases[i].payload,
                           strlen(cases[i].payload), false, &err);
        if (got != cases[i].want || strcmp(err.text, cases[i].why) != 0) {
            fail_msg("%s: %d, \"%s\"", cases[i].payload, (int)got, err.text);
        }
    }
}

static void
test_whose_it_is(void **state)
{
    (void)state;
    struct ownership_self self = {.name = "pc1", .boot = "now", .since = 0};
    struct ownership_heard heard;
    char *text = ownership_claim_text(&self, (struct rank){1099511627777, 3});
    assert_int_equal(ownership_read(&heard, &self, "leitstand/v1/claims/pc1", text,
                                    strlen(text), true, NULL),
                     OWNERSHIP_HEARD);
    assert_true(heard.message.mine);
    assert_true(heard.message.retained);
    assert_true(heard.message.rank.epoch == UINT64_C(1099511627777));
    self.boot = "another life";
    assert_int_equal(ownership_read(&heard, &self, "leitstand/v1/claims/pc1", text,
                                    strlen(text), true, NULL),
                     OWNERSHIP_HEARD);
    assert_false(heard.message.mine);
    g_free(text);
}

static void
test_a_resignation_tells_how_long(void **state)
{
    (void)state;
    static const struct {
        bool settled;
        int64_t us, want_us;
    } cases[] = {{true, 0, 0}, {false, 0, 0}, {false, 1500 * US_PER_MS, 1501 * US_PER_MS}};
    const struct ownership_self self = {.name = "pc1", .boot = "now"};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct ownership_heard heard;
        char *text = ownership_resign_text(&self, (struct rank){3, 4}, "pc2", cases[i].settled,
                                           cases[i].us);
        assert_int_equal(ownership_read(&heard, &self, "leitstand/v1/resign/pc1", text,
                                        strlen(text), false, NULL),
                         OWNERSHIP_HEARD);
        assert_int_equal(heard.message.settled, cases[i].settled);
        assert_int_equal(heard.message.settles_us, cases[i].want_us);
        assert_string_equal(heard.to, "pc2");
        g_free(text);
    }
}

static void
test_a_beacon_tells_when_it_was_said(void **state)
{
    (void)state;
    const struct ownership_self self = {.name = "pc1", .boot = "now"};
    const struct election_view view = {.arbiter = ARBITER_BROKER, .since = 7 * US_PER_S};
    const struct election_order order = {
        .act = ACT_BEACON, .rank = {3, 4}, .n = 9, .at = INT64_C(123456789)};
    struct ownership_heard heard;
    char *text = ownership_beacon_text(&self, &view, &order);
    assert_int_equal(
        ownership_read(&heard, &self, "leitstand/v1/owner", text, strlen(text), false, NULL),
        OWNERSHIP_HEARD);
    assert_int_equal(heard.message.said_at, 123456000); /* to the millisecond */
    assert_int_equal(heard.message.n, 9);
    assert_int_equal(heard.message.since, 7 * US_PER_S);
    assert_int_equal(rank_compare(heard.message.rank, order.rank), 0);
    g_free(text);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_alone),
        cmocka_unit_test(test_remembers_before_it_claims),
        cmocka_unit_test(test_second_stands_by),
        cmocka_unit_test(test_last_will),
        cmocka_unit_test(test_handover),
        cmocka_unit_test(test_stop),
        cmocka_unit_test(test_what_is_not_for_it),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_whose_it_is),
        cmocka_unit_test(test_a_resignation_tells_how_long),
        cmocka_unit_test(test_a_beacon_tells_when_it_was_said),
    };
    return cmocka_run_group_tests_name("ownership", tests, NULL, NULL);
}
