/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/core/plant.h"

#include <assert.h>

#define PLANT_AMBIGUOUS GUINT_TO_POINTER(UINT32_MAX)

static void
own(char **text)
{
    if (*text == NULL) {
        *text = g_strdup("");
    }
}

static void
station_clear(void *p)
{
    struct station *s = p;
    g_free(s->uid);
    g_free(s->name);
    g_free(s->short_name);
    g_free(s->type);
    g_free(s->area);
    g_free(s->guidance);
}

static void
component_clear(void *p)
{
    struct component *c = p;
    g_free(c->id);
    g_free(c->name);
    g_free(c->short_name);
    g_free(c->unit);
    g_free(c->guidance);
    g_free(c->source_id);
    for (size_t i = 0; i < c->n_states; i++) {
        g_free(c->states[i].name);
    }
    g_free(c->states);
}

static void
rule_clear(void *p)
{
    struct rule_def *r = p;
    g_free(r->component);
    g_free(r->rule);
    g_free(r->type);
    g_free(r->priority);
    g_free(r->name);
    g_free(r->guidance);
    g_free(r->group);
    g_free(r->parent);
}

void
plant_builder_init(struct plant_builder *b)
{
    b->stations = g_array_new(FALSE, FALSE, sizeof(struct station));
    b->components = g_array_new(FALSE, FALSE, sizeof(struct component));
    b->rules = g_array_new(FALSE, FALSE, sizeof(struct rule_def));
    g_array_set_clear_func(b->stations, station_clear);
    g_array_set_clear_func(b->components, component_clear);
    g_array_set_clear_func(b->rules, rule_clear);
}

void
plant_builder_fini(struct plant_builder *b)
{
    g_array_unref(b->stations);
    g_array_unref(b->components);
    g_array_unref(b->rules);
}

uint32_t
plant_builder_station(struct plant_builder *b, struct station *s)
{
    own(&s->uid);
    own(&s->name);
    own(&s->short_name);
    own(&s->type);
    own(&s->area);
    own(&s->guidance);
    g_array_append_val(b->stations, *s);
    return b->stations->len - 1;
}

void
plant_builder_component(struct plant_builder *b, struct component *c)
{
    own(&c->id);
    own(&c->name);
    own(&c->short_name);
    own(&c->unit);
    own(&c->guidance);
    g_array_append_val(b->components, *c);
}

void
plant_builder_rule(struct plant_builder *b, struct rule_def *r)
{
    own(&r->component);
    own(&r->rule);
    own(&r->type);
    own(&r->priority);
    own(&r->name);
    own(&r->guidance);
    own(&r->group);
    own(&r->parent);
    g_array_append_val(b->rules, *r);
}

void
plant_builder_copy_rules(struct plant_builder *b, const struct plant *plant)
{
    for (uint32_t i = 0; i < plant->n_rules; i++) {
        struct rule_def r = plant->rules[i];
        r.component = g_strdup(r.component);
        r.rule = g_strdup(r.rule);
        r.type = g_strdup(r.type);
        r.priority = g_strdup(r.priority);
        r.name = g_strdup(r.name);
        r.guidance = g_strdup(r.guidance);
        r.group = g_strdup(r.group);
        r.parent = g_strdup(r.parent);
        plant_builder_rule(b, &r);
    }
}

void
plant_builder_copy(struct plant_builder *b, const struct plant *plant)
{
    for (uint32_t i = 0; plant != NULL && i < plant->n_stations; i++) {
        struct station s = plant->stations[i];
        s.uid = g_strdup(s.uid);
        s.name = g_strdup(s.name);
        s.short_name = g_strdup(s.short_name);
        s.type = g_strdup(s.type);
        s.area = g_strdup(s.area);
        s.guidance = g_strdup(s.guidance);
        plant_builder_station(b, &s);
    }
    for (uint32_t i = 0; plant != NULL && i < plant->n_components; i++) {
        struct component c = plant->components[i];
        c.id = g_strdup(c.id);
        c.name = g_strdup(c.name);
        c.short_name = g_strdup(c.short_name);
        c.unit = g_strdup(c.unit);
        c.guidance = g_strdup(c.guidance);
        c.source_id = g_strdup(c.source_id);
        c.states = g_memdup2(c.states, c.n_states * sizeof(*c.states));
        for (size_t k = 0; k < c.n_states; k++) {
            c.states[k].name = g_strdup(c.states[k].name);
        }
        plant_builder_component(b, &c);
    }
    if (plant != NULL) {
        plant_builder_copy_rules(b, plant);
    }
}

static int
compare_stations(const void *a, const void *b)
{
    const struct station *x = a, *y = b;
    if (x->order != y->order) {
        return x->order < y->order ? -1 : 1;
    }
    return strcmp(x->uid, y->uid);
}

static int
compare_components(const void *a, const void *b)
{
    const struct component *x = a, *y = b;
    if (x->station != y->station) {
        return x->station < y->station ? -1 : 1;
    }
    if (x->order != y->order) {
        return x->order < y->order ? -1 : 1;
    }
    return strcmp(x->id, y->id);
}

/* Sort the stations, and turn the builder's station numbers into the sorted ones. */
static void
sort_plant(struct plant_builder *b)
{
    guint n = b->stations->len;
    for (guint i = 0; i < n; i++) {
        g_array_index(b->stations, struct station, i).first = i; /* where it stood */
    }
    g_array_sort(b->stations, compare_stations);
    uint32_t *place = g_new(uint32_t, n + 1);
    for (guint i = 0; i < n; i++) {
        place[g_array_index(b->stations, struct station, i).first] = i;
    }
    for (guint i = 0; i < b->components->len; i++) {
        struct component *c = &g_array_index(b->components, struct component, i);
        c->station = place[c->station];
    }
    g_free(place);
    g_array_sort(b->components, compare_components);
}

static char *
pair_key(const char *uid, const char *id)
{
    return g_strconcat(uid, "\037", id, NULL);
}

static enum rc
index_stations(struct plant *plant, struct err *err)
{
    plant->by_uid = g_hash_table_new(g_str_hash, g_str_equal);
    for (uint32_t i = 0; i < plant->n_stations; i++) {
        if (!g_hash_table_insert(plant->by_uid, plant->stations[i].uid,
                                 GUINT_TO_POINTER(i + 1))) {
            return err_set(err, RC_INVALID, "station \"%s\" stands twice",
                           plant->stations[i].uid);
        }
    }
    return RC_OK;
}

static enum rc
index_components(struct plant *plant, struct err *err)
{
    plant->by_id = g_hash_table_new(g_str_hash, g_str_equal);
    plant->by_pair = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (uint32_t i = 0; i < plant->n_components; i++) {
        struct component *c = &plant->components[i];
        struct station *s = &plant->stations[c->station];
        s->first = s->count == 0 ? i : s->first;
        s->count++;
        if (!g_hash_table_insert(plant->by_pair, pair_key(s->uid, c->id),
                                 GUINT_TO_POINTER(i + 1))) {
            return err_set(err, RC_INVALID, "component \"%s\" stands twice in station \"%s\"",
                           c->id, s->uid);
        }
        bool known = g_hash_table_contains(plant->by_id, c->id);
        g_hash_table_insert(plant->by_id, c->id,
                            known ? PLANT_AMBIGUOUS : GUINT_TO_POINTER(i + 1));
    }
    return RC_OK;
}

static enum rc
link_sources(struct plant *plant, struct err *err)
{
    for (uint32_t i = 0; i < plant->n_components; i++) {
        struct component *c = &plant->components[i];
        c->source = COMPONENT_NONE;
        if (c->derive == DERIVE_NONE) {
            continue;
        }
        const char *uid = plant->stations[c->station].uid;
        c->source = plant_find_component(plant, uid, c->source_id);
        if (c->source == COMPONENT_NONE || c->source == i ||
            plant->components[c->source].derive != DERIVE_NONE) {
            return err_set(err, RC_INVALID,
                           "component \"%s/%s\" is derived from \"%s\", which is no measured "
                           "component of that station",
                           uid, c->id, c->source_id);
        }
    }
    return RC_OK;
}

enum rc
plant_builder_finish(struct plant_builder *b, struct plant **ret, struct err *err)
{
    sort_plant(b);
    struct plant *plant = g_new0(struct plant, 1);
    plant->refs = 1;
    plant->n_stations = b->stations->len;
    plant->n_components = b->components->len;
    plant->n_rules = b->rules->len;
    plant->stations = (struct station *)(void *)g_array_steal(b->stations, NULL);
    plant->components = (struct component *)(void *)g_array_steal(b->components, NULL);
    plant->rules = (struct rule_def *)(void *)g_array_steal(b->rules, NULL);
    for (uint32_t i = 0; i < plant->n_stations; i++) {
        plant->stations[i].first = 0;
        plant->stations[i].count = 0;
    }
    enum rc rc = index_stations(plant, err);
    if (rc == RC_OK) {
        rc = index_components(plant, err);
    }
    if (rc == RC_OK) {
        rc = link_sources(plant, err);
    }
    if (rc != RC_OK) {
        plant_unref(plant);
        return rc;
    }
    *ret = plant;
    return RC_OK;
}

struct plant *
plant_ref(struct plant *plant)
{
    g_atomic_int_inc(&plant->refs);
    return plant;
}

void
plant_unref(struct plant *plant)
{
    if (plant == NULL || !g_atomic_int_dec_and_test(&plant->refs)) {
        return;
    }
    g_clear_pointer(&plant->by_uid, g_hash_table_unref);
    g_clear_pointer(&plant->by_id, g_hash_table_unref);
    g_clear_pointer(&plant->by_pair, g_hash_table_unref);
    for (uint32_t i = 0; i < plant->n_stations; i++) {
        station_clear(&plant->stations[i]);
    }
    for (uint32_t i = 0; i < plant->n_components; i++) {
        component_clear(&plant->components[i]);
    }
    for (uint32_t i = 0; i < plant->n_rules; i++) {
        rule_clear(&plant->rules[i]);
    }
    g_free(plant->stations);
    g_free(plant->components);
    g_free(plant->rules);
    g_free(plant);
}

uint32_t
plant_find_station(const struct plant *plant, const char *uid)
{
    /* 0, "not in the table", becomes STATION_NONE by wrapping round. */
    return GPOINTER_TO_UINT(g_hash_table_lookup(plant->by_uid, uid)) - 1;
}

uint32_t
plant_find_component(const struct plant *plant, const char *uid, const char *id)
{
    void *found;
    if (uid == NULL || *uid == '\0') {
        found = g_hash_table_lookup(plant->by_id, id);
        if (found == PLANT_AMBIGUOUS) {
            return COMPONENT_NONE;
        }
    } else {
        char key[2 * PLANT_ID_MAX + 2];
        size_t before = strlen(uid), after = strlen(id);
        if (before + after + 2 > sizeof(key)) {
            return COMPONENT_NONE;
        }
        memcpy(key, uid, before);
        key[before] = '\037';
        memcpy(key + before + 1, id, after + 1);
        found = g_hash_table_lookup(plant->by_pair, key);
    }
    return GPOINTER_TO_UINT(found) - 1;
}

static bool
find_name(const char *const *names, size_t n, const char *name, size_t *ret)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(names[i], name) == 0) {
            *ret = i;
            return true;
        }
    }
    return false;
}

/* One table of names for each enum gives both directions. */
#define NAMES(type, word, count)                                                               \
    static_assert(G_N_ELEMENTS(word##_names) == (count), "an enumerator has no name");         \
    const char *word##_name(enum type value)                                                   \
    {                                                                                          \
        return word##_names[value];                                                            \
    }                                                                                          \
    bool word##_from_name(const char *name, enum type *ret)                                    \
    {                                                                                          \
        size_t i;                                                                              \
        if (!find_name(word##_names, (count), name, &i)) {                                     \
            return false;                                                                      \
        }                                                                                      \
        *ret = (enum type)i;                                                                   \
        return true;                                                                           \
    }

static const char *const kind_names[] = {
    [KIND_ACTUATOR] = "actuator", [KIND_SWITCH] = "switch", [KIND_COUNTER] = "counter",
    [KIND_SENSOR] = "sensor",     [KIND_LEVEL] = "level",   [KIND_FAULT] = "fault",
    [KIND_DIVIDER] = "divider",
};
NAMES(kind, kind, KINDS)

static const char *const clock_mode_names[] = {
    [CLOCK_MODE_AUTO] = "auto",
    [CLOCK_MODE_UTC] = "utc",
    [CLOCK_MODE_LOCAL] = "local",
    [CLOCK_MODE_IGNORE] = "ignore",
};
NAMES(clock_mode, clock_mode, CLOCK_MODES)

static const char *const decode_as_names[] = {
    [DECODE_PLAIN] = "",      [DECODE_INT16] = "int16",   [DECODE_UINT16] = "uint16",
    [DECODE_INT32] = "int32", [DECODE_UINT32] = "uint32", [DECODE_FLOAT32] = "float32",
    [DECODE_BCD] = "bcd",
};
NAMES(decode_as, decode_as, DECODES)

static const char *const derive_names[] = {
    [DERIVE_NONE] = "",       [DERIVE_HOURS] = "hours", [DERIVE_PULSES] = "pulses",
    [DERIVE_TOTAL] = "total", [DERIVE_SUM] = "sum",     [DERIVE_MEAN] = "mean",
};
NAMES(derive, derive, DERIVES)

double
adjust_apply(struct adjust adjust, double raw)
{
    switch (adjust.op) {
    case ADJUST_NONE:
        break;
    case ADJUST_ADD:
        return raw + adjust.operand;
    case ADJUST_SUBTRACT:
        return raw - adjust.operand;
    case ADJUST_MULTIPLY:
        return raw * adjust.operand;
    case ADJUST_DIVIDE:
        return raw / adjust.operand;
    }
    return raw;
}

const char *
component_state_name(const struct component *c, double value)
{
    for (size_t i = 0; i < c->n_states; i++) {
        if (c->states[i].value >= value && c->states[i].value <= value) {
            return c->states[i].name;
        }
    }
    return NULL;
}
