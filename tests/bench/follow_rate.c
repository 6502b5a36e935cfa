/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What following an owner costs: 50,000 components of 4 rules, 5,000 alarms that stand, and a
 * flood of 100 alarms a second for 10 s, told in changes of 4 alarms as an owner commits them.
 * Reading a change and keeping it counts, and the board that is made anew ten times a second.
 * CPU time; fails above a tenth of a core.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "src/app/changes_json.h"
#include "src/app/kept.h"
#include "src/core/clock.h"
#include "tests/bench/level_plant.h"

#define STATIONS   1000
#define COMPONENTS 50
#define ALL        (STATIONS * COMPONENTS)
#define STANDING   5000
#define FLOOD      1000 /* alarms in SECONDS */
#define SECONDS    10
#define EACH       4 /* alarms of a change */
#define BOARDS     (10 * SECONDS)
#define GOAL       0.1 /* of a core */
#define ROUNDS     3

static int64_t
cpu_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return t.tv_sec * US_PER_S + t.tv_nsec / 1000;
}

static void
add_rule(struct plant_builder *b, const char *name, const char *type, double limit)
{
    struct rule_def r = {.component = g_strdup("kind:level"),
                         .rule = g_strdup(name),
                         .type = g_strdup(type),
                         .priority = g_strdup("high"),
                         .limit = limit,
                         .deadband = NAN};
    plant_builder_rule(b, &r);
}

static struct plant *
make_plant(void)
{
    struct plant_builder b;
    struct plant *plant = NULL;
    plant_builder_init(&b);
    level_plant_fill(&b, STATIONS, COMPONENTS);
    add_rule(&b, "hi", "hi", 80);
    add_rule(&b, "hihi", "hihi", 95);
    add_rule(&b, "lo", "lo", 10);
    add_rule(&b, "lolo", "lolo", 5);
    if (plant_builder_finish(&b, &plant, NULL) != RC_OK) {
        return NULL;
    }
    plant_builder_fini(&b);
    return plant;
}

static void
put(struct evaluator *e, uint32_t component, double value, struct now *now)
{
    now->wall += 10;
    now->mono += 10;
    evaluator_reading(e,
                      &(struct evaluator_input){.component = component,
                                                .raw = value,
                                                .device_time = true,
                                                .ts = now->wall,
                                                .received = now->wall},
                      *now);
}

static char *
change_text(struct evaluator *e)
{
    struct alarm_changes c;
    alarm_changes_init(&c);
    evaluator_take(e, &c);
    json_t *body = changes_to_json(&c);
    char *text = json_dumps(body, JSON_COMPACT);
    json_decref(body);
    alarm_changes_fini(&c);
    return text;
}

/* The first is the state that stands, then come those of the flood. */
static GPtrArray *
owner_tells(const struct evaluator_settings *set, struct plant *plant, struct now *now)
{
    GPtrArray *texts = g_ptr_array_new_with_free_func(free);
    struct evaluator *owner = evaluator_new(set, ruleset_new(plant, NULL), *now);
    evaluator_link(owner, true, *now);
    evaluator_start(owner, *now);
    for (uint32_t i = 0; i < ALL; i++) {
        put(owner, i, i < STANDING ? 90 : 50, now);
    }
    g_ptr_array_add(texts, change_text(owner));
    for (uint32_t i = 0; i < FLOOD; i++) {
        put(owner, STANDING + i * ((ALL - STANDING) / FLOOD), 90, now);
        now->wall += US_PER_S * SECONDS / FLOOD;
        now->mono += US_PER_S * SECONDS / FLOOD;
        if (i % EACH == EACH - 1) {
            g_ptr_array_add(texts, change_text(owner));
        }
    }
    evaluator_free(owner);
    return texts;
}

static bool
follow(struct kept *k, const char *text)
{
    struct alarm_changes c;
    alarm_changes_init(&c);
    json_t *body = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    bool good = body != NULL && changes_from_json(&c, body, NULL);
    kept_apply(k, &c);
    json_decref(body);
    alarm_changes_fini(&c);
    return good;
}

struct cost {
    int64_t changes_us, boards_us;
    uint32_t active;
};

static bool
measure(struct plant *plant, struct cost *ret)
{
    struct now now = {INT64_C(1767973154) * US_PER_S, 5000 * US_PER_S};
    struct evaluator_settings set = evaluator_defaults();
    GPtrArray *texts = owner_tells(&set, plant, &now);
    struct ruleset *rules = ruleset_new(plant, NULL);
    struct kept *k = kept_new();
    bool good = follow(k, g_ptr_array_index(texts, 0));
    int64_t begin = cpu_us();
    for (guint i = 1; i < texts->len; i++) {
        good = good && follow(k, g_ptr_array_index(texts, i));
    }
    ret->changes_us = cpu_us() - begin;
    begin = cpu_us();
    for (int i = 0; i < BOARDS; i++) {
        struct alarm_board *b = kept_board(k, plant, rules, now);
        ret->active = b->active[ALARM_HIGH];
        alarm_board_unref(b);
    }
    ret->boards_us = cpu_us() - begin;
    kept_free(k);
    ruleset_free(rules);
    g_ptr_array_unref(texts);
    return good;
}

int
main(void)
{
    struct plant *plant = make_plant();
    struct cost best = {.changes_us = INT64_MAX, .boards_us = INT64_MAX};
    bool good = plant != NULL;
    for (int i = 0; good && i < ROUNDS; i++) {
        struct cost c = {.active = 0};
        good = measure(plant, &c) && c.active == STANDING + FLOOD;
        best.changes_us = MIN(best.changes_us, c.changes_us);
        best.boards_us = MIN(best.boards_us, c.boards_us);
    }
    double share = (double)(best.changes_us + best.boards_us) / (double)(SECONDS * US_PER_S);
    good = good && share < GOAL;
    printf(
        "following %d alarms in %d s beside %d that stand: %.1f ms for the changes, %.2f ms a"
        " board, %.3f of a core, goal below %.1f: %s\n",
        FLOOD, SECONDS, STANDING, (double)best.changes_us / 1000,
        (double)best.boards_us / BOARDS / 1000, share, GOAL, good ? "met" : "missed");
    plant_unref(plant);
    return good ? 0 : 1;
}
