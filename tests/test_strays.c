/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit.h"

#include "src/app/strays.h"

static void
test_unknown_ids_are_counted(void **state)
{
    (void)state;
    struct strays s;
    strays_init(&s);
    strays_add_unknown(&s, "PS-01", "X", "1", "w/PS-01/X", 10);
    strays_add_unknown(&s, "", "X", "5", "w/X", 11);
    uint64_t version = s.version;
    strays_add_unknown(&s, "PS-01", "X", "2\033[2J", "w/PS-01/X\x9b", 12);
    assert_true(s.version > version);
    assert_int_equal(s.n_unknown, 2);
    const struct unknown_id *u = strays_find(&s, "PS-01", "X");
    assert_non_null(u);
    assert_int_equal(u->count, 2);
    assert_int_equal(u->last, 12);
    assert_string_equal(u->value, "2?[2J");
    assert_string_equal(u->topic, "w/PS-01/X?");
    assert_int_equal(strays_find(&s, "", "X")->count, 1);
    assert_null(strays_find(&s, "PS-01", "Y"));
    strays_fini(&s);
}

/* The first stay: what a flood brings later must not push out what somebody looks at. */
static void
test_unknown_ids_are_bounded(void **state)
{
    (void)state;
    struct strays s;
    strays_init(&s);
    for (int i = 0; i < UNKNOWN_IDS_MAX + 500; i++) {
        char id[16];
        snprintf(id, sizeof(id), "I%d", i);
        strays_add_unknown(&s, "S", id, "1", "t", i);
    }
    assert_int_equal(s.n_unknown, UNKNOWN_IDS_MAX);
    assert_non_null(strays_find(&s, "S", "I0"));
    assert_null(strays_find(&s, "S", "I1000"));
    strays_add_unknown(&s, "S", "I999", "2", "t", 5000);
    assert_int_equal(strays_find(&s, "S", "I999")->count, 2);
    strays_fini(&s);
}

static void
test_an_id_too_long_for_any_plant_is_not_listed(void **state)
{
    (void)state;
    struct strays s;
    strays_init(&s);
    char id[100];
    memset(id, 'x', sizeof(id) - 1);
    id[sizeof(id) - 1] = '\0';
    strays_add_unknown(&s, "S", id, "1", "t", 1);
    strays_add_unknown(&s, id, "X", "1", "t", 1);
    assert_int_equal(s.n_unknown, 0);
    strays_fini(&s);
}

/* Of payloads the latest topics stay. */
static void
test_rejected_payloads(void **state)
{
    (void)state;
    struct strays s;
    strays_init(&s);
    strays_add_rejected(&s, "t/0", "no JSON", "first", 5, 1);
    strays_add_rejected(&s, "t/0", "value null", "\033]0;x\a{", 7, 2);
    assert_int_equal(s.n_rejected, 1);
    assert_int_equal(s.rejected[0].count, 2);
    assert_string_equal(s.rejected[0].reason, "value null");
    assert_string_equal(s.rejected[0].payload, "?]0;x?{");
    for (int i = 1; i <= REJECTED_MAX; i++) {
        char topic[16];
        snprintf(topic, sizeof(topic), "t/%d", i);
        strays_add_rejected(&s, topic, "no JSON", "x", 1, 2 + i);
    }
    assert_int_equal(s.n_rejected, REJECTED_MAX);
    for (uint32_t i = 0; i < s.n_rejected; i++) {
        assert_string_not_equal(s.rejected[i].topic, "t/0"); /* the oldest gave way */
    }
    char *large = g_strnfill(100000, 'y');
    strays_add_rejected(&s, "t/64", "too large", large, 100000, 100);
    assert_int_equal(s.n_rejected, REJECTED_MAX);
    g_free(large);
    strays_fini(&s);
}

static struct plant *
plant_with(const char *uid, const char *id)
{
    struct plant_builder b;
    struct plant *plant = NULL;
    plant_builder_init(&b);
    struct station s = {.uid = g_strdup(uid)};
    struct component c = {
        .station = plant_builder_station(&b, &s), .id = g_strdup(id), .source = COMPONENT_NONE};
    plant_builder_component(&b, &c);
    assert_int_equal(plant_builder_finish(&b, &plant, NULL), RC_OK);
    plant_builder_fini(&b);
    return plant;
}

static void
test_what_the_plant_has_by_now_goes(void **state)
{
    (void)state;
    struct strays s;
    strays_init(&s);
    strays_add_unknown(&s, "A", "1", "1", "t", 1);
    strays_add_unknown(&s, "B", "1", "1", "t", 1);
    strays_add_unknown(&s, "C", "1", "1", "t", 1);
    struct plant *plant = plant_with("B", "1");
    strays_settle(&s, plant);
    assert_int_equal(s.n_unknown, 2);
    assert_null(strays_find(&s, "B", "1"));
    assert_string_equal(strays_find(&s, "C", "1")->station, "C");
    strays_add_unknown(&s, "C", "1", "1", "t", 2);
    assert_int_equal(strays_find(&s, "C", "1")->count, 2);
    plant_unref(plant);
    strays_fini(&s);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_unknown_ids_are_counted),
        cmocka_unit_test(test_unknown_ids_are_bounded),
        cmocka_unit_test(test_an_id_too_long_for_any_plant_is_not_listed),
        cmocka_unit_test(test_rejected_payloads),
        cmocka_unit_test(test_what_the_plant_has_by_now_goes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
