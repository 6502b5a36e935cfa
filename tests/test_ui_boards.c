/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Boards on the screen: what tiles tell, how they are arranged and kept, and what becomes of
 * files of others. */
#include "tests/ui_fixture.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <glib.h>
#include <glib/gstdio.h>

/* The directories of a user and an admin, and a console that has them. */
struct desk {
    char *dir;
    char *config, *system; /* "STAGE_CONFIG=…": the environment */
    const char *env[4];    /* two, those of the test, and the end */
};

static void
desk_open(struct desk *d)
{
    d->dir = g_dir_make_tmp("boards-XXXXXX", NULL);
    assert_non_null(d->dir);
    d->config = g_strdup_printf("STAGE_CONFIG=%s/mine", d->dir);
    d->system = g_strdup_printf("STAGE_SYSTEM=%s/admin", d->dir);
    d->env[0] = d->config;
    d->env[1] = d->system;
    d->env[2] = d->env[3] = NULL;
}

static char *
desk_path(const struct desk *d, const char *name)
{
    return g_build_filename(d->dir, name, NULL);
}

static void
desk_write(const struct desk *d, const char *name, const char *text)
{
    char *path = desk_path(d, name);
    char *dir = g_path_get_dirname(path);
    assert_int_equal(g_mkdir_with_parents(dir, 0700), 0);
    assert_true(g_file_set_contents(path, text, -1, NULL));
    g_free(dir);
    g_free(path);
}

/* NULL: there is no such file. */
static char *
desk_read(const struct desk *d, const char *name)
{
    char *path = desk_path(d, name), *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, NULL)) {
        text = NULL;
    }
    g_free(path);
    return text;
}

static void
remove_all(const char *path)
{
    GDir *dir = g_dir_open(path, 0, NULL);
    const char *name;
    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        char *inner = g_build_filename(path, name, NULL);
        remove_all(inner);
        g_free(inner);
    }
    if (dir != NULL) {
        g_dir_close(dir);
    }
    remove(path);
}

static void
desk_close(struct desk *d)
{
    remove_all(d->dir);
    g_free(d->dir);
    g_free(d->config);
    g_free(d->system);
}

static struct play *
play_desk(const struct desk *d, int columns, int rows)
{
    const struct play_options o = {.columns = columns, .rows = rows, .env = d->env};
    struct play *p = play_open(&o);
    play_press(p, "6");
    play_see(p, "1 of ");
    return p;
}

/* What the file has, once it has it: it is written some time after a change. */
static void
see_file(const struct desk *d, struct play *p, const char *name, const char *want)
{
    mono_us deadline = clock_now().mono + TERM_LIMIT_MS * US_PER_MS;
    for (;;) {
        char *text = desk_read(d, name);
        bool found = want == NULL ? text == NULL : text != NULL && strstr(text, want) != NULL;
        if (!found && clock_now().mono > deadline) {
            fail_msg("%s never has \"%s\": %s", name, want, text);
        }
        g_free(text);
        if (found) {
            return;
        }
        term_wait_quiet(p->t, 20);
    }
}

#define BOARD "[board]\nversion = 1\n"

static const char small[] = BOARD "title = Elbe Nord\n"
                                  "[tile]\nkind = gauge\ntitle = Storage\n"
                                  "component = PW-0001/LEVEL\n"
                                  "[tile]\nkind = state\ncomponent = PW-0001/P1\n"
                                  "[tile]\nkind = text\ntitle = Duty\n"
                                  "text = call 0171 2345\n";

static bool
any_hue(const struct play *p, int rows, int columns)
{
    for (int y = 0; y < rows; y++) {
        for (int x = 0; x < columns; x++) {
            if (term_cell(p->t, y, x).coloured) {
                return true;
            }
        }
    }
    return false;
}

/* Who has no board has one made of the plant, without a hue as long as all is well. */
static void
test_u30_made_of_the_plant(void **state)
{
    (void)state;
    struct desk d;
    desk_open(&d);
    struct play *p = play_desk(&d, 100, 30);
    play_tell(p, "board");
    play_publish(p);
    static const char *const texts[] = {
        "The plant (made of the plant)", "1 of 1",      "no alarms", "Furthest from normal",
        "Hamburg-Veddel Füllst",         "0 … 4  L 0.", "188 m³/h",  "in 24 h"};
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        play_see(p, texts[i]);
    }
    assert_false(any_hue(p, 30, 100));
    play_equals_full_paint(p);
    assert_null(desk_read(&d, "mine/boards/plant.board")); /* nobody has changed it */
    play_close(p);
    desk_close(&d);
}

static void
test_values_and_their_quality(void **state)
{
    (void)state;
    struct desk d;
    desk_open(&d);
    desk_write(&d, "mine/boards/small.board", small);
    struct play *p = play_desk(&d, 80, 24);
    play_see(p, "Elbe Nord");
    play_see(p, "call 0171 2345");
    play_see(p, "on");
    play_tell(p, "value PW-0001 LEVEL 3.61");
    play_tell(p, "value PW-0001 P1 0");
    play_publish(p);
    play_see(p, "3.61 m HH"); /* beyond a limit: told in words, and in colour */
    play_see(p, "off");
    int y = term_find(p->t, "3.61 m HH");
    assert_true(term_cell(p->t, y, play_column(p, y, "3.61")).coloured);
    play_tell(p, "quality PW-0001 LEVEL 1");
    play_publish(p);
    play_see(p, "3.61 m HH ?IV");
    assert_false(term_cell(p->t, y, play_column(p, y, "3.61")).coloured);
    play_tell(p, "remove PW-0001");
    play_publish(p);
    play_see(p, "PW-0001/LEVEL");
    play_see(p, "is not in the");
    play_close(p);
    desk_close(&d);
}

/* U40 of boards: Enter shows a tile alone, then its station; back returns to the same tile. */
static void
test_open_and_back(void **state)
{
    (void)state;
    struct desk d;
    desk_open(&d);
    desk_write(&d, "mine/boards/small.board", small);
    struct play *p = play_desk(&d, 80, 24);
    play_press(p, "l");
    play_press(p, "\r");
    play_see_no(p, "Storage");
    play_press(p, "\r");
    play_see(p, "Stunden Pumpe 1");
    play_see(p, "[2 Stations]");
    play_press(p, "\033");
    play_see(p, "1 of ");
    play_see_no(p, "Storage"); /* still alone */
    play_press(p, "\033");
    play_see(p, "Storage");
    int y, x;
    term_cursor(p->t, &y, &x);
    assert_int_equal(y, term_find(p->t, "Storage"));
    assert_int_equal(x, 20);
    assert_true(term_cell(p->t, y, x).reverse); /* a frame, not a colour */
    play_close(p);
    desk_close(&d);
}

static void
test_arranging(void **state)
{
    (void)state;
    struct desk d;
    desk_open(&d);
    desk_write(&d, "mine/boards/small.board", small);
    struct play *p = play_desk(&d, 80, 24);
    static const struct {
        const char *keys, *file, *seen;
    } steps[] = {
        {"e", NULL, "EDIT"},
        {"L", "row = 0\ncolumn = 3\nrows = 2\ncolumns = 3\ncomponent = PW-0001/LEVEL", NULL},
        {">", "column = 3\nrows = 2\ncolumns = 4\ncomponent = PW-0001/LEVEL", NULL},
        {"+", "rows = 3\ncolumns = 4\ncomponent = PW-0001/LEVEL", NULL},
        {"u", "rows = 2\ncolumns = 4\ncomponent = PW-0001/LEVEL", NULL},
        {"<", "columns = 3\ncomponent = PW-0001/LEVEL", NULL},
        {"d", "component = PW-0001/LEVEL\n\n[tile]\nkind = state", NULL},
        {"x", NULL, "removed; u brings it back"},
        {"u", NULL, "Storage"},
        {"r\025tile-title Reservoir\r", "title = Reservoir", "Reservoir"},
        {"=span 3h\r", NULL, "is not something that this kind of tile has"},
        {"=component PW-0002/LEVEL\r", "component = PW-0002/LEVEL", NULL},
        {"\033", NULL, "Reservoir"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(steps); i++) {
        play_press(p, steps[i].keys);
        if (steps[i].seen != NULL) {
            play_see(p, steps[i].seen);
        }
        if (steps[i].file != NULL) {
            see_file(&d, p, "mine/boards/small.board", steps[i].file);
        }
    }
    play_see_no(p, "EDIT");
    play_close(p);
    desk_close(&d);
}

/* A kind, then a component by some words of its name. */
static void
test_adding(void **state)
{
    (void)state;
    struct desk d;
    desk_open(&d);
    desk_write(&d, "mine/boards/small.board", small);
    struct play *p = play_desk(&d, 80, 24);
    play_press(p, "e");
    play_press(p, "a");
    play_see(p, "of which kind?");
    play_see(p, " Enter chooses, Esc closes");
    play_see_no(p, "next board");
    play_press(p, "numb\r");
    play_see(p, "Which component?");
    term_send(p->t, "barmbek durch");
    play_see(p, "PW-0005/FLOW");
    play_see_no(p, "PW-0005/LEVEL");
    play_press(p, "\r");
    play_see(p, "Barmbek");
    play_see(p, "118 … 258");
    see_file(&d, p, "mine/boards/small.board", "kind = number");
    play_press(p, ":tile-add trend PW-0001/LEVEL PW-0001/FLOW\r");
    see_file(&d, p, "mine/boards/small.board",
             "component = PW-0001/LEVEL\ncomponent = PW-0001/FLOW");
    play_press(p, "aq\033"); /* the dialog owns all keys, q, too */
    play_see_no(p, "nothing has this name");
    play_see(p, "EDIT");
    play_equals_full_paint(p);
    play_close(p);
    desk_close(&d);
}

static void
test_switching(void **state)
{
    (void)state;
    struct desk d;
    desk_open(&d);
    desk_write(&d, "mine/boards/a.board", small);
    desk_write(&d, "mine/boards/b.board", BOARD "title = Second\n");
    struct play *p = play_desk(&d, 80, 24);
    play_see(p, "Elbe Nord  1 of 2");
    play_press(p, "]");
    play_see(p, "Second  2 of 2");
    play_see(p, "this board is empty");
    play_press(p, "]");
    play_see(p, "Elbe Nord");
    play_press(p, ":board b\r");
    play_see(p, "Second");
    play_press(p, ":board c\r");
    play_see(p, "there is no board \"c\"");
    play_press(p, ":board-new a\r");
    play_see(p, "there is a board \"a\" already");
    play_press(p, ":board-new ../a\r");
    play_see(p, "is not a name");
    play_press(p, ":board-new c\r");
    play_see(p, "c  3 of 3  EDIT");
    see_file(&d, p, "mine/boards/c.board", "version = 1");
    play_press(p, ":board-rename d\r");
    see_file(&d, p, "mine/boards/d.board", "version = 1");
    see_file(&d, p, "mine/boards/c.board", NULL);
    play_press(p, ":board a\r");
    play_press(p, ":board-delete\r");
    play_see(p, "deleted");
    see_file(&d, p, "mine/boards/a.board", NULL);
    play_press(p, "u");
    play_see(p, "Elbe Nord  1 of 3");
    see_file(&d, p, "mine/boards/a.board", "title = Elbe Nord");
    play_close(p);
    desk_close(&d);
}

/* The admin's board is everybody's, until one changes it, and again after a reset. */
static void
test_defaults(void **state)
{
    (void)state;
    struct desk d;
    desk_open(&d);
    desk_write(&d, "admin/boards/small.board", small);
    struct play *p = play_desk(&d, 80, 24);
    play_see(p, "Elbe Nord (default)");
    play_press(p, ":board-delete\r");
    play_see(p, "it is the admin's");
    play_press(p, ":board-title Mine\r");
    play_see(p, "Mine  1 of 1");
    see_file(&d, p, "mine/boards/small.board", "title = Mine");
    play_press(p, ":board-reset\r");
    play_see(p, "Elbe Nord (default)");
    see_file(&d, p, "mine/boards/small.board", NULL);
    char *text = desk_read(&d, "admin/boards/small.board");
    assert_string_equal(text, small);
    g_free(text);
    play_close(p);
    desk_close(&d);
}

static void
test_damaged_file(void **state)
{
    (void)state;
    static const char damaged[] = BOARD "[tile]\nkind = gauge\nrow = \033[31mx\n";
    struct desk d;
    desk_open(&d);
    desk_write(&d, "mine/boards/broken.board", damaged);
    desk_write(&d, "admin/boards/broken.board", small);
    desk_write(&d, "mine/boards/small.board", BOARD "colour = red\n");
    struct play *p = play_desk(&d, 100, 24);
    play_see(p, "2 problems with the files of boards");
    play_see(p, "the file of this board is damaged");
    play_see(p, "broken.board:5: [tile] row: \"?[31mx\" is not a number from 0 to 999");
    play_press(p, "e");
    play_see(p, "the file of this board is damaged");
    play_press(p, ":board-reset\r");
    play_press(p, ":board-delete\r");
    play_press(p, "]");
    play_see(p, "small  2 of 2");
    play_press(p, ":board-title Small\r");
    see_file(&d, p, "mine/boards/small.board", "colour = red\nversion = 1\ntitle = Small");
    play_press(p, "9");
    play_see(p, "small.board:3: [board] colour: this key is not");
    char *text = desk_read(&d, "mine/boards/broken.board");
    assert_string_equal(text, damaged);
    g_free(text);
    play_close(p);
    desk_close(&d);
}

static void
test_export_and_import(void **state)
{
    (void)state;
    struct desk d;
    desk_open(&d);
    desk_write(&d, "mine/boards/small.board", small);
    desk_write(&d, "there", "precious");
    struct play *p = play_desk(&d, 100, 24);
    char *command = g_strdup_printf(":board-export %s/there\r", d.dir);
    play_press(p, command);
    play_see(p, "is there already, and is not overwritten");
    see_file(&d, p, "there", "precious");
    g_free(command);
    command = g_strdup_printf(":board-export %s/out.board\r", d.dir);
    play_press(p, command);
    play_see(p, "written: ");
    see_file(&d, p, "out.board", "text = call 0171 2345");
    g_free(command);
    command = g_strdup_printf(":board-import %s/out.board as small\r", d.dir);
    play_press(p, command);
    play_see(p, "there is a board \"small\" already");
    g_free(command);
    command = g_strdup_printf(":board-import %s/out.board\r", d.dir);
    play_press(p, command);
    play_see(p, "board \"out\" was taken in");
    play_see(p, "Elbe Nord  1 of 2");
    see_file(&d, p, "mine/boards/out.board", "text = call 0171 2345");
    g_free(command);
    command = g_strdup_printf(":board-import %s/there\r", d.dir);
    play_press(p, command);
    play_see(p, "stands before [board]");
    g_free(command);
    play_press(p, ":board-import /dev/zero\r");
    play_see(p, "not a file");
    play_close(p);
    desk_close(&d);
}

static const char history[] = BOARD "[tile]\nkind = number\ncomponent = PW-0001/FLOW\n"
                                    "[tile]\nkind = calendar\nspan = 3d\n"
                                    "component = PW-0001/FLOW\n"
                                    "[tile]\nkind = trend\ncomponent = PW-0001/LEVEL\n"
                                    "component = PW-0001/FLOW\n";

/* One question for each tile that can be seen, and none again before a minute has gone. */
static void
test_history(void **state)
{
    (void)state;
    struct desk d;
    desk_open(&d);
    desk_write(&d, "mine/boards/h.board", history);
    const struct play_options o = {.columns = 120, .rows = 40, .env = d.env};
    struct play *p = play_open(&o);
    play_tell(p, "history none");
    play_done(p);
    play_press(p, "6");
    play_see(p, "asking the archive");
    play_tell(p, "history whole\nasked");
    play_see(p, "in 24 h");
    play_see_no(p, "asking the archive");
    play_see(p, "█ 25");
    play_tell(p, "asked");
    play_done(p);
    assert_non_null(strstr(p->said->str, "trend PW-0001/LEVEL PW-0001/FLOW 21"));
    assert_non_null(strstr(p->said->str, "trend PW-0001/FLOW 8"));
    g_string_truncate(p->said, 0);
    for (int i = 0; i < 5; i++) {
        play_tell(p, "value PW-0001 FLOW %d", 200 + i);
        play_publish(p);
    }
    play_see(p, "204 m³/h");
    play_tell(p, "asked");
    play_done(p);
    assert_null(strstr(p->said->str, "trend"));
    play_equals_full_paint(p);
    play_close(p);
    desk_close(&d);
}

/* A clock that nobody has set yet begins in 1970, and the days of a calendar before it. */
static void
test_calendar_before_1970(void **state)
{
    (void)state;
    struct desk d;
    desk_open(&d);
    d.env[2] = "STAGE_CLOCK=100000";
    desk_write(&d, "mine/boards/h.board", history);
    const struct play_options o = {.columns = 120, .rows = 40, .env = d.env};
    struct play *p = play_open(&o);
    play_press(p, "6");
    play_see(p, "█ 25");
    assert_true(play_shows(p, "31"));
    play_equals_full_paint(p);
    play_close(p);
    desk_close(&d);
}

static void
test_history_with_faults(void **state)
{
    (void)state;
    struct desk d;
    desk_open(&d);
    desk_write(&d, "mine/boards/h.board", history);
    const struct play_options o = {.columns = 120, .rows = 40, .env = d.env};
    struct play *p = play_open(&o);
    play_tell(p, "gap PW-0001 FLOW 400000 0");
    play_tell(p, "history problem the central store is away");
    play_done(p);
    play_press(p, "6");
    play_see(p, "the central store is away");
    play_see_no(p, "in 24 h");
    play_close(p);
    desk_close(&d);
}

/* A ranking is made anew at most once a second. */
static void
wait_order(struct play *p, const char *above, const char *below)
{
    mono_us deadline = clock_now().mono + TERM_LIMIT_MS * US_PER_MS;
    while (term_find(p->t, below) != term_find(p->t, above) + 1) {
        if (clock_now().mono > deadline) {
            fail_msg("%s does not follow %s", below, above);
        }
        term_wait_quiet(p->t, 20);
    }
}

static void
test_ranking(void **state)
{
    (void)state;
    struct desk d;
    desk_open(&d);
    desk_write(
        &d, "mine/boards/r.board",
        BOARD
        "[tile]\nkind = ranking\nselect = kind:level area:Nord\ncount = 30\ncolumns = 12\n");
    struct play *p = play_desk(&d, 80, 24);
    play_see(p, "Hamburg-Veddel Fülls");
    play_see_no(p, "Wilhelmsburg"); /* in the south */
    play_tell(p, "value PW-0005 LEVEL 3.9");
    play_tell(p, "value PW-0003 LEVEL 3.8");
    play_publish(p);
    wait_order(p, "3.90 m", "3.80 m");
    /* Alone: the cursor stays on its component whatever the order is. */
    play_press(p, "\r");
    play_press(p, "j");
    play_tell(p, "value PW-0007 LEVEL 3.99");
    play_publish(p);
    wait_order(p, "3.99 m", "3.90 m");
    int y, x;
    term_cursor(p->t, &y, &x);
    assert_int_equal(y, term_find(p->t, "3.80 m"));
    play_press(p, "\r");
    play_see(p, "PW-0003");
    play_see(p, "Stunden Pumpe 1");
    play_close(p);
    desk_close(&d);
}

static void
test_alarms(void **state)
{
    (void)state;
    struct desk d;
    desk_open(&d);
    desk_write(&d, "mine/boards/a.board",
               BOARD "[tile]\nkind = alarms\ncolumns = 6\n"
                     "[tile]\nkind = alarms\nselect = area:Nord\ncolumns = 6\n");
    struct play *p = play_desk(&d, 80, 24);
    play_tell(p, "alarm PW-0001 LEVEL hihi critical unacked value=3.42 limit=3.2");
    play_tell(p, "alarm PW-0002 LEVEL hi high acked value=2.95 limit=2.9");
    play_publish(p);
    play_see(p, "│ ■ 1/1  ▲ 0/1");
    play_see(p, "1 new, oldest");
    int y = term_find(p->t, "│ ■ 1/1  ▲ 0/1");
    char *row = term_row(p->t, y);
    const char *second = strstr(strstr(row, "▲ 0/1") + 1, "■ 1/1");
    assert_non_null(second);
    assert_null(strstr(second, "▲")); /* that one is in the south */
    g_free(row);
    play_see(p, "Alarms: area:Nord");
    play_close(p);
    desk_close(&d);
}

static const char flow[] = BOARD "[tile]\nkind = flow\nstation = PW-0001\ncolumns = 8\n"
                                 "[tile]\nkind = gauge\ncomponent = PW-0001/LEVEL\n"
                                 "[tile]\nkind = calendar\ncomponent = PW-0001/FLOW\n"
                                 "[tile]\nkind = number\ncomponent = PW-0001/FLOW\n"
                                 "[tile]\nkind = trend\ncomponent = PW-0001/LEVEL\n"
                                 "[tile]\nkind = text\nrow = 0\ncolumn = 8\nrows = 1\n"
                                 "text = M\xc3\xbcnchen \xe2\x86\x92\n";

/* U36: every glyph set has all of it, the numbers in text, too. */
static void
test_u36_glyph_sets(void **state)
{
    (void)state;
    struct desk d;
    desk_open(&d);
    desk_write(&d, "mine/boards/f.board", flow);
    struct play *p = play_desk(&d, 100, 30);
    static const char *const sets[] = {"braille", "block", "vt", "ascii"};
    for (size_t i = 0; i < G_N_ELEMENTS(sets); i++) {
        char *command = g_strdup_printf(":glyphs %s\r", sets[i]);
        play_press(p, command);
        g_free(command);
        static const char *const texts[] = {"1.70 m", "188 m", "0.40", "in 24 h", "nchen"};
        for (size_t k = 0; k < G_N_ELEMENTS(texts); k++) {
            play_see(p, texts[k]);
        }
        play_equals_full_paint(p);
    }
    char *screen = term_dump(p->t);
    for (const char *c = screen; *c != '\0'; c++) {
        if ((unsigned char)*c >= 0x80) {
            fail_msg("not ASCII: %.40s", c);
        }
    }
    g_free(screen);
    play_close(p);
    desk_close(&d);
}

/* U23: other sizes and back, tile by tile, with the selection where it was. Time stands: a
 * trend that moves on by a column is no stale cell. */
static void
test_u23_sizes(void **state)
{
    (void)state;
    static const struct {
        int columns, rows;
    } sizes[] = {{40, 12}, {200, 60}, {20, 5}, {80, 24}, {60, 14}, {1, 1}, {100, 30}};
    struct desk d;
    desk_open(&d);
    d.env[2] = "STAGE_CLOCK=1763679187";
    desk_write(&d, "mine/boards/f.board", flow);
    struct play *p = play_desk(&d, 100, 30);
    play_see(p, "in 24 h");
    play_press(p, "G");
    int y, x, after_y, after_x;
    term_cursor(p->t, &y, &x);
    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        unsigned frames = term_frames(p->t);
        term_resize(p->t, sizes[i].columns, sizes[i].rows);
        assert_true(term_wait_frame(p->t, frames));
        term_wait_quiet(p->t, 50);
        if (sizes[i].rows >= 12) {
            play_see(p, "nchen"); /* the selected tile can be seen */
        }
        play_equals_full_paint(p);
    }
    term_cursor(p->t, &after_y, &after_x);
    assert_int_equal(after_y, y);
    assert_int_equal(after_x, x);
    play_close(p);
    desk_close(&d);
}

/* On a phone tiles stand one below the other, each in turn. */
static void
test_small(void **state)
{
    (void)state;
    struct desk d;
    desk_open(&d);
    desk_write(&d, "mine/boards/small.board", small);
    const struct play_options o = {.columns = 40, .rows = 12, .env = d.env};
    struct play *p = play_open(&o);
    play_press(p, "6");
    play_see(p, "Storage");
    play_see(p, "1.70 m");
    play_see(p, "0 … 4");
    play_press(p, "j");
    play_press(p, "j");
    play_see(p, "call 0171 2345");
    play_see(p, "tile 3 of 3");
    play_press(p, "\r");
    play_see_no(p, "Storage");
    play_see(p, "call 0171 2345");
    play_equals_full_paint(p);
    play_close(p);
    desk_close(&d);
}

/* Beyond a limit it is as abnormal here as in a gauge. */
static void
test_ranking_tells_what_is_over(void **state)
{
    (void)state;
    struct desk d;
    desk_open(&d);
    struct play *p = play_desk(&d, 80, 24);
    play_see(p, "% free");
    play_tell(p, "value PW-0001 LEVEL 3.3");
    play_publish(p);
    play_see(p, "% over");
    int y = term_find(p->t, "% over");
    assert_true(term_cell(p->t, y, play_column(p, y, "% over")).coloured);
    assert_true(term_cell(p->t, y, play_column(p, y, "3.30 m")).coloured);
    assert_false(term_cell(p->t, y, play_column(p, y, "Hamburg-Veddel")).coloured);
    play_close(p);
    desk_close(&d);
}

/* No part of a count is shown, that would be another number. */
static void
test_counts_without_room(void **state)
{
    (void)state;
    const char *const env[] = {"STAGE_GLYPHS=ascii", NULL};
    const struct play_options o = {.env = env};
    struct play *p = play_open(&o);
    play_tell(p, "alarm PW-0001 LEVEL hihi critical unacked\n"
                 "alarm PW-0002 LEVEL hi high unacked\n"
                 "alarm PW-0003 LEVEL hi medium unacked\n"
                 "alarm PW-0004 LEVEL hi low unacked");
    play_publish(p);
    play_press(p, "6");
    play_see(p, "| !1:1/1 !2:1/1 !3:1/1  |");
    play_close(p);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_u30_made_of_the_plant),
    cmocka_unit_test(test_values_and_their_quality),
    cmocka_unit_test(test_open_and_back),
    cmocka_unit_test(test_arranging),
    cmocka_unit_test(test_adding),
    cmocka_unit_test(test_switching),
    cmocka_unit_test(test_defaults),
    cmocka_unit_test(test_damaged_file),
    cmocka_unit_test(test_export_and_import),
    cmocka_unit_test(test_history),
    cmocka_unit_test(test_calendar_before_1970),
    cmocka_unit_test(test_history_with_faults),
    cmocka_unit_test(test_ranking),
    cmocka_unit_test(test_ranking_tells_what_is_over),
    cmocka_unit_test(test_counts_without_room),
    cmocka_unit_test(test_alarms),
    cmocka_unit_test(test_u36_glyph_sets),
    cmocka_unit_test(test_u23_sizes),
    cmocka_unit_test(test_small),
};

PLAY_MAIN("ui_boards", tests)
