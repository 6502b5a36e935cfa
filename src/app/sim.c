/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/app/sim.h"

#include <assert.h>
#include <math.h>

#include "src/app/sim_plant.h"
#include "src/app/sim_wire.h"

#define HEARTBEAT_EVERY 8 /* rounds */
#define UNKNOWN_FROM_S  5 /* of the story */
#define UNKNOWN_EVERY_S 20

/* As in SIM_PROFILES. */
static const char *const profiles[] = {"mixed",     "sentraq", "logo",   "scadapro",
                                       "telemetry", "scalar",  "operaid"};
#define PROFILES G_N_ELEMENTS(profiles)
enum { PROFILE_MIXED, PROFILE_SENTRAQ };

static const struct sim_source all_sources[] = {
    {"sentraq", "/client/send/+", "sentraq"},
    {"logo", "logo/+/status", "logo"},
    {"scadapro", "machines/+/+/+", "scadapro"},
    {"telemetry", "sensors/+/telemetry", "telemetry"},
    {"scalar", "messwerte/+/+", "scalar"},
    {"operaid", "machines/+/scrap", "operaid"},
};

struct sim {
    struct sim_place *places;
    uint32_t n, round;
    struct plant *plant;
    double speed;
    wall_us start;
    GTimeZone *zone;
    struct sim_stamp stamp;
    size_t profile;
    uint32_t turn;      /* whose turn it is */
    size_t next;        /* entry; after the last come extras */
    bool begun, silent; /* the station's turn has begun; it does not send */
    double unknown_at;  /* story time */
    char payload[SIM_PAYLOAD_MAX];
};

/* Ten kinds of senders, so that every kind of station is heard in every way in time. */
static enum sim_wire
choose_wire(size_t profile, uint32_t i)
{
    static const enum sim_wire mixed[] = {
        WIRE_LOGO, WIRE_LOGO,   WIRE_TELEMETRY, WIRE_LOGO,     WIRE_BATCH,
        WIRE_LOGO, WIRE_SINGLE, WIRE_LOGO,      WIRE_SCADAPRO, WIRE_SCALAR,
    };
    static const enum sim_wire single[] = {WIRE_SINGLE,    WIRE_LOGO,   WIRE_SCADAPRO,
                                           WIRE_TELEMETRY, WIRE_SCALAR, WIRE_SCRAP};
    static_assert(G_N_ELEMENTS(single) == PROFILES - 1, "a profile has no wire");
    if (profile != PROFILE_MIXED) {
        return single[profile - 1];
    }
    return i == 3 ? WIRE_HEX : mixed[(i + i / 10) % G_N_ELEMENTS(mixed)];
}

/*
 * What a meter shows at the beginning. The next simulation, later, begins higher than this one
 * can come, so that restarts look like a short absence and not like new meters. One of forty is
 * about to run over its 32 bits.
 */
static double
meter_from(uint32_t i, wall_us start)
{
    double m3_per_s = 4.5, digits = 9e6;
    return i % 40 == 6
               ? 4294967290.0
               : floor(fmod((double)(start / US_PER_S) * m3_per_s + i * 7919.0, digits));
}

static void
add_place(struct sim *s, const struct sim_config *config, struct plant_builder *b, uint32_t i)
{
    struct station station = sim_plant_station(config->places, i);
    struct sim_place *p = &s->places[i];
    p->wire = choose_wire(s->profile, i);
    p->uid = g_strdup(station.uid);
    p->local_clock = station.clock == CLOCK_MODE_LOCAL;
    p->time_first = i % 2 == 1;
    p->last = config->start;
    enum sim_type type = p->wire == WIRE_SCRAP ? SIM_SCRAP : sim_type_from_name(station.type);
    sim_site_init(&p->site, type, config->seed, i, station.longitude);
    p->site.counter_from = meter_from(i, config->start);
    sim_place_init(p);
    s->round += sim_wire_is_single(p->wire) ? (uint32_t)p->n_entries : 1;
    if (config->silence_s > 0) {
        station.silence_s = config->silence_s;
    }
    uint32_t k = plant_builder_station(b, &station);
    sim_plant_components(b, k, p);
}

static size_t
find_profile(const char *name)
{
    size_t i = 0;
    while (i < PROFILES && strcmp(profiles[i], name) != 0) {
        i++;
    }
    return i;
}

enum rc
sim_new(struct sim **ret, const struct sim_config *config, struct err *err)
{
    size_t profile = find_profile(config->profile);
    if (profile == PROFILES) {
        return err_set(err, RC_INVALID, "profile \"%s\" is none of %s", config->profile,
                       SIM_PROFILES);
    }
    if (config->places->n_stations == 0 || config->stations == 0) {
        return err_set(err, RC_INVALID, "there is no station to simulate");
    }
    if (config->stations > SIM_STATIONS_MAX) {
        return err_set(err, RC_INVALID, "%u stations are too many, %d is the limit",
                       config->stations, SIM_STATIONS_MAX);
    }
    bool local = config->timezone == NULL || *config->timezone == '\0';
    struct sim *s = g_new0(struct sim, 1);
    s->zone = local ? g_time_zone_new_local() : g_time_zone_new_identifier(config->timezone);
    if (s->zone == NULL) {
        sim_free(s);
        return err_set(err, RC_INVALID, "there is no time zone \"%s\"", config->timezone);
    }
    s->profile = profile;
    s->n = config->stations;
    s->speed = config->speed;
    s->unknown_at = UNKNOWN_FROM_S;
    s->start = config->start;
    s->stamp.second = INT64_MIN;
    s->places = g_new0(struct sim_place, s->n);
    struct plant_builder b;
    plant_builder_init(&b);
    for (uint32_t i = 0; i < s->n; i++) {
        add_place(s, config, &b, i);
    }
    plant_builder_copy_rules(&b, config->places);
    enum rc rc = plant_builder_finish(&b, &s->plant, err);
    plant_builder_fini(&b);
    if (rc != RC_OK) {
        sim_free(s);
        return rc;
    }
    *ret = s;
    return RC_OK;
}

void
sim_free(struct sim *s)
{
    if (s == NULL) {
        return;
    }
    for (uint32_t i = 0; s->places != NULL && i < s->n; i++) {
        sim_place_fini(&s->places[i]);
    }
    g_free(s->places);
    plant_unref(s->plant);
    g_clear_pointer(&s->zone, g_time_zone_unref);
    g_free(s);
}

static double
story_of(const struct sim *s, wall_us at)
{
    return (double)(at - s->start) / (double)US_PER_S;
}

/* A stuck sensor goes on sending, but always the same. */
static void
keep_sensors(struct sim_site *site, const double before[SIM_PARTS_MAX])
{
    const struct sim_template *t = sim_template(site->type);
    for (size_t i = 0; i < t->n; i++) {
        if (t->parts[i].form == SIM_WORD) {
            site->value[i] = before[i];
        }
    }
}

static void
move_on(struct sim *s, struct sim_place *p, wall_us at)
{
    double story = story_of(s, at);
    double hours =
        ((double)(s->start / US_PER_S + s->stamp.offset_s) + story * s->speed) / 3600;
    struct sim_moment m = {.story_s = story, .day_h = fmod(hours, 24)};
    double before[SIM_PARTS_MAX];
    memcpy(before, p->site.value, sizeof(before));
    sim_site_step(&p->site, &m, (double)(at - p->last) / (double)US_PER_S * s->speed);
    p->last = at;
    if (sim_stuck(p->site.index, story) && p->rounds > 0) {
        keep_sensors(&p->site, before);
    }
}

static void
begin_turn(struct sim *s, wall_us at)
{
    struct sim_place *p = &s->places[s->turn];
    s->begun = true;
    s->next = 0;
    s->silent = s->n > 1 && sim_silent(p->site.index, story_of(s, at));
    move_on(s, p, at);
    p->rounds++;
}

static void
end_turn(struct sim *s)
{
    s->turn = (s->turn + 1) % s->n;
    s->begun = false;
}

static bool
next_value(struct sim *s, struct sim_place *p, struct sim_message *ret)
{
    bool single = sim_wire_is_single(p->wire);
    if (s->silent || s->next >= (single ? p->n_entries : 1)) {
        return false;
    }
    ret->topic = single ? p->entries[s->next].topic : p->topic;
    ret->len = sim_wire_payload(p, s->next, &s->stamp, s->payload);
    s->next++;
    return true;
}

/* Now and then something besides values. */
static bool
next_extra(struct sim *s, struct sim_place *p, wall_us at, struct sim_message *ret)
{
    ret->topic = p->topic;
    if (!s->silent && p->wire == WIRE_LOGO && p->rounds % HEARTBEAT_EVERY == 0) {
        ret->len = sim_wire_heartbeat(p, &s->stamp, s->payload);
        return true;
    }
    double story = story_of(s, at);
    if (s->profile <= PROFILE_SENTRAQ && s->turn == 0 && story >= s->unknown_at) {
        s->unknown_at = story + UNKNOWN_EVERY_S;
        ret->topic = SIM_TOPIC;
        ret->len =
            (size_t)g_snprintf(s->payload, sizeof(s->payload),
                               "{\"Hid\":\"" SIM_UNKNOWN_ID "\",\"Value\":%d,\"TS\":%s}",
                               180 + (int)(story / UNKNOWN_EVERY_S) % 40, s->stamp.unix_utc);
        return true;
    }
    return false;
}

void
sim_next(struct sim *s, wall_us at, struct sim_message *ret)
{
    sim_stamp_set(&s->stamp, at, s->zone);
    ret->payload = s->payload;
    for (;;) {
        struct sim_place *p = &s->places[s->turn];
        if (!s->begun) {
            begin_turn(s, at);
        }
        if (next_value(s, p, ret)) {
            return;
        }
        bool extra = next_extra(s, p, at, ret);
        end_turn(s);
        if (extra) {
            return;
        }
    }
}

uint32_t
sim_round(const struct sim *s)
{
    return s->round;
}

struct plant *
sim_plant(const struct sim *s)
{
    return plant_ref(s->plant);
}

const struct sim_source *
sim_sources(const struct sim *s, size_t *ret_n)
{
    if (s->profile == PROFILE_MIXED) {
        *ret_n = G_N_ELEMENTS(all_sources) - 1; /* OperAID's machines are no water works */
        return all_sources;
    }
    *ret_n = 1;
    for (size_t i = 0; i < G_N_ELEMENTS(all_sources); i++) {
        if (strcmp(all_sources[i].profile, profiles[s->profile]) == 0) {
            return &all_sources[i];
        }
    }
    return all_sources;
}
