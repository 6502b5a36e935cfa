/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Against a broker that keeps what is retained, and can be slow, gone or forgetful. */
#include "tests/unit.h"

#include <math.h>

#include <jansson.h>

#include "src/app/announce.h"
#include "src/app/own_topic.h"

#define T0    INT64_C(1767268800000000) /* 2026-01-01T12:00:00Z */
#define TOPIC OWN_ALARMS "PS-01/LEVEL/high"

struct fixture {
    struct announce *announce;
    struct plant *plant;
    GHashTable *retained; /* topic → payload */
    enum rc answer;
    int room; /* messages until it answers RC_FULL */
    unsigned published;
    char last[1024];
};

static enum rc
publish(void *user, const char *topic, const char *payload, size_t len)
{
    struct fixture *f = user;
    if (f->answer != RC_OK) {
        return f->answer;
    }
    if (f->room == 0) {
        return RC_FULL;
    }
    f->room--;
    f->published++;
    g_strlcpy(f->last, topic, sizeof(f->last));
    assert_int_equal(strlen(payload), len);
    if (len == 0) {
        g_hash_table_remove(f->retained, topic);
    } else {
        g_hash_table_replace(f->retained, g_strdup(topic), g_strdup(payload));
    }
    return RC_OK;
}

static void
begin(struct fixture *f)
{
    struct plant_builder b;
    plant_builder_init(&b);
    *f = (struct fixture){.room = INT32_MAX};
    assert_int_equal(plant_builder_finish(&b, &f->plant, NULL), RC_OK);
    plant_builder_fini(&b);
    f->retained = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    f->announce = announce_new(publish, f);
}

static void
end(struct fixture *f)
{
    announce_free(f->announce);
    g_hash_table_unref(f->retained);
    plant_unref(f->plant);
}

static struct alarm_view
view(const char *station, const char *component, const char *rule)
{
    return (struct alarm_view){.station = station,
                               .component = component,
                               .rule = rule,
                               .name = "Level high",
                               .guidance = "",
                               .type = ALARM_HI,
                               .priority = ALARM_HIGH,
                               .state = ALARM_UNACKED,
                               .step = 1,
                               .count = 1,
                               .value = 4.2,
                               .raised_at = T0,
                               .returned_at = WALL_NONE,
                               .acked_at = WALL_NONE};
}

static const struct alarm_view *
usual(void)
{
    static struct alarm_view v;
    v = view("PS-01", "LEVEL", "high");
    return &v;
}

/* A board of these, told to the announcer. */
static void
update(struct fixture *f, const struct alarm_view *views, uint32_t n)
{
    struct alarm_board *board = alarm_board_new(f->plant, n, 0);
    for (uint32_t i = 0; i < n; i++) {
        board->alarms[i] = views[i];
    }
    announce_update(f->announce, board);
    alarm_board_unref(board);
}

static void
pump(struct fixture *f)
{
    unsigned before;
    do {
        before = f->published;
    } while (!announce_pump(f->announce) && f->published > before);
}

static const char *
at(const struct fixture *f, const char *topic)
{
    return g_hash_table_lookup(f->retained, topic);
}

static void
test_payload(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    struct alarm_view v = *usual();
    v.state = ALARM_RETURNED_UNACKED;
    v.overlays = OVERLAY_SHELVED | OVERLAY_OUT_OF_SERVICE;
    v.returned_at = T0 + 90 * US_PER_S;
    v.comment = g_ref_string_new("look \"here\"\n");
    v.test = true;
    update(&f, &v, 1);
    pump(&f);
    assert_string_equal(
        at(&f, TOPIC),
        "{\"occurrence\":\"00000000-0000-0000-0000-000000000000\",\"station\":\"PS-01\","
        "\"component\":\"LEVEL\",\"rule\":\"high\",\"type\":\"hi\",\"priority\":\"high\","
        "\"state\":\"returned_unacked\",\"overlays\":[\"shelved\",\"out_of_service\"],"
        "\"raised_at\":\"2026-01-01T12:00:00Z\",\"returned_at\":\"2026-01-01T12:01:30Z\","
        "\"value\":4.2,\"acked_at\":null,\"acked_by\":null,\"comment\":\"look "
        "\\\"here\\\"\\n\","
        "\"count\":1,\"name\":\"Level high\",\"test\":true,\"step\":1}");
    v = *usual();
    v.value = NAN;
    update(&f, &v, 1);
    pump(&f);
    assert_non_null(strstr(at(&f, TOPIC), "\"value\":null,"));
    v.value = 0.1 + 0.2;
    update(&f, &v, 1);
    pump(&f);
    assert_non_null(strstr(at(&f, TOPIC), "\"value\":0.30000000000000004,"));
    end(&f);
}

static void
test_life(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    update(&f, usual(), 1);
    pump(&f);
    assert_int_equal(f.published, 1);
    update(&f, usual(), 1);
    pump(&f);
    assert_int_equal(f.published, 1); /* nothing new */

    struct alarm_view v = *usual();
    v.limit = 7;
    v.guidance = "not in the message";
    update(&f, &v, 1);
    pump(&f);
    assert_int_equal(f.published, 1);
    v.state = ALARM_ACKED;
    update(&f, &v, 1);
    pump(&f);
    assert_int_equal(f.published, 2);
    assert_non_null(strstr(at(&f, TOPIC), "\"acked\""));

    v.state = ALARM_NORMAL; /* on the board for its overlay only */
    v.overlays = OVERLAY_SHELVED;
    update(&f, &v, 1);
    pump(&f);
    assert_int_equal(f.published, 3);
    assert_null(at(&f, TOPIC));
    update(&f, NULL, 0);
    pump(&f);
    assert_int_equal(f.published, 3);
    end(&f);
}

/* Each field of the message, changed alone, is news. */
static void
test_every_field_is_news(void **state)
{
    (void)state;
    struct fixture f;
    struct alarm_view changed[14];
    for (size_t i = 0; i < G_N_ELEMENTS(changed); i++) {
        changed[i] = *usual();
    }
    changed[0].occurrence.bytes[3] = 1;
    changed[1].type = ALARM_HIHI;
    changed[2].priority = ALARM_LOW;
    changed[3].state = ALARM_LATCHED_ACKED;
    changed[4].overlays = OVERLAY_SUPPRESSED;
    changed[5].raised_at++;
    changed[6].returned_at = T0;
    changed[7].value = 4.3;
    changed[8].acked_at = T0;
    changed[9].count = 2;
    changed[10].name = "";
    changed[11].test = true;
    changed[12].step = 2;
    changed[13].acked_by = g_ref_string_new("");
    for (size_t i = 0; i < G_N_ELEMENTS(changed); i++) {
        begin(&f);
        update(&f, usual(), 1);
        pump(&f);
        char *before = g_strdup(at(&f, TOPIC));
        update(&f, &changed[i], 1);
        pump(&f);
        if (f.published != 2 || strcmp(at(&f, TOPIC), before) == 0) {
            fail_msg("change %zu", i);
        }
        g_free(before);
        end(&f);
    }
}

static void
test_coalesces(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    f.answer = RC_BUSY;
    struct alarm_view v = *usual();
    for (uint32_t i = 0; i < 100; i++) {
        v.count = i;
        update(&f, &v, 1);
        pump(&f);
    }
    struct alarm_view other = view("PS-01", "LEVEL", "short"); /* comes and goes */
    struct alarm_view both[] = {v, other};
    update(&f, both, 2);
    pump(&f);
    update(&f, &v, 1);
    pump(&f);
    assert_int_equal(f.published, 0);
    f.answer = RC_OK;
    pump(&f);
    assert_int_equal(f.published, 1);
    assert_non_null(strstr(at(&f, TOPIC), "\"count\":99,"));
    assert_int_equal(announce_waiting(f.announce), 0);
    end(&f);
}

static void
test_broker_restart(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    struct alarm_view views[] = {view("A", "x", "r"), view("B", "x", "r"), view("C", "", "r")};
    announce_connected(f.announce);
    update(&f, views, 3);
    pump(&f);
    assert_int_equal(f.published, 3);
    f.answer = RC_BUSY;
    update(&f, views, 2); /* C returned while the broker was away */
    pump(&f);
    g_hash_table_remove(f.retained, OWN_ALARMS "A/x/r"); /* it forgot one */
    f.answer = RC_OK;
    announce_connected(f.announce);
    pump(&f);
    assert_int_equal(f.published, 6);
    assert_int_equal(g_hash_table_size(f.retained), 2);
    assert_non_null(at(&f, OWN_ALARMS "A/x/r"));
    assert_non_null(at(&f, OWN_ALARMS "B/x/r"));
    end(&f);
}

static void
test_leftovers(void **state)
{
    (void)state;
    static const struct {
        const char *why, *topic;
        size_t len;
        bool retained, emptied;
    } cases[] = {
        {"left over", OWN_ALARMS "PS-09/GONE/high", 10, true, true},
        {"another shape", OWN_ALARMS "x", 10, true, true},
        {"an alarm of now", TOPIC, 10, true, false},
        {"what an owner of before says", OWN_ALARMS "PS-09/GONE/low", 10, false, true},
        {"emptied", OWN_ALARMS "PS-09/GONE/lower", 0, true, false},
        {"not ours", "leitstand/v1/instances/x", 10, true, false},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases) * 2; i++) {
        size_t k = i / 2;
        bool seen_first = i % 2 == 1;
        struct fixture f;
        begin(&f);
        g_hash_table_replace(f.retained, g_strdup(cases[k].topic), g_strdup("old"));
        if (seen_first) {
            announce_seen(f.announce, cases[k].topic, "0123456789", cases[k].len,
                          cases[k].retained);
            pump(&f);
            assert_int_equal(f.published, 0); /* nobody knows yet what is normal */
        }
        update(&f, usual(), 1);
        if (!seen_first) {
            announce_seen(f.announce, cases[k].topic, "0123456789", cases[k].len,
                          cases[k].retained);
        }
        pump(&f);
        assert_string_not_equal(at(&f, TOPIC), "old");
        if ((at(&f, cases[k].topic) == NULL) != cases[k].emptied ||
            f.published != 1u + cases[k].emptied) {
            fail_msg("%s: %u published", cases[k].why, f.published);
        }
        end(&f);
    }
}

/* With MQTT 3.1.1 we hear ourselves; and whoever was owner before may speak late. */
static void
test_others_words(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    update(&f, usual(), 1);
    pump(&f);
    assert_int_equal(f.published, 1);
    char *ours = g_strdup(at(&f, TOPIC));
    announce_seen(f.announce, TOPIC, ours, strlen(ours), false);
    pump(&f);
    assert_int_equal(f.published, 1);
    announce_seen(f.announce, TOPIC, "old", 3, false);
    pump(&f);
    assert_int_equal(f.published, 2);
    assert_string_equal(at(&f, TOPIC), ours);
    announce_seen(f.announce, TOPIC, "", 0, false);
    pump(&f);
    assert_int_equal(f.published, 3);
    update(&f, NULL, 0);
    pump(&f);
    assert_int_equal(f.published, 4);
    announce_seen(f.announce, TOPIC, "", 0, false);
    announce_seen(f.announce, TOPIC, ours, strlen(ours), false);
    pump(&f);
    assert_int_equal(f.published, 5);
    assert_null(at(&f, TOPIC));
    g_free(ours);
    end(&f);
}

static void
test_leftovers_are_bounded(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    char topic[64];
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < ANNOUNCE_LEFTOVERS + 10; i++) {
            snprintf(topic, sizeof(topic), OWN_ALARMS "%d/%d/r", round, i);
            announce_seen(f.announce, topic, "x", 1, true);
        }
        assert_int_equal(announce_waiting(f.announce), ANNOUNCE_LEFTOVERS);
        update(&f, NULL, 0);
        pump(&f);
        assert_int_equal(f.published, (round + 1) * ANNOUNCE_LEFTOVERS);
        assert_int_equal(announce_waiting(f.announce), 0);
    }
    GString *large = g_string_new(OWN_ALARMS);
    while (large->len <= ANNOUNCE_TOPIC_MAX) {
        g_string_append_c(large, 'x');
    }
    announce_seen(f.announce, large->str, "x", 1, true);
    assert_int_equal(announce_waiting(f.announce), 0);
    g_string_free(large, TRUE);
    end(&f);
}

static void
test_names(void **state)
{
    (void)state;
    static const struct {
        const char *station, *component, *rule, *topic;
    } cases[] = {
        {"PS-01", "", "silence", "PS-01//silence"},
        {"a/b", "+#", "50%", "a%2Fb/%2B%23/50%25"},
        {"Pumpwerk Süd", "日本", "🚰", "Pumpwerk Süd/日本/🚰"},
        {"\n\x7f", "\xc2\x85", "\xff\xc3", "%0A%7F/%C2%85/%FF%C3"},
        {"\xef\xbf\xbf", "$x", "test:high", "%EF%BF%BF/$x/test:high"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct fixture f;
        begin(&f);
        struct alarm_view v = view(cases[i].station, cases[i].component, cases[i].rule);
        update(&f, &v, 1);
        pump(&f);
        assert_true(g_str_has_prefix(f.last, OWN_ALARMS));
        assert_string_equal(f.last + strlen(OWN_ALARMS), cases[i].topic);
        json_t *json = json_loads(at(&f, f.last), 0, NULL);
        assert_non_null(json_object_get(json, "station"));
        json_decref(json);
        end(&f);
    }
}

static void
test_refused(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    f.answer = RC_INVALID;
    update(&f, usual(), 1);
    assert_true(announce_pump(f.announce)); /* not tried for ever */
    f.answer = RC_OK;
    update(&f, NULL, 0);
    assert_true(announce_pump(f.announce));
    assert_int_equal(f.published, 0); /* what never got there need not be emptied */
    end(&f);
}

static void
test_thousands(void **state)
{
    (void)state;
    enum { N = 5000 };
    struct fixture f;
    begin(&f);
    struct alarm_view *views = g_new(struct alarm_view, N);
    char(*ids)[16] = g_malloc(N * sizeof(*ids));
    for (uint32_t i = 0; i < N; i++) {
        snprintf(ids[i], sizeof(ids[i]), "C%u", i);
        views[i] = view("PS-01", ids[i], "high");
    }
    update(&f, views, N);
    f.room = 7;
    assert_false(announce_pump(f.announce));
    assert_int_equal(f.published, 7);
    f.room = INT32_MAX;
    assert_false(announce_pump(f.announce));
    assert_int_equal(f.published, 7 + ANNOUNCE_PER_TURN);
    pump(&f);
    assert_int_equal(f.published, N);
    views[4711].state = ALARM_ACKED;
    update(&f, views, N);
    pump(&f);
    assert_int_equal(f.published, N + 1);
    update(&f, views, 10);
    pump(&f);
    assert_int_equal(g_hash_table_size(f.retained), 10);
    assert_int_equal(f.published, N + 1 + N - 10);
    g_free(ids);
    g_free(views);
    end(&f);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_payload),
        cmocka_unit_test(test_life),
        cmocka_unit_test(test_every_field_is_news),
        cmocka_unit_test(test_coalesces),
        cmocka_unit_test(test_broker_restart),
        cmocka_unit_test(test_leftovers),
        cmocka_unit_test(test_others_words),
        cmocka_unit_test(test_leftovers_are_bounded),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_thousands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
