/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/views.h"

#include "src/core/i18n.h"

/* The time at the right end; returns the column where it begins. */
static int
draw_clock(struct screen *s, int y, bool date)
{
    char time[FORMAT_SIZE], day[FORMAT_SIZE], both[2 * FORMAT_SIZE + 4];
    format_time(time, sizeof(time), s->zone, s->minute.wall);
    format_date(day, sizeof(day), s->zone, s->minute.wall);
    snprintf(both, sizeof(both), "%s  %s", day, time);
    const char *text = date ? both : time;
    int x = s->columns - 1 - draw_columns(s->draw, text);
    draw_flow(s->draw, y, x, s->columns - x, STYLE_NORMAL, text);
    return x;
}

static int
draw_tab(struct screen *s, int x, int end, enum view view)
{
    char text[FORMAT_SIZE];
    bool current = s->view == view;
    snprintf(text, sizeof(text), current ? "[%d %s]" : " %d %s ", (int)view + 1,
             view_name(view));
    return x + draw_flow(s->draw, 0, x, end - x, current ? STYLE_STRONG : STYLE_NORMAL, text);
}

void
header_draw(struct screen *s)
{
    int end = draw_clock(s, 0, s->columns >= 70) - 1;
    int x = 1;
    x += draw_flow(s->draw, 0, x, end - x, STYLE_STRONG, "leitstand");
    x += 1;
    const char *title = s->config->title;
    if (s->config->demo) {
        x += draw_flow(s->draw, 0, x, end - x, STYLE_STRONG, _("DEMO")) + 1;
    } else if (title != NULL && *title != '\0' && s->columns >= 70) {
        x += draw_flow(s->draw, 0, x, MIN(end - x, 20), STYLE_NORMAL, title) + 1;
    }
    for (int i = 0; i < VIEWS && x < end; i++) {
        x = draw_tab(s, x, end, (enum view)i);
    }
}

void
header_draw_small(struct screen *s)
{
    int end = draw_clock(s, 0, false) - 1;
    int x = strip_draw_counts(s, 0, 0, end);
    x += x > 0 ? 2 : 0;
    char text[FORMAT_SIZE];
    snprintf(text, sizeof(text), "%d %s", (int)s->view + 1, view_name(s->view));
    if (x + draw_columns(s->draw, text) < end) {
        draw_flow(s->draw, 0, x, end - x, STYLE_STRONG, text);
    }
}
