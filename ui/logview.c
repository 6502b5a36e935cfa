/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/views.h"

#include "src/core/i18n.h"
#include "src/core/log.h"

void
log_view_update(struct screen *s)
{
    struct log_view *v = &s->log;
    g_strfreev(v->lines);
    v->lines = log_held();
    v->n = v->lines == NULL ? 0 : (int)g_strv_length(v->lines);
    if (v->at_end) {
        v->list.pos = v->n - 1;
    }
    list_fit(&v->list, v->n, v->list.height);
}

void
log_view_draw(struct screen *s, struct rect area)
{
    struct log_view *v = &s->log;
    if (v->n == 0) {
        draw_text(s->draw, area.y, area.x + 1, area.width - 1, STYLE_NORMAL,
                  _("nothing was logged since the start"));
        return;
    }
    list_fit(&v->list, v->n, area.height);
    for (int i = 0; i < v->list.height && v->list.top + i < v->n; i++) {
        int place = v->list.top + i;
        bool selected = place == v->list.pos;
        if (selected) {
            draw_glyph(s->draw, area.y + i, area.x, STYLE_NORMAL, GLYPH_CURSOR);
            s->cursor_y = area.y + i;
            s->cursor_x = area.x;
        }
        draw_text(s->draw, area.y + i, area.x + 2, area.width - 2,
                  selected ? STYLE_STRONG : STYLE_NORMAL, v->lines[place]);
    }
}
