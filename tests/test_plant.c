/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit.h"

#include <math.h>

#include "src/core/plant.h"

static uint32_t
add_station(struct plant_builder *b, const char *uid, int order)
{
    struct station s = {
        .uid = g_strdup(uid), .order = order, .latitude = NAN, .longitude = NAN};
    return plant_builder_station(b, &s);
}

static void
add_component(struct plant_builder *b, uint32_t station, const char *id, int order)
{
    struct component c = {.station = station,
                          .id = g_strdup(id),
                          .order = order,
                          .kind = KIND_SENSOR,
                          .min = NAN,
                          .max = NAN};
    plant_builder_component(b, &c);
}

static void
add_derived(struct plant_builder *b, uint32_t station, const char *id, const char *source)
{
    struct component c = {.station = station,
                          .id = g_strdup(id),
                          .kind = KIND_COUNTER,
                          .derive = DERIVE_HOURS,
                          .source_id = g_strdup(source),
                          .min = NAN,
                          .max = NAN};
    plant_builder_component(b, &c);
}

static void
test_order_and_lookup(void **state)
{
    (void)state;
    struct plant_builder b;
    struct plant *plant = NULL;
    struct err err;
    plant_builder_init(&b);
    uint32_t late = add_station(&b, "Z-LATE", 9), tie_b = add_station(&b, "PS-02", 1),
             tie_a = add_station(&b, "PS-01", 1), empty = add_station(&b, "EMPTY", -1);
    (void)empty;
    add_component(&b, late, "Q1", 0);
    add_component(&b, tie_a, "B", 2);
    add_component(&b, tie_b, "Q1", 0);
    add_component(&b, tie_a, "C", 1);
    add_component(&b, tie_a, "A", 2);
    assert_int_equal(plant_builder_finish(&b, &plant, &err), RC_OK);
    plant_builder_fini(&b);

    static const char *const uids[] = {"EMPTY", "PS-01", "PS-02", "Z-LATE"};
    static const char *const ids[] = {"C", "A", "B", "Q1", "Q1"};
    assert_int_equal(plant->n_stations, 4);
    assert_int_equal(plant->n_components, 5);
    for (uint32_t i = 0; i < 4; i++) {
        assert_string_equal(plant->stations[i].uid, uids[i]);
        assert_int_equal(plant_find_station(plant, uids[i]), i);
        assert_string_equal(plant->stations[i].name, ""); /* never NULL */
        for (uint32_t k = 0; k < plant->stations[i].count; k++) {
            assert_int_equal(plant->components[plant->stations[i].first + k].station, i);
        }
    }
    for (uint32_t i = 0; i < 5; i++) {
        assert_string_equal(plant->components[i].id, ids[i]);
    }
    assert_int_equal(plant->stations[0].count, 0);
    assert_int_equal(plant->stations[1].count, 3);
    assert_int_equal(plant_find_station(plant, "nowhere"), STATION_NONE);
    assert_int_equal(plant_find_component(plant, "PS-01", "A"), 1);
    assert_int_equal(plant_find_component(plant, "PS-02", "A"), COMPONENT_NONE);
    assert_int_equal(plant_find_component(plant, "Z-LATE", "Q1"), 4);
    assert_int_equal(plant_find_component(plant, "", "A"), 1);
    assert_int_equal(plant_find_component(plant, NULL, "C"), 0);
    assert_int_equal(plant_find_component(plant, NULL, "Q1"), COMPONENT_NONE); /* two of them */
    assert_int_equal(plant_find_component(plant, NULL, "nothing"), COMPONENT_NONE);
    char *endless = g_strnfill(500, 'x');
    assert_int_equal(plant_find_component(plant, endless, endless), COMPONENT_NONE);
    g_free(endless);
    plant_unref(plant);
}

static void
test_empty(void **state)
{
    (void)state;
    struct plant_builder b;
    struct plant *plant = NULL;
    plant_builder_init(&b);
    assert_int_equal(plant_builder_finish(&b, &plant, NULL), RC_OK);
    assert_int_equal(plant->n_stations, 0);
    assert_int_equal(plant_find_component(plant, "", "A"), COMPONENT_NONE);
    plant_unref(plant);
    plant_unref(NULL);
    plant_builder_fini(&b);
}

static void
test_what_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *why, *uids[2];
        struct {
            uint32_t station;
            const char *id, *source;
        } components[3];
        const char *want; /* NULL: accepted */
    } cases[] = {
        {"a uid twice", {"PS-01", "PS-01"}, {{0}}, "station \"PS-01\" stands twice"},
        {"an id twice in a station",
         {"PS-01", "PS-02"},
         {{0, "A", NULL}, {0, "A", NULL}},
         "component \"A\" stands twice in station \"PS-01\""},
        {"an id in two stations", {"PS-01", "PS-02"}, {{0, "A", NULL}, {1, "A", NULL}}, NULL},
        {"names that join to the same", {"P", "PS"}, {{0, "SA", NULL}, {1, "A", NULL}}, NULL},
        {"a source", {"PS-01", "PS-02"}, {{0, "H", "A"}, {0, "A", NULL}}, NULL},
        {"a missing source", {"PS-01", "PS-02"}, {{0, "H", "A"}}, "no measured"},
        {"a source elsewhere",
         {"PS-01", "PS-02"},
         {{0, "H", "A"}, {1, "A", NULL}},
         "no measured"},
        {"its own source", {"PS-01", "PS-02"}, {{0, "H", "H"}}, "no measured"},
        {"a derived source",
         {"PS-01", "PS-02"},
         {{0, "H", "A"}, {0, "G", "H"}, {0, "A", NULL}},
         "no measured"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct plant_builder b;
        struct plant *plant = NULL;
        struct err err = {""};
        plant_builder_init(&b);
        add_station(&b, cases[i].uids[0], 0);
        add_station(&b, cases[i].uids[1], 0);
        for (size_t k = 0; k < 3 && cases[i].components[k].id != NULL; k++) {
            if (cases[i].components[k].source != NULL) {
                add_derived(&b, cases[i].components[k].station, cases[i].components[k].id,
                            cases[i].components[k].source);
            } else {
                add_component(&b, cases[i].components[k].station, cases[i].components[k].id, 0);
            }
        }
        enum rc rc = plant_builder_finish(&b, &plant, &err);
        if (cases[i].want == NULL
                ? rc != RC_OK
                : rc != RC_INVALID || strstr(err.text, cases[i].want) == NULL ||
                      plant != NULL) {
            fail_msg("%s: %d, \"%s\"", cases[i].why, (int)rc, err.text);
        }
        plant_unref(plant);
        plant_builder_fini(&b);
    }
}

/* Sorting moves components: a derived one must point to where its source went. */
static void
test_source_follows_the_order(void **state)
{
    (void)state;
    struct plant_builder b;
    struct plant *plant = NULL;
    plant_builder_init(&b);
    uint32_t s = add_station(&b, "PS-01", 0);
    add_derived(&b, s, "A-HOURS", "Z-PUMP");
    add_component(&b, s, "Z-PUMP", 5);
    assert_int_equal(plant_builder_finish(&b, &plant, NULL), RC_OK);
    plant_builder_fini(&b);
    assert_int_equal(plant->components[0].source, 1);
    assert_int_equal(plant->components[1].source, COMPONENT_NONE);
    plant_unref(plant);
}

static void
test_copy_is_deep(void **state)
{
    (void)state;
    struct plant_builder b, c;
    struct plant *first = NULL, *second = NULL;
    plant_builder_init(&b);
    uint32_t s = add_station(&b, "PS-01", 3);
    struct component valve = {.station = s,
                              .id = g_strdup("V1"),
                              .name = g_strdup("Schieber"),
                              .series = 7,
                              .min = NAN,
                              .max = 2};
    valve.n_states = 2;
    valve.states = g_new0(struct state_name, 2);
    valve.states[0] = (struct state_name){0, g_strdup("zu")};
    valve.states[1] = (struct state_name){1, g_strdup("auf")};
    plant_builder_component(&b, &valve);
    add_derived(&b, s, "V1-H", "V1");
    struct rule_def rule = {.component = g_strdup("PS-01/V1"),
                            .rule = g_strdup("R"),
                            .limit = 1,
                            .deadband = NAN,
                            .latch = true};
    plant_builder_rule(&b, &rule);
    assert_int_equal(plant_builder_finish(&b, &first, NULL), RC_OK);
    plant_builder_fini(&b);

    plant_builder_init(&c);
    plant_builder_copy(&c, NULL);
    plant_builder_copy(&c, first);
    plant_unref(first);
    assert_int_equal(plant_builder_finish(&c, &second, NULL), RC_OK);
    plant_builder_fini(&c);
    const struct component *v = &second->components[plant_find_component(second, NULL, "V1")];
    assert_string_equal(v->name, "Schieber");
    assert_int_equal(v->series, 7);
    assert_string_equal(component_state_name(v, 1), "auf");
    assert_null(component_state_name(v, 2));
    assert_null(component_state_name(v, NAN));
    assert_int_equal(second->n_rules, 1);
    assert_string_equal(second->rules[0].component, "PS-01/V1");
    assert_true(second->rules[0].latch);
    struct plant *again = plant_ref(second);
    plant_unref(second);
    assert_int_equal(again->n_components, 2); /* still there */
    plant_unref(again);
}

/* Thousands of rows say the same, so a text stands in a plant once. */
static void
test_equal_texts_are_one(void **state)
{
    (void)state;
    struct plant_builder b;
    struct plant *plant = NULL, *copy = NULL;
    plant_builder_init(&b);
    for (int i = 0; i < 2; i++) {
        char uid[] = {'A', (char)('0' + i), '\0'};
        uint32_t s = add_station(&b, uid, i);
        struct component c = {
            .station = s, .id = g_strdup("L1"), .unit = g_strdup("m"), .min = NAN, .max = NAN};
        plant_builder_component(&b, &c);
        assert_ptr_equal(c.guidance, g_array_index(b.stations, struct station, 0).area);
    }
    assert_int_equal(plant_builder_finish(&b, &plant, NULL), RC_OK);
    plant_builder_fini(&b);
    plant_builder_init(&b);
    plant_builder_copy(&b, plant);
    assert_int_equal(plant_builder_finish(&b, &copy, NULL), RC_OK);
    plant_builder_fini(&b);
    const struct plant *both[] = {plant, copy};
    for (size_t i = 0; i < G_N_ELEMENTS(both); i++) {
        const struct component *c = both[i]->components;
        assert_string_equal(c[0].unit, "m");
        assert_ptr_equal(c[0].unit, c[1].unit);
        assert_ptr_equal(c[0].id, c[1].id);
        assert_ptr_not_equal(both[i]->stations[0].uid, both[i]->stations[1].uid);
    }
    assert_ptr_not_equal(plant->components[0].unit, copy->components[0].unit);
    plant_unref(plant);
    plant_unref(copy);
}

static void
test_words(void **state)
{
    (void)state;
    static const char *const kinds[] = {"actuator", "switch", "counter", "sensor",
                                        "level",    "fault",  "divider"};
    assert_int_equal(G_N_ELEMENTS(kinds), KINDS);
    for (size_t i = 0; i < KINDS; i++) {
        enum kind kind;
        assert_string_equal(kind_name((enum kind)i), kinds[i]);
        assert_true(kind_from_name(kinds[i], &kind));
        assert_int_equal(kind, i);
    }
    enum clock_mode mode;
    enum decode_as as;
    enum derive derive;
    assert_true(clock_mode_from_name("auto", &mode) && mode == CLOCK_MODE_AUTO);
    assert_true(clock_mode_from_name("ignore", &mode) && mode == CLOCK_MODE_IGNORE);
    assert_true(decode_as_from_name("bcd", &as) && as == DECODE_BCD);
    assert_true(decode_as_from_name("float32", &as) && as == DECODE_FLOAT32);
    assert_true(derive_from_name("mean", &derive) && derive == DERIVE_MEAN);
    assert_string_equal(decode_as_name(DECODE_PLAIN), "");
    assert_string_equal(derive_name(DERIVE_NONE), "");
    enum kind kind;
    assert_false(kind_from_name("Sensor", &kind));
    assert_false(clock_mode_from_name("local time", &mode));
}

static void
test_adjust(void **state)
{
    (void)state;
    static const struct {
        struct adjust adjust;
        double raw, want;
    } cases[] = {
        {{ADJUST_NONE, 0}, 7, 7},         {{ADJUST_ADD, 5}, 7, 12},
        {{ADJUST_SUBTRACT, 5}, 7, 2},     {{ADJUST_MULTIPLY, 0.5}, 7, 3.5},
        {{ADJUST_DIVIDE, 3600}, 7200, 2},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        double got = adjust_apply(cases[i].adjust, cases[i].raw);
        assert_true(fabs(got - cases[i].want) < 1e-12);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order_and_lookup),
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_what_is_refused),
        cmocka_unit_test(test_source_follows_the_order),
        cmocka_unit_test(test_copy_is_deep),
        cmocka_unit_test(test_equal_texts_are_one),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_adjust),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
