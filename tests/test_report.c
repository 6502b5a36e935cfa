/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/app/report.h"

#include "tests/unit.h"

#define S US_PER_S

static void
test_report(void **state)
{
    (void)state;
    static const struct {
        const char *why;
        uint32_t series;
        wall_us ts;
        double num;
        const char *text;
        uint16_t quality;
        bool want;
    } steps[] = {
        {"the first", 1, 10 * S, 5, NULL, 0, true},
        {"the same", 1, 11 * S, 5, NULL, 0, false},
        {"another series", 2, 11 * S, 5, NULL, 0, true},
        {"another quality", 1, 12 * S, 5, NULL, QUALITY_INVALID, true},
        {"good again", 1, 13 * S, 5, NULL, 0, true},
        {"another value", 1, 14 * S, 6, NULL, 0, true},
        {"one that is late", 1, 9 * S, 6, NULL, 0, true},
        {"which did not count", 1, 15 * S, 6, NULL, 0, false},
        {"just before it is due", 1, 74 * S - 1, 6, NULL, 0, false},
        {"due", 1, 74 * S, 6, NULL, 0, true},
        {"and not again", 1, 75 * S, 6, NULL, 0, false},
        {"a text", 3, 10 * S, 0, "open", 0, true},
        {"the same text", 3, 11 * S, 0, "open", 0, false},
        {"another text", 3, 12 * S, 0, "closed", 0, true},
        {"a number in its place", 3, 13 * S, 0, NULL, 0, true},
    };
    struct report *r = report_new(60 * S), *never = report_new(0);
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        struct record record = {.series = steps[i].series,
                                .quality = steps[i].quality,
                                .ts = steps[i].ts,
                                .num = steps[i].num};
        if (steps[i].text != NULL) {
            record.text = g_ref_string_new(steps[i].text);
        }
        if (report_wants(r, &record) != steps[i].want) {
            fail_msg("%s", steps[i].why);
        }
        report_wants(never, &record);
        if (record.text != NULL) {
            g_ref_string_release(record.text);
        }
    }
    struct record late = {.series = 2, .ts = 999999 * S, .num = 5};
    assert_false(report_wants(never, &late));
    report_free(r);
    report_free(never);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_report)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
