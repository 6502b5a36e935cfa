/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit.h"

#include <pthread.h>
#include <unistd.h>

#include "src/core/log.h"

/* stderr goes to a file while the test looks at it. */
static int
capture(FILE **ret)
{
    *ret = tmpfile();
    assert_non_null(*ret);
    fflush(stderr);
    int saved = dup(STDERR_FILENO);
    assert_true(saved >= 0);
    assert_true(dup2(fileno(*ret), STDERR_FILENO) >= 0);
    return saved;
}

/* All that was written; g_free() it. */
static char *
captured(FILE *file, int saved)
{
    fflush(stderr);
    dup2(saved, STDERR_FILENO);
    close(saved);
    GString *all = g_string_new(NULL);
    char buf[4096];
    size_t n;
    rewind(file);
    while ((n = fread(buf, 1, sizeof(buf), file)) > 0) {
        g_string_append_len(all, buf, (gssize)n);
    }
    fclose(file);
    return g_string_free(all, FALSE);
}

static void
test_levels(void **state)
{
    (void)state;
    FILE *file;
    int saved = capture(&file);
    log_set_level(LOG_WARNING);
    log_error("one");
    log_warning("two");
    log_info("three");
    log_debug("four");
    log_set_level(LOG_DEBUG);
    log_debug("five");
    log_set_level(LOG_INFO);
    char *all = captured(file, saved);
    assert_non_null(strstr(all, "Z error: one\n"));
    assert_non_null(strstr(all, "Z warning: two\n"));
    assert_null(strstr(all, "three"));
    assert_null(strstr(all, "four"));
    assert_non_null(strstr(all, "Z debug: five\n"));
    g_free(all);
}

static void
test_level_names(void **state)
{
    (void)state;
    static const char *const names[] = {"error", "warning", "info", "debug"};
    for (size_t i = 0; i < LOG_LEVELS; i++) {
        enum log_level level = LOG_ERROR;
        assert_true(log_level_from_name(names[i], &level));
        assert_int_equal(level, i);
    }
    enum log_level level = LOG_DEBUG;
    assert_false(log_level_from_name("Error", &level));
    assert_false(log_level_from_name("", &level));
    assert_int_equal(level, LOG_DEBUG);
}

static void
test_hostile_text_is_one_harmless_line(void **state)
{
    (void)state;
    FILE *file;
    int saved = capture(&file);
    log_info("topic \"%s\"", "a\033[31m\nb\xc2\x9b\xe2\x80\xae\xff%n");
    char *words = g_strnfill(5000, 'x');
    log_info("%s", words);
    g_free(words);
    char *all = captured(file, saved);
    assert_non_null(strstr(all, "info: topic \"a?[31m?b???%n\"\n"));
    assert_null(strchr(all, '\033'));
    const char *second = strchr(all, '\n') + 1;
    assert_true(strlen(second) < 1100);
    assert_int_equal(second[strlen(second) - 1], '\n');
    g_free(all);
}

static void
test_hold_keeps_the_last(void **state)
{
    (void)state;
    FILE *file;
    int saved = capture(&file);
    log_hold(true);
    for (int i = 0; i < 250; i++) {
        log_info("line %d", i);
    }
    char **held = log_held();
    log_hold(false);
    log_info("printed again");
    char *all = captured(file, saved);
    assert_int_equal(g_strv_length(held), 200);
    assert_true(g_str_has_suffix(held[0], "info: line 50"));
    assert_true(g_str_has_suffix(held[199], "info: line 249"));
    assert_null(strstr(all, "line 249"));
    assert_non_null(strstr(all, "printed again\n"));
    g_strfreev(held);
    g_free(all);

    held = log_held(); /* let go of with the hold */
    assert_int_equal(g_strv_length(held), 0);
    g_strfreev(held);
}

#define THREADS 4
#define LINES   200

static void *
write_lines(void *user)
{
    const int *number = user;
    for (int i = 0; i < LINES; i++) {
        log_info("thread %d line %d end", *number, i);
    }
    return NULL;
}

static void
test_threads_do_not_mix_lines(void **state)
{
    (void)state;
    FILE *file;
    int saved = capture(&file), numbers[THREADS];
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++) {
        numbers[i] = i;
        assert_int_equal(pthread_create(&threads[i], NULL, write_lines, &numbers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
    }
    char *all = captured(file, saved);
    char **lines = g_strsplit(all, "\n", -1);
    assert_int_equal(g_strv_length(lines), THREADS * LINES + 1);
    for (int i = 0; i < THREADS * LINES; i++) {
        assert_non_null(strstr(lines[i], "Z info: thread "));
        assert_true(g_str_has_suffix(lines[i], " end"));
    }
    g_strfreev(lines);
    g_free(all);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_levels),
        cmocka_unit_test(test_level_names),
        cmocka_unit_test(test_hostile_text_is_one_harmless_line),
        cmocka_unit_test(test_hold_keeps_the_last),
        cmocka_unit_test(test_threads_do_not_mix_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
