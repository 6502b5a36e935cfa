/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "alarms/rules_private.h"

static const struct rule_def *
def_of(const struct ruleset *s, uint32_t place)
{
    return s->rules[s->places[place].rule].def;
}

static uint32_t
find_at(const struct ruleset *s, uint32_t component, const char *rule)
{
    for (uint32_t p = s->first[component]; p < s->first[component + 1]; p++) {
        if (strcmp(def_of(s, p)->rule, rule) == 0) {
            return p;
        }
    }
    return RULE_NONE;
}

/* The place of a rule on the component that name[0..len) tells; RULE_NONE: there is none. */
typedef uint32_t find_place(const struct ruleset *s, uint32_t station, const char *name,
                            size_t len, const char *rule);

/* The name is a glob for an id. */
static uint32_t
find_in_station(const struct ruleset *s, uint32_t station, const char *name, size_t len,
                const char *rule)
{
    const struct station *home = &s->plant->stations[station];
    char *glob = g_strndup(name, len);
    GPatternSpec *pattern = g_pattern_spec_new(glob);
    uint32_t place = RULE_NONE;
    for (uint32_t i = 0; i < home->count && place == RULE_NONE; i++) {
        if (g_pattern_spec_match_string(pattern, s->plant->components[home->first + i].id)) {
            place = find_at(s, home->first + i, rule);
        }
    }
    g_pattern_spec_free(pattern);
    g_free(glob);
    return place;
}

static uint32_t
find_anywhere(const struct ruleset *s, uint32_t station, const char *name, size_t len,
              const char *rule)
{
    (void)station;
    uint32_t component = rules_find_component(s->plant, name, len);
    return component == COMPONENT_NONE ? RULE_NONE : find_at(s, component, rule);
}

/* Any slash of the path may be the one in front of the rule. */
static uint32_t
find_path(const struct ruleset *s, uint32_t station, const char *path, find_place *find)
{
    uint32_t place = RULE_NONE;
    for (const char *slash = path + strlen(path); slash > path && place == RULE_NONE; slash--) {
        if (*slash == '/') {
            place = find(s, station, path, (size_t)(slash - path), slash + 1);
        }
    }
    return place;
}

/* What is known of a rule's parents over all of its places. */
struct finding {
    bool searched, found, missing, circle;
    uint32_t elsewhere; /* the place that STATION/ID/RULE names, the same for all; RULE_NONE */
};

static bool
is_for_many(const struct ruleset *s, const struct rule_def *d)
{
    return rules_find_component(s->plant, d->component, strlen(d->component)) == COMPONENT_NONE;
}

static void
link_place(struct ruleset *s, struct finding *f, uint32_t p)
{
    struct rule_place *place = &s->places[p];
    const struct rule_def *d = def_of(s, p);
    place->parent = find_at(s, place->component, d->parent);
    uint32_t station = s->plant->components[place->component].station;
    if (place->parent == RULE_NONE) {
        place->parent = find_path(s, station, d->parent, find_in_station);
    }
    if (place->parent == RULE_NONE) {
        f->elsewhere =
            f->searched ? f->elsewhere : find_path(s, station, d->parent, find_anywhere);
        f->searched = true;
        place->parent = f->elsewhere;
    }
    f->found = f->found || place->parent != RULE_NONE;
    f->missing = f->missing || place->parent == RULE_NONE;
    if (place->parent == p && is_for_many(s, d)) {
        place->parent = RULE_NONE;
    }
}

static void
cut_circle(struct ruleset *s, struct finding *findings, uint32_t start)
{
    uint32_t p = start;
    while (s->places[p].parent != RULE_NONE) {
        uint32_t next = s->places[p].parent;
        findings[s->places[p].rule].circle = true;
        s->places[p].parent = RULE_NONE;
        p = next;
    }
}

/* Every place has at most one parent, so a walk upwards that meets itself is in a circle. */
static void
cut_circles(struct ruleset *s, struct finding *findings)
{
    uint32_t *walk = g_new0(uint32_t, (size_t)s->n_places + 1); /* number of the first visit */
    for (uint32_t i = 0; i < s->n_places; i++) {
        uint32_t p = i;
        while (p != RULE_NONE && walk[p] == 0) {
            walk[p] = i + 1;
            p = s->places[p].parent;
        }
        if (p != RULE_NONE && walk[p] == i + 1) {
            cut_circle(s, findings, p);
        }
    }
    g_free(walk);
}

void
rules_link_parents(struct ruleset *s, struct problems *problems)
{
    struct finding *findings = g_new0(struct finding, (size_t)s->n_rules + 1);
    for (uint32_t p = 0; p < s->n_places; p++) {
        if (*def_of(s, p)->parent != '\0') {
            link_place(s, &findings[s->places[p].rule], p);
        }
    }
    cut_circles(s, findings);
    for (uint32_t i = 0; i < s->n_rules; i++) {
        if (findings[i].missing && !findings[i].found) {
            rules_complain(problems, s->rules[i].def, "its parent is not there");
        }
        if (findings[i].circle) {
            rules_complain(problems, s->rules[i].def,
                           "its parents lead back to itself in a circle");
        }
    }
    g_free(findings);
}
