/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The view of stations: the list, and beside it one station. */
#include "src/core/i18n.h"
#include "ui/mouse.h"
#include "ui/overview.h"
#include "ui/stations.h"
#include "ui/view.h"
#include "ui/views.h"

#define FOLLOW_US (150 * US_PER_MS) /* the detail follows when the cursor has come to rest */

/* The list takes what it needs, the detail the rest, but never less than two fifths. */
static int
list_width(const struct screen *s)
{
    return CLAMP(stations_width(s), 54,
                 MAX(s->columns * (s->columns < 120 ? 11 : 12) / 20, 54));
}

static void
draw(struct screen *s, struct rect area)
{
    if (s->snap == NULL) {
        return;
    }
    if (s->extent != EXTENT_WIDE || s->one_pane) {
        if (s->stations->picking) {
            stations_pick_draw(s, area);
        } else if (s->detail_focus) {
            detail_draw(s, area);
        } else {
            stations_draw(s, area);
        }
        return;
    }
    int width = list_width(s);
    struct rect left = {area.y, 0, area.height, width};
    struct rect right = {area.y, width + 1, area.height, s->columns - width - 1};
    stations_draw(s, left);
    for (int y = area.y; y < area.y + area.height; y++) {
        draw_glyph(s->draw, y, width, STYLE_DIM, GLYPH_WALL);
    }
    if (s->stations->picking) {
        stations_pick_draw(s, right);
    } else {
        detail_draw(s, right);
    }
}

static int
wall(const struct screen *s)
{
    return s->extent == EXTENT_WIDE && !s->one_pane && s->snap != NULL ? list_width(s) : 0;
}

/* A small screen has room for one of both. */
static void
draw_small(struct screen *s, struct rect area)
{
    if (s->stations->picking) {
        stations_pick_draw(s, area);
        return;
    }
    if (s->detail_focus) {
        detail_draw(s, area);
        return;
    }
    struct rect below = layout_digest(s, &area, area.height);
    stations_draw_small(s, area);
    detail_draw_digest(s, below);
}

static enum place
place(const struct screen *s)
{
    return s->stations->picking ? PLACE_COLUMNS : s->detail_focus ? PLACE_DETAIL : PLACE_LIST;
}

static struct list *
list(struct screen *s)
{
    return s->stations->picking ? &s->stations->pick_list
           : s->detail_focus    ? &s->detail.list
                                : &s->roster.list;
}

static void
moved(struct screen *s, int by)
{
    if (s->stations->picking) {
        return;
    }
    if (s->detail_focus) {
        detail_moved(s, by);
        return;
    }
    roster_move_to(&s->roster, s->roster.list.pos, s->now.mono);
    s->detail.follow_at = s->now.mono + FOLLOW_US;
}

/* It came with the area that was opened, and goes with it. */
static bool
filter_of_trail(const struct screen *s)
{
    return s->n_trail > 0 && strcmp(s->roster.filter_text, overview_filter(s)) == 0;
}

static bool
back(struct screen *s)
{
    if (s->stations->picking) {
        s->stations->picking = false;
        return true;
    }
    if (s->detail_focus && s->detail_opened) {
        s->detail_focus = false;
        return false; /* to where it was opened */
    }
    if (s->detail_focus) {
        s->detail_focus = false;
    } else if (*s->roster.filter_text != '\0' && !filter_of_trail(s)) {
        roster_set_filter(&s->roster, "", s->snap);
    } else {
        return false;
    }
    return true;
}

static bool
can_back(const struct screen *s)
{
    return s->stations->picking || s->detail_focus || *s->roster.filter_text != '\0';
}

/* On a title: sort by it. */
static void
click(struct screen *s, int y, int x)
{
    const struct stations *v = s->stations;
    if (y != v->titles_y) {
        mouse_select_row(s, y, x);
        return;
    }
    for (int i = 0; i < v->columns.n; i++) {
        if (v->width[i] > 0 && x >= v->x[i] && x <= v->x[i] + v->width[i]) {
            stations_sort_column(s, &v->columns.at[i]);
        }
    }
}

static void
init(struct screen *s)
{
    struct stations *v = g_new0(struct stations, 1);
    bool many;
    v->picks = g_array_new(FALSE, FALSE, sizeof(struct pick));
    v->pick_list.height = 1;
    v->titles_y = -1;
    s->stations = v;
    const char *columns = prefs_get(s->prefs, "stations", "columns", columns_default());
    if (columns_parse(&v->columns, columns, NULL, &many) != NULL) {
        (void)columns_parse(&v->columns, columns_default(), NULL, &many);
    }
    bool reverse = prefs_get_int(s->prefs, "stations", "reverse", 0) != 0;
    (void)roster_set_sort(&s->roster, prefs_get(s->prefs, "stations", "sort", "state"), reverse,
                          NULL);
    s->roster.follow = prefs_get_int(s->prefs, "stations", "follow", 0) != 0;
}

static void
fini(struct screen *s)
{
    g_array_free(s->stations->picks, TRUE);
    g_free(s->stations);
}

const struct view_type view_stations = {
    .name = N_("Stations"),
    .key = '2',
    .init = init,
    .fini = fini,
    .click = click,
    .place = place,
    .list = list,
    .moved = moved,
    .back = back,
    .can_back = can_back,
    .draw = draw,
    .draw_small = draw_small,
    .wall = wall,
};
