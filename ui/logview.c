/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/view.h"
#include "ui/views.h"

#include "src/core/i18n.h"
#include "src/core/log.h"
#include "src/core/timestamp.h"
#include "ui/wrap.h"

#define INDENT 4 /* of what does not fit on the first row */

void
log_view_init(struct log_view *v)
{
    *v = (struct log_view){.rows = g_ptr_array_new_with_free_func(g_free), .at_end = true};
    v->list.height = 1;
}

void
log_view_fini(struct log_view *v)
{
    g_ptr_array_free(v->rows, TRUE);
}

/* The log's own time is UTC to the microsecond; people want their clock. */
static void
add_line(struct screen *s, const char *line)
{
    char moment[FORMAT_SIZE * 2], *text;
    const char *blank = strchr(line, ' ');
    wall_us at;
    enum timestamp_zone zone;
    if (blank == NULL || !timestamp_parse(line, (size_t)(blank - line), &at, &zone)) {
        wrap_text(s->log.rows, line, s->log.width, INDENT);
        return;
    }
    format_moment(moment, sizeof(moment), s->zone, at, s->now.wall);
    text = g_strconcat(moment, blank, NULL);
    wrap_text(s->log.rows, text, s->log.width, INDENT);
    g_free(text);
}

void
log_view_update(struct screen *s)
{
    struct log_view *v = &s->log;
    char **lines = log_held();
    g_ptr_array_set_size(v->rows, 0);
    for (char **line = lines; *line != NULL; line++) {
        add_line(s, *line);
    }
    g_strfreev(lines);
    list_fit(&v->list, (int)v->rows->len, v->list.height);
    if (v->at_end) {
        list_to(&v->list, v->list.n - 1);
    }
}

void
log_view_draw(struct screen *s, struct rect area)
{
    struct log_view *v = &s->log;
    if (v->width != area.width - 3) {
        v->width = area.width - 3;
        log_view_update(s);
    }
    if (v->rows->len == 0) {
        draw_text(s->draw, area.y, area.x + 1, area.width - 1, STYLE_NORMAL,
                  _("nothing was logged since the start"));
        return;
    }
    list_fit(&v->list, v->list.n, area.height);
    for (int i = 0; i < v->list.height && v->list.top + i < v->list.n; i++) {
        int place = v->list.top + i;
        if (place == v->list.pos) {
            draw_glyph(s->draw, area.y + i, area.x, STYLE_NORMAL, GLYPH_CURSOR);
            s->cursor_y = area.y + i;
            s->cursor_x = area.x;
        }
        draw_text(s->draw, area.y + i, area.x + 2, area.width - 2, STYLE_NORMAL,
                  g_ptr_array_index(v->rows, place));
    }
}

/* ---- the view ---- */

static enum place
place(const struct screen *s)
{
    (void)s;
    return PLACE_LOG;
}

static struct list *
list(struct screen *s)
{
    return &s->log.list;
}

static void
moved(struct screen *s, int by)
{
    (void)by;
    s->log.at_end = s->log.list.pos + 1 >= s->log.list.n;
}

static void
take(struct screen *s)
{
    if (s->view == VIEW_LOG) {
        log_view_update(s);
    }
}

const struct view_type view_log = {
    .name = N_("Log"),
    .key = '9',
    .enter = log_view_update,
    .take = take,
    .place = place,
    .list = list,
    .moved = moved,
    .draw = log_view_draw,
};
