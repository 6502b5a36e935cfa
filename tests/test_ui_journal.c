/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The journal on the screen: live, back into the past, filtered, in full, as a file. */
#include <sys/stat.h>

#include "tests/ui_fixture.h"

#include <glib/gstdio.h>

static struct play *
open_size(int columns, int rows)
{
    const struct play_options o = {.columns = columns, .rows = rows};
    return play_open(&o);
}

/* The row of the terminal's cursor; g_free() it. */
static char *
row_of_cursor(struct play *p)
{
    int y, x;
    term_cursor(p->t, &y, &x);
    return term_row(p->t, y);
}

/* A command of the console's with a file in it. */
static void
command(struct play *p, const char *name, const char *file)
{
    char *line = g_strdup_printf("%s%s\r", name, file);
    term_send(p->t, line);
    g_free(line);
}

static void
assert_cursor_on(struct play *p, const char *text)
{
    char *row = row_of_cursor(p);
    if (strstr(row, text) == NULL) {
        fail_msg("the cursor is on \"%s\", not on \"%s\"", row, text);
    }
    g_free(row);
}

static void
test_the_newest_is_at_the_top(void **state)
{
    (void)state;
    struct play *p = open_size(100, 30);
    play_tell(p, "journaled 7200 start - - - up");
    play_tell(p, "journaled 60 raised PW-0003 LEVEL hi -");
    play_tell(p, "journaled 30 acked PW-0003 LEVEL hi gesehen");
    play_done(p);
    term_send(p->t, "7");
    play_see(p, "[7 Journal]");
    play_see(p, "there is nothing older");
    int newest = term_find(p->t, "acked");
    assert_true(newest > 0);
    assert_int_equal(term_find(p->t, "raised"), newest + 1);
    assert_int_equal(term_find(p->t, "start"), newest + 2);
    assert_cursor_on(p, "acked");
    assert_cursor_on(p, "▲");
    assert_cursor_on(p, "PW-0003");
    assert_cursor_on(p, "Füllstand Vorlage hi – gesehen");
    assert_cursor_on(p, "nadja");
    play_equals_full_paint(p);
    play_close(p);
}

static void
test_an_empty_journal_says_so(void **state)
{
    (void)state;
    struct play *p = open_size(80, 24);
    term_send(p->t, "7");
    play_see(p, "the journal is empty");
    play_close(p);
}

/* At the top new lines come in by themselves; elsewhere they wait, and nothing moves. */
static void
test_new_lines(void **state)
{
    (void)state;
    struct play *p = open_size(100, 30);
    play_tell(p, "journaled 40");
    play_done(p);
    term_send(p->t, "7");
    play_see(p, "40 lines so far");
    play_tell(p, "journaled 0 raised PW-0004 LEVEL hihi first");
    play_tell(p, "alarm PW-0004 LEVEL hihi critical unacked");
    play_tell(p, "publish");
    play_see(p, "41 lines so far");
    assert_cursor_on(p, "first");
    for (int i = 0; i < 3; i++) {
        play_press(p, "j");
    }
    char *before = row_of_cursor(p);
    play_tell(p, "journaled 0 raised PW-0005 LEVEL hihi second");
    play_tell(p, "alarm PW-0005 LEVEL hihi critical unacked");
    play_tell(p, "publish");
    play_see(p, "1 new line, g");
    play_see_no(p, "second");
    char *after = row_of_cursor(p);
    assert_string_equal(before, after);
    term_send(p->t, "g");
    play_see(p, "second");
    play_see_no(p, "new line");
    assert_cursor_on(p, "second");
    g_free(before);
    g_free(after);
    play_close(p);
}

/* More than a page: older ones are asked for when the end comes near. */
static void
test_back_into_the_past(void **state)
{
    (void)state;
    struct play *p = open_size(100, 30);
    play_tell(p, "journaled 730");
    play_done(p);
    term_send(p->t, "7");
    play_see(p, "200 lines so far");
    play_see(p, "more below");
    for (int pages = 0; pages < 5 && !play_shows(p, "730 lines"); pages++) {
        play_press(p, "G");
    }
    play_see(p, "730 lines so far");
    play_press(p, "G");
    play_see(p, "there is nothing older");
    play_equals_full_paint(p);
    play_close(p);
}

static void
test_what_is_missing_is_told(void **state)
{
    (void)state;
    struct play *p = open_size(100, 30);
    play_tell(p, "cached 3600");
    play_tell(p, "journaled 40");
    play_tell(p, "history slow");
    play_done(p);
    term_send(p->t, "7");
    play_see(p, "… older lines come");
    play_see(p, "lines so far"); /* what the cache has is there at once */
    play_tell(p, "history problem the central store does not answer");
    play_see(p, "older lines are missing: the central store does not answer");
    play_tell(p, "history whole\npg up 0 0 0 0 0");
    play_publish(p);
    play_see_no(p, "older lines are missing"); /* it is back: no key was needed */
    play_close(p);
}

static void
test_filter_as_you_type(void **state)
{
    (void)state;
    struct play *p = open_size(100, 30);
    play_tell(p, "journaled 40");
    play_tell(p, "journaled 30 refused PW-0031 LEVEL hi not-allowed");
    play_done(p);
    term_send(p->t, "7");
    play_see(p, "41 lines so far");
    term_send(p->t, "jj");
    term_send(p->t, "/event=ref");
    play_see(p, "1 of 41");
    play_see(p, "not-allowed");
    play_see_no(p, "PW-0005");
    term_send(p->t, "\r");
    play_see(p, "? help"); /* the prompt is gone */
    play_see(p, "1 of 41 lines so far");
    assert_cursor_on(p, "PW-0031");
    term_send(p->t, "\033");
    play_see(p, "PW-0005");
    term_send(p->t, "/who=nadja !station=pw-0002\r");
    play_see(p, "of 41 lines so far");
    play_see_no(p, "PW-0002");
    play_see_no(p, "raised ");
    play_see(p, "nadja");
    play_close(p);
}

static void
test_only_one_station(void **state)
{
    (void)state;
    struct play *p = open_size(100, 30);
    play_tell(p, "journaled 40");
    play_done(p);
    term_send(p->t, "7");
    play_see(p, "40 lines so far");
    term_send(p->t, "jj"); /* the third line: PW-0003 */
    play_press(p, "o");
    play_see(p, "only PW-0003");
    play_see(p, "8 lines so far");
    play_see_no(p, "PW-0001");
    play_press(p, "o");
    play_see(p, "40 lines so far");
    play_see(p, "PW-0001");
    play_close(p);
}

/* Enter shows all of a line, once more goes where it is about, and back comes back. */
static void
test_a_line_in_full(void **state)
{
    (void)state;
    struct play *p = open_size(80, 24);
    play_tell(p, "journaled 30 shelved PW-0003 LEVEL hi "
                 "a-long-reason-that-does-not-fit-into-the-row-and-ends");
    play_tell(p, "journaled 60 raised PW-0003 LEVEL hi -");
    play_done(p);
    term_send(p->t, "7");
    play_see(p, "shelved");
    play_see_no(p, "and-ends");
    term_send(p->t, "\r");
    play_see(p, "and-ends");
    play_see(p, "Station: PW-0003");
    play_see(p, "Event: shelved");
    play_see(p, "Priority: high");
    term_send(p->t, "\033");
    play_see_no(p, "Event: shelved");
    assert_cursor_on(p, "shelved");
    term_send(p->t, "\r");
    play_see(p, "Event: shelved");
    term_send(p->t, "\r");
    play_see(p, "[2 Stations]");
    play_see(p, "PW-0003");
    term_send(p->t, "\033");
    play_see(p, "Event: shelved"); /* as it was left */
    play_close(p);
}

static void
test_export(void **state)
{
    (void)state;
    char *dir = g_dir_make_tmp("leitstand-journal-XXXXXX", NULL);
    char *path = g_build_filename(dir, "out.csv", NULL), *text = NULL;
    struct play *p = open_size(200, 30);
    play_tell(p, "journaled 60 acked PW-0003 LEVEL hi =1+1");
    play_tell(p, "journaled 30 acked PW-0004 LEVEL hi said,\"so\"");
    play_done(p);
    term_send(p->t, "7");
    play_see(p, "2 lines so far");
    command(p, ":export ", path);
    play_see(p, "2 rows written to");
    assert_true(g_file_get_contents(path, &text, NULL, NULL));
    assert_true(g_str_has_prefix(text, "at,epoch,term,instance,event,"));
    assert_non_null(strstr(text, ",'=1+1,")); /* no formula */
    assert_non_null(strstr(text, ",\"said,\"\"so\"\"\","));
    assert_true(strstr(text, "PW-0004") < strstr(text, "PW-0003"));
    g_free(text);
    term_send(p->t, "/station=PW-0003\r");
    play_see(p, "1 of 2");
    command(p, ":export ", path);
    play_see(p, "is there already");
    command(p, ":export !", path);
    play_see(p, "1 row written to");
    assert_true(g_file_get_contents(path, &text, NULL, NULL));
    assert_null(strstr(text, "PW-0004"));
    g_free(text);
    char *nowhere = g_build_filename(dir, "none", "out.csv", NULL);
    command(p, ":export ", nowhere);
    g_free(nowhere);
    play_see(p, "could not write");
    g_unlink(path);
    assert_int_equal(mkfifo(path, 0600), 0); /* nobody reads it: the screen must not wait */
    term_send(p->t, "7");
    command(p, ":export !", path);
    play_see(p, "could not write");
    play_close(p);
    g_unlink(path);
    g_rmdir(dir);
    g_free(path);
    g_free(dir);
}

static void
test_small(void **state)
{
    (void)state;
    struct play *p = open_size(40, 12);
    play_tell(p, "journaled 40");
    play_tell(p, "journaled 0 acked PW-0031 LEVEL hi gesehen");
    play_done(p);
    term_send(p->t, "7");
    play_see(p, "7 Journal");
    play_see(p, "PW-0031");
    play_see(p, "Füllstand Vorlage hi – gesehen");
    term_send(p->t, "j");
    play_see_no(p, "gesehen");
    term_send(p->t, "\r");
    play_see(p, "Event: raised");
    term_send(p->t, "\033");
    play_see_no(p, "Event: raised");
    play_equals_full_paint(p);
    term_send(p->t, "\033:glyphs ascii\r");
    play_see(p, " !2 ");
    play_close(p);
}

static void
move_down(struct play *p)
{
    play_press(p, "j");
}

/* U14, U15: the journal at rest costs nothing, a cursor key little. */
static void
test_u15_a_cursor_key_is_cheap(void **state)
{
    (void)state;
    struct play *p = open_size(100, 30);
    play_tell(p, "journaled 40");
    play_done(p);
    term_send(p->t, "7");
    play_see(p, "40 lines so far");
    play_press(p, "j");
    size_t bytes = play_cost(p, move_down);
    if (bytes >= 200) {
        fail_msg("%zu bytes", bytes);
    }
    play_close(p);
}

/* U30: what happened is no state of now, so nothing of it has a hue. */
static void
test_u30_no_hue(void **state)
{
    (void)state;
    struct play *p = open_size(100, 30);
    play_tell(p, "journaled 40");
    play_done(p);
    term_send(p->t, "7");
    play_see(p, "40 lines so far");
    for (int y = 0; y < 30; y++) {
        for (int x = 0; x < 100; x++) {
            if (term_cell(p->t, y, x).coloured) {
                fail_msg("row %d, column %d has a colour", y, x);
            }
        }
    }
    play_close(p);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_the_newest_is_at_the_top),
    cmocka_unit_test(test_an_empty_journal_says_so),
    cmocka_unit_test(test_new_lines),
    cmocka_unit_test(test_back_into_the_past),
    cmocka_unit_test(test_what_is_missing_is_told),
    cmocka_unit_test(test_filter_as_you_type),
    cmocka_unit_test(test_only_one_station),
    cmocka_unit_test(test_a_line_in_full),
    cmocka_unit_test(test_export),
    cmocka_unit_test(test_small),
    cmocka_unit_test(test_u15_a_cursor_key_is_cheap),
    cmocka_unit_test(test_u30_no_hue),
};
PLAY_MAIN("ui_journal", tests)
