/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tile with a trend. */
#include "src/core/i18n.h"
#include "ui/boards.h"
#include "ui/trend_plot.h"
#include "ui/views.h"

#define LABELLED     40 /* columns from which the axis has labels */
#define HIGH         6  /* and lines */
#define TELLS_LIMITS 4  /* rows; in less a limit looks like a part of the curve */

bool
tile_draw_no_history(const struct tile_view *v, int y)
{
    const struct tile_history *h = &v->live->history;
    const char *why = *h->problem != '\0' ? h->problem
                      : !h->any           ? _("asking the archive …")
                                          : NULL;
    if (why != NULL) {
        tile_say(v, y, STYLE_DIM, why);
    }
    return why != NULL;
}

static int
add_curve(const struct tile_view *v, int k, struct trend_curve *ret)
{
    const struct plant *plant = v->s->snap->plant;
    uint32_t index = v->live->components[k];
    if (index == COMPONENT_NONE) {
        return 0;
    }
    static const char *const labels[] = {"A", "B", "C", "D"};
    const struct component *c = &plant->components[index];
    *ret = (struct trend_curve){.component = c,
                                .index = index,
                                .silence_s = plant->stations[c->station].silence_s,
                                .series = &v->live->history.series[k],
                                .label = v->live->history.n > 1 ? labels[k] : "",
                                .holds = panel_stale(v->s, index) ? WALL_NONE : v->s->now.wall,
                                .focus = k == 0};
    return 1;
}

/* "A Veddel level 3.42 m": what is drawn, with the values of now. */
static void
draw_names(const struct tile_view *v, int y)
{
    int x = v->in.x, end = v->in.x + v->in.width;
    for (int k = 0; k < v->live->history.n && x + 8 < end; k++) {
        uint32_t index = v->live->components[k];
        char name[512], text[520];
        if (index == COMPONENT_NONE) {
            continue;
        }
        tile_component_name(v->s, index, name, sizeof(name));
        if (v->live->history.n > 1) {
            snprintf(text, sizeof(text), "%c %s ", 'A' + k, name);
        } else { /* its name is the title where there is no other */
            snprintf(text, sizeof(text), "%s%s", *v->tile->title == '\0' ? "" : name,
                     *v->tile->title == '\0' ? "" : " ");
        }
        x += draw_flow(v->s->draw, y, x, end - x, STYLE_DIM, text);
        x += tile_draw_value(v->s, (struct rect){y, x, 1, end - x}, index, v->live->marks) + 2;
    }
}

static void
draw_plot(const struct tile_view *v, struct rect area)
{
    struct boards *b = v->s->boards;
    struct tile_history *h = &v->live->history;
    bool bare = area.width < LABELLED || area.height < HIGH;
    uint32_t columns = (uint32_t)MAX(trend_plot_columns(area.width, bare), 1);
    struct trend_plot p = {.window = h->window,
                           .marks = (const struct limit_mark *)(void *)v->live->marks->data,
                           .n_marks = area.height < TELLS_LIMITS ? 0 : v->live->marks->len,
                           .stat = TREND_MEAN,
                           .y = TREND_Y_RANGE,
                           .cursor = -1,
                           .zone = v->s->zone,
                           .bare = bare};
    if (columns != h->wanted) {
        h->wanted = columns;
        h->due = 0;
    }
    for (int k = 0; k < h->n; k++) {
        p.n_curves += add_curve(v, k, &p.curves[p.n_curves]);
    }
    if (!h->any) {
        tile_draw_no_history(v, area.y);
    } else if (p.n_curves > 0 && area.height > 1) {
        trend_plot_draw(v->s->draw, b->canvas, area, &p, NULL);
    }
}

void
tile_draw_trend(const struct tile_view *v)
{
    if (tile_component(v, 0) == COMPONENT_NONE && v->live->history.n <= 1) {
        return;
    }
    struct rect area = v->in;
    draw_names(v, area.y);
    area.y++;
    area.height--;
    draw_plot(v, area);
    if (*v->live->history.problem != '\0' && v->live->history.any && v->in.height > HIGH) {
        draw_text(v->s->draw, v->in.y + v->in.height - 1, v->in.x, v->in.width, STYLE_DIM,
                  v->live->history.problem);
    }
}
