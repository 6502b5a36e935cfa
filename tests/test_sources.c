/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/app/sources.h"

#include "tests/unit.h"

/* What the client was to subscribe to. */
static struct {
    char filter[16];
    int qos;
} asked[3];
static size_t n_asked;

enum rc __wrap_client_new(struct client **ret, const struct client_config *config,
                          struct err *err);

enum rc
__wrap_client_new(struct client **ret, const struct client_config *config, struct err *err)
{
    (void)err;
    assert_true(config->n_filters <= G_N_ELEMENTS(asked));
    n_asked = config->n_filters;
    for (size_t i = 0; i < n_asked; i++) {
        g_strlcpy(asked[i].filter, config->filters[i].filter, sizeof(asked[i].filter));
        asked[i].qos = config->filters[i].qos;
    }
    *ret = NULL;
    return RC_OK;
}

static void
ask(struct config_source *sources, size_t n)
{
    struct client *client;
    struct config *config = config_defaults();
    config->sources = sources;
    config->n_sources = n;
    assert_int_equal(
        sources_client(&client, config, &(struct client_config){.clean = true}, 0, false, NULL),
        RC_OK);
    config->sources = NULL;
    config->n_sources = 0;
    config_free(config);
}

/* With QoS 2 a message would be the broker's no more before it is stored here. */
static void
test_qos_2_is_asked_for_as_1(void **state)
{
    (void)state;
    static char names[][4] = {"a/#", "b/#", "c/#"};
    struct config_source sources[] = {{.filter = names[0], .qos = 0},
                                      {.filter = names[1], .qos = 1},
                                      {.filter = names[2], .qos = 2}};
    ask(sources, G_N_ELEMENTS(sources));
    assert_int_equal(n_asked, 3);
    for (size_t i = 0; i < n_asked; i++) {
        assert_string_equal(asked[i].filter, names[i]);
        assert_int_equal(asked[i].qos, i == 0 ? 0 : 1);
    }
}

static void
test_one_that_covers_another(void **state)
{
    (void)state;
    static char all[] = "a/#", some[] = "a/+/b";
    struct config_source sources[] = {{.filter = some, .qos = 2}, {.filter = all, .qos = 0}};
    ask(sources, G_N_ELEMENTS(sources));
    assert_int_equal(n_asked, 1);
    assert_string_equal(asked[0].filter, "a/#");
    assert_int_equal(asked[0].qos, 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_qos_2_is_asked_for_as_1),
        cmocka_unit_test(test_one_that_covers_another),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
