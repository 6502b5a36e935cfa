/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/app/sim_plant.h"

#include <math.h>

#include "src/core/text.h"

static char *
numbered(const char *text, uint32_t number)
{
    return number == 1 ? g_strdup(text) : g_strdup_printf("%s %u", text, number);
}

struct station
sim_plant_station(const struct plant *places, uint32_t i)
{
    const struct station *from = &places->stations[i % places->n_stations];
    uint32_t copy = i / places->n_stations;
    struct station s = *from;
    const char *dash = strchr(from->uid, '-');
    int letters = dash != NULL ? (int)(dash - from->uid) : (int)MIN(strlen(from->uid), 8);
    s.uid =
        copy == 0 ? g_strdup(from->uid) : g_strdup_printf("%.*s-%u", letters, from->uid, i + 1);
    s.name = numbered(from->name, copy + 1);
    s.short_name = numbered(from->short_name, copy + 1);
    s.type = g_strdup(from->type);
    s.area = g_strdup(from->area);
    s.guidance = g_strdup(from->guidance);
    s.order = (int)i + 1;
    /* Its neighbours lie around it in a spiral. */
    s.latitude += 0.01 * sqrt(copy) * sin(2.4 * copy);
    s.longitude += 0.016 * sqrt(copy) * cos(2.4 * copy);
    return s;
}

/* "0=aus;1=ein" */
static void
set_states(struct component *c, const char *text)
{
    if (text == NULL) {
        return;
    }
    char **list = g_strsplit(text, ";", -1);
    c->n_states = g_strv_length(list);
    c->states = g_new0(struct state_name, c->n_states);
    for (size_t i = 0; i < c->n_states; i++) {
        char *name = strchr(list[i], '=');
        text_to_double(list[i], (size_t)(name - list[i]), false, &c->states[i].value);
        c->states[i].name = g_strdup(name + 1);
    }
    g_strfreev(list);
}

static const struct sim_entry *
entry_of(const struct sim_place *p, size_t part)
{
    for (size_t i = 0; i < p->n_entries; i++) {
        if (p->entries[i].part == part) {
            return &p->entries[i];
        }
    }
    return NULL;
}

static char *
id_of(const struct sim_place *p, const struct sim_template *t, size_t part)
{
    const struct sim_entry *e = entry_of(p, part);
    if (e != NULL) {
        return g_strdup(e->id);
    }
    /* Headings and what is derived never travel, so theirs need only be unique here. */
    return g_strdup(t->parts[part].key);
}

static size_t
part_of_key(const struct sim_template *t, const char *key)
{
    size_t i = 0;
    while (t->parts[i].key == NULL || strcmp(t->parts[i].key, key) != 0) {
        i++;
    }
    return i;
}

static struct adjust
adjust_of(const struct sim_part *part, const struct sim_entry *e)
{
    if (e != NULL && e->scaled && e->decimals > 0) {
        return (struct adjust){ADJUST_DIVIDE, pow(10, e->decimals)};
    }
    struct adjust a = {ADJUST_NONE, 0};
    if (part->adjust != NULL) {
        a.op = ADJUST_MULTIPLY;
        text_to_double(part->adjust + 1, strlen(part->adjust + 1), false, &a.operand);
    }
    return a;
}

void
sim_plant_components(struct plant_builder *b, uint32_t station, const struct sim_place *p)
{
    const struct sim_template *t = sim_template(p->site.type);
    for (size_t i = 0; i < t->n; i++) {
        const struct sim_part *part = &t->parts[i];
        const struct sim_entry *e = entry_of(p, i);
        if (part->key == NULL || (part->form != SIM_NONE && e == NULL)) {
            continue;
        }
        bool ranged = part->min < part->max;
        struct component c = {
            .station = station,
            .id = id_of(p, t, i),
            .name = g_strdup(part->name),
            .unit = g_strdup(part->unit),
            .guidance = g_strdup(part->guidance),
            .kind = part->kind,
            .decode = part->form == SIM_DWORD ? DECODE_UINT32 : DECODE_PLAIN,
            .min = ranged ? part->min : NAN,
            .max = ranged ? part->max : NAN,
            .order = (int)i + 1,
            .adjust = adjust_of(part, e),
            .derive = part->derive,
            .derive_window_s = part->window_s,
        };
        if (part->derive != DERIVE_NONE) {
            c.source_id = id_of(p, t, part_of_key(t, part->source));
        }
        set_states(&c, part->states);
        plant_builder_component(b, &c);
    }
}
