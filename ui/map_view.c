/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The view of the map: what it is made of, and when. */
#include <string.h>

#include "src/core/i18n.h"
#include "src/core/log.h"
#include "src/core/text.h"
#include "ui/map.h"
#include "ui/map_actions.h"
#include "ui/view.h"
#include "ui/views.h"

#define PANE_LEAST 37
#define PANE_MOST  60
#define MENU       44               /* columns of the menu of layers */
#define POLL_US    (20 * US_PER_MS) /* overlays are being read */

static double
degrees(struct screen *s, const char *key)
{
    const char *text = prefs_get(s->prefs, "map", key, "");
    double value;
    return text_to_double(text, strlen(text), false, &value) ? value : 1000;
}

static void
init(struct screen *s)
{
    struct map_view *m = g_new0(struct map_view, 1);
    s->map = m;
    m->marks = g_array_new(FALSE, FALSE, sizeof(struct map_mark));
    m->order = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    m->layers = g_array_new(FALSE, FALSE, sizeof(struct map_layer_row));
    m->scratch = g_array_new(FALSE, FALSE, sizeof(double));
    m->taken = g_byte_array_new();
    m->canvas = canvas_new();
    m->hidden_types = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    m->hidden_areas = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    m->list.height = m->layers_list.height = LIST_UNSEEN;
    m->states = MAP_STATES_ALL;
    m->background = (unsigned)prefs_get_int(s->prefs, "map", "layers", MAP_BACKGROUND_ALL) &
                    MAP_BACKGROUND_ALL;
    double latitude = degrees(s, "latitude"), longitude = degrees(s, "longitude");
    m->zoom = prefs_get_int(s->prefs, "map", "zoom", 0);
    m->fitted = m->zoom == 0 || !map_has_place(latitude, longitude);
    if (m->fitted) {
        m->zoom = MAP_ZOOM_TOWN; /* should a station be shown before that */
    } else {
        m->zoom = CLAMP(m->zoom, MAP_ZOOM_MIN, MAP_ZOOM_MAX);
        m->centre = map_project(latitude, longitude);
    }
}

static void
fini(struct screen *s)
{
    struct map_view *m = s->map;
    overlay_stop(m->loader);
    overlay_free(m->overlay);
    map_data_free(m->data);
    canvas_free(m->canvas);
    g_array_free(m->marks, TRUE);
    g_array_free(m->order, TRUE);
    g_array_free(m->layers, TRUE);
    g_array_free(m->scratch, TRUE);
    g_byte_array_free(m->taken, TRUE);
    g_hash_table_destroy(m->hidden_types);
    g_hash_table_destroy(m->hidden_areas);
    plant_unref(m->plant);
    g_free(m->at);
    g_free(m->severity);
    g_free(m->shown);
    g_free(m);
}

/* ---- the background ---- */

static void
start_loader(struct screen *s)
{
    s->map->loader = overlay_start(s->config->system_dir, s->config->config_dir);
    s->map->poll_at = s->now.mono + POLL_US;
}

static void
load(struct screen *s)
{
    struct map_view *m = s->map;
    m->loaded = true;
    if (s->config->data_dir != NULL) {
        struct err err = {""};
        char *path = g_build_filename(s->config->data_dir, "map", "germany.map", NULL);
        if (map_data_read(&m->data, path, &err) != RC_OK) {
            log_warning("%s", err.text);
            screen_notice(s, _("no background: %s"), err.text);
        }
        g_free(path);
    }
    start_loader(s);
}

static void
tell_overlay(struct screen *s)
{
    const struct overlay *o = s->map->overlay;
    for (guint i = 0; i < o->problems->len; i++) {
        log_warning("%s", (const char *)g_ptr_array_index(o->problems, i));
    }
    if (o->n_problems > 0) {
        screen_notice(s,
                      ngettext("%u problem in the overlays: %s",
                               "%u problems in the overlays: %s", o->n_problems),
                      o->n_problems, (const char *)g_ptr_array_index(o->problems, 0));
    }
}

static void
take_overlay(struct screen *s)
{
    struct map_view *m = s->map;
    m->poll_at = s->now.mono + POLL_US;
    struct overlay *o = overlay_take(m->loader);
    if (o != NULL) {
        m->loader = NULL;
        m->poll_at = 0;
        overlay_free(m->overlay);
        m->overlay = o;
        tell_overlay(s);
    }
}

void
action_map_overlays(struct screen *s, const char *argument)
{
    (void)argument;
    struct map_view *m = s->map;
    if (m->loader == NULL) {
        start_loader(s);
    }
    screen_notice(s, "%s", _("reading the overlays again …"));
}

/* ---- what happens ---- */

/* The newest alarm comes into view once; the user may look elsewhere until the next. */
static void
follow_alarm(struct screen *s)
{
    struct map_view *m = s->map;
    const struct alarm_view *v = s->alarms.newest;
    if (!m->follow || v == NULL || m->plant == NULL || hold_on(&m->hold, s->now.mono) ||
        memcmp(&v->occurrence, &m->followed, sizeof(m->followed)) == 0) {
        return;
    }
    m->followed = v->occurrence;
    uint32_t station = plant_find_station(m->plant, v->station);
    if (station != STATION_NONE && m->at[station].x >= 0) {
        map_go_to(s, station);
    }
}

static void
enter(struct screen *s)
{
    struct map_view *m = s->map;
    m->layers_open = false;
    if (!m->loaded) {
        load(s);
    }
    if (*m->selected == '\0') {
        g_strlcpy(m->selected, s->roster.selected, sizeof(m->selected));
    }
}

static void
take(struct screen *s)
{
    s->map->stale = true;
    if (s->view == VIEW_MAP) {
        map_refresh(s);
        follow_alarm(s);
    }
}

static void
tick(struct screen *s)
{
    struct map_view *m = s->map;
    if (m->loader != NULL && s->now.mono >= m->poll_at) {
        take_overlay(s);
    }
    if (hold_end(&m->hold, s->now.mono)) {
        m->order_stale = true;
    }
}

static mono_us
next_tick(const struct screen *s)
{
    const struct map_view *m = s->map;
    return m->poll_at == 0 || (m->hold.until != 0 && m->hold.until < m->poll_at) ? m->hold.until
                                                                                 : m->poll_at;
}

/* ---- keys ---- */

static enum place
place(const struct screen *s)
{
    return s->map->layers_open ? PLACE_LAYERS : PLACE_MAP;
}

static struct list *
list(struct screen *s)
{
    return s->map->layers_open ? &s->map->layers_list : NULL;
}

static bool
can_back(const struct screen *s)
{
    return s->map->layers_open;
}

static bool
back(struct screen *s)
{
    bool was_open = s->map->layers_open;
    s->map->layers_open = false;
    return was_open;
}

/* What a click means: a row of the menu, a row of the list, or a mark. */
static void
click(struct screen *s, int y, int x)
{
    struct map_view *m = s->map;
    if (m->layers_open) {
        int row = m->layers_list.top + y - s->list_rows.y;
        if (y >= s->list_rows.y && row < m->layers_list.n) {
            list_to(&m->layers_list, row);
        }
        return;
    }
    const struct rect *rows = &m->rows;
    int row = m->list.top + y - rows->y;
    bool listed =
        y >= rows->y && y < rows->y + rows->height && x >= rows->x && row < (int)m->order->len;
    uint32_t station =
        listed ? g_array_index(m->order, uint32_t, row) : map_station_at(m, y, x);
    if (station != STATION_NONE) {
        map_select(m, station);
        m->order_stale = true;
        hold_begin(&m->hold, s->now.mono);
    }
}

/* ---- drawing ---- */

static bool
same_frame(const struct map_frame *a, const struct map_frame *b)
{
    return a->left == b->left && a->top == b->top && a->zoom == b->zoom && a->rows == b->rows &&
           a->columns == b->columns;
}

static void
draw_map(struct screen *s, struct rect area)
{
    struct map_view *m = s->map;
    bool resized = m->area.height != area.height || m->area.width != area.width;
    m->area = area;
    map_refresh(s);
    if (m->fitted && (resized || m->fit_due)) {
        map_fit(m);
    }
    struct map_frame frame = map_frame_of(m->centre, m->zoom, area.height, area.width);
    m->order_stale = m->order_stale || !same_frame(&frame, &m->frame);
    m->frame = frame;
    map_arrange(s);
    map_draw_lines(s);
    map_draw_labels(s);
}

static int
wall(const struct screen *s)
{
    int pane = CLAMP(s->columns * 3 / 8, PANE_LEAST, PANE_MOST);
    return s->extent == EXTENT_WIDE && s->snap != NULL ? s->columns - pane - 1 : 0;
}

static void
draw_wide(struct screen *s, struct rect area)
{
    int width = wall(s);
    struct rect beside = {area.y, width + 1, area.height, area.width - width - 1};
    draw_map(s, (struct rect){area.y, area.x, area.height, width});
    for (int y = area.y; y < area.y + area.height; y++) {
        draw_glyph(s->draw, y, width, STYLE_DIM, GLYPH_WALL);
    }
    if (s->map->layers_open) {
        map_layers_draw(s, beside);
    } else {
        map_draw_pane(s, beside);
    }
}

static void
draw(struct screen *s, struct rect area)
{
    if (s->snap == NULL) {
        return;
    }
    s->map->rows = (struct rect){0};
    if (s->extent == EXTENT_WIDE) {
        draw_wide(s, area);
        return;
    }
    int below = area.height >= 14 ? 4 : area.height >= 8 ? 1 : 0;
    draw_map(s, (struct rect){area.y, area.x, area.height - below, area.width});
    map_draw_below(s, (struct rect){area.y + area.height - below, area.x, below, area.width});
    if (s->map->layers_open) {
        int width = MIN(MENU, area.width);
        map_layers_draw(s,
                        (struct rect){area.y, area.x + area.width - width, area.height, width});
    }
}

/* The map, and one line about what is selected or in view. */
static void
draw_small(struct screen *s, struct rect area)
{
    struct map_view *m = s->map;
    m->rows = (struct rect){0};
    int y = area.y + area.height - 1;
    if (m->layers_open) {
        map_layers_draw(s, area);
        return;
    }
    draw_map(s, (struct rect){area.y, area.x, area.height - 1, area.width});
    uint32_t station = map_selected(m);
    if (map_shows(m, station)) {
        map_draw_station(s, y, area.x, area.width, station, false);
    } else {
        map_draw_summary(s, y, area.x, area.width, 1);
    }
}

const struct view_type view_map = {
    .name = N_("Map"),
    .key = '3',
    .init = init,
    .fini = fini,
    .enter = enter,
    .take = take,
    .tick = tick,
    .next_tick = next_tick,
    .place = place,
    .list = list,
    .back = back,
    .can_back = can_back,
    .click = click,
    .draw = draw,
    .draw_small = draw_small,
    .wall = wall,
};
