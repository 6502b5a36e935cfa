/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Areas: which there are, what is counted in each, in which order they stand. */
#include <assert.h>

#include "ui/collate.h"
#include "ui/overview.h"

static const char *const sort_names[] = {[AREAS_WORST] = "worst",
                                         [AREAS_PLANT] = "plant",
                                         [AREAS_NAME] = "name",
                                         [AREAS_STATIONS] = "stations",
                                         [AREAS_COMM] = "comm"};
static_assert(G_N_ELEMENTS(sort_names) == AREA_SORTS, "an order has no name");

const char *
area_sort_name(enum area_sort sort)
{
    return sort_names[sort];
}

/* The plant's order of stations makes that of the areas; stations without one come last. */
void
overview_take_plant(struct overview *o, struct plant *plant)
{
    GHashTable *known = g_hash_table_new(g_str_hash, g_str_equal);
    struct plant *old = o->plant;
    o->plant = plant_ref(plant);
    g_free(o->areas);
    g_free(o->area_of);
    g_free(o->order);
    o->area_of = g_new0(uint32_t, MAX(plant->n_stations, 1));
    GArray *areas = g_array_new(FALSE, TRUE, sizeof(struct area));
    for (int empty = 0; empty <= 1; empty++) {
        for (uint32_t i = 0; i < plant->n_stations; i++) {
            struct area area = {.name = plant->stations[i].area};
            if ((*area.name == '\0') != (empty == 1)) {
                continue;
            }
            uintptr_t index = (uintptr_t)g_hash_table_lookup(known, area.name);
            if (index == 0) {
                g_array_append_val(areas, area);
                index = areas->len;
                g_hash_table_insert(known, plant->stations[i].area, (gpointer)index);
            }
            o->area_of[i] = (uint32_t)index - 1;
        }
    }
    g_hash_table_destroy(known);
    o->n_areas = areas->len;
    struct area all = {.name = ""};
    g_array_append_val(areas, all);
    o->areas = (struct area *)(void *)g_array_free(areas, FALSE);
    o->order = g_new0(uint32_t, o->n_areas + 1);
    for (uint32_t i = 0; i <= o->n_areas; i++) {
        o->order[i] = i;
    }
    plant_unref(old);
}

static void
count_station(struct area *area, const struct station_state *state)
{
    area->stations++;
    area->communicating += state->received != WALL_NONE && !state->silent;
    area->faults += state->faults;
}

static void
count_alarm(struct area *area, const struct alarm_view *v)
{
    area->active[v->priority]++;
    area->unacked[v->priority] += alarm_state_unacked(v->state);
}

void
overview_count(struct overview *o, const struct screen *s)
{
    const struct snapshot *snap = s->snap;
    struct area *all = &o->areas[o->n_areas];
    for (uint32_t i = 0; i <= o->n_areas; i++) {
        struct area *area = &o->areas[i];
        area->stations = area->communicating = area->faults = 0;
        memset(area->active, 0, sizeof(area->active));
        memset(area->unacked, 0, sizeof(area->unacked));
    }
    for (uint32_t i = 0; i < o->plant->n_stations; i++) {
        count_station(&o->areas[o->area_of[i]], &snap->stations[i]);
        count_station(all, &snap->stations[i]);
    }
    const struct alarm_board *board = snap->alarms;
    for (uint32_t i = 0; board != NULL && i < board->n_alarms; i++) {
        const struct alarm_view *v = &board->alarms[i];
        uint32_t station = board->plant == o->plant ? v->station_index
                                                    : plant_find_station(o->plant, v->station);
        if (v->state == ALARM_NORMAL || v->overlays != 0) {
            continue;
        }
        count_alarm(all, v); /* those of leitstand itself, too */
        if (station != STATION_NONE) {
            count_alarm(&o->areas[o->area_of[station]], v);
        }
    }
}

static int
compare_number(double a, double b)
{
    return a > b ? -1 : a < b ? 1 : 0; /* the greater first */
}

static int
compare_worst(const struct area *a, const struct area *b)
{
    for (int i = 0; i < ALARM_PRIORITIES; i++) {
        if (a->active[i] != b->active[i]) {
            return compare_number(a->active[i], b->active[i]);
        }
    }
    int result = compare_number(a->faults, b->faults);
    return result != 0
               ? result
               : compare_number(a->stations - a->communicating, b->stations - b->communicating);
}

static double
share(const struct area *area)
{
    return area->stations == 0 ? 1 : (double)area->communicating / (double)area->stations;
}

static int
compare_key(enum area_sort sort, const struct area *a, const struct area *b)
{
    switch (sort) {
    case AREAS_WORST:
        return compare_worst(a, b);
    case AREAS_PLANT:
        return 0;
    case AREAS_NAME:
        return (*a->name == '\0') != (*b->name == '\0') ? (*a->name == '\0' ? 1 : -1)
                                                        : collate_compare(a->name, b->name);
    case AREAS_STATIONS:
        return compare_number(a->stations, b->stations);
    case AREAS_COMM:
        return compare_number(share(b), share(a)); /* who is heard least comes first */
    }
    return 0;
}

static gint
compare(gconstpointer a, gconstpointer b, gpointer data)
{
    const struct overview *o = data;
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    int result = compare_key(o->sort, &o->areas[x], &o->areas[y]);
    return result != 0 ? result : x < y ? -1 : 1;
}

static int
place_of_selected(const struct overview *o)
{
    for (uint32_t i = 0; i < o->n_areas && !o->all; i++) {
        if (strcmp(o->areas[o->order[i]].name, o->area) == 0) {
            return (int)i;
        }
    }
    return o->all ? (int)o->n_areas : 0;
}

void
overview_sort_areas(struct overview *o, mono_us now)
{
    bool live = o->sort != AREAS_PLANT && o->sort != AREAS_NAME;
    if (live && hold_on(&o->area_hold, now)) {
        o->area_hold.due = true;
        return;
    }
    o->area_hold.due = false;
    g_qsort_with_data(o->order, (gint)o->n_areas, sizeof(*o->order), compare, o);
    o->area_list.n = (int)o->n_areas + 1;
    list_follow(&o->area_list, place_of_selected(o));
    overview_area_moved(o);
}

void
overview_area_moved(struct overview *o)
{
    o->all = o->area_list.pos >= (int)o->n_areas;
    g_strlcpy(o->area, o->all ? "" : o->areas[o->order[o->area_list.pos]].name,
              sizeof(o->area));
}
