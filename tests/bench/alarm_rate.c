/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the evaluator costs with 50,000 components of 4 rules: readings a second beside reading
 * the numbers out of the same messages' text and nothing more, in turn; and the CPU time from a
 * message to its annunciation while 1,000 alarms rise in 10 s of a full stream. Fails when it
 * could not keep up with a broker, or when an annunciation takes longer than half a display's
 * frame.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alarms/evaluator.h"
#include "src/core/clock.h"
#include "tests/bench/level_plant.h"

#define ROUNDS     11
#define STATIONS   1000
#define COMPONENTS 50
#define ALL        (STATIONS * COMPONENTS)
#define READINGS   (4 * ALL)
#define MESSAGE    88
#define RISES      1000
#define BETWEEN    1000     /* readings from one rise to the next: 100,000 a second for 10 s */
#define BROKER     170000.0 /* messages a second that a broker passes on at best */
#define GOAL_US    25000.0  /* half of the 50 ms from message to annunciation */

static char messages[READINGS][MESSAGE];
static double values[ALL];

static void
add_rule(struct plant_builder *b, const char *name, const char *type, double limit, double on_s)
{
    struct rule_def r = {.component = g_strdup("kind:level"),
                         .rule = g_strdup(name),
                         .type = g_strdup(type),
                         .priority = g_strdup("high"),
                         .limit = limit,
                         .deadband = 0.5,
                         .on_delay_s = on_s};
    plant_builder_rule(b, &r);
}

static struct plant *
make_plant(void)
{
    struct plant_builder b;
    struct plant *plant = NULL;
    plant_builder_init(&b);
    level_plant_fill(&b, STATIONS, COMPONENTS);
    add_rule(&b, "hihi", "hihi", 95, 0);
    add_rule(&b, "hi", "hi", 90, 10);
    add_rule(&b, "lo", "lo", 10, 10);
    add_rule(&b, "lolo", "lolo", 5, 0);
    struct err err;
    if (plant_builder_finish(&b, &plant, &err) != RC_OK) {
        fprintf(stderr, "alarm_rate: %s\n", err.text);
        exit(1);
    }
    plant_builder_fini(&b);
    return plant;
}

/* Component of the i-th reading: spread over the plant, as stations report. */
static uint32_t
component_of(int i)
{
    return (uint32_t)((int64_t)i * 7919 % ALL);
}

/* Mostly normal; one in a hundred comes into the on-delay of a limit, another one in each pass
 * over the plant, so that it leaves it again with its next reading. */
static double
value_of(int i)
{
    return (i + i / ALL) % 100 == 0 ? 91 + i % 3 : 20 + i % 60 + (double)(i % 7) / 10;
}

static void
make_messages(void)
{
    for (int i = 0; i < READINGS; i++) {
        snprintf(messages[i], MESSAGE,
                 "{\"hid\":\"PS-%04u/C%02u\",\"ts\":\"2026-01-09T15:39:14Z\",\"value\":%.1f}",
                 component_of(i) / COMPONENTS, component_of(i) % COMPONENTS, value_of(i));
    }
}

static double
seconds_since(mono_us begin)
{
    return (double)(clock_now().mono - begin) / (double)US_PER_S;
}

/* The yardstick: the number out of its text, into a table. */
static double
read_out(void)
{
    mono_us begin = clock_now().mono;
    for (int i = 0; i < READINGS; i++) {
        char copy[MESSAGE];
        memcpy(copy, messages[i], MESSAGE);
        values[component_of(i)] = g_ascii_strtod(strstr(copy, "\"value\":") + 8, NULL);
    }
    return seconds_since(begin);
}

static struct evaluator_input
input_at(int i, double value, struct now now)
{
    return (struct evaluator_input){.component = component_of(i),
                                    .raw = value,
                                    .device_time = true,
                                    .ts = now.wall,
                                    .received = now.wall};
}

static void
pass(struct now *now, int64_t us)
{
    now->wall += us;
    now->mono += us;
}

static void
forget_changes(struct evaluator *e)
{
    struct alarm_changes c;
    alarm_changes_init(&c);
    evaluator_take(e, &c);
    alarm_changes_fini(&c);
}

/* 100,000 a second, with a tick each second. */
static double
evaluate(struct evaluator *e, struct now *now)
{
    mono_us begin = clock_now().mono;
    for (int i = 0; i < READINGS; i++) {
        pass(now, 10);
        struct evaluator_input in = input_at(i, value_of(i), *now);
        evaluator_reading(e, &in, *now);
        if (i % 100000 == 0) {
            evaluator_advance(e, *now);
        }
    }
    forget_changes(e);
    return seconds_since(begin);
}

static bool
was_annunciated(struct evaluator *e)
{
    struct alarm_changes c;
    bool found = false;
    alarm_changes_init(&c);
    evaluator_take(e, &c);
    for (guint i = 0; i < c.journal->len; i++) {
        found |= g_array_index(c.journal, struct journal_record, i).annunciated;
    }
    alarm_changes_fini(&c);
    return found;
}

/* From the reading to its journal line taken out and a board drawn up; us, one for each rise.
 */
static int
rise(struct evaluator *e, struct now *now, double us[RISES])
{
    int told = 0;
    for (int i = 0; i < RISES; i++) {
        for (int k = 0; k < BETWEEN; k++) {
            pass(now, 10);
            struct evaluator_input in = input_at(i * BETWEEN + k, 50, *now);
            if (in.component % (ALL / RISES) != 0) { /* what has risen stays */
                evaluator_reading(e, &in, *now);
            }
        }
        evaluator_advance(e, *now);
        forget_changes(e);
        struct evaluator_input in = input_at(0, 97, *now);
        in.component = (uint32_t)(i * (ALL / RISES));
        mono_us begin = clock_now().mono;
        evaluator_reading(e, &in, *now);
        told += was_annunciated(e);
        alarm_board_unref(evaluator_board(e));
        us[i] = (double)(clock_now().mono - begin);
    }
    return told;
}

static int
compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static bool
show_rates(struct evaluator *e, struct now *now)
{
    double own[ROUNDS], other[ROUNDS], ratios[ROUNDS];
    evaluate(e, now);                  /* everything has a first value */
    for (int i = 0; i < ROUNDS; i++) { /* in turn, so that both meet the same weather */
        other[i] = read_out();
        own[i] = evaluate(e, now);
        ratios[i] = own[i] / other[i];
    }
    qsort(own, ROUNDS, sizeof(*own), compare);
    qsort(other, ROUNDS, sizeof(*other), compare);
    qsort(ratios, ROUNDS, sizeof(*ratios), compare);
    double rate = READINGS / own[ROUNDS / 2];
    printf("evaluating %d components x 4 rules: %.0f readings/s, reading the numbers out of "
           "their text %.0f/s, ratio of time %.2f (%.2f to %.2f), goal above %.0f/s: %s\n",
           ALL, rate, READINGS / other[ROUNDS / 2], ratios[ROUNDS / 2], ratios[0],
           ratios[ROUNDS - 1], BROKER, rate > BROKER ? "met" : "missed");
    return rate > BROKER;
}

static bool
show_rises(struct evaluator *e, struct now *now)
{
    static double us[RISES];
    int told = rise(e, now, us);
    qsort(us, RISES, sizeof(*us), compare);
    bool good = us[RISES * 99 / 100] < GOAL_US && told == RISES;
    printf("message to annunciation and board, %d alarms rising in 10 s of simulated time: "
           "%.0f us median, %.0f us p99, %.0f us worst, %d told, goal below %.0f us: %s\n",
           RISES, us[RISES / 2], us[RISES * 99 / 100], us[RISES - 1], told, GOAL_US,
           good ? "met" : "missed");
    return good;
}

int
main(void)
{
    struct now now = {INT64_C(1767973154) * US_PER_S, 5000 * US_PER_S};
    struct evaluator_settings set = evaluator_defaults();
    struct plant *plant = make_plant();
    struct problems problems;
    problems_init(&problems);
    struct ruleset *rules = ruleset_new(plant, &problems);
    if (problems.n > 0 || rules->n_places != 4 * ALL) {
        fprintf(stderr, "alarm_rate: %s\n", problems.n > 0 ? problems.list[0] : "rules");
        return 1;
    }
    struct evaluator *e = evaluator_new(&set, rules, now);
    evaluator_link(e, true, now);
    evaluator_start(e, now);
    make_messages();
    bool good = show_rates(e, &now);
    good = show_rises(e, &now) && good;
    evaluator_free(e);
    problems_fini(&problems);
    plant_unref(plant);
    return good ? 0 : 1;
}
