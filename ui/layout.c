/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/views.h"

#include "src/core/i18n.h"
#include "ui/copy.h"
#include "ui/freeze.h"
#include "ui/palette.h"
#include "ui/view.h"

/* The last line: what is being typed, or what can be done. Above it, over the view, what the
 * line could become. */
static void
draw_bottom(struct screen *s, struct rect above, int y)
{
    if (s->prompt.kind != PROMPT_NONE) {
        if (s->prompt.kind == PROMPT_COMMAND) {
            palette_draw(s, above);
        }
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

static void
draw_view(struct screen *s, struct rect area)
{
    if (s->help.open) {
        help_draw(s, area);
        return;
    }
    view_of(s)->draw(s, area);
}

static void
draw_full(struct screen *s)
{
    int wall = s->help.open || view_of(s)->wall == NULL ? 0 : view_of(s)->wall(s);
    struct rect area = {3, 0, s->rows - 6, s->columns};
    freeze_swap(s);
    header_draw(s);
    strip_draw(s, 1);
    status_draw(s, s->rows - 2);
    freeze_swap(s);
    draw_frame_line(s, 2, wall, GLYPH_TEE_DOWN);
    draw_view(s, area);
    draw_frame_line(s, s->rows - 3, wall, GLYPH_TEE_UP);
    draw_bottom(s, area, s->rows - 1);
}

struct rect
layout_digest(struct screen *s, struct rect *area, int most)
{
    struct rect below = {area->y + area->height, area->x, 0, area->width};
    if (s->rows >= 11) {
        int end = below.y;
        area->height = MIN(area->height - 3, most);
        draw_fill(s->draw, area->y + area->height, 0, s->columns, STYLE_DIM, GLYPH_LINE);
        below.y = area->y + area->height + 1;
        below.height = end - below.y;
    }
    return below;
}

static void
draw_compact(struct screen *s)
{
    struct rect area = {1, 0, s->rows - 3, s->columns};
    freeze_swap(s);
    header_draw_small(s);
    status_draw(s, s->rows - 2);
    freeze_swap(s);
    if (view_of(s)->draw_small != NULL && !s->help.open && s->snap != NULL) {
        view_of(s)->draw_small(s, area);
    } else {
        draw_view(s, area);
    }
    draw_bottom(s, area, s->rows - 1);
}

static void
draw_tiny(struct screen *s)
{
    struct rect area = {1, 0, s->rows - 2, s->columns};
    freeze_swap(s);
    header_draw_small(s);
    strip_draw_lines(s, area);
    if (s->prompt.kind == PROMPT_NONE) {
        status_draw(s, s->rows - 1);
    }
    freeze_swap(s);
    if (s->prompt.kind != PROMPT_NONE) {
        draw_bottom(s, area, s->rows - 1);
    }
}

void
layout_draw(struct screen *s)
{
    if (s->print.on && s->extent >= EXTENT_COMPACT) {
        copy_print_draw(s);
        return;
    }
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
