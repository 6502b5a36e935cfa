/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit.h"

#include "src/app/health.h"

/* The names and types of contract, section 5: a leading letter for the type of each. */
static const char *const contract[] = {
    "s instance",
    "s version",
    "i uptime_s",
    "s role",
    "s owner.instance",
    "i owner.epoch",
    "i owner.term",
    "s owner.since",
    "s owner.arbiter",
    "b mqtt.connected",
    "i mqtt.received",
    "i mqtt.readings",
    "i mqtt.rejected",
    "i mqtt.unknown_ids",
    "i mqtt.dropped",
    "s cache.path",
    "i cache.stored",
    "i cache.queued",
    "i cache.bytes",
    "b postgres.configured",
    "b postgres.connected",
    "i postgres.pending",
    "i postgres.synced",
    "i postgres.quarantined",
    "i stations.total",
    "i stations.silent",
    "i stations.never_seen",
    "i alarms.active",
    "i alarms.unacked",
    "i alarms.shelved",
    "i alarms.suppressed",
    "i alarms.out_of_service",
};

static struct health
well(void)
{
    struct health h = {
        .instance = "pc1",
        .started = 3 * US_PER_S,
        .role = ROLE_OWNER,
        .owner = {.instance = "pc1",
                  .rank = {.epoch = 1},
                  .since = INT64_C(1767973154) * US_PER_S},
        .cache = {.path = "/x/y.db", .stored = 7, .last_commit = WALL_NONE},
        .stations = {.total = 4},
    };
    h.mqtt.connected = true;
    g_strlcpy(h.mqtt.broker, "localhost:1883", sizeof(h.mqtt.broker));
    return h;
}

static json_t *
tell(const struct health *h)
{
    return health_to_json(h, (struct now){.wall = 0, .mono = 15 * US_PER_S});
}

static void
test_every_field_of_the_contract(void **state)
{
    (void)state;
    struct health h = well();
    json_t *object = tell(&h);
    for (size_t i = 0; i < G_N_ELEMENTS(contract); i++) {
        char **path = g_strsplit(contract[i] + 2, ".", 2);
        const json_t *value = json_object_get(object, path[0]);
        value = path[1] != NULL ? json_object_get(value, path[1]) : value;
        bool right = contract[i][0] == 's'   ? json_is_string(value)
                     : contract[i][0] == 'i' ? json_is_integer(value)
                                             : json_is_boolean(value);
        if (!right) {
            fail_msg("%s", contract[i]);
        }
        g_strfreev(path);
    }
    assert_int_equal(json_integer_value(json_object_get(object, "uptime_s")), 12);
    const json_t *owner = json_object_get(object, "owner");
    assert_string_equal(json_string_value(json_object_get(owner, "since")),
                        "2026-01-09T15:39:14Z");
    assert_string_equal(json_string_value(json_object_get(owner, "arbiter")), "self");
    json_decref(object);
}

static enum health_verdict
judge(const struct health *h, const char *reason)
{
    json_t *object = tell(h);
    GString *reasons = g_string_new(NULL);
    enum health_verdict verdict = health_judge(object, reasons);
    if (strstr(reasons->str, reason) == NULL || (*reason == '\0' && reasons->len > 0)) {
        fail_msg("\"%s\" does not tell of \"%s\"", reasons->str, reason);
    }
    assert_int_equal(health_judge(object, NULL), verdict);
    g_string_free(reasons, TRUE);
    json_decref(object);
    return verdict;
}

static void
test_verdicts(void **state)
{
    (void)state;
    struct health h = well();
    assert_int_equal(judge(&h, ""), HEALTH_OK);
    h.stations.silent = 2;
    assert_int_equal(judge(&h, "2 stations silent"), HEALTH_WARNING);
    h.stations.silent = 0;
    h.mqtt.dropped = 1;
    assert_int_equal(judge(&h, "1 message dropped"), HEALTH_WARNING);
    g_strlcpy(h.cache.problem, "disk full", sizeof(h.cache.problem));
    assert_int_equal(judge(&h, "disk full"), HEALTH_CRITICAL);
    assert_int_equal(judge(&h, "1 message dropped"), HEALTH_CRITICAL);
    h = well();
    h.mqtt.connected = false;
    g_strlcpy(h.mqtt.problem, "refused", sizeof(h.mqtt.problem));
    assert_int_equal(judge(&h, "localhost:1883: refused"), HEALTH_CRITICAL);
    h = well();
    h.stations.never_seen = 3; /* a plant that is still being built is no fault */
    assert_int_equal(judge(&h, ""), HEALTH_OK);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_field_of_the_contract),
        cmocka_unit_test(test_verdicts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
