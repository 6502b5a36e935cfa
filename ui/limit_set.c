/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/limit_set.h"

#include <math.h>

#include "src/core/rule.h"

struct template_rule {
    struct rule_template fits;
    const struct rule_def *rule;
};

struct own_rule {
    uint32_t component, order;
    const struct rule_def *rule;
};

struct limit_set {
    struct plant *plant;
    GArray *templates; /* struct template_rule, in the order of the plant */
    GArray *own;       /* struct own_rule, by component, in the order of the plant */
    GArray *marks;     /* struct limit_mark: the lists that were asked for */
    GHashTable *runs;  /* struct kept_run, a set: where in marks each begins */
};

/* A list in marks; a key of the set of them. */
struct kept_run {
    const struct limit_set *set;
    struct limit_run run;
};

static void
template_clear(void *rule)
{
    rule_template_fini(&((struct template_rule *)rule)->fits);
}

static const char *
sign_of(const struct rule_def *rule)
{
    static const char *const signs[][2] = {
        {"hihi", "HH"}, {"hi", "H"}, {"lo", "L"}, {"lolo", "LL"}};
    for (size_t i = 0; i < G_N_ELEMENTS(signs); i++) {
        if (strcmp(rule->type, signs[i][0]) == 0) {
            return signs[i][1];
        }
    }
    return NULL;
}

/* Of "STATION/ID"; a uid may have a slash in it. */
static uint32_t
named_component(const struct plant *plant, const char *path)
{
    for (const char *slash = strchr(path, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        char uid[PLANT_ID_MAX + 1];
        size_t len = (size_t)(slash - path);
        if (len > 0 && len < sizeof(uid)) {
            memcpy(uid, path, len);
            uid[len] = '\0';
            uint32_t found = plant_find_component(plant, uid, slash + 1);
            if (found != COMPONENT_NONE) {
                return found;
            }
        }
    }
    return COMPONENT_NONE;
}

static gint
by_component(gconstpointer a, gconstpointer b)
{
    const struct own_rule *x = a, *y = b;
    return x->component != y->component ? (x->component < y->component ? -1 : 1)
           : x->order < y->order        ? -1
                                        : 1;
}

static guint
run_hash(gconstpointer key)
{
    const struct kept_run *k = key;
    const struct limit_mark *marks = limit_set_marks(k->set, &k->run);
    guint hash = k->run.n;
    for (guint i = 0; i < k->run.n; i++) {
        hash = hash * 31 + g_double_hash(&marks[i].value);
    }
    return hash;
}

/* Names of rules are compared by what they are, limits to the bit. */
static gboolean
run_equal(gconstpointer a, gconstpointer b)
{
    const struct kept_run *x = a, *y = b;
    const struct limit_mark *p = limit_set_marks(x->set, &x->run),
                            *q = limit_set_marks(y->set, &y->run);
    bool equal = x->run.n == y->run.n;
    for (guint i = 0; equal && i < x->run.n; i++) {
        equal = memcmp(&p[i].value, &q[i].value, sizeof(p[i].value)) == 0 &&
                strcmp(p[i].sign, q[i].sign) == 0 && p[i].own == q[i].own &&
                strcmp(p[i].rule, q[i].rule) == 0;
    }
    return equal;
}

struct limit_set *
limit_set_new(struct plant *plant)
{
    struct limit_set *l = g_new0(struct limit_set, 1);
    l->plant = plant_ref(plant);
    l->marks = limit_set_array();
    l->runs = g_hash_table_new_full(run_hash, run_equal, g_free, NULL);
    l->templates = g_array_new(FALSE, FALSE, sizeof(struct template_rule));
    g_array_set_clear_func(l->templates, template_clear);
    l->own = g_array_new(FALSE, FALSE, sizeof(struct own_rule));
    for (uint32_t i = 0; i < plant->n_rules; i++) {
        const struct rule_def *rule = &plant->rules[i];
        struct template_rule t = {.rule = rule};
        struct own_rule own = {.order = i, .rule = rule};
        if (rule_is_template(rule->component)) {
            if (rule_template_parse(&t.fits, rule->component, NULL)) {
                g_array_append_val(l->templates, t);
            }
        } else if ((own.component = named_component(plant, rule->component)) !=
                   COMPONENT_NONE) {
            g_array_append_val(l->own, own);
        }
    }
    g_array_sort(l->own, by_component);
    return l;
}

void
limit_set_free(struct limit_set *l)
{
    if (l != NULL) {
        g_array_free(l->templates, TRUE);
        g_array_free(l->own, TRUE);
        g_hash_table_unref(l->runs);
        g_array_free(l->marks, TRUE);
        plant_unref(l->plant);
        g_free(l);
    }
}

const struct plant *
limit_set_plant(const struct limit_set *l)
{
    return l->plant;
}

GArray *
limit_set_array(void)
{
    return g_array_new(FALSE, FALSE, sizeof(struct limit_mark));
}

/* A name of a rule counts once for a component. from: where its marks begin. */
static void
put_mark(GArray *marks, guint from, const struct limit_mark *mark)
{
    for (guint i = from; i < marks->len; i++) {
        struct limit_mark *before = &g_array_index(marks, struct limit_mark, i);
        if (strcmp(before->rule, mark->rule) == 0) {
            *before = *mark;
            return;
        }
    }
    g_array_append_val(marks, *mark);
}

static void
put_rule(GArray *marks, guint from, uint32_t component, const struct rule_def *rule, bool own)
{
    const char *sign = isfinite(rule->limit) ? sign_of(rule) : NULL;
    struct limit_mark mark = {
        .component = component, .value = rule->limit, .rule = rule->rule, .own = own};
    g_strlcpy(mark.sign, sign != NULL ? sign : "", sizeof(mark.sign));
    put_mark(marks, from, &mark);
}

/* The first row of its own; l->own->len: there is none. */
static guint
first_own(const struct limit_set *l, uint32_t component)
{
    guint low = 0, high = l->own->len;
    while (low < high) {
        guint middle = low + (high - low) / 2;
        if (g_array_index(l->own, struct own_rule, middle).component < component) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

void
limit_set_of(const struct limit_set *l, uint32_t component, GArray *marks)
{
    const struct component *c = &l->plant->components[component];
    const struct station *station = &l->plant->stations[c->station];
    guint from = marks->len;
    for (guint i = 0; i < l->templates->len; i++) {
        const struct template_rule *t = &g_array_index(l->templates, struct template_rule, i);
        if (rule_template_fits_component(&t->fits, c) &&
            rule_template_fits_station(&t->fits, station)) {
            put_rule(marks, from, component, t->rule, false);
        }
    }
    for (guint i = first_own(l, component); i < l->own->len; i++) {
        const struct own_rule *own = &g_array_index(l->own, struct own_rule, i);
        if (own->component != component) {
            break;
        }
        put_rule(marks, from, component, own->rule, true);
    }
    for (guint i = marks->len; i-- > from;) {
        if (*g_array_index(marks, struct limit_mark, i).sign == '\0') {
            g_array_remove_index_fast(marks, i); /* what took a limit away, or has none */
        }
    }
}

struct limit_run
limit_set_run(struct limit_set *l, uint32_t component)
{
    struct kept_run key = {l, {l->marks->len, 0}};
    limit_set_of(l, component, l->marks);
    key.run.n = l->marks->len - key.run.first;
    const struct kept_run *known = g_hash_table_lookup(l->runs, &key);
    if (known == NULL) {
        known = g_memdup2(&key, sizeof(key));
        g_hash_table_add(l->runs, (gpointer)(uintptr_t)known);
    } else {
        g_array_set_size(l->marks, key.run.first);
    }
    return known->run;
}

const struct limit_mark *
limit_set_marks(const struct limit_set *l, const struct limit_run *run)
{
    return &g_array_index(l->marks, struct limit_mark, run->first);
}

/* What counts as far: the component's range, or else the limit itself. */
static double
scale_of(const struct component *c, double limit)
{
    double range = c->max - c->min;
    if (isfinite(range) && range > 0) {
        return range;
    }
    return fabs(limit) > 0 ? fabs(limit) : 1;
}

const struct limit_mark *
limit_set_nearest(const struct component *c, const struct limit_mark *marks, guint n,
                  double shown, double *ret_distance)
{
    const struct limit_mark *best = NULL, *passed = NULL;
    double nearest = INFINITY, inside = INFINITY;
    for (guint i = 0; i < n; i++) {
        const struct limit_mark *mark = &marks[i];
        double way = *mark->sign == 'H' ? mark->value - shown : shown - mark->value;
        double distance = way / scale_of(c, mark->value);
        if (distance < nearest) {
            nearest = distance;
            best = mark;
        }
        if (distance <= 0 && -distance < inside) { /* the outermost of those passed */
            inside = -distance;
            passed = mark;
        }
    }
    if (best != NULL) {
        *ret_distance = nearest;
    }
    return passed != NULL ? passed : best;
}
