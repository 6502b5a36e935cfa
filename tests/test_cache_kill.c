/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Killed at any moment: what was reported committed is there, nothing twice, nothing in part,
 * and the next start is clean.
 */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/cache_support.h"
#include "tests/unit.h"

#define EACH  37 /* records a batch, and one message */
#define LINES 3  /* of the journal a batch, and one occurrence */

/* In the child: commit without end, telling the number of each commit. Tidying happens, too. */
static void
commit_for_ever(const char *path, int tell, uint64_t first)
{
    struct cache *c = support_open(path, NULL);
    for (uint64_t n = first;; n++) {
        struct batch *b = cache_new_batch(c);
        for (int i = 0; i < EACH; i++) {
            support_add(b, (uint32_t)(n % 7), T0 + (wall_us)n, T0, (double)n);
        }
        for (int i = 0; i < LINES; i++) {
            support_add_line(b, T0 + (wall_us)n, 1, NULL);
        }
        support_set_occurrence(b, T0 + (wall_us)n, 1, ALARM_UNACKED);
        struct message_id m = {.mid = (uint16_t)n, .hash = n};
        g_array_append_val(b->messages, m);
        uint64_t number = cache_put(c, b);
        if (n % 3 == 0) {
            support_wait(c, number);
            if (write(tell, &n, sizeof(n)) != sizeof(n)) {
                _exit(1);
            }
        }
    }
}

/* Let a child run until it has told as much as this, kill it, and return what it told last. */
static uint64_t
run_and_kill(const char *path, uint64_t first, uint64_t commits)
{
    int fd[2];
    assert_int_equal(pipe(fd), 0);
    pid_t child = fork();
    if (child == 0) {
        close(fd[0]);
        commit_for_ever(path, fd[1], first);
    }
    close(fd[1]);
    uint64_t told = first, n;
    while (told < first + commits && read(fd[0], &n, sizeof(n)) == sizeof(n)) {
        told = n;
    }
    kill(child, SIGKILL);
    while (read(fd[0], &n, sizeof(n)) == sizeof(n)) {
        told = n;
    }
    close(fd[0]);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    return told;
}

/* Of alarms there is what came with that many batches. */
static void
verify_alarms(const char *path, uint64_t batches)
{
    struct query_journal_range range = {
        .since = WALL_NONE, .until = WALL_NONE, .oldest_first = true};
    struct alarm_changes c = support_lines(path, &range);
    assert_int_equal(c.journal->len, batches * LINES);
    for (guint i = 0; i < c.journal->len; i++) {
        assert_true(g_array_index(c.journal, struct journal_record, i).at ==
                    T0 + 1 + i / LINES);
    }
    alarm_changes_fini(&c);
    struct query_occurrence_range newest = {.since = WALL_NONE, .until = WALL_NONE};
    c = support_occurrences(path, &newest);
    assert_int_equal(c.occurrences->len, 1);
    assert_true(g_array_index(c.occurrences, struct occurrence_record, 0).raised_at ==
                T0 + (wall_us)batches);
    alarm_changes_fini(&c);
}

/* Every batch up to what is there, whole and once; returns how many batches there are. */
static uint64_t
verify(const char *path, uint64_t told)
{
    uint64_t stored = support_stored(path); /* before anybody has repaired anything */
    assert_int_equal(stored % EACH, 0);
    assert_true(stored / EACH >= told);
    struct query_range range = {.since = WALL_NONE, .until = WALL_NONE, .oldest_first = true};
    GArray *rows = support_readings(path, &range);
    assert_int_equal(rows->len, stored);
    for (guint i = 0; i < rows->len; i++) {
        assert_true(g_array_index(rows, struct record, i).ts == T0 + 1 + i / EACH);
    }
    g_array_unref(rows);
    verify_alarms(path, stored / EACH);

    struct cache_report report;
    struct cache *c = support_open(path, &report);
    assert_string_equal(report.moved_aside, "");
    GArray *ring = cache_ring(c);
    assert_in_range(ring->len, MIN(stored / EACH, 4000), stored / EACH);
    assert_int_equal(g_array_index(ring, struct message_id, ring->len - 1).hash, stored / EACH);
    g_array_unref(ring);
    cache_close(c);
    return stored / EACH;
}

static void
test_killed_at_any_moment(void **state)
{
    (void)state;
    char *path, *dir = support_dir(&path);
    uint64_t batches = 0;
    for (uint64_t round = 0; round < 40; round++) {
        uint64_t told = run_and_kill(path, batches + 1, 1 + round * 37 % 211);
        batches = verify(path, told);
    }
    assert_true(batches * EACH > 100000); /* slices were closed on the way */
    support_remove(dir, path);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_killed_at_any_moment),
    };
    return cmocka_run_group_tests_name("cache_kill", tests, NULL, NULL);
}
