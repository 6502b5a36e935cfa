/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit.h"

#include <stdbool.h>
#include <string.h>

#include "src/app/periods.h"
#include "src/core/timestamp.h"

#define HOUR (3600 * US_PER_S)

static GTimeZone *
berlin(void)
{
    GTimeZone *zone = g_time_zone_new_identifier("Europe/Berlin");
    assert_non_null(zone);
    return zone;
}

static wall_us
at(const char *text)
{
    wall_us ret = 0;
    if (!timestamp_parse_arg(text, 0, &ret)) {
        fail_msg("%s", text);
    }
    return ret;
}

static void
assert_period(const GArray *periods, guint i, const char *label, const char *from, int hours)
{
    const struct period *p = &g_array_index(periods, struct period, i);
    assert_true(i < periods->len);
    assert_string_equal(p->label, label);
    assert_int_equal(p->from, at(from));
    assert_int_equal(p->to - p->from, hours * HOUR);
}

static void
test_days_of_clock_changes(void **state)
{
    (void)state;
    GTimeZone *zone = berlin();
    GArray *days =
        periods_new(zone, NULL, at("2026-03-27T23:00:00Z"), at("2026-03-30T22:00:00Z"));
    assert_int_equal(days->len, 3);
    assert_period(days, 0, "2026-03-28", "2026-03-27T23:00:00Z", 24);
    assert_period(days, 1, "2026-03-29", "2026-03-28T23:00:00Z", 23);
    assert_period(days, 2, "2026-03-30", "2026-03-29T22:00:00Z", 24);
    g_array_unref(days);
    days = periods_new(zone, NULL, at("2026-10-24T22:00:00Z"), at("2026-10-25T23:00:00Z"));
    assert_int_equal(days->len, 1);
    assert_period(days, 0, "2026-10-25", "2026-10-24T22:00:00Z", 25);
    g_array_unref(days);
    g_time_zone_unref(zone);
}

static void
test_shifts(void **state)
{
    (void)state;
    static const struct config_times starts = {.n = 3, .minute = {360, 840, 1320}};
    GTimeZone *zone = berlin();
    GArray *shifts =
        periods_new(zone, &starts, at("2026-03-28T12:00:00Z"), at("2026-03-29T12:00:00Z"));
    assert_int_equal(shifts->len, 4);
    assert_period(shifts, 0, "2026-03-28 06:00", "2026-03-28T12:00:00Z", 1); /* cut */
    assert_period(shifts, 1, "2026-03-28 14:00", "2026-03-28T13:00:00Z", 8);
    assert_period(shifts, 2, "2026-03-28 22:00", "2026-03-28T21:00:00Z", 7);
    assert_period(shifts, 3, "2026-03-29 06:00", "2026-03-29T04:00:00Z", 8);
    g_array_unref(shifts);
    /* The small hours belong to the shift that began the evening before. */
    shifts = periods_new(zone, &starts, at("2026-10-25T00:00:00Z"), at("2026-10-25T02:00:00Z"));
    assert_int_equal(shifts->len, 1);
    assert_period(shifts, 0, "2026-10-24 22:00", "2026-10-25T00:00:00Z", 2);
    g_array_unref(shifts);
    g_time_zone_unref(zone);
}

/* 02:30 does not exist on that day; nothing overlaps, nothing is left out. */
static void
test_a_shift_that_begins_in_the_gap(void **state)
{
    (void)state;
    static const struct config_times starts = {.n = 3, .minute = {120, 150, 179}};
    GTimeZone *zone = berlin();
    wall_us since = at("2026-03-27T12:00:00Z"), until = at("2026-03-31T12:00:00Z"), end = since;
    GArray *shifts = periods_new(zone, &starts, since, until);
    for (guint i = 0; i < shifts->len; i++) {
        const struct period *p = &g_array_index(shifts, struct period, i);
        assert_int_equal(p->from, end);
        assert_true(p->to > p->from);
        end = p->to;
    }
    assert_int_equal(end, until);
    g_array_unref(shifts);
    g_time_zone_unref(zone);
}

static void
test_bounds(void **state)
{
    (void)state;
    GTimeZone *zone = berlin();
    wall_us now = at("2026-01-09T15:39:14Z");
    GArray *none = periods_new(zone, NULL, now, now);
    assert_int_equal(none->len, 0);
    g_array_unref(none);
    assert_null(periods_new(zone, NULL, now - 2500 * 24 * HOUR, now));
    static const struct config_times starts = {.n = 2, .minute = {0, 720}};
    assert_null(periods_new(zone, &starts, now - 1500 * 24 * HOUR, now));
    GArray *old =
        periods_new(zone, NULL, at("1969-12-30T22:00:00Z"), at("1970-01-01T12:00:00Z"));
    assert_int_equal(old->len, 3);
    assert_period(old, 1, "1969-12-31", "1969-12-30T23:00:00Z", 24);
    g_array_unref(old);
    g_time_zone_unref(zone);
}

static void
test_midnight(void **state)
{
    (void)state;
    GTimeZone *zone = berlin();
    assert_int_equal(periods_midnight(zone, at("2026-01-09T15:39:14Z"), 0),
                     at("2026-01-08T23:00:00Z"));
    assert_int_equal(periods_midnight(zone, at("2026-01-09T23:00:00Z"), 0),
                     at("2026-01-09T23:00:00Z"));
    assert_int_equal(periods_midnight(zone, at("2026-04-01T10:00:00Z"), 6),
                     at("2026-03-25T23:00:00Z")); /* across the change */
    g_time_zone_unref(zone);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_days_of_clock_changes),
        cmocka_unit_test(test_shifts),
        cmocka_unit_test(test_a_shift_that_begins_in_the_gap),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_midnight),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
