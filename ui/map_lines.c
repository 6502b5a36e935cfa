/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The lines of the map, into its canvas. */
#include <math.h>

#include "ui/map.h"

/* From how many dots a degree on a rank is shown; the last holds for all that follow. Wide
 * views with every brook are slow to read, and to send. */
#define RANKS 5
static const int least[MAP_LAYERS + 1][RANKS] = {
    [MAP_COAST] = {0, 6, 6, 6, 6},     [MAP_BORDER] = {0, 0, 0, 0, 0},
    [MAP_STATE] = {9, 20, 20, 20, 20}, [MAP_RIVER] = {16, 24, 40, 80, 80},
    [MAP_OWN] = {0, 0, 0, 0, 0},       [MAP_LAYERS] = {4, 9, 18, 40, 90}, /* towns */
};

bool
map_rank_shown(const struct map_frame *f, unsigned layer, unsigned rank)
{
    return f->scale / 360 >= least[layer][CLAMP(rank, 1u, (unsigned)RANKS) - 1];
}

/* Points that fall on the same dot as the one before are left out. */
static void
draw_line(struct map_view *m, const struct map_data *d, const struct map_line *line)
{
    const struct map_frame *f = &m->frame;
    const struct map_point *points =
        &g_array_index(d->points, struct map_point, 0) + line->first;
    g_array_set_size(m->scratch, 0);
    double last_x = NAN, last_y = NAN;
    for (uint32_t i = 0; i < line->n; i++) {
        double xy[2] = {map_frame_x(f, points[i].x), map_frame_y(f, points[i].y)};
        bool same = fabs(xy[0] - last_x) < 0.5 && fabs(xy[1] - last_y) < 0.5;
        if (!same || i + 1 == line->n) {
            g_array_append_vals(m->scratch, xy, 2);
            last_x = xy[0];
            last_y = xy[1];
        }
    }
    canvas_path(m->canvas, &g_array_index(m->scratch, double, 0), m->scratch->len / 2, false);
}

static void
draw_data(struct map_view *m, const struct map_data *d)
{
    for (guint i = 0; i < d->lines->len; i++) {
        const struct map_line *line = &g_array_index(d->lines, struct map_line, i);
        if ((m->background & (1u << line->layer)) != 0 &&
            map_rank_shown(&m->frame, line->layer, line->rank) &&
            map_frame_meets(&m->frame, &line->box)) {
            canvas_pen(m->canvas, line->layer == MAP_OWN ? STYLE_NORMAL : STYLE_DIM,
                       line->layer == MAP_OWN ? 2 : 1);
            draw_line(m, d, line);
        }
    }
}

void
map_draw_lines(struct screen *s)
{
    struct map_view *m = s->map;
    canvas_clear(m->canvas, m->frame.rows, m->frame.columns);
    if (m->data != NULL) {
        draw_data(m, m->data);
    }
    if (m->overlay != NULL) {
        draw_data(m, m->overlay->data);
    }
    canvas_draw(m->canvas, s->draw, m->area.y, m->area.x);
}
