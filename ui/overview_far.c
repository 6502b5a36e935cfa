/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The components furthest from normal: alarms first, then what is beyond or nearest a limit.
 * Limits are found once for a plant, values are looked through again and again, both in slices.
 */
#include <math.h>

#include "ui/overview.h"
#include "ui/views.h"

void
overview_far_fini(struct overview *o)
{
    g_clear_pointer(&o->limits, limit_set_free);
    g_array_free(o->points, TRUE);
    g_array_free(o->nearest, TRUE);
    g_array_free(o->found, TRUE);
    g_array_free(o->far, TRUE);
}

void
overview_far_begin(struct overview *o)
{
    g_clear_pointer(&o->limits, limit_set_free);
    o->limits = limit_set_new(o->plant);
    o->looking = true;
    o->looked = 0;
    g_array_set_size(o->points, 0);
    g_array_set_size(o->nearest, 0);
    g_array_set_size(o->found, 0);
    o->pass = 0;
    o->work_at = 0;
    o->far_due = true;
    overview_measure_begin(o);
}

/* ---- limits ---- */

static void
look_at_limits(struct overview *o)
{
    uint32_t end = MIN(o->looked + OVERVIEW_SLICE, o->plant->n_components);
    for (; o->looked < end; o->looked++) {
        struct limit_point p = {o->looked, limit_set_run(o->limits, o->looked)};
        if (p.run.n > 0) {
            g_array_append_val(o->points, p);
        }
        overview_measure_look(o, o->looked);
    }
    if (o->looked == o->plant->n_components) {
        o->looking = false;
        overview_measure_end(o);
        o->pass = o->points->len;
        o->pass_due = true;
        o->pass_began = 0;
    }
}

/* ---- values ---- */

/* False: there is nothing to be measured. */
static bool
measure_point(const struct overview *o, const struct screen *s, const struct limit_point *p,
              struct far_row *ret)
{
    const struct component *c = &o->plant->components[p->component];
    const struct component_state *state = &s->snap->components[p->component];
    if (state->ts == WALL_NONE || state->text != NULL ||
        (state->quality & QUALITY_INVALID) != 0) {
        return false;
    }
    double shown = adjust_apply(c->adjust, state->num);
    *ret = (struct far_row){.index = p->component, .since = WALL_NONE, .distance = NAN};
    const struct limit_mark *mark = limit_set_nearest(c, limit_set_marks(o->limits, &p->run),
                                                      p->run.n, shown, &ret->distance);
    if (mark == NULL || !isfinite(ret->distance)) {
        return false;
    }
    ret->limit = mark->value;
    memcpy(ret->sign, mark->sign, sizeof(ret->sign));
    return true;
}

static void
keep(GArray *rows, const struct far_row *row)
{
    if (rows->len >= OVERVIEW_ROWS &&
        row->distance >= g_array_index(rows, struct far_row, rows->len - 1).distance) {
        return;
    }
    guint at = rows->len;
    while (at > 0 && row->distance < g_array_index(rows, struct far_row, at - 1).distance) {
        at--;
    }
    g_array_insert_val(rows, at, *row);
    if (rows->len > OVERVIEW_ROWS) {
        g_array_set_size(rows, OVERVIEW_ROWS);
    }
}

static void
name_row(const struct overview *o, struct far_row *row)
{
    const struct component *c = &o->plant->components[row->index];
    g_strlcpy(row->station, o->plant->stations[c->station].uid, sizeof(row->station));
    g_strlcpy(row->component, c->id, sizeof(row->component));
}

static void
look_at_values(struct overview *o, const struct screen *s)
{
    guint end = MIN(o->pass + OVERVIEW_SLICE, o->points->len);
    for (; o->pass < end; o->pass++) {
        const struct limit_point *p = &g_array_index(o->points, struct limit_point, o->pass);
        struct far_row row;
        /* What has an alarm stands among the alarms. */
        if (!s->roster.alarmed[p->component] && measure_point(o, s, p, &row)) {
            keep(o->nearest, &row);
        }
    }
    if (o->pass == o->points->len) {
        GArray *found = o->found;
        o->found = o->nearest;
        o->nearest = found;
        for (guint i = 0; i < o->found->len; i++) {
            name_row(o, &g_array_index(o->found, struct far_row, i));
        }
        o->far_due = true;
    }
}

/* Something is under way. */
static bool
working(const struct overview *o)
{
    return o->looking || o->pass < o->points->len;
}

void
overview_work(struct overview *o, const struct screen *s)
{
    mono_us now = s->now.mono;
    if (now < o->work_at) {
        return;
    }
    if (o->looking) {
        look_at_limits(o);
    } else if (o->pass < o->points->len) {
        look_at_values(o, s);
    }
    if (!working(o) && o->pass_due &&
        (o->pass_began == 0 || now - o->pass_began >= OVERVIEW_PASS_US)) {
        o->pass_due = false;
        o->pass_began = now;
        g_array_set_size(o->nearest, 0);
        overview_measure_add(o, s);
        o->pass = 0;
        look_at_values(o, s);
    }
    o->work_at = working(o)    ? now + OVERVIEW_WORK_US
                 : o->pass_due ? o->pass_began + OVERVIEW_PASS_US
                               : 0;
}

/* ---- what is shown ---- */

static void
add_alarms(const struct screen *s, GArray *rows)
{
    const struct alarm_board *board = s->snap->alarms;
    GPtrArray *views = g_ptr_array_new();
    for (uint32_t i = 0; board != NULL && i < board->n_alarms; i++) {
        const struct alarm_view *v = &board->alarms[i];
        if (v->state != ALARM_NORMAL && v->overlays == 0) {
            guint at = views->len;
            while (at > 0 && alarm_compare(v, g_ptr_array_index(views, at - 1)) < 0) {
                at--;
            }
            if (at < OVERVIEW_ROWS) {
                g_ptr_array_insert(views, (gint)at, (gpointer)(uintptr_t)v);
                g_ptr_array_set_size(views, (gint)MIN(views->len, OVERVIEW_ROWS));
            }
        }
    }
    for (guint i = 0; i < views->len; i++) {
        const struct alarm_view *v = g_ptr_array_index(views, i);
        struct far_row row = {
            .alarm = true,
            .index = plant_find_component(s->snap->plant, v->station, v->component),
            .limit = v->limit,
            .since = v->raised_at};
        struct alarm_key key = alarm_key_of(v);
        g_strlcpy(row.station, key.station, sizeof(row.station));
        g_strlcpy(row.component, key.component, sizeof(row.component));
        g_strlcpy(row.rule, key.rule, sizeof(row.rule));
        g_array_append_val(rows, row);
    }
    g_ptr_array_unref(views);
}

static bool
is_selected(const struct overview *o, const struct far_row *row)
{
    return strcmp(row->station, o->far_station) == 0 &&
           strcmp(row->component, o->far_component) == 0;
}

/* The order is made anew when it may be; the rows of a plant that is gone go at once. */
void
overview_far_update(struct overview *o, const struct screen *s)
{
    if (!o->far_due) {
        return;
    }
    if (hold_on(&o->far_hold, s->now.mono) && !o->looking) {
        o->far_hold.due = true;
        return;
    }
    o->far_due = o->far_hold.due = false;
    g_array_set_size(o->far, 0);
    add_alarms(s, o->far);
    g_array_append_vals(o->far, o->found->data, o->found->len);
    o->far_list.n = (int)o->far->len;
    for (guint i = 0; o->far_chosen && i < o->far->len; i++) {
        if (is_selected(o, &g_array_index(o->far, struct far_row, i))) {
            list_follow(&o->far_list, (int)i);
            return;
        }
    }
    o->far_list.pos = o->far_list.home = 0;
    list_fit(&o->far_list, (int)o->far->len, o->far_list.height);
    overview_far_moved(o);
}

void
overview_far_moved(struct overview *o)
{
    o->far_chosen = o->far_list.pos > 0;
    const struct far_row *row =
        o->far->len == 0 ? NULL : &g_array_index(o->far, struct far_row, o->far_list.pos);
    g_strlcpy(o->far_station, row == NULL ? "" : row->station, sizeof(o->far_station));
    g_strlcpy(o->far_component, row == NULL ? "" : row->component, sizeof(o->far_component));
}
