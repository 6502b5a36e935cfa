/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/core/i18n.h"
#include "src/core/text.h"
#include "ui/alarm_words.h"
#include "ui/journal.h"
#include "ui/views.h"
#include "ui/wrap.h"

#define EVENT       14
#define EVENT_SMALL 9
#define STATION     12
#define NAME        22 /* of a station */
#define VALUE       12
#define WHO         10
#define TEXT        30 /* of what happened there must remain so much */
#define INDENT      4

/* Where each column is; width 0: no room for it. */
struct columns {
    int time, event, station, station_width, name, name_width, text, text_width, value,
        value_width, who, who_width;
};

static int
station_width(const struct screen *s)
{
    return CLAMP(s->roster.uid_columns, 7, STATION);
}

static struct columns
lay_out(const struct screen *s, struct rect area)
{
    struct columns c = {.time = area.x + 4, .station_width = station_width(s)};
    c.event = c.time + JOURNAL_TIME + 1;
    c.station = c.event + EVENT + 1;
    int x = c.station + c.station_width + 1;
    int room = area.x + area.width - x;
    if (room - WHO - 1 >= TEXT - 4) {
        c.who_width = WHO;
        room -= WHO + 1;
    }
    if (room - VALUE - 1 >= TEXT) {
        c.value_width = VALUE;
        room -= VALUE + 1;
    }
    if (room - NAME - 1 >= 2 * TEXT) {
        c.name = x;
        c.name_width = NAME;
        room -= NAME + 1;
        x += NAME + 1;
    }
    c.text = x;
    c.text_width = MAX(room, 1);
    c.value = c.text + c.text_width + 1;
    c.who = c.value + (c.value_width > 0 ? c.value_width + 1 : 0);
    return c;
}

/* What it is about and what was said to it. */
static void
what_text(const struct screen *s, const struct journal_record *r, char *dst, size_t cap)
{
    char name[512];
    journal_name_text(s, r, name, sizeof(name));
    const char *detail = r->detail == NULL ? "" : r->detail;
    snprintf(dst, cap, "%s%s%s", name, *name == '\0' || *detail == '\0' ? "" : " – ", detail);
}

static void
draw_row(struct screen *s, int y, int x, const struct columns *c, int pos)
{
    const struct journal_record *r = journal_book_row(&s->journal->book, pos);
    char text[1024];
    unsigned mark = 0;
    if (pos == s->journal->book.list.pos) {
        draw_glyph(s->draw, y, x, STYLE_NORMAL, GLYPH_CURSOR);
        s->cursor_y = y;
        s->cursor_x = x;
        mark = STYLE_SELECTED;
    }
    draw_text(s->draw, y, x + 1, ALARM_SHAPE, STYLE_NORMAL, journal_shape(s, r));
    journal_time_text(s, r->at, text, sizeof(text));
    draw_right(s->draw, y, c->time, JOURNAL_TIME, STYLE_DIM, text);
    draw_text(s->draw, y, c->event, EVENT + 1, STYLE_NORMAL | mark,
              journal_event_word(r->event));
    draw_text(s->draw, y, c->station, c->station_width + 1, STYLE_NORMAL | mark,
              r->station == NULL ? "" : r->station);
    draw_text(s->draw, y, c->name, c->name_width, STYLE_NORMAL, journal_station_name(s, r));
    what_text(s, r, text, sizeof(text));
    draw_text(s->draw, y, c->text, c->text_width, STYLE_NORMAL, text);
    journal_value_text(s, r, c->value_width, text, sizeof(text));
    draw_right(s->draw, y, c->value, c->value_width, STYLE_NORMAL, text);
    draw_text(s->draw, y, c->who, c->who_width, STYLE_NORMAL, r->actor == NULL ? "" : r->actor);
}

static void
draw_titles(struct screen *s, int y, const struct columns *c)
{
    draw_right(s->draw, y, c->time, JOURNAL_TIME, STYLE_DIM, _("TIME"));
    draw_text(s->draw, y, c->event, EVENT, STYLE_DIM, _("EVENT"));
    draw_text(s->draw, y, c->station, c->station_width, STYLE_DIM, _("STATION"));
    draw_text(s->draw, y, c->name, c->name_width, STYLE_DIM, _("NAME"));
    draw_text(s->draw, y, c->text, c->text_width, STYLE_DIM, _("WHAT"));
    draw_right(s->draw, y, c->value, c->value_width, STYLE_DIM, _("VALUE"));
    draw_text(s->draw, y, c->who, c->who_width, STYLE_DIM, _("WHO"));
}

/* ---- what there is, and what is not ---- */

static void
waiting_text(const struct journal_view *v, char *dst, size_t cap)
{
    guint n = journal_book_waiting(&v->book);
    *dst = '\0';
    if (n > 0) {
        snprintf(dst, cap, ngettext("%u new line, g", "%u new lines, g", n), n);
    }
}

static void
draw_head(struct screen *s, int y, struct rect area)
{
    const struct journal_view *v = s->journal;
    char text[FORMAT_SIZE * 2];
    waiting_text(v, text, sizeof(text));
    unsigned style = *text == '\0' ? STYLE_DIM : STYLE_STRONG;
    if (*text == '\0' && (*v->book.filter_text != '\0' || v->book.list.n > 0)) {
        int n = v->book.list.n;
        if (*v->book.filter_text == '\0') {
            snprintf(text, sizeof(text),
                     ngettext("%d line so far", "%d lines so far", (unsigned)n), n);
        } else {
            snprintf(text, sizeof(text), _("%d of %u lines so far"), n, v->book.lines->len);
        }
    }
    int right = draw_columns(s->draw, text), x = area.x + 1;
    int end = area.x + area.width - right - 2;
    draw_right(s->draw, y, area.x + area.width - right - 1, right, style, text);
    if (*v->only != '\0') {
        char only[FORMAT_SIZE + PLANT_ID_MAX];
        snprintf(only, sizeof(only), _("only %s"), v->only);
        x += draw_flow(s->draw, y, x, end - x, STYLE_STRONG, only) + 2;
    }
    if (*v->book.filter_text != '\0') {
        x += draw_flow(s->draw, y, x, end - x, STYLE_STRONG, "/");
        draw_flow(s->draw, y, x, end - x, STYLE_STRONG, v->book.filter_text);
    }
}

static void
end_text(const struct screen *s, char *dst, size_t cap)
{
    const struct journal_view *v = s->journal;
    if (s->config->archive == NULL) {
        snprintf(dst, cap, "%s", _("there is no archive here"));
    } else if (v->older != 0) {
        snprintf(dst, cap, "%s", _("… older lines come"));
    } else if (v->end == JOURNAL_MISSING) {
        snprintf(dst, cap, _("older lines are missing: %s"), v->problem);
    } else if (v->end == JOURNAL_ALL) {
        snprintf(dst, cap, "%s",
                 v->book.lines->len == 0 ? _("the journal is empty")
                                         : _("there is nothing older"));
    } else if (v->book.lines->len >= JOURNAL_LINES_MAX) {
        snprintf(dst, cap, _("%u lines are read; o reads further back for one station"),
                 v->book.lines->len);
    } else {
        snprintf(dst, cap, "%s", _("more below"));
    }
}

static void
draw_foot(struct screen *s, int y, struct rect area)
{
    const struct journal_record *oldest = journal_book_oldest(&s->journal->book);
    char text[FORMAT_SIZE * 5], since[FORMAT_SIZE * 2] = "";
    end_text(s, text, sizeof(text));
    if (oldest != NULL) {
        char at[FORMAT_SIZE * 2];
        format_moment(at, sizeof(at), s->zone, oldest->at, s->minute.wall);
        snprintf(since, sizeof(since), _("back to %s"), at);
    }
    int right = draw_columns(s->draw, since);
    right = right < area.width / 2 ? right : 0;
    draw_text(s->draw, y, area.x + 1, area.width - right - 3, STYLE_DIM, text);
    draw_right(s->draw, y, area.x + area.width - right - 1, right, STYLE_DIM, since);
}

/* ---- one line in full ---- */

static void
fill_whole(struct screen *s, int width)
{
    struct journal_view *v = s->journal;
    char *text = journal_whole_text(s, journal_book_selected(&v->book));
    char **fields = g_strsplit(text, "\n", -1);
    g_ptr_array_set_size(v->rows, 0);
    for (char **field = fields; *field != NULL; field++) {
        wrap_text(v->rows, *field, width, INDENT);
    }
    v->width = width;
    g_strfreev(fields);
    g_free(text);
}

static void
draw_whole(struct screen *s, struct rect area)
{
    struct journal_view *v = s->journal;
    fill_whole(s, area.width - 3);
    list_fit(&v->list, (int)v->rows->len, area.height);
    for (int i = 0; i < v->list.height && v->list.top + i < v->list.n; i++) {
        int pos = v->list.top + i;
        if (pos == v->list.pos) {
            draw_glyph(s->draw, area.y + i, area.x, STYLE_NORMAL, GLYPH_CURSOR);
            s->cursor_y = area.y + i;
            s->cursor_x = area.x;
        }
        draw_text(s->draw, area.y + i, area.x + 2, area.width - 2, STYLE_NORMAL,
                  g_ptr_array_index(v->rows, (guint)pos));
    }
}

/* ---- all of it ---- */

static void
fit_rows(struct screen *s, struct rect rows)
{
    struct list *list = &s->journal->book.list;
    list_fit(list, list->n, rows.height);
    s->list_rows = rows;
}

void
journal_draw(struct screen *s, struct rect area)
{
    struct list *list = &s->journal->book.list;
    if (s->journal->open) {
        draw_whole(s, area);
        return;
    }
    struct columns c = lay_out(s, area);
    struct rect rows = {area.y + 2, area.x, area.height - 3, area.width};
    draw_head(s, area.y, area);
    draw_titles(s, area.y + 1, &c);
    fit_rows(s, rows);
    for (int i = 0; i < list->height && list->top + i < list->n; i++) {
        draw_row(s, rows.y + i, area.x, &c, list->top + i);
    }
    draw_foot(s, area.y + area.height - 1, area);
}

static void
draw_small_row(struct screen *s, int y, struct rect area, int pos)
{
    const struct journal_record *r = journal_book_row(&s->journal->book, pos);
    int station = station_width(s);
    int x = area.x + 2 + draw_columns(s->draw, alarm_shape(s, ALARM_LOW));
    char text[1024];
    unsigned mark = 0;
    if (pos == s->journal->book.list.pos) {
        draw_glyph(s->draw, y, area.x, STYLE_NORMAL, GLYPH_CURSOR);
        s->cursor_y = y;
        s->cursor_x = area.x;
        mark = STYLE_SELECTED;
    }
    draw_text(s->draw, y, area.x + 1, ALARM_SHAPE, STYLE_NORMAL, journal_shape(s, r));
    alarm_since_text(s, r->at, false, text, sizeof(text));
    draw_text(s->draw, y, x, 6, STYLE_DIM, text);
    draw_text(s->draw, y, x + 6, EVENT_SMALL, STYLE_NORMAL | mark,
              journal_event_word(r->event));
    draw_text(s->draw, y, x + 6 + EVENT_SMALL, 1, STYLE_NORMAL | mark, "");
    draw_text(s->draw, y, x + 7 + EVENT_SMALL, station + 1, STYLE_NORMAL | mark,
              r->station == NULL ? "" : r->station);
    x += 8 + EVENT_SMALL + station;
    what_text(s, r, text, sizeof(text));
    draw_text(s->draw, y, x, area.x + area.width - x, STYLE_NORMAL, text);
}

/* Of the selected line what had no room; with new lines waiting, or at the end, that instead.
 */
static void
draw_digest(struct screen *s, struct rect below)
{
    struct journal_view *v = s->journal;
    const struct journal_record *r = journal_book_selected(&v->book);
    char text[1024], value[FORMAT_SIZE * 2];
    if (below.height < 2) {
        return;
    }
    waiting_text(v, text, sizeof(text));
    unsigned style = *text == '\0' ? STYLE_NORMAL : STYLE_STRONG;
    if (*text == '\0' && v->book.list.pos + 1 >= v->book.list.n) {
        end_text(s, text, sizeof(text));
    } else if (*text == '\0') {
        journal_value_text(s, r, VALUE, value, sizeof(value));
        snprintf(text, sizeof(text), "%s%s%s", value,
                 *value == '\0' || r->actor == NULL ? "" : "  ",
                 r->actor == NULL ? "" : r->actor);
    }
    draw_text(s->draw, below.y + 1, 0, s->columns, style, text);
    *text = '\0';
    if (r != NULL) {
        what_text(s, r, text, sizeof(text));
    }
    draw_text(s->draw, below.y, 0, s->columns, STYLE_NORMAL, text);
}

void
journal_draw_small(struct screen *s, struct rect area)
{
    struct list *list = &s->journal->book.list;
    if (s->journal->open) {
        draw_whole(s, area);
        return;
    }
    struct rect below = layout_digest(s, &area, area.height);
    fit_rows(s, area);
    for (int i = 0; i < list->height && list->top + i < list->n; i++) {
        draw_small_row(s, area.y + i, area, list->top + i);
    }
    draw_digest(s, below);
}
