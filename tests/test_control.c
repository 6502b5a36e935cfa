/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "src/app/control.h"
#include "src/core/clock.h"

#define DEADLINE_US (10 * US_PER_S)

struct fixture {
    char *dir, *path;
    struct control *server;
};

/* Echoes the request with the asker's user. */
static json_t *
echo(void *user, const json_t *request, uid_t uid)
{
    (void)user;
    return json_pack("{s:O,s:i}", "request", request, "uid", (int)uid);
}

static int
set_up(void **state)
{
    struct fixture *f = g_new0(struct fixture, 1);
    f->dir = g_dir_make_tmp("leitstand-XXXXXX", NULL);
    f->path = g_build_filename(f->dir, "new", "deep", "c.sock", NULL);
    *state = f;
    return control_open(&f->server, f->path, echo, NULL, NULL) == RC_OK ? 0 : -1;
}

static int
tear_down(void **state)
{
    struct fixture *f = *state;
    control_close(f->server);
    char *deep = g_path_get_dirname(f->path), *middle = g_path_get_dirname(deep);
    bool empty = rmdir(deep) == 0 && rmdir(middle) == 0 && rmdir(f->dir) == 0;
    g_free(deep);
    g_free(middle);
    g_free(f->dir);
    g_free(f->path);
    g_free(f);
    return empty ? 0 : -1; /* nothing may be left behind */
}

static void
serve_once(struct control *server)
{
    struct pollfd fds[CONTROL_FDS];
    size_t n = control_poll(server, fds);
    assert_true(poll(fds, n, 20) >= 0);
    control_serve(server, fds, n);
}

static int
dial(const char *path)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    g_strlcpy(a.sun_path, path, sizeof(a.sun_path));
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)&a, sizeof(a)), 0);
    return fd;
}

/* Serve until the peer has got n newlines, or end of file (then false). */
static bool
receive(struct control *server, int fd, GString *got, size_t n)
{
    mono_us deadline = clock_now().mono + DEADLINE_US;
    for (;;) {
        size_t lines = 0;
        for (gsize i = 0; i < got->len; i++) {
            lines += got->str[i] == '\n';
        }
        if (lines >= n) {
            return true;
        }
        assert_true(clock_now().mono < deadline);
        serve_once(server);
        char bytes[4096];
        ssize_t len = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT);
        if (len == 0 || (len < 0 && errno == ECONNRESET)) {
            return false;
        }
        g_string_append_len(got, bytes, MAX(len, 0));
    }
}

static void
test_lines_in_and_out(void **state)
{
    struct fixture *f = *state;
    int fd = dial(f->path);
    static const char text[] =
        "{\"command\":\"a\"}\nnonsense\n[1]\n{\"command\":\"b\"}\n{\"com";
    assert_int_equal(send(fd, text, sizeof(text) - 1, 0), sizeof(text) - 1);
    GString *got = g_string_new(NULL);
    assert_true(receive(f->server, fd, got, 4));
    char **lines = g_strsplit(got->str, "\n", -1);
    char *want = g_strdup_printf("{\"request\":{\"command\":\"a\"},\"uid\":%u}", getuid());
    assert_string_equal(lines[0], want);
    assert_string_equal(lines[1], "{\"ok\":false,\"error\":\"not a JSON object\"}");
    assert_string_equal(lines[2], lines[1]);
    assert_non_null(strstr(lines[3], "\"b\""));
    assert_int_equal(send(fd, "mand\":1}\n", 9, 0), 9);
    assert_true(receive(f->server, fd, got, 5));
    g_free(want);
    g_strfreev(lines);
    g_string_free(got, TRUE);
    close(fd);
}

static void
test_a_line_without_end_is_cut_off(void **state)
{
    struct fixture *f = *state;
    int fd = dial(f->path);
    char *flood = g_strnfill(100000, 'x');
    size_t sent = 0;
    while (sent < 100000) {
        ssize_t n = send(fd, flood + sent, 100000 - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno != EAGAIN) {
            break; /* cut off in the middle */
        }
        sent += n > 0 ? (size_t)n : 0;
        serve_once(f->server);
    }
    GString *got = g_string_new(NULL);
    assert_false(receive(f->server, fd, got, 1));
    g_string_free(got, TRUE);
    g_free(flood);
    close(fd);
}

/* More peers than there are places: those over it are turned away, the others served. */
static void
test_peers_are_bounded(void **state)
{
    struct fixture *f = *state;
    int fds[CONTROL_FDS + 2];
    GString *got = g_string_new(NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(fds); i++) {
        fds[i] = dial(f->path);
        serve_once(f->server);
    }
    assert_false(receive(f->server, fds[CONTROL_FDS + 1], got, 1));
    assert_int_equal(send(fds[0], "{}\n", 3, 0), 3);
    assert_true(receive(f->server, fds[0], got, 1));
    for (size_t i = 0; i < G_N_ELEMENTS(fds); i++) {
        close(fds[i]);
    }
    serve_once(f->server);
    int fd = dial(f->path); /* there is room again */
    serve_once(f->server);
    serve_once(f->server);
    g_string_truncate(got, 0);
    assert_int_equal(send(fd, "{}\n", 3, 0), 3);
    assert_true(receive(f->server, fd, got, 1));
    close(fd);
    g_string_free(got, TRUE);
}

static void *
ask(void *path)
{
    json_t *request = json_pack("{s:s}", "command", "status"), *reply = NULL;
    struct err err = {.text = ""};
    enum rc rc = control_ask(path, request, 5000, &reply, &err);
    json_decref(request);
    return rc == RC_OK ? reply : NULL;
}

static void
test_asking(void **state)
{
    struct fixture *f = *state;
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, ask, f->path), 0);
    void *reply = NULL;
    mono_us deadline = clock_now().mono + DEADLINE_US;
    while (pthread_tryjoin_np(thread, &reply) == EBUSY) {
        assert_true(clock_now().mono < deadline);
        serve_once(f->server);
    }
    assert_non_null(json_object_get(reply, "request"));
    json_decref(reply);
}

static void
test_a_deaf_instance_is_told(void **state)
{
    struct fixture *f = *state;
    json_t *request = json_object(), *reply = NULL;
    struct err err = {.text = ""};
    assert_int_equal(control_ask(f->path, request, 50, &reply, &err), RC_IO);
    assert_non_null(strstr(err.text, "did not answer"));
    json_decref(request);
}

static void
test_who_may(void **state)
{
    struct fixture *f = *state;
    struct stat info;
    assert_int_equal(stat(f->path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    char *dir = g_path_get_dirname(f->path);
    assert_int_equal(stat(dir, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0700);
    g_free(dir);
}

static void
test_one_instance_a_socket(void **state)
{
    struct fixture *f = *state;
    struct control *second = NULL;
    struct err err = {.text = ""};
    assert_int_equal(control_open(&second, f->path, echo, NULL, &err), RC_BUSY);
    assert_non_null(strstr(err.text, f->path));
    assert_null(second);
    close(dial(f->path)); /* and the first one is still there */
    control_close(f->server);
    f->server = NULL;
    assert_int_equal(access(f->path, F_OK), -1);
    json_t *request = json_object(), *reply = NULL;
    assert_int_equal(control_ask(f->path, request, 50, &reply, &err), RC_NOTFOUND);
    json_decref(request);
}

/* What a killed instance leaves: a socket file that nobody listens at. */
static void
test_a_stale_socket_is_replaced(void **state)
{
    struct fixture *f = *state;
    control_close(f->server);
    f->server = NULL;
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    g_strlcpy(a.sun_path, f->path, sizeof(a.sun_path));
    assert_int_equal(bind(fd, (const struct sockaddr *)&a, sizeof(a)), 0);
    close(fd);
    assert_int_equal(control_open(&f->server, f->path, echo, NULL, NULL), RC_OK);
    close(dial(f->path));
}

static void
test_no_place_that_everybody_writes_to(void **state)
{
    struct fixture *f = *state;
    char *open_dir = g_build_filename(f->dir, "open", NULL);
    char *path = g_build_filename(open_dir, "c.sock", NULL);
    assert_int_equal(mkdir(open_dir, 0700), 0);
    assert_int_equal(chmod(open_dir, 0777), 0);
    struct control *c = NULL;
    struct err err = {.text = ""};
    assert_int_equal(control_open(&c, path, echo, NULL, &err), RC_IO);
    assert_non_null(strstr(err.text, open_dir));
    assert_int_equal(rmdir(open_dir), 0);
    g_free(open_dir);
    g_free(path);
}

int
main(void)
{
#define EACH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        EACH(test_lines_in_and_out),
        EACH(test_a_line_without_end_is_cut_off),
        EACH(test_peers_are_bounded),
        EACH(test_asking),
        EACH(test_a_deaf_instance_is_told),
        EACH(test_who_may),
        EACH(test_one_instance_a_socket),
        EACH(test_a_stale_socket_is_replaced),
        EACH(test_no_place_that_everybody_writes_to),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
