/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/view.h"
#include "ui/views.h"

#include "src/core/i18n.h"
#include "src/core/text.h"

#define COUNT    7
#define NARROW   60             /* columns that have no room for the sentence */
#define ADOPT_US (5 * US_PER_S) /* what takes longer went wrong */

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

void
unknown_adopting(struct screen *s, const struct unknown_id *id)
{
    struct unknown_view *v = &s->unknown;
    g_strlcpy(v->adopting, id->id, sizeof(v->adopting));
    g_strlcpy(v->adopting_of, id->station, sizeof(v->adopting_of));
    v->adopting_until = s->now.mono + ADOPT_US;
    screen_notice(s, _("adopting \"%s\" …"), id->id);
}

/* What became of it. */
static void
tell_adopted(struct screen *s)
{
    struct unknown_view *v = &s->unknown;
    if (v->adopting_until == 0) {
        return;
    }
    const struct plant *plant = s->snap->plant;
    uint32_t component = plant_find_component(plant, v->adopting_of, v->adopting);
    if (component != COMPONENT_NONE) {
        screen_notice(s, _("\"%s\" is now a component of station %s"), v->adopting,
                      plant->stations[plant->components[component].station].uid);
        v->adopting_until = 0;
    } else if (s->now.mono >= v->adopting_until) {
        screen_notice(s, _("\"%s\" was not adopted; :log says why"), v->adopting);
        v->adopting_until = 0;
    }
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
    tell_adopted(s);
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

/* Where the columns are. */
struct fields {
    int station, id, value, count, topic;
    int station_width, id_width, value_width, topic_width;
};

static struct fields
lay_out(const struct screen *s, struct rect area)
{
    struct fields f = {.station_width = text_columns(_("STATION")),
                       .id_width = text_columns(_("ID")),
                       .value_width = text_columns(_("LAST VALUE"))};
    for (uint32_t i = 0; i < s->snap->n_unknown; i++) {
        const struct unknown_id *id = &s->snap->unknown[i];
        f.station_width = MAX(f.station_width, text_columns(id->station));
        f.id_width = MAX(f.id_width, text_columns(id->id));
        f.value_width = MAX(f.value_width, text_columns(id->value));
    }
    f.station_width = MIN(f.station_width, MAX(area.width / 5, 8));
    f.id_width = MIN(f.id_width, MAX(area.width / 4, 8));
    f.value_width = MIN(f.value_width, MAX(area.width / 6, 6));
    f.station = area.x + 2;
    f.id = f.station + f.station_width + 1;
    f.value = f.id + f.id_width + 1;
    f.count = f.value + f.value_width + 1;
    f.topic = f.count + COUNT + 2;
    f.topic_width = area.x + area.width - f.topic - 1;
    return f;
}

static void
draw_row(struct screen *s, int y, const struct fields *f, const struct unknown_id *id,
         bool selected)
{
    char count[FORMAT_SIZE];
    unsigned style = STYLE_NORMAL | (selected ? STYLE_SELECTED : 0);
    if (selected) {
        draw_glyph(s->draw, y, f->station - 2, STYLE_NORMAL, GLYPH_CURSOR);
        s->cursor_y = y;
        s->cursor_x = f->station - 2;
    }
    draw_text(s->draw, y, f->station, f->station_width + 1, style,
              *id->station != '\0' ? id->station : "–");
    draw_text(s->draw, y, f->id, f->id_width, style, id->id);
    draw_right(s->draw, y, f->value, f->value_width, STYLE_NORMAL, id->value);
    format_count(count, sizeof(count), (double)id->count);
    draw_right(s->draw, y, f->count, COUNT, STYLE_DIM, count);
    draw_text(s->draw, y, f->topic, f->topic_width, STYLE_DIM, id->topic);
}

static void
draw_titles(struct screen *s, int y, const struct fields *f)
{
    draw_text(s->draw, y, f->station, f->station_width, STYLE_DIM, _("STATION"));
    draw_text(s->draw, y, f->id, f->id_width, STYLE_DIM, _("ID"));
    bool brief = f->value_width < text_columns(_("LAST VALUE"));
    draw_right(s->draw, y, f->value, f->value_width, STYLE_DIM,
               brief ? _("VALUE") : _("LAST VALUE"));
    draw_right(s->draw, y, f->count, COUNT, STYLE_DIM, _("COUNT"));
    draw_text(s->draw, y, f->topic, f->topic_width, STYLE_DIM, _("TOPIC"));
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
                area.width < NARROW
                    ? ngettext("%u unknown id", "%u unknown ids", v->n)
                    : ngettext("%u id was heard that is no component of the plant",
                               "%u ids were heard that are no components of the plant", v->n),
                v->n);
    struct fields f = lay_out(s, area);
    draw_titles(s, area.y + 1, &f);
    list_fit(&v->list, (int)v->n, area.height - 2);
    for (int i = 0; i < v->list.height && v->list.top + i < v->list.n; i++) {
        draw_row(s, area.y + 2 + i, &f, &s->snap->unknown[v->order[v->list.top + i]],
                 v->list.top + i == v->list.pos);
    }
}

/* ---- the view ---- */

static enum place
place(const struct screen *s)
{
    (void)s;
    return PLACE_UNKNOWN;
}

static struct list *
list(struct screen *s)
{
    return &s->unknown.list;
}

static void
moved(struct screen *s, int by)
{
    (void)by;
    unknown_moved(s);
}

const struct view_type view_unknown = {
    .name = N_("Unknown ids"),
    .key = 'u',
    .take = unknown_update,
    .place = place,
    .list = list,
    .moved = moved,
    .draw = unknown_draw,
};
