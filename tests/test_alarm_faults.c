/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every call into SQLite is made to fail once while alarms are stored and read: a batch is
 * there as a whole or not at all, and when it is tried again, once.
 */
#include <math.h>

#include "storage/writer.h"
#include "tests/cache_support.h"
#include "tests/sqlite_faults.h"
#include "tests/unit.h"

#define TRIES 4
#define LINES 6 /* in all batches */

static struct writer *
open_writer(const char *path)
{
    struct cache_config config = {.path = path};
    struct cache_report report;
    struct writer *w;
    struct err err;
    if (writer_open(&w, &config, T0, &report, &err) != RC_OK) {
        fail_msg("%s", err.text);
    }
    return w;
}

static void
add_state(struct batch *b, bool gone)
{
    struct alarm_record alarm = {.station = g_strdup("S0"),
                                 .component = g_strdup("C0"),
                                 .rule = g_strdup("high"),
                                 .gone = gone,
                                 .pending_since = WALL_NONE,
                                 .realarm_at = T0,
                                 .shelved_until = WALL_NONE};
    g_array_append_val(b->alarms.alarms, alarm);
    struct maintenance_record maintenance = {.station = g_strdup("S0"), .gone = gone};
    g_array_append_val(b->alarms.maintenance, maintenance);
    struct parked_record parked = {.occurrence.bytes = {9}, .gone = gone};
    g_array_append_val(b->alarms.parked, parked);
}

/* Readings with alarms, alarms alone, and what only sets and drops. */
static struct batch *
fill(int which)
{
    struct batch *b = cache_new_batch(NULL);
    if (which == 0) {
        support_add(b, 1, T0, T0, 1);
    }
    if (which < 3) {
        support_add_line(b, T0 + which, (uint8_t)which, NULL);
        support_add_line(b, T0 + which, 0, "");
    }
    support_set_occurrence(b, T0, 1, which == 3 ? ALARM_ACKED : ALARM_UNACKED);
    add_state(b, which == 2);
    return b;
}

#define BATCHES 4

static guint
count_lines(const char *path)
{
    struct alarm_changes c = support_lines(
        path, &(struct query_journal_range){.since = WALL_NONE, .until = WALL_NONE});
    guint n = c.journal->len;
    alarm_changes_fini(&c);
    return n;
}

/* Whatever of it failed, either all is there or nothing. */
static void
check_whole(const char *path, int which)
{
    guint lines = count_lines(path);
    uint64_t stored = support_stored(path);
    if (which == 0) {
        assert_true((lines == 0 && stored == 0) || (lines == 2 && stored == 1));
    } else {
        guint before = 2 * (guint)which;
        assert_int_equal(stored, 1);
        assert_true(lines == before || lines == MIN(before + 2, LINES));
    }
}

/* Between the tries something else may have read the counters anew. */
static void
store_all(struct writer *w, const char *path, bool tidy_between)
{
    for (int i = 0; i < BATCHES; i++) {
        struct batch *b = fill(i);
        int tries = 0;
        while (writer_commit(w, &b, 1, NULL) != RC_OK) {
            bool more;
            assert_true(fault_fired() && ++tries < TRIES);
            check_whole(path, i);
            assert_true(!tidy_between || writer_tidy(w, T0, true, &more, NULL) == RC_OK);
        }
        cache_free_batch(b);
    }
}

static void
verify(const char *path)
{
    assert_int_equal(support_stored(path), 1);
    assert_int_equal(count_lines(path), LINES);
    struct query *q;
    struct alarm_changes c;
    alarm_changes_init(&c);
    assert_int_equal(query_open(&q, path, NULL), RC_OK);
    assert_int_equal(query_alarm_state(q, &c, NULL), RC_OK);
    query_close(q);
    assert_int_equal(c.alarms->len, 1);
    assert_int_equal(c.maintenance->len, 1);
    assert_int_equal(c.parked->len, 1);
    assert_int_equal(c.occurrences->len, 1);
    assert_int_equal(g_array_index(c.occurrences, struct occurrence_record, 0).state,
                     ALARM_ACKED);
    alarm_changes_fini(&c);
}

static void
test_each_failing_call_of_a_commit(void **state)
{
    (void)state;
    for (int mode = 0; mode < 4; mode++) {
        unsigned n = 0;
        do {
            char *path, *dir = support_dir(&path);
            fault_disarm();
            struct writer *w = open_writer(path);
            fault_arm((enum fault_mode)(mode % 2), ++n);
            store_all(w, path, mode >= 2);
            fault_disarm();
            writer_close(w);
            verify(path);
            support_remove(dir, path);
        } while (fault_fired());
        assert_true(n > 250);
    }
}

/* Ten years later. */
static void
test_each_failing_call_of_retention(void **state)
{
    (void)state;
    for (int mode = FAIL_BEFORE; mode <= FAIL_AFTER; mode++) {
        unsigned n = 0;
        do {
            char *path, *dir = support_dir(&path);
            fault_disarm();
            struct writer *w = open_writer(path);
            store_all(w, path, false);
            writer_close(w);
            w = open_writer(path);
            fault_arm((enum fault_mode)mode, ++n);
            bool more = true;
            int failures = 0;
            while (more) {
                if (writer_tidy(w, T0 + 2 + (JOURNAL_KEEP_DAYS + 1) * DAY, true, &more, NULL) !=
                    RC_OK) {
                    assert_true(fault_fired() && ++failures < TRIES);
                    assert_true(count_lines(path) == LINES || count_lines(path) == 2);
                    more = true;
                }
            }
            fault_disarm();
            writer_close(w);
            assert_int_equal(count_lines(path), 2); /* of what is not over, and the newest */
            support_remove(dir, path);
        } while (fault_fired());
        assert_true(n > 20);
    }
}

static bool
count(const struct journal_record *r, void *user)
{
    assert_non_null(r);
    ++*(guint *)user;
    return true;
}

/* One round of questions; true when each was answered in full. */
static bool
ask(const char *path)
{
    struct query_journal_range range = {.since = WALL_NONE, .until = WALL_NONE};
    struct query *q = NULL;
    struct alarm_changes c;
    guint lines = 0;
    alarm_changes_init(&c);
    bool good = query_open(&q, path, NULL) == RC_OK;
    if (good) {
        good = query_alarm_state(q, &c, NULL) == RC_OK && good;
        good = query_journal(q, &range, count, &lines, NULL) == RC_OK && good;
    }
    if (good) {
        assert_int_equal(c.alarms->len + c.maintenance->len + c.parked->len, 3);
        assert_int_equal(lines, LINES);
    }
    query_close(q);
    alarm_changes_fini(&c);
    return good;
}

static void
test_each_failing_call_of_a_query(void **state)
{
    (void)state;
    char *path, *dir = support_dir(&path);
    fault_disarm();
    struct writer *w = open_writer(path);
    store_all(w, path, false);
    writer_close(w);
    for (int mode = FAIL_BEFORE; mode <= FAIL_AFTER; mode++) {
        unsigned n = 0;
        do {
            fault_arm((enum fault_mode)mode, ++n);
            bool good = ask(path);
            assert_true(good || fault_fired());
        } while (fault_fired());
        assert_true(n > 20);
    }
    fault_disarm();
    support_remove(dir, path);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_failing_call_of_a_commit),
        cmocka_unit_test(test_each_failing_call_of_retention),
        cmocka_unit_test(test_each_failing_call_of_a_query),
    };
    return cmocka_run_group_tests_name("alarm_faults", tests, NULL, NULL);
}
