/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit.h"

#include "src/mqtt/packet.h"

#define BYTES(text) (const uint8_t *)(text), sizeof(text) - 1

static const struct {
    const char *why;
    const uint8_t *bytes;
    size_t n;
    bool v5;
    enum packet_kind kind;
    size_t size;
    const char *topic, *payload;
} cases[] = {
    {"nothing", BYTES(""), false, PACKET_PARTIAL, 0, NULL, NULL},
    {"one byte", BYTES("\x30"), false, PACKET_PARTIAL, 0, NULL, NULL},
    {"PINGRESP", BYTES("\xd0\x00"), false, PACKET_OTHER, 2, NULL, NULL},
    {"PUBACK", BYTES("\x40\x02\x00\x01zz"), false, PACKET_OTHER, 4, NULL, NULL},
    {"part of a PUBACK", BYTES("\x40\x02\x00"), false, PACKET_PARTIAL, 0, NULL, NULL},
    {"message of 3.1.1",
     BYTES("\x30\x06\x00\x03"
           "a/bx"),
     false, PACKET_MESSAGE_0, 8, "a/b", "x"},
    {"the next packet follows",
     BYTES("\x30\x06\x00\x03"
           "a/bx\x30"),
     false, PACKET_MESSAGE_0, 8, "a/b", "x"},
    {"message of 5",
     BYTES("\x30\x07\x00\x03"
           "a/b\x00x"),
     true, PACKET_MESSAGE_0, 9, "a/b", "x"},
    {"with properties",
     BYTES("\x30\x0c\x00\x03"
           "a/b\x05\x02\x00\x00\x00\x09x"),
     true, PACKET_MESSAGE_0, 14, "a/b", "x"},
    {"properties longer than the packet",
     BYTES("\x30\x07\x00\x03"
           "a/b\x02x"),
     true, PACKET_OTHER, 9, NULL, NULL},
    {"no properties at all",
     BYTES("\x30\x05\x00\x03"
           "a/b"),
     true, PACKET_OTHER, 7, NULL, NULL},
    {"no payload",
     BYTES("\x30\x05\x00\x03"
           "a/b"),
     false, PACKET_MESSAGE_0, 7, "a/b", ""},
    {"QoS 1",
     BYTES("\x32\x08\x00\x03"
           "a/b\x00\x01x"),
     false, PACKET_OTHER, 10, NULL, NULL},
    {"QoS 2",
     BYTES("\x34\x08\x00\x03"
           "a/b\x00\x01x"),
     false, PACKET_OTHER, 10, NULL, NULL},
    {"no topic: an alias", BYTES("\x30\x07\x00\x00\x03\x23\x00\x01x"), true, PACKET_OTHER, 9,
     NULL, NULL},
    {"topic longer than the packet",
     BYTES("\x30\x06\x00\x09"
           "a/bx"),
     false, PACKET_OTHER, 8, NULL, NULL},
    {"NUL in the topic",
     BYTES("\x30\x06\x00\x03"
           "a\0bx"),
     false, PACKET_OTHER, 8, NULL, NULL},
    {"shorter than a topic's length", BYTES("\x30\x01\x00"), false, PACKET_OTHER, 3, NULL,
     NULL},
    {"length in two bytes, not all of it here", BYTES("\x30\x80"), false, PACKET_PARTIAL, 0,
     NULL, NULL},
    {"length of no end", BYTES("\x30\xff\xff\xff\xff\x01"), false, PACKET_BROKEN, 0, NULL,
     NULL},
};

static void
test_look(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        uint8_t copy[64];
        struct packet p = {.size = 0};
        memcpy(copy, cases[i].bytes, cases[i].n);
        enum packet_kind kind = packet_look(&p, copy, cases[i].n, cases[i].v5);
        bool right = kind == cases[i].kind && p.size == cases[i].size;
        if (right && kind == PACKET_MESSAGE_0) {
            right = p.topic_len == strlen(cases[i].topic) &&
                    memcmp(p.topic, cases[i].topic, p.topic_len) == 0 &&
                    p.payload_len == strlen(cases[i].payload) &&
                    memcmp(p.payload, cases[i].payload, p.payload_len) == 0 && !p.retain;
        }
        if (!right) {
            fail_msg("%s", cases[i].why);
        }
    }
}

static void
test_retained(void **state)
{
    (void)state;
    uint8_t bytes[] = {0x31, 5, 0, 1, 'a', '1', '2'};
    struct packet p;
    assert_int_equal(packet_look(&p, bytes, sizeof(bytes), false), PACKET_MESSAGE_0);
    assert_true(p.retain);
    assert_ptr_equal(p.topic, bytes + 4);
    assert_int_equal(p.payload_len, 2);
}

/* As long as one byte is missing, whatever the length is made of, it is partial. */
static void
test_every_prefix_is_partial(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 100, 123, 124, 16379, 16380, 70000};
    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        size_t length = 3 + sizes[i], at = 1;
        uint8_t *bytes = g_malloc0(length + 10);
        bytes[0] = 0x30;
        for (size_t rest = length; at == 1 || rest > 0; rest /= 128) {
            bytes[at++] = (uint8_t)(rest % 128 | (rest >= 128 ? 0x80 : 0));
        }
        bytes[at + 1] = 1;
        bytes[at + 2] = 't';
        struct packet p;
        for (size_t n = 0; n < at + length; n += n < 200 ? 1 : 997) {
            assert_int_equal(packet_look(&p, bytes, n, false), PACKET_PARTIAL);
        }
        assert_int_equal(packet_look(&p, bytes, at + length - 1, false), PACKET_PARTIAL);
        assert_int_equal(packet_look(&p, bytes, at + length, false), PACKET_MESSAGE_0);
        assert_int_equal(p.size, at + length);
        assert_int_equal(p.payload_len, sizes[i]);
        g_free(bytes);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_look),
        cmocka_unit_test(test_retained),
        cmocka_unit_test(test_every_prefix_is_partial),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
