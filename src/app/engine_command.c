/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "src/app/engine_private.h"
#include "src/app/health.h"
#include "src/app/load.h"
#include "src/config/plant_texts.h"
#include "src/core/log.h"

#define ADOPTED_STATION "adopted" /* for ids whose payload names no station */

/* The reference is taken over. */
static void
use_plant(struct engine *e, struct plant *plant)
{
    if (e->custody != NULL) {
        custody_set_plant(e->custody, plant);
    }
    ingest_set_plant(&e->ingest, plant, e->now);
    log_info("the plant has %u stations and %u components now", plant->n_stations,
             plant->n_components);
    plant_unref(plant);
}

static void
log_problems(const struct problems *problems)
{
    for (size_t i = 0; i < MIN(problems->n, PROBLEMS_MAX); i++) {
        log_error("%s", problems->list[i]);
    }
}

/* ---- a plant for everybody ---- */

/* To the store, from where it comes to all instances, this one too. */
static enum rc
send_plant(struct engine *e, const struct plant *plant, struct err *err)
{
    struct sync_state state = {.problem = ""};
    struct plant_texts texts;
    sync_get(e->sync, &state);
    if (!state.connected) {
        return err_set(err, RC_IO,
                       "the central store, where the plant belongs, cannot be reached: %s",
                       state.problem);
    }
    if (e->plant_ticket != 0) {
        return err_set(err, RC_BUSY, "another plant is on its way to the central store");
    }
    plant_texts_make(&texts, plant);
    e->plant_ticket = ++e->tickets;
    sync_store_plant(e->sync, e->plant_version, texts.stations, texts.components, texts.rules,
                     e->user);
    plant_texts_fini(&texts);
    return RC_OK;
}

/* It is stored here or, with a store, there first. digest: of its files, NULL: as it was. */
static enum rc
take_over(struct engine *e, struct plant *plant, const char *digest, struct err *err)
{
    if (e->sync != NULL) {
        return send_plant(e, plant, err);
    }
    ingest_put(&e->ingest);
    enum rc rc = cache_store_plant(e->cache, plant, digest, err);
    if (rc == RC_OK) {
        use_plant(e, plant_ref(plant));
    }
    return rc;
}

static void
answer_plant_ticket(struct engine *e, const char *refused)
{
    json_t *reply = NULL;
    if (*refused == '\0') {
        const struct plant *plant = model_plant(e->ingest.model);
        reply = json_pack("{s:b,s:i,s:i}", "ok", 1, "stations", (int)plant->n_stations,
                          "components", (int)plant->n_components);
    } else {
        reply = json_pack("{s:b,s:s}", "ok", 0, "error", refused);
        log_error("the plant was not taken: %s", refused);
    }
    control_answer(e->control, e->plant_ticket, reply);
    e->plant_ticket = 0;
    e->plant_awaited = 0;
}

/* err says why not. */
static void
use_central_plant(struct engine *e, const struct sync_news *news, struct err *err)
{
    const struct plant_texts texts = {news->stations, news->components, news->rules};
    struct plant *plant = NULL;
    struct problems problems;
    problems_init(&problems);
    enum rc rc = plant_texts_parse(&plant, &texts, "central store", &problems, err);
    if (rc == RC_OK) {
        ingest_put(&e->ingest);
        rc = cache_store_plant(e->cache, plant, NULL, err);
    }
    /* Also one that cannot be used is known, and what is imported next comes after it. */
    e->plant_version = news->plant_version;
    if (rc == RC_OK) {
        use_plant(e, plant_ref(plant));
        ingest_batch(&e->ingest, e->now)->plant_version = news->plant_version;
    } else {
        log_problems(&problems);
        log_error("version %lld of the plant in the central store cannot be used: %s",
                  (long long)news->plant_version, err->text);
    }
    plant_unref(plant);
    problems_fini(&problems);
}

void
engine_take_plant(struct engine *e, struct sync_news *news)
{
    struct err err = {.text = ""};
    if (news->plant_version != 0) {
        use_central_plant(e, news, &err);
    }
    if (news->plant_stored != 0) {
        e->plant_awaited = news->plant_stored;
    }
    if (e->plant_ticket == 0) {
        return;
    }
    if (*news->plant_refused != '\0') {
        answer_plant_ticket(e, news->plant_refused);
    } else if (e->plant_awaited != 0 && e->plant_version >= e->plant_awaited) {
        answer_plant_ticket(e, err.text);
    }
}

/* ---- adoption ---- */

/* The builder's index of station uid, which is added when the plant has none. */
static uint32_t
builder_station(struct plant_builder *b, const char *uid)
{
    for (guint i = 0; i < b->stations->len; i++) {
        if (strcmp(g_array_index(b->stations, struct station, i).uid, uid) == 0) {
            return i;
        }
    }
    struct station s = {
        .uid = g_strdup(uid),
        .name = g_strdup(uid),
        .latitude = NAN,
        .longitude = NAN,
        .silence_s = PLANT_SILENCE_DEFAULT_S,
        .clock = CLOCK_MODE_AUTO,
    };
    return plant_builder_station(b, &s);
}

static enum rc
adopt(struct engine *e, const struct command *c, struct err *err)
{
    const struct unknown_id *u = strays_find(&e->ingest.strays, c->station, c->id);
    if (u == NULL) {
        return err_set(err, RC_NOTFOUND, "\"%s\" is not among the unknown ids", c->id);
    }
    struct plant_builder b;
    struct plant *plant = NULL;
    plant_builder_init(&b);
    plant_builder_copy(&b, model_plant(e->ingest.model));
    struct component component = {
        .station = builder_station(&b, *u->station != '\0' ? u->station : ADOPTED_STATION),
        .id = g_strdup(u->id),
        .name = g_strdup(u->id),
        .kind = KIND_SENSOR,
        .min = NAN,
        .max = NAN,
        .source = COMPONENT_NONE,
    };
    plant_builder_component(&b, &component);
    enum rc rc = plant_builder_finish(&b, &plant, err);
    plant_builder_fini(&b);
    if (rc == RC_OK) {
        rc = take_over(e, plant, NULL, err);
    }
    plant_unref(plant);
    return rc;
}

/* ---- the plant anew ---- */

static enum rc
reload(struct engine *e, struct problems *problems, struct err *err)
{
    struct plant *plant = NULL;
    ingest_put(&e->ingest);
    enum rc rc = load_plant(&plant, e->config, e->cache, problems, err);
    if (rc == RC_OK) {
        use_plant(e, plant);
    }
    return rc;
}

static enum rc
import(struct engine *e, const char *dir, struct problems *problems, struct err *err)
{
    struct plant *plant = NULL;
    char *digest = load_plant_digest(e->config, dir);
    enum rc rc = load_plant_dir(&plant, dir, problems, err);
    if (rc == RC_OK) {
        rc = take_over(e, plant, digest, err);
    }
    g_free(digest);
    plant_unref(plant);
    return rc;
}

/* ---- who asks ---- */

void
engine_take_commands(struct engine *e)
{
    struct command c;
    while (exchange_next_command(e->exchange, &c)) {
        struct err err = {.text = ""};
        struct problems problems;
        problems_init(&problems);
        enum rc rc = RC_OK;
        switch (c.type) {
        case COMMAND_ADOPT:
            rc = adopt(e, &c, &err);
            break;
        case COMMAND_RELOAD:
            rc = reload(e, &problems, &err);
            break;
        case COMMAND_ALARM:
            engine_act_on_screen(e, &c.action);
            break;
        }
        if (rc != RC_OK) {
            log_problems(&problems);
            log_error("%s", err.text);
        }
        problems_fini(&problems);
    }
}

static json_t *
failure(const char *text, const struct problems *problems)
{
    json_t *list = json_array();
    for (size_t i = 0; i < MIN(problems->n, PROBLEMS_MAX); i++) {
        json_array_append_new(list, json_string(problems->list[i]));
    }
    return json_pack("{s:b,s:s,s:o}", "ok", 0, "error", text, "problems", list);
}

static json_t *
answer_plant(struct engine *e, const char *dir)
{
    struct err err = {.text = ""};
    struct problems problems;
    problems_init(&problems);
    enum rc rc = dir != NULL ? import(e, dir, &problems, &err) : reload(e, &problems, &err);
    json_t *reply = NULL;
    if (rc == RC_OK && dir != NULL && e->sync != NULL) {
        control_defer(e->control, e->plant_ticket,
                      failure("the central store has not answered yet", &problems));
        reply = json_object();
    } else if (rc == RC_OK) {
        const struct plant *plant = model_plant(e->ingest.model);
        reply = json_pack("{s:b,s:i,s:i}", "ok", 1, "stations", (int)plant->n_stations,
                          "components", (int)plant->n_components);
    } else {
        reply = failure(err.text, &problems);
    }
    problems_fini(&problems);
    return reply;
}

json_t *
engine_answer(void *user, const json_t *request, const struct control_peer *peer)
{
    /* What the peer may not ask does not come here. */
    struct engine *e = user;
    const char *command = json_string_value(json_object_get(request, "command"));
    const char *dir = json_string_value(json_object_get(request, "dir"));
    if (g_strcmp0(command, "status") == 0) {
        engine_update_health(e);
        return health_to_json(&e->health, e->now);
    }
    if (g_strcmp0(command, "alarms") == 0) {
        return engine_answer_alarms(e);
    }
    if (g_strcmp0(command, "act") == 0) {
        return engine_answer_act(e, request, peer);
    }
    if (g_strcmp0(command, "handover") == 0) {
        return engine_answer_handover(e, request, peer);
    }
    if (g_strcmp0(command, "reload") == 0) {
        return answer_plant(e, NULL);
    }
    if (g_strcmp0(command, "import") == 0 && dir != NULL) {
        return answer_plant(e, dir);
    }
    return json_pack("{s:b,s:s}", "ok", 0, "error", "unknown command");
}
