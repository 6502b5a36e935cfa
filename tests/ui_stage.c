/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The console on a stage: console_run() with an exchange fed by a synthetic plant, moved by
 * commands on a file descriptor, one a line. So a test decides what the screen sees and when.
 *
 *     ui_stage FD STATIONS [TIMEZONE]      (FD -1: no commands)
 *
 * In the environment: STAGE_KEYS and STAGE_SYSTEM_KEYS, files of keys; STAGE_STATE, the
 * directory where choices are kept; STAGE_READ_ONLY, STAGE_THEME, STAGE_COLOR, STAGE_GLYPHS,
 * STAGE_PARTS: how many components a station has; STAGE_TELL: the first line to FD is when the
 * console starts, "begins at" as play_clock(); STAGE_SLOW, STAGE_NO_FLASH as on the command
 * line; STAGE_CLOCK, seconds since 1970 at which the time stands still.
 *
 *     value UID ID NUMBER | text UID ID WORDS | quality UID ID BITS | stale UID ID
 *     silent UID 0|1 | never UID | heard UID SECONDS_AGO | clock UID SECONDS_AHEAD
 *     add UID NAME | remove UID | rename UID NAME | shuffle SEED
 *     place UID LATITUDE LONGITUDE      ("none none": it has none)
 *     unknown STATION ID VALUE | broker up|down | problem TEXT
 *     owner ROLE INSTANCE EPOCH.TERM ARBITER HEARD_AGO     (INSTANCE -: nobody)
 *     pg up|stalled|down|none SINCE_AGO PENDING QUARANTINED BEHIND BEHIND_AT_FIRST [REFUSED]
 *     clock +SECONDS    see stage_clock.h
 *     history           see stage_archive.h
 *     alarms            see stage_alarms.h; the actions of the user are written to FD in lines
 *     peer NAME ROLE EPOCH.TERM HEARD_AGO PROBLEM     (PROBLEM -: none, _ a blank; ROLE gone)
 *     rejected TOPIC REASON PAYLOAD
 *     publish           hand the screen a snapshot of all that
 *     echo              write an empty line to FD: all before is done
 *     crash
 *
 * Texts are not sanitised here, unlike by the engine: what a screen lets through is seen.
 * STAGE_CONFIG and STAGE_SYSTEM are the directories of the user and of the admin.
 * STAGE_LOCALE names a directory of translations; without it the screen is English.
 * With STAGE_PLAIN in the environment it is the line mode that is shown. STAGE_DATA,
 * STAGE_CONFIG and STAGE_STATE name directories: of the program, of the user, and of what the
 * user chose.
 * With STAGE_STALL, a pipe, whoever wants to know what he wrote on the disk waits until
 * somebody opens that pipe to write. The exit status is that of console_run().
 */
#include <assert.h>
#include <fcntl.h>
#include <inttypes.h>
#include <locale.h>
#include <math.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "src/config/config.h"
#include "src/core/i18n.h"
#include "src/core/log.h"
#include "src/core/text.h"
#include "tests/run_delay.h"
#include "tests/stage_alarms.h"
#include "tests/stage_archive.h"
#include "tests/stage_clock.h"
#include "ui/plain.h"

struct made {
    char *uid, *name;
    int order;
    double level, flow, latitude, longitude;
    GHashTable *states; /* id → struct component_state * */
    struct station_state station;
};

struct stage {
    struct exchange *exchange;
    int fd, stop_fd;  /* commands; readable when the thread shall end */
    GPtrArray *made;  /* struct made * */
    GArray *unknown;  /* struct unknown_id */
    GArray *peers;    /* struct peer_view */
    GArray *rejected; /* struct rejected_payload */
    struct stage_alarms *alarms;
    struct archive *archive;
    struct stage_archive *history;
    struct plant *plant;
    struct health health;
};

static const struct {
    const char *name;
    double latitude, longitude;
} places[] = {
    {"Hamburg-Veddel", 53.524, 10.033}, {"Wilhelmsburg", 53.489, 9.990},
    {"Lüneburg Süd", 53.236, 10.411},   {"Altona Elbufer", 53.544, 9.918},
    {"Barmbek", 53.587, 10.045},        {"Bergedorf", 53.487, 10.216},
    {"Blankenese", 53.558, 9.806},      {"Buxtehude Ost", 53.474, 9.712},
    {"Cuxhaven Hafen", 53.867, 8.706},  {"Eimsbüttel", 53.574, 9.957},
    {"Elmshorn", 53.754, 9.652},        {"Finkenwerder", 53.535, 9.872},
    {"Geesthacht", 53.434, 10.373},     {"Glinde", 53.541, 10.203},
    {"Glückstadt", 53.789, 9.423},      {"Harburg Mitte", 53.461, 9.981},
    {"Harsefeld", 53.454, 9.503},       {"Heide", 54.195, 9.098},
    {"Itzehoe", 53.925, 9.516},         {"Stade", 53.594, 9.476},
};

static const struct {
    const char *id, *name, *unit;
    enum kind kind;
    double min, max, value;
} parts[] = {
    {"FLT1", "Motorschutz Pumpe 1", "", KIND_FAULT, NAN, NAN, 0},
    {"FLT2", "Netzausfall", "", KIND_FAULT, NAN, NAN, 0},
    {"DIV1", "Füllstände", "", KIND_DIVIDER, NAN, NAN, 0},
    {"LEVEL", "Füllstand Vorlage", "m", KIND_LEVEL, 0, 4, 1.7},
    {"FLOW", "Durchfluss", "m³/h", KIND_SENSOR, 0, 500, 188},
    {"DIV2", "Pumpen", "", KIND_DIVIDER, NAN, NAN, 0},
    {"P1", "Pumpe 1", "", KIND_ACTUATOR, NAN, NAN, 1},
    {"P2", "Pumpe 2", "", KIND_ACTUATOR, NAN, NAN, 0},
    {"V1", "Schieber", "", KIND_SWITCH, NAN, NAN, 1},
    {"DIV3", "Betriebsstunden", "", KIND_DIVIDER, NAN, NAN, 0},
    {"H1", "Stunden Pumpe 1", "h", KIND_COUNTER, NAN, NAN, 12411.4},
    {"N1", "Anläufe Pumpe 1", "", KIND_COUNTER, NAN, NAN, 9902},
};

static size_t
n_parts(void)
{
    const char *wanted = getenv("STAGE_PARTS");
    return wanted == NULL ? G_N_ELEMENTS(parts) : (size_t)g_ascii_strtoull(wanted, NULL, 10);
}

static void
free_state(gpointer data)
{
    struct component_state *state = data;
    if (state->text != NULL) {
        g_ref_string_release(state->text);
    }
    g_free(state);
}

static void
free_made(gpointer data)
{
    struct made *m = data;
    g_hash_table_destroy(m->states);
    g_free(m->uid);
    g_free(m->name);
    g_free(m);
}

static struct made *
find(struct stage *stage, const char *uid)
{
    /* Mostly PW-0001 is the first one and so on. */
    const char *number = strpbrk(uid, "0123456789");
    guint n = stage->made->len;
    guint first = number == NULL ? 0 : (guint)g_ascii_strtoull(number, NULL, 10) + n - 1;
    for (guint i = 0; i < n; i++) {
        struct made *m = g_ptr_array_index(stage->made, (first + i) % n);
        if (strcmp(m->uid, uid) == 0) {
            return m;
        }
    }
    g_error("no station %s", uid);
}

static struct component_state *
state_of(struct stage *stage, const char *uid, const char *id)
{
    struct component_state *state = g_hash_table_lookup(find(stage, uid)->states, id);
    if (state == NULL) {
        g_error("no component %s", id);
    }
    return state;
}

static void
set_heard(struct made *m, struct now now, int64_t ago_s)
{
    m->station.received = now.wall - ago_s * US_PER_S;
    m->station.heard = now.mono - ago_s * US_PER_S;
}

/* The first where their names are, the others evenly over the country. */
static void
put_somewhere(struct made *m, int order)
{
    if (order < (int)G_N_ELEMENTS(places)) {
        m->latitude = places[order].latitude;
        m->longitude = places[order].longitude;
    } else {
        m->latitude = 47.6 + 6.8 * fmod(order * 0.7548776662, 1);
        m->longitude = 7.0 + 7.0 * fmod(order * 0.5698402910, 1);
    }
}

static void
add(struct stage *stage, const char *uid, const char *name, int order)
{
    struct now now = stage_now();
    struct made *m = g_new0(struct made, 1);
    m->uid = g_strdup(uid);
    m->name = g_utf8_make_valid(name, -1);
    m->order = order;
    put_somewhere(m, order);
    m->states = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, free_state);
    set_heard(m, now, 0);
    for (size_t i = 0; i < n_parts(); i++) {
        struct component_state *state = g_new0(struct component_state, 1);
        state->num = parts[i].value;
        state->ts = parts[i].kind == KIND_DIVIDER ? WALL_NONE : now.wall;
        state->received = now.wall;
        state->heard = now.mono;
        state->live = true;
        g_hash_table_insert(m->states, (gpointer)(uintptr_t)parts[i].id, state);
    }
    g_ptr_array_add(stage->made, m);
}

/* "PW-0001/LEVEL", or a template that means the same. */
static char *
rule_target(const struct made *m, bool own)
{
    return own ? g_strconcat(m->uid, "/LEVEL", NULL)
               : g_strconcat("kind:level id:LEV* station:", m->uid, NULL);
}

static void
build_station(struct plant_builder *b, const struct made *m, int order)
{
    struct station station = {.uid = g_strdup(m->uid),
                              .name = g_strdup(m->name),
                              .type = g_strdup("PU"),
                              .area = g_strdup(order % 2 == 0 ? "Nord" : "Süd"),
                              .order = m->order,
                              .silence_s = 300,
                              .latitude = m->latitude,
                              .longitude = m->longitude};
    uint32_t index = plant_builder_station(b, &station);
    for (size_t i = 0; i < n_parts(); i++) {
        struct component c = {.station = index,
                              .id = g_strdup(parts[i].id),
                              .name = g_strdup(parts[i].name),
                              .unit = g_strdup(parts[i].unit),
                              .kind = parts[i].kind,
                              .min = parts[i].min,
                              .max = parts[i].max,
                              .order = (int)i,
                              .source = COMPONENT_NONE};
        plant_builder_component(b, &c);
    }
    /* What counts in the end: lo 0.4, hi 2.9, hihi 3.4. */
    static const struct {
        bool own; /* of the component; else a template */
        const char *rule, *type;
        double limit;
    } rules[] = {{false, "lo", "lo", 0.4},     {true, "hi", "hi", 2.9},
                 {false, "hi", "hi", 1.0},     {false, "hihi", "hihi", 1.5},
                 {false, "hihi", "hihi", 3.4}, {false, "lolo", "lolo", 0.2},
                 {true, "lolo", "off", NAN}};
    for (size_t i = 0; order <= 1 && i < G_N_ELEMENTS(rules); i++) {
        struct rule_def rule = {.component = rule_target(m, rules[i].own),
                                .rule = g_strdup(rules[i].rule),
                                .type = g_strdup(rules[i].type),
                                .limit = rules[i].limit};
        plant_builder_rule(b, &rule);
    }
}

static void
rebuild(struct stage *stage)
{
    struct plant_builder b;
    struct err err;
    plant_builder_init(&b);
    for (guint i = 0; i < stage->made->len; i++) {
        build_station(&b, g_ptr_array_index(stage->made, i), (int)i);
    }
    plant_unref(stage->plant);
    if (plant_builder_finish(&b, &stage->plant, &err) != RC_OK) {
        g_error("%s", err.text);
    }
    plant_builder_fini(&b);
}

static uint32_t
copy_states(const struct stage *stage, struct snapshot *s, uint32_t index)
{
    const struct station *station = &stage->plant->stations[index];
    struct made *m = NULL;
    for (guint i = 0; m == NULL && i < stage->made->len; i++) {
        struct made *one = g_ptr_array_index(stage->made, (index + i) % stage->made->len);
        m = strcmp(one->uid, station->uid) == 0 ? one : NULL;
    }
    assert(m != NULL);
    s->stations[index] = m->station;
    uint32_t faults = 0;
    for (uint32_t i = station->first; i < station->first + station->count; i++) {
        const struct component *c = &stage->plant->components[i];
        s->components[i] = *(struct component_state *)g_hash_table_lookup(m->states, c->id);
        if (s->components[i].text != NULL) {
            g_ref_string_acquire(s->components[i].text);
        }
        faults += c->kind == KIND_FAULT && s->components[i].num > 0;
    }
    return faults;
}

static void
publish(struct stage *stage)
{
    struct now now = stage_now();
    const struct plant *plant = stage->plant;
    struct snapshot *s = g_new0(struct snapshot, 1);
    s->refs = 1;
    s->taken = now;
    s->plant = plant_ref(stage->plant);
    s->components = g_new0(struct component_state, plant->n_components);
    s->stations = g_new0(struct station_state, plant->n_stations);
    for (uint32_t i = 0; i < plant->n_stations; i++) {
        uint32_t faults = copy_states(stage, s, i);
        s->stations[i].faults = (uint16_t)faults;
    }
    s->n_unknown = stage->unknown->len;
    s->unknown = g_memdup2(stage->unknown->data, s->n_unknown * sizeof(*s->unknown));
    s->n_peers = stage->peers->len;
    s->peers = g_memdup2(stage->peers->data, s->n_peers * sizeof(*s->peers));
    s->n_rejected = stage->rejected->len;
    s->rejected = g_memdup2(stage->rejected->data, s->n_rejected * sizeof(*s->rejected));
    s->health = stage->health;
    stage_alarms_publish(stage->alarms, s);
    exchange_publish(stage->exchange, s);
}

/* ---- commands ---- */

static void
set_order(struct stage *stage, unsigned seed)
{
    GRand *random = g_rand_new_with_seed(seed);
    for (guint i = 0; i < stage->made->len; i++) {
        ((struct made *)g_ptr_array_index(stage->made, i))->order =
            g_rand_int_range(random, 0, 1000000);
    }
    g_rand_free(random);
    rebuild(stage);
}

static void
add_unknown(struct stage *stage, char **w)
{
    struct unknown_id id = {.count = 3, .last = stage_now().wall};
    g_strlcpy(id.station, w[1], sizeof(id.station));
    g_strlcpy(id.id, w[2], sizeof(id.id));
    g_strlcpy(id.value, w[3], sizeof(id.value));
    snprintf(id.topic, sizeof(id.topic), "sensors/%s/telemetry", w[1]);
    g_array_append_val(stage->unknown, id);
}

static void
change_value(struct stage *stage, char **w)
{
    struct component_state *state = state_of(stage, w[1], w[2]);
    struct now now = stage_now();
    state->ts = state->received = now.wall;
    state->heard = now.mono;
    if (state->text != NULL) {
        g_clear_pointer(&state->text, g_ref_string_release);
    }
    if (strcmp(w[0], "text") == 0) {
        char *clean = g_utf8_make_valid(w[3], -1);
        state->text = g_ref_string_new(clean);
        g_free(clean);
    } else {
        state->num = g_ascii_strtod(w[3], NULL);
        stage_archive_value(stage->history, w[1], w[2], state->num, now.wall);
    }
    set_heard(find(stage, w[1]), now, 0);
}

static void
change_plant(struct stage *stage, char **w)
{
    if (strcmp(w[0], "add") == 0) {
        add(stage, w[1], w[2], (int)stage->made->len);
    } else if (strcmp(w[0], "remove") == 0) {
        g_ptr_array_remove(stage->made, find(stage, w[1]));
    } else {
        struct made *m = find(stage, w[1]);
        g_free(m->name);
        m->name = g_utf8_make_valid(w[2], -1);
    }
    rebuild(stage);
}

static void
change_station(struct stage *stage, char **w)
{
    struct made *m = find(stage, w[1]);
    if (strcmp(w[0], "silent") == 0) {
        m->station.silent = strcmp(w[2], "1") == 0;
    } else if (strcmp(w[0], "clock") == 0) {
        m->station.clock_known = true;
        m->station.clock_offset_us = (int64_t)(g_ascii_strtod(w[2], NULL) * (double)US_PER_S);
    } else if (strcmp(w[0], "place") == 0 && w[3] != NULL) {
        bool none = strcmp(w[2], "none") == 0;
        m->latitude = none ? NAN : g_ascii_strtod(w[2], NULL);
        m->longitude = none ? NAN : g_ascii_strtod(w[3], NULL);
        rebuild(stage);
    } else if (strcmp(w[0], "never") == 0) {
        m->station.received = WALL_NONE;
        m->station.heard = 0;
    } else {
        set_heard(m, stage_now(), g_ascii_strtoll(w[2], NULL, 10));
    }
}

static int64_t
number_of(const char *word)
{
    return g_ascii_strtoll(word, NULL, 10);
}

static void
change_owner(struct health *h, char **w)
{
    static const enum role roles[] = {ROLE_OWNER, ROLE_STANDBY, ROLE_VIEWER, ROLE_UNARBITRATED};
    for (size_t i = 0; i < G_N_ELEMENTS(roles); i++) {
        h->role = strcmp(w[1], role_name(roles[i])) == 0 ? roles[i] : h->role;
    }
    g_strlcpy(h->owner.instance, strcmp(w[2], "-") == 0 ? "" : w[2], sizeof(h->owner.instance));
    char *point = strchr(w[3], '.');
    h->owner.rank = (struct rank){(uint64_t)number_of(w[3]), (uint64_t)number_of(point + 1)};
    if (!arbiter_from_name(w[4], &h->owner.arbiter)) {
        g_error("no arbiter %s", w[4]);
    }
    h->owner.heard = stage_now().mono - number_of(w[5]) * US_PER_S;
}

static void
change_store(struct health *h, char **w)
{
    h->postgres.configured = strcmp(w[1], "none") != 0;
    bool stalled = strcmp(w[1], "stalled") == 0;
    mono_us ago = stage_now().mono - number_of(w[2]) * US_PER_S;
    h->postgres.connected = stalled || strcmp(w[1], "up") == 0;
    h->postgres.waiting = stalled ? ago : 0;
    h->postgres.since = stalled ? h->postgres.since : ago;
    h->postgres.pending = (uint64_t)number_of(w[3]);
    h->postgres.quarantined = (uint64_t)number_of(w[4]);
    h->postgres.behind = (uint64_t)number_of(w[5]);
    h->postgres.behind_at_first = (uint64_t)number_of(w[6]);
    h->postgres.refused_changes = w[7] != NULL ? (uint64_t)number_of(w[7]) : 0;
    g_strlcpy(h->postgres.problem, "server closed", sizeof(h->postgres.problem));
}

static void
add_peer(struct stage *stage, char **w)
{
    char *point = strchr(w[3], '.');
    struct peer_view p = {.rank = {(uint64_t)number_of(w[3]), (uint64_t)number_of(point + 1)},
                          .candidate = true,
                          .present = strcmp(w[2], "gone") != 0,
                          .since = WALL_NONE,
                          .heard = clock_now().mono - number_of(w[4]) * US_PER_S};
    g_strlcpy(p.instance, w[1], sizeof(p.instance));
    g_strlcpy(p.role, w[2], sizeof(p.role));
    g_strlcpy(p.version, "1.2.3", sizeof(p.version));
    g_strlcpy(p.problem, strcmp(w[5], "-") == 0 ? "" : g_strdelimit(w[5], "_", ' '),
              sizeof(p.problem));
    g_array_append_val(stage->peers, p);
}

static void
add_rejected(struct stage *stage, const char *line)
{
    char **w = g_strsplit(line, " ", 4);
    struct rejected_payload r = {.count = 7, .last = clock_now().wall};
    g_strlcpy(r.topic, w[1], sizeof(r.topic));
    g_strlcpy(r.reason, w[2], sizeof(r.reason));
    g_strlcpy(r.payload, w[3], sizeof(r.payload));
    g_array_append_val(stage->rejected, r);
    g_strfreev(w);
}

/* Commands about services and ownership; false: it is none. */
static bool
obey_health(struct stage *stage, const char *line)
{
    char **w = g_strsplit(line, " ", -1);
    guint n = g_strv_length(w);
    bool known = true;
    if (strcmp(w[0], "owner") == 0 && n == 6) {
        change_owner(&stage->health, w);
    } else if (strcmp(w[0], "pg") == 0 && (n == 7 || n == 8)) {
        change_store(&stage->health, w);
    } else if (strcmp(w[0], "broker") == 0 && n == 2) {
        stage->health.mqtt.connected = strcmp(w[1], "up") == 0;
        stage->health.mqtt.since = stage_now().mono;
        g_strlcpy(stage->health.mqtt.problem, "connection refused",
                  sizeof(stage->health.mqtt.problem));
    } else if (strcmp(w[0], "peer") == 0 && n == 6) {
        add_peer(stage, w);
    } else if (strcmp(w[0], "rejected") == 0 && n >= 4) {
        add_rejected(stage, line);
    } else if (strcmp(w[0], "problem") == 0) {
        g_strlcpy(stage->health.mqtt.problem, line + strlen("problem "),
                  sizeof(stage->health.mqtt.problem));
    } else {
        known = false;
    }
    g_strfreev(w);
    return known;
}

static void
obey(struct stage *stage, const char *line)
{
    char **w = g_strsplit(line, " ", 4);
    guint n = g_strv_length(w);
    if (stage_alarms_obey(stage->alarms, line) || stage_archive_obey(stage->history, line) ||
        stage_clock_obey(line) || obey_health(stage, line)) {
        g_strfreev(w);
        return;
    }
    if (strcmp(w[0], "publish") == 0) {
        publish(stage);
    } else if (strcmp(w[0], "echo") == 0) {
        ssize_t written = write(stage->fd, "\n", 1);
        (void)written; /* a test that is gone */
    } else if (strcmp(w[0], "crash") == 0) {
        abort();
    } else if (strcmp(w[0], "shuffle") == 0 && n == 2) {
        set_order(stage, (unsigned)g_ascii_strtoull(w[1], NULL, 10));
    } else if (strcmp(w[0], "unknown") == 0 && n == 4) {
        add_unknown(stage, w);
    } else if ((strcmp(w[0], "value") == 0 || strcmp(w[0], "text") == 0) && n == 4) {
        change_value(stage, w);
    } else if (strcmp(w[0], "quality") == 0 && n == 4) {
        state_of(stage, w[1], w[2])->quality = (uint8_t)g_ascii_strtoull(w[3], NULL, 10);
    } else if (strcmp(w[0], "stale") == 0 && n == 3) {
        state_of(stage, w[1], w[2])->live = false;
    } else if (strcmp(w[0], "add") == 0 || strcmp(w[0], "remove") == 0 ||
               strcmp(w[0], "rename") == 0) {
        change_plant(stage, w);
    } else if (n >= 2) {
        change_station(stage, w);
    }
    g_strfreev(w);
}

static void
tell_action(const struct stage *stage, const struct alarm_action *action)
{
    char *line = stage_alarms_tell(action);
    ssize_t written = write(stage->fd, line, strlen(line));
    (void)written; /* a test that is gone */
    g_free(line);
}

static void
take_commands(struct stage *stage)
{
    struct command command;
    while (exchange_next_command(stage->exchange, &command)) {
        if (command.type == COMMAND_ALARM) {
            tell_action(stage, &command.action);
            continue;
        }
        for (guint i = 0; i < stage->unknown->len; i++) {
            struct unknown_id *id = &g_array_index(stage->unknown, struct unknown_id, i);
            if (strcmp(id->station, command.station) == 0 && strcmp(id->id, command.id) == 0) {
                g_array_remove_index(stage->unknown, i--);
            }
        }
        publish(stage);
    }
}

/* One byte of a command; false: the test has closed its end. */
static bool
take_byte(struct stage *stage, GString *line)
{
    char c;
    if (read(stage->fd, &c, 1) != 1) {
        return false;
    }
    if (c != '\n') {
        g_string_append_c(line, c);
        return true;
    }
    obey(stage, line->str);
    g_string_truncate(line, 0);
    return true;
}

static void *
engine(void *data)
{
    struct stage *stage = data;
    GString *line = g_string_new(NULL);
    for (;;) {
        struct pollfd fds[] = {{.fd = stage->fd, .events = POLLIN},
                               {.fd = exchange_command_fd(stage->exchange), .events = POLLIN},
                               {.fd = stage->stop_fd, .events = POLLIN},
                               {.fd = archive_request_fd(stage->archive), .events = POLLIN}};
        poll(fds, G_N_ELEMENTS(fds), -1);
        if (fds[2].revents != 0) {
            break;
        }
        if (fds[1].revents != 0) {
            take_commands(stage);
        }
        if (fds[3].revents != 0) {
            stage_archive_work(stage->history);
        }
        if (fds[0].revents != 0 && !take_byte(stage, line)) {
            stage->fd = -1;
        }
    }
    g_string_free(line, TRUE);
    return NULL;
}

static void
stage_init(struct stage *stage, int fd, int stations)
{
    *stage =
        (struct stage){.exchange = exchange_new(),
                       .fd = fd,
                       .made = g_ptr_array_new_with_free_func(free_made),
                       .unknown = g_array_new(FALSE, TRUE, sizeof(struct unknown_id)),
                       .peers = g_array_new(FALSE, TRUE, sizeof(struct peer_view)),
                       .rejected = g_array_new(FALSE, TRUE, sizeof(struct rejected_payload)),
                       .alarms = stage_alarms_new(),
                       .archive = archive_new()};
    stage->history = stage_archive_new(stage->archive, fd);
    stage->health.mqtt.connected = true;
    stage->health.role = ROLE_OWNER;
    g_strlcpy(stage->health.instance, "desk", sizeof(stage->health.instance));
    stage->health.owner.rank = (struct rank){.epoch = 7};
    stage->health.owner.since = WALL_NONE;
    stage->health.cache.last_commit = WALL_NONE;
    for (int i = 0; i < stations; i++) {
        char uid[PLANT_ID_MAX + 1];
        snprintf(uid, sizeof(uid), "PW-%04d", i + 1);
        add(stage, uid, places[(size_t)i % G_N_ELEMENTS(places)].name, i);
    }
    rebuild(stage);
}

/* NULL: the variable names no file. */
static const struct settings *
read_keys(const char *variable, struct settings *settings, struct problems *problems)
{
    const char *path = getenv(variable);
    settings_init(settings);
    if (path == NULL ||
        (ini_read(settings, path, problems, NULL) != RC_OK && settings->n == 0)) {
        return NULL;
    }
    return settings;
}

static enum rc
play(struct stage *stage, const char *zone)
{
    struct settings keys[2];
    struct problems problems;
    struct err err = {""};
    problems_init(&problems);
    log_hold(true);
    const struct console_config config = {
        .exchange = stage->exchange,
        .archive = stage->archive,
        .timezone = zone,
        .title = "stage",
        .bell_priorities = 1u << ALARM_CRITICAL | 1u << ALARM_HIGH,
        .bell_repeat_s = 6,
        .config_dir = getenv("STAGE_CONFIG"),
        .system_dir = getenv("STAGE_SYSTEM"),
        .state_dir = getenv("STAGE_STATE"),
        .data_dir = getenv("STAGE_DATA"),
        .read_only = getenv("STAGE_READ_ONLY") != NULL,
        .theme = getenv("STAGE_THEME"),
        .color = getenv("STAGE_COLOR"),
        .glyphs = getenv("STAGE_GLYPHS"),
        .slow = getenv("STAGE_SLOW") != NULL,
        .no_flash = getenv("STAGE_NO_FLASH") != NULL,
        .clock = stage_clock_stands() ? stage_now : NULL,
        .keys = {read_keys("STAGE_KEYS", &keys[0], &problems),
                 read_keys("STAGE_SYSTEM_KEYS", &keys[1], &problems)},
        .n_key_problems = problems.n,
    };
    enum rc rc = getenv("STAGE_PLAIN") != NULL ? plain_run(&config, 0, 1, &err)
                                               : console_run(&config, &err);
    log_hold(false);
    if (rc != RC_OK) {
        fprintf(stderr, "%s\n", err.text);
    }
    settings_fini(&keys[0]);
    settings_fini(&keys[1]);
    problems_fini(&problems);
    return rc;
}

/* With STAGE_STALL a disk that answers when somebody opens that pipe to write. */
int __real_fsync(int fd); /* NOLINT: the linker's name */
int __wrap_fsync(int fd); /* NOLINT */

int
__wrap_fsync(int fd) /* NOLINT */
{
    const char *pipe = getenv("STAGE_STALL");
    int gate = pipe == NULL ? -1 : open(pipe, O_RDONLY | O_CLOEXEC);
    if (gate >= 0) {
        close(gate);
    }
    return __real_fsync(fd);
}

static void
block_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGWINCH);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
}

int
main(int argc, char **argv)
{
    int64_t fd, stations;
    if (argc < 3 || !text_to_int(argv[1], -1, 1000, &fd) ||
        !text_to_int(argv[2], 0, PLANT_STATIONS_MAX, &stations)) {
        fprintf(stderr, "usage: ui_stage FD STATIONS [TIMEZONE]\n");
        return 2;
    }
    setlocale(LC_CTYPE, "");
    if (getenv("STAGE_LOCALE") != NULL) {
        setlocale(LC_MESSAGES, "");
        bindtextdomain("leitstand", getenv("STAGE_LOCALE"));
        bind_textdomain_codeset("leitstand", "UTF-8");
        textdomain("leitstand");
    }
    block_signals();
    log_hold(true);
    if (getenv("STAGE_CLOCK") != NULL) {
        stage_clock_stop(number_of(getenv("STAGE_CLOCK")));
    }
    struct stage stage;
    stage_init(&stage, (int)fd, (int)stations);
    publish(&stage);

    pthread_t thread;
    int stop[2];
    if (pipe(stop) != 0) {
        return 2;
    }
    stage.stop_fd = stop[0];
    pthread_create(&thread, NULL, engine, &stage);
    if (getenv("STAGE_TELL") != NULL) {
        dprintf(stage.fd, "begins at %" PRId64 "\n", clock_now().mono - run_delay_us(getpid()));
    }
    enum rc rc = play(&stage, argc > 3 ? argv[3] : "");
    close(stop[1]);
    pthread_join(thread, NULL);
    exchange_free(stage.exchange);
    g_ptr_array_free(stage.made, TRUE);
    g_array_free(stage.unknown, TRUE);
    g_array_free(stage.peers, TRUE);
    g_array_free(stage.rejected, TRUE);
    stage_alarms_free(stage.alarms);
    stage_archive_free(stage.history);
    archive_free(stage.archive);
    plant_unref(stage.plant);
    return (int)rc;
}
