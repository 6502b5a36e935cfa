/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit.h"

#include "src/config/config.h"
#include "tests/decode_fixture.h"

#define GOOD_RULE "[rule:x:r]\nid = /id\nvalue = /value\n"

static void
test_problems(void **state)
{
    (void)state;
    static const struct {
        const char *ini, *want;
    } cases[] = {
        {"[other]\n", "test.ini:1: [other] is not profile:NAME or rule:NAME:RULE"},
        {"[profile:]\n", "test.ini:1: [profile:] is not profile:NAME or rule:NAME:RULE"},
        {"[profile:A b]\n", "test.ini:1: [profile:A b] is not profile:NAME or rule:NAME:RULE"},
        {"[rule:x]\n", "test.ini:1: [rule:x] is not profile:NAME or rule:NAME:RULE"},
        {"[profile:x]\ncolour = red\n",
         "test.ini:2: [profile:x] colour: \"red\" stands under a key that no profile has"},
        {"[profile:x]\ntopics = a a#\n",
         "test.ini:2: [profile:x] topics: \"a a#\" is not a list of topic filters, one blank "
         "between"},
        {GOOD_RULE "colour = red\n",
         "test.ini:4: [rule:x:r] colour: \"red\" stands under a key that no rule has"},
        {"[rule:x:r]\nid = /id\n", "test.ini:1: [rule:x:r] needs id and value"},
        {"[rule:x:r]\nresult = health\n", "test.ini:1: [rule:x:r] needs health"},
        {"[rule:x:r]\nresult = alarm\n", "test.ini:1: [rule:x:r] needs severity and states"},
        {"[rule:x:r]\nresult = life\nvalue = .\n",
         "test.ini:1: [rule:x:r] needs value and offline"},
        {"[rule:x:r]\nresult = life\nvalue = .\noffline = \n",
         "test.ini:4: [rule:x:r] offline: \"\" is not a list of words"},
        {GOOD_RULE "payload = text\nmatch = /a\n",
         "test.ini:1: [rule:x:r] a text payload has neither match nor entries"},
        {GOOD_RULE "station = {station}\n",
         "test.ini:4: [rule:x:r] station: \"{station}\" is not a list such as /id | ^/id | "
         "{level} | @key | =word"},
        {GOOD_RULE "station = name\n",
         "test.ini:4: [rule:x:r] station: \"name\" is not a list such as /id | ^/id | {level} "
         "| @key | =word"},
        {GOOD_RULE "time = /a~2b\n",
         "test.ini:4: [rule:x:r] time: \"/a~2b\" is not a list such as /id | ^/id | {level} | "
         "@key | =word"},
        {GOOD_RULE "topic = a/{b\n",
         "test.ini:4: [rule:x:r] topic: \"a/{b\" is not a topic pattern such as "
         "sensors/{station}/{component}"},
        {GOOD_RULE "match = /a:thing\n",
         "test.ini:4: [rule:x:r] match: \"/a:thing\" is not a list of pointers such as "
         "/state/reported:object"},
        {GOOD_RULE "result = nothing\n", "test.ini:4: [rule:x:r] result: \"nothing\" is not "
                                         "readings, health, alarm, write or life"},
        {GOOD_RULE "entries = a\n",
         "test.ini:4: [rule:x:r] entries: \"a\" is not a pointer such as /metrics/*"},
        {GOOD_RULE "qualities = 0=fine\n",
         "test.ini:4: [rule:x:r] qualities: \"0=fine\" is not "
         "a list such as 0=good 2=invalid *=invalid"},
        {GOOD_RULE "states = gone=*\n",
         "test.ini:4: [rule:x:r] states: \"gone=*\" is not a list "
         "such as resolved=/resolved_at raised=*"},
        {GOOD_RULE "future_s = -1\n",
         "test.ini:4: [rule:x:r] future_s: \"-1\" is not a number from 0 to 86400"},
        {GOOD_RULE "int16 = /desc AI\n", "test.ini:4: [rule:x:r] int16: \"/desc AI\" is not a "
                                         "pointer, a colon and prefixes, /desc: AI-word-"},
        {GOOD_RULE "ranges = Q:float\n",
         "test.ini:4: [rule:x:r] ranges: \"Q:float\" is not a list such as Q:bit "
         "AI:word:signed V:byte:zero:memory"},
        {GOOD_RULE "keys = Fold\n",
         "test.ini:4: [rule:x:r] keys: \"Fold\" is not exact or fold"},
        {GOOD_RULE "hex = maybe\n", "test.ini:4: [rule:x:r] hex: \"maybe\" is not no or yes"},
        {"[rule:x:r]\nuse = y\n",
         "test.ini:2: [rule:x:r] use: \"y\" is not another payload profile"},
        {"[rule:x:r]\nuse = x\n",
         "test.ini:2: [rule:x:r] use: \"x\" is not another payload profile"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct problems problems;
        problems_init(&problems);
        profiles_free(fixture_parse(cases[i].ini, &problems));
        if (problems.n != 1 || strcmp(problems.list[0], cases[i].want) != 0) {
            fail_msg("%s\n got  %zu: %s\n want %s", cases[i].ini, problems.n,
                     problems.n == 0 ? "" : problems.list[0], cases[i].want);
        }
        problems_fini(&problems);
    }
    profiles_free(NULL);
}

static void
test_every_problem_is_told(void **state)
{
    (void)state;
    struct problems problems;
    problems_init(&problems);
    profiles_free(
        fixture_parse("[profile:x]\na = 1\nb = 2\n[rule:x:r]\nhex = 7\nkeys = 8\n", &problems));
    assert_int_equal(problems.n, 5);
    problems_fini(&problems);
}

/* The line that one message makes with these profiles. */
static char *
decode(const struct profiles *profiles, const char *topic, const char *payload)
{
    struct decode_config config = {.profiles = profiles, .adopt = true, .timezone = "UTC"};
    struct decoder *d = NULL;
    struct err err = {0};
    assert_int_equal(decoder_new(&d, &config, NULL, &err), RC_OK);
    struct decode_message m = {topic, payload, strlen(payload), false, FIXTURE_NOW};
    char *line = fixture_line(decode_message(d, &m), NULL);
    decoder_free(d);
    return line;
}

/* Where the station is told in the payload, or by whatever level of the topic is one. */
static void
test_life(void **state)
{
    (void)state;
    static const struct {
        const char *station, *payload, *want;
    } cases[] = {
        {"station = /id", "{\"id\":7,\"up\":false}", "x 7 gone"},
        {"station = /id", "{\"id\":7,\"up\":true}", "x 7 there"},
        {"station = /id", "{\"id\":7,\"up\":0.5}", "x 7 there"},
        {"station = /id", "{\"id\":7,\"up\":null}", "x !:value null"},
        {"station = /id", "{\"id\":7,\"up\":[]}", "x !:value is an array"},
        {"station = /id", "{\"id\":7}", "x !:value missing"},
        {"station = /id", "{\"up\":0}", "x !:station missing"},
        {"station = /id", "{\"id\":[],\"up\":0}", "x !:station is no text"},
        {"", "{\"up\":0}", "x !:station missing"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct problems problems;
        problems_init(&problems);
        char *ini = g_strdup_printf("[profile:x]\ntopics = \"#\"\n[rule:x:r]\nresult = life\n"
                                    "%s\nvalue = /up\noffline = false 0\n",
                                    cases[i].station);
        struct profiles *profiles = fixture_parse(ini, &problems);
        assert_int_equal(problems.n, 0);
        char *line = decode(profiles, "a/b", cases[i].payload);
        if (strcmp(line, cases[i].want) != 0) {
            fail_msg("%s %s: %s", cases[i].station, cases[i].payload, line);
        }
        g_free(line);
        profiles_free(profiles);
        g_free(ini);
        problems_fini(&problems);
    }
}

static void
test_circle(void **state)
{
    (void)state;
    struct problems problems;
    problems_init(&problems);
    profiles_free(fixture_parse("[rule:x:r]\nuse = y\n[rule:y:r]\nuse = x\n", &problems));
    assert_int_equal(problems.n, 2);
    assert_string_equal(problems.list[0], "test.ini: profile \"x\" uses itself");
    problems_fini(&problems);
}

/* Device types that nobody has thought of here: data alone is enough for them. */
static void
test_vocabulary(void **state)
{
    (void)state;
    static const struct {
        const char *ini, *topic, *payload, *want;
    } cases[] = {
        {"[profile:z]\ntopics = zig/+\n[rule:z:r]\ntopic = zig/{station}\nentries = /*\n"
         "skip = last_seen linkquality\nstation = {station}\nid = @key\nvalue = .\n"
         "time = ^/last_seen\n",
         "zig/tank", "{\"level\":3.5,\"linkquality\":90,\"last_seen\":1767973154000}",
         "z tank/level=3.5@2026-01-09T15:39:14Z"},
        {"[profile:z]\ntopics = z\n[rule:z:r]\nentries = /d/*\nstation = ^/device/name\n"
         "id = /n\nvalue = /v\ntime = /t | ^/time\nkeys = fold\n",
         "z", "{\"Device\":{\"Name\":\"P\"},\"d\":[{\"n\":\"a\",\"v\":1}],\"TIME\":1767973154}",
         "z P/a=1@2026-01-09T15:39:14Z"},
        {"[profile:z]\ntopics = z\n[rule:z:r]\nid = =level\nvalue = /list/1/x\n", "z",
         "{\"list\":[{\"x\":1},{\"x\":2}]}", "z /level=2"},
        {"[profile:z]\ntopics = z\n[rule:z:r]\nmatch = /kind:number\nid = =a\nvalue = /v\n"
         "[rule:z:s]\nmatch = /*/v\nentries = /*\nid = @key\nvalue = /v\n",
         "z", "{\"kind\":\"no\",\"b\":{\"v\":1}}", "z /b=1 !/kind:value missing"},
        {"[profile:z]\ntopics = z\n[rule:z:r]\nid = /id\nvalue = /v\narrays = elements\n"
         "quality = /q\nqualities = 192=good *=substituted\n",
         "z", "{\"id\":\"a\",\"v\":[1,2],\"q\":64}", "z /a=1,substituted /a[1]=2,substituted"},
        {"[profile:z]\ntopics = z\n[rule:z:r]\nid = /a~1b\nvalue = /~0\n", "z",
         "{\"a/b\":\"x\",\"~\":1}", "z /x=1"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct problems problems;
        problems_init(&problems);
        struct profiles *profiles = fixture_parse(cases[i].ini, &problems);
        assert_int_equal(problems.n, 0);
        char *line = decode(profiles, cases[i].topic, cases[i].payload);
        if (strcmp(line, cases[i].want) != 0) {
            fail_msg("%s\n got  %s\n want %s", cases[i].ini, line, cases[i].want);
        }
        g_free(line);
        profiles_free(profiles);
        problems_fini(&problems);
    }
}

/* A file read later replaces a profile of the same name as a whole. */
static void
test_replaced(void **state)
{
    (void)state;
    static const char ours[] =
        "[profile:z]\ntopics = a\n" GOOD_RULE "[rule:z:old]\nid = /old\nvalue = /value\n";
    static const char theirs[] =
        "[profile:z]\ntopics = b\n[rule:z:new]\nid = /new\nvalue = /v\n";
    struct settings settings;
    struct problems problems;
    settings_init(&settings);
    problems_init(&problems);
    ini_parse(&settings, "ours.ini", ours, strlen(ours), &problems);
    ini_parse(&settings, "theirs.ini", theirs, strlen(theirs), &problems);
    struct profiles *profiles = profiles_new(&settings, &problems);
    assert_int_equal(problems.n, 0);
    assert_true(profiles_has(profiles, "z"));
    assert_true(profiles_has(profiles, "x"));
    assert_false(profiles_has(profiles, "y"));
    char *line = decode(profiles, "b", "{\"new\":\"n\",\"v\":1}");
    assert_string_equal(line, "z /n=1");
    g_free(line);
    line = decode(profiles, "a", "{\"old\":\"n\",\"value\":1}");
    assert_string_equal(line, "- !:no profile for this topic");
    g_free(line);
    profiles_free(profiles);
    settings_fini(&settings);
    problems_fini(&problems);
}

static void
test_windows_run_on_event_time(void **state)
{
    (void)state;
    static const struct {
        const char *topic, *payload;
        bool want;
    } cases[] = {
        {"machines/A1/scrap", "{\"scrapIndex\":2,\"value\":1}", true},
        {"machines/m/p/s", "{\"value\":1}", true},
        {"sensors/t/telemetry", "{\"metrics\":{\"a\":1}}", false},
        {"logo/x", "{\"state\":{\"reported\":{\"a\":{\"value\":[1]}}}}", false},
    };
    struct profiles *profiles = fixture_profiles();
    struct decode_config config = {.profiles = profiles, .adopt = true};
    struct decoder *d = NULL;
    struct err err = {0};
    assert_int_equal(decoder_new(&d, &config, NULL, &err), RC_OK);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct decode_message m = {cases[i].topic, cases[i].payload, strlen(cases[i].payload),
                                   false, FIXTURE_NOW};
        const struct decode_result *r = decode_message(d, &m);
        assert_int_equal(r->n_readings, 1);
        assert_int_equal(r->readings[0].r.event_time, cases[i].want);
    }
    decoder_free(d);
    profiles_free(profiles);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_problems),
        cmocka_unit_test(test_every_problem_is_told),
        cmocka_unit_test(test_circle),
        cmocka_unit_test(test_life),
        cmocka_unit_test(test_vocabulary),
        cmocka_unit_test(test_replaced),
        cmocka_unit_test(test_windows_run_on_event_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
