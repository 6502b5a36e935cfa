/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit.h"

#include <stdbool.h>
#include <string.h>

#include "src/app/act_json.h"

#define ID "0fe1c2d3-0000-5000-8000-00000000abcd"

static bool
read_action(struct alarm_action *ret, const char *text, struct err *err)
{
    json_t *request = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    if (request == NULL) {
        fail_msg("a case that is no JSON: %s", text);
    }
    *err = (struct err){.text = ""};
    bool good = act_from_json(ret, request, "anna", err);
    json_decref(request);
    return good;
}

static void
test_everything_is_read(void **state)
{
    (void)state;
    struct alarm_action a;
    struct err err;
    assert_true(read_action(&a,
                            "{\"command\":\"act\",\"action\":\"ack\",\"occurrence\":\"" ID
                            "\",\"step\":3,\"seen_at\":\"2026-01-09T15:39:14+01:00\","
                            "\"text\":\" on my way \"}",
                            &err));
    char id[UUID_SIZE];
    uuid_format(id, &a.occurrence);
    assert_int_equal(a.kind, ACTION_ACK);
    assert_string_equal(id, ID);
    assert_int_equal(a.step, 3);
    assert_int_equal(a.seen_at, INT64_C(1767969554) * US_PER_S);
    assert_string_equal(a.text, "on my way");
    assert_string_equal(a.user, "anna");
    assert_string_equal(a.origin, "");

    assert_true(read_action(&a,
                            "{\"action\":\"shelve\",\"station\":\"PS/01\",\"component\":\"L1\","
                            "\"rule\":\"high\",\"seconds\":7200,\"text\":\"pump swap\"}",
                            &err));
    assert_int_equal(a.kind, ACTION_SHELVE);
    assert_true(uuid_is_nil(&a.occurrence));
    assert_string_equal(a.station, "PS/01");
    assert_string_equal(a.component, "L1");
    assert_string_equal(a.rule, "high");
    assert_int_equal(a.duration_us, 7200 * US_PER_S);
    assert_int_equal(a.seen_at, WALL_NONE);
    assert_false(a.one_shot);
}

static void
test_text_is_made_harmless(void **state)
{
    (void)state;
    struct alarm_action a;
    struct err err;
    assert_true(read_action(&a,
                            "{\"action\":\"ack\",\"occurrence\":\"" ID
                            "\",\"text\":\"\\u001b[31mrot\\u202e\\n\"}",
                            &err));
    assert_string_equal(a.text, "?[31mrot?");
    /* found by fuzz_act: a mark that begins the text once the blank is gone */
    assert_true(read_action(
        &a, "{\"action\":\"ack\",\"occurrence\":\"" ID "\",\"text\":\" \u0301a\"}", &err));
    assert_string_equal(a.text, "?a");
    json_t *request = json_pack("{s:s,s:s}", "action", "ack", "occurrence", ID);
    assert_true(act_from_json(&a, request, "an\033na", &err));
    assert_string_equal(a.user, "an?na");
    json_decref(request);
}

#define LONG_36 "123456789012345678901234567890123456"
static void
test_what_is_taken_and_refused(void **state)
{
    (void)state;
    static const struct {
        const char *request, *why; /* NULL: taken */
    } cases[] = {
        {"{\"action\":\"ack\",\"occurrence\":\"" ID "\"}", NULL},
        {"{\"action\":\"ack\",\"occurrence\":\"" ID "\",\"station\":\"\",\"once\":false,"
         "\"seconds\":0,\"step\":0,\"seen_at\":\"\",\"rule\":\"\"}",
         NULL},
        {"{}", "there is no \"action\""},
        {"{\"action\":7}", "there is no \"action\""},
        {"{\"action\":\"acknowledge\"}", "\"action\" is not an action"},
        {"{\"action\":\"ack\",\"command\":\"reload\"}", "\"command\" is not \"act\""},
        {"{\"action\":\"ack\"}", "ack needs \"occurrence\""},
        {"{\"action\":\"ack\",\"occurrence\":\"\"}", "ack needs \"occurrence\""},
        {"{\"action\":\"ack\",\"occurrence\":7}", "\"occurrence\" is not a UUID"},
        {"{\"action\":\"ack\",\"occurrence\":null}", "\"occurrence\" is not a UUID"},
        {"{\"action\":\"ack\",\"occurrence\":\"" ID "0\"}", "\"occurrence\" is not a UUID"},
        {"{\"action\":\"ack\",\"station\":\"S\",\"rule\":\"r\"}", "ack takes no \"station\""},
        {"{\"action\":\"ack\",\"occurrence\":\"" ID "\",\"seconds\":5}",
         "ack takes no \"seconds\""},
        {"{\"action\":\"ack\",\"occurrence\":\"" ID "\",\"user\":\"root\"}",
         "\"user\" is not known"},
        {"{\"action\":\"ack\",\"occurrence\":\"" ID "\",\"origin\":\"x\"}",
         "\"origin\" is not known"},
        {"{\"action\":\"ack\",\"occurrence\":\"" ID "\",\"\\u001bx\":1}",
         "\"?x\" is not known"},
        {"{\"action\":\"ack\",\"occurrence\":\"" ID "\",\"step\":4294967295}", NULL},
        {"{\"action\":\"ack\",\"occurrence\":\"" ID "\",\"step\":4294967296}",
         "\"step\" is not a whole number"},
        {"{\"action\":\"ack\",\"occurrence\":\"" ID "\",\"step\":-1}",
         "\"step\" is not a whole number"},
        {"{\"action\":\"ack\",\"occurrence\":\"" ID "\",\"step\":1.0}",
         "\"step\" is not a whole number"},
        {"{\"action\":\"ack\",\"occurrence\":\"" ID "\",\"text\":false}",
         "\"text\" is not a text"},
        {"{\"action\":\"ack\",\"occurrence\":\"" ID "\",\"seen_at\":\"2026-01-09 15:39:14\"}",
         "\"seen_at\" is not a time"},
        {"{\"action\":\"ack\",\"occurrence\":\"" ID "\",\"seen_at\":5}",
         "\"seen_at\" is not a time"},
        {"{\"action\":\"shelve\",\"occurrence\":\"" ID "\",\"once\":true}", NULL},
        {"{\"action\":\"shelve\",\"occurrence\":\"" ID "\",\"once\":1}",
         "\"once\" is neither true nor false"},
        {"{\"action\":\"shelve\",\"occurrence\":\"" ID "\"}",
         "shelve needs either \"seconds\" or \"once\""},
        {"{\"action\":\"shelve\",\"occurrence\":\"" ID "\",\"once\":true,\"seconds\":1}",
         "shelve needs either \"seconds\" or \"once\""},
        {"{\"action\":\"shelve\",\"occurrence\":\"" ID "\",\"seconds\":315360001}",
         "\"seconds\" is not a whole number"},
        {"{\"action\":\"shelve\",\"occurrence\":\"" ID "\",\"station\":\"S\",\"seconds\":1}",
         "\"occurrence\" and \"station\" exclude each other"},
        {"{\"action\":\"shelve\",\"station\":\"S\",\"seconds\":1}", "shelve needs \"rule\""},
        {"{\"action\":\"shelve\",\"rule\":\"r\",\"seconds\":1}", "shelve needs \"station\""},
        {"{\"action\":\"unshelve\",\"station\":\"S\",\"rule\":\"silence\"}", NULL},
        {"{\"action\":\"unshelve\",\"station\":\"S\",\"rule\":\"silence\",\"once\":true}",
         "unshelve takes no \"once\""},
        {"{\"action\":\"reset\",\"occurrence\":\"" ID "\"}", NULL},
        {"{\"action\":\"reset\",\"occurrence\":\"" ID "\",\"step\":2}",
         "reset takes no \"step\""},
        {"{\"action\":\"maintenance\",\"station\":\"S\"}", NULL},
        {"{\"action\":\"maintenance\",\"station\":\"S\",\"component\":\"C\",\"text\":\"why\"}",
         NULL},
        {"{\"action\":\"maintenance\",\"component\":\"C\"}", "maintenance needs \"station\""},
        {"{\"action\":\"return\",\"station\":\"S\",\"rule\":\"r\"}",
         "return takes no \"rule\""},
        {"{\"action\":\"test\",\"station\":\"S\",\"component\":\"C\",\"rule\":\"r\"}", NULL},
        {"{\"action\":\"test\",\"occurrence\":\"" ID "\"}", "test takes no \"occurrence\""},
        {"{\"action\":\"test_end\",\"station\":\"S\",\"component\":\"C\"}",
         "test_end needs \"rule\""},
        {"{\"action\":\"return\",\"station\":\"" LONG_36 "\"}", NULL},
        {"{\"action\":\"return\",\"station\":\"" LONG_36 "7\"}", "\"station\" is too long"},
        {"{\"action\":\"return\",\"station\":[]}", "\"station\" is not a text"},
        {"{\"action\":\"return\",\"station\":\"S\\u001b\"}",
         "\"station\" has characters that no name has"},
        {"{\"action\":\"return\",\"station\":\"Süd\"}", NULL},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct alarm_action a = {.step = 4711};
        struct err err;
        bool good = read_action(&a, cases[i].request, &err);
        if (good != (cases[i].why == NULL)) {
            fail_msg("%s: %s", cases[i].request, err.text);
        }
        if (!good && strncmp(err.text, cases[i].why, strlen(cases[i].why)) != 0) {
            fail_msg("%s: %s, and not: %s", cases[i].request, err.text, cases[i].why);
        }
        assert_true(good || a.step == 4711); /* untouched */
    }
}

static void
test_the_longest_text(void **state)
{
    (void)state;
    for (size_t len = ALARM_TEXT_MAX - 2; len <= ALARM_TEXT_MAX; len++) {
        char *text = g_strnfill(len, 'x');
        json_t *request =
            json_pack("{s:s,s:s,s:s}", "action", "ack", "occurrence", ID, "text", text);
        struct alarm_action a;
        struct err err = {.text = ""};
        bool good = act_from_json(&a, request, "anna", &err);
        assert_int_equal(good, len < ALARM_TEXT_MAX);
        assert_string_equal(err.text, good ? "" : "\"text\" is too long");
        json_decref(request);
        g_free(text);
    }
}

static void
test_there_and_back(void **state)
{
    (void)state;
    struct alarm_action cases[] = {
        {.kind = ACTION_ACK, .step = 7, .seen_at = INT64_C(1767969554123456), .text = "ä"},
        {.kind = ACTION_SHELVE, .duration_us = 60 * US_PER_S, .seen_at = WALL_NONE},
        {.kind = ACTION_SHELVE,
         .station = "S/1",
         .rule = "silence",
         .one_shot = true,
         .seen_at = WALL_NONE},
        {.kind = ACTION_RETURN, .station = "S", .component = "C", .seen_at = WALL_NONE},
        {.kind = ACTION_TEST, .station = "S", .component = "C", .rule = "r", .seen_at = 0},
    };
    assert_true(uuid_parse(&cases[0].occurrence, ID));
    assert_true(uuid_parse(&cases[1].occurrence, ID));
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct alarm_action back;
        struct err err = {.text = ""};
        json_t *request = act_to_json(&cases[i]);
        assert_non_null(request);
        if (!act_from_json(&back, request, "", &err)) {
            fail_msg("case %zu: %s", i, err.text);
        }
        json_t *again = act_to_json(&back);
        assert_true(json_equal(request, again));
        assert_int_equal(back.kind, cases[i].kind);
        assert_int_equal(back.duration_us, cases[i].duration_us);
        assert_int_equal(back.seen_at, cases[i].seen_at);
        assert_int_equal(back.one_shot, cases[i].one_shot);
        assert_string_equal(back.text, cases[i].text);
        assert_string_equal(back.rule, cases[i].rule);
        json_decref(again);
        json_decref(request);
    }
}

/* A screen knows both; the occurrence is what was seen. */
static void
test_the_occurrence_beats_the_names(void **state)
{
    (void)state;
    struct alarm_action a = {
        .kind = ACTION_RESET, .station = "S", .rule = "r", .seen_at = WALL_NONE};
    assert_true(uuid_parse(&a.occurrence, ID));
    json_t *request = act_to_json(&a);
    assert_null(json_object_get(request, "station"));
    assert_null(json_object_get(request, "rule"));
    assert_string_equal(json_string_value(json_object_get(request, "occurrence")), ID);
    json_decref(request);
    struct alarm_action broken = {.kind = ACTION_RETURN, .station = "\xff"};
    assert_null(act_to_json(&broken));
}

static void
test_answers(void **state)
{
    (void)state;
    static const struct {
        enum rc rc;
        const char *text, *want;
    } cases[] = {
        {RC_OK, "", "{\"ok\":true,\"message\":\"\"}"},
        {RC_OK, "kept until it comes", "{\"ok\":true,\"message\":\"kept until it comes\"}"},
        {RC_NOTFOUND, "no such alarm", "{\"ok\":false,\"error\":\"no such alarm\"}"},
        {RC_INVALID, "cut \xc3", "{\"ok\":false,\"error\":\"cut ?\"}"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct err err;
        err_set(&err, cases[i].rc, "%s", cases[i].text);
        json_t *reply = act_answer(cases[i].rc, &err);
        char *text = json_dumps(reply, JSON_COMPACT);
        assert_string_equal(text, cases[i].want);
        free(text);
        json_decref(reply);
    }
    json_t *reply = act_answer(RC_IO, NULL);
    assert_true(json_is_false(json_object_get(reply, "ok")));
    json_decref(reply);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_everything_is_read),
        cmocka_unit_test(test_text_is_made_harmless),
        cmocka_unit_test(test_what_is_taken_and_refused),
        cmocka_unit_test(test_the_longest_text),
        cmocka_unit_test(test_there_and_back),
        cmocka_unit_test(test_the_occurrence_beats_the_names),
        cmocka_unit_test(test_answers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
