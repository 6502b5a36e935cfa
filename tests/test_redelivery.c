/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit.h"

#include "src/app/redelivery.h"

static struct message_id
make_id(unsigned n)
{
    return (struct message_id){.mid = (uint16_t)n, .hash = n * UINT64_C(0x9e3779b97f4a7c15)};
}

/* As ingest does: a message is stored, and remembered, unless it is a known one. */
static bool
deliver(struct redelivery *r, unsigned n)
{
    bool again = redelivery_match(r, make_id(n), r->delivered + 1);
    redelivery_add(r, make_id(n), again);
    return again;
}

/* The same without storing it. */
static bool
match(struct redelivery *r, struct message_id id)
{
    return redelivery_match(r, id, r->delivered + 1);
}

static void
test_only_earlier_connections_count_each_once(void **state)
{
    (void)state;
    struct redelivery r;
    redelivery_init(&r);
    assert_false(deliver(&r, 1));
    assert_false(deliver(&r, 1)); /* within one connection it is another message */
    redelivery_connected(&r);
    assert_true(deliver(&r, 1));
    assert_true(deliver(&r, 1)); /* both were stored */
    assert_false(deliver(&r, 1));
    assert_false(deliver(&r, 2));
    redelivery_fini(&r);
}

static void
test_a_lost_session_means_nothing_comes_again(void **state)
{
    (void)state;
    struct redelivery r;
    redelivery_init(&r);
    deliver(&r, 7);
    redelivery_connected(&r);
    redelivery_forget(&r);
    assert_false(deliver(&r, 7));
    assert_int_equal(redelivery_count(&r), 1);
    redelivery_connected(&r);
    assert_true(deliver(&r, 7));
    redelivery_fini(&r);
}

static void
test_a_match_leaves_one_entry(void **state)
{
    (void)state;
    struct redelivery r;
    redelivery_init(&r);
    deliver(&r, 3);
    for (int i = 0; i < 4; i++) {
        redelivery_connected(&r);
        assert_true(deliver(&r, 3));
    }
    redelivery_connected(&r);
    assert_true(match(&r, make_id(3)));
    assert_false(match(&r, make_id(3)));
    redelivery_fini(&r);
}

static void
test_identity_is_id_and_content(void **state)
{
    (void)state;
    struct redelivery r;
    redelivery_init(&r);
    deliver(&r, 5);
    redelivery_connected(&r);
    struct message_id other = make_id(5);
    other.mid = 6;
    assert_false(match(&r, other));
    other = make_id(5);
    other.hash++;
    assert_false(match(&r, other));
    assert_true(match(&r, make_id(5)));
    redelivery_fini(&r);
}

static void
test_confirmed_ones_are_forgotten(void **state)
{
    (void)state;
    struct redelivery r;
    redelivery_init(&r);
    for (unsigned i = 1; i <= 100; i++) {
        deliver(&r, i);
    }
    redelivery_confirm(&r, 60);
    assert_int_equal(redelivery_count(&r), 40);
    redelivery_connected(&r);
    assert_false(deliver(&r, 60)); /* the packet id belongs to another message by now */
    assert_true(deliver(&r, 61));
    /* Numbers count anew; the rest of the earlier connection is still to come. */
    redelivery_confirm(&r, 2);
    redelivery_connected(&r);
    assert_true(deliver(&r, 62));
    assert_true(deliver(&r, 100));
    redelivery_fini(&r);
}

/* The client and the engine take messages that are no readings; their PUBACKs count as well. */
static void
test_numbers_are_the_connections_own(void **state)
{
    (void)state;
    struct redelivery r;
    redelivery_init(&r);
    for (unsigned i = 1; i <= 10; i++) {
        assert_false(redelivery_match(&r, make_id(i), 2 * i));
        redelivery_add(&r, make_id(i), false);
    }
    redelivery_confirm(&r, 11);
    assert_int_equal(redelivery_count(&r), 5);
    redelivery_connected(&r);
    assert_false(deliver(&r, 5));
    assert_true(deliver(&r, 6));
    redelivery_fini(&r);
}

/* What is new comes after all that comes again. */
static void
test_new_ones_end_what_comes_again(void **state)
{
    (void)state;
    struct redelivery r;
    redelivery_init(&r);
    for (unsigned i = 1; i <= 50; i++) {
        deliver(&r, i);
    }
    redelivery_connected(&r);
    for (unsigned i = 1; i < REDELIVERY_SETTLED; i++) {
        assert_false(deliver(&r, 1000 + i));
    }
    assert_true(deliver(&r, 1)); /* those were of a component that was not known then */
    redelivery_confirm(&r, REDELIVERY_SETTLED);
    assert_int_equal(redelivery_count(&r), 49 + REDELIVERY_SETTLED);
    for (unsigned i = 0; i < REDELIVERY_SETTLED; i++) {
        assert_false(deliver(&r, 2000 + i));
    }
    assert_false(deliver(&r, 2)); /* the packet id belongs to another message by now */
    redelivery_confirm(&r, 2 * REDELIVERY_SETTLED + 1);
    assert_int_equal(redelivery_count(&r), 0);
    redelivery_connected(&r);
    assert_false(deliver(&r, 50));
    redelivery_fini(&r);
}

/* Of a broad subscription hardly anything is stored, and packet ids are used again. */
static void
test_packet_ids_come_round(void **state)
{
    (void)state;
    struct redelivery r;
    redelivery_init(&r);
    for (unsigned i = 1; i <= 10; i++) {
        deliver(&r, i);
    }
    redelivery_connected(&r);
    for (unsigned i = 11; i <= 65535; i++) {
        assert_false(match(&r, make_id(i)));
    }
    assert_false(deliver(&r, 5));
    redelivery_confirm(&r, 65525);
    assert_int_equal(redelivery_count(&r), 1);
    redelivery_fini(&r);
}

/* However many had been stored, and whatever of them has been confirmed meanwhile. */
static void
test_all_that_was_stored_may_come_again(void **state)
{
    (void)state;
    const unsigned n = 100000;
    struct redelivery r;
    redelivery_init(&r);
    for (unsigned i = 1; i <= n; i++) {
        redelivery_load(&r, make_id(i));
    }
    for (unsigned life = 0; life < 2; life++) {
        redelivery_connected(&r);
        for (unsigned i = 1; i <= n + life; i++) {
            if (!deliver(&r, i)) {
                fail_msg("life %u: message %u is taken for a new one", life, i);
            }
            if (i % 200 == 0 && life > 0) {
                redelivery_confirm(&r, i);
            }
        }
        assert_false(deliver(&r, n + 1 + life));
    }
    redelivery_confirm(&r, n);
    assert_int_equal(redelivery_count(&r), 2);
    redelivery_fini(&r);
}

static void
test_it_is_bounded(void **state)
{
    (void)state;
    struct redelivery r;
    redelivery_init(&r);
    for (unsigned i = 0; i < 5 * REDELIVERY_MAX; i++) {
        redelivery_load(&r, make_id(i));
    }
    assert_in_range(redelivery_count(&r), REDELIVERY_MAX, 2 * REDELIVERY_MAX);
    redelivery_connected(&r);
    assert_true(match(&r, make_id(5 * REDELIVERY_MAX - 1)));
    assert_true(match(&r, make_id(4 * REDELIVERY_MAX)));
    assert_false(match(&r, make_id(4 * REDELIVERY_MAX - 1)));
    redelivery_fini(&r);
}

static void
test_hash_knows_where_the_topic_ends(void **state)
{
    (void)state;
    assert_true(redelivery_hash("a", "b", 1) == redelivery_hash("a", "b", 1));
    assert_true(redelivery_hash("a", "b", 1) != redelivery_hash("ab", "", 0));
    assert_true(redelivery_hash("a", "b", 1) != redelivery_hash("", "ab", 2));
    assert_true(redelivery_hash("a", "b\0", 2) != redelivery_hash("a", "b", 1));
    /* It stands on disk: it may not change. */
    assert_true(redelivery_hash("", "", 0) == UINT64_C(0xaf63bd4c8601b7df));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_only_earlier_connections_count_each_once),
        cmocka_unit_test(test_a_lost_session_means_nothing_comes_again),
        cmocka_unit_test(test_a_match_leaves_one_entry),
        cmocka_unit_test(test_identity_is_id_and_content),
        cmocka_unit_test(test_confirmed_ones_are_forgotten),
        cmocka_unit_test(test_numbers_are_the_connections_own),
        cmocka_unit_test(test_new_ones_end_what_comes_again),
        cmocka_unit_test(test_packet_ids_come_round),
        cmocka_unit_test(test_all_that_was_stored_may_come_again),
        cmocka_unit_test(test_it_is_bounded),
        cmocka_unit_test(test_hash_knows_where_the_topic_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
