/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/views.h"

#include "src/core/i18n.h"

/* The last line: what is being typed, or what can be done. */
static void
draw_bottom(struct screen *s, int y)
{
    if (s->prompt.kind != PROMPT_NONE) {
        s->cursor_x = prompt_draw(s, y);
        s->cursor_y = y;
    } else {
        hints_draw(s, y);
    }
}

static void
draw_frame_line(struct screen *s, int y, int wall, enum glyph tee)
{
    draw_fill(s->draw, y, 0, s->columns, STYLE_DIM, GLYPH_LINE);
    if (wall > 0) {
        draw_glyph(s->draw, y, wall, STYLE_DIM, tee);
    }
}

/* The list takes what it needs, the detail the rest, but never less than two fifths. */
static int
list_width(const struct screen *s)
{
    return CLAMP(stations_width(s), 54,
                 MAX(s->columns * (s->columns < 120 ? 11 : 12) / 20, 54));
}

static void
draw_stations(struct screen *s, struct rect area)
{
    if (s->extent != EXTENT_WIDE) {
        if (s->detail_focus) {
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
    detail_draw(s, right);
}

static void
draw_view(struct screen *s, struct rect area)
{
    if (s->help.open) {
        help_draw(s, area);
        return;
    }
    switch (s->view) {
    case VIEW_STATIONS:
        if (s->snap != NULL) {
            draw_stations(s, area);
        }
        return;
    case VIEW_ALARMS:
        alarms_draw(s, area);
        return;
    case VIEW_UNKNOWN:
        unknown_draw(s, area);
        return;
    case VIEW_LOG:
        log_view_draw(s, area);
        return;
    }
}

static void
draw_full(struct screen *s)
{
    bool split = s->extent == EXTENT_WIDE && s->view == VIEW_STATIONS && !s->help.open &&
                 s->snap != NULL;
    int wall = split ? list_width(s) : 0;
    struct rect area = {3, 0, s->rows - 6, s->columns};
    header_draw(s);
    strip_draw(s, 1);
    draw_frame_line(s, 2, wall, GLYPH_TEE_DOWN);
    draw_view(s, area);
    draw_frame_line(s, s->rows - 3, wall, GLYPH_TEE_UP);
    status_draw(s, s->rows - 2);
    draw_bottom(s, s->rows - 1);
}

static void
draw_compact(struct screen *s)
{
    int digest = s->rows >= 11 ? 2 : 0;
    bool alarms = s->view == VIEW_ALARMS && !s->help.open;
    bool list = s->view == VIEW_STATIONS && !s->help.open && !s->detail_focus;
    struct rect area = {1, 0, s->rows - 3, s->columns};
    header_draw_small(s);
    if ((list || alarms) && s->snap != NULL) {
        area.height -= digest + (digest > 0);
        int y = area.y + area.height;
        struct rect below = {y + 1, 0, digest, s->columns};
        if (digest > 0) {
            draw_fill(s->draw, y, 0, s->columns, STYLE_DIM, GLYPH_LINE);
        }
        if (alarms) {
            alarms_draw_small(s, area);
            alarms_draw_digest(s, below);
        } else {
            stations_draw_small(s, area);
            detail_draw_digest(s, below);
        }
    } else {
        draw_view(s, area);
    }
    status_draw(s, s->rows - 2);
    draw_bottom(s, s->rows - 1);
}

static void
draw_tiny(struct screen *s)
{
    header_draw_small(s);
    strip_draw_lines(s, (struct rect){1, 0, s->rows - 2, s->columns});
    if (s->prompt.kind != PROMPT_NONE) {
        draw_bottom(s, s->rows - 1);
    } else {
        status_draw(s, s->rows - 1);
    }
}

void
layout_draw(struct screen *s)
{
    switch (s->extent) {
    case EXTENT_NONE:
        draw_text(s->draw, 0, 0, s->columns, STYLE_NORMAL, _("too small"));
        break;
    case EXTENT_TINY:
        draw_tiny(s);
        break;
    case EXTENT_COMPACT:
        draw_compact(s);
        break;
    case EXTENT_FULL:
    case EXTENT_WIDE:
        draw_full(s);
        break;
    }
}
