/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is added up or averaged of an area. Only what is alike is put together: components of
 * one kind, name and unit. What no plant says is not guessed: without such components the place
 * stays empty.
 */
#include "ui/overview.h"
#include "ui/views.h"

#define STATIONS_LEAST 2 /* that must have it: of one alone there is nothing to add up */

static bool
in_list(const char *unit, const char *const *list)
{
    for (; *list != NULL && strcmp(*list, unit) != 0; list++) {
    }
    return *list != NULL;
}

/* Units whose sum says something. */
static bool
is_flow(const char *unit)
{
    static const char *const flows[] = {"m³/h", "m3/h", "l/s", "l/min",  "m³/s", "m3/s",
                                        "m³/d", "m3/d", "l/h", "m³/min", NULL};
    return in_list(unit, flows);
}

static bool
adds_up(const char *unit)
{
    static const char *const others[] = {"kW", "MW", "W", "kWh", "MWh", "m³", "m3", NULL};
    return is_flow(unit) || in_list(unit, others);
}

static void
measure_free(void *measure)
{
    struct measure *m = measure;
    g_array_free(m->components, TRUE);
    g_free(m);
}

void
overview_measure_fini(struct overview *o)
{
    g_clear_pointer(&o->measures, g_ptr_array_unref);
    g_clear_pointer(&o->measure_of, g_hash_table_unref);
    memset(o->shown, 0, sizeof(o->shown));
}

/* While looking, measure_of has the first component of each kind, name and unit, and its
 * measure, or NULL as long as there is no second one: names that are all different must not
 * make as many measures. */
static guint
alike_hash(gconstpointer key)
{
    const struct component *c = key;
    return (g_str_hash(c->name) * 31 + g_str_hash(c->unit)) * 31 + (guint)c->kind;
}

static gboolean
alike(gconstpointer a, gconstpointer b)
{
    const struct component *x = a, *y = b;
    return x->kind == y->kind && strcmp(x->name, y->name) == 0 && strcmp(x->unit, y->unit) == 0;
}

void
overview_measure_begin(struct overview *o)
{
    overview_measure_fini(o);
    o->measures = g_ptr_array_new_with_free_func(measure_free);
    o->measure_of = g_hash_table_new(alike_hash, alike);
}

static struct measure *
add_measure(struct overview *o, struct component *first)
{
    struct measure *m = g_new(struct measure, 1);
    *m = (struct measure){.kind = first->kind,
                          .mean = !adds_up(first->unit),
                          .name = first->name,
                          .unit = first->unit,
                          .stations = 1,
                          .components = g_array_new(FALSE, FALSE, sizeof(uint32_t))};
    uint32_t index = (uint32_t)(first - o->plant->components);
    g_array_append_val(m->components, index);
    g_hash_table_insert(o->measure_of, first, m);
    g_ptr_array_add(o->measures, m);
    return m;
}

void
overview_measure_look(struct overview *o, uint32_t component)
{
    struct component *c = &o->plant->components[component];
    gpointer first, known;
    if ((c->kind != KIND_SENSOR && c->kind != KIND_LEVEL) || *c->unit == '\0' ||
        *c->name == '\0') {
        return;
    }
    if (!g_hash_table_lookup_extended(o->measure_of, c, &first, &known)) {
        g_hash_table_insert(o->measure_of, c, NULL);
        return;
    }
    struct measure *m = known != NULL ? known : add_measure(o, first);
    uint32_t last = g_array_index(m->components, uint32_t, m->components->len - 1);
    m->stations += o->plant->components[last].station != c->station;
    g_array_append_val(m->components, component);
}

static gint
most_first(gconstpointer a, gconstpointer b)
{
    const struct measure *x = *(struct measure *const *)a, *y = *(struct measure *const *)b;
    return x->stations != y->stations      ? (x->stations > y->stations ? -1 : 1)
           : strcmp(x->name, y->name) != 0 ? strcmp(x->name, y->name)
                                           : strcmp(x->unit, y->unit);
}

static bool
is_wanted(const struct overview *o, const struct measure *m)
{
    const char *unit = strchr(o->wanted, '\037');
    size_t len = unit == NULL ? 0 : (size_t)(unit - o->wanted);
    return unit != NULL && strlen(m->name) == len && strncmp(m->name, o->wanted, len) == 0 &&
           strcmp(m->unit, unit + 1) == 0;
}

/* In the first place what the user chose, else the most frequent flow; in the second the most
 * frequent level in per cent. */
void
overview_measure_choose(struct overview *o)
{
    const struct measure *flow = NULL, *level = NULL, *wanted = NULL;
    for (guint i = 0; o->measures != NULL && i < o->measures->len; i++) {
        const struct measure *m = g_ptr_array_index(o->measures, i);
        wanted = wanted == NULL && is_wanted(o, m) ? m : wanted;
        flow = flow == NULL && is_flow(m->unit) ? m : flow;
        level = level == NULL && m->kind == KIND_LEVEL && strcmp(m->unit, "%") == 0 ? m : level;
    }
    o->shown[0] = wanted != NULL ? wanted : flow;
    o->shown[1] = level != o->shown[0] ? level : NULL;
}

void
overview_measure_end(struct overview *o)
{
    g_clear_pointer(&o->measure_of, g_hash_table_unref);
    for (guint i = o->measures->len; i-- > 0;) {
        const struct measure *m = g_ptr_array_index(o->measures, i);
        if (m->stations < STATIONS_LEAST) {
            g_ptr_array_remove_index_fast(o->measures, i);
        }
    }
    g_ptr_array_sort(o->measures, most_first);
    overview_measure_choose(o);
}

static void
add_up(struct overview *o, const struct screen *s, int which)
{
    const struct measure *m = o->shown[which];
    for (guint i = 0; i < m->components->len; i++) {
        uint32_t index = g_array_index(m->components, uint32_t, i);
        const struct component *c = &o->plant->components[index];
        const struct component_state *state = &s->snap->components[index];
        struct area *areas[] = {&o->areas[o->area_of[c->station]], &o->areas[o->n_areas]};
        bool good = state->text == NULL && !panel_stale(s, index);
        for (size_t k = 0; k < G_N_ELEMENTS(areas); k++) {
            areas[k]->of[which].all++;
            areas[k]->of[which].good += good;
            areas[k]->of[which].sum += good ? adjust_apply(c->adjust, state->num) : 0;
        }
    }
}

void
overview_measure_add(struct overview *o, const struct screen *s)
{
    for (uint32_t i = 0; i <= o->n_areas; i++) {
        memset(o->areas[i].of, 0, sizeof(o->areas[i].of));
    }
    for (int i = 0; i < OVERVIEW_UNITS; i++) {
        if (o->shown[i] != NULL) {
            add_up(o, s, i);
        }
    }
}
