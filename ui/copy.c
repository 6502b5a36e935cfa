/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/copy.h"

#include "src/core/i18n.h"
#include "src/core/text.h"
#include "ui/alarm_words.h"
#include "ui/view.h"
#include "ui/views.h"

/* ---- what is selected ---- */

static void
alarm_texts(struct screen *s, char *id, size_t id_cap, char *value, size_t value_cap)
{
    const struct alarm_view *v = alarm_list_selected(&s->alarms);
    if (v != NULL) {
        struct alarm_key key = alarm_key_of(v);
        snprintf(id, id_cap, "%s/%s", key.station, key.component);
        alarm_value_text(s, v, FORMAT_SIZE, value, value_cap);
    }
}

static void
detail_texts(struct screen *s, char *id, size_t id_cap, char *value, size_t value_cap)
{
    const struct detail_line *line = detail_line(&s->detail, s->detail.list.pos);
    if (line != NULL && line->component != COMPONENT_NONE && s->snap != NULL) {
        const struct component *c = &s->snap->plant->components[line->component];
        snprintf(id, id_cap, "%s/%s", s->detail.uid, c->id);
        format_value(value, value_cap, FORMAT_SIZE, c, &s->snap->components[line->component]);
        g_strlcat(value, *c->unit == '\0' ? "" : " ", value_cap);
        g_strlcat(value, c->unit, value_cap);
    }
}

static void
selected_texts(struct screen *s, char *id, size_t id_cap, char *value, size_t value_cap)
{
    *id = *value = '\0';
    const struct unknown_id *unknown;
    switch ((unsigned)screen_place(s)) {
    case PLACE_ALARMS:
        alarm_texts(s, id, id_cap, value, value_cap);
        break;
    case PLACE_DETAIL:
        detail_texts(s, id, id_cap, value, value_cap);
        break;
    case PLACE_LIST:
        g_strlcpy(id, s->roster.selected, id_cap);
        break;
    case PLACE_UNKNOWN:
        unknown = unknown_selected(s);
        if (unknown != NULL) {
            snprintf(id, id_cap, "%s/%s", unknown->station, unknown->id);
            g_strlcpy(value, unknown->value, value_cap);
        }
        break;
    default:
        break;
    }
}

/* The row of the cursor as it is shown, without the frame round it. */
static void
row_text(struct screen *s, char *dst, size_t cap)
{
    const struct rect *rows = &s->list_rows;
    bool listed = s->cursor_y >= rows->y && s->cursor_y < rows->y + rows->height;
    draw_row_text(s->draw, s->cursor_y, listed ? rows->x : 0, listed ? rows->width : s->columns,
                  dst, cap);
    const char *cursor = glyph_text(draw_glyphs(s->draw), GLYPH_CURSOR);
    size_t mark = g_str_has_prefix(dst, cursor) ? strlen(cursor) : 0;
    memmove(dst, dst + mark, strlen(dst + mark) + 1);
    g_strchug(dst);
}

/* ---- into the clipboard ---- */

static void
copy(struct screen *s, const char *text)
{
    char clean[COPY_MAX + 1];
    text_sanitize(clean, sizeof(clean), text, strlen(text));
    if (*clean == '\0') {
        screen_notice(s, "%s", _("nothing of that kind is selected"));
    } else if (terminal_copy(s->terminal, clean)) {
        screen_notice(s, _("copied: %s"), clean);
    } else {
        screen_notice(s, "%s", _("this terminal takes no clipboard: Y shows the pane to mark"));
    }
}

static void
choose(struct screen *s, int key)
{
    switch (key) {
    case 'i':
        copy(s, s->copy.id);
        break;
    case 'y':
    case 'r':
        copy(s, s->copy.row);
        break;
    case 'v':
        copy(s, s->copy.value);
        break;
    default:
        break;
    }
}

void
copy_ask(struct screen *s)
{
    struct copy *c = &s->copy;
    selected_texts(s, c->id, sizeof(c->id), c->value, sizeof(c->value));
    row_text(s, c->row, sizeof(c->row));
    prompt_choose(s, _("copy:  i id   y row   v value"), choose);
}

/* ---- the pane alone ---- */

void
copy_print(struct screen *s)
{
    s->print = (struct print){.on = true, .mouse = terminal_mouse(s->terminal)};
    terminal_set_mouse(s->terminal, false);
}

void
copy_print_end(struct screen *s)
{
    terminal_set_mouse(s->terminal, s->print.mouse);
    s->print = (struct print){.on = false};
}

void
copy_print_draw(struct screen *s)
{
    struct rect area = {0, 0, s->rows - 1, s->columns};
    s->extent = MIN(s->extent, EXTENT_FULL); /* one pane, no line between two */
    if (s->extent == EXTENT_COMPACT && view_of(s)->draw_small != NULL && s->snap != NULL) {
        view_of(s)->draw_small(s, area);
    } else {
        view_of(s)->draw(s, area);
    }
    draw_text(s->draw, s->rows - 1, 0, s->columns, STYLE_DIM,
              _("this pane as plain text, to be marked; any key goes back"));
    s->cursor_y = s->rows - 1;
    s->cursor_x = 0;
    s->print.shown = true;
}
