/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <assert.h>
#include <inttypes.h>
#include <math.h>

#include "src/core/i18n.h"
#include "ui/alarm_words.h"
#include "ui/journal.h"

static const char *const events[] = {
    [EVENT_RAISED] = N_("raised"),
    [EVENT_RETURNED] = N_("returned"),
    [EVENT_ACKED] = N_("acked"),
    [EVENT_RESET] = N_("latch reset"),
    [EVENT_SEVERITY] = N_("got worse"),
    [EVENT_REALARM] = N_("told again"),
    [EVENT_LATE] = N_("came late"),
    [EVENT_SHELVED] = N_("shelved"),
    [EVENT_UNSHELVED] = N_("unshelved"),
    [EVENT_SUPPRESSED] = N_("suppressed"),
    [EVENT_RELEASED] = N_("released"),
    [EVENT_OUT_OF_SERVICE] = N_("out of service"),
    [EVENT_IN_SERVICE] = N_("in service"),
    [EVENT_REENTERED] = N_("uncovered"),
    [EVENT_COVERED] = N_("under cover"),
    [EVENT_REMINDER] = N_("reminder"),
    [EVENT_PARKED] = N_("ack waits"),
    [EVENT_REFUSED] = N_("refused"),
    [EVENT_CHATTER_BEGIN] = N_("chatters"),
    [EVENT_CHATTER_END] = N_("chatter ends"),
    [EVENT_FLOOD_BEGIN] = N_("flood begins"),
    [EVENT_FLOOD_END] = N_("flood ends"),
    [EVENT_RULE_GONE] = N_("rule gone"),
    [EVENT_START] = N_("start"),
    [EVENT_STOP] = N_("stop"),
};
static_assert(G_N_ELEMENTS(events) == ALARM_EVENTS, "an event has no word");

static const char *const states[] = {
    [ALARM_NORMAL] = N_("normal"),
    [ALARM_UNACKED] = N_("unacked"),
    [ALARM_ACKED] = N_("acked"),
    [ALARM_RETURNED_UNACKED] = N_("returned, unacked"),
    [ALARM_LATCHED_UNACKED] = N_("latched, unacked"),
    [ALARM_LATCHED_ACKED] = N_("latched, acked"),
};
static_assert(G_N_ELEMENTS(states) == ALARM_STATES, "a state has no word");

static const char *const overlays[] = {N_("shelved"), N_("suppressed"), N_("out of service")};
static_assert(G_N_ELEMENTS(overlays) == OVERLAY_COUNT, "an overlay has no word");

const char *
journal_event_word(enum alarm_event event)
{
    return _(events[event]);
}

/* NULL: it is in no plant of today. */
static const struct component *
component_of(const struct screen *s, const struct journal_record *r)
{
    if (s->snap == NULL || r->station == NULL || r->component == NULL) {
        return NULL;
    }
    uint32_t c = plant_find_component(s->snap->plant, r->station, r->component);
    return c == COMPONENT_NONE ? NULL : &s->snap->plant->components[c];
}

void
journal_name_text(const struct screen *s, const struct journal_record *r, char *dst, size_t cap)
{
    const struct component *c = component_of(s, r);
    const char *name = c != NULL && *c->name != '\0' ? c->name : r->component;
    snprintf(dst, cap, "%s%s%s%s", r->test ? _("TEST ") : "", name == NULL ? "" : name,
             name == NULL || *name == '\0' || r->rule == NULL ? "" : " ",
             r->rule == NULL ? "" : r->rule);
}

void
journal_value_text(const struct screen *s, const struct journal_record *r, int width, char *dst,
                   size_t cap)
{
    const struct component *c = component_of(s, r);
    *dst = '\0';
    if (!isfinite(r->value)) {
        return;
    }
    const char *word = c == NULL ? NULL : component_state_name(c, r->value);
    const char *unit = c == NULL ? "" : c->unit;
    char number[FORMAT_SIZE];
    int left = width - (*unit == '\0' ? 0 : 1 + draw_columns(s->draw, unit));
    format_shown(number, sizeof(number), MAX(left, 6), c, r->value);
    snprintf(dst, cap, "%s%s%s", word != NULL ? word : number,
             word != NULL || *unit == '\0' ? "" : " ", word != NULL ? "" : unit);
}

const char *
journal_station_name(const struct screen *s, const struct journal_record *r)
{
    uint32_t i = s->snap == NULL || r->station == NULL
                     ? STATION_NONE
                     : plant_find_station(s->snap->plant, r->station);
    return i == STATION_NONE ? "" : s->snap->plant->stations[i].name;
}

const char *
journal_shape(const struct screen *s, const struct journal_record *r)
{
    return r->rule == NULL ? "" : alarm_shape(s, r->priority);
}

void
journal_time_text(const struct screen *s, wall_us at, char *dst, size_t cap)
{
    char moment[2 * FORMAT_SIZE], time[FORMAT_SIZE];
    format_moment(moment, sizeof(moment), s->zone, at, s->minute.wall);
    format_second(time, sizeof(time), s->zone, at);
    if (strcmp(moment, time) == 0) {
        snprintf(dst, cap, "%s", time);
        return;
    }
    char date[FORMAT_SIZE];
    format_date(date, sizeof(date), s->zone, at);
    format_time(time, sizeof(time), s->zone, at);
    const char *day = strchr(date, ' '); /* without the day of the week */
    snprintf(dst, cap, "%s %s", day == NULL ? date : day + 1, time);
}

/* ---- all of it ---- */

static void
add_field(GString *to, const char *label, const char *text)
{
    if (text != NULL && *text != '\0') {
        g_string_append_printf(to, "%s: %s\n", label, text);
    }
}

static void
add_names(const struct screen *s, GString *to, const struct journal_record *r)
{
    char text[1024];
    if (r->station != NULL) {
        const char *name = journal_station_name(s, r);
        snprintf(text, sizeof(text), "%s%s%s", r->station, *name == '\0' ? "" : " ", name);
        add_field(to, _("Station"), text);
    }
    if (r->component != NULL) {
        const struct component *c = component_of(s, r);
        snprintf(text, sizeof(text), "%s%s%s", r->component, c == NULL ? "" : " ",
                 c == NULL ? "" : c->name);
        add_field(to, _("Component"), text);
    }
    add_field(to, _("Rule"), r->rule);
}

static void
add_states(GString *to, const struct journal_record *r)
{
    char text[256];
    if (r->rule == NULL) {
        return;
    }
    add_field(to, _("Priority"), alarm_priority_word(r->priority));
    snprintf(text, sizeof(text), _("%s, before: %s"), _(states[r->to]), _(states[r->from]));
    add_field(to, _("State"), text);
    for (unsigned i = 0; i < OVERLAY_COUNT; i++) {
        add_field(to, _("Covered"), (r->overlays & 1U << i) == 0 ? NULL : _(overlays[i]));
    }
}

char *
journal_whole_text(const struct screen *s, const struct journal_record *r)
{
    GString *to = g_string_new(NULL);
    char text[512], date[FORMAT_SIZE], time[FORMAT_SIZE];
    format_date(date, sizeof(date), s->zone, r->at);
    format_second(time, sizeof(time), s->zone, r->at);
    snprintf(text, sizeof(text), "%s %s", date, time);
    add_field(to, _("Time"), text);
    add_field(to, _("Event"), journal_event_word(r->event));
    add_names(s, to, r);
    journal_value_text(s, r, FORMAT_SIZE, text, sizeof(text));
    add_field(to, _("Value"), text);
    add_states(to, r);
    add_field(to, _("Who"), r->actor);
    add_field(to, _("From"), r->origin);
    add_field(to, _("Detail"), r->detail);
    add_field(to, _("Instance"), r->instance);
    snprintf(text, sizeof(text), "%" PRIu64 " / %" PRIu64, r->epoch, r->term);
    add_field(to, _("Epoch / term"), text);
    if (!uuid_is_nil(&r->occurrence)) {
        char id[UUID_SIZE];
        uuid_format(id, &r->occurrence);
        add_field(to, _("Occurrence"), id);
        snprintf(text, sizeof(text), "%u", r->step);
        add_field(to, _("Step"), text);
    }
    return g_string_free(to, FALSE);
}
