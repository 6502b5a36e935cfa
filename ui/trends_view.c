/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The view of trends. */
#include "src/core/i18n.h"
#include "ui/trends.h"
#include "ui/view.h"

/* What was asked for before others were shown may be out of date. */
static void
enter(struct screen *s)
{
    if (!s->trends->visiting) {
        trends_own(s);
    }
    trends_resolve(s);
    trends_restart(s->trends);
}

static enum place
place(const struct screen *s)
{
    (void)s;
    return PLACE_TRENDS;
}

static bool
can_back(const struct screen *s)
{
    return s->trends->cursor != WALL_NONE || s->trends->visiting;
}

/* First the cursor goes, then it goes back to where "t" was pressed. */
static bool
back(struct screen *s)
{
    struct trends *t = s->trends;
    if (t->cursor != WALL_NONE) {
        t->cursor = WALL_NONE;
        return true;
    }
    if (!t->visiting) {
        return false;
    }
    trends_own(s);
    return false; /* the screen knows the way */
}

static void
click(struct screen *s, int y, int x)
{
    struct trends *t = s->trends;
    const struct rect *r = &t->plot;
    bool inside = x >= r->x && x < r->x + r->width && y >= r->y && y < r->y + r->height;
    if (inside && t->n > 0 && t->window.n > 0) {
        t->cursor = trend_window_start(&t->window, (int64_t)(x - r->x) * 2);
    }
}

const struct view_type view_trends = {
    .name = N_("Trends"),
    .key = '5',
    .init = trends_init,
    .fini = trends_fini,
    .enter = enter,
    .take = trends_take,
    .next_tick = trends_next_tick,
    .answer = trends_answer,
    .place = place,
    .back = back,
    .can_back = can_back,
    .click = click,
    .draw = trends_draw,
    .draw_small = trends_draw_small,
};
