/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/core/plant.h"

#include <assert.h>

#define PLANT_AMBIGUOUS GUINT_TO_POINTER(UINT32_MAX)

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

/* The texts that the pairs are found by last as long as all others of the plant. */
static char *
pair_key(struct plant *plant, const char *uid, const char *id)
{
    char *pair = g_strconcat(uid, "\037", id, NULL);
    char *kept = g_string_chunk_insert(plant->texts, pair);
    g_free(pair);
    return kept;
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
    plant->by_pair = g_hash_table_new(g_str_hash, g_str_equal);
    for (uint32_t i = 0; i < plant->n_components; i++) {
        struct component *c = &plant->components[i];
        struct station *s = &plant->stations[c->station];
        s->first = s->count == 0 ? i : s->first;
        s->count++;
        if (!g_hash_table_insert(plant->by_pair, pair_key(plant, s->uid, c->id),
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
    plant->texts = g_steal_pointer(&b->texts);
    g_clear_pointer(&b->known, g_hash_table_unref);
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
    for (uint32_t i = 0; i < plant->n_components; i++) {
        g_free(plant->components[i].states);
    }
    g_string_chunk_free(plant->texts);
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
