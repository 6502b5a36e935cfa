/* SPDX-License-Identifier: GPL-3.0-or-later */
/* kill -9 of the console, on the stage of ui_stage: argv[1] is its path. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "src/core/clock.h"
#include "tests/term/term.h"

static const char *stage;

static struct term *
start(void)
{
    const char *const argv[] = {stage, "-1", "20", NULL};
    const char *const env[] = {"TERM=xterm-256color", "LC_ALL=C.UTF-8", NULL};
    struct term_options options = {.argv = argv, .env = env, .columns = 80, .rows = 24};
    struct term *t = term_start(&options);
    assert_true(term_wait_frame(t, 0));
    assert_true(term_alternate(t));
    assert_false(term_sane(t));
    return t;
}

/* The guard writes after the console is gone, so the end of the console is not the moment. */
static bool
wait_given_back(struct term *t)
{
    mono_us deadline = clock_now().mono + TERM_LIMIT_MS * US_PER_MS;
    while (term_alternate(t) || !term_sane(t)) {
        if (clock_now().mono > deadline) {
            return false;
        }
        term_wait_quiet(t, 10);
    }
    return true;
}

static size_t
count(struct term *t, const char *bytes)
{
    size_t len, n = 0;
    const uint8_t *raw = term_raw(t, &len);
    size_t size = strlen(bytes);
    for (size_t i = 0; i + size <= len; i++) {
        n += memcmp(raw + i, bytes, size) == 0;
    }
    return n;
}

#define LEAVE_ALTERNATE "\033[?1049l"

static void
test_kill(void **state)
{
    (void)state;
    struct term *t = start();
    kill(term_pid(t), SIGKILL);
    int status = 0;
    assert_true(term_wait_exit(t, &status));
    assert_int_equal(WTERMSIG(status), SIGKILL);
    assert_true(wait_given_back(t));
    term_free(t);
}

/* Twice would put the cursor back to where it stood when the console began. */
static void
test_given_back_once(void **state)
{
    (void)state;
    static const int ends[] = {SIGTERM, SIGSEGV};
    for (size_t i = 0; i < G_N_ELEMENTS(ends); i++) {
        struct term *t = start();
        kill(term_pid(t), ends[i]);
        int status = 0;
        assert_true(term_wait_exit(t, &status));
        assert_true(wait_given_back(t));
        term_wait_quiet(t, 50);
        assert_int_equal(count(t, LEAVE_ALTERNATE), 1);
        term_free(t);
    }
}

int
main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: test_guard STAGE\n");
        return 2;
    }
    stage = argv[1];
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kill),
        cmocka_unit_test(test_given_back_once),
    };
    return cmocka_run_group_tests_name("guard", tests, NULL, NULL);
}
