/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Taking over by an instance that was away: what the broker had kept for it, it gets late and
 * at once. The owner before told most of that, and died; what it did not tell has to be told.
 */
#include "src/app/kept.h"
#include "tests/alarm_fixture.h"

#include "tests/unit.h"

#include <string.h>
#include <sys/resource.h>

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

#define STEP_S     1.5
#define VALUES_MAX 8

/* The owner's fixture becomes the heir's. */
struct scene {
    struct fx owner;
    struct kept *kept;
    struct evaluator *shadow;
    const char *component;
    struct evaluator_input newest;
    uint32_t count; /* that all occurrences claim to have; 0: their own */
};

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

static void
begin(struct scene *s, const char *component)
{
    *s = (struct scene){.component = component, .kept = kept_new(), .newest.ts = WALL_NONE};
    fx_init(&s->owner);
    s->owner.tap = keep;
    s->owner.tap_user = s;
    s->owner.set.chatter_us = 1;
    fx_open(&s->owner, components, rules);
    evaluator_link(s->owner.e, true, s->owner.now);
}

static void
end(struct scene *s)
{
    fx_close(&s->owner);
    evaluator_free(s->shadow);
    kept_free(s->kept);
}

static struct evaluator_input
reading(struct scene *s, double value)
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

/* As an instance that follows, and has got what the owner told so far. */
static void
start_shadow(struct scene *s)
{
    s->shadow = evaluator_new(&s->owner.set, fx_ruleset(s->owner.plant), s->owner.now);
    restore(s, s->shadow);
    evaluator_link(s->shadow, true, s->owner.now);
    evaluator_start(s->shadow, s->owner.now);
    evaluator_shadow(s->shadow);
}

/* A list ends with -1. */
static void
owner_gets(struct scene *s, const double *values, bool acks)
{
    for (; *values >= 0; values++) {
        fx_pass(&s->owner, STEP_S);
        struct evaluator_input in = reading(s, *values);
        fx_input(&s->owner, &in);
        struct uuid rose = fx_occurrence(&s->owner, s->component);
        if (acks && !uuid_is_nil(&rose)) {
            (void)fx_ack(&s->owner, rose, 0);
        }
    }
}

static void
shadow_gets(struct scene *s, const double *values)
{
    for (; *values >= 0; values++) {
        struct evaluator_input in = reading(s, *values);
        evaluator_reading(s->shadow, &in, s->owner.now);
        evaluator_discard(s->shadow);
    }
}

static void
take_over_heard(struct scene *s, struct owner_heard heard)
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

/* The owner died so long ago. */
static void
take_over(struct scene *s, double ago_s)
{
    mono_us heard = s->owner.now.mono - (int64_t)(ago_s * (double)FX_S);
    take_over_heard(s, (struct owner_heard){heard, heard});
}

struct story {
    const char *why, *component;
    double before[VALUES_MAX]; /* seen in time by both */
    double told[VALUES_MAX];   /* while the other one was away, seen by the owner */
    double after[VALUES_MAX];  /* and by nobody */
    unsigned rises, returns;
    enum { OVER, STANDS, LACKING } end; /* LACKING: over; the backlog lacks what was told */
};

#define LEVEL   "PS-01/L1"
#define DIGITAL "PS-01/V1"
#define LATCH   "PS-01/P1"

static const struct story stories[] = {
    {"rise and return are told, and again in the backlog",
     LEVEL,
     {-1},
     {90, 70, -1},
     {-1},
     1,
     1,
     OVER},
    {"the same of a state", DIGITAL, {-1}, {1, 0, -1}, {-1}, 1, 1, OVER},
    {"a rise is told, and its return nobody saw", LEVEL, {-1}, {90, -1}, {70, -1}, 1, 1, OVER},
    {"the same of a state", DIGITAL, {-1}, {1, -1}, {0, -1}, 1, 1, OVER},
    {"a rise is told, and stands", LEVEL, {-1}, {90, -1}, {-1}, 1, 0, STANDS},
    {"a second pulse after the owner's death",
     LEVEL,
     {-1},
     {90, 70, -1},
     {95, 60, -1},
     2,
     2,
     OVER},
    {"a second pulse of the same value", LEVEL, {-1}, {90, 70, -1}, {90, 70, -1}, 2, 2, OVER},
    {"pulses of a state, some of them told",
     DIGITAL,
     {-1},
     {1, 0, 1, 0, -1},
     {1, 0, 1, 0, -1},
     4,
     4,
     OVER},
    {"pulses, and the owner left it raised",
     DIGITAL,
     {-1},
     {1, 0, 1, -1},
     {0, 1, 0, -1},
     3,
     3,
     OVER},
    {"pulses, and the last one stands", DIGITAL, {-1}, {1, 0, 1, 0, -1}, {1, -1}, 3, 2, STANDS},
    {"it was raised before, and the owner told its return",
     DIGITAL,
     {1, -1},
     {0, -1},
     {-1},
     1,
     1,
     OVER},
    {"it was raised before, and pulses since",
     DIGITAL,
     {1, -1},
     {0, 1, 0, -1},
     {1, 0, -1},
     3,
     3,
     OVER},
    {"pulses before do not count for those since",
     DIGITAL,
     {1, 0, 1, 0, -1},
     {-1},
     {1, 0, -1},
     3,
     3,
     OVER},
    {"nothing was told", LEVEL, {-1}, {-1}, {90, 70, -1}, 1, 1, OVER},
    {"nothing was told, and it stands", DIGITAL, {-1}, {-1}, {1, -1}, 1, 0, STANDS},
    {"a rise told of another value is another",
     LEVEL,
     {-1},
     {85, 70, -1},
     {90, -1},
     2,
     1,
     STANDS},
    {"what the backlog lacks tells nothing of what is in it",
     LEVEL,
     {-1},
     {85, 70, -1},
     {90, 70, -1},
     2,
     2,
     LACKING},
    {"a latch's pulse is told", LATCH, {-1}, {1, 0, -1}, {-1}, 1, 1, OVER},
    {"a latch's pulses are told", LATCH, {-1}, {1, 0, 1, 0, -1}, {-1}, 2, 2, OVER},
    {"a latch rose once more", LATCH, {-1}, {1, 0, -1}, {1, 0, -1}, 2, 2, OVER},
};

static void
tell(const struct story *t, bool acks)
{
    struct scene s;
    begin(&s, t->component);
    owner_gets(&s, t->before, acks);
    start_shadow(&s);
    wall_us away_since = s.owner.now.wall;
    owner_gets(&s, t->told, acks);
    fx_pass(&s.owner, 1.0); /* here it dies: its own fixture gets no more readings */
    mono_us died = s.owner.now.mono;
    s.owner.now.wall += FX_S / 2;
    s.owner.now.mono += FX_S / 2;
    evaluator_behind(s.shadow, true, away_since);
    if (t->end != LACKING) {
        shadow_gets(&s, t->told);
    }
    shadow_gets(&s, t->after);
    evaluator_behind(s.shadow, false, WALL_NONE);
    s.owner.now.wall += 2 * FX_S;
    s.owner.now.mono += 2 * FX_S;
    take_over(&s, (double)(s.owner.now.mono - died) / (double)FX_S);
    unsigned rises = fx_count(&s.owner, EVENT_RAISED, t->component);
    unsigned returns = fx_count(&s.owner, EVENT_RETURNED, t->component);
    bool stands = alarm_state_active(fx_state(&s.owner, t->component));
    if (rises != t->rises || returns != t->returns || stands != (t->end == STANDS)) {
        fail_msg("%s, %sacknowledged: %u rises, %u returns, %s", t->why, acks ? "" : "not ",
                 rises, returns, stands ? "stands" : "does not stand");
    }
    end(&s);
}

static void
test_what_the_owner_told_is_not_told_again(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(stories); i++) {
        tell(&stories[i], false);
        tell(&stories[i], true);
    }
}

/* Our link was slower than the owner's when we went: it had a reading before the last one that
 * we had, and we get it late. */
static void
test_what_a_slow_link_had_not_brought(void **state)
{
    (void)state;
    static const double rise[] = {90, -1}, end_of_it[] = {70, -1};
    struct scene s;
    begin(&s, LEVEL);
    start_shadow(&s);
    owner_gets(&s, rise, false);
    fx_pass(&s.owner, 1.0);
    wall_us away_since = s.owner.now.wall;
    owner_gets(&s, end_of_it, false);
    mono_us died = s.owner.now.mono;
    evaluator_behind(s.shadow, true, away_since);
    shadow_gets(&s, rise);
    shadow_gets(&s, end_of_it);
    evaluator_behind(s.shadow, false, WALL_NONE);
    s.owner.now.wall += FX_S;
    s.owner.now.mono += FX_S;
    take_over(&s, (double)(s.owner.now.mono - died) / (double)FX_S);
    assert_int_equal(fx_count(&s.owner, EVENT_RAISED, LEVEL), 1);
    assert_int_equal(fx_count(&s.owner, EVENT_RETURNED, LEVEL), 1);
    end(&s);
}

/* Everything stood still, and then came at once: the owner's signs of life are of before. */
static void
test_what_came_before_all_stood_still(void **state)
{
    (void)state;
    static const char *const kinds[] = {LEVEL, DIGITAL, LATCH};
    static const double rise[] = {90, -1}, end_of_it[] = {0, -1};
    for (size_t i = 0; i < 2 * G_N_ELEMENTS(kinds); i++) {
        bool told = i % 2 == 1;
        struct scene s;
        begin(&s, kinds[i / 2]);
        start_shadow(&s);
        fx_pass(&s.owner, 20.0);
        mono_us sure = s.owner.now.mono;
        if (told) {
            owner_gets(&s, rise, false);
        }
        shadow_gets(&s, rise);
        fx_pass(&s.owner, 9.0);
        shadow_gets(&s, end_of_it);
        mono_us last = s.owner.now.mono;
        fx_pass(&s.owner, 0.5);
        take_over_heard(&s, (struct owner_heard){last, sure});
        unsigned rises = fx_count(&s.owner, EVENT_RAISED, s.component);
        unsigned returns = fx_count(&s.owner, EVENT_RETURNED, s.component);
        if (rises != 1 || returns != 1) {
            fail_msg("%s, %s: %u rises, %u returns", s.component, told ? "told" : "not told",
                     rises, returns);
        }
        end(&s);
    }
}

/* Pulses that only the shadow saw are counted once, when they happen again: three of them are
 * no chatter, and no flood. */
static void
test_what_happens_again_is_counted_once(void **state)
{
    (void)state;
    static const double rise[] = {1, -1}, over[] = {0, -1};
    struct scene s = {.component = DIGITAL, .kept = kept_new(), .newest.ts = WALL_NONE};
    fx_init(&s.owner);
    s.owner.tap = keep;
    s.owner.tap_user = &s;
    s.owner.set.chatter_us = 60 * FX_S;
    s.owner.set.chatter_count = 5;
    s.owner.set.flood =
        (struct flood_settings){.begin_above = 4, .end_below = 1, .window_us = 600 * FX_S};
    fx_open(&s.owner, components, rules);
    evaluator_link(s.owner.e, true, s.owner.now);
    start_shadow(&s);
    fx_pass(&s.owner, 20.0);
    mono_us sure = s.owner.now.mono;
    for (int i = 0; i < 3; i++) {
        fx_pass(&s.owner, 1.0);
        shadow_gets(&s, rise);
        fx_pass(&s.owner, 1.0);
        shadow_gets(&s, over);
    }
    fx_pass(&s.owner, 9.0);
    mono_us last = s.owner.now.mono;
    fx_pass(&s.owner, 0.5);
    take_over_heard(&s, (struct owner_heard){last, sure});
    assert_int_equal(fx_count(&s.owner, EVENT_RAISED, DIGITAL), 3);
    assert_int_equal(fx_count(&s.owner, EVENT_CHATTER_BEGIN, DIGITAL), 0);
    assert_int_equal(fx_count(&s.owner, EVENT_FLOOD_BEGIN, NULL), 0);
    end(&s);
}

/* One that was there all the time: what it saw after the owner's death is news, whatever the
 * owner told before. */
static void
test_who_was_there_tells_all_that_it_saw_since(void **state)
{
    (void)state;
    static const double told[] = {1, 0, -1}, after[] = {1, 0, -1};
    struct scene s;
    begin(&s, DIGITAL);
    start_shadow(&s);
    for (size_t i = 0; i < 2; i++) {
        const double one[] = {told[i], -1};
        owner_gets(&s, one, false);
        shadow_gets(&s, one);
    }
    mono_us died = s.owner.now.mono;
    s.owner.now.wall += FX_S;
    s.owner.now.mono += FX_S;
    shadow_gets(&s, after);
    take_over(&s, (double)(s.owner.now.mono - died) / (double)FX_S);
    assert_int_equal(fx_count(&s.owner, EVENT_RAISED, DIGITAL), 2);
    assert_int_equal(fx_count(&s.owner, EVENT_RETURNED, DIGITAL), 2);
    end(&s);
}

/* The number of a latch's rises comes from another instance: as many as it likes. */
static void
test_a_latch_that_claims_billions_of_rises(void **state)
{
    (void)state;
    static const double told[] = {1, 0, -1}, none[] = {-1};
    struct scene s;
    begin(&s, LATCH);
    owner_gets(&s, none, false);
    start_shadow(&s);
    wall_us away_since = s.owner.now.wall;
    owner_gets(&s, told, false);
    mono_us died = s.owner.now.mono;
    evaluator_behind(s.shadow, true, away_since);
    shadow_gets(&s, told);
    evaluator_behind(s.shadow, false, WALL_NONE);
    s.owner.now.wall += FX_S;
    s.owner.now.mono += FX_S;
    s.count = UINT32_MAX;
    struct rlimit before, some;
    assert_int_equal(getrlimit(RLIMIT_CPU, &before), 0);
    some = before;
    some.rlim_cur = 20; /* seconds: else the machine would run out of memory */
    assert_int_equal(setrlimit(RLIMIT_CPU, &some), 0);
    take_over(&s, (double)(s.owner.now.mono - died) / (double)FX_S);
    assert_int_equal(setrlimit(RLIMIT_CPU, &before), 0);
    assert_int_equal(fx_count(&s.owner, EVENT_RAISED, LATCH), 1);
    end(&s);
}

/* The owner before, slow, named a rise otherwise; somebody acknowledged it under that name. */
static void
test_an_acknowledgement_under_another_name_is_ours(void **state)
{
    (void)state;
    static const struct {
        double later_s, value;
        bool same;
    } cases[] = {{2.5, 90, true}, {-2.5, 90, true}, {2.5, 91, false}, {7, 90, false}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        static char station[] = "PS-01", component[] = "L1", rule[] = "hi";
        struct scene s;
        static const double level[] = {90, -1};
        struct uuid theirs = uuid_of("theirs", 6);
        begin(&s, LEVEL);
        owner_gets(&s, level, false);
        assert_int_equal(fx_ack(&s.owner, theirs, 1), RC_OK); /* it waits */
        struct journal_record line = {.event = EVENT_RAISED,
                                      .occurrence = theirs,
                                      .station = station,
                                      .component = component,
                                      .rule = rule,
                                      .value = cases[i].value};
        line.at = s.newest.ts + (int64_t)(cases[i].later_s * (double)FX_S);
        evaluator_twin(s.owner.e, &line, s.owner.now);
        fx_collect(&s.owner);
        assert_int_equal(fx_state(&s.owner, LEVEL),
                         cases[i].same ? ALARM_ACKED : ALARM_UNACKED);
        assert_int_equal(fx_count(&s.owner, EVENT_ACKED, LEVEL), cases[i].same);
        /* It is known now that this will never come; or it is waited for. */
        assert_int_equal(fx_ack(&s.owner, theirs, 1), cases[i].same ? RC_INVALID : RC_OK);
        end(&s);
    }
}

/* It comes from another instance, and may lack a name. */
static void
test_a_rise_of_nothing_is_nobodys_twin(void **state)
{
    (void)state;
    static char station[] = "PS-01", component[] = "L1", rule[] = "hi";
    char *names[][3] = {
        {NULL, component, rule}, {station, NULL, rule}, {station, component, NULL}};
    struct scene s;
    static const double level[] = {90, -1};
    begin(&s, LEVEL);
    owner_gets(&s, level, false);
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        struct uuid theirs = uuid_of("theirs", 6 - i);
        struct journal_record line = {.event = EVENT_RAISED,
                                      .occurrence = theirs,
                                      .at = s.newest.ts,
                                      .station = names[i][0],
                                      .component = names[i][1],
                                      .rule = names[i][2],
                                      .value = 90};
        evaluator_twin(s.owner.e, &line, s.owner.now);
        assert_int_equal(fx_ack(&s.owner, theirs, 1), RC_OK); /* it is waited for */
    }
    end(&s);
}

static void
both_get(struct scene *s, double value)
{
    const double one[] = {value, -1};
    owner_gets(s, one, false);
    shadow_gets(s, one);
}

static void
begin_with_shadow(struct scene *s, const char *component)
{
    begin(s, component);
    start_shadow(s);
}

static void
end_with(struct scene *s, unsigned rises, unsigned returns)
{
    assert_int_equal(fx_count(&s->owner, EVENT_RAISED, s->component), rises);
    assert_int_equal(fx_count(&s->owner, EVENT_RETURNED, s->component), returns);
    end(s);
}

/* It dies now; its heir comes a second later. */
static void
owner_dies(struct scene *s)
{
    s->owner.now.wall += FX_S;
    s->owner.now.mono += FX_S;
    take_over(s, 1.0);
}

/* A pulse that the owner never got, or that nobody told when it took over itself, is no reason
 * to tell all pulses since a second time. */
static void
test_a_word_that_lacks_long_ago_shifts_nothing(void **state)
{
    (void)state;
    static const double pulse[] = {1, 0, -1};
    struct scene s;
    begin_with_shadow(&s, DIGITAL);
    shadow_gets(&s, pulse); /* lost on the way to the owner */
    fx_pass(&s.owner, 300);
    both_get(&s, 1);
    both_get(&s, 0);
    owner_dies(&s);
    end_with(&s, 1, 1);
}

/* A rise by the clock of one owner, the return by that of the next, which is a little behind.
 */
static void
test_words_of_two_clocks_keep_their_order(void **state)
{
    (void)state;
    struct scene s;
    begin_with_shadow(&s, DIGITAL);
    both_get(&s, 1);
    fx_pass(&s.owner, 0.1);
    struct evaluator_input in = reading(&s, 0);
    evaluator_reading(s.shadow, &in, s.owner.now);
    evaluator_discard(s.shadow);
    in.ts -= 300 * US_PER_MS;
    fx_input(&s.owner, &in);
    fx_pass(&s.owner, 60);
    both_get(&s, 1);
    both_get(&s, 0);
    owner_dies(&s);
    end_with(&s, 2, 2);
}

/* The shadow had to see one reading more before it could tell a rate. */
static void
test_a_young_shadow_that_rose_later_than_the_owner(void **state)
{
    (void)state;
    struct scene s;
    static const double first[] = {10, -1};
    begin(&s, "PS-01/F1");
    owner_gets(&s, first, false);
    start_shadow(&s);
    both_get(&s, 50);
    fx_pass(&s.owner, 1.0);
    both_get(&s, 90); /* 2.5 s later */
    both_get(&s, 91);
    owner_dies(&s);
    assert_int_equal(fx_count(&s.owner, EVENT_RAISED, "PS-01/F1"), 1);
    assert_int_equal(fx_count(&s.owner, EVENT_RETURNED, "PS-01/F1"), 1);
    assert_false(alarm_state_active(fx_state(&s.owner, "PS-01/F1")));
    end(&s);
}

/* What was told before the shadow began does not stand for what it saw. A sensor at the end of
 * its range gives the same value again. */
static void
test_what_was_told_before_a_shadow_began(void **state)
{
    (void)state;
    struct scene s;
    static const double pulse[] = {90, 70, -1};
    begin(&s, LEVEL);
    owner_gets(&s, pulse, false);
    fx_pass(&s.owner, 1.0);
    start_shadow(&s);
    fx_pass(&s.owner, 2.0);
    mono_us died = s.owner.now.mono;
    shadow_gets(&s, pulse); /* the owner, slow, told nothing of it */
    s.owner.now.wall += FX_S;
    s.owner.now.mono += FX_S;
    take_over(&s, (double)(s.owner.now.mono - died) / (double)FX_S);
    end_with(&s, 2, 2);
}

/* An end and the next rise come within one message. Of two words of one moment the end of what
 * stood comes first, although the current occurrence is kept as the first of all. */
static void
test_words_of_one_moment_keep_their_order(void **state)
{
    (void)state;
    struct scene s;
    begin_with_shadow(&s, DIGITAL);
    both_get(&s, 1);
    fx_pass(&s.owner, STEP_S);
    for (int value = 0; value <= 1; value++) {
        struct evaluator_input in = reading(&s, value);
        fx_input(&s.owner, &in);
        evaluator_reading(s.shadow, &in, s.owner.now);
        evaluator_discard(s.shadow);
    }
    both_get(&s, 0);
    owner_dies(&s);
    assert_int_equal(fx_count(&s.owner, EVENT_RAISED, DIGITAL), 2);
    assert_int_equal(fx_count(&s.owner, EVENT_RETURNED, DIGITAL), 2);
    assert_false(alarm_state_active(fx_state(&s.owner, DIGITAL)));
    end(&s);
}

/* The same where the word that lacks is of what the shadow saw late. */
static void
test_a_word_that_lacks_of_a_backlog_shifts_nothing(void **state)
{
    (void)state;
    static const double pulse[] = {1, 0, -1};
    struct scene s;
    begin_with_shadow(&s, DIGITAL);
    evaluator_behind(s.shadow, true, s.owner.now.wall);
    shadow_gets(&s, pulse);
    evaluator_behind(s.shadow, false, WALL_NONE);
    fx_pass(&s.owner, 300);
    both_get(&s, 1);
    both_get(&s, 0);
    owner_dies(&s);
    end_with(&s, 1, 1);
}

static void
services(struct scene *s, bool broker, bool owner)
{
    struct watchdog_verdict v = {.broker = broker, .broker_detail = "", .link_detail = ""};
    s->owner.now.wall += FX_S / 4;
    s->owner.now.mono += FX_S / 4;
    if (owner) {
        fx_services(&s->owner, v);
    }
    evaluator_services(s->shadow, &v, s->owner.now);
    evaluator_advance(s->shadow, s->owner.now);
    evaluator_discard(s->shadow);
}

static uint32_t
count_broker(const struct scene *s, enum alarm_event event)
{
    uint32_t n = 0;
    for (guint i = 0; i < s->owner.journal->len; i++) {
        const struct journal_record *r =
            &g_array_index(s->owner.journal, struct journal_record, i);
        n += r->event == event && r->rule != NULL && strcmp(r->rule, "broker") == 0;
    }
    return n;
}

/* Services are the instance's own: the broker keeps nothing of them. */
static void
test_a_service_is_never_behind(void **state)
{
    (void)state;
    struct scene s;
    begin(&s, DIGITAL);
    fx_close(&s.owner);
    fx_init(&s.owner);
    s.owner.tap = keep;
    s.owner.tap_user = &s;
    s.owner.set.chatter_us = 1;
    s.owner.set.service_delay_us = 0;
    fx_open(&s.owner, components, rules);
    evaluator_link(s.owner.e, true, s.owner.now);
    start_shadow(&s);
    services(&s, true, true);
    services(&s, false, true);
    mono_us died = s.owner.now.mono;
    evaluator_behind(s.shadow, true, s.owner.now.wall);
    services(&s, true, false);
    services(&s, false, false);
    evaluator_behind(s.shadow, false, WALL_NONE);
    s.owner.now.wall += FX_S;
    s.owner.now.mono += FX_S;
    take_over(&s, (double)(s.owner.now.mono - died) / (double)FX_S);
    assert_int_equal(count_broker(&s, EVENT_RAISED), 2);
    assert_int_equal(count_broker(&s, EVENT_RETURNED), 2);
    end(&s);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_the_owner_told_is_not_told_again),
        cmocka_unit_test(test_a_latch_that_claims_billions_of_rises),
        cmocka_unit_test(test_an_acknowledgement_under_another_name_is_ours),
        cmocka_unit_test(test_a_rise_of_nothing_is_nobodys_twin),
        cmocka_unit_test(test_who_was_there_tells_all_that_it_saw_since),
        cmocka_unit_test(test_what_a_slow_link_had_not_brought),
        cmocka_unit_test(test_what_came_before_all_stood_still),
        cmocka_unit_test(test_what_happens_again_is_counted_once),
        cmocka_unit_test(test_a_word_that_lacks_long_ago_shifts_nothing),
        cmocka_unit_test(test_words_of_two_clocks_keep_their_order),
        cmocka_unit_test(test_a_young_shadow_that_rose_later_than_the_owner),
        cmocka_unit_test(test_what_was_told_before_a_shadow_began),
        cmocka_unit_test(test_words_of_one_moment_keep_their_order),
        cmocka_unit_test(test_a_word_that_lacks_of_a_backlog_shifts_nothing),
        cmocka_unit_test(test_a_service_is_never_behind),
    };
    return cmocka_run_group_tests_name("backlog", tests, NULL, NULL);
}
