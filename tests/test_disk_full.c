/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A disk of a size of our choice: SQLite's writes go through a function here that refuses what
 * would be too much, and statvfs() answers accordingly.
 */
#include <errno.h>
#include <pthread.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <sqlite3.h>

#include "tests/cache_support.h"
#include "tests/unit.h"

#define MB (INT64_C(1) << 20)

static struct {
    pthread_mutex_t lock;
    char *path;
    int64_t bytes; /* 0: no bound */
    bool hit;      /* it was full at least once */
} disk = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void
set_disk(int64_t bytes)
{
    pthread_mutex_lock(&disk.lock);
    disk.bytes = bytes;
    disk.hit = false;
    pthread_mutex_unlock(&disk.lock);
}

static bool
was_full(void)
{
    pthread_mutex_lock(&disk.lock);
    bool hit = disk.hit;
    pthread_mutex_unlock(&disk.lock);
    return hit;
}

/* Under lock. */
static int64_t
used_bytes(void)
{
    static const char *const parts[] = {"", "-wal", ".reserve"};
    int64_t used = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
        struct stat st;
        char *name = g_strconcat(disk.path, parts[i], NULL);
        used += stat(name, &st) == 0 ? st.st_size : 0;
        g_free(name);
    }
    return used;
}

static ssize_t
bounded_pwrite(int fd, const void *data, size_t len, off_t at)
{
    struct stat st;
    pthread_mutex_lock(&disk.lock);
    bool full = disk.bytes > 0 && fstat(fd, &st) == 0 && at + (off_t)len > st.st_size &&
                used_bytes() + (at + (off_t)len - st.st_size) > disk.bytes;
    disk.hit = disk.hit || full;
    pthread_mutex_unlock(&disk.lock);
    if (full) {
        errno = ENOSPC;
        return -1;
    }
    return pwrite(fd, data, len, at);
}

/* With 64-bit offsets, this is what statvfs() becomes. */
int __real_statvfs64(const char *path, struct statvfs *ret);
int __wrap_statvfs64(const char *path, struct statvfs *ret);
int
__wrap_statvfs64(const char *path, struct statvfs *ret)
{
    int code = __real_statvfs64(path, ret);
    pthread_mutex_lock(&disk.lock);
    if (code == 0 && disk.bytes > 0) {
        ret->f_frsize = 1;
        ret->f_bavail = (fsblkcnt_t)MAX(disk.bytes - used_bytes(), 0);
    }
    pthread_mutex_unlock(&disk.lock);
    return code;
}

static int
set_up(void **state)
{
    sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
    sqlite3_syscall_ptr call = (sqlite3_syscall_ptr)bounded_pwrite;
    assert_int_equal(vfs->xSetSystemCall(vfs, "pwrite", call), SQLITE_OK);
    assert_int_equal(vfs->xSetSystemCall(vfs, "pwrite64", call), SQLITE_OK);
    *state = support_dir(&disk.path);
    return 0;
}

static int
tear_down(void **state)
{
    set_disk(0);
    support_remove(*state, disk.path);
    return 0;
}

/* Batches of 500 records, each waited for; counts them from first on. */
static void
fill(struct cache *c, int first, int batches)
{
    for (int i = first; i < first + batches; i++) {
        struct batch *b = cache_new_batch(c);
        for (int k = 0; k < 500; k++) {
            support_add(b, 1 + (uint32_t)k % 10, T0 + i, T0 + i, i);
        }
        support_put(c, b);
    }
}

/* Batches of 500 lines of the journal, all of occurrences that are over. */
static void
fill_journal(struct cache *c, int first, int batches)
{
    for (int i = first; i < first + batches; i++) {
        struct batch *b = cache_new_batch(c);
        for (int k = 0; k < 500; k++) {
            support_add_line(b, T0 + i, 2, "a comment of common length");
        }
        support_put(c, b);
    }
}

static struct alarm_changes
read_journal(void)
{
    return support_lines(disk.path, &(struct query_journal_range){.since = WALL_NONE,
                                                                  .until = WALL_NONE,
                                                                  .oldest_first = true});
}

static guint
count_from(wall_us since)
{
    GArray *rows =
        support_readings(disk.path, &(struct query_range){.since = since, .until = WALL_NONE});
    guint n = rows->len;
    g_array_unref(rows);
    return n;
}

static void
test_history_gives_way_and_nothing_new_is_lost(void **state)
{
    (void)state;
    set_disk(80 * MB);
    struct cache *c = support_open(disk.path, NULL);
    struct plant *plant = support_store_plant(c, 3, 9);
    fill_journal(c, 0, 2);
    fill(c, 0, 300);
    assert_false(was_full());
    set_disk(20 * MB);
    fill(c, 300, 3000); /* some 40 MB: five times what there is room for */
    assert_true(was_full());
    struct cache_stats stats;
    cache_stats(c, &stats);
    assert_int_equal(stats.stored, 3300 * 500);
    assert_non_null(strstr(stats.problem, "disk is full"));
    assert_int_equal(count_from(T0 + 3200), 100 * 500); /* the newest are there */
    guint gone = 3300 * 500 - count_from(WALL_NONE);
    assert_true(gone > 0 && gone % 16384 == 0); /* by slices, from the oldest on */
    struct alarm_changes kept = read_journal(); /* older than all of them */
    assert_int_equal(kept.journal->len, 2 * 500);
    alarm_changes_fini(&kept);
    set_disk(0);
    fill(c, 3300, 100); /* another slice is closed, and room found again */
    for (cache_stats(c, &stats); *stats.problem != '\0'; cache_stats(c, &stats)) {
        g_usleep(1000);
    }
    cache_close(c);
    assert_int_equal(support_stored(disk.path), 3400 * 500);
    GArray *latest = support_latest(disk.path);
    assert_int_equal(latest->len, 10);
    g_array_unref(latest);
    plant_unref(plant);
}

/* Without readings to drop, the journal's oldest lines go, but none of what is not over. */
static void
test_the_journal_gives_way_last(void **state)
{
    (void)state;
    struct cache *c = support_open(disk.path, NULL);
    struct batch *b = cache_new_batch(c);
    support_set_occurrence(b, T0, 1, ALARM_UNACKED);
    support_add_line(b, T0, 1, "not over");
    support_add(b, 1, T0, T0, 1);
    support_put(c, b);
    fill_journal(c, 0, 100); /* some 7 MB */
    pthread_mutex_lock(&disk.lock);
    int64_t used = used_bytes();
    pthread_mutex_unlock(&disk.lock);
    set_disk(used);
    fill_journal(c, 100, 300);
    assert_true(was_full());
    cache_close(c);
    set_disk(0);
    struct alarm_changes left = read_journal();
    const struct journal_record *rows = (const void *)left.journal->data;
    guint n = left.journal->len;
    assert_true(n > 50 * 500 && n < 400 * 500);
    assert_string_equal(rows[0].detail, "not over");
    assert_true(rows[1].at > T0); /* the oldest are gone, and no others */
    for (guint i = n - 1; i > 1; i--) {
        assert_true(rows[i].at == T0 + 399 - (n - 1 - i) / 500);
    }
    alarm_changes_fini(&left);
    assert_int_equal(support_stored(disk.path), 1);
}

static void
test_without_history_it_waits_for_room(void **state)
{
    (void)state;
    struct cache *c = support_open(disk.path, NULL);
    fill(c, 0, 3);
    set_disk(1);
    struct batch *b = cache_new_batch(c);
    support_add(b, 1, T0 + 3, T0, 1);
    uint64_t number = cache_put(c, b);
    struct cache_stats stats;
    do {
        g_usleep(1000);
        cache_stats(c, &stats);
    } while (*stats.problem == '\0');
    assert_non_null(strstr(stats.problem, "full"));
    assert_int_equal(stats.queued, 1);
    assert_true(cache_committed(c) < number);
    set_disk(0);
    support_wait(c, number);
    cache_stats(c, &stats);
    assert_string_equal(stats.problem, "");
    cache_close(c);
    assert_int_equal(support_stored(disk.path), 1501);
}

static void
test_the_end_does_not_wait_for_room(void **state)
{
    (void)state;
    struct cache *c = support_open(disk.path, NULL);
    fill(c, 0, 3);
    set_disk(1);
    struct batch *b = cache_new_batch(c);
    support_add(b, 1, T0 + 3, T0, 1);
    uint64_t number = cache_put(c, b);
    assert_true(cache_committed(c) < number); /* so it is acknowledged to nobody */
    cache_close(c);
    set_disk(0);
    assert_int_equal(support_stored(disk.path), 1500);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_history_gives_way_and_nothing_new_is_lost, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_the_journal_gives_way_last, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_without_history_it_waits_for_room, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_the_end_does_not_wait_for_room, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("disk_full", tests, NULL, NULL);
}
