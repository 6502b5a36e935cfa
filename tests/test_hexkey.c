/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit.h"

#include "src/core/text.h"
#include "src/decode/decode.h"
#include "src/decode/hexkey.h"

static const char *const range_words[] = {
    "Q:bit",
    "M:bit",
    "AI:word:signed",
    "V:byte:zero:memory",
    "VW:word:zero:memory",
    "VD:dword:zero:memory",
    "SR:bit:rows",
};
static struct hex_range ranges[G_N_ELEMENTS(range_words)];

static int
make_ranges(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(range_words); i++) {
        if (!hex_range_parse(&ranges[i], range_words[i])) {
            return -1;
        }
    }
    return 0;
}

/* "Q1=1 Q2=0", or what refused it. */
static char *
decode(const char *text, const char *hex)
{
    struct hex_key key;
    uint8_t bytes[DECODE_HEX_MAX];
    size_t len;
    if (!hex_key_parse(&key, text, strlen(text), ranges, G_N_ELEMENTS(ranges))) {
        return g_strdup("bad key");
    }
    if (!hex_bytes(bytes, sizeof(bytes), hex, strlen(hex), &len)) {
        return g_strdup("bad hex");
    }
    GString *line = g_string_new(NULL);
    for (uint32_t i = 0; i < key.count; i++) {
        char id[HEX_ID_SIZE], number[32];
        hex_id(&key, i, id);
        text_from_double(number, sizeof(number), hex_value(&key, i, bytes, len));
        g_string_append_printf(line, "%s%s=%s", i == 0 ? "" : " ", id, number);
    }
    return g_string_free(line, FALSE);
}

static void
test_decode(void **state)
{
    (void)state;
    static const struct {
        const char *key, *hex, *want;
    } cases[] = {
        {"Q..1:1-2", "03", "Q1=1 Q2=1"},
        {"Q..1:1-1", "01", "Q1=1"},
        {"Q..1-2", "02", "Q1=0 Q2=1"},
        {"Q..1:8-1", "00", "Q8=0"},
        {"Q..1:1-3", "5", "Q1=1 Q2=0 Q3=1"},
        {"Q..1:1-10", "0102", "Q1=1 Q2=0 Q3=0 Q4=0 Q5=0 Q6=0 Q7=0 Q8=0 Q9=0 Q10=1"},
        {"Q..1:1-9", "ff", "Q1=1 Q2=1 Q3=1 Q4=1 Q5=1 Q6=1 Q7=1 Q8=1 Q9=0"},
        {"Q..1:1-1", "01ff", "Q1=1"},
        {"AI..4:2-2", "22223333", "AI2=8738 AI3=13107"},
        {"AI..4:1-1", "FFF1", "AI1=-15"},
        {"AI..1-1", "0280", "AI1=640"},
        {"V..2:0-2", "0011", "VB0=0 VB1=17"},
        {"V..4:2-2", "22334455", "VW2=8755 VW4=17493"},
        {"V..4:2-1", "fff1", "VW2=65521"},
        {"V..6:3-1", "33445566", "VD3=860116326"},
        {"V..6:0-1", "1122", "VD0=287440896"},
        {"V..1-1", "2a", "VB1=42"},
        {"V..1:0.0-1", "01", "V0.0=1"},
        {"V..1:0.6-4", "0a", "V0.6=0 V0.7=1 V1.0=0 V1.1=1"},
        {"VW..2-1", "0001", "VW2=1"},
        {"VD..4-1", "00000001", "VD4=1"},
        {"SR..1:1.7-3", "07", "SR1.7=1 SR1.8=1 SR2.1=1"},
        {"M..2:1-1", "2a", "MB1=42"},
        {"Q.x7.1:1-1", "1", "Q1=1"},
        {"Q..1:1-1", "0g", "bad hex"},
        {"Q..1:1-1", "0x1", "bad hex"},
        {"Q..1:1-1", "01 ", "bad hex"},
        {"Q..1:0-1", "01", "bad key"},
        {"Q..1:1-0", "01", "bad key"},
        {"Q..1:1", "01", "bad key"},
        {"Q..1:-1", "01", "bad key"},
        {"Q..3:1-1", "01", "bad key"},
        {"Q..1:1-1x", "01", "bad key"},
        {"Q..1:1.0-1", "01", "bad key"},
        {"Q.1:1-1", "01", "bad key"},
        {"q..1:1-1", "01", "bad key"},
        {"X..1:1-1", "01", "bad key"},
        {"V..1:0-1", "01", "bad key"},
        {"V..1:0.8-1", "01", "bad key"},
        {"SR..1:1.0-1", "01", "bad key"},
        {"SR..1:1.9-1", "01", "bad key"},
        {"Pump1", "01", "bad key"},
        {"", "01", "bad key"},
        {"Q..1:9999999-1", "01", "bad key"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        char *line = decode(cases[i].key, cases[i].hex);
        if (strcmp(line, cases[i].want) != 0) {
            fail_msg("%s=%s: %s, not %s", cases[i].key, cases[i].hex, line, cases[i].want);
        }
        g_free(line);
    }
}

/* The bound of 160 bytes, in each type. */
static void
test_bound(void **state)
{
    (void)state;
    static const char *const good[] = {"Q..1:1-1280", "V..2:0-160", "V..4:0-80", "V..6:0-40"};
    static const char *const bad[] = {"Q..1:1-1281", "V..2:0-161", "V..4:0-81", "V..6:0-41",
                                      "V..6:0-999999"};
    struct hex_key key;
    for (size_t i = 0; i < G_N_ELEMENTS(good); i++) {
        assert_true(
            hex_key_parse(&key, good[i], strlen(good[i]), ranges, G_N_ELEMENTS(ranges)));
        assert_true(hex_key_fits(&key));
    }
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        assert_true(hex_key_parse(&key, bad[i], strlen(bad[i]), ranges, G_N_ELEMENTS(ranges)));
        assert_false(hex_key_fits(&key));
    }
    char hex[2 * DECODE_HEX_MAX + 4];
    uint8_t bytes[DECODE_HEX_MAX];
    size_t len;
    memset(hex, 'f', sizeof(hex));
    assert_true(hex_bytes(bytes, sizeof(bytes), hex, sizeof(hex), &len));
    assert_int_equal(len, DECODE_HEX_MAX);
}

static void
test_ranges_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"",        "Q",         "Q:",          ":bit",
                                      "Q:float", "Q:bit:odd", "ABCDEFGH:bit"};
    struct hex_range range;
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        assert_false(hex_range_parse(&range, bad[i]));
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decode),
        cmocka_unit_test(test_bound),
        cmocka_unit_test(test_ranges_refused),
    };
    return cmocka_run_group_tests(tests, make_ranges, NULL);
}
