/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/roster.h"

#include <assert.h>

#include "src/core/text.h"

static const char *const sort_names[] = {[SORT_STATE] = "state",
                                         [SORT_ID] = "id",
                                         [SORT_NAME] = "name",
                                         [SORT_AREA] = "area",
                                         [SORT_AGE] = "age"};
static_assert(G_N_ELEMENTS(sort_names) == ROSTER_SORTS, "a column has no name");

const char *
roster_sort_name(enum roster_sort sort)
{
    return sort_names[sort];
}

void
roster_init(struct roster *r)
{
    *r = (struct roster){.filter = filter_new(""),
                         .faults = g_array_new(FALSE, FALSE, sizeof(struct fault))};
    r->list.height = 1;
}

static void
drop_plant(struct roster *r)
{
    for (uint32_t i = 0; r->plant != NULL && i < r->plant->n_stations; i++) {
        filter_text_fini(&r->texts[i]);
    }
    g_clear_pointer(&r->texts, g_free);
    g_clear_pointer(&r->briefs, g_free);
    g_clear_pointer(&r->conditions, g_free);
    g_clear_pointer(&r->worst, g_free);
    g_clear_pointer(&r->urgency, g_free);
    g_clear_pointer(&r->alarmed, g_free);
    g_clear_pointer(&r->order, g_free);
    g_clear_pointer(&r->fault_components, g_free);
    g_clear_pointer(&r->fault_since, g_free);
    g_clear_pointer(&r->plant, plant_unref);
    r->n = 0;
    r->n_fault_components = 0;
    g_array_set_size(r->faults, 0);
}

void
roster_fini(struct roster *r)
{
    drop_plant(r);
    filter_free(r->filter);
    g_array_free(r->faults, TRUE);
}

/* ---- order ---- */

struct sorting {
    const struct roster *r;
    const struct snapshot *s;
};

static int
compare_text(const char *a, const char *b)
{
    /* Stations without a text come last. */
    if (*a == '\0' || *b == '\0') {
        return (*a == '\0') - (*b == '\0');
    }
    return strcmp(a, b);
}

static int
compare_key(const struct sorting *by, uint32_t a, uint32_t b)
{
    const struct roster *r = by->r;
    wall_us x, y;
    switch (r->sort) {
    case SORT_STATE:
        return r->urgency[a] != r->urgency[b] ? (int)r->urgency[a] - (int)r->urgency[b]
                                              : (int)r->conditions[a] - (int)r->conditions[b];
    case SORT_ID:
        return strcmp(r->plant->stations[a].uid, r->plant->stations[b].uid);
    case SORT_NAME:
        return compare_text(r->texts[a].fields[FIELD_NAME], r->texts[b].fields[FIELD_NAME]);
    case SORT_AREA:
        return compare_text(r->texts[a].fields[FIELD_AREA], r->texts[b].fields[FIELD_AREA]);
    case SORT_AGE:
        x = by->s->stations[a].received;
        y = by->s->stations[b].received;
        return x == y ? 0 : x > y ? -1 : 1;
    }
    return 0;
}

/* The plant's own order breaks ties, so the order is the same every time. */
static gint
compare(gconstpointer a, gconstpointer b, gpointer data)
{
    const struct sorting *by = data;
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    int result = compare_key(by, x, y);
    if (by->r->reverse) {
        result = -result;
    }
    return result != 0 ? result : x < y ? -1 : x > y ? 1 : 0;
}

static int
place_of(const struct roster *r, const char *uid)
{
    uint32_t station = plant_find_station(r->plant, uid);
    for (int i = 0; station != STATION_NONE && i < r->n; i++) {
        if (r->order[i] == station) {
            return i;
        }
    }
    return -1;
}

static void
select_at_cursor(struct roster *r)
{
    const char *uid = r->n == 0 ? "" : r->plant->stations[r->order[r->list.pos]].uid;
    g_strlcpy(r->selected, uid, sizeof(r->selected));
}

static void
rebuild_order(struct roster *r, const struct snapshot *s)
{
    r->n = 0;
    r->hold.due = false;
    for (uint32_t i = 0; i < r->plant->n_stations; i++) {
        if (filter_match(r->filter, &r->texts[i], (enum condition)r->conditions[i])) {
            r->order[r->n++] = i;
        }
    }
    struct sorting by = {r, s};
    g_qsort_with_data(r->order, r->n, sizeof(*r->order), compare, &by);

    int place = *r->selected == '\0' ? -1 : place_of(r, r->selected);
    r->list.n = r->n;
    if (place >= 0) {
        list_follow(&r->list, place);
    } else {
        list_fit(&r->list, r->n, r->list.height);
        select_at_cursor(r);
    }
}

/* ---- a new plant ---- */

static void
measure_units(struct roster *r, const struct brief *b)
{
    for (int i = 0; i < b->n_values; i++) {
        int columns = text_columns(r->plant->components[b->values[i]].unit);
        r->unit_columns[i] = MAX(r->unit_columns[i], columns);
    }
}

/* How wide the columns of a list must be. */
static void
measure(struct roster *r)
{
    r->uid_columns = r->name_columns = r->area_columns = 0;
    r->most_values = r->most_actuators = 0;
    memset(r->unit_columns, 0, sizeof(r->unit_columns));
    for (uint32_t i = 0; i < r->plant->n_stations; i++) {
        const struct station *station = &r->plant->stations[i];
        r->uid_columns = MAX(r->uid_columns, text_columns(station->uid));
        r->name_columns = MAX(r->name_columns, text_columns(station->name));
        r->area_columns = MAX(r->area_columns, text_columns(station->area));
        measure_units(r, &r->briefs[i]);
        r->most_values = MAX(r->most_values, r->briefs[i].n_values);
        r->most_actuators = MAX(r->most_actuators, r->briefs[i].n_actuators);
    }
}

/* A fault that stands keeps its age when the plant changes around it. */
static void
keep_faults(struct roster *r, const struct plant *old, const GArray *faults)
{
    for (guint i = 0; old != NULL && i < faults->len; i++) {
        const struct fault *fault = &g_array_index(faults, struct fault, i);
        const struct component *c = &old->components[fault->component];
        uint32_t now = plant_find_component(r->plant, old->stations[c->station].uid, c->id);
        for (uint32_t k = 0; now != COMPONENT_NONE && k < r->n_fault_components; k++) {
            if (r->fault_components[k] == now) {
                r->fault_since[k] = fault->since;
            }
        }
    }
}

static void
make_contents(struct roster *r, struct plant *plant)
{
    r->plant = plant_ref(plant);
    r->texts = g_new0(struct filter_text, plant->n_stations);
    r->briefs = g_new0(struct brief, plant->n_stations);
    r->conditions = g_new0(uint8_t, plant->n_stations);
    r->worst = g_new0(uint32_t, plant->n_stations);
    r->urgency = g_new0(uint8_t, plant->n_stations);
    r->alarmed = g_new0(uint8_t, plant->n_components);
    r->order = g_new0(uint32_t, plant->n_stations);
    for (uint32_t i = 0; i < plant->n_stations; i++) {
        filter_text_init(&r->texts[i], &plant->stations[i]);
        r->briefs[i] = brief_make(plant, &plant->stations[i]);
    }
    measure(r);
    r->fault_components = g_new0(uint32_t, plant->n_components);
    r->fault_since = g_new0(wall_us, plant->n_components);
    for (uint32_t i = 0; i < plant->n_components; i++) {
        if (plant->components[i].kind == KIND_FAULT) {
            r->fault_since[r->n_fault_components] = WALL_NONE;
            r->fault_components[r->n_fault_components++] = i;
        }
    }
}

static void
take_plant(struct roster *r, struct plant *plant)
{
    struct plant *old = r->plant == NULL ? NULL : plant_ref(r->plant);
    GArray *faults = g_steal_pointer(&r->faults);
    r->faults = g_array_new(FALSE, FALSE, sizeof(struct fault));
    drop_plant(r);
    make_contents(r, plant);
    keep_faults(r, old, faults);
    g_array_free(faults, TRUE);
    plant_unref(old);
}

void
roster_update(struct roster *r, const struct snapshot *s, mono_us now)
{
    bool new_plant = r->plant != s->plant;
    if (new_plant) {
        take_plant(r, s->plant);
    }
    bool changed = roster_take_alarms(r, s, new_plant);
    roster_take_faults(r, s, new_plant);
    changed = roster_take_conditions(r, s) || changed;
    if (new_plant || (changed && filter_wants_condition(r->filter))) {
        rebuild_order(r, s);
        return;
    }
    r->hold.due = r->hold.due || (changed && r->sort == SORT_STATE) || r->sort == SORT_AGE;
    if (r->hold.due && !hold_on(&r->hold, now)) {
        rebuild_order(r, s);
    }
}

void
roster_release(struct roster *r, const struct snapshot *s, mono_us now)
{
    if (hold_end(&r->hold, now) && s != NULL) {
        roster_update(r, s, now);
    }
}

bool
roster_held(const struct roster *r, mono_us now)
{
    return hold_on(&r->hold, now) && (r->sort == SORT_STATE || r->sort == SORT_AGE);
}

void
roster_set_height(struct roster *r, int height)
{
    list_fit(&r->list, r->n, height);
}

void
roster_move_to(struct roster *r, int pos, mono_us now)
{
    list_to(&r->list, pos);
    hold_begin(&r->hold, now);
    if (r->plant != NULL) {
        select_at_cursor(r);
    }
}

bool
roster_select(struct roster *r, const char *uid)
{
    int place = r->plant == NULL ? -1 : place_of(r, uid);
    if (place < 0) {
        return false;
    }
    list_to(&r->list, place);
    select_at_cursor(r);
    return true;
}

void
roster_set_filter(struct roster *r, const char *text, const struct snapshot *s)
{
    g_strlcpy(r->filter_text, text, sizeof(r->filter_text));
    filter_free(r->filter);
    r->filter = filter_new(r->filter_text);
    if (r->plant != NULL) {
        rebuild_order(r, s);
    }
}

void
roster_set_sort(struct roster *r, enum roster_sort sort, bool reverse, const struct snapshot *s)
{
    r->sort = sort;
    r->reverse = reverse;
    if (r->plant != NULL) {
        rebuild_order(r, s);
    }
}

uint32_t
roster_selected(const struct roster *r)
{
    return r->plant == NULL || r->n == 0 ? STATION_NONE : r->order[r->list.pos];
}

int
roster_next_abnormal(const struct roster *r, int direction)
{
    for (int step = 1; step <= r->n; step++) {
        int place = (r->list.pos + direction * step + r->n) % r->n;
        uint32_t station = r->order[(place + r->n) % r->n];
        if (r->urgency[station] != URGENCY_NONE || r->conditions[station] < CONDITION_NEVER) {
            return (place + r->n) % r->n;
        }
    }
    return -1;
}
