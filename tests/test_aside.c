/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How many changes the store refused is counted as their file grows, goes and comes back. */
#include "tests/unit.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "src/app/aside.h"

#define MANY 100000 /* lines: more than a block of them */

struct place {
    char *dir, *cache, *path;
    struct aside aside;
};

static void
place_make(struct place *p)
{
    p->dir = g_dir_make_tmp("aside-XXXXXX", NULL);
    assert_non_null(p->dir);
    p->cache = g_build_filename(p->dir, "x.db", NULL);
    p->path = g_strconcat(p->cache, ".refused", NULL);
    aside_init(&p->aside, p->cache);
}

static void
place_remove(struct place *p)
{
    aside_fini(&p->aside);
    assert_int_equal(g_rmdir(p->dir), 0);
    g_free(p->dir);
    g_free(p->cache);
    g_free(p->path);
}

static void
put(const struct place *p, const char *mode, const char *text)
{
    FILE *file = fopen(p->path, mode);
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

/* Both by who has looked before and by who looks for the first time. */
static void
assert_count(struct place *p, uint64_t want)
{
    struct aside fresh;
    struct err err = {""};
    uint64_t n = 99;
    assert_int_equal(aside_count(&p->aside, &n, &err), RC_OK);
    assert_int_equal(n, want);
    aside_init(&fresh, p->cache);
    assert_int_equal(aside_count(&fresh, &n, &err), RC_OK);
    assert_int_equal(n, want);
    aside_fini(&fresh);
}

static void
test_it_grows_and_goes(void **state)
{
    (void)state;
    struct place p;
    place_make(&p);
    assert_count(&p, 0);
    put(&p, "w", "");
    assert_count(&p, 0);
    put(&p, "a", "{}\n{}\n");
    assert_count(&p, 2);
    put(&p, "a", "{"); /* a line that was cut short is one */
    assert_count(&p, 3);
    put(&p, "a", "}\n");
    assert_count(&p, 3);
    put(&p, "w", "{}\n"); /* shorter */
    assert_count(&p, 1);
    char *away = g_strconcat(p.path, ".old", NULL);
    assert_int_equal(g_rename(p.path, away), 0);
    put(&p, "a", "{\"longer\":1}\n{}\n"); /* another file */
    assert_count(&p, 2);
    g_unlink(p.path);
    assert_count(&p, 0);
    put(&p, "a", "{}\n");
    assert_count(&p, 1);
    g_unlink(p.path);
    g_unlink(away);
    g_free(away);
    place_remove(&p);
}

static void
test_a_large_file(void **state)
{
    (void)state;
    struct place p;
    place_make(&p);
    GString *text = g_string_new(NULL);
    for (int i = 0; i < MANY; i++) {
        g_string_append_printf(text, "{\"number\":%d}\n", i);
    }
    put(&p, "w", text->str);
    assert_count(&p, MANY);
    put(&p, "a", text->str);
    assert_count(&p, 2 * MANY);
    g_string_free(text, TRUE);
    g_unlink(p.path);
    place_remove(&p);
}

/* What cannot be read is told, and is one at least. */
static void
test_unreadable(void **state)
{
    (void)state;
    struct place p;
    place_make(&p);
    for (int i = 0; i < 3; i++) {
        struct err err = {""};
        uint64_t n = 0;
        int made = i == 0   ? g_mkdir(p.path, 0700)
                   : i == 1 ? mkfifo(p.path, 0600) /* nobody will ever write into it */
                            : symlink("/dev/null", p.path);
        assert_int_equal(made, 0);
        assert_int_equal(aside_count(&p.aside, &n, &err), RC_IO);
        assert_int_equal(n, 1);
        assert_non_null(strstr(err.text, p.path));
        assert_int_equal(g_remove(p.path), 0);
        assert_count(&p, 0);
    }
    place_remove(&p);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_it_grows_and_goes),
        cmocka_unit_test(test_a_large_file),
        cmocka_unit_test(test_unreadable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
