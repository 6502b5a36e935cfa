/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit.h"

#include "src/app/pulse.h"

#define T0 INT64_C(1767268800000000) /* 2026-01-01T12:00:00Z */

static void
test_pulse(void **state)
{
    (void)state;
    struct pulse p;
    struct pulse_facts facts = {
        .evaluated = 7, .active = 3, .unacked = 2, .role = ROLE_OWNER, .epoch = 4, .term = 1};
    pulse_init(&p, "pc 1/a", 10);
    assert_string_equal(p.topic, "leitstand/v1/heartbeat/pc 1%2Fa");
    mono_us now = 5 * US_PER_S;
    assert_true(pulse_due(&p, now)); /* the first one at once */
    char *text = pulse_payload(&p, &facts, (struct now){T0, now});
    assert_string_equal(text, "{\"instance\":\"pc 1/a\",\"at\":\"2026-01-01T12:00:00Z\","
                              "\"evaluated\":7,\"turn\":1,\"active\":3,\"unacked\":2,"
                              "\"role\":\"owner\",\"epoch\":4,\"term\":1}");
    free(text);
    assert_false(pulse_due(&p, now + 10 * US_PER_S - 1));
    assert_true(pulse_due(&p, now + 10 * US_PER_S));
    /* Late, after a stall: one, and then a period again. */
    now += 60 * US_PER_S;
    text = pulse_payload(&p, &facts, (struct now){T0, now});
    assert_non_null(strstr(text, "\"turn\":2,"));
    free(text);
    assert_false(pulse_due(&p, now + US_PER_S));
    pulse_fini(&p);

    pulse_init(&p, "x", 0);
    assert_false(pulse_due(&p, INT64_MAX));
    pulse_fini(&p);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_pulse)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
