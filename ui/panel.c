/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/views.h"

#include <math.h>

#include "src/core/i18n.h"
#include "src/core/text.h"

#define FLAGS   3 /* "?IV" */
#define BAR_MAX 60
#define ROOMY   54 /* columns from which a panel has wider fields, and flags beside the age */

/* Where the parts of a row are. */
struct fields {
    int name, number, unit, flags, age;
    int number_width, unit_width, age_width, name_width;
    bool roomy;
};

static struct fields
lay_out(const struct panel *p)
{
    bool roomy = p->width >= ROOMY;
    struct fields f = {.roomy = roomy,
                       .number_width = roomy ? 11 : 9,
                       .unit_width = roomy ? 8 : 4,
                       .age_width = format_age_columns()};
    int right = p->x + p->width - 1;
    f.age = right - f.age_width;
    f.flags = roomy ? f.age - 1 - FLAGS : f.age;
    f.unit = f.flags - 1 - f.unit_width;
    f.number = f.unit - 1 - f.number_width;
    f.name = p->x + 2;
    f.name_width = f.number - 1 - f.name;
    return f;
}

bool
panel_stale(const struct screen *s, uint32_t component)
{
    const struct component_state *state = &s->snap->components[component];
    const struct station_state *station =
        &s->snap->stations[s->snap->plant->components[component].station];
    return state->ts == WALL_NONE || !state->live || station->silent ||
           (state->quality & QUALITY_BAD) != 0;
}

/* The letters of IEC 60870-5; a value from the cache is as good as not topical. */
void
panel_flags(const struct screen *s, uint32_t component, char *dst, size_t cap)
{
    static const char *const letters[QUALITY_COUNT] = {"IV", "NT", "BL", "SB", "OV", "CL"};
    const struct component_state *state = &s->snap->components[component];
    *dst = '\0';
    if (state->ts == WALL_NONE) {
        return;
    }
    for (unsigned bit = 0; bit < QUALITY_COUNT; bit++) {
        if ((state->quality & (1u << bit)) != 0) {
            snprintf(dst, cap, "?%s", letters[bit]);
            return;
        }
    }
    if (panel_stale(s, component)) {
        snprintf(dst, cap, "?");
    }
}

/* Where room is scarce: flags, else the age if it is worth telling. */
static void
draw_age(struct screen *s, const struct panel *p, const struct fields *f)
{
    const struct component_state *state = &s->snap->components[p->component];
    char flags[FORMAT_SIZE], age[FORMAT_SIZE];
    int64_t age_us = format_age_us(s->minute, state->received, state->heard);
    if (state->ts == WALL_NONE) {
        return;
    }
    panel_flags(s, p->component, flags, sizeof(flags));
    format_age(age, sizeof(age), age_us);
    if (f->roomy) {
        draw_text(s->draw, p->y, f->flags, FLAGS, STYLE_DIM, flags);
        draw_right(s->draw, p->y, f->age, f->age_width, STYLE_DIM, age);
    } else if (strlen(flags) > 1) {
        draw_right(s->draw, p->y, f->age, f->age_width, STYLE_DIM, flags);
    } else if (age_us >= 60 * US_PER_S) {
        draw_right(s->draw, p->y, f->age, f->age_width, STYLE_DIM, age);
    } else {
        draw_right(s->draw, p->y, f->age, f->age_width, STYLE_DIM, flags);
    }
}

static void
draw_name(struct screen *s, const struct panel *p, const struct fields *f)
{
    const struct component *c = &s->snap->plant->components[p->component];
    if (p->selected) {
        draw_glyph(s->draw, p->y, p->x, STYLE_NORMAL, GLYPH_CURSOR);
    }
    draw_text(s->draw, p->y, f->name, f->name_width,
              STYLE_NORMAL | (p->selected ? STYLE_SELECTED : 0),
              *c->name != '\0' ? c->name : c->id);
}

static bool
outside(const struct component *c, double shown)
{
    return shown > c->max || shown < c->min; /* false when a border is NAN */
}

static unsigned
value_style(const struct screen *s, uint32_t component)
{
    const struct component *c = &s->snap->plant->components[component];
    const struct component_state *state = &s->snap->components[component];
    if (panel_stale(s, component)) {
        return STYLE_DIM;
    }
    bool number = state->text == NULL && (c->kind == KIND_LEVEL || c->kind == KIND_SENSOR);
    return number && outside(c, adjust_apply(c->adjust, state->num)) ? STYLE_WARN
                                                                     : STYLE_NORMAL;
}

static bool
is_switching(const struct component *c)
{
    return c->kind == KIND_ACTUATOR || c->kind == KIND_SWITCH;
}

void
panel_draw(struct screen *s, const struct panel *p)
{
    const struct component *c = &s->snap->plant->components[p->component];
    const struct component_state *state = &s->snap->components[p->component];
    struct fields f = lay_out(p);
    unsigned style = value_style(s, p->component);
    char text[512];
    format_value(text, sizeof(text), f.number_width, c, state);
    draw_name(s, p, &f);
    bool words = state->ts != WALL_NONE && (is_switching(c) || state->text != NULL ||
                                            component_state_name(c, state->num) != NULL);
    if (!words) {
        draw_right(s->draw, p->y, f.number, f.number_width, style, text);
        draw_text(s->draw, p->y, f.unit, f.unit_width, STYLE_DIM, c->unit);
    } else {
        /* A state: the mark stands under the last digit of the numbers. */
        int x = f.number;
        if (is_switching(c) && state->text == NULL) {
            bool off = state->num >= 0 && state->num <= 0;
            draw_glyph(s->draw, p->y, x, style, off ? GLYPH_OFF : GLYPH_ON);
            x += 2;
        }
        draw_text(s->draw, p->y, x, f.flags - 1 - x, style, text);
    }
    draw_age(s, p, &f);
}

void
panel_draw_fault(struct screen *s, const struct panel *p)
{
    const struct component *c = &s->snap->plant->components[p->component];
    const struct component_state *state = &s->snap->components[p->component];
    struct fields f = lay_out(p);
    char moment[FORMAT_SIZE * 2];
    format_moment(moment, sizeof(moment), s->zone, state->ts, s->now.wall);
    int width = draw_columns(s->draw, moment);
    int x = p->x + p->width - 1 - width;
    if (p->selected) {
        draw_glyph(s->draw, p->y, p->x, STYLE_NORMAL, GLYPH_CURSOR);
    }
    draw_glyph(s->draw, p->y, p->x + 1, STYLE_FAULT, GLYPH_FAULT);
    draw_text(s->draw, p->y, f.name, x - 1 - f.name,
              STYLE_FAULT | (p->selected ? STYLE_SELECTED : 0),
              *c->name != '\0' ? c->name : c->id);
    draw_text(s->draw, p->y, x, width, STYLE_DIM, moment);
}

bool
panel_has_bar(const struct component *c)
{
    return c->kind == KIND_LEVEL && isfinite(c->min) && isfinite(c->max) && c->max > c->min;
}

/* The cell of a bar that value falls into. */
static int
cell_of(const struct component *c, double value, int width)
{
    double share = (value - c->min) / (c->max - c->min);
    return (int)(CLAMP(share, 0.0, 1.0) * width);
}

static void
draw_marks(struct screen *s, const struct panel *p, int x, int width)
{
    const struct component *c = &s->snap->plant->components[p->component];
    for (guint i = 0; i < s->detail.marks->len; i++) {
        const struct limit_mark *mark = &g_array_index(s->detail.marks, struct limit_mark, i);
        if (mark->component == p->component && mark->value >= c->min && mark->value <= c->max) {
            int sign = text_columns(mark->sign);
            int at = MIN(cell_of(c, mark->value, width), width - sign);
            draw_text(s->draw, p->y, x + at, sign, STYLE_STRONG, mark->sign);
        }
    }
}

void
panel_draw_bar(struct screen *s, const struct panel *p)
{
    const struct component *c = &s->snap->plant->components[p->component];
    const struct component_state *state = &s->snap->components[p->component];
    char min[FORMAT_SIZE], max[FORMAT_SIZE];
    format_border(min, sizeof(min), c->min);
    format_border(max, sizeof(max), c->max);
    int left = text_columns(min), right = text_columns(max);
    int x = p->x + 2;
    int width = MIN(p->width - 2 - left - right - 5, BAR_MAX);
    if (width < 4) {
        return;
    }
    draw_text(s->draw, p->y, x, left, STYLE_DIM, min);
    x += left + 1;
    draw_glyph(s->draw, p->y, x++, STYLE_DIM, GLYPH_END_LEFT);
    int full = 0;
    if (state->ts != WALL_NONE && state->text == NULL) {
        double shown = adjust_apply(c->adjust, state->num);
        full = isfinite(shown) ? cell_of(c, shown, width) : 0;
    }
    unsigned style = value_style(s, p->component);
    draw_fill(s->draw, p->y, x, full, style, GLYPH_BAR_FULL);
    draw_fill(s->draw, p->y, x + full, width - full, STYLE_DIM, GLYPH_BAR_EMPTY);
    draw_marks(s, p, x, width);
    x += width;
    draw_glyph(s->draw, p->y, x, STYLE_DIM, GLYPH_END_RIGHT);
    draw_text(s->draw, p->y, x + 2, right, STYLE_DIM, max);
}
