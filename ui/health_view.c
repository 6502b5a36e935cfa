/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The view of health: the parts, and the selected one below or instead of them. */
#include "src/core/i18n.h"
#include "ui/health.h"
#include "ui/view.h"
#include "ui/views.h"

#define TITLE 18

static void
init(struct screen *s)
{
    s->health = g_new0(struct health_view, 1);
    s->health->rows = g_array_new(FALSE, FALSE, sizeof(struct health_line));
    s->health->parts = (struct list){.n = HEALTH_PARTS, .height = HEALTH_PARTS};
    s->health->lines.height = 1;
}

static void
fini(struct screen *s)
{
    g_array_free(s->health->rows, TRUE);
    g_free(s->health);
}

static enum place
place(const struct screen *s)
{
    (void)s;
    return PLACE_HEALTH;
}

static struct list *
list(struct screen *s)
{
    return s->health->inside ? &s->health->lines : &s->health->parts;
}

static bool
can_back(const struct screen *s)
{
    return s->health->inside;
}

static bool
back(struct screen *s)
{
    bool inside = s->health->inside;
    s->health->inside = false;
    return inside;
}

/* ---- drawing ---- */

static void
draw_parts(struct screen *s, struct rect area)
{
    struct list *l = &s->health->parts;
    list_fit(l, HEALTH_PARTS, area.height);
    s->list_rows = area;
    for (int i = 0; i < l->height && l->top + i < l->n; i++) {
        enum health_part part = (enum health_part)(l->top + i);
        struct health_line line;
        bool selected = l->top + i == l->pos;
        int y = area.y + i;
        health_summary(s, part, &line);
        if (selected) {
            draw_glyph(s->draw, y, area.x, STYLE_NORMAL, GLYPH_CURSOR);
            s->cursor_y = y;
            s->cursor_x = area.x;
        }
        draw_text(s->draw, y, area.x + 2, TITLE, STYLE_STRONG | (selected ? STYLE_SELECTED : 0),
                  health_part_title(part));
        draw_text(s->draw, y, area.x + 3 + TITLE, area.width - TITLE - 4,
                  line.bad ? STYLE_WARN : STYLE_NORMAL, line.text);
    }
}

/* Of the selected part; with a cursor when the keys go there. */
static void
draw_lines(struct screen *s, struct rect area)
{
    struct health_view *v = s->health;
    g_array_set_size(v->rows, 0);
    health_rows(s, (enum health_part)v->parts.pos, area.width - 3, v->rows);
    list_fit(&v->lines, (int)v->rows->len, area.height);
    int top = v->inside ? v->lines.top : 0;
    if (v->inside) {
        s->list_rows = area;
    }
    for (int i = 0; i < area.height && top + i < (int)v->rows->len; i++) {
        const struct health_line *line = &g_array_index(v->rows, struct health_line, top + i);
        bool selected = v->inside && top + i == v->lines.pos;
        if (selected) {
            draw_glyph(s->draw, area.y + i, area.x, STYLE_NORMAL, GLYPH_CURSOR);
            s->cursor_y = area.y + i;
            s->cursor_x = area.x;
        }
        draw_text(s->draw, area.y + i, area.x + 2, area.width - 3,
                  line->bad ? STYLE_WARN : STYLE_NORMAL, line->text);
    }
}

static void
draw_inside(struct screen *s, struct rect area)
{
    struct health_view *v = s->health;
    char range[FORMAT_SIZE] = "";
    if (v->lines.n > v->lines.height) {
        snprintf(range, sizeof(range), _("%d–%d of %d"), v->lines.top + 1,
                 MIN(v->lines.top + v->lines.height, v->lines.n), v->lines.n);
    }
    draw_format(s->draw, area.y, area.x + 1, area.width - 2, STYLE_STRONG, "%s  %s",
                health_part_title((enum health_part)v->parts.pos), range);
    draw_lines(s, (struct rect){area.y + 1, area.x, area.height - 1, area.width});
}

static void
draw(struct screen *s, struct rect area)
{
    if (s->snap == NULL) {
        return;
    }
    if (s->health->inside) {
        draw_inside(s, area);
        return;
    }
    struct rect parts = {area.y, area.x, MIN(HEALTH_PARTS, area.height), area.width};
    struct rect below = {area.y + parts.height + 1, area.x, area.height - parts.height - 1,
                         area.width};
    draw_parts(s, parts);
    if (below.height > 0) {
        draw_fill(s->draw, below.y - 1, area.x, area.width, STYLE_DIM, GLYPH_LINE);
        draw_lines(s, below);
    }
}

const struct view_type view_health = {
    .name = N_("Health"),
    .key = '8',
    .init = init,
    .fini = fini,
    .place = place,
    .list = list,
    .back = back,
    .can_back = can_back,
    .draw = draw,
};

/* ---- what the keys do ---- */

void
action_health(struct screen *s, const char *argument)
{
    (void)argument;
    screen_set_view(s, VIEW_HEALTH);
}

/* The selected part in full size; unknown ids have a view of their own. */
void
action_part(struct screen *s, const char *argument)
{
    (void)argument;
    if (s->health->parts.pos == HEALTH_UNKNOWN) {
        screen_drill(s, VIEW_UNKNOWN);
        return;
    }
    s->health->inside = true;
    s->health->lines = (struct list){.height = 1};
}

void
action_clocks(struct screen *s, const char *argument)
{
    (void)argument;
    s->health->all_clocks = !s->health->all_clocks;
    s->health->parts.pos = HEALTH_CLOCKS;
}

const char *
why_no_part(const struct screen *s)
{
    return s->snap == NULL     ? N_("the engine has not answered yet")
           : s->health->inside ? N_("this is all there is")
                               : NULL;
}
