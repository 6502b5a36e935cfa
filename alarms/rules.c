/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "alarms/rules.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "alarms/rules_private.h"
#include "src/core/clock.h"

/* What is known of a row of rules.csv before anything is placed. */
struct row {
    uint32_t rule; /* index into rules; RULE_NONE: it takes the rule away */
    uint32_t name; /* number of its rule name */
    uint32_t next; /* next row of the same STATION/ID */
};

struct selection {
    uint32_t row;
    struct rule_template t;
};

struct compiler {
    struct ruleset *s;
    const struct plant *plant;
    struct problems *problems;
    GArray *rules;        /* struct alarm_rule */
    GArray *places;       /* struct rule_place */
    GArray *selections;   /* struct selection, in the order of the file */
    struct row *rows;     /* of plant->rules */
    uint32_t *head;       /* of each component: its first row for STATION/ID */
    uint32_t *names_seen; /* by name: component + 1 for which it was taken last … */
    uint32_t *names_at;   /* … and where in chosen */
    GArray *chosen;       /* uint32_t: rows for the present component */
    GPtrArray *here;      /* selections that fit the present station */
    GPtrArray *groups;
};

static int64_t
us_of(double seconds)
{
    return llround(seconds * (double)US_PER_S);
}

void
rules_complain(struct problems *problems, const struct rule_def *d, const char *what)
{
    char line[16] = "";
    if (problems == NULL) {
        return;
    }
    if (d->line > 0) {
        snprintf(line, sizeof(line), ":%d", d->line);
    }
    problems_add(problems, "rules.csv%s: %s on %s: %s", line, d->rule, d->component, what);
}

/* False, and told, when it cannot be followed. */
static bool
read_rule(const struct compiler *k, const struct rule_def *d, struct alarm_rule *ret)
{
    struct rule_lack lacks[RULE_LACKS];
    *ret = (struct alarm_rule){.def = d};
    if (!rule_type_from_name(d->type, &ret->type)) {
        rules_complain(k->problems, d, "there is no such type");
        return false;
    }
    if (!alarm_priority_from_name(d->priority, &ret->priority)) {
        rules_complain(k->problems, d, "there is no such priority");
        return false;
    }
    size_t n = rule_lacks(d, ret->type, lacks);
    for (size_t i = 0; i < n; i++) {
        char *what = g_strconcat(lacks[i].column, " ", lacks[i].what, NULL);
        rules_complain(k->problems, d, what);
        g_free(what);
    }
    ret->latch = d->latch;
    ret->ack_on_return = !d->ack_unneeded;
    ret->count = (uint16_t)CLAMP(d->count, 0, UINT16_MAX);
    ret->limit = d->limit;
    ret->deadband = isnan(d->deadband) ? 0 : d->deadband;
    ret->on_delay_us = us_of(d->on_delay_s);
    ret->off_delay_us = us_of(d->off_delay_s);
    ret->window_us = us_of(d->window_s);
    ret->realarm_us = us_of(d->re_alarm_s);
    return n == 0;
}

/* A uid and an id may have slashes of their own, so each may be the one between them. */
uint32_t
rules_find_component(const struct plant *plant, const char *path, size_t len)
{
    char uid[2 * PLANT_ID_MAX + 2];
    uint32_t found = COMPONENT_NONE;
    if (len >= sizeof(uid)) {
        return found;
    }
    memcpy(uid, path, len);
    uid[len] = '\0';
    for (char *p = strchr(uid, '/'); p != NULL && found == COMPONENT_NONE;
         p = strchr(p + 1, '/')) {
        *p = '\0';
        found = *uid == '\0' ? found : plant_find_component(plant, uid, p + 1);
        *p = '/';
    }
    return found;
}

/* A row for STATION/ID stands in that component's chain, any other among the selections. False,
 * and told: it is for nobody. */
static bool
place_row(struct compiler *k, uint32_t index)
{
    const struct rule_def *d = &k->plant->rules[index];
    uint32_t component = rules_find_component(k->plant, d->component, strlen(d->component));
    if (component != COMPONENT_NONE) {
        k->rows[index].next = k->head[component];
        k->head[component] = index;
        return true;
    }
    struct selection s = {.row = index};
    const char *why = "there is no such component";
    if (!rule_is_template(d->component) || !rule_template_parse(&s.t, d->component, &why)) {
        rules_complain(k->problems, d, why);
        return false;
    }
    g_array_append_val(k->selections, s);
    return true;
}

static void
read_rows(struct compiler *k)
{
    GHashTable *names = g_hash_table_new(g_str_hash, g_str_equal);
    for (uint32_t i = 0; i < k->plant->n_rules; i++) {
        const struct rule_def *d = &k->plant->rules[i];
        struct row *row = &k->rows[i];
        struct alarm_rule rule = {0};
        bool off = strcmp(d->type, RULE_TYPE_OFF) == 0;
        uint32_t name = GPOINTER_TO_UINT(g_hash_table_lookup(names, d->rule));
        if (name == 0) {
            name = g_hash_table_size(names) + 1;
            g_hash_table_insert(names, d->rule, GUINT_TO_POINTER(name));
        }
        *row = (struct row){.rule = RULE_NONE, .name = name - 1, .next = RULE_NONE};
        if ((off || read_rule(k, d, &rule)) && place_row(k, i) && !off) {
            row->rule = k->rules->len;
            g_array_append_val(k->rules, rule);
        }
    }
    g_hash_table_unref(names);
}

/* A later choice of the same name takes the place of an earlier one. */
static void
choose(struct compiler *k, uint32_t component, uint32_t row)
{
    uint32_t name = k->rows[row].name;
    if (k->names_seen[name] == component + 1) {
        g_array_index(k->chosen, uint32_t, k->names_at[name]) = row;
        return;
    }
    k->names_seen[name] = component + 1;
    k->names_at[name] = k->chosen->len;
    g_array_append_val(k->chosen, row);
}

static int
compare_rows(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* The number of a station's group; by_group: of the present station. */
static uint32_t
group_of(struct compiler *k, GHashTable *by_group, char *group)
{
    if (*group == '\0') {
        return 0;
    }
    uint32_t number = GPOINTER_TO_UINT(g_hash_table_lookup(by_group, group));
    if (number == 0) {
        number = k->groups->len;
        g_ptr_array_add(k->groups, g_strdup(group));
        g_hash_table_insert(by_group, group, GUINT_TO_POINTER(number));
    }
    return number;
}

static void
place_component(struct compiler *k, uint32_t component, GHashTable *by_group)
{
    const struct component *c = &k->plant->components[component];
    g_array_set_size(k->chosen, 0);
    for (guint i = 0; i < k->here->len; i++) {
        const struct selection *s = g_ptr_array_index(k->here, i);
        if (rule_template_fits_component(&s->t, c)) {
            choose(k, component, s->row);
        }
    }
    for (uint32_t row = k->head[component]; row != RULE_NONE; row = k->rows[row].next) {
        choose(k, component, row);
    }
    g_array_sort(k->chosen, compare_rows);
    unsigned placed = 0;
    for (guint i = 0; i < k->chosen->len; i++) {
        uint32_t row = g_array_index(k->chosen, uint32_t, i);
        struct rule_place place = {component, k->rows[row].rule, RULE_NONE, 0};
        if (place.rule == RULE_NONE) {
            continue;
        }
        if (placed++ == RULES_A_COMPONENT) {
            char *what =
                g_strdup_printf("%s/%s has more than %d rules",
                                k->plant->stations[c->station].uid, c->id, RULES_A_COMPONENT);
            rules_complain(k->problems, &k->plant->rules[row], what);
            g_free(what);
            return;
        }
        place.group = group_of(k, by_group, k->plant->rules[row].group);
        g_array_append_val(k->places, place);
    }
}

static void
place_stations(struct compiler *k)
{
    GHashTable *by_group = g_hash_table_new(g_str_hash, g_str_equal);
    for (uint32_t i = 0; i < k->plant->n_stations; i++) {
        const struct station *station = &k->plant->stations[i];
        g_hash_table_remove_all(by_group);
        g_ptr_array_set_size(k->here, 0);
        for (guint t = 0; t < k->selections->len; t++) {
            struct selection *s = &g_array_index(k->selections, struct selection, t);
            if (rule_template_fits_station(&s->t, station)) {
                g_ptr_array_add(k->here, s);
            }
        }
        for (uint32_t c = station->first; c < station->first + station->count; c++) {
            k->s->first[c] = k->places->len;
            place_component(k, c, by_group);
        }
    }
    k->s->first[k->plant->n_components] = k->places->len;
    g_hash_table_unref(by_group);
}

static void
clear_selection(void *p)
{
    rule_template_fini(&((struct selection *)p)->t);
}

static uint32_t *
new_numbers(uint32_t n, uint32_t value)
{
    uint32_t *numbers = g_new(uint32_t, (size_t)n + 1);
    for (uint32_t i = 0; i <= n; i++) {
        numbers[i] = value;
    }
    return numbers;
}

static void
compile(struct ruleset *s, struct problems *problems)
{
    const struct plant *plant = s->plant;
    struct compiler k = {
        .s = s,
        .plant = plant,
        .problems = problems,
        .rules = g_array_new(FALSE, FALSE, sizeof(struct alarm_rule)),
        .places = g_array_new(FALSE, FALSE, sizeof(struct rule_place)),
        .selections = g_array_new(FALSE, FALSE, sizeof(struct selection)),
        .rows = g_new0(struct row, plant->n_rules),
        .head = new_numbers(plant->n_components, RULE_NONE),
        .names_seen = new_numbers(plant->n_rules, 0),
        .names_at = new_numbers(plant->n_rules, 0),
        .chosen = g_array_new(FALSE, FALSE, sizeof(uint32_t)),
        .here = g_ptr_array_new(),
        .groups = g_ptr_array_new(),
    };
    g_array_set_clear_func(k.selections, clear_selection);
    g_ptr_array_add(k.groups, g_strdup(""));
    read_rows(&k);
    place_stations(&k);
    s->n_rules = k.rules->len;
    s->rules = (struct alarm_rule *)(void *)g_array_free(k.rules, FALSE);
    s->n_places = k.places->len;
    s->places = (struct rule_place *)(void *)g_array_free(k.places, FALSE);
    s->n_groups = k.groups->len;
    s->groups = (char **)g_ptr_array_free(k.groups, FALSE);
    g_array_unref(k.selections);
    g_array_unref(k.chosen);
    g_ptr_array_unref(k.here);
    g_free(k.rows);
    g_free(k.head);
    g_free(k.names_seen);
    g_free(k.names_at);
}

struct ruleset *
ruleset_new(struct plant *plant, struct problems *problems)
{
    struct ruleset *s = g_new0(struct ruleset, 1);
    s->plant = plant_ref(plant);
    s->first = g_new0(uint32_t, (size_t)plant->n_components + 1);
    compile(s, problems);
    rules_link_parents(s, problems);
    return s;
}

void
ruleset_free(struct ruleset *s)
{
    if (s == NULL) {
        return;
    }
    for (uint32_t i = 0; i < s->n_groups; i++) {
        g_free(s->groups[i]);
    }
    g_free(s->groups);
    g_free(s->rules);
    g_free(s->places);
    g_free(s->first);
    plant_unref(s->plant);
    g_free(s);
}
