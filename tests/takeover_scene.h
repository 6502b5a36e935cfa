/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One owner, its shadow, and what is kept of the owner's words: what the tests of a take-over
 * share. The plant has one station of one alarm of each kind; a scene is about one of them.
 */
#ifndef TESTS_TAKEOVER_SCENE_H
#define TESTS_TAKEOVER_SCENE_H

#include "src/app/kept.h"
#include "tests/alarm_fixture.h"

#define LEVEL   "PS-01/L1"
#define DIGITAL "PS-01/V1"
#define LATCH   "PS-01/P1"

/* The owner's fixture becomes the heir's. */
struct scene {
    struct fx owner;
    struct kept *kept;
    struct evaluator *shadow;
    const char *component;
    struct evaluator_input newest;
    uint32_t count; /* that all occurrences claim to have; 0: their own */
};

void scene_begin(struct scene *s, const char *component);
/* The same in two steps, with other settings of s->owner in between. */
void scene_init(struct scene *s, const char *component);
void scene_open(struct scene *s);
void scene_end(struct scene *s);
/* As an instance that follows, and has got what the owner told so far. */
void scene_start_shadow(struct scene *s);
void scene_begin_with_shadow(struct scene *s, const char *component);

/* One of just now, which nobody has got yet. */
struct evaluator_input scene_reading(struct scene *s, double value);
/* Several; a list ends with -1. The owner's are SCENE_STEP_S apart. */
#define SCENE_STEP_S 1.5
void scene_owner_gets(struct scene *s, const double *values, bool acks);
void scene_shadow_gets(struct scene *s, const double *values);
void scene_both_get(struct scene *s, double value);

void scene_take_over_heard(struct scene *s, struct owner_heard heard);
void scene_take_over(struct scene *s, double ago_s); /* the owner died so long ago */
/* It dies now; its heir comes a second later. */
void scene_owner_dies(struct scene *s);
/* So many lines of it are in the journal by then. */
void scene_end_with(struct scene *s, unsigned rises, unsigned returns);

#endif
