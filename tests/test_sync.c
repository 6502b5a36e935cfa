/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Instances that meet in the central store only. */
#include "tests/unit.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <glib.h>

#include "tests/sync_instance.h"
#include "tests/sync_store.h"

#define A1 "0fe1f2a0-0000-5000-8000-00000000000a"

static bool
ends_with(struct instance *i, uint64_t number)
{
    const GArray *all = i->news.changes;
    return all->len > 0 && g_array_index(all, struct change, all->len - 1).number == number &&
           g_array_index(all, struct change, all->len - 1).id > INT64_C(1) << 44;
}

static bool
is_filled(struct instance *i, uint64_t n)
{
    (void)n;
    return i->snapshots > 0 && i->news.cursor != 0;
}

static bool
is_current(struct instance *i, uint64_t n)
{
    struct sync_state state;
    (void)n;
    sync_get(i->sync, &state);
    return state.current;
}

static bool
is_fenced(struct instance *i, uint64_t n)
{
    struct sync_state state;
    (void)n;
    sync_get(i->sync, &state);
    return state.fenced;
}

static bool
is_away(struct instance *i, uint64_t pending)
{
    struct sync_state state;
    sync_get(i->sync, &state);
    return state.known && !state.connected && *state.problem != '\0' &&
           state.pending == pending;
}

static bool
has_action(struct instance *i, uint64_t n)
{
    return i->news.actions->len >= n;
}

static bool
has_answer(struct instance *i, uint64_t n)
{
    return i->news.answers->len >= n;
}

static bool
has_plant(struct instance *i, uint64_t n)
{
    (void)n;
    return i->news.plant_version != 0;
}

static bool
is_refused(struct instance *i, uint64_t n)
{
    (void)n;
    return *i->news.plant_refused != '\0';
}

/* Changes first, first + 1, … of writer, each once, are all that came. */
static void
check_changes(const struct instance *i, const struct instance *writer, uint64_t first,
              uint64_t n)
{
    assert_int_equal(i->news.changes->len, n);
    for (guint k = 0; k < n; k++) {
        const struct change *c = &g_array_index(i->news.changes, struct change, k);
        assert_int_equal(c->number, first + k);
        assert_string_equal(c->writer, writer->writer);
        assert_string_equal(c->instance, writer->name);
        assert_int_equal(rank_compare(c->rank, writer->rank), 0);
        assert_int_equal(json_array_size(json_object_get(c->body, "journal")), 1);
    }
}

static void
forget_changes(struct instance *i)
{
    g_array_set_size(i->news.changes, 0);
}

/* ---- tests ---- */

static void
test_exactly_once(void **state)
{
    (void)state;
    struct instance *a = instance_start(1), *b = instance_start(2);
    instance_await(a, is_filled, 0);
    instance_await(b, is_filled, 0);
    assert_int_equal(b->news.changes->len, 1); /* the state, empty */
    forget_changes(b);
    instance_own(a);
    for (int i = 0; i < 3; i++) {
        instance_put_line(a);
    }
    instance_await(b, instance_has_changes, 3); /* told, for nobody looks by himself */
    instance_await(a, instance_has_sent, 3);
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 250; i++) {
            instance_put_line(a);
            if (i == 100 + round) {
                instance_cut_all(); /* somewhere in between */
            }
        }
        instance_await(b, instance_has_changes, 3 + (uint64_t)(round + 1) * 250);
    }
    check_changes(b, a, 1, 753);
    instance_await(a, instance_has_sent, 753);
    assert_string_equal(store_ask("select count(*) from leitstand.journal"), "753");
    /* Who becomes owner knows when it has everything. */
    forget_changes(b);
    instance_put_line(a);
    instance_await(a, instance_has_sent, 754);
    instance_own(b);
    instance_await(b, is_current, 0);
    assert_int_equal(b->news.changes->len, 1);
    /* Its own did not come back to it. */
    assert_int_equal(a->news.changes->len, 1);
    instance_stop(a);
    instance_stop(b);
}

/* A standby takes over that has not got the last ones; and gives no id a second time. */
static void
test_lost_end(void **state)
{
    (void)state;
    struct instance *a = instance_start(1), *b = instance_start(2);
    instance_await(b, is_filled, 0);
    forget_changes(b);
    instance_own(a);
    for (int i = 0; i < 5; i++) {
        instance_put_line(a);
    }
    instance_await(b, instance_has_changes, 5);
    instance_await(a, instance_has_sent, 5);
    store_ask("create or replace function leitstand.log_floor() returns bigint"
              " language sql as 'select 1::bigint << 44'");
    store_ask("with lost as (delete from leitstand.change where number > 3 returning id),"
              " lines as (delete from leitstand.journal_line where number > 3),"
              " writers as (update leitstand.writer set number = 3)"
              "update leitstand.log_head set last = last - (select count(*) from lost)");
    store_ask("notify leitstand");
    instance_await(b, ends_with,
                   5); /* the lost ones once more: it knows them by their numbers */
    instance_put_line(a);
    instance_await(b, ends_with, 6);
    for (guint i = 0; i < 3; i++) {
        const struct change *c =
            &g_array_index(b->news.changes, struct change, b->news.changes->len - 3 + i);
        assert_int_equal(c->number, 4 + i);
        assert_true(c->id > INT64_C(1) << 44);
    }
    assert_string_equal(store_ask("select string_agg(number::text, ',' order by log_id)"
                                  "  from leitstand.journal"),
                        "1,2,3,4,5,6");
    instance_stop(a);
    instance_stop(b);
}

/* What was not told is found by looking. */
static void
test_looks(void **state)
{
    (void)state;
    struct instance *b = instance_start_with(
        2, (struct instance_setup){STORE_INSTANCE, 0, 50 * US_PER_MS, NULL});
    instance_await(b, is_filled, 0);
    forget_changes(b);
    store_ask(
        "with head as (update leitstand.log_head set last = last + 1 returning last)"
        "insert into leitstand.change (id, writer, number, instance, epoch, term, fenced,"
        " bytes, body) select last, gen_random_uuid(), 1, 'x', 0, 0, false, 2, '{}' from head");
    instance_await(b, instance_has_changes, 1);
    instance_stop(b);
}

static void
test_fenced(void **state)
{
    (void)state;
    struct instance *a = instance_start(1), *b = instance_start(2);
    instance_await(b, is_filled, 0);
    forget_changes(b);
    instance_own(a);
    struct rank old = a->rank;
    instance_put_line(a);
    instance_await(a, instance_has_sent, 1);
    instance_own(b);
    instance_put_line(a);
    instance_put_line(a);
    instance_await(a, is_fenced, 0);
    assert_int_equal(a->news.sent, 1);
    instance_put_line(b);
    instance_await(b, instance_has_sent, 1);
    /* What it decided under its old rank is not lost. */
    sync_set_term(a->sync, false, (struct rank){0, 0}, "");
    instance_await(a, instance_has_sent, 3);
    instance_await(b, instance_has_changes, 3);
    check_changes(b, a, 1, 3);
    assert_string_equal(store_ask("select string_agg(epoch::text, ',' order by id)"
                                  "     = '%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64
                                  "' from leitstand.change",
                                  old.epoch, b->rank.epoch, old.epoch, old.epoch),
                        "t");
    instance_stop(a);
    instance_stop(b);
}

/* Decided while the store was away, then owner by the store again: in order, and both there. */
static void
test_older_rank(void **state)
{
    (void)state;
    struct instance *a = instance_start(1);
    a->rank = (struct rank){0, 3};
    sync_set_term(a->sync, true, a->rank, "");
    instance_put_line(a);
    instance_await(a, instance_has_sent, 1);
    instance_put_line(a);
    instance_own(a);
    instance_put_line(a);
    instance_await(a, instance_has_sent, 3);
    assert_string_equal(
        store_ask("select string_agg(least(epoch, 1) || '/' || term, ' ' order by number)"
                  "  from leitstand.journal"),
        "0/3 0/3 1/0");
    instance_stop(a);
}

#define MANY 1300

/* Away for so long that the log has lost what comes next; and new altogether. */
static void
test_pruned_log(void **state)
{
    (void)state;
    struct instance *a = instance_start(1);
    instance_own(a);
    for (int i = 0; i < MANY; i++) {
        instance_put_line(a);
    }
    instance_await(a, instance_has_sent, MANY);
    int64_t old = g_ascii_strtoll(store_ask("select min(id) from leitstand.change"), NULL, 10);
    store_ask("delete from leitstand.change where id <= %" PRId64, old + 2);
    struct instance *b =
        instance_start_with(2, (struct instance_setup){STORE_INSTANCE, old, NEVER_US, NULL});
    struct sync_state s;
    uint64_t most = 0;
    mono_us deadline = clock_now().mono + DEADLINE_US;
    while (!is_filled(b, 0)) {
        instance_take(b, deadline);
        sync_get(b->sync, &s);
        most = MAX(most, s.behind_at_first);
        assert_true(s.behind <= s.behind_at_first);
    }
    assert_int_equal(most, MANY);
    const struct change *c = &g_array_index(b->news.changes, struct change, 0);
    json_t *mark = json_array_get(json_object_get(c->body, "marks"), 0);
    assert_int_equal(json_integer_value(json_object_get(mark, "number")), MANY);
    assert_true(c->number == 0 && c->id == 0 && b->snapshots == 1 && b->news.history);
    g_array_remove_index(b->news.changes, 0);
    check_changes(b, a, 1, MANY);
    instance_put_line(a);
    instance_await(b, instance_has_changes, MANY + 1);
    check_changes(b, a, 1, MANY + 1);
    assert_int_equal(b->snapshots, 1);
    instance_stop(b);
    /* One that has all but the last page goes on where it was. */
    b = instance_start_with(
        3, (struct instance_setup){STORE_INSTANCE, old + MANY - 3, NEVER_US, NULL});
    instance_await(b, instance_has_changes, 3);
    check_changes(b, a, MANY - 1, 3);
    assert_int_equal(b->snapshots, 0);
    instance_stop(b);
    instance_stop(a);
}

/* For ever, and as long as can be said, is no less than some days. */
static void
test_journal_of_a_new_instance(void **state)
{
    (void)state;
    static const int days[] = {1, 36500, 0};
    struct instance *a = instance_start(1);
    instance_own(a);
    instance_put_line(a);
    instance_put_line(a);
    instance_await(a, instance_has_sent, 2);
    for (size_t i = 0; i < G_N_ELEMENTS(days); i++) {
        struct instance *b = instance_start_with(
            2, (struct instance_setup){STORE_INSTANCE, 0, NEVER_US, &days[i]});
        instance_await(b, is_filled, 0);
        g_array_remove_index(b->news.changes, 0);
        check_changes(b, a, 1, 2);
        instance_stop(b);
    }
    instance_stop(a);
}

static void
test_actions(void **state)
{
    (void)state;
    struct instance *a = instance_start(1), *b = instance_start(2);
    instance_own(a);
    struct remote_action action = {.id = A1,
                                   .instance = "pc2",
                                   .user = "bob",
                                   .origin = "cli pc2",
                                   .at = 1767225600000001};
    action.body = json_pack("{s:s}", "action", "ack");
    sync_submit(b->sync, &action);
    instance_await(a, has_action, 1);
    const struct remote_action *got = &g_array_index(a->news.actions, struct remote_action, 0);
    assert_string_equal(got->id, A1);
    assert_string_equal(got->instance, "pc2");
    assert_string_equal(got->user, "bob");
    assert_string_equal(got->origin, "cli pc2");
    assert_true(got->at == action.at && json_equal(got->body, action.body));
    /* Another owner gets it, too: nobody has answered. */
    instance_own(b);
    instance_await(b, has_action, 1);
    instance_own(a);
    instance_await(a, has_action, 2);
    const struct remote_answer answer = {.id = A1, .ok = false, .text = "no such alarm"};
    sync_answer(a->sync, &answer);
    instance_await(b, has_answer, 1);
    const struct remote_answer *said = &g_array_index(b->news.answers, struct remote_answer, 0);
    assert_true(strcmp(said->id, A1) == 0 && !said->ok);
    assert_string_equal(said->text, "no such alarm");
    json_decref(action.body);
    instance_stop(a);
    instance_stop(b);
}

static void
test_plant(void **state)
{
    (void)state;
    struct instance *a = instance_start(1), *b = instance_start(2);
    sync_store_plant(a->sync, 0, "uid", "id", "rule", "bob");
    instance_await(a, has_plant, 0);
    instance_await(b, has_plant, 0);
    assert_true(a->news.plant_stored && !b->news.plant_stored);
    assert_true(b->news.plant_version == a->news.plant_version);
    assert_string_equal(b->news.stations, "uid");
    assert_string_equal(b->news.components, "id");
    assert_string_equal(b->news.rules, "rule");
    int64_t first = b->news.plant_version;
    b->news.plant_version = 0;
    sync_store_plant(a->sync, first, "uid2", "id", "rule", "bob");
    instance_await(b, has_plant, 0);
    assert_true(b->news.plant_version > first);
    sync_store_plant(b->sync, first, "uid3", "id", "rule", "eve");
    instance_await(b, is_refused, 0);
    assert_non_null(strstr(b->news.plant_refused, "bob"));
    assert_false(b->news.plant_stored);
    instance_stop(a);
    instance_stop(b);
}

static void
test_store_away(void **state)
{
    (void)state;
    struct instance *a =
        instance_start_with(1, (struct instance_setup){"host=/nowhere", 0, NEVER_US, NULL});
    instance_put_line(a);
    instance_put_line(a);
    instance_await(a, is_away, 2);
    sync_store_plant(a->sync, 0, "uid", "id", "rule", "bob");
    instance_await(a, is_refused, 0);
    mono_us before = clock_now().mono;
    instance_stop(a);
    assert_true(clock_now().mono - before < US_PER_S);
}

static const char *const reasons[] = {"it needs a newer leitstand",
                                      "run \"leitstand db migrate\""};

static bool
has_reason(struct instance *i, uint64_t which)
{
    struct sync_state state;
    sync_get(i->sync, &state);
    return !state.connected && strstr(state.problem, reasons[which]) != NULL;
}

/* Every statement would still work: it is not tried. */
static void
test_schema_of_another_version(void **state)
{
    (void)state;
    store_ask("insert into leitstand.migration (number, name)"
              " select max(number) + 1, 'later' from leitstand.migration");
    struct instance *a = instance_start(1);
    instance_put_line(a);
    instance_await(a, has_reason, 0);
    assert_string_equal(store_ask("select count(*) from leitstand.change"), "0");
    store_ask("delete from leitstand.migration where name = 'later'");
    instance_await(a, instance_has_sent, 1);
    instance_stop(a);
    store_ask("delete from leitstand.migration"
              " where number = (select max(number) from leitstand.migration)");
    struct instance *b = instance_start(2);
    instance_await(b, has_reason, 1);
    instance_stop(b);
}

/* The same for all of one store, and told to the engine with whatever else is new. */
static void
test_knows_which_store_it_is(void **state)
{
    (void)state;
    struct instance *a = instance_start(1), *b = instance_start(2);
    struct sync_state one, other;
    struct uuid id;
    instance_await(a, is_filled, 0);
    instance_await(b, is_filled, 0);
    sync_get(a->sync, &one);
    sync_get(b->sync, &other);
    assert_true(uuid_parse(&id, one.store));
    assert_string_equal(one.store, other.store);
    instance_stop(a);
    instance_stop(b);
}

/* A server that takes the connection and says nothing. */
static void
test_stops_at_once(void **state)
{
    (void)state;
    struct instance *a = instance_start(1), *b = instance_start(2);
    instance_await(a, is_filled, 0);
    PGconn *c = PQconnectdb("");
    PQclear(PQexec(c, "begin; select from leitstand.log_head for update"));
    instance_put_line(a);
    mono_us deadline = clock_now().mono + DEADLINE_US;
    while (strcmp(store_ask("select count(*) from pg_stat_activity where wait_event_type ="
                            " 'Lock' and application_name = 'leitstand sync'"),
                  "1") != 0) {
        assert_true(clock_now().mono < deadline);
    }
    sync_poke(a->sync); /* does not break off what is under way */
    instance_await(b, is_filled, 0);
    mono_us before = clock_now().mono;
    instance_stop(a);
    assert_true(clock_now().mono - before < US_PER_S);
    PQfinish(c);
    instance_stop(b);
}

static void
note_closed(void *closed)
{
    *(bool *)closed = true;
}

static void
test_unconfigured(void **state)
{
    (void)state;
    bool closed = false;
    struct config *config = config_defaults();
    const struct sync_setup setup = {
        .config = config, .writer = "", .source = {&closed, NULL, note_closed}};
    assert_null(sync_start_with(&setup));
    assert_true(closed);
    sync_stop(NULL);
    config_free(config);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_exactly_once, store_make),
        cmocka_unit_test_setup(test_lost_end, store_make),
        cmocka_unit_test_setup(test_looks, store_make),
        cmocka_unit_test_setup(test_fenced, store_make),
        cmocka_unit_test_setup(test_older_rank, store_make),
        cmocka_unit_test_setup(test_pruned_log, store_make),
        cmocka_unit_test_setup(test_journal_of_a_new_instance, store_make),
        cmocka_unit_test_setup(test_actions, store_make),
        cmocka_unit_test_setup(test_plant, store_make),
        cmocka_unit_test_setup(test_store_away, store_make),
        cmocka_unit_test_setup(test_schema_of_another_version, store_make),
        cmocka_unit_test_setup(test_knows_which_store_it_is, store_make),
        cmocka_unit_test_setup(test_stops_at_once, store_make),
        cmocka_unit_test(test_unconfigured),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
