/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/app/changes_json_private.h"

#include <math.h>
#include <string.h>

#include "src/core/text.h"
#include "src/core/timestamp.h"

/* ---- in: each answers NULL, or what is wrong with the value ---- */

static const char *
take_text(char **to, const json_t *value, bool may_be_null)
{
    const char *text = json_string_value(value);
    if (text == NULL) {
        return may_be_null && json_is_null(value) ? NULL : "is not a text";
    }
    if (json_string_length(value) >= CHANGES_TEXT_MAX) {
        return "is too long";
    }
    *to = text_sanitize_dup(text, strlen(text));
    return NULL;
}

static const char *
take_time(wall_us *to, const json_t *value)
{
    const char *text = json_string_value(value);
    enum timestamp_zone zone;
    *to = WALL_NONE;
    bool good = text != NULL
                    ? timestamp_parse(text, strlen(text), to, &zone) && zone == TIMESTAMP_UTC
                    : json_is_null(value);
    return good ? NULL : "is not a time such as 2026-01-09T15:39:14Z";
}

static const char *
take_count(uint64_t *to, const json_t *value, json_int_t max)
{
    json_int_t n = json_integer_value(value);
    bool good = json_is_integer(value) && n >= 0 && n <= max;
    *to = good ? (uint64_t)n : 0;
    return good ? NULL : "is not a whole number in its range";
}

static const char *
take_overlays(unsigned *to, const json_t *value)
{
    size_t i;
    json_t *name;
    bool good = json_is_array(value);
    json_array_foreach((json_t *)(uintptr_t)value, i, name)
    {
        unsigned overlay = 1u;
        while (overlay < 1u << OVERLAY_COUNT &&
               g_strcmp0(alarm_overlay_name(overlay), json_string_value(name)) != 0) {
            overlay <<= 1;
        }
        good = good && overlay < 1u << OVERLAY_COUNT && (*to & overlay) == 0;
        *to |= overlay;
    }
    return good ? NULL : "is not a list of overlays";
}

static const char *
take_pending(enum alarm_pending *to, const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(changes_pending_names); i++) {
        if (strcmp(changes_pending_names[i], name) == 0) {
            *to = (enum alarm_pending)i;
            return NULL;
        }
    }
    return "is not a delay";
}

static const char *
take_uuid(struct uuid *to, const json_t *value)
{
    const char *text = json_string_value(value);
    bool good = text != NULL ? uuid_parse(to, text) : json_is_null(value);
    return good ? NULL : "is not a UUID";
}

static const char *
take_boot(char *to, const json_t *value)
{
    struct uuid id = {{0}};
    const char *why = take_uuid(&id, value);
    if (why == NULL && !json_is_null(value)) {
        uuid_format(to, &id);
    }
    return why;
}

static const char *
take_value(double *to, const json_t *value)
{
    *to = json_is_number(value) ? json_number_value(value) : NAN;
    return json_is_number(value) || json_is_null(value) ? NULL : "is not a number";
}

/* A word of a list of words. */
static const char *
take_word(void *at, enum form form, const json_t *value)
{
    const char *name = json_string_value(value) == NULL ? "" : json_string_value(value);
    bool good = form == FORM_EVENT      ? alarm_event_from_name(name, at)
                : form == FORM_TYPE     ? alarm_type_from_name(name, at)
                : form == FORM_PRIORITY ? alarm_priority_from_name(name, at)
                                        : alarm_state_from_name(name, at);
    return good ? NULL : "is not one of its words";
}

static const char *
take_member(void *at, enum form form, const json_t *value)
{
    uint64_t count = 0;
    const char *why = NULL;
    switch (form) {
    case FORM_NAME:
    case FORM_TEXT:
        return take_text(at, value, form == FORM_TEXT);
    case FORM_BOOT:
        return take_boot(at, value);
    case FORM_TIME:
        return take_time(at, value);
    case FORM_MONO:
        *(mono_us *)at = json_integer_value(value);
        return json_is_integer(value) ? NULL : "is not a whole number";
    case FORM_VALUE:
        return take_value(at, value);
    case FORM_COUNT:
        why = take_count(&count, value, UINT32_MAX);
        *(uint32_t *)at = (uint32_t)count;
        return why;
    case FORM_COUNT64:
        return take_count(at, value, INT64_MAX);
    case FORM_BOOL:
        *(bool *)at = json_is_true(value);
        return json_is_boolean(value) ? NULL : "is neither true nor false";
    case FORM_UUID:
        return take_uuid(at, value);
    case FORM_EVENT:
    case FORM_TYPE:
    case FORM_PRIORITY:
    case FORM_STATE:
        return take_word(at, form, value);
    case FORM_OVERLAYS:
        return take_overlays(at, value);
    case FORM_PENDING:
        return take_pending(at,
                            json_string_value(value) == NULL ? "" : json_string_value(value));
    }
    return "is not known";
}

/* What a record is without: times that are none are not 0. */
static void
set_empty(const struct list *list, char *row)
{
    memset(row, 0, list->size);
    for (size_t i = 0; i < list->n; i++) {
        if (list->members[i].form == FORM_TIME) {
            *(wall_us *)(void *)(row + list->members[i].offset) = WALL_NONE;
        }
    }
}

/* A time that a row cannot do without, or the UUID that names it. */
static bool
is_needed(const struct list *list, const struct member *m)
{
    bool names = strcmp(m->name, "occurrence") == 0 && strcmp(list->name, "journal") != 0 &&
                 strcmp(list->name, "alarms") != 0;
    return names || strcmp(m->name, "at") == 0 || strcmp(m->name, "raised_at") == 0 ||
           strcmp(m->name, "since") == 0;
}

static bool
take_row(const struct list *list, char *row, const json_t *object, struct err *err)
{
    set_empty(list, row);
    if (!json_is_object(object)) {
        err_set(err, RC_INVALID, "a row is not an object");
        return false;
    }
    const json_t *flag = json_object_get(object, "gone");
    bool gone = list->gone != NEVER_GONE && json_is_true(flag);
    if (flag != NULL && (list->gone == NEVER_GONE || !json_is_boolean(flag))) {
        err_set(err, RC_INVALID, "\"gone\" is out of place");
        return false;
    }
    for (size_t i = 0; i < list->n; i++) {
        const struct member *m = &list->members[i];
        const json_t *value = json_object_get(object, m->name);
        const char *why = NULL;
        if (value == NULL) {
            why = (gone && !m->key) || m->optional ? NULL : "is missing";
        } else if (json_is_null(value) && is_needed(list, m) && (!gone || m->key)) {
            why = "is null";
        } else if (!gone || m->key) {
            why = take_member(row + m->offset, m->form, value);
        }
        if (why != NULL) {
            err_set(err, RC_INVALID, "\"%s\" %s", m->name, why);
            return false;
        }
    }
    if (gone) {
        *(bool *)(row + list->gone) = true;
    }
    return true;
}

static bool
take_list(const struct list *list, GArray *to, const json_t *rows, struct err *err)
{
    if (rows != NULL && !json_is_array(rows)) {
        err_set(err, RC_INVALID, "\"%s\" is not a list", list->name);
        return false;
    }
    for (size_t i = 0; i < json_array_size(rows); i++) {
        g_array_set_size(to, to->len + 1);
        if (!take_row(list, to->data + (to->len - 1) * list->size, json_array_get(rows, i),
                      err)) {
            err_wrap(err, RC_INVALID, "%s, row %d", list->name, (int)i + 1);
            return false;
        }
    }
    return true;
}

bool
changes_from_json(struct alarm_changes *ret, const json_t *body, struct err *err)
{
    struct alarm_changes c;
    bool good = json_is_object(body);
    if (!good) {
        err_set(err, RC_INVALID, "changes are not an object");
        return false;
    }
    alarm_changes_init(&c);
    for (size_t i = 0; i < LISTS && good; i++) {
        good = take_list(&changes_lists[i], changes_array(&c, &changes_lists[i]),
                         json_object_get(body, changes_lists[i].name), err);
    }
    if (good) {
        alarm_changes_move(ret, &c);
    }
    alarm_changes_fini(&c);
    return good;
}
