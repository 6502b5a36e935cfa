/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The board of what is kept: what evaluator_board() tells from the inside, from records. */
#include "src/app/kept_private.h"

#include <math.h>
#include <string.h>

/* A row on its way to the board. */
struct row {
    const struct alarm_record *r;
    struct alarm_view v;
    uint32_t place; /* RULE_NONE: none of the rules */
};

struct board_maker {
    struct kept *k;
    const struct plant *plant;
    const struct ruleset *rules;
    struct now now;
    GHashTable *older; /* kept_key() → GPtrArray of struct kept_occurrence */
    GArray *rows;      /* struct row */
};

/* ---- which alarm ---- */

static uint32_t
find_place(const struct board_maker *b, uint32_t component, const char *rule)
{
    for (uint32_t i = b->rules->first[component]; i < b->rules->first[component + 1]; i++) {
        if (strcmp(b->rules->rules[b->rules->places[i].rule].def->rule, rule) == 0) {
            return i;
        }
    }
    return RULE_NONE;
}

/* Names that the plant does not have outlive it: there are only as many as the owner's has. */
static const char *
keep_name(const char *name)
{
    return *name == '\0' ? "" : g_intern_string(name);
}

static void
name_place(const struct board_maker *b, struct row *row)
{
    const struct rule_place *place = &b->rules->places[row->place];
    const struct alarm_rule *rule = &b->rules->rules[place->rule];
    row->v.name = rule->def->name;
    row->v.guidance = rule->def->guidance;
    row->v.type = rule->type;
    row->v.priority = rule->priority;
    row->v.limit = rule->limit;
    if (!row->v.test) {
        row->v.rule = rule->def->rule;
        row->v.group = b->rules->groups[place->group];
    }
}

/* Its station is known. */
static void
name_point(const struct board_maker *b, struct row *row)
{
    const struct alarm_record *r = row->r;
    struct alarm_view *v = &row->v;
    const char *rule = r->rule + (v->test ? strlen(ALARM_TEST_PREFIX) : 0);
    const struct station *station = &b->plant->stations[v->station_index];
    v->station = station->uid;
    if (*r->component != '\0') {
        v->component_index = plant_find_component(b->plant, r->station, r->component);
    }
    if (v->component_index == COMPONENT_NONE) {
        v->guidance = station->guidance;
        return;
    }
    const struct component *component = &b->plant->components[v->component_index];
    v->component = component->id;
    row->place = find_place(b, v->component_index, rule);
    if (row->place != RULE_NONE) {
        name_place(b, row);
    }
    if (*v->guidance == '\0') {
        v->guidance = component->guidance;
    }
}

/* Of what the plant does not have only the records tell. */
static void
name_row(const struct board_maker *b, struct row *row)
{
    const struct alarm_record *r = row->r;
    struct alarm_view *v = &row->v;
    v->test = g_str_has_prefix(r->rule, ALARM_TEST_PREFIX);
    v->name = v->guidance = v->group = "";
    v->limit = NAN;
    v->component_index = COMPONENT_NONE;
    v->station_index = strcmp(r->station, ALARM_SYSTEM) == 0
                           ? STATION_NONE
                           : plant_find_station(b->plant, r->station);
    row->place = RULE_NONE;
    if (v->station_index != STATION_NONE) {
        name_point(b, row);
    }
    v->station = v->station != NULL ? v->station : keep_name(r->station);
    v->component = v->component != NULL ? v->component : keep_name(r->component);
    v->rule = v->rule != NULL ? v->rule : keep_name(r->rule);
}

/* ---- its state ---- */

static GRefString *
text_of(const char *text)
{
    return text == NULL || *text == '\0' ? NULL : g_ref_string_new(text);
}

static void
fill_occurrence(struct alarm_view *v, const struct kept_occurrence *o)
{
    v->occurrence = o->r.occurrence;
    v->step = o->r.step;
    v->count = o->r.count;
    v->value = o->r.value;
    v->raised_at = o->r.raised_at;
    v->returned_at = o->r.returned_at;
    v->acked_at = o->r.acked_at;
    v->released_at = o->released_at;
    v->acked_by = text_of(o->r.acked_by);
    v->comment = text_of(o->r.comment);
}

static void
fill_state(const struct board_maker *b, struct row *row, const struct kept_occurrence *o)
{
    const struct alarm_record *r = row->r;
    struct alarm_view *v = &row->v;
    if (row->place == RULE_NONE && o != NULL) {
        v->type = o->r.type;
        v->priority = o->r.priority;
    } else if (row->place == RULE_NONE) { /* its occurrence comes later */
        (void)alarm_type_from_name(r->rule, &v->type);
    }
    v->state = r->state;
    v->overlays = r->overlays;
    v->suspect = r->suspect;
    v->chattering = r->chattering;
    v->first_out = r->first_out && r->state != ALARM_NORMAL;
    v->one_shot = r->one_shot;
    v->shelved_until = r->shelved_until;
    v->shelved_until_mono = r->shelved_until == WALL_NONE
                                ? INT64_MAX
                                : b->now.mono + (r->shelved_until - b->now.wall);
    v->shelved_by = text_of(r->shelved_by);
    v->shelve_reason = text_of(r->shelve_reason);
}

/* Its newest occurrence is over, an older one still wants to be seen: that one is shown. */
static void
fill_older(struct alarm_view *v, const GPtrArray *older)
{
    v->older = older->len;
    if (v->state == ALARM_NORMAL) {
        g_clear_pointer(&v->acked_by, g_ref_string_release);
        g_clear_pointer(&v->comment, g_ref_string_release);
        fill_occurrence(v, g_ptr_array_index(older, older->len - 1));
        v->state = ALARM_RETURNED_UNACKED;
        v->older--;
        v->acked_at = v->released_at = WALL_NONE;
        g_clear_pointer(&v->acked_by, g_ref_string_release);
        g_clear_pointer(&v->comment, g_ref_string_release);
    }
}

static void
add_row(struct board_maker *b, const char *key, const struct alarm_record *r)
{
    const GPtrArray *older = g_hash_table_lookup(b->older, key);
    if (r->state == ALARM_NORMAL && (r->overlays & OVERLAY_SHELVED) == 0 && older == NULL) {
        return; /* plain normal ones that are only covered */
    }
    struct row row = {.r = r};
    row.v.value = NAN;
    row.v.raised_at = row.v.returned_at = row.v.acked_at = row.v.released_at = WALL_NONE;
    const struct kept_occurrence *o = g_hash_table_lookup(b->k->occurrences, &r->occurrence);
    name_row(b, &row);
    fill_state(b, &row, o);
    row.v.occurrence = r->occurrence;
    if (o != NULL) {
        fill_occurrence(&row.v, o);
    }
    if (older != NULL) {
        fill_older(&row.v, older);
    }
    g_array_append_val(b->rows, row);
}

/* ---- who explains it ---- */

static bool
is_active(const struct alarm_record *r)
{
    return r != NULL && alarm_state_active(r->state);
}

/* The newest occurrence of an alarm of leitstand itself; NULL: none is known. */
static const struct kept_occurrence *
last_occurrence(const struct kept *k, const char *component, const struct alarm_record *r)
{
    if (r != NULL) {
        return g_hash_table_lookup(k->occurrences, &r->occurrence);
    }
    for (const GList *l = k->closed.tail; l != NULL; l = l->prev) {
        const struct kept_occurrence *o = l->data;
        if (strcmp(o->r.station, ALARM_SYSTEM) == 0 && strcmp(o->r.component, component) == 0) {
            return o;
        }
    }
    return NULL;
}

/* Link or broker, whose alarm ended last: stations have yet to be heard. */
static struct uuid
explain_by_end(const struct kept *k, const struct alarm_record *broker,
               const struct alarm_record *link)
{
    const struct kept_occurrence *b = last_occurrence(k, "broker", broker);
    const struct kept_occurrence *l = last_occurrence(k, "link", link);
    if (b == NULL || (l != NULL && l->r.returned_at > b->r.returned_at)) {
        b = l;
    }
    return b == NULL ? (struct uuid){{0}} : b->r.occurrence;
}

/* NULL: it is over, and *ended tells which. */
static const struct alarm_record *
find_explanation(const struct board_maker *b, const struct row *row, struct uuid *ended)
{
    const struct kept *k = b->k;
    const struct alarm_record *link = kept_alarm(k, ALARM_SYSTEM, "link", "link");
    const struct alarm_record *broker = kept_alarm(k, ALARM_SYSTEM, "broker", "broker");
    uint32_t parent = row->place == RULE_NONE ? RULE_NONE : b->rules->places[row->place].parent;
    if (parent != RULE_NONE) {
        const struct rule_place *p = &b->rules->places[parent];
        const struct component *c = &b->plant->components[p->component];
        const struct alarm_record *r = kept_alarm(k, b->plant->stations[c->station].uid, c->id,
                                                  b->rules->rules[p->rule].def->rule);
        if (is_active(r)) {
            return r;
        }
    }
    if (row->v.type == ALARM_STALE) {
        const struct alarm_record *r = kept_alarm(k, row->r->station, "", "silence");
        if (is_active(r)) {
            return r;
        }
    }
    if (row->v.type == ALARM_STALE || row->v.type == ALARM_SILENCE) {
        if (is_active(broker) || is_active(link)) {
            return is_active(broker) ? broker : link;
        }
        *ended = explain_by_end(k, broker, link);
        return NULL;
    }
    return is_active(link) ? link : NULL;
}

static void
explain(struct board_maker *b, struct alarm_board *board)
{
    GHashTable *views = g_hash_table_new(NULL, NULL);
    for (guint i = 0; i < b->rows->len; i++) {
        const struct row *row = &g_array_index(b->rows, struct row, i);
        g_hash_table_insert(views, (void *)(uintptr_t)row->r, &board->alarms[i]);
    }
    for (guint i = 0; i < b->rows->len; i++) {
        const struct row *row = &g_array_index(b->rows, struct row, i);
        if ((row->v.overlays & OVERLAY_SUPPRESSED) == 0) {
            continue;
        }
        struct uuid *id = &board->alarms[i].parent;
        const struct alarm_record *parent = find_explanation(b, row, id);
        struct alarm_view *view = parent == NULL ? NULL : g_hash_table_lookup(views, parent);
        *id = parent == NULL ? *id : parent->occurrence;
        if (view != NULL) {
            view->suppresses++;
        }
    }
    g_hash_table_unref(views);
}

/* ---- the board ---- */

static int
by_supersession(const void *a, const void *b)
{
    const struct kept_occurrence *x = *(struct kept_occurrence *const *)a;
    const struct kept_occurrence *y = *(struct kept_occurrence *const *)b;
    return x->superseded < y->superseded ? -1 : x->superseded > y->superseded;
}

static void
free_older(void *older)
{
    g_ptr_array_unref(older);
}

/* The open occurrences that are not the newest of their alarm. */
static GHashTable *
collect_older(const struct kept *k)
{
    GHashTable *all = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_older);
    GHashTableIter open;
    void *key;
    g_hash_table_iter_init(&open, k->open);
    while (g_hash_table_iter_next(&open, &key, NULL)) {
        const struct kept_occurrence *o = key;
        const struct occurrence_record *r = &o->r;
        if (o->superseded == 0) {
            continue; /* most are: asking for the alarm would take longer than all the rest */
        }
        const struct alarm_record *a = kept_alarm(k, r->station, r->component, r->rule);
        if (a == NULL || uuid_equal(&a->occurrence, &r->occurrence)) {
            continue;
        }
        char *name = kept_key(r->station, r->component, r->rule);
        GPtrArray *list = g_hash_table_lookup(all, name);
        if (list == NULL) {
            list = g_ptr_array_new();
            g_hash_table_insert(all, g_strdup(name), list);
        }
        g_ptr_array_add(list, key);
        g_free(name);
    }
    void *list;
    g_hash_table_iter_init(&open, all);
    while (g_hash_table_iter_next(&open, NULL, &list)) {
        g_ptr_array_sort(list, by_supersession);
    }
    return all;
}

static int
by_place(const void *a, const void *b)
{
    const struct row *x = a, *y = b;
    if (x->v.station_index != y->v.station_index) {
        return x->v.station_index < y->v.station_index ? -1 : 1;
    }
    if (x->v.component_index != y->v.component_index) {
        return x->v.component_index < y->v.component_index ? -1 : 1;
    }
    if (x->place != y->place) {
        return x->place < y->place ? -1 : 1;
    }
    int order = strcmp(x->r->component, y->r->component);
    return order != 0 ? order : strcmp(x->r->rule, y->r->rule);
}

static void
count(struct alarm_board *b, const struct alarm_view *v)
{
    b->shelved += (v->overlays & OVERLAY_SHELVED) != 0;
    b->suppressed += (v->overlays & OVERLAY_SUPPRESSED) != 0;
    b->out_of_service += (v->overlays & OVERLAY_OUT_OF_SERVICE) != 0;
    if (v->overlays == 0) {
        b->active[v->priority] += alarm_state_active(v->state);
        b->unacked[v->priority] += alarm_state_unacked(v->state);
    }
}

static void
fill_load(const struct board_maker *b, struct alarm_board *board)
{
    struct kept *k = b->k;
    (void)flood_advance(&k->flood, (struct now){b->now.wall, b->now.wall});
    memcpy(board->annunciated, k->annunciated, sizeof(board->annunciated));
    memcpy(board->rate, k->flood.rate, sizeof(board->rate));
    board->flood.on = k->flooded;
    board->flood.since = k->flooded ? k->flooded_since : k->flood.since;
    board->flood.in_window = k->flood.used;
    board->flood.peak = k->flood.peak;
    board->flood.window_s = (int)(k->flood.set.window_us / US_PER_S);
    board->flood.limit = (int)k->flood.set.begin_above;
}

static void
fill_maintenance(const struct board_maker *b, struct alarm_board *board)
{
    for (guint i = 0; i < b->k->maintenance->len; i++) {
        const struct maintenance_record *m =
            &g_array_index(b->k->maintenance, struct maintenance_record, i);
        uint32_t s = plant_find_station(b->plant, m->station);
        uint32_t c = *m->component == '\0'
                         ? COMPONENT_NONE
                         : plant_find_component(b->plant, m->station, m->component);
        board->maintenance[i] = (struct maintenance_view){
            .station = s == STATION_NONE ? "" : b->plant->stations[s].uid,
            .component = c == COMPONENT_NONE ? "" : b->plant->components[c].id,
            .since = m->since,
            .actor = g_ref_string_new(m->actor == NULL ? "" : m->actor),
            .reason = g_ref_string_new(m->reason == NULL ? "" : m->reason),
        };
    }
}

struct alarm_board *
kept_board(struct kept *k, struct plant *plant, const struct ruleset *rules, struct now now)
{
    struct board_maker b = {.k = k,
                            .plant = plant,
                            .rules = rules,
                            .now = now,
                            .older = collect_older(k),
                            .rows = g_array_sized_new(FALSE, FALSE, sizeof(struct row),
                                                      g_hash_table_size(k->open))};
    GHashTableIter all;
    void *key, *r;
    g_hash_table_iter_init(&all, k->alarms);
    while (g_hash_table_iter_next(&all, &key, &r)) {
        add_row(&b, key, r);
    }
    g_array_sort(b.rows, by_place);
    struct alarm_board *board = alarm_board_new(plant, b.rows->len, k->maintenance->len);
    board->version = k->version;
    for (guint i = 0; i < b.rows->len; i++) {
        board->alarms[i] = g_array_index(b.rows, struct row, i).v;
        count(board, &board->alarms[i]);
    }
    explain(&b, board);
    fill_maintenance(&b, board);
    fill_load(&b, board);
    g_hash_table_unref(b.older);
    g_array_unref(b.rows);
    return board;
}
