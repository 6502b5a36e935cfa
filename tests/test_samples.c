/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every line of tests/samples/ must give what it says it gives. */
#include "tests/unit.h"

#include <jansson.h>
#include <math.h>

#include "src/core/timestamp.h"
#include "tests/decode_fixture.h"

static struct profiles *profiles;
static struct decoder *decoder;
static size_t lines;

static int
setup(void **state)
{
    struct err err = {0};
    (void)state;
    profiles = fixture_profiles();
    struct decode_config config = {
        .profiles = profiles, .adopt = true, .timezone = "Europe/Berlin"};
    return decoder_new(&decoder, &config, NULL, &err) == RC_OK ? 0 : -1;
}

static int
teardown(void **state)
{
    (void)state;
    decoder_free(decoder);
    profiles_free(profiles);
    return 0;
}

/* "… local" is wall-clock time of Europe/Berlin: an hour or two ahead of UTC. */
static wall_us
expected_ts(const char *text, wall_us received)
{
    wall_us ts;
    enum timestamp_zone zone;
    size_t len = strlen(text);
    if (strcmp(text, "receipt") == 0) {
        return received;
    }
    bool local = g_str_has_suffix(text, " local");
    if (!timestamp_parse(text, local ? len - strlen(" local") : len, &ts, &zone)) {
        fail_msg("bad sample time %s", text);
    }
    return local ? ts - INT64_C(3600) * US_PER_S : ts;
}

static const struct decode_reading *
find_reading(const struct decode_result *r, const char *id)
{
    for (size_t i = 0; i < r->n_readings; i++) {
        const struct decode_reading *reading = &r->readings[i];
        char *full = g_strdup_printf("%s/%s", reading->station, reading->id);
        bool same = strcmp(id, *reading->station == '\0' ? reading->id : full) == 0;
        g_free(full);
        if (same) {
            return reading;
        }
    }
    return NULL;
}

static void
check_reading(const char *where, const struct decode_result *r, const json_t *want,
              wall_us received, bool retain)
{
    const char *id = json_string_value(json_object_get(want, "id"));
    const json_t *value = json_object_get(want, "value");
    const char *ts = json_string_value(json_object_get(want, "ts"));
    const struct decode_reading *reading = find_reading(r, id);
    if (reading == NULL) {
        fail_msg("%s: no reading of %s", where, id);
        return;
    }
    if (json_is_string(value)) {
        assert_string_equal(reading->r.text, json_string_value(value));
    } else {
        assert_null(reading->r.text);
        assert_true(fabs(reading->r.num - json_number_value(value)) < 1e-12);
    }
    if (ts != NULL && reading->r.ts != expected_ts(ts, received)) {
        char got[TIMESTAMP_SIZE];
        timestamp_format(got, reading->r.ts);
        fail_msg("%s: %s at %s, not %s", where, id, got, ts);
    }
    assert_int_equal(reading->r.quality, retain ? QUALITY_NOT_TOPICAL : 0);
}

/* Elements of an array beyond those that the sample names are fine. */
static size_t
count_named(const struct decode_result *r)
{
    size_t n = 0;
    for (size_t i = 0; i < r->n_readings; i++) {
        n += strchr(r->readings[i].id, '[') == NULL;
    }
    return n;
}

static void
check_readings(const char *where, const struct decode_result *r, const json_t *expect,
               wall_us received, bool retain)
{
    size_t named = 0, n = json_array_size(expect);
    for (size_t i = 0; i < n; i++) {
        const json_t *want = json_array_get(expect, i);
        named += strchr(json_string_value(json_object_get(want, "id")), '[') == NULL;
        check_reading(where, r, want, received, retain);
    }
    assert_int_equal(count_named(r), named);
    assert_int_equal(r->n_rejected, 0);
    assert_int_equal(r->heartbeat, n == 0);
}

static void
check_line(const char *where, const json_t *sample)
{
    const json_t *payload = json_object_get(sample, "payload");
    const json_t *expect = json_object_get(sample, "expect");
    struct decode_message m = {.topic = json_string_value(json_object_get(sample, "topic")),
                               .payload = json_string_value(payload),
                               .len = json_string_length(payload),
                               .retain = json_is_true(json_object_get(sample, "retain")),
                               .received = INT64_C(1795000000) * US_PER_S};
    const struct decode_result *r = decode_message(decoder, &m);
    const char *health = json_string_value(json_object_get(expect, "health"));
    const char *alarm = json_string_value(json_object_get(expect, "alarm"));
    fixture_check(r);
    if (json_is_array(expect)) {
        check_readings(where, r, expect, m.received, m.retain);
    } else if (json_is_true(json_object_get(expect, "publish"))) {
        assert_true(r->write_request);
        assert_int_equal(r->n_readings, 0);
        assert_int_equal(r->n_rejected, 1);
    } else if (health != NULL) {
        assert_string_equal(r->health, health);
    } else if (alarm != NULL) {
        assert_string_equal(r->alarm_severity, alarm);
        assert_string_equal(r->alarm_state,
                            json_string_value(json_object_get(expect, "state")));
    } else {
        fail_msg("%s: expects what this test does not know", where);
    }
}

static void
check_file(const char *name)
{
    char *path = g_build_filename(g_getenv("LEITSTAND_SOURCE"), "tests/samples", name, NULL);
    FILE *file = fopen(path, "re");
    char *line = NULL;
    size_t cap = 0, number = 0;
    assert_non_null(file);
    while (getline(&line, &cap, file) > 0) {
        char *where = g_strdup_printf("%s:%zu", name, ++number);
        json_t *sample = json_loads(line, 0, NULL);
        assert_non_null(sample);
        check_line(where, sample);
        json_decref(sample);
        g_free(where);
        lines++;
    }
    fclose(file);
    free(line);
    g_free(path);
}

static void
test_samples(void **state)
{
    (void)state;
    static const char *const files[] = {
        "iotdemo-valid.jsonl", "logo8-downlink.jsonl",  "logo8-valid.jsonl",
        "operaid-valid.jsonl", "scadapro2-valid.jsonl", "sentraq-generic-valid.jsonl",
        "watchdog.jsonl",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
        check_file(files[i]);
    }
    assert_int_equal(lines, 78);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_samples)};
    return cmocka_run_group_tests(tests, setup, teardown);
}
