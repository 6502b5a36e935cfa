/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit.h"

#include <errno.h>
#include <grp.h>
#include <pthread.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "src/app/control.h"
#include "src/app/control_access.h"
#include "src/core/clock.h"

#define DEADLINE_US (10 * US_PER_S)
#define NOBODY      65534

static mono_us now; /* what the server is told; stands still unless a test moves it */

struct fixture {
    char *dir, *path;
    struct control *server;
};

/* Echoes the request with the asker's user; when the cache has the "commit" it names. */
static json_t *
echo(void *user, const json_t *request, const struct control_peer *peer)
{
    struct control **server = user;
    const json_t *commit = json_object_get(request, "commit");
    if (commit != NULL) {
        control_wait(*server, (uint64_t)json_integer_value(commit),
                     json_pack("{s:b}", "late", 1));
    }
    const json_t *ticket = json_object_get(request, "ticket");
    if (ticket != NULL) {
        control_defer(*server, (uint64_t)json_integer_value(ticket),
                      json_pack("{s:b}", "late", 1));
    }
    return json_pack("{s:O,s:i,s:b}", "request", request, "uid", (int)peer->uid, "admin",
                     peer->admin);
}

static int
set_up(void **state)
{
    struct fixture *f = g_new0(struct fixture, 1);
    f->dir = g_dir_make_tmp("leitstand-XXXXXX", NULL);
    f->path = g_build_filename(f->dir, "new", "deep", "c.sock", NULL);
    *state = f;
    now = 5 * US_PER_S;
    return control_open(&f->server, f->path, NULL, echo, &f->server, NULL) == RC_OK ? 0 : -1;
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
    control_serve(server, fds, n, now);
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
    char *want = g_strdup_printf("{\"request\":{\"command\":\"a\"},\"uid\":%u,\"admin\":true}",
                                 getuid());
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

static void
serve_a_while(struct control *server)
{
    for (int i = 0; i < 3; i++) {
        serve_once(server);
    }
}

/* What is told to be done is on disk; answers keep their order. */
static void
test_an_answer_waits_for_its_commit(void **state)
{
    struct fixture *f = *state;
    static const char text[] = "{\"commit\":3}\n{\"b\":1}\n";
    GString *got = g_string_new(NULL);
    int fd = dial(f->path);
    char byte;
    assert_false(control_waits(f->server));
    assert_int_equal(send(fd, text, sizeof(text) - 1, 0), sizeof(text) - 1);
    serve_a_while(f->server);
    assert_true(control_waits(f->server));
    control_committed(f->server, 2);
    serve_a_while(f->server);
    assert_int_equal(recv(fd, &byte, 1, MSG_DONTWAIT), -1);
    control_committed(f->server, 3);
    assert_true(receive(f->server, fd, got, 2));
    assert_non_null(strstr(got->str, "\"commit\":3"));
    assert_true(strstr(got->str, "\"b\"") > strstr(got->str, "\"commit\""));
    assert_false(control_waits(f->server));
    g_string_free(got, TRUE);
    close(fd);
}

/* A disk that takes nothing: the answer says so in time. */
static void
test_a_commit_that_does_not_come(void **state)
{
    struct fixture *f = *state;
    GString *got = g_string_new(NULL);
    int fd = dial(f->path), gone = dial(f->path);
    char byte;
    assert_int_equal(send(fd, "{\"commit\":1}\n", 13, 0), 13);
    assert_int_equal(send(gone, "{\"commit\":1}\n", 13, 0), 13);
    serve_a_while(f->server);
    close(gone); /* who does not wait is forgotten */
    now += CONTROL_WAIT_US - 1;
    serve_a_while(f->server);
    assert_int_equal(recv(fd, &byte, 1, MSG_DONTWAIT), -1);
    now += 1;
    assert_true(receive(f->server, fd, got, 1));
    assert_string_equal(got->str, "{\"late\":true}\n");
    assert_false(control_waits(f->server));
    g_string_free(got, TRUE);
    close(fd);
}

/* Somebody else has to be asked first. */
static void
test_an_answer_that_is_given_later(void **state)
{
    struct fixture *f = *state;
    GString *got = g_string_new(NULL);
    int fd = dial(f->path), other = dial(f->path);
    char byte;
    assert_int_equal(send(fd, "{\"ticket\":7}\n{}\n", 16, 0), 16);
    assert_int_equal(send(other, "{\"ticket\":8}\n", 13, 0), 13);
    serve_a_while(f->server);
    control_committed(f->server, UINT64_MAX - 1); /* has nothing to do with it */
    control_answer(f->server, 9, json_pack("{s:i}", "n", 9));
    serve_a_while(f->server);
    assert_int_equal(recv(fd, &byte, 1, MSG_DONTWAIT), -1);
    control_answer(f->server, 7, json_pack("{s:i}", "n", 7));
    assert_true(receive(f->server, fd, got, 2));
    assert_true(g_str_has_prefix(got->str, "{\"n\":7}\n{\"request\""));
    assert_int_equal(recv(other, &byte, 1, MSG_DONTWAIT), -1);
    now += CONTROL_WAIT_US;
    g_string_truncate(got, 0);
    assert_true(receive(f->server, other, got, 1));
    assert_string_equal(got->str, "{\"late\":true}\n");
    control_answer(f->server, 8, json_pack("{s:i}", "n", 8)); /* nobody waits any more */
    assert_false(control_waits(f->server));
    g_string_free(got, TRUE);
    close(fd);
    close(other);
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

/* Whether the connection still stands and the server still answers on it. */
static bool
is_answered(struct control *server, int fd)
{
    GString *got = g_string_new(NULL);
    bool well = send(fd, "{}\n", 3, MSG_NOSIGNAL) == 3 && receive(server, fd, got, 1);
    g_string_free(got, TRUE);
    return well;
}

/* Idle connections do not keep others out: the one that said nothing for longest has to go. */
static void
test_the_longest_idle_makes_room(void **state)
{
    struct fixture *f = *state;
    int fds[27];
    for (size_t i = 0; i < CONTROL_FDS - 1; i++) {
        fds[i] = dial(f->path);
        serve_once(f->server);
        now += US_PER_S / 100;
    }
    now += US_PER_S;
    assert_true(is_answered(f->server, fds[0])); /* so now fds[1] has to go */
    for (size_t i = CONTROL_FDS - 1; i < G_N_ELEMENTS(fds); i++) {
        fds[i] = dial(f->path);
        serve_once(f->server);
        assert_true(is_answered(f->server, fds[i]));
        if (i == CONTROL_FDS - 1) {
            assert_false(is_answered(f->server, fds[1]));
            assert_true(is_answered(f->server, fds[2]));
            assert_true(is_answered(f->server, fds[0]));
        }
        now += 2 * US_PER_S;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(fds); i++) {
        close(fds[i]);
    }
}

static void
test_an_idle_peer_is_dropped(void **state)
{
    struct fixture *f = *state;
    int idle = dial(f->path), busy = dial(f->path);
    serve_once(f->server);
    serve_once(f->server);
    now += 30 * US_PER_S;
    assert_true(is_answered(f->server, busy));
    now += 1;
    serve_once(f->server);
    assert_true(is_answered(f->server, busy));
    assert_false(is_answered(f->server, idle));
    close(idle);
    close(busy);
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
test_what_may_be_asked(void **state)
{
    (void)state;
    static const struct {
        const char *request;
        bool allowed; /* to who is no admin */
    } cases[] = {
        {"{\"command\":\"status\"}", true},
        {"{\"command\":\"alarms\"}", true},
        {"{\"command\":\"act\",\"action\":\"ack\"}", true},
        {"{\"command\":\"act\",\"action\":\"maintenance\"}", true},
        {"{\"command\":\"act\",\"action\":\"test\"}", false},
        {"{\"command\":\"act\",\"action\":\"test_end\"}", false},
        {"{\"command\":\"import\",\"dir\":\"/\"}", false},
        {"{\"command\":\"reload\"}", false},
        {"{\"command\":\"something new\"}", false},
        {"{\"command\":7}", false},
        {"{}", false},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        json_t *request = json_loads(cases[i].request, 0, NULL);
        const struct control_peer member = {.uid = NOBODY}, admin = {.uid = 0, .admin = true};
        if (control_may_ask(&member, request) != cases[i].allowed ||
            !control_may_ask(&admin, request)) {
            fail_msg("%s", cases[i].request);
        }
        json_decref(request);
    }
}

static void
test_names_of_users(void **state)
{
    (void)state;
    char name[64];
    control_user_name(name, sizeof(name), 0);
    assert_string_equal(name, "root");
    control_user_name(name, sizeof(name), 4294967000u);
    assert_string_equal(name, "uid 4294967000");
}

/* The server anew in a directory of its own, open to the group of this process. */
static void
open_to_own_group(struct fixture *f)
{
    control_close(f->server);
    f->server = NULL;
    char *deep = g_path_get_dirname(f->path);
    assert_int_equal(rmdir(deep), 0);
    g_free(deep);
    g_free(f->path);
    f->path = g_build_filename(f->dir, "c.sock", NULL);
    struct group *own = getgrgid(getgid());
    assert_non_null(own);
    assert_int_equal(control_open(&f->server, f->path, own->gr_name, echo, NULL, NULL), RC_OK);
}

static int
tear_down_flat(void **state)
{
    struct fixture *f = *state;
    control_close(f->server);
    char *middle = g_build_filename(f->dir, "new", NULL);
    bool empty = rmdir(middle) == 0 && rmdir(f->dir) == 0;
    g_free(middle);
    g_free(f->dir);
    g_free(f->path);
    g_free(f);
    return empty ? 0 : -1;
}

static void
test_a_group_may_connect(void **state)
{
    struct fixture *f = *state;
    struct stat info;
    open_to_own_group(f);
    assert_int_equal(stat(f->path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0660);
    assert_int_equal(info.st_gid, getgid());
    assert_int_equal(stat(f->dir, &info), 0);
    assert_int_equal(info.st_mode & 07777, 0710);
    assert_int_equal(info.st_gid, getgid());
}

/* As somebody else of the group: asks and leaves with 0 when the answer has the text. */
static void
be_member(const char *path, const char *request, const char *wanted)
{
    struct err err = {.text = ""};
    json_t *asked = json_loads(request, 0, NULL), *reply = NULL;
    if (setgroups(0, NULL) != 0 || setgid(getgid()) != 0 || setuid(NOBODY) != 0 ||
        control_ask(path, asked, 5000, &reply, &err) != RC_OK) {
        _exit(2);
    }
    char *text = json_dumps(reply, JSON_COMPACT);
    _exit(strstr(text, wanted) != NULL ? 0 : 1);
}

static void
test_a_member_is_no_admin(void **state)
{
    struct fixture *f = *state;
    static const char *const cases[][2] = {
        {"{\"command\":\"status\"}", "\"admin\":false"},
        {"{\"command\":\"reload\"}", "\"error\":\"only the instance's own user and root may"},
        {"{\"command\":\"act\",\"action\":\"test\"}", "\"ok\":false"},
    };
    open_to_own_group(f);
    if (geteuid() != 0) {
        skip(); /* nobody else to be */
    }
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        pid_t pid = fork();
        assert_true(pid >= 0);
        if (pid == 0) {
            be_member(f->path, cases[i][0], cases[i][1]);
        }
        int status = -1;
        mono_us deadline = clock_now().mono + DEADLINE_US;
        while (waitpid(pid, &status, WNOHANG) == 0) {
            assert_true(clock_now().mono < deadline);
            serve_once(f->server);
        }
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 0);
    }
}

static void
test_a_group_that_is_none(void **state)
{
    struct fixture *f = *state;
    control_close(f->server);
    f->server = NULL;
    struct err err = {.text = ""};
    assert_int_equal(control_open(&f->server, f->path, "no such group", echo, NULL, &err),
                     RC_INVALID);
    assert_non_null(strstr(err.text, "there is no group \"no such group\""));
    assert_null(f->server);
    assert_int_equal(access(f->path, F_OK), -1);
}

static void
test_one_instance_a_socket(void **state)
{
    struct fixture *f = *state;
    struct control *second = NULL;
    struct err err = {.text = ""};
    assert_int_equal(control_open(&second, f->path, NULL, echo, NULL, &err), RC_BUSY);
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
    assert_int_equal(control_open(&f->server, f->path, "", echo, NULL, NULL), RC_OK);
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
    assert_int_equal(control_open(&c, path, NULL, echo, NULL, &err), RC_IO);
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
        EACH(test_an_answer_waits_for_its_commit),
        EACH(test_a_commit_that_does_not_come),
        EACH(test_an_answer_that_is_given_later),
        EACH(test_peers_are_bounded),
        EACH(test_the_longest_idle_makes_room),
        EACH(test_an_idle_peer_is_dropped),
        EACH(test_asking),
        EACH(test_a_deaf_instance_is_told),
        EACH(test_who_may),
        cmocka_unit_test(test_what_may_be_asked),
        cmocka_unit_test(test_names_of_users),
        cmocka_unit_test_setup_teardown(test_a_group_may_connect, set_up, tear_down_flat),
        cmocka_unit_test_setup_teardown(test_a_member_is_no_admin, set_up, tear_down_flat),
        EACH(test_a_group_that_is_none),
        EACH(test_one_instance_a_socket),
        EACH(test_a_stale_socket_is_replaced),
        EACH(test_no_place_that_everybody_writes_to),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
