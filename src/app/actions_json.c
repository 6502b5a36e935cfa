/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/app/actions_json.h"

#include <string.h>

#include "src/app/act_json.h"
#include "src/core/text.h"
#include "src/core/timestamp.h"

/* A text that is clean and fits; empty only when it may be. */
static enum rc
take_text(char *to, size_t size, const json_t *object, const char *name, bool may_be_empty,
          struct err *err)
{
    const json_t *value = json_object_get(object, name);
    const char *text = json_string_value(value);
    size_t len = json_string_length(value);
    if (text == NULL || strlen(text) != len || len >= size || (len == 0 && !may_be_empty)) {
        return err_set(err, RC_INVALID, "\"%s\" is not a text of at most %zu bytes", name,
                       size - 1);
    }
    text_sanitize(to, size, text, len);
    if (strcmp(to, text) != 0) {
        return err_set(err, RC_INVALID, "\"%s\" has characters that do harm", name);
    }
    return RC_OK;
}

static enum rc
take_id(char to[UUID_SIZE], const json_t *object, struct err *err)
{
    const char *text = json_string_value(json_object_get(object, "id"));
    struct uuid id;
    if (text == NULL || !uuid_parse(&id, text)) {
        return err_set(err, RC_INVALID, "\"id\" is not a UUID");
    }
    uuid_format(to, &id); /* in lower case: one id has one text */
    return RC_OK;
}

static enum rc
take_time(wall_us *ret, const json_t *object, struct err *err)
{
    const char *text = json_string_value(json_object_get(object, "at"));
    enum timestamp_zone zone;
    bool good = text != NULL && timestamp_parse(text, strlen(text), ret, &zone) &&
                zone == TIMESTAMP_UTC;
    return good ? RC_OK
                : err_set(err, RC_INVALID, "\"at\" is not a time such as 2026-01-09T15:39:14Z");
}

/* An object of exactly n members. */
static enum rc
load(json_t **ret, const char *text, size_t len, size_t n, struct err *err)
{
    if (len > ACTIONS_BYTES_MAX) {
        return err_set(err, RC_INVALID, "more than %u bytes", ACTIONS_BYTES_MAX);
    }
    json_t *object = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
    if (!json_is_object(object) || json_object_size(object) != n) {
        json_decref(object);
        return err_set(err, RC_INVALID, "not an object of %zu members", n);
    }
    *ret = object;
    return RC_OK;
}

/* ---- what is asked for ---- */

static enum rc
read_handover(struct action_order *o, const json_t *body, struct err *err)
{
    o->handover = true;
    if (json_object_size(body) == 1) {
        return RC_OK;
    }
    if (json_object_size(body) != 2) {
        return err_set(err, RC_INVALID, "handover takes \"to\" only");
    }
    return take_text(o->to, sizeof(o->to), body, "to", true, err);
}

bool
action_order_read(struct action_order *ret, const struct remote_action *a, struct err *err)
{
    struct action_order o = {.handover = false};
    const char *command = json_string_value(json_object_get(a->body, "command"));
    if (g_strcmp0(command, "handover") == 0) {
        if (read_handover(&o, a->body, err) != RC_OK) {
            return false;
        }
    } else if (!json_is_object(a->body)) {
        err_set(err, RC_INVALID, "there is no action");
        return false;
    } else if (!act_from_json(&o.act, a->body, a->user, err)) {
        return false;
    } else {
        (void)uuid_parse(&o.act.id, a->id); /* what has another name has none */
        text_sanitize(o.act.origin, sizeof(o.act.origin), a->origin, strlen(a->origin));
    }
    *ret = o;
    return true;
}

/* ---- actions ---- */

static char *
dump(json_t *object)
{
    char *text = object != NULL ? json_dumps(object, JSON_COMPACT) : NULL;
    char *copy = g_strdup(text);
    free(text);
    json_decref(object);
    return copy;
}

char *
remote_action_format(const struct remote_action *a)
{
    char at[TIMESTAMP_SIZE];
    timestamp_format(at, a->at);
    return dump(json_pack("{s:s,s:s,s:s,s:s,s:s,s:O}", "id", a->id, "at", at, "instance",
                          a->instance, "user", a->user, "origin", a->origin, "action",
                          a->body));
}

bool
remote_action_parse(struct remote_action *ret, const char *text, size_t len, struct err *err)
{
    struct remote_action a = {.id = ""};
    struct action_order order;
    json_t *object = NULL;
    enum rc rc = load(&object, text, len, 6, err);
    if (rc == RC_OK) {
        rc = take_id(a.id, object, err);
    }
    if (rc == RC_OK) {
        rc = take_time(&a.at, object, err);
    }
    if (rc == RC_OK) {
        rc = take_text(a.instance, sizeof(a.instance), object, "instance", false, err);
    }
    if (rc == RC_OK) {
        rc = take_text(a.user, sizeof(a.user), object, "user", false, err);
    }
    if (rc == RC_OK) {
        rc = take_text(a.origin, sizeof(a.origin), object, "origin", true, err);
    }
    a.body = json_object_get(object, "action");
    if (rc == RC_OK && action_order_read(&order, &a, err)) {
        json_incref(a.body);
        *ret = a;
    } else {
        rc = RC_INVALID;
    }
    json_decref(object);
    return rc == RC_OK;
}

/* ---- answers ---- */

char *
remote_answer_format(const struct remote_answer *a)
{
    return dump(
        json_pack("{s:s,s:b,s:s}", "id", a->id, "ok", a->ok ? 1 : 0, "message", a->text));
}

bool
remote_answer_parse(struct remote_answer *ret, const char *text, size_t len, struct err *err)
{
    struct remote_answer a = {.id = ""};
    json_t *object = NULL;
    enum rc rc = load(&object, text, len, 3, err);
    if (rc == RC_OK) {
        rc = take_id(a.id, object, err);
    }
    if (rc == RC_OK && !json_is_boolean(json_object_get(object, "ok"))) {
        rc = err_set(err, RC_INVALID, "\"ok\" is neither true nor false");
    }
    if (rc == RC_OK) {
        a.ok = json_is_true(json_object_get(object, "ok"));
        rc = take_text(a.text, sizeof(a.text), object, "message", true, err);
    }
    json_decref(object);
    if (rc == RC_OK) {
        *ret = a;
    }
    return rc == RC_OK;
}
