/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/app/act_json.h"

#include <assert.h>
#include <string.h>

#include "src/core/text.h"
#include "src/core/timestamp.h"

/* Each reads a value into a field of size bytes and answers NULL, or what is wrong with it. */

static const char *
take_command(void *to, size_t size, const json_t *value)
{
    (void)to;
    (void)size;
    return g_strcmp0(json_string_value(value), "act") == 0 ? NULL : "is not \"act\"";
}

static const char *
take_action(void *to, size_t size, const json_t *value)
{
    (void)size;
    enum alarm_action_kind *kind = to;
    for (int i = 0; i < ALARM_ACTIONS; i++) {
        if (g_strcmp0(alarm_action_name((enum alarm_action_kind)i), json_string_value(value)) ==
            0) {
            *kind = (enum alarm_action_kind)i;
            return NULL;
        }
    }
    return "is not an action";
}

static const char *
take_uuid(void *to, size_t size, const json_t *value)
{
    (void)size;
    const char *text = json_string_value(value);
    bool good = text != NULL && (*text == '\0' || uuid_parse(to, text));
    return good ? NULL : "is not a UUID";
}

/* What of value is between blanks, as harmless text. */
static const char *
take_text(void *to, size_t size, const json_t *value)
{
    const char *text = json_string_value(value);
    if (text == NULL) {
        return "is not a text";
    }
    if (json_string_length(value) >= size) {
        return "is too long";
    }
    text += strspn(text, " \t\n");
    size_t len = strlen(text);
    while (len > 0 && strchr(" \t\n", text[len - 1]) != NULL) {
        len--;
    }
    text_sanitize(to, size, text, len);
    return NULL;
}

/* A name has to be that of something; one that had to be cleaned is nobody's. */
static const char *
take_name(void *to, size_t size, const json_t *value)
{
    const char *why = take_text(to, size, value);
    bool same = why != NULL || strcmp(to, json_string_value(value)) == 0;
    return same ? why : "has characters that no name has";
}

static bool
is_count(const json_t *value, json_int_t max)
{
    json_int_t n = json_integer_value(value);
    return json_is_integer(value) && n >= 0 && n <= max;
}

static const char *
take_step(void *to, size_t size, const json_t *value)
{
    (void)size;
    uint32_t *step = to;
    bool good = is_count(value, UINT32_MAX);
    *step = good ? (uint32_t)json_integer_value(value) : 0;
    return good ? NULL : "is not a whole number from 0 to 4294967295";
}

static const char *
take_seconds(void *to, size_t size, const json_t *value)
{
    (void)size;
    int64_t *us = to;
    bool good = is_count(value, ACT_SECONDS_MAX);
    *us = good ? json_integer_value(value) * US_PER_S : 0;
    return good ? NULL : "is not a whole number from 0 to 315360000";
}

static const char *
take_flag(void *to, size_t size, const json_t *value)
{
    (void)size;
    bool *flag = to;
    *flag = json_is_true(value);
    return json_is_boolean(value) ? NULL : "is neither true nor false";
}

static const char *
take_time(void *to, size_t size, const json_t *value)
{
    (void)size;
    const char *text = json_string_value(value);
    wall_us *at = to;
    enum timestamp_zone zone;
    if (text != NULL && *text == '\0') {
        return NULL;
    }
    bool good =
        text != NULL && timestamp_parse(text, strlen(text), at, &zone) && zone == TIMESTAMP_UTC;
    return good ? NULL : "is not a time such as 2026-01-09T15:39:14Z";
}

/* What is given; or-ed. */
enum part {
    OCCURRENCE = 1u << 0,
    STATION = 1u << 1,
    COMPONENT = 1u << 2,
    RULE = 1u << 3,
    STEP = 1u << 4,
    SECONDS = 1u << 5,
    ONCE = 1u << 6,
    SEEN_AT = 1u << 7,
    TEXT = 1u << 8,
    OLDER = 1u << 9,
};

#define FIELD(name)                                                                            \
    offsetof(struct alarm_action, name), sizeof(((struct alarm_action *)NULL)->name)
static const struct member {
    const char *name;
    unsigned part; /* 0: every action has it */
    size_t offset, size;
    const char *(*take)(void *to, size_t size, const json_t *value);
} members[] = {
    {"command", 0, 0, 0, take_command},
    {"action", 0, FIELD(kind), take_action},
    {"occurrence", OCCURRENCE, FIELD(occurrence), take_uuid},
    {"station", STATION, FIELD(station), take_name},
    {"component", COMPONENT, FIELD(component), take_name},
    {"rule", RULE, FIELD(rule), take_name},
    {"step", STEP, FIELD(step), take_step},
    {"older", OLDER, FIELD(with_older), take_flag},
    {"seconds", SECONDS, FIELD(duration_us), take_seconds},
    {"once", ONCE, FIELD(one_shot), take_flag},
    {"seen_at", SEEN_AT, FIELD(seen_at), take_time},
    {"text", TEXT, FIELD(text), take_text},
};

#define NAMES (STATION | COMPONENT | RULE)

/* What an action has use for, and what it cannot do without. */
static const struct shape {
    unsigned takes, needs; /* needs of names: unless there is an occurrence it may take */
} shapes[] = {
    [ACTION_ACK] = {OCCURRENCE | STEP | OLDER | SEEN_AT | TEXT, OCCURRENCE},
    [ACTION_SHELVE] = {OCCURRENCE | NAMES | SECONDS | ONCE | SEEN_AT | TEXT, STATION | RULE},
    [ACTION_UNSHELVE] = {OCCURRENCE | NAMES | SEEN_AT | TEXT, STATION | RULE},
    [ACTION_RESET] = {OCCURRENCE | NAMES | SEEN_AT | TEXT, STATION | RULE},
    [ACTION_MAINTENANCE] = {STATION | COMPONENT | SEEN_AT | TEXT, STATION},
    [ACTION_RETURN] = {STATION | COMPONENT | SEEN_AT | TEXT, STATION},
    [ACTION_TEST] = {NAMES | SEEN_AT | TEXT, STATION | RULE},
    [ACTION_TEST_END] = {NAMES | SEEN_AT | TEXT, STATION | RULE},
};
static_assert(G_N_ELEMENTS(shapes) == ALARM_ACTIONS, "an action has no shape");

static unsigned
parts_of(const struct alarm_action *a)
{
    return (uuid_is_nil(&a->occurrence) ? 0 : OCCURRENCE) |
           (*a->station != '\0' ? STATION : 0) | (*a->component != '\0' ? COMPONENT : 0) |
           (*a->rule != '\0' ? RULE : 0) | (a->step != 0 ? STEP : 0) |
           (a->with_older ? OLDER : 0) | (a->duration_us != 0 ? SECONDS : 0) |
           (a->one_shot ? ONCE : 0) | (a->seen_at != WALL_NONE ? SEEN_AT : 0) |
           (*a->text != '\0' ? TEXT : 0);
}

/* The first one of parts. */
static const char *
name_of(unsigned parts)
{
    for (size_t i = 0; i < G_N_ELEMENTS(members); i++) {
        if ((members[i].part & parts) != 0) {
            return members[i].name;
        }
    }
    return "";
}

static enum rc
check_shape(const struct alarm_action *a, struct err *err)
{
    const struct shape *shape = &shapes[a->kind];
    const char *action = alarm_action_name(a->kind);
    unsigned parts = parts_of(a), strange = parts & ~shape->takes;
    unsigned missing = shape->needs & ~parts;
    if (strange != 0) {
        return err_set(err, RC_INVALID, "%s takes no \"%s\"", action, name_of(strange));
    }
    if ((parts & OCCURRENCE) != 0 && (parts & NAMES) != 0) {
        return err_set(err, RC_INVALID, "\"occurrence\" and \"%s\" exclude each other",
                       name_of(parts & NAMES));
    }
    if (missing != 0 && (parts & OCCURRENCE) == 0) {
        return err_set(err, RC_INVALID, "%s needs \"%s\"", action, name_of(missing));
    }
    if (a->kind == ACTION_SHELVE && a->one_shot == (a->duration_us != 0)) {
        return err_set(err, RC_INVALID, "%s needs either \"seconds\" or \"once\"", action);
    }
    return RC_OK;
}

static enum rc
take_member(struct alarm_action *a, const char *name, const json_t *value, struct err *err)
{
    for (size_t i = 0; i < G_N_ELEMENTS(members); i++) {
        const struct member *m = &members[i];
        if (strcmp(m->name, name) == 0) {
            const char *why = m->take((char *)a + m->offset, m->size, value);
            return why == NULL ? RC_OK : err_set(err, RC_INVALID, "\"%s\" %s", name, why);
        }
    }
    char clean[64];
    text_sanitize(clean, sizeof(clean), name, strlen(name));
    return err_set(err, RC_INVALID, "\"%s\" is not known", clean);
}

bool
act_from_json(struct alarm_action *ret, const json_t *request, const char *user,
              struct err *err)
{
    struct alarm_action a = {.seen_at = WALL_NONE};
    enum rc rc = json_string_value(json_object_get(request, "action")) != NULL
                     ? RC_OK
                     : err_set(err, RC_INVALID, "there is no \"action\"");
    const char *name = NULL;
    json_t *value = NULL;
    json_object_foreach((json_t *)(uintptr_t)request, name, value)
    {
        if (rc == RC_OK) {
            rc = take_member(&a, name, value, err);
        }
    }
    if (rc == RC_OK) {
        rc = check_shape(&a, err);
    }
    if (rc != RC_OK) {
        return false;
    }
    text_sanitize(a.user, sizeof(a.user), user, strlen(user));
    *ret = a;
    return true;
}

static json_t *
part_to_json(const struct alarm_action *a, unsigned part)
{
    char text[MAX(UUID_SIZE, TIMESTAMP_SIZE)];
    switch ((enum part)part) {
    case OCCURRENCE:
        uuid_format(text, &a->occurrence);
        return json_string(text);
    case STATION:
        return json_string(a->station);
    case COMPONENT:
        return json_string(a->component);
    case RULE:
        return json_string(a->rule);
    case STEP:
        return json_integer(a->step);
    case SECONDS:
        return json_integer(a->duration_us / US_PER_S);
    case ONCE:
    case OLDER:
        return json_true();
    case SEEN_AT:
        timestamp_format(text, a->seen_at);
        return json_string(text);
    case TEXT:
        return json_string(a->text);
    }
    return NULL;
}

json_t *
act_to_json(const struct alarm_action *a)
{
    json_t *request =
        json_pack("{s:s,s:s}", "command", "act", "action", alarm_action_name(a->kind));
    unsigned parts = parts_of(a) & shapes[a->kind].takes;
    if ((parts & OCCURRENCE) != 0) {
        parts &= ~(unsigned)NAMES;
    }
    bool good = request != NULL;
    for (size_t i = 0; i < G_N_ELEMENTS(members) && good; i++) {
        if ((members[i].part & parts) != 0) {
            json_t *value = part_to_json(a, members[i].part);
            good = json_object_set_new(request, members[i].name, value) == 0;
        }
    }
    if (!good) {
        json_decref(request);
        return NULL;
    }
    return request;
}

json_t *
act_answer(enum rc rc, const struct err *err)
{
    char text[sizeof(err->text)] = "";
    if (err != NULL) {
        text_sanitize(text, sizeof(text), err->text, strlen(err->text));
    }
    return json_pack("{s:b,s:s}", "ok", rc == RC_OK, rc == RC_OK ? "message" : "error", text);
}
