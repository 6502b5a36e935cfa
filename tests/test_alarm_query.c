/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Questions about alarms, and the file that answers them: lines cannot be changed in it. */
#include <string.h>

#include <sqlite3.h>

#include "tests/cache_support.h"
#include "tests/unit.h"

static struct alarm_changes
all_lines(const struct place *f)
{
    return support_lines(f->path, &(struct query_journal_range){.since = WALL_NONE,
                                                                .until = WALL_NONE,
                                                                .oldest_first = true});
}

/* ---- ranges ---- */

#define HISTORY 1700 /* several pages */

/* Times in steps of four equal ones, but that one line in fifty is late. */
static wall_us
time_of(int i)
{
    return T0 + i / 4 - (i % 50 == 0 ? 100 : 0);
}

static void
make_history(const struct place *f)
{
    struct batch *b = cache_new_batch(NULL);
    for (int i = 0; i < HISTORY; i++) {
        support_add_line(b, time_of(i), 0, NULL);
        struct journal_record *r = &g_array_index(b->alarms.journal, struct journal_record, i);
        r->epoch = (uint64_t)i;
        if (i % 3 == 0) {
            g_free(r->component);
            r->component = g_strdup("C1");
        }
    }
    support_store(f, b);
}

static bool
is_wanted(const struct query_journal_range *range, int i)
{
    return (range->since == WALL_NONE || time_of(i) >= range->since) &&
           (range->until == WALL_NONE || time_of(i) <= range->until) &&
           (range->component == NULL ||
            (strcmp(range->component, "C1") == 0) == (i % 3 == 0)) &&
           (range->station == NULL || strcmp(range->station, "S0") == 0);
}

static int
by_time(const void *a, const void *b)
{
    int x = *(const int *)a, y = *(const int *)b;
    if (time_of(x) != time_of(y)) {
        return time_of(x) < time_of(y) ? -1 : 1;
    }
    return x < y ? -1 : x > y;
}

static void
check_range(const struct place *f, const struct query_journal_range *range)
{
    GArray *want = g_array_new(FALSE, FALSE, sizeof(int));
    for (int i = 0; i < HISTORY; i++) {
        if (is_wanted(range, i)) {
            g_array_append_val(want, i);
        }
    }
    g_array_sort(want, by_time);
    struct alarm_changes got = support_lines(f->path, range);
    guint n = range->limit > 0 ? MIN(want->len, (guint)range->limit) : want->len;
    assert_int_equal(got.journal->len, n);
    for (guint i = 0; i < n; i++) {
        guint place = range->oldest_first ? i : want->len - 1 - i;
        assert_true(g_array_index(got.journal, struct journal_record, i).epoch ==
                    (uint64_t)g_array_index(want, int, place));
    }
    alarm_changes_fini(&got);
    g_array_unref(want);
}

static void
test_lines_by_time_name_and_number(void **state)
{
    struct place *f = *state;
    make_history(f);
    static const wall_us bounds[][2] = {{WALL_NONE, WALL_NONE}, {T0 + 10, T0 + 10},
                                        {T0 + 10, WALL_NONE},   {WALL_NONE, T0 + 300},
                                        {T0 + 20, T0 + 400},    {T0 + 400, T0 + 20}};
    static const char *const names[][2] = {
        {NULL, NULL}, {"S0", NULL}, {"S0", "C1"}, {NULL, "C0"}, {"S1", NULL}};
    static const int64_t limits[] = {0, 1, 499, 500, 501, 5000};
    for (size_t i = 0; i < G_N_ELEMENTS(bounds); i++) {
        for (size_t k = 0; k < G_N_ELEMENTS(names) * G_N_ELEMENTS(limits) * 2; k++) {
            struct query_journal_range range = {
                .station = names[k / 2 % G_N_ELEMENTS(names)][0],
                .component = names[k / 2 % G_N_ELEMENTS(names)][1],
                .since = bounds[i][0],
                .until = bounds[i][1],
                .limit = limits[k / 2 / G_N_ELEMENTS(names)],
                .oldest_first = k % 2 == 0};
            check_range(f, &range);
        }
    }
}

static bool
count_to_seven(const struct journal_record *r, void *user)
{
    assert_non_null(r->rule);
    return ++*(int *)user < 7;
}

static void
test_the_caller_may_stop(void **state)
{
    struct place *f = *state;
    make_history(f);
    struct query *q = support_query(f->path);
    int n = 0;
    struct query_journal_range range = {.since = WALL_NONE, .until = WALL_NONE};
    assert_int_equal(query_journal(q, &range, count_to_seven, &n, NULL), RC_OK);
    assert_int_equal(n, 7);
    query_close(q);
}

static void
test_occurrences_that_matter_and_all(void **state)
{
    struct place *f = *state;
    struct batch *b = cache_new_batch(NULL);
    for (int i = 0; i < 200; i++) {
        support_set_occurrence(b, T0 + i / 2, (uint8_t)(i + 1), (enum alarm_state)(i % 6));
        g_array_index(b->alarms.occurrences, struct occurrence_record, i).current = i >= 100;
    }
    support_store(f, b);
    static const struct {
        struct query_occurrence_range range;
        guint n;
        uint8_t first, last;
    } cases[] = {
        {{.all = true, .since = WALL_NONE, .until = WALL_NONE}, 200, 200, 1},
        {{.all = true, .since = T0 + 3, .until = T0 + 4}, 4, 10, 7},
        {{.all = true, .since = WALL_NONE, .until = T0 + 99, .limit = 3}, 3, 200, 198},
        {{.all = false, .since = WALL_NONE, .until = WALL_NONE}, 83, 200, 101},
        {{.all = false, .since = T0 + 99, .until = WALL_NONE, .component = "C0"}, 1, 200, 200},
        {{.all = true, .since = WALL_NONE, .until = WALL_NONE, .station = "S1"}, 0, 0, 0},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct alarm_changes got = support_occurrences(f->path, &cases[i].range);
        assert_int_equal(got.occurrences->len, cases[i].n);
        const struct occurrence_record *rows = (const void *)got.occurrences->data;
        if (cases[i].n > 0) {
            assert_int_equal(rows[0].occurrence.bytes[0], cases[i].first);
            assert_int_equal(rows[cases[i].n - 1].occurrence.bytes[0], cases[i].last);
        }
        alarm_changes_fini(&got);
    }
}

static void
set_newest(struct batch *b, enum alarm_state state)
{
    struct alarm_record r = {.station = g_strdup("S0"),
                             .component = g_strdup("C0"),
                             .rule = g_strdup("high"),
                             .state = state,
                             .occurrence.bytes = {2},
                             .pending_since = WALL_NONE,
                             .realarm_at = WALL_NONE,
                             .shelved_until = WALL_NONE};
    g_array_append_val(b->alarms.alarms, r);
    support_set_occurrence(b, T0 + 1, 2, state);
}

/* What came and went unseen is not hidden by a newer one that was seen and is over. */
static void
test_an_older_one_when_the_newest_is_over(void **state)
{
    struct place *f = *state;
    struct batch *b = cache_new_batch(NULL);
    support_set_occurrence(b, T0, 1, ALARM_RETURNED_UNACKED);
    g_array_index(b->alarms.occurrences, struct occurrence_record, 0).current = false;
    set_newest(b, ALARM_ACKED);
    support_store(f, b);
    static const struct query_occurrence_range open = {.since = WALL_NONE, .until = WALL_NONE};
    for (uint8_t shown = 2; shown >= 1; shown--) {
        struct alarm_changes got = support_occurrences(f->path, &open);
        assert_int_equal(got.occurrences->len, 1);
        const struct occurrence_record *r = (const void *)got.occurrences->data;
        assert_int_equal(r->occurrence.bytes[0], shown);
        alarm_changes_fini(&got);
        b = cache_new_batch(NULL);
        set_newest(b, ALARM_NORMAL);
        support_store(f, b);
    }
}

/* ---- the file itself ---- */

static int
sql(const struct place *f, const char *text)
{
    sqlite3 *db;
    assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
    int code = sqlite3_exec(db, text, NULL, NULL, NULL);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    return code;
}

static void
test_lines_cannot_be_changed(void **state)
{
    struct place *f = *state;
    struct batch *b = cache_new_batch(NULL);
    support_add_line(b, T0, 1, "first");
    support_add_line(b, T0, 2, "second");
    support_set_occurrence(b, T0, 1, ALARM_UNACKED);
    support_store(f, b);
    static const char *const refused[] = {
        "UPDATE journal SET detail = 'other'",
        "UPDATE journal SET id = 7 WHERE id = 2",
        "DELETE FROM journal",
        "DELETE FROM journal WHERE id = 2",
        "INSERT OR REPLACE INTO journal(id, at) VALUES(1, 0)",
        "REPLACE INTO journal SELECT * FROM journal WHERE id = 2",
        /* That it is old does not help it while its occurrence is not over. */
        ("UPDATE meta SET value = 9 WHERE name = 'journal_pruned';"
         "DELETE FROM journal WHERE id = 1"),
    };
    for (size_t i = 0; i < G_N_ELEMENTS(refused); i++) {
        if (sql(f, refused[i]) != SQLITE_CONSTRAINT) {
            fail_msg("%s", refused[i]);
        }
    }
    struct alarm_changes got = all_lines(f);
    assert_int_equal(got.journal->len, 2);
    assert_string_equal(g_array_index(got.journal, struct journal_record, 1).detail, "second");
    alarm_changes_fini(&got);
    assert_int_equal(sql(f, "DELETE FROM journal WHERE id = 2"), SQLITE_OK); /* let go above */
}

/* An unknown word is not guessed at. */
static void
test_a_word_that_is_none(void **state)
{
    struct place *f = *state;
    struct batch *b = cache_new_batch(NULL);
    support_set_occurrence(b, T0, 1, ALARM_UNACKED);
    support_store(f, b);
    assert_int_equal(sql(f, "UPDATE occurrences SET state = 'odd'"), SQLITE_OK);
    struct query *q = support_query(f->path);
    struct alarm_changes c;
    struct err err;
    alarm_changes_init(&c);
    assert_int_equal(query_alarm_state(q, &c, &err), RC_IO);
    assert_non_null(strstr(err.text, "not readable"));
    alarm_changes_fini(&c);
    query_close(q);
}

static bool
count_line(const struct journal_record *r, void *user)
{
    assert_non_null(r);
    ++*(int *)user;
    return true;
}

static int
count_lines(struct query *q)
{
    int n = 0;
    struct query_journal_range range = {.since = WALL_NONE, .until = WALL_NONE};
    assert_int_equal(query_journal(q, &range, count_line, &n, NULL), RC_OK);
    return n;
}

#define ONE_INSTANCE                                                                           \
    "DROP TABLE heard; DROP TABLE alarm_outbox; DROP TABLE followed;"                          \
    "DROP TABLE actions; DROP TABLE handled;"                                                  \
    "DELETE FROM meta WHERE name IN ('writer', 'change_cursor', 'plant_version',"              \
    " 'seen_epoch', 'seen_term', 'outbox_sent');"

static const char version_3[] =
    ONE_INSTANCE "ALTER TABLE alarms DROP COLUMN first_out; PRAGMA user_version = 3";
static const char no_alarms[] = ONE_INSTANCE
    "DROP TABLE journal; DROP TABLE occurrences; DROP TABLE alarms; DROP TABLE maintenance;"
    "DROP TABLE parked; DELETE FROM meta WHERE name = 'journal_pruned';"
    "PRAGMA user_version = 2";

static int
version_of(const struct place *f)
{
    sqlite3 *db;
    sqlite3_stmt *stmt;
    assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, "PRAGMA user_version", -1, &stmt, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    int version = sqlite3_column_int(stmt, 0);
    sqlite3_finalize(stmt);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    return version;
}

static guint
count_alarms(struct query *q)
{
    struct alarm_changes c;
    struct err err;
    alarm_changes_init(&c);
    if (query_alarm_state(q, &c, &err) != RC_OK) {
        fail_msg("%s", err.text);
    }
    guint n = c.alarms->len;
    assert_false(n > 0 && g_array_index(c.alarms, struct alarm_record, 0).first_out);
    alarm_changes_fini(&c);
    return n;
}

static void
test_a_file_of_a_single_instance_has_its_alarms(void **state)
{
    struct place *f = *state;
    struct batch *b = cache_new_batch(NULL);
    struct alarm_record alarm = {.station = g_strdup("S0"),
                                 .component = g_strdup("C0"),
                                 .rule = g_strdup("high"),
                                 .state = ALARM_ACKED,
                                 .pending_since = WALL_NONE,
                                 .realarm_at = WALL_NONE,
                                 .shelved_until = WALL_NONE};
    g_array_append_val(b->alarms.alarms, alarm);
    support_store(f, b);
    assert_int_equal(sql(f, version_3), SQLITE_OK);
    struct query *q = support_query(f->path);
    struct sync_marks marks;
    assert_int_equal(query_sync(q, &marks, NULL), RC_INVALID);
    assert_int_equal(count_alarms(q), 1);
    support_store(f, cache_new_batch(NULL)); /* an instance brings it up to date */
    assert_int_equal(version_of(f), 5);
    assert_int_equal(query_sync(q, &marks, NULL), RC_OK);
    assert_int_equal(count_alarms(q), 1);
    sync_marks_fini(&marks);
    query_close(q);
}

static void
test_an_older_file_has_no_alarms_yet(void **state)
{
    struct place *f = *state;
    struct batch *b = cache_new_batch(NULL);
    support_add(b, 1, T0, T0, 1);
    support_store(f, b);
    assert_int_equal(version_of(f), 5); /* the text above undoes the last three */
    assert_int_equal(sql(f, no_alarms), SQLITE_OK);

    struct query *q = support_query(f->path);
    struct alarm_changes c;
    struct err err;
    alarm_changes_init(&c);
    assert_int_equal(query_alarm_state(q, &c, NULL), RC_OK);
    assert_true(alarm_changes_empty(&c));
    assert_int_equal(count_lines(q), 0);
    uint64_t stored;
    assert_int_equal(query_stored(q, &stored, &err), RC_INVALID);
    assert_non_null(strstr(err.text, "earlier version"));

    b = cache_new_batch(NULL);
    support_add_line(b, T0, 0, NULL);
    support_store(f, b); /* an instance brings it up to date */
    assert_int_equal(count_lines(q), 1);
    assert_int_equal(query_stored(q, &stored, NULL), RC_OK);
    assert_int_equal(stored, 1);
    assert_int_equal(query_alarm_state(q, &c, NULL), RC_OK);
    alarm_changes_fini(&c);
    query_close(q);
}

/* While the instance runs, and lines of several batches keep their order. */
static void
test_lines_are_there_when_they_are_committed(void **state)
{
    struct place *f = *state;
    struct cache *c = support_open(f->path, NULL);
    struct query *q = NULL;
    for (int i = 0; i < 20; i++) {
        struct batch *b = cache_new_batch(c);
        char *detail = g_strdup_printf("%d", i);
        support_add_line(b, T0, 0, detail);
        g_free(detail);
        support_put(c, b);
        q = q != NULL ? q : support_query(f->path);
        assert_int_equal(count_lines(q), i + 1);
    }
    query_close(q);
    struct alarm_changes got = all_lines(f);
    for (int i = 0; i < 20; i++) {
        const struct journal_record *r = &g_array_index(got.journal, struct journal_record, i);
        assert_int_equal(g_ascii_strtoll(r->detail, NULL, 10), i);
    }
    alarm_changes_fini(&got);
    struct cache_stats stats;
    cache_stats(c, &stats);
    assert_int_equal(stats.stored, 0); /* of readings */
    cache_close(c);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, support_set_up, support_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_lines_by_time_name_and_number),
        TEST(test_the_caller_may_stop),
        TEST(test_occurrences_that_matter_and_all),
        TEST(test_an_older_one_when_the_newest_is_over),
        TEST(test_lines_cannot_be_changed),
        TEST(test_a_word_that_is_none),
        TEST(test_a_file_of_a_single_instance_has_its_alarms),
        TEST(test_an_older_file_has_no_alarms_yet),
        TEST(test_lines_are_there_when_they_are_committed),
    };
    return cmocka_run_group_tests_name("alarm_query", tests, NULL, NULL);
}
