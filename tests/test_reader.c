/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading a cache of somebody else: no right to write, with and without a running instance. */
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/cache_support.h"
#include "tests/unit.h"

#define NOBODY 65534

struct answer {
    enum rc rc;
    uint64_t stored;
    struct err err;
};

static void
give_up_rights(void)
{
    if (geteuid() == 0 && (setgid(NOBODY) != 0 || setuid(NOBODY) != 0)) {
        _exit(3);
    }
}

static void
ask(const char *path, struct answer *a)
{
    struct query *q = NULL;
    *a = (struct answer){.stored = 0};
    a->rc = query_open(&q, path, &a->err);
    if (a->rc == RC_OK) {
        a->rc = query_stored(q, &a->stored, &a->err);
    }
    query_close(q);
}

/* The answer that a process without rights in the directory gets. */
static struct answer
ask_as_stranger(const char *dir, const char *path)
{
    int fd[2];
    struct answer a = {.rc = RC_INVALID};
    assert_int_equal(chmod(dir, 0555), 0);
    assert_int_equal(pipe(fd), 0);
    pid_t child = fork();
    if (child == 0) {
        give_up_rights();
        ask(path, &a);
        _exit(write(fd[1], &a, sizeof(a)) == sizeof(a) ? 0 : 1);
    }
    close(fd[1]);
    assert_int_equal(read(fd[0], &a, sizeof(a)), sizeof(a));
    close(fd[0]);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(chmod(dir, 0755), 0);
    return a;
}

static void
put_one(struct cache *c)
{
    struct batch *b = cache_new_batch(c);
    support_add(b, 1, T0, T0, 1);
    support_put(c, b);
}

static void
test_after_a_clean_end(void **state)
{
    (void)state;
    char *path, *dir = support_dir(&path);
    struct cache *c = support_open(path, NULL);
    put_one(c);
    cache_close(c);
    struct answer a = ask_as_stranger(dir, path);
    assert_int_equal(a.rc, RC_OK);
    assert_int_equal(a.stored, 1);
    support_remove(dir, path);
}

static void
test_while_an_instance_runs(void **state)
{
    (void)state;
    char *path, *dir = support_dir(&path);
    struct cache *c = support_open(path, NULL);
    put_one(c);
    struct answer a = ask_as_stranger(dir, path);
    assert_int_equal(a.rc, RC_OK);
    assert_int_equal(a.stored, 1);
    cache_close(c);
    support_remove(dir, path);
}

/* What was committed last stands in the log only: no half truth, but a clear word. */
static void
test_after_a_crash(void **state)
{
    (void)state;
    char *path, *dir = support_dir(&path);
    pid_t child = fork();
    if (child == 0) {
        put_one(support_open(path, NULL));
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    char *shm = g_strconcat(path, "-shm", NULL);
    assert_int_equal(unlink(shm), 0);
    g_free(shm);
    struct answer a = ask_as_stranger(dir, path);
    assert_int_equal(a.rc, RC_IO);
    assert_non_null(strstr(a.err.text, "directory"));
    ask(path, &a); /* somebody who may */
    assert_int_equal(a.rc, RC_OK);
    assert_int_equal(a.stored, 1);
    support_remove(dir, path);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_after_a_clean_end),
        cmocka_unit_test(test_while_an_instance_runs),
        cmocka_unit_test(test_after_a_crash),
    };
    return cmocka_run_group_tests_name("reader", tests, NULL, NULL);
}
