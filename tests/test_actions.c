/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Operator actions between instances, over a broker and a store made of arrays. */
#include "tests/unit.h"

#include <string.h>

#include "src/app/actions.h"

#define ACK                                                                                    \
    "{\"command\":\"act\",\"action\":\"ack\",\"occurrence\":\"" ID "\",\"text\":\"on my "      \
    "way\"}"
#define ID  "0fe1c2d3-0000-5000-8000-00000000abcd"
#define SEC US_PER_S

/* ---- instances and what is between them ---- */

#define INSTANCES 3

struct message {
    char *topic, *payload;
};

struct place {
    struct actions *actions;
    char name[16];
    bool broker; /* what it publishes gets there */
    bool quick;  /* answers while it performs */
    int performed, sent, told_sent, done, refused, forgotten, answered;
    char id[UUID_SIZE], text[256]; /* of the last one performed, or told of */
    char user[64], origin[64];
    GArray *submitted; /* struct remote_action */
};

static struct place places[INSTANCES];
static GQueue bus = G_QUEUE_INIT;

static enum rc
publish(void *user, const char *topic, const char *payload, size_t len)
{
    struct place *p = user;
    assert_int_equal(strlen(payload), len);
    p->sent++;
    if (!p->broker) {
        return RC_BUSY;
    }
    struct message *m = g_new0(struct message, 1);
    m->topic = g_strdup(topic);
    m->payload = g_strdup(payload);
    g_queue_push_tail(&bus, m);
    return RC_OK;
}

static void
submit(void *user, const struct remote_action *a)
{
    struct remote_action copy = *a;
    json_incref(copy.body);
    g_array_append_val(((struct place *)user)->submitted, copy);
}

static void
forget(void *user, const char *id)
{
    (void)id;
    ((struct place *)user)->forgotten++;
}

static void
store_answer(void *user, const struct remote_answer *a)
{
    (void)a;
    ((struct place *)user)->answered++;
}

static void
told(void *user, const char *id, enum actions_told how, const char *text)
{
    struct place *p = user;
    g_strlcpy(p->id, id, sizeof(p->id));
    g_strlcpy(p->text, text, sizeof(p->text));
    p->told_sent += how == ACTIONS_SENT ? 1 : 0;
    p->done += how == ACTIONS_DONE ? 1 : 0;
    p->refused += how == ACTIONS_REFUSED ? 1 : 0;
}

static void
done(struct place *p, const char *id, bool ok, const char *text)
{
    struct remote_answer answer = {.ok = ok};
    g_strlcpy(answer.id, id, sizeof(answer.id));
    g_strlcpy(answer.text, text, sizeof(answer.text));
    actions_done(p->actions, &answer);
}

static void
perform(void *user, const struct remote_action *a)
{
    struct place *p = user;
    struct action_order order;
    struct err err = {.text = ""};
    assert_true(action_order_read(&order, a, &err));
    p->performed++;
    g_strlcpy(p->id, a->id, sizeof(p->id));
    if (!order.handover) {
        char id[UUID_SIZE];
        uuid_format(id, &order.act.id);
        assert_string_equal(id, a->id); /* it is done under the name that it travels by */
    }
    g_strlcpy(p->user, order.act.user, sizeof(p->user));
    g_strlcpy(p->origin, order.act.origin, sizeof(p->origin));
    if (p->quick) {
        done(p, a->id, true, "");
    }
}

static int
set_up(void **state)
{
    (void)state;
    for (unsigned i = 0; i < INSTANCES; i++) {
        struct place *p = &places[i];
        *p = (struct place){.broker = true, .quick = true};
        snprintf(p->name, sizeof(p->name), "pc/%u", i);
        p->submitted = g_array_new(FALSE, FALSE, sizeof(struct remote_action));
        g_array_set_clear_func(p->submitted, remote_action_clear);
        const struct actions_config config = {
            .instance = p->name,
            .user = p,
            .publish = publish,
            .submit = submit,
            .forget = forget,
            .answer = store_answer,
            .told = told,
            .perform = perform,
        };
        p->actions = actions_new(&config);
    }
    return 0;
}

static void
free_message(void *message)
{
    struct message *m = message;
    g_free(m->topic);
    g_free(m->payload);
    g_free(m);
}

static int
tear_down(void **state)
{
    (void)state;
    for (unsigned i = 0; i < INSTANCES; i++) {
        actions_free(places[i].actions);
        g_array_unref(places[i].submitted);
    }
    g_queue_clear_full(&bus, free_message);
    return 0;
}

/* Everybody hears everything, times times. */
static void
deliver(int times)
{
    struct message *m;
    while ((m = g_queue_pop_head(&bus)) != NULL) {
        for (int n = 0; n < times; n++) {
            for (unsigned i = 0; i < INSTANCES; i++) {
                assert_true(actions_message(places[i].actions, m->topic, m->payload,
                                            strlen(m->payload), false));
            }
        }
        free_message(m);
    }
}

/* -1: nobody. */
static void
set_owner(int owner, mono_us now)
{
    for (int i = 0; i < INSTANCES; i++) {
        actions_set_owner(places[i].actions, owner < 0 ? "" : places[owner].name, i == owner,
                          now);
    }
}

static void
ask(struct place *p, mono_us now)
{
    struct err err = {.text = ""};
    json_t *body = json_loads(ACK, 0, NULL);
    enum rc rc = actions_ask(p->actions, body, "anna", "cli pc",
                             (struct now){.wall = 1767225600 * SEC, .mono = now}, NULL, &err);
    json_decref(body);
    if (rc != RC_OK) {
        fail_msg("%s", err.text);
    }
}

/* ---- tests ---- */

static void
test_once_over_the_broker(void **state)
{
    (void)state;
    set_owner(0, 0);
    ask(&places[1], 0);
    deliver(3);
    deliver(3);
    assert_int_equal(places[0].performed, 1);
    assert_int_equal(places[2].performed, 0);
    assert_string_equal(places[0].user, "anna");
    assert_string_equal(places[0].origin, "cli pc");
    assert_int_equal(places[1].done, 1);
    assert_int_equal(places[1].forgotten, 1);
    assert_int_equal(places[2].done + places[2].refused, 0);
    assert_int_equal(actions_waiting(places[1].actions), 0);
    assert_true(actions_turn(places[1].actions, 100 * SEC) == INT64_MAX);
}

static void
test_once_by_both_ways(void **state)
{
    (void)state;
    places[0].quick = false;
    set_owner(0, 0);
    ask(&places[1], 0);
    const struct remote_action *a =
        &g_array_index(places[1].submitted, struct remote_action, 0);
    actions_offer(places[0].actions, a);
    deliver(1);
    assert_int_equal(places[0].performed, 1);
    done(&places[0], a->id, false, "there is no such alarm");
    actions_offer(places[0].actions, a); /* late: it is told what was said */
    assert_int_equal(places[0].performed, 1);
    assert_int_equal(places[0].answered, 2);
    deliver(1);
    assert_int_equal(places[1].refused, 1);
    assert_string_equal(places[1].text, "there is no such alarm");
}

static void
test_never_gives_up(void **state)
{
    (void)state;
    places[1].broker = false;
    set_owner(0, 0);
    ask(&places[1], 0);
    assert_int_equal(places[1].sent, 1);
    assert_true(actions_turn(places[1].actions, SEC) == ACTIONS_AGAIN_US);
    assert_int_equal(places[1].sent, 1);
    for (mono_us now = 2 * SEC; now <= 3600 * SEC; now += 2 * SEC) {
        assert_true(actions_turn(places[1].actions, now) <= now + 2 * SEC);
    }
    assert_int_equal(places[1].sent, 1801);
    assert_int_equal(places[1].told_sent, 1);
    assert_string_equal(places[1].text, "sent to the owner, not confirmed yet");
    places[1].broker = true;
    (void)actions_turn(places[1].actions, 3602 * SEC);
    deliver(1);
    deliver(1);
    assert_int_equal(places[0].performed, 1);
    assert_int_equal(places[1].done, 1);
}

/* The owner dies before it has done it: the next one hears of it at once. */
static void
test_another_owner(void **state)
{
    (void)state;
    places[0].quick = false;
    set_owner(0, 0);
    ask(&places[1], 0);
    deliver(1);
    assert_int_equal(places[0].performed, 1);
    set_owner(2, SEC);
    deliver(1);
    assert_int_equal(places[2].performed, 1);
    /* What the old one finds out about it is of no interest any more. */
    done(&places[0], places[0].id, false, "too late");
    deliver(1);
    assert_int_equal(places[1].done, 1);
    assert_int_equal(places[1].refused, 0);
}

/* Its answer was lost, but not what it decided. */
static void
test_handled_before(void **state)
{
    (void)state;
    set_owner(0, 0);
    ask(&places[1], 0);
    places[0].broker = false;
    deliver(1);
    assert_int_equal(places[0].performed, 1);
    struct remote_answer answer = {.ok = true, .text = "done"};
    g_strlcpy(answer.id, places[0].id, sizeof(answer.id));
    actions_handled(places[2].actions, &answer);
    set_owner(2, SEC);
    deliver(1);
    assert_int_equal(places[2].performed, 0);
    assert_int_equal(places[1].done, 1);
    assert_string_equal(places[1].text, "done");
    /* The same change, heard by the one who waits, is an answer, too. */
    places[1].broker = false;
    ask(&places[1], SEC);
    g_strlcpy(
        answer.id,
        g_array_index(places[1].submitted, struct remote_action, places[1].submitted->len - 1)
            .id,
        sizeof(answer.id));
    actions_handled(places[1].actions, &answer);
    assert_int_equal(places[1].done, 2);
}

static void
test_owner_acts_itself(void **state)
{
    (void)state;
    set_owner(1, 0);
    ask(&places[1], 0);
    assert_int_equal(places[1].performed, 1);
    assert_int_equal(places[1].done, 1);
    assert_int_equal(places[1].sent, 0);
    assert_int_equal(places[1].submitted->len, 0);
    /* And what waited when it became owner. */
    set_owner(-1, SEC);
    ask(&places[2], SEC);
    ask(&places[2], SEC);
    set_owner(2, 2 * SEC);
    assert_int_equal(places[2].performed, 2);
    assert_int_equal(places[2].done, 2);
}

static void
test_goes_on_after_a_start(void **state)
{
    (void)state;
    struct remote_action a = {.id = ID, .instance = "pc/1", .user = "anna", .origin = "cli"};
    a.body = json_loads(ACK, 0, NULL);
    set_owner(0, 0);
    actions_keep(places[1].actions, &a, 0);
    deliver(1);
    deliver(1);
    assert_int_equal(places[0].performed, 1);
    assert_int_equal(places[1].done, 1);
    json_decref(a.body);
}

static void
test_bounds(void **state)
{
    (void)state;
    struct err err = {.text = ""};
    json_t *body = json_loads(ACK, 0, NULL);
    const struct now now = {.wall = 0, .mono = 0};
    places[1].broker = false;
    for (int i = 0; i < ACTIONS_MAX; i++) {
        ask(&places[1], 0);
    }
    assert_int_equal(actions_ask(places[1].actions, body, "a", "b", now, NULL, &err), RC_FULL);
    json_decref(body);
    body = json_pack("{s:s}", "action", "explode");
    assert_int_equal(actions_ask(places[2].actions, body, "a", "b", now, NULL, &err),
                     RC_INVALID);
    json_decref(body);
    struct remote_answer answer = {.ok = true};
    for (int i = 0; i <= ACTIONS_HANDLED; i++) {
        snprintf(answer.id, sizeof(answer.id), "0fe1c2d3-0000-5000-8000-%012d", i);
        actions_handled(places[0].actions, &answer);
    }
    /* The oldest is forgotten, the next one is not. */
    set_owner(0, 0);
    struct remote_action a = {.instance = "pc/1", .user = "anna"};
    a.body = json_loads(ACK, 0, NULL);
    g_strlcpy(a.id, "0fe1c2d3-0000-5000-8000-000000000001", sizeof(a.id));
    actions_offer(places[0].actions, &a);
    assert_int_equal(places[0].performed, 0);
    g_strlcpy(a.id, "0fe1c2d3-0000-5000-8000-000000000000", sizeof(a.id));
    actions_offer(places[0].actions, &a);
    assert_int_equal(places[0].performed, 1);
    json_decref(a.body);
}

#define ACTION(instance, body)                                                                 \
    "{\"id\":\"" ID "\",\"at\":\"2026-01-01T00:00:00.000001Z\",\"instance\":\"" instance       \
    "\",\"user\":\"anna\",\"origin\":\"cli\",\"action\":" body "}"

static void
test_strangers(void **state)
{
    (void)state;
    static const struct {
        const char *why, *topic, *payload;
        bool retained, performed;
    } cases[] = {
        {"as it should be", "leitstand/v1/actions/pc%2F1", ACTION("pc/1", ACK), false, true},
        {"retained", "leitstand/v1/actions/pc%2F1", ACTION("pc/1", ACK), true, false},
        {"in another's name", "leitstand/v1/actions/pc%2F2", ACTION("pc/1", ACK), false, false},
        {"no instance", "leitstand/v1/actions/", ACTION("", ACK), false, false},
        {"not an action", "leitstand/v1/actions/pc%2F1", ACTION("pc/1", "{\"action\":\"x\"}"),
         false, false},
        {"nothing", "leitstand/v1/actions/pc%2F1", "", false, false},
        {"not an object", "leitstand/v1/actions/pc%2F1", "[]", false, false},
        {"a member too many", "leitstand/v1/actions/pc%2F1",
         "{\"id\":\"" ID "\",\"at\":\"2026-01-01T00:00:00Z\",\"instance\":\"pc/1\","
         "\"user\":\"anna\",\"origin\":\"cli\",\"x\":1,\"action\":" ACK "}",
         false, false},
        {"a member twice", "leitstand/v1/actions/pc%2F1",
         "{\"id\":\"" ID "\",\"at\":\"2026-01-01T00:00:00Z\",\"instance\":\"pc/1\","
         "\"user\":\"anna\",\"user\":\"root\",\"origin\":\"cli\",\"action\":" ACK "}",
         false, false},
        {"no id", "leitstand/v1/actions/pc%2F1",
         "{\"id\":\"1\",\"at\":\"2026-01-01T00:00:00Z\",\"instance\":\"pc/1\","
         "\"user\":\"anna\",\"origin\":\"cli\",\"action\":" ACK "}",
         false, false},
        {"no zone", "leitstand/v1/actions/pc%2F1",
         "{\"id\":\"" ID "\",\"at\":\"2026-01-01T00:00:00\",\"instance\":\"pc/1\","
         "\"user\":\"anna\",\"origin\":\"cli\",\"action\":" ACK "}",
         false, false},
        {"a user who does harm", "leitstand/v1/actions/pc%2F1",
         "{\"id\":\"" ID "\",\"at\":\"2026-01-01T00:00:00Z\",\"instance\":\"pc/1\","
         "\"user\":\"an\\u001bna\",\"origin\":\"cli\",\"action\":" ACK "}",
         false, false},
        {"a user cut short", "leitstand/v1/actions/pc%2F1",
         "{\"id\":\"" ID "\",\"at\":\"2026-01-01T00:00:00Z\",\"instance\":\"pc/1\","
         "\"user\":\"0123456789012345678901234567890123456789012345678901234567890123\","
         "\"origin\":\"cli\",\"action\":" ACK "}",
         false, false},
        {"a hand-over", "leitstand/v1/actions/pc%2F1",
         ACTION("pc/1", "{\"command\":\"handover\",\"to\":\"pc/2\"}"), false, true},
        {"a hand-over of anything", "leitstand/v1/actions/pc%2F1",
         ACTION("pc/1", "{\"command\":\"handover\",\"from\":\"pc/2\"}"), false, false},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        tear_down(NULL);
        set_up(NULL);
        set_owner(0, 0);
        if (!actions_message(places[0].actions, cases[i].topic, cases[i].payload,
                             strlen(cases[i].payload), cases[i].retained) ||
            (places[0].performed == 1) != cases[i].performed) {
            fail_msg("%s", cases[i].why);
        }
    }
    assert_false(actions_message(places[0].actions, "leitstand/v1/owner", "{}", 2, false));
    /* An answer in a strange form, or to somebody else, tells nothing. */
    places[1].broker = false;
    ask(&places[1], 0);
    static const char *const answers[] = {"{\"ok\":true}", "{}", "1"};
    for (size_t i = 0; i < G_N_ELEMENTS(answers); i++) {
        assert_true(actions_message(places[1].actions, "leitstand/v1/answers/pc%2F1",
                                    answers[i], strlen(answers[i]), false));
    }
    assert_int_equal(places[1].done, 0);
}

static void
test_codec(void **state)
{
    (void)state;
    struct err err = {.text = ""};
    struct remote_action back = {.id = ""};
    static const char text[] = ACTION("pc 1", "{\"command\":\"handover\",\"to\":\"pc2\"}");
    assert_true(remote_action_parse(&back, text, strlen(text), &err));
    assert_true(back.at == 1767225600 * SEC + 1);
    char *again = remote_action_format(&back);
    assert_string_equal(again, text);
    struct action_order order;
    assert_true(action_order_read(&order, &back, &err));
    assert_true(order.handover);
    assert_string_equal(order.to, "pc2");
    g_free(again);
    remote_action_clear(&back);
    struct remote_answer answer = {.id = ID, .ok = false, .text = "not \"now\""}, answer_back;
    char *said = remote_answer_format(&answer);
    assert_true(remote_answer_parse(&answer_back, said, strlen(said), &err));
    assert_string_equal(answer_back.text, answer.text);
    assert_string_equal(answer_back.id, answer.id);
    assert_false(answer_back.ok);
    g_free(said);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_once_over_the_broker),
        TEST(test_once_by_both_ways),
        TEST(test_never_gives_up),
        TEST(test_another_owner),
        TEST(test_handled_before),
        TEST(test_owner_acts_itself),
        TEST(test_goes_on_after_a_start),
        TEST(test_bounds),
        TEST(test_strangers),
        cmocka_unit_test(test_codec),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
