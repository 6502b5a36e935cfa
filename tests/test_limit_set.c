/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit.h"

#include <math.h>

#include "ui/limit_set.h"

static void
add_rule(struct plant_builder *b, const char *component, const char *name, const char *type,
         double limit)
{
    struct rule_def r = {.component = g_strdup(component),
                         .rule = g_strdup(name),
                         .type = g_strdup(type),
                         .limit = limit,
                         .deadband = NAN};
    plant_builder_rule(b, &r);
}

static void
add_component(struct plant_builder *b, uint32_t station, const char *id, enum kind kind)
{
    struct component c = {
        .station = station, .id = g_strdup(id), .kind = kind, .min = NAN, .max = NAN};
    plant_builder_component(b, &c);
}

/* Stations with a level, a flow and a valve each; rows of their own have the flow of B, whose
 * level has no upper limit, and the level of C, though with the template's limit. */
static struct plant *
make_plant(void)
{
    struct plant_builder b;
    struct plant *plant = NULL;
    struct err err;
    plant_builder_init(&b);
    static const char *const uids[] = {"A", "B", "C"};
    for (size_t i = 0; i < G_N_ELEMENTS(uids); i++) {
        struct station s = {.uid = g_strdup(uids[i])};
        uint32_t station = plant_builder_station(&b, &s);
        add_component(&b, station, "FLOW", KIND_SENSOR);
        add_component(&b, station, "LEVEL", KIND_LEVEL);
        add_component(&b, station, "VALVE", KIND_ACTUATOR);
    }
    add_rule(&b, "kind:level", "hi", "hi", 80);
    add_rule(&b, "kind:level", "lo", "lo", 20);
    add_rule(&b, "kind:sensor", "hi", "hi", 50);
    add_rule(&b, "B/FLOW", "hi", "hi", 60);
    add_rule(&b, "B/LEVEL", "hi", "off", NAN);
    add_rule(&b, "C/LEVEL", "lo", "lo", 20);
    if (plant_builder_finish(&b, &plant, &err) != RC_OK) {
        fail_msg("%s", err.text);
    }
    plant_builder_fini(&b);
    return plant;
}

static struct limit_run
run_of(struct limit_set *l, const char *uid, const char *id)
{
    return limit_set_run(l, plant_find_component(limit_set_plant(l), uid, id));
}

/* What is kept is what is told without keeping it. */
static void
test_kept_lists_are_right(void **state)
{
    (void)state;
    struct plant *plant = make_plant();
    struct limit_set *l = limit_set_new(plant);
    struct limit_run runs[9];
    assert_int_equal(plant->n_components, G_N_ELEMENTS(runs));
    for (uint32_t i = 0; i < plant->n_components; i++) {
        runs[i] = limit_set_run(l, i);
    }
    for (uint32_t i = 0; i < plant->n_components; i++) {
        GArray *marks = limit_set_array();
        limit_set_of(l, i, marks);
        assert_int_equal(runs[i].n, marks->len);
        for (guint k = 0; k < marks->len; k++) {
            const struct limit_mark *want = &g_array_index(marks, struct limit_mark, k),
                                    *got = &limit_set_marks(l, &runs[i])[k];
            assert_true(fabs(got->value - want->value) < 1e-12);
            assert_string_equal(got->sign, want->sign);
            assert_string_equal(got->rule, want->rule);
            assert_true(got->own == want->own);
        }
        g_array_free(marks, TRUE);
    }
    limit_set_free(l);
    plant_unref(plant);
}

static void
test_equal_limits_are_kept_once(void **state)
{
    (void)state;
    struct plant *plant = make_plant();
    struct limit_set *l = limit_set_new(plant);
    struct limit_run flow = run_of(l, "A", "FLOW"), level = run_of(l, "A", "LEVEL"),
                     other = run_of(l, "B", "FLOW"), low = run_of(l, "B", "LEVEL");
    assert_int_equal(flow.n, 1);
    assert_int_equal(level.n, 2);
    assert_int_equal(other.n, 1);
    assert_int_equal(low.n, 1);
    assert_int_equal(run_of(l, "A", "VALVE").n, 0);
    assert_int_not_equal(other.first, flow.first); /* its own row has another limit */
    assert_int_equal(run_of(l, "C", "FLOW").first, flow.first);
    assert_int_not_equal(run_of(l, "C", "LEVEL").first, level.first); /* it is its own */
    assert_int_equal(run_of(l, "A", "LEVEL").first, level.first);     /* asked again */
    assert_int_equal(run_of(l, "B", "FLOW").first, other.first);
    limit_set_free(l);

    plant_unref(plant);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kept_lists_are_right),
        cmocka_unit_test(test_equal_limits_are_kept_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
