/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Collecting the rows of a plant. Their texts are short, and most stand in thousands of rows:
 * each is kept once, all of them side by side in one store that becomes the plant's. */
#include "src/core/plant.h"

#define TEXTS_BLOCK 16000 /* bytes that the store grows by */

static void
component_clear(void *c)
{
    g_free(((struct component *)c)->states);
}

void
plant_builder_init(struct plant_builder *b)
{
    b->stations = g_array_new(FALSE, FALSE, sizeof(struct station));
    b->components = g_array_new(FALSE, FALSE, sizeof(struct component));
    b->rules = g_array_new(FALSE, FALSE, sizeof(struct rule_def));
    g_array_set_clear_func(b->components, component_clear);
    b->texts = g_string_chunk_new(TEXTS_BLOCK);
    b->known = g_hash_table_new(g_str_hash, g_str_equal);
}

void
plant_builder_fini(struct plant_builder *b)
{
    g_array_unref(b->stations);
    g_array_unref(b->components);
    g_array_unref(b->rules);
    g_clear_pointer(&b->known, g_hash_table_unref);
    g_clear_pointer(&b->texts, g_string_chunk_free);
}

/* The builder's own copy of it; NULL counts as "". */
static void
keep(struct plant_builder *b, char **text)
{
    const char *wanted = *text == NULL ? "" : *text;
    char *known = g_hash_table_lookup(b->known, wanted);
    if (known == NULL) {
        known = g_string_chunk_insert(b->texts, wanted);
        g_hash_table_add(b->known, known);
    }
    *text = known;
}

static void
take(struct plant_builder *b, char **text)
{
    char *given = *text;
    keep(b, text);
    g_free(given);
}

typedef void each_text(struct plant_builder *b, char **text);

static void
add_station(struct plant_builder *b, struct station *s, each_text *own)
{
    own(b, &s->uid);
    own(b, &s->name);
    own(b, &s->short_name);
    own(b, &s->type);
    own(b, &s->area);
    own(b, &s->guidance);
    g_array_append_val(b->stations, *s);
}

static void
add_component(struct plant_builder *b, struct component *c, each_text *own)
{
    own(b, &c->id);
    own(b, &c->name);
    own(b, &c->short_name);
    own(b, &c->unit);
    own(b, &c->guidance);
    if (c->source_id != NULL) {
        own(b, &c->source_id);
    }
    for (size_t i = 0; i < c->n_states; i++) {
        own(b, &c->states[i].name);
    }
    g_array_append_val(b->components, *c);
}

static void
add_rule(struct plant_builder *b, struct rule_def *r, each_text *own)
{
    own(b, &r->component);
    own(b, &r->rule);
    own(b, &r->type);
    own(b, &r->priority);
    own(b, &r->name);
    own(b, &r->guidance);
    own(b, &r->group);
    own(b, &r->parent);
    g_array_append_val(b->rules, *r);
}

uint32_t
plant_builder_station(struct plant_builder *b, struct station *s)
{
    add_station(b, s, take);
    return b->stations->len - 1;
}

void
plant_builder_component(struct plant_builder *b, struct component *c)
{
    add_component(b, c, take);
}

void
plant_builder_rule(struct plant_builder *b, struct rule_def *r)
{
    add_rule(b, r, take);
}

void
plant_builder_copy_rules(struct plant_builder *b, const struct plant *plant)
{
    for (uint32_t i = 0; i < plant->n_rules; i++) {
        struct rule_def r = plant->rules[i];
        add_rule(b, &r, keep);
    }
}

void
plant_builder_copy(struct plant_builder *b, const struct plant *plant)
{
    for (uint32_t i = 0; plant != NULL && i < plant->n_stations; i++) {
        struct station s = plant->stations[i];
        add_station(b, &s, keep);
    }
    for (uint32_t i = 0; plant != NULL && i < plant->n_components; i++) {
        struct component c = plant->components[i];
        c.states = g_memdup2(c.states, c.n_states * sizeof(*c.states));
        add_component(b, &c, keep);
    }
    if (plant != NULL) {
        plant_builder_copy_rules(b, plant);
    }
}
