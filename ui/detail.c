/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/views.h"

#include <math.h>

#include "src/core/rule.h"

void
detail_init(struct detail *d)
{
    *d = (struct detail){.lines = g_array_new(FALSE, FALSE, sizeof(struct detail_line)),
                         .marks = g_array_new(FALSE, FALSE, sizeof(struct limit_mark))};
    d->list.height = 1;
}

void
detail_fini(struct detail *d)
{
    g_array_free(d->lines, TRUE);
    g_array_free(d->marks, TRUE);
}

uint32_t
detail_station(const struct screen *s)
{
    return s->snap == NULL || *s->detail.uid == '\0'
               ? STATION_NONE
               : plant_find_station(s->snap->plant, s->detail.uid);
}

const struct detail_line *
detail_line(const struct detail *d, int pos)
{
    return pos >= 0 && (guint)pos < d->lines->len
               ? &g_array_index(d->lines, struct detail_line, pos)
               : NULL;
}

static void
add_line(struct detail *d, enum detail_row row, uint32_t component)
{
    struct detail_line line = {row, component};
    if (row == ROW_HEADING && d->roomy && d->lines->len > 0) {
        struct detail_line blank = {ROW_BLANK, COMPONENT_NONE};
        g_array_append_val(d->lines, blank);
    }
    g_array_append_val(d->lines, line);
}

static void
add_faults(struct screen *s, const struct station *station)
{
    struct detail *d = &s->detail;
    const struct plant *plant = s->snap->plant;
    bool faults = false, active = false;
    for (uint32_t i = station->first; i < station->first + station->count; i++) {
        if (plant->components[i].kind == KIND_FAULT) {
            if (!faults) {
                add_line(d, ROW_HEADING, COMPONENT_NONE);
            }
            faults = true;
            if (roster_fault_active(&s->snap->components[i])) {
                add_line(d, ROW_FAULT, i);
                active = true;
            }
        }
    }
    if (faults && !active) {
        add_line(d, ROW_CALM, COMPONENT_NONE);
    }
}

/* Faults first, whatever the order of the components; then tiles in the plant's order. */
static void
make_lines(struct screen *s, uint32_t index)
{
    struct detail *d = &s->detail;
    const struct plant *plant = s->snap->plant;
    const struct station *station = &plant->stations[index];
    g_array_set_size(d->lines, 0);
    add_faults(s, station);
    for (uint32_t i = station->first; i < station->first + station->count; i++) {
        enum kind kind = plant->components[i].kind;
        if (kind == KIND_DIVIDER) {
            add_line(d, ROW_HEADING, i);
        } else if (kind != KIND_FAULT) {
            add_line(d, ROW_COMPONENT, i);
            if (panel_has_bar(&plant->components[i])) {
                add_line(d, ROW_BAR, i);
            }
        }
    }
}

static const char *
sign_of(const struct rule_def *rule)
{
    static const char *const signs[][2] = {
        {"hihi", "HH"}, {"hi", "H"}, {"lo", "L"}, {"lolo", "LL"}};
    for (size_t i = 0; i < G_N_ELEMENTS(signs); i++) {
        if (strcmp(rule->type, signs[i][0]) == 0) {
            return signs[i][1];
        }
    }
    return NULL;
}

/* Whether "STATION/ID" is this component. */
static bool
is_named(const char *path, const struct station *station, const struct component *c)
{
    size_t len = strlen(station->uid);
    return strncmp(path, station->uid, len) == 0 && path[len] == '/' &&
           strcmp(path + len + 1, c->id) == 0;
}

/* A name of a rule counts once for a component: a row of its own beats a template, and a later
 * template an earlier one. */
static void
put_mark(GArray *marks, const struct limit_mark *mark)
{
    for (guint i = 0; i < marks->len; i++) {
        struct limit_mark *before = &g_array_index(marks, struct limit_mark, i);
        if (before->component == mark->component && strcmp(before->rule, mark->rule) == 0) {
            *before = before->own && !mark->own ? *before : *mark;
            return;
        }
    }
    g_array_append_val(marks, *mark);
}

static void
put_rule(GArray *marks, const struct plant *plant, const struct station *station,
         const struct rule_def *rule)
{
    struct rule_template t = {0};
    const char *sign = isfinite(rule->limit) ? sign_of(rule) : NULL;
    bool many = rule_is_template(rule->component) &&
                rule_template_parse(&t, rule->component, NULL) &&
                rule_template_fits_station(&t, station);
    for (uint32_t i = station->first; i < station->first + station->count; i++) {
        const struct component *c = &plant->components[i];
        struct limit_mark mark = {.component = i,
                                  .value = rule->limit,
                                  .rule = rule->rule,
                                  .own = is_named(rule->component, station, c)};
        g_strlcpy(mark.sign, sign != NULL ? sign : "", sizeof(mark.sign));
        if (mark.own || (many && rule_template_fits_component(&t, c))) {
            put_mark(marks, &mark);
        }
    }
    rule_template_fini(&t);
}

static void
make_marks(struct screen *s, uint32_t index)
{
    struct detail *d = &s->detail;
    const struct plant *plant = s->snap->plant;
    g_array_set_size(d->marks, 0);
    d->plant = plant;
    for (uint32_t k = 0; k < plant->n_rules; k++) {
        put_rule(d->marks, plant, &plant->stations[index], &plant->rules[k]);
    }
    for (guint i = d->marks->len; i-- > 0;) {
        if (*g_array_index(d->marks, struct limit_mark, i).sign == '\0') {
            g_array_remove_index_fast(d->marks, i); /* what took a limit away, or has none */
        }
    }
}

/* The cursor is bound to a component; where none was chosen it stays at the top. */
static void
restore_cursor(struct screen *s)
{
    struct detail *d = &s->detail;
    d->list.n = (int)d->lines->len;
    for (int i = 0; *d->id != '\0' && i < d->list.n; i++) {
        const struct detail_line *line = detail_line(d, i);
        if (line->component != COMPONENT_NONE && line->row != ROW_BAR &&
            strcmp(s->snap->plant->components[line->component].id, d->id) == 0) {
            list_follow(&d->list, i);
            return;
        }
    }
    list_fit(&d->list, d->list.n, d->list.height);
}

void
detail_update(struct screen *s)
{
    struct detail *d = &s->detail;
    uint32_t station = detail_station(s);
    if (station == STATION_NONE) {
        g_array_set_size(d->lines, 0);
        list_fit(&d->list, 0, d->list.height);
        d->plant = NULL;
        return;
    }
    if (d->plant != s->snap->plant) {
        make_marks(s, station);
    }
    d->roomy = true;
    make_lines(s, station);
    if ((int)d->lines->len > d->list.height) {
        d->roomy = false;
        make_lines(s, station);
    }
    restore_cursor(s);
}

void
detail_follow(struct screen *s)
{
    struct detail *d = &s->detail;
    d->follow_at = 0;
    if (strcmp(d->uid, s->roster.selected) == 0) {
        return;
    }
    g_strlcpy(d->uid, s->roster.selected, sizeof(d->uid));
    *d->id = '\0';
    d->plant = NULL;
    d->list = (struct list){.height = d->list.height};
    detail_update(s);
}

static bool
selectable(const struct detail *d, int pos)
{
    const struct detail_line *line = detail_line(d, pos);
    return line != NULL && (line->row == ROW_FAULT || line->row == ROW_COMPONENT);
}

/* From pos in the direction of step; -1: there is none. */
static int
next_selectable(const struct detail *d, int pos, int step)
{
    while (pos >= 0 && pos < d->list.n && !selectable(d, pos)) {
        pos += step;
    }
    return pos >= 0 && pos < d->list.n ? pos : -1;
}

void
detail_moved(struct screen *s, int by)
{
    struct detail *d = &s->detail;
    int step = by < 0 ? -1 : 1;
    int pos = next_selectable(d, d->list.pos, step);
    pos = pos >= 0 ? pos : next_selectable(d, d->list.pos, -step);
    *d->id = '\0';
    if (pos < 0) {
        return;
    }
    list_to(&d->list, pos);
    if (pos == next_selectable(d, 0, 1)) { /* show the heading above it, too */
        d->list.home = 0;
        list_fit(&d->list, d->list.n, d->list.height);
    }
    g_strlcpy(d->id, s->snap->plant->components[detail_line(d, pos)->component].id,
              sizeof(d->id));
}
