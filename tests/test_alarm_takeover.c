/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Taking over: an owner that dies at a random moment, a shadow that saw the same, and what was
 * kept become an evaluator that stands as one that was never interrupted.
 *
 * Three evaluators see the same readings: one that is never interrupted, the owner, and its
 * shadow. The owner dies; for a while only the other two live; then the shadow's heir takes
 * over. Operators act on owner and heir as on the one that is never interrupted.
 */
#include "src/app/kept.h"
#include "tests/alarm_fixture.h"

#include "tests/seeds.h"
#include "tests/unit.h"

#include <stdio.h>
#include <string.h>

static const struct fx_component components[] = {
    {"PS-01", "L1", KIND_LEVEL}, {"PS-01", "V1", KIND_FAULT}, {"PS-01", "P1", KIND_FAULT},
    {"PS-01", "X1", KIND_FAULT}, {"PS-01", "F1", KIND_LEVEL}, {0},
};
#define COMPONENTS 5

static const struct fx_rule rules[] = {
    {.component = "PS-01/L1",
     .rule = "hi",
     .type = "hi",
     .limit = 80,
     .deadband = 5,
     .on_s = 3.000001,
     .off_s = 5.000002,
     .re_alarm_s = 40.000004,
     .priority = "medium"},
    {.component = "PS-01/L1",
     .rule = "hihi",
     .type = "hihi",
     .limit = 90,
     .deadband = 3,
     .on_s = 1.000008,
     .off_s = 2.000016},
    {.component = "PS-01/L1", .rule = "quiet", .type = "stale", .window_s = 45.000032},
    {.component = "PS-01/V1",
     .rule = "stuck",
     .type = "digital",
     .latch = true,
     .re_alarm_s = 25.000032,
     .priority = "critical"},
    {.component = "PS-01/P1",
     .rule = "fault",
     .type = "digital",
     .on_s = 0.700064,
     .ack_unneeded = true,
     .priority = "low",
     .parent = "PS-01/X1/mains",
     .group = "pumps"},
    {.component = "PS-01/P1",
     .rule = "often",
     .type = "count",
     .count = 4,
     .window_s = 60.000128},
    {.component = "PS-01/X1",
     .rule = "mains",
     .type = "digital",
     .on_s = 0.500128,
     .off_s = 1.000256,
     .group = "pumps"},
    {.component = "PS-01/F1", .rule = "rise", .type = "rate", .limit = 300},
    {.component = "PS-01/F1",
     .rule = "sum",
     .type = "totalizer",
     .limit = 900,
     .window_s = 90.000512},
    {0},
};
#define ALARMS 9

#define GRID   INT64_C(1024)
#define ROUNDS 4

#define AHEAD_US (20 * US_PER_MS)

struct play {
    struct fx whole, owner;
    struct evaluator *shadows[ROUNDS]; /* one for each take-over */
    bool fresh;                        /* each begins when the one before has taken over */
    struct kept *kept;                 /* of the owner */
    bool owner_lives;
    bool receipt;  /* sources without clocks; the shadow's own is a little ahead */
    bool slow;     /* an owner is heard when it decides nothing any more */
    mono_us heard; /* the owner's last word */
    uint64_t random, seed;
};

static uint64_t
next_random(struct play *p)
{
    p->random ^= p->random >> 12;
    p->random ^= p->random << 25;
    p->random ^= p->random >> 27;
    return p->random * UINT64_C(0x2545f4914f6cdd1d);
}

static int64_t
below(struct play *p, int64_t n)
{
    return (int64_t)((next_random(p) >> 16) % (uint64_t)n);
}

/* What the owner says is heard at once. */
static void
keep(void *user, const struct alarm_changes *c)
{
    struct play *p = user;
    kept_apply(p->kept, c);
    p->heard = p->owner.now.mono;
}

static void
open_one(struct fx *f, struct play *p)
{
    fx_init(f);
    f->tap = p != NULL ? keep : NULL;
    f->tap_user = p;
    f->set.chatter_count = 7;
    f->set.chatter_us = 1;
    f->set.reminder_us = 0;
    for (int i = 0; i < ALARM_PRIORITIES; i++) {
        f->set.renew[i] = i == ALARM_CRITICAL;
        f->set.shelve_max_us[i] = FX_H;
    }
    fx_open(f, components, rules);
}

static void
restore(struct evaluator *e, const struct play *p)
{
    struct alarm_changes c;
    alarm_changes_init(&c);
    kept_dump(p->kept, &c);
    for (guint i = 0; i < c.maintenance->len; i++) {
        evaluator_restore_maintenance(
            e, &g_array_index(c.maintenance, struct maintenance_record, i));
    }
    for (guint i = 0; i < c.alarms->len; i++) {
        evaluator_restore_alarm(e, &g_array_index(c.alarms, struct alarm_record, i));
    }
    for (guint i = 0; i < c.occurrences->len; i++) {
        const struct occurrence_record *r =
            &g_array_index(c.occurrences, struct occurrence_record, i);
        if (r->state == ALARM_NORMAL) {
            evaluator_restore_closed(e, &r->occurrence);
        }
        evaluator_restore_occurrence(e, r);
    }
    alarm_changes_fini(&c);
    for (guint i = 0; i < p->whole.plant->n_components; i++) {
        if (p->whole.newest[i].ts != WALL_NONE) {
            evaluator_restore_value(e, &p->whole.newest[i]);
        }
    }
}

/* As an instance that has just been started and follows. */
static void
start_shadow(struct play *p, int round)
{
    evaluator_free(p->shadows[round]);
    struct evaluator *e =
        evaluator_new(&p->owner.set, fx_ruleset(p->whole.plant), p->whole.now);
    restore(e, p);
    evaluator_link(e, true, p->whole.now);
    evaluator_start(e, p->whole.now);
    evaluator_shadow(e);
    p->shadows[round] = e;
}

static void
begin(struct play *p, uint64_t seed, bool fresh, bool receipt)
{
    *p = (struct play){.random = seed * UINT64_C(0x9e3779b97f4a7c15) + 1,
                       .seed = seed,
                       .fresh = fresh,
                       .receipt = receipt};
    p->owner_lives = true;
    p->kept = kept_new();
    open_one(&p->whole, NULL);
    open_one(&p->owner, p);
    for (int i = 0; i < ROUNDS; i++) {
        start_shadow(p, i);
    }
}

static void
end(struct play *p)
{
    fx_close(&p->whole);
    fx_close(&p->owner);
    for (int i = 0; i < ROUNDS; i++) {
        evaluator_free(p->shadows[i]);
    }
    kept_free(p->kept);
}

/* ---- what happens to all that live ---- */

static void
pass(struct play *p, int64_t us)
{
    struct fx *all[] = {&p->whole, &p->owner};
    for (size_t i = 0; i < (p->owner_lives ? 2 : 1); i++) {
        all[i]->now.wall += us;
        all[i]->now.mono += us;
        fx_pass(all[i], 0);
    }
    struct now now = p->whole.now;
    now.wall += p->receipt ? AHEAD_US : 0;
    for (int i = 0; i < ROUNDS && p->shadows[i] != NULL; i++) {
        evaluator_advance(p->shadows[i], now);
        evaluator_discard(p->shadows[i]);
    }
}

static void
put(struct play *p, uint32_t component, double value, unsigned quality)
{
    struct evaluator_input in = {.component = component,
                                 .raw = value,
                                 .quality = quality,
                                 .device_time = !p->receipt,
                                 .ts = p->whole.now.wall,
                                 .received = p->whole.now.wall};
    fx_input(&p->whole, &in);
    if (p->owner_lives) {
        fx_input(&p->owner, &in);
    }
    struct now now = p->whole.now;
    if (p->receipt) {
        now.wall += AHEAD_US;
        in.ts = in.received = now.wall;
    }
    for (int i = 0; i < ROUNDS && p->shadows[i] != NULL; i++) {
        evaluator_reading(p->shadows[i], &in, now);
        evaluator_discard(p->shadows[i]);
    }
}

/* The watchdog's word, as everybody's own has it. */
static void
random_watchdog(struct play *p)
{
    bool silent = below(p, 2) == 0, silence = below(p, 2) == 0;
    struct watchdog_verdict v = {.broker = below(p, 3) == 0,
                                 .link = below(p, 4) == 0,
                                 .broker_detail = "",
                                 .link_detail = ""};
    struct fx *all[] = {&p->whole, &p->owner};
    for (size_t i = 0; i < (p->owner_lives ? 2 : 1); i++) {
        if (silence) {
            fx_silence(all[i], "PS-01", silent);
        } else {
            fx_services(all[i], v);
        }
    }
    struct now now = p->whole.now;
    now.wall += p->receipt ? AHEAD_US : 0;
    for (int i = 0; i < ROUNDS && p->shadows[i] != NULL; i++) {
        if (silence) {
            wall_us since = now.wall - (silent ? 300 * FX_S : 0);
            evaluator_silence(p->shadows[i], 0, silent, since, "", now);
        } else {
            evaluator_services(p->shadows[i], &v, now);
        }
        evaluator_discard(p->shadows[i]);
    }
}

static void
random_reading(struct play *p)
{
    if (below(p, 12) == 0) {
        random_watchdog(p);
        return;
    }
    static const double levels[] = {60, 70, 75, 75.5, 79, 80, 82, 86, 87, 89, 90, 95};
    uint32_t c = (uint32_t)below(p, COMPONENTS);
    double value = c == 0   ? levels[below(p, G_N_ELEMENTS(levels))]
                   : c == 4 ? (double)below(p, 100)
                            : (double)below(p, 2);
    put(p, c, value, below(p, 20) == 0 ? QUALITY_INVALID : 0);
}

static const char *
name_of(int64_t alarm)
{
    static char name[64];
    snprintf(name, sizeof(name), "%s/%s", rules[alarm].component, rules[alarm].rule);
    return name;
}

/* The same by both who decide; both answer the same. */
static void
random_action(struct play *p)
{
    static const enum alarm_action_kind kinds[] = {
        ACTION_ACK,    ACTION_ACK,      ACTION_ACK,         ACTION_RESET,
        ACTION_SHELVE, ACTION_UNSHELVE, ACTION_MAINTENANCE, ACTION_RETURN};
    enum alarm_action_kind kind = kinds[below(p, G_N_ELEMENTS(kinds))];
    int64_t alarm = below(p, ALARMS);
    bool of_component = kind == ACTION_MAINTENANCE || kind == ACTION_RETURN;
    struct alarm_action a = fx_action(
        &p->whole, kind, of_component ? rules[alarm].component : name_of(alarm), "known");
    a.one_shot = kind == ACTION_SHELVE && below(p, 2) == 0;
    a.duration_us = kind == ACTION_SHELVE && !a.one_shot ? (1 + below(p, 60)) * FX_S + 512 : 0;
    a.with_older = kind == ACTION_ACK && below(p, 2) == 0;
    enum rc whole = fx_do(&p->whole, &a), owner = fx_do(&p->owner, &a);
    if (whole != owner) {
        fail_msg("seed %" G_GUINT64_FORMAT ": %s of %s: %d, %d", p->seed,
                 alarm_action_name(kind), name_of(alarm), whole, owner);
    }
}

/* ---- the take-over ---- */

/* The owner's fixture goes on with the heir, and a new shadow begins. */
static void
take_over(struct play *p, int round, mono_us since)
{
    struct fx *f = &p->owner;
    f->now = p->whole.now;
    memcpy(f->newest, p->whole.newest, f->plant->n_components * sizeof(*f->newest));
    f->set.epoch++;
    struct evaluator *heir = evaluator_new(&f->set, fx_ruleset(f->plant), f->now);
    restore(heir, p);
    evaluator_take_over(heir, p->shadows[round], (struct owner_heard){since, since}, f->now);
    evaluator_free(f->e);
    f->e = heir;
    p->owner_lives = true;
    fx_collect(f);
    g_clear_pointer(&p->shadows[round], evaluator_free);
    for (int i = 0; p->fresh && i < round; i++) {
        start_shadow(p, i);
    }
}

/* ---- both stand the same ---- */

static const struct alarm_view *
find_view(const struct alarm_board *b, int64_t alarm)
{
    for (uint32_t i = 0; i < b->n_alarms; i++) {
        const char *component = strchr(rules[alarm].component, '/') + 1;
        if (strcmp(b->alarms[i].rule, rules[alarm].rule) == 0 &&
            strcmp(b->alarms[i].component, component) == 0) {
            return &b->alarms[i];
        }
    }
    return NULL;
}

static void
compare_views(const struct play *p, int64_t alarm, const struct alarm_view *v,
              const struct alarm_view *w)
{
    static const struct alarm_view none = {.raised_at = WALL_NONE};
    v = v == NULL ? &none : v;
    w = w == NULL ? &none : w;
    bool named = !p->receipt; /* else each gives an onset, and so a name, of its own */
    bool over = v->state == ALARM_NORMAL; /* a shelf only: nobody keeps what it last was */
    const struct {
        const char *what;
        int64_t want, got;
    } fields[] = {
        {"state", v->state, w->state},
        {"overlays", v->overlays, w->overlays},
        {"older", v->older, w->older},
        {"step", v->step, over || p->slow ? v->step : w->step},
        {"count", v->count, over ? v->count : w->count},
        {"suspect", v->suspect, w->suspect},
        {"first out", v->first_out, over || !named ? v->first_out : w->first_out},
        {"raised at", v->raised_at, over || !named ? v->raised_at : w->raised_at},
        {"occurrence", 0, over || !named || uuid_equal(&v->occurrence, &w->occurrence) ? 0 : 1},
        {"acked by", 0, over ? 0 : g_strcmp0(v->acked_by, w->acked_by)},
        {"shelved until", v->shelved_until, w->shelved_until},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(fields); i++) {
        if (fields[i].want != fields[i].got) {
            fail_msg("seed %" G_GUINT64_FORMAT ", at %.6f s: %s: %s: %" G_GINT64_FORMAT
                     " uninterrupted, %" G_GINT64_FORMAT,
                     p->seed, (double)(p->whole.now.mono - FX_UP) / 1e6, name_of(alarm),
                     fields[i].what, fields[i].want, fields[i].got);
        }
    }
}

/* Its verdict hangs on more than the newest value. */
static bool
is_remembering(int64_t alarm)
{
    return rules[alarm].window_s > 0 || strcmp(rules[alarm].type, "rate") == 0;
}

/* Of a latch, and of how often an alarm was sounded again, an owner that is slow may have said
 * too little. */
static bool
is_uncertain(const struct play *p, int64_t alarm)
{
    return p->slow && rules[alarm].latch;
}

static void
compare(const struct play *p)
{
    struct alarm_board *x = evaluator_board(p->whole.e), *y = evaluator_board(p->owner.e);
    for (int64_t i = 0; i < ALARMS; i++) {
        if (is_uncertain(p, i) || (p->fresh && is_remembering(i))) {
            continue; /* what it has not seen for a window it cannot know */
        }
        compare_views(p, i, find_view(x, i), find_view(y, i));
    }
    for (uint32_t i = 0; i < y->n_alarms; i++) {
        const struct alarm_view *v = &y->alarms[i];
        bool unacked = evaluator_is_unacked(p->owner.e, &v->occurrence);
        assert_int_equal(unacked, alarm_state_unacked(v->state));
    }
    alarm_board_unref(x);
    alarm_board_unref(y);
    for (int64_t i = 0; !p->fresh && i < ALARMS; i++) {
        const char *name = name_of(i);
        if (is_uncertain(p, i)) {
            continue;
        }
        assert_int_equal(fx_count(&p->whole, EVENT_RAISED, name),
                         fx_count(&p->owner, EVENT_RAISED, name));
        assert_int_equal(fx_count(&p->whole, EVENT_RETURNED, name),
                         fx_count(&p->owner, EVENT_RETURNED, name));
        if (!p->slow) {
            assert_int_equal(fx_annunciated(&p->whole, name), fx_annunciated(&p->owner, name));
        }
    }
}

static void
some_time(struct play *p)
{
    static const int64_t at_most_s[] = {1, 1, 4, 4, 30};
    int64_t most = at_most_s[below(p, G_N_ELEMENTS(at_most_s))];
    pass(p, (1 + below(p, most * FX_S / GRID)) * GRID);
}

static void
play(uint64_t seed, bool fresh, bool receipt, int64_t lag_us)
{
    struct play p;
    begin(&p, seed, fresh, receipt);
    p.slow = lag_us > 0;
    for (int round = 0; round < ROUNDS; round++) {
        for (int64_t i = 30 + below(&p, 40); i > 0; i--) {
            some_time(&p);
            if (below(&p, 4) == 0) {
                random_action(&p);
            } else {
                random_reading(&p);
            }
            compare(&p);
        }
        p.owner_lives = false;
        mono_us died = p.whole.now.mono;
        for (int64_t i = below(&p, 12); i > 0; i--) {
            some_time(&p);
            random_reading(&p);
        }
        take_over(&p, ROUNDS - 1 - round, MAX(p.heard, died + lag_us));
        compare(&p);
    }
    end(&p);
}

static void
test_who_takes_over_stands_as_one_that_was_never_interrupted(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= seeds(150); seed++) {
        play(seed, false, false, 0);
    }
}

/* What it was told last came before the owner's end. */
static void
test_the_owner_need_not_be_heard_to_the_end(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= seeds(100); seed++) {
        play(seed, false, false, -2 * FX_S);
    }
}

static void
test_a_shadow_may_be_young(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= seeds(150); seed++) {
        play(seed, true, false, 0);
    }
}

static void
test_clocks_of_instances_need_not_agree(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= seeds(100); seed++) {
        play(seed, false, true, 0);
    }
}

/* Its signs of life came while what it saw or decided was still under way. */
static void
test_the_owner_may_be_slow(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= seeds(100); seed++) {
        play(seed, false, false, OWNER_LAG_US - GRID);
        play(seed, false, true, OWNER_LAG_US - GRID);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_who_takes_over_stands_as_one_that_was_never_interrupted),
        cmocka_unit_test(test_the_owner_need_not_be_heard_to_the_end),
        cmocka_unit_test(test_a_shadow_may_be_young),
        cmocka_unit_test(test_clocks_of_instances_need_not_agree),
        cmocka_unit_test(test_the_owner_may_be_slow),
    };
    return cmocka_run_group_tests_name("takeover", tests, NULL, NULL);
}
