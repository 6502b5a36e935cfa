/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/config/plant_csv.h"

#include <math.h>

#include "src/config/config_private.h"
#include "src/config/plant_columns.h"
#include "src/core/file.h"
#include "src/core/rule.h"

#define FILE_MAX_BYTES    (64u << 20)
#define RULES_MAX         200000
#define RULES_A_COMPONENT 8

struct loader {
    struct plant_builder builder;
    struct problems *problems;
    char *path;           /* of the present file */
    char *component_path; /* for what is checked when all rows are known */
    GArray *lines;        /* of the components, int */
    GHashTable *stations; /* uid → index + 1 */
    GHashTable *seen;     /* what may stand only once in a file → line */
    GHashTable *pairs;    /* "uid/id" of every component → index + 1 */
    GHashTable *counts;   /* component of a rule → number of its rules */
};

static void
complain(struct loader *l, int line, const char *column, const char *value, const char *what)
{
    problems_add(l->problems, "%s:%d: %s: \"%.200s\" %s", l->path, line, column, value, what);
}

/* False, and said, when key already stood in this file. The key is copied. */
static bool
is_first(struct loader *l, int line, const char *key, const char *column, const char *value)
{
    int first = GPOINTER_TO_INT(g_hash_table_lookup(l->seen, key));
    if (first == 0) {
        g_hash_table_insert(l->seen, g_strdup(key), GINT_TO_POINTER(line));
        return true;
    }
    char what[64];
    snprintf(what, sizeof(what), "stands twice, first in line %d", first);
    complain(l, line, column, value, what);
    return false;
}

/* Without a name of its own, a thing is called by its identifier. */
static void
default_name(char **name, const char *id)
{
    if (**name == '\0') {
        g_free(*name);
        *name = g_strdup(id);
    }
}

/* What the journal and the retained topics call by this would be taken for a test. */
static void
check_prefix(struct loader *l, int line, const char *column, const char *name)
{
    if (g_str_has_prefix(name, ALARM_TEST_PREFIX)) {
        complain(l, line, column, name,
                 "is not free: what begins with " ALARM_TEST_PREFIX " is a test of an alarm");
    }
}

static void
add_station(void *user, int line, const char *const *cells)
{
    struct loader *l = user;
    struct station s = {0};
    table_read(&table_stations, &s, l->path, line, cells, l->problems);
    default_name(&s.name, s.uid);
    is_first(l, line, s.uid, "uid", s.uid);
    if (strcmp(s.uid, ALARM_SYSTEM) == 0) {
        complain(l, line, "uid", s.uid, "is not free: it stands for leitstand itself");
    }
    char *uid = g_strdup(s.uid);
    uint32_t index = plant_builder_station(&l->builder, &s);
    g_hash_table_insert(l->stations, uid, GUINT_TO_POINTER(index + 1));
}

static void
check_range(struct loader *l, int line, const struct component *c, const char *max)
{
    if (!isnan(c->min) && !isnan(c->max) && c->min >= c->max) {
        complain(l, line, "max", max, "is not larger than min");
    }
}

static void
add_component(void *user, int line, const char *const *cells)
{
    struct loader *l = user;
    struct component_row row = {0};
    table_read(&table_components, &row, l->path, line, cells, l->problems);
    default_name(&row.c.name, row.c.id);
    check_range(l, line, &row.c, cells[7]);
    uint32_t station = GPOINTER_TO_UINT(g_hash_table_lookup(l->stations, row.station));
    if (station == 0) {
        if (*row.station != '\0') {
            complain(l, line, "station", row.station, "is not in stations.csv");
        }
        station = 1; /* the row goes nowhere: there is a problem now */
    }
    char *pair = g_strconcat(row.station, "/", row.c.id, NULL);
    is_first(l, line, pair, "id", row.c.id);
    check_prefix(l, line, "id", row.c.id);
    g_hash_table_insert(l->pairs, pair, GUINT_TO_POINTER(l->builder.components->len + 1));
    row.c.station = station - 1;
    g_array_append_val(l->lines, line);
    plant_builder_component(&l->builder, &row.c);
    g_free(row.station);
}

/* The source must be measured, and of the same station. */
static void
check_derived(struct loader *l)
{
    const GArray *all = l->builder.components;
    for (guint i = 0; i < all->len && l->builder.stations->len > 0; i++) {
        const struct component *c = &g_array_index(all, struct component, i);
        if (c->derive == DERIVE_NONE) {
            continue;
        }
        const struct station *s =
            &g_array_index(l->builder.stations, struct station, c->station);
        char *pair = g_strconcat(s->uid, "/", c->source_id, NULL);
        guint source = GPOINTER_TO_UINT(g_hash_table_lookup(l->pairs, pair));
        if (source == 0 ||
            g_array_index(all, struct component, source - 1).derive != DERIVE_NONE ||
            g_array_index(all, struct component, source - 1).kind == KIND_DIVIDER) {
            problems_add(l->problems,
                         "%s:%d: derive: \"%s\" is not a measured component of this station",
                         l->component_path, g_array_index(l->lines, int, i), c->source_id);
        }
        g_free(pair);
    }
}

/* STATION/ID or a template. */
static void
check_target(struct loader *l, int line, const char *component)
{
    const char *why = "is not STATION/ID of components.csv, nor a selection such as kind:fault";
    if (g_hash_table_contains(l->pairs, component) ||
        (rule_is_template(component) && rule_template_valid(component, &why))) {
        return;
    }
    complain(l, line, "component", component, why);
}

/* What the type needs. A cell that was wrong in itself has been complained of. */
static void
check_needs(struct loader *l, int line, const struct rule_def *r, const char *const *cells)
{
    enum alarm_type type;
    struct rule_lack lacks[RULE_LACKS];
    size_t n = rule_type_from_name(r->type, &type) ? rule_lacks(r, type, lacks) : 0;
    for (size_t i = 0; i < n; i++) {
        size_t k = 0;
        while (strcmp(table_rules.columns[k].name, lacks[i].column) != 0) {
            k++;
        }
        complain(l, line, lacks[i].column, cells[k], lacks[i].what);
    }
}

static void
count_rule(struct loader *l, int line, const struct rule_def *r)
{
    if (strcmp(r->type, RULE_TYPE_OFF) == 0) {
        return;
    }
    int count = 1 + GPOINTER_TO_INT(g_hash_table_lookup(l->counts, r->component));
    g_hash_table_insert(l->counts, g_strdup(r->component), GINT_TO_POINTER(count));
    if (count == RULES_A_COMPONENT + 1) {
        complain(l, line, "component", r->component, "has more than 8 rules");
    }
}

static void
add_rule(void *user, int line, const char *const *cells)
{
    struct loader *l = user;
    struct rule_def r = {.line = line};
    bool good = table_read(&table_rules, &r, l->path, line, cells, l->problems);
    default_name(&r.name, r.rule);
    if (*r.component != '\0') {
        check_target(l, line, r.component);
    }
    check_prefix(l, line, "rule", r.rule);
    if (good) {
        check_needs(l, line, &r, cells);
    }
    char *key = g_strconcat(r.component, "\037", r.rule, NULL);
    is_first(l, line, key, "rule", r.rule);
    g_free(key);
    count_rule(l, line, &r);
    plant_builder_rule(&l->builder, &r);
}

static void
load_table(struct loader *l, const char *dir, const struct table *t, const GString *text,
           csv_row *row)
{
    const char *names[CSV_COLUMNS_MAX];
    for (size_t i = 0; i < t->n; i++) {
        names[i] = t->columns[i].name;
    }
    const struct csv_layout layout = {names, t->n, t->n_required};
    g_free(l->path);
    l->path = g_build_filename(dir, t->file, NULL);
    g_hash_table_remove_all(l->seen);
    csv_rows_parse(l->path, text->str, text->len, &layout, l->problems, row, l);
}

static void
check_size(struct loader *l, guint n, guint max, const char *what)
{
    if (n > max) {
        problems_add(l->problems, "%s: %u %s are too many, %u is the limit", l->path, n, what,
                     max);
    }
}

static void
load_all(struct loader *l, const char *dir, GString *const texts[PLANT_FILES])
{
    load_table(l, dir, &table_stations, texts[PLANT_STATIONS], add_station);
    check_size(l, l->builder.stations->len, PLANT_STATIONS_MAX, "stations");
    load_table(l, dir, &table_components, texts[PLANT_COMPONENTS], add_component);
    check_size(l, l->builder.components->len, PLANT_COMPONENTS_MAX, "components");
    l->component_path = g_strdup(l->path);
    check_derived(l);
    if (texts[PLANT_RULES] != NULL) {
        load_table(l, dir, &table_rules, texts[PLANT_RULES], add_rule);
        check_size(l, l->builder.rules->len, RULES_MAX, "rules");
    }
}

static void
loader_init(struct loader *l, struct problems *problems)
{
    *l = (struct loader){
        .problems = problems,
        .lines = g_array_new(FALSE, FALSE, sizeof(int)),
        .stations = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
        .seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
        .pairs = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
        .counts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
    };
    plant_builder_init(&l->builder);
}

static void
loader_fini(struct loader *l)
{
    plant_builder_fini(&l->builder);
    g_array_unref(l->lines);
    g_hash_table_unref(l->stations);
    g_hash_table_unref(l->seen);
    g_hash_table_unref(l->pairs);
    g_hash_table_unref(l->counts);
    g_free(l->path);
    g_free(l->component_path);
}

enum rc
plant_csv_parse(struct plant **ret, const char *dir, GString *const texts[PLANT_FILES],
                struct problems *problems, struct err *err)
{
    struct loader l;
    size_t before = problems->n;
    loader_init(&l, problems);
    load_all(&l, dir, texts);
    enum rc rc = problems->n > before
                     ? err_set(err, RC_INVALID, "the plant in \"%s\" has errors", dir)
                     : plant_builder_finish(&l.builder, ret, err);
    loader_fini(&l);
    return rc;
}

enum rc
plant_csv_read(struct plant **ret, const char *dir, struct problems *problems, struct err *err)
{
    const struct table *tables[] = {&table_stations, &table_components, &table_rules};
    GString *texts[PLANT_FILES] = {NULL};
    enum rc rc = RC_OK;
    for (size_t i = 0; i < PLANT_FILES && rc == RC_OK; i++) {
        char *path = g_build_filename(dir, tables[i]->file, NULL);
        texts[i] = g_string_new(NULL);
        rc = file_read(texts[i], path, FILE_MAX_BYTES, err);
        if (rc == RC_NOTFOUND && i == PLANT_RULES) {
            g_string_free(texts[i], TRUE);
            texts[i] = NULL;
            rc = RC_OK;
        }
        g_free(path);
    }
    if (rc == RC_OK) {
        rc = plant_csv_parse(ret, dir, texts, problems, err);
    }
    for (size_t i = 0; i < PLANT_FILES; i++) {
        if (texts[i] != NULL) {
            g_string_free(texts[i], TRUE);
        }
    }
    return rc;
}
