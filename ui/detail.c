/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/views.h"

void
detail_init(struct detail *d)
{
    *d = (struct detail){.lines = g_array_new(FALSE, FALSE, sizeof(struct detail_line)),
                         .marks = limit_set_array()};
    d->list.height = 1;
}

void
detail_fini(struct detail *d)
{
    g_array_free(d->lines, TRUE);
    g_array_free(d->marks, TRUE);
    limit_set_free(d->limits);
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

const struct limit_set *
detail_limits(struct screen *s)
{
    struct detail *d = &s->detail;
    if (d->limits == NULL || limit_set_plant(d->limits) != s->snap->plant) {
        limit_set_free(d->limits);
        d->limits = limit_set_new(s->snap->plant);
    }
    return d->limits;
}

static void
make_marks(struct screen *s, uint32_t index)
{
    const struct station *station = &s->snap->plant->stations[index];
    const struct limit_set *limits = detail_limits(s);
    s->detail.plant = s->snap->plant;
    g_array_set_size(s->detail.marks, 0);
    for (uint32_t i = station->first; i < station->first + station->count; i++) {
        limit_set_of(limits, i, s->detail.marks);
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
