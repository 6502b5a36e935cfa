/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the screen lets its user do, whatever he looks at: commands, keys of his own, taking
 * back, standing still, copying; and what it refuses. */
#include <fcntl.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "tests/ui_fixture.h"

static struct play *
open_with(const char *variable, const char *value, int columns, bool overview)
{
    char *setting = g_strdup_printf("%s=%s", variable, value);
    const char *const env[] = {setting, NULL};
    struct play_options o = {.columns = columns, .rows = 24, .env = env, .overview = overview};
    struct play *p = play_open(&o);
    g_free(setting);
    return p;
}

static size_t
raw_count(const struct play *p, const char *bytes)
{
    size_t len, n = 0;
    const uint8_t *raw = term_raw(p->t, &len);
    const uint8_t *end = raw + len;
    while ((raw = memmem(raw, (size_t)(end - raw), bytes, strlen(bytes))) != NULL) {
        n++;
        raw++;
    }
    return n;
}

/* ---- commands ---- */

static void
test_palette(void **state)
{
    (void)state;
    struct play *p = play_open(NULL);
    term_send(p->t, ":turn the or"); /* words of its text */
    play_see(p, "reverse");
    play_see_no(p, "sort-back");
    term_send(p->t, "\025red");
    play_see(p, "Ctrl-L F5"); /* the keys stand beside it */
    term_send(p->t, "\025adopt");
    play_see(p, "(not here)");
    term_send(p->t, "\025\t"); /* nothing typed: all of them */
    play_see(p, "1–");
    term_send(p->t, "\025sort \t\t");
    play_see(p, ":sort name");
    term_send(p->t, "\025maintenance PW-0002/LE\t");
    play_see(p, ":maintenance PW-0002/LEVEL");
    term_send(p->t, "\025set hints \t\t\r");
    play_see_no(p, "help");
    term_send(p->t, ":set hints on\r");
    play_see(p, "? help");
    term_send(p->t, ":set colour red\r");
    play_see(p, "there is no \"colour\" to set here");
    play_equals_full_paint(p);
    play_close(p);
}

/* What nearly is a command is offered, and never run at once. */
static void
test_near_command(void **state)
{
    (void)state;
    struct play *p = play_open(NULL);
    term_send(p->t, ":rvs\r");
    play_see(p, "Enter runs this");
    play_see(p, ":reverse");
    term_send(p->t, "\033");
    play_see_no(p, ":reverse");
    term_send(p->t, ":zzz\r");
    play_see(p, "there is no command \"zzz\"");
    play_close(p);
}

static void
test_history_is_kept(void **state)
{
    (void)state;
    char *dir = g_dir_make_tmp("handling-XXXXXX", NULL);
    struct play *p = open_with("STAGE_STATE", dir, 80, false);
    term_send(p->t, ":sort name\r:sort name\r:sort id\r:one-pane\r");
    term_send(p->t, "H");
    play_see_no(p, "? help");
    play_close(p);
    p = open_with("STAGE_STATE", dir, 120, false);
    play_see(p, "PW-0001");
    play_see_no(p, "? help");   /* so are settings */
    term_send(p->t, ":\033[A"); /* how the first console was left */
    play_see(p, ":quit");
    term_send(p->t, "\033[A\033[A");
    play_see(p, ":sort id");
    term_send(p->t, "\033[A"); /* what was typed twice is there once */
    play_see(p, ":sort name");
    term_send(p->t, "\033[A");
    term_send(p->t, "\033");
    play_see_no(p, ":sort name");
    play_close(p);
    char *file = g_build_filename(dir, "console.ini", NULL);
    assert_int_equal(g_remove(file), 0);
    assert_int_equal(g_rmdir(dir), 0);
    g_free(file);
    g_free(dir);
}

/* Who opens a pipe waits for somebody who writes; the screen must not. */
static void
test_pipe_in_place_of_a_file(void **state)
{
    (void)state;
    char *dir = g_dir_make_tmp("handling-XXXXXX", NULL);
    char *file = g_build_filename(dir, "console.ini", NULL);
    assert_int_equal(mkfifo(file, 0600), 0);
    struct play *p = open_with("STAGE_STATE", dir, 140, true);
    play_see(p, "console.ini\" is not a file");
    play_close(p);
    p = open_with("STAGE_KEYS", file, 80, false);
    play_see(p, "PW-0001");
    play_close(p);
    assert_int_equal(g_remove(file), 0);
    assert_int_equal(g_rmdir(dir), 0);
    g_free(file);
    g_free(dir);
}

static void
test_u18_disk_that_stands(void **state)
{
    (void)state;
    char *dir = g_dir_make_tmp("handling-XXXXXX", NULL);
    char *gate = g_build_filename(dir, "gate", NULL),
         *file = g_build_filename(dir, "out", NULL);
    assert_int_equal(mkfifo(gate, 0600), 0);
    struct play *p = open_with("STAGE_STALL", gate, 140, false);
    play_tell(p, "journaled 60 acked PW-0003 LEVEL hi seen");
    play_done(p);
    term_send(p->t, "7");
    play_see(p, "1 line so far");
    term_send(p->t, ":export ");
    term_send(p->t, file);
    term_send(p->t, "\r");
    play_see(p, "writing \"");
    int writer = open(gate, O_WRONLY | O_CLOEXEC); /* until the disk is waited for */
    assert_true(writer >= 0);
    close(writer);
    play_see(p, "1 row written to");
    term_send(p->t, ":export !");
    term_send(p->t, file);
    term_send(p->t, "\r");
    play_see(p, "writing \"");
    for (int i = 0; i < 3; i++) { /* nobody opens it now: all goes on */
        play_press(p, "2");
        play_see(p, "40 stations");
        play_tell(p, "value PW-0001 LEVEL 2.%d3", i);
        play_publish(p);
        char shown[] = {'2', '.', (char)('0' + i), '3', '\0'};
        play_see(p, shown);
        play_press(p, "7");
        play_see(p, "7 Journal");
        play_see_no(p, "written to");
    }
    writer = open(gate, O_WRONLY | O_CLOEXEC);
    assert_true(writer >= 0);
    close(writer);
    play_see(p, "1 row written to");
    play_close(p);
    assert_int_equal(g_remove(file), 0);
    assert_int_equal(g_remove(gate), 0);
    assert_int_equal(g_rmdir(dir), 0);
    g_free(gate);
    g_free(file);
    g_free(dir);
}

/* ---- keys ---- */

static void
test_own_keys(void **state)
{
    (void)state;
    char *file = NULL;
    int fd = g_file_open_tmp("handling-XXXXXX", &file, NULL);
    assert_true(fd >= 0);
    close(fd);
    static const char keys[] = "[keys]\nsort = x, F6\nreverse = Ctrl-A\nfreeze = n\n"
                               "[aliases]\nhere = filter elmshorn\n";
    assert_true(g_file_set_contents(file, keys, -1, NULL));
    struct play *p = open_with("STAGE_KEYS", file, 140, true);
    play_see(p, "2 problems with your keys");
    term_send(p->t, "9");
    play_see(p, "belongs to screen and tmux");
    play_see(p, ":3: [keys] reverse");
    play_see(p, "\"next\"");
    term_send(p->t, "2");
    play_see(p, "x sort"); /* in the line of keys, too */
    term_send(p->t, "S");
    term_send(p->t, ":here\r");
    play_see(p, "2 of 40");
    term_send(p->t, "\033");
    play_see(p, "40 stations");
    term_send(p->t, ":keys\r"); /* the user's own first */
    play_see(p, "x F6");
    play_see(p, "► ");
    term_send(p->t, "\033");
    play_see(p, "PW-0001");
    term_send(p->t, ":bind log X\r");
    play_see(p, "X is now \"log\"");
    term_send(p->t, "X");
    play_see(p, "[9 Log]");
    term_send(p->t, ":bind log Ctrl-Q\r");
    play_see(p, "stops and continues the terminal");
    play_close(p);
    assert_int_equal(g_remove(file), 0);
    g_free(file);
}

/* ---- taking back ---- */

static void
test_undo(void **state)
{
    (void)state;
    struct play_options o = {.columns = 120, .rows = 24};
    struct play *p = play_open(&o);
    term_send(p->t, "U");
    play_see(p, "nothing to take back");
    term_send(p->t, ":sort name\r");
    term_send(p->t, "/elmshorn\r"); /* eight changes of the filter are one */
    play_see(p, "2 of 40");
    term_send(p->t, "+");
    play_see_no(p, "Stunden Pumpe 1");
    term_send(p->t, "U");
    play_see(p, "taken back: layout");
    play_see(p, "Stunden Pumpe 1");
    term_send(p->t, "U");
    play_see(p, "taken back: filter \"elmshorn\"");
    play_see(p, "40 stations");
    term_send(p->t, "U");
    play_see(p, "taken back: sort by name");
    term_send(p->t, "U");
    play_see(p, "nothing to take back");
    play_equals_full_paint(p);
    play_close(p);
}

static void
open_alarms(struct play *p)
{
    play_tell(p, "alarm PW-0001 LEVEL hihi critical unacked age=60 name=Level_high step=2\n"
                 "alarm PW-0002 LEVEL hihi critical unacked age=70 name=Level_high\n"
                 "alarm PW-0003 LEVEL hi high unacked age=80 name=Level_high");
    play_publish(p);
    term_send(p->t, "4");
    play_see(p, "3 new");
    term_read_for(p->t, 1100); /* seen for a second */
}

/* An acknowledgement is not taken back, and what was before it is not in its stead. */
static void
test_u39_no_undo_of_ack(void **state)
{
    (void)state;
    struct play *p = play_open(NULL);
    open_alarms(p);
    term_send(p->t, "H");
    play_see_no(p, "? help");
    term_send(p->t, "agesehen\r");
    play_acted(p, "ack PW-0001/LEVEL/hihi");
    term_send(p->t, "U");
    play_see(p, "an acknowledgement cannot be taken back");
    term_send(p->t, "U");
    play_see(p, "taken back: line of keys");
    play_close(p);
}

static void
test_undo_of_shelving(void **state)
{
    (void)state;
    struct play *p = play_open(NULL);
    open_alarms(p);
    term_send(p->t, "z1h pump swap\r");
    play_acted(p, "shelve PW-0001/LEVEL/hihi");
    play_tell(p, "alarm PW-0001 LEVEL hihi critical unacked shelved=pump_swap step=3");
    play_publish(p);
    term_send(p->t, "U");
    play_acted(p, "unshelve PW-0001/LEVEL/hihi step=3");
    play_close(p);
}

/* ---- from an alarm and back ---- */

/* What to do stands below the list; station, map and trend are one key away, and back leads to
 * the same row. */
static void
test_u40_one_key_each(void **state)
{
    (void)state;
    static const struct {
        const char *key, *sign;
    } ways[] = {{"\r", "[2 Stations]"}, {"m", "[3 Map]"}, {"t", "[5 Trends]"}};
    struct play_options o = {.columns = 120, .rows = 30};
    struct play *p = play_open(&o);
    play_tell(p, "alarm PW-0001 LEVEL hihi critical unacked age=60 name=Level_high\n"
                 "alarm PW-0002 LEVEL hihi critical unacked age=70 name=Level_high "
                 "guidance=open_V1,_call_duty");
    play_publish(p);
    term_send(p->t, "4");
    play_see(p, "2 new");
    term_send(p->t, "j");
    play_see(p, "open V1, call duty");
    for (size_t i = 0; i < G_N_ELEMENTS(ways); i++) {
        play_wait_selected(p, "PW-0002");
        term_send(p->t, ways[i].key);
        play_see(p, ways[i].sign);
        play_see(p, "PW-0002");
        term_send(p->t, "\033");
        play_see(p, "[4 Alarms]");
    }
    play_wait_selected(p, "PW-0002");
    play_close(p);
}

/* ---- tags ---- */

static void
test_u39_tagged(void **state)
{
    (void)state;
    struct play *p = play_open(NULL);
    open_alarms(p);
    term_send(p->t, "  ");
    play_see(p, "2 tagged");
    term_send(p->t, "a");
    play_see(p, "acknowledge 2 of 2 tagged, comment:");
    term_send(p->t, "seen both\r");
    play_acted(p, "ack PW-0001/LEVEL/hihi");
    play_acted(p, "ack PW-0002/LEVEL/hihi");
    play_see_no(p, "tagged");
    assert_null(strstr(p->said->str, "PW-0003"));
    play_close(p);
}

/* One that has become another since is left out. */
static void
test_u39_tagged_has_changed(void **state)
{
    (void)state;
    struct play *p = play_open(NULL);
    open_alarms(p);
    term_send(p->t, "  ");
    play_see(p, "2 tagged");
    play_tell(p, "alarm PW-0001 LEVEL hihi critical unacked step=3");
    play_publish(p);
    term_send(p->t, "a");
    play_see(p, "acknowledge 1 of 2 tagged, comment:");
    term_send(p->t, "one\r");
    play_acted(p, "ack PW-0002/LEVEL/hihi");
    assert_null(strstr(p->said->str, "PW-0001"));
    play_close(p);
}

/* What is tagged at once has not been looked at. */
static void
test_u39_tagged_unseen(void **state)
{
    (void)state;
    struct play *p = play_open(NULL);
    play_tell(p, "alarm PW-0001 LEVEL hihi critical unacked");
    play_publish(p);
    term_send(p->t, "4 a");
    play_see(p, "was not looked at");
    play_close(p);
}

/* ---- read-only ---- */

/* Nothing is operated from here, so U42 is about what acts at all: grey, with the reason. */
static void
test_u42_read_only(void **state)
{
    (void)state;
    struct play *p = open_with("STAGE_READ_ONLY", "1", 100, false);
    open_alarms(p);
    play_see(p, "read-only");
    static const char *const keys[] = {
        "a", "A", "z", ":reset\r", ":reload\r", ":ack seen\r", ":maintenance PW-0001 on x\r"};
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
        term_send(p->t, keys[i]);
        play_see(p, "this console is read-only");
        play_press(p, "j");
        play_see_no(p, "this console is read-only");
    }
    assert_int_equal(p->said->len, 0);
    int y = term_find(p->t, "? help");
    int x = play_column(p, y, "a ack");
    assert_true(x > 0);
    assert_false(term_cell(p->t, y, x).bold);
    assert_true(term_cell(p->t, y, play_column(p, y, "? help")).bold);
    term_send(p->t, "?acknowledge the sel");
    play_see(p, "(this console is read-only)");
    play_close(p);
}

/* ---- out of the screen ---- */

static void
test_copy(void **state)
{
    (void)state;
    struct play *p = play_open(NULL);
    play_see(p, "PW-0001");
    term_send(p->t, "y");
    play_see(p, "i id");
    term_send(p->t, "i");
    play_see(p, "copied: PW-0001");
    assert_int_equal(raw_count(p, "\033]52;c;UFctMDAwMQ==\a"), 1);
    term_send(p->t, "yy");
    play_see(p, "copied: PW-0001 Hamburg-Veddel"); /* the row */
    assert_int_equal(raw_count(p, "\033]52;c;"), 2);
    term_send(p->t, "yv");
    play_see(p, "nothing of that kind");
    term_send(p->t, "y\033");
    play_see(p, "PW-0001");
    assert_int_equal(raw_count(p, "\033]52;c;"), 2);
    term_send(p->t, "\r");
    play_see(p, "Stunden Pumpe 1");
    for (int i = 0; i < 12 && !play_shows(p, "copied: PW-0001/LEVEL"); i++) {
        term_send(p->t, "yi");
        play_see(p, "copied: PW-0001/");
        play_press(p, "j");
    }
    play_close(p);
}

/* Only text gets into the clipboard, and not more than fits. */
static void
test_copy_is_harmless(void **state)
{
    (void)state;
    struct play *p = play_open(NULL);
    play_tell(p, "unknown PW-0001 XYZ \033]52;c;AAAA\a");
    play_publish(p);
    term_send(p->t, "u");
    play_see(p, "XYZ");
    term_send(p->t, "yv");
    play_see(p, "copied: ?]52");
    char *clean = g_base64_encode((const guchar *)"?]52;c;AAAA?", 12);
    assert_int_equal(raw_count(p, clean), 1);
    g_free(clean);
    play_close(p);
}

static void
test_print(void **state)
{
    (void)state;
    struct play_options o = {.columns = 120, .rows = 24};
    struct play *p = play_open(&o);
    assert_true(term_mouse(p->t));
    term_send(p->t, "Y");
    play_see(p, "any key goes back");
    assert_false(term_mouse(p->t));
    assert_false(play_shows(p, "│"));
    assert_false(play_shows(p, "broker"));
    unsigned frames = term_frames(p->t);
    play_tell(p, "value PW-0001 LEVEL 2.22\npublish");
    play_done(p);
    term_wait_quiet(p->t, 300);
    assert_int_equal(term_frames(p->t), frames); /* nothing moves under the mouse */
    term_resize(p->t, 100, 30);
    assert_true(term_wait_frame(p->t, frames));
    play_see(p, "any key goes back");
    term_send(p->t, "q"); /* and does nothing else */
    play_see(p, "broker");
    play_see(p, "2.22");
    assert_true(term_mouse(p->t));
    play_equals_full_paint(p);
    play_close(p);
}

/* Of a view that has no other drawing for a small screen, too. */
static void
test_print_small(void **state)
{
    (void)state;
    struct play_options o = {.columns = 50, .rows = 12};
    struct play *p = play_open(&o);
    for (char view = '1'; view <= '9'; view++) {
        const char key[] = {view, '\0'};
        play_press(p, key);
        char *before = term_dump(p->t);
        play_press(p, "Y");
        play_see(p, "this pane as plain text");
        int written = 0;
        for (int y = 0; y < 11; y++) {
            char *row = term_row(p->t, y);
            written += *g_strstrip(row) != '\0';
            g_free(row);
        }
        if (written == 0) {
            fail_msg("view %c is printed as nothing:\n%s", view, before);
        }
        g_free(before);
        play_press(p, "Y");
    }
    play_close(p);
}

/* ---- standing still ---- */

static void
test_freeze(void **state)
{
    (void)state;
    struct play_options o = {.columns = 120, .rows = 24};
    struct play *p = play_open(&o);
    term_send(p->t, "Z");
    play_see(p, "FROZEN 00:0");
    play_tell(p, "value PW-0001 LEVEL 2.22\nvalue PW-0002 FLT1 1\nbroker down");
    play_publish(p);
    play_see(p, "DOWN");        /* the status line lives */
    play_see(p, "Motorschutz"); /* so does the strip */
    assert_false(play_shows(p, "2.22"));
    term_send(p->t, "j"); /* one may move in what stands still */
    play_wait_selected(p, "PW-0002");
    play_see(p, "FROZEN 00:02"); /* and it is told how old it is */
    term_send(p->t, "Z");
    play_see_no(p, "FROZEN");
    play_see(p, "2.22");
    play_wait_selected(p, "PW-0002");
    play_equals_full_paint(p);
    play_close(p);
}

/* An action on a row that stands still is on what is shown: its step goes with it, and the
 * engine refuses what has changed. The bell rings all the same. */
static void
test_u03_frozen_action(void **state)
{
    (void)state;
    struct play *p = play_open(NULL);
    open_alarms(p);
    term_send(p->t, "Z");
    play_see(p, "FROZEN");
    size_t bells = raw_count(p, "\a");
    play_tell(p, "alarm PW-0001 LEVEL hihi critical unacked step=9\n"
                 "alarm PW-0009 LEVEL hihi critical unacked age=0 name=New_one");
    play_publish(p);
    play_see(p, "PW-0009"); /* in the strip */
    assert_true(raw_count(p, "\a") > bells);
    play_see(p, "3 new");
    term_send(p->t, "aseen\r");
    play_acted(p, "ack PW-0001/LEVEL/hihi step=2");
    play_tell(p, "reply the alarm has changed meanwhile");
    play_publish(p);
    play_see(p, "the alarm has changed meanwhile");
    term_send(p->t, "Z");
    play_see(p, "4 new");
    play_close(p);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_palette),
    cmocka_unit_test(test_near_command),
    cmocka_unit_test(test_history_is_kept),
    cmocka_unit_test(test_pipe_in_place_of_a_file),
    cmocka_unit_test(test_u18_disk_that_stands),
    cmocka_unit_test(test_own_keys),
    cmocka_unit_test(test_undo),
    cmocka_unit_test(test_u39_no_undo_of_ack),
    cmocka_unit_test(test_undo_of_shelving),
    cmocka_unit_test(test_u40_one_key_each),
    cmocka_unit_test(test_u39_tagged),
    cmocka_unit_test(test_u39_tagged_has_changed),
    cmocka_unit_test(test_u39_tagged_unseen),
    cmocka_unit_test(test_u42_read_only),
    cmocka_unit_test(test_copy),
    cmocka_unit_test(test_copy_is_harmless),
    cmocka_unit_test(test_print),
    cmocka_unit_test(test_print_small),
    cmocka_unit_test(test_freeze),
    cmocka_unit_test(test_u03_frozen_action),
};

PLAY_MAIN("ui_handling", tests)
