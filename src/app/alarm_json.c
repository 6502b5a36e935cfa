/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/app/alarm_json.h"

#include <math.h>

#include "src/core/text.h"
#include "src/core/timestamp.h"

enum field_kind {
    FIELD_TEXT,
    FIELD_TIME,
    FIELD_NUMBER,
    FIELD_COUNT,
    FIELD_BOOL,
    FIELD_UUID,
    FIELD_TYPE,
    FIELD_PRIORITY,
    FIELD_STATE,
    FIELD_OVERLAYS,
};

/* What a message says: the columns of `alarms`, then more. */
#define AT(member) offsetof(struct alarm_view, member)
static const struct field {
    const char *name;
    enum field_kind kind;
    size_t offset;
} fields[] = {
    {"occurrence", FIELD_UUID, AT(occurrence)},
    {"station", FIELD_TEXT, AT(station)},
    {"component", FIELD_TEXT, AT(component)},
    {"rule", FIELD_TEXT, AT(rule)},
    {"type", FIELD_TYPE, AT(type)},
    {"priority", FIELD_PRIORITY, AT(priority)},
    {"state", FIELD_STATE, AT(state)},
    {"overlays", FIELD_OVERLAYS, AT(overlays)},
    {"raised_at", FIELD_TIME, AT(raised_at)},
    {"returned_at", FIELD_TIME, AT(returned_at)},
    {"value", FIELD_NUMBER, AT(value)},
    {"acked_at", FIELD_TIME, AT(acked_at)},
    {"acked_by", FIELD_TEXT, AT(acked_by)},
    {"comment", FIELD_TEXT, AT(comment)},
    {"count", FIELD_COUNT, AT(count)},
    {"name", FIELD_TEXT, AT(name)},
    {"test", FIELD_BOOL, AT(test)},
    {"step", FIELD_COUNT, AT(step)},
};

/* Bytes of the fields that are no text. */
static const size_t field_sizes[] = {
    [FIELD_TEXT] = 0,
    [FIELD_TIME] = sizeof(wall_us),
    [FIELD_NUMBER] = sizeof(double),
    [FIELD_COUNT] = sizeof(uint32_t),
    [FIELD_BOOL] = sizeof(bool),
    [FIELD_UUID] = sizeof(struct uuid),
    [FIELD_TYPE] = sizeof(enum alarm_type),
    [FIELD_PRIORITY] = sizeof(enum alarm_priority),
    [FIELD_STATE] = sizeof(enum alarm_state),
    [FIELD_OVERLAYS] = sizeof(unsigned),
};

static const char *
text_at(const void *at)
{
    return *(const char *const *)at;
}

static uint64_t
mix(uint64_t hash, const void *bytes, size_t n)
{
    const uint8_t *p = bytes;
    for (size_t i = 0; i < n; i++) {
        hash = (hash ^ p[i]) * UINT64_C(1099511628211);
    }
    return hash;
}

uint64_t
alarm_view_digest(const struct alarm_view *v)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < G_N_ELEMENTS(fields); i++) {
        const uint8_t *at = (const uint8_t *)v + fields[i].offset;
        if (fields[i].kind != FIELD_TEXT) {
            hash = mix(hash, at, field_sizes[fields[i].kind]);
        } else if (text_at(at) != NULL) {
            hash = mix(hash, text_at(at), strlen(text_at(at)) + 1);
        } else {
            hash = mix(hash, "\xff", 1);
        }
    }
    return hash == 0 ? 1 : hash;
}

static json_t *
text_json(const char *text)
{
    if (text == NULL) {
        return json_null();
    }
    json_t *string = json_string(text);
    if (string == NULL) { /* no UTF-8 */
        char *clean = text_sanitize_dup(text, strlen(text));
        string = json_string(clean);
        g_free(clean);
    }
    return string;
}

static json_t *
time_json(wall_us at)
{
    char text[TIMESTAMP_SIZE];
    if (at == WALL_NONE) {
        return json_null();
    }
    timestamp_format(text, at);
    return json_string(text);
}

static json_t *
overlays_json(unsigned overlays)
{
    json_t *list = json_array();
    for (unsigned i = 0; i < OVERLAY_COUNT; i++) {
        if ((overlays & 1u << i) != 0) {
            json_array_append_new(list, json_string(alarm_overlay_name(1u << i)));
        }
    }
    return list;
}

static json_t *
field_json(const struct alarm_view *v, const struct field *field)
{
    const void *at = (const uint8_t *)v + field->offset;
    char id[UUID_SIZE];
    switch (field->kind) {
    case FIELD_TEXT:
        return text_json(text_at(at));
    case FIELD_TIME:
        return time_json(*(const wall_us *)at);
    case FIELD_NUMBER: {
        double value = *(const double *)at;
        return isfinite(value) ? json_real(value) : json_null();
    }
    case FIELD_COUNT:
        return json_integer(*(const uint32_t *)at);
    case FIELD_BOOL:
        return json_boolean(*(const bool *)at);
    case FIELD_UUID:
        uuid_format(id, at);
        return json_string(id);
    case FIELD_TYPE:
        return json_string(alarm_type_name(v->type));
    case FIELD_PRIORITY:
        return json_string(alarm_priority_name(v->priority));
    case FIELD_STATE:
        return json_string(alarm_state_name(v->state));
    case FIELD_OVERLAYS:
        return overlays_json(v->overlays);
    }
    return NULL;
}

/* Digits that tell value from its neighbours: 15 do for what people write, 17 for all. */
static size_t
digits_of(double value)
{
    char text[32];
    snprintf(text, sizeof(text), "%.15g", value);
    double again = g_ascii_strtod(text, NULL);
    return again < value || again > value ? 17 : 15;
}

json_t *
alarm_view_to_json(const struct alarm_view *v)
{
    json_t *object = json_object();
    for (size_t i = 0; i < G_N_ELEMENTS(fields); i++) {
        json_object_set_new(object, fields[i].name, field_json(v, &fields[i]));
    }
    return object;
}

char *
alarm_view_text(const struct alarm_view *v)
{
    json_t *object = alarm_view_to_json(v);
    char *text = json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(digits_of(v->value)));
    json_decref(object);
    return text;
}
