/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/alarms.h"

struct alarm_sight {
    struct uuid occurrence;
    uint32_t step;
    mono_us since;
};

static void
free_text(gpointer data)
{
    filter_text_fini(data);
    g_free(data);
}

void
alarm_list_init(struct alarm_list *l)
{
    *l = (struct alarm_list){
        .rows = g_array_new(FALSE, FALSE, sizeof(struct alarm_row)),
        .ghosts = g_array_new(FALSE, FALSE, sizeof(struct alarm_view)),
        .maintenance = g_array_new(FALSE, FALSE, sizeof(struct alarm_view)),
        .seen = g_array_new(FALSE, FALSE, sizeof(struct alarm_sight)),
        .texts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_text),
        .filter = filter_new("")};
    l->list.height = 1;
}

void
alarm_list_fini(struct alarm_list *l)
{
    g_array_free(l->rows, TRUE);
    g_array_free(l->ghosts, TRUE);
    g_array_free(l->maintenance, TRUE);
    g_array_free(l->seen, TRUE);
    g_hash_table_destroy(l->texts);
    filter_free(l->filter);
    alarm_board_unref(l->board);
    plant_unref(l->plant);
}

/* ---- rows ---- */

const struct alarm_row *
alarm_list_row(const struct alarm_list *l, int pos)
{
    return pos >= 0 && (guint)pos < l->rows->len
               ? &g_array_index(l->rows, struct alarm_row, pos)
               : NULL;
}

static const struct alarm_view *
view_at(const struct alarm_list *l, uint32_t index)
{
    return index < l->board->n_alarms
               ? &l->board->alarms[index]
               : &g_array_index(l->maintenance, struct alarm_view, index - l->board->n_alarms);
}

const struct alarm_view *
alarm_list_view(const struct alarm_list *l, int pos)
{
    const struct alarm_row *row = alarm_list_row(l, pos);
    return row == NULL ? NULL
           : row->gone ? &g_array_index(l->ghosts, struct alarm_view, row->index)
                       : view_at(l, row->index);
}

const struct alarm_view *
alarm_list_selected(const struct alarm_list *l)
{
    return alarm_list_view(l, l->list.pos);
}

const struct alarm_view *
alarm_list_occurrence(const struct alarm_list *l, const struct uuid *id)
{
    for (uint32_t i = 0; l->board != NULL && !uuid_is_nil(id) && i < l->board->n_alarms; i++) {
        if (uuid_equal(&l->board->alarms[i].occurrence, id)) {
            return &l->board->alarms[i];
        }
    }
    return NULL;
}

bool
alarm_is_maintenance(const struct alarm_view *v)
{
    return *v->rule == '\0';
}

struct alarm_key
alarm_key_of(const struct alarm_view *v)
{
    struct alarm_key key;
    g_strlcpy(key.station, v->station, sizeof(key.station));
    g_strlcpy(key.component, v->component, sizeof(key.component));
    g_strlcpy(key.rule, v->rule, sizeof(key.rule));
    return key;
}

static bool
is_key(const struct alarm_view *v, const struct alarm_key *key)
{
    return strcmp(v->component, key->component) == 0 && strcmp(v->rule, key->rule) == 0 &&
           strcmp(v->station, key->station) == 0;
}

static int
place_of(const struct alarm_list *l, const struct alarm_key *key)
{
    for (int i = 0; i < (int)l->rows->len; i++) {
        if (is_key(alarm_list_view(l, i), key)) {
            return i;
        }
    }
    return -1;
}

static void
select_at_cursor(struct alarm_list *l)
{
    const struct alarm_view *v = alarm_list_selected(l);
    l->any_selected = v != NULL;
    if (v != NULL) {
        l->selected = alarm_key_of(v);
    }
}

/* The rows are others: the selected one stays selected; one that is gone leaves its row. */
static void
restore_cursor(struct alarm_list *l)
{
    int place = l->any_selected ? place_of(l, &l->selected) : -1;
    l->list.n = (int)l->rows->len;
    if (place >= 0) {
        list_follow(&l->list, place);
    } else {
        list_fit(&l->list, l->list.n, l->list.height);
        select_at_cursor(l);
    }
}

static void
rebuild(struct alarm_list *l)
{
    l->hold.due = false;
    l->waiting = 0;
    alarm_order(l);
    g_array_set_size(l->ghosts, 0);
    l->belonging = l->rows->len;
    restore_cursor(l);
}

/* ---- a new board ---- */

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

static uint32_t
n_views(const struct alarm_list *l)
{
    return l->board == NULL ? 0 : l->board->n_alarms + l->maintenance->len;
}

/* Alarm → its index + 1. */
static GHashTable *
index_views(const struct alarm_list *l)
{
    GHashTable *index = g_hash_table_new(hash_alarm, same_alarm);
    for (uint32_t i = 0; i < n_views(l); i++) {
        gpointer key = (gpointer)(uintptr_t)view_at(l, i);
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
            shown += alarm_belongs(l, view_at(l, row->index));
        } else if (!row->gone) {
            row->index = add_ghost(l, old);
            row->gone = true;
        }
    }
    g_hash_table_destroy(index);
    l->belonging = 0;
    for (uint32_t i = 0; i < n_views(l); i++) {
        l->belonging += alarm_belongs(l, view_at(l, i));
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
                               .shelved_until = WALL_NONE,
                               .shelved_by = m->actor,
                               .shelve_reason = m->reason};
        if (*m->component != '\0') {
            v.component_index = plant_find_component(l->plant, m->station, m->component);
        }
        g_array_append_val(l->maintenance, v);
    }
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
        if (l->newest == NULL || v->raised_at > l->newest->raised_at ||
            (v->raised_at == l->newest->raised_at && v->priority < l->newest->priority)) {
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
        rebuild(l);
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
        rebuild(l);
        if (l->any_selected && memcmp(&selected, &l->selected, sizeof(selected)) != 0) {
            l->changed_at = now;
        }
    }
}

uint32_t
alarm_list_of_mode(const struct alarm_list *l)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < n_views(l); i++) {
        const struct alarm_view *v = view_at(l, i);
        n += l->mode == ALARMS_COVERED ? v->overlays != 0
                                       : v->overlays == 0 && v->state != ALARM_NORMAL;
    }
    return n;
}

/* ---- by the user's hand ---- */

void
alarm_list_moved(struct alarm_list *l, mono_us now)
{
    hold_begin(&l->hold, now);
    l->changed_at = 0;
    select_at_cursor(l);
}

bool
alarm_list_select(struct alarm_list *l, const struct alarm_key *key)
{
    int place = place_of(l, key);
    if (place < 0) {
        return false;
    }
    list_to(&l->list, place);
    select_at_cursor(l);
    return true;
}

void
alarm_list_set_mode(struct alarm_list *l, enum alarm_mode mode)
{
    l->mode = mode;
    rebuild(l);
}

void
alarm_list_set_filter(struct alarm_list *l, const char *text)
{
    g_strlcpy(l->filter_text, text, sizeof(l->filter_text));
    filter_free(l->filter);
    l->filter = filter_new(l->filter_text);
    rebuild(l);
}

void
alarm_list_set_height(struct alarm_list *l, int height)
{
    list_fit(&l->list, (int)l->rows->len, height);
}

int
alarm_list_next(const struct alarm_list *l, int from, int direction)
{
    int n = (int)l->rows->len;
    for (int step = 0; step < n; step++) {
        int place = ((from + direction * step) % n + n) % n;
        const struct alarm_view *v = alarm_list_view(l, place);
        if (!alarm_list_row(l, place)->gone && v->overlays == 0 &&
            alarm_state_unacked(v->state)) {
            return place;
        }
    }
    return -1;
}

/* ---- what was seen ---- */

static const struct alarm_sight *
sight_of(const GArray *seen, const struct alarm_view *v)
{
    for (guint i = 0; i < seen->len; i++) {
        const struct alarm_sight *sight = &g_array_index(seen, struct alarm_sight, i);
        if (sight->step == v->step && uuid_equal(&sight->occurrence, &v->occurrence)) {
            return sight;
        }
    }
    return NULL;
}

void
alarm_list_shown(struct alarm_list *l, mono_us now)
{
    GArray *seen = g_array_new(FALSE, FALSE, sizeof(struct alarm_sight));
    for (int i = l->list.top; i < l->list.top + l->list.height; i++) {
        const struct alarm_view *v = alarm_list_view(l, i);
        if (v == NULL || alarm_list_row(l, i)->gone) {
            continue;
        }
        const struct alarm_sight *before = sight_of(l->seen, v);
        struct alarm_sight sight = {v->occurrence, v->step,
                                    before == NULL ? now : before->since};
        g_array_append_val(seen, sight);
    }
    g_array_free(l->seen, TRUE);
    l->seen = seen;
}

void
alarm_list_hidden(struct alarm_list *l)
{
    g_array_set_size(l->seen, 0);
}

bool
alarm_list_seen(const struct alarm_list *l, int pos, mono_us now)
{
    const struct alarm_view *v = alarm_list_view(l, pos);
    const struct alarm_sight *sight = v == NULL ? NULL : sight_of(l->seen, v);
    return sight != NULL && now - sight->since >= ALARM_SEEN_US;
}

bool
alarm_list_settled(const struct alarm_list *l, mono_us now)
{
    return l->changed_at == 0 || now - l->changed_at >= ALARM_SETTLED_US;
}
