/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The view of alarms. */
#include "src/core/i18n.h"
#include "ui/view.h"
#include "ui/views.h"

static void
enter(struct screen *s)
{
    alarm_list_enter(&s->alarms);
}

static enum place
place(const struct screen *s)
{
    (void)s;
    return PLACE_ALARMS;
}

static struct list *
list(struct screen *s)
{
    return &s->alarms.list;
}

static void
moved(struct screen *s, int by)
{
    (void)by;
    alarm_list_moved(&s->alarms, s->now.mono);
}

static bool
can_back(const struct screen *s)
{
    return *s->alarms.filter_text != '\0';
}

static bool
back(struct screen *s)
{
    bool filtered = can_back(s);
    if (filtered) {
        alarm_list_set_filter(&s->alarms, "");
    }
    return filtered;
}

static void
draw_small(struct screen *s, struct rect area)
{
    struct rect below = layout_digest(s, &area, area.height);
    alarms_draw_small(s, area);
    alarms_draw_digest(s, below);
}

const struct view_type view_alarms = {
    .name = N_("Alarms"),
    .key = '4',
    .enter = enter,
    .place = place,
    .list = list,
    .moved = moved,
    .back = back,
    .can_back = can_back,
    .draw = alarms_draw,
    .draw_small = draw_small,
};
