/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit.h"

#include "src/core/uuid.h"

#include <string.h>

#include <glib.h>

/* Reckoned by another implementation of RFC 4122 (version 5) in the same name space. They may
 * never change: the names of old occurrences would. */
static void
test_of(void **state)
{
    (void)state;
    char thousand[1000];
    memset(thousand, 'x', sizeof(thousand));
    const struct {
        const char *name;
        size_t len;
        const char *want;
    } cases[] = {
        {"", 0, "c41071a7-dee0-5136-8c42-6e7d6a1a9f80"},
        {"a", 1, "3d7f0bb6-9c47-5a23-9f02-a837f0f32f35"},
        {"PS-01\037Q3\037hihi", 13, "14d7cefd-b6bf-52c0-b846-7f1fae1f60b8"},
        {"a\0b", 3, "c587b02b-2d39-5227-86cb-715e075b00b0"},
        {thousand, sizeof(thousand), "fb913558-1fc5-500e-88be-49946a714e40"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct uuid id = uuid_of(cases[i].name, cases[i].len);
        char text[UUID_SIZE];
        uuid_format(text, &id);
        assert_string_equal(text, cases[i].want);
    }
}

/* The same digest taken apart by hand, as RFC 4122, 4.3 words it. */
static void
test_of_by_hand(void **state)
{
    (void)state;
    /* SHA-1 of the name space's 16 bytes, followed by "a". */
    static const char bytes[] = "\x5d\x3e\x0c\x52\x7a\x1f\x4b\x86\x9c\x21\xe4\x57\x30\xb8\x6a"
                                "\xd9"
                                "a";
    char *sum = g_compute_checksum_for_data(G_CHECKSUM_SHA1, (const guchar *)bytes, 17);
    struct uuid id = uuid_of("a", 1);
    for (size_t i = 0; i < sizeof(id.bytes); i++) {
        unsigned want = (unsigned)(g_ascii_xdigit_value(sum[2 * i]) * 16 +
                                   g_ascii_xdigit_value(sum[2 * i + 1]));
        if (i == 6) {
            want = (want & 0x0f) | 0x50; /* the four highest bits: the version */
        }
        if (i == 8) {
            want = (want & 0x3f) | 0x80; /* the two highest bits: the variant */
        }
        assert_int_equal(id.bytes[i], want);
    }
    g_free(sum);
}

static void
test_round_trip(void **state)
{
    (void)state;
    struct uuid id;
    for (unsigned i = 0; i < sizeof(id.bytes); i++) {
        id.bytes[i] = (uint8_t)(0x10u * i + (0xfu - i));
    }
    char text[UUID_SIZE];
    uuid_format(text, &id);
    assert_string_equal(text, "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0");
    struct uuid back;
    assert_true(uuid_parse(&back, text));
    assert_true(uuid_equal(&id, &back));
    assert_true(uuid_parse(&back, "0F1E2D3C-4B5A-6978-8796-a5b4C3D2E1F0"));
    assert_true(uuid_equal(&id, &back));
}

static void
test_rejects(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "",
        "0",
        "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f",    /* one short */
        "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0 ",  /* something behind */
        "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f00",  /* one too many */
        " 0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0",  /* a blank in front */
        "{0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0}", /* in braces */
        "0f1e2d3c4b5a69788796a5b4c3d2e1f0",       /* no dashes */
        "0f1e2d3c-4b5a-6978-8796a-5b4c3d2e1f0",   /* a dash at the wrong place */
        "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1fg",   /* no hex digit */
        "0f1e2d3c-4b5a-6978-8796--5b4c3d2e1f0",
        "0f1e2d3c_4b5a_6978_8796_a5b4c3d2e1f0",
        "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1\xc3\xa4",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        struct uuid id = {{7}};
        if (uuid_parse(&id, wrong[i])) {
            fail_msg("\"%s\" is taken", wrong[i]);
        }
        assert_int_equal(id.bytes[0], 7); /* untouched */
    }
}

static void
test_compare(void **state)
{
    (void)state;
    struct uuid a = uuid_of("a", 1), b = uuid_of("b", 1), also_a = a, nil = {{0}};
    assert_true(uuid_equal(&a, &also_a));
    assert_false(uuid_equal(&a, &b));
    assert_false(uuid_is_nil(&a));
    assert_true(uuid_is_nil(&nil));
    nil.bytes[15] = 1;
    assert_false(uuid_is_nil(&nil));
    also_a.bytes[15] ^= 1u;
    assert_false(uuid_equal(&a, &also_a));

    GHashTable *table = g_hash_table_new(uuid_hash, uuid_same);
    struct uuid key = a;
    g_hash_table_insert(table, &a, &a);
    g_hash_table_insert(table, &b, &b);
    assert_ptr_equal(g_hash_table_lookup(table, &key), &a);
    assert_null(g_hash_table_lookup(table, &nil));
    g_hash_table_unref(table);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_of),         cmocka_unit_test(test_of_by_hand),
        cmocka_unit_test(test_round_trip), cmocka_unit_test(test_rejects),
        cmocka_unit_test(test_compare),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
