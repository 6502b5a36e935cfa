/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/limit_marks.h"

#include <math.h>
#include <string.h>

#include "src/core/rule.h"

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

/* Whether "STATION/ID" is this component. */
static bool
is_named(const char *path, const struct station *station, const struct component *c)
{
    size_t len = strlen(station->uid);
    return strncmp(path, station->uid, len) == 0 && path[len] == '/' &&
           strcmp(path + len + 1, c->id) == 0;
}

/* A name of a rule counts once for a component: a row of its own beats a template, and a later
 * template an earlier one. */
static void
put_mark(GArray *marks, const struct limit_mark *mark)
{
    for (guint i = 0; i < marks->len; i++) {
        struct limit_mark *before = &g_array_index(marks, struct limit_mark, i);
        if (before->component == mark->component && strcmp(before->rule, mark->rule) == 0) {
            *before = before->own && !mark->own ? *before : *mark;
            return;
        }
    }
    g_array_append_val(marks, *mark);
}

static void
put_rule(GArray *marks, const struct plant *plant, const struct station *station,
         const struct rule_def *rule)
{
    struct rule_template t = {0};
    const char *sign = isfinite(rule->limit) ? sign_of(rule) : NULL;
    bool many = rule_is_template(rule->component) &&
                rule_template_parse(&t, rule->component, NULL) &&
                rule_template_fits_station(&t, station);
    for (uint32_t i = station->first; i < station->first + station->count; i++) {
        const struct component *c = &plant->components[i];
        struct limit_mark mark = {.component = i,
                                  .value = rule->limit,
                                  .rule = rule->rule,
                                  .own = is_named(rule->component, station, c)};
        g_strlcpy(mark.sign, sign != NULL ? sign : "", sizeof(mark.sign));
        if (mark.own || (many && rule_template_fits_component(&t, c))) {
            put_mark(marks, &mark);
        }
    }
    rule_template_fini(&t);
}

void
limit_marks_of(GArray *marks, const struct plant *plant, uint32_t station)
{
    guint before = marks->len;
    for (uint32_t k = 0; k < plant->n_rules; k++) {
        put_rule(marks, plant, &plant->stations[station], &plant->rules[k]);
    }
    for (guint i = marks->len; i-- > before;) {
        if (*g_array_index(marks, struct limit_mark, i).sign == '\0') {
            g_array_remove_index_fast(marks, i); /* what took a limit away, or has none */
        }
    }
}
