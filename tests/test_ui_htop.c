/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the same kind of change costs on the line, here and in htop: the first frame, a second
 * of values that change by themselves, a cursor key, another size of the window.
 */
#include <glib/gstdio.h>

#include "tests/ui_fixture.h"

#define QUIET_MS 150
#define SECONDS  4

struct costs {
    size_t first, second, move, resize;
};

static const struct {
    int columns, rows;
} sizes[] = {{80, 24}, {100, 30}, {200, 60}};

/* Bytes until nothing comes for a while. */
static size_t
until_quiet(struct term *t, size_t since)
{
    term_wait_quiet(t, QUIET_MS);
    return term_bytes(t) - since;
}

static struct costs
costs_of_htop(const char *program, int columns, int rows)
{
    char *home = g_dir_make_tmp("htop-XXXXXX", NULL);
    char *home_env = g_strconcat("HOME=", home, NULL);
    char *config_env = g_strconcat("XDG_CONFIG_HOME=", home, NULL);
    const char *const argv[] = {program, NULL}, *const env[] = {home_env, config_env, NULL};
    const struct term_options o = {.argv = argv, .env = env, .columns = columns, .rows = rows};
    struct costs costs;
    struct term *t = term_start(&o);
    assert_true(term_wait_text(t, "PID"));
    costs.first = until_quiet(t, 0);
    size_t before = term_bytes(t);
    term_read_for(t, SECONDS * 1000);
    costs.second = (term_bytes(t) - before) / SECONDS;
    term_wait_quiet(t, QUIET_MS);
    before = term_bytes(t);
    term_send(t, "\033OB");
    costs.move = until_quiet(t, before);
    before = term_bytes(t);
    term_resize(t, columns - 2, rows - 1);
    costs.resize = until_quiet(t, before);
    term_free(t);
    char *config = g_build_filename(home, "htop", NULL),
         *rc = g_build_filename(config, "htoprc", NULL);
    g_unlink(rc);
    g_rmdir(config);
    g_rmdir(home);
    g_free(rc);
    g_free(config);
    g_free(config_env);
    g_free(home_env);
    g_free(home);
    return costs;
}

static void
change_20(struct play *p, int round)
{
    for (int i = 1; i <= 20; i++) {
        play_tell(p, "value PW-%04d LEVEL %.2f", i, 1 + (i * 7 + round * 31) % 190 / 1e2);
    }
    play_publish(p);
}

static struct costs
costs_of_ours(int columns, int rows)
{
    const struct play_options o = {.columns = columns, .rows = rows, .overview = true};
    struct play *p = play_open(&o);
    struct costs costs = {.first = until_quiet(p->t, 0)};
    play_press(p, "2");
    term_wait_quiet(p->t, QUIET_MS);
    size_t before = term_bytes(p->t);
    for (int i = 0; i < SECONDS; i++) {
        play_publish(p);
        term_read_for(p->t, 1000);
    }
    costs.second = (term_bytes(p->t) - before) / SECONDS;
    before = term_bytes(p->t);
    for (int i = 0; i < SECONDS; i++) {
        change_20(p, i);
    }
    print_message("# %dx%d twenty values: %zu bytes\n", columns, rows,
                  (term_bytes(p->t) - before) / SECONDS);
    term_wait_quiet(p->t, QUIET_MS);
    before = term_bytes(p->t);
    play_press(p, "j");
    costs.move = until_quiet(p->t, before);
    before = term_bytes(p->t);
    term_resize(p->t, columns - 2, rows - 1);
    costs.resize = until_quiet(p->t, before);
    play_close(p);
    return costs;
}

static void
assert_less(const char *what, int columns, int rows, size_t ours, size_t theirs)
{
    print_message("# %dx%d %s: %zu bytes, htop %zu: %.2f\n", columns, rows, what, ours, theirs,
                  (double)ours / (double)MAX(theirs, 1));
    assert_true(ours < theirs);
}

static void
test_u16_less_than_htop(void **state)
{
    (void)state;
    char *program = g_find_program_in_path("htop");
    if (program == NULL) {
        print_message("# htop is not installed\n");
        skip();
    }
    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        int columns = sizes[i].columns, rows = sizes[i].rows;
        struct costs theirs = costs_of_htop(program, columns, rows);
        struct costs ours = costs_of_ours(columns, rows);
        assert_less("first frame", columns, rows, ours.first, theirs.first);
        /* What htop writes anew in one depends on what the machine does meanwhile. */
        assert_less("a second without news", columns, rows, ours.second, theirs.second);
        assert_less("cursor key", columns, rows, ours.move, theirs.move);
        assert_less("another size", columns, rows, ours.resize, theirs.resize);
    }
    g_free(program);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_u16_less_than_htop),
};

PLAY_MAIN("ui_htop", tests)
