/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The evaluator in the engine: what it is told of stations. */
#include "src/app/alarming.h"

#include "tests/cache_support.h"
#include "tests/unit.h"

static struct plant *
watched_for(int silence_s)
{
    struct plant_builder b;
    struct plant *plant = NULL;
    plant_builder_init(&b);
    struct station s = {.uid = g_strdup("S0"), .name = g_strdup("S0"), .silence_s = silence_s};
    plant_builder_station(&b, &s);
    assert_int_equal(plant_builder_finish(&b, &plant, NULL), RC_OK);
    plant_builder_fini(&b);
    return plant;
}

static uint32_t
active(struct alarming *a)
{
    const struct alarm_board *b = alarming_board(a);
    uint32_t n = 0;
    for (uint32_t i = 0; i < b->n_alarms; i++) {
        n += alarm_state_active(b->alarms[i].state);
    }
    return n;
}

/* A station that was never heard, and that nobody is to watch any more. */
static void
test_what_is_not_watched_is_not_silent(void **state)
{
    (void)state;
    char *path, *dir = support_dir(&path);
    struct cache *cache = support_open(path, NULL);
    struct config *config = config_defaults();
    struct now now = {.wall = INT64_C(1767268800000000), .mono = 1000 * US_PER_S};
    struct plant *watched = watched_for(300), *unwatched = watched_for(0);
    struct model *model = model_new(watched, now);
    struct alarming a = {0};
    GArray *records = g_array_new(FALSE, FALSE, sizeof(struct record));
    assert_int_equal(alarming_open(&a, config, model, path, now, NULL), RC_OK);
    alarming_link(&a, model, true, now);
    now.wall += 301 * US_PER_S;
    now.mono += 301 * US_PER_S;
    model_tick(model, now, records);
    alarming_tick(&a, model, records, 0, now);
    assert_int_equal(active(&a), 1);
    model_set_plant(model, unwatched, now);
    alarming_set_plant(&a, model, now);
    model_tick(model, now, records);
    alarming_tick(&a, model, records, 0, now);
    assert_int_equal(active(&a), 0);
    alarming_close(&a);
    g_array_unref(records);
    model_free(model);
    plant_unref(watched);
    plant_unref(unwatched);
    config_free(config);
    cache_close(cache);
    support_remove(dir, path);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_not_watched_is_not_silent),
    };
    return cmocka_run_group_tests_name("alarming", tests, NULL, NULL);
}
