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
    l->list.height = LIST_UNSEEN;
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

const struct alarm_view *
alarm_list_at(const struct alarm_list *l, uint32_t index)
{
    return index < l->board->n_alarms
               ? &l->board->alarms[index]
               : &g_array_index(l->maintenance, struct alarm_view, index - l->board->n_alarms);
}

uint32_t
alarm_list_size(const struct alarm_list *l)
{
    return l->board == NULL ? 0 : l->board->n_alarms + l->maintenance->len;
}

const struct alarm_view *
alarm_list_view(const struct alarm_list *l, int pos)
{
    const struct alarm_row *row = alarm_list_row(l, pos);
    return row == NULL ? NULL
           : row->gone ? &g_array_index(l->ghosts, struct alarm_view, row->index)
                       : alarm_list_at(l, row->index);
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
        l->chosen = false;
        list_fit(&l->list, l->list.n, l->list.height);
        select_at_cursor(l);
    }
}

void
alarm_list_rebuild(struct alarm_list *l)
{
    l->hold.due = false;
    l->waiting = 0;
    alarm_order(l);
    g_array_set_size(l->ghosts, 0);
    l->belonging = l->rows->len;
    restore_cursor(l);
}

uint32_t
alarm_list_of_mode(const struct alarm_list *l)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < alarm_list_size(l); i++) {
        const struct alarm_view *v = alarm_list_at(l, i);
        n += l->mode == ALARMS_COVERED ? v->overlays != 0
                                       : v->overlays == 0 && v->state != ALARM_NORMAL;
    }
    return n;
}

/* ---- by the user's hand ---- */

void
alarm_list_enter(struct alarm_list *l)
{
    if (!l->chosen) {
        list_to(&l->list, 0);
        select_at_cursor(l);
    }
}

void
alarm_list_moved(struct alarm_list *l, mono_us now)
{
    hold_begin(&l->hold, now);
    l->changed_at = 0;
    l->chosen = true;
    select_at_cursor(l);
}

bool
alarm_list_select(struct alarm_list *l, const struct alarm_key *key)
{
    int place = place_of(l, key);
    if (place < 0) {
        return false;
    }
    l->chosen = true;
    list_to(&l->list, place);
    select_at_cursor(l);
    return true;
}

void
alarm_list_set_mode(struct alarm_list *l, enum alarm_mode mode)
{
    l->mode = mode;
    alarm_list_rebuild(l);
}

void
alarm_list_set_filter(struct alarm_list *l, const char *text)
{
    g_strlcpy(l->filter_text, text, sizeof(l->filter_text));
    filter_free(l->filter);
    l->filter = filter_new(l->filter_text);
    alarm_list_rebuild(l);
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
alarm_list_shown(struct alarm_list *l, const bool *left, int free, mono_us now)
{
    GArray *seen = g_array_new(FALSE, FALSE, sizeof(struct alarm_sight));
    for (int i = l->list.top; i < l->list.top + l->list.height; i++) {
        const struct alarm_view *v = alarm_list_view(l, i);
        if (v == NULL || alarm_list_row(l, i)->gone) {
            continue;
        }
        const struct alarm_sight *before = sight_of(l->seen, v);
        int row = i - l->list.top;
        bool shown = row < free ? before != NULL || left == NULL || !left[row]
                                : before != NULL && now - before->since >= ALARM_SEEN_US;
        if (!shown) {
            continue;
        }
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

mono_us
alarm_list_since(const struct alarm_list *l, const struct alarm_view *v)
{
    const struct alarm_sight *sight = sight_of(l->seen, v);
    return sight == NULL ? 0 : sight->since;
}

bool
alarm_list_seen(const struct alarm_list *l, int pos, mono_us now)
{
    const struct alarm_view *v = alarm_list_view(l, pos);
    mono_us since = v == NULL ? 0 : alarm_list_since(l, v);
    return since != 0 && now - since >= ALARM_SEEN_US;
}

bool
alarm_list_settled(const struct alarm_list *l, mono_us now)
{
    return l->changed_at == 0 || now - l->changed_at >= ALARM_SETTLED_US;
}
