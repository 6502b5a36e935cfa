/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tiles of one value: gauge, number, state. */
#include <math.h>

#include "src/core/i18n.h"
#include "ui/boards.h"
#include "ui/spark.h"
#include "ui/views.h"

#define NUMBER_WIDTH 12

static const struct component *
component_at(const struct screen *s, uint32_t index)
{
    return &s->snap->plant->components[index];
}

static bool
has_number(const struct screen *s, uint32_t index)
{
    const struct component_state *state = &s->snap->components[index];
    return state->ts != WALL_NONE && state->text == NULL;
}

static double
shown_of(const struct screen *s, uint32_t index)
{
    return adjust_apply(component_at(s, index)->adjust, s->snap->components[index].num);
}

uint32_t
tile_component(const struct tile_view *v, int k)
{
    const GPtrArray *names = v->tile->components;
    if ((guint)k >= names->len) {
        tile_say(v, v->in.y, STYLE_DIM, _("no component was chosen"));
        return COMPONENT_NONE;
    }
    if (v->live->ready && v->live->components[k] == COMPONENT_NONE) {
        char text[2 * PLANT_ID_MAX + FORMAT_SIZE];
        snprintf(text, sizeof(text), _("%s is not in the plant"),
                 (const char *)g_ptr_array_index(names, (guint)k));
        tile_say(v, v->in.y, STYLE_NORMAL, text);
    }
    return v->live->ready ? v->live->components[k] : COMPONENT_NONE;
}

void
tile_component_name(const struct screen *s, uint32_t component, char *dst, size_t cap)
{
    const struct component *c = component_at(s, component);
    const struct station *station = &s->snap->plant->stations[c->station];
    const char *place = *station->short_name != '\0' ? station->short_name
                        : *station->name != '\0'     ? station->name
                                                     : station->uid;
    const char *what = *c->short_name != '\0' ? c->short_name
                       : *c->name != '\0'     ? c->name
                                              : c->id;
    snprintf(dst, cap, "%s %s", place, what);
}

/* The worst limit that the value is beyond; "": none. */
static const char *
passed_sign(uint32_t component, const GArray *marks, double shown)
{
    const char *sign = "";
    for (guint i = 0; marks != NULL && i < marks->len; i++) {
        const struct limit_mark *m = &g_array_index(marks, struct limit_mark, i);
        bool high = *m->sign == 'H';
        bool passed = m->component == component && (high ? shown > m->value : shown < m->value);
        if (passed && strlen(m->sign) >= strlen(sign)) {
            sign = m->sign;
        }
    }
    return sign;
}

static bool
outside(const struct component *c, double shown)
{
    return shown > c->max || shown < c->min; /* false when a border is NAN */
}

int
tile_draw_value(struct screen *s, struct rect row, uint32_t component, const GArray *marks)
{
    const struct component *c = component_at(s, component);
    char text[512], flags[FORMAT_SIZE], unit[FORMAT_SIZE];
    const char *sign = "";
    unsigned style = panel_stale(s, component) ? STYLE_DIM : STYLE_NORMAL;
    bool number = has_number(s, component) &&
                  component_state_name(c, s->snap->components[component].num) == NULL;
    if (number) {
        double shown = shown_of(s, component);
        sign = passed_sign(component, marks, shown);
        style =
            style == STYLE_NORMAL && (*sign != '\0' || outside(c, shown)) ? STYLE_WARN : style;
    }
    format_value(text, sizeof(text), NUMBER_WIDTH, c, &s->snap->components[component]);
    int x = row.x, end = row.x + row.width;
    x += draw_flow(s->draw, row.y, x, end - x, style, text);
    snprintf(unit, sizeof(unit), number && *c->unit != '\0' ? " %s" : "%s",
             number ? c->unit : "");
    x += draw_flow(s->draw, row.y, x, end - x, STYLE_DIM, unit);
    panel_flags(s, component, flags, sizeof(flags));
    const char *const behind[] = {sign, flags};
    for (size_t i = 0; i < G_N_ELEMENTS(behind); i++) {
        if (*behind[i] != '\0' && x + 1 < end) {
            x++;
            x += draw_flow(s->draw, row.y, x, end - x, i == 0 ? style : STYLE_DIM, behind[i]);
        }
    }
    return x - row.x;
}

static struct rect
line_of(const struct tile_view *v, int line)
{
    return (struct rect){v->in.y + line, v->in.x, 1, v->in.width};
}

/* ---- gauge ---- */

struct gauge {
    double low, high;
    int width;
};

static int
cell_of(const struct gauge *g, double shown)
{
    double share = (shown - g->low) / (g->high - g->low);
    return isfinite(share) ? (int)(CLAMP(share, 0.0, 1.0) * g->width) : 0;
}

static void
draw_bar(const struct tile_view *v, struct rect row, uint32_t component, const struct gauge *g)
{
    struct screen *s = v->s;
    unsigned style = panel_stale(s, component) ? STYLE_DIM : STYLE_NORMAL;
    int full = has_number(s, component) ? cell_of(g, shown_of(s, component)) : 0;
    draw_fill(s->draw, row.y, row.x, full, style, GLYPH_BAR_FULL);
    draw_fill(s->draw, row.y, row.x + full, row.width - full, STYLE_DIM, GLYPH_BAR_EMPTY);
    for (guint i = 0; i < v->live->marks->len; i++) {
        const struct limit_mark *m = &g_array_index(v->live->marks, struct limit_mark, i);
        if (m->component == component && m->value >= g->low && m->value <= g->high) {
            int sign = (int)strlen(m->sign);
            int at = MIN(cell_of(g, m->value), row.width - sign);
            draw_text(s->draw, row.y, row.x + at, sign, STYLE_STRONG, m->sign);
        }
    }
}

/* "0 … 4   L 0.40   H 2.90" */
static void
draw_limits(const struct tile_view *v, struct rect row, uint32_t component,
            const struct gauge *g)
{
    struct screen *s = v->s;
    const struct component *c = component_at(s, component);
    char low[FORMAT_SIZE], high[FORMAT_SIZE], text[4 * FORMAT_SIZE];
    format_border(low, sizeof(low), g->low);
    format_border(high, sizeof(high), g->high);
    snprintf(text, sizeof(text), "%s … %s", low, high);
    int x = row.x, end = row.x + row.width;
    x += draw_flow(s->draw, row.y, x, end - x, STYLE_DIM, text) + 2;
    for (guint i = 0; i < v->live->marks->len; i++) {
        const struct limit_mark *m = &g_array_index(v->live->marks, struct limit_mark, i);
        char value[FORMAT_SIZE];
        if (m->component != component) {
            continue;
        }
        format_shown(value, sizeof(value), NUMBER_WIDTH, c, m->value);
        snprintf(text, sizeof(text), "%s %s", m->sign, value);
        int width = draw_columns(s->draw, text);
        if (x + width <= end) {
            x += draw_flow(s->draw, row.y, x, end - x, STYLE_DIM, text) + 2;
        }
    }
}

void
tile_draw_gauge(const struct tile_view *v)
{
    uint32_t component = tile_component(v, 0);
    if (component == COMPONENT_NONE) {
        return;
    }
    const struct component *c = component_at(v->s, component);
    struct gauge g = {c->min, c->max, v->in.width};
    tile_draw_value(v->s, line_of(v, 0), component, v->live->marks);
    if (!(g.high > g.low)) { /* or not given */
        if (v->in.height > 1) {
            draw_text(v->s->draw, v->in.y + 1, v->in.x, v->in.width, STYLE_DIM,
                      _("its range is not known"));
        }
        return;
    }
    if (v->in.height > 1) {
        draw_bar(v, line_of(v, 1), component, &g);
    }
    if (v->in.height > 2) {
        draw_limits(v, line_of(v, 2), component, &g);
    }
}

/* ---- number ---- */

struct extent_of_values {
    double low, high, first;
    bool any;
};

static struct extent_of_values
look_at(const struct tile_history *h, const struct component *c)
{
    struct extent_of_values e = {.any = false};
    for (uint32_t i = 0; h->any && i < h->window.n; i++) {
        const struct archive_bucket *b = &h->series[0].buckets[i];
        if (b->n == 0) {
            continue;
        }
        double one = adjust_apply(c->adjust, b->min), other = adjust_apply(c->adjust, b->max);
        e.low = e.any ? MIN(e.low, MIN(one, other)) : MIN(one, other);
        e.high = e.any ? MAX(e.high, MAX(one, other)) : MAX(one, other);
        e.first = e.any ? e.first : adjust_apply(c->adjust, b->first);
        e.any = true;
    }
    return e;
}

static void
span_text(char *dst, size_t cap, int span_s)
{
    format_age(dst, cap, span_s * US_PER_S);
}

/* "1.20 … 3.42 in 24 h" */
static void
draw_extent(const struct tile_view *v, struct rect row, const struct component *c)
{
    const struct tile_history *h = &v->live->history;
    struct extent_of_values e = look_at(h, c);
    char low[FORMAT_SIZE], high[FORMAT_SIZE], span[FORMAT_SIZE];
    span_text(span, sizeof(span), v->tile->span_s);
    if (!e.any) {
        if (!tile_draw_no_history(v, row.y)) {
            draw_format(v->s->draw, row.y, row.x, row.width, STYLE_DIM, _("no data in %s"),
                        span);
        }
        return;
    }
    format_shown(low, sizeof(low), NUMBER_WIDTH, c, e.low);
    format_shown(high, sizeof(high), NUMBER_WIDTH, c, e.high);
    draw_format(v->s->draw, row.y, row.x, row.width, STYLE_DIM, _("%s … %s in %s"), low, high,
                span);
}

/* How much more it is than at the beginning, at the right. */
static void
draw_change(const struct tile_view *v, struct rect row, uint32_t component, int used)
{
    const struct component *c = component_at(v->s, component);
    struct extent_of_values e = look_at(&v->live->history, c);
    char text[FORMAT_SIZE], change[FORMAT_SIZE + 2];
    if (!e.any || !has_number(v->s, component)) {
        return;
    }
    double by = shown_of(v->s, component) - e.first;
    format_shown(text, sizeof(text), NUMBER_WIDTH, c, by);
    snprintf(change, sizeof(change), "%s%s", by > 0 ? "+" : "", text);
    int width = draw_columns(v->s->draw, change);
    if (used + 1 + width <= row.width) {
        draw_right(v->s->draw, row.y, row.x + row.width - width, width, STYLE_DIM, change);
    }
}

static void
draw_spark(const struct tile_view *v, struct rect row, uint32_t component)
{
    const struct component *c = component_at(v->s, component);
    struct tile_history *h = &v->live->history;
    if (row.width != (int)h->wanted) {
        h->wanted = (uint32_t)MAX(row.width, 1);
        h->due = 0;
    }
    if (h->any) {
        spark_draw(v->s->draw, row.y, row.x, row.width, STYLE_NORMAL, h->series[0].buckets,
                   &h->window, c, v->s->snap->plant->stations[c->station].silence_s,
                   TREND_SCALE_NONE);
    }
}

void
tile_draw_number(const struct tile_view *v)
{
    uint32_t component = tile_component(v, 0);
    if (component == COMPONENT_NONE) {
        return;
    }
    struct rect row = line_of(v, 0);
    int used = tile_draw_value(v->s, row, component, v->live->marks);
    if (v->in.height == 1) { /* beside it */
        row.x += used + 1;
        row.width -= used + 1;
        if (row.width >= 4) {
            draw_spark(v, row, component);
        }
        return;
    }
    draw_change(v, row, component, used);
    draw_spark(v, line_of(v, 1), component);
    if (v->in.height > 2) {
        draw_extent(v, line_of(v, 2), component_at(v->s, component));
    }
}

/* ---- state ---- */

void
tile_draw_state(const struct tile_view *v)
{
    struct screen *s = v->s;
    uint32_t component = tile_component(v, 0);
    if (component == COMPONENT_NONE) {
        return;
    }
    const struct component *c = component_at(s, component);
    const struct component_state *state = &s->snap->components[component];
    struct rect row = line_of(v, 0);
    if ((c->kind == KIND_ACTUATOR || c->kind == KIND_SWITCH) && has_number(s, component)) {
        bool off = state->num >= 0 && state->num <= 0;
        draw_glyph(s->draw, row.y, row.x, panel_stale(s, component) ? STYLE_DIM : STYLE_NORMAL,
                   off ? GLYPH_OFF : GLYPH_ON);
        row.x += 2;
        row.width -= 2;
    }
    if (c->kind == KIND_FAULT && roster_fault_active(state)) {
        draw_glyph(s->draw, row.y, row.x, STYLE_FAULT, GLYPH_FAULT);
        row.x += 2;
        row.width -= 2;
    }
    tile_draw_value(s, row, component, v->live->marks);
    if (v->in.height > 1 && state->ts != WALL_NONE) {
        char moment[2 * FORMAT_SIZE + 4];
        format_moment(moment, sizeof(moment), s->zone, state->ts, s->minute.wall);
        draw_format(s->draw, v->in.y + 1, v->in.x, v->in.width, STYLE_DIM, _("at %s"), moment);
    }
}
