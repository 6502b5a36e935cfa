/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/takeover_scene.h"

#include "tests/unit.h"

static const struct fx_component components[] = {{"PS-01", "L1", KIND_LEVEL},
                                                 {"PS-01", "V1", KIND_FAULT},
                                                 {"PS-01", "P1", KIND_FAULT},
                                                 {"PS-01", "F1", KIND_LEVEL},
                                                 {0}};
static const struct fx_rule rules[] = {
    {.component = "PS-01/L1", .rule = "hi", .type = "hi", .limit = 80, .deadband = 5},
    {.component = "PS-01/V1", .rule = "fault", .type = "digital"},
    {.component = "PS-01/P1", .rule = "stuck", .type = "digital", .latch = true},
    {.component = "PS-01/F1", .rule = "rise", .type = "rate", .limit = 300},
    {0}};

static void
keep(void *user, const struct alarm_changes *c)
{
    kept_apply(((struct scene *)user)->kept, c);
}

static void
restore(const struct scene *s, struct evaluator *e)
{
    struct alarm_changes c;
    alarm_changes_init(&c);
    kept_dump(s->kept, &c);
    for (guint i = 0; i < c.alarms->len; i++) {
        evaluator_restore_alarm(e, &g_array_index(c.alarms, struct alarm_record, i));
    }
    for (guint i = 0; i < c.occurrences->len; i++) {
        struct occurrence_record *r =
            &g_array_index(c.occurrences, struct occurrence_record, i);
        r->count = s->count > 0 ? s->count : r->count;
        evaluator_restore_occurrence(e, r);
        if (r->state == ALARM_NORMAL) {
            evaluator_restore_closed(e, &r->occurrence);
        }
    }
    alarm_changes_fini(&c);
    if (s->newest.ts != WALL_NONE) {
        evaluator_restore_value(e, &s->newest);
    }
}

void
scene_init(struct scene *s, const char *component)
{
    *s = (struct scene){.component = component, .kept = kept_new(), .newest.ts = WALL_NONE};
    fx_init(&s->owner);
    s->owner.tap = keep;
    s->owner.tap_user = s;
    s->owner.set.chatter_us = 1;
}

void
scene_open(struct scene *s)
{
    fx_open(&s->owner, components, rules);
    evaluator_link(s->owner.e, true, s->owner.now);
}

void
scene_begin(struct scene *s, const char *component)
{
    scene_init(s, component);
    scene_open(s);
}

void
scene_end(struct scene *s)
{
    fx_close(&s->owner);
    evaluator_free(s->shadow);
    kept_free(s->kept);
}

struct evaluator_input
scene_reading(struct scene *s, double value)
{
    char **part = g_strsplit(s->component, "/", 2);
    wall_us now = s->owner.now.wall;
    s->newest = (struct evaluator_input){
        .component = plant_find_component(s->owner.plant, part[0], part[1]),
        .raw = value,
        .ts = now,
        .received = now};
    g_strfreev(part);
    return s->newest;
}

void
scene_start_shadow(struct scene *s)
{
    s->shadow = evaluator_new(&s->owner.set, fx_ruleset(s->owner.plant), s->owner.now);
    restore(s, s->shadow);
    evaluator_link(s->shadow, true, s->owner.now);
    evaluator_start(s->shadow, s->owner.now);
    evaluator_shadow(s->shadow);
}

void
scene_owner_gets(struct scene *s, const double *values, bool acks)
{
    for (; *values >= 0; values++) {
        fx_pass(&s->owner, SCENE_STEP_S);
        struct evaluator_input in = scene_reading(s, *values);
        fx_input(&s->owner, &in);
        struct uuid rose = fx_occurrence(&s->owner, s->component);
        if (acks && !uuid_is_nil(&rose)) {
            (void)fx_ack(&s->owner, rose, 0);
        }
    }
}

void
scene_shadow_gets(struct scene *s, const double *values)
{
    for (; *values >= 0; values++) {
        struct evaluator_input in = scene_reading(s, *values);
        evaluator_reading(s->shadow, &in, s->owner.now);
        evaluator_discard(s->shadow);
    }
}

void
scene_take_over_heard(struct scene *s, struct owner_heard heard)
{
    struct fx *f = &s->owner;
    f->set.epoch++;
    struct evaluator *heir = evaluator_new(&f->set, fx_ruleset(f->plant), f->now);
    restore(s, heir);
    evaluator_take_over(heir, s->shadow, heard, f->now);
    evaluator_free(f->e);
    f->e = heir;
    fx_collect(f);
}

void
scene_take_over(struct scene *s, double ago_s)
{
    mono_us heard = s->owner.now.mono - (int64_t)(ago_s * (double)FX_S);
    scene_take_over_heard(s, (struct owner_heard){heard, heard});
}

void
scene_both_get(struct scene *s, double value)
{
    const double one[] = {value, -1};
    scene_owner_gets(s, one, false);
    scene_shadow_gets(s, one);
}

void
scene_begin_with_shadow(struct scene *s, const char *component)
{
    scene_begin(s, component);
    scene_start_shadow(s);
}

void
scene_end_with(struct scene *s, unsigned rises, unsigned returns)
{
    assert_int_equal(fx_count(&s->owner, EVENT_RAISED, s->component), rises);
    assert_int_equal(fx_count(&s->owner, EVENT_RETURNED, s->component), returns);
    scene_end(s);
}

void
scene_owner_dies(struct scene *s)
{
    s->owner.now.wall += FX_S;
    s->owner.now.mono += FX_S;
    scene_take_over(s, 1.0);
}
