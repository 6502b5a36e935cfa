/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The disk of this test answers when it is told to: fsync() is a gate. */
#include "tests/unit.h"

#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "ui/writer.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static bool stalled;
static int waiting;

int __real_fsync(int fd); /* NOLINT: the linker's name */
int __wrap_fsync(int fd); /* NOLINT */

int
__wrap_fsync(int fd) /* NOLINT */
{
    pthread_mutex_lock(&lock);
    waiting++;
    pthread_cond_broadcast(&changed);
    while (stalled) {
        pthread_cond_wait(&changed, &lock);
    }
    waiting--;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
    return __real_fsync(fd);
}

static void
stall(bool on)
{
    pthread_mutex_lock(&lock);
    stalled = on;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
}

static void
wait_for_waiting(int n)
{
    pthread_mutex_lock(&lock);
    while (waiting != n) {
        pthread_cond_wait(&changed, &lock);
    }
    pthread_mutex_unlock(&lock);
}

struct room {
    char dir[40];
    struct writer *w;
};

static void
room_open(struct room *r)
{
    g_strlcpy(r->dir, "/tmp/leitstand-writer-XXXXXX", sizeof(r->dir));
    assert_non_null(mkdtemp(r->dir));
    r->w = writer_new();
}

static char *
in(const struct room *r, const char *name)
{
    return g_build_filename(r->dir, name, NULL);
}

/* All that is left is removed, and is what was expected: one name after another. */
static void
room_close(struct room *r, const char *const *names)
{
    writer_free(r->w, 30 * US_PER_S);
    for (; *names != NULL; names++) {
        char *path = in(r, *names);
        assert_int_equal(g_remove(path), 0);
        g_free(path);
    }
    assert_int_equal(g_rmdir(r->dir), 0); /* nothing temporary is left */
}

static void
put(const struct room *r, struct writer_order order, const char *name, const char *text)
{
    char *path = in(r, name);
    order.path = path;
    order.text = text;
    order.len = strlen(text);
    writer_put(r->w, &order);
    g_free(path);
}

static struct writer_answer
answer(const struct room *r)
{
    struct writer_answer a = {.good = false};
    struct pollfd fd = {.fd = writer_fd(r->w), .events = POLLIN};
    assert_int_equal(poll(&fd, 1, 30000), 1);
    assert_true(writer_take(r->w, &a));
    return a;
}

static void
expect(const struct room *r, bool good, const char *text)
{
    struct writer_answer a = answer(r);
    if (a.good != good || strstr(a.text, text) == NULL) {
        fail_msg("%d \"%s\" instead of \"%s\"", a.good, a.text, text);
    }
    assert_null(a.read);
}

static void
see(const struct room *r, const char *name, const char *want)
{
    char *path = in(r, name), *text = NULL;
    if (want == NULL) {
        assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
    } else {
        assert_true(g_file_get_contents(path, &text, NULL, NULL));
        assert_string_equal(text, want);
    }
    g_free(text);
    g_free(path);
}

static void
test_orders(void **state)
{
    (void)state;
    struct room r;
    room_open(&r);
    const struct writer_order new = {.how = WRITER_NEW, .done = "new", .exists = "there"};
    const struct writer_order over = {.how = WRITER_REPLACE, .done = "replaced\033"};
    put(&r, new, "a", "first");
    expect(&r, true, "new");
    put(&r, new, "a", "second");
    expect(&r, false, "there");
    see(&r, "a", "first");
    put(&r, over, "a", "third");
    expect(&r, true, "replaced?"); /* no control character gets to a terminal */
    see(&r, "a", "third");
    put(&r, over, "none/a", "");
    expect(&r, false, "could not write");
    char *pipe = in(&r, "pipe");
    assert_int_equal(mkfifo(pipe, 0600), 0);
    put(&r, over, "pipe", "");
    expect(&r, false, "it is not a file");
    g_free(pipe);
    room_close(&r, (const char *const[]){"a", "pipe", NULL});
}

static void
test_read(void **state)
{
    (void)state;
    struct room r;
    room_open(&r);
    put(&r, (struct writer_order){.how = WRITER_NEW, .done = "new"}, "a", "12345");
    expect(&r, true, "new");
    char *path = in(&r, "a");
    struct writer_order order = {.how = WRITER_READ, .path = path, .name = "as told", .len = 5};
    writer_put(r.w, &order);
    struct writer_answer a = answer(&r);
    assert_true(a.good);
    assert_string_equal(a.read->str, "12345");
    assert_string_equal(a.path, path);
    assert_string_equal(a.name, "as told");
    writer_answer_fini(&a);
    order.len = 4;
    writer_put(r.w, &order);
    expect(&r, false, "is larger than");
    order.path = r.dir;
    writer_put(r.w, &order);
    expect(&r, false, "is not a file");
    g_free(path);
    writer_put(r.w, &(struct writer_order){.how = WRITER_READ, .path = "/nowhere/x"});
    room_close(&r, (const char *const[]){"a", NULL}); /* nobody takes the last answer */
}

static void
test_own(void **state)
{
    (void)state;
    struct room r;
    room_open(&r);
    char *before = in(&r, "own/before");
    put(&r, (struct writer_order){.how = WRITER_REPLACE, .own = true, .done = "1"},
        "own/before", "x");
    expect(&r, true, "1");
    put(&r,
        (struct writer_order){
            .how = WRITER_REPLACE, .own = true, .instead_of = before, .done = "2"},
        "own/after", "y");
    expect(&r, true, "2");
    see(&r, "own/before", NULL);
    see(&r, "own/after", "y");
    struct stat about;
    char *after = in(&r, "own/after");
    assert_int_equal(stat(after, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0600);
    for (int i = 0; i < 2; i++) { /* none there is fine */
        put(&r, (struct writer_order){.how = WRITER_REMOVE, .own = true, .done = "3"},
            "own/after", "");
        expect(&r, true, "3");
        see(&r, "own/after", NULL);
    }
    g_free(before);
    g_free(after);
    room_close(&r, (const char *const[]){"own", NULL});
}

/* The choices of a user whose directory is not to be written, again and again. */
static void
test_told_once(void **state)
{
    (void)state;
    struct room r;
    room_open(&r);
    const struct writer_order once = {.how = WRITER_REPLACE, .once = true};
    put(&r, once, "none/a", "");
    expect(&r, false, "could not write");
    put(&r, once, "none/a", "");
    put(&r, (struct writer_order){.how = WRITER_NEW, .done = "next"}, "b", "");
    expect(&r, true, "next"); /* nothing was told between */
    put(&r, once, "a", "");
    put(&r, once, "none/a", "");
    expect(&r, false, "could not write");
    room_close(&r, (const char *const[]){"a", "b", NULL});
}

static void
test_stalled(void **state)
{
    (void)state;
    struct room r;
    room_open(&r);
    stall(true);
    put(&r, (struct writer_order){.how = WRITER_NEW, .done = "first"}, "first", "1");
    wait_for_waiting(1);
    const struct writer_order own = {.how = WRITER_REPLACE, .own = true, .done = "own"};
    put(&r, own, "own", "old");
    put(&r, own, "own", "new"); /* the old one is left out */
    for (int i = 0; i < WRITER_ORDERS; i++) {
        put(&r, (struct writer_order){.how = WRITER_REMOVE}, "none", "");
    }
    expect(&r, false, "the disk does not answer"); /* one more than there is room for */
    struct writer_answer a;
    assert_false(writer_take(r.w, &a));
    stall(false);
    expect(&r, true, "first");
    expect(&r, true, "own");
    see(&r, "own", "new");
    assert_false(writer_take(r.w, &a));
    room_close(&r, (const char *const[]){"first", "own", NULL});
}

/* Who quits is not held up; what there is left to write is written before otherwise. */
static void
test_end(void **state)
{
    (void)state;
    struct room r;
    room_open(&r);
    for (int i = 0; i < 9; i++) {
        char name[] = {'a', (char)('0' + i), '\0'};
        put(&r, (struct writer_order){.how = WRITER_NEW}, name, "x");
    }
    room_close(
        &r, (const char *const[]){"a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "a8", NULL});
    room_open(&r);
    stall(true);
    put(&r, (struct writer_order){.how = WRITER_REPLACE}, "late", "x");
    wait_for_waiting(1);
    writer_free(r.w, 10 * US_PER_MS);
    r.w = NULL;
    stall(false);
    wait_for_waiting(0);
    char *late = in(&r, "late");
    mono_us until = clock_now().mono + 30 * US_PER_S;
    while (!g_file_test(late, G_FILE_TEST_EXISTS) && clock_now().mono < until) {
        g_thread_yield();
    }
    g_free(late);
    room_close(&r, (const char *const[]){"late", NULL});
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_orders),  cmocka_unit_test(test_own),
        cmocka_unit_test(test_read),    cmocka_unit_test(test_told_once),
        cmocka_unit_test(test_stalled), cmocka_unit_test(test_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
