/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit.h"

#include "src/mqtt/retry.h"

static void
test_back_off(void **state)
{
    (void)state;
    static const mono_us full[] = {500, 1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000};
    struct retry least = {0}, most = {0};
    for (size_t i = 0; i < G_N_ELEMENTS(full); i++) {
        assert_int_equal(retry_delay(&least, 0), full[i] * US_PER_MS / 2);
        assert_int_equal(retry_delay(&most, UINT32_MAX), full[i] * US_PER_MS);
    }
    retry_connected(&most);
    assert_int_equal(retry_delay(&most, UINT32_MAX), 500 * US_PER_MS);
    for (int i = 0; i < 1000; i++) {
        assert_in_range(retry_delay(&least, 12345), 15 * US_PER_S, 30 * US_PER_S);
    }
}

static void
test_two_with_one_id_stand_back(void **state)
{
    (void)state;
    struct retry r = {0};
    retry_taken_over(&r);
    assert_int_equal(retry_delay(&r, UINT32_MAX), 30 * US_PER_S);
}

/* What a fight over one session looks like when nobody tells: connects that do not last. */
static void
test_a_fight_is_noticed(void **state)
{
    (void)state;
    struct retry r = {0};
    for (int i = 0; i < 4; i++) {
        retry_connected(&r);
        retry_lost(&r, US_PER_S - 1);
        assert_false(retry_is_fighting(&r));
        assert_int_equal(retry_delay(&r, UINT32_MAX), 500 * US_PER_MS);
    }
    static const int64_t seconds[] = {2, 4, 8, 16, 30, 30};
    for (size_t i = 0; i < G_N_ELEMENTS(seconds); i++) {
        retry_connected(&r);
        retry_lost(&r, i == 0 ? 0 : 59 * US_PER_S); /* the other one stands back, too */
        assert_true(retry_is_fighting(&r));
        assert_int_equal(retry_delay(&r, UINT32_MAX), seconds[i] * US_PER_S);
    }
    retry_connected(&r);
    retry_lost(&r, 60 * US_PER_S);
    assert_false(retry_is_fighting(&r));
    assert_int_equal(retry_delay(&r, UINT32_MAX), 500 * US_PER_MS);
}

static void
test_a_broker_that_restarts_is_no_fight(void **state)
{
    (void)state;
    struct retry r = {0};
    for (int i = 0; i < 100; i++) {
        retry_connected(&r);
        retry_lost(&r, i % 4 == 3 ? 2 * US_PER_S : 0);
        assert_false(retry_is_fighting(&r));
    }
}

static void
test_a_refusal_of_mqtt_5_is_final(void **state)
{
    (void)state;
    struct retry r = {.failures = 4};
    retry_v5_refused(&r);
    assert_true(r.v311);
    assert_int_equal(retry_delay(&r, UINT32_MAX), 500 * US_PER_MS);
    retry_connected(&r);
    retry_lost(&r, 100 * US_PER_S);
    retry_closed_silently(&r);
    assert_true(r.v311);
}

static void
test_silence_is_a_hint_only(void **state)
{
    (void)state;
    struct retry r = {0};
    retry_closed_silently(&r);
    retry_closed_silently(&r);
    assert_false(r.v311);
    retry_closed_silently(&r);
    assert_true(r.v311);
    /* That did not help either: back to MQTT 5. */
    retry_closed_silently(&r);
    assert_false(r.v311);
    for (int i = 0; i < 3; i++) {
        retry_closed_silently(&r);
    }
    assert_true(r.v311);
    /* It did help; but after the next loss MQTT 5 has another chance. */
    retry_connected(&r);
    assert_true(r.v311);
    retry_lost(&r, 100 * US_PER_S);
    assert_false(r.v311);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_back_off),
        cmocka_unit_test(test_two_with_one_id_stand_back),
        cmocka_unit_test(test_a_fight_is_noticed),
        cmocka_unit_test(test_a_broker_that_restarts_is_no_fight),
        cmocka_unit_test(test_a_refusal_of_mqtt_5_is_final),
        cmocka_unit_test(test_silence_is_a_hint_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
