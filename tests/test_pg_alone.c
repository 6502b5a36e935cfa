/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an instance saw while it reached nobody: in the central journal it stands once, under
 * the name that an owner gave to it, whichever comes first. */
#include "tests/unit.h"

#include <string.h>

#include <glib.h>

#include "tests/sync_store.h"

/* The first two decide for themselves, the third is owner; the first was it before. */
static const char *const writers[] = {
    "11111111-1111-4111-8111-111111111111",
    "22222222-2222-4222-8222-222222222222",
    "33333333-3333-4333-8333-333333333333",
};
static const char *const instances[] = {"a", "b", "c"};
enum who { A, B, C };

#define UUID(n) "0fe1f2a0-0000-5000-8000-00000000000" n

/* A rise as an owner tells it, or somebody who decides for itself. */
struct rise {
    enum who who;
    const char *name; /* a digit */
    const char *at, *event, *returned_at, *value, *rule, *station;
};
#define OR(text, usual) ((text) != NULL ? (text) : (usual))

struct stand {
    struct pg *pg;
    struct store_grant first, now;
    uint64_t numbers;
};

static void
setup(struct stand *s)
{
    *s = (struct stand){.pg = store_open(STORE_INSTANCE), .first = store_acquire("a")};
    (void)store_ask("update leitstand.lease set expires_at = now() - interval '1 s'");
    s->now = store_acquire("c");
}

static void
add_row(GString *to, const struct rise *r)
{
    char *returned = r->returned_at == NULL
                         ? g_strdup("null")
                         : g_strdup_printf("\"2026-01-01T00:00:%sZ\"", r->returned_at);
    g_string_append_printf(
        to,
        "%s{\"occurrence\":\"" UUID("%s") "\",\"station\":\"%s\",\"component\":\"C\","
                                          "\"rule\":\"%s\",\"type\":\"hi\","
                                          "\"priority\":\"high\",\"state\":\"%s\","
                                          "\"overlays\":[],\"raised_at\":"
                                          "\"2026-01-01T00:00:%sZ\",\"returned_at\":%s,"
                                          "\"value\":%s,\"count\":1}",
        to->len == 0 ? "" : ",", r->name, OR(r->station, "S"), OR(r->rule, "hi"),
        r->returned_at == NULL ? "unacked" : "returned_unacked", OR(r->at, "10"), returned,
        OR(r->value, "1.5"));
    g_free(returned);
}

/* Who decides for itself tells a rise when it has come to do so, which is later_s after it. */
static void
add_line(GString *to, const struct rise *r, double later_s)
{
    const char *event = OR(r->event, "raised");
    bool raised = strcmp(event, "raised") == 0;
    double at = g_ascii_strtod(raised ? OR(r->at, "10") : r->returned_at, NULL) + later_s;
    g_string_append_printf(
        to,
        "%s{\"at\":\"2026-01-01T00:00:%06.3fZ\",\"event\":\"%s\",\"occurrence\":\"" UUID(
            "%s") "\",\"step\":1,\"station\":\"%s\",\"component\":\"C\",\"rule\":\"%s\","
                  "\"value\":%s,"
                  "\"from\":\"%s\",\"to\":\"x\",\"actor\":null,\"action\":null}",
        to->len == 0 ? "" : ",", at, event, r->name, OR(r->station, "S"), OR(r->rule, "hi"),
        OR(r->value, "1.5"), raised ? "normal" : "unacked");
}

static void
put(struct stand *s, enum who who, const struct store_grant *g, const char *body)
{
    const struct pg_change c = {
        .writer = writers[who],
        .number = ++s->numbers,
        .instance = instances[who],
        .rank = {g == NULL ? 0 : g->epoch, 0},
        .body = body,
    };
    store_tell(s->pg, &c, g == &s->now ? g->id : "");
}

/* In one change, up to one without a name; as an owner of rank g, NULL: for itself. */
static void
tell_all(struct stand *s, const struct store_grant *g, const struct rise *rises, size_t n)
{
    GString *rows = g_string_new(NULL), *lines = g_string_new(NULL);
    for (size_t i = 0; i < n && rises[i].name != NULL; i++) {
        add_row(rows, &rises[i]);
        add_line(lines, &rises[i], g == NULL ? 10 : 0);
    }
    char *body = g_strdup_printf("{\"%s\":[%s],\"journal\":[%s]}",
                                 g == NULL ? "alone" : "occurrences", rows->str, lines->str);
    put(s, rises->who, g, body);
    g_free(body);
    g_string_free(rows, TRUE);
    g_string_free(lines, TRUE);
}

static void
tell(struct stand *s, const struct store_grant *g, const struct rise *r)
{
    tell_all(s, g, r, 1);
}

/* How many there were, by the journal. */
static const char *
rises(void)
{
    return store_ask("select case when count(*) = count(distinct occurrence)"
                     "            then count(*)::text else 'one twice' end"
                     "  from leitstand.journal where event = 'raised'");
}

/* Of one rise: two decided for themselves, and one is owner. In all orders it stands once, and
 * so does its end. */
static void
test_one_rise_in_every_order(void **state)
{
    static const char *const orders[] = {"012", "021", "102", "120", "201", "210"};
    for (size_t i = 0; i < G_N_ELEMENTS(orders); i++) {
        struct stand s;
        assert_int_equal(store_make(state), 0);
        setup(&s);
        for (const char *who = orders[i]; *who != '\0'; who++) {
            static const struct rise seen[] = {
                {.who = A, .name = "1", .at = "10.2"},
                {.who = B, .name = "2", .at = "11"},
                {.who = C, .name = "3", .at = "10"},
            };
            tell(&s, *who == '2' ? &s.now : NULL, &seen[*who - '0']);
        }
        static const struct rise ends[] = {
            {.who = A, .name = "1", .event = "returned", .returned_at = "14"},
            {.who = B, .name = "2", .event = "returned", .returned_at = "14"},
            {.who = C, .name = "3", .event = "returned", .returned_at = "14"},
        };
        tell(&s, &s.now, &ends[C]);
        tell(&s, NULL, &ends[A]);
        tell(&s, NULL, &ends[B]);
        char *want = g_strdup_printf("%s:raised:3 c:returned:3", instances[orders[i][0] - '0']);
        if (strcmp(store_journal(), want) != 0 ||
            strcmp(store_ask("select string_agg(right(occurrence::text, 1) || ':' || state,"
                             " ' ') from leitstand.alarms"),
                   "3:returned_unacked") != 0) {
            fail_msg("%s: %s, %s", orders[i], store_journal(), store_alarms());
        }
        g_free(want);
        pg_close(s.pg);
    }
}

/* Two rises stay two, whichever comes first. */
static void
test_two_rises(void **state)
{
    static const struct {
        const char *why;
        struct rise alone, owner;
    } cases[] = {
        {"another value", {.value = "1.5"}, {.value = "9"}},
        {"another rule", {.rule = "hi"}, {.rule = "lo"}},
        {"too late", {.at = "17"}, {.at = "10"}},
        {"too early", {.at = "10"}, {.at = "17"}},
        {"no value, later", {.value = "null"}, {.value = "null", .at = "13"}},
    };
    for (size_t i = 0; i < 2 * G_N_ELEMENTS(cases); i++) {
        struct stand s;
        struct rise alone = cases[i / 2].alone, owner = cases[i / 2].owner;
        bool first = i % 2 == 0;
        alone.who = A;
        alone.name = "1";
        owner.who = C;
        owner.name = "3";
        assert_int_equal(store_make(state), 0);
        setup(&s);
        tell(&s, first ? NULL : &s.now, first ? &alone : &owner);
        tell(&s, first ? &s.now : NULL, first ? &owner : &alone);
        if (strcmp(store_journal(),
                   first ? "a:raised:1 c:raised:3" : "c:raised:3 a:raised:1") != 0) {
            fail_msg("%s: %s", cases[i / 2].why, store_journal());
        }
        pg_close(s.pg);
    }
}

static void
tell_some(struct stand *s, const struct store_grant *g, struct rise *rises, bool at_once)
{
    for (size_t i = 0; i < 3; i++) {
        rises[i].who = g == NULL ? A : C;
    }
    if (at_once) {
        tell_all(s, g, rises, 3);
    }
    for (size_t i = 0; i < 3 && !at_once && rises[i].name != NULL; i++) {
        tell(s, g, &rises[i]);
    }
}

/* What was over before the other began is another one, but for the time that links differ by;
 * and who tells of two knows that they are two. Each stands once, in whichever order and
 * however many changes they come. */
static void
test_pulses(void **state)
{
    static const struct {
        const char *why, *want;
        struct rise alone[3], owner[3];
    } cases[] = {
        {"the owner's was over",
         "2",
         {{.name = "1", .at = "14"}},
         {{.name = "3", .returned_at = "11"}}},
        {"over when the owner's came",
         "2",
         {{.name = "1", .returned_at = "11"}},
         {{.name = "3", .at = "14"}}},
        {"the owner's was hardly over",
         "1",
         {{.name = "1", .at = "12.9"}},
         {{.name = "3", .returned_at = "11"}}},
        {"hardly over",
         "1",
         {{.name = "1", .returned_at = "11"}},
         {{.name = "3", .at = "12.9"}}},
        {"two of which the owner told one",
         "2",
         {{.name = "1", .at = "10.2"},
          {.name = "1", .at = "10.2", .event = "returned", .returned_at = "11"},
          {.name = "2", .at = "13"}},
         {{.name = "3"}}},
        {"one of two that the owner told",
         "2",
         {{.name = "1", .at = "10.2"}},
         {{.name = "3", .returned_at = "11"}, {.name = "4", .at = "13"}}},
        {"two and two, late",
         "2",
         {{.name = "1", .at = "12"}, {.name = "2", .at = "15"}},
         {{.name = "3"}, {.name = "4", .at = "13"}}},
    };
    for (size_t i = 0; i < 4 * G_N_ELEMENTS(cases); i++) {
        struct stand s;
        struct rise alone[3], owner[3];
        bool first = i % 2 == 0, at_once = i / 2 % 2 == 0;
        memcpy(alone, cases[i / 4].alone, sizeof(alone));
        memcpy(owner, cases[i / 4].owner, sizeof(owner));
        assert_int_equal(store_make(state), 0);
        setup(&s);
        tell_some(&s, first ? NULL : &s.now, first ? alone : owner, at_once);
        tell_some(&s, first ? &s.now : NULL, first ? owner : alone, at_once);
        if (strcmp(rises(), cases[i / 4].want) != 0) {
            fail_msg("%s, %s first%s: %s", cases[i / 4].why, first ? "alone" : "owner",
                     at_once ? " at once" : "", store_journal());
        }
        pg_close(s.pg);
    }
}

/* A source that tells the time: all have one name for it. */
static void
test_one_name(void **state)
{
    (void)state;
    struct stand s;
    setup(&s);
    tell(&s, NULL, &(struct rise){.who = A, .name = "1"});
    tell(&s, NULL, &(struct rise){.who = B, .name = "1"});
    assert_string_equal(store_journal(), "a:raised:1");
    /* Each has told of it, so what they see next is another one; and so it is for the owner. */
    tell(&s, NULL, &(struct rise){.who = B, .name = "2", .at = "13"});
    tell(&s, &s.now, &(struct rise){.who = C, .name = "3"});
    assert_string_equal(store_journal(), "a:raised:3 b:raised:2");
    tell(&s, NULL, &(struct rise){.who = B, .name = "4", .at = "14"});
    assert_string_equal(store_journal(), "a:raised:3 b:raised:2 b:raised:4");
    pg_close(s.pg);
}

/* One of two that are cut off knows the owner's name, whose word comes last. */
static void
test_the_owners_name_was_known(void **state)
{
    for (int over = 0; over < 2; over++) {
        struct stand s;
        assert_int_equal(store_make(state), 0);
        setup(&s);
        tell(&s, NULL, &(struct rise){.who = B, .name = "2", .at = "11"});
        tell(&s, NULL, &(struct rise){.who = A, .name = "3"});
        assert_string_equal(store_journal(), "b:raised:2");
        tell(&s, over ? &s.first : &s.now, &(struct rise){.who = C, .name = "3"});
        assert_string_equal(store_journal(), "b:raised:3");
        assert_string_equal(store_alarms(), "3:unacked");
        pg_close(s.pg);
    }
}

/* An owner that is it no longer, whose word comes after the whole state of the next one. */
static void
test_deposed(void **state)
{
    for (int first = 0; first < 2; first++) {
        struct stand s;
        const struct rise alone = {.who = B, .name = "2", .at = "10.5"};
        const struct rise deposed = {.who = A, .name = "1", .returned_at = "12"};
        assert_int_equal(store_make(state), 0);
        setup(&s);
        put(&s, C, &s.now, "{\"whole\":true,\"occurrences\":[]}");
        tell(&s, first ? NULL : &s.first, first ? &alone : &deposed);
        tell(&s, first ? &s.first : NULL, first ? &deposed : &alone);
        assert_string_equal(store_journal(), first ? "b:raised:1" : "a:raised:1");
        pg_close(s.pg);
    }
}

/* Links and stores are of one instance each. */
static void
test_services(void **state)
{
    static const struct rise seen[] = {
        {.who = A, .name = "1", .value = "null", .station = "leitstand"},
        {.who = B, .name = "2", .value = "null", .station = "leitstand", .at = "10.5"},
        {.who = C, .name = "3", .value = "null", .station = "leitstand", .at = "11"},
    };
    for (size_t first = 0; first < 3; first++) {
        struct stand s;
        assert_int_equal(store_make(state), 0);
        setup(&s);
        for (size_t i = 0; i < 3; i++) {
            const struct rise *r = &seen[(first + i) % 3];
            tell(&s, r->who == C ? &s.now : NULL, r);
        }
        assert_string_equal(rises(), "3");
        assert_string_equal(store_ask("select count(*) from leitstand.rise_alone"), "0");
        pg_close(s.pg);
    }
}

/* As long as the log is kept, an owner may come that named it. */
static void
test_prune(void **state)
{
    (void)state;
    struct stand s;
    struct err err = {.text = ""};
    enum pg_outcome outcome;
    int64_t gone = -1;
    setup(&s);
    tell(&s, NULL, &(struct rise){.who = A, .name = "1"});
    tell(&s, NULL, &(struct rise){.who = A, .name = "2", .at = "30"});
    store_ask("update leitstand.rise_alone set stored_at = stored_at - interval '40 days'"
              " where occurrence = '" UUID("1") "'");
    assert_int_equal(pg_log_prune(s.pg, s.now.epoch, s.now.id, 35, &gone, &outcome, &err),
                     RC_OK);
    assert_string_equal(store_ask("select string_agg(right(occurrence::text, 1), ' ')"
                                  "  from leitstand.rise_alone"),
                        "2");
    pg_close(s.pg);
}

/* Who tells of two rises knows that they are two: as an owner once, and for itself after. What
 * it told as an owner is named first. */
static void
test_its_own_rise_of_before(void **state)
{
    (void)state;
    struct stand s;
    setup(&s);
    tell(&s, &s.first, &(struct rise){.who = A, .name = "1"});
    tell(&s, NULL, &(struct rise){.who = A, .name = "2", .at = "13"});
    assert_string_equal(store_journal(), "a:raised:1 a:raised:2");
    tell(&s, &s.now, &(struct rise){.who = C, .name = "3", .at = "13"});
    assert_string_equal(store_journal(), "a:raised:3 a:raised:2");
    pg_close(s.pg);
}

/* The same of an owner's that is it no longer, whose first rise the next one has taken over. */
static void
test_an_owners_own_rise_of_before(void **state)
{
    (void)state;
    struct stand s;
    setup(&s);
    tell(&s, &s.first, &(struct rise){.who = A, .name = "1"});
    put(&s, C, &s.now, "{\"whole\":true,\"occurrences\":[]}");
    tell(&s, &s.first, &(struct rise){.who = A, .name = "2", .at = "13"});
    assert_string_equal(store_journal(), "a:raised:1 a:raised:2");
    pg_close(s.pg);
}

/* Nor does one name of the present owner's stand for two of them. */
static void
test_two_of_an_owner_of_before(void **state)
{
    (void)state;
    static const struct rise seen[] = {{.who = A, .name = "1"},
                                       {.who = A, .name = "2", .at = "13"}};
    struct stand s;
    setup(&s);
    tell(&s, &s.now, &(struct rise){.who = C, .name = "3", .at = "10.2"});
    tell_all(&s, &s.first, seen, 2);
    assert_string_equal(store_journal(), "c:raised:3 a:raised:2");
    pg_close(s.pg);
}

/* It is owner afterwards, and goes on with what it saw. */
static void
test_it_is_owner_after(void **state)
{
    (void)state;
    struct stand s;
    setup(&s);
    tell(&s, NULL, &(struct rise){.who = C, .name = "1"});
    tell(&s, &s.now, &(struct rise){.who = C, .name = "3", .at = "12"});
    tell(&s, &s.now,
         &(struct rise){.who = C, .name = "1", .event = "returned", .returned_at = "15"});
    assert_string_equal(store_journal(), "c:raised:1 c:raised:3 c:returned:1");
    assert_string_equal(store_alarms(), "1:returned_unacked 3:unacked");
    pg_close(s.pg);
}

/* What an owner tells of stands, though somebody told it first and it was taken for the owner's
 * rise before: by who decided for itself, or was owner before; in time, or late; open, or over.
 */
static void
test_an_owners_name_is_not_taken(void **state)
{
    static const struct rise before = {.who = C, .name = "3"},
                             over = {.who = C,
                                     .name = "3",
                                     .event = "returned",
                                     .returned_at = "11"},
                             taken = {.who = A, .name = "1", .at = "12.5"},
                             own = {.who = C, .name = "1", .at = "12.5"},
                             blink = {
                                 .who = C, .name = "1", .at = "12.5", .returned_at = "12.6"};
    for (unsigned i = 0; i < 8; i++) {
        bool ranked = (i & 1u) != 0, late = (i & 2u) != 0, closed = (i & 4u) != 0;
        struct stand s;
        assert_int_equal(store_make(state), 0);
        setup(&s);
        const struct store_grant then = s.now;
        tell(&s, &s.now, &before);
        tell(&s, &s.now, &over);
        tell(&s, ranked ? &s.first : NULL, &taken);
        assert_string_equal(store_journal(), "c:raised:3 c:returned:3");
        tell(&s, late ? &then : &s.now, closed ? &blink : &own);
        const char *state_of = store_ask("select coalesce(max(state), 'nothing')"
                                         "  from leitstand.occurrence"
                                         " where occurrence = '" UUID("1") "'");
        if (strcmp(store_journal(), "c:raised:3 c:returned:3 c:raised:1") != 0 ||
            strcmp(state_of, closed ? "returned_unacked" : "unacked") != 0) {
            fail_msg("%s, %s, %s: %s, %s", ranked ? "ranked" : "alone",
                     late ? "late" : "in time", closed ? "closed" : "open", store_journal(),
                     state_of);
        }
        pg_close(s.pg);
    }
}

/* Who told of its end knows it, and what it tells of after that is another one. */
static void
test_who_told_of_its_end(void **state)
{
    (void)state;
    struct stand s;
    setup(&s);
    const struct store_grant second = s.now;
    tell(&s, &s.first, &(struct rise){.who = B, .name = "5"});
    tell(&s, &s.now,
         &(struct rise){.who = C, .name = "5", .event = "returned", .returned_at = "12"});
    (void)store_ask("update leitstand.lease set expires_at = now() - interval '1 s'");
    s.now = store_acquire("b");
    tell(&s, &s.now,
         &(struct rise){.who = B, .name = "5", .event = "severity", .returned_at = "12"});
    tell(&s, &second, &(struct rise){.who = C, .name = "6", .at = "13"});
    assert_string_equal(store_journal(), "b:raised:5 c:returned:5 b:severity:5 c:raised:6");
    pg_close(s.pg);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_rise_in_every_order),
        cmocka_unit_test(test_two_rises),
        cmocka_unit_test(test_pulses),
        cmocka_unit_test_setup(test_one_name, store_make),
        cmocka_unit_test(test_the_owners_name_was_known),
        cmocka_unit_test(test_deposed),
        cmocka_unit_test(test_services),
        cmocka_unit_test_setup(test_prune, store_make),
        cmocka_unit_test_setup(test_its_own_rise_of_before, store_make),
        cmocka_unit_test_setup(test_an_owners_own_rise_of_before, store_make),
        cmocka_unit_test_setup(test_two_of_an_owner_of_before, store_make),
        cmocka_unit_test_setup(test_it_is_owner_after, store_make),
        cmocka_unit_test(test_an_owners_name_is_not_taken),
        cmocka_unit_test_setup(test_who_told_of_its_end, store_make),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
