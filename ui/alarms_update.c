/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A new board for the list of alarms. */
#include "ui/alarms.h"

static guint
hash_alarm(gconstpointer data)
{
    const struct alarm_view *v = data;
    return g_str_hash(v->station) * 31 + g_str_hash(v->component) * 7 + g_str_hash(v->rule);
}

static gboolean
same_alarm(gconstpointer a, gconstpointer b)
{
    const struct alarm_view *x = a, *y = b;
    return strcmp(x->component, y->component) == 0 && strcmp(x->rule, y->rule) == 0 &&
           strcmp(x->station, y->station) == 0;
}

/* Alarm → its index + 1. */
static GHashTable *
index_views(const struct alarm_list *l)
{
    GHashTable *index = g_hash_table_new(hash_alarm, same_alarm);
    for (uint32_t i = 0; i < alarm_list_size(l); i++) {
        gpointer key = (gpointer)(uintptr_t)alarm_list_at(l, i);
        g_hash_table_insert(index, key, GUINT_TO_POINTER(i + 1));
    }
    return index;
}

static uint32_t
add_ghost(struct alarm_list *l, const struct alarm_view *v)
{
    struct alarm_view ghost = *v;
    ghost.acked_by = ghost.comment = ghost.shelved_by = ghost.shelve_reason = NULL;
    g_array_append_val(l->ghosts, ghost);
    return l->ghosts->len - 1;
}

/* The order is held: each row shows its alarm as the new board has it. views: the rows' alarms
 * as the old one had them. */
static void
remap(struct alarm_list *l, const GArray *views)
{
    GHashTable *index = index_views(l);
    uint32_t shown = 0;
    for (guint i = 0; i < l->rows->len; i++) {
        struct alarm_row *row = &g_array_index(l->rows, struct alarm_row, i);
        const struct alarm_view *old = &g_array_index(views, struct alarm_view, i);
        guint found = GPOINTER_TO_UINT(g_hash_table_lookup(index, old));
        if (found > 0) {
            row->index = found - 1;
            row->gone = false;
            shown += alarm_belongs(l, alarm_list_at(l, row->index));
        } else if (!row->gone) {
            row->index = add_ghost(l, old);
            row->gone = true;
        }
    }
    g_hash_table_destroy(index);
    l->belonging = 0;
    for (uint32_t i = 0; i < alarm_list_size(l); i++) {
        l->belonging += alarm_belongs(l, alarm_list_at(l, i));
    }
    l->waiting = l->belonging - shown;
    l->hold.due = true;
}

static void
take_maintenance(struct alarm_list *l)
{
    g_array_set_size(l->maintenance, 0);
    for (uint32_t i = 0; l->board != NULL && i < l->board->n_maintenance; i++) {
        const struct maintenance_view *m = &l->board->maintenance[i];
        struct alarm_view v = {.station = m->station,
                               .component = m->component,
                               .rule = "",
                               .name = "",
                               .guidance = "",
                               .group = "",
                               .station_index = plant_find_station(l->plant, m->station),
                               .component_index = COMPONENT_NONE,
                               .priority = ALARM_LOW,
                               .overlays = OVERLAY_OUT_OF_SERVICE,
                               .raised_at = m->since,
                               .returned_at = WALL_NONE,
                               .shelved_until = WALL_NONE,
                               .shelved_by = m->actor,
                               .shelve_reason = m->reason};
        if (*m->component != '\0') {
            v.component_index = plant_find_component(l->plant, m->station, m->component);
        }
        g_array_append_val(l->maintenance, v);
    }
}

/* Of the worst priority, so that nothing slight takes the place of what is urgent. */
static bool
is_more_urgent(const struct alarm_view *v, const struct alarm_view *than)
{
    return v->priority != than->priority ? v->priority < than->priority
                                         : v->raised_at > than->raised_at;
}

static void
find_newest(struct alarm_list *l)
{
    l->newest = NULL;
    l->n_unacked = 0;
    for (uint32_t i = 0; l->board != NULL && i < l->board->n_alarms; i++) {
        const struct alarm_view *v = &l->board->alarms[i];
        if (v->overlays != 0 || !alarm_state_unacked(v->state)) {
            continue;
        }
        l->n_unacked++;
        if (l->newest == NULL || is_more_urgent(v, l->newest)) {
            l->newest = v;
        }
    }
}

/* The alarms of the rows, while the old board is still there; their texts are not to be used.
 */
static GArray *
copy_views(const struct alarm_list *l)
{
    GArray *views = g_array_new(FALSE, FALSE, sizeof(struct alarm_view));
    for (int i = 0; i < (int)l->rows->len; i++) {
        g_array_append_vals(views, alarm_list_view(l, i), 1);
    }
    return views;
}

static void
take_plant(struct alarm_list *l, struct plant *plant)
{
    plant = plant == NULL ? NULL : plant_ref(plant);
    plant_unref(l->plant);
    l->plant = plant;
    g_hash_table_remove_all(l->texts);
}

static bool
other_occurrence(const struct alarm_view *a, const struct alarm_view *b)
{
    return !uuid_equal(&a->occurrence, &b->occurrence) || a->state != b->state ||
           a->step != b->step || a->overlays != b->overlays;
}

void
alarm_list_update(struct alarm_list *l, struct alarm_board *board, mono_us now)
{
    struct plant *plant = board == NULL ? NULL : board->plant;
    bool new_plant = plant != l->plant;
    if (!new_plant && (board == l->board || (board != NULL && l->board != NULL &&
                                             board->version == l->board->version))) {
        return;
    }
    bool held = hold_on(&l->hold, now) && !new_plant;
    GArray *views = held ? copy_views(l) : NULL;
    const struct alarm_view *v = alarm_list_selected(l);
    struct alarm_view before = v == NULL ? (struct alarm_view){.rule = NULL} : *v;
    struct alarm_board *old = l->board;
    struct plant *old_plant = l->plant == NULL ? NULL : plant_ref(l->plant);
    l->board = board == NULL ? NULL : alarm_board_ref(board);
    if (new_plant) {
        take_plant(l, plant);
    }
    take_maintenance(l);
    find_newest(l);
    if (held) {
        remap(l, views);
        g_array_free(views, TRUE);
    } else {
        alarm_list_rebuild(l);
    }
    v = alarm_list_selected(l);
    if (v != NULL &&
        (before.rule == NULL || !same_alarm(v, &before) || other_occurrence(v, &before))) {
        l->changed_at = now;
    }
    alarm_board_unref(old);
    plant_unref(old_plant);
}

void
alarm_list_release(struct alarm_list *l, mono_us now)
{
    if (hold_end(&l->hold, now)) {
        struct alarm_key selected = l->selected;
        alarm_list_rebuild(l);
        if (l->any_selected && memcmp(&selected, &l->selected, sizeof(selected)) != 0) {
            l->changed_at = now;
        }
    }
}
