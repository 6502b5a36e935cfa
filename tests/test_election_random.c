/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Elections by the thousand, in simulated worlds full of faults. LEITSTAND_SEEDS tells how
 * many; LEITSTAND_SEED=N runs that one alone and tells its story.
 */
#include "tests/unit.h"

#include <glib.h>

#include "tests/election_world.h"

#define SEEDS      3000
#define FLAW_SEEDS 20000

static uint64_t
number(const char *name, uint64_t otherwise)
{
    const char *text = g_getenv(name);
    return text != NULL ? g_ascii_strtoull(text, NULL, 10) : otherwise;
}

static struct world_config
world_of(uint64_t seed)
{
    return (struct world_config){
        .seed = seed,
        .instances = seed % 7 == 0 ? 1 : 2 + (int)(seed % 2),
        .store = seed % 5 != 0,
        .end_without_store = seed % 3 == 0,
        .faults = (int)(seed % 13),
    };
}

static void
test_what_must_hold(void **state)
{
    (void)state;
    uint64_t one = number("LEITSTAND_SEED", 0);
    uint64_t first = one != 0 ? one : 1;
    uint64_t last = one != 0 ? one : number("LEITSTAND_SEEDS", SEEDS);
    int failed = 0;
    for (uint64_t seed = first; seed <= last && failed < 10; seed++) {
        struct world_config config = world_of(seed);
        config.trace = one != 0;
        char *failure = world_run(&config);
        if (failure != NULL) {
            print_error("%s\n", failure);
            failed++;
        }
        g_free(failure);
    }
    assert_int_equal(failed, 0);
}

static void
test_planted_flaws(void **state)
{
    (void)state;
    for (int flaw = 1; flaw < FLAWS; flaw++) {
        char *failure = NULL;
        uint64_t seed = 1;
        for (; failure == NULL && seed <= FLAW_SEEDS; seed++) {
            struct world_config config = world_of(seed);
            config.flaw = (enum flaw)flaw;
            failure = world_run(&config);
        }
        if (failure == NULL) {
            fail_msg("flaw %d was not found", flaw);
        }
        print_message("# flaw %d: %s\n", flaw, failure);
        g_free(failure);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_must_hold),
        cmocka_unit_test(test_planted_flaws),
    };
    return cmocka_run_group_tests_name("election_random", tests, NULL, NULL);
}
