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
    "i owner.heard_s",
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
    "i postgres.pending_changes",
    "i postgres.refused_changes",
    "i postgres.behind",
    "s postgres.problem",
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

/* The owner is told whoever it is. */
static void
test_owner_elsewhere(void **state)
{
    (void)state;
    struct health h = well();
    h.role = ROLE_STANDBY;
    g_strlcpy(h.owner.instance, "pc2", sizeof(h.owner.instance));
    h.owner.rank = (struct rank){.epoch = 7, .term = 1};
    h.owner.arbiter = ARBITER_BROKER;
    h.owner.heard = 13 * US_PER_S;
    json_t *object = tell(&h), *owner = json_object_get(object, "owner");
    assert_string_equal(json_string_value(json_object_get(object, "role")), "standby");
    assert_string_equal(json_string_value(json_object_get(owner, "instance")), "pc2");
    assert_int_equal(json_integer_value(json_object_get(owner, "epoch")), 7);
    assert_int_equal(json_integer_value(json_object_get(owner, "term")), 1);
    assert_string_equal(json_string_value(json_object_get(owner, "arbiter")), "broker");
    assert_int_equal(json_integer_value(json_object_get(owner, "heard_s")), 2);
    json_decref(object);
}

/* Who was owner itself until just now has not been without one since it started. */
static void
test_the_age_of_the_last_owner(void **state)
{
    (void)state;
    struct health h = {.started = 1 * US_PER_S};
    struct tenure t = {.role = ROLE_STANDBY};
    health_follow(&h, &t, (struct now){.mono = 2 * US_PER_S});
    assert_int_equal(h.owner.heard, 0);
    t = (struct tenure){.role = ROLE_OWNER,
                        .owner = {.instance = "pc1", .heard = 90 * US_PER_S}};
    health_follow(&h, &t, (struct now){.mono = 90 * US_PER_S});
    assert_int_equal(h.owner.heard, 90 * US_PER_S);
    t = (struct tenure){.role = ROLE_STANDBY}; /* it hears nothing any more */
    health_follow(&h, &t, (struct now){.mono = 100 * US_PER_S});
    assert_int_equal(h.owner.heard, 90 * US_PER_S);
    t.owner.heard = 40 * US_PER_S; /* that of another one, long ago */
    health_follow(&h, &t, (struct now){.mono = 100 * US_PER_S});
    assert_int_equal(h.owner.heard, 90 * US_PER_S);
    t = (struct tenure){.role = ROLE_STANDBY, .owner = {.instance = "pc2"}}; /* only told of */
    health_follow(&h, &t, (struct now){.mono = 101 * US_PER_S});
    assert_int_equal(h.owner.heard, 101 * US_PER_S);
    health_follow(&h, &t, (struct now){.mono = 105 * US_PER_S});
    assert_int_equal(h.owner.heard, 101 * US_PER_S);
}

static void
test_verdicts_of_ownership(void **state)
{
    (void)state;
    struct health h = well();
    h.role = ROLE_STANDBY;
    g_strlcpy(h.owner.instance, "pc2", sizeof(h.owner.instance));
    h.owner.heard = 14 * US_PER_S;
    assert_int_equal(judge(&h, ""), HEALTH_OK);
    h.owner.heard = 8 * US_PER_S;
    assert_int_equal(judge(&h, "\"pc2\" was not heard for 7 s"), HEALTH_WARNING);
    h.owner.instance[0] = '\0';
    assert_int_equal(judge(&h, "no owner for 7 s"), HEALTH_WARNING);
    h.owner.heard = -20 * US_PER_S;
    assert_int_equal(judge(&h, "no owner for 35 s"), HEALTH_CRITICAL);
    h.owner.heard = 0; /* never: counted from the start */
    assert_int_equal(judge(&h, "no owner for 12 s"), HEALTH_WARNING);
    h.role = ROLE_OWNER;
    assert_int_equal(judge(&h, ""), HEALTH_OK);
    h.role = ROLE_UNARBITRATED;
    assert_int_equal(judge(&h, "decides for itself"), HEALTH_CRITICAL);
}

static void
test_verdicts_of_the_store(void **state)
{
    (void)state;
    struct health h = well();
    h.owner.arbiter = ARBITER_BROKER; /* without a store this is how it goes */
    assert_int_equal(judge(&h, ""), HEALTH_OK);
    h.postgres.configured = true;
    h.postgres.connected = true;
    h.owner.arbiter = ARBITER_POSTGRES;
    assert_int_equal(judge(&h, ""), HEALTH_OK);
    h.postgres.pending = 100000; /* a backlog alone is no fault */
    assert_int_equal(judge(&h, ""), HEALTH_OK);
    h.postgres.quarantined = 3;
    assert_int_equal(judge(&h, "3 readings in quarantine"), HEALTH_WARNING);
    h.postgres.refused_changes = 1;
    assert_int_equal(judge(&h, "3 readings in quarantine; 1 change of alarms refused by"),
                     HEALTH_WARNING);
    h.postgres.quarantined = 0;
    h.postgres.refused_changes = 3;
    assert_int_equal(judge(&h, "3 changes of alarms refused by the central store"),
                     HEALTH_WARNING);
    h.postgres.refused_changes = 0;
    h.owner.arbiter = ARBITER_BROKER;
    assert_int_equal(judge(&h, "the broker, not the central store"), HEALTH_WARNING);
    h.postgres.connected = false;
    g_strlcpy(h.postgres.problem, "server closed", sizeof(h.postgres.problem));
    assert_int_equal(judge(&h, "central store: server closed"), HEALTH_WARNING);
    h.mqtt.connected = false; /* the worse of both counts */
    assert_int_equal(judge(&h, "central store: server closed"), HEALTH_CRITICAL);
}

/* Texts have little room, and are cut; in German, say, in the middle of a character. */
static void
test_cut_texts(void **state)
{
    (void)state;
    struct health h = well();
    static const char cut[] = "eine eigene f\xc3";
    g_strlcpy(h.instance, cut, sizeof(h.instance));
    g_strlcpy(h.owner.instance, cut, sizeof(h.owner.instance));
    g_strlcpy(h.mqtt.broker, cut, sizeof(h.mqtt.broker));
    g_strlcpy(h.mqtt.problem, cut, sizeof(h.mqtt.problem));
    g_strlcpy(h.cache.path, cut, sizeof(h.cache.path));
    g_strlcpy(h.cache.problem, cut, sizeof(h.cache.problem));
    g_strlcpy(h.postgres.problem, cut, sizeof(h.postgres.problem));
    json_t *status = health_to_json(&h, (struct now){.mono = 5 * US_PER_S});
    char *text = json_dumps(status, JSON_COMPACT);
    assert_non_null(text);
    char **parts = g_strsplit(text, "\"eine eigene f?\"", -1);
    assert_int_equal(g_strv_length(parts), 8);
    g_strfreev(parts);
    free(text);
    json_decref(status);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_field_of_the_contract),
        cmocka_unit_test(test_verdicts),
        cmocka_unit_test(test_owner_elsewhere),
        cmocka_unit_test(test_the_age_of_the_last_owner),
        cmocka_unit_test(test_verdicts_of_ownership),
        cmocka_unit_test(test_verdicts_of_the_store),
        cmocka_unit_test(test_cut_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
