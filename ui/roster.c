/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/roster.h"

#include "src/core/i18n.h"
#include "src/core/text.h"

void
roster_init(struct roster *r)
{
    *r = (struct roster){.filter = filter_new(""),
                         .sort = {.kind = COLUMN_STATE, .name = "state"},
                         .tags = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
                         .faults = g_array_new(FALSE, FALSE, sizeof(struct fault))};
    r->list.height = LIST_UNSEEN;
}

static void
drop_plant(struct roster *r)
{
    for (uint32_t i = 0; r->plant != NULL && i < r->plant->n_stations; i++) {
        filter_text_fini(&r->texts[i]);
    }
    g_clear_pointer(&r->texts, g_free);
    for (int i = 0; i < ROSTER_TEXTS; i++) {
        g_clear_pointer(&r->collated[i], g_ptr_array_unref);
    }
    g_clear_pointer(&r->briefs, g_free);
    g_clear_pointer(&r->conditions, g_free);
    g_clear_pointer(&r->worst, g_free);
    g_clear_pointer(&r->urgency, g_free);
    g_clear_pointer(&r->n_alarms, g_free);
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
    g_hash_table_unref(r->tags);
}

/* ---- order ---- */

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
    int row = r->list.pos - r->list.top;
    r->hold.due = false;
    roster_make_order(r, s);
    int place = *r->selected == '\0' ? -1 : place_of(r, r->selected);
    r->list.n = r->n;
    if (place >= 0 && r->follow) {
        r->list.pos = place;
        r->list.home = place - row;
        list_fit(&r->list, r->n, r->list.height);
    } else if (place >= 0) {
        list_follow(&r->list, place);
    } else {
        list_fit(&r->list, r->n, r->list.height);
        select_at_cursor(r);
    }
}

/* Sorted or filtered by what changes with every reading. */
static bool
follows_values(const struct roster *r)
{
    return r->n_numbers > 0 || (column_is_live(&r->sort) && r->sort.kind != COLUMN_STATE);
}

/* A new order that waits is made, if it may be. */
static void
settle_order(struct roster *r, const struct snapshot *s, mono_us now)
{
    bool early =
        follows_values(r) && r->ordered_at != 0 && now < r->ordered_at + ROSTER_LIVE_US;
    if (r->hold.due && !hold_on(&r->hold, now) && !early) {
        r->ordered_at = now;
        rebuild_order(r, s);
    }
}

/* What the filter compares, as columns; what there is not is told. */
static void
read_numbers(struct roster *r)
{
    const char *name;
    r->n_numbers = 0;
    g_strlcpy(r->filter_problem, filter_problem(r->filter), sizeof(r->filter_problem));
    for (int i = 0; (name = filter_number_name(r->filter, i)) != NULL; i++) {
        struct station_column *c = &r->numbers[r->n_numbers];
        if (r->n_numbers < ROSTER_NUMBERS && column_parse(c, name, r->plant)) {
            g_strlcpy(c->name, name, sizeof(c->name));
            r->n_numbers++;
        } else if (*r->filter_problem == '\0') {
            snprintf(r->filter_problem, sizeof(r->filter_problem),
                     _("there is no column or component \"%s\""), name);
        }
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
    r->n_alarms = g_new0(uint16_t, plant->n_stations);
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

/* Tags of stations that are gone would only be counted. */
static gboolean
is_gone(gpointer uid, gpointer value, gpointer plant)
{
    (void)value;
    return plant_find_station(plant, uid) == STATION_NONE;
}

static void
take_plant(struct roster *r, struct plant *plant)
{
    g_hash_table_foreach_remove(r->tags, is_gone, plant);
    struct plant *old = r->plant == NULL ? NULL : plant_ref(r->plant);
    GArray *faults = g_steal_pointer(&r->faults);
    r->faults = g_array_new(FALSE, FALSE, sizeof(struct fault));
    drop_plant(r);
    make_contents(r, plant);
    keep_faults(r, old, faults);
    g_array_free(faults, TRUE);
    plant_unref(old);
    read_numbers(r);
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
    r->hold.due = r->hold.due || (changed && r->sort.kind == COLUMN_STATE) || follows_values(r);
    settle_order(r, s, now);
}

void
roster_release(struct roster *r, const struct snapshot *s, mono_us now)
{
    hold_end(&r->hold, now);
    if (s != NULL && r->plant == s->plant) {
        settle_order(r, s, now);
    }
}

bool
roster_held(const struct roster *r, mono_us now)
{
    return hold_on(&r->hold, now) && (column_is_live(&r->sort) || r->n_numbers > 0);
}

mono_us
roster_next(const struct roster *r)
{
    return r->hold.until != 0 ? r->hold.until
           : r->hold.due      ? r->ordered_at + ROSTER_LIVE_US
                              : 0;
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
    read_numbers(r);
    if (r->plant != NULL) {
        rebuild_order(r, s);
    }
}

bool
roster_set_sort(struct roster *r, const char *column, bool reverse, const struct snapshot *s)
{
    if (!column_parse(&r->sort, column, r->plant)) {
        return false;
    }
    r->reverse = reverse;
    if (r->plant != NULL) {
        rebuild_order(r, s);
    }
    return true;
}

/* ---- tags ---- */

bool
roster_is_tagged(const struct roster *r, uint32_t station)
{
    return g_hash_table_contains(r->tags, r->plant->stations[station].uid);
}

uint32_t
roster_n_tagged(const struct roster *r)
{
    return g_hash_table_size(r->tags);
}

static void
set_tag(struct roster *r, uint32_t station, bool on)
{
    const char *uid = r->plant->stations[station].uid;
    if (on) {
        g_hash_table_add(r->tags, g_strdup(uid));
    } else {
        g_hash_table_remove(r->tags, uid);
    }
}

void
roster_tag(struct roster *r, uint32_t station, bool on, const struct snapshot *s)
{
    set_tag(r, station, on);
    if (filter_wants_condition(r->filter)) {
        rebuild_order(r, s);
    }
}

void
roster_tag_all(struct roster *r, const struct snapshot *s)
{
    bool all = true;
    for (int i = 0; i < r->n; i++) {
        all = all && roster_is_tagged(r, r->order[i]);
    }
    if (all) {
        g_hash_table_remove_all(r->tags);
    }
    for (int i = 0; i < r->n && !all; i++) {
        set_tag(r, r->order[i], true);
    }
    if (filter_wants_condition(r->filter)) {
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
