/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the map is: what the user does, and what follows alarms. */
#include <math.h>

#include "src/core/i18n.h"
#include "src/core/text.h"
#include "ui/keymap.h"
#include "ui/map.h"
#include "ui/map_actions.h"
#include "ui/view.h"
#include "ui/views.h"

#define FIT_CLOSEST MAP_ZOOM_TOWN /* a single station is shown with its surroundings */

void
map_remember(struct screen *s)
{
    const struct map_view *m = s->map;
    char text[32];
    text_from_double(text, sizeof(text), map_longitude(m->centre.x));
    prefs_set(s->prefs, "map", "longitude", text, s->now.mono);
    text_from_double(text, sizeof(text), map_latitude(m->centre.y));
    prefs_set(s->prefs, "map", "latitude", text, s->now.mono);
    prefs_set_int(s->prefs, "map", "zoom", m->fitted ? 0 : m->zoom, s->now.mono);
}

void
map_fit(struct map_view *m)
{
    struct map_box box = map_stations_box(m);
    if (box.left > box.right) { /* Germany, then */
        map_box_add(&box, map_project(47.3, 5.9));
        map_box_add(&box, map_project(55.0, 15.0));
    }
    m->centre = (struct map_point){(box.left + box.right) / 2, (box.top + box.bottom) / 2};
    m->zoom = map_zoom_for(&box, FIT_CLOSEST, m->area.height, m->area.width);
    m->fitted = true;
    m->fit_due = false;
}

/* What will be drawn next; several keys may come before it is. */
static struct map_frame
next_frame(const struct map_view *m)
{
    return map_frame_of(m->centre, m->zoom, m->area.height, m->area.width);
}

static void
move_centre(struct screen *s, struct map_point to)
{
    struct map_view *m = s->map;
    m->centre = (struct map_point){CLAMP(to.x, 0, 1), CLAMP(to.y, 0, 1)};
    m->fitted = false;
    map_remember(s);
}

static void
show_all(struct map_view *m)
{
    m->states = MAP_STATES_ALL;
    g_hash_table_remove_all(m->hidden_types);
    g_hash_table_remove_all(m->hidden_areas);
    m->stale = true;
}

void
map_go_to(struct screen *s, uint32_t station)
{
    struct map_view *m = s->map;
    map_select(m, station);
    m->order_stale = true; /* the cursor of the list goes there */
    if (!map_shows(m, station)) {
        show_all(m);
    }
    struct map_frame f = next_frame(m);
    if (m->area.height == 0 || !map_frame_holds(&f, m->at[station])) {
        move_centre(s, m->at[station]);
    }
}

void
map_open_station(struct screen *s)
{
    screen_drill_station(s, s->map->selected, "");
}

/* ---- panning and zooming ---- */

static void
pan(struct screen *s, int columns, int rows)
{
    struct map_frame f = next_frame(s->map);
    struct map_point to = map_frame_centre(&f);
    to.x += columns * CANVAS_DOTS_X / f.scale;
    to.y += rows * CANVAS_DOTS_Y / f.scale;
    move_centre(s, to);
}

static int
pan_columns(const struct screen *s)
{
    return MAX(s->map->area.width / 10, 2);
}

static int
pan_rows(const struct screen *s)
{
    return MAX(s->map->area.height / 6, 1);
}

void
action_map_left(struct screen *s, const char *argument)
{
    (void)argument;
    pan(s, -pan_columns(s), 0);
}

void
action_map_right(struct screen *s, const char *argument)
{
    (void)argument;
    pan(s, pan_columns(s), 0);
}

void
action_map_up(struct screen *s, const char *argument)
{
    (void)argument;
    pan(s, 0, -pan_rows(s));
}

void
action_map_down(struct screen *s, const char *argument)
{
    (void)argument;
    pan(s, 0, pan_rows(s));
}

/* The selected station keeps its place on the screen, if it is there. */
static void
zoom_by(struct screen *s, int by)
{
    struct map_view *m = s->map;
    int zoom = CLAMP(m->zoom + by, MAP_ZOOM_MIN, MAP_ZOOM_MAX);
    uint32_t station = map_selected(m);
    struct map_frame f = next_frame(m);
    struct map_point centre = map_frame_centre(&f), to = centre;
    if (map_shows(m, station) && map_frame_holds(&f, m->at[station])) {
        double shrink = map_scale(m->zoom) / map_scale(zoom);
        to.x = m->at[station].x + (centre.x - m->at[station].x) * shrink;
        to.y = m->at[station].y + (centre.y - m->at[station].y) * shrink;
    }
    if (zoom == m->zoom) {
        screen_notice(s, "%s", by > 0 ? _("this is the closest") : _("this is the widest"));
        return;
    }
    m->zoom = zoom;
    move_centre(s, to);
}

void
action_map_in(struct screen *s, const char *argument)
{
    (void)argument;
    zoom_by(s, MAP_ZOOM_STEP);
}

void
action_map_out(struct screen *s, const char *argument)
{
    (void)argument;
    zoom_by(s, -MAP_ZOOM_STEP);
}

void
action_map_fit(struct screen *s, const char *argument)
{
    (void)argument;
    map_fit(s->map);
    map_remember(s);
}

/* ---- stations ---- */

void
action_map_centre(struct screen *s, const char *argument)
{
    (void)argument;
    move_centre(s, s->map->at[map_selected(s->map)]);
}

static void
go_abnormal(struct screen *s, int direction)
{
    map_refresh(s);
    uint32_t station = map_next_abnormal(s->map, direction);
    if (station != STATION_NONE) {
        map_go_to(s, station);
    } else { /* there was one when it was looked whether the key does anything */
        screen_notice(s, "%s", _(why_map_nothing_abnormal(s)));
    }
}

void
action_map_next(struct screen *s, const char *argument)
{
    (void)argument;
    go_abnormal(s, 1);
}

void
action_map_previous(struct screen *s, const char *argument)
{
    (void)argument;
    go_abnormal(s, -1);
}

static void
step_in_view(struct screen *s, int by)
{
    struct map_view *m = s->map;
    bool inside = m->list.pos < (int)m->order->len &&
                  g_array_index(m->order, uint32_t, m->list.pos) == map_selected(m);
    if (m->order->len == 0) {
        return;
    }
    list_to(&m->list, inside ? m->list.pos + by : 0);
    map_select(m, g_array_index(m->order, uint32_t, m->list.pos));
    hold_begin(&m->hold, s->now.mono);
}

void
action_map_step(struct screen *s, const char *argument)
{
    (void)argument;
    step_in_view(s, 1);
}

void
action_map_step_back(struct screen *s, const char *argument)
{
    (void)argument;
    step_in_view(s, -1);
}

void
action_map_page(struct screen *s, const char *argument)
{
    (void)argument;
    step_in_view(s, MAX(s->map->list.height - 1, 1));
}

void
action_map_page_back(struct screen *s, const char *argument)
{
    (void)argument;
    step_in_view(s, -MAX(s->map->list.height - 1, 1));
}

void
action_map_find(struct screen *s, const char *argument)
{
    uint32_t n;
    if (*argument == '\0') {
        prompt_open_with(s, PROMPT_COMMAND, "find ");
        return;
    }
    if (s->view != VIEW_MAP) {
        screen_set_view(s, VIEW_MAP);
    }
    map_refresh(s);
    uint32_t station = map_find(s, argument, &n);
    if (station == STATION_NONE) {
        screen_notice(s, _("no station with a place matches \"%s\""), argument);
        return;
    }
    map_go_to(s, station);
    screen_notice(s, ngettext("%u station matches", "%u stations match; again: the next", n),
                  n);
}

void
action_map_open(struct screen *s, const char *argument)
{
    (void)argument;
    map_open_station(s);
}

void
action_map_follow(struct screen *s, const char *argument)
{
    (void)argument;
    s->map->follow = !s->map->follow;
    s->map->followed = (struct uuid){{0}};
    screen_notice(s, "%s",
                  s->map->follow ? _("the newest unacknowledged alarm is kept in view")
                                 : _("the map stays where it is"));
}

/* ---- from elsewhere ---- */

/* The station that is meant in the present view, or by its uid. */
static uint32_t
meant(const struct screen *s, const char *uid)
{
    if (*uid != '\0') {
        return plant_find_station(s->snap->plant, uid);
    }
    if (s->view == VIEW_ALARMS) {
        const struct alarm_view *v = alarm_list_selected(&s->alarms);
        return v == NULL ? STATION_NONE : plant_find_station(s->snap->plant, v->station);
    }
    return roster_selected(&s->roster);
}

void
action_map_show(struct screen *s, const char *argument)
{
    uint32_t station = meant(s, argument);
    if (station == STATION_NONE) {
        screen_notice(s, "%s", _("no such station"));
        return;
    }
    const struct station *st = &s->snap->plant->stations[station];
    if (!map_has_place(st->latitude, st->longitude)) {
        screen_notice(s, _("%s has no place: its latitude and longitude are not given"),
                      st->uid);
        return;
    }
    screen_drill(s, VIEW_MAP);
    map_refresh(s);
    map_go_to(s, station);
}

void
action_map(struct screen *s, const char *argument)
{
    if (*argument != '\0' && s->snap != NULL) {
        action_map_show(s, argument);
    } else {
        screen_set_view(s, VIEW_MAP);
    }
}

/* ---- why not ---- */

const char *
why_map_nothing_selected(const struct screen *s)
{
    return s->map->plant == NULL || map_selected(s->map) == STATION_NONE
               ? N_("no station is selected: Tab selects one in view")
               : NULL;
}

const char *
why_map_no_place(const struct screen *s)
{
    const char *why = why_map_nothing_selected(s);
    return why != NULL                                 ? why
           : isnan(s->map->at[map_selected(s->map)].x) ? N_("this station has no place")
                                                       : NULL;
}

const char *
why_map_nothing_abnormal(const struct screen *s)
{
    return map_next_abnormal(s->map, 1) == STATION_NONE
               ? N_("no station on the map has an alarm or a fault, or is silent")
               : NULL;
}

const char *
why_map_nothing_in_view(const struct screen *s)
{
    return s->map->order->len == 0 ? N_("no station is in view") : NULL;
}

const char *
why_map_not_drawn(const struct screen *s)
{
    return s->map->plant == NULL ? N_("the engine has not answered yet") : NULL;
}
