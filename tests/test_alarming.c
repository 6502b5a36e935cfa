/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The evaluator in the engine: what it is told of stations. */
#include "src/app/alarming.h"

#include "tests/cache_support.h"
#include "tests/unit.h"

#include <math.h>

static struct plant *
watched_for(int silence_s)
{
    struct plant_builder b;
    struct plant *plant = NULL;
    plant_builder_init(&b);
    struct station s = {.uid = g_strdup("S0"), .name = g_strdup("S0"), .silence_s = silence_s};
    plant_builder_station(&b, &s);
    assert_int_equal(plant_builder_finish(&b, &plant, NULL), RC_OK);
    plant_builder_fini(&b);
    return plant;
}

static uint32_t
active(struct alarming *a)
{
    const struct alarm_board *b = alarming_board(a);
    uint32_t n = 0;
    for (uint32_t i = 0; i < b->n_alarms; i++) {
        n += alarm_state_active(b->alarms[i].state);
    }
    return n;
}

/* A station that was never heard, and that nobody is to watch any more. */
static void
test_what_is_not_watched_is_not_silent(void **state)
{
    (void)state;
    char *path, *dir = support_dir(&path);
    struct cache *cache = support_open(path, NULL);
    struct config *config = config_defaults();
    struct now now = {.wall = INT64_C(1767268800000000), .mono = 1000 * US_PER_S};
    struct plant *watched = watched_for(300), *unwatched = watched_for(0);
    struct model *model = model_new(watched, now);
    struct alarming a = {0};
    GArray *records = g_array_new(FALSE, FALSE, sizeof(struct record));
    assert_int_equal(alarming_open(&a, config, model, path, now, NULL), RC_OK);
    alarming_link(&a, model, true, now);
    now.wall += 301 * US_PER_S;
    now.mono += 301 * US_PER_S;
    model_tick(model, now, records);
    alarming_tick(&a, model, records, 0, now);
    assert_int_equal(active(&a), 1);
    model_set_plant(model, unwatched, now);
    alarming_set_plant(&a, model, now);
    model_tick(model, now, records);
    alarming_tick(&a, model, records, 0, now);
    assert_int_equal(active(&a), 0);
    alarming_close(&a);
    g_array_unref(records);
    model_free(model);
    plant_unref(watched);
    plant_unref(unwatched);
    config_free(config);
    cache_close(cache);
    support_remove(dir, path);
}

/* ---- changes of role ---- */

static struct plant *
with_a_limit(void)
{
    struct plant_builder b;
    struct plant *plant = NULL;
    plant_builder_init(&b);
    struct station s = {.uid = g_strdup("S0"), .name = g_strdup("S0")};
    plant_builder_station(&b, &s);
    for (int i = 0; i < 3; i++) {
        struct component c = {.id = g_strdup_printf("C%d", i),
                              .kind = KIND_LEVEL,
                              .min = NAN,
                              .max = NAN,
                              .order = i};
        plant_builder_component(&b, &c);
    }
    struct rule_def r = {.component = g_strdup("kind:level"),
                         .rule = g_strdup("hi"),
                         .type = g_strdup("hi"),
                         .priority = g_strdup("high"),
                         .limit = 80,
                         .deadband = NAN};
    plant_builder_rule(&b, &r);
    assert_int_equal(plant_builder_finish(&b, &plant, NULL), RC_OK);
    plant_builder_fini(&b);
    return plant;
}

/* An instance: model, alarms, and a cache that stays empty. */
struct side {
    char *dir, *path;
    struct cache *cache;
    struct config *config;
    struct plant *plant;
    struct model *model;
    struct alarming a;
    struct now now;
    enum ts_source source;
    struct alarm_changes out; /* what it decided last */
};

static void
side_open(struct side *s, struct now now)
{
    *s = (struct side){
        .now = now, .source = TS_DEVICE, .config = config_defaults(), .plant = with_a_limit()};
    s->dir = support_dir(&s->path);
    s->cache = support_open(s->path, NULL);
    s->model = model_new(s->plant, now);
    alarm_changes_init(&s->out);
    assert_int_equal(alarming_open(&s->a, s->config, s->model, s->path, now, NULL), RC_OK);
    alarming_link(&s->a, s->model, true, now);
}

static void
side_close(struct side *s)
{
    alarm_changes_fini(&s->out);
    alarming_close(&s->a);
    model_free(s->model);
    plant_unref(s->plant);
    config_free(s->config);
    cache_close(s->cache);
    support_remove(s->dir, s->path);
}

static void
side_put(struct side *s, uint32_t component, double value)
{
    s->now.wall += US_PER_S;
    s->now.mono += US_PER_S;
    GArray *records = g_array_new(FALSE, FALSE, sizeof(struct record));
    struct reading r = {.component = component,
                        .num = value,
                        .source = s->source,
                        .ts = s->now.wall,
                        .received = s->now.wall};
    model_apply(s->model, &r, s->now, records);
    alarming_readings(&s->a, s->model, &r, records, 0, s->now);
    g_array_unref(records);
}

static void
side_take(struct side *s)
{
    alarm_changes_fini(&s->out);
    alarm_changes_init(&s->out);
    alarming_take(&s->a, &s->out);
}

static uint32_t
unacked(struct side *s)
{
    return alarming_board(&s->a)->unacked[ALARM_HIGH];
}

static uint64_t
rung(struct side *s)
{
    return alarming_board(&s->a)->annunciated[ALARM_HIGH];
}

static void
test_roles_change_and_nothing_is_told_twice(void **state)
{
    (void)state;
    struct now now = {.wall = INT64_C(1767268800000000), .mono = 1000 * US_PER_S};
    struct side owner, other;
    side_open(&owner, now);
    side_open(&other, now);
    alarming_promote(&owner.a, owner.model, (struct rank){7, 0},
                     (struct owner_heard){now.mono, now.mono}, now);
    uint64_t version = alarming_version(&other.a);
    alarming_demote(&other.a);
    assert_true(alarming_version(&other.a) > version);

    side_put(&owner, 0, 90);
    side_put(&other, 0, 90);
    assert_true(alarming_changed(&owner.a));
    assert_false(alarming_changed(&other.a));
    side_take(&owner);
    side_take(&other);
    assert_true(alarm_changes_empty(&other.out));
    assert_int_equal(
        g_array_index(owner.out.journal, struct journal_record, owner.out.journal->len - 1)
            .epoch,
        7);
    assert_int_equal(unacked(&owner), 1);
    assert_int_equal(unacked(&other), 0); /* it does not say what its shadow thinks */
    version = alarming_version(&other.a);
    alarming_follow(&other.a, &owner.out, other.now);
    assert_true(alarming_version(&other.a) > version);
    assert_int_equal(unacked(&other), 1);
    assert_int_equal(rung(&other), 1);
    assert_int_equal(alarming_annunciated(&other.a), 1);

    mono_us heard = other.now.mono; /* the owner is gone; another one rises */
    side_put(&other, 1, 90);
    assert_int_equal(unacked(&other), 1);
    version = alarming_version(&other.a);
    alarming_promote(&other.a, other.model, (struct rank){8, 0},
                     (struct owner_heard){heard, heard}, other.now);
    assert_true(alarming_version(&other.a) > version);
    assert_int_equal(unacked(&other), 2);
    assert_int_equal(rung(&other), 2); /* that one, and not the first one again */
    side_take(&other);
    const struct journal_record *last =
        &g_array_index(other.out.journal, struct journal_record, other.out.journal->len - 1);
    assert_int_equal(last->event, EVENT_RAISED);
    assert_int_equal(last->epoch, 8);
    assert_string_equal(last->component, "C1");

    alarming_demote(&owner.a); /* the old one comes back, and follows */
    side_put(&owner, 1, 90);
    side_put(&owner, 1, 90);
    assert_int_equal(unacked(&owner), 1);
    alarming_follow(&owner.a, &other.out, owner.now);
    assert_int_equal(unacked(&owner), 2);
    assert_int_equal(rung(&owner), 2);
    side_close(&owner);
    side_close(&other);
}

static void
pulse(struct side *s)
{
    side_put(s, 0, 90);
    side_put(s, 0, 10);
}

static uint32_t
rises(const struct side *s)
{
    uint32_t n = 0;
    for (guint i = 0; i < s->out.journal->len; i++) {
        n += g_array_index(s->out.journal, struct journal_record, i).event == EVENT_RAISED;
    }
    return n;
}

/*
 * Sources without clocks. Both see a pulse; then one is away for a while, and gets late what
 * the owner saw and told meanwhile, right after that one's death. What it had seen before does
 * not count, and one more pulse is nobody's but its own.
 */
static void
test_what_had_waited_for_us_is_the_owners(void **state)
{
    (void)state;
    struct now now = {.wall = INT64_C(1767268800000000), .mono = 1000 * US_PER_S};
    for (uint32_t more = 0; more < 2; more++) {
        struct side owner, other;
        side_open(&owner, now);
        side_open(&other, now);
        owner.source = other.source = TS_RECEIPT;
        alarming_demote(&other.a);
        pulse(&owner);
        pulse(&other);
        pulse(&owner); /* the other one is away */
        side_take(&owner);
        assert_int_equal(rises(&owner), 2);
        alarming_follow(&other.a, &owner.out, owner.now);
        mono_us heard = owner.now.mono;
        other.now = owner.now;
        alarming_behind(&other.a, true);
        pulse(&other);
        for (uint32_t i = 0; i < more; i++) {
            pulse(&other);
        }
        alarming_behind(&other.a, false);
        alarming_promote(&other.a, other.model, (struct rank){8, 0},
                         (struct owner_heard){heard, heard}, other.now);
        side_take(&other);
        assert_int_equal(rises(&other), more);
        side_close(&owner);
        side_close(&other);
    }
}

/* All stood still after the owner's last beacon. Its last change comes nine seconds later, and
 * says nothing of the pulse that only the other one had seen just after that beacon. */
static void
test_a_late_change_is_no_late_word(void **state)
{
    (void)state;
    struct now now = {.wall = INT64_C(1767268800000000), .mono = 1000 * US_PER_S};
    struct side owner, other;
    side_open(&owner, now);
    side_open(&other, now);
    owner.source = other.source = TS_RECEIPT;
    alarming_demote(&other.a);
    side_put(&owner, 1, 90);
    side_put(&other, 1, 90);
    side_take(&owner);
    mono_us heard = other.now.mono;
    pulse(&other);
    other.now.wall += 9 * US_PER_S;
    other.now.mono += 9 * US_PER_S;
    alarming_follow(&other.a, &owner.out, other.now);
    alarming_promote(&other.a, other.model, (struct rank){8, 0},
                     (struct owner_heard){heard, heard}, other.now);
    side_take(&other);
    assert_int_equal(rises(&other), 1);
    side_close(&owner);
    side_close(&other);
}

static void
test_a_whole_state_replaces_what_is_kept(void **state)
{
    (void)state;
    struct now now = {.wall = INT64_C(1767268800000000), .mono = 1000 * US_PER_S};
    struct side owner, other;
    side_open(&owner, now);
    side_open(&other, now);
    side_put(&owner, 0, 90);
    side_put(&other, 2, 90);
    side_take(&owner);
    side_take(&other);
    alarming_demote(&other.a);
    assert_int_equal(unacked(&other), 1);
    struct alarm_changes diff;
    alarm_changes_init(&diff);
    alarming_replace(&other.a, &owner.out, &diff);
    assert_int_equal(unacked(&other), 1);
    assert_string_equal(alarming_board(&other.a)->alarms[0].component, "C0");
    assert_true(g_array_index(diff.alarms, struct alarm_record, 0).gone);
    assert_string_equal(g_array_index(diff.alarms, struct alarm_record, 0).component, "C2");
    alarm_changes_fini(&diff);
    side_close(&owner);
    side_close(&other);
}

/*
 * An owner named a rise by when it got the reading, and somebody acknowledged it by that name
 * when the next owner had named it anew. That one dies as well before it hears of the first
 * name; whoever comes next knows all of it.
 */
static void
test_an_acknowledgement_by_an_earlier_name(void **state)
{
    (void)state;
    struct now now = {.wall = INT64_C(1767268800000000), .mono = 1000 * US_PER_S};
    for (int line_first = 0; line_first < 2; line_first++) {
        struct side owner, other;
        struct alarm_changes rise, ack;
        side_open(&owner, now);
        side_open(&other, now);
        alarming_demote(&other.a);
        side_put(&owner, 0, 90);
        side_put(&other, 0, 90);
        side_take(&owner);
        alarming_follow(&other.a, &owner.out, other.now);
        struct journal_record line = journal_record_copy(&g_array_index(
            owner.out.journal, struct journal_record, owner.out.journal->len - 1));
        assert_int_equal(line.event, EVENT_RAISED);
        struct uuid ours = line.occurrence;
        line.occurrence.bytes[0] ^= 0xff;
        line.at -= 2 * US_PER_S;
        struct parked_record parked = {.occurrence = line.occurrence,
                                       .step = 1,
                                       .at = now.wall,
                                       .seen_at = now.wall,
                                       .user = g_strdup("bob"),
                                       .comment = g_strdup("seen")};
        alarm_changes_init(&rise);
        alarm_changes_init(&ack);
        g_array_append_val(rise.journal, line);
        g_array_append_val(ack.parked, parked);
        alarming_follow(&other.a, line_first ? &rise : &ack, other.now);
        alarming_follow(&other.a, line_first ? &ack : &rise, other.now);
        alarming_promote(&other.a, other.model, (struct rank){8, 0},
                         (struct owner_heard){other.now.mono, other.now.mono}, other.now);
        assert_int_equal(unacked(&other), 0);
        side_take(&other);
        const struct journal_record *last = &g_array_index(
            other.out.journal, struct journal_record, other.out.journal->len - 1);
        assert_int_equal(last->event, EVENT_ACKED);
        assert_true(uuid_equal(&last->occurrence, &ours));
        assert_string_equal(last->actor, "bob");
        assert_string_equal(last->detail, "seen");
        assert_true(g_array_index(other.out.parked, struct parked_record, 0).gone);
        alarm_changes_fini(&rise);
        alarm_changes_fini(&ack);
        side_close(&owner);
        side_close(&other);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_not_watched_is_not_silent),
        cmocka_unit_test(test_roles_change_and_nothing_is_told_twice),
        cmocka_unit_test(test_what_had_waited_for_us_is_the_owners),
        cmocka_unit_test(test_a_late_change_is_no_late_word),
        cmocka_unit_test(test_a_whole_state_replaces_what_is_kept),
        cmocka_unit_test(test_an_acknowledgement_by_an_earlier_name),
    };
    return cmocka_run_group_tests_name("alarming", tests, NULL, NULL);
}
