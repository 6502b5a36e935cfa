/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit.h"

#include "src/core/timestamp.h"
#include "src/decode/source_clock.h"

#define HOUR_US (INT64_C(3600) * US_PER_S)

static wall_us
at(const char *text)
{
    wall_us ret;
    enum timestamp_zone zone;
    assert_true(timestamp_parse(text, strlen(text), &ret, &zone));
    return ret;
}

static void
test_zone(void **state)
{
    (void)state;
    static const struct {
        const char *why, *zone, *local, *received, *want;
    } cases[] = {
        {"winter", "Europe/Berlin", "2026-01-09 16:39:14", "2026-01-09T15:40:00Z",
         "2026-01-09T15:39:14Z"},
        {"summer", "Europe/Berlin", "2026-07-01 12:00:00", "2026-07-01T12:00:00Z",
         "2026-07-01T10:00:00Z"},
        {"an hour that never was goes forward", "Europe/Berlin", "2026-03-29 02:30:00",
         "2026-03-29T02:00:00Z", "2026-03-29T01:30:00Z"},
        {"before the change to summer", "Europe/Berlin", "2026-03-29 01:59:59",
         "2026-03-29T02:00:00Z", "2026-03-29T00:59:59Z"},
        {"after it", "Europe/Berlin", "2026-03-29 03:00:00", "2026-03-29T02:00:00Z",
         "2026-03-29T01:00:00Z"},
        {"first of the double hour, as the second is still to come", "Europe/Berlin",
         "2026-10-25 02:30:00", "2026-10-25T00:31:00Z", "2026-10-25T00:30:00Z"},
        {"second of the double hour", "Europe/Berlin", "2026-10-25 02:30:00",
         "2026-10-25T01:30:00Z", "2026-10-25T01:30:00Z"},
        {"received much later", "Europe/Berlin", "2026-10-25 02:30:00", "2026-11-25T00:00:00Z",
         "2026-10-25T01:30:00Z"},
        {"both still to come", "Europe/Berlin", "2026-10-25 02:30:00", "2026-10-24T00:00:00Z",
         "2026-10-25T00:30:00Z"},
        {"before the double hour", "Europe/Berlin", "2026-10-25 01:59:59",
         "2026-10-25T03:00:00Z", "2026-10-24T23:59:59Z"},
        {"after the double hour", "Europe/Berlin", "2026-10-25 03:00:00",
         "2026-10-25T03:00:00Z", "2026-10-25T02:00:00Z"},
        {"west of Greenwich", "America/New_York", "2026-01-09 10:39:14", "2026-01-09T15:40:00Z",
         "2026-01-09T15:39:14Z"},
        {"a zone of three quarters", "Asia/Kathmandu", "2026-01-09 21:24:14",
         "2026-01-09T15:40:00Z", "2026-01-09T15:39:14Z"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct zone zone;
        assert_true(zone_open(&zone, cases[i].zone));
        for (int again = 0; again < 2; again++) { /* the second is answered by what is kept */
            wall_us utc = zone_to_utc(&zone, at(cases[i].local), at(cases[i].received));
            if (utc != at(cases[i].want)) {
                char text[TIMESTAMP_SIZE];
                timestamp_format(text, utc);
                fail_msg("%s: %s, not %s", cases[i].why, text, cases[i].want);
            }
        }
        zone_close(&zone);
    }
}

static void
test_zone_unknown(void **state)
{
    (void)state;
    struct zone zone;
    assert_false(zone_open(&zone, "Europe/Atlantis"));
    zone_close(&zone);
    assert_true(zone_open(&zone, NULL));
    zone_close(&zone);
}

#define NOW "2026-01-09T15:39:14Z"

static void
test_forms(void **state)
{
    (void)state;
    static const struct {
        const char *json;
        enum clock_mode mode;
        const char *want; /* NULL: receipt time stands in */
        bool refused;
    } cases[] = {
        {"1767973154", CLOCK_MODE_AUTO, NOW, false},
        {"1767973154000", CLOCK_MODE_AUTO, NOW, false},
        {"\"1767973154\"", CLOCK_MODE_AUTO, NOW, false},
        {"\" 1767973154\\n\"", CLOCK_MODE_AUTO, NOW, false},
        {"\"  2026-01-09T15:39:14Z \"", CLOCK_MODE_AUTO, NOW, false},
        {"\"  \"", CLOCK_MODE_AUTO, NULL, false},
        {"1767973154.25", CLOCK_MODE_AUTO, "2026-01-09T15:39:14.250Z", false},
        {"\"2026-01-09T15:39:14Z\"", CLOCK_MODE_AUTO, NOW, false},
        {"\"2026-01-09T16:39:14+01:00\"", CLOCK_MODE_AUTO, NOW, false},
        {"\"2026-01-09 16:39:14\"", CLOCK_MODE_AUTO, NOW, false},
        {"\"2026-01-09T16:39:14.5\"", CLOCK_MODE_AUTO, "2026-01-09T15:39:14.500Z", false},
        {"\"2026-01-09 15:39:14\"", CLOCK_MODE_UTC, NOW, false},
        {"\"2026-01-09 16:39:14\"", CLOCK_MODE_LOCAL, NOW, false},
        {"1767976754", CLOCK_MODE_LOCAL, NOW, false},
        {"1767973154", CLOCK_MODE_UTC, NOW, false},
        {"\"2026-01-09T15:39:14Z\"", CLOCK_MODE_LOCAL, NOW, false},
        {"1767973154", CLOCK_MODE_IGNORE, NULL, false},
        {"\"2026-01-09T15:39:10Z\"", CLOCK_MODE_IGNORE, NULL, false},
        {"1767973454", CLOCK_MODE_AUTO, "2026-01-09T15:44:14Z", false},
        {"1767973455", CLOCK_MODE_AUTO, NULL, true},
        {"1420070400", CLOCK_MODE_AUTO, "2015-01-01T00:00:00Z", false},
        {"1420070399", CLOCK_MODE_AUTO, NULL, true},
        {"946684800", CLOCK_MODE_AUTO, NULL, true},
        {"0", CLOCK_MODE_AUTO, NULL, true},
        {"-5", CLOCK_MODE_AUTO, NULL, true},
        {"1e300", CLOCK_MODE_AUTO, NULL, true},
        {"1e999", CLOCK_MODE_AUTO, NULL, true},
        {"\"yesterday\"", CLOCK_MODE_AUTO, NULL, true},
        {"\"2026-02-30 12:00:00\"", CLOCK_MODE_AUTO, NULL, true},
        {"true", CLOCK_MODE_AUTO, NULL, true},
        {"[1767973154]", CLOCK_MODE_AUTO, NULL, true},
        {"null", CLOCK_MODE_AUTO, NULL, false},
        {"\"\"", CLOCK_MODE_AUTO, NULL, false},
    };
    struct jdoc *doc = jdoc_new();
    struct zone zone;
    assert_true(zone_open(&zone, "Europe/Berlin"));
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct source_time_rule rule = {.mode = cases[i].mode, .future_us = 300 * US_PER_S};
        wall_us now = at(NOW);
        assert_true(jdoc_parse(doc, cases[i].json, strlen(cases[i].json)));
        struct source_time time = source_time_read(&doc->nodes[0], &rule, &zone, now);
        bool believed = cases[i].want != NULL;
        if (time.believed != believed || time.refused != cases[i].refused ||
            time.ts != (believed ? at(cases[i].want) : now)) {
            fail_msg("%s in mode %s", cases[i].json, clock_mode_name(cases[i].mode));
        }
    }
    zone_close(&zone);
    jdoc_free(doc);
}

/* A clock that is off by offset, heard n times a step apart, the last answer. */
static struct source_time
hear(struct station_clock *clock, struct zone *zone, int64_t offset_us, int n, int64_t step_us)
{
    static wall_us now; /* goes on from test to test, as time does */
    struct source_time time = {0};
    now = now == 0 ? at(NOW) : now;
    for (int i = 0; i < n; i++) {
        now += step_us;
        struct jnode node = {.type = J_NUMBER, .num = (double)((now + offset_us) / US_PER_S)};
        struct source_time_rule rule = {.mode = CLOCK_MODE_AUTO,
                                        .device_clock = true,
                                        .future_us = 300 * US_PER_S,
                                        .learn = true,
                                        .clock = clock};
        time = source_time_read(&node, &rule, zone, now);
    }
    return time;
}

static void
test_auto(void **state)
{
    (void)state;
    struct zone zone;
    assert_true(zone_open(&zone, "Europe/Berlin"));
    struct station_clock clock = {0};
    int64_t step = 15 * US_PER_S;
    assert_true(hear(&clock, &zone, HOUR_US, 2, step).refused); /* not stable yet */
    struct source_time time = hear(&clock, &zone, HOUR_US, 1, step);
    assert_true(time.believed);
    assert_int_equal(time.offset_us, 0);
    /* One message that disagrees changes nothing. */
    assert_true(hear(&clock, &zone, 2 * HOUR_US, 1, step).refused);
    assert_true(hear(&clock, &zone, HOUR_US, 1, step).believed);
    /* Three that agree do: the station has gone over to summer time. */
    assert_true(hear(&clock, &zone, 2 * HOUR_US, 3, step).believed);
    /* What is left of a quarter of an hour is told. */
    time = hear(&clock, &zone, 2 * HOUR_US + 180 * US_PER_S, 3, step);
    assert_true(time.believed);
    assert_int_equal(time.offset_us, 180 * US_PER_S);
    /* Five hours and a half behind. */
    time = hear(&clock, &zone, -HOUR_US * 11 / 2, 3, step);
    assert_int_equal(time.offset_us, 0);
    /* More than any zone: taken as UTC. */
    time = hear(&clock, &zone, -30 * 24 * HOUR_US, 3, step);
    assert_true(time.believed);
    assert_int_equal(time.offset_us, -30 * 24 * HOUR_US);
    zone_close(&zone);
}

static void
test_auto_is_not_fooled(void **state)
{
    (void)state;
    struct zone zone;
    assert_true(zone_open(&zone, "Europe/Berlin"));
    /* A backlog of an hour ago, delivered at once: late, not in another zone. */
    struct station_clock clock = {0};
    struct source_time time = hear(&clock, &zone, -HOUR_US, 50, 0);
    assert_int_equal(time.offset_us, -HOUR_US);
    /* An offset that runs away is no zone. */
    clock = (struct station_clock){0};
    for (int i = 0; i < 10; i++) {
        time = hear(&clock, &zone, -HOUR_US + i * 60 * US_PER_S, 1, 15 * US_PER_S);
    }
    assert_false(clock.known);
    /* A retained message teaches nothing. */
    clock = (struct station_clock){0};
    struct jnode node = {.type = J_NUMBER, .num = 1767976754};
    struct source_time_rule rule = {.mode = CLOCK_MODE_AUTO,
                                    .device_clock = true,
                                    .future_us = 300 * US_PER_S,
                                    .clock = &clock};
    for (int i = 0; i < 5; i++) {
        time = source_time_read(&node, &rule, &zone, at(NOW));
    }
    assert_true(time.refused);
    assert_int_equal(clock.samples, 0);
    zone_close(&zone);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_zone),
        cmocka_unit_test(test_zone_unknown),
        cmocka_unit_test(test_forms),
        cmocka_unit_test(test_auto),
        cmocka_unit_test(test_auto_is_not_fooled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
