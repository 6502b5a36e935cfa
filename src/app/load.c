/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/app/load.h"

#include "alarms/rules.h"
#include "src/config/plant_csv.h"
#include "src/core/log.h"
#include "storage/query.h"

struct mqtt_endpoint
load_endpoint(const struct config *config, const char *password)
{
    return (struct mqtt_endpoint){
        .host = config->mqtt.host,
        .socket = config->mqtt.socket,
        .port = config->mqtt.port,
        .keepalive_s = config->mqtt.keepalive,
        .username = config->mqtt.username,
        .password = password,
        .tls = config->mqtt.tls,
        .cafile = config->mqtt.cafile,
        .certfile = config->mqtt.certfile,
        .keyfile = config->mqtt.keyfile,
    };
}

bool
load_check_sources(const struct config *config, const struct profiles *profiles,
                   struct problems *problems)
{
    bool well = true;
    for (size_t i = 0; i < config->n_sources; i++) {
        const struct config_source *s = &config->sources[i];
        if (*s->profile != '\0' && !profiles_has(profiles, s->profile)) { /* "": told before */
            problems_add(problems,
                         "%s:%d: [source:%s] profile: \"%s\" is not the name of a profile",
                         config->file, s->profile_line, s->name, s->profile);
            well = false;
        }
    }
    return well;
}

/* The rules are compiled for what that tells only. */
static enum rc
check_rules(struct plant *plant, const char *dir, struct problems *problems, struct err *err)
{
    struct problems found;
    problems_init(&found);
    ruleset_free(ruleset_new(plant, &found));
    for (size_t i = 0; i < MIN(found.n, PROBLEMS_MAX); i++) {
        char *line = g_build_filename(dir, found.list[i], NULL);
        problems_add(problems, "%s", line);
        g_free(line);
    }
    enum rc rc = found.n == 0 ? RC_OK
                              : err_set(err, RC_INVALID,
                                        "the rules of the plant in \"%s\" have errors", dir);
    problems_fini(&found);
    return rc;
}

enum rc
load_plant_dir(struct plant **ret, const char *dir, struct problems *problems, struct err *err)
{
    struct plant *plant = NULL;
    enum rc rc = plant_csv_read(&plant, dir, problems, err);
    if (rc == RC_OK) {
        rc = check_rules(plant, dir, problems, err);
    }
    if (rc != RC_OK) {
        plant_unref(plant);
        return rc;
    }
    *ret = plant;
    return RC_OK;
}

char *
load_plant_digest(const struct config *config, const char *dir)
{
    return plant_csv_digest(*config->plant.dir != '\0' ? config->plant.dir : dir);
}

enum rc
load_plant_from(struct plant **ret, const struct config *config, const char *dir,
                struct cache *cache, struct problems *problems, struct err *err)
{
    struct plant *plant = NULL;
    char *digest = load_plant_digest(config, dir);
    enum rc rc = load_plant_dir(&plant, dir, problems, err);
    if (rc == RC_OK) {
        rc = cache_store_plant(cache, plant, digest != NULL ? digest : "", err);
    }
    g_free(digest);
    if (rc != RC_OK) {
        plant_unref(plant);
        return rc;
    }
    *ret = plant;
    return RC_OK;
}

static struct plant *
empty_plant(void)
{
    struct plant_builder builder;
    struct plant *plant = NULL;
    plant_builder_init(&builder);
    if (plant_builder_finish(&builder, &plant, NULL) != RC_OK) {
        g_assert_not_reached(); /* nothing in it can be wrong */
    }
    plant_builder_fini(&builder);
    return plant;
}

static enum rc
stored_plant(const char *path, struct plant **ret, char **ret_digest, struct err *err)
{
    struct query *query = NULL;
    enum rc rc = query_open(&query, path, err);
    if (rc == RC_OK) {
        rc = query_plant(query, ret, ret_digest, err);
    }
    query_close(query);
    return rc;
}

enum rc
load_plant(struct plant **ret, const struct config *config, struct cache *cache,
           struct problems *problems, struct err *err)
{
    struct plant *plant = NULL;
    char *known = NULL, *digest = NULL;
    enum rc rc = stored_plant(config->cache.path, &plant, &known, err);
    if (rc != RC_OK) {
        return rc;
    }
    const char *dir = config->plant.dir;
    if (*dir != '\0' && *config->postgres.conninfo == '\0') {
        digest = plant_csv_digest(dir);
        if (digest == NULL && plant != NULL && plant->n_stations > 0) {
            log_warning("could not read the plant in \"%s\", going on with the one last taken",
                        dir);
        } else if (digest == NULL || known == NULL || strcmp(digest, known) != 0) {
            plant_unref(plant);
            plant = NULL;
            rc = load_plant_from(&plant, config, dir, cache, problems, err);
        }
    }
    g_free(known);
    g_free(digest);
    if (rc == RC_OK) {
        *ret = plant != NULL ? plant : empty_plant();
    }
    return rc;
}

static bool
restore(const struct record *r, void *user)
{
    model_restore(user, r);
    return true;
}

static bool
restore_window(const struct record *r, void *user)
{
    model_restore_window(user, r);
    return true;
}

/* The series that windows are computed from. */
static GArray *
window_sources(const struct plant *plant)
{
    GArray *series = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    for (uint32_t i = 0; i < plant->n_components; i++) {
        const struct component *c = &plant->components[i];
        if (c->derive_window_s > 0 && c->source != COMPONENT_NONE) {
            g_array_append_val(series, plant->components[c->source].series);
        }
    }
    return series;
}

enum rc
load_values(struct model *model, const char *path, struct now now, struct err *err)
{
    struct query *query = NULL;
    enum rc rc = query_open(&query, path, err);
    if (rc == RC_OK) {
        rc = query_latest(query, restore, model, err);
    }
    int window_s = model_longest_window_s(model);
    if (rc == RC_OK && window_s > 0) {
        GArray *series = window_sources(model_plant(model));
        struct query_range range = {
            .series = (const uint32_t *)(const void *)series->data,
            .n_series = series->len,
            .since = now.wall - window_s * US_PER_S,
            .until = WALL_NONE,
            .oldest_first = true,
        };
        rc = query_readings(query, &range, restore_window, model, err);
        g_array_unref(series);
    }
    query_close(query);
    return rc;
}
