/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One rise that two owners named: one occurrence and one line, whichever name comes first. */
#include "tests/unit.h"

#include <string.h>

#include <glib.h>

#include "storage/pg_changes.h"
#include "tests/sync_store.h"

#define W1      "11111111-1111-4111-8111-111111111111"
#define W2      "22222222-2222-4222-8222-222222222222"
#define W3      "33333333-3333-4333-8333-333333333333"
#define OLD     "0fe1f2a0-0000-5000-8000-000000000001"
#define NEW     "0fe1f2a0-0000-5000-8000-000000000002"
#define BETWEEN "0fe1f2a0-0000-5000-8000-000000000003"
#define FOURTH  "0fe1f2a0-0000-5000-8000-000000000004"
#define A1      "0fe1f2a0-0000-4000-8000-00000000000a"

/* The present owner, and the one before, which comes back with what it had not told. */
struct owners {
    struct pg *pg;
    struct store_grant before, now;
    uint64_t numbers;
};

static void
setup(struct owners *o)
{
    *o = (struct owners){.pg = store_open(STORE_INSTANCE), .before = store_acquire("a")};
}

static void
put(struct owners *o, const struct store_grant *g, bool as_owner, const char *body)
{
    unsigned who = g == &o->now ? 1 : g->term > 0 ? 2 : 0;
    static const char *const writers[] = {W2, W1, W3}, *const names[] = {"a", "b", "c"};
    const struct pg_change c = {
        .writer = writers[who],
        .number = ++o->numbers,
        .instance = names[who],
        .rank = {g->epoch, g->term},
        .body = body,
    };
    store_tell(o->pg, &c, as_owner ? g->id : "");
}

/* The broker has made another one owner, which cannot know what comes through the fence yet. */
static struct store_grant
fall_back(const struct owners *o)
{
    return (struct store_grant){.epoch = o->before.epoch, .term = 1};
}

static void
take_over(struct owners *o)
{
    (void)store_ask("update leitstand.lease set expires_at = now() - interval '1 s'");
    o->now = store_acquire("b");
}

/* What an owner says of a rise: the occurrence as it is, and a line. */
struct say {
    const char *name, *event, *state, *raised_at, *returned_at, *value, *rule;
    bool whole;
};
#define OPEN(name, second)   ROW(name, second, "unacked", "null")
#define CLOSED(name, second) ROW(name, second, "normal", "null")
#define RETURNED(name, second, end)                                                            \
    ROW(name, second, "returned_unacked", "\"2026-01-01T00:00:" end "Z\"")
#define ROW(name, second, state, returned)                                                     \
    "{\"occurrence\":\"" name "\",\"station\":\"S\",\"component\":\"C\",\"rule\":\"hi\","      \
    "\"type\":\"hi\",\"priority\":\"high\",\"state\":\"" state "\",\"overlays\":[],"           \
    "\"raised_at\":\"2026-01-01T00:00:" second "Z\",\"returned_at\":" returned                 \
    ",\"value\":1.5,\"count\":1}"
#define LINE(name, event, second)                                                              \
    "{\"at\":\"2026-01-01T00:00:" second "Z\",\"event\":\"" event "\",\"occurrence\":\"" name  \
    "\",\"step\":1,\"station\":\"S\",\"component\":\"C\",\"rule\":\"hi\",\"value\":1.5,"       \
    "\"from\":\"normal\",\"to\":\"x\",\"actor\":null,\"action\":null}"
#define OR(text, usual) ((text) != NULL ? (text) : (usual))

static void
tell(struct owners *o, const struct store_grant *g, bool as_owner, const struct say *s)
{
    const char *raised = OR(s->raised_at, "00:00:10"), *event = OR(s->event, "raised");
    bool ack = strcmp(event, "acked") == 0;
    char *returned = s->returned_at == NULL
                         ? g_strdup("null")
                         : g_strdup_printf("\"2026-01-01T%sZ\"", s->returned_at);
    char *body = g_strdup_printf(
        "{\"whole\":%s,\"occurrences\":[{\"occurrence\":\"%s\",\"station\":\"S\",\"component\":"
        "\"C\",\"rule\":\"%s\",\"type\":\"hi\",\"priority\":\"high\",\"state\":\"%s\","
        "\"overlays\":[],\"raised_at\":\"2026-01-01T%sZ\",\"returned_at\":%s,\"value\":%s,"
        "\"count\":1}],\"journal\":[{\"at\":\"2026-01-01T%sZ\",\"event\":\"%s\",\"occurrence\":"
        "\"%s\",\"step\":1,\"station\":\"S\",\"component\":\"C\",\"rule\":\"%s\",\"value\":%s,"
        "\"from\":\"%s\",\"to\":\"x\",\"actor\":%s,\"action\":%s}]}",
        s->whole ? "true" : "false", s->name, OR(s->rule, "hi"), OR(s->state, "unacked"),
        raised, returned, OR(s->value, "1.5"), raised, event, s->name, OR(s->rule, "hi"),
        OR(s->value, "1.5"), strcmp(event, "raised") == 0 ? "normal" : "unacked",
        ack ? "\"bob\"" : "null", ack ? "\"" A1 "\"" : "null");
    put(o, g, as_owner, body);
    g_free(returned);
    g_free(body);
}

/* The old name comes first, and all that is said under both of them after. */
static void
rise_twice(bool whole)
{
    struct owners o;
    setup(&o);
    take_over(&o);
    tell(&o, &o.before, false, &(struct say){.name = OLD});
    tell(&o, &o.before, false, &(struct say){.name = OLD, .event = "acked", .state = "acked"});
    assert_string_equal(store_alarms(), "1:acked");
    tell(&o, &o.now, true, &(struct say){.name = NEW, .raised_at = "00:00:11", .whole = whole});
    assert_string_equal(store_alarms(), "2:unacked");
    assert_string_equal(store_journal(), "a:raised:2 a:acked:2");
    tell(&o, &o.now, true, &(struct say){.name = NEW, .event = "acked", .state = "acked"});
    tell(&o, &o.before, false,
         &(struct say){.name = OLD, .event = "returned", .state = "normal"});
    tell(&o, &o.now, true, &(struct say){.name = NEW, .event = "returned", .state = "normal"});
    assert_string_equal(store_alarms(), "2:normal");
    assert_string_equal(store_journal(), "a:raised:2 a:acked:2 b:returned:2");
    /* Instances get the lines under the name that stands, and as they were told otherwise. */
    assert_string_equal(
        store_ask(
            "select string_agg(l, ' ')"
            "  from (select (l->>'occurrence' = '" NEW "')::text"
            "          from leitstand.journal_after(0, 9223372036854775807, 0, 100) as j,"
            "               jsonb_array_elements(j.body::jsonb->'journal') as l) as x(l)"),
        "true true true");
    pg_close(o.pg);
}

static void
test_the_old_name_first(void **state)
{
    (void)state;
    rise_twice(false);
}

static void
test_the_old_name_before_the_whole_state(void **state)
{
    (void)state;
    rise_twice(true);
}

/* The whole state has come between, which knows neither of the names. */
static void
test_the_old_name_is_over_by_then(void **state)
{
    (void)state;
    struct owners o;
    setup(&o);
    take_over(&o);
    tell(&o, &o.before, false, &(struct say){.name = OLD});
    put(&o, &o.now, true, "{\"whole\":true,\"occurrences\":[]}");
    assert_string_equal(store_alarms(), "1:normal");
    tell(&o, &o.now, true, &(struct say){.name = NEW, .raised_at = "00:00:15"});
    assert_string_equal(store_alarms(), "2:unacked");
    assert_string_equal(store_journal(), "a:raised:2");
    pg_close(o.pg);
}

static void
test_the_new_name_first(void **state)
{
    (void)state;
    struct owners o;
    setup(&o);
    take_over(&o);
    tell(&o, &o.now, true, &(struct say){.name = NEW});
    tell(&o, &o.before, false, &(struct say){.name = OLD});
    tell(&o, &o.before, false, &(struct say){.name = OLD, .event = "acked", .state = "acked"});
    assert_string_equal(store_alarms(), "2:unacked");
    assert_string_equal(store_journal(), "b:raised:2 a:acked:2");
    pg_close(o.pg);
}

static void
test_two_rises(void **state)
{
    (void)state;
    static const struct {
        const char *why;
        struct say old, new;
        bool in_time; /* the one before told it while it was owner: the next one knew it */
    } cases[] = {
        {"another value, later",
         {.value = "1.5"},
         {.value = "9", .raised_at = "00:00:13"},
         false},
        {"another value", {.value = "1.5"}, {.value = "9", .raised_at = "00:00:11"}, false},
        {"no value, later",
         {.value = "null"},
         {.value = "null", .raised_at = "00:00:13"},
         false},
        {"too late", {.value = "1.5"}, {.value = "1.5", .raised_at = "00:00:17"}, false},
        {"too early", {.value = "1.5"}, {.value = "1.5", .raised_at = "00:00:03"}, false},
        {"after the return",
         {.returned_at = "00:00:11", .state = "returned_unacked"},
         {.raised_at = "00:00:12"},
         false},
        {"another rule", {.rule = "hi"}, {.rule = "lo"}, false},
        {"told in time", {.rule = "hi"}, {.rule = "hi"}, true},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct owners o;
        assert_int_equal(store_make(state), 0);
        setup(&o);
        struct say old = cases[i].old, new = cases[i].new;
        old.name = OLD;
        new.name = NEW;
        if (!cases[i].in_time) {
            take_over(&o);
        }
        tell(&o, &o.before, cases[i].in_time, &old);
        if (cases[i].in_time) {
            take_over(&o);
        }
        tell(&o, &o.now, true, &new);
        if (strcmp(store_journal(), "a:raised:1 b:raised:2") != 0 ||
            strcmp(store_ask("select count(*) from leitstand.alarms"), "2") != 0) {
            fail_msg("%s: %s, %s", cases[i].why, store_journal(), store_alarms());
        }
        pg_close(o.pg);
    }
}

/* Three owners, each of which named it: the last one's name stands, for all. */
static void
test_three_names(void **state)
{
    (void)state;
    struct owners o;
    setup(&o);
    take_over(&o);
    struct store_grant between = o.now;
    take_over(&o);
    tell(&o, &o.before, false, &(struct say){.name = OLD});
    tell(&o, &between, false, &(struct say){.name = BETWEEN});
    assert_string_equal(store_alarms(), "3:unacked");
    tell(&o, &o.now, true, &(struct say){.name = NEW});
    tell(&o, &o.before, false, &(struct say){.name = OLD, .event = "acked", .state = "acked"});
    assert_string_equal(store_alarms(), "2:unacked");
    assert_string_equal(store_journal(), "a:raised:2 a:acked:2");
    pg_close(o.pg);
}

/* An owner that learned of both closes the one that does not stand. */
static void
test_the_second_name_is_closed(void **state)
{
    (void)state;
    struct owners o;
    setup(&o);
    take_over(&o);
    tell(&o, &o.now, true, &(struct say){.name = NEW});
    tell(&o, &o.before, false, &(struct say){.name = OLD});
    put(&o, &o.now, true,
        "{\"occurrences\":[" OPEN(NEW, "10") "," CLOSED(OLD, "10") "],\"whole\":true}");
    assert_string_equal(store_alarms(), "2:unacked");
    put(&o, &o.now, true, "{\"occurrences\":[" CLOSED(NEW, "10") "]}");
    assert_string_equal(store_alarms(), "2:normal");
    pg_close(o.pg);
}

/* An epoch that the lease has not come to is nobody's: what is said under it is told, and no
 * more, however high it is. */
static void
test_an_epoch_of_nobody(void **state)
{
    (void)state;
    struct owners o;
    setup(&o);
    take_over(&o);
    struct store_grant nobody = {.epoch = UINT64_C(1) << 53};
    tell(&o, &o.now, true, &(struct say){.name = NEW});
    tell(&o, &nobody, false, &(struct say){.name = OLD, .value = "9", .whole = true});
    assert_string_equal(store_alarms(), "2:unacked");
    assert_string_equal(store_journal(), "b:raised:2 a:raised:1");
    tell(&o, &o.now, true, &(struct say){.name = NEW, .event = "acked", .state = "acked"});
    assert_string_equal(store_alarms(), "2:acked");
    pg_close(o.pg);
}

/* Who tells of both of them knows two, whatever was thought of them before. */
static void
test_the_owner_knows_both(void **state)
{
    (void)state;
    static const char both[] =
        "{\"whole\":true,\"occurrences\":[" OPEN(OLD, "10") "," OPEN(NEW, "11") "]}";
    struct owners o;
    setup(&o);
    take_over(&o);
    tell(&o, &o.before, false, &(struct say){.name = OLD});
    put(&o, &o.now, true, both);
    assert_string_equal(store_alarms(), "1:unacked 2:unacked");
    put(&o, &o.now, true, both);
    tell(&o, &o.now, true, &(struct say){.name = OLD, .event = "acked", .state = "acked"});
    assert_string_equal(store_alarms(), "1:acked 2:unacked");
    assert_string_equal(store_ask("select count(*) from leitstand.twin"), "0");
    pg_close(o.pg);
}

/* Without a value, what rose within two seconds is one. */
static void
test_no_value(void **state)
{
    (void)state;
    struct owners o;
    setup(&o);
    take_over(&o);
    tell(&o, &o.before, false, &(struct say){.name = OLD, .value = "null"});
    tell(&o, &o.now, true,
         &(struct say){.name = NEW, .value = "null", .raised_at = "00:00:11.9"});
    assert_string_equal(store_alarms(), "2:unacked");
    pg_close(o.pg);
}

/* The owner has said something of the old name: it knows it, and names another rise. */
static void
test_the_owner_knew_it(void **state)
{
    (void)state;
    struct owners o;
    setup(&o);
    take_over(&o);
    tell(&o, &o.before, false, &(struct say){.name = OLD});
    tell(&o, &o.now, true, &(struct say){.name = OLD, .event = "acked", .state = "acked"});
    tell(&o, &o.now, true, &(struct say){.name = NEW, .raised_at = "00:00:11"});
    assert_string_equal(store_alarms(), "1:acked 2:unacked");
    pg_close(o.pg);
}

/* It was over, and rose again: what the next one has beside the new name, it knows. */
static void
tell_both(bool in_time)
{
    struct owners o;
    setup(&o);
    if (in_time) {
        tell(&o, &o.before, true, &(struct say){.name = OLD});
    }
    take_over(&o);
    if (!in_time) {
        tell(&o, &o.before, false, &(struct say){.name = OLD});
    }
    put(&o, &o.now, true,
        "{\"whole\":true,\"occurrences\":[" RETURNED(OLD, "10", "11") "," OPEN(
            NEW, "11.5") "],\"journal\":[" LINE(OLD, "returned", "11") "," LINE(NEW, "raised",
                                                                                "11.5") "]}");
    assert_string_equal(store_alarms(), "1:returned_unacked 2:unacked");
    assert_string_equal(store_journal(), "a:raised:1 b:returned:1 b:raised:2");
    pg_close(o.pg);
}

/* A fallback owner's lines are told without a fence, and it may go on as the next owner. */
static void
test_both_names_in_one_change(void **state)
{
    (void)state;
    tell_both(false);
}

static void
test_both_names_that_were_told_in_time(void **state)
{
    (void)state;
    tell_both(true);
}

/* It had no word to say of it in the journal, but has it in its whole state. */
static void
test_the_whole_state_knew_it(void **state)
{
    (void)state;
    struct owners o;
    setup(&o);
    take_over(&o);
    tell(&o, &o.before, false, &(struct say){.name = OLD});
    put(&o, &o.now, true, "{\"whole\":true,\"occurrences\":[" OPEN(OLD, "10") "]}");
    tell(&o, &o.now, true, &(struct say){.name = NEW, .raised_at = "00:00:11.5"});
    assert_string_equal(store_alarms(), "1:unacked 2:unacked");
    assert_string_equal(store_journal(), "a:raised:1 b:raised:2");
    pg_close(o.pg);
}

/* Of two rises that stand close to it, the old name is that of the closer one, which was not
 * over when it came. */
static void
test_the_closer_one(void **state)
{
    (void)state;
    struct owners o;
    setup(&o);
    take_over(&o);
    tell(&o, &o.before, false, &(struct say){.name = OLD});
    put(&o, &o.now, true,
        "{\"occurrences\":[" RETURNED(BETWEEN, "09.8", "09.9") "," OPEN(
            FOURTH, "11.9") "," OPEN(NEW, "10.5") "]}");
    assert_string_equal(store_alarms(), "2:unacked 3:returned_unacked 4:unacked");
    assert_string_equal(store_journal(), "a:raised:2");
    pg_close(o.pg);
}

/* Whoever gave the old name is owner again, before it heard of the new one. */
static void
test_the_old_name_stands_again(void **state)
{
    (void)state;
    struct owners o;
    setup(&o);
    take_over(&o);
    tell(&o, &o.before, false, &(struct say){.name = OLD});
    tell(&o, &o.now, true, &(struct say){.name = NEW});
    (void)store_ask("update leitstand.lease set expires_at = now() - interval '1 s'");
    o.before = store_acquire("a");
    tell(&o, &o.before, true, &(struct say){.name = OLD, .event = "severity", .whole = true});
    tell(&o, &o.before, false,
         &(struct say){.name = OLD, .event = "returned", .state = "returned_unacked"});
    assert_string_equal(
        store_ask("select state from leitstand.alarms where occurrence = '" OLD "'"),
        "returned_unacked");
    assert_string_equal(store_ask("select string_agg(event, ' ' order by log_id)"
                                  "  from leitstand.journal where occurrence = '" OLD "'"),
                        "raised severity returned");
    pg_close(o.pg);
}

/* The whole state came first, and knew neither. */
static void
test_after_the_whole_state(void **state)
{
    (void)state;
    struct owners o;
    setup(&o);
    take_over(&o);
    put(&o, &o.now, true, "{\"whole\":true,\"occurrences\":[]}");
    tell(&o, &o.before, false, &(struct say){.name = OLD});
    tell(&o, &o.now, true, &(struct say){.name = NEW, .raised_at = "00:00:15"});
    assert_string_equal(store_alarms(), "2:unacked");
    assert_string_equal(store_journal(), "a:raised:2");
    pg_close(o.pg);
}

/* What an owner told in time was on its way when it died, and another one was made by the
 * broker: whichever comes first. */
static void
test_the_old_name_was_on_its_way(void **state)
{
    (void)state;
    struct owners o;
    setup(&o);
    struct store_grant next = fall_back(&o);
    tell(&o, &o.before, true, &(struct say){.name = OLD});
    tell(&o, &next, false, &(struct say){.name = NEW, .raised_at = "00:00:08"});
    assert_string_equal(store_alarms(), "2:unacked");
    assert_string_equal(store_journal(), "a:raised:2");
    pg_close(o.pg);
}

static void
test_the_old_name_is_let_through(void **state)
{
    (void)state;
    struct owners o;
    setup(&o);
    struct store_grant next = fall_back(&o);
    tell(&o, &next, false, &(struct say){.name = NEW, .raised_at = "00:00:08"});
    tell(&o, &o.before, true, &(struct say){.name = OLD});
    tell(&o, &o.before, true, &(struct say){.name = OLD, .event = "acked", .state = "acked"});
    assert_string_equal(store_alarms(), "2:unacked");
    assert_string_equal(store_journal(), "c:raised:2 a:acked:2");
    pg_close(o.pg);
}

/* What it says of it after that is of the name that stands. */
static void
test_more_is_let_through(void **state)
{
    (void)state;
    struct owners o;
    setup(&o);
    struct store_grant next = fall_back(&o);
    tell(&o, &o.before, true, &(struct say){.name = OLD});
    tell(&o, &next, false, &(struct say){.name = NEW, .raised_at = "00:00:08"});
    tell(&o, &o.before, true, &(struct say){.name = OLD, .event = "acked", .state = "acked"});
    tell(&o, &o.before, true,
         &(struct say){.name = OLD, .event = "returned", .state = "normal"});
    assert_string_equal(store_alarms(), "2:unacked");
    assert_string_equal(store_journal(), "a:raised:2 a:acked:2");
    tell(&o, &next, false, &(struct say){.name = NEW, .event = "returned", .state = "normal"});
    assert_string_equal(store_alarms(), "2:normal");
    assert_string_equal(store_journal(), "a:raised:2 a:acked:2 c:returned:2");
    pg_close(o.pg);
}

/* It rose again after a return that is on its way as well: whose link is slow names late, so
 * what it named before is another one. */
static void
test_a_return_on_its_way(void **state)
{
    static const struct say first = {.name = OLD},
                            again = {.name = NEW, .raised_at = "00:00:14"};
    static const struct say over = {
        .name = OLD, .event = "returned", .returned_at = "00:00:11", .state = "normal"};
    struct owners o;
    setup(&o);
    struct store_grant next = fall_back(&o);
    tell(&o, &o.before, true, &first);
    tell(&o, &next, false, &again);
    tell(&o, &o.before, true, &over);
    assert_string_equal(store_journal(), "a:raised:1 c:raised:2 a:returned:1");
    pg_close(o.pg);

    assert_int_equal(store_make(state), 0);
    setup(&o);
    next = fall_back(&o);
    tell(&o, &next, false, &again);
    tell(&o, &o.before, true, &first);
    tell(&o, &o.before, true, &over);
    assert_string_equal(store_journal(), "c:raised:2 a:raised:1 a:returned:1");
    assert_string_equal(store_alarms(), "1:normal 2:unacked");
    pg_close(o.pg);

    assert_int_equal(store_make(state), 0);
    setup(&o);
    tell(&o, &o.before, true, &first);
    take_over(&o);
    tell(&o, &o.now, true, &(struct say){.name = NEW, .raised_at = "00:00:14", .whole = true});
    tell(&o, &o.before, false, &over);
    assert_string_equal(store_journal(), "a:raised:1 b:raised:2 a:returned:1");
    pg_close(o.pg);
}

/* Of what an owner closes it may say why: then it is another one. */
static void
test_closed_with_a_word(void **state)
{
    (void)state;
    struct owners o;
    setup(&o);
    tell(&o, &o.before, true, &(struct say){.name = OLD});
    take_over(&o);
    put(&o, &o.now, true,
        "{\"occurrences\":[" CLOSED(OLD, "10") "," OPEN(NEW, "11") "],\"journal\":[" LINE(
            OLD, "rule_gone", "11") "," LINE(NEW, "raised", "11") "]}");
    assert_string_equal(store_alarms(), "1:normal 2:unacked");
    assert_string_equal(store_journal(), "a:raised:1 b:rule_gone:1 b:raised:2");
    pg_close(o.pg);
}

/* The third one knows both names, goes on with one, and is the first to tell of it. */
static void
name_in_the_whole_state(const char *body)
{
    struct owners o;
    setup(&o);
    struct store_grant between = fall_back(&o);
    tell(&o, &o.before, true, &(struct say){.name = OLD});
    take_over(&o);
    put(&o, &o.now, true, body);
    assert_string_equal(store_alarms(), "2:unacked");
    tell(&o, &between, false, &(struct say){.name = NEW, .raised_at = "00:00:08"});
    assert_string_equal(store_alarms(), "2:unacked");
    assert_string_equal(store_journal(), "a:raised:2");
    pg_close(o.pg);
}

static void
test_the_whole_state_goes_on_with_one(void **state)
{
    (void)state;
    name_in_the_whole_state("{\"whole\":true,\"occurrences\":[" OPEN(NEW, "08") "]}");
}

static void
test_one_of_both_is_closed(void **state)
{
    (void)state;
    name_in_the_whole_state("{\"occurrences\":[" OPEN(NEW, "08") "," CLOSED(OLD, "10") "]}");
}

/* Who was asked to acknowledge it, and did not know it, has named it otherwise. */
static void
test_parked_is_not_known(void **state)
{
    (void)state;
    static const char asked_old[] = "{\"journal\":[" LINE(OLD, "parked", "10") "]}";
    static const char asked_new[] = "{\"journal\":[" LINE(NEW, "parked", "10") "]}";
    struct owners o;
    setup(&o);
    struct store_grant next = fall_back(&o);
    tell(&o, &o.before, true, &(struct say){.name = OLD});
    put(&o, &next, false, asked_old);
    tell(&o, &next, false, &(struct say){.name = NEW, .raised_at = "00:00:08"});
    assert_string_equal(store_alarms(), "2:unacked");
    pg_close(o.pg);

    assert_int_equal(store_make(state), 0);
    setup(&o);
    next = fall_back(&o);
    tell(&o, &next, false, &(struct say){.name = NEW, .raised_at = "00:00:08"});
    put(&o, &o.before, false, asked_new);
    tell(&o, &o.before, false, &(struct say){.name = OLD});
    assert_string_equal(store_alarms(), "2:unacked");
    pg_close(o.pg);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_the_old_name_first, store_make),
        cmocka_unit_test_setup(test_the_old_name_before_the_whole_state, store_make),
        cmocka_unit_test_setup(test_the_old_name_is_over_by_then, store_make),
        cmocka_unit_test_setup(test_the_new_name_first, store_make),
        cmocka_unit_test(test_two_rises),
        cmocka_unit_test_setup(test_three_names, store_make),
        cmocka_unit_test_setup(test_no_value, store_make),
        cmocka_unit_test_setup(test_the_second_name_is_closed, store_make),
        cmocka_unit_test_setup(test_an_epoch_of_nobody, store_make),
        cmocka_unit_test_setup(test_the_owner_knows_both, store_make),
        cmocka_unit_test_setup(test_the_owner_knew_it, store_make),
        cmocka_unit_test_setup(test_both_names_in_one_change, store_make),
        cmocka_unit_test_setup(test_both_names_that_were_told_in_time, store_make),
        cmocka_unit_test_setup(test_the_whole_state_knew_it, store_make),
        cmocka_unit_test_setup(test_the_closer_one, store_make),
        cmocka_unit_test_setup(test_the_old_name_stands_again, store_make),
        cmocka_unit_test_setup(test_after_the_whole_state, store_make),
        cmocka_unit_test_setup(test_the_old_name_was_on_its_way, store_make),
        cmocka_unit_test_setup(test_the_old_name_is_let_through, store_make),
        cmocka_unit_test_setup(test_more_is_let_through, store_make),
        cmocka_unit_test_setup(test_a_return_on_its_way, store_make),
        cmocka_unit_test_setup(test_closed_with_a_word, store_make),
        cmocka_unit_test_setup(test_the_whole_state_goes_on_with_one, store_make),
        cmocka_unit_test_setup(test_one_of_both_is_closed, store_make),
        cmocka_unit_test_setup(test_parked_is_not_known, store_make),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
