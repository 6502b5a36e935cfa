/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit.h"

#include "src/core/clock.h"

static void
test_both_clocks(void **state)
{
    (void)state;
    struct timespec before, after, boot;
    clock_gettime(CLOCK_REALTIME, &before);
    struct now now = clock_now();
    clock_gettime(CLOCK_REALTIME, &after);
    clock_gettime(CLOCK_BOOTTIME, &boot);
    assert_true(now.wall >= before.tv_sec * US_PER_S + before.tv_nsec / 1000);
    assert_true(now.wall <= after.tv_sec * US_PER_S + after.tv_nsec / 1000);
    int64_t boot_us = boot.tv_sec * US_PER_S + boot.tv_nsec / 1000;
    assert_true(now.mono <= boot_us && now.mono > boot_us - 10 * US_PER_S);
}

static void
test_mono_never_goes_back(void **state)
{
    (void)state;
    mono_us last = clock_now().mono;
    for (int i = 0; i < 100000; i++) {
        mono_us mono = clock_now().mono;
        assert_true(mono >= last);
        last = mono;
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_both_clocks),
        cmocka_unit_test(test_mono_never_goes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
