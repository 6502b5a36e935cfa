/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/trends.h"

#include "src/core/i18n.h"
#include "src/core/text.h"
#include "ui/trends_words.h"
#include "ui/view.h"
#include "ui/wrap.h"

#define NAME_MOST 40

/* ---- the plot ---- */

static void
fill_curve(const struct screen *s, struct trend_curve *curve, int entry)
{
    static const char *const labels[TREND_CURVES_MAX] = {"A", "B", "C", "D",
                                                         "E", "F", "G", "H"};
    const struct trends *t = s->trends;
    const struct trend_entry *e = &t->entries[entry];
    const struct component *c = &t->plant->components[e->component];
    *curve = (struct trend_curve){.component = c,
                                  .index = e->component,
                                  .silence_s = t->plant->stations[c->station].silence_s,
                                  .series = &e->now,
                                  .label = labels[entry],
                                  .holds = trends_holds(s, e),
                                  .focus = entry == t->focus,
                                  .hidden = e->hidden};
    if (t->days_before > 0 && curve->focus) {
        curve->earlier = &e->earlier;
    }
}

static void
draw_plot(struct screen *s, struct rect area)
{
    struct trends *t = s->trends;
    struct trend_plot plot = {.window = t->window,
                              .marks = (const struct limit_mark *)(const void *)t->marks->data,
                              .n_marks = t->no_limits ? 0 : t->marks->len,
                              .stat = t->stat,
                              .y = t->y,
                              .cursor = trends_cursor(t),
                              .zone = s->zone};
    for (int i = 0; i < t->n; i++) {
        if (t->entries[i].component != COMPONENT_NONE) {
            fill_curve(s, &plot.curves[plot.n_curves++], i);
        }
    }
    int y, x = trend_plot_draw(s->draw, t->canvas, area, &plot, &y);
    if (x >= 0) {
        s->cursor_y = y;
        s->cursor_x = x;
    }
    int columns = trend_plot_columns(area.width, false);
    t->plot = (struct rect){area.y, area.x + trend_plot_left(area.width, false), area.height,
                            columns};
}

/* ---- the line above it ---- */

static void
draw_title(struct screen *s, int y, int width)
{
    const struct trends *t = s->trends;
    char left[FORMAT_SIZE * 8], told[FORMAT_SIZE * 6];
    trends_title(s, true, left, sizeof(left));
    trends_tell(s, told, sizeof(told));
    if (draw_columns(s->draw, left) + draw_columns(s->draw, told) > width - 6) {
        trends_title(s, false, left, sizeof(left)); /* the axis tells the times as well */
    }
    int used = draw_flow(s->draw, y, 1, width - 2, STYLE_NORMAL, left);
    int room = width - used - 4;
    if (room > 8) {
        bool trouble = *t->asked.problem != '\0' && t->asked.phase == TREND_KNOWN;
        draw_right(s->draw, y, used + 3, room, trouble ? STYLE_STRONG : STYLE_DIM, told);
    }
}

/* ---- the legend ---- */

static void
draw_name(struct screen *s, int y, int width, int entry)
{
    const struct trends *t = s->trends;
    const struct trend_entry *e = &t->entries[entry];
    const struct component *c =
        e->component == COMPONENT_NONE ? NULL : &t->plant->components[e->component];
    bool focus = entry == t->focus;
    if (focus) {
        draw_glyph(s->draw, y, 0, STYLE_NORMAL, GLYPH_CURSOR);
        if (trends_cursor(t) < 0) {
            s->cursor_y = y;
            s->cursor_x = 0;
        }
    }
    draw_format(s->draw, y, 1, width,
                focus       ? STYLE_STRONG
                : e->hidden ? STYLE_DIM
                            : STYLE_NORMAL,
                "%c %s %s", 'A' + entry, e->now.name.station,
                c != NULL && *c->name != '\0' ? c->name : e->now.name.component);
}

static void
draw_legend_row(struct screen *s, int y, int width, int entry)
{
    char value[FORMAT_SIZE * 2], stats[FORMAT_SIZE * 8];
    int name = MIN(width * 3 / 10, NAME_MOST);
    trends_value(s, entry, value, sizeof(value));
    trends_stats(s, entry, stats, sizeof(stats));
    draw_name(s, y, name, entry);
    int number = width >= 100 ? 17 : 12;
    draw_right(s->draw, y, name + 2, number, STYLE_NORMAL, value);
    draw_text(s->draw, y, name + number + 4, width - name - number - 4, STYLE_DIM, stats);
}

/* The curves from the first that keeps the one in focus in sight. */
static void
draw_legend(struct screen *s, struct rect area)
{
    const struct trends *t = s->trends;
    char moment[FORMAT_SIZE * 4];
    trends_moment(s, moment, sizeof(moment));
    draw_text(s->draw, area.y, 1, area.width - 1, STYLE_DIM, moment);
    int rows = area.height - 1;
    int top = CLAMP(t->focus - rows + 1, 0, MAX(t->n - rows, 0));
    for (int i = 0; i < rows && top + i < t->n; i++) {
        draw_legend_row(s, area.y + 1 + i, area.width, top + i);
    }
}

/* ---- the view ---- */

static bool
draw_empty(struct screen *s, struct rect area)
{
    if (s->trends->n > 0 && s->trends->plant != NULL) {
        return false;
    }
    static const char *const lines[] = {
        N_("no curve is shown"), "", N_("a adds one here: type a station, Tab completes"),
        N_("t on a station, component or alarm shows it; P adds it to these")};
    GPtrArray *rows = g_ptr_array_new_with_free_func(g_free);
    for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
        wrap_text(rows, *lines[i] == '\0' ? " " : _(lines[i]), area.width - 1, 2);
    }
    for (int i = 0; i < (int)rows->len && i < area.height; i++) {
        draw_text(s->draw, area.y + i, 1, area.width - 1, i == 0 ? STYLE_NORMAL : STYLE_DIM,
                  g_ptr_array_index(rows, (guint)i));
    }
    g_ptr_array_free(rows, TRUE);
    return true;
}

static void
draw_all(struct screen *s, struct rect area, int legend)
{
    trends_prepare(s, trend_plot_columns(area.width, false));
    struct rect plot = {area.y + 1, area.x, area.height - 1 - legend, area.width};
    draw_title(s, area.y, area.width);
    draw_plot(s, plot);
    draw_legend(s, (struct rect){plot.y + plot.height, area.x, legend, area.width});
}

void
trends_draw(struct screen *s, struct rect area)
{
    if (!draw_empty(s, area)) {
        draw_all(s, area, 1 + CLAMP(area.height / 4, 1, s->trends->n));
    }
}

/* One curve, its numbers in text below. */
void
trends_draw_small(struct screen *s, struct rect area)
{
    char value[FORMAT_SIZE * 2], stats[FORMAT_SIZE * 8];
    if (draw_empty(s, area)) {
        return;
    }
    struct trends *t = s->trends;
    trends_prepare(s, trend_plot_columns(area.width, false));
    int text = area.height >= 7 ? 3 : 1;
    draw_plot(s, (struct rect){area.y, area.x, area.height - text, area.width});
    int y = area.y + area.height - text;
    trends_value(s, t->focus, value, sizeof(value));
    int number = draw_columns(s->draw, value);
    draw_name(s, y, area.width - number - 2, t->focus);
    draw_right(s->draw, y, area.width - number, number, STYLE_NORMAL, value);
    if (text == 3) {
        trends_stats(s, t->focus, stats, sizeof(stats));
        draw_text(s->draw, y + 1, 0, area.width, STYLE_DIM, stats);
        if (trends_cursor(t) >= 0) {
            trends_moment(s, stats, sizeof(stats));
        } else {
            trends_tell(s, stats, sizeof(stats));
            if (*stats == '\0') {
                trends_title(s, true, stats, sizeof(stats));
            }
        }
        draw_text(s->draw, y + 2, 0, area.width, STYLE_DIM, stats);
    }
}
