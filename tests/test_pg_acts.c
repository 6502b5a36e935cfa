/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an operator did, told by two owners: in the central journal it stands once, whichever of
 * them tells it first; and two acts stand twice. */
#include "tests/unit.h"

#include <inttypes.h>
#include <string.h>

#include <glib.h>

#include "storage/pg_changes.h"
#include "tests/sync_store.h"

#define W1 "11111111-1111-4111-8111-111111111111"
#define W2 "22222222-2222-4222-8222-222222222222"
#define O1 "\"0fe1f2a0-0000-5000-8000-000000000001\""
#define O2 "\"0fe1f2a0-0000-5000-8000-000000000002\""
#define A1 "\"0fe1f2a0-0000-4000-8000-00000000000a\""
#define A2 "\"0fe1f2a0-0000-4000-8000-00000000000b\""

/* Members of a line as they stand in the JSON; NULL: as in the first. */
struct line {
    const char *event, *occurrence, *action, *detail, *rule, *step, *actor, *from, *to;
};
static const struct line usual = {
    .event = "acked",
    .occurrence = O1,
    .action = "null",
    .detail = "\"seen\"",
    .rule = "\"hi\"",
    .step = "1",
    .actor = "\"bob\"",
    .from = "\"unacked\"",
    .to = "\"acked\"",
};

#define PICK(member) (l->member != NULL ? l->member : usual.member)

static char *
body_of(const struct line *l)
{
    return g_strdup_printf(
        "{\"journal\":[{\"at\":\"2026-01-01T00:00:01Z\",\"event\":\"%s\",\"occurrence\":%s,"
        "\"action\":%s,\"detail\":%s,\"rule\":%s,\"step\":%s,\"actor\":%s,\"station\":\"S\","
        "\"component\":\"C\",\"from\":%s,\"to\":%s,\"value\":null}]}",
        PICK(event), PICK(occurrence), PICK(action), PICK(detail), PICK(rule), PICK(step),
        PICK(actor), PICK(from), PICK(to));
}

/* Two ranks of which the higher one is owner now, and the lower one is told later. */
struct owners {
    struct pg *pg;
    struct store_grant now;
    uint64_t numbers;
};

static void
setup(struct owners *o)
{
    *o = (struct owners){.pg = store_open(STORE_INSTANCE), .now = store_acquire("b")};
}

static void
tell(struct owners *o, bool as_owner, const char *body)
{
    const struct pg_change c = {
        .writer = as_owner ? W1 : W2,
        .number = ++o->numbers,
        .instance = as_owner ? "b" : "a",
        .rank = {as_owner ? o->now.epoch : o->now.epoch - 1, 0},
        .body = body,
    };
    store_tell(o->pg, &c, as_owner ? o->now.id : "");
}

static void
tell_line(struct owners *o, bool as_owner, const struct line *l)
{
    char *body = body_of(l);
    tell(o, as_owner, body);
    g_free(body);
}

static const char *
journal(void)
{
    return store_ask("select coalesce(string_agg(instance || ':' || event, ' '"
                     "                           order by log_id, line), '')"
                     "  from leitstand.journal");
}

static void
test_one_act_of_two_owners(void **state)
{
    (void)state;
    static const struct {
        const char *why;
        struct line old, new;
        int lines;
    } cases[] = {
        /* the same act, */
        {"an acknowledgement", {.action = A1}, {.action = A1}, 1},
        {"a shelf", {.event = "shelved", .action = A1}, {.event = "shelved", .action = A1}, 1},
        {"a shelf, of an occurrence that has two names",
         {.event = "shelved", .occurrence = O1, .action = A1},
         {.event = "shelved", .occurrence = O2, .action = A1},
         1},
        {"off the shelf",
         {.event = "unshelved", .action = A1},
         {.event = "unshelved", .action = A1},
         1},
        {"a reset", {.event = "reset", .action = A1}, {.event = "reset", .action = A1}, 1},
        {"out of service",
         {.event = "out_of_service", .occurrence = "null", .action = A1, .rule = "null"},
         {.event = "out_of_service", .occurrence = "null", .action = A1, .rule = "null"},
         1},
        {"in service",
         {.event = "in_service", .occurrence = "null", .action = A1, .rule = "null"},
         {.event = "in_service", .occurrence = "null", .action = A1, .rule = "null"},
         1},
        {"a parking", {.event = "parked", .action = A1}, {.event = "parked", .action = A1}, 1},
        {"a refusal",
         {.event = "refused", .action = A1},
         {.event = "refused", .action = A1},
         1},
        {"an acknowledgement without a name", {.step = "1"}, {.step = "1"}, 1},
        {"one that lost its name", {.action = A1}, {.action = "null"}, 1},
        {"without words", {.detail = "null"}, {.detail = "null"}, 1},
        /* and others. */
        {"in the same words once more", {.action = A1}, {.action = A2}, 2},
        {"of another occurrence", {.action = A1}, {.occurrence = O2, .action = A1}, 2},
        {"of another alarm", {.action = A1}, {.action = A1, .rule = "\"lo\""}, 2},
        {"with another end",
         {.event = "acked", .occurrence = O1, .action = A1},
         {.event = "refused", .occurrence = O1, .action = A1},
         2},
        {"shelved once more",
         {.event = "shelved", .occurrence = O1, .action = A1},
         {.event = "shelved", .occurrence = O1, .action = A2},
         2},
        {"shelved, of before names", {.event = "shelved"}, {.event = "shelved"}, 2},
        {"of another step", {.step = "1"}, {.step = "2"}, 2},
        {"by somebody else", {.actor = "\"bob\""}, {.actor = "\"eve\""}, 2},
        {"in other words", {.detail = "\"seen\""}, {.detail = "\"gone\""}, 2},
        {"with words", {.detail = "null"}, {.detail = "\"seen\""}, 2},
    };
    struct owners o;
    setup(&o);
    for (size_t i = 0; i < 2 * G_N_ELEMENTS(cases); i++) {
        bool new_first = i % 2 == 0;
        tell_line(&o, new_first, new_first ? &cases[i / 2].new : &cases[i / 2].old);
        tell_line(&o, !new_first, new_first ? &cases[i / 2].old : &cases[i / 2].new);
        if (strcmp(store_ask("select count(*) from leitstand.journal"),
                   cases[i / 2].lines == 1 ? "1" : "2") != 0) {
            fail_msg("%s, the %s owner first: %s", cases[i / 2].why, new_first ? "new" : "old",
                     journal());
        }
        (void)store_ask("delete from leitstand.journal_line");
    }
    pg_close(o.pg);
}

/* Under one rank everything stands as it was told: it was done there, one after the other. */
static void
test_acts_of_one_owner(void **state)
{
    (void)state;
    struct owners o;
    setup(&o);
    tell_line(&o, true, &(struct line){.action = A1});
    tell_line(&o, true, &(struct line){.event = "returned", .actor = "null"});
    tell_line(&o, true, &(struct line){.event = "raised", .occurrence = O2, .actor = "null"});
    tell_line(&o, true, &(struct line){.occurrence = O2, .action = A2});
    tell_line(
        &o, true,
        &(struct line){.event = "realarm", .occurrence = O2, .step = "2", .actor = "null"});
    tell_line(&o, true, &(struct line){.occurrence = O2, .step = "2"});
    assert_string_equal(journal(), "b:acked b:returned b:raised b:acked b:realarm b:acked");
    pg_close(o.pg);
}

#define SEEN(event_, from_, to_)                                                               \
    (&(struct line){                                                                           \
        .event = event_, .actor = "null", .from = "\"" from_ "\"", .to = "\"" to_ "\""})

/* The old owner's rise gets in before the one of the next owner, which did not know of it. */
static void
test_a_rise_of_two_owners(void **state)
{
    (void)state;
    struct owners o;
    setup(&o);
    tell_line(&o, false, SEEN("raised", "normal", "unacked"));
    tell_line(&o, true, SEEN("raised", "normal", "unacked"));
    tell_line(&o, false, SEEN("returned", "unacked", "returned_unacked"));
    tell_line(&o, true, SEEN("returned", "acked", "normal"));
    assert_string_equal(journal(), "a:raised a:returned");
    pg_close(o.pg);
}

/* Under a latch it rises and returns more than once, and the next owner goes on with it. */
static void
test_a_latch_of_two_owners(void **state)
{
    (void)state;
    struct owners o;
    setup(&o);
    tell_line(&o, false, SEEN("raised", "normal", "unacked"));
    tell_line(&o, false, SEEN("returned", "unacked", "latched_unacked"));
    tell_line(&o, true, SEEN("raised", "latched_unacked", "unacked"));
    tell_line(&o, true, SEEN("returned", "unacked", "latched_unacked"));
    assert_string_equal(journal(), "a:raised a:returned b:raised b:returned");
    pg_close(o.pg);
}

/* Two owners named a rise apart, and somebody acknowledged it at the first one. */
#define RISE(name)                                                                             \
    "{\"occurrences\":[{\"occurrence\":" name ",\"station\":\"S\",\"component\":\"C\","        \
    "\"rule\":\"hi\",\"type\":\"hi\",\"priority\":\"high\",\"state\":\"unacked\","             \
    "\"overlays\":[],\"raised_at\":\"2026-01-01T00:00:00Z\",\"value\":1.5,\"count\":1}],"      \
    "\"journal\":[{\"at\":\"2026-01-01T00:00:00Z\",\"event\":\"raised\",\"occurrence\":" name  \
    ",\"step\":1,\"station\":\"S\",\"component\":\"C\",\"rule\":\"hi\",\"value\":1.5}]}"

static void
act_under_two_names(bool new_first, const char *want)
{
    static const struct line of_old = {.action = A1}, of_new = {.occurrence = O2, .action = A1};
    struct owners o;
    setup(&o);
    tell(&o, true, RISE(O2));
    tell(&o, false, RISE(O1));
    tell_line(&o, new_first, new_first ? &of_new : &of_old);
    tell_line(&o, !new_first, new_first ? &of_old : &of_new);
    assert_string_equal(journal(), want);
    /* under the name that stands */
    assert_string_equal(store_ask("select count(*) from leitstand.journal"
                                  " where to_json(occurrence)::text = '" O2 "'"),
                        "2");
    pg_close(o.pg);
}

static void
test_an_act_under_two_names(void **state)
{
    (void)state;
    act_under_two_names(true, "b:raised b:acked");
}

static void
test_an_act_under_two_names_late(void **state)
{
    (void)state;
    act_under_two_names(false, "b:raised a:acked");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_one_act_of_two_owners, store_make),
        cmocka_unit_test_setup(test_acts_of_one_owner, store_make),
        cmocka_unit_test_setup(test_a_rise_of_two_owners, store_make),
        cmocka_unit_test_setup(test_a_latch_of_two_owners, store_make),
        cmocka_unit_test_setup(test_an_act_under_two_names, store_make),
        cmocka_unit_test_setup(test_an_act_under_two_names_late, store_make),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
