/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/alarm_words.h"

#include <assert.h>
#include <math.h>

#include "src/core/i18n.h"

#define VALUE_WIDTH 9
#define US_PER_DAY  (24 * 3600 * US_PER_S)

static const struct {
    const char *word, *brief, *filter; /* filter: as typed, not translated */
    char letter;
} states[] = {
    [ALARM_NORMAL] = {"", "", "", '-'},
    [ALARM_UNACKED] = {N_("NEW"), N_("NEW"), "new", 'N'},
    [ALARM_ACKED] = {N_("ACK"), N_("ACK"), "ack", 'A'},
    [ALARM_RETURNED_UNACKED] = {N_("NEW RTN"), N_("RTN"), "new rtn", 'R'},
    [ALARM_LATCHED_UNACKED] = {N_("LATCH NEW"), N_("LATCH"), "new latch", 'L'},
    [ALARM_LATCHED_ACKED] = {N_("LATCH"), N_("LATCH"), "ack latch", 'l'},
};
static_assert(G_N_ELEMENTS(states) == ALARM_STATES, "a state has no words");

/* The strongest cover first. */
static const struct {
    unsigned overlay;
    const char *word, *filter;
    char letter;
} covers[] = {
    {OVERLAY_OUT_OF_SERVICE, N_("OUT OF SVC"), "service", 'o'},
    {OVERLAY_SUPPRESSED, N_("SUPPRESSED"), "suppressed", 's'},
    {OVERLAY_SHELVED, N_("SHELVED"), "shelved", 'z'},
};

static const char *const signs[] = {
    [ALARM_HIHI] = "HH",     [ALARM_HI] = "H",          [ALARM_LO] = "L",
    [ALARM_LOLO] = "LL",     [ALARM_DIGITAL] = "",      [ALARM_RATE] = "RATE",
    [ALARM_STALE] = "STALE", [ALARM_STUCK] = "STUCK",   [ALARM_TOTALIZER] = "SUM",
    [ALARM_COUNT] = "COUNT", [ALARM_SILENCE] = "QUIET", [ALARM_BROKER] = "",
    [ALARM_LINK] = "",       [ALARM_STORE] = "",        [ALARM_DISK] = "",
    [ALARM_LOSS] = "",
};
static_assert(G_N_ELEMENTS(signs) == ALARM_TYPES, "a type has no sign");

enum glyph
alarm_glyph(enum alarm_priority priority)
{
    return (enum glyph)((int)GLYPH_CRITICAL + (int)priority);
}

const char *
alarm_shape(const struct screen *s, enum alarm_priority priority)
{
    static const char *const plain[] = {"!1", "!2", "!3", "!4"};
    static_assert(G_N_ELEMENTS(plain) == ALARM_PRIORITIES, "a priority has no shape");
    enum glyph_set set = draw_glyphs(s->draw);
    return set == GLYPHS_ASCII ? plain[priority] : glyph_text(set, alarm_glyph(priority));
}

const char *
alarm_priority_word(enum alarm_priority priority)
{
    static const char *const words[] = {[ALARM_CRITICAL] = N_("critical"),
                                        [ALARM_HIGH] = N_("high"),
                                        [ALARM_MEDIUM] = N_("medium"),
                                        [ALARM_LOW] = N_("low")};
    return _(words[priority]);
}

unsigned
alarm_style(const struct alarm_view *v)
{
    if (v->overlays != 0 || v->state == ALARM_NORMAL) {
        return STYLE_DIM;
    }
    int first = alarm_state_unacked(v->state) ? STYLE_CRITICAL_NEW : STYLE_CRITICAL;
    return (unsigned)(first + (int)v->priority);
}

const char *
alarm_state_word(const struct alarm_view *v)
{
    for (size_t i = 0; i < G_N_ELEMENTS(covers); i++) {
        if ((v->overlays & covers[i].overlay) != 0) {
            return _(covers[i].word);
        }
    }
    return *states[v->state].word == '\0' ? "" : _(states[v->state].word);
}

const char *
alarm_state_brief(const struct alarm_view *v)
{
    return *states[v->state].brief == '\0' ? "" : _(states[v->state].brief);
}

char
alarm_state_letter(const struct alarm_view *v)
{
    for (size_t i = 0; i < G_N_ELEMENTS(covers); i++) {
        if ((v->overlays & covers[i].overlay) != 0) {
            return covers[i].letter;
        }
    }
    return states[v->state].letter;
}

void
alarm_filter_words(const struct alarm_view *v, char *dst, size_t cap)
{
    size_t used = 0;
    *dst = '\0';
    for (size_t i = 0; i < G_N_ELEMENTS(covers); i++) {
        if ((v->overlays & covers[i].overlay) != 0 && used < cap) {
            int n = snprintf(dst + used, cap - used, "%s ", covers[i].filter);
            used += (size_t)MAX(n, 0);
        }
    }
    if (used < cap) {
        snprintf(dst + used, cap - used, "%s %s %s%s%s", states[v->state].filter,
                 alarm_priority_name(v->priority), alarm_type_name(v->type),
                 v->test ? " test" : "", v->chattering ? " chatter" : "");
    }
}

const char *
alarm_sign(enum alarm_type type)
{
    return signs[type];
}

static const struct component *
component_of(const struct screen *s, const struct alarm_view *v)
{
    return v->component_index == COMPONENT_NONE || s->alarms.plant == NULL
               ? NULL
               : &s->alarms.plant->components[v->component_index];
}

static const struct station *
station_of(const struct screen *s, const struct alarm_view *v)
{
    return v->station_index == STATION_NONE || s->alarms.plant == NULL
               ? NULL
               : &s->alarms.plant->stations[v->station_index];
}

const char *
alarm_station_name(const struct screen *s, const struct alarm_view *v)
{
    const struct station *station = station_of(s, v);
    return station == NULL                ? ""
           : *station->short_name != '\0' ? station->short_name
                                          : station->name;
}

void
alarm_value_text(const struct screen *s, const struct alarm_view *v, int width, char *dst,
                 size_t cap)
{
    const struct component *c = component_of(s, v);
    *dst = '\0';
    if (!isfinite(v->value) || alarm_is_maintenance(v)) {
        return;
    }
    const char *word = c == NULL ? NULL : component_state_name(c, v->value);
    char number[FORMAT_SIZE];
    if (word == NULL && v->type == ALARM_DIGITAL) { /* its name tells it */
        return;
    }
    if (word != NULL) {
        snprintf(dst, cap, "%s%s", v->suspect ? "?" : "", word);
        return;
    }
    const char *unit = c == NULL ? "" : c->unit;
    int left = width - (*unit == '\0' ? 0 : 1 + draw_columns(s->draw, unit)) - v->suspect;
    format_shown(number, sizeof(number), MAX(left, 6), c, v->value);
    snprintf(dst, cap, "%s%s%s%s", v->suspect ? "?" : "", number, *unit == '\0' ? "" : " ",
             unit);
}

void
alarm_limit_text(const struct screen *s, const struct alarm_view *v, char *dst, size_t cap)
{
    char number[FORMAT_SIZE] = "";
    const char *sign = alarm_is_maintenance(v) ? "" : signs[v->type];
    if (isfinite(v->limit) && *sign != '\0') {
        format_shown(number, sizeof(number), VALUE_WIDTH, component_of(s, v), v->limit);
    }
    snprintf(dst, cap, "%s%s%s", sign, *sign == '\0' || *number == '\0' ? "" : " ", number);
}

/* What the watchdog's own alarms are called, untranslated; NULL: a rule has a name. */
static const char *
watchdog_name(enum alarm_type type)
{
    switch (type) {
    case ALARM_SILENCE:
        return N_("no life sign");
    case ALARM_BROKER:
        return N_("broker out of reach");
    case ALARM_LINK:
        return N_("own network down");
    case ALARM_STORE:
        return N_("central store out of reach");
    case ALARM_DISK:
        return N_("own disk or cache fails");
    case ALARM_LOSS:
        return N_("messages lost");
    case ALARM_HIHI:
    case ALARM_HI:
    case ALARM_LO:
    case ALARM_LOLO:
    case ALARM_DIGITAL:
    case ALARM_RATE:
    case ALARM_STALE:
    case ALARM_STUCK:
    case ALARM_TOTALIZER:
    case ALARM_COUNT:
        return NULL;
    }
    return NULL;
}

void
alarm_name_text(const struct screen *s, const struct alarm_view *v, char *dst, size_t cap)
{
    const struct component *c = component_of(s, v);
    const char *what = c == NULL ? v->component : *c->name != '\0' ? c->name : c->id;
    const char *own = watchdog_name(v->type);
    if (own != NULL) {
        g_strlcpy(dst, _(own), cap);
        return;
    }
    const char *name = v->name;
    if (alarm_is_maintenance(v)) {
        name = *what == '\0' ? _("whole station") : "";
    } else if (*name == '\0' && *what == '\0') {
        name = v->rule;
    }
    bool both = *what != '\0' && *name != '\0' && strcmp(what, name) != 0;
    snprintf(dst, cap, "%s%s%s", both || *name == '\0' ? what : "", both ? ": " : "", name);
}

void
alarm_marked_name(const struct screen *s, const struct alarm_view *v, char *dst, size_t cap)
{
    char name[512];
    alarm_name_text(s, v, name, sizeof(name));
    snprintf(dst, cap, "%s%s%s%s%s%s%s", v->test ? _("TEST") : "", v->test ? " " : "",
             v->chattering ? _("CHATTER") : "", v->chattering ? " " : "",
             v->first_out ? _("FIRST") : "", v->first_out ? " " : "", name);
}

void
alarm_since_text(const struct screen *s, wall_us at, bool seconds, char *dst, size_t cap)
{
    *dst = '\0';
    if (at == WALL_NONE) {
        return;
    }
    if (s->minute.wall - at >= US_PER_DAY) {
        format_age(dst, cap, s->minute.wall - at);
    } else if (seconds) {
        format_second(dst, cap, s->zone, at);
    } else {
        format_time(dst, cap, s->zone, at);
    }
}

void
alarm_line(const struct screen *s, const struct alarm_view *v, bool brief, char *dst,
           size_t cap)
{
    char name[512], value[FORMAT_SIZE * 2];
    alarm_marked_name(s, v, name, sizeof(name));
    alarm_value_text(s, v, VALUE_WIDTH + 8, value, sizeof(value));
    const char *station = brief ? "" : alarm_station_name(s, v), *sign = signs[v->type];
    snprintf(dst, cap, "%s%s%s %s%s%s%s%s", v->station, *station == '\0' ? "" : " ", station,
             name, *sign == '\0' ? "" : " ", sign, *value == '\0' ? "" : " ", value);
}
