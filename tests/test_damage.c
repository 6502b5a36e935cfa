/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that are not what they should be: the cache starts all the same, or says why not. */
#include <fcntl.h>
#include <glob.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sqlite3.h>

#include "storage/cache.h"
#include "tests/cache_support.h"
#include "tests/unit.h"

struct fixture {
    char *dir, *path;
    char *bytes; /* a good file */
    gsize size;
};

static int
set_up(void **state)
{
    struct fixture *f = g_new0(struct fixture, 1);
    f->dir = support_dir(&f->path);
    struct cache *c = support_open(f->path, NULL);
    struct plant *plant = support_store_plant(c, 5, 10);
    struct batch *b = cache_new_batch(c);
    for (int i = 0; i < 20000; i++) {
        support_add(b, 1 + (uint32_t)i % 50, T0 + i, T0 + i, i);
    }
    support_put(c, b);
    cache_close(c);
    plant_unref(plant);
    assert_true(g_file_get_contents(f->path, &f->bytes, &f->size, NULL));
    *state = f;
    return 0;
}

static int
tear_down(void **state)
{
    struct fixture *f = *state;
    support_remove(f->dir, f->path);
    g_free(f->bytes);
    g_free(f);
    return 0;
}

static void
write_file(const struct fixture *f, const char *bytes, gsize size)
{
    int fd = open(f->path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, size), size);
    close(fd);
}

/* How many files were set aside; they are taken away again. */
static size_t
count_aside(const struct fixture *f)
{
    char *pattern = g_strconcat(f->path, ".damaged-*", NULL);
    glob_t found;
    size_t names = glob(pattern, 0, NULL, &found) == 0 ? found.gl_pathc : 0, n = 0;
    for (size_t i = 0; i < names; i++) {
        const char *name = found.gl_pathv[i];
        n += g_str_has_suffix(name, "-wal") || g_str_has_suffix(name, "-shm") ? 0 : 1;
        unlink(name);
    }
    if (names > 0) {
        globfree(&found);
    }
    g_free(pattern);
    return n;
}

static void
assert_fresh(const struct fixture *f, const struct cache_report *report)
{
    char *start = g_strconcat(f->path, ".damaged-", NULL);
    assert_true(g_str_has_prefix(report->moved_aside, start));
    size_t len = strlen(start);
    assert_int_equal(strspn(report->moved_aside + len, "0123456789TZ"), 16);
    assert_int_equal(access(report->moved_aside, F_OK), 0);
    assert_true(strlen(report->notice) > 0);
    assert_int_equal(count_aside(f), 1);
    g_free(start);
}

static void
test_garbage_is_moved_aside(void **state)
{
    struct fixture *f = *state;
    char *zeros = g_malloc0(f->size);
    char *late = g_memdup2(f->bytes, f->size);
    memset(late + f->size / 4, 0x55, f->size / 2);
    const struct {
        const char *why, *bytes;
        gsize size;
    } cases[] = {
        {"text",
         "this was never a database, and it is longer than a header would be, by far. "
         "more than a hundred bytes.",
         100},
        {"zeros", zeros, f->size},
        {"cut in a page", f->bytes, f->size / 2 + 100},
        {"cut between pages", f->bytes, 4096 * 3},
        {"cut in the header", f->bytes, 50},
        {"garbage in the middle", late, f->size},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        write_file(f, cases[i].bytes, cases[i].size);
        struct cache_report report;
        struct cache *c = support_open(f->path, &report);
        if (report.moved_aside[0] == '\0') {
            fail_msg("%s: not noticed", cases[i].why);
        }
        assert_fresh(f, &report);
        struct batch *b = cache_new_batch(c);
        support_add(b, 1, T0, T0, 1);
        support_put(c, b);
        cache_close(c);
        assert_int_equal(support_stored(f->path), 1);
    }
    g_free(late);
    g_free(zeros);
}

/* Open and use it; true when the file was set aside. */
static bool
survive(const struct fixture *f, gsize at)
{
    struct cache *c = NULL;
    struct cache_report report;
    struct err err;
    if (cache_open(&c, &(struct cache_config){.path = f->path}, &report, &err) != RC_OK) {
        fail_msg("byte %zu: %s", (size_t)at, err.text);
    }
    GArray *rows = support_rows();
    struct query *q;
    if (query_open(&q, f->path, &err) == RC_OK) {
        struct query_range range = {.since = WALL_NONE, .until = WALL_NONE, .limit = 10};
        struct plant *plant;
        if (query_plant(q, &plant, NULL, &err) == RC_OK) {
            plant_unref(plant);
        }
        if (query_readings(q, &range, support_collect, rows, &err) == RC_OK &&
            query_latest(q, support_collect, rows, &err) == RC_OK) {
            assert_true(rows->len <= 20000);
        }
        query_close(q);
    }
    g_array_unref(rows);
    cache_close(c);
    return report.moved_aside[0] != '\0';
}

static void
test_any_flipped_byte_is_survived(void **state)
{
    struct fixture *f = *state;
    size_t aside = 0, tried = 0;
    for (gsize at = 0; at < f->size; at += at < 200 ? 1 : 1021) {
        f->bytes[at] = (char)(f->bytes[at] ^ 0xff);
        write_file(f, f->bytes, f->size);
        f->bytes[at] = (char)(f->bytes[at] ^ 0xff);
        aside += survive(f, at);
        tried++;
        char *mark = g_strconcat(f->path, ".found-damaged", NULL);
        unlink(mark);
        g_free(mark);
        count_aside(f);
    }
    assert_true(aside > tried / 20); /* many bytes are mere values, and nobody can tell */
}

static void
sql(const char *path, const char *text)
{
    sqlite3 *db;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, text, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

static void
assert_refused(const struct fixture *f, const char *why)
{
    struct cache *c = NULL;
    struct query *q = NULL;
    struct cache_report report;
    struct err err;
    assert_int_equal(cache_open(&c, &(struct cache_config){.path = f->path}, &report, &err),
                     RC_INVALID);
    assert_non_null(strstr(err.text, why));
    assert_int_equal(query_open(&q, f->path, &err), RC_INVALID);
    assert_non_null(strstr(err.text, why));
    assert_string_equal(report.moved_aside, "");
    assert_int_equal(count_aside(f), 0);
}

static void
test_a_later_version_is_refused_and_kept(void **state)
{
    struct fixture *f = *state;
    sql(f->path, "PRAGMA user_version = 99");
    assert_refused(f, "later version");
}

static void
test_a_foreign_database_is_refused_and_kept(void **state)
{
    struct fixture *f = *state;
    unlink(f->path);
    sql(f->path, "CREATE TABLE bookmarks(url)");
    assert_refused(f, "no cache of ours");
}

static void
test_a_file_marked_while_in_use_is_moved_aside(void **state)
{
    struct fixture *f = *state;
    char *mark = g_strconcat(f->path, ".found-damaged", NULL);
    assert_true(g_file_set_contents(mark, "found", -1, NULL));
    struct cache_report report;
    cache_close(support_open(f->path, &report));
    assert_fresh(f, &report);
    assert_int_equal(access(mark, F_OK), -1);
    cache_close(support_open(f->path, &report));
    assert_string_equal(report.moved_aside, "");
    g_free(mark);
}

static void
test_the_log_goes_with_the_file(void **state)
{
    struct fixture *f = *state;
    char *wal = g_strconcat(f->path, "-wal", NULL);
    write_file(f,
               "garbage that is no database at all, and as long as a header of one at least, "
               "which is 100 bytes.....",
               100);
    assert_true(g_file_set_contents(wal, "old log", -1, NULL));
    struct cache_report report;
    struct cache *c = support_open(f->path, &report);
    char *aside = g_strconcat(report.moved_aside, "-wal", NULL);
    assert_int_equal(access(aside, F_OK), 0);
    g_free(aside);
    cache_close(c);
    g_free(wal);
}

/* Too large to be checked while the start waits: damage in its history shows up later. */
static void
test_damage_in_old_history_is_found_in_the_background(void **state)
{
    struct fixture *f = *state;
    struct cache *c = support_open(f->path, NULL);
    for (int i = 0; i < 50; i++) {
        struct batch *b = cache_new_batch(c);
        for (int k = 0; k < 10000; k++) {
            support_add(b, 1 + (uint32_t)k % 50, T0 + k, T0, k * 0.1);
        }
        support_put(c, b);
    }
    cache_close(c);
    char *bytes;
    gsize size;
    assert_true(g_file_get_contents(f->path, &bytes, &size, NULL));
    assert_true(size > 9 << 20);
    memset(bytes + size / 2, 0xee, 40 * 4096);
    write_file(f, bytes, size);
    g_free(bytes);

    struct cache_report report;
    c = support_open(f->path, &report);
    assert_string_equal(report.moved_aside, "");
    struct cache_stats stats;
    for (cache_stats(c, &stats); *stats.problem == '\0'; cache_stats(c, &stats)) {
        g_usleep(1000);
    }
    assert_non_null(strstr(stats.problem, "damaged"));
    struct batch *b = cache_new_batch(c);
    support_add(b, 1, T0, T0, 1);
    support_put(c, b); /* it goes on as long as it can */
    cache_close(c);
    cache_close(support_open(f->path, &report));
    assert_fresh(f, &report);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_garbage_is_moved_aside, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_any_flipped_byte_is_survived, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_later_version_is_refused_and_kept, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_a_foreign_database_is_refused_and_kept, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_a_file_marked_while_in_use_is_moved_aside, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_the_log_goes_with_the_file, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_damage_in_old_history_is_found_in_the_background,
                                        set_up, tear_down),
    };
    return cmocka_run_group_tests_name("damage", tests, NULL, NULL);
}
