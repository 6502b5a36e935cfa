/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/app/sim.h"

#include "tests/unit.h"

#include <math.h>

#include "alarms/rules.h"
#include "src/app/profile_files.h"
#include "src/app/sim_setup.h"
#include "src/app/sim_world.h"
#include "src/decode/decode.h"

#define T0 INT64_C(1767268800000000) /* 2026-01-01T12:00:00Z */

static const struct sim_config usual = {
    .stations = 40,
    .seed = 1,
    .profile = "mixed",
    .speed = 30,
    .timezone = "Europe/Berlin",
    .start = T0,
};

static struct sim *
make(const struct sim_config *config)
{
    struct sim *s;
    struct err err;
    if (sim_setup(&s, config, &err) != RC_OK) {
        fail_msg("%s", err.text);
    }
    return s;
}

/* When message i is due if every station sends each two seconds. */
static wall_us
due(const struct sim *s, uint64_t i)
{
    return T0 + (wall_us)(i * 2 * US_PER_S / sim_round(s));
}

static uint64_t
digest(const struct sim_config *config, uint64_t messages)
{
    struct sim *s = make(config);
    GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA256);
    for (uint64_t i = 0; i < messages; i++) {
        struct sim_message m;
        sim_next(s, due(s, i), &m);
        g_checksum_update(sum, (const guchar *)m.topic, (gssize)strlen(m.topic));
        g_checksum_update(sum, (const guchar *)m.payload, (gssize)m.len);
    }
    uint64_t d = g_ascii_strtoull(g_checksum_get_string(sum) + 48, NULL, 16);
    g_checksum_free(sum);
    sim_free(s);
    return d;
}

static void
test_same_seed_same_world(void **state)
{
    (void)state;
    struct sim_config other = usual;
    other.seed = 2;
    uint64_t first = digest(&usual, 20000);
    assert_true(digest(&usual, 20000) == first);
    assert_false(digest(&other, 20000) == first);
}

/* Everything the engine does with the messages, short of storing. */
struct receiver {
    struct plant *plant;
    struct profiles *profiles;
    struct decoder *decoder;
    struct decode_route routes[8];
    unsigned readings, unknown, rejected, heartbeats;
};

static void
receiver_init(struct receiver *r, const struct sim *s)
{
    struct problems problems;
    struct err err;
    *r = (struct receiver){.plant = sim_plant(s)};
    problems_init(&problems);
    r->profiles = profile_files_load(NULL, &problems);
    assert_int_equal(problems.n, 0);
    problems_fini(&problems);
    size_t n;
    const struct sim_source *sources = sim_sources(s, &n);
    for (size_t i = 0; i < n; i++) {
        r->routes[i] = (struct decode_route){sources[i].filter, sources[i].profile};
    }
    struct decode_config config = {.profiles = r->profiles,
                                   .routes = r->routes,
                                   .n_routes = n,
                                   .timezone = "Europe/Berlin"};
    if (decoder_new(&r->decoder, &config, r->plant, &err) != RC_OK) {
        fail_msg("%s", err.text);
    }
}

static void
receiver_fini(struct receiver *r)
{
    decoder_free(r->decoder);
    profiles_free(r->profiles);
    plant_unref(r->plant);
}

static const struct decode_result *
receive(struct receiver *r, const struct sim_message *m, wall_us at)
{
    struct decode_message message = {
        .topic = m->topic, .payload = m->payload, .len = m->len, .received = at};
    const struct decode_result *d = decode_message(r->decoder, &message);
    r->readings += (unsigned)d->n_readings;
    r->heartbeats += d->heartbeat;
    for (size_t i = 0; i < d->n_rejected; i++) {
        if (strcmp(d->rejected[i].reason, "unknown id") == 0 &&
            strstr(m->payload, SIM_UNKNOWN_ID) != NULL) {
            r->unknown++;
        } else {
            fail_msg("%s: %s in %.*s", d->rejected[i].at, d->rejected[i].reason, (int)m->len,
                     m->payload);
        }
    }
    if (d->n_rejected == 0 && d->n_readings == 0 && !d->heartbeat) {
        fail_msg("nothing in %.*s", (int)m->len, m->payload);
    }
    return d;
}

/* Values lie where the plant says they may. */
static void
check_range(const struct receiver *r, const struct decode_result *d)
{
    for (size_t i = 0; i < d->n_readings; i++) {
        const struct reading *reading = &d->readings[i].r;
        const struct component *c = &r->plant->components[reading->component];
        if (reading->text != NULL) {
            continue;
        }
        double shown = adjust_apply(c->adjust, reading->num);
        if ((!isnan(c->min) && shown < c->min) || (!isnan(c->max) && shown > c->max)) {
            fail_msg("%s is %g, outside %g to %g", c->id, shown, c->min, c->max);
        }
        if (c->n_states > 0 && component_state_name(c, reading->num) == NULL) {
            fail_msg("%s is %g, which is no state of it", c->id, shown);
        }
        if (reading->ts > reading->received + 2 * US_PER_S ||
            reading->ts < reading->received - 4 * US_PER_S) {
            fail_msg("%s is %g s old", c->id,
                     (double)(reading->received - reading->ts) / (double)US_PER_S);
        }
    }
}

static void
test_payloads_decode(void **state)
{
    (void)state;
    char **profiles = g_strsplit(SIM_PROFILES, "|", -1);
    for (char **p = profiles; *p != NULL; p++) {
        struct sim_config config = usual;
        config.profile = *p;
        config.stations = 60;
        struct sim *s = make(&config);
        struct receiver r;
        receiver_init(&r, s);
        uint8_t *heard = g_malloc0(r.plant->n_components);
        for (uint64_t i = 0; i < sim_round(s) * 60; i++) {
            struct sim_message m;
            sim_next(s, due(s, i), &m);
            const struct decode_result *d = receive(&r, &m, due(s, i));
            check_range(&r, d);
            for (size_t k = 0; k < d->n_readings; k++) {
                heard[d->readings[k].r.component] = 1;
            }
        }
        for (uint32_t i = 0; i < r.plant->n_components; i++) {
            const struct component *c = &r.plant->components[i];
            bool sent = c->kind != KIND_DIVIDER && c->derive == DERIVE_NONE;
            if (heard[i] != sent) {
                fail_msg("%s: %s/%s %s", *p, r.plant->stations[c->station].uid, c->id,
                         sent ? "was never heard" : "was heard");
            }
        }
        if (strcmp(*p, "mixed") == 0) {
            assert_true(r.unknown > 0);
            assert_true(r.heartbeats > 0);
        }
        g_free(heard);
        receiver_fini(&r);
        sim_free(s);
    }
    g_strfreev(profiles);
}

/* What a person sees of the demo in its first minutes. */
static void
test_life_in_two_minutes(void **state)
{
    (void)state;
    struct sim *s = make(&usual);
    struct receiver r;
    receiver_init(&r, s);
    unsigned switched = 0, faults = 0;
    double *last = g_new0(double, r.plant->n_components);
    wall_us *heard = g_new0(wall_us, r.plant->n_stations);
    int64_t longest = 0;
    for (uint64_t i = 0; i < sim_round(s) * 60; i++) {
        struct sim_message m;
        sim_next(s, due(s, i), &m);
        const struct decode_result *d = receive(&r, &m, due(s, i));
        for (size_t k = 0; k < d->n_readings; k++) {
            uint32_t index = d->readings[k].r.component;
            const struct component *c = &r.plant->components[index];
            bool rises = d->readings[k].r.num > last[index];
            switched += c->kind == KIND_ACTUATOR && rises;
            faults += c->kind == KIND_FAULT && rises;
            last[index] = d->readings[k].r.num;
        }
        for (size_t k = 0; k < d->n_heard; k++) {
            wall_us *h = &heard[d->heard[k]];
            longest = *h != 0 ? MAX(longest, due(s, i) - *h) : longest;
            *h = due(s, i);
        }
    }
    wall_us end = due(s, sim_round(s) * 60);
    for (uint32_t i = 0; i < r.plant->n_stations; i++) {
        longest = MAX(longest, end - heard[i]);
    }
    assert_true(switched > 40);
    assert_true(faults >= 2);
    assert_true(longest > 60 * US_PER_S); /* one station is silent */
    g_free(last);
    g_free(heard);
    receiver_fini(&r);
    sim_free(s);
}

/* Water is neither made nor lost, and the tanks stay what they are. */
static void
test_water_balances(void **state)
{
    (void)state;
    static const enum sim_type types[] = {SIM_WATERWORKS, SIM_SEWAGE, SIM_STORM, SIM_COMBINED};
    for (uint32_t index = 0; index < 40; index++) {
        struct sim_site s;
        sim_site_init(&s, types[index % 4], 7, index, 8.6 + 0.06 * index);
        double begin = s.volume, lowest = s.volume, highest = s.volume;
        unsigned starts = 0;
        for (int i = 0; i < 1800; i++) {
            struct sim_moment m = {.story_s = i, .day_h = fmod(i / 120.0, 24)};
            bool ran = s.pump[0] || s.pump[1];
            sim_site_step(&s, &m, 30);
            starts += !ran && (s.pump[0] || s.pump[1]);
            lowest = fmin(lowest, s.volume);
            highest = fmax(highest, s.volume);
            double want = begin + s.in_m3 - s.out_m3 - s.spill_m3;
            if (fabs(s.volume - want) > 1e-6 * (1 + s.in_m3)) {
                fail_msg("station %u: %g m³ of %g", index, s.volume, want);
            }
            if (s.pump[0] && (s.fault == SIM_TRIP1 || s.fault == SIM_BLACKOUT)) {
                fail_msg("station %u: a broken pump runs", index);
            }
        }
        assert_true(lowest >= 0 && highest <= s.area * 4.0 + 1e-9);
        assert_true(starts > 3);
    }
}

static void
test_storm_passes(void **state)
{
    (void)state;
    assert_true(sim_rain(20, 8.7) <= 0);
    assert_true(sim_rain(80, 8.7) > 20);  /* Cuxhaven */
    assert_true(sim_rain(80, 11.1) <= 1); /* Lüchow has to wait */
    assert_true(sim_rain(180, 11.1) > 20);
    assert_true(sim_rain(300, 11.1) <= 0);
    assert_true(sim_rain(SIM_STORY_S + 80, 8.7) > 20);
}

static void
test_more_stations(void **state)
{
    (void)state;
    static const uint32_t counts[] = {1, 39, 40, 41, 1000};
    for (size_t i = 0; i < G_N_ELEMENTS(counts); i++) {
        struct sim_config config = usual;
        config.stations = counts[i];
        config.silence_s = 17;
        struct sim *s = make(&config);
        struct plant *plant = sim_plant(s);
        assert_int_equal(plant->n_stations, counts[i]);
        assert_int_equal(plant->stations[counts[i] - 1].silence_s, 17);
        for (uint32_t k = 0; k < plant->n_components; k++) {
            const struct component *c = &plant->components[k];
            /* Whatever a LOGO! sends must fit into its names, and be the only one. */
            if (c->kind != KIND_DIVIDER && strchr(c->id, '_') != NULL &&
                c->derive == DERIVE_NONE) {
                assert_true(strlen(c->id) <= 15);
                assert_int_equal(plant_find_component(plant, NULL, c->id), k);
            }
        }
        plant_unref(plant);
        sim_free(s);
    }
}

static void
test_largest_plant(void **state)
{
    (void)state;
    char **profiles = g_strsplit(SIM_PROFILES, "|", -1);
    for (char **p = profiles; *p != NULL; p++) {
        struct sim_config config = usual;
        config.profile = *p;
        config.stations = SIM_STATIONS_MAX;
        struct sim *s = make(&config);
        struct plant *plant = sim_plant(s);
        assert_true(plant->n_components <= PLANT_COMPONENTS_MAX);
        plant_unref(plant);
        sim_free(s);
    }
    g_strfreev(profiles);
}

/* Enough of an evaluator to see what the demo's rules make of its values. */
struct watched {
    bool holds, risen;
    wall_us since;
};

static bool
is_beyond(const struct alarm_rule *rule, double value, bool holds)
{
    double slack = holds ? rule->deadband : 0;
    if (rule->type == ALARM_HIHI || rule->type == ALARM_HI) {
        return value >= rule->limit - slack;
    }
    if (rule->type == ALARM_LO || rule->type == ALARM_LOLO) {
        return value <= rule->limit + slack;
    }
    return rule->type == ALARM_DIGITAL && value >= 0.5; /* windows are left out */
}

/* Whether the alarm rises. */
static bool
watch(const struct alarm_rule *rule, struct watched *w, double value, wall_us at)
{
    bool beyond = is_beyond(rule, value, w->holds);
    w->since = beyond && !w->holds ? at : w->since;
    w->holds = beyond;
    bool rises = beyond && !w->risen && at - w->since >= rule->on_delay_us;
    w->risen = beyond && (w->risen || rises);
    return rises;
}

struct rises {
    unsigned in_ten_minutes[6][ALARM_PRIORITIES];
    unsigned with_parent; /* rose while it was up */
};

static void
count_rises(const struct ruleset *rules, struct sim *s, struct receiver *r, struct rises *ret)
{
    struct watched *w = g_new0(struct watched, rules->n_places);
    double per_round = 2; /* seconds */
    uint64_t n = (uint64_t)(G_N_ELEMENTS(ret->in_ten_minutes) * 600 / per_round) * sim_round(s);
    for (uint64_t i = 0; i < n; i++) {
        struct sim_message m;
        sim_next(s, due(s, i), &m);
        const struct decode_result *d = receive(r, &m, due(s, i));
        for (size_t k = 0; k < d->n_readings; k++) {
            const struct reading *reading = &d->readings[k].r;
            uint32_t c = reading->component;
            double shown = adjust_apply(rules->plant->components[c].adjust, reading->num);
            for (uint32_t p = rules->first[c]; p < rules->first[c + 1]; p++) {
                const struct rule_place *place = &rules->places[p];
                const struct alarm_rule *rule = &rules->rules[place->rule];
                if (reading->text == NULL && watch(rule, &w[p], shown, due(s, i))) {
                    size_t slot = (size_t)((due(s, i) - T0) / (600 * US_PER_S));
                    ret->in_ten_minutes[slot][rule->priority]++;
                    ret->with_parent += place->parent != RULE_NONE && w[place->parent].risen;
                }
            }
        }
    }
    g_free(w);
}

/* Alarms of all priorities come in the demo, but it does not drown in them. */
static void
test_alarms_of_the_demo(void **state)
{
    (void)state;
    struct sim_config config = usual;
    config.speed = 1;
    struct sim *s = make(&config);
    struct receiver r;
    struct rises rises = {0};
    receiver_init(&r, s);
    struct ruleset *rules = ruleset_new(r.plant, NULL);
    count_rises(rules, s, &r, &rises);
    unsigned of[ALARM_PRIORITIES] = {0};
    for (size_t i = 0; i < G_N_ELEMENTS(rises.in_ten_minutes); i++) {
        unsigned all = 0;
        for (int k = 0; k < ALARM_PRIORITIES; k++) {
            all += rises.in_ten_minutes[i][k];
            of[k] += rises.in_ten_minutes[i][k];
        }
        assert_in_range(all, 10, 60);
    }
    for (int k = 0; k < ALARM_PRIORITIES; k++) {
        assert_true(of[k] > 0);
    }
    assert_true(rises.with_parent > 0);
    ruleset_free(rules);
    receiver_fini(&r);
    sim_free(s);
}

/* Whatever is simulated, its rules can be followed, and every component of a kind has some. */
static void
test_rules_fit(void **state)
{
    (void)state;
    static const uint32_t counts[] = {1, 40, 200};
    char **profiles = g_strsplit(SIM_PROFILES, "|", -1);
    for (size_t i = 0; i < G_N_ELEMENTS(counts) * g_strv_length(profiles); i++) {
        struct sim_config config = usual;
        config.profile = profiles[i / G_N_ELEMENTS(counts)];
        config.stations = counts[i % G_N_ELEMENTS(counts)];
        struct sim *s = make(&config);
        struct plant *plant = sim_plant(s);
        struct problems problems;
        problems_init(&problems);
        struct ruleset *rules = ruleset_new(plant, &problems);
        if (problems.n > 0) {
            fail_msg("%s, %u stations: %s", config.profile, config.stations, problems.list[0]);
        }
        for (uint32_t c = 0; c < plant->n_components; c++) {
            enum kind kind = plant->components[c].kind;
            assert_true(rules->first[c + 1] > rules->first[c] ||
                        (kind != KIND_FAULT && kind != KIND_LEVEL));
        }
        problems_fini(&problems);
        ruleset_free(rules);
        plant_unref(plant);
        sim_free(s);
    }
    g_strfreev(profiles);
}

static void
test_wrong_wishes(void **state)
{
    (void)state;
    struct sim *s;
    struct err err;
    struct sim_config config = usual;
    config.profile = "carrier pigeon";
    assert_int_equal(sim_setup(&s, &config, &err), RC_INVALID);
    assert_non_null(strstr(err.text, "carrier pigeon"));
    config = usual;
    config.timezone = "Atlantis/Centre";
    assert_int_equal(sim_setup(&s, &config, &err), RC_INVALID);
    config = usual;
    config.stations = 0;
    assert_int_equal(sim_setup(&s, &config, &err), RC_INVALID);
    config.stations = SIM_STATIONS_MAX + 1;
    assert_int_equal(sim_setup(&s, &config, &err), RC_INVALID);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_seed_same_world),
        cmocka_unit_test(test_payloads_decode),
        cmocka_unit_test(test_life_in_two_minutes),
        cmocka_unit_test(test_water_balances),
        cmocka_unit_test(test_storm_passes),
        cmocka_unit_test(test_more_stations),
        cmocka_unit_test(test_largest_plant),
        cmocka_unit_test(test_wrong_wishes),
        cmocka_unit_test(test_rules_fit),
        cmocka_unit_test(test_alarms_of_the_demo),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
