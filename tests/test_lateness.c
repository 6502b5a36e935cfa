/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit.h"

#include "alarms/lateness.h"

#define MINUTE (60 * US_PER_S)
#define HOUR   (60 * MINUTE)
#define LIMIT  (5 * MINUTE)

/* A wall clock far from the boot clock, as it is. */
#define OFFSET (INT64_C(1700000000) * US_PER_S)

struct row {
    const char *why;
    int64_t mono_s, wall_step_s, source_s; /* source: seconds on the true clock */
    bool late;
};

static void
run(const struct row *rows, size_t n)
{
    struct lateness l;
    lateness_init(&l);
    for (size_t i = 0; i < n; i++) {
        mono_us mono = rows[i].mono_s * US_PER_S;
        struct now now = {OFFSET + mono + rows[i].wall_step_s * US_PER_S, mono};
        if (lateness_check(&l, OFFSET + rows[i].source_s * US_PER_S, now, LIMIT) !=
            rows[i].late) {
            fail_msg("%s", rows[i].why);
        }
    }
}

static void
test_on_time_and_backfill(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"the first one, fresh", 100, 0, 99, false},
        {"the next one", 115, 0, 114, false},
        {"the same time again", 116, 0, 114, false},
        {"older than the newest", 117, 0, 110, true},
        {"after an hour's gap the oldest of the back-fill", 3700, 0, 130, true},
        {"back-fill catching up", 3701, 0, 1000, true},
        {"still more than the limit behind", 3702, 0, 3300, true},
        {"caught up", 3703, 0, 3700, false},
    };
    run(rows, G_N_ELEMENTS(rows));
}

static void
test_first_is_late(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"an hour old when it comes", 4000, 0, 400, true},
        {"live", 4001, 0, 4000, false},
    };
    run(rows, G_N_ELEMENTS(rows));
}

static void
test_our_clock_steps(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"before", 100, 0, 99, false},
        {"our wall clock went an hour ahead", 115, 3600, 114, false},
        {"and stays there", 130, 3600, 129, false},
        {"and back by two", 145, -3600, 144, false},
    };
    run(rows, G_N_ELEMENTS(rows));
}

static void
test_one_stamp_ahead(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"before", 100, 0, 99, false},
        {"four minutes ahead of its time", 115, 0, 354, false},
        {"right again", 130, 0, 129, false},
        {"older than the newest, the wrong one aside", 131, 0, 128, true},
        {"a month ahead", 145, 0, 145 + 30 * 86400, false},
        {"and right again", 160, 0, 159, false},
    };
    run(rows, G_N_ELEMENTS(rows));
}

static void
test_source_clock_set_ahead(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"an hour behind", 5000, 0, 1400, true},
        {"and so for long", 5180, 0, 1580, false},
        {"its clock is set right", 5200, 0, 5200, false},
        {"and stays so", 5400, 0, 5400, false},
        {"back-fill from before is late", 5410, 0, 5050, true},
    };
    run(rows, G_N_ELEMENTS(rows));
}

static void
test_source_clock_set_back(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"before", 5000, 0, 4999, false},
        {"set back by an hour: looks late", 5015, 0, 1414, true},
        {"still", 5100, 0, 1499, true},
        {"still, just before", 5194, 0, 1593, true},
        {"the delay has stood for three minutes: believed", 5195, 0, 1594, false},
        {"and from then on", 5210, 0, 1609, false},
    };
    run(rows, G_N_ELEMENTS(rows));
}

static void
test_creeping_delay_is_noticed(void **state)
{
    (void)state;
    struct lateness l;
    lateness_init(&l);
    bool late = false;
    /* Each reading comes four minutes later than the one before should: a queue that grows. */
    for (int64_t i = 0; i < 10 && !late; i++) {
        mono_us mono = i * 5 * MINUTE;
        struct now now = {OFFSET + mono, mono};
        late = lateness_check(&l, OFFSET + i * MINUTE, now, LIMIT);
    }
    assert_true(late);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_on_time_and_backfill),
        cmocka_unit_test(test_first_is_late),
        cmocka_unit_test(test_our_clock_steps),
        cmocka_unit_test(test_one_stamp_ahead),
        cmocka_unit_test(test_source_clock_set_ahead),
        cmocka_unit_test(test_source_clock_set_back),
        cmocka_unit_test(test_creeping_delay_is_noticed),
    };
    return cmocka_run_group_tests_name("lateness", tests, NULL, NULL);
}
