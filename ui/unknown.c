/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/views.h"

#include "src/core/i18n.h"
#include "src/core/text.h"

#define COUNT 9

static gint
by_name(gconstpointer a, gconstpointer b, gpointer data)
{
    const struct unknown_id *ids = data;
    const struct unknown_id *x = &ids[*(const uint32_t *)a], *y = &ids[*(const uint32_t *)b];
    int result = strcmp(x->station, y->station);
    return result != 0 ? result : strcmp(x->id, y->id);
}

static bool
is_selected(const struct unknown_view *v, const struct unknown_id *id)
{
    return strcmp(v->station, id->station) == 0 && strcmp(v->id, id->id) == 0;
}

/* By name: counts change all the time, and nothing may move under the cursor. */
void
unknown_update(struct screen *s)
{
    struct unknown_view *v = &s->unknown;
    v->n = s->snap->n_unknown;
    v->order = g_renew(uint32_t, v->order, MAX(v->n, 1));
    for (uint32_t i = 0; i < v->n; i++) {
        v->order[i] = i;
    }
    g_qsort_with_data(v->order, (gint)v->n, sizeof(*v->order), by_name, s->snap->unknown);
    v->list.n = (int)v->n;
    for (uint32_t i = 0; i < v->n; i++) {
        if (is_selected(v, &s->snap->unknown[v->order[i]])) {
            list_follow(&v->list, (int)i);
            return;
        }
    }
    list_fit(&v->list, (int)v->n, v->list.height);
    unknown_moved(s);
}

const struct unknown_id *
unknown_selected(const struct screen *s)
{
    const struct unknown_view *v = &s->unknown;
    return s->snap == NULL || v->n == 0 ? NULL : &s->snap->unknown[v->order[v->list.pos]];
}

void
unknown_moved(struct screen *s)
{
    const struct unknown_id *id = unknown_selected(s);
    g_strlcpy(s->unknown.station, id == NULL ? "" : id->station, sizeof(s->unknown.station));
    g_strlcpy(s->unknown.id, id == NULL ? "" : id->id, sizeof(s->unknown.id));
}

static void
draw_row(struct screen *s, struct rect row, const struct unknown_id *id, bool selected)
{
    int id_width = CLAMP(row.width / 4, 8, 22), value_width = CLAMP(row.width / 6, 6, 16);
    char text[FORMAT_SIZE];
    int x = row.x + 2;
    unsigned style = STYLE_NORMAL | (selected ? STYLE_SELECTED : 0);
    if (selected) {
        draw_glyph(s->draw, row.y, row.x, STYLE_NORMAL, GLYPH_CURSOR);
        s->cursor_y = row.y;
        s->cursor_x = row.x;
    }
    draw_text(s->draw, row.y, x, id_width, style, *id->station != '\0' ? id->station : "–");
    x += id_width + 1;
    draw_text(s->draw, row.y, x, id_width, style, id->id);
    x += id_width + 1;
    draw_right(s->draw, row.y, x, value_width, STYLE_NORMAL, id->value);
    x += value_width + 1;
    format_count(text, sizeof(text), (double)id->count);
    draw_right(s->draw, row.y, x, COUNT, STYLE_DIM, text);
    x += COUNT + 2;
    draw_text(s->draw, row.y, x, row.x + row.width - x - 1, STYLE_DIM, id->topic);
}

static void
draw_titles(struct screen *s, struct rect row)
{
    int id_width = CLAMP(row.width / 4, 8, 22), value_width = CLAMP(row.width / 6, 6, 16);
    int x = row.x + 2;
    draw_text(s->draw, row.y, x, id_width, STYLE_DIM, _("STATION"));
    x += id_width + 1;
    draw_text(s->draw, row.y, x, id_width, STYLE_DIM, _("ID"));
    x += id_width + 1;
    draw_right(s->draw, row.y, x, value_width, STYLE_DIM, _("LAST"));
    x += value_width + 1;
    draw_right(s->draw, row.y, x, COUNT, STYLE_DIM, _("COUNT"));
    x += COUNT + 2;
    draw_text(s->draw, row.y, x, row.x + row.width - x - 1, STYLE_DIM, _("TOPIC"));
}

void
unknown_draw(struct screen *s, struct rect area)
{
    struct unknown_view *v = &s->unknown;
    if (s->snap == NULL || v->n == 0) {
        draw_text(s->draw, area.y, area.x + 1, area.width - 1, STYLE_NORMAL,
                  _("every id that was heard belongs to a component"));
        return;
    }
    draw_format(s->draw, area.y, area.x + 1, area.width - 1, STYLE_NORMAL,
                ngettext("%u id was heard that is no component of the plant",
                         "%u ids were heard that are no components of the plant", v->n),
                v->n);
    struct rect row = {area.y + 1, area.x, 1, area.width};
    draw_titles(s, row);
    list_fit(&v->list, (int)v->n, area.height - 2);
    for (int i = 0; i < v->list.height && v->list.top + i < v->list.n; i++) {
        row.y = area.y + 2 + i;
        draw_row(s, row, &s->snap->unknown[v->order[v->list.top + i]],
                 v->list.top + i == v->list.pos);
    }
}
