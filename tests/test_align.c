/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/app/align.h"

#include <math.h>
#include <stdlib.h>

#include "tests/unit.h"

#define S US_PER_S

/* One sample for each letter, a second apart from at on. */
static size_t
letters(struct align_sample *out, const char *text, wall_us at)
{
    size_t n = 0;
    for (; text[n] != '\0'; n++) {
        out[n] = (struct align_sample){.value = (uint64_t)text[n], .at = at + (wall_us)n * S};
    }
    return n;
}

static void
test_cases(void **state)
{
    (void)state;
    static const struct {
        const char *why, *tail, *own, *live;
        wall_us tail_at, own_at, live_at;
        size_t first, end;
        bool seam;
    } cases[] = {
        {"what follows the tail, up to what the session brought", "abcdef", "abcdefghijklm",
         "klm", 0, 0, 10 * S, 6, 10, false},
        {"the clocks of both differ", "abcdef", "abcdefghijklm", "klm", 0, 3 * S, 13 * S, 6, 10,
         false},
        {"without a run of live ones their time decides", "abcdef", "abcdefghijklm", "xy", 0, 0,
         8 * S, 6, 8, false},
        {"nothing came over the session yet", "abcdef", "abcdefgh", "", 0, 0, 100 * S, 6, 8,
         false},
        {"nothing is missing", "abcdef", "abcdef", "", 0, 0, 100 * S, 6, 6, false},
        {"the store has more than the cache", "abcdef", "abcd", "", 0, 0, 100 * S, 4, 4, false},
        {"the cache begins later", "abcdef", "defgh", "", 0, 3 * S, 100 * S, 3, 5, false},
        {"no run: what is later by more than a second", "abcdef", "uvwxyz", "", 0, 4 * S,
         100 * S, 3, 6, true},
        {"two that agree are no run", "abcdef", "uefxyz", "", 0, 3 * S, 100 * S, 4, 6, true},
        {"the same values much later are others", "aaaaaa", "aaaaaa", "", 0, 60 * S, 100 * S, 0,
         6, true},
        {"one that the cache lost", "abcdef", "acdefgh", "", 0, 0, 100 * S, 5, 7, false},
        {"the store has nothing", "", "abc", "", 0, 0, 100 * S, 0, 3, false},
        {"the cache has nothing", "abc", "", "", 0, 0, 100 * S, 0, 0, true},
        {"equal neighbours: the clocks decide", "aaaaaaaa", "aaaaaaaaaaaa", "aaa", 0, 0, 9 * S,
         8, 9, false},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct align_sample tail[ALIGN_TAIL], own[ALIGN_TAIL], live[ALIGN_TAIL];
        size_t n_tail = letters(tail, cases[i].tail, cases[i].tail_at);
        size_t n_own = letters(own, cases[i].own, cases[i].own_at);
        size_t n_live = letters(live, cases[i].live, cases[i].live_at);
        struct align_gap gap =
            align_find(tail, n_tail, own, n_own, live, n_live, cases[i].live_at);
        if (gap.first != cases[i].first || gap.end != cases[i].end ||
            gap.seam != cases[i].seam) {
            fail_msg("%s: %zu to %zu%s", cases[i].why, gap.first, gap.end,
                     gap.seam ? ", a seam" : "");
        }
    }
}

/*
 * A stream of values that two instances stamp with clocks that differ by up to four seconds;
 * the store has its beginning, the session brings its end. Whatever lies between is found
 * exactly, as long as neighbours mostly differ.
 */
static void
test_random(void **state)
{
    (void)state;
    srandom(20);
    for (int round = 0; round < 2000; round++) {
        enum { STREAM = 120 };
        struct align_sample one[STREAM], two[STREAM];
        wall_us at = 0, skew = random() % (8 * S) - 4 * S;
        for (int i = 0; i < STREAM; i++) {
            at += S / 10 + random() % (2 * S);
            one[i] = (struct align_sample){.value = (uint64_t)(random() % 50),
                                           .at = at + random() % (20 * US_PER_MS)};
            two[i] = (struct align_sample){.value = one[i].value,
                                           .at = at + skew + random() % (20 * US_PER_MS)};
        }
        size_t stored = 40 + (size_t)(random() % 20), live = stored + (size_t)(random() % 40);
        size_t own_from = 2 + (size_t)(random() % 6);
        struct align_gap gap =
            align_find(one + stored - ALIGN_TAIL, ALIGN_TAIL, two + own_from, STREAM - own_from,
                       two + live, MIN(STREAM - live, ALIGN_TAIL), two[live].at);
        if (gap.seam || gap.first != stored - own_from || gap.end != live - own_from) {
            fail_msg("round %d: %zu to %zu%s, not %zu to %zu", round, gap.first + own_from,
                     gap.end + own_from, gap.seam ? ", a seam" : "", stored, live);
        }
    }
}

static void
test_value(void **state)
{
    (void)state;
    assert_true(align_value(0.0, NULL) == align_value(-0.0, NULL));
    assert_true(align_value(1.5, NULL) == align_value(1.5, NULL));
    assert_true(align_value(1.5, NULL) != align_value(1.25, NULL));
    assert_true(align_value(0, "open") == align_value(1, "open"));
    assert_true(align_value(0, "open") != align_value(0, "closed"));
    assert_true(align_value(0, "") != align_value(0, NULL));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_value),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
