/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit.h"

#include "tests/decode_fixture.h"

#define PLANT                                                                                  \
    "PS-01/Q3DCMDNFEH PS-01/AI:uint16 PS-01/W:bcd PS-01/F:float32 PS-01/HEAD:divider "         \
    "PS-01/Q1 PS-02@utc/Q1 PS-02/Q2 PS-03@ignore/L3 PS-04@local/L4 A1/2 tor-1/tempC"
#define SEND  "/client/send/0f6c"
#define NOW   "2026-01-09T15:39:14Z"
#define STAMP "\"$logotime\":1767973154"

static struct profiles *profiles;
static struct plant *plant;

static int
setup(void **state)
{
    (void)state;
    profiles = fixture_profiles();
    plant = fixture_plant(PLANT);
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    plant_unref(plant);
    profiles_free(profiles);
    return 0;
}

static struct decoder *
make(bool adopt, struct plant *of)
{
    struct err err = {0};
    struct decoder *d = NULL;
    struct decode_config config = {
        .profiles = profiles, .adopt = adopt, .timezone = "Europe/Berlin"};
    assert_int_equal(decoder_new(&d, &config, of, &err), RC_OK);
    return d;
}

/* The payload is copied to its exact size, so that a sanitizer sees a byte read beyond. */
static char *
decode_bytes(struct decoder *d, const char *topic, const void *payload, size_t len, bool retain)
{
    char *copy = g_memdup2(payload, len);
    struct decode_message m = {topic, copy, len, retain, FIXTURE_NOW};
    const struct decode_result *r = decode_message(d, &m);
    fixture_check(r);
    char *line = fixture_line(r, plant);
    g_free(copy);
    return line;
}

static void
expect(struct decoder *d, const char *topic, const char *payload, bool retain, const char *want)
{
    char *line = decode_bytes(d, topic, payload, strlen(payload), retain);
    if (strcmp(line, want) != 0) {
        fail_msg("%s %s\n got  %s\n want %s", topic, payload, line, want);
    }
    g_free(line);
}

struct step {
    const char *topic, *payload, *want;
};

static void
expect_all(struct decoder *d, const struct step *steps, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        expect(d, steps[i].topic, steps[i].payload, false, steps[i].want);
    }
}

#define REPORTED(body) "{\"state\":{\"reported\":{" body "}}}"

static void
test_logo(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {SEND, REPORTED("\"Q3DCMDNFEH\":{\"desc\":\"M-bit-1-1\",\"value\":[1]}," STAMP),
         "logo PS-01/Q3DCMDNFEH=1@" NOW " ~PS-01"},
        {SEND, REPORTED("\"Q3DCMDNFEH\":{\"value\":[0]},\"X\":{\"value\":[null]}"),
         "logo PS-01/Q3DCMDNFEH=0 !/state/reported/X:value null ~PS-01"},
        {SEND,
         REPORTED("\"A\":null,\"B\":{},\"C\":{\"value\":[]},\"D\":{\"value\":null},\"E\":5,"
                  "\"F\":{\"value\":{}},\"G\":true,\"H\":[1],\"Q3DCMDNFEH\":{\"value\":[1]}"),
         "logo PS-01/Q3DCMDNFEH=1 !/state/reported/A:value null "
         "!/state/reported/B:value missing !/state/reported/C:value empty "
         "!/state/reported/D:value null !/state/reported/E:value missing "
         "!/state/reported/F:value is an object !/state/reported/G:value missing "
         "!/state/reported/H:value missing ~PS-01"},
        {SEND, REPORTED("\"Q2\":{\"value\":[1]},\"Z\":{\"value\":[7.5]}"),
         "logo PS-02/Q2=1 !/state/reported/Z:unknown id ?/Z=7.5 ~PS-02"},
        {SEND, REPORTED("\"Q1\":{\"value\":[1]}"),
         "logo !/state/reported/Q1:unknown id ?/Q1=1"},
        {"logo/PS-01/tx", REPORTED("\"Q1\":{\"value\":[1]}"), "logo PS-01/Q1=1 ~PS-01"},
        {"logo/PS-01/tx", REPORTED("\"Q2\":{\"value\":[1]}"), "logo PS-02/Q2=1 ~PS-02"},
        {SEND, REPORTED("\"HEAD\":{\"value\":[1]}"),
         "logo !/state/reported/HEAD:component takes no values ~PS-01"},
        {SEND, REPORTED("\"a/b~c\":{\"value\":[null]}"),
         "logo !/state/reported/a~1b~0c:value null"},
        {SEND, REPORTED(""), "logo !/state/reported:no entries"},
        {SEND, "{\"state\":{\"reported\":[]}}", "sentraq !:id missing"},
        {"logo/x", "{\"state\":{\"reported\":5}}", "logo !:no rule of the profile fits"},
    };
    struct decoder *d = make(false, plant);
    expect_all(d, steps, G_N_ELEMENTS(steps));
    decoder_free(d);
}

static void
test_logo_values(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"logo/x", REPORTED("\"T\":{\"desc\":\"AM-word-3-1\",\"value\":[65521]}"),
         "logo /T=-15"},
        {"logo/x", REPORTED("\"T\":{\"desc\":\"VW-word-3-1\",\"value\":[65521]}"),
         "logo /T=65521"},
        {"logo/x", REPORTED("\"R\":{\"desc\":\"AM-word-1-4\",\"value\":[12,null,65535]}"),
         "logo /R=12 /R[2]=-1 !/state/reported/R:value null"},
        {"logo/x", REPORTED("\"Q..1:1-2\":\"03\",\"V..4:2-2\":\"22334455\""),
         "logo /Q1=1 /Q2=1 /VW2=8755 /VW4=17493"},
        {"logo/x", REPORTED("\"AI..4:1-1\":\"fff1\",\"Pump1\":\"01\",\"Level\":\"0280\""),
         "logo /AI1=-15 /Pump1=1 /Level=640"},
        {"logo/x", REPORTED("\"Q..1:1-1281\":\"00\",\"Pump1\":\"01\""),
         "logo /Pump1=1 !/state/reported/Q..1:1-1281:hex run too long"},
        {"logo/x", REPORTED("\"Pump1\":\"on\",\"Q..1:1-1\":\"zz\",\"X\":\"\""),
         "logo !/state/reported/Pump1:value is not hex !/state/reported/Q..1:1-1:value is not "
         "hex !/state/reported/X:value empty"},
        {"logo/x", REPORTED("\"Long\":\"0011223344\""),
         "logo !/state/reported/Long:hex too long for one value"},
        {"logo/x", REPORTED("\"S\":{\"value\":\"63,5\"},\"M\":{\"value\":[\"on\",\"idle\"]}"),
         "logo /S=63.5 /M=1 /M[1]='idle'"},
        {"logo/x",
         REPORTED("\"abcdefghijklmnopqrstuvwxyz0123456789\":{\"value\":[1,2]},"
                  "\"abcdefghijklmnopqrstuvwxyz01234567890\":{\"value\":[1]}"),
         "logo /abcdefghijklmnopqrstuvwxyz0123456789=1 "
         "!/state/reported/abcdefghijklmnopqrstuvwxyz0123456789:id too long "
         "!/state/reported/abcdefghijklmnopqrstuvwxyz01234567890:id too long"},
    };
    struct decoder *d = make(true, NULL);
    expect_all(d, steps, G_N_ELEMENTS(steps));
    decoder_free(d);
}

static void
test_component_decode(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {SEND, REPORTED("\"AI\":{\"desc\":\"V-word-1-1\",\"value\":[-15]}"),
         "logo PS-01/AI=65521 ~PS-01"},
        {SEND, REPORTED("\"AI\":{\"desc\":\"AI-word-1-1\",\"value\":[65521]}"),
         "logo PS-01/AI=65521 ~PS-01"},
        {SEND, REPORTED("\"W\":{\"value\":[4096]}"), "logo PS-01/W=1000 ~PS-01"},
        {SEND, REPORTED("\"W\":{\"value\":[10]}"), "logo !/state/reported/W:not BCD ~PS-01"},
        {SEND, REPORTED("\"W\":{\"value\":[\"open\"]}"),
         "logo !/state/reported/W:value not a number ~PS-01"},
        {SEND, REPORTED("\"F\":{\"value\":[1115160576]}"), "logo PS-01/F=62 ~PS-01"},
        {SEND, REPORTED("\"F\":{\"value\":[2143289344]}"),
         "logo !/state/reported/F:value not finite ~PS-01"},
    };
    struct decoder *d = make(false, plant);
    expect_all(d, steps, G_N_ELEMENTS(steps));
    decoder_free(d);
}

static void
test_write_is_no_measurement(void **state)
{
    (void)state;
    static const char *const topics[] = {SEND, "logo/planta1/cmd", "some/topic"};
    struct decoder *d = make(true, plant);
    for (size_t i = 0; i < G_N_ELEMENTS(topics); i++) {
        expect(d, topics[i], "{\"state\":{\"Q3DCMDNFEH\":{\"value\":[1]}}}", false,
               "logo write !/state:write request, not a measurement");
        expect(d, topics[i], "{\"state\":{\"desired\":{\"Q3DCMDNFEH\":\"01\"}}}", false,
               "logo write !/state/desired:write request, not a measurement");
        expect(
            d, topics[i],
            "{\"state\":{\"desired\":{\"Q2\":\"01\"},\"reported\":{\"Q2\":{\"value\":[0]}}}}",
            false, "logo PS-02/Q2=0 ~PS-02");
    }
    decoder_free(d);
}

static void
test_heartbeat(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"logo/a/tx", REPORTED(STAMP), "logo hb"}, /* whose topic it is, nobody knows yet */
        {"logo/a/tx", REPORTED("\"Q2\":{\"value\":[1]}"), "logo PS-02/Q2=1 ~PS-02"},
        {"logo/a/tx", REPORTED(STAMP), "logo hb ~PS-02"},
        {"logo/b/tx", REPORTED(STAMP), "logo hb"},
        {"logo/a/tx", REPORTED("\"Z\":{\"value\":[1]}"),
         "logo !/state/reported/Z:unknown id ?/Z=1 ~PS-02"},
        {"logo/a/tx", "{\"state\":{\"Q2\":{\"value\":[1]}}}",
         "logo write !/state:write request, not a measurement"},
        {"logo/a/tx", REPORTED("\"L4\":{\"value\":[1]}"), "logo PS-04/L4=1 ~PS-04"},
        {"logo/a/tx", REPORTED(STAMP), "logo hb"}, /* two stations: it could be either */
        {"logo/PS-03/tx", REPORTED(STAMP), "logo hb ~PS-03"},
        {"logo/PS-03/PS-01", REPORTED(STAMP), "logo hb"},
        {"logo/a/tx", REPORTED("\"$logotime\":null"), "logo !/state/reported:no entries"},
    };
    struct decoder *d = make(false, plant);
    expect_all(d, steps, G_N_ELEMENTS(steps));
    expect(d, "logo/PS-03/tx", REPORTED(STAMP), true, "logo hb");
    decoder_free(d);
}

/* Who is remembered stays remembered under the indices of another plant. */
static void
test_plant_changes(void **state)
{
    (void)state;
    struct decoder *d = make(false, plant);
    expect(d, "logo/a", REPORTED("\"Q2\":{\"value\":[1]}"), false, "logo PS-02/Q2=1 ~PS-02");
    struct plant *other = fixture_plant("A0/X PS-02/Q2 Z/Y"), *before = plant;
    decoder_set_plant(d, other);
    plant = other;
    expect(d, "logo/a", REPORTED(STAMP), false, "logo hb ~PS-02");
    expect(d, "logo/a", REPORTED("\"L4\":{\"value\":[1]}"), false,
           "logo !/state/reported/L4:unknown id ?/L4=1 ~PS-02");
    struct plant *last = fixture_plant("A0/X");
    decoder_set_plant(d, last);
    plant = last;
    expect(d, "logo/a", REPORTED(STAMP), false, "logo hb");
    decoder_set_plant(d, NULL);
    expect(d, "logo/a", REPORTED(STAMP), false, "logo hb");
    plant = before;
    plant_unref(other);
    plant_unref(last);
    decoder_free(d);
}

static void
test_clock_modes(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {SEND, REPORTED("\"L3\":{\"value\":[1]}," STAMP), "logo PS-03/L3=1 ~PS-03"},
        {SEND, REPORTED("\"L4\":{\"value\":[1]},\"$logotime\":1767976754"),
         "logo PS-04/L4=1@" NOW " ~PS-04"},
        {SEND, REPORTED("\"Q2\":{\"value\":[1]}," STAMP), "logo PS-02/Q2=1@" NOW " ~PS-02"},
        {SEND, "{\"Hid\":\"Q2\",\"Value\":1,\"TS\":\"2026-01-09 15:39:14\"}",
         "sentraq PS-02/Q2=1@" NOW " ~PS-02"},
        {SEND, "{\"Hid\":\"L4\",\"Value\":1,\"TS\":\"2026-01-09 16:39:14\"}",
         "sentraq PS-04/L4=1@" NOW " ~PS-04"},
        {SEND, REPORTED("\"Q2\":{\"value\":[1]},\"$logotime\":946684800"),
         "logo PS-02/Q2=1,clock ~PS-02"},
        {SEND, REPORTED("\"Q2\":{\"value\":[1]},\"$logotime\":\"soon\""),
         "logo PS-02/Q2=1,clock ~PS-02"},
    };
    struct decoder *d = make(false, plant);
    expect_all(d, steps, G_N_ELEMENTS(steps));
    decoder_free(d);
}

/* A clock learns once from a message, however many values it carries. */
static void
test_clock_learns(void **state)
{
    (void)state;
    static const char body[] =
        REPORTED("\"Q3DCMDNFEH\":{\"value\":[1]},\"AI\":{\"value\":[1]},\"W\":{\"value\":[1]},"
                 "\"F\":{\"value\":[1]},\"$logotime\":1767976754");
    static const char refused[] = "logo PS-01/Q3DCMDNFEH=1,clock PS-01/AI=1,clock "
                                  "PS-01/W=1,clock PS-01/F=1.401298464324817e-45,clock ~PS-01";
    struct decoder *d = make(false, plant);
    expect(d, SEND, body, false, refused);
    expect(d, SEND, body, false, refused);
    expect(d, SEND, body, false,
           "logo PS-01/Q3DCMDNFEH=1@" NOW " PS-01/AI=1@" NOW " PS-01/W=1@" NOW
           " PS-01/F=1.401298464324817e-45@" NOW " ~PS-01");
    struct decode_message m = {SEND, body, strlen(body), false, FIXTURE_NOW};
    const struct decode_result *r = decode_message(d, &m);
    assert_true(r->clock_measured);
    assert_int_equal(r->clock_offset_us, 0);
    assert_string_equal(plant->stations[r->clock_station].uid, "PS-01");
    m.retain = true;
    assert_false(decode_message(d, &m)->clock_measured);
    decoder_free(d);
}

static void
test_generic(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {SEND, "{\"Hid\":\"X\",\"Value\":\"1\",\"TS\":\"2026-01-09 16:39:14\"}",
         "sentraq /X=1@" NOW},
        {SEND, "{\"hid\":\"X\",\"value\":1,\"ts\":1767973154}", "sentraq /X=1@" NOW},
        {SEND, "{\"HID\":\"X\",\"VALUE\":\"63,5\"}", "sentraq /X=63.5"},
        {SEND, " [ {\"Hid\":\"X\",\"Value\":1} , {\"Hid\":\"Y\",\"Value\":\"run\"} ] ",
         "sentraq /X=1 /Y='run'"},
        {SEND,
         "[{\"Hid\":\"X\"},{\"Value\":1},5,null,{\"Hid\":\"Y\",\"Value\":1,\"TS\":\"x\"},"
         "{\"Hid\":true,\"Value\":1},{\"Hid\":\"\",\"Value\":1},{\"Hid\":7,\"Value\":1}]",
         "sentraq /Y=1,clock /7=1 !/0:value missing !/1:id missing !/2:id missing "
         "!/3:value null !/5:id is no text !/6:id missing"},
        {SEND, "[]", "sentraq !:no entries"},
        {SEND, "{}", "sentraq !:id missing"},
        {SEND, "5", "sentraq !:no rule of the profile fits"},
        {SEND, "hello", "sentraq !:not JSON: no value"},
        {SEND, "", "sentraq !:payload empty"},
        {SEND, "   ", "sentraq !:not JSON: cut off"},
        {SEND, "{\"Hid\":", "sentraq !:not JSON: cut off"},
        {SEND, "{\"Hid\":\"X\",\"Value\":1}x",
         "sentraq !:not JSON: something follows the value"},
        {SEND, "{\"Hid\":\"X\",\"Value\":01}", "sentraq !:not JSON: bad number"},
        {SEND, "{\"Hid\":\"X\",\"Value\":NaN}", "sentraq !:not JSON: no value"},
        {SEND, "{\"Hid\":\"X\",\"Value\":\"a\\u001b[2Jb\\u202ec\"}", "sentraq /X='a?[2Jb?c'"},
        {SEND, "{\"Hid\":\"X\\u001b[31m\",\"Value\":1}", "sentraq /X?[31m=1"},
        {SEND, "{\"Hid\":\"X\",\"Value\":1,\"Hid\":\"Y\"}", "sentraq /Y=1"},
        {SEND, "{\"Hid\":\"X\",\"Value\":1,\"Hid\":\"reported state\"}",
         "sentraq /reported state=1"},
    };
    struct decoder *d = make(true, NULL);
    expect_all(d, steps, G_N_ELEMENTS(steps));
    decoder_free(d);
}

static void
test_families(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"machines/A1/scrap", "{\"scrapIndex\":0,\"value\":4,\"timestamp\":\"" NOW "\"}",
         "operaid A1/0=4@" NOW},
        {"machines/A1/scrap", "{\"machineId\":\"\",\"scrapIndex\":\"2\",\"value\":true}",
         "operaid A1/2=1"},
        {"machines//scrap", "{\"scrapIndex\":2,\"value\":1}", "operaid !:station missing"},
        {"machines/A1/scrap", "{\"machineId\":null,\"scrapIndex\":2,\"value\":true}",
         "operaid A1/2=1"},
        {"machines/A1/scrap",
         "{\"scrapIndex\":2,\"value\":1,\"timestamp\":\"2026-01-09T15:39:19Z\"}",
         "operaid A1/2=1@2026-01-09T15:39:19Z"},
        {"machines/A1/scrap",
         "{\"scrapIndex\":2,\"value\":1,\"timestamp\":\"2026-01-09T15:39:19.001Z\"}",
         "operaid A1/2=1,clock"},
        {"machines/A1/scrap", "{\"scrapIndex\":2,\"value\":\"abc\"}",
         "operaid !:value is not a number"},
        {"machines/A1/scrap", "{\"value\":1}", "operaid !:id missing"},
        {"machines/A1/scrap", "[]", "operaid !:no rule of the profile fits"},
        {"sensors/tor-1/telemetry", "{\"metrics\":{\"tempC\":null,\"door\":\"open\",\"x\":{}}}",
         "telemetry tor-1/door='open' !/metrics/tempC:value null "
         "!/metrics/x:value is an object"},
        {"sensors/tor-1/telemetry", "{\"metrics\":{}}", "telemetry !/metrics:no entries"},
        {"sensors/tor-1/telemetry", "{\"metrics\":5}",
         "telemetry !/metrics:no object or array of entries"},
        {"sensors/tor-1/telemetry", "{}", "telemetry !/metrics:no entries"},
        {"sensors/test", "{\"hello\":\"world\"}", "sentraq !:id missing"},
        {"machines/m/p/s", "{\"value\":1,\"quality\":2}", "scadapro m/s=1,invalid"},
        {"machines/m/p/s", "{\"value\":1,\"quality\":7}", "scadapro m/s=1,invalid"},
        {"machines/m/p/s", "{\"value\":1,\"quality\":0}", "scadapro m/s=1"},
        {"machines/m/s", "{\"value\":1,\"machine\":\"n\",\"sensor_code\":\"t\"}",
         "scadapro n/t=1"},
        {"sensors/m/s/value", "62,1", "scadapro m/s=62.1"},
        {"sensors/m/s/value", "{}", "scadapro !:value missing"},
        {"sensors/m/s/value", "[1]", "scadapro !:no rule of the profile fits"},
        {"alarms/m", "{\"severity\":\"low\",\"acknowledged_at\":\"x\"}",
         "scadapro alarm=low,acknowledged"},
        {"alarms/m", "{}", "scadapro !:severity missing"},
        {"system/\x1b[2J", "{}", "scadapro health=?[2J"},
        {"plant/PS-9/level", "62.5", "scalar PS-9/level=62.5"},
        {"plant/PS-9/level", " on ", "scalar PS-9/level=1"},
        {"plant/PS-9/state", "\"running\"", "scalar PS-9/state='running'"},
        {"plant/PS-9/state", "null", "scalar !:value null"},
        {"level", "7", "scalar /level=7"},
        {"a/b/", "7", "scalar !:id missing"},
        {"logo/x", "62.5", "logo !:no rule of the profile fits"},
    };
    struct decoder *d = make(true, NULL);
    expect_all(d, steps, G_N_ELEMENTS(steps));
    decoder_free(d);
}

static void
test_known_by_pair(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"machines/A1/scrap", "{\"scrapIndex\":2,\"value\":1}", "operaid A1/2=1 ~A1"},
        {"machines/A1/scrap", "{\"scrapIndex\":3,\"value\":1}",
         "operaid !:unknown id ?A1/3=1 ~A1"},
        {"machines/B1/scrap", "{\"scrapIndex\":2,\"value\":1}", "operaid !:unknown id ?B1/2=1"},
        {"plant/tor-1/tempC", "7", "scalar tor-1/tempC=7 ~tor-1"},
        {"plant/tor-1/tempC", "x\x1by", "scalar tor-1/tempC='x?y' ~tor-1"},
    };
    struct decoder *d = make(false, plant);
    expect_all(d, steps, G_N_ELEMENTS(steps));
    decoder_free(d);
}

static void
test_retained(void **state)
{
    (void)state;
    struct decoder *d = make(false, plant);
    expect(d, SEND, REPORTED("\"Q2\":{\"value\":[1]}," STAMP), true,
           "logo PS-02/Q2=1@" NOW ",not_topical");
    expect(d, "plant/tor-1/tempC", "7", true, "scalar tor-1/tempC=7,not_topical");
    expect(d, SEND, REPORTED(STAMP), false, "logo hb");
    decoder_free(d);
}

static void
test_bytes(void **state)
{
    (void)state;
    struct decoder *d = make(true, NULL);
    static const struct {
        const char *bytes;
        size_t len;
        const char *want;
    } cases[] = {
        {"\xff\xfe", 2, "auto !:not JSON: no value"},
        {"1\0", 2, "auto !:not JSON: something follows the value"},
        {"\0", 1, "auto !:not JSON: no value"},
        {"{\"a\0b\":1}", 9, "auto !:not JSON: control character in text"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        char *line = decode_bytes(d, "a/b", cases[i].bytes, cases[i].len, false);
        assert_string_equal(line, cases[i].want);
        g_free(line);
    }
    decoder_free(d);
}

/* One more than fits is rejected as such, and what came before it is kept. */
static void
test_bounds(void **state)
{
    (void)state;
    struct decoder *d = make(true, NULL);
    GString *text = g_string_new("{\"state\":{\"reported\":{");
    for (int i = 0; i <= DECODE_ENTRIES_MAX; i++) {
        g_string_append_printf(text, "%s\"K%d\":{\"value\":[%d]}", i == 0 ? "" : ",", i, i);
    }
    g_string_append(text, "}}}");
    struct decode_message m = {SEND, text->str, text->len, false, FIXTURE_NOW};
    const struct decode_result *r = decode_message(d, &m);
    fixture_check(r);
    assert_int_equal(r->n_readings, DECODE_ENTRIES_MAX);
    assert_int_equal(r->n_rejected, 1);
    assert_string_equal(r->rejected[0].reason, "too many entries");
    g_string_assign(text, "{\"state\":{\"reported\":{\"A\":{\"value\":[0");
    for (int i = 0; i < DECODE_ENTRIES_MAX; i++) {
        g_string_append(text, ",null");
    }
    g_string_append(text, "]}}}}");
    m.payload = text->str;
    m.len = text->len;
    r = decode_message(d, &m);
    fixture_check(r);
    assert_int_equal(r->n_readings, 1);
    assert_int_equal(r->n_rejected, DECODE_ENTRIES_MAX);
    g_string_set_size(text, DECODE_PAYLOAD_MAX + 1);
    memset(text->str, '1', text->len);
    m.payload = text->str;
    m.len = text->len;
    r = decode_message(d, &m);
    assert_string_equal(r->rejected[0].reason, "payload too large");
    m.len--;
    m.topic = "a/b";
    r = decode_message(d, &m);
    assert_int_equal(r->n_readings, 0);
    fixture_check(r);
    g_string_free(text, TRUE);
    decoder_free(d);
}

/* Text is cut nowhere: 1,000 bytes are taken, one more is refused. */
static void
test_long_text(void **state)
{
    (void)state;
    struct decoder *d = make(true, NULL);
    char *word = g_strnfill(DECODE_TEXT_MAX, 'x');
    char *line = decode_bytes(d, "a/b", word, DECODE_TEXT_MAX, false);
    assert_int_equal(strlen(line), strlen("scalar a/b=''") + DECODE_TEXT_MAX);
    g_free(line);
    g_free(word);
    word = g_strnfill(DECODE_TEXT_MAX + 1, 'x');
    line = decode_bytes(d, "a/b", word, DECODE_TEXT_MAX + 1, false);
    assert_string_equal(line, "scalar !:text too long");
    g_free(line);
    g_free(word);
    char *deep = g_strnfill(200, '/');
    line = decode_bytes(d, deep, "1", 1, false);
    assert_string_equal(line, "auto !:topic too deep");
    g_free(line);
    g_free(deep);
    decoder_free(d);
}

static void
test_routes(void **state)
{
    (void)state;
    static const struct decode_route routes[] = {
        {"#", "telemetry"},
        {"site/+/x", "scalar"},
        {"site/a/#", "operaid"},
        {"site/a/x", "logo"},
        {"sensors/+/telemetry", "scalar"},
    };
    static const struct {
        const char *topic, *profile;
    } cases[] = {
        {"site/a/x", "logo"},
        {"site/a/y", "operaid"},
        {"site/b/x", "scalar"},
        {"other", "telemetry"},
        {"sensors/t/telemetry", "scalar"},
        {"machines/A1/scrap", "telemetry"},
        {"$aws/things/L", "logo"}, /* no source matches: what the profiles name */
    };
    struct decode_config config = {
        .profiles = profiles, .routes = routes, .n_routes = G_N_ELEMENTS(routes)};
    struct decoder *d = NULL;
    struct err err = {0};
    assert_int_equal(decoder_new(&d, &config, NULL, &err), RC_OK);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct decode_message m = {cases[i].topic, "", 0, false, FIXTURE_NOW};
        assert_string_equal(decode_message(d, &m)->profile, cases[i].profile);
    }
    decoder_free(d);
    config.force_profile = "operaid";
    assert_int_equal(decoder_new(&d, &config, NULL, &err), RC_OK);
    struct decode_message m = {"site/a/x", "", 0, false, FIXTURE_NOW};
    assert_string_equal(decode_message(d, &m)->profile, "operaid");
    decoder_free(d);
}

static void
test_wills(void **state)
{
    (void)state;
    static const struct {
        const char *topic, *payload;
        bool retain;
        const char *want;
    } cases[] = {
        {"tele/PS-01/LWT", "Offline", false, "will PS-01 gone"},
        {"tele/PS-01/LWT", "Online", false, "will PS-01 there ~PS-01"},
        {"tele/PS-01/LWT", "OFFLINE\n", false, "will PS-01 gone"},
        {"tele/PS-01/LWT", "Offline", true, "will PS-01 gone"},
        {"tele/PS-01/LWT", "Online", true, "will PS-01 there"}, /* no life sign */
        {"tele/PS-09/LWT", "Offline", false, "will !:unknown station"},
        {"tele/PS-01/LWT", "", true, "will !:payload empty"},
        {"tele/PS-01/LWT", "{\"a\":1}", false, "will !:no rule of the profile fits"},
        {"zigbee2mqtt/PS-02/availability", "offline", true, "will PS-02 gone"},
        {"zigbee2mqtt/PS-02/availability", "{\"state\":\"offline\"}", true, "will PS-02 gone"},
        {"zigbee2mqtt/PS-02/availability", "{\"state\":\"online\"}", false,
         "will PS-02 there ~PS-02"},
        {"zigbee2mqtt/PS-02/availability", "{\"state\":1}", false,
         "will !:no rule of the profile fits"},
        {"homie/PS-03/$state", "lost", true, "will PS-03 gone"},
        {"homie/5/PS-03/$state", "disconnected", true, "will PS-03 gone"},
        {"homie/PS-03/$state", "sleeping", false, "will PS-03 there ~PS-03"},
        {"shellies/PS-04/online", "false", true, "will PS-04 gone"},
        {"shellies/PS-04/online", "true", false, "will PS-04 there ~PS-04"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct decoder *d = make(false, plant);
        expect(d, cases[i].topic, cases[i].payload, cases[i].retain, cases[i].want);
        decoder_free(d);
    }
    struct decode_route route = {"+/status", "will"};
    struct decode_config config = {.profiles = profiles,
                                   .routes = &route,
                                   .n_routes = 1,
                                   .adopt = true,
                                   .timezone = "UTC"};
    struct decoder *d = NULL;
    assert_int_equal(decoder_new(&d, &config, plant, NULL), RC_OK);
    expect(d, "PS-01/status", "0", false, "will PS-01 gone");
    expect(d, "PS-01/status", "1", false, "will PS-01 there ~PS-01");
    expect(d, "nobody/status", "offline", false, "will nobody gone");
    decoder_free(d);
}

static void
test_refused_config(void **state)
{
    (void)state;
    static const struct decode_route no_profile = {"#", "nothing"}, no_filter = {"a#", "logo"};
    const struct {
        struct decode_config config;
        const char *want;
    } cases[] = {
        {{.profiles = profiles, .routes = &no_profile, .n_routes = 1},
         "there is no payload profile \"nothing\""},
        {{.profiles = profiles, .routes = &no_filter, .n_routes = 1},
         "\"a#\" is no topic filter"},
        {{.profiles = profiles, .force_profile = "nothing"},
         "there is no payload profile \"nothing\""},
        {{.profiles = profiles, .timezone = "Mars/Base"},
         "there is no time zone \"Mars/Base\""},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct decoder *d = NULL;
        struct err err = {0};
        assert_int_equal(decoder_new(&d, &cases[i].config, NULL, &err), RC_INVALID);
        assert_string_equal(err.text, cases[i].want);
        assert_null(d);
    }
    decoder_free(NULL);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_logo),
        cmocka_unit_test(test_logo_values),
        cmocka_unit_test(test_component_decode),
        cmocka_unit_test(test_write_is_no_measurement),
        cmocka_unit_test(test_heartbeat),
        cmocka_unit_test(test_plant_changes),
        cmocka_unit_test(test_clock_modes),
        cmocka_unit_test(test_clock_learns),
        cmocka_unit_test(test_generic),
        cmocka_unit_test(test_families),
        cmocka_unit_test(test_known_by_pair),
        cmocka_unit_test(test_retained),
        cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_long_text),
        cmocka_unit_test(test_routes),
        cmocka_unit_test(test_wills),
        cmocka_unit_test(test_refused_config),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
