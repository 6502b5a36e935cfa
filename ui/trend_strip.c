/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The course of a state: on, off, both, or nothing known. */
#include "ui/trend_pane.h"

enum course { COURSE_NONE, COURSE_OFF, COURSE_ON, COURSE_BOTH, COURSE_BAD };

static const struct {
    unsigned style;
    enum glyph glyph;
} looks[] = {
    [COURSE_OFF] = {STYLE_DIM, GLYPH_LINE},
    [COURSE_ON] = {STYLE_NORMAL, GLYPH_BAR_FULL},
    [COURSE_BOTH] = {STYLE_NORMAL, GLYPH_BAR_EMPTY},
    [COURSE_BAD] = {STYLE_DIM, GLYPH_UNSURE},
};

static bool
is_on(double value)
{
    return value > 0 || value < 0;
}

/* In one bucket. held: what the last reading before it says, if that counts still. */
static enum course
of_dot(const struct trend_dot *dot, enum course held)
{
    if (dot->bad && !dot->any) {
        return COURSE_BAD;
    }
    if (!dot->any) {
        return held;
    }
    bool low = is_on(dot->low), high = is_on(dot->high);
    return low && high ? COURSE_ON : low || high ? COURSE_BOTH : COURSE_OFF;
}

static enum course
of_value(double value)
{
    return is_on(value) ? COURSE_ON : COURSE_OFF;
}

/* Whether what was last read before bucket i counts in it. */
static bool
counts(const struct trend_line *line, uint32_t n, uint32_t i)
{
    while (i < n && !line->dots[i].any && !line->dots[i].bad) {
        i++;
    }
    return i < n && line->dots[i].joined;
}

static void
fill_courses(const struct trend_frame *f, const struct trend_line *line, enum course *ret)
{
    uint32_t n = f->p->window.n;
    const struct archive_bucket *before = &line->curve->series->before;
    enum course last = before->n > 0 ? of_value(before->last) : COURSE_NONE;
    bool joined = counts(line, n, 0);
    for (uint32_t i = 0; i < n; i++) {
        const struct trend_dot *dot = &line->dots[i];
        bool newest = (int64_t)i <= line->holds && (int32_t)i >= line->last;
        ret[i] = of_dot(dot, joined || newest ? last : COURSE_NONE);
        if (dot->any) {
            last = of_value(dot->value);
            joined = counts(line, n, i + 1);
        }
    }
}

static enum course
together(enum course a, enum course b)
{
    return a == b || b == COURSE_NONE           ? a
           : a == COURSE_NONE                   ? b
           : a == COURSE_BAD || b == COURSE_BAD ? COURSE_BAD
                                                : COURSE_BOTH;
}

void
trend_strip_draw(struct trend_frame *f, const struct trend_line *line, int y)
{
    uint32_t n = f->p->window.n;
    enum course *courses = g_new0(enum course, MAX(n, 1));
    fill_courses(f, line, courses);
    for (int column = 0, start = 0; column < f->columns; start = column) {
        enum course course = together(courses[2 * column], courses[2 * column + 1]);
        do {
            column++;
        } while (column < f->columns &&
                 together(courses[2 * column], courses[2 * column + 1]) == course);
        if (course != COURSE_NONE) {
            draw_fill(f->d, y, f->x + start, column - start, looks[course].style,
                      looks[course].glyph);
        }
    }
    g_free(courses);
    if (f->left > 3) {
        draw_format(f->d, y, f->x - f->left, f->left - 1,
                    line->curve->focus ? STYLE_STRONG : STYLE_NORMAL, "%s %s",
                    line->curve->label, line->curve->component->id);
    }
    trend_labels_end(f, line, y);
}
