/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/app/changes_json_private.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "src/core/text.h"
#include "src/core/timestamp.h"

#define YEAR_1   (INT64_C(-62135596800) * US_PER_S)
#define YEAR_END (INT64_C(253402300800) * US_PER_S - 1) /* of 9999 */

#define J(member) offsetof(struct journal_record, member)
static const struct member journal[] = {
    {"at", FORM_TIME, J(at), 0, 0},
    {"epoch", FORM_COUNT64, J(epoch), 0, 0},
    {"term", FORM_COUNT64, J(term), 0, 0},
    {"event", FORM_EVENT, J(event), 0, 0},
    {"occurrence", FORM_UUID, J(occurrence), 0, 0},
    {"step", FORM_COUNT, J(step), 0, 0},
    {"instance", FORM_TEXT, J(instance), 0, 0},
    {"station", FORM_TEXT, J(station), 0, 0},
    {"component", FORM_TEXT, J(component), 0, 0},
    {"rule", FORM_TEXT, J(rule), 0, 0},
    {"priority", FORM_PRIORITY, J(priority), 0, 0},
    {"from", FORM_STATE, J(from), 0, 0},
    {"to", FORM_STATE, J(to), 0, 0},
    {"overlays", FORM_OVERLAYS, J(overlays), 0, 0},
    {"annunciated", FORM_BOOL, J(annunciated), 0, 0},
    {"test", FORM_BOOL, J(test), 0, 0},
    {"value", FORM_VALUE, J(value), 0, 0},
    {"actor", FORM_TEXT, J(actor), 0, 0},
    {"origin", FORM_TEXT, J(origin), 0, 0},
    {"detail", FORM_TEXT, J(detail), 0, 0},
    {"action", FORM_UUID, J(action), 0, 1},
};

#define O(member) offsetof(struct occurrence_record, member)
static const struct member occurrences[] = {
    {"occurrence", FORM_UUID, O(occurrence), 0, 0},
    {"station", FORM_NAME, O(station), 0, 0},
    {"component", FORM_NAME, O(component), 0, 0},
    {"rule", FORM_NAME, O(rule), 0, 0},
    {"type", FORM_TYPE, O(type), 0, 0},
    {"priority", FORM_PRIORITY, O(priority), 0, 0},
    {"state", FORM_STATE, O(state), 0, 0},
    {"overlays", FORM_OVERLAYS, O(overlays), 0, 0},
    {"test", FORM_BOOL, O(test), 0, 0},
    {"current", FORM_BOOL, O(current), 0, 0},
    {"step", FORM_COUNT, O(step), 0, 0},
    {"acked_step", FORM_COUNT, O(acked_step), 0, 0},
    {"count", FORM_COUNT, O(count), 0, 0},
    {"raised_at", FORM_TIME, O(raised_at), 0, 0},
    {"returned_at", FORM_TIME, O(returned_at), 0, 0},
    {"acked_at", FORM_TIME, O(acked_at), 0, 0},
    {"value", FORM_VALUE, O(value), 0, 0},
    {"acked_by", FORM_TEXT, O(acked_by), 0, 0},
    {"comment", FORM_TEXT, O(comment), 0, 0},
};

#define A(member) offsetof(struct alarm_record, member)
static const struct member alarms[] = {
    {"station", FORM_NAME, A(station), 1, 0},
    {"component", FORM_NAME, A(component), 1, 0},
    {"rule", FORM_NAME, A(rule), 1, 0},
    {"state", FORM_STATE, A(state), 0, 0},
    {"overlays", FORM_OVERLAYS, A(overlays), 0, 0},
    {"occurrence", FORM_UUID, A(occurrence), 0, 0},
    {"condition", FORM_BOOL, A(condition), 0, 0},
    {"suspect", FORM_BOOL, A(suspect), 0, 0},
    {"chattering", FORM_BOOL, A(chattering), 0, 0},
    {"pending", FORM_PENDING, A(pending), 0, 0},
    {"pending_since", FORM_TIME, A(pending_since), 0, 0},
    {"realarm_at", FORM_TIME, A(realarm_at), 0, 0},
    {"shelved_until", FORM_TIME, A(shelved_until), 0, 0},
    {"pending_since_mono", FORM_MONO, A(pending_since_mono), 0, 0},
    {"realarm_mono", FORM_MONO, A(realarm_mono), 0, 0},
    {"shelved_until_mono", FORM_MONO, A(shelved_until_mono), 0, 0},
    {"one_shot", FORM_BOOL, A(one_shot), 0, 0},
    {"first_out", FORM_BOOL, A(first_out), 0, 1},
    {"covered", FORM_COUNT, A(covered), 0, 0},
    {"shelved_by", FORM_TEXT, A(shelved_by), 0, 0},
    {"shelve_reason", FORM_TEXT, A(shelve_reason), 0, 0},
    {"boot_id", FORM_BOOT, A(boot_id), 0, 0},
};

#define M(member) offsetof(struct maintenance_record, member)
static const struct member maintenance[] = {
    {"station", FORM_NAME, M(station), 1, 0},
    {"component", FORM_NAME, M(component), 1, 0},
    {"since", FORM_TIME, M(since), 0, 0},
    {"remind_at", FORM_TIME, M(remind_at), 0, 0},
    {"remind_mono", FORM_MONO, M(remind_mono), 0, 0},
    {"boot_id", FORM_BOOT, M(boot_id), 0, 0},
    {"actor", FORM_TEXT, M(actor), 0, 0},
    {"reason", FORM_TEXT, M(reason), 0, 0},
};

#define P(member) offsetof(struct parked_record, member)
static const struct member parked[] = {
    {"occurrence", FORM_UUID, P(occurrence), 1, 0},
    {"step", FORM_COUNT, P(step), 0, 0},
    {"at", FORM_TIME, P(at), 0, 0},
    {"seen_at", FORM_TIME, P(seen_at), 0, 0},
    {"user", FORM_TEXT, P(user), 0, 0},
    {"origin", FORM_TEXT, P(origin), 0, 0},
    {"comment", FORM_TEXT, P(comment), 0, 0},
    {"action", FORM_UUID, P(action), 0, 1},
};

const struct list changes_lists[LISTS] = {
    {"journal", journal, G_N_ELEMENTS(journal), sizeof(struct journal_record), NEVER_GONE,
     offsetof(struct alarm_changes, journal)},
    {"occurrences", occurrences, G_N_ELEMENTS(occurrences), sizeof(struct occurrence_record),
     NEVER_GONE, offsetof(struct alarm_changes, occurrences)},
    {"alarms", alarms, G_N_ELEMENTS(alarms), sizeof(struct alarm_record), A(gone),
     offsetof(struct alarm_changes, alarms)},
    {"maintenance", maintenance, G_N_ELEMENTS(maintenance), sizeof(struct maintenance_record),
     M(gone), offsetof(struct alarm_changes, maintenance)},
    {"parked", parked, G_N_ELEMENTS(parked), sizeof(struct parked_record), P(gone),
     offsetof(struct alarm_changes, parked)},
};

const char *const changes_pending_names[PENDING_OFF + 1] = {
    [PENDING_NONE] = "none", [PENDING_ON] = "on", [PENDING_OFF] = "off"};

/* ---- out ---- */

static json_t *
text_json(const char *text)
{
    if (text == NULL) {
        return json_null();
    }
    json_t *string = strlen(text) < CHANGES_TEXT_MAX ? json_string(text) : NULL;
    if (string == NULL) { /* no UTF-8, or longer than anybody would take */
        char clean[CHANGES_TEXT_MAX];
        text_sanitize(clean, sizeof(clean), text, strlen(text));
        string = json_string(clean);
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
    timestamp_format(text, CLAMP(at, YEAR_1, YEAR_END));
    return json_string(text);
}

static json_t *
uuid_json(const struct uuid *id)
{
    char text[UUID_SIZE];
    uuid_format(text, id);
    return uuid_is_nil(id) ? json_null() : json_string(text);
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
member_json(const void *at, enum form form)
{
    switch (form) {
    case FORM_NAME:
        return text_json(*(const char *const *)at == NULL ? "" : *(const char *const *)at);
    case FORM_TEXT:
        return text_json(*(const char *const *)at);
    case FORM_BOOT:
        return text_json(*(const char *)at == '\0' ? NULL : at);
    case FORM_TIME:
        return time_json(*(const wall_us *)at);
    case FORM_MONO:
        return json_integer(*(const mono_us *)at);
    case FORM_VALUE: {
        double value = *(const double *)at;
        return isfinite(value) ? json_real(value) : json_null();
    }
    case FORM_COUNT:
        return json_integer(*(const uint32_t *)at);
    case FORM_COUNT64:
        return json_integer((json_int_t) * (const uint64_t *)at);
    case FORM_BOOL:
        return json_boolean(*(const bool *)at);
    case FORM_UUID:
        return uuid_json(at);
    case FORM_EVENT:
        return json_string(alarm_event_name(*(const enum alarm_event *)at));
    case FORM_TYPE:
        return json_string(alarm_type_name(*(const enum alarm_type *)at));
    case FORM_PRIORITY:
        return json_string(alarm_priority_name(*(const enum alarm_priority *)at));
    case FORM_STATE:
        return json_string(alarm_state_name(*(const enum alarm_state *)at));
    case FORM_OVERLAYS:
        return overlays_json(*(const unsigned *)at);
    case FORM_PENDING:
        return json_string(changes_pending_names[*(const enum alarm_pending *)at]);
    }
    return NULL;
}

static json_t *
row_json(const struct list *list, const char *row)
{
    json_t *object = json_object();
    bool gone = list->gone != NEVER_GONE && *(const bool *)(row + list->gone);
    for (size_t i = 0; i < list->n; i++) {
        const struct member *m = &list->members[i];
        if (!gone || m->key) {
            json_object_set_new(object, m->name, member_json(row + m->offset, m->form));
        }
    }
    if (gone) {
        json_object_set_new(object, "gone", json_true());
    }
    return object;
}

json_t *
changes_to_json(const struct alarm_changes *c)
{
    json_t *body = json_object();
    for (size_t i = 0; i < LISTS; i++) {
        const GArray *rows = changes_array(c, &changes_lists[i]);
        json_t *array = rows->len == 0 ? NULL : json_array();
        for (guint k = 0; k < rows->len; k++) {
            json_array_append_new(
                array, row_json(&changes_lists[i], rows->data + k * changes_lists[i].size));
        }
        if (array != NULL) {
            json_object_set_new(body, changes_lists[i].name, array);
        }
    }
    return body;
}
