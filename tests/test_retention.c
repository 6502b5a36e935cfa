/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How history ends: by age, by size; and that nothing but history does. */
#include <sys/stat.h>

#include "storage/writer.h"
#include "tests/cache_support.h"
#include "tests/unit.h"

#define SLICE 16384

struct fixture {
    char *dir, *path;
    struct writer *w;
};

static int
set_up(void **state)
{
    struct fixture *f = g_new0(struct fixture, 1);
    f->dir = support_dir(&f->path);
    *state = f;
    return 0;
}

static int
tear_down(void **state)
{
    struct fixture *f = *state;
    writer_close(f->w);
    support_remove(f->dir, f->path);
    g_free(f);
    return 0;
}

static void
open_writer(struct fixture *f, int retention_days, int64_t max_bytes)
{
    struct cache_config config = {
        .path = f->path, .retention_days = retention_days, .max_bytes = max_bytes};
    struct cache_report report;
    struct err err;
    if (writer_open(&f->w, &config, T0, &report, &err) != RC_OK) {
        fail_msg("%s", err.text);
    }
}

/* A slice of readings received at that time, of series 1 to 10. */
static void
add_slice(struct fixture *f, wall_us at)
{
    struct batch *b = cache_new_batch(NULL);
    for (int i = 0; i < SLICE; i++) {
        support_add(b, 1 + (uint32_t)i % 10, at + i, at + i, i);
    }
    assert_int_equal(writer_commit(f->w, &b, 1, NULL), RC_OK);
    cache_free_batch(b);
}

static unsigned
tidy(struct fixture *f, wall_us now, bool idle)
{
    unsigned steps = 0;
    bool more = true;
    struct err err;
    while (more) {
        if (writer_tidy(f->w, now, idle, &more, &err) != RC_OK) {
            fail_msg("%s", err.text);
        }
        steps++;
        assert_true(steps < 10000);
    }
    return steps;
}

static guint
count_readings(const struct fixture *f, wall_us since, wall_us until)
{
    GArray *rows =
        support_readings(f->path, &(struct query_range){.since = since, .until = until});
    guint n = rows->len;
    g_array_unref(rows);
    return n;
}

static void
test_age_ends_history(void **state)
{
    struct fixture *f = *state;
    open_writer(f, 3, 0);
    for (int day = 0; day < 6; day++) {
        add_slice(f, T0 + day * DAY);
    }
    tidy(f, T0 + 5 * DAY, true);
    assert_int_equal(count_readings(f, WALL_NONE, T0 + DAY + SLICE), 0);
    assert_int_equal(count_readings(f, WALL_NONE, WALL_NONE), 4 * SLICE);
    tidy(f, T0 + 6 * DAY, true);
    assert_int_equal(count_readings(f, WALL_NONE, WALL_NONE), 3 * SLICE);
    assert_int_equal(support_stored(f->path), 6 * SLICE);

    /* Long after the last reading: history is gone, what is newest is not. */
    tidy(f, T0 + 100 * DAY, true);
    assert_int_equal(count_readings(f, WALL_NONE, WALL_NONE), 0);
    assert_int_equal(support_stored(f->path), 6 * SLICE);
    GArray *latest = support_latest(f->path);
    assert_int_equal(latest->len, 10);
    assert_true(support_of(latest, 1)->ts == T0 + 5 * DAY + 16380);
    g_array_unref(latest);

    /* Counting goes on, also over a new start. */
    writer_close(f->w);
    open_writer(f, 3, 0);
    assert_int_equal(writer_stored(f->w), 6 * SLICE);
    add_slice(f, T0 + 100 * DAY);
    tidy(f, T0 + 100 * DAY, true);
    assert_int_equal(support_stored(f->path), 7 * SLICE);
    assert_int_equal(count_readings(f, WALL_NONE, WALL_NONE), SLICE);
}

static void
test_no_age_keeps_history(void **state)
{
    struct fixture *f = *state;
    open_writer(f, 0, 0);
    add_slice(f, T0);
    add_slice(f, T0 + 10 * DAY);
    tidy(f, T0 + 10000 * DAY, true);
    assert_int_equal(count_readings(f, WALL_NONE, WALL_NONE), 2 * SLICE);
}

static int64_t
file_size(const struct fixture *f)
{
    struct stat st;
    assert_int_equal(stat(f->path, &st), 0);
    return st.st_size;
}

static void
test_size_ends_history(void **state)
{
    struct fixture *f = *state;
    const int64_t max = 4 << 20;
    open_writer(f, 0, max);
    for (int i = 0; i < 40; i++) {
        add_slice(f, T0 + i * DAY);
        tidy(f, T0 + i * DAY, i % 2 == 0);
        assert_true(file_size(f) <= max + (1 << 20));
    }
    guint left = count_readings(f, WALL_NONE, WALL_NONE);
    assert_true(left >= 2 * SLICE && left < 40 * SLICE);
    assert_int_equal(count_readings(f, T0 + 39 * DAY, WALL_NONE), SLICE); /* the newest stay */
    assert_int_equal(count_readings(f, WALL_NONE, T0 + DAY - 1), 0);
    assert_int_equal(support_stored(f->path), 40 * SLICE);
}

static void
test_a_smaller_limit_shrinks_the_file(void **state)
{
    struct fixture *f = *state;
    open_writer(f, 0, 0);
    for (int i = 0; i < 20; i++) {
        add_slice(f, T0 + i * DAY);
        tidy(f, T0, true);
    }
    writer_close(f->w);
    assert_true(file_size(f) > 6 << 20);
    open_writer(f, 0, 3 << 20);
    assert_true(tidy(f, T0, true) > 10); /* in small steps */
    writer_close(f->w);
    f->w = NULL;
    assert_true(file_size(f) <= 3 << 20);
    assert_true(count_readings(f, WALL_NONE, WALL_NONE) > SLICE);
}

/* Busy for long: slices wait for their index, but not without end, and are found all the same.
 */
static void
test_a_busy_cache_is_tidied_enough(void **state)
{
    struct fixture *f = *state;
    static const uint32_t one = 3;
    open_writer(f, 0, 0);
    unsigned steps = 0;
    for (int i = 0; i < 80; i++) {
        add_slice(f, T0 + i * DAY);
        steps += tidy(f, T0, false);
    }
    assert_true(steps >= 80 + 80 - 64);
    struct query_range range = {
        .series = &one, .n_series = 1, .since = WALL_NONE, .until = WALL_NONE};
    GArray *busy = support_readings(f->path, &range);
    tidy(f, T0, true);
    GArray *calm = support_readings(f->path, &range);
    assert_int_equal(busy->len, 80 * 1639); /* 2, 12 … 16,382 */
    assert_int_equal(calm->len, busy->len);
    assert_memory_equal(busy->data, calm->data, busy->len * sizeof(struct record));
    g_array_unref(busy);
    g_array_unref(calm);
}

static void
test_room_is_made_from_the_oldest(void **state)
{
    struct fixture *f = *state;
    open_writer(f, 0, 0);
    for (int i = 0; i < 3; i++) {
        add_slice(f, T0 + i * DAY);
    }
    tidy(f, T0, true);
    for (guint left = 3; left > 0; left--) {
        assert_int_equal(count_readings(f, WALL_NONE, WALL_NONE), left * SLICE);
        assert_int_equal(writer_make_room(f->w, NULL), RC_OK);
    }
    struct err err;
    assert_int_equal(writer_make_room(f->w, &err), RC_NOTFOUND);
    GArray *latest = support_latest(f->path);
    assert_int_equal(latest->len, 10);
    g_array_unref(latest);
}

/* Lines of one time, the first of an occurrence that is not over, the rest of one that is. */
static void
add_lines(struct fixture *f, wall_us at, int n)
{
    struct batch *b = cache_new_batch(NULL);
    support_set_occurrence(b, at, 1, ALARM_UNACKED);
    support_set_occurrence(b, at, 2, ALARM_NORMAL);
    for (int i = 0; i < n; i++) {
        support_add_line(b, at, i == 0 ? 1 : 2, NULL);
    }
    assert_int_equal(writer_commit(f->w, &b, 1, NULL), RC_OK);
    cache_free_batch(b);
}

static guint
count_lines(const struct fixture *f, wall_us since)
{
    struct alarm_changes c = support_lines(
        f->path, &(struct query_journal_range){.since = since, .until = WALL_NONE});
    guint n = c.journal->len;
    alarm_changes_fini(&c);
    return n;
}

static guint
count_occurrences(const struct fixture *f)
{
    struct alarm_changes c = support_occurrences(
        f->path,
        &(struct query_occurrence_range){.since = WALL_NONE, .until = WALL_NONE, .all = true});
    guint n = c.occurrences->len;
    alarm_changes_fini(&c);
    return n;
}

static void
test_the_journal_outlives_readings_and_ends_in_ten_years(void **state)
{
    struct fixture *f = *state;
    open_writer(f, 3, 1 << 20);
    add_lines(f, T0, 3500); /* several steps */
    add_slice(f, T0);
    add_slice(f, T0 + DAY);
    tidy(f, T0 + JOURNAL_KEEP_DAYS * DAY, true);
    assert_int_equal(count_readings(f, WALL_NONE, WALL_NONE), 0);
    assert_int_equal(count_lines(f, WALL_NONE), 3500);
    assert_int_equal(count_occurrences(f), 2);

    tidy(f, T0 + JOURNAL_KEEP_DAYS * DAY + 1, true);
    assert_int_equal(count_lines(f, WALL_NONE), 2); /* of what is not over, and the newest */
    assert_int_equal(count_occurrences(f), 2);      /* that has the newest line */

    struct batch *b = cache_new_batch(NULL);
    support_add_line(b, T0 + 9000 * DAY, 3, NULL);
    assert_int_equal(writer_commit(f->w, &b, 1, NULL), RC_OK);
    cache_free_batch(b);
    writer_close(f->w);
    open_writer(f, 3, 1 << 20);
    tidy(f, T0 + 9000 * DAY, true);
    assert_int_equal(count_lines(f, WALL_NONE), 2);
    assert_int_equal(count_lines(f, T0 + 1), 1);
    assert_int_equal(count_occurrences(f), 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_age_ends_history, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_no_age_keeps_history, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_size_ends_history, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_smaller_limit_shrinks_the_file, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_a_busy_cache_is_tidied_enough, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_room_is_made_from_the_oldest, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_the_journal_outlives_readings_and_ends_in_ten_years, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("retention", tests, NULL, NULL);
}
