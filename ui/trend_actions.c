/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which curves are shown. */
#include "ui/trend_actions.h"

#include <string.h>

#include "src/core/i18n.h"
#include "ui/brief.h"
#include "ui/trends.h"
#include "ui/views.h"

#define SET_KEY "set-"

/* ---- the selected component ---- */

/* The one that stands for a station: its level, or else what comes first of its values. */
static uint32_t
of_station(const struct screen *s, const char *uid)
{
    const struct plant *plant = s->snap->plant;
    uint32_t index = plant_find_station(plant, uid);
    if (index == STATION_NONE) {
        return COMPONENT_NONE;
    }
    const struct station *station = &plant->stations[index];
    struct brief brief = brief_make(plant, station);
    if (brief.n_values > 0) {
        return brief.values[0];
    }
    for (uint32_t i = station->first; i < station->first + station->count; i++) {
        if (plant->components[i].kind != KIND_DIVIDER) {
            return i;
        }
    }
    return COMPONENT_NONE;
}

static uint32_t
selected(const struct screen *s)
{
    const struct detail *d = &s->detail;
    if (s->snap == NULL) {
        return COMPONENT_NONE;
    }
    if (s->view == VIEW_ALARMS) {
        const struct alarm_view *v = alarm_list_selected(&s->alarms);
        uint32_t component =
            v == NULL ? COMPONENT_NONE
                      : plant_find_component(s->snap->plant, v->station, v->component);
        return component != COMPONENT_NONE || v == NULL ? component : of_station(s, v->station);
    }
    if (s->view == VIEW_STATIONS && s->detail_focus) {
        const struct detail_line *line = detail_line(d, d->list.pos);
        bool component = line != NULL && line->component != COMPONENT_NONE &&
                         s->snap->plant->components[line->component].kind != KIND_DIVIDER;
        return component ? line->component : of_station(s, d->uid);
    }
    return s->view == VIEW_STATIONS ? of_station(s, s->roster.selected) : COMPONENT_NONE;
}

const char *
why_no_component(const struct screen *s)
{
    return selected(s) == COMPONENT_NONE ? N_("nothing that has values is selected") : NULL;
}

/* ---- views ---- */

void
action_trends(struct screen *s, const char *argument)
{
    (void)argument;
    s->trends->visiting = false;
    screen_set_view(s, VIEW_TRENDS);
}

void
action_trend_here(struct screen *s, const char *argument)
{
    (void)argument;
    trends_visit(s, selected(s));
}

void
action_trend(struct screen *s, const char *argument)
{
    action_trends(s, "");
    if (*argument != '\0') {
        trends_clear(s);
        action_trend_add(s, argument);
        s->trends->focus = 0;
    }
}

void
action_trend_too(struct screen *s, const char *argument)
{
    (void)argument;
    uint32_t component = selected(s);
    trends_own(s);
    if (trends_add(s, component)) {
        screen_notice(s, _("\"%s\" is among the trends (5), %d of %d"),
                      s->snap->plant->components[component].id, s->trends->n, TREND_CURVES_MAX);
    }
}

void
action_trend_add(struct screen *s, const char *argument)
{
    if (*argument == '\0') {
        prompt_open_with(s, PROMPT_COMMAND, "trend-add ");
        return;
    }
    char **paths = g_strsplit(argument, " ", -1);
    for (char **path = paths; *path != NULL && s->snap != NULL; path++) {
        uint32_t component =
            **path == '\0' ? COMPONENT_NONE : trends_find(s->snap->plant, *path);
        if (component != COMPONENT_NONE) {
            (void)trends_add(s, component);
        } else if (**path != '\0') {
            screen_notice(s, _("there is no component \"%s\"; write STATION/ID"), *path);
        }
    }
    g_strfreev(paths);
}

void
action_trend_remove(struct screen *s, const char *argument)
{
    (void)argument;
    trends_remove(s, s->trends->focus);
}

void
action_trend_hide(struct screen *s, const char *argument)
{
    (void)argument;
    struct trend_entry *e = &s->trends->entries[s->trends->focus];
    e->hidden = !e->hidden;
}

/* ---- sets by name ---- */

static bool
is_word(const char *text)
{
    return *text != '\0' &&
           strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(text);
}

void
action_trend_keep(struct screen *s, const char *argument)
{
    if (!is_word(argument)) {
        screen_notice(s, "%s", _("a set's name is one word of a to z, 0 to 9 and -"));
        return;
    }
    char *key = g_strconcat(SET_KEY, argument, NULL), *set = trends_text(s->trends);
    prefs_set(s->prefs, "trends", key, set, s->now.mono);
    screen_notice(s, _("kept as \"%s\"; :trend-load %s brings it back"), argument, argument);
    g_free(set);
    g_free(key);
}

void
action_trend_recall(struct screen *s, const char *argument)
{
    char *key = g_strconcat(SET_KEY, argument, NULL);
    const char *set = is_word(argument) ? prefs_get(s->prefs, "trends", key, NULL) : NULL;
    if (set == NULL) {
        screen_notice(s, _("there is no set \"%s\"; :trend-save NAME makes one"), argument);
    } else {
        char *own = g_strdup(set);
        action_trends(s, "");
        trends_show(s, own);
        trends_keep(s);
        g_free(own);
    }
    g_free(key);
}

/* ---- focus ---- */

static void
focus(struct screen *s, int by)
{
    struct trends *t = s->trends;
    t->focus = (t->focus + by + t->n) % t->n;
}

void
action_curve_next(struct screen *s, const char *argument)
{
    (void)argument;
    focus(s, 1);
}

void
action_curve_previous(struct screen *s, const char *argument)
{
    (void)argument;
    focus(s, -1);
}

const char *
why_no_curve(const struct screen *s)
{
    return s->trends->n == 0 ? N_("no curve is shown: a adds one") : NULL;
}

const char *
why_no_trend_station(const struct screen *s)
{
    return trends_focus(s) == NULL ? N_("this component is not in the plant") : NULL;
}

void
action_trend_station(struct screen *s, const char *argument)
{
    (void)argument;
    char uid[PLANT_ID_MAX + 1], id[PLANT_ID_MAX + 1];
    const struct archive_series *name = &s->trends->entries[s->trends->focus].now.name;
    g_strlcpy(uid, name->station, sizeof(uid));
    g_strlcpy(id, name->component, sizeof(id));
    if (!roster_select(&s->roster, uid)) {
        roster_set_filter(&s->roster, "", s->snap);
        roster_select(&s->roster, uid);
    }
    screen_set_view(s, VIEW_STATIONS);
    s->detail_focus = true;
    detail_follow(s);
    g_strlcpy(s->detail.id, id, sizeof(s->detail.id));
    detail_update(s);
}
