/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/core/alarm.h"

#include <assert.h>
#include <string.h>

#include "src/core/refstring.h"

static const char *const type_names[] = {
    [ALARM_HIHI] = "hihi",   [ALARM_HI] = "hi",           [ALARM_LO] = "lo",
    [ALARM_LOLO] = "lolo",   [ALARM_DIGITAL] = "digital", [ALARM_RATE] = "rate",
    [ALARM_STALE] = "stale", [ALARM_STUCK] = "stuck",     [ALARM_TOTALIZER] = "totalizer",
    [ALARM_COUNT] = "count", [ALARM_SILENCE] = "silence", [ALARM_BROKER] = "broker",
    [ALARM_LINK] = "link",   [ALARM_STORE] = "store",     [ALARM_DISK] = "disk",
    [ALARM_LOSS] = "loss",
};
static_assert(G_N_ELEMENTS(type_names) == ALARM_TYPES, "a type has no name");

static const char *const priority_names[] = {
    [ALARM_CRITICAL] = "critical",
    [ALARM_HIGH] = "high",
    [ALARM_MEDIUM] = "medium",
    [ALARM_LOW] = "low",
};
static_assert(G_N_ELEMENTS(priority_names) == ALARM_PRIORITIES, "a priority has no name");

static const char *const state_names[] = {
    [ALARM_NORMAL] = "normal",
    [ALARM_UNACKED] = "unacked",
    [ALARM_ACKED] = "acked",
    [ALARM_RETURNED_UNACKED] = "returned_unacked",
    [ALARM_LATCHED_UNACKED] = "latched_unacked",
    [ALARM_LATCHED_ACKED] = "latched_acked",
};
static_assert(G_N_ELEMENTS(state_names) == ALARM_STATES, "a state has no name");

static const char *const overlay_names[] = {"shelved", "suppressed", "out_of_service"};
static_assert(G_N_ELEMENTS(overlay_names) == OVERLAY_COUNT, "an overlay has no name");

static const char *const event_names[] = {
    [EVENT_RAISED] = "raised",
    [EVENT_RETURNED] = "returned",
    [EVENT_ACKED] = "acked",
    [EVENT_RESET] = "reset",
    [EVENT_SEVERITY] = "severity",
    [EVENT_REALARM] = "realarm",
    [EVENT_LATE] = "late",
    [EVENT_SHELVED] = "shelved",
    [EVENT_UNSHELVED] = "unshelved",
    [EVENT_SUPPRESSED] = "suppressed",
    [EVENT_RELEASED] = "released",
    [EVENT_OUT_OF_SERVICE] = "out_of_service",
    [EVENT_IN_SERVICE] = "in_service",
    [EVENT_REENTERED] = "reentered",
    [EVENT_COVERED] = "covered",
    [EVENT_REMINDER] = "reminder",
    [EVENT_PARKED] = "parked",
    [EVENT_REFUSED] = "refused",
    [EVENT_CHATTER_BEGIN] = "chatter_begin",
    [EVENT_CHATTER_END] = "chatter_end",
    [EVENT_FLOOD_BEGIN] = "flood_begin",
    [EVENT_FLOOD_END] = "flood_end",
    [EVENT_RULE_GONE] = "rule_gone",
    [EVENT_START] = "start",
    [EVENT_STOP] = "stop",
};
static_assert(G_N_ELEMENTS(event_names) == ALARM_EVENTS, "an event has no name");

static const char *const action_names[] = {
    [ACTION_ACK] = "ack",
    [ACTION_SHELVE] = "shelve",
    [ACTION_UNSHELVE] = "unshelve",
    [ACTION_RESET] = "reset",
    [ACTION_MAINTENANCE] = "maintenance",
    [ACTION_RETURN] = "return",
    [ACTION_TEST] = "test",
    [ACTION_TEST_END] = "test_end",
};
static_assert(G_N_ELEMENTS(action_names) == ALARM_ACTIONS, "an action has no name");

/* The index of name, or -1. */
static int
find_name(const char *const *names, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(names[i], name) == 0) {
            return (int)i;
        }
    }
    return -1;
}

const char *
alarm_type_name(enum alarm_type type)
{
    return type_names[type];
}

bool
alarm_type_from_name(const char *name, enum alarm_type *ret)
{
    int found = find_name(type_names, ALARM_TYPES, name);
    *ret = found >= 0 ? (enum alarm_type)found : *ret;
    return found >= 0;
}

const char *
alarm_priority_name(enum alarm_priority priority)
{
    return priority_names[priority];
}

bool
alarm_priority_from_name(const char *name, enum alarm_priority *ret)
{
    int found = find_name(priority_names, ALARM_PRIORITIES, name);
    *ret = found >= 0 ? (enum alarm_priority)found : *ret;
    return found >= 0;
}

const char *
alarm_state_name(enum alarm_state state)
{
    return state_names[state];
}

bool
alarm_state_from_name(const char *name, enum alarm_state *ret)
{
    int found = find_name(state_names, ALARM_STATES, name);
    *ret = found >= 0 ? (enum alarm_state)found : *ret;
    return found >= 0;
}

const char *
alarm_overlay_name(unsigned overlay)
{
    for (size_t i = 0; i < OVERLAY_COUNT; i++) {
        if (overlay == 1u << i) {
            return overlay_names[i];
        }
    }
    return NULL;
}

const char *
alarm_event_name(enum alarm_event event)
{
    return event_names[event];
}

bool
alarm_event_from_name(const char *name, enum alarm_event *ret)
{
    int found = find_name(event_names, ALARM_EVENTS, name);
    *ret = found >= 0 ? (enum alarm_event)found : *ret;
    return found >= 0;
}

const char *
alarm_action_name(enum alarm_action_kind kind)
{
    return action_names[kind];
}

bool
alarm_state_active(enum alarm_state state)
{
    return state == ALARM_UNACKED || state == ALARM_ACKED;
}

bool
alarm_state_unacked(enum alarm_state state)
{
    return state == ALARM_UNACKED || state == ALARM_RETURNED_UNACKED ||
           state == ALARM_LATCHED_UNACKED;
}

/* ---- owned strings ---- */

void
journal_record_clear(void *record)
{
    struct journal_record *r = record;
    g_free(r->instance);
    g_free(r->station);
    g_free(r->component);
    g_free(r->rule);
    g_free(r->actor);
    g_free(r->origin);
    g_free(r->detail);
}

void
occurrence_record_clear(void *record)
{
    struct occurrence_record *r = record;
    g_free(r->station);
    g_free(r->component);
    g_free(r->rule);
    g_free(r->acked_by);
    g_free(r->comment);
}

void
alarm_record_clear(void *record)
{
    struct alarm_record *r = record;
    g_free(r->station);
    g_free(r->component);
    g_free(r->rule);
    g_free(r->shelved_by);
    g_free(r->shelve_reason);
}

void
maintenance_record_clear(void *record)
{
    struct maintenance_record *r = record;
    g_free(r->station);
    g_free(r->component);
    g_free(r->actor);
    g_free(r->reason);
}

void
parked_record_clear(void *record)
{
    struct parked_record *r = record;
    g_free(r->user);
    g_free(r->origin);
    g_free(r->comment);
}

struct journal_record
journal_record_copy(const struct journal_record *r)
{
    struct journal_record copy = *r;
    copy.instance = g_strdup(r->instance);
    copy.station = g_strdup(r->station);
    copy.component = g_strdup(r->component);
    copy.rule = g_strdup(r->rule);
    copy.actor = g_strdup(r->actor);
    copy.origin = g_strdup(r->origin);
    copy.detail = g_strdup(r->detail);
    return copy;
}

struct occurrence_record
occurrence_record_copy(const struct occurrence_record *r)
{
    struct occurrence_record copy = *r;
    copy.station = g_strdup(r->station);
    copy.component = g_strdup(r->component);
    copy.rule = g_strdup(r->rule);
    copy.acked_by = g_strdup(r->acked_by);
    copy.comment = g_strdup(r->comment);
    return copy;
}

struct alarm_record
alarm_record_copy(const struct alarm_record *r)
{
    struct alarm_record copy = *r;
    copy.station = g_strdup(r->station);
    copy.component = g_strdup(r->component);
    copy.rule = g_strdup(r->rule);
    copy.shelved_by = g_strdup(r->shelved_by);
    copy.shelve_reason = g_strdup(r->shelve_reason);
    return copy;
}

struct maintenance_record
maintenance_record_copy(const struct maintenance_record *r)
{
    struct maintenance_record copy = *r;
    copy.station = g_strdup(r->station);
    copy.component = g_strdup(r->component);
    copy.actor = g_strdup(r->actor);
    copy.reason = g_strdup(r->reason);
    return copy;
}

struct parked_record
parked_record_copy(const struct parked_record *r)
{
    struct parked_record copy = *r;
    copy.user = g_strdup(r->user);
    copy.origin = g_strdup(r->origin);
    copy.comment = g_strdup(r->comment);
    return copy;
}

/* ---- changes ---- */

static GArray *
new_array(size_t size, GDestroyNotify clear)
{
    GArray *array = g_array_new(FALSE, TRUE, (guint)size);
    g_array_set_clear_func(array, clear);
    return array;
}

void
alarm_changes_init(struct alarm_changes *c)
{
    c->journal = new_array(sizeof(struct journal_record), journal_record_clear);
    c->occurrences = new_array(sizeof(struct occurrence_record), occurrence_record_clear);
    c->alarms = new_array(sizeof(struct alarm_record), alarm_record_clear);
    c->maintenance = new_array(sizeof(struct maintenance_record), maintenance_record_clear);
    c->parked = new_array(sizeof(struct parked_record), parked_record_clear);
}

void
alarm_changes_fini(struct alarm_changes *c)
{
    g_array_unref(c->journal);
    g_array_unref(c->occurrences);
    g_array_unref(c->alarms);
    g_array_unref(c->maintenance);
    g_array_unref(c->parked);
}

bool
alarm_changes_empty(const struct alarm_changes *c)
{
    return c->journal->len + c->occurrences->len + c->alarms->len + c->maintenance->len +
               c->parked->len ==
           0;
}

/* The bytes move over, and with them what they own. */
static void
move_array(GArray **to, GArray **from)
{
    if ((*to)->len == 0) {
        GArray *empty = *to;
        *to = *from;
        *from = empty;
        return;
    }
    gsize n;
    void *data = g_array_steal(*from, &n);
    g_array_append_vals(*to, data, (guint)n);
    g_free(data);
}

void
alarm_changes_move(struct alarm_changes *to, struct alarm_changes *from)
{
    move_array(&to->journal, &from->journal);
    move_array(&to->occurrences, &from->occurrences);
    move_array(&to->alarms, &from->alarms);
    move_array(&to->maintenance, &from->maintenance);
    move_array(&to->parked, &from->parked);
}

/* ---- board ---- */

struct alarm_board *
alarm_board_new(struct plant *plant, uint32_t n_alarms, uint32_t n_maintenance)
{
    struct alarm_board *b = g_new0(struct alarm_board, 1);
    b->refs = 1;
    b->plant = plant_ref(plant);
    b->alarms = g_new0(struct alarm_view, n_alarms);
    b->n_alarms = n_alarms;
    b->maintenance = g_new0(struct maintenance_view, n_maintenance);
    b->n_maintenance = n_maintenance;
    b->median_ack_us = -1;
    return b;
}

struct alarm_board *
alarm_board_ref(struct alarm_board *b)
{
    g_atomic_int_inc(&b->refs);
    return b;
}

static void
release(GRefString *text)
{
    if (text != NULL) {
        g_ref_string_release(text);
    }
}

void
alarm_board_unref(struct alarm_board *b)
{
    if (b == NULL || !g_atomic_int_dec_and_test(&b->refs)) {
        return;
    }
    for (uint32_t i = 0; i < b->n_alarms; i++) {
        release(b->alarms[i].acked_by);
        release(b->alarms[i].comment);
        release(b->alarms[i].shelved_by);
        release(b->alarms[i].shelve_reason);
    }
    for (uint32_t i = 0; i < b->n_maintenance; i++) {
        release(b->maintenance[i].actor);
        release(b->maintenance[i].reason);
    }
    g_free(b->alarms);
    g_free(b->maintenance);
    plant_unref(b->plant);
    g_free(b);
}
