/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All kinds of terminals and surroundings, and all ways out: the shell gets its terminal back.
 */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/ui_fixture.h"

static bool
raw_has(const struct play *p, const char *bytes)
{
    size_t len;
    const uint8_t *raw = term_raw(p->t, &len);
    return memmem(raw, len, bytes, strlen(bytes)) != NULL;
}

static void
assert_given_back(struct play *p)
{
    assert_false(term_alternate(p->t));
    assert_false(term_mouse(p->t));
    assert_true(term_sane(p->t));
    assert_int_equal(term_mode(p->t, "2004"), 'l');
    assert_int_not_equal(term_mode(p->t, "25"), 'l');
    assert_int_equal(term_mode(p->t, "1"), 'l'); /* cursor keys of the application */
}

/* ---- ways out ---- */

static void
end_by_keys(const char *const *keys)
{
    const struct play_options o = {.overview = true};
    struct play *p = play_open(&o);
    assert_true(term_mouse(p->t) && term_alternate(p->t));
    assert_int_equal(term_mode(p->t, "2004"), 'h');
    for (; *keys != NULL; keys++) {
        term_send(p->t, *keys);
        term_wait_quiet(p->t, 40);
    }
    int status = -1;
    assert_true(term_wait_exit(p->t, &status));
    assert_int_equal(status, 0);
    assert_given_back(p);
    play_drop(p);
}

static void
test_u27_ends_by_keys(void **state)
{
    (void)state;
    static const char *const ways[][5] = {
        {"q", "y"}, /* it looks after the alarms, and asks */
        {":q\r"},          {":quit\r"},
        {"\003", "\003"},  {"/abc", "\003", "\003"},
        {"\033[21~", "y"}, {"?", "\033", "q", "y"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(ways); i++) {
        end_by_keys(ways[i]);
    }
}

static void
test_one_interrupt_does_not_end(void **state)
{
    (void)state;
    struct play *p = play_open(NULL);
    term_send(p->t, "/vedd");
    play_see(p, "2 of 40");
    term_send(p->t, "\003");
    play_see(p, "Ctrl-C");
    play_see_no(p, "2 of 40"); /* it ends the prompt, as Esc does */
    play_press(p, "j");
    play_close(p);
}

/* q goes up one level, and quits only at the top. */
static void
test_q_goes_up(void **state)
{
    (void)state;
    struct play *p = play_open(NULL);
    term_send(p->t, "\r");
    play_see(p, "Stunden Pumpe 1");
    term_send(p->t, "q");
    play_see_no(p, "Stunden Pumpe 1");
    term_send(p->t, "u");
    play_see(p, "every id that was heard");
    term_send(p->t, "q");
    play_see(p, "[1 Overview]");
    term_send(p->t, "2");
    play_see(p, "[2 Stations]");
    term_send(p->t, "q");
    play_see(p, "[1 Overview]");
    term_send(p->t, "q");
    play_see(p, "looks after the alarms");
    term_send(p->t, "x");
    play_see_no(p, "looks after the alarms");
    term_send(p->t, "qy");
    int status = -1;
    assert_true(term_wait_exit(p->t, &status));
    assert_int_equal(status, 0);
    play_drop(p);
}

static void
test_u27_ends_by_signal(void **state)
{
    (void)state;
    static const int ends[] = {SIGTERM, SIGHUP};
    for (size_t i = 0; i < G_N_ELEMENTS(ends); i++) {
        struct play *p = play_open(NULL);
        kill(term_pid(p->t), ends[i]);
        int status = -1;
        assert_true(term_wait_exit(p->t, &status));
        assert_int_equal(status, 0);
        assert_given_back(p);
        play_drop(p);
    }
}

static void
test_u27_crashes(void **state)
{
    (void)state;
    /* Where there is a sanitizer, its handlers shall not come first. */
    static const char *const env[] = {
        "ASAN_OPTIONS=handle_segv=0:handle_abort=0:handle_sigbus=0:handle_sigfpe=0:"
        "handle_sigill=0:handle_sigtrap=0",
        NULL};
    static const struct play_options own = {.env = env};
    static const int crashes[] = {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGQUIT, SIGTRAP};
    for (size_t i = 0; i < G_N_ELEMENTS(crashes); i++) {
        struct play *p = play_open(&own);
        kill(term_pid(p->t), crashes[i]);
        int status = -1;
        assert_true(term_wait_exit(p->t, &status));
        assert_true(WIFSIGNALED(status));
        assert_int_equal(WTERMSIG(status), crashes[i]);
        assert_given_back(p);
        play_drop(p);
    }
}

/* In another thread than the one that draws. */
static void
test_crash_of_the_engine(void **state)
{
    (void)state;
    struct play *p = play_open(NULL);
    play_tell(p, "crash");
    int status = -1;
    assert_true(term_wait_exit(p->t, &status));
    assert_true(WIFSIGNALED(status));
    assert_given_back(p);
    play_drop(p);
}

/* ---- job control ---- */

/* Started by a shell with job control, since a job of its own session cannot be stopped. */
static struct term *
start_job(void)
{
    static const char script[] =
        "set -m; \"$0\" -1 20; echo stopped; read line; fg; echo ended";
    const char *const argv[] = {"/bin/sh", "-c", script, play_stage, NULL};
    struct term_options o = {.argv = argv, .columns = 80, .rows = 24};
    struct term *t = term_start(&o);
    assert_true(term_wait_frame(t, 0));
    return t;
}

static void
test_u27_suspend(void **state)
{
    (void)state;
    static const char *const ways[] = {"\032", ":suspend\r"};
    for (size_t i = 0; i < G_N_ELEMENTS(ways); i++) {
        struct term *t = start_job();
        term_send(t, "j");
        assert_true(term_wait_frame(t, term_frames(t)));
        term_send(t, ways[i]);
        assert_true(term_wait_text(t, "stopped"));
        assert_false(term_alternate(t));
        assert_false(term_mouse(t));
        assert_true(term_sane(t));
        term_resize(t, 100, 30); /* the window changes while nobody looks */
        term_send(t, "\r");
        assert_true(term_wait_text(t, "PW-0002"));
        assert_true(term_wait_text(t, "help"));
        assert_true(term_alternate(t));
        assert_true(term_mouse(t));
        term_wait_quiet(t, 200);
        char difference[128] = "";
        if (!term_equals_full_paint(t, difference, sizeof(difference))) {
            fail_msg("%s", difference);
        }
        term_send(t, "qy");
        int status = -1;
        assert_true(term_wait_exit(t, &status));
        assert_int_equal(status, 0);
        assert_int_not_equal(term_find(t, "ended"), -1);
        assert_true(term_sane(t));
        term_free(t);
    }
}

/* After SIGSTOP nobody knows what the terminal shows. */
static void
test_u27_stop_and_continue(void **state)
{
    (void)state;
    struct play *p = play_open(NULL);
    kill(term_pid(p->t), SIGSTOP);
    size_t bytes = term_bytes(p->t);
    kill(term_pid(p->t), SIGCONT);
    mono_us deadline = clock_now().mono + TERM_LIMIT_MS * US_PER_MS;
    while (term_bytes(p->t) < bytes + 1500 && clock_now().mono < deadline) {
        term_wait_quiet(p->t, 10);
    }
    assert_true(term_bytes(p->t) >= bytes + 1500); /* a full paint */
    assert_true(play_shows(p, "PW-0001"));
    play_close(p);
}

/* ---- surroundings ---- */

static void
test_u28_unknown_terminal(void **state)
{
    (void)state;
    static const char *const envs[][2] = {{"TERM=leitstand-unheard-of", NULL}, {"TERM", NULL}};
    for (size_t i = 0; i < G_N_ELEMENTS(envs); i++) {
        struct play_options o = {.env = envs[i], .overview = true};
        struct play *p = play_open(&o);
        play_see(p, "using xterm-256color");
        assert_int_equal(play_shows(p, "leitstand-unheard-of"), i == 0);
        assert_true(play_shows(p, "PW-0001"));
        play_press(p, "j"); /* the notice makes room for the hints */
        play_see_no(p, "using xterm-256color");
        play_close(p);
    }
}

/* Error, reason and remedy; nothing that only a terminal could read. */
static void
assert_three_lines(const char *const *argv, const char *const *env, const char *reason)
{
    struct term_options o = {.argv = argv, .env = env, .columns = 100, .rows = 24};
    struct term *t = term_start(&o);
    int status = -1;
    assert_true(term_wait_exit(t, &status));
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) != 0);
    assert_int_equal(term_find(t, "needs a terminal"), 0);
    assert_int_equal(term_find(t, reason), 1);
    assert_int_equal(term_find(t, "run it in a terminal"), 2);
    size_t len;
    const uint8_t *raw = term_raw(t, &len);
    assert_null(memchr(raw, '\033', len));
    assert_int_equal(term_frames(t), 0);
    assert_true(term_sane(t));
    term_free(t);
}

static void
test_u28_no_terminal(void **state)
{
    (void)state;
    static const char *const dumb[] = {"TERM=dumb", NULL};
    const char *const direct[] = {play_stage, "-1", "3", NULL};
    assert_three_lines(direct, dumb, "TERM");
    static const char out[] = "\"$0\" -1 3 >/dev/null", in[] = "\"$0\" -1 3 </dev/null";
    const char *const to_pipe[] = {"/bin/sh", "-c", out, play_stage, NULL};
    assert_three_lines(to_pipe, NULL, "standard output");
    const char *const from_pipe[] = {"/bin/sh", "-c", in, play_stage, NULL};
    assert_three_lines(from_pipe, NULL, "standard input");
}

static void
assert_ascii(const struct play *p)
{
    size_t len;
    const uint8_t *raw = term_raw(p->t, &len);
    for (size_t i = 0; i < len; i++) {
        if (raw[i] >= 0x80) {
            fail_msg("byte 0x%02x was written", raw[i]);
        }
    }
}

static void
test_u28_plain_locale(void **state)
{
    (void)state;
    static const char *const env[] = {"LC_ALL=C", NULL};
    struct play_options o = {.columns = 100, .rows = 30, .env = env, .no_utf8 = true};
    struct play *p = play_open(&o);
    play_tell(p, "value PW-0003 FLT1 1\nrename PW-0004 München");
    play_publish(p);
    play_see(p, "Lueneburg Sued");
    play_see(p, "Muenchen");
    term_send(p->t, "\r");
    play_see(p, "Fuellstand");
    play_see(p, "m3/h");
    assert_true(play_shows(p, "!"));
    play_press(p, "b"); /* cannot be had here */
    play_press(p, "\033");
    play_press(p, "?");
    play_press(p, "\033");
    play_press(p, "/\303\274");
    assert_ascii(p);
    play_close(p);
}

/* A UTF-8 terminal whose locale was lost on the way, as over ssh: ask it. */
static void
test_lost_locale(void **state)
{
    (void)state;
    static const char *const env[] = {"LC_ALL", "LC_CTYPE", "LANG", NULL};
    struct play_options o = {.env = env};
    struct play *p = play_open(&o);
    play_see(p, "Lüneburg Süd");
    play_close(p);

    o.no_utf8 = true;
    p = play_open(&o);
    play_see(p, "Lueneburg Sued");
    play_close(p);

    o.no_utf8 = false;
    o.no_reply = true;
    p = play_open(&o);
    play_see(p, "Lueneburg Sued");
    play_close(p);
}

/* Only what Debian's console fonts have. */
static void
assert_console_glyphs(const struct play *p)
{
    static const char *const missing[] = {"►", "○", "…", "▀", "▄", "▌", "▐", "◆"};
    for (size_t i = 0; i < G_N_ELEMENTS(missing); i++) {
        if (raw_has(p, missing[i])) {
            fail_msg("%s was written", missing[i]);
        }
    }
}

static void
test_old_terminals(void **state)
{
    (void)state;
    static const char *const terms[] = {"TERM=linux",  "TERM=vt100",         "TERM=vt220",
                                        "TERM=ansi",   "TERM=xterm",         "TERM=xterm-mono",
                                        "TERM=screen", "TERM=tmux-256color", "TERM=rxvt"};
    for (size_t i = 0; i < G_N_ELEMENTS(terms); i++) {
        const char *const env[] = {terms[i], NULL};
        struct play_options o = {.env = env};
        struct play *p = play_open(&o);
        play_tell(p, "value PW-0003 FLT1 1\nsilent PW-0005 1\n"
                     "rename PW-0002 Ein-sehr-langer-Name-der-nirgends-ganz-hineinpasst");
        play_publish(p);
        play_see(p, "1 fault");
        term_send(p->t, "jj\r");
        play_see(p, "Motorschutz");
        play_press(p, "\033");
        play_press(p, "?");
        play_press(p, "\033");
        if (i < 4) {
            assert_console_glyphs(p);
        }
        play_close(p);
    }
}

static void
test_u28_no_home(void **state)
{
    (void)state;
    static const char *const env[] = {"HOME", "XDG_CONFIG_HOME", "USER", "SHELL", NULL};
    struct play_options o = {.env = env};
    struct play *p = play_open(&o);
    play_see(p, "PW-0001");
    play_close(p);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_u27_ends_by_keys),
    cmocka_unit_test(test_one_interrupt_does_not_end),
    cmocka_unit_test(test_q_goes_up),
    cmocka_unit_test(test_u27_ends_by_signal),
    cmocka_unit_test(test_u27_crashes),
    cmocka_unit_test(test_crash_of_the_engine),
    cmocka_unit_test(test_u27_suspend),
    cmocka_unit_test(test_u27_stop_and_continue),
    cmocka_unit_test(test_u28_unknown_terminal),
    cmocka_unit_test(test_u28_no_terminal),
    cmocka_unit_test(test_u28_plain_locale),
    cmocka_unit_test(test_lost_locale),
    cmocka_unit_test(test_old_terminals),
    cmocka_unit_test(test_u28_no_home),
};

PLAY_MAIN("ui_terminal", tests)
