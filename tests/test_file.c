/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "src/core/file.h"

static void
test_read(void **state)
{
    (void)state;
    char dir[] = "/tmp/leitstand-file-XXXXXX";
    assert_non_null(mkdtemp(dir));
    char *file = g_build_filename(dir, "file", NULL),
         *pipe = g_build_filename(dir, "pipe", NULL);
    char *missing = g_build_filename(file, "none", NULL);
    assert_true(g_file_set_contents(file, "12345", -1, NULL));
    assert_int_equal(mkfifo(pipe, 0600), 0); /* nobody will ever write into it */
    const struct {
        const char *path;
        size_t max;
        enum rc rc;
        const char *text, *why;
    } cases[] = {
        {file, 5, RC_OK, "so far 12345", ""},
        {file, 4, RC_INVALID, "so far ", "is larger than 0 KiB"},
        {missing, 5, RC_NOTFOUND, "so far ", "could not open \""},
        {pipe, 5, RC_INVALID, "so far ", "is not a file"},
        {dir, 5, RC_INVALID, "so far ", "is not a file"},
        {"/dev/zero", 5, RC_INVALID, "so far ", "\"/dev/zero\" is not a file"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        GString *text = g_string_new("so far ");
        struct err err = {""};
        assert_int_equal(file_read(text, cases[i].path, cases[i].max, &err), cases[i].rc);
        assert_string_equal(text->str, cases[i].text);
        assert_non_null(strstr(err.text, cases[i].why));
        g_string_free(text, TRUE);
    }
    g_unlink(file);
    g_unlink(pipe);
    g_rmdir(dir);
    g_free(file);
    g_free(pipe);
    g_free(missing);
}

/* All of it or nothing: the disk is full in the middle of the second one. */
static void
test_append(void **state)
{
    (void)state;
    char *dir = g_dir_make_tmp("file-XXXXXX", NULL), *text = NULL;
    char *path = g_build_filename(dir, "file", NULL);
    struct rlimit before, small;
    struct err err = {""};
    assert_int_equal(file_append(path, "one\n", 4, &err), RC_OK);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = before;
    small.rlim_cur = 6;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    enum rc rc = file_append(path, "two\n", 4, &err);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(rc, RC_IO);
    assert_non_null(strstr(err.text, path));
    assert_non_null(strstr(err.text, g_strerror(EFBIG)));
    assert_int_equal(file_append(path, "three\n", 6, &err), RC_OK);
    assert_true(g_file_get_contents(path, &text, NULL, NULL));
    assert_string_equal(text, "one\nthree\n");
    g_free(text);
    char *link = g_build_filename(dir, "link", NULL);
    assert_int_equal(symlink(path, link), 0);
    assert_int_equal(file_append(link, "four\n", 5, &err), RC_IO);
    assert_int_equal(file_append(dir, "five\n", 5, &err), RC_IO);
    g_unlink(link);
    g_unlink(path);
    g_rmdir(dir);
    g_free(link);
    g_free(path);
    g_free(dir);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read),
        cmocka_unit_test(test_append),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
