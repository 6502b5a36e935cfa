/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/decode_fixture.h"

#include <assert.h>
#include <math.h>

#include "src/config/config.h"
#include "src/core/text.h"
#include "src/core/timestamp.h"

struct profiles *
fixture_parse(const char *ini, struct problems *problems)
{
    struct settings settings;
    settings_init(&settings);
    ini_parse(&settings, "test.ini", ini, strlen(ini), problems);
    struct profiles *profiles = profiles_new(&settings, problems);
    settings_fini(&settings);
    return profiles;
}

struct profiles *
fixture_profiles(void)
{
    static const char *const names[] = {"auto",   "logo",    "operaid",   "scadapro",
                                        "scalar", "sentraq", "telemetry", "will"};
    const char *root = g_getenv("LEITSTAND_SOURCE");
    struct settings settings;
    struct problems problems;
    settings_init(&settings);
    problems_init(&problems);
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        struct err err = {0};
        char *path = g_strdup_printf("%s/data/profiles/%s.ini", root, names[i]);
        enum rc rc = ini_read(&settings, path, &problems, &err);
        assert(rc == RC_OK);
        g_free(path);
    }
    struct profiles *profiles = profiles_new(&settings, &problems);
    assert(problems.n == 0);
    settings_fini(&settings);
    problems_fini(&problems);
    return profiles;
}

static uint32_t
add_station(struct plant_builder *b, const char *word, size_t len)
{
    char *uid = g_strndup(word, len), *mark = strchr(uid, '@');
    struct station station = {.latitude = NAN, .longitude = NAN, .clock = CLOCK_MODE_AUTO};
    if (mark != NULL) {
        *mark = '\0';
        bool good = clock_mode_from_name(mark + 1, &station.clock);
        assert(good);
    }
    for (guint i = 0; i < b->stations->len; i++) {
        if (strcmp(g_array_index(b->stations, struct station, i).uid, uid) == 0) {
            g_free(uid);
            return i;
        }
    }
    station.uid = uid;
    return plant_builder_station(b, &station);
}

static void
add_component(struct plant_builder *b, uint32_t station, const char *word)
{
    char *id = g_strdup(word), *mark = strrchr(id, ':');
    struct component c = {
        .station = station, .id = id, .kind = KIND_SENSOR, .min = NAN, .max = NAN};
    if (mark != NULL) {
        *mark = '\0';
        bool good =
            decode_as_from_name(mark + 1, &c.decode) || kind_from_name(mark + 1, &c.kind);
        assert(good);
    }
    plant_builder_component(b, &c);
}

struct plant *
fixture_plant(const char *words)
{
    struct plant_builder b;
    struct plant *plant = NULL;
    struct err err = {0};
    char **list = g_strsplit(words, " ", -1);
    plant_builder_init(&b);
    for (size_t i = 0; list[i] != NULL; i++) {
        const char *slash = strchr(list[i], '/');
        size_t len = slash == NULL ? strlen(list[i]) : (size_t)(slash - list[i]);
        uint32_t station = add_station(&b, list[i], len);
        if (slash != NULL) {
            add_component(&b, station, slash + 1);
        }
    }
    enum rc rc = plant_builder_finish(&b, &plant, &err);
    assert(rc == RC_OK);
    plant_builder_fini(&b);
    g_strfreev(list);
    return plant;
}

/* Sanitising what was sanitised changes nothing. */
static void
check_text(const char *text, size_t max)
{
    size_t len = strlen(text);
    char *clean = text_sanitize_dup(text, len);
    assert(len <= max && strcmp(clean, text) == 0);
    g_free(clean);
}

void
fixture_check(const struct decode_result *r)
{
    assert(r->n_readings <= DECODE_ENTRIES_MAX);
    assert(r->profile != NULL || r->n_rejected > 0);
    for (size_t i = 0; i < r->n_readings; i++) {
        const struct decode_reading *reading = &r->readings[i];
        check_text(reading->id, PLANT_ID_MAX);
        check_text(reading->station, PLANT_ID_MAX);
        assert(*reading->id != '\0');
        assert(reading->r.text != NULL || isfinite(reading->r.num));
        if (reading->r.text != NULL) {
            check_text(reading->r.text, DECODE_TEXT_MAX);
        }
        assert(reading->r.source == TS_DEVICE || reading->r.ts == reading->r.received);
    }
    for (size_t i = 0; i < r->n_rejected; i++) {
        check_text(r->rejected[i].at, 1000);
        check_text(r->rejected[i].reason, 200);
        assert(*r->rejected[i].reason != '\0');
    }
    for (size_t i = 0; i < r->n_unknown; i++) {
        check_text(r->unknown[i].id, PLANT_ID_MAX);
        check_text(r->unknown[i].station, PLANT_ID_MAX);
        check_text(r->unknown[i].value, DECODE_TEXT_MAX);
    }
    assert(!r->write_request || (r->n_readings == 0 && r->n_heard == 0));
    assert(r->n_readings > 0 || r->n_rejected > 0 || r->heartbeat || r->health != NULL ||
           r->alarm_severity != NULL || r->will != NULL);
    assert(r->will == NULL || (r->n_readings == 0 && r->n_heard <= !r->will_offline));
    assert(r->will != NULL || r->will_station == STATION_NONE);
}

static void
put_reading(GString *line, const struct decode_reading *reading)
{
    char number[32], ts[TIMESTAMP_SIZE];
    text_from_double(number, sizeof(number), reading->r.num);
    timestamp_format(ts, reading->r.ts);
    bool text = reading->r.text != NULL;
    g_string_append_printf(line, " %s/%s=%s%s%s", reading->station, reading->id,
                           text ? "'" : "", text ? reading->r.text : number, text ? "'" : "");
    if (reading->r.source == TS_DEVICE) {
        g_string_append_printf(line, "@%s", ts);
    }
    for (unsigned flag = 1; quality_name(flag) != NULL; flag <<= 1) {
        if ((reading->r.quality & flag) != 0) {
            g_string_append_printf(line, ",%s", quality_name(flag));
        }
    }
}

char *
fixture_line(const struct decode_result *r, const struct plant *plant)
{
    GString *line = g_string_new(r->profile == NULL ? "-" : r->profile);
    g_string_append(line, r->heartbeat ? " hb" : "");
    g_string_append(line, r->write_request ? " write" : "");
    if (r->will != NULL) {
        g_string_append_printf(line, " %s %s", r->will, r->will_offline ? "gone" : "there");
    }
    if (r->health != NULL) {
        g_string_append_printf(line, " health=%s", r->health);
    }
    if (r->alarm_severity != NULL) {
        g_string_append_printf(line, " alarm=%s,%s", r->alarm_severity, r->alarm_state);
    }
    for (size_t i = 0; i < r->n_readings; i++) {
        put_reading(line, &r->readings[i]);
    }
    for (size_t i = 0; i < r->n_rejected; i++) {
        g_string_append_printf(line, " !%s:%s", r->rejected[i].at, r->rejected[i].reason);
    }
    for (size_t i = 0; i < r->n_unknown; i++) {
        g_string_append_printf(line, " ?%s/%s=%s", r->unknown[i].station, r->unknown[i].id,
                               r->unknown[i].value);
    }
    for (size_t i = 0; i < r->n_heard; i++) {
        g_string_append_printf(line, " ~%s", plant->stations[r->heard[i]].uid);
    }
    return g_string_free(line, FALSE);
}
