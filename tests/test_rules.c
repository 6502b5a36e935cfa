/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "alarms/rules.h"

#include "tests/unit.h"

#include <math.h>
#include <time.h>

struct site {
    const char *uid, *type, *area;
};

static const struct site sites[] = {
    {"PS-01", "Abwasser", "Nord Ost"},
    {"PS-02", "Abwasser", "Süd"},
    {"WW-01", "Wasserwerk", "Nord Ost"},
    {"a/b", "", ""},
};

/* Every station has: H a heading, F1 and F2 faults, L a level in m, S a sensor without a unit.
 */
static void
add_component(struct plant_builder *b, uint32_t station, const char *id, enum kind kind,
              const char *unit)
{
    struct component c = {
        .station = station, .id = g_strdup(id), .unit = g_strdup(unit), .kind = kind};
    plant_builder_component(b, &c);
}

static void
add_stations(struct plant_builder *b)
{
    for (size_t i = 0; i < G_N_ELEMENTS(sites); i++) {
        struct station s = {.uid = g_strdup(sites[i].uid),
                            .type = g_strdup(sites[i].type),
                            .area = g_strdup(sites[i].area)};
        uint32_t k = plant_builder_station(b, &s);
        add_component(b, k, "H", KIND_DIVIDER, "");
        add_component(b, k, "F1", KIND_FAULT, "");
        add_component(b, k, "F2", KIND_FAULT, "");
        add_component(b, k, "L", KIND_LEVEL, "m");
        add_component(b, k, "S/1", KIND_SENSOR, "");
    }
}

struct rule_text {
    const char *component, *rule, *type, *parent, *group;
};

static void
add_rule(struct plant_builder *b, const struct rule_text *t)
{
    struct rule_def d = {.component = g_strdup(t->component),
                         .rule = g_strdup(t->rule),
                         .type = g_strdup(t->type),
                         .priority = g_strdup("high"),
                         .parent = g_strdup(t->parent),
                         .group = g_strdup(t->group),
                         .limit = 3,
                         .deadband = NAN,
                         .window_s = 60,
                         .count = 2};
    plant_builder_rule(b, &d);
}

static struct plant *
finish(struct plant_builder *b)
{
    struct plant *plant = NULL;
    struct err err;
    if (plant_builder_finish(b, &plant, &err) != RC_OK) {
        fail_msg("%s", err.text);
    }
    plant_builder_fini(b);
    return plant;
}

static struct ruleset *
compile(const struct rule_text *rules, size_t n, struct problems *problems)
{
    struct plant_builder b;
    plant_builder_init(&b);
    add_stations(&b);
    for (size_t i = 0; i < n && rules[i].component != NULL; i++) {
        add_rule(&b, &rules[i]);
    }
    struct plant *plant = finish(&b);
    struct ruleset *s = ruleset_new(plant, problems);
    plant_unref(plant);
    return s;
}

static char *
place_name(const struct ruleset *s, uint32_t p)
{
    const struct rule_place *place = &s->places[p];
    const struct component *c = &s->plant->components[place->component];
    return g_strdup_printf("%s/%s %s", s->plant->stations[c->station].uid, c->id,
                           s->rules[place->rule].def->rule);
}

/* "PS-01/F1 fault=digital", separated by ", "; a parent as "<PS-01/F2 fault". */
static char *
places_of(const struct ruleset *s)
{
    GString *text = g_string_new(NULL);
    for (uint32_t p = 0; p < s->n_places; p++) {
        char *name = place_name(s, p);
        g_string_append_printf(text, "%s%s=%s", p > 0 ? ", " : "", name,
                               alarm_type_name(s->rules[s->places[p].rule].type));
        g_free(name);
        if (s->places[p].parent != RULE_NONE) {
            name = place_name(s, s->places[p].parent);
            g_string_append_printf(text, "<%s", name);
            g_free(name);
        }
    }
    return g_string_free(text, FALSE);
}

#define ROWS 10
struct example {
    const char *why;
    struct rule_text rules[ROWS];
    const char *places;
    const char *problem; /* NULL: none; of several the first */
    size_t n_problems;
};

static void
check(const struct example *e)
{
    struct problems problems;
    problems_init(&problems);
    struct ruleset *s = compile(e->rules, ROWS, &problems);
    char *places = places_of(s);
    if (strcmp(places, e->places) != 0) {
        fail_msg("%s: %s", e->why, places);
    }
    if (problems.n != e->n_problems) {
        fail_msg("%s: %zu problems, %s", e->why, problems.n,
                 problems.n > 0 ? problems.list[0] : "");
    }
    if (e->problem != NULL && strcmp(problems.list[0], e->problem) != 0) {
        fail_msg("%s: %s", e->why, problems.list[0]);
    }
    g_free(places);
    ruleset_free(s);
    problems_fini(&problems);
}

static void
test_selection(void **state)
{
    (void)state;
    static const struct example examples[] = {
        {"nothing", {{0}}, "", NULL, 0},
        {"one",
         {{.component = "PS-01/F1", .rule = "f", .type = "digital"}},
         "PS-01/F1 f=digital",
         NULL,
         0},
        {"a slash in the uid, and one in the id",
         {{.component = "a/b/S/1", .rule = "h", .type = "hi"}},
         "a/b/S/1 h=hi",
         NULL,
         0},
        {"of a kind, never the heading",
         {{.component = "kind:level", .rule = "h", .type = "hi"}},
         "PS-01/L h=hi, PS-02/L h=hi, WW-01/L h=hi, a/b/L h=hi",
         NULL,
         0},
        {"all words must fit",
         {{.component = "kind:fault type:Abwasser area:\"Nord Ost\" id:*1",
           .rule = "f",
           .type = "digital"}},
         "PS-01/F1 f=digital",
         NULL,
         0},
        {"globs and quotes",
         {{.component = "station:?S-0* id:L", .rule = "h", .type = "hi"}},
         "PS-01/L h=hi, PS-02/L h=hi",
         NULL,
         0},
        {"the unit, and none",
         {{.component = "unit:m station:PS-01", .rule = "h", .type = "hi"},
          {.component = "unit:\"\" station:PS-01 kind:sensor", .rule = "l", .type = "lo"}},
         "PS-01/L h=hi, PS-01/S/1 l=lo",
         NULL,
         0},
        {"a row beats a template, wherever it stands",
         {{.component = "PS-01/L", .rule = "h", .type = "hihi"},
          {.component = "kind:level type:Abwasser", .rule = "h", .type = "hi"}},
         "PS-01/L h=hihi, PS-02/L h=hi",
         NULL,
         0},
        {"a later template beats an earlier one",
         {{.component = "kind:level type:Abwasser", .rule = "h", .type = "hi"},
          {.component = "station:PS-02 id:L", .rule = "h", .type = "lo"}},
         "PS-01/L h=hi, PS-02/L h=lo",
         NULL,
         0},
        {"off takes away, a template's or a row's",
         {{.component = "kind:fault type:Abwasser", .rule = "f", .type = "digital"},
          {.component = "station:PS-02", .rule = "f", .type = "off"},
          {.component = "PS-01/F2", .rule = "f", .type = "off"},
          {.component = "PS-02/F2", .rule = "f", .type = "stale"}},
         "PS-01/F1 f=digital, PS-02/F2 f=stale",
         NULL,
         0},
        {"places in the order of the file",
         {{.component = "kind:level", .rule = "z", .type = "hi"},
          {.component = "PS-01/L", .rule = "m", .type = "lo"},
          {.component = "station:PS-01 id:L", .rule = "a", .type = "rate"},
          {.component = "station:PS-02", .rule = "z", .type = "off"},
          {.component = "type:Wasserwerk", .rule = "z", .type = "off"},
          {.component = "station:a*", .rule = "z", .type = "off"}},
         "PS-01/L z=hi, PS-01/L m=lo, PS-01/L a=rate",
         NULL,
         0},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(examples); i++) {
        check(&examples[i]);
    }
}

static void
test_problems(void **state)
{
    (void)state;
    static const struct example examples[] = {
        {"no such component",
         {{.component = "PS-01/X", .rule = "f", .type = "digital"},
          {.component = "PS-01/L", .rule = "h", .type = "hi"}},
         "PS-01/L h=hi",
         "rules.csv: f on PS-01/X: there is no such component",
         1},
        {"no such kind",
         {{.component = "kind:pump", .rule = "f", .type = "digital"}},
         "",
         "rules.csv: f on kind:pump: is not a selection: there is no such kind",
         1},
        {"no such type leaves the template's rule",
         {{.component = "station:PS-01 kind:level", .rule = "h", .type = "hi"},
          {.component = "PS-01/L", .rule = "h", .type = "high"}},
         "PS-01/L h=hi",
         "rules.csv: h on PS-01/L: there is no such type",
         1},
        {"a type of the watchdog",
         {{.component = "PS-01/L", .rule = "h", .type = "silence"}},
         "",
         "rules.csv: h on PS-01/L: there is no such type",
         1},
        {"a ninth rule",
         {{.component = "PS-01/L", .rule = "1", .type = "hi"},
          {.component = "PS-01/L", .rule = "2", .type = "hi"},
          {.component = "kind:level", .rule = "3", .type = "hi"},
          {.component = "PS-01/L", .rule = "4", .type = "hi"},
          {.component = "PS-01/L", .rule = "5", .type = "hi"},
          {.component = "PS-01/L", .rule = "6", .type = "hi"},
          {.component = "PS-01/L", .rule = "7", .type = "hi"},
          {.component = "PS-01/L", .rule = "8", .type = "hi"},
          {.component = "PS-01/L", .rule = "9", .type = "hi"},
          {.component = "PS-01/L", .rule = "3", .type = "off"}},
         "PS-01/L 1=hi, PS-01/L 2=hi, PS-01/L 4=hi, PS-01/L 5=hi, PS-01/L 6=hi, "
         "PS-01/L 7=hi, PS-01/L 8=hi, PS-01/L 9=hi, PS-02/L 3=hi, WW-01/L 3=hi, a/b/L 3=hi",
         NULL,
         0},
        {"and one more",
         {{.component = "PS-01/L", .rule = "1", .type = "hi"},
          {.component = "PS-01/L", .rule = "2", .type = "hi"},
          {.component = "PS-01/L", .rule = "3", .type = "hi"},
          {.component = "PS-01/L", .rule = "4", .type = "hi"},
          {.component = "PS-01/L", .rule = "5", .type = "hi"},
          {.component = "PS-01/L", .rule = "6", .type = "hi"},
          {.component = "PS-01/L", .rule = "7", .type = "hi"},
          {.component = "PS-01/L", .rule = "8", .type = "hi"},
          {.component = "station:PS-01 unit:m", .rule = "9", .type = "hi"},
          {.component = "PS-01/L", .rule = "A", .type = "hi"}},
         "PS-01/L 1=hi, PS-01/L 2=hi, PS-01/L 3=hi, PS-01/L 4=hi, PS-01/L 5=hi, "
         "PS-01/L 6=hi, PS-01/L 7=hi, PS-01/L 8=hi",
         "rules.csv: 9 on station:PS-01 unit:m: PS-01/L has more than 8 rules",
         1},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(examples); i++) {
        check(&examples[i]);
    }
}

static void
test_parents(void **state)
{
    (void)state;
    static const struct example examples[] = {
        {"on the same component, whatever the order",
         {{.component = "kind:level type:Abwasser", .rule = "h", .type = "hi", .parent = "hh"},
          {.component = "kind:level type:Abwasser", .rule = "hh", .type = "hihi"}},
         "PS-01/L h=hi<PS-01/L hh, PS-01/L hh=hihi, PS-02/L h=hi<PS-02/L hh, PS-02/L hh=hihi",
         NULL,
         0},
        {"on another, and never on itself by a template",
         {{.component = "kind:fault station:PS-01",
           .rule = "f",
           .type = "digital",
           .parent = "PS-01/F2/f"}},
         "PS-01/F1 f=digital<PS-01/F2 f, PS-01/F2 f=digital",
         NULL,
         0},
        {"on another of the same station, where there is one",
         {{.component = "kind:level", .rule = "h", .type = "hi", .parent = "F*/f"},
          {.component = "kind:fault id:F1 type:Abwasser", .rule = "f", .type = "digital"},
          {.component = "WW-01/F2", .rule = "f", .type = "digital"}},
         "PS-01/F1 f=digital, PS-01/L h=hi<PS-01/F1 f, PS-02/F1 f=digital, "
         "PS-02/L h=hi<PS-02/F1 f, WW-01/F2 f=digital, WW-01/L h=hi<WW-01/F2 f, a/b/L h=hi",
         NULL,
         0},
        {"slashes everywhere",
         {{.component = "a/b/S/1", .rule = "x/y", .type = "hi"},
          {.component = "PS-01/L", .rule = "h", .type = "hi", .parent = "a/b/S/1/x/y"}},
         "PS-01/L h=hi<a/b/S/1 x/y, a/b/S/1 x/y=hi",
         NULL,
         0},
        {"a parent that was taken away from one",
         {{.component = "kind:level type:Abwasser", .rule = "h", .type = "hi", .parent = "hh"},
          {.component = "kind:level type:Abwasser", .rule = "hh", .type = "hihi"},
          {.component = "PS-02/L", .rule = "hh", .type = "off"}},
         "PS-01/L h=hi<PS-01/L hh, PS-01/L hh=hihi, PS-02/L h=hi",
         NULL,
         0},
        {"not there",
         {{.component = "PS-01/L", .rule = "h", .type = "hi", .parent = "PS-01/L/x"}},
         "PS-01/L h=hi",
         "rules.csv: h on PS-01/L: its parent is not there",
         1},
        {"itself",
         {{.component = "PS-01/L", .rule = "h", .type = "hi", .parent = "h"}},
         "PS-01/L h=hi",
         "rules.csv: h on PS-01/L: its parents lead back to itself in a circle",
         1},
        {"a circle, and one that leads into it; a rule is told once",
         {{.component = "kind:level type:Abwasser", .rule = "a", .type = "hi", .parent = "b"},
          {.component = "kind:level type:Abwasser", .rule = "b", .type = "hi", .parent = "c"},
          {.component = "kind:level type:Abwasser", .rule = "c", .type = "hi", .parent = "b"}},
         "PS-01/L a=hi<PS-01/L b, PS-01/L b=hi, PS-01/L c=hi, PS-02/L a=hi<PS-02/L b, "
         "PS-02/L b=hi, PS-02/L c=hi",
         "rules.csv: b on kind:level type:Abwasser: its parents lead back to itself in a "
         "circle",
         2},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(examples); i++) {
        check(&examples[i]);
    }
}

static void
test_groups(void **state)
{
    (void)state;
    static const struct rule_text rules[] = {
        {"kind:fault type:Abwasser", "f", "digital", NULL, "pumps"},
        {"PS-01/L", "h", "hi", NULL, "pumps"},
        {"PS-02/L", "h", "hi", NULL, ""},
    };
    struct ruleset *s = compile(rules, G_N_ELEMENTS(rules), NULL);
    assert_int_equal(s->n_places, 6);
    assert_int_equal(s->n_groups, 3);
    assert_string_equal(s->groups[0], "");
    assert_string_equal(s->groups[1], "pumps");
    assert_string_equal(s->groups[2], "pumps");
    static const uint32_t want[] = {1, 1, 1, 2, 2, 0};
    for (size_t i = 0; i < G_N_ELEMENTS(want); i++) {
        assert_int_equal(s->places[i].group, want[i]);
    }
    ruleset_free(s);
}

static void
test_fields(void **state)
{
    (void)state;
    struct plant_builder b;
    plant_builder_init(&b);
    add_stations(&b);
    struct rule_def d = {.component = g_strdup("PS-01/L"),
                         .rule = g_strdup("r"),
                         .type = g_strdup("count"),
                         .priority = g_strdup("critical"),
                         .name = g_strdup("Zu oft"),
                         .limit = NAN,
                         .deadband = NAN,
                         .on_delay_s = 0.25,
                         .off_delay_s = 7,
                         .window_s = 604800,
                         .count = 1000,
                         .latch = true,
                         .re_alarm_s = 0.5,
                         .ack_unneeded = true};
    plant_builder_rule(&b, &d);
    struct plant *plant = finish(&b);
    struct ruleset *s = ruleset_new(plant, NULL);
    plant_unref(plant);
    assert_int_equal(s->n_rules, 1);
    const struct alarm_rule *r = &s->rules[0];
    assert_string_equal(r->def->name, "Zu oft");
    assert_int_equal(r->type, ALARM_COUNT);
    assert_int_equal(r->priority, ALARM_CRITICAL);
    assert_true(r->latch && !r->ack_on_return && isnan(r->limit));
    assert_true(r->deadband >= 0 && r->deadband <= 0);
    assert_int_equal(r->count, 1000);
    assert_int_equal(r->on_delay_us, 250000);
    assert_int_equal(r->off_delay_us, 7000000);
    assert_true(r->window_us == INT64_C(604800000000));
    assert_int_equal(r->realarm_us, 500000);
    for (uint32_t c = 0; c <= s->plant->n_components; c++) {
        assert_int_equal(s->first[c], c > s->places[0].component ? 1 : 0);
    }
    ruleset_free(s);
}

/* A problem names the line it stands in, if it stands in any. */
static void
test_line(void **state)
{
    (void)state;
    struct plant_builder b;
    struct problems problems;
    problems_init(&problems);
    plant_builder_init(&b);
    for (int line = 0; line < 15; line += 14) {
        struct rule_def d = {.component = g_strdup("A/x"),
                             .rule = g_strdup("r"),
                             .type = g_strdup("digital"),
                             .priority = g_strdup("low"),
                             .line = line};
        plant_builder_rule(&b, &d);
    }
    struct plant *plant = finish(&b);
    ruleset_free(ruleset_new(plant, &problems));
    plant_unref(plant);
    assert_int_equal(problems.n, 2);
    assert_string_equal(problems.list[0], "rules.csv: r on A/x: there is no such component");
    assert_string_equal(problems.list[1], "rules.csv:14: r on A/x: there is no such component");
    problems_fini(&problems);
}

/* What each type cannot do without. */
static void
test_lacks(void **state)
{
    (void)state;
    static const struct {
        enum alarm_type type;
        const char *limit, *window, *count; /* NULL: not needed */
    } cases[] = {
        {ALARM_HIHI, "limit", NULL, NULL},
        {ALARM_HI, "limit", NULL, NULL},
        {ALARM_LO, "limit", NULL, NULL},
        {ALARM_LOLO, "limit", NULL, NULL},
        {ALARM_DIGITAL, NULL, NULL, NULL},
        {ALARM_RATE, "limit", NULL, NULL},
        {ALARM_STALE, NULL, "window_s", NULL},
        {ALARM_STUCK, NULL, "window_s", NULL},
        {ALARM_TOTALIZER, "limit", "window_s", NULL},
        {ALARM_COUNT, NULL, "window_s", "count"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const char *want[] = {cases[i].limit, cases[i].window, cases[i].count};
        struct rule_def nothing = {.limit = NAN}, all = {.limit = 0, .window_s = 1, .count = 1};
        struct rule_lack lacks[RULE_LACKS];
        size_t n = rule_lacks(&nothing, cases[i].type, lacks), at = 0;
        for (size_t k = 0; k < G_N_ELEMENTS(want); k++) {
            if (want[k] != NULL) {
                assert_true(at < n);
                assert_string_equal(lacks[at++].column, want[k]);
            }
        }
        assert_int_equal(at, n);
        assert_int_equal(rule_lacks(&all, cases[i].type, lacks), 0);
    }
}

static void
test_templates(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool template, valid;
    } cases[] = {
        {"kind:fault", true, true},
        {"kind:fault  station:A*", true, true},
        {"area:\"Nord Ost\" unit:m³/h", true, true},
        {"area:Nord\" \"Ost", true, true},
        {"unit:\"\"", true, true},
        {"kind:divider", true, false},
        {"kind:", true, false},
        {"area:", true, false},
        {"area: kind:fault", true, false},
        {"area:\"Nord Ost", true, false},
        {"area:Nord Ost", true, false},
        {"kind:fault kind:level", true, false},
        {"kind:fault colour:red", true, false},
        {"PS-01/L", false, false},
        {"", false, false},
        {" kind:fault", false, false},
        {"Kind:fault", false, false},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const char *why = "";
        bool valid = rule_template_valid(cases[i].text, &why);
        if (rule_is_template(cases[i].text) != cases[i].template || valid != cases[i].valid) {
            fail_msg("%s: %s", cases[i].text, why);
        }
        assert_int_equal(g_str_has_prefix(why, "is not"), !valid);
        assert_int_equal(rule_template_valid(cases[i].text, NULL), valid);
    }
}

/* 50,000 components with four rules each by templates, some overridden by rows. */
static void
test_large(void **state)
{
    (void)state;
    static const struct rule_text templates[] = {
        {"kind:level", "hh", "hihi", NULL, NULL},     {"kind:level", "h", "hi", "hh", NULL},
        {"kind:level type:T", "l", "lo", NULL, NULL}, {"station:S*", "s", "stale", NULL, "g"},
        {"kind:fault", "f", "digital", NULL, NULL},
    };
    struct plant_builder b;
    plant_builder_init(&b);
    for (uint32_t i = 0; i < 1000; i++) {
        struct station s = {.uid = g_strdup_printf("S%u", i), .type = g_strdup("T")};
        uint32_t k = plant_builder_station(&b, &s);
        for (int c = 0; c < 50; c++) {
            char id[8];
            g_snprintf(id, sizeof(id), "C%d", c);
            add_component(&b, k, id, KIND_LEVEL, "m");
        }
        char *row = g_strdup_printf("S%u/C7", i);
        add_rule(&b, &(struct rule_text){row, "h", "off", NULL, NULL});
        g_free(row);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(templates); i++) {
        add_rule(&b, &templates[i]);
    }
    struct plant *plant = finish(&b);
    struct problems problems;
    problems_init(&problems);
    clock_t begin = clock();
    struct ruleset *s = ruleset_new(plant, &problems);
    assert_true(clock() - begin < CLOCKS_PER_SEC); /* of the processor; it takes some 1/50 s */
    assert_int_equal(problems.n, 0);
    assert_int_equal(s->n_places, 4 * 50000 - 1000);
    assert_int_equal(s->n_groups, 1001);
    problems_fini(&problems);
    ruleset_free(s);
    plant_unref(plant);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_selection), cmocka_unit_test(test_problems),
        cmocka_unit_test(test_parents),   cmocka_unit_test(test_groups),
        cmocka_unit_test(test_fields),    cmocka_unit_test(test_line),
        cmocka_unit_test(test_lacks),     cmocka_unit_test(test_templates),
        cmocka_unit_test(test_large),
    };
    return cmocka_run_group_tests_name("rules", tests, NULL, NULL);
}
