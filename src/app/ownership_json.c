/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/app/ownership_json.h"

#include <jansson.h>

#include "src/app/own_topic.h"
#include "src/core/text.h"
#include "src/core/timestamp.h"
#include "version.h"

#define EPOCH_MAX (INT64_C(1) << 53)
#define TERM_MAX  INT32_MAX

#define SETTLES_MAX_MS 1000000 /* no election waits for so long */

/* ---- to text ---- */

static json_t *
rank_object(const struct ownership_self *self, struct rank rank)
{
    return json_pack("{s:s,s:I,s:I,s:s}", "instance", self->name, "epoch",
                     (json_int_t)rank.epoch, "term", (json_int_t)rank.term, "boot", self->boot);
}

static char *
to_text(json_t *object)
{
    char *text = json_dumps(object, JSON_COMPACT);
    char *copy = g_strdup(text != NULL ? text : "{}");
    free(text);
    json_decref(object);
    return copy;
}

static void
set_time(json_t *object, const char *name, wall_us at)
{
    char text[TIMESTAMP_SIZE];
    if (at != WALL_NONE) {
        timestamp_format(text, at);
        json_object_set_new(object, name, json_string(text));
    }
}

char *
ownership_claim_text(const struct ownership_self *self, struct rank rank)
{
    return to_text(rank_object(self, rank));
}

char *
ownership_beacon_text(const struct ownership_self *self, const struct election_view *v,
                      const struct election_order *order)
{
    json_t *object = rank_object(self, order->rank);
    json_object_set_new(object, "arbiter", json_string(arbiter_name(v->arbiter)));
    json_object_set_new(object, "n", json_integer((json_int_t)order->n));
    json_object_set_new(object, "clock_ms", json_integer((json_int_t)(order->at / US_PER_MS)));
    set_time(object, "since", v->since);
    return to_text(object);
}

char *
ownership_resign_text(const struct ownership_self *self, struct rank rank, const char *to,
                      bool settled, int64_t settles_us)
{
    json_t *object = rank_object(self, rank);
    json_object_set_new(object, "settled", json_boolean(settled));
    if (settles_us > 0) { /* rather a millisecond later */
        json_object_set_new(object, "settles_ms", json_integer(settles_us / US_PER_MS + 1));
    }
    if (*to != '\0') {
        json_object_set_new(object, "to", json_string(to));
    }
    return to_text(object);
}

char *
ownership_presence_text(const struct ownership_self *self, const struct election_view *v,
                        enum role role, uint64_t n)
{
    json_t *object = rank_object(self, v->seen);
    json_object_set_new(object, "version", json_string(LEITSTAND_VERSION));
    json_object_set_new(object, "role", json_string(role_name(role)));
    set_time(object, "since", self->since);
    json_object_set_new(object, "candidate", json_boolean(self->candidate));
    json_object_set_new(object, "postgres_ok", json_boolean(v->store_known && v->store_well));
    json_object_set_new(object, "n", json_integer((json_int_t)n));
    json_t *more = self->more != NULL ? json_loads(self->more, 0, NULL) : NULL;
    if (more != NULL) {
        json_object_update_missing(object, more);
        json_decref(more);
    }
    return to_text(object);
}

/* ---- and back ---- */

/* A name that had to be cleaned is nobody's. */
static bool
take_name(char ret[ELECTION_NAME_SIZE], const char *name)
{
    return name != NULL && strlen(name) < ELECTION_NAME_SIZE &&
           text_sanitize(ret, ELECTION_NAME_SIZE, name, strlen(name)) > 0 &&
           strcmp(ret, name) == 0;
}

static bool
take_count(uint64_t *ret, const json_t *body, const char *name, json_int_t max)
{
    const json_t *value = json_object_get(body, name);
    json_int_t n = json_integer_value(value);
    if (!json_is_integer(value) || n < 0 || n > max) {
        return false;
    }
    *ret = (uint64_t)n;
    return true;
}

static const char *
take_beacon(struct election_message *m, const json_t *body)
{
    const char *since = json_string_value(json_object_get(body, "since"));
    const char *arbiter = json_string_value(json_object_get(body, "arbiter"));
    enum timestamp_zone zone;
    uint64_t clock_ms = 0;
    if (!arbiter_from_name(arbiter, &m->arbiter)) {
        return "arbiter";
    }
    if (since == NULL || !timestamp_parse(since, strlen(since), &m->since, &zone)) {
        return "since";
    }
    if (json_object_get(body, "clock_ms") != NULL &&
        !take_count(&clock_ms, body, "clock_ms", EPOCH_MAX / US_PER_MS)) {
        return "clock_ms";
    }
    m->said_at = (mono_us)clock_ms * US_PER_MS;
    return take_count(&m->n, body, "n", EPOCH_MAX) ? NULL : "n";
}

static const char *
take_resign(struct ownership_heard *h, const json_t *body)
{
    struct election_message *m = &h->message;
    const json_t *to = json_object_get(body, "to");
    uint64_t settles_ms = 0;
    m->settled = json_is_true(json_object_get(body, "settled"));
    if (json_object_get(body, "settles_ms") != NULL &&
        !take_count(&settles_ms, body, "settles_ms", SETTLES_MAX_MS)) {
        return "settles_ms";
    }
    m->settles_us = (int64_t)settles_ms * US_PER_MS;
    return to == NULL || take_name(h->to, json_string_value(to)) ? NULL : "to";
}

/* NULL, or the member that is not as it should be. */
static const char *
take_members(struct ownership_heard *h, const json_t *body)
{
    struct election_message *m = &h->message;
    if (!take_count(&m->rank.epoch, body, "epoch", EPOCH_MAX)) {
        return "epoch";
    }
    if (!take_count(&m->rank.term, body, "term", TERM_MAX)) {
        return "term";
    }
    switch (m->said) {
    case SAID_BEACON:
        return take_beacon(m, body);
    case SAID_RESIGN:
        return take_resign(h, body);
    case SAID_PRESENCE:
        m->candidate = json_is_true(json_object_get(body, "candidate"));
        return take_count(&m->n, body, "n", EPOCH_MAX) ? NULL : "n";
    case SAID_CLAIM:
    case SAID_GONE:
        break;
    }
    return NULL;
}

static enum ownership_topic
read_body(struct ownership_heard *h, const struct ownership_self *self, const char *payload,
          size_t len, struct err *err)
{
    json_t *body = json_loadb(payload, len, JSON_REJECT_DUPLICATES, NULL);
    const char *name = json_string_value(json_object_get(body, "instance"));
    const char *boot = json_string_value(json_object_get(body, "boot"));
    const char *bad = NULL;
    if (!json_is_object(body)) {
        err_set(err, RC_INVALID, "is no JSON object");
        bad = "";
    } else if (!take_name(h->from, name)) {
        bad = "instance";
    } else {
        bad = take_members(h, body);
    }
    if (bad != NULL && *bad != '\0') {
        err_set(err, RC_INVALID, "member \"%s\" is not as it should be", bad);
    }
    h->message.mine = strcmp(h->from, self->name) == 0 && g_strcmp0(boot, self->boot) == 0;
    json_decref(body);
    return bad != NULL ? OWNERSHIP_BAD : OWNERSHIP_HEARD;
}

static const struct {
    const char *prefix;
    enum election_said said;
    bool named; /* the instance's name follows */
} topics[] = {
    {OWN_TOPICS "claims/", SAID_CLAIM, true},
    {OWN_TOPICS "owner", SAID_BEACON, false},
    {OWN_TOPICS "resign/", SAID_RESIGN, true},
    {OWN_TOPICS "instances/", SAID_PRESENCE, true},
};

enum ownership_topic
ownership_read(struct ownership_heard *ret, const struct ownership_self *self,
               const char *topic, const char *payload, size_t len, bool retained,
               struct err *err)
{
    const char *name = NULL;
    *ret = (struct ownership_heard){.message = {.retained = retained, .since = WALL_NONE}};
    ret->message.from = ret->from;
    ret->message.to = ret->to;
    for (size_t i = 0; i < G_N_ELEMENTS(topics) && name == NULL; i++) {
        if (g_str_has_prefix(topic, topics[i].prefix)) {
            name = topic + strlen(topics[i].prefix);
            ret->message.said = topics[i].said;
            if (!topics[i].named && *name != '\0') {
                return OWNERSHIP_NONE;
            }
        }
    }
    if (name == NULL) {
        return OWNERSHIP_NONE;
    }
    if (len == 0 && ret->message.said != SAID_PRESENCE) {
        return OWNERSHIP_EMPTY;
    }
    if (len == 0) {
        ret->message.said = SAID_GONE;
        return take_name(ret->from, name) ? OWNERSHIP_HEARD : OWNERSHIP_EMPTY;
    }
    enum ownership_topic answer = read_body(ret, self, payload, len, err);
    if (answer == OWNERSHIP_HEARD && *name != '\0' && strcmp(name, ret->from) != 0) {
        err_set(err, RC_INVALID, "instance \"%s\" speaks for another", ret->from);
        return OWNERSHIP_BAD;
    }
    return answer;
}
